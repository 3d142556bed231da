"""Blocks as words alone: the plain-text twin of a lesson, and what a voice reads.

Nothing that a page says is missing here: a picture is told by its description, a table row by row under its columns'
names, a question with its choices. What is not words (a file to take home) is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hocvu.lib.blocks.inline import paragraphs, plain
from hocvu.lib.blocks.kinds import Block

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class Told:
    """A block as lines of words. `is_title` lines are headings; the first line of a list of things may be one."""

    block: str
    kind: str
    lines: list[str]

    @property
    def is_title(self) -> bool:
        return self.kind == "heading"


def tell(blocks: Iterable[Block]) -> list[Told]:
    """Each block as lines; those that say nothing are left out."""
    told = (Told(block["id"], block["kind"], lines_of(block)) for block in blocks)
    return [one for one in told if one.lines]


def text_of(blocks: Iterable[Block]) -> str:
    """The words of blocks as one text, an empty line between blocks."""
    return "\n\n".join("\n".join(one.lines) for one in tell(blocks))


def aloud(block: Block) -> str:
    """What a voice says of a block: its lines as sentences.

    >>> aloud({"kind": "warning", "id": "x", "title": "Không đọc **mã OTP**", "text": "Cho bất kỳ ai."})
    'Không đọc mã OTP. Cho bất kỳ ai.'
    """
    return " ".join(line if line.endswith((".", "!", "?", ":", "…")) else f"{line}." for line in lines_of(block))


def lines_of(block: Block) -> list[str]:
    """A block as lines of words, marks gone."""
    match block["kind"]:
        case "paragraph":
            lines = paragraphs(block.get("text", ""))
        case "heading":
            lines = [block.get("text", "")]
        case "steps":
            lines = [line for number, item in enumerate(block.get("items", []), 1) for line in _step(number, item)]
        case "picture":
            lines = [_picture(block), block.get("caption", "")]
        case "audio" | "video":
            lines = [block.get("title", ""), *paragraphs(block.get("transcript", ""))]
        case "slides":
            lines = [line for number, item in enumerate(block.get("items", []), 1) for line in _slide(number, item)]
        case "warning":
            lines = [block.get("title", ""), *paragraphs(block.get("text", ""))]
        case "tip":
            lines = [f"Mẹo: {block.get('title', '')}", *paragraphs(block.get("text", ""))]
        case "quotation":
            lines = [*(f"“{text}”" for text in paragraphs(block.get("text", ""))), block.get("source", "")]
        case "table":
            lines = [block.get("caption", ""), *(_row(block.get("head", []), row) for row in block.get("rows", []))]
        case "link":
            lines = [f"{block.get('title', '')}: {_address(block.get('url', ''))}", block.get("text", "")]
        case "definition":
            lines = [f"{block.get('term', '')}: {' '.join(paragraphs(block.get('text', '')))}"]
        case "practice":
            lines = [f"Thực hành: {block.get('title', '')}", *paragraphs(block.get("text", "")), "Tự soát:"]
            lines += [f"- {line}" for line in block.get("checklist", [])]
        case "check":
            lines = [f"Thử xem: {block.get('question', '')}"]
            lines += [
                f"{LETTERS[n]}. {choice.get('text', '')}" for n, choice in enumerate(block.get("choices", [])[:8])
            ]
        case "download":
            lines = [f"Tệp tải về: {block.get('title', '')}"]
        case _:
            lines = []
    return [words for line in lines if (words := plain(line).strip())]


def answers_of(block: Block) -> list[str]:
    """The right answers of a check question, each with its reason."""
    return [
        plain(f"{LETTERS[n]}. {choice.get('text', '')}" + (f" ({choice['why']})" if choice.get("why") else ""))
        for n, choice in enumerate(block.get("choices", [])[:8])
        if choice.get("right")
    ]


def _step(number: int, item: Block) -> list[str]:
    return [f"{number}. {item.get('title', '')}", *paragraphs(item.get("text", "")), _picture(item)]


def _slide(number: int, item: Block) -> list[str]:
    return [f"Trang {number}: {item.get('title', '')}", *(f"- {one}" for one in item.get("points", [])), _picture(item)]


def _picture(said: Block) -> str:
    return f"Hình: {said['alt']}" if said.get("alt") and not said.get("decorative") else ""


def _row(head: list[str], row: list[str]) -> str:
    return "; ".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=False) if cell)


def _address(url: str) -> str:
    return url.removeprefix("https://").removeprefix("tel:")
