"""What time it is. Everything that depends on the day asks here, so that a demo or a test can set it.

`HOCVU_NOW=2025-09-20T08:00` stops the clock at that moment for the whole process; production refuses the
variable. `stopped_at` does the same for a block, which is how `manage tick --at` runs what is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

_stopped: ContextVar[datetime | None] = ContextVar("hocvu_clock", default=None)


def read_moment(text: str) -> datetime:
    """Read an ISO moment or day as the ward's local time; a day means its first minute.

    Raises ValueError with the text when it is neither.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())


def now() -> datetime:
    """The present moment, aware, in UTC or the zone it was set in."""
    if (stopped := _stopped.get()) is not None:
        return stopped
    return read_moment(settings.NOW) if settings.NOW else timezone.now()


def today() -> date:
    """The present day in the ward (Asia/Ho_Chi_Minh)."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """The day of a moment in the ward."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Stop the clock at a moment inside the block."""
    token = _stopped.set(moment)
    try:
        yield
    finally:
        _stopped.reset(token)
