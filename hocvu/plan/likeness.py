"""How alike two passages of Vietnamese are, by the pairs of words they share. Pure, and quick enough for every
pair of two long plans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from hocvu.lib.text import fold

T = TypeVar("T")

FEW = 3  # fewer pairs of words than this in common are chance


@lru_cache(maxsize=4096)
def pairs(text: str) -> frozenset[str]:
    """The neighbouring pairs of words of a text, without marks and punctuation; single words of a one-word text."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    return frozenset(f"{a} {b}" for a, b in pairwise(words)) or frozenset(words)


def likeness(one: str, other: str) -> float:
    """0 for nothing in common, 1 for the same words in the same order."""
    a, b = pairs(one), pairs(other)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def rarity(texts: Iterable[str]) -> dict[str, float]:
    """How telling each pair of words is among the texts: one that stands everywhere tells nothing."""
    seen = Counter(pair for text in texts for pair in pairs(text))
    return {pair: 1 / count**2 for pair, count in seen.items()}


def share_of(part: str, whole: str, telling: Mapping[str, float]) -> float:
    """How much of `part`, by its telling pairs of words, stands in `whole`; nothing where hardly a pair does."""
    own = {pair for pair in pairs(part) if pair in telling}
    shared = own & pairs(whole)
    weight = sum(telling[pair] for pair in own)
    return sum(telling[pair] for pair in shared) / weight if len(shared) >= FEW else 0.0


def paired(new: Sequence[tuple[T, str, str]], old: Sequence[tuple[T, str, str]], enough: float = 0.5) -> dict[T, T]:
    """Which old row each new row continues, each at most once. Rows are (key, number, text).

    The likest pairs go first; the same official number counts as a likeness of its own, so a row that was
    rewritten under its number still finds itself, but never a row with nothing in common.
    """
    ranked: Iterable[tuple[float, T, T]] = sorted(
        (
            (score, new_key, old_key)
            for new_key, number, text in new
            for old_key, old_number, old_text in old
            if (score := _score(number == old_number != "", likeness(text, old_text))) >= enough
        ),
        key=lambda found: -found[0],
    )
    found: dict[T, T] = {}
    taken: set[T] = set()
    for _, new_key, old_key in ranked:
        if new_key not in found and old_key not in taken:
            found[new_key] = old_key
            taken.add(old_key)
    return found


def _score(same_number: bool, alike: float) -> float:
    return alike + 0.3 if same_number and alike > 0.2 else alike
