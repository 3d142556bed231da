"""The front door: which ways in there are, the way on, the way out."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib.web import render
from hocvu.signin import sessions
from hocvu.signin.models import Proof
from hocvu.signin.vneid.provider import is_set_up
from hocvu.ward import sms
from hocvu.ward.access import public
from hocvu.ward.models import Account

NEXT = "next"  # where somebody was heading, in the address or in the form


@dataclass(frozen=True, slots=True)
class WayIn:
    """A door: its address, what it is called, for whom."""

    name: str
    words: str
    note: str
    icon: str

    def href(self, onward: str) -> str:
        """The address, with where the visitor was heading; "" where this installation has no such door."""
        if (self.name == VNEID and not is_set_up()) or (self.name == "signin:phone" and not sms.is_offered()):
            return ""
        address = reverse(self.name)
        return f"{address}?{urlencode({NEXT: onward})}" if onward else address


VNEID = "signin:vneid"
WAYS = (
    WayIn(VNEID, "Đăng nhập bằng VNeID", "Nhanh và chắc nhất nếu đã có tài khoản VNeID", "user"),
    WayIn("signin:phone", "Dùng số điện thoại", "Nhận một mã qua tin nhắn, không cần mật khẩu", "phone"),
    WayIn("signin:card", "Dùng thẻ học viên", "Quét thẻ hoặc nhập mã trên thẻ, rồi nhập mã PIN", "doc"),
)


@public
@never_cache
def choose_way(request: HttpRequest) -> HttpResponse:
    """Show every way in; none needs more than a phone."""
    onward = heading(request)
    context = {
        "ways": ways_open(onward),
        "staff": WayIn("signin:sign_in", "", "", "").href(onward),
        "heading_somewhere": bool(onward),
    }
    return render(request, "signin/choose_way.html", context)


def ways_open(onward: str = "", *, but: str = "") -> list[tuple[WayIn, str]]:
    """The ways in that this installation has, each with its address; one may be left out."""
    ways = [(way, way.href(onward)) for way in WAYS if way.name != but]
    return [(way, href) for way, href in ways if href]


def heading(request: HttpRequest) -> str:
    """Where the visitor was heading on this site; "" where nowhere, or elsewhere."""
    target = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return ""


def landing(account: Account, onward: str = "") -> str:
    """Where to go once signed in: on, else to the desk; a citizen's desk is the page about oneself."""
    return onward or ("/toi/" if account.is_citizen else "/ban-lam-viec/")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the front page; whoever came in by VNeID is told that VNeID itself is still open."""
    by_vneid = sessions.proof_of(request) in (Proof.VNEID1, Proof.VNEID2)
    sessions.sign_out(request)
    messages.success(request, "Đã đăng xuất.")
    return redirect("signin:vneid_left" if by_vneid and is_set_up() else "/")
