"""Where an account is open, and how it was come in with: for staff and citizens alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib.listing import Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import render
from hocvu.signin import sessions
from hocvu.signin.assisting import by_oneself
from hocvu.signin.models import SignIn
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, signed_in
from hocvu.ward.models import Account

SHOWN = 50
# Acts of the trail that tell of a try which did not come in.
FAILED = {"failed to sign in": "Sai mật khẩu", "failed at the second step": "Đúng mật khẩu, sai mã bước hai"}


@signed_in
@by_oneself
@never_cache
def my_sessions(request: SignedInRequest) -> HttpResponse:
    """List where the account is open now; end one, or all but this."""
    here = sessions.current_row(request)
    rows = list(SignIn.objects.open().filter(account=request.user))
    rows.sort(key=lambda row: row.pk != here)  # this one first, the others newest first
    context = {"rows": rows, "here": here, "others": any(row.pk != here for row in rows), "outer": _frame(request)}
    return render(request, "signin/my_sessions.html", context)


@signed_in
@by_oneself
@require_POST
def end_session(request: SignedInRequest, signin_id: int) -> HttpResponse:
    """End one of one's own sessions; the one that asks is signed out."""
    row = get_object_or_404(SignIn.objects.open(), pk=signin_id, account=request.user)
    if row.pk == sessions.current_row(request):
        sessions.sign_out(request)
        messages.success(request, "Đã đăng xuất.")
        return redirect("/")
    sessions.end(row, by=request.user)
    messages.success(request, f"Đã kết thúc phiên trên {row.device_label}.")
    return redirect("signin:my_sessions")


@signed_in
@by_oneself
@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """End all of one's sessions but the one that asks."""
    count = sessions.end_all(request.user, but=sessions.current_row(request), why="kết thúc từ nơi khác")
    if count:
        audit.record(request.user, "ended other sessions", request.user, count=count)
    messages.success(request, f"Đã kết thúc {count} phiên khác." if count else "Không có phiên nào khác.")
    return redirect("signin:my_sessions")


@dataclass(frozen=True, slots=True)
class Try:
    """One line of the history."""

    at: datetime
    what: str
    is_in: bool
    device: str = ""
    network: str = ""
    ended: str = ""


HISTORY = (
    Head[Try]("Lúc", lambda t: t.at, 18),
    Head[Try]("Kết quả", lambda t: "Đã vào" if t.is_in else "Không vào được", 16, mark=lambda t: _mark(t)),
    Head[Try]("Cách", lambda t: t.what, 30),
    Head[Try]("Thiết bị", lambda t: t.device, 26),
    Head[Try]("Mạng", lambda t: t.network, 20),
    Head[Try]("Kết thúc", lambda t: t.ended, 30),
)


@signed_in
@by_oneself
@never_cache
def my_sign_ins(request: SignedInRequest) -> HttpResponseBase:
    """The last fifty times that somebody came in with the account or tried to."""
    page = Page(
        "Lịch sử đăng nhập",
        lead=f"{SHOWN} lần gần nhất, cả những lần không vào được.",
        crumbs=((reverse("signin:who_am_i"), "Của tôi"), (reverse("signin:my_sessions"), "Phiên đăng nhập")),
        counted="lần",
        empty="Chưa có lần đăng nhập nào",
        frame=_frame(request),
    )
    return show(request, page, rows=_history(request.user), columns=HISTORY)


def _history(account: Account) -> list[Try]:
    came = [
        Try(row.at, row.get_way_display(), True, row.device_label, row.network, _ended(row))
        for row in SignIn.objects.filter(account=account)[:SHOWN]
    ]
    failed = [Try(at, FAILED[action], False) for at, action in audit.acts_on(account, FAILED, most=SHOWN)]
    return sorted(came + failed, key=lambda one: one.at, reverse=True)[:SHOWN]


def _ended(row: SignIn) -> str:
    return row.ended_why.capitalize() if row.ended_at else "Đang mở"


def _mark(one: Try) -> Mark:
    return Mark("Đã vào", "good") if one.is_in else Mark("Không vào được", "bad")


def _frame(request: SignedInRequest) -> str:
    return "base.html" if request.user.is_citizen else "desk.html"
