"""The known truth of a random plan: what it says, before any file is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


@dataclass
class Named:
    """A unit as the plan names it, and the same name put right."""

    text: str
    unit: str
    group: bool = False


@dataclass
class Measure:
    year: int | None
    comparator: str
    value: float
    unit: str


@dataclass
class Period:
    kind: str
    from_: str | None
    to: str | None
    text: str


@dataclass
class Task:
    number: str | None
    typed_number: str
    section: str | None
    content: str
    leads: list[Named]
    coordinators: list[Named]
    result: str
    measures: list[Measure]
    period: Period
    extra: dict[str, str] = field(default_factory=dict)


@dataclass
class Target:
    year: int | None
    audience: str
    comparator: str
    value: float
    unit: str
    line: int


@dataclass
class Report:
    frequency: str
    day: int | None
    semantics: str
    via: str
    text: str


@dataclass
class Action:
    """An action of the body; `row` is the position of the task that says the same, None where it stands alone."""

    text: str
    row: int | None = None


@dataclass
class Basis:
    number: str
    date: str | None
    text: str


@dataclass
class Column:
    key: str
    label: str


@dataclass
class Knobs:
    """What hypothesis turns and shrinks; the words inside come from `seed`."""

    seed: int = 0
    sections: int = 2
    tasks_per_section: int = 3
    targets_per_year: int = 3
    years: int = 2
    state_form: bool = True
    blank_number: bool = False
    numbering: Literal["dot", "bare", "mixed", "code", "roman-restart"] = "dot"
    unnumbered_rows: bool = False
    extra_columns: int = 0
    shuffled_columns: bool = False
    appendix: bool = True
    letterhead: bool = True


@dataclass
class PlanTruth:
    """A whole plan. `target_lines` hold the text of each target line, by year; `targets` what those lines say."""

    knobs: Knobs
    kind: str
    word: str
    commune: str
    number: str | None
    date: str | None
    title: str
    signer: str
    bases: list[Basis]
    reports: list[Report]
    target_lines: list[tuple[int | None, list[str]]]
    targets: list[Target]
    sections: list[str]
    tasks: list[Task]
    actions: list[tuple[str, list[Action]]]
    orders: list[Action]
    columns: list[Column]

    @property
    def issuer(self) -> str:
        body = "Ủy ban nhân dân" if self.knobs.state_form else "Đảng ủy"
        return f"{body} {self.kind} {self.commune}"


def chance(seed: int) -> Random:
    """A source of chance that gives the same things for the same seed."""
    return Random(seed)


def figure(value: float) -> str:
    """As it is written here: 500.000, 97,5, 02."""
    if value != int(value):
        return f"{value}".replace(".", ",")
    return f"{int(value):,}".replace(",", ".")
