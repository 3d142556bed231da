"""The bank as a spreadsheet: out and back changes nothing, changes are reviewed, nothing in a file is ever run."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hocvu.assessment.models import Question, QuestionVersion
from hocvu.assessment.questions import bank, sheets
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.sheets import Told
from hocvu.assessment.tests.cast_bank import CONTENTS, make_framework, make_question
from hocvu.learning.groups import GROUPS
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs",))
WORDS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=24),
    st.sampled_from(["=1+1", "+84 912", "-5", "@x", "'x", "1.5", "007", "_x0041_", "a | b", "1: x", "#N/A", "true", "Có; không", "ế", "e\u0302\u0301"]),
)  # fmt: skip
ID = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)
FILE = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
PICTURE = st.fixed_dictionaries({"name": FILE, "alt": st.one_of(st.just(""), WORDS)})
ABOUT: dict[str, Any] = {"ask": st.lists(WORDS, min_size=1, max_size=3).map("\n".join), "why": WORDS}
FILES: dict[str, Any] = {"picture": PICTURE, "audio": FILE}


def several(least: int, most: int, **each: Any) -> Any:
    return st.lists(st.fixed_dictionaries(each, optional={"id": ID}), min_size=least, max_size=most)


def choices(kind: str) -> Any:
    one = st.fixed_dictionaries({"text": WORDS, "right": st.booleans()}, optional={"id": ID, **FILES})
    return st.fixed_dictionaries({**ABOUT, "choices": st.lists(one, min_size=2, max_size=6)}, optional=FILES)


@st.composite
def phones(draw: Any) -> dict[str, Any]:
    """Screens in a row, each with ways on and out."""
    names = draw(st.lists(ID, min_size=3, max_size=6, unique=True))
    ends, screens = names[:2], names[2:]
    drawn = {}
    for number, name in enumerate(screens):
        on = screens[number + 1] if number + 1 < len(screens) else ends[0]
        fields = draw(st.lists(ID, max_size=2, unique=True))
        labels = draw(st.lists(WORDS, min_size=len(fields), max_size=len(fields)))
        go = {"id": "di", "text": "Đi", "to": on}
        if fields:
            go["when"] = {fields[0]: draw(st.lists(WORDS, min_size=1, max_size=3))}
            go["else"] = draw(st.sampled_from([name, ends[1]]))
        drawn[name] = {
            "app": draw(WORDS),
            "title": draw(WORDS),
            "lines": draw(st.lists(st.lists(WORDS, min_size=1, max_size=2).map("\n".join), max_size=3)),
            "fields": [
                {"id": one, "label": label, "holds": draw(st.sampled_from(["text", "number"]))}
                for one, label in zip(fields, labels, strict=True)
            ],
            "buttons": [go, {"id": "thoi", "text": "Thôi", "to": ends[1]}],
        }
    content = {
        **{name: draw(value) for name, value in ABOUT.items()},
        "start": screens[0],
        "screens": drawn,
        "ends": {ends[0]: {"right": True, "words": draw(WORDS)}, ends[1]: {"right": False, "words": draw(WORDS)}},
    }
    return content | ({"most": draw(st.integers(8, 100))} if draw(st.booleans()) else {})


RAW: dict[str, Any] = {
    "single": choices("single"),
    "multiple": choices("multiple"),
    "true_false": st.fixed_dictionaries({**ABOUT, "right": st.booleans()}, optional=FILES),
    "order": st.fixed_dictionaries({**ABOUT, "steps": several(3, 6, text=WORDS)}, optional=FILES),
    "match": st.fixed_dictionaries(
        {**ABOUT, "pairs": several(2, 5, left=WORDS, right=WORDS)},
        optional={**FILES, "others": st.lists(WORDS, max_size=3)},
    ),
    "fill": st.fixed_dictionaries(
        {**ABOUT, "answers": st.lists(WORDS, min_size=1, max_size=5)},
        optional={**FILES, "hint": WORDS, "forgive": st.fixed_dictionaries({"tones": st.booleans(), "typos": st.booleans()})},
    ),
    "screens": phones(),
}  # fmt: skip


def told(kind: str, content: dict[str, Any], code: str = "cau-1", **said: Any) -> Told:
    about = {
        "competence": "hocvu/4.2",
        "level": "B2",
        "groups": ["elderly", "pupils"],
        "difficulty": -0.25,
        "number": 3,
    }
    return Told(code, kind, content=content, **{**about, **said})


@pytest.mark.parametrize("kind", list(RAW))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_what_goes_out_comes_back_the_same(kind, data):
    """Whatever question of whatever kind is sound."""
    raw = data.draw(RAW[kind])
    if kind in ("single", "multiple"):
        for number, choice in enumerate(raw["choices"]):
            choice["right"] = number == 0 if kind == "single" else number < max(2, len(raw["choices"]) - 1)
    cleaned = clean(kind, raw)
    assume(not cleaned.faults)
    groups = data.draw(st.lists(st.sampled_from(list(GROUPS)), unique=True))
    difficulty = data.draw(st.floats(-4, 4).map(lambda value: round(value, 4)))
    sent = told(kind, cleaned.content, groups=groups, difficulty=difficulty)
    lines, faults = sheets.read(sheets.write([sent]), "bank.xlsx")
    assert faults == [] and [line.faults for line in lines] == [[]]
    assert lines[0].told == sent


def test_a_person_can_read_it_in_excel():
    book = openpyxl.load_workbook(
        io.BytesIO(sheets.write([told(kind, one, kind.replace("_", "-")) for kind, one in CONTENTS.items()]))
    )
    assert book.sheetnames == ["Câu hỏi", "Màn hình"]
    rows = list(book["Câu hỏi"].iter_rows(values_only=True))
    single = dict(zip(rows[0], rows[1], strict=True))
    assert (single["Loại"], single["Ý 2"], single["Đáp án đúng"]) == ("Chọn một", "Tắt máy", "2")
    assert single["Nhóm"] == "người cao tuổi; học sinh, sinh viên"
    match = dict(zip(rows[0], rows[5], strict=True))
    assert (match["Ý 1"], match["Đáp án đúng"], match["Phương án thừa"]) == ("113", "Công an\nCấp cứu", "Bưu điện")
    assert book["Câu hỏi"].freeze_panes == "A2"


def test_a_cell_that_looks_like_a_formula_is_text():
    content = {**CONTENTS["fill"], "ask": '=HYPERLINK("http://x")', "answers": ["=1+1"]}
    book = openpyxl.load_workbook(io.BytesIO(sheets.write([told("fill", clean("fill", content).content)])))
    assert [cell.data_type for cell in book["Câu hỏi"][2] if cell.value and str(cell.value).startswith("=")] == [
        "s",
        "s",
    ]


def changed(cells: dict[str, Any], kind: str = "single", sheet: str = "Câu hỏi", row: int = 2) -> list[str]:
    """The faults of a book in which somebody changed a few cells by hand."""
    book = openpyxl.load_workbook(io.BytesIO(sheets.write([told(kind, CONTENTS[kind])])))
    page = book[sheet]
    headings = [cell.value for cell in page[1]]
    for heading, value in cells.items():
        page.cell(row=row, column=headings.index(heading) + 1).value = value
    kept = io.BytesIO()
    book.save(kept)
    lines, faults = sheets.read(kept.getvalue(), "bank.xlsx")
    return [str(fault) for fault in [*faults, *(one for line in lines for one in line.faults)]]


@pytest.mark.parametrize(
    ("kind", "cells", "words"),
    [
        ("single", {"Đáp án đúng": "1, 2"}, "dòng 2, cột “Đáp án đúng”: Phải có đúng một phương án đúng, hiện có 2"),
        ("single", {"Đáp án đúng": "5"}, "cột “Đáp án đúng”: Không có ý số 5"),
        ("single", {"Ý 2": "Đọc mã cho họ"}, "cột “Ý 2”: Phương án này trùng"),
        ("single", {"Vì sao": None}, "cột “Vì sao”: Thiếu"),
        ("single", {"Loại": "Trắc nghiệm"}, "cột “Loại”: Loại câu là một trong"),
        ("single", {"Mã": "Mã Đẹp"}, "cột “Mã”: Mã gồm"),
        ("single", {"Nhóm": "mèo"}, "cột “Nhóm”: Không có nhóm “mèo”"),
        ("single", {"Độ khó": "khó"}, "cột “Độ khó”: Độ khó là số"),
        ("single", {"Gợi ý": "x"}, "cột “Gợi ý”: Loại “Chọn một” không dùng cột này"),
        ("single", {"Hình các ý": "hình đẹp"}, "cột “Hình các ý”: Mỗi dòng ghi số của ý"),
        ("true_false", {"Đáp án đúng": "có lẽ"}, "cột “Đáp án đúng”"),
        ("match", {"Đáp án đúng": "Công an"}, "Có 2 ý nhưng 1 vế phải"),
        ("fill", {"Bỏ qua gõ nhầm": "thỉnh thoảng"}, "cột “Bỏ qua gõ nhầm”: Ghi Có hoặc Không"),
    ],
)
def test_what_is_wrong_is_said_with_its_row_and_column(kind, cells, words):
    assert any(words in fault for fault in changed(cells, kind)), changed(cells, kind)


@pytest.mark.parametrize(
    ("row", "cells", "words"),
    [
        (5, {"Đến": "khong-co"}, "Trang “Màn hình”, dòng 5, cột “Chữ”: Không có màn hình hay kết cục “khong-co”"),
        (5, {"Là gì": "phím"}, "dòng 5, cột “Là gì”: Ghi một trong"),
        (2, {"Ứng dụng": None}, "dòng 2, cột “Ứng dụng”: Thiếu"),
        (2, {"Mã câu": "khac"}, "không có câu nào mang mã “khac”"),
    ],
)
def test_a_fault_of_a_phone_has_the_row_of_its_part(row, cells, words):
    found = changed(cells, "screens", "Màn hình", row)
    assert any(words in fault for fault in found), found


def test_numbers_that_excel_made_of_text_are_read_as_they_were_meant():
    assert changed({"Đáp án đúng": 2}) == []
    assert changed({"Đáp án đúng": 114}, "fill") == []
    assert changed({"Đáp án đúng": 1.2}, "multiple") == []  # "1,2" typed in a Vietnamese Excel


def test_a_missing_column_or_another_file_is_a_sentence():
    book = openpyxl.load_workbook(io.BytesIO(sheets.write([told("single", CONTENTS["single"])])))
    book["Câu hỏi"]["C1"] = "Khác"
    kept = io.BytesIO()
    book.save(kept)
    lines, faults = sheets.read(kept.getvalue(), "x.xlsx")
    assert lines == [] and "Thiếu cột “Loại”" in str(faults[0])
    for content, name in ((b"", "x.xlsx"), (b"PK\x03\x04xxxx", "x.xlsx"), (b"a,b", "x.csv")):
        with pytest.raises(sheets.Refused):
            sheets.read(content, name)


# ---- Through the page


@pytest.fixture
def ward(db: Any) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def mai(ward: Ward, client: Any) -> Account:
    account = make_account("mai", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Phòng Kinh tế"))
    client.force_login(account)
    return account


def exported(client: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(client.get("/cau-hoi/tai-ve/").content))


def handed_in(client: Any, book: Any) -> Any:
    kept = io.BytesIO()
    book.save(kept)
    return client.post("/cau-hoi/nap-tu-excel/", {"file": SimpleUploadedFile("bank.xlsx", kept.getvalue())})


def put(book: Any, code: str, **cells: Any) -> None:
    page = book["Câu hỏi"]
    headings = [cell.value for cell in page[1]]
    row = next((n for n in range(2, page.max_row + 1) if page.cell(n, 1).value == code), page.max_row + 1)
    page.cell(row, 1).value = code
    for heading, value in cells.items():
        page.cell(row, headings.index(heading.replace("_", " ")) + 1).value = value


def signed(answer: Any) -> str:
    return re.search('name="cau" value="([^"]*)"', answer.content.decode())[1]


@pytest.fixture
def filled(ward: Ward) -> None:
    for kind, content in CONTENTS.items():
        make_question(ward, kind.replace("_", "-"), kind, content=clean(kind, content).content)
    bank.retire(Question.objects.get(code="order"), why="Cũ.", by=make_account("ai-do"))


def test_the_bank_as_it_is_changes_nothing(client, ward, mai, filled):
    """Saved again by another program, too."""
    answer = handed_in(client, exported(client))
    assert answer.status_code == 200 and "không có gì để nạp" in answer.content.decode()
    assert "Như cũ</dt><dd>7" in answer.content.decode()


def test_changes_are_shown_then_sent_for_review(client, ward, mai, filled):
    thu = make_account("thu", Role.LEADER, ward=ward)
    book = exported(client)
    put(book, "fill", Câu_hỏi="Gọi cứu hỏa bấm số mấy?", Độ_khó=2)
    put(book, "moi", Loại="Chọn một", Năng_lực="hocvu/4.1", Bậc="B1", Câu_hỏi="Mới?", Ý_1="Có", Ý_2="Không", Đáp_án_đúng=2, Vì_sao="Vì.", Độ_khó=-1)  # fmt: skip
    answer = handed_in(client, book)
    page = answer.content.decode()
    assert answer.status_code == 200 and "<ins>" in page and "Câu mới" in page and "không đổi qua tệp" in page
    assert not QuestionVersion.objects.filter(origin="sheet").exists()
    assert client.post("/cau-hoi/nap-tu-excel/xac-nhan/", {"cau": signed(answer)}).status_code == 302
    sent = {one.question.code: one for one in QuestionVersion.objects.filter(origin="sheet")}
    assert set(sent) == {"fill", "moi"} and {one.state for one in sent.values()} == {"review"}
    assert sent["fill"].content["ask"] == "Gọi cứu hỏa bấm số mấy?" and sent["fill"].writers == [mai.pk]
    assert sent["moi"].question.difficulty == -1 and sent["moi"].question.current is None
    fill = Question.objects.get(code="fill")
    assert fill.current.content == CONTENTS["fill"] and fill.difficulty == 0
    assert Notice.objects.filter(account=thu).count() == 1
    bank.approve(sent["moi"], revision=0, by=thu)
    again = client.post("/cau-hoi/nap-tu-excel/xac-nhan/", {"cau": signed(answer)}, follow=True).content.decode()
    assert "vừa có người sửa" in again and QuestionVersion.objects.filter(origin="sheet").count() == 2


@pytest.mark.parametrize(
    ("code", "cells", "words"),
    [
        ("fill", {"Năng_lực": "hocvu/9.9"}, "dòng 2, cột “Năng lực”: Không có năng lực"),
        ("fill", {"Bậc": "B9"}, "cột “Bậc”: Không có bậc"),
        ("single", {"Hình": "khong-co.svg"}, "cột “Hình”: Chưa có tệp “khong-co.svg”"),
        ("single", {"Câu_hỏi": "Đổi?", "Bản_(không_sửa)": 7}, "Tệp ghi bản 7, ngân hàng nay có bản 1"),
        ("single", {"Vì_sao": ""}, "cột “Vì sao”: Thiếu"),
        ("single", {"Đáp_án_đúng": "1" * 5000}, "cột “Đáp án đúng”: Không có ý số 111111111."),
        ("single", {"Hình_các_ý": f"{'1' * 5000}: may.svg"}, "cột “Hình các ý”: Mỗi dòng ghi số của ý"),
    ],
)
def test_a_file_with_a_fault_changes_nothing(client, ward, mai, filled, code, cells, words):
    book = exported(client)
    put(book, code, **cells)
    answer = handed_in(client, book)
    assert answer.status_code == 422 and words in html.unescape(answer.content.decode())
    assert 'name="cau"' not in answer.content.decode()


def test_a_question_under_way_waits_for_its_version(client, ward, mai, filled):
    book = exported(client)
    bank.new_version(Question.objects.get(code="single"), by=mai)
    put(book, "single", Câu_hỏi="Đổi?")
    assert "đang có một bản chờ soạn" in handed_in(client, book).content.decode()


def test_what_waits_in_the_page_cannot_be_made_up(client, ward, mai):
    for sent in ("", "x:y:z"):
        page = client.post("/cau-hoi/nap-tu-excel/xac-nhan/", {"cau": sent}, follow=True).content.decode()
        assert "không nguyên vẹn" in page


def test_another_file_is_refused_in_a_sentence(client, ward, mai):
    for name, content in (("x.csv", b"a,b"), ("x.xlsx", b"PK\x03\x04"), ("x.xlsx", b"")):
        answer = client.post("/cau-hoi/nap-tu-excel/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422


def test_who_took_the_keys_of_all_questions_stands_in_the_trail(client, db):
    """A school watches the tests of its own pupils; it does not read the keys."""
    ward = make_ward()
    make_question(ward, "mot")
    school = make_account("mai", Role.SCHOOL, ward=ward, unit=make_unit(ward, "Trường THCS", "school"))
    client.force_login(school)
    for page in ("bank", "export_questions"):
        assert client.get(reverse(f"assessment:{page}")).status_code == 403
    client.force_login(make_account("hoa", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa")))
    assert client.get(reverse("assessment:export_questions")).status_code == 200
    assert AuditEntry.objects.get(action="took the bank of questions away").details == {"questions": 1}
