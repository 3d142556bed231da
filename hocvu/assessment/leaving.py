"""The list for whoever confirms on VNeID that somebody was taught: who holds a standing certificate, by identity number.

What becomes of it there is an external figure. It comes back as a file of that office (`plan.external`), never from
our own certificates; the room above says through `tells_who_was_confirmed` whom such files name already.

Numbers leave in full with those who may see one in full, masked with everybody else; each time for a reason that the
trail keeps. Who asked that their data rest is not in the list.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone

from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Certificate
from hocvu.assessment.models.certificate import CertificateQuerySet
from hocvu.lib import clock
from hocvu.lib.months import start_of
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import CONTENT_TYPE, Cell, Sheet, write_book
from hocvu.lib.text import slug
from hocvu.ward import audit, register
from hocvu.ward.models import Account, Person, Ward

HEADINGS = ("STT", "Họ và tên", "Số định danh", "Mức", "Khung, phiên bản", "Mã giấy", "Ngày cấp", "Có giá trị đến")
WIDTHS = (6, 32, 16, 10, 18, 18, 12, 14)

# Keys of people in one column, or None where nobody can tell by name.
Confirmed = Callable[[Ward, date], "QuerySet[Any, Any] | None"]
_confirmed: list[Confirmed] = []


def tells_who_was_confirmed(told: Confirmed) -> None:
    """Let a room above say whom an outside office has confirmed by a day."""
    _confirmed.append(told)


def confirmed(ward: Ward, day: date) -> list[QuerySet[Any, Any]]:
    """Whom outside offices have confirmed by a day, as far as their files name people; empty where none does."""
    return [keys for told in _confirmed if (keys := told(ward, day)) is not None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which certificates, and whether numbers may leave in full."""

    since: date
    only_new: bool
    in_full: bool


def for_vneid(ward: Ward, rows: CertificateQuerySet, asked: Asked, *, reason: str, by: Account) -> FileResponse:
    """The list as a spreadsheet, one line a person with their newest certificate that stands; whoever has no number in
    the register stands on a sheet of their own. Raises Refusal."""
    if not reason.strip():
        raise Refusal("Hãy ghi lý do và nơi nhận: tệp có họ tên và số định danh.", "reason")
    if asked.since > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "since")
    with transaction.atomic():
        chosen = _one_each(_standing(ward, rows, asked))
        if not chosen:
            raise Refusal("Không có ai như vậy. Hãy chọn ngày sớm hơn, hoặc bỏ bớt điều kiện.", "since")
        audit.record(
            by,
            "took the list for VNeID away",
            ward,
            people=len(chosen),
            since=asked.since.isoformat(),
            state="số đầy đủ" if asked.in_full else "số đã che",
            reason=reason.strip()[:200],
        )
    return _file(ward, chosen, in_full=asked.in_full)


def _standing(ward: Ward, rows: CertificateQuerySet, asked: Asked) -> QuerySet[Certificate]:
    """Those that stand now, of people whose data may be worked with."""
    people = Person.objects.of(ward).open_for_work().filter(died_on=None)
    found = rows.of(ward).standing_at(clock.now()).filter(issued_at__gte=start_of(asked.since), superseded_by=None)
    found = found.filter(person__in=people.order_by().values("pk"))
    if asked.only_new:
        for keys in confirmed(ward, clock.today()):
            found = found.exclude(person__in=keys)
    return found


def _one_each(rows: QuerySet[Certificate]) -> list[tuple[Person, Certificate]]:
    """A person once, with the newest of their certificates; by name."""
    found: dict[Any, tuple[Person, Certificate]] = {}
    for one in rows.select_related("person").order_by("-issued_at", "pk"):
        if one.person is not None:
            found.setdefault(one.person_id, (one.person, one))
    return sorted(found.values(), key=lambda pair: (pair[0].plain_name, pair[1].code))


def _file(ward: Ward, chosen: Sequence[tuple[Person, Certificate]], *, in_full: bool) -> FileResponse:
    known = [pair for pair in chosen if pair[0].number_sealed]
    unknown = [pair for pair in chosen if not pair[0].number_sealed]
    sheets = [Sheet("Danh sách", HEADINGS, _lines(known, in_full=in_full), WIDTHS)]
    if unknown:
        sheets.append(Sheet("Chưa có số định danh", HEADINGS, _lines(unknown, in_full=in_full), WIDTHS))
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
    write_book(kept, sheets)
    kept.seek(0)
    answer = FileResponse(
        kept, as_attachment=True, filename=f"{slug(f'xac-nhan-vneid-{ward.title}')}.xlsx", content_type=CONTENT_TYPE
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def _lines(chosen: Sequence[tuple[Person, Certificate]], *, in_full: bool) -> Iterator[list[Cell]]:
    for at, (person, one) in enumerate(chosen, start=1):
        yield [
            at,
            person.full_name,
            register.number_of(person, in_full=in_full),
            one.level,
            f"{one.framework} {one.framework_version}",
            codes.shown(one.code),
            timezone.localtime(one.issued_at).date(),
            timezone.localtime(one.valid_until).date(),
        ]
