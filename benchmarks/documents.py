"""A report of 30 tasks as .docx and as PDF, against python-docx writing the same words plainly, in processor time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

from docx import Document

from hocvu.lib import official

TASKS, ROUNDS = 30, 5


def measure() -> dict[str, float | int | str]:
    """The best of some rounds, after one that fills the caches."""
    report = replace(official.sample(TASKS), annexes=())
    template = official.default_template()
    plain = _best(lambda: _plainly(report))
    ours = _best(lambda: official.render_docx(report))
    theirs = _best(lambda: official.render_docx(report, template))
    others = iter([_another(report, number) for number in range(ROUNDS + 1)])
    pdf = _best(lambda: official.render_pdf(next(others)))  # typst remembers what it has set before
    return {
        "plain .docx, seconds": plain,
        "official .docx, seconds": ours,
        "official .docx, ward's template, seconds": theirs,
        "template tried, seconds": _best(lambda: official.check_template(template)),
        "PDF, seconds": pdf,
        "official .docx against plain": ours / plain,
        "PDF against plain .docx": pdf / plain,
    }


def _another(report: official.OfficialDocument, number: int) -> official.OfficialDocument:
    """The report with every row of its tables worded differently."""
    blocks = tuple(
        replace(block, rows=tuple((row[0], f"{row[1]} {number}", *row[2:]) for row in block.rows))
        if isinstance(block, official.Table)
        else block
        for block in report.blocks
    )
    return replace(report, subject=f"{report.subject} ({number})", blocks=blocks, annexes=())


def _best(act: Callable[[], Any]) -> float:
    spent = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return min(spent[1:])


def _plainly(report: official.OfficialDocument) -> bytes:
    made: Any = Document()
    for text in (report.issuing_body, report.number_line, report.place_and_day, report.kind, report.subject):
        made.add_paragraph(text)
    for blocks in (report.blocks, *(annex.blocks for annex in report.annexes)):
        for block in blocks:
            if isinstance(block, official.Table):
                _table(made, block)
            elif isinstance(block, (official.Heading, official.Paragraph, official.Bullet)):
                made.add_paragraph(block.text)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def _table(made: Any, block: official.Table) -> None:
    table = made.add_table(rows=0, cols=len(block.headings))
    for row in (block.headings, *block.rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
