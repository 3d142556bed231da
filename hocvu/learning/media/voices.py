"""The words of a block, as somebody reads them aloud into a microphone."""

from __future__ import annotations

from hocvu.lib.blocks import inline
from hocvu.lib.blocks.kinds import KINDS, Block

SILENT = {"alt", "notes", "why", "source"}  # what is not read: of pictures, for teachers, after the answer


def words_of(block: Block) -> list[str]:
    """The paragraphs to be read, in their order; steps say their number, choices theirs."""
    said: list[str] = []
    for field in KINDS[block["kind"]].fields:
        value = block.get(field.name)
        if not value or field.name in SILENT:
            continue
        if field.holds in ("line", "text"):
            said += [inline.plain(part) for part in inline.paragraphs(value)]
        elif field.holds == "lines":
            said += [inline.plain(line) for line in value]
        elif field.holds == "items":
            said += _items(block["kind"], value)
    return said


def _items(kind: str, items: list[Block]) -> list[str]:
    said = []
    for number, item in enumerate(items, start=1):
        first = {"steps": f"Bước {number}. ", "check": f"{number}. "}.get(kind, "")
        lines = [str(item.get(name, "")) for name in ("title", "text")] + list(item.get("points", []))
        said.append(first + " ".join(_ended(inline.plain(line)) for line in lines if line))
    return said


def _ended(line: str) -> str:
    """A line that the voice falls at."""
    line = " ".join(line.split())
    return line if line.endswith((".", "!", "?", ":", "…")) else f"{line}."
