"""Two rows of the register that are one person become one, and can be parted again.

The kept person gets what it lacked; what hangs on the other goes over where it adds something. The other row stays,
out of every list and count. Rooms above name their own rows with `follows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.crypto import Sealed
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, register
from hocvu.ward.models import Account, Household, KnownApart, Person, PersonMerge, Residence, Ward

# label -> (move: keys that went over, back). Rows of upper rooms join here.
Move = Callable[[Person, Person], list[Any]]
Back = Callable[[Person, Person, list[Any]], None]
_FOLLOWERS: dict[str, tuple[Move, Back]] = {}


def follows(label: str, move: Move, back: Back) -> None:
    """Let rows of a room go over to the kept person, and back."""
    _FOLLOWERS[label] = (move, back)


def by_key(label: str, relation: str) -> None:
    """Rows that hang on a person by a key named `person` and simply go over."""

    def move(kept: Person, other: Person) -> list[Any]:
        rows = getattr(other, relation)
        keys = list(rows.values_list("pk", flat=True))
        rows.all().update(person=kept)
        return [str(key) for key in keys]

    def back(kept: Person, other: Person, keys: list[Any]) -> None:
        getattr(kept, relation).filter(pk__in=keys).update(person=other)

    follows(label, move, back)


@transaction.atomic
def merge(kept: Person, other: Person, *, by: Account | None) -> PersonMerge:
    """`other` is the same person as `kept`: their rows are one from now on."""
    kept, other = _held(kept), _held(other)
    _refuse_unsound(kept, other)
    row = PersonMerge(ward=kept.ward, kept=kept, other=other, by=by)
    row.filled = _fill(kept, other)
    other.merged_into = kept
    other.save()
    kept.save()
    row.moved = {label: keys for label, (move, _) in _FOLLOWERS.items() if (keys := move(kept, other))}
    row.save()
    audit.record(by, "merged people", kept, ward=kept.ward, other=other.audit_label)
    return row


@transaction.atomic
def undo(row: PersonMerge, *, by: Account | None) -> None:
    """Part them again: everything goes back to where it was."""
    row = (
        PersonMerge.objects.select_for_update(of=("self",), no_key=True)
        .select_related("kept", "other", "ward")
        .get(pk=row.pk)
    )
    if row.undone_at is not None:
        raise Refusal("Lần gộp này đã được tách lại.")
    kept, other = row.kept, row.other
    if other.merged_into_id != kept.pk or kept.merged_into_id is not None:
        raise Refusal("Sau lần gộp này đã có lần gộp khác. Hãy tách lần sau trước.")
    for label, keys in row.moved.items():
        _FOLLOWERS[label][1](kept, other, keys)
    _blank(kept, other, row.filled)
    other.merged_into = None
    kept.save()
    other.save()
    row.undone_at, row.undone_by = clock.now(), by
    row.save(update_fields=("undone_at", "undone_by"))
    audit.record(by, "parted people", kept, ward=row.ward, other=other.audit_label)


@transaction.atomic
def know_apart(first: Person, second: Person, *, by: Account | None) -> None:
    """Two who look like one are two; they are not suggested again."""
    a, b = sorted((first, second), key=lambda person: person.pk)
    KnownApart.objects.get_or_create(first=a, second=b, defaults={"by": by})
    audit.record(by, "told people apart", first, ward=first.ward, other=second.audit_label)


def suggestions(ward: Ward) -> QuerySet[Person]:
    """People who share their name without tones, and the day of birth or the phone, with somebody else."""
    known = Person.objects.of(ward).known()
    names = known.values("plain_name").annotate(n=Count("pk")).filter(n__gt=1).order_by().values("plain_name")
    namesakes = known.filter(plain_name=OuterRef("plain_name")).exclude(pk=OuterRef("pk"))
    alike = Exists(namesakes.filter(born_on=OuterRef("born_on"))) | Exists(
        namesakes.filter(phone_index=OuterRef("phone_index"))
    )
    return known.filter(alike, plain_name__in=names).select_related("household__neighbourhood")


def pairs(ward: Ward) -> list[tuple[Person, Person]]:
    """The pairs that look like one person and were not told apart, by name."""
    apart = set(KnownApart.objects.filter(first__ward=ward).values_list("first", "second"))
    groups: dict[str, list[Person]] = {}
    for person in suggestions(ward).order_by("plain_name", "added_at", "pk"):
        groups.setdefault(person.plain_name, []).append(person)
    return [pair for group in groups.values() for pair in _pairs_of(group) if _key(*pair) not in apart]


def _pairs_of(group: list[Person]) -> Iterator[tuple[Person, Person]]:
    for at, first in enumerate(group):
        for second in group[at + 1 :]:
            if not (first.number_index and second.number_index) and _are_alike(first, second):
                yield first, second  # but two numbers, two people


def _are_alike(first: Person, second: Person) -> bool:
    same_day = first.born_on is not None and first.born_on == second.born_on
    return same_day or (first.phone_index is not None and first.phone_index == second.phone_index)


def _key(first: Person, second: Person) -> tuple[Any, Any]:
    return (first.pk, second.pk) if first.pk < second.pk else (second.pk, first.pk)


# ---- What goes over


def _refuse_unsound(kept: Person, other: Person) -> None:
    if kept.pk == other.pk or kept.ward_id != other.ward_id:
        raise Refusal("Hãy chọn hai người khác nhau trên cùng địa bàn.")
    if kept.merged_into_id or other.merged_into_id:
        raise Refusal("Một trong hai người đã được gộp rồi.")
    if kept.number_index and other.number_index and kept.number_index != other.number_index:
        raise Refusal("Hai người có hai số định danh khác nhau nên không phải một người. Hãy sửa số trước nếu số sai.")
    if kept.died_on and other.died_on and kept.died_on != other.died_on:
        raise Refusal("Hai ngày mất khác nhau. Hãy sửa cho đúng rồi gộp.")


def _fill(kept: Person, other: Person) -> list[str]:
    """Fill the blanks of the kept person; the other gives its number away, since a number is one row's."""
    filled = []
    if other.number_sealed and not kept.number_index:
        digits = _opened(other, "number", other.number_sealed)
        register.seal_number(kept, digits)
        other.number_index = None  # the sealed value stays, so that it can come back
        filled.append("number")
    if other.phone_sealed and not kept.phone_index:
        register.seal_phone(kept, _opened(other, "phone", other.phone_sealed))
        filled.append("phone")
    for name in ("born_on", "sex", "relation", "died_on"):
        if getattr(other, name) and not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
            filled.append(name)
    if kept.only_year and other.born_on and not other.only_year and other.born_on.year == kept.born_on.year:  # type: ignore[union-attr]
        kept.born_on, kept.only_year = other.born_on, False
        filled.append("day_of_birth")
    if "born_on" in filled:
        kept.only_year = other.only_year
    if other.household_id and not kept.household_id and not kept.residences.filter(valid_to=None).exists():
        kept.household = other.household
        filled.append("household")
    return filled


def _blank(kept: Person, other: Person, filled: list[str]) -> None:
    for name in filled:
        if name == "number":
            digits = _opened(other, "number", other.number_sealed or b"")
            if register.number_of(kept, in_full=True) == digits:  # else it was corrected since, and stays
                register.seal_number(kept, "")
            if not register.having(Person.objects.filter(ward=kept.ward), digits).exclude(pk=kept.pk).exists():
                register.seal_number(other, digits)
        elif name == "phone":
            register.seal_phone(kept, "")
        elif name in ("born_on", "died_on"):
            setattr(kept, name, None)
            kept.only_year = kept.only_year and name != "born_on"
        elif name == "day_of_birth" and kept.born_on:
            kept.born_on, kept.only_year = kept.born_on.replace(month=1, day=1), True
        elif name == "household":
            kept.household = None
        else:
            setattr(kept, name, "")


def _opened(person: Person, name: str, sealed: Sealed) -> str:
    return register.opened(person, name, sealed)


def _held(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=person.pk)


# ---- Where they lived


def _move_residences(kept: Person, other: Person) -> list[Any]:
    """The other's residences that do not overlap those of the kept one go over."""
    moved = []
    for one in other.residences.all():
        if not _overlaps(kept, one):
            one.person = kept
            one.save(update_fields=("person",))
            moved.append(one.pk)
    return moved


def _overlaps(kept: Person, one: Residence) -> bool:
    rows = kept.residences.all()
    if one.valid_from is not None:
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=one.valid_from))
    if one.valid_to is not None:
        rows = rows.filter(Q(valid_from=None) | Q(valid_from__lte=one.valid_to))
    return rows.exists()


def _residences_back(kept: Person, other: Person, keys: list[Any]) -> None:
    kept.residences.filter(pk__in=keys).update(person=other)


def _move_memberships(kept: Person, other: Person) -> list[Any]:
    moved = []
    for one in other.memberships.all():
        if not kept.memberships.filter(unit=one.unit_id, kind=one.kind).exists():
            one.person = kept
            one.save(update_fields=("person",))
            moved.append(one.pk)
    return moved


def _memberships_back(kept: Person, other: Person, keys: list[Any]) -> None:
    kept.memberships.filter(pk__in=keys).update(person=other)


def _move_absences(kept: Person, other: Person) -> list[Any]:
    """Somebody is away once: an absence that still lasts goes over where the kept one has none that lasts."""
    rows = other.absences.all()
    if kept.absences.filter(back_on=None).exists():
        rows = rows.exclude(back_on=None)
    keys = list(rows.values_list("pk", flat=True))
    other.absences.filter(pk__in=keys).update(person=kept)
    return keys


def _absences_back(kept: Person, other: Person, keys: list[Any]) -> None:
    kept.absences.filter(pk__in=keys).update(person=other)


def _move_headship(kept: Person, other: Person) -> list[Any]:
    rows = Household.objects.filter(head=other)
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    rows.update(head=kept)
    return keys


def _headship_back(kept: Person, other: Person, keys: list[Any]) -> None:
    Household.objects.filter(pk__in=keys, head=kept).update(head=other)


# ---- Who was merged into the other before


def _move_merged(kept: Person, other: Person) -> list[Any]:
    """They are the kept person too: whoever asks whose row this is now looks one step far."""
    keys = list(other.merged_from.values_list("pk", flat=True))
    Person.objects.filter(pk__in=keys).update(merged_into=kept)
    return [str(key) for key in keys]


def _merged_back(kept: Person, other: Person, keys: list[Any]) -> None:
    Person.objects.filter(pk__in=keys, merged_into=kept).update(merged_into=other)


follows("merged before", _move_merged, _merged_back)
follows("absences", _move_absences, _absences_back)
follows("headship", _move_headship, _headship_back)
follows("residences", _move_residences, _residences_back)
follows("memberships", _move_memberships, _memberships_back)
by_key("circumstances", "circumstances")
by_key("requests", "requests")
