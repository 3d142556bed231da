"""A staff account's own second steps: the page that lists them, adding, removing, new recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from hocvu.lib.acting import Act, act_page
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address, render, sent
from hocvu.signin import passkeys, second_step, signing_in
from hocvu.signin.forms import AgainForm, AppCodeForm, LastStepForm, MyPasskeyForm
from hocvu.signin.models import Passkey, Totp
from hocvu.signin.views.second_step import picture_of
from hocvu.signin.views.staff import only_staff
from hocvu.ward.access import SignedInRequest, signed_in


@signed_in
@never_cache
def my_security(request: SignedInRequest) -> HttpResponse:
    """List the account's second steps and what there is to do about each."""
    only_staff(request)
    account = request.user
    context = {"held": second_step.held_by(account), "is_demanded": second_step.is_demanded(account)}
    return render(request, "signin/my_security.html", context)


@signed_in
def begin_app(request: SignedInRequest) -> HttpResponse:
    """Begin to set up an app, after the password."""
    only_staff(request)

    def begin(data: dict[str, Any]) -> str:
        _ask_again(request, data)
        second_step.begin_app(request.user)
        return reverse("signin:my_app")

    lead = "Cài một ứng dụng lấy mã trên điện thoại trước, ví dụ Google Authenticator, Microsoft Authenticator."
    act = Act("Đặt ứng dụng lấy mã", "Tiếp tục", lead=lead, crumbs=_crumbs(), back=_home())
    return act_page(request, AgainForm(sent(request)), act, do=begin)


@signed_in
@never_cache
def my_app(request: SignedInRequest) -> HttpResponse:
    """Show the key of the app that is being set up, and take its first code."""
    only_staff(request)
    setup = second_step.setup_of(request.user)
    if setup is None:
        return redirect("signin:my_security")
    form = AppCodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_step.confirm_app(request.user, form.cleaned_data["code"], address=client_address(request))
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            return _done(request, "Đã đặt ứng dụng lấy mã. Lần đăng nhập sau cần mã trong ứng dụng.", codes)
    return render(request, "signin/my_app.html", {"setup": setup, "picture": picture_of(setup)}, form=form)


@signed_in
@never_cache
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """Add a passkey, after the password."""
    only_staff(request)
    form = MyPasskeyForm(sent(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            _ask_again(request, data)
            codes = passkeys.add(request, request.user, data["credential"], label=data["label"])
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            return _done(request, f"Đã thêm khóa đăng nhập “{data['label']}”.", codes)
    return render(request, "signin/add_passkey.html", {}, form=form)


@signed_in
def remove_app(request: SignedInRequest) -> HttpResponse:
    """Take the app out of use."""
    only_staff(request)
    app = second_step.held_by(request.user).app
    if app is None:
        return redirect("signin:my_security")
    return _remove(request, app, "Bỏ ứng dụng lấy mã")


@signed_in
def remove_passkey(request: SignedInRequest, passkey_id: int) -> HttpResponse:
    """Take one of one's own passkeys out of use."""
    only_staff(request)
    key = get_object_or_404(Passkey, pk=passkey_id, account=request.user)
    return _remove(request, key, f"Bỏ khóa đăng nhập “{key.label}”")


def _remove(request: SignedInRequest, step: Totp | Passkey, title: str) -> HttpResponse:
    last = second_step.is_last(request.user, step)

    def remove(data: dict[str, Any]) -> str:
        _ask_again(request, data)
        second_step.remove(request.user, step, code=data.get("code", ""), address=client_address(request))
        messages.success(request, "Đã bỏ.")
        return _home()

    lead = "Đây là bước thứ hai duy nhất: bỏ rồi thì chỉ còn mật khẩu giữ tài khoản này." if last else ""
    form = (LastStepForm if last else AgainForm)(sent(request))
    act = Act(title, "Bỏ", lead=lead, crumbs=_crumbs(), back=_home(), is_grave=True)
    return act_page(request, form, act, do=remove)


@signed_in
@never_cache
def new_recovery_codes(request: SignedInRequest) -> HttpResponse:
    """Ten new recovery codes, shown this once; the old ones are over."""
    only_staff(request)
    form = AgainForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            _ask_again(request, form.cleaned_data)
            codes = second_step.new_codes(request.user)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            return _done(request, "Đã cấp mã dự phòng mới.", codes)
    lead = "Mỗi mã dùng một lần, khi không có điện thoại bên mình. Mã cũ không dùng được nữa."
    act = Act("Cấp mã dự phòng mới", "Cấp mã mới", lead=lead, crumbs=_crumbs(), back=_home())
    return render(request, "act.html", {"act": act}, form=form)


def _ask_again(request: SignedInRequest, data: dict[str, Any]) -> None:
    signing_in.ask_again(request.user, data["password"], address=client_address(request))


def _done(request: SignedInRequest, words: str, codes: list[str]) -> HttpResponse:
    """Say what was done; with new recovery codes on a page of their own, shown this once."""
    messages.success(request, words)
    if codes:
        return render(request, "signin/recovery_codes.html", {"codes": codes, "onward": _home()})
    return redirect("signin:my_security")


def _home() -> str:
    return reverse("signin:my_security")


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("signin:who_am_i"), "Của tôi"), (_home(), "Bước thứ hai khi đăng nhập"))
