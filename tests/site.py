"""A platform of real processes for the tests: granian over a data folder of its own, as ./run starts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from standins.vneid import StandIn

ROOT = Path(__file__).parents[1]


class Site:
    """One running platform over SQLite; the tests' own database is not involved."""

    def __init__(self, data: Path, *, worker: bool = False, vneid: bool = False, **variables: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.wants_worker = worker
        self.vneid = (
            StandIn() if vneid else None
        )  # plays VNeID in a thread of the test, so that a story may set its mode
        if self.vneid:
            variables |= self.vneid.settings()
        self.variables = _variables(data, **variables)
        self.processes: list[subprocess.Popen[bytes]] = []

    @classmethod
    def over(cls, world: Path, data: Path, **options: Any) -> Site:
        """A site over a copy of a prepared data folder."""
        shutil.copytree(world, data, dirs_exist_ok=True)
        return cls(data, **options)

    @staticmethod
    def manage(data: Path, *words: str, ends: int = 0, **variables: str) -> str:
        """Run a management command over a data folder; give what it printed. Another end than `ends` fails the test."""
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *words],
            env=_variables(data, **variables),
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == ends, (
            f"manage {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done.stdout

    def accounts(self) -> list[dict[str, Any]]:
        """The demo sign-ins: role, unit, username, password."""
        answer: list[dict[str, Any]] = json.loads(self.manage(self.data, "demo_accounts", "--json"))
        return answer

    def __enter__(self) -> Site:
        if self.vneid:
            self.vneid.__enter__()
        self._serve()
        if self.wants_worker:
            self._start([str(ROOT / "manage.py"), "work"])
        self._wait_until_it_answers()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.vneid:
            self.vneid.__exit__()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kill_server(self) -> None:
        """As when the power fails: the web server and whatever it started end at once, in the middle of what they do."""
        server = self.processes.pop(0)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def serve_again(self) -> None:
        """Start the web server again, at the same address, over what it left."""
        self._serve()
        self._wait_until_it_answers()

    def _serve(self) -> None:
        """Start the web server: the first of the processes, in a group of its own."""
        serve = ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]
        serve += ["--host", "127.0.0.1", "--port", str(self.port), "--log-level", "warning"]
        self._start([*serve, "hocvu.config.wsgi:application"])
        self.processes.insert(0, self.processes.pop())

    def _start(self, words: list[str]) -> None:
        started = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=self.variables, start_new_session=True)
        self.processes.append(started)

    def _wait_until_it_answers(self) -> None:
        patience = time.monotonic() + 60
        while time.monotonic() < patience:
            assert self.processes[0].poll() is None, "the web server stopped at once"
            try:
                urllib.request.urlopen(f"{self.url}/dang-nhap/", timeout=2).close()
                return
            except urllib.error.HTTPError:
                return  # it answers, in whatever words
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the platform did not answer within a minute")


def _variables(data: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HOCVU_NOW"}}
    return {**kept, "HOCVU_ENV": "test", "HOCVU_DATA": str(data), "PYTHONUTF8": "1", **more}


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
