"""A table of a .docx: each merged cell once, where it begins, and `None` in the places that it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from xml.etree.ElementTree import Element

from hocvu.plan.reading import guard
from hocvu.plan.reading.source import Cell, Line, Refused, Row, Table
from hocvu.plan.reading.wordxml import value, w, whole

# Word itself stops at 63 columns; the grid of a much-edited table may have more edges than that.
WIDEST = 200
# Edges of columns nearer than this (in twentieths of a point, about 1.5 mm) were drawn as one.
SAME_EDGE = 85

_AROUND = {w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("moveTo")}
_Lines = Callable[[Element], list[Line]]


@dataclass(slots=True)
class _Placed:
    """A cell on the grid from column `at`; `lines` is None where a merged cell above or beside goes on."""

    at: int
    wide: int
    lines: list[Line] | None = field(default_factory=list)


def read_table(table: Element, lines_in: _Lines) -> Table:
    """Set the rows of a Word table on one grid, deleted rows left out."""
    rows = [_cells(row, lines_in) for row in _inside(table, w("tr")) if row.find(f"{w('trPr')}/{w('del')}") is None]
    edges = _edges(table, rows)
    column = {edge: at for at, edge in enumerate(sorted(set(edges.values())))}
    width = max(1, len(column))
    return Table(tuple(_row(row, {at: column[edge] for at, edge in edges.items()}, width) for row in rows))


def _row(row: list[_Placed], column: dict[int, int], width: int) -> Row:
    places: list[Cell | None] = [Cell()] * width
    for placed in row:
        first = column[placed.at]
        last = min((column[at] for at in column if at >= placed.at + placed.wide), default=width)
        for at in range(first, max(last, first + 1)):
            places[at] = None
        if placed.lines is not None:
            places[first] = Cell(tuple(placed.lines))
    return Row(tuple(places))


def _inside(around: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for child in around:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, tag)


def _cells(row: Element, lines_in: _Lines) -> list[_Placed]:
    at = whole(row.find(f"{w('trPr')}/{w('gridBefore')}"), 0)
    found: list[_Placed] = []
    for cell in _inside(row, w("tc")):
        properties = cell.find(w("tcPr"))
        wide = max(1, whole(properties.find(w("gridSpan")) if properties is not None else None, 1))
        if not 0 <= at + wide <= WIDEST:
            raise Refused(guard.BROKEN)
        goes_on = _goes_on(properties, "vMerge") or _goes_on(properties, "hMerge")
        found.append(_Placed(at, wide, None if goes_on else lines_in(cell)))
        at += wide
    return found


def _goes_on(properties: Element | None, merge: str) -> bool:
    """Whether the cell is the continuation of a merged one, whose own text Word does not show."""
    found = properties.find(w(merge)) if properties is not None else None
    return found is not None and value(found) != "restart"


def _edges(table: Element, rows: list[list[_Placed]]) -> dict[int, int]:
    """The grid column at which each cell begins, and the column that stands for it.

    Columns at which no cell begins vanish; edges that a clerk dragged a hair apart count as one, as long as
    no row has two cells between them.
    """
    begins = sorted({placed.at for row in rows for placed in row})
    widths = [max(0, whole(column, 0, "w")) for column in table.iterfind(f"{w('tblGrid')}/{w('gridCol')}")]
    offsets = [0, *accumulate(widths)]
    together = [{placed.at for placed in row} for row in rows]
    stands_for: dict[int, int] = {}
    last: int | None = None
    for at in begins:
        near = last is not None and at < len(offsets) and min(widths, default=0) > 0 and (
            offsets[at] - offsets[last] < SAME_EDGE
        )  # fmt: skip
        if near and last is not None and not any({at, last} <= row for row in together):
            stands_for[at] = last
        else:
            stands_for[at] = last = at
    return stands_for
