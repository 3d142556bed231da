"""What rooms above offer beside a course, such as a test before and after it. They join by `offers`; none is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hocvu.ward.models import Ward


@dataclass(frozen=True, slots=True)
class Offer:
    """Where one can go from a course, and why one would."""

    words: str
    why: str
    href: str


Find = Callable[[Ward, str], "list[Offer]"]  # by the course's slug
_finds: list[Find] = []


def offers(find: Find) -> None:
    """Let a room say what it offers beside a course."""
    if find not in _finds:
        _finds.append(find)


def of_course(ward: Ward, slug: str) -> list[Offer]:
    """All that is offered beside an open course of a ward."""
    return [one for find in _finds for one in find(ward, slug)]
