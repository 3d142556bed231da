"""A new plan takes an old one's place: what was carried over goes on in it, what was linked begins where it stood."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models

from hocvu.lib import clock
from hocvu.plan import carrying
from hocvu.plan.carriers import fan_out
from hocvu.plan.models import Occurrence, Plan, Responsibility, Target, Task, TaskMeasure
from hocvu.plan.succeeding import Choice


def hand_over(old: Plan, plan: Plan, choices: Mapping[str, Choice], tasks: Mapping[int, Task]) -> None:
    """Close the old plan; rows carried over go on in the new one, with what their units had reported."""
    old = Plan.objects.select_for_update(no_key=True).get(pk=old.pk)
    carried = [key for key, choice in choices.items() if choice["fate"] == "carried"]
    position = max(plan.tasks.aggregate(last=models.Max("position"))["last"] or 0, max(tasks, default=0))
    for key in carried:
        sort, _, pk = key.partition(":")
        if sort == "task":
            position += 1
            _carry_task(plan, old.tasks.get(pk=pk), position)
        else:
            _carry_target(plan, old.targets.get(pk=pk))
    for key, choice in choices.items():
        sort, _, pk = key.partition(":")
        if sort == "task" and choice["fate"] == "linked":
            _copy_progress(old.tasks.get(pk=pk), tasks[choice["to"]])
    old.state = Plan.State.SUCCEEDED
    old.save(update_fields=("state",))


def _carry_target(plan: Plan, old: Target) -> None:
    """The same target in the new plan; what was declared stays with the old one and is followed by `continues`."""
    Target.objects.create(
        plan=plan,
        position=plan.targets.count() + 1,
        **{
            name: getattr(old, name)
            for name in (
                "year",
                "audience",
                "audience_text",
                "comparator",
                "value",
                "unit",
                "text",
                "place",
                "measure",
                "measure_chosen",
            )
        },
        continues=old,
    )


def _carry_task(plan: Plan, old: Task, position: int) -> None:
    """The same task in the new plan, with its units, its turns still to come and what was reported so far."""
    fields = (
        "origin",
        "number",
        "content",
        "result",
        "result_added",
        "period_kind",
        "period_text",
        "starts_on",
        "ends_on",
        "next_due",
        "place",
        "extra",
    )
    task = Task.objects.create(
        plan=plan, position=position, continues=old, **{name: getattr(old, name) for name in fields}
    )
    rows: list[Responsibility | TaskMeasure | Occurrence] = [*old.responsibilities.all(), *old.measures.all()]
    for row in (*rows, *old.occurrences.filter(ends_on__gte=clock.today())):
        row.pk, row.task = None, task
        row.save(force_insert=True)
    fan_out(task)
    _copy_progress(old, task)


def _copy_progress(old: Task, new: Task) -> None:
    """What each unit said of the old row stands as its beginning in the new one; notes and evidence stay with the
    old row, which the new one continues."""
    reported = {carrier.unit_id: carrier for carrier in old.carriers.exclude(reported_at=None)}
    for carrier in new.carriers.filter(unit_id__in=reported, reported_at=None):
        carrier.state, carrier.reported_at = reported[carrier.unit_id].state, reported[carrier.unit_id].reported_at
        carrier.save(update_fields=("state", "reported_at"))
    carrying.restate(new)
