"""From a figure down to its records: by neighbourhood, and to the people, households and units themselves.

The cells of a measure add up to its records, each placed where it was on the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hocvu.plan.measures import Measure, why_dark
from hocvu.plan.remembering import remembered
from hocvu.ward.models import Household, Neighbourhood, Person, Unit, Ward


@dataclass(frozen=True, slots=True)
class Cell:
    """One place: how many were reached of how many. `place` is None for those whose place is not known."""

    place: Neighbourhood | None
    numerator: int
    denominator: int | None

    @property
    def missing(self) -> int | None:
        return None if self.denominator is None else self.denominator - self.numerator


def by_neighbourhood(measure: Measure, ward: Ward, day: date) -> list[Cell]:
    """The cells of a measure on a day, in the order of the neighbourhoods; nobody's place last."""
    found = remembered(f"{measure.code}:cells", ward, day, lambda: _counts(measure, ward, day), measure.stamp)
    if not found:
        return []
    places = {place.pk: (at, place) for at, place in enumerate(Neighbourhood.objects.of(ward))}
    keys = sorted(found, key=lambda key: (key is None, places[key][0] if key in places else 0))
    return [Cell(places[key][1] if key in places else None, *found[key]) for key in keys]


def _counts(measure: Measure, ward: Ward, day: date) -> dict[int | None, tuple[int, int | None]]:
    """The table that came from outside, else that of the records; none where nothing can be counted on the day."""
    if why_dark(measure, ward, day):
        return {}
    found = measure.cells(ward, day) if measure.cells else None
    if found is not None or measure.drill is None:
        return found or {}
    wholes = _places(measure.drill.population(ward, day), day)
    reached = _places(measure.drill.reached(ward, day), day)
    return {place: (reached.get(place, 0), wholes.get(place, 0)) for place in {*wholes, *reached}}


def missing(measure: Measure, ward: Ward, day: date) -> QuerySet[Any] | None:
    """The records that are not yet reached; None where a measure has no records here."""
    if measure.drill is None:
        return None
    if measure.drill.missing is not None:
        return measure.drill.missing(ward, day)
    reached = measure.drill.reached(ward, day)
    return measure.drill.population(ward, day).exclude(pk__in=reached.order_by().values("pk"))


def _places(rows: QuerySet[Any], day: date) -> dict[int | None, int]:
    """How many rows stand in each neighbourhood on a day."""
    rows = rows.order_by()
    if rows.model is Person:
        at_home = rows.filter(
            Q(residences__valid_from=None) | Q(residences__valid_from__lte=day),
            Q(residences__valid_to=None) | Q(residences__valid_to__gte=day),
            residences__isnull=False,
        )
        found = at_home.values("residences__neighbourhood").annotate(n=Count("pk", distinct=True))
        placed = _summed((row["residences__neighbourhood"], row["n"]) for row in found)
        return _with_unplaced(placed, rows.count())
    if rows.model is Household:
        found = rows.values("neighbourhood").annotate(n=Count("pk", distinct=True))
        return _summed((row["neighbourhood"], row["n"]) for row in found)
    if rows.model is Unit:
        found = rows.values("neighbourhood").annotate(n=Count("pk", distinct=True))
        return _summed((row["neighbourhood"], row["n"]) for row in found)
    if rows.model is Neighbourhood:
        return dict.fromkeys(rows.values_list("pk", flat=True), 1)
    raise TypeError(f"{rows.model.__name__} has no place")


def _summed(pairs: Iterable[tuple[int | None, int]]) -> dict[int | None, int]:
    sums: dict[int | None, int] = defaultdict(int)
    for place, number in pairs:
        sums[place] += number
    return dict(sums)


def _with_unplaced(placed: dict[int | None, int], whole: int) -> dict[int | None, int]:
    """Members who live nowhere in the ward have no place, yet they count."""
    rest = whole - sum(placed.values())
    return {**placed, None: placed.get(None, 0) + rest} if rest > 0 else placed
