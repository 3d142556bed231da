"""A lesson is read part by part: each main heading begins one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hocvu.lib.blocks import inline
from hocvu.lib.blocks.cleaning import WANTED
from hocvu.lib.blocks.kinds import KINDS, Block

FIRST = "dau"  # what stands before the first main heading


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its id (that of its heading), its title, the blocks below the heading."""

    id: str
    title: str
    blocks: list[Block]

    @property
    def checks(self) -> list[str]:
        """The ids of its check questions."""
        return [block["id"] for block in self.blocks if block["kind"] == "check"]


def parts_of(blocks: Sequence[Block], title: str) -> list[Part]:
    """The parts of a lesson. What stands before its first main heading is a part under the lesson's own title; an
    empty lesson has one empty part."""
    parts = [Part(FIRST, title, [])]
    for block in blocks:
        if block["kind"] == "heading" and block.get("level") == "2":
            parts.append(Part(block["id"], inline.plain(block.get("text", "")), []))
        else:
            parts[-1].blocks.append(block)
    return parts if parts[0].blocks or len(parts) == 1 else parts[1:]


def media_names(blocks: Sequence[Block]) -> Iterator[tuple[str, str, str]]:
    """Every file that blocks name: (block id, dotted field, name), the voices too."""
    for block in blocks:
        if (voice := block.get("voice", "")) and voice != WANTED:
            yield block["id"], "voice", voice
        for field in KINDS[block["kind"]].fields:
            if field.holds == "media" and block.get(field.name):
                yield block["id"], field.name, block[field.name]
            for number, item in enumerate(block.get(field.name, []) if field.holds == "items" else []):
                for inner in field.fields:
                    if inner.holds == "media" and item.get(inner.name):
                        yield block["id"], f"{field.name}.{number}.{inner.name}", item[inner.name]
