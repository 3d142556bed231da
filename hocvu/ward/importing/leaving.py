"""The register as a list: the very columns that the importer reads, so that what goes out can come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Prefetch
from django.http import FileResponse

from hocvu.lib import clock
from hocvu.lib.tables import Cell, xlsx_response
from hocvu.ward import audit, register
from hocvu.ward.models import Account, Person, Residence, Ward
from hocvu.ward.models.person import PersonQuerySet

HEADINGS = (
    "STT",
    "Mã hộ",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số định danh",
    "Điện thoại",
    "Khu dân cư",
    "Quan hệ với chủ hộ",
    "Địa chỉ",
    "Loại cư trú",
    "Ngày đến",
)
WIDTHS = (6, 14, 32, 12, 10, 16, 14, 28, 18, 36, 12, 12)


def as_list(ward: Ward, *, by: Account, reason: str = "") -> FileResponse:
    """Those who live here, as a spreadsheet. Numbers go out in full only for a reason, which the trail keeps."""
    with transaction.atomic():
        people = residents(ward)
        audit.record(
            by,
            "took the register away",
            ward,
            people=people.count(),
            reason=reason[:200] or None,
            state="số đầy đủ" if reason else None,
        )
    answer = xlsx_response(f"Danh bạ {ward.title}", HEADINGS, rows(ward, in_full=bool(reason)), WIDTHS)
    answer["Cache-Control"] = "private, no-store"
    return answer


def residents(ward: Ward) -> PersonQuerySet:
    """Those who live here today in a household, household by household, heads first."""
    here = Residence.objects.on(clock.today())
    people = Person.objects.of(ward).residents_on(clock.today()).exclude(household=None)
    people = people.select_related("household__neighbourhood")
    return people.prefetch_related(Prefetch("residences", here, to_attr="here")).order_by(
        "household__code", "added_at", "pk"
    )


def rows(ward: Ward, *, in_full: bool) -> Iterator[list[Cell]]:
    """The cells of each resident."""
    for at, person in enumerate(residents(ward).iterator(chunk_size=2000), start=1):
        home = person.household
        assert home is not None
        lived: list[Residence] = person.here  # type: ignore[attr-defined]
        relation = "Chủ hộ" if home.head_id == person.pk else person.relation
        yield [
            at,
            home.code,
            person.full_name,
            _birth(person),
            {"male": "Nam", "female": "Nữ"}.get(person.sex, ""),
            register.number_of(person, in_full=in_full),
            register.phone_of(person, in_full=in_full),
            home.neighbourhood.name if home.neighbourhood else "",
            relation,
            home.address,
            str(lived[0].get_kind_display()) if lived else "",
            lived[0].valid_from if lived else None,
        ]


def _birth(person: Person) -> date | int | None:
    if person.born_on is None:
        return None
    return person.born_on.year if person.only_year else person.born_on
