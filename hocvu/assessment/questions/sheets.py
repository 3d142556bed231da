"""The bank as a spreadsheet that people read and change in Excel: what goes out and comes back the same changes nothing.

Two sheets: "Câu hỏi", a question a row, and "Màn hình", the drawn phones of `screens` questions, row by row. Every cell is
text as it stands; a formula is never run. `read` gives rows, each with what is wrong and where; `importing` judges them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.kinds import KINDS, Content
from hocvu.assessment.questions.sheet_phones import (
    NO,
    PHONE_HEADINGS,
    PHONE_WIDTHS,
    PHONES,
    YES,
    Fault,
    Phone,
    phone_rows,
    read_phones,
    rows_under,
    words_of,
)
from hocvu.learning.groups import GROUPS
from hocvu.lib import tables
from hocvu.lib.sheets import Cell, Refused, open_book
from hocvu.lib.text import fold

QUESTIONS = "Câu hỏi"
IDEAS = 6
DIGITS = 9  # of the number of an idea: more than that is a slip of the hand
HEADINGS = (
    "Mã", "Bản (không sửa)", "Loại", "Năng lực", "Bậc", "Nhóm", "Độ khó", "Câu hỏi",
    *(f"Ý {number}" for number in range(1, IDEAS + 1)),
    "Đáp án đúng", "Phương án thừa", "Vì sao", "Hình", "Lời tả hình", "Âm thanh", "Hình các ý", "Âm thanh các ý",
    "Gợi ý", "Bỏ qua thiếu dấu", "Bỏ qua gõ nhầm", "Màn hình đầu", "Số bước nhiều nhất", "Mã các ý",
)  # fmt: skip
WIDTHS = (22, 8, 16, 14, 8, 22, 9, 50, *([28] * IDEAS), 26, 24, 50, 22, 30, 20, 30, 24, 20, 10, 10, 14, 10, 14)
_KINDS = {fold(kind.label): code for code, kind in KINDS.items()}
_GROUPS = {fold(words): code for code, words in GROUPS.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """A question as a row says it; `number` is the version that the row was written from, 0 where it says none."""

    code: str
    kind: str
    competence: str
    level: str
    groups: list[str]
    difficulty: float | None
    content: Content
    number: int = 0


@dataclass(slots=True)
class Line:
    """One row of the file: what it says and what is wrong with it."""

    row: int
    told: Told
    faults: list[Fault] = field(default_factory=list)


# ---- Out


def write(questions: Iterable[Told]) -> bytes:
    """The book of these questions."""
    rows, phones = [], []
    for told in questions:
        rows.append(_row(told))
        if told.kind == "screens":
            phones += list(phone_rows(told.code, told.content))
    kept = io.BytesIO()
    tables.write_book(
        kept,
        [
            tables.Sheet(QUESTIONS, HEADINGS, rows, WIDTHS),
            tables.Sheet(PHONES, PHONE_HEADINGS, phones, PHONE_WIDTHS),
        ],
    )
    return kept.getvalue()


def _row(told: Told) -> list[tables.Cell]:
    content, cells = told.content, dict[str, tables.Cell]()
    ideas, ids = _ideas(told.kind, content)
    cells |= {f"Ý {number}": text for number, text in enumerate(ideas, start=1)}
    picture, forgive = content.get("picture", {}), content.get("forgive", {})
    choices = content.get("choices", [])
    cells |= {
        "Mã": told.code,
        "Bản (không sửa)": told.number or None,
        "Loại": KINDS[told.kind].label,
        "Năng lực": told.competence,
        "Bậc": told.level,
        "Nhóm": "; ".join(GROUPS.get(group, group) for group in told.groups),
        "Độ khó": told.difficulty,
        "Câu hỏi": content.get("ask"),
        "Đáp án đúng": _key(told.kind, content),
        "Phương án thừa": "\n".join(content.get("others", [])),
        "Vì sao": content.get("why"),
        "Hình": picture.get("name"),
        "Lời tả hình": picture.get("alt"),
        "Âm thanh": content.get("audio"),
        "Hình các ý": "\n".join(
            f"{n}: {one['picture']['name']} | {one['picture']['alt']}".rstrip(" |")
            for n, one in enumerate(choices, start=1)
            if one.get("picture")
        ),
        "Âm thanh các ý": "\n".join(
            f"{n}: {one['audio']}" for n, one in enumerate(choices, start=1) if one.get("audio")
        ),
        "Gợi ý": content.get("hint"),
        "Bỏ qua thiếu dấu": _forgiven(told.kind, forgive, "tones"),
        "Bỏ qua gõ nhầm": _forgiven(told.kind, forgive, "typos"),
        "Màn hình đầu": content.get("start"),
        "Số bước nhiều nhất": content.get("most"),
        "Mã các ý": " ".join(ids),
    }
    return [cells.get(heading) for heading in HEADINGS]


def _ideas(kind: str, content: Content) -> tuple[list[str], list[str]]:
    name, text = {"order": ("steps", "text"), "match": ("pairs", "left")}.get(kind, ("choices", "text"))
    entries = content.get(name, [])
    return [one.get(text, "") for one in entries], [one["id"] for one in entries]


def _key(kind: str, content: Content) -> str:
    match kind:
        case "single" | "multiple":
            return ", ".join(str(n) for n, one in enumerate(content.get("choices", []), start=1) if one.get("right"))
        case "true_false":
            return YES if content.get("right") else NO
        case "match":
            return "\n".join(one.get("right", "") for one in content.get("pairs", []))
        case "fill":
            return "\n".join(content.get("answers", []))
    return ""


def _forgiven(kind: str, forgive: Mapping[str, bool], name: str) -> str | None:
    return ("Có" if forgive.get(name, True) else "Không") if kind == "fill" else None


# ---- In


def read(content: bytes, name: str) -> tuple[list[Line], list[Fault]]:
    """Every row of a book, and what is wrong with the book as a whole. Raises lib.sheets.Refused."""
    if not name.lower().endswith(".xlsx"):
        raise Refused("Chỉ nhận tệp .xlsx theo mẫu của ngân hàng câu hỏi. Hãy bấm “Tải ngân hàng về”, sửa rồi gửi lại.")
    sheets = {fold(sheet.name): sheet for sheet in open_book(content, name)}
    main = sheets.get(fold(QUESTIONS))
    if main is None:
        raise Refused(f"Không có trang tính “{QUESTIONS}”. Hãy dùng tệp tải từ ngân hàng câu hỏi.")
    faults: list[Fault] = []
    phones = read_phones(sheets.get(fold(PHONES)), faults)
    rows = list(rows_under(main, QUESTIONS, HEADINGS, faults))
    codes = [words_of(cells["Mã"]) for _, cells in rows]
    lines = [_line(number, cells, phones) for number, cells in rows]
    for line, code in zip(lines, codes, strict=True):
        if code and codes.count(code) > 1:
            line.faults.append(Fault(QUESTIONS, line.row, "Mã", f"Mã “{code[:60]}” có ở nhiều dòng. Hãy bỏ bớt."))
    known = set(codes)
    faults += [
        Fault(PHONES, phone.row, "Mã câu", f"Trang “{QUESTIONS}” không có câu nào mang mã “{code[:60]}”.")
        for code, phone in phones.items()
        if code not in known
    ]
    return lines, faults


def _several(cell: Cell) -> list[str]:
    return [line.strip() for line in words_of(cell).split("\n") if line.strip()]


def _line(row: int, cells: Mapping[str, Cell], phones: Mapping[str, Phone]) -> Line:
    code = words_of(cells["Mã"])
    wrong: list[tuple[str, str]] = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", code):
        wrong.append(("Mã", "Mã gồm chữ thường không dấu, số, gạch ngang, nhiều nhất 60 ký tự."))
    kind = _KINDS.get(fold(words_of(cells["Loại"])), "")
    difficulty = cells["Độ khó"]
    told = Told(
        code=code,
        kind=kind,
        competence=words_of(cells["Năng lực"]),
        level=words_of(cells["Bậc"]),
        groups=_groups(cells["Nhóm"], wrong),
        difficulty=_number(difficulty, wrong),
        content={},
        number=_whole(cells["Bản (không sửa)"], "Bản (không sửa)", wrong) or 0,
    )
    faults = [Fault(QUESTIONS, row, column, words) for column, words in wrong]
    if not kind:
        labels = ", ".join(one.label for one in KINDS.values())
        return Line(row, told, [*faults, Fault(QUESTIONS, row, "Loại", f"Loại câu là một trong: {labels}.")])
    places: dict[str, Fault] = {}
    raw = _content(kind, cells, faults, row)
    if kind == "screens":
        phone = phones.get(code, Phone(row))
        raw |= {"screens": phone.screens, "ends": phone.ends}
        places, faults = phone.places, faults + phone.faults
    cleaned = clean(kind, {name: value for name, value in raw.items() if value not in (None, "", [], {})})
    faults += [_placed(kind, row, place, words, places) for place, words in cleaned.faults]
    return Line(row, Told(**{**_plain(told), "content": cleaned.content}), faults)


def _plain(told: Told) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Told.__slots__}


def _groups(cell: Cell, wrong: list[tuple[str, str]]) -> list[str]:
    """Groups by their words or codes; the words hold commas themselves, so that ";" parts them."""
    found = []
    for said in filter(None, (part.strip() for part in re.split(r"[;\n]", words_of(cell)))):
        group = said if said in GROUPS else _GROUPS.get(fold(said), "")
        if not group:
            wrong.append(("Nhóm", f"Không có nhóm “{said[:60]}”. Ghi trong: {'; '.join(GROUPS.values())}."))
        found.append(group)
    return [group for group in dict.fromkeys(found) if group]


def _number(cell: Cell, wrong: list[tuple[str, str]]) -> float | None:
    if cell is None or (text := words_of(cell)) == "":
        return None
    try:
        value = cell if isinstance(cell, float) else float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not -4 <= value <= 4:
        wrong.append(("Độ khó", "Độ khó là số từ -4 (rất dễ) đến 4 (rất khó)."))
        return None
    return value


def _whole(cell: Cell, column: str, wrong: list[tuple[str, str]]) -> int | None:
    text = words_of(cell)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        wrong.append((column, "Ghi một số nguyên, hoặc để trống."))
        return None
    return int(text)


def _content(kind: str, cells: Mapping[str, Cell], faults: list[Fault], row: int) -> dict[str, Any]:
    wrong: list[tuple[str, str]] = []
    raw: dict[str, Any] = {
        "ask": words_of(cells["Câu hỏi"]),
        "why": words_of(cells["Vì sao"]),
        "audio": words_of(cells["Âm thanh"]),
    }
    if name := words_of(cells["Hình"]):
        raw["picture"] = {"name": name, "alt": words_of(cells["Lời tả hình"])}
    elif words_of(cells["Lời tả hình"]):
        wrong.append(("Lời tả hình", "Có lời tả nhưng chưa ghi tên hình."))
    ids = words_of(cells["Mã các ý"]).split()
    ideas = [
        {"id": ids[number - 1] if number <= len(ids) else "", "text": text, "number": number}
        for number in range(1, IDEAS + 1)
        if (text := words_of(cells[f"Ý {number}"]))
    ]
    key = cells["Đáp án đúng"]
    match kind:
        case "single" | "multiple":
            raw["choices"] = _choices(ideas, cells, wrong)
        case "true_false":
            raw["right"] = {fold(YES): True, fold(NO): False}.get(fold(words_of(key)), words_of(key) or None)
        case "order":
            raw["steps"] = [{"id": one["id"], "text": one["text"]} for one in ideas]
        case "match":
            raw["pairs"] = _pairs(ideas, _several(key), wrong)
            raw["others"] = _several(cells["Phương án thừa"])
        case "fill":
            raw["answers"], raw["hint"] = _several(key), words_of(cells["Gợi ý"])
            raw["forgive"] = _forgive(cells, wrong)
        case "screens":
            raw["start"] = words_of(cells["Màn hình đầu"])
            raw["most"] = words_of(cells["Số bước nhiều nhất"])
    wrong += _left_over(kind, cells)
    faults += [Fault(QUESTIONS, row, column, words) for column, words in wrong]
    return raw


_OWN: dict[str, tuple[str, ...]] = {
    "single": ("Ý", "Đáp án đúng", "Hình các ý", "Âm thanh các ý"),
    "multiple": ("Ý", "Đáp án đúng", "Hình các ý", "Âm thanh các ý"),
    "true_false": ("Đáp án đúng",),
    "order": ("Ý",),
    "match": ("Ý", "Đáp án đúng", "Phương án thừa"),
    "fill": ("Đáp án đúng", "Gợi ý", "Bỏ qua thiếu dấu", "Bỏ qua gõ nhầm"),
    "screens": ("Màn hình đầu", "Số bước nhiều nhất"),
}
_NOT_OF_ALL = (
    *(f"Ý {number}" for number in range(1, IDEAS + 1)), "Đáp án đúng", "Phương án thừa", "Hình các ý", "Âm thanh các ý",
    "Gợi ý", "Bỏ qua thiếu dấu", "Bỏ qua gõ nhầm", "Màn hình đầu", "Số bước nhiều nhất",
)  # fmt: skip


def _left_over(kind: str, cells: Mapping[str, Cell]) -> Iterator[tuple[str, str]]:
    """Cells that say something which this kind has no place for: nothing is lost without a word."""
    for column in _NOT_OF_ALL:
        own = column in _OWN[kind] or (column.startswith("Ý ") and "Ý" in _OWN[kind])
        if not own and words_of(cells[column]):
            yield column, f"Loại “{KINDS[kind].label}” không dùng cột này. Hãy xóa ô."


def _choices(
    ideas: Sequence[Mapping[str, Any]], cells: Mapping[str, Cell], wrong: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    digits = re.findall(r"\d+", words_of(cells["Đáp án đúng"]))
    right = {int(one[:DIGITS]) for one in digits}  # Python refuses to read thousands of them
    numbers = {one["number"] for one in ideas}
    pictures, audios = _by_idea(cells, "Hình các ý", wrong), _by_idea(cells, "Âm thanh các ý", wrong)
    for column, said in (("Đáp án đúng", right), ("Hình các ý", set(pictures)), ("Âm thanh các ý", set(audios))):
        if unknown := sorted(said - numbers):
            wrong.append((column, f"Không có ý số {', '.join(map(str, unknown))}."))
    found = []
    for one in ideas:
        choice: dict[str, Any] = {"id": one["id"], "text": one["text"], "right": one["number"] in right}
        if picture := pictures.get(one["number"]):
            name, _, alt = picture.partition(" |")
            choice["picture"] = {"name": name.strip(), "alt": alt.strip()}
        if audio := audios.get(one["number"]):
            choice["audio"] = audio
        found.append(choice)
    return found


def _by_idea(cells: Mapping[str, Cell], column: str, wrong: list[tuple[str, str]]) -> dict[int, str]:
    found = {}
    for line in _several(cells[column]):
        number, colon, said = line.partition(":")
        number = number.strip()
        if colon and number.isdecimal() and len(number) <= DIGITS and said.strip():
            found[int(number)] = said.strip()
        else:
            wrong.append(
                (column, "Mỗi dòng ghi số của ý, dấu hai chấm, tên tệp; ví dụ “2: may-atm.svg | máy rút tiền”.")
            )
    return found


def _pairs(
    ideas: Sequence[Mapping[str, Any]], rights: Sequence[str], wrong: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    if len(ideas) != len(rights):
        wrong.append(
            ("Đáp án đúng", f"Có {len(ideas)} ý nhưng {len(rights)} vế phải. Mỗi ý một dòng ở đây, theo thứ tự.")
        )
    return [{"id": one["id"], "left": one["text"], "right": right} for one, right in zip(ideas, rights, strict=False)]


def _forgive(cells: Mapping[str, Cell], wrong: list[tuple[str, str]]) -> dict[str, bool]:
    found = {}
    for column, name in (("Bỏ qua thiếu dấu", "tones"), ("Bỏ qua gõ nhầm", "typos")):
        said = fold(words_of(cells[column]))
        if said not in ("", "co", "khong"):
            wrong.append((column, "Ghi Có hoặc Không."))
        found[name] = said != "khong"
    return found


_COLUMNS = {
    "ask": "Câu hỏi",
    "why": "Vì sao",
    "audio": "Âm thanh",
    "picture": "Hình",
    "picture.alt": "Lời tả hình",
    "choices": "Đáp án đúng",
    "pairs": "Đáp án đúng",
    "steps": "Ý 1",
    "answers": "Đáp án đúng",
    "right": "Đáp án đúng",
    "others": "Phương án thừa",
    "hint": "Gợi ý",
    "forgive": "Bỏ qua thiếu dấu",
    "start": "Màn hình đầu",
    "most": "Số bước nhiều nhất",
    "screens": "Màn hình đầu",
    "ends": "Màn hình đầu",
}
_IN_IDEA = re.compile(r"(choices|steps|pairs)\.(\d+)\.(\w+)")


def _placed(kind: str, row: int, place: str, words: str, places: Mapping[str, Fault]) -> Fault:
    """A fault of the content where a person finds it in the file."""
    within = place
    while within and within not in places:
        within = within.rpartition(".")[0]
    if within:
        there = places[within]
        return Fault(there.sheet, there.row, there.column, words)
    if found := _IN_IDEA.match(place):
        number, what = int(found[2]) + 1, found[3]
        columns = {"picture": "Hình các ý", "audio": "Âm thanh các ý", "right": "Đáp án đúng", "id": "Mã các ý"}
        return Fault(QUESTIONS, row, columns.get(what, f"Ý {number}"), words)
    column = _COLUMNS.get(place) or _COLUMNS.get(place.partition(".")[0], "")
    return Fault(QUESTIONS, row, column, words)
