"""What an official document says, whatever it tells of and however it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from hocvu.lib.text import nfc

# What XML cannot hold, and the signs that turn a line around or hide it.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its own number in the text: level 1 "I. …", 2 "1. …", 3 "a) …"."""

    level: Literal[1, 2, 3]
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a line break in it stays one."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullet:
    """A line that begins with "- "."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table whose headings are repeated on every page. `widths` are shares of the line, `numeric` the
    columns (from 0) that stand to the right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    numeric: frozenset[int] = frozenset()

    def shares(self) -> list[float]:
        """How much of the line each column takes; the sum is 1."""
        widths = self.widths if len(self.widths) == len(self.headings) else (1.0,) * len(self.headings)
        return [width / sum(widths) for width in widths]

    def full_rows(self) -> list[tuple[str, ...]]:
        """The rows, each as long as the headings."""
        count = len(self.headings)
        return [(*row, *[""] * count)[:count] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Picture:
    """A .png or .svg with the sentence that stands for it where it is not seen. `width` in millimetres."""

    content: bytes
    alt: str
    width: int = 150

    @property
    def ending(self) -> Literal["png", "svg"]:
        return "png" if self.content.startswith(b"\x89PNG") else "svg"


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a page."""


Block = Heading | Paragraph | Bullet | Table | Picture | PageBreak


@dataclass(frozen=True, slots=True)
class Annex:
    """A "Phụ lục" on pages of its own after the signature, across where its tables are wide."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A report, plan or notice with its head, text, signature and recipients.

    `number` and `day` are None until the clerk gives them: the printed form then leaves room. `authority` is
    "TM. ỦY BAN NHÂN DÂN", `deputy` the second line "KT. CHỦ TỊCH" or "TL. CHỦ TỊCH". `recipients` are written
    without dash and semicolon; "Lưu: VT" is added where it is missing.
    """

    issuing_body: str
    symbol: str
    place: str
    kind: str
    subject: str
    blocks: tuple[Block, ...]
    post: str
    signer: str
    superior_body: str = ""
    number: int | None = None
    day: date | None = None
    grounds: tuple[str, ...] = ()
    authority: str = ""
    deputy: str = ""
    recipients: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()

    @property
    def number_line(self) -> str:
        """ "Số: 07/BC-UBND"; room for the number where it is not given yet."""
        number = "      " if self.number is None else f"{self.number:02d}"
        return f"Số: {number}/{clean(self.symbol)}"

    @property
    def day_line(self) -> str:
        """ "ngày 05 tháng 02 năm 2026": days below 10 and months 1 and 2 have a nought in front."""
        if self.day is None:
            return "ngày      tháng      năm      "
        month = f"{self.day.month:02d}" if self.day.month < 3 else str(self.day.month)
        return f"ngày {self.day.day:02d} tháng {month} năm {self.day.year}"

    @property
    def place_and_day(self) -> str:
        return f"{clean(self.place)}, {self.day_line}"

    def annex_line(self) -> str:
        """What stands below the title of an annex."""
        return f"(Kèm theo {clean(self.kind).capitalize()} {self.number_line.replace('Số: ', 'số ')} {self.day_line})"

    def recipient_lines(self) -> list[str]:
        """The lines below "Nơi nhận:", each with its dash and sign; the last one says where it is kept."""
        names = [name for r in self.recipients if (name := clean(r).strip().removeprefix("- ").rstrip(" ;."))]
        kept = [name for name in names if name.startswith("Lưu:")] or ["Lưu: VT"]
        others = [name for name in names if not name.startswith("Lưu:")]
        return [*(f"- {name};" for name in [*others, *kept[:-1]]), f"- {kept[-1]}."]

    def finished_blocks(self) -> tuple[Block, ...]:
        """The blocks with "./." after the last sentence, once."""
        blocks = tuple(_closed_early(self.blocks))
        if blocks and isinstance(last := blocks[-1], (Paragraph, Bullet)):
            return (*blocks[:-1], replace(last, text=f"{clean(last.text).rstrip(' ./')}./."))
        return (*blocks, Paragraph("./."))


def _closed_early(blocks: Iterable[Block]) -> Iterable[Block]:
    """Every sentence that somebody ended with "./." in the middle ends with a full stop."""
    for block in blocks:
        if isinstance(block, (Paragraph, Bullet)) and (text := block.text.rstrip()).endswith("./."):
            yield replace(block, text=f"{text.removesuffix('./.')}.")
        else:
            yield block


def clean(text: str) -> str:
    """The text as it is printed: NFC, one sign for a new line, nothing that cannot be printed."""
    return _UNPRINTABLE.sub("", nfc(text.replace("\r\n", "\n").replace("\r", "\n")))
