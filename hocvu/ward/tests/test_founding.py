"""An empty installation gets its first place and its first administrator, once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hocvu.ward import audit, founding
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Neighbourhood, Unit, UnitGroup, Ward
from hocvu.ward.tests.cast import make_account

pytestmark = pytest.mark.django_db
ANSWER = {
    "name": "Hải An",
    "kind": "phuong",
    "neighbourhood_kind": "to_dan_pho",
    "city": "thành phố Hải Phòng",
    "code": "11413",
    "neighbourhood_count": "3",
    "username": "quantri",
    "full_name": "Trần Văn Lực",
    "password": "một câu đủ dài để nhớ",
    "again": "một câu đủ dài để nhớ",
}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def answer() -> dict[str, str]:
    return {**ANSWER, "ma": founding.door_code()}


def test_it_founds_a_ward_whose_administrator_signs_in_and_adds_people(
    client, answer, django_capture_on_commit_callbacks
):
    assert reverse("ward:begin") == founding.FIRST_PATH == "/bat-dau/"
    assert client.get("/bat-dau/", {"ma": answer["ma"]}).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        told = client.post("/bat-dau/", answer, follow=True).content.decode()
    assert "Đã lập phường Hải An" in told

    client.post("/dang-nhap/can-bo/", {"username": "quantri", "password": ANSWER["password"]})
    assert "Đơn vị" in client.get("/ban-lam-viec/").content.decode()
    client.post("/tai-khoan/them/", {"username": "thuha", "full_name": "Phạm Thu Hà"})
    made = Account.objects.get(username="thuha")
    sent = {"role": "leader", "valid_from": "01/01/2025", "reason": "Quyết định phân công số 1"}
    client.post(f"/tai-khoan/{made.pk}/vai-tro/", sent)
    assert made.grants.get().role == Role.LEADER
    assert audit.verify().whole


def test_it_sets_up_the_committee_and_each_neighbourhood_with_its_team(client, answer):
    client.post("/bat-dau/", answer)
    ward = Ward.objects.get()
    assert (ward.slug, ward.code, ward.title) == ("hai-an", "11413", "phường Hải An")
    assert [place.name for place in Neighbourhood.objects.all()] == [f"Tổ dân phố số {n}" for n in (1, 2, 3)]
    kinds = list(Unit.objects.values_list("kind", flat=True))
    assert sorted(kinds) == ["committee", *["neighbourhood"] * 3, *["team"] * 3]
    assert {group.name: group.units.count() for group in UnitGroup.objects.all()} == {
        "Các Tổ dân phố": 3,
        "Các Tổ công nghệ số cộng đồng": 3,
    }


@pytest.mark.parametrize("code", ["", "đoán mò", "x" * 24])
def test_it_opens_to_nobody_without_the_code_of_the_machine(client, answer, code):
    answer["ma"] = code
    assert client.get("/bat-dau/", {"ma": code}).status_code == 403
    assert client.post("/bat-dau/", answer).status_code == 403
    assert not Ward.objects.exists()


def test_it_closes_for_good_once_somebody_has_an_account(client, answer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/bat-dau/", answer)
    assert not (founding._place()).exists()
    told = client.post("/bat-dau/", {**answer, "username": "kegian", "name": "Khác"}).content.decode()
    assert "Hệ thống đã được lập" in told
    assert Account.objects.count() == Ward.objects.count() == 1


def test_it_keeps_what_was_typed_and_says_what_is_wrong(client, answer):
    answer |= {"name": "phường Hải An", "again": "khác", "username": "Quản Trị"}
    page = client.post("/bat-dau/", answer)
    assert page.status_code == 422
    told = page.content.decode()
    assert "Hãy bỏ chữ “phường” ở đầu tên" in told
    assert "Hai lần viết mật khẩu chưa giống nhau" in told
    assert 'value="thành phố Hải Phòng"' in told
    assert not Ward.objects.exists()


def test_a_city_puts_many_wards_on_one_installation(client):
    client.force_login(make_account("root", Role.ADMINISTRATOR))
    fields = {"name": "An Dương", "neighbourhood_kind": "thon", "city": "thành phố Hải Phòng", "code": "", "host": ""}
    client.post("/noi-lam-viec/them/", {**fields, "kind": "xa"})
    client.post("/noi-lam-viec/them/", {**fields, "kind": "phuong", "code": "11500"})
    assert list(Ward.objects.values_list("slug", "code")) == [("an-duong", "an-duong"), ("an-duong-2", "11500")]

    refused = client.post("/noi-lam-viec/them/", {**fields, "kind": "xa", "code": "11500"})
    assert refused.status_code == 422
    assert "Mã 11500 là của phường An Dương" in refused.content.decode()

    client.post("/noi-lam-viec/an-duong/sua/", {**fields, "kind": "xa", "code": "11501", "host": "AnDuong.hocvu.vn"})
    ward = Ward.objects.get(slug="an-duong")
    assert (ward.code, ward.host) == ("11501", "anduong.hocvu.vn")
    assert AuditEntry.objects.filter(action="changed a ward").get().details == {"fields": "code, host"}
    page = client.get("/noi-lam-viec/", {"tim": "an duong", "loai": "xa"}).content.decode()
    assert "Xã An Dương" in page
    assert "Phường An Dương" not in page


def test_the_coordinator_adds_neighbourhoods_by_name(client):
    ward = Ward.objects.create(code="1", slug="x", name="X", kind="xa", neighbourhood_kind="thon", city="tỉnh Y")
    client.force_login(make_account("thu", Role.COORDINATOR, ward=ward, unit=Unit.objects.create(ward=ward, name="P")))
    client.post("/khu-dan-cu/them/", {"names": "Thôn Đông\r\n\r\n  Thôn 05 \r\n", "valid_from": "01/07/2025"})
    assert list(Neighbourhood.objects.values_list("name", "number")) == [("Thôn 05", 5), ("Thôn Đông", None)]

    again = client.post("/khu-dan-cu/them/", {"names": "Thôn Tây\nThôn Đông"})
    assert again.status_code == 422
    assert "Tên “Thôn Đông” bị trùng" in again.content.decode()
    assert "Thôn Tây" in again.content.decode()
    assert Neighbourhood.objects.count() == 2


@pytest.mark.parametrize("name", ["!!!", "北京"])
def test_a_ward_whose_name_has_no_letters_of_ours_is_refused(client, answer, name):
    told = client.post("/bat-dau/", {**answer, "name": name})
    assert told.status_code == 422
    assert "Tên phải có chữ cái" in told.content.decode()


def test_a_long_name_without_a_code_can_be_saved_again(client):
    client.force_login(make_account("root", Role.ADMINISTRATOR))
    fields = {"name": "Nguyễn Bỉnh Khiêm", "kind": "xa", "neighbourhood_kind": "thon", "city": "thành phố Hải Phòng"}
    for _ in range(2):
        client.post("/noi-lam-viec/them/", fields)
    first, second = Ward.objects.order_by("pk")
    assert (first.code, second.code) == ("nguyen-binh-", "nguyen-binh--2")
    assert client.post(f"/noi-lam-viec/{second.slug}/sua/", {**fields, "code": second.code}).status_code == 302


def test_a_weak_password_is_refused_in_vietnamese(client, answer):
    for weak, why in (("ngắn", "quá ngắn"), ("123456789012", "chỉ có chữ số"), ("quantri12345", "gần giống tên")):
        told = client.post("/bat-dau/", {**answer, "password": weak, "again": weak}).content.decode()
        assert why in told
        assert "password" not in told.split("<main")[1].replace('"password"', "").replace("new-password", "").replace(
            "id_password", ""
        )
