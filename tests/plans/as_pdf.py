"""A plan as a .pdf with a text layer: a ruled table over several pages, its head repeated, page numbers on top."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from fontpkg_be_vietnam_pro import ROOT
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tests.plans.paper import Grid, NewPage, Para, SectionRow, TaskRow, TwoSides, set_out
from tests.plans.truth import PlanTruth


@dataclass
class PrintKnobs:
    """`size` is the letter height in points. Rows stay whole: a printed row that runs over a page foot cannot be
    told from two rows."""

    page_numbers: bool = True
    size: float = 10.0


WEIGHTS = {"number": 1.1, "content": 4.0, "leads": 2.8, "coordinators": 2.6, "result": 2.8, "period": 2.5}
WIDE = 505.0


@cache
def _fonts() -> None:
    for name, file in (("Plan", "BeVietnamPro-Regular.ttf"), ("PlanBold", "BeVietnamPro-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(ROOT / "files" / file)))


def as_pdf(truth: PlanTruth, path: Path, knobs: PrintKnobs) -> Path:
    """Print the plan as a .pdf."""
    _fonts()
    document = SimpleDocTemplate(str(path), pagesize=A4, leftMargin=45, rightMargin=45, topMargin=60, bottomMargin=50)
    story: list[Flowable] = []
    for block in set_out(truth):
        story += _set(block, knobs)
    number = _page_number if knobs.page_numbers else _nothing
    document.build(story, onFirstPage=_nothing, onLaterPages=number)
    return path


def _page_number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Plan", 11)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 40, str(document.page))


def _nothing(canvas: Canvas, document: SimpleDocTemplate) -> None:
    """The first page of a letter carries no number."""


def _style(knobs: PrintKnobs, *, bold: bool = False, center: bool = False, size: float | None = None) -> ParagraphStyle:
    height = size or knobs.size
    return ParagraphStyle(
        "plan", fontName="PlanBold" if bold else "Plan", fontSize=height, leading=height * 1.45,
        alignment=TA_CENTER if center else 0, spaceAfter=4,
    )  # fmt: skip


def _set(block: Para | TwoSides | Grid | NewPage, knobs: PrintKnobs) -> list[Flowable]:
    if isinstance(block, Para):
        style = _style(knobs, bold=block.style in {"title", "heading"}, center=block.style in {"title", "center"},
                       size=knobs.size + 1.5)  # fmt: skip
        return [Paragraph(escape(block.text).replace("  ", "&nbsp; "), style)]
    if isinstance(block, TwoSides):
        return [_two_sides(block, knobs), Spacer(1, 8)]
    if isinstance(block, NewPage):
        return [PageBreak()]
    return [_table(block, knobs)]


def _two_sides(block: TwoSides, knobs: PrintKnobs) -> Table:
    style = _style(knobs)
    sides = [[Paragraph(escape(text).replace("  ", "&nbsp; ") or "&nbsp;", style) for text in lines]
             for lines in (block.left, block.right)]  # fmt: skip
    return Table([sides], colWidths=[WIDE * 0.42, WIDE * 0.58], style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP")]))


def _table(grid: Grid, knobs: PrintKnobs) -> Table:
    size = _size(grid, knobs)
    style, strong = _style(knobs, size=size), _style(knobs, bold=True, size=size)
    rows: list[list[object]] = [[Paragraph(label, strong) for label in grid.head]]
    rules: list[tuple[object, ...]] = [("GRID", (0, 0), (-1, -1), 0.6, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    for row in grid.rows:
        if isinstance(row, SectionRow):
            rules.append(("SPAN", (1, len(rows)), (-1, len(rows))))
            rows.append([Paragraph(row.roman, strong), Paragraph(row.title, strong), *[""] * (len(grid.head) - 2)])
        else:
            rows.append(_cells(row, style))
    return Table(rows, colWidths=_widths(grid, size), repeatRows=1, style=TableStyle(rules))


def _size(grid: Grid, knobs: PrintKnobs) -> float:
    """The letters of the table: as small as needed for every column to hold its longest word."""
    size = knobs.size
    while sum(_longest_words(grid, size)) > WIDE:
        size -= 0.5
    return size


def _widths(grid: Grid, size: float) -> list[float]:
    """Each column holds its longest word, as in Word; what is left goes by weight."""
    least = _longest_words(grid, size)
    weights = [WEIGHTS.get(key, 2.0) for key in grid.keys]
    spare = WIDE - sum(least)
    return [width + spare * weight / sum(weights) for width, weight in zip(least, weights, strict=True)]


def _longest_words(grid: Grid, size: float) -> list[float]:
    rows = [row.cells for row in grid.rows if isinstance(row, TaskRow)]
    return [
        14 + max(stringWidth(word, "PlanBold", size)
                 for text in [grid.head[at], *(said for cells in rows for said in cells[at])] for word in text.split())
        for at in range(len(grid.head))
    ]  # fmt: skip


def _cells(row: TaskRow, style: ParagraphStyle) -> list[object]:
    return [[Paragraph(escape(text), style) for text in cell] or "" for cell in row.cells]
