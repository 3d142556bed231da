"""The shape of a plan once read: what `manage read_plan --json` prints and the review page shows.

The published schema is `docs/schema/plan-reading.json`; `as_json` and `from_json` are each other's inverse.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Comparator = Literal[">", ">=", "="]
Audience = Literal["officials", "students", "adults", "workers", "schools", "households", "other"]
PeriodKind = Literal["month", "months", "year", "years", "yearly", "weekly", "range", "unknown"]


@dataclass(slots=True)
class Place:
    """Where in the source a thing was read: line numbers of the source, page, and the plan's own address
    ("III.1", "Phụ lục, mục II"). A person finds the words again with it."""

    line: int | None = None
    last_line: int | None = None
    page: int | None = None
    section: str | None = None


@dataclass(slots=True)
class LegalBasis:
    """A document that the plan stands on. `number` as written ("478-KH/TU"), `date` as YYYY-MM-DD."""

    number: str
    date: str | None = None


@dataclass(slots=True)
class ReportRule:
    """When units report. `before` the 23rd means the 22nd is the last day; `by` the 23rd means the 23rd is."""

    frequency: Literal["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "unknown"]
    day: int | None
    semantics: Literal["before", "by"]
    via: str | None
    text: str
    place: Place = field(default_factory=Place)


@dataclass(slots=True)
class PlanHead:
    """The plan itself. `number` and `date` are null where the file leaves them blank, and doubted."""

    number: str | None = None
    title: str = ""
    issuer: str | None = None
    date: str | None = None
    signer: str | None = None
    legal_bases: list[LegalBasis] = field(default_factory=list)
    reports: list[ReportRule] = field(default_factory=list)


@dataclass(slots=True)
class TargetRead:
    """One target line. `comparator` is what the text says: `>` (trên), `>=` (trở lên, ít nhất), `=` (a bare figure)."""

    year: int | None
    audience: Audience
    audience_text: str
    comparator: Comparator
    value: float
    unit: str
    text: str
    place: Place = field(default_factory=Place)


@dataclass(slots=True)
class UnitRead:
    """A unit as named in a task: `text` as written, `unit` the same name put right, `group` whether it names
    several units at once ("Các phòng, ban, đơn vị")."""

    text: str
    unit: str
    group: bool = False


@dataclass(slots=True)
class MeasureRead:
    """A figure inside a task's result: "Năm 2025 có 80%" is year 2025, `=`, 80, "%", what is counted."""

    year: int | None
    comparator: Comparator
    value: float
    unit: str
    what: str


@dataclass(slots=True)
class PeriodRead:
    """When a task is done. Months as "2025-08", years as "2025", days as "2025-10-10"; `from_`/`to` are null for
    recurring work without bounds."""

    kind: PeriodKind
    from_: str | None
    to: str | None
    text: str


@dataclass(slots=True)
class TaskRead:
    """One row of the appendix. `number` is the official number as text, null where the row has none; `position`
    counts rows from 1."""

    number: str | None
    position: int
    section: str | None
    content: str
    leads: list[UnitRead]
    coordinators: list[UnitRead]
    result: str
    measures: list[MeasureRead]
    period: PeriodRead
    place: Place = field(default_factory=Place)
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class BodyAction:
    """An action of the plan's body that has no row in the appendix."""

    text: str
    section: str
    place: Place = field(default_factory=Place)


@dataclass(slots=True)
class Doubt:
    """Something a person must look at. `path` points into the reading ("tasks[4].leads[1]"); `reason` is one
    Vietnamese sentence."""

    path: str
    reason: str
    place: Place = field(default_factory=Place)


@dataclass(slots=True)
class PlanReading:
    """Everything read from one file. `sections` are the appendix's Roman section titles in order."""

    plan: PlanHead = field(default_factory=PlanHead)
    sections: list[str] = field(default_factory=list)
    targets: list[TargetRead] = field(default_factory=list)
    tasks: list[TaskRead] = field(default_factory=list)
    body_actions: list[BodyAction] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def as_json(reading: PlanReading) -> dict[str, Any]:
    """The reading as plain JSON values, by the published schema (`period.from_` becomes `from`)."""
    value = asdict(reading)
    for task in value["tasks"]:
        period = task["period"]
        task["period"] = {
            "kind": period["kind"],
            "from": period["from_"],
            "to": period["to"],
            "text": period["text"],
        }
    return value


def from_json(value: dict[str, Any]) -> PlanReading:
    """The reading back from its JSON; what `as_json` wrote comes back equal."""
    return PlanReading(
        plan=_head(value["plan"]),
        sections=list(value["sections"]),
        targets=[TargetRead(**{**target, "place": Place(**target["place"])}) for target in value["targets"]],
        tasks=[_task(task) for task in value["tasks"]],
        body_actions=[BodyAction(**{**action, "place": Place(**action["place"])}) for action in value["body_actions"]],
        doubts=[Doubt(**{**doubt, "place": Place(**doubt["place"])}) for doubt in value["doubts"]],
    )


def _head(value: dict[str, Any]) -> PlanHead:
    bases = [LegalBasis(**basis) for basis in value["legal_bases"]]
    reports = [ReportRule(**{**rule, "place": Place(**rule["place"])}) for rule in value["reports"]]
    return PlanHead(**{**value, "legal_bases": bases, "reports": reports})


def _task(value: dict[str, Any]) -> TaskRead:
    period = value["period"]
    return TaskRead(
        **{
            **value,
            "leads": [UnitRead(**unit) for unit in value["leads"]],
            "coordinators": [UnitRead(**unit) for unit in value["coordinators"]],
            "measures": [MeasureRead(**measure) for measure in value["measures"]],
            "period": PeriodRead(period["kind"], period["from"], period["to"], period["text"]),
            "place": Place(**value["place"]),
            "extra": dict(value["extra"]),
        }
    )
