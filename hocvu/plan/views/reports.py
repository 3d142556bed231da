"""Reports: where one begins, a unit's report read and written, what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import percent_words
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark, Tone
from hocvu.lib.official import render_docx, render_pdf
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.outreach.coverage import TeamMonth
from hocvu.plan import populations
from hocvu.plan.forms_report import NothingForm, ReasonForm, ReportForm, UnlockForm
from hocvu.plan.models import ReportFigure, ReportLine, ReportPeriod, UnitReport, WardSummary
from hocvu.plan.reporting import checking, deciding, opening, prefilling, printing, scoring, team_records, writing
from hocvu.plan.reporting.writing import Content, Stale
from hocvu.ward import notices
from hocvu.ward.access import SignedInRequest, can, may, needs, scoped, wants_json

HOME = ("/bao-cao/", "Báo cáo")
_TONES: dict[str, Tone] = {"submitted": "slow", "returned": "bad", "accepted": "good", "excused": "none"}


def state_mark(report: UnitReport) -> Mark:
    """Where a report is on its way, in words."""
    words = str(report.get_state_display())
    return Mark(words[:1].upper() + words[1:], _TONES.get(report.state, ""))


def report_of(request: SignedInRequest, pk: int, capability: str = "reports.read") -> UnitReport:
    """A report that the account may meet under a capability; any other does not exist."""
    rows = UnitReport.objects.select_related(
        "period__ward", "period__receiver", "unit__neighbourhood", "saved_by", "submitted_by"
    )
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=pk)


def address(report: UnitReport, page: str = "") -> str:
    return reverse(f"plan:{page}report", args=(report.pk,))


# ---- Where one begins


def _kept(period: ReportPeriod) -> str:
    """How many of those who must were in time, counted with the list."""
    expected, in_time = getattr(period, "expected", 0), getattr(period, "in_time", 0)
    return f"{in_time}/{expected} ({percent_words(in_time * 100 / expected)})" if expected else ""


_MUST = Q(reports__is_asked=False) & ~Q(reports__state=UnitReport.State.EXCUSED)
PERIODS = (
    Head[ReportPeriod]("Kỳ", lambda p: p.words, 16, href=lambda p: reverse("plan:report_period", args=(p.pk,))),
    Head[ReportPeriod]("Số liệu từ ngày", lambda p: p.window_from, 14),
    Head[ReportPeriod]("Đến ngày", lambda p: p.window_to, 14),
    Head[ReportPeriod]("Hạn, hết ngày", lambda p: p.last_day, 14),
    Head[ReportPeriod]("Đã gửi", lambda p: f"{getattr(p, 'came', 0)}/{getattr(p, 'whole', 0)}", 12),
    Head[ReportPeriod]("Đúng hạn", _kept, 16),
    Head[ReportPeriod]("Chờ nhận", lambda p: getattr(p, "waiting", 0), 10),
    Head[ReportPeriod]("Báo cáo tổng hợp", lambda p: _summary_words(p), 20,
                       href=lambda p: reverse("plan:ward_summary", args=(p.pk,))),
)  # fmt: skip


def _summary_words(period: ReportPeriod) -> str:
    state = getattr(period, "summary_state", None)
    return str(WardSummary.State(state).label) if state else "chưa soạn"


OWN = (
    Head[UnitReport]("Kỳ", lambda r: r.period.words, 16, href=address),
    Head[UnitReport]("Đơn vị", lambda r: r.unit.name, 40),
    Head[UnitReport]("Hạn, hết ngày", lambda r: r.period.last_day, 14),
    Head[UnitReport]("Tình trạng", lambda r: str(r.get_state_display()), 18, mark=state_mark),
    Head[UnitReport]("Đúng hạn", lambda r: scoring.timeliness_mark(r, clock.now()).words, 16),
)


@needs("reports.read")
@require_safe
def reports(request: SignedInRequest) -> HttpResponseBase:
    """What one has to write; below, all periods for those who see the whole ward, else the own reports."""
    account, ward = request.user, request.ward
    periods = scoped(ReportPeriod.objects.monthly(), account, "reports.read", ward)
    sees_all = periods.exists() or may(account, "reports.manage", ward)
    own = scoped(UnitReport.objects.select_related("period", "unit"), account, "reports.write", ward)
    to_write = list(
        own.filter(state__in=UnitReport.OPEN, period__locks_at__gt=clock.now()).order_by("period__due_at")[:8]
    )
    more = {"to_write": [(one, state_mark(one)) for one in to_write], "now": clock.now()}
    links = [(reverse("plan:punctuality"), "Đúng hạn từng đơn vị")]
    if may(account, "reports.manage", ward):
        links += [
            (reverse("plan:report_questions"), "Câu hỏi"),
            (reverse("plan:report_setting"), "Cách báo cáo"),
        ]
    years = sorted(
        {day.year for day in ReportPeriod.objects.of(ward).values_list("starts_on", flat=True)}, reverse=True
    )
    if sees_all:
        rows = (
            periods.order_by("-starts_on")
            # Its state alone: what was frozen is some hundred kilobytes a period.
            .annotate(summary_state=F("summary__state"))
            .annotate(
                whole=Count("reports", filter=~Q(reports__state=UnitReport.State.EXCUSED)),
                came=Count("reports", filter=Q(reports__first_submitted_at__isnull=False)),
                expected=Count("reports", filter=_MUST),
                in_time=Count("reports", filter=_MUST & Q(reports__first_submitted_at__lt=F("due_at"))),
                waiting=Count("reports", filter=Q(reports__state=UnitReport.State.SUBMITTED)),
            )
        )
        year = Choice("nam", "Năm", [(str(y), str(y)) for y in years], lambda q, v: q.filter(starts_on__year=int(v)))
        page = Page(
            "Báo cáo tháng",
            lead="Mỗi tháng một kỳ, tự mở. Bấm vào kỳ để xem đơn vị nào đã gửi.",
            links=links,
            empty="Chưa có kỳ báo cáo nào",
            empty_words="Kỳ đầu tiên tự mở khi kế hoạch đã công bố và đến ngày mở kỳ.",
            counted="kỳ",
            template="plan/reports.html",
            more=more,
        )
        return show(request, page, rows=rows, columns=PERIODS, filters=(year,))
    year = Choice(
        "nam", "Năm", [(str(y), str(y)) for y in years], lambda q, v: q.filter(period__starts_on__year=int(v))
    )
    page = Page(
        "Báo cáo tháng", links=links, empty="Chưa có kỳ báo cáo nào", empty_words="Kỳ đầu tiên tự mở khi đến ngày mở kỳ.",
        counted="báo cáo", template="plan/reports.html", more=more,
    )  # fmt: skip
    return show(request, page, rows=own.order_by("-period__starts_on", "unit"), columns=OWN, filters=(year,))


# ---- One report


@needs("reports.read")
@require_safe
def report(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """One report as it stands: what was written, what was counted, its way, what may be done."""
    shown = report_of(request, unitreport_id)
    now = clock.now()
    lines = list(shown.lines.select_related("task"))
    found = prefilling.prefilled(shown, lines) if shown.is_open else None
    month = found.month if found else team_records.of_report(shown)
    context = {
        "report": shown,
        "mark": state_mark(shown),
        "kept": scoring.timeliness_mark(shown, now),
        "lines": [
            {
                "line": line,
                "facts": found.facts.get(line.task_id, []) if found else line.figures,
                "is_bare": not line.text.strip() and not line.why.strip(),
            }
            for line in lines
        ],
        "numbers": _numbers(shown, month),
        "team_facts": prefilling.team_facts(shown, month) if shown.is_team else [],
        "steps": shown.steps.select_related("by"),
        "stage": _stage(shown),
        "is_empty": not shown.nothing_arose
        and not any((shown.work_done, shown.difficulties, *(n.text for n in lines))),
        "may_write": shown.is_open and can(request.user, "reports.write", shown),
        "may_take_back": shown.state == UnitReport.State.SUBMITTED and can(request.user, "reports.write", shown),
        "may_decide": shown.state == UnitReport.State.SUBMITTED and deciding.may_decide(shown, request.user),
        "may_return": shown.state == UnitReport.State.ACCEPTED and deciding.may_decide(shown, request.user),
        "may_unlock": shown.is_open and shown.period.is_locked(now) and _manages(request, shown),
        "may_excuse": shown.is_open and _manages(request, shown),
        "is_locked": shown.is_open and shown.period.is_locked(now) and writing.unlocked_until(shown, now) is None,
        "next": _next_waiting(request, shown),
    }
    return render(request, "plan/report.html", context)


def _numbers(shown: UnitReport, month: TeamMonth | None) -> list[tuple[ReportFigure, str, str, str]]:
    """(number, what was asked, its word, what records say otherwise) of everything that was declared."""
    asked = {one.key: one for one in prefilling.asked_of(shown, month=month)} if month else {}
    rows = [row for row in shown.figures.select_related("question") if row.numerator is not None]
    return [
        (row, row.text, row.question.unit_word if row.question else "",
         checking.difference(asked[row.key], row) if row.key in asked else "")
        for row in rows
    ]  # fmt: skip


def _stage(report: UnitReport) -> int:
    """Which of the three steps is reached: writing, with the receiver, taken in."""
    return {"submitted": 2, "accepted": 3}.get(report.state, 1)


def _manages(request: SignedInRequest, report: UnitReport) -> bool:
    return can(request.user, "reports.manage", report)


def _next_waiting(request: SignedInRequest, report: UnitReport) -> UnitReport | None:
    """The next report of the period that this account may take in."""
    if not may(request.user, "reports.accept", request.ward):
        return None
    waiting = UnitReport.objects.of(report.period).waiting().exclude(pk=report.pk).exclude(submitted_by=request.user)
    waiting = waiting.exclude(unit=report.period.receiver_id)
    return scoped(waiting, request.user, "reports.accept", request.ward).order_by("is_team", "submitted_at").first()


@needs("reports.write")
@populations.decided_once
def write_report(request: SignedInRequest, unitreport_id: int) -> HttpResponseBase:
    """Write a report: saved by itself, handed up to the head, or sent."""
    received = clock.now()  # what arrives before midnight is in time
    shown = report_of(request, unitreport_id, "reports.write")
    if not shown.is_open:
        messages.info(request, f"Báo cáo này {shown.get_state_display()}, không sửa được nữa.")
        return redirect(address(shown))
    lines: list[ReportLine] = list(shown.lines.select_related("task"))
    found = prefilling.prefilled(shown, lines)
    asked = prefilling.asked_of(shown, found.earlier, found.month)
    form = ReportForm(sent(request), report=shown, lines=lines, found=found, asked=asked)
    others: list[dict[str, str]] = []
    by_itself = request.method == "POST" and wants_json(request)
    if request.method == "POST" and form.is_valid():
        try:
            answer = _act(request, shown, form, received)
        except deciding.Unfit as unfit:
            saved = writing.save(shown, form.content(), version=form.cleaned_data["version"], by=request.user)
            _renew(form, saved.version)
            for fault in unfit.faults:
                form.add_error(fault.field if fault.field in form.fields else None, fault.sentence)
        except Stale as stale:
            if by_itself:
                return JsonResponse({"words": stale.sentence, "stale": True}, status=409)
            others = _others(stale.now, form.content(), form)
            _renew(form, stale.now.version)
            form.add_error(None, stale.sentence)
        except Refusal as refusal:
            if by_itself:
                return JsonResponse({"words": refusal.sentence}, status=422)
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return answer
    if by_itself:
        return JsonResponse({"words": "Chưa lưu: có ô chưa đúng. Hãy xem lại trước khi gửi."}, status=422)
    context = {
        "report": shown,
        "found": found,
        "others": others,
        "may_submit": deciding.may_submit(shown, request.user),
        "over": shown.period.is_over(received),
        "days_left": (shown.period.due_at - received).days,
    }
    template = "plan/report_team.html" if shown.is_team else "plan/report_write.html"
    return render(request, template, context, form=form)


def _act(request: SignedInRequest, shown: UnitReport, form: ReportForm, received: Any) -> HttpResponseBase:
    """Do what the pressed button says."""
    content, version = form.content(), form.cleaned_data["version"]
    wish = request.POST.get("lam", "luu")
    if wish == "khong-phat-sinh":
        return _nothing_arose(request, shown, version, received)
    if wish == "gui":
        if not deciding.may_submit(shown, request.user):
            raise PermissionDenied
        done = deciding.submit(shown, content, version=version, by=request.user, at=received)
        late = "" if done.is_in_time else f" Báo cáo trễ {done.days_late} ngày."
        messages.success(request, f"Đã gửi báo cáo {done.period}.{late}")
        return redirect(address(shown))
    saved = writing.save(shown, content, version=version, by=request.user)
    at = writing.hour_words(saved.saved_at) if saved.saved_at else ""
    if wants_json(request):
        return JsonResponse({"version": saved.version, "words": f"Đã tự lưu lúc {at}"})
    if wish == "trinh":
        heads = notices.speakers_of(saved.unit, *notices.HEAD_ROLES)
        if not heads:
            words = "Đơn vị chưa có tài khoản thủ trưởng để gửi báo cáo. Bản nháp đã lưu; hãy báo người quản trị."
            messages.error(request, words)
            return redirect(f"{address(shown)}viet/")
        notices.tell(
            heads, key=f"report-ready:{saved.pk}:{saved.version}", text=f"{saved} đã viết xong, chờ thủ trưởng xem và gửi.",
            href=f"{address(saved)}viet/", ward=request.ward,
        )  # fmt: skip
        messages.success(request, "Đã lưu và báo thủ trưởng đơn vị.")
        return redirect(address(shown))
    messages.success(request, f"Đã lưu lúc {at}.")
    return redirect(f"{address(shown)}viet/")


def _nothing_arose(request: SignedInRequest, shown: UnitReport, version: int, received: Any) -> HttpResponseBase:
    """Send with one tap. The tap carries no fields, so what was written before stays as it is, sent or not."""
    if not deciding.may_submit(shown, request.user):
        raise PermissionDenied
    content = replace(writing.content_of(shown), nothing_arose=True)
    try:
        done = deciding.submit(shown, content, version=version, by=request.user, at=received)
    except Refusal as refusal:
        faults = refusal.faults if isinstance(refusal, deciding.Unfit) else []
        messages.error(request, " ".join(fault.sentence for fault in faults) or refusal.sentence)
        return redirect(f"{address(shown)}viet/")
    messages.success(request, f"Đã gửi báo cáo {done.period}: không phát sinh.")
    return redirect(address(shown))


def _renew(form: ReportForm, version: int) -> None:
    """Let the form that is shown again be one of the newest version, everything typed kept."""
    form.data = {**form.data.dict(), "version": str(version)}  # type: ignore[attr-defined]  # a QueryDict


def _others(now: UnitReport, mine: Content, form: ReportForm) -> list[dict[str, str]]:
    """Where what somebody else saved differs from what was typed here."""
    theirs = writing.content_of(now)
    found = [
        {"label": str(form.fields[name].label), "text": str(getattr(theirs, name)), "anchor": f"id_{name}"}
        for name in ("work_done", "difficulties", "proposals")
        if getattr(theirs, name) != getattr(mine, name)
    ]
    for line in form.lines:
        text, typed = theirs.lines.get(line.pk), mine.lines.get(line.pk)
        if text and typed and text != typed:
            said = " ".join(part for part in (text.text, text.why) if part) or "(trống)"
            found.append({"label": f"Nhiệm vụ {line.task.number}", "text": said, "anchor": f"id_l{line.pk}-text"})
    for one in form.asked:
        number, own = theirs.numbers.get(one.key), mine.numbers.get(one.key)
        if number is not None and own is not None and number.numerator != own.numerator:
            said = "(trống)" if number.numerator is None else str(number.numerator)
            found.append({"label": one.text, "text": said, "anchor": f"id_{one.key}-so"})
    return found


# ---- What becomes of it


def _crumbs(report: UnitReport) -> tuple[tuple[str, str], ...]:
    return HOME, (address(report), f"{report.unit.label}, {report.period}")


@needs("reports.write")
def take_back_report(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """Take a report back that was sent too early."""
    shown = report_of(request, unitreport_id, "reports.write")

    def do(data: dict[str, Any]) -> str:
        deciding.take_back(shown, by=request.user)
        messages.success(request, "Đã rút báo cáo về. Sửa xong hãy gửi lại.")
        return address(shown)

    lead = "Rút về thì coi như chưa gửi: gửi lại sau hạn là trễ hạn."
    act = Act("Rút báo cáo về", "Rút về", lead=lead, crumbs=_crumbs(shown), back=address(shown))
    return act_page(request, NothingForm(sent(request)), act, do=do)


@needs("reports.read")
@require_POST
def accept_report(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """Take a report in and go on to the next one that waits."""
    shown = report_of(request, unitreport_id)
    try:
        deciding.accept(shown, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(address(shown))
    messages.success(request, f"Đã nhận báo cáo của {shown.unit.label}.")
    following = _next_waiting(request, shown)
    return redirect(address(following) if following else reverse("plan:report_period", args=(shown.period_id,)))


@needs("reports.read")
def return_report(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """Return a report with a reason."""
    shown = report_of(request, unitreport_id)
    if not deciding.may_decide(shown, request.user):
        raise PermissionDenied

    def do(data: dict[str, Any]) -> str:
        deciding.send_back(shown, reason=data["reason"], by=request.user)
        messages.success(request, f"Đã trả lại báo cáo cho {shown.unit.label}.")
        return address(shown)

    lead = "Đơn vị được báo ngay. Báo cáo đã gửi đúng hạn thì vẫn tính đúng hạn."
    act = Act("Trả lại báo cáo", "Trả lại", lead=lead, crumbs=_crumbs(shown), back=address(shown))
    return act_page(request, ReasonForm(sent(request)), act, do=do)


@needs("reports.manage")
def unlock_report(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """Let a unit write after the lock."""
    shown = report_of(request, unitreport_id, "reports.manage")

    def do(data: dict[str, Any]) -> str:
        deciding.unlock(shown, by=request.user, **data)
        messages.success(request, f"Đã mở khóa cho {shown.unit.label}.")
        return address(shown)

    act = Act("Mở khóa báo cáo", "Mở khóa", crumbs=_crumbs(shown), back=address(shown))
    return act_page(request, UnlockForm(sent(request)), act, do=do)


@needs("reports.manage")
def excuse_report(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """Let a unit off a report."""
    shown = report_of(request, unitreport_id, "reports.manage")

    def do(data: dict[str, Any]) -> str:
        opening.excuse(shown, reason=data["reason"], by=request.user)
        messages.success(request, f"{shown.unit.label} không phải báo cáo kỳ này.")
        return address(shown)

    lead = "Đơn vị không còn bị tính là phải báo cáo kỳ này; lý do ai cũng xem được."
    act = Act("Cho thôi báo cáo kỳ này", "Ghi lại", lead=lead, crumbs=_crumbs(shown), back=address(shown))
    return act_page(request, ReasonForm(sent(request)), act, do=do)


@needs("reports.read")
@require_safe
def report_file(request: SignedInRequest, unitreport_id: int) -> HttpResponse:
    """One unit's report as an official document."""
    shown = report_of(request, unitreport_id)
    return document_answer(request, printing.unit_report(shown), f"bao-cao-{shown.period.month}-{shown.unit.pk}")


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document_answer(request: SignedInRequest, document: Any, name: str, template: bytes | None = None) -> HttpResponse:
    """A document to save, as .pdf where the address asks for it, else as .docx."""
    as_pdf = request.GET.get("dinh-dang") == "pdf"
    content = render_pdf(document) if as_pdf else render_docx(document, template)
    answer = HttpResponse(content, content_type="application/pdf" if as_pdf else DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{"pdf" if as_pdf else "docx"}"'
    return answer
