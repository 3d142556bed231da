"""What the ward's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hocvu.ward.tests.processes import House


@pytest.fixture
def house(db: None, tmp_path: Path) -> Iterator[House]:
    """The test's database opened to real processes, which all end with the test."""
    opened = House(tmp_path)
    try:
        yield opened
    finally:
        opened.kill_all()
