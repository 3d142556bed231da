"""A plan as a Word file: real tables, merged cells, a letterhead without ruling, numbers typed or automatic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table, _Cell

from tests.plans.paper import Grid, NewPage, Para, SectionRow, TaskRow, TwoSides, set_out
from tests.plans.truth import PlanTruth, chance


@dataclass
class WordKnobs:
    """`auto_numbers` lets Word count the rows, `auto_bullets` draw the dashes; `two_row_head` sets chủ trì and phối
    hợp under one heading; `retyped_head` repeats the head by hand in mid-table; `merge_periods` joins equal ones."""

    seed: int = 0
    auto_numbers: bool = False
    auto_bullets: bool = False
    two_row_head: bool = False
    retyped_head: bool = False
    merge_periods: bool = False
    two_tables: bool = False


def as_docx(truth: PlanTruth, path: Path, knobs: WordKnobs) -> Path:
    """Write the plan as a .docx."""
    document = Document()
    typist = _Word(document, truth, knobs)
    for block in set_out(truth):
        typist.add(block)
    document.save(str(path))
    return path


class _Word:
    def __init__(self, document: DocxDocument, truth: PlanTruth, knobs: WordKnobs) -> None:
        self.document = document
        self.truth = truth
        self.knobs = knobs
        self.chance = chance(knobs.seed)

    def add(self, block: Para | TwoSides | Grid | NewPage) -> None:
        if isinstance(block, Para):
            self.paragraph(block)
        elif isinstance(block, TwoSides):
            self.two_sides(block)
        elif isinstance(block, NewPage):
            self.document.add_page_break()
        else:
            self.grid(block)

    def paragraph(self, para: Para) -> None:
        if para.style == "bullet" and self.knobs.auto_bullets:
            self.document.add_paragraph(para.text.removeprefix("- "), style="List Bullet")
            return
        written = self.document.add_paragraph()
        middle = len(para.text) // 2
        for part in (para.text[:middle], para.text[middle:]):  # Word cuts runs anywhere
            written.add_run(part).bold = para.style in {"title", "heading"}
        if para.style in {"title", "center"}:
            written.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def two_sides(self, block: TwoSides) -> None:
        table = self.document.add_table(rows=1, cols=2)
        for cell, lines in zip(table.rows[0].cells, (block.left, block.right), strict=True):
            self.fill(cell, lines)

    def fill(self, cell: _Cell, lines: list[str]) -> None:
        for at, text in enumerate(lines or [""]):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            paragraph.add_run(text)

    # -- the appendix -------------------------------------------------------

    def grid(self, grid: Grid) -> None:
        table = self.open_table(grid)
        half = len(grid.rows) // 2
        runs: list[tuple[int, TaskRow]] = []
        for at, row in enumerate(grid.rows):
            if at == half and at and self.knobs.two_tables:
                self.merge_periods(table, grid, runs)
                self.document.add_paragraph("")
                table, runs = self.open_table(grid), []
            elif at == half and at and self.knobs.retyped_head:
                self.head(table, grid)
                runs = []
            if isinstance(row, SectionRow):
                self.merge_periods(table, grid, runs)
                runs = []
                self.section(table, row)
            else:
                runs = self.task(table, grid, row, runs)
        self.merge_periods(table, grid, runs)

    def open_table(self, grid: Grid) -> Table:
        table = self.document.add_table(rows=0, cols=len(grid.head))
        table.style = "Table Grid"
        self.head(table, grid)
        return table

    def head(self, table: Table, grid: Grid) -> None:
        """The head row, marked to repeat on each page; chủ trì and phối hợp may share a heading above them."""
        rows = [table.add_row()]
        pair = [at for at, key in enumerate(grid.keys) if key in {"leads", "coordinators"}]
        two = self.knobs.two_row_head and pair[1] - pair[0] == 1
        if two:
            rows.append(table.add_row())
        for at, label in enumerate(grid.head):
            if two and at in pair:
                self.fill(rows[1].cells[at], [label])
                continue
            cell = rows[0].cells[at].merge(rows[1].cells[at]) if two else rows[0].cells[at]
            self.fill(cell, [label])
        if two:
            self.fill(rows[0].cells[pair[0]].merge(rows[0].cells[pair[1]]), ["Phân công thực hiện"])
        for row in rows:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    def section(self, table: Table, row: SectionRow) -> None:
        cells = table.add_row().cells
        if self.knobs.seed % 2:
            self.fill(cells[0].merge(cells[-1]), [f"{row.roman}. {row.title}"])
            return
        self.fill(cells[0], [row.roman])
        self.fill(cells[1].merge(cells[-1]), [row.title])

    def task(
        self, table: Table, grid: Grid, row: TaskRow, runs: list[tuple[int, TaskRow]]
    ) -> list[tuple[int, TaskRow]]:
        cells = table.add_row().cells
        for key, cell, lines in zip(grid.keys, cells, row.cells, strict=True):
            if key == "number" and self.counts_itself and lines:
                cell.paragraphs[0].style = self.document.styles["List Number"]
            else:
                self.fill(cell, lines)
        here = (len(table.rows) - 1, row)
        if runs and runs[-1][1].task.period == row.task.period:
            return [*runs, here]
        self.merge_periods(table, grid, runs)
        return [here]

    def merge_periods(self, table: Table, grid: Grid, runs: list[tuple[int, TaskRow]]) -> None:
        """One period cell over the rows that share it."""
        if not self.knobs.merge_periods or len(runs) < 2:
            return
        column = grid.keys.index("period")
        first, last = table.cell(runs[0][0], column), table.cell(runs[-1][0], column)
        text = first.text
        merged = first.merge(last)
        for paragraph in merged.paragraphs[1:]:
            paragraph._p.getparent().remove(paragraph._p)
        merged.text = text

    @property
    def counts_itself(self) -> bool:
        return self.knobs.auto_numbers and self.truth.knobs.numbering == "dot"


def page_number_field(document: DocxDocument) -> None:
    """Put a running page number in the head of every page."""
    paragraph = document.sections[0].header.paragraphs[0]
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    document.sections[0].header_distance = Cm(1)
