"""Figures are written down every night: for the history, for the public's table, and for an audit that recounts.

The night after a day writes what the day came to, of the whole ward; places are written on Sundays and at the ends of
months. The audit counts the recorded days again: where it finds another figure, something about that day was entered
or corrected later, and the trail says what.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count as CountRows

from hocvu.lib.disclosure import PROTECTED_THRESHOLD, THRESHOLD, Count, Shown, publish
from hocvu.plan import declaring, drilling, measures
from hocvu.plan.measures import Figure, Measure
from hocvu.plan.models import FigureDrift, FigureRecord, FrozenFigure, PublishedCell, Target
from hocvu.ward import work
from hocvu.ward.audit_words import in_words
from hocvu.ward.models import AuditEntry, Ward

RECOUNTED_DAYS = 7  # the last days are counted again every night, and the ends of the last months
RECOUNTED_MONTHS = 12
SUNDAY = 6
LONGEST_WHY = 300


@transaction.atomic
def record_day(ward: Ward, day: date) -> int:
    """Write down what every measure of a ward came to on a day; a day that was written stays as it is. Answers how many
    figures were written."""
    written = 0
    known = set(FigureRecord.objects.filter(ward=ward, as_of=day, neighbourhood=None).values_list("measure", flat=True))
    for one in measures.every_measure():
        figure = one.count(ward, day) if one.count and one.code not in known else None
        if figure is None:
            continue
        cells = drilling.by_neighbourhood(one, ward, day)
        rows = [_record(ward, one, figure, day)]
        if _places_are_kept(day):
            rows += [_cell_record(ward, one, figure, cell, day) for cell in cells if cell.place is not None]
        FigureRecord.objects.bulk_create(rows)
        _publish(ward, one, cells, day)
        written += len(rows)
    return written


def _places_are_kept(day: date) -> bool:
    return day.weekday() == SUNDAY or day.day == calendar.monthrange(day.year, day.month)[1]


def _record(ward: Ward, one: Measure, figure: Figure, day: date) -> FigureRecord:
    return FigureRecord(
        ward=ward,
        measure=one.code,
        as_of=day,
        numerator=figure.numerator,
        denominator=figure.denominator,
        kind=figure.kind,
        source=figure.source[:300],
    )


def _cell_record(ward: Ward, one: Measure, figure: Figure, cell: drilling.Cell, day: date) -> FigureRecord:
    row = _record(ward, one, figure, day)
    row.neighbourhood, row.numerator, row.denominator = cell.place, cell.numerator, cell.denominator
    return row


def _publish(ward: Ward, one: Measure, cells: list[drilling.Cell], day: date) -> None:
    """Bring the public table of the year to the day, without telling of a few."""
    counts = {cell.place.pk: Count(cell.numerator, cell.denominator) for cell in cells if cell.place is not None}
    kept = {row.neighbourhood_id: row for row in _published(ward, one.code, day.year)}
    before = {
        place: Shown(place, None if row.is_hidden else Count(row.numerator or 0, row.denominator), row.as_of)
        for place, row in kept.items()
    }
    threshold = PROTECTED_THRESHOLD if one.protected else THRESHOLD
    for place, shown in publish(counts, before, day, threshold).items():
        if shown == before.get(place):
            continue
        row = kept.get(place) or PublishedCell(ward=ward, measure=one.code, year=day.year, neighbourhood_id=place)
        row.is_hidden, row.as_of = shown.count is None, shown.as_of
        row.numerator = shown.count.reached if shown.count else None
        row.denominator = shown.count.whole if shown.count else None
        row.save()


def _published(ward: Ward, code: str, year: int) -> list[PublishedCell]:
    rows = PublishedCell.objects.filter(ward=ward, measure=code, year=year)
    return list(rows.select_related("neighbourhood").order_by("neighbourhood__number", "neighbourhood__name"))


def published(ward: Ward, code: str, day: date) -> list[PublishedCell]:
    """The public table of a measure, as of the last night: places that are hidden say so and nothing else."""
    return _published(ward, code, day.year)


# ---- The audit


def recount(ward: Ward, today: date) -> list[FigureDrift]:
    """Count recorded days again; keep and answer each difference from what was last known of the day."""
    rows = FigureRecord.objects.filter(ward=ward, neighbourhood=None, as_of__in=list(_recounted(today)))
    found = []
    for row in rows.prefetch_related("drifts"):
        figure = measures.count(row.measure, ward, row.as_of)
        last = max(row.drifts.all(), key=lambda drift: drift.pk, default=None)
        known = (last or row).numerator, (last or row).denominator
        now = (figure.numerator, figure.denominator) if figure else (0, None)
        if now != known:
            since = last.found_at if last else row.taken_at
            found.append(FigureDrift(record=row, numerator=now[0], denominator=now[1], why=_why(ward, since)))
    return FigureDrift.objects.bulk_create(found)


def _recounted(today: date) -> Iterator[date]:
    yield from (today - timedelta(days=back) for back in range(1, RECOUNTED_DAYS + 1))
    end = today.replace(day=1) - timedelta(days=1)
    for _ in range(RECOUNTED_MONTHS):
        yield end
        end = end.replace(day=1) - timedelta(days=1)


def _why(ward: Ward, since: datetime) -> str:
    """What the trail says was done to the ward's records since a moment, in words."""
    acts = AuditEntry.objects.filter(ward=ward, at__gte=since, action__in=MOVES_FIGURES).order_by()
    said = [f"{row['n']} lần {in_words(row['action'])}" for row in acts.values("action").annotate(n=CountRows("pk"))]
    return ("; ".join(sorted(said)) or "Nhật ký không có việc nào giải thích được; cần xem lại.")[:LONGEST_WHY]


# Acts that change what is counted of a day that is over.
MOVES_FIGURES = {
    "imported people",
    "took an import of people back",
    "decided a total",
    "imported external figures",
    "withdrew external figures",
    "erased a person",
    "decided a held row",
    "took back the decision on a held row",
    "merged people",
    "parted people",
    "changed neighbourhoods",
    "changed a household",
    "added a person",
    "corrected a person",
    "moved a person",
    "recorded a departure",
    "recorded a death",
    "recorded a membership",
    "ended a membership",
    "accepted evidence",
    "returned evidence",
    "recorded a visit",
    "corrected a visit",
    "let something from the field count",
    "set something from the field aside",
    "recorded help to a person",
    "took help back",
    "took attendance",
    "took a mark of attendance back",
    "matched a name of a class",
    "cancelled a class",
    "cancelled a session",
    "said that a session was held",
    "changed a class",  # a gathering may have been a class
    "added sessions to a class",
    "took somebody off training",
    "marked who missed training",
    "named whom a unit sends to training",
    "put training into the register",
    "added a team member",
    "ended a team member",
    "marked who attended training",
    "let somebody off training",
    "withdrew training",
    "changed training",
    "marked digital content of a programme",
    "took back the mark of digital content",
}


# ---- The end of a year


@transaction.atomic
def freeze_closed(today: date) -> int:
    """Keep the figures of targets whose year is closed; answers how many were frozen now."""
    open_rows = Target.objects.filter(year__lt=today.year, frozen=None).select_related("plan__ward")
    closed = [target for target in open_rows if declaring.is_closed(target, today)]
    figures = measures.figures_of_targets(closed, today)
    rows = [
        FrozenFigure(
            target=target,
            numerator=figure.numerator,
            denominator=figure.denominator,
            kind=figure.kind,
            source=figure.source[:300],
            as_of=figure.as_of,
        )
        for target in closed
        if (figure := figures.get(target.pk)) is not None
    ]
    FrozenFigure.objects.bulk_create(rows)
    return len(rows)


@work.background(title="Ghi và đếm lại số liệu của một nơi", repeatable=True)
def record_ward(ward_id: int, day: str) -> str:
    """The night's work in one ward: write a day down and recount those before. A second run finds it done."""
    ward, written_day = Ward.objects.get(pk=ward_id), date.fromisoformat(day)
    written = record_day(ward, written_day)
    drifts = recount(ward, written_day + timedelta(days=1))
    return f"{written} số liệu, {len(drifts)} số lệch"
