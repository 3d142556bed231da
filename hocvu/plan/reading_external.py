"""A file of outside figures read: totals of neighbourhoods, or a list of people by identity number. Pure.

The heading is found, columns are told by their names; a row that sums up is checked against the others; each row
that cannot be used says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from hocvu.lib.figures import number_words, plain_number
from hocvu.lib.sheets import Cell, Refused, Sheet
from hocvu.lib.text import fold
from hocvu.ward.importing import cells
from hocvu.ward.importing.cells import Places

_HEADINGS = (
    ("number", r".*(cccd|dinh danh|can cuoc|cmnd).*"),
    ("day", r".*(ngay (xac nhan|kich hoat|cap|hoan thanh|dat)).*"),
    (
        "numerator",
        r".*(so (nguoi )?(dat|da|duoc|co|kich hoat|xac nhan)|da (co|duoc|dat|kich hoat|pho cap)|^dat$|so luong|ket qua).*",
    ),
    ("denominator", r".*(tong so|tong dan so|phai|can|dan so|so phai).*"),
    ("neighbourhood", r".*(to dan pho|tdp|thon|khu dan cu|kdc|khu pho|don vi|dia ban|^to$|^khu$).*"),
)
_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _HEADINGS]
_WHOLE = re.compile(r"(tong|tong cong|tong so|cong|toan (phuong|xa|dac khu|dia ban))\b.*")
LOOK = 30


@dataclass(slots=True)
class Total:
    """A line of totals."""

    row: int
    place: int | None
    numerator: int
    denominator: int | None


@dataclass(slots=True)
class Reading:
    """What a file says. `whole` is its own line for all places; `faults` are rows that were left out, with why."""

    layout: str
    totals: list[Total] = field(default_factory=list)
    whole: Total | None = None
    numbers: list[tuple[int, str, date | None]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(sheets: Sequence[Sheet], places: Places, today: date) -> Reading:
    """The reading of a file. Raises Refused where no heading tells what it holds."""
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:LOOK]):
            columns = _columns(row)
            below = [(sheet.first + n, cells_) for n, cells_ in enumerate(sheet.rows) if n > at]
            if "number" in columns:
                return _people(below, columns, today)
            if "numerator" in columns and "neighbourhood" in columns:
                return _totals(below, columns, places)
    raise Refused(
        "Không tìm thấy dòng tiêu đề. Cần cột Số định danh (danh sách người), hoặc cột Khu dân cư và cột Số đạt (số tổng)."
    )


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        plain = fold(str(cell)) if isinstance(cell, str) else ""
        name = next(
            (name for name, pattern in _PATTERNS if plain and len(plain) < 60 and pattern.fullmatch(plain)), None
        )
        if name and name not in found:
            found[name] = at
    return found


def _at(row: Sequence[Cell], columns: dict[str, int], name: str) -> Cell:
    at = columns.get(name)
    return row[at] if at is not None and at < len(row) else None


def _people(rows: Sequence[tuple[int, Sequence[Cell]]], columns: dict[str, int], today: date) -> Reading:
    found = Reading("people")
    for number, row in rows:
        said = _at(row, columns, "number")
        if said is None:
            continue
        digits, kinds = cells.number(said)
        if not digits:
            if any(letter.isdigit() for letter in str(said)):
                found.faults.append((number, "Số định danh phải có 12 chữ số."))
            continue
        if "id_padded" in kinds:
            found.warnings.append(f"Dòng {number}: số định danh thiếu số 0 ở đầu, đã thêm vào.")
        day, wrong = _day(_at(row, columns, "day"), today)
        if wrong:
            found.faults.append((number, wrong))
            continue
        found.numbers.append((number, digits, day))
    return found


def _day(cell: Cell, today: date) -> tuple[date | None, str]:
    if cell is None:
        return None, ""
    birth, kinds = cells.birth(cell, today)
    if birth.day is None:
        return None, "Ngày xác nhận không đọc được. Hãy ghi ngày/tháng/năm." if kinds else ""
    return birth.day, ""


def _totals(rows: Sequence[tuple[int, Sequence[Cell]]], columns: dict[str, int], places: Places) -> Reading:
    found, seen = Reading("totals"), dict[int, int]()
    for number, row in rows:
        said = _at(row, columns, "neighbourhood")
        first = fold(" ".join(str(cell) for cell in row[: columns["neighbourhood"] + 1] if isinstance(cell, str)))
        numerator, wrong = _count(_at(row, columns, "numerator"))
        denominator, worse = _count(_at(row, columns, "denominator"))
        if numerator is None and not wrong:
            continue
        if wrong or worse:
            found.faults.append((number, "Số không đọc được. Hãy ghi số nguyên."))
        elif denominator is not None and numerator is not None and numerator > denominator:
            found.faults.append(
                (number, f"Số đạt {number_words(numerator)} lớn hơn tổng số {number_words(denominator)}.")
            )
        elif _WHOLE.fullmatch(first):
            found.whole = Total(number, None, numerator or 0, denominator)
        else:
            _place(found, seen, places, number, said, Total(number, None, numerator or 0, denominator))
    found.warnings += list(_compared(found))
    return found


def _place(found: Reading, seen: dict[int, int], places: Places, number: int, said: Cell, line: Total) -> None:
    line.place = places.find(said)
    if line.place is None:
        found.faults.append((number, f"Không có khu dân cư nào tên “{str(said or '')[:60]}”."))
    elif line.place in seen:
        found.faults.append((number, f"Khu dân cư này đã có ở dòng {seen[line.place]}."))
    else:
        seen[line.place] = number
        found.totals.append(line)


def _count(cell: Cell) -> tuple[int | None, bool]:
    """A whole number, and whether what stands there is none."""
    if cell is None or cell == "":
        return None, False
    if isinstance(cell, float):
        return (int(cell), False) if cell.is_integer() and cell >= 0 else (None, True)
    text = plain_number(str(cell)).replace(",", "")
    return (int(text), False) if text.isdecimal() else (None, True)


def _compared(found: Reading) -> Iterator[str]:
    """Whether the file's own sum agrees with its lines."""
    if found.whole is None or not found.totals:
        return
    summed = sum(line.numerator for line in found.totals)
    if summed != found.whole.numerator:
        yield (
            f"Dòng tổng ghi {number_words(found.whole.numerator)}, cộng các dòng được {number_words(summed)}. "
            "Số của toàn địa bàn lấy theo dòng tổng."
        )
