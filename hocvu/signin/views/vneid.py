"""To VNeID and back; what joins one's account to it; and the word that VNeID stays open after one has left."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render
from hocvu.signin import sessions
from hocvu.signin.assisting import by_oneself
from hocvu.signin.models import Way
from hocvu.signin.views.ways import VNEID, heading, landing, ways_open
from hocvu.signin.vneid import flow, linking
from hocvu.signin.vneid.flow import Said, Wish
from hocvu.signin.vneid.provider import is_set_up, provider
from hocvu.signin.vneid.stopped import Stopped, lost, refused
from hocvu.ward.access import SignedInRequest, WardRequest, public, signed_in
from hocvu.ward.models import Account


@public
@never_cache
@require_safe
def vneid(request: HttpRequest) -> HttpResponse:
    """Go to VNeID. A citizen who is in already and has no VNeID is asked first, by a form, whose account it shall be."""
    if not is_set_up():
        return render(request, "signin/vneid_none.html", {"ways": ways_open(heading(request), but=VNEID)})
    wish = _wish(request)
    account = request.user
    if isinstance(account, Account) and account.is_citizen and not linking.identity_of(account, settings.VNEID_ISSUER):
        asked = {"next": wish.onward, **({"muc": "2"} if wish.level2 else {})}
        return redirect(f"{reverse('signin:my_vneid')}?{urlencode(asked)}")
    try:
        return redirect(flow.begin(request, wish))
    except Stopped as stopped:
        return _say(request, stopped, wish.onward)


@public
@never_cache
@require_safe
def vneid_back(request: WardRequest) -> HttpResponse:
    """Whoever comes back from VNeID comes in, or is told why not."""
    if not request.GET:
        return _say(request, lost("nothing came back"), status=200)
    try:
        said, wish = flow.finish(request)
        account = _account(request, said, wish)
    except Stopped as stopped:
        return _say(request, stopped)
    if request.user.is_authenticated:
        sessions.sign_out(request, "đăng nhập lại bằng VNeID")
    how = sessions.How(Way.VNEID, said.proof, issuer=said.issuer, authenticated_at=said.authenticated_at)
    try:
        sessions.open_session(request, account, how)
    except Refusal as refusal:
        return _say(request, refused("Chưa vào được", refusal.sentence, "consent is missing"))
    if wish.joins is not None:
        messages.success(request, "Đã nối tài khoản với VNeID. Lần sau có thể đăng nhập bằng VNeID.")
    return redirect(landing(account, wish.onward))


def _account(request: WardRequest, said: Said, wish: Wish) -> Account:
    """Whose session opens. An identity is added only to the account that is still in, in this very browser."""
    if wish.joins is None:
        if request.ward is None:
            raise refused("Nơi này chưa có dữ liệu", "Hãy quay lại sau khi hệ thống được lập.", "there is no ward")
        return linking.account_for(said, request.ward)
    account = request.user
    if not isinstance(account, Account) or account.pk != wish.joins:
        raise lost("the account that asked for it is not in any more")
    linking.add_to(account, said)
    return account


@signed_in
@by_oneself
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_vneid(request: SignedInRequest) -> HttpResponse:
    """Whether one's account opens by VNeID; add it. Only this form begins it, no link that others could send."""
    account = request.user
    if not account.is_citizen:
        raise PermissionDenied
    wish = _wish(request, joins=account.pk)
    context = {
        "identity": linking.identity_of(account, settings.VNEID_ISSUER),
        "is_set_up": is_set_up(),
        "next": wish.onward,
        "level2": wish.level2,
    }
    if request.method == "POST" and is_set_up() and not context["identity"]:
        # A page with a link, not a redirect: `form-action 'self'` lets no form lead to another site.
        try:
            return render(request, "signin/vneid_go.html", {"address": flow.begin(request, wish)})
        except Stopped as stopped:
            return _say(request, stopped)
    return render(request, "signin/my_vneid.html", context)


@public
@never_cache
@require_safe
def vneid_left(request: HttpRequest) -> HttpResponse:
    """After leaving: VNeID itself may still be open on this machine; the way out there is offered, not forced."""
    try:
        end = provider().end_session_endpoint if is_set_up() else ""
    except Stopped:
        end = ""
    mark = "&" if "?" in end else "?"
    asked = urlencode(
        {"client_id": settings.VNEID_CLIENT_ID, "post_logout_redirect_uri": request.build_absolute_uri("/")}
    )
    return render(request, "signin/vneid_left.html", {"end": f"{end}{mark}{asked}" if end else ""})


def _wish(request: HttpRequest, joins: int | None = None) -> Wish:
    level = request.POST.get("muc") or request.GET.get("muc")
    return Wish(heading(request), level == "2", joins)


def _say(request: HttpRequest, stopped: Stopped, onward: str = "", status: int | None = None) -> HttpResponse:
    """The page that says why not, with the other ways in."""
    context = {
        "stopped": stopped,
        "again": f"{reverse(VNEID)}?{urlencode({'next': onward})}" if onward else reverse(VNEID),
        "ways": [] if request.user.is_authenticated else ways_open(onward, but=VNEID),
    }
    return render(request, "signin/vneid_stopped.html", context, status=status or stopped.status)
