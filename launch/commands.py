"""Reads the command line and goes to the part that does it."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from pathlib import Path

from launch import environment, measuring, serving, testing

MORE = """commands:
  ./run                     start the platform with demo data on http://127.0.0.1:8000
  ./run manage COMMAND …    a Django command, in the right environment
  ./run test [ARGUMENTS]    all tests on SQLite and PostgreSQL; --deep adds the long simulations
  ./run check               format, lint, types, floors, migrations, then all tests with nothing left out
  ./run bench [NAME] [--json]   what is measured, see benchmarks/README.md
  ./run lock                write the requirements*.lock files again after pyproject.toml changed

On Windows: python run …
"""


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the exit code is the answer."""
    _speak_utf8()
    asked = _read(arguments)
    if asked.data:
        os.environ["HOCVU_DATA"] = str(Path(asked.data).resolve())
    try:
        return _do(asked)
    except environment.Unavailable as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _do(asked: argparse.Namespace) -> int:
    match asked.command:
        case "manage":
            environment.make_ready(*environment.locks_to_serve())
            return subprocess.call([environment.PYTHON, environment.MANAGE, *asked.rest], env=environment.variables())
        case "test":
            return testing.test(asked.rest)
        case "check":
            return testing.check(asked.rest)
        case "bench":
            return measuring.bench(asked.rest)
        case "lock":
            return environment.write_locks()
        case _:
            return serving.serve(port=asked.port, empty=asked.empty)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Học vụ số: kế hoạch “Bình dân học vụ số” của một phường, xã, chạy trên một nền tảng.",
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=8000, help="where to listen (default 8000)")
    parser.add_argument(
        "--data", metavar="DIR", type=_folder, help="another folder for the database and the files (default var)"
    )
    parser.add_argument("--empty", action="store_true", help="begin without the demo ward")
    parser.add_argument("command", nargs="?", choices=["manage", "test", "check", "bench", "lock"])
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")


def _folder(text: str) -> str:
    if text.strip():
        return text
    raise argparse.ArgumentTypeError("the folder's name is empty")


def _speak_utf8() -> None:
    """Let Vietnamese through on a terminal that was set up for something else."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
