"""Working days: weekends off, holidays off, Saturdays and Sundays worked in exchange on. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """The days of a country that are not what their weekday says."""

    holidays: Collection[date] = ()
    made_up: Collection[date] = ()

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day. A day made up for is worked even where it is named a holiday too."""
        if day in self.made_up:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The working day that is so many working days after a day; the day itself is not counted.

        >>> Workdays(holidays={date(2026, 4, 30), date(2026, 5, 1)}).after(date(2026, 4, 29), 2)
        datetime.date(2026, 5, 5)
        """
        while count > 0:
            day += DAY
            count -= self.is_working(day)
        return day

    def or_next(self, day: date) -> date:
        """The day, or the first working day after it."""
        while not self.is_working(day):
            day += DAY
        return day
