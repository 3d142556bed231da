"""Accounts and their roles: the list, one account, a new one, giving and ending roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.pager import paginate
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.ward import enrolling, granting, seconding
from hocvu.ward.access import SignedInRequest, may, needs
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.forms import AccountForm, GrantForm
from hocvu.ward.models import Account, Grant, GrantProposal

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
        "proposals": GrantProposal.objects.waiting(clock.now()).select_related(
            "account", "unit", "ward", "proposed_by"
        ),
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
    proposals = GrantProposal.objects.waiting(clock.now()).filter(account=shown)
    context = {
        "account": shown,
        "grants": [(grant, grant.valid_to is None or grant.valid_to >= today) for grant in grants],
        "ending": [grant for grant in grants if seconding.ends_soon(grant, today)],
        "facts": enrolling.facts_about(shown),
        "proposals": proposals.select_related("unit", "ward", "proposed_by"),
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
            given = seconding.give(
                shown,
                role,
                ward=None if spans_all else request.ward,
                unit=answer["unit"],
                valid_from=answer["valid_from"],
                valid_to=answer["valid_to"],
                reason=answer["reason"],
                by=request.user,
            )
        except granting.Unfit as problem:
            form.add_error(None, str(problem))
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            waits = isinstance(given, GrantProposal)
            words = "Đã gửi đề nghị. Vai trò có hiệu lực khi một người quản trị khác xác nhận." if waits else (
                f"Đã giao vai trò cho {shown.full_name}.")  # fmt: skip
            messages.success(request, words)
            return redirect("ward:account", shown.pk)
    return render(request, "ward/grant_form.html", {"account": shown}, form=form)


class DecisionForm(Form):
    """What the second person says."""

    decision = forms.ChoiceField(
        label="Ý kiến của người thứ hai",
        choices=(("confirm", "Xác nhận, giao vai trò này"), ("refuse", "Không xác nhận")),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Lý do, nếu không xác nhận", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "refuse" and not cleaned.get("reason"):
            self.add_error("reason", "Hãy ghi lý do không xác nhận, để người đề nghị biết.")
        return cleaned


@needs("accounts.manage")
def grant_proposal(request: SignedInRequest, grantproposal_id: int) -> HttpResponse:
    """A powerful role that waits: another administrator decides, whoever proposed it may take it back."""
    rows = GrantProposal.objects.select_related("account", "unit", "ward", "proposed_by", "decided_by")
    row = get_object_or_404(rows, pk=grantproposal_id)
    back = reverse("ward:account", args=(row.account_id,))
    own = row.proposed_by_id == request.user.pk
    facts = [
        ("Người nhận", row.account.full_name), ("Vai trò", row.get_role_display()), ("Ở", row.where),
        ("Từ ngày", f"{row.valid_from:%d/%m/%Y}"),
        ("Đến hết", f"{row.valid_to:%d/%m/%Y}" if row.valid_to else "chưa định"), ("Lý do", row.reason),
        ("Người đề nghị", row.proposed_by.full_name), ("Xác nhận trước", f"{row.runs_out_at:%d/%m/%Y}"),
    ]  # fmt: skip
    crumbs = ((reverse("ward:accounts"), "Tài khoản"), (back, row.account.full_name))

    def decide(data: dict[str, Any]) -> str:
        if own:
            seconding.withdraw(row, by=request.user)
            messages.success(request, "Đã rút đề nghị.")
        elif data["decision"] == "refuse":
            seconding.refuse(row, reason=data["reason"], by=request.user)
            messages.success(request, "Đã ghi không xác nhận.")
        else:
            seconding.confirm(row, by=request.user)
            messages.success(request, f"Đã xác nhận. {row.account.full_name} có vai trò này.")
        return back

    if not row.is_waiting(clock.now()) or not (own or seconding.may_second(row, request.user)):
        how = row.get_outcome_display() if row.outcome != row.Outcome.WAITING else "chờ người quản trị khác xác nhận"
        shown = Act("Đề nghị giao vai trò", "", facts=[*facts, ("Tình trạng", how)], crumbs=crumbs)
        return render(request, "ward/grant_proposal.html", {"act": shown}, status=409 if request.POST else None)
    lead = (
        "Đề nghị này đang chờ một người quản trị khác."
        if own
        else "Chỉ xác nhận khi biết chắc người này được giao việc đó."
    )
    act = Act("Đề nghị giao vai trò", "Rút đề nghị" if own else "Ghi ý kiến", lead=lead, facts=facts, crumbs=crumbs,
              back=back, is_grave=own)  # fmt: skip
    return act_page(request, (Form if own else DecisionForm)(sent(request)), act, do=decide)


class ReasonForm(Form):
    """Why somebody's second step is taken away."""

    reason = forms.CharField(label="Lý do", max_length=300, help_text="Ví dụ mất điện thoại, đã gặp trực tiếp")


@needs("accounts.manage")
def reset_second_step(request: SignedInRequest, account_id: int) -> HttpResponse:
    """Take away the second step of somebody who lost the phone and the codes; they set up anew themselves."""
    shown = _staff(account_id)
    back = reverse("ward:account", args=(shown.pk,))

    def reset(data: dict[str, Any]) -> str:
        enrolling.reset_second_step(shown, reason=data["reason"], by=request.user)
        messages.success(request, f"Đã đặt lại. {shown.full_name} đặt bước thứ hai mới ở lần đăng nhập tới.")
        return back

    lead = (
        "Chỉ làm khi chắc chắn người nhờ chính là chủ tài khoản. Mọi phiên đang mở kết thúc; người đó và những người quản trị "
        "khác được báo."
    )
    crumbs = ((reverse("ward:accounts"), "Tài khoản"), (back, shown.full_name))
    act = Act("Đặt lại bước thứ hai", "Đặt lại", lead=lead, facts=(("Tài khoản", shown.full_name),), crumbs=crumbs,
              back=back, is_grave=True)  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=reset)


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
