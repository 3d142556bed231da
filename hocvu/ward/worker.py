"""The one long process behind the pages: it does queued tasks, and beside them runs what is due.

Tasks run in the process's main thread, the schedule in a second one, so that a long task delays no deadline.
Any number of workers may run at once, on one machine or on many.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from hocvu.ward import heartbeat, queue, schedule

LOOK_EVERY = 20.0  # seconds between looks at the schedule and for interrupted tasks
POLL_EVERY = 1.0  # seconds between looks at an empty queue

log = logging.getLogger(__name__)


def work_until(stop: threading.Event) -> None:
    """Work until told to stop; what is under way then is finished first."""
    with heartbeat.beating(waits=True):
        scheduler = threading.Thread(target=_keep_schedule, args=(stop,), daemon=True, name="schedule")
        scheduler.start()
        _empty_queue(stop)
        scheduler.join()


def _keep_schedule(stop: threading.Event) -> None:
    """Look at the schedule again and again."""
    while not stop.is_set():
        _unhurt(schedule.run_due)
        connection.close()
        stop.wait(LOOK_EVERY)


def _empty_queue(stop: threading.Event) -> None:
    """Do one task after the other; now and then look for those that a dead worker left."""
    looked = float("-inf")
    while not stop.is_set():
        close_old_connections()
        if time.monotonic() - looked >= LOOK_EVERY:
            _unhurt(queue.find_interrupted)
            looked = time.monotonic()
        if not _unhurt(queue.run_one):
            stop.wait(POLL_EVERY)


def _unhurt(step: Callable[[], object]) -> object:
    """Take one step; a database that is busy, away or not yet migrated only costs the step."""
    try:
        return step()
    except (DatabaseError, InterfaceError) as error:
        log.warning("%s did not work this time: %s", step.__name__, error)
        connection.close()
        return None
