"""Ruled tables of a .pdf: found on each page, joined over page breaks, set on one grid.

A cell that spans rows or columns stands once, where it begins; the places that it covers hold `None`.
A row that is cut by a page break stays two rows, its second half first on the new page (after the head,
where that is repeated) with most of its cells empty: whether it is one row is a question of meaning,
which `interpret` answers. So is a merged cell that goes on over the break: its second half is empty.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from hocvu.plan.reading.pdfwords import Letter
from hocvu.plan.reading.source import Cell, Line, Row, Table

# Rules drawn for one edge of a table lie within this many points of each other.
NEAR = 4.0


@dataclass(slots=True)
class Placed:
    """A cell where it stands on its page."""

    x0: float
    top: float
    x1: float
    bottom: float
    letters: list[Letter] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def holds(self, letter: Letter) -> bool:
        """Whether the middle of a letter lies in the cell."""
        across, down = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
        return bool(self.x0 <= across < self.x1 and self.top <= down < self.bottom)


@dataclass(slots=True)
class Part:
    """The part of a table that stands on one page, its cells by row, then column."""

    page: int
    cells: list[Placed]

    @property
    def top(self) -> float:
        """The height of its upper edge."""
        return min(cell.top for cell in self.cells)

    @property
    def columns(self) -> list[float]:
        """Where its columns begin, and where the last one ends."""
        return edges([*(cell.x0 for cell in self.cells), max(cell.x1 for cell in self.cells)])

    def goes_on_in(self, later: Part) -> bool:
        """Whether a part on the next page stands on the same columns; merged cells may hide some of them."""
        mine, others = self.columns, later.columns
        same_sides = abs(mine[0] - others[0]) < NEAR and abs(mine[-1] - others[-1]) < NEAR
        few, many = sorted((mine, others), key=len)
        return same_sides and all(any(abs(edge - other) < NEAR for other in many) for edge in few)


def parts_of(page: Any, number: int) -> list[Part]:
    """The ruled tables of a page. A frame around running text is no table."""
    found = []
    for table in page.find_tables(_missing_rules(page)):
        cells = [Placed(x0, top, x1, bottom) for x0, top, x1, bottom in table.cells]
        cells.sort(key=lambda cell: (round(cell.top), cell.x0))
        part = Part(number, cells)
        if len(part.columns) > 2:
            found.append(part)
    return found


def _missing_rules(page: Any) -> dict[str, Any]:
    """The outer edges that a table leaves undrawn: open sides, and the foot of a row cut by the page's end."""
    down = [edge for edge in page.edges if edge["orientation"] == "v"]
    across = [edge for edge in page.edges if edge["orientation"] == "h"]
    if not down or not across:
        return {}
    heights = [edge["top"] for edge in across]
    sides = [edge["x0"] for edge in down]
    return {
        "explicit_horizontal_lines": _undrawn([e["top"] for e in down] + [e["bottom"] for e in down], heights),
        "explicit_vertical_lines": _undrawn([e["x0"] for e in across] + [e["x1"] for e in across], sides),
    }


def _undrawn(ends: list[float], drawn: list[float]) -> list[float]:
    """The outermost places at which several rules end although none is drawn across."""
    return [
        end
        for end in {min(ends), max(ends)}
        if sum(abs(other - end) < 1 for other in ends) > 2 and not any(abs(end - rule) < NEAR for rule in drawn)
    ]


def hand_out(letters: list[Letter], parts: list[Part]) -> list[Letter]:
    """Put each letter into its cell; answer with those outside all tables, in their order."""
    cells = [cell for part in parts for cell in part.cells]
    outside: list[Letter] = []
    last: Placed | None = None
    for letter in letters:
        if last is None or not last.holds(letter):
            last = next((cell for cell in cells if cell.holds(letter)), None)
        (outside if last is None else last.letters).append(letter)
    return outside


def edges(places: list[float]) -> list[float]:
    """Places that lie near each other, each group once, from the smallest."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > NEAR:
            found.append(place)
    return found


def set_in_grid(parts: list[Part]) -> Table:
    """One table from its parts on one or more pages, all its rows equally wide."""
    columns = edges([cell.x0 for part in parts for cell in part.cells])
    return Table(tuple(row for part in parts for row in _rows(part, columns)))


def _rows(part: Part, columns: list[float]) -> list[Row]:
    heights = edges([cell.top for cell in part.cells])
    grid: list[list[Cell | None]] = [[Cell()] * len(columns) for _ in heights]
    for cell in part.cells:
        first_row, last_row = _span(heights, cell.top, cell.bottom)
        first, last = _span(columns, cell.x0, cell.x1)
        for row in grid[first_row:last_row]:
            row[first:last] = [None] * (last - first)
        grid[first_row][first] = Cell(tuple(cell.lines))
    return [Row(tuple(cells), part.page) for cells in grid]


def _span(places: list[float], begin: float, end: float) -> tuple[int, int]:
    """From which to before which of the places a cell reaches; it always reaches over one."""
    first = max(0, bisect_left(places, begin + NEAR) - 1)
    return first, max(first + 1, bisect_left(places, end - NEAR))
