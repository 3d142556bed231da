"""What the plan's stories share: a stopped clock, a media folder of their own, a ward, and signing in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.plan.tests.cast import Cast, at, make_cast
from hocvu.ward.models import Account


@pytest.fixture
def november(settings: Any) -> Iterator[None]:
    """It is Wednesday 18 November 2026, nine in the morning."""
    with clock.stopped_at(at("2026-11-18 09:00")):
        yield


@pytest.fixture
def cast(db: None, november: None, settings: Any, tmp_path: Path) -> Cast:
    """Hải An and its people."""
    settings.MEDIA_ROOT = tmp_path
    return make_cast()


@pytest.fixture
def as_() -> Callable[[Account], Client]:
    """A browser in which somebody is signed in."""

    def sign_in(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client

    return sign_in
