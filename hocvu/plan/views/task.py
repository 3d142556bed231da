"""One task: its page, and the pages on which a unit reports and people comment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.forms import Form
from hocvu.lib.pager import paginate
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.plan import board, carrying, measures, places, standing, trail, turns
from hocvu.plan.calendar import calendar
from hocvu.plan.models import Carrier, Evidence, Responsibility, SelfState, Task
from hocvu.plan.views import supervision
from hocvu.ward.access import SignedInRequest, can, may, needs, scoped
from hocvu.ward.models import Unit, UnitQuerySet

NEWEST = 10


def task_of(request: SignedInRequest, task_id: int, capability: str) -> Task:
    """A task that the account may meet under a capability in this ward; any other does not exist."""
    rows = scoped(Task.objects.select_related("plan__ward", "section"), request.user, capability, request.ward)
    return get_object_or_404(rows, pk=task_id)


def own_units(request: SignedInRequest, task: Task) -> UnitQuerySet:
    """The units that carry the task today and that the account may speak for."""
    today = clock.today()
    current = task.carriers.filter(Q(ended_on=None) | Q(ended_on__gte=today))
    return scoped(Unit.objects.filter(pk__in=current.values("unit")), request.user, "tasks.report", request.ward)


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in the task: what it says, and how much of its evidence was accepted."""

    carrier: Carrier
    accepted: int
    waiting: int

    @property
    def is_done(self) -> bool:
        return self.carrier.state == SelfState.DONE

    @property
    def look(self) -> str:
        return "is-done" if self.is_done else "is-late" if self.carrier.state == SelfState.STUCK else ""


@needs("tasks.read")
@require_safe
def task(request: SignedInRequest, task_id: int) -> HttpResponse:
    """Everything about one task."""
    shown = task_of(request, task_id, "tasks.read")
    today = clock.today()
    done = turns.turns_of(shown)
    laid_out = calendar(done, today, request.GET.get("nam", ""))
    everything = request.GET.get("xem") == "het"
    steps, steps_total = trail.steps_of(shown, None if everything else NEWEST)
    parts = _parts(shown)
    current = [part for part in parts if part.carrier.ended_on is None or part.carrier.ended_on >= today]
    reads_plan = may(request.user, "plan.read", request.ward)
    context = {
        "task": shown,
        "marks": [board.self_mark(shown), board.verified_mark(shown), board.due_mark(shown, today)],
        "responsibilities": _responsibilities(shown),
        "parts": current,
        "former": [part for part in parts if part not in current],
        "parts_done": sum(part.is_done for part in current),
        "calendar": laid_out,
        "figures": measures.counted(shown, today),
        "results": [standing.of_result(row, today) for row in shown.measures.select_related("task__plan__ward")],
        "problem": board.problem(shown, done, today),
        "why": board.words_of_leads(shown).first(),
        "notes": list(shown.notes.select_related("unit", "made_by")[: None if everything else NEWEST]),
        "comments": shown.comments.select_related("made_by"),
        "steps": steps,
        "steps_total": steps_total,
        "everything": everything,
        "place": places.in_words(shown.place),
        "place_href": places.href(shown.plan_id, shown.place) if reads_plan else "",
        "may_report": own_units(request, shown).exists(),
        "reads_funding": may(request.user, "funding.read", request.ward),
        "may_comment": can(request.user, "tasks.comment", shown),
        **_evidence(request, shown),
        **supervision.remarks_on(request, shown),
    }
    return render(request, "plan/task.html", context)


def _evidence(request: SignedInRequest, shown: Task) -> dict[str, Any]:
    """The evidence list: all of it, or that of one turn."""
    rows = shown.evidence.select_related("unit", "given_by")
    asked = request.GET.get("ky", "")
    turn = shown.occurrences.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 12 else None
    if turn is not None:
        rows = rows.filter(happened_on__gte=turn.starts_on, happened_on__lte=turn.ends_on)
    return {"page": paginate(request, rows, NEWEST), "turn": turn}


def _responsibilities(shown: Task) -> dict[str, list[Responsibility]]:
    """Who is named in the row, as lead and as coordinator."""
    named = list(shown.responsibilities.select_related("unit", "group"))
    return {part.value: [r for r in named if r.part == part] for part in Responsibility.Part}


def _parts(shown: Task) -> list[Part]:
    """Every unit with its part; those in trouble first, those that are done last."""
    given: dict[int, list[str]] = {}
    for unit, state in shown.evidence.values_list("unit_id", "check_state"):
        given.setdefault(unit, []).append(state)
    rank = {SelfState.STUCK: 0, SelfState.NOT_STARTED: 1, SelfState.DOING: 2, SelfState.DONE: 3}
    carriers = shown.carriers.select_related("unit", "through").order_by("unit__sort_name")
    parts = [
        Part(c, given.get(c.unit_id, []).count(Evidence.Check.ACCEPTED), given.get(c.unit_id, []).count("waiting"))
        for c in carriers
    ]
    return sorted(parts, key=lambda p: (p.carrier.part != Responsibility.Part.LEAD, rank[SelfState(p.carrier.state)]))


class ProgressForm(Form):
    """What a unit reports: for which unit, how it stands, in words."""

    unit = forms.ModelChoiceField(label="Đơn vị báo", queryset=Unit.objects.none(), empty_label=None)
    state = forms.ChoiceField(label="Tình trạng", choices=SelfState.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="Nội dung",
        max_length=2000,
        widget=forms.Textarea,
        help_text="Đã làm gì, còn gì, vướng ở đâu và cần ai giúp",
    )


@needs("tasks.report")
def report_progress(request: SignedInRequest, task_id: int) -> HttpResponse:
    """A unit reports on a task it carries."""
    shown = task_of(request, task_id, "tasks.report")
    units = own_units(request, shown)
    get_object_or_404(units[:1])
    mine = shown.carriers.filter(unit__in=units).first()
    form = ProgressForm(sent(request), initial={"state": mine.state if mine else SelfState.DOING})
    form.fields["unit"].queryset = units  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            carrying.report_progress(shown, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, "Đã ghi tiến độ.")
            return redirect("plan:task", shown.pk)
    return render(request, "plan/report_progress.html", {"task": shown}, form=form)


class CommentForm(Form):
    """A remark."""

    text = forms.CharField(label="Ý kiến", max_length=2000, widget=forms.Textarea)


@needs("tasks.comment")
def comment(request: SignedInRequest, task_id: int) -> HttpResponse:
    """Write a remark on a task."""
    shown = task_of(request, task_id, "tasks.comment")
    form = CommentForm(sent(request))
    if request.method == "POST" and form.is_valid():
        carrying.comment(shown, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, "Đã ghi ý kiến.")
        return redirect("plan:task", shown.pk)
    earlier = shown.comments.select_related("made_by").order_by("-made_at", "-id")[:5]
    return render(request, "plan/comment.html", {"task": shown, "earlier": earlier}, form=form)
