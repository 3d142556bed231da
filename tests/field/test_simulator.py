"""Hundreds of stories of devices in the field, each by a seed; see simulation.py."""

from __future__ import annotations

import pytest
from django.db import transaction

from hocvu.outreach.tests.cast import Field, make_field
from tests.field.arriving import in_every_order
from tests.field.devices import Devices
from tests.field.simulation import Simulation

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def cast() -> Field:
    return make_field()


def tell(seed: int, devices: Devices, cast: Field, script: str) -> None:
    """One story, and all that must hold in its end. Nothing of it stays in the tables."""
    story = Simulation(seed, devices, cast, script)
    try:
        with transaction.atomic():
            story.run()
            story.check()
            transaction.set_rollback(True)
        in_every_order([*story.arrived.values()], cast, story.now, seed)
    except Exception as fault:
        fault.add_note("\n".join([*story.trail, f"seed {seed}: pytest tests/field --seed {seed}"]))
        raise


@pytest.mark.parametrize("first", range(1, 201, 20))
def test_nothing_that_a_device_kept_is_lost_or_doubled(first: int, devices: Devices, cast: Field, shipped: str) -> None:
    for seed in range(first, first + 20):
        tell(seed, devices, cast, shipped)
