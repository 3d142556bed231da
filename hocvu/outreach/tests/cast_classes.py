"""The cast of classes: two neighbourhoods with their teams, an office, learners with and without an account, a class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.test import Client

from hocvu.assessment.tests import cast_practice as cast
from hocvu.lib import clock
from hocvu.outreach import classes, registering
from hocvu.outreach.classes import Weekly
from hocvu.outreach.models import Gathering, Registration, Session
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward


@dataclass
class Place:
    """Hải An with Tổ 1 and Tổ 2, and everybody who plays."""

    ward: Ward
    first: Neighbourhood
    second: Neighbourhood
    office: Unit
    lan: Account  # of the team of Tổ 1
    minh: Account  # of the team of Tổ 2
    hoa: Account  # coordinator
    dung: Account  # officer of another office
    ba: Account  # a learner of Tổ 1
    ong: Account  # a learner of Tổ 2
    home: Household  # of Tổ 1: nobody there has an account
    tu: Person
    nam: Person


def make_place() -> Place:
    """The whole cast."""
    ward = make_ward()
    first, second = make_neighbourhood(ward, 1), make_neighbourhood(ward, 2)
    office = make_unit(ward, "Phòng Văn hóa")
    tu = cast.make_person(ward, "Bùi Thị Tư", first, "H7")
    return Place(
        ward, first, second, office,
        lan=cast.make_team_member(ward, first, "lan", "Phạm Thị Lan"),
        minh=cast.make_team_member(ward, second, "minh", "Lê Văn Minh"),
        hoa=make_account("hoa", Role.COORDINATOR, ward=ward, unit=office, name="Đỗ Thị Hoa"),
        dung=make_account("dung", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Văn phòng"), name="Ngô Dũng"),
        ba=cast.make_learner(ward, "Nguyễn Thị Ba", first, "H1"),
        ong=cast.make_learner(ward, "Trần Văn Ông", second, "H2"),
        home=Household.objects.get(code="H7"), tu=tu, nam=cast.make_person(ward, "Bùi Văn Năm", first, "H7"),
    )  # fmt: skip


def enter(account: Account) -> Client:
    """Somebody at a browser."""
    client = Client()
    client.force_login(account)
    return client


def team_of(place: Neighbourhood) -> Unit:
    """The team of a neighbourhood."""
    return Unit.objects.get(kind=Unit.Kind.TEAM, neighbourhood=place)


def make_class(
    place: Place, *, by: Account | None = None, open_it: bool = True, weeks: int = 1, **said: Any
) -> Gathering:
    """A class of Tổ 1's team on Mondays at seven, open."""
    given: dict[str, Any] = {
        "kind": Gathering.Kind.CLASS, "title": "Dùng điện thoại an toàn", "gist": "Cho người mới", "host": team_of(place.first),
        "neighbourhood": place.first, "place": "Nhà văn hóa, ngõ 193", "course": None, "teacher": None,
        "teacher_name": "Cô Lan", "capacity": 20, **said,
    }  # fmt: skip
    first = given.pop("first", clock.today() + timedelta(days=1))
    moments = Weekly(first, time(19), time(20, 30), weeks).moments()
    row = classes.make(ward=place.ward, sessions=moments, by=by or place.hoa, **given)
    return classes.open_up(row, by=by or place.hoa) if open_it else row


def at(moment: datetime) -> Any:
    """The clock stands still at a moment."""
    return clock.stopped_at(moment)


def session_of(row: Gathering, number: int = 0) -> Session:
    """One session of a class."""
    return row.sessions.order_by("starts_at")[number]


def during(session: Session) -> Any:
    """The clock stands still half an hour into a session."""
    return clock.stopped_at(session.starts_at + timedelta(minutes=30))


def household_places(place: Place, row: Gathering) -> list[Registration]:
    """Lan registers everybody of the household."""
    people = [place.tu.pk, place.nam.pk]
    return registering.register_household(row, place.home, people, by=place.lan)
