"""The cast of the register of training: a coordinator, two units with their officers, a leader, two officials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hocvu.outreach import training
from hocvu.outreach.models import Training
from hocvu.ward import belonging
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Membership, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward


@dataclass
class Offices:
    """Hải An: Thu manages the register, Lan and An send people, Hùng leads; Minh and Oanh work at Lan's centre."""

    ward: Ward
    culture: Unit
    centre: Unit
    police: Unit
    thu: Account
    lan: Account
    an: Account
    hung: Account
    minh: Person
    oanh: Person


def make_offices() -> Offices:
    """The whole cast."""
    ward = make_ward()
    culture, centre = make_unit(ward, "Phòng Văn hóa - Xã hội"), make_unit(ward, "Trung tâm sự nghiệp công")
    police = make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    return Offices(
        ward, culture, centre, police,
        thu=make_account("thu", Role.COORDINATOR, ward=ward, unit=culture, name="Vũ Thị Thu"),
        lan=make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=centre, name="Phạm Thị Lan"),
        an=make_account("an", Role.UNIT_OFFICER, ward=ward, unit=police, name="Trần Văn An"),
        hung=make_account("hung", Role.LEADER, ward=ward, name="Đỗ Mạnh Hùng"),
        minh=make_official(centre, "Ngô Văn Minh"),
        oanh=make_official(centre, "Đinh Thị Oanh"),
    )  # fmt: skip


def make_official(unit: Unit, name: str) -> Person:
    """Somebody who works at a unit and lives elsewhere."""
    return belonging.add_outsider(
        unit.ward, full_name=name, born_on=date(1985, 1, 1), sex="", unit=unit, kind=Membership.Kind.OFFICIAL, by=None
    )


def make_training(offices: Offices, title: str = "Kỹ năng số cơ bản", **said: Any) -> Training:
    """A course of September 2026, unless told otherwise."""
    fields = {"kind": "course", "organiser": "Sở Khoa học và Công nghệ", "document": "CV 12/SKHCN",
              "starts_on": date(2026, 9, 1), "ends_on": date(2026, 9, 5), **said}  # fmt: skip
    return training.make(offices.ward, title=title, by=offices.thu, **fields)
