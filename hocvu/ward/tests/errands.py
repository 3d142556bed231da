"""Jobs and tasks for the tests of the scheduler: each leaves a line in a file, as an effect outside the database.

Child processes import this; a test process only takes its names.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

from hocvu.lib.schedule import every
from hocvu.ward.models import Ward
from hocvu.ward.work import background


def start_together(number: int) -> None:
    """Wait until so many processes have come here, so that they truly run at the same time."""
    leave_line("here")
    while Path(os.environ["ERRANDS"]).read_text().count("here ") < number:
        time.sleep(0.005)


def leave_line(text: str) -> None:
    """Append one line, whole, to the file named by the test."""
    with Path(os.environ["ERRANDS"]).open("a") as file:
        file.write(f"{text} {os.getpid()}\n")


@background(title="Ghi một dòng, một lần", repeatable=False)
def write_once(text: str, seconds: float = 0) -> str:
    """Leave a line, then take some time."""
    leave_line(text)
    time.sleep(seconds)
    return text


@background(title="Ghi một dòng, có thể ghi lại", repeatable=True)
def write_again(text: str, seconds: float = 0) -> str:
    """Leave a line; leaving it again does no harm."""
    leave_line(text)
    time.sleep(seconds)
    return text


@background(title="Việc hỏng", repeatable=False)
def break_down(work_id: str) -> None:
    """Fail as a task without care fails."""
    raise RuntimeError("out of paper")


def declare_jobs() -> None:
    """Put the jobs into the registry of this process."""

    @every("minutes", 60, title="Mỗi giờ", repeatable=True, catch_up="each")
    def hourly(due: datetime) -> str:
        leave_line(f"hourly {due:%dT%H}")
        time.sleep(0.05)
        return ""

    @every("day", at="06:00", title="Việc dài", repeatable=True)
    def slow(due: datetime) -> str:
        Ward.objects.create(code="slow", slug="slow", name="dở dang", city="Hải Phòng")
        leave_line(f"slow {due:%dT%H}")
        time.sleep(float(os.environ.get("SLOW", "0")))
        Ward.objects.filter(code="slow").delete()
        return ""

    @every("day", at="06:30", title="Việc dài không lặp", repeatable=False)
    def slow_once(due: datetime) -> str:
        leave_line(f"slow_once {due:%dT%H}")
        time.sleep(float(os.environ.get("SLOW_ONCE", "0")))
        return ""
