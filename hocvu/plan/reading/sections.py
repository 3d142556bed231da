"""The body's outline: each paragraph with its address ("IV.5.4"), the headings above it, and what its section is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from hocvu.plan.reading.paragraphs import MarkKind, Paragraph, roman
from hocvu.plan.reading.shape import Place
from hocvu.plan.reading.wording import folded, is_capitals

Meaning = Literal["purpose", "targets", "tasks", "organisation", "money", "reports", "unknown"]

_MEANINGS: tuple[tuple[Meaning, str], ...] = (
    ("money", r"kinh phí|nguồn lực tài chính"),
    ("reports", r"chế độ (?:thông tin,? )?báo cáo|thông tin,? báo cáo"),
    ("tasks", r"nhiệm vụ|giải pháp|nội dung|hoạt động|công việc|biện pháp|cách thức|phần việc"),
    ("targets", r"chỉ tiêu|mục tiêu"),
    ("organisation", r"tổ chức|phân công|trách nhiệm|lộ trình|tiến độ"),
    ("purpose", r"mục đích|yêu cầu|quan điểm|căn cứ|sự cần thiết|tình hình|thực trạng|phạm vi|đối tượng|nguyên tắc"),
)
_RANK: dict[MarkKind, int] = {"part": 0, "letter": 1, "roman": 1, "number": 2, "small": 7, "bullet": 8, "none": 9}
_LONGEST_HEADING = 40


@dataclass(slots=True)
class Heading:
    """A heading: its own mark, its full address, its words and what stands under it."""

    rank: int
    mark: str
    address: str
    text: str
    meaning: Meaning


@dataclass(slots=True)
class Item:
    """A paragraph in its place in the outline. `path` holds the headings above it, outermost first."""

    paragraph: Paragraph
    path: tuple[Heading, ...] = field(default=())
    is_heading: bool = False
    address: str = ""

    @property
    def meaning(self) -> Meaning:
        """What the section is for, by the nearest heading that says so."""
        return self.path[-1].meaning if self.path else "unknown"

    @property
    def place(self) -> Place:
        return replace(self.paragraph.place, section=self.address or None)


def outline(body: Sequence[Paragraph]) -> list[Item]:
    """Every paragraph of the body with its address. A heading is its own item, with itself last in its path."""
    items: list[Item] = []
    path: list[Heading] = []
    tops = 0
    for at, paragraph in enumerate(body):
        rank = _rank(paragraph, path)
        following = body[at + 1] if at + 1 < len(body) else None
        if rank <= 1:
            tops += 1
        if rank < 9:
            path = [heading for heading in path if heading.rank < rank]
        if _is_heading(paragraph, following, rank):
            heading = _heading(paragraph, rank, path, tops)
            path = [*[above for above in path if above.rank < rank], heading]
            items.append(Item(paragraph, tuple(path), True, heading.address))
        else:
            items.append(Item(paragraph, tuple(path), False, _address(paragraph, path)))
    return items


def _rank(paragraph: Paragraph, path: Sequence[Heading]) -> int:
    """How deep a paragraph stands: 1 for Roman sections, 2 for "1.", 3 for "1.1.", then "a)" and bullets."""
    if paragraph.kind == "number":
        return 2 + paragraph.mark.count(".")
    if paragraph.kind == "none" and path and is_capitals(paragraph.text) and len(paragraph.text.split()) >= 2:
        return 1
    if paragraph.kind == "letter" and any(heading.rank == 1 and heading.mark in "IVXL" for heading in path):
        return 2
    return _RANK[paragraph.kind]


def _is_heading(paragraph: Paragraph, following: Paragraph | None, rank: int) -> bool:
    """Whether a paragraph titles what follows it rather than saying something itself."""
    words = len(paragraph.text.split())
    if rank <= 1:
        return words <= 60
    if following is None or words > _LONGEST_HEADING:
        return False
    below = _RANK[following.kind] if following.kind != "number" else 2 + following.mark.count(".")
    if paragraph.kind in ("bullet", "none"):
        return paragraph.text.endswith(":") and _titles_plain(paragraph, following)
    if paragraph.text.endswith(":"):
        return below > rank
    return below > rank and (below < 9 or words <= 12) and not _is_long_sentence(paragraph, following)


def _titles_plain(paragraph: Paragraph, following: Paragraph) -> bool:
    """ "Đến hết năm 2025:" or "* Năm 2026:" above bullets of another kind."""
    return following.kind in ("bullet", "number", "small", "none") and (
        following.mark != paragraph.mark or paragraph.kind == "none"
    )


def _is_long_sentence(paragraph: Paragraph, following: Paragraph) -> bool:
    """A numbered sentence above plain text that goes on about it is no heading."""
    return following.kind == "none" and paragraph.text.endswith((".", ";")) and len(paragraph.text.split()) > 12


def _heading(paragraph: Paragraph, rank: int, path: Sequence[Heading], tops: int) -> Heading:
    mark = paragraph.mark if paragraph.kind not in ("bullet", "none") else ""
    if rank == 1 and not mark:
        mark = roman(tops)
    above = [heading for heading in path if heading.rank < rank]
    inherited = above[-1].meaning if above else "unknown"
    return Heading(rank, mark, _joined(above, mark), paragraph.text, meaning_of(paragraph.text, inherited, rank))


def _joined(above: Sequence[Heading], mark: str) -> str:
    """The address: "5.4" under "IV" is "IV.5.4", "a" under "IV.2" is "IV.2.a"."""
    if "." in mark and mark[:1].isdigit():
        above = [heading for heading in above if not heading.mark[:1].isdigit()]
    marks = [heading.mark for heading in above if heading.mark and not heading.mark.lower().startswith("phần")]
    last = _own_marks(marks)
    return ".".join([*last, mark] if mark else last)


def _own_marks(marks: Sequence[str]) -> list[str]:
    """The marks of the headings above; "1" and then "1.2" is only "1.2"."""
    kept: list[str] = []
    for mark in marks:
        if kept and mark.startswith(f"{kept[-1]}."):
            kept[-1] = mark
        else:
            kept.append(mark)
    return kept


def _address(paragraph: Paragraph, path: Sequence[Heading]) -> str:
    """Where a paragraph that is no heading stands; bullets share the address of their heading."""
    if paragraph.kind in ("number", "small", "roman", "letter"):
        return _joined([heading for heading in path if heading.rank < _rank(paragraph, path)], paragraph.mark)
    return path[-1].address if path else ""


def meaning_of(title: str, inherited: Meaning = "unknown", rank: int = 1) -> Meaning:
    """What a section is for, by the words of its title. A deeper heading changes it only to name targets,
    purposes or reports, or where the heading above named several things at once."""
    plain = folded(title)
    named = [(found.start(), meaning) for meaning, words in _MEANINGS if (found := re.search(words, plain))]
    if not named:
        return inherited
    if rank > 1:
        own = min(named)[1]
        short = len(plain.split()) <= 10
        changes = own in ("targets", "purpose", "reports") and plain.startswith(_OPENING) and short
        return own if changes or inherited in ("unknown",) else inherited
    meanings = {meaning for _, meaning in named}
    if "organisation" in meanings and plain.startswith(("tổ chức", "phân công", "trách nhiệm", "lộ trình")):
        return "organisation"
    if meanings == {"purpose", "tasks"} or meanings == {"tasks", "organisation"}:
        return "tasks"
    return min(named)[1]


_OPENING = (
    "chỉ tiêu",
    "mục tiêu",
    "các chỉ tiêu",
    "các mục tiêu",
    "mục đích",
    "yêu cầu",
    "quan điểm",
    "chế độ",
    "về chỉ",
)
