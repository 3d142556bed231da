"""A second person for powerful roles: one administrator proposes, another confirms (docs/decisions/0016).

Where an installation has nobody who could be the second person, the role is given at once with a reason, and the trail
and a notice say that there was none: a small ward could never begin otherwise.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, granting, notices
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Grant, GrantProposal, Unit, Ward

ALONE = "chưa có người thứ hai"
MANAGING = tuple(role for role in Role if "accounts.manage" in CAPABILITIES[role])
TOLD_BEFORE = timedelta(days=14)
WARNED_BEFORE = timedelta(days=30)


def administrators_but(*accounts: Account) -> list[Account]:
    """The active accounts that manage accounts today, without these."""
    held = Grant.objects.on(clock.today()).filter(role__in=MANAGING)
    rows = Account.objects.filter(is_active=True, pk__in=held.values("account"))
    return list(rows.exclude(pk__in=[account.pk for account in accounts]))


@transaction.atomic
def give(
    account: Account,
    role: Role,
    *,
    ward: Ward | None,
    unit: Unit | None,
    valid_from: date,
    valid_to: date | None,
    reason: str,
    by: Account,
) -> Grant | GrantProposal:
    """Give a role, or propose a powerful one where there is a second person to ask. Raises granting.Unfit, Refusal."""
    if role not in granting.POWERFUL:
        return granting.grant(
            account, role, ward=ward, unit=unit, by=by, valid_from=valid_from, valid_to=valid_to,
            said={"reason": reason} if reason else None,
        )  # fmt: skip
    granting.check(account, role, ward=ward, by=by, unit=unit, valid_from=valid_from, valid_to=valid_to)
    if not reason:
        raise Refusal("Vai trò này có quyền lớn. Hãy ghi lý do giao, ví dụ theo quyết định số mấy.", "reason")
    others = administrators_but(by, account)
    if not others:
        return _give_alone(account, role, ward, unit, valid_from, valid_to, reason, by)
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    waiting = GrantProposal.objects.waiting(clock.now())
    if waiting.filter(account=account, role=role, ward=ward, unit=unit).exists():
        raise Refusal("Vai trò này đã được đề nghị và đang chờ người thứ hai xác nhận. Không cần đề nghị lại.")
    row = GrantProposal.objects.create(
        account=account, role=role, ward=ward, unit=unit, valid_from=valid_from, valid_to=valid_to, reason=reason,
        proposed_by=by,
    )  # fmt: skip
    audit.record(by, "proposed a role", account, ward=ward, role=role, where=row.where, reason=reason)
    notices.tell(
        others,
        key=f"proposal:{row.pk}",
        text=f"{by.full_name} đề nghị giao vai trò {row} cho {account.full_name}. Cần một người quản trị khác xác nhận trước "
        f"{row.runs_out_at:%d/%m/%Y}.",
        href=address_of(row),
    )
    return row


def _give_alone(
    account: Account, role: Role, ward: Ward | None, unit: Unit | None, first: date, last: date | None, reason: str,
    by: Account,
) -> Grant:  # fmt: skip
    given = granting.grant(
        account,
        role,
        ward=ward,
        unit=unit,
        by=by,
        valid_from=first,
        valid_to=last,
        said={"reason": reason, "second": ALONE},
    )
    notices.tell(
        [account, by, *administrators_but(account, by)],
        key=f"given-alone:{given.pk}",
        text=f"{by.full_name} đã giao vai trò {given} cho {account.full_name} khi {ALONE} để xác nhận. Nên có ít nhất ba người "
        "quản trị.",
        href=f"/tai-khoan/{account.pk}/",
    )
    return given


@transaction.atomic
def confirm(row: GrantProposal, *, by: Account) -> Grant:
    """A second person agrees: the role is given from today, or from its later first day. Raises Refusal."""
    row = _take(row)
    _second_person(row, by)
    if not any(one.pk == row.proposed_by_id for one in administrators_but()):
        raise Refusal("Người đề nghị không còn là người quản trị. Hãy từ chối, rồi đề nghị lại nếu vẫn cần.")
    try:
        given = granting.grant(
            row.account, Role(row.role), ward=row.ward, unit=row.unit, by=row.proposed_by, seconded_by=by,
            valid_from=max(row.valid_from, clock.today()), valid_to=row.valid_to, said={"reason": row.reason},
        )  # fmt: skip
    except granting.Unfit as unfit:
        raise Refusal(f"{unfit} Nếu không còn cần, hãy từ chối đề nghị này.") from unfit
    row.grant = given
    _decide(row, GrantProposal.Outcome.CONFIRMED, by, "confirmed a role", "đã được xác nhận")
    return given


@transaction.atomic
def refuse(row: GrantProposal, *, reason: str, by: Account) -> None:
    """A second person says no. Raises Refusal."""
    row = _take(row)
    _second_person(row, by)
    row.refusal = reason
    _decide(row, GrantProposal.Outcome.REFUSED, by, "refused a role", f"không được xác nhận: {reason}")


@transaction.atomic
def withdraw(row: GrantProposal, *, by: Account) -> None:
    """Whoever proposed it takes it back. Raises Refusal."""
    row = _take(row)
    if row.proposed_by_id != by.pk:
        raise Refusal("Chỉ người đề nghị rút được đề nghị.")
    _decide(row, GrantProposal.Outcome.WITHDRAWN, by, "withdrew a role", "đã được rút lại")


def may_second(row: GrantProposal, account: Account) -> bool:
    """Whether this account can be the second person: an administrator who neither proposed it nor gets it."""
    return account.pk not in (row.proposed_by_id, row.account_id) and account in administrators_but()


def _second_person(row: GrantProposal, by: Account) -> None:
    if not may_second(row, by):
        raise Refusal("Người đề nghị và người nhận vai trò không tự xác nhận. Hãy nhờ người quản trị khác.")


def _take(row: GrantProposal) -> GrantProposal:
    """The proposal as it stands, held until the transaction ends; decided or run out raises Refusal."""
    rows = GrantProposal.objects.select_for_update(of=("self",), no_key=True).select_related(
        "account", "ward", "unit", "proposed_by"
    )
    row = rows.get(pk=row.pk)
    if not row.is_waiting(clock.now()):
        how = "đã quá 14 ngày" if row.outcome == row.Outcome.WAITING else row.get_outcome_display()
        raise Refusal(f"Đề nghị này {how}. Hãy tải lại trang.")
    return row


def _decide(row: GrantProposal, outcome: GrantProposal.Outcome, by: Account, act: str, words: str) -> None:
    row.outcome, row.decided_by, row.decided_at = outcome, by, clock.now()
    row.save()
    details = {"role": row.role, "where": row.where, "reason": row.refusal or None}
    audit.record(by, act, row.account, ward=row.ward, **details)
    notices.settle(address_of(row))
    told = {one.pk: one for one in (row.proposed_by, row.account) if one.pk != by.pk}
    text = f"Đề nghị giao vai trò {row} cho {row.account.full_name} {words}."
    notices.tell(told.values(), key=f"proposal:{row.pk}:{outcome}", text=text, href="/toi/")


def address_of(row: GrantProposal) -> str:
    """The page of a proposal."""
    return f"/tai-khoan/de-nghi/{row.pk}/"


# ---- Roles that end soon


def ends_soon(grant: Grant, today: date) -> bool:
    """Whether a role that holds today ends within thirty days."""
    return grant.valid_to is not None and today <= grant.valid_to <= today + WARNED_BEFORE


def tell_of_ending(moment: datetime) -> int:
    """Tell each account whose role ends within a fortnight, and the administrators; once. One that goes on under a later
    grant of the same role is let be. Answers how many roles."""
    today, told = clock.local_day(moment), 0
    ending = Grant.objects.on(today).filter(valid_to__lte=today + TOLD_BEFORE, account__is_active=True)
    everyone = administrators_but()
    for grant in ending.exclude(role=Role.CITIZEN).select_related("account", "ward", "unit", "neighbourhood"):
        if _goes_on(grant):
            continue
        known = {one.pk: one for one in (grant.account, *everyone)}
        text = f"Vai trò {grant} của {grant.account.full_name} hết hạn sau ngày {grant.valid_to:%d/%m/%Y}."
        key = f"grant-ends:{grant.pk}:{grant.valid_to:%Y%m%d}"
        told += bool(notices.tell(known.values(), key=key, text=text, href="/toi/", ward=grant.ward))
    return told


def _goes_on(grant: Grant) -> bool:
    same = Grant.objects.filter(account=grant.account_id, role=grant.role, ward=grant.ward_id, unit=grant.unit_id)
    later = same.filter(neighbourhood=grant.neighbourhood_id).exclude(pk=grant.pk)
    return any(one.valid_to is None or one.valid_to > grant.valid_to for one in later)  # type: ignore[operator]
