"""Help to a person: choose who, read the words of consent, tick what; what was recorded, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
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
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.outreach import agreeing, attending, classes, doubting, helping
from hocvu.outreach.models import Gathering, Help
from hocvu.signin import throttling
from hocvu.ward import audit, consenting, outbox, register
from hocvu.ward.access import SignedInRequest, can, may, needs, scoped, signed_in
from hocvu.ward.models import ConsentEntry, Household, Person
from hocvu.ward.receipts import Answer, Parcel

FOUND = "learner_found"  # whom this browser found last, also when practice was confirmed
TRIES = 20  # to find somebody who is not there, in a quarter of an hour
NOBODY = "Không tìm thấy đúng một người như vậy trong phạm vi của mình. Hãy xem lại từng số, từng chữ."
TICKED = ("viec", "xong", "bang_chung", "noi", "luot")


# ---- Whom


@needs("visits.record")
@never_cache
@require_safe
def help_household(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """Who of a household was helped: those who speak for themselves."""
    home = household_or_404(request, household_id)
    context = {"household": home, "people": people_seen(request, home), "visit": visit_said(request.GET)}
    return render(request, "outreach/help_household.html", context)


def household_or_404(request: SignedInRequest, key: UUID) -> Household:
    """A household of the places where the visitor helps today."""
    right = doubting.right_on(request.user, request.ward, helping.RECORD, clock.today())
    homes = Household.objects.filter(ward=request.ward).select_related("ward", "neighbourhood")
    if not right.held:
        homes = homes.none()
    elif right.places is not None:
        homes = homes.filter(neighbourhood__in=right.places)
    return get_object_or_404(homes, pk=key)


def people_seen(request: SignedInRequest, home: Household) -> list[Person]:
    """Who of a household the visitor may help, by name; that they were looked at stands in the trail."""
    people = list(helping.people_of_household(home, request.user).order_by("plain_name", "pk"))
    if people:
        audit.record(request.user, "saw people", home, ward=request.ward, people=len(people))
    return people


def visit_said(said: QueryDict) -> str:
    """The visit that an address names, where it names one."""
    return str(helping.key_said(said.get("luot", "")) or "")


class FindForm(Form):
    """One person: a whole number, or the whole name with the day of birth."""

    mark_optional = False
    digits = forms.CharField(
        label="Số định danh hoặc số điện thoại",
        max_length=20,
        required=False,
        help_text="Viết đủ số",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    full_name = forms.CharField(
        label="Hoặc: họ và tên đầy đủ",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    born_on = DateField(label="và ngày sinh", required=False)


@needs("help.record")
@never_cache
def find_person_to_help(request: SignedInRequest) -> HttpResponse:
    """Find one person at a class or at the counter."""

    def do(data: dict[str, Any]) -> str:
        person = _find(request, **data)
        request.session[FOUND] = str(person.pk)
        return reverse("outreach:help_person", args=(person.pk,))

    act = Act(
        "Tìm người để ghi lượt giúp",
        "Tìm",
        lead="Hỏi người ấy rồi viết. Chỉ tìm được người trong phạm vi của mình.",
        crumbs=(_home(),),
        back=reverse("outreach:helps"),
    )
    return act_page(request, FindForm(sent(request)), act, do=do)


def _find(request: SignedInRequest, *, digits: str, full_name: str, born_on: date | None) -> Person:
    digits = "".join(letter for letter in digits if letter.isdigit())
    if not digits and not (full_name and born_on):
        raise Refusal("Hãy viết đủ một số, hoặc cả họ tên và ngày sinh.", "digits")
    if digits and len(digits) < 9:
        raise Refusal("Hãy viết đủ số định danh 12 chữ số, hoặc số điện thoại.", "digits")
    knock = throttling.knock(throttling.door("learner-find", str(request.user.pk), most=TRIES))
    if knock.wait_minutes:
        raise Refusal(f"Đã tìm không thấy nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.")
    people = helping.people_reached(request.user, request.ward)
    if digits:
        people = register.having(people, digits)
    else:
        people = people.filter(plain_name=fold(full_name), born_on=born_on, only_year=False)
    found = list(people[:2])
    audit.record(request.user, "looked for somebody to record help for", request.ward, people=len(found))
    if len(found) != 1:
        raise Refusal(NOBODY, "digits" if digits else "full_name")
    knock.forgive()
    return found[0]


# ---- What


@needs("help.record")
@never_cache
@require_safe
def help_person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Read the words of consent aloud, tick that the person agrees, tick what they were helped with."""
    people = helping.people_reached(request.user, request.ward).select_related("ward", "household")
    person = get_object_or_404(people, pk=person_id)
    if not may(request.user, "people.read", request.ward) and request.session.get(FOUND) != str(person.pk):
        raise PermissionDenied  # at a service desk only whom one found last
    needed = consenting.parties_needed(person, clock.today())
    ticked = request.GET
    context = {
        "person": person,
        "words": agreeing.words(request.ward, agreeing.HELP),
        "no_words": agreeing.NO_WORDS,
        "holds": consenting.holds(person, agreeing.HELP, clock.now()),
        "needs_guardian": ConsentEntry.Party.REPRESENTATIVE in needed,
        "is_oneself": request.user.person_id == person.pk,
        "topics": [
            (one.value, one.label, one.value in ticked.getlist("viec"), one.value in ticked.getlist("xong"))
            for one in helping.Topic
        ],
        "evidence": [(one.value, one.label, one.value == ticked.get("bang_chung")) for one in helping.Evidence],
        "ways": [
            (one.value, one.label, one.value == (ticked.get("noi") or ("door" if visit_said(ticked) else "")))
            for one in helping.Way
        ],
        "visit": visit_said(ticked),
        "may_see_household": bool(person.household_id) and may(request.user, "visits.record", request.ward),
    }
    return render(request, "outreach/help_person.html", context)


@signed_in
@require_POST
def record_help(request: SignedInRequest) -> HttpResponse:
    """What somebody was helped with, at once or from the device later. Who may is judged by the act, since a right may have
    ended on the way."""

    def act(parcel: Parcel) -> Answer:
        return helping.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

    def onward(told: Answer | None) -> str:
        person = helping.key_said(request.POST.get("nguoi", ""))
        if person is None:
            return reverse("outreach:helps")
        here = reverse("outreach:help_person", args=(person,))
        if told is None:
            return f"{here}?{_ticked(request.POST)}"
        messages.success(request, told.reason or "Đã ghi lượt giúp.")
        return here if may(request.user, helping.RECORD, request.ward) else "/"

    return outbox.receive(request, act, onward=onward)


def _ticked(said: QueryDict) -> str:
    """What was ticked, to be ticked again; whether somebody agreed is asked anew."""
    kept = QueryDict(mutable=True)
    for name in TICKED:
        kept.setlist(name, said.getlist(name))
    return kept.urlencode()


# ---- What was recorded


def state_of(row: Help) -> Mark:
    """How a line of help stands."""
    if row.state == Help.State.COUNTS:
        return Mark("Đang tính", "good")
    return Mark("Chờ xem", "slow") if row.state == Help.State.WAITING else Mark("Không tính", "none")


@signed_in
@never_cache
@require_safe
def helps(request: SignedInRequest) -> HttpResponseBase:
    """What people were helped with: one's own, and that of one's places."""
    _refuse_strangers(request)
    rows = helping.readable(request.user, request.ward)
    rows = rows.select_related("person__household__neighbourhood", "made_by", "team").order_by("-happened_on", "-pk")
    page = Page(
        "Lượt giúp người dân",
        lead="Chỉ có người đã đồng ý cho ghi. Ai rút đồng ý thì dòng về người ấy không còn ở đây.",
        acts=((reverse("outreach:find_person_to_help"), "Ghi lượt giúp"),)
        if may(request.user, helping.RECORD, request.ward)
        else (),
        empty="Chưa có lượt giúp nào",
        empty_words="Sau lượt thăm, hoặc tại lớp, tại quầy: đọc lời hỏi đồng ý rồi ghi đã giúp việc gì.",
        counted="lượt giúp",
    )
    columns: list[Head[Help]] = [
        Head("Việc", lambda row: row.get_topic_display(), 28, href=lambda row: helping.address_of(row.pk)),
        Head("Người được giúp", lambda row: row.person.full_name, 26),
        Head("Nay đã có, đã làm được", lambda row: row.is_reached, 12),
        Head("Biết bằng cách", lambda row: row.get_evidence_display() if row.evidence else "", 24),
        Head("Ở đâu", lambda row: row.get_way_display(), 12),
        Head("Ngày", lambda row: row.happened_on, 12),
        Head("Người giúp", lambda row: row.made_by.full_name, 24),
        Head(request.ward.neighbourhood_word.capitalize(), _place, 18, only_in_file=True),
        Head("Tình trạng", lambda row: str(state_of(row)), 14, mark=state_of),
        Head("Lý do", lambda row: row.settled_why, 30, only_in_file=True),
    ]
    filters = (
        Choice("viec", "Việc", helping.Topic.choices, lambda found, value: found.filter(topic=value)),
        Choice("noi", "Ở đâu", helping.Way.choices, lambda found, value: found.filter(way=value)),
        Choice("tinh-trang", "Tình trạng", Help.State.choices, lambda found, value: found.filter(state=value)),
        Choice(
            "xong", "Đã làm được", (("co", "đã làm được"), ("chua", "chưa")),
            lambda found, value: found.filter(is_reached=value == "co"),
        ),
    )  # fmt: skip

    def seen(count: int) -> None:
        audit.record(request.user, "saw help", request.ward, people=count)

    return show(request, page, rows=rows, columns=columns, filters=filters, seen=seen)


def _place(row: Help) -> str:
    home = row.person.household
    return home.neighbourhood.name if home and home.neighbourhood else ""


def _refuse_strangers(request: SignedInRequest) -> None:
    if not any(may(request.user, one, request.ward) for one in (helping.RECORD, helping.READ)):
        raise PermissionDenied


def _met(request: SignedInRequest, key: UUID) -> Help:
    _refuse_strangers(request)
    rows = helping.readable(request.user, request.ward)
    return get_object_or_404(rows.select_related("person", "made_by", "brought_by", "team", "consent__text"), pk=key)


@signed_in
@never_cache
@require_safe
def help_given(request: SignedInRequest, help_id: UUID) -> HttpResponse:
    """One line of help: what, how it is known, in which words the person agreed, why it waits."""
    row = _met(request, help_id)
    context = {
        "row": row,
        "state": state_of(row),
        "doubts": doubting.words_of(row.doubts) if row.state == Help.State.WAITING else [],
        "may_take_back": helping.may_take_back(row, request.user),
    }
    return render(request, "outreach/help_given.html", context)


@needs(helping.READ)
@never_cache
@require_safe
def person_helped(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """What figures count somebody for: the help that stands, the classes they were at."""
    people = scoped(Person.objects.filter(merged_into=None), request.user, helping.READ, request.ward)
    person = get_object_or_404(people.filter(restricted_at=None).select_related("household", "ward"), pk=person_id)
    audit.record(request.user, "saw help", person, ward=request.ward)
    rows = helping.readable(request.user, request.ward).filter(person=person, state=Help.State.COUNTS)
    context = {
        "person": person,
        "helps": rows.select_related("team").order_by("-happened_on", "-pk"),
        "classes": attending.classes_of(person, clock.today()),
        "opened": set(_classes_of(request).values_list("pk", flat=True)),
        "may_open_person": can(request.user, "people.read", person),
    }
    return render(request, "outreach/person_helped.html", context)


def _classes_of(request: SignedInRequest) -> QuerySet[Gathering]:
    """The classes whose desk the visitor may open."""
    if not may(request.user, classes.MANAGE, request.ward):
        return Gathering.objects.none()
    return scoped(Gathering.objects.all(), request.user, classes.MANAGE, request.ward).order_by()


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label="Vì sao?", max_length=300, widget=forms.Textarea)


@signed_in
@never_cache
def take_back_help(request: SignedInRequest, help_id: UUID) -> HttpResponse:
    """It was written by mistake."""
    row = _met(request, help_id)
    here = helping.address_of(row.pk)

    def do(data: dict[str, Any]) -> str:
        helping.take_back(row, why=data["why"], by=request.user)
        messages.success(request, "Đã rút lượt giúp.")
        return here

    if not helping.may_take_back(row, request.user):
        raise PermissionDenied
    act = Act(
        "Rút lượt giúp",
        "Rút lượt giúp",
        lead="Rút khi ghi nhầm người, nhầm việc. Lượt đã rút không tính nữa và tự xóa sau 30 ngày.",
        facts=(("Việc", row.get_topic_display()), ("Người được giúp", row.person.full_name)),
        crumbs=(_home(),),
        back=here,
        is_grave=True,
    )
    return act_page(request, WhyForm(sent(request)), act, do=do)


def _home() -> tuple[str, str]:
    return (reverse("outreach:helps"), "Lượt giúp người dân")
