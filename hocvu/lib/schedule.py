"""When recurring jobs are due. Pure: a rule and two moments in, the moments between them out.

A job says when it runs, in the ward's own time (Asia/Ho_Chi_Minh), where it is written:

    @every("month", day=15, at="00:05", title="Mở kỳ báo cáo tháng", repeatable=True)
    def open_month(due: datetime) -> str: ...

`ward.schedule` keeps what has run; nothing here knows a table.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY_MINUTES = 24 * 60
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

Period = Literal["minutes", "day", "week", "month"]
CatchUp = Literal["each", "last"]
Run = Callable[[datetime], "str | None"]


@dataclass(frozen=True)
class Rule:
    """When a job is due: every so many minutes, or at a time of day on the days that fit."""

    minutes: int = 0
    at: time = time(0)
    weekday: int | None = None  # 0 is Monday
    day: int | None = None  # of the month; in a shorter month its last day

    def __post_init__(self) -> None:
        """Refuse a rule that would drift or never come."""
        if self.minutes and DAY_MINUTES % self.minutes:
            raise ValueError(f"every {self.minutes} minutes does not divide a day")
        if self.weekday is not None and not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday {self.weekday} is not 0 (Monday) to 6 (Sunday)")
        if self.day is not None and not 1 <= self.day <= 31:
            raise ValueError(f"day {self.day} is not 1 to 31")

    def fits(self, day: date) -> bool:
        """Whether the job is due at all on this day.

        >>> Rule(day=31).fits(date(2025, 9, 30))
        True
        """
        if self.weekday is not None:
            return day.weekday() == self.weekday
        if self.day is not None:
            return day.day == min(self.day, calendar.monthrange(day.year, day.month)[1])
        return True

    def on(self, day: date) -> Iterator[datetime]:
        """The moments of one day, in order."""
        if not self.fits(day):
            return
        if not self.minutes:
            yield datetime.combine(day, self.at, ZONE)
            return
        for minute in range(0, DAY_MINUTES, self.minutes):
            yield datetime.combine(day, time(*divmod(minute, 60)), ZONE)

    def in_words(self) -> str:
        """The rule as an officer reads it.

        >>> Rule(day=15, at=time(0, 5)).in_words()
        'ngày 15 mỗi tháng, 0 giờ 05'
        """
        if self.minutes:
            return f"mỗi {self.minutes} phút"
        clock = f"{self.at.hour} giờ {self.at.minute:02}"
        if self.weekday is not None:
            return f"{WEEKDAYS[self.weekday]} hằng tuần, {clock}"
        return f"ngày {self.day} mỗi tháng, {clock}" if self.day else f"mỗi ngày, {clock}"


@dataclass(frozen=True)
class Job:
    """A recurring piece of work: its lasting name, its Vietnamese title, when and how it runs.

    `run` is called with the due moment and may answer with a note. What it writes is kept whole or not at
    all, so `repeatable` asks only about the world outside the database: may a run that died begin again?
    It is short, since on SQLite everyone who writes waits for it; long work it puts into the queue.
    """

    name: str
    title: str
    rule: Rule
    run: Run
    repeatable: bool
    catch_up: CatchUp


_jobs: dict[str, Job] = {}


def jobs() -> list[Job]:
    """Every job declared so far, in the order of declaration."""
    return list(_jobs.values())


def every(
    period: Period,
    count: int = 1,
    *,
    title: str,
    repeatable: bool,
    at: str = "00:00",
    weekday: int | None = None,
    day: int | None = None,
    catch_up: CatchUp = "last",
) -> Callable[[Run], Run]:
    """Declare a function of the due moment as a job.

    After the server slept, `catch_up="each"` runs every moment that was missed, "last" the newest only.
    """
    rule = rule_of(period, count, at=at, weekday=weekday, day=day)

    def declare(run: Run) -> Run:
        name = name_of(run)
        if name in _jobs and _jobs[name].run is not run:
            raise ValueError(f"two jobs are called {name}")
        _jobs[name] = Job(name, title, rule, run, repeatable, catch_up)
        return run

    return declare


def rule_of(
    period: Period, count: int = 1, *, at: str = "00:00", weekday: int | None = None, day: int | None = None
) -> Rule:
    """Read a declaration; refuse what the period does not know."""
    if (period == "week") != (weekday is not None) or (period == "month") != (day is not None):
        raise ValueError(f"every {period!r} with weekday={weekday}, day={day} has no meaning")
    if period == "minutes":
        return Rule(minutes=count)
    if count != 1:
        raise ValueError(f"every {count} {period!r} has no meaning")
    return Rule(at=time.fromisoformat(at), weekday=weekday, day=day)


def name_of(run: Run) -> str:
    """The job's lasting name: room and function, such as plan.open_month."""
    return f"{run.__module__.split('.')[-2]}.{run.__name__}"


def due_moments(rule: Rule, after: datetime, until: datetime) -> list[datetime]:
    """The due moments later than `after`, up to and including `until`.

    Half open, so that spans laid end to end lose no moment and give none twice.
    """
    return list(_moments(rule, after, until))


def next_moment(rule: Rule, after: datetime) -> datetime:
    """The first due moment later than `after`."""
    return next(_moments(rule, after, after + timedelta(days=62)))


def start_of_day(moment: datetime) -> datetime:
    """Midnight of the moment's day in the ward."""
    return datetime.combine(moment.astimezone(ZONE).date(), time(0), ZONE)


def _moments(rule: Rule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Walk the days of the span."""
    day, last = after.astimezone(ZONE).date(), until.astimezone(ZONE).date()
    while day <= last:
        yield from (moment for moment in rule.on(day) if after < moment <= until)
        day += timedelta(days=1)
