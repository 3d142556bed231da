"""Where a lesson's forms are sent: from a device's outbox, or by a person without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import BigAutoField, CharField
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hocvu.learning import bookmarks, progress, reading
from hocvu.learning.models import Lesson
from hocvu.lib.blocks.dividing import parts_of
from hocvu.lib.prepared import Prepared
from hocvu.lib.refusals import Refusal
from hocvu.ward import outbox
from hocvu.ward.access import SignedInRequest, signed_in
from hocvu.ward.receipts import Answer, Parcel


@signed_in
@require_POST
def finish_part(request: SignedInRequest, lesson_slug: str) -> HttpResponse:
    """A part is done; on to the next one."""
    part = request.POST.get("phan", "")

    def act(parcel: Parcel) -> Answer:
        return progress.finish_part(lesson=_lesson(request, lesson_slug), part=part, by=request.user, parcel=parcel)

    return outbox.receive(request, act, onward=lambda told: _page(request, lesson_slug, part, step=1 if told else 0))


@signed_in
@require_POST
def answer_check(request: SignedInRequest, lesson_slug: str) -> HttpResponse:
    """A check question is answered; back to it, where right or wrong is said."""
    block, chosen = request.POST.get("cau", ""), request.POST.getlist("chon")

    def act(parcel: Parcel) -> Answer:
        lesson = _lesson(request, lesson_slug)
        return progress.answer_check(lesson=lesson, block=block, chosen=chosen, by=request.user, parcel=parcel)

    return outbox.receive(request, act, onward=_back_to(request, lesson_slug, block, chon=chosen))


@signed_in
@require_POST
def tick_practice(request: SignedInRequest, lesson_slug: str) -> HttpResponse:
    """Lines of a practice task are ticked."""
    block, ticked = request.POST.get("cau", ""), request.POST.getlist("tich")

    def act(parcel: Parcel) -> Answer:
        lesson = _lesson(request, lesson_slug)
        return progress.tick_practice(lesson=lesson, block=block, ticked=ticked, by=request.user, parcel=parcel)

    return outbox.receive(request, act, onward=_back_to(request, lesson_slug, block, tich=ticked))


@signed_in
@require_POST
def hand_in_test_out(request: SignedInRequest, lesson_slug: str) -> HttpResponse:
    """Every question of a lesson at one go: a field for each question, named as its block, with numbers of choices."""
    own = {outbox.TOKEN_FIELD, "khoa"}
    answers = {name: request.POST.getlist(name) for name in request.POST if name not in own}

    def act(parcel: Parcel) -> Answer:
        lesson = _lesson(request, lesson_slug)
        if not reading.find(request.ward, lesson_slug).may_test_out:
            raise Refusal("Bài này không cho làm thử để qua. Hãy học từng phần.")
        return progress.test_out(lesson=lesson, answers=answers, by=request.user, parcel=parcel)

    return outbox.receive(request, act, onward=lambda told: _page(request, lesson_slug, "", step=0))


@signed_in
@require_POST
def bookmark(request: SignedInRequest, lesson_slug: str) -> HttpResponse:
    """A place is marked, with the learner's own words; `bo` takes the mark away."""
    part = request.POST.get("phan", "")

    def act(parcel: Parcel) -> Answer:
        lesson = _lesson(request, lesson_slug)
        if request.POST.get("bo"):
            return bookmarks.remove(lesson=lesson, part=part, by=request.user, parcel=parcel)
        note = request.POST.get("ghi_chu", "")
        return bookmarks.put(lesson=lesson, part=part, note=note, by=request.user, parcel=parcel)

    def onward(told: Answer | None) -> str:
        if told and request.POST.get("tu") != "cua-toi":
            messages.success(request, "Đã đánh dấu. Xem lại ở trang Việc học của tôi.")
        mine = request.POST.get("tu") == "cua-toi"
        return reverse("learning:mine") + "#danh-dau" if mine else _page(request, lesson_slug, part, step=0)

    return outbox.receive(request, act, onward=onward)


def _lesson(request: SignedInRequest, slug: str) -> Lesson:
    lesson = _LESSON.first(ward=request.ward.pk, slug=slug)
    if lesson is None:
        raise Http404(slug)
    lesson.ward = request.ward
    return lesson


# Without what is read once in each process, or not for this.
_LESSON = Prepared(
    lambda ward, slug: (
        Lesson.objects.filter(ward_id=ward, slug=slug)
        .select_related("published")
        .defer("published__blocks", "published__drawn", "published__teaching")
    ),
    ward=BigAutoField(),
    slug=CharField(),
)


def _back_to(request: SignedInRequest, slug: str, block: str, **said: list[str]) -> Callable[[Answer | None], str]:
    """To the part where a block stands, with what was said in the address, as an anonymous reader has it."""

    def onward(told: Answer | None) -> str:
        query: dict[str, Any] = {"cau": block, **said} if told else {}
        return _page(request, slug, block, step=0, **query) + f"#{block}"

    return onward


def _page(request: SignedInRequest, slug: str, place: str, *, step: int, **query: Any) -> str:
    """The page of the part that is called so or holds a block called so, or so many parts further on; the lesson's
    own page past the last one and where there is no such part."""
    lesson = _lesson(request, slug)
    if course := request.POST.get("khoa") or request.GET.get("khoa", ""):
        query["khoa"] = course
    tail = f"?{urlencode(query, doseq=True)}" if query else ""
    parts = parts_of(lesson.published.blocks, lesson.published.title) if lesson.published else []
    for number, part in enumerate(parts, start=1 + step):
        if part.id == place or any(block["id"] == place for block in part.blocks):
            if number > len(parts):
                return f"{reverse('learning:lesson', args=[slug])}?{urlencode({'het': 1, **query}, doseq=True)}"
            return reverse("learning:lesson_part", args=[slug, number]) + tail
    return reverse("learning:lesson", args=[slug]) + tail
