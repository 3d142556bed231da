"""Signing in with a phone, in three screens at most: the number, the code, and for somebody new the name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib import phones
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address, render, sent
from hocvu.signin import levels, phone, sessions
from hocvu.signin.assisting import by_oneself
from hocvu.signin.forms import CodeForm, NameForm, PhoneForm
from hocvu.signin.models import PhoneCode, Proof, Way
from hocvu.signin.views.ways import WayIn, heading, landing
from hocvu.ward import sms
from hocvu.ward.access import SignedInRequest, WardRequest, public, signed_in
from hocvu.ward.models import Account

# What the browser's session keeps on the way: the secret of the code it asked for, and where the visitor was heading.
ASKED, OWN = "phone_code", "own_phone_code"


@public
@never_cache
def phone_number(request: WardRequest) -> HttpResponse:
    """Ask for the number and send a code there; whether anybody knows the number is not told."""
    if not sms.is_offered() or request.ward is None:
        messages.info(request, "Nơi này chưa gửi được tin nhắn. Hãy chọn cách khác.")
        return redirect("signin:choose_way")
    form = PhoneForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, form.cleaned_data["phone"], onward=heading(request))
            return redirect("signin:phone_code")
        except Refusal as refusal:
            form.add_error("phone", refusal.sentence)
    return render(request, "signin/phone.html", {"next": heading(request)}, form=form)


@public
@never_cache
def phone_code(request: WardRequest) -> HttpResponse:
    """Ask for the code that was sent; the right one brings its owner in, or asks somebody new for a name."""
    code = phone.asked_by(_kept(request).get("secret", ""))
    if code is None or code.account_id is not None:
        return _begin_again(request)
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            arrival = phone.come_in(phone.check(code, form.cleaned_data["code"]))
            if arrival.account is not None:
                return _sign_in(request, arrival.account)
            return redirect("signin:phone_stale" if arrival.stale else "signin:phone_name")
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
    context = {**_about(request, code), "again": reverse("signin:phone_again"), "other": reverse("signin:phone")}
    return render(request, "signin/phone_code.html", context, form=form)


@public
@require_POST
def phone_again(request: WardRequest) -> HttpResponse:
    """Send another code to the number of this browser."""
    kept = _kept(request)
    code = phone.asked_by(kept.get("secret", ""))
    if code is None or code.account_id is not None:
        return _begin_again(request)
    _again(request, code, lambda digits: _ask(request, digits, onward=kept.get("next", "")))
    return redirect("signin:phone_code")


@public
@never_cache
def phone_stale(request: WardRequest) -> HttpResponse:
    """Say that the number belonged to another account, long unused, and how to go on."""
    code = _proven(request)
    if code is None:
        return _begin_again(request)
    if request.method == "POST":
        request.session[ASKED] = {**_kept(request), "anew": True}
        return redirect("signin:phone_name")
    vneid = WayIn("signin:vneid", "", "", "").href(reverse("signin:my_phone"))
    return render(request, "signin/phone_stale.html", {"vneid": vneid and f"{vneid}&muc=2"})


@public
@never_cache
def phone_name(request: WardRequest) -> HttpResponse:
    """Ask somebody new for a name, and open their account."""
    code = _proven(request)
    if code is None:
        return _begin_again(request)
    form, anew = NameForm(sent(request)), bool(_kept(request).get("anew"))
    if request.method == "POST" and form.is_valid():
        try:
            return _sign_in(request, phone.begin(code, **form.cleaned_data, ward=request.ward, anew=anew))
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    return render(request, "signin/phone_name.html", form=form)


def _ask(request: WardRequest, digits: str, *, onward: str) -> None:
    _, secret = phone.ask(digits, address=client_address(request), ward=request.ward)
    request.session[ASKED] = {"secret": secret, "next": onward}


def _again(request: WardRequest, code: PhoneCode, ask: Callable[[str], None]) -> None:
    """Ask for another code, unless one went out a moment ago; what came of it is said on the next page."""
    if wait := phone.seconds_until_again(code):
        messages.info(request, f"Tin nhắn đang trên đường. Hãy đợi {wait} giây nữa rồi bấm Gửi lại mã.")
        return
    try:
        ask(phone.typed_number(code))
        messages.success(request, "Đã gửi mã mới. Mã cũ không dùng được nữa.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)


def _sign_in(request: WardRequest, account: Account) -> HttpResponse:
    onward = str(request.session.pop(ASKED, {}).get("next", ""))
    how = sessions.How(Way.PHONE, Proof.PHONE, authenticated_at=timezone.now())
    try:
        sessions.open_session(request, account, how)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("signin:choose_way")
    return redirect(landing(account, onward))


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(ASKED, {})
    return kept


def _proven(request: HttpRequest) -> PhoneCode | None:
    """The code that this browser typed rightly a moment ago."""
    code = phone.asked_by(_kept(request).get("secret", ""))
    return PhoneCode.objects.proven(timezone.now()).filter(pk=code.pk, account=None).first() if code else None


def _begin_again(request: HttpRequest) -> HttpResponse:
    """The first screen in the place of one that has nothing to go on."""
    context = {"form": PhoneForm(), "next": _kept(request).get("next", ""), "lead": phone.BEGIN_AGAIN}
    return render(request, "signin/phone.html", context, status=422 if request.method == "POST" else 200)


def _about(request: WardRequest, code: PhoneCode) -> dict[str, Any]:
    """What the screen of the code says: where it went, whether it did, and in the demo the code itself."""
    key = phone.key_of(code)
    told = ""
    if request.ward is not None and request.ward.is_demo and not settings.PRODUCTION:
        found = re.search(r"\b\d{6}\b", sms.written_to_file(key))
        told = found.group() if found else ""
    return {"number": phones.spoken(phone.typed_number(code)), "has_gone": sms.has_gone_out(key), "demo_code": told}


# ---- One's own number


@signed_in
@by_oneself
@never_cache
def my_phone(request: SignedInRequest) -> HttpResponse:
    """Say which phone opens the account, and what can be done about it."""
    _only_citizens(request)
    link = phone.link_of(request.user)
    context = {
        "link": link,
        "number": phone.masked(link) if link else "",
        "is_stale": bool(link and phone.is_stale(link)),
        "has_level2": levels.has_level2(request),
        "is_offered": sms.is_offered(),
    }
    return render(request, "signin/my_phone.html", context)


@signed_in
@by_oneself
@never_cache
def set_my_phone(request: SignedInRequest) -> HttpResponseBase:
    """Ask for a number: the first one freely, another in the place of one only at VNeID level 2."""
    _only_citizens(request)
    _only_oneself(request)
    return _change_my_phone(request) if phone.link_of(request.user) else _ask_for_my_phone(request)


def _ask_for_my_phone(request: SignedInRequest) -> HttpResponse:
    form = PhoneForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            _ask_own(request, form.cleaned_data["phone"])
            return redirect("signin:my_phone_code")
        except Refusal as refusal:
            form.add_error("phone", refusal.sentence)
    return render(request, "signin/set_my_phone.html", {"has_one": phone.link_of(request.user) is not None}, form=form)


_change_my_phone = levels.needs_level2(_ask_for_my_phone)


@signed_in
@by_oneself
@never_cache
def my_phone_code(request: SignedInRequest) -> HttpResponseBase:
    """Ask for the code that went to the number that is to be one's own."""
    _only_citizens(request)
    _only_oneself(request)
    if phone.link_of(request.user):
        return _confirm_change(request)
    return _confirm_my_phone(request)


def _confirm_my_phone(request: SignedInRequest) -> HttpResponse:
    code = _own_code(request)
    if code is None:
        return redirect("signin:my_phone")
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            phone.take_for_own(
                request.user, phone.check(code, form.cleaned_data["code"]), keep=sessions.current_row(request)
            )
            request.session.pop(OWN, None)
            messages.success(request, "Đã xác nhận số điện thoại. Từ nay mã đăng nhập gửi tới số này.")
            return redirect("signin:my_phone")
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
    context = {
        **_about(request, code),
        "again": reverse("signin:my_phone_again"),
        "other": reverse("signin:set_my_phone"),
    }
    return render(request, "signin/phone_code.html", context, form=form)


_confirm_change = levels.needs_level2(_confirm_my_phone)


@signed_in
@by_oneself
@require_POST
def my_phone_again(request: SignedInRequest) -> HttpResponse:
    """Send another code to the number that is to be one's own."""
    code = _own_code(request)
    if code is None:
        return redirect("signin:my_phone")
    _again(request, code, lambda digits: _ask_own(request, digits))
    return redirect("signin:my_phone_code")


@signed_in
@by_oneself
@require_POST
@levels.needs_level2
def remove_my_phone(request: SignedInRequest) -> HttpResponse:
    """Let no phone open the account any more."""
    try:
        phone.remove(request.user, keep=sessions.current_row(request))
        messages.success(request, "Đã bỏ số điện thoại. Hãy đăng nhập bằng VNeID, hoặc thêm số khác.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("signin:my_phone")


def _ask_own(request: SignedInRequest, digits: str) -> None:
    if not sms.is_offered():
        raise Refusal("Nơi này chưa gửi được tin nhắn nên chưa thêm được số.", "phone")
    _, secret = phone.ask(digits, address=client_address(request), ward=request.ward, account=request.user)
    request.session[OWN] = secret


def _own_code(request: SignedInRequest) -> PhoneCode | None:
    code = phone.asked_by(request.session.get(OWN, ""))
    return code if code is not None and code.account_id == request.user.pk else None


def _only_citizens(request: SignedInRequest) -> None:
    """Staff come in by password; no phone opens their account."""
    if not request.user.is_citizen:
        raise PermissionDenied


def _only_oneself(request: SignedInRequest) -> None:
    """Whoever helps at the door does not choose the phone that opens the account afterwards."""
    if request.session.get(sessions.HOW, {}).get("way") == Way.ASSISTED:
        raise PermissionDenied
