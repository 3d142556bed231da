"""One's own notices, and the address to which a digest of them goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.web import sent
from hocvu.ward import notices as telling
from hocvu.ward.access import SignedInRequest, signed_in
from hocvu.ward.models import Notice

HOME = ("/thong-bao/", "Thông báo")
COLUMNS = (
    Head[Notice]("Nội dung", lambda n: n.text, 80, href=lambda n: f"/thong-bao/{n.pk}/"),
    Head[Notice]("Lúc", lambda n: n.at, 18),
    Head[Notice]("Đã xem", lambda n: n.seen_at, 18),
)


@signed_in
@require_safe
def notices(request: SignedInRequest) -> HttpResponseBase:
    """What the house told this account, the newest first."""
    rows = Notice.objects.filter(account=request.user)
    seen = Choice("xem", "Tình trạng", (("chua", "Chưa xem"), ("roi", "Đã xem")),
                  lambda q, v: q.filter(seen_at__isnull=v == "chua"))  # fmt: skip
    page = Page(
        "Thông báo",
        links=(("/thong-bao/thu-dien-tu/", "Nhận qua thư điện tử"),),
        empty="Chưa có thông báo nào",
        counted="thông báo",
        template="ward/notices.html",
        more={"unseen": rows.unseen().count()},
    )
    return show(request, page, rows=rows, columns=COLUMNS, filters=(seen,))


@signed_in
@require_safe
def notice(request: SignedInRequest, notice_id: int) -> HttpResponse:
    """Go to what a notice is about; it is seen now."""
    shown = get_object_or_404(Notice, pk=notice_id, account=request.user)
    telling.see(request.user, shown.pk)
    inside = url_has_allowed_host_and_scheme(shown.href, None)
    return redirect(shown.href if shown.href and inside else HOME[0])


@signed_in
@require_POST
def see_all(request: SignedInRequest) -> HttpResponse:
    """Mark everything as seen."""
    telling.see(request.user)
    return redirect(HOME[0])


class MailForm(Form):
    """Where the daily digest goes."""

    email = forms.EmailField(
        label="Thư điện tử",
        required=False,
        help_text="Mỗi ngày nhiều nhất một thư, không gửi ban đêm. Để trống: không gửi.",
    )


@signed_in
def mail_address(request: SignedInRequest) -> HttpResponse:
    """Say where the digest goes, or that none is wanted."""

    def do(data: dict[str, Any]) -> str:
        telling.send_to(request.user, data["email"])
        messages.success(request, "Đã lưu." if data["email"] else "Sẽ không gửi thư nữa. Thông báo vẫn hiện ở đây.")
        return HOME[0]

    lead = "" if telling.mail_is_configured() else "Hệ thống này chưa đặt máy chủ thư điện tử nên chưa gửi được thư."
    act = Act("Nhận thông báo qua thư điện tử", "Lưu", lead=lead, crumbs=(HOME,), back=HOME[0])
    return act_page(request, MailForm(sent(request), initial={"email": request.user.email}), act, do=do)
