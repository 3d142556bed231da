"""`./run test` and `./run check`: the suite on both databases, and whatever else must hold before a commit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from launch import chromium, environment, postgres

NOTHING_COLLECTED = 5
SQLITE, POSTGRES = "tests on SQLite", "tests on PostgreSQL"


def test(arguments: list[str], *, nothing_left_out: bool = False) -> int:
    """Run the suite on SQLite, then what touches the database again on PostgreSQL; name what was missing."""
    environment.make_ready(environment.SERVE, environment.DEVELOP)
    began = time.monotonic()
    subprocess.check_call([environment.PYTHON, environment.MANAGE, "build_assets"], env=environment.variables())
    outcome = _on_both(arguments, nothing_left_out)
    if outcome.get(POSTGRES) == NOTHING_COLLECTED and outcome[SQLITE] == 0:
        outcome[POSTGRES] = 0  # the tests that were asked for touch no database
    missing = _missing()
    _tell(outcome, missing, time.monotonic() - began)
    return 1 if any(outcome.values()) or (missing and nothing_left_out) else 0


def _on_both(arguments: list[str], nothing_left_out: bool) -> dict[str, int]:
    """Both runs side by side, one processor each; what the second prints follows the first."""
    programs = postgres.programs()
    if programs is None:
        return {SQLITE: _pytest(arguments, nothing_left_out, DATABASE_URL="").wait()}
    with postgres.cluster(programs) as url, tempfile.TemporaryFile() as kept:
        again = ["--touching-database", *arguments]
        beside = _pytest(again, nothing_left_out, output=kept, DATABASE_URL=url)
        try:
            outcome = {SQLITE: _pytest(arguments, nothing_left_out, DATABASE_URL="").wait(), POSTGRES: beside.wait()}
        finally:
            beside.kill()
        kept.seek(0)
        print(f"\n--- {POSTGRES}\n{kept.read().decode('utf-8', 'replace')}")
    return outcome


def check(arguments: list[str]) -> int:
    """Format, lint, types, floors, migrations, then every test with nothing skipped."""
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
    failed = [name for name, command in steps.items() if _step(name, command)]
    if test(arguments, nothing_left_out=True):
        failed.append("tests")
    print(f"\n./run check: {'FAILED: ' + ', '.join(failed) if failed else 'everything holds'}")
    return 1 if failed else 0


def _step(name: str, command: list[str]) -> int:
    print(f"--- {name}")
    return subprocess.call(command, cwd=environment.ROOT, env=environment.variables(DATABASE_URL=""))


def _pytest(
    arguments: list[str], nothing_left_out: bool, output: IO[bytes] | None = None, **variables: str
) -> subprocess.Popen[bytes]:
    strict = ["--nothing-skipped"] if nothing_left_out else []
    command: list[str | Path] = [environment.PYTHON, "-m", "pytest", *strict, *arguments]
    settings = environment.variables(HOCVU_ENV="test", **variables)
    return subprocess.Popen(command, cwd=environment.ROOT, env=settings, stdout=output, stderr=output)


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
