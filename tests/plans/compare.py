"""What a reading got wrong of a known plan, and which of those mistakes it did not own up to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from hocvu.plan.reading.shape import MeasureRead, PlanReading, TargetRead, TaskRead, UnitRead
from tests.plans.paper import standing_alone
from tests.plans.truth import Measure, Named, PlanTruth, Target, Task

LISTED_TWICE = "in the appendix"


@dataclass(frozen=True)
class Mistake:
    """`path` is the reading's own address, as in its doubts; `wanted` and `got` are for the person who looks."""

    path: str
    wanted: object
    got: object


def bare(text: str | None) -> str:
    """A text without what flattening may change: spaces, case, and the stop at its end."""
    folded = unicodedata.normalize("NFC", text or "").casefold()
    return re.sub(r"\s+", "", folded).strip(".;,-–")


def mistakes(truth: PlanTruth, reading: PlanReading) -> list[Mistake]:
    """Every place where the reading says other than the plan."""
    return [
        *_head(truth, reading),
        *_reports(truth, reading),
        *_targets(truth.targets, reading),
        *_sections(truth.sections, reading),
        *_tasks(truth.tasks, reading),
        *_body(truth, reading),
    ]


def silent(found: Iterable[Mistake], reading: PlanReading) -> list[Mistake]:
    """The mistakes that no doubt covers: those a person would never be shown. An action listed beside the row that
    says it is shown by being listed."""
    paths = {doubt.path for doubt in reading.doubts}
    return [
        mistake
        for mistake in found
        if mistake.wanted != LISTED_TWICE and not any(_covers(path, mistake.path) for path in paths)
    ]


def _covers(doubt: str, path: str) -> bool:
    """A doubt covers its own path and what lies inside it; inside a task's field, the whole field."""
    field = re.match(r"tasks\[\d+\]\.\w+", path)
    return path == doubt or path.startswith((f"{doubt}.", f"{doubt}[")) or bool(
        field and doubt.startswith(field.group()))  # fmt: skip


def _differ(path: str, wanted: object, got: object) -> Iterator[Mistake]:
    same = bare(wanted) == bare(got) if isinstance(wanted, str) and isinstance(got, str) else wanted == got
    if not same:
        yield Mistake(path, wanted, got)


def _head(truth: PlanTruth, reading: PlanReading) -> Iterator[Mistake]:
    plan = reading.plan
    if truth.knobs.letterhead or truth.knobs.appendix:
        yield from _differ("plan.number", truth.number, plan.number)
        yield from _differ("plan.date", truth.date, plan.date)
    yield from _differ("plan.signer", truth.signer, plan.signer)
    if bare(f"{truth.kind} {truth.commune}") not in bare(plan.issuer):
        yield Mistake("plan.issuer", truth.issuer, plan.issuer)
    if bare(truth.title) not in bare(plan.title):
        yield Mistake("plan.title", truth.title, plan.title)
    wanted = sorted((basis.number, basis.date) for basis in truth.bases)
    got = sorted((re.sub(r"\s", "", basis.number), basis.date) for basis in plan.legal_bases)
    yield from _differ("plan.legal_bases", wanted, got)


def _reports(truth: PlanTruth, reading: PlanReading) -> Iterator[Mistake]:
    got = reading.plan.reports
    if len(got) != len(truth.reports):
        yield Mistake("plan.reports", truth.reports, got)
        return
    for at, (wanted, read) in enumerate(zip(truth.reports, got, strict=True)):
        path = f"plan.reports[{at}]"
        yield from _differ(f"{path}.frequency", wanted.frequency, read.frequency)
        yield from _differ(f"{path}.day", wanted.day, read.day)
        yield from _differ(f"{path}.semantics", wanted.semantics, read.semantics)
        if bare(wanted.via) not in bare(read.via):
            yield Mistake(f"{path}.via", wanted.via, read.via)


def _targets(wanted: list[Target], reading: PlanReading) -> Iterator[Mistake]:
    if len(wanted) != len(reading.targets):
        yield Mistake("targets", wanted, [target.text for target in reading.targets])
        return
    for at, (target, read) in enumerate(zip(wanted, reading.targets, strict=True)):
        yield from _target(f"targets[{at}]", target, read)


def _target(path: str, target: Target, read: TargetRead) -> Iterator[Mistake]:
    for name in ("year", "audience", "comparator", "value"):
        yield from _differ(f"{path}.{name}", getattr(target, name), getattr(read, name))
    if not bare(read.unit).startswith(bare(target.unit)):
        yield Mistake(f"{path}.unit", target.unit, read.unit)


def _sections(wanted: list[str], reading: PlanReading) -> Iterator[Mistake]:
    got = reading.sections
    if len(got) != len(wanted) or any(
        not bare(read).endswith(bare(title)) for title, read in zip(wanted, got, strict=True)
    ):
        yield Mistake("sections", wanted, got)


def _tasks(wanted: list[Task], reading: PlanReading) -> Iterator[Mistake]:
    """Rows are compared in order; where the count differs, by number and words, so that one row too many does not
    hide the others. A row too many is a mistake at that row, a row too few at the row that swallowed it."""
    written = Counter(bare(unit.text) for task in wanted for unit in (*task.leads, *task.coordinators))
    same_count = len(wanted) == len(reading.tasks)
    pairs = [(at, at) for at in range(len(wanted))] if same_count else _aligned(wanted, reading.tasks)
    for at, there in pairs:
        position = at + 1 if same_count else reading.tasks[there].position
        yield from _task(f"tasks[{there}]", position, wanted[at], reading.tasks[there], written)
    for there in sorted(set(range(len(reading.tasks))) - {there for _, there in pairs}):
        yield Mistake(f"tasks[{there}].number", "no such row", reading.tasks[there].content)
    for at in sorted(set(range(len(wanted))) - {at for at, _ in pairs}):
        before = max((there for here, there in pairs if here < at), default=None)
        yield Mistake("tasks" if before is None else f"tasks[{before}]", wanted[at].content, "lost")


def _aligned(wanted: list[Task], got: list[TaskRead]) -> list[tuple[int, int]]:
    """The rows that are each other's, by number and first words."""
    ours = [(task.number, bare(task.content)[:20]) for task in wanted]
    theirs = [(task.number, bare(task.content)[:20]) for task in got]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]


def _task(path: str, position: int, task: Task, read: TaskRead, written: Counter[str]) -> Iterator[Mistake]:
    yield from _differ(f"{path}.number", task.number, read.number)
    yield from _differ(f"{path}.position", position, read.position)
    if not bare(read.section).endswith(bare(task.section)):
        yield Mistake(f"{path}.section", task.section, read.section)
    yield from _differ(f"{path}.content", task.content, read.content)
    yield from _units(f"{path}.leads", task.leads, read.leads, written)
    yield from _units(f"{path}.coordinators", task.coordinators, read.coordinators, written)
    yield from _differ(f"{path}.result", task.result, read.result)
    yield from _measures(f"{path}.measures", task.measures, read.measures)
    yield from _differ(f"{path}.period.text", task.period.text, read.period.text)
    for name in ("kind", "from_", "to"):
        yield from _differ(f"{path}.period.{name}", getattr(task.period, name), getattr(read.period, name))
    extra = {bare(label): bare(value) for label, value in read.extra.items() if value}
    for label, value in task.extra.items():
        if value and extra.get(bare(label)) != bare(value):
            yield Mistake(f"{path}.extra", task.extra, read.extra)


def _units(path: str, wanted: list[Named], got: list[UnitRead], written: Counter[str]) -> Iterator[Mistake]:
    """The names as written; a slip is put right where the plan itself writes the right name more often."""
    if [bare(unit.text) for unit in wanted] != [bare(unit.text) for unit in got]:
        yield Mistake(path, [unit.text for unit in wanted], [unit.text for unit in got])
        return
    for at, (unit, read) in enumerate(zip(wanted, got, strict=True)):
        if written[bare(unit.unit)] > written[bare(unit.text)]:
            yield from _differ(f"{path}[{at}].unit", unit.unit, read.unit)
        yield from _differ(f"{path}[{at}].group", unit.group, read.group)


def _measures(path: str, wanted: list[Measure], got: list[MeasureRead]) -> Iterator[Mistake]:
    said = [(m.year, m.comparator, m.value, m.unit) for m in wanted]
    read = [(m.year, m.comparator, m.value, m.unit) for m in got]
    same = len(said) == len(read) and all(
        a[:3] == b[:3] and bare(b[3]).startswith(bare(a[3])) for a, b in zip(said, read, strict=True)
    )
    if not same:
        yield Mistake(path, said, read)


def _body(truth: PlanTruth, reading: PlanReading) -> Iterator[Mistake]:
    """No action without a row is lost; one that a row repeats word for word is not asked about again."""
    said = bare(" ".join(action.text for action in reading.body_actions))
    for action in standing_alone(truth):
        if bare(action.text) not in said:
            yield Mistake("body_actions", action.text, "lost")
    rows = {bare(task.content) for task in truth.tasks}
    for action in reading.body_actions:
        if bare(action.text.lstrip("-+ ")) in rows:
            yield Mistake("body_actions", LISTED_TWICE, action.text)
