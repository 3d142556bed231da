"""A confirmation asks nothing that its learner could rehearse: no simulated screen that serves practice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import practice_tasks, screen_practice
from hocvu.assessment.models import PracticeTask, TestRule
from hocvu.assessment.questions import screens
from hocvu.assessment.testing import admitting, attempts, choosing, rules
from hocvu.assessment.tests.cast_testing import (
    COMPETENCES,
    SCREENS,
    make_bank,
    make_confirm,
    make_hoa,
    make_question,
    make_rule,
    say,
    sit,
)
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward.models import Account, Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db
LINES = [{"text": "Dừng lại khi thấy tên lạ", "must": True}]


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def nu(hai_an: Ward) -> Account:
    return citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ")


@pytest.fixture
def rule(hai_an: Ward) -> TestRule:
    """A confirmation beside a bank whose screens say most: two serve practice, one does not."""
    make_bank(hai_an)
    for code in ("man-hinh-1", "man-hinh-2", "man-hinh-3"):
        make_question(hai_an, code, kind="screens", content=SCREENS)
    return make_confirm(hai_an)


@pytest.fixture
def task(hai_an: Ward) -> PracticeTask:
    return make_task(hai_an, screens=["man-hinh-1", "man-hinh-2"])


def make_task(ward: Ward, code: str = "dung-chuyen-tien", **said: Any) -> PracticeTask:
    given = {"title": "Dừng chuyển tiền", "competence": "hocvu/4.2", "level": "B2", "lines": LINES,
             "valid_from": date(2025, 1, 1), **said}  # fmt: skip
    return PracticeTask.objects.create(ward=ward, code=code, **given)


def drawn(rule: TestRule) -> set[str]:
    """The simulated screens that a test under a rule may ask now."""
    return {one.code for one in pool(rule).every.values() if one.kind == "screens"}


def pool(rule: TestRule) -> choosing.Pool:
    return choosing.pool_of(rule.ward_id, rules.frozen(rule))


def rewrite(task: PracticeTask, by: Account, **said: Any) -> None:
    """Another wording of a task, as its page writes it."""
    names = ("code", "title", "gist", "competence", "level", "groups", "lines", "screens")
    kept = {name: getattr(task, name) for name in names}
    practice_tasks.write(task.ward, practice_tasks.SaidTask(**{**kept, **said}), by=by)


def test_whoever_practised_every_screen_meets_none_of_them_in_a_confirmation(rule, task, nu):
    for _ in range(2):
        tried = screen_practice.begin(task, by=nu)
        for number, step in enumerate(screens.right_way(tried.version.content)):
            tried = screen_practice.step(tried, step, after=number, by=nu)
        assert tried.right is True
    rule.params = {**rule.params, "least": 41, "most": 41}
    rule.save()
    made = sit(attempts.begin(rule, by=nu), nu, right=lambda position: position % 2 == 0)
    asked = set(made.items.values_list("question__code", flat=True))
    assert "man-hinh-3" in asked  # everything was asked that might be
    assert not {"man-hinh-1", "man-hinh-2"} & asked


def test_only_the_screens_of_tasks_that_hold_stay_out_and_only_of_confirmations(hai_an, rule, task):
    make_task(hai_an, "viec-cu", screens=["man-hinh-3"], valid_to=clock.today() - timedelta(days=1))
    make_task(hai_an, "viec-sau-nay", screens=["man-hinh-3"], valid_from=clock.today() + timedelta(days=30))
    elsewhere = make_ward("Hải Châu", code="20194", slug="hai-chau")
    make_task(elsewhere, "viec-noi-khac", screens=["man-hinh-3"])
    make_task(hai_an, "ghi-nham-ma", screens=["cau-4-2-0"])
    assert drawn(rule) == {"man-hinh-3"}
    assert "cau-4-2-0" in {one.code for one in pool(rule).every.values()}  # no screen: nobody practises it
    assert drawn(make_rule(hai_an, "placement", "xep-lop")) == {"man-hinh-1", "man-hinh-2", "man-hinh-3"}


def test_the_pool_is_counted_anew_when_tasks_change(hai_an, rule, task):
    hoa = make_hoa(hai_an)
    assert drawn(rule) == {"man-hinh-3"}
    rewrite(task, hoa, screens=["man-hinh-2"])
    assert drawn(rule) == {"man-hinh-1", "man-hinh-3"}
    other = make_task(hai_an, "viec-moi", screens=["man-hinh-3"])
    assert drawn(rule) == {"man-hinh-1"}
    practice_tasks.end(other, by=hoa)
    assert drawn(rule) == {"man-hinh-1"}  # it serves to the end of the day
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert drawn(rule) == {"man-hinh-1", "man-hinh-3"}


def test_a_known_pool_costs_one_question_however_many_tasks(hai_an, rule, task):
    make_task(hai_an, "viec-nua", screens=["man-hinh-3"])
    kept = rules.frozen(rule)
    choosing.pool_of(hai_an.pk, kept)
    with CaptureQueriesContext(connection) as asked:
        choosing.pool_of(hai_an.pk, kept)
    assert len(asked) == 1


def test_an_attempt_under_way_keeps_the_screen_that_it_asked(hai_an, nu):
    for code in ("man-hinh-1", "man-hinh-2"):
        make_question(hai_an, code, kind="screens", content=SCREENS)
    made = attempts.begin(make_confirm(hai_an, least=1, most=2, core=[], wait_days=0), by=nu)
    first = attempts.item_now(made)
    make_task(hai_an, screens=["man-hinh-1", "man-hinh-2"])
    assert attempts.item_now(made) == first
    assert attempts.answer(made, position=1, said=say(first, True), by=nu).result == "saved"
    assert made.items.get(position=1).right is True
    assert made.items.count() == 1  # and no other screen after it


def test_a_bank_of_nothing_but_practice_is_too_short_for_a_confirmation(hai_an, nu):
    for number, competence in enumerate(COMPETENCES):
        make_question(hai_an, f"man-hinh-{number}", competence=competence, kind="screens", content=SCREENS)
    rule = make_confirm(hai_an)
    assert admitting.closed_because(rule, nu) == ""
    make_task(hai_an, screens=[f"man-hinh-{number}" for number in range(len(COMPETENCES))])
    assert admitting.closed_because(rule, nu) == admitting.SHORT_BANK


def test_a_screen_that_was_practised_of_late_comes_after_the_others(hai_an, nu):
    """Its task ended since, so that it may be asked again; not of whoever just tried it."""
    for code in ("man-hinh-1", *(f"khac-{number}" for number in range(6))):
        make_question(hai_an, code, kind="screens", content=SCREENS)
    tried = screen_practice.begin(make_task(hai_an, screens=["man-hinh-1"]), by=nu)
    PracticeTask.objects.update(valid_to=clock.today() - timedelta(days=1))
    rule = make_confirm(hai_an, least=6, most=6, core=[])
    assert "man-hinh-1" in drawn(rule)
    made = sit(attempts.begin(rule, by=nu), nu)
    assert str(tried.question_id) in choosing.seen_by(made)
    assert "man-hinh-1" not in set(made.items.values_list("question__code", flat=True)[:2])
