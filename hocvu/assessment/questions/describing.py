"""A version in words: what it says line by line, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from hocvu.assessment.questions.kinds import KINDS, Content
from hocvu.assessment.questions.mapping import group_words
from hocvu.learning.differences import marked

Lines = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line before and after; `marked` shows both in one."""

    label: str
    before: str
    after: str
    marked: SafeString


def lines(kind: str, competence: str, level: str, groups: Sequence[str], content: Content) -> Lines:
    """Everything that a version says: label and words."""
    return [
        ("Loại", KINDS[kind].label),
        ("Năng lực", competence),
        ("Bậc", level),
        ("Dành cho", group_words(groups)),
        *_content(kind, content),
    ]


def between(before: Lines, after: Lines) -> list[Difference]:
    """What differs, in the order of the new one; what went stands at the end."""
    old, new = dict(before), dict(after)
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Difference(label, old.get(label, ""), new.get(label, ""), marked(old.get(label, ""), new.get(label, "")))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    ]


def _content(kind: str, content: Content) -> Iterator[tuple[str, str]]:
    yield "Câu hỏi", str(content.get("ask", ""))
    yield from _files("", content)
    for number, one in enumerate(content.get("choices", []), start=1):
        yield f"Phương án {number}", f"{one.get('text', '')}{' (đúng)' if one.get('right') else ''}"
        yield from _files(f" của phương án {number}", one)
    if kind == "true_false":
        yield "Đáp án", {True: "Đúng", False: "Sai"}.get(content.get("right"), "chưa chọn")  # type: ignore[arg-type]
    for number, one in enumerate(content.get("steps", []), start=1):
        yield f"Bước {number}", str(one.get("text", ""))
    for number, one in enumerate(content.get("pairs", []), start=1):
        yield f"Đôi {number}", f"{one.get('left', '')} → {one.get('right', '')}"
    if content.get("others"):
        yield "Vế phải thừa", "\n".join(content["others"])
    if kind == "fill":
        yield "Mọi cách viết đúng", "\n".join(content.get("answers", []))
        forgive = {"tones": True, "typos": True, **content.get("forgive", {})}
        yield "Bỏ qua", ", ".join(w for n, w in (("tones", "thiếu dấu"), ("typos", "gõ nhầm")) if forgive[n]) or "không"
        yield "Gợi ý", str(content.get("hint", ""))
    if kind == "screens":
        yield from _phone(content)
    yield "Vì sao", str(content.get("why", ""))


def _files(of: str, said: Content) -> Iterator[tuple[str, str]]:
    if picture := said.get("picture"):
        yield f"Hình{of}", f"{picture.get('name', '')}: {picture.get('alt') or 'không cần lời tả'}"
    if audio := said.get("audio"):
        yield f"Âm thanh{of}", str(audio)


def _phone(content: Content) -> Iterator[tuple[str, str]]:
    yield "Bắt đầu ở", str(content.get("start", ""))
    if content.get("most"):
        yield "Nhiều nhất", f"{content['most']} bước"
    for name, screen in _mapping(content.get("screens")):
        yield f"Màn hình {name}", "\n".join(_screen(screen))
    for name, end in _mapping(content.get("ends")):
        yield f"Kết cục {name}", f"{'Đúng' if end.get('right') is True else 'Sai'}: {end.get('words', '')}"


def _screen(screen: Content) -> Iterator[str]:
    yield f"{screen.get('app', '')}: {screen.get('title', '')}"
    yield from map(str, screen.get("lines") or ())
    for one in screen.get("fields") or ():
        yield f"[ô nhập] {one.get('label', '')}"
    for one in screen.get("buttons") or ():
        when = "; ".join(
            f"{name} = {' hoặc '.join(map(str, values))}" for name, values in (one.get("when") or {}).items()
        )
        other = f", nếu {when}; không thì → {one.get('else') or 'ở lại'}" if when else ""
        yield f"[nút] {one.get('text', '')} → {one.get('to', '')}{other}"


def _mapping(raw: Any) -> list[tuple[str, Content]]:
    return [(name, one) for name, one in raw.items() if isinstance(one, dict)] if isinstance(raw, dict) else []
