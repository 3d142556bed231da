"""The Python environment under .venv: made once, from the lock files, and left alone while they stay the same."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MANAGE = ROOT / "manage.py"

SERVE, POSTGRES, DEVELOP = "requirements.lock", "requirements-postgres.lock", "requirements-dev.lock"
NO_VENV = """Python này chưa có venv; trên Debian, Ubuntu hãy chạy: sudo apt-get install -y python3-venv
(this Python has no ensurepip: install python3-venv with the line above, then start again)"""


class Unavailable(Exception):
    """The environment cannot be made; the message says what to do."""


def locks_to_serve() -> list[str]:
    """The lock files that the platform itself needs: PostgreSQL's driver only where it is the database."""
    return [SERVE, POSTGRES] if os.environ.get("DATABASE_URL", "").startswith("postgres") else [SERVE]


def variables(**more: str) -> dict[str, str]:
    """The variables that our processes run with."""
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **more}


def make_ready(*locks: str) -> None:
    """Make .venv hold what the lock files say; nothing to do where the stamp of each says so."""
    if not PYTHON.exists():
        _make_venv()
    for lock in locks:
        stamp, content = VENV / f"{lock}.stamp", _fingerprint(ROOT / lock)
        if not stamp.exists() or stamp.read_text() != content:
            _install(ROOT / lock)
            stamp.write_text(content)


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sysconfig.get_python_version().encode()).hexdigest()


def _make_venv() -> None:
    print("Đang tạo môi trường Python trong .venv (chỉ lần đầu)…")
    if uv := shutil.which("uv"):
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Unavailable(NO_VENV)
    _run([sys.executable, "-m", "venv", "--clear", VENV])


def _install(lock: Path) -> None:
    """Install exactly what stands in the lock: it is whole, and leaves out what pyproject.toml overrides."""
    print(f"Đang tải và cài thư viện theo {lock.name} (cần mạng, chỉ lần đầu)…")
    if uv := shutil.which("uv"):
        _run([uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--require-hashes", "-r", lock])
        return
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        _run([PYTHON, "-m", "ensurepip"])
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    _run([PYTHON, "-m", "pip", "install", *quiet, "--no-deps", "--require-hashes", "-r", lock])


def _run(command: list[str | Path]) -> None:
    """Run a step of making the environment; a failure becomes one sentence and the tool's own last lines."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip()
    if "ensurepip" in said:
        raise Unavailable(NO_VENV)
    raise Unavailable(
        "Không tạo được môi trường Python; hãy kiểm tra mạng và chỗ trống trên đĩa rồi chạy lại "
        "(could not install the dependencies).\n" + "\n".join(said.splitlines()[-8:])
    )


def write_locks() -> int:
    """Resolve pyproject.toml again into the lock files: exact versions and hashes for every platform."""
    uv = shutil.which("uv")
    if uv is None:
        raise Unavailable("./run lock needs uv: pip install uv")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        SERVE: declared["project"]["dependencies"],
        POSTGRES: declared["project"]["optional-dependencies"]["postgres"],
        DEVELOP: declared["dependency-groups"]["dev"],
    }
    command = [uv, "pip", "compile", "-", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    for lock, requirements in wanted.items():
        done = subprocess.run(command, input="\n".join(requirements), cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(done.stderr)
        (ROOT / lock).write_text(f"# Written by ./run lock from pyproject.toml.\n{_without_places(done.stdout)}")
        if lock == SERVE:
            command += ["--constraint", SERVE]  # the other two agree with it
    return 0


def _without_places(text: str) -> str:
    """Drop every line that says where packages were fetched from: that differs from machine to machine."""
    place = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|\w+://")
    return "".join(line for line in text.splitlines(keepends=True) if not place.search(line))
