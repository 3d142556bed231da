"""Signing in with a phone: three screens, a code that only its own browser can use, and numbers that change hands."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from hocvu.lib.refusals import Refusal
from hocvu.signin import citizens, jobs, personal, phone, sessions
from hocvu.signin.models import FailedSignIn, PhoneCode, PhoneLink, Proof, SignIn, Way
from hocvu.ward import audit, register, sms, subject_data
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Person, SmsDay, SmsMessage, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward
from tests.judge.pages import Sight, arrive

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "0912345678", "0987654321"
DOOR, CODE, NAME, STALE = (
    "/dang-nhap/dien-thoai/",
    "/dang-nhap/dien-thoai/ma/",
    "/dang-nhap/dien-thoai/ten/",
    "/dang-nhap/dien-thoai/so-cu/",
)
MINE = "/toi/dien-thoai/"


@pytest.fixture(autouse=True)
def box(settings, tmp_path: Path) -> Path:
    """The file that messages go into."""
    settings.SMS_GATEWAY, settings.DATA_DIR = "file", tmp_path
    return tmp_path / "sms.jsonl"


@pytest.fixture
def ward() -> Ward:
    return make_ward()


def messages(number: str = NUMBER) -> list[str]:
    file = sms._file()
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [row["text"] for row in rows if row["to"] == number]


def code_of(number: str = NUMBER) -> str:
    found = re.search(r"\b\d{6}\b", messages(number)[-1])
    assert found
    return found.group()


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06d}"


class Visitor:
    """Somebody at a browser; what waits for a commit happens after each step."""

    def __init__(self, capture: Callable[..., Any], address: str = "10.0.0.1") -> None:
        self.client, self.capture, self.address = Client(), capture, address

    def post(self, path: str, **data: str) -> HttpResponse:
        with self.capture(execute=True):
            return self.client.post(path, data, REMOTE_ADDR=self.address)

    def page(self, path: str) -> str:
        return self.client.get(path).content.decode()

    def ask(self, number: str = NUMBER, **data: str) -> HttpResponse:
        return self.post(DOOR, phone=number, **data)

    def come_in(self, number: str = NUMBER, name: str = "Trần Thị Nết") -> Account:
        """All three screens, or as many as it takes."""
        self.ask(number)
        if self.post(CODE, code=code_of(number)).headers["Location"] == NAME:
            self.post(NAME, full_name=name)
        return self.account()

    def account(self) -> Account:
        return Account.objects.get(pk=self.client.session["_auth_user_id"])

    @property
    def is_in(self) -> bool:
        return "_auth_user_id" in self.client.session

    def as_by(self, account: Account, way: Way, proof: Proof) -> Visitor:
        """Signed in through another door."""
        self.client.force_login(account)
        session, at = self.client.session, timezone.now()
        row = SignIn.objects.create(
            account=account, way=way, proof=proof, at=at, seen_at=at, session_key=session.session_key
        )
        session[sessions.HOW] = {
            "sign_in": row.pk, "way": str(way), "proof": str(proof), "at": at.timestamp(), "seen": at.timestamp()
        }  # fmt: skip
        session.save()
        return self


@pytest.fixture
def visit(django_capture_on_commit_callbacks) -> Callable[..., Visitor]:
    return lambda address="10.0.0.1": Visitor(django_capture_on_commit_callbacks, address)


@pytest.fixture
def net(ward, visit) -> Visitor:
    return visit()


def hours_pass() -> None:
    """So long that codes may be asked for again."""
    FailedSignIn.objects.update(at=timezone.now() - timedelta(hours=2))
    PhoneCode.objects.update(made_at=timezone.now() - timedelta(hours=2))


def unused_for(days: int, number: str = NUMBER) -> PhoneLink:
    link = PhoneLink.objects.active().get(phone_index=phone._index(number))
    link.last_used_at = timezone.now() - timedelta(days=days)
    link.save()
    hours_pass()
    return link


# ---- Coming in


def test_it_lets_an_elder_in_with_three_screens(net):
    assert "Số điện thoại di động" in net.page(f"{DOOR}?next=/toi/dien-thoai/")
    asked = net.ask("+84 912.345.678", next="/toi/dien-thoai/")
    assert (asked.status_code, asked.headers["Location"]) == (302, CODE)
    assert "0912 345 678" in net.page(CODE)
    assert net.post(CODE, code=code_of()).headers["Location"] == NAME
    assert "Bác tên gì?" in net.page(NAME)
    done = net.post(NAME, full_name="  Trần  Thị Nết ")
    assert done.headers["Location"] == "/toi/dien-thoai/"
    account = net.account()
    assert (account.full_name, account.is_citizen, account.person) == ("Trần Thị Nết", True, None)
    row = SignIn.objects.get()
    assert (row.way, row.proof) == ("phone", "phone")
    assert "•••••••678" in net.page(MINE)


def test_it_lets_her_in_with_two_the_next_time(net, visit):
    first = net.come_in()
    again = visit()
    again.ask()
    assert again.post(CODE, code=code_of()).headers["Location"] == "/toi/"
    assert again.account() == first
    assert Account.objects.count() == 1


def test_it_never_joins_anybody_to_the_register_by_a_phone(net, ward):
    person = Person(ward=ward, full_name="Trần Thị Nết", plain_name="tran thi net")
    register.seal_phone(person, NUMBER)
    person.save()
    assert net.come_in().person is None
    assert PhoneLink.objects.get().phone_index != person.phone_index


@pytest.mark.parametrize("typed", ["0225 3747 123", "12345", "+1 202 555 0100", "không nhớ"])
def test_it_says_what_is_wrong_with_a_number_and_keeps_it(net, typed):
    answer = net.ask(typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Hãy nhập đủ 10 số" in page
    assert f'value="{typed}"' in page
    assert not SmsMessage.objects.exists()


def test_it_asks_nobody_for_a_phone_where_no_message_can_be_sent(net, settings):
    assert "Dùng số điện thoại" in net.page("/dang-nhap/")
    settings.SMS_GATEWAY = ""
    assert "Dùng số điện thoại" not in net.page("/dang-nhap/")
    assert net.ask().headers["Location"] == "/dang-nhap/"


def test_it_does_not_tell_a_known_number_from_an_unknown_one(net, visit):
    net.come_in()
    hours_pass()

    def seen(number: str) -> list[str]:
        stranger = visit("10.0.0.9")
        asked = stranger.ask(number)
        page = re.sub(r'csrfmiddlewaretoken" value="\w+', "", stranger.page(CODE))
        right = code_of(number)
        refused = stranger.post(CODE, code=wrong(right)).content.decode()
        refused = re.sub(r'csrfmiddlewaretoken" value="\w+', "", refused)
        spoken = f"{number[:4]} {number[4:7]} {number[7:]}"
        return [asked.headers["Location"], *(text.replace(spoken, "") for text in (page, refused))]

    assert seen(NUMBER) == seen(OTHER)


# ---- Codes


def test_a_wrong_code_is_told_and_not_written_back(net):
    net.ask()
    typed = wrong(code_of())
    answer = net.post(CODE, code=typed)
    page = answer.content.decode()
    assert (answer.status_code, net.is_in) == (422, False)
    assert "Còn 4 lần thử" in page
    assert typed not in page


def test_a_code_that_was_mistyped_in_length_costs_no_try(net):
    net.ask()
    assert "đúng 6 chữ số" in net.post(CODE, code="12").content.decode()
    assert PhoneCode.objects.get().tries == 0


def test_a_code_is_worth_nothing_after_five_wrong_tries(net):
    net.ask()
    right = code_of()
    for _ in range(5):
        net.post(CODE, code=wrong(right))
    answer = net.post(CODE, code=right)
    assert (answer.status_code, net.is_in) == (422, False)
    assert "không dùng được nữa" in answer.content.decode()


def test_a_code_is_worth_nothing_after_five_minutes(net):
    net.ask()
    PhoneCode.objects.update(expires_at=timezone.now())
    assert "quá 5 phút" in net.post(CODE, code=code_of()).content.decode()
    assert not net.is_in


def test_a_code_opens_once(net, visit):
    net.come_in()
    hours_pass()
    second = visit()
    second.ask()
    right, kept = code_of(), second.client.session["phone_code"]
    second.post(CODE, code=right)
    session = second.client.session
    session["phone_code"] = kept
    session.save()
    answer = second.post(CODE, code=right)
    assert (answer.status_code, "đã dùng rồi" in answer.content.decode()) == (422, True)
    assert "Nhận mã" in second.page(NAME)


def test_a_new_code_ends_the_old_one(net):
    net.ask()
    old = code_of()
    PhoneCode.objects.update(made_at=timezone.now() - timedelta(seconds=61))
    net.post("/dang-nhap/dien-thoai/gui-lai/")
    assert len(messages()) == 2
    if old != code_of():
        assert net.post(CODE, code=old).status_code == 422
    assert net.post(CODE, code=code_of()).headers["Location"] == NAME


def test_another_code_is_sent_after_a_minute_only(net):
    net.ask()
    net.post("/dang-nhap/dien-thoai/gui-lai/")
    assert "giây nữa" in net.page(CODE)
    assert len(messages()) == 1


def test_a_code_asked_for_in_one_browser_is_refused_in_another(net, visit):
    net.ask()
    thief = visit("10.6.6.6")
    assert "Nhận mã" in thief.post(CODE, code=code_of()).content.decode()
    assert not thief.is_in
    thief.ask(OTHER)
    assert thief.post(CODE, code=code_of()).status_code == 422 or code_of() == code_of(OTHER)
    assert not thief.is_in


def test_screens_out_of_turn_begin_at_the_first(net):
    for path in (CODE, NAME, STALE):
        assert "Nhận mã" in net.page(path)
        assert net.post(path, full_name="Ai đó", code="123456").status_code == 422
    assert not Account.objects.exists()


def test_a_proven_phone_waits_a_quarter_of_an_hour_for_the_name(net):
    net.ask()
    net.post(CODE, code=code_of())
    PhoneCode.objects.update(used_at=timezone.now() - timedelta(minutes=16))
    assert net.post(NAME, full_name="Trần Thị Nết").status_code == 422
    assert not net.is_in


@pytest.mark.parametrize("name", ["", "0912", "Nết 2"])
def test_a_name_is_asked_for_in_letters(net, name):
    net.ask()
    net.post(CODE, code=code_of())
    assert net.post(NAME, full_name=name).status_code == 422


def test_a_locked_account_is_not_opened_and_not_doubled(net, visit):
    account = net.come_in()
    account.is_active = False
    account.save()
    hours_pass()
    again = visit()
    again.ask()
    assert "đang bị khóa" in again.post(CODE, code=code_of()).content.decode()
    assert "đang bị khóa" in again.post(NAME, full_name="Người Khác").content.decode()
    assert (again.is_in, Account.objects.count()) == (False, 1)


def test_the_code_is_kept_as_a_keyed_digest_only(net, caplog):
    caplog.set_level(logging.DEBUG)
    net.ask()
    right = code_of()
    net.post(CODE, code=wrong(right))
    net.post(CODE, code=right)
    net.post(NAME, full_name="Trần Thị Nết")
    kept = str([{**row, "phone_sealed": b""} for row in PhoneCode.objects.values()])
    kept += str(list(AuditEntry.objects.values())) + str(list(FailedSignIn.objects.values_list("key"))) + caplog.text
    kept += str(list(SmsMessage.objects.values()))
    for secret in (NUMBER, NUMBER[1:]):
        assert secret not in kept
    assert not re.search(rf"\b{right}\b", kept)
    assert b"912345678" not in bytes(PhoneCode.objects.get().phone_sealed)


# ---- Pumping


def test_the_fourth_code_of_an_hour_is_refused(net, visit):
    for n in range(3):
        assert visit(f"10.0.1.{n}").ask().status_code == 302
    answer = net.ask()
    assert answer.status_code == 422
    assert "Hãy thử lại sau 60 phút" in answer.content.decode()
    assert f'value="{NUMBER}"' in answer.content.decode()
    assert len(messages()) == 3
    FailedSignIn.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert net.ask().status_code == 302


def test_the_eleventh_code_from_an_address_is_refused(net, visit):
    for n in range(10):
        assert net.ask(f"091234560{n}").status_code == 302
    assert net.ask("0912345699").status_code == 422
    assert visit("10.0.0.2").ask("0912345699").status_code == 302


def test_a_whole_line_of_the_new_addresses_counts_as_one(ward, visit):
    for n in range(10):
        assert visit(f"2001:db8:1:1::{n + 1:x}").ask(f"091234560{n}").status_code == 302
    assert visit("2001:db8:1:1:ffff::9").ask("0912345699").status_code == 422


def test_the_day_s_budget_refuses_in_words_and_costs_no_try(net, settings):
    settings.SMS_DAILY_BUDGET = 0
    answer = net.ask()
    assert "hết số tin nhắn" in answer.content.decode()
    assert (FailedSignIn.objects.count(), PhoneCode.objects.count(), SmsDay.objects.count()) == (0, 0, 0)


# ---- The gateway


def test_a_gateway_that_is_down_costs_no_page_and_the_message_goes_out_later(net, settings, monkeypatch):
    def down(*what: str) -> str:
        raise sms.NotTaken("ConnectionError")

    monkeypatch.setitem(sms._GATEWAYS, "http", down)
    settings.SMS_GATEWAY = "http"
    assert net.ask().status_code == 302
    assert "chưa đi được" in net.page(CODE)
    settings.SMS_GATEWAY = "file"
    SmsMessage.objects.update(next_at=timezone.now())
    sms.send_due.func()
    sms.send_due.func()
    assert len(messages()) == 1
    assert "Đã gửi tin nhắn" in net.page(CODE)
    assert net.post(CODE, code=code_of()).headers["Location"] == NAME


def test_the_demo_shows_the_code_and_nobody_else_does(net, ward, settings):
    net.ask()
    assert code_of() not in net.page(CODE)
    ward.is_demo = True
    ward.save()
    assert f"<strong>{code_of()}</strong>" in net.page(CODE)
    settings.PRODUCTION = True
    settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY = _development_keys()
    assert code_of() not in net.page(CODE)


def _development_keys() -> tuple[str, str]:
    from hocvu.ward import keys

    return f"dev1:{keys._made('seal')}", keys._made("index")


# ---- Numbers that change hands


def test_a_number_unused_for_half_a_year_opens_nothing_but_leads_on(net, visit):
    old = net.come_in()
    unused_for(181)
    stranger = visit("10.0.0.7")
    stranger.ask()
    assert stranger.post(CODE, code=code_of()).headers["Location"] == STALE
    page = stranger.page(STALE)
    assert "từng gắn với tài khoản khác" in page
    assert old.full_name not in page
    assert stranger.post(NAME, full_name="Lê Văn Mới").status_code == 422, "they were not asked yet"
    stranger.post(STALE)
    stranger.post(NAME, full_name="Lê Văn Mới")
    new = stranger.account()
    assert new != old
    link = PhoneLink.objects.active().get()
    assert link.account == new
    ended = PhoneLink.objects.exclude(ended_at=None).get()
    assert (ended.account, ended.ended_why) == (old, "số đã sang người khác")
    assert Account.objects.filter(pk=old.pk, is_active=True).exists()


@pytest.mark.parametrize(("days", "proof", "leads"), [
    (179, Proof.PHONE, "/toi/"), (91, Proof.PHONE, "/toi/"), (91, Proof.VNEID1, STALE), (91, Proof.VNEID2, STALE),
    (91, Proof.CARD, STALE), (91, Proof.VOUCHED, STALE), (89, Proof.VNEID2, "/toi/"),
])  # fmt: skip
def test_an_account_that_has_more_to_lose_is_guarded_sooner(net, visit, days, proof, leads):
    account = net.come_in()
    SignIn.objects.create(account=account, way=Way.VNEID, proof=proof, at=timezone.now())
    unused_for(days)
    again = visit()
    again.ask()
    assert again.post(CODE, code=code_of()).headers["Location"] == leads


def test_an_account_of_the_register_is_guarded_sooner(net, visit, ward):
    account = net.come_in()
    person = Person.objects.create(ward=ward, full_name="Trần Thị Nết", plain_name="tran thi net")
    citizens.join_to_register(account, person, by=None, how="thẻ")
    unused_for(91)
    again = visit()
    again.ask()
    assert again.post(CODE, code=code_of()).headers["Location"] == STALE


def test_a_number_in_use_stays_fresh(net, visit):
    net.come_in()
    unused_for(170)
    visit().come_in()
    assert PhoneLink.objects.get().last_used_at > timezone.now() - timedelta(minutes=1)


# ---- One's own number


@pytest.fixture
def bay(ward, visit) -> Visitor:
    """Bảy, who came by VNeID level 2 and has no phone yet."""
    return visit("10.0.0.3").as_by(citizens.open_account(ward, full_name="Phạm Văn Bảy"), Way.VNEID, Proof.VNEID2)


def set_number(who: Visitor, number: str) -> HttpResponse:
    asked = who.post("/toi/dien-thoai/so/", phone=number)
    if asked.status_code != 302:
        return asked
    return who.post("/toi/dien-thoai/ma/", code=code_of(number))


def test_somebody_who_came_by_card_adds_a_number_with_a_code(ward, visit):
    account = citizens.open_account(ward, full_name="Bé An")
    an = visit().as_by(account, Way.CARD, Proof.CARD)
    assert set_number(an, NUMBER).headers["Location"] == MINE
    assert "•••••••678" in an.page(MINE)
    assert NUMBER not in an.page(MINE)
    again = visit()
    again.ask()
    again.post(CODE, code=code_of())
    assert again.account() == account


def test_a_number_is_changed_at_level_two_only(net):
    net.come_in()
    hours_pass()
    asked = net.post("/toi/dien-thoai/so/", phone=OTHER)
    assert (asked.status_code, messages(OTHER)) == (403, [])
    assert "VNeID mức 2" in asked.content.decode()
    assert net.post("/toi/dien-thoai/bo/").status_code == 403
    assert PhoneLink.objects.active().count() == 1


def test_a_code_asked_for_before_there_was_a_number_changes_none_afterwards(ward, visit):
    account = citizens.open_account(ward, full_name="Bé An")
    an = visit().as_by(account, Way.CARD, Proof.CARD)
    an.post("/toi/dien-thoai/so/", phone=OTHER)
    elsewhere = visit("10.0.0.8").as_by(account, Way.CARD, Proof.CARD)
    set_number(elsewhere, NUMBER)
    assert an.post("/toi/dien-thoai/ma/", code=code_of(OTHER)).status_code == 403
    assert phone.number_of(PhoneLink.objects.active().get()) == NUMBER


def test_a_change_tells_the_old_number_and_ends_other_sessions(bay, visit):
    set_number(bay, NUMBER)
    elsewhere = visit()
    elsewhere.come_in(NUMBER)
    set_number(bay, OTHER)
    assert [phone.number_of(link) for link in PhoneLink.objects.active()] == [OTHER]
    assert "khong con dung de dang nhap" in messages(NUMBER)[-1]
    assert Notice.objects.filter(account=bay.account(), text__contains="•••••••321").exists()
    assert elsewhere.client.get("/toi/").status_code == 302
    assert bay.client.get("/toi/").status_code == 200


def test_a_number_is_removed_at_level_two_and_its_owner_told(bay, visit):
    set_number(bay, NUMBER)
    bay.post("/toi/dien-thoai/bo/")
    assert not PhoneLink.objects.active().exists()
    assert "khong con dung" in messages(NUMBER)[-1]
    hours_pass()
    stranger = visit()
    stranger.ask()
    assert stranger.post(CODE, code=code_of()).headers["Location"] == NAME


def test_a_number_in_another_s_use_is_refused(net, bay):
    net.come_in(NUMBER)
    hours_pass()
    answer = set_number(bay, NUMBER)
    assert (answer.status_code, "đang dùng cho tài khoản khác" in answer.content.decode()) == (422, True)


def test_a_number_that_another_left_unused_comes_to_whoever_holds_it(net, bay):
    net.come_in(NUMBER)
    unused_for(200)
    set_number(bay, NUMBER)
    assert PhoneLink.objects.active().get().account == bay.account()


def test_its_owner_confirms_an_unused_number_at_level_two(bay, visit):
    set_number(bay, NUMBER)
    unused_for(120)
    assert "Lâu rồi số này" in bay.page(MINE)
    set_number(bay, NUMBER)
    assert PhoneLink.objects.count() == 1
    assert "Lâu rồi số này" not in bay.page(MINE)


def test_a_code_for_one_s_own_number_signs_nobody_in(bay, visit):
    bay.post("/toi/dien-thoai/so/", phone=NUMBER)
    secret = bay.client.session["own_phone_code"]
    thief = visit()
    thief.page(DOOR)
    thief.ask(OTHER)
    session = thief.client.session
    session["phone_code"] = {"secret": secret, "next": ""}
    session.save()
    assert "Nhận mã" in thief.post(CODE, code=code_of(NUMBER)).content.decode()
    assert not thief.is_in


def test_whoever_helps_at_the_door_does_not_choose_the_number(ward, visit, monkeypatch):
    monkeypatch.setitem(sessions.LIMITS, Way.ASSISTED, (timedelta(minutes=10), timedelta(minutes=10)))
    helped = visit().as_by(citizens.open_account(ward, full_name="Cụ Tư"), Way.ASSISTED, Proof.VOUCHED)
    assert helped.post("/toi/dien-thoai/so/", phone=NUMBER).status_code == 403
    assert messages() == []


def test_staff_have_no_phone_here(ward, visit):
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    lan = visit()
    lan.client.force_login(make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office))
    assert lan.client.get(MINE).status_code == 403
    assert lan.post("/toi/dien-thoai/so/", phone=NUMBER).status_code == 403


# ---- What is kept


def test_a_person_takes_the_number_out_and_it_goes_when_they_are_erased(net, ward):
    account = net.come_in()
    person = Person.objects.create(ward=ward, full_name="Trần Thị Nết", plain_name="tran thi net")
    citizens.join_to_register(account, person, by=None, how="thẻ")
    assert [row["Số điện thoại"] for row in personal.tell_phones(person)] == [NUMBER]
    assert NUMBER in str(subject_data.gather(person, reason="chính người đó xin", by=account))
    personal.forget(person)
    assert not PhoneLink.objects.exists()


def test_the_night_forgets_codes_and_links_that_ended(net, bay):
    net.come_in(OTHER)
    set_number(bay, NUMBER)
    bay.post("/toi/dien-thoai/bo/")
    PhoneCode.objects.update(made_at=timezone.now() - timedelta(days=2))
    assert "2 mã đã cũ" in jobs.tidy(timezone.now())
    assert phone.forget_ended_links(365) == 0
    PhoneLink.objects.exclude(ended_at=None).update(ended_at=timezone.now() - timedelta(days=366))
    assert (phone.forget_ended_links(365), PhoneLink.objects.count()) == (1, 1)


def test_numbers_are_sealed_again_when_keys_change(net, settings):
    net.come_in()
    seal, index = _development_keys()
    settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY = f"{seal} k002:{'AAAA' * 10}AAA=", index
    register.rotate()
    link = PhoneLink.objects.get()
    assert bytes(link.phone_sealed).startswith(b"k002")
    assert phone.number_of(link) == NUMBER


# ---- Many at the same moment


@pytest.fixture
def crowd(transactional_db: None) -> Iterator[Callable[[int, Callable[[int], Any]], list[Any]]]:
    """Lets many threads do something at the same moment; answers what each came to."""

    def together(count: int, act: Callable[[int], Any]) -> list[Any]:
        barrier, came = threading.Barrier(count), []

        def one(n: int) -> None:
            from django.db import connection

            barrier.wait()
            try:
                came.append(act(n))
            except Refusal as refusal:
                came.append(refusal)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(came) == count
        return came

    yield together
    audit.disarm()


def test_of_fifty_guesses_at_once_five_are_looked_at(crowd, monkeypatch):
    ward, looked = make_ward(), []
    monkeypatch.setattr(phone, "constant_time_compare", lambda a, b: looked.append(a) or a == b)
    code, _ = phone.ask(NUMBER, address="10.0.0.1", ward=ward)
    right = int(code_of())
    came = crowd(50, lambda n: phone.check(code, f"{(right + 1 + n) % 10**6:06d}"))
    assert all(isinstance(one, Refusal) for one in came)
    assert (len(looked), PhoneCode.objects.get().tries) == (5, 5)
    with pytest.raises(Refusal):
        phone.check(code, f"{right:06d}")


def test_of_ten_right_codes_at_once_one_works(crowd):
    code, _ = phone.ask(NUMBER, address="10.0.0.1", ward=make_ward())
    right = code_of()
    came = crowd(10, lambda n: phone.check(code, right))
    assert sum(isinstance(one, PhoneCode) for one in came) == 1


def test_of_ten_who_ask_at_once_three_get_a_code(crowd):
    ward = make_ward()
    came = crowd(10, lambda n: phone.ask(NUMBER, address=f"10.0.0.{n}", ward=ward))
    assert sum(isinstance(one, Refusal) for one in came) == 7
    assert len(messages()) == 3


def test_two_browsers_with_one_phone_open_one_account(crowd):
    ward, codes = make_ward(), []
    for n in range(2):
        code, _ = phone.ask(NUMBER, address=f"10.0.0.{n}", ward=ward)
        codes.append(phone.check(code, code_of()))
    came = crowd(2, lambda n: phone.begin(codes[n], full_name="Trần Thị Nết", ward=ward))
    assert came[0] == came[1]
    assert (Account.objects.count(), PhoneLink.objects.count()) == (1, 1)


# ---- In the browser


@pytest.mark.browser
def test_an_elder_signs_in_on_a_phone(empty_site, page, settings):
    make = "from hocvu.ward.tests.cast import make_ward; make_ward()"
    empty_site.manage(empty_site.data, "shell", "-c", make)
    settings.DATA_DIR = empty_site.data
    for_the_number, for_the_code = Sight(empty_site.url), Sight(empty_site.url)
    for_the_number.watch(page)
    arrive(page, f"{empty_site.url}{DOOR}?next=/toi/dien-thoai/")
    _is_light(for_the_number)
    page.get_by_label("Số điện thoại di động").fill("0912 345 678")
    page.get_by_role("button", name="Nhận mã").click()
    page.wait_for_url(f"**{CODE}")
    for_the_code.watch(page)
    arrive(page, f"{empty_site.url}{CODE}")
    _is_light(for_the_code)
    page.get_by_label("Mã 6 số trong tin nhắn").fill(code_of())
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Họ và tên").fill("Trần Thị Nết")
    page.get_by_role("button", name="Xong").click()
    page.wait_for_url(f"**{MINE}")
    assert "•••••••678" in page.inner_text("main")


def _is_light(sight: Sight) -> None:
    assert sight.bytes <= 30_000
    assert len(sight.requests) <= 4, sight.requests
    assert sight.complaints == []
