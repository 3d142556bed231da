"""What there is to learn, and what to learn today: courses and lessons as the public finds them.

A search takes words in any order and without marks: each must stand somewhere in what is searched. A ward has some
dozens of courses and a few hundred lessons, so all of them are looked at in memory; the words of a published lesson
are remembered, for a published version never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.cache import cache

from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Course, CourseLesson, Enrolment, Lesson, LessonVersion, Progress
from hocvu.lib.text import fold
from hocvu.ward.models import Account, Ward

KEPT_SECONDS = 24 * 3600
COOKIE = "hv_nhom"  # the group whose courses a reader asked for last; nothing else is kept there


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A published lesson as lists show it."""

    id: UUID
    slug: str
    title: str
    summary: str
    minutes: int
    level: str
    groups: Sequence[str]
    competences: Sequence[str]
    version: int
    published_at: datetime | None

    @property
    def href(self) -> str:
        """Where it is read."""
        return f"/hoc/bai/{self.slug}/"


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson's place in a course; `requires` are the lessons to learn before it."""

    id: int
    lesson: LessonLine
    may_test_out: bool
    requires: Sequence[LessonLine] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A course with its lessons that can be read, in order."""

    course: Course
    places: Sequence[Place] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """How long all its lessons take."""
        return sum(place.lesson.minutes for place in self.places)

    def is_for(self, group: str) -> bool:
        """Whether it is made for a group; one that names none is for everybody."""
        return not self.course.groups or group in self.course.groups

    @property
    def is_for_everybody(self) -> bool:
        return not self.course.groups or set(self.course.groups) >= set(GROUPS)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All open courses of a ward, and all lessons that can be read, also those in no course."""

    entries: Sequence[Entry]
    lessons: Sequence[LessonLine]


def catalogue_of(ward: Ward) -> Catalogue:
    """The catalogue of a ward; a fixed number of questions."""
    lessons = _lessons(ward)
    courses = list(Course.objects.of(ward).open())
    places = _places(courses, lessons)
    entries = [Entry(course, places[course.pk]) for course in courses if places[course.pk]]
    return Catalogue(entries, sorted(lessons.values(), key=lambda lesson: fold(lesson.title)))


def entry_of(course: Course) -> Entry:
    """One course with the lessons that can be read."""
    return Entry(course, _places([course], _lessons(course.ward, course))[course.pk])


def _lessons(ward: Ward, course: Course | None = None) -> dict[UUID, LessonLine]:
    rows = Lesson.objects.of(ward).open().order_by()
    if course is not None:
        rows = rows.filter(places__course=course)
    names = ("slug", "title", "summary", "minutes", "level", "groups", "competences", "id", "published_at")
    columns = ["slug", *(f"published__{name}" for name in names[1:])]
    return {row[0]: LessonLine(*row) for row in rows.values_list("id", *columns)}


def _places(courses: Sequence[Course], lessons: Mapping[UUID, LessonLine]) -> dict[UUID, list[Place]]:
    rows = CourseLesson.objects.filter(course__in=courses).order_by("course", "position", "pk")
    asked: dict[int, list[LessonLine]] = {}
    through = CourseLesson.requires.through.objects.filter(from_courselesson__course__in=courses)
    for place, lesson in through.order_by("to_courselesson__position").values_list(
        "from_courselesson", "to_courselesson__lesson"
    ):
        if lesson in lessons:
            asked.setdefault(place, []).append(lessons[lesson])
    found: dict[UUID, list[Place]] = {course.pk: [] for course in courses}
    for pk, course, lesson, may_test_out in rows.values_list("pk", "course_id", "lesson_id", "may_test_out"):
        if lesson in lessons:
            found[course].append(Place(pk, lessons[lesson], may_test_out, asked.get(pk, ())))
    return found


# ---- Searching


def words_of(lessons: Iterable[LessonLine]) -> dict[UUID, str]:
    """What each lesson is found by, folded: title, summary, titles of its parts."""
    keys = {f"learning:words:{one.version}:{one.published_at}".replace(" ", "_"): one for one in lessons}
    known: dict[str, str] = cache.get_many(keys)
    unknown = {one.version: (key, one) for key, one in keys.items() if key not in known}
    drawn = LessonVersion.objects.filter(pk__in=unknown).values_list("pk", "drawn") if unknown else ()
    made = {}
    for version, said in drawn:
        key, one = unknown[version]
        parts = [str(part.get("title", "")) for part in said.get("parts", ())]
        made[key] = fold(" ".join([one.title, one.summary, *parts]))
    if made:
        cache.set_many(made, KEPT_SECONDS)
    return {one.id: known.get(key) or made.get(key, "") for key, one in keys.items()}


def finds(query: str, text: str) -> bool:
    """Whether each word that is asked for stands in the folded text, in whatever order."""
    return all(word in text for word in fold(query).split())


def search(catalogue: Catalogue, query: str) -> Catalogue:
    """What a query finds: courses by their own words and those of their lessons, and lessons; titles that fit first."""
    words = words_of(catalogue.lessons)
    entries = [
        entry
        for entry in catalogue.entries
        if finds(query, " ".join([_own_words(entry), *(words[place.lesson.id] for place in entry.places)]))
    ]
    lessons = [lesson for lesson in catalogue.lessons if finds(query, words[lesson.id])]
    entries.sort(key=lambda entry: not finds(query, fold(entry.course.title)))
    lessons.sort(key=lambda lesson: not finds(query, fold(lesson.title)))
    return Catalogue(entries, lessons)


def _own_words(entry: Entry) -> str:
    return fold(f"{entry.course.title} {entry.course.summary}")


# ---- What to learn today


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is: lessons begun and lessons done. Nobody in particular has none."""

    begun: Sequence[UUID] = ()  # the newest first
    done: frozenset[UUID] = frozenset()
    done_in_order: Sequence[UUID] = ()  # the newest first
    taken: frozenset[UUID] = frozenset()  # courses


def standing_of(account: Account | None, ward: Ward) -> Standing:
    """How far a learner is in a ward's lessons."""
    if account is None:
        return Standing()
    rows = list(Progress.objects.filter(account=account, ward=ward).values_list("lesson_id", "completed_at"))
    done = [lesson for lesson, completed in rows if completed]
    taken = Enrolment.objects.filter(account=account, course__ward=ward, left_at=None).values_list("course", flat=True)
    return Standing([one for one, completed in rows if not completed], frozenset(done), done, frozenset(taken))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One lesson, and why this one, in words."""

    lesson: LessonLine
    why: str
    entry: Entry | None = None


def suggestion(catalogue: Catalogue, standing: Standing, group: str = "") -> Suggestion | None:
    """The one lesson to begin with today; None where everything there is has been learnt. The same for the same
    learner at the same point: where they left, else onwards, else what their group begins with."""
    lessons = {lesson.id: lesson for lesson in catalogue.lessons}
    for lesson in standing.begun:
        if lesson in lessons:
            return Suggestion(lessons[lesson], "Đang học dở bài này. Học tiếp từ chỗ đã dừng.", _in(catalogue, lesson))
    for lesson in standing.done_in_order:
        for entry in catalogue.entries:
            inside = any(place.lesson.id == lesson for place in entry.places)
            if inside and (found := next_in(entry, standing.done)):
                return Suggestion(found.lesson, f"Bài tiếp theo của khóa “{entry.course.title}”.", entry)
    for entry, why in _first_courses(catalogue, standing, group):
        if found := next_in(entry, standing.done):
            return Suggestion(found.lesson, why, entry)
    rest = [lesson for lesson in catalogue.lessons if lesson.id not in standing.done]
    return Suggestion(rest[0], "Bài chưa học.") if rest else None


def _first_courses(catalogue: Catalogue, standing: Standing, group: str) -> list[tuple[Entry, str]]:
    """The courses to begin with, the most fitting first, each with its reason."""
    taken = [(one, f"Bài đầu chưa học của khóa đã chọn “{one.course.title}”.") for one in catalogue.entries
             if one.course.pk in standing.taken]  # fmt: skip
    known = GROUPS.get(group, "")
    made_for = [one for one in catalogue.entries if known and one.is_for(group)]
    made_for.sort(key=lambda one: one.is_for_everybody)  # what is made for the group alone comes first
    mine = [(one, f"Khóa dành cho {known}.") for one in made_for]
    everybody = [(one, "Khóa dành cho mọi người.") for one in catalogue.entries if one.is_for_everybody]
    rest = [(one, "Khóa đầu tiên trong danh mục.") for one in catalogue.entries]
    return taken + mine + everybody + rest


def _in(catalogue: Catalogue, lesson: UUID) -> Entry | None:
    return next((e for e in catalogue.entries if any(place.lesson.id == lesson for place in e.places)), None)


def group_of(cookies: Mapping[str, str]) -> str:
    """The group that a reader asked for last; "" for none."""
    group = cookies.get(COOKIE, "")
    return group if group in GROUPS else ""


def next_in(entry: Entry, done: frozenset[UUID]) -> Place | None:
    """The first lesson not yet done whose earlier ones are done; where there is none such, the first not yet done."""
    undone = [place for place in entry.places if place.lesson.id not in done]
    free = (place for place in undone if all(lesson.id in done for lesson in place.requires))
    return next(free, undone[0] if undone else None)
