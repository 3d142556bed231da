"""Frameworks as spreadsheets: five sheets that go out and come back the same."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from hocvu.learning.frameworks.saying import (
    Said,
    SaidCompetence,
    SaidDescriptor,
    SaidLevel,
    SaidLink,
    in_order,
    words,
)
from hocvu.lib import tables
from hocvu.lib.sheets import Cell, Refused, Sheet, open_book
from hocvu.lib.text import fold, nfc
from hocvu.ward.importing import cells

# What stands in the sheet "khung", one line each: the words of the line, the name in `Said`.
HEAD = (
    ("Mã khung", "code"),
    ("Phiên bản", "version"),
    ("Tên khung", "title"),
    ("Loại (official, working)", "kind"),
    ("Nội dung (full, part, missing)", "content"),
    ("Số hiệu văn bản", "number"),
    ("Nơi ban hành", "issuer"),
    ("Nguồn", "source"),
    ("Ghi chú", "note"),
    ("Nhóm đối tượng, cách nhau bằng dấu phẩy", "groups"),
    ("Có hiệu lực từ ngày", "valid_from"),
    ("Đến hết ngày", "valid_to"),
)
LEVELS = ("Số bậc", "Mã bậc", "Tên bậc", "Người ở bậc này")
COMPETENCES = ("Mã", "Thuộc miền", "Tên", "Nghĩa là")
DESCRIPTORS = ("Mã năng lực", "Mã bậc", "Nhóm (để trống: mọi nhóm)", "Mã chỉ báo", "Làm được gì")
LINKS = ("Mã năng lực", "Khung khác/mã", "Ghi chú")


def write(said: Said) -> bytes:
    """The five sheets of a framework."""
    plain: dict[str, Any] = {name: getattr(said, name) for _, name in HEAD}
    plain["groups"] = ", ".join(said.groups)
    sheets = [
        tables.Sheet("khung", ("Mục", "Giá trị"), [(label, plain[name]) for label, name in HEAD], (36, 90)),
        tables.Sheet("bậc", LEVELS, [(o.number, o.code, o.title, o.gist) for o in said.levels], (8, 12, 24, 80)),
        tables.Sheet(
            "năng lực", COMPETENCES, [(o.code, o.parent, o.title, o.gist) for o in said.competences], (10, 12, 50, 70)
        ),
        tables.Sheet(
            "mô tả",
            DESCRIPTORS,
            [(o.competence, o.level, o.group, o.code, o.text) for o in said.descriptors],
            (12, 10, 20, 14, 90),
        ),
        tables.Sheet("đối chiếu", LINKS, [(o.one, o.other, o.note) for o in said.links], (12, 18, 70)),
    ]
    kept = io.BytesIO()
    tables.write_book(kept, sheets)
    return kept.getvalue()


TEMPLATE = Said(
    code="vi-du",
    version="1.0",
    title="Khung ví dụ, hãy thay bằng khung thật",
    kind="working",
    content="full",
    source="Ghi văn bản hoặc nơi đã đọc",
    groups=["adults"],
    valid_from=date(2026, 1, 1),
    levels=[SaidLevel(1, "B1", "Làm quen", "Làm được khi có người bên cạnh.")],
    competences=[SaidCompetence("1", "", "Thiết bị"), SaidCompetence("1.1", "1", "Bật, tắt, sạc, khóa máy")],
    descriptors=[SaidDescriptor("1.1", "B1", "", "", "Bật, tắt được máy khi có người nhắc.")],
    links=[SaidLink("1.1", "tt02/4.1", "Phần giữ gìn thiết bị")],
)


def read(content: bytes, name: str) -> Said:
    """The framework of a spreadsheet; what cannot be read stands in `unread`. Raises lib.sheets.Refused."""
    if not name.lower().endswith((".xlsx", ".ods")):
        raise Refused("Chỉ nhận tệp .xlsx theo mẫu. Hãy tải mẫu về, điền rồi gửi lại.")
    sheets = {fold(sheet.name): sheet for sheet in open_book(content, name)}
    if "khung" not in sheets:
        raise Refused("Không có trang tính “khung”. Hãy dùng mẫu: năm trang khung, bậc, năng lực, mô tả, đối chiếu.")
    unread: list[str] = []
    head = _head(sheets["khung"], unread)
    rows = _Rows(sheets, unread)
    return in_order(
        Said(
            **head,
            levels=[
                SaidLevel(_whole(number, unread), code, title, gist)
                for number, code, title, gist in rows.of("bậc", LEVELS)
            ],
            competences=[SaidCompetence(*row) for row in rows.of("năng lực", COMPETENCES)],
            descriptors=[SaidDescriptor(*row) for row in rows.of("mô tả", DESCRIPTORS)],
            links=[SaidLink(*row) for row in rows.of("đối chiếu", LINKS)],
            unread=unread,
        )
    )


def _head(sheet: Sheet, unread: list[str]) -> dict[str, Any]:
    said: dict[str, Cell] = {}
    names = {fold(label): name for label, name in HEAD}
    for row in sheet.rows:
        name = names.get(fold(_text(row[0]))) if row else None
        if name:
            said[name] = row[1] if len(row) > 1 else None
    head: dict[str, Any] = {name: _text(said.get(name)) for _, name in HEAD}
    head["groups"] = [group.strip() for group in head["groups"].split(",") if group.strip()]
    for name in ("valid_from", "valid_to"):
        head[name] = _day(said.get(name), unread)
    return head


def _day(cell: Cell, unread: list[str]) -> date | None:
    if cell is None or isinstance(cell, date):
        return cell
    for separator in ("/", "-", "."):
        parts = str(cell).strip().split(separator)
        if len(parts) == 3 and all(part.isdecimal() for part in parts):
            day, month, year = (int(part) for part in (parts if len(parts[2]) == 4 else reversed(parts)))
            try:
                return date(year, month, day)
            except (ValueError, OverflowError):
                break
    unread.append(f"Trang “khung”: ngày “{str(cell)[:40]}” không đọc được. Hãy ghi ngày/tháng/năm.")
    return None


def _text(cell: Cell) -> str:
    return words(cells.words(cell)[0])


def _whole(text: str, unread: list[str]) -> int:
    if text.isdecimal() and len(text) < 4:
        return int(text)
    unread.append(f"Trang “bậc”: số bậc “{text[:40]}” phải là số nguyên, nhiều nhất ba chữ số.")
    return 0


class _Rows:
    """The rows of the tables, cell by cell under the known headings."""

    def __init__(self, sheets: Mapping[str, Sheet], unread: list[str]) -> None:
        self._sheets, self._unread = sheets, unread

    def of(self, name: str, headings: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The rows of a sheet that say anything; a sheet that is not there has none."""
        sheet = self._sheets.get(fold(name))
        if sheet is None:
            return
        columns = self._columns(sheet, name, headings)
        for row in sheet.rows[1:] if columns else ():
            texts = tuple(_text(row[at] if at < len(row) else None) for at in columns)
            if any(texts):
                yield texts

    def _columns(self, sheet: Sheet, name: str, headings: Sequence[str]) -> list[int]:
        there = [fold(_text(cell)) for cell in sheet.rows[0]]
        missing = [heading for heading in headings if fold(heading) not in there]
        if missing:
            self._unread.append(f"Trang “{nfc(name)}” thiếu cột {', '.join(f'“{one}”' for one in missing)}.")
            return []
        return [there.index(fold(heading)) for heading in headings]
