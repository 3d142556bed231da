"""Neighbourhoods merge and split, and what they were stays readable."""

from __future__ import annotations

from datetime import date

import pytest

from hocvu.ward import neighbourhoods
from hocvu.ward.models import Neighbourhood, Unit, UnitGroup
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)


def test_it_merges_two_and_gives_the_new_one_its_team():
    ward, lan = make_ward(), make_account("lan")
    three, four = make_neighbourhood(ward, 3), make_neighbourhood(ward, 4)
    teams = UnitGroup.objects.create(ward=ward, name="Tổ công nghệ số cộng đồng")
    for team in Unit.objects.filter(kind=Unit.Kind.TEAM):
        teams.memberships.create(unit=team)

    new = neighbourhoods.merge(
        ward, [three, four], name="Tổ dân phố số 3-4", number=3, day=DAY, decision="QĐ 12", by=lan
    )

    assert [n.name for n in Neighbourhood.objects.on(DAY)] == ["Tổ dân phố số 3-4"]
    assert Neighbourhood.objects.on(date(2025, 12, 31)).count() == 2
    assert [unit.name for unit in teams.members_on(DAY)] == ["Tổ công nghệ số cộng đồng - Tổ dân phố số 3-4"]
    assert teams.members_on(date(2025, 12, 31)).count() == 2
    assert set(new.begun_by.get().before.all()) == {three, four}


def test_it_splits_one_into_two():
    ward, lan = make_ward(), make_account("lan")
    five = make_neighbourhood(ward, 5)
    neighbourhoods.split(
        ward, five, [("Tổ dân phố số 5A", 5), ("Tổ dân phố số 5B", None)], day=DAY, decision="QĐ 13", by=lan
    )
    assert Neighbourhood.objects.on(DAY).count() == 2
    assert Unit.objects.on(DAY).filter(kind=Unit.Kind.TEAM).count() == 2


def test_it_refuses_to_end_a_neighbourhood_twice_and_changes_nothing():
    ward, lan = make_ward(), make_account("lan")
    three, four, five = (make_neighbourhood(ward, n) for n in (3, 4, 5))
    neighbourhoods.merge(ward, [three, four], name="Tổ dân phố số 3-4", number=3, day=DAY, decision="QĐ 12", by=lan)
    three.refresh_from_db()

    with pytest.raises(neighbourhoods.Unsound, match="thôi hoạt động"):
        neighbourhoods.merge(ward, [three, five], name="Tổ mới", number=9, day=DAY, decision="QĐ 14", by=lan)
    five.refresh_from_db()
    assert five.valid_to is None


def test_it_refuses_a_name_already_in_use():
    ward, lan = make_ward(), make_account("lan")
    three, four, five = (make_neighbourhood(ward, n) for n in (3, 4, 5))
    with pytest.raises(neighbourhoods.Unsound, match="trùng"):
        neighbourhoods.merge(ward, [three, four], name=five.name, number=5, day=DAY, decision="QĐ 12", by=lan)


def test_a_name_that_a_unit_has_is_refused_everywhere():
    ward, lan = make_ward(), make_account("lan")
    three, four = make_neighbourhood(ward, 3), make_neighbourhood(ward, 4)
    make_unit(ward, "Công an phường")
    with pytest.raises(neighbourhoods.Unsound, match="trùng"):
        neighbourhoods.add(ward, [("CÔNG AN PHƯỜNG", None)], by=lan)
    with pytest.raises(neighbourhoods.Unsound, match="trùng"):
        neighbourhoods.merge(ward, [three, four], name="Công an phường", number=None, day=DAY, decision="QĐ", by=lan)
    with pytest.raises(neighbourhoods.Unsound, match="trùng"):
        neighbourhoods.split(ward, three, [("Công an phường", 1), ("X", 2)], day=DAY, decision="QĐ", by=lan)


def test_a_merge_that_keeps_a_name_keeps_its_teams_name_too():
    ward, lan = make_ward(), make_account("lan")
    three, four = make_neighbourhood(ward, 3), make_neighbourhood(ward, 4)
    neighbourhoods.merge(ward, [three, four], name=three.name, number=3, day=DAY, decision="QĐ 12", by=lan)
    assert [u.name for u in Unit.objects.on(DAY)] == ["Tổ công nghệ số cộng đồng - Tổ dân phố số 3"]


def test_a_day_far_ahead_is_refused():
    ward, lan = make_ward(), make_account("lan")
    three, four = make_neighbourhood(ward, 3), make_neighbourhood(ward, 4)
    with pytest.raises(neighbourhoods.Unsound, match="còn xa"):
        neighbourhoods.merge(
            ward, [three, four], name="Tổ mới", number=3, day=date(2099, 12, 31), decision="QĐ 12", by=lan
        )
