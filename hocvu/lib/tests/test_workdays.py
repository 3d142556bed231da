"""Working days around holidays and days worked in exchange."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib.workdays import Workdays

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
calendars = st.builds(Workdays, st.frozensets(days, max_size=40), st.frozensets(days, max_size=10))


def test_by_hand_around_tet():
    # A holiday from Monday 16 to Friday 20 February 2026, Saturday the 28th worked in exchange.
    calendar = Workdays({date(2026, 2, d) for d in range(16, 21)}, {date(2026, 2, 28)})
    assert calendar.after(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert calendar.after(date(2026, 2, 27), 1) == date(2026, 2, 28)
    assert calendar.after(date(2026, 2, 27), 2) == date(2026, 3, 2)
    assert calendar.or_next(date(2026, 2, 16)) == date(2026, 2, 23)


@given(calendars, days, st.integers(1, 30))
def test_as_many_working_days_lie_between(calendar: Workdays, start: date, count: int):
    end = calendar.after(start, count)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(calendar.is_working(day) for day in between) == count
    assert calendar.is_working(end)


@given(calendars, days, st.integers(0, 15), st.integers(0, 15))
def test_days_add_up(calendar: Workdays, start: date, a: int, b: int):
    assert calendar.after(calendar.after(start, a), b) == calendar.after(start, a + b)
