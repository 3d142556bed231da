"""Units and their tree: the list, one unit, adding and changing one."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from hocvu.lib import clock
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import render
from hocvu.ward import arranging
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.forms import UnitForm
from hocvu.ward.models import Grant, Unit, UnitQuerySet

COLUMNS = (
    Column[Unit]("Tên đơn vị", lambda u: u.name, 48),
    Column[Unit]("Loại", lambda u: u.get_kind_display(), 24),
    Column[Unit]("Thuộc đơn vị", lambda u: u.parent.name if u.parent else "", 40),
    Column[Unit]("Có từ ngày", lambda u: u.valid_from, 14),
    Column[Unit]("Đến hết ngày", lambda u: u.valid_to, 14),
)


@needs("units.read")
def units(request: SignedInRequest) -> HttpResponseBase:
    """All units of the ward, filtered by kind and name, today's or ended."""
    rows = scoped(Unit.objects.select_related("parent"), request.user, "units.read", request.ward)
    kind, query = request.GET.get("loai", ""), request.GET.get("tim", "").strip()
    ended = request.GET.get("da-thoi") == "1"
    rows = _chosen(rows, kind, query, ended)
    if wants_xlsx(request):
        return export("Danh sách đơn vị", COLUMNS, rows)
    kinds = Unit.objects.of(request.ward).values_list("kind", flat=True).order_by("kind").distinct()
    return render(
        request,
        "ward/units.html",
        {
            "page": paginate(request, rows),
            "kinds": [(value, Unit.Kind(value).label) for value in kinds],
            "kind": kind,
            "query": query,
            "ended": ended,
            "may_manage": may(request.user, "units.manage", request.ward),
        },
    )


def _chosen(rows: UnitQuerySet, kind: str, query: str, ended: bool) -> UnitQuerySet:
    rows = rows.filter(valid_to__lt=clock.today()) if ended else rows.on(clock.today())
    if kind in Unit.Kind.values:
        rows = rows.filter(kind=kind)
    if query:
        # A ward has a few hundred units: names are compared without tones here, the same on both engines.
        found = [pk for pk, name in rows.values_list("pk", "name") if fold(query) in fold(name)]
        rows = rows.filter(pk__in=found)
    return rows


@needs("units.read")
def unit(request: SignedInRequest, unit_id: int) -> HttpResponseBase:
    """One unit: where it stands, what is under it, who signs in for it."""
    rows = scoped(Unit.objects.select_related("parent", "neighbourhood"), request.user, "units.read", request.ward)
    shown = get_object_or_404(rows, pk=unit_id)
    return render(
        request,
        "ward/unit.html",
        {
            "unit": shown,
            "children": shown.children.all(),
            "groups": shown.groups.filter(memberships__valid_to=None).distinct(),
            "people": Grant.objects.on(clock.today()).filter(unit=shown).select_related("account"),
            "may_manage": may(request.user, "units.manage", request.ward),
        },
    )


@needs("units.manage")
def add_unit(request: SignedInRequest) -> HttpResponseBase:
    """Add a unit to the ward."""
    form = UnitForm(request.POST or None, ward=request.ward)
    if request.method == "POST" and form.is_valid():
        made = arranging.add_unit(request.ward, by=request.user, **form.cleaned_data)
        messages.success(request, f"Đã thêm {made.name}.")
        return redirect("ward:unit", made.pk)
    return render(request, "ward/unit_form.html", {"heading": "Thêm đơn vị"}, form=form)


@needs("units.manage")
def change_unit(request: SignedInRequest, unit_id: int) -> HttpResponseBase:
    """Change a unit, or end it on a day."""
    shown = get_object_or_404(scoped(Unit.objects.all(), request.user, "units.manage", request.ward), pk=unit_id)
    now = {name: getattr(shown, name) for name in arranging.FIELDS}
    form = UnitForm(request.POST or None, initial=now, ward=request.ward, unit=shown)
    if request.method == "POST" and form.is_valid():
        arranging.change_unit(shown, by=request.user, **form.cleaned_data)
        messages.success(request, f"Đã lưu {shown.name}.")
        return redirect("ward:unit", shown.pk)
    return render(request, "ward/unit_form.html", {"heading": f"Sửa {shown.name}", "unit": shown}, form=form)
