"""Neighbourhoods: the list with its history, adding, merging and splitting."""

from __future__ import annotations

import re

from django.contrib import messages
from django.db.models import Prefetch
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from hocvu.lib import clock
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render, sent
from hocvu.ward import neighbourhoods as journey
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.forms import MergeForm, NeighbourhoodsForm, SplitForm
from hocvu.ward.models import Neighbourhood, NeighbourhoodChange, Unit

COLUMNS = (
    Column[Neighbourhood]("Số", lambda n: n.number, 8),
    Column[Neighbourhood]("Tên", lambda n: n.name, 32),
    Column[Neighbourhood]("Có từ ngày", lambda n: n.valid_from, 14),
    Column[Neighbourhood]("Đến hết ngày", lambda n: n.valid_to, 14),
)


@needs("units.read")
def neighbourhoods(request: SignedInRequest) -> HttpResponseBase:
    """The neighbourhoods of the ward, today's or ended, with their teams."""
    ended = request.GET.get("da-thoi") == "1"
    teams = Prefetch("units", queryset=Unit.objects.filter(kind=Unit.Kind.TEAM), to_attr="teams")
    rows = Neighbourhood.objects.of(request.ward).prefetch_related(teams)
    rows = rows.filter(valid_to__lt=clock.today()) if ended else rows.on(clock.today())
    if wants_xlsx(request):
        return export(f"Danh sách {request.ward.neighbourhood_word}", COLUMNS, rows)
    changes = NeighbourhoodChange.objects.filter(ward=request.ward).prefetch_related("before", "after")
    return render(
        request,
        "ward/neighbourhoods.html",
        {
            "page": paginate(request, rows),
            "changes": changes[:20],
            "ended": ended,
            "may_manage": may(request.user, "units.manage", request.ward),
        },
    )


@needs("units.manage")
def add(request: SignedInRequest) -> HttpResponseBase:
    """Add neighbourhoods, each with its community digital team."""
    form = NeighbourhoodsForm(sent(request))
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data
        places = [(name, _number_in(name)) for name in answer["names"]]
        try:
            made = journey.add(request.ward, places, by=request.user, valid_from=answer["valid_from"])
        except journey.Unsound as problem:
            form.add_error("names", str(problem))
        else:
            messages.success(request, f"Đã thêm {len(made)} {request.ward.neighbourhood_word}.")
            return redirect("ward:neighbourhoods")
    return render(request, "ward/add_neighbourhoods.html", {}, form=form)


def _number_in(name: str) -> int | None:
    """The number at the end of a name: 5 of "Tổ dân phố số 05"."""
    found = re.search(r"\b(\d{1,4})$", name)
    return int(found[1]) if found else None


@needs("units.manage")
def merge(request: SignedInRequest) -> HttpResponseBase:
    """Merge neighbourhoods from a day on."""
    form = MergeForm(request.POST or None, ward=request.ward)
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data
        try:
            made = journey.merge(
                request.ward,
                list(answer["before"]),
                name=answer["name"],
                number=answer["number"],
                day=answer["day"],
                decision=answer["decision"],
                by=request.user,
            )
        except journey.Unsound as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"Đã sáp nhập thành {made.name}.")
            return redirect("ward:neighbourhoods")
    return render(request, "ward/merge.html", {}, form=form)


@needs("units.manage")
def split(request: SignedInRequest, neighbourhood_id: int) -> HttpResponseBase:
    """Split a neighbourhood from a day on."""
    living = scoped(Neighbourhood.objects.filter(valid_to=None), request.user, "units.manage", request.ward)
    shown = get_object_or_404(living, pk=neighbourhood_id)
    form = SplitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data
        after = [(name, None) for name in answer["names"]]
        try:
            journey.split(request.ward, shown, after, day=answer["day"], decision=answer["decision"], by=request.user)
        except journey.Unsound as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"Đã chia {shown.name}.")
            return redirect("ward:neighbourhoods")
    return render(request, "ward/split.html", {"neighbourhood": shown}, form=form)
