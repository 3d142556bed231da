"""What becomes of a report: sent, taken back, returned with a reason, accepted; unlocked where the period is over.

Nobody accepts what they sent or what their own unit sent; the report of the office that receives is accepted by a
leader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan import carrying
from hocvu.plan.models import Carrier, ProgressNote, ReportLine, ReportPeriod, ReportStep, SelfState, UnitReport
from hocvu.plan.reporting import checking, prefilling, writing
from hocvu.plan.reporting.checking import Fault
from hocvu.plan.reporting.writing import Content, Stale
from hocvu.ward import audit, notices
from hocvu.ward.access import can, may
from hocvu.ward.models import Account

State, Act = UnitReport.State, ReportStep.Act


class Unfit(Refusal):
    """The report cannot be sent as it is; `faults` says each thing and the field it is about."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("Chưa gửi được. Hãy sửa các chỗ ghi dưới đây.")
        self.faults = faults


@transaction.atomic
def submit(
    report: UnitReport, content: Content, *, version: int, by: Account, at: datetime | None = None
) -> UnitReport:
    """Send a report, as written, to the office that receives. `at` is the moment the request arrived: a report that
    arrived before midnight is in time, however long the sending takes.

    Raises Stale where somebody saved since `version`, Unfit where something must be put right; nothing is sent then,
    and what was typed stays with the form.
    """
    moment = at or clock.now()
    held = writing.hold(report, at=moment)
    if held.version != version:
        raise Stale(held)
    writing.write(held, content, by=by)
    written = checking.Written.of(held)
    if found := checking.faults(written):
        raise Unfit(found)
    if written.lines:
        _freeze(held, written.lines)
    held.flags = checking.flags(written)
    held.state, held.submitted_at, held.submitted_by = State.SUBMITTED, moment, by
    held.first_submitted_at = held.first_submitted_at or moment
    held.reason = ""
    held.save()
    _step(held, Act.SUBMITTED, by, at=moment)
    if written.lines:
        _tell_tasks(held, by)
    notices.settle(f"/bao-cao/phieu/{held.pk}/")
    notices.settle(f"/bao-cao/phieu/{held.pk}/viet/")
    audit.record(by, "submitted a report", held, ward=held.period.ward, in_time=held.is_in_time)
    return held


def _freeze(held: UnitReport, lines: list[ReportLine]) -> None:
    """Keep with every line what was counted when the report was sent."""
    facts = prefilling.facts_of(held.period, [line.task for line in lines], held)
    for line in lines:
        line.figures = prefilling.as_data(facts[line.task_id])
    held.lines.bulk_update(lines, ("figures",))


def _tell_tasks(held: UnitReport, by: Account) -> None:
    """Write what the lines say into the tasks themselves, where it says something new: one truth, not two."""
    today = clock.today()
    lines = list(held.lines.select_related("task__plan__ward"))
    carriers = {row.task_id: row for row in Carrier.objects.filter(unit=held.unit, task__in=[n.task_id for n in lines])}
    notes = ProgressNote.objects.filter(unit=held.unit, task__in=carriers).values_list("task", "state", "text")
    known = set(notes)
    for line in lines:
        carrier = carriers.get(line.task_id)
        ended = carrier is None or (carrier.ended_on is not None and carrier.ended_on < today)
        if ended or line.task.withdrawn_at is not None or line.task.plan.state != "running":
            continue
        said = " ".join(text for text in (line.text.strip(), line.why.strip()) if text)
        is_known = any((line.task_id, line.state, text) in known for text in (said, line.text.strip()))
        if said and not is_known and carrier is not None:
            carrying.report_progress(line.task, unit=held.unit, state=SelfState(line.state), text=said, by=by)


@transaction.atomic
def take_back(report: UnitReport, *, by: Account) -> UnitReport:
    """The unit takes its report back while nobody has accepted it. Taking back a first sending undoes it: what is not
    sent again in time is late."""
    held = _held(report)
    if held.state != State.SUBMITTED:
        raise Refusal("Chỉ rút về được báo cáo đã gửi mà chưa được nhận.")
    held.state = State.DRAFT
    if not held.steps.filter(act=Act.RETURNED).exists():
        held.first_submitted_at = None
    held.save(update_fields=("state", "first_submitted_at"))
    _step(held, Act.WITHDRAWN, by)
    audit.record(by, "took a report back", held, ward=held.period.ward)
    return held


@transaction.atomic
def send_back(report: UnitReport, *, reason: str, by: Account) -> UnitReport:
    """Return a report with a reason. Its first moment stays: a returned report that came in time is in time."""
    held = _held(report)
    _may_decide(held, by)
    if held.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refusal("Báo cáo này chưa được gửi nên chưa trả lại được.")
    if held.state == State.ACCEPTED and _is_frozen(held.period):
        raise Refusal("Báo cáo tổng hợp của kỳ này đã duyệt nên không trả lại được nữa.")
    held.state, held.reason, held.accepted_at, held.accepted_by = State.RETURNED, reason, None, None
    held.save(update_fields=("state", "reason", "accepted_at", "accepted_by"))
    step = _step(held, Act.RETURNED, by, reason)
    audit.record(by, "returned a report", held, ward=held.period.ward, reason=reason)
    notices.tell(
        notices.speakers_of(held.unit),
        key=f"report-returned:{step.pk}",
        text=f"Báo cáo {held.period} bị trả lại: {reason}",
        href=f"/bao-cao/phieu/{held.pk}/",
        ward=held.period.ward,
    )
    return held


@transaction.atomic
def accept(report: UnitReport, *, by: Account) -> UnitReport:
    """Take a report in."""
    held = _held(report)
    _may_decide(held, by)
    if held.state != State.SUBMITTED:
        raise Refusal("Báo cáo này không ở bước chờ nhận. Hãy tải lại trang.")
    _accept([held], by)
    audit.record(by, "accepted a report", held, ward=held.period.ward)
    return held


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many reports of teams were taken in, and how many wait because something should be looked at."""

    accepted: int
    flagged: int


@transaction.atomic
def accept_teams(period: ReportPeriod, *, by: Account) -> Accepted:
    """Take in every team's report that nothing is flagged in; the others are opened one by one."""
    rows = UnitReport.objects.of(period).waiting().filter(is_team=True).select_for_update(of=("self",), no_key=True)
    waiting = [row for row in rows.select_related("unit", "period__ward") if row.submitted_by_id != by.pk]
    plain = [row for row in waiting if not row.flags]
    _accept(plain, by)
    if plain:
        audit.record(by, "accepted reports of teams", period, ward=period.ward, count=len(plain))
    return Accepted(len(plain), len(waiting) - len(plain))


def _accept(rows: list[UnitReport], by: Account) -> None:
    now = clock.now()
    for row in rows:
        row.state, row.accepted_at, row.accepted_by = State.ACCEPTED, now, by
    UnitReport.objects.bulk_update(rows, ("state", "accepted_at", "accepted_by"))
    ReportStep.objects.bulk_create(ReportStep(report=row, act=Act.ACCEPTED, by=by, at=now) for row in rows)


@transaction.atomic
def unlock(report: UnitReport, *, reason: str, until: datetime, by: Account) -> ReportStep:
    """Let a unit write after the lock, until a moment."""
    held = _held(report)
    now = clock.now()
    if not held.period.is_locked(now):
        raise Refusal("Kỳ này chưa khóa, đơn vị vẫn viết và gửi được.")
    if not held.is_open:
        raise Refusal("Đơn vị đã gửi báo cáo nên không cần mở khóa.")
    if until <= now:
        raise Refusal("Lúc hết hạn mở khóa phải ở sau bây giờ.", "until")
    step = _step(held, Act.UNLOCKED, by, reason, until=until)
    audit.record(by, "unlocked a report", held, ward=held.period.ward, reason=reason)
    notices.tell(
        notices.speakers_of(held.unit),
        key=f"report-unlocked:{step.pk}",
        text=f"Báo cáo {held.period} được mở khóa đến {timezone.localtime(until):%d/%m/%Y %H:%M}.",
        href=f"/bao-cao/phieu/{held.pk}/",
        ward=held.period.ward,
    )
    return step


def may_decide(report: UnitReport, by: Account) -> bool:
    """Whether somebody may accept or return this report."""
    return not _why_not(report, by)


def _may_decide(report: UnitReport, by: Account) -> None:
    if why := _why_not(report, by):
        raise Refusal(why)


def _why_not(report: UnitReport, by: Account) -> str:
    if report.submitted_by_id == by.pk:
        return "Người gửi không tự nhận báo cáo của mình. Hãy để người khác nhận."
    leads = may(by, "summary.approve", report.period.ward)
    if report.unit_id == report.period.receiver_id:
        return "" if leads else "Báo cáo của chính nơi nhận do lãnh đạo Ủy ban nhân dân nhận."
    if any(grant.unit_id == report.unit_id for grant in by.current_grants):
        return "Người của đơn vị không tự nhận báo cáo của đơn vị mình."
    return "" if leads or can(by, "reports.accept", report) else "Tài khoản này không nhận báo cáo."


def may_submit(report: UnitReport, by: Account) -> bool:
    """Whether somebody may send this report: the head of the unit; in a team whoever writes."""
    return can(by, "reports.submit", report) or (report.is_team and can(by, "reports.write", report))


def _held(report: UnitReport) -> UnitReport:
    rows = UnitReport.objects.select_for_update(of=("self",), no_key=True).select_related("period__ward", "unit")
    return rows.get(pk=report.pk)


def _is_frozen(period: ReportPeriod) -> bool:
    summary = getattr(period, "summary", None)
    return summary is not None and summary.snapshot is not None


def _step(
    report: UnitReport,
    act: str,
    by: Account | None,
    reason: str = "",
    *,
    until: datetime | None = None,
    at: datetime | None = None,
) -> ReportStep:
    return ReportStep.objects.create(report=report, act=act, by=by, reason=reason, until=until, at=at or clock.now())
