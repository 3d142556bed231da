"""The working calendar of the installation: rows for holidays and for days that are worked in exchange."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from hocvu.lib.refusals import Refusal
from hocvu.lib.workdays import Workdays
from hocvu.ward import audit
from hocvu.ward.models import Account, CalendarDay

# Days that the law names by their date. Bộ luật Lao động 2019, Điều 112. Tết, Giỗ Tổ and the second day at 2/9 move
# with the year and are announced: they are entered when they are.
FIXED = ((1, 1, "Tết Dương lịch"), (4, 30, "Ngày Chiến thắng"), (5, 1, "Ngày Quốc tế lao động"), (9, 2, "Quốc khánh"))
FIXED_SOURCE = "Bộ luật Lao động 2019, Điều 112"
ANNOUNCED = 8  # days of a year that are announced: five of Tết, Giỗ Tổ, one beside 2/9, and what falls on weekends


def workdays() -> Workdays:
    """The calendar as it stands; one question."""
    rows = list(CalendarDay.objects.values_list("day", "kind"))
    of = CalendarDay.Kind
    return Workdays(
        {day for day, kind in rows if kind == of.HOLIDAY}, {day for day, kind in rows if kind == of.WORKDAY}
    )


def is_complete(year: int) -> bool:
    """Whether more than the fixed days of a year were entered."""
    return CalendarDay.objects.filter(day__year=year).count() > len(FIXED)


@transaction.atomic
def add_fixed(year: int, *, by: Account | None) -> int:
    """Enter the days that the law names by their date; those that are there stay. Answers how many were added."""
    known = set(CalendarDay.objects.filter(day__year=year).values_list("day", flat=True))
    days = [(date(year, month, day), name) for month, day, name in FIXED]
    new = [
        CalendarDay(day=day, kind=CalendarDay.Kind.HOLIDAY, name=name, source=FIXED_SOURCE)
        for day, name in days
        if day not in known
    ]
    CalendarDay.objects.bulk_create(new)
    if new:
        audit.record(by, "changed the working calendar", str(year), count=len(new))
    return len(new)


@transaction.atomic
def add(day: date, *, kind: str, name: str, source: str, by: Account | None) -> CalendarDay:
    """A holiday, or a day worked in exchange."""
    if CalendarDay.objects.filter(day=day).exists():
        raise Refusal(f"Ngày {day:%d/%m/%Y} đã có trong lịch. Hãy bỏ dòng cũ trước.", "day")
    row = CalendarDay.objects.create(day=day, kind=kind, name=name, source=source)
    audit.record(by, "changed the working calendar", f"{day:%d/%m/%Y}", state=row.get_kind_display())
    return row


@transaction.atomic
def remove(row: CalendarDay, *, by: Account | None) -> None:
    """The day is again what its weekday says."""
    row.delete()
    audit.record(by, "changed the working calendar", f"{row.day:%d/%m/%Y}", state="bỏ")
