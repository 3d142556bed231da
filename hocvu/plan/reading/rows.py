"""A row of an assignment table, by column, before anyone asks what its words mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hocvu.plan.reading.columns import Column
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import joined


@dataclass(slots=True)
class Piece:
    """Some words in a cell and the line they stand on."""

    text: str
    line: Line


@dataclass(slots=True)
class Row:
    """One task row. `cells` follow the table's columns; `unsure` names the columns whose edges were guessed."""

    number: str | None
    section: str | None
    columns: Sequence[Column]
    cells: list[list[Piece]]
    paragraphs: bool = False
    unsure: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)

    def text(self, at: int) -> str:
        """The words of one cell as one line."""
        return joined(piece.text for piece in self.cells[at])

    def lines(self) -> list[Line]:
        return [piece.line for cell in self.cells for piece in cell]

    def has(self, at: int) -> bool:
        return any(piece.text.strip() for piece in self.cells[at])

    def at(self, role: str) -> int | None:
        """The place of the column with a role."""
        return next((at for at, column in enumerate(self.columns) if column.role == role), None)


@dataclass(slots=True)
class TaskTable:
    """All rows of one assignment table and its section titles in order. `wrapped` says that the lines of a cell
    were broken by its width, so that they are no paragraphs."""

    columns: Sequence[Column]
    rows: list[Row] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    first_line: int = 0
    last_line: int = 0
    wrapped: bool = False


def goes_on(row: Row, before: Row | None) -> bool:
    """Whether a row without a number is the rest of the row before, cut off by a page, rather than a new one."""
    if before is None:
        return False
    content, period = row.at("content"), row.at("period")
    filled = [at for at in range(len(row.cells)) if row.has(at)]
    if content is None or content not in filled:
        return True
    text = row.text(content)
    if text[:1].islower():
        return True
    whole = period is not None and row.has(period)
    return not whole and len(filled) < max(2, len(row.columns) // 2)


def carry_on(row: Row, rest: Row) -> None:
    """Put the rest of a cut row behind what stands already."""
    for cell, more in zip(row.cells, rest.cells, strict=True):
        cell.extend(more)
    row.unsure |= rest.unsure
    row.doubts += [doubt for doubt in rest.doubts if doubt not in row.doubts]
