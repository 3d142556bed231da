"""Units are added and changed. A unit that did anything is never removed: it ends on a day."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from hocvu.ward import audit
from hocvu.ward.models import Account, Unit, Ward

FIELDS = ("name", "short_name", "kind", "parent", "valid_from", "valid_to")


@transaction.atomic
def add_unit(ward: Ward, *, by: Account | None, **fields: Any) -> Unit:
    """A new unit of a ward."""
    unit = Unit.objects.create(ward=ward, **fields)
    audit.record(by, "added a unit", unit)
    return unit


@transaction.atomic
def change_unit(unit: Unit, *, by: Account, **fields: Any) -> Unit:
    """Change a unit; the earlier name stays among its aliases, so that old plans still find it."""
    changed = [name for name in FIELDS if getattr(unit, name) != fields[name]]
    if "name" in changed and unit.name not in unit.aliases:
        unit.aliases = [*unit.aliases, unit.name]
    for name in changed:
        setattr(unit, name, fields[name])
    unit.save()
    if "parent" in changed:
        _move_below(unit)
    if changed:
        audit.record(by, "changed a unit", unit, fields=", ".join(changed))
    return unit


def _move_below(unit: Unit) -> None:
    for child in unit.children.all():
        child.parent = unit
        child.save()
        _move_below(child)
