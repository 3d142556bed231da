"""Doors that close where somebody knocks too often, counted in the database for all processes together.

A try is counted before it is judged and given back where it was right, so that fifty tries at the same moment are
not all judged before the first is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import CharField, DateTimeField
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hocvu.lib.prepared import Prepared
from hocvu.signin.models import FailedSignIn

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)  # the longest window there is


@dataclass(frozen=True, slots=True)
class Door:
    """So many tries within a window for one key. The key is a keyed digest: no name, phone or address is kept."""

    key: str
    most: int
    window: timedelta = WINDOW


def door(kind: str, *parts: str, most: int, window: timedelta = WINDOW) -> Door:
    """The door of a kind for these parts."""
    key = salted_hmac("signin.throttle", "|".join((kind, *parts)), algorithm="sha256").hexdigest()
    return Door(key, most, window)


@dataclass(frozen=True, slots=True)
class Knock:
    """What came of knocking: minutes to wait where a door is closed, else the rows that counted the try."""

    wait_minutes: int
    rows: tuple[int, ...] = ()

    def forgive(self) -> None:
        """The try was right: it does not count."""
        FailedSignIn.objects.filter(pk__in=self.rows).delete()


def knock(*doors: Door) -> Knock:
    """Count a try at all of these doors, unless one is closed; then nothing is counted."""
    with transaction.atomic():
        _one_at_a_time(doors)
        if wait := waiting(*doors):
            return Knock(wait)
        now = timezone.now()
        rows = [FailedSignIn.objects.create(key=one.key, at=now).pk for one in doors]
    return Knock(0, tuple(rows))


def waiting(*doors: Door) -> int:
    """Minutes until all doors are open again; 0 where they are."""
    now, longest = timezone.now(), 0
    for one in doors:
        since = now - one.window
        times = [at for (at,) in _TRIES.all(key=one.key, since=since)]
        if len(times) >= one.most:
            longest = max(longest, int((times[one.most - 1] + one.window - now).total_seconds() // 60) + 1)
    return longest


_TRIES = Prepared(
    lambda key, since: FailedSignIn.objects.filter(key=key, at__gt=since).order_by("-at").values_list("at"),
    key=CharField(), since=DateTimeField(),
)  # fmt: skip


def reopen(one: Door) -> None:
    """Forget the tries at a door."""
    FailedSignIn.objects.filter(key=one.key).delete()


def forget_old() -> int:
    """Drop tries that no longer count; returns how many."""
    return FailedSignIn.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _one_at_a_time(doors: tuple[Door, ...]) -> None:
    """Let no other process count at these doors until the transaction ends. SQLite's IMMEDIATE does it by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for number in sorted(int(one.key[:15], 16) for one in doors):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
