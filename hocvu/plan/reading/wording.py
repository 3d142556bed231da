"""Words of a plan as they can be compared: spaces, dashes, quotes and old spellings set aside, tones kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Old and new ways to place a tone: "hoá" and "hóa" are one word.
_OLD_TONES = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_OLD_TONE = re.compile(r"(?<!q)(" + "|".join(_OLD_TONES) + r")(?!\w)")
_DASHES = re.compile(r"\s*[-‐‑‒–—−]\s*")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′", "'"))
_WORD = re.compile(r"[^\W_]+")


def spaced(text: str) -> str:
    """One space between words, none at the ends."""
    return " ".join(text.split())


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """The text to compare by: small letters, one kind of quote and dash, today's place for tones.

    >>> folded("Phòng  Văn hoá- Xã hội")
    'phòng văn hóa-xã hội'
    """
    small = spaced(text).lower().translate(_QUOTES)
    small = _OLD_TONE.sub(lambda found: _OLD_TONES[found.group()], small)
    return _DASHES.sub("-", small)


def syllables(text: str) -> list[str]:
    """The words of a text, folded, without its marks."""
    return _WORD.findall(folded(text))


def joined(parts: Iterable[str]) -> str:
    """Broken lines put together again; a line that ends in a hyphen or slash runs on without a space.

    >>> joined(["Năm 2025-", "2026"])
    'Năm 2025-2026'
    """
    whole = ""
    for part in parts:
        if part := spaced(part):
            whole = glued(whole, part)
    return whole


def glued(before: str, part: str) -> str:
    """Two pieces of a text, one behind the other."""
    if not before or not part:
        return before or part
    tight = before[-1] in "-/" and before[-2:-1].strip() and not part.startswith("-")
    return f"{before}{part}" if tight else f"{before} {part}"


def starts_small(text: str) -> bool:
    """Whether the text begins inside a sentence: with a small letter."""
    return text[:1].islower()


def starts_large(text: str) -> bool:
    """Whether the first letter, past quotes and brackets, is a capital."""
    return text.lstrip("\"'“”‘’([")[:1].isupper()


def is_capitals(text: str) -> bool:
    """Whether a line is written in capitals, as headings are."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 3 and sum(c.isupper() for c in letters) >= 0.9 * len(letters)


def ends_sentence(text: str) -> bool:
    """Whether the text ends where a sentence or an item may end."""
    return text.rstrip().rstrip("”\"')").endswith((".", ";", ":", "…", "!", "?", "./"))


def is_balanced(text: str) -> bool:
    """Whether every bracket and curly quote that opens in the text also closes."""
    return text.count("(") == text.count(")") and text.count("“") <= text.count("”") + text.count('"')
