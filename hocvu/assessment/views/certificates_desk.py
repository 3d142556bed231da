"""The desk of certificates: all that were issued, and one with what it rests on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.assessment import leaving
from hocvu.assessment import register_of_certificates as register
from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Certificate
from hocvu.learning.groups import GROUPS
from hocvu.lib import clock
from hocvu.lib.acting import Act
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import wants_xlsx
from hocvu.lib.web import render, sent
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, can, may, needs, scoped
from hocvu.ward.models import Membership, Neighbourhood, Unit

READ, EXPORT = "certificates.read", "certificates.export"


def _address(name: str, *args: Any) -> str:
    """An address of this room, "" where no page of that name stands yet."""
    try:
        return reverse(f"assessment:{name}", args=args)
    except NoReverseMatch:
        return ""


# ---- The list


def _place_of(certificate: Certificate) -> str:
    home = certificate.person.household if certificate.person else None
    return home.neighbourhood.name if home and home.neighbourhood else ""


def _tells_homes(request: SignedInRequest) -> bool:
    """A unit knows its own people by name and group, not by where they live."""
    return may(request.user, "people.read", request.ward)


def _columns(request: SignedInRequest) -> tuple[Head[Certificate], ...]:
    now = clock.now()
    home = Head[Certificate]("Khu dân cư", _place_of, 24)
    return (
        Head("Mã", lambda c: codes.shown(c.code), 18, href=lambda c: reverse("assessment:certificate", args=(c.pk,))),
        Head("Người được cấp", register.holder_of, 30),
        Head("Tình trạng", lambda c: register.state_of(c, now).words, 24, mark=lambda c: register.state_of(c, now)),
        Head("Mức", lambda c: c.level, 8),
        Head("Nhóm", register.group_words, 26),
        *((home,) if _tells_homes(request) else ()),
        Head("Cấp lúc", lambda c: c.issued_at, 18),
        Head("Có giá trị đến", lambda c: c.valid_until, 18),
        Head("Tên giấy", lambda c: c.title, 44, only_in_file=True),
        Head("Khung, phiên bản", lambda c: f"{c.framework} {c.framework_version}", 18, only_in_file=True),
        Head("Danh tính được xác lập", lambda c: c.identity, 30, only_in_file=True),
    )


def _memberships(request: SignedInRequest) -> QuerySet[Membership]:
    """The memberships of today in the units that the visitor reads certificates of."""
    units = scoped(Unit.objects.all(), request.user, READ, request.ward)
    return Membership.objects.on(clock.today()).filter(unit__in=units.order_by().values("pk"))


def _on_day(rows: QuerySet[Certificate], typed: str, narrow: Any) -> QuerySet[Certificate]:
    """Narrow by a typed day; what is no day finds nothing."""
    try:
        day = DateField().clean(typed)
    except forms.ValidationError:
        return rows.none()
    found: QuerySet[Certificate] = narrow(rows, day)
    return found


def _filters(request: SignedInRequest, rows: QuerySet[Certificate]) -> tuple[Search | Choice, ...]:
    ward, members = request.ward, _memberships(request)
    places = [(str(one.pk), one.name) for one in Neighbourhood.objects.of(ward).filter(valid_to=None)]
    units, classes = register.units_of(rows, members), register.classes_of(rows, members)
    filters: tuple[Search | Choice, ...] = (
        Search("tim", "Họ tên hoặc mã giấy", register.named),
        Choice("tt", "Tình trạng", register.STATES, lambda q, v: register.in_state(q, v, clock.now())),
        Choice("muc", "Mức", register.levels_of(rows), register.at_level),
        Choice("nhom", "Nhóm", list(GROUPS.items()), lambda q, v: q.filter(group=v), every="Mọi nhóm"),
    )  # fmt: skip
    if _tells_homes(request):
        word = ward.neighbourhood_word.capitalize()
        filters += (Choice("noi", word, places, lambda q, v: q.filter(person__household__neighbourhood=v)),)
    if units:
        filters += (Choice("don-vi", "Đơn vị", units, lambda q, v: register.of_unit(q, v, members)),)
    if classes:
        filters += (Choice("lop", "Nhóm, lớp", classes, lambda q, v: register.of_class(q, v, members)),)
    return (
        *filters,
        Search("tu", "Cấp từ ngày", lambda q, v: _on_day(q, v, register.issued_from)),
        Search("den", "Đến hết ngày", lambda q, v: _on_day(q, v, register.issued_up_to)),
        Choice("xep", "Sắp xếp", register.ORDERS, register.in_order, every="Mới cấp lên đầu"),
    )


@needs(READ)
@never_cache
@require_safe
def certificates(request: SignedInRequest) -> HttpResponseBase:
    """The certificates of whom the visitor may meet. Each look, and each file that leaves, is in the trail."""
    rows = scoped(Certificate.objects.all(), request.user, READ, request.ward)
    act = "took certificates away" if wants_xlsx(request) else "saw certificates"
    links = [(reverse("assessment:vneid_list"), "Danh sách xác nhận trên VNeID")] if _exports(request) else []
    if (printing := _address("print_certificates")) and may(request.user, "certificates.print", request.ward):
        links.append((printing, "In giấy"))
    page = Page(
        "Giấy đã cấp",
        lead="Mỗi lần xem và mỗi tệp tải về được ghi vào nhật ký, vì có họ tên. Ngày ghi như 31/01/2026.",
        links=links,
        empty="Chưa cấp giấy nào",
        empty_words="Giấy được cấp ngay khi người học đạt bài kiểm tra và đủ việc thực hành.",
        counted="giấy",
    )
    return show(
        request, page, rows=register.with_holders(rows), columns=_columns(request), filters=_filters(request, rows),
        seen=lambda count: audit.record(request.user, act, request.ward, certificates=count),
    )  # fmt: skip


def _exports(request: SignedInRequest) -> bool:
    return may(request.user, EXPORT, request.ward)


# ---- One


@needs(READ)
@never_cache
@require_safe
def certificate(request: SignedInRequest, certificate_id: UUID) -> HttpResponse:
    """What a certificate rests on, opened down; the look is in the trail."""
    rows = Certificate.objects.select_related(
        "person", "account", "rule", "key", "status_list", "superseded_by",
        "attempt__extended_by", "attempt__sitting__proctor",
    )  # fmt: skip
    shown = get_object_or_404(scoped(rows, request.user, READ, request.ward), pk=certificate_id)
    audit.record(request.user, "saw a certificate", shown, ward=request.ward)
    person = shown.person
    reads = person is not None and can(request.user, "people.read", person)
    replaced_by = shown.superseded_by
    context = {
        "certificate": shown,
        "code": codes.shown(shown.code),
        "holder": register.holder_of(shown),
        "state": register.state_of(shown, clock.now()),
        "grounds": register.grounds_of(shown),
        "group": register.group_words(shown),
        "person_href": reverse("ward:person", args=(person.pk,)) if person and reads else "",
        "newer_href": reverse("assessment:certificate", args=(replaced_by.pk,)) if replaced_by else "",
        "revoke_href": _revoke_address(request, shown),
        "verify_href": _address("verify_code", shown.code),
    }
    return render(request, "assessment/certificate_desk.html", context)


def _revoke_address(request: SignedInRequest, shown: Certificate) -> str:
    """Where one proposes to revoke it, for those who may and as long as it was not revoked."""
    if shown.revoked_at is not None or not can(request.user, "certificates.revoke", shown):
        return ""
    return _address("revoke_certificate", shown.pk)


# ---- The list for whoever confirms on VNeID


class VneidForm(Form):
    """Which certificates, and why numbers leave in full."""

    since = DateField(label="Giấy cấp từ ngày")
    only_new = forms.BooleanField(
        label="Chỉ người chưa được xác nhận trên VNeID theo tệp đã nhập", required=False, initial=True
    )
    reason = forms.CharField(
        label="Lý do và nơi nhận",
        max_length=200,
        help_text="Ví dụ: gửi công an xác nhận trên VNeID, theo công văn nào. Nhật ký giữ lý do này",
    )


@needs(EXPORT)
@never_cache
def vneid_list(request: SignedInRequest) -> HttpResponseBase:
    """People with a standing certificate, by identity number, for whoever confirms on VNeID."""
    form = VneidForm(sent(request), initial={"since": clock.today().replace(day=1), "only_new": True})
    if not leaving.confirmed(request.ward, clock.today()):
        form.fields.pop("only_new")
    in_full = may(request.user, "people.reveal", request.ward)
    if request.method == "POST" and form.is_valid():
        rows = scoped(Certificate.objects.all(), request.user, EXPORT, request.ward)
        data = form.cleaned_data
        asked = leaving.Asked(data["since"], data.get("only_new", False), in_full)
        try:
            return leaving.for_vneid(request.ward, rows, asked, reason=data["reason"], by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return render(request, "act.html", {"act": _vneid_act(request, in_full=in_full)}, form=form)


def _vneid_act(request: SignedInRequest, *, in_full: bool) -> Act:
    """What the page of the list says around its form."""
    number = "số định danh đầy đủ" if in_full else "số định danh đã che (vai trò của bạn không xem được số đầy đủ)"
    return Act(
        "Danh sách xác nhận trên VNeID",
        "Tải tệp .xlsx",
        lead=f"Tệp có họ tên và {number} của người có giấy còn giá trị, để nơi quản lý VNeID xác nhận. Việc xác nhận trên "
        "VNeID là số của nơi đó: hệ thống không tính theo giấy đã cấp, chỉ nhận khi nơi đó gửi tệp kết quả.",
        crumbs=((reverse("assessment:certificates"), "Giấy đã cấp"),) if may(request.user, READ, request.ward) else (),
    )
