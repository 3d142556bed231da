"""An attempt from its beginning to its end: nothing is lost, nothing counts twice, time is the server's."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from hocvu.assessment.models import Attempt, AttemptItem, Candidate, Question, Sitting
from hocvu.assessment.questions import bank as bank_acts
from hocvu.assessment.testing import admitting, attempts, choosing, ending, rules
from hocvu.assessment.tests.cast_testing import (
    SCREENS,
    make_bank,
    make_confirm,
    make_hoa,
    make_question,
    make_rule,
    sit,
)
from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin import citizens
from hocvu.ward import audit
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Notice, Person, Ward
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def nu(hai_an) -> Account:
    return citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ")


@pytest.fixture
def bank(hai_an) -> list[Question]:
    return make_bank(hai_an)


@pytest.fixture
def rule(hai_an, bank):
    return make_confirm(hai_an)


def later(**how) -> clock.stopped_at:
    return clock.stopped_at(clock.now() + timedelta(**how))


# ---- Beginning


def test_beginning_asks_the_first_question_and_keeps_the_rule(rule, nu):
    made = attempts.begin(rule, by=nu)
    assert (made.state, made.kind, made.frozen["params"]["most"]) == ("running", "confirm", 12)
    assert attempts.item_now(made).position == 1
    rule.params["most"] = 30
    rule.save()
    assert attempts.begin(rule, by=nu).pk == made.pk
    assert rules.plan_of(Attempt.objects.get().frozen).most == 12


def test_another_test_waits_until_the_first_is_over(hai_an, rule, nu):
    attempts.begin(rule, by=nu)
    other = make_rule(hai_an, "placement", "xep-lop", least=5, most=8)
    with pytest.raises(Refusal, match="Đang làm dở"):
        attempts.begin(other, by=nu)


def test_a_bank_that_is_too_small_is_told_before_anything_begins(hai_an, nu):
    make_bank(hai_an, per_competence=1)
    with pytest.raises(Refusal, match="chưa đủ"):
        attempts.begin(make_confirm(hai_an, least=12), by=nu)
    with pytest.raises(Refusal, match="chưa đủ"):
        attempts.begin(make_confirm(hai_an, "co-loi", core=["hocvu/8.3"]), by=nu)
    assert not Attempt.objects.exists()


def test_nobody_confirms_with_a_helper_or_a_staff_account(hai_an, rule, nu):
    lan = make_account("lan", Role.AMBASSADOR, ward=hai_an)
    with audit.helped_by(lan), pytest.raises(Refusal, match="chính người học"):
        attempts.begin(rule, by=nu)
    with pytest.raises(Refusal, match="tài khoản công việc"):
        attempts.begin(rule, by=lan)
    placement = make_rule(hai_an, "placement", "xep-lop", least=5, most=8)
    with audit.helped_by(lan):
        assert attempts.begin(placement, by=nu).kind == "placement"


def test_an_answer_of_a_confirmation_is_not_taken_while_somebody_helps(hai_an, rule, nu):
    made = attempts.begin(rule, by=nu)
    with audit.helped_by(make_account("lan", Role.AMBASSADOR, ward=hai_an)), pytest.raises(Refusal, match="chính"):
        attempts.answer(made, position=1, said="a", by=nu)
    assert AttemptItem.objects.get().answered_at is None


def test_who_did_not_pass_waits_some_days(rule, nu):
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    assert (made.state, made.passed) == ("finished", False)
    with pytest.raises(Refusal, match="Làm lại được từ ngày"):
        attempts.begin(rule, by=nu)
    with later(days=2), pytest.raises(Refusal, match="Làm lại được"):
        attempts.begin(rule, by=nu)
    with later(days=3):
        assert attempts.begin(rule, by=nu).pk != made.pk


def test_who_gave_up_waits_too_and_who_passed_need_not_sit_again(rule, nu):
    first = attempts.begin(rule, by=nu)
    attempts.give_up(first, by=nu)
    attempts.give_up(first, by=nu)
    assert Attempt.objects.get().state == "given_up"
    with pytest.raises(Refusal, match="Làm lại được"):
        attempts.begin(rule, by=nu)
    with later(days=4):
        assert sit(attempts.begin(rule, by=nu), nu).passed
        with pytest.raises(Refusal, match="Đã đạt"):
            attempts.begin(rule, by=nu)


def test_another_test_of_the_same_level_is_no_way_around_the_wait(hai_an, rule, nu):
    other = make_confirm(hai_an, "xac-nhan-khac")
    higher = make_confirm(hai_an, "xac-nhan-cao")
    type(higher).objects.filter(pk=higher.pk).update(level="B3")
    sit(attempts.begin(rule, by=nu), nu, right=False)
    with pytest.raises(Refusal, match="Làm lại được từ ngày"):
        attempts.begin(other, by=nu)
    assert attempts.begin(make_rule(hai_an, "placement", "xep-lop"), by=nu).state == "running"
    attempts.give_up(Attempt.objects.running().get(), by=nu)
    higher.refresh_from_db()
    assert attempts.begin(higher, by=nu).state == "running"


def test_a_placement_is_not_sat_again_at_once_to_read_the_whole_bank(hai_an, bank, nu):
    """It explains every question afterwards; the days between keep a bank from being read out in an evening."""
    placement = make_rule(hai_an, "placement", "xep-lop", least=2, most=3)
    sit(attempts.begin(placement, by=nu), nu)
    with pytest.raises(Refusal, match="Làm lại được từ ngày"):
        attempts.begin(placement, by=nu)
    with clock.stopped_at(clock.now() + timedelta(days=7)):
        assert attempts.begin(placement, by=nu).state == "running"


def test_a_voided_attempt_makes_nobody_wait(rule, nu, hai_an):
    made = sit(attempts.begin(rule, by=nu), nu, right=False)
    ending.void(made, why="thử", by=make_hoa(hai_an))
    assert attempts.begin(rule, by=nu).state == "running"


def test_a_rule_that_ended_begins_nothing_and_a_running_attempt_goes_on(hai_an, rule, nu):
    made = attempts.begin(rule, by=nu)
    rules.withdraw(rule, last_day=clock.today() - timedelta(days=1), why="thử", by=make_hoa(hai_an))
    assert sit(made, nu).state == "finished"
    rule.refresh_from_db()
    with pytest.raises(Refusal, match="không còn mở"):
        attempts.begin(rule, by=citizens.open_account(hai_an, full_name="Bà Tươi"))


# ---- Answering


def test_an_answer_is_saved_with_the_question_that_follows(rule, nu):
    made = attempts.begin(rule, by=nu)
    told = attempts.answer(made, position=1, said="a", by=nu)
    assert (told.result, told.is_over) == ("saved", False)
    first, second = made.items.order_by("position")
    assert (first.said, first.right, second.position, second.answered_at) == ("a", True, 2, None)
    made.refresh_from_db()
    assert (made.asked, made.right) == (1, 1)
    assert made.ability > 0


def test_the_same_answer_again_changes_nothing_and_another_is_told(rule, nu):
    made = attempts.begin(rule, by=nu)
    attempts.answer(made, position=1, said="a", by=nu)
    assert attempts.answer(made, position=1, said="a", by=nu).result == "duplicate"
    told = attempts.answer(made, position=1, said="b", by=nu)
    assert told.result == "conflict"
    assert "được giữ" in told.words
    assert made.items.get(position=1).said == "a"
    assert made.items.count() == 2


def test_a_question_ahead_and_an_empty_answer_are_refused(rule, nu):
    made = attempts.begin(rule, by=nu)
    with pytest.raises(Refusal, match="chưa tới lượt"):
        attempts.answer(made, position=2, said="a", by=nu)
    for nonsense in (None, "z", ["a"], {"a": 1}, 7):
        with pytest.raises(Refusal, match="trả lời"):
            attempts.answer(made, position=1, said=nonsense, by=nu)
    assert made.items.get().answered_at is None


def test_not_knowing_counts_as_wrong_and_nothing_is_guessed(rule, nu):
    made = attempts.begin(rule, by=nu)
    attempts.answer(made, position=1, said="a", by=nu, knows=False)
    item = made.items.get(position=1)
    assert (item.said, item.right) == (None, False)
    assert item.answered_at is not None


def test_nobody_answers_for_another(hai_an, rule, nu):
    made = attempts.begin(rule, by=nu)
    with pytest.raises(Refusal, match="không phải của tài khoản"):
        attempts.answer(made, position=1, said="a", by=citizens.open_account(hai_an, full_name="Bà Tươi"))


def test_the_choice_after_a_crash_is_the_same(rule, nu):
    """The next question depends on rows and the attempt's own key alone."""
    made = attempts.begin(rule, by=nu)
    lines = ending.lines_of(made.pk)
    first = attempts._next(made, lines)
    choosing._POOLS.clear()
    choosing._SEEN.clear()
    assert attempts._next(Attempt.objects.get(), ending.lines_of(made.pk)).question == first.question


def test_a_drawn_phone_is_kept_press_by_press(hai_an, nu):
    make_question(hai_an, "man-hinh", kind="screens", content=SCREENS)
    made = attempts.begin(make_rule(hai_an, "placement", "xep-lop", least=1, most=1), by=nu)
    on_the_way = [{"button": "xem"}]
    assert attempts.answer(made, position=1, said=on_the_way, by=nu).result == "partly"
    item = attempts.item_now(made)
    assert (item.said, item.answered_at) == (on_the_way, None)
    assert attempts.answer(made, position=1, said=[], by=nu).result == "conflict"
    another_end = attempts.answer(made, position=1, said=[{"button": "gui"}], by=nu)
    assert (another_end.result, another_end.is_over) == ("conflict", False), "a press is not taken back"
    told = attempts.answer(made, position=1, said=[*on_the_way, {"button": "dung"}], by=nu)
    assert (told.result, told.is_over) == ("saved", True)
    assert made.items.get().right is True


# ---- Choosing and ending


def test_it_ends_when_it_is_sure_and_every_core_competence_was_asked(rule, nu):
    made = sit(attempts.begin(rule, by=nu), nu)
    asked = Counter(made.items.values_list("version__competence", flat=True))
    assert made.passed is True
    assert {"hocvu/4.2", "hocvu/1.1"} <= set(asked)
    assert 5 <= made.asked <= 12
    assert made.sure >= 0.95
    assert {one["competence"]: one["asked"] for one in made.results} == asked


def test_it_asks_no_more_than_the_most(rule, nu):
    made = sit(attempts.begin(rule, by=nu), nu, right=lambda position: position % 2 == 0)
    assert made.asked <= 12
    assert made.state == "finished"
    assert made.passed is not None


def test_what_was_met_of_late_is_asked_only_where_nothing_else_is_left(hai_an, nu):
    make_bank(hai_an, per_competence=6)
    placement = make_rule(hai_an, "placement", "xep-lop", least=10, most=10, wait_days=0)
    first = sit(attempts.begin(placement, by=nu), nu)
    second = sit(attempts.begin(placement, by=nu), nu)
    met = set(first.items.values_list("question", flat=True))
    assert not met & set(second.items.values_list("question", flat=True))


def test_how_often_a_question_was_met_of_late_reaches_the_choice(hai_an, bank, rule):
    """Counted at night, it changes nothing of the bank: a process that runs for weeks must learn of it all the same."""
    kept = rules.frozen(rule)
    key = str(bank[0].pk)
    assert choosing.pool_of(hai_an.pk, kept).every[key].exposure == 0
    Question.objects.filter(pk=bank[0].pk).update(statistics={"exposure": 0.8})
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        assert choosing.pool_of(hai_an.pk, kept).every[key].exposure == 0.8


def test_two_learners_do_not_meet_the_same_questions(hai_an, rule):
    firsts = {
        attempts.begin(rule, by=citizens.open_account(hai_an, full_name=f"Bà số {n}")).items.get().question_id
        for n in range(12)
    }
    assert len(firsts) > 1


def test_questions_of_other_levels_groups_and_frameworks_stay_out(hai_an, bank, nu):
    make_question(hai_an, "bac-ba", level="B3")
    make_question(hai_an, "hoc-sinh", groups=("pupils",))
    other = make_question(hai_an, "khung-khac")
    other.current.competence = "tt02/4.2"
    other.current.save()
    kept = {**rules.frozen(make_confirm(hai_an, levels=["B1", "B2"])), "group": "adults"}
    for group in ("adults", ""):
        codes = {one.code for one in choosing.pool_of(hai_an.pk, {**kept, "group": group}).every.values()}
        assert codes == {question.code for question in bank}
    assert "hoc-sinh" in {one.code for one in choosing.pool_of(hai_an.pk, {**kept, "group": "pupils"}).every.values()}


def test_a_question_retired_on_the_way_stays_in_the_attempt_and_in_no_later_one(rule, nu, bank):
    made = attempts.begin(rule, by=nu)
    item = attempts.item_now(made)
    Question.objects.filter(pk=item.question_id).update(retired_at=clock.now())
    assert attempts.answer(made, position=1, said="a", by=nu).result == "saved"
    assert made.items.get(position=1).right is True
    retired = set(Question.objects.exclude(pk=attempts.item_now(made).question_id).values_list("pk", flat=True))
    Question.objects.filter(pk__in=retired).update(retired_at=clock.now())
    attempts.answer(made, position=2, said="a", by=nu)
    made.refresh_from_db()
    # Nothing was left to ask: that is no fault of the learner's, who need not wait.
    assert (made.state, made.passed) == ("voided", False)
    assert "không phải lỗi của người làm" in Notice.objects.get(account=nu).text
    assert admitting.open_again_on(rule, admitting.past_of(nu, rule.ward_id)) is None


def test_a_core_competence_without_questions_left_makes_nobody_wait(rule, nu, hai_an):
    """All right, and yet no pass: of what must be asked nothing could be."""
    made, hoa = attempts.begin(rule, by=nu), make_hoa(hai_an)
    asked = attempts.item_now(made)
    core = next(one for one in rule.params["core"] if one != asked.version.competence)
    for question in Question.objects.filter(current__competence=core):
        bank_acts.retire(question, why="Sai", by=hoa)
    sit(made, nu)
    made.refresh_from_db()
    assert (made.state, made.passed) == ("voided", False)
    assert admitting.open_again_on(rule, admitting.past_of(nu, hai_an.pk)) is None


def test_a_new_version_is_asked_at_once_and_what_was_asked_stays_as_it_was(rule, nu):
    made = attempts.begin(rule, by=nu)
    item = attempts.item_now(made)
    version = item.version
    version.pk, version.number = None, 2
    version.content = {
        **version.content,
        "choices": [{"id": "a", "text": "Khác", "right": False}, {"id": "b", "text": "Kia", "right": True}],
    }
    version.save()
    Question.objects.filter(pk=item.question_id).update(current=version)
    attempts.answer(made, position=1, said="a", by=nu)
    assert made.items.get(position=1).right is True
    pool = choosing.pool_of(made.ward_id, made.frozen)
    assert pool.every[str(item.question_id)].version == version.pk


def test_an_older_draft_that_is_approved_last_is_asked_at_once(hai_an, nu, client):
    """Both of two questions are written anew; the desk approves the second first."""
    wrong, other = make_question(hai_an, "sai-dap-an"), make_question(hai_an, "kho-hon", difficulty=3.0)
    make_rule(hai_an, "placement", "xep-lop", least=1, most=1, best_of=1)
    mai, hoa = make_account("mai", Role.EDITOR, ward=hai_an), make_hoa(hai_an)
    drafts = {one.code: bank_acts.new_version(one, by=mai) for one in (wrong, other)}

    def asked(name: str) -> AttemptItem:
        client.force_login(citizens.open_account(hai_an, full_name=name))
        client.post("/bai-kiem-tra/xep-lop/bat-dau/", {})
        return AttemptItem.objects.get(attempt__account__full_name=name)

    def approve(question: Question) -> None:
        draft = bank_acts.send_for_review(drafts[question.code], by=mai)
        client.force_login(hoa)
        sent = {
            "ban": draft.pk,
            "revision": draft.revision,
            "looked": [code for code, _ in bank_acts.CHECKS],
            "lam": "duyet",
        }
        assert client.post(f"/cau-hoi/{question.pk}/duyet/", sent).status_code == 302

    approve(other)
    assert asked("Bà Tươi").version == wrong.current
    approve(wrong)
    assert asked("Bà Mùi").version == drafts["sai-dap-an"]


# ---- Time


def test_an_answer_within_the_grace_counts_and_a_later_one_is_kept_and_told(rule, nu):
    made = attempts.begin(rule, by=nu)
    with clock.stopped_at(made.due_at + timedelta(seconds=100)):
        assert attempts.answer(made, position=1, said="a", by=nu).result == "saved"
    with clock.stopped_at(made.due_at + timedelta(seconds=121)):
        told = attempts.answer(made, position=2, said="a", by=nu)
        assert (told.result, told.is_over) == ("late", True)
        assert "không tính" in told.words
    made.refresh_from_db()
    assert (made.state, made.asked, made.passed, made.ended_at) == ("expired", 1, False, made.due_at)
    late = made.items.get(position=2)
    assert (late.said, late.right) == ("a", None)


def test_what_was_typed_before_the_attempt_was_closed_is_kept_all_the_same(rule, nu):
    made = attempts.begin(rule, by=nu)
    with clock.stopped_at(made.due_at + timedelta(minutes=10)):
        assert attempts.close_all_overdue() == 1
        assert attempts.close_all_overdue() == 0
        assert attempts.answer(made, position=1, said="a", by=nu).result == "late"
        assert attempts.answer(made, position=1, said="a", by=nu).result == "duplicate"
    assert made.items.get().right is None


def test_more_time_is_asked_for_without_a_reason_and_doubles_it(rule, nu):
    made = attempts.begin(rule, by=nu, needs_time=True)
    assert made.due_at - made.began_at == timedelta(minutes=120)
    assert (made.extra_minutes, made.extended_by) == (60, None)


def test_who_watches_or_manages_may_give_time_and_the_learner_may_not(hai_an, rule, nu):
    hoa = make_hoa(hai_an)
    made = attempts.begin(rule, by=nu)
    due = made.due_at
    assert attempts.extend(made, 30, by=hoa).due_at == due + timedelta(minutes=30)
    for nobody in (nu, make_account("khang", Role.CLERK, ward=hai_an)):
        with pytest.raises(Refusal, match="không thêm cho chính mình"):
            attempts.extend(made, 30, by=nobody)
    with pytest.raises(Refusal, match="không quá"):
        attempts.extend(made, 400, by=hoa)
    with clock.stopped_at(due + timedelta(hours=5)), pytest.raises(Refusal, match="đã kết thúc"):
        attempts.extend(made, 5, by=hoa)


def test_an_overdue_attempt_stands_in_nobodys_way(rule, nu, hai_an):
    made = attempts.begin(rule, by=nu)
    with clock.stopped_at(made.due_at + timedelta(days=4)):
        placement = make_rule(hai_an, "placement", "xep-lop", least=5, most=8)
        assert attempts.begin(placement, by=nu).state == "running"
    made.refresh_from_db()
    assert made.state == "expired"


# ---- Watched


def open_sitting(rule, proctor) -> Sitting:
    return Sitting.objects.create(
        ward=rule.ward, title="Buổi sáng", code="HOA12", rule=rule, proctor=proctor,
        closes_at=clock.now() + timedelta(hours=3),
    )  # fmt: skip


def test_a_sitting_is_joined_and_its_proctor_is_nobody_who_helped(hai_an, rule, nu, monkeypatch):
    lan = make_account("lan", Role.AMBASSADOR, ward=hai_an)
    sitting = open_sitting(rule, lan)
    seat = Candidate.objects.create(sitting=sitting, account=nu, extra_minutes=15)
    with pytest.raises(Refusal, match="chưa nhận diện"):
        attempts.begin(rule, by=nu, sitting=sitting)
    seat.checked_at = clock.now()
    seat.save()
    made = attempts.begin(rule, by=nu, sitting=sitting)
    assert made.extra_minutes == 15
    assert (made.mode, made.sitting.proctor) == ("watched", lan)
    monkeypatch.setattr(attempts.assisting, "helped_in", lambda account, since: {lan.pk})
    with pytest.raises(Refusal, match="đã từng giúp"):
        attempts.begin(rule, by=citizens.open_account(hai_an, full_name="Bà Tươi"), sitting=made.sitting)


# ---- Before and after


@pytest.fixture
def change(hai_an):
    make_bank(hai_an)
    forms = choosing.two_forms(hai_an, "hocvu", 6)
    return make_rule(hai_an, "change", "truoc-sau", forms=forms)


def test_the_first_form_is_stable_and_balanced():
    forms = [attempts.first_form(number, "khoa-hoc") for number in range(2000)]
    assert forms == [attempts.first_form(number, "khoa-hoc") for number in range(2000)]
    assert 0.45 < forms.count("A") / len(forms) < 0.55
    assert any(attempts.first_form(7, f"khoa-{n}") != attempts.first_form(7, "khoa-0") for n in range(10))


def test_before_and_after_ask_two_forms_to_their_end(hai_an, change, nu):
    course = Course.objects.create(ward=hai_an, slug="an-toan", title="An toàn", state="open")
    before = attempts.begin(change, by=nu, course=course)
    assert before.phase == "before"
    assert before.form == attempts.first_form(nu.pk, str(course.pk))
    sit(before, nu, right=False)
    assert (before.state, before.asked, before.passed) == ("finished", 6, None)
    after = sit(attempts.begin(change, by=nu, course=course), nu)
    assert (after.phase, after.right, {before.form, after.form}) == ("after", 6, {"A", "B"})
    asked = [list(one.items.values_list("question__code", flat=True)) for one in (before, after)]
    assert asked == [change.params["forms"][one.form] for one in (before, after)]
    with pytest.raises(Refusal, match="cả lần trước và lần sau"):
        attempts.begin(change, by=nu, course=course)
    assert attempts.begin(change, by=nu).phase == "before"  # another measure, for no course


def test_after_comes_only_when_before_is_finished_and_who_stopped_stays_visible(change, nu):
    left = attempts.begin(change, by=nu)
    attempts.give_up(left, by=nu)
    again = attempts.begin(change, by=nu)
    assert (again.phase, again.form) == ("before", left.form)
    assert Attempt.objects.filter(state="given_up", phase="before").count() == 1


def test_the_second_measure_keeps_the_forms_of_the_first(change, nu):
    sit(attempts.begin(change, by=nu), nu)
    old = change.params["forms"]
    change.params = {**change.params, "forms": {"A": old["A"][:2], "B": old["B"][:2]}}
    change.save()
    assert sit(attempts.begin(change, by=nu), nu).asked == 6


# ---- Any order, many at once


class AnyOrder(HypothesisCase):
    """Whatever arrives again, in whatever order: the first answer to a question stands."""

    @given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["a", "b", "c", None])), max_size=30))
    def test_the_first_answer_stands(self, posts):
        ward = Ward.objects.filter(code="99999").first() or make_ward("Thử", code="99999", slug="thu")
        if not Question.objects.filter(ward=ward).exists():
            make_bank(ward, per_competence=3)
        learner = citizens.open_account(ward, full_name="Bà Tươi")
        made = attempts.begin(make_rule(ward, "placement", f"x-{uuid4().hex[:8]}", least=6, most=6), by=learner)
        first: dict[int, object] = {}
        for position, said in posts:
            try:
                told = attempts.answer(made, position=position, said=said, by=learner, knows=said is not None)
            except Refusal:
                assert position > len(first) + 1
                continue
            if position in first:
                assert told.result == ("duplicate" if first[position] == said else "conflict")
            else:
                assert told.result == "saved"
                first[position] = said
        rows = {one.position: one.said for one in made.items.exclude(answered_at=None)}
        made.refresh_from_db()
        assert rows == first
        assert made.asked == len(first)
        assert made.right == sum(said == "a" for said in first.values())
        assert (made.state == "finished") == (len(first) == 6)


@pytest.fixture
def flushable() -> Iterator[None]:
    """Let the database be emptied after a test that commits: the trail forbids it otherwise."""
    yield
    audit.disarm()


@pytest.mark.django_db(transaction=True)
def test_twenty_beginnings_at_the_same_moment_are_one(flushable):
    ward = make_ward()
    make_bank(ward)
    rule = make_confirm(ward)
    nu = citizens.open_account(ward, full_name="Bà Nụ")

    def begin(_: int) -> UUID:
        try:
            return attempts.begin(rule, by=nu).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(begin, range(20)))
    assert len(keys) == Attempt.objects.count() == AttemptItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_answers_at_the_same_moment_are_one(flushable):
    ward = make_ward()
    make_bank(ward)
    nu = citizens.open_account(ward, full_name="Bà Nụ")
    made = attempts.begin(make_confirm(ward), by=nu)

    def answer(number: int) -> str:
        try:
            return attempts.answer(made, position=1, said="ab"[number % 2], by=nu).result
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        results = Counter(pool.map(answer, range(10)))
    assert results["saved"] == 1
    assert results["duplicate"] == 4
    assert results["conflict"] == 5
    assert AttemptItem.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_of_an_answer_loses_nothing(flushable):
    ward = make_ward()
    make_bank(ward)
    nu = citizens.open_account(ward, full_name="Bà Nụ")
    made = attempts.begin(make_confirm(ward), by=nu)
    attempts.answer(made, position=1, said="a", by=nu)
    connections.close_all()  # the child opens its own
    child = os.fork()
    if child == 0:
        attempts._ask = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        attempts.answer(made, position=2, said="b", by=nu)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    left = Attempt.objects.get()
    assert (left.state, left.asked) == ("running", 1)
    assert left.items.get(position=1).said == "a"
    assert left.items.get(position=2).answered_at is None
    assert attempts.answer(left, position=2, said="a", by=nu).result == "saved"
    assert attempts.item_now(left).position == 3


def test_saving_an_answer_asks_few_questions_however_large_the_bank(rule, nu):
    made = attempts.begin(rule, by=nu)
    attempts.answer(made, position=1, said="a", by=nu)
    for number in range(2, 5):
        with CaptureQueriesContext(connection) as asked:
            attempts.answer(made, position=number, said="a", by=nu)
        assert len(asked) <= 9, [one["sql"] for one in asked]
    assert Person.objects.count() == 0
