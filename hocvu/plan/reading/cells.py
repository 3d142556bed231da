"""The cells of one flattened row: where each column's words end and the next column's begin.

A text table that was copied out of a page keeps its words and loses its lines. The columns still follow one
another, a unit looks like a unit and a period like a period, and a cell's lines were broken at the column's
width. The cut that fits all this best is found by dynamic programming, in time linear in the row.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hocvu.plan.reading.columns import Column, Shape
from hocvu.plan.reading.names import begins_unit, is_many, is_unit, may_begin_small, unit_parts
from hocvu.plan.reading.periods import bounds_of, has_no_bounds, joined_period
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import ends_sentence, glued, is_balanced, joined, starts_large, starts_small

NEVER = -1e9
_LONGEST: dict[Shape, int] = {"unit": 40, "person": 8, "period": 8, "money": 8, "code": 2, "number": 1}
_EMPTY = {
    "number": 0.0,
    "content": -20.0,
    "lead": -3.0,
    "coordinator": -0.6,
    "result": -0.9,
    "period": -3.5,
    "extra": 0.0,
}
_AMOUNT = r"[\d.,]+ ?(?:triệu|nghìn|ngàn|tỷ|trđ|tr\.đ|đồng|đ|vnđ)?(?: đồng)?"
_FUND = (
    r"(?:ngân sách|nsnn|nstw|nguồn|kinh phí|vốn|quỹ|xã hội h[oó][áa]|xhh|tài trợ|lồng ghép|không|tự túc|theo dự toán)"
)
_MONEY = re.compile(rf"(?:khoảng )?{_AMOUNT}(?:,? (?:từ )?{_FUND}\b.*)?|{_FUND}(?:\b.*)?|[-–x]", re.I)
_CODE = re.compile(r"[A-ZĐ]{1,6}[-.]?\d{1,4}(?:[-./]\w{1,6})*|\d{1,3}(?:\.\d{1,3})*")
_DANGLING = re.compile(r"(?:[,/(–-]|\b(?:và|cùng|của|các|với|cho|về|trong|là|để|hoặc|trên|từng|có|được))\s*$", re.I)
_OPENS_PERIOD = re.compile(
    r"(?:^|\s)(?:từ|đến|trước|tháng|ngày|năm|quý|giai đoạn|giai|các năm|tháng \d{1,2}|\d{4} ?[-–]|\d{1,2}/\d{1,2} ?[-–]?.{0,3}|quý [ivx]+ ?[-–,])$",
    re.I,
)
_PERSON = re.compile(r"(?:đ/c|đồng chí|ông|bà|chủ tịch|phó|bí thư|trưởng|lãnh đạo|ct|pct)\b", re.I)


@dataclass(slots=True)
class Fragment:
    """A line of the row, or a part of one. `edge` says how much its front looks like the edge of a cell, from how
    the file sets its lines; `soft` marks a front inside a line; `reach` is how far its line runs."""

    text: str
    line: Line
    edge: float = 0.0
    soft: bool = False
    reach: int = 0


@dataclass(slots=True)
class Cut:
    """The fragments of each column and how well they fit. `margins` tells, for each edge between two columns, how
    much worse the row would fit with that edge anywhere else."""

    cells: list[list[Fragment]]
    score: float
    margins: list[float]

    def halves(self, width: int) -> list[Cut]:
        """A cut over two rows' columns as two cuts."""
        return [
            Cut(self.cells[:width], self.score, self.margins[: width - 1]),
            Cut(self.cells[width:], self.score, self.margins[width:]),
        ]


@dataclass(slots=True)
class Choice:
    """What one column may take: from each start the ends it may reach, with their scores."""

    empty: float
    inner: list[float]
    starts: list[float]
    runs: list[list[tuple[int, float]]] | None


def cut(
    fragments: Sequence[Fragment],
    columns: Sequence[Column],
    widths: Mapping[int, int],
    before: Sequence[str | None] | None = None,
) -> Cut:
    """Share the fragments out among the columns. `before` holds what the columns had before a page break: then
    the fragments go on with a row, and any column may be empty or begin in mid-sentence; None begins anew."""
    count = len(fragments)
    choices = [
        _choice(fragments, column, widths.get(at), before[at] if before is not None else None)
        for at, column in enumerate(columns)
    ]
    forward = [[0.0, *([NEVER] * count)]]
    backs: list[list[int]] = []
    for choice in choices:
        scores, back = _onward(choice, forward[-1])
        forward.append(scores)
        backs.append(back)
    edges = [count]
    for back in reversed(backs):
        edges.append(back[edges[-1]])
    edges.reverse()
    cells = [list(fragments[start:end]) for start, end in itertools.pairwise(edges)]
    return Cut(cells, forward[-1][count], _margins(choices, forward, edges))


def _choice(fragments: Sequence[Fragment], column: Column, width: int | None, before: str | None) -> Choice:
    inner = _inner(fragments, column, width)
    starts = [_front(fragments, at, column, width, before) for at in range(len(fragments))]
    runs = None if column.shape == "text" else _runs(fragments, column.shape, starts, inner, before or "")
    return Choice(_EMPTY[column.role] if before is None else 0.0, inner, starts, runs)


def _onward(choice: Choice, best: Sequence[float]) -> tuple[list[float], list[int]]:
    """Best scores when this column ends at each place, and where it then began."""
    scores, back = [score + choice.empty for score in best], list(range(len(best)))
    if choice.runs is not None:
        for start, runs in enumerate(choice.runs):
            for end, score in runs:
                if best[start] + score > scores[end]:
                    scores[end], back[end] = best[start] + score, start
        return scores, back
    reach, since = NEVER, 0
    for end in range(1, len(scores)):
        reach += choice.inner[end - 1]
        if best[end - 1] + choice.starts[end - 1] >= reach:
            reach, since = best[end - 1] + choice.starts[end - 1], end - 1
        if reach > scores[end]:
            scores[end], back[end] = reach, since
    return scores, back


def _backward(choice: Choice, best: Sequence[float]) -> list[float]:
    """Best scores of this column and all after it, when it begins at each place."""
    scores = [score + choice.empty for score in best]
    if choice.runs is not None:
        for start, runs in enumerate(choice.runs):
            scores[start] = max([scores[start], *(score + best[end] for end, score in runs)])
        return scores
    reach = NEVER
    for start in range(len(scores) - 2, -1, -1):
        onward = choice.inner[start + 1] + reach if start + 1 < len(choice.inner) else NEVER
        reach = max(best[start + 1], onward)
        scores[start] = max(scores[start], choice.starts[start] + reach)
    return scores


def _margins(choices: Sequence[Choice], forward: Sequence[Sequence[float]], edges: Sequence[int]) -> list[float]:
    count = edges[-1]
    behind = [*([NEVER] * count), 0.0]
    margins: list[float] = []
    for at in range(len(choices) - 1, 0, -1):
        behind = _backward(choices[at], behind)
        others = [ahead + after for place, (ahead, after) in enumerate(zip(forward[at], behind, strict=True))
                  if place != edges[at]]  # fmt: skip
        margins.append(forward[-1][count] - max(others, default=NEVER))
    return margins[::-1]


def _runs(
    fragments: Sequence[Fragment], shape: Shape, starts: Sequence[float], inner: Sequence[float], before: str
) -> list[list[tuple[int, float]]]:
    """A unit, period or money column takes a short run whose words have the shape."""
    found: list[list[tuple[int, float]]] = []
    for start, front in enumerate(starts):
        runs: list[tuple[int, float]] = []
        total, text = front, ""
        for end in range(start + 1, min(len(fragments), start + _reach(fragments, start, shape, before)) + 1):
            total += inner[end - 1] if end - 1 > start else 0.0
            text = glued(text, fragments[end - 1].text)
            if len(text) > 700:
                break
            score = fit(joined((before, text)), shape) - fit(before, shape) if before else fit(text, shape)
            if shape == "period" and end - start > 1:
                score = max(score, fit(joined_period(part.text for part in fragments[start:end]), shape) - 0.2)
            runs.append((end, total + score))
        found.append(runs)
    return found


def _reach(fragments: Sequence[Fragment], start: int, shape: Shape, before: str) -> int:
    """How many fragments a cell of a shape may take; one that begins as no unit does is not followed far."""
    opening = " ".join(fragment.text for fragment in fragments[start : start + 3])
    if shape == "unit" and not before and not begins_unit(opening):
        return 1
    return _LONGEST.get(shape, 4)


def _inner(fragments: Sequence[Fragment], column: Column, width: int | None) -> list[float]:
    """For each fragment, what it costs to stand in the same cell as the one before."""
    costs = [0.0] * len(fragments)
    for at in range(1, len(fragments)):
        here, last = fragments[at], fragments[at - 1]
        costs[at] = -0.6 * max(here.edge, 0.0) + 0.3 * (here.edge < 0)
        if width and not here.soft and not here.text.startswith(("- ", "+ ")):
            costs[at] += _broken_at(last, here.text, width)
        if width and len(here.text) > 1.3 * width + 2:
            costs[at] -= 3.0
        if column.shape == "text" and starts_large(here.text) and is_unit(here.text):
            costs[at] -= 1.2
        if column.shape == "money" and starts_large(here.text) and not last.text.endswith((",", ";", "-")):
            costs[at] -= 2.0
    return costs


def _broken_at(last: Fragment, text: str, width: int) -> float:
    """Lines of one cell were broken because the next word did not fit; one that fits easily speaks against it."""
    room = (last.reach or len(last.text)) + 1 + len(text.split(" ", 1)[0])
    if room > 0.9 * width:
        return 0.4
    if ends_sentence(last.text) or last.text.endswith(","):
        return -0.3
    return -2.2 if room < 0.7 * width else -0.8


def _front(fragments: Sequence[Fragment], at: int, column: Column, width: int | None, before: str | None) -> float:
    """How well a cell of this column begins at a fragment."""
    here = fragments[at]
    score = here.edge if at else 0.0
    if here.soft:
        score -= 1.0
    if at and not _closed(fragments, at):
        score -= 5.0
    if column.shape == "text" and column.role != "content" and begins_unit(here.text):
        score -= 1.5
    if at:
        last = fragments[at - 1].text
        if column.shape == "period" and _OPENS_PERIOD.search(last):
            score -= 4.0
        score += -2.0 if _DANGLING.search(last) or last.endswith(";") else 0.7 if last.endswith((".", "…")) else 0.0
    if width and len(here.text) > 1.3 * width + 2:
        score -= 3.0
    if before is None:
        score += 0.6 if starts_large(here.text) or here.text[:1].isdigit() else 0.0
        score -= 7.0 if starts_small(here.text) and not _may_start_small(here.text, column.shape) else 0.0
        return score - (1.6 if column.role == "extra" and column.shape == "text" else 0.0)
    score -= 1.0
    if starts_small(here.text):
        score += 0.5 if before and not ends_sentence(before) else -3.0 if not before else -0.5
    elif before and not ends_sentence(before) and column.role == "content":
        score -= 1.0
    return score


def _may_start_small(text: str, shape: Shape) -> bool:
    return (shape == "unit" and may_begin_small(text)) or shape in ("period", "money")


def _closed(fragments: Sequence[Fragment], at: int) -> bool:
    """Whether the words just before a place leave no quote or bracket open."""
    text = " ".join(fragment.text for fragment in fragments[max(0, at - 8) : at])
    return is_balanced(text) or text.count("(") < text.count(")")


@lru_cache(maxsize=50_000)
def fit(text: str, shape: Shape) -> float:
    """How well a text has the shape of a column: about 5 when it does, negative when it does not."""
    if shape == "unit":
        return _unit_fit(text)
    if shape == "person":
        return 5.0 if _PERSON.match(text) and len(text) < 80 else -4.0
    if shape == "period":
        return 6.0 if bounds_of(text) else _loose_period_fit(text)
    if shape == "money":
        return 4.0 if _MONEY.fullmatch(text) else -4.0
    if shape == "code":
        return 5.0 if _CODE.fullmatch(text) else -6.0
    return 0.0


def _loose_period_fit(text: str) -> float:
    """A period without bounds, or one that a page cut in two: "Từ 07/5/2026 đến"."""
    if has_no_bounds(text):
        return 4.0
    cut = re.fullmatch(r"(.+?)\s*(?:đến|-|–|tới)", text.strip())
    return 3.0 if cut and bounds_of(cut[1]) else -7.0


def _unit_fit(text: str) -> float:
    if _PERSON.match(text) and len(text) < 80:
        return -1.0
    parts = unit_parts(text)
    units = sum(is_unit(part) for part in parts)
    if parts and starts_small(parts[0]) and not is_many(parts[0]):
        return -7.0
    if not parts or units < len(parts):
        return -7.0 + 2.0 * (units / len(parts) if parts else 0)
    return 5.0 + 0.2 * min(len(parts), 4) - (6.0 if _DANGLING.search(text) or text.rstrip().endswith(";") else 0.0)
