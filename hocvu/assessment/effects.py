"""How much people changed between two measures, and how sure that is. Pure arithmetic.

What a test believes of somebody is drawn towards the middle that it began with: a change read off two such beliefs is a
third too small, and its interval holds the truth almost never. So the answers' own word is taken back out of a belief
(normal parts add their precisions: Gelman et al., *Bayesian Data Analysis*, 3rd ed. 2013, section 2.5), and the group
fitted to these words: its spread by Paule and Mandel (*Journal of Research of the National Bureau of Standards* 87, 1982),
its mean weighted by how much each answer tells. Somebody's `values` are the mean with their influence on it (Hampel, *JASA*
69, 1974): their mean is the group's, and what they vary by is how unsure that is.

The interval is the paired t interval of 95 %: mean ± t · s / √n, with s the standard deviation of the single changes
and t the quantile of Student's distribution with n - 1 degrees of freedom (Student, "The probable error of a mean",
Biometrika 6, 1908). The standardised effect divides the mean change by how much people differ in the first measure
(Becker, British Journal of Mathematical and Statistical Psychology 41, 1988): a change of 1 is as large as people
usually differ from one another before they learn. Its interval is that of the mean, divided by the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, stdev

LEVEL = 0.95
_NORMAL = 1.959963984540054  # the normal quantile of the same level
_SERIES_UP_TO = 200  # degrees of freedom; beyond them the expansion is right to eight places
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and what it is likely to lie in; no bounds where fewer than two were measured."""

    mean: float
    low: float | None = None
    high: float | None = None

    def over(self, by: float) -> Interval:
        """The same on another scale; `by` is more than 0."""
        bounds = [None if bound is None else bound / by for bound in (self.low, self.high)]
        return Interval(self.mean / by, *bounds)


@dataclass(frozen=True, slots=True)
class Effect:
    """What those who were measured twice came to."""

    count: int
    before: float
    after: float
    change: Interval
    standardised: Interval | None  # None where it is not known how much people differed when they began


PRIOR_PRECISION = 1.0  # of what a test believes before the first answer: `adaptive.belief`, spread 1 about 0
LEAST_PRECISION = 0.05  # of somebody whose answers say next to nothing; they weigh as little


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody's answers say of their level by themselves: where it lies, and one over the variance of that."""

    at: float
    precision: float


def told_by(mean: float, error: float) -> Told:
    """What is left of a test's belief (its mean and standard deviation) without what it believed beforehand."""
    whole = 1 / error**2 if error > 0 else math.inf
    precision = max(LEAST_PRECISION, whole - PRIOR_PRECISION)
    return Told(mean if math.isinf(precision) else mean * whole / precision, precision)


def together(parts: Sequence[Told]) -> Told:
    """What several tests of one level say. Raises ValueError without any."""
    if not parts:
        raise ValueError("nothing was told")
    precision = math.fsum(part.precision for part in parts)
    if math.isinf(precision):
        parts = [part for part in parts if math.isinf(part.precision)]
        return Told(fmean(part.at for part in parts), precision)
    return Told(math.fsum(part.at * part.precision for part in parts) / precision, precision)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A group: its mean, how much its people differ, and each one's share in that mean, in their order."""

    mean: float
    spread: float
    values: Sequence[float]


def fitted(people: Sequence[Told]) -> Fitted:
    """The group that these words are likeliest of. Raises ValueError without any."""
    if not people:
        raise ValueError("no group of nobody")
    variances = [0.0 if math.isinf(one.precision) else 1 / one.precision for one in people]
    between = _between([one.at for one in people], variances)
    weights = [1 / max(_LEAST_VARIANCE, between + own) for own in variances]
    mean = _weighted(people, weights)
    usual = fmean(weights)
    values = [mean + weight / usual * (one.at - mean) for one, weight in zip(people, weights, strict=True)]
    return Fitted(mean, math.sqrt(between), values)


def _weighted(people: Sequence[Told], weights: Sequence[float]) -> float:
    total = math.fsum(weight * one.at for one, weight in zip(people, weights, strict=True))
    return total / math.fsum(weights)


def _between(values: Sequence[float], variances: Sequence[float]) -> float:
    """How much people differ beyond what their own measures do: the variance at which the weighted squares come to n - 1."""

    def squares(between: float) -> float:
        weights = [1 / max(_LEAST_VARIANCE, between + own) for own in variances]
        whole = math.fsum(weights)
        mean = math.fsum(weight * value for weight, value in zip(weights, values, strict=True)) / whole
        return math.fsum(weight * (value - mean) ** 2 for weight, value in zip(weights, values, strict=True))

    freedom = len(values) - 1
    if freedom < 1 or squares(0.0) <= freedom:
        return 0.0
    low, high = 0.0, 1.0
    while squares(high) > freedom:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if squares(middle) > freedom else (low, middle)
    return (low + high) / 2


_LEAST_VARIANCE = 1e-12
LEAST_PEOPLE = 10  # of whom it can be said how much they differ


def effect_of(before: Sequence[Told], after: Sequence[Told]) -> Effect | None:
    """The effect in what the same people's answers said before and after, in one order; None without any."""
    if not before:
        return None
    first, second = fitted(before), fitted(after)
    change = interval_of([later - earlier for earlier, later in zip(first.values, second.values, strict=True)])
    usual = change.over(first.spread) if _is_known(first, before) else None
    return Effect(len(before), first.mean, second.mean, change, usual)


def _is_known(group: Fitted, people: Sequence[Told]) -> bool:
    """Whether how much people differ is told apart from how unsure each of them is, so that something may be divided by it."""
    own = fmean(0.0 if math.isinf(one.precision) else 1 / one.precision for one in people)
    return len(people) >= LEAST_PEOPLE and group.spread**2 > max(_LEAST_VARIANCE, own / 3)


def interval_of(values: Sequence[float]) -> Interval:
    """The mean of values with its t interval. Raises ValueError without any."""
    if not values:
        raise ValueError("no mean of nothing")
    mean = fmean(values)
    if len(values) < 2:
        return Interval(mean)
    half = student(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return Interval(mean, mean - half, mean + half)


def difference_of(one: Sequence[float], other: Sequence[float]) -> Interval | None:
    """How much the mean of one group is above that of another, by Welch's interval ("The generalization of Student's
    problem", Biometrika 34, 1947); None where either has fewer than two."""
    if min(len(one), len(other)) < 2:
        return None
    mean = fmean(one) - fmean(other)
    first, second = stdev(one) ** 2 / len(one), stdev(other) ** 2 / len(other)
    below = first**2 / (len(one) - 1) + second**2 / (len(other) - 1)
    if below == 0:  # all alike, but for less than a number can hold
        return Interval(mean, mean, mean)
    freedom = (first + second) ** 2 / below
    half = student(max(1, math.floor(freedom))) * math.sqrt(first + second)
    return Interval(mean, mean - half, mean + half)


@lru_cache(maxsize=1024)
def student(freedom: int) -> float:
    """The value that |T| stays within with 95 %, for whole degrees of freedom.

    >>> [round(student(n), 3) for n in (1, 2, 10, 30, 120)]
    [12.706, 4.303, 2.228, 2.042, 1.98]
    """
    if freedom < 1:
        raise ValueError("there are no degrees of freedom")
    if freedom > _SERIES_UP_TO:
        return _expanded(freedom)
    low, high = 0.0, 16.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < LEVEL else (low, middle)
    return (low + high) / 2


def _within(value: float, freedom: int) -> float:
    """P(|T| <= value): the finite series of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3-4."""
    angle = math.atan(value / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = freedom % 2 == 1
    if freedom == 1:
        return 2 * angle / math.pi
    term = cosine if is_odd else 1.0
    total = term
    for step in range(3 if is_odd else 2, freedom - 1, 2):
        term *= (step - 1) / step * cosine * cosine
        total += term
    return 2 * (angle + sine * total) / math.pi if is_odd else sine * total


def _expanded(freedom: int) -> float:
    """The expansion about the normal quantile, the same handbook, 26.7.5."""
    x = _NORMAL
    first = (x**3 + x) / 4
    second = (5 * x**5 + 16 * x**3 + 3 * x) / 96
    third = (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384
    return x + first / freedom + second / freedom**2 + third / freedom**3
