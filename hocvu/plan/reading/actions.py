"""Actions of the body that no row of the appendix carries.

Each sentence of the sections on content, tasks and organisation is held beside every row. Words that the whole
plan repeats say little, so a word weighs by how few of its texts hold it. What a row says is left to that row;
everything else is listed, and what is nearly said is listed with a doubt. None is dropped.
"""

from __future__ import annotations

import heapq
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from hocvu.plan.reading.reports import sentences
from hocvu.plan.reading.sections import Item
from hocvu.plan.reading.shape import BodyAction, Doubt, TaskRead
from hocvu.plan.reading.wording import folded, syllables

_FORMULA = re.compile(r"\s*(?:Trên đây là|Yêu cầu các .{3,60}nghiêm túc|\(?Phụ lục)", re.I)
_SAME = 0.93
_SHORT_OF_SAME = 0.92
_NEAR = 0.5
_MOST_SENTENCES = 2_000
_LEAST_WORDS = 5
_FULL = 10  # pairs of words of a row that says something whole
# A row is looked at closely only where a rare pair of words leads to it; so a plan of thousands of rows is read in time.
_RARE, _CLOSELY = 60, 40

Pairs = Counter[tuple[str, str]]


def read_actions(
    items: Sequence[Item], tasks: Sequence[TaskRead], told: Sequence[str] = ()
) -> tuple[list[BodyAction], list[Doubt]]:
    """The actions without a row, in order, and a doubt for each that a row may carry after all. `told` holds the
    sentences already read as something else: the rules of reporting."""
    chosen = [item for item in items if item.meaning in ("tasks", "organisation") and not item.is_heading]
    scale = Scale(chosen, tasks)
    actions: list[BodyAction] = []
    doubts: list[Doubt] = []
    for item in chosen[:_MOST_SENTENCES]:
        for text, near in _left_over(item, scale, told):
            if near is not None:
                where = tasks[near].number or f"thứ {near + 1}"
                reason = f"Có thể nhiệm vụ {where} của phụ lục đã nói việc này; hãy chọn gắn vào nhiệm vụ đó hay không."
                doubts.append(Doubt(f"body_actions[{len(actions)}]", reason, item.place))
            actions.append(BodyAction(text, item.address, item.place))
    return actions, doubts


def _left_over(item: Item, scale: Scale, told: Sequence[str]) -> list[tuple[str, int | None]]:
    """The runs of sentences of a paragraph that no row says, each with a row that nearly does."""
    runs: list[tuple[list[str], int | None]] = []
    open_run = False
    for whole in sentences(item.paragraph.text):
        sentence = _beside_reports(whole) if whole in told else whole
        row, share = scale.nearest(sentence)
        if not sentence or _FORMULA.match(sentence) or share >= _SAME:
            open_run = False
            continue
        near = row if share >= _NEAR else None
        if open_run and (near is None or runs[-1][1] in (None, near)):
            runs[-1] = ([*runs[-1][0], sentence], runs[-1][1] if near is None else near)
        else:
            runs.append(([sentence], near))
        open_run = True
    return [(" ".join(parts), near) for parts, near in runs]


def _beside_reports(sentence: str) -> str:
    """What a sentence that was read as a rule of reporting asks for beside it: "mua máy cho lớp học; báo cáo …"."""
    clauses = [clause.strip() for clause in sentence.split(";")]
    kept = [clause for clause in clauses if "báo cáo" not in folded(clause) and len(clause.split()) >= _LEAST_WORDS]
    return "; ".join(kept)


class Scale:
    """Weighs how much of a sentence a row says, and how much of the row's content the sentence says."""

    def __init__(self, items: Sequence[Item], tasks: Sequence[TaskRead]) -> None:
        self._contents = [_pairs(task.content) for task in tasks]
        self._wholes = [_pairs(f"{task.content} {task.result}") for task in tasks]
        texts = [*self._contents, *(_pairs(item.paragraph.text) for item in items[:_MOST_SENTENCES])]
        seen: Counter[tuple[str, str]] = Counter()
        for pairs in texts:
            seen.update(pairs.keys())
        self._weight = {pair: math.log(1 + len(texts) / times) for pair, times in seen.items()}
        self._named = _names_of_one_row(tasks)
        self._content_mass = [self._mass(pairs.keys()) for pairs in self._contents]
        self._index: dict[tuple[str, str], set[int]] = {}
        for row, pairs in enumerate(self._wholes):
            for pair in pairs:
                self._index.setdefault(pair, set()).add(row)

    def nearest(self, sentence: str) -> tuple[int | None, float]:
        """The row nearest to a sentence and how near, from 0 to 1."""
        named = {self._named[name] for name in _quoted(sentence) if name in self._named}
        if len(named) == 1:
            return named.pop(), 1.0
        pairs = _pairs(sentence)
        mass = self._mass(pairs.keys())
        ends = {next(iter(pairs)), next(reversed(pairs))} if pairs else set()
        best: tuple[int | None, float] = (None, 0.0)
        for row in self._likely(pairs):
            said = self._mass(pairs.keys() & self._wholes[row].keys()) / mass if mass else 0.0
            content = self._content_mass[row]
            covers = self._mass(pairs.keys() & self._contents[row].keys()) / content if content else 0.0
            near = said if ends <= self._wholes[row].keys() else min(said, _SHORT_OF_SAME)
            if len(self._contents[row]) >= 4:
                # A short row whose words stand in the midst of a longer action says only a part of it.
                spoken = said > _NEAR or (len(self._contents[row]) >= _FULL and self._opens_as(row, pairs))
                near = max(near, min(covers, 1.0 if covers > 0.97 and spoken else _SHORT_OF_SAME))
            if near > best[1]:
                best = row, near
        return best

    def _opens_as(self, row: int, pairs: Pairs) -> bool:
        return next(iter(pairs), None) == next(iter(self._contents[row]), None)

    def _likely(self, pairs: Pairs) -> list[int]:
        """The rows that share the most, by the pairs that few rows hold; all of them where there are few."""
        shared: dict[int, float] = {}
        for pair in pairs:
            rows = self._index.get(pair, set())
            for row in rows if len(rows) <= _RARE else ():
                shared[row] = shared.get(row, 0.0) + self._weight.get(pair, 1.0)
        return sorted(heapq.nlargest(_CLOSELY, shared, key=lambda row: (shared[row], -row)))

    def _mass(self, pairs: Iterable[tuple[str, str]]) -> float:
        return sum(self._weight.get(pair, 1.0) for pair in pairs)


def _quoted(text: str) -> list[str]:
    """The names in quotes: “Ngày hội …”. What has a name of its own is known by it."""
    return re.findall(r'"([^"]{6,80})"', folded(text))


def _names_of_one_row(tasks: Sequence[TaskRead]) -> dict[str, int]:
    """Names in quotes that one row's content alone holds, with that row."""
    rows: dict[str, set[int]] = {}
    for row, task in enumerate(tasks):
        for name in _quoted(task.content):
            rows.setdefault(name, set()).add(row)
    return {name: min(found) for name, found in rows.items() if len(found) == 1 and len(name.split()) >= 3}


def _pairs(text: str) -> Pairs:
    """Words two by two: "kỹ năng" says more than "kỹ" and "năng" apart."""
    words = syllables(text)[:800]
    return Counter(itertools.pairwise(words))
