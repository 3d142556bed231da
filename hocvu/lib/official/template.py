"""Our own template, written anew by this code: what python-docx cannot say is said in WordprocessingML.

A ward takes it, changes it in Word and hands it in again. Its tags are those of `TAGS`.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TAGS = {
    "co_quan_chu_quan": "cơ quan cấp trên",
    "co_quan": "cơ quan ban hành",
    "so_ky_hieu": "số, ký hiệu",
    "dia_danh_ngay": "địa danh, ngày tháng năm",
    "loai": "loại văn bản",
    "trich_yeu": "trích yếu",
    "can_cu": "các căn cứ (danh sách)",
    "noi_dung": "toàn bộ nội dung (một đoạn riêng)",
    "quyen_han": "quyền hạn ký (TM.)",
    "quyen_han_2": "dòng thứ hai (KT., TL.)",
    "chuc_vu": "chức vụ",
    "nguoi_ky": "họ tên người ký",
    "noi_nhan": "các nơi nhận (danh sách)",
}
LISTS = ("can_cu", "noi_nhan")
FONT = "Times New Roman"
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
LEFT_COLUMN, RIGHT_COLUMN = 70, 95  # millimetres of the 165 between the margins
MOTTO_WIDTH = 56  # of the motto, bold 13


@cache
def default_template() -> bytes:
    """The template that is used where the ward has none."""
    made: Any = Document()
    _page(made)
    _head(made)
    line(made, "{{ loai }}", 14, bold=True, align=ALIGN.CENTER, before=14)
    line(made, "{{ trich_yeu }}", 14, bold=True, align=ALIGN.CENTER)
    rule(made, 55, of=165)
    each(made, "can_cu", 14, italic=True, align=ALIGN.JUSTIFY, first=10, after=6)
    line(made, "{{ noi_dung }}", 14)
    _foot(made)
    return saved(made)


def saved(made: Any) -> bytes:
    """A document of python-docx as bytes."""
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def line(
    into: Any,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    align: Any = ALIGN.LEFT,
    first: float = 0,
    before: float = 0,
    after: float = 0,
) -> Any:
    """A paragraph of one run, with everything that the rule asks for said on it. `first` in millimetres."""
    paragraph = into.add_paragraph()
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.0
    form.first_line_indent = Mm(first)
    dress(paragraph.add_run(text), size, bold=bold, italic=italic)
    return paragraph


def dress(run: Any, size: float, *, bold: bool = False, italic: bool = False) -> None:
    """Name Times New Roman for every kind of letter, black, with its size and weight."""
    run.font.name, run.font.size, run.font.bold, run.font.italic = FONT, Pt(size), bold, italic
    run.font.color.rgb = RGBColor(0, 0, 0)
    for kind in ("w:hAnsi", "w:cs", "w:eastAsia"):
        run._r.rPr.rFonts.set(qn(kind), FONT)


def rule(into: Any, width: float, of: float) -> None:
    """A drawn line `width` millimetres long in the middle of a column of `of` millimetres."""
    paragraph = into.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((of - width) / 2)
    form.space_before, form.space_after, form.line_spacing = Pt(2), Pt(4), Pt(3)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in {"val": "single", "sz": "6", "space": "0", "color": "000000"}.items():
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def each(into: Any, tag: str, size: float, **looks: Any) -> None:
    """One paragraph for each item of a list."""
    line(into, f"{{%p for dong in {tag} %}}", size)
    line(into, "{{ dong }}", size, **looks)
    line(into, "{%p endfor %}", size)


def if_said(into: Any, tag: str, size: float, **looks: Any) -> None:
    """A paragraph that is left out where there is nothing to say."""
    line(into, f"{{%p if {tag} %}}", size)
    line(into, f"{{{{ {tag} }}}}", size, **looks)
    line(into, "{%p endif %}", size)


def _page(made: Any) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin, section.header_distance = Mm(30), Mm(15), Mm(10)
    section.different_first_page_header_footer = True
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.element.rPr.rFonts.set(qn("w:cs"), FONT)
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("shown", "2"), ("end", "")):
        run = number.add_run(text if kind == "shown" else "")
        dress(run, 13)
        if kind == "shown":
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    section.first_page_header.paragraphs[0].text = ""
    made.core_properties.author = ""
    made.core_properties.comments = ""
    made.core_properties.language = "vi-VN"


def _columns(made: Any, left: int, right: int, rows: int) -> Any:
    """A table without borders that holds two columns side by side."""
    table = made.add_table(rows=rows, cols=2)
    table.autofit = False
    for index, width in enumerate((left, right)):
        table.columns[index].width = Mm(width)
        for cell in table.columns[index].cells:
            cell.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.append(margins)
    return table


def _emptied(cell: Any) -> Any:
    cell._tc.remove(cell.paragraphs[0]._p)
    return cell


def _head(made: Any) -> None:
    table = _columns(made, LEFT_COLUMN, RIGHT_COLUMN, 2)
    left, right = _emptied(table.cell(0, 0)), _emptied(table.cell(0, 1))
    if_said(left, "co_quan_chu_quan", 12, align=ALIGN.CENTER)
    line(left, "{{ co_quan }}", 12, bold=True, align=ALIGN.CENTER)
    rule(left, 25, of=LEFT_COLUMN)
    line(right, NATION, 12, bold=True, align=ALIGN.CENTER)
    line(right, MOTTO, 13, bold=True, align=ALIGN.CENTER)
    rule(right, MOTTO_WIDTH, of=RIGHT_COLUMN)
    line(_emptied(table.cell(1, 0)), "{{ so_ky_hieu }}", 13, align=ALIGN.CENTER)
    line(_emptied(table.cell(1, 1)), "{{ dia_danh_ngay }}", 13, italic=True, align=ALIGN.CENTER)


def _foot(made: Any) -> None:
    line(made, "", 6)
    table = _columns(made, 80, 85, 1)
    left, right = _emptied(table.cell(0, 0)), _emptied(table.cell(0, 1))
    line(left, "Nơi nhận:", 12, bold=True, italic=True)
    each(left, "noi_nhan", 11)
    if_said(right, "quyen_han", 14, bold=True, align=ALIGN.CENTER)
    if_said(right, "quyen_han_2", 14, bold=True, align=ALIGN.CENTER)
    line(right, "{{ chuc_vu }}", 14, bold=True, align=ALIGN.CENTER, after=70)
    line(right, "{{ nguoi_ky }}", 14, bold=True, align=ALIGN.CENTER)
    row = table.rows[0]._tr.get_or_add_trPr()
    row.append(OxmlElement("w:cantSplit"))
