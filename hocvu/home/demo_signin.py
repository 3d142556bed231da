"""How people of the demo ward came in: by VNeID, by phone, with cards; guardians and their children; a role that waits for
a second person. Through the acts behind the pages, so that each is as a real one; nobody of the demo has a secret that
anybody could use."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone

from hocvu.lib import clock
from hocvu.signin import cards, childhood, guardians, phone, sessions
from hocvu.signin.models import Guardianship, Proof, Way
from hocvu.signin.vneid import linking
from hocvu.signin.vneid.flow import Said
from hocvu.ward import register, seconding, sms
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Person, Unit, Ward
from hocvu.ward.models.person import years_before

ISSUER = "https://vneid.minh-hoa.vi-du"  # of no provider: these sign-ins are invented
PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
YEAR = timedelta(days=365)
Relation = Guardianship.Relation


def live(ward: Ward) -> None:
    """A few weeks at the doors."""
    cast = {account.username: account for account in Account.objects.filter(is_demo=True)}
    people = list(
        Person.objects.of(ward).open_for_work().exclude(number_index=None).filter(died_on=None, accounts=None)
        .select_related("ward", "household__neighbourhood").order_by("household__code", "pk")
    )  # fmt: skip
    grown = [p for p in people if p.born_on and p.born_on <= years_before(clock.today(), 25)]
    _by_vneid(ward, grown[40:44])
    _by_phone(ward)
    _with_cards(ward, grown, cast)
    _guardians(ward, people, cast)
    _staff(ward, cast)


def _by_vneid(ward: Ward, people: list[Person]) -> None:
    """Two whom the register knows; one whose day of birth differs there, and one whom it does not know."""
    second, first, other_day, _ = people
    for number, (person, level2, born_on) in enumerate(
        ((second, True, second.born_on), (first, False, first.born_on), (other_day, True, date(1970, 2, 3))), start=1
    ):
        digits = register.number_of(person, in_full=True)
        _come_by_vneid(ward, Said(ISSUER, f"mh-{number}", level2, timezone.now(), person.full_name, digits, born_on))
    stranger = Said(
        ISSUER, "mh-4", True, timezone.now(), "Cao Thị Phương Xa (minh họa)", "099192000777", date(1992, 5, 6)
    )
    _come_by_vneid(ward, stranger)


def _come_by_vneid(ward: Ward, said: Said) -> None:
    how = sessions.How(Way.VNEID, said.proof, issuer=said.issuer, authenticated_at=said.authenticated_at)
    _open(linking.account_for(said, ward), how)


def _by_phone(ward: Ward) -> None:
    """Somebody whom the register does not know, with nothing but a phone."""
    code, _ = phone.ask("0912000456", address="192.0.2.7", ward=ward)
    found = re.search(r"\b\d{6}\b", sms.waiting_text(phone.key_of(code)))
    if found is None:
        return  # this installation sends no messages
    proven = phone.check(code, found.group())
    account = phone.begin(proven, full_name="Cụ Trần Thị Sáu (minh họa)", ward=ward)
    _open(account, sessions.How(Way.PHONE, Proof.PHONE, authenticated_at=timezone.now()))


def _with_cards(ward: Ward, grown: list[Person], cast: dict[str, Account]) -> None:
    """Six cards: new, in use, locked after five wrong PINs, revoked, made for somebody of the page about oneself."""
    helper, office, until = cast["thanhvien"], cast["dieuphoi"], clock.today() + YEAR
    near = [p for p in grown if cards.may_make_card(helper, p)][6:10]
    new, used, locked, lost = (cards.make(person, expires_on=until, by=helper) for person in near)
    _use(used, "2580")
    for _ in range(5):
        cards.check(cards.digest_of(locked.secret), "000000", address="192.0.2.8")
    cards.revoke(lost.card, reason="Mất thẻ (minh họa)", by=helper)
    if (own := Account.objects.filter(username="nguoidan").first()) and own.person:
        _use(cards.make(own.person, expires_on=until, by=office), "1470")
    assert new.card.pin_set_at is None


def _use(printed: cards.Printed, pin: str) -> None:
    """The learner's first sign-in: the opening code, an own PIN, the session; a child is asked too."""
    card = cards.check(cards.digest_of(printed.secret), printed.opening_code, address="192.0.2.9").card
    if card is None:
        return
    cards.set_pin(card, pin)
    card.refresh_from_db()
    if childhood.is_child(printed.person):
        childhood.child_agrees(card.account)
    cards.come_in(_browser(PHONE), card)


def _guardians(ward: Ward, people: list[Person], cast: dict[str, Account]) -> None:
    """A mother whom the police recorded, whose child has a card; the citizen of the stories, confirmed for one child, asking
    for a second, refused for a third; a class of the school."""
    police, today = cast["danhtinh"], clock.today()
    children = [
        p for p in people
        if p.born_on and years_before(today, 15) < p.born_on <= years_before(today, 7) and p.household_id
    ]  # fmt: skip
    parent_of = {
        child.pk: next(
            (p for p in people if p.household_id == child.household_id and not guardians.may_need_one(p)), None
        )
        for child in children
    }
    first = next(child for child in children if parent_of[child.pk])
    mother = parent_of[first.pk]
    assert mother is not None
    number, paper = register.number_of(mother, in_full=True), "Giấy khai sinh số 12/2014 (minh họa)"
    guardians.record(
        first, guardian_number=number, relation=Relation.MOTHER, paper=paper, agreed_on_paper=True, by=police
    )
    _use(cards.make(first, expires_on=today + YEAR, by=cast["dieuphoi"]), "3690")
    own = Account.objects.get(username="nguoidan")
    text = childhood.text_for(ward)
    asked = [
        guardians.ask(
            ward, child_name=child.full_name, number=register.number_of(child, in_full=True), born_on=child.born_on,
            relation=Relation.GRANDPARENT, agreed_to=text, by=own,
        )
        for child in children[1:4] if child.born_on
    ]  # fmt: skip
    guardians.confirm(asked[0], paper="Giấy xác nhận cư trú (minh họa)", by=police)
    guardians.refuse(asked[2], reason="Giấy tờ đã gửi là của trẻ khác (minh họa)", by=police)


def _staff(ward: Ward, cast: dict[str, Account]) -> None:
    """The coordinator came in on two devices; one administrator proposes a powerful role, the other has yet to look."""
    for agent in (LAPTOP, PHONE):
        _open(cast["dieuphoi"], sessions.How(Way.PASSWORD, Proof.STAFF), agent)
    police = Unit.objects.get(ward=ward, name="Công an phường")
    seconding.give(
        cast["congan"], Role.POLICE, ward=ward, unit=police, valid_from=clock.today(), valid_to=clock.today() + YEAR,
        reason="Thay đồng chí đi học dài ngày (minh họa)", by=cast["quantri"],
    )  # fmt: skip


def _open(account: Account, how: sessions.How, agent: str = PHONE) -> None:
    """Let an account in on a browser that nobody has: its session ends at once, its row of history stays."""
    request = _browser(agent)
    sessions.open_session(request, account, how)
    sessions.sign_out(request)


def _browser(agent: str) -> HttpRequest:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "192.0.2.10", "HTTP_USER_AGENT": agent}
    request.session, request.user = SessionStore(), AnonymousUser()
    return request
