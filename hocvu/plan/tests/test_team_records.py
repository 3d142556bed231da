"""A team's report is filled from what its members recorded; another number is the team's own word, and is shown so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hocvu.outreach.coverage import TeamMonth
from hocvu.outreach.models import Help, Need, Visit
from hocvu.plan.models import ReportFigure, UnitReport
from hocvu.plan.reporting import team_records
from hocvu.plan.tests.cast import Cast, at
from hocvu.plan.tests.reports import Month_, make_month
from hocvu.plan.tests.test_measures import live

pytestmark = pytest.mark.django_db
DONE = "Đã đi từng ngõ."


@pytest.fixture
def month(cast: Cast) -> Month_:
    return make_month(cast)


@pytest.fixture
def report(month: Month_) -> UnitReport:
    return month.teams[0]


def record(report: UnitReport, cast: Cast, day: date = date(2026, 11, 10)) -> None:
    """Two homes told, a third with nobody in; one person helped twice; a need."""
    place = report.unit.neighbourhood
    assert place is not None
    moment = at(f"{day.isoformat()} 08:00")
    more: dict[str, Any] = {
        "ward": cast.ward,
        "team": report.unit,
        "made_at": moment,
        "happened_on": day,
        "made_by": cast.thu,
    }
    people = [live(cast, place, f"Nhà {number} {day}", date(1980, 1, 1)) for number in range(3)]
    for person, outcome in zip(people, ("informed", "informed", "nobody"), strict=True):
        Visit.objects.create(household=person.household, neighbourhood=place, outcome=outcome, **more)
    for topic in ("vneid", "safety"):
        Help.objects.create(person=people[0], topic=topic, is_reached=True, **more)
    assert people[1].household is not None
    Need.objects.create(household=people[1].household, neighbourhood=place, kind="device", **more)


def fields(page: Any) -> dict[str, Any]:
    form = page.context["form"]
    return {one.asked.text: one.numerator.value() for one in form.shown_numbers()}


def test_what_was_recorded_stands_in_the_fields_and_above_nothing_arose(month, report, as_):
    record(report, month.cast)
    record(report, month.cast, date(2026, 6, 1))  # of another month
    page = as_(month.tam).get(f"/bao-cao/phieu/{report.pk}/viet/")
    assert fields(page) == {
        "Số hộ đã đến phổ biến trong kỳ": 2,
        "Số lượt người được hướng dẫn trong kỳ": 2,
        "Số buổi hướng dẫn đã mở trong kỳ": 0,
    }
    words = page.content.decode()
    assert "Hồ sơ đếm được 2 hộ" in words and "Lượt thăm hộ: <strong>3 lượt</strong>" in words
    assert words.index("Gửi báo cáo</button>") < words.index("Vẫn ghi không phát sinh")
    assert "Không phát sinh, gửi ngay" not in words


def test_a_team_that_writes_on_paper_is_told_no_zero(month, report, as_):
    page = as_(month.tam).get(f"/bao-cao/phieu/{report.pk}/viet/")
    assert set(fields(page).values()) == {None}
    words = page.content.decode()
    assert "Hồ sơ đếm được" not in words and "Không phát sinh, gửi ngay" in words


def send(month: Month_, report: UnitReport, as_: Any, **numbers: int) -> UnitReport:
    page = as_(month.tam).get(f"/bao-cao/phieu/{report.pk}/viet/")
    form = page.context["form"]
    said = {
        f"{one.asked.key}-so": one.numerator.value()
        for one in form.shown_numbers()
        if one.numerator.value() is not None
    }
    keys = {one.asked.unit_word: f"{one.asked.key}-so" for one in form.shown_numbers()}
    said |= {keys[word]: number for word, number in numbers.items()}
    as_(month.tam).post(
        f"/bao-cao/phieu/{report.pk}/viet/", {"version": report.version, "work_done": DONE, "lam": "gui", **said}
    )
    report.refresh_from_db()
    return report


def test_what_is_left_as_it_was_counted_raises_no_flag(month, report, as_):
    record(report, month.cast)
    done = send(month, report, as_)
    assert (done.state, done.flags) == ("submitted", [])
    assert list(ReportFigure.objects.filter(report=done).values_list("numerator", flat=True)) == [2, 2, 0]


def test_another_number_is_the_teams_own_word_and_both_are_shown(month, report, as_):
    record(report, month.cast)
    done = send(month, report, as_, hộ=9)
    assert done.flags == ["Số hộ đã đến phổ biến trong kỳ: tự khai 9, hồ sơ đếm 2 hộ."]
    page = as_(month.cast.thu).get(f"/bao-cao/phieu/{report.pk}/").content.decode()
    assert "Tự khai 9, hồ sơ đếm 2 hộ" in page and "Lượt thăm hộ: <strong>3 lượt</strong>" in page


def test_nothing_arose_is_not_forbidden_and_is_looked_at(month, report, as_):
    record(report, month.cast)
    as_(month.tam).post(f"/bao-cao/phieu/{report.pk}/viet/", {"version": report.version, "lam": "khong-phat-sinh"})
    report.refresh_from_db()
    assert (report.state, report.nothing_arose) == ("submitted", True)
    assert report.flags == ["Ghi “Không phát sinh” nhưng hồ sơ trong kỳ có việc đã làm."]


def test_what_somebody_wrote_stays_when_more_is_recorded_after(month, report, as_):
    client = as_(month.tam)
    form = client.get(f"/bao-cao/phieu/{report.pk}/viet/").context["form"]
    key = f"{next(form.shown_numbers()).asked.key}-so"
    client.post(f"/bao-cao/phieu/{report.pk}/viet/", {"version": report.version, key: 5, "lam": "luu"})
    record(report, month.cast)
    assert fields(client.get(f"/bao-cao/phieu/{report.pk}/viet/"))["Số hộ đã đến phổ biến trong kỳ"] == 5


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("Số hộ đã đến phổ biến trong kỳ", 4),
        ("Số hộ được tuyên truyền", 4),
        ("Số lượt thăm hộ", 7),
        ("Số lượt người được hướng dẫn trong kỳ", 6),
        ("Số người được hướng dẫn", 2),
        ("Số buổi hướng dẫn đã mở trong kỳ", 1),
        ("Số nhu cầu đã đáp ứng", 1),
        ("Số bài đăng trên nhóm Zalo", None),
        ("Số hộ chưa được phổ biến", None),  # what was not done is in nobody's records
        ("Số nhu cầu chưa đáp ứng", None),
        ("Số người được hướng dẫn thanh toán không dùng tiền mặt", 2),
        ("Số người được hỗ trợ, tuyên truyền", 2),  # no "hộ"
        ("Số hồ sơ tuyên truyền", None),
        ("Số lớp học đã mở", None),  # a class has several sessions
    ],
)
def test_a_question_is_told_by_its_words(question: str, counted: int | None):
    month = TeamMonth(7, 4, {"vneid": 2, "safety": 1}, 2, 3, 1, 1, 3, helps=3)
    assert team_records.answer(question, month) == counted
    assert team_records.answer(question, TeamMonth()) is None
