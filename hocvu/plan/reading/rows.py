"""A row of an assignment table, by column, before anyone asks what its words mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hocvu.plan.reading.columns import Column
from hocvu.plan.reading.names import begins_unit, unit_parts
from hocvu.plan.reading.source import Line
from hocvu.plan.reading.wording import folded, joined

_SHARED = "Đơn vị chủ trì và phối hợp ghi chung một cột; đơn vị đứng đầu được hiểu là chủ trì, hãy đối chiếu."
_LEADS = re.compile(
    r"(?:^|(?<=\n))\s*[-+•*]?\s*(?:(?:cơ quan|đơn vị) )?chủ trì\s*:?\s*|[\s,;(]*\bchủ trì[\s,;:)]*$", re.I
)
_WITH = re.compile(r"[\s,;.(]*[-+•*]?\s*\b(?:(?:cơ quan|đơn vị) )?phối hợp(?: thực hiện)?(?: với| cùng)?\s*:?\s*", re.I)


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
    shared: int | None = field(default=None, init=False)
    doubts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Where one column names leads and coordinators, the coordinators get a column of their own, the last."""
        self.shared = _is_shared(self.columns)
        if self.shared is not None:
            self.columns = [*self.columns, Column("coordinator", "unit", self.columns[self.shared].title)]
            self.cells = [*self.cells, []]
            share_out(self)

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
class Outline:
    """Where in its sections a table has come: the last section, and in it the numbered groups that are open.
    `told` is what the section's own row says besides its title."""

    section: str | None = None
    groups: list[tuple[str, str]] = field(default_factory=list)
    told: str = ""

    def open(self, title: str, told: str = "") -> None:
        """Begin a section."""
        self.section, self.groups, self.told = title, [], told

    def open_group(self, number: str, title: str) -> None:
        """Begin a group: "1", under which 1.1 and 1.2 stand."""
        self.of(number)
        self.groups.append((number, title))

    def of(self, number: str | None) -> str | None:
        """The section of the row with a number; one that lies outside a group closes it."""
        while number and self.groups and not number.startswith(f"{self.groups[-1][0]}."):
            self.groups.pop()
        return self.groups[-1][1] if self.groups else self.section


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
    outline: Outline = field(default_factory=Outline)


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
    whole = row.shared is not None and not row.cells[-1]
    if row.shared is not None and not whole:
        rest.cells[-1], rest.cells[row.shared] = [*rest.cells[row.shared], *rest.cells[-1]], []
    for cell, more in zip(row.cells, rest.cells, strict=True):
        cell.extend(more)
    if whole and not row.cells[-1]:
        share_out(row)
    row.unsure |= rest.unsure
    row.doubts += [doubt for doubt in rest.doubts if doubt not in row.doubts]


def _is_shared(columns: Sequence[Column]) -> int | None:
    """The one column of all units, where no other says who coordinates and its heading not that all lead."""
    roles = [column.role for column in columns]
    if "lead" not in roles or "coordinator" in roles:
        return None
    at = roles.index("lead")
    title = folded(columns[at].title)
    return at if "phối hợp" in title or "chủ trì" not in title else None


def share_out(row: Row) -> None:
    """Part a shared cell: those before "phối hợp" or a slash lead, else the first; a person looks at who does."""
    if row.shared is None:
        return
    pieces = row.cells[row.shared]
    between = "\n" if row.paragraphs else " "
    whole = between.join(piece.text for piece in pieces)
    end, begin = _edge(whole, paragraphs=row.paragraphs)
    leads = _between(pieces, 0, end)
    row.cells[row.shared] = [Piece(_LEADS.sub("", piece.text), piece.line) for piece in leads]
    row.cells[-1] = _between(pieces, begin, len(whole))
    if row.cells[-1]:
        row.doubts.append(_SHARED)


def _edge(whole: str, *, paragraphs: bool) -> tuple[int, int]:
    """Where the leads of a shared cell end and the coordinators begin."""
    if (found := _WITH.search(whole)) and found.start():
        return found.span()
    for slash in re.finditer(r"\s*/\s*", whole):
        if begins_unit(whole[slash.end() :]) and whole.count("(", 0, slash.start()) == whole.count(
            ")", 0, slash.start()
        ):
            return slash.span()
    parts = unit_parts(whole, paragraphs=paragraphs)
    if len(parts) < 2:
        return len(whole), len(whole)
    first, second = (r"\s+".join(re.escape(word) for word in part.split()) for part in parts[:2])
    found = re.search(rf"{first}(.*?)(?={second})", whole, re.S)
    return found.span(1) if found else (len(whole), len(whole))


def _between(pieces: Sequence[Piece], begin: int, end: int) -> list[Piece]:
    """The pieces that stand between two places of the whole cell, cut where the places are inside one."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        text = piece.text[max(0, begin - at) : max(0, end - at)]
        if text.strip():
            found.append(Piece(text, piece.line))
        at += len(piece.text) + 1
    return found
