"""Doubts about whom of the register somebody is who came in by VNeID: the list, one of them, and the two decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark, Tone
from hocvu.lib.web import render, sent
from hocvu.signin.models import LinkCase
from hocvu.signin.vneid import linking
from hocvu.ward import audit, register
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Person

CAPABILITY = "links.decide"
_TONES: dict[str, Tone] = {
    LinkCase.State.WAITING: "slow",
    LinkCase.State.LINKED: "good",
    LinkCase.State.LEFT: "none",
    LinkCase.State.MOOT: "none",
}


def _mark(case: LinkCase) -> Mark:
    words = case.get_state_display()
    return Mark(words[:1].upper() + words[1:], _TONES[case.state])


CASES = (
    Head[LinkCase]("Người trong danh bạ", lambda c: c.person.full_name, 34,
                   href=lambda c: reverse("signin:link_case", args=(c.pk,))),
    Head[LinkCase]("Điều chưa khớp", lambda c: c.get_doubt_display(), 34),
    Head[LinkCase]("Đăng nhập lúc", lambda c: c.at, 18),
    Head[LinkCase]("Tình trạng", lambda c: _mark(c).words, 18, mark=_mark),
    Head[LinkCase]("Người quyết định", lambda c: c.decided_by.full_name if c.decided_by else "", 26, only_in_file=True),
    Head[LinkCase]("Lý do", lambda c: c.reason, 40, only_in_file=True),
)  # fmt: skip
FILTERS = (
    Choice("tt", "Tình trạng", LinkCase.State.choices, lambda rows, value: rows.filter(state=value)),
    Choice("vi", "Điều chưa khớp", LinkCase.Doubt.choices, lambda rows, value: rows.filter(doubt=value)),
)


@needs(CAPABILITY)
@require_safe
def link_cases(request: SignedInRequest) -> HttpResponseBase:
    """Everybody whose number is in the register and something else does not fit; those that wait come first."""
    rows = LinkCase.objects.select_related("person", "decided_by").order_by("-state", "at", "pk")  # "waiting" is first
    page = Page(
        "Nối danh bạ",
        lead="Người đăng nhập bằng VNeID có số định danh trùng với danh bạ nhưng điều khác chưa khớp. "
        "Họ vẫn dùng được tài khoản; chỉ chưa nối với danh bạ.",
        empty="Không có ai chờ nối",
        empty_words="Người có số và ngày sinh khớp với danh bạ được nối ngay, không qua trang này.",
        counted="việc",
    )
    return show(
        request,
        page,
        rows=scoped(rows, request.user, CAPABILITY, request.ward),
        columns=CASES,
        filters=FILTERS,
        seen=_seen(request),
    )


def _seen(request: SignedInRequest) -> Any:
    return lambda count: audit.record(request.user, "saw people", "việc nối danh bạ", ward=request.ward, count=count)


@dataclass(frozen=True, slots=True)
class Beside:
    """One thing as the register has it and as VNeID said it."""

    name: str
    ours: str
    theirs: str

    @property
    def differs(self) -> bool:
        """Whether somebody must look twice."""
        return self.ours != self.theirs


@needs(CAPABILITY)
@never_cache
@require_safe
def link_case(request: SignedInRequest, linkcase_id: UUID) -> HttpResponse:
    """One doubt: the register and VNeID side by side. The look is in the trail."""
    case = _case(request, linkcase_id)
    audit.record(request.user, "saw a person", case.person, ward=case.ward)
    waits = case.state == LinkCase.State.WAITING
    context = {
        "case": case,
        "mark": _mark(case),
        "waits": waits,
        "beside": _beside(case) if waits else (),
        "home": case.person.household,
    }
    return render(request, "signin/link_case.html", context)


class LinkForm(Form):
    """Why it is this person."""

    reason = forms.CharField(
        label="Đã xác minh bằng gì", max_length=300, help_text="Ví dụ: đã xem căn cước, danh bạ ghi sai ngày sinh"
    )


class LeaveForm(Form):
    """Why it is not."""

    reason = forms.CharField(label="Lý do không nối", max_length=300, widget=forms.Textarea)


@needs(CAPABILITY)
@never_cache
def link_person(request: SignedInRequest, linkcase_id: UUID) -> HttpResponse:
    """It is this person."""
    case = _case(request, linkcase_id)

    def link(data: dict[str, Any]) -> str:
        linking.link(case, reason=data["reason"], by=request.user)
        messages.success(request, f"Đã nối tài khoản với {case.person.full_name}.")
        return reverse("signin:link_cases")

    lead = "Từ lúc này tài khoản VNeID đó là của người dưới đây. Danh bạ không tự đổi; nếu danh bạ sai, hãy sửa ở trang của người đó."
    act = Act("Nối với người này", "Nối", lead=lead, facts=_facts(case), crumbs=_crumbs(case), back=_address(case))
    return act_page(request, LinkForm(sent(request)), act, do=link)


@needs(CAPABILITY)
@never_cache
def leave_case(request: SignedInRequest, linkcase_id: UUID) -> HttpResponse:
    """It is not, or nobody can tell."""
    case = _case(request, linkcase_id)

    def leave(data: dict[str, Any]) -> str:
        linking.leave(case, reason=data["reason"], by=request.user)
        messages.success(request, "Đã ghi không nối. Người đó vẫn dùng tài khoản như trước.")
        return reverse("signin:link_cases")

    lead = "Tài khoản vẫn dùng được, chỉ không nối với danh bạ. Lần sau người đó đăng nhập sẽ không hỏi lại."
    act = Act("Không nối", "Ghi không nối", lead=lead, facts=_facts(case), crumbs=_crumbs(case), back=_address(case),
              is_grave=True)  # fmt: skip
    return act_page(request, LeaveForm(sent(request)), act, do=leave)


def _case(request: SignedInRequest, linkcase_id: UUID) -> LinkCase:
    rows = LinkCase.objects.select_related("person__household__neighbourhood", "ward", "decided_by")
    return get_object_or_404(scoped(rows, request.user, CAPABILITY, request.ward), pk=linkcase_id)


def _beside(case: LinkCase) -> tuple[Beside, ...]:
    person, told = case.person, linking.told_of(case)
    return (
        Beside("Họ và tên", person.full_name, told.name or "Không nói"),
        Beside("Số định danh", register.masked_number(person) or "Chưa ghi", told.number),
        Beside("Ngày sinh", _birth(person), _day(told.born_on)),
    )


def _birth(person: Person) -> str:
    if person.only_year and person.born_on:
        return f"Năm {person.born_on:%Y}"
    return _day(person.born_on)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "Chưa rõ"


def _facts(case: LinkCase) -> tuple[tuple[str, str], ...]:
    return (("Người trong danh bạ", case.person.full_name), ("Điều chưa khớp", case.get_doubt_display()))


def _address(case: LinkCase) -> str:
    return reverse("signin:link_case", args=(case.pk,))


def _crumbs(case: LinkCase) -> tuple[tuple[str, str], ...]:
    return ((reverse("signin:link_cases"), "Nối danh bạ"), (_address(case), case.person.full_name))
