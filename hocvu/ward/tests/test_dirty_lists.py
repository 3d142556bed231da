"""Lists as wards keep them, each with its own kind of dirt; the truth of every row is known."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from unicodedata import normalize

import openpyxl
import pytest
import xlsxwriter
from django.core.management import call_command

from hocvu.ward import neighbourhoods
from hocvu.ward.models import Household, Person, Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db
HEADING = ["STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP"]


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 12), by=None)
    return ward


def row(name: str = "Nguyễn Thị Lan", **other: Any) -> list[Any]:
    said = {"home": "H01", "birth": "05/03/1958", "sex": "Nữ", "number": "", "phone": "", "place": "TDP 5", **other}
    return [1, said["home"], name, said["birth"], said["sex"], said["number"], said["phone"], said["place"]]


def book(path: Path, *rows: list[Any], heading: list[Any] | None = None) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as made:
        sheet = made.add_worksheet("Nhân khẩu")
        for at, cells in enumerate([heading or HEADING, *rows]):
            sheet.write_row(at, 0, cells)
    return path


def told(path: Path, *words: str) -> dict[int, tuple[str, list[str]]]:
    return {one["row"]: (one["verdict"], one["kinds"]) for one in answer(path, *words)["verdicts"]}


def answer(path: Path, *words: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("import_people", str(path), "--ward", "hai-an", "--json", *words, stdout=said)
    found: dict[str, Any] = json.loads(said.getvalue())
    return found


CELLS: list[tuple[dict[str, Any], str, set[str]]] = [
    ({"birth": "05.03.1958"}, "accept", set()),
    ({"birth": "5-3-1958"}, "accept", set()),
    ({"birth": "1958-03-05"}, "accept", set()),
    ({"birth": "1958-03-05 00:00:00"}, "accept", set()),
    ({"birth": 21249.0}, "accept", set()),
    ({"birth": "21249"}, "accept", set()),
    ({"birth": 1958}, "warn", {"year_only"}),
    ({"birth": "1958"}, "warn", {"year_only"}),
    ({"birth": "--/--/1958"}, "warn", {"year_only"}),
    ({"birth": "../../1958"}, "warn", {"year_only"}),
    ({"birth": "00/00/1958"}, "warn", {"year_only"}),
    ({"birth": "3/1958"}, "warn", {"year_only"}),
    ({"birth": "01/8/58"}, "reject", {"bad_date"}),
    ({"birth": "30/02/1958"}, "reject", {"bad_date"}),
    ({"birth": "13/25/1958"}, "reject", {"bad_date"}),
    ({"birth": "05/03/2158"}, "reject", {"bad_date"}),
    ({"birth": "năm ngoái"}, "reject", {"bad_date"}),
    ({"birth": "ngày 5 tháng 3 năm 1958"}, "accept", set()),
    ({"number": "031 158 000 123"}, "accept", set()),
    ({"number": "031.158.000.123"}, "accept", set()),
    ({"number": "'031158000123"}, "accept", set()),
    ({"number": 31158000123}, "warn", {"id_padded"}),
    ({"number": "31158000123"}, "warn", {"id_padded"}),
    ({"number": "031234567"}, "warn", {"id_old_9"}),
    ({"number": 31234567}, "warn", {"id_old_9"}),
    ({"number": 131234567}, "warn", {"id_old_9"}),
    ({"number": "03115800012"}, "reject", {"id_bad"}),
    ({"number": "0311580001234"}, "reject", {"id_bad"}),
    ({"number": "03115800O123"}, "reject", {"id_bad"}),
    ({"number": "chưa có"}, "accept", set()),
    ({"number": "không"}, "accept", set()),
    ({"number": "-"}, "accept", set()),
    ({"number": "•••••••••123"}, "accept", set()),
    ({"number": "031058000123"}, "warn", {"id_mismatch"}),
    ({"number": "031159000123"}, "warn", {"id_mismatch"}),
    ({"number": "031358000123"}, "warn", {"id_mismatch"}),
    ({"phone": 912345678}, "warn", {"phone_padded"}),
    ({"phone": "0912.345.678"}, "accept", set()),
    ({"phone": "+84 912 345 678"}, "accept", set()),
    ({"phone": "84912345678"}, "accept", set()),
    ({"phone": "0912345678 / 0987654321"}, "accept", set()),
    ({"phone": "12345"}, "warn", {"phone_bad"}),
    ({"phone": "không có"}, "warn", {"phone_bad"}),
    ({"phone": "x"}, "warn", {"phone_bad"}),
    ({"sex": "nu"}, "accept", set()),
    ({"sex": "NỮ"}, "accept", set()),
    ({"sex": "F"}, "accept", set()),
    ({"sex": "Gái"}, "accept", set()),
    ({"sex": normalize("NFD", "Nữ")}, "accept", set()),
    ({"sex": 0}, "warn", {"sex_unknown"}),
    ({"sex": ""}, "warn", {"sex_unknown"}),
    ({"sex": "?"}, "warn", {"sex_unknown"}),
    ({"place": "Tổ 5"}, "accept", set()),
    ({"place": "Tổ dân phố số 05"}, "accept", set()),
    ({"place": "TỔ DÂN PHỐ SỐ 5"}, "accept", set()),
    ({"place": "TDP số 5"}, "accept", set()),
    ({"place": "TDP5"}, "accept", set()),
    ({"place": "T5"}, "accept", set()),
    ({"place": "TDP-5"}, "accept", set()),
    ({"place": "Tổ DP 5"}, "accept", set()),
    ({"place": "Tổ dân phố 5, phường Hải An"}, "accept", set()),
    ({"place": normalize("NFD", "Tổ dân phố số 5")}, "accept", set()),
    ({"place": 5}, "accept", set()),
    ({"place": "Tổ 99"}, "reject", {"unknown_neighbourhood"}),
    ({"place": ""}, "warn", {"missing_neighbourhood"}),
    ({"name": ""}, "reject", {"missing_name"}),
    ({"name": "12345"}, "reject", {"missing_name"}),
    ({"name": normalize("NFD", "Nguyễn Thị Lan")}, "accept", set()),
    ({"name": "=HYPERLINK(1)"}, "warn", {"formula_text"}),
    ({"name": "@Lan"}, "warn", {"formula_text"}),
    ({"name": "Tống Thị Công"}, "accept", set()),
    ({"name": "Cộng Văn Tổng"}, "accept", set()),
    ({"name": "Nam"}, "accept", set()),
    ({"home": ""}, "reject", {"missing_household"}),
]


@pytest.mark.parametrize(("cells", "verdict", "kinds"), CELLS, ids=[str(cells) for cells, *_ in CELLS])
def test_it_knows_each_dirty_cell(ward, tmp_path, cells, verdict, kinds):
    clean = [row(f"Người {letter}", home=f"H{letter}") for letter in "ABCDE"]
    found = told(book(tmp_path / "a.xlsx", *clean, row(**cells)), "--dry-run")
    assert (found[7][0], set(found[7][1])) == (verdict, kinds)
    assert all(found[at] == ("accept", []) for at in range(2, 7))


NOBODY = [
    ["", "", "Tổng cộng: 3 người"],
    ["Tổng cộng", "", "", "", "", "", "3 người"],
    ["", "Cộng", 3],
    ["Tổng số nhân khẩu: 3"],
    ["", "", "", "", "", "Hải An, ngày 5 tháng 3 năm 2026"],
    ["", "", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
    ["", "", "", "", "", "Người lập biểu"],
    ["", "", "", "", "", "(Ký, ghi rõ họ tên)"],
    ["", "", "", "", "", "KT. CHỦ TỊCH"],
    ["", "", "", "", "", "PHÓ CHỦ TỊCH"],
    ["Ghi chú: danh sách này chưa có người tạm trú"],
    HEADING,
]


@pytest.mark.parametrize("cells", NOBODY, ids=[str(cells) for cells in NOBODY])
def test_a_row_below_the_people_that_is_nobody_is_skipped(ward, tmp_path, cells):
    found = told(book(tmp_path / "a.xlsx", row(), [], cells), "--dry-run")
    assert found[2] == ("accept", [])
    assert found[4][0] == "skip"
    assert 3 not in found


def test_the_sums_agree_with_the_verdicts(ward, tmp_path):
    rows = [row(**{**cells, "home": cells.get("home", f"H{at}")}) for at, (cells, *_) in enumerate(CELLS)]
    found = answer(book(tmp_path / "a.xlsx", *rows, row(home="H1"), *NOBODY), "--dry-run")
    of = [one["verdict"] for one in found["verdicts"]]
    assert found["rows"] == len(of)
    assert found["accepted"] == of.count("accept") + of.count("warn")
    assert found["duplicates"] == {"merged": of.count("merge"), "flagged": of.count("flag")}
    said = [kind for one in found["verdicts"] if one["verdict"] != "skip" for kind in one["kinds"]]
    assert sum(found["warned"].values()) + sum(found["rejected"].values()) == len(said)
    assert set(found) == {"rows", "accepted", "warned", "rejected", "duplicates", "verdicts"}


@pytest.mark.parametrize(
    ("heads", "man", "woman"),
    [
        (["Giới tính nam", "Giới tính nữ"], ["x", ""], ["", "x"]),
        (["Nam", "Nữ"], [1, ""], ["", 1]),
        (["Nam", "Nữ"], [1, 0], [0, 1]),
        (["Nam", "Nữ"], ["X", None], [None, "X"]),
    ],
)
def test_the_sex_in_two_ticked_columns(ward, tmp_path, heads, man, woman):
    heading = ["Mã hộ", "Họ và tên", "Ngày sinh", *heads]
    path = book(tmp_path / "a.xlsx", ["H1", "Trần Văn An", "05/03/1958", *man],
                ["H2", "Trần Thị Bé", "06/03/1958", *woman], heading=heading)  # fmt: skip
    assert all(found == ("accept", []) for found in told(path).values())
    assert dict(Person.objects.values_list("full_name", "sex")) == {"Trần Văn An": "male", "Trần Thị Bé": "female"}


def test_a_household_in_merged_cells_holds_for_its_members(ward, tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(HEADING)
    for name, home in (("An", "H1"), ("Bình", None), ("Chi", None), ("Dũng", "H2"), ("Em", None)):
        sheet.append(row(f"Trần Văn {name}", home=home, sex="Nam"))
    sheet.merge_cells("B2:B4")
    sheet.merge_cells("B5:B6")
    made.save(tmp_path / "a.xlsx")
    assert all(verdict == "accept" for verdict, _ in told(tmp_path / "a.xlsx").values())
    assert {home.code: home.people.count() for home in Household.objects.all()} == {"H1": 3, "H2": 2}


def test_hidden_rows_and_columns_other_sheets_and_formulas_with_a_value(ward, tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("Bìa").write(0, 0, "DANH SÁCH")
        sheet = made.add_worksheet("Nhân khẩu")
        sheet.write(0, 0, "ỦY BAN NHÂN DÂN PHƯỜNG HẢI AN")
        sheet.write(1, 0, "Danh sách nhân khẩu tổ dân phố số 5")
        sheet.write_row(4, 0, HEADING)
        sheet.write_row(5, 0, row("Trần Thị An"))
        sheet.write_formula(5, 2, '="Trần"&" Thị An"', None, "Trần Thị An")
        sheet.write_row(6, 0, row("Trần Thị Bé", birth="06/03/1958"))
        sheet.set_row(6, None, None, {"hidden": True})
        sheet.set_column("F:F", None, None, {"hidden": True})
        other = made.add_worksheet("Sheet3")
        other.write_row(0, 0, ["Họ và tên", "Chức vụ"])
        other.write_row(1, 0, ["Lê Văn Tổ", "Tổ trưởng"])
    found = told(path)
    assert found == {6: ("accept", []), 7: ("accept", [])}
    assert set(Person.objects.values_list("full_name", flat=True)) == {"Trần Thị An", "Trần Thị Bé"}


def test_a_formula_that_was_never_counted_is_a_missing_value(ward, tmp_path):
    made = openpyxl.Workbook()
    made.active.append(HEADING)
    made.active.append(row("=A1&B1"))
    made.save(tmp_path / "a.xlsx")
    assert told(tmp_path / "a.xlsx", "--dry-run") == {2: ("reject", ["missing_name"])}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_in_each_shape(ward, tmp_path, encoding, separator):
    lines = [
        HEADING,
        row("Trần Thị Ánh", number="031158000123"),
        [""] * 8,
        ["", "", "Tổng cộng: 1 người", "", "", "", "", ""],
    ]
    text = "\r\n".join(separator.join(str(cell) for cell in line) for line in lines)
    path = tmp_path / "a.csv"
    path.write_bytes(_as_1258(text) if encoding == "cp1258" else text.encode(encoding))
    found = told(path)
    assert found == {2: ("accept", []), 4: ("skip", ["total_row"])}
    assert Person.objects.get().full_name == "Trần Thị Ánh"


def _as_1258(text: str) -> bytes:
    """As old Windows saves Vietnamese: the letter, then its tone as a mark of its own."""
    kept = []
    for letter in normalize("NFC", text):
        try:
            kept.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            base, *marks = normalize("NFD", letter)
            tone = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            shape = normalize("NFC", base + "".join(mark for mark in marks if mark not in tone))
            kept.append((shape + "".join(tone)).encode("cp1258"))
    return b"".join(kept)


def test_an_ods_with_repeated_cells_and_rows(ward, tmp_path):
    def cells(values: list[Any]) -> str:
        return "".join(f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
                       if v != "" else '<table:table-cell/>' for v in values)  # fmt: skip

    rows = "".join(f"<table:table-row>{cells(values)}</table:table-row>" for values in (HEADING, row("Trần Thị An")))
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="8"/></table:table-row>'
    last = f"<table:table-row>{cells(row('Trần Thị Bé', birth='06/03/1958'))}</table:table-row>"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Nhân khẩu">{rows}{blank}{last}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2" '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", content)
    assert told(path) == {2: ("accept", []), 6: ("accept", [])}
