"""How rows hang on wards, units and neighbourhoods: each scoped model names its paths once, as `SCOPE`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from hocvu.lib import clock

if TYPE_CHECKING:
    from hocvu.ward.models import Grant, Ward


@dataclass(frozen=True, slots=True)
class Scope:
    """Look-up paths from a row to its ward, to units that may meet it, and to its neighbourhood.

    `ward` is "" where the row is the ward itself. `members` lead to memberships: a unit meets the rows of whoever belongs
    to it today, not of whoever once did. A model without units or members never shows to a role that reaches only its
    unit.
    """

    ward: str
    units: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    neighbourhood: str = ""

    def of_ward(self, ward: Ward) -> Q:
        """The rows of one ward."""
        return Q(**{self.ward or "pk": ward.pk})

    def reached(self, grant: Grant, reach: str) -> Q | None:
        """The rows that a grant reaches: None for no row at all, an empty Q for every row."""
        if reach == "everywhere" or (reach == "ward" and grant.ward_id is None):
            return Q() if grant.ward_id is None else Q(**{self.ward or "pk": grant.ward_id})
        if reach == "ward":
            return Q(**{self.ward or "pk": grant.ward_id})
        if reach == "unit" and grant.unit is not None and (self.units or self.members):
            rows = Q()
            for path in self.members:
                rows |= _of_today(path) & Q(**{f"{path}__unit__path__startswith": grant.unit.path})
            for path in self.units:
                prefix = f"{path}__" if path else ""
                rows |= Q(**{f"{prefix}path__startswith": grant.unit.path})
            return rows
        if reach == "neighbourhood" and grant.neighbourhood_id and self.neighbourhood:
            return Q(**{self.neighbourhood: grant.neighbourhood_id})
        return None


def _of_today(memberships: str) -> Q:
    """Memberships at a path that hold today."""
    today = clock.today()
    begun = Q(**{f"{memberships}__valid_from": None}) | Q(**{f"{memberships}__valid_from__lte": today})
    return begun & (Q(**{f"{memberships}__valid_to": None}) | Q(**{f"{memberships}__valid_to__gte": today}))
