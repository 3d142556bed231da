"""The letters of a .pdf page set together again into words and lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pdfplumber.utils.text import extract_words

from hocvu.plan.reading.letters import clean

Letter = dict[str, Any]
Word = dict[str, Any]

# A gap wider than this share of the letter height separates columns or holds a blank to fill in.
_WIDE_GAP = 1.2
_SPACE = 0.25


@dataclass(slots=True)
class Written:
    """One line as it stands on the page; its words keep their places."""

    words: list[Word]

    @property
    def text(self) -> str:
        """The words joined; a wide gap stays visible as several spaces."""
        out = str(self.words[0]["text"])
        for before, word in pairwise(self.words):
            gap, height = word["x0"] - before["x1"], max(word["bottom"] - word["top"], 1.0)
            wide = round(gap / (_SPACE * height)) if gap > _WIDE_GAP * height else 1
            out += " " * min(max(wide, 1), 40) + str(word["text"])
        return clean(out)

    @property
    def top(self) -> float:
        """The height of the line's upper edge on the page."""
        return float(min(word["top"] for word in self.words))

    @property
    def bottom(self) -> float:
        """The height of the line's lower edge on the page."""
        return float(max(word["bottom"] for word in self.words))


def letters_of(page: Any) -> list[Letter]:
    """The page's letters, each once: bold is sometimes drawn as the same letter twice. Slanting watermarks are
    left out."""
    upright = [letter for letter in page.chars if letter["upright"]]
    letters = upright if len(upright) * 2 >= len(page.chars) else page.chars
    once = {(letter["text"], round(letter["x0"]), round(letter["top"])): letter for letter in letters}
    return list(once.values())


def written_lines(letters: list[Letter]) -> list[Written]:
    """The lines that the letters make, from top to bottom, each from left to right."""
    lines: list[Written] = []
    words = extract_words(letters, x_tolerance=2, y_tolerance=3)
    for word in sorted(words, key=_middle):
        if lines and _middle(word) - _middle(lines[-1].words[-1]) < 0.4 * (word["bottom"] - word["top"]):
            lines[-1].words.append(word)
        else:
            lines.append(Written([word]))
    for line in lines:
        line.words.sort(key=lambda word: float(word["x0"]))
    return lines


def _middle(word: Word) -> float:
    return float(word["top"] + word["bottom"]) / 2
