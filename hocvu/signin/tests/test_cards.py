"""A learner's card: made by whoever may, opened once, good with its PIN alone, and only for learning."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from hocvu.lib import clock
from hocvu.signin import cards, childhood, citizens
from hocvu.signin.models import Card, FailedSignIn, SignIn
from hocvu.ward import audit, consenting, granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Household, Membership, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db
PIN = "2580"
ADDRESS = "/dang-nhap/the/"


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def place(ward: Ward) -> Neighbourhood:
    return make_neighbourhood(ward, 7)


def settle(ward: Ward, name: str, born_on: date | None, place: Neighbourhood | None = None) -> Person:
    home = Household.objects.create(ward=ward, code=f"H-{name}", neighbourhood=place) if place else None
    return Person.objects.create(ward=ward, full_name=name, plain_name=name.lower(), born_on=born_on, household=home)


@pytest.fixture
def net(ward: Ward, place: Neighbourhood) -> Person:
    """Bà Nết, 76, without a phone."""
    return settle(ward, "Trần Thị Nết", date(1950, 3, 5), place)


@pytest.fixture
def hoa(ward: Ward, place: Neighbourhood) -> Account:
    """Hoa of the team of neighbourhood 7."""
    return member("hoa", ward, place)


def member(name: str, ward: Ward, place: Neighbourhood) -> Account:
    account = make_account(name)
    granting.grant(
        account, Role.TEAM_MEMBER, ward=ward, unit=place.units.get(), neighbourhood=place, by=None,
        valid_from=date(2025, 1, 1),
    )  # fmt: skip
    return account


@pytest.fixture
def made(net: Person, hoa: Account) -> cards.Printed:
    return cards.make(net, expires_on=clock.today() + timedelta(days=365), by=hoa)


def text(ward: Ward, since: date = date(2025, 1, 1), words: str = "Trang này giữ kết quả học của con.") -> Any:
    return consenting.write_text(ward, purpose=childhood.PURPOSE, text=words, valid_from=since, by=None)


def says_yes(child: Person, words: Any, party: str = "representative") -> None:
    name = "Mẹ" if party == "representative" else ""
    consenting.give(child, words, party=party, representative=name, channel="paper", witness="", by=None)


def scan(client: Client, secret: str) -> Any:
    return client.get(f"/T/{secret}")


def open_first(client: Client, one: cards.Printed, pin: str = PIN) -> Any:
    scan(client, one.secret)
    return client.post(f"{ADDRESS}pin/", {"opening": one.opening_code, "pin": pin, "again": pin})


def type_pin(client: Client, pin: str = PIN) -> Any:
    return client.post(f"{ADDRESS}pin/", {"pin": pin})


def is_in(client: Client) -> bool:
    return client.get("/toi/").status_code == 200


# ---- Making


def test_hoa_makes_a_card_from_the_page_of_somebody_of_her_neighbourhood(client, hoa, net):
    client.force_login(hoa)
    assert f"/the/moi/{net.pk}/" in client.get(f"/nguoi-dan/{net.pk}/").content.decode()
    page = client.get(f"/the/moi/{net.pk}/").content.decode()
    expires = re.search(r'name="expires_on" value="([^"]+)"', page)
    assert expires
    answer = client.post(f"/the/moi/{net.pk}/", {"expires_on": expires[1]})
    sheet = answer.content.decode()
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert "data:image/svg+xml" in sheet and "Trần Thị Nết" in sheet and "Mã mở thẻ" in sheet
    card = Card.objects.get()
    assert card.printed_by == hoa and card.expires_on == clock.today() + timedelta(days=365)
    assert card.account.is_citizen and card.account.person == net


def test_a_card_is_good_for_395_days_at_most(client, hoa, net):
    client.force_login(hoa)
    late = clock.today() + timedelta(days=396)
    answer = client.post(f"/the/moi/{net.pk}/", {"expires_on": f"{late:%d/%m/%Y}"})
    assert answer.status_code == 422 and "395 ngày" in answer.content.decode()
    assert not Card.objects.exists() and not Account.objects.filter(kind="citizen").exists()


def test_a_member_of_the_next_neighbourhood_makes_none(client, ward, net):
    tam = member("tam", ward, make_neighbourhood(ward, 8))
    client.force_login(tam)
    sent = {"expires_on": f"{clock.today() + timedelta(days=30):%d/%m/%Y}"}
    assert client.post(f"/the/moi/{net.pk}/", sent).status_code == 404
    assert not Card.objects.exists()


def test_the_list_holds_the_cards_within_reach_alone(client, ward, made, hoa):
    tam = member("tam", ward, make_neighbourhood(ward, 8))
    client.force_login(tam)
    assert "Trần Thị Nết" not in client.get("/the/").content.decode()
    assert client.get(f"/the/{made.card.pk}/thu-hoi/").status_code == 404
    client.force_login(hoa)
    assert "Trần Thị Nết" in client.get("/the/?tt=moi").content.decode()
    assert "Trần Thị Nết" not in client.get("/the/?tt=khoa").content.decode()
    assert client.get("/the/?dinh-dang=xlsx").status_code == 200
    client.force_login(make_account("thu", Role.CLERK, ward=ward))
    assert client.get("/the/").status_code == 403


# ---- A school


@pytest.fixture
def school(ward: Ward) -> Unit:
    return make_unit(ward, "Trường Tiểu học Cát Bi", Unit.Kind.SCHOOL)


def pupil(ward: Ward, school: Unit, name: str, born_on: date | None = date(2017, 5, 3)) -> Person:
    child = settle(ward, name, born_on)
    Membership.objects.create(person=child, unit=school, kind=Membership.Kind.PRIMARY_PUPIL)
    return child


def for_class(client: Client, *people: Person) -> Any:
    sent = {
        "people": [str(one.pk) for one in people], "expires_on": f"{clock.today() + timedelta(days=300):%d/%m/%Y}"
    }  # fmt: skip
    return client.post("/the/lop/", sent)


def test_a_school_makes_cards_for_its_own_pupils_and_no_others(client, ward, school, net):
    words = text(ward)
    an, left = pupil(ward, school, "Lê Văn An"), pupil(ward, school, "Đỗ Văn Chuyển")
    other = pupil(ward, make_unit(ward, "Trường Tiểu học Thành Tô", Unit.Kind.SCHOOL), "Phạm Thị Bình")
    for child in (an, left, other):
        says_yes(child, words)
    Membership.objects.filter(person=left).update(valid_to=clock.today() - timedelta(days=1))
    client.force_login(make_account("cothu", Role.SCHOOL, ward=ward, unit=school))
    page = client.get("/the/lop/").content.decode()
    assert "Lê Văn An" in page and "Phạm Thị Bình" not in page and "Chuyển" not in page
    assert for_class(client, other).status_code == 422
    for stranger in (other, left, net):
        assert client.get(f"/the/moi/{stranger.pk}/").status_code == 404
    assert for_class(client, an).status_code == 200
    assert [card.account.person for card in Card.objects.all()] == [an]


def test_a_class_sheet_keeps_names_away_from_the_codes_and_says_who_is_left_out(client, ward, school):
    words = text(ward)
    an, binh = pupil(ward, school, "Lê Văn An"), pupil(ward, school, "Phạm Thị Bình")
    cuong = pupil(ward, school, "Ngô Văn Cường", None)
    says_yes(an, words)
    client.force_login(make_account("cothu", Role.SCHOOL, ward=ward, unit=school))
    sheet = for_class(client, an, binh, cuong).content.decode()
    cut, names = sheet.split('class="hv-card-names')
    assert "Lê Văn An" not in cut and cut.count("data:image/svg+xml") == 1
    assert "Lê Văn An" in names
    assert "Phạm Thị Bình" in names and childhood.NO_GUARDIAN in names
    assert "Ngô Văn Cường" in names and childhood.NO_BIRTHDAY in names
    assert Card.objects.count() == 1


# ---- Coming in


def test_the_scanned_secret_leaves_the_address_at_once(client, made):
    answer = scan(client, made.secret)
    assert answer.status_code == 302 and answer["Location"] == "/dang-nhap/the/pin/"
    assert "no-store" in answer["Cache-Control"]
    assert made.secret not in str(client.cookies)
    assert client.cookies["hv_the"]["httponly"]


def test_net_sets_her_own_pin_at_the_first_scan_and_comes_in_with_it_after(client, made, hoa):
    answer = open_first(client, made)
    assert answer.status_code == 302 and answer["Location"] == "/toi/"
    assert is_in(client)
    row = SignIn.objects.get()
    assert (row.way, row.proof, row.vouched_by) == ("card", "card", hoa)
    again = Client()
    scan(again, made.secret.lower())
    assert type_pin(again).status_code == 302 and is_in(again)
    assert Card.objects.get().last_used_at is not None


def test_the_opening_code_is_good_once(client, made):
    open_first(client, made)
    thief = Client()
    scan(thief, made.secret)
    answer = type_pin(thief, made.opening_code)
    assert answer.status_code == 422 and not is_in(thief)


def test_the_code_typed_by_hand_opens_the_same_card(client, made):
    open_first(Client(), made)
    assert client.get(ADDRESS).status_code == 200
    short = client.post(ADDRESS, {"code": "ABCD 1234"})
    assert short.status_code == 422 and "26" in short.content.decode()
    assert client.post(ADDRESS, {"code": made.by_hand.lower()})["Location"] == "/dang-nhap/the/pin/"
    type_pin(client)
    assert is_in(client)


def test_it_takes_neither_a_simple_pin_nor_two_different_ones_nor_the_opening_code(client, made):
    scan(client, made.secret)
    for pin, again in (("1111", "1111"), ("4321", "4321"), ("12", "12"), ("2580", "2581"), ("mèo", "mèo")):
        answer = client.post(f"{ADDRESS}pin/", {"opening": made.opening_code, "pin": pin, "again": again})
        assert answer.status_code == 422 and f'value="{pin}"' not in answer.content.decode()
    code = made.opening_code
    assert client.post(f"{ADDRESS}pin/", {"opening": code, "pin": code, "again": code}).status_code == 422
    assert Card.objects.get().fails == 0  # what is refused as a form is no try


def test_a_copied_card_is_nothing_without_its_pin(made):
    open_first(Client(), made)
    thief = Client()
    scan(thief, made.secret)
    assert not is_in(thief)
    assert thief.get(f"{ADDRESS}pin/").status_code == 200 and "Nết" not in thief.get(f"{ADDRESS}pin/").content.decode()
    assert type_pin(thief, "9999").status_code == 422 and not is_in(thief)
    assert thief.get(f"{ADDRESS}dong-y/")["Location"] == ADDRESS


def test_five_wrong_pins_lock_the_card_even_for_the_right_one(client, made):
    open_first(Client(), made)
    scan(client, made.secret)
    said = [type_pin(client, "9999").content.decode() for _ in range(5)]
    assert "nên thẻ bị khóa" not in said[3] and "nên thẻ bị khóa" in said[4]
    answer = type_pin(client)
    assert answer.status_code == 422 and "nên thẻ bị khóa" in answer.content.decode() and not is_in(client)
    assert Card.objects.get().locked_at is not None
    assert AuditEntry.objects.filter(action="locked a card").count() == 1


def test_the_right_pin_wipes_out_the_wrong_ones(client, made):
    open_first(Client(), made)
    scan(client, made.secret)
    for _ in range(4):
        type_pin(client, "9999")
    type_pin(client)
    assert is_in(client) and Card.objects.get().fails == 0
    assert FailedSignIn.objects.count() == 4


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[None]:
    """A database that several threads write to and that is emptied afterwards, the trail too: its guard is lifted. Such
    tests run after all others."""
    yield
    audit.disarm()


def test_fifty_pins_at_the_same_moment_are_not_more_than_five_looked_at(unguarded, made):
    open_first(Client(), made)
    looked_at: list[str] = []
    digest, real = cards.digest_of(made.secret), cards.check_password
    start = threading.Barrier(10)

    def watched(code: str, kept: str) -> bool:
        looked_at.append(code)
        return real(code, kept)

    def knock(numbers: range) -> None:
        start.wait()
        try:
            for n in numbers:
                cards.check(digest, f"{n:04}", address=f"10.0.0.{n}")
        finally:
            connection.close()

    with mock.patch.object(cards, "check_password", watched):
        threads = [threading.Thread(target=knock, args=(range(at, at + 5),)) for at in range(0, 50, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(looked_at) == 5
    assert Card.objects.get().is_locked


def test_an_address_that_tries_many_cards_waits(client):
    for _ in range(60):
        cards.check(cards.digest_of("X" * 26), "0000", address="10.0.0.9")
    assert cards.check(cards.digest_of("Y" * 26), "0000", address="10.0.0.9").wait_minutes > 0
    assert cards.check(cards.digest_of("Y" * 26), "0000", address="10.0.0.8").wait_minutes == 0


def test_an_unknown_a_revoked_and_an_expired_card_get_the_same_sentence(client, made, hoa, net):
    open_first(Client(), made)
    old = made.secret
    new = cards.make(net, expires_on=clock.today() + timedelta(days=10), by=hoa)
    open_first(Client(), new)
    Card.objects.filter(pk=new.card.pk).update(expires_on=clock.today() - timedelta(days=1))
    for secret in (old, new.secret, "Z" * 26):
        scan(client, secret)
        answer = type_pin(client)
        assert answer.status_code == 422 and "không còn dùng" in answer.content.decode()
        assert not is_in(client)


def test_a_card_works_on_its_last_day_and_not_on_the_next(client, made):
    open_first(Client(), made)
    with clock.stopped_at(timezone.now() + timedelta(days=365)):
        assert cards.check(cards.digest_of(made.secret), PIN, address="").card is not None
    with clock.stopped_at(timezone.now() + timedelta(days=366)):
        assert cards.check(cards.digest_of(made.secret), PIN, address="").card is None


def test_a_new_print_revokes_the_old_card_and_ends_its_sessions(client, made, hoa, net):
    open_first(client, made)
    cards.make(net, expires_on=clock.today() + timedelta(days=365), by=hoa)
    assert not is_in(client)
    old = Card.objects.get(pk=made.card.pk)
    assert old.revoked_at is not None and old.revoked_why == "đã làm thẻ khác"
    assert Card.objects.filter(revoked_at=None).count() == 1


def test_an_officer_takes_a_card_back_with_a_reason(client, made, hoa):
    open_first(Client(), made)
    client.force_login(hoa)
    assert client.post(f"/the/{made.card.pk}/thu-hoi/", {}).status_code == 422
    client.post(f"/the/{made.card.pk}/thu-hoi/", {"reason": "Bà đánh mất thẻ"})
    assert Card.objects.get().revoked_why == "Bà đánh mất thẻ"
    assert "Đã thu hồi" in client.get("/the/?tt=thu").content.decode()


def test_net_gives_her_own_card_up_and_stays_in(client, made):
    open_first(client, made)
    assert "Thẻ học viên" in client.get("/toi/").content.decode()
    assert "Đang dùng" in client.get("/toi/the/").content.decode()
    assert client.post("/toi/the/").status_code == 302
    assert Card.objects.get().revoked_at is not None
    assert "không có thẻ nào" in client.get("/toi/the/").content.decode()


def test_a_card_opens_the_learners_account_alone_though_its_owner_has_a_role(client, ward, hoa, net):
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    staff = make_account("net", Role.COORDINATOR, ward=ward, unit=office, name="Trần Thị Nết")
    Account.objects.filter(pk=staff.pk).update(person=net)
    open_first(client, cards.make(net, expires_on=clock.today() + timedelta(days=9), by=hoa))
    who = client.get("/toi/", headers={"accept": "application/json"}).json()
    assert [grant["role"] for grant in who["grants"]] == ["citizen"] and who["username"] != "net"
    for address in ("/nguoi-dan/", "/the/", "/giam-ho/"):
        assert client.get(address).status_code == 403


def test_a_card_whose_account_turned_into_staff_opens_nothing(client, made):
    Account.objects.filter(pk=made.card.account_id).update(kind="staff")
    assert open_first(client, made).status_code == 403
    assert not is_in(client)


def test_an_account_switched_off_does_not_come_in(client, made):
    Account.objects.filter(pk=made.card.account_id).update(is_active=False)
    assert open_first(client, made).status_code == 422
    assert not is_in(client)


def test_neither_secret_nor_codes_are_in_the_database_the_trail_or_the_log(client, hoa, net, caplog):
    caplog.set_level(logging.DEBUG)
    client.force_login(hoa)
    made = cards.make(net, expires_on=clock.today() + timedelta(days=9), by=hoa)
    learner = Client()
    scan(learner, made.secret)
    learner.post(ADDRESS, {"code": made.by_hand})
    learner.get(f"/t/{made.secret}/khong-co/")
    open_first(learner, made, "739152")
    assert is_in(learner)
    kept = " ".join(
        str(value) for model in apps.get_models() for row in model._default_manager.values_list() for value in row
    )
    assert cards.digest_of(made.secret) in kept  # the search finds what is there
    for hidden in (made.secret, made.by_hand, "739152"):
        assert hidden not in kept
    assert not re.search(rf"(?<!\d){made.opening_code}(?!\d)", kept.replace(".", " x"))
    logged = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    assert made.opening_code not in logged and "739152" not in logged
    assert made.secret not in repr(made)


# ---- Children


@pytest.fixture
def an(ward: Ward, place: Neighbourhood) -> Person:
    """An, nine years old."""
    return settle(ward, "Lê Văn An", date(clock.today().year - 9, 1, 1), place)


def test_no_card_for_a_child_before_there_are_words_to_agree_to_and_a_guardian_who_agreed(client, ward, hoa, an):
    client.force_login(hoa)
    sent = {"expires_on": f"{clock.today() + timedelta(days=30):%d/%m/%Y}"}
    assert childhood.NO_TEXT in client.post(f"/the/moi/{an.pk}/", sent).content.decode()
    words = text(ward)
    answer = client.post(f"/the/moi/{an.pk}/", sent)
    assert answer.status_code == 422 and childhood.NO_GUARDIAN in answer.content.decode()
    says_yes(an, words)
    assert client.post(f"/the/moi/{an.pk}/", sent).status_code == 200


@pytest.fixture
def card_of_an(ward: Ward, hoa: Account, an: Person) -> Iterator[cards.Printed]:
    says_yes(an, text(ward))
    yield cards.make(an, expires_on=clock.today() + timedelta(days=300), by=hoa)


def test_a_child_from_seven_is_asked_before_its_first_session(client, card_of_an, an):
    assert open_first(client, card_of_an)["Location"] == f"{ADDRESS}dong-y/"
    assert not is_in(client)
    page = client.get(f"{ADDRESS}dong-y/").content.decode()
    assert "Con có đồng ý" in page and "giữ kết quả học của con" in page
    assert client.post(f"{ADDRESS}dong-y/", {}).status_code == 422
    assert client.post(f"{ADDRESS}dong-y/", {"answer": "yes"})["Location"] == "/toi/"
    assert is_in(client)
    assert [(entry.party, entry.channel) for entry in an.consents.order_by("pk")] == [
        ("representative", "paper"), ("self", "online"),
    ]  # fmt: skip
    again = Client()
    scan(again, card_of_an.secret)
    assert type_pin(again)["Location"] == "/toi/"  # asked once


def test_a_child_that_says_no_is_let_go_kindly(client, card_of_an, an):
    open_first(client, card_of_an)
    answer = client.post(f"{ADDRESS}dong-y/", {"answer": "no"})
    assert "Khi nào con muốn" in answer.content.decode() and not is_in(client)
    assert not an.consents.filter(party="self").exists()
    assert client.get(f"{ADDRESS}dong-y/")["Location"] == ADDRESS  # the way is closed until the PIN is typed again


def test_below_seven_the_guardian_alone_agrees(client, ward, hoa, an):
    an.born_on = clock.today() - timedelta(days=6 * 365)
    an.save()
    says_yes(an, text(ward))
    open_first(client, cards.make(an, expires_on=clock.today() + timedelta(days=300), by=hoa))
    assert is_in(client)


def test_a_withdrawn_yes_closes_the_card_in_plain_words(client, card_of_an, an, ward):
    open_first(client, card_of_an)
    client.post(f"{ADDRESS}dong-y/", {"answer": "yes"})
    words = childhood.text_for(ward)
    assert words
    consenting.withdraw(an, words, party="representative", representative="Mẹ", channel="paper", witness="", by=None)
    later = Client()
    scan(later, card_of_an.secret)
    answer = type_pin(later)
    assert answer.status_code == 403 and "không còn đồng ý" in answer.content.decode()
    assert not is_in(later)


def test_new_words_are_asked_anew(card_of_an, ward, client):
    text(ward, since=clock.today(), words="Lời hỏi mới.")
    assert open_first(client, card_of_an).status_code == 403
    assert not is_in(client)


# ---- Erasure, export, keeping


def test_what_is_held_is_told_and_goes_with_the_person(made, net):
    from hocvu.ward import forgetting

    assert [row["Thẻ số"] for row in cards.tell(net)] == [made.card.pk]
    forgetting.erase(net, reason="Theo yêu cầu", by=None)
    assert not Card.objects.exists()


def test_cards_of_no_use_are_dropped_after_a_year(made, hoa, net):
    cards.make(net, expires_on=clock.today() + timedelta(days=9), by=hoa)
    assert cards.forget_old_cards(365) == 0
    Card.objects.filter(pk=made.card.pk).update(revoked_at=timezone.now() - timedelta(days=366))
    assert cards.forget_old_cards(365) == 1
    assert citizens.account_of(net) is not None


# ---- On a phone


@pytest.mark.browser
def test_from_the_qr_code_to_ones_own_page_on_a_small_phone(unguarded, page, live_server, made, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    page.goto(f"{live_server.url}/T/{made.secret}")
    assert page.url == f"{live_server.url}/dang-nhap/the/pin/"
    page.get_by_label("Mã mở thẻ").fill(made.opening_words)
    page.get_by_label("Mã PIN tự chọn").fill(PIN)
    page.get_by_label("Mã PIN, nhập lại").fill(PIN)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Đặt mã PIN và vào").click()
    page.wait_for_url("**/toi/")
    assert page.get_by_role("heading", level=1).inner_text() == "Trần Thị Nết"
