"""Months, and the two days that a monthly report hangs on: what it tells of, and until when it is in time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hocvu.lib.schedule import ZONE

DAY = timedelta(days=1)
LAST_SAFE_DAY = 28  # every month has it
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of one year."""

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse what no calendar has."""
        date(self.year, self.month, 1)

    @classmethod
    def of(cls, day: date) -> Month:
        """The month that a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month:
        """The month written "2025-09". Raises ValueError with the text otherwise.

        >>> Month.read("2025-09")
        Month(year=2025, month=9)
        """
        found = _MONTH.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a month; write it as 2025-09")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def words(self) -> str:
        """How it is said: "tháng 9/2025"."""
        return f"tháng {self.month}/{self.year}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return self.plus(1).first - DAY

    def plus(self, count: int) -> Month:
        """The month so many months later, or before.

        >>> Month(2025, 11).plus(2), Month(2026, 1).plus(-1)
        (Month(year=2026, month=1), Month(year=2025, month=12))
        """
        year, month = divmod(self.year * 12 + self.month - 1 + count, 12)
        return Month(year, month + 1)

    def on(self, day: int) -> date:
        """A day of the month; in a shorter month its last day."""
        return min(self.last, self.first + timedelta(days=day - 1))


def window(month: Month, from_day: int) -> tuple[date, date]:
    """The days that the report of a month tells of, both included: from a day of the month before to the day before
    that day. No day is told twice and none is left out.

    >>> window(Month(2025, 9), 15)
    (datetime.date(2025, 8, 15), datetime.date(2025, 9, 14))
    """
    if not 1 <= from_day <= LAST_SAFE_DAY:
        raise ValueError(f"a window begins on day 1 to {LAST_SAFE_DAY}, not {from_day}")
    return month.plus(-1).on(from_day), month.on(from_day) - DAY


def due_moment(month: Month, before_day: int) -> datetime:
    """The first moment that is too late for a report due "before day 23": midnight at the end of the 22nd, in the
    ward's time. It never moves for a weekend.

    >>> due_moment(Month(2025, 9), 23).isoformat()
    '2025-09-23T00:00:00+07:00'
    """
    if not 1 <= before_day <= LAST_SAFE_DAY + 1:
        raise ValueError(f"a report is due before day 1 to {LAST_SAFE_DAY + 1}, not {before_day}")
    return start_of(month.first + timedelta(days=before_day - 1))


def start_of(day: date) -> datetime:
    """The first moment of a day in the ward."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
