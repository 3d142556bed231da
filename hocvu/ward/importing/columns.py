"""Where the heading of a list stands and what each of its columns is.

Lists have titles above the heading, headings of one or two lines, a line of "(1) (2) (3)" below, columns in any
order and under many names. The guess is shown to the person who sent the file, who corrects it; what was chosen
is remembered per unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hocvu.lib.sheets import Cell, Sheet
from hocvu.lib.text import fold

# Field -> what a heading without tones looks like. The first that matches holds; the order matters.
_HEADINGS: tuple[tuple[str, str], ...] = (
    ("relation", r"quan he.*|la gi voi.*|qh (voi )?chu ho"),
    ("head_name", r"(ho (va )?ten |ten )?chu ho$|ho (va )?ten chu ho"),
    ("household", r"(ma|so) (so )?ho\b.*|ma ho|so ho khau|ho so|so so ho khau|so hk|ho gia dinh( so)?"),
    ("number", r".*(cccd|cmnd|can cuoc|dinh danh|cmt|so giay to|chung minh).*"),
    ("phone", r".*(dien thoai|sdt|di dong|so dt|\bdt\b|zalo).*"),
    ("birth_man", r".*(ngay|nam) sinh.* nam$"),
    ("birth_woman", r".*(ngay|nam) sinh.* nu$"),
    ("birth", r".*(ngay sinh|nam sinh|sinh ngay|ngay thang nam|ntns|ngay, thang|^sinh$).*"),
    ("man", r"(gioi tinh )?nam$"),
    ("woman", r"(gioi tinh )?nu$"),
    ("sex", r".*(gioi tinh|phai|nam ?/ ?nu|gioi)$"),
    ("neighbourhood", r"(ten |so )?(to dan pho|tdp|thon|khu dan cu|kdc|khu pho|xom|to|ap|khu)( so)?( ?/.*)?"),
    ("residence", r".*(loai cu tru|tinh trang cu tru|cu tru|thuong tru ?/ ?tam tru|dien cu tru).*"),
    ("address", r".*(dia chi|noi o|cho o|noi thuong tru|so nha|ngo|noi cu tru).*"),
    ("since", r".*(ngay den|den tu ngay|ngay dang ky|tu ngay).*"),
    (
        "name",
        r"(ho (va |, )?(chu dem )?(va )?ten.*|ten (nguoi|thanh vien|nhan khau).*|ho ten.*|nhan khau|thanh vien|ten)",
    ),
    ("note", r"ghi chu"),
)
FIELDS = tuple(dict.fromkeys(name for name, _ in _HEADINGS))
_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _HEADINGS]
_LOOK = 40


@dataclass(frozen=True)
class Layout:
    """Which sheet, on which row (the sheet's own number) the heading ends, and the field of each column."""

    sheet: str
    heading_ends: int
    columns: dict[str, int]
    headings: list[str] = field(default_factory=list)


def guess(sheets: Sequence[Sheet]) -> Layout | None:
    """The likeliest heading of all sheets; None where no row looks like one."""
    best: tuple[float, Layout] | None = None
    for sheet in sheets:
        for score, layout in _candidates(sheet):
            if best is None or score > best[0]:
                best = score, layout
    return best[1] if best else None


def layout_of(sheet: Sheet, heading_ends: int, columns: dict[str, int]) -> Layout:
    """A layout as a person chose it."""
    return Layout(sheet.name, heading_ends, columns, heading_texts(sheet, heading_ends))


def heading_texts(sheet: Sheet, heading_ends: int) -> list[str]:
    """The words of the heading over each column."""
    at = heading_ends - sheet.first
    return [_text(cell) for cell in sheet.rows[at]] if 0 <= at < len(sheet.rows) else []


def _candidates(sheet: Sheet) -> list[tuple[float, Layout]]:
    found = []
    for at in range(min(_LOOK, len(sheet.rows))):
        for lines in (1, 2):
            if at + lines > len(sheet.rows):
                continue
            texts = _joined(sheet.rows[at : at + lines])
            columns = fields_of(texts)
            if "name" not in columns or len(columns) < 2:
                continue
            if lines == 2 and not _goes_below(sheet.rows[at], sheet.rows[at + 1]):
                continue
            ends = at + lines
            while ends < len(sheet.rows) and _is_index(sheet.rows[ends]):
                ends += 1
            more = min(len(sheet.rows) - ends, 200) / 1000
            found.append((len(columns) + more + 0.1 * (lines == 1) - 0.001 * at,
                          Layout(sheet.name, sheet.first + ends - 1, columns, texts)))  # fmt: skip
    return found


def _joined(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The heading over each column: an upper cell reaches over the empty ones to its right that have one below."""
    if len(rows) == 1:
        return [_text(cell) for cell in rows[0]]
    width = max(len(row) for row in rows)
    upper = [_text(rows[0][at]) if at < len(rows[0]) else "" for at in range(width)]
    lower = [_text(rows[1][at]) if at < len(rows[1]) else "" for at in range(width)]
    reaching, texts = "", []
    for over, under in zip(upper, lower, strict=True):
        reaching = over or (reaching if under else "")
        texts.append(f"{reaching} {under}".strip() if under else over)
    return texts


def _goes_below(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether the second row belongs to the heading: words only, at least one under an empty or a wider cell."""
    if any(isinstance(cell, float) or re.search(r"\d{2}", _text(cell)) for cell in lower):
        return False
    said = [at for at, cell in enumerate(lower) if _text(cell)]
    own = sum(1 for at in said if field_of(_text(lower[at])))
    return bool(said) and (own > 0 or any(at >= len(upper) or not _text(upper[at]) for at in said)) and len(said) < 8


def fields_of(texts: Sequence[str]) -> dict[str, int]:
    """Field -> column; the first column of a field holds."""
    columns: dict[str, int] = {}
    for at, text in enumerate(texts):
        if (found := field_of(text)) and found not in columns:
            columns[found] = at
    return columns


def field_of(text: str) -> str | None:
    """The field that a heading names, or None."""
    plain = re.sub(r"\(.*?\)|[*:]", " ", fold(text))
    plain = " ".join(plain.split())
    if not plain or len(plain) > 60:
        return None
    return next((name for name, pattern in _PATTERNS if pattern.fullmatch(plain)), None)


def _is_index(row: Sequence[Cell]) -> bool:
    """A row of (1) (2) (3) below the heading, or A, B, 1, 2."""
    said = [_text(cell).strip("()[] ") for cell in row if _text(cell)]
    numbers = [int(text) for text in said if text.isdigit()]
    return (
        len(numbers) >= 3
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and all(len(text) <= 2 for text in said)
    )


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return " ".join(str(cell).split()) if cell is not None else ""
