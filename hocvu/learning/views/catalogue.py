"""What there is to learn: the catalogue with its search, and one course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning import beside, catalogue, courses
from hocvu.learning.catalogue import COOKIE, Catalogue, Entry, LessonLine, Place, Standing
from hocvu.learning.frameworks import keeping
from hocvu.learning.groups import GROUPS, NEEDS
from hocvu.learning.models import Course, CourseLesson, Enrolment, Level
from hocvu.lib.pager import paginate
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, WardRequest, may, public, signed_in
from hocvu.ward.models import Account

YEAR_SECONDS = 365 * 24 * 3600
COURSES_A_PAGE, MOST_LESSONS = 15, 40
LONGEST_QUERY = 100
ICONS = {"elderly": "people", "adults": "user", "pupils": "book", "workers": "phone", "officials": "doc"}


@dataclass(frozen=True, slots=True)
class Door:
    """A big door by group."""

    group: str
    words: str
    icon: str
    courses: int
    here: bool


@public
@require_safe
def home(request: WardRequest) -> HttpResponse:
    """The catalogue: one lesson for today, doors by group, courses, and a search that asks for no marks."""
    account = request.user if isinstance(request.user, Account) else None
    query = " ".join(request.GET.get("tim", "").split())[:LONGEST_QUERY]
    need = request.GET.get("can", "")
    group = _group(request)
    standing, whole = Standing(), Catalogue((), ())
    if request.ward is not None:  # an installation that has just begun has no ward, and nothing to learn yet
        standing, whole = catalogue.standing_of(account, request.ward), catalogue.catalogue_of(request.ward)
    found = catalogue.search(whole, query) if query else whole
    asked = request.GET.get("nhom", "") in GROUPS
    entries = [
        entry
        for entry in found.entries
        if (not asked or entry.is_for(group)) and (need not in NEEDS or need in entry.course.needs)
    ]
    context = {
        "query": query,
        "group": group if asked else "",
        "group_words": GROUPS.get(group, "") if asked else "",
        "need": need if need in NEEDS else "",
        "needs": list(NEEDS.items()),
        "doors": _doors(whole, group if asked else ""),
        "suggestion": None if query else catalogue.suggestion(whole, standing, group),
        "page": paginate(request, [_course_line(entry, standing) for entry in entries], COURSES_A_PAGE),
        "lessons": [_lesson_line(one, standing) for one in found.lessons[:MOST_LESSONS]] if query else [],
        "lessons_total": len(found.lessons) if query else 0,
        "is_empty": not whole.lessons,
    }
    answer = render(request, "learning/catalogue.html", context)
    if "nhom" in request.GET:
        _remember(answer, request, request.GET["nhom"])
    return answer


def _group(request: HttpRequest) -> str:
    """The group that is asked for, else the one asked for last; "" for none."""
    asked = request.GET.get("nhom")
    if asked is None:
        return catalogue.group_of(request.COOKIES)
    return asked if asked in GROUPS else ""


def _remember(answer: HttpResponse, request: HttpRequest, group: str) -> None:
    if group in GROUPS:
        answer.set_cookie(
            COOKIE, group, max_age=YEAR_SECONDS, httponly=True, secure=request.is_secure(), samesite="Lax"
        )
    elif COOKIE in request.COOKIES:
        answer.delete_cookie(COOKIE, samesite="Lax")


def _doors(whole: Catalogue, here: str) -> list[Door]:
    counted = {group: sum(entry.is_for(group) for entry in whole.entries) for group in GROUPS}
    return [
        Door(group, words[:1].upper() + words[1:], ICONS[group], counted[group], group == here)
        for group, words in GROUPS.items()
        if counted[group]
    ]


def _course_line(entry: Entry, standing: Standing) -> dict[str, Any]:
    done = sum(place.lesson.id in standing.done for place in entry.places)
    return {
        "entry": entry,
        "done": done,
        "is_done": done == len(entry.places),
        "groups": ", ".join(GROUPS[group] for group in entry.course.groups if group in GROUPS),
        "needs": [NEEDS[need] for need in entry.course.needs if need in NEEDS],
    }


def _lesson_line(lesson: LessonLine, standing: Standing) -> dict[str, Any]:
    return {"lesson": lesson, "is_done": lesson.id in standing.done, "is_begun": lesson.id in standing.begun}


# ---- One course


def course_of(request: WardRequest, course_slug: str) -> Course:
    """A course that the visitor may see: an open one, or any for whoever arranges courses."""
    rows = Course.objects.of(request.ward).select_related("ward")
    if not may(request.user, "courses.manage", request.ward):
        rows = rows.open()
    return get_object_or_404(rows, slug=course_slug)


@dataclass(frozen=True, slots=True)
class Line:
    """A lesson of the course as its page shows it; `before` are the lessons to learn first that are not done."""

    place: Place
    href: str
    number: int
    is_done: bool
    is_begun: bool
    before: list[LessonLine]


@public
@require_safe
def course(request: WardRequest, course_slug: str) -> HttpResponse:
    """What a course is for, its lessons in order, where one is in it, and what to take home."""
    row = course_of(request, course_slug)
    account = request.user if isinstance(request.user, Account) else None
    entry, standing = catalogue.entry_of(row), catalogue.standing_of(account, request.ward)
    done = sum(place.lesson.id in standing.done for place in entry.places)
    following = catalogue.next_in(entry, standing.done)
    hrefs = _hrefs(entry)
    context = {
        **_about(row, entry),
        "lines": _lines(entry, standing, hrefs),
        "done": done,
        "is_done": bool(entry.places) and done == len(entry.places),
        "following": following,
        "following_href": hrefs[following.id] if following else "",
        "is_begun": any(
            place.lesson.id in standing.done or place.lesson.id in standing.begun for place in entry.places
        ),
        "is_taken": row.pk in standing.taken,
        "competences": _competences(entry),
        "offers": beside.of_course(request.ward, row.slug) if row.state == Course.State.OPEN else [],
        "manages": may(request.user, "courses.manage", request.ward),
        "writes": may(request.user, "lessons.read", request.ward),
    }
    return render(request, "learning/course.html", context)


def _about(row: Course, entry: Entry) -> dict[str, Any]:
    return {
        "course": row,
        "entry": entry,
        "groups": ", ".join(GROUPS[group] for group in row.groups if group in GROUPS),
        "needs": [NEEDS[need] for need in row.needs if need in NEEDS],
        "level": _level_words(row.level),
    }


def _level_words(code: str) -> str:
    """What a level of the working framework is called."""
    framework = keeping.in_force("hocvu") if code else None
    level = Level.objects.filter(framework=framework, code=code).first() if framework else None
    return f"{level.title}: {level.gist}" if level else ""


def _hrefs(entry: Entry) -> dict[int, str]:
    """Where each lesson is read. One that stands in other open courses too is told from which it was opened, so that
    what comes next is of this course."""
    lessons = [place.lesson.id for place in entry.places]
    elsewhere = CourseLesson.objects.filter(lesson__in=lessons, course__state=Course.State.OPEN)
    shared = set(elsewhere.exclude(course=entry.course).order_by().values_list("lesson", flat=True))
    query = f"?{urlencode({'khoa': entry.course.slug})}"
    return {place.id: f"{place.lesson.href}{query if place.lesson.id in shared else ''}" for place in entry.places}


def _lines(entry: Entry, standing: Standing, hrefs: dict[int, str]) -> list[Line]:
    return [
        Line(
            place,
            hrefs[place.id],
            number,
            place.lesson.id in standing.done,
            place.lesson.id in standing.begun,
            [lesson for lesson in place.requires if lesson.id not in standing.done],
        )
        for number, place in enumerate(entry.places, start=1)
    ]


def _competences(entry: Entry) -> list[str]:
    """What is learnt, in the framework's words; each once, in the order of the lessons."""
    references = list(dict.fromkeys(code for place in entry.places for code in place.lesson.competences))
    titles = keeping.titles_of(references)
    return [titles[code] for code in references if code in titles]


@public
@require_safe
def course_sheet(request: WardRequest, course_slug: str) -> HttpResponse:
    """The lessons on paper, each with a square that opens it on a phone."""
    row = course_of(request, course_slug)
    entry = catalogue.entry_of(row)
    squares = [
        {"number": number, "place": place, "qr": _square(request, place.lesson.href),
         "address": request.build_absolute_uri(place.lesson.href).partition("://")[2]}
        for number, place in enumerate(entry.places, start=1)
    ]  # fmt: skip
    return render(request, "learning/course_sheet.html", {**_about(row, entry), "squares": squares})


def _square(request: HttpRequest, path: str) -> str:
    """The QR code of a page as an address that holds the picture."""
    address = request.build_absolute_uri(path)
    return segno.make(address, error="m", micro=False).svg_data_uri(border=4, omitsize=True, light="white")


@signed_in
@require_POST
def take_course(request: SignedInRequest, course_slug: str) -> HttpResponse:
    """Take a course for one's own, or put it aside."""
    rows = Course.objects.of(request.ward)
    row = get_object_or_404(rows if "thoi" in request.POST else rows.open(), slug=course_slug)
    if "thoi" in request.POST:
        courses.leave(row, by=request.user)
        messages.success(request, "Đã thôi khóa này. Những bài đã học vẫn được giữ.")
    else:
        again = Enrolment.objects.filter(account=request.user, course=row, left_at=None).exists()
        courses.take(row, by=request.user)
        messages.success(request, "Khóa này đã ở trong phần của tôi." if again else "Đã nhận khóa này.")
    if request.POST.get("tu") == "cua-toi" or row.state != Course.State.OPEN:
        return redirect("learning:mine")
    return redirect(reverse("learning:course", args=(row.slug,)))
