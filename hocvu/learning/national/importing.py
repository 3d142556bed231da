"""Completions on their way in: a file is handed in, judged, confirmed whole or dropped; withdrawn with a reason.

People are found by the blind index of their identity number; the number itself is never shown and lies only in the
sealed file. A row whose name or birth is another's is left out: a wrong digit must not give somebody a course.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from hocvu.learning.models import CompletionImport, CompletionUpload, NationalCompletion
from hocvu.learning.national.reading import Line, Reading, read
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import Refused, open_book
from hocvu.lib.text import fold
from hocvu.ward import audit, register
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Person, Ward

State = CompletionUpload.State
AT_ONCE = 500
SHOWN_FAULTS = 200
Found = tuple[Any, str, date | None, bool]  # key, plain name, born on, only the year is known


@dataclass(frozen=True, slots=True)
class Judged:
    """A file read against the register: who completed what, and what stays out."""

    completions: dict[tuple[Any, str], date]  # (person key, course) -> day
    counts: dict[str, int]
    faults: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def judge(ward: Ward, content: bytes, name: str) -> Judged:
    """What a file would come to. Raises lib.sheets.Refused where it cannot be read."""
    reading = read(open_book(content, name), clock.today())
    people = _found(ward, list({line.digits for line in reading.lines}))
    kept: dict[tuple[Any, str], date] = {}
    faults, unknown, repeated = list(reading.faults), set(), 0
    for line in reading.lines:
        person = people.get(line.digits)
        if person is None:
            unknown.add(line.digits)
            faults.append((line.row, "Không có ai trong danh bạ mang số định danh này."))
        elif wrong := _differs(person, line):
            faults.append((line.row, wrong))
        elif (key := (person[0], line.course)) in kept:
            repeated += 1
            kept[key] = min(kept[key], line.day)
        else:
            kept[key] = line.day
    counts = _counts(ward, reading, kept, len(unknown), repeated, len(faults))
    return Judged(kept, counts, sorted(faults), reading.warnings)


def _found(ward: Ward, numbers: Sequence[str]) -> dict[str, Found]:
    ring = keyring()
    by_index = {ring.index_of(f"number:{digits}"): digits for digits in numbers}
    indexes, found = list(by_index), {}
    for at in range(0, len(indexes), AT_ONCE):
        rows = Person.objects.of(ward).known().filter(number_index__in=indexes[at : at + AT_ONCE])
        columns = rows.values_list("number_index", "pk", "plain_name", "born_on", "only_year")
        found.update({by_index[str(index)]: (pk, name, born, only) for index, pk, name, born, only in columns})
    return found


def _differs(person: Found, line: Line) -> str:
    """Why the row and the register mean different people; "" where nothing speaks against."""
    _, name, born, only_year = person
    if line.name and line.name != fold(name):
        return "Số định danh này trong danh bạ mang tên khác. Hãy xem lại số hoặc tên."
    if born and line.born.year and line.born.year != born.year:
        return "Số định danh này trong danh bạ mang năm sinh khác. Hãy xem lại số hoặc ngày sinh."
    if born and not only_year and line.born.day and line.born.day != born:
        return "Số định danh này trong danh bạ mang ngày sinh khác. Hãy xem lại số hoặc ngày sinh."
    return ""


def _counts(
    ward: Ward, reading: Reading, kept: dict[tuple[Any, str], date], unknown: int, repeated: int, faults: int
) -> dict[str, int]:
    people = list({person for person, _ in kept})
    known = 0
    for at in range(0, len(people), AT_ONCE):
        rows = standing(ward).filter(person__in=people[at : at + AT_ONCE]).values_list("person", "course")
        known += sum(pair in kept for pair in set(rows))
    return {
        "rows": len(reading.lines) + len(reading.faults),
        "matched": len(people),
        "completions": len(kept),
        "known": known,
        "repeated": repeated,
        "unknown": unknown,
        "faults": faults,
    }


def standing(ward: Ward) -> Any:
    """The completions of files that were not withdrawn."""
    return NationalCompletion.objects.filter(source__ward=ward, source__withdrawn_at=None).order_by()


@transaction.atomic
def receive(
    ward: Ward, *, issuer: str, document: str, name: str, content: bytes, by: Account | None
) -> CompletionUpload:
    """Keep a file, sealed, and say what it would come to."""
    judged = judge(ward, content, name)
    upload = CompletionUpload(ward=ward, issuer=issuer, document=document, name=name[-160:], by=by)
    upload.sealed = keyring().seal_bytes(content, _place(upload))
    upload.judged = {
        "counts": judged.counts,
        "faults": judged.faults[:SHOWN_FAULTS],
        "warnings": [*_odd(ward, content), *judged.warnings[:SHOWN_FAULTS]],
    }
    upload.save(force_insert=True)
    audit.record(by, "handed in national completions", upload, ward=ward)
    return upload


def _odd(ward: Ward, content: bytes) -> list[str]:
    digest = hashlib.sha256(content).hexdigest()
    same = CompletionImport.objects.filter(ward=ward, digest=digest, withdrawn_at=None).first()
    return [f"Tệp này đã được nhập ngày {clock.local_day(same.at):%d/%m/%Y}."] if same else []


@transaction.atomic
def confirm(upload: CompletionUpload, *, by: Account | None) -> CompletionImport:
    """Take the file in, judged anew: the register may have changed since."""
    upload = _open(upload)
    content = keyring().open_bytes(upload.sealed or b"", _place(upload))
    made = take_in(
        upload.ward, issuer=upload.issuer, document=upload.document, name=upload.name, content=content, by=by
    )
    upload.state, upload.sealed, upload.made = State.APPLIED, None, made
    upload.save(update_fields=("state", "sealed", "made"))
    return made


@transaction.atomic
def take_in(
    ward: Ward, *, issuer: str, document: str, name: str, content: bytes, by: Account | None
) -> CompletionImport:
    """Write what a file says, with the file as its evidence."""
    judged = judge(ward, content, name)
    if not judged.completions:
        raise Refusal("Tệp không có dòng nào dùng được. Hãy xem lại từng dòng rồi gửi lại.")
    row = CompletionImport(
        ward=ward, issuer=issuer, document=document, name=name[-160:], digest=hashlib.sha256(content).hexdigest(),
        counts=judged.counts, by=by,
    )  # fmt: skip
    row.sealed = keyring().seal_bytes(content, place_of(row))
    row.save(force_insert=True)
    NationalCompletion.objects.bulk_create(
        (
            NationalCompletion(source=row, person_id=person, course=course, completed_on=day)
            for (person, course), day in judged.completions.items()
        ),
        batch_size=1000,
    )
    audit.record(by, "imported national completions", row, ward=ward, completions=len(judged.completions))
    return row


@transaction.atomic
def drop(upload: CompletionUpload, *, by: Account) -> None:
    """Leave the file; it goes."""
    upload = _open(upload)
    upload.state, upload.sealed = State.DROPPED, None
    upload.save(update_fields=("state", "sealed"))
    audit.record(by, "dropped national completions", upload, ward=upload.ward)


@transaction.atomic
def withdraw(row: CompletionImport, *, reason: str, by: Account) -> None:
    """Take a file out of the count."""
    held = CompletionImport.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=row.pk)
    if held.withdrawn_at is not None:
        raise Refusal("Tệp này đã được rút.")
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_why = clock.now(), by, reason
    held.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
    audit.record(by, "withdrew national completions", held, ward=held.ward, reason=reason[:200])


@transaction.atomic
def evidence(row: CompletionImport, *, reason: str, by: Account) -> bytes:
    """The file as it came, for a reason that the trail keeps."""
    if row.sealed is None:
        raise Refusal("Tệp gốc không còn: trong tệp có người đã yêu cầu xóa dữ liệu. Số đếm và mã băm vẫn giữ.")
    audit.record(by, "took the file of national completions out", row, ward=row.ward, reason=reason[:200])
    return keyring().open_bytes(row.sealed, place_of(row))


def holds_number(row: CompletionImport | CompletionUpload, digits: str) -> bool:
    """Whether a sealed file names an identity number anywhere, also one that lost its leading zeros in a spreadsheet."""
    place = place_of(row) if isinstance(row, CompletionImport) else _place(row)
    content, wanted = keyring().open_bytes(row.sealed or b"", place), digits.lstrip("0")
    try:
        cells = [cell for sheet in open_book(content, row.name) for line in sheet.rows for cell in line]
    except Refused:
        return True  # it was read once; whatever it holds now is not worth the doubt
    return any(wanted in "".join(sign for sign in str(cell) if sign.isdigit()) for cell in cells)


def place_of(row: CompletionImport) -> str:
    """What the sealed file of an import is bound to."""
    return f"learning.completion_import.file:{row.pk}"


def _place(upload: CompletionUpload) -> str:
    return f"learning.completion_upload.file:{upload.pk}"


def _open(upload: CompletionUpload) -> CompletionUpload:
    held = (
        CompletionUpload.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=upload.pk)
    )
    if held.state != State.REVIEW:
        raise Refusal(f"Tệp này {held.get_state_display()} rồi.")
    return held


register.also_sealed(CompletionImport, "sealed", place_of)
register.also_sealed(CompletionUpload, "sealed", _place)
