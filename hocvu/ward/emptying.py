"""Households in which nobody lives or ever lived, after people were erased or a list was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import ProtectedError, QuerySet

from hocvu.ward.models import Household

GHOST = "đã xóa "  # how the code of what is left of a home begins


def without_ghosts(homes: QuerySet[Household]) -> QuerySet[Household]:
    """Homes, without those of which nothing is left but what was built on them."""
    return homes.exclude(code__startswith=GHOST)


def remove_empty(homes: Iterable[UUID]) -> None:
    """Let the empty ones of these go. One that something was built on, such as a visit, stays for the count, without its
    address and under a code that tells of nobody: codes are often made of a name."""
    empty = Household.objects.filter(pk__in=list(homes), people=None, residences=None)
    keys = list(empty.values_list("pk", flat=True))
    try:
        Household.objects.filter(pk__in=keys).delete()
    except ProtectedError:
        for key in keys:
            _remove_one(key)


def _remove_one(key: UUID) -> None:
    try:
        Household.objects.filter(pk=key).delete()
    except ProtectedError:
        Household.objects.filter(pk=key).update(code=f"{GHOST}{key}", address="")
