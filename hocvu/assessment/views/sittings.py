"""A sitting as its proctor runs it, and as a learner comes to it by the code of the room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.assessment import reaching
from hocvu.assessment.models import Candidate, Sitting, TestRule
from hocvu.assessment.sittings import joining, offline, opening
from hocvu.assessment.views import finding
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, IntegerField
from hocvu.lib.listing import Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.signin import assisting
from hocvu.ward import outbox
from hocvu.ward.access import SignedInRequest, needs, signed_in
from hocvu.ward.receipts import Answer, Parcel

PROCTOR = opening.PROCTOR


def _home() -> tuple[str, str]:
    return (reverse("assessment:sittings"), "Buổi kiểm tra")


def _state(sitting: Sitting) -> Mark:
    return Mark("Đang mở", "good") if opening.is_open(sitting) else Mark("Đã đóng", "none")


@needs(PROCTOR)
@never_cache
def sittings(request: SignedInRequest) -> HttpResponseBase:
    """The sittings that one watches or watched."""
    page = Page(
        "Buổi kiểm tra tôi coi",
        crumbs=(),
        acts=((reverse("assessment:open_sitting"), "Mở buổi kiểm tra"),),
        empty="Chưa có buổi nào",
        empty_words="Mở một buổi, đọc mã cho người làm bài, nhận diện từng người.",
        counted="buổi",
    )
    columns: list[Head[Sitting]] = [
        Head("Buổi", lambda row: row.title, 34, href=lambda row: reverse("assessment:sitting", args=(row.pk,))),
        Head("Ở đâu", lambda row: row.place, 24),
        Head("Bài", lambda row: row.rule.title, 34),
        Head("Mở lúc", lambda row: row.opened_at, 18),
        Head("Tình trạng", lambda row: str(_state(row)), 12, mark=_state),
    ]
    return show(
        request, page, rows=opening.held_by(request.user, request.ward).order_by("-opened_at", "pk"), columns=columns
    )


class SittingForm(Form):
    """What, where, how long."""

    rule = forms.ModelChoiceField(label="Bài", queryset=TestRule.objects.none(), empty_label="Chọn bài")
    title = forms.CharField(label="Tên buổi", max_length=160, help_text="Ví dụ: Xác nhận mức, lớp tối thứ Ba")
    place = forms.CharField(label="Ở đâu", max_length=160, required=False)
    minutes = IntegerField(
        label="Mở trong bao nhiêu phút", initial=180, min_value=opening.SHORTEST, max_value=opening.LONGEST,
        help_text="Hết giờ thì buổi tự đóng; ai đang làm vẫn làm tiếp",
    )  # fmt: skip
    offline = forms.BooleanField(
        label="Nơi làm bài không có mạng: mọi người làm trên máy này", required=False,
        help_text="Câu hỏi được chọn sẵn, như nhau cho mọi người; bài gửi đi khi có mạng",
    )  # fmt: skip

    def __init__(self, *args: Any, rules: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]


@needs(PROCTOR)
@never_cache
def open_sitting(request: SignedInRequest) -> HttpResponse:
    """Open a sitting."""
    form = SittingForm(sent(request), rules=opening.rules_for(request.ward))

    def do(data: dict[str, Any]) -> str:
        return reverse("assessment:sitting", args=(opening.open_sitting(**data, by=request.user).pk,))

    act = Act(
        "Mở buổi kiểm tra",
        "Mở buổi",
        lead="Giám thị nhận diện từng người và không coi cho người mình đã giúp học, người cùng hộ.",
        crumbs=(_home(),),
        back=reverse("assessment:sittings"),
    )
    return act_page(request, form, act, do=do)


def _mine(request: SignedInRequest, key: UUID) -> Sitting:
    rows = opening.held_by(request.user, request.ward).select_related("ward", "proctor")
    return get_object_or_404(rows, pk=key)


@needs(PROCTOR)
@never_cache
@require_safe
def sitting(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """The code in large letters, who is on the list and how far; never what anybody answers."""
    row = _mine(request, sitting_id)
    seats = opening.seats_of(row)
    context = {
        "sitting": row,
        "is_open": opening.is_open(row),
        "state": _state(row),
        "seats": seats,
        "over": opening.count_over(seats),
        "now": clock.now(),
        "longest": opening.MOST_EXTRA,
    }
    return render(request, "assessment/sitting.html", context)


@needs(PROCTOR)
@require_POST
def close_sitting(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """Nobody comes in any more."""
    row = _mine(request, sitting_id)
    opening.close(row, by=request.user)
    messages.success(request, "Đã đóng buổi. Ai đang làm vẫn làm tiếp đến hết giờ của mình.")
    return redirect("assessment:sitting", row.pk)


@needs(PROCTOR)
@never_cache
@require_safe
def find_candidate(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """Find somebody for the list."""
    context = {
        "sitting": _mine(request, sitting_id),
        "lists": finding.lists(request),
        "query": finding.asked(request),
        "hits": finding.hits(request, PROCTOR),
        "form": finding.FindForm(),
    }
    return render(request, "assessment/find_candidate.html", context)


@needs(PROCTOR)
@never_cache
def add_candidate(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """Put on the list whom the form means, or whom a name of the list before was."""
    row = _mine(request, sitting_id)
    form = finding.FindForm(sent(request))

    def do(data: dict[str, Any]) -> str:
        person = finding.find(request, PROCTOR, **data)
        opening.add_candidate(row, reaching.learner_of(person, by=request.user), by=request.user)
        return reverse("assessment:sitting", args=(row.pk,))

    act = Act(
        "Thêm người vào buổi", "Thêm", crumbs=(_home(),), back=reverse("assessment:find_candidate", args=(row.pk,))
    )
    return act_page(request, form, act, do=do)


@needs(PROCTOR)
@require_POST
def add_person(request: SignedInRequest, sitting_id: UUID, person_id: UUID) -> HttpResponse:
    """Put somebody on the list whose name was found."""
    row = _mine(request, sitting_id)
    person = finding.person_or_404(request, person_id, PROCTOR)
    try:
        opening.add_candidate(row, reaching.learner_of(person, by=request.user), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("assessment:find_candidate", row.pk)
    return redirect("assessment:sitting", row.pk)


@needs(PROCTOR)
@require_POST
def recognise_candidate(request: SignedInRequest, candidate_id: int) -> HttpResponse:
    """The proctor saw who it is, and how many minutes more they need."""
    row = _candidate(request, candidate_id)
    minutes = request.POST.get("phut", "").strip()
    try:
        if "phut" in request.POST:
            opening.give_time(row, _minutes(minutes), by=request.user)
        else:
            opening.recognise(row, is_known="bo" not in request.POST, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("assessment:sitting", row.sitting_id)


def _minutes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise Refusal("Hãy ghi số phút bằng chữ số, ví dụ 30.")
    return int(text)


def _candidate(request: SignedInRequest, key: int) -> Candidate:
    rows = Candidate.objects.filter(sitting__proctor=request.user, sitting__ward=request.ward)
    return get_object_or_404(rows.select_related("sitting", "account"), pk=key)


# ---- On the proctor's device, without a network


@needs(PROCTOR)
@never_cache
@require_safe
def offline_sitting(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """Every candidate's whole test in one page that stays open; answers are kept on the device and sent later."""
    row = _mine(request, sitting_id)
    if not row.offline:
        return redirect("assessment:sitting", row.pk)
    context = {
        "sitting": row,
        "seats": opening.seats_of(row),
        "questions": offline.questions_of(row),
        "until": row.closes_at + offline.KEPT,
    }
    return render(request, "assessment/offline_sitting.html", context)


@signed_in
@require_POST
def hand_in_offline(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """One candidate's answers from the proctor's device."""

    def act(parcel: Parcel) -> Answer:
        rows = Sitting.objects.filter(ward=request.ward).select_related("rule__ward", "ward", "proctor")
        row = get_object_or_404(rows, pk=sitting_id)
        return offline.hand_in(row, request.POST, by=request.user, parcel=parcel)

    def onward(told: Answer | None) -> str:
        if told is not None:
            messages.success(request, told.reason or "Đã nộp bài.")
        return reverse("assessment:sitting", args=(sitting_id,))

    return outbox.receive(request, act, onward=onward)


# ---- The learner


class CodeForm(Form):
    """The code of the room."""

    code = forms.CharField(
        label="Mã buổi kiểm tra", max_length=20, help_text="6 chữ và số giám thị ghi trên bảng",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "hv-input--code"}),
    )  # fmt: skip


@signed_in
@assisting.by_oneself
@never_cache
def join_sitting(request: SignedInRequest) -> HttpResponse:
    """A learner types the code and is on the list."""
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            seat = joining.enter(form.cleaned_data["code"], by=request.user, ward=request.ward)
            return redirect("assessment:my_seat", seat.sitting_id)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
    return render(request, "assessment/join_sitting.html", form=form)


@signed_in
@assisting.by_oneself
@never_cache
def my_seat(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """Wait until the proctor has recognised one, then begin."""
    rows = Candidate.objects.filter(account=request.user, sitting__ward=request.ward, sitting=sitting_id)
    seat = get_object_or_404(rows.select_related("sitting__rule", "sitting__proctor"))
    if request.method == "POST":
        try:
            attempt = joining.begin(seat, by=request.user)
            return redirect("assessment:attempt", attempt.pk)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect("assessment:my_seat", sitting_id)
    context = {"seat": seat, "sitting": seat.sitting, "is_open": opening.is_open(seat.sitting)}
    return render(request, "assessment/my_seat.html", context)
