"""A .pdf plan with a text layer: lines from top to bottom, ruled tables as tables, each with its page.

Page numbers and running heads stay as lines; `interpret` drops them. A table that runs over page breaks
becomes one table, provided that nothing but such furniture stands between its parts; the furniture then
follows the table, with the line numbers of where it stood.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from hocvu.plan.reading import guard, packing
from hocvu.plan.reading.letters import is_old_font
from hocvu.plan.reading.pdftable import Part, hand_out, parts_of, set_in_grid
from hocvu.plan.reading.pdfwords import Letter, Written, letters_of, written_lines
from hocvu.plan.reading.source import Block, Line, Refused, Source

# A page whose pictures cover this share of it, with fewer letters than a signature stamp has, is a scan.
_SCANNED_SHARE = 0.5
_STAMP = 200
# Page numbers and running heads stand in this share of the page at its head and foot.
_MARGIN = 0.12
_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:trang\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?[-–—\s.]*", re.I)

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(slots=True)
class _Piece:
    """A line or a part of a table as it stands on its page."""

    top: float
    what: Line | Part
    at_margin: bool = False


@dataclass(slots=True)
class _Reader:
    """Goes through the pages once, counting lines."""

    pieces: list[_Piece] = field(default_factory=list)
    counting: guard.Counting = field(default_factory=guard.Counting)

    def read(self, page: Any, number: int) -> None:
        """Take in one page; a page that is only a picture cannot be read, and must not be passed over."""
        letters = letters_of(page)
        _refuse_unreadable(page, number, letters)
        parts = parts_of(page, number)
        outside = written_lines(hand_out(letters, parts))
        found: list[tuple[float, Written | Part]] = [(line.top, line) for line in outside]
        found += [(part.top, part) for part in parts]
        for top, what in sorted(found, key=lambda each: each[0]):
            if isinstance(what, Part):
                for cell in what.cells:
                    cell.lines = [self.line(line, number) for line in written_lines(cell.letters)]
                    cell.letters = []
                self.pieces.append(_Piece(top, what))
            else:
                edge = _MARGIN * float(page.height)
                at_margin = what.bottom < edge or top > float(page.height) - edge
                self.pieces.append(_Piece(top, self.line(what, number), at_margin))

    def line(self, written: Written, page: int) -> Line:
        """The next line, numbered."""
        return self.counting.line(written.text, page)


def open_pdf(path: Path, told: Callable[[int, int], None]) -> Source:
    """Read a .pdf page by page, telling each page read; refuse one whose words are not text."""
    reader = _Reader()
    try:
        with pdfplumber.open(path) as document:
            pages = len(document.pages)
            if pages > guard.MOST_PAGES:
                raise Refused(guard.TOO_MANY_PAGES)
            for number, page in enumerate(document.pages, start=1):
                reader.read(page, number)
                page.close()
                told(number, pages)
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise Refused(guard.LOCKED) from error
    except PdfminerException as error:
        locked = isinstance(error.args[0], PDFPasswordIncorrect | PDFEncryptionError)
        raise Refused(guard.LOCKED if locked else guard.BROKEN) from error
    blocks = _blocks(reader.pieces)
    lines = packing.all_lines(blocks)
    if not any(line.text.strip() for line in lines):
        raise Refused(guard.NO_WORDS if pages else guard.BROKEN)
    return Source("pdf", tuple(blocks), pages, lines)


def _refuse_unreadable(page: Any, number: int, letters: list[Letter]) -> None:
    seen = [letter for letter in letters if not letter["text"].isspace()]
    covered = sum(image["width"] * image["height"] for image in page.images)
    if len(seen) < _STAMP and covered > _SCANNED_SHARE * float(page.width) * float(page.height):
        raise Refused(f"Trang {number} là ảnh chụp, không có chữ để đọc: hãy chọn bản Word hoặc PDF xuất từ Word.")
    if sum(letter["text"].startswith("(cid:") for letter in seen) > 0.05 * len(seen):
        raise Refused(f"Chữ ở trang {number} bị mã hóa riêng, không đọc được: hãy chọn bản Word của kế hoạch.")
    if sum(is_old_font(letter["fontname"]) for letter in seen) > 0.2 * len(seen):
        raise Refused(guard.OLD_LETTERS)


def _blocks(pieces: list[_Piece]) -> list[Block]:
    """The pieces as blocks, the parts of a table that goes on over page breaks made one."""
    furniture = _furniture(pieces)
    blocks: list[Block] = []
    parts: list[Part] = []
    since: list[Line] = []

    def close() -> None:
        if parts:
            blocks.append(set_in_grid(parts))
        blocks.extend(since)
        parts.clear()
        since.clear()

    for piece in pieces:
        if isinstance(piece.what, Line):
            if not parts or piece.what.number not in furniture:
                close()
            since.append(piece.what)
            continue
        part = piece.what
        if not (parts and part.page == parts[-1].page + 1 and parts[-1].goes_on_in(part)):
            close()
        parts.append(part)
    close()
    return blocks


def _furniture(pieces: list[_Piece]) -> set[int]:
    """The numbers of lines at head and foot that are page numbers, or the same on several pages but for digits."""
    lines = [(piece, piece.what) for piece in pieces if piece.at_margin and isinstance(piece.what, Line)]
    alike = Counter(_likeness(piece, line) for piece, line in lines)
    return {
        line.number for piece, line in lines if _PAGE_NUMBER.fullmatch(line.text) or alike[_likeness(piece, line)] > 1
    }


def _likeness(piece: _Piece, line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(piece.top / 10)
