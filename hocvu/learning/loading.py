"""Courses of files come into a ward. What the ward changed itself is never overwritten: it is told, with both sides.

A lesson is taken when the ward does not have it, or when what the public reads there came from files too and nobody is
writing in it. Otherwise it is told as different and left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction

from hocvu.learning import publishing
from hocvu.learning.files import CourseFile, LessonFile
from hocvu.learning.media import taking
from hocvu.learning.models import Course, CourseLesson, Lesson, LessonVersion
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

Verdict = Literal["new", "same", "newer", "local"]
State = LessonVersion.State


@dataclass(frozen=True, slots=True)
class Told:
    """What loading a lesson came to: `new` and `newer` were taken, `same` needed nothing, `local` was left alone."""

    slug: str
    title: str
    verdict: Verdict


def verdict_on(ward: Ward, said: LessonFile) -> Verdict:
    """What loading a lesson would come to."""
    return verdicts(ward, [said])[said.slug]


def verdicts(ward: Ward, every: Sequence[LessonFile]) -> dict[str, Verdict]:
    """What loading these lessons would come to, by slug; two questions however many they are."""
    slugs = [said.slug for said in every]
    lessons = {lesson.slug: lesson for lesson in Lesson.objects.of(ward).filter(slug__in=slugs)}
    rows = LessonVersion.objects.filter(lesson__in=lessons.values()).order_by("number")
    versions: dict[str, list[tuple[str, str]]] = {}
    for slug, state, origin in rows.values_list("lesson__slug", "state", "origin"):
        versions.setdefault(slug, []).append((state, origin))
    return {said.slug: _verdict(lessons.get(said.slug), said, versions.get(said.slug, [])) for said in every}


def _verdict(lesson: Lesson | None, said: LessonFile, versions: Sequence[tuple[str, str]]) -> Verdict:
    """`versions` are states and origins. Whose the lesson is, is told by what the public reads, not by drafts that were
    given up since."""
    if lesson is None:
        return "new"
    if lesson.file_digest == said.digest:
        return "same"
    on_its_way = any(state in LessonVersion.ON_THE_WAY for state, _ in versions)
    ours = (State.PUBLISHED, LessonVersion.Origin.OFFICE) in versions
    return "local" if on_its_way or ours or lesson.published_id is None else "newer"


@transaction.atomic
def load(ward: Ward, said: CourseFile, *, by: Account | None) -> list[Told]:
    """Take a course of files into a ward. Raises ValueError where the files have faults."""
    if said.all_faults:
        raise ValueError("; ".join(said.all_faults))
    told = [load_lesson(ward, lesson, by=by) for lesson in said.lessons]
    course = Course.objects.of(ward).filter(slug=said.slug).first()
    if course is None:
        course = Course(ward=ward, slug=said.slug, state=Course.State.OPEN, made_by=by)
    elif course.file_digest == said.digest or course.revision:
        return told  # the ward arranged it its own way
    course.title, course.summary, course.level, course.position = said.title, said.summary, said.level, said.position
    course.groups, course.needs, course.folder, course.file_digest = said.groups, said.needs, said.slug, said.digest
    course.save()
    _arrange(course, said)
    audit.record(by, "loaded a course of files", course, ward=ward, lessons=len(said.lessons))
    return told


def _arrange(course: Course, said: CourseFile) -> None:
    lessons = {
        lesson.slug: lesson
        for lesson in Lesson.objects.of(course.ward).filter(slug__in=[one.slug for one in said.lessons])
    }
    course.places.exclude(lesson__in=lessons.values()).delete()
    places: dict[str, CourseLesson] = {}
    for position, one in enumerate(said.lessons, start=1):
        places[one.slug], _ = CourseLesson.objects.update_or_create(
            course=course, lesson=lessons[one.slug], defaults={"position": position, "may_test_out": one.may_test_out}
        )
        places[one.slug].requires.set([places[slug] for slug in one.requires])


@transaction.atomic
def load_lesson(ward: Ward, said: LessonFile, *, by: Account | None) -> Told:
    """Take a lesson of files into a ward, or leave the ward's own."""
    verdict = verdict_on(ward, said)
    if verdict in ("same", "local"):
        return Told(said.slug, said.title, verdict)
    lesson, _ = Lesson.objects.get_or_create(
        ward=ward, slug=said.slug, defaults={"created_by": by, "folder": said.slug}
    )
    renamed = {name: taking.from_file(lesson, name, content).name for name, content in said.media.items()}
    newest = lesson.versions.order_by("-number").first()
    version = LessonVersion.objects.create(
        lesson=lesson,
        number=newest.number + 1 if newest else 1,
        state=State.APPROVED,
        origin=LessonVersion.Origin.FILE,
        title=said.title,
        summary=said.summary,
        minutes=said.minutes,
        level=said.level,
        groups=said.groups,
        competences=said.competences,
        rule=said.rule,
        blocks=named(said.blocks, renamed),
        teaching=said.teaching,
        made_by=by,
        saved_by=by,
    )
    lesson.file_digest = said.digest
    lesson.save(update_fields=["file_digest"])
    publishing.publish(version, by=by)
    return Told(said.slug, said.title, verdict)


def named(value: Any, names: dict[str, str]) -> Any:
    """Blocks with the names that their files have now."""
    if isinstance(value, dict):
        return {key: named(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [named(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value
