"""People come in by VNeID: what a sound provider says is believed, what a hostile one says is not, and whose account it is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from hocvu.signin import citizens, levels, sessions
from hocvu.signin.models import ExternalIdentity, LinkCase, Proof, SignIn
from hocvu.signin.vneid import flow, linking, provider
from hocvu.ward import audit, forgetting, register
from hocvu.ward.access import public
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Person, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward
from standins.vneid import StandIn

pytestmark = pytest.mark.django_db
START, BACK, MINE = "/dang-nhap/vneid/", "/dang-nhap/vneid/ve/", "/toi/vneid/"


@pytest.fixture(scope="module")
def listening() -> Iterator[StandIn]:
    with StandIn(patience=8) as one:
        yield one


@pytest.fixture
def stand_in(listening: StandIn, settings: Any) -> Iterator[StandIn]:
    cache.clear()
    listening.mode = ""
    listening.asked.clear()
    for name, value in listening.settings().items():
        setattr(settings, name, value)
    yield listening
    listening.mode = ""


@pytest.fixture
def ward() -> Ward:
    return make_ward()


def person(ward: Ward, stand_in: StandIn, key: str, *, born_on: date | None = None, **more: Any) -> Person:
    """The register's row of a persona; with another birth date where one is given."""
    who = next(one for one in stand_in.personas if one["key"] == key)
    birth = who["birth"]
    day = born_on or date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    row = Person(ward=ward, full_name=who["name"], plain_name=who["name"].lower(), born_on=day, **more)
    register.seal_number(row, who["number"])
    row.save()
    return row


def visit(address: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """What the provider's own page answers a browser: status, where it leads, what it says."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=20)
    if form is None:
        connection.request("GET", f"{parts.path}?{parts.query}")
    else:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", parts.path, urlencode(form), kind)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Location") or "", said


def pick(stand_in: StandIn, address: str, persona: str) -> str:
    """Open the provider's page and pick somebody; gives the way back, as path and query."""
    status, _, page = visit(address)
    assert status == 200, page
    key = page.split('name="request" value="')[1].split('"')[0]
    _, back, _ = visit(f"{stand_in.issuer}/choose", {"request": key, "persona": persona})
    parts = urlsplit(back)
    assert parts.path == BACK
    return f"{parts.path}?{parts.query}"


def begin(client: Client, **query: str) -> str:
    answer = client.get(START, query)
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def come_in(client: Client, stand_in: StandIn, persona: str = "lan", **query: str) -> HttpResponse:
    return client.get(pick(stand_in, begin(client, **query), persona))


def who(client: Client) -> Account | None:
    key = client.session.get("_auth_user_id")
    return Account.objects.get(pk=key) if key else None


# ---- A sound provider


def test_it_lets_an_adult_in_at_level_2_and_joins_the_register(client, stand_in, ward):
    lan = person(ward, stand_in, "lan")
    answer = come_in(client, stand_in, next="/chi-tieu/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/chi-tieu/"
    account = who(client)
    assert account is not None
    assert (account.kind, account.person) == (Account.Kind.CITIZEN, lan)
    row = SignIn.objects.get(account=account)
    assert (row.way, row.proof, row.issuer) == ("vneid", Proof.VNEID2, stand_in.issuer)
    assert abs((timezone.now() - row.authenticated_at).total_seconds()) < 10
    assert "Đã nối với danh bạ" in client.get("/toi/").content.decode()


def test_it_knows_the_same_person_again(client, stand_in, ward):
    come_in(client, stand_in, "phuong")
    come_in(Client(), stand_in, "phuong")
    assert Account.objects.filter(kind=Account.Kind.CITIZEN).count() == 1
    assert ExternalIdentity.objects.count() == 1
    assert SignIn.objects.count() == 2


def test_it_keeps_no_token_and_no_number_and_the_subject_only_as_a_digest(client, stand_in, ward):
    come_in(client, stand_in, "phuong")
    kept = json.dumps(dict(client.session.items()), default=str) + str(
        [list(model.objects.values_list()) for model in (ExternalIdentity, SignIn, Account, LinkCase, AuditEntry)]
    )
    persona = next(one for one in stand_in.personas if one["key"] == "phuong")
    assert "eyJ" not in kept
    assert persona["number"] not in kept
    assert persona["phone"] not in kept
    assert stand_in.subject(persona) not in kept


def test_it_asks_with_pkce_state_and_nonce_and_passes_nothing_of_ours_on(client, stand_in, ward):
    begin(
        client,
        acr_values="LoA9",
        scope="openid admin",
        prompt="none",
        redirect_uri="https://xau.example/",
        next="/toi/",
    )
    visit(begin(client, client_id="khac", auth_params="acr_values=LoA9", claims="{}", login_hint="x"))
    asked = stand_in.asked[-1]
    assert set(asked) == {
        "client_id", "response_type", "scope", "redirect_uri", "state", "nonce", "acr_values", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert (asked["acr_values"], asked["scope"], asked["client_id"]) == ("LoA1", "openid", stand_in.client_id)
    assert asked["redirect_uri"] == f"http://testserver{BACK}"
    assert asked["code_challenge_method"] == "S256"


def test_it_asks_for_a_fresh_level_2_where_that_is_needed(client, stand_in, ward):
    visit(begin(client, muc="2"))
    asked = stand_in.asked[-1]
    assert (asked["acr_values"], asked["prompt"], asked["max_age"]) == ("LoA2", "login", "300")


def test_it_never_leads_to_another_site(client, stand_in, ward):
    for onward in ("https://xau.example/", "//xau.example/", "/\\xau.example", "javascript:alert(1)"):
        answer = come_in(Client(), stand_in, next=onward)
        assert answer.headers["Location"] == "/toi/"


def test_it_gives_the_session_a_new_key_so_that_a_planted_one_is_worth_nothing(client, stand_in, ward):
    back = pick(stand_in, begin(client), "lan")
    planted = client.cookies["sessionid"].value
    client.get(back)
    assert who(client) is not None
    assert client.cookies["sessionid"].value != planted
    other = Client()
    other.cookies["sessionid"] = planted
    assert other.get("/toi/").status_code == 302


def test_it_takes_a_key_that_was_turned_since(client, stand_in, ward):
    come_in(Client(), stand_in)
    stand_in.turn_key()
    shown = stand_in.keys_shown
    assert come_in(client, stand_in).status_code == 302
    assert stand_in.keys_shown == shown + 1


def test_it_lets_two_tabs_come_back_in_any_order_and_remembers_only_a_few(client, stand_in, ward):
    first, second = begin(client, next="/chi-tieu/"), begin(client)
    assert client.get(pick(stand_in, second, "phuong")).status_code == 302
    assert client.get(pick(stand_in, first, "phuong")).headers["Location"] == "/chi-tieu/"
    other = Client()
    oldest = begin(other)
    for _ in range(flow.TABS):
        begin(other)
    assert len(other.session[flow.BEGUN]) == flow.TABS
    assert other.get(pick(stand_in, oldest, "lan")).status_code == 400


def test_it_offers_the_way_out_of_vneid_after_leaving(client, stand_in, ward):
    come_in(client, stand_in)
    left = client.post("/dang-xuat/")
    assert left.headers["Location"] == "/dang-xuat/vneid/"
    page = client.get("/dang-xuat/vneid/").content.decode()
    assert f"{stand_in.issuer}/end?client_id=" in page
    assert who(client) is None


# ---- A hostile one


REFUSED = {
    "wrong_key": 502, "unknown_kid": 502, "own_jwk": 502, "alg_none": 502, "alg_hs256": 502, "wrong_iss": 502,
    "wrong_aud": 502, "several_aud": 502, "wrong_azp": 502, "expired": 502, "future": 502, "old": 502, "no_exp": 502,
    "no_sub": 502, "wrong_nonce": 502, "no_nonce": 502, "wrong_at_hash": 502, "userinfo_other": 502,
    "userinfo_contradicts": 502, "iss_other": 502, "iss_missing": 502,
}  # fmt: skip


@pytest.mark.parametrize("mode", REFUSED)
def test_it_lets_nobody_in_on_an_answer_that_does_not_hold(client, stand_in, ward, mode):
    person(ward, stand_in, "lan")
    stand_in.mode = mode
    answer = come_in(client, stand_in)
    assert answer.status_code == REFUSED[mode]
    assert "Không kiểm chứng được" in answer.content.decode()
    assert who(client) is None
    assert not ExternalIdentity.objects.exists()
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("mode", ["level1", "no_acr", "odd_acr"])
def test_it_believes_the_level_that_was_answered_not_the_one_that_was_asked(client, stand_in, ward, mode):
    stand_in.mode = mode
    answer = come_in(client, stand_in, muc="2")
    assert answer.status_code == 403
    assert "Cần VNeID mức 2" in answer.content.decode()
    assert who(client) is None
    come_in(client, stand_in)
    assert SignIn.objects.get().proof == Proof.VNEID1


@pytest.mark.parametrize("mode", ["old_auth", "no_auth_time"])
def test_it_wants_level_2_proved_just_now(client, stand_in, ward, mode):
    stand_in.mode = mode
    assert come_in(client, stand_in, muc="2").status_code == 502
    assert who(client) is None
    assert come_in(client, stand_in).status_code == 302


def test_it_refuses_level_1_where_level_2_was_asked(client, stand_in, ward):
    answer = come_in(client, stand_in, "hung", muc="2")
    assert answer.status_code == 403
    assert "Công an nơi cư trú" in answer.content.decode()


def test_a_view_that_needs_level_2_opens_to_level_2_alone(client, stand_in, ward):
    @public
    @levels.needs_level2
    def grave(request: Any) -> HttpResponse:
        return HttpResponse("đã mở")

    def opened(browser: Client) -> HttpResponse:
        request = RequestFactory().get("/viec-lon/")
        request.session, request.user, request.ward = browser.session, who(browser), ward
        return grave(request)

    come_in(client, stand_in, "hung")
    refused = opened(client)
    assert refused.status_code == 403
    assert "/dang-nhap/vneid/?next=%2Fviec-lon%2F&amp;muc=2" in refused.content.decode()
    other = Client()
    come_in(other, stand_in, "lan")
    assert opened(other).status_code == 200


def test_it_uses_a_state_once_even_where_the_provider_takes_a_code_twice(client, stand_in, ward):
    stand_in.mode = "replayable"
    back = pick(stand_in, begin(client), "phuong")
    assert client.get(back).status_code == 302
    again = client.get(back)
    assert again.status_code == 400
    assert "Hãy đăng nhập lại từ đầu" in again.content.decode()
    assert SignIn.objects.count() == 1


def test_it_takes_no_code_under_another_state(client, stand_in, ward):
    first = parse_qs(urlsplit(pick(stand_in, begin(client), "phuong")).query)
    second = parse_qs(urlsplit(pick(stand_in, begin(client), "lan")).query)
    mixed = {"state": second["state"][0], "code": first["code"][0], "iss": stand_in.issuer}
    answer = client.get(BACK, mixed)
    assert answer.status_code == 400
    assert who(client) is None


def test_it_takes_no_state_of_another_browser(client, stand_in, ward):
    back = pick(stand_in, begin(Client()), "lan")
    answer = client.get(back)
    assert answer.status_code == 400
    assert who(client) is None
    assert client.get(BACK, {"code": "x"}).status_code == 400
    assert client.get(f"{back}&state=khac").status_code == 400


def test_it_forgets_what_was_begun_after_ten_minutes(client, stand_in, ward):
    back = pick(stand_in, begin(client), "lan")
    session = client.session
    session[flow.BEGUN] = {
        state: {**begun, "at": begun["at"] - flow.HOLDS - 1} for state, begun in session[flow.BEGUN].items()
    }
    session.save()
    assert client.get(back).status_code == 400


def test_it_says_plainly_that_somebody_changed_their_mind(client, stand_in, ward):
    answer = come_in(client, stand_in, "-")
    assert "Đã dừng theo ý bạn" in answer.content.decode()
    assert who(client) is None


def test_it_looks_at_the_issuer_before_it_believes_an_error(client, stand_in, ward):
    stand_in.mode = "iss_other"
    assert come_in(client, stand_in, "-").status_code == 502


# ---- One that is ill


@pytest.mark.parametrize(
    ("mode", "status"),
    [("broken", 503), ("slow", 503), ("slow_drops", 503), ("huge", 503), ("garbage", 502), ("list", 502),
     ("redirects", 502)],
)  # fmt: skip
@pytest.mark.parametrize("when", ["at the start", "on the way back"])
def test_it_says_so_in_time_and_shows_the_other_ways(client, stand_in, ward, mode, status, when):
    back = pick(stand_in, begin(client), "lan")
    if when == "at the start":
        cache.clear()
    stand_in.mode = mode
    since = time.monotonic()
    answer = client.get(START if when == "at the start" else back)
    assert time.monotonic() - since < 7
    assert answer.status_code == status
    page = answer.content.decode()
    assert "Cách khác" in page
    assert 'href="tel:1022"' in page
    assert who(client) is None


def test_it_says_so_where_nobody_listens(client, stand_in, ward, settings):
    settings.VNEID_ISSUER = "http://127.0.0.1:9"
    answer = client.get(START)
    assert answer.status_code == 503
    assert "VNeID chưa trả lời" in answer.content.decode()


@pytest.mark.parametrize("mode", ["no_s256", "only_hs256", "foreign_issuer"])
def test_it_does_not_even_begin_with_a_provider_that_announces_the_wrong_things(client, stand_in, ward, mode):
    stand_in.mode = mode
    assert client.get(START).status_code == 502


def test_it_has_no_such_door_where_nothing_is_set_up(client, ward):
    page = client.get("/dang-nhap/").content.decode()
    assert "VNeID" not in page
    assert "chưa có đăng nhập bằng VNeID" in client.get(START).content.decode()
    assert client.get(BACK).status_code == 200


def test_it_works_with_addresses_by_name_for_a_provider_that_announces_nothing(client, stand_in, ward, settings):
    at = stand_in.issuer
    settings.VNEID_AUTHORIZATION_ENDPOINT, settings.VNEID_TOKEN_ENDPOINT = f"{at}/authorize", f"{at}/token"
    settings.VNEID_USERINFO_ENDPOINT, settings.VNEID_JWKS_URI = f"{at}/userinfo", f"{at}/jwks"
    assert come_in(client, stand_in).status_code == 302
    stand_in.mode = "iss_other"
    assert come_in(Client(), stand_in).status_code == 502
    stand_in.mode = "iss_missing"  # nothing announced it
    assert come_in(Client(), stand_in).status_code == 302


def test_a_waived_check_shows_on_the_page_of_health(client, stand_in, ward, settings):
    assert client.get("/suc-khoe", {"dinh-dang": "json"}).json()["checks"]["vneid"] is True
    settings.VNEID_REQUIRE_NONCE = False
    assert client.get("/suc-khoe", {"dinh-dang": "json"}).json()["checks"]["vneid"] is False
    stand_in.mode = "no_nonce"
    assert come_in(client, stand_in).status_code == 302
    stand_in.mode = "wrong_nonce"
    assert come_in(Client(), stand_in).status_code == 502
    settings.VNEID_ISSUER = ""
    assert "vneid" not in client.get("/suc-khoe", {"dinh-dang": "json"}).json()["checks"]


def test_a_login_does_not_wait_for_the_announcement_again(client, stand_in, ward):
    come_in(client, stand_in)
    stand_in.mode = "foreign_issuer"
    assert come_in(Client(), stand_in).status_code == 302
    assert provider.REMEMBERED <= 3600


# ---- Whose account


def test_it_opens_a_new_account_where_the_register_knows_nobody(client, stand_in, ward):
    come_in(client, stand_in, "phuong")
    account = who(client)
    assert (account.full_name, account.person) == ("Trịnh Minh Phương", None)
    assert not LinkCase.objects.exists()


def test_it_never_joins_by_name_or_phone(client, stand_in, ward):
    namesake = Person(
        ward=ward, full_name="Trịnh Minh Phương", plain_name="trinh minh phuong", born_on=date(1992, 6, 30)
    )
    register.seal_phone(namesake, "0912999001")
    namesake.save()
    come_in(client, stand_in, "phuong")
    assert who(client).person is None
    assert not LinkCase.objects.exists()


def test_an_account_that_the_person_has_already_is_the_one_that_opens(client, stand_in, ward):
    lan = person(ward, stand_in, "lan")
    account = citizens.open_account(ward, person=lan)
    Account.objects.filter(pk=account.pk).update(last_login=timezone.now())
    come_in(client, stand_in)
    assert who(client) == account
    assert "nối với VNeID" in Notice.objects.get(account=account).text


@pytest.mark.parametrize(
    ("differs", "doubt"),
    [
        ({"born_on": date(1987, 11, 19)}, "birth"),
        ({"only_year": True}, "only_year"),
        ({"died_on": date(2026, 1, 1)}, "dead"),
    ],
)
def test_a_doubt_waits_for_a_person_and_the_account_works_meanwhile(client, stand_in, ward, differs, doubt):
    lan = person(ward, stand_in, "lan", **differs)
    assert come_in(client, stand_in).status_code == 302
    assert who(client).person is None
    case = LinkCase.objects.get()
    assert (case.person, case.doubt, case.ward) == (lan, doubt, ward)
    come_in(Client(), stand_in)
    assert LinkCase.objects.count() == 1


def test_a_number_in_two_wards_waits_in_both(client, stand_in, ward):
    other = make_ward("Đông Hải", code="11411", slug="dong-hai")
    people = {person(ward, stand_in, "lan"), person(other, stand_in, "lan")}
    come_in(client, stand_in)
    assert who(client).person is None
    assert {(case.person, case.doubt) for case in LinkCase.objects.all()} == {(one, "several") for one in people}


def test_a_person_with_another_identity_waits(client, stand_in, ward):
    lan = person(ward, stand_in, "lan")
    account = citizens.open_account(ward, person=lan)
    ExternalIdentity.objects.create(account=account, issuer=stand_in.issuer, subject="x" * 64, joined_at=timezone.now())
    come_in(client, stand_in)
    assert who(client) != account
    assert LinkCase.objects.get().doubt == "taken"


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[None]:
    """A database that several threads write to and that is emptied afterwards, the trail too: its guard is lifted. Such
    tests run after all others."""
    yield
    audit.disarm()


def test_one_person_in_eight_tabs_at_the_same_moment_gets_one_account(unguarded, ward):
    said = flow.Said("https://vneid.example", "s1", level2=True, authenticated_at=None, name="Trịnh Minh Phương")
    together = threading.Barrier(8)

    def come(_: int) -> int:
        together.wait()
        try:
            return linking.account_for(said, ward).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as tabs:
        assert len(set(tabs.map(come, range(8)))) == 1
    assert Account.objects.filter(kind=Account.Kind.CITIZEN).count() == 1


def test_the_register_may_learn_later_whom_it_did_not_know(client, stand_in, ward):
    come_in(client, stand_in)
    account = who(client)
    lan = person(ward, stand_in, "lan")
    come_in(Client(), stand_in)
    account.refresh_from_db()
    assert account.person == lan


def test_an_account_that_was_switched_off_stays_shut(client, stand_in, ward):
    come_in(client, stand_in)
    Account.objects.filter(kind="citizen").update(is_active=False)
    answer = come_in(Client(), stand_in)
    assert answer.status_code == 403
    assert "đang bị khóa" in answer.content.decode()


def test_a_staff_account_is_never_what_opens(client, stand_in, ward):
    lan = person(ward, stand_in, "lan")
    staff = make_account("congan", Role.POLICE, ward=ward, name="Đỗ Thị Lan")
    Account.objects.filter(pk=staff.pk).update(person=lan)
    come_in(client, stand_in)
    assert who(client).is_citizen
    assert who(client) != staff


def test_what_is_held_goes_when_the_person_is_erased(client, stand_in, ward):
    lan = person(ward, stand_in, "lan")
    come_in(client, stand_in)
    forgetting.erase(lan, reason="theo yêu cầu", by=make_account("dulieu", Role.DATA_OFFICER, ward=ward))
    assert not ExternalIdentity.objects.exists()
    assert not SignIn.objects.exists()


# ---- Adding VNeID to an account that one is in


@pytest.fixture
def by_phone(ward: Ward) -> Callable[..., Client]:
    """Somebody who came in by a phone; the account may stand for a person."""

    def come(person: Person | None = None) -> Client:
        client = Client()
        client.force_login(citizens.open_account(ward, full_name="Đỗ Thị Lan", person=person))
        return client

    return come


def ask(browser: Client, **form: str) -> str:
    """Press the button on the page; gives the address that its link leads to."""
    page = browser.post(MINE, form).content.decode()
    return page.split('hv-button--block" href="')[1].split('"')[0].replace("&amp;", "&")


def test_it_adds_vneid_to_the_account_that_asked_for_it(stand_in, ward, by_phone):
    browser = by_phone()
    account = who(browser)
    answer = browser.get(pick(stand_in, ask(browser), "lan"))
    assert answer.headers["Location"] == "/toi/"
    assert who(browser) == account
    assert sessions.HOW in browser.session
    assert browser.session[sessions.HOW]["proof"] == Proof.VNEID2
    assert "đã nối với VNeID" in browser.get(MINE).content.decode()
    fresh = Client()
    come_in(fresh, stand_in)
    assert who(fresh) == account


def test_adding_joins_the_register_where_all_fits(stand_in, ward, by_phone):
    lan = person(ward, stand_in, "lan")
    browser = by_phone()
    browser.get(pick(stand_in, ask(browser), "lan"))
    assert who(browser).person == lan


def test_no_link_of_others_adds_an_identity(stand_in, ward, by_phone):
    browser = by_phone()
    answer = browser.get(START, {"next": "/toi/", "muc": "2"})
    assert answer.headers["Location"] == "/toi/vneid/?next=%2Ftoi%2F&muc=2"
    assert flow.BEGUN not in browser.session
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who(browser))
    assert strict.post(MINE).status_code == 403


def test_it_adds_nothing_once_the_account_has_left(stand_in, ward, by_phone):
    browser = by_phone()
    back = pick(stand_in, ask(browser), "lan")
    session = browser.session
    del session["_auth_user_id"]
    session.save()
    assert browser.get(back).status_code == 400
    assert not ExternalIdentity.objects.exists()


def test_it_adds_nothing_to_the_account_of_whoever_sits_there_now(stand_in, ward, by_phone):
    browser = by_phone()
    back = pick(stand_in, ask(browser), "lan")
    other, session = citizens.open_account(ward, full_name="Người khác"), browser.session
    session["_auth_user_id"], session["_auth_user_hash"] = str(other.pk), other.get_session_auth_hash()
    session.save()
    assert who(browser) == other
    assert browser.get(back).status_code == 400
    assert not ExternalIdentity.objects.exists()


def test_it_refuses_an_identity_of_another_account(stand_in, ward, by_phone):
    come_in(Client(), stand_in, "phuong")
    browser = by_phone()
    answer = browser.get(pick(stand_in, ask(browser), "phuong"))
    assert answer.status_code == 403
    assert "thuộc một tài khoản khác" in answer.content.decode()


def test_it_refuses_somebody_else_s_vneid_on_the_account_of_a_person(stand_in, ward, by_phone):
    lan = person(ward, stand_in, "lan")
    for persona in ("hung", "phuong"):
        browser = by_phone(lan)
        answer = browser.get(pick(stand_in, ask(browser), persona))
        assert answer.status_code == 403
        assert "không khớp với người của tài khoản" in answer.content.decode()
    browser = by_phone(lan)
    assert browser.get(pick(stand_in, ask(browser), "lan")).status_code == 302


def test_it_refuses_where_the_person_has_another_account(stand_in, ward, by_phone):
    citizens.open_account(ward, person=person(ward, stand_in, "lan"))
    browser = by_phone()
    answer = browser.get(pick(stand_in, ask(browser), "lan"))
    assert answer.status_code == 403
    assert "một tài khoản khác" in answer.content.decode()


def test_adding_with_a_doubt_waits_too(stand_in, ward, by_phone):
    person(ward, stand_in, "quyen", born_on=date(1955, 10, 2))
    browser = by_phone()
    browser.get(pick(stand_in, ask(browser), "quyen"))
    assert who(browser).person is None
    assert LinkCase.objects.get().account == who(browser)


def test_staff_have_no_such_page(client, stand_in, ward):
    client.force_login(make_account("congan", Role.POLICE, ward=ward))
    assert client.get(MINE).status_code == 403


# ---- The queue


@pytest.fixture
def doubt(stand_in: StandIn, ward: Ward) -> LinkCase:
    person(ward, stand_in, "quyen", born_on=date(1955, 10, 2))
    come_in(Client(), stand_in, "quyen")
    return LinkCase.objects.get()


@pytest.fixture(params=[Role.COORDINATOR, Role.POLICE])
def officer(request: Any, ward: Ward) -> Client:
    client = Client()
    client.force_login(make_account("canbo", request.param, ward=ward, unit=make_unit(ward, "Phòng")))
    return client


def test_an_officer_sees_both_sides_with_the_number_masked(officer, doubt):
    assert "Nguyễn Thị Quyên" in officer.get("/noi-danh-ba/").content.decode()
    page = officer.get(f"/noi-danh-ba/{doubt.pk}/").content.decode()
    assert "02/10/1955" in page
    assert "20/10/1955" in page
    assert "•••••••••113" in page
    assert "099155020113" not in page
    assert AuditEntry.objects.filter(action="saw a person").exists()


def test_an_officer_joins_and_what_was_said_is_gone(officer, doubt):
    done = officer.post(f"/noi-danh-ba/{doubt.pk}/noi/", {"reason": "Đã xem căn cước"})
    assert done.status_code == 302
    doubt.refresh_from_db()
    assert (doubt.state, doubt.said_sealed) == ("linked", None)
    assert doubt.account.person == doubt.person
    again = officer.post(f"/noi-danh-ba/{doubt.pk}/khong-noi/", {"reason": "Nhầm"})
    assert again.status_code == 422
    assert "đã có người quyết định" in again.content.decode()


def test_an_officer_leaves_it_with_a_reason_and_is_not_asked_again(officer, doubt, stand_in):
    assert officer.post(f"/noi-danh-ba/{doubt.pk}/khong-noi/", {"reason": " "}).status_code == 422
    officer.post(f"/noi-danh-ba/{doubt.pk}/khong-noi/", {"reason": "Người khác dùng số này"})
    doubt.refresh_from_db()
    assert (doubt.state, doubt.said_sealed, doubt.account.person) == ("left", None, None)
    come_in(Client(), stand_in, "quyen")
    assert LinkCase.objects.count() == 1


def test_an_identity_moves_to_the_account_that_the_person_has(officer, doubt, stand_in):
    own = citizens.open_account(doubt.ward, person=doubt.person)
    made = doubt.account
    officer.post(f"/noi-danh-ba/{doubt.pk}/noi/", {"reason": "Đã xem căn cước"})
    made.refresh_from_db()
    assert not made.is_active
    browser = Client()
    come_in(browser, stand_in, "quyen")
    assert who(browser) == own


def test_deciding_in_one_ward_ends_the_doubt_in_the_other(client, stand_in, ward):
    other = make_ward("Đông Hải", code="11411", slug="dong-hai")
    person(ward, stand_in, "lan"), person(other, stand_in, "lan")
    come_in(Client(), stand_in)
    client.force_login(make_account("canbo", Role.POLICE, ward=ward))
    client.post(f"/noi-danh-ba/{LinkCase.objects.get(ward=ward).pk}/noi/", {"reason": "Sống ở đây"})
    rest = LinkCase.objects.get(ward=other)
    assert (rest.state, rest.said_sealed) == ("moot", None)


def test_another_ward_s_doubt_is_none_of_theirs(client, doubt):
    other = make_ward("Đông Hải", code="11411", slug="dong-hai")
    client.force_login(make_account("ngoai", Role.POLICE, ward=other))
    for page in ("", "noi/", "khong-noi/"):
        assert client.get(f"/noi-danh-ba/{doubt.pk}/{page}").status_code == 404
    assert "Nguyễn Thị Quyên" not in client.get("/noi-danh-ba/").content.decode()


def test_only_those_who_decide_open_the_queue(client, doubt, ward):
    client.force_login(make_account("thanhvien", Role.EDITOR, ward=ward))
    assert client.get("/noi-danh-ba/").status_code == 403


def test_a_rotation_of_keys_reaches_what_waits(doubt, settings):
    said = linking.told_of(doubt)
    assert (said.name, said.born_on) == ("Nguyễn Thị Quyên", date(1955, 10, 20))
    assert any(model is LinkCase for model, _, _ in register._SEALED)
