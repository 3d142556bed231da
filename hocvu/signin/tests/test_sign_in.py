"""Staff sign in by password, slowly where somebody guesses; and are told who they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hocvu.signin import throttling
from hocvu.signin.models import FailedSignIn
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Ward
from hocvu.ward.tests.cast import PASSWORD, make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
ADDRESS = "/dang-nhap/can-bo/"


@pytest.fixture
def lan() -> Account:
    ward = make_ward()
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    return make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office, name="Nguyễn Thị Lan")


def wrong(client: Client, times: int, username: str = "lan", address: str = "10.0.0.1") -> int:
    status = 0
    for _ in range(times):
        sent = client.post(ADDRESS, {"username": username, "password": "sai bét nhè rồi"}, REMOTE_ADDR=address)
        status = sent.status_code
    return status


def test_it_signs_lan_in_and_takes_her_where_she_was_going(client, lan):
    answer = client.post(f"{ADDRESS}?next=/toi/", {"username": " LAN ", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/toi/"
    assert AuditEntry.objects.filter(action="signed in").count() == 1


def test_it_never_sends_anyone_to_another_site(client, lan):
    answer = client.post(f"{ADDRESS}?next=https://xau.example/", {"username": "lan", "password": PASSWORD})
    assert answer.headers["Location"] == "/ban-lam-viec/"


def test_it_keeps_the_name_and_says_what_to_do_after_a_wrong_password(client, lan):
    answer = client.post(ADDRESS, {"username": "lan", "password": "sai bét nhè rồi"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in page
    assert 'value="lan"' in page
    assert "sai bét" not in page


def test_it_says_the_same_to_a_stranger_as_to_a_wrong_password(client, lan):
    known = client.post(ADDRESS, {"username": "lan", "password": "sai bét nhè rồi"}).content.decode()
    unknown = client.post(ADDRESS, {"username": "khong-co-ai", "password": "sai bét nhè rồi"}).content.decode()
    sentence = "Tên đăng nhập hoặc mật khẩu chưa đúng"
    assert sentence in known
    assert sentence in unknown


def test_it_closes_the_door_after_five_wrong_tries_even_for_the_right_password(client, lan):
    wrong(client, 5)
    answer = client.post(ADDRESS, {"username": "lan", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 422
    assert "thử lại sau 15 phút" in answer.content.decode()


def test_it_leaves_the_door_open_for_lan_at_another_address(client, lan):
    wrong(client, 5)
    answer = client.post(ADDRESS, {"username": "lan", "password": PASSWORD}, REMOTE_ADDR="10.0.0.2")
    assert answer.status_code == 302


def test_it_closes_the_name_after_twenty_tries_from_anywhere(client, lan):
    for n in range(20):
        wrong(client, 1, address=f"10.0.1.{n}")
    answer = client.post(ADDRESS, {"username": "lan", "password": PASSWORD}, REMOTE_ADDR="10.0.2.1")
    assert "thử lại sau" in answer.content.decode()


def test_it_opens_the_door_again_after_a_quarter_of_an_hour(client, lan):
    wrong(client, 5)
    FailedSignIn.objects.update(at=timezone.now() - timedelta(minutes=16))
    answer = client.post(ADDRESS, {"username": "lan", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 302


def test_it_forgets_tries_that_no_longer_count(client, lan):
    wrong(client, 2)
    FailedSignIn.objects.update(at=timezone.now() - timedelta(days=2))
    wrong(client, 1)
    assert throttling.forget_old() == 2 * 3
    assert FailedSignIn.objects.count() == 3


def test_it_keeps_neither_the_name_nor_the_address_of_a_failure(client, lan):
    wrong(client, 1)
    kept = " ".join(FailedSignIn.objects.values_list("key", flat=True))
    assert "lan" not in kept
    assert "10.0.0.1" not in kept


def test_it_refuses_an_account_that_was_switched_off(client, lan):
    Account.objects.update(is_active=False)
    assert client.post(ADDRESS, {"username": "lan", "password": PASSWORD}).status_code == 422


def test_it_tells_who_i_am_to_a_person_and_to_a_script(client, lan):
    client.force_login(lan)
    assert "Nguyễn Thị Lan" in client.get("/toi/").content.decode()
    answer = client.get("/toi/", headers={"accept": "application/json"}).json()
    assert answer["username"] == "lan"
    assert answer["grants"][0]["role"] == "unit_officer"
    assert answer["grants"][0]["capabilities"]["tasks.read"] == "unit"


def test_it_answers_a_script_that_is_signed_out_with_401_not_with_a_page(client):
    answer = client.get("/toi/", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["error"] == "signed_out"


def test_it_sends_a_person_who_is_signed_out_to_the_door(client):
    answer = client.get("/toi/")
    assert answer.headers["Location"] == "/dang-nhap/?next=/toi/"


def test_it_changes_the_password_and_ends_other_sessions(client, lan):
    other = Client()
    other.force_login(lan)
    client.force_login(lan)
    new = "đi từng ngõ gõ từng nhà"
    answer = client.post("/toi/mat-khau/", {"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert client.get("/toi/").status_code == 200
    assert other.get("/toi/").status_code == 302


def test_it_refuses_a_short_new_password_with_the_reason(client, lan):
    client.force_login(lan)
    answer = client.post("/toi/mat-khau/", {"current": PASSWORD, "new": "ngắn", "again": "ngắn"})
    assert answer.status_code == 422
    assert "12 ký tự" in answer.content.decode()


def test_it_lets_only_those_whose_role_spans_wards_change_the_ward(client, lan):
    other = make_ward("Đông Hải", code="11411", slug="dong-hai")
    client.force_login(lan)
    client.post("/toi/noi-lam-viec/", {"ward": "dong-hai"})
    assert client.get("/toi/", headers={"accept": "application/json"}).json()["ward"] == "hai-an"

    client.force_login(make_account("thanhpho", Role.CITY_VIEWER))
    client.post("/toi/noi-lam-viec/", {"ward": "dong-hai"})
    assert client.get("/toi/", headers={"accept": "application/json"}).json()["ward"] == "dong-hai"
    assert Ward.objects.count() == 2
    assert other.title == "phường Đông Hải"


def test_it_signs_out_only_when_asked_by_a_form(client, lan):
    client.force_login(lan)
    assert client.get("/dang-xuat/").status_code == 405
    client.post("/dang-xuat/")
    assert client.get("/toi/").status_code == 302
