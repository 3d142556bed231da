"""What changed between two versions of a lesson: block by block, word by word, said in words too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hocvu.learning.checking import words_of
from hocvu.learning.editing import CHECKS, opening_of
from hocvu.learning.groups import GROUPS
from hocvu.lib.blocks.kinds import KINDS, TEACHING, Block, Field

Kind = Literal["added", "removed", "moved", "changed"]
_HEAD = (
    ("title", "Tên bài"),
    ("summary", "Bài này nói gì"),
    ("minutes", "Số phút"),
    ("level", "Bậc"),
    ("groups", "Dành cho ai"),
    ("competences", "Năng lực"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One field before and after; `marked` shows both in one line, <del> and <ins> around what changed."""

    label: str
    before: str
    after: str
    marked: SafeString


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one block, or of the head or the teacher's page."""

    kind: Kind
    words: str
    opening: str
    fields: list[Told] = field(default_factory=list)


def between(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Everything that differs between two contents ({"title", …, "blocks", "teaching"}), in the order of the new one."""
    found = []
    if head := [told for name, label in _HEAD if (told := _told(label, _flat(name, old), _flat(name, new)))]:
        found.append(Change("changed", "Thông tin chung: đã sửa", "", head))
    if rule := _told("Tính là học xong khi", _rule(old), _rule(new)):
        found.append(Change("changed", "Cách tính học xong: đã sửa", "", [rule]))
    found += _of_blocks(old.get("blocks", []), new.get("blocks", []))
    if teaching := _of_fields(TEACHING, old.get("teaching", {}), new.get("teaching", {})):
        found.append(Change("changed", "Phần cho người dạy: đã sửa", "", teaching))
    return found


def content_of(version: Any) -> dict[str, Any]:
    """What `between` compares of a version, or of a lesson as files say it."""
    names = (*(name for name, _ in _HEAD), "rule", "blocks", "teaching")
    return {name: getattr(version, name) for name in names}


def _of_blocks(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Change]:
    before = {block["id"]: (place, block) for place, block in enumerate(old, start=1)}
    after = {block["id"] for block in new}
    stayed = _in_place([b["id"] for b in old if b["id"] in after], [b["id"] for b in new if b["id"] in before])
    for block in old:
        if block["id"] not in after:
            yield Change(
                "removed",
                f"{_name(block)} (khối {before[block['id']][0]} cũ): đã bỏ",
                opening_of(block),
                whole(block, gone=True),
            )
    for place, block in enumerate(new, start=1):
        if block["id"] not in before:
            yield Change(
                "added", f"{_name(block)} (khối {place}): mới thêm", opening_of(block), whole(block, gone=False)
            )
            continue
        was_at, was = before[block["id"]]
        fields = _of_one(was, block)
        moved = block["id"] not in stayed
        if fields and moved:
            yield Change(
                "changed",
                f"{_name(block)}: đã sửa, và chuyển từ chỗ {was_at} đến chỗ {place}",
                opening_of(block),
                fields,
            )
        elif fields:
            yield Change("changed", f"{_name(block)} (khối {place}): đã sửa", opening_of(block), fields)
        elif moved:
            yield Change("moved", f"{_name(block)}: chuyển từ chỗ {was_at} đến chỗ {place}", opening_of(block))


def _in_place(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The blocks that kept their order among each other; the others are said to have moved."""
    matched = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block_id for run in matched for block_id in old[run.a : run.a + run.size]}


def _of_one(old: Block, new: Block) -> list[Told]:
    if old["kind"] != new["kind"]:
        told = _told("Loại khối", KINDS[old["kind"]].label, KINDS[new["kind"]].label)
        return [*([told] if told else []), *whole(old, gone=True), *whole(new, gone=False)]
    fields = _of_fields(KINDS[new["kind"]].fields, old, new)
    voice = _told("Giọng đọc", str(old.get("voice", "")), str(new.get("voice", "")))
    return fields + ([voice] if voice else [])


def _of_fields(fields: Sequence[Field], old: dict[str, Any], new: dict[str, Any]) -> list[Told]:
    told = (_told(one.label, _said(one, old.get(one.name)), _said(one, new.get(one.name))) for one in fields)
    return [one for one in told if one]


def whole(block: Block, *, gone: bool = False) -> list[Told]:
    """Everything that a block says, as what came or as what went."""
    said = ((one.label, _said(one, block.get(one.name))) for one in KINDS[block["kind"]].fields)
    told = (_told(label, words if gone else "", "" if gone else words) for label, words in said)
    return [one for one in told if one]


def _said(one: Field, value: Any) -> str:
    """A field's value as words, entries on lines of their own."""
    if one.holds == "flag":
        return "Có" if value else ""
    if one.holds == "choice":
        return dict(one.choices).get(value, str(value or ""))
    if one.holds == "rows":
        return "\n".join(" | ".join(row) for row in value or [])
    if one.holds == "items":
        return "\n".join(_entry(one, number, item) for number, item in enumerate(value or [], start=1))
    if one.holds in ("media", "url"):
        return str(value or "")
    return "\n".join(words for _, words in words_of(one, value, one.name))


def _entry(one: Field, number: int, item: dict[str, Any]) -> str:
    said = []
    for inner in one.fields:
        if words := _said(inner, item.get(inner.name)):
            said.append(inner.label if inner.holds == "flag" else words)
    return f"{number}. {'; '.join(said)}"


def _told(label: str, before: str, after: str) -> Told | None:
    return None if before == after else Told(label, before, after, marked(before, after))


def marked(before: str, after: str) -> SafeString:
    """Both texts in one, word by word: <del> around what went, <ins> around what came.

    >>> marked("Bấm nút xanh", "Bấm nút đỏ")
    'Bấm nút <del>xanh</del> <ins>đỏ</ins>'
    """
    old, new = re.findall(r"\S+|\n", before), re.findall(r"\S+|\n", after)
    out: list[SafeString] = []
    for verb, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if verb == "equal":
            out.append(_joined(old[a:b]))
            continue
        if b > a:
            out.append(format_html("<del>{}</del>", _joined(old[a:b])))
        if d > c:
            out.append(format_html("<ins>{}</ins>", _joined(new[c:d])))
    return format_html_join(" ", "{}", ((piece,) for piece in out))


def _joined(words: Sequence[str]) -> SafeString:
    lines = [format_html("{}", line.strip()) for line in " ".join(words).split("\n")]
    return mark_safe("<br>".join(lines))  # noqa: S308  # every line is escaped


def _name(block: Block) -> str:
    return KINDS[block["kind"]].label


def _flat(name: str, content: dict[str, Any]) -> str:
    value = content.get(name, "")
    if name == "groups":
        return ", ".join(GROUPS.get(code, code) for code in value)
    return ", ".join(value) if isinstance(value, list) else str(value)


def _rule(content: dict[str, Any]) -> str:
    code = (content.get("rule") or {}).get("checks", "answered")
    return dict(CHECKS).get(code, str(code))
