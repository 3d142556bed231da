"""Hundreds of stories of devices in the field, each by a seed; see simulation.py.

./run test tests/field              200 seeds on each database
./run test tests/field --seed 17    one of them alone, with what happened in it where it fails
./run test tests/field --deep       5,000
"""

from __future__ import annotations

import pytest
from django.db import transaction

from hocvu.outreach.tests.cast import Field, make_field
from tests.field.arriving import in_every_order
from tests.field.devices import Devices
from tests.field.simulation import Simulation

pytestmark = [pytest.mark.browser, pytest.mark.simulated, pytest.mark.django_db]
SEEDS, AT_A_TIME, DEEP = 200, 20, 5000

# What a careless hand could make of the script: the words as they stand, and as they would. Each must be found.
PLANTED = {
    "deleted before the receipt": (
        "answer = await post(content, headers);",
        "await remove(record.id); answer = await post(content, headers);",
    ),
    "any answer of 200 taken for a receipt": (
        "const isReceipt = told.id === record.id && told.digest === content.digest;",
        'const isReceipt = answer.ok; told.result ??= "accepted";',
    ),
    "another id at each try": ('"X-Outbox-Id": record.id', '"X-Outbox-Id": freshId()'),
    "sent under whoever is signed in": ("waiting.filter((one) => one.owner === me.owner)", "waiting"),
    "a conflict taken for received": (
        'const LEAVES = ["accepted", "duplicate", "quarantined"];',
        'const LEAVES = ["accepted", "duplicate", "quarantined", "conflict"];',
    ),
}
PATIENCE = 40  # stories until a planted fault must have been found


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
        fault.add_note("\n".join([*story.trail, f"once more: ./run test tests/field --seed {seed}"]))
        raise


def chunks(first: int, last: int) -> list[range]:
    return [range(at, at + AT_A_TIME) for at in range(first, last, AT_A_TIME)]


def named(seeds: range) -> str:
    return f"{seeds[0]}-{seeds[-1]}"


@pytest.mark.parametrize("seeds", chunks(1, SEEDS), ids=named)
def test_nothing_that_a_device_kept_is_lost_or_doubled(
    seeds: range, devices: Devices, cast: Field, shipped: str, wanted_seed: int | None
) -> None:
    for seed in seeds:
        if wanted_seed in (None, seed):
            tell(seed, devices, cast, shipped)


@pytest.mark.deep
@pytest.mark.parametrize("seeds", chunks(SEEDS + 1, DEEP), ids=named)
def test_nor_in_thousands_of_stories(
    seeds: range, devices: Devices, cast: Field, shipped: str, wanted_seed: int | None
) -> None:
    for seed in seeds:
        if wanted_seed in (None, seed):
            tell(seed, devices, cast, shipped)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, devices: Devices, cast: Field, shipped: str) -> None:
    """The stories would notice: a script with a fault in it does not come through them."""
    sound, wrong = PLANTED[fault]
    assert shipped.count(sound) == 1, "the words that are replaced stand in the script once"
    script = shipped.replace(sound, wrong)
    for seed in range(1, PATIENCE + 1):
        try:
            tell(seed, devices, cast, script)
        except AssertionError:
            return
    pytest.fail(f"{PATIENCE} stories went well although {fault}")
