"""Before and after: who began, who came back, how much they changed, and that nobody can be read out of it."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import changing
from hocvu.assessment.changing import Measure, Pair
from hocvu.assessment.models import Attempt
from hocvu.assessment.tests.cast_desk import make_attempt, make_change, make_test
from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward import belonging, merging
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Neighbourhood, Person, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def ward(db: None) -> Any:
    with clock.stopped_at(NOW):
        yield make_ward()


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa"), name="Vũ Thị Thu")
    client.force_login(account)
    return account


def learner(ward: Ward, place: Neighbourhood | None = None, born: date = date(1980, 1, 1), name: str = "An") -> Account:
    home = Household.objects.create(ward=ward, code=f"H{Household.objects.count()}", neighbourhood=place)
    person = Person.objects.create(ward=ward, full_name=name, plain_name=name, born_on=born, household=home)
    return citizens.open_account(ward, person=person)


def course_of(ward: Ward, title: str = "An toàn trên mạng") -> Course:
    return Course.objects.create(ward=ward, slug=f"k-{Course.objects.count()}", title=title, state="open")


def report(ward: Ward, year: int = 2026) -> changing.Report:
    return changing.report_of(ward, changing.measured(Attempt.objects.filter(ward=ward)), year)


def table(ward: Ward, title: str) -> dict[str, changing.Line]:
    [found] = [one for one in report(ward).tables if one.title == title]
    return {line.name: line for line in found.lines}


def test_the_ward_shows_who_came_back_and_who_did_not(ward):
    rule, course = make_test(ward, "change"), course_of(ward)
    for n in range(6):
        make_change(learner(ward), rule, -0.5 + n / 10, 0.3 + n / 10, course=course)
    for _ in range(5):
        make_change(learner(ward), rule, -1.5, None, course=course)
    whole = report(ward).whole
    assert (whole.began, whole.back, whole.left) == (11, 6, 5)
    out = 1 / (1 - 0.3**2)  # what a test of error 0.3 believes lies so much nearer to the middle than what was answered
    assert whole.effect and whole.effect.change.mean == pytest.approx(0.8 * out)
    assert whole.left_before == pytest.approx(-1.5 * out) and whole.effect.before == pytest.approx(-0.25 * out)


def test_the_first_measure_before_and_the_first_after_it_count(ward):
    rule, one = make_test(ward, "change"), learner(ward)
    at = NOW - timedelta(days=30)
    for days, phase, ability in (
        (-1, "after", 9.0),
        (0, "before", -1.0),
        (1, "before", 5.0),
        (9, "after", 0.5),
        (12, "after", 3.0),
    ):
        make_attempt(one, rule, began_at=at + timedelta(days=days), phase=phase, ability=ability)
    [pair] = changing.measured(Attempt.objects.all())
    assert pair.after and (pair.before.ability, pair.after.ability) == (-1.0, 0.5)


@pytest.mark.parametrize("state", ["running", "expired", "given_up", "voided"])
def test_what_was_not_finished_is_no_measure(ward, state):
    rule, one = make_test(ward, "change"), learner(ward)
    make_attempt(one, rule, phase="before", ability=-1.0, state=state)
    assert changing.measured(Attempt.objects.all()) == []


def test_other_tests_are_no_measure(ward):
    make_attempt(learner(ward), make_test(ward, "confirm"), phase="before")
    assert changing.measured(Attempt.objects.all()) == []


def test_somebody_with_two_courses_counts_once_with_all_they_answered(ward):
    rule, forms = make_test(ward, "change"), make_test(ward, "change", group="elderly")
    one, two = course_of(ward), course_of(ward, "Mua bán trên mạng")
    for n in range(5):
        who = learner(ward)
        make_change(who, rule, 0.0, 1.0, course=one)
        make_change(who, forms, 0.0, 0.5 if n else None, course=two)
    whole = report(ward).whole
    assert (whole.began, whole.back, whole.left) == (5, 5, 0)
    assert whole.effect and 0.75 < whole.effect.change.mean < 0.95


def test_what_is_measured_after_the_answers_were_shown_does_not_count(ward):
    rule, one, two = make_test(ward, "change"), course_of(ward), course_of(ward, "Mua bán trên mạng")
    for _ in range(5):
        who = learner(ward)
        make_change(who, rule, 0.0, 1.0, course=one, began_at=NOW - timedelta(days=90))
        make_change(who, rule, 1.6, 1.6, course=two, began_at=NOW - timedelta(days=50))  # they know both forms by now
    assert list(table(ward, "Theo khóa học")) == ["An toàn trên mạng"]
    assert len(changing.of_learner(who)) == 2  # they still read their own
    make_change(learner(ward), rule, 0.0, 1.0, course=two, began_at=NOW - timedelta(days=50))
    assert report(ward).whole.back == 6


def test_a_second_round_after_the_answers_were_shown_does_not_count_though_the_first_was_let_go(ward):
    rule, one = make_test(ward, "change"), learner(ward)
    make_change(one, rule, 0.0, 1.0, began_at=NOW - timedelta(days=90))
    Attempt.objects.filter(phase="before").update(state="voided")
    make_change(one, rule, 1.6, 1.8, began_at=NOW - timedelta(days=50))
    [pair] = changing.measured(Attempt.objects.all())
    assert not pair.is_fresh and report(ward).whole.back == 0


def test_everybody_stands_in_the_group_that_they_belonged_to(ward):
    rule, school = make_test(ward, "change"), make_unit(ward, "Trường THCS Đông Hải", kind="school")
    for n in range(40):
        who = learner(ward, born=(date(2012, 3, 1), date(1990, 1, 1), date(1950, 1, 1), date(1985, 1, 1))[n // 10])
        assert who.person
        if n // 10 == 0:
            belonging.join(who.person, unit=school, kind="secondary_pupil", day=None, by=None)
        if n // 10 == 3:  # a teacher only from after the first measure on
            belonging.join(who.person, unit=school, kind="teacher", day=date(2026, 11, 1), by=None)
        make_change(who, rule, -0.5, 0.5)
    lines = table(ward, "Theo nhóm đối tượng")
    assert {name: line.back for name, line in lines.items()} == {
        "Học sinh, sinh viên": 10,
        "Người cao tuổi": 10,
        "Người dân trưởng thành": 20,
    }


def test_two_rows_of_one_person_are_one_learner(ward):
    rule = make_test(ward, "change")
    one, other = learner(ward), learner(ward)
    make_change(one, rule, 0.0, 1.0)
    make_change(other, rule, 0.0, 1.0, course=course_of(ward))
    assert one.person and other.person
    merging.merge(one.person, other.person, by=None)
    assert len({pair.learner for pair in changing.measured(Attempt.objects.all())}) == 1


def test_a_year_is_that_of_the_first_measure(ward):
    rule = make_test(ward, "change")
    turn = datetime(2025, 12, 20, 9, 0, tzinfo=timezone.get_default_timezone())
    for _ in range(5):
        make_change(learner(ward), rule, 0.0, 1.0, began_at=turn)  # the second is in January
    assert (report(ward, 2025).whole.back, report(ward, 2026).whole.back) == (5, 0)
    assert changing.years_of(changing.measured(Attempt.objects.all())) == [2025]


def test_a_small_place_is_hidden_and_another_with_it(ward):
    rule = make_test(ward, "change")
    for number, people in ((1, 12), (2, 3), (3, 6), (4, 20)):
        place = make_neighbourhood(ward, number)
        for _ in range(people):
            make_change(learner(ward, place), rule, -0.5, 0.5)
    lines = table(ward, "Theo tổ dân phố")
    hidden = {name for name, line in lines.items() if line.is_hidden}
    assert hidden == {"Tổ dân phố số 2", "Tổ dân phố số 3"}
    assert all(
        line.effect is None and line.began is None and line.left is None for line in lines.values() if line.is_hidden
    )
    assert report(ward).whole.back == 41


def test_a_few_who_did_not_come_back_are_not_told_of(ward):
    rule = make_test(ward, "change")
    for number, left in ((1, 2), (2, 6), (3, 0)):
        place = make_neighbourhood(ward, number)
        for n in range(8 + left):
            make_change(learner(ward, place), rule, -0.5, 0.5 if n < 8 else None)
    lines = table(ward, "Theo tổ dân phố")
    told = {name[-1]: (line.back, line.left, line.began, line.left_before is None) for name, line in lines.items()}
    assert told == {"1": (8, None, None, True), "2": (8, None, None, True), "3": (8, 0, 8, True)}


def test_old_and_disabled_people_need_ten(ward):
    rule = make_test(ward, "change")
    for n in range(40):
        who = learner(ward, born=date(1950, 1, 1) if n < 9 else date(1990, 1, 1))
        make_change(who, rule, -0.5, 0.5)
        if n < 7:
            assert who.person
            belonging.record_circumstance(
                who.person, kind="disability", note="", paper="", day=date(2026, 1, 1), by=None
            )  # fmt: skip
    assert all(line.is_hidden for line in table(ward, "Theo tuổi").values())
    assert all(line.is_hidden for line in table(ward, "Theo khuyết tật").values())
    who = learner(ward, born=date(1950, 1, 1))
    make_change(who, rule, -0.5, 0.5)
    assert not any(line.is_hidden for line in table(ward, "Theo tuổi").values())


def test_a_harder_form_shows(ward, client, thu):
    rule = make_test(ward, "change")
    for n in range(24):
        first = "AB"[n % 2]
        hard = -0.8 if first == "A" else 0.0
        make_change(learner(ward), rule, hard + n / 100, 0.8 + n / 100 if first == "A" else -0.1, first=first)
    found = report(ward).forms
    assert found and found.high is not None and found.high < 0
    page = client.get("/tien-bo/").content.decode()
    assert "Hai đề có vẻ khó khác nhau" in page and "Đề A trước" in page


# ---- Nobody can be worked out


def measure(ability: float) -> Measure:
    return Measure(ability, 0.3, 10, 20, "A", NOW)


pair_ = st.builds(
    lambda who, place, back: Pair(who, None, None, place, "adults", "K", "K", "k", measure(-0.5), measure(0.5) if back else None),
    st.integers(0, 60), st.integers(1, 6), st.booleans(),
)  # fmt: skip


@given(st.lists(pair_, max_size=60, unique_by=lambda pair: pair.learner), st.sampled_from([5, 10]))
def test_neither_a_line_nor_the_total_less_the_others_tells_of_a_few(pairs: list[Pair], threshold: int):
    found = changing.divided("", "", pairs, lambda pair: str(pair.place), threshold=threshold)
    truth = {str(p.place): [0, 0] for p in pairs}
    for pair in pairs:
        truth[str(pair.place)][pair.after is None] += 1
    for part in (0, 1):
        shown = {line.name: (line.back, line.left)[part] for line in found.lines if not line.is_hidden}
        told = {name: n for name, n in shown.items() if n is not None}
        assert all(n == truth[name][part] and (n == 0 or n >= threshold) for name, n in told.items())
        rest = sum(counts[part] for name, counts in truth.items() if name not in told)
        total = sum(counts[part] for counts in truth.values())
        everything_hidden = not any(told.values())
        assert rest == 0 or rest >= threshold or everything_hidden or total < threshold


@given(st.lists(st.tuples(st.floats(-3, 3), st.none() | st.floats(-3, 3)), min_size=1, max_size=40))
def test_all_who_began_are_back_or_left(levels: list[tuple[float, float | None]]):
    pairs = [
        Pair(n, None, None, 1, "", "K", "K", "k", measure(b), None if a is None else measure(a))
        for n, (b, a) in enumerate(levels)
    ]
    line = changing.divided("", "", pairs, lambda pair: "x", threshold=1).lines[0]
    if not line.is_hidden and line.left is not None:
        assert line.began == len(levels) and line.left == sum(a is None for _, a in levels)


# ---- Page and file


def fill(ward: Ward) -> None:
    rule, course = make_test(ward, "change"), course_of(ward)
    for number in (1, 2, 3):
        place = make_neighbourhood(ward, number)
        for n in range(14):
            level = -1 + n / 10 + number / 5
            make_change(learner(ward, place), rule, level, level + 0.5 + n % 3 / 4 if n < 8 else None,
                        first="AB"[n % 2], course=course)  # fmt: skip


def test_page_and_file_say_the_same(ward, client, thu):
    fill(ward)
    page = client.get("/tien-bo/").content.decode()
    answer = client.get("/tien-bo/?dinh-dang=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames[0] == "Toàn phường" and "Theo tổ dân phố" in book.sheetnames
    seen = 0
    for sheet in book.worksheets[1:]:
        for row in list(sheet.iter_rows(values_only=True))[1:]:
            body = re.search(rf'<th scope="row">{re.escape(str(row[0]))}</th>(.*?)</tr>', page[page.index(f">{sheet.title}</h2>"):], re.S)  # fmt: skip
            assert body, row[0]
            words = re.sub(r"<[^>]+>", " ", body[1])
            for cell in row[1:]:
                if cell is None:
                    continue
                said = cell if isinstance(cell, str) else f"{cell:.2f}".rstrip("0").rstrip(".").replace(".", ",")
                assert said in words, (sheet.title, row, said, words)
                seen += 1
    assert seen > 60
    assert "hồi quy về trung bình" in page and "Người không làm lần sau không có trong phần thay đổi" in page


def test_an_empty_ward_says_so(ward, client, thu):
    assert "Chưa ai làm bài đo trước khi học" in client.get("/tien-bo/").content.decode()


def test_it_is_for_those_who_may_and_of_their_own_ward(ward, client, thu):
    other = make_ward("Lê Chân", code="11414", slug="le-chan")
    rule = make_test(other, "change")
    for _ in range(6):
        make_change(learner(other), rule, 0.0, 1.0)
    assert "Chưa ai làm bài đo" in client.get("/tien-bo/").content.decode()
    client.force_login(make_account("nga", Role.EDITOR, ward=ward))
    assert client.get("/tien-bo/").status_code == 403
    client.force_login(make_account("giam", Role.OVERSEER, ward=ward))
    assert client.get("/tien-bo/").status_code == 200


def test_no_name_stands_on_the_page(ward, client, thu):
    rule = make_test(ward, "change")
    for n in range(6):
        make_change(learner(ward, name=f"Lê Văn Kín{n}"), rule, 0.0, 1.0)
    assert "Kín" not in client.get("/tien-bo/").content.decode()


def test_questions_do_not_grow_with_learners(ward, client, thu):
    rule = make_test(ward, "change")
    counts = []
    for _ in range(3):
        for _ in range(3):
            make_change(learner(ward), rule, 0.0, 1.0)
        with CaptureQueriesContext(connection) as seen:
            client.get("/tien-bo/")
        counts.append(len(seen))
    assert counts[1] == counts[2]


# ---- A learner's own


def test_a_learner_reads_their_own_before_and_after(ward):
    rule, course, one = make_test(ward, "change"), course_of(ward), learner(ward)
    make_change(one, rule, -1.0, 1.0, course=course)
    make_change(learner(ward), rule, -1.0, 1.0, course=course)
    [own] = changing.of_learner(one)
    assert (own.title, own.before, own.after) == ("An toàn trên mạng", "đúng 6 trong 20 câu", "đúng 14 trong 20 câu")
    assert own.change == "Lần sau hơn rõ so với lần trước."
    page = Client()
    page.force_login(one)
    said = page.get("/giay-xac-nhan/").content.decode()
    assert "Trước: đúng 6 trong 20 câu. Sau: đúng 14 trong 20 câu." in said and said.count("Trước và sau") == 1
    assert render_to_string("assessment/parts/own_change.html", {"changes": []}).strip() == ""


@pytest.mark.parametrize(
    ("after", "words"), [(0.3, "có thể chỉ do may rủi"), (-1.5, "kém hơn lần trước"), (1.5, "hơn rõ")]
)
def test_a_difference_that_chance_makes_is_called_one(after, words):
    assert words in changing.change_words(measure(0.0), measure(after))
