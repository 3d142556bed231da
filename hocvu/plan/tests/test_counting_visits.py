"""What field work counts: each household and each person once, as of a day, and back again with a correction."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.outreach import training
from hocvu.outreach.models import Attendance, Gathering, Help, Registration, Session, TeamMember, Visit
from hocvu.plan import counting_visits, drilling, measures, remembering
from hocvu.plan.models import Denominator, TaskMeasure
from hocvu.plan.tests.cast import Cast, at, make_target, make_task
from hocvu.plan.tests.test_measures import live
from hocvu.ward import audit, belonging
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Neighbourhood, Person, Unit
from hocvu.ward.tests.cast import make_account, make_neighbourhood

pytestmark = pytest.mark.django_db
Outcome, State = Visit.Outcome, Visit.State
INFORMED = "households_informed"
TODAY = date(2026, 11, 18)


@pytest.fixture
def place(cast: Cast) -> Neighbourhood:
    return make_neighbourhood(cast.ward, 1)


@pytest.fixture
def team(place: Neighbourhood) -> Unit:
    return Unit.objects.get(neighbourhood=place, kind=Unit.Kind.TEAM)


def count(cast: Cast, code: str, day: date = TODAY) -> int | None:
    figure = measures.count(code, cast.ward, day)
    return figure.numerator if figure else None


def visit(cast: Cast, home: Household | None, outcome: str = Outcome.INFORMED, day: date = TODAY, **more: Any) -> Visit:
    moment = more.pop("made_at", at(f"{day.isoformat()} 08:00"))
    return Visit.objects.create(
        ward=cast.ward, household=home, neighbourhood=home.neighbourhood if home else None, outcome=outcome,
        made_at=moment, believed_at=moment, happened_on=day, made_by=cast.thu, **more,
    )  # fmt: skip


def help_to(cast: Cast, person: Person, topic: str, day: date = TODAY, *, reached: bool = True, **more: Any) -> Help:
    return Help.objects.create(
        ward=cast.ward, person=person, topic=topic, is_reached=reached, made_at=at(f"{day.isoformat()} 08:00"),
        happened_on=day, made_by=cast.thu, **more,
    )  # fmt: skip


def homes(cast: Cast, place: Neighbourhood, number: int) -> list[Household]:
    people = [live(cast, place, f"Nhà {at}", date(1980, 1, 1)) for at in range(number)]
    return [one.household for one in people if one.household]


def session(cast: Cast, team: Unit, day: date) -> Session:
    gathering = Gathering.objects.create(
        ward=cast.ward, title="Lớp", host=team, place="Nhà văn hóa", state="open", made_by=cast.thu
    )
    moment = at(f"{day.isoformat()} 08:00")
    return Session.objects.create(gathering=gathering, starts_at=moment, ends_at=moment + timedelta(hours=2))


def attend(cast: Cast, held: Session, person: Person | None, **more: Any) -> Attendance:
    row = Registration.objects.create(
        gathering=held.gathering, code=uuid4().hex[:12], person=person, name="Ai đó", way="walk_in"
    )
    return Attendance.objects.create(
        ward=cast.ward, session=held, registration=row, way="tick", made_at=held.starts_at,
        happened_on=clock.local_day(held.starts_at), made_by=cast.thu, **more,
    )  # fmt: skip


# ---- Households


def test_two_visits_to_one_home_count_it_once(cast, place):
    first, second, _ = homes(cast, place, 3)
    visit(cast, first)
    visit(cast, first, day=TODAY - timedelta(days=3))
    visit(cast, second, Outcome.NOBODY)
    assert count(cast, INFORMED) == 1
    visit(cast, second)
    assert count(cast, INFORMED) == 2


def test_fifty_visits_move_it_by_exactly_the_distinct_households(cast, place):
    every = homes(cast, place, 20)
    before = count(cast, INFORMED)
    for number in range(50):
        visit(cast, every[number % 17])
    assert (before, count(cast, INFORMED)) == (0, 17)


def test_a_correction_takes_it_back_also_for_the_days_before(cast, place):
    (home,) = homes(cast, place, 1)
    root = visit(cast, home, day=date(2026, 11, 10))
    assert count(cast, INFORMED, date(2026, 11, 12)) == 1
    visit(cast, home, Outcome.NOBODY, day=date(2026, 11, 17), corrects=root.pk, why="nhầm")
    assert (count(cast, INFORMED), count(cast, INFORMED, date(2026, 11, 12))) == (0, 0)
    visit(cast, home, day=date(2026, 11, 18), corrects=root.pk, why="đúng là đã gặp")
    assert [count(cast, INFORMED, date(2026, 11, day)) for day in (9, 10, 17, 18)] == [0, 1, 1, 1]


def test_a_correction_of_the_next_year_moves_nothing_out_of_the_year_before(cast, place):
    (home,) = homes(cast, place, 1)
    root = visit(cast, home, day=date(2025, 12, 30))
    visit(cast, home, day=date(2026, 1, 5), corrects=root.pk, shown=["movement"], why="quên ghi đã nói gì")
    assert count(cast, INFORMED, date(2025, 12, 31)) == 1


def test_a_visit_made_by_mistake_and_one_that_waits_count_nothing(cast, place):
    first, second = homes(cast, place, 2)
    root = visit(cast, first)
    visit(cast, first, Outcome.MISTAKE, corrects=root.pk, made_at=at("2026-11-18 08:30"))
    waiting = visit(cast, second, state=State.WAITING, doubts=["clock"])
    assert (count(cast, INFORMED), count(cast, "visits_counted")) == (0, 0)
    Visit.objects.filter(pk=waiting.pk).update(state=State.COUNTS)
    assert (count(cast, INFORMED), count(cast, "visits_counted")) == (1, 1)


def test_it_counts_as_of_a_day_and_only_homes_in_which_somebody_lives(cast, place):
    (home,) = homes(cast, place, 1)
    empty = Household.objects.create(ward=cast.ward, code="trống", neighbourhood=place)
    visit(cast, home, day=date(2026, 11, 10))
    visit(cast, empty)
    visit(cast, None, code="mã lạ")
    assert (count(cast, INFORMED, date(2026, 11, 9)), count(cast, INFORMED)) == (0, 1)


def test_places_add_up_and_the_rest_is_missing(cast, place):
    other = make_neighbourhood(cast.ward, 2)
    mine, theirs = homes(cast, place, 3), [live(cast, other, "Xa", date(1980, 1, 1)).household]
    visit(cast, mine[0])
    visit(cast, theirs[0])
    visit(cast, theirs[0], Outcome.NOBODY)
    found = measures.find(INFORMED)
    assert found is not None
    cells = {cell.place.number: (cell.numerator, cell.denominator) for cell in drilling.by_neighbourhood(
        found, cast.ward, TODAY) if cell.place}  # fmt: skip
    assert cells == {1: (1, 3), 2: (1, 1)}
    missing = drilling.missing(found, cast.ward, TODAY)
    assert missing is not None and set(missing) == {mine[1], mine[2]}
    visits = measures.find("visits_counted")
    assert visits is not None
    told = {
        cell.place.number: cell.numerator for cell in drilling.by_neighbourhood(visits, cast.ward, TODAY) if cell.place
    }
    assert told == {1: 1, 2: 2}


def test_it_is_a_share_once_the_ward_decided_how_many_homes_there_are(cast, place):
    first, *_ = homes(cast, place, 4)
    visit(cast, first)
    figure = measures.count(INFORMED, cast.ward, TODAY)
    assert figure and figure.share is None
    Denominator.objects.create(ward=cast.ward, population="households", year=2026, choice="register")
    figure = measures.count(INFORMED, cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator, figure.kind) == (1, 4, "counted")


def test_a_remembered_figure_moves_at_once(cast, place, settings):
    settings.REMEMBER_FIGURES = True
    first, second = homes(cast, place, 2)
    assert count(cast, INFORMED) == 0
    audit.record(cast.thu, "recorded a visit", visit(cast, first), ward=cast.ward)
    assert count(cast, INFORMED) == 1
    audit.record(cast.thu, "recorded a visit", visit(cast, second), ward=cast.ward)
    assert count(cast, INFORMED) == 2
    assert remembering.newest_act(cast.ward)


# ---- Teams


def test_a_team_is_kept_up_by_members_and_by_what_it_did(cast, place, team):
    make_neighbourhood(cast.ward, 2)
    assert count(cast, "teams_kept_up") == 0
    TeamMember.objects.create(team=team, full_name="Lan", valid_from=date(2026, 1, 1))
    (home,) = homes(cast, place, 1)
    visit(cast, home, Outcome.NOBODY, team=team)
    figure = measures.count("teams_kept_up", cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator) == (1, 2)
    assert count(cast, "teams_kept_up", TODAY - timedelta(days=1)) == 0
    found = measures.find("teams_kept_up")
    assert found and found.drill and list(found.drill.reached(cast.ward, TODAY)) == [team]


# ---- Help and classes


def test_the_citys_app_counts_whoever_has_it_now(cast, place):
    an, binh, chi = (live(cast, place, name, date(1990, 1, 1)) for name in ("An", "Bình", "Chi"))
    help_to(cast, an, "city_app", date(2026, 11, 10))
    help_to(cast, an, "city_app")
    help_to(cast, binh, "city_app", reached=False)
    help_to(cast, chi, "vneid")
    assert (count(cast, "city_app_reached", date(2026, 11, 9)), count(cast, "city_app_reached")) == (0, 1)
    help_to(cast, binh, "city_app", state=State.WAITING)
    assert count(cast, "city_app_reached") == 1
    help_to(cast, binh, "city_app")
    assert count(cast, "city_app_reached") == 2


def test_somebody_helped_who_also_came_to_a_class_is_one_person(cast, place, team):
    an, binh = (live(cast, place, name, date(1990, 1, 1)) for name in ("An", "Bình"))
    held = session(cast, team, date(2026, 11, 10))
    help_to(cast, an, "vneid", reached=False)
    attend(cast, held, an)
    assert (count(cast, "people_guided"), count(cast, "class_attendees")) == (1, 1)
    attend(cast, held, binh)
    attend(cast, held, None)  # by name alone
    assert (count(cast, "people_guided"), count(cast, "class_attendees")) == (2, 2)
    assert count(cast, "class_attendees", date(2026, 11, 9)) == 0


def test_an_attendance_moves_a_remembered_figure_without_an_entry_in_the_trail(cast, place, team, settings):
    settings.REMEMBER_FIGURES = True
    an = live(cast, place, "An", date(1990, 1, 1))
    held = session(cast, team, date(2026, 11, 10))
    assert count(cast, "class_attendees") == 0
    attend(cast, held, an)
    assert count(cast, "class_attendees") == 1


def test_older_people_are_counted_in_what_the_plan_names(cast, place):
    old, younger = live(cast, place, "Cụ", date(1950, 1, 1)), live(cast, place, "Cháu", date(1990, 1, 1))
    help_to(cast, old, "vneid")
    help_to(cast, younger, "internet")
    assert count(cast, "elderly_guided") == 0
    help_to(cast, old, "safety", reached=False)
    assert count(cast, "elderly_guided") == 1
    Denominator.objects.create(ward=cast.ward, population="elderly", year=2026, choice="register")
    figure = measures.count("elderly_guided", cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator) == (1, 1)


def disable(cast: Cast, person: Person, day: date = date(2026, 1, 5)) -> None:
    belonging.record_circumstance(person, kind="disability", note="", paper="QĐ 1", day=day, by=cast.thu)


def test_disabled_people_are_counted_only_where_there_are_enough_of_them(cast, place):
    people = [live(cast, place, f"Người {at}", date(1980, 1, 1)) for at in range(11)]
    for person in people[:9]:
        disable(cast, person)
    help_to(cast, people[0], "vneid")
    help_to(cast, people[10], "vneid")  # not disabled
    assert count(cast, "disabled_guided") is None
    assert "không nêu số" in counting_visits.disabled_dark(cast.ward, TODAY)
    disable(cast, people[9])
    assert count(cast, "disabled_guided") == 1
    assert count(cast, "disabled_guided", date(2026, 1, 4)) is None


def test_who_is_disabled_is_no_list_for_those_who_may_not_know(cast, place, as_: Callable[[Account], Client]):
    for at_ in range(12):
        disable(cast, live(cast, place, f"Người {at_}", date(1980, 1, 1)))
    task = make_task(cast, "Phổ cập kỹ năng số cho người khuyết tật")
    row = TaskMeasure.objects.create(
        task=task, position=1, comparator=">", value=0, unit="người", what="người khuyết tật", measure="disabled_guided"
    )
    member = make_account("tuan", Role.POLICE, ward=cast.ward)
    for address in (f"/nhiem-vu/ket-qua/{row.pk}/chua-dat/", f"/nhiem-vu/ket-qua/{row.pk}/khu-dan-cu/"):
        assert as_(member).get(address).status_code == 403
        assert as_(cast.thu).get(address).status_code == 200


def test_months_with_a_class_are_counted_of_the_months_that_are_over(cast, place, team):
    assert count(cast, "community_classes") == 0
    an = live(cast, place, "An", date(1990, 1, 1))
    for day in (date(2026, 3, 3), date(2026, 3, 10), date(2026, 5, 2), date(2026, 11, 2)):
        attend(cast, session(cast, team, day), an)
    called_off = session(cast, team, date(2026, 6, 1))
    attend(cast, called_off, an)
    Session.objects.filter(pk=called_off.pk).update(cancelled_at=clock.now())
    figure = measures.count("community_classes", cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator) == (2, 10)
    assert measures.count("community_classes", cast.ward, date(2026, 1, 30)) is None
    first = measures.count("community_classes", cast.ward, date(2025, 8, 31))  # the plan is of 1 August 2025
    assert first and first.denominator == 1


# ---- Training


def course(cast: Cast, title: str, first: date, last: date, kind: str = "course") -> Any:
    return training.make(
        cast.ward, kind=kind, title=title, organiser="Sở KH&CN", document="", starts_on=first, ends_on=last, by=cast.thu
    )


def test_courses_count_when_everybody_attended_who_is_expected(cast):
    first = course(cast, "Khóa 1", date(2026, 9, 1), date(2026, 9, 5))
    course(cast, "Khóa không ai được cử", date(2026, 9, 1), date(2026, 9, 5))
    assert measures.count("courses_attended", cast.ward, TODAY) is None
    training.name(first, unit=cast.centre, people=[], names=["An", "Bình"], by=cast.lan)
    an, binh = first.trainees.all()
    training.mark(first, [an], attended=True, day=date(2026, 9, 5), evidence="DS 1", why="", by=cast.lan)
    figure = measures.count("courses_attended", cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator) == (0, 1)
    training.ask_off(first, [binh], why="ốm", by=cast.lan)
    assert count(cast, "courses_attended") == 0
    binh.refresh_from_db()
    training.decide(binh, agrees=True, why="", by=cast.thu)
    assert count(cast, "courses_attended") == 1
    later = course(cast, "Khóa sau", date(2026, 12, 1), date(2026, 12, 5))
    training.name(later, unit=cast.centre, people=[], names=["An"], by=cast.lan)
    figure = measures.count("courses_attended", cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator) == (1, 1)
    assert measures.count("courses_attended", cast.ward, date(2026, 9, 4)) is None


def test_programmes_count_once_they_are_marked(cast):
    assert count(cast, "programmes_with_digital_content") is None
    first = course(cast, "Chuyên viên", date(2026, 3, 1), date(2026, 5, 1), "programme")
    course(cast, "Chuyên viên chính", date(2026, 4, 1), date(2026, 6, 1), "programme")
    training.mark_digital(first, content="Chuyên đề chuyển đổi số", day=date(2026, 10, 1), by=cast.thu)
    figure = measures.count("programmes_with_digital_content", cast.ward, TODAY)
    assert figure and (figure.numerator, figure.denominator) == (1, 2)
    assert count(cast, "programmes_with_digital_content", date(2026, 9, 30)) == 0
    training.unmark_digital(first, why="nhầm", by=cast.thu)
    assert count(cast, "programmes_with_digital_content") == 0


def test_a_target_of_households_is_counted_by_visits(cast, place):
    (home,) = homes(cast, place, 1)
    visit(cast, home)
    target = make_target(cast, measure=INFORMED, audience="households")
    figure = measures.figures_of_targets([target], TODAY)[target.pk]
    assert (figure.numerator, figure.kind) == (1, "counted")


# ---- Down to the evidence


def opened(cast: Cast, client: Client, code: str) -> tuple[str, str]:
    """The page of a result that a measure counts, and what the first line of its list of the reached leads to."""
    row = TaskMeasure.objects.create(
        task=make_task(cast, f"Việc {code}"), position=1, comparator=">", value=0, unit="người", what="ai", measure=code
    )
    listed = client.get(f"/nhiem-vu/ket-qua/{row.pk}/da-dat/").content.decode()
    link = re.search(r"<tbody>.*?<a[^>]* href=\"([^\"]+)\"", listed, re.S)
    page = client.get(f"/nhiem-vu/ket-qua/{row.pk}/").content.decode()
    return page, client.get(link[1]).content.decode() if link else ""


def test_a_household_that_counts_is_opened_down_to_its_visit(cast, place, as_: Callable[[Account], Client]):
    (home,) = homes(cast, place, 1)
    seen = visit(cast, home)
    _, proof = opened(cast, as_(cast.thu), INFORMED)
    assert f'href="/tham-ho/luot/{seen.pk}/"' in proof and f"Hộ {home.code}" in proof


def test_somebody_who_counts_is_opened_down_to_help_and_classes(cast, place, team, as_: Callable[[Account], Client]):
    an, binh = live(cast, place, "An", date(1950, 1, 1)), live(cast, place, "Bình", date(1990, 1, 1))
    given = help_to(cast, an, Help.Topic.CITY_APP)
    attend(cast, session(cast, team, date(2026, 11, 2)), an)
    client = as_(cast.thu)
    _, proof = opened(cast, client, "city_app_reached")
    assert f'href="/tham-ho/giup/luot/{given.pk}/"' in proof and "Smart Hải Phòng" in proof
    assert "1 trong 1 buổi" in proof and "Đủ buổi, được tính" in proof and "/lop-hoc/quan-ly/" in proof
    assert all("Đủ buổi, được tính" in opened(cast, client, code)[1] for code in ("class_attendees", "people_guided"))
    newest = remembering.newest_act(cast.ward)
    page = client.get(f"/tham-ho/nguoi/{binh.pk}/").content.decode()
    assert remembering.newest_act(cast.ward) == newest  # a look makes no figure be counted anew
    assert "Chưa có lượt giúp nào được tính" in page and "Chưa dự buổi nào" in page
    assert f'href="/tham-ho/nguoi/{an.pk}/"' in client.get(f"/nguoi-dan/{an.pk}/").content.decode()


def test_a_figure_that_lists_nobody_leads_to_the_book_it_counts_from(
    cast, place, team, as_: Callable[[Account], Client]
):
    client = as_(cast.thu)
    attend(cast, session(cast, team, date(2026, 3, 3)), live(cast, place, "An", date(1990, 1, 1)))
    first = course(cast, "Khóa 1", date(2026, 9, 1), date(2026, 9, 5))
    training.name(first, unit=cast.centre, people=[], names=["An"], by=cast.lan)
    visit(cast, *homes(cast, place, 1))
    for code, book in (
        ("community_classes", "/lop-hoc/quan-ly/"),
        ("courses_attended", "/boi-duong/"),
        ("visits_counted", "/di-tung-ngo/"),
    ):
        page, _ = opened(cast, client, code)
        assert f'<a class="hv-golink" href="{book}"' in page, code
        assert client.get(book).status_code == 200


def test_whoever_may_not_open_a_visit_is_led_to_the_register(cast, place, as_: Callable[[Account], Client]):
    (home,) = homes(cast, place, 1)
    visit(cast, home)
    police = make_account("tuan", Role.POLICE, ward=cast.ward)
    _, proof = opened(cast, as_(police), INFORMED)
    assert home.code in proof and "Những lần trước" not in proof
    row = TaskMeasure.objects.get(measure=INFORMED)
    for account, says in ((police, False), (cast.thu, True)):
        listed = as_(account).get(f"/nhiem-vu/ket-qua/{row.pk}/da-dat/").content.decode()
        assert ("Mở từng dòng để xem căn cứ" in listed) is says
    person = home.people.get()
    assert as_(police).get(f"/tham-ho/nguoi/{person.pk}/").status_code == 403
