"""The turns of recurring work: fifty-two weeks of "one item a week", the years of "hằng năm".

A turn is met when enough evidence dated inside it was accepted. It is served when enough was given and not
returned: the unit has done its part, even while somebody still has to look at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hocvu.plan.models import Evidence, Occurrence, Task


@dataclass(frozen=True, slots=True)
class Turn:
    """One occurrence with the evidence dated inside it."""

    occurrence: Occurrence
    accepted: int
    waiting: int

    @property
    def is_met(self) -> bool:
        return self.accepted >= self.occurrence.needed

    @property
    def is_served(self) -> bool:
        return self.accepted + self.waiting >= self.occurrence.needed

    def is_over(self, day: date) -> bool:
        return self.occurrence.ends_on < day

    def has_begun(self, day: date) -> bool:
        return self.occurrence.starts_on <= day


def turns_of(task: Task) -> list[Turn]:
    """Every turn of a task, first to last, with its evidence counted by date."""
    occurrences = list(task.occurrences.all())
    if not occurrences:
        return []
    dated = task.evidence.exclude(check_state=Evidence.Check.RETURNED).values_list("happened_on", "check_state")
    return count(occurrences, list(dated))


def turns_of_many(tasks: Iterable[Task]) -> dict[int, list[Turn]]:
    """The turns of the recurring ones among many tasks, by task; two questions."""
    occurrences: dict[int, list[Occurrence]] = {}
    for one in Occurrence.objects.filter(task__in=list(tasks)):
        occurrences.setdefault(one.task_id, []).append(one)
    dated: dict[int, list[tuple[date, str]]] = {}
    if occurrences:
        given = Evidence.objects.filter(task__in=occurrences).exclude(check_state=Evidence.Check.RETURNED)
        for task, day, state in given.values_list("task", "happened_on", "check_state"):
            dated.setdefault(task, []).append((day, state))
    return {pk: count(ones, dated.get(pk, ())) for pk, ones in occurrences.items()}


def count(occurrences: Iterable[Occurrence], dated: Iterable[tuple[date, str]]) -> list[Turn]:
    """Turns from occurrences and from (day, check state) of the evidence that was not returned."""
    days = sorted(dated)
    turns = []
    for turn in occurrences:
        inside = [state for day, state in days if turn.starts_on <= day <= turn.ends_on]
        accepted = inside.count(Evidence.Check.ACCEPTED)
        turns.append(Turn(turn, accepted, len(inside) - accepted))
    return turns


def due_day(turns: list[Turn], day: date) -> date | None:
    """The day by which the next turn wants serving.

    A turn that ended empty stays due, and so is late, until it is made up or the turn after it is served or
    over; then the work looks ahead again, and the gap stays visible on the task's page.
    """
    over = [turn for turn in turns if turn.is_over(day)]
    ahead = [turn for turn in turns if not turn.is_over(day)]
    missed = bool(over) and not over[-1].is_served
    served_since = bool(ahead) and ahead[0].has_begun(day) and ahead[0].is_served
    if missed and not served_since:
        return over[-1].occurrence.ends_on
    return next((turn.occurrence.ends_on for turn in ahead if not turn.is_served), None)


def containing(task: Task, day: date) -> Occurrence | None:
    """The occurrence of a task that a day falls into."""
    return task.occurrences.filter(starts_on__lte=day, ends_on__gte=day).first()
