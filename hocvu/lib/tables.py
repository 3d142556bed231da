"""Every list leaves as a spreadsheet: typed cells, no formula, memory that does not grow with the rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Generic, TypeVar

import xlsxwriter
from django.http import FileResponse, HttpRequest
from django.utils import timezone

from hocvu.lib.text import slug

T = TypeVar("T")
Cell = str | int | float | Decimal | bool | date | datetime | None

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # what a spreadsheet holds; longer text would be dropped without a word


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column of an export: its heading, what a row says there, how wide it is in characters."""

    heading: str
    cell: Callable[[T], Cell]
    width: int = 20


def wants_xlsx(request: HttpRequest) -> bool:
    """True where the address asks for the list as a spreadsheet."""
    return request.GET.get("dinh-dang") == "xlsx"


def export(filename: str, columns: Sequence[Column[T]], rows: Iterable[T]) -> FileResponse:
    """The rows as a spreadsheet with these columns."""
    cells = ([column.cell(row) for column in columns] for row in rows)
    return xlsx_response(filename, [c.heading for c in columns], cells, widths=[c.width for c in columns])


def xlsx_response(
    filename: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()
) -> FileResponse:
    """A spreadsheet to save; text stays text, so that a cell that starts with "=" is never a formula."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
    write_xlsx(kept, headings, rows, widths)
    kept.seek(0)
    name = f"{slug(filename.removesuffix('.xlsx'))}.xlsx"
    return FileResponse(kept, as_attachment=True, filename=name, content_type=CONTENT_TYPE)


def write_xlsx(
    target: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()
) -> None:
    """Write one sheet: bold headings that stay in view, then the rows as they come."""
    write_book(target, [Sheet("", headings, rows, widths)])


@dataclass(frozen=True)
class Sheet:
    """One sheet of a book; a name is cut and cleaned as spreadsheets need it."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


_NOT_IN_A_NAME = str.maketrans("[]:*?/\\", "       ")


def write_book(target: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write several sheets, one after the other, in memory that does not grow with the rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        for one in sheets:
            _write_sheet(book, one)


def _write_sheet(book: Any, one: Sheet) -> None:
    sheet = book.add_worksheet(one.name.translate(_NOT_IN_A_NAME)[:31] or None)
    headings, rows, widths = one.headings, one.rows, one.widths
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
    formats = {
        date: book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"}),
        datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm", "valign": "top", "align": "left"}),
        str: book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for index in range(len(headings)):
        sheet.set_column(index, index, widths[index] if index < len(widths) else 20)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, headings, heading)
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            _write(sheet, number, index, cell, formats)


def _write(sheet: Any, row: int, column: int, cell: Cell, formats: dict[type, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_string(row, column, "Có" if cell else "Không", formats[str])
    elif isinstance(cell, datetime):
        local = timezone.make_naive(cell) if timezone.is_aware(cell) else cell
        sheet.write_datetime(row, column, local, formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats[date])
    elif isinstance(cell, (int, float, Decimal)):
        sheet.write_number(row, column, cell)
    else:
        text = str(cell)
        sheet.write_string(
            row, column, text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…", formats[str]
        )
