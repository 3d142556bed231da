"""The devices that carry visits: who was heard, what still waits there."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.lib import clock
from hocvu.outreach import jobs
from hocvu.outreach.tests.cast_field import Field, enter, make_field, text
from hocvu.signin import citizens
from hocvu.ward.models import Account, Notice, OutboxDevice, Ward
from hocvu.ward.tests.cast import make_account, make_ward


@pytest.fixture
def place(db: None) -> Field:
    return make_field()


def heard(account: Account, ward: Ward, *, hours_ago: float, **said) -> OutboxDevice:
    at = clock.now() - timedelta(hours=hours_ago)
    return OutboxDevice.objects.create(pk=uuid.uuid4(), ward=ward, account=account, last_heard_at=at, **said)


def test_a_silent_device_with_something_waiting_comes_first(place):
    heard(place.lan, place.ward, hours_ago=90)
    heard(place.minh, place.ward, hours_ago=30, waiting=5, oldest_at=clock.now() - timedelta(hours=40))
    heard(place.thu, place.ward, hours_ago=2, waiting=1)
    client = enter(place.hoa)
    page = text(client.get("/di-tung-ngo/may/"))
    body = page.partition("<tbody>")[2]
    assert body.index("Lê Văn Minh") < body.index("Phạm Thị Lan") < body.index("Vũ Thị Thu")
    assert page.count("Im lặng, còn việc chưa gửi") == 1 and "Đã gửi hết" in page
    silent = text(client.get("/di-tung-ngo/may/?tt=im-lang"))
    assert "Lê Văn Minh" in silent and "Phạm Thị Lan" not in silent


@pytest.mark.parametrize(
    ("skew", "words"),
    [(20, "đúng giờ"), (-600, "chậm 10 phút"), (7200, "nhanh 2 giờ"), (259_200, "nhanh 3 ngày")],
)
def test_a_wrong_clock_is_told_in_words(place, skew, words):
    heard(place.lan, place.ward, hours_ago=1, skew=skew)
    assert words in text(enter(place.hoa).get("/di-tung-ngo/may/"))


def test_a_silent_device_is_asked_after_once_for_each_silence(place):
    lost = heard(place.minh, place.ward, hours_ago=30, waiting=5)
    heard(place.lan, place.ward, hours_ago=30)
    heard(place.thu, place.ward, hours_ago=2, waiting=1)
    learner = citizens.open_account(place.ward)
    heard(learner, place.ward, hours_ago=50, waiting=3)
    for _ in range(2):
        assert jobs.ask_after_silent_devices(clock.now()) == "1 máy im lặng còn việc chưa gửi."
    own, other = (
        Notice.objects.get(account=account, key__startswith="device.silent") for account in (place.minh, place.hoa)
    )
    assert "còn 5 việc chưa gửi" in own.text and "Máy của Lê Văn Minh còn 5 việc" in other.text
    assert Notice.objects.filter(key__startswith="device.silent").count() == 2
    client = enter(place.hoa)
    assert "Lê Văn Minh" in text(client.get(other.href)) and str(learner.audit_label) not in text(
        client.get("/di-tung-ngo/may/")
    )
    OutboxDevice.objects.filter(pk=lost.pk).update(last_heard_at=clock.now() - timedelta(days=4))  # heard, silent again
    jobs.ask_after_silent_devices(clock.now())
    assert Notice.objects.filter(account=place.hoa, key__startswith="device.silent").count() == 2


def test_who_meets_the_devices(place):
    there = make_ward("Khác", code="1", slug="khac")
    heard(make_account("nguoi-khac", name="Người nơi khác"), there, hours_ago=1)
    assert "Người nơi khác" not in text(enter(place.hoa).get("/di-tung-ngo/may/"))
    for account in (place.lan, place.thu, place.giam):
        assert enter(account).get("/di-tung-ngo/may/").status_code == 403


def test_more_devices_ask_no_more(place):
    client = enter(place.hoa)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/di-tung-ngo/may/")
        return len(queries)

    heard(place.lan, place.ward, hours_ago=1)
    asked()
    few = asked()
    for _ in range(12):
        heard(place.minh, place.ward, hours_ago=50, waiting=2)
    assert asked() == few
