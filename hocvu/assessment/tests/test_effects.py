"""The arithmetic of change: Student's quantile, the paired interval, the effect."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import effects
from hocvu.assessment.effects import Effect, Told
from hocvu.assessment.testing.adaptive import Answered, Item, belief

# Two-sided 95 %, as printed in Fisher and Yates' and the NIST handbook's tables.
TABLE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 15: 2.131,
         20: 2.086, 25: 2.060, 29: 2.045, 30: 2.042, 40: 2.021, 60: 2.000, 80: 1.990, 100: 1.984, 120: 1.980,
         200: 1.972, 500: 1.965, 1000: 1.962}  # fmt: skip
levels = st.floats(-4, 4, allow_nan=False)
Pairs = Sequence[tuple[float, float]]
pairs_ = st.lists(st.tuples(levels, levels), min_size=2, max_size=60)


def exactly(pairs: Pairs) -> Effect | None:
    """The effect in levels that are known without an error."""
    return effects.effect_of(*([Told(pair[part], math.inf) for pair in pairs] for part in (0, 1)))


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
    found = exactly(list(zip(one, other, strict=True)))
    assert found and found.change.low is not None and found.change.high is not None
    assert (round(found.change.mean, 2), round(found.change.low, 2), round(found.change.high, 2)) == (1.58, 0.70, 2.46)


@given(pairs_)
def test_the_interval_holds_the_mean_and_the_effect_the_same_sign(pairs: list[tuple[float, float]]):
    found = exactly(pairs)
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
    first = exactly(pairs)
    moved = [(before + by, after + by) for before, after in pairs]
    chance.shuffle(moved)
    second = exactly(moved)
    assert first and second
    assert second.change.mean == pytest.approx(first.change.mean, abs=1e-9)
    assert second.change.low == pytest.approx(first.change.low, abs=1e-9)
    assert second.before == pytest.approx(first.before + by, abs=1e-9)


@given(pairs_, st.integers(2, 6))
def test_more_of_the_same_makes_it_narrower(pairs: list[tuple[float, float]], times: int):
    one, more = exactly(pairs), exactly(pairs * times)
    assert one and more and one.change.high is not None and more.change.high is not None
    assert more.change.high - more.change.mean <= one.change.high - one.change.mean + 1e-12


def test_one_pair_has_a_mean_and_no_bounds_and_none_has_nothing():
    found = exactly([(0.0, 1.0)])
    assert found and (found.change, found.standardised) == (effects.Interval(1.0), None)
    assert exactly([]) is None
    alike = exactly([(0.0, 1.0)] * 5)
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


# ---- What twelve questions tell


def learned(gain: float, *, people: int, chance: random.Random) -> Effect:
    """The effect in people who answered two forms of twelve, guessed now and then, and gained so much between them."""
    forms = [[Item(-1.5 + 3 * n / 11, 1.2, (0.25, 0.2, 0.0)[n % 3]) for n in range(12)] for _ in range(2)]
    told: tuple[list[Told], list[Told]] = ([], [])
    for _ in range(people):
        level = chance.gauss(-0.3, 1)
        for part, at in enumerate((level, level + gain + chance.gauss(0, 0.3))):
            known = belief(Answered(item, chance.random() < item.right(at)) for item in forms[part])
            told[part].append(effects.told_by(known.mean, known.sd))
    found = effects.effect_of(*told)
    assert found
    return found


@pytest.mark.parametrize("gain", [0.0, 1.0])
def test_it_finds_the_gain_that_was_there_and_as_often_as_it_says(gain: float):
    chance = random.Random(2026)
    found = [learned(gain, people=40, chance=chance).change for _ in range(60)]
    assert sum(one.mean for one in found) / len(found) == pytest.approx(gain, abs=0.08)
    held = sum(one.low is not None and one.high is not None and one.low <= gain <= one.high for one in found)
    assert held >= 53  # of 60: 95 % less three standard errors of so few runs


def test_nothing_is_divided_by_a_spread_that_is_not_known():
    alike = [Told(0.1 * n, 1 / 0.6**2) for n in range(12)]  # they differ by less than each is unsure
    found = effects.effect_of(alike, [Told(one.at + 0.5, one.precision) for one in alike])
    assert found and found.change.mean == pytest.approx(0.5) and found.standardised is None
    few = [Told(float(n), 9.0) for n in range(9)]
    assert (found := effects.effect_of(few, few)) and found.standardised is None
    many = [Told(float(n % 5 - 2), 9.0) for n in range(20)]
    found = effects.effect_of(many, [Told(one.at + 0.7, one.precision) for one in many])
    assert found and found.standardised and 0.4 < found.standardised.mean < 0.6


@given(st.lists(st.tuples(levels, st.floats(0.2, 1.5)), min_size=1, max_size=30))
def test_a_group_lies_among_its_people_and_their_shares_come_to_it(people: list[tuple[float, float]]):
    told = [effects.told_by(mean, error) for mean, error in people]
    found = effects.fitted(told)
    assert min(one.at for one in told) - 1e-9 <= found.mean <= max(one.at for one in told) + 1e-9
    assert sum(found.values) / len(found.values) == pytest.approx(found.mean, abs=1e-6)
    assert found.spread >= 0 and all(one.precision >= effects.LEAST_PRECISION for one in told)


def test_several_tests_of_somebody_tell_more_than_one():
    one, other = Told(0.0, 2.0), Told(1.0, 6.0)
    assert effects.together([one, other]) == Told(0.75, 8.0)
    assert effects.together([Told(1.0, math.inf), one]) == Told(1.0, math.inf)
    assert effects.told_by(0.4, 0.0) == Told(0.4, math.inf)
    with pytest.raises(ValueError, match="nothing was told"):
        effects.together([])
    with pytest.raises(ValueError, match="no group of nobody"):
        effects.fitted([])
