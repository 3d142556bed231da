"""The second step at the door: after the password, by passkey alone, and setting it up where it must be had."""

from __future__ import annotations

import segno
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address, render, sent
from hocvu.signin import passkeys, pending, sessions
from hocvu.signin import second_step as steps
from hocvu.signin.forms import AppCodeForm, PasskeyForm, StepCodeForm
from hocvu.signin.models import Proof, Way
from hocvu.signin.views.ways import heading, landing
from hocvu.ward.access import public
from hocvu.ward.models import Account


@public
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the app's code or a recovery code, once the password was right."""
    account = pending.account_of(request)
    if account is None:
        return redirect("signin:sign_in")
    form = StepCodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        answer = steps.check(account, form.cleaned_data["code"], address=client_address(request))
        if answer.is_right:
            return redirect(_let_in(request, account, Way.PASSWORD))
        form.add_error("code", answer.sentence)
    held = steps.held_by(account)
    if not held:
        return redirect("signin:set_up")
    return render(request, "signin/second_step.html", {"held": held}, form=form)


@public
@require_POST
def passkey_options(request: HttpRequest) -> JsonResponse:
    """What a browser needs to ask for a passkey; the challenge stays in the session."""
    return JsonResponse(passkeys.options_to_enter(request, pending.account_of(request)))


@public
@never_cache
def enter_by_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in by a passkey alone: it has asked for a finger, a face or a PIN itself."""
    form, onward = Form(sent(request)), heading(request)
    if request.method == "POST" and form.is_valid():
        try:
            account = passkeys.enter(request, request.POST.get("credential", ""))
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect(_let_in(request, account, Way.PASSKEY, onward))
    return render(request, "signin/enter_by_passkey.html", {"next": onward}, form=form)


@public
@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Set up the first second step before anything else opens, for an account that must have one."""
    account = _setting_up(request)
    if account is None:
        return redirect("signin:sign_in")
    return render(request, "signin/set_up.html", {})


@public
@never_cache
def set_up_app(request: HttpRequest) -> HttpResponse:
    """Show the app's key and take its first code. A post without a code begins with a fresh key."""
    account = _setting_up(request)
    if account is None:
        return redirect("signin:sign_in")
    if request.method == "POST" and "code" not in request.POST:
        try:
            steps.begin_app(account)
        except Refusal as refusal:
            return render(request, "signin/set_up.html", {"refusal": refusal.sentence}, status=422)
        return redirect("signin:set_up_app")
    setup = steps.setup_of(account)
    if setup is None:
        return redirect("signin:set_up")
    form = AppCodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            codes = steps.confirm_app(account, form.cleaned_data["code"], address=client_address(request))
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            return _show_codes(request, codes, _let_in(request, account, Way.PASSWORD))
    return render(request, "signin/set_up_app.html", {"setup": setup, "picture": picture_of(setup)}, form=form)


@public
@never_cache
def set_up_passkey(request: HttpRequest) -> HttpResponse:
    """Take a passkey as the first second step."""
    account = _setting_up(request)
    if account is None:
        return redirect("signin:sign_in")
    form = PasskeyForm(sent(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            codes = passkeys.add(request, account, data["credential"], label=data["label"])
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return _show_codes(request, codes, _let_in(request, account, Way.PASSKEY))
    return render(request, "signin/set_up_passkey.html", {}, form=form)


@public
@require_POST
def new_passkey_options(request: HttpRequest) -> JsonResponse:
    """What a browser needs to make a passkey, for staff signed in or about to set up their first second step."""
    account = request.user if isinstance(request.user, Account) else _setting_up(request)
    if account is None or account.is_citizen:
        raise PermissionDenied
    return JsonResponse(passkeys.options_to_add(request, account))


def picture_of(setup: steps.Setup) -> str:
    """The QR of an app's setup, as the address of a picture that lies in the page itself."""
    uri: str = segno.make(setup.uri, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return uri


def _setting_up(request: HttpRequest) -> Account | None:
    """Whoever knows the password, must have a second step and has none; nobody else sets one up at the door."""
    account = pending.account_of(request)
    if account is None or steps.held_by(account) or not steps.is_demanded(account):
        return None
    return account


def _let_in(request: HttpRequest, account: Account, way: Way, onward: str = "") -> str:
    onward = pending.finish(request) or onward
    sessions.open_session(request, account, sessions.How(way, Proof.STAFF))
    return landing(account, onward)


def _show_codes(request: HttpRequest, codes: list[str], onward: str) -> HttpResponse:
    return render(request, "signin/recovery_codes.html", {"codes": codes, "onward": onward})
