"""Places in classes as those who help give them: for a household, a name at the door that is matched, who must be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.outreach import codes, registering
from hocvu.outreach.classes import MANAGE
from hocvu.outreach.models import Gathering, Registration
from hocvu.outreach.registering import READ
from hocvu.outreach.views.classes import known_or_404
from hocvu.outreach.views.classes_desk import desk_of, home
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Household, Person

SHOWN = 20


def _asked(request: SignedInRequest) -> str:
    return " ".join(request.GET.get("tim", "").split())[:60]


# ---- For a household


@needs(MANAGE)
@never_cache
@require_safe
def register_household(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """Find the household, by its code or address; whom one registered is shown below, with the codes."""
    row = known_or_404(request, gathering_id)
    query = _asked(request)
    made = registering.live(row).filter(by=request.user, way=Registration.Way.TEAM)
    context = {
        "row": row,
        "query": query,
        "homes": _homes(request, query) if len(query) > 1 else None,
        "made": [{"row": one, "code": codes.shown(one.code)} for one in made],
    }
    return render(request, "outreach/register_household.html", context)


def _homes(request: SignedInRequest, query: str) -> list[Household]:
    """The households within reach whose code, address or people's names hold the words."""
    homes = scoped(Household.objects.all(), request.user, READ, request.ward)
    plain = fold(query)
    named = Q(code__icontains=query) | Q(address__icontains=query)
    named |= Q(pk__in=Person.objects.of(request.ward).known().filter(plain_name__contains=plain).values("household"))
    found = list(homes.filter(named).select_related("neighbourhood").order_by("address", "code")[:SHOWN])
    audit.record(request.user, "looked for a household", request.ward, households=len(found))
    return found


class PeopleForm(Form):
    """Who of a household comes."""

    people = forms.MultipleChoiceField(label="Ai đi học?", widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, people: list[Person], placed: set[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [
            (str(one.pk), f"{one.full_name}{_born(one)}{', đã có chỗ' if one.pk in placed else ''}") for one in people
        ]
        self.fields["people"].choices = words  # type: ignore[attr-defined]


def _born(person: Person) -> str:
    return f", sinh {person.born_on.year}" if person.born_on else ""


@needs(MANAGE)
@never_cache
def register_people(request: SignedInRequest, gathering_id: UUID, household_id: UUID) -> HttpResponse:
    """Tick who comes, or everybody at once."""
    row = known_or_404(request, gathering_id)
    homes = scoped(Household.objects.all(), request.user, READ, request.ward).select_related("ward")
    household = get_object_or_404(homes, pk=household_id)
    people = registering.household_of(request.user, household)
    placed = set(registering.live(row).filter(person__in=people).values_list("person", flat=True))
    form = PeopleForm(sent(request), people=people, placed=placed)
    back = reverse("outreach:register_household", args=(row.pk,))

    def do(data: dict[str, Any]) -> str:
        chosen = [one.pk for one in people] if "ca-nha" in request.POST else [UUID(key) for key in data["people"]]
        made = registering.register_household(row, household, chosen, by=request.user)
        waits = sum(one.is_waiting for one in made)
        more = f", {waits} người chờ chỗ" if waits else ""
        messages.success(request, f"Đã giữ chỗ cho {len(made) - waits} người{more}. Hãy ghi lại mã cho từng người.")
        return back

    act = Act(
        "Đăng ký giúp một hộ", "Giữ chỗ cho người đã đánh dấu",
        facts=(("Lớp", row.title), ("Hộ", household.address or household.code)),
        crumbs=((reverse("outreach:class_page", args=(row.pk,)), row.title), (back, "Đăng ký giúp")), back=back,
    )  # fmt: skip
    return act_page(request, form, act, do=do, template="outreach/register_people.html", people=people)


# ---- A name at the door


def _managed(request: SignedInRequest, registration_id: UUID) -> Registration:
    rows = scoped(Registration.objects.all(), request.user, MANAGE, request.ward)
    return get_object_or_404(rows.select_related("gathering__ward"), pk=registration_id)


@needs(READ)
@never_cache
@require_safe
def match_registration(request: SignedInRequest, registration_id: UUID) -> HttpResponse:
    """Find whose the name at the door was."""
    row = _managed(request, registration_id)
    query = _asked(request) or row.name
    people = scoped(Person.objects.of(request.ward).open_for_work(), request.user, READ)
    found = (
        people.filter(plain_name__contains=fold(query)).living_on(clock.today()) if len(query) > 1 else people.none()
    )
    hits = list(found.select_related("household").order_by("plain_name", "pk")[:SHOWN])
    audit.record(request.user, "looked for a learner", request.ward, people=len(hits))
    context = {"row": row, "query": query, "hits": hits, "back": desk_of(row.gathering)}
    return render(request, "outreach/match_registration.html", context)


@needs(READ)
@require_POST
def match_person(request: SignedInRequest, registration_id: UUID, person_id: UUID) -> HttpResponse:
    """It was this person."""
    row = _managed(request, registration_id)
    people = scoped(Person.objects.of(request.ward).open_for_work(), request.user, READ)
    person = get_object_or_404(people.select_related("household"), pk=person_id)
    try:
        registering.match(row, person, by=request.user)
        messages.success(request, "Đã ghép.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(desk_of(row.gathering))


@needs(MANAGE)
@never_cache
def cancel_registration(request: SignedInRequest, registration_id: UUID) -> HttpResponse:
    """A place is given back for somebody who said so."""
    row = _managed(request, registration_id)

    def do(data: dict[str, Any]) -> str:
        registering.cancel_for(row, by=request.user)
        messages.success(request, "Đã bỏ đăng ký.")
        return desk_of(row.gathering)

    act = Act(
        "Bỏ đăng ký", "Bỏ đăng ký", lead="Người đang chờ lâu nhất được chỗ này và được báo.",
        facts=(("Lớp", row.gathering.title), ("Người", row.name or "người đến thẳng lớp")),
        crumbs=(home(), (desk_of(row.gathering), row.gathering.title)), back=desk_of(row.gathering), is_grave=True,
    )  # fmt: skip
    return act_page(request, Form(sent(request)), act, do=do)


# ---- Who must be told by word of mouth


@needs(READ)
@never_cache
@require_safe
def to_remind(request: SignedInRequest, gathering_id: UUID) -> HttpResponseBase:
    """Those within reach who have a place and no account: somebody tells them."""
    row: Gathering = known_or_404(request, gathering_id)
    people = scoped(Person.objects.of(request.ward), request.user, READ)
    rows = registering.live(row).filter(account=None, person__in=people.order_by().values("pk"))
    page = Page(
        "Người cần nhắc",
        lead=f"{row.title}. Những người này chưa có tài khoản nên không nhận được nhắc lịch.",
        crumbs=((reverse("outreach:class_page", args=(row.pk,)), row.title),),
        empty="Không có ai cần nhắc",
        counted="người",
    )

    def seen(count: int) -> None:
        audit.record(request.user, "saw who registered for a class", row, ward=row.ward, people=count)

    rows = rows.select_related("household").order_by("household__address", "name", "pk")
    return show(request, page, rows=rows, columns=TO_REMIND, seen=seen)


TO_REMIND = (
    Head[Registration]("Họ và tên", lambda one: one.name, 30),
    Head[Registration](
        "Địa chỉ", lambda one: (one.household.address or one.household.code) if one.household else "", 36
    ),
    Head[Registration]("Mã", lambda one: codes.shown(one.code), 14),
    Head[Registration]("Chờ chỗ", lambda one: one.is_waiting, 10),
)
