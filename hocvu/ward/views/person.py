"""One person of the register: the page, and the acts of a life."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.ward import audit, belonging, living, register
from hocvu.ward.access import SignedInRequest, can, needs, scoped
from hocvu.ward.doors import doors
from hocvu.ward.importing import cells
from hocvu.ward.models import Circumstance, Household, Membership, Person, Residence, Unit

SEX = (("", "Chưa rõ"), *Person.Sex.choices)


def person_of(request: SignedInRequest, person_id: UUID, capability: str) -> Person:
    """The person of an address, where the visitor may meet them; else a missing one."""
    rows = Person.objects.select_related("household__neighbourhood", "household__head", "ward", "merged_into")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=person_id)


def crumbs(person: Person) -> tuple[tuple[str, str], ...]:
    """The way back from an act to the person."""
    return (
        (reverse("ward:people"), "Người dân"),
        (reverse("ward:person", args=(person.pk,)), person.full_name),
    )


@needs("people.read")
@require_safe
def person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """What is known of somebody, masked; each look is in the trail."""
    shown = person_of(request, person_id, "people.read")
    audit.record(request.user, "saw a person", shown, ward=request.ward)
    context = {
        "person": shown,
        "number": register.masked_number(shown),
        "phone": register.masked_phone(shown),
        "home": shown.household,
        "others": shown.household.people.filter(merged_into=None).exclude(pk=shown.pk) if shown.household else [],
        "residences": shown.residences.select_related("household", "neighbourhood"),
        "absences": shown.absences.all(),
        "memberships": shown.memberships.select_related("unit"),
        "circumstances": _circumstances(request, shown),
        "may_change": can(request.user, "people.change", shown) and shown.merged_into_id is None,
        "acts": list(doors(request.user, shown)),
        "lives_here": shown.household_id is not None,
    }
    return render(request, "ward/person.html", context)


def _circumstances(request: SignedInRequest, shown: Person) -> list[belonging.Told] | None:
    """What is protected, for those who may see it; None for everybody else. The look is told apart."""
    if not can(request.user, "people.protected", shown):
        return None
    rows = list(shown.circumstances.all())
    if rows:
        audit.record(request.user, "saw circumstances", shown, ward=request.ward)
    return [belonging.told(row) for row in rows]


# ---- Correcting


class PersonForm(Form):
    """Who somebody is. Number and phone stay as they are where nothing is typed."""

    full_name = forms.CharField(label="Họ và tên", max_length=120)
    born_on = DateField(label="Ngày sinh", required=False)
    only_year = forms.BooleanField(label="Chỉ biết năm sinh", required=False)
    sex = forms.ChoiceField(label="Giới tính", choices=SEX, required=False)
    relation = forms.CharField(label="Quan hệ với chủ hộ", max_length=40, required=False)
    number = forms.CharField(label="Số định danh", required=False, help_text="12 chữ số")
    phone = forms.CharField(label="Điện thoại", required=False)

    def clean_full_name(self) -> str:
        name, wrong = cells.name(self.cleaned_data["full_name"])
        if wrong and not name:
            raise forms.ValidationError("Họ và tên phải có chữ. Hãy gõ lại.")
        return name

    def clean_number(self) -> str:
        return _digits(cells.number, self.cleaned_data["number"], "Số định danh có 12 chữ số. Hãy xem lại.")

    def clean_phone(self) -> str:
        return _digits(cells.phone, self.cleaned_data["phone"], "Số điện thoại chưa đúng. Ví dụ 0912345678.")


def _digits(read: Any, typed: str, wrong: str) -> str:
    digits, kinds = read(typed or None)
    if typed and (not digits or {"id_bad", "id_old_9", "phone_bad"} & set(kinds)):
        raise forms.ValidationError(wrong)
    return str(digits)


@needs("people.change")
def correct_person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Put right who somebody is."""
    shown = person_of(request, person_id, "people.change")
    fields = ("full_name", "born_on", "only_year", "sex", "relation")
    form = PersonForm(sent(request), initial={name: getattr(shown, name) for name in fields})
    masked = {"number": register.masked_number(shown), "phone": register.masked_phone(shown)}
    for name, digits in masked.items():
        form.fields[name].help_text = (
            f"Đang là {digits}. Để trống để giữ nguyên." if digits else "Để trống nếu chưa có."
        )

    def correct(data: dict[str, Any]) -> str:
        number, phone = data.pop("number") or None, data.pop("phone") or None
        living.correct_person(shown, **data, number=number, phone=phone, by=request.user)
        shown.refresh_from_db()
        messages.success(request, "Đã sửa. Số liệu được tính lại ngay.")
        if doubt := living.doubts(shown, number or ""):
            messages.warning(request, doubt)
        return reverse("ward:person", args=(shown.pk,))

    return act_page(request, form, Act("Sửa thông tin", "Ghi lại", crumbs=crumbs(shown)), do=correct)


# ---- The number in full


class ReasonForm(Form):
    """Why somebody wants to see a number."""

    reason = forms.CharField(label="Lý do xem", max_length=200, help_text="Được ghi vào nhật ký cùng tên người xem")


@needs("people.reveal")
@never_cache
def reveal_number(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """The identity number in full, once, for a reason that is kept."""
    shown = person_of(request, person_id, "people.reveal")
    form = ReasonForm(sent(request))
    number = ""
    if request.method == "POST" and form.is_valid():
        number = register.show_number(shown, reason=form.cleaned_data["reason"], by=request.user) or "Chưa có số"
    context = {"person": shown, "number": number, "masked": register.masked_number(shown)}
    answer = render(request, "ward/reveal_number.html", context, form=form)
    answer["Cache-Control"] = "private, no-store"
    return answer


# ---- Moving, leaving, being away, dying


class MoveForm(Form):
    """Where somebody lives from a day on."""

    household = forms.CharField(label="Mã hộ nơi đến", max_length=60)
    kind = forms.ChoiceField(label="Loại cư trú", choices=Residence.Kind.choices)
    day = DateField(label="Từ ngày")


@needs("people.change")
def move_person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody moves within the ward, or comes back to it."""
    shown = person_of(request, person_id, "people.change")
    form = MoveForm(sent(request), initial={"day": clock.today()})

    def move(data: dict[str, Any]) -> str:
        home = _home(request, data["household"])
        living.move(shown, home=home, kind=data["kind"], day=data["day"], by=request.user)
        messages.success(request, f"Đã ghi {shown.full_name} ở hộ {home.code} từ {data['day']:%d/%m/%Y}.")
        return reverse("ward:person", args=(shown.pk,))

    facts = [("Đang ở hộ", shown.household.code if shown.household else "Không ở hộ nào trên địa bàn")]
    act = Act("Ghi chuyển nơi ở", "Ghi lại", facts=facts, crumbs=crumbs(shown))
    return act_page(request, form, act, do=move)


def _home(request: SignedInRequest, code: str) -> Household:
    homes = scoped(Household.objects.all(), request.user, "people.change", request.ward)
    home = homes.filter(code__iexact=code).first()
    if home is None:
        raise Refusal(f"Không có hộ nào mã {code}. Hãy xem lại mã, hoặc lập hộ trước.", "household")
    return home


class DayForm(Form):
    """The day of an act."""

    day = DateField(label="Ngày")


@needs("people.change")
def leave_ward(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody no longer lives here."""
    return _on_a_day(
        request,
        person_id,
        Act("Ghi đã rời địa bàn", "Ghi lại", lead="Từ ngày này không còn tính là người cư trú; lịch sử vẫn giữ."),
        living.leave,
    )


@needs("people.change")
def record_death(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody died."""
    return _on_a_day(
        request,
        person_id,
        Act("Ghi đã mất", "Ghi lại", lead="Vẫn được tính đến hết ngày mất, không còn trong danh sách sau ngày đó."),
        living.record_death,
    )


def _on_a_day(request: SignedInRequest, person_id: UUID, act: Act, do: Any) -> HttpResponse:
    shown = person_of(request, person_id, "people.change")
    form = DayForm(sent(request), initial={"day": clock.today()})

    def act_on(data: dict[str, Any]) -> str:
        do(shown, day=data["day"], by=request.user)
        messages.success(request, "Đã ghi. Số liệu được tính lại ngay.")
        return reverse("ward:person", args=(shown.pk,))

    facts = (("Người", shown.full_name),)
    act = Act(act.title, act.button, lead=act.lead, facts=facts, crumbs=crumbs(shown))
    return act_page(request, form, act, do=act_on)


class AwayForm(Form):
    """From when somebody is away."""

    away_from = DateField(label="Vắng từ ngày")
    where = forms.CharField(label="Ở đâu", max_length=120, required=False)


class BackForm(Form):
    """When somebody came back."""

    back_on = DateField(label="Về ngày")


@needs("people.change")
def record_absence(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody is away for long, or is back."""
    shown = person_of(request, person_id, "people.change")
    away = shown.absences.filter(back_on=None).first()
    form = BackForm(sent(request), initial={"back_on": clock.today()}) if away else AwayForm(sent(request))

    def keep(data: dict[str, Any]) -> str:
        if away:
            living.record_return(shown, **data, by=request.user)
        else:
            living.record_absence(shown, **data, by=request.user)
        messages.success(request, "Đã ghi.")
        return reverse("ward:person", args=(shown.pk,))

    title = "Ghi đã về" if away else "Ghi vắng lâu ngày"
    return act_page(request, form, Act(title, "Ghi lại", crumbs=crumbs(shown)), do=keep)


# ---- Belonging


class JoinForm(Form):
    """Which unit somebody belongs to."""

    unit = forms.ModelChoiceField(label="Đơn vị", queryset=Unit.objects.none())
    kind = forms.ChoiceField(label="Là", choices=Membership.Kind.choices)
    day = DateField(label="Từ ngày", required=False)


@needs("people.change")
def join_unit(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody belongs to a unit, a school, an enterprise."""
    shown = person_of(request, person_id, "people.change")
    form = JoinForm(sent(request))
    form.fields["unit"].queryset = Unit.objects.of(request.ward).on(clock.today())  # type: ignore[attr-defined]

    def join(data: dict[str, Any]) -> str:
        belonging.join(shown, **data, by=request.user)
        messages.success(request, f"Đã ghi {shown.full_name} thuộc {data['unit'].name}.")
        return reverse("ward:person", args=(shown.pk,))

    return act_page(request, form, Act("Ghi vào đơn vị, trường", "Ghi lại", crumbs=crumbs(shown)), do=join)


@needs("people.change")
def leave_unit(request: SignedInRequest, membership_id: int) -> HttpResponse:
    """Somebody belongs to a unit no longer."""
    rows = Membership.objects.select_related("person", "unit")
    membership = get_object_or_404(scoped(rows, request.user, "people.change", request.ward), pk=membership_id)
    form = DayForm(sent(request), initial={"day": clock.today()})

    def leave(data: dict[str, Any]) -> str:
        belonging.leave_unit(membership, day=data["day"], by=request.user)
        messages.success(request, f"Đã ghi thôi {membership.unit.name}.")
        return reverse("ward:person", args=(membership.person_id,))

    facts = (("Đơn vị", membership.unit.name), ("Là", membership.get_kind_display()))
    act = Act("Ghi thôi đơn vị", "Ghi lại", facts=facts, crumbs=crumbs(membership.person))
    return act_page(request, form, act, do=leave)


# ---- Circumstances


class CircumstanceForm(Form):
    """What is protected of somebody, and by which paper."""

    kind = forms.ChoiceField(label="Hoàn cảnh", choices=Circumstance.Kind.choices)
    note = forms.CharField(label="Ghi chú", max_length=300, required=False)
    paper = forms.CharField(label="Theo giấy tờ", max_length=200)
    day = DateField(label="Từ ngày")


@needs("people.protected")
def add_circumstance(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Keep that somebody, or their household, is in need."""
    shown = person_of(request, person_id, "people.protected")
    form = CircumstanceForm(sent(request))

    def keep(data: dict[str, Any]) -> str:
        of_household = data["kind"] in (Circumstance.Kind.POOR, Circumstance.Kind.NEAR_POOR)
        if of_household and shown.household is None:
            raise Refusal("Người này không ở hộ nào trên địa bàn.", "kind")
        subject = shown.household if of_household and shown.household else shown
        belonging.record_circumstance(subject, **data, by=request.user)
        messages.success(request, "Đã ghi, được mã hóa.")
        return reverse("ward:person", args=(shown.pk,))

    lead = "Hoàn cảnh được mã hóa, chỉ người được giao mới xem được, mỗi lần xem được ghi lại."
    return act_page(
        request, form, Act("Ghi hoàn cảnh được bảo vệ", "Ghi lại", lead=lead, crumbs=crumbs(shown)), do=keep
    )


@needs("people.protected")
def end_circumstance(request: SignedInRequest, circumstance_id: UUID) -> HttpResponse:
    """A circumstance no longer holds."""
    rows = Circumstance.objects.select_related("person", "household", "ward")
    row = get_object_or_404(scoped(rows, request.user, "people.protected", request.ward), pk=circumstance_id)
    form = DayForm(sent(request), initial={"day": clock.today()})

    def end(data: dict[str, Any]) -> str:
        belonging.end_circumstance(row, day=data["day"], by=request.user)
        messages.success(request, "Đã ghi thôi.")
        where = ("ward:person", row.person_id) if row.person_id else ("ward:household", row.household_id)
        return reverse(where[0], args=(where[1],))

    facts = (("Hoàn cảnh", str(belonging.told(row).kind.label)),)
    return act_page(request, form, Act("Thôi hoàn cảnh", "Ghi lại", facts=facts), do=end)
