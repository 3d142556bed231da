"""Rows that look like somebody who is there: held, sealed, until a person says who it is. Each decision can be taken
back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, register
from hocvu.ward.importing import applying
from hocvu.ward.importing.cells import Birth
from hocvu.ward.importing.judging import Entry, Row
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, HeldRow, PeopleBatch, Person

State = HeldRow.State
KEPT_DAYS = 90  # what a decided row said is forgotten after this; until then it can be decided anew


def hold(batch: PeopleBatch, rows: Sequence[Row], people: Mapping[int, Person], entries: Mapping[int, Entry]) -> None:
    """Keep the flagged rows of a batch; `people` are those that its other rows came to, `entries` what each says."""
    known = {row.number: row for row in rows}
    held = []
    for row in rows:
        if row.verdict != "flag":
            continue
        resembles = _resembled(row, known, people)
        if resembles is None:
            continue
        one = HeldRow(ward=batch.ward, batch=batch, row=row.number, resembles_id=resembles)
        one.sealed = keyring().seal(_written(entries[row.number]), _place(one))
        held.append(one)
    HeldRow.objects.bulk_create(held, batch_size=1000)


def _resembled(row: Row, known: Mapping[int, Row], people: Mapping[int, Person]) -> Any:
    """The key of the person whom a flagged row resembles, through other flagged rows where it must be."""
    seen: set[int] = set()
    while row.same_person is None and row.same_row is not None and row.number not in seen:
        seen.add(row.number)
        if row.same_row in people:
            return people[row.same_row].pk
        row = known[row.same_row]
    return row.same_person


def entry_of(held: HeldRow) -> Entry:
    """What a held row says. Raises Refusal where it was forgotten."""
    if held.sealed is None:
        raise Refusal("Nội dung dòng này đã hết hạn giữ. Hãy nhập lại danh sách nếu cần.")
    content = json.loads(keyring().open(held.sealed, _place(held)))
    birth, since = content.pop("birth"), content.pop("since")
    day = birth["day"]
    return Entry(
        **content,
        birth=Birth(date.fromisoformat(day) if day else None, birth["year"]),
        since=date.fromisoformat(since) if since else None,
    )


@transaction.atomic
def decide(held: HeldRow, state: str, *, by: Account | None) -> None:
    """Say who a held row is: the same person (blanks are filled), somebody else (a new person), or left out."""
    held = _open(held)
    if held.state != State.WAITING:
        raise Refusal(f"Dòng này đã được quyết định: {held.get_state_display()}.")
    entry = entry_of(held)
    if state == State.SAME:
        held.resembles = _standing(held.resembles)
        held.filled = applying.fill(held.resembles, entry)
    elif state == State.OTHER:
        held.made = _somebody_else(held, entry)
    held.state, held.decided_by, held.decided_at = state, by, clock.now()
    held.save()
    audit.record(by, "decided a held row", held, ward=held.ward, state=State(state).label)


def _standing(person: Person) -> Person:
    """The person, or whom they were merged into since."""
    while person.merged_into is not None:
        person = person.merged_into
    return person


def _somebody_else(held: HeldRow, entry: Entry) -> Person:
    """A new person. A number that is somebody's already cannot be theirs."""
    if entry.number and register.having(Person.objects.of(held.ward), entry.number).exists():
        entry.number = ""
    [made] = applying.settle(held.ward, [entry])
    return made


@transaction.atomic
def take_back(held: HeldRow, *, by: Account | None) -> None:
    """The decision is open again."""
    held = _open(held)
    if held.state == State.WAITING:
        raise Refusal("Dòng này chưa được quyết định.")
    if held.sealed is None:
        raise Refusal("Đã quá hạn đổi quyết định của dòng này.")
    if held.made is not None and applying.are_merged([held.made.pk]):
        raise Refusal("Người được thêm từ dòng này đã được gộp với người khác. Hãy tách lại trước.")
    _undo(held)
    held.state, held.filled, held.decided_by, held.decided_at = State.WAITING, [], None, None
    held.save()
    audit.record(by, "took back the decision on a held row", held, ward=held.ward)


def take_back_all(batch: PeopleBatch) -> None:
    """What became of the held rows of a batch goes with it."""
    for held in batch.held.select_related("resembles", "made"):
        _undo(held)
    batch.held.all().delete()


def _undo(held: HeldRow) -> None:
    if held.filled:
        applying.blank_again(held.resembles, held.filled)
    if held.made is not None:
        made, held.made = held.made, None
        held.save(update_fields=("made",))
        applying.remove([made.pk])


def forget_decided(days: int = KEPT_DAYS) -> int:
    """Forget what rows said that were decided, or waited, longer than so many days; answers how many."""
    before = clock.now() - timedelta(days=days)
    rows = HeldRow.objects.exclude(sealed=None)
    old = rows.filter(decided_at__lt=before) | rows.filter(decided_at=None, batch__applied_at__lt=before)
    return HeldRow.objects.filter(pk__in=list(old.values_list("pk", flat=True))).update(sealed=None)


def _open(held: HeldRow) -> HeldRow:
    rows = HeldRow.objects.select_for_update(of=("self",), no_key=True).select_related(
        "ward", "resembles", "made", "batch"
    )
    return rows.get(pk=held.pk)


def _written(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False, default=str)


def _place(held: HeldRow) -> str:
    return f"ward.held_row:{held.pk}"


register.also_sealed(HeldRow, "sealed", _place)
