"""Are we on course? Every target with where it goes, late tasks and why, who has not reported, what changed since the
last report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.db.models import Count, Min

from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.marks import Mark
from hocvu.outreach.models import Need
from hocvu.plan import board, history, measures, standing
from hocvu.plan.board import Line
from hocvu.plan.history import Outlook
from hocvu.plan.models import ReportPeriod, Target, Task, UnitReport, WardSummary
from hocvu.plan.reporting import prefilling, summing
from hocvu.plan.standing import Standing
from hocvu.ward.models import Ward

Verdict = Literal["met", "on", "off", "unknown"]
MARKS: dict[Verdict, Mark] = {
    "met": Mark("Đã đạt", "good"),
    "on": Mark("Đúng hướng", "good"),
    "off": Mark("Lệch hướng", "bad"),
    "unknown": Mark("Chưa dự báo được", "none"),
}


@dataclass(frozen=True, slots=True)
class Course:
    """Where a target goes: met, on course (even the low end of the forecast reaches it, or its middle does), off course,
    or not to be told. `why` says it in a sentence."""

    standing: Standing
    outlook: Outlook | None

    @property
    def verdict(self) -> Verdict:
        if self.standing.verdict == "met":
            return "met"
        if self.outlook is None or self.outlook.middle is None:
            return "unknown"
        reaches = self.standing.target.is_met_by(Decimal(str(self.outlook.middle)))
        return "on" if reaches else "off"

    @property
    def mark(self) -> Mark:
        return MARKS[self.verdict]

    @property
    def why(self) -> str:
        """What stands behind the verdict."""
        if self.verdict == "met":
            return "Đã đạt mức cần đạt."
        if self.standing.figure is None:
            return "Chưa có số liệu."
        if self.outlook is None:
            return "Không có năm để dự báo." if self.standing.target.year is None else "Năm của chỉ tiêu đã qua."
        need = self.outlook.need
        said = self.outlook.why_not
        if need is not None:
            said = f"Mỗi tuần cần thêm {number_words(need.a_week)} {self.standing.one}. {said}"
        if self.outlook.forecast and self.outlook.low is not None and self.outlook.high is not None:
            words = percent_words if self.standing.target.is_share else number_words
            said += f" Dự báo cuối năm: từ {words(self.outlook.low)} đến {words(self.outlook.high)}."
        return said.strip()


def courses(ward: Ward, day: date) -> list[Course]:
    """The course of every target of the year and of those without a year."""
    rows = Target.objects.of(ward).living().filter(year=day.year).select_related("plan__ward")
    shown = standing.standings(rows.order_by("plan", "position"), day)
    return [Course(one, history.outlook(one.target, one, history.moments(one.target, one))) for one in shown]


def count(found: Iterable[Course]) -> dict[Verdict, int]:
    """How many targets are met, on course, off course, unknown."""
    verdicts = [one.verdict for one in found]
    return {verdict: verdicts.count(verdict) for verdict in MARKS}


def late_tasks(ward: Ward, day: date) -> list[Line]:
    """The tasks that are late, the longest late first, each with who leads and what they said last."""
    rows = board.with_lines(Task.objects.of(ward).living().late(day), day)
    return [Line(task, day) for task in rows.order_by("next_due", "position")]


@dataclass(frozen=True, slots=True)
class Reporting:
    """The newest period: who has not reported yet."""

    period: ReportPeriod
    missing: list[UnitReport]
    waiting: int


def reporting_of(ward: Ward) -> Reporting | None:
    """How the newest period stands."""
    period = ReportPeriod.objects.of(ward).monthly().select_related("receiver").first()
    if period is None:
        return None
    rows = list(UnitReport.objects.of(period).select_related("unit", "period").order_by("is_team", "unit__sort_name"))
    missing = [row for row in rows if row.is_open and not row.is_asked]
    return Reporting(period, missing, sum(row.state == UnitReport.State.SUBMITTED for row in rows))


@dataclass(frozen=True, slots=True)
class Field:
    """How field work stands: what its measures come to in words, and what households still lack, by kind."""

    figures: list[tuple[str, str]]
    needs: list[tuple[str, int]]
    oldest: date | None  # since when the oldest need waits

    @property
    def open_needs(self) -> int:
        return sum(number for _, number in self.needs)


OF_THE_FIELD = ("households_informed", "teams_kept_up", "people_guided")


def field_of(ward: Ward, day: date) -> Field:
    """Households told, teams kept up, people guided; the needs that wait."""
    figures = []
    for code in OF_THE_FIELD:
        one, figure = measures.find(code), measures.count(code, ward, day)
        if one is not None and figure is not None:
            figures.append((one.title, prefilling.figure_words(figure, one.unit)))
    rows = Need.objects.filter(ward=ward, state=Need.State.COUNTS, outcome=Need.Outcome.OPEN).order_by()
    told = rows.values("kind").annotate(n=Count("pk"), first=Min("happened_on"))
    needs = sorted(((str(Need.Kind(row["kind"]).label), row["n"]) for row in told), key=lambda one: (-one[1], one[0]))
    return Field(figures, needs, min((row["first"] for row in told), default=None))


@dataclass(frozen=True, slots=True)
class Change:
    """A figure then and now; where it came to be known in another way, a sentence that says so: the two do not compare."""

    what: str
    then: str
    now: str
    note: str = ""


def changes(ward: Ward, found: Iterable[Course]) -> tuple[WardSummary | None, list[Change]]:
    """What is otherwise than in the newest report that was approved: targets and the counts of tasks."""
    rows = WardSummary.objects.filter(period__ward=ward, snapshot__isnull=False).select_related("period")
    before = rows.order_by("-period__starts_on").first()
    if before is None or before.snapshot is None:
        return None, []
    then = {(one["plan"], one["year"], one["position"]): one for one in before.snapshot["targets"]}
    said = []
    for one in found:
        target = one.standing.target
        old = then.get((target.plan.number, target.year, target.position))
        now = summing.target_data(one.standing)
        if old is not None and (old["numerator"], old["denominator"]) != (now["numerator"], now["denominator"]):
            words = (summing.target_words(old), summing.target_words(now))
            said.append(Change(f"Chỉ tiêu {target.position}: {target.text}", *words, _known_otherwise(old, now)))
    return before, said


def _known_otherwise(old: summing.Data, now: summing.Data) -> str:
    ways = [standing.KINDS[one["kind"]].words.lower() if one["kind"] else "" for one in (old, now)]
    if not all(ways) or ways[0] == ways[1]:
        return ""
    return f"Cách biết số liệu đã đổi: khi ấy {ways[0]}, nay {ways[1]}. Hai số không so được với nhau."
