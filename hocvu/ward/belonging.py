"""Who belongs to which unit, school or enterprise, and what of somebody's circumstances is known and protected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.ward import audit, register
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Circumstance, Household, Membership, Person, Unit, Ward


@transaction.atomic
def join(person: Person, *, unit: Unit, kind: str, day: date | None, by: Account | None) -> Membership:
    """Somebody belongs to a unit from a day on (always, where none is given), wherever they live."""
    if unit.ward_id != person.ward_id:
        raise Refusal("Đơn vị này ở nơi khác. Hãy chọn đơn vị trên địa bàn.", "unit")
    if day and day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "day")
    if day and person.born_on and day < person.born_on:
        raise Refusal("Ngày vào trước ngày sinh. Hãy xem lại ngày.", "day")
    same = person.memberships.filter(unit=unit, kind=kind)
    if same.filter(valid_to=None).exists():
        raise Refusal(f"Người này đang là {Membership.Kind(kind).label} của {unit.name} rồi.", "unit")
    last = same.order_by("-valid_to").first()
    if last and last.valid_to and (day is None or day <= last.valid_to):
        raise Refusal(f"Lần trước kéo đến hết {last.valid_to:%d/%m/%Y}. Hãy ghi ngày sau đó.", "day")
    membership = Membership.objects.create(person=person, unit=unit, kind=kind, valid_from=day)
    audit.record(by, "recorded a membership", person, ward=person.ward, unit=unit.name)
    return membership


@transaction.atomic
def add_outsider(
    ward: Ward, *, full_name: str, born_on: date | None, sex: str, unit: Unit, kind: str, by: Account | None
) -> Person:
    """Somebody who works or learns here and lives elsewhere: no household, no residence."""
    person = Person.objects.create(
        ward=ward, full_name=full_name[:120], plain_name=fold(full_name)[:120], born_on=born_on, sex=sex
    )
    join(person, unit=unit, kind=kind, day=None, by=by)
    audit.record(by, "added a person", person, ward=ward)
    return person


@transaction.atomic
def leave_unit(membership: Membership, *, day: date, by: Account | None) -> None:
    """Somebody belongs to a unit up to the day before this one."""
    held = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person__ward", "unit")
        .get(pk=membership.pk)
    )
    if held.valid_to is not None:
        raise Refusal(f"Đã ghi thôi từ sau ngày {held.valid_to:%d/%m/%Y}.", "day")
    if day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "day")
    if held.valid_from and day <= held.valid_from:
        raise Refusal(f"Người này vào từ {held.valid_from:%d/%m/%Y}. Hãy ghi ngày sau đó.", "day")
    held.valid_to = day - timedelta(days=1)
    held.save(update_fields=("valid_to",))
    audit.record(by, "ended a membership", held.person, ward=held.person.ward, unit=held.unit.name)


def members(ward: Ward, day: date, *kinds: str, unit: Unit | None = None) -> QuerySet[Person]:
    """The people who belong to any unit, or to one, in these kinds on a day; each once."""
    rows = Membership.objects.on(day).filter(person__ward=ward, kind__in=kinds)
    rows = rows.filter(unit=unit) if unit else rows
    return Person.objects.of(ward).living_on(day).filter(pk__in=rows.values("person"))


# ---- Circumstances


@dataclass(frozen=True, slots=True)
class Told:
    """A circumstance in clear, for those who may see it."""

    row: Circumstance
    kind: Circumstance.Kind
    note: str
    paper: str


@transaction.atomic
def record_circumstance(
    subject: Person | Household, *, kind: str, note: str, paper: str, day: date, by: Account | None
) -> Circumstance:
    """Keep that a household is poor or somebody is disabled or needs help, sealed, with the paper that says so."""
    if day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "day")
    of_household = kind in (Circumstance.Kind.POOR, Circumstance.Kind.NEAR_POOR)
    if of_household != isinstance(subject, Household):
        raise Refusal("Hộ nghèo, cận nghèo ghi cho hộ; khuyết tật, cần hỗ trợ ghi cho người.", "kind")
    if with_circumstance(subject, kind, day):
        raise Refusal(f"Đã ghi {Circumstance.Kind(kind).label} rồi. Hãy thôi bản ghi cũ trước.", "kind")
    row = Circumstance(ward=subject.ward, valid_from=day, recorded_by=by)
    row.person, row.household = (None, subject) if isinstance(subject, Household) else (subject, None)
    row.kind_index = index_of(kind)
    content = json.dumps({"kind": kind, "note": note, "paper": paper}, ensure_ascii=False)
    row.sealed = keyring().seal(content, _place(row))
    row.save(force_insert=True)
    audit.record(by, "recorded a circumstance", subject, ward=subject.ward)
    return row


@transaction.atomic
def end_circumstance(row: Circumstance, *, day: date, by: Account | None) -> None:
    """It holds up to the day before this one."""
    held = (
        Circumstance.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "household", "ward")
        .get(pk=row.pk)
    )
    if held.valid_to is not None:
        raise Refusal(f"Đã thôi từ sau ngày {held.valid_to:%d/%m/%Y}.", "day")
    if day > clock.today() or day <= held.valid_from:
        raise Refusal(f"Hãy ghi một ngày sau {held.valid_from:%d/%m/%Y} và không muộn hơn hôm nay.", "day")
    held.valid_to = day - timedelta(days=1)
    held.save(update_fields=("valid_to",))
    audit.record(by, "ended a circumstance", held.person or held.household or held.ward, ward=held.ward)


def told(row: Circumstance) -> Told:
    """A circumstance opened."""
    content = json.loads(keyring().open(row.sealed, _place(row)))
    return Told(row, Circumstance.Kind(content["kind"]), content["note"], content["paper"])


def index_of(kind: str) -> str:
    """What a kind is found by; tells nothing without the key."""
    return keyring().index_of(f"circumstance:{kind}")


def with_circumstance(subject: Person | Household, kind: str, day: date) -> bool:
    """Whether a circumstance holds for somebody on a day."""
    rows = holding(subject.ward, kind, day)
    return (
        rows.filter(household=subject).exists()
        if isinstance(subject, Household)
        else rows.filter(person=subject).exists()
    )


def holding(ward: Ward, kind: str, day: date) -> QuerySet[Circumstance]:
    """The rows of a kind that hold on a day, for counting people and households."""
    rows = Circumstance.objects.filter(ward=ward, kind_index=index_of(kind), valid_from__lte=day)
    return rows.exclude(valid_to__lt=day)


def _place(row: Circumstance) -> str:
    return f"ward.circumstance:{row.pk}"


register.also_sealed(Circumstance, "sealed", _place)
