"""A real table of a .docx or .pdf: its heading rows, its section rows, and its task rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from hocvu.plan.reading.columns import Column, column_of, period_end, settled, with_period
from hocvu.plan.reading.paragraphs import roman_value
from hocvu.plan.reading.rows import Outline, Piece, Row, TaskTable, carry_on, goes_on
from hocvu.plan.reading.source import Cell, Table
from hocvu.plan.reading.source import Row as SourceRow
from hocvu.plan.reading.wording import folded, spaced

_HEAD_ROWS = 6
_SAYS_MORE = (
    "Hàng mục phía trên ghi thêm đơn vị, kết quả hay thời gian (“{}”); hãy xem các nội dung đó thuộc nhiệm vụ nào."
)
_NO_RESULTS = "Bảng phân công này không có cột kết quả hay sản phẩm nào mà phần mềm nhận ra."
_NUMBER = re.compile(r"\(?([A-ZĐ]{0,5}[-.]?\d{1,3}(?:\.\d{1,3}){0,3})[.)]?")
_SECTION_MARK = re.compile(r"(?:Phần )?((?=[IVX])X{0,2}(?:IX|IV|V?I{0,3})|[A-HĐ])[.):]?", re.I)
_SECTION_TEXT = re.compile(r"((?=[IVX])X{0,2}(?:IX|IV|V?I{0,3})|[A-HĐ])[.):]\s*(\S.*)")


def take(table: Table, tables: list[TaskTable], *, wrapped: bool) -> bool:
    """Whether a table holds tasks; then its rows are added, to a table of its own or to the one that it goes on
    with: the same heading again, or none and as many columns."""
    before = tables[-1] if tables else None
    found = _heading(table)
    if found is None:
        if before is None or not _fits(table, before):
            return False
        _fill(before, table, 0)
        return True
    columns, first = found
    if before is None or [column.title for column in columns] != [column.title for column in before.columns]:
        tables.append(TaskTable(columns, wrapped=wrapped))
    had = len(tables[-1].rows)
    _fill(tables[-1], table, first)
    _doubt_lack_of_results(tables[-1], had)
    return True


def _doubt_lack_of_results(read: TaskTable, had: int) -> None:
    """Say once, at its first row, that a table has no column of results."""
    if had == 0 and read.rows and not any(column.role == "result" for column in read.columns):
        read.rows[0].doubts.append(_NO_RESULTS)


def _fits(table: Table, before: TaskTable) -> bool:
    width = len(table.rows[0].cells) if table.rows else 0
    return width == len(before.columns) and any(_NUMBER.fullmatch(_text(row, 0)) for row in table.rows)


def _text(row: SourceRow, at: int) -> str:
    cell = row.cells[at] if at < len(row.cells) else None
    return cell.text if cell else ""


def _heading(table: Table) -> tuple[list[Column], int] | None:
    """The columns and the first row under the heading; a heading may stand below a title row and take two rows."""
    for first in range(min(_HEAD_ROWS, len(table.rows))):
        row = table.rows[first]
        if sum(bool(cell and cell.text) for cell in row.cells) < 3:
            continue
        for depth in (2, 1):
            titles = _titles(table.rows[first : first + depth])
            if depth == 2 and not _goes_under(table, first):
                continue
            if columns := settled(with_period([column_of(title) for title in titles])):
                return columns, first + depth
    return None


def _goes_under(table: Table, first: int) -> bool:
    """Whether the row under a heading row belongs to the heading: it stands under merged cells and numbers nothing."""
    if first + 1 >= len(table.rows):
        return False
    here, under = table.rows[first], table.rows[first + 1]
    covered = [at for at, cell in enumerate(under.cells) if cell is None]
    filled = [at for at, cell in enumerate(under.cells) if cell and cell.text]
    spread = any(here.cells[at] is None for at in filled if at < len(here.cells))
    return bool(covered) and bool(filled) and spread and not _NUMBER.fullmatch(_text(under, 0))


def _titles(rows: Sequence[SourceRow]) -> list[str]:
    """Each column's title; where two rows head it, the lower row says what it is."""
    titles: list[str] = []
    for at in range(len(rows[0].cells)):
        told = [_text(row, at) for row in rows if _text(row, at)]
        titles.append(told[-1] if told else "")
    return titles


def _fill(read: TaskTable, table: Table, first: int) -> None:
    rows = _rows_under(read, table, first)
    if not _counts_on(read, rows):
        read.outline = Outline()
    counted = any(_NUMBER.fullmatch(number) for cells in rows if (number := _number(cells, read.columns)))
    groups_at = _grouping(rows, read.columns)
    above: list[Cell | None] = [None] * len(read.columns)
    for cells, following in itertools.zip_longest(rows, rows[1:]):
        under = _number(following, read.columns) if following else None
        if _opens_section(read, cells, under, counted=counted):
            above = [None] * len(read.columns)
            continue
        if groups_at is not None:
            _group(read, cells, groups_at)
        whole = [_covered(cells, above, at) for at in range(len(cells))]
        if (end := period_end(read.columns)) is not None and _words(cells[end - 1]):
            whole[end] = cells[end]  # a cell over both is a period by itself
        _add(read, whole)
        above = [cell if cell is not None else last for cell, last in zip(cells, above, strict=True)]


def _rows_under(read: TaskTable, table: Table, first: int) -> list[list[Cell | None]]:
    """The rows under the heading that say something, each as wide as the table."""
    above_rows = [[folded(_text(row, at)) for at in range(len(read.columns))] for row in table.rows[:first]]
    heading = [{folded(column.title), *(row[at] for row in above_rows)} for at, column in enumerate(read.columns)]
    found: list[list[Cell | None]] = []
    for source in table.rows[first:]:
        cells = list(source.cells)[: len(read.columns)]
        cells += [None] * (len(read.columns) - len(cells))
        if not (_is_empty(cells) or _repeats(cells, heading) or _is_index(cells)):
            found.append(cells)
    return found


def _opens_section(read: TaskTable, cells: list[Cell | None], under: str | None, *, counted: bool) -> bool:
    """Whether a row only opens a section or a group; `under` is the next row's number. One that says more opens it
    and a person is told: it is no task where numbered rows follow, and one of its own where none does."""
    title = _section(cells, read.columns)
    number, content = _number(cells, read.columns), _content(cells, read.columns)
    told = [cell.text for cell, column in zip(cells, read.columns, strict=True)
            if cell and cell.text and column.role not in ("number", "content")]  # fmt: skip
    if title is not None:
        read.outline.open(title)
    elif number and content and not told and under and under.startswith(f"{number}."):
        title = _ended(content)
        read.outline.open_group(number, title)
    elif counted and number and content and _is_mark(number):
        title = _ended(content)
        read.outline.open(title, f"{number}. {title}: {' | '.join(told)}"[:300])
    else:
        return False
    read.sections.append(title)
    return not read.outline.told or bool(under and _NUMBER.fullmatch(under))


def _grouping(rows: Sequence[Sequence[Cell | None]], columns: Sequence[Column]) -> int | None:
    """The column whose cells each stand for several rows and name what these have in common."""
    at = next((at for at, column in enumerate(columns) if column.groups), None)
    spans = at is not None and any(_content(cells, columns) and not _words(cells[at]) for cells in rows)
    return at if spans else None


def _group(read: TaskTable, cells: list[Cell | None], at: int) -> None:
    """Open the section that a grouping cell names, and take it out of its row."""
    title = _ended(_words(cells[at]))
    if title and title != read.outline.section:
        read.outline.open(title)
        read.sections.append(title)
    cells[at] = Cell()


def _words(cell: Cell | None) -> str:
    return cell.text if cell else ""


def _content(cells: Sequence[Cell | None], columns: Sequence[Column]) -> str:
    return next((_words(cell) for cell, column in zip(cells, columns, strict=True) if column.role == "content"), "")


def _number(cells: Sequence[Cell | None], columns: Sequence[Column]) -> str | None:
    """What the number column says, without its dot; a dash numbers nothing."""
    at = next((at for at, column in enumerate(columns) if column.role == "number"), None)
    text = _words(cells[at]) if at is not None else ""
    found = _NUMBER.fullmatch(text)
    return found[1] if found else text if text.strip("-–—−. ") else None


def _counts_on(read: TaskTable, rows: Sequence[Sequence[Cell | None]]) -> bool:
    """Whether rows go on where those before end; a table whose numbers begin anew stands under its own heading."""
    if not read.rows or read.rows[-1].section != read.outline.section:
        return True  # the table before closed with the title of a section: its rows stand here
    before = next((row.number for row in reversed(read.rows) if row.number and _NUMBER.fullmatch(row.number)), None)
    numbers = (_number(cells, read.columns) for cells in rows)
    here = next((number for number in numbers if number and _NUMBER.fullmatch(number)), None)
    return before is None or here is None or _ordinal(here) > _ordinal(before)


def _ordinal(number: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", number)]


def _is_empty(cells: Sequence[Cell | None]) -> bool:
    return not any(cell and cell.text for cell in cells)


def _repeats(cells: Sequence[Cell | None], heading: Sequence[set[str]]) -> bool:
    """Whether a row is one of the heading's rows again, as on every page."""
    told = [(folded(cell.text), titles) for cell, titles in zip(cells, heading, strict=True) if cell and cell.text]
    return len(told) >= 2 and all(text in titles for text, titles in told)


def _is_index(cells: Sequence[Cell | None]) -> bool:
    """Whether a row only counts the columns: (1) (2) (3) …"""
    texts = [cell.text.strip("() .") for cell in cells if cell and cell.text]
    numbers = [text for text in texts if re.fullmatch(r"\d{1,2}|[A-Ea-e]", text)]
    return len(texts) >= 3 and len(numbers) == len(texts)


def _section(cells: Sequence[Cell | None], columns: Sequence[Column]) -> str | None:
    """The title of a section row: a Roman numeral and words, or one cell over the whole row."""
    filled = [(at, cell.text) for at, cell in enumerate(cells) if cell and cell.text]
    texts = [text for _, text in filled]
    if len(filled) >= 2 and _is_mark(texts[0]) and filled[0][0] == 0 and len(set(texts[1:])) == 1:
        return _ended(texts[1])
    if len(filled) != 1:
        return None
    if found := _SECTION_TEXT.fullmatch(texts[0]):
        return _ended(found[2])
    at = filled[0][0]
    spread = sum(cell is None for cell in cells) >= max(1, len(cells) - 2)
    named = columns[at].role in ("number", "content")
    return _ended(texts[0]) if spread and named and not _NUMBER.fullmatch(texts[0]) and texts[0][:1].isupper() else None


def _is_mark(text: str) -> bool:
    found = _SECTION_MARK.fullmatch(text)
    return bool(found) and (found is not None and (roman_value(found[1]) > 0 or len(found[1]) == 1))


def _ended(title: str) -> str:
    return spaced(title).rstrip(" .:")


def _covered(cells: Sequence[Cell | None], above: Sequence[Cell | None], at: int) -> Cell | None:
    """A cell, or the one merged over it: from above, when the row has a cell of its own on the left."""
    if cells[at] is not None:
        return cells[at]
    return above[at]


def _add(read: TaskTable, cells: Sequence[Cell | None]) -> None:
    number = _number(cells, read.columns)
    pieces = [[Piece(line.text, line) for line in cell.lines] if cell else [] for cell in cells]
    row = Row(number, read.outline.of(number), read.columns, pieces, paragraphs=not read.wrapped)
    if (number_at := row.at("number")) is not None:
        row.cells[number_at] = []
    if (end := period_end(read.columns)) is not None:
        _put_together(row, end)
    if read.outline.told:
        row.doubts.append(_SAYS_MORE.format(read.outline.told))
        read.outline.told = ""
    before = read.rows[-1] if read.rows else None
    if number is None and before is not None and goes_on(row, before):
        carry_on(before, row)
    else:
        read.rows.append(row)


def _put_together(row: Row, end: int) -> None:
    """Make one period of its beginning and its end; where one is missing a person looks."""
    first, last = row.cells[end - 1 : end + 1]
    if row.has(end - 1) != row.has(end):
        row.unsure.add(end - 1)
    if row.has(end - 1) and row.has(end):
        first = _opened(first, "Từ", r"từ\b")
    if row.has(end):
        last = _opened(last, "đến" if row.has(end - 1) else "Đến", r"(?:đến|trước|hết|tới)\b")
    row.cells[end - 1 : end + 1] = [[*first, *last], []]


def _opened(pieces: Sequence[Piece], word: str, already: str) -> list[Piece]:
    """A cell's words behind the word that they need before them, unless they have it."""
    words = [piece for piece in pieces if piece.text.strip()]
    if re.match(already, words[0].text.strip(), re.I):
        return words
    return [Piece(f"{word} {words[0].text.strip()}", words[0].line), *words[1:]]
