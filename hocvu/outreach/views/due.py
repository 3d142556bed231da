"""The households that wait, by alley and number: on the page, as a spreadsheet, on paper, on a device; cards for doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import segno
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.listing import Choice, narrowed
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render
from hocvu.outreach import carrying, due, reading
from hocvu.outreach.due import Home
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs
from hocvu.ward.models import Neighbourhood

PLACE, ALLEY, WHY, ALL, URGENT = "noi", "ngo", "vi-sao", "moi-ho", "uu-tien"
A_PAGE = 100
MOST_CARDS = 400  # of one sheet: a whole place; each square takes the server time to draw

COLUMNS = (
    Column[Home]("Nơi", lambda home: home.place.name, 22),
    Column[Home]("Ngõ", lambda home: home.door.words, 30),
    Column[Home]("Số nhà", lambda home: home.door.number, 12),
    Column[Home]("Mã hộ", lambda home: home.code, 18),
    Column[Home]("Địa chỉ", lambda home: home.address, 36),
    Column[Home]("Vì sao đến", lambda home: home.due.words if home.due else "", 30),
    Column[Home]("Hẹn ngày", lambda home: home.due.on if home.due else None, 14),
    Column[Home]("Ưu tiên", lambda home: home.is_priority, 10),
    Column[Home]("Lần trước", lambda home: home.last.words if home.last else "", 24),
    Column[Home]("Ngày lần trước", lambda home: home.last.on if home.last else None, 16),
)


@dataclass(frozen=True, slots=True)
class Alley:
    """The households of one alley on a page."""

    place: Neighbourhood
    words: str
    homes: Sequence[Home]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The households that an address asks for, and its filters as they are drawn."""

    places: Sequence[Neighbourhood]  # all that one may choose among
    rows: Sequence[Home]
    filters: Sequence[dict[str, Any]]
    waits: int  # of the places shown, before the other filters


def _asked(request: SignedInRequest) -> _Asked:
    """Of many neighbourhoods one is shown at a time, the first unless another is chosen; of a team's own all at once."""
    places, day = reading.places_of(request.user, request.ward), clock.today()
    mine = {place.pk for place in due.places_of(request.user, request.ward, day)}
    chosen = [place for place in places if str(place.pk) == request.GET.get(PLACE)]
    shown = chosen or [place for place in places if place.pk in mine] or places[:1]
    homes = due.homes(shown, day, due.rule(request.ward, day))
    waiting = [home for home in homes if home.due]
    alleys = {home.door.group: home.door.words for home in homes}
    which = (
        Choice(ALLEY, "Ngõ", tuple(alleys.items()), lambda rows, value: [h for h in rows if h.door.group == value]),
        Choice(WHY, "Vì sao đến", _WHYS, _of_why, every="Mọi hộ đến lượt"),
    )
    rows = narrowed(request, homes if request.GET.get(WHY) == ALL else waiting, which)
    drawn = [_drawn(request, one.name, one.label, [("", one.every), *one.choices]) for one in which]
    if len(places) > 1:
        names = [(str(place.pk), place.name) for place in places]
        every = [] if len(shown) == 1 and not chosen else [("", "Tất cả nơi phụ trách")] if mine else []
        drawn.insert(0, _drawn(request, PLACE, request.ward.neighbourhood_word.capitalize(), [*every, *names]))
    return _Asked(shown, rows, drawn, len(waiting))


_WHYS = ((due.NEVER, "Chưa thăm lần nào"), (due.NOBODY, "Lần trước không có ai ở nhà"), (due.PROMISED, "Đã hẹn quay lại"),
         (due.OTHER, "Đến lúc thăm lại"), (URGENT, "Ưu tiên"), (ALL, "Cả hộ chưa đến lượt"))  # fmt: skip


def _of_why(rows: Sequence[Home], value: str) -> Sequence[Home]:
    if value == URGENT:
        return [home for home in rows if home.is_priority]
    return rows if value == ALL else [home for home in rows if home.due and home.due.why == value]


def _drawn(request: SignedInRequest, name: str, label: str, choices: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"name": name, "label": label, "choices": choices, "value": " ".join(request.GET.get(name, "").split())}


def _by_alley(homes: Sequence[Home]) -> list[Alley]:
    return [
        Alley(place, words, list(some))
        for (place, _, words), some in groupby(homes, key=lambda home: (home.place, home.door.group, home.door.words))
    ]


@needs("visits.read")
@never_cache
@require_safe
def due_list(request: SignedInRequest) -> HttpResponseBase:
    """The households that wait, as one walks: alley by alley, door by door."""
    asked = _asked(request)
    if wants_xlsx(request):
        return export("Hộ cần đến thăm", COLUMNS, asked.rows)
    page = paginate(request, asked.rows, A_PAGE)
    context = {
        "asked": asked,
        "page": page,
        "alleys": _by_alley(list(page)),
        "may_record": may(request.user, "visits.record", request.ward),
        "is_filtered": any(one["value"] for one in asked.filters),
    }
    return render(request, "outreach/due_list.html", context)


@needs("visits.read")
@never_cache
@require_safe
def print_due(request: SignedInRequest) -> HttpResponse:
    """The same list on paper, with boxes to tick where no phone is at hand."""
    asked = _asked(request)
    context = {"asked": asked, "alleys": _by_alley(asked.rows), "day": clock.today()}
    return render(request, "outreach/print_due.html", context)


@needs("visits.record")
@never_cache
@require_safe
def list_for_device(request: SignedInRequest) -> HttpResponse:
    """What a device takes along; never kept on the way. How many names went along stands in the trail."""
    told = carrying.list_for(request.user, request.ward)
    names = sum(len(home["people"]) for home in told["households"])
    if names:
        audit.record(request.user, "took the list of households along", request.ward, people=names)
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@needs("visits.read")
@never_cache
@require_safe
def household_card(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """A card for the team's folder: its square opens the page of the household, and nobody is named."""
    household = get_object_or_404(reading.households_of(request.user, request.ward), pk=household_id)
    context = {"household": household, "square": _square(request, household.pk)}
    return render(request, "outreach/household_card.html", context)


@needs("visits.read")
@never_cache
@require_safe
def household_cards(request: SignedInRequest) -> HttpResponse:
    """The cards of all households of the list as it is filtered, eight to a sheet; of a very long list the first."""
    asked = _asked(request)
    context = {
        "asked": asked,
        "cards": [(home, _square(request, home.id)) for home in asked.rows[:MOST_CARDS]],
        "most": MOST_CARDS,
        "is_cut": len(asked.rows) > MOST_CARDS,
    }
    return render(request, "outreach/household_cards.html", context)


def _square(request: SignedInRequest, household_id: UUID) -> str:
    """The address of the page of a household, to be scanned."""
    address = request.build_absolute_uri(reverse("outreach:household", args=(household_id,)))
    drawn: str = segno.make(address, error="m", micro=False).svg_data_uri(border=4, omitsize=True, light="white")
    return drawn
