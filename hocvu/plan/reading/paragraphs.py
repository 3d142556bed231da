"""Lines become paragraphs: broken lines joined, page numbers left out, and the mark at the front told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hocvu.plan.reading.shape import Place
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import ends_sentence, is_capitals, joined, spaced, starts_small

MarkKind = Literal["part", "roman", "letter", "number", "small", "bullet", "none"]

_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}
_MARKS: tuple[tuple[MarkKind, re.Pattern[str]], ...] = (
    ("part", re.compile(r"(Phần (?:thứ )?(?:[IVX]+|nhất|hai|ba|tư|bốn|năm))\b\s*[.:)]?\s*", re.I)),
    ("roman", re.compile(r"((?=[IVXL])X{0,3}(?:IX|IV|V?I{0,3}))\s*(?:[./)]|\s[-–])+\s*(?=\S)")),
    ("letter", re.compile(r"([A-HĐ])\s*[./)]\s+(?=\S)")),
    ("number", re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\s*(?:[.)/]\s*|\s+)(?=[^\s\d])")),
    ("small", re.compile(r"([a-zđ])\s*[.)]\s*(?=\S)")),
    ("bullet", re.compile(r"([-–—+•*·●○▪■□◦➢✓→])\s*(?=\S)")),
)


# "Phòng Văn hóa" at the end of a line, with "- Xã hội" on the next.
_CUT_NAME = re.compile(r"\b(?:Phòng|Sở|Ban|Trung tâm|Tiểu ban)\s+[^\W\d_]+(?:\s[^\W\d_]+)?$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body: its mark ("IV", "5.4", "-") taken off the front, and where it stands."""

    kind: MarkKind
    mark: str
    text: str
    place: Place

    @property
    def whole(self) -> str:
        """The text with its mark, as a person sees it."""
        return f"{self.mark} {self.text}" if self.mark else self.text


def roman_value(mark: str) -> int:
    """The number that a Roman numeral writes.

    >>> roman_value("IV")
    4
    """
    values = [_ROMAN_DIGITS.get(letter, 0) for letter in mark.lower()]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def roman(number: int) -> str:
    """The Roman numeral of a small number.

    >>> roman(9)
    'IX'
    """
    signs = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    written = ""
    for value, sign in signs:
        while number >= value and len(written) < 12:
            written, number = written + sign, number - value
    return written


def marked(text: str) -> tuple[MarkKind, str, str]:
    """The kind of mark at the front of a line, the mark, and the words after it.

    >>> marked("5.4. Phổ cập kỹ năng")
    ('number', '5.4', 'Phổ cập kỹ năng')
    """
    for kind, pattern in _MARKS:
        if found := pattern.match(text):
            mark, rest = found[1].rstrip("."), text[found.end() :].strip()
            if kind == "number" and not _is_numbering(text, mark, rest):
                continue
            return kind, mark, rest
    return "none", "", text


def _is_numbering(text: str, mark: str, rest: str) -> bool:
    """A number with its dot begins a paragraph; "12 tổ" or "10/10" does not."""
    after = text[len(mark) : len(mark) + 1]
    if after == "/":
        return False
    return (after in (".", ")") or "." in mark) and not rest[:1].islower()


def is_page_number(line: Line) -> bool:
    """Whether a line holds a page number and nothing else: "13", "- 13 -", "Trang 13", "3/17"."""
    text = spaced(line.text)
    if of := re.fullmatch(r"(?:Trang )?(\d{1,3}) ?/ ?(\d{1,3})", text, re.I):
        return int(of[1]) <= int(of[2]) and int(of[2]) > 12
    return bool(re.fullmatch(r"(?:Trang )?\d{1,3}|([-–—]) ?\d{1,3} ?[-–—]", text, re.I))


def paragraphs(lines: Sequence[Line], *, wrapped: bool) -> list[Paragraph]:
    """The paragraphs of some lines. `wrapped` says that one paragraph may run over several lines."""
    kept = [line for line in lines if line.text.strip() and not is_page_number(line)]
    width = _usual_width(kept) if wrapped else 0
    found: list[list[Line]] = []
    for line in kept:
        if found and wrapped and _runs_on(found[-1], line, width):
            found[-1].append(line)
        else:
            found.append([line])
    return [_paragraph(group) for group in found]


def _usual_width(lines: Sequence[Line]) -> int:
    """How long a full line is. Long lines are whole paragraphs: nothing is wrapped."""
    lengths = sorted(len(spaced(line.text)) for line in lines)
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _runs_on(before: list[Line], line: Line, width: int) -> bool:
    text, last = spaced(line.text), spaced(before[-1].text)
    kind = marked(text)[0]
    if starts_small(text) and kind != "small":
        return True
    if kind == "bullet":
        if _CUT_NAME.search(last):
            return True
        return (
            not ends_sentence(last) and bool(re.match(r"\S+\s*(?:\d{4}|[a-zđà-ỹ])", text)) and len(last) > 0.8 * width
        )
    if kind != "none":
        return False
    if is_capitals(text) != is_capitals(last):
        return False
    if is_capitals(text):
        return True
    full = len(last) + 1 + len(text.split(" ", 1)[0]) > 0.86 * width and width <= 160
    return full and (not ends_sentence(last) or (last.endswith((".", ";")) and len(last) > 0.93 * width))


def _paragraph(lines: list[Line]) -> Paragraph:
    kind, mark, text = marked(joined(line.text for line in lines))
    place = Place(line=lines[0].number, last_line=lines[-1].number, page=lines[0].page)
    return Paragraph(kind, mark, text, place)


def place_of(lines: Iterable[Line], section: str | None = None) -> Place:
    """The place that some lines take together."""
    several = list(lines)
    if not several:
        return Place(section=section)
    numbers = [line.number for line in several]
    return Place(line=min(numbers), last_line=max(numbers), page=several[0].page, section=section)
