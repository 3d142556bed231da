"""What answers say of an ability, and which question comes next."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment.testing.adaptive import GRID, Answered, Candidate, Item, Plan, belief, choose

ITEMS = st.builds(
    Item,
    st.floats(-3, 3).map(lambda x: round(x, 2)),
    st.floats(0.4, 2.5).map(lambda x: round(x, 2)),
    st.sampled_from([0.0, 0.2, 0.25, 0.5]),
)
ANSWERS = st.lists(st.builds(Answered, ITEMS, st.booleans()), max_size=12)


def test_it_believes_the_prior_before_any_answer() -> None:
    nothing = belief([])
    assert nothing.mean == pytest.approx(0, abs=1e-9)
    assert nothing.sd == pytest.approx(1, abs=0.002)
    assert nothing.above(0.0) == pytest.approx(0.5)
    assert nothing.above(1.0) == pytest.approx(1 - 0.8413, abs=0.002)


def test_it_agrees_with_an_integral_by_hand() -> None:
    """One right answer to a Rasch question at 0: the mean is the integral of θ φ(θ) / (1 + e^-θ) over that of φ(θ) / 2,
    by Simpson's rule on a finer grid."""
    told = belief([Answered(Item(0.0), True)])
    n, low, high = 4000, -8.0, 8.0
    h = (high - low) / n

    def simpson(f) -> float:
        inner = sum((4 if k % 2 else 2) * f(low + k * h) for k in range(1, n))
        return (f(low) + f(high) + inner) * h / 3

    weight = lambda t: math.exp(-t * t / 2) / (1 + math.exp(-t))  # noqa: E731
    assert told.mean == pytest.approx(simpson(lambda t: t * weight(t)) / simpson(weight), abs=0.002)


@given(ANSWERS)
def test_it_keeps_a_posterior_that_sums_to_one(answers: list[Answered]) -> None:
    told = belief(answers)
    assert math.fsum(told.weights) == pytest.approx(1)
    assert GRID[0] <= told.mean <= GRID[-1]
    assert told.above(GRID[0] - 1) == pytest.approx(1) and told.above(GRID[-1] + 1) == 0


@given(ANSWERS, ITEMS)
def test_it_thinks_more_of_whoever_answers_rightly(answers: list[Answered], item: Item) -> None:
    right, wrong = (belief([*answers, Answered(item, said)]) for said in (True, False))
    assert right.mean > wrong.mean
    assert right.above(0.0) >= wrong.above(0.0)


@given(ANSWERS)
def test_it_does_not_care_in_which_order_answers_came(answers: list[Answered]) -> None:
    assert belief(answers).mean == pytest.approx(belief(list(reversed(answers))).mean)


@given(ANSWERS, st.floats(-3, 3), st.floats(-3, 3))
def test_it_finds_a_higher_cut_less_likely(answers: list[Answered], one: float, other: float) -> None:
    told = belief(answers)
    assert told.above(min(one, other)) >= told.above(max(one, other)) - 1e-12


def test_it_learns_less_from_a_question_that_can_be_guessed() -> None:
    sure, guessed = (belief([Answered(Item(0.0, 1.0, c), True)]) for c in (0.0, 0.5))
    assert guessed.mean < sure.mean


def bank(n: int = 120) -> list[Candidate]:
    return [Candidate(f"q{k:03}", Item((k % 41 - 20) / 10, 1.2, 0.2), f"c{k % 9}") for k in range(n)]


def walked(plan: Plan, right: bool, seed: str) -> list[Candidate]:
    left, met, answers, asked = bank(), [], [], {}
    told = belief([])
    while not plan.is_settled(len(met), told, asked):
        one = choose(left, told, plan, asked=asked, seed=f"{seed}:{len(met)}")
        assert one is not None
        left.remove(one)
        met.append(one)
        asked[one.competence] = asked.get(one.competence, 0) + 1
        answers.append(Answered(one.item, right))
        told = belief(answers)
    return met


CORE = frozenset(f"c{k}" for k in range(9))


@pytest.mark.parametrize("right", [True, False])
def test_it_asks_of_every_core_competence_and_keeps_its_bounds(right: bool) -> None:
    for seed in range(20):
        met = walked(Plan(core=CORE), right, str(seed))
        assert 12 <= len(met) <= 30
        assert {one.competence for one in met} >= CORE
        assert len({one.key for one in met}) == len(met)


def test_it_covers_a_core_that_is_as_large_as_the_test() -> None:
    core = frozenset(f"c{k}" for k in range(9))
    met = walked(Plan(least=9, most=9, core=core), True, "x")
    assert {one.competence for one in met} == core


def test_it_goes_on_while_it_is_not_sure() -> None:
    plan, even = Plan(core=frozenset()), belief([])
    assert not plan.is_settled(29, even, [])
    assert plan.is_settled(30, even, [])


def test_it_draws_the_same_question_from_the_same_seed_and_spreads_over_seeds() -> None:
    first = [choose(bank(), belief([]), Plan(core=CORE), asked={}, seed=str(n)) for n in range(60)]
    again = [choose(list(reversed(bank())), belief([]), Plan(core=CORE), asked={}, seed=str(n)) for n in range(60)]
    assert first == again
    assert len({one.key for one in first if one}) == 5


def test_it_spares_a_question_that_everybody_meets() -> None:
    worn = [Candidate(f"a{k}", Item(0.0, 1.2, 0.2), "c", exposure=0.9) for k in range(5)]
    fresh = [Candidate(f"b{k}", Item(0.0, 1.1, 0.2), "c") for k in range(5)]
    drawn = {choose([*worn, *fresh], belief([]), Plan(), asked={}, seed=str(n)) for n in range(30)}
    assert drawn == set(fresh)


def test_it_has_nothing_to_ask_when_the_bank_is_empty() -> None:
    assert choose([], belief([]), Plan(), asked={}, seed="x") is None
