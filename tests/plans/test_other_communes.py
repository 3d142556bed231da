"""Plans of eight invented communes, each unlike the others, read as their hand-written expectations say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import PlanReading, TaskRead
from tests.plans.compare import Mistake, bare, silent
from tests.plans.other.make import HERE, NAMES, flat_text, word_file


def expected(name: str) -> dict[str, Any]:
    """What a person read in the plan."""
    found: dict[str, Any] = json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def mistakes(wanted: dict[str, Any], reading: PlanReading) -> list[Mistake]:
    """Every place where the reading says other than the person."""
    said = bare(" ".join(action.text for action in reading.body_actions))
    lost = [Mistake("body_actions", text, "lost") for text in wanted["body_actions"] if bare(text) not in said]
    sections = [bare(title) for title in reading.sections]
    return [
        *_plan(wanted["plan"], reading),
        *_targets(wanted["targets"], reading),
        *_unless(sections == [bare(title) for title in wanted["sections"]], "sections", wanted["sections"], sections),
        *_tasks(wanted["tasks"], reading),
        *lost,
    ]


def _unless(right: bool, path: str, wanted: object, got: object) -> Iterator[Mistake]:
    if not right:
        yield Mistake(path, wanted, got)


def _plan(wanted: dict[str, Any], reading: PlanReading) -> Iterator[Mistake]:
    plan = reading.plan
    for name in ("number", "date", "signer"):
        yield from _unless(wanted[name] == getattr(plan, name), f"plan.{name}", wanted[name], getattr(plan, name))
    body = "Đảng ủy" if "ĐU" in (wanted["number"] or "") else "Ủy ban nhân dân"
    issuer = f"{body} {wanted['issuer']}"
    yield from _unless(plan.issuer == issuer, "plan.issuer", issuer, plan.issuer)
    bases = sorted([basis.number, basis.date] for basis in plan.legal_bases)
    yield from _unless(bases == sorted(wanted["legal_bases"]), "plan.legal_bases", wanted["legal_bases"], bases)
    rules = [(rule.frequency, rule.day, rule.semantics, bare(rule.via)) for rule in plan.reports]
    told = [(rule["frequency"], rule["day"], rule["semantics"], bare(rule["via"])) for rule in wanted["reports"]]
    yield from _unless(rules == told, "plan.reports", told, rules)


def _targets(wanted: list[dict[str, Any]], reading: PlanReading) -> Iterator[Mistake]:
    if len(wanted) != len(reading.targets):
        yield Mistake("targets", wanted, [target.text for target in reading.targets])
        return
    for at, (told, read) in enumerate(zip(wanted, reading.targets, strict=True)):
        for name in ("year", "audience", "comparator", "value"):
            if told[name] is not None:
                got = getattr(read, name)
                yield from _unless(told[name] == got, f"targets[{at}].{name}", told[name], got)
        yield from _unless(read.unit.startswith(told["unit"]), f"targets[{at}].unit", told["unit"], read.unit)


def _tasks(wanted: list[dict[str, Any]], reading: PlanReading) -> Iterator[Mistake]:
    if len(wanted) != len(reading.tasks):
        yield Mistake("tasks", [told["number"] for told in wanted], [task.number for task in reading.tasks])
        return
    for at, (told, read) in enumerate(zip(wanted, reading.tasks, strict=True)):
        yield from _task(f"tasks[{at}]", told, read)


def _task(path: str, told: dict[str, Any], read: TaskRead) -> Iterator[Mistake]:
    yield from _unless(told["number"] == read.number, f"{path}.number", told["number"], read.number)
    for name in ("section", "content", "result"):
        got = getattr(read, name)
        yield from _unless(bare(told[name]) == bare(got), f"{path}.{name}", told[name], got)
    for name in ("leads", "coordinators"):
        got = [[unit.text, unit.group] for unit in getattr(read, name)]
        same = [[bare(text), group] for text, group in got] == [[bare(text), group] for text, group in told[name]]
        yield from _unless(same, f"{path}.{name}", told[name], got)
    measures = [[m.year, m.comparator, m.value, m.unit.split("/")[0].split()[0]] for m in read.measures]
    yield from _unless(measures == told["measures"], f"{path}.measures", told["measures"], measures)
    period = [read.period.kind, read.period.from_, read.period.to]
    yield from _unless(period == told["period"], f"{path}.period", told["period"], period)
    extra = {label: bare(value) for label, value in read.extra.items() if value}
    wanted_extra = {label: bare(value) for label, value in told.get("extra", {}).items()}
    yield from _unless(extra == wanted_extra, f"{path}.extra", wanted_extra, extra)


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_the_word_file_of_another_commune(name: str, tmp_path: Path) -> None:
    reading = read_file(word_file(name, tmp_path / f"{name}.docx"))[1]
    assert mistakes(expected(name), reading) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_the_flat_text_of_another_commune(name: str) -> None:
    reading = read_file(HERE / f"{name}.txt")[1]
    assert silent(mistakes(expected(name), reading), reading) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_flat_texts_are_those_of_the_papers(name: str) -> None:
    assert (HERE / f"{name}.txt").read_text(encoding="utf-8") == flat_text(name)


def test_a_blank_number_and_date_are_doubted(tmp_path: Path) -> None:
    reading = read_file(word_file("dac-khu", tmp_path / "dac-khu.docx"))[1]
    assert {"plan.number", "plan.date"} <= {doubt.path for doubt in reading.doubts}


def test_a_period_without_an_end_is_doubted(tmp_path: Path) -> None:
    """ "Thường xuyên" tells nobody when: the reading says so."""
    path = tmp_path / "ke-hoach.txt"
    text = (HERE / "gia-dinh.txt").read_text(encoding="utf-8")
    path.write_text(text.replace("Tháng \n\n3/2026", "Thường xuyên"), encoding="utf-8")
    reading = read_file(path)[1]
    assert reading.tasks[0].period.kind == "unknown"
    assert any(doubt.path.startswith("tasks[0].period") for doubt in reading.doubts)
