"""What learners answered, as figures are made of it: each answer with what the others of its attempt tell of the ability.

An adaptive test gives everybody other questions, so that a raw score says little. What stands in the place of the rest
score is the posterior of θ from all other answers of the attempt (expected a posteriori, Bock and Mislevy 1982): the
answer in question is never part of what it is held against.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from hocvu.assessment.models import Attempt, AttemptItem
from hocvu.assessment.questions.fitting import NODES
from hocvu.assessment.testing.adaptive import Item
from hocvu.ward.models import Ward

_PRIOR = tuple(-(at**2) / 2 for at in NODES)
ENDED = (Attempt.State.FINISHED, Attempt.State.EXPIRED, Attempt.State.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. `at` is when, `seconds` how long it took, `said` in the form of questions.marking."""

    question: UUID
    version: int
    attempt: UUID
    right: bool
    item: Item
    seconds: float | None = None
    said: Any = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """What the other answers of an attempt tell: the posterior over NODES and its mean."""

    weights: tuple[float, ...]
    mean: float

    def expected(self, item: Item) -> float:
        """The probability of a right answer that they let one expect."""
        return math.fsum(w * p for w, p in zip(self.weights, _right(item), strict=True))


def rests(given: Sequence[Given]) -> Iterator[tuple[Given, Rest]]:
    """The answers of one attempt, each with what the others tell."""
    whole = list(_PRIOR)
    for one in given:
        whole = [a + b for a, b in zip(whole, _log(one.item, one.right), strict=True)]
    for one in given:
        yield one, _normal([a - b for a, b in zip(whole, _log(one.item, one.right), strict=True)])


def told(given: Sequence[Given]) -> Rest:
    """What all answers of one attempt tell."""
    whole = list(_PRIOR)
    for one in given:
        whole = [a + b for a, b in zip(whole, _log(one.item, one.right), strict=True)]
    return _normal(whole)


def _normal(logs: Sequence[float]) -> Rest:
    highest = max(logs)
    weights = [math.exp(one - highest) for one in logs]
    total = math.fsum(weights)
    weights = [weight / total for weight in weights]
    return Rest(tuple(weights), math.fsum(w * at for w, at in zip(weights, NODES, strict=True)))


@lru_cache(maxsize=4096)
def _right(item: Item) -> tuple[float, ...]:
    return tuple(item.right(at) for at in NODES)


@lru_cache(maxsize=8192)
def _log(item: Item, right: bool) -> tuple[float, ...]:
    return tuple(math.log(max(p if right else 1 - p, 1e-12)) for p in _right(item))


# ---- From the tables

_COLUMNS = (
    "attempt_id",
    "question_id",
    "version_id",
    "right",
    "question__difficulty",
    "question__discrimination",
    "question__guessing",
    "seconds",
    "said",
    "answered_at",
)


def of_wards(wards: Iterable[Ward] | None = None) -> Iterator[list[Given]]:
    """The counted answers of every ended attempt, one list an attempt; of all wards where none is named.

    Attempts and answers that were declared void are left out, and questions that were shown and never answered.
    """
    rows = AttemptItem.objects.filter(attempt__state__in=ENDED, voided=False, version__voided_at=None)
    rows = rows.exclude(right=None)
    if wards is not None:
        rows = rows.filter(attempt__ward__in=list(wards))
    told = rows.order_by("attempt_id", "position").values_list(*_COLUMNS).iterator(chunk_size=2000)
    for _, items in groupby(told, key=itemgetter(0)):
        yield [_given(row) for row in items]


def _given(row: Sequence[Any]) -> Given:
    attempt, question, version, right, b, a, c, seconds, said, at = row
    return Given(question, version, attempt, right, Item(b, a, c), seconds, said, at)
