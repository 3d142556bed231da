"""Is everything in order: one small public page that says so and gives nothing away."""

from __future__ import annotations

import json
from collections import namedtuple

import django
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from hocvu.ward import health, heartbeat
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Ward, WorkerHeartbeat
from hocvu.ward.tests.cast import make_account, make_ward

Room = namedtuple("Room", "total used free")


@pytest.fixture
def worker(db):
    """A worker that was seen just now."""
    return WorkerHeartbeat.objects.create(
        name="a:1:b", place="a", pid=1, waits=True, started_at=timezone.now(), seen_at=timezone.now()
    )


def test_it_says_that_all_is_well_and_no_more_than_that(client, worker):
    answer = client.get("/suc-khoe")
    assert answer.status_code == 200
    words = answer.content.decode()
    assert "Hệ thống hoạt động bình thường" in words
    assert "Chưa được" not in words
    told = client.get("/suc-khoe", headers={"accept": "application/json"})
    assert told.json() == {
        "ok": True,
        "checks": {"database": True, "migrations": True, "worker": True, "disk": True},
        "clock_set": None,
        "demo": False,
    }
    assert told.headers["Cache-Control"] == "no-store"
    for secret in (django.__version__, connection.vendor, str(connection.settings_dict["NAME"]), "a:1:b"):
        assert secret not in told.content.decode()


def test_it_misses_a_worker_that_was_not_seen_for_two_minutes(client, worker):
    WorkerHeartbeat.objects.update(seen_at=timezone.now() - heartbeat.SILENT_AFTER)
    answer = client.get("/suc-khoe?dinh-dang=json")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, False)
    assert "Hệ thống đang có trục trặc" in client.get("/suc-khoe").content.decode()


def test_a_tick_is_no_worker(client, worker):
    WorkerHeartbeat.objects.update(waits=False)
    assert client.get("/suc-khoe").status_code == 503


def test_it_misses_room_on_the_disk(client, worker, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: Room(10, 10, 0))
    assert client.get("/suc-khoe?dinh-dang=json").json()["checks"]["disk"] is False


def test_it_misses_a_migration_and_sees_when_it_is_applied(client, worker):
    health._nothing_to_migrate.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'sessions'")
    assert client.get("/suc-khoe?dinh-dang=json").json()["checks"]["migrations"] is False
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into django_migrations (app, name, applied) values ('sessions', '0001_initial', '2025-01-01')"
        )
    assert client.get("/suc-khoe?dinh-dang=json").json()["checks"]["migrations"] is True


def test_it_shows_a_clock_that_is_set_and_demo_data(client, worker, settings):
    settings.NOW = "2025-09-20T08:00"
    make_ward()
    Ward.objects.update(is_demo=True)
    told = client.get("/suc-khoe?dinh-dang=json").json()
    assert (told["clock_set"], told["demo"]) == ("2025-09-20T08:00:00+07:00", True)
    assert "Đồng hồ đang đặt ở 20/09/2025, 8 giờ" in client.get("/suc-khoe").content.decode()


def test_it_answers_even_when_the_database_does_not(client, worker, monkeypatch):
    client.force_login(make_account("tam", Role.ADMINISTRATOR))

    def away(*args, **kwargs):
        raise OperationalError("no connection to 10.0.0.5")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        answer = client.get("/suc-khoe")
        told = client.get("/suc-khoe?dinh-dang=json")
    assert answer.status_code == 503
    assert "Cơ sở dữ liệu trả lời: chưa được" in answer.content.decode()
    assert (told.status_code, json.loads(told.content)["checks"]["database"]) == (503, False)
    assert "10.0.0.5" not in told.content.decode()
