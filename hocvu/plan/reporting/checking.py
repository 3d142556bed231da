"""What must be right before a report is sent, and what whoever accepts it should look at. Rules with their numbers here
are the platform's own; no official text gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from hocvu.lib.figures import number_words
from hocvu.outreach.coverage import TeamMonth
from hocvu.plan.models import Evidence, ReportFigure, ReportLine, SelfState, Task, UnitReport
from hocvu.plan.reporting import prefilling, team_records
from hocvu.plan.reporting.prefilling import Asked

JUMP, JUMP_BY = 3, 20  # a number is flagged where it is three times the last one and more than 20 above it


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to be put right before sending: the field it is about, and a sentence."""

    field: str
    sentence: str


@dataclass(frozen=True)
class Written:
    """A report as it was saved, beside the unit's report before; read once, looked at twice."""

    report: UnitReport
    lines: list[ReportLine]
    figures: dict[str, ReportFigure]
    asked: list[Asked]
    earlier: UnitReport | None
    month: TeamMonth | None = None

    @classmethod
    def of(cls, report: UnitReport) -> Written:
        """Read what is needed to judge a report."""
        lines = [] if report.is_team else list(report.lines.select_related("task"))
        earlier = prefilling.earlier_of(report)
        figures = {row.key: row for row in report.figures.all()}
        month = team_records.of_report(report)
        return cls(report, lines, figures, prefilling.asked_of(report, earlier, month), earlier, month)


def faults(written: Written) -> list[Fault]:
    """All that stands in the way of sending a report as it was saved."""
    report, lines, figures = written.report, written.lines, written.figures
    found = list(_faults_of_numbers(written.asked, figures))
    found += _faults_of_lines(lines, report.period.window_to)
    if report.nothing_arose and any(row.numerator for row in figures.values() if row.question_id):
        found.append(
            Fault("nothing_arose", "Đã ghi số trong kỳ thì không chọn “Không phát sinh”. Hãy bỏ một trong hai.")
        )
    if not report.nothing_arose and is_empty(report, lines, figures.values()):
        found.append(
            Fault("work_done", "Báo cáo chưa có chữ hay số nào. Hãy viết việc đã làm, hoặc chọn “Không phát sinh”.")
        )
    return found


def is_empty(report: UnitReport, lines: Iterable[ReportLine], figures: Iterable[ReportFigure]) -> bool:
    """Whether nobody wrote anything."""
    texts = (report.work_done, report.difficulties, report.proposals, *(line.text for line in lines))
    return not any(text.strip() for text in texts) and not any(row.numerator is not None for row in figures)


def _faults_of_numbers(asked: Iterable[Asked], figures: Mapping[str, ReportFigure]) -> Iterable[Fault]:
    for one in asked:
        row = figures.get(one.key)
        if row is None or row.numerator is None:
            continue
        if one.has_whole and row.denominator is None:
            yield Fault(f"{one.key}-tren", f"{one.text}: hãy ghi cả tổng số, chưa có tổng số thì để trống cả hai ô.")
        before = one.before.numerator if one.before else None
        if one.is_cumulative and before is not None and row.numerator < before and not row.reason.strip():
            yield Fault(
                f"{one.key}-vi-sao",
                f"{one.text}: số lũy kế {number_words(row.numerator)} thấp hơn kỳ trước ({number_words(before)}). "
                "Hãy xem lại số, hoặc ghi vì sao giảm.",
            )


def _faults_of_lines(lines: Iterable[ReportLine], day: date) -> Iterable[Fault]:
    for line in lines:
        if line.part != "lead" or line.why.strip():
            continue
        if line.state == SelfState.STUCK:
            yield Fault(f"l{line.pk}-why", f"{_called(line)} đang vướng: hãy ghi vướng gì, cần ai giúp.")
        elif line.task.next_due and line.task.next_due <= day and line.state != SelfState.DONE:
            yield Fault(
                f"l{line.pk}-why",
                f"{_called(line)} quá hạn {line.task.next_due:%d/%m/%Y}: hãy ghi vì sao chậm, ngày nào xong.",
            )


def _called(line: ReportLine) -> str:
    return f"Nhiệm vụ {line.task.number}" if line.task.number else f"Nhiệm vụ “{line.task.content[:50]}…”"


def flags(written: Written) -> list[str]:
    """What to look at before accepting: empty, unchanged, jumping, done without proof. A flag never refuses."""
    report, lines, earlier = written.report, written.lines, written.earlier
    found = [*_flags_of_numbers(written.asked, written.figures)]
    if report.nothing_arose and earlier is not None and earlier.nothing_arose:
        found.append("Không phát sinh hai kỳ liền.")
    if report.nothing_arose and team_records.did_something(written.month):
        found.append("Ghi “Không phát sinh” nhưng hồ sơ trong kỳ có việc đã làm.")
    if report.nothing_arose and not report.is_team:
        found.append("Đơn vị ghi “Không phát sinh”.")
    if earlier is not None and _is_same(written, earlier):
        found.append("Giống hệt kỳ trước, cả chữ lẫn số.")
    if bare := [line.task for line in lines if _is_bare(line, report.period.window_to)]:
        found.append(f"Chưa có gì về nhiệm vụ chủ trì: {named(bare)}.")
    if proofless := _done_without_proof(report, lines):
        found.append(f"Báo đã xong nhưng chưa có bằng chứng: nhiệm vụ {named(proofless)}.")
    return found


def _flags_of_numbers(asked: Iterable[Asked], figures: Mapping[str, ReportFigure]) -> Iterable[str]:
    for one in asked:
        row = figures.get(one.key)
        before = one.before.numerator if one.before else None
        if said := difference(one, row):
            yield f"{one.text}: {said}."
        if row is None or row.numerator is None or before is None:
            continue
        if row.numerator >= before * JUMP and row.numerator > before + JUMP_BY:
            yield f"{one.text}: tăng vọt từ {number_words(before)} lên {number_words(row.numerator)}."
        if one.is_cumulative and row.numerator < before:
            yield f"{one.text}: giảm từ {number_words(before)} xuống {number_words(row.numerator)}. {row.reason}".strip()


def difference(one: Asked, row: ReportFigure | None) -> str:
    """Where a number is the unit's own word beside what records count; "" where both say the same."""
    if row is None or row.numerator is None or one.counted is None or row.numerator == one.counted:
        return ""
    return f"tự khai {number_words(row.numerator)}, hồ sơ đếm {one.counted_words}"


def _is_bare(line: ReportLine, day: date) -> bool:
    """Whether the unit says nothing, in words or evidence, of a task that it leads and that runs."""
    begun = line.task.starts_on is None or line.task.starts_on <= day
    said = line.text.strip() or line.why.strip() or any(fact["is_own"] for fact in line.figures)
    return line.part == "lead" and begun and line.state != SelfState.DONE and not said


def named(tasks: Iterable[Task]) -> str:
    """Tasks by their numbers in the plan; those that the plan gives none are counted.

    >>> named([Task(number="1"), Task(number="12"), Task(), Task()])
    '1, 12 và 2 nhiệm vụ không có số'
    """
    tasks = list(tasks)
    numbers = ", ".join(task.number for task in tasks if task.number)
    more = sum(not task.number for task in tasks)
    return " và ".join(part for part in (numbers, f"{more} nhiệm vụ không có số" if more else "") if part)


def _is_same(written: Written, earlier: UnitReport) -> bool:
    """Whether every word and number is that of the report before, and there was something."""
    report = written.report
    words = (report.work_done.strip(), report.difficulties.strip(), report.proposals.strip())
    texts = {line.task_id: line.text.strip() for line in written.lines}
    numbers = {key: row.numerator for key, row in written.figures.items() if row.numerator is not None}
    if not any(words) and not any(texts.values()) and not numbers:
        return False
    if words != (earlier.work_done.strip(), earlier.difficulties.strip(), earlier.proposals.strip()):
        return False
    before = {one.key: one.before.numerator for one in written.asked if one.before and one.before.numerator is not None}
    return numbers == before and texts == {line.task_id: line.text.strip() for line in earlier.lines.all()}


def _done_without_proof(report: UnitReport, lines: list[ReportLine]) -> list[Task]:
    done = [line for line in lines if line.state == SelfState.DONE]
    if not done:
        return []
    proven = set(
        Evidence.objects.filter(task__in=[line.task_id for line in done], unit=report.unit)
        .exclude(check_state=Evidence.Check.RETURNED)
        .values_list("task", flat=True)
    )
    return [line.task for line in done if line.task_id not in proven]
