"""The certificate on paper: what stands on it, how it is made, many in one file."""

from __future__ import annotations

import re
from io import BytesIO

import pdfplumber
import pypdfium2
import pytest
from django.test import Client

from hocvu.assessment import facts, printing, sharing
from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Certificate
from hocvu.assessment.tests.cast_papers import EVIDENCE, NAME, make_certificate, make_learner, make_rule, revoke
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Household, Membership, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db
LONG = "Công Tằng Tôn Nữ Thị Hương Giang Nguyễn Phúc Bảo Ngọc Trần Lê Quỳnh Anh Hoàng Thị Kim Oanh"
A4_LYING = (842, 595)  # points
MM = 72 / 25.4


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def paper(hai_an) -> Certificate:
    return make_certificate(make_learner(hai_an), make_rule(hai_an))


def text_of(pdf: bytes, number: int = 0) -> str:
    with pdfplumber.open(BytesIO(pdf)) as document:
        return re.sub(r"\s+", " ", document.pages[number].extract_text())


# ---- One


def test_it_says_whose_it_is_and_everything_that_was_signed(paper):
    pdf = printing.pdf_of([paper])
    said = text_of(pdf)
    assert NAME in said
    assert codes.shown(paper.code) in said
    assert "Ủy ban nhân dân phường Hải An" in said
    assert "Giấy xác nhận kết quả trên hệ thống" in said
    assert "xác nhận kết quả trên hệ thống: đạt mức Cơ bản" in said
    assert "phiên bản 2026.1" in said
    assert "Quyết định số 12/QĐ-UBND" in said
    assert "757" not in said
    token = facts.opened(paper)
    assert token is not None
    with pdfplumber.open(BytesIO(pdf)) as document:
        together = "".join(document.pages[0].extract_text().split())
    for fact in facts.on_paper(token):
        assert fact.label
    for _, words in EVIDENCE[:2]:
        assert "".join(words.split()) in together
    assert f"{clock.local_day(paper.valid_until):%d/%m/%Y}" in said


def test_it_is_one_lying_a4_page_tagged_with_its_letters_inside(paper):
    pdf = printing.pdf_of([paper])
    assert len(pdf) < 1_000_000
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Marked\s+true", pdf)
    assert b"pdfuaid" in pdf
    assert b"/Lang" in pdf
    with pdfplumber.open(BytesIO(pdf)) as document:
        [sheet] = document.pages
        assert (round(sheet.width), round(sheet.height)) == A4_LYING
        used = {char["fontname"] for char in sheet.chars}
    assert used
    assert all(re.fullmatch(r"[A-Z]{6}\+BeVietnamPro-\w+", name) for name in used), used
    assert pdf.count(b"/FontFile") >= len(used)


@pytest.mark.parametrize("name", [LONG, "A", "Nguyễn " * 17])
def test_a_long_name_goes_on_in_the_next_line_and_all_stays_on_one_page(hai_an, name):
    name = name.strip()
    rule = make_rule(hai_an, title="Kỹ năng số " * 12, source="Quyết định số 12/QĐ-UBND ngày 01/02/2026 " * 7)
    long = make_certificate(make_learner(hai_an, name), rule)
    pdf = printing.pdf_of([long])
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        sheet = document.pages[0]
        edge = 14 * MM  # everything stands inside the inner frame
        for char in sheet.chars:
            assert edge <= char["x0"] <= char["x1"] <= sheet.width - edge, char["text"]
            assert edge <= char["top"] <= char["bottom"] <= sheet.height - edge, char["text"]
    assert name in text_of(pdf)
    assert codes.shown(long.code) in text_of(pdf)


def test_the_square_is_of_capitals_small_in_number_and_large_on_paper(paper):
    square = sharing.square(paper)
    address = sharing.short_address_of(paper)
    assert address == address.upper()
    assert address.endswith(f"/X/{paper.code}")
    assert (square.mode, square.error) == ("alphanumeric", "Q")
    assert square.version <= 4
    assert 33 / 41 * 36 > 20  # millimetres without its quiet margin


def test_the_square_on_paper_is_the_one_of_the_address(paper):
    """Read back from the page as a camera would see it, module by module."""
    square = sharing.square(paper)
    matrix = [list(row) for row in square.matrix]
    scale = 6
    page = pypdfium2.PdfDocument(printing.pdf_of([paper]))[0]
    seen = page.render(scale=scale).to_pil().convert("L")
    side, border = len(matrix) + 8, 4
    size = 36 * MM * scale
    left, top = 26 * MM * scale, (210 - 19) * MM * scale - size
    step = size / side
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            at = (round(left + (x + border + 0.5) * step), round(top + (y + border + 0.5) * step))
            assert (seen.getpixel(at) < 128) == bool(dark), (x, y)


def test_a_paper_whose_name_is_gone_or_whose_token_was_altered_is_not_made(paper):
    Certificate.objects.filter(pk=paper.pk).update(token=paper.token[:-4] + "AAAA")
    paper.refresh_from_db()
    with pytest.raises(Refusal):
        printing.pdf_of([paper])
    paper.name_sealed = None
    with pytest.raises(Refusal, match="không còn tên"):
        printing.pdf_of([paper])


# ---- Many


@pytest.fixture
def school(hai_an) -> Unit:
    return make_unit(hai_an, "Trường Tiểu học Hải An", Unit.Kind.SCHOOL)


def certified(
    ward: Ward, name: str, *, unit: Unit | None = None, group: str = "", place: Neighbourhood | None = None
) -> Certificate:
    home = Household.objects.create(ward=ward, code=f"H-{name}", neighbourhood=place)
    person = Person.objects.create(ward=ward, full_name=name, household=home)
    if unit is not None:
        Membership.objects.create(person=person, unit=unit, kind="primary_pupil", group=group)
    rule = ward.test_rules.first() or make_rule(ward)
    return make_certificate(make_learner(ward, name, person), rule)


def browser(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def teacher(hai_an, school):
    return browser(make_account("co-lan", Role.SCHOOL, ward=hai_an, unit=school))


def test_a_school_prints_its_own_class_in_the_order_of_names(hai_an, school, teacher):
    certified(hai_an, "Vũ Thị Yến", unit=school, group="5A")
    certified(hai_an, "Bùi Văn An", unit=school, group="5A")
    certified(hai_an, "Lê Văn Bình", unit=school, group="5B")
    other = make_unit(hai_an, "Trường khác", Unit.Kind.SCHOOL)
    certified(hai_an, "Trần Thị Cúc", unit=other, group="5A")
    page = teacher.get("/giay-da-cap/in/")
    assert "3 giấy còn hiệu lực" in page.content.decode()
    assert "Trường khác" not in page.content.decode()
    answer = teacher.post("/giay-da-cap/in/", {"lop": f"{school.pk}:5A"})
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    with pdfplumber.open(BytesIO(answer.content)) as document:
        said = [sheet.extract_text() for sheet in document.pages]
    assert ["Bùi Văn An" in said[0], "Vũ Thị Yến" in said[1], len(said)] == [True, True, 2]
    entry = AuditEntry.objects.latest("pk")
    assert entry.action == "printed certificates"
    assert entry.details["count"] == 2
    assert "Yến" not in str(entry.details)


def test_another_schools_class_is_no_choice(hai_an, school, teacher):
    other = make_unit(hai_an, "Trường khác", Unit.Kind.SCHOOL)
    certified(hai_an, "Trần Thị Cúc", unit=other, group="5A")
    certified(hai_an, "Lê Văn Bình", unit=school, group="5A")
    answer = teacher.post("/giay-da-cap/in/", {"lop": f"{other.pk}:5A"})
    assert answer.status_code == 422
    assert "không có trong danh sách" in answer.content.decode()


def test_a_team_prints_its_own_neighbourhood(hai_an, school):
    seven, eight = make_neighbourhood(hai_an, 7), make_neighbourhood(hai_an, 8)
    certified(hai_an, "Bùi Văn An", place=seven)
    certified(hai_an, "Lê Văn Bình", place=eight)
    lan = browser(make_account("lan", Role.TEAM_MEMBER, ward=hai_an, unit=seven.units.first()))
    page = lan.get("/giay-da-cap/in/").content.decode()
    assert "1 giấy còn hiệu lực" in page
    assert "Tổ dân phố số 8" not in page
    answer = lan.post("/giay-da-cap/in/", {"khu": seven.pk})
    assert "Bùi Văn An" in text_of(answer.content)


def test_one_paper_is_printed_by_its_key(hai_an, school, teacher):
    one = certified(hai_an, "Bùi Văn An", unit=school)
    certified(hai_an, "Lê Văn Bình", unit=school)
    assert "1 giấy" in teacher.get(f"/giay-da-cap/in/?giay={one.pk}").content.decode()
    answer = teacher.post("/giay-da-cap/in/", {"giay": one.pk})
    assert codes.shown(one.code) in answer["Content-Disposition"]
    assert "Bùi Văn An" in text_of(answer.content)


def test_revoked_and_nameless_ones_are_left_out(hai_an, school, teacher):
    revoke(certified(hai_an, "Bùi Văn An", unit=school))
    gone = certified(hai_an, "Lê Văn Bình", unit=school)
    Certificate.objects.filter(pk=gone.pk).update(name_sealed=None)
    assert "Chưa có giấy nào để in" in teacher.get("/giay-da-cap/in/").content.decode()
    answer = teacher.post("/giay-da-cap/in/", {})
    assert answer.status_code == 422
    assert "Không có giấy nào để in" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="printed certificates").exists()


def test_one_paper_that_cannot_be_made_holds_up_no_other(hai_an, school, teacher):
    an, binh, cuc, yen = (
        certified(hai_an, name, unit=school) for name in ("Bùi Văn An", "Lê Văn Bình", "Trần Thị Cúc", "Vũ Thị Yến")
    )
    Certificate.objects.filter(pk=binh.pk).update(name_sealed=an.name_sealed)  # a seal opens in its own place only
    Certificate.objects.filter(pk=cuc.pk).update(token=cuc.token[:-4] + "AAAA")
    answer = teacher.post("/giay-da-cap/in/", {})
    assert answer["Content-Type"] == "application/pdf" and "2-ban" in answer["Content-Disposition"]
    with pdfplumber.open(BytesIO(answer.content)) as document:
        said = [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in document.pages]
    assert len(said) == 3 and "Bùi Văn An" in said[0] and "Vũ Thị Yến" in said[1]
    assert f"Giấy {codes.shown(binh.code)} chưa in được vì họ tên lưu kèm không mở được" in said[2]
    assert f"Giấy {codes.shown(cuc.code)} chưa in được vì chữ ký số không khớp" in said[2]
    assert "đã xóa" not in said[2] and codes.shown(an.code) not in said[2]
    assert AuditEntry.objects.latest("pk").details["count"] == 2
    assert "Còn 2 giấy chưa in được, trang cuối của tệp" in teacher.get("/giay-da-cap/in/").content.decode()
    for one in (an, yen):
        Certificate.objects.filter(pk=one.pk).update(token="")
    refused = teacher.post("/giay-da-cap/in/", {})
    assert refused.status_code == 422
    assert all(codes.shown(one.code) in refused.content.decode() for one in (an, binh, cuc, yen))


def test_more_than_a_file_holds_is_refused_in_a_sentence(hai_an, school, teacher, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 1)
    certified(hai_an, "Bùi Văn An", unit=school)
    certified(hai_an, "Lê Văn Bình", unit=school)
    assert "Mỗi lần in được nhiều nhất" in teacher.get("/giay-da-cap/in/").content.decode()
    answer = teacher.post("/giay-da-cap/in/", {})
    assert answer.status_code == 422
    assert "Có 2 giấy, mỗi lần in được nhiều nhất 1" in answer.content.decode()


def test_who_may_not_print_does_not(hai_an, school):
    head = browser(make_account("ong-ba", Role.UNIT_HEAD, ward=hai_an, unit=school))
    assert head.get("/giay-da-cap/in/").status_code == 403
    assert head.post("/giay-da-cap/in/", {}).status_code == 403


def test_the_page_asks_as_often_for_many_as_for_few(hai_an, school, teacher, django_assert_max_num_queries):
    for number in range(6):
        certified(hai_an, f"Bùi Văn {number}", unit=school, group=f"{number}A")
    with django_assert_max_num_queries(16):
        teacher.get("/giay-da-cap/in/")
