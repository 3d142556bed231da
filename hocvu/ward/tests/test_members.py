"""A school and an enterprise know their own people, by name and group, and nobody else's."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from hocvu.lib.refusals import Refusal
from hocvu.ward import belonging, members, register
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Membership, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
Kind = Membership.Kind
NUMBER, PHONE = "031090000123", "0912345678"


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def school(ward: Ward) -> Unit:
    return make_unit(ward, "Trường THCS Hải Đăng", Unit.Kind.SCHOOL)


@pytest.fixture
def firm(ward: Ward) -> Unit:
    return make_unit(ward, "Công ty May", Unit.Kind.ENTERPRISE)


@pytest.fixture
def dat(ward: Ward, school: Unit) -> Account:
    return make_account("dat", Role.SCHOOL, ward=ward, unit=school)


@pytest.fixture
def man(ward: Ward, firm: Unit) -> Account:
    return make_account("man", Role.ENTERPRISE, ward=ward, unit=firm)


def worker(unit: Unit, name: str, kind: str = Kind.WORKER) -> Membership:
    person = belonging.add_outsider(
        unit.ward, full_name=name, born_on=date(1990, 1, 1), sex="", unit=unit, kind=kind, by=None
    )
    return person.memberships.get()


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def cells_of(answer: Any) -> list[tuple[Any, ...]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True))


def test_a_school_sees_its_own_pupils_and_no_others(dat, school, firm):
    worker(school, "Bé Na", Kind.SECONDARY_PUPIL)
    worker(firm, "Chị May")
    page = text_of(signed_in(dat).get("/thanh-vien/"))
    assert "Bé Na" in page
    assert "Chị May" not in page
    assert AuditEntry.objects.filter(action="saw members", actor=dat.full_name).count() == 1


def test_another_school_sees_none_of_them(ward, dat, school):
    other = make_unit(ward, "Trường THCS Bến Tàu", Unit.Kind.SCHOOL)
    row = worker(school, "Bé Na", Kind.SECONDARY_PUPIL)
    loan = make_account("loan", Role.SCHOOL, ward=ward, unit=other)
    client = signed_in(loan)
    assert "Bé Na" not in text_of(client.get("/thanh-vien/"))
    answer = client.post("/thanh-vien/nhom/", {"group": "8A", "members": [row.pk]})
    assert answer.status_code == 422
    with pytest.raises(Refusal):
        members.put_into([row.pk], "8A", ward=ward, by=loan)
    row.refresh_from_db()
    assert row.group == ""


def test_who_left_died_or_asked_for_peace_is_not_on_the_list(man, firm):
    gone, dead, quiet = (worker(firm, name) for name in ("Người Thôi", "Người Mất", "Người Hạn Chế"))
    Membership.objects.filter(pk=gone.pk).update(valid_to=date(2025, 1, 1))
    Person.objects.filter(pk=dead.person_id).update(died_on=date(2025, 1, 1))
    Person.objects.filter(pk=quiet.person_id).update(restricted_at="2026-01-01T00:00Z")
    page = text_of(signed_in(man).get("/thanh-vien/"))
    assert not any(name in page for name in ("Người Thôi", "Người Mất", "Người Hạn Chế"))


def test_an_enterprise_takes_its_own_list_away_without_any_number(man, firm):
    row = worker(firm, "Chị May")
    register.seal_number(row.person, NUMBER)
    register.seal_phone(row.person, PHONE)
    row.person.save()
    rows = cells_of(signed_in(man).get("/thanh-vien/?dinh-dang=xlsx"))
    [heading] = [one for one in rows if "Họ và tên" in one]
    assert "Số định danh" not in heading
    flat = [str(cell) for one in rows for cell in one]
    assert "Chị May" in flat
    assert "•••••••678" in flat
    assert not any(PHONE in cell or NUMBER in cell or NUMBER[-3:] == cell[-3:] for cell in flat)


def test_several_workers_are_put_into_a_group_at_once(man, firm):
    may, cuc, lan = (worker(firm, name) for name in ("Chị May", "Chị Cúc", "Chị Lan"))
    client = signed_in(man)
    answer = client.post("/thanh-vien/nhom/", {"group": " Tổ  may 2 ", "members": [may.pk, cuc.pk]})
    assert answer["Location"] == "/thanh-vien/"
    page = text_of(client.get("/thanh-vien/?nhom=T%E1%BB%95+may+2"))
    assert "Chị May" in page
    assert "Chị Lan" not in page
    page = text_of(client.get("/thanh-vien/?nhom=-"))
    assert "Chị Lan" in page
    assert "Chị Cúc" not in page
    lan.refresh_from_db()
    assert lan.group == ""
    entry = AuditEntry.objects.get(action="put members into a group")
    assert entry.details == {"count": 2, "group": "Tổ may 2"}


def test_it_says_that_nobody_was_chosen(man, firm):
    worker(firm, "Chị May")
    answer = signed_in(man).post("/thanh-vien/nhom/", {"group": "Tổ may 2"})
    assert answer.status_code == 422
    assert "Chưa chọn ai" in text_of(answer)
    assert 'value="Tổ may 2"' in text_of(answer)


def test_the_list_asks_no_more_for_many_members(man, firm, django_assert_max_num_queries):
    for number in range(25):
        worker(firm, f"Người {number}")
    client = signed_in(man)
    with django_assert_max_num_queries(18):
        client.get("/thanh-vien/")
    with django_assert_max_num_queries(18):
        client.get("/thanh-vien/nhom/")


def test_a_room_adds_a_column_once(monkeypatch):
    monkeypatch.setattr(members, "_COLUMNS", list(members._COLUMNS))
    members.add_column("Tiến độ", lambda row: 0)
    members.add_column("Tiến độ", lambda row: 1)
    assert [one.cell(Membership()) for one in members.columns() if one.heading == "Tiến độ"] == [1]
