"""Classes and gatherings: made, announced, changed, cancelled.

A class is a draft until it is opened; from then on the public finds it and people register (`registering`). Whatever is
changed after that raises `sequence`, by which a calendar knows that its entry is old (`calendars`), and everybody who is
registered is told. Who came is `attending`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from hocvu.learning.models import Course, CourseLesson
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.schedule import WEEKDAYS, ZONE
from hocvu.lib.text import nfc
from hocvu.outreach.models import Arrival, Attendance, Gathering, Registration, Session
from hocvu.ward import audit, notices
from hocvu.ward.access import scoped
from hocvu.ward.capabilities import reach_of
from hocvu.ward.models import Account, Grant, Neighbourhood, Unit, UnitQuerySet, Ward

MANAGE = "classes.manage"
State = Gathering.State
MOST_SESSIONS = 60  # of one class
LONGEST = timedelta(hours=12)  # of one session
FIELDS = ("kind", "title", "gist", "host", "neighbourhood", "place", "course", "teacher", "teacher_name", "capacity")
_TEXTS = ("title", "gist", "place", "teacher_name")

Moments = tuple[datetime, datetime]


# ---- Which there are


def known(ward: Ward) -> QuerySet[Gathering]:
    """What the public may know of: opened, or cancelled after that."""
    return Gathering.objects.filter(ward=ward).exclude(opened_at=None)


def open_sessions(ward: Ward) -> QuerySet[Session]:
    """The sessions that the public may know of, by when they begin; a cancelled one among them, to be seen as such."""
    rows = Session.objects.filter(gathering__in=known(ward))
    return rows.select_related("gathering__neighbourhood", "gathering__course", "gathering__ward").order_by(
        "starts_at", "pk"
    )


def coming(ward: Ward, count: int) -> list[Session]:
    """The next sessions that take place, for pages that show a few; one question."""
    rows = open_sessions(ward).filter(
        cancelled_at=None, ends_at__gte=clock.now(), gathering__state=Gathering.State.OPEN
    )
    return list(rows[:count])


def is_over(gathering: Gathering) -> bool:
    """Whether no session is left to come."""
    return not gathering.sessions.filter(cancelled_at=None, ends_at__gt=clock.now()).exists()


def with_counts(rows: QuerySet[Gathering]) -> QuerySet[Gathering]:
    """Each with who is coming (`taken`), who waits (`waiting`), its first and its last moment; the newest first."""
    live = Q(registrations__cancelled_at=None, registrations__isnull=False)
    return rows.annotate(
        taken=Count("registrations", filter=live & Q(registrations__is_waiting=False), distinct=True),
        waiting=Count("registrations", filter=live & Q(registrations__is_waiting=True), distinct=True),
        first_at=Min("sessions__starts_at", filter=Q(sessions__cancelled_at=None)),
        last_at=Max("sessions__ends_at", filter=Q(sessions__cancelled_at=None)),
    ).order_by("-first_at", "-made_at", "pk")


def taken(gathering: Gathering) -> int:
    """How many have a place."""
    return gathering.registrations.filter(cancelled_at=None, is_waiting=False).count()


def places_left(gathering: Gathering) -> int | None:
    """How many may still register and have a place; None where there is no limit."""
    return None if gathering.capacity is None else max(0, gathering.capacity - taken(gathering))


def with_taken(rows: QuerySet[Session]) -> QuerySet[Session]:
    """Sessions, each with how many have a place in its class (`taken`)."""
    live = Registration.objects.filter(gathering=OuterRef("gathering"), cancelled_at=None, is_waiting=False)
    of = live.order_by().values("gathering").annotate(n=Count("pk")).values("n")
    return rows.annotate(taken=Coalesce(Subquery(of, output_field=IntegerField()), Value(0)))


def lessons_of(gathering: Gathering) -> list[CourseLesson]:
    """The published lessons of the course that a class follows, in its order: each has hand-outs and slides."""
    if gathering.course is None:
        return []
    rows = gathering.course.places.exclude(lesson__published=None).select_related("lesson__published")
    return list(rows.order_by("position"))


# ---- Who may hold them


def hosts_of(account: Account, ward: Ward) -> QuerySet[Unit]:
    """The units of today for which an account may hold a class."""
    return reached_hosts(account, ward).on(clock.today())


def reached_hosts(account: Account, ward: Ward) -> UnitQuerySet:
    """The units whose classes an account may change: those within reach, also such as ended since; a team its own."""
    reached = Q(pk__in=scoped(Unit.objects.of(ward), account, MANAGE, ward).order_by().values("pk"))
    own = [grant.unit_id for grant, reach in _grants(account, ward) if reach == "neighbourhood"]
    reached |= Q(pk__in=[key for key in own if key is not None])
    return Unit.objects.of(ward).filter(reached).order_by("name", "pk")


def neighbourhoods_of(account: Account, ward: Ward) -> QuerySet[Neighbourhood]:
    """Where an account may hold a class: whoever reaches one neighbourhood only there, the others anywhere."""
    rows = Neighbourhood.objects.filter(ward=ward)
    if is_for_everywhere(account, ward):
        return rows
    mine = [grant.neighbourhood_id for grant, reach in _grants(account, ward) if reach == "neighbourhood"]
    return rows.filter(pk__in=[key for key in mine if key is not None])


def is_for_everywhere(account: Account, ward: Ward) -> bool:
    """Whether an account may hold a class that belongs to no neighbourhood."""
    return any(reach in ("unit", "ward", "everywhere") for _, reach in _grants(account, ward))


def _grants(account: Account, ward: Ward) -> list[tuple[Grant, str]]:
    held = ((grant, reach_of(grant.role, MANAGE)) for grant in account.current_grants)
    return [(grant, reach) for grant, reach in held if reach and grant.ward_id in (None, ward.pk)]


def courses_for(ward: Ward) -> QuerySet[Course]:
    """The courses that a class may follow."""
    return Course.objects.of(ward).open()


def teachers_for(ward: Ward) -> QuerySet[Account]:
    """The accounts of staff in a ward: a teacher may open the list of their own class."""
    return Account.objects.filter(
        kind=Account.Kind.STAFF, is_active=True, pk__in=Account.objects.filter(grants__ward=ward).values("pk")
    ).order_by("full_name", "pk")


# ---- Moments


@dataclass(frozen=True, slots=True)
class Weekly:
    """A session every week: from which day, from when to when, how often."""

    first: date
    starts: time
    ends: time
    count: int = 1

    def moments(self) -> list[Moments]:
        """When each session begins and ends.

        >>> [one[0].isoformat() for one in Weekly(date(2026, 12, 1), time(19), time(20, 30), 2).moments()]
        ['2026-12-01T19:00:00+07:00', '2026-12-08T19:00:00+07:00']
        """
        days = [self.first + timedelta(weeks=week) for week in range(self.count)]
        return [(datetime.combine(day, self.starts, ZONE), datetime.combine(day, self.ends, ZONE)) for day in days]


def _refuse_moments(moments: Sequence[Moments]) -> None:
    for starts, ends in moments:
        if not starts < ends:
            raise Refusal("Giờ kết thúc phải sau giờ bắt đầu.", "ends")
        if ends - starts > LONGEST:
            raise Refusal("Một buổi dài nhất 12 giờ. Hãy xem lại giờ bắt đầu và giờ kết thúc.", "ends")


# ---- Acts


@transaction.atomic
def make(*, ward: Ward, sessions: Iterable[Moments], by: Account, **said: Any) -> Gathering:
    """A new class with its sessions; a draft until it is opened."""
    moments = list(sessions)
    _refuse_moments(moments)
    row = Gathering(ward=ward, made_by=by, made_at=clock.now(), changed_at=clock.now())
    _write(row, said)
    _refuse_unsound(row, by)
    row.save(force_insert=True)
    Session.objects.bulk_create(Session(gathering=row, starts_at=starts, ends_at=ends) for starts, ends in moments)
    audit.record(by, "made a class", row, ward=ward, sessions=len(moments))
    return row


@transaction.atomic
def change(gathering: Gathering, *, by: Account, **said: Any) -> Gathering:
    """Say it otherwise. Those who are registered are told where it is another place."""
    row = hold(gathering.pk)
    before = {name: getattr(row, name) for name in FIELDS}
    _write(row, said)
    _refuse_unsound(row, by)
    changed = [name for name in FIELDS if getattr(row, name) != before[name]]
    if not changed:
        return row
    _touch(row)
    row.save()
    audit.record(by, "changed a class", row, ward=row.ward, fields=", ".join(changed))
    if "place" in changed:
        _tell(row, f"“{row.title}” chuyển đến {row.place}.")
    if "capacity" in changed:
        move_up(row)
    return row


@transaction.atomic
def open_up(gathering: Gathering, *, by: Account) -> Gathering:
    """The public finds it from now on and may register."""
    row = hold(gathering.pk)
    refuse_foreign(row, by)
    if row.state != State.DRAFT:
        raise Refusal("Chỉ mở được lớp đang soạn.")
    if is_over(row):
        raise Refusal("Lớp chưa có buổi nào sắp tới. Hãy thêm buổi rồi mở.")
    row.state, row.opened_at = State.OPEN, clock.now()
    _touch(row)
    row.save()
    audit.record(by, "opened a class", row, ward=row.ward)
    return row


@transaction.atomic
def cancel(gathering: Gathering, *, why: str, by: Account) -> Gathering:
    """What is left of it is not held: its sessions to come, and one that begins now as long as nobody is there. What was
    held stays as it was. Everybody who is registered is told, with the reason."""
    row = hold(gathering.pk)
    refuse_foreign(row, by)
    if row.state == State.CANCELLED:
        raise Refusal("Lớp này đã hủy rồi.")
    if row.state == State.OPEN and is_over(row):
        raise Refusal("Lớp này đã xong các buổi nên không hủy được nữa.")
    if not (why := nfc(why).strip()):
        raise Refusal("Hãy ghi vì sao hủy.", "why")
    row.state, row.why_cancelled = State.CANCELLED, why[:200]
    _touch(row)
    row.save()
    left = row.sessions.filter(cancelled_at=None, ends_at__gt=clock.now()).exclude(pk__in=_with_marks(row))
    left.update(cancelled_at=clock.now())
    audit.record(by, "cancelled a class", row, ward=row.ward, reason=why[:200])
    _tell(row, f"“{row.title}” không tổ chức nữa: {row.why_cancelled}")
    return row


@transaction.atomic
def add_sessions(gathering: Gathering, moments: Sequence[Moments], *, by: Account) -> list[Session]:
    """More sessions; one that begins at the same moment is not added twice."""
    row = hold(gathering.pk)
    refuse_foreign(row, by)
    if row.state == State.CANCELLED:
        raise Refusal("Lớp đã hủy, không thêm buổi được.")
    _refuse_moments(moments)
    there = set(row.sessions.filter(cancelled_at=None).values_list("starts_at", flat=True))
    fresh = [one for one in moments if one[0] not in there]
    if not fresh:
        raise Refusal("Lớp đã có buổi vào giờ ấy.", "day")
    if row.sessions.count() + len(fresh) > MOST_SESSIONS:
        raise Refusal(f"Một lớp có nhiều nhất {MOST_SESSIONS} buổi. Hãy lập lớp khác.", "count")
    added = Session.objects.bulk_create(Session(gathering=row, starts_at=one, ends_at=other) for one, other in fresh)
    _touched(row)
    audit.record(by, "added sessions to a class", row, ward=row.ward, sessions=len(added))
    return added


@transaction.atomic
def move_session(session: Session, *, starts: datetime, ends: datetime, by: Account) -> Session:
    """A session is held at another time; those who are registered are told."""
    row, held = hold(session.gathering_id), Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    refuse_foreign(row, by)
    _refuse_moments([(starts, ends)])
    _refuse_over(row, held)
    if (held.starts_at, held.ends_at) == (starts, ends):
        return held
    held.starts_at, held.ends_at, held.reminded_at = starts, ends, None
    held.save()
    _touched(row)
    audit.record(by, "moved a session", row, ward=row.ward)
    _tell(row, f"“{row.title}” chuyển sang {when_words(held)}.", mark=f":{held.pk}")
    return held


@transaction.atomic
def cancel_session(session: Session, *, by: Account) -> Session:
    """One session is not held; those who are registered are told."""
    row, held = hold(session.gathering_id), Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    refuse_foreign(row, by)
    _refuse_over(row, held)
    held.cancelled_at = clock.now()
    held.save(update_fields=("cancelled_at",))
    _touched(row)
    audit.record(by, "cancelled a session", row, ward=row.ward)
    _tell(row, f"“{row.title}”: buổi {when_words(held)} không học.", mark=f":{held.pk}")
    return held


def when_words(session: Session) -> str:
    """When a session is, as one says it: "19 giờ 30 thứ Ba 01/12/2026"."""
    local = session.starts_at.astimezone(ZONE)
    minutes = f" {local:%M}" if local.minute else ""
    return f"{local.hour} giờ{minutes} {WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}"


# ---- Within


def hold(key: UUID) -> Gathering:
    """A class, kept from others while it is changed."""
    rows = Gathering.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("ward", "host", "neighbourhood", "course").get(pk=key)


def _write(row: Gathering, said: dict[str, Any]) -> None:
    for name, value in said.items():
        if name not in FIELDS:
            raise TypeError(f"a class has no {name!r}")
        setattr(row, name, nfc(value).strip() if name in _TEXTS else value)


def _refuse_unsound(row: Gathering, by: Account) -> None:
    if not row.title or not row.place:
        raise Refusal("Hãy ghi tên lớp và địa điểm.", "title" if not row.title else "place")
    if row.capacity is not None and row.capacity < 1:
        raise Refusal("Số chỗ phải từ 1. Không giới hạn thì để trống.", "capacity")
    if not hosts_of(by, row.ward).filter(pk=row.host_id).exists():
        raise Refusal("Đơn vị tổ chức không thuộc phạm vi của mình.", "host")
    if row.neighbourhood_id is None:
        if not is_for_everywhere(by, row.ward):
            raise Refusal(f"Hãy chọn {row.ward.neighbourhood_word} của mình.", "neighbourhood")
    elif not neighbourhoods_of(by, row.ward).filter(pk=row.neighbourhood_id).exists():
        raise Refusal(f"Hãy chọn {row.ward.neighbourhood_word} của mình.", "neighbourhood")


def _refuse_over(row: Gathering, held: Session) -> None:
    if row.state == State.CANCELLED or held.cancelled_at is not None:
        raise Refusal("Buổi này đã hủy rồi.")
    if _with_marks(row).filter(session=held.pk).exists():
        raise Refusal("Buổi này đã có người điểm danh nên không đổi, không hủy được.")


def _with_marks(row: Gathering) -> QuerySet[Any, Any]:
    """The sessions of a class at which somebody was marked; a mark by mistake holds nothing."""
    marks = Attendance.objects.filter(session__gathering=row).exclude(state=Arrival.State.SET_ASIDE)
    return marks.order_by().values("session")


@transaction.atomic
def say_held(session: Session, *, by: Account) -> None:
    """A session that was called off was held all the same, as somebody who looked at its marks says."""
    row, held = hold(session.gathering_id), Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    if held.cancelled_at is None:
        return
    held.cancelled_at = None
    held.save(update_fields=("cancelled_at",))
    _touched(row)
    audit.record(by, "said that a session was held", row, ward=row.ward)


def refuse_foreign(row: Gathering, by: Account) -> None:
    """A class of another unit is its own affair, even where it is held in one's own neighbourhood."""
    if not reached_hosts(by, row.ward).filter(pk=row.host_id).exists():
        raise Refusal(f"Lớp này do {row.host.name} tổ chức. Hãy nhờ đơn vị ấy đổi.")


def _touch(row: Gathering) -> None:
    row.sequence, row.changed_at = row.sequence + 1, clock.now()


def _touched(row: Gathering) -> None:
    """The calendar entry is another one; a draft stands in no calendar, and begins with the first that it is opened with."""
    Gathering.objects.filter(pk=row.pk).update(sequence=F("sequence") + 1, changed_at=clock.now())
    row.refresh_from_db(fields=("sequence", "changed_at"))


def _tell(row: Gathering, words: str, mark: str = "") -> None:
    """Tell whoever is registered and has an account; whoever registered somebody without one is told to pass it on."""
    if row.opened_at is None:
        return
    live = Registration.objects.filter(gathering=row, cancelled_at=None)
    theirs = Account.objects.filter(pk__in=live.order_by().values("account"))
    key = f"class.changed:{row.pk}:{row.sequence}{mark}"
    notices.tell(theirs, key=key, text=words, href=f"/lop-hoc/{row.pk}/", ward=row.ward)
    passing = live.filter(account=None, way=Registration.Way.TEAM)  # nobody knows how to find a name of the door
    helpers = Account.objects.filter(pk__in=passing.order_by().values("by"))
    notices.tell(
        helpers, key=f"{key}:pass", ward=row.ward, href=f"/lop-hoc/{row.pk}/dang-ky-ho/",
        text=f"{words} Hãy báo cho người mình đã đăng ký giúp mà chưa có tài khoản.",
    )  # fmt: skip


# ---- Places that become free


def move_up(row: Gathering) -> int:
    """Whoever waits longest gets what is free, and is told; in the caller's transaction, which holds the class."""
    if row.state != State.OPEN or is_over(row):
        return 0
    waiting = Registration.objects.filter(gathering=row, cancelled_at=None, is_waiting=True).order_by("at", "pk")
    free = places_left(row)
    chosen = list(waiting.select_related("account", "by")[: free if free is not None else None])
    Registration.objects.filter(pk__in=[one.pk for one in chosen]).update(is_waiting=False)
    for one in chosen:
        _tell_place(row, one)
    return len(chosen)


def fill_later(keys: Iterable[UUID]) -> None:
    """Places in these classes became free: whoever waits gets them once the caller's transaction is over, which may hold
    what one who holds a class asks for."""
    for key in sorted(set(keys), key=str):
        transaction.on_commit(partial(_fill, key), robust=True)


@transaction.atomic
def _fill(key: UUID) -> None:
    move_up(hold(key))


def _tell_place(row: Gathering, registration: Registration) -> None:
    key = f"class.place:{registration.pk}"
    if registration.account is not None:
        words = f"Đã có chỗ trong “{row.title}”. Không đến được thì bấm bỏ đăng ký để nhường người khác."
        notices.tell([registration.account], key=key, text=words, href="/lop-hoc/cua-toi/", ward=row.ward)
    elif registration.by is not None:
        words = f"Người mình đăng ký giúp trong “{row.title}” đã có chỗ. Hãy báo cho họ."
        notices.tell([registration.by], key=key, text=words, href=f"/lop-hoc/{row.pk}/dang-ky-ho/", ward=row.ward)
