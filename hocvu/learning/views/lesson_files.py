"""Courses of files beside the ward's lessons: what is new, what was taken, what the ward wrote its own way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hocvu.learning import authoring, differences, lesson_files, loading
from hocvu.learning.files import CourseFile, LessonFile
from hocvu.learning.models import Lesson
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, needs

MARKS = {
    "new": Mark("Chưa có ở đây", "slow"),
    "newer": Mark("Tệp có bản mới", "slow"),
    "same": Mark("Đã lấy", "good"),
    "local": Mark("Nơi này đã sửa riêng"),
}


@needs("courses.manage")
def files_desk(request: SignedInRequest) -> HttpResponse:
    """The courses of files with a verdict on each lesson; taking in what is new and newer."""
    courses = lesson_files.courses()
    if request.method == "POST":
        course = _course(courses, request.POST.get("khoa", ""))
        if course.all_faults:
            messages.error(request, f"Chưa lấy được “{course.title}”: tệp còn lỗi, xem ở dưới.")
        else:
            _take(request, course)
        return redirect("learning:files_desk")
    there = {lesson.slug: lesson for lesson in Lesson.objects.of(request.ward)}
    verdicts = loading.verdicts(request.ward, [said for course in courses for said in course.lessons])
    shown = [_shown(course, there, verdicts) for course in courses]
    context = {"courses": shown, "home": reverse("learning:lessons_desk")}
    return render(request, "learning/files_desk.html", context)


def _take(request: SignedInRequest, course: CourseFile) -> None:
    """Take a course in and say what came; nothing of it where one of its files is refused."""
    try:
        told = loading.load(request.ward, course, by=request.user)
    except Refused as refused:
        messages.error(request, f"Chưa lấy được “{course.title}”, chưa ghi gì: {refused}")
        return
    taken = sum(one.verdict in ("new", "newer") for one in told)
    left = sum(one.verdict == "local" for one in told)
    kept = f" {left} bài nơi này đã sửa riêng được giữ nguyên." if left else ""
    messages.success(request, f"“{course.title}”: đã lấy {taken} bài.{kept}")


def _shown(course: CourseFile, there: Mapping[str, Lesson], verdicts: Mapping[str, loading.Verdict]) -> dict[str, Any]:
    lessons = []
    for said in course.lessons:
        verdict = verdicts[said.slug]
        href = f"{reverse('learning:file_difference')}?khoa={course.slug}&bai={said.slug}"
        lesson = there.get(said.slug)
        lessons.append(
            {
                "title": said.title,
                "mark": MARKS[verdict],
                "href": authoring.address(lesson) if lesson else "",
                "difference": href if verdict in ("local", "newer") else "",
            }
        )
    waiting = sum(one["mark"] in (MARKS["new"], MARKS["newer"]) for one in lessons)
    return {"course": course, "lessons": lessons, "waiting": waiting, "faults": course.all_faults}


@needs("courses.manage")
def file_difference(request: SignedInRequest) -> HttpResponse:
    """What files say of a lesson that the ward wrote its own way; taking it as a draft beside, never over."""
    if request.method == "GET" and "bai" not in request.GET:
        return redirect("learning:files_desk")
    asked = request.POST if request.method == "POST" else request.GET
    said = _lesson(_course(lesson_files.courses(), asked.get("khoa", "")), asked.get("bai", ""))
    lesson = Lesson.objects.of(request.ward).filter(slug=said.slug).select_related("published", "ward").first()
    if lesson is None:
        raise Http404
    if request.method == "POST":
        try:
            if said.faults:
                raise Refusal("Tệp của bài này còn lỗi. Hãy sửa tệp trước.")
            lesson_files.take_as_draft(lesson, said, by=request.user)
        except (Refusal, Refused) as refusal:
            messages.error(request, str(refusal))
            return redirect(authoring.address(lesson))
        messages.success(request, "Bản nháp mới có nội dung của tệp. Bản đang đăng không đổi.")
        return redirect(authoring.address(lesson))
    ours = authoring.on_its_way(lesson) or lesson.published or lesson.versions.order_by("-number").first()
    here = differences.content_of(ours) if ours else {}
    context = {
        "lesson": lesson,
        "said": said,
        "course": asked.get("khoa", ""),
        "ours": ours,
        "under_way": authoring.on_its_way(lesson),
        "changes": differences.between(here, lesson_files.content_of_file(lesson, said)),
        "crumbs": ((reverse("learning:lessons_desk"), "Bài học"), (reverse("learning:files_desk"), "Nạp từ tệp")),
    }
    return render(request, "learning/file_difference.html", context)


def _course(courses: list[CourseFile], slug: str) -> CourseFile:
    for course in courses:
        if course.slug == slug:
            return course
    raise Http404


def _lesson(course: CourseFile, slug: str) -> LessonFile:
    for lesson in course.lessons:
        if lesson.slug == slug:
            return lesson
    raise Http404
