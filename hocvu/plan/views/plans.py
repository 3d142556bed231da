"""The plans of the ward: the list, one plan, its document and the document's text."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from hocvu.lib import uploads
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render
from hocvu.plan import amending, showing
from hocvu.plan.forms_review import HeadForm
from hocvu.plan.models import Plan, PlanDocument, Reading
from hocvu.ward.access import SignedInRequest, may, needs, scoped

COLUMNS = (
    Column[Plan]("Số, ký hiệu", lambda p: p.number, 18),
    Column[Plan]("Tên kế hoạch", lambda p: p.title, 60),
    Column[Plan]("Ngày ban hành", lambda p: p.signed_on, 14),
    Column[Plan]("Người ký", lambda p: p.signer, 24),
    Column[Plan]("Trạng thái", lambda p: p.get_state_display(), 22),
    Column[Plan]("Số chỉ tiêu", lambda p: getattr(p, "target_count", 0), 12),
    Column[Plan]("Số nhiệm vụ", lambda p: getattr(p, "task_count", 0), 12),
    Column[Plan]("Công bố lúc", lambda p: p.published_at, 18),
)


@needs("plan.read")
def plans(request: SignedInRequest) -> HttpResponseBase:
    """Every plan of the ward, and the readings somebody has under review."""
    living = {"withdrawn_at": None}
    rows = scoped(Plan.objects.all(), request.user, "plan.read", request.ward).annotate(
        target_count=Count("targets", Q(**{f"targets__{k}": v for k, v in living.items()}), distinct=True),
        task_count=Count("tasks", Q(**{f"tasks__{k}": v for k, v in living.items()}), distinct=True),
    )
    if wants_xlsx(request):
        return export("Danh sách kế hoạch", COLUMNS, rows)
    may_publish = may(request.user, "plan.publish", request.ward)
    open_states = (Reading.State.WAITING, Reading.State.REVIEW)
    readings = scoped(Reading.objects.all(), request.user, "plan.publish", request.ward).filter(state__in=open_states)
    return render(
        request,
        "plan/plans.html",
        {
            "plans": list(rows),
            "readings": readings.select_related("document") if may_publish else [],
            "may_publish": may_publish,
        },
    )


@needs("plan.read")
def plan(request: SignedInRequest, plan_id: int) -> HttpResponseBase:
    """One plan: head, what it stands on, when units report, its sections, targets and body actions."""
    shown = _plan(request, plan_id)
    living = shown.tasks.filter(withdrawn_at=None)
    return render(
        request,
        "plan/plan.html",
        {
            "plan": shown,
            "sections": shown.sections.annotate(task_count=Count("tasks", Q(tasks__withdrawn_at=None))),
            "unsectioned": living.filter(section=None).count(),
            "task_count": living.count(),
            "targets": shown.targets.filter(withdrawn_at=None),
            "withdrawn": [*shown.targets.exclude(withdrawn_at=None), *shown.tasks.exclude(withdrawn_at=None)],
            "actions": shown.body_actions.select_related("task"),
            "document": _document(shown),
            "may_publish": may(request.user, "plan.publish", request.ward),
        },
    )


@needs("plan.read")
def source(request: SignedInRequest, plan_id: int) -> HttpResponseBase:
    """The plan document's own words, each line with its number as an anchor (#dong-194)."""
    shown = _plan(request, plan_id)
    document = _document(shown)
    lines = showing.lines_of(document) if document else []
    return render(request, "plan/plan_text.html", {"plan": shown, "document": document, "lines": lines})


@needs("plan.read")
def file(request: SignedInRequest, plan_id: int) -> HttpResponseBase:
    """The document as it came in, to save."""
    document = _document(_plan(request, plan_id))
    if document is None:
        messages.error(request, "Kế hoạch này không có tệp kèm theo.")
        return redirect("plan:plan", plan_id)
    try:
        return uploads.hand_out(document.file.open("rb"), document.name)
    except FileNotFoundError:
        messages.error(request, "Tệp gốc không còn trong kho. Hãy báo người quản trị khôi phục từ bản sao lưu.")
        return redirect("plan:plan", plan_id)


@needs("plan.publish")
def amend_plan(request: SignedInRequest, plan_id: int) -> HttpResponseBase:
    """Fill in what the file had left blank: number, date, signer."""
    shown = get_object_or_404(scoped(Plan.objects.all(), request.user, "plan.publish", request.ward), pk=plan_id)
    now = {
        "title": shown.title,
        "number": shown.number,
        "date": shown.signed_on,
        "issuer": shown.issuer,
        "signer": shown.signer,
    }
    form = HeadForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        amending.amend(shown, **form.cleaned_data, by=request.user)
        messages.success(request, "Đã lưu.")
        return redirect("plan:plan", shown.pk)
    return render(request, "plan/amend.html", {"plan": shown}, form=form)


def _plan(request: SignedInRequest, plan_id: int) -> Plan:
    rows = scoped(Plan.objects.select_related("succeeds", "published_by"), request.user, "plan.read", request.ward)
    return get_object_or_404(rows, pk=plan_id)


def _document(plan: Plan) -> PlanDocument | None:
    """The document of the newest reading that made or corrected the plan."""
    reading = (
        plan.readings.filter(state=Reading.State.PUBLISHED).select_related("document").order_by("-updated_at").first()
    )
    return reading.document if reading else None
