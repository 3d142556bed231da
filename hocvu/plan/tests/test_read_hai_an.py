"""Hải An's own plan, read exactly: every target, every row, every unit, every period."""

from __future__ import annotations

from pathlib import Path

import pytest

from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import PlanReading, UnitRead
from hocvu.plan.reading.source import Source
from hocvu.plan.tests import hai_an

PLAN = Path(__file__).resolve().parents[3] / "content/plans/hai-an/ke-hoach-hai-an.txt"


@pytest.fixture(scope="module")
def opened() -> tuple[Source, PlanReading]:
    return read_file(PLAN)


@pytest.fixture(scope="module")
def reading(opened: tuple[Source, PlanReading]) -> PlanReading:
    return opened[1]


def unit(written: str) -> UnitRead:
    """A unit as `hai_an` notes it: "* as written => put right"."""
    text, _, right = written.removeprefix("* ").partition(" => ")
    return UnitRead(text, right or text, written.startswith("*"))


def test_it_reads_the_head(reading: PlanReading) -> None:
    plan = reading.plan
    assert plan.title == (
        "Về việc thực hiện Kế hoạch số 478-KH/TU ngày 01/6/2025 về triển khai Phong trào “Bình dân học vụ số”"
    )
    assert (plan.issuer, plan.signer) == ("Ủy ban nhân dân phường Hải An", "Cao Huy Hiếu")
    assert {basis.number: basis.date for basis in plan.legal_bases} == hai_an.LEGAL_BASES
    assert len(plan.legal_bases) == len(hai_an.LEGAL_BASES)


def test_it_leaves_the_blank_number_and_date_blank_and_says_so(reading: PlanReading) -> None:
    assert (reading.plan.number, reading.plan.date) == (None, None)
    doubted = {doubt.path: doubt.place.line for doubt in reading.doubts}
    assert doubted["plan.number"] == doubted["plan.date"] == 597


def test_it_reads_when_units_report(reading: PlanReading) -> None:
    (rule,) = reading.plan.reports
    assert (rule.frequency, rule.day, rule.semantics, rule.via) == ("monthly", 23, "before", "Phòng Văn hóa - Xã hội")
    assert rule.place.section == "VI.1"


def test_it_reads_the_eleven_targets(reading: PlanReading) -> None:
    read = [(t.year, t.audience, t.comparator, t.value, t.audience_text) for t in reading.targets]
    assert read == hai_an.TARGETS
    assert {target.unit for target in reading.targets} == {"%"}
    assert [target.place.section for target in reading.targets] == ["III.1"] * 5 + ["III.2"] * 6
    assert reading.targets[10].text.endswith("về Khung năng lực học số cho người học.")


def test_it_reads_the_four_sections(reading: PlanReading) -> None:
    assert reading.sections == hai_an.SECTIONS


@pytest.mark.parametrize("at", range(30))
def test_it_reads_every_row(reading: PlanReading, at: int) -> None:
    number, section, content, leads, coordinators, result, measures, period = hai_an.TASKS[at]
    task = reading.tasks[at]
    assert (task.number, task.position) == (number, at + 1)
    assert task.section == hai_an.SECTIONS[section]
    assert task.content == content
    assert task.leads == [unit(lead) for lead in leads]
    assert task.coordinators == [unit(name) for name in coordinators]
    assert task.result == result
    assert [(m.year, m.comparator, m.value, m.unit, m.what) for m in task.measures] == measures
    assert (task.period.kind, task.period.from_, task.period.to, task.period.text) == period


def test_it_reads_thirty_rows_and_no_more(reading: PlanReading) -> None:
    assert [task.number for task in reading.tasks] == [*map(str, range(1, 28)), None, "28", "29"]


def test_it_lists_every_action_of_the_body_that_has_no_row(reading: PlanReading) -> None:
    listed = [(action.section, action.text) for action in reading.body_actions]
    assert len(listed) == len(hai_an.BODY_ACTIONS)
    for (section, text), (wanted_section, beginning) in zip(listed, hai_an.BODY_ACTIONS, strict=True):
        assert (section, text[: len(beginning)]) == (wanted_section, beginning)


def test_everything_read_stands_where_it_says(opened: tuple[Source, PlanReading]) -> None:
    """The words of a task, a target, an action are found again between the lines that its place names."""
    source, reading = opened
    lines = {line.number: line.text for line in source.lines}
    said = [(target.text, target.place) for target in reading.targets]
    said += [(task.content, task.place) for task in reading.tasks]
    said += [(action.text, action.place) for action in reading.body_actions]
    for text, place in said:
        assert place.line and place.last_line
        there = "".join("".join(lines[number].split()) for number in range(place.line, place.last_line + 1))
        assert all(word in there for word in text.split()), text


def test_it_doubts_only_what_is_doubtful(reading: PlanReading) -> None:
    certain = [doubt for doubt in reading.doubts if not doubt.path.startswith("body_actions")]
    assert [doubt.path for doubt in certain] == [
        "plan.number",
        "plan.date",
        "tasks[4].leads[1]",
        "tasks[9].result",
        "tasks[13]",  # cut in two by the end of a page
        "tasks[22]",  # its content is short: the edge to its result is a guess
        "tasks[27].number",
        "tasks[29]",  # a line of its result begins as a unit
    ]
