"""An enterprise's own list says who has an account and how each was established."""

from __future__ import annotations

import pytest

from hocvu.signin import citizens
from hocvu.signin.models import AssistedSession, Proof, SignIn, Way
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward
from hocvu.ward.tests.test_members import cells_of, signed_in, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def firm(ward: Ward) -> Unit:
    return make_unit(ward, "Công ty May", Unit.Kind.ENTERPRISE)


@pytest.fixture
def man(ward: Ward, firm: Unit) -> Account:
    return make_account("man", Role.ENTERPRISE, ward=ward, unit=firm)


def test_the_list_says_who_has_an_account_and_how_they_were_established(man, firm):
    may, _ = worker(firm, "Chị May"), worker(firm, "Chị Cúc")
    account = citizens.open_account(may.person.ward, person=may.person)
    for way, proof in ((Way.PHONE, Proof.PHONE), (Way.VNEID, Proof.VNEID2), (Way.CARD, Proof.CARD)):
        SignIn.objects.create(account=account, way=way, proof=proof, at="2026-01-01T00:00Z")
    rows = cells_of(signed_in(man).get("/thanh-vien/?dinh-dang=xlsx"))
    said = {row[0]: row for row in rows}
    assert said["Chị May"][-2:] == ("Có", "VNeID mức 2")
    assert said["Chị Cúc"][-2] == "Không"


def test_a_proof_that_its_owner_denies_is_not_on_the_list(man, firm):
    net = make_account("net", Role.AMBASSADOR, ward=firm.ward)
    may = worker(firm, "Chị May").person
    account = citizens.open_account(firm.ward, person=may)
    at = "2026-01-01T00:00Z"
    came = SignIn.objects.create(account=account, way=Way.ASSISTED, proof=Proof.VOUCHED, vouched_by=net, at=at)
    AssistedSession.objects.create(ward=firm.ward, helper=net, account=account, person=may, sign_in=came, opened_at=at,
                                   last_act_at=at, ended_at=at, agreed_how="self", call_outcome="denied")  # fmt: skip
    said = {row[0]: row for row in cells_of(signed_in(man).get("/thanh-vien/?dinh-dang=xlsx"))}
    assert said["Chị May"][-2:] == ("Có", None)


def test_many_accounts_are_asked_for_at_once(man, firm, django_assert_max_num_queries):
    for number in range(25):
        citizens.open_account(firm.ward, person=worker(firm, f"Người {number}").person)
    client = signed_in(man)
    with django_assert_max_num_queries(18):
        client.get("/thanh-vien/")
