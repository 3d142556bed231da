"""A plan file becomes a `Source`, lines and tables with their places, and a reading; or a refusal in one sentence.

Both are made in a child process with bounded memory and time (`child`), because a file may be made to hurt
whoever opens it, and a plain text whoever reads it; the parent believes only JSON that comes back. A .txt that is
only opened, not read, is opened here.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from hocvu.plan.reading import guard, packing
from hocvu.plan.reading.child import SECONDS
from hocvu.plan.reading.shape import PlanReading, from_json
from hocvu.plan.reading.source import Refused, Source
from hocvu.plan.reading.textfile import open_text

Told = Callable[[int, int], None]
PATIENCE = 4  # a busy machine may need so many times the processor seconds by the clock on the wall

log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[3]
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")


def open_source(path: Path | str, told: Told | None = None) -> Source:
    """Open a .txt, .docx or .pdf plan; raises `Refused` with the sentence for the person who chose it.

    `told` hears of each page read (page, pages in all), so that a long file shows its progress.
    """
    path = Path(path)
    kind = guard.kind_of(path)
    if kind == "txt":
        return open_text(path)
    return packing.unpack(_by_child(path.resolve(), kind, told)["source"])


def read_file(path: Path | str, told: Told | None = None) -> tuple[Source, PlanReading]:
    """Open a plan file and read it; raises `Refused` as `open_source` does, also where reading takes too long."""
    path = Path(path)
    answer = _by_child(path.resolve(), guard.kind_of(path), told, "read")
    return packing.unpack(answer["source"]), from_json(answer["reading"])


def _by_child(path: Path, kind: guard.Kind, told: Told | None, *words: str) -> dict[str, Any]:
    with tempfile.TemporaryFile() as complaints:
        child = _start([str(path), kind, *words], complaints)
        late = threading.Event()
        clock = threading.Timer(PATIENCE * SECONDS, _stop, (child, late))
        clock.start()
        try:
            answer = _last_word(child, told)
        finally:
            clock.cancel()
            child.kill()
            child.wait()
        if answer is None:
            raise Refused(_why_silent(child, late.is_set(), complaints))
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer


def _start(words: list[str], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """The child gets our package to import and nothing of our secrets."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own module, arguments passed apart
        [sys.executable, "-s", "-P", "-m", "hocvu.plan.reading.child", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env={**kept, "PYTHONPATH": str(_ROOT)},
    )


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _last_word(child: subprocess.Popen[bytes], told: Told | None) -> dict[str, Any] | None:
    """Pass the pages on as they come; the answer is the line that is no page. None when the child fell silent."""
    assert child.stdout is not None
    with child.stdout as lines:
        for line in lines:
            if not line.endswith(b"\n"):  # killed in mid-word
                break
            said: dict[str, Any] = json.loads(line)
            if "page" not in said:
                return said
            if told:
                told(said["page"], said["of"])
    child.wait()
    return None


def _why_silent(child: subprocess.Popen[bytes], late: bool, complaints: IO[bytes]) -> str:
    if late or child.returncode == -getattr(signal, "SIGXCPU", 0):
        return guard.TOO_SLOW
    complaints.seek(0)
    log.warning("the child that reads a plan ended with %s: %s", child.returncode, complaints.read(4_000).decode())
    return guard.BROKEN
