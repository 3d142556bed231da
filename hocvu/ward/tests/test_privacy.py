"""The rights of people over their data: consent, requests with their clocks, breaches, retention."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import breaches, consenting, keeping, merging, requests, retention, workdays
from hocvu.ward.capabilities import Role
from hocvu.ward.models import (
    Account,
    AuditEntry,
    Breach,
    ConsentEntry,
    Household,
    Person,
    RetentionRun,
    SubjectRequest,
    Ward,
)
from hocvu.ward.requests import Clocks
from hocvu.ward.tests.cast import make_account, make_ward

NOW = timezone.make_aware(datetime(2026, 11, 18, 9))  # a Wednesday


@pytest.fixture
def ward(db: None) -> Iterator[Ward]:
    with clock.stopped_at(NOW):
        yield make_ward()


@pytest.fixture
def ngoc(ward: Ward, client: Client) -> Account:
    account = make_account("ngoc", Role.DATA_OFFICER, ward=ward)
    client.force_login(account)
    return account


@pytest.fixture
def lan(ward: Ward) -> Person:
    home = Household.objects.create(ward=ward, code="H01")
    return Person.objects.create(
        ward=ward, full_name="Nguyễn Thị Lan", plain_name="nguyen thi lan", born_on=date(1958, 3, 5), household=home
    )


# ---- Consent


def text(ward: Ward, purpose: str = "contact", words: str = "Có đồng ý không?", since: date = date(2026, 1, 1)) -> Any:
    return consenting.write_text(ward, purpose=purpose, text=words, valid_from=since, by=None)


def say(person: Person, words: Any, act: str = "given", party: str = "self") -> ConsentEntry:
    keep = consenting.give if act == "given" else consenting.withdraw
    name = "Mẹ" if party == "representative" else ""
    return keep(person, words, party=party, representative=name, channel="paper", witness="", by=None)


def test_nothing_is_ticked_and_silence_is_no_consent(client, ward, ngoc, lan):
    text(ward)
    page = client.get(f"/nguoi-dan/{lan.pk}/dong-y/").content.decode()
    assert "checked" not in page and "Không có đồng ý" in page
    assert client.post(f"/nguoi-dan/{lan.pk}/dong-y/", {"purpose": "contact"}).status_code == 422
    assert not consenting.holds(lan, "contact", clock.now())
    sent = {"purpose": "contact", "act": "given", "party": "self", "channel": "door"}
    answer = client.post(f"/nguoi-dan/{lan.pk}/dong-y/", sent)
    assert answer.status_code == 422 and "người chứng kiến" in answer.content.decode()
    client.post(f"/nguoi-dan/{lan.pk}/dong-y/", {**sent, "witness": "Bà Nết"})
    assert consenting.holds(lan, "contact", clock.now())
    client.post(f"/nguoi-dan/{lan.pk}/dong-y/", {**sent, "act": "withdrawn", "channel": "paper"})
    assert not consenting.holds(lan, "contact", clock.now())
    assert [entry.act for entry in lan.consents.order_by("pk")] == ["given", "withdrawn"]


def test_a_child_from_seven_and_its_representative_must_both_agree(ward, lan):
    words = text(ward)
    lan.born_on = date(2016, 1, 1)
    lan.save()
    say(lan, words)
    assert not consenting.holds(lan, "contact", clock.now())
    say(lan, words, party="representative")
    assert consenting.holds(lan, "contact", clock.now())
    say(lan, words, "withdrawn", "representative")
    assert not consenting.holds(lan, "contact", clock.now())
    lan.born_on = date(2021, 1, 1)
    assert consenting.parties_needed(lan, clock.today()) == {"representative"}


def test_new_words_ask_anew(ward, lan):
    say(lan, text(ward))
    text(ward, words="Hỏi lại cho rõ hơn.", since=date(2026, 11, 1))
    assert not consenting.holds(lan, "contact", clock.now())


def test_consent_written_under_a_row_that_was_merged_still_holds(ward, lan):
    double = Person.objects.create(ward=ward, full_name="Lan", plain_name="lan", born_on=date(1958, 3, 5))
    say(double, text(ward))
    merge = merging.merge(lan, double, by=None)
    assert consenting.holds(lan, "contact", clock.now())
    merging.undo(merge, by=None)
    assert not consenting.holds(lan, "contact", clock.now())


def test_the_database_itself_refuses_to_change_a_line_of_the_ledger(ward, lan):
    entry = say(lan, text(ward))
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        ConsentEntry.objects.filter(pk=entry.pk).update(act="withdrawn")
    assert consenting.holds(lan, "contact", clock.now())


@dataclass
class Words:
    version: int


@dataclass
class Line:
    act: str
    party: str
    text: Words


lines = st.lists(
    st.builds(Line, st.sampled_from(["given", "withdrawn"]), st.sampled_from(["self", "representative"]),
              st.builds(Words, st.integers(1, 2))),
    max_size=12,
)  # fmt: skip


@given(lines, st.sampled_from([{"self"}, {"representative"}, {"self", "representative"}]))
def test_consent_is_what_a_reader_of_the_ledger_would_say(ledger: list[Line], needed: set[str]):
    """From the end back to the last withdrawal: each party's last word must be in the words in force."""
    since: list[Line] = []
    for line in reversed(ledger):
        if line.act == "withdrawn":
            break
        since.append(line)
    expected = all(next((line.text.version for line in since if line.party == party), 0) == 2 for party in needed)
    assert consenting.agreed(ledger, 2, needed) == expected  # type: ignore[arg-type]


# ---- Requests


def ask(person: Person, kind: str = "see", days_ago: int = 0) -> SubjectRequest:
    return requests.file(
        person, kind=kind, asked_by="self", identified_by="thẻ", channel="một cửa", text="",
        received_at=clock.now() - timedelta(days=days_ago), by=None,
    )  # fmt: skip


def test_the_clocks_by_hand(ward, lan):
    workdays.add(date(2026, 11, 20), kind="holiday", name="thử", source="x", by=None)
    row = ask(lan)  # Wednesday the 18th: Thursday is one working day, Friday is off, Monday the second
    assert (row.answer_due, row.due) == (date(2026, 11, 23), date(2026, 11, 28))
    assert [ask(lan, kind).due for kind in ("correct", "restrict", "withdraw", "erase")] == [
        date(2026, 11, 28), date(2026, 12, 3), date(2026, 12, 3), date(2026, 12, 8),
    ]  # fmt: skip
    in_working_days = Clocks(in_working_days=True)
    assert in_working_days.due("see", date(2026, 11, 18), workdays.workdays()) == date(2026, 12, 3)


def test_a_request_runs_its_course_on_the_page(client, ward, ngoc, lan):
    filed = client.post(
        f"/nguoi-dan/{lan.pk}/yeu-cau/",
        {
            "kind": "restrict",
            "asked_by": "self",
            "identified_by": "thẻ",
            "channel": "một cửa",
            "received_at": "17/11/2026 08:00",
        },
    )
    row = SubjectRequest.objects.get()
    path = filed.headers["Location"]
    assert path == f"/du-lieu-ca-nhan/yeu-cau/{row.pk}/"
    client.post(path, {"do": "tra-loi", "text": "Đã nhận"})
    client.post(path, {"do": "gia-han", "days": "10", "text": "Cần đối chiếu"})
    again = client.post(path, {"do": "gia-han", "days": "5", "text": "Nữa"})
    assert again.status_code == 422 and "đã được gia hạn một lần" in again.content.decode()
    client.post(path, {"do": "xong", "text": "Đã hạn chế"})
    row.refresh_from_db()
    lan.refresh_from_db()
    assert (row.state, row.due) == ("done", date(2026, 12, 12))
    assert lan.restricted_at is not None
    assert list(Person.objects.open_for_work()) == []
    page = client.get(path).content.decode()
    assert "Cần đối chiếu" in page and "Đã hạn chế" in page
    client.post(f"/nguoi-dan/{lan.pk}/bo-han-che/", {"reason": "Người đó đồng ý"})
    assert Person.objects.open_for_work().count() == 1


def test_what_is_late_says_so(client, ward, ngoc, lan):
    ask(lan, days_ago=30)
    ask(lan)
    assert requests.late(ward, clock.today()).count() == 1
    assert "1 quá hạn" in client.get("/du-lieu-ca-nhan/").content.decode()
    assert "Quá hạn" in client.get("/du-lieu-ca-nhan/yeu-cau/?han=qua").content.decode()


def test_somebody_gets_all_of_their_data_and_the_trail_knows(client, ward, ngoc, lan):
    from hocvu.ward import register

    register.seal_number(lan, "031158000123")
    lan.save()
    say(lan, text(ward))
    answer = client.post(f"/nguoi-dan/{lan.pk}/lay-du-lieu/", {"shape": "json", "reason": "theo yêu cầu"})
    told = json.loads(answer.content)["sections"]
    assert told["Thông tin"][0]["Số định danh"] == "031158000123"
    assert told["Đồng ý"][0]["Việc"] == "đồng ý"
    assert "no-store" in answer["Cache-Control"]
    book = client.post(f"/nguoi-dan/{lan.pk}/lay-du-lieu/", {"shape": "xlsx", "reason": "theo yêu cầu"})
    assert "Nơi cư trú" in openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert AuditEntry.objects.filter(action="took a person's data out").count() == 2
    assert client.post(f"/nguoi-dan/{lan.pk}/lay-du-lieu/", {"shape": "json", "reason": ""}).status_code == 422


# ---- Breaches


def test_a_breach_has_seventy_two_hours_from_being_found(client, ward, ngoc):
    sent = {"title": "Mất máy", "found_at": "15/11/2026 10:00", "categories": "tên"}
    path = client.post("/du-lieu-ca-nhan/su-co/ghi/", sent).headers["Location"]
    breach = Breach.objects.get()
    assert timezone.localtime(breach.report_due) == timezone.make_aware(datetime(2026, 11, 18, 10))
    assert "Còn 1 giờ" in client.get(path).content.decode()
    with clock.stopped_at(NOW + timedelta(hours=2)):
        assert "Quá 72 giờ" in client.get(path).content.decode()
    early = client.post(path, {"do": "bao", "at": "14/11/2026 10:00", "text": "1/BC"})
    assert early.status_code == 422 and "sau khi phát hiện" in early.content.decode()
    client.post(path, {"do": "bao", "at": "18/11/2026 08:00", "text": "01/BC"})
    client.post(path, {"do": "dong", "text": "Đã xong"})
    breach.refresh_from_db()
    assert breach.closed_at and breach.report_number == "01/BC" and breach.notes.count() == 2
    with pytest.raises(Refusal, match="khép lại"):
        breaches.note(breach, text="thêm", by=ngoc)


# ---- Retention, record, calendar


def test_rules_are_applied_by_night_and_the_page_says_what_went(client, ward, ngoc):
    assert {rule.code for rule in keeping.rules()} >= {"waiting_lists", "held_rows", "departed"}
    keeping.apply_all()
    ran = set(RetentionRun.objects.values_list("rule", flat=True))
    assert ran >= {"waiting_lists", "held_rows", "waiting_external"}
    assert "departed" not in ran  # kept until somebody decides
    client.post("/du-lieu-ca-nhan/luu-giu/waiting_lists/", {"days": "7", "reason": "Quyết định 9"})
    rule = next(rule for rule in keeping.rules() if rule.code == "waiting_lists")
    assert retention.days_of(rule) == 7
    assert "7" in client.get("/du-lieu-ca-nhan/luu-giu/").content.decode()


def test_the_record_of_processing_is_what_the_rooms_declare(client, ward, ngoc):
    page = client.get("/du-lieu-ca-nhan/hoat-dong-xu-ly/").content.decode()
    for words in ("Danh bạ nhân khẩu", "Hoàn cảnh được bảo vệ", "Số liệu do cơ quan khác xác nhận"):
        assert words in page


def test_a_year_without_announced_holidays_says_that_it_is_incomplete(client, ward, ngoc):
    assert workdays.add_fixed(2026, by=None) == 4 and workdays.add_fixed(2026, by=None) == 0
    assert "còn thiếu ngày nghỉ Tết" in client.get("/lich-lam-viec/").content.decode()
    sent = {"day": "17/02/2026", "kind": "holiday", "name": "Mùng một Tết", "source": "Thông báo minh họa"}
    assert client.post("/lich-lam-viec/them/", sent).status_code == 302
    again = client.post("/lich-lam-viec/them/", sent)
    assert again.status_code == 422 and "đã có trong lịch" in again.content.decode()
