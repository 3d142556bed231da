"""The lines of a flattened row, cut where two cells may share a line, each with how much it looks like an edge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hocvu.plan.reading.cells import Fragment
from hocvu.plan.reading.names import begins_unit, opens_name
from hocvu.plan.reading.periods import bounds_of, has_no_bounds
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import folded, spaced

_MOST = 600


@dataclass(frozen=True, slots=True)
class Spacing:
    """How a file sets its lines: how often a blank line stands between two, and how much a blank line between two
    speaks against a cell's edge there, once the first cut has shown how the file marks edges."""

    blanks: float
    against: float = 0.1


def fragments_of(lines: Sequence[tuple[Line, int]], rest: str | None, spacing: Spacing) -> list[Fragment]:
    """The fragments of some lines. `rest` is what the first line holds after the row's number."""
    found: list[Fragment] = []
    before = ""
    for at, (line, gap) in enumerate(lines[:_MOST]):
        text = spaced(rest) if at == 0 and rest is not None else spaced(line.text)
        if text:
            found.extend(_parted(text, line, _edge(line.text, before, gap, spacing) if found else 0.0))
            before = line.text
    return found


def _edge(text: str, before: str, gap: int, spacing: Spacing) -> float:
    """How much the file's own spacing speaks for a cell's edge in front of a line."""
    edge = 0.0
    if spacing.blanks > 0.5:
        edge = {0: 1.8, 1: -spacing.against}.get(gap, 2.2)
    elif spacing.blanks > 0.02:
        edge = 2.0 if gap else -spacing.against
    if text.startswith((" ", "\t")):
        edge += 0.5
    return edge + (0.3 if before.endswith("  ") else 0.0)


def _parted(text: str, line: Line, edge: float) -> list[Fragment]:
    """A line cut before a period at its end, after one at its front, and before a unit that begins inside."""
    if "\t" in text or " | " in text:
        parts = [part for part in re.split(r"\t|\s\|\s", text) if part.strip()]
        return [Fragment(spaced(part), line, edge if at == 0 else 3.0) for at, part in enumerate(parts)]
    starts = sorted({0, *_inner_starts(text)})
    ends = [*starts[1:], len(text)]
    return [
        Fragment(text[start:end].strip(), line, edge if start == 0 else -0.2, start > 0, len(text))
        for start, end in zip(starts, ends, strict=True)
    ]


def _inner_starts(text: str) -> list[int]:
    words = [found.start() for found in re.finditer(r"\S+", text)]
    if not 2 <= len(words) <= 60:
        return []
    found: list[int] = []
    for start in words[max(1, len(words) - 8) :]:
        if _is_period(text[start:]):
            found.append(start)
            break
    for start in reversed(words[1:9]):
        if _is_period(text[:start].strip()):
            found.append(start)
            break
    found.extend(start for start in words[1:] if _begins_inside(text, start))
    return found


def _begins_inside(text: str, start: int) -> bool:
    """Whether a unit begins in mid-line with nothing before it that it could belong to."""
    if not text[start].isupper() or text[start - 2] in ',;“"(-/' or not begins_unit(text[start:]):
        return False
    return folded(text[:start].split()[-1]) not in _BELONGING and opens_name(text[start:])


_BELONGING = frozenset(
    [
        "các",
        "những",
        "của",
        "và",
        "phòng",
        "thuộc",
        "với",
        "thường",
        "trực",
        "ban",
        "hành",
        "đạo",
        "thư",
        "tịch",
        "mô",
        "hình",
        "phong",
        "trào",
    ]
)


def _is_period(text: str) -> bool:
    return (any(c.isdigit() or c in "àằ" for c in text) and bounds_of(text) is not None) or has_no_bounds(text)
