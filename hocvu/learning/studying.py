"""How many learn a course, lesson by lesson and place by place; nobody by name, and small groups stay hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count as CountRows
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery

from hocvu.learning.models import Course, CourseLesson, Progress
from hocvu.lib.disclosure import THRESHOLD, Count, hidden_places
from hocvu.lib.figures import number_words
from hocvu.lib.months import DAY, start_of
from hocvu.ward.models import Neighbourhood, Person, Ward

HIDDEN = f"ẩn, nhóm dưới {THRESHOLD} người"


@dataclass(frozen=True, slots=True)
class Learnt:
    """How many began something and how many finished it."""

    begun: int
    finished: int

    @property
    def begun_words(self) -> str:
        """How many began; a few are not told."""
        return number_words(self.begun) if Count(self.begun).is_safe(THRESHOLD) else HIDDEN

    @property
    def finished_words(self) -> str:
        """How many finished; not told where that or what is left would be a few."""
        return number_words(self.finished) if Count(self.finished, self.begun).is_safe(THRESHOLD) else HIDDEN


def by_lesson(course: Course) -> dict[UUID, Learnt]:
    """Lesson -> how many accounts began and finished it."""
    rows = Progress.objects.filter(ward=course.ward, lesson__places__course=course).order_by()
    rows = rows.filter(account__person__merged_into=None)  # what they learned counts with whom they were joined to
    counted = rows.values("lesson").annotate(n=CountRows("pk"), done=CountRows("completed_at"))
    return {row["lesson"]: Learnt(row["n"], row["done"]) for row in counted}


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A neighbourhood: how many of its people learn the course. None where it is hidden."""

    name: str
    learnt: Learnt | None


def by_place(course: Course) -> list[PlaceLine]:
    """How many people of each neighbourhood began and finished a course; hidden so that neither a place nor what is
    left of the sum tells of a few."""
    begun = _at_home(people(course, finished=False))
    finished = _at_home(people(course, finished=True))
    counts = {place: Count(finished.get(place, 0), n) for place, n in begun.items()}
    hidden = hidden_places(counts, THRESHOLD)
    names = Neighbourhood.objects.filter(pk__in=[place for place in counts if place])
    lines = [
        PlaceLine(one.name, None if one.pk in hidden else Learnt(begun[one.pk], finished.get(one.pk, 0)))
        for one in names
    ]
    if None in counts:
        lines.append(PlaceLine("Chưa rõ", None if None in hidden else Learnt(begun[None], finished.get(None, 0))))
    return lines


def _at_home(rows: QuerySet[Person]) -> dict[int | None, int]:
    counted = rows.order_by().values("household__neighbourhood").annotate(n=CountRows("pk", distinct=True))
    return {row["household__neighbourhood"]: row["n"] for row in counted}


def people(course: Course, *, finished: bool) -> QuerySet[Person]:
    """The people of the register who began a course, or who finished all of its lessons that can be read."""
    if finished:
        return (
            Person.objects.of(course.ward)
            .known()
            .filter(pk__in=_finishers([course.pk], course.ward).values("account__person"))
        )
    rows = Progress.objects.filter(ward=course.ward, lesson__places__course=course).exclude(account__person=None)
    return Person.objects.of(course.ward).known().filter(pk__in=rows.order_by().values("account__person"))


def of_people(courses: Iterable[UUID], ward: Ward, group: QuerySet[Person]) -> dict[UUID, Learnt]:
    """Course -> how many of a group of people began it and finished all of its lessons; two questions for all."""
    keys, members = list(courses), group.order_by().values("pk")
    rows = Progress.objects.filter(ward=ward, lesson__places__course__in=keys, account__person__in=members).order_by()
    begun = rows.values("lesson__places__course").annotate(n=CountRows("account__person", distinct=True))
    finished = _finishers(keys, ward, Q(account__person__in=members)).values_list("lesson__places__course", flat=True)
    done = Counter(finished)
    counted = {row["lesson__places__course"]: row["n"] for row in begun}
    return {key: Learnt(counted.get(key, 0), done.get(key, 0)) for key in keys}


def finishers(ward: Ward, day: date) -> QuerySet[Person]:
    """The people of the register who by a day had finished every lesson of at least one course that is open now."""
    courses = Course.objects.of(ward).open().values("pk")
    rows = _finishers(courses, ward, Q(completed_at__lt=start_of(day + DAY)))
    return Person.objects.of(ward).filter(pk__in=rows.values("account__person"))


def _finishers(courses: Any, ward: Ward, when: Q | None = None) -> QuerySet[Progress, Any]:
    """One row for each account and course in which the account finished all lessons that can be read."""
    of_course = CourseLesson.objects.filter(course=OuterRef("lesson__places__course")).exclude(lesson__published=None)
    size = of_course.order_by().values("course").annotate(n=CountRows("pk")).values("n")
    rows = Progress.objects.filter(when or Q(), ward=ward, lesson__places__course__in=courses).exclude(
        completed_at=None
    )
    rows = rows.exclude(lesson__published=None).exclude(account__person=None).order_by()
    counted = rows.values("account__person", "lesson__places__course").annotate(
        n=CountRows("lesson", distinct=True), size=Subquery(size, output_field=IntegerField())
    )
    return counted.filter(n=F("size"))


def newest(ward: Ward) -> int:
    """A number that changes with every lesson that somebody finishes: figures are remembered under it."""
    return Progress.objects.filter(ward=ward).exclude(completed_at=None).count()
