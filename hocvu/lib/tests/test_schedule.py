"""When a job is due, over any span of time however it is cut."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocvu.lib.schedule import ZONE, Rule, due_moments, next_moment, rule_of

RULES = st.one_of(
    st.sampled_from([5, 15, 60, 720]).map(lambda minutes: Rule(minutes=minutes)),
    st.times().map(lambda at: Rule(at=at.replace(microsecond=0))),
    st.builds(Rule, at=st.times(), weekday=st.integers(0, 6)),
    st.builds(Rule, at=st.times(), day=st.integers(1, 31)),
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.sampled_from([UTC, ZONE]))
SPANS = st.timedeltas(timedelta(0), timedelta(days=70))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@settings(deadline=None)
@given(RULES, MOMENTS, st.lists(SPANS, min_size=1, max_size=4))
def test_it_loses_and_doubles_no_moment_however_the_time_is_cut(rule, start, spans):
    cuts = [start]
    for span in spans:
        cuts.append(cuts[-1] + span)
    pieces = [moment for a, b in pairwise(cuts) for moment in due_moments(rule, a, b)]
    assert pieces == due_moments(rule, cuts[0], cuts[-1])
    assert len(set(pieces)) == len(pieces)
    assert pieces == sorted(pieces)


@settings(deadline=None)
@given(RULES, MOMENTS, SPANS)
def test_it_gives_only_moments_that_are_due_and_leaves_out_none(rule, start, span):
    found = due_moments(rule, start, start + span)
    days = (start.astimezone(ZONE).date() + timedelta(days=n) for n in range(span.days + 3))
    every = [moment for day in days for moment in rule.on(day)]
    assert found == [moment for moment in every if start < moment <= start + span]


@given(RULES, MOMENTS)
def test_it_names_the_next_moment_and_nothing_is_due_before_it(rule, start):
    coming = next_moment(rule, start)
    assert due_moments(rule, start, coming) == [coming]


@given(st.integers(1, 31), MOMENTS)
def test_a_monthly_job_comes_once_in_each_month_even_in_february(day, start):
    found = due_moments(Rule(day=day), start, start + timedelta(days=365))
    months = [moment.year * 12 + moment.month for moment in found]
    assert months == list(range(months[0], months[0] + len(months)))
    assert len(months) in {11, 12, 13}


def test_it_reads_the_ward_s_own_time():
    due = due_moments(rule_of("month", day=15, at="00:05"), local("2025-08-20"), local("2025-11-01"))
    assert due == [local("2025-09-15T00:05"), local("2025-10-15T00:05")]
    assert due[0].astimezone(UTC).isoformat() == "2025-09-14T17:05:00+00:00"


def test_it_says_the_rule_in_words():
    said = [
        rule_of("minutes", 5).in_words(),
        rule_of("day", at="02:00").in_words(),
        rule_of("week", weekday=0, at="07:30").in_words(),
        rule_of("month", day=15, at="00:05").in_words(),
    ]
    assert said == [
        "mỗi 5 phút",
        "mỗi ngày, 2 giờ 00",
        "thứ Hai hằng tuần, 7 giờ 30",
        "ngày 15 mỗi tháng, 0 giờ 05",
    ]


@pytest.mark.parametrize(
    ("period", "count", "more"),
    [
        ("minutes", 7, {}),
        ("day", 2, {}),
        ("day", 1, {"weekday": 1}),
        ("week", 1, {}),
        ("week", 1, {"weekday": 7}),
        ("month", 1, {"day": 32}),
        ("month", 1, {}),
    ],
)
def test_it_refuses_a_rule_without_meaning(period, count, more):
    with pytest.raises(ValueError, match=r"minutes|meaning|weekday|day"):
        rule_of(period, count, **more)
