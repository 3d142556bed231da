"""The turns of recurring work laid out as a page shows them: months down, weeks across, each with its count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from hocvu.plan.models import Occurrence
from hocvu.plan.turns import Turn


@dataclass(frozen=True, slots=True)
class Square:
    """One turn as a square: how many pieces of accepted evidence, and how that looks."""

    turn: Turn
    day: date

    @property
    def occurrence(self) -> Occurrence:
        return self.turn.occurrence

    @property
    def middle(self) -> date:
        """The day that says to which month and year a turn belongs: of a week its Thursday."""
        return self.occurrence.starts_on + (self.occurrence.ends_on - self.occurrence.starts_on) / 2

    @property
    def is_now(self) -> bool:
        return self.turn.has_begun(self.day) and not self.turn.is_over(self.day)

    @property
    def is_missed(self) -> bool:
        return self.turn.is_over(self.day) and not self.turn.is_met

    @property
    def is_ahead(self) -> bool:
        return not self.turn.has_begun(self.day)

    @property
    def look(self) -> str:
        """The square's class; the present turn is framed besides."""
        if self.is_missed:
            return "is-missed"
        if self.turn.is_met:
            more = self.turn.accepted > self.occurrence.needed
            return ("is-more" if more else "is-ok") + (" is-now" if self.is_now else "")
        return "is-now" if self.is_now else "is-next"

    @property
    def words(self) -> str:
        """What stands for the square in words."""
        if self.is_ahead:
            return "chưa đến"
        said = f"{self.turn.accepted} trên {self.occurrence.needed} đã kiểm"
        return f"{said}, {self.turn.waiting} chờ kiểm" if self.turn.waiting else said


@dataclass(frozen=True, slots=True)
class Calendar:
    """The turns of one year, and the sentence that sums them up."""

    year: int
    years: list[int]
    squares: list[Square]
    is_weekly: bool

    @property
    def months(self) -> list[tuple[int, list[Square]]]:
        return [(month, list(group)) for month, group in groupby(self.squares, lambda s: s.middle.month)]

    @property
    def summary(self) -> str:
        """ "45 trên 47 tuần đủ. Trống: Tuần 8, Tuần 46." """
        begun = [s for s in self.squares if s.turn.is_over(s.day)]
        if not begun:
            return "Chưa có kỳ nào kết thúc."
        word = "tuần" if self.is_weekly else "kỳ"
        missed = [s.occurrence.label for s in begun if s.is_missed]
        said = f"{len(begun) - len(missed)} trên {len(begun)} {word} đã qua đủ bằng chứng."
        if not missed:
            return said
        more = f" và {len(missed) - 6} {word} khác" if len(missed) > 6 else ""
        return f"{said} Thiếu: {', '.join(missed[:6])}{more}."


def calendar(turns: Sequence[Turn], day: date, asked: str) -> Calendar | None:
    """The turns of the year asked for, else of the present one, else of the nearest; None without turns."""
    if not turns:
        return None
    is_weekly = all((t.occurrence.ends_on - t.occurrence.starts_on).days < 8 for t in turns)
    squares = [Square(turn, day) for turn in turns]
    if not is_weekly:
        return Calendar(day.year, [], squares, is_weekly)
    years = sorted({square.middle.year for square in squares})
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else day.year
    year = year if year in years else min(years, key=lambda known: abs(known - day.year))
    return Calendar(year, years, [square for square in squares if square.middle.year == year], is_weekly)
