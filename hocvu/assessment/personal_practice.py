"""What practice, sittings and paper hold of a person: told to them, moved with them, forgotten when they are erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Model

from hocvu.assessment.models import Candidate, PaperSheet, PracticeConfirmation, ScreenTry
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward.models import Account, Person

# Rows that hang on an account by a key named `account`; confirmations first, which point at tries.
AGAIN = "Hai hồ sơ đã tách lại, việc này đã được xác nhận lần khác."
_ROWS: tuple[type[Model], ...] = (PracticeConfirmation, ScreenTry, Candidate, PaperSheet)


def tell_practice(person: Person) -> Iterable[dict[str, Any]]:
    """What the person did before somebody, or in a simulated screen."""
    rows = PracticeConfirmation.objects.filter(account__person=person).select_related("task", "confirmed_by")
    for row in rows:
        yield {
            "Việc": row.task.title,
            "Ở đâu": row.get_way_display(),
            "Lúc": row.happened_at,
            "Người xác nhận": row.confirmed_by.full_name if row.confirmed_by else "",
            "Đã thấy": "; ".join(line["text"] for line in row.seen if line.get("seen")),
            "Ghi chú": row.note,
            "Rút lúc": row.withdrawn_at,
            "Vì sao rút": row.withdrawn_why,
        }


def tell_tries(person: Person) -> Iterable[dict[str, Any]]:
    """Each way through a simulated screen."""
    for row in ScreenTry.objects.filter(account__person=person).select_related("task", "question"):
        yield {
            "Việc": row.task.title if row.task else row.question.code,
            "Bắt đầu": row.began_at,
            "Số bước": len(row.path),
            "Xong lúc": row.ended_at,
            "Đúng": "" if row.right is None else "đúng" if row.right else "chưa đúng",
        }


def tell_sittings(person: Person) -> Iterable[dict[str, Any]]:
    """The sittings that the person was on the list of."""
    rows = Candidate.objects.filter(account__person=person).select_related("sitting__proctor")
    for row in rows:
        yield {
            "Buổi": row.sitting.title,
            "Ở đâu": row.sitting.place,
            "Lúc": row.sitting.opened_at,
            "Giám thị": row.sitting.proctor.full_name,
            "Nhận diện lúc": row.checked_at,
            "Thêm phút": row.extra_minutes,
        }


def tell_sheets(person: Person) -> Iterable[dict[str, Any]]:
    """What the person answered on paper, as it was typed."""
    rows = PaperSheet.objects.filter(account__person=person)
    for row in rows.select_related("form", "watched_by", "first_by", "second_by", "settled_by"):
        yield {
            "Mã đề": row.form.code,
            "Làm ngày": row.sat_on,
            "Người coi": row.watched_by.full_name,
            "Tình trạng": row.get_state_display(),
            "Nhập lần một": str(row.first),
            "Người nhập lần một": row.first_by.full_name,
            "Nhập lần hai": str(row.second) if row.second else "",
            "Người nhập lần hai": row.second_by.full_name if row.second_by else "",
            "Người chốt chỗ khác nhau": row.settled_by.full_name if row.settled_by else "",
        }


def forget(person: Person) -> int:
    """Let everything go that hangs on the person's account."""
    accounts = Account.objects.filter(person=person)
    return sum(model._default_manager.filter(account__in=accounts).delete()[0] for model in _ROWS)


# ---- Two rows of the register became one


def move(kept: Person, other: Person) -> list[Any]:
    """Where both have an account, the other's rows go over whose place is free there. (Where only the other has one, the
    account itself goes over; see signin.personal.)"""
    mine, theirs = citizens.account_of(kept), citizens.account_of(other)
    if mine is None or theirs is None:
        return []
    confirmed = _confirmations(mine, theirs)
    tries = [str(key) for key in ScreenTry.objects.filter(account=theirs).values_list("pk", flat=True)]
    ScreenTry.objects.filter(pk__in=tries).update(account=mine)
    seats, sheets = _free(Candidate, mine, theirs, "sitting"), _free(PaperSheet, mine, theirs, "form")
    return [
        {"from": theirs.pk, "to": mine.pk, "confirmed": confirmed, "tries": tries, "seats": seats, "sheets": sheets}
    ]


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again: what went over goes back. A confirmation of what was confirmed anew for the other meanwhile
    comes back to wait for a person, as any that is doubted; a seat or a sheet whose place is taken stays."""
    for moved in keys:
        mine, theirs = (Account.objects.filter(pk=moved[name]).first() for name in ("to", "from"))
        if mine is None or theirs is None:
            continue
        _confirmations_back(mine, theirs, moved["confirmed"])
        ScreenTry.objects.filter(pk__in=moved["tries"], account=mine).update(account=theirs)
        _free(Candidate, theirs, mine, "sitting", only=moved["seats"])
        _free(PaperSheet, theirs, mine, "form", only=moved["sheets"])


def _confirmations_back(mine: Account, theirs: Account, keys: list[str]) -> None:
    """Of what was confirmed twice one counts, the one that the other has by now."""
    rows = PracticeConfirmation.objects.filter(pk__in=keys, account=mine)
    anew = PracticeConfirmation.objects.filter(account=theirs, withdrawn_at=None)
    twice = rows.filter(withdrawn_at=None, task__code__in=list(anew.values_list("task__code", flat=True)))
    twice.update(withdrawn_at=clock.now(), withdrawn_why=AGAIN)
    rows.update(account=theirs)


def _confirmations(mine: Account, theirs: Account) -> list[str]:
    """What stands for the other and not for the kept one, and all that was withdrawn."""
    standing = PracticeConfirmation.objects.filter(withdrawn_at=None)
    taken = set(standing.filter(account=mine).values_list("task__code", flat=True))
    rows = PracticeConfirmation.objects.filter(account=theirs).select_related("task")
    keys = [str(row.pk) for row in rows if row.withdrawn_at or row.task.code not in taken]
    PracticeConfirmation.objects.filter(pk__in=keys).update(account=mine)
    return keys


def _free(
    model: type[Model], mine: Account, theirs: Account, place: str, *, only: Collection[str] | None = None
) -> list[str]:
    """Let rows go over whose place is free there; answers their keys. `only` names those that may go."""
    taken = set(model._default_manager.filter(account=mine).values_list(place, flat=True))
    rows = model._default_manager.filter(account=theirs)
    if only is not None:
        rows = rows.filter(pk__in=only)
    keys = [str(key) for key, at in rows.values_list("pk", place) if at not in taken]
    model._default_manager.filter(pk__in=keys).update(account=mine)
    return keys
