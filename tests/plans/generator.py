"""Random ward plans with known truth, for hypothesis, and the three formats in which they are handed in."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from tests.plans.as_docx import WordKnobs, as_docx
from tests.plans.as_pdf import PrintKnobs, as_pdf
from tests.plans.as_txt import TextKnobs, as_txt
from tests.plans.clerk import make
from tests.plans.truth import Knobs, PlanTruth

__all__ = [
    "any_knobs",
    "any_text_knobs",
    "as_docx",
    "as_pdf",
    "as_txt",
    "plans",
    "print_knobs",
    "text_knobs",
    "word_knobs",
]

NUMBERINGS = ("dot", "bare", "mixed", "code", "roman-restart")
SEEDS = st.integers(min_value=0, max_value=2**24)


def plans(appendix: bool | None = None) -> st.SearchStrategy[PlanTruth]:
    """Plans of every kind; a failing one shrinks to few rows and plain columns."""
    return st.builds(
        Knobs,
        seed=SEEDS,
        sections=st.integers(1, 4),
        tasks_per_section=st.integers(1, 7),
        targets_per_year=st.integers(1, 5),
        years=st.integers(1, 2),
        state_form=st.booleans(),
        blank_number=st.booleans(),
        numbering=st.sampled_from(NUMBERINGS),
        unnumbered_rows=st.booleans(),
        extra_columns=st.integers(0, 3),
        shuffled_columns=st.booleans(),
        appendix=st.sampled_from((True, True, True, True, False)) if appendix is None else st.just(appendix),
        letterhead=st.booleans(),
    ).map(make)


def text_knobs() -> st.SearchStrategy[TextKnobs]:
    """How the text fell flat."""
    return st.builds(
        TextKnobs, seed=SEEDS, spacing=st.sampled_from(("blank", "tight")), narrow=st.booleans(),
        pages=st.booleans(), split_rows=st.booleans(),
    )  # fmt: skip


def word_knobs() -> st.SearchStrategy[WordKnobs]:
    """How the Word file was made."""
    return st.builds(
        WordKnobs, seed=SEEDS, auto_numbers=st.booleans(), auto_bullets=st.booleans(), two_row_head=st.booleans(),
        retyped_head=st.booleans(), merge_periods=st.booleans(), two_tables=st.booleans(),
    )  # fmt: skip


def print_knobs() -> st.SearchStrategy[PrintKnobs]:
    """How the .pdf was printed, each row whole."""
    return st.builds(PrintKnobs, page_numbers=st.booleans(), size=st.sampled_from((9.0, 10.0, 11.0)))


def any_knobs(dice: random.Random) -> Knobs:
    """One plan's knobs, every kind as likely as the next: for counting over many, where hypothesis seeks extremes."""
    return Knobs(
        seed=dice.randrange(2**24),
        sections=dice.randint(1, 4),
        tasks_per_section=dice.randint(1, 7),
        targets_per_year=dice.randint(1, 5),
        years=dice.randint(1, 2),
        state_form=_either(dice),
        blank_number=_either(dice),
        numbering=dice.choice(NUMBERINGS),
        unnumbered_rows=_either(dice),
        extra_columns=dice.randint(0, 3),
        shuffled_columns=_either(dice),
        appendix=dice.random() < 0.8,
        letterhead=_either(dice),
    )


def any_text_knobs(dice: random.Random) -> TextKnobs:
    """How one text fell flat, every way as likely as the next."""
    return TextKnobs(
        seed=dice.randrange(2**24), spacing=dice.choice(("blank", "tight")), narrow=_either(dice),
        pages=_either(dice), split_rows=_either(dice),
    )  # fmt: skip


def _either(dice: random.Random) -> bool:
    return dice.random() < 0.5
