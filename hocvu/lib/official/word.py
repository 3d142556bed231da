"""A document as .docx: the head and the foot from a template by docxtpl, the text between them by python-docx.

The text is put in after the template has been filled: a table or a picture never passes through the template
language, and whatever anybody wrote stays text.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate

from hocvu.lib.official import pdf, trial
from hocvu.lib.official.document import (
    Annex,
    Block,
    Bullet,
    Heading,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Picture,
    Table,
    clean,
)
from hocvu.lib.official.template import default_template, line

PORTRAIT, LANDSCAPE = 165, 247  # millimetres between the margins


def render_docx(document: OfficialDocument, template: bytes | None = None) -> bytes:
    """The document as .docx, in the ward's own template where one is given; raises `trial.BadTemplate`."""
    if template is not None:
        trial.must_be_sound(template)
    return fill(document, template or default_template())


def fill(document: OfficialDocument, template: bytes) -> bytes:
    """The template with the document in it; the template has been looked through before."""
    form = DocxTemplate(BytesIO(template))
    place = f"hocvu-{secrets.token_hex(12)}"
    form.render(_said(document, place), jinja_env=trial.environment(), autoescape=True)
    made: Any = form.docx
    mark = next(p for p in made.element.body.iter(qn("w:p")) if place in "".join(p.itertext()))
    written = _write(made, document.finished_blocks(), PORTRAIT)
    for element in written:
        mark.addprevious(element)
    mark.getparent().remove(mark)
    for annex in document.annexes:
        _add_annex(made, annex, document)
    made.core_properties.title = clean(f"{document.kind} {document.subject}")[:255]
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def _said(document: OfficialDocument, place: str) -> dict[str, str | list[str]]:
    said: dict[str, str | list[str]] = {
        "co_quan_chu_quan": document.superior_body,
        "co_quan": document.issuing_body,
        "so_ky_hieu": document.number_line,
        "dia_danh_ngay": document.place_and_day,
        "loai": document.kind,
        "trich_yeu": document.subject,
        "can_cu": list(document.grounds),
        "noi_dung": place,
        "quyen_han": document.authority,
        "quyen_han_2": document.deputy,
        "chuc_vu": document.post,
        "nguoi_ky": document.signer,
        "noi_nhan": document.recipient_lines(),
    }
    return {tag: _plain(value) if isinstance(value, str) else [_plain(v) for v in value] for tag, value in said.items()}


def _plain(text: str) -> str:
    """Cleaned, and without the four pairs of signs that docxtpl would turn into braces."""
    text = clean(text).replace("\t", " ")
    for mark in ("{_{", "}_}", "{_%", "%_}"):
        text = text.replace(mark, f"{mark[0]}\u2060{mark[1:]}")
    return text


def _write(made: Any, blocks: Iterable[Block], width: int) -> list[Any]:
    """The blocks as elements that stand nowhere yet."""
    body, written = made.element.body, []
    before = set(body)
    for block in blocks:
        _add(made, block, width)
    for element in list(body):
        if element not in before:
            body.remove(element)
            written.append(element)
    return written


def _add(made: Any, block: Block, width: int) -> None:
    match block:
        case Heading(level, text):
            heading = line(made, clean(text), 14, bold=level < 3, align=ALIGN.JUSTIFY, first=10, before=6, after=6)
            heading.paragraph_format.keep_with_next = True
            level_mark = OxmlElement("w:outlineLvl")
            level_mark.set(qn("w:val"), str(level - 1))
            heading._p.pPr.append(level_mark)
        case Paragraph(text):
            line(made, clean(text), 14, align=ALIGN.JUSTIFY, first=10, after=6)
        case Bullet(text):
            line(made, f"- {clean(text)}", 14, align=ALIGN.JUSTIFY, first=10, after=6)
        case PageBreak():
            line(made, "", 14).runs[0].add_break(WD_BREAK.PAGE)
        case Picture():
            _add_picture(made, block, width)
        case Table():
            _add_table(made, block, width)


def _add_picture(made: Any, picture: Picture, width: int) -> None:
    paragraph = line(made, "", 14, align=ALIGN.CENTER, after=6)
    content = picture.content if picture.ending == "png" else pdf.drawn(picture.content)
    shape = paragraph.runs[0].add_picture(BytesIO(content), width=Mm(min(picture.width, width)))
    shape._inline.docPr.set("descr", clean(picture.alt))


def _add_table(made: Any, table: Table, width: int) -> None:
    shares = [Mm(share * width) for share in table.shares()]
    grid = made.add_table(rows=0, cols=len(shares))
    grid.style, grid.alignment, grid.autofit = None, WD_TABLE_ALIGNMENT.CENTER, False
    grid._tbl.tblPr.append(_borders())
    for column, share in zip(grid.columns, shares, strict=True):
        column.width = share
    for number, row in enumerate([table.headings, *table.full_rows()]):
        added = grid.add_row()
        properties = added._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for index, cell in enumerate(added.cells):
            cell.width = shares[index]
            cell._tc.remove(cell.paragraphs[0]._p)
            side = ALIGN.CENTER if number == 0 else ALIGN.RIGHT if index in table.numeric else ALIGN.LEFT
            line(cell, clean(row[index]), 13, bold=number == 0, align=side, before=2, after=2)
    line(made, "", 6)


def _borders() -> Any:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        for name, value in {"val": "single", "sz": "4", "space": "0", "color": "000000"}.items():
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    return borders


def _add_annex(made: Any, annex: Annex, document: OfficialDocument) -> None:
    section = made.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False  # the number is hidden on the first page of all, not here
    section.page_width, section.page_height = (Mm(297), Mm(210)) if annex.landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if annex.landscape else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20 if annex.landscape else 15)
    line(made, clean(annex.name), 14, bold=True, align=ALIGN.CENTER)
    line(made, clean(annex.title).upper(), 14, bold=True, align=ALIGN.CENTER)
    line(made, document.annex_line(), 14, italic=True, align=ALIGN.CENTER).paragraph_format.space_after = Pt(12)
    for block in annex.blocks:
        _add(made, block, LANDSCAPE if annex.landscape else PORTRAIT)
