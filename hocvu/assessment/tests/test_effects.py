"""The arithmetic of change: Student's quantile, the paired interval, the effect."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import effects

# Two-sided 95 %, as printed in Fisher and Yates' and the NIST handbook's tables.
TABLE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 15: 2.131,
         20: 2.086, 25: 2.060, 29: 2.045, 30: 2.042, 40: 2.021, 60: 2.000, 80: 1.990, 100: 1.984, 120: 1.980,
         200: 1.972, 500: 1.965, 1000: 1.962}  # fmt: skip
levels = st.floats(-4, 4, allow_nan=False)
pairs_ = st.lists(st.tuples(levels, levels), min_size=2, max_size=60)


@pytest.mark.parametrize(("freedom", "value"), TABLE.items())
def test_the_quantile_is_that_of_the_printed_table(freedom: int, value: float):
    assert effects.student(freedom) == pytest.approx(value, abs=0.0006)


def test_the_quantile_falls_towards_the_normal_one_without_a_step():
    found = [effects.student(n) for n in range(1, 400)]
    assert all(one > other for one, other in itertools.pairwise(found))
    assert effects.student(10**7) == pytest.approx(1.959964, abs=1e-5)
    with pytest.raises(ValueError, match="degrees of freedom"):
        effects.student(0)


def test_it_is_the_interval_of_a_known_example():
    """Student's own ten patients and two soporifics (1908): mean 1.58, s 1.230, so 0.70 to 2.46."""
    one = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
    other = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
    found = effects.effect_of(list(zip(one, other, strict=True)))
    assert found and found.change.low is not None and found.change.high is not None
    assert (round(found.change.mean, 2), round(found.change.low, 2), round(found.change.high, 2)) == (1.58, 0.70, 2.46)


@given(pairs_)
def test_the_interval_holds_the_mean_and_the_effect_the_same_sign(pairs: list[tuple[float, float]]):
    found = effects.effect_of(pairs)
    assert found and found.change.low is not None and found.change.high is not None
    assert found.change.low <= found.change.mean <= found.change.high
    assert found.change.mean == pytest.approx(found.after - found.before, abs=1e-9)
    if found.standardised:
        assert math.copysign(1, found.standardised.mean) == math.copysign(1, found.change.mean)
        assert found.standardised.low is not None and found.standardised.low <= found.standardised.mean


@given(pairs_, st.floats(-3, 3), st.randoms(use_true_random=False))
def test_moving_everybody_and_changing_the_order_changes_nothing(
    pairs: list[tuple[float, float]], by: float, chance: random.Random
):
    first = effects.effect_of(pairs)
    moved = [(before + by, after + by) for before, after in pairs]
    chance.shuffle(moved)
    second = effects.effect_of(moved)
    assert first and second
    assert second.change.mean == pytest.approx(first.change.mean, abs=1e-9)
    assert second.change.low == pytest.approx(first.change.low, abs=1e-9)
    assert second.before == pytest.approx(first.before + by, abs=1e-9)


@given(pairs_, st.integers(2, 6))
def test_more_of_the_same_makes_it_narrower(pairs: list[tuple[float, float]], times: int):
    one, more = effects.effect_of(pairs), effects.effect_of(pairs * times)
    assert one and more and one.change.high is not None and more.change.high is not None
    assert more.change.high - more.change.mean <= one.change.high - one.change.mean + 1e-12


def test_one_pair_has_a_mean_and_no_bounds_and_none_has_nothing():
    found = effects.effect_of([(0.0, 1.0)])
    assert found and (found.change, found.standardised) == (effects.Interval(1.0), None)
    assert effects.effect_of([]) is None
    alike = effects.effect_of([(0.0, 1.0)] * 5)
    assert alike and alike.standardised is None and alike.change == effects.Interval(1.0, 1.0, 1.0)


def test_it_covers_the_truth_as_often_as_it_says():
    chance, held, runs = random.Random(7), 0, 3000
    for _ in range(runs):
        values = [chance.gauss(0.3, 0.8) for _ in range(8)]
        found = effects.interval_of(values)
        held += found.low is not None and found.high is not None and found.low <= 0.3 <= found.high
    assert 0.94 <= held / runs <= 0.96


@given(st.lists(levels, min_size=2, max_size=30), st.lists(levels, min_size=2, max_size=30))
def test_two_groups_differ_the_same_seen_from_either_side(one: list[float], other: list[float]):
    there, back = effects.difference_of(one, other), effects.difference_of(other, one)
    assert there and back and there.low is not None and back.high is not None
    assert there.mean == pytest.approx(-back.mean, abs=1e-9) and there.low == pytest.approx(-back.high, abs=1e-9)
    assert effects.difference_of(one, other[:1]) is None
