"""`./run test` and `./run check`: the suite on both databases, and whatever else must hold before a commit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from launch import chromium, environment, postgres

NOTHING_COLLECTED = 5
SHARES = 3  # of PostgreSQL's tests, so that the processor that is done first takes more of them
JUDGE, PAGES = "the walk over all addresses, on SQLite", "stories in a browser, on SQLite"
PLAIN, POSTGRES = "other tests on SQLite", "tests on PostgreSQL"
FIELD, FIELD_POSTGRES = "devices in the field, on SQLite", "devices in the field, on PostgreSQL"

Run = tuple[str, Callable[[IO[bytes] | None], int], IO[bytes] | None]  # its name, what it does, where it says it


def test(arguments: list[str]) -> int:
    """Run the suite on SQLite, and what touches the database again on PostgreSQL; name what was missing."""
    return 1 if _suite(arguments) else 0


def _suite(arguments: list[str], *, nothing_left_out: bool = False, beside: Sequence[Run] = ()) -> list[str]:
    """The names of the runs that failed; `beside` are runs that are no tests."""
    environment.make_ready(environment.SERVE, environment.DEVELOP)
    began = time.monotonic()
    subprocess.check_call([environment.PYTHON, environment.MANAGE, "build_assets"], env=environment.variables())
    strict = ["--nothing-skipped"] if nothing_left_out else []
    outcome = _side_by_side([*strict, *arguments], beside)
    if set(outcome.values()) != {NOTHING_COLLECTED}:
        # Asked for by name, a test may belong to one of the runs only.
        outcome = {name: 0 if code == NOTHING_COLLECTED else code for name, code in outcome.items()}
    missing = _missing()
    _tell(outcome, missing, time.monotonic() - began)
    return [name for name, code in outcome.items() if code] + (list(missing) if nothing_left_out else [])


def _side_by_side(arguments: list[str], beside: Sequence[Run]) -> dict[str, int]:
    """Two runs at a time, one a processor: first the walk over all addresses and the plain tests; whichever ends takes the
    stories in a browser, shares of PostgreSQL's, and devices in the field on either database. The walk speaks at once, the others when all are done. The walk and
    the stories share one demo world, which the walk makes."""
    outcome: dict[str, int] = {}
    with ExitStack() as held:
        world = held.enter_context(tempfile.TemporaryDirectory(prefix="hocvu-world-"))
        waiting: Queue[Run] = Queue()

        def put(name: str, words: list[str], *, speaks: bool = False, **variables: str) -> None:
            kept = None if speaks else held.enter_context(tempfile.TemporaryFile())
            waiting.put((name, lambda output: _pytest([*words, *arguments], output, **variables), kept))

        put(JUDGE, ["--lane", "judge"], speaks=True, DATABASE_URL="", HOCVU_TEST_WORLD=world)
        for name, run, _ in beside:
            waiting.put((name, run, held.enter_context(tempfile.TemporaryFile())))
        put(PLAIN, ["--lane", "plain"], DATABASE_URL="")
        put(PAGES, ["--lane", "pages"], DATABASE_URL="", HOCVU_TEST_WORLD=world)
        if programs := postgres.programs():
            url = held.enter_context(postgres.cluster(programs))
            for number in range(1, SHARES + 1):
                words = ["--touching-database", "--share", f"{number}/{SHARES}"]
                # Two shares may run at once: each makes a test database after a name of its own.
                own = url.replace("/hocvu?", f"/hocvu{number}?")
                put(f"{POSTGRES}, {number} of {SHARES}", words, DATABASE_URL=own)
            own = url.replace("/hocvu?", f"/hocvu{SHARES + 1}?")
            put(FIELD_POSTGRES, ["--lane", "field"], DATABASE_URL=own)
        put(FIELD, ["--lane", "field"], DATABASE_URL="")
        said = [kept for _, _, kept in waiting.queue if kept is not None]
        lanes = [threading.Thread(target=_lane, args=(waiting, outcome), daemon=True) for _ in range(2)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        for kept in said:
            kept.seek(0)
            print(kept.read().decode("utf-8", "replace"))
    return outcome


def _lane(waiting: Queue[Run], outcome: dict[str, int]) -> None:
    while True:
        try:
            name, run, kept = waiting.get_nowait()
        except Empty:
            return
        if kept is not None:
            kept.write(f"\n--- {name}\n".encode())
            kept.flush()
        outcome[name] = run(kept)


def check(arguments: list[str]) -> int:
    """Format, lint, types, floors, migrations, and every test with nothing skipped."""
    environment.make_ready(environment.SERVE, environment.DEVELOP)
    python = str(environment.PYTHON)
    tools = environment.PYTHON.parent
    steps: dict[str, list[str]] = {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format --check": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy"],
        "lint-imports": [str(tools / "lint-imports")],
        "makemigrations --check": [python, str(environment.MANAGE), "makemigrations", "--check", "--dry-run"],
    }
    beside: list[Run] = [(name, partial(_step, command), None) for name, command in steps.items()]
    failed = _suite(arguments, nothing_left_out=True, beside=beside)
    print(f"\n./run check: {'FAILED: ' + ', '.join(failed) if failed else 'everything holds'}")
    return 1 if failed else 0


def _step(command: list[str], output: IO[bytes] | None) -> int:
    settings = environment.variables(DATABASE_URL="")
    return subprocess.call(command, cwd=environment.ROOT, env=settings, stdout=output, stderr=output)


def _pytest(arguments: list[str], output: IO[bytes] | None = None, **variables: str) -> int:
    command: list[str | Path] = [environment.PYTHON, "-m", "pytest", *arguments]
    settings = environment.variables(HOCVU_ENV="test", **variables)
    return subprocess.call(command, cwd=environment.ROOT, env=settings, stdout=output, stderr=output)


def _missing() -> dict[str, str]:
    """What this machine lacks, with the one line that installs it."""
    missing = {}
    if not postgres.programs():
        missing["PostgreSQL (the database tests ran on SQLite only)"] = _install("postgresql", "postgresql")
    if not chromium.find():
        missing["Chromium (the browser tests were left out)"] = _install("chromium", "--cask chromium")
    return missing


def _install(debian: str, homebrew: str) -> str:
    if shutil.which("apt-get"):
        return f"sudo apt-get install -y {debian}"
    if sys.platform == "darwin":
        return f"brew install {homebrew}"
    return f"install {debian} with the system's package manager"


def _tell(outcome: dict[str, int], missing: dict[str, str], seconds: float) -> None:
    print()
    for name, code in outcome.items():
        print(f"{name}: {'passed' if code == 0 else f'FAILED (pytest exit code {code})'}")
    for what, line in missing.items():
        print(f"left out: {what}; to install: {line}")
    print(f"{seconds:.0f} seconds in all")
