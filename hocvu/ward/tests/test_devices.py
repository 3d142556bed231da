"""Devices say that they are there: when each was last heard, how much waits on it, how wrong its clock is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client

from hocvu.lib import clock
from hocvu.ward import granting, outbox, receipts
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, OutboxDevice, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_ward

pytestmark = pytest.mark.django_db


@dataclass
class Field:
    """Two who go from door to door, a leader, three households."""

    ward: Ward
    net: Account
    lan: Account
    leader: Account
    homes: list[Household]


@pytest.fixture
def field() -> Field:
    ward = make_ward()
    seven = make_neighbourhood(ward, 7)
    team = Unit.objects.get(kind=Unit.Kind.TEAM, neighbourhood=seven)
    net, lan = make_account("net", name="Phạm Thị Nết"), make_account("lan", name="Lê Thị Lan")
    for one in (net, lan):
        granting.grant(
            one, Role.TEAM_MEMBER, ward=ward, unit=team, neighbourhood=seven, by=None, valid_from=date(2025, 1, 1)
        )
    homes = [Household.objects.create(ward=ward, neighbourhood=seven, code=f"TDP07-{n}") for n in range(3)]
    return Field(ward, net, lan, make_account("leader", Role.LEADER, ward=ward), homes)


def enter(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def send(client: Client, account: Account, home: Household, *, made: str = "", **extra: str):
    """A visit as the outbox posts it."""
    said = {"ho": str(home.pk), "ket_qua": "informed"}
    posted = QueryDict(mutable=True)
    posted.update(said)
    headers = {
        "X-Outbox-Id": str(receipts.uuid7()),
        "X-Outbox-Digest": outbox.digest_of(posted),
        "X-Outbox-Owner": outbox.owner_of(account),
        "X-Outbox-Made": made,
        "Accept": "application/json",
    }
    return client.post("/tham-ho/ghi/", said, headers={**headers, **extra})


def say(client: Client, device: str, **said: str):
    now = (clock.now() + timedelta(days=3)).isoformat()
    return client.post(
        "/may/", said, headers={"X-Outbox-Device": device, "X-Outbox-Now": now, "Accept": "application/json"}
    )


def test_a_device_is_heard_with_what_it_holds(field):
    key, phone = str(uuid4()), enter(field.net)
    made = (clock.now() - timedelta(days=2)).isoformat()
    told = say(phone, key, con="7", cu=made, den=(clock.now() + timedelta(days=7)).isoformat()).json()
    assert told == {
        "heard": True,
        "records": True,
        "ward": field.ward.slug,
        "ward_key": outbox.ward_public_key(field.ward),
    }
    row = OutboxDevice.objects.get()
    assert (str(row.pk), row.account, row.ward, row.waiting) == (key, field.net, field.ward, 7)
    assert row.oldest_at.isoformat() == made and row.list_until > clock.now()
    assert abs(row.skew - 3 * 86400) < 60
    say(phone, key, con="0", cu=made)
    row.refresh_from_db()
    assert (row.waiting, row.oldest_at) == (0, None)
    assert row.list_until is not None


def test_nobody_speaks_for_another_s_device(field):
    key = str(uuid4())
    say(enter(field.net), key, con="3")
    assert say(enter(field.lan), key, con="0").json()["heard"] is False
    assert OutboxDevice.objects.get().waiting == 3
    assert say(Client(), key, con="0").status_code == 401


@pytest.mark.parametrize(
    "said", [{"con": "nhiều"}, {"con": "-1"}, {"con": "9" * 30}, {"cu": "hôm qua"}, {"den": "9999-99-99"}]
)
def test_nonsense_is_taken_for_nothing(field, said):
    assert say(enter(field.net), str(uuid4()), **said).json()["heard"] is True
    row = OutboxDevice.objects.get()
    assert (row.waiting, row.oldest_at, row.list_until) == (0, None, None)
    assert say(enter(field.net), "máy của tôi", con="1").json()["heard"] is False


def test_the_key_of_the_ward_is_told_only_to_who_goes_out(field):
    told = say(enter(field.leader), str(uuid4())).json()
    assert (told["ward_key"], told["records"]) == ("", False)
    assert 'data-ward-key="' in enter(field.net).get("/toi/").content.decode()
    assert "data-ward-key" not in enter(field.leader).get("/toi/").content.decode()
    assert outbox.ward_public_key(field.ward) != outbox.public_key(field.net)
    assert outbox.ward_private_key(field.ward)["d"] not in enter(field.net).get("/toi/").content.decode()


def test_each_parcel_says_how_much_is_left(field):
    phone, key = enter(field.net), str(uuid4())
    made = (clock.now() - timedelta(hours=5)).isoformat()
    now = clock.now().isoformat()
    for left in (3, 1):
        about = {"X-Outbox-Device": key, "X-Outbox-Now": now, "X-Outbox-Waiting": str(left)}
        told = send(phone, field.net, field.homes[left - 1], made=made, **about)
        assert told.json()["result"] == "accepted"
        row = OutboxDevice.objects.get()
        assert (row.account, row.waiting, row.oldest_at is None) == (field.net, left - 1, left == 1)


def test_a_broken_word_of_a_device_stops_no_parcel(field):
    wrong = {"X-Outbox-Device": "x", "X-Outbox-Waiting": "nhiều".encode().decode("latin-1"), "X-Outbox-Now": "mai"}
    told = send(enter(field.net), field.net, field.homes[0], **wrong)
    assert told.json()["result"] == "accepted" and not OutboxDevice.objects.exists()
