"""The cast of field work: two neighbourhoods with their teams, Nết who goes from door to door, households and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.test import Client

from hocvu.lib.text import fold
from hocvu.outreach.models import Visit
from hocvu.ward import granting, outbox, receipts
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Neighbourhood, Person, Residence, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

LONG_AGO = date(2025, 1, 1)
RECORD = "/tham-ho/ghi/"


@dataclass
class Field:
    """Hải An with Tổ 7 and Tổ 8; who goes there, who looks after them, some households."""

    ward: Ward
    seven: Neighbourhood
    eight: Neighbourhood
    team: Unit  # of Tổ 7
    net: Account  # of the team of Tổ 7
    lan: Account  # of the team of Tổ 7 too
    tam: Account  # of the team of Tổ 8
    hoa: Account  # coordinator
    leader: Account
    homes: list[Household]  # of Tổ 7: three in two alleys
    away: Household  # of Tổ 8
    ba: Person  # in the first household


def make_field() -> Field:
    """The whole cast."""
    ward = make_ward()
    seven, eight = make_neighbourhood(ward, 7), make_neighbourhood(ward, 8)
    net, lan = (make_team_member(ward, seven, *said) for said in (("net", "Phạm Thị Nết"), ("lan", "Lê Thị Lan")))
    homes = [
        make_household(ward, seven, "TDP07-0001", "Số 12 ngõ 3 Đằng Lâm"),
        make_household(ward, seven, "TDP07-0002", "Số 2 ngõ 3 Đằng Lâm"),
        make_household(ward, seven, "TDP07-0003", "Số 5 ngõ 10 Đằng Lâm"),
    ]
    return Field(
        ward, seven, eight, team_of(seven), net, lan,
        tam=make_team_member(ward, eight, "tam", "Trần Văn Tâm"),
        hoa=make_account("hoa", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa"), name="Đỗ Thị Hoa"),
        leader=make_account("leader", Role.LEADER, ward=ward, name="Vũ Văn Long"),
        homes=homes,
        away=make_household(ward, eight, "TDP08-0001", "Số 1 ngõ 20 Đằng Lâm"),
        ba=make_person(homes[0], "Nguyễn Thị Ba", date(1956, 3, 4)),
    )  # fmt: skip


def team_of(place: Neighbourhood) -> Unit:
    """The team that looks after a neighbourhood."""
    return Unit.objects.get(kind=Unit.Kind.TEAM, neighbourhood=place)


def make_team_member(
    ward: Ward, place: Neighbourhood, username: str, name: str, *, valid_to: date | None = None
) -> Account:
    """Somebody of a neighbourhood's team."""
    account = make_account(username, name=name)
    granting.grant(
        account, Role.TEAM_MEMBER, ward=ward, unit=team_of(place), neighbourhood=place, by=None, valid_from=LONG_AGO,
        valid_to=valid_to,
    )  # fmt: skip
    return account


def make_household(ward: Ward, place: Neighbourhood | None, code: str, address: str = "") -> Household:
    """A household of a neighbourhood."""
    return Household.objects.create(ward=ward, neighbourhood=place, code=code, address=address)


def make_person(home: Household, name: str, born_on: date | None = date(1980, 5, 6), **said: Any) -> Person:
    """Somebody who lives in a household."""
    person = Person.objects.create(
        ward=home.ward, full_name=name, plain_name=fold(name), born_on=born_on, household=home, **said
    )
    Residence.objects.create(person=person, household=home, neighbourhood=home.neighbourhood, valid_from=LONG_AGO)
    return person


def enter(account: Account) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(account)
    return client


def fields(home: Household, outcome: str = Visit.Outcome.INFORMED, **more: Any) -> dict[str, Any]:
    """What the form at the door says of a household."""
    return {"ho": str(home.pk), "ket_qua": outcome, **more}


def send(
    client: Client, account: Account, said: dict[str, Any], *, key: UUID | None = None, made: str = "",
    now: str = "", path: str = RECORD, **extra: Any,
) -> Any:  # fmt: skip
    """Post as the outbox of a device does; answers the response."""
    from django.http import QueryDict

    posted = QueryDict(mutable=True)
    for name, value in said.items():
        posted.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    headers = {
        "X-Outbox-Id": str(key or receipts.uuid7()),
        "X-Outbox-Digest": outbox.digest_of(posted),
        "X-Outbox-Owner": outbox.owner_of(account),
        "Accept": "application/json",
    }
    if made:
        headers["X-Outbox-Made"] = made
    if now:
        headers["X-Outbox-Now"] = now
    return client.post(path, said, headers=headers, **extra)
