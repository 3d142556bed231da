"""Certificates fill the five targets of skills: the right people, once each, by the rule of the day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hocvu.assessment import certifying, leaving
from hocvu.assessment.tests.cast_certificates import make_attempt, make_practice, make_rule
from hocvu.assessment.tests.cast_desk import make_certificate, make_framework, make_task, revoke, see_practice
from hocvu.lib import clock
from hocvu.plan import drilling, filling, measures, recording, remembering
from hocvu.plan.counting_skills import NO_RULE
from hocvu.plan.models import Denominator, FillRule, FrozenFigure
from hocvu.plan.tests.cast import Cast, at, make_cast, make_target
from hocvu.plan.tests.test_measures import confirm, live
from hocvu.signin import citizens
from hocvu.ward import belonging, forgetting, merging
from hocvu.ward.models import Membership, Neighbourhood, Person, Unit
from hocvu.ward.tests.cast import make_unit

pytestmark = pytest.mark.django_db
Kind = Membership.Kind
TODAY = date(2026, 11, 18)
BORN = date(1980, 1, 1)


@pytest.fixture
def place(cast: Cast) -> Neighbourhood:
    return Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)


@pytest.fixture
def framework(cast: Cast) -> Any:
    return make_framework()


def fill(cast: Cast, measure: str = "adults_skilled", group: str = "adults", **said: Any) -> FillRule:
    fields: dict[str, Any] = {"level": "B2", "framework": "hocvu", "milestone": "", "source": "Quyết định 5"}
    fields |= {"valid_from": date(2025, 8, 1), **said}
    return filling.add(cast.ward, measure=measure, group=group, by=cast.thu, **fields)


def count(cast: Cast, code: str = "adults_skilled", day: date = TODAY) -> int | None:
    figure = measures.count(code, cast.ward, day)
    return figure.numerator if figure else None


def join(cast: Cast, person: Person, kind: str, since: date = date(2025, 1, 1)) -> Unit:
    unit = make_unit(cast.ward, f"Nơi của {person} {kind}", Unit.Kind.SCHOOL)
    belonging.join(person, unit=unit, kind=kind, day=since, by=None)
    return unit


def test_without_a_rule_there_is_no_figure_and_no_nought(cast, place, framework, client):
    make_certificate(cast.ward, live(cast, place, "An", BORN))
    target = make_target(cast, measure="adults_skilled", audience="adults", audience_text="người trưởng thành")
    assert count(cast) is None
    client.force_login(cast.thu)
    assert "Chưa có quy định giấy nào tính cho chỉ tiêu này" in client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert NO_RULE in client.get("/so-lieu/").content.decode()
    found = measures.find("adults_skilled")
    assert found and drilling.by_neighbourhood(found, cast.ward, TODAY) == []
    assert "Chưa có danh sách" in client.get(f"/chi-tieu/{target.pk}/chua-dat/").content.decode()
    fill(cast)
    assert count(cast) == 1
    page = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "Chưa có quy định" not in page and "Số đạt: giấy xác nhận trên hệ thống, theo Quyết định 5" in page


@pytest.mark.parametrize(
    ("code", "kind", "group", "audience"),
    [
        ("officials_skilled", Kind.OFFICIAL, "officials", "officials"),
        ("officials_skilled", Kind.TEACHER, "officials", "officials"),
        ("secondary_pupils_skilled", Kind.SECONDARY_PUPIL, "pupils", "students"),
        ("pupils_skilled", Kind.SECONDARY_PUPIL, "pupils", "students"),
        ("pupils_skilled", Kind.PRIMARY_PUPIL, "pupils", "students"),
        ("workers_skilled", Kind.WORKER, "workers", "workers"),
        ("workers_skilled", Kind.COOPERATIVE, "workers", "workers"),
    ],
)
def test_each_target_counts_its_own_people(cast, place, framework, code, kind, group, audience):
    fill(cast, code, audience)
    inside = live(cast, place, "An", date(1999, 1, 1))
    outside = live(cast, place, "Bình", date(1999, 1, 1))
    other = live(cast, place, "Chi", date(1999, 1, 1))
    join(cast, inside, kind, since=date(2026, 3, 1))
    join(cast, other, kind)
    make_certificate(cast.ward, inside, group=group, issued_at=at("2026-02-01 09:00"))
    make_certificate(cast.ward, outside, group=group)
    make_certificate(cast.ward, other, group="elderly")  # a certificate of another group
    assert count(cast, code) == 1
    assert (count(cast, code, date(2026, 2, 28)), count(cast, code, date(2026, 3, 1))) == (0, 1)


def test_adults_are_those_who_live_here_and_are_of_age_on_the_day(cast, place, framework):
    fill(cast)
    for name, born in (("An", date(2008, 11, 18)), ("Bình", date(2008, 11, 19)), ("Cụ", date(1940, 1, 1))):
        make_certificate(
            cast.ward, live(cast, place, name, born), group="elderly" if name == "Cụ" else "adults",
            issued_at=at("2026-01-05 08:00"),
        )  # fmt: skip
    outsider = Person.objects.create(ward=cast.ward, full_name="Xa", plain_name="xa", born_on=BORN)
    make_certificate(cast.ward, outsider)
    assert (count(cast), count(cast, day=TODAY - timedelta(days=1)), count(cast, day=TODAY + timedelta(days=1))) == (
        2,
        1,
        3,
    )


def test_a_person_counts_once_however_many_certificates(cast, place, framework):
    fill(cast)
    an = live(cast, place, "An", BORN)
    for level in ("B2", "B3"):
        make_certificate(cast.ward, an, level=level)
    make_certificate(cast.ward, an, group="elderly")
    assert count(cast) == 1


def test_a_higher_level_counts_and_a_lower_does_not(cast, place, framework):
    fill(cast)
    make_certificate(cast.ward, live(cast, place, "An", BORN), level="B3")
    make_certificate(cast.ward, live(cast, place, "Bình", BORN), level="B1")
    make_certificate(cast.ward, live(cast, place, "Chi", BORN), level="B3", framework="khac")
    assert count(cast) == 1


def test_a_rule_of_one_version_counts_no_other(cast, place, framework):
    make_framework(version="2.0", levels=(("B0", "Mới"), ("B1", "Một"), ("B2", "Hai")), valid_from=date(2026, 6, 1))
    rule = fill(cast, framework="hocvu/1.0")
    make_certificate(cast.ward, live(cast, place, "An", BORN), version="2.0")
    make_certificate(cast.ward, live(cast, place, "Bình", BORN), level="B3")
    assert count(cast) == 1
    filling.end(rule, day=TODAY, by=cast.thu)
    fill(cast, valid_from=TODAY)
    assert count(cast) == 2


def test_a_certificate_for_everybody_counts_for_each_group_and_a_rule_of_all_for_every_certificate(
    cast, place, framework
):
    fill(cast)
    make_certificate(cast.ward, live(cast, place, "An", BORN), group="")
    make_certificate(cast.ward, live(cast, place, "Bình", BORN), group="workers")
    assert count(cast) == 1
    fill(cast, group="")
    assert count(cast) == 2


@pytest.mark.parametrize("reason", ["mistake", "identity", "conduct", "key", "holder"])
def test_a_revoked_one_moves_it_back_from_that_day_on(cast, place, framework, reason):
    fill(cast)
    with clock.stopped_at(at("2026-11-10 09:00")):
        given = make_certificate(cast.ward, live(cast, place, "An", BORN))
    assert (count(cast, day=date(2026, 11, 9)), count(cast, day=date(2026, 11, 10)), count(cast)) == (0, 1, 1)
    revoke(given, at=at("2026-11-15 23:59"), reason=reason)
    days = [count(cast, day=date(2026, 11, day)) for day in (10, 14, 15, 18)]
    assert days == [1, 1, 0, 0]


def test_an_expired_one_counts_up_to_the_day_before(cast, place, framework):
    fill(cast)
    make_certificate(
        cast.ward, live(cast, place, "An", BORN), issued_at=at("2026-11-01 08:00"), valid_until=at("2026-11-18 00:00")
    )
    assert (count(cast, day=TODAY - timedelta(days=1)), count(cast)) == (1, 0)


def test_one_that_gave_way_to_a_newer_falls_with_it(cast, place, framework):
    fill(cast, framework="hocvu/1.0")
    an = live(cast, place, "An", BORN)
    old = make_certificate(cast.ward, an)
    new = make_certificate(cast.ward, an, version="2.0")
    old.superseded_by = new
    old.save()
    assert count(cast) == 1
    revoke(new)
    assert count(cast) == 0


def test_the_rule_of_the_day_counts(cast, place, framework):
    old = fill(cast, level="B1", valid_from=date(2026, 1, 1))
    with clock.stopped_at(at("2026-02-01 08:00")):
        make_certificate(cast.ward, live(cast, place, "An", BORN), level="B1")
        make_certificate(cast.ward, live(cast, place, "Bình", BORN), level="B2")
    filling.end(old, day=date(2026, 11, 1), by=cast.thu)
    fill(cast, level="B2", valid_from=date(2026, 11, 1))
    days = [date(2025, 12, 31), date(2026, 10, 31), date(2026, 11, 1)]
    assert [count(cast, day=day) for day in days] == [None, 2, 1]


def test_a_milestone_is_no_certificate(cast, place, framework):
    fill(cast, level="", framework="", milestone="cài Smart Hải Phòng")
    make_certificate(cast.ward, live(cast, place, "An", BORN))
    assert count(cast) is None


def test_it_follows_people_who_become_one_and_part_again(cast, place, framework):
    fill(cast)
    an, twin = (live(cast, place, name, BORN) for name in ("An", "An hai"))
    make_certificate(cast.ward, an)
    make_certificate(cast.ward, twin, level="B3")
    assert count(cast) == 2
    row = merging.merge(an, twin, by=cast.thu)
    assert count(cast) == 1
    merging.undo(row, by=cast.thu)
    assert count(cast) == 2
    bare = live(cast, place, "Bình", BORN)
    merging.merge(bare, twin, by=cast.thu)
    assert count(cast) == 2


def test_who_is_joined_to_the_register_later_counts_from_then(cast, place, framework):
    fill(cast)
    account = citizens.open_account(cast.ward, full_name="An")
    make_certificate(cast.ward, None, account=account)
    assert count(cast) == 0
    citizens.join_to_register(account, live(cast, place, "An", BORN), by=cast.thu, how="số định danh")
    assert count(cast) == 1


def test_somebody_erased_is_one_less(cast, place, framework):
    fill(cast)
    an = live(cast, place, "An", BORN)
    make_certificate(cast.ward, an)
    forgetting.erase(an, reason="yêu cầu", by=cast.thu)
    assert count(cast) == 0


def test_a_certificate_of_another_ward_fills_nothing_here(cast, place, framework):
    other = make_cast("Lê Chân", code="11414", slug="le-chan")
    fill(cast)
    make_certificate(other.ward, live(cast, place, "An", BORN))
    assert count(cast) == 0


def test_the_figure_moves_at_once_though_it_is_remembered(cast, place, framework, settings):
    settings.REMEMBER_FIGURES = True
    fill(cast)
    an = live(cast, place, "An", BORN)
    account = citizens.open_account(cast.ward, person=an)
    before = remembering.newest_act(cast.ward)
    assert count(cast) == 0
    given = make_certificate(cast.ward, an, account=account)
    assert count(cast) == 1
    revoke(given)
    assert count(cast) == 0 and remembering.newest_act(cast.ward) == before


def test_a_closed_year_stays_frozen_whatever_is_revoked_later(cast, place, framework):
    target = make_target(cast, year=2025, measure="adults_skilled", audience="adults")
    fill(cast, valid_from=date(2025, 8, 1))
    Denominator.objects.create(ward=cast.ward, population="adults", year=2025, choice="register")
    given = make_certificate(cast.ward, live(cast, place, "An", BORN), issued_at=at("2025-12-01 08:00"))
    recording.freeze_closed(TODAY)
    assert FrozenFigure.objects.get(target=target).numerator == 1
    revoke(given, at=at("2025-12-05 08:00"))
    assert measures.figures_of_targets([target], TODAY)[target.pk].numerator == 1


@pytest.mark.parametrize("year", [2025, 2026])
def test_targets_of_both_years_light_up(cast, place, framework, year):
    target = make_target(cast, year=year, measure="adults_skilled", audience="adults")
    fill(cast)
    make_certificate(cast.ward, live(cast, place, "An", BORN), issued_at=at("2025-11-01 08:00"))
    assert measures.figures_of_targets([target], TODAY)[target.pk].numerator == 1


def test_lists_and_cells_add_up_and_a_few_stay_hidden_from_the_public(cast, framework, as_):
    fill(cast)
    Denominator.objects.create(ward=cast.ward, population="adults", year=2026, choice="register")
    target = make_target(cast, measure="adults_skilled", audience="adults", audience_text="người trưởng thành")
    for number, (people, skilled) in enumerate(((12, 6), (12, 2), (12, 6), (12, 6)), start=1):
        spot = Neighbourhood.objects.create(ward=cast.ward, name=f"Tổ dân phố số {number}", number=number)
        for n in range(people):
            person = live(cast, spot, f"Người {number}-{n}", BORN)
            if n < skilled:
                make_certificate(cast.ward, person, issued_at=at("2026-11-01 08:00"))
    found = measures.find("adults_skilled")
    assert found
    cells = drilling.by_neighbourhood(found, cast.ward, TODAY)
    assert [(cell.numerator, cell.denominator) for cell in cells] == [(6, 12), (2, 12), (6, 12), (6, 12)]
    assert sum(cell.numerator for cell in cells) == count(cast) == 20
    missing = drilling.missing(found, cast.ward, TODAY)
    assert missing is not None and missing.count() == 28
    thu = as_(cast.thu)
    assert "Người 1-0" in thu.get(f"/chi-tieu/{target.pk}/da-dat/").content.decode()
    assert "Người 1-0<" not in thu.get(f"/chi-tieu/{target.pk}/chua-dat/").content.decode()
    recording.record_day(cast.ward, TODAY - timedelta(days=1))
    page = Client().get(f"/chi-tieu/{target.pk}/").content.decode()
    assert page.count("ẩn, nhóm nhỏ") >= 2 and "Người 1-0" not in page


def test_a_certificate_that_is_earned_moves_the_target_and_back(cast, place, framework):
    fill(cast)
    rule = make_rule(cast.ward, group="adults")
    account = citizens.open_account(cast.ward, person=live(cast, place, "Nguyễn Thị Hoa", BORN))
    make_attempt(account, rule)
    make_practice(account, cast.ward, 2)
    assert certifying.award_if_earned(account, rule) is None and count(cast) == 0
    make_practice_of_another_task(account, cast)
    earned = certifying.award_if_earned(account, rule)
    assert earned and count(cast) == 1
    assert certifying.award_if_earned(account, rule) == earned and count(cast) == 1
    revoke(earned)
    assert count(cast) == 0


def make_practice_of_another_task(account: Any, cast: Cast) -> None:
    task = make_task(cast.ward, "viec-khac")
    see_practice(account, task, by=None, way="screen")


def test_the_list_for_vneid_knows_whom_its_files_named(cast, place, framework):
    an, binh, chi = (live(cast, place, name, BORN) for name in ("An", "Bình", "Chi"))
    assert leaving.confirmed(cast.ward, TODAY) == []
    totals = confirm(cast, [], TODAY, "vneid_taught")
    type(totals).objects.filter(pk=totals.pk).update(layout="totals")
    assert leaving.confirmed(cast.ward, TODAY) == []  # totals name nobody
    confirm(cast, [an], date(2026, 10, 1), "vneid_taught")
    confirm(cast, [binh], TODAY, "digital_identity")  # another figure
    withdrawn = confirm(cast, [chi], date(2026, 10, 1), "vneid_taught")
    type(withdrawn).objects.filter(pk=withdrawn.pk).update(withdrawn_at=clock.now())
    [keys] = leaving.confirmed(cast.ward, TODAY)
    assert list(Person.objects.filter(pk__in=keys)) == [an]


def test_questions_do_not_grow_with_certificates(cast, place, framework):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    fill(cast)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            count(cast)
        return len(seen)

    found = []
    for n in range(3):
        make_certificate(cast.ward, live(cast, place, f"Người {n}", BORN))
        found.append(asked())
    assert len(set(found)) == 1 and found[0] <= 12


moments = st.integers(0, 20)


@given(st.lists(st.tuples(st.integers(0, 3), moments, moments, st.none() | moments, st.booleans()), max_size=8))
@hypothesis_settings(max_examples=25)
def test_the_figure_is_what_asking_person_by_person_finds(rows: list[tuple[int, int, int, int | None, bool]]):
    """Whoever, on the day, has at least one certificate of the level that stood at its end."""
    from django.db import transaction

    first = at("2026-10-01 12:00")
    day = lambda n: first + timedelta(days=n)  # noqa: E731
    with transaction.atomic(), clock.stopped_at(at("2026-11-28 09:00")):
        cast = make_cast()
        make_framework()
        fill(cast, group="")
        spot = Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)
        people = [live(cast, spot, f"Người {n}", BORN) for n in range(4)]
        for n, (who, issued, lasts, revoked, high) in enumerate(rows):
            given = make_certificate(
                cast.ward, people[who], level="B3" if high else "B1", group=f"g{n}", issued_at=day(issued),
                valid_until=day(issued + lasts),
            )  # fmt: skip
            if revoked is not None:
                revoke(given, at=day(revoked))
        for asked in range(0, 40, 3):
            stands = {
                who for who, issued, lasts, revoked, high in rows
                if high and issued <= asked < issued + lasts and (revoked is None or revoked > asked)
            }  # fmt: skip
            assert count(cast, day=day(asked).date()) == len(stands)
        transaction.set_rollback(True)
