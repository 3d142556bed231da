"""The register of people: what is sealed of them, how it is shown, who is counted on a day.

Nobody reads a number in full without a reason that goes into the trail; everywhere else its last three digits
stand for it. Earlier digits would tell place, sex and year of birth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from hocvu.lib.crypto import Keyring, Sealed
from hocvu.ward import audit
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Person
from hocvu.ward.models.person import PersonQuerySet

SHOWN_DIGITS = 3
ROTATED_AT_ONCE = 500


def seal_number(person: Person, digits: str, ring: Keyring | None = None) -> None:
    """Put an identity number on a person, not yet saved; "" takes it away."""
    ring = ring or keyring()
    person.number_sealed = ring.seal(digits, _place(person, "number")) if digits else None
    person.number_index = ring.index_of(f"number:{digits}") if digits else None


def seal_phone(person: Person, digits: str, ring: Keyring | None = None) -> None:
    """Put a phone number on a person, not yet saved; "" takes it away."""
    ring = ring or keyring()
    person.phone_sealed = ring.seal(digits, _place(person, "phone")) if digits else None
    person.phone_index = ring.index_of(f"phone:{digits}") if digits else None


def masked_number(person: Person) -> str:
    """•••••••••123, or "" where there is none."""
    return _masked(person.number_sealed, _place(person, "number"))


def masked_phone(person: Person) -> str:
    """•••••••678, or "" where there is none."""
    return _masked(person.phone_sealed, _place(person, "phone"))


def having(people: PersonQuerySet, digits: str) -> PersonQuerySet:
    """Those of `people` whose identity number or phone is exactly this."""
    ring = keyring()
    number, phone = ring.index_of(f"number:{digits}"), ring.index_of(f"phone:{digits}")
    return people.filter(Q(number_index=number) | Q(phone_index=phone))


def number_of(person: Person, *, in_full: bool) -> str:
    """The identity number, masked unless whoever asks has told the trail why."""
    return _told(person, "number", person.number_sealed, in_full)


def phone_of(person: Person, *, in_full: bool) -> str:
    """The phone number, likewise."""
    return _told(person, "phone", person.phone_sealed, in_full)


def _told(person: Person, name: str, sealed: Sealed | None, in_full: bool) -> str:
    if not sealed:
        return ""
    digits = opened(person, name, sealed)
    return digits if in_full else mask(digits)


@transaction.atomic
def show_number(person: Person, *, reason: str, by: Account) -> str:
    """The number in full, for a reason; the look is in the trail before the number is shown."""
    if not reason.strip():
        raise ValueError("a reason is asked of whoever wants to see a number")
    audit.record(by, "saw an identity number", f"person:{person.pk}", ward=person.ward, reason=reason[:200])
    return keyring().open(person.number_sealed, _place(person, "number")) if person.number_sealed else ""


# Other sealed columns that a rotation seals again: model, field, the place a row's value is bound to.
_SEALED: list[tuple[type[Model], str, Callable[[Any], str]]] = []


def also_sealed(model: type[Model], field: str, place: Callable[[Any], str]) -> None:
    """Let the rotation of keys reach another sealed column."""
    _SEALED.append((model, field, place))


def rotate() -> int:
    """Seal again, with the key of today, what older keys sealed; answers how many people and rows. May run at any
    time."""
    return _rotate_people() + sum(_rotate_rows(*sealed) for sealed in _SEALED)


def _rotate_rows(model: type[Model], field: str, place: Callable[[Any], str]) -> int:
    ring, done = keyring(), 0
    for pk in list(model._default_manager.exclude(**{field: None}).values_list("pk", flat=True)):
        with transaction.atomic():
            row = model._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            sealed = getattr(row, field, None)
            if row is None or not sealed or ring.is_current(sealed):
                continue
            setattr(row, field, ring.seal_bytes(ring.open_bytes(sealed, place(row)), place(row)))
            row.save(update_fields=(field,))
            done += 1
    return done


def _rotate_people() -> int:
    ring, done = keyring(), 0
    stale = [
        pk
        for pk, number, phone in Person.objects.values_list("pk", "number_sealed", "phone_sealed").iterator()
        if any(sealed and not ring.is_current(sealed) for sealed in (number, phone))
    ]
    for at in range(0, len(stale), ROTATED_AT_ONCE):
        with transaction.atomic():
            people = list(Person.objects.select_for_update(no_key=True).filter(pk__in=stale[at : at + ROTATED_AT_ONCE]))
            for person in people:
                for sealed, place, seal in (
                    (person.number_sealed, _place(person, "number"), seal_number),
                    (person.phone_sealed, _place(person, "phone"), seal_phone),
                ):
                    if sealed:
                        index = person.number_index  # somebody merged gave it away and keeps only what is sealed
                        seal(person, ring.open(sealed, place), ring)
                        person.number_index = person.number_index if index else None
            Person.objects.bulk_update(people, ("number_sealed", "number_index", "phone_sealed", "phone_index"))
            done += len(people)
    return done


def opened(person: Person, name: str, sealed: Sealed) -> str:
    """A sealed value of somebody in clear, for acts that write it elsewhere sealed again or hand it to its owner."""
    return keyring().open(sealed, _place(person, name))


def _place(person: Person, name: str) -> str:
    return f"ward.person.{name}:{person.pk}"


def mask(digits: str) -> str:
    """The last digits behind dots.

    >>> mask("0912345678")
    '•••••••678'
    """
    return "•" * (len(digits) - SHOWN_DIGITS) + digits[-SHOWN_DIGITS:]


def _masked(sealed: Sealed | None, place: str) -> str:
    return mask(keyring().open(sealed, place)) if sealed else ""
