"""The cast of the ward's stories: a place, its units, and the people who sign in."""

from __future__ import annotations

from datetime import date

from hocvu.ward import granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Neighbourhood, Unit, Ward

PASSWORD = "một câu đủ dài để nhớ"


def make_ward(name: str = "Hải An", *, code: str = "11413", kind: str = Ward.Kind.PHUONG, slug: str = "hai-an") -> Ward:
    """A ward."""
    return Ward.objects.create(code=code, slug=slug, name=name, kind=kind, city="thành phố Hải Phòng")


def make_unit(ward: Ward, name: str, kind: str = Unit.Kind.OFFICE, parent: Unit | None = None) -> Unit:
    """A unit of a ward."""
    return Unit.objects.create(ward=ward, name=name, kind=kind, parent=parent)


def make_neighbourhood(ward: Ward, number: int) -> Neighbourhood:
    """A neighbourhood with its community digital team."""
    place = Neighbourhood.objects.create(ward=ward, number=number, name=f"Tổ dân phố số {number}")
    Unit.objects.create(
        ward=ward, kind=Unit.Kind.TEAM, name=f"Tổ công nghệ số cộng đồng - {place.name}", neighbourhood=place
    )
    return place


def make_account(
    username: str, role: Role | None = None, *, ward: Ward | None = None, unit: Unit | None = None, name: str = ""
) -> Account:
    """An account, with one role where it has one."""
    account = Account.objects.create_account(username, name or username.title(), PASSWORD)
    if role:
        granting.grant(account, role, ward=ward, unit=unit, by=None, valid_from=date(2025, 1, 1))
    return account
