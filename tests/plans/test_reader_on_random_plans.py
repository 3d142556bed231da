"""The reader meets plans it has never seen, in three formats, and is held to what they say."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import PlanReading, as_json, from_json
from tests.plans.as_docx import WordKnobs, as_docx
from tests.plans.as_pdf import PrintKnobs, as_pdf
from tests.plans.as_txt import TextKnobs, as_txt
from tests.plans.clerk import make
from tests.plans.compare import Mistake, mistakes, silent
from tests.plans.generator import any_knobs, any_text_knobs, plans, print_knobs, text_knobs, word_knobs
from tests.plans.paper import set_out
from tests.plans.truth import Knobs, PlanTruth, figure

CALM = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck), "database": None}
usual = settings(max_examples=25, **CALM)
thorough = settings(max_examples=400, **CALM)


def reading_of(write: Callable[[Path], Path], suffix: str) -> PlanReading:
    """Write a plan to a file of its own and read it back."""
    with tempfile.TemporaryDirectory() as folder:
        return read_file(write(Path(folder) / f"ke-hoach{suffix}"))[1]


def a_word_file_reads_exactly(truth: PlanTruth, knobs: WordKnobs) -> None:
    reading = reading_of(lambda path: as_docx(truth, path, knobs), ".docx")
    assert mistakes(truth, reading) == []


def a_printed_file_reads_exactly(truth: PlanTruth, knobs: PrintKnobs) -> None:
    reading = reading_of(lambda path: as_pdf(truth, path, knobs), ".pdf")
    assert mistakes(truth, reading) == []


def silent_on_a_flat_text(truth: PlanTruth, knobs: TextKnobs) -> list[Mistake]:
    """What the reader got wrong of a flattened table without a doubt to show for it."""
    reading = reading_of(lambda path: as_txt(truth, path, knobs), ".txt")
    assert from_json(as_json(reading)) == reading
    return silent(mistakes(truth, reading), reading)


def wrong_in_silence(files: int) -> list[tuple[Knobs, TextKnobs, list[Mistake]]]:
    """The flat texts, of so many, that were somewhere misread without a doubt. A table that lost its lines cannot
    always be told apart, so the reader is held to a share and not to none."""
    dice = random.Random(20250722)
    handed_in = [(any_knobs(dice), any_text_knobs(dice)) for _ in range(files)]
    found = [(knobs, text, silent_on_a_flat_text(make(knobs), text)) for knobs, text in handed_in]
    return [(knobs, text, wrong) for knobs, text, wrong in found if wrong]


@usual
@given(truth=plans(), knobs=word_knobs())
def test_it_reads_any_word_file_exactly(truth: PlanTruth, knobs: WordKnobs) -> None:
    a_word_file_reads_exactly(truth, knobs)


@settings(usual, max_examples=10)
@given(truth=plans(), knobs=print_knobs())
def test_it_reads_any_printed_file_exactly(truth: PlanTruth, knobs: PrintKnobs) -> None:
    a_printed_file_reads_exactly(truth, knobs)


def test_it_is_hardly_ever_wrong_in_silence_on_flat_text() -> None:
    assert len(wrong_in_silence(60)) <= 3


@usual
@given(truth=plans(), knobs=text_knobs())
def test_it_finds_or_doubts_every_row_number_and_target_of_a_flat_text(truth: PlanTruth, knobs: TextKnobs) -> None:
    wrong = [mistake.path for mistake in silent_on_a_flat_text(truth, knobs)]
    assert not [path for path in wrong if path.startswith(("plan", "targets")) or path.endswith(".number")]


@pytest.mark.deep
@thorough
@given(truth=plans(), knobs=word_knobs())
def test_it_reads_hundreds_of_word_files_exactly(truth: PlanTruth, knobs: WordKnobs) -> None:
    a_word_file_reads_exactly(truth, knobs)


@pytest.mark.deep
@settings(thorough, max_examples=150)
@given(truth=plans(), knobs=print_knobs())
def test_it_reads_hundreds_of_printed_files_exactly(truth: PlanTruth, knobs: PrintKnobs) -> None:
    a_printed_file_reads_exactly(truth, knobs)


@pytest.mark.deep
def test_it_is_hardly_ever_wrong_in_silence_on_hundreds_of_flat_texts() -> None:
    assert len(wrong_in_silence(1000)) <= 35


@usual
@given(truth=plans())
def test_the_generator_keeps_its_word(truth: PlanTruth) -> None:
    """Same knobs, same plan; and each figure of the truth stands in the words of the plan."""
    assert make(truth.knobs) == truth
    assert set_out(make(truth.knobs)) == set_out(truth)
    lines = [line for _, lines in truth.target_lines for line in lines]
    assert all(figure(target.value) in lines[target.line] for target in truth.targets)
