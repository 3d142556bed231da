"""A lesson as whoever teaches it needs it: its slides for a wall, its questions with answers, what to remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from hocvu.learning import reading
from hocvu.learning.models import LessonVersion
from hocvu.lib.blocks import inline, telling
from hocvu.lib.blocks.dividing import parts_of
from hocvu.lib.blocks.drawing import Shown, picture_of
from hocvu.lib.blocks.kinds import Block

SHORT = 220  # signs of a paragraph that still reads well on a wall


@dataclass(frozen=True, slots=True)
class Slide:
    """One screen. `notes` are for whoever teaches and stay folded; `answer` is shown when asked for."""

    kind: str
    title: str
    words: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    picture: SafeString | str = ""
    kicker: str = ""
    notes: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """A check question with its answers, for the teacher."""

    text: str
    answers: list[str]


def slides(version: LessonVersion) -> list[Slide]:
    """The lesson as screens: its title, then each part with its steps, warnings, words, pictures and questions."""
    media = reading.shown(version)
    made = [Slide("title", version.title, [version.summary] if version.summary else [])]
    parts = parts_of(version.blocks, version.title)
    for number, part in enumerate(parts, start=1):
        if len(parts) > 1:
            made.append(Slide("part", part.title, _lead(part.blocks), kicker=f"Phần {number} trong {len(parts)}"))
        made += [slide for block in part.blocks for slide in _of_block(block, media)]
    if remember := points(version):
        made.append(Slide("points", "Điều phải nhớ", points=remember))
    return made


def _lead(blocks: list[Block]) -> list[str]:
    first = blocks[0] if blocks and blocks[0]["kind"] == "paragraph" else None
    return [text for text in inline.paragraphs(first.get("text", "")) if len(text) <= SHORT][:1] if first else []


def _of_block(block: Block, media: Mapping[str, Shown]) -> Iterator[Slide]:
    words = inline.paragraphs(block.get("text", "")) if isinstance(block.get("text"), str) else []
    match block["kind"]:
        case "steps":
            count = len(block["items"])
            for number, item in enumerate(block["items"], start=1):
                picture = picture_of(item, media, f"{block['id']}-{number}")
                text = inline.paragraphs(item.get("text", ""))
                yield Slide("step", item.get("title", ""), text, picture=picture, kicker=f"Bước {number} trong {count}")
        case "slides":
            for number, item in enumerate(block["items"], start=1):
                picture = picture_of(item, media, f"{block['id']}-{number}")
                notes = inline.paragraphs(item.get("notes", ""))
                yield Slide("slide", item.get("title", ""), points=item.get("points", []), picture=picture, notes=notes)
        case "warning":
            yield Slide("warning", block.get("title", ""), words, kicker="Cảnh báo")
        case "tip":
            yield Slide("tip", block.get("title", ""), words, kicker="Mẹo")
        case "definition":
            yield Slide("definition", block.get("term", ""), words, kicker="Từ mới")
        case "quotation":
            yield Slide("quotation", f"“{' '.join(words)}”" if len(" ".join(words)) <= SHORT else block.get("source", ""),
                        [block.get("source", "")] if len(" ".join(words)) <= SHORT else words)  # fmt: skip
        case "picture":
            said = {**block, "picture": block.get("media", "")}
            if picture := picture_of(said, media, block["id"]):
                yield Slide("picture", block.get("caption", ""), picture=picture)
        case "practice":
            yield Slide("practice", block.get("title", ""), words, block.get("checklist", []), kicker="Thực hành")
        case "check":
            choices = [choice.get("text", "") for choice in block.get("choices", [])]
            answer = telling.answers_of(block)
            yield Slide("check", block.get("question", ""), letters=choices, kicker="Thử xem", answer=answer)


def points(version: LessonVersion) -> list[str]:
    """What to remember; where nobody wrote it, the lesson's warnings."""
    said: list[str] = version.teaching.get("handout", [])
    return said or [block.get("title", "") for block in version.blocks if block["kind"] == "warning"][:8]


def questions(version: LessonVersion) -> list[Question]:
    """The check questions with their right answers."""
    return [
        Question(inline.plain(block.get("question", "")), telling.answers_of(block))
        for block in version.blocks
        if block["kind"] == "check"
    ]


def notes(version: LessonVersion) -> list[tuple[str, list[str]]]:
    """What slides say to whoever teaches: (title of the slide, paragraphs)."""
    return [
        (inline.plain(item.get("title", "")), inline.paragraphs(item["notes"]))
        for block in version.blocks
        if block["kind"] == "slides"
        for item in block["items"]
        if item.get("notes")
    ]


def minutes(version: LessonVersion) -> int:
    """How long the hour takes, by its timeline."""
    steps: list[dict[str, Any]] = version.teaching.get("timeline", [])
    return sum(int(step["minutes"]) for step in steps if str(step.get("minutes", "")).isdigit())
