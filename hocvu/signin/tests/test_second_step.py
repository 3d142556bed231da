"""Staff come in with a second step: an app's code, a recovery code, a passkey; and nobody with less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

import pyotp
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import Client
from django.utils import timezone

from hocvu.signin import second_step, throttling
from hocvu.signin.models import FailedSignIn, Passkey, RecoveryCode, SignIn, Totp
from hocvu.ward import audit, register
from hocvu.ward.capabilities import Role
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, AuditEntry, Notice
from hocvu.ward.tests.cast import PASSWORD, make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
DOOR, STEP = "/dang-nhap/can-bo/", "/dang-nhap/can-bo/buoc-hai/"


@pytest.fixture
def lan() -> Account:
    ward = make_ward()
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    return make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office, name="Nguyễn Thị Lan")


def secret_of(account: Account) -> str:
    row = Totp.objects.filter(account=account).latest("pk")
    return keyring().open(row.secret_sealed, row.place)


def code_of(account: Account, steps: int = 0) -> str:
    """What the app shows, now or so many half minutes from now."""
    return pyotp.TOTP(secret_of(account)).at(timezone.now() + timedelta(seconds=30 * steps))


def give_app(account: Account) -> list[str]:
    """The account sets the app up, half a minute ago; answers the recovery codes."""
    second_step.begin_app(account)
    return second_step.confirm_app(account, code_of(account, -1), address="10.0.0.9")


def knows_password(client: Client, onward: str = "", username: str = "lan", password: str = PASSWORD):
    return client.post(DOOR, {"username": username, "password": password, "next": onward})


def sign_in(client: Client, code: str):
    knows_password(client)
    return client.post(STEP, {"code": code})


def shown_codes(page: str) -> list[str]:
    return re.findall(r'<li><strong class="hv-num">([0-9 ]+)</strong>', page)


# ---- Through the door


def test_it_asks_for_the_app_s_code_after_the_password_and_goes_on_where_lan_was_heading(client, lan):
    give_app(lan)
    assert knows_password(client, "/toi/mat-khau/").headers["Location"] == STEP
    assert "mã trong ứng dụng" in client.get(STEP).content.decode()
    answer = client.post(STEP, {"code": code_of(lan)})
    assert answer.headers["Location"] == "/toi/mat-khau/"
    assert client.get("/toi/").status_code == 200
    assert SignIn.objects.get().way == "password"


def test_the_password_alone_opens_nothing(client, lan):
    give_app(lan)
    knows_password(client)
    for address in ("/toi/", "/toi/bao-mat/", "/nhiem-vu/", "/ban-lam-viec/"):
        assert client.get(address).headers["Location"].startswith("/dang-nhap/")
    assert client.post("/dang-nhap/can-bo/khoa/moi/").status_code == 403
    assert client.post("/dang-nhap/can-bo/thiet-lap/ung-dung/").headers["Location"] == DOOR
    assert not SignIn.objects.exists()


def test_the_second_step_without_the_password_leads_back_to_the_door(client, lan):
    give_app(lan)
    assert client.get(STEP).headers["Location"] == DOOR
    assert client.post(STEP, {"code": code_of(lan)}).headers["Location"] == DOOR


def test_the_password_is_remembered_for_five_minutes_only(client, lan):
    give_app(lan)
    knows_password(client)
    with mock.patch("hocvu.signin.pending.timezone.now", return_value=timezone.now() + timedelta(minutes=6)):
        assert client.post(STEP, {"code": code_of(lan)}).headers["Location"] == DOOR


@pytest.mark.parametrize("meanwhile", ["off", "password"])
def test_what_happens_to_the_account_meanwhile_ends_the_waiting(client, lan, meanwhile):
    give_app(lan)
    knows_password(client)
    if meanwhile == "off":
        Account.objects.update(is_active=False)
    else:
        lan.set_password("mật khẩu khác hẳn cái cũ")
        lan.save()
    assert client.post(STEP, {"code": code_of(lan)}).headers["Location"] == DOOR


def test_a_wrong_code_is_refused_in_a_sentence_and_is_in_the_trail(client, lan):
    give_app(lan)
    answer = sign_in(client, "000000" if code_of(lan) != "000000" else "000001")
    assert answer.status_code == 422
    assert "Mã chưa đúng" in answer.content.decode()
    assert AuditEntry.objects.filter(action="failed at the second step").count() == 1


def test_a_code_that_is_too_short_is_not_counted_as_a_guess(client, lan):
    give_app(lan)
    answer = sign_in(client, "123")
    assert "6 số" in answer.content.decode()
    assert not FailedSignIn.objects.exists()


def test_a_code_opens_once(client, lan):
    give_app(lan)
    code = code_of(lan)
    assert sign_in(client, code).status_code == 302
    assert sign_in(Client(), code).status_code == 422


def test_a_clock_that_is_half_a_minute_off_is_forgiven_and_more_is_not(lan):
    give_app(lan)
    Totp.objects.update(last_step=0)
    for off, opens in ((-2, False), (2, False), (-1, True), (1, True)):
        Totp.objects.update(last_step=0)
        assert second_step.check(lan, code_of(lan, off), address="10.0.0.1").is_right is opens


def test_five_wrong_codes_close_the_step_even_for_the_right_one_and_lan_is_told(client, lan):
    give_app(lan)
    knows_password(client)
    for guess in range(5):
        client.post(STEP, {"code": f"{guess:06d}"})
    answer = client.post(STEP, {"code": code_of(lan)})
    assert "thử lại sau 15 phút" in answer.content.decode()
    assert Notice.objects.filter(account=lan, text__contains="đúng mật khẩu").exists()


def test_a_recovery_code_opens_once_and_lan_is_told(client, lan):
    codes = give_app(lan)
    assert len(codes) == len(set(codes)) == 10
    assert sign_in(client, codes[3]).status_code == 302
    assert sign_in(Client(), codes[3]).status_code == 422
    assert sign_in(Client(), codes[4].replace(" ", "-")).status_code == 302
    assert Notice.objects.filter(account=lan, text__contains="mã dự phòng").exists()


def test_somebody_else_s_recovery_code_opens_nothing(client, lan):
    mai = make_account("mai")
    theirs = give_app(mai)
    give_app(lan)
    assert sign_in(client, theirs[0]).status_code == 422


def test_the_session_gets_a_new_key_at_the_password_and_at_the_second_step(client, lan):
    give_app(lan)
    client.post("/dang-nhap/can-bo/khoa/hoi/")  # something that opens a session for nobody
    planted = client.session.session_key
    knows_password(client)
    waiting = client.session.session_key
    client.post(STEP, {"code": code_of(lan)})
    keys = [planted, waiting, client.session.session_key]
    assert len(set(keys)) == 3
    thief = Client()
    for old in keys[:2]:
        thief.cookies["sessionid"] = old
        assert thief.get("/toi/").status_code == 302


def test_nothing_tells_an_account_with_a_second_step_apart_before_the_right_password(client, lan):
    mai = make_account("mai", name="Lê Thị Mai")
    give_app(mai)

    def said(username: str) -> str:
        page = Client().post(DOOR, {"username": username, "password": "sai bét nhè rồi"})
        assert page.status_code == 422
        return re.sub(r'value="[^"]*"|csrf-token" content="[^"]*"', "", page.content.decode())

    assert said("lan") == said("mai") == said("khong-co-ai")
    assert DOOR == "/dang-nhap/can-bo/"


# ---- Where it must be had


def test_staff_must_set_one_up_before_anything_opens_where_it_is_required(client, lan, settings):
    settings.STAFF_SECOND_STEP = "required"
    setting_up = "/dang-nhap/can-bo/thiet-lap/"
    assert knows_password(client, "/toi/").headers["Location"] == setting_up
    assert client.get("/toi/").status_code == 302
    assert client.get(setting_up).status_code == client.get(f"{setting_up}khoa/").status_code == 200
    assert client.post(f"{setting_up}ung-dung/").headers["Location"] == f"{setting_up}ung-dung/"
    page = client.get(f"{setting_up}ung-dung/").content.decode()
    assert "data:image/svg+xml" in page
    assert secret_of(lan)[:4] in page
    assert client.post(f"{setting_up}ung-dung/", {"code": "123456"}).status_code == 422
    done = client.post(f"{setting_up}ung-dung/", {"code": code_of(lan)})
    assert len(shown_codes(done.content.decode())) == 10
    assert 'href="/toi/"' in done.content.decode()
    assert client.get("/toi/").status_code == 200
    assert knows_password(Client()).headers["Location"] == STEP


def test_where_it_is_optional_the_page_about_oneself_suggests_it(client, lan):
    assert knows_password(client).headers["Location"] == "/ban-lam-viec/"
    assert "Thêm bước thứ hai" in client.get("/toi/").content.decode()
    give_app(lan)
    assert "Thêm bước thứ hai" not in client.get("/toi/").content.decode()


def test_production_without_keys_says_so_instead_of_breaking(client, lan, settings):
    settings.STAFF_SECOND_STEP = "required"
    knows_password(client)
    with mock.patch("hocvu.signin.second_step.keyring", side_effect=ImproperlyConfigured("no keys")):
        answer = client.post("/dang-nhap/can-bo/thiet-lap/ung-dung/")
    assert answer.status_code == 422
    assert "REGISTER_KEYS" in answer.content.decode()


# ---- One's own keys


def test_lan_sets_up_an_app_and_sees_her_recovery_codes_once(client, lan):
    client.force_login(lan)
    assert client.post("/toi/bao-mat/ung-dung/dat/", {"password": "sai bét nhè rồi"}).status_code == 422
    assert not Totp.objects.exists()
    client.post("/toi/bao-mat/ung-dung/dat/", {"password": PASSWORD})
    assert secret_of(lan)[:4] in client.get("/toi/bao-mat/ung-dung/").content.decode()
    codes = shown_codes(client.post("/toi/bao-mat/ung-dung/", {"code": code_of(lan)}).content.decode())
    assert len(codes) == 10
    page = client.get("/toi/bao-mat/").content.decode()
    assert codes[0] not in page
    assert "Số mã chưa dùng: 10" in page
    assert AuditEntry.objects.filter(action="set up the app of codes").exists()
    assert Notice.objects.filter(account=lan, text__contains="Đã đặt ứng dụng").exists()


def test_a_new_phone_takes_over_only_once_it_has_shown_a_code(client, lan):
    give_app(lan)
    old = secret_of(lan)
    client.force_login(lan)
    client.post("/toi/bao-mat/ung-dung/dat/", {"password": PASSWORD})
    assert second_step.check(lan, pyotp.TOTP(old).now(), address="10.0.0.1").is_right
    client.post("/toi/bao-mat/ung-dung/", {"code": code_of(lan)})
    assert Totp.objects.get(account=lan).confirmed_at is not None
    Totp.objects.update(last_step=0)
    assert not second_step.check(lan, pyotp.TOTP(old).now(), address="10.0.0.1").is_right


def test_new_recovery_codes_end_the_old_ones(client, lan):
    old = give_app(lan)
    client.force_login(lan)
    new = shown_codes(client.post("/toi/bao-mat/ma-du-phong/", {"password": PASSWORD}).content.decode())
    assert sign_in(Client(), old[0]).status_code == 422
    assert sign_in(Client(), new[0]).status_code == 302


def test_the_last_second_step_goes_only_with_the_password_and_a_code(client, lan):
    give_app(lan)
    client.force_login(lan)
    assert client.post("/toi/bao-mat/ung-dung/bo/", {"password": PASSWORD}).status_code == 422
    assert client.post("/toi/bao-mat/ung-dung/bo/", {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert client.post("/toi/bao-mat/ung-dung/bo/", {"password": "sai", "code": code_of(lan)}).status_code == 422
    assert FailedSignIn.objects.exists()  # what was refused stays counted
    assert second_step.held_by(lan)
    assert client.post("/toi/bao-mat/ung-dung/bo/", {"password": PASSWORD, "code": code_of(lan)}).status_code == 302
    assert not second_step.held_by(lan)
    assert not RecoveryCode.objects.exists()


def test_the_last_second_step_stays_where_it_is_required(client, lan, settings):
    settings.STAFF_SECOND_STEP = "required"
    give_app(lan)
    client.force_login(lan)
    answer = client.post("/toi/bao-mat/ung-dung/bo/", {"password": PASSWORD, "code": code_of(lan)})
    assert "bắt buộc" in answer.content.decode()
    assert second_step.held_by(lan)


def test_another_one_can_go_with_the_password_alone(client, lan):
    give_app(lan)
    key = Passkey.objects.create(account=lan, credential_id="x", public_key=b"", label="Máy cũ", made_at=timezone.now())
    client.force_login(lan)
    assert client.post(f"/toi/bao-mat/khoa/{key.pk}/bo/", {"password": PASSWORD}).status_code == 302
    assert not Passkey.objects.exists()


def test_nobody_removes_another_s_passkey(client, lan):
    mai = make_account("mai")
    key = Passkey.objects.create(account=mai, credential_id="x", public_key=b"", label="Máy", made_at=timezone.now())
    client.force_login(lan)
    assert client.post(f"/toi/bao-mat/khoa/{key.pk}/bo/", {"password": PASSWORD}).status_code == 404


def test_citizens_have_no_second_step_page(client, lan):
    lan.kind = Account.Kind.CITIZEN
    lan.save()
    client.force_login(lan)
    assert client.get("/toi/bao-mat/").status_code == 403
    assert client.post("/dang-nhap/can-bo/khoa/moi/").status_code == 403


def test_the_secret_lies_sealed_and_follows_the_rotation_of_keys(lan):
    give_app(lan)
    row = Totp.objects.get()
    assert secret_of(lan).encode() not in bytes(row.secret_sealed)
    assert ("Totp", "secret_sealed") in {(model.__name__, field) for model, field, _ in register._SEALED}


def test_no_code_or_key_stands_in_the_trail(client, lan):
    codes = give_app(lan)
    secret, used = secret_of(lan), code_of(lan)
    sign_in(client, used)
    sign_in(Client(), codes[0])
    kept = " ".join(f"{e.details} {e.target}" for e in AuditEntry.objects.all())
    kept += " ".join(Notice.objects.values_list("text", flat=True))
    for word in (secret, used, codes[0], codes[0].replace(" ", "")):
        assert word not in kept


# ---- Lost everything


def test_an_administrator_takes_a_lost_second_step_away_and_lan_sets_up_anew(client, lan):
    codes = give_app(lan)
    root, other = (make_account(name, Role.ADMINISTRATOR) for name in ("quantri", "quantri2"))
    sign_in(client, code_of(lan))
    office = Client()
    office.force_login(root)
    assert "ứng dụng lấy mã" in office.get(f"/tai-khoan/{lan.pk}/").content.decode().lower()
    assert office.post(f"/tai-khoan/{lan.pk}/buoc-hai/", {"reason": ""}).status_code == 422
    assert office.post(f"/tai-khoan/{lan.pk}/buoc-hai/", {"reason": "Mất điện thoại."}).status_code == 302
    assert client.get("/toi/").status_code == 302  # the open session is over
    assert {n.account for n in Notice.objects.filter(key__startswith="second-step-reset")} == {lan, other}
    assert knows_password(client).headers["Location"] == "/dang-nhap/can-bo/thiet-lap/"
    assert client.post(STEP, {"code": codes[0]}).status_code in (302, 422)
    assert client.get("/toi/").status_code == 302
    client.post("/dang-nhap/can-bo/thiet-lap/ung-dung/")
    client.post("/dang-nhap/can-bo/thiet-lap/ung-dung/", {"code": code_of(lan)})
    assert client.get("/toi/").status_code == 200


def test_nobody_resets_ones_own(client, lan):
    root = make_account("quantri", Role.ADMINISTRATOR)
    give_app(root)
    client.force_login(root)
    assert client.post(f"/tai-khoan/{root.pk}/buoc-hai/", {"reason": "Mất điện thoại"}).status_code == 422
    assert second_step.held_by(root)
    client.force_login(lan)
    assert client.post(f"/tai-khoan/{root.pk}/buoc-hai/", {"reason": "Mất điện thoại"}).status_code == 403


# ---- Many at once


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[None]:
    """Real transactions for threads; the flush afterwards may remove what the trail holds."""
    yield
    audit.disarm()


def test_fifty_guesses_at_once_are_at_most_five(unguarded, lan):
    give_app(lan)
    FailedSignIn.objects.all().delete()
    judged: list[str] = []
    real = second_step._take

    def seen(account: Account, digits: str) -> bool:
        judged.append(digits)
        return real(account, digits)

    def guess(n: int) -> None:
        try:
            second_step.check(lan, f"{n:06d}", address=f"10.0.1.{n}")
        finally:
            connections.close_all()

    with mock.patch.object(second_step, "_take", seen), ThreadPoolExecutor(10) as pool:
        list(pool.map(guess, range(50)))
    assert len(judged) == 5
    assert throttling.waiting(second_step.doors_of(lan, "10.0.0.1")[0])


def test_one_code_sent_twice_at_once_opens_once(unguarded, lan):
    give_app(lan)
    code = code_of(lan)

    def use(n: int) -> bool:
        try:
            return second_step.check(lan, code, address=f"10.0.1.{n}").is_right
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1
