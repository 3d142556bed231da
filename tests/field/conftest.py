"""The page with the devices, once a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders

from tests.field.devices import Devices

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def devices(chromium: Browser) -> Iterator[Devices]:
    """A page of a secure origin with nothing in it but devices."""
    context = chromium.new_context(service_workers="block")
    context.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page = context.new_page()
    page.goto("https://devices.localhost/")
    yield Devices(page)
    context.close()


@pytest.fixture(scope="session")
def shipped(assets: None) -> str:
    """The script as browsers get it."""
    found = finders.find("outbox.js")
    assert found, "the assets are built"
    return Path(found).read_text(encoding="utf-8")


@pytest.fixture
def wanted_seed(pytestconfig: pytest.Config) -> int | None:
    """The one story asked for."""
    seed: int | None = pytestconfig.getoption("--seed")
    return seed
