"""Each row of a list gets its verdict: taken in, taken in with a warning, kept out, the same person again, held.

Duplicates are sought by identity number first, then by name without tones, birth and household. Whatever cannot
be told for certain is held ("flag") for a person to decide; nothing is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from hocvu.lib.sheets import Cell, Sheet
from hocvu.lib.text import fold
from hocvu.ward.importing import cells, kinds
from hocvu.ward.importing.cells import Birth, Places
from hocvu.ward.importing.columns import Layout, field_of
from hocvu.ward.importing.kinds import Verdict

TICK = 500
HOUSEHOLD_ONCE = 0.3  # where more rows than this lack a household, it is written once for all its members


@dataclass(slots=True)
class Entry:
    """What a row says of a person."""

    name: str = ""
    birth: Birth = field(default_factory=Birth)
    sex: str = ""
    number: str = ""
    phone: str = ""
    household: str = ""
    is_head: bool = False
    relation: str = ""
    address: str = ""
    neighbourhood: int | None = None
    residence: str = "permanent"
    since: date | None = None
    note: str = ""
    plain_name: str = ""

    @property
    def key(self) -> tuple[str, int | None]:
        """What two rows of one person share beside the number: the name without tones and the year of birth."""
        return self.plain_name, self.birth.year


@dataclass(slots=True)
class Row:
    """A row of the list with its verdict. `same_row` is an earlier row, `same_person` someone of the register."""

    number: int
    verdict: Verdict
    kinds: list[str]
    entry: Entry
    same_row: int | None = None
    same_person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Someone whom the register has already; the number only as its index."""

    id: UUID
    name: str
    birth: Birth
    household: str
    has_number: bool


class Register(Protocol):
    """What judging asks of the register, for all rows at once."""

    def by_number(self, numbers: Sequence[str]) -> Mapping[str, Known]:
        """Those who have one of the numbers, by number."""

    def by_key(self, keys: Sequence[tuple[str, int | None]]) -> Mapping[tuple[str, int | None], list[Known]]:
        """Those who share name without tones and year of birth with a row."""


def judge(
    sheet: Sheet,
    layout: Layout,
    places: Places,
    register: Register,
    today: date,
    tick: Callable[[int], None] | None = None,
) -> list[Row]:
    """Every row below the heading that holds anything, with its verdict, in the sheet's order. `tick` is told now and
    then how many rows were read."""
    rows = []
    for row in _read(sheet, layout, places, today):
        rows.append(row)
        if tick and len(rows) % TICK == 0:
            tick(len(rows))
    people = [row for row in rows if row.verdict != "skip"]
    _fill_households(people, bool({"household", "head_name"} & layout.columns.keys()))
    _find_again(people, register)
    for row in people:
        row.verdict = _verdict(row)
    return rows


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """The counts of a judged list, as the command prints them."""
    of = Counter(row.verdict for row in rows)
    warned: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for row in rows:
        for kind in row.kinds:
            if kind in kinds.SKIPPED:
                continue
            (rejected if kinds.keeps_out(kind) else warned)[kind] += 1
    return {
        "rows": len(rows),
        "accepted": of["accept"] + of["warn"],
        "warned": dict(sorted(warned.items())),
        "rejected": dict(sorted(rejected.items())),
        "duplicates": {"merged": of["merge"], "flagged": of["flag"]},
        "verdicts": [{"row": row.number, "verdict": row.verdict, "kinds": row.kinds} for row in rows],
    }


def _read(sheet: Sheet, layout: Layout, places: Places, today: date) -> Iterator[Row]:
    for number, row in sheet.numbered():
        if number <= layout.heading_ends or not any(cell not in (None, "") for cell in row):
            continue
        kind = _no_person(row, layout)
        if kind:
            yield Row(number, "skip", [kind], Entry())
        else:
            entry, noticed = _entry(row, layout.columns, places, today)
            yield Row(number, "accept", noticed, entry)


def _no_person(row: Sequence[Cell], layout: Layout) -> str:
    """The kind of a row that is about nobody; "" for a person's."""
    at = layout.columns["name"]
    name = row[at] if at < len(row) else None
    if isinstance(name, str) and not any(isinstance(cell, (float, date)) for cell in row):
        texts = [cell for cell in row if isinstance(cell, str)]
        if field_of(name) == "name" and all(field_of(text) or len(text) < 4 for text in texts):
            return "heading_row"
    first = name if isinstance(name, str) else next((cell for cell in row if isinstance(cell, str)), "")
    return "total_row" if cells.is_no_person(first) else ""


def _entry(row: Sequence[Cell], columns: Mapping[str, int], places: Places, today: date) -> tuple[Entry, list[str]]:
    def cell(name: str) -> Cell:
        at = columns.get(name)
        return row[at] if at is not None and at < len(row) else None

    noticed: list[str] = []

    def take(found: tuple[Any, list[str]]) -> Any:
        noticed.extend(found[1])
        return found[0]

    born_as_man, born_as_woman = cell("birth_man"), cell("birth_woman")
    entry = Entry(
        name=take(cells.name(cell("name"))),
        birth=take(cells.birth(cell("birth") or born_as_man or born_as_woman, today)),
        number=take(cells.number(cell("number"))),
        phone=take(cells.phone(cell("phone"))),
        household=take(cells.words(cell("household" if "household" in columns else "head_name"))),
        relation=take(cells.words(cell("relation"))),
        is_head=cells.is_head(cell("relation")),
        address=take(cells.words(cell("address"))),
        residence=cells.residence(cell("residence")),
        note=take(cells.words(cell("note"))),
    )
    entry.plain_name = fold(entry.name)
    entry.is_head = entry.is_head or (bool(entry.name) and fold(str(cell("head_name") or "")) == entry.plain_name)
    if born_as_man or born_as_woman:
        entry.sex = "male" if born_as_man else "female"
    elif {"sex", "man", "woman"} & columns.keys():
        entry.sex = take(cells.sex(cell("sex"), cell("man"), cell("woman")))
    noticed += _where(entry, cell("neighbourhood"), "neighbourhood" in columns, places)
    if (since := cell("since")) is not None:
        arrived, wrong = cells.birth(since, today)
        entry.since = arrived.day
        noticed += ["bad_since"] if wrong else []
    if cells.disagrees(entry.number, entry.birth, entry.sex):
        noticed.append("id_mismatch")
    return entry, list(dict.fromkeys(noticed))


def _where(entry: Entry, said: Cell, has_column: bool, places: Places) -> list[str]:
    if not has_column:
        return []
    if said is None:
        return ["missing_neighbourhood"]
    entry.neighbourhood = places.find(said)
    return [] if entry.neighbourhood is not None else ["unknown_neighbourhood"]


def _fill_households(rows: Sequence[Row], has_column: bool) -> None:
    """A household's code is often written in its first row alone; then it holds for the rows below."""
    if not has_column:
        return
    missing = sum(not row.entry.household for row in rows)
    once = missing > HOUSEHOLD_ONCE * len(rows)
    last = ""
    for row in rows:
        if row.entry.household:
            last = row.entry.household
        elif once and last and not row.entry.is_head:
            row.entry.household = last
        else:
            row.kinds.append("missing_household")


def _find_again(rows: Sequence[Row], register: Register) -> None:
    """Tell each row of somebody met before, in the file or in the register."""
    sound = [row for row in rows if not any(kinds.keeps_out(kind) for kind in row.kinds)]
    numbers = register.by_number([row.entry.number for row in sound if row.entry.number])
    keyed = register.by_key(list({row.entry.key for row in sound}))
    seen_numbers: dict[str, Row] = {}
    seen_keys: dict[tuple[str, int | None], list[Row]] = {}
    for row in sound:
        entry = row.entry
        _against_file(row, seen_numbers.get(entry.number) if entry.number else None, seen_keys.get(entry.key, []))
        if row.same_row is None:
            _against_register(row, numbers.get(entry.number) if entry.number else None, keyed.get(entry.key, []))
            if entry.number:
                seen_numbers.setdefault(entry.number, row)
            seen_keys.setdefault(entry.key, []).append(row)


def _against_file(row: Row, by_number: Row | None, by_key: Sequence[Row]) -> None:
    entry = row.entry
    if by_number is not None:
        row.same_row = by_number.number
        row.kinds.append("duplicate_in_file")
        row.verdict = "merge" if by_number.entry.key == entry.key else "flag"
        return
    for other in by_key:
        sure = _same_person(entry, other.entry.name, other.entry.birth, other.entry.household, bool(other.entry.number))
        if sure is not None:
            row.same_row = other.number
            row.kinds.append("duplicate_in_file")
            row.verdict = "merge" if sure else "flag"
            return


def _against_register(row: Row, by_number: Known | None, by_key: Sequence[Known]) -> None:
    entry = row.entry
    if by_number is not None:
        row.same_person = by_number.id
        row.kinds.append("duplicate_existing")
        same = (fold(by_number.name), by_number.birth.year or entry.birth.year) == (fold(entry.name), entry.birth.year)
        row.verdict = "merge" if same else "flag"
        return
    for known in by_key:
        sure = _same_person(entry, known.name, known.birth, known.household, known.has_number)
        if sure is not None:
            row.same_person = known.id
            row.kinds.append("duplicate_existing")
            row.verdict = "merge" if sure else "flag"
            return


def _same_person(entry: Entry, name: str, birth: Birth, household: str, has_number: bool) -> bool | None:
    """True for the same person, False where a person must decide, None for somebody else. Both share the key."""
    if entry.number and has_number:
        return None  # two numbers, two people
    if not entry.household or not household or fold(entry.household) != fold(household):
        return None
    if entry.birth.day and birth.day and entry.birth.day != birth.day:
        return None
    exact = entry.birth == birth and birth.year is not None
    return exact and entry.name.casefold() == name.casefold()


def _verdict(row: Row) -> Verdict:
    if any(kinds.keeps_out(kind) for kind in row.kinds):
        return "reject"
    if row.verdict in ("merge", "flag"):
        return row.verdict
    return "warn" if row.kinds else "accept"
