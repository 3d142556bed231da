"""Opening a plan file: what a clerk hands in becomes lines and tables, or a refusal in one sentence."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from docx import Document
from fontpkg_be_vietnam_pro import ROOT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as PrintedTable

from hocvu.plan.reading import packing
from hocvu.plan.reading.files import open_source
from hocvu.plan.reading.source import Line, Refused, Source, Table
from hocvu.plan.tests import made_to_hurt as hurt

HAI_AN = Path("content/plans/hai-an/ke-hoach-hai-an.txt")
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def texts(source: Source) -> list[str]:
    return [line.text for line in source.lines]


def the_table(source: Source) -> Table:
    (table,) = [block for block in source.blocks if isinstance(block, Table)]
    return table


def words(table: Table) -> list[list[str | None]]:
    return [[None if cell is None else cell.text for cell in row.cells] for row in table.rows]


# -- plain text --------------------------------------------------------------


def test_it_numbers_every_line_as_an_editor_does():
    source = open_source(HAI_AN)
    shown = HAI_AN.read_text(encoding="utf-8").split("\n")
    assert len(source.lines) == len(shown) == 1590
    assert all(line.text == shown[line.number - 1] for line in source.lines)
    assert source.blocks == source.lines and source.pages is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_it_reads_a_text_however_it_was_saved(tmp_path, encoding):
    path = tmp_path / "plan.txt"
    path.write_bytes("KẾ HOẠCH\r\n\r\nĐường số “ấy”".encode(encoding))
    assert texts(open_source(path)) == ["KẾ HOẠCH", "", "Đường số “ấy”"]


def test_it_reads_the_vietnamese_page_of_windows(tmp_path):
    path = tmp_path / "plan.txt"
    written = "Kê\u0301 hoa\u0323ch triê\u0309n khai, ngươ\u0300i đo\u0323c"
    path.write_bytes(written.encode("cp1258"))
    assert texts(open_source(path)) == ["Kế hoạch triển khai, người đọc"]


def test_it_refuses_letters_of_the_time_before_unicode(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes("KÕ ho¹ch triÓn khai phong trµo B×nh d©n häc vô sè".encode("latin-1"))
    with pytest.raises(Refused, match="bảng mã cũ"):
        open_source(path)


def test_it_composes_letters_that_came_in_pieces(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(unicodedata.normalize("NFD", "Tổ công nghệ số"), encoding="utf-8")
    assert texts(open_source(path)) == ["Tổ công nghệ số"]


def test_form_feeds_tell_the_pages_and_stay(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes("một\n\f2\nhai\n\fba\n".encode())
    source = open_source(path)
    assert [(line.text, line.number, line.page) for line in source.lines] == [
        ("một", 1, 1), ("\f2", 2, 2), ("hai", 3, 2), ("\fba", 4, 3),
    ]  # fmt: skip
    assert source.pages == 3


def test_only_line_ends_end_lines(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes("a\u2028b\x0bc\rd\n".encode())
    assert texts(open_source(path)) == ["a\u2028b\x0bc", "d"]


# -- Word: words -------------------------------------------------------------


def test_a_soft_break_begins_a_new_line(tmp_path):
    path = hurt.word_package(
        tmp_path / "p.docx", hurt.body("<w:p><w:r><w:t>trên</w:t><w:br/><w:t>dưới</w:t></w:r></w:p>")
    )
    assert [(line.text, line.number) for line in open_source(path).lines] == [("trên", 1), ("dưới", 2)]


def test_deleted_and_hidden_words_are_gone_and_inserted_ones_stay(tmp_path):
    inside = (
        "<w:p><w:r><w:t>Trước 23 </w:t></w:r><w:del><w:r><w:delText>tháng</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>hằng tháng</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>nối </w:t></w:r></w:p>" + PARAGRAPH.format("liền")
    )
    path = hurt.word_package(tmp_path / "p.docx", hurt.body(inside))
    assert texts(open_source(path)) == ["Trước 23 hằng tháng", "nối liền"]


def test_it_reads_what_stands_in_links_fields_and_content_controls_but_no_text_box(tmp_path):
    inside = (
        "<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>trang </w:t></w:r></w:hyperlink>"
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>5</w:t></w:r>'
        "<w:r><w:pict><w:p><w:r><w:t>khung chữ</w:t></w:r></w:p></w:pict></w:r></w:p></w:sdtContent></w:sdt>"
    )
    path = hurt.word_package(tmp_path / "p.docx", hurt.body(inside))
    assert texts(open_source(path)) == ["trang 5"]


def test_it_puts_back_the_signs_of_symbol_fonts_and_composes_letters(tmp_path):
    inside = '<w:p><w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t xml:space="preserve"> 80% hộ</w:t></w:r></w:p>'
    path = hurt.word_package(tmp_path / "p.docx", hurt.body(unicodedata.normalize("NFD", inside)))
    assert texts(open_source(path)) == ["≥ 80% hộ"]


def test_it_reads_a_strict_open_xml_file(tmp_path):
    parts = hurt.body(PARAGRAPH.format("Kế hoạch"))
    strict = {name: xml.replace(hurt.WORD.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
              for name, xml in parts.items()}  # fmt: skip
    assert texts(open_source(hurt.word_package(tmp_path / "p.docx", strict))) == ["Kế hoạch"]


# -- Word: automatic numbers -------------------------------------------------


def level(depth: int, form: str, pattern: str, more: str = "") -> str:
    return (f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
            f'<w:lvlText w:val="{pattern}"/></w:lvl>')  # fmt: skip


def numbered(text: str, list_: int, depth: int = 0) -> str:
    return (f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_}"/></w:numPr></w:pPr>'
            f"<w:r><w:t>{text}</w:t></w:r></w:p>")  # fmt: skip


def with_lists(path: Path, inside: str) -> Path:
    deep = level(0, "upperRoman", "%1.") + level(1, "decimal", "%2.") + level(2, "lowerLetter", "%3)")
    legal = level(0, "upperRoman", "Mục %1") + level(1, "decimal", "%1.%2.", "<w:isLgl/>")
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{at}">{levels}</w:abstractNum>'
        for at, levels in enumerate([deep, level(0, "bullet", "\uf0b7") + level(1, "bullet", "+"), legal])
    )
    lists += "".join(f'<w:num w:numId="{at}"><w:abstractNumId w:val="{at - 1}"/></w:num>' for at in (1, 2, 3))
    lists += ('<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
              '<w:startOverride w:val="5"/></w:lvlOverride></w:num>')  # fmt: skip
    xml = f'<w:numbering xmlns:w="{hurt.WORD}">{lists}</w:numbering>'
    return hurt.word_package(path, {**hurt.body(inside), "word/numbering.xml": xml.encode()})


def test_it_writes_the_numbers_that_word_draws(tmp_path):
    said = [("Mục đích", 0), ("một", 1), ("hai", 1), ("nhỏ", 2), ("nhỏ nữa", 2), ("Chỉ tiêu", 0), ("một", 1)]
    inside = "".join(numbered(text, 1, depth) for text, depth in said)
    assert texts(open_source(with_lists(tmp_path / "p.docx", inside))) == [
        "I. Mục đích", "1. một", "2. hai", "a) nhỏ", "b) nhỏ nữa", "II. Chỉ tiêu", "1. một",
    ]  # fmt: skip


def test_it_draws_dashes_legal_numbers_and_lists_that_start_elsewhere(tmp_path):
    inside = numbered("gạch", 2) + numbered("cộng", 2, 1) + numbered("A", 3) + numbered("B", 3, 1) + numbered("năm", 4)
    inside += numbered("sáu", 4)
    assert texts(open_source(with_lists(tmp_path / "p.docx", inside))) == [
        "- gạch", "+ cộng", "Mục I A", "1.1. B", "V. năm", "VI. sáu",
    ]  # fmt: skip


def test_rows_that_number_themselves_have_their_number(tmp_path):
    document = Document()
    table = document.add_table(rows=2, cols=2)
    for row in table.rows:
        row.cells[0].paragraphs[0].style = document.styles["List Number"]
        row.cells[1].text = "Việc"
    document.save(str(tmp_path / "p.docx"))
    assert words(the_table(open_source(tmp_path / "p.docx"))) == [["1.", "Việc"], ["2.", "Việc"]]


# -- Word: tables ------------------------------------------------------------


def test_a_merged_cell_stands_once_in_word(tmp_path):
    document = Document()
    document.add_paragraph("trước")
    table = document.add_table(rows=3, cols=3)
    for at, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = str(at)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "ngang"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "dọc"
    document.add_paragraph("sau")
    document.save(str(tmp_path / "p.docx"))
    source = open_source(tmp_path / "p.docx")
    assert words(the_table(source)) == [["ngang", None, "2"], ["3", "4", "dọc"], ["6", "7", None]]
    assert [line.number for line in source.lines] == list(range(1, len(source.lines) + 1))
    assert texts(source)[0] == "trước" and texts(source)[-1] == "sau"


def test_a_nested_table_falls_flat_into_its_cell(tmp_path):
    document = Document()
    outer = document.add_table(rows=1, cols=2)
    inner = outer.cell(0, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "trong", "nữa"
    outer.cell(0, 0).text = "ngoài"
    document.save(str(tmp_path / "p.docx"))
    assert words(the_table(open_source(tmp_path / "p.docx"))) == [["ngoài", "trong nữa"]]


def test_edges_dragged_a_hair_apart_are_one_column_and_a_deleted_row_is_gone(tmp_path):
    def cell(text: str, span: int = 1) -> str:
        return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{PARAGRAPH.format(text)}</w:tc>'

    widths = "".join(f'<w:gridCol w:w="{width}"/>' for width in (2000, 30, 2000))
    rows = [cell("a") + cell("b", 2), cell("c", 2) + cell("d"), f"<w:trPr><w:del/></w:trPr>{cell('x', 3)}"]
    inside = f"<w:tbl><w:tblGrid>{widths}</w:tblGrid>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    path = hurt.word_package(tmp_path / "p.docx", hurt.body(inside))
    assert words(the_table(open_source(path))) == [["a", "b"], ["c", "d"]]


# -- PDF ---------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def vietnamese_font():
    pdfmetrics.registerFont(TTFont("Plan", str(ROOT / "files" / "BeVietnamPro-Regular.ttf")))


STYLE = ParagraphStyle("plan", fontName="Plan", fontSize=10, leading=14)


def print_pdf(path: Path, story: list[object], *, numbered: bool = True) -> Path:
    def number(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Plan", 11)
        canvas.drawCentredString(A4[0] / 2, A4[1] - 40, str(document.page))

    page = number if numbered else (lambda canvas, document: None)
    SimpleDocTemplate(str(path), pagesize=A4, topMargin=70).build(story, onFirstPage=page, onLaterPages=page)
    return path


def ruled(rows: list[list[str]], *more: tuple[object, ...], head: int = 1) -> PrintedTable:
    set_rows = [[Paragraph(text, STYLE) if text else "" for text in row] for row in rows]
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), *more])
    return PrintedTable(set_rows, colWidths=[40, 250, 150], repeatRows=head, style=style)


def test_a_printed_page_keeps_lines_table_and_pages_in_order(tmp_path):
    rows = [["STT", "Nhiệm vụ", "Thời gian"], ["I", "Phần một", ""], ["1", "Mở lớp", "Tháng 8"], ["2", "Đi thăm", ""]]
    table = ruled(rows, ("SPAN", (1, 1), (2, 1)), ("SPAN", (2, 2), (2, 3)))
    path = print_pdf(
        tmp_path / "p.pdf", [Paragraph("KẾ HOẠCH", STYLE), Spacer(1, 20), table, Paragraph("Nơi nhận:", STYLE)]
    )
    source = open_source(path)
    assert words(the_table(source)) == [
        ["STT", "Nhiệm vụ", "Thời gian"], ["I", "Phần một", None], ["1", "Mở lớp", "Tháng 8"], ["2", "Đi thăm", None],
    ]  # fmt: skip
    outside = [block.text for block in source.blocks if isinstance(block, Line)]
    assert outside == ["1", "KẾ HOẠCH", "Nơi nhận:"] and isinstance(source.blocks[2], Table)
    assert source.pages == 1 and {line.page for line in source.lines} == {1}


def test_a_table_over_three_pages_is_one_table(tmp_path):
    rows = [["STT", "Nhiệm vụ", "Thời gian"], *([str(at), "Tổ chức lớp học " * 4, "Năm 2025"] for at in range(1, 46))]
    source = open_source(print_pdf(tmp_path / "p.pdf", [ruled(rows)]))
    table = the_table(source)
    assert source.pages == 3
    numbers = [row.cells[0].text for row in table.rows if row.cells[0]]
    assert [number for number in numbers if number != "STT"] == [str(at) for at in range(1, 46)]
    assert numbers.count("STT") == 3 and {row.page for row in table.rows} == {1, 2, 3}
    assert [block.text for block in source.blocks if isinstance(block, Line)] == ["1", "2", "3"]


def test_a_row_cut_by_the_page_stays_two_rows(tmp_path):
    long = Paragraph("Tuyên truyền sâu rộng trên hệ thống loa truyền thanh. " * 40, STYLE)
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
    table = PrintedTable([["1", long]], colWidths=[40, 400], splitInRow=1, style=grid)
    source = open_source(print_pdf(tmp_path / "p.pdf", [Spacer(1, 500), table]))
    first, second = the_table(source).rows
    assert (first.page, second.page) == (1, 2)
    assert first.cells[1] and second.cells[1]
    assert f"{first.cells[1].text} {second.cells[1].text}".count("loa truyền thanh.") == 40


def test_words_between_two_tables_keep_them_apart(tmp_path):
    rows = [["STT", "Nhiệm vụ", "Thời gian"], *([str(at), "Việc", "Năm"] for at in range(1, 20))]
    between = Paragraph("Phụ lục thứ hai", STYLE)
    source = open_source(print_pdf(tmp_path / "p.pdf", [ruled(rows), Spacer(1, 300), between, ruled(rows)]))
    assert [type(block) for block in source.blocks if block is not None].count(Table) == 2


def test_a_blank_to_fill_in_stays_wide(tmp_path):
    canvas = Canvas(str(tmp_path / "p.pdf"))
    canvas.setFont("Plan", 12)
    canvas.drawString(60, 700, "Số:              -KH/ĐU")
    canvas.save()
    (line,) = open_source(tmp_path / "p.pdf").lines
    assert line.text.split() == ["Số:", "-KH/ĐU"] and "     " in line.text


def test_it_tells_each_page_that_it_has_read(tmp_path):
    told: list[tuple[int, int]] = []
    open_source(hurt.endless_pdf(tmp_path / "p.pdf", 3), told=lambda page, of: told.append((page, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_what_crosses_the_pipe_arrives_equal(tmp_path):
    document = Document()
    document.add_paragraph("a")
    document.add_table(rows=2, cols=2).cell(0, 0).merge(document.tables[0].cell(0, 1)).text = "b"
    document.save(str(tmp_path / "p.docx"))
    source = open_source(tmp_path / "p.docx")
    assert packing.unpack(packing.pack(source)) == source
