"""A judged list is taken in, whole or not at all, and can be taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from hocvu.lib import bulk, clock
from hocvu.ward import audit, register
from hocvu.ward.emptying import remove_empty
from hocvu.ward.importing import holding
from hocvu.ward.importing.cells import Birth
from hocvu.ward.importing.judging import Entry, Known, Row, summary
from hocvu.ward.keys import keyring
from hocvu.ward.models import (
    Account,
    Household,
    PeopleBatch,
    PeopleBatchRow,
    Person,
    Residence,
    Unit,
    Ward,
)

AT_ONCE = 2000
_ASK = 500  # values in one question: SQLite takes no more than some hundreds quickly


class CannotUndo(Exception):
    """Something was built on the batch; the message is a Vietnamese sentence that says what."""


class WardRegister:
    """The ward's people as judging asks for them: a handful of questions, however long the list."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward

    def by_number(self, numbers: Sequence[str]) -> Mapping[str, Known]:
        ring = keyring()
        by_index = {ring.index_of(f"number:{number}"): number for number in numbers}
        found: dict[str, Known] = {}
        for part in _parts(list(by_index)):
            for person in self._people().filter(number_index__in=part):
                found[by_index[str(person.number_index)]] = _known(person)
        return found

    def by_key(self, keys: Sequence[tuple[str, int | None]]) -> Mapping[tuple[str, int | None], list[Known]]:
        found: dict[tuple[str, int | None], list[Known]] = {}
        for part in _parts(sorted({name for name, _ in keys})):
            for person in self._people().filter(plain_name__in=part):
                known = _known(person)
                found.setdefault((person.plain_name, known.birth.year), []).append(known)
        return found

    def _people(self) -> Any:
        return Person.objects.of(self.ward).known().select_related("household")


@transaction.atomic
def apply(
    rows: Sequence[Row], *, ward: Ward, name: str, content: bytes, by: Account | None, unit: Unit | None = None
) -> PeopleBatch:
    """Take in the rows that were accepted, and fill blanks of those who were there already."""
    counts = {key: value for key, value in summary(rows).items() if key != "verdicts"}
    batch = PeopleBatch.objects.create(
        ward=ward, unit=unit, name=name[:160], digest=hashlib.sha256(content).hexdigest(), counts=counts, by=by
    )
    merged = _merged_in_file(rows)
    new = [(row, merged[row.number]) for row in rows if row.verdict in ("accept", "warn")]
    people = settle(ward, [entry for _, entry in new])
    bulk.insert_values(
        PeopleBatchRow,
        (
            {"batch_id": batch.pk, "row": row.number, "person_id": person.pk, "is_new": True, "filled": []}
            for person, (row, _) in zip(people, new, strict=True)
        ),
    )
    again = [row for row in rows if row.verdict == "merge"]
    filled = [_fill(batch, row.number, row.same_person, merged[row.number]) for row in again if row.same_person]
    bulk.insert(filled)
    if any(row.verdict == "flag" for row in rows):
        met = {row.number: person for person, (row, _) in zip(people, new, strict=True)}
        holding.hold(batch, rows, met | {row.row: row.person for row in filled}, merged)
    audit.record(by, "imported people", batch, ward=ward, people=len(people))
    return batch


@transaction.atomic
def undo(batch: PeopleBatch, *, by: Account | None) -> int:
    """Take a batch back: its people go, filled blanks are blank again. Answers how many people went."""
    batch = PeopleBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.state == PeopleBatch.State.UNDONE:
        raise CannotUndo("Lần nhập này đã được hoàn tác.")
    later = PeopleBatchRow.objects.filter(
        person__in=batch.rows.filter(is_new=True).values("person"), batch__state=PeopleBatch.State.APPLIED
    ).exclude(batch=batch)
    if later.exists():
        raise CannotUndo("Có lần nhập sau đã bổ sung cho những người này. Hãy hoàn tác lần sau trước.")
    made = list(batch.rows.filter(is_new=True).values_list("person", flat=True))
    made += list(batch.held.exclude(made=None).values_list("made", flat=True))
    if are_merged(made):
        raise CannotUndo("Có người của lần nhập này đã được gộp với người khác. Hãy tách lại trước.")
    for row in batch.rows.filter(is_new=False).select_related("person"):
        blank_again(row.person, row.filled)
    holding.take_back_all(batch)
    gone = list(batch.rows.filter(is_new=True).values_list("person", flat=True))
    batch.rows.all().delete()
    remove(gone)
    batch.state, batch.undone_at = PeopleBatch.State.UNDONE, clock.now()
    batch.save(update_fields=("state", "undone_at"))
    audit.record(by, "took an import of people back", batch, ward=batch.ward, people=len(gone))
    return len(gone)


def are_merged(people: Sequence[UUID]) -> bool:
    """Whether somebody of these was merged into somebody, or somebody into them."""
    return any(
        Person.objects.filter(Q(pk__in=part) | Q(merged_into__in=part)).exclude(merged_into=None).exists()
        for part in _parts(list(people))
    )


def remove(people: Sequence[UUID]) -> None:
    """Take people out of the register with what hangs on them, and the households that are empty then."""
    homes: set[UUID | None] = set()
    for part in _parts(list(people)):
        lived = Residence.objects.filter(person__in=part).values_list("household", flat=True)
        homes |= set(lived) | set(Person.objects.filter(pk__in=part).values_list("household", flat=True))
        Person.objects.filter(pk__in=part).delete()
    for part in _parts([home for home in homes if home is not None]):
        remove_empty(part)


def settle(ward: Ward, entries: Sequence[Entry]) -> list[Person]:
    """Make the people of these entries, their households and where they live, in a few statements."""
    households = _households(ward, entries)
    people = [_person(ward, entry, households.get(entry.household)) for entry in entries]
    _set_heads(people, entries)
    bulk.insert(home for home in households.values() if home._state.adding)
    bulk.insert(people)
    bulk.insert_values(Residence, (_residence(person, entry) for person, entry in zip(people, entries, strict=True)))
    return people


def _merged_in_file(rows: Sequence[Row]) -> dict[int, Entry]:
    """The entry of each row, with the blanks filled by later rows of the same person."""
    entries = {row.number: row.entry for row in rows}
    for row in rows:
        if row.verdict == "merge" and row.same_row is not None:
            entries[row.same_row] = _filled(entries[row.same_row], row.entry)
    return entries


def _filled(entry: Entry, other: Entry) -> Entry:
    blanks = {name: getattr(other, name) for name in ("number", "phone", "sex", "household", "address", "relation")
              if not getattr(entry, name)}  # fmt: skip
    birth = other.birth if entry.birth.day is None and other.birth.day else entry.birth
    return replace(entry, birth=birth, neighbourhood=entry.neighbourhood or other.neighbourhood, **blanks)


def _households(ward: Ward, entries: Sequence[Entry]) -> dict[str, Household]:
    """The households of the entries by code; those that were not there are made, not yet saved."""
    found: dict[str, Household] = {}
    codes = {entry.household for entry in entries if entry.household}
    for part in _parts(sorted(codes)):
        found |= {household.code: household for household in Household.objects.filter(ward=ward, code__in=part)}
    made: dict[str, Household] = {}
    for entry in entries:
        code = entry.household
        if not code or code in found:
            continue
        home = made.setdefault(code, Household(ward=ward, code=code[:60]))
        home.address = home.address or entry.address[:200]
        home.neighbourhood_id = home.neighbourhood_id or entry.neighbourhood
    return found | made


def _person(ward: Ward, entry: Entry, household: Household | None) -> Person:
    born = entry.birth.day or (date(entry.birth.year, 1, 1) if entry.birth.year else None)
    person = Person(
        ward=ward,
        full_name=entry.name,
        plain_name=entry.plain_name,
        born_on=born,
        only_year=entry.birth.day is None and entry.birth.year is not None,
        sex=entry.sex,
        household=household if entry.residence != "left" else None,
        relation=entry.relation[:40],
    )
    ring = keyring()
    register.seal_number(person, entry.number, ring)
    register.seal_phone(person, entry.phone, ring)
    return person


def _residence(person: Person, entry: Entry) -> dict[str, Any]:
    """Where somebody lives from the day that the list says, as the columns of a residence."""
    home = person.household
    temporary = entry.residence == "temporary"
    return {
        "person_id": person.pk,
        "kind": Residence.Kind.TEMPORARY.value if temporary else Residence.Kind.PERMANENT.value,
        "household_id": home.pk if home else None,
        "neighbourhood_id": entry.neighbourhood or (home.neighbourhood_id if home else None),
        "valid_from": entry.since,
        "valid_to": clock.today() if entry.residence == "left" else None,
    }


def _set_heads(people: Sequence[Person], entries: Sequence[Entry]) -> None:
    """Name the heads: of new households before they are saved, of those that had none after."""
    late = []
    for person, entry in zip(people, entries, strict=True):
        home = person.household
        if entry.is_head and home and home.head_id is None:
            home.head_id = person.pk  # both keys are made here; the database checks them at the end
            if not home._state.adding:
                late.append(home)
    Household.objects.bulk_update(late, ("head",), batch_size=AT_ONCE)


def _fill(batch: PeopleBatch, number: int, known: UUID, entry: Entry) -> PeopleBatchRow:
    """Fill what the register did not know of somebody; what it knew stays."""
    person = Person.objects.get(pk=known)
    return PeopleBatchRow(batch=batch, row=number, person=person, is_new=False, filled=fill(person, entry))


def fill(person: Person, entry: Entry) -> list[str]:
    """Fill the blanks of somebody from a row; answers the names of what was filled, for taking it back."""
    filled = []
    if entry.number and not person.number_index:
        register.seal_number(person, entry.number)
        filled.append("number")
    if entry.phone and not person.phone_index:
        register.seal_phone(person, entry.phone)
        filled.append("phone")
    if entry.sex and not person.sex:
        person.sex = entry.sex
        filled.append("sex")
    if entry.birth.day and (person.born_on is None or (person.only_year and person.born_on.year == entry.birth.year)):
        filled.append("born_on" if person.born_on is None else "day_of_birth")
        person.born_on, person.only_year = entry.birth.day, False
    if filled:
        person.save()
    return filled


def blank_again(person: Person, filled: Sequence[str]) -> None:
    """Take back what was filled."""
    for name in filled:
        if name == "number":
            register.seal_number(person, "")
        elif name == "phone":
            register.seal_phone(person, "")
        elif name == "sex":
            person.sex = ""
        elif name == "born_on":
            person.born_on, person.only_year = None, False
        elif name == "day_of_birth" and person.born_on:
            person.born_on, person.only_year = date(person.born_on.year, 1, 1), True
    person.save()


def _known(person: Person) -> Known:
    born = person.born_on
    birth = Birth(None if person.only_year else born, born.year if born else None)
    code = person.household.code if person.household else ""
    return Known(person.pk, person.full_name, birth, code, person.number_index is not None)


def _parts(values: list[Any]) -> list[list[Any]]:
    return [values[at : at + _ASK] for at in range(0, len(values), _ASK)]
