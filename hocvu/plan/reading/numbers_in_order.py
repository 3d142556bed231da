"""Where rows begin in a flattened table: the numbers that follow one another, and the Roman sections between.

A page number, a year on a line of its own, a figure at the front of a line look like row numbers too; what tells
them apart is the order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from hocvu.plan.reading.paragraphs import roman_value
from hocvu.plan.reading.wording import starts_large

_NUMBER = r"(?P<code>[A-ZĐ]{1,5}[-.]?)?(?P<digits>\d{1,3}(?:\.\d{1,3}){0,3})(?P<dot>[.)]?)"
_ALONE = re.compile(rf"{_NUMBER}$")
_INLINE = re.compile(rf"{_NUMBER}\s+(?P<rest>\S.*)$")
_SECTION = re.compile(r"((?=[IVX])X{0,2}(?:IX|IV|V?I{0,3})|[A-HĐ])\s*[.):/]?(?:\s+(\S.*))?$")
_WINDOW = 80


@dataclass(frozen=True, slots=True)
class Start:
    """A line that begins a row or a section. `rest` is what stands on it after the number."""

    at: int
    kind: Literal["row", "section"]
    number: str
    rest: str
    value: tuple[int, ...] = ()
    code: str = ""
    style: str = ""


def starts(lines: Sequence[str], breaks: Collection[int]) -> list[Start]:
    """The rows and sections of a table, in order."""
    sections = _sections(lines)
    taken = {section.at for section in sections}
    found = [start for at, text in enumerate(lines) if at not in taken and (start := _candidate(at, text, lines))]
    chosen = _best_order(found, [section.at for section in sections], breaks)
    return sorted([*chosen, *_still_standing(sections, chosen, lines)], key=lambda start: start.at)


def _candidate(at: int, text: str, lines: Sequence[str]) -> Start | None:
    found = _ALONE.match(text) or _INLINE.match(text)
    if not found or len(text) > 300:
        return None
    rest = found.groupdict().get("rest") or ""
    if rest and not (starts_large(rest) or (rest[0].isdigit() and found["dot"])):
        return None
    value = tuple(int(part) for part in found["digits"].split("."))
    if found["code"] and not rest and not found["code"][:1].isalpha():
        return None
    style = f"{'inline' if rest else 'alone'}{found['dot']}{'code' if found['code'] else ''}"
    number = f"{found['code'] or ''}{found['digits']}"
    return Start(at, "row", number, rest, value, found["code"] or "", style)


def _sections(lines: Sequence[str]) -> list[Start]:
    """Roman (or lettered) titles that count up from the first."""
    found: list[Start] = []
    romans, letters = 0, 0
    for at, text in enumerate(lines):
        mark = _SECTION.match(text)
        if not mark or len(text) > 300:
            continue
        rest = mark[2] or ""
        if not starts_large(rest or _next_text(lines, at)):
            continue
        value = roman_value(mark[1]) if re.fullmatch(r"[IVX]+", mark[1]) else 0
        if value and value == romans + 1:
            romans += 1
        elif not value and "ABCDEFGH".find(mark[1]) == letters:
            letters, romans = letters + 1, 0
        else:
            continue
        found.append(Start(at, "section", mark[1], rest))
    return found


def _next_text(lines: Sequence[str], at: int) -> str:
    return next((text for text in lines[at + 1 : at + 4] if text), "")


def _still_standing(sections: Sequence[Start], rows: Sequence[Start], lines: Sequence[str]) -> list[Start]:
    """Sections with a row somewhere after them: "V" at the very end was a letter of something else. A title
    takes only the lines up to the next row."""
    last = rows[-1].at if rows else -1
    more = [at for at, text in enumerate(lines) if text][-3:][:1]
    return [section for section in sections if section.at < max([last, *more])]


def _best_order(found: Sequence[Start], sections: Sequence[int], breaks: Collection[int]) -> list[Start]:
    """The candidates that make the best sequence: each next to the one before, in the table's usual style."""
    styles = Counter(start.style for start in found)
    usual = styles.most_common(1)[0][0] if styles else ""
    scores: list[float] = []
    backs: list[int | None] = []
    for at, start in enumerate(found):
        own = _weight(start, usual, breaks)
        best, back = own + _first(start), None
        for before in range(max(0, at - _WINDOW), at):
            step = _step(found[before], start, sections)
            if step is not None and scores[before] + own + step > best:
                best, back = scores[before] + own + step, before
        scores.append(best)
        backs.append(back)
    chosen: list[Start] = []
    here = max(range(len(found)), key=lambda at: scores[at]) if found else None
    while here is not None:
        chosen.append(found[here])
        here = backs[here]
    return chosen[::-1]


def _weight(start: Start, usual: str, breaks: Collection[int]) -> float:
    weight = 3.0 if "." in start.style or ")" in start.style or start.code else 1.5
    if start.style == usual:
        weight += 1.0
    if start.style == "alone" and any(at in breaks for at in (start.at + 1,)):
        weight -= 4.0
    return weight


def _first(start: Start) -> float:
    return 0.0 if start.value[-1] == 1 else -2.0 if start.code or start.value[-1] < 100 else -4.0


def _step(before: Start, after: Start, sections: Sequence[int]) -> float | None:
    """What it costs that one number follows another; None when it cannot."""
    if before.code != after.code:
        return None
    a, b = before.value, after.value
    new_section = any(before.at < at < after.at for at in sections)
    if _follows(a, b):
        return 0.0
    if new_section and (b[-1] == 1 or b[:-1] > a[:-1]):
        return 0.0
    if before.code and len(a) == len(b) == 1 and b > a:
        return -0.5 if new_section else -3.0
    if len(a) == len(b) and a[:-1] == b[:-1] and 1 < b[-1] - a[-1] <= 4:
        return -2.5 - (b[-1] - a[-1])
    return None


def _follows(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    if len(a) == len(b) and a[:-1] == b[:-1]:
        return b[-1] == a[-1] + 1
    if len(b) > len(a):
        return b[: len(a)] == a and set(b[len(a) :]) == {1}
    return b[:-1] == a[: len(b) - 1] and b[-1] == a[len(b) - 1] + 1
