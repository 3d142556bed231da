"""How things are counted: every figure says of how many, from where, as of which day, and of which kind.

A figure is counted from records, declared by a unit or external; one is never derived from another, and none
is above its whole. A measure is a function that counts; rooms above register theirs here when they start, and
nothing here knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.db.models import Model, Q

from hocvu.plan import turns
from hocvu.plan.models import DeclaredFigure, Evidence, Target, Task

Kind = Literal["counted", "declared", "external"]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of how many. Without a sourced whole there is no share."""

    numerator: int
    denominator: int | None
    source: str
    as_of: date
    kind: Kind

    def __post_init__(self) -> None:
        if self.denominator is not None and not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} is no share")

    @property
    def share(self) -> Decimal | None:
        """The exact percentage, or None without a whole."""
        return Decimal(self.numerator) * 100 / self.denominator if self.denominator else None


Count = Callable[[Any, date], Figure | None]
C = TypeVar("C", bound=Count)


@dataclass(frozen=True, slots=True)
class Measure:
    """A registered way of counting: of a ward, a task, a target. It answers None where it does not apply."""

    code: str
    unit: str
    title: str
    of: type[Model]
    count: Count


_MEASURES: dict[str, Measure] = {}


def measure(code: str, *, unit: str, title: str, of: type[Model]) -> Callable[[C], C]:
    """Register a counting function under a code of its own."""

    def register(count: C) -> C:
        if code in _MEASURES:
            raise ValueError(f"the measure {code!r} is already registered")
        _MEASURES[code] = Measure(code, unit, title, of, count)
        return count

    return register


def counted(subject: Model, day: date) -> list[tuple[Measure, Figure]]:
    """Every registered figure that applies to a subject, as of a day."""
    found = ((m, m.count(subject, day)) for m in _MEASURES.values() if isinstance(subject, m.of))
    return [(m, figure) for m, figure in found if figure is not None]


@measure("units_verified", unit="đơn vị", title="Đơn vị có bằng chứng đã kiểm", of=Task)
def units_verified(task: Task, day: date) -> Figure | None:
    """Of the units that carry a task through a group, those with accepted evidence dated up to the day.

    For "100% các tổ dân phố": each team of the group is one unit, counted once.
    """
    carrying = task.carriers.filter(Q(ended_on=None) | Q(ended_on__gte=day), through__isnull=False)
    whole = carrying.count()
    if not whole:
        return None
    proven = Evidence.objects.filter(task=task, check_state=Evidence.Check.ACCEPTED, happened_on__lte=day)
    reached = carrying.filter(unit__in=proven.values("unit")).count()
    return Figure(reached, whole, "bằng chứng đã kiểm của từng đơn vị", day, "counted")


@measure("turns_met", unit="kỳ", title="Kỳ đã đủ bằng chứng", of=Task)
def turns_met(task: Task, day: date) -> Figure | None:
    """Of the turns of recurring work that are over, those with enough accepted evidence dated inside them."""
    over = [turn for turn in turns.turns_of(task) if turn.is_over(day)]
    if not over:
        return None
    return Figure(sum(turn.is_met for turn in over), len(over), "bằng chứng đã kiểm, theo ngày", day, "counted")


def figures_of_targets(targets: Iterable[Target], day: date) -> dict[int, Figure]:
    """The figure of each target that has one: counted where a measure counts it, else the newest declared, each
    as of the day but never past the target's own year. One query for all that is declared."""
    targets = list(targets)
    figures = {target.pk: counting[0][1] for target in targets if (counting := counted(target, target.counted_on(day)))}
    rows = DeclaredFigure.objects.standing().filter(target__in=targets).select_related("unit").order_by(*NEWEST_FIRST)
    limits = {target.pk: target.counted_on(day) for target in targets}
    for row in rows:
        if row.target_id not in figures and row.as_of <= limits[row.target_id]:
            figures[row.target_id] = of_declared(row)
    return figures


NEWEST_FIRST = ("-as_of", "-declared_at", "-id")


def of_declared(row: DeclaredFigure) -> Figure:
    """A declared row as a figure."""
    return Figure(row.numerator, row.denominator, f"{row.unit.name}: {row.source}", row.as_of, "declared")
