"""From what an author typed or a file says to a question's content in its one form, and what is wrong with it.

`clean` never raises. What is right is normalised; what is not becomes a fault with its place ("choices.1.text"), and a
content with faults is never asked of anybody. Cleaning what was cleaned changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hocvu.assessment.questions import phones
from hocvu.assessment.questions.kinds import ABOUT, KINDS, WHY, Content, Field
from hocvu.assessment.questions.wording import ID, MEDIA_NAME, doubles, flag, one_line, several_lines, wrong_with
from hocvu.lib.text import fold

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Fault(NamedTuple):
    """One thing that is wrong: where ("choices.1.text", "" for the whole), and a sentence that says what to do."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Content in its one form, and what is wrong with it."""

    content: Content
    faults: list[Fault]


def clean(kind: str, content: Any) -> Cleaned:
    """The content of a question of this kind in its one form."""
    if kind not in KINDS:
        return Cleaned({}, [Fault("kind", f"Không có loại câu hỏi “{str(kind)[:40]}”.")])
    if not isinstance(content, Mapping):
        return Cleaned({}, [Fault("", "Nội dung câu hỏi phải gồm các dòng có tên, như “ask”, “why”.")])
    own = KINDS[kind].fields
    if kind == "screens":
        values, faults = _fields((*ABOUT, WHY), content, known=("start", "screens", "ends", "most"))
        phone, wrong = phones.clean(content)
        return Cleaned(values | phone, [*faults, *(Fault(place, words) for place, words in wrong)])
    values, faults = _fields((*ABOUT, *own, WHY), content)
    if not faults:
        faults += (Fault(place, words) for place, words in _AGREE[kind](values))
    return Cleaned(values, faults)


# ---- Fields


def _fields(
    fields: Sequence[Field], raw: Mapping[Any, Any], *, known: Sequence[str] = (), place: str = ""
) -> tuple[Content, list[Fault]]:
    """The values of fields in their one form, empty ones left out; what no field is named for is a fault."""
    values: Content = {}
    faults: list[Fault] = []
    for field in fields:
        value, wrong = _value(field, raw.get(field.name))
        faults += [Fault(f"{place}{field.name}{path}", words) for path, words in wrong]
        if value not in ("", [], {}, None):
            values[field.name] = value
        elif field.required and not wrong:
            faults.append(Fault(f"{place}{field.name}", f"Thiếu “{field.label}”. Hãy điền vào."))
    allowed = {field.name for field in fields} | set(known)
    faults += [
        Fault(f"{place}{str(name)[:40]}", f"Không có mục “{str(name)[:40]}” ở đây. Hãy xóa đi hoặc sửa tên.")
        for name in raw
        if name not in allowed
    ]
    return values, faults


def _value(field: Field, raw: Any) -> tuple[Any, list[tuple[str, str]]]:
    match field.holds:
        case "flag":
            return _flag(field, raw)
        case "lines":
            return _lines(field, raw)
        case "items":
            return _items(field, raw)
        case "picture":
            return _picture(raw)
        case "audio":
            return _named(raw, "Âm thanh")
        case "forgive":
            return _forgive(raw)
        case "text":
            value = several_lines(raw)
        case _:
            value = one_line(raw)
    if raw is not None and not value and raw not in ("",) and not isinstance(raw, str):
        return "", [("", f"“{field.label}” phải là chữ.")]
    return value, [("", words)] if (words := wrong_with(field.label, value, field.most)) else []


def _flag(field: Field, raw: Any) -> tuple[bool | None, list[tuple[str, str]]]:
    if raw in (None, "") and field.required:
        return None, []
    value = flag(raw)
    if value is None:
        return None if field.required else False, [("", f"“{field.label}” phải là true (đúng) hoặc false (sai).")]
    return value, []


def _lines(field: Field, raw: Any) -> tuple[list[str], list[tuple[str, str]]]:
    if raw is None:
        return [], []
    entries = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(entries, Sequence):
        return [], [("", f"“{field.label}” phải là một danh sách.")]
    lines = [line for entry in entries if (line := one_line(entry))]
    faults = _too_many_or_few(field, len(lines))
    faults += [(f".{n}", words) for n, line in enumerate(lines) if (words := wrong_with(field.label, line, 200))]
    faults += [
        (f".{n}", f"Dòng {n + 1} của “{field.label}” phải là chữ hoặc số; đúng, sai thì đặt trong dấu nháy.")
        for n, entry in enumerate(entries)
        if entry is not None and not isinstance(entry, str) and not one_line(entry)
    ]
    return lines, faults


def _items(field: Field, raw: Any) -> tuple[list[Content], list[tuple[str, str]]]:
    if raw is None:
        return [], []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return [], [("", f"“{field.label}” phải là một danh sách.")]
    items: list[Content] = []
    faults: list[tuple[str, str]] = []
    entries = [entry for entry in raw if entry not in (None, "", {}, [])]
    for number, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            faults.append((f".{number}", f"Mục {number + 1} của “{field.label}” phải gồm các dòng có tên."))
            entry = {}
        values, wrong = _fields(field.fields, entry, known=("id",))
        faults += [(f".{number}.{place}", words) for place, words in wrong]
        items.append({"id": one_line(entry.get("id")), **values})
    faults += _give_ids(items)
    return items, _too_many_or_few(field, len(items)) + faults


def _give_ids(items: list[Content]) -> list[tuple[str, str]]:
    """Give the first free letter to each that has no id; what is no id, or another's, is wrong."""
    taken = {item["id"] for item in items}
    free = (letter for letter in LETTERS if letter not in taken)
    faults, seen = [], set()
    for number, item in enumerate(items):
        item["id"] = item["id"] or next(free, f"k{number}")
        if not ID.fullmatch(item["id"]):
            faults.append((f".{number}.id", "“id” gồm chữ thường không dấu, số, dấu gạch."))
        elif item["id"] in seen:
            faults.append((f".{number}.id", f"“id” {item['id']} đã có ở một mục khác."))
        seen.add(item["id"])
    return faults


def _too_many_or_few(field: Field, count: int) -> list[tuple[str, str]]:
    if count > field.most:
        return [("", f"“{field.label}” có {count} mục, nhiều nhất {field.most}. Hãy bớt đi.")]
    if 0 < count < field.least:
        return [("", f"“{field.label}” cần ít nhất {field.least} mục.")]
    return []


def _picture(raw: Any) -> tuple[Content, list[tuple[str, str]]]:
    if raw in (None, "", {}):
        return {}, []
    if not isinstance(raw, Mapping):
        return {}, [("", "“Hình” cần hai dòng: name (tên tệp) và alt (hình cho thấy gì).")]
    name, faults = _named(raw.get("name"), "Hình")
    alt = one_line(raw.get("alt"))
    if not name and not alt:  # an empty row of a form
        return {}, faults
    if not name and not faults:
        faults = [(".name", "Thiếu tên tệp của hình.")]
    if words := wrong_with("Mô tả hình", alt, 300):
        faults.append((".alt", words))
    faults += [(f".{key!s:.40}", "Hình chỉ có hai dòng: name và alt.") for key in raw if key not in ("name", "alt")]
    return {"name": name, "alt": alt}, faults


def _named(raw: Any, label: str) -> tuple[str, list[tuple[str, str]]]:
    name = one_line(raw)
    if raw not in (None, "") and not MEDIA_NAME.fullmatch(name):
        return name, [("", f"“{label}” phải là tên một tệp: chữ thường không dấu, số, dấu gạch, dấu chấm.")]
    return name, []


def _forgive(raw: Any) -> tuple[Content, list[tuple[str, str]]]:
    """What is forgiven; nothing is written down where both are, as that is the rule."""
    if raw in (None, ""):
        return {}, []
    if not isinstance(raw, Mapping) or set(raw) - {"tones", "typos"}:
        return {}, [("", "“Bỏ qua” chỉ có hai dòng: tones (thiếu dấu) và typos (gõ nhầm).")]
    said = {name: True if raw.get(name) is None else flag(raw[name]) for name in ("tones", "typos")}
    faults = [(f".{name}", "Viết true hoặc false.") for name, value in said.items() if value is None]
    kept = {name: bool(value) for name, value in said.items()}
    return {} if all(kept.values()) else kept, faults


# ---- What must agree


def _single(content: Content) -> list[tuple[str, str]]:
    right = _count_right(content)
    faults = _equal(
        "choices", [choice["text"] for choice in content["choices"]], "Phương án này trùng với một phương án trên."
    )
    if right != 1:
        faults.append(("choices", f"Phải có đúng một phương án đúng, hiện có {right}."))
    return faults


def _multiple(content: Content) -> list[tuple[str, str]]:
    right = _count_right(content)
    faults = _equal(
        "choices", [choice["text"] for choice in content["choices"]], "Phương án này trùng với một phương án trên."
    )
    if right < 2:
        faults.append(("choices", "Phải có ít nhất hai phương án đúng. Nếu chỉ một, hãy dùng loại “chọn một”."))
    if right == len(content["choices"]):
        faults.append(("choices", "Phải có ít nhất một phương án sai."))
    return faults


def _count_right(content: Content) -> int:
    return sum(choice["right"] for choice in content["choices"])


def _order(content: Content) -> list[tuple[str, str]]:
    return _equal("steps", [step["text"] for step in content["steps"]], "Bước này trùng với một bước trên.")


def _match(content: Content) -> list[tuple[str, str]]:
    lefts = [pair["left"] for pair in content["pairs"]]
    rights = [pair["right"] for pair in content["pairs"]]
    others = content.get("others", [])
    faults = [(f"pairs.{n}.left", "Vế trái này trùng với một vế trái trên.") for n in doubles(lefts)]
    for number in doubles([*rights, *others]):
        place = f"pairs.{number}.right" if number < len(rights) else f"others.{number - len(rights)}"
        faults.append((place, "Vế phải này trùng với một vế phải trên. Mỗi vế phải chỉ đi với một vế trái."))
    return faults


def _fill(content: Content) -> list[tuple[str, str]]:
    tones = content.get("forgive", {}).get("tones", True)
    keys = [fold(answer) if tones else answer for answer in content["answers"]]
    faults = [
        (f"answers.{n}", "Cách viết này đã được tính nhờ bỏ qua dấu và chữ hoa. Hãy xóa đi.") for n in doubles(keys)
    ]
    faults += [
        (f"answers.{n}", "Câu trả lời phải có chữ hoặc số.")
        for n, key in enumerate(keys)
        if not any(map(str.isalnum, key))
    ]
    return faults


def _equal(place: str, texts: Sequence[str], words: str) -> list[tuple[str, str]]:
    return [(f"{place}.{number}.text", words) for number in doubles(texts)]


_AGREE: dict[str, Callable[[Content], list[tuple[str, str]]]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": lambda _: [],
    "order": _order,
    "match": _match,
    "fill": _fill,
}
