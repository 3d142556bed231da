"""Stands in for the pages of catalogue, courses, lessons and media until they are there: bare, but with the same forms."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from hocvu.learning.models import Course, Lesson, Media
from hocvu.lib.blocks.dividing import Part, parts_of
from hocvu.lib.web import render
from hocvu.ward.access import WardRequest, public


@public
def catalogue(request: WardRequest) -> HttpResponse:
    return render(request, "learning/standing_in/catalogue.html", {"courses": Course.objects.of(request.ward).open()})


@public
def course(request: WardRequest, course_slug: str) -> HttpResponse:
    row = get_object_or_404(Course.objects.of(request.ward).open(), slug=course_slug)
    places = row.places.exclude(lesson__published=None).select_related("lesson__published")
    return render(request, "learning/standing_in/course.html", {"course": row, "places": places})


@public
def lesson(request: WardRequest, lesson_slug: str) -> HttpResponse:
    row, parts = _lesson(request, lesson_slug)
    return render(request, "learning/standing_in/lesson.html", {"lesson": row, "parts": parts})


@public
def lesson_part(request: WardRequest, lesson_slug: str, part_number: int) -> HttpResponse:
    row, parts = _lesson(request, lesson_slug)
    if not 1 <= part_number <= len(parts):
        raise Http404
    media = {one.name: one for one in Media.objects.filter(lesson=row)}
    part = parts[part_number - 1]
    files = [media[block["media"]] for block in part.blocks if block.get("media") in media]
    course = request.GET.get("khoa", "")
    tail = f"?khoa={course}" if course else ""
    last = part_number == len(parts)
    onward = f"/hoc/bai/{lesson_slug}/{tail}" if last else f"/hoc/bai/{lesson_slug}/{part_number + 1}/{tail}"
    context = {"lesson": row, "part": part, "onward": onward, "files": files, "course": course}
    return render(request, "learning/standing_in/part.html", context)


@public
def transcript(request: WardRequest, lesson_slug: str) -> HttpResponse:
    row, parts = _lesson(request, lesson_slug)
    return render(request, "learning/standing_in/lesson.html", {"lesson": row, "parts": parts})


@public
def media_file(request: HttpRequest, media_id: UUID, variant: str) -> HttpResponse:
    row = get_object_or_404(Media, pk=media_id)
    said = row.variants[variant]
    return HttpResponse(default_storage.open(said["path"]).read(), content_type=said["type"])


def _lesson(request: WardRequest, slug: str) -> tuple[Lesson, list[Part]]:
    row = get_object_or_404(Lesson.objects.of(request.ward).open().select_related("published"), slug=slug)
    assert row.published is not None
    return row, parts_of(row.published.blocks, row.published.title)
