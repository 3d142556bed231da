"""A unit writes its report: saved as often as one likes, by several people, without anybody's words being lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan.models import ReportFigure, ReportStep, UnitReport
from hocvu.plan.reporting import prefilling
from hocvu.ward.models import Account


class Stale(Refusal):
    """Somebody else saved the report since this form was opened. `now` is the report as it stands."""

    def __init__(self, now: UnitReport) -> None:
        who = now.saved_by.full_name if now.saved_by else "Người khác"
        at = hour_words(now.saved_at) if now.saved_at else ""
        super().__init__(
            f"{who} đã lưu báo cáo này lúc {at}, sau khi trang này được mở. Chưa ghi đè gì. Hãy xem chỗ khác nhau rồi lưu lại."
        )
        self.now = now


def hour_words(moment: datetime) -> str:
    """The time of day as it is said: "9 giờ", "15 giờ 05"."""
    local = timezone.localtime(moment)
    return f"{local.hour} giờ{f' {local:%M}' if local.minute else ''}"


@dataclass(frozen=True, slots=True)
class LineText:
    """What is written of one task."""

    state: str
    text: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A declared number, of how many, and why it fell."""

    numerator: int | None
    denominator: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a form of a report carries. Lines by their key, numbers by "q7" (a question) or "r12" (a result)."""

    nothing_arose: bool = False
    work_done: str = ""
    difficulties: str = ""
    proposals: str = ""
    lines: Mapping[int, LineText] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)


TEXTS = ("nothing_arose", "work_done", "difficulties", "proposals")


@transaction.atomic
def save(report: UnitReport, content: Content, *, version: int, by: Account) -> UnitReport:
    """Keep what was written, as a draft. Raises Stale where somebody saved since `version`."""
    held = hold(report, at=clock.now())
    if held.version != version:
        raise Stale(held)
    write(held, content, by=by)
    return held


def hold(report: UnitReport, *, at: datetime) -> UnitReport:
    """The report's row, held for writing; refused where it was sent, or its period is locked."""
    rows = UnitReport.objects.select_for_update(of=("self",), no_key=True).select_related(
        "period__ward", "unit", "saved_by"
    )
    held = rows.get(pk=report.pk)
    if not held.is_open:
        raise Refusal(f"Báo cáo này {held.get_state_display()}, không sửa được nữa.")
    if held.period.is_locked(at) and unlocked_until(held, at) is None:
        raise Refusal(
            f"Kỳ {held.period.words} đã khóa lúc {timezone.localtime(held.period.locks_at):%d/%m/%Y %H:%M}. "
            "Hãy xin nơi nhận báo cáo mở khóa."
        )
    return held


def unlocked_until(report: UnitReport, at: datetime) -> datetime | None:
    """Until when a locked report may be written, or None."""
    step = report.steps.filter(act=ReportStep.Act.UNLOCKED, until__gt=at).order_by("-until").first()
    return step.until if step else None


def write(held: UnitReport, content: Content, *, by: Account) -> None:
    """Put the words into a report that is held."""
    for name in TEXTS:
        setattr(held, name, getattr(content, name))
    held.version += 1
    held.saved_at, held.saved_by = clock.now(), by
    if held.state == UnitReport.State.EXPECTED:
        held.state = UnitReport.State.DRAFT
    held.save(update_fields=(*TEXTS, "version", "saved_at", "saved_by", "state"))
    if not held.is_team:
        _write_lines(held, content)
    if content.numbers:
        _write_numbers(held, content.numbers)


def _write_lines(held: UnitReport, content: Content) -> None:
    changed = []
    for line in held.lines.all():
        said = content.lines.get(line.pk)
        if said and (line.state, line.text, line.why) != (said.state, said.text, said.why):
            line.state, line.text, line.why = said.state, said.text, said.why
            changed.append(line)
    held.lines.bulk_update(changed, ("state", "text", "why"))


def _write_numbers(held: UnitReport, numbers: Mapping[str, Number]) -> None:
    """Put the numbers down that the report asks for; a key that it does not ask for is no number of its."""
    known = {one.key: one.text for one in prefilling.asked_of(held)}
    there = {row.key: row for row in held.figures.all()}
    new: list[ReportFigure] = []
    changed: list[ReportFigure] = []
    for key, said in numbers.items():
        row = there.get(key)
        if key not in known or (row is None and said.numerator is None and not said.reason):
            continue
        (changed if row else new).append(row := row or ReportFigure(report=held, **_what(key)))
        row.numerator, row.denominator, row.reason = said.numerator, said.denominator, said.reason
        row.text = known[key]
    ReportFigure.objects.bulk_create(new)
    ReportFigure.objects.bulk_update(changed, ("numerator", "denominator", "reason", "text"))


def _what(key: str) -> dict[str, int]:
    return {"question_id" if key.startswith("q") else "result_id": int(key[1:])}


def content_of(report: UnitReport) -> Content:
    """What a report holds, in the shape in which it is written."""
    return Content(
        report.nothing_arose,
        report.work_done,
        report.difficulties,
        report.proposals,
        {line.pk: LineText(line.state, line.text, line.why) for line in report.lines.all()},
        {row.key: Number(row.numerator, row.denominator, row.reason) for row in report.figures.all()},
    )
