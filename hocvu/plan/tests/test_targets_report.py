"""How the targets stand, as a document to be numbered and signed."""

from __future__ import annotations

import io
from datetime import date

import docx
import pdfplumber
import pytest

from hocvu.plan import declaring
from hocvu.plan.tests.cast import Cast, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def declared(cast: Cast) -> Cast:
    target = make_target(cast, "80")
    declaring.declare(
        target, unit=cast.culture, as_of=date(2026, 11, 1), numerator=300, denominator=436, source="Danh sách lớp",
        by=cast.thu,
    )  # fmt: skip
    make_target(cast, "100", comparator="=", text="100% học sinh được trang bị kỹ năng số", audience="students")
    return cast


def test_the_docx_says_every_target_and_leaves_room_for_the_number(declared, as_):
    answer = as_(declared.hung).get("/chi-tieu/bao-cao/?nam=2026")
    assert answer["Content-Disposition"] == 'attachment; filename="bao-cao-chi-tieu-2026.docx"'
    word = docx.Document(io.BytesIO(answer.content))
    tables = " ".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    assert "300/436 (68,8%)" in tables and "Tự khai: Phòng Văn hóa - Xã hội: Danh sách lớp" in tables
    assert "chưa có số liệu" in tables and "/BC-UBND" in tables
    words = " ".join(paragraph.text for paragraph in word.paragraphs)
    assert "mỗi tuần cần thêm" in words and "18/11/2026" in words


def test_the_pdf_says_the_same(declared, as_):
    answer = as_(declared.hung).get("/chi-tieu/bao-cao/?dinh-dang=pdf")
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        text = " ".join(page.extract_text() for page in pdf.pages)
    assert "300/436" in text and "CHỦ TỊCH" in text and "PHƯỜNG HẢI AN" in text


def test_only_officers_take_it(declared, client):
    assert client.get("/chi-tieu/bao-cao/").status_code == 302
