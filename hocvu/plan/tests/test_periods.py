"""A plan's words of time as days; an end that the plan leaves open is the plan's own."""

from __future__ import annotations

from datetime import date

import pytest

from hocvu.plan.periods import Span, span_of

PLAN = Span(date(2025, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("kind", "start", "end", "first", "last"),
    [
        ("month", "2025-08", "2025-08", date(2025, 8, 1), date(2025, 8, 31)),
        ("year", "2025", None, date(2025, 1, 1), date(2025, 12, 31)),
        ("range", None, "2025-09-30", date(2025, 1, 1), date(2025, 9, 30)),
        ("range", "2025-08-01", None, date(2025, 8, 1), date(2026, 12, 31)),
        ("years", "2025", None, date(2025, 1, 1), date(2026, 12, 31)),
        ("range", None, "2024-06", date(2024, 6, 30), date(2024, 6, 30)),
        ("range", "2030", None, date(2030, 1, 1), date(2030, 1, 1)),
    ],
)
def test_one_end_is_enough_for_a_deadline(kind, start, end, first, last):
    assert span_of({"kind": kind, "from": start, "to": end}, PLAN) == Span(first, last)


def test_what_is_unknown_has_no_days_and_what_recurs_has_the_plan_s():
    assert span_of({"kind": "unknown", "from": None, "to": None}, PLAN) is None
    assert span_of({"kind": "weekly", "from": None, "to": None}, PLAN) == PLAN
