"""The units of a published plan: those decided upon are found or made, and learn the names the plan gave them."""

from __future__ import annotations

from collections.abc import Mapping

from hocvu.lib import clock
from hocvu.plan import naming
from hocvu.plan.models import Reading
from hocvu.plan.naming import LOCAL_KINDS, Decision
from hocvu.ward import arranging, audit
from hocvu.ward.models import Account, GroupMembership, Neighbourhood, Unit, UnitGroup, Ward

Named = dict[str, Unit | UnitGroup]


def gather(reading: Reading, by: Account) -> Named:
    """The unit or group of every name of the reading, made where it was decided so, with the name as an alias."""
    names = naming.names_read(reading.content)
    wanted = {naming.resolved_key(entry.key, reading.units) for entry in names}
    named: Named = {}
    for key in sorted(wanted, key=lambda key: reading.units[key]["choice"] == "new_group"):
        named[key] = _found_or_made(reading.ward, reading.units[key], named, by)
    for entry in names:
        named[entry.key] = named[naming.resolved_key(entry.key, reading.units)]
        _learn(named[entry.key], entry.spellings)
    return named


def _found_or_made(ward: Ward, decision: Decision, named: Named, by: Account) -> Unit | UnitGroup:
    match decision["choice"]:
        case "unit":
            return Unit.objects.of(ward).get(pk=decision["id"])
        case "group":
            return UnitGroup.objects.get(ward=ward, pk=decision["id"])
        case "new_unit":
            return _unit(ward, decision, by)
    return _group(ward, decision, named, by)


def _unit(ward: Ward, decision: Decision, by: Account) -> Unit:
    """A new unit, unless one of that very name was made meanwhile."""
    living = Unit.objects.of(ward).filter(name=decision["name"], valid_to=None).first()
    return living or arranging.add_unit(ward, by=by, name=decision["name"], kind=decision["kind"])


def _group(ward: Ward, decision: Decision, named: Named, by: Account) -> UnitGroup:
    group, made = UnitGroup.objects.get_or_create(ward=ward, name=decision["name"])
    if made:
        audit.record(by, "added a group of units", group, ward=ward)
    for kind in decision["kinds"]:
        if kind in LOCAL_KINDS:
            _one_for_each_neighbourhood(ward, kind, by)
    members = {unit.pk: unit for unit in _members(ward, decision, named)}
    present = set(group.memberships.filter(valid_to=None).values_list("unit_id", flat=True))
    GroupMembership.objects.bulk_create(
        GroupMembership(group=group, unit=unit, valid_from=clock.today())
        for pk, unit in members.items()
        if pk not in present
    )
    return group


def _members(ward: Ward, decision: Decision, named: Named) -> list[Unit]:
    living = Unit.objects.of(ward).on(clock.today())
    units = [*living.filter(kind__in=decision["kinds"]), *living.filter(pk__in=decision["members"])]
    read = [named.get(key) for key in decision["names"]]
    return units + [unit for unit in read if isinstance(unit, Unit)]


def _one_for_each_neighbourhood(ward: Ward, kind: str, by: Account) -> None:
    """Neighbourhoods that have no unit of this kind get one: a plan that names them all must reach them all."""
    having = Unit.objects.of(ward).on(clock.today()).filter(kind=kind, neighbourhood__isnull=False)
    without = Neighbourhood.objects.of(ward).on(clock.today()).exclude(pk__in=having.values("neighbourhood"))
    for place in without:
        name = place.name if kind == Unit.Kind.NEIGHBOURHOOD else f"Tổ công nghệ số cộng đồng - {place.name}"
        arranging.add_unit(ward, by=by, name=name, kind=kind, neighbourhood=place)


def _learn(whom: Unit | UnitGroup, spellings: list[str]) -> None:
    """Keep the plan's spellings, so that the next plan is matched without asking."""
    known: Mapping[str, None] = dict.fromkeys((whom.name, *whom.aliases))
    new = [spelling for spelling in spellings if spelling not in known]
    if new:
        whom.aliases = [*whom.aliases, *new]
        whom.save(update_fields=("aliases",))
