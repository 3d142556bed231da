"""How far the ward has come from door to door: by neighbourhood, by alley, by day. Counts only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.charts import Columns
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.listing import Choice, Search, drawn, narrowed
from hocvu.lib.tables import Cell, wants_xlsx, xlsx_response
from hocvu.lib.text import fold
from hocvu.lib.web import render
from hocvu.outreach import coverage
from hocvu.outreach.coverage import Covered
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Neighbourhood

READ = "coverage.read"
DAYS = 30
SHADES = ((20, "hv-heat__1"), (40, "hv-heat__2"), (60, "hv-heat__3"), (80, "hv-heat__4"), (101, "hv-heat__5"))
KEY = (
    ("hv-heat__1", "dưới 20%"), ("hv-heat__2", "20 đến dưới 40%"), ("hv-heat__3", "40 đến dưới 60%"),
    ("hv-heat__4", "60 đến dưới 80%"), ("hv-heat__5", "từ 80%"),
)  # fmt: skip
Row = tuple[str, str, Covered]  # name, address, counts
# How the table may be sorted: by what, its heading, what stands there. The order of the ward comes first.
SORTS: dict[str, tuple[str, Callable[[Covered], float]]] = {
    "ty-le": ("Đã phổ biến, tỷ lệ", lambda one: one.share if one.share is not None else 101),
    "ho": ("Số hộ", lambda one: -one.households),
    "vang": ("Không có ai ở nhà", lambda one: -one.nobody),
    "tu-choi": ("Không muốn nghe", lambda one: -one.refused),
    "khac": ("Hẹn lại, chuyển đi, không tìm thấy", lambda one: -one.other),
    "chua": ("Chưa đến", lambda one: -one.never),
}


@needs(READ)
@require_safe
def coverage_page(request: SignedInRequest) -> HttpResponseBase:
    """Every neighbourhood with its households by state, sortable, and the visits of the last thirty days."""
    today = clock.today()
    rows: list[Row] = [
        (place.name, reverse("outreach:coverage_of_place", args=(place.pk,)), one) if place is not None
        else (f"Chưa rõ {request.ward.neighbourhood_word}", "", one)
        for place, one in coverage.by_neighbourhood(request.ward, today)
    ]  # fmt: skip
    first = request.ward.neighbourhood_word
    if wants_xlsx(request):
        return _file("Bao phủ từng ngõ", first, _asked_for(request, rows))
    days = coverage.by_day(request.ward, today - timedelta(days=DAYS - 1), today)
    return render(request, "outreach/coverage.html", _context(request, rows, days, first))


@needs(READ)
@require_safe
def coverage_of_place(request: SignedInRequest, neighbourhood_id: int) -> HttpResponseBase:
    """One neighbourhood, alley by alley."""
    rows = scoped(Neighbourhood.objects.select_related("ward"), request.user, READ, request.ward)
    place, today = get_object_or_404(rows, pk=neighbourhood_id), clock.today()
    alleys: list[Row] = [(name, "", one) for name, one in coverage.by_alley(place, today)]
    if wants_xlsx(request):
        return _file(f"Bao phủ {place.name}", "ngõ", _asked_for(request, alleys))
    days = coverage.by_day(place.ward, today - timedelta(days=DAYS - 1), today, place)
    return render(request, "outreach/coverage.html", {**_context(request, alleys, days, "ngõ"), "place": place})


def _context(
    request: SignedInRequest, rows: Sequence[Row], days: Sequence[tuple[Any, int]], first: str
) -> dict[str, Any]:
    shown = [row for row in _asked_for(request, rows) if row[2].households]
    filters = drawn(request, _filters(first))
    return {
        "whole": _together(rows),
        "filters": filters,
        "is_filtered": any(one["value"] for one in filters),
        "first": first,
        "sorts": [(key, words, key == request.GET.get("xep")) for key, (words, _) in SORTS.items()],
        "rows": [_drawn(row) for row in shown],
        "without": sum(not one.households for _, _, one in rows),
        "total": _drawn(("Cả bảng", "", _together(shown))),
        "key": KEY,
        "days": Columns([(f"{day:%d/%m}", n) for day, n in days]),
        "visits": sum(n for _, n in days),
        "day_count": DAYS,
    }


def _together(rows: Iterable[Row]) -> Covered:
    return sum((one for _, _, one in rows), Covered())


def _filters(first: str) -> tuple[Choice | Search, ...]:
    """By name, by how much is reached: in the steps of the shades."""
    steps = [(css[-1], words) for css, words in KEY]
    return (
        Search("tim", f"Tên {first}", lambda rows, query: [row for row in rows if fold(query) in fold(row[0])]),
        Choice("muc", "Đã phổ biến", steps, lambda rows, step: [row for row in rows if _shade(row[2])[-1:] == step]),
    )


def _asked_for(request: SignedInRequest, rows: Sequence[Row]) -> list[Row]:
    """Those that the address asks for, by the column that it names, the most urgent first; else as they stand."""
    rows = narrowed(request, rows, _filters(""))
    key = SORTS.get(request.GET.get("xep", ""))
    return sorted(rows, key=lambda row: key[1](row[2])) if key else list(rows)


def _drawn(row: Row) -> dict[str, Any]:
    name, href, one = row
    cells = [
        (one.households, None),
        *((n, _part(n, one.households)) for n in (one.nobody, one.refused, one.other, one.never)),
    ]
    return {
        "name": name, "href": href, "shade": _shade(one), "cells": [(number_words(n), share) for n, share in cells],
        "share": "–" if one.share is None else percent_words(one.share), "informed": number_words(one.informed),
    }  # fmt: skip


def _shade(one: Covered) -> str:
    share = one.share
    return "" if share is None else next(css for top, css in SHADES if share < top)


def _part(count: int, whole: int) -> str:
    return percent_words(count * 100 / whole) if whole else ""


def _file(title: str, first: str, rows: Sequence[Row]) -> HttpResponseBase:
    """The table as a spreadsheet."""
    headings = [
        first[:1].upper() + first[1:], "Số hộ", "Đã phổ biến", "Tỷ lệ (%)", "Không có ai ở nhà", "Không muốn nghe",
        "Hẹn lại, chuyển đi, không tìm thấy", "Chưa đến",
    ]  # fmt: skip
    cells: list[list[Cell]] = [
        [name, one.households, one.informed, None if one.share is None else round(one.share, 1), one.nobody, one.refused,
         one.other, one.never]
        for name, _, one in rows
    ]  # fmt: skip
    return xlsx_response(title, headings, cells, widths=[30, 10, 14, 12, 18, 18, 30, 12])
