"""A practice task on a drawn phone: step by step, by keys too, and again after a wrong end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.assessment import practising, screen_practice
from hocvu.assessment.models import ScreenTry
from hocvu.assessment.questions import drawing, screens
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, signed_in


@signed_in
@require_POST
def begin_screen(request: SignedInRequest, practicetask_id: int) -> HttpResponse:
    """Begin a way through a task's screens, or go on with the one that is open."""
    task = get_object_or_404(practising.tasks_on(request.ward, clock.today()), pk=practicetask_id)
    try:
        row = screen_practice.begin(task, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("assessment:my_practice")
    return redirect("assessment:practice_screen", task.pk, row.pk)


@signed_in
@never_cache
def practice_screen(request: SignedInRequest, practicetask_id: int, screentry_id: UUID) -> HttpResponse:
    """Where the learner is on the drawn phone; a button goes one step on. At the end, or where the screen was found wrong:
    what happened, and what now."""
    mine = ScreenTry.objects.filter(account=request.user, ward=request.ward, task=practicetask_id)
    row = get_object_or_404(mine.select_related("task", "version__question"), pk=screentry_id)
    now = screen_practice.standing(row)
    if request.method == "POST":
        _press(request, row, now)
        return redirect("assessment:practice_screen", practicetask_id, row.pk)
    stands = row.task is not None and practising.stands(request.user, row.task)
    context = {
        "row": row,
        "task": row.task,
        "now": now,
        "shown": drawing.shown(row.version, seed=str(row.pk), standing=now, key=str(row.pk)),
        "stands": stands,
        # What was done on a screen that was found wrong is nobody's fault, and nothing to go on with.
        "found_wrong": screen_practice.FOUND_WRONG if row.version.voided_at and not (now.ended and stands) else "",
        "helped": now.ended and screen_practice.was_helped(request.user, row.began_at),
    }
    return render(request, "assessment/practice_screen.html", context)


def _press(request: SignedInRequest, row: ScreenTry, now: screens.Standing) -> None:
    """Take the step that the form sends from the screen it was drawn for."""
    said = screens.press(request.POST, row.version.content["screens"][now.screen]) if now.screen else None
    after = request.POST.get("buoc", "")
    if said is None or not after.isascii() or not after.isdigit() or len(after) > 4:
        return
    try:
        screen_practice.step(row, said, after=int(after), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
