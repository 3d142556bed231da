"""The demo world as the judge meets it: one running platform whose database this process reads too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.test import override_settings
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django.plugin import DjangoDbBlocker

from hocvu.config.settings import database
from hocvu.ward import work
from hocvu.ward.capabilities import Role
from hocvu.ward.heartbeat import worker_is_here
from hocvu.ward.models import Ward
from hocvu.ward.tests import errands
from tests.judge.examples import of_role
from tests.judge.pages import Phones
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def judged(lived_in: Site, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The platform; queries of the test go to its database instead of the test's own."""
    files = override_settings(DATA_DIR=lived_in.data, MEDIA_ROOT=lived_in.data / "media")
    with django_db_blocker.unblock(), files, _database_at(lived_in.data / "hocvu.sqlite3"):
        yield lived_in


@pytest.fixture(scope="session")
def lived_in(demo_site: Site, django_db_blocker: DjangoDbBlocker) -> Site:
    """The platform with what only time brings: somebody waits for a long piece of work, and it breaks down."""
    with django_db_blocker.unblock(), _database_at(demo_site.data / "hocvu.sqlite3"):
        waiting = of_role(Role.COORDINATOR)
        begun = work.begin("judge", "Đọc văn bản kế hoạch", by=waiting, ward=Ward.objects.first())
        work.start(begun, errands.break_down)
        _until(lambda: DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).exists())
        _until(worker_is_here)
    return demo_site


def _until(holds: Callable[[], bool]) -> None:
    patience = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < patience, "the worker beside the platform does nothing"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def phones(chromium: Browser) -> Iterator[Phones]:
    """The phones that pages are looked at on."""
    pair = Phones(chromium.new_context)
    yield pair
    pair.scripted.close()
    pair.bare.close()


@contextmanager
def _database_at(file: Path) -> Iterator[None]:
    usual = connections["default"]
    connections["default"] = DatabaseWrapper({**usual.settings_dict, **database(""), "NAME": str(file)}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual
