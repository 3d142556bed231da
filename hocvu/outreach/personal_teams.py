"""What teams hold of a person who is a member with an account: told to them, moved with them, taken out when they are
erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hocvu.outreach.models import TeamMember
from hocvu.outreach.teams import FORGOTTEN
from hocvu.signin import citizens
from hocvu.ward.models import Person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """In which teams the person was, from when to when."""
    for row in TeamMember.objects.filter(account__person=person).select_related("team"):
        yield {
            "Tổ": row.team.name,
            "Phần việc": row.get_part_display(),
            "Do nơi nào cử": row.comes_from,
            "Từ ngày": row.valid_from,
            "Đến hết ngày": row.valid_to,
        }


def forget(person: Person) -> int:
    """That somebody was in the team stays, who it was goes."""
    rows = TeamMember.objects.filter(account__person=person)
    return rows.update(account=None, full_name=FORGOTTEN, comes_from="")


def move(kept: Person, other: Person) -> list[Any]:
    """Two rows of the register became one: where both have an account, the other's lines go over. (Where only the other
    has one, the account itself goes over.)"""
    mine, theirs = citizens.account_of(kept), citizens.account_of(other)
    if mine is None or theirs is None:
        return []
    keys = list(TeamMember.objects.filter(account=theirs).values_list("pk", flat=True))
    TeamMember.objects.filter(pk__in=keys).update(account=mine)
    return [{"from": theirs.pk, "to": mine.pk, "members": keys}] if keys else []


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again: what went over goes back."""
    for moved in keys:
        rows = TeamMember.objects.filter(pk__in=moved["members"], account=moved["to"])
        rows.update(account=moved["from"])
