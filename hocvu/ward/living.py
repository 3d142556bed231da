"""The life of a person in the register: they come, move, go away, come back, are born, die; what was stays.

Every act carries its day. A residence that ends keeps its row, so that a count as of an earlier day finds what was
true then. Somebody's household and neighbourhood of today stand on the person and the household themselves.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.ward import audit, register
from hocvu.ward.importing import cells
from hocvu.ward.models import Absence, Account, Household, Neighbourhood, Person, Residence, Ward

DAY = timedelta(days=1)
Kind = Residence.Kind


# ---- Households


@transaction.atomic
def found_household(
    ward: Ward, *, code: str, address: str, neighbourhood: Neighbourhood, by: Account | None
) -> Household:
    """A new household, empty yet."""
    if Household.objects.filter(ward=ward, code=code).exists():
        raise Refusal(f"Mã hộ {code} đã có. Hãy ghi mã khác, hoặc mở hộ đó.", "code")
    home = Household.objects.create(ward=ward, code=code, address=address, neighbourhood=neighbourhood)
    audit.record(by, "founded a household", home, ward=ward)
    return home


@transaction.atomic
def change_household(
    home: Household, *, address: str, neighbourhood: Neighbourhood, head: Person | None, day: date, by: Account | None
) -> None:
    """Its address, its head, where it stands. Where it moves, everybody who lives in it has a new residence from the
    day on, and the team of the old place no longer meets them."""
    home = (
        Household.objects.select_for_update(of=("self",), no_key=True).select_related("neighbourhood").get(pk=home.pk)
    )
    if head is not None and head.household_id != home.pk:
        raise Refusal("Chủ hộ phải là người đang ở trong hộ. Hãy chọn lại.", "head")
    if neighbourhood.pk != home.neighbourhood_id:
        _move_household(home, neighbourhood, day)
    home.address, home.head = address, head
    home.save(update_fields=("address", "head", "neighbourhood"))
    audit.record(by, "changed a household", home, ward=home.ward)


def _move_household(home: Household, neighbourhood: Neighbourhood, day: date) -> None:
    _refuse_future(day)
    for one in Residence.objects.select_for_update(no_key=True).filter(household=home, valid_to=None):
        _refuse_before(one, day)
        _follow(one, day, household=home, neighbourhood=neighbourhood)
    home.neighbourhood = neighbourhood


@transaction.atomic
def move_neighbourhood(old: Neighbourhood, new: Neighbourhood, day: date) -> int:
    """Everybody of a neighbourhood that ended lives in the one that took its place; answers how many households."""
    homes = Household.objects.filter(neighbourhood=old)
    lived = list(Residence.objects.select_for_update(no_key=True).filter(neighbourhood=old, valid_to=None))
    begun = [
        Residence(
            person_id=one.person_id, kind=one.kind, household_id=one.household_id, neighbourhood=new, valid_from=day
        )
        for one in lived
    ]
    early = [one.pk for one in lived if one.valid_from and one.valid_from >= day]
    Residence.objects.filter(pk__in=early).update(neighbourhood=new)
    kept = [(one, then) for one, then in zip(lived, begun, strict=True) if one.pk not in set(early)]
    for one, _ in kept:
        one.valid_to = day - DAY
    Residence.objects.bulk_update([one for one, _ in kept], ("valid_to",), batch_size=1000)
    Residence.objects.bulk_create([then for _, then in kept], batch_size=1000)
    return homes.update(neighbourhood=new)


# ---- Coming


@transaction.atomic
def add_person(
    home: Household,
    *,
    full_name: str,
    born_on: date | None,
    only_year: bool,
    sex: str,
    number: str,
    phone: str,
    relation: str,
    kind: str,
    day: date | None,
    by: Account | None,
) -> Person:
    """Somebody new who lives in a household from a day on (always, where none is given)."""
    _refuse_life(born_on, day)
    person = Person(ward=home.ward, household=home, relation=relation)
    _describe(person, full_name=full_name, born_on=born_on, only_year=only_year, sex=sex)
    _seal(person, number=number, phone=phone)
    _save(person)
    Residence.objects.create(
        person=person, kind=kind, household=home, neighbourhood_id=home.neighbourhood_id, valid_from=day
    )
    audit.record(by, "added a person", person, ward=home.ward)
    return person


def record_birth(home: Household, *, full_name: str, born_on: date, sex: str, by: Account | None) -> Person:
    """A child is born into a household and lives there from its first day."""
    return add_person(
        home, full_name=full_name, born_on=born_on, only_year=False, sex=sex, number="", phone="", relation="Con",
        kind=Kind.PERMANENT, day=born_on, by=by,
    )  # fmt: skip


# ---- Correcting


@transaction.atomic
def correct_person(
    person: Person,
    *,
    full_name: str,
    born_on: date | None,
    only_year: bool,
    sex: str,
    relation: str,
    by: Account | None,
    number: str | None = None,
    phone: str | None = None,
) -> None:
    """Put right what was written wrong; it then counts as if it had always been so. None leaves a sealed value."""
    person = _held(person)
    if born_on and person.died_on and born_on > person.died_on:
        raise Refusal("Ngày sinh sau ngày mất. Hãy xem lại hai ngày.", "born_on")
    before = (person.full_name, person.born_on, person.sex, person.relation)
    _describe(person, full_name=full_name, born_on=born_on, only_year=only_year, sex=sex)
    person.relation = relation
    _seal(person, number=number, phone=phone)
    _save(person)
    now = (person.full_name, person.born_on, person.sex, person.relation)
    changed = [name for name, a, b in zip(("name", "birth", "sex", "relation"), before, now, strict=True) if a != b]
    changed += [name for name, value in (("number", number), ("phone", phone)) if value is not None]
    audit.record(by, "corrected a person", person, ward=person.ward, fields=", ".join(changed) or None)


def doubts(person: Person, number: str) -> str:
    """What is odd about an identity number beside what is known of somebody; "" where nothing is."""
    born = person.born_on
    birth = cells.Birth(None if person.only_year else born, born.year if born else None)
    if number and cells.disagrees(number, birth, person.sex):
        return "Số định danh không khớp với giới tính hoặc năm sinh. Đã ghi, nhưng hãy xem lại."
    return ""


# ---- Moving


@transaction.atomic
def move(person: Person, *, home: Household, kind: str, day: date, by: Account | None) -> None:
    """Somebody lives elsewhere in the ward from a day on, or comes back to it."""
    person = _held(person)
    _refuse_future(day)
    _refuse_life(person.born_on, day)
    if person.died_on and day > person.died_on:
        raise Refusal("Người này đã mất trước ngày đó. Hãy xem lại ngày.", "day")
    if home.ward_id != person.ward_id:
        raise Refusal("Hộ này ở nơi khác. Hãy chọn hộ trên địa bàn.", "household")
    newest = person.residences.order_by("-valid_to").first() if not _open(person) else None
    if newest and newest.valid_to and newest.valid_to >= day:
        raise Refusal(f"Đến hết {newest.valid_to:%d/%m/%Y} người này vẫn ở nơi cũ. Hãy ghi ngày sau đó.", "day")
    open_one = _open(person)
    if open_one is not None:
        if open_one.household_id == home.pk and open_one.kind == kind:
            raise Refusal("Người này đang ở hộ đó rồi. Hãy chọn hộ khác.", "household")
        _refuse_before(open_one, day)
    _leave_head(person)
    if open_one is not None:
        _follow(open_one, day, household=home, neighbourhood_id=home.neighbourhood_id, kind=kind)
    else:
        Residence.objects.create(
            person=person, kind=kind, household=home, neighbourhood_id=home.neighbourhood_id, valid_from=day
        )
    person.household = home
    person.save(update_fields=("household",))
    audit.record(by, "moved a person", person, ward=person.ward)


@transaction.atomic
def leave(person: Person, *, day: date, by: Account | None) -> None:
    """Somebody no longer lives in the ward from a day on ("đã đi")."""
    person = _held(person)
    _refuse_future(day)
    one = _open(person)
    if one is None:
        raise Refusal("Người này đã rời địa bàn rồi.", "day")
    _refuse_before(one, day)
    _end(one, day)
    _leave_head(person)
    person.household = None
    person.save(update_fields=("household",))
    audit.record(by, "recorded a departure", person, ward=person.ward)


@transaction.atomic
def record_death(person: Person, *, day: date, by: Account | None) -> None:
    """Somebody died on a day: counted up to that day, in no list after it."""
    person = _held(person)
    _refuse_future(day)
    if person.died_on is not None:
        raise Refusal(f"Đã ghi người này mất ngày {person.died_on:%d/%m/%Y}.", "day")
    if person.born_on and day < person.born_on:
        raise Refusal("Ngày mất trước ngày sinh. Hãy xem lại ngày.", "day")
    later = person.residences.filter(Q(valid_from__gt=day))
    if later.exists():
        raise Refusal("Sau ngày này danh bạ còn ghi người này đến nơi ở khác. Hãy xem lại ngày.", "day")
    if (one := _open(person)) is not None:
        one.valid_to = day
        one.save(update_fields=("valid_to",))
    Absence.objects.filter(person=person, back_on=None).update(back_on=day)
    _leave_head(person)
    person.died_on, person.household = day, None
    person.save(update_fields=("died_on", "household"))
    audit.record(by, "recorded a death", person, ward=person.ward)


@transaction.atomic
def record_absence(person: Person, *, away_from: date, where: str, by: Account | None) -> Absence:
    """Somebody is away for long; they still live here on paper, and are counted."""
    person = _held(person)
    _refuse_future(away_from, "away_from")
    if _open(person) is None:
        raise Refusal("Người này không còn cư trú trên địa bàn.", "away_from")
    if person.absences.filter(back_on=None).exists():
        raise Refusal("Đã ghi người này đang vắng. Hãy ghi ngày về trước.", "away_from")
    last = person.absences.order_by("-back_on").first()
    if last and last.back_on and away_from < last.back_on:
        raise Refusal(f"Lần vắng trước kéo đến {last.back_on:%d/%m/%Y}. Hãy ghi ngày sau đó.", "away_from")
    absence = Absence.objects.create(person=person, away_from=away_from, where=where)
    audit.record(by, "recorded an absence", person, ward=person.ward)
    return absence


@transaction.atomic
def record_return(person: Person, *, back_on: date, by: Account | None) -> None:
    """Somebody who was away is back."""
    person = _held(person)
    _refuse_future(back_on, "back_on")
    absence = person.absences.filter(back_on=None).first()
    if absence is None:
        raise Refusal("Không có lần vắng nào đang ghi.", "back_on")
    if back_on < absence.away_from:
        raise Refusal(f"Ngày về trước ngày đi {absence.away_from:%d/%m/%Y}. Hãy xem lại.", "back_on")
    absence.back_on = back_on
    absence.save(update_fields=("back_on",))
    audit.record(by, "recorded a return", person, ward=person.ward)


# ---- Small things


def _held(person: Person) -> Person:
    held = Person.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=person.pk)
    if held.merged_into_id is not None:
        raise Refusal("Người này đã được gộp với một người khác. Hãy mở người đó.")
    return held


def _open(person: Person) -> Residence | None:
    return person.residences.select_for_update(no_key=True).filter(valid_to=None).first()


def _end(one: Residence, day: date) -> None:
    one.valid_to = day - DAY
    one.save(update_fields=("valid_to",))


def _follow(one: Residence, day: date, **new: Any) -> None:
    """Another residence takes the place of this one from a day on. Where it began that very day it is corrected."""
    if one.valid_from == day:
        for name, value in new.items():
            setattr(one, name, value)
        one.save()
        return
    _end(one, day)
    Residence.objects.create(**{"person_id": one.person_id, "kind": one.kind, "valid_from": day, **new})


def _leave_head(person: Person) -> None:
    """Somebody who goes no longer heads the household."""
    Household.objects.filter(head=person).update(head=None)


def _describe(person: Person, *, full_name: str, born_on: date | None, only_year: bool, sex: str) -> None:
    person.full_name, person.plain_name = full_name[:120], fold(full_name)[:120]
    person.born_on = date(born_on.year, 1, 1) if born_on and only_year else born_on
    person.only_year, person.sex = only_year and born_on is not None, sex


def _seal(person: Person, *, number: str | None, phone: str | None) -> None:
    if number is not None:
        register.seal_number(person, number)
    if phone is not None:
        register.seal_phone(person, phone)


def _save(person: Person) -> None:
    if person.number_index:
        same = Person.objects.filter(ward=person.ward, number_index=person.number_index).exclude(pk=person.pk).first()
        if same is not None:
            raise Refusal(
                f"Số định danh này đang là của {same.full_name}. Hãy xem lại số, hoặc gộp hai người.", "number"
            )
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise Refusal("Số định danh này vừa được ghi cho người khác. Hãy mở lại trang rồi xem lại.", "number") from None


def _refuse_future(day: date, where: str = "day") -> None:
    if day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", where)


def _refuse_life(born_on: date | None, day: date | None) -> None:
    if born_on and born_on > clock.today():
        raise Refusal("Ngày sinh chưa tới. Hãy xem lại ngày.", "born_on")
    if day:
        _refuse_future(day)
    if day and born_on and day < born_on:
        raise Refusal("Ngày đến ở trước ngày sinh. Hãy xem lại ngày.", "day")


def _refuse_before(one: Residence, day: date) -> None:
    if one.valid_from and day < one.valid_from:
        raise Refusal(f"Nơi ở hiện nay mới có từ {one.valid_from:%d/%m/%Y}. Hãy ghi ngày không sớm hơn.", "day")
