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
from hocvu.learning.groups import GROUPS
from hocvu.lib import tables
from hocvu.lib.sheets import Cell, Refused, Sheet, open_book
from hocvu.lib.text import fold, nfc

QUESTIONS, PHONES = "Câu hỏi", "Màn hình"
IDEAS = 6
HEADINGS = (
    "Mã", "Bản (không sửa)", "Loại", "Năng lực", "Bậc", "Nhóm", "Độ khó", "Câu hỏi",
    *(f"Ý {number}" for number in range(1, IDEAS + 1)),
    "Đáp án đúng", "Phương án thừa", "Vì sao", "Hình", "Lời tả hình", "Âm thanh", "Hình các ý", "Âm thanh các ý",
    "Gợi ý", "Bỏ qua thiếu dấu", "Bỏ qua gõ nhầm", "Màn hình đầu", "Số bước nhiều nhất", "Mã các ý",
)  # fmt: skip
WIDTHS = (22, 8, 16, 14, 8, 22, 9, 50, *([28] * IDEAS), 26, 24, 50, 22, 30, 20, 30, 24, 20, 10, 10, 14, 10, 14)
PHONE_HEADINGS = (
    "Mã câu", "Màn hình", "Là gì", "Mã", "Chữ", "Ứng dụng", "Đến", "Nếu không thì đến", "Ô nhập", "Nhập", "Đúng hay sai",
)  # fmt: skip
PHONE_WIDTHS = (22, 16, 14, 16, 60, 18, 16, 18, 14, 8, 12)
SCREEN, LINE, FIELD, BUTTON, WHEN, END = "màn hình", "dòng chữ", "ô nhập", "nút", "điều kiện", "kết cục"
_KINDS = {fold(kind.label): code for code, kind in KINDS.items()}
_GROUPS = {fold(words): code for code, words in GROUPS.items()}
_HOLDS = {"text": "chữ", "number": "số"}
_YES, _NO = "Đúng", "Sai"


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
            phones += list(_phone_rows(told))
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
            return _YES if content.get("right") else _NO
        case "match":
            return "\n".join(one.get("right", "") for one in content.get("pairs", []))
        case "fill":
            return "\n".join(content.get("answers", []))
    return ""


def _forgiven(kind: str, forgive: Mapping[str, bool], name: str) -> str | None:
    return ("Có" if forgive.get(name, True) else "Không") if kind == "fill" else None


def _phone_rows(told: Told) -> Iterator[list[tables.Cell]]:
    def row(screen: str, what: str, **cells: Any) -> list[tables.Cell]:
        said = {"Mã câu": told.code, "Màn hình": screen, "Là gì": what, **cells}
        return [said.get(heading) for heading in PHONE_HEADINGS]

    for name, screen in told.content.get("screens", {}).items():
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
    for name, end in told.content.get("ends", {}).items():
        yield row("", END, **{"Mã": name, "Chữ": end["words"], "Đúng hay sai": _YES if end["right"] else _NO})


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
    phones = _phones(sheets.get(fold(PHONES)), faults)
    rows = list(_rows(main, QUESTIONS, HEADINGS, faults))
    codes = [_words(cells["Mã"]) for _, cells in rows]
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


def _rows(
    sheet: Sheet, name: str, headings: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """The rows that say anything, each with its number, cell by cell under the known headings."""
    there = [fold(_words(cell)) for cell in sheet.rows[0]]
    if missing := [heading for heading in headings if fold(heading) not in there]:
        faults.append(Fault(name, sheet.first, "", f"Thiếu cột {', '.join(f'“{one}”' for one in missing)}."))
        return
    places = {heading: there.index(fold(heading)) for heading in headings}
    for number, row in list(sheet.numbered())[1:]:
        cells = {heading: row[at] if at < len(row) else None for heading, at in places.items()}
        if any(cell not in (None, "") for cell in cells.values()):
            yield number, cells


def _words(cell: Cell) -> str:
    """A cell as text; a whole number without its ".0", a day as it is written."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.10g}"
    if isinstance(cell, str):
        return nfc(cell).strip()
    return f"{cell:%d/%m/%Y}"


def _several(cell: Cell) -> list[str]:
    return [line.strip() for line in _words(cell).split("\n") if line.strip()]


def _line(row: int, cells: Mapping[str, Cell], phones: Mapping[str, _Phone]) -> Line:
    code = _words(cells["Mã"])
    wrong: list[tuple[str, str]] = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", code):
        wrong.append(("Mã", "Mã gồm chữ thường không dấu, số, gạch ngang, nhiều nhất 60 ký tự."))
    kind = _KINDS.get(fold(_words(cells["Loại"])), "")
    difficulty = cells["Độ khó"]
    told = Told(
        code=code,
        kind=kind,
        competence=_words(cells["Năng lực"]),
        level=_words(cells["Bậc"]),
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
        phone = phones.get(code, _Phone(row))
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
    for said in filter(None, (part.strip() for part in re.split(r"[;\n]", _words(cell)))):
        group = said if said in GROUPS else _GROUPS.get(fold(said), "")
        if not group:
            wrong.append(("Nhóm", f"Không có nhóm “{said[:60]}”. Ghi trong: {'; '.join(GROUPS.values())}."))
        found.append(group)
    return [group for group in dict.fromkeys(found) if group]


def _number(cell: Cell, wrong: list[tuple[str, str]]) -> float | None:
    if cell is None or (text := _words(cell)) == "":
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
    text = _words(cell)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        wrong.append((column, "Ghi một số nguyên, hoặc để trống."))
        return None
    return int(text)


def _content(kind: str, cells: Mapping[str, Cell], faults: list[Fault], row: int) -> dict[str, Any]:
    wrong: list[tuple[str, str]] = []
    raw: dict[str, Any] = {
        "ask": _words(cells["Câu hỏi"]),
        "why": _words(cells["Vì sao"]),
        "audio": _words(cells["Âm thanh"]),
    }
    if name := _words(cells["Hình"]):
        raw["picture"] = {"name": name, "alt": _words(cells["Lời tả hình"])}
    elif _words(cells["Lời tả hình"]):
        wrong.append(("Lời tả hình", "Có lời tả nhưng chưa ghi tên hình."))
    ids = _words(cells["Mã các ý"]).split()
    ideas = [
        {"id": ids[number - 1] if number <= len(ids) else "", "text": text, "number": number}
        for number in range(1, IDEAS + 1)
        if (text := _words(cells[f"Ý {number}"]))
    ]
    key = cells["Đáp án đúng"]
    match kind:
        case "single" | "multiple":
            raw["choices"] = _choices(ideas, cells, wrong)
        case "true_false":
            raw["right"] = {fold(_YES): True, fold(_NO): False}.get(fold(_words(key)), _words(key) or None)
        case "order":
            raw["steps"] = [{"id": one["id"], "text": one["text"]} for one in ideas]
        case "match":
            raw["pairs"] = _pairs(ideas, _several(key), wrong)
            raw["others"] = _several(cells["Phương án thừa"])
        case "fill":
            raw["answers"], raw["hint"] = _several(key), _words(cells["Gợi ý"])
            raw["forgive"] = _forgive(cells, wrong)
        case "screens":
            raw["start"] = _words(cells["Màn hình đầu"])
            raw["most"] = _words(cells["Số bước nhiều nhất"])
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
        if not own and _words(cells[column]):
            yield column, f"Loại “{KINDS[kind].label}” không dùng cột này. Hãy xóa ô."


def _choices(
    ideas: Sequence[Mapping[str, Any]], cells: Mapping[str, Cell], wrong: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    right = {int(one) for one in re.findall(r"\d+", _words(cells["Đáp án đúng"]))}
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
        if colon and number.strip().isdecimal() and said.strip():
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
        said = fold(_words(cells[column]))
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


# ---- The drawn phones


@dataclass(slots=True)
class _Phone:
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


def _phones(sheet: Sheet | None, faults: list[Fault]) -> dict[str, _Phone]:
    found: dict[str, _Phone] = {}
    if sheet is None:
        return found
    for row, cells in _rows(sheet, PHONES, PHONE_HEADINGS, faults):
        said = {heading: _words(cell) for heading, cell in cells.items()}
        phone = found.setdefault(said["Mã câu"], _Phone(row))
        _add(phone, row, said)
    return found


def _add(phone: _Phone, row: int, said: Mapping[str, str]) -> None:
    what, name = fold(said["Là gì"]), said["Màn hình"]
    if what == fold(END):
        if said["Mã"] in phone.ends:
            phone.wrong(row, "Mã", f"Kết cục “{said['Mã'][:40]}” có hai lần.")
        right = {fold(_YES): True, fold(_NO): False}.get(fold(said["Đúng hay sai"]), said["Đúng hay sai"])
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


def _add_to(phone: _Phone, screen: dict[str, Any], place: str, row: int, what: str, said: Mapping[str, str]) -> None:
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
