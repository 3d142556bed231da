"""Coverage: households by state, by neighbourhood and alley, visits by day, what a team did in a month."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.lib import clock
from hocvu.lib.charts import Columns
from hocvu.outreach import coverage
from hocvu.outreach.coverage import Covered
from hocvu.outreach.models import Attendance, Gathering, Help, Need, Registration, Session, Visit
from hocvu.outreach.tests.cast_field import Field, enter, help_to, make_field, make_home, text, visit
from hocvu.ward.models import Household, Person, Ward
from hocvu.ward.receipts import uuid7
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_ward

Outcome = Visit.Outcome


@pytest.fixture
def place(db: None) -> Field:
    return make_field()


def day(ago: int = 0) -> date:
    return clock.today() - timedelta(days=ago)


def first(place: Field, on: date | None = None) -> Covered:
    return dict(coverage.by_neighbourhood(place.ward, on or day()))[place.first]


# ---- States


def test_each_household_stands_in_one_state(place):
    a, b, c, d, e, _ = place.homes
    visit(a, place.lan, days_ago=3)
    visit(a, place.lan, Outcome.NOBODY, days_ago=1)  # informed stays informed
    visit(b, place.lan, Outcome.REFUSED, days_ago=3)
    visit(b, place.lan, Outcome.NOBODY, days_ago=1)  # the newest says
    visit(c, place.lan, Outcome.REFUSED)
    visit(d, place.lan, Outcome.LATER)
    visit(e, place.lan, state=Visit.State.WAITING)
    assert first(place) == Covered(informed=1, nobody=1, refused=1, other=1, never=2)
    assert first(place, day(2)) == Covered(informed=1, refused=1, never=4)
    assert round(first(place).share or 0, 1) == 16.7


def test_a_correction_moves_the_household(place):
    wrong = visit(place.homes[0], place.lan, days_ago=2)
    visit(place.homes[0], place.lan, Outcome.NOBODY, days_ago=2, corrects=wrong.pk)
    assert first(place) == Covered(nobody=1, never=5)


def test_households_without_a_place_stand_last_and_everything_adds_up(place):
    make_home(place.ward, "X")
    told = coverage.by_neighbourhood(place.ward, day())
    assert [one for one, _ in told] == [place.first, place.second, place.third, None]
    assert sum(one.households for _, one in told) == Household.objects.filter(ward=place.ward).count()


def test_one_household_alone_is_told_with_the_smallest_alley(place):
    make_home(place.ward, "L1", "Số 9, ngõ 77 Trung Lực", place.first)
    told = dict(coverage.by_alley(place.first, day()))
    assert told.pop(coverage.ELSEWHERE).households == 4 and [one.households for one in told.values()] == [3]


def test_an_alley_of_one_or_two_households_stands_with_others(place):
    make_home(place.ward, "L1", "Số 9, ngõ 77 Trung Lực", place.first)
    make_home(place.ward, "L2", "", place.first)
    make_home(place.ward, "L3", "Số 2, ngõ 80 Trung Lực", place.first)
    visit(place.homes[0], place.lan)
    told = dict(coverage.by_alley(place.first, day()))
    assert told.pop(coverage.ELSEWHERE).households == 3
    assert [one.households for one in told.values()] == [3, 3] and sum(one.informed for one in told.values()) == 1
    assert not any("77" in name for name in told)


def test_visits_by_day_leave_no_day_out(place):
    visit(place.homes[0], place.lan, days_ago=2)
    visit(place.homes[1], place.lan, days_ago=2)
    assert coverage.by_day(place.ward, day(3), day()) == [(day(3), 0), (day(2), 2), (day(1), 0), (day(), 0)]
    assert sum(n for _, n in coverage.by_day(place.ward, day(3), day(), place.second)) == 0


# ---- A team's month


def test_what_a_team_did_is_counted_from_records(place):
    a, b, *_ = place.homes
    people = [Person.objects.create(ward=place.ward, full_name=n, plain_name=n.lower()) for n in ("Ba", "Tư")]
    visit(a, place.lan)
    visit(a, place.lan, days_ago=2)
    visit(b, place.lan, Outcome.NOBODY)
    visit(b, place.lan, days_ago=40)
    help_to(people[0], place.lan, place.team)
    help_to(people[0], place.lan, place.team, topic=Help.Topic.BANK)
    help_to(people[1], place.lan, place.team)
    need(place, closed_at=clock.now(), outcome=Need.Outcome.MET)
    need(place)
    hold_class(place)
    with CaptureQueriesContext(connection) as queries:
        told = coverage.of_team(place.team, day(29), day())
    assert (told.visits, told.households_informed, told.people_helped) == (3, 1, 2)
    assert dict(told.helped) == {"vneid": 2, "bank": 1}
    assert (told.needs_opened, told.needs_met, told.sessions, told.attendance) == (2, 1, 1, 1)
    assert len(queries) == 8
    assert coverage.of_team(place.other_team, day(29), day()).visits == 0


def need(place: Field, **said) -> Need:
    return Need.objects.create(
        id=uuid7(), ward=place.ward, household=place.homes[0], team=place.team, kind=Need.Kind.DEVICE,
        made_at=clock.now(), happened_on=day(1), made_by=place.lan, **said,
    )  # fmt: skip


def hold_class(place: Field) -> None:
    """One session at which one person was scanned twice, and one at which nobody was."""
    gathering = Gathering.objects.create(
        ward=place.ward,
        title="Lớp",
        host=place.team,
        place="Nhà văn hóa",
        made_by=place.lan,
        state=Gathering.State.OPEN,
    )
    start = clock.now() - timedelta(days=1)
    held, _ = [
        Session.objects.create(gathering=gathering, starts_at=start, ends_at=start + timedelta(hours=n)) for n in (1, 2)
    ]
    seat = Registration.objects.create(gathering=gathering, code="ABCD", name="Ba", way=Registration.Way.WALK_IN)
    for _ in range(2):
        Attendance.objects.create(
            id=uuid7(), ward=place.ward, session=held, registration=seat, way=Attendance.Way.SCAN, made_at=start,
            happened_on=day(1), made_by=place.lan,
        )  # fmt: skip


# ---- The pages


def test_the_table_says_counts_and_shares_and_names_nobody(place):
    visit(place.homes[0], place.lan)
    page = text(enter(place.thu).get("/di-tung-ngo/"))
    assert "1 trên 6 hộ đã được phổ biến" in page and "16,7%" in page and "hv-heat__1" in page
    assert "Tổ dân phố số 1" in page and "1 lượt trong 30 ngày" in page
    for word in ("A1", "ngõ 1", "Phạm Thị Lan"):
        assert word not in page


def test_the_table_is_sorted_by_what_is_asked(place):
    for home in place.homes[:2]:
        visit(home, place.lan)
    visit(make_home(place.ward, "B1", "Số 1", place.second), place.minh)
    make_home(place.ward, "C1", "Số 1", place.third)

    def order(address: str) -> list[int]:
        body = text(enter(place.thu).get(address)).partition("<tbody>")[2].partition("</tbody>")[0]
        return sorted((1, 2, 3), key=lambda number: body.index(f"Tổ dân phố số {number}"))

    assert order("/di-tung-ngo/") == [1, 2, 3]
    assert order("/di-tung-ngo/?xep=ty-le") == [3, 1, 2]  # the least share first
    assert order("/di-tung-ngo/?xep=chua") == [1, 3, 2]
    assert order("/di-tung-ngo/?xep=la-lung") == [1, 2, 3]


def test_the_table_is_narrowed_to_a_name_and_to_how_much_is_reached(place):
    for home in place.homes[:3]:
        visit(home, place.lan)
    visit(make_home(place.ward, "B1", "Số 1", place.second), place.minh)
    make_home(place.ward, "C1", "Số 1", place.third)
    client = enter(place.thu)

    def found(query: str) -> list[int]:
        body = text(client.get(f"/di-tung-ngo/{query}")).partition("<tbody>")[2].partition("</tbody>")[0]
        return [number for number in (1, 2, 3) if f"Tổ dân phố số {number}" in body]

    assert found("?tim=dan+pho+so+2") == [2] and found("?tim=to+dan") == [1, 2, 3]
    assert [found(f"?muc={step}") for step in (1, 2, 3, 4, 5)] == [[3], [], [1], [], [2]]  # 0, 50, 100 in a hundred
    assert found("?muc=5&tim=so+1") == [] and found("?muc=9") == [1, 2, 3]
    page = text(client.get("/di-tung-ngo/?muc=3"))
    assert "4 trên 8 hộ đã được phổ biến" in page  # the ward is not what is narrowed
    assert "50%" in page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert "Không có nơi nào như vậy" in text(client.get("/di-tung-ngo/?muc=2")) and 'value="khong-co"' in text(
        client.get("/di-tung-ngo/?tim=khong-co")
    )
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get("/di-tung-ngo/?muc=5&dinh-dang=xlsx").streaming_content))
    )
    assert [row[0] for row in book.active.iter_rows(values_only=True)][1:] == [place.second.name]
    alleys = (
        text(client.get(f"/di-tung-ngo/{place.first.pk}/?tim=ngo+2")).partition("<tbody>")[2].partition("</tbody>")[0]
    )
    assert "Ngõ 2" in alleys and "Ngõ 1" not in alleys


def test_inside_a_neighbourhood_alley_by_alley(place):
    visit(place.homes[0], place.lan)
    page = text(enter(place.giam).get(f"/di-tung-ngo/{place.first.pk}/"))
    assert "Trung Lực" in page and "33,3%" in page
    assert not re.search(r"\bA1\b", page) and "Số 1," not in page
    assert enter(place.giam).get(f"/di-tung-ngo/{place.first.pk}/?dinh-dang=xlsx").status_code == 200


def test_who_may_see_coverage(place):
    there = make_neighbourhood(make_ward("Khác", code="1", slug="khac"), 9)
    for account in (place.hoa, place.thu, place.giam):
        client = enter(account)
        assert client.get("/di-tung-ngo/").status_code == 200
        assert client.get(f"/di-tung-ngo/{there.pk}/").status_code == 404
    for account in (place.lan, make_account("la")):
        assert enter(account).get("/di-tung-ngo/").status_code == 403


def test_an_empty_ward_says_what_to_do(place):
    Household.objects.all().delete()
    for row in (place.third, place.second, place.first):
        row.units.all().update(neighbourhood=None)
    assert enter(place.thu).get("/di-tung-ngo/").status_code == 200
    assert enter(place.thu).get(f"/di-tung-ngo/{place.third.pk}/").status_code == 200


def test_more_neighbourhoods_ask_no_more(place):
    client = enter(place.thu)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/di-tung-ngo/").status_code == 200
        return len(queries)

    asked()
    few = asked()
    fill(place.ward, neighbourhoods=8, households=80, by=place)
    assert asked() == few


def fill(ward: Ward, *, neighbourhoods: int, households: int, by: Field) -> None:
    """Many households, most of them visited."""
    for number in range(100, 100 + neighbourhoods):
        there = make_neighbourhood(ward, number)
        homes = Household.objects.bulk_create(
            Household(ward=ward, code=f"{number}-{n}", address=f"Số {n}, ngõ {n // 10} Cát Bi", neighbourhood=there)
            for n in range(households // neighbourhoods)
        )
        outcomes = [Outcome.INFORMED, Outcome.NOBODY, Outcome.REFUSED]
        Visit.objects.bulk_create(
            Visit(id=uuid7(), ward=ward, household=home, neighbourhood=there, outcome=outcomes[n % 3], made_at=clock.now(),
                  happened_on=day(n % 40), made_by=by.lan)
            for n, home in enumerate(homes) if n % 4
        )  # fmt: skip


def test_columns_are_as_high_as_they_count():
    drawing = Columns([("a", 0), ("b", 5), ("c", 10)])
    assert drawing.top == 10 and [one["words"] for one in drawing.grid] == ["0", "5", "10"]
    low, high = drawing.drawn
    assert float(high["height"]) == 2 * float(low["height"]) == 200
    assert Columns([]).drawn == [] and Columns([("a", 0)]).top == 1 and Columns([("a", 201)]).top == 500
    assert [one["words"] for one in Columns([(f"{n:02}/11", 1) for n in range(30)]).labels][-1] == "29/11"
