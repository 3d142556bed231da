"""The ward's own report of a period: read, written on, approved, issued, taken away."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock, uploads
from hocvu.lib.acting import Act, act_page
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import CONTENT_TYPE
from hocvu.lib.web import render, sent
from hocvu.plan import populations
from hocvu.plan.forms_report import IssueForm, NothingForm, SummaryForm
from hocvu.plan.models import SelfState, UnitReport, WardSummary
from hocvu.plan.reporting import opening, printing, signing, summing
from hocvu.plan.views.periods import crumb, period_of
from hocvu.plan.views.reports import HOME, document_answer
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs

_MARKS = {
    "draft": Mark("Đang soạn", "slow"),
    "approved": Mark("Đã duyệt", "good"),
    "issued": Mark("Đã ban hành", "good"),
}
VERDICTS = {
    "met": Mark("Đã đạt", "good"),
    "unmet": Mark("Chưa đạt", "slow"),
    "unknown": Mark("Không tính được", "none"),
}


def _summary(request: SignedInRequest, pk: int, capability: str = "summary.read") -> WardSummary:
    return signing.summary_of(period_of(request, pk, capability))


def _address(summary: WardSummary) -> str:
    return reverse("plan:ward_summary", args=(summary.period_id,))


def _crumbs(summary: WardSummary) -> tuple[tuple[str, str], ...]:
    return HOME, (_address(summary), f"Báo cáo tổng hợp {summary.period}")


@needs("summary.read")
@require_safe
@populations.decided_once
def ward_summary(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """The report as it stands, and what may be done with it."""
    summary = _summary(request, reportperiod_id)
    data = signing.data_of(summary)
    states = dict(SelfState.choices)
    found = summing.counts_of_tasks(data)
    is_draft = summary.state == WardSummary.State.DRAFT
    reads_all = may(request.user, "reports.accept", request.ward) or may(request.user, "summary.approve", request.ward)
    context = {
        "summary": summary,
        "period": summary.period,
        "data": data,
        "mark": _MARKS[summary.state],
        "stage": {"draft": 1, "approved": 3, "issued": 4}[summary.state],
        "targets": [
            {**one, "words": summing.target_words(one), "mark": VERDICTS[one["verdict"]]} for one in data["targets"]
        ],
        "states": [(str(words), found[code]) for code, words in states.items()],
        "counts": found,
        "kept": signing.kept_of(data),
        "sections": [
            (name, label, data["texts"][name], name in summary.texts) for name, (label, _) in summing.SECTIONS.items()
        ],
        "texts": data["texts"],
        "late": [one for one in data["tasks"] if one["is_late"]],
        "waiting": UnitReport.objects.of(summary.period).waiting().count() if is_draft else 0,
        "is_whole": is_draft or signing.is_whole(summary),
        "differences": signing.differences(summary),
        "may_write": is_draft and may(request.user, "summary.write", request.ward),
        "may_approve": is_draft and may(request.user, "summary.approve", request.ward),
        "may_issue": summary.state == "approved" and may(request.user, "summary.issue", request.ward),
        "crumb": crumb(summary.period) if reads_all else None,
        "digest": summary.digest,
    }
    return render(request, "plan/ward_summary.html", context)


@needs("summary.write")
@populations.decided_once
def write_summary(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """Change the paragraphs; figures stay as they are counted."""
    summary = _summary(request, reportperiod_id, "summary.write")
    if summary.state != WardSummary.State.DRAFT:
        messages.info(request, "Báo cáo tổng hợp đã duyệt nên không sửa được nữa.")
        return redirect(_address(summary))
    data = summing.compose(summary.period, summary.texts)
    labels = {name: label for name, (label, _) in summing.SECTIONS.items()}
    form = SummaryForm(sent(request), sections=labels, texts=data["texts"], version=summary.version)
    other: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        texts = {name: form.cleaned_data[name] for name in labels}
        try:
            signing.write_texts(summary, texts, version=form.cleaned_data["version"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            fresh = signing.summary_of(summary.period)
            other = [(labels[name], data["texts"][name]) for name in labels if data["texts"][name] != texts[name]]
            form.data = {**form.data.dict(), "version": str(fresh.version)}  # type: ignore[attr-defined]  # a QueryDict
        else:
            messages.success(request, "Đã lưu phần chữ.")
            return redirect(_address(summary))
    context = {"summary": summary, "period": summary.period, "crumbs_": _crumbs(summary), "other": other}
    return render(request, "plan/write_summary.html", context, form=form)


@needs("summary.approve")
@populations.decided_once
def approve_summary(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """A leader freezes the report that was read."""
    summary = _summary(request, reportperiod_id, "summary.approve")
    data = signing.data_of(summary)
    waiting = UnitReport.objects.of(summary.period).waiting().count()

    def do(_: dict[str, Any]) -> str:
        # The digest of what the page showed; what changed since is read anew before it is frozen.
        signing.approve(summary, seen=request.POST.get("da-xem", ""), by=request.user)
        messages.success(request, "Đã duyệt. Số liệu và phần chữ đã chốt, chờ văn thư ban hành.")
        return _address(summary)

    kept = signing.kept_of(data)
    facts = (
        ("Kỳ", summary.period.words),
        ("Chế độ báo cáo", kept.words),
        ("Báo cáo chưa nhận", str(waiting)),
        ("Chỉ tiêu đã đạt", f"{sum(o['verdict'] == 'met' for o in data['targets'])} trên {len(data['targets'])}"),
        ("Người ký", f"{data['signature']['post']} {data['signature']['signer']}".strip()),
    )
    lead = "Duyệt xong thì số liệu và phần chữ không đổi nữa. Sửa hồ sơ sau này chỉ hiện thành chỗ khác nhau."
    act = Act(
        "Duyệt báo cáo tổng hợp", "Duyệt", lead=lead, facts=facts, crumbs=_crumbs(summary), back=_address(summary)
    )
    return act_page(
        request, NothingForm(sent(request)), act, do=do, template="plan/approve_summary.html",
        digest=signing.digest_of(data), summary=summary,
    )  # fmt: skip


@needs("summary.issue")
def issue_summary(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """The clerk gives number and day, and keeps the signed paper."""
    summary = _summary(request, reportperiod_id, "summary.issue")
    form = IssueForm(sent(request), request.FILES or None, initial={"issued_on": clock.today()})

    def do(data: dict[str, Any]) -> str:
        file = data["upload"]
        try:
            signing.issue(
                summary, number=data["number"], issued_on=data["issued_on"], upload=file,
                file_name=file.name if file else "", by=request.user,
            )  # fmt: skip
        except uploads.Refused as refused:
            raise Refusal(str(refused), "upload") from refused
        messages.success(request, "Đã ban hành.")
        return _address(summary)

    symbol = (summary.snapshot or {}).get("signature", {}).get("symbol", "")
    act = Act(
        "Ban hành báo cáo tổng hợp", "Ban hành", crumbs=_crumbs(summary), back=_address(summary), takes_file=True,
        facts=(("Ký hiệu", symbol), ("Kỳ", summary.period.words)),
        lead="Ghi số và ngày trên bản giấy, kèm bản đã ký. Bản hệ thống đã chốt giữ nguyên bên cạnh.",
    )  # fmt: skip
    return act_page(request, form, act, do=do)


@needs("summary.read")
@require_safe
def summary_file(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """The report to take away: .docx, .pdf, .xlsx of all figures, .json for the city."""
    summary = _summary(request, reportperiod_id)
    name = f"bao-cao-{summary.period.ward.slug}-{summary.period.month}"
    wish = request.GET.get("dinh-dang", "docx")
    if wish == "xlsx":
        return _saved(printing.book(summary), CONTENT_TYPE, f"{name}.xlsx")
    if wish == "json":
        text = json.dumps(signing.exported(summary), ensure_ascii=False, indent=1)
        return _saved(text.encode(), "application/json; charset=utf-8", f"{name}.json")
    template = opening.setting_of(summary.period.ward).template
    return document_answer(request, printing.ward_report(summary), name, bytes(template) if template else None)


def _saved(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs("summary.read")
@require_safe
def signed_file(request: SignedInRequest, reportperiod_id: int) -> FileResponse:
    """The signed paper."""
    summary = _summary(request, reportperiod_id)
    if not summary.signed_file:
        raise Http404
    audit.record(request.user, "took a signed report away", summary, ward=request.ward)
    return uploads.hand_out(summary.signed_file.open("rb"), summary.signed_name)
