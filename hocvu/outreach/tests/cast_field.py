"""The cast of teams and supervisors: Hải An with three neighbourhoods, Lan's team in the first, households by alley."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from hocvu.lib import clock
from hocvu.outreach.models import Help, TeamMember, Visit
from hocvu.ward import granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Neighbourhood, Person, Unit, Ward
from hocvu.ward.receipts import uuid7
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

LONG_AGO = date(2025, 1, 1)
Outcome = Visit.Outcome


@dataclass
class Field:
    """Everybody who plays."""

    ward: Ward
    first: Neighbourhood
    second: Neighbourhood
    third: Neighbourhood
    team: Unit  # of the first
    other_team: Unit  # of the second
    lan: Account  # of the team of the first
    minh: Account  # of the team of the second
    hoa: Account  # coordinator
    thu: Account  # leader
    giam: Account  # overseer
    homes: list[Household] = field(default_factory=list)  # of the first: six in two alleys


def make_field() -> Field:
    """The whole cast."""
    ward = make_ward()
    first, second, third = (make_neighbourhood(ward, number) for number in (1, 2, 3))
    team, other = (team_at(place) for place in (first, second))
    lan = make_team_member(team, "lan", "Phạm Thị Lan")
    minh = make_team_member(other, "minh", "Lê Văn Minh")
    office = make_unit(ward, "Phòng Văn hóa")
    made = Field(
        ward, first, second, third, team, other, lan, minh,
        hoa=make_account("hoa", Role.COORDINATOR, ward=ward, unit=office, name="Đỗ Thị Hoa"),
        thu=make_account("thu", Role.LEADER, ward=ward, unit=office, name="Vũ Thị Thu"),
        giam=make_account("giam", Role.OVERSEER, ward=ward, unit=make_unit(ward, "Mặt trận", "front"), name="Bùi Văn Giám"),
    )  # fmt: skip
    made.homes = [make_home(ward, f"A{n}", f"Số {n}, ngõ {1 + n // 4} Trung Lực", first) for n in range(1, 7)]
    return made


def team_at(place: Neighbourhood) -> Unit:
    return Unit.objects.get(kind=Unit.Kind.TEAM, neighbourhood=place)


def make_team_member(team: Unit, username: str, name: str) -> Account:
    """An account with the right to record in the team's own place, and its line among the members."""
    account = make_account(username, name=name)
    granting.grant(
        account, Role.TEAM_MEMBER, ward=team.ward, unit=team, neighbourhood=team.neighbourhood, by=None,
        valid_from=LONG_AGO,
    )  # fmt: skip
    TeamMember.objects.create(team=team, account=account, full_name=name, valid_from=LONG_AGO)
    return account


def make_home(ward: Ward, code: str, address: str = "", place: Neighbourhood | None = None) -> Household:
    return Household.objects.create(ward=ward, code=code, address=address, neighbourhood=place)


def visit(home: Household, by: Account, outcome: str = Outcome.INFORMED, *, days_ago: int = 1, **said: Any) -> Visit:
    """A visit as it stands after it came in."""
    day = clock.today() - timedelta(days=days_ago)
    at = datetime.combine(day, datetime.min.time(), clock.now().tzinfo) + timedelta(hours=3)
    team = Unit.objects.filter(kind=Unit.Kind.TEAM, neighbourhood=home.neighbourhood).first()
    given = {"team": team, "neighbourhood": home.neighbourhood, "household": home, "believed_at": at, **said}
    return Visit.objects.create(
        id=uuid7(), ward=home.ward, outcome=outcome, made_at=at, happened_on=day, made_by=by, **given
    )


def help_to(person: Person, by: Account, team: Unit, *, days_ago: int = 1, **said: Any) -> Help:
    day = clock.today() - timedelta(days=days_ago)
    given: dict[str, Any] = {"topic": Help.Topic.VNEID, **said}
    return Help.objects.create(
        id=uuid7(), ward=team.ward, person=person, team=team, made_at=clock.now(), happened_on=day, made_by=by, **given
    )


def enter(account: Account) -> Client:
    """A browser of somebody signed in."""
    client = Client()
    client.force_login(account)
    return client


def text(answer: Any) -> str:
    """The page as it was sent."""
    return str(answer.content.decode())
