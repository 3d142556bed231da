"""Needs: recorded at the door, read by the team that reported them, matched and met by whoever decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.tables import wants_xlsx
from hocvu.lib.web import render, sent
from hocvu.outreach import agreeing, classes, doubting, helping, needs
from hocvu.outreach.models import Need
from hocvu.outreach.views.helping import household_or_404, people_seen, visit_said
from hocvu.ward import outbox
from hocvu.ward.access import SignedInRequest, may, signed_in
from hocvu.ward.access import needs as guard
from hocvu.ward.models import Account, Household, Neighbourhood
from hocvu.ward.receipts import Answer, Parcel

Kind, Outcome = Need.Kind, Need.Outcome


# ---- At the door


@guard("visits.record")
@never_cache
@require_safe
def need_of_household(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """What a household lacks; for one person of it only after the words of consent."""
    home = household_or_404(request, household_id)
    said = request.GET
    context = {
        "household": home,
        "kinds": [(one.value, one.label, one.value == said.get("loai")) for one in Kind],
        "people": people_seen(request, home),
        "chosen": said.get("nguoi", ""),
        "words": agreeing.words(request.ward, agreeing.NEED),
        "visit": visit_said(said),
        "known": needs.readable(request.user, request.ward).filter(household=home, outcome=Outcome.OPEN),
    }
    return render(request, "outreach/need_of_household.html", context)


@signed_in
@require_POST
def record_need(request: SignedInRequest) -> HttpResponse:
    """What a household lacks, at once or from the device later."""

    def act(parcel: Parcel) -> Answer:
        return needs.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

    def onward(told: Answer | None) -> str:
        home = helping.key_said(request.POST.get("ho", ""))
        if told is not None:
            messages.success(request, told.reason or "Đã ghi nhu cầu.")
        is_there = home is not None and Household.objects.filter(ward=request.ward, pk=home).exists()
        if not is_there or not may(request.user, "visits.record", request.ward):
            return reverse("outreach:needs") if may(request.user, needs.READ, request.ward) else "/"
        return reverse("outreach:need_of_household", args=(home,))

    return outbox.receive(request, act, onward=onward)


# ---- The list


def outcome_of(row: Need) -> Mark:
    """How a need stands."""
    if row.state != Need.State.COUNTS:
        return Mark("Chờ xem", "slow") if row.state == Need.State.WAITING else Mark("Không tính", "none")
    if row.outcome == Outcome.MET:
        return Mark("Đã đáp ứng", "good")
    if row.outcome == Outcome.REFUSED:
        return Mark("Không đáp ứng được", "none")
    return Mark("Đã ghép, đang chờ", "slow") if row.matched_at else Mark("Đang chờ", "slow")


def matched_to(row: Need) -> str:
    """What stands beside a need, in words."""
    if row.gift is not None:
        return f"{row.gift.what} của {row.gift.partner}"
    return str(row.gathering) if row.gathering else row.helper.full_name if row.helper else ""


def days_open(row: Need) -> int:
    """How many days it has waited, or waited until it was closed."""
    end = clock.local_day(row.closed_at) if row.closed_at else clock.today()
    return max((end - row.happened_on).days, 0)


def _with_names(rows: QuerySet[Need]) -> QuerySet[Need]:
    return rows.select_related(
        "household", "neighbourhood", "person", "team", "made_by", "gift__partner", "gathering", "helper"
    )


@guard("needs.read")
@never_cache
@require_safe
def needs_list(request: SignedInRequest) -> HttpResponseBase:
    """The needs of one's places, the oldest open ones first."""
    decides = needs.is_decider(request.user, request.ward)
    rows = _with_names(needs.readable(request.user, request.ward)).order_by("outcome", "happened_on", "pk")
    if wants_xlsx(request) and not decides:
        rows = rows.exclude(kind=Kind.AID)
    lead = needs.open_words(request.ward, clock.today()) if decides else ""
    if not decides:
        lead = "Điều tổ đã báo và kết quả. Tệp tải về không có nhu cầu hỗ trợ cho người khuyết tật."
    page = Page(
        "Nhu cầu của hộ",
        lead=lead,
        empty="Chưa có nhu cầu nào",
        empty_words="Khi thăm hộ, thấy nhà nào thiếu máy, thiếu mạng, cần lớp học thì ghi ở trang của hộ ấy.",
        counted="nhu cầu",
    )
    columns: list[Head[Need]] = [
        Head("Cần gì", lambda row: row.get_kind_display(), 26, href=lambda row: needs.address_of(row.pk)),
        Head("Hộ", lambda row: row.household.code if row.household else "chưa rõ", 16),
        Head("Người", lambda row: row.person.full_name if row.person else "", 24),
        Head(
            request.ward.neighbourhood_word.capitalize(),
            lambda row: row.neighbourhood.name if row.neighbourhood else "",
            18,
        ),
        Head("Ghi ngày", lambda row: row.happened_on, 12),
        Head("Số ngày chờ", days_open, 10),
        Head("Ghép với", matched_to, 30),
        Head("Kết quả", lambda row: str(outcome_of(row)), 18, mark=outcome_of),
        Head("Bằng gì, hoặc vì sao", lambda row: row.closed_why, 30),
        Head("Người ghi", lambda row: row.made_by.full_name, 24, only_in_file=True),
    ]
    return show(request, page, rows=rows, columns=columns, filters=_filters(request))


def _filters(request: SignedInRequest) -> tuple[Choice, ...]:
    places = [(str(one.pk), one.name) for one in Neighbourhood.objects.of(request.ward).on(clock.today())]
    today = clock.today()
    return (
        Choice("loai", "Cần gì", Kind.choices, lambda found, value: found.filter(kind=value)),
        Choice("noi", request.ward.neighbourhood_word.capitalize(), places,
               lambda found, value: found.filter(neighbourhood=value)),
        Choice("kq", "Kết quả", (("cho", "đang chờ"), ("met", "đã đáp ứng"), ("refused", "không đáp ứng được")),
               lambda found, value: found.filter(outcome="" if value == "cho" else value)),
        Choice("ghep", "Ghép", (("toi", "với tôi"), ("co", "đã ghép"), ("chua", "chưa ghép")),
               lambda found, value: _matched(found, value, request.user)),
        Choice("cho", "Đã chờ", (("30", "hơn 30 ngày"), ("90", "hơn 90 ngày"), ("180", "hơn 180 ngày")),
               lambda found, value: found.filter(Q(outcome=""), happened_on__lt=today - timedelta(days=int(value)))),
    )  # fmt: skip


def _matched(found: QuerySet[Need], value: str, account: Account) -> QuerySet[Need]:
    if value == "toi":
        return found.filter(helper=account)
    return found.filter(matched_at__isnull=value == "chua")


# ---- One need


def _met(request: SignedInRequest, key: UUID) -> Need:
    return get_object_or_404(_with_names(needs.readable(request.user, request.ward)), pk=key)


@signed_in
@never_cache
@require_safe
def need(request: SignedInRequest, need_id: UUID) -> HttpResponse:
    """One need: who reported it, what it is matched to, what became of it; what fits, for whoever decides. A helper who is
    asked reads it too."""
    if not any(may(request.user, one, request.ward) for one in (needs.READ, needs.RECORD)):
        raise PermissionDenied
    row = _met(request, need_id)
    is_open = row.state == Need.State.COUNTS and row.outcome == Outcome.OPEN
    decides = is_open and needs.is_decider(request.user, request.ward)
    context = {
        "row": row,
        "state": outcome_of(row),
        "doubts": doubting.words_of(row.doubts) if row.state == Need.State.WAITING else [],
        "matched": matched_to(row),
        "days": days_open(row),
        "decides": decides,
        "offers": needs.offers_for(row) if decides else None,
        "alike": needs.alike(row) if decides else [],
        "is_helper": is_open and row.helper_id == request.user.pk,
        "may_list": may(request.user, needs.READ, request.ward),
        "class_to_join": _class_to_join(request, row) if is_open else "",
    }
    return render(request, "outreach/need.html", context)


def _class_to_join(request: SignedInRequest, row: Need) -> str:
    """Where the household gets its places in the class that it is matched with; "" for whoever may not give them."""
    rights = (classes.MANAGE, "people.read")
    if (
        row.gathering_id is None
        or row.household is None
        or not all(may(request.user, one, request.ward) for one in rights)
    ):
        return ""
    return reverse("outreach:register_people", args=(row.gathering_id, row.household.pk))


class MatchForm(Form):
    """What stands beside the need."""

    choice = forms.ChoiceField(label="Ghép với", required=False, widget=forms.RadioSelect)


class MeetForm(Form):
    """With what it was met, and when."""

    what = forms.CharField(label="Đã đáp ứng bằng gì", max_length=300)
    on = DateField(label="Ngày")


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(
        label="Vì sao không đáp ứng được?", max_length=300, widget=forms.Textarea, help_text="Tổ đọc để nói lại với hộ"
    )


def _facts(row: Need) -> tuple[tuple[str, str], ...]:
    facts = (("Cần gì", row.get_kind_display()), ("Hộ", row.household.code if row.household else "chưa rõ"))
    return (*facts, ("Người", row.person.full_name)) if row.person else facts


def _crumbs(row: Need) -> tuple[tuple[str, str], ...]:
    return ((reverse("outreach:needs"), "Nhu cầu của hộ"), (needs.address_of(row.pk), row.get_kind_display()))


@guard("needs.decide")
@never_cache
def match_need(request: SignedInRequest, need_id: UUID) -> HttpResponse:
    """Put a gift, a class or a helper beside it."""
    row = _met(request, need_id)
    own = (("qua", row.gift_id), ("lop", row.gathering_id), ("nguoi", row.helper_id))
    now = next((f"{kind}:{key}" for kind, key in own if key), "")
    form = MatchForm(sent(request), initial={"choice": now})
    offered = needs.offers_for(row).choices()
    if now and now not in dict(offered):
        offered = [(now, f"Đang ghép: {matched_to(row)}"), *offered]
    form.fields["choice"].choices = [*offered, ("", "Không ghép với gì")]  # type: ignore[attr-defined]

    def do(data: dict[str, Any]) -> str:
        needs.match(row, data["choice"], by=request.user)
        messages.success(request, "Đã ghép. Nhu cầu vẫn mở đến khi đáp ứng xong." if data["choice"] else "Đã bỏ ghép.")
        return needs.address_of(row.pk)

    act = Act(
        "Ghép nhu cầu", "Ghép", lead="Quà tặng đã ghép thì được giữ cho nhu cầu này.", facts=_facts(row),
        crumbs=_crumbs(row), back=needs.address_of(row.pk),
    )  # fmt: skip
    return act_page(request, form, act, do=do)


@guard("needs.decide")
@never_cache
def meet_need(request: SignedInRequest, need_id: UUID) -> HttpResponse:
    """It was met."""
    row = _met(request, need_id)
    form = MeetForm(sent(request), initial={"on": clock.today(), "what": matched_to(row)})

    def do(data: dict[str, Any]) -> str:
        needs.meet(row, what=data["what"], on=data["on"], by=request.user)
        messages.success(request, "Đã ghi nhu cầu được đáp ứng. Tổ đã báo được biết.")
        return needs.address_of(row.pk)

    act = Act("Đã đáp ứng nhu cầu", "Ghi lại", facts=_facts(row), crumbs=_crumbs(row), back=needs.address_of(row.pk))
    return act_page(request, form, act, do=do)


@guard("needs.decide")
@never_cache
def refuse_need(request: SignedInRequest, need_id: UUID) -> HttpResponse:
    """It cannot be met; why."""
    row = _met(request, need_id)

    def do(data: dict[str, Any]) -> str:
        needs.refuse(row, why=data["why"], by=request.user)
        messages.success(request, "Đã ghi. Tổ đã báo được biết lý do.")
        return needs.address_of(row.pk)

    act = Act(
        "Không đáp ứng được nhu cầu", "Ghi lại", facts=_facts(row), crumbs=_crumbs(row),
        back=needs.address_of(row.pk), is_grave=True,
    )  # fmt: skip
    return act_page(request, WhyForm(sent(request)), act, do=do)
