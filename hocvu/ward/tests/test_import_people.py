"""A ward's own list, with all its faults, becomes people of the register, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from hocvu.lib.text import nfc
from hocvu.ward import audit, neighbourhoods, register
from hocvu.ward.importing import applying
from hocvu.ward.models import AuditEntry, Household, PeopleBatch, Person, Residence, Ward
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
HEADING = ["STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP", "Quan hệ với chủ hộ"]
LAN = [1, "H01", "NGUYỄN THỊ LAN", "05/03/1958", "Nữ", "031158000123", "0912345678", "TDP 1", "Chủ hộ"]
Write = Callable[..., Path]


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 3), by=None)
    return ward


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A sheet with a title, a heading at row 4 and rows from row 5."""

    def make(*rows: list[Any], heading: list[str] = HEADING, name: str = "danh-sach.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            book.add_worksheet("Hướng dẫn").write(0, 0, "Điền vào trang sau")
            sheet = book.add_worksheet("Nhân khẩu")
            sheet.write(0, 0, "DANH SÁCH NHÂN KHẨU")
            sheet.write_row(3, 0, heading)
            for at, row in enumerate(rows, start=4):
                sheet.write_row(at, 0, row)
        return path

    return make


def judged(path: Path, *words: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("import_people", str(path), "--ward", "hai-an", "--json", *words, stdout=said)
    answer: dict[str, Any] = json.loads(said.getvalue())
    return answer


def verdicts(answer: dict[str, Any]) -> dict[int, tuple[str, list[str]]]:
    return {row["row"]: (row["verdict"], row["kinds"]) for row in answer["verdicts"]}


def test_a_dry_run_tells_each_row_and_writes_nothing(ward, write):
    path = write(
        LAN,
        [2, "", "Trần Văn Bình", 21244.0, "nam", 31058000456.0, 987654321.0, "Tổ 1", "Chồng"],
        [3, "", "Trần Văn Cường", "31/02/1990", "Nam", "", "", "1", "Con"],
        [4, "", "Trần Thị Dung", 1992.0, "", "123456789", "abc", "Tổ dân phố số 01", "Con"],
        [5, "H02", "", "01/01/2000", "Nam", "", "", "TDP 2", "Chủ hộ"],
        [6, "H03", "Lê Văn Em", "01/01/2000", "Nam", "031100000777", "", "TDP 9", "Chủ hộ"],
        ["", "", "Tổng cộng: 6 người"],
        [],
        ["", "", "", "", "", "Hải An, ngày 05 tháng 11 năm 2026"],
    )
    answer = judged(path, "--dry-run")
    assert verdicts(answer) == {
        5: ("accept", []),
        6: ("warn", ["id_padded", "phone_padded"]),
        7: ("reject", ["bad_date"]),
        8: ("warn", ["year_only", "id_old_9", "phone_bad", "sex_unknown"]),
        9: ("reject", ["missing_name"]),
        10: ("reject", ["unknown_neighbourhood", "id_mismatch"]),
        11: ("skip", ["total_row"]),
        13: ("skip", ["total_row"]),
    }
    assert (answer["rows"], answer["accepted"]) == (8, 3)
    assert answer["rejected"] == {"bad_date": 1, "missing_name": 1, "unknown_neighbourhood": 1}
    assert not Person.objects.exists()
    assert not PeopleBatch.objects.exists()


def test_it_takes_people_in_with_household_head_and_residence(ward, write):
    judged(write(LAN, [2, "", "Trần Văn Bình", "01/06/2008", "Nam", "", "", "Tổ 1", "Cháu"]))
    lan, binh = Person.objects.get(full_name="Nguyễn Thị Lan"), Person.objects.get(full_name="Trần Văn Bình")
    home = Household.objects.get()
    assert (home.code, home.head, home.neighbourhood.number) == ("H01", lan, 1)
    assert binh.household == home
    assert (register.masked_number(lan), register.masked_phone(lan)) == ("•••••••••123", "•••••••678")
    assert register.masked_number(binh) == ""
    day = date(2026, 11, 26)
    assert list(Person.objects.of(ward).residents_on(day).aged_on(day, 18)) == [lan, binh]
    assert list(Person.objects.of(ward).residents_on(day).aged_on(date(2026, 5, 31), 18)) == [lan]
    assert Residence.objects.filter(neighbourhood__number=1).count() == 2


def test_the_same_list_again_changes_nothing_and_fills_what_was_blank(ward, write):
    judged(write([1, "H01", "Nguyễn Thị Lan", 1958.0, "", "031158000123", "", "TDP 1", "Chủ hộ"]))
    assert verdicts(judged(write(LAN)))[5] == ("merge", ["duplicate_existing"])
    lan = Person.objects.get()
    assert (lan.born_on, lan.only_year, lan.sex) == (date(1958, 3, 5), False, "female")
    assert register.masked_phone(lan) == "•••••••678"
    batch = PeopleBatch.objects.first()
    assert applying.undo(batch, by=None) == 0
    lan.refresh_from_db()
    assert (lan.born_on, lan.only_year, lan.sex, lan.phone_sealed) == (date(1958, 1, 1), True, "", None)


def test_it_knows_a_person_met_twice_and_holds_what_it_cannot_tell(ward, write):
    answer = judged(
        write(
            LAN,
            [2, "H01", "Nguyen Thi Lan", "05/03/1958", "Nữ", "031 158 000 123", "", "TDP 1", ""],
            [3, "H02", "Phạm Văn Giang", "01/01/1970", "Nam", "031158000123", "", "TDP 2", ""],
            [4, "H03", "Đỗ Hà", "07/07/1977", "Nam", "", "", "TDP 2", ""],
            [5, "H03", "Đỗ Hà", "07/07/1977", "Nam", "031077000001", "", "TDP 2", ""],
            [6, "H03", "Đỗ Hạ", "07/07/1977", "Nam", "", "", "TDP 2", ""],
            [7, "H04", "Đỗ Hà", "07/07/1977", "Nam", "", "", "TDP 3", ""],
        )
    )
    assert {row: verdict for row, (verdict, _) in verdicts(answer).items()} == {
        5: "accept", 6: "merge", 7: "flag", 8: "accept", 9: "merge", 10: "flag", 11: "accept",
    }  # fmt: skip
    assert answer["duplicates"] == {"merged": 2, "flagged": 2}
    assert sorted(Person.objects.values_list("full_name", flat=True)) == ["Nguyễn Thị Lan", "Đỗ Hà", "Đỗ Hà"]
    assert register.masked_number(Person.objects.get(household__code="H03")) == "•••••••••001"


def test_a_batch_is_taken_back_whole_and_the_trail_says_so(ward, write):
    lan = make_account("lan")
    call_command("import_people", str(write(LAN)), "--ward", "hai-an", "--by", "lan", stdout=io.StringIO())
    batch = PeopleBatch.objects.get()
    assert applying.undo(batch, by=lan) == 1
    assert not Person.objects.exists()
    assert not Household.objects.exists()
    assert not Residence.objects.exists()
    with pytest.raises(applying.CannotUndo, match="đã được hoàn tác"):
        applying.undo(batch, by=lan)
    acts = list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))[-2:]
    assert acts == ["imported people", "took an import of people back"]
    assert audit.verify().whole


def test_it_is_not_taken_back_while_a_later_list_builds_on_it(ward, write):
    judged(write([1, "H01", "Nguyễn Thị Lan", 1958.0, "", "031158000123", "", "TDP 1", "Chủ hộ"]))
    judged(write(LAN))
    first = PeopleBatch.objects.order_by("pk")[0]
    with pytest.raises(applying.CannotUndo, match="lần sau trước"):
        applying.undo(first, by=None)
    assert Person.objects.count() == 1


def test_nothing_is_half_imported(ward, write, monkeypatch):
    usual = applying.bulk.insert_values

    def broken(model, rows):
        if model is applying.Residence:
            raise RuntimeError("the disk is full")
        return usual(model, rows)

    monkeypatch.setattr(applying.bulk, "insert_values", broken)
    with pytest.raises(RuntimeError):
        judged(write(LAN))
    assert not Person.objects.exists()
    assert not Household.objects.exists()
    assert not PeopleBatch.objects.exists()


def test_a_two_line_heading_with_the_year_under_the_sex(ward, tmp_path):
    path = tmp_path / "hai-dong.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, ["STT", "Họ và tên", "Năm sinh", "", "Số sổ hộ khẩu", "Tổ dân phố"])
        sheet.write_row(2, 0, ["", "", "Nam", "Nữ", "", ""])
        sheet.write_row(3, 0, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"])
        sheet.write_row(4, 0, [1, "Vũ Văn Khang", 1980, "", "S1", 1])
        sheet.write_row(5, 0, [2, "Vũ Thị Loan", "", "1984", "S1", 1])
    judged(path)
    assert list(Person.objects.values_list("full_name", "sex", "born_on", "only_year")) == [
        ("Vũ Thị Loan", "female", date(1984, 1, 1), True),
        ("Vũ Văn Khang", "male", date(1980, 1, 1), True),
    ]


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-8", ",")])
def test_a_csv_in_the_shapes_that_excel_saves(ward, tmp_path, encoding, separator):
    path = tmp_path / "danh-sach.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([HEADING, LAN])
    assert verdicts(judged(path, "--dry-run"))[2] == ("accept", [])


def test_names_in_the_decomposed_form_and_cells_that_look_like_formulas(ward, write):
    decomposed = "Nguye\u0302\u0303n Va\u0306n Ho\u0323c"
    judged(write([1, "H01", decomposed, "01/01/1990", "Nam", "", "", "TDP 1", "=Chủ hộ"]))
    assert Person.objects.get().full_name == nfc("Nguyễn Văn Học")
    assert Person.objects.get().relation == "=Chủ hộ"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"", "không có nội dung"),
        ("a.docx", b"PK", "Chỉ nhận tệp"),
        ("a.xlsx", b"PK\x03\x04 broken", "đã hỏng"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "mật khẩu"),
        ("a.csv", "Cột một,Cột hai\n1,2\n".encode(), "Không tìm thấy dòng tiêu đề"),
        ("a.csv", b"\n\n", "không có dòng nào"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(ward, tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError, match=reason) as refused:
        judged(path)
    assert refused.value.returncode == 2


def test_the_database_holds_no_number_in_clear_and_a_look_leaves_a_trace(ward, write, settings):
    judged(write(LAN))
    lan, officer = Person.objects.get(), make_account("congan")
    row = Person.objects.filter(pk=lan.pk).values().get()
    assert not [name for name, value in row.items() if b"158000123" in bytes(str(value), "utf-8")]
    assert b"158000123" not in bytes(lan.number_sealed)
    assert register.show_number(lan, reason="cấp lại thẻ", by=officer) == "031158000123"
    look = AuditEntry.objects.order_by("-sequence")[0]
    assert (look.action, look.details) == ("saw an identity number", {"reason": "cấp lại thẻ"})
    assert "158000123" not in json.dumps([look.target, look.details])
    with pytest.raises(ValueError, match="reason"):
        register.show_number(lan, reason=" ", by=officer)


def test_keys_rotate_by_command(ward, write, settings):
    from hocvu.lib.crypto import new_key

    old, index = new_key(), new_key()
    settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY = f"k001:{old}", index
    judged(write(LAN))
    fresh = new_key()
    settings.REGISTER_KEYS = f"k001:{old} k002:{fresh}"
    said = io.StringIO()
    call_command("rotate_keys", stdout=said)
    assert "1 người" in said.getvalue()
    settings.REGISTER_KEYS = f"k002:{fresh}"  # the old key is thrown away
    lan = Person.objects.get()
    assert register.masked_number(lan) == "•••••••••123"
    assert verdicts(judged(write(LAN), "--dry-run"))[5] == ("merge", ["duplicate_existing"])


def test_a_list_that_knows_households_by_their_head_alone(ward, write):
    heading = ["STT", "Họ và tên", "Ngày sinh", "Họ tên chủ hộ", "TDP"]
    judged(
        write(
            [1, "Lê Văn Khải", "05/03/1958", "Lê Văn Khải", 1],
            [2, "Lê Thị Mơ", "05/03/1988", "Lê Văn Khải", 1],
            heading=heading,
        )
    )
    home = Household.objects.get()
    assert (home.code, home.head.full_name, home.people.count()) == ("Lê Văn Khải", "Lê Văn Khải", 2)
