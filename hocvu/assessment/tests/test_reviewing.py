"""Patterns that a person should look at: found by thresholds, decided by somebody apart, never a refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import certifying
from hocvu.assessment.models import Attempt, AttemptItem, Question, Sitting, Suspicion, TestRule
from hocvu.assessment.questions import bank
from hocvu.assessment.testing import appealing, attempts, ending, reminding, suspecting
from hocvu.assessment.tests.cast_testing import make_bank, make_confirm, make_hoa, make_rule, say, sit
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.workdays import Workdays
from hocvu.signin import citizens
from hocvu.signin.models import Proof, SignIn, Way
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Household, Notice, Person, Ward, Work
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def rule(hai_an) -> TestRule:
    make_bank(hai_an)
    return make_confirm(hai_an, least=10, most=12)


@pytest.fixture
def nu(hai_an) -> Account:
    return citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ")


@pytest.fixture
def hoa(hai_an) -> Account:
    return make_hoa(hai_an)


def paced(rule: TestRule, learner: Account, seconds: Any = 20, right: Any = True, **how: Any) -> Attempt:
    """An attempt whose answers take so many seconds each."""
    now = clock.now() - timedelta(hours=1)
    with clock.stopped_at(now):
        made = attempts.begin(rule, by=learner, **how)
    for _ in range(40):
        item = attempts.item_now(made)
        if item is None:
            return made
        now += timedelta(seconds=seconds(item.position) if callable(seconds) else seconds)
        with clock.stopped_at(now):
            is_right = right(item.position) if callable(right) else right
            attempts.answer(made, position=item.position, said=say(item, is_right), by=learner)
        made.refresh_from_db()
    raise AssertionError


def kinds(attempt: Attempt) -> set[str]:
    return set(attempt.suspicions.values_list("kind", flat=True))


def came_in(account: Account, *, network: str = "", device: str = "Điện thoại") -> SignIn:
    now = clock.now()
    return SignIn.objects.create(
        account=account, way=Way.PHONE, proof=Proof.PHONE, at=now - timedelta(hours=2), seen_at=now,
        network=network, device_label=device,
    )  # fmt: skip


def test_somebody_at_their_own_pace_is_left_alone(rule, nu):
    made = paced(rule, nu, seconds=lambda n: 15 + 7 * n)
    assert (made.state, kinds(made)) == ("finished", set())


def test_who_is_quick_and_nothing_else_has_a_right_to_be_quick(rule, nu):
    made = paced(rule, nu, seconds=1)
    assert kinds(made) == {"quick", "very_quick"}
    assert made.passed is True
    assert not ending.is_held(made)


def test_answers_faster_than_reading_on_two_devices_hold_the_certificate(rule, nu, hoa):
    came_in(nu)
    came_in(nu, device="Máy tính")
    made = paced(rule, nu, seconds=1)
    assert kinds(made) == {"quick", "very_quick", "two_devices"}
    assert made.passed is True  # nothing is refused
    assert ending.is_held(made)
    assert Notice.objects.filter(account=hoa).exists()


def test_quick_and_wrong_holds_nothing(rule, nu):
    made = paced(rule, nu, seconds=1, right=False)
    assert kinds(made) == {"quick"}
    assert not ending.is_held(made)


def test_long_pauses_with_quick_right_answers_after_are_shown(rule, nu):
    made = paced(rule, nu, seconds=lambda n: 200 if n in (1, 6) else 4)
    assert "pauses" in kinds(made)
    assert not ending.is_held(made)


def test_a_sudden_jump_is_shown(rule, nu):
    paced(rule, nu, right=False)
    Attempt.objects.update(ended_at=clock.now() - timedelta(days=5), ability=-1.8)
    made = paced(rule, nu)
    assert "jump" in kinds(made)
    assert "cao hơn hẳn lần trước" in suspecting.words_of(made.suspicions.get(kind="jump"))


def test_two_devices_at_once_are_shown(rule, nu):
    came_in(nu)
    came_in(nu, device="Máy tính")
    assert "two_devices" in kinds(paced(rule, nu))


def test_the_same_wrong_answers_beside_somebody_hold(rule, nu, hai_an):
    tuoi = citizens.open_account(hai_an, full_name="Bà Tươi")
    for one in (nu, tuoi):
        came_in(one, network="203.113.7.0/24")
    first = paced(rule, tuoi, right=False)
    made = copied(first, nu)
    suspecting.look(made)
    assert made.suspicions.get(kind="alike").holds is True
    far = copied(first, citizens.open_account(hai_an, full_name="Bà Xa"))
    suspecting.look(far)
    assert "alike" not in kinds(far)


def copied(first: Attempt, learner: Account) -> Attempt:
    """The same questions with the same answers, by another."""
    made = Attempt.objects.get(pk=first.pk)
    made.pk, made.account = None, learner
    made._state.adding = True
    made.id = Attempt().pk
    made.save(force_insert=True)
    for one in first.items.all():
        one.pk, one.attempt = None, made
        one.save(force_insert=True)
    return made


def test_placement_is_never_looked_at(hai_an, nu):
    make_bank(hai_an)
    made = paced(make_rule(hai_an, "placement", "xep-lop", least=10, most=12), nu, seconds=1)
    assert kinds(made) == set()


# ---- A person looks


@pytest.fixture
def held(rule, nu) -> Suspicion:
    came_in(nu)
    came_in(nu, device="Máy tính")
    return paced(rule, nu, seconds=1).suspicions.get(kind="very_quick")


@pytest.fixture
def desk(hoa) -> Client:
    client = Client()
    client.force_login(hoa)
    return client


def test_the_learner_is_told_that_a_person_looks_and_by_when(held, nu):
    phone = Client()
    phone.force_login(nu)
    page = phone.get(f"/bai-kiem-tra/luot/{held.attempt_id}/ket-qua/").content.decode()
    due = Workdays().after(clock.today(), 5)
    assert "Một người sẽ xem lại" in page
    assert f"{due:%d/%m/%Y}" in page


def test_fine_lets_the_certificate_follow_and_tells_the_learner(held, nu, desk, monkeypatch):
    asked: list[Any] = []
    monkeypatch.setattr(certifying, "award_if_earned", lambda account, rule: asked.append(account))
    page = desk.get(f"/ra-soat/{held.pk}/")
    assert nu.full_name not in page.content.decode()
    assert desk.post(f"/ra-soat/{held.pk}/", {"state": "fine", "why": ""}).status_code == 422
    desk.post(f"/ra-soat/{held.pk}/", {"state": "fine", "why": "Người học quen máy"})
    held.refresh_from_db()
    assert (held.state, held.decided_by.username) == ("fine", "hoa")
    assert asked == [nu]
    assert "giữ nguyên" in Notice.objects.get(account=nu).text
    assert desk.post(f"/ra-soat/{held.pk}/", {"state": "repeat", "why": "x"}).status_code == 422


def test_repeat_voids_the_attempt_and_nobody_waits(held, rule, nu, desk):
    desk.post(f"/ra-soat/{held.pk}/", {"state": "repeat", "why": "Trả lời trước khi câu hiện ra"})
    made = Attempt.objects.get(pk=held.attempt_id)
    assert made.state == "voided"
    assert set(made.suspicions.values_list("state", flat=True)) == {"repeat"}
    phone = Client()
    phone.force_login(nu)
    page = phone.get(f"/bai-kiem-tra/luot/{made.pk}/ket-qua/").content.decode()
    assert "Trả lời trước khi câu hiện ra" in page
    assert attempts.begin(rule, by=nu).state == "running"


def test_nobody_judges_whom_they_helped_watched_or_gave_time(held, hoa, hai_an, monkeypatch):
    sitting = Sitting.objects.create(
        ward=hai_an, title="Buổi", code="X", rule=held.attempt.rule, proctor=hoa, closes_at=clock.now()
    )
    Attempt.objects.filter(pk=held.attempt_id).update(sitting=sitting)
    with pytest.raises(Refusal, match="Người đã giúp, coi thi"):
        appealing.settle(held, state="fine", why="x", by=hoa)
    Attempt.objects.filter(pk=held.attempt_id).update(sitting=None, extended_by=hoa)
    with pytest.raises(Refusal, match="thêm giờ"):
        appealing.settle(held, state="fine", why="x", by=hoa)
    Attempt.objects.filter(pk=held.attempt_id).update(extended_by=None)
    monkeypatch.setattr(suspecting.assisting, "helped_in", lambda account, since: {hoa.pk})
    with pytest.raises(Refusal, match="Người đã giúp"):
        appealing.settle(held, state="fine", why="x", by=hoa)
    held.refresh_from_db()
    assert held.state == "open"


def test_nobody_judges_whom_they_live_with_or_whose_name_they_bear(rule, hoa, hai_an):
    """The page does not say which of it is so: whoever looks is not to learn whose attempt it is."""
    tu, home = make_hoa(hai_an, "tu"), Household.objects.create(ward=hai_an, code="H1")
    names = ("Bà Tươi", hoa.full_name)
    tuoi, _ = (
        Person.objects.create(ward=hai_an, full_name=name, plain_name=fold(name), household=home) for name in names
    )
    namesake = Person.objects.create(ward=hai_an, full_name=tu.full_name, plain_name=fold(tu.full_name))
    for person, near, apart in ((tuoi, hoa, tu), (namesake, tu, hoa)):
        learner = citizens.open_account(hai_an, person=person)
        made = sit(attempts.begin(rule, by=learner), learner, right=False)
        phone, desk = Client(), Client()
        phone.force_login(learner)
        phone.post(f"/bai-kiem-tra/luot/{made.pk}/khieu-nai/", {"text": "Máy bị treo."})
        asked = made.appeals.get()
        assert [one.account for one in Notice.objects.filter(key=f"appeal:{asked.pk}")] == [apart]
        answer = {"state": "granted", "words": "Làm lại nhé."}
        desk.force_login(near)
        page = desk.post(f"/ra-soat/khieu-nai/{asked.pk}/", answer)
        assert page.status_code == 422 and suspecting.APART in page.content.decode()
        desk.force_login(apart)
        assert desk.post(f"/ra-soat/khieu-nai/{asked.pk}/", answer).status_code == 302


def test_who_may_look_is_asked_once_however_many_review(rule, nu, hoa, hai_an):
    key = sit(attempts.begin(rule, by=nu), nu).pk

    def questions() -> int:
        made = Attempt.objects.get(pk=key)
        with CaptureQueriesContext(connection) as asked:
            suspecting.reviewers(made)
        return len(asked)

    few = questions()
    for number in range(4):
        make_hoa(hai_an, f"hoa{number}")
    assert questions() == few


def test_the_list_filters_goes_out_as_a_sheet_and_asks_few_questions(held, desk, rule, hai_an):
    assert "Trả lời rất nhanh" in desk.get("/ra-soat/").content.decode()
    only = desk.get("/ra-soat/?loai=very_quick&tt=open&giu=co").content.decode()
    assert "Trả lời nhanh hơn đọc" in only
    assert 'href="/ra-soat/' in only
    assert desk.get("/ra-soat/?dinh-dang=xlsx")["Content-Type"].startswith("application/vnd")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get("/ra-soat/")
        return len(asked)

    few = questions()
    for number in range(3):
        paced(rule, citizens.open_account(hai_an, full_name=f"Bà số {number}"), seconds=1)
    assert questions() == few


def test_reviewing_is_for_those_who_review_in_their_ward(held, client, hai_an):
    client.force_login(make_account("khang", Role.CLERK, ward=hai_an))
    for address in ("/ra-soat/", f"/ra-soat/{held.pk}/", "/ra-soat/khieu-nai/"):
        assert client.get(address).status_code == 403
    other = make_ward("Kiến An", code="11500", slug="kien-an")
    stranger = Client()
    stranger.force_login(make_hoa(other, "binh"))
    assert stranger.get(f"/ra-soat/{held.pk}/").status_code == 404


# ---- A wrong key found later


def test_a_voided_question_is_added_up_anew_everywhere(rule, nu, hoa, hai_an):
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    running = attempts.begin(rule, by=citizens.open_account(hai_an, full_name="Bà Tươi"))
    question = made.items.get(position=1).question
    AttemptItem.objects.filter(attempt=running).update(question=question)
    count = ending.void_question(question, why="khóa sai", by=hoa)
    assert count == 2
    ending.restate(made.pk)
    made.refresh_from_db()
    assert made.asked == made.items.count() - 1
    attempts.answer(running, position=1, said="a", by=running.account)
    running.refresh_from_db()
    assert (running.asked, running.state) == (0, "running")
    assert ending.void_question(question, why="khóa sai", by=hoa) == 0


def test_a_question_that_is_found_wrong_just_before_it_is_shown_counts_for_nobody(rule, nu, desk, monkeypatch):
    """The desk takes it out after Nu's next question was chosen and before it is written down."""
    ask, found = attempts._ask, []

    def slowly(attempt: Attempt, one: Any, **how: Any) -> None:
        if how["position"] == 2:
            found.append(one.question)
            desk.post(f"/cau-hoi/{one.question}/thoi-dung/", {"given": "void", "why": "Hai đáp án đều đúng."})
        ask(attempt, one, **how)

    monkeypatch.setattr(attempts, "_ask", slowly)
    phone = Client()
    phone.force_login(nu)
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    made = Attempt.objects.get()
    for position in (1, 2):
        phone.post(f"/bai-kiem-tra/luot/{made.pk}/", {"cau": position, "answer": "a"})
    made.refresh_from_db()
    wrong = made.items.get(question=found[0])
    assert (wrong.answered_at is not None, made.asked) == (True, 1)
    sit(made, nu)
    assert made.asked == made.items.count() - 1
    assert sum(one["asked"] for one in made.results) == made.asked
    suspecting.doubt(made, ["too_soon"])
    page = desk.get(f"/ra-soat/{made.suspicions.get(kind='too_soon').pk}/").content.decode()
    assert page.count(">không tính<") == 1


def test_a_question_that_was_wrong_is_asked_of_nobody_until_it_is_written_anew(rule, nu, hoa):
    """An appeal is granted: what else would the next learner be asked?"""
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    item = made.items.get(position=1)
    version, question = item.version, item.question
    said = appealing.appeal(made, text="Hai câu trả lời đều đúng.", item=item, by=nu)
    appealing.answer(said, state="granted", words="Đúng vậy, bà Nụ.", by=hoa)
    question.refresh_from_db()
    assert question.retired_at is not None
    with pytest.raises(Refusal, match="Hãy sửa thành bản mới"):
        bank.unretire(question, by=hoa)
    better = bank.new_version(question, by=hoa)
    bank.go_live(question, better, by=hoa)
    bank.unretire(question, by=hoa)
    told = AuditEntry.objects.filter(action="voided a question in tests").get()
    assert "Nụ" not in str(told.details), "the answer to a learner is no matter of the trail"
    later = attempts.begin(rule, by=citizens.open_account(question.ward, full_name="Bà Tươi"))
    AttemptItem.objects.filter(attempt=later).update(question=question, version=better)
    assert ending.void_question(question, why="bản cũ", by=hoa, version=version) == 0
    assert not later.items.get().voided, "another wording is another question"
    question.refresh_from_db()
    assert question.retired_at is None


def test_a_pass_is_not_lost_by_granting_an_appeal(rule, nu, hoa):
    made = sit(attempts.begin(rule, by=nu), nu)
    said = appealing.appeal(made, text="Có câu không rõ.", item=None, by=nu)
    with pytest.raises(Refusal, match="Lượt này đã đạt"):
        appealing.answer(said, state="granted", words="Đồng ý.", by=hoa)
    made.refresh_from_db()
    assert (made.state, made.passed) == ("finished", True)


def test_what_did_not_pass_waits_for_nobody(rule, nu, hoa):
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    suspecting.doubt(made, ["too_soon"])
    phone = Client()
    phone.force_login(nu)
    assert "Một người sẽ xem lại" not in phone.get(f"/bai-kiem-tra/luot/{made.pk}/ket-qua/").content.decode()
    assert not Notice.objects.filter(account=hoa).exists()


def test_the_desk_lets_the_answers_to_a_wrong_question_go(rule, nu, desk):
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    question = made.items.get(position=1).question
    page = desk.get(f"/cau-hoi/{question.pk}/thoi-dung/").content.decode()
    assert "đáp án sai hoặc câu không rõ" in page
    desk.post(f"/cau-hoi/{question.pk}/thoi-dung/", {"given": "void", "why": "Hai đáp án đều đúng."})
    question.refresh_from_db()
    assert question.retired_at is not None
    assert made.items.get(position=1).voided
    assert Work.objects.filter(kind="assessment.restate").exists()


def test_who_passes_after_all_is_told_and_who_would_not_is_looked_at(rule, nu, hoa):
    made = sit(attempts.begin(rule, by=nu), nu)
    made.items.filter(position__gt=2).update(right=False)
    ending.restate(made.pk)
    assert Notice.objects.filter(account=hoa, key=f"review:{made.pk}").exists()
    Attempt.objects.filter(pk=made.pk).update(passed=False)
    made.items.update(right=True)
    ending.restate(made.pk)
    assert "đạt phần kiến thức" in Notice.objects.get(account=nu, key=f"restated:{made.pk}").text


def test_two_wrong_answers_where_only_one_can_be_wrong_are_no_sign(rule, nu, hai_an):
    tuoi = citizens.open_account(hai_an, full_name="Bà Tươi")
    for one in (nu, tuoi):
        came_in(one, network="203.113.7.0/24")
    first = paced(rule, tuoi, right=False)
    first.items.update(said=False)
    made = copied(first, nu)
    suspecting.look(made)
    assert "alike" not in kinds(made)


# ---- What was promised


def test_who_reviews_is_reminded_and_after_the_promised_day_the_leader_too(held, hoa, hai_an):
    binh = make_account("binh", Role.LEADER, ward=hai_an, name="Trần Văn Bình")
    promised = suspecting.looked_at_by(held)
    monday = suspecting.workdays().or_next(promised)

    def told(day: Any, account: Account) -> int:
        with clock.stopped_at(day):
            reminding.remind()
        return Notice.objects.filter(account=account, key__startswith="held:").count()

    noon = clock.now().replace(hour=3, minute=0)
    before = noon + (promised - timedelta(days=30) - clock.local_day(noon))
    assert told(before, hoa) == 0, "nothing is due yet"
    on_the_day = noon + (monday - clock.local_day(noon))
    assert told(on_the_day, hoa) == 1
    assert told(on_the_day, hoa) == 1, "once a day"
    assert told(on_the_day, binh) == 0
    later = on_the_day + timedelta(days=7)
    assert (told(later, hoa), told(later, binh)) == (2, 1)
    assert "đã quá ngày hẹn" in Notice.objects.filter(account=binh).get().text
    suspecting.decide(held, state="fine", why="Đã gọi hỏi.", by=binh)
    assert told(later + timedelta(days=7), hoa) == 2


def test_where_the_only_coordinator_watched_the_leader_is_told_at_once(rule, nu, hoa, hai_an):
    binh = make_account("binh", Role.LEADER, ward=hai_an, name="Trần Văn Bình")
    made = sit(attempts.begin(rule, by=nu), nu)
    assert suspecting.reviewers(made) == [hoa]
    made.extended_by = hoa
    assert suspecting.reviewers(made) == [binh]


def test_who_would_no_longer_pass_keeps_the_result_until_somebody_looked(rule, nu, hoa):
    made = sit(attempts.begin(rule, by=nu), nu)
    made.items.filter(position__gt=2).update(right=False)
    ending.restate(made.pk)
    made.refresh_from_db()
    assert made.passed is True
    assert "restated" in kinds(made)


def test_who_passes_without_a_wrong_question_has_passed(rule, nu, hoa):
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    made.items.filter(position__lte=10).update(right=True)
    AttemptItem.objects.filter(attempt=made, position__gt=10).update(voided=True)
    Attempt.objects.filter(pk=made.pk).update(results=[])
    assert Question.objects.exists()
    assert ending.restate(made.pk).passed is True
