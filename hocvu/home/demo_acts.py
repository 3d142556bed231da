"""An act of the demo's people: what is done, and at which moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody did at a moment."""

    moment: datetime
    do: Callable[[], object]


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the ward's day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
