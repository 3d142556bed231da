"""The members of a school, an enterprise, a unit: the unit's own list, and its groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, Search, narrowed, show
from hocvu.lib.text import fold
from hocvu.lib.web import sent
from hocvu.ward import audit, members, register
from hocvu.ward.access import SignedInRequest, needs
from hocvu.ward.models import Membership, MembershipQuerySet

AT_ONCE = 300  # members to choose among on one page
NO_GROUP = "-"


def _columns(rows: MembershipQuerySet) -> tuple[Head[Membership], ...]:
    """Name, group, since when; the unit where the visitor speaks for several; then what rooms above say."""
    several = len(set(rows.order_by().values_list("unit", flat=True).distinct()[:2])) > 1
    unit = (Head[Membership]("Đơn vị", lambda m: m.unit.label, 28),) if several else ()
    return (
        Head[Membership]("Họ và tên", lambda m: m.person.full_name, 32),
        *unit,
        Head[Membership]("Nhóm, lớp", lambda m: m.group, 18),
        Head[Membership]("Là", lambda m: m.get_kind_display(), 32),
        Head[Membership]("Từ ngày", lambda m: m.valid_from, 12),
        Head[Membership]("Điện thoại", lambda m: register.masked_phone(m.person), 14, only_in_file=True),
        *(Head[Membership](one.heading, one.cell, one.width) for one in members.columns()),
    )


def _filters(rows: MembershipQuerySet) -> tuple[Search | Choice, ...]:
    named = [(name, name) for name in members.groups(rows)]
    kinds = set(rows.order_by().values_list("kind", flat=True).distinct())
    return (
        Search("tim", "Họ tên", lambda q, v: q.filter(person__plain_name__contains=fold(v))),
        Choice("nhom", "Nhóm, lớp", [*named, (NO_GROUP, "Chưa xếp nhóm")],
               lambda q, v: q.filter(group="" if v == NO_GROUP else v)),
        Choice("loai", "Là", [pair for pair in Membership.Kind.choices if pair[0] in kinds], lambda q, v: q.filter(kind=v)),
    )  # fmt: skip


@needs("members.read")
@never_cache
@require_safe
def member_list(request: SignedInRequest) -> HttpResponseBase:
    """Who belongs to the units that one speaks for. Each look is in the trail."""
    rows = members.of(request.user, request.ward)
    asked = {name: request.GET[name] for name in ("tim", "nhom", "loai") if request.GET.get(name)}
    group = f"{reverse('ward:group_members')}{f'?{urlencode(asked)}' if asked else ''}"
    page = Page(
        "Thành viên",
        lead="Người của đơn vị mình. Mỗi lần xem được ghi vào nhật ký. Không hiện số định danh.",
        acts=((group, "Xếp nhóm, lớp"),),
        empty="Chưa ghi ai thuộc đơn vị",
        empty_words=f"Gửi danh sách cho Ủy ban nhân dân {request.ward.title} để thêm vào danh bạ; thêm xong sẽ hiện ở đây.",
        counted="người",
    )
    return show(
        request, page, rows=members.with_columns(rows), columns=_columns(rows), filters=_filters(rows),
        seen=lambda count: audit.record(request.user, "saw members", request.ward, people=count),
    )  # fmt: skip


class GroupForm(Form):
    """Several members, and the group that they are in from now on."""

    mark_optional = False
    group = forms.CharField(
        label="Tên nhóm, lớp", max_length=members.GROUP_LETTERS, required=False,
        help_text="Ví dụ Lớp 8A, Tổ may 2. Để trống là bỏ khỏi nhóm.",
    )  # fmt: skip
    members = forms.TypedMultipleChoiceField(
        label="Những người nào",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chưa chọn ai. Hãy đánh dấu ít nhất một người."},
    )

    def __init__(self, *args: Any, rows: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [(row.pk, _named(row)) for row in rows]  # type: ignore[attr-defined]


def _named(row: Membership) -> str:
    return f"{row.person.full_name}, {row.group}" if row.group else row.person.full_name


@needs("members.group")
@never_cache
def group_members(request: SignedInRequest) -> HttpResponse:
    """Put several members into a class or a group; the filters of the list narrow whom to choose among."""
    mine = members.of(request.user, request.ward, "members.group")
    rows = list(narrowed(request, mine, _filters(mine))[: AT_ONCE + 1])
    form = GroupForm(sent(request), rows=rows[:AT_ONCE])
    if request.method == "GET":
        audit.record(request.user, "saw members", request.ward, people=min(len(rows), AT_ONCE))

    def put(data: dict[str, Any]) -> str:
        count = members.put_into(data["members"], data["group"], ward=request.ward, by=request.user)
        where = f"vào {data['group']}" if data["group"] else "ra khỏi nhóm"
        messages.success(request, f"Đã xếp {count} người {where}.")
        return reverse("ward:members")

    home = (reverse("ward:members"), "Thành viên")
    lead = f"Đang hiện {AT_ONCE} người đầu. Hãy lọc ở trang Thành viên để chọn trong ít người hơn."
    act = Act("Xếp nhóm, lớp", "Xếp", lead=lead if len(rows) > AT_ONCE else "", crumbs=(home,), back=home[0])
    return act_page(request, form, act, do=put)
