"""The demo world as the judge meets it: one running platform whose database this process reads too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from pytest_django.plugin import DjangoDbBlocker

from hocvu.config.settings import database
from tests.site import Site


@pytest.fixture
def judged(demo_site: Site, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The platform; queries of the test go to its database instead of the test's own."""
    with django_db_blocker.unblock(), _database_at(demo_site.data / "hocvu.sqlite3"):
        yield demo_site


@contextmanager
def _database_at(file: Path) -> Iterator[None]:
    usual = connections["default"]
    connections["default"] = DatabaseWrapper({**usual.settings_dict, **database(""), "NAME": str(file)}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual
