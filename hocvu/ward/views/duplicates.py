"""Who is the same person twice: held rows of lists, likely pairs of the register, merging and parting."""

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
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.ward import audit, merging, register
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.importing import holding, leaving
from hocvu.ward.importing.judging import Entry
from hocvu.ward.models import HeldRow, Person, PersonMerge
from hocvu.ward.views.person import crumbs, person_of

HELD = (
    Head[HeldRow]("Danh sách", lambda h: h.batch.name, 36),
    Head[HeldRow]("Dòng", lambda h: h.row, 8),
    Head[HeldRow](
        "Giống với", lambda h: h.resembles.full_name, 30, href=lambda h: reverse("ward:held_row", args=(h.pk,))
    ),
    Head[HeldRow]("Tình trạng", lambda h: h.get_state_display(), 18),
    Head[HeldRow]("Người quyết định", lambda h: str(h.decided_by or ""), 24),
)


@needs("people.import")
@require_safe
def held_rows(request: SignedInRequest) -> HttpResponseBase:
    """The rows of lists that wait for somebody to say who it is."""
    rows = HeldRow.objects.defer("sealed").select_related("batch", "resembles", "decided_by")
    rows = scoped(rows, request.user, "people.import", request.ward)
    filters = (Choice("tt", "Tình trạng", HeldRow.State.choices, lambda q, v: q.filter(state=v)),)
    page = Page(
        "Dòng chờ quyết định",
        lead="Dòng của danh sách giống một người đã có nhưng chưa chắc. Hệ thống không tự đoán.",
        crumbs=((reverse("ward:people"), "Người dân"),),
        empty="Không có dòng nào chờ quyết định",
    )
    return show(request, page, rows=rows, columns=HELD, filters=filters, seen=_seen(request))


def _seen(request: SignedInRequest) -> Any:
    return lambda count: audit.record(request.user, "saw people", request.ward, people=count)


def _held(request: SignedInRequest, heldrow_id: UUID) -> HeldRow:
    rows = HeldRow.objects.select_related("batch", "resembles__household__neighbourhood", "ward", "made")
    return get_object_or_404(scoped(rows, request.user, "people.import", request.ward), pk=heldrow_id)


@needs("people.import")
@require_safe
def held_row(request: SignedInRequest, heldrow_id: UUID) -> HttpResponse:
    """The row and the person side by side, and what may be decided."""
    held = _held(request, heldrow_id)
    audit.record(request.user, "saw people", held, ward=request.ward, people=1)
    try:
        sides = _beside(_of_entry(holding.entry_of(held)), _of_person(held.resembles))
    except Refusal:
        sides = []
    context = {"held": held, "sides": sides, "waits": held.state == HeldRow.State.WAITING}
    return render(request, "ward/held_row.html", context)


Side = list[tuple[str, str]]


def _of_entry(entry: Entry) -> Side:
    birth = f"{entry.birth.day:%d/%m/%Y}" if entry.birth.day else str(entry.birth.year or "")
    sex = str(Person.Sex(entry.sex).label) if entry.sex else ""
    return [
        ("Họ và tên", entry.name),
        ("Ngày sinh", birth),
        ("Giới tính", sex),
        ("Số định danh", register.mask(entry.number)),
        ("Điện thoại", register.mask(entry.phone)),
        ("Mã hộ", entry.household),
        ("Quan hệ", entry.relation),
    ]


def _of_person(person: Person) -> Side:
    born = person.born_on
    birth = "" if born is None else str(born.year) if person.only_year else f"{born:%d/%m/%Y}"
    return [
        ("Họ và tên", person.full_name),
        ("Ngày sinh", birth),
        ("Giới tính", str(person.get_sex_display() or "")),
        ("Số định danh", register.masked_number(person)),
        ("Điện thoại", register.masked_phone(person)),
        ("Mã hộ", person.household.code if person.household else ""),
        ("Quan hệ", person.relation),
    ]


def _beside(left: Side, right: Side) -> list[tuple[str, str, str, str]]:
    """(what, left, right, how they compare), for reading without colour."""
    rows = []
    for (name, a), (_, b) in zip(left, right, strict=True):
        same = "giống" if fold(a) == fold(b) else "khác" if a and b else "một bên trống"
        rows.append((name, a or "–", b or "–", same))
    return rows


@needs("people.import")
@require_POST
def decide_held_row(request: SignedInRequest, heldrow_id: UUID) -> HttpResponse:
    """The same person, somebody else, left out; or take the decision back."""
    held = _held(request, heldrow_id)
    said = request.POST.get("la", "")
    try:
        if said == "xem-lai":
            holding.take_back(held, by=request.user)
            messages.success(request, "Đã rút quyết định. Dòng này lại chờ xem.")
        elif said in (HeldRow.State.SAME, HeldRow.State.OTHER, HeldRow.State.LEFT_OUT):
            holding.decide(held, said, by=request.user)
            messages.success(request, "Đã ghi quyết định. Có thể rút lại nếu nhầm.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("ward:held_row", held.pk)


# ---- Two of the register

PAIRS = (
    Head[tuple[Person, Person]](
        "Người thứ nhất",
        lambda p: p[0].full_name,
        30,
        href=lambda p: f"{reverse('ward:merge_person', args=(p[0].pk,))}?voi={p[1].pk}",
    ),
    Head[tuple[Person, Person]]("Ngày sinh", lambda p: p[0].born_on, 12),
    Head[tuple[Person, Person]]("Hộ", lambda p: p[0].household.code if p[0].household else "", 14),
    Head[tuple[Person, Person]]("Người thứ hai", lambda p: p[1].full_name, 30),
    Head[tuple[Person, Person]]("Hộ của người thứ hai", lambda p: p[1].household.code if p[1].household else "", 14),
)


@needs("people.merge")
@require_safe
def duplicates(request: SignedInRequest) -> HttpResponseBase:
    """Pairs of the register that look like one person."""
    found = merging.pairs(request.ward)
    filters = (Choice("ho", "Hộ", (("mot", "Cùng hộ"), ("hai", "Khác hộ")), _of_homes),)
    page = Page(
        "Người trùng",
        lead="Hai người cùng tên (không kể dấu) và cùng ngày sinh. Hai số định danh khác nhau thì không phải một người.",
        crumbs=((reverse("ward:people"), "Người dân"),),
        links=((reverse("ward:merges"), "Các lần gộp"),),
        empty="Không có ai trông như trùng",
    )
    return show(request, page, rows=found, columns=PAIRS, filters=filters, seen=_seen(request))


def _of_homes(pairs: list[tuple[Person, Person]], value: str) -> list[tuple[Person, Person]]:
    return [pair for pair in pairs if (pair[0].household_id == pair[1].household_id) == (value == "mot")]


class OtherForm(Form):
    """Which two are one, and which row stays."""

    other = forms.ChoiceField(label="Người trùng", widget=forms.RadioSelect)
    is_same = forms.ChoiceField(
        label="Hai người này là",
        widget=forms.RadioSelect,
        choices=(("mot", "Một người: gộp lại"), ("hai", "Hai người khác nhau: thôi gợi ý")),
    )


@needs("people.merge")
def merge_person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody beside those who look like them; merge, or say that they are two."""
    kept = person_of(request, person_id, "people.merge")
    alike = _alike(request, kept)
    form = OtherForm(sent(request), initial={"other": request.GET.get("voi") or (str(alike[0].pk) if alike else "")})
    form.fields["other"].choices = [(str(p.pk), _in_a_line(p)) for p in alike]  # type: ignore[attr-defined]

    def act(data: dict[str, Any]) -> str:
        other = next(person for person in alike if str(person.pk) == data["other"])
        if data["is_same"] == "hai":
            merging.know_apart(kept, other, by=request.user)
            messages.success(request, "Đã ghi là hai người khác nhau.")
            return reverse("ward:duplicates")
        merging.merge(kept, other, by=request.user)
        messages.success(request, f"Đã gộp vào {kept.full_name}. Có thể tách lại ở trang Các lần gộp.")
        return reverse("ward:person", args=(kept.pk,))

    if not alike:
        messages.info(request, "Không có ai cùng tên và cùng năm sinh với người này.")
        return redirect("ward:person", kept.pk)
    audit.record(request.user, "saw people", kept, ward=request.ward, people=len(alike))
    lead = (
        f"Giữ lại {kept.full_name}. Chỗ còn trống được điền từ người kia; nơi ở, đơn vị của người kia được chuyển sang."
    )
    sides = [(_in_a_line(person), _beside(_of_person(kept), _of_person(person))) for person in alike[:3]]
    title = "Gộp người trùng"
    page = Act(title, "Ghi lại", lead=lead, crumbs=crumbs(kept))
    return act_page(request, form, page, do=act, template="ward/merge_person.html", sides=sides)


def _alike(request: SignedInRequest, kept: Person) -> list[Person]:
    rows = scoped(Person.objects.known(), request.user, "people.merge", request.ward)
    same_birth = Q(born_on=kept.born_on) | Q(born_on=None)
    if kept.born_on:
        same_birth |= Q(born_on__year=kept.born_on.year, only_year=True)
        same_birth |= Q(born_on__year=kept.born_on.year) if kept.only_year else Q(pk=None)
    if kept.phone_index:
        same_birth |= Q(phone_index=kept.phone_index)
    found = rows.filter(same_birth, plain_name=kept.plain_name).exclude(pk=kept.pk)
    if kept.number_index:
        found = found.filter(number_index=None)
    return list(found.select_related("household__neighbourhood")[:20])


def _in_a_line(person: Person) -> str:
    facts = dict(_of_person(person))
    return f"{person.full_name}, sinh {facts['Ngày sinh'] or 'chưa rõ'}, hộ {facts['Mã hộ'] or 'không có'}"


MERGES = (
    Head[PersonMerge](
        "Người được giữ", lambda m: m.kept.full_name, 30, href=lambda m: reverse("ward:part_people", args=(m.pk,))
    ),
    Head[PersonMerge]("Gộp lúc", lambda m: m.at, 18),
    Head[PersonMerge]("Người gộp", lambda m: str(m.by or ""), 24),
    Head[PersonMerge]("Tách lại lúc", lambda m: m.undone_at, 18),
)


@needs("people.merge")
@require_safe
def merges(request: SignedInRequest) -> HttpResponseBase:
    """What was merged, newest first; each can be parted again."""
    rows = PersonMerge.objects.select_related("kept", "by")
    rows = scoped(rows, request.user, "people.merge", request.ward)
    filters = (
        Choice("tt", "Tình trạng", (("gop", "Đang gộp"), ("tach", "Đã tách lại")),
               lambda q, v: q.filter(undone_at__isnull=v == "gop")),
    )  # fmt: skip
    page = Page("Các lần gộp", crumbs=((reverse("ward:duplicates"), "Người trùng"),), empty="Chưa gộp ai")
    return show(request, page, rows=rows, columns=MERGES, filters=filters)


class NoForm(Form):
    """An act that only asks to be meant."""


@needs("people.merge")
def part_people(request: SignedInRequest, personmerge_id: int) -> HttpResponse:
    """Part two who were merged by mistake."""
    rows = PersonMerge.objects.select_related("kept", "other", "ward")
    row = get_object_or_404(scoped(rows, request.user, "people.merge", request.ward), pk=personmerge_id)

    def part(data: dict[str, Any]) -> str:
        merging.undo(row, by=request.user)
        messages.success(request, "Đã tách lại thành hai người.")
        return reverse("ward:merges")

    facts = [("Người được giữ", _in_a_line(row.kept)), ("Người đã gộp vào", _in_a_line(row.other))]
    act = Act("Tách lại", "Tách lại thành hai người", facts=facts, back=reverse("ward:merges"))
    return act_page(request, NoForm(sent(request)), act, do=part)


# ---- The register as a list


class ExportForm(Form):
    """Whether the numbers go out in full."""

    reason = forms.CharField(
        label="Lý do cần số đầy đủ",
        max_length=200,
        required=False,
        help_text="Để trống thì số định danh và điện thoại chỉ có ba số cuối",
    )


@needs("people.import")
def export_people(request: SignedInRequest) -> HttpResponseBase:
    """The register with the columns that the importer reads: what goes out can come back and changes nothing."""
    form = ExportForm(sent(request))
    reveals = scoped(Person.objects.all(), request.user, "people.reveal", request.ward)
    may_reveal = reveals.exists()
    if not may_reveal:
        form.fields["reason"].help_text = "Vai trò của bạn chỉ tải được số đã che; ô này để trống"
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"].strip()
        if reason and not may_reveal:
            form.add_error("reason", "Vai trò của bạn không xem được số đầy đủ. Hãy để trống ô này.")
        else:
            return leaving.as_list(request.ward, by=request.user, reason=reason)
    act = Act(
        "Tải danh bạ",
        "Tải tệp .xlsx",
        lead="Tệp có đúng các cột mà trang Nhập danh sách đọc được. Mỗi lần tải được ghi vào nhật ký.",
        crumbs=((reverse("ward:people"), "Người dân"),),
    )
    return render(request, "act.html", {"act": act}, form=form)
