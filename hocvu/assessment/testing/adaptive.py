"""The mathematics of an adaptive test: what answers say of an ability, and which question says most next. Pure.

A question is answered rightly with probability c + (1 - c) / (1 + exp(-a (θ - b))): Birnbaum's three parameters, in
Lord and Novick, *Statistical Theories of Mental Test Scores* (1968), ch. 17-20; a = 1 and c = 0 is Rasch's model. θ is
in logits, 0 where the tests cut. What is believed of θ is the whole posterior on a grid, its mean the EAP estimate of
Bock and Mislevy, *Applied Psychological Measurement* 6 (1982) 431-444. A test ends when the posterior is sure enough
on which side of the cut θ lies (Weiss and Kingsbury, *J. Educational Measurement* 21 (1984) 361-375, with the posterior
in the place of their interval). One of the best few questions is asked, so that no question is asked of everybody
(Kingsbury and Zara, *Applied Measurement in Education* 2 (1989) 359-375).
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

STEP = 0.1
GRID = tuple(round(-4 + STEP * number, 10) for number in range(81))  # θ from -4 to 4


@dataclass(frozen=True, slots=True)
class Item:
    """How a question behaves: difficulty b and discrimination a in logits, c the chance of a lucky guess."""

    difficulty: float
    discrimination: float = 1.0
    guessing: float = 0.0

    def right(self, ability: float) -> float:
        """The probability of a right answer.

        >>> round(Item(0.0, 1.0, 0.2).right(0.0), 2)
        0.6
        """
        return self.guessing + (1 - self.guessing) * _logistic(self.discrimination * (ability - self.difficulty))

    def information(self, ability: float) -> float:
        """Fisher's information about θ (Lord 1980, eq. 5-5): how much an answer would tell there."""
        chance = _logistic(self.discrimination * (ability - self.difficulty))
        right = self.guessing + (1 - self.guessing) * chance
        return self.discrimination**2 * chance**2 * (1 - right) / right * (1 - self.guessing) if right else 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a question."""

    item: Item
    right: bool


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of an ability: the posterior on the grid, its mean (EAP) and standard deviation."""

    weights: tuple[float, ...]
    mean: float
    sd: float

    def above(self, cut: float) -> float:
        """The probability that θ is at least the cut; the weight of a grid point spreads evenly half a step around it."""
        first = bisect_left(GRID, cut - STEP / 2)
        sure = math.fsum(self.weights[first + 1 :])
        if first == len(GRID):
            return 0.0
        return sure + self.weights[first] * min(1.0, max(0.0, (GRID[first] + STEP / 2 - cut) / STEP))


def belief(answers: Iterable[Answered], *, mean: float = 0.0, sd: float = 1.0) -> Belief:
    """What the answers leave to believe, beginning from a normal distribution (`mean`, `sd`)."""
    logs = list(_prior(mean, sd))
    for answer in answers:
        curve = _curve(answer.item, answer.right)
        logs = [one + other for one, other in zip(logs, curve, strict=True)]
    highest = max(logs)
    weights = [math.exp(one - highest) for one in logs]
    total = math.fsum(weights)
    weights = [weight / total for weight in weights]
    centre = math.fsum(weight * at for weight, at in zip(weights, GRID, strict=True))
    spread = math.fsum(weight * (at - centre) ** 2 for weight, at in zip(weights, GRID, strict=True))
    return Belief(tuple(weights), centre, math.sqrt(spread))


@dataclass(frozen=True, slots=True)
class Plan:
    """When a test stops and what it must touch. `core` are competences that are asked at least once each."""

    cut: float = 0.0
    sure: float = 0.95
    least: int = 12
    most: int = 30
    best_of: int = 5
    pass_above: float = 0.6
    core: frozenset[str] = frozenset()

    def is_settled(self, asked: int, believed: Belief, touched: Collection[str]) -> bool:
        """Whether nothing more need be asked: `most` is reached, or the side of the cut is sure and the core is covered."""
        if asked >= self.most:
            return True
        above = believed.above(self.cut)
        return asked >= self.least and max(above, 1 - above) >= self.sure and self.core <= set(touched)

    def passes(self, believed: Belief) -> bool:
        """Whether the result is a pass."""
        return believed.above(self.cut) >= self.pass_above


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be asked next. `exposure` is the share of attempts that met it of late."""

    key: str
    item: Item
    competence: str
    exposure: float = 0.0


def choose(
    candidates: Sequence[Candidate], believed: Belief, plan: Plan, *, asked: Mapping[str, int], seed: str
) -> Candidate | None:
    """The next question: one of the `best_of` that tell most about the side of the cut; None where nothing is left.

    `asked` counts the questions so far by competence. Core competences not yet touched come first as soon as the
    questions left would no longer do for them; before that they have a bonus. (Counting a competence less once it had its
    turn cost one point of accuracy in simulation.) A question that many met counts less. Which of the best is drawn from
    `seed`: the same seed draws the same.
    """
    if not candidates:
        return None
    waiting = plan.core - set(asked)
    left = plan.most - sum(asked.values())
    by_least = plan.least - sum(asked.values())
    pool = [one for one in candidates if one.competence in waiting]
    if not pool or (len(waiting) < left and len(waiting) < by_least):
        pool = list(candidates)
    # Where θ is sought: between what is believed and the cut, as both sides of the cut must be told apart.
    at = (believed.mean + plan.cut) / 2
    rated = sorted(pool, key=lambda one: (-_worth(one, at, waiting), one.key))
    best = rated[: plan.best_of]
    return best[_draw(seed, len(best))]


def _worth(one: Candidate, at: float, waiting: Collection[str]) -> float:
    worth = _information(one.item, round(at, 1))
    if one.competence in waiting:
        worth *= 1.5
    return worth / (1 + 2 * max(0.0, one.exposure - 0.25))


def _draw(seed: str, of: int) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % of


def expected(item: Item, believed: Belief) -> float:
    """The probability of a right answer, over all that is believed of θ."""
    return math.fsum(weight * item.right(at) for weight, at in zip(believed.weights, GRID, strict=True))


@lru_cache(maxsize=64)
def _prior(mean: float, sd: float) -> tuple[float, ...]:
    return tuple(-((at - mean) ** 2) / (2 * sd**2) for at in GRID)


@lru_cache(maxsize=8192)
def _curve(item: Item, right: bool) -> tuple[float, ...]:
    """The logarithm of the likelihood of an answer, on the grid."""
    told: Callable[[float], float] = item.right if right else (lambda at: 1 - item.right(at))
    return tuple(math.log(max(told(at), 1e-12)) for at in GRID)


@lru_cache(maxsize=65536)
def _information(item: Item, at: float) -> float:
    return item.information(at)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
