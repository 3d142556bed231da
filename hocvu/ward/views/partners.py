"""Partners: the list, one with what it gives, and the acts on both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, IntegerField, MoneyField
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.money import money_words
from hocvu.lib.tables import wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import sent
from hocvu.ward import partners
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Contribution, Partner, PartnerQuerySet


def _partner_mark(partner: Partner) -> Mark:
    if partner.is_over(clock.today()):
        return Mark(f"Đã thôi, đến hết {partner.ended_on:%d/%m/%Y}", "none")
    return Mark("Đang hợp tác", "good")


PARTNERS = (
    Head[Partner]("Đối tác", lambda p: p.name, 44, href=lambda p: reverse("ward:partner", args=(p.pk,))),
    Head[Partner]("Loại", lambda p: p.get_kind_display(), 26),
    Head[Partner]("Còn hứa (đồng)", lambda p: getattr(p, "promised", None) or 0, 20),
    Head[Partner]("Đã nhận (đồng)", lambda p: getattr(p, "received", None) or 0, 20),
    Head[Partner]("Tình trạng", lambda p: _partner_mark(p).words, 24, mark=_partner_mark),
    Head[Partner]("Điện thoại cơ quan", lambda p: p.phone, 20, only_in_file=True),
    Head[Partner]("Thư điện tử cơ quan", lambda p: p.email, 30, only_in_file=True),
    Head[Partner]("Ghi chú", lambda p: p.note, 40, only_in_file=True),
)


def _named(rows: PartnerQuerySet, query: str) -> PartnerQuerySet:
    """Those whose name holds the words, without tones; a ward has a few dozen partners."""
    found = [pk for pk, name in rows.order_by().values_list("pk", "name") if fold(query) in fold(name)]
    return rows.filter(pk__in=found)


def _working(rows: PartnerQuerySet, value: str) -> PartnerQuerySet:
    today = clock.today()
    return rows.on(today) if value == "dang" else rows.filter(ended_on__lt=today)


FILTERS = (
    Search("tim", "Tên", _named),
    Choice("loai", "Loại", Partner.Kind.choices, lambda q, v: q.filter(kind=v)),
    Choice("tt", "Tình trạng", (("dang", "Đang hợp tác"), ("thoi", "Đã thôi")), _working),
)


@needs("partners.read")
@require_safe
def partner_list(request: SignedInRequest) -> HttpResponseBase:
    """Everyone who helps the ward from outside."""
    rows = scoped(Partner.objects.with_sums(), request.user, "partners.read", request.ward)
    acts = ((reverse("ward:add_partner"), "Thêm đối tác"),) if _manages(request) else ()
    page = Page(
        "Đối tác",
        lead="Nhà tài trợ, doanh nghiệp công nghệ, trường và tổ chức cùng làm. Tiền và hiện vật đều quy ra đồng khi có giá.",
        acts=acts,
        empty="Chưa có đối tác nào",
        empty_words="Người điều phối thêm đối tác rồi ghi từng khoản đóng góp.",
        counted="đối tác",
    )
    return show(request, page, rows=rows, columns=PARTNERS, filters=FILTERS)


class PartnerForm(Form):
    """Who an organisation is; only its office can be reached, no person of it."""

    name = forms.CharField(label="Tên đối tác", max_length=200)
    kind = forms.ChoiceField(label="Loại", choices=Partner.Kind.choices, widget=forms.RadioSelect)
    phone = forms.CharField(label="Điện thoại cơ quan", max_length=40, required=False)
    email = forms.EmailField(label="Thư điện tử cơ quan", max_length=120, required=False)
    note = forms.CharField(label="Ghi chú", max_length=500, required=False, widget=forms.Textarea)


OFFICE_ONLY = "Chỉ ghi địa chỉ liên lạc của cơ quan. Không ghi tên, số điện thoại riêng của cá nhân."


@needs("partners.manage")
def add_partner(request: SignedInRequest) -> HttpResponse:
    """A new partner."""

    def add(data: dict[str, Any]) -> str:
        made = partners.add(request.ward, **data, by=request.user)
        messages.success(request, f"Đã thêm {made.name}.")
        return _address(made)

    act = Act("Thêm đối tác", "Thêm", lead=OFFICE_ONLY, crumbs=(_home(),), back=reverse("ward:partners"))
    return act_page(request, PartnerForm(sent(request)), act, do=add)


@needs("partners.manage")
def change_partner(request: SignedInRequest, partner_id: int) -> HttpResponse:
    """Put right what is known of a partner."""
    row = _partner(request, partner_id, "partners.manage")
    form = PartnerForm(sent(request), initial={name: getattr(row, name) for name in partners.FIELDS})

    def change(data: dict[str, Any]) -> str:
        partners.change(row, **data, by=request.user)
        messages.success(request, "Đã lưu.")
        return _address(row)

    return act_page(request, form, Act("Sửa đối tác", "Lưu", lead=OFFICE_ONLY, crumbs=_crumbs(row), back=_address(row)),
                    do=change)  # fmt: skip


class EndForm(Form):
    """Until when."""

    ended_on = DateField(label="Hợp tác đến hết ngày")


@needs("partners.manage")
def end_partner(request: SignedInRequest, partner_id: int) -> HttpResponse:
    """The ward no longer works with a partner."""
    row = _partner(request, partner_id, "partners.manage")
    form = EndForm(sent(request), initial={"ended_on": clock.today()})

    def end(data: dict[str, Any]) -> str:
        partners.end(row, **data, by=request.user)
        messages.success(request, "Đã ghi thôi hợp tác.")
        return _address(row)

    lead = "Đối tác và các khoản đã ghi vẫn còn trong danh sách; sau ngày này không ghi thêm khoản mới."
    act = Act("Ghi thôi hợp tác", "Ghi thôi hợp tác", lead=lead, facts=(("Đối tác", row.name),), crumbs=_crumbs(row),
              back=_address(row), is_grave=True)  # fmt: skip
    return act_page(request, form, act, do=end)


def _contribution_mark(row: Contribution) -> Mark:
    if row.withdrawn_at:
        return Mark("Đã rút", "none")
    if row.received_on:
        return Mark(f"Đã nhận {row.received_on:%d/%m/%Y}", "good")
    return Mark("Đã hứa, chưa nhận", "slow")


def _receive_address(row: Contribution) -> str:
    is_open = row.withdrawn_at is None and row.state == Contribution.State.PROMISED
    return reverse("ward:receive_contribution", args=(row.pk,)) if is_open else ""


def _withdraw_address(row: Contribution) -> str:
    return "" if row.withdrawn_at else reverse("ward:withdraw_contribution", args=(row.pk,))


CONTRIBUTIONS = (
    Head[Contribution]("Đóng góp", lambda c: c.what, 40),
    Head[Contribution]("Loại", lambda c: c.get_kind_display(), 20),
    Head[Contribution]("Số lượng", lambda c: c.amount_words, 16),
    Head[Contribution]("Quy ra tiền (đồng)", lambda c: c.value, 20),
    Head[Contribution]("Ngày hứa", lambda c: c.given_on, 14),
    Head[Contribution]("Ngày nhận", lambda c: c.received_on, 14, only_in_file=True),
    Head[Contribution]("Theo văn bản", lambda c: c.document, 30),
    Head[Contribution]("Tình trạng", lambda c: _contribution_mark(c).words, 24, mark=_contribution_mark),
    Head[Contribution]("Lý do rút", lambda c: c.withdrawn_why, 30),
)
ACTS = (
    Head[Contribution]("Nhận", lambda c: "Ghi đã nhận" if _receive_address(c) else "", 14, href=_receive_address),
    Head[Contribution]("Rút", lambda c: "Rút khoản này" if _withdraw_address(c) else "", 14, href=_withdraw_address),
)
STATES = (("hua", "Đã hứa, chưa nhận"), ("nhan", "Đã nhận"), ("rut", "Đã rút"))


def _in_state(rows: Any, value: str) -> Any:
    if value == "rut":
        return rows.filter(withdrawn_at__isnull=False)
    state = Contribution.State.RECEIVED if value == "nhan" else Contribution.State.PROMISED
    return rows.standing().filter(state=state)


@needs("partners.read")
@require_safe
def partner(request: SignedInRequest, partner_id: int) -> HttpResponseBase:
    """One partner and everything it promised and gave."""
    row = get_object_or_404(
        scoped(Partner.objects.with_sums(), request.user, "partners.read", request.ward), pk=partner_id
    )
    manages, is_over = _manages(request), row.ended_on is not None
    promised, received = getattr(row, "promised", None) or 0, getattr(row, "received", None) or 0
    facts = [
        ("Loại", row.get_kind_display()),
        ("Điện thoại cơ quan", row.phone or "Chưa ghi"),
        ("Thư điện tử cơ quan", row.email or "Chưa ghi"),
        ("Còn hứa, chưa nhận", money_words(promised)),
        ("Đã nhận", money_words(received)),
    ]
    links = [(reverse("ward:change_partner", args=(row.pk,)), "Sửa thông tin")]
    if not is_over:
        links.append((reverse("ward:end_partner", args=(row.pk,)), "Ghi thôi hợp tác"))
    page = Page(
        row.name,
        lead=row.note,
        crumbs=(_home(),),
        acts=((reverse("ward:add_contribution", args=(row.pk,)), "Ghi đóng góp"),) if manages and not is_over else (),
        links=links if manages else (),
        empty="Chưa có đóng góp nào",
        counted="khoản",
        template="ward/partner.html",
        more={"facts": facts, "mark": _partner_mark(row)},
    )
    columns = (*CONTRIBUTIONS, *ACTS) if manages and not wants_xlsx(request) else CONTRIBUTIONS
    filters = (
        Choice("loai", "Loại", Contribution.Kind.choices, lambda q, v: q.filter(kind=v)),
        Choice("tt", "Tình trạng", STATES, _in_state),
    )
    return show(request, page, rows=row.contributions.all(), columns=columns, filters=filters)


class ContributionForm(Form):
    """What is promised."""

    kind = forms.ChoiceField(label="Loại", choices=Contribution.Kind.choices, widget=forms.RadioSelect)
    what = forms.CharField(label="Đóng góp gì", max_length=200, help_text="Ví dụ máy tính bảng cho lớp ở nhà văn hóa")
    quantity = IntegerField(label="Số lượng", required=False, min_value=1, max_value=1_000_000)
    quantity_unit = forms.CharField(label="Đơn vị tính", max_length=40, required=False, help_text="Ví dụ máy, buổi, bộ")
    value = MoneyField(
        label="Quy ra tiền",
        required=False,
        help_text="Bằng đồng, ví dụ 12.500.000 hoặc 12,5 triệu. Để trống nếu chưa có giá; khoản bằng tiền phải ghi.",
    )
    given_on = DateField(label="Ngày hứa")
    document = forms.CharField(
        label="Theo văn bản", max_length=200, required=False, help_text="Số, ký hiệu thư ngỏ, biên bản, hợp đồng"
    )


@needs("partners.manage")
def add_contribution(request: SignedInRequest, partner_id: int) -> HttpResponse:
    """A partner promises something."""
    row = _partner(request, partner_id, "partners.manage")
    form = ContributionForm(sent(request), initial={"given_on": clock.today()})

    def promise(data: dict[str, Any]) -> str:
        made = partners.promise(row, **data, by=request.user)
        worth = f", trị giá {money_words(made.value)}" if made.value else ""
        messages.success(request, f"Đã ghi {made.what}{worth}. Khi nhận được, bấm “Ghi đã nhận”.")
        return _address(row)

    act = Act("Ghi đóng góp", "Ghi lại", facts=(("Đối tác", row.name),), crumbs=_crumbs(row), back=_address(row))
    return act_page(request, form, act, do=promise)


class ReceiveForm(Form):
    """When it came."""

    received_on = DateField(label="Ngày nhận")


@needs("partners.manage")
def receive_contribution(request: SignedInRequest, contribution_id: int) -> HttpResponse:
    """What was promised has come."""
    row = _contribution(request, contribution_id)
    form = ReceiveForm(sent(request), initial={"received_on": clock.today()})

    def receive(data: dict[str, Any]) -> str:
        partners.receive(row, **data, by=request.user)
        messages.success(request, "Đã ghi nhận.")
        return _address(row.partner)

    act = Act("Ghi đã nhận đóng góp", "Ghi đã nhận", facts=_facts(row), crumbs=_crumbs(row.partner),
              back=_address(row.partner))  # fmt: skip
    return act_page(request, form, act, do=receive)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do rút", max_length=300, widget=forms.Textarea)


@needs("partners.manage")
def withdraw_contribution(request: SignedInRequest, contribution_id: int) -> HttpResponse:
    """Take a contribution out of the count."""
    row = _contribution(request, contribution_id)

    def withdraw(data: dict[str, Any]) -> str:
        partners.withdraw(row, **data, by=request.user)
        messages.success(request, "Đã rút. Khoản này không được tính nữa.")
        return _address(row.partner)

    lead = "Khoản đã rút không được tính nữa nhưng vẫn còn trong danh sách, kèm lý do."
    act = Act("Rút đóng góp", "Rút khoản này", lead=lead, facts=_facts(row), crumbs=_crumbs(row.partner),
              back=_address(row.partner), is_grave=True)  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=withdraw)


def _manages(request: SignedInRequest) -> bool:
    return may(request.user, "partners.manage", request.ward)


def _partner(request: SignedInRequest, partner_id: int, capability: str) -> Partner:
    rows = scoped(Partner.objects.select_related("ward"), request.user, capability, request.ward)
    return get_object_or_404(rows, pk=partner_id)


def _contribution(request: SignedInRequest, contribution_id: int) -> Contribution:
    rows = Contribution.objects.select_related("partner__ward")
    return get_object_or_404(scoped(rows, request.user, "partners.manage", request.ward), pk=contribution_id)


def _address(row: Partner) -> str:
    return reverse("ward:partner", args=(row.pk,))


def _home() -> tuple[str, str]:
    return (reverse("ward:partners"), "Đối tác")


def _crumbs(row: Partner) -> tuple[tuple[str, str], ...]:
    return (_home(), (_address(row), row.name))


def _facts(row: Contribution) -> tuple[tuple[str, str], ...]:
    worth = money_words(row.value) if row.value else "chưa có giá"
    return (("Đối tác", row.partner.name), ("Đóng góp", row.what), ("Số lượng", row.amount_words or "không ghi"),
            ("Quy ra tiền", worth), ("Ngày hứa", f"{row.given_on:%d/%m/%Y}"))  # fmt: skip
