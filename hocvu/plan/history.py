"""How a figure came to be what it is: what was recorded of its measure, or what units declared, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hocvu.plan import forecasting
from hocvu.plan.forecasting import Forecast, Need
from hocvu.plan.models import DeclaredFigure, FigureRecord, Target, TaskMeasure
from hocvu.plan.standing import Standing


@dataclass(frozen=True, slots=True)
class Moment:
    """A figure of a day."""

    day: date
    numerator: int
    denominator: int | None

    @property
    def share(self) -> float | None:
        return self.numerator * 100 / self.denominator if self.denominator else None


def moments(subject: Target | TaskMeasure, standing: Standing) -> list[Moment]:
    """The figures of a subject day by day, the oldest first, up to the one that stands."""
    day = subject.counted_on(standing.day)
    found: dict[date, Moment] = {}
    if standing.figure is not None and standing.figure.kind == "declared" and isinstance(subject, Target):
        rows = DeclaredFigure.objects.standing().filter(target=subject, as_of__lte=day)
        found = {row.as_of: Moment(row.as_of, row.numerator, row.denominator) for row in rows.order_by("declared_at")}
    elif subject.measure:
        records = FigureRecord.objects.filter(
            ward=subject.plan.ward, measure=subject.measure, neighbourhood=None, as_of__lte=day
        )
        found = {row.as_of: Moment(row.as_of, row.numerator, row.denominator) for row in records}
    if standing.figure is not None and standing.figure.kind != "declared":
        found[day] = Moment(day, standing.figure.numerator, standing.figure.denominator)
    return [found[one] for one in sorted(found)]


def ends_of_months(found: Sequence[Moment]) -> list[Moment]:
    """The last figure of each month."""
    last = {(one.day.year, one.day.month): one for one in found}
    return list(last.values())


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a subject goes: a forecast or why there is none, and what being in time takes."""

    forecast: Forecast | None
    why_not: str
    need: Need | None
    low: float | None
    middle: float | None
    high: float | None


def outlook(subject: Target | TaskMeasure, standing: Standing, found: Sequence[Moment]) -> Outlook | None:
    """The outlook of a subject to the last day of its year; None where it has no year, is closed or has no figure."""
    if subject.year is None or standing.figure is None or standing.is_closed or standing.day.year > subject.year:
        return None
    due, whole = date(subject.year, 12, 31), standing.figure.denominator
    need = forecasting.need(standing.lacking, standing.day, due)
    told = forecasting.forecast([(one.day, one.numerator) for one in found], due, whole)
    if isinstance(told, str):
        return Outlook(None, told, need, None, None, None)

    def scaled(value: int) -> float | None:
        if subject.is_share:
            return value * 100 / whole if whole else None
        return float(value)

    return Outlook(told, "", need, scaled(told.low), scaled(told.middle), scaled(told.high))
