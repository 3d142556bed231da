"""The people of a school, an enterprise, a unit, as the unit itself sees them: by name and group, no number.

Rooms above add their columns (`add_column`): whether somebody has an account, later what was learned and certified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import Cell
from hocvu.lib.text import nfc
from hocvu.ward import audit
from hocvu.ward.access import scoped
from hocvu.ward.models import Account, Membership, MembershipQuerySet, Person, Ward

GROUP_LETTERS = 60


@dataclass(frozen=True, slots=True)
class MemberColumn:
    """What a room says of each member. `annotate` puts what `cell` reads on the rows, so that no row asks again."""

    heading: str
    cell: Callable[[Membership], Cell]
    width: int
    annotate: Callable[[MembershipQuerySet], MembershipQuerySet] | None


_COLUMNS: list[MemberColumn] = []


def add_column(
    heading: str,
    cell: Callable[[Membership], Cell],
    *,
    width: int = 14,
    annotate: Callable[[MembershipQuerySet], MembershipQuerySet] | None = None,
) -> None:
    """Let a room add a column to the list of members; the same heading again replaces it."""
    _COLUMNS[:] = [one for one in _COLUMNS if one.heading != heading]
    _COLUMNS.append(MemberColumn(heading, cell, width, annotate))


def columns() -> tuple[MemberColumn, ...]:
    """The columns that rooms added, in the order of declaration."""
    return tuple(_COLUMNS)


def of(account: Account, ward: Ward, capability: str = "members.read") -> MembershipQuerySet:
    """The memberships that hold today in the units that the account speaks for; whoever asked to be left in peace is
    in no list of work."""
    today = clock.today()
    people = Person.objects.open_for_work().living_on(today)
    rows = Membership.objects.on(today).filter(person__in=people.order_by().values("pk"))
    return scoped(rows, account, capability, ward).select_related("person", "unit").order_by("person__plain_name", "pk")


def with_columns(rows: MembershipQuerySet) -> MembershipQuerySet:
    """The rows with all that the added columns read."""
    for one in _COLUMNS:
        rows = one.annotate(rows) if one.annotate else rows
    return rows


def groups(rows: MembershipQuerySet) -> list[str]:
    """The names of groups among the rows."""
    return sorted(set(rows.order_by().exclude(group="").values_list("group", flat=True)))


@transaction.atomic
def put_into(keys: Iterable[int], group: str, *, ward: Ward, by: Account) -> int:
    """Put several members of one's own units into a group; "" takes them out. Answers how many."""
    group = " ".join(nfc(group).split())
    if len(group) > GROUP_LETTERS:
        raise Refusal(f"Tên nhóm dài quá {GROUP_LETTERS} ký tự. Hãy rút gọn.", "group")
    wanted = set(keys)
    if not wanted:
        raise Refusal("Chưa chọn ai. Hãy đánh dấu ít nhất một người.", "members")
    mine = set(of(by, ward, "members.group").filter(pk__in=wanted).values_list("pk", flat=True))
    if mine != wanted:
        raise Refusal("Có người không còn trong danh sách. Hãy tải lại trang rồi chọn lại.", "members")
    count = Membership.objects.filter(pk__in=mine).update(group=group)
    audit.record(by, "put members into a group", ward, count=count, group=group or "bỏ khỏi nhóm")
    return count
