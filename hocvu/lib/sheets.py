"""Spreadsheets as people hand them in: .xlsx, .xls, .ods, .csv as rows of plain cells.

A file is refused in a sentence where it cannot be read; nothing in it is ever run. Numbers come as numbers, dates
as dates, everything else as text in its composed form.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

from python_calamine import CalamineError, CalamineWorkbook

from hocvu.lib.text import nfc

Cell = str | float | date | None
LARGEST = 30 * 1024 * 1024
LARGEST_UNPACKED = 400 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200
ENDINGS = (".xlsx", ".xls", ".ods", ".csv")
_CSV_ENCODINGS = ("utf-8-sig", "utf-16", "cp1258")


class Refused(Exception):
    """The file cannot be read. The message is one Vietnamese sentence: what is wrong and what to do."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its rows; the first row has number `first`, as the file numbers it."""

    name: str
    rows: list[list[Cell]]
    first: int = 1

    def numbered(self) -> Iterator[tuple[int, list[Cell]]]:
        """The rows with the numbers that the person sees at the margin."""
        yield from enumerate(self.rows, start=self.first)


def open_book(content: bytes, name: str) -> list[Sheet]:
    """Every sheet of a file that holds anything. Raises Refused."""
    ending = PurePath(name).suffix.lower()
    if not content:
        raise Refused("Tệp này không có nội dung. Hãy chọn tệp khác.")
    if len(content) > LARGEST:
        raise Refused("Tệp lớn hơn 30 MB. Hãy chia danh sách làm nhiều tệp.")
    if ending not in ENDINGS:
        raise Refused("Chỉ nhận tệp .xlsx, .xls, .ods hoặc .csv. Hãy lưu bảng theo một trong các loại đó.")
    sheets = [_from_csv(content)] if ending == ".csv" else _from_workbook(content)
    kept = [sheet for sheet in sheets if any(cell not in (None, "") for row in sheet.rows for cell in row)]
    if not kept:
        raise Refused("Tệp này không có dòng nào. Hãy kiểm tra lại tệp.")
    if any(len(sheet.rows) > MOST_ROWS for sheet in kept):
        raise Refused("Bảng dài hơn 200.000 dòng. Hãy chia làm nhiều tệp.")
    return kept


def _from_workbook(content: bytes) -> list[Sheet]:
    if content[:4] == b"PK\x03\x04":
        _refuse_bomb(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_sheet(book, name) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError, UnicodeDecodeError) as fault:
        locked = "password" in str(fault).lower() or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        why = "có thể đang đặt mật khẩu" if locked else "đã hỏng hoặc không phải bảng tính"
        raise Refused(f"Không mở được tệp này: tệp {why}. Hãy mở bằng Excel, lưu lại rồi gửi lại.") from None


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused("Tệp này đã hỏng. Hãy mở bằng Excel, lưu lại rồi gửi lại.") from None
    if unpacked > LARGEST_UNPACKED:
        raise Refused("Tệp này nở ra quá lớn khi mở. Hãy chép riêng bảng cần dùng sang tệp mới rồi gửi lại.")


def _sheet(book: CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    first = (sheet.start[0] if sheet.start else 0) + 1
    left = sheet.start[1] if sheet.start else 0
    blank: list[Cell] = [None] * min(left, MOST_COLUMNS)
    rows = [[*blank, *(_plain(cell) for cell in row)][:MOST_COLUMNS] for row in sheet.to_python(skip_empty_area=True)]
    return Sheet(nfc(name), rows, first)


def _plain(cell: object) -> Cell:
    if isinstance(cell, str):
        return nfc(cell.replace("\x00", "").replace("\u00a0", " ")).strip() or None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        return float(cell)
    return None if cell is None or isinstance(cell, (time, timedelta)) else str(cell)


def _from_csv(content: bytes) -> Sheet:
    for encoding in _CSV_ENCODINGS:
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused("Không đọc được chữ trong tệp .csv. Hãy lưu lại theo mã UTF-8.")
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        rows: list[list[Cell]] = [
            [_plain(cell) for cell in row][:MOST_COLUMNS] for row in csv.reader(io.StringIO(text), dialect)
        ]
    except csv.Error:
        raise Refused("Tệp .csv này không phải bảng. Hãy mở bằng Excel, lưu lại rồi gửi lại.") from None
    return Sheet("csv", rows)


def from_serial(number: float) -> date | None:
    """The day of an Excel serial number in the 1900 system; None outside 1901 to 2100."""
    if not 366 < number < 73_416:
        return None
    return date(1899, 12, 30) + timedelta(days=int(number))
