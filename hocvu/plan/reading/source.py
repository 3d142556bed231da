"""What a plan file holds before anyone asks what it means: lines and tables, each with its place.

`open_source` (in `files`) turns a .txt, .docx or .pdf into a `Source`; `interpret` reads a `Source`
and never touches a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line (.txt, .pdf) or one paragraph (.docx), in NFC, with its marks of space kept.

    `number` counts from 1 through the whole source, the lines inside tables included, and is what a
    person sees beside the text on the review page. `page` is None where the format has no pages.
    """

    text: str
    number: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: its lines from top to bottom. A merged cell stands once, at its first row and column;
    the places that it covers hold `None` in `Row.cells`."""

    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        """The cell as one string: lines joined by a space, runs of white space folded."""
        return " ".join(" ".join(line.text for line in self.lines).split())


@dataclass(frozen=True, slots=True)
class Row:
    """A table row, as wide as its table."""

    cells: tuple[Cell | None, ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A real table. One that runs over a page break arrives as one table, its repeated head rows still in it."""

    rows: tuple[Row, ...]


Block = Line | Table


@dataclass(frozen=True, slots=True)
class Source:
    """A plan file opened: its blocks in reading order, and every line by number for the review page.

    A .txt has lines only, even where the text was once a table; the reader sorts that out.
    """

    kind: Literal["txt", "docx", "pdf"]
    blocks: tuple[Block, ...]
    pages: int | None = None
    lines: tuple[Line, ...] = field(default=())


class Refused(Exception):
    """The file cannot be read. The message is one Vietnamese sentence for the person who chose it:
    what is wrong and what to do."""
