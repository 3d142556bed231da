"""Who carries a task: the plan's words fanned out to single units, kept in step with the groups' members."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from hocvu.lib import clock
from hocvu.plan import carrying
from hocvu.plan.models import Carrier, Responsibility, Task

Part = Responsibility.Part


def fan_out(task: Task) -> int:
    """Bring the carriers of a task in step with its responsibilities and the groups' members of today.

    A unit named twice carries the task once, as lead if it is one anywhere. A unit that left keeps its row
    with the day; one that came back goes on. Answers how many rows changed.
    """
    wanted = _wanted(task)
    changed = 0
    for carrier in task.carriers.all():
        changed += _bring_in_step(carrier, wanted.pop(carrier.unit_id, None))
    Carrier.objects.bulk_create(
        Carrier(task=task, unit_id=unit, part=part, through_id=group) for unit, (part, group) in wanted.items()
    )
    return changed + len(wanted)


@transaction.atomic
def keep_carriers() -> int:
    """Bring every task that is given to a group in step with the group's members of today; answers how many changed."""
    tasks = Task.objects.living().filter(responsibilities__group__isnull=False).distinct()
    changed = [task for task in tasks if fan_out(task)]
    for task in changed:
        carrying.restate(task)
    return len(changed)


def _wanted(task: Task) -> dict[int, tuple[str, int | None]]:
    """(part, group) by unit: leads before coordinators, a unit by its own name before one through a group."""
    today = clock.today()
    named = list(task.responsibilities.select_related("unit", "group"))
    wanted: dict[int, tuple[str, int | None]] = {}
    for part in (Part.LEAD, Part.COORDINATOR):
        own = [r for r in named if r.part == part]
        for responsibility in own:
            if responsibility.unit_id:
                wanted.setdefault(responsibility.unit_id, (part, None))
        for responsibility in own:
            if responsibility.group:
                for pk in responsibility.group.members_on(today).values_list("pk", flat=True):
                    wanted.setdefault(pk, (part, responsibility.group_id))
    return wanted


def _bring_in_step(carrier: Carrier, wish: tuple[str, int | None] | None) -> int:
    now = (carrier.part, carrier.through_id, carrier.ended_on)
    if wish is None:
        # The last day on which it carried the task.
        carrier.ended_on = carrier.ended_on or clock.today() - timedelta(days=1)
    else:
        carrier.part, carrier.through_id, carrier.ended_on = *wish, None
    if now == (carrier.part, carrier.through_id, carrier.ended_on):
        return 0
    carrier.save(update_fields=("part", "through", "ended_on"))
    return 1
