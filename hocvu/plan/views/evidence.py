"""Evidence: giving it, looking at it, checking it, and the list of what waits to be checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from hocvu.lib import clock, uploads
from hocvu.lib.forms import DateField, Form
from hocvu.lib.pager import paginate
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.plan import carrying
from hocvu.plan.models import Evidence, Task
from hocvu.plan.views.task import own_units, task_of
from hocvu.ward.access import SignedInRequest, can, needs, scoped
from hocvu.ward.models import Unit

COLUMNS = (
    Column[Evidence]("Ngày", lambda e: e.happened_on, 14),
    Column[Evidence]("Bằng chứng", lambda e: e.title, 50),
    Column[Evidence]("Nhiệm vụ", lambda e: str(e.task), 60),
    Column[Evidence]("Đơn vị", lambda e: e.unit.name, 36),
    Column[Evidence]("Loại", lambda e: e.get_kind_display(), 12),
    Column[Evidence]("Đường dẫn", lambda e: e.url, 40),
    Column[Evidence]("Người nộp", lambda e: str(e.given_by), 24),
    Column[Evidence]("Nộp lúc", lambda e: e.given_at, 18),
    Column[Evidence]("Kiểm", lambda e: e.get_check_state_display(), 12),
    Column[Evidence]("Lý do", lambda e: e.check_reason, 40),
)


class EvidenceForm(Form):
    """One piece of evidence: what it is, when it happened, and either a file or a link."""

    unit = forms.ModelChoiceField(label="Đơn vị nộp", queryset=Unit.objects.none(), empty_label=None)
    title = forms.CharField(label="Tên bằng chứng", max_length=200, help_text="Ví dụ: Lớp kỹ năng số ngày 10/10")
    happened_on = DateField(label="Ngày việc diễn ra")
    upload = forms.FileField(
        label="Tệp hoặc ảnh",
        required=False,
        help_text="Tệp .pdf, .docx, .xlsx hoặc ảnh .jpg, .png, .webp, không quá 10 MB. Vị trí chụp trong ảnh được xóa.",
        widget=forms.FileInput(attrs={"accept": ",".join(uploads.ENDINGS)}),
    )
    url = forms.CharField(label="Đường dẫn", required=False, max_length=500, help_text="Bắt đầu bằng https://")


@needs("tasks.report")
def add_evidence(request: SignedInRequest, task_id: int) -> HttpResponse:
    """A unit gives evidence for a task it carries."""
    task = task_of(request, task_id, "tasks.report")
    units = own_units(request, task)
    get_object_or_404(units[:1])
    files = request.FILES if request.method == "POST" else None
    form = EvidenceForm(sent(request), files, initial={"happened_on": clock.today()})
    form.fields["unit"].queryset = units  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid() and _given(task, form, request):
        messages.success(request, "Đã nộp bằng chứng. Người điều phối sẽ kiểm.")
        return redirect("plan:task", task.pk)
    return render(request, "plan/add_evidence.html", {"task": task}, form=form)


def _given(task: Task, form: EvidenceForm, request: SignedInRequest) -> bool:
    said: dict[str, Any] = dict(form.cleaned_data)
    name = said["upload"].name if said["upload"] else ""
    try:
        carrying.add_evidence(task, **said, file_name=name, by=request.user)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.sentence)
    except uploads.Refused as refused:
        form.add_error("upload", str(refused))
    return not form.errors


def _evidence(request: SignedInRequest, evidence_id: int) -> Evidence:
    rows = Evidence.objects.select_related("task__plan__ward", "unit", "given_by", "checked_by", "occurrence")
    return get_object_or_404(scoped(rows, request.user, "tasks.read", request.ward), pk=evidence_id)


class CheckForm(Form):
    """The verdict on one piece of evidence."""

    verdict = forms.ChoiceField(
        label="Kết quả kiểm",
        choices=(("accept", "Đạt, tính là bằng chứng"), ("return", "Trả lại để bổ sung")),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Lý do", required=False, max_length=300, help_text="Cần ghi khi trả lại: thiếu gì, phải bổ sung gì"
    )


@needs("tasks.read")
def evidence(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    """One piece of evidence, and the form to check it for those who may."""
    shown = _evidence(request, evidence_id)
    checks = can(request.user, "tasks.verify", shown)
    if request.method == "POST" and not checks:
        raise PermissionDenied
    is_own = shown.given_by_id == request.user.pk
    form = CheckForm(sent(request))
    if request.method == "POST" and form.is_valid():
        accept, reason = form.cleaned_data["verdict"] == "accept", form.cleaned_data["reason"]
        try:
            carrying.check_evidence(shown, accept=accept, reason=reason, by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, "Đã kiểm: đạt." if accept else "Đã trả lại cho đơn vị.")
            return redirect("plan:evidence_list")
    context = {
        "evidence": shown,
        "may_check": checks and not is_own and shown.check_state == Evidence.Check.WAITING,
        "may_take_back": checks and not is_own and shown.check_state == Evidence.Check.ACCEPTED,
        "is_own": checks and is_own,
        "same_unit": checks and own_units(request, shown.task).filter(pk=shown.unit_id).exists(),
        "next": _next(request, shown) if checks else None,
    }
    return render(request, "plan/evidence.html", context, form=form)


def _next(request: SignedInRequest, shown: Evidence) -> Evidence | None:
    """The piece that has waited longest, beside this one."""
    return _waiting(request).exclude(pk=shown.pk).order_by("given_at", "pk").first()


def _waiting(request: SignedInRequest) -> QuerySet[Evidence]:
    rows = Evidence.objects.filter(check_state=Evidence.Check.WAITING).exclude(given_by=request.user)
    return scoped(rows, request.user, "tasks.verify", request.ward)


@needs("tasks.read")
@require_safe
def evidence_file(request: SignedInRequest, evidence_id: int) -> HttpResponseBase:
    """The file itself: a photo to see, anything else to save, never to run."""
    shown = _evidence(request, evidence_id)
    if not shown.file:
        raise Http404
    try:
        return uploads.hand_out(shown.file.open("rb"), shown.file_name)
    except FileNotFoundError:
        raise Http404 from None


@needs("evidence.read")
@require_safe
def evidence_list(request: SignedInRequest) -> HttpResponseBase:
    """The evidence of the ward: what waits to be checked, longest first; or what was accepted or returned."""
    state = request.GET.get("kiem", "")
    state = state if state in Evidence.Check.values else Evidence.Check.WAITING.value
    every = scoped(Evidence.objects.all(), request.user, "evidence.read", request.ward)
    rows = every.filter(check_state=state).select_related("task__plan", "unit", "given_by")
    unit, words = request.GET.get("don-vi", ""), request.GET.get("tim", "").strip()[:100]
    if unit.isdecimal() and len(unit) < 10:
        rows = rows.filter(unit=int(unit))
    if words:
        texts = rows.values_list("pk", "title", "task__content")
        rows = rows.filter(pk__in=[pk for pk, *text in texts if fold(words) in fold(" ".join(text))])
    rows = rows.order_by("given_at", "pk") if state == Evidence.Check.WAITING else rows.order_by("-checked_at", "-pk")
    if wants_xlsx(request):
        return export("Bằng chứng", COLUMNS, rows)
    context = {
        "page": paginate(request, rows),
        "state": state,
        "states": [("", Evidence.Check.WAITING.value, "Chờ kiểm"), *_OTHER_STATES],
        "unit": unit,
        "units": Unit.objects.filter(evidence__in=every).distinct(),
        "words": words,
    }
    return render(request, "plan/evidence_list.html", context)


_OTHER_STATES = (
    (Evidence.Check.ACCEPTED.value, Evidence.Check.ACCEPTED.value, "Đã kiểm đạt"),
    (Evidence.Check.RETURNED.value, Evidence.Check.RETURNED.value, "Đã trả lại"),
)
