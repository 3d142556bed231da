"""Difficulties from answers: Elo while there are few, Rasch from a hundred."""

from __future__ import annotations

import random
from statistics import correlation, fmean
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from hocvu.assessment.models import Attempt, Question
from hocvu.assessment.questions import calibrating
from hocvu.assessment.questions.calibrating import elo
from hocvu.assessment.questions.fitting import Answer, fit
from hocvu.assessment.testing.adaptive import Item
from hocvu.assessment.tests.cast_bank import CONTENTS, make_attempt, make_question, make_rule
from hocvu.ward.models import Account, AuditEntry, Ward
from hocvu.ward.tests.cast import make_account, make_ward


def simulated(people: int, truth: dict[int, float], *, guessing: float, mean: float, seed: int) -> list[Answer]:
    """Answers of people of N(mean, 1), each to 20 questions of the bank."""
    chance = random.Random(seed)
    rows = []
    for who in range(people):
        ability = chance.gauss(mean, 1)
        for question in chance.sample(sorted(truth), min(20, len(truth))):
            rows.append(Answer(who, question, chance.random() < Item(truth[question], 1.0, guessing).right(ability)))
    return rows


@pytest.mark.parametrize(("mean", "guessing"), [(0.0, 0.25), (0.8, 0.0)])
def test_it_finds_known_difficulties_again(mean, guessing):
    """Also where the learners are far abler than the questions' scale: the scale stays, the population moves."""
    chance = random.Random(7)
    truth = {number: -2 + 4 * number / 39 for number in range(40)}
    start = {number: b + chance.gauss(0, 0.7) for number, b in truth.items()}
    off = fmean(truth.values()) - fmean(start.values())
    start = {number: b + off for number, b in start.items()}  # whoever guessed was right on the average
    rows = simulated(700, truth, guessing=guessing, mean=mean, seed=11)
    found = fit(rows, guessing=dict.fromkeys(truth, guessing), start=start)
    assert correlation([truth[n] for n in truth], [found.difficulties[n] for n in truth]) > 0.95
    assert fmean(abs(truth[n] - found.difficulties[n]) for n in truth) < 0.22
    assert abs(found.mean - mean) < 0.15 and 0.85 < found.shared < 1.2
    assert fmean(found.difficulties.values()) == pytest.approx(fmean(truth.values()), abs=1e-6)


def test_it_finds_which_questions_tell_people_apart():
    """Questions with plenty of answers get a discrimination of their own; the others share one."""
    chance = random.Random(3)
    truth = {n: Item(-1.5 + 3 * n / 29, (0.6, 1.2, 2.2)[n % 3], 0.2) for n in range(30)}
    rows = []
    for who in range(600):
        ability = chance.gauss(0, 1)
        rows += [Answer(who, n, chance.random() < truth[n].right(ability)) for n in chance.sample(range(30), 20)]
    words = {"guessing": dict.fromkeys(truth, 0.2), "start": {n: one.difficulty for n, one in truth.items()}}
    free = set(range(21))
    found = fit(rows, free=free, **words).items
    means = [fmean(found[n].discrimination for n in free if n % 3 == kind) for kind in range(3)]
    assert means[0] < 0.95 < 1.0 < means[1] < 1.6 < 1.7 < means[2]
    assert len({found[n].discrimination for n in truth if n not in free}) == 1
    assert len({one.discrimination for one in fit(rows, **words).items.values()}) == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_question_that_more_get_right_is_easier(seed):
    truth = {0: -1.5, 1: 0.0, 2: 1.5}
    rows = simulated(60, truth, guessing=0.0, mean=0.0, seed=seed)
    found = fit(rows, guessing=dict.fromkeys(truth, 0.0), start=dict.fromkeys(truth, 0.0)).difficulties
    rights = {n: sum(one.right for one in rows if one.question == n) for n in truth}  # everybody answered all three
    for one in truth:
        for other in truth:
            if rights[one] > rights[other]:
                assert found[one] < found[other]


def test_everybody_right_or_wrong_has_an_end():
    rows = [Answer(who, question, question == 0) for who in range(120) for question in (0, 1)]
    found = fit(rows, guessing={0: 0.0, 1: 0.25}, start={0: 0.0, 1: 0.0}).difficulties
    assert -4 <= found[0] < -1 and 1 < found[1] <= 4


@given(st.lists(st.tuples(st.booleans(), st.floats(-4, 4)), max_size=60), st.floats(0, 0.5), st.floats(-4, 4))
def test_elo_stays_within_bounds_and_follows_the_answer(rows, guessing, start):
    before = elo(start, rows, guessing=guessing)
    assert -4 <= before <= 4
    assert elo(before, [(True, 0.0)], guessing=guessing) <= before <= elo(before, [(False, 0.0)], guessing=guessing)


# ---- The bank


@pytest.fixture
def ward(db: Any) -> Ward:
    return make_ward()


def learner(number: int) -> Account:
    return Account.objects.create_account(f"hoc-{number}", f"Người {number}", "một câu đủ dài để nhớ")


def sit(ward: Ward, questions: list[Question], people: int, truth: list[float], *, seed: int = 3) -> None:
    """So many attempts, one answer to each question."""
    chance = random.Random(seed)
    rule, account = make_rule(ward), learner(ward.pk * 1000)
    for _ in range(people):
        ability = chance.gauss(0, 1)
        rows = [
            (question, "b", chance.random() < Item(b).right(ability))
            for question, b in zip(questions, truth, strict=True)
        ]
        make_attempt(rule, account, rows)


def test_few_answers_move_by_elo_and_a_hundred_by_rasch(ward):
    often = [make_question(ward, f"hay-hoi-{n}") for n in range(5)]
    seldom = make_question(ward, "it-hoi")
    sit(ward, often, 130, [-1.5, -0.5, 0.0, 0.5, 1.5])
    rule, account = ward.test_rules.get(), Account.objects.get(username=f"hoc-{ward.pk * 1000}")
    for _ in range(30):
        make_attempt(rule, account, [(seldom, "a", False), (often[2], "b", True)])
    call_command("calibrate_questions", ward=ward.slug)
    for question in [*often, seldom]:
        question.refresh_from_db()
    assert [question.model for question in often] == ["rasch"] * 5
    assert [question.counted_answers for question in often] == [130, 130, 160, 130, 130]
    assert (seldom.model, seldom.counted_answers) == ("elo", 30) and seldom.difficulty > 1
    order = [question.difficulty for question in often]
    assert order == sorted(order) and order[-1] - order[0] > 2
    assert all(question.calibrated_at for question in often)
    entry = AuditEntry.objects.filter(action="calibrated a question", target="it-hoi").get()
    assert entry.details["answers"] == 30 and entry.details["before"] == "0.00"


def test_a_second_run_changes_nothing_and_a_dry_one_writes_nothing(ward):
    questions = [make_question(ward, f"cau-{n}") for n in range(4)]
    sit(ward, questions, 110, [-1.0, 0.0, 0.5, 1.0])
    call_command("calibrate_questions", dry_run=True)
    assert not Question.objects.exclude(model="guess").exists() and not AuditEntry.objects.exists()
    calibrating.calibrate()
    once = list(Question.objects.order_by("pk").values_list("difficulty", "calibrated_at"))
    entries = AuditEntry.objects.count()
    assert calibrating.calibrate() == []
    assert list(Question.objects.order_by("pk").values_list("difficulty", "calibrated_at")) == once
    assert AuditEntry.objects.count() == entries


def test_a_second_run_of_elo_moves_nothing_either(ward):
    """What Elo wrote of one question must not move the abilities from which it counts the next."""
    questions = [make_question(ward, f"cau-{n}") for n in range(4)]
    sit(ward, questions, 40, [-1.0, 0.0, 0.5, 1.5])
    assert {change.model for change in calibrating.calibrate()} == {"elo"}
    assert calibrating.calibrate() == []


def test_a_run_that_was_killed_is_begun_again(ward, monkeypatch):
    """Rasch is written whole; what follows is lost and comes with the next run."""
    questions = [make_question(ward, f"cau-{n}") for n in range(4)]
    seldom = make_question(ward, "it-hoi")
    sit(ward, questions, 110, [-1.0, 0.0, 0.5, 1.0])
    rule, account = ward.test_rules.get(), Account.objects.get(username=f"hoc-{ward.pk * 1000}")
    make_attempt(rule, account, [(seldom, "a", False), (questions[0], "b", True)])
    whole = calibrating._by_elo
    monkeypatch.setattr(calibrating, "_by_elo", lambda *rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        calibrating.calibrate()
    monkeypatch.setattr(calibrating, "_by_elo", whole)
    first = list(Question.objects.exclude(pk=seldom.pk).order_by("pk").values_list("difficulty", "model"))
    assert {model for _, model in first} == {"rasch"}
    assert [change.questions[0].code for change in calibrating.calibrate()] == ["it-hoi"]
    assert list(Question.objects.exclude(pk=seldom.pk).order_by("pk").values_list("difficulty", "model")) == first


def test_wards_that_ask_the_same_words_are_counted_together(ward):
    other = make_ward("Ân Tường", code="20000", slug="an-tuong")
    here, there = make_question(ward, "chung"), make_question(other, "chung")
    fill = {**CONTENTS["single"], "ask": "Hỏi khác đi một chút?"}
    own = make_question(other, "rieng", content=fill)
    sit(ward, [here], 60, [0.5])
    sit(other, [there, own], 60, [0.5, 0.0])
    calibrating.calibrate()
    for question in (here, there, own):
        question.refresh_from_db()
    assert here.model == there.model == "rasch" and here.difficulty == there.difficulty
    assert here.counted_answers == 120 and (own.model, own.counted_answers) == ("elo", 60)
    calibrating.calibrate([other])
    there.refresh_from_db()
    assert (there.model, there.counted_answers) == ("elo", 60)


def test_what_is_void_running_or_of_another_version_does_not_count(ward):
    question = make_question(ward)
    rule, account = make_rule(ward), learner(1)
    make_attempt(rule, account, [(question, "b", True)], state=Attempt.State.VOIDED)
    make_attempt(rule, account, [(question, "b", True)], state=Attempt.State.RUNNING)
    make_attempt(rule, account, [(question, "b", True)]).items.update(voided=True)
    make_attempt(rule, account, [(question, None, None)])
    old = make_attempt(rule, account, [(question, "b", True)])
    earlier = question.current
    earlier.pk, earlier.number, earlier.state = None, 0, "former"
    earlier.save()
    old.items.update(version=earlier)
    assert calibrating.calibrate() == []


def test_the_command_says_which_ward_it_does_not_know(db):
    with pytest.raises(CommandError, match="khong-co"):
        call_command("calibrate_questions", ward="khong-co")


def test_a_learner_is_no_part_of_what_is_written(ward):
    question = make_question(ward)
    make_attempt(make_rule(ward), make_account("an", name="Nguyễn Văn An"), [(question, "b", True)])
    calibrating.calibrate()
    assert "An" not in str(AuditEntry.objects.get().details)
