"""When a task is due: a plan's words of time as days, and the turns of recurring work. Pure."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WEEK = timedelta(days=7)
_A_WEEK = re.compile(r"/\s*tuần|(mỗi|một|hằng|hàng|1|01)\s+tuần", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Two days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of recurring work, and how many things it needs."""

    label: str
    starts_on: date
    ends_on: date
    needed: int = 1


def first_day(text: str) -> date:
    """The first day of "2025", "2025-08" or "2025-08-15".

    >>> first_day("2025-08")
    datetime.date(2025, 8, 1)
    """
    year, month, day = ([int(part) for part in text.split("-")] + [1, 1])[:3]
    return date(year, month, day)


def last_day(text: str) -> date:
    """The last day of "2025", "2025-08" or "2025-08-15".

    >>> last_day("2026-02"), last_day("2025")
    (datetime.date(2026, 2, 28), datetime.date(2025, 12, 31))
    """
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = [*parts, 12][:2]
    return date(year, month, calendar.monthrange(year, month)[1])


def plan_span(content: Mapping[str, Any], today: date) -> Span:
    """The years that a plan names anywhere, from the first day to the last; this year where it names none."""
    years = {target["year"] for target in content["targets"] if target.get("year")}
    for task in content["tasks"]:
        period = task["period"]
        years |= {int(text[:4]) for text in (period.get("from"), period.get("to")) if text}
    years = years or {today.year}
    return Span(date(min(years), 1, 1), date(max(years), 12, 31))


def begins_on(head: Mapping[str, Any], span: Span) -> date:
    """The day from which a plan's recurring work counts: its own date or, where the file leaves that blank, the
    date of the newest document it stands on; never before its first year."""
    dates = [head["date"]] if head.get("date") else [b["date"] for b in head.get("legal_bases", []) if b.get("date")]
    newest = max((first_day(text) for text in dates), default=span.first)
    return newest if span.first <= newest <= span.last else span.first


def span_of(period: Mapping[str, Any], plan: Span) -> Span | None:
    """The days of a task's period. An end that is open is the plan's own; recurring work without bounds runs as long
    as the plan; None where unknown."""
    start, end = str(period.get("from") or ""), str(period.get("to") or "")
    if start and not end and period["kind"] in {"month", "year"}:
        end = start
    if start or end:
        first = first_day(start) if start else min(plan.first, last_day(end))
        return Span(first, last_day(end) if end else max(plan.last, first))
    return plan if period["kind"] in {"yearly", "weekly"} else None


def needed_a_week(period: Mapping[str, Any], measures: Sequence[Mapping[str, Any]]) -> int:
    """How many things a week the task asks for: "ít nhất 01 tin/tuần" is 1; 0 where it is not weekly work."""
    for measure in measures:
        if _A_WEEK.search(f"{measure['unit']} {measure['what']}"):
            return max(1, math.ceil(float(measure["value"])))
    return 1 if period["kind"] == "weekly" else 0


def turns(period: Mapping[str, Any], measures: Sequence[Mapping[str, Any]], plan: Span, since: date) -> list[Turn]:
    """The turns of recurring work through its period, from `since` on; none where the work is done once."""
    span = span_of(period, plan)
    if span is None:
        return []
    first = max(span.first, since) if since <= span.last else span.first
    if needed := needed_a_week(period, measures):
        return list(weeks(first, span.last, needed))
    if period["kind"] == "yearly":
        years = range(first.year, span.last.year + 1)
        return [Turn(f"Năm {year}", date(year, 1, 1), date(year, 12, 31)) for year in years]
    return []


def weeks(first: date, last: date, needed: int) -> Iterator[Turn]:
    """The ISO weeks, Monday to Sunday, that touch the days from `first` to `last`.

    >>> [turn.label for turn in weeks(date(2026, 12, 30), date(2027, 1, 5), 1)]
    ['Tuần 53/2026', 'Tuần 1/2027']
    """
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        year, week, _ = monday.isocalendar()
        yield Turn(f"Tuần {week}/{year}", monday, monday + WEEK - timedelta(days=1), needed)
        monday += WEEK
