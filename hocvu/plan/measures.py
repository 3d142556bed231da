"""How things are counted: every figure says of how many, from where, as of which day, and of which kind.

A measure is a function of a ward and a day that answers a figure; rooms above register theirs here when they start,
and nothing here knows them. A figure is counted from records, declared by a unit or external; one is never derived
from another, and none is above its whole. Targets and task results name the measure that counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.db.models import Q, QuerySet

from hocvu.plan import turns
from hocvu.plan.models import Carrier, DeclaredFigure, Evidence, FrozenFigure, Plan, Target, Task
from hocvu.plan.remembering import remembered
from hocvu.ward.models import Ward

Kind = Literal["counted", "declared", "external"]
Records = Callable[[Ward, date], "QuerySet[Any]"]
# Neighbourhood (None: not told) -> how many of how many; None where a measure has no such table for the day.
Cells = Callable[[Ward, date], "dict[int | None, tuple[int, int | None]] | None"]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of how many. Without a sourced whole there is no share. `doubt` says why one was left out."""

    numerator: int
    denominator: int | None
    source: str
    as_of: date
    kind: Kind
    doubt: str = ""

    def __post_init__(self) -> None:
        if self.denominator is not None and not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} is no share")

    @property
    def share(self) -> Decimal | None:
        """The exact percentage, or None without a whole."""
        return Decimal(self.numerator) * 100 / self.denominator if self.denominator else None


def bounded(numerator: int, denominator: int | None, source: str, as_of: date, kind: Kind) -> Figure:
    """A figure whose parts come from two places: where more are reached than there are, the whole is doubted and no
    share is told."""
    if denominator is not None and numerator > denominator:
        doubt = f"Số đạt lớn hơn tổng số {denominator}: một trong hai số chưa đúng, nên chưa tính tỷ lệ."
        return Figure(numerator, None, source, as_of, kind, doubt)
    return Figure(numerator, denominator or None, source, as_of, kind)


@dataclass(frozen=True, slots=True)
class Drill:
    """The records behind a measure, both as of a day: all that could be reached, and those that were.

    They are rows of one model that `plan.drilling` can place: people, households, units or neighbourhoods.
    """

    population: Records
    reached: Records
    # Those not reached, where it can be asked more cheaply than by leaving the reached out.
    missing: Records | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The page that shows why one record counts, and the right that opens it."""

    address: Callable[[Any], str]
    right: str


@dataclass(frozen=True, slots=True)
class Book:
    """The list that a measure without records of its own is counted from: its route, the right that opens it, its name."""

    route: str
    right: str
    words: str


Count = Callable[[Ward, date], Figure | None]
C = TypeVar("C", bound=Count)
T = TypeVar("T", bound=Callable[[Any, date], "dict[int, Figure]"])


@dataclass(frozen=True, slots=True)
class Measure:
    """A way of counting for a whole ward. `count` is None while the records it counts are still to come (`awaits`).

    `definition` is what the page says; `protected` counts of small groups are hidden from more eyes. `cells` is a
    table that came from outside; without it the cells are those of `drill`.
    """

    code: str
    title: str
    unit: str
    kind: Kind
    definition: str
    population: str = ""
    count: Count | None = None
    drill: Drill | None = None
    cells: Cells | None = None
    awaits: str = ""
    protected: bool = False
    # What else than the trail tells that the figure may have changed: learners leave no entry with every lesson.
    stamp: Callable[[Ward], str] | None = None
    # Why a measure that is on has no figure on a day; "" where nothing is missing.
    why_dark: Callable[[Ward, date], str] | None = None
    proof: Proof | None = None
    book: Book | None = None

    @property
    def is_on(self) -> bool:
        return self.count is not None


_MEASURES: dict[str, Measure] = {}


def measure(
    code: str,
    *,
    title: str,
    unit: str,
    kind: Kind,
    definition: str,
    population: str = "",
    drill: Drill | None = None,
    cells: Cells | None = None,
    protected: bool = False,
    stamp: Callable[[Ward], str] | None = None,
    why_dark: Callable[[Ward, date], str] | None = None,
    proof: Proof | None = None,
    book: Book | None = None,
) -> Callable[[C], C]:
    """Register a counting function under a code. It takes the place of one that was awaited. `proof` is where each record
    it reached is opened down to why it counts, `book` the list it counts from where it has no such records."""

    def register(count: C) -> C:
        if code in _MEASURES and _MEASURES[code].is_on:
            raise ValueError(f"the measure {code!r} is already registered")
        _MEASURES[code] = Measure(
            code, title, unit, kind, definition, population, count, drill, cells, protected=protected, stamp=stamp,
            why_dark=why_dark, proof=proof, book=book,
        )  # fmt: skip
        return count

    return register


def awaited(
    code: str, *, title: str, unit: str, kind: Kind, definition: str, records: str, population: str = ""
) -> None:
    """Declare a measure whose records come with a later room; it is dark until that room registers it."""
    _MEASURES.setdefault(code, Measure(code, title, unit, kind, definition, population, awaits=records))


def every_measure() -> list[Measure]:
    """All measures, those that count first declared first."""
    return list(_MEASURES.values())


def find(code: str) -> Measure | None:
    """The measure of a code."""
    return _MEASURES.get(code)


def count(code: str, ward: Ward, day: date) -> Figure | None:
    """What a measure comes to in a ward as of a day; None where it is dark or does not apply."""
    found = find(code)
    if found is None or found.count is None:
        return None
    counting = found.count
    return remembered(code, ward, day, lambda: counting(ward, day), found.stamp)


def why_dark(found: Measure, ward: Ward, day: date) -> str:
    """Why a measure cannot count on a day, in words; "" where it can."""
    if not found.is_on:
        return f"chờ hồ sơ: {found.awaits}"
    return found.why_dark(ward, day) if found.why_dark else ""


# ---- Figures of tasks, from their own evidence


@dataclass(frozen=True, slots=True)
class TaskFigure:
    """A figure that any task may have, from the evidence of its units. `count` asks for many tasks at once and answers
    by task; a task to which it does not apply is left out."""

    title: str
    unit: str
    count: Callable[[Sequence[Task], date], dict[int, Figure]] = field(compare=False)


_OF_TASKS: list[TaskFigure] = []


def of_tasks(*, title: str, unit: str) -> Callable[[T], T]:
    """Register a figure that is counted from the evidence of tasks."""

    def register(count: T) -> T:
        _OF_TASKS.append(TaskFigure(title, unit, count))
        return count

    return register


def counted(task: Task, day: date) -> list[tuple[TaskFigure, Figure]]:
    """Every figure of a task's evidence that applies to it, as of a day."""
    return counted_of([task], day)[task.pk]


def counted_of(tasks: Sequence[Task], day: date) -> dict[int, list[tuple[TaskFigure, Figure]]]:
    """The figures of many tasks' evidence as of a day, by task; a fixed number of questions."""
    found: dict[int, list[tuple[TaskFigure, Figure]]] = {task.pk: [] for task in tasks}
    for one in _OF_TASKS:
        for pk, figure in one.count(tasks, day).items():
            found[pk].append((one, figure))
    return found


@of_tasks(title="Đơn vị có bằng chứng đã kiểm", unit="đơn vị")
def units_verified(tasks: Sequence[Task], day: date) -> dict[int, Figure]:
    """Of the units that carry a task through a group, those with accepted evidence dated up to the day.

    For "100% các tổ dân phố": each team of the group is one unit, counted once.
    """
    carrying_units = _units_by_task(Carrier.objects.filter(_current(day), through__isnull=False, task__in=tasks))
    if not carrying_units:
        return {}
    proven_units = _units_by_task(_accepted(day).filter(task__in=carrying_units))
    return {
        pk: Figure(
            len(units & proven_units.get(pk, set())), len(units), "bằng chứng đã kiểm của từng đơn vị", day, "counted"
        )
        for pk, units in carrying_units.items()
    }


def _units_by_task(rows: QuerySet[Any]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for task, unit in rows.order_by().values_list("task", "unit"):
        found.setdefault(task, set()).add(unit)
    return found


def _current(day: date) -> Q:
    return Q(ended_on=None) | Q(ended_on__gte=day)


def _accepted(day: date) -> QuerySet[Evidence]:
    return Evidence.objects.filter(check_state=Evidence.Check.ACCEPTED, happened_on__lte=day)


def carrying(task: Task, day: date) -> QuerySet[Carrier]:
    """Who carries a task through a group on a day."""
    return task.carriers.filter(_current(day), through__isnull=False)


def proven(task: Task, day: date) -> QuerySet[Evidence]:
    """The accepted evidence of a task dated up to a day."""
    return _accepted(day).filter(task=task)


@of_tasks(title="Kỳ đã đủ bằng chứng", unit="kỳ")
def turns_met(tasks: Sequence[Task], day: date) -> dict[int, Figure]:
    """Of the turns of recurring work that are over, those with enough accepted evidence dated inside them."""
    found = {}
    for pk, every in turns.turns_of_many(tasks).items():
        over = [turn for turn in every if turn.is_over(day)]
        if over:
            met = sum(turn.is_met for turn in over)
            found[pk] = Figure(met, len(over), "bằng chứng đã kiểm, theo ngày", day, "counted")
    return found


# ---- Figures of targets


def figures_of_targets(targets: Iterable[Target], day: date) -> dict[int, Figure]:
    """The figure of each target that has one, as of the day but never past the target's own year: the frozen one of
    a closed year, else what its measure counts, else the newest that a unit declared."""
    targets = list(targets)
    figures = {row.target_id: of_frozen(row) for row in FrozenFigure.objects.filter(target__in=targets)}
    plans = Plan.objects.filter(pk__in={target.plan_id for target in targets}).select_related("ward")
    wards = {plan.pk: plan.ward for plan in plans}
    known: dict[tuple[str, int, date], Figure | None] = {}
    for target in targets:
        if target.pk in figures or not target.measure:
            continue
        ward = wards[target.plan_id]
        key = (target.measure, ward.pk, target.counted_on(day))
        if key not in known:
            known[key] = count(target.measure, ward, target.counted_on(day))
        if (figure := known[key]) is not None:
            figures[target.pk] = figure
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


def of_frozen(row: FrozenFigure) -> Figure:
    """A frozen row as a figure."""
    return Figure(row.numerator, row.denominator, row.source, row.as_of, row.kind)  # type: ignore[arg-type]
