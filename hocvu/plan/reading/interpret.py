"""From what a file holds to what its plan says. Whatever the words, a reading comes back: what cannot be
understood is doubted, never guessed in silence and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hocvu.plan.reading.actions import read_actions
from hocvu.plan.reading.citations import citations
from hocvu.plan.reading.flattened import text_tables
from hocvu.plan.reading.head import read_foot, read_head
from hocvu.plan.reading.paragraphs import Paragraph, paragraphs, place_of
from hocvu.plan.reading.reports import read_reports
from hocvu.plan.reading.rows import TaskTable
from hocvu.plan.reading.sections import Item, Meaning, meaning_of, outline
from hocvu.plan.reading.shape import Doubt, PlanReading
from hocvu.plan.reading.source import Line, Source, Table
from hocvu.plan.reading.tables import take
from hocvu.plan.reading.targets import read_targets
from hocvu.plan.reading.tasks import names_in, read_tasks
from hocvu.plan.reading.wording import is_capitals, joined, spaced

_APPENDIX = re.compile(r"(?:PHỤ LỤC|Phụ lục|BIỂU|DANH MỤC)\b")
_FOOT = re.compile(r"(?:Nơi nhận\b|NƠI NHẬN\b|TM\.|T/M\b|(?:KT|TL|TUQ)\. |(?:PHÓ )?(?:CHỦ TỊCH|BÍ THƯ)\s*$)")
_TABLE_HEAD = re.compile(r"(?:S?TT|Số TT|Đơn vị tính|ĐVT)(?!\w)")
_LOOSE_TABLE = 8


@dataclass(slots=True)
class Layout:
    """The lines of a plan by the part they belong to, its task tables and its other tables."""

    opening: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    foot: list[Line] = field(default_factory=list)
    appendix: list[Line] = field(default_factory=list)
    tables: list[TaskTable] = field(default_factory=list)
    others: list[Table] = field(default_factory=list)


def interpret(source: Source) -> PlanReading:
    """Read a plan from its opened file."""
    wrapped = source.kind != "docx"
    layout = _laid_out(source)
    items, target_tables = _outlined(layout, wrapped=wrapped)
    rows = [row for table in layout.tables for row in table.rows]
    names = names_in(rows, read_foot(layout.foot).recipients, [item.paragraph.text for item in items])
    reading = PlanReading()
    reading.plan, reading.doubts = read_head(layout.opening, layout.appendix, layout.foot)
    opening = paragraphs(layout.opening, wrapped=wrapped)
    reading.plan.legal_bases, clashes = citations(_cited(opening, items), reading.plan.number)
    reading.doubts += [Doubt("plan.legal_bases", reason) for reason in clashes]
    reading.plan.reports, doubts = read_reports(items, names)
    reading.doubts += doubts
    reading.targets, doubts = read_targets(items, reading.plan.title, target_tables)
    reading.doubts += doubts
    reading.sections = [title for table in layout.tables for title in table.sections]
    reading.tasks, doubts = read_tasks(rows, names)
    reading.doubts += doubts
    told = [rule.text for rule in reading.plan.reports]
    reading.body_actions, doubts = read_actions(items, reading.tasks, told)
    reading.doubts += doubts
    reading.doubts += _lost_tables(layout, items) + _missing(layout, reading, items)
    return reading


def _cited(opening: Sequence[Paragraph], items: Sequence[Item]) -> list[str]:
    """The texts that cite: the preamble under the title, and the body."""
    return [*(paragraph.whole for paragraph in opening), *(item.paragraph.text for item in items)]


def _missing(layout: Layout, reading: PlanReading, items: Sequence[Item]) -> list[Doubt]:
    """What a plan should have and this reading has not."""
    found: list[Doubt] = []
    if not reading.targets:
        found.append(Doubt("targets", "Chưa đọc được chỉ tiêu nào trong tệp này."))
    if not reading.tasks:
        reason = "Chưa thấy phụ lục phân công nhiệm vụ; các việc ở phần thân kế hoạch được liệt kê để giao."
        found.append(Doubt("tasks", reason, place_of(layout.appendix[:1])))
    elif not layout.tables[0].rows:
        found.append(Doubt("tasks", "Bảng phân công không có hàng nào đọc được."))
    unread = [line for line in layout.appendix if len(spaced(line.text)) > 60]
    if len(unread) > _LOOSE_TABLE:
        reason = "Phần phụ lục này chưa đọc được thành bảng phân công."
        found.append(Doubt("tasks", reason, place_of([unread[0], unread[-1]])))
    if not items:
        found.append(Doubt("body_actions", "Chưa thấy các mục (I, II, III…) của phần thân kế hoạch."))
    return found


def _laid_out(source: Source) -> Layout:
    """Part the lines: tables of tasks out, then opening, body, foot and appendix."""
    layout = Layout()
    loose = _loose_lines(source, layout)
    if not layout.tables:
        layout.tables, loose = _text_tables(loose)
    body = _body_start(loose)
    layout.opening = loose[:body]
    part = layout.body
    for line in loose[body:]:
        text = spaced(line.text)
        if part is not layout.appendix and _APPENDIX.match(text) and (is_capitals(text) or len(text) < 30):
            part = layout.appendix
        elif part is layout.body and _FOOT.match(text):
            part = layout.foot
        part.append(line)
    return layout


def _loose_lines(source: Source, layout: Layout) -> list[Line]:
    """The lines outside task tables, those of other tables (letterhead, signature) among them."""
    loose: list[Line] = []
    for block in source.blocks:
        if isinstance(block, Line):
            loose.append(block)
        elif not take(block, layout.tables, wrapped=source.kind == "pdf"):
            loose.extend(_lines_of(block))
            layout.others.append(block)
    return loose


def _lines_of(table: Table) -> list[Line]:
    return [line for row in table.rows for cell in row.cells if cell for line in cell.lines]


def _outlined(layout: Layout, *, wrapped: bool) -> tuple[list[Item], list[Table]]:
    """The body's outline, and the tables that stand in its sections of targets. The lines of those tables are no
    paragraphs; those of any other table go on as text."""
    here = {line.number for line in layout.body}
    tables = [table for table in layout.others if (lines := _lines_of(table)) and lines[0].number in here]
    apart = {line.number for table in tables for line in _lines_of(table)}
    plain = [line for line in layout.body if line.number not in apart]
    items = outline(paragraphs(plain, wrapped=wrapped))
    kept = [table for table in tables if _section_at(items, _lines_of(table)[0].number) == "targets"]
    if len(kept) == len(tables):
        return items, kept
    taken = {line.number for table in kept for line in _lines_of(table)}
    plain = [line for line in layout.body if line.number not in taken]
    return outline(paragraphs(plain, wrapped=wrapped)), kept


def _section_at(items: Sequence[Item], number: int) -> Meaning:
    """What the section around a line is for."""
    before = [item for item in items if (item.place.line or 0) < number]
    return before[-1].meaning if before else "unknown"


def _lost_tables(layout: Layout, items: Sequence[Item]) -> list[Doubt]:
    """A table of targets that arrived as plain text: its heading is still there, its columns are gone."""
    taken = {line.number for table in layout.others for line in _lines_of(table)}
    heads = [line for line in layout.body if line.number not in taken and _TABLE_HEAD.match(spaced(line.text))]
    lost = [line for line in heads if _section_at(items, line.number) == "targets"]
    reason = "Ở đây có một bảng chỉ tiêu đã mất khung, chưa chắc đọc đủ; hãy đối chiếu và bổ sung chỉ tiêu."
    return [Doubt("targets", reason, place_of(lost[:1]))] if lost else []


def _text_tables(lines: list[Line]) -> tuple[list[TaskTable], list[Line]]:
    """The task tables that stand as plain text, and the lines outside them."""
    tables = text_tables(lines)
    taken = [(table.first_line, table.last_line) for table in tables]
    loose = [line for line in lines if not any(first <= line.number <= last for first, last in taken)]
    return tables, loose


def _body_start(lines: Sequence[Line]) -> int:
    """Where the first section begins: a Roman heading, or one whose words say what it is for."""
    after_title = next((at for at, line in enumerate(lines) if spaced(line.text).startswith("KẾ HOẠCH")), 0)
    for at in range(after_title, len(lines)):
        text = spaced(lines[at].text)
        if re.match(r"(?:I|A|1|Phần (?:thứ nhất|I|1))\s*[./)-]\s*[^\W\d_]", text) and not re.match(r"1\.\d", text):
            return at
        if at > after_title and is_capitals(text) and meaning_of(text) != "unknown" and _is_plain_heading(lines, at):
            return at
    return _after_preamble(lines)


def _is_plain_heading(lines: Sequence[Line], at: int) -> bool:
    """Whether a line in capitals without a mark heads a section rather than going on with the title."""
    before = joined(line.text for line in lines[max(0, at - 6) : at])
    return before.endswith((":", ".", ";")) and len(lines[at].text) < 90


def _after_preamble(lines: Sequence[Line]) -> int:
    """Without sections the body begins after "… như sau:", or at the first bullet."""
    for at, line in enumerate(lines):
        text = spaced(line.text)
        if text.endswith("như sau:"):
            return at + 1
        if re.match(r"[-+]\s+\S", text) or re.match(r"1[.)]\s", text):
            return at
    return len(lines)
