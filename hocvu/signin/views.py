"""The pages of signing in: in, out, who am I, change of password, choice of ward."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib.web import client_address, render
from hocvu.signin import signing_in
from hocvu.signin.forms import PasswordForm, SignInForm
from hocvu.ward.access import SignedInRequest, public, signed_in, wants_json
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Ward


@public
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; go on to where the visitor was heading."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = signing_in.sign_in(**form.cleaned_data, address=client_address(request))
        if outcome.account is not None:
            login(request, outcome.account)
            return redirect(_onward(request))
        if outcome.wait_minutes:
            form.add_error(
                None, f"Đã nhập sai nhiều lần. Hãy thử lại sau {outcome.wait_minutes} phút, hoặc báo người quản trị."
            )
        else:
            form.add_error(None, "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra rồi nhập lại mật khẩu.")
    return render(request, "signin/sign_in.html", {"form": form, "next": request.GET.get("next", "")}, form=form)


def _onward(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return "/ban-lam-viec/"


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the front page."""
    logout(request)
    messages.success(request, "Đã đăng xuất.")
    return redirect("/")


@signed_in
@never_cache
def who_am_i(request: SignedInRequest) -> HttpResponse:
    """Say who is signed in, with which roles and where; as JSON for a script."""
    account = request.user
    grants = account.current_grants
    if wants_json(request):
        return JsonResponse(
            {
                "username": account.username,
                "name": account.full_name,
                "ward": request.ward.slug if request.ward else None,
                "grants": [
                    {
                        "role": grant.role,
                        "ward": grant.ward.slug if grant.ward else None,
                        "unit": grant.unit.name if grant.unit else None,
                        "capabilities": CAPABILITIES[Role(grant.role)],
                    }
                    for grant in grants
                ],
            },
            json_dumps_params={"ensure_ascii": False},
        )
    wards = Ward.objects.all() if any(grant.ward_id is None for grant in grants) else None
    return render(request, "signin/who_am_i.html", {"grants": grants, "wards": wards})


@signed_in
@require_POST
def choose_ward(request: SignedInRequest) -> HttpResponse:
    """Work in another ward, for those whose role spans several."""
    ward = Ward.objects.filter(slug=request.POST.get("ward", "")).first()
    allowed = ward is not None and any(grant.ward_id in (None, ward.pk) for grant in request.user.current_grants)
    if ward is None or not allowed:
        messages.error(request, "Không mở được nơi này. Hãy chọn trong danh sách.")
        return redirect("signin:who_am_i")
    request.session["ward"] = ward.pk
    messages.success(request, f"Đang xem {ward.title}.")
    return redirect("/ban-lam-viec/")


@signed_in
@never_cache
def change_password(request: SignedInRequest) -> HttpResponse:
    """Change one's own password."""
    form = PasswordForm(request.POST or None, account=request.user)
    if request.method == "POST" and form.is_valid():
        signing_in.change_password(request.user, form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "Đã đổi mật khẩu. Các máy khác phải đăng nhập lại.")
        return redirect("signin:who_am_i")
    return render(request, "signin/change_password.html", {"form": form}, form=form)
