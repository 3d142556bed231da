"""Neighbourhoods are added, merge and split; their history and their teams' past stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from hocvu.lib import clock
from hocvu.ward import audit, living
from hocvu.ward.models import Account, Neighbourhood, NeighbourhoodChange, Unit, UnitGroup, Ward

# A change is entered when it was decided, not years before: a date typed wrong would lock the places for good.
LONGEST_AHEAD = timedelta(days=90)


class Unsound(Exception):
    """The change cannot be made; the message is a Vietnamese sentence for the person who asked."""


def numbered(ward: Ward, first: int, last: int) -> list[tuple[str, int | None]]:
    """Names as a ward with numbered neighbourhoods gives them: "Tổ dân phố số 1" and so on."""
    word = ward.neighbourhood_word
    return [(f"{word[:1].upper()}{word[1:]} số {number}", number) for number in range(first, last + 1)]


@transaction.atomic
def add(
    ward: Ward, places: Sequence[tuple[str, int | None]], *, by: Account | None, valid_from: date | None = None
) -> list[Neighbourhood]:
    """New neighbourhoods, each with a unit of its own and a community digital team, in the groups that plans name."""
    names = [name for name, _ in places]
    _refuse_taken(ward, [*names, *(_team(name) for name in names)])
    word = ward.neighbourhood_word
    itself, _ = UnitGroup.objects.get_or_create(ward=ward, name=f"Các {word[:1].upper()}{word[1:]}")
    teams, _ = UnitGroup.objects.get_or_create(ward=ward, name="Các Tổ công nghệ số cộng đồng")
    made = []
    for name, number in places:
        place = Neighbourhood.objects.create(ward=ward, number=number, name=name, valid_from=valid_from)
        for kind, group, called in (
            (Unit.Kind.NEIGHBOURHOOD, itself, name),
            (Unit.Kind.TEAM, teams, _team(name)),
        ):
            unit = Unit.objects.create(ward=ward, kind=kind, name=called, neighbourhood=place, valid_from=valid_from)
            group.memberships.create(unit=unit, valid_from=valid_from)
        made.append(place)
    audit.record(by, "added neighbourhoods", ward, count=len(made), first=names[0] if names else "")
    return made


def _team(name: str) -> str:
    return f"Tổ công nghệ số cộng đồng - {name}"


def _refuse_taken(ward: Ward, names: Sequence[str], besides: Sequence[Neighbourhood] = ()) -> None:
    """Refuse a name that stands twice, or that a living neighbourhood or unit has; capitals make no other name."""
    places = Neighbourhood.objects.of(ward).filter(valid_to=None).exclude(pk__in=[place.pk for place in besides])
    units = Unit.objects.of(ward).filter(valid_to=None).exclude(neighbourhood__in=besides)
    taken = {name.casefold() for rows in (places, units) for name in rows.values_list("name", flat=True)}
    for name in names:
        if name.casefold() in taken:
            raise Unsound(f"Tên “{name}” bị trùng. Hãy bỏ tên đó hoặc đặt tên khác.")
        taken.add(name.casefold())


@transaction.atomic
def merge(
    ward: Ward, before: Sequence[Neighbourhood], *, name: str, number: int | None, day: date, decision: str, by: Account
) -> Neighbourhood:
    """Several neighbourhoods become one from `day` on; the earlier ones end the day before."""
    if len(before) < 2:
        raise Unsound("Hãy chọn ít nhất hai nơi để sáp nhập.")
    [new] = _change(ward, NeighbourhoodChange.Kind.MERGE, before, [(name, number)], day, decision, by)
    return new


@transaction.atomic
def split(
    ward: Ward,
    before: Neighbourhood,
    after: Sequence[tuple[str, int | None]],
    *,
    day: date,
    decision: str,
    by: Account,
) -> list[Neighbourhood]:
    """One neighbourhood becomes several from `day` on."""
    if len(after) < 2:
        raise Unsound("Hãy ghi ít nhất hai nơi mới.")
    return _change(ward, NeighbourhoodChange.Kind.SPLIT, [before], after, day, decision, by)


def _change(
    ward: Ward,
    kind: str,
    before: Sequence[Neighbourhood],
    after: Sequence[tuple[str, int | None]],
    day: date,
    decision: str,
    by: Account,
) -> list[Neighbourhood]:
    for old in before:
        if old.ward_id != ward.pk or old.valid_to is not None:
            raise Unsound(f"{old.name} đã thôi hoạt động hoặc không thuộc {ward.title}.")
        if old.valid_from and old.valid_from >= day:
            raise Unsound(f"{old.name} mới có từ {old.valid_from:%d/%m/%Y}, chưa thể thay đổi từ ngày này.")
    if day > clock.today() + LONGEST_AHEAD:
        raise Unsound(f"Ngày {day:%d/%m/%Y} còn xa. Hãy ghi ngày trong vòng {LONGEST_AHEAD.days} ngày tới.")
    _refuse_taken(ward, [name for name, _ in after], before)
    last_day = day - timedelta(days=1)
    for old in before:
        old.valid_to = last_day
        old.save(update_fields=("valid_to",))
        Unit.objects.filter(neighbourhood=old, valid_to=None).update(valid_to=last_day)
    new = [Neighbourhood.objects.create(ward=ward, name=name, number=number, valid_from=day) for name, number in after]
    for place in new:
        _carry_units(ward, before[0], place, day)
    if len(new) == 1:  # after a split only a person knows who lives where
        for old in before:
            living.move_neighbourhood(old, new[0], day)
    change = NeighbourhoodChange.objects.create(ward=ward, kind=kind, day=day, decision=decision)
    change.before.set(before)
    change.after.set(new)
    audit.record(by, "changed neighbourhoods", change, ward=ward, decision=decision)
    return new


def _carry_units(ward: Ward, old: Neighbourhood, new: Neighbourhood, day: date) -> None:
    """The new place gets units of the kinds that the old one had, in the same groups."""
    for unit in Unit.objects.filter(neighbourhood=old).prefetch_related("memberships"):
        name = unit.name.replace(old.name, new.name)
        if old.name not in unit.name:
            name = f"{unit.get_kind_display().capitalize()} - {new.name}"
        heir = Unit.objects.create(
            ward=ward, kind=unit.kind, name=name, parent=unit.parent, neighbourhood=new, valid_from=day
        )
        for membership in unit.memberships.all():
            if membership.valid_to is None:
                membership.group.memberships.create(unit=heir, valid_from=day)
