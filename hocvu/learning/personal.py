"""What this room holds of a person: told to them, moved with them, forgotten when they are erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from hocvu.learning import progress
from hocvu.learning.models import Bookmark, Enrolment, LearningAct, Lesson, Progress
from hocvu.signin import citizens
from hocvu.ward.models import Account, Person, Receipt

# Rows that hang on an account by a key named `account` and go when the person is erased.
_ROWS: tuple[type[Model], ...] = (LearningAct, Progress, Bookmark, Enrolment, Receipt)


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """How far the person is in each lesson."""
    for row in Progress.objects.filter(account__person=person).select_related("lesson__published"):
        yield {
            "Bài": _title(row.lesson),
            "Bắt đầu": row.begun_at,
            "Lần cuối": row.touched_at,
            "Số phần đã xong": len(row.parts),
            "Xong lúc": row.completed_at,
            "Xong bằng cách": row.get_completed_how_display(),
            "Có người giúp": "có" if row.helped else "",
        }


def tell_acts(person: Person) -> Iterable[dict[str, Any]]:
    """Each thing that the person did in a lesson."""
    acts = LearningAct.objects.filter(account__person=person).select_related("lesson__published", "helped_by")
    for act in acts:
        yield {
            "Lúc, theo máy": act.happened_at,
            "Nhận lúc": act.received_at,
            "Bài": _title(act.lesson),
            "Việc": act.get_kind_display(),
            "Phần": act.part or act.block,
            "Trả lời": str(act.said) if act.said else "",
            "Đúng": "" if act.right is None else "đúng" if act.right else "chưa đúng",
            "Người giúp": act.helped_by.full_name if act.helped_by else "",
        }


def tell_marks(person: Person) -> Iterable[dict[str, Any]]:
    """What the person marked, noted and took."""
    for mark in Bookmark.objects.filter(account__person=person).select_related("lesson__published"):
        yield {"Đánh dấu": _title(mark.lesson), "Phần": mark.part, "Ghi chú": mark.note, "Lúc": mark.at}
    for one in Enrolment.objects.filter(account__person=person).select_related("course"):
        yield {"Khóa đã chọn": one.course.title, "Lúc": one.at, "Thôi học lúc": one.left_at}


def tell_receipts(person: Person) -> Iterable[dict[str, Any]]:
    """What came from the person's devices."""
    for row in Receipt.objects.filter(account__person=person):
        yield {
            "Gửi tới": row.path,
            "Kết quả": row.get_result_display(),
            "Vì sao": row.reason,
            "Nhận lúc": row.received_at,
        }


def _title(lesson: Lesson) -> str:
    return lesson.published.title if lesson.published else lesson.slug


def forget(person: Person) -> int:
    """Let everything go that the person's account learned."""
    accounts = Account.objects.filter(person=person)
    return sum(model._default_manager.filter(account__in=accounts).delete()[0] for model in _ROWS)


# ---- Two rows of the register became one


def move(kept: Person, other: Person) -> list[Any]:
    """Where both have an account, what the other's learned goes over to the kept one's and is added up there. (Where
    only the other has one, the account itself goes over; see signin.personal.)"""
    mine, theirs = citizens.account_of(kept), citizens.account_of(other)
    if mine is None or theirs is None:
        return []
    acts = list(LearningAct.objects.filter(account=theirs).values_list("pk", flat=True))
    begun = {row.lesson_id: row for row in Progress.objects.filter(account=theirs)}
    LearningAct.objects.filter(pk__in=acts).update(account=mine)
    made = [row.pk for row in (_join(mine, one) for one in begun.values()) if row is not None]
    _restate(mine, list(begun))
    marks = _free(Bookmark, mine, theirs, ("lesson_id", "part"))
    courses = _free(Enrolment, mine, theirs, ("course_id",))
    return [{"from": theirs.pk, "to": mine.pk, "acts": [str(key) for key in acts], "lessons": [str(k) for k in begun],
             "made": made, "marks": marks, "courses": courses}]  # fmt: skip


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again: what went over goes back, and both are added up from what is theirs."""
    for moved in keys:
        mine, theirs = (Account.objects.filter(pk=moved[name]).first() for name in ("to", "from"))
        if mine is None or theirs is None:
            continue
        LearningAct.objects.filter(pk__in=moved["acts"], account=mine).update(account=theirs)
        Bookmark.objects.filter(pk__in=moved["marks"], account=mine).update(account=theirs)
        Enrolment.objects.filter(pk__in=moved["courses"], account=mine).update(account=theirs)
        left = set(LearningAct.objects.filter(account=mine).values_list("lesson", flat=True))
        Progress.objects.filter(pk__in=moved["made"], account=mine).exclude(lesson__in=left).delete()
        _restate(mine, moved["lessons"])
        _restate(theirs, moved["lessons"])


def _join(mine: Account, theirs: Progress) -> Progress | None:
    """A row in the same lesson under the same rule, where there is none yet."""
    row, is_new = Progress.objects.get_or_create(
        account=mine,
        lesson_id=theirs.lesson_id,
        defaults={"ward_id": theirs.ward_id, "rule": theirs.rule, "begun_at": theirs.begun_at,
                  "touched_at": theirs.touched_at},
    )  # fmt: skip
    return row if is_new else None


def _restate(account: Account, lessons: list[Any]) -> None:
    """Add an account's rows in these lessons up from nothing."""
    rows = Progress.objects.select_for_update(of=("self",), no_key=True).filter(account=account, lesson__in=lessons)
    for row in rows.select_related("lesson__published"):
        progress.restate(row)


def _free(model: type[Model], mine: Account, theirs: Account, unique: tuple[str, ...]) -> list[int]:
    """Let rows go over whose place is free there; answers their keys."""
    taken = set(model._default_manager.filter(account=mine).values_list(*unique))
    rows = model._default_manager.filter(account=theirs).values_list("pk", *unique)
    keys = [row[0] for row in rows if row[1:] not in taken]
    model._default_manager.filter(pk__in=keys).update(account=mine)
    return keys
