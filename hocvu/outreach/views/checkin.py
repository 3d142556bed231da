"""Taking attendance: the list of a session on a page, on a device without a signal, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import web
from hocvu.lib.acting import Act, act_page
from hocvu.lib.listing import Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.outreach import attending, classes, codes, doubting, settling
from hocvu.outreach.models import Attendance, Registration, Session
from hocvu.outreach.settling import SETTLE
from hocvu.outreach.views.classes_desk import WhyForm, led_or_404
from hocvu.ward import audit, outbox
from hocvu.ward.access import SignedInRequest, WardRequest, can, may, needs, public, scoped, signed_in
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
        Home(
            home.pk, home.address or home.code, ", ".join(one.name for one in those), all(one.is_here for one in those)
        )
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


# ---- What waits


@needs(SETTLE)
@never_cache
@require_safe
def waiting_attendance(request: SignedInRequest) -> HttpResponseBase:
    """Marks of attendance that somebody must look at before they count."""
    page = Page(
        "Điểm danh chờ xem",
        lead="Đến từ máy khi người học đã bỏ đăng ký, khác ngày, khác lớp, đồng hồ sai hoặc người ghi hết quyền. Chưa tính.",
        crumbs=((reverse("outreach:classes_desk"), "Lớp học"),) if can_manage(request) else (),
        empty="Không có gì chờ xem",
        counted="lượt",
    )
    return show(request, page, rows=scoped(attending.waiting(request.ward), request.user, SETTLE), columns=WAITING)


def can_manage(request: SignedInRequest) -> bool:
    """Whether the visitor may open the desk of classes too."""
    return may(request.user, classes.MANAGE, request.ward)


WAITING = (
    Head[Attendance]("Lớp", lambda row: row.session.gathering.title, 36, href=lambda row: reverse("outreach:doubted_attendance", args=(row.pk,))),
    Head[Attendance]("Buổi", lambda row: row.session.starts_at, 18),
    Head[Attendance]("Người học", lambda row: row.registration.name or "người đến thẳng lớp", 28),
    Head[Attendance]("Người ghi", lambda row: row.made_by.full_name, 24),
    Head[Attendance]("Lúc, theo máy", lambda row: row.made_at, 18),
    Head[Attendance]("Vì sao chờ", lambda row: " ".join(doubting.words_of(row.doubts)), 44),
)  # fmt: skip


def _doubted(request: SignedInRequest, key: UUID) -> Attendance:
    rows = Attendance.objects.filter(ward=request.ward).exclude(doubts=[])
    rows = rows.select_related("session__gathering__ward", "registration__gathering", "made_by", "settled_by")
    return get_object_or_404(scoped(rows, request.user, SETTLE), pk=key)


@needs(SETTLE)
@never_cache
@require_safe
def doubted_attendance(request: SignedInRequest, attendance_id: UUID) -> HttpResponse:
    """One that was doubted: why, and what can be done with it."""
    row = _doubted(request, attendance_id)
    context = {
        "row": row,
        "why": " ".join(doubting.words_of(row.doubts)),
        "when": classes.when_words(row.session),
        "waits": row.state == Attendance.State.WAITING,
        "may_decide": row.state == Attendance.State.WAITING and row.made_by_id != request.user.pk,
    }
    return render(request, "outreach/doubted_attendance.html", context)


@needs(SETTLE)
@require_POST
def let_attendance_count(request: SignedInRequest, attendance_id: UUID) -> HttpResponse:
    """It counts."""
    row = _doubted(request, attendance_id)
    try:
        settling.let_count(row, by=request.user)
        messages.success(request, "Đã tính lượt này.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("outreach:doubted_attendance", row.pk)


@needs(SETTLE)
@never_cache
def set_attendance_aside(request: SignedInRequest, attendance_id: UUID) -> HttpResponse:
    """It does not count, with the reason."""
    row = _doubted(request, attendance_id)

    def do(data: dict[str, Any]) -> str:
        settling.set_aside(row, why=data["why"], by=request.user)
        return reverse("outreach:waiting_attendance")

    act = Act(
        "Không tính lượt điểm danh", "Không tính",
        facts=(("Lớp", row.session.gathering.title), ("Chờ vì", " ".join(doubting.words_of(row.doubts)))),
        crumbs=((reverse("outreach:waiting_attendance"), "Điểm danh chờ xem"),),
        back=reverse("outreach:doubted_attendance", args=(row.pk,)),
    )  # fmt: skip
    return act_page(request, WhyForm(sent(request)), act, do=do)
