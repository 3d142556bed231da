"""Lessons as people meet them: part by part, as words alone, on paper, in front of a class, on a wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import segno
from django.db.models import BigAutoField, UUIDField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from hocvu.learning import beside, finished, reading, teaching
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import CourseLesson, LessonVersion, Progress
from hocvu.learning.reading import CoursePlace, Here, PartPage, Reading
from hocvu.lib.blocks import drawing, telling
from hocvu.lib.blocks.dividing import parts_of
from hocvu.lib.prepared import Prepared
from hocvu.lib.web import render
from hocvu.ward.access import WardRequest, public
from hocvu.ward.models import Account

COURSE, ANSWERED, PART, OVER = "khoa", "cau", "phan", "het"  # what an address may ask


@dataclass(frozen=True, slots=True)
class Standing:
    """How far whoever reads is; nothing for a reader whom nobody knows, whose device keeps it."""

    parts: tuple[str, ...] = ()
    has_begun: bool = False
    is_complete: bool = False


@public
@require_safe
def lesson(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """What a lesson is about and where to begin; after its last part, that it is over and what comes next."""
    here = reading.find(request.ward, lesson_slug)
    over = OVER in request.GET
    standing = _standing(request, here)
    is_kept = not over and not standing.is_complete  # else it names the next lesson, as it is today
    depends_on = ("lesson", here, standing) if is_kept and _is_plain(request, here) else None
    return finished.page(request, depends_on, lambda: _lesson(request, here, standing, over=over))


def _lesson(request: WardRequest, here: Here, standing: Standing, *, over: bool) -> HttpResponse:
    what, course = reading.read(here), here.course(request.GET.get(COURSE, ""))
    start = next((page for page in what.parts if page.id not in standing.parts), what.parts[0])
    following = _next_lesson(course, here) if over or standing.is_complete else None
    context: dict[str, Any] = {
        **_common(request, what, course),
        "over": over,
        "standing": standing,
        "contents": _contents(what, standing, None),
        "start": start,
        "begun": standing.has_begun,
        "groups": [GROUPS[code] for code in what.groups if code in GROUPS],
        "next": following,
        "offers": beside.of_course(request.ward, course.slug) if over and course and following is None else [],
        "remember": teaching.points(reading.version_of(here)) if over else [],
    }
    return render(request, "learning/lesson.html", context)


@public
@require_safe
def lesson_part(request: WardRequest, lesson_slug: str, part_number: int) -> HttpResponse:
    """One part of a lesson. An answer in the address is shown with right or wrong, and keeps the choice."""
    here = reading.find(request.ward, lesson_slug)
    standing = _standing(request, here)
    is_kept = request.path.endswith(f"/{part_number}/") and _is_plain(request, here)  # not under 02, 002 and so on
    depends_on = ("part", here, standing) if is_kept else None
    return finished.page(request, depends_on, lambda: _part(request, here, part_number, standing))


def _part(request: WardRequest, here: Here, number: int, standing: Standing) -> HttpResponse:
    what = reading.read(here)
    if not 1 <= number <= len(what.parts):
        raise Http404(here.slug)
    page, said = what.parts[number - 1], request.GET.getlist("chon") or request.GET.getlist("tich")
    if question := request.GET.get(ANSWERED, ""):
        page = reading.with_answer(what.here, page, question, drawing.numbers(said, 99))
    after = what.parts[number] if number < len(what.parts) else None
    common = _common(request, what, None)
    over = urlencode({OVER: 1, **({COURSE: common["kept"]} if common["kept"] else {})})
    context = {
        **common,
        "page": page,
        "standing": standing,
        "contents": _contents(what, standing, page),
        "done": len([one for one in what.parts if one.id in standing.parts]),
        "here_in_hundred": round(100 * number / len(what.parts)),
        "html": _for_reader(request, page, common["kept"]),
        "before": what.parts[number - 2] if number > 1 else None,
        "after": after,
        "onward": f"{what.address}{after.number}/" if after else what.address,
        "onward_whole": f"{what.address}{after.number}/{common['keeps']}" if after else f"{what.address}?{over}",
        "token": finished.token_for(request) if common["is_in"] else "",
    }
    return render(request, "learning/part.html", context)


@public
@require_safe
def transcript(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """The lesson as words alone."""
    what, version = _whole(request, lesson_slug)
    parts = [(part, telling.tell(part.blocks)) for part in parts_of(version.blocks, version.title)]
    return render(request, "learning/transcript.html", {**_common(request, what, None), "parts": parts})


@public
@require_safe
def print_sheet(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """The whole lesson for paper, in large type."""
    what, version = _whole(request, lesson_slug)
    context = {**_common(request, what, None), "parts": reading.on_paper(version), **_on_paper(request, what)}
    return render(request, "learning/print_sheet.html", context)


@public
@require_safe
def teacher(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """What whoever teaches it needs: aims, what to prepare, the hour, where people stumble, the answers."""
    what, version = _whole(request, lesson_slug)
    context = {
        **_common(request, what, None),
        "teaching": version.teaching,
        "minutes": teaching.minutes(version),
        "questions": teaching.questions(version),
        "notes": teaching.notes(version),
    }
    return render(request, "learning/teacher.html", context)


@public
@require_safe
def slideshow(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """The lesson for a wall: one thought on each screen, moved by keys or by links."""
    what, version = _whole(request, lesson_slug)
    slides = teaching.slides(version)
    context = {**_common(request, what, None), "slides": slides, "count": len(slides)}
    return render(request, "learning/slideshow.html", context)


@public
@require_safe
def handout(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """A sheet to take home: what to remember, the steps with their drawings, lines to write on."""
    what, version = _whole(request, lesson_slug)
    context = {
        **_common(request, what, None),
        "points": teaching.points(version),
        "homework": version.teaching.get("homework", []),
        "parts": [page for page in reading.on_paper(version, only=("steps", "warning")) if page.pieces],
        "lines": range(4),
        **_on_paper(request, what),
    }
    return render(request, "learning/handout.html", context)


@public
@require_safe
def test_out(request: WardRequest, lesson_slug: str) -> HttpResponse:
    """All questions of a lesson at once, for whoever knows it already; where some course lets them pass it so.

    A reader whom nobody knows is told right and wrong here and nothing is kept; somebody signed in hands in.
    """
    what, version = _whole(request, lesson_slug)
    said = {name: drawing.numbers(request.GET.getlist(name), 99) for name in request.GET}
    asked = [
        {"block": block, **drawing.question(block, said.get(block["id"]))}
        for block in version.blocks
        if block["kind"] == "check"
    ]
    if not asked or not what.here.may_test_out:
        raise Http404(lesson_slug)
    context = {
        **_common(request, what, None),
        "asked": asked,
        "told": any(one["block"]["id"] in said for one in asked),
        "right": len([one for one in asked if one["is_right"]]),
    }
    return render(request, "learning/test_out.html", context)


# ---- What pages share


def _common(request: HttpRequest, what: Reading, course: CoursePlace | None) -> dict[str, Any]:
    kept = request.GET.get(COURSE, "")
    is_kept = any(one.slug == kept for one in what.here.courses)
    return {
        "what": what,
        "address": what.address,
        "course": course or what.here.course(kept),
        "keeps": f"?{urlencode({COURSE: kept})}" if is_kept else "",
        "kept": kept if is_kept else "",
        "is_in": isinstance(request.user, Account),
    }


def _contents(what: Reading, standing: Standing, page: PartPage | None) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "title": one.title,
            "href": f"{what.address}{one.number}/",
            "is_here": page is not None and one.number == page.number,
            "is_done": one.id in standing.parts,
        }
        for one in what.parts
    ]


def _standing(request: HttpRequest, here: Here) -> Standing:
    if not isinstance(request.user, Account):
        return Standing()
    found = _STANDING.first(account=request.user.pk, lesson=here.lesson)
    return Standing(tuple(found[0]), bool(found[0] or found[1]), found[2] is not None) if found else Standing()


_STANDING = Prepared(
    lambda account, lesson: (
        Progress.objects.filter(account_id=account, lesson_id=lesson)
        .order_by()
        .values_list("parts", "place", "completed_at")
    ),
    account=BigAutoField(),
    lesson=UUIDField(),
)


def _for_reader(request: WardRequest, page: PartPage, kept: str) -> SafeString:
    """The part with its forms as this reader's must be."""
    is_in = isinstance(request.user, Account)
    token = finished.token_for(request) if is_in else ""
    return drawing.owned(page.html, hidden={COURSE: kept} if kept else {}, token=token, post=is_in)


def _is_plain(request: HttpRequest, here: Here) -> bool:
    """Whether an address asks only for what many others will ask, so that its page is worth keeping: whoever makes
    addresses up must not push those pages out."""
    asked = request.GET.dict()
    if asked.keys() - {COURSE, PART} or request.META.get("QUERY_STRING", "") != urlencode(asked):
        return False
    known = asked.get(COURSE, "") in {"", *(one.slug for one in here.courses)}
    return known and (PART not in asked or asked[PART] in {part.id for part in reading.read(here).parts})


def _whole(request: WardRequest, slug: str) -> tuple[Reading, LessonVersion]:
    here = reading.find(request.ward, slug)
    return reading.read(here), reading.version_of(here)


def _on_paper(request: HttpRequest, what: Reading) -> dict[str, str]:
    whole = request.build_absolute_uri(what.address)
    code = segno.make(whole, error="m", micro=False).svg_data_uri(border=2, omitsize=True, light="white")
    return {"qr": code, "short": whole.partition("://")[2]}


def _next_lesson(course: CoursePlace | None, here: Here) -> CourseLesson | None:
    """The lesson that stands after this one in a course."""
    if course is None:
        return None
    mine = CourseLesson.objects.filter(lesson=here.lesson, course__slug=course.slug).first()
    if mine is None:
        return None
    later = CourseLesson.objects.filter(course=mine.course_id, position__gt=mine.position).exclude(
        lesson__published=None
    )
    return later.select_related("lesson__published").order_by("position").first()
