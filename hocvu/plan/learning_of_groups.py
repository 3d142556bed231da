"""The courses for the group of a target, and how many of the group learn them: learning, not yet a confirmed skill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hocvu.learning import catalogue, studying
from hocvu.learning.catalogue import Entry
from hocvu.learning.studying import Learnt
from hocvu.plan import measures, populations
from hocvu.plan.models import Target

Audience = Target.Audience
# Audience of a target -> the groups that courses are made for, and the population that it is counted in.
GROUPS: dict[str, tuple[Sequence[str], str]] = {
    Audience.OFFICIALS: (("officials",), "officials"),
    Audience.STUDENTS: (("pupils",), "pupils"),
    Audience.ADULTS: (("adults", "elderly"), "adults"),
    Audience.WORKERS: (("workers",), "workers"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A course for the group, and how many of the group began and finished it."""

    entry: Entry
    learnt: Learnt


def lines_of(target: Target, day: date) -> list[Line]:
    """The courses for the group of a target; none where it is no group of people."""
    groups, population = GROUPS.get(target.audience, ((), ""))
    ward = target.plan.ward
    found = catalogue.catalogue_of(ward).entries if groups else ()
    entries = [entry for entry in found if any(entry.is_for(group) for group in groups)]
    measure = measures.find(target.measure)
    rows = (
        populations.population(measure.population if measure and measure.population else population).rows
        if entries
        else None
    )
    if rows is None:
        return []
    learnt = studying.of_people([entry.course.pk for entry in entries], ward, rows(ward, day))
    return [Line(entry, learnt[entry.course.pk]) for entry in entries]
