"""Periods open by themselves, with days that do not move and a list of reporters that does not change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.months import DAY, Month, due_moment, window
from hocvu.lib.schedule import ZONE
from hocvu.plan.jobs import open_periods
from hocvu.plan.models import Plan, ReportPeriod, ReportSetting, UnitReport
from hocvu.plan.reporting import opening, scoring
from hocvu.plan.tests.cast import Cast, at
from hocvu.plan.tests.reports import NOVEMBER, make_month
from hocvu.ward import neighbourhoods
from hocvu.ward.models import Neighbourhood, Unit
from hocvu.ward.tests.cast import make_unit

months = st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))


@given(months, st.integers(1, 28))
def test_windows_follow_each_other_without_gap_or_overlap(month: Month, from_day: int):
    first, last = window(month, from_day)
    assert first <= last
    assert window(month.plus(1), from_day)[0] == last + DAY
    assert 28 <= (last - first).days + 1 <= 31


@given(months, st.integers(1, 29))
def test_the_due_moment_is_midnight_and_never_moves_for_a_weekend(month: Month, before: int):
    due = due_moment(month, before)
    assert (due.hour, due.minute, due.utcoffset()) == (0, 0, timedelta(hours=7))
    assert (due - timedelta(seconds=1)).date() == month.first + timedelta(days=before - 2)


@given(months, st.integers(-3000, 3000))
def test_months_add_up(month: Month, count: int):
    if 1 <= (month.year * 12 + month.month + count) // 12 <= 9000:
        assert month.plus(count).plus(-count) == month
        assert Month.read(str(month)) == month


KEPT = st.tuples(
    st.sampled_from(UnitReport.State.values), st.booleans(), st.none() | st.integers(-20 * 86400, 20 * 86400)
)


@given(st.lists(KEPT))
def test_punctuality_adds_up_and_never_passes_all(rows: list[tuple[str, bool, int | None]]):
    due = datetime(2026, 11, 23, tzinfo=ZONE)
    period = ReportPeriod(due_at=due, locks_at=due + timedelta(days=8))
    reports = [
        UnitReport(period=period, state=state, is_asked=asked, first_submitted_at=None if off is None else due + timedelta(seconds=off))
        for state, asked, off in rows
    ]  # fmt: skip
    kept = scoring.punctuality(reports)
    assert kept.expected == kept.in_time + kept.late + kept.missing
    assert kept.expected + kept.excused + kept.asked == len(rows)
    assert kept.asked_sent <= kept.asked
    assert kept.share is None or 0 <= kept.share <= 100
    assert all(
        (report.days_late > 0) == (not report.is_in_time and report.first_submitted_at is not None)
        for report in reports
    )


@pytest.mark.django_db
def test_it_opens_on_the_fifteenth_by_itself_once(cast: Cast):
    Plan.objects.update(published_at=at("2026-09-20 08:00"))
    open_periods(at("2026-10-14 00:15"))
    assert not ReportPeriod.objects.exists()
    for _ in range(2):
        open_periods(at("2026-10-15 00:15"))
    period = ReportPeriod.objects.get()
    assert (period.words, period.window_from, period.window_to) == (
        "tháng 10/2026",
        date(2026, 9, 15),
        date(2026, 10, 14),
    )
    assert period.due_at == at("2026-10-23 00:00") and period.last_day == "22/10/2026"


@pytest.mark.django_db
def test_it_opens_what_was_missed_but_not_what_would_be_locked(cast: Cast):
    Plan.objects.update(published_at=at("2026-06-01 08:00"))
    open_periods(at("2026-11-24 09:00"))
    assert [p.words for p in ReportPeriod.objects.all()] == ["tháng 11/2026"]


@pytest.mark.django_db
def test_it_takes_the_day_from_the_plan_and_the_window_from_the_ward(cast: Cast):
    ReportSetting.objects.create(ward=cast.ward, window_from_day=1)
    period = make_month(cast).period
    assert (period.window_from, period.window_to) == (date(2026, 10, 1), date(2026, 10, 31))
    assert period.due_at == at("2026-11-23 00:00")
    assert period.receiver == cast.culture and "trước ngày 23" in period.rule


@pytest.mark.django_db
def test_the_list_of_reporters_is_frozen_when_the_period_opens(cast: Cast):
    month = make_month(cast)
    assert {str(r.unit) for r in month.period.reports.filter(is_team=False)} == {
        "Phòng Văn hóa - Xã hội", "Trung tâm sự nghiệp công", "Công an phường"}  # fmt: skip
    assert month.period.reports.filter(is_team=True).count() == 2
    assert month.of(cast.police).is_asked and not month.of(cast.centre).is_asked
    make_unit(cast.ward, "Tổ công nghệ số mới", Unit.Kind.TEAM)
    assert opening.open_month(cast.ward, NOVEMBER) == month.period
    assert month.period.reports.count() == 5


@pytest.mark.django_db
def test_a_unit_that_ends_before_the_day_is_let_off_and_counted_apart(cast: Cast):
    month = make_month(cast)
    Unit.objects.filter(pk=cast.centre.pk).update(valid_to=date(2026, 11, 17))
    open_periods(at("2026-11-18 00:15"))
    report = month.of(cast.centre)
    assert (report.state, report.reason) == ("excused", "Đơn vị kết thúc ngày 17/11/2026.")
    kept = scoring.punctuality(month.period.reports.select_related("period"))
    assert (kept.expected, kept.excused) == (3, 1)


@pytest.mark.django_db
def test_teams_of_merged_neighbourhoods_are_let_off_and_the_new_one_waits_for_the_next_month(cast: Cast, as_: Any):
    month = make_month(cast)
    places = list(Neighbourhood.objects.filter(ward=cast.ward))
    month.send(places[0].units.get(), month.tam)
    neighbourhoods.merge(
        cast.ward, places, name="Tổ dân phố số 12", number=12, day=date(2026, 11, 20), decision="QĐ 12", by=cast.thu
    )
    with clock.stopped_at(at("2026-11-21 00:15")):
        open_periods(at("2026-11-21 00:15"))
        states = sorted(month.period.reports.filter(is_team=True).values_list("state", flat=True))
    assert states == ["excused", "submitted"]
    with clock.stopped_at(at("2026-12-15 00:15")):
        december = opening.open_month(cast.ward, NOVEMBER.plus(1))
    assert [r.unit.neighbourhood.name for r in december.reports.filter(is_team=True)] == ["Tổ dân phố số 12"]
