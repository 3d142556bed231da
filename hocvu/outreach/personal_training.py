"""What the register of training holds of a person: told to them, moved with them, forgotten when they are erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from hocvu.outreach.models import Trainee
from hocvu.ward.models import Person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """The courses that somebody was sent to, and what came of it."""
    rows = Trainee.objects.filter(Q(person=person) | Q(account__person=person))
    for row in rows.select_related("training", "unit", "named_by", "marked_by"):
        yield {
            "Khóa": row.training.title,
            "Nơi tổ chức": row.training.organiser,
            "Từ ngày": row.training.starts_on,
            "Đến ngày": row.training.ends_on,
            "Đơn vị cử": row.unit.name,
            "Người cử": row.named_by.full_name,
            "Tình trạng": row.get_state_display(),
            "Dự đến ngày": row.attended_on,
            "Căn cứ": row.evidence,
            "Lý do": row.shown_why,
            "Người điểm danh": row.marked_by.full_name if row.marked_by else "",
        }


def forget(person: Person) -> int:
    """Let go of everything that names the person."""
    return Trainee.objects.filter(Q(person=person) | Q(account__person=person)).delete()[0]


def move(kept: Person, other: Person) -> list[Any]:
    """The other's rows go over. Where both were sent to one course, the row that attended stands for the kept one; the
    second row stays with the other and is not counted."""
    mine = {row.training_id: row for row in Trainee.objects.filter(person=kept)}
    free, swapped = [], []
    for row in Trainee.objects.filter(person=other):
        there = mine.get(row.training_id)
        if there is None:
            free.append(row.pk)
        elif row.state == Trainee.State.ATTENDED and there.state != Trainee.State.ATTENDED:
            swapped.append([there.pk, row.pk])
    Trainee.objects.filter(pk__in=free).update(person=kept)
    for there_key, row_key in swapped:
        _swap(there_key, row_key, kept, other)
    return [{"free": free, "swapped": swapped}] if free or swapped else []


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again: what went over goes back."""
    for moved in keys:
        Trainee.objects.filter(pk__in=moved["free"], person=kept).update(person=other)
        for there_key, row_key in moved["swapped"]:
            _swap(row_key, there_key, kept, other)


def _swap(from_kept: int, to_kept: int, kept: Person, other: Person) -> None:
    """Of two rows of one course the one goes over to the other person, the other to the kept one; a course has a person
    once, so the first is let go of before."""
    Trainee.objects.filter(pk=from_kept, person=kept).update(person=None)
    Trainee.objects.filter(pk=to_kept, person=other).update(person=kept)
    Trainee.objects.filter(pk=from_kept, person=None).update(person=other)
