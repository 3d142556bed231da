"""A list of completions read: who, which course, on which day. Pure.

The heading is found, columns are told by their names; each row that cannot be used says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from hocvu.lib.sheets import Cell, Refused, Sheet
from hocvu.lib.text import fold
from hocvu.ward.importing import cells

_HEADINGS = (
    ("number", r"(?!.*(ngay|noi) cap).*(cccd|dinh danh|can cuoc|cmnd).*"),
    (
        "day",
        r"(?!.*(cccd|dinh danh|can cuoc|cmnd)).*(ngay|thoi gian|thoi diem).*(hoan thanh|ket thuc|cap|xac nhan|dat).*"
        r"|hoan thanh (ngay|luc)|ngay",
    ),
    ("born", r".*(ngay sinh|nam sinh|sinh ngay).*"),
    ("course", r".*(khoa hoc|ten khoa|khoa dao tao|khoa boi duong|noi dung hoc|chuyen de).*|khoa"),
    ("name", r".*(ho va ten|ho ten|ho, ten|ten hoc vien|nguoi hoc|hoc vien).*"),
)
_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _HEADINGS]
_SURE_DAY = re.compile(r".*(ngay|thoi gian|thoi diem).*hoan thanh.*|hoan thanh (ngay|luc)")
LOOK = 30  # rows in which a heading is looked for
LONGEST_HEADING, LONGEST_COURSE = 60, 200


@dataclass(frozen=True, slots=True)
class Line:
    """One completion. `name` is folded; it and the birth only help to see that the number is of whom the row says."""

    row: int
    digits: str
    name: str
    born: cells.Birth
    course: str
    day: date


@dataclass(slots=True)
class Reading:
    """What a file says; `faults` are rows that were left out, with why, `warnings` what was put right on the way."""

    lines: list[Line] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(sheets: Sequence[Sheet], today: date) -> Reading:
    """The reading of a file. Raises Refused where no heading tells what it holds."""
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:LOOK]):
            columns = _columns(row)
            if {"number", "course", "day"} <= columns.keys():
                return _lines([(sheet.first + n, r) for n, r in enumerate(sheet.rows) if n > at], columns, today)
    raise Refused(
        "Không tìm thấy dòng tiêu đề. Cần các cột Số định danh, Khóa học, Ngày hoàn thành; nên có Họ tên, Ngày sinh. Hãy "
        "tải mẫu về để đối chiếu."
    )


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        plain = fold(cell) if isinstance(cell, str) else ""
        if not plain or len(plain) >= LONGEST_HEADING:
            continue
        name = next((name for name, pattern in _PATTERNS if name not in found and pattern.fullmatch(plain)), None)
        if name:
            found[name] = at
        if _SURE_DAY.fullmatch(plain) and not _SURE_DAY.fullmatch(fold(str(row[found.get("day", at)]))):
            found["day"] = at  # "Ngày cấp" before it was of the card, or of the certificate
    return found


def _lines(rows: Sequence[tuple[int, Sequence[Cell]]], columns: dict[str, int], today: date) -> Reading:
    found = Reading()
    for number, row in rows:
        said = {name: row[at] if at < len(row) else None for name, at in columns.items()}
        if said["number"] is None and said["course"] is None:
            continue
        line = _line(number, said, today, found)
        if isinstance(line, str):
            found.faults.append((number, line))
        elif line is not None:
            found.lines.append(line)
    return found


def _line(row: int, said: dict[str, Cell], today: date, found: Reading) -> Line | str | None:
    """The completion of a row, or the sentence that says why there is none; None for a row that sums up or signs."""
    digits, kinds = cells.number(said["number"])
    if not digits:
        first = cells.words(said["number"])[0] or cells.words(said["course"])[0]
        if cells.is_no_person(first):
            return None
        return "Số định danh phải có 12 chữ số. Hãy xem lại ô này."
    course = cells.words(said["course"])[0]
    if not course:
        return "Thiếu tên khóa học. Hãy ghi khóa đã học."
    if len(course) > LONGEST_COURSE:
        return f"Tên khóa học dài {len(course)} ký tự. Hãy rút còn {LONGEST_COURSE} ký tự."
    birth, wrong = cells.birth(said["day"], today)
    if birth.day is None:
        return (
            "Thiếu ngày hoàn thành. Hãy ghi ngày/tháng/năm."
            if wrong == ["missing_birth"]
            else "Ngày hoàn thành không đọc được hoặc chưa tới. Hãy ghi ngày/tháng/năm."
        )
    if "id_padded" in kinds:
        found.warnings.append(f"Dòng {row}: số định danh thiếu số 0 ở đầu, đã thêm vào.")
    name = fold(cells.name(said.get("name"))[0]) if said.get("name") else ""
    return Line(row, digits, name, cells.birth(said.get("born"), today)[0], course, birth.day)
