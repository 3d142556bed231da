"""From results to a certificate: what it rests on, what holds it back, and that it is issued once."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import certifying, jobs
from hocvu.assessment.certificates import codes, keys, names, renewing, status, tokens
from hocvu.assessment.models import Attempt, Certificate, PracticeConfirmation, SigningKey, StatusList, Suspicion
from hocvu.assessment.testing import admitting, rules
from hocvu.assessment.tests.cast_certificates import (
    PARAMS,
    earn,
    make_attempt,
    make_framework,
    make_learner,
    make_practice,
    make_rule,
    make_task,
)
from hocvu.lib import clock
from hocvu.signin.models import AssistedSession, Proof
from hocvu.ward import audit
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Person, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward


@pytest.fixture
def ward(db: None) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def rule(ward: Ward) -> Any:
    return make_rule(ward)


@pytest.fixture
def hoa(ward: Ward) -> Account:
    return make_learner(ward)


def test_it_is_issued_as_soon_as_the_last_thing_is_there(hoa, rule):
    assert certifying.missing(hoa, rule) == [
        "Chưa đạt bài kiểm tra “Xác nhận kỹ năng số mức Tự làm”.",
        "Còn thiếu 3 việc thực hành được xác nhận (đã có 0).",
    ]
    attempt = make_attempt(hoa, rule)
    make_practice(hoa, rule.ward, 2)
    assert certifying.award_if_earned(hoa, rule) is None
    assert certifying.missing(hoa, rule) == ["Còn thiếu 1 việc thực hành được xác nhận (đã có 2)."]
    PracticeConfirmation.objects.create(account=hoa, ward=rule.ward, task=make_task(rule.ward, "viec-3"), way="class")
    made = certifying.award_if_earned(hoa, rule)
    assert made is not None and certifying.missing(hoa, rule) == []
    assert (made.attempt, made.account, made.person, made.level, made.group) == (attempt, hoa, hoa.person, "B2", "")
    assert names.of(made) == "Nguyễn Thị Hoa" and made.identity == "VNeID mức 2"
    assert (made.valid_until - made.issued_at).days in (730, 731)
    assert certifying.award_if_earned(hoa, rule) == made and Certificate.objects.count() == 1


def test_it_says_how_sure_a_pass_is_also_where_every_question_was_asked(hoa, rule):
    rule.params |= {"sure": 0.95, "pass_above": 0.65}
    rule.save()
    made = earn(hoa, rule)
    assert made is not None
    told = tokens.read(made.token).body["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "95 %" in told and "từ 65 %" in told


def test_the_learner_is_told_and_the_trail_names_nobody(hoa, rule):
    made = earn(hoa, rule)
    assert codes.shown(made.code) in Notice.objects.get(account=hoa).text
    entry = AuditEntry.objects.get(action="issued a certificate")
    assert entry.target == f"giấy xác nhận {made.code}" and "Hoa" not in str(entry.details)
    assert made.code in str(made) and audit.verify().whole


def test_a_code_cannot_be_guessed_and_is_read_as_people_type_it():
    assert codes.LENGTH * math.log2(len(codes.SIGNS)) >= 58
    made = {codes.new() for _ in range(2000)}
    assert len(made) == 2000 and all(codes.read(codes.shown(one).lower()) == one for one in made)
    assert not set("01OILSZ") & set(codes.SIGNS)


@pytest.mark.parametrize(
    "said",
    [
        {"state": Attempt.State.VOIDED},
        {"state": Attempt.State.RUNNING, "ended_at": None},
        {"passed": False},
        {"passed": None},
        {"kind": "placement"},
    ],
)
def test_an_attempt_that_does_not_count_brings_nothing(hoa, rule, said):
    make_practice(hoa, rule.ward)
    make_attempt(hoa, rule, **said)
    assert certifying.award_if_earned(hoa, rule) is None
    assert "Chưa đạt bài kiểm tra" in certifying.missing(hoa, rule)[0]


def test_a_suspicion_that_holds_waits_for_a_person_and_another_does_not(hoa, rule):
    make_practice(hoa, rule.ward)
    attempt = make_attempt(hoa, rule)
    row = Suspicion.objects.create(attempt=attempt, kind="fast", holds=True)
    assert certifying.award_if_earned(hoa, rule) is None
    assert "chờ người xem lại" in certifying.missing(hoa, rule)[0]
    row.state = Suspicion.State.REPEAT
    row.save()
    assert "làm lại" in certifying.missing(hoa, rule)[0]
    row.state = Suspicion.State.FINE
    row.save()
    Suspicion.objects.create(attempt=attempt, kind="tabs", holds=False)
    assert certifying.award_if_earned(hoa, rule) is not None


def test_practice_counts_by_different_tasks_of_the_level_and_the_group(hoa, ward):
    rule = make_rule(ward, group="elderly")
    make_attempt(hoa, rule)
    for n, said in enumerate(
        ({"level": "B1"}, {"competence": "tt02/4.2"}, {"groups": ["pupils"]}, {"groups": ["elderly"]}, {"groups": []})
    ):
        PracticeConfirmation.objects.create(account=hoa, ward=ward, task=make_task(ward, f"k{n}", **said), way="screen")
    again = make_task(ward, "k4", number=2)
    PracticeConfirmation.objects.create(account=hoa, ward=ward, task=again, way="screen")
    assert certifying.missing(hoa, rule) == ["Còn thiếu 1 việc thực hành được xác nhận (đã có 2)."]
    PracticeConfirmation.objects.update(withdrawn_at=clock.now())
    assert "đã có 0" in certifying.missing(hoa, rule)[0]


def test_practice_confirmed_by_somebody_who_helped_does_not_count(hoa, rule):
    hung = make_account("hung", Role.COORDINATOR, ward=rule.ward, unit=make_unit(rule.ward, "Phòng hung"))
    make_attempt(hoa, rule)
    make_practice(hoa, rule.ward, confirmed_by=hung, way="door")
    session = AssistedSession.objects.create(
        ward=rule.ward, helper=hung, account=hoa, person=hoa.person, agreed_how="year",
        opened_at=clock.now() - timedelta(days=20), last_act_at=clock.now(),
    )  # fmt: skip
    assert certifying.award_if_earned(hoa, rule) is None and "đã có 0" in certifying.missing(hoa, rule)[0]
    session.opened_at = clock.now() - timedelta(days=400)
    session.save()
    assert certifying.award_if_earned(hoa, rule) is not None


def test_nobody_confirms_their_own_practice(hoa, rule):
    make_attempt(hoa, rule)
    her_desk = make_account("hoa2", Role.COORDINATOR, ward=rule.ward, unit=make_unit(rule.ward, "Phòng hoa2"))
    Account.objects.filter(pk=her_desk.pk).update(person=hoa.person)
    make_practice(hoa, rule.ward, confirmed_by=her_desk, way="door")
    assert "đã có 0" in certifying.missing(hoa, rule)[0]


def test_a_rule_that_is_over_certifies_only_what_was_begun_under_it(hoa, ward):
    today = clock.today()
    over = make_rule(ward, valid_to=today - timedelta(days=3))
    make_practice(hoa, ward)
    long_ago = clock.now() - timedelta(days=10)
    make_attempt(hoa, over, began_at=long_ago, ended_at=long_ago)
    assert "đã thôi áp dụng" in certifying.missing(hoa, over)[0]
    make_rule(ward, number=2)
    made = certifying.award_if_earned(hoa, over)
    assert made is not None and made.rule == over


def test_an_attempt_begun_after_its_rule_ended_does_not_count(hoa, ward):
    over = make_rule(ward, valid_to=clock.today() - timedelta(days=1))
    make_practice(hoa, ward)
    make_attempt(hoa, over)
    assert certifying.award_if_earned(hoa, over) is None


def test_a_rule_decided_after_somebody_began_that_day_takes_nothing_from_them(hoa, ward):
    """The next version from today on ends the one before yesterday; the attempt of this morning keeps its rule."""
    rule = make_rule(ward)
    make_practice(hoa, ward)
    make_attempt(hoa, rule)
    head = make_account("binh", Role.LEADER, ward=ward)
    rules.decide(
        rule, title=rule.title, gist="", params=rules.clean(rule.params, rule.kind).params, source=rule.source,
        valid_from=clock.today(), by=head,
    )  # fmt: skip
    rule.refresh_from_db()
    assert rule.valid_to < clock.today()
    made = certifying.award_if_earned(hoa, rule)
    assert made is not None and made.rule == rule


def test_an_attempt_that_ran_over_the_last_midnight_keeps_its_rule(hoa, ward):
    with clock.stopped_at(clock.read_moment("2026-06-01T00:10")):
        rule = make_rule(ward, valid_to=date(2026, 5, 31))
        make_practice(hoa, ward)
        make_attempt(hoa, rule)
        assert certifying.award_if_earned(hoa, rule) is not None


def test_only_a_confirmation_brings_a_certificate_and_only_somebody_with_a_name(hoa, ward):
    placement = make_rule(ward, "xep-lop", kind="placement")
    assert "không cấp giấy" in certifying.missing(hoa, placement)[0]
    hoa.full_name = "Học viên"
    hoa.save()
    assert "họ tên" in certifying.missing(hoa, make_rule(ward))[0]


def test_whoever_vouched_is_not_named_and_a_proctor_is_told_of(ward, rule):
    lan = make_learner(ward, "Lê Thị Lan", proof=Proof.VOUCHED)
    make_practice(lan, ward)
    make_attempt(lan, rule, mode=Attempt.Mode.WATCHED)
    made = certifying.award_if_earned(lan, rule)
    assert made.identity == "Có người xác nhận; giám thị nhận diện khi kiểm tra"


def test_another_version_of_the_framework_supersedes_the_older(hoa, rule, ward):
    old = earn(hoa, rule)
    make_framework(version="2.0")
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        newer = earn(hoa, make_rule(ward, number=2, framework_version="2.0"))
    old.refresh_from_db()
    assert old.superseded_by == newer and old.revoked_at is None and newer.code != old.code
    entry = AuditEntry.objects.get(action="superseded a certificate")
    assert entry.target == f"giấy xác nhận {old.code}" and entry.details == {"by_code": newer.code}


def test_an_earlier_result_never_replaces_what_a_later_one_brought(hoa, rule, ward):
    held = make_attempt(hoa, rule)
    doubt = Suspicion.objects.create(attempt=held, kind="fast", holds=True)
    make_framework(version="2.0")
    second = make_rule(ward, number=2, framework_version="2.0")
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        newer = earn(hoa, second)
        doubt.state = Suspicion.State.FINE
        doubt.save()
        assert certifying.award_if_earned(hoa, rule) is None
    with clock.stopped_at(clock.now() + timedelta(days=40)):
        make_attempt(hoa, second)  # sat once more; the one that stands is young
        assert certifying.award_waiting() == 0
    newer.refresh_from_db()
    assert newer.superseded_by is None and Certificate.objects.get() == newer


def test_what_was_replaced_twice_points_at_the_one_that_stands(hoa, rule, ward):
    made = [earn(hoa, rule)]
    for number in (2, 3):
        with clock.stopped_at(clock.now() + timedelta(days=30 * number)):
            made.append(earn(hoa, make_rule(ward, number=number)))
    for one in made:
        one.refresh_from_db()
    assert [one.superseded_by for one in made] == [made[2], made[2], None]


def test_a_further_attempt_renews_only_near_the_end(hoa, rule):
    old = earn(hoa, rule)
    with clock.stopped_at(clock.now() + timedelta(days=200)):
        assert earn(hoa, rule) == old
    with clock.stopped_at(old.valid_until - timedelta(days=10)):
        newer = earn(hoa, rule)
        assert newer != old
    with clock.stopped_at(newer.valid_until + timedelta(days=10)):
        assert certifying.award_if_earned(hoa, rule) is None
        assert "Chưa đạt" in certifying.missing(hoa, rule)[0]


def test_an_attempt_of_the_first_weeks_renews_nothing_two_years_later(hoa, rule):
    old = earn(hoa, rule)
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        assert earn(hoa, rule) == old  # sat once more, for practice
        early = Attempt.objects.latest("ended_at")
    with clock.stopped_at(old.valid_until - timedelta(days=10)):
        assert certifying.award_waiting() == 0
        assert certifying.award_if_earned(hoa, rule) == old and certifying.missing(hoa, rule) == []
    with clock.stopped_at(old.valid_until + timedelta(days=1)):
        assert certifying.award_if_earned(hoa, rule) is None
        said = certifying.missing(hoa, rule)
        assert said[0].startswith(f"Bài đạt ngày {clock.local_day(early.ended_at):%d/%m/%Y} làm quá sớm để thay giấy")
        assert earn(hoa, rule) != old  # sat again


@pytest.mark.parametrize("late", [0, 300], ids=["practice at once", "practice late"])
def test_whoever_sits_on_the_first_day_that_a_test_opens_again_has_a_new_certificate(hoa, rule, late):
    """Admission and award keep one border: nobody sits for nothing, and nobody is kept out until it is too late."""
    began = clock.now()
    make_attempt(hoa, rule)
    with clock.stopped_at(began + timedelta(days=late)):
        old = earn(hoa, rule)
    for days in range(0, 1300, 5):
        with clock.stopped_at(began + timedelta(days=late + days)):
            closed = admitting.closed_by_past(rule, hoa, admitting.past_of(hoa, rule.ward_id))
            if not closed:
                made = earn(hoa, rule)
                break
            assert "Đã đạt" in closed
    assert made != old and certifying.renewable_from(old.valid_until) < made.issued_at < old.valid_until


def test_a_pass_that_brings_nothing_any_more_closes_nothing(hoa, rule):
    made = earn(hoa, rule)
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        make_attempt(hoa, rule)  # once more, for practice
        revoked = clock.now() + timedelta(days=1)
        assert admitting.closed_by_past(rule, hoa, admitting.past_of(hoa, rule.ward_id))
    Certificate.objects.filter(pk=made.pk).update(revoked_at=revoked, revoked_class="conduct")
    with clock.stopped_at(revoked + timedelta(days=1)):
        assert admitting.closed_by_past(rule, hoa, admitting.past_of(hoa, rule.ward_id)) == ""


def test_an_attempt_older_than_what_it_would_be_certified_for_certifies_nothing(hoa, ward):
    rule = make_rule(ward, params={**PARAMS, "valid_months": 6})
    attempt = make_attempt(hoa, rule)
    make_practice(hoa, ward, 2)
    end = certifying.months_after(attempt.ended_at, 6)
    last = make_task(ward, "viec-3")
    with clock.stopped_at(end):
        PracticeConfirmation.objects.create(account=hoa, ward=ward, task=last, way="class")
        assert certifying.award_waiting() == 0 and certifying.award_if_earned(hoa, rule) is None
        [said] = certifying.missing(hoa, rule)
        assert f"{clock.local_day(attempt.ended_at):%d/%m/%Y} đã quá 6 tháng" in said and "làm lại" in said
        doubted = make_attempt(hoa, rule)
        Suspicion.objects.create(attempt=doubted, kind="fast", holds=True)
        assert "chờ người xem lại" in certifying.missing(hoa, rule)[0]  # the newer one may still count
    with clock.stopped_at(end - timedelta(seconds=1)):
        assert certifying.award_if_earned(hoa, rule).attempt == attempt


def test_a_certificate_that_was_revoked_needs_a_new_attempt_and_a_lost_key_does_not(hoa, rule):
    made = earn(hoa, rule)
    make_attempt(hoa, rule)  # a second one, sat before the revocation
    later = clock.now() + timedelta(minutes=1)
    Certificate.objects.filter(pk=made.pk).update(revoked_at=later, revoked_class="conduct")
    assert certifying.award_if_earned(hoa, rule) is None
    assert "thu hồi" in certifying.missing(hoa, rule)[0]
    with clock.stopped_at(later + timedelta(days=1)):
        assert earn(hoa, rule) != made


def test_a_key_that_does_not_open_loses_nothing(hoa, rule):
    make_practice(hoa, rule.ward)
    make_attempt(hoa, rule)
    key = keys.signing_key(rule.ward)
    kept = bytes(key.private_sealed)
    SigningKey.objects.update(private_sealed=b"dev1" + b"0" * 60)
    assert certifying.award_if_earned(hoa, rule) is None and not Certificate.objects.exists()
    assert certifying.missing(hoa, rule) == []
    SigningKey.objects.update(private_sealed=kept)
    with mock.patch.object(names, "keyring", side_effect=ImproperlyConfigured):
        assert certifying.award_if_earned(hoa, rule) is None
    assert certifying.award_waiting() == 1 and certifying.award_waiting() == 0
    assert Certificate.objects.get().account == hoa


def test_nobody_waits_behind_those_who_passed_and_never_practised(hoa, ward, rule, monkeypatch):
    """Hoa's was left behind by a key; hundreds passed after her, one of them with something that nobody foresaw."""
    make_practice(hoa, ward)
    make_attempt(hoa, rule)
    tu = make_learner(ward, "Lê Văn Tư")
    now = clock.now()
    Attempt.objects.bulk_create(
        Attempt(
            ward=ward, account=tu, rule=rule, frozen={}, kind=rule.kind, state="finished", passed=True, began_at=now,
            due_at=now, ended_at=now + timedelta(seconds=number),
        )
        for number in range(1, 1202)
    )  # fmt: skip
    odd = make_learner(ward, "Trần Văn Ba")
    make_practice(odd, ward)
    for _ in range(4):
        make_attempt(odd, rule)
    draw = certifying._drawn

    def drawn(account: Account, *how: Any) -> Certificate:
        if account == odd:
            raise ValueError("nobody foresaw this")
        return draw(account, *how)

    monkeypatch.setattr(certifying, "_drawn", drawn)
    with CaptureQueriesContext(connection) as asked:
        assert jobs.award_certificates(now) == "Đã cấp 1 giấy."
    assert Certificate.objects.get().account == hoa
    assert len(asked) < 300, "nobody is asked about one by one who has no practice"
    monkeypatch.setattr(certifying, "_drawn", draw)
    assert jobs.award_certificates(now) == "Đã cấp 1 giấy."
    assert jobs.award_certificates(now) == "Đã cấp 0 giấy."


def test_places_are_drawn_by_chance_and_a_taken_one_is_drawn_again(ward, rule):
    one, two = (earn(make_learner(ward, name), rule) for name in ("Lê Văn An", "Lê Văn Ba"))
    assert one.status_index != two.status_index and one.status_list.size >= 131_072
    three = make_learner(ward, "Lê Văn Tư")
    with mock.patch.object(status.secrets, "randbelow", side_effect=[one.status_index, two.status_index, 7]):
        assert earn(three, rule).status_index == 7


def test_a_list_that_is_half_full_makes_room_for_the_next(ward, rule):
    StatusList.objects.create(ward=ward, number=1, size=2)
    first = earn(make_learner(ward, "Lê Văn An"), rule)
    second = earn(make_learner(ward, "Lê Văn Ba"), rule)
    assert (first.status_list.number, second.status_list.number) == (1, 2)


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[None]:
    """A database that several threads write to and that is emptied afterwards, the trail too: its guard is lifted. Such
    tests run after all others."""
    yield
    audit.disarm()


def test_twenty_calls_at_once_make_one_certificate(unguarded):
    make_framework()
    ward = make_ward()
    rule, hoa, ba = make_rule(ward), make_learner(ward), make_learner(ward, "Trần Văn Ba")
    for one in (hoa, ba):
        make_practice(one, ward)
        make_attempt(one, rule)
    start, got = threading.Barrier(20), []

    def call(account: Account) -> None:
        start.wait()
        try:
            got.append(certifying.award_if_earned(account, rule))
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(hoa if n % 2 else ba,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20 and all(got)
    assert Certificate.objects.count() == 2 == len({one.pk for one in got})
    assert (SigningKey.objects.count(), StatusList.objects.count(), Notice.objects.count()) == (1, 1, 2)
    assert AuditEntry.objects.filter(action="issued a certificate").count() == 2


def test_a_certificate_that_is_signed_while_its_key_is_declared_lost_is_signed_anew(unguarded, monkeypatch):
    make_framework()
    ward = make_ward()
    rule, hoa = make_rule(ward), make_learner(ward)
    make_practice(hoa, ward)
    make_attempt(hoa, rule)
    lost, is_signed = keys.signing_key(ward), threading.Event()
    sign = certifying.sign

    def slowly(made: Certificate, key: SigningKey) -> None:
        sign(made, key)
        if not is_signed.is_set():
            is_signed.set()
            time.sleep(1)  # long enough for the other to finish, did it not wait

    def award() -> None:
        certifying.award_if_earned(hoa, rule)
        connection.close()

    monkeypatch.setattr(certifying, "sign", slowly)
    thread = threading.Thread(target=award)
    thread.start()
    is_signed.wait()
    renewing.compromised(lost, since=clock.now(), why="Mất máy.", by=None)
    thread.join()
    assert Certificate.objects.get().key != lost and Certificate.objects.get().key.compromised_at is None


def test_a_person_of_the_register_without_a_proof_is_certified_as_such(ward, rule):
    person = Person.objects.create(ward=ward, full_name="Phạm Văn Nam")
    account = make_account("nam-hoc")
    Account.objects.filter(pk=account.pk).update(kind=Account.Kind.CITIZEN, person=person, full_name="Phạm Văn Nam")
    account.refresh_from_db()
    assert earn(account, rule).identity == "Chưa xác lập ngoài tài khoản đã dùng"


def test_a_rule_may_ask_for_no_practice(hoa, ward):
    rule = make_rule(ward, params={**PARAMS, "practice": 0})
    make_attempt(hoa, rule)
    assert certifying.award_if_earned(hoa, rule) is not None
