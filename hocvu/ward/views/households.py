"""Households: the list, one with its people, founding and changing it, and who comes into it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.web import render, sent
from hocvu.ward import audit, belonging, living
from hocvu.ward.access import SignedInRequest, can, may, needs, scoped
from hocvu.ward.models import Household, Membership, Neighbourhood, Person, Residence, Unit, Ward
from hocvu.ward.views.person import PersonForm

HOMES = (
    Head[Household]("Mã hộ", lambda h: h.code, 16, href=lambda h: reverse("ward:household", args=(h.pk,))),
    Head[Household]("Chủ hộ", lambda h: h.head.full_name if h.head else "", 30),
    Head[Household]("Khu dân cư", lambda h: h.neighbourhood.name if h.neighbourhood else "", 28),
    Head[Household]("Địa chỉ", lambda h: h.address, 40),
    Head[Household]("Số người đang ở", lambda h: getattr(h, "living", 0), 14),
)


def places_choice(ward: Ward, apply: Any) -> Choice:
    """A filter by the ward's neighbourhoods; one that ended stands in it as long as households are still there."""
    places = Neighbourhood.objects.of(ward).filter(
        Q(valid_to=None) | Exists(Household.objects.filter(neighbourhood=OuterRef("pk")))
    )
    options = [(str(p.pk), f"{p.name} (đã thôi)" if p.valid_to else p.name) for p in places]
    return Choice("noi", ward.neighbourhood_word.capitalize(), options, apply)


@needs("people.read")
@require_safe
def households(request: SignedInRequest) -> HttpResponseBase:
    """The households that the visitor may meet."""
    rows = scoped(Household.objects.all(), request.user, "people.read", request.ward)
    rows = (
        rows.select_related("head", "neighbourhood")
        .annotate(living=Count("people", filter=Q(people__merged_into=None)))
        .order_by("code")
    )
    filters = (
        Search("tim", "Mã hộ hoặc địa chỉ", lambda q, v: q.filter(Q(code__icontains=v) | Q(address__icontains=v))),
        places_choice(request.ward, lambda q, v: q.filter(neighbourhood=v)),
    )
    acts = ((reverse("ward:found_household"), "Lập hộ"),) if may(request.user, "people.change", request.ward) else ()
    page = Page(
        "Hộ gia đình",
        crumbs=((reverse("ward:people"), "Người dân"),),
        acts=acts,
        empty="Chưa có hộ nào",
        counted="hộ",
        empty_words="Hộ hiện ra khi nhập danh sách nhân khẩu.",
    )
    return show(request, page, rows=rows, columns=HOMES, filters=filters, seen=_seen(request))


def _seen(request: SignedInRequest) -> Any:
    return lambda count: audit.record(request.user, "saw people", request.ward, people=count)


def _household(request: SignedInRequest, household_id: UUID, capability: str) -> Household:
    rows = Household.objects.select_related("neighbourhood", "head", "ward")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=household_id)


def _crumbs(home: Household) -> tuple[tuple[str, str], ...]:
    return (reverse("ward:households"), "Hộ gia đình"), (reverse("ward:household", args=(home.pk,)), home.code)


@needs("people.read")
@require_safe
def household(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """One household and who lives in it."""
    home = _household(request, household_id, "people.read")
    audit.record(request.user, "saw people", home, ward=request.ward)
    sees = can(request.user, "people.protected", home)
    rows = list(home.circumstances.all()) if sees else []
    if rows:
        audit.record(request.user, "saw circumstances", home, ward=request.ward)
    context = {
        "home": home,
        "people": home.people.filter(merged_into=None),
        "circumstances": [belonging.told(row) for row in rows],
        "may_change": can(request.user, "people.change", home),
    }
    return render(request, "ward/household.html", context)


class HomeForm(Form):
    """Where a household stands."""

    code = forms.CharField(label="Mã hộ", max_length=60)
    address = forms.CharField(label="Địa chỉ", max_length=200, required=False)
    neighbourhood = forms.ModelChoiceField(label="Khu dân cư", queryset=Neighbourhood.objects.none())

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Neighbourhood.objects.of(ward).on(clock.today())
        self.fields["neighbourhood"].queryset = places  # type: ignore[attr-defined]
        self.fields["neighbourhood"].label = ward.neighbourhood_word.capitalize()


class ChangeHomeForm(HomeForm):
    """Where it stands from a day on, and who heads it."""

    head = forms.ModelChoiceField(label="Chủ hộ", queryset=Person.objects.none(), required=False)
    day = DateField(label="Nếu chuyển khu dân cư, từ ngày")

    def __init__(self, *args: Any, home: Household, **kwargs: Any) -> None:
        super().__init__(*args, ward=home.ward, **kwargs)
        del self.fields["code"]
        self.fields["head"].queryset = home.people.filter(merged_into=None)  # type: ignore[attr-defined]


@needs("people.change")
def found_household(request: SignedInRequest) -> HttpResponse:
    """A new household."""
    form = HomeForm(sent(request), ward=request.ward)

    def found(data: dict[str, Any]) -> str:
        home = living.found_household(request.ward, **data, by=request.user)
        messages.success(request, f"Đã lập hộ {home.code}. Hãy thêm người vào hộ.")
        return reverse("ward:household", args=(home.pk,))

    act = Act("Lập hộ", "Lập hộ", crumbs=((reverse("ward:households"), "Hộ gia đình"),))
    return act_page(request, form, act, do=found)


@needs("people.change")
def change_household(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """Its address, its head, its neighbourhood."""
    home = _household(request, household_id, "people.change")
    initial = {
        "address": home.address,
        "neighbourhood": home.neighbourhood_id,
        "head": home.head_id,
        "day": clock.today(),
    }
    form = ChangeHomeForm(sent(request), home=home, initial=initial)

    def change(data: dict[str, Any]) -> str:
        living.change_household(home, **data, by=request.user)
        messages.success(request, "Đã ghi.")
        return reverse("ward:household", args=(home.pk,))

    return act_page(request, form, Act(f"Sửa hộ {home.code}", "Ghi lại", crumbs=_crumbs(home)), do=change)


class NewPersonForm(PersonForm):
    """Somebody new in a household."""

    kind = forms.ChoiceField(label="Loại cư trú", choices=Residence.Kind.choices)
    day = DateField(label="Ở đây từ ngày", required=False, help_text="Để trống nếu ở từ trước")


class BirthForm(Form):
    """A child that was born."""

    full_name = forms.CharField(label="Họ và tên", max_length=120)
    born_on = DateField(label="Ngày sinh")
    sex = forms.ChoiceField(label="Giới tính", choices=Person.Sex.choices)


@needs("people.change")
def add_person(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """Somebody comes to live in the household."""
    home = _household(request, household_id, "people.change")
    form = NewPersonForm(sent(request))

    def add(data: dict[str, Any]) -> str:
        added = living.add_person(home, **data, by=request.user)
        messages.success(request, f"Đã thêm {added.full_name}. Số liệu được tính lại ngay.")
        if doubt := living.doubts(added, data["number"]):
            messages.warning(request, doubt)
        return reverse("ward:person", args=(added.pk,))

    return act_page(request, form, Act(f"Thêm người vào hộ {home.code}", "Thêm", crumbs=_crumbs(home)), do=add)


@needs("people.change")
def record_birth(request: SignedInRequest, household_id: UUID) -> HttpResponse:
    """A child is born into the household."""
    home = _household(request, household_id, "people.change")
    form = BirthForm(sent(request))

    def add(data: dict[str, Any]) -> str:
        child = living.record_birth(home, **data, by=request.user)
        messages.success(request, f"Đã ghi {child.full_name} ra đời.")
        return reverse("ward:person", args=(child.pk,))

    return act_page(request, form, Act(f"Ghi sinh, hộ {home.code}", "Ghi lại", crumbs=_crumbs(home)), do=add)


# ---- The people of a unit

MEMBERS = (
    Head[Membership](
        "Họ và tên", lambda m: m.person.full_name, 32, href=lambda m: reverse("ward:person", args=(m.person_id,))
    ),
    Head[Membership]("Là", lambda m: m.get_kind_display(), 36),
    Head[Membership]("Nhóm, lớp", lambda m: m.group, 18),
    Head[Membership]("Từ ngày", lambda m: m.valid_from, 12),
    Head[Membership]("Đến hết ngày", lambda m: m.valid_to, 12),
)


@needs("people.read")
@require_safe
def unit_people(request: SignedInRequest, unit_id: int) -> HttpResponseBase:
    """Who belongs to a unit, a school, an enterprise."""
    unit = get_object_or_404(Unit.objects.of(request.ward), pk=unit_id)
    people = scoped(Person.objects.known(), request.user, "people.read", request.ward)
    rows = Membership.objects.filter(unit=unit, person__in=people.order_by()).select_related("person")
    filters = (
        Choice("loai", "Là", Membership.Kind.choices, lambda q, v: q.filter(kind=v)),
        Choice("luc", "Thời gian", (("nay", "Đang thuộc"), ("het", "Đã thôi")), _when, every="Tất cả"),
    )
    crumbs = (reverse("ward:units"), "Đơn vị"), (reverse("ward:unit", args=(unit.pk,)), unit.name)
    acts = ()
    if may(request.user, "people.change", request.ward):
        acts = ((reverse("ward:add_outsider", args=(unit.pk,)), "Thêm người không cư trú ở đây"),)  # type: ignore[assignment]
    page = Page(f"Người của {unit.label}", crumbs=crumbs, acts=acts, empty="Chưa ghi ai thuộc đơn vị này")
    return show(request, page, rows=rows, columns=MEMBERS, filters=filters, seen=_seen(request))


def _when(rows: QuerySet[Membership], value: str) -> QuerySet[Membership]:
    current = Q(valid_to=None) | Q(valid_to__gte=clock.today())
    return rows.filter(current) if value == "nay" else rows.exclude(current)


class OutsiderForm(Form):
    """Somebody who works or learns here and lives elsewhere."""

    full_name = forms.CharField(label="Họ và tên", max_length=120)
    born_on = DateField(label="Ngày sinh", required=False)
    sex = forms.ChoiceField(label="Giới tính", choices=(("", "Chưa rõ"), *Person.Sex.choices), required=False)
    kind = forms.ChoiceField(label="Là", choices=Membership.Kind.choices)


@needs("people.change")
def add_outsider(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """Somebody of a unit who lives elsewhere."""
    unit = get_object_or_404(Unit.objects.of(request.ward).on(clock.today()), pk=unit_id)
    form = OutsiderForm(sent(request))

    def add(data: dict[str, Any]) -> str:
        added = belonging.add_outsider(request.ward, **data, unit=unit, by=request.user)
        messages.success(request, f"Đã thêm {added.full_name} vào {unit.name}.")
        return reverse("ward:unit_people", args=(unit.pk,))

    crumbs = ((reverse("ward:unit_people", args=(unit.pk,)), unit.name),)
    lead = "Người không cư trú trên địa bàn vẫn tính vào chỉ tiêu của đơn vị, trường, doanh nghiệp."
    return act_page(request, form, Act(f"Thêm người vào {unit.name}", "Thêm", lead=lead, crumbs=crumbs), do=add)
