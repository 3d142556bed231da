"""What answers say of questions, by marginal maximum likelihood: how hard each is, and how well it tells people apart.

Expectation and maximisation (Bock and Aitkin, *Psychometrika* 46 (1981) 443-459), the chance of a lucky guess held fixed.
Abilities are normal with spread 1, the spread that a test begins to believe in; all questions share one discrimination,
which is Rasch's model in that unit, but for those that are `free`: they have one of their own, drawn towards the shared
one (a normal prior on its logarithm, as in Mislevy, *Psychometrika* 51 (1986) 177-195). The mean of the population is
estimated, and the scale is held where it was: the mean difficulty of the questions stays the same (mean-mean linking,
Kolen and Brennan, *Test Equating*, 3rd ed. 2014, ch. 6). Otherwise the cut of a test would wander with whoever happens to
sit it. Answers of one adaptive attempt are missing at random given the others, so that every answer to the questions at
hand is used (Mislevy and Wu 1996).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hocvu.assessment.testing.adaptive import Item

NODES = tuple(-4 + 0.2 * number for number in range(41))  # of abilities, logits
EASIEST, HARDEST = -4.0, 4.0
FLATTEST, STEEPEST = 0.3, 3.0
WIDE = 3.0  # sd of what is believed of a difficulty beforehand: a question that all got right has no end otherwise
SHARED, OWN = 0.3, 0.4  # sd of the logarithms of the shared discrimination around 1, of a free one around the shared
MOST_ROUNDS, TOLERANCE = 200, 0.001
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody's answer to a question, by keys."""

    who: Any
    question: Any
    right: bool


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What answers say: how each question behaves, the discrimination that questions share, the population's mean."""

    items: dict[Any, Item]
    shared: float
    mean: float
    rounds: int

    @property
    def difficulties(self) -> dict[Any, float]:
        return {question: item.difficulty for question, item in self.items.items()}


def fit(
    given: Sequence[Answer],
    *,
    guessing: Mapping[Any, float],
    start: Mapping[Any, float],
    free: Collection[Any] = frozenset(),
    told: Told | None = None,
) -> Calibrated:
    """How the questions behave, on the scale of `start`: the mean difficulty stays what it is there."""
    by_person: dict[Any, list[tuple[Any, bool]]] = {}
    for one in given:
        by_person.setdefault(one.who, []).append((one.question, one.right))
    people = list(by_person.values())
    items = {
        question: Item(bounded(start[question]), 1.0, guessing[question])
        for question in {one.question: None for one in given}
    }
    goal = _mean_of(items)
    mean, shared, rounds = 0.0, 1.0, 0
    for rounds in range(1, MOST_ROUNDS + 1):
        seen, mean_now = _expect(people, items, mean)
        new = {question: _harder(item, seen[question]) for question, item in items.items()}
        shared = _steeper(shared, [(new[key], seen[key]) for key in new if key not in free], 0.0, SHARED)
        for question, item in new.items():
            own = shared
            if question in free:
                own = _steeper(item.discrimination, [(item, seen[question])], math.log(shared), OWN)
            new[question] = Item(item.difficulty, own, item.guessing)
        # The scale stays: what the questions moved together, the population moves with them.
        shift = goal - _mean_of(new)
        new = {key: Item(bounded(one.difficulty + shift), one.discrimination, one.guessing) for key, one in new.items()}
        moved = max((_apart(new[question], items[question]) for question in items), default=0.0)
        items, mean = new, mean_now + shift
        if told and rounds % 10 == 0:
            told(f"vòng {rounds}: còn đổi {moved:.3f}")
        if moved < TOLERANCE:
            break
    return Calibrated(items, shared, mean, rounds)


def bounded(value: float) -> float:
    """A difficulty within what is believed possible."""
    return max(EASIEST, min(HARDEST, value))


@dataclass(frozen=True, slots=True)
class _Seen:
    """How many of each ability met a question, and how many of them were right."""

    met: list[float]
    right: list[float]


def _expect(
    people: Sequence[Sequence[tuple[Any, bool]]], items: Mapping[Any, Item], mean: float
) -> tuple[dict[Any, _Seen], float]:
    logs = {}
    for question, item in items.items():
        curve = [item.right(at) for at in NODES]
        logs[question] = ([math.log(max(1 - p, 1e-12)) for p in curve], [math.log(max(p, 1e-12)) for p in curve])
    prior = [-((at - mean) ** 2) / 2 for at in NODES]
    seen = {question: _Seen([0.0] * len(NODES), [0.0] * len(NODES)) for question in items}
    whole = [0.0] * len(NODES)
    for given in people:
        weights = _posterior(prior, [logs[question][is_right] for question, is_right in given])
        whole = [total + weight for total, weight in zip(whole, weights, strict=True)]
        for question, is_right in given:
            one = seen[question]
            one.met[:] = [total + weight for total, weight in zip(one.met, weights, strict=True)]
            if is_right:
                one.right[:] = [total + weight for total, weight in zip(one.right, weights, strict=True)]
    count = math.fsum(whole) or 1.0
    return seen, math.fsum(weight * at for weight, at in zip(whole, NODES, strict=True)) / count


def _posterior(prior: Sequence[float], curves: Sequence[Sequence[float]]) -> list[float]:
    logs = [math.fsum(column) for column in zip(prior, *curves, strict=True)]
    highest = max(logs)
    weights = [math.exp(one - highest) for one in logs]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _harder(item: Item, seen: _Seen) -> Item:
    """The question with the difficulty that makes the expected right answers most likely: Fisher's scoring."""
    for _ in range(8):
        slope, information = _scored(item, seen)
        slope -= item.difficulty / WIDE**2
        information += 1 / WIDE**2
        step = max(-1.0, min(1.0, slope / information))
        item = Item(bounded(item.difficulty + step), item.discrimination, item.guessing)
        if abs(step) < 1e-4:
            break
    return item


def _steeper(start: float, rows: Sequence[tuple[Item, _Seen]], centre: float, sd: float) -> float:
    """The discrimination of these questions together, by the same scoring in its logarithm."""
    log_a = math.log(start)
    for _ in range(8):
        slope, information = -(log_a - centre) / sd**2, 1 / sd**2
        for item, seen in rows:
            steep = Item(item.difficulty, math.exp(log_a), item.guessing)
            more, known = _scored(steep, seen, of_difficulty=False)
            slope, information = slope + more, information + known
        step = max(-0.5, min(0.5, slope / information))
        log_a = max(math.log(FLATTEST), min(math.log(STEEPEST), log_a + step))
        if abs(step) < 1e-4:
            break
    return math.exp(log_a)


def _scored(item: Item, seen: _Seen, *, of_difficulty: bool = True) -> tuple[float, float]:
    """Slope and expected information of the likelihood by the difficulty, or by the logarithm of the discrimination."""
    slope = information = 0.0
    for at, count, hits in zip(NODES, seen.met, seen.right, strict=True):
        if count < 1e-9:
            continue
        p = min(max(item.right(at), 1e-9), 1 - 1e-9)
        chance = (p - item.guessing) / (1 - item.guessing)
        moves = -item.discrimination if of_difficulty else item.discrimination * (at - item.difficulty)  # the logit
        change = (1 - item.guessing) * chance * (1 - chance) * moves
        slope += (hits - count * p) * change / (p * (1 - p))
        information += count * change * change / (p * (1 - p))
    return slope, information


def _mean_of(items: Mapping[Any, Item]) -> float:
    return math.fsum(item.difficulty for item in items.values()) / len(items) if items else 0.0


def _apart(one: Item, other: Item) -> float:
    return max(abs(one.difficulty - other.difficulty), abs(one.discrimination - other.discrimination))
