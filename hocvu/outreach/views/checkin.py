"""Taking attendance: the list of a session on a page, and on a device without a signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import web
from hocvu.lib.acting import Act, act_page
from hocvu.lib.web import render, sent
from hocvu.outreach import attending, classes, codes
from hocvu.outreach.models import Registration, Session
from hocvu.outreach.views.classes_desk import WhyForm, led_or_404
from hocvu.ward import audit, outbox
from hocvu.ward.access import SignedInRequest, WardRequest, can, public, signed_in
from hocvu.ward.models import Household
from hocvu.ward.receipts import Answer, Parcel

MAY_FILM = web.PERMISSIONS_POLICY.replace("camera=()", "camera=(self)")
KEPT = timedelta(hours=24)  # after its end that a device keeps the list of a session


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody of the list."""

    row: Registration
    name: str
    code: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the list with more than one who is coming."""

    key: UUID
    words: str
    names: str
    is_here: bool


def _lines(session: Session) -> list[Line]:
    there = attending.present(session)
    rows = attending.places_of(session.gathering).select_related("household")
    lines = [Line(one, one.name or "người đến thẳng lớp", codes.shown(one.code), one.pk in there) for one in rows]
    return sorted(lines, key=lambda line: (line.is_here, line.name))


def _homes(lines: list[Line]) -> list[Home]:
    by_home: dict[Household, list[Line]] = {}
    for line in lines:
        if line.row.household is not None:
            by_home.setdefault(line.row.household, []).append(line)
    return [
        Home(home.pk, f"Nhà {those[0].name}", ", ".join(one.name for one in those), all(one.is_here for one in those))
        for home, those in by_home.items()
        if len(those) > 1
    ]


@signed_in
@never_cache
@require_safe
def check_in(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    """The list of one session: press for each, type or scan a code, write the name of who comes besides. Every press is
    kept on the device first and sent when there is a network; without a script it is an ordinary form."""
    one = led_or_404(request, session_id)
    lines = _lines(one)
    audit.record(request.user, "saw who registered for a class", one.gathering, ward=request.ward, people=len(lines))
    context = {
        "one": one,
        "row": one.gathering,
        "when": classes.when_words(one),
        "lines": lines,
        "code": codes.shown(code) if (code := codes.read(request.GET.get(attending.CODE, ""))) else "",
        "homes": _homes(lines),
        "here": sum(line.is_here for line in lines),
        "manages": can(request.user, classes.MANAGE, one.gathering),
    }
    answer = render(request, "outreach/check_in.html", context)
    answer["Permissions-Policy"] = MAY_FILM
    return answer


@signed_in
@require_POST
def take_attendance(request: SignedInRequest) -> HttpResponse:
    """What one press says, at once or from the device later. Who may is judged by the act, since a right may have ended
    on the way."""

    def act(parcel: Parcel) -> Answer:
        return attending.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

    def onward(told: Answer | None) -> str:
        if told is not None:
            messages.success(request, told.reason or "Đã ghi có mặt.")
        try:
            return reverse("outreach:check_in", args=(UUID(request.POST.get(attending.SESSION, "")),))
        except ValueError:
            return reverse("outreach:classes_calendar")

    return outbox.receive(request, act, onward=onward)


# ---- On a device without a signal


def _home_key(row: Registration) -> str:
    return str(row.household_id) if row.household_id else ""


@signed_in
@never_cache
@require_safe
def session_list(request: SignedInRequest, session_id: UUID) -> JsonResponse:
    """What a device needs to take attendance without a network: names and codes, nothing else of anybody. It is sealed
    there and gone a day after the session."""
    one = led_or_404(request, session_id)
    lines = _lines(one)
    audit.record(request.user, "took the list of a session along", one.gathering, ward=request.ward, people=len(lines))
    said = {
        "buoi": str(one.pk),
        "lop": one.gathering.title,
        "luc": classes.when_words(one),
        "den": (one.ends_at + KEPT).isoformat(),
        "nguoi": [
            {"ma": line.row.code, "ten": line.name, "co_mat": line.is_here, "ho": _home_key(line.row)} for line in lines
        ],
        "ho": [{"ho": str(home.key), "noi": home.words, "ten": home.names} for home in _homes(lines)],
    }
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False})


@public
@require_safe
def check_in_on_device(request: WardRequest) -> HttpResponse:
    """The shell that a device shows without a network: nothing of anybody until the script opens what lies sealed there."""
    answer = render(request, "outreach/check_in_on_device.html")
    answer["Permissions-Policy"] = MAY_FILM
    return answer


# ---- Marked by mistake


@signed_in
@never_cache
def untick_attendance(request: SignedInRequest, session_id: UUID, registration_id: UUID) -> HttpResponse:
    """Somebody was not there: the mark stays and does not count."""
    one = led_or_404(request, session_id)
    place = get_object_or_404(Registration.objects.filter(attendances__session=one).distinct(), pk=registration_id)
    here = reverse("outreach:check_in", args=(one.pk,))

    def do(data: dict[str, Any]) -> str:
        attending.untick(one, place, why=data["why"], by=request.user)
        messages.success(request, "Đã bỏ điểm danh.")
        return here

    act = Act(
        "Bỏ một lượt điểm danh", "Bỏ điểm danh", lead="Ghi nhầm người thì bỏ. Lượt đã ghi vẫn còn, không được tính.",
        facts=(("Buổi", classes.when_words(one)), ("Người", place.name or "người đến thẳng lớp")),
        crumbs=((here, "Điểm danh"),), back=here, is_grave=True,
    )  # fmt: skip
    return act_page(request, WhyForm(sent(request)), act, do=do)
