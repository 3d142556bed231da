"""How staff come in: name and password; and the change of the password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from hocvu.lib.web import client_address, render
from hocvu.signin import pending, second_step, sessions, signing_in
from hocvu.signin.forms import PasswordForm, SignInForm
from hocvu.signin.models import Proof, Way
from hocvu.signin.views.ways import heading, landing
from hocvu.ward.access import SignedInRequest, public, signed_in
from hocvu.ward.models import Account


@public
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; go on to where the visitor was heading."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = signing_in.check(**form.cleaned_data, address=client_address(request))
        if outcome.account is not None:
            return _after_password(request, outcome.account, heading(request))
        if outcome.wait_minutes:
            form.add_error(
                None, f"Đã nhập sai nhiều lần. Hãy thử lại sau {outcome.wait_minutes} phút, hoặc báo người quản trị."
            )
        else:
            form.add_error(None, "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra rồi nhập lại mật khẩu.")
    return render(request, "signin/sign_in.html", {"next": heading(request)}, form=form)


def _after_password(request: HttpRequest, account: Account, onward: str) -> HttpResponse:
    """The password was right: in, or on to the second step, or to setting one up where it must be had."""
    if second_step.held_by(account):
        pending.start(request, account, onward)
        return redirect("signin:second_step")
    if second_step.is_demanded(account):
        pending.start(request, account, onward)
        return redirect("signin:set_up")
    sessions.open_session(request, account, sessions.How(Way.PASSWORD, Proof.STAFF))
    return redirect(landing(account, onward))


@signed_in
@never_cache
def change_password(request: SignedInRequest) -> HttpResponse:
    """Change one's own password. Citizens have none."""
    only_staff(request)
    form = PasswordForm(request.POST or None, account=request.user)
    if request.method == "POST" and form.is_valid():
        keep = sessions.current_row(request)
        signing_in.change_password(request.user, form.cleaned_data["new"], keep=keep)
        update_session_auth_hash(request, request.user)
        sessions.follow_key(request)
        messages.success(request, "Đã đổi mật khẩu. Các máy khác phải đăng nhập lại.")
        return redirect("signin:who_am_i")
    return render(request, "signin/change_password.html", {"form": form}, form=form)


def only_staff(request: SignedInRequest) -> None:
    """Pages about a staff account's own keys are none for citizens."""
    if request.user.is_citizen:
        raise PermissionDenied
