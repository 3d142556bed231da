"""The pages of units, neighbourhoods, accounts and the trail."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.test import Client

from hocvu.ward import audit
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Grant, Neighbourhood, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    """The coordinator, signed in."""
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(account)
    return account


@pytest.fixture
def root(ward: Ward) -> Account:
    return make_account("quantri", Role.ADMINISTRATOR, name="Trần Quản Trị")


def sheet(answer) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def test_it_finds_a_unit_without_tones_and_exports_what_it_shows(client, ward, thu):
    make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    page = client.get("/don-vi/", {"tim": "cong an"}).content.decode()
    assert "Công an phường" in page
    assert "Phòng Văn hóa" not in page
    rows = sheet(client.get("/don-vi/", {"tim": "cong an", "dinh-dang": "xlsx"}))
    assert [row[0] for row in rows] == ["Tên đơn vị", "Công an phường"]


@pytest.mark.parametrize("many", [3, 60])
def test_it_asks_the_database_no_more_for_a_longer_list(client, ward, thu, many, django_assert_max_num_queries):
    parent = make_unit(ward, "Ủy ban nhân dân phường", Unit.Kind.COMMITTEE)
    for n in range(many):
        make_unit(ward, f"Đơn vị {n}", parent=parent)
    with django_assert_max_num_queries(9):
        client.get("/don-vi/")


def test_it_adds_a_unit_and_keeps_the_old_name_when_it_is_changed(client, ward, thu):
    client.post("/don-vi/them/", {"name": "Trung tâm sự nghiệp công", "kind": "service_centre"})
    made = Unit.objects.get(name="Trung tâm sự nghiệp công")
    client.post(f"/don-vi/{made.pk}/sua/", {"name": "Trung tâm Dịch vụ công ích", "kind": "service_centre"})
    made.refresh_from_db()
    assert made.aliases == ["Trung tâm sự nghiệp công"]
    assert "Trung tâm sự nghiệp công" in client.get(f"/don-vi/{made.pk}/").content.decode()


def test_it_refuses_a_second_unit_of_the_same_name_and_keeps_what_was_typed(client, ward, thu):
    answer = client.post(
        "/don-vi/them/", {"name": "Phòng Văn hóa - Xã hội", "short_name": "VH-XH mới", "kind": "office"}
    )
    assert answer.status_code == 422
    assert "Đã có đơn vị tên" in answer.content.decode()
    assert "VH-XH mới" in answer.content.decode()


def test_it_moves_the_whole_branch_when_a_parent_moves(client, ward, thu):
    top, side = make_unit(ward, "Ủy ban"), make_unit(ward, "Trung tâm")
    branch = make_unit(ward, "Nhánh", parent=side)
    leaf = make_unit(ward, "Lá", parent=branch)
    client.post(f"/don-vi/{branch.pk}/sua/", {"name": "Nhánh", "kind": "office", "parent": top.pk})
    leaf.refresh_from_db()
    assert leaf.path == f"{top.pk}/{branch.pk}/{leaf.pk}/"


def test_it_merges_neighbourhoods_from_the_page(client, ward, thu):
    three, four = make_neighbourhood(ward, 3), make_neighbourhood(ward, 4)
    client.post(
        "/khu-dan-cu/sap-nhap/",
        {"before": [three.pk, four.pk], "name": "Tổ dân phố số 3-4", "day": "01/01/2026", "decision": "15/NQ-HĐND"},
    )
    page = client.get("/khu-dan-cu/").content.decode()
    assert "Tổ dân phố số 3-4" in page
    assert "15/NQ-HĐND" in page


def test_it_says_why_one_place_alone_cannot_merge(client, ward, thu):
    three = make_neighbourhood(ward, 3)
    answer = client.post(
        "/khu-dan-cu/sap-nhap/", {"before": [three.pk], "name": "Mới", "day": "01/01/2026", "decision": "15/NQ"}
    )
    assert answer.status_code == 422
    assert "ít nhất hai nơi" in answer.content.decode()
    assert Neighbourhood.objects.filter(valid_to=None).count() == 1


def test_it_splits_a_neighbourhood_from_the_page(client, ward, thu):
    five = make_neighbourhood(ward, 5)
    sent = {"names": "Tổ 5A\n\nTổ 5B", "day": "01/01/2026", "decision": "15/NQ"}
    assert client.post(f"/khu-dan-cu/{five.pk}/chia/", sent).status_code == 302
    assert set(Neighbourhood.objects.filter(valid_to=None).values_list("name", flat=True)) == {"Tổ 5A", "Tổ 5B"}


def test_it_makes_an_account_whose_first_password_opens_the_door(client, ward, root):
    client.force_login(root)
    page = client.post("/tai-khoan/them/", {"username": "mai.ca", "full_name": "Lê Thị Mai"}).content.decode()
    password = page.split('<strong class="hv-num">')[1].split("</strong>")[0]
    assert Account.objects.get(username="mai.ca").check_password(password)
    assert password not in client.get(f"/tai-khoan/{Account.objects.get(username='mai.ca').pk}/").content.decode()


def test_it_gives_and_ends_a_role_and_both_are_in_the_trail(client, ward, root):
    client.force_login(root)
    mai, office = make_account("mai"), make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    sent = {"role": "unit_officer", "unit": office.pk, "valid_from": "01/09/2025"}
    assert client.post(f"/tai-khoan/{mai.pk}/vai-tro/", sent).status_code == 302
    grant = Grant.objects.get(account=mai)
    client.post(f"/vai-tro/{grant.pk}/thoi/")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"granted a role", "ended a role"} <= actions


def test_it_lets_nobody_give_a_role_to_oneself(client, ward, root):
    client.force_login(root)
    answer = client.post(f"/tai-khoan/{root.pk}/vai-tro/", {"role": "leader", "valid_from": "01/09/2025"})
    assert answer.status_code == 422
    assert "chính mình" in answer.content.decode()


def test_it_locks_an_account_but_never_ones_own(client, ward, root):
    client.force_login(root)
    mai = make_account("mai")
    client.post(f"/tai-khoan/{mai.pk}/khoa/")
    client.post(f"/tai-khoan/{root.pk}/khoa/")
    assert list(Account.objects.filter(is_active=False)) == [mai]


def test_it_renews_a_forgotten_password(client, ward, root):
    client.force_login(root)
    mai = make_account("mai")
    page = client.post(f"/tai-khoan/{mai.pk}/mat-khau/").content.decode()
    password = page.split('<strong class="hv-num">')[1].split("</strong>")[0]
    mai.refresh_from_db()
    assert mai.check_password(password)


@pytest.mark.parametrize("address", ["/tai-khoan/", "/nhat-ky/", "/don-vi/them/"])
def test_it_keeps_a_unit_officer_out_of_the_administrators_pages(client, ward, address):
    office = make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    client.force_login(make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office))
    assert client.get(address).status_code == 403


def test_it_shows_a_foreign_unit_like_one_that_does_not_exist(client, ward, thu):
    there = make_ward("Đông Hải", code="11411", slug="dong-hai")
    foreign = make_unit(there, "Phòng của nơi khác")
    assert client.get(f"/don-vi/{foreign.pk}/").status_code == client.get("/don-vi/999999/").status_code == 404


def test_it_shows_the_trail_in_words_filtered_by_day(client, ward):
    watcher = make_account("kiemtoan", Role.AUDITOR)
    audit.record(watcher, "added a unit", "Phòng mới", ward=ward)
    client.force_login(watcher)
    assert "thêm đơn vị" in client.get("/nhat-ky/").content.decode()
    assert "Phòng mới" not in client.get("/nhat-ky/", {"tu": "01/01/2020", "den": "02/01/2020"}).content.decode()
    assert client.get("/nhat-ky/", {"tu": "hôm qua"}).status_code == 422
