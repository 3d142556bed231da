"""A person's certificates: told to them, moved with them, forgotten with them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from hocvu.assessment import practising
from hocvu.assessment.certificates import checking, codes, revoking, status, tokens
from hocvu.assessment.models import Candidate, Certificate, Sitting, StatusList
from hocvu.assessment.tests.cast_certificates import earn, make_framework, make_learner, make_practice, make_rule
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward import forgetting, merging, processing, subject_data
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Person, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward


@pytest.fixture
def ward(db: None) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def made(ward: Ward) -> Certificate:
    return earn(make_learner(ward), make_rule(ward))


def test_everything_that_a_certificate_holds_is_told_to_its_holder(made, ward):
    thu = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng"))
    revoking.propose(made, reason="mistake", why="Nhập nhầm", by=thu)
    sections = subject_data.gather(made.person, reason="Yêu cầu của người đó", by=thu)
    row = sections["Giấy xác nhận"][0]
    assert row["Mã"] == codes.shown(made.code) and row["Họ tên trên giấy"] == "Nguyễn Thị Hoa"
    assert row["Bản ký số"] == made.token and "Việc thực hành" in row["Căn cứ"]
    assert sections["Thu hồi giấy xác nhận"][0]["Cụ thể"] == "Nhập nhầm"
    assert any(one.code == "certificates" for one in processing.processings())


def test_whoever_is_erased_leaves_a_revoked_row_of_nobody(made, ward, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    thu = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng"))
    revoking.propose(made, reason="identity", why="Giấy của bà Nguyễn Thị Hoa", by=thu)
    token, salt = made.token, made.details["name"]["salt"]
    forgetting.erase(made.person, reason="Người đó yêu cầu", by=None)
    made.refresh_from_db()
    assert (made.account, made.person, made.attempt, made.name_sealed, made.token) == (None, None, None, None, "")
    assert made.revoked_class == "holder" and salt not in str(made.details) and "Hoa" not in str(made.details)
    assert made.revocations.get().why == "(đã xóa)" and made.revocations.get().state == "confirmed"
    verdict = checking.check(token)
    assert verdict.status == "revoked" and "xin bỏ" in verdict.reason
    assert checking.name_matches(made, "Nguyễn Thị Hoa") is None and checking.by_code(made.code) == made
    listed = tokens.read(status.token_of(StatusList.objects.get())).body
    assert status.is_set(status.unpack(listed["credentialSubject"]["encodedList"]), made.status_index)


def test_a_certificate_revoked_before_keeps_its_reason(made, ward, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    thu, binh = (make_account(n, Role.COORDINATOR, ward=ward, unit=make_unit(ward, n)) for n in ("thu", "binh"))
    revoking.confirm(revoking.propose(made, reason="conduct", why="Làm hộ", by=thu), by=binh)
    forgetting.erase(made.person, reason="Người đó yêu cầu", by=None)
    made.refresh_from_db()
    assert made.revoked_class == "conduct" and made.name_sealed is None


def test_certificates_follow_whoever_two_rows_became_and_come_back(made, ward):
    kept = Person.objects.create(ward=ward, full_name="Nguyễn Thị Hoa", born_on=made.person.born_on)
    other = made.person
    row = merging.merge(kept, other, by=None)
    made.refresh_from_db()
    assert made.person == kept and made.account.person == kept
    merging.undo(row, by=None)
    made.refresh_from_db()
    assert made.person == other


def test_a_certificate_belongs_to_whom_its_account_turns_out_to_be(ward):
    an = citizens.open_account(ward, full_name="Lê Văn An")
    made = earn(an, make_rule(ward, "xac-nhan-moi"))
    assert made.person is None
    person = Person.objects.create(ward=ward, full_name="Lê Văn An", born_on=date(1960, 1, 1))
    citizens.join_to_register(an, person, by=None, how="VNeID")
    made.refresh_from_db()
    assert made.person == person


def test_where_both_hold_the_level_each_account_keeps_its_own(made, ward):
    twin = make_learner(ward, "Nguyễn Thị Hoa")
    theirs = earn(twin, made.rule)
    elderly = earn(twin, make_rule(ward, "cao-tuoi", group="elderly"))
    row = merging.merge(made.person, twin.person, by=None)
    for one in (theirs, elderly):
        one.refresh_from_db()
        assert one.person == made.person
    assert (theirs.account, elderly.account) == (twin, made.account)
    assert citizens.account_of(made.person) == made.account
    merging.undo(row, by=None)
    for one in (theirs, elderly):
        one.refresh_from_db()
        assert (one.account, one.person) == (twin, twin.person)


def test_what_was_earned_anew_meanwhile_replaces_what_comes_back(ward):
    """The other signs in with the old account and earns the level that went over; then somebody sees the mistake."""
    hoa, twin, rule = make_learner(ward), make_learner(ward, "Nguyễn Thị Hoà"), make_rule(ward)
    first = earn(twin, rule)
    row = merging.merge(hoa.person, twin.person, by=None)
    first.refresh_from_db()
    assert first.account == hoa
    second = earn(twin, rule)
    thu = Client()
    thu.force_login(make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng")))
    assert thu.post(f"/nguoi-dan/da-gop/{row.pk}/tach/").status_code == 302
    row.refresh_from_db()
    assert row.undone_at is not None
    for one in (first, second):
        one.refresh_from_db()
        assert (one.account, one.person, one.revoked_at) == (twin, twin.person, None)
    assert (first.superseded_by, second.superseded_by) == (second, None)
    assert "được thay bằng giấy" in Client().get(f"/xac-minh/{first.code}/").content.decode()
    entry = AuditEntry.objects.get(action="superseded a certificate")
    assert entry.target == f"giấy xác nhận {first.code}" and entry.details == {"by_code": second.code}


def test_practice_and_seats_taken_anew_meanwhile_hold_up_no_parting(ward):
    hoa, twin, rule = make_learner(ward), make_learner(ward, "Nguyễn Thị Hoà"), make_rule(ward)
    make_practice(twin, ward, 2)
    sitting = Sitting.objects.create(
        ward=ward, title="Buổi sáng", code="HOA1", rule=rule, proctor=make_account("ba", Role.LEADER, ward=ward),
        closes_at=clock.now() + timedelta(hours=2),
    )  # fmt: skip
    seats = [Candidate.objects.create(sitting=sitting, account=twin)]
    row = merging.merge(hoa.person, twin.person, by=None)
    assert hoa.practice_confirmations.count() == 2
    seats.append(Candidate.objects.create(sitting=sitting, account=twin))
    [anew] = make_practice(twin, ward, 1)
    merging.undo(row, by=None)
    assert not hoa.practice_confirmations.exists() and twin.practice_confirmations.count() == 3
    assert set(twin.practice_confirmations.filter(withdrawn_at=None).values_list("task__code", flat=True)) == {
        "viec-1", "viec-2",
    }  # fmt: skip
    [waits] = practising.waiting(ward)
    assert waits.task == anew.task and waits != anew and "tách lại" in waits.withdrawn_why
    assert Candidate.objects.filter(pk__in=[one.pk for one in seats]).count() == 2
