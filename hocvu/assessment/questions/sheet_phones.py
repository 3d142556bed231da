"""The drawn phones of `screens` questions in a spreadsheet: a row for each screen, line, field, button, condition, end.

What the sheets of the bank share lies here too: where a fault is found, the rows under their headings, a cell as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hocvu.assessment.questions.kinds import Content
from hocvu.lib import tables
from hocvu.lib.sheets import Cell, Sheet
from hocvu.lib.text import fold, nfc

PHONES = "Màn hình"
PHONE_HEADINGS = (
    "Mã câu", "Màn hình", "Là gì", "Mã", "Chữ", "Ứng dụng", "Đến", "Nếu không thì đến", "Ô nhập", "Nhập", "Đúng hay sai",
)  # fmt: skip
PHONE_WIDTHS = (22, 16, 14, 16, 60, 18, 16, 18, 14, 8, 12)
SCREEN, LINE, FIELD, BUTTON, WHEN, END = "màn hình", "dòng chữ", "ô nhập", "nút", "điều kiện", "kết cục"
_HOLDS = {"text": "chữ", "number": "số"}
YES, NO = "Đúng", "Sai"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the file, and where a person finds it."""

    sheet: str
    row: int
    column: str
    words: str

    def __str__(self) -> str:
        column = f", cột “{self.column}”" if self.column else ""
        return f"Trang “{self.sheet}”, dòng {self.row}{column}: {self.words}"


def phone_rows(code: str, content: Content) -> Iterator[list[tables.Cell]]:
    def row(screen: str, what: str, **cells: Any) -> list[tables.Cell]:
        said = {"Mã câu": code, "Màn hình": screen, "Là gì": what, **cells}
        return [said.get(heading) for heading in PHONE_HEADINGS]

    for name, screen in content.get("screens", {}).items():
        yield row(name, SCREEN, **{"Chữ": screen.get("title"), "Ứng dụng": screen.get("app")})
        for line in screen.get("lines", []):
            yield row(name, LINE, Chữ=line)
        for one in screen.get("fields", []):
            yield row(name, FIELD, Mã=one["id"], Chữ=one["label"], Nhập=_HOLDS[one["holds"]])
        for one in screen.get("buttons", []):
            yield row(
                name,
                BUTTON,
                **{"Mã": one["id"], "Chữ": one["text"], "Đến": one["to"], "Nếu không thì đến": one.get("else")},
            )
            for field_id, values in one.get("when", {}).items():
                for value in values:
                    yield row(name, WHEN, **{"Mã": one["id"], "Ô nhập": field_id, "Chữ": value})
    for name, end in content.get("ends", {}).items():
        yield row("", END, **{"Mã": name, "Chữ": end["words"], "Đúng hay sai": YES if end["right"] else NO})


# ---- In


def rows_under(
    sheet: Sheet, name: str, headings: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """The rows that say anything, each with its number, cell by cell under the known headings."""
    there = [fold(words_of(cell)) for cell in sheet.rows[0]]
    if missing := [heading for heading in headings if fold(heading) not in there]:
        faults.append(Fault(name, sheet.first, "", f"Thiếu cột {', '.join(f'“{one}”' for one in missing)}."))
        return
    places = {heading: there.index(fold(heading)) for heading in headings}
    for number, row in list(sheet.numbered())[1:]:
        cells = {heading: row[at] if at < len(row) else None for heading, at in places.items()}
        if any(cell not in (None, "") for cell in cells.values()):
            yield number, cells


def words_of(cell: Cell) -> str:
    """A cell as text; a whole number without its ".0", a day as it is written."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.10g}"
    if isinstance(cell, str):
        return nfc(cell).strip()
    return f"{cell:%d/%m/%Y}"


@dataclass(slots=True)
class Phone:
    """The phone of one question as its rows say it; `places` are where each part stands."""

    row: int
    screens: dict[str, dict[str, Any]] = field(default_factory=dict)
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, Fault] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, row: int, column: str, words: str) -> None:
        self.faults.append(Fault(PHONES, row, column, words))

    def put(self, place: str, row: int, column: str = "Chữ") -> None:
        self.places.setdefault(place, Fault(PHONES, row, column, ""))


def read_phones(sheet: Sheet | None, faults: list[Fault]) -> dict[str, Phone]:
    found: dict[str, Phone] = {}
    if sheet is None:
        return found
    for row, cells in rows_under(sheet, PHONES, PHONE_HEADINGS, faults):
        said = {heading: words_of(cell) for heading, cell in cells.items()}
        phone = found.setdefault(said["Mã câu"], Phone(row))
        _add(phone, row, said)
    return found


def _add(phone: Phone, row: int, said: Mapping[str, str]) -> None:
    what, name = fold(said["Là gì"]), said["Màn hình"]
    if what == fold(END):
        if said["Mã"] in phone.ends:
            phone.wrong(row, "Mã", f"Kết cục “{said['Mã'][:40]}” có hai lần.")
        right = {fold(YES): True, fold(NO): False}.get(fold(said["Đúng hay sai"]), said["Đúng hay sai"])
        phone.ends[said["Mã"]] = {"right": right, "words": said["Chữ"]}
        phone.put(f"ends.{said['Mã']}", row)
        phone.put(f"ends.{said['Mã']}.right", row, "Đúng hay sai")
        return
    if what == fold(SCREEN):
        if name in phone.screens:
            phone.wrong(row, "Màn hình", f"Màn hình “{name[:40]}” có hai lần.")
        phone.screens.setdefault(name, {}).update({"app": said["Ứng dụng"], "title": said["Chữ"]})
        phone.put(f"screens.{name}", row, "Màn hình")
        phone.put(f"screens.{name}.app", row, "Ứng dụng")
        phone.put(f"screens.{name}.title", row)
        return
    screen = phone.screens.get(name)
    if screen is None:
        phone.wrong(row, "Màn hình", f"Chưa có dòng “{SCREEN}” của “{name[:40]}” ở trên.")
        return
    _add_to(phone, screen, f"screens.{name}", row, what, said)


def _add_to(phone: Phone, screen: dict[str, Any], place: str, row: int, what: str, said: Mapping[str, str]) -> None:
    def put(part: str, value: Any) -> None:
        entries = screen.setdefault(part, [])
        phone.put(f"{place}.{part}.{len(entries)}", row)
        entries.append(value)

    if what == fold(LINE):
        put("lines", said["Chữ"])
    elif what == fold(FIELD):
        holds = {fold(words): code for code, words in _HOLDS.items()}.get(fold(said["Nhập"]), said["Nhập"])
        put("fields", {"id": said["Mã"], "label": said["Chữ"], "holds": holds})
    elif what == fold(BUTTON):
        button = {"id": said["Mã"], "text": said["Chữ"], "to": said["Đến"]}
        put("buttons", button | ({"else": said["Nếu không thì đến"]} if said["Nếu không thì đến"] else {}))
    elif what == fold(WHEN):
        button_ = next((one for one in screen.get("buttons", []) if one["id"] == said["Mã"]), None)
        if button_ is None:
            phone.wrong(row, "Mã", f"Màn hình này không có nút “{said['Mã'][:40]}” ở trên.")
            return
        button_.setdefault("when", {}).setdefault(said["Ô nhập"], []).append(said["Chữ"])
        number = screen["buttons"].index(button_)
        phone.put(f"{place}.buttons.{number}.when.{said['Ô nhập']}", row, "Ô nhập")
    else:
        known = ", ".join((SCREEN, LINE, FIELD, BUTTON, WHEN, END))
        phone.wrong(row, "Là gì", f"Ghi một trong: {known}.")
