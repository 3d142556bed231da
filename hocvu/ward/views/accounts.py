"""Accounts and their roles: the list, one account, a new one, giving and ending roles."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hocvu.lib import clock
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import render
from hocvu.ward import enrolling, granting
from hocvu.ward.access import SignedInRequest, may, needs
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.forms import AccountForm, GrantForm
from hocvu.ward.models import Account, Grant

COLUMNS = (
    Column[Account]("Tên đăng nhập", lambda a: a.username, 24),
    Column[Account]("Họ và tên", lambda a: a.full_name, 32),
    Column[Account]("Vai trò", lambda a: "; ".join(str(grant) for grant in a.shown_grants), 60),  # type: ignore[attr-defined]
    Column[Account]("Đang dùng", lambda a: a.is_active, 12),
)


@needs("accounts.read")
def accounts(request: SignedInRequest) -> HttpResponseBase:
    """All accounts with the roles that hold today."""
    holding = Grant.objects.on(clock.today()).select_related("unit", "neighbourhood", "ward")
    # Only staff: citizens' accounts are found through the register, by those who may meet the people.
    rows = Account.objects.filter(kind=Account.Kind.STAFF).prefetch_related(
        Prefetch("grants", queryset=holding, to_attr="shown_grants")
    )
    query, role = request.GET.get("tim", "").strip(), request.GET.get("vai-tro", "")
    if role in Role.values:
        rows = rows.filter(pk__in=holding.filter(role=role).values("account"))
    if query:
        names = Account.objects.values_list("pk", "username", "full_name")
        rows = rows.filter(pk__in=[pk for pk, *words in names if fold(query) in fold(" ".join(words))])
    if wants_xlsx(request):
        return export("Danh sách tài khoản", COLUMNS, rows)
    context = {
        "page": paginate(request, rows),
        "roles": Role.choices,
        "role": role,
        "query": query,
        "may_manage": may(request.user, "accounts.manage", request.ward),
    }
    return render(request, "ward/accounts.html", context)


def _staff(account_id: int) -> Account:
    return get_object_or_404(Account, pk=account_id, kind=Account.Kind.STAFF)


@needs("accounts.read")
def account(request: SignedInRequest, account_id: int) -> HttpResponseBase:
    """One account: its roles, past and present."""
    shown = _staff(account_id)
    today = clock.today()
    grants = shown.grants.select_related("unit", "neighbourhood", "ward").order_by("-valid_from", "-pk")
    context = {
        "account": shown,
        "grants": [(grant, grant.valid_to is None or grant.valid_to >= today) for grant in grants],
        "may_manage": may(request.user, "accounts.manage", request.ward) and shown.pk != request.user.pk,
    }
    return render(request, "ward/account.html", context)


@needs("accounts.manage")
def add_account(request: SignedInRequest) -> HttpResponseBase:
    """Make an account and show its first password, this once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made, password = enrolling.enrol(**form.cleaned_data, by=request.user)
        return render(request, "ward/first_password.html", {"account": made, "password": password})
    return render(request, "ward/account_form.html", {}, form=form)


@needs("accounts.manage")
def give_role(request: SignedInRequest, account_id: int) -> HttpResponseBase:
    """Give an account a role in the ward that one works in."""
    shown = _staff(account_id)
    form = GrantForm(request.POST or None, ward=request.ward, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data
        role = Role(answer["role"])
        spans_all = set(CAPABILITIES[role].values()) == {"everywhere"}
        try:
            granting.grant(
                shown,
                role,
                ward=None if spans_all else request.ward,
                unit=answer["unit"],
                valid_from=answer["valid_from"],
                valid_to=answer["valid_to"],
                by=request.user,
            )
        except granting.Unfit as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"Đã giao vai trò cho {shown.full_name}.")
            return redirect("ward:account", shown.pk)
    return render(request, "ward/grant_form.html", {"account": shown}, form=form)


@needs("accounts.manage")
@require_POST
def end_role(request: SignedInRequest, grant_id: int) -> HttpResponseBase:
    """End a role today."""
    grant = get_object_or_404(Grant.objects.select_related("account"), pk=grant_id)
    if grant.account_id == request.user.pk:
        messages.error(request, "Không tự thôi vai trò của chính mình. Hãy nhờ người quản trị khác.")
        return redirect("ward:account", grant.account_id)
    try:
        granting.end(grant, by=request.user)
    except granting.Unfit as late:
        messages.error(request, str(late))
    else:
        messages.success(request, f"Đã thôi vai trò của {grant.account.full_name}.")
    return redirect("ward:account", grant.account_id)


@needs("accounts.manage")
@require_POST
def renew_password(request: SignedInRequest, account_id: int) -> HttpResponseBase:
    """Give somebody who forgot a fresh password, shown this once."""
    shown = _staff(account_id)
    password = enrolling.renew_password(shown, by=request.user)
    return render(request, "ward/first_password.html", {"account": shown, "password": password})


@needs("accounts.manage")
@require_POST
def switch_account(request: SignedInRequest, account_id: int) -> HttpResponseBase:
    """Switch an account off, or on again."""
    shown = _staff(account_id)
    if shown.pk == request.user.pk:
        messages.error(request, "Không tự khóa tài khoản của chính mình.")
    else:
        enrolling.switch(shown, on=not shown.is_active, by=request.user)
        messages.success(request, "Đã mở lại tài khoản." if shown.is_active else "Đã khóa tài khoản.")
    return redirect("ward:account", shown.pk)
