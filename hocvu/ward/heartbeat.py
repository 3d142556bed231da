"""Which processes do background work, and which of them still live.

A process is known by its place (host and process namespace), number and a random word. At the same place the
system's own list of processes is asked; of processes elsewhere only their last sign of life is known.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.db import DatabaseError, connection
from django.utils import timezone

from hocvu.ward.models import WorkerHeartbeat

SIGN_EVERY = timedelta(seconds=15)
SILENT_AFTER = timedelta(minutes=2)  # a process elsewhere, unheard for so long, is taken for dead
NUMBER_HOLDS = timedelta(hours=1)  # by then the system may have given the number to somebody else

log = logging.getLogger(__name__)


@cache
def place() -> str:
    """The host, and on Linux the process namespace: a number of one container says nothing in another."""
    namespace = Path("/proc/self/ns/pid")
    with suppress(OSError):
        return f"{socket.gethostname()[:60]}/{namespace.readlink()}"
    return socket.gethostname()[:60]


@cache
def own_name() -> str:
    """The name of this process, never met again."""
    return f"{place()}:{os.getpid()}:{secrets.token_hex(4)}"


def beat(*, waits: bool = False) -> None:
    """Say that this process lives."""
    moment = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        name=own_name(),
        defaults={"seen_at": moment},
        create_defaults={
            "place": place(),
            "pid": os.getpid(),
            "waits": waits,
            "started_at": moment,
            "seen_at": moment,
        },
    )


def leave() -> None:
    """Take this process off the list."""
    WorkerHeartbeat.objects.filter(name=own_name()).delete()


@contextmanager
def beating(*, waits: bool) -> Iterator[None]:
    """Beat from a thread of its own inside the block, so that a long task does not look like a death."""
    over = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(over, waits), daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)
        with suppress(DatabaseError):
            leave()


def _beat_until(over: threading.Event, waits: bool) -> None:
    """Beat until told to stop; a busy database only delays a beat."""
    while not over.is_set():
        try:
            beat(waits=waits)
        except DatabaseError as error:
            log.warning("no heartbeat this time: %s", error)
        connection.close()
        over.wait(SIGN_EVERY.total_seconds())


def lives(name: str) -> bool:
    """Whether the process of that name can still be at work."""
    if name == own_name():
        return True
    row = WorkerHeartbeat.objects.filter(name=name).first()
    if row is None:
        return False
    silence = timezone.now() - row.seen_at
    if row.place != place() or os.name != "posix":
        return silence < SILENT_AFTER
    return row.pid != os.getpid() and silence < NUMBER_HOLDS and _runs(row.pid)


def last_worker_seen() -> datetime | None:
    """When a worker that waits for work was last seen, or None."""
    row = WorkerHeartbeat.objects.filter(waits=True).order_by("-seen_at").first()
    return row.seen_at if row else None


def worker_is_here() -> bool:
    """Whether a worker was seen lately enough."""
    seen = last_worker_seen()
    return seen is not None and timezone.now() - seen < SILENT_AFTER


def _runs(pid: int) -> bool:
    """Whether a process of that number exists here and is not merely waiting to be buried."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True
