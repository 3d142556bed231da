"""Completions of the national platform: read, judged, taken in whole, withdrawn, told and forgotten."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from hocvu.learning.models import CompletionImport, CompletionUpload, NationalCompletion
from hocvu.learning.national import about_people, importing, reading
from hocvu.lib import clock
from hocvu.lib.sheets import Refused, Sheet
from hocvu.lib.text import fold
from hocvu.ward import forgetting, merging, register
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Person, Ward
from hocvu.ward.tests.cast import make_account, make_ward

TODAY = date(2026, 11, 18)
HEADINGS = ["Số CCCD", "Họ và tên", "Ngày sinh", "Tên khóa học", "Ngày hoàn thành"]


def book(*rows: list[Any]) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as made:
        sheet = made.add_worksheet("A")
        for at, row in enumerate([HEADINGS, *rows]):
            sheet.write_row(at, 0, row)
    return kept.getvalue()


# ---- Reading

completions_ = st.lists(
    st.tuples(
        st.integers(1, 999_999_999),
        st.text("abcdđêôư", min_size=1, max_size=6),
        st.sampled_from(["Kỹ năng số cơ bản", "An toàn thông tin", "Thanh toán số"]),
        st.dates(date(2025, 4, 1), TODAY),
    ),
    min_size=1,
    max_size=12,
)


@given(completions_, st.randoms(use_true_random=False))
def test_a_list_reads_back_as_it_was_written(said: list[Any], chance: random.Random):
    order = list(range(5))
    chance.shuffle(order)
    written: list[list[Any]] = [["DANH SÁCH HOÀN THÀNH KHÓA HỌC"], [], [HEADINGS[i] for i in order]]
    for number, name, course, day in said:
        digits = f"031{number:09}"
        cells_ = [
            chance.choice([digits, float(digits), f"{digits[:6]} {digits[6:]}"]),
            name.title(),
            "01/01/1980",
            course,
            chance.choice([day, f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}"]),
        ]
        written.append([cells_[i] for i in order])
    written.append(["Người lập biểu"])
    read = reading.read([Sheet("A", written)], TODAY)
    assert [(line.digits, line.name, line.course, line.day) for line in read.lines] == [
        (f"031{number:09}", fold(name), course, day) for number, name, course, day in said
    ]
    assert read.faults == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["12", "An", "", "Khóa", "01/01/2026"], "12 chữ số"),
        (["031080000001", "An", "", "", "01/01/2026"], "Thiếu tên khóa học"),
        (["031080000001", "An", "", "Khóa", ""], "Thiếu ngày hoàn thành"),
        (["031080000001", "An", "", "Khóa", "31/31/2026"], "không đọc được"),
        (["031080000001", "An", "", "Khóa", "01/01/2030"], "chưa tới"),
        (["031080000001", "An", "", "x" * 201, "01/01/2026"], "rút còn 200"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(row, words):
    cells_ = [cell or None for cell in row]
    read = reading.read([Sheet("A", [list(HEADINGS), cells_])], TODAY)
    assert read.lines == [] and words in read.faults[0][1] and read.faults[0][0] == 2


def test_the_day_of_a_card_is_not_the_day_of_a_course():
    headings = ["Ngày cấp CCCD", "Số CCCD", "Ngày cấp", "Khóa học", "Ngày hoàn thành"]
    row = ["02/02/2021", "031080000001", "03/03/2021", "Khóa", "01/01/2026"]
    (line,) = reading.read([Sheet("A", [headings, row])], TODAY).lines
    assert line.digits == "031080000001" and line.day == date(2026, 1, 1)


def test_a_file_without_a_heading_is_refused_in_a_sentence():
    with pytest.raises(Refused, match="Không tìm thấy dòng tiêu đề"):
        reading.read([Sheet("A", [["a", "b"], [1.0, 2.0]])], TODAY)


# ---- The journey


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


@pytest.fixture
def khang(ward: Ward, client: Any) -> Account:
    account = make_account("khang", Role.POLICE, ward=ward)
    client.force_login(account)
    return account


def known(ward: Ward, name: str, digits: str, born: date | None = date(1980, 1, 1)) -> Person:
    person = Person(ward=ward, full_name=name, plain_name=fold(name), born_on=born)
    register.seal_number(person, digits)
    person.save()
    return person


def hand_in(client: Any, content: bytes, **fields: Any) -> Any:
    said = {"issuer": "Công an thành phố", "document": "12/TB", **fields}
    return client.post("/hoan-thanh/nhap/", {**said, "file": SimpleUploadedFile("ds.xlsx", content)})


def take(client: Any, *rows: list[Any]) -> CompletionImport:
    client.post(f"{hand_in(client, book(*rows)).headers['Location']}ghi/")
    return CompletionImport.objects.order_by("-at")[0]


AN = ["031080000001", "Nguyễn Văn An", "01/01/1980", "Kỹ năng số cơ bản", "05/10/2026"]


@pytest.mark.django_db
def test_a_list_is_looked_at_confirmed_and_kept_with_its_evidence(client, ward, khang):
    with clock.stopped_at(clock.read_moment("2026-11-18 09:00")):
        an = known(ward, "Nguyễn Văn An", "031080000001")
        known(ward, "Trần Thị Bình", "031080000002")
        content = book(
            AN, [AN[0], "nguyen van an", 1980, AN[3], "01/09/2026"], [AN[0], "", "", "An toàn thông tin", "07/10/2026"],
            ["031080000002", "Người Khác", "", AN[3], "05/10/2026"], ["031080000002", "", "02/01/1980", AN[3], "05/10/2026"],
            ["031080000009", "Chi", "", AN[3], "05/10/2026"], ["12", "", "", AN[3], "05/10/2026"],
        )  # fmt: skip
        path = hand_in(client, content).headers["Location"]
        page = client.get(path).content.decode()
        assert "031080000001" not in page and "Nguyễn Văn An" not in page
        for words in ("mang tên khác", "mang ngày sinh khác", "Không có ai trong danh bạ", "12 chữ số"):
            assert words in page
        upload = CompletionUpload.objects.get()
        assert b"031080000001" not in bytes(upload.sealed or b"") and not NationalCompletion.objects.exists()
        assert upload.judged["counts"] == {
            "rows": 7, "matched": 1, "completions": 2, "known": 0, "repeated": 1, "unknown": 1, "faults": 4,
        }  # fmt: skip
        client.post(f"{path}ghi/")
        upload.refresh_from_db()
        assert (upload.state, upload.sealed) == ("applied", None)
        kept = {(one.person, one.course, one.completed_on) for one in NationalCompletion.objects.all()}
        assert kept == {(an, AN[3], date(2026, 9, 1)), (an, "An toàn thông tin", date(2026, 10, 7))}
        row = CompletionImport.objects.get()
        assert client.post(f"/hoan-thanh/{row.pk}/tep/", {"reason": ""}).status_code == 422
        assert client.post(f"/hoan-thanh/{row.pk}/tep/", {"reason": "đối chiếu"}).content == content
        page = client.get(f"/hoan-thanh/{row.pk}/").content.decode()
        assert row.digest in page and "Nguyễn Văn An" not in page
        again = client.get(hand_in(client, content).headers["Location"]).content.decode()
        assert "Tệp này đã được nhập" in again


@pytest.mark.django_db
def test_a_list_that_waits_is_found_again(client, ward, khang):
    path = hand_in(client, book(AN)).headers["Location"]
    page = client.get("/hoan-thanh/").content.decode()
    assert "Chờ xác nhận: ds.xlsx" in page and path in page
    client.post(f"{path}ghi/", {"bo": "1"})
    assert "Chờ xác nhận" not in client.get("/hoan-thanh/").content.decode()


@pytest.mark.django_db
def test_it_is_dropped_or_withdrawn_and_the_trail_knows(client, ward, khang):
    known(ward, "Nguyễn Văn An", "031080000001")
    path = hand_in(client, book(AN)).headers["Location"]
    client.post(f"{path}ghi/", {"bo": "1"})
    assert CompletionUpload.objects.get().state == "dropped" and not CompletionImport.objects.exists()
    assert "đã bỏ rồi" in client.post(f"{path}ghi/", follow=True).content.decode()
    row = take(client, AN)
    assert client.post(f"/hoan-thanh/{row.pk}/rut/", {"reason": ""}).status_code == 422
    client.post(f"/hoan-thanh/{row.pk}/rut/", {"reason": "gửi nhầm"})
    row.refresh_from_db()
    assert row.withdrawn_why == "gửi nhầm" and not importing.standing(ward).exists()
    assert client.post(f"/hoan-thanh/{row.pk}/rut/", {"reason": "lần nữa"}).status_code == 422
    assert "gửi nhầm" in client.get(f"/hoan-thanh/{row.pk}/").content.decode()
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"handed in national completions", "dropped national completions", "imported national completions",
            "withdrew national completions"} <= acts  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [(b"x", "Không mở được"), (book(), "không có dòng nào dùng được"), (b"", "không có nội dung")],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(client, ward, khang, content, words):
    answer = hand_in(client, content)
    if answer.status_code == 302:
        answer = client.post(f"{answer.headers['Location']}ghi/", follow=True)
    assert words in answer.content.decode() and not CompletionImport.objects.exists()


@pytest.mark.django_db
def test_who_may_not_import_does_not_get_in(client, ward, khang):
    known(ward, "Nguyễn Văn An", "031080000001")
    row = take(client, AN)
    client.force_login(make_account("hung", Role.LEADER, ward=ward))
    paths = ("", "mau/", "nhap/", f"{row.pk}/", f"{row.pk}/rut/", f"{row.pk}/tep/")
    assert {client.get(f"/hoan-thanh/{path}").status_code for path in paths} == {403}
    elsewhere = make_ward("Ân Tường", code="20000", slug="an-tuong")
    client.force_login(make_account("k2", Role.POLICE, ward=elsewhere))
    assert client.get(f"/hoan-thanh/{row.pk}/").status_code == 404


@pytest.mark.django_db
def test_the_list_filters_and_leaves_and_the_template_reads_back(client, ward, khang):
    known(ward, "Nguyễn Văn An", "031080000001")
    take(client, AN)
    assert "Công an thành phố" in client.get("/hoan-thanh/?tt=dung").content.decode()
    assert "Công an thành phố" not in client.get("/hoan-thanh/?tt=rut").content.decode()
    assert client.get("/hoan-thanh/?dinh-dang=xlsx").status_code == 200
    judged = importing.judge(ward, client.get("/hoan-thanh/mau/").content, "mau.xlsx")
    assert judged.counts["rows"] == 1 and judged.counts["unknown"] == 1


@pytest.mark.django_db
def test_a_file_that_nobody_decides_on_is_let_go(client, ward, khang):
    hand_in(client, book(AN))
    assert about_people.forget_waiting_files(30) == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert about_people.forget_waiting_files(30) == 1
    upload = CompletionUpload.objects.get()
    assert (upload.state, upload.sealed) == ("dropped", None)


@pytest.mark.django_db
def test_it_is_told_to_the_person_goes_over_when_merged_and_is_forgotten(client, ward, khang):
    an, double = known(ward, "Nguyễn Văn An", "031080000001"), known(ward, "Nguyễn Văn An", "031080000002")
    row = take(
        client, AN, ["031080000002", "", "", AN[3], "06/10/2026"], ["031080000002", "", "", "Khác", "06/10/2026"]
    )
    assert [told["Khóa học"] for told in about_people.tell(an)] == [AN[3]]
    register.seal_number(double, "")
    double.save()
    merge = merging.merge(an, double, by=khang)
    assert an.national_completions.count() == 2
    merging.undo(merge, by=khang)
    assert (an.national_completions.count(), double.national_completions.count()) == (1, 2)
    merging.merge(an, double, by=khang)
    forgetting.erase(an, reason="yêu cầu", by=khang)
    row.refresh_from_db()
    assert row.sealed is None and not NationalCompletion.objects.filter(person=an).exists()


@pytest.mark.django_db
def test_a_file_that_left_a_row_out_does_not_keep_the_number_of_somebody_erased(client, ward, khang):
    an = known(ward, "Nguyễn Văn An", "031080000001")
    known(ward, "Trần Thị Bình", "031080000002")
    binh = ["031080000002", "", "", AN[3], "06/10/2026"]
    named = take(client, binh, [AN[0], "Người Khác Hẳn", "", AN[3], "06/10/2026"])
    other = take(client, [*binh[:3], "Khóa khác", binh[4]])
    hand_in(client, book([31080000001.0, "Ai Đó", "", AN[3], "06/10/2026"]))
    assert not named.completions.filter(person=an).exists()
    forgetting.erase(an, reason="yêu cầu", by=khang)
    assert CompletionImport.objects.get(pk=named.pk).sealed is None
    assert CompletionImport.objects.get(pk=other.pk).sealed is not None, "a file without the number stays"
    assert CompletionUpload.objects.get(state="dropped").sealed is None, "what waited is dropped too"
