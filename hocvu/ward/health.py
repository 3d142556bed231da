"""Whether the platform is in order, said so plainly that anybody may read it: no version, no name, no secret."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hocvu.lib import clock
from hocvu.ward import heartbeat, sms
from hocvu.ward.models import Ward

DISK_NEEDED = 500 * 1024 * 1024  # below this a day of photos may fill it


@dataclass(frozen=True)
class Check:
    """One thing that must hold."""

    name: str
    title: str
    ok: bool


@dataclass(frozen=True)
class Health:
    """All that was asked. `clock_set` is the moment at which the clock was stopped, for a demo or a test; `notes` are
    worth knowing and close no door."""

    checks: list[Check]
    clock_set: datetime | None
    demo: bool
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Everything holds."""
        return all(check.ok for check in self.checks)


# What upper rooms want to be asked beside: name, title, and the question; None where it makes no sense here.
_ASKED: list[tuple[str, str, Callable[[], bool | None]]] = []


def also_ask(name: str, title: str, question: Callable[[], bool | None]) -> None:
    """Let a room join the page of health with a question of its own; an answer of None leaves it out."""
    _ASKED.append((name, title, question))


def examine() -> Health:
    """Ask everything; without a database nothing that lives in it is asked."""
    answers = _database_answers()
    checks = [
        Check("database", "Cơ sở dữ liệu trả lời", answers),
        Check("migrations", "Cấu trúc dữ liệu đúng bản đang chạy", answers and _migrated()),
        Check("worker", "Tiến trình nền đang làm việc", answers and _holds(heartbeat.worker_is_here)),
        Check("disk", "Ổ đĩa còn đủ chỗ", _disk_has_room()),
    ]
    checks += [Check(name, title, ok) for name, title, question in _ASKED if (ok := question()) is not None]
    demo = answers and _holds(lambda: Ward.objects.filter(is_demo=True).exists())
    spent = answers and sms.is_offered() and _holds(sms.budget_is_spent)
    notes = ("Số tin nhắn của hôm nay đã gửi hết.",) if spent else ()
    return Health(checks, clock.now() if settings.NOW else None, demo, notes)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrated() -> bool:
    """Whether every migration is applied; once it is so, it stays so while the process runs."""
    try:
        return _nothing_to_migrate()
    except (DatabaseError, NotMigrated):
        return False


class NotMigrated(Exception):
    """Raised past the cache: only a yes is remembered."""


@cache
def _nothing_to_migrate() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated
    return True


def _holds(question: Callable[[], bool]) -> bool:
    """The answer of the database, or no where it has none: a table may not be there yet."""
    try:
        return question()
    except DatabaseError:
        return False


def _disk_has_room() -> bool:
    try:
        return shutil.disk_usage(settings.DATA_DIR).free >= DISK_NEEDED
    except OSError:
        return False
