"""The pages of helping: the helper finds a learner, hands the device over, the learner agrees; and the end."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.signin import assisting, childhood, throttling
from hocvu.signin.models import AssistedSession
from hocvu.ward import audit, register
from hocvu.ward.access import SignedInRequest, may, needs, scoped, signed_in
from hocvu.ward.models import Person

FOUND = "assist_found"  # whom this browser found last by a number or by name and birthday
SHOWN = 20
TRIES = 20  # to find somebody who is not there, in a quarter of an hour
NOBODY = (
    "Không tìm thấy đúng một người như vậy trong phạm vi được giúp. Hãy xem lại từng số, từng chữ; "
    "người chưa có trong danh bạ thì báo người phụ trách danh bạ thêm."
)


class FindForm(Form):
    """Somebody to help: a whole number, or the whole name with the day of birth. It is sent, never in an address."""

    mark_optional = False
    digits = forms.CharField(
        label="Số định danh hoặc số điện thoại", max_length=20, required=False, help_text="Viết đủ số",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    full_name = forms.CharField(
        label="Hoặc: họ và tên đầy đủ", max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    born_on = DateField(label="và ngày sinh", required=False)


@needs("assist")
@never_cache
@require_safe
def assist(request: SignedInRequest) -> HttpResponse:
    """Where a helper begins: find a learner; and what was done today."""
    done = list(assisting.today_of(request.user))
    query = " ".join(request.GET.get("tim", "").split())[:60]
    context = {
        "lists": _lists(request),
        "query": query,
        "hits": _hits(request, query),
        "form": FindForm(),
        "done": done,
        "cap": assisting.DAILY_CAP,
    }
    return render(request, "signin/assist.html", context)


def _lists(request: SignedInRequest) -> bool:
    """Whether the helper may read names of the register at all; at a service desk nobody does."""
    return may(request.user, "people.read", request.ward)


def _hits(request: SignedInRequest, query: str) -> list[Person] | None:
    """The people whose name holds the words; None where nothing was asked."""
    if len(query) < 2 or not _lists(request):
        return None
    people = assisting.may_meet(request.user, request.ward)
    named = Q(plain_name__contains=fold(query)) | Q(household__code__iexact=query)
    met = scoped(people.filter(named), request.user, "people.read", request.ward)
    hits = list(met.select_related("household").order_by("plain_name", "pk")[: SHOWN + 1])
    audit.record(request.user, "saw people to help", request.ward, people=min(len(hits), SHOWN))
    return hits


@needs("assist")
@never_cache
def assist_find(request: SignedInRequest) -> HttpResponse:
    """Find one person by a whole number, or by the whole name and the day of birth. One hit, or none."""
    form = FindForm(sent(request))

    def find(data: dict[str, Any]) -> str:
        person = _found(request, **data)
        request.session[FOUND] = str(person.pk)
        return reverse("signin:assist_begin", args=(person.pk,))

    act = Act("Tìm người cần giúp", "Tìm", crumbs=(_home(),), back=reverse("signin:assist"))
    return act_page(request, form, act, do=find)


def _found(request: SignedInRequest, *, digits: str, full_name: str, born_on: date | None) -> Person:
    digits = "".join(letter for letter in digits if letter.isdigit())
    if not digits and not (full_name and born_on):
        raise Refusal("Hãy viết đủ một số, hoặc viết cả họ tên và ngày sinh.", "digits")
    if digits and len(digits) < 9:
        raise Refusal("Hãy viết đủ số định danh 12 chữ số, hoặc số điện thoại.", "digits")
    knock = throttling.knock(throttling.door("assist-find", str(request.user.pk), most=TRIES))
    if knock.wait_minutes:
        raise Refusal(f"Đã tìm không thấy nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.")
    people = assisting.may_meet(request.user, request.ward)
    if digits:
        people = register.having(people, digits)
    else:
        people = people.filter(plain_name=fold(full_name), born_on=born_on, only_year=False)
    found = list(people[:2])
    audit.record(request.user, "looked for somebody to help", request.ward, people=len(found))
    if len(found) != 1:
        raise Refusal(NOBODY, "digits" if digits else "full_name")
    knock.forgive()
    return found[0]


class AgreeForm(Form):
    """What the learner answers on a page of their own."""

    mark_optional = False
    guardian = forms.CharField(
        label="Họ tên cha, mẹ hoặc người giám hộ đang có mặt", max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    year = IntegerField(
        label="Năm sinh của người học", required=False, min_value=1900, max_value=2100, help_text="Bốn chữ số, ví dụ 1946",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "hv-input--number"}),
    )  # fmt: skip
    witness = forms.CharField(
        label="Họ tên người chứng kiến", max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    how = forms.ChoiceField(choices=AssistedSession.Agreed.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not assisting.needs_guardian(person):
            del self.fields["guardian"]

    def clean(self) -> dict[str, Any]:
        """A witnessed yes asks nothing about the year."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("how") == AssistedSession.Agreed.WITNESS:
            self.errors.pop("year", None)
        return cleaned

    def agreement(self) -> assisting.Agreement:
        """The answer."""
        said = self.cleaned_data
        return assisting.Agreement(said["how"], said.get("year"), said["witness"], said.get("guardian", ""))


@needs("assist")
@never_cache
def assist_begin(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """The learner reads what will happen, and agrees; from the next request on the browser is theirs."""
    people = assisting.may_meet(request.user, request.ward)
    person = get_object_or_404(people.select_related("ward"), pk=person_id)
    if not _lists(request) and request.session.get(FOUND) != str(person.pk):
        raise PermissionDenied  # at the service desk each person is found anew
    form = AgreeForm(sent(request), person=person)
    if request.method == "POST" and form.is_valid():
        try:
            assisting.begin(request, request.user, person, form.agreement())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            request.session.pop(FOUND, None)
            return redirect("signin:who_am_i")
    asked = childhood.text_for(person.ward) if childhood.missing(person) else None
    context = {"person": person, "consent": asked, "minutes": int(assisting.IDLE.total_seconds() // 60)}
    return render(request, "signin/assist_begin.html", context, form=form)


@signed_in
@require_POST
def end_assist(request: SignedInRequest) -> HttpResponse:
    """Stop helping; the helper is back where learners are found."""
    helper = assisting.helper_of(request)
    if helper is None:
        return redirect("signin:assist" if may(request.user, "assist", request.ward) else "/")
    assisting.stop(request)
    messages.success(request, "Đã kết thúc phiên giúp. Máy này lại là của người giúp.")
    return redirect("signin:assist")


def _home() -> tuple[str, str]:
    return (reverse("signin:assist"), "Giúp người dân")
