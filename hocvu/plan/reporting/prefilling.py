"""What a report says before anybody writes: what was counted of each task, with the way to the records, what was
reported through the month, and what the last report said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from hocvu.lib.figures import number_words, percent_words
from hocvu.outreach.coverage import TeamMonth
from hocvu.plan import drilling, measures, standing
from hocvu.plan.measures import Figure
from hocvu.plan.models import (
    Evidence,
    ProgressNote,
    ReportFigure,
    ReportLine,
    ReportPeriod,
    ReportQuestion,
    Responsibility,
    Target,
    Task,
    TaskMeasure,
    UnitReport,
)
from hocvu.plan.reporting import team_records


@dataclass(frozen=True, slots=True)
class Fact:
    """A counted figure in words: of what, how many, counted from what, and the address of the records."""

    title: str
    words: str
    source: str
    href: str
    is_own: bool = False  # what the reporting unit itself gave


@dataclass(frozen=True, slots=True)
class Asked:
    """A number that the unit declares: a question, or a result that nothing counts yet; `before` is what it said last
    time."""

    key: str  # "q7" or "r12"
    text: str
    unit_word: str
    has_whole: bool
    is_cumulative: bool
    before: ReportFigure | None = None
    counted: int | None = None  # what records count of it; the unit may write another number

    @property
    def counted_words(self) -> str:
        """What records count, in words; "" where they count nothing of it."""
        return "" if self.counted is None else f"{number_words(self.counted)} {self.unit_word}"

    @property
    def before_words(self) -> str:
        """What was said last time, in words; "" where nothing was."""
        if self.before is None or self.before.numerator is None:
            return ""
        whole = "" if self.before.denominator is None else f" trên {number_words(self.before.denominator)}"
        return f"{number_words(self.before.numerator)}{whole} {self.unit_word}"


@dataclass(slots=True)
class Prefilled:
    """Everything that stands beside what the unit writes."""

    facts: dict[int, list[Fact]] = field(default_factory=dict)  # by task
    notes: dict[int, str] = field(default_factory=dict)  # what was reported within the window, by task
    earlier: UnitReport | None = None
    earlier_lines: dict[int, ReportLine] = field(default_factory=dict)  # by task
    team_facts: list[Fact] = field(default_factory=list)
    month: TeamMonth | None = None  # what records count of a team

    @property
    def did_something(self) -> bool:
        """Whether anything is recorded of a team in the period."""
        return team_records.did_something(self.month)


def earlier_of(report: UnitReport) -> UnitReport | None:
    """The unit's newest report of an earlier period that was sent."""
    rows = UnitReport.objects.filter(unit=report.unit, first_submitted_at__isnull=False)
    rows = rows.filter(period__rhythm=report.period.rhythm, period__starts_on__lt=report.period.starts_on)
    return rows.select_related("period").order_by("-period__starts_on").first()


def prefilled(report: UnitReport, lines: Iterable[ReportLine]) -> Prefilled:
    """What is known of a report's tasks, or of a team's neighbourhood, as of the last day of the period."""
    tasks = [line.task for line in lines]
    found = Prefilled(earlier=earlier_of(report))
    if found.earlier is not None:
        found.earlier_lines = {line.task_id: line for line in found.earlier.lines.all()}
    if report.is_team:
        found.month = team_records.of_report(report)
        found.team_facts = team_facts(report, found.month)
        return found
    found.facts = facts_of(report.period, tasks, report)
    found.notes = _notes(report, tasks)
    return found


def facts_of(period: ReportPeriod, tasks: Iterable[Task], report: UnitReport | None = None) -> dict[int, list[Fact]]:
    """What is counted of tasks as of the last day of a period; with a report, also what its unit gave within it."""
    tasks = list(tasks)
    day = period.window_to
    facts: dict[int, list[Fact]] = {task.pk: [] for task in tasks}
    if not tasks:
        return facts
    results = TaskMeasure.objects.filter(task__in=tasks).select_related("task__plan__ward")
    for row in results:
        stands = standing.of_result(row, day)
        if stands.figure is not None:
            href = reverse("plan:result", args=(row.pk,))
            facts[row.task_id].append(
                Fact(row.called, figure_words(stands.figure, stands.one), _from(stands.figure), href)
            )
    for pk, counted in measures.counted_of(tasks, day).items():
        page = reverse("plan:task", args=(pk,))
        facts[pk] += [Fact(one.title, figure_words(figure, one.unit), _from(figure), page) for one, figure in counted]
    if report is not None:
        for pk, fact in _own_evidence(report, tasks).items():
            facts[pk].append(fact)
    return facts


def figure_words(figure: Figure, word: str) -> str:
    """A figure as it is read: "34 trên 37 đơn vị (91,9%)"."""
    whole = "" if figure.denominator is None else f" trên {number_words(figure.denominator)}"
    share = "" if figure.share is None else f" ({percent_words(figure.share)})"
    return f"{number_words(figure.numerator)}{whole} {word}{share}"


def _from(figure: Figure) -> str:
    word = {"counted": "Đếm từ", "declared": "Tự khai:", "external": "Bên ngoài xác nhận:"}[figure.kind]
    return f"{word} {figure.source}, đến {figure.as_of:%d/%m/%Y}"


def _own_evidence(report: UnitReport, tasks: list[Task]) -> dict[int, Fact]:
    """What the unit gave within the window, task by task, and how much of it was accepted."""
    period = report.period
    rows = (
        Evidence.objects.filter(
            task__in=tasks, unit=report.unit, happened_on__gte=period.window_from, happened_on__lte=period.window_to
        )
        .exclude(check_state=Evidence.Check.RETURNED)
        .order_by()
        .values("task")
        .annotate(given=Count("pk"), accepted=Count("pk", filter=Q(check_state=Evidence.Check.ACCEPTED)))
    )
    return {
        row["task"]: Fact(
            "Bằng chứng của đơn vị trong kỳ",
            f"{row['given']} bằng chứng, {row['accepted']} đã kiểm",
            "Đếm từ bằng chứng đã nộp, theo ngày việc diễn ra",
            f"{reverse('plan:task', args=(row['task'],))}#bang-chung",
            is_own=True,
        )
        for row in rows
    }


def _notes(report: UnitReport, tasks: list[Task]) -> dict[int, str]:
    """What the unit reported on each task within the window, the oldest first."""
    rows = ProgressNote.objects.filter(task__in=tasks, unit=report.unit).order_by("made_at", "pk")
    said: dict[int, list[str]] = {}
    for note in rows:
        day = timezone.localtime(note.made_at).date()
        if report.period.window_from <= day <= report.period.window_to and note.text not in said.get(note.task_id, ()):
            said.setdefault(note.task_id, []).append(note.text)
    return {pk: "\n".join(texts) for pk, texts in said.items()}


def team_facts(report: UnitReport, month: TeamMonth | None = None) -> list[Fact]:
    """What records say of a team within the period, then of its neighbourhood as of the last day."""
    return [*_month_facts(report, month or team_records.of_report(report)), *_place_facts(report)]


def _month_facts(report: UnitReport, month: TeamMonth | None) -> list[Fact]:
    period, page = report.period, reverse("outreach:team", args=(report.unit_id,))
    source = f"Đếm từ hồ sơ của tổ, {period.window_from:%d/%m/%Y} đến {period.window_to:%d/%m/%Y}"
    return [Fact(what, words, source, page, is_own=True) for what, words in team_records.in_words(month or TeamMonth())]


def _place_facts(report: UnitReport) -> list[Fact]:
    place, ward, day = report.unit.neighbourhood, report.period.ward, report.period.window_to
    if place is None:
        return []
    facts = []
    targets = Target.objects.of(ward).living().exclude(measure="").order_by("-year", "position")
    pages = {target.measure: reverse("plan:target", args=(target.pk,)) for target in targets}
    for measure in measures.every_measure():
        if measure.code not in pages or not measure.is_on or measure.protected:
            continue
        cells = drilling.by_neighbourhood(measure, ward, day)
        cell = next((one for one in cells if one.place and one.place.pk == place.pk), None)
        if cell is not None and cell.denominator:
            words = f"{number_words(cell.numerator)} trên {number_words(cell.denominator)} {measure.unit}"
            source = f"{place.name}, đếm đến {day:%d/%m/%Y}"
            facts.append(Fact(measure.title, words, source, pages[measure.code]))
    return facts


def asked_of(report: UnitReport, earlier: UnitReport | None = None, month: TeamMonth | None = None) -> list[Asked]:
    """The numbers that a report asks for, each with what the unit said last time, in its earlier report, and with what
    records count of it."""
    said = list(earlier.figures.all()) if earlier else []
    day = report.period.window_to
    asked = ReportQuestion.Asked.TEAMS if report.is_team else ReportQuestion.Asked.UNITS
    questions = ReportQuestion.objects.filter(ward=report.period.ward, asked=asked, valid_from__lte=day)
    questions = questions.filter(Q(valid_to=None) | Q(valid_to__gte=report.period.window_from))
    found = [
        Asked(f"q{q.pk}", q.text, q.unit_word, False, q.is_cumulative, _said(said, question_id=q.pk),
              None if q.is_cumulative else team_records.answer(q.text, month))
        for q in questions
    ]  # fmt: skip
    if not report.is_team:
        found += [
            Asked(f"r{row.pk}", _result_words(row), _counted_in(row), row.is_share, True,
                  _said(said, result_id=row.pk))
            for row in dark_results(report)
        ]  # fmt: skip
    return found


def dark_results(report: UnitReport) -> list[TaskMeasure]:
    """The results of the tasks that the unit leads which nothing counts yet."""
    leads = report.lines.filter(part=Responsibility.Part.LEAD).values("task")
    rows = TaskMeasure.objects.filter(task__in=leads).select_related("task").order_by("task__position", "position")
    year = report.period.window_to.year
    rows = rows.filter(Q(year=None) | Q(year=year))
    return [row for row in rows if not ((one := measures.find(row.measure)) and one.is_on)]


def _result_words(row: TaskMeasure) -> str:
    number = f"Nhiệm vụ {row.task.number}: " if row.task.number else ""
    return f"{number}{row.what if number else row.called}, cần {standing.goal_words(row)}"


def _counted_in(row: TaskMeasure) -> str:
    measure = measures.find(row.measure)
    return measure.unit if measure else row.unit if not row.is_share else ""


def _said(figures: list[ReportFigure], **what: int) -> ReportFigure | None:
    ((name, pk),) = what.items()
    return next((one for one in figures if getattr(one, name) == pk), None)


def as_data(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """Facts as they are kept in a report that was sent."""
    return [asdict(fact) for fact in facts]
