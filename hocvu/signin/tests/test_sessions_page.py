"""Where an account is open and how it was come in with; what an administrator does to an account shows at once."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.test import Client, RequestFactory

from hocvu.lib import clock
from hocvu.signin import citizens, sessions
from hocvu.signin.models import Proof, SignIn, Way
from hocvu.ward import granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Grant, Notice, Ward
from hocvu.ward.tests.cast import PASSWORD, make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
DOOR = "/dang-nhap/can-bo/"
PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0"


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def lan(ward: Ward) -> Account:
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    return make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office, name="Nguyễn Thị Lan")


def come_in(agent: str = DESKTOP, username: str = "lan", address: str = "203.113.7.19") -> Client:
    browser = Client(headers={"user-agent": agent})
    sent = {"username": username, "password": PASSWORD}
    assert browser.post(DOOR, sent, REMOTE_ADDR=address).status_code == 302
    return browser


def test_it_lists_every_open_session_and_marks_this_one(lan):
    come_in(PHONE, address="203.113.9.4")
    page = come_in().get("/toi/phien/").content.decode()
    assert "Chrome trên Android" in page
    assert "Firefox trên Windows" in page
    assert page.count("Phiên này") == 1
    assert page.index("Phiên này") < page.index("Chrome trên Android")
    assert "203.113.9.0/24" in page
    assert "203.113.9.4" not in page


def test_it_ends_a_session_from_elsewhere(lan):
    phone, here = come_in(PHONE), come_in()
    row = SignIn.objects.get(device_label="Chrome trên Android")
    here.post(f"/toi/phien/{row.pk}/ket-thuc/")
    assert phone.get("/toi/").status_code == 302
    assert here.get("/toi/").status_code == 200
    assert AuditEntry.objects.filter(action="ended a session").exists()


def test_it_ends_all_sessions_but_this_one(lan):
    others, here = [come_in(PHONE), come_in()], come_in()
    here.post("/toi/phien/ket-thuc-het/")
    assert [one.get("/toi/").status_code for one in (*others, here)] == [302, 302, 200]
    assert "Kết thúc mọi phiên khác" not in here.get("/toi/phien/").content.decode()


def test_ending_this_session_signs_out(lan):
    here = come_in()
    here.post(f"/toi/phien/{SignIn.objects.get().pk}/ket-thuc/")
    assert here.get("/toi/").status_code == 302


def test_nobody_ends_another_s_session(lan):
    make_account("mai")
    hers = come_in()
    row = SignIn.objects.get(account=lan)
    assert come_in(username="mai").post(f"/toi/phien/{row.pk}/ket-thuc/").status_code == 404
    assert hers.get("/toi/").status_code == 200


def test_the_history_tells_of_tries_that_failed_and_leaves_as_a_spreadsheet(lan):
    stranger = Client()
    stranger.post(DOOR, {"username": "lan", "password": "sai bét nhè rồi"})
    here = come_in()
    page = here.get("/toi/phien/lich-su/").content.decode()
    assert "Không vào được" in page
    assert "Sai mật khẩu" in page
    assert "Firefox trên Windows" in page
    answer = here.get("/toi/phien/lich-su/?dinh-dang=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 3
    assert rows[1][1] == "Đã vào"


def test_the_history_is_one_s_own(lan):
    make_account("mai")
    Client().post(DOOR, {"username": "lan", "password": "sai bét nhè rồi"})
    assert "Sai mật khẩu" not in come_in(username="mai").get("/toi/phien/lich-su/").content.decode()


def test_the_history_shows_fifty(lan):
    here = come_in()
    row = SignIn.objects.get()
    for n in range(60):
        SignIn.objects.create(account=lan, way=row.way, proof=row.proof, at=row.at - timedelta(days=n + 1))
    assert "50 lần." in here.get("/toi/phien/lich-su/").content.decode()


def test_a_citizen_sees_the_same_in_the_citizens_frame(client, ward):
    learner = citizens.open_account(ward, full_name="Phạm Văn Tư")
    request = RequestFactory().get("/", headers={"user-agent": PHONE})
    request.session = client.session
    sessions.open_session(request, learner, sessions.How(Way.PHONE, Proof.PHONE))
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    for address in ("/toi/phien/", "/toi/phien/lich-su/"):
        page = client.get(address).content.decode()
        assert "Chrome trên Android" in page
        assert 'class="hv-desk"' not in page


def test_a_new_device_is_told_to_its_owner_and_a_known_one_is_not(lan):
    first = come_in()
    assert not Notice.objects.filter(account=lan).exists()  # the very first one is no news
    first.post("/dang-xuat/")
    first.post(DOOR, {"username": "lan", "password": PASSWORD})
    assert not Notice.objects.filter(account=lan).exists()
    come_in(PHONE)
    told = Notice.objects.get(account=lan)
    assert "Chrome trên Android" in told.text
    assert told.href == "/toi/phien/"


# ---- Rights that ended


def test_a_role_that_an_administrator_ended_opens_nothing_at_the_very_next_request(client, lan):
    hers = come_in()
    assert hers.get("/nhiem-vu/").status_code == 200
    client.force_login(make_account("quantri", Role.ADMINISTRATOR))
    client.post(f"/vai-tro/{Grant.objects.get(account=lan).pk}/thoi/")
    assert hers.get("/nhiem-vu/").status_code == 403
    assert hers.get("/toi/").status_code == 200


def test_an_account_that_was_switched_off_is_out_at_its_next_request(client, lan):
    hers = come_in()
    client.force_login(make_account("quantri", Role.ADMINISTRATOR))
    client.post(f"/tai-khoan/{lan.pk}/khoa/")
    assert hers.get("/toi/").status_code == 302
    assert SignIn.objects.get(account=lan).ended_why == "khóa tài khoản"
    client.post(f"/tai-khoan/{lan.pk}/khoa/")  # and on again
    assert hers.get("/toi/").status_code == 302  # the old session stays over


def test_a_password_that_an_administrator_renewed_ends_the_sessions(client, lan):
    hers = come_in()
    client.force_login(make_account("quantri", Role.ADMINISTRATOR))
    client.post(f"/tai-khoan/{lan.pk}/mat-khau/")
    assert hers.get("/toi/").status_code == 302
    assert SignIn.objects.get(account=lan).ended_why == "cấp lại mật khẩu"


def test_a_role_ends_by_itself_the_day_after_its_last(lan, ward):
    mai = make_account("mai")
    today = clock.today()
    granting.grant(mai, Role.CLERK, ward=ward, by=None, valid_from=date(2025, 1, 1), valid_to=today - timedelta(days=1))
    assert come_in(username="mai").get("/nhiem-vu/").status_code == 403
