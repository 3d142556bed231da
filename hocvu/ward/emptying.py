"""Households in which nobody lives or ever lived, after people were erased or a list was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import ProtectedError

from hocvu.ward.models import Household


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
        Household.objects.filter(pk=key).update(code=f"đã xóa {key}", address="")
