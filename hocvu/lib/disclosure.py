"""Small groups stay hidden: which cells of a table may be published, today and beside what was published before.

A place is hidden where its group, those reached or those missing are fewer than a threshold but not none; then more
places are hidden until what a reader can work out from the total is no small group either. From day to day a place
that was shown keeps its old value until it moved by the threshold or more and is safe again; a place that was hidden
stays hidden for the year. So neither one table nor the difference of two tells of a few people.

The rule is the usual one of statistical offices (threshold rule with complementary suppression; see Hundepool et al.,
Statistical Disclosure Control, 2012, chapter 4), the thresholds are the project's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)
THRESHOLD, PROTECTED_THRESHOLD = 5, 10
FEW = 20  # below this 0 % and 100 % would tell of everybody in the group


@dataclass(frozen=True, slots=True)
class Count:
    """How many were reached of how many; without a whole only those reached are told."""

    reached: int
    whole: int | None = None

    def is_safe(self, threshold: int) -> bool:
        """True where no group that the count tells of is small without being empty."""
        groups = [self.reached]
        if self.whole is not None:
            groups += [self.whole, self.whole - self.reached]
        return all(group == 0 or group >= threshold for group in groups)

    def is_far_from(self, other: Count, threshold: int) -> bool:
        """True where the difference of both is none, or no small group."""
        if (self.whole is None) != (other.whole is None):
            return True
        steps = [abs(self.reached - other.reached)]
        if self.whole is not None and other.whole is not None:
            steps += [abs(self.whole - other.whole), abs(self.whole - self.reached - other.whole + other.reached)]
        return all(step == 0 or step >= threshold for step in steps)

    def __add__(self, other: Count) -> Count:
        whole = None if self.whole is None or other.whole is None else self.whole + other.whole
        return Count(self.reached + other.reached, whole)


@dataclass(frozen=True, slots=True)
class Shown(Generic[P]):
    """A place as it may be published: its count as of a day, or None where it is hidden."""

    place: P
    count: Count | None
    as_of: date


def hidden_places(counts: Mapping[P, Count], threshold: int) -> set[P]:
    """The places to hide so that neither a cell nor the total less the shown cells tells of a small group.

    Where some must be hidden, at least two are; every place is where nothing less will do.
    """
    hidden = {place for place, count in counts.items() if not count.is_safe(threshold)}
    rest = sorted(counts.keys() - hidden, key=lambda place: (counts[place].reached, counts[place].whole or 0))
    rest = [place for place in rest if counts[place] != Count(0, 0)]
    while hidden and rest and not _covers(hidden, counts, threshold):
        hidden.add(rest.pop(0))
    return hidden


def _covers(hidden: set[P], counts: Mapping[P, Count], threshold: int) -> bool:
    """Whether the hidden places together are no small group, and more than one."""
    if len(hidden) < 2:
        return False
    together = sum((counts[place] for place in hidden), Count(0, 0))
    return together.is_safe(threshold) and together != Count(0, 0)


def publish(counts: Mapping[P, Count], before: Mapping[P, Shown[P]], day: date, threshold: int) -> dict[P, Shown[P]]:
    """The table of a day, given the one that was published before in the same year."""
    if not before:
        hidden = hidden_places(counts, threshold)
        return {place: Shown(place, None if place in hidden else counts[place], day) for place in counts}
    return {place: _next(place, count, before.get(place), day, threshold) for place, count in counts.items()}


def _next(place: P, count: Count, before: Shown[P] | None, day: date, threshold: int) -> Shown[P]:
    """A place the day after. One that is new joins the hidden until the next year; there the table begins afresh."""
    if before is None or before.count is None:
        return Shown(place, None, day)
    if count.is_safe(threshold) and count.is_far_from(before.count, threshold):
        return Shown(place, count, day)
    return before


def share_words(count: Count) -> str:
    """The share of a count as it may be published: rounded, and never "nobody" or "everybody" of a few.

    >>> share_words(Count(12, 40)), share_words(Count(0, 12)), share_words(Count(12, 12)), share_words(Count(50, 50))
    ('30%', 'dưới 5%', 'trên 95%', '100%')
    """
    if not count.whole:
        return ""
    if count.whole < FEW and count.reached in (0, count.whole):
        return "dưới 5%" if count.reached == 0 else "trên 95%"
    share = round(count.reached * 100 / count.whole)
    return f"{min(share, 99) if count.reached < count.whole else share}%"
