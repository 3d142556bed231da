"""Visits as they come from devices: once, however late, in whatever order; doubts wait and both people are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hocvu.lib import clock
from hocvu.outreach.models import Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, fields, send
from hocvu.ward import receipts

pytestmark = pytest.mark.django_db


@pytest.fixture
def field() -> Field:
    return cast.make_field()


@pytest.fixture
def phone(field: Field):
    """Nết's phone."""
    return enter(field.net)


def ago(days: float) -> str:
    return (clock.now() - timedelta(days=days)).isoformat()


def count(field: Field) -> int:
    """How many households count as informed."""
    standing = Visit.objects.of(field.ward).standing().informed().until(clock.today())
    return standing.values("household").distinct().count()


def test_it_counts_a_replayed_visit_once(field, phone):
    key = receipts.uuid7()
    told = [send(phone, field.net, fields(field.homes[0]), key=key).json()["result"] for _ in range(3)]
    assert told == ["accepted", "duplicate", "duplicate"]
    visit = Visit.objects.get()
    assert (visit.pk, visit.household, visit.neighbourhood, visit.team) == (
        key,
        field.homes[0],
        field.seven,
        field.team,
    )
    assert visit.state == "counts" and count(field) == 1
