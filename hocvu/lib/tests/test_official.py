"""Official documents keep the layout of Nghị định 30/2020, whatever is written in them and in whose template."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdfminer.pdftypes import resolve1
from PIL import Image

from hocvu.lib import official
from hocvu.lib.official import Bullet, Heading, PageBreak, Paragraph, Picture, Table, sample

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="40" height="20" fill="#074"/></svg>'


def changed(words: dict[str, str] | None = None, *more: str) -> bytes:
    """Our template as a ward might change it in Word: other words, further paragraphs."""
    made = Document(BytesIO(official.default_template()))
    for element in made.element.body.iter(qn("w:t")):
        element.text = (words or {}).get(element.text, element.text)
    for text in more:
        made.add_paragraph(text)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def packed(**more: bytes) -> bytes:
    """Our template with further or other parts."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(official.default_template())) as old, zipfile.ZipFile(kept, "w", 8) as new:
        for name in old.namelist():
            if name not in more:
                new.writestr(name, old.read(name))
        for name, content in more.items():
            new.writestr(name, content)
    return kept.getvalue()


@pytest.fixture(params=["ours", "the ward's"], scope="module")
def made(request: pytest.FixtureRequest) -> Any:
    own = changed({"Nơi nhận:": "Nơi nhận:"}, "Điện thoại: 0225") if request.param != "ours" else None
    return Document(BytesIO(official.render_docx(sample(30), own)))


def paragraphs(made: Any) -> list[Any]:
    from docx.text.paragraph import Paragraph as Word

    return [Word(p, made) for p in made.element.body.iter(qn("w:p"))]


def find(made: Any, text: str) -> Any:
    return next(p for p in paragraphs(made) if p.text.startswith(text))


def looks(paragraph: Any) -> tuple[float, bool, bool]:
    run = paragraph.runs[0]
    return run.font.size.pt, bool(run.font.bold), bool(run.font.italic)


def test_it_lies_on_a4_with_the_margins_of_the_rule(made):
    page = made.element.body.findall(f".//{qn('w:sectPr')}")[0]
    size, margin = page.find(qn("w:pgSz")), page.find(qn("w:pgMar"))
    assert (size.get(qn("w:w")), size.get(qn("w:h"))) == ("11906", "16838")
    twips = {side: int(margin.get(qn(f"w:{side}"))) for side in ("top", "bottom", "left", "right")}
    assert 1134 <= twips["top"] <= 1417 and 1134 <= twips["bottom"] <= 1417
    assert 1701 <= twips["left"] <= 1984 and 850 <= twips["right"] <= 1134


def test_it_counts_pages_in_the_middle_of_the_top_and_hides_the_first(made):
    first = made.sections[0]
    assert first._sectPr.find(qn("w:titlePg")) is not None
    header = first.header.paragraphs[0]
    assert "PAGE" in header._p.xml and header.alignment == 1 and looks(header)[0] in (13, 14)
    assert first.first_page_header.paragraphs[0].text == ""
    assert made.sections[1]._sectPr.find(qn("w:titlePg")) is None  # an annex shows its number at once


def test_every_run_is_black_times_new_roman():
    made = Document(BytesIO(official.render_docx(sample())))
    for paragraph in paragraphs(made):
        for run in paragraph.runs:
            assert run.font.name == "Times New Roman" and str(run.font.color.rgb) == "000000"
            assert run.text == unicodedata.normalize("NFC", run.text)
            assert not run.font.underline


@pytest.mark.parametrize(
    ("text", "size", "bold", "italic"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, True, False),
        ("Độc lập - Tự do - Hạnh phúc", 13, True, False),
        ("UBND PHƯỜNG MẪU", 12, False, False),
        ("PHÒNG VĂN HÓA - XÃ HỘI", 12, True, False),
        ("Số: 07/BC-VHXH", 13, False, False),
        ("Phường Mẫu, ngày 05 tháng 02 năm 2026", 13, False, True),
        ("BÁO CÁO", 14, True, False),
        ("Kết quả thực hiện", 14, True, False),
        ("Căn cứ Kế hoạch", 14, False, True),
        ("I. KẾT QUẢ", 14, True, False),
        ("1. Kết quả", 14, True, False),
        ("a) Lớp học", 14, False, False),
        ("Trong tháng", 14, False, False),
        ("KT. TRƯỞNG PHÒNG", 14, True, False),
        ("PHÓ TRƯỞNG PHÒNG", 14, True, False),
        ("Nguyễn Thị Mẫu", 14, True, False),
        ("Nơi nhận:", 12, True, True),
        ("- UBND phường (để báo cáo);", 11, False, False),
        ("- Lưu: VT, VHXH.", 11, False, False),
        ("Phụ lục", 14, True, False),
        ("(Kèm theo Báo cáo số 07/BC-VHXH ngày 05 tháng 02 năm 2026)", 14, False, True),
    ],
)
def test_each_part_has_its_size_and_weight(made, text, size, bold, italic):
    assert looks(find(made, text)) == (size, bold, italic)


def test_it_draws_rules_instead_of_underlining(made):
    order = paragraphs(made)
    for text in ("Độc lập", "PHÒNG VĂN HÓA", "Kết quả thực hiện"):
        after = order[next(i for i, p in enumerate(order) if p.text.startswith(text)) + 1]
        assert after.text == "" and after._p.find(f".//{qn('w:pBdr')}/{qn('w:top')}") is not None
    assert made.element.body.find(f".//{qn('w:u')}") is None


def test_the_body_is_justified_and_indented(made):
    body = find(made, "Trong tháng")
    assert body.alignment == 3
    assert body.paragraph_format.space_after.pt >= 6
    assert round(body.paragraph_format.first_line_indent.cm, 2) in (1.0, 1.27)
    assert 1 <= body.paragraph_format.line_spacing <= 1.5


def test_the_number_and_the_date_stand_in_one_row(made):
    cells = [cell.text.strip() for cell in made.tables[0].rows[1].cells]
    assert re.fullmatch(r"Số: \d{2,}/BC-[A-ZĐ]+", cells[0])
    assert cells[1].startswith("Phường Mẫu, ngày 05")


def test_a_table_repeats_its_headings_and_is_ruled(made):
    table = made.tables[1]
    assert len(table.rows) == 31
    assert [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows] == [True] + [False] * 30
    assert {e.get(qn("w:val")) for e in table._tbl.tblPr.find(qn("w:tblBorders"))} == {"single"}
    assert table.cell(1, 4).paragraphs[0].alignment == 2  # figures to the right


def test_an_annex_may_lie_across(made):
    size = made.sections[-1]._sectPr.find(qn("w:pgSz"))
    assert size.get(qn("w:orient")) == "landscape" and size.get(qn("w:w")) == "16838"


@given(st.dates(), st.integers(1, 5000))
def test_small_numbers_days_and_months_have_a_nought(day, number):
    told = replace(sample(), day=day, number=number)
    assert re.fullmatch(r"Số: (0\d|[1-9]\d+)/BC-VHXH", told.number_line)
    found = re.search(r"ngày (\d\d) tháng (0[12]|[3-9]|1[0-2]) năm (\d+)$", told.place_and_day)
    assert found and date(int(found[3]), int(found[2]), int(found[1])) == day


def test_without_number_and_day_it_leaves_room_for_the_clerk():
    told = replace(sample(), number=None, day=None)
    assert told.number_line == "Số:       /BC-VHXH"
    assert re.fullmatch(r"Phường Mẫu, ngày\s{6}tháng\s{6}năm\s+", told.place_and_day)
    assert official.render_docx(told) and official.render_pdf(told)


@given(st.lists(st.sampled_from(["Một.", "Hai./.", "Ba", "Bốn. ./."]), max_size=4))
def test_it_ends_once(texts):
    told = replace(sample(), blocks=tuple(map(Paragraph, texts)))
    text = "\n".join(b.text for b in told.finished_blocks())
    assert text.count("./.") == 1 and text.endswith("./.")


def test_it_says_where_the_document_is_kept():
    assert replace(sample(), recipients=("Như trên;", "- Lãnh đạo")).recipient_lines() == [
        "- Như trên;",
        "- Lãnh đạo;",
        "- Lưu: VT.",
    ]


def test_without_a_superior_body_no_line_is_left():
    made = Document(BytesIO(official.render_docx(replace(sample(), superior_body=""))))
    assert made.tables[0].cell(0, 0).paragraphs[0].text == "PHÒNG VĂN HÓA - XÃ HỘI"


WORDS = st.text(st.sampled_from(LETTERS + LETTERS.upper() + "0123456789 &<>{}%#\"'=+-@$\\*_[]();,.“”…–₫"), min_size=1)
TEXTS = WORDS.map(lambda text: f"x{text}x")
BLOCKS = st.one_of(
    st.builds(Heading, st.sampled_from([1, 2, 3]), TEXTS),
    st.builds(Paragraph, TEXTS),
    st.builds(Bullet, TEXTS),
    st.builds(lambda a, b: Table(("A", "B"), ((a, b),)), TEXTS, TEXTS),
    st.just(PageBreak()),
)


def texts_of(block: Any) -> list[str]:
    if isinstance(block, Table):
        return [*block.headings, *(cell for row in block.rows for cell in row)]
    return [] if isinstance(block, PageBreak) else [block.text]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BLOCKS, max_size=6), TEXTS, TEXTS)
def test_what_is_written_is_what_is_read(blocks, subject, signer):
    blocks = [replace(b, text=unicodedata.normalize("NFD", b.text)) if isinstance(b, Paragraph) else b for b in blocks]
    told = replace(sample(), blocks=(*blocks, Paragraph("hết")), subject=subject, signer=signer, annexes=())
    written = [subject, signer, *(text for block in blocks for text in texts_of(block))]
    wanted = [unicodedata.normalize("NFC", text) for text in written]
    word = "\n".join(p.text for p in paragraphs(Document(BytesIO(official.render_docx(told)))))
    assert all(text in word.replace("\u2060", "") for text in wanted)
    with pdfplumber.open(BytesIO(official.render_pdf(told))) as pdf:
        paper = re.sub(r"\s", "", "".join(page.extract_text() or "" for page in pdf.pages))
    short = [squeezed for text in wanted if len(squeezed := re.sub(r"\s", "", text)) < 20]
    assert all(text in paper for text in short)


def test_formulas_tags_and_lines_stay_text():
    hostile = "=1+1 {{ so_ky_hieu }} {% for %} &lt; <b>\nhàng hai {_{"
    told = replace(sample(), subject=hostile, signer='#read("main.typ") $x$ *a*', blocks=(Paragraph(hostile),))
    word = "\n".join(p.text for p in paragraphs(Document(BytesIO(official.render_docx(told)))))
    assert word.replace("\u2060", "").count(hostile) == 2
    with pdfplumber.open(BytesIO(official.render_pdf(told))) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert "{{ so_ky_hieu }} {% for %} &lt; <b>" in text and '#read("main.typ") $x$ *a*' in text


def test_the_pdf_has_every_letter_its_fonts_inside_and_tags():
    told = replace(sample(), blocks=(Paragraph(LETTERS), Paragraph(LETTERS.upper()), Picture(SVG, "Biểu đồ")))
    made = official.render_pdf(told)
    with pdfplumber.open(BytesIO(made)) as pdf:
        text = re.sub(r"\s", "", "".join(page.extract_text() for page in pdf.pages))
        fonts = {char["fontname"] for page in pdf.pages for char in page.chars}
        catalog = pdf.doc.catalog
        embedded = [
            "FontFile3" in resolve1(resolve1(resolve1(resolve1(font)["DescendantFonts"])[0])["FontDescriptor"])
            for page in pdf.pages
            for font in resolve1(resolve1(page.page_obj.resources)["Font"]).values()
        ]
    assert LETTERS in text and LETTERS.upper() in text
    assert fonts and all("TeXGyreTermes" in font for font in fonts) and all(embedded)
    assert resolve1(catalog["MarkInfo"])["Marked"] and "StructTreeRoot" in catalog
    assert catalog["Lang"] in (b"vi", "vi")


def test_a_long_table_repeats_its_headings_in_the_pdf():
    with pdfplumber.open(BytesIO(official.render_pdf(replace(sample(60), annexes=())))) as pdf:
        pages = [page.extract_text() for page in pdf.pages]
    with_rows = [text for text in pages if "Tổ chức lớp" in text]
    assert len(with_rows) >= 3 and all("Đơn vị chủ trì" in text for text in with_rows)
    assert not pages[0].startswith("1\n") and pages[1].startswith("2\n")


def test_a_heading_that_skips_a_level_looks_like_its_level_and_is_still_tagged():
    assert official.render_pdf(replace(sample(), blocks=(Heading(3, "a) Lẻ"), Heading(1, "I."), Heading(3, "b) Lẻ"))))


def test_a_drawing_reaches_word_with_its_sentence():
    png = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(png, "PNG")
    told = replace(sample(), blocks=(Picture(SVG, "Biểu đồ cột"), Picture(png.getvalue(), "Ảnh lớp học")))
    xml = official.render_docx(told)
    made = Document(BytesIO(xml))
    assert [e.get("descr") for e in made.element.iter(qn("wp:docPr"))] == ["Biểu đồ cột", "Ảnh lớp học"]


def test_our_own_template_has_no_fault():
    assert official.check_template(official.default_template()) == []
    assert official.check_template(changed({}, "Một dòng của phường")) == []


@pytest.mark.parametrize(
    ("words", "more", "said", "place"),
    [
        ({"{{ loai }}": "{{ loaii }}"}, (), "loaii", "đoạn “{{ loaii }}”"),
        ({"{{ so_ky_hieu }}": "{{ so_ky_hieu }"}, (), "thiếu dấu", "ô bảng “{{ so_ky_hieu }”"),
        ({"{{ noi_dung }}": "Nội dung"}, (), "noi_dung", ""),
        ({"{{ noi_dung }}": "Xem {{ noi_dung }}"}, (), "riêng một đoạn", "Xem"),
        ({"{%p endfor %}": "-"}, (), "chưa đóng", "can_cu"),
        ({}, ("{% endif %}",), "mà không có if", "endif"),
        ({}, ("{{ loai.__class__.__mro__ }}",), "viết sai", "__mro__"),
        ({}, ("{{ 9**9**9 }}",), "viết sai", "9**9"),
        ({}, ("{% for x in range(9) %}{% endfor %}",), "chỉ đi qua", "range"),
        ({}, ("{% include 'a' %}",), "Không dùng được", "include"),
    ],
)
def test_a_broken_tag_is_named_with_its_place(words, more, said, place):
    template = changed(words, *more)
    faults = official.check_template(template)
    assert any(said in fault.sentence and place in fault.place for fault in faults), faults
    with pytest.raises(official.BadTemplate):
        official.render_docx(sample(), template)


EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
    b'Type="http://x/attachedTemplate" Target="http://x/t.dotm" TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "không phải .docx"),
        (b"PK\x03\x04 broken", "không phải .docx"),
        (packed(**{"word/vbaProject.bin": b"x"}), "macro"),
        (packed(**{"word/_rels/settings.xml.rels": EXTERNAL}), "trỏ ra ngoài"),
        (packed(**{"word/media/a.bin": b"\0" * 40_000_000}), "phình"),
        (packed(**{"word/document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "khai báo lạ"),
        (packed(**{"word/document.xml": b"<a"}), "bị hỏng"),
    ],
)
def test_a_hostile_template_is_refused(content, said):
    faults = official.check_template(content)
    assert faults and said in faults[0].sentence
