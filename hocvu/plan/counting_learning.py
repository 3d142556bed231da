"""What learning counts for the plan: lessons finished here, and courses that a file says were finished elsewhere.

The two are never derived from one another: the one is counted from what people did on these pages, the other is what
whoever runs the national platform says, with the file as its evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from hocvu.learning import studying
from hocvu.learning.models import CompletionImport, Course
from hocvu.learning.national import importing
from hocvu.lib import clock
from hocvu.plan import populations
from hocvu.plan.measures import Drill, Figure, bounded, measure
from hocvu.ward.models import Person, Ward

OWN, NATIONAL = "own_completions", "national_completions"
POPULATION = "residents"


def _residents(ward: Ward, day: date) -> QuerySet[Person]:
    rows = populations.population(POPULATION).rows
    assert rows is not None
    return rows(ward, day)


def _national(are: bool) -> Callable[[Ward, date], QuerySet[Person]]:
    """The residents whom a file that stands names with a course finished by a day, or whom none does."""

    def people(ward: Ward, day: date) -> QuerySet[Person]:
        told = Exists(importing.standing(ward).filter(completed_on__lte=day, person=OuterRef("pk")))
        return _residents(ward, day).filter(told if are else ~told)

    return people


def _own(are: bool) -> Callable[[Ward, date], QuerySet[Person]]:
    """The residents who by a day had finished every lesson of an open course here, or who had not."""

    def people(ward: Ward, day: date) -> QuerySet[Person]:
        finished = studying.finishers(ward, day).order_by().values("pk")
        rows = _residents(ward, day)
        return rows.filter(pk__in=finished) if are else rows.exclude(pk__in=finished)

    return people


@measure(
    NATIONAL,
    title="Người hoàn thành khóa học trên nền tảng quốc gia",
    unit="người",
    kind="external",
    definition="Đếm người đang cư trú có ít nhất một khóa học đã hoàn thành trên binhdanhocvuso.gov.vn theo danh sách được "
    "nhập, mỗi người một lần; danh sách đã rút không đếm. Hệ thống không tự suy ra số này từ bài học trên trang.",
    population=POPULATION,
    drill=Drill(_residents, _national(True), _national(False)),
)
def national_completions(ward: Ward, day: date) -> Figure | None:
    """Tasks 7 and 19: residents who finished a course of the national platform; None before the first file."""
    files = CompletionImport.objects.filter(ward=ward, withdrawn_at=None).defer("sealed").order_by("-at", "-pk")
    newest = files.first()
    if newest is None:
        return None
    whole = populations.whole(ward, POPULATION, day)
    source = f"{newest.issuer}{f', {newest.document}' if newest.document else ''}"
    as_of = min(day, clock.local_day(newest.at))
    return bounded(
        _national(True)(ward, day).count(), whole.value, f"Số đạt: {source}. Tổng số: {whole.source}", as_of, "external"
    )


@measure(
    OWN,
    title="Người học xong khóa học trên trang này",
    unit="người",
    kind="counted",
    definition="Đếm người đang cư trú mà tài khoản đã học xong mọi bài của ít nhất một khóa đang mở trên trang này, mỗi "
    "người một lần; làm thử để qua bài cũng tính là xong bài. Người học không đăng nhập thì không đếm được. Đây là việc "
    "học, chưa phải kỹ năng đã xác nhận.",
    population=POPULATION,
    drill=Drill(_residents, _own(True), _own(False)),
    stamp=lambda ward: str(studying.newest(ward)),
)
def own_completions(ward: Ward, day: date) -> Figure | None:
    """Task 19: residents who finished every lesson of a course here; None while no course is open."""
    if not Course.objects.of(ward).open().exists():
        return None
    whole = populations.whole(ward, POPULATION, day)
    source = f"Số đạt: tiến độ học trên trang này. Tổng số: {whole.source}"
    return bounded(_own(True)(ward, day).count(), whole.value, source, day, "counted")
