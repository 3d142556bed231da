"""The pages of units, neighbourhoods, accounts and the trail."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client

from hocvu.ward import audit, granting
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


def test_a_role_ends_at_once_and_one_that_is_over_is_not_brought_back(client, ward, root):
    mai, office = make_account("mai"), make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    held = granting.grant(mai, Role.UNIT_OFFICER, ward=ward, unit=office, by=root, valid_from=date(2025, 9, 1))
    over = granting.grant(
        mai, Role.AUDITOR, ward=None, by=root, valid_from=date(2020, 1, 1), valid_to=date(2020, 1, 31)
    )
    coming = granting.grant(mai, Role.LEADER, ward=ward, by=root, valid_from=date(2099, 1, 1))
    client.force_login(root)
    for grant in (held, over, coming):
        client.post(f"/vai-tro/{grant.pk}/thoi/")
    over.refresh_from_db()
    assert over.valid_to == date(2020, 1, 31)
    client.force_login(mai)
    assert client.get("/don-vi/").status_code == client.get("/nhat-ky/").status_code == 403
    assert not Grant.objects.on(date(2099, 6, 1)).filter(account=mai).exists()
    with pytest.raises(granting.Unfit, match="đang giữ đúng vai trò"):
        for _ in range(2):
            granting.grant(mai, Role.CLERK, ward=ward, by=root)


def test_a_unit_that_ended_gives_no_role_and_its_officer_is_told(client, ward):
    office = make_unit(ward, "Phòng cũ")
    client.force_login(make_account("mai", Role.UNIT_OFFICER, ward=ward, unit=office))
    assert client.get("/nhiem-vu/").status_code == 200
    Unit.objects.filter(pk=office.pk).update(valid_to=date(2026, 1, 1))
    assert client.get("/nhiem-vu/").status_code == 403
    assert "Phòng cũ đã thôi hoạt động" in client.get("/ban-lam-viec/").content.decode()


def test_the_trail_says_which_role_and_where(client, ward):
    office = make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    mai = make_account("mai", Role.UNIT_OFFICER, ward=ward, unit=office)
    client.force_login(make_account("kt", Role.AUDITOR))
    page = client.get("/nhat-ky/", {"viec": "granted a role"}).content.decode()
    assert "vai trò: cán bộ đơn vị; ở: Công an phường" in page
    rows = sheet(client.get("/nhat-ky/", {"viec": "granted a role", "dinh-dang": "xlsx"}))
    assert "vai trò: cán bộ đơn vị; ở: Công an phường" in [row[5] for row in rows if row[4] == mai.full_name]


@pytest.mark.parametrize("days", [{"den": "31/12/9999"}, {"tu": "01/01/0001"}])
def test_a_day_beyond_reason_is_asked_about(client, days):
    client.force_login(make_account("kt", Role.AUDITOR))
    answer = client.get("/nhat-ky/", days)
    assert answer.status_code == 422
    assert "không hợp lý" in answer.content.decode()


def test_a_page_that_takes_only_forms_says_so_in_words(client, ward, root):
    client.force_login(root)
    answer = client.get(f"/tai-khoan/{root.pk}/khoa/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "nơi nhận biểu mẫu" in answer.content.decode()
    answer = client.get("/dang-xuat/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (405, "not_allowed")


def test_the_child_of_a_unit_that_ended_can_still_be_saved(client, ward, thu):
    above = make_unit(ward, "Phòng cũ")
    below = make_unit(ward, "Tổ một cửa", parent=above)
    Unit.objects.filter(pk=above.pk).update(valid_to=date(2026, 1, 1))
    sent = {"name": "Tổ một cửa", "kind": "office", "parent": above.pk, "short_name": "Một cửa"}
    assert client.post(f"/don-vi/{below.pk}/sua/", sent).status_code == 302
    again = client.post("/don-vi/them/", {"name": "TỔ MỘT CỬA", "kind": "office"})
    assert again.status_code == 422
    assert "Đã có đơn vị tên" in again.content.decode()
