"""Taking certificates back: two persons, neither the holder; the next who asks is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import certifying
from hocvu.assessment.certificates import checking, keys, revoking, status, tokens
from hocvu.assessment.models import Certificate, Revocation, SigningKey, Suspicion
from hocvu.assessment.tests.cast_certificates import earn, make_attempt, make_framework, make_learner, make_rule
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Person, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

WHY = "Làm bài hộ, có biên bản."


@pytest.fixture
def ward(db: None) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def made(ward: Ward) -> Certificate:
    return earn(make_learner(ward), make_rule(ward))


@pytest.fixture
def thu(ward: Ward) -> Account:
    return make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))


@pytest.fixture
def binh(ward: Ward) -> Account:
    return make_account("binh", Role.LEADER, ward=ward, unit=make_unit(ward, "Lãnh đạo"))


def as_(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def decided(account: Account, certificate: Certificate, **said: str) -> Any:
    """Open the page of a proposal, and send what stands in it with a decision."""
    desk, address = as_(account), f"/giay-da-cap/{certificate.pk}/thu-hoi/"
    [proposal] = re.findall(r'name="proposal" value="(\d+)"', desk.get(address).content.decode())
    return desk.post(address, {"proposal": proposal, "decision": "confirm", **said})


def bit_of(certificate: Certificate) -> bool:
    body = tokens.read(Client().get("/cap-giay/hai-an/trang-thai/1.jwt").content).body
    return status.is_set(status.unpack(body["credentialSubject"]["encodedList"]), certificate.status_index)


def test_two_persons_take_it_back_and_the_next_who_asks_is_told(made, thu, binh):
    address = f"/giay-da-cap/{made.pk}/thu-hoi/"
    assert not bit_of(made)
    sent = as_(thu).post(address, {"reason": "conduct", "why": WHY})
    assert sent.headers["Location"] == "/giay-da-cap/thu-hoi/"
    assert checking.check(made.token).status == "valid" and not bit_of(made)
    assert "người thứ hai" in as_(thu).get(address).content.decode()
    page = as_(binh).get(address).content.decode()
    assert WHY in page and "gian lận khi kiểm tra" in page and "Thu" in page
    decided(binh, made, answer="Đúng.")
    made.refresh_from_db()
    verdict = checking.check(made.token)
    assert (verdict.status, made.revoked_class) == ("revoked", "conduct")
    assert "gian lận" in verdict.reason and bit_of(made)
    assert checking.state_of(made, made.revoked_at - timedelta(microseconds=1)).status == "valid"
    told = Notice.objects.get(account=made.account, key=f"revoked:{made.pk}")
    assert "thu hồi" in told.text and WHY in told.text
    assert AuditEntry.objects.filter(action="revoked a certificate", actor="Binh").exists()
    assert "Đã thu hồi" in as_(thu).get("/giay-da-cap/thu-hoi/").content.decode()


def test_whoever_proposed_does_not_decide(made, thu):
    row = revoking.propose(made, reason="mistake", why=WHY, by=thu)
    for act in (lambda: revoking.confirm(row, by=thu), lambda: revoking.decline(row, by=thu, answer="Không.")):
        with pytest.raises(Refusal, match="người thứ hai"):
            act()
    as_(thu).post(f"/giay-da-cap/{made.pk}/thu-hoi/", {"decision": "confirm"})
    made.refresh_from_db()
    assert made.revoked_at is None


def test_two_accounts_of_one_human_being_are_one_person(ward, made, thu):
    second = make_account("thu2", Role.LEADER, ward=ward, unit=make_unit(ward, "Lãnh đạo"), name="THU")
    row = revoking.propose(made, reason="mistake", why=WHY, by=thu)
    with pytest.raises(Refusal, match="trùng họ tên"):
        revoking.confirm(row, by=second)
    assert revoking.confirm_all([row], by=second) == 0
    with pytest.raises(Refusal, match="trùng họ tên"):
        revoking.decline(row, by=second, answer="Không.")


def test_two_accounts_of_one_person_of_the_register_are_one_person(ward, made, thu, binh):
    """The name of one is written otherwise."""
    person = Person.objects.create(ward=ward, full_name="Vũ Thị Thu")
    Account.objects.filter(pk__in=(thu.pk, binh.pk)).update(person=person)
    row = revoking.propose(made, reason="mistake", why=WHY, by=thu)
    binh.refresh_from_db()
    for decision in ("confirm", "decline"):
        answer = decided(binh, made, decision=decision, answer="Đúng.")
        assert answer.status_code == 422 and "cùng một người" in answer.content.decode()
    assert revoking.confirm_all([row], by=binh) == 0
    row.refresh_from_db()
    assert row.state == "proposed"


def test_what_joined_a_bundle_after_it_was_shown_is_not_confirmed_with_it(ward, made, thu, binh):
    more = earn(make_learner(ward, "Lê Văn An"), made.rule)
    revoking.propose(made, reason="rule", why=WHY, by=thu)
    desk, address = as_(binh), "/giay-da-cap/thu-hoi/quyet-dinh/"
    shown = re.findall(r'name="bundles" value="([^"]+)"', desk.get(address).content.decode())
    revoking.propose(more, reason="rule", why=WHY, by=thu)
    answer = desk.post(address, {"bundles": shown, "answer": ""})
    assert answer.status_code == 422 and "2 giấy" in answer.content.decode()
    assert not Certificate.objects.exclude(revoked_at=None).exists()


def test_what_took_the_place_of_one_that_was_declined_is_not_confirmed_with_the_bundle(ward, made, thu, binh):
    more, last = (earn(make_learner(ward, name), made.rule) for name in ("Lê Văn An", "Lê Văn Ba"))
    revoking.propose(made, reason="rule", why=WHY, by=thu)
    second = revoking.propose(more, reason="rule", why=WHY, by=thu)
    desk, address = as_(binh), "/giay-da-cap/thu-hoi/quyet-dinh/"
    shown = re.findall(r'name="bundles" value="([^"]+)"', desk.get(address).content.decode())
    decided(binh, more, decision="decline", answer="Giấy này đúng.")
    revoking.propose(last, reason="rule", why=WHY, by=thu)
    assert desk.post(address, {"bundles": shown, "answer": ""}).status_code == 422
    assert not Certificate.objects.exclude(revoked_at=None).exists()
    second.refresh_from_db()
    assert second.state == "declined"


def test_nobody_confirms_a_proposal_that_they_did_not_read(ward, made, thu, binh):
    """Bình reads the first, somebody else declines it, Thu proposes again for another reason; then Bình sends."""
    leader = make_account("minh", Role.LEADER, ward=ward, unit=made.ward.units.first())
    desk, address = as_(binh), f"/giay-da-cap/{made.pk}/thu-hoi/"
    first = revoking.propose(made, reason="mistake", why="Nhập nhầm một chữ", by=thu)
    shown = desk.get(address).content.decode()
    assert f'name="proposal" value="{first.pk}"' in shown
    revoking.decline(first, by=leader, answer="Không phải lỗi của giấy.")
    second = revoking.propose(made, reason="conduct", why=WHY, by=thu)
    for said in ({"proposal": first.pk}, {"proposal": "x"}, {}):
        answer = desk.post(address, {**said, "decision": "confirm", "answer": "Đúng là nhầm."})
        page = answer.content.decode()
        assert answer.status_code == 422 and "đây là đề nghị mới" in page
        assert WHY in page and "Đúng là nhầm." in page and " checked" not in page
        assert f'name="proposal" value="{second.pk}"' in page
    made.refresh_from_db()
    assert made.revoked_at is None and Revocation.objects.get(state="proposed") == second
    assert decided(binh, made).status_code == 302
    made.refresh_from_db()
    assert made.revoked_class == "conduct"


@pytest.mark.parametrize("how", ["person", "name"])
def test_the_holder_neither_proposes_nor_decides(made, thu, binh, how):
    if how == "person":
        Account.objects.filter(pk=binh.pk).update(person=made.person)
    else:
        Account.objects.filter(pk=binh.pk).update(full_name="NGUYỄN THỊ HOA")
    binh.refresh_from_db()
    with pytest.raises(Refusal, match="Người được cấp"):
        revoking.propose(made, reason="mistake", why=WHY, by=binh)
    row = revoking.propose(made, reason="mistake", why=WHY, by=thu)
    with pytest.raises(Refusal, match="Người được cấp"):
        revoking.confirm(row, by=binh)
    assert revoking.confirm_all([row], by=binh) == 0
    assert decided(binh, made).status_code == 422


def test_a_proposal_that_is_declined_leaves_everything_and_says_why(made, thu, binh):
    row = revoking.propose(made, reason="mistake", why=WHY, by=thu)
    with pytest.raises(Refusal, match="đang chờ"):
        revoking.propose(made, reason="mistake", why=WHY, by=binh)
    with pytest.raises(Refusal, match="vì sao"):
        revoking.decline(row, by=binh, answer=" ")
    revoking.decline(row, by=binh, answer="Không đủ căn cứ.")
    made.refresh_from_db()
    assert made.revoked_at is None
    assert "Không đủ căn cứ" in Notice.objects.get(account=thu, key__startswith="revocation-declined").text
    with pytest.raises(Refusal, match="đã được quyết định"):
        revoking.confirm(row, by=binh)
    assert revoking.propose(made, reason="mistake", why=WHY, by=thu) != row


def test_a_revoked_one_is_not_revoked_again(made, thu, binh):
    revoking.confirm(revoking.propose(made, reason="mistake", why=WHY, by=thu), by=binh)
    with pytest.raises(Refusal, match="đã bị thu hồi"):
        revoking.propose(made, reason="mistake", why=WHY, by=binh)
    assert "Đã thu hồi" in as_(thu).get(f"/giay-da-cap/{made.pk}/thu-hoi/").content.decode()


def test_bad_input_stays_on_the_page_with_a_sentence(made, thu):
    answer = as_(thu).post(f"/giay-da-cap/{made.pk}/thu-hoi/", {"reason": "", "why": "Lý do dài của tôi"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Lý do dài của tôi" in page and "Hãy chọn lý do" in page
    answer = as_(thu).post("/giay-da-cap/thu-hoi/hang-loat/", {"reason": "rule", "why": WHY})
    assert answer.status_code == 422 and "khoảng ngày" in answer.content.decode()


def test_all_of_a_rule_are_taken_back_with_one_signature(ward, thu, binh, made, monkeypatch):
    rule, other = made.rule, make_rule(ward, "khac", group="elderly")
    more = [earn(make_learner(ward, f"Lê Văn {n}"), rule) for n in ("An", "Ba", "Tư")]
    untouched = earn(make_learner(ward, "Lê Văn Năm"), other)
    sent = as_(thu).post(
        "/giay-da-cap/thu-hoi/hang-loat/", {"rule": rule.pk, "reason": "rule", "why": "Câu 7 sai đáp án"}
    )
    assert sent.status_code == 302 and Revocation.objects.count() == 4
    signed: list[Any] = []
    real = status.signed
    monkeypatch.setattr(status, "signed", lambda *a, **k: signed.append(a) or real(*a, **k))
    desk = as_(binh)
    page = desk.get("/giay-da-cap/thu-hoi/quyet-dinh/").content.decode()
    assert "4 giấy, câu hỏi hoặc quy tắc sai: Câu 7 sai đáp án (đề nghị của Thu)" in page
    (key,) = re.findall(r'name="bundles" value="([^"]+)"', page)
    assert desk.post("/giay-da-cap/thu-hoi/quyet-dinh/", {"bundles": [key], "answer": ""}).status_code == 302
    assert Certificate.objects.exclude(revoked_at=None).count() == 4 and len(signed) == 1
    assert all(bit_of(one) for one in (made, *more)) and not bit_of(untouched)
    assert desk.get("/giay-da-cap/thu-hoi/quyet-dinh/").status_code == 302


def test_all_of_a_key_or_of_some_days_are_proposed(ward, thu, made):
    today = f"{clock.today():%d/%m/%Y}"
    key = SigningKey.objects.get()
    as_(thu).post(
        "/giay-da-cap/thu-hoi/hang-loat/", {"key": key.pk, "since": today, "until": today, "reason": "key", "why": WHY}
    )
    assert Revocation.objects.get().certificate == made
    answer = as_(thu).post("/giay-da-cap/thu-hoi/hang-loat/", {"since": "01/01/2030", "reason": "key", "why": WHY})
    assert answer.status_code == 422 and "Không có giấy nào" in answer.content.decode()


def test_a_key_that_was_lost_costs_the_learner_nothing(made, ward, thu, binh):
    """Two persons took it back for its key instead of having it signed anew: the same test brings another."""
    attempt, hoa = made.attempt, made.account
    attempt.ended_at = made.issued_at + timedelta(milliseconds=500)  # within the second at which it was issued
    attempt.save()
    keys.rotate(ward, by=None)
    as_(thu).post(f"/giay-da-cap/{made.pk}/thu-hoi/", {"reason": "key", "why": WHY})
    decided(binh, made)
    Certificate.objects.filter(pk=made.pk).update(valid_until=made.valid_until - timedelta(days=3))
    made.refresh_from_db()
    assert made.revoked_class == "key" and bit_of(made)
    assert certifying.missing(hoa, made.rule) == []
    assert certifying.award_waiting() == 1 and certifying.award_waiting() == 0
    again = Certificate.objects.get(revoked_at=None)
    assert (again.account, again.attempt) == (hoa, attempt) and again.code != made.code and again.key != made.key
    assert again.valid_until == made.valid_until  # nobody was tested anew
    assert checking.check(again.token).status == "valid" and checking.check(made.token).status == "revoked"


def test_whose_certificate_was_taken_back_reads_that_and_not_that_the_test_was_failed(made, thu, binh):
    revoking.confirm(revoking.propose(made, reason="conduct", why=WHY, by=thu), by=binh)
    page = as_(made.account).get("/giay-xac-nhan/").content.decode()
    assert "Giấy trước đã bị thu hồi. Hãy làm lại bài kiểm tra" in page and "Chưa đạt bài kiểm tra" not in page
    make_attempt(made.account, made.rule, ended_at=made.issued_at)  # sat before it was taken back
    again = make_attempt(made.account, made.rule)
    Suspicion.objects.create(attempt=again, kind="fast", holds=True)
    page = as_(made.account).get("/giay-xac-nhan/").content.decode()
    assert "đang chờ người xem lại" in page and "Giấy trước đã bị thu hồi" not in page


def test_only_those_who_may_and_only_their_own_ward(made, ward, thu):
    other = make_ward("Lê Chân", code="11414", slug="le-chan")
    stranger = make_account("la", Role.COORDINATOR, ward=other, unit=make_unit(other, "Phòng"))
    teacher = make_account("giao", Role.SCHOOL, ward=ward, unit=make_unit(ward, "Trường", "school"))
    address = f"/giay-da-cap/{made.pk}/thu-hoi/"
    assert as_(stranger).get(address).status_code == 404
    assert as_(teacher).get(address).status_code == 403
    assert as_(made.account).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_a_list_that_cannot_be_signed_loses_no_revocation(made, thu, binh):
    kept = bytes(SigningKey.objects.get().private_sealed)
    row = revoking.propose(made, reason="mistake", why=WHY, by=thu)
    SigningKey.objects.update(private_sealed=b"dev1" + b"0" * 60)
    revoking.confirm(row, by=binh)
    assert checking.check(made.token).status == "revoked"
    answer = Client().get("/cap-giay/hai-an/trang-thai/1.jwt")
    assert answer.status_code == 503 and "Không có gì bị mất" in answer.content.decode()
    SigningKey.objects.update(private_sealed=kept)
    assert bit_of(made)
    assert status.renew_all() == 1 and status.renew_all() == 0 and bit_of(made)


def test_the_page_of_proposals_asks_no_more_for_more_rows(ward, thu, made):
    revoking.propose(made, reason="mistake", why=WHY, by=thu)
    desk = as_(thu)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/giay-da-cap/thu-hoi/").status_code == 200
        return len(queries)

    asked()
    few = asked()
    for n in ("An", "Ba", "Tư"):
        revoking.propose(earn(make_learner(ward, f"Lê Văn {n}"), made.rule), reason="mistake", why=WHY, by=thu)
    assert asked() == few
    assert desk.get("/giay-da-cap/thu-hoi/?dinh-dang=xlsx").status_code == 200
