"""A powerful role waits for a second administrator; a small ward with one can still begin; roles that end are told of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.ward import granting, seconding
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, AuditEntry, Grant, GrantProposal, Notice, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
SENT = {"role": "leader", "valid_from": "01/09/2025", "reason": "Quyết định số 12"}


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def luc(ward: Ward) -> Account:
    return make_account("luc", Role.ADMINISTRATOR, name="Trần Văn Lực")


@pytest.fixture
def hoa(ward: Ward) -> Account:
    return make_account("hoa", Role.ADMINISTRATOR, name="Đinh Thị Hòa")


@pytest.fixture
def mai(ward: Ward) -> Account:
    return make_account("mai", name="Lê Thị Mai")


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def propose(by: Account, account: Account, **more: object) -> GrantProposal:
    assert browser(by).post(f"/tai-khoan/{account.pk}/vai-tro/", {**SENT, **more}).status_code == 302
    return GrantProposal.objects.get()


def decide(by: Account, row: GrantProposal, decision: str = "confirm", reason: str = ""):
    return browser(by).post(f"/tai-khoan/de-nghi/{row.pk}/", {"decision": decision, "reason": reason})


def test_a_powerful_role_waits_for_another_administrator(luc, hoa, mai):
    row = propose(luc, mai)
    assert not Grant.objects.filter(account=mai).exists()
    assert Notice.objects.get(account=hoa).href == f"/tai-khoan/de-nghi/{row.pk}/"
    assert "Lê Thị Mai" in browser(hoa).get("/tai-khoan/").content.decode().split("Chờ người thứ hai")[1]
    assert "Quyết định số 12" in browser(hoa).get(f"/tai-khoan/de-nghi/{row.pk}/").content.decode()
    assert decide(hoa, row).status_code == 302
    given = Grant.objects.get(account=mai)
    assert given.role == Role.LEADER
    assert given.granted_by == "Trần Văn Lực, Đinh Thị Hòa xác nhận"
    assert given.valid_from == clock.today()
    entry = AuditEntry.objects.get(action="granted a role", target_key=f"ward.account:{mai.pk}")
    assert entry.details["second"] == "Đinh Thị Hòa"
    assert not Notice.objects.filter(account=hoa).unseen().exists()
    assert {n.account for n in Notice.objects.filter(text__contains="đã được xác nhận")} == {luc, mai}


def test_neither_the_proposer_nor_the_one_who_gets_it_confirms(luc, hoa, mai):
    granting.grant(mai, Role.ADMINISTRATOR, ward=None, by=None)
    row = propose(luc, mai)
    for somebody in (luc, mai):
        page = browser(somebody).get(f"/tai-khoan/de-nghi/{row.pk}/").content.decode()
        assert "Ghi ý kiến" not in page
    decide(mai, row)
    assert not Grant.objects.filter(account=mai, role=Role.LEADER).exists()
    assert GrantProposal.objects.waiting(clock.now()).exists()


def test_a_coordinator_of_the_ward_decides_nothing(luc, hoa, mai, ward):
    row = propose(luc, mai)
    thu = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    assert decide(thu, row).status_code == 403
    assert browser(make_account("kt", Role.AUDITOR)).get(f"/tai-khoan/de-nghi/{row.pk}/").status_code == 403


def test_it_is_refused_with_a_reason_and_the_proposer_hears_it(luc, hoa, mai):
    row = propose(luc, mai)
    assert decide(hoa, row, "refuse").status_code == 422
    decide(hoa, row, "refuse", "Chưa có quyết định.")
    assert not Grant.objects.filter(account=mai).exists()
    assert Notice.objects.filter(account=luc, text__contains="Chưa có quyết định.").exists()
    decide(hoa, row)  # too late
    assert not Grant.objects.filter(account=mai).exists()


def test_whoever_proposed_it_takes_it_back(luc, hoa, mai):
    row = propose(luc, mai)
    browser(luc).post(f"/tai-khoan/de-nghi/{row.pk}/")
    row.refresh_from_db()
    assert row.outcome == "withdrawn"
    decide(hoa, row)
    assert not Grant.objects.filter(account=mai).exists()


def test_it_runs_out_after_a_fortnight(luc, hoa, mai):
    row = propose(luc, mai)
    GrantProposal.objects.update(proposed_at=clock.now() - timedelta(days=14, minutes=1))
    assert decide(hoa, row).status_code == 409
    assert not Grant.objects.filter(account=mai).exists()
    assert "Chờ người thứ hai" not in browser(hoa).get("/tai-khoan/").content.decode()
    browser(luc).post(f"/tai-khoan/{mai.pk}/vai-tro/", SENT)
    assert GrantProposal.objects.count() == 2


def test_a_proposal_of_somebody_who_is_no_administrator_any_more_is_not_confirmed(luc, hoa, mai):
    row = propose(luc, mai)
    Grant.objects.filter(account=luc).update(valid_to=date(2025, 2, 1))
    assert decide(hoa, row).status_code == 422
    assert not Grant.objects.filter(account=mai).exists()


def test_it_is_not_proposed_twice(luc, hoa, mai):
    propose(luc, mai)
    answer = browser(luc).post(f"/tai-khoan/{mai.pk}/vai-tro/", SENT)
    assert answer.status_code == 422
    assert "đang chờ người thứ hai" in answer.content.decode()


def test_a_powerful_role_needs_a_reason_and_keeps_what_was_typed(luc, mai):
    answer = browser(luc).post(f"/tai-khoan/{mai.pk}/vai-tro/", {**SENT, "reason": "", "valid_to": "31/12/2030"})
    assert answer.status_code == 422
    assert "ghi lý do" in answer.content.decode()
    assert "31/12/2030" in answer.content.decode()


def test_an_ordinary_role_is_given_at_once(luc, hoa, mai, ward):
    sent = {"role": "clerk", "valid_from": "01/09/2025"}
    assert browser(luc).post(f"/tai-khoan/{mai.pk}/vai-tro/", sent).status_code == 302
    assert Grant.objects.get(account=mai).role == Role.CLERK
    assert not GrantProposal.objects.exists()


def test_a_single_administrator_gives_it_and_the_trail_says_that_nobody_confirmed(luc, mai):
    browser(luc).post(f"/tai-khoan/{mai.pk}/vai-tro/", SENT)
    assert Grant.objects.get(account=mai).role == Role.LEADER
    entry = AuditEntry.objects.get(action="granted a role", target_key=f"ward.account:{mai.pk}")
    assert entry.details["second"] == "chưa có người thứ hai"
    assert {n.account for n in Notice.objects.filter(text__contains="chưa có người thứ hai")} == {luc, mai}


def test_an_administrator_who_is_switched_off_is_no_second_person(luc, hoa, mai):
    Account.objects.filter(pk=hoa.pk).update(is_active=False)
    browser(luc).post(f"/tai-khoan/{mai.pk}/vai-tro/", SENT)
    assert Grant.objects.filter(account=mai).exists()


def test_every_role_that_manages_accounts_or_reveals_people_is_powerful():
    grave = {"accounts.manage", "people.reveal", "people.merge", "privacy.manage", "audit.read", "summary.approve"}
    assert {role for role in Role if grave & set(CAPABILITIES[role])} <= granting.POWERFUL


# ---- Roles that end


def test_the_page_warns_of_a_role_that_ends_within_thirty_days(luc, mai, ward):
    today = clock.today()
    granting.grant(mai, Role.CLERK, ward=ward, by=None, valid_to=today + timedelta(days=30))
    granting.grant(mai, Role.EDITOR, ward=ward, by=None, valid_to=today + timedelta(days=31))
    page = browser(luc).get(f"/tai-khoan/{mai.pk}/").content.decode()
    assert page.count("hết hạn sau ngày") == 1
    assert "văn thư - phường Hải An hết hạn sau ngày" in " ".join(page.split())


def test_a_fortnight_before_the_account_and_the_administrators_are_told_once(luc, mai, ward):
    today = clock.today()
    granting.grant(mai, Role.CLERK, ward=ward, by=None, valid_to=today + timedelta(days=14))
    granting.grant(mai, Role.EDITOR, ward=ward, by=None, valid_to=today + timedelta(days=15))
    assert seconding.tell_of_ending(clock.now()) == 1
    assert seconding.tell_of_ending(clock.now()) == 0
    assert {n.account for n in Notice.objects.filter(text__contains="văn thư")} == {luc, mai}


def test_a_role_that_goes_on_under_a_later_grant_is_let_be(luc, mai, ward):
    soon = clock.today() + timedelta(days=3)
    granting.grant(mai, Role.CLERK, ward=ward, by=None, valid_to=soon)
    granting.grant(mai, Role.CLERK, ward=ward, by=None, valid_from=soon + timedelta(days=1))
    assert seconding.tell_of_ending(clock.now()) == 0
