"""Where a target will stand: reckoned by hand, held to its band, never beyond what can be."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.plan.forecasting import Forecast, by_week, forecast, need

DAY = date(2026, 9, 1)


def weeks(*values: int) -> list[tuple[date, int]]:
    return [(DAY + timedelta(weeks=at), value) for at, value in enumerate(values)]


def test_a_steady_growth_goes_on_and_leaves_no_band():
    found = forecast(weeks(100, 110, 120, 130, 140), DAY + timedelta(weeks=8), None)
    assert isinstance(found, Forecast)
    assert (found.low, found.middle, found.high, found.weeks) == (180, 180, 180, 4)


def test_by_hand():
    # growths 10, 20, 10, 20: mean 15, s = 5.7735; 4 weeks ahead: 60 +- 1.638 * 5.7735 * sqrt(4 + 16/4) = 26.75
    found = forecast(weeks(0, 10, 30, 40, 60), DAY + timedelta(weeks=8), None)
    assert isinstance(found, Forecast)
    assert (found.low, found.middle, found.high) == (93, 120, 147)


@pytest.mark.parametrize(
    ("points", "due", "words"),
    [
        ([], DAY, "Chưa có số liệu"),
        (weeks(1, 2, 3), DAY + timedelta(weeks=9), "Mới có 2 tuần"),
        (weeks(1, 2, 3, 4, 5), DAY + timedelta(weeks=4), "Đã đến hạn"),
    ],
)
def test_it_says_why_there_is_no_forecast(points, due, words):
    assert words in str(forecast(points, due, None))


@given(st.lists(st.integers(0, 500), min_size=5, max_size=20), st.integers(1, 60), st.integers(0, 300))
def test_no_forecast_is_below_what_is_or_above_the_whole(values: list[int], ahead: int, more: int):
    points = weeks(*values)
    whole = values[-1] + more
    found = forecast(points, points[-1][0] + timedelta(weeks=ahead), whole)
    assert isinstance(found, Forecast)
    assert values[-1] <= found.low <= found.middle <= found.high <= whole


def test_the_band_holds_the_truth_four_times_out_of_five():
    chance, held, tries = random.Random(7), 0, 2000
    for _ in range(tries):
        growths = [max(0.0, chance.gauss(50, 15)) for _ in range(20)]
        values = [round(sum(growths[:at])) for at in range(21)]
        points = weeks(*values)
        found = forecast(points[:13], points[20][0], None)
        assert isinstance(found, Forecast)
        held += found.low <= values[20] <= found.high
    assert 0.78 <= held / tries <= 0.84


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 1000)), min_size=1, max_size=40))
def test_weeks_end_with_the_newest_count(pairs: list[tuple[int, int]]):
    series = sorted({DAY + timedelta(days=day): value for day, value in pairs}.items())
    assert by_week(series)[-1] == series[-1][1]


def test_what_a_week_must_bring():
    today = date(2026, 11, 26)
    found = need(1240, today, date(2026, 12, 31))
    assert found and (found.a_week, found.days) == (248, 35)
    assert need(0, today, date(2026, 12, 31)) is None
    assert need(5, today, today) is None
    late = need(9, today, date(2026, 11, 29))
    assert late and late.a_week == 9


@given(st.integers(1, 100_000), st.integers(1, 400))
def test_so_many_a_week_are_enough(lacking: int, days: int):
    found = need(lacking, DAY, DAY + timedelta(days=days))
    assert found is not None
    assert found.a_week * max(7, days) >= lacking * 7
