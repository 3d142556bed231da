"""A task table that lost its lines: found by its heading words, parted into rows by their numbers.

`cells` then shares each row's words out among the columns.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hocvu.plan.reading import numbers_in_order
from hocvu.plan.reading.cells import Cut, Fragment, cut, fit
from hocvu.plan.reading.columns import Column, heading_chain, settled
from hocvu.plan.reading.fragments import Spacing, fragments_of
from hocvu.plan.reading.names import is_unit, unit_parts
from hocvu.plan.reading.numbers_in_order import Start
from hocvu.plan.reading.paragraphs import is_page_number, roman_value
from hocvu.plan.reading.rows import Piece, Row, TaskTable, carry_on, goes_on
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import folded, glued, is_capitals, joined, spaced, starts_large, starts_small, syllables

_HEAD_LINES = 40
_END = re.compile(r"(?:nơi nhận\b|phụ lục\b|tm\.|t/m|kt\.|thừa lệnh|tl\.|ghi chú:|trên đây là)", re.I)
_INDEX = re.compile(r"(?:\(?(?:\d{1,2}|[a-e])\)?[\s|]*){3,}", re.I)
# How much worse the next best cut must be: more where the file's spacing marks no edge of a cell.
_NARROW, _NARROW_WHERE_UNMARKED = 1.2, 4.0
_CUT_DAY = re.compile(r"\d/\d{1,2}/\d{0,3}\s*$")
_ROMAN_LINE = re.compile(r"((?=[IVX])X{0,2}(?:IX|IV|V?I{0,3}))\s*[.):]?(?:\s+(\S.*))?$")


@dataclass(slots=True)
class Head:
    """The heading of a flattened table: its columns, its words, the lines that it takes."""

    columns: list[Column]
    words: list[str]
    first: int
    last: int


@dataclass(slots=True)
class Zone:
    """The lines under a heading, with breaks where a page began anew."""

    lines: list[Line] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    gaps: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Learned:
    """What one pass over a table teaches the next: how its lines are set, how wide its columns are, and how the
    edges found so far looked."""

    spacing: Spacing
    widths: dict[int, int] = field(default_factory=dict)
    edges: list[float] = field(default_factory=list)

    @property
    def narrow(self) -> float:
        """Below this much between the best cut and the next, a person should look."""
        return _NARROW if self.spacing.blanks > 0.02 else _NARROW_WHERE_UNMARKED


def text_tables(lines: Sequence[Line]) -> list[TaskTable]:
    """Every task table that stands in the lines as plain text."""
    tables: list[TaskTable] = []
    at = 0
    while at < len(lines):
        head = find_head(lines, at)
        if head is None:
            break
        end = _end(lines, head)
        tables.append(_read(lines, head, end))
        at = end
    return tables


def find_head(lines: Sequence[Line], start: int = 0) -> Head | None:
    """The next heading of a task table: at least four headings that follow one another."""
    for at in range(start, len(lines)):
        text = lines[at].text
        if not text.strip() or len(text) > 400 or not heading_chain(folded(text)[:60])[0]:
            continue
        if head := _head_at(lines, at):
            return head
    return None


def _head_at(lines: Sequence[Line], first: int) -> Head | None:
    window = _window(lines, first)
    text, ends = "", []
    for at in window:
        text = f"{text} {folded(lines[at].text)}".strip()
        ends.append((len(text), at))
    chain, end = heading_chain(text)
    if len(chain) < 4:
        return None
    titles = [text[here[0] : after] for here, after in zip(chain, [*(step[0] for step in chain[1:]), end], strict=True)]
    written = [_as_written(lines, window, title) for title in titles]
    columns = settled([Column(step[2], step[3], title) for step, title in zip(chain, written, strict=True)])
    last = next((at for length, at in ends if length >= end), window[-1])
    return Head(columns, syllables(text[:end]), first, last) if columns else None


def _window(lines: Sequence[Line], first: int) -> list[int]:
    """The lines that a heading may take, up to the first that begins a row or a section."""
    taken: list[int] = []
    for at in range(first, min(len(lines), first + _HEAD_LINES)):
        text = spaced(lines[at].text)
        if taken and (re.match(r"\(?\d{1,3}[.)]*(?:\s|$)", text) or _ROMAN_LINE.match(text)):
            break
        if text:
            taken.append(at)
    return taken


def _as_written(lines: Sequence[Line], window: Sequence[int], title: str) -> str:
    """The heading in the letters of the file; comparison folded them."""
    whole = spaced(" ".join(lines[at].text for at in window))
    at = whole.lower().find(title.strip(" .:"))
    found = whole[at : at + len(title)].strip(" .:") if at >= 0 else title
    return found[:1].upper() + found[1:]


def _end(lines: Sequence[Line], head: Head) -> int:
    """Where the table ends: at the signature, the next appendix, or the next heading of the body."""
    before = [spaced(line.text) for line in lines[: head.first]]
    body = [roman_value(found[1]) for text in before if is_capitals(text) and (found := _ROMAN_LINE.match(text))]
    following = body[-1] + 1 if body else None
    expected = 1
    for at in range(head.last + 1, len(lines)):
        text = spaced(lines[at].text)
        if _END.match(text) and not _repeats(lines, at, head.words):
            return at
        found = _ROMAN_LINE.match(text)
        if not found:
            continue
        value = roman_value(found[1])
        if value == expected:
            expected += 1
        elif value == following and found[2] and is_capitals(found[2]):
            return at
    return len(lines)


def _repeats(lines: Sequence[Line], at: int, words: Sequence[str]) -> int | None:
    """The last line of the heading repeated at a line, or None."""
    left = list(words)
    for here in range(at, min(len(lines), at + _HEAD_LINES)):
        these = syllables(lines[here].text)
        if these != left[: len(these)]:
            return None
        left = left[len(these) :]
        if not left:
            return here
    return None


def _zone(lines: Sequence[Line], head: Head, end: int) -> Zone:
    """The lines of the table without page numbers and repeated headings."""
    zone = Zone()
    gap, at = 0, head.last + 1
    first_word = head.words[0] if head.words else ""
    while at < end:
        line = lines[at]
        text = spaced(line.text)
        if not text:
            gap = max(gap, 2 if line.text else 1)
        elif syllables(text)[:1] == [first_word] and (last := _repeats(lines, at, head.words)) is not None:
            zone.breaks.add(len(zone.lines))
            at = last
        elif _INDEX.fullmatch(text) and len(text.split()) >= 3:
            pass
        else:
            if "\f" in line.text:
                zone.breaks.add(len(zone.lines))
            zone.lines.append(line)
            zone.gaps.append(gap)
            gap = 0
        at += 1
    return zone


def _read(lines: Sequence[Line], head: Head, end: int) -> TaskTable:
    zone = _zone(lines, head, end)
    starts = numbers_in_order.starts([spaced(line.text) for line in zone.lines], zone.breaks)
    _drop_page_numbers(zone, starts)
    first = lines[head.first].number
    table = TaskTable(head.columns, first_line=first, last_line=lines[end - 1].number if end else first)
    begun = {start.at: start for start in starts}
    learned = Learned(Spacing(_share_of_blanks(zone)))
    for _ in range(3):
        table.rows, table.sections = [], []
        _fill(table, zone, begun, learned)
        learned = Learned(Spacing(learned.spacing.blanks, _against(learned)), _widths(table))
    return table


def _drop_page_numbers(zone: Zone, starts: Sequence[Start]) -> None:
    """A number on a line of its own that numbers no row is a page's: the page breaks there."""
    taken = {start.at for start in starts}
    for at, line in enumerate(zone.lines):
        if at and _CUT_DAY.search(zone.lines[at - 1].text):
            continue
        if at not in taken and is_page_number(line) and int(re.findall(r"\d+", line.text)[0]) < 1_000:
            zone.lines[at] = Line("", line.number, line.page)
            zone.breaks.add(at)


def _fill(table: TaskTable, zone: Zone, begun: dict[int, Start], learned: Learned) -> None:
    """Walk the zone: sections and rows as they begin, everything between belongs to the row above."""
    marks = sorted({0, *begun, *(at for at in zone.breaks if at < len(zone.lines)), len(zone.lines)})
    section: str | None = None
    for at, following in itertools.pairwise(marks):
        start = begun.get(at)
        pieces = [(line, gap) for line, gap in zip(zone.lines[at:following], zone.gaps[at:following], strict=True)]
        if start and start.kind == "section":
            section, taken = _title(start, [line.text for line, _ in pieces[1:]])
            table.sections.append(section)
            pieces, start = pieces[1 + taken :], None
        fragments = fragments_of(pieces, start.rest if start else None, learned.spacing)
        if fragments:
            _add(table, fragments, start.number if start else None, section, learned)
        elif start:
            table.rows.append(Row(start.number, section, table.columns, [[] for _ in table.columns]))


def _title(start: Start, more: Sequence[str]) -> tuple[str, int]:
    """A section's title, and how many lines below its mark it takes: those that go on in mid-sentence."""
    parts, taken = [start.rest], 0
    for text in more:
        words = spaced(text)
        if words and any(parts) and not starts_small(words):
            break
        parts.append(words)
        taken += 1
    return spaced(" ".join(parts))[:300].rstrip(" .:"), taken


def _share_of_blanks(zone: Zone) -> float:
    return sum(gap > 0 for gap in zone.gaps) / max(1, len(zone.gaps))


def _add(
    table: TaskTable, fragments: list[Fragment], number: str | None, section: str | None, learned: Learned
) -> None:
    """Make the fragments a row, or the rest of the row before when nothing numbers them."""
    columns = [column for column in table.columns if column.role != "number"]
    own = {at: learned.widths[i] for at, i in enumerate(_kept(table.columns)) if i in learned.widths}
    before = table.rows[-1] if table.rows else None
    if number is None and before is not None and before.section == section:
        fragments = _carried(table, fragments, columns, own, before, learned)
        if not fragments:
            return
    for at, found in enumerate(_all_rows(fragments, columns, own)):
        learned.edges.extend(cell[0].edge for cell in found.cells[1:] if cell and not cell[0].soft)
        table.rows.append(_row(table, found, number if at == 0 else None, section, learned))


def _all_rows(fragments: list[Fragment], columns: list[Column], widths: dict[int, int]) -> list[Cut]:
    """The fragments as one row, or as several of which only the first had a number."""
    one = cut(fragments, columns, widths)
    two = _two_rows(fragments, columns, widths)
    if two is None or two.score <= one.score + 3.0:
        return [one]
    first, second = two.halves(len(columns))
    if not (_is_whole(first.cells, columns) and _is_whole(second.cells, columns)):
        return [one]
    rest = [fragment for cell in second.cells for fragment in cell]
    return [first, *_all_rows(rest, columns, widths)]


def _kept(columns: Sequence[Column]) -> list[int]:
    return [at for at, column in enumerate(columns) if column.role != "number"]


def _carried(
    table: TaskTable, fragments: list[Fragment], columns: list[Column], widths: dict[int, int], before: Row,
    learned: Learned,
) -> list[Fragment]:  # fmt: skip
    """Give the row before what a page had cut from it; what is left over begins a row of its own."""
    had = [before.text(at) for at in _kept(table.columns)]
    alone = cut(fragments, columns, widths)
    rest = cut(fragments, columns, widths, had)
    goes = goes_on(_row(table, alone, None, before.section, learned), before)
    both = _rest_and_row(fragments, columns, widths, had)
    if both is not None and both.score > (rest if goes else alone).score + 1.0:
        carried, fresh = both.halves(len(columns))
        carry_on(before, _row(table, carried, None, before.section, learned))
        return [fragment for cell in fresh.cells for fragment in cell]
    if goes:
        carry_on(before, _row(table, rest, None, before.section, learned))
        return []
    return fragments


def _rest_and_row(
    fragments: list[Fragment], columns: list[Column], widths: dict[int, int], had: Sequence[str]
) -> Cut | None:
    """The fragments as the rest of a row and a whole row after it, or None when no whole row is among them."""
    if len(fragments) > 400:
        return None
    doubled = {**widths, **{at + len(columns): width for at, width in widths.items()}}
    found = cut(fragments, [*columns, *columns], doubled, [*had, *([None] * len(columns))])
    first, second = found.halves(len(columns))
    return found if any(first.cells) and _is_whole(second.cells, columns) else None


def _two_rows(fragments: list[Fragment], columns: list[Column], widths: dict[int, int]) -> Cut | None:
    """The fragments as two rows, of which the second has no number; tried only where two periods stand."""
    texts = [fragment.text for fragment in fragments if not fragment.soft]
    periods = sum(fit(text, "period") > 0 or fit(joined((text, more)), "period") > 0
                  for text, more in zip(texts, [*texts[1:], ""], strict=True))  # fmt: skip
    if periods < 2 or len(fragments) > 400:
        return None
    doubled = {**widths, **{at + len(columns): width for at, width in widths.items()}}
    return cut(fragments, [*columns, *columns], doubled)


def _is_whole(cells: Sequence[Sequence[Fragment]], columns: Sequence[Column]) -> bool:
    """Whether a row has a content that says something, and a period."""
    roles = [column.role for column in columns]
    content = joined(fragment.text for fragment in cells[roles.index("content")])
    return len(content.split()) >= 4 and ("period" not in roles or bool(cells[roles.index("period")]))


def _row(table: TaskTable, found: Cut, number: str | None, section: str | None, learned: Learned) -> Row:
    cells = found.cells
    whole: list[list[Piece]] = [[] for _ in table.columns]
    for at, cell in zip(_kept(table.columns), cells, strict=True):
        whole[at] = [Piece(fragment.text, fragment.line) for fragment in cell]
    row = Row(number, section, table.columns, whole)
    kept = _kept(table.columns)
    row.unsure = _guessed(table.columns, kept, cells)
    if min(found.margins, default=learned.narrow) < learned.narrow or _holds_another(table, kept, cells):
        row.doubts.append("Chỗ ngắt giữa các ô của hàng này là phỏng đoán; hãy đối chiếu với văn bản gốc.")
    return row


def _holds_another(table: TaskTable, kept: Sequence[int], cells: Sequence[Sequence[Fragment]]) -> bool:
    """Whether a line among free words, or two, are all a unit or a period: a row without a number may begin there,
    or the edge of a cell be missed."""
    for at, cell in zip(kept, cells, strict=True):
        if table.columns[at].shape != "text":
            continue
        for here, after in itertools.zip_longest(cell, cell[1:]):
            if here.soft or not starts_large(here.text):
                continue
            if is_unit(here.text) or (after and is_unit(glued(here.text, after.text))):
                return True
            if fit(here.text, "period") > 0 and not (after and starts_small(after.text)):
                return True
    return False


def _guessed(columns: Sequence[Column], kept: Sequence[int], cells: list[list[Fragment]]) -> set[int]:
    """Columns of free words side by side, where nothing but a capital tells them apart."""
    unsure: set[int] = set()
    for left, right in zip(range(len(kept)), range(1, len(kept)), strict=False):
        if _may_have_swallowed(columns[kept[left]], columns[kept[right]], cells[left], cells[right]):
            unsure |= {kept[left], kept[right]}
        if columns[kept[right]].shape == "unit" and (
            (columns[kept[left]].shape == "unit" and _bullets_run_on(cells[left], cells[right]))
            or (columns[kept[left]].shape in ("unit", "person") and _one_name_apart(cells[left], cells[right]))
        ):
            unsure |= {kept[left], kept[right]}
        shapes = {columns[kept[left]].shape, columns[kept[right]].shape}
        if "text" not in shapes or not shapes <= {"text", "money", "person"}:
            continue
        if (cells[right] and cells[right][0].edge < 1.0) or (cells[left] and not cells[right]):
            unsure |= {kept[left], kept[right]}
    return unsure


def _bullets_run_on(mine: list[Fragment], other: list[Fragment]) -> bool:
    """Whether dashes alone part two unit columns: each unit has one, and nothing tells where the next cell begins."""
    dashes = [fragment for fragment in mine[1:] if fragment.text.startswith(("- ", "+ "))]
    return other[0].text.startswith(("- ", "+ ")) and other[0].edge < 1.5 if other else bool(dashes)


def _one_name_apart(mine: list[Fragment], other: list[Fragment]) -> bool:
    """Whether the edge between two cells may part one name: "Ủy ban Kiểm tra" and "Đảng ủy"."""
    if not mine or not other or mine[-1].text.endswith((",", ";", ".")):
        return False
    last, first = mine[-1].text, next(iter(unit_parts(other[0].text)), "")
    if folded(first) == "đảng ủy":
        return True
    return other[0].edge < 1.5 and bool(first) and is_unit(glued(next(reversed(unit_parts(last)), last), first))


def _may_have_swallowed(left: Column, right: Column, mine: list[Fragment], other: list[Fragment]) -> bool:
    """Whether a unit's last line may be the empty column's words beside it: it begins with a capital, and nothing
    before it parts two names."""
    if left.shape != "unit" or right.shape != "text" or other or len(mine) < 2:
        return False
    return mine[-1].text[:1].isupper() and not mine[-2].text.endswith((",", ";", "-"))


def _against(learned: Learned) -> float:
    """How much an unmarked edge is to be doubted: much, where nearly every edge found is marked by the spacing."""
    if len(learned.edges) < 8:
        return 0.1
    marked = sum(edge >= 1.5 for edge in learned.edges) / len(learned.edges)
    return 2.5 if marked > 0.85 else 1.0 if marked > 0.7 else 0.1


def _widths(table: TaskTable) -> dict[int, int]:
    """How wide each column is, from the lines that ran on inside its cells."""
    found: dict[int, int] = {}
    for at in range(len(table.columns)):
        lengths = sorted(len(piece.text) for row in table.rows for piece in row.cells[at][:-1])
        if len(lengths) >= 5:
            found[at] = lengths[int(0.95 * (len(lengths) - 1))]
    return found
