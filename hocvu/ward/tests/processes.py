"""A house of its own for real processes: a database that they share, and a file in which they leave lines."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

START = (
    "import django; django.setup()\n"
    "from django.core.management import call_command\n"
    "from hocvu.lib import clock\n"
    "from hocvu.ward import heartbeat, queue, schedule\n"
    "from hocvu.ward.tests import errands\n"
)


class House:
    """The test's database, opened to other processes."""

    def __init__(self, folder: Path) -> None:
        self.lines = folder / "lines"
        self.lines.touch()
        self.file = folder / "hocvu.sqlite3"
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "hocvu.config.settings",
            "HOCVU_DATA": str(folder),
            "ERRANDS": str(self.lines),
            "PYTHONPATH": str(settings.ROOT),
        }
        self.running: list[subprocess.Popen[str]] = []
        if connection.vendor == "sqlite":
            self.env.pop("DATABASE_URL", None)
            connection.ensure_connection()
            with sqlite3.connect(self.file) as copy:
                connection.connection.backup(copy)
            copy.close()
        else:
            at = connection.settings_dict
            self.env["DATABASE_URL"] = (
                f"postgres://{at['USER']}:{at['PASSWORD']}@{'' if '/' in at['HOST'] else at['HOST']}:{at['PORT']}"
                f"/{at['NAME']}" + (f"?host={at['HOST']}" if "/" in at["HOST"] else "")
            )

    def start(self, code: str, **env: str) -> subprocess.Popen[str]:
        """Start a process of this house."""
        process = subprocess.Popen(
            [sys.executable, "-c", START + code],
            env={**self.env, **env},
            cwd=settings.ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.running.append(process)
        return process

    def run(self, code: str, **env: str) -> str:
        """Run a process to its end, which must be a good one."""
        out, _ = (process := self.start(code, **env)).communicate(timeout=120)
        assert process.returncode == 0, out
        return out

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the shared database."""
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        asked = sqlite3.connect(self.file, timeout=20)
        try:
            return asked.execute(query).fetchall()
        finally:
            asked.close()

    def effects(self) -> Counter[str]:
        """How often each line was left."""
        return Counter(line.rpartition(" ")[0] for line in self.lines.read_text().splitlines())

    def hands(self, kind: str) -> set[str]:
        """The processes that left lines of a kind."""
        return {line.rpartition(" ")[2] for line in self.lines.read_text().splitlines() if line.startswith(kind)}

    def kill_all(self) -> None:
        """End what still runs."""
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_for(what: Callable[[], object], seconds: float = 40) -> None:
    """Wait until something holds, or fail."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def stop(process: subprocess.Popen[str]) -> str:
    """Ask a worker to stop, and wait for it."""
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    return out


def die(process: subprocess.Popen[str]) -> None:
    """Kill a process on the spot."""
    process.kill()
    process.wait()
