"""Columns of an assignment table, known by the words at their head, in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hocvu.plan.reading.wording import folded, spaced

Role = Literal["number", "content", "lead", "coordinator", "result", "period", "extra"]
Shape = Literal["text", "unit", "person", "period", "money", "code", "number"]

# One phrase for each way to head a column, longest first where one begins another.
_PHRASES: tuple[tuple[Role, Shape, str], ...] = (
    ("number", "number", r"stt|tt|số tt|số thứ tự|s tt"),
    ("extra", "code", r"mã (?:số )?(?:nhiệm vụ|công việc|nv|hiệu|số)|mã|ký hiệu"),
    ("extra", "person", r"(?:đồng chí |đ/c )?lãnh đạo (?:phụ trách|chỉ đạo|theo dõi)|người phụ trách|cán bộ (?:phụ trách|"
                      r"theo dõi)|đồng chí phụ trách|chỉ đạo|phụ trách|đầu mối(?: theo dõi)?"),
    ("coordinator", "unit", r"(?:các )?(?:cơ quan|đơn vị|cq|đv|cá nhân)(?:,|/|-| và| hoặc)? ?(?:cơ quan|đơn vị|tổ chức|cá nhân)?,? "
                            r"?(?:cùng )?(?:phối hợp)(?: thực hiện)?|phối hợp(?: thực hiện)?"),
    ("lead", "unit", r"(?:(?:các )?(?:cơ quan|đơn vị|cq|đv|bộ phận) )?(?:chủ trì|thực hiện)(?: ?[/,;-] ?| và | ?\()"
                     r"(?:(?:cơ quan|đơn vị|chủ trì)[,;/]? )*phối hợp(?: thực hiện)?\)?"),
    ("lead", "unit", r"(?:các )?(?:cơ quan|đơn vị|cq|đv|bộ phận)(?:,|/|-| và| hoặc)? ?(?:cơ quan|đơn vị|tổ chức|cá nhân)?,? "
                     r"?(?:chủ trì|đầu mối)(?:,? (?:thực hiện|tham mưu))?|chủ trì(?: thực hiện)?"),
    ("lead", "unit", r"(?:các )?(?:cơ quan|đơn vị|bộ phận|phân công)(?:,|/|-| và)? ?(?:cơ quan|đơn vị|cá nhân)?,? "
                     r"?(?:thực hiện|chịu trách nhiệm|tham mưu)|phân công(?: thực hiện)?"),
    ("period", "period", r"(?:thời gian|thời hạn|tiến độ|thời điểm|lộ trình|mốc thời gian|hạn)"
                         r"(?:,? (?:thực hiện|hoàn thành|triển khai|tổ chức))*"),
    ("result", "text", r"(?:dự kiến )?(?:kết quả|sản phẩm|mục tiêu|yêu cầu|chỉ tiêu|đầu ra)(?: (?:thực hiện|đạt được|đầu ra|chủ yếu|cần đạt|"
                       r"dự kiến|hoàn thành|chính))*(?:(?:/ ?| |, ?|, | - |-| và |\()(?:kết quả|sản phẩm|đầu ra|chỉ tiêu|yêu cầu)"
                       r"(?: (?:thực hiện|đạt được|đầu ra|dự kiến|cần đạt|chủ yếu))*\)?)*"),
    ("content", "text", r"(?:tên )?(?:nội dung|nhiệm vụ|công việc|hoạt động|đầu việc|giải pháp)"
                        r"(?: (?:công việc|nhiệm vụ|thực hiện|công tác|hoạt động|chủ yếu|cụ thể|triển khai))*"
                        r"(?:(?:/ ?|, ?|-| và |, )(?:nội dung|nhiệm vụ|giải pháp|hoạt động|công việc)"
                        r"(?: (?:công việc|thực hiện|chủ yếu|cụ thể|trọng tâm))*)*"),
    ("extra", "text", r"nhóm(?: (?:nhiệm vụ|nội dung|công việc|giải pháp|việc))*|(?:nội dung|nhiệm vụ) lớn|lĩnh vực|trụ cột"),
    ("extra", "money", r"(?:dự kiến |dự toán |nguồn )?kinh phí(?: (?:thực hiện|dự kiến))?(?: ?\([^)]{1,20}\))?"),
    ("extra", "text", r"ghi chú|mức độ hoàn thành|mức độ|nguồn lực|địa điểm|địa bàn|đối tượng|hình thức|tình hình thực hiện|"
                      r"số lượng|đơn vị tính|đvt|cách thức thực hiện|căn cứ"),
)  # fmt: skip
_PATTERNS = tuple((role, shape, re.compile(rf"(?:{phrase})(?!\w)")) for role, shape, phrase in _PHRASES)

_RESULT = re.compile(r"kết quả|sản phẩm|đầu ra")
_ASKED = re.compile(r"chỉ tiêu")
_GROUPS = re.compile(r"nhóm|(?:nội dung|nhiệm vụ) lớn|lĩnh vực|trụ cột")
_BEGINNING = re.compile(r"(?:(?:thời gian|thời điểm|ngày|tháng) )?bắt đầu(?: thực hiện)?|từ(?: ngày| tháng)?")
_ENDING = re.compile(
    r"(?:(?:thời gian|thời điểm|thời hạn|ngày|tháng) )?(?:kết thúc|hoàn thành)(?: thực hiện)?|đến(?: ngày| tháng)?"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it holds, the shape of its cells, its heading as written."""

    role: Role
    shape: Shape
    title: str

    @property
    def groups(self) -> bool:
        """Whether the column gathers tasks under what they have in common, as a section does."""
        return self.role == "extra" and bool(_GROUPS.match(folded(self.title)))


def column_of(title: str) -> Column:
    """The column that a heading cell names. An unknown heading is an extra column, kept under its words."""
    plain = folded(title).strip(" .:*")
    best: tuple[int, Role, Shape] | None = None
    for role, shape, pattern in _PATTERNS:
        found = pattern.match(plain)
        if found and (best is None or found.end() > best[0]):
            best = found.end(), role, shape
    if best:
        return Column(best[1], best[2], spaced(title))
    for role, shape, pattern in _PATTERNS:
        if role in ("lead", "coordinator", "period") and pattern.search(plain):
            return Column(role, shape, spaced(title))
    return Column("extra", "text", spaced(title))


def with_period(columns: Sequence[Column]) -> list[Column]:
    """ "Bắt đầu" and "Kết thúc" side by side are one period: the column that begins it, then the one that ends it."""
    found = list(columns)
    for at in range(len(found) - 1):
        here, after = folded(found[at].title), folded(found[at + 1].title)
        if _BEGINNING.fullmatch(here) and _ENDING.fullmatch(after):
            found[at : at + 2] = [replace(found[at], role="period", shape="period"),
                                  replace(found[at + 1], role="extra", shape="period")]  # fmt: skip
    return found


def period_end(columns: Sequence[Column]) -> int | None:
    """The column in which the period of the column before it ends."""
    pairs = ((at, columns[at - 1], columns[at]) for at in range(1, len(columns)))
    return next((at for at, before, here in pairs if before.role == "period" and here.shape == "period"
                 and _BEGINNING.fullmatch(folded(before.title)) and _ENDING.fullmatch(folded(here.title))), None)  # fmt: skip


def settled(columns: Sequence[Column]) -> list[Column] | None:
    """The columns of a task table with each role given once, or None when this is no task table."""
    taken: set[Role] = set()
    kept: list[Column] = []
    columns = _with_content(_with_one_result(columns))
    asks_lead = any(column.role == "lead" and "chủ trì" in folded(column.title) for column in columns)
    for column in columns:
        role, shape = column.role, column.shape
        if role == "lead" and asks_lead and "chủ trì" not in folded(column.title):
            role = "coordinator" if not _has(columns, "coordinator") else "extra"
        if role != "extra" and role in taken:
            role = "extra"
        taken.add(role)
        kept.append(Column(role, shape, column.title))
    if "number" not in taken:
        kept = _code_as_number(kept)
    enough = "content" in taken and len(taken & {"lead", "coordinator", "result", "period"}) >= 2
    return kept if enough and len(kept) >= 3 else None


def _with_one_result(columns: Sequence[Column]) -> list[Column]:
    """ "Chỉ tiêu" or "Yêu cầu" heads the results of tasks that someone leads, unless another column is called so."""
    named = any(_names_result(column) for column in columns)
    led = _has(columns, "lead") or _has(columns, "coordinator")
    return [
        Column("extra", "text", column.title)
        if column.role == "result"
        and not _names_result(column)
        and (named or (_ASKED.match(folded(column.title)) and not led))
        else column
        for column in columns
    ]


def _with_content(columns: Sequence[Column]) -> Sequence[Column]:
    """ "Nhóm nhiệm vụ" heads the tasks themselves where no other column does."""
    if _has(columns, "content"):
        return columns
    at = next((at for at, column in enumerate(columns) if column.groups), None)
    return [Column("content", "text", column.title) if here == at else column for here, column in enumerate(columns)]


def _names_result(column: Column) -> bool:
    return column.role == "result" and bool(_RESULT.search(folded(column.title)))


def _has(columns: Sequence[Column], role: Role) -> bool:
    return any(column.role == role for column in columns)


def _code_as_number(columns: list[Column]) -> list[Column]:
    """A table without "STT" numbers its rows by its code column."""
    for at, column in enumerate(columns):
        if column.shape == "code":
            columns[at] = Column("number", "number", column.title)
            break
    return columns


def heading_chain(text: str) -> tuple[list[tuple[int, int, Role, Shape]], int]:
    """Headings that follow one another at the front of a text: (start, end, role, shape) of each, and where the
    last ends. `text` is folded already. Up to five unknown words may stand between two headings."""
    found: list[tuple[int, int, Role, Shape]] = []
    at, end = 0, 0
    while at < len(text) and len(found) < 14:
        step = _longest(text, at) or _after_gap(text, at)
        if not step:
            break
        found.append(step)
        at = end = step[1]
        while at < len(text) and not text[at].isalnum():
            at += 1
    return found, end


def _longest(text: str, at: int) -> tuple[int, int, Role, Shape] | None:
    best: tuple[int, int, Role, Shape] | None = None
    for role, shape, pattern in _PATTERNS:
        found = pattern.match(text, at)
        if found and (best is None or found.end() > best[1]):
            best = at, found.end(), role, shape
    return best


def _after_gap(text: str, at: int) -> tuple[int, int, Role, Shape] | None:
    """The next heading after a few words that we do not know; they stay with the heading before."""
    starts = [found.start() for found in re.finditer(r"(?<!\w)[^\W\d_]", text[at : at + 60])][1:6]
    for start in starts:
        step = _longest(text, at + start)
        if step and step[2] not in ("number",):
            return step
    return None
