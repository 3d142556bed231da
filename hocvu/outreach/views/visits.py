"""At a door: what was done there, what was done before, and how it is put right. Lists of visits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render
from hocvu.outreach import doubting, due, photos, reading, visiting
from hocvu.outreach.models import Visit
from hocvu.ward import outbox, receipts
from hocvu.ward.access import SignedInRequest, can, may, needs, signed_in
from hocvu.ward.models import Household, Unit
from hocvu.ward.receipts import Answer, Parcel

FARTHEST = timedelta(days=366)
_HINTS = {
    Visit.Outcome.NOBODY: "Chưa tính là đã phổ biến",
    Visit.Outcome.MISTAKE: "Lượt này không có thật, ví dụ bấm nhầm hộ",
}


class VisitForm(Form):
    """What happened at a door."""

    ket_qua = forms.ChoiceField(label="Kết quả", widget=forms.RadioSelect)
    da_noi = forms.MultipleChoiceField(
        label="Đã nói, đã chỉ những gì?",
        choices=[(one.value, one.label[:1].upper() + one.label[1:]) for one in Visit.Shown],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hen_ngay = DateField(
        label="Hẹn quay lại ngày", required=False, help_text="", input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
    ho = forms.UUIDField(required=False, widget=forms.HiddenInput)
    ma_ho = forms.CharField(label="Mã hộ", max_length=60, required=False, widget=forms.HiddenInput)
    sua = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, outcomes: Any = visiting.AT_THE_DOOR, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["ket_qua"]
        choice.choices = [(one.value, _words(one)) for one in outcomes]

    def clean_hen_ngay(self) -> date | None:
        day: date | None = self.cleaned_data["hen_ngay"]
        if day is not None and not clock.today() <= day <= clock.today() + FARTHEST:
            raise forms.ValidationError("Hãy hẹn một ngày từ hôm nay, trong vòng một năm.")
        return day


def _words(outcome: Any) -> str:
    hint = _HINTS.get(outcome)
    words = outcome.label[:1].upper() + outcome.label[1:]
    return f"{words} ({hint[:1].lower()}{hint[1:]})" if hint else words


class CodeForm(VisitForm):
    """A visit to a household that is on no list at hand: by its code."""

    field_order = ("ma_ho", "ket_qua", "da_noi", "hen_ngay")
    ma_ho = forms.CharField(
        label="Mã hộ", max_length=60, help_text="Ghi trên danh sách của tổ. Không ghi số định danh, không ghi tên."
    )


class CorrectForm(VisitForm):
    """How it was, and why it was recorded otherwise."""

    ly_do = forms.CharField(label="Vì sao đính chính?", max_length=200, help_text="Không ghi tên, số của ai")


# ---- At a door


@needs("visits.read")
@never_cache
@require_safe
def household(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """One household: what to record at its door, and what was recorded before."""
    home = get_object_or_404(reading.households_of(request.user, request.ward), pk=household_id)
    return _at_door(request, home, VisitForm(initial={"ho": home.pk}))


def _at_door(request: SignedInRequest, home: Household, form: Form) -> HttpResponse:
    day = clock.today()
    places = due.places_of(request.user, request.ward, day)
    may_record = home.neighbourhood_id in {place.pk for place in places}
    homes = due.homes(places, day, due.rule(request.ward, day)) if may_record else []
    onward = due.next_after(homes, home.pk)
    context = {
        "household": home,
        "home": next((one for one in homes if one.id == home.pk), None),
        "waits": sum(1 for one in homes if one.due and one.id != home.pk),
        "onward": _page_of(onward.id) if onward else reverse("outreach:due_list"),
        "may_record": may_record,
        "may_open_register": can(request.user, "people.read", home),
        "history": _told(reading.history_of(home)),
    }
    return render(request, "outreach/household.html", context, form=form)


def _page_of(key: UUID) -> str:
    return reverse("outreach:household", args=(key,))


@needs("visits.record")
@never_cache
@require_safe
def by_code(request: SignedInRequest) -> HttpResponse:
    """Record a visit to a household that is not on the list: by the code on its papers."""
    return _by_code(request, CodeForm())


def _by_code(request: SignedInRequest, form: Form) -> HttpResponse:
    return render(request, "outreach/visit_by_code.html", form=form)


@signed_in
@require_POST
def record_visit(request: SignedInRequest) -> HttpResponse:
    """What was recorded at a door, at once or from the device later. Who may is judged by the act, since a right may have
    ended on the way."""

    def act(parcel: Parcel) -> Answer:
        return visiting.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

    if "X-Outbox-Id" in request.headers:
        return outbox.receive(request, act, onward=lambda told: reverse("outreach:due_list"))
    form = _form_of(request)
    if form.is_valid():
        try:
            told = act(Parcel(receipts.uuid7(), path=request.path, made_at=clock.now()))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, f"Đã giữ, chờ người xem mới tính. {told.reason}" if told.reason else "Đã ghi.")
            return HttpResponseRedirect(_onward(request, form, told))
    return _again(request, form)


def _form_of(request: SignedInRequest) -> Form:
    if request.POST.get("sua"):
        return CorrectForm(request.POST, outcomes=Visit.Outcome)
    return VisitForm(request.POST) if request.POST.get("ho") else CodeForm(request.POST)


def _again(request: SignedInRequest, form: Form) -> HttpResponse:
    """The page that was sent, with what is wrong beside the fields and all that was typed."""
    if isinstance(form, CodeForm):
        return _by_code(request, form)
    if isinstance(form, CorrectForm):
        return _correct(request, _visit_or_404(request, form["sua"].value()), form)
    homes = reading.households_of(request.user, request.ward)
    return _at_door(request, get_object_or_404(homes, pk=_key(form["ho"].value())), form)


def _onward(request: SignedInRequest, form: Form, told: Answer) -> str:
    """After a visit to the next household that is due, after a correction to what was corrected."""
    if isinstance(form, CorrectForm):
        return reverse("outreach:visit", args=(told.id,))
    day = clock.today()
    homes = due.homes(due.places_of(request.user, request.ward, day), day, due.rule(request.ward, day))
    onward = due.next_after(homes, form.cleaned_data["ho"])
    return _page_of(onward.id) if onward and form.cleaned_data["ho"] else reverse("outreach:due_list")


def _key(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as fault:
        raise Http404 from fault


# ---- One visit, with what corrects it


def _visit_or_404(request: SignedInRequest, key: Any) -> Visit:
    rows = reading.visits_of(request.user, request.ward)
    return get_object_or_404(rows.select_related("ward", "household__neighbourhood", "neighbourhood"), pk=_key(key))


def _told(history: list[reading.Thread]) -> list[dict[str, Any]]:
    return [
        {
            "thread": thread,
            "lines": [
                {
                    "visit": visit,
                    "state": reading.state_of(visit),
                    "shown": reading.shown_words(visit),
                    "doubts": doubting.words_of(visit.doubts) if visit.state == Visit.State.WAITING else [],
                }
                for visit in thread.visits
            ],
        }
        for thread in history
    ]


@signed_in
@never_cache
@require_safe
def visit(request: SignedInRequest, visit_id: UUID) -> HttpResponse:
    """One visit and every correction of it, each as it was recorded."""
    row = _visit_or_404(request, visit_id)
    context = {
        "row": row,
        "told": _told([reading.thread_of(row)])[0],
        "may_correct": _may_correct(request, row),
        "may_add_photo": photos.may_add(row, request.user),
        "photos": list(photos.of_visit(row.pk)) if may(request.user, "visits.read", request.ward) else [],
        "may_open_household": row.household is not None
        and reading.households_of(request.user, request.ward).filter(pk=row.household.pk).exists(),
    }
    return render(request, "outreach/visit.html", context)


def _may_correct(request: SignedInRequest, row: Visit) -> bool:
    """Whoever recorded it, and whoever records there today; of these the correction waits for somebody to look."""
    right = doubting.right_on(request.user, request.ward, visiting.RECORD, clock.today())
    return (right.ever and row.made_by_id == request.user.pk) or right.reaches(row.neighbourhood_id)


@signed_in
@never_cache
@require_safe
def correct_visit(request: SignedInRequest, visit_id: UUID) -> HttpResponse:
    """Put a visit right: a new line that follows it. What was recorded first stays to be read."""
    row = _visit_or_404(request, visit_id)
    newest = reading.thread_of(row).newest
    initial = {
        "ket_qua": newest.outcome, "da_noi": newest.shown, "hen_ngay": newest.next_on, "ho": newest.household_id,
        "ma_ho": newest.code, "sua": row.corrects or row.pk,
    }  # fmt: skip
    return _correct(request, row, CorrectForm(initial=initial, outcomes=Visit.Outcome))


def _correct(request: SignedInRequest, row: Visit, form: Form) -> HttpResponse:
    if not _may_correct(request, row):
        raise Http404
    thread = reading.thread_of(row)
    context = {"row": row, "told": _told([thread])[0], "back": reverse("outreach:visit", args=(thread.root,))}
    if not thread.has_first:
        context["back"] = reverse("outreach:visit", args=(row.pk,))
    context["waits"] = any(one.pk == thread.root and one.state != Visit.State.COUNTS for one in thread.visits)
    return render(request, "outreach/correct_visit.html", context, form=form)


# ---- Lists


_DAYS = (("1", "Hôm nay"), ("7", "7 ngày qua"), ("30", "30 ngày qua"), ("365", "Một năm qua"))
_STATES = (*Visit.State.choices, ("corrected", "đã có đính chính"), ("correction", "là đính chính"))


def _of_days(rows: Any, value: str) -> Any:
    return rows.filter(happened_on__gt=clock.today() - timedelta(days=int(value)))


def _in_state(rows: Any, value: str) -> Any:
    if value == "corrected":
        corrections = Visit.objects.filter(state=Visit.State.COUNTS).exclude(corrects=None)
        return rows.filter(pk__in=corrections.values("corrects"))
    return rows.exclude(corrects=None) if value == "correction" else rows.filter(state=value)


COLUMNS: tuple[Head[Visit], ...] = (
    Head("Ngày", lambda row: row.happened_on, 14, href=lambda row: reverse("outreach:visit", args=(row.pk,))),
    Head("Hộ", lambda row: row.household.code if row.household else row.code, 18),
    Head("Kết quả", lambda row: row.get_outcome_display(), 22),
    Head("Đã nói, đã chỉ", lambda row: ", ".join(reading.shown_words(row)), 40),
    Head("Hẹn ngày", lambda row: row.next_on, 14),
    Head("Tổ", lambda row: row.team.label if row.team else "", 30),
    Head("Người ghi", lambda row: row.made_by.full_name, 24),
    Head("Tình trạng", lambda row: str(reading.state_of(row)), 18, mark=reading.state_of),
    Head("Lúc, theo máy", lambda row: row.made_at, 18, only_in_file=True),
    Head("Nhận lúc", lambda row: row.received_at, 18, only_in_file=True),
    Head("Là đính chính", lambda row: row.corrects is not None, 14, only_in_file=True),
    Head("Vì sao đính chính", lambda row: row.why, 30, only_in_file=True),
    Head("Vì sao chờ xem", lambda row: " ".join(doubting.words_of(row.doubts)), 40, only_in_file=True),
    Head("Kết luận", lambda row: row.settled_why, 30, only_in_file=True),
)


@needs("visits.read")
@never_cache
@require_safe
def visit_list(request: SignedInRequest) -> HttpResponseBase:
    """Every visit within reach, as it was recorded; corrections are lines of their own."""
    rows = reading.visits_of(request.user, request.ward)
    teams = Unit.objects.filter(kind=Unit.Kind.TEAM, pk__in=rows.order_by().values("team"))
    filters = (
        Choice("to", "Tổ", [(str(team.pk), team.label) for team in teams], lambda some, value: some.filter(team=value)),
        Choice("kq", "Kết quả", Visit.Outcome.choices, lambda some, value: some.filter(outcome=value)),
        Choice("tinh-trang", "Tình trạng", _STATES, _in_state),
        Choice("ngay", "Khi nào", _DAYS, _of_days),
    )
    page = Page(
        "Lượt thăm hộ",
        lead="Mỗi lượt giữ nguyên như đã ghi. Ghi sai thì có lượt đính chính theo sau.",
        crumbs=((reverse("outreach:due_list"), "Thăm hộ"),),
        empty="Chưa có lượt thăm nào",
        empty_words="Ghi lượt thăm ở danh sách hộ cần đến.",
        counted="lượt",
    )
    told = reading.with_standing(rows).select_related("household", "team", "made_by").order_by("-made_at", "-pk")
    return show(request, page, rows=told, columns=COLUMNS, filters=filters)
