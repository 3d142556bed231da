"""What is published of small groups, in one table and from day to day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib.disclosure import Count, Shown, hidden_places, publish

DAY = date(2026, 11, 1)


@st.composite
def counts(draw: st.DrawFn) -> Count:
    whole = draw(st.integers(0, 60))
    return Count(draw(st.integers(0, whole)), whole)


tables = st.dictionaries(st.integers(1, 12), counts(), min_size=1)
thresholds = st.sampled_from([5, 10])


def test_a_single_small_group_takes_the_next_smallest_with_it():
    table = {1: Count(3, 40), 2: Count(20, 40), 3: Count(25, 40), 4: Count(8, 40)}
    assert hidden_places(table, 5) == {1, 4}


def test_nothing_is_hidden_where_no_group_is_small():
    assert hidden_places({1: Count(0, 40), 2: Count(20, 40), 3: Count(40, 40)}, 5) == set()


def test_those_who_are_missing_are_a_group_too():
    assert 1 in hidden_places({1: Count(38, 40), 2: Count(20, 40), 3: Count(25, 40)}, 5)


@given(tables, thresholds)
def test_no_shown_cell_tells_of_a_few(table: dict[int, Count], threshold: int):
    hidden = hidden_places(table, threshold)
    assert all(count.is_safe(threshold) for place, count in table.items() if place not in hidden)


@given(tables, thresholds)
def test_the_total_less_the_shown_cells_tells_of_no_few_unless_all_is_hidden(table: dict[int, Count], threshold: int):
    hidden = hidden_places(table, threshold)
    shown = {place for place in table if place not in hidden and table[place] != Count(0, 0)}
    if not hidden or not shown:
        return  # with nothing shown a reader knows the total alone
    left = sum((table[place] for place in hidden), Count(0, 0))
    assert len(hidden) > 1 and left.is_safe(threshold)


@given(st.lists(tables, min_size=1, max_size=8), thresholds)
def test_no_two_days_differ_by_a_few(days: list[dict[int, Count]], threshold: int):
    before: dict[int, Shown[int]] = {}
    history: list[dict[int, Shown[int]]] = []
    for at, table in enumerate(days):
        before = {**before, **publish(table, before, DAY + timedelta(at), threshold)}
        history.append(dict(before))
    for at, earlier in enumerate(history):
        for later in history[at + 1 :]:
            for place, shown in later.items():
                was = earlier.get(place)
                if shown.count is None or was is None:
                    continue
                assert was.count is not None, "what was hidden stays hidden for the year"
    for earlier, later in pairwise(history):
        for place, shown in later.items():
            was = earlier.get(place)
            if was and was.count and shown.count and was.count != shown.count:
                assert shown.count.is_far_from(was.count, threshold) and shown.count.is_safe(threshold)


def test_a_correction_of_one_person_does_not_move_a_published_cell():
    first = publish({1: Count(20, 40), 2: Count(22, 50)}, {}, DAY, 5)
    second = publish({1: Count(21, 40), 2: Count(30, 50)}, first, DAY + timedelta(1), 5)
    assert second[1] == first[1]
    assert second[2] == Shown(2, Count(30, 50), DAY + timedelta(1))
