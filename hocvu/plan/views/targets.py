"""Targets: all of them with their figures, one with its definition and history, declaring a figure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render, sent
from hocvu.plan import declaring, learning_of_groups, measures, places, printing, standing
from hocvu.plan.models import DeclaredFigure, Target
from hocvu.plan.models.plan import TargetQuerySet
from hocvu.plan.standing import Standing
from hocvu.plan.views import progress, supervision
from hocvu.plan.views.reports import document_answer
from hocvu.ward.access import SignedInRequest, WardRequest, may, needs, public, scoped
from hocvu.ward.models import Unit, UnitQuerySet


def _share(line: Standing) -> Decimal | None:
    share = line.figure.share if line.figure else None
    return None if share is None else round(share, 2)


COLUMNS = (
    Column[Standing]("Năm", lambda s: s.target.year, 8),
    Column[Standing]("Số", lambda s: s.target.position, 6),
    Column[Standing]("Nhóm đối tượng", lambda s: s.target.get_audience_display(), 30),
    Column[Standing]("Chỉ tiêu", lambda s: s.target.text, 70),
    Column[Standing]("Mức cần đạt", lambda s: s.goal, 18),
    Column[Standing]("Số đạt", lambda s: s.figure.numerator if s.figure else None, 10),
    Column[Standing]("Tổng số", lambda s: s.figure.denominator if s.figure else None, 10),
    Column[Standing]("Tỷ lệ (%)", lambda s: _share(s), 10),
    Column[Standing]("Kết quả", lambda s: s.mark.words, 16),
    Column[Standing]("Loại số liệu", lambda s: s.kind_mark.words if s.kind_mark else "Chưa có số liệu", 18),
    Column[Standing]("Nguồn", lambda s: s.figure.source if s.figure else "", 40),
    Column[Standing]("Tính đến ngày", lambda s: s.figure.as_of if s.figure else None, 14),
    Column[Standing]("Kế hoạch", lambda s: s.target.plan.number or s.target.plan.title, 30),
    Column[Standing]("Vị trí trong kế hoạch", lambda s: places.in_words(s.target.place), 24),
)


@public
@require_safe
def targets(request: WardRequest) -> HttpResponseBase:
    """All targets of the running plans, year by year, the present year first."""
    rows = Target.objects.living().filter(plan__ward=request.ward).select_related("plan")
    filters, rows = _filters(request, rows)
    today = clock.today()
    shown = standing.standings(rows.order_by("year", "plan", "position"), today)
    if wants_xlsx(request):
        return export("Chỉ tiêu", COLUMNS, shown)
    years = [(year, list(group)) for year, group in groupby(shown, key=lambda s: s.target.year)]
    years.sort(key=lambda pair: (pair[0] != today.year, pair[0] is None, -(pair[0] or 0)))
    head = years[0] if years else None
    context = {
        "frame_template": _frame(request),
        "years": years,
        "summary": standing.summary(head[1], head[0], today) if head else "",
        "counts": standing.count(head[1]) if head else None,
        "head_year": head[0] if head else None,
        "may_report": may(request.user, "plan.read", request.ward),
        "today": today,
        **filters,
    }
    return render(request, "plan/targets.html", context)


def _filters(request: WardRequest, rows: TargetQuerySet) -> tuple[dict[str, object], TargetQuerySet]:
    """The links to filter by, from all living targets, and the rows that are left."""
    every = list(rows.values_list("year", "audience", "plan_id", "plan__number", "plan__title"))
    year, audience, plan = (request.GET.get(name, "") for name in ("nam", "nhom", "ke-hoach"))
    plans = sorted({(str(row[2]), row[3] or row[4]) for row in every})
    found = {
        "years_known": sorted({str(row[0]) for row in every if row[0]}),
        "audiences": [(v, label) for v, label in Target.Audience.choices if any(row[1] == v for row in every)],
        "plans": [(pk, words, _link(request, pk)) for pk, words in plans],
        "all_plans": _link(request, ""),
        "year": year,
        "audience": audience,
        "plan": plan,
    }
    if year.isdecimal() and len(year) == 4:
        rows = rows.filter(year=int(year))
    if audience in Target.Audience.values:
        rows = rows.filter(audience=audience)
    if plan in dict(plans):
        rows = rows.filter(plan_id=int(plan))
    return found, rows


def _link(request: WardRequest, plan: str) -> str:
    """This page for one plan, the other filters kept."""
    query = request.GET.copy()
    query["ke-hoach"] = plan
    return f"?{query.urlencode()}"


def _frame(request: WardRequest) -> str:
    return "desk.html" if request.user.is_authenticated else "base.html"


@needs("plan.read")
@require_safe
def targets_report(request: SignedInRequest) -> HttpResponse:
    """How the targets of a year stand, as an official report: .docx to be edited, or PDF."""
    asked = request.GET.get("nam", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else clock.today().year
    document = printing.report(request.ward, year, clock.today())
    return document_answer(request, document, f"bao-cao-chi-tieu-{year}")


def _target(request: WardRequest, target_id: int) -> Target:
    rows = Target.objects.select_related("plan", "plan__ward", "continues", "continues__plan")
    return get_object_or_404(rows, pk=target_id, plan__ward=request.ward)


@public
@require_safe
def target(request: WardRequest, target_id: int) -> HttpResponse:
    """One target: what it says, how it is counted, where the plan says it, what was declared so far."""
    shown = _target(request, target_id)
    today = clock.today()
    declared = list(shown.declared.select_related("unit", "declared_by", "withdrawn_by"))
    figures = [(row, measures.of_declared(row)) for row in declared]
    now = standing.standings([shown], today)[0]
    reads = may(request.user, "plan.read", request.ward)
    open_to_declare = not declaring.is_closed(shown, today) and shown.withdrawn_at is None
    context = {
        "frame_template": _frame(request),
        "target": shown,
        "standing": now,
        **progress.about(request, shown, now),
        "may_choose": may(request.user, "measures.manage", request.ward),
        "definition": standing.definition(shown),
        "place": places.in_words(shown.place),
        "place_href": places.href(shown.plan_id, shown.place) if reads else "",
        "figures": figures,
        "courses": learning_of_groups.lines_of(shown, today),
        "may_declare": open_to_declare and _speaking_units(request).exists(),
        "may_withdraw": set() if declaring.is_closed(shown, today) else _withdrawable(request, declared),
        **supervision.remarks_on(request, shown),
    }
    return render(request, "plan/target.html", context)


def _speaking_units(request: WardRequest) -> UnitQuerySet:
    """The units for which the visitor may declare figures of the whole ward."""
    if not may(request.user, "targets.declare", request.ward):
        return Unit.objects.none()
    return scoped(Unit.objects.on(clock.today()).ward_wide(), request.user, "tasks.report", request.ward)


def _withdrawable(request: WardRequest, declared: Sequence[DeclaredFigure]) -> set[int]:
    """The figures that the visitor may withdraw, by key."""
    if not may(request.user, "targets.withdraw", request.ward):
        return set()
    rows = DeclaredFigure.objects.standing().filter(pk__in=[row.pk for row in declared])
    return set(scoped(rows, request.user, "targets.withdraw", request.ward).values_list("pk", flat=True))


class FigureForm(Form):
    """What a unit declares: how many, of how many, as of when, from where."""

    unit = forms.ModelChoiceField(label="Đơn vị khai", queryset=Unit.objects.none(), empty_label=None)
    numerator = IntegerField(label="Số đạt", min_value=0, max_value=99_999_999)
    denominator = IntegerField(
        label="Tổng số",
        required=False,
        min_value=0,
        max_value=99_999_999,
        help_text="Để trống nếu chưa có tổng số có nguồn; khi đó không hiện tỷ lệ",
    )
    as_of = DateField(label="Tính đến ngày")
    source = forms.CharField(
        label="Nguồn", max_length=300, help_text="Số lấy từ đâu, ví dụ danh sách điểm danh lớp tháng 10/2026"
    )


@needs("targets.declare")
def declare(request: SignedInRequest, target_id: int) -> HttpResponse:
    """Declare a new figure; the earlier ones stay."""
    rows = scoped(Target.objects.select_related("plan"), request.user, "targets.declare", request.ward)
    shown = get_object_or_404(rows, pk=target_id)
    form = FigureForm(sent(request), initial={"as_of": clock.today()})
    form.fields["unit"].queryset = _speaking_units(request)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            declaring.declare(shown, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, "Đã ghi số liệu tự khai.")
            return redirect(reverse("plan:target", args=(shown.pk,)))
    context = {"target": shown, "goal": standing.goal_words(shown), "latest": shown.declared.standing().first()}
    return render(request, "plan/declare.html", context, form=form)


class WithdrawForm(Form):
    """Why a figure is taken back."""

    reason = forms.CharField(label="Lý do rút", max_length=300, widget=forms.Textarea)


@needs("targets.withdraw")
def withdraw(request: SignedInRequest, declaredfigure_id: int) -> HttpResponse:
    """Take a wrong figure out of the count, with a reason."""
    rows = DeclaredFigure.objects.select_related("target__plan__ward", "unit")
    rows = scoped(rows, request.user, "targets.withdraw", request.ward)
    shown = get_object_or_404(rows, pk=declaredfigure_id)
    form = WithdrawForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            declaring.withdraw(shown, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, "Đã rút số liệu. Trang hiện số đã khai trước đó, nếu có.")
            return redirect(reverse("plan:target", args=(shown.target_id,)))
    return render(request, "plan/withdraw.html", {"figure": shown, "target": shown.target}, form=form)
