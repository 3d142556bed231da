"""What classes hold of a person: told to them, moved with them, forgotten when they are erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from hocvu.lib import clock
from hocvu.outreach import classes
from hocvu.outreach.models import Attendance, CalendarLink, Registration
from hocvu.signin import citizens
from hocvu.ward.models import Account, Person


def _of(person: Person) -> QuerySet[Registration]:
    return Registration.objects.filter(Q(person=person) | Q(account__person=person))


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """The classes somebody registered for."""
    for row in _of(person).select_related("gathering", "by"):
        yield {
            "Lớp": row.gathering.title,
            "Tên đã ghi": row.name,
            "Cách đăng ký": row.get_way_display(),
            "Lúc": row.at,
            "Chờ chỗ": row.is_waiting,
            "Người ghi": row.by.full_name if row.by else "",
            "Bỏ lúc": row.cancelled_at,
        }


def tell_attendance(person: Person) -> Iterable[dict[str, Any]]:
    """The sessions somebody was at."""
    rows = Attendance.objects.filter(registration__in=_of(person)).select_related("session__gathering", "made_by")
    for row in rows:
        yield {
            "Lớp": row.session.gathering.title,
            "Buổi": row.session.starts_at,
            "Cách ghi": row.get_way_display(),
            "Lúc, theo máy": row.made_at,
            "Người ghi": row.made_by.full_name,
            "Tình trạng": row.get_state_display(),
        }


def forget(person: Person) -> int:
    """Let the places and the marks of attendance go."""
    accounts = Account.objects.filter(person=person)
    CalendarLink.objects.filter(account__in=accounts).delete()
    freed = list(_of(person).filter(cancelled_at=None, is_waiting=False).values_list("gathering", flat=True))
    gone = _of(person).delete()[0]
    classes.fill_later(freed)
    return gone


# ---- Two rows of the register became one


def move(kept: Person, other: Person) -> list[Any]:
    """The other's places go over. Where both have one in a class the earlier holds; what was attended goes there."""
    moved: list[Any] = []
    freed: list[Any] = []
    mine = citizens.account_of(kept)
    for row in Registration.objects.filter(person=other).select_related("account").order_by("at", "pk"):
        rival = Registration.objects.filter(_same(kept, mine), gathering=row.gathering_id, cancelled_at=None)
        rival = rival.exclude(pk=row.pk)
        closed, marks = None, []
        if row.cancelled_at is None and (twin := rival.first()) is not None:
            first, second = (row, twin) if (row.at, row.pk) < (twin.at, twin.pk) else (twin, row)
            marks = [str(key) for key in second.attendances.order_by().values_list("pk", flat=True)]
            Attendance.objects.filter(pk__in=marks).update(registration=first)
            Registration.objects.filter(pk=second.pk).update(cancelled_at=clock.now())
            closed = str(second.pk)
            freed.append(row.gathering_id)
        Registration.objects.filter(pk=row.pk).update(person=kept)
        moved.append({"place": str(row.pk), "closed": closed, "marks": marks})
    classes.fill_later(freed)
    return moved


def _same(kept: Person, mine: Account | None) -> Q:
    return Q(person=kept) | Q(account=mine) if mine is not None else Q(person=kept)


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again: what went over goes back, what was closed holds again."""
    for one in reversed(keys):
        Registration.objects.filter(pk=one["place"], person=kept).update(person=other)
        if one["closed"]:
            Registration.objects.filter(pk=one["closed"]).update(cancelled_at=None)
            Attendance.objects.filter(pk__in=one["marks"]).update(registration=one["closed"])


def join(account: Account, person: Person) -> None:
    """An account turned out to be somebody of the register: its places become theirs. Where they have one in a class
    already, what was attended goes there and the account's is closed."""
    taken = Registration.objects.filter(person=person, cancelled_at=None).exclude(account=account)
    there = {one.gathering_id: one for one in taken.order_by("at", "pk")}
    freed = []
    for row in Registration.objects.filter(account=account, person=None).order_by("at", "pk"):
        if row.cancelled_at is None and (first := there.get(row.gathering_id)) is not None:
            Attendance.objects.filter(registration=row).update(registration=first)
            row.cancelled_at = clock.now()
            freed.append(row.gathering_id)
        row.person, row.household_id = person, person.household_id
        row.save(update_fields=("person", "household", "cancelled_at"))
    classes.fill_later(freed)
