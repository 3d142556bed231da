"""What outside systems confirmed: figures that come as a file, with the file as their evidence.

A file holds totals of neighbourhoods, or a list of people by identity number. The newest file up to the day counts;
lists add to one another. Nothing of it is ever derived from our own records, nor the other way round.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from hocvu.assessment import leaving
from hocvu.plan import populations
from hocvu.plan.measures import Drill, Figure, bounded, measure
from hocvu.plan.models import ExternalConfirmation, ExternalImport
from hocvu.ward.models import Person, Ward

Layout = ExternalImport.Layout
CODES = ("vneid_taught", "digital_identity")


def imports_of(code: str, ward: Ward, day: date) -> QuerySet[ExternalImport]:
    """The files of a measure that stand and are of a day up to this one, the newest first."""
    rows = ExternalImport.objects.filter(ward=ward, measure=code, as_of__lte=day, withdrawn_at=None)
    return rows.defer("sealed").order_by("-as_of", "-at", "-pk")


def confirmed(code: str, population: str, ward: Ward, day: date, *, are: bool = True) -> QuerySet[Person]:
    """The people of a population whom any list up to the day confirms, or whom none does."""
    rows = populations.population(population).rows
    if rows is None:
        return Person.objects.none()
    lists = list(imports_of(code, ward, day).order_by().values_list("pk", flat=True))
    told = ExternalConfirmation.objects.filter(source__in=lists, confirmed_on__lte=day, person=OuterRef("pk"))
    found: QuerySet[Person] = rows(ward, day).filter(Exists(told) if are else ~Exists(told))
    return found


def figure(code: str, population: str, ward: Ward, day: date) -> Figure | None:
    """What the newest file says; None before the first."""
    newest = imports_of(code, ward, day).first()
    if newest is None:
        return None
    whole = populations.whole(ward, population, day)
    source = f"{newest.issuer}{f', {newest.document}' if newest.document else ''}"
    if newest.layout == Layout.PEOPLE:
        numerator = confirmed(code, population, ward, day).count()
        return bounded(numerator, whole.value, _sources(source, whole.source), newest.as_of, "external")
    told = _totals(newest)
    if told["whole"] and told["known"]:
        return bounded(told["reached"], told["whole"], source, newest.as_of, "external")
    return bounded(told["reached"] or 0, whole.value, _sources(source, whole.source), newest.as_of, "external")


def cells(code: str, ward: Ward, day: date) -> dict[int | None, tuple[int, int | None]] | None:
    """The table of the newest file where it holds totals."""
    newest = imports_of(code, ward, day).first()
    if newest is None or newest.layout != Layout.TOTALS:
        return None
    rows = newest.figures.exclude(neighbourhood=None).values_list("neighbourhood", "numerator", "denominator")
    return {place: (numerator, denominator) for place, numerator, denominator in rows}


def _totals(newest: ExternalImport) -> dict[str, Any]:
    """The row of the whole ward where there is one, else the sum of the places; `known` when each has a whole."""
    rows = newest.figures.filter(neighbourhood=None)
    rows = rows if rows.exists() else newest.figures.all()
    sums = rows.aggregate(reached=Sum("numerator"), whole=Sum("denominator"))
    return {**sums, "known": not rows.filter(denominator=None).exists()}


def _sources(numerator: str, denominator: str) -> str:
    return f"Số đạt: {numerator}. Tổng số: {denominator}"


def _declare(code: str, population: str, title: str, definition: str) -> None:
    """Register one external measure."""
    whole = populations.population(population)
    assert whole.rows is not None
    drill = Drill(
        whole.rows,
        lambda ward, day: confirmed(code, population, ward, day),
        lambda ward, day: confirmed(code, population, ward, day, are=False),
    )

    @measure(
        code,
        title=title,
        unit=whole.unit,
        kind="external",
        definition=definition,
        population=population,
        drill=drill,
        cells=lambda ward, day: cells(code, ward, day),
    )
    def count(ward: Ward, day: date) -> Figure | None:
        return figure(code, population, ward, day)


_declare(
    "vneid_taught",
    "adults",
    "Người trưởng thành được phổ cập trên nền tảng VNeID",
    "Số người từ đủ 18 tuổi đã được phổ cập trên VNeID theo tệp của cơ quan quản lý VNeID; hệ thống không tự suy ra số "
    "này. Chia cho tổng số người từ đủ 18 tuổi đang cư trú.",
)
_declare(
    "digital_identity",
    "citizens_16",
    "Công dân từ 16 tuổi có danh tính số",
    "Số công dân từ đủ 16 tuổi đã có danh tính số theo tệp của công an; hệ thống không tự suy ra số này. Nếu tệp là danh "
    "sách, chỉ đếm người đang cư trú trong danh bạ. Chia cho tổng số công dân từ đủ 16 tuổi đang cư trú.",
)


def _named_by_vneid(ward: Ward, day: date) -> QuerySet[Any, Any] | None:
    """The people whom files of VNeID name up to a day; None where every file holds totals only."""
    lists = imports_of("vneid_taught", ward, day).filter(layout=Layout.PEOPLE)
    if not lists.exists():
        return None
    rows = ExternalConfirmation.objects.filter(source__in=lists.order_by().values("pk"), confirmed_on__lte=day)
    return rows.values("person")


leaving.tells_who_was_confirmed(_named_by_vneid)
