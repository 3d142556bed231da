"""Giving and ending roles. Nobody gives a role to oneself; a powerful one waits for a second person (ward.seconding)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from hocvu.lib import clock
from hocvu.ward import audit
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Grant, Neighbourhood, Unit, Ward

# A role that stands for a unit of one kind: that kind, and what to choose instead.
_OF_KIND: dict[Role, tuple[str, str]] = {
    Role.SCHOOL: (Unit.Kind.SCHOOL, "Vai trò nhà trường chỉ gắn với một trường học. Hãy chọn trường."),
    Role.ENTERPRISE: (
        Unit.Kind.ENTERPRISE,
        "Vai trò doanh nghiệp, hợp tác xã chỉ gắn với một doanh nghiệp hoặc hợp tác xã. Hãy chọn đơn vị đó.",
    ),
}
# Roles that a second administrator confirms. Each gives what one person alone should not hand out: an administrator lets
# others in, the protection of data and the police reach whole people, the auditor reads the trail everywhere, the
# coordinator brings lists of people and publishes, the leader approves what becomes the ward's word.
POWERFUL = frozenset({Role.ADMINISTRATOR, Role.DATA_OFFICER, Role.AUDITOR, Role.COORDINATOR, Role.LEADER, Role.POLICE})


class Unfit(Exception):
    """The grant makes no sense; the message is a Vietnamese sentence for the person who asked."""


@transaction.atomic
def grant(
    account: Account,
    role: Role,
    *,
    ward: Ward | None,
    by: Account | None,
    unit: Unit | None = None,
    neighbourhood: Neighbourhood | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    seconded_by: Account | None = None,
    said: Mapping[str, str] | None = None,
) -> Grant:
    """Give an account a role. `by` is None only for the installation's own commands; what is `said` goes to the trail."""
    start = valid_from or clock.today()
    neighbourhood = check(
        account, role, ward=ward, by=by, unit=unit, neighbourhood=neighbourhood, valid_from=start, valid_to=valid_to
    )
    given = Grant.objects.create(
        account=account,
        role=role,
        ward=ward,
        unit=unit,
        neighbourhood=neighbourhood,
        valid_from=start,
        valid_to=valid_to,
        granted_by=_givers(by, seconded_by),
    )
    where = str(unit or neighbourhood or ward or "")
    second = {"second": seconded_by.full_name} if seconded_by else {}
    audit.record(by, "granted a role", account, ward=ward, role=role, where=where, **second, **(said or {}))
    return given


def check(
    account: Account,
    role: Role,
    *,
    ward: Ward | None,
    by: Account | None,
    unit: Unit | None,
    neighbourhood: Neighbourhood | None = None,
    valid_from: date,
    valid_to: date | None,
) -> Neighbourhood | None:
    """Raise Unfit where such a grant makes no sense; answers the neighbourhood that it is for, if any."""
    if by is not None and by.pk == account.pk:
        raise Unfit("Không tự giao vai trò cho chính mình. Hãy nhờ người quản trị khác.")
    if account.is_citizen != (role == Role.CITIZEN):
        raise Unfit("Vai trò cán bộ chỉ giao cho tài khoản cán bộ; tài khoản người dân không nhận vai trò nào khác.")
    reaches = set(CAPABILITIES[role].values())
    if "unit" in reaches and unit is None:
        raise Unfit("Vai trò này gắn với một đơn vị. Hãy chọn đơn vị.")
    if "everywhere" not in reaches and ward is None:
        raise Unfit("Vai trò này gắn với một nơi làm việc. Hãy chọn nơi đó.")
    if "neighbourhood" in reaches:
        neighbourhood = neighbourhood or (unit.neighbourhood if unit else None)
        if neighbourhood is None:
            raise Unfit("Vai trò này gắn với một khu dân cư. Hãy chọn tổ công nghệ số của khu dân cư đó.")
    if role in _OF_KIND and (unit is None or unit.kind != _OF_KIND[role][0]):
        raise Unfit(_OF_KIND[role][1])
    if unit is not None and ward is not None and unit.ward_id != ward.pk:
        raise Unfit(f"{unit.name} không thuộc {ward.title}.")
    if valid_to and valid_to < valid_from:
        raise Unfit("Ngày hết hạn phải sau ngày bắt đầu.")
    same = {"account": account, "role": role, "ward": ward, "unit": unit, "neighbourhood": neighbourhood}
    if by is not None and Grant.objects.on(valid_from).filter(**same).exists():
        raise Unfit("Người này đang giữ đúng vai trò đó. Không cần giao lại.")
    return neighbourhood


def _givers(by: Account | None, second: Account | None) -> str:
    if by is None:
        return "cài đặt hệ thống"
    return (f"{by}, {second} xác nhận" if second else str(by))[:120]


@transaction.atomic
def end(given: Grant, *, by: Account) -> None:
    """End a grant at once: its last day was yesterday, or it never began. It stays readable. One that is over
    already raises Unfit."""
    given = (
        Grant.objects.select_for_update(of=("self",), no_key=True).select_related("account", "ward").get(pk=given.pk)
    )
    yesterday = clock.today() - timedelta(days=1)
    if given.valid_to is not None and given.valid_to <= yesterday:
        raise Unfit(f"Vai trò này đã thôi từ sau ngày {given.valid_to:%d/%m/%Y}.")
    given.valid_to = yesterday
    given.save(update_fields=("valid_to",))
    audit.record(by, "ended a role", given.account, ward=given.ward, role=given.role)
