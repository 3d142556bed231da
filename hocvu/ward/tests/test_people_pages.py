"""A list of people on its way in, on the pages: looked at, corrected, mended in Excel, confirmed, taken back."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hocvu.lib import clock
from hocvu.ward import keeping, neighbourhoods, queue
from hocvu.ward.capabilities import Role
from hocvu.ward.importing import taking
from hocvu.ward.models import (
    Account,
    AuditEntry,
    ColumnMemory,
    PeopleBatch,
    PeopleUpload,
    Person,
    Unit,
    Ward,
)
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
HEADING = ["STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP"]
LAN = [1, "H01", "Nguyễn Thị Lan", "05/03/1958", "Nữ", "031158000123", "0912345678", "TDP 1"]
BAD = [2, "H01", "Trần Văn Bình", "31/02/1990", "Nam", "", "", "TDP 1"]
NUMBER = "031158000123"


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 2), by=None)
    return ward


@pytest.fixture
def office(ward: Ward) -> Unit:
    return make_unit(ward, "Phòng Văn hóa - Xã hội")


@pytest.fixture
def thu(ward: Ward, office: Unit, client: Client) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=office)
    client.force_login(account)
    return account


def sheet(*rows: list[Any], heading: list[str] = HEADING) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        page = book.add_worksheet("Nhân khẩu")
        page.write_row(2, 0, heading)
        for at, row in enumerate(rows, start=3):
            page.write_row(at, 0, row)
    return kept.getvalue()


def send(client: Client, content: bytes, name: str = "nhan-khau.xlsx", **fields: Any):
    return client.post("/nguoi-dan/nhap/", {"file": SimpleUploadedFile(name, content), **fields})


def test_it_shows_what_would_happen_and_writes_nobody(client, ward, thu):
    answer = send(client, sheet(LAN, BAD))
    upload = PeopleUpload.objects.get()
    assert answer.headers["Location"] == f"/nguoi-dan/nhap/{upload.pk}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "thêm <strong>1 người</strong>" in page
    assert "Ngày sinh không có thật" in page
    assert "Cột F “Số CCCD”" in page
    assert NUMBER not in page
    assert not Person.objects.exists()


def test_the_same_file_comes_back_with_a_column_of_faults_and_is_taken_mended(client, ward, thu):
    address = send(client, sheet(LAN, BAD)).headers["Location"]
    answer = client.get(f"{address}tep-loi/")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[2] == (*HEADING, "Lỗi")
    assert rows[3][:8] == tuple(LAN)
    assert rows[3][8] is None
    assert "Ngày sinh không có thật" in rows[4][8]
    client.post(f"{address}xac-nhan/", {"bo": "1"})

    mended = [*BAD[:3], "28/02/1990", *BAD[4:]]
    address = send(client, sheet(LAN, mended)).headers["Location"]
    client.post(f"{address}xac-nhan/")
    assert Person.objects.count() == 2


def test_it_confirms_once_and_keeps_no_file_after(client, ward, thu):
    address = send(client, sheet(LAN)).headers["Location"]
    assert bytes(PeopleUpload.objects.get().sealed)
    for _ in range(2):
        client.post(f"{address}xac-nhan/")
    assert (Person.objects.count(), PeopleBatch.objects.count()) == (1, 1)
    assert PeopleUpload.objects.get().sealed is None
    assert client.get(f"{address}tep-loi/").status_code == 302
    assert "đã nhập" in client.get(address).content.decode()


def test_a_batch_is_taken_back_on_its_page(client, ward, thu):
    client.post(f"{send(client, sheet(LAN)).headers['Location']}xac-nhan/")
    batch = PeopleBatch.objects.get()
    told = client.post(f"/nguoi-dan/lan-nhap/{batch.pk}/hoan-tac/", follow=True).content.decode()
    assert "1 người không còn trong danh bạ" in told
    assert not Person.objects.exists()
    told = client.post(f"/nguoi-dan/lan-nhap/{batch.pk}/hoan-tac/", follow=True).content.decode()
    assert "đã được hoàn tác" in told


def test_a_person_puts_the_columns_right_and_the_unit_is_remembered(client, ward, thu, office):
    heading = ["STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Cột lạ", "Số khác", "TDP"]
    address = send(client, sheet(LAN, heading=heading), unit=office.pk).headers["Location"]
    assert "number" not in PeopleUpload.objects.get().layout["columns"]
    form = client.get(f"{address}cot/").context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    client.post(f"{address}cot/", {**fields, "number": "5", "phone": "6"})
    assert PeopleUpload.objects.get().layout["columns"]["number"] == 5
    assert ColumnMemory.objects.get().unit == office
    client.post(f"{address}xac-nhan/", {"bo": "1"})

    address = send(client, sheet(LAN, heading=heading), unit=office.pk).headers["Location"]
    client.post(f"{address}xac-nhan/")
    assert Person.objects.get().number_index


def test_a_long_list_is_judged_and_taken_in_behind_the_page(client, ward, thu, monkeypatch):
    monkeypatch.setattr(taking, "SHORT", 10)
    answer = send(client, sheet(LAN, BAD))
    upload = PeopleUpload.objects.get()
    assert upload.state == PeopleUpload.State.WAITING
    waiting = client.get(answer.headers["Location"])
    assert waiting.headers["Location"].startswith("/viec-nen/tien-do/")
    queue.run_one()
    upload.refresh_from_db()
    assert (upload.state, upload.judged["accepted"]) == (PeopleUpload.State.REVIEW, 1)
    queue_holds = str(list(queue.DBTaskResult.objects.values_list("args_kwargs", flat=True)))
    assert NUMBER not in queue_holds
    assert "Lan" not in queue_holds


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [(b"", "a.xlsx", "không có nội dung"), (b"PK\x03\x04x", "a.xlsx", "đã hỏng"), (b"x", "a.pdf", "Chỉ nhận tệp")],
)
def test_a_file_that_is_no_list_is_refused_and_nothing_kept(client, ward, thu, content, name, why):
    answer = send(client, content, name)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not PeopleUpload.objects.filter(state="review").exists()


def test_the_list_of_people_masks_numbers_and_each_look_leaves_a_trace(client, ward, thu):
    client.post(f"{send(client, sheet(LAN)).headers['Location']}xac-nhan/")
    page = client.get("/nguoi-dan/", {"tim": "thi lan"}).content.decode()
    assert "Nguyễn Thị Lan" in page
    assert "•••••••••123" in page
    assert NUMBER not in page
    look = AuditEntry.objects.order_by("-sequence")[0]
    assert (look.action, look.details) == ("saw people", {"people": 1, "query": "thi lan"})
    rows = client.get("/nguoi-dan/", {"dinh-dang": "xlsx"})
    exported = list(openpyxl.load_workbook(io.BytesIO(b"".join(rows.streaming_content))).active.values)
    assert exported[1] == ("Nguyễn Thị Lan", "1958", "nữ", "H01", "Tổ dân phố số 1", "•••••••••123", "•••••••678")
    assert "Không có dòng nào như vậy" in client.get("/nguoi-dan/", {"tim": "không ai"}).content.decode()


@pytest.mark.parametrize("many", [3, 40])
def test_it_asks_no_more_for_a_longer_list(client, ward, thu, many, django_assert_max_num_queries):
    rows = [[n, f"H{n}", f"Người {chr(65 + n % 26)}{n}", 1960.0, "Nam", "", "", "TDP 1"] for n in range(many)]
    client.post(f"{send(client, sheet(*rows)).headers['Location']}xac-nhan/")
    with django_assert_max_num_queries(22):
        client.get("/nguoi-dan/")


def test_nobody_of_another_ward_or_without_the_right_meets_a_list(client, ward, thu):
    address = send(client, sheet(LAN)).headers["Location"]
    other = make_ward("Đông Hải", code="11411", slug="dong-hai")
    client.force_login(make_account("x", Role.COORDINATOR, ward=other, unit=make_unit(other, "Phòng")))
    assert client.get(address).status_code == client.post(f"{address}xac-nhan/").status_code == 404
    client.force_login(make_account("y", Role.LEADER, ward=ward))
    assert client.get("/nguoi-dan/").status_code == client.get(address).status_code == 403
    assert not Person.objects.exists()


def test_the_file_lies_sealed_while_it_waits(client, ward, thu):
    send(client, sheet(LAN))
    sealed = bytes(PeopleUpload.objects.get().sealed)
    assert not sealed.startswith(b"PK")
    assert not re.search(rb"xl/worksheets", sealed)
    judged = str(PeopleUpload.objects.get().judged)
    assert NUMBER not in judged
    assert "Lan" not in judged


def test_a_list_that_nobody_decides_on_is_let_go_after_a_month(client, ward, thu):
    send(client, sheet(LAN))
    with clock.stopped_at(clock.now() + timedelta(days=29)):
        assert keeping.forget_waiting_lists(30) == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert keeping.forget_waiting_lists(30) == 1
    upload = PeopleUpload.objects.get()
    assert (upload.state, upload.sealed) == (PeopleUpload.State.DROPPED, None)


def test_without_keys_the_officer_is_told_whom_to_ask_and_nothing_is_kept(client, ward, thu, settings):
    settings.PRODUCTION, settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY = True, "", ""
    answer = send(client, sheet(LAN))
    assert answer.status_code == 422
    assert "Hãy báo người quản trị" in answer.content.decode()
    assert not PeopleUpload.objects.exists()


def test_a_list_judged_ahead_is_judged_anew_where_somebody_acted_meanwhile(client, ward, thu):
    send(client, sheet(LAN))
    upload = PeopleUpload.objects.select_related("ward", "unit").get()
    told = []
    ahead = taking.judge_ahead(upload, lambda done, whole: told.append((done, whole)))
    assert ahead.rows[0].verdict == "accept" and told == []  # one row is too few to tell of
    other = taking.receive(ward, "khac.xlsx", sheet(LAN), by=thu, unit=None)
    taking.confirm(other, by=thu)
    batch = taking.confirm(upload, by=thu, ahead=ahead)
    assert (Person.objects.count(), batch.counts["duplicates"]["merged"]) == (1, 1)


def test_a_list_judged_ahead_is_taken_as_it_was_judged_where_nobody_acted(client, ward, thu, monkeypatch):
    send(client, sheet(LAN))
    upload = PeopleUpload.objects.select_related("ward", "unit").get()
    ahead = taking.judge_ahead(upload, lambda done, whole: None)
    monkeypatch.setattr(taking, "judge", lambda *args: pytest.fail("judged twice"))
    taking.confirm(upload, by=thu, ahead=ahead)
    assert Person.objects.count() == 1
