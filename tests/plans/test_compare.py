"""The yardstick itself: a faithful reading has no mistake, and every kind of damage is noticed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from hocvu.plan.reading import shape
from tests.plans.clerk import make
from tests.plans.compare import mistakes, silent
from tests.plans.paper import standing_alone
from tests.plans.truth import Knobs, Named, PlanTruth, Task

TRUTH = make(Knobs(seed=11, sections=3, tasks_per_section=6, extra_columns=1, unnumbered_rows=True))


def faithful(truth: PlanTruth) -> shape.PlanReading:
    """What a reader without fault would answer."""
    lines = [line for _, lines in truth.target_lines for line in lines]
    return shape.PlanReading(
        plan=shape.PlanHead(
            truth.number, truth.title, truth.issuer, truth.date, truth.signer,
            [shape.LegalBasis(basis.number, basis.date) for basis in truth.bases],
            [shape.ReportRule(r.frequency, r.day, r.semantics, r.via, r.text) for r in truth.reports],  # type: ignore[arg-type]
        ),
        sections=list(truth.sections),
        targets=[
            shape.TargetRead(t.year, t.audience, "", t.comparator, t.value, t.unit, lines[t.line])  # type: ignore[arg-type]
            for t in truth.targets
        ],
        tasks=[_row(task, at) for at, task in enumerate(truth.tasks, start=1)],
        body_actions=[shape.BodyAction(action.text, "") for action in standing_alone(truth)],
    )  # fmt: skip


def _row(task: Task, position: int) -> shape.TaskRead:
    return shape.TaskRead(
        task.number, position, task.section, task.content, _units(task.leads), _units(task.coordinators), task.result,
        [shape.MeasureRead(m.year, m.comparator, m.value, m.unit, "") for m in task.measures],  # type: ignore[arg-type]
        shape.PeriodRead(task.period.kind, task.period.from_, task.period.to, task.period.text),  # type: ignore[arg-type]
        extra=dict(task.extra),
    )  # fmt: skip


def _units(named: list[Named]) -> list[shape.UnitRead]:
    return [shape.UnitRead(unit.text, unit.unit, unit.group) for unit in named]


def test_it_finds_no_fault_in_a_faithful_reading() -> None:
    for seed in range(30):
        truth = make(Knobs(seed=seed, sections=3, tasks_per_section=5, extra_columns=seed % 4, unnumbered_rows=True))
        assert mistakes(truth, faithful(truth)) == []


DAMAGES: dict[str, Callable[[shape.PlanReading], object]] = {
    "a row lost": lambda r: r.tasks.pop(),
    "a target lost": lambda r: r.targets.pop(),
    "an action lost": lambda r: r.body_actions.pop(),
    "a comparator read as bare": lambda r: setattr(r.targets[0], "comparator", "<"),
    "a year moved": lambda r: setattr(r.targets[0], "year", 1999),
    "an audience mistaken": lambda r: setattr(r.targets[0], "audience", "nobody"),
    "a number invented": lambda r: setattr(r.tasks[1], "number", "99"),
    "a lead dropped": lambda r: r.tasks[0].leads.pop(),
    "a lead cut in two": lambda r: r.tasks[0].leads.append(shape.UnitRead("Hạ tầng", "Hạ tầng")),
    "a group taken for one unit": lambda r: setattr(r.tasks[0].leads[0], "group", None),
    "a result swallowed": lambda r: setattr(r.tasks[0], "result", "khác"),
    "a measure invented": lambda r: r.tasks[0].measures.append(shape.MeasureRead(None, "=", 7, "%", "")),
    "a period shifted": lambda r: setattr(r.tasks[0].period, "from_", "1999"),
    "a section mistaken": lambda r: setattr(r.tasks[-1], "section", "Khác"),
    "a report rule lost": lambda r: r.plan.reports.clear(),
    "a legal basis lost": lambda r: r.plan.legal_bases.pop(),
    "the date mistaken": lambda r: setattr(r.plan, "date", "1999-01-01"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_it_notices(damage: Callable[[shape.PlanReading], object]) -> None:
    reading = deepcopy(faithful(TRUTH))
    damage(reading)
    assert mistakes(TRUTH, reading)
    assert silent(mistakes(TRUTH, reading), reading)


def test_a_doubt_excuses_only_its_own_place() -> None:
    reading = deepcopy(faithful(TRUTH))
    reading.tasks[0].result = reading.tasks[1].result = "khác"
    reading.doubts.append(shape.Doubt("tasks[0].result", "Không rõ kết quả."))
    paths = {mistake.path for mistake in silent(mistakes(TRUTH, reading), reading)}
    assert paths == {"tasks[1].result"}
