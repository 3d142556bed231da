"""The desk of certificates: the list, one opened down, the list for whoever confirms on VNeID."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hocvu.assessment import leaving
from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Certificate, Revocation
from hocvu.assessment.tests.cast_desk import (
    make_attempt,
    make_certificate,
    make_framework,
    make_task,
    revoke,
    see_practice,
)
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward import belonging, register
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Household, Membership, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def ward(db: None) -> Any:
    with clock.stopped_at(NOW):
        yield make_ward()


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa"), name="Vũ Thị Thu")
    client.force_login(account)
    return account


@pytest.fixture
def place(ward: Ward) -> Neighbourhood:
    return make_neighbourhood(ward, 1)


def person_of(ward: Ward, name: str, place: Neighbourhood | None = None, number: str = "") -> Person:
    home = Household.objects.create(ward=ward, code=f"H{Household.objects.count()}", neighbourhood=place)
    person = Person.objects.create(
        ward=ward, full_name=name, plain_name=name.lower(), born_on=date(1980, 1, 1), household=home
    )
    if number:
        register.seal_number(person, number)
        person.save()
    return person


def names_on(client: Client, query: str = "") -> str:
    return str(client.get(f"/giay-da-cap/{query}").content.decode())


# ---- The list


def test_the_list_is_narrowed_by_state_level_group_place_unit_class_and_day(ward, client, thu, place):
    make_framework()
    school = make_unit(ward, "Trường THCS Đằng Hải", Unit.Kind.SCHOOL)
    people = {
        name: person_of(ward, name, place if name == "An" else None) for name in ("An", "Bình", "Chi", "Dung", "Em")
    }
    for name in ("Bình", "Chi"):
        row = belonging.join(people[name], unit=school, kind=Membership.Kind.SECONDARY_PUPIL, day=None, by=None)
        Membership.objects.filter(pk=row.pk).update(group="Lớp 8A" if name == "Bình" else "Lớp 9B")
    an = make_certificate(ward, people["An"], issued_at=NOW - timedelta(days=3))
    make_certificate(ward, people["Bình"], group="pupils", level="B1")
    revoke(make_certificate(ward, people["Chi"], group="pupils"))
    make_certificate(ward, people["Dung"], issued_at=NOW - timedelta(days=800), valid_until=NOW - timedelta(days=70))
    Certificate.objects.filter(pk=an.pk).update(superseded_by=make_certificate(ward, people["Em"]))
    proposed = make_certificate(ward, people["An"], level="B3")
    Revocation.objects.create(certificate=proposed, reason="mistake", why="nhầm", proposed_by=thu)

    def who(query: str) -> set[str]:
        page = names_on(client, query)
        assert page
        return {name for name in people if f"<td>{name}</td>" in page}

    assert who("") == set(people)
    assert who("?tt=con") == {"Bình", "Em"}
    assert (who("?tt=thu"), who("?tt=het"), who("?tt=thay"), who("?tt=doi")) == ({"Chi"}, {"Dung"}, {"An"}, {"An"})
    assert who("?muc=hocvu/B1") == {"Bình"}
    assert who("?nhom=pupils") == {"Bình", "Chi"}
    assert who(f"?noi={place.pk}") == {"An"}
    assert who(f"?don-vi={school.pk}") == {"Bình", "Chi"}
    assert who("?lop=L%E1%BB%9Bp+8A") == {"Bình"}
    assert who("?den=15/11/2026") == {"An", "Dung"} and who("?tu=18/11/2026&den=18/11/2026") == {
        "An",
        "Bình",
        "Chi",
        "Em",
    }
    assert who("?tu=hôm+qua") == set()
    assert who("?tim=dung") == {"Dung"} and who(f"?tim={codes.shown(an.code).lower()}") == {"An"}
    page = names_on(client, "?xep=ten")
    assert page.index("<td>An</td>") < page.index("<td>Bình</td>") < page.index("<td>Em</td>")
    page = names_on(client, "?xep=han")
    assert page.index("<td>Dung</td>") < page.index("<td>Bình</td>")


def test_somebody_whom_the_register_does_not_know_is_found_by_name(ward, client, thu):
    for name in ("Đỗ Thị Ánh", "Lê Văn Bình"):
        make_certificate(ward, None, account=citizens.open_account(ward, full_name=name))
    known = person_of(ward, "Trần Thị Cúc")
    Person.objects.filter(pk=known.pk).update(plain_name="tran thi cuc")
    account = citizens.open_account(ward, person=known)
    make_certificate(ward, known, account=account)
    Account.objects.filter(pk=account.pk).update(full_name="Trần Thị Cúc Hoa")  # as it was written on the paper

    def found(query: str) -> set[str]:
        page = names_on(client, f"?tim={query}")
        return {name for name in ("Đỗ Thị Ánh", "Lê Văn Bình", "Trần Thị Cúc") if f"<td>{name}</td>" in page}

    assert found("Đỗ Thị Ánh") == found("do thi anh") == found("ánh") == {"Đỗ Thị Ánh"}
    assert found("Cúc Hoa") == found("tran thi cuc") == {"Trần Thị Cúc"}
    assert found("Nguyễn") == set()


def test_a_list_read_is_in_the_trail_without_a_name_and_a_file_too(ward, client, thu):
    make_certificate(ward, person_of(ward, "Nguyễn Văn Kín", number="031080000001"))
    names_on(client)
    answer = client.get("/giay-da-cap/?dinh-dang=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "Nguyễn Văn Kín" in cells and "031080000001" not in " ".join(cells)
    acts = list(AuditEntry.objects.order_by("-sequence").values_list("action", "details")[:2])
    assert [act for act, _ in acts] == ["took certificates away", "saw certificates"]
    assert "Kín" not in str(acts) and acts[0][1]["certificates"] == 1


def test_a_school_meets_its_own_pupils_and_no_other_unit(ward, client):
    schools = [make_unit(ward, f"Trường {n}", Unit.Kind.SCHOOL) for n in (1, 2)]
    club = make_unit(ward, "Đội văn nghệ", Unit.Kind.SCHOOL)
    for n, school in enumerate(schools):
        pupil = person_of(ward, f"Em {n}")
        for unit in (school, club):
            belonging.join(pupil, unit=unit, kind=Membership.Kind.SECONDARY_PUPIL, day=None, by=None)
        make_certificate(ward, pupil, group="pupils")
    client.force_login(make_account("truong", Role.SCHOOL, ward=ward, unit=schools[0]))
    page = names_on(client)
    assert "Em 0" in page and "Em 1" not in page and "Đội văn nghệ" not in page
    other = Certificate.objects.get(person__full_name="Em 1")
    assert client.get(f"/giay-da-cap/{other.pk}/").status_code == 404
    own = Certificate.objects.get(person__full_name="Em 0")
    page = client.get(f"/giay-da-cap/{own.pk}/").content.decode()
    assert "Em 0" in page and "/nguoi-dan/" not in page
    assert client.get("/giay-da-cap/xuat-vneid/").status_code == 403


def test_a_school_meets_no_pupil_of_before_and_nobodys_home(ward, client, place):
    school = make_unit(ward, "Trường 1", Unit.Kind.SCHOOL)
    days = {"Em Nay": (None, None), "Em Xưa": (date(2024, 9, 5), date(2026, 5, 31)), "Em Mai": (date(2027, 9, 5), None)}
    for name, (start, end) in days.items():
        pupil = person_of(ward, name, place)
        Membership.objects.create(person=pupil, unit=school, kind="secondary_pupil", valid_from=start, valid_to=end)
        make_certificate(ward, pupil, group="pupils")
    client.force_login(make_account("truong", Role.SCHOOL, ward=ward, unit=school))
    page = names_on(client)
    assert "Em Nay" in page and "Em Xưa" not in page and "Em Mai" not in page
    gone = Certificate.objects.get(person__full_name="Em Xưa")
    assert client.get(f"/giay-da-cap/{gone.pk}/").status_code == 404
    assert place.name not in page and 'name="noi"' not in page
    assert "Em Nay" in names_on(client, f"?noi={place.pk}")  # what is not offered narrows nothing
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get("/giay-da-cap/?dinh-dang=xlsx").streaming_content)))
    assert place.name not in str(list(book.active.values))


def test_another_ward_and_another_role_meet_nothing(ward, client, thu):
    other = make_ward("Lê Chân", code="11414", slug="le-chan")
    given = make_certificate(other, person_of(other, "Tăng Thị Xuyến"))
    assert "Xuyến" not in names_on(client)
    assert client.get(f"/giay-da-cap/{given.pk}/").status_code == 404
    client.force_login(make_account("nga", Role.EDITOR, ward=ward))
    assert client.get("/giay-da-cap/").status_code == 403


def test_questions_of_the_list_do_not_grow(ward, client, thu):
    counts = []
    for _ in range(3):
        for _ in range(3):
            make_certificate(ward, person_of(ward, "An"))
        with CaptureQueriesContext(connection) as seen:
            names_on(client)
        counts.append(len(seen))
    assert counts[1] == counts[2]


# ---- One, opened down


def test_one_shows_what_it_rests_on_and_no_answer(ward, client, thu, place):
    make_framework()
    an = person_of(ward, "Nguyễn Văn An", place)
    account = citizens.open_account(ward, person=an)
    lan = make_account("lan", Role.AMBASSADOR, ward=ward, name="Phạm Thị Lan")
    with clock.stopped_at(NOW - timedelta(days=1)):
        see_practice(account, make_task(ward), by=lan)
    given = make_certificate(ward, an, account=account)
    given.attempt = make_attempt(account, given.rule, began_at=NOW - timedelta(hours=2), sure=0.97, passed=True)
    given.details = {"evidence": [{"name": "danh tính", "words": "VNeID mức 2"}]}
    given.save()
    late = make_task(ward, "muon", "Việc làm sau")
    with clock.stopped_at(NOW + timedelta(days=1)):
        see_practice(account, late, by=lan)
    Revocation.objects.create(certificate=given, reason="mistake", why="cấp nhầm mức", proposed_by=thu)
    page = client.get(f"/giay-da-cap/{given.pk}/").content.decode()
    for words in ("Nguyễn Văn An", "14 trong 20 câu", "97%", "Chuyển tiền và dừng khi thấy lạ", "Tại quầy", "Phạm Thị Lan",
                  "Quy định 1", "hai-an-1", "số 1, chỗ 0", "VNeID mức 2", "cấp nhầm mức", "Vũ Thị Thu",
                  "Chờ người thứ hai thu hồi", f"/nguoi-dan/{an.pk}/"):  # fmt: skip
        assert words in page, words
    assert "Việc làm sau" not in page
    entry = AuditEntry.objects.order_by("-sequence").first()
    assert entry and (entry.action, entry.target) == ("saw a certificate", f"giấy xác nhận {given.code}")


def test_practice_of_the_very_second_of_issue_is_among_the_grounds(ward, client, thu):
    person = person_of(ward, "An")
    moment = NOW.replace(microsecond=700_000)
    with clock.stopped_at(moment):
        see_practice(citizens.open_account(ward, person=person), make_task(ward), by=None, way="screen")
    given = make_certificate(ward, person, issued_at=moment.replace(microsecond=0))
    assert "Chuyển tiền và dừng khi thấy lạ" in client.get(f"/giay-da-cap/{given.pk}/").content.decode()


def test_one_of_somebody_erased_says_so(ward, client, thu):
    given = make_certificate(ward, person_of(ward, "An"))
    Certificate.objects.filter(pk=given.pk).update(person=None, account=None)
    page = client.get(f"/giay-da-cap/{given.pk}/").content.decode()
    assert "Người đã xóa dữ liệu" in page and "không còn trên hệ thống" in page
    assert "người đã xóa dữ liệu" in names_on(client)


def test_the_way_to_revoke_is_shown_only_where_it_leads_somewhere(ward, client, thu):
    given = make_certificate(ward, person_of(ward, "An"))
    page = client.get(f"/giay-da-cap/{given.pk}/").content.decode()
    try:
        href = client.get(f"/giay-da-cap/{given.pk}/thu-hoi/").status_code
    except Exception:  # no page of that address yet
        href = 404
    assert ("Đề nghị thu hồi" in page) == (href == 200)
    revoke(given)
    assert "Đề nghị thu hồi" not in client.get(f"/giay-da-cap/{given.pk}/").content.decode()


# ---- The list for VNeID


def sheet_of(answer: Any, name: str = "Danh sách") -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book[name].iter_rows(min_row=2, values_only=True))


@pytest.fixture
def khang(ward: Ward, client: Client) -> Account:
    account = make_account("khang", Role.POLICE, ward=ward, name="Lê Khang")
    client.force_login(account)
    return account


SENT = {"since": "01/11/2026", "reason": "gửi Công an phường, công văn 12"}


def test_the_police_take_numbers_in_full_for_a_reason(ward, client, khang):
    an = person_of(ward, "An", number="031080000001")
    make_certificate(ward, an, issued_at=NOW - timedelta(days=9))
    newest = make_certificate(ward, an, level="B3")
    revoke(make_certificate(ward, person_of(ward, "Bình", number="031080000002")))
    make_certificate(ward, person_of(ward, "Cũ", number="031080000003"), issued_at=NOW - timedelta(days=60))
    resting = person_of(ward, "Dung", number="031080000004")
    Person.objects.filter(pk=resting.pk).update(restricted_at=NOW)
    make_certificate(ward, resting)
    missing = client.post("/giay-da-cap/xuat-vneid/", {"since": "01/11/2026", "reason": " "})
    assert missing.status_code == 422 and not AuditEntry.objects.filter(action="took the list for VNeID away").exists()
    answer = client.post("/giay-da-cap/xuat-vneid/", SENT)
    assert sheet_of(answer) == [
        (
            1,
            "An",
            "031080000001",
            "B3",
            "hocvu 1.0",
            codes.shown(newest.code),
            datetime(2026, 11, 18),
            datetime(2028, 11, 17),
        )
    ]
    assert "no-store" in answer.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="took the list for VNeID away")
    assert (entry.details["people"], entry.details["reason"]) == (1, SENT["reason"]) and "0310" not in str(
        entry.details
    )


def test_others_take_them_masked(ward, client, thu):
    make_certificate(ward, person_of(ward, "An", number="031080000001"))
    assert "đã che" in client.get("/giay-da-cap/xuat-vneid/").content.decode()
    [row] = sheet_of(client.post("/giay-da-cap/xuat-vneid/", SENT))
    assert row[2] == "•••••••••001"


def test_who_has_no_number_stands_on_a_sheet_of_their_own(ward, client, khang):
    make_certificate(ward, person_of(ward, "An", number="031080000001"))
    make_certificate(ward, person_of(ward, "Không số"))
    answer = client.post("/giay-da-cap/xuat-vneid/", SENT)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [cell.value for cell in book["Chưa có số định danh"]["B"]] == ["Họ và tên", "Không số"]
    assert [cell.value for cell in book["Danh sách"]["B"]] == ["Họ và tên", "An"]


def test_whom_vneid_named_already_is_left_out(ward, client, khang, monkeypatch):
    an, binh = (person_of(ward, name, number=f"03108000000{n}") for n, name in enumerate(("An", "Bình")))
    for person in (an, binh):
        make_certificate(ward, person)
    monkeypatch.setattr(leaving, "_confirmed", [lambda ward, day: Person.objects.filter(pk=an.pk).values("pk")])
    assert "chưa được xác nhận trên VNeID" in client.get("/giay-da-cap/xuat-vneid/").content.decode()
    assert [row[1] for row in sheet_of(client.post("/giay-da-cap/xuat-vneid/", {**SENT, "only_new": "on"}))] == ["Bình"]
    assert [row[1] for row in sheet_of(client.post("/giay-da-cap/xuat-vneid/", SENT))] == ["An", "Bình"]
    monkeypatch.setattr(leaving, "_confirmed", [lambda ward, day: None])
    assert "only_new" not in client.get("/giay-da-cap/xuat-vneid/").content.decode()


def test_an_empty_list_and_a_day_to_come_are_said(ward, client, khang):
    empty = client.post("/giay-da-cap/xuat-vneid/", SENT)
    assert empty.status_code == 422 and "Không có ai như vậy" in empty.content.decode()
    late = client.post("/giay-da-cap/xuat-vneid/", {**SENT, "since": "01/12/2026"}).content.decode()
    assert "Ngày này chưa tới" in late and SENT["reason"] in late
    assert "hệ thống không tính theo giấy đã cấp" in late
