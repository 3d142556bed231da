"""What holds at every door: no child comes in while consent is missing, no helper touches keys, a proxy hides nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address
from hocvu.signin import childhood, citizens, sessions
from hocvu.signin.models import AssistedSession, Proof, SignIn, Way
from hocvu.ward import consenting, living, neighbourhoods
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, ConsentEntry, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
DOORS = ((Way.VNEID, Proof.VNEID1), (Way.PHONE, Proof.PHONE), (Way.CARD, Proof.CARD))


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 1), by=None)
    return ward


@pytest.fixture
def an(ward: Ward) -> Person:
    """An, nine years old, of the first neighbourhood."""
    place = Neighbourhood.objects.get(ward=ward, number=1)
    home = living.found_household(ward, code="H1", address="Ngõ 1", neighbourhood=place, by=None)
    return living.add_person(
        home, full_name="Lê Văn An", born_on=date(clock.today().year - 9, 1, 1), only_year=False, sex="male", number="",
        phone="", relation="", kind="permanent", day=None, by=None,
    )  # fmt: skip


@pytest.fixture
def net(ward: Ward) -> Account:
    team = Unit.objects.get(ward=ward, kind=Unit.Kind.TEAM)
    return make_account("net", Role.TEAM_MEMBER, ward=ward, unit=team, name="Trần Thị Nết")


@pytest.fixture
def words(ward: Ward):
    return consenting.write_text(
        ward, purpose=childhood.PURPOSE, text="Học ở đây giữ kết quả của con.", valid_from=date(2025, 1, 1), by=None
    )


def come_in(account: Account, way: Way, proof: Proof) -> Client:
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    sessions.open_session(request, account, sessions.How(way, proof))
    request.session.save()
    client = Client()
    client.cookies["sessionid"] = request.session.session_key or ""
    return client


def agree(an: Person, text) -> None:
    for party, name in (("self", ""), ("representative", "Nguyễn Thị Mai")):
        consenting.give(an, text, party=party, representative=name, channel="paper", witness="", by=None)


@pytest.mark.parametrize(("way", "proof"), DOORS)
def test_no_child_comes_in_by_any_door_before_both_have_agreed(an, words, way, proof):
    account = citizens.open_account(an.ward, person=an)
    with pytest.raises(Refusal, match="dưới 16 tuổi"):
        come_in(account, way, proof)
    assert not SignIn.objects.filter(account=account).exists()
    agree(an, words)
    assert come_in(account, way, proof).get("/toi/").status_code == 200


def test_a_withdrawal_that_an_officer_writes_down_ends_an_open_session_within_a_minute(an, words):
    agree(an, words)
    account = citizens.open_account(an.ward, person=an)
    client = come_in(account, Way.VNEID, Proof.VNEID1)
    consenting.withdraw(an, words, party="representative", representative="Nguyễn Thị Mai", channel="paper", witness="",
                        by=None)  # fmt: skip
    session = client.session
    session["how"] = {**session["how"], "seen": (timezone.now() - timedelta(minutes=2)).timestamp()}
    session.save()
    assert client.get("/toi/").status_code == 302
    assert SignIn.objects.get(account=account).ended_why == "đồng ý đã rút"


def test_a_helper_reads_the_words_out_and_the_ledger_says_who_agreed_before_whom(an, words, net):
    phone = Client()
    phone.force_login(net)
    page = phone.get(f"/giup/nguoi/{an.pk}/").content.decode()
    assert "Học ở đây giữ kết quả của con." in page
    said = {"how": "self", "year": str(an.born_on.year), "guardian": "Nguyễn Thị Mai"}
    assert phone.post(f"/giup/nguoi/{an.pk}/", said)["Location"] == "/toi/"
    lines = {(line.party, line.representative, line.witness, line.channel) for line in ConsentEntry.objects.all()}
    door = ConsentEntry.Channel.DOOR
    assert lines == {("self", "", "Trần Thị Nết", door), ("representative", "Nguyễn Thị Mai", "Trần Thị Nết", door)}
    consenting.withdraw(an, words, party="self", representative="", channel="paper", witness="", by=None)
    assert phone.get("/toi/").status_code == 302
    assert AssistedSession.objects.get().ended_why == "đồng ý đã rút"


def test_no_child_is_helped_where_there_are_no_words_to_agree_to(an, net):
    phone = Client()
    phone.force_login(net)
    said = {"how": "self", "year": str(an.born_on.year), "guardian": "Nguyễn Thị Mai"}
    answer = phone.post(f"/giup/nguoi/{an.pk}/", said)
    assert answer.status_code == 422
    assert "Chưa có lời hỏi đồng ý" in answer.content.decode()
    assert not AssistedSession.objects.exists()
    assert not Account.objects.filter(kind=Account.Kind.CITIZEN).exists()  # nothing half-written


@pytest.mark.parametrize(
    "page", ["/toi/dien-thoai/", "/toi/dien-thoai/so/", "/toi/vneid/", "/toi/the/", "/toi/nguoi-phu-thuoc/",
             "/toi/phien/", "/toi/phien/lich-su/"],
)  # fmt: skip
def test_keys_are_ones_own_while_somebody_helps(page, ward, net):
    place = Neighbourhood.objects.get(ward=ward, number=1)
    home = living.found_household(ward, code="H2", address="Ngõ 2", neighbourhood=place, by=None)
    sau = living.add_person(
        home, full_name="Nguyễn Thị Sáu", born_on=date(1946, 1, 1), only_year=False, sex="female", number="", phone="",
        relation="", kind="permanent", day=None, by=None,
    )  # fmt: skip
    phone = Client()
    phone.force_login(net)
    assert phone.post(f"/giup/nguoi/{sau.pk}/", {"how": "self", "year": "1946"})["Location"] == "/toi/"
    answer = phone.get(page)
    assert answer.status_code == 403
    assert AssistedSession.objects.open().exists()
    assert come_in(citizens.account_of(sau), Way.CARD, Proof.CARD).get(page).status_code == 200


def test_behind_a_proxy_of_our_own_the_last_address_of_the_chain_counts(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 203.113.7.19")
    assert client_address(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert client_address(request) == "203.113.7.19"
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"
