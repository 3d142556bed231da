"""From what somebody typed or a file says to blocks in their one form, and what is wrong with them.

`clean` never raises and never drops what was typed: a value that cannot be kept as it is becomes a fault beside it.
Faults are of the form of the data; what a lesson still lacks before it is published (alt texts, captions, a reading
level) is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hocvu.lib.blocks import inline
from hocvu.lib.blocks.kinds import KINDS, Block, Field, Kind
from hocvu.lib.text import nfc

MOST_BLOCKS = 200
WANTED = "?"  # in `voice`: somebody is to record it ("chờ thu âm")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,118}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SHOUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which block, in which field (dotted, with numbers of entries from 0), in a sentence."""

    block: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Blocks in their one form, and the faults of their form."""

    blocks: list[Block]
    faults: list[Fault]


def clean(raw: Any, *, kinds: Iterable[str] = KINDS) -> Cleaned:
    """Blocks of a list of mappings. A block of an unknown kind is a fault and left out, everything else stays."""
    allowed, blocks, faults = set(kinds), [], []
    entries = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        faults.append(Fault("", "", "Nội dung bài phải là một danh sách các khối."))
    if len(entries) > MOST_BLOCKS:
        faults.append(
            Fault(
                "", "", f"Bài có {len(entries)} khối. Hãy chia thành nhiều bài, mỗi bài nhiều nhất {MOST_BLOCKS} khối."
            )
        )
    taken: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping) or str(entry.get("kind")) not in allowed:
            said = entry.get("kind") if isinstance(entry, Mapping) else entry
            faults.append(Fault("", "", f"Khối thứ {number} thuộc loại không có: “{str(said)[:40]}”."))
            continue
        kind = KINDS[entry["kind"]]
        block_id = _fresh_id(entry.get("id"), number, taken)
        block: Block = {"kind": kind.code, "id": block_id}
        values, wrong = clean_fields(kind.fields, entry)
        block |= values
        if kind.spoken and (voice := _one_line(entry.get("voice", ""))):
            block["voice"] = voice
            if voice != WANTED and not _NAME.fullmatch(voice):
                wrong.append(("voice", "Tên tệp giọng đọc không hợp lệ. Hãy thu lại hoặc chọn lại tệp."))
        faults += [Fault(block_id, field, words) for field, words in (*wrong, *_of_the_whole(kind, block))]
        blocks.append(block)
    return Cleaned(blocks, faults)


def clean_fields(fields: Sequence[Field], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of fields in their one form, empty ones left out, and (field, sentence) for what is wrong."""
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for field in fields:
        value, faults = _value(field, raw.get(field.name))
        wrong += [(f"{field.name}{path}", words) for path, words in faults]
        if value not in ("", [], False, None):
            values[field.name] = value
        elif field.required and not faults:
            wrong.append((field.name, f"Thiếu “{field.label}”. Hãy điền vào, hoặc xóa khối này."))
    return values, wrong


def _value(field: Field, raw: Any) -> tuple[Any, list[tuple[str, str]]]:
    match field.holds:
        case "flag":
            return raw in (True, 1, "1", "on", "true", "x"), []
        case "lines":
            return _lines(field, raw)
        case "rows":
            return _rows(field, raw)
        case "items":
            return _items(field, raw)
        case "text":
            value = _several_lines(raw)
        case _:
            value = _one_line(raw)
    return value, [("", words)] if value and (words := _wrong_with(field, value)) else []


def _wrong_with(field: Field, value: str) -> str:
    if len(value) > field.most:
        return f"“{field.label}” dài {len(value)} chữ, nhiều nhất {field.most}. Hãy viết ngắn lại."
    if field.holds == "media" and not _NAME.fullmatch(value):
        return f"“{field.label}” phải là tên một tệp của bài, gồm chữ thường không dấu, số, dấu gạch."
    if field.holds == "url" and not inline.is_address(value):
        return f"“{field.label}” phải bắt đầu bằng https:// hoặc bằng / của trang này."
    if field.holds == "choice" and value not in dict(field.choices):
        return f"“{field.label}” phải là một trong: {', '.join(words for _, words in field.choices)}."
    if field.holds in ("line", "text") and (bad := [url for url in inline.links(value) if not inline.is_address(url)]):
        return f"Liên kết “{bad[0][:60]}” không dùng được. Hãy dùng địa chỉ https:// hoặc địa chỉ bắt đầu bằng /."
    return ""


def _lines(field: Field, raw: Any) -> tuple[list[str], list[tuple[str, str]]]:
    entries = raw.splitlines() if isinstance(raw, str) else raw if isinstance(raw, Sequence) else []
    lines = [line for entry in entries if (line := _one_line(entry))]
    faults = _too_many_or_few(field, len(lines))
    faults += [
        (f".{n}", f"Dòng {n + 1} của “{field.label}” dài quá 300 chữ.")
        for n, line in enumerate(lines)
        if len(line) > 300
    ]
    return lines, faults


def _rows(field: Field, raw: Any) -> tuple[list[list[str]], list[tuple[str, str]]]:
    entries = raw.splitlines() if isinstance(raw, str) else raw if isinstance(raw, Sequence) else []
    rows = []
    for entry in entries:
        cells = entry.split("|") if isinstance(entry, str) else entry if isinstance(entry, Sequence) else []
        row = [_one_line(cell) for cell in cells]
        if any(row):
            rows.append(row)
    return rows, _too_many_or_few(field, len(rows))


def _items(field: Field, raw: Any) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    entries = (
        [entry for entry in raw if isinstance(entry, Mapping)]
        if isinstance(raw, Sequence) and not isinstance(raw, str)
        else []
    )
    items: list[dict[str, Any]] = []
    faults: list[tuple[str, str]] = []
    for entry in entries:
        values, wrong = clean_fields(field.fields, entry)
        if not values:  # nothing but what nobody can see
            continue
        faults += [(f".{len(items)}.{name}", words) for name, words in wrong]
        items.append(values)
    return items, _too_many_or_few(field, len(items)) + faults


def _too_many_or_few(field: Field, count: int) -> list[tuple[str, str]]:
    if count > field.most:
        return [("", f"“{field.label}” có {count} mục, nhiều nhất {field.most}. Hãy bớt đi hoặc chia ra.")]
    if field.required and 0 < count < field.least:
        return [("", f"“{field.label}” cần ít nhất {field.least} mục.")]
    return []


def _of_the_whole(kind: Kind, block: Block) -> list[tuple[str, str]]:
    """What is wrong with fields that must agree."""
    if kind.code == "check" and block.get("choices"):
        right = sum(bool(choice.get("right")) for choice in block["choices"])
        if not right:
            return [("choices", "Câu hỏi chưa đánh dấu câu trả lời đúng.")]
        if right > 1 and not block.get("many"):
            return [("choices", "Có nhiều câu đúng: hãy đánh dấu “Có nhiều câu đúng”, hoặc chỉ để một câu đúng.")]
    if kind.code == "table" and block.get("head"):
        width = len(block["head"])
        return [
            (f"rows.{n}", f"Hàng {n + 1} có {len(row)} ô, bảng có {width} cột.")
            for n, row in enumerate(block.get("rows", []))
            if len(row) != width
        ]
    return []


def _fresh_id(said: Any, number: int, taken: set[str]) -> str:
    """The id that a block says, or one of its place; never one that is taken."""
    wanted = str(said or "")
    if not _ID.fullmatch(wanted):
        wanted = f"k{number}"
    fresh, tries = wanted, 2
    while fresh in taken:
        fresh, tries = f"{wanted[:34]}-{tries}", tries + 1
    taken.add(fresh)
    return fresh


def _one_line(raw: Any) -> str:
    return (
        " ".join(_SHOUT.sub("", nfc(str(raw))).split()) if raw is not None and not isinstance(raw, (list, dict)) else ""
    )


def _several_lines(raw: Any) -> str:
    if raw is None or isinstance(raw, (list, dict)):
        return ""
    lines = [" ".join(line.split()) for line in _SHOUT.sub("", nfc(str(raw))).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
