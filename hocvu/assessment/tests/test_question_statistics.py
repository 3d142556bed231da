"""What answers say of a question: figures computed by hand, warnings in sentences, nothing of a person."""

from __future__ import annotations

import math
import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import jobs
from hocvu.assessment.models import Attempt, Question
from hocvu.assessment.questions import answers, bank, statistics
from hocvu.assessment.questions.answers import Given
from hocvu.assessment.questions.statistics import Asked, Seen
from hocvu.assessment.testing.adaptive import Answered, Item, belief
from hocvu.assessment.tests.cast_bank import CONTENTS, make_attempt, make_question, make_rule
from hocvu.lib import clock
from hocvu.ward import queue
from hocvu.ward.models import Account, Ward
from hocvu.ward.tests.cast import make_account, make_ward

SEEN = st.builds(
    Seen, st.booleans(), st.floats(-4, 4), st.floats(0.05, 0.95), st.one_of(st.none(), st.floats(0, 900)),
    st.lists(st.sampled_from("abc"), max_size=3).map(tuple), st.booleans(),
)  # fmt: skip


def test_figures_computed_by_hand():
    """Five learners of -2, -1, 0, 1, 2; the three ablest are right. p = 0.6; the correlation of 0 0 1 1 1 with the
    abilities is 3 / sqrt(1.2 * 10)."""
    seen = [
        Seen(ability >= 0, ability, 0.5, 10.0 + ability, ("b" if ability >= 0 else "a",), True)
        for ability in (-2, -1, 0, 1, 2)
    ]
    assert statistics.p_value(seen) == 0.6
    assert statistics.discrimination(seen) == pytest.approx(3 / math.sqrt(12))
    assert statistics.median_seconds(seen) == 10.0
    assert statistics.drift(seen) == pytest.approx((3 - 2.5) / math.sqrt(5 * 0.25))
    assert statistics.choices(seen) == [
        {"id": "b", "count": 3, "share": 0.6, "ability": 1.0},
        {"id": "a", "count": 2, "share": 0.4, "ability": -1.5},
    ]


@given(st.lists(SEEN, max_size=40))
def test_figures_stay_within_their_bounds(seen):
    p, parts = statistics.p_value(seen), statistics.discrimination(seen)
    assert p is None or 0 <= p <= 1
    assert parts is None or -1 <= parts <= 1
    assert sum(one["count"] for one in statistics.choices(seen)) == sum(len(set(one.choices)) for one in seen)
    assert sum(part["count"] for part in statistics.curve(seen)) == len(seen)
    turned = [Seen(one.right, -one.ability, one.expected) for one in seen]
    other = statistics.discrimination(turned)
    assert (parts is None) == (other is None) and (parts is None or parts == pytest.approx(-other, abs=1e-9))


@given(st.lists(SEEN, max_size=29))
def test_nothing_is_said_of_a_few_answers(seen):
    assert statistics.warnings(Asked("single", frozenset("a")), seen, None, 0) == []


@given(st.lists(st.tuples(st.floats(-3, 3), st.sampled_from([0.0, 0.25]), st.booleans()), min_size=1, max_size=12))
def test_the_rest_is_what_the_others_tell(rows):
    """Each answer is held against the posterior of all others, as if it had not been given."""
    given_ = [Given(n, 1, "x", right, Item(b, 1.0, c)) for n, (b, c, right) in enumerate(rows)]  # type: ignore[arg-type]
    for number, (_, rest) in enumerate(answers.rests(given_)):
        others = [Answered(one.item, one.right) for n, one in enumerate(given_) if n != number]
        assert rest.mean == pytest.approx(belief(others).mean, abs=0.01)


def seen_of(count: int, right: Any, choice: Any = lambda n: "a", **more: Any) -> list[Seen]:
    return [
        Seen(right(n), n / count, more.get("expected", 0.5), more.get("seconds", 30.0), (choice(n),), True)
        for n in range(count)
    ]


KEYED = Asked("single", frozenset("b"), 0.25, 24, {"a": "Đọc mã", "b": "Tắt máy"})


@pytest.mark.parametrize(
    ("seen", "exposure", "codes"),
    [
        # the ablest take "a", the key is "b"
        (seen_of(40, lambda n: n < 20, lambda n: "b" if n < 20 else "a"), None, ["key", "negative"]),
        (seen_of(40, lambda n: n >= 20, lambda n: "b" if n >= 20 else "a"), None, []),
        (seen_of(40, lambda n: n > 0, lambda n: "b"), None, ["easy"]),
        (seen_of(40, lambda n: n >= 30, lambda n: "b" if n >= 27 else "a", expected=0.3), None, ["hard"]),
        (seen_of(40, lambda n: n >= 20, lambda n: "b" if n >= 20 else "a", seconds=2.5), None, ["quick"]),
        (seen_of(60, lambda n: n >= 25, lambda n: "b" if n >= 25 else "a", expected=0.25), None, ["drift"]),
        (seen_of(40, lambda n: n >= 20, lambda n: "b" if n >= 20 else "a"), 0.6, ["exposed"]),
    ],
)
def test_each_warning_has_its_sentence(seen, exposure, codes):
    found = statistics.warnings(KEYED, seen, exposure, 100)
    assert [one["code"] for one in found] == codes
    assert all(one["words"].endswith(".") and set(codes) <= set(statistics.WARNINGS) for one in found)
    if "key" in codes:
        assert "“Đọc mã”" in found[0]["words"]


def test_drift_waits_for_fifty_recent_answers_and_exposure_for_attempts():
    seen = seen_of(49, lambda n: n >= 5, lambda n: "b", expected=0.25)
    assert "drift" not in [one["code"] for one in statistics.warnings(KEYED, seen, None, 0)]
    assert statistics.warnings(KEYED, [], 1.0, statistics.LEAST_ATTEMPTS - 1) == []


@pytest.mark.parametrize(
    ("kind", "said", "right", "chosen"),
    [
        ("single", "a", False, ("a",)),
        ("multiple", ["a", "c"], False, ("a", "c")),
        ("true_false", False, False, ("false",)),
        ("order", ["b", "a", "c"], False, ("2 → 1 → 3",)),
        ("match", {"a": "Cấp cứu", "b": "Bưu điện"}, False, ("113: Cấp cứu", "115: Bưu điện")),
        ("fill", "114", True, ("đúng",)),
        ("fill", " 113 ", False, ("113",)),
        ("screens", [{"button": "di", "fields": {"tien": "50000"}}, {"button": "gui"}], False, ("mat",)),
        ("single", {"not": "an answer"}, False, ()),
        ("match", ["x"], False, ()),
        ("order", ["z"], False, ()),
    ],
)
def test_what_was_chosen_of_every_kind(kind, said, right, chosen):
    assert statistics.chosen(kind, CONTENTS[kind], said, right) == chosen


# ---- Beside each question


@pytest.fixture
def ward(db: Any) -> Ward:
    return make_ward()


@pytest.fixture
def an(db: Any) -> Account:
    return make_account("an", name="Nguyễn Văn An")


def sit(ward: Ward, an: Account, questions: list[Question], people: int, *, wrong_key: Question | None = None) -> None:
    chance = random.Random(5)
    rule = make_rule(ward)
    for _ in range(people):
        ability = chance.gauss(0, 1.5)
        rows = []
        for question in questions:
            right = chance.random() < Item(0.0).right(2 * ability)
            if question == wrong_key:
                right = not right
            rows.append((question, "b" if right else "a", right))
        make_attempt(rule, an, rows)


def test_figures_are_written_beside_each_question(ward, an):
    questions = [make_question(ward, f"cau-{n}") for n in range(5)]
    sit(ward, an, questions, 60, wrong_key=questions[2])
    call_command("count_questions", ward=ward.slug)
    for question in questions:
        question.refresh_from_db()
    good, bad = questions[0].statistics, questions[2].statistics
    assert good["answers"] == 60 and good["exposure"] == 1.0 and good["seconds"] == 20.0
    assert good["discrimination"] > 0.3 and [one["code"] for one in good["warnings"]] == ["exposed"]
    assert bad["discrimination"] < 0 and {"key", "negative"} <= {one["code"] for one in bad["warnings"]}
    assert sum(one["count"] for one in good["choices"]) == 60
    assert {one["id"]: one["right"] for one in good["choices"]} == {"a": False, "b": True, "c": False}
    assert sum(part["count"] for part in good["curve"]) == 60
    assert "Nguyễn" not in str(good)


def test_the_page_shows_them_as_picture_and_table(client, ward, an):
    questions = [make_question(ward, f"cau-{n}") for n in range(4)]
    sit(ward, an, questions, 40, wrong_key=questions[1])
    statistics.restate(ward)
    from hocvu.ward.capabilities import Role

    client.force_login(make_account("linh", Role.LEADER, ward=ward))
    page = client.get(f"/cau-hoi/{questions[1].pk}/").content.decode()
    assert "Đáp án có thể sai" in page and "<polyline" in page and "Người làm đã chọn gì" in page
    assert "Năng lực trung bình của người chọn" in page and "Tắt máy (đáp án)" in page


def test_the_nights_figures_hold_no_writer_up(ward, an):
    """The scheduler keeps a job's writes in one transaction, for which on SQLite everybody waits: it only queues them."""
    sit(ward, an, [make_question(ward, f"cau-{n}") for n in range(3)], 2)
    with CaptureQueriesContext(connection) as asked:
        jobs.count_questions(clock.now())
    assert not [one for one in asked.captured_queries if "attemptitem" in one["sql"]]
    assert not Question.objects.exclude(statistics={}).exists()


def test_another_wording_that_went_live_meanwhile_keeps_its_empty_figures(ward, an, monkeypatch):
    questions = [make_question(ward, f"cau-{n}") for n in range(2)]
    sit(ward, an, questions, 3)
    counted = statistics._exposure

    def meanwhile(*args: Any) -> Any:
        bank.go_live(questions[0], bank.new_version(questions[0], by=None), by=None)
        return counted(*args)

    monkeypatch.setattr(statistics, "_exposure", meanwhile)
    statistics.restate(ward)
    kept = dict(Question.objects.values_list("pk", "statistics"))
    assert kept[questions[0].pk] == {} and kept[questions[1].pk]["answers"] == 3


def test_whoever_does_not_know_chose_nothing():
    for kind, content in CONTENTS.items():
        assert statistics.chosen(kind, content, None, False) == ()


def test_running_it_twice_changes_nothing(ward, an):
    questions = [make_question(ward, f"cau-{n}") for n in range(3)]
    sit(ward, an, questions, 10)
    jobs.count_questions(clock.now())
    queue.run_one()
    assert Question.objects.exclude(statistics={}).count() == 3
    once = list(Question.objects.order_by("pk").values_list("statistics", flat=True))
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        statistics.restate(ward)
    assert list(Question.objects.order_by("pk").values_list("statistics", flat=True)) == once


def test_void_running_and_older_versions_are_left_out_and_old_attempts_expose_nothing(ward, an):
    question, other = make_question(ward), make_question(ward, "khac")
    rule = make_rule(ward)
    make_attempt(rule, an, [(question, "b", True)], state=Attempt.State.VOIDED)
    make_attempt(rule, an, [(question, "b", True)], state=Attempt.State.RUNNING)
    make_attempt(rule, an, [(question, "b", True)], at=clock.now() - timedelta(days=200))
    make_attempt(rule, an, [(other, "b", True)])
    statistics.restate(ward)
    question.refresh_from_db()
    assert (question.statistics["answers"], question.statistics["exposure"]) == (1, 0.0)


def test_what_few_people_typed_is_not_shown(ward, an):
    """It may be a name or a number of somebody."""
    question = make_question(ward, kind="fill")
    rule = make_rule(ward)
    for said in ["0912345678", *["113"] * 5, "114"]:
        make_attempt(rule, an, [(question, said, said == "114")])
    statistics.restate(ward)
    question.refresh_from_db()
    assert [one["id"] for one in question.statistics["choices"]] == ["113", "đúng"]


def test_it_asks_the_database_no_more_for_more_answers(ward, an):
    questions = [make_question(ward, f"cau-{n}") for n in range(4)]

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            statistics.restate(ward)
        return len(asked)

    sit(ward, an, questions, 5)
    before = queries()
    ward.test_rules.all()[0].attempts.all().delete()
    ward.test_rules.all().delete()
    sit(ward, an, questions, 40)
    assert queries() == before
