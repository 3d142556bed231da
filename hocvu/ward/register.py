"""The register of people: what is sealed of them, how it is shown, who is counted on a day.

Nobody reads a number in full without a reason that goes into the trail; everywhere else its last three digits
stand for it. Earlier digits would tell place, sex and year of birth.
"""

from __future__ import annotations

from django.db import transaction

from hocvu.lib.crypto import Keyring, Sealed
from hocvu.ward import audit
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Person

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


@transaction.atomic
def show_number(person: Person, *, reason: str, by: Account) -> str:
    """The number in full, for a reason; the look is in the trail before the number is shown."""
    if not reason.strip():
        raise ValueError("a reason is asked of whoever wants to see a number")
    audit.record(by, "saw an identity number", f"person:{person.pk}", ward=person.ward, reason=reason[:200])
    return keyring().open(person.number_sealed, _place(person, "number")) if person.number_sealed else ""


def rotate() -> int:
    """Seal again, with the key of today, what older keys sealed; answers how many people. May run at any time."""
    ring, done = keyring(), 0
    stale = [
        pk
        for pk, number, phone in Person.objects.values_list("pk", "number_sealed", "phone_sealed").iterator()
        if any(sealed and not ring.is_current(sealed) for sealed in (number, phone))
    ]
    for at in range(0, len(stale), ROTATED_AT_ONCE):
        with transaction.atomic():
            people = list(Person.objects.select_for_update().filter(pk__in=stale[at : at + ROTATED_AT_ONCE]))
            for person in people:
                for sealed, place, seal in (
                    (person.number_sealed, _place(person, "number"), seal_number),
                    (person.phone_sealed, _place(person, "phone"), seal_phone),
                ):
                    if sealed:
                        seal(person, ring.open(sealed, place), ring)
            Person.objects.bulk_update(people, ("number_sealed", "number_index", "phone_sealed", "phone_index"))
            done += len(people)
    return done


def _place(person: Person, name: str) -> str:
    return f"ward.person.{name}:{person.pk}"


def _masked(sealed: Sealed | None, place: str) -> str:
    if not sealed:
        return ""
    digits = keyring().open(sealed, place)
    return "•" * (len(digits) - SHOWN_DIGITS) + digits[-SHOWN_DIGITS:]
