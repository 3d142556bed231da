"""Punctuality, month by month and unit by unit, and the yearly scorecard of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from hocvu.lib.figures import percent_words
from hocvu.lib.marks import Mark
from hocvu.lib.months import Month
from hocvu.plan import standing
from hocvu.plan.models import Carrier, Evidence, ReportPeriod, Task, TaskMeasure, UnitReport
from hocvu.plan.standing import Standing
from hocvu.ward.models import Unit, Ward


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How the reporters of a period, or of several, kept the day. Bodies that are asked, and units that were let off, are
    counted apart; what is in time is never more than what was expected, which was frozen when the period opened."""

    expected: int = 0
    in_time: int = 0
    late: int = 0
    missing: int = 0
    excused: int = 0
    asked: int = 0
    asked_sent: int = 0

    @property
    def share(self) -> float | None:
        """In per cent, or None where nobody was expected."""
        return self.in_time * 100 / self.expected if self.expected else None

    @property
    def words(self) -> str:
        """One sentence on the units of a period."""
        return self.words_of("đơn vị")

    def words_of(self, noun: str) -> str:
        """One sentence on units, or on the periods ("kỳ") of one unit."""
        if not self.expected:
            return f"Không có {noun} nào phải báo cáo."
        said = f"{self.in_time} trên {self.expected} {noun} gửi đúng hạn ({percent_words(self.share or 0)})"
        parts = [f"{n} {word}" for n, word in ((self.late, "gửi muộn"), (self.missing, "chưa gửi")) if n]
        return f"{said}{', ' if parts else ''}{', '.join(parts)}."


def punctuality(reports: Iterable[UnitReport]) -> Punctuality:
    """Count reports by how they kept the day; their periods must be fetched with them."""
    counts = dict.fromkeys(("expected", "in_time", "late", "missing", "excused", "asked", "asked_sent"), 0)
    for report in reports:
        came = report.first_submitted_at is not None
        if report.state == UnitReport.State.EXCUSED:
            counts["excused"] += 1
        elif report.is_asked:
            counts["asked"] += 1
            counts["asked_sent"] += came
        else:
            counts["expected"] += 1
            counts["in_time" if report.is_in_time else "late" if came else "missing"] += 1
    return Punctuality(**counts)


def timeliness_mark(report: UnitReport, now: datetime) -> Mark:
    """Whether a report kept the day, in words."""
    if report.state == UnitReport.State.EXCUSED:
        return Mark("Không phải báo cáo", "none")
    if report.is_in_time:
        return Mark("Đúng hạn", "good")
    if report.days_late:
        return Mark(f"Trễ {report.days_late} ngày", "bad")
    if report.period.is_over(now):
        return Mark("Chưa gửi", "none" if report.is_asked else "bad")
    return Mark("Chưa tới hạn", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A unit and its reports, by period; None where it was not expected."""

    unit: Unit
    reports: list[UnitReport | None]
    total: Punctuality


def table(ward: Ward, periods: list[ReportPeriod]) -> list[Row]:
    """Every unit that was expected in one of the periods, offices before teams; two questions."""
    rows = UnitReport.objects.filter(period__in=periods).select_related("unit", "period")
    found: dict[int, dict[int, UnitReport]] = {}
    units: dict[int, Unit] = {}
    for report in rows:
        units[report.unit_id] = report.unit
        found.setdefault(report.unit_id, {})[report.period_id] = report
    ordered = sorted(units.values(), key=lambda unit: (unit.kind == Unit.Kind.TEAM, unit.sort_name))
    return [
        Row(unit, [found[unit.pk].get(period.pk) for period in periods], punctuality(found[unit.pk].values()))
        for unit in ordered
    ]


# ---- The scorecard


@dataclass(frozen=True, slots=True)
class TaskScore:
    """One task of a unit in a year: its part, what the unit says, how much of its evidence was accepted."""

    task: Task
    part: str
    state: str
    state_words: str
    accepted: int
    given: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a unit's head answers for at the end of a year. Every figure is a count of rows that can be opened."""

    unit: Unit
    year: int
    day: date
    tasks: list[TaskScore] = field(default_factory=list)
    reports: list[UnitReport] = field(default_factory=list)
    total: Punctuality = Punctuality()
    # The measurable results of the tasks that the unit leads, as they are counted.
    results: list[Standing] = field(default_factory=list)

    @property
    def led(self) -> list[TaskScore]:
        return [one for one in self.tasks if one.part == "lead"]

    @property
    def done(self) -> int:
        """Of the tasks that the unit leads, those it says are done and for which evidence of its own was accepted."""
        return sum(one.state == "done" and one.accepted > 0 for one in self.led)

    @property
    def late(self) -> int:
        return sum(one.is_late for one in self.led)

    @property
    def kept(self) -> str:
        """How the unit kept its days, in one sentence."""
        return self.total.words_of("kỳ")

    @property
    def returned(self) -> int:
        """How often a report was returned."""
        return sum(step.act == "returned" for report in self.reports for step in report.steps.all())


def scorecard(unit: Unit, year: int, day: date) -> Scorecard:
    """The scorecard of a unit for a year, as of a day: its tasks with the evidence of that year, and its reports."""
    first, last = date(year, 1, 1), min(day, date(year, 12, 31))
    carriers = (
        Carrier.objects.filter(unit=unit, task__withdrawn_at=None)
        .filter(task__plan__published_at__date__lte=last)
        .exclude(ended_on__lt=first)
        .exclude(task__ends_on__lt=first)
        .exclude(task__starts_on__gt=last)
        .select_related("task")
        .order_by("task__plan", "task__position")
    )
    given: dict[int, list[str]] = {}
    evidence = Evidence.objects.filter(unit=unit, happened_on__gte=first, happened_on__lte=last)
    for task, state in evidence.exclude(check_state=Evidence.Check.RETURNED).values_list("task", "check_state"):
        given.setdefault(task, []).append(state)
    tasks = [
        TaskScore(
            row.task,
            row.part,
            row.state,
            row.get_state_display(),
            sum(state == Evidence.Check.ACCEPTED for state in given.get(row.task_id, ())),
            len(given.get(row.task_id, ())),
            row.state != "done" and row.task.next_due is not None and row.task.next_due < last,
        )
        for row in sorted(carriers, key=lambda row: (row.part != "lead", row.task.plan_id, row.task.position))
    ]
    reports = list(
        UnitReport.objects.filter(unit=unit, period__starts_on__gte=first, period__starts_on__lte=Month(year, 12).first)
        .select_related("period", "unit")
        .prefetch_related("steps")
        .order_by("period__starts_on")
    )
    led = [one.task.pk for one in tasks if one.part == "lead"]
    results = TaskMeasure.objects.filter(task__in=led).filter(Q(year=None) | Q(year=year))
    stands = [standing.of_result(row, last) for row in results.select_related("task__plan__ward")]
    return Scorecard(unit, year, last, tasks, reports, punctuality(reports), stands)
