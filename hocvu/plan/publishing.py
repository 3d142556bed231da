"""A reviewed reading goes live: plan, targets, tasks, units, turns, in one transaction, all or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from hocvu.lib import clock
from hocvu.plan import assigning, carrying, gathering, handing_over, naming, periods, reviewing, succeeding, supervising
from hocvu.plan.carriers import fan_out
from hocvu.plan.likeness import paired
from hocvu.plan.models import (
    BodyActionKept,
    LegalBasis,
    Occurrence,
    Plan,
    Reading,
    ReportRule,
    Responsibility,
    Section,
    Target,
    Task,
    TaskMeasure,
)
from hocvu.ward import audit
from hocvu.ward.models import Account, Unit, UnitGroup

Named = Mapping[str, Unit | UnitGroup]
Part = Responsibility.Part


class Unready(Exception):
    """Something is still open; the message is the Vietnamese sentence that says what."""


@dataclass(slots=True)
class Ground:
    """What every row of one publishing needs."""

    plan: Plan
    reading: Reading
    named: Named
    span: periods.Span
    since: date
    sections: dict[str, Section]


@transaction.atomic
def publish(reading: Reading, by: Account, *, version: int | None = None) -> Plan:
    """Make the reading a running plan, or correct the one it revises. Raises `Unready` while anything is open,
    `Stale` where it was changed since it was seen, and writes nothing then."""
    reading = _locked(reading.pk, version)
    named = gathering.gather(reading, by)
    plan = _head(reading, by)
    content = reading.content
    span = periods.plan_span(content, clock.today())
    ground = Ground(plan, reading, named, span, periods.begins_on(content["plan"], span), {})
    _write_head_rows(ground)
    _write_targets(ground)
    tasks = _write_tasks(ground)
    _write_actions(ground, tasks)
    if reading.succeeds:
        handing_over.hand_over(reading.succeeds, plan, reading.links.get("old", {}), tasks)
    _close(reading, plan, by)
    return plan


def _locked(pk: uuid.UUID, version: int | None) -> Reading:
    reading = Reading.objects.select_for_update(no_key=True).get(pk=pk)
    if reading.state != Reading.State.REVIEW:
        raise reviewing.Over(f"Bản đọc này {reading.get_state_display()}, không công bố lại được.")
    if version is not None and reading.version != version:
        raise reviewing.Stale(reading)
    _refuse_over(reading)
    missing = reviewing.missing(reading)
    if not missing.nothing:
        raise Unready(missing.words)
    return reading


def _refuse_over(reading: Reading) -> None:
    """Refuse to correct or succeed a plan whose place another one has taken meanwhile."""
    for pk, act in ((reading.revises_id, "sửa"), (reading.succeeds_id, "thay")):
        plan = Plan.objects.select_for_update(no_key=True).get(pk=pk) if pk else None
        if plan is not None and plan.state != Plan.State.RUNNING:
            raise Unready(
                f"Kế hoạch cần {act}, “{plan.title[:80]}”, đã được kế hoạch khác thay thế nên không {act} được nữa. "
                "Hãy bỏ bản đọc này, rồi tải văn bản lên lại và chọn kế hoạch đang thực hiện."
            )


def _head(reading: Reading, by: Account) -> Plan:
    head = reading.content["plan"]
    values = {
        "number": _fit(head.get("number"), 60),
        "title": _fit(head["title"], 500),
        "issuer": _fit(head.get("issuer"), 200),
        "signed_on": date.fromisoformat(head["date"]) if head.get("date") else None,
        "signer": _fit(head.get("signer"), 120),
    }
    if reading.revises:
        plan = Plan.objects.select_for_update(no_key=True).get(pk=reading.revises.pk)
        for name, value in values.items():
            setattr(plan, name, value)
        plan.save()
        return plan
    return Plan.objects.create(ward=reading.ward, succeeds=reading.succeeds, published_by=by, **values)


def _close(reading: Reading, plan: Plan, by: Account) -> None:
    reading.state, reading.plan = Reading.State.PUBLISHED, plan
    reading.version += 1
    reading.updated_at, reading.updated_by = clock.now(), by.full_name
    reading.save()
    targets, tasks = plan.targets.filter(withdrawn_at=None).count(), plan.tasks.filter(withdrawn_at=None).count()
    act = "revised a plan" if reading.revises_id else "published a plan"
    audit.record(by, act, plan, targets=targets, tasks=tasks, document=reading.document.name)


# ---- The head's rows


def _write_head_rows(ground: Ground) -> None:
    """Legal bases, report rules and sections; a correction replaces them."""
    plan, content = ground.plan, ground.reading.content
    plan.legal_bases.all().delete()
    plan.report_rules.all().delete()
    LegalBasis.objects.bulk_create(
        LegalBasis(
            plan=plan,
            position=position,
            number=_fit(basis["number"], 60),
            signed_on=periods.first_day(basis["date"]) if basis.get("date") else None,
        )
        for position, basis in enumerate(content["plan"].get("legal_bases", []), start=1)
    )
    ReportRule.objects.bulk_create(
        ReportRule(
            plan=plan,
            frequency=rule["frequency"],
            day=rule.get("day"),
            semantics=rule["semantics"],
            via=_fit(rule.get("via"), 200),
            text=rule["text"],
            place=rule.get("place") or {},
        )
        for rule in content["plan"].get("reports", [])
        if not rule.get("left_out")
    )
    _write_sections(ground)


def _write_sections(ground: Ground) -> None:
    """The appendix's sections in order; those of a corrected plan are found again by their title."""
    old = {section.title: section for section in ground.plan.sections.all()}
    for position, full in enumerate(_section_titles(ground.reading.content), start=1):
        number, title = _split_section(full, position)
        section = old.pop(title, None) or Section(plan=ground.plan, title=title)
        section.number, section.position = number, position
        section.save()
        ground.sections[full] = section
    ground.plan.sections.filter(pk__in=[s.pk for s in old.values()], tasks=None).delete()


def _section_titles(content: Mapping[str, Any]) -> list[str]:
    titles = list(content.get("sections", []))
    named = [task["section"] for task in succeeding.rows(content, "tasks") if task.get("section")]
    return titles + [title for title in dict.fromkeys(named) if title not in titles]


def _split_section(full: str, position: int) -> tuple[str, str]:
    """ "I. Truyền thông" as number and title; a title alone is numbered by its place among the appendix's sections."""
    head, _, rest = full.partition(" ")
    number = head.rstrip(".)")
    roman = rest.strip() and number and set(number) <= set("IVXLC")
    return (number, _fit(rest, 300)) if roman else (_roman(position), _fit(full, 300))


def _roman(number: int) -> str:
    """
    >>> _roman(4), _roman(19)
    ('IV', 'XIX')
    """
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


# ---- Targets


def _write_targets(ground: Ground) -> None:
    reading, plan = ground.reading, ground.plan
    pairs = succeeding.paired_targets(reading, plan) if reading.revises else {}
    carried = succeeding.carried(plan, "target")
    old = {target.pk: target for target in plan.targets.filter(withdrawn_at=None).exclude(pk__in=carried)}
    for position, (index, row) in enumerate(succeeding.indexed(reading.content, "targets"), start=1):
        target = old.pop(pairs.get(index, 0), None) or Target(plan=plan)
        target.position = position
        target.year, target.audience = row["year"], row["audience"]
        target.audience_text, target.comparator = _fit(row["audience_text"], 400), row["comparator"]
        target.value, target.unit = _exact(row["value"]), _fit(row["unit"], 40)
        target.text, target.place = row["text"], row.get("place") or {}
        if not reading.revises:  # a correction keeps what the plan continues
            target.continues_id = _linked(reading, "target", index)
        assigning.assign(target)
        target.save()
    Target.objects.filter(pk__in=old).update(withdrawn_at=clock.now())


def _linked(reading: Reading, sort: str, to: int) -> int | None:
    """The old row that the reviewer linked to this one; the first where there are several."""
    for key, choice in reading.links.get("old", {}).items():
        if key.startswith(f"{sort}:") and choice["fate"] == "linked" and choice["to"] == to:
            return int(key.partition(":")[2])
    return None


# ---- Tasks


def _write_tasks(ground: Ground) -> dict[int, Task]:
    """The rows of the appendix, by their position in the reading; withdrawn rows keep their work."""
    reading, plan = ground.reading, ground.plan
    pairs = succeeding.paired_tasks(reading, plan) if reading.revises else {}
    old = {task.pk: task for task in succeeding.own_tasks(plan, Task.Origin.APPENDIX)}
    made: dict[int, Task] = {}
    for row in succeeding.rows(reading.content, "tasks"):
        task = old.pop(pairs.get(row["position"], 0), None) or Task(plan=plan)
        made[row["position"]] = _write_task(ground, task, row)
    Task.objects.filter(pk__in=old).update(withdrawn_at=clock.now())
    return made


def _write_task(ground: Ground, task: Task, row: Mapping[str, Any]) -> Task:
    task.section = ground.sections.get(row.get("section") or "")
    task.number, task.position = _fit(row["number"], 20), row["position"]
    task.content, task.result = row["content"], row["result"] or ""
    task.result_added = bool(task.result) and not _original_result(ground.reading, row["position"])
    task.place, task.extra = row.get("place") or {}, row.get("extra") or {}
    if not ground.reading.revises:
        task.continues_id = _linked(ground.reading, "task", row["position"])
    _set_period(task, row["period"], ground.span)
    task.save()
    _write_responsibilities(task, row, ground.named)
    _write_measures(task, row["measures"])
    _write_turns(task, periods.turns(row["period"], row["measures"], ground.span, ground.since))
    fan_out(task)
    carrying.restate(task)
    return task


def _original_result(reading: Reading, position: int) -> str:
    rows = [row for row in reading.original.get("tasks", []) if row["position"] == position]
    return str(rows[0]["result"] or "") if rows else ""


def _set_period(task: Task, period: Mapping[str, Any], plan: periods.Span) -> None:
    span = periods.span_of(period, plan)
    task.period_kind, task.period_text = period["kind"], _fit(period["text"], 200)
    task.starts_on, task.ends_on = (span.first, span.last) if span else (None, None)
    task.next_due = task.ends_on


def _write_responsibilities(task: Task, row: Mapping[str, Any], named: Named) -> None:
    task.responsibilities.all().delete()
    for part, name in ((Part.LEAD, "leads"), (Part.COORDINATOR, "coordinators")):
        for position, unit in enumerate(row[name], start=1):
            _assign(task, part, position, unit["text"] or unit["unit"], named[naming.bare(unit["unit"])])


def _assign(task: Task, part: Part, position: int, text: str, whom: Unit | UnitGroup) -> None:
    unit, group = (whom, None) if isinstance(whom, Unit) else (None, whom)
    Responsibility.objects.create(task=task, part=part, position=position, text=_fit(text, 300), unit=unit, group=group)


def _write_measures(task: Task, measures: Sequence[Mapping[str, Any]]) -> None:
    """The results of a row. One that still says what it counts in which year is the same result, with its remarks."""
    old = {(one.year, one.what): one for one in task.measures.all()}
    kept = []
    for position, measure in enumerate(measures, start=1):
        year, what = measure["year"], _fit(measure["what"], 400)
        row = old.pop((year, what), None) or TaskMeasure(task=task, year=year, what=what)
        row.position, row.comparator = position, measure["comparator"]
        row.value, row.unit = _exact(measure["value"]), _fit(measure["unit"], 40)
        assigning.assign_result(row, task.content).save()
        kept.append(row.pk)
    levels = {row.measure for row in TaskMeasure.objects.filter(pk__in=kept)}
    more = [row for row in assigning.results_without_level(task) if row.measure not in levels]
    for position, row in enumerate(more, start=len(measures) + 1):
        there = old.pop((None, row.what), None) or row
        there.position = position
        there.save()
        kept.append(there.pk)
    gone = task.measures.exclude(pk__in=kept)
    supervising.fall_back_to_task(gone)
    gone.delete()


def _write_turns(task: Task, turns: Sequence[periods.Turn]) -> None:
    """The turns of recurring work; a corrected plan keeps those that it still has, and those with evidence."""
    starts = [turn.starts_on for turn in turns]
    task.occurrences.exclude(starts_on__in=starts).filter(evidence=None).delete()
    kept = set(task.occurrences.values_list("starts_on", flat=True))
    Occurrence.objects.bulk_create(
        Occurrence(task=task, label=t.label, starts_on=t.starts_on, ends_on=t.ends_on, needed=t.needed)
        for t in turns
        if t.starts_on not in kept
    )


# ---- Actions of the body


def _write_actions(ground: Ground, tasks: Mapping[int, Task]) -> None:
    """Every action of the body with what became of it; those made tasks stand after the appendix."""
    reading, plan = ground.reading, ground.plan
    old = [(t.pk, "", t.content) for t in succeeding.own_tasks(plan, Task.Origin.BODY)]
    rows = list(enumerate(reading.content["body_actions"]))
    made = [(i, "", row["text"]) for i, row in rows if reading.actions[str(i)]["fate"] == BodyActionKept.Fate.TASK]
    pairs = paired(made, old)
    plan.body_actions.all().delete()
    position = max(tasks, default=0)
    for index, row in rows:
        decision, task = reading.actions[str(index)], None
        if decision["fate"] == BodyActionKept.Fate.ATTACHED:
            task = tasks[decision["task"]]
        elif decision["fate"] == BodyActionKept.Fate.TASK:
            position += 1
            known = plan.tasks.get(pk=pairs[index]) if index in pairs else Task(plan=plan, origin=Task.Origin.BODY)
            task = _write_body_task(ground, known, row, position, decision["lead"])
        _keep_action(plan, index + 1, row, decision, task)
    gone = {pk for pk, _, _ in old} - set(pairs.values())
    Task.objects.filter(pk__in=gone).update(withdrawn_at=clock.now())


def _write_body_task(ground: Ground, task: Task, row: Mapping[str, Any], position: int, lead: str) -> Task:
    """A task of the body: its words and its lead; the plan gives it no period, so it runs as long as the plan."""
    task.position, task.content, task.place = position, row["text"], row.get("place") or {}
    task.starts_on, task.ends_on = ground.span.first, ground.span.last
    task.next_due = task.ends_on
    task.save()
    whom = ground.named[naming.resolved_key(lead, ground.reading.units)]
    task.responsibilities.all().delete()
    _assign(task, Part.LEAD, 1, str(whom), whom)
    fan_out(task)
    return task


def _keep_action(
    plan: Plan, position: int, row: Mapping[str, Any], decision: Mapping[str, Any], task: Task | None
) -> None:
    BodyActionKept.objects.create(
        plan=plan,
        position=position,
        text=row["text"],
        section=_fit(row["section"], 60),
        place=row.get("place") or {},
        fate=decision["fate"],
        task=task,
        reason=_fit(decision.get("reason"), 300),
    )


# ---- Small things


def _fit(text: str | None, longest: int) -> str:
    """A text as long as its column; what is cut still stands in the source."""
    words = " ".join((text or "").split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _exact(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
