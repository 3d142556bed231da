"""Outside figures on their way in: a file is handed in, judged, confirmed whole or dropped; withdrawn with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import open_book
from hocvu.plan import external, measures, populations
from hocvu.plan.models import ExternalConfirmation, ExternalFigure, ExternalImport, ExternalUpload
from hocvu.plan.reading_external import Reading, read
from hocvu.ward import audit, register
from hocvu.ward.importing.cells import Places
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Neighbourhood, Person, Ward

State = ExternalUpload.State
AT_ONCE = 500
SHOWN_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """A file read against the register: who it means, and what stays out."""

    reading: Reading
    people: dict[str, Any]  # identity number -> person key
    counts: dict[str, int]


def judge(ward: Ward, code: str, content: bytes, name: str) -> Judged:
    """What a file would come to. Raises lib.sheets.Refused where it cannot be read."""
    places = Neighbourhood.objects.of(ward).filter(valid_to=None).values_list("pk", "name", "number")
    reading = read(open_book(content, name), Places(places), clock.today())
    people = _found(ward, [digits for _, digits, _ in reading.numbers]) if reading.layout == "people" else {}
    return Judged(reading, people, _counts(ward, code, reading, people))


def _found(ward: Ward, numbers: Sequence[str]) -> dict[str, Any]:
    ring = keyring()
    by_index = {ring.index_of(f"number:{digits}"): digits for digits in numbers}
    indexes, found = list(by_index), {}
    for at in range(0, len(indexes), AT_ONCE):
        rows = Person.objects.of(ward).known().filter(number_index__in=indexes[at : at + AT_ONCE])
        found.update({by_index[str(index)]: pk for pk, index in rows.values_list("pk", "number_index")})
    return found


def _counts(ward: Ward, code: str, reading: Reading, people: dict[str, Any]) -> dict[str, int]:
    if reading.layout == "totals":
        whole = reading.whole.numerator if reading.whole else sum(line.numerator for line in reading.totals)
        return {"places": len(reading.totals), "reached": whole, "faults": len(reading.faults)}
    numbers = {digits for _, digits, _ in reading.numbers}
    of = measures.find(code)
    rows = populations.population(of.population).rows if of and of.population else None
    inside = 0
    if rows is not None:
        keys, everybody = list(people.values()), rows(ward, clock.today())
        inside = sum(everybody.filter(pk__in=keys[at : at + AT_ONCE]).count() for at in range(0, len(keys), AT_ONCE))
    return {
        "rows": len(reading.numbers),
        "repeated": len(reading.numbers) - len(numbers),
        "matched": len(people),
        "unknown": len(numbers - people.keys()),
        "counted": inside,
        "faults": len(reading.faults),
    }


@transaction.atomic
def receive(
    ward: Ward, *, measure: str, as_of: date, issuer: str, document: str, name: str, content: bytes, by: Account | None
) -> ExternalUpload:
    """Keep a file, sealed, and say what it would come to."""
    if measure not in external.CODES:
        raise Refusal("Số liệu này không nhập từ tệp bên ngoài. Hãy chọn lại.", "measure")
    if as_of > clock.today():
        raise Refusal("Ngày tính số liệu chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "as_of")
    judged = judge(ward, measure, content, name)
    upload = ExternalUpload(
        ward=ward, measure=measure, as_of=as_of, issuer=issuer, document=document, name=name[-160:], by=by
    )
    upload.sealed = keyring().seal_bytes(content, _place(upload))
    upload.judged = {
        "layout": judged.reading.layout,
        "counts": judged.counts,
        "faults": judged.reading.faults[:SHOWN_FAULTS],
        "warnings": [*_odd(ward, upload, content), *judged.reading.warnings[:SHOWN_FAULTS]],
    }
    upload.save(force_insert=True)
    audit.record(by, "handed in external figures", upload, ward=ward)
    return upload


def _odd(ward: Ward, upload: ExternalUpload, content: bytes) -> list[str]:
    """What is odd about the file beside those that are there."""
    said = []
    standing = ExternalImport.objects.filter(ward=ward, measure=upload.measure, withdrawn_at=None)
    if same := standing.filter(digest=hashlib.sha256(content).hexdigest()).first():
        said.append(f"Tệp này đã được nhập, tính đến {same.as_of:%d/%m/%Y}.")
    newest = standing.order_by("-as_of").first()
    if newest and newest.as_of > upload.as_of:
        said.append(f"Đã có số mới hơn, tính đến {newest.as_of:%d/%m/%Y}; số này chỉ dùng cho các ngày trước đó.")
    return said


@transaction.atomic
def confirm(upload: ExternalUpload, *, by: Account | None) -> ExternalImport:
    """Take the file in, judged anew: the register may have changed since."""
    upload = _open(upload)
    content = keyring().open_bytes(upload.sealed or b"", _place(upload))
    made = take_in(
        upload.ward, measure=upload.measure, as_of=upload.as_of, issuer=upload.issuer, document=upload.document,
        name=upload.name, content=content, by=by,
    )  # fmt: skip
    upload.state, upload.sealed, upload.made = State.APPLIED, None, made
    upload.save(update_fields=("state", "sealed", "made"))
    return made


@transaction.atomic
def take_in(
    ward: Ward, *, measure: str, as_of: date, issuer: str, document: str, name: str, content: bytes, by: Account | None
) -> ExternalImport:
    """Write what a file says, with the file as its evidence."""
    judged = judge(ward, measure, content, name)
    reading = judged.reading
    if reading.layout == "totals" and reading.faults:
        raise Refusal(
            f"Bảng số tổng còn {len(reading.faults)} dòng sai. Thiếu một nơi thì số của toàn địa bàn sai, nên chưa nhập. "
            "Hãy sửa các dòng đó rồi gửi lại."
        )
    if not (reading.totals or reading.whole or judged.people):
        raise Refusal("Tệp không có dòng nào dùng được. Hãy xem lại từng dòng rồi gửi lại.")
    row = ExternalImport(
        ward=ward, measure=measure, layout=reading.layout, as_of=as_of, issuer=issuer, document=document, name=name[-160:],
        digest=hashlib.sha256(content).hexdigest(), counts=judged.counts, by=by,
    )  # fmt: skip
    row.sealed = keyring().seal_bytes(content, place_of(row))
    row.save(force_insert=True)
    if reading.layout == "totals":
        lines = [*reading.totals, *([reading.whole] if reading.whole else [])]
        ExternalFigure.objects.bulk_create(
            ExternalFigure(
                source=row, neighbourhood_id=line.place, numerator=line.numerator, denominator=line.denominator
            )
            for line in lines
        )
    else:
        days = {judged.people[digits]: day for _, digits, day in reversed(reading.numbers) if digits in judged.people}
        ExternalConfirmation.objects.bulk_create(
            (ExternalConfirmation(source=row, person_id=key, confirmed_on=day or as_of) for key, day in days.items()),
            batch_size=1000,
        )
    audit.record(by, "imported external figures", row, ward=ward, as_of=as_of.isoformat())
    return row


@transaction.atomic
def drop(upload: ExternalUpload, *, by: Account) -> None:
    """Leave the file; it goes."""
    upload = _open(upload)
    upload.state, upload.sealed = State.DROPPED, None
    upload.save(update_fields=("state", "sealed"))
    audit.record(by, "dropped external figures", upload, ward=upload.ward)


@transaction.atomic
def withdraw(row: ExternalImport, *, reason: str, by: Account) -> None:
    """Take a file out of the count; the figure before it counts again."""
    held = ExternalImport.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=row.pk)
    if held.withdrawn_at is not None:
        raise Refusal("Số liệu này đã được rút.")
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_why = clock.now(), by, reason
    held.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
    audit.record(by, "withdrew external figures", held, ward=held.ward, reason=reason[:200])


@transaction.atomic
def evidence(row: ExternalImport, *, reason: str, by: Account) -> bytes:
    """The file as it came, for a reason that the trail keeps."""
    if row.sealed is None:
        raise Refusal("Tệp gốc không còn: trong tệp có người đã yêu cầu xóa dữ liệu. Số tổng và mã băm vẫn giữ.")
    audit.record(by, "took external evidence out", row, ward=row.ward, reason=reason[:200])
    return keyring().open_bytes(row.sealed, place_of(row))


def place_of(row: ExternalImport) -> str:
    """What the sealed file of an import is bound to."""
    return f"plan.external_import.file:{row.pk}"


def _place(upload: ExternalUpload) -> str:
    return f"plan.external_upload.file:{upload.pk}"


def _open(upload: ExternalUpload) -> ExternalUpload:
    held = ExternalUpload.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=upload.pk)
    if held.state != State.REVIEW:
        raise Refusal(f"Tệp này {held.get_state_display()} rồi.")
    return held


register.also_sealed(ExternalImport, "sealed", place_of)
register.also_sealed(ExternalUpload, "sealed", _place)
