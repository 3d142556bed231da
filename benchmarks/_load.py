"""Requests to a running server from several clients at once: what they cost its processors and how long they take.

The clients run in a process of their own, so that their work is not the server's. Costs are read from the server's whole
process tree in /proc: Linux only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of request came to: processor milliseconds a request, milliseconds until 95 of 100 had their answer,
    requests a second, answers that were not 2xx or 3xx, and how many requests there were."""

    cpu_ms: float
    p95_ms: float
    a_second: float
    failed: int
    count: int


def load(pid: int, base: str, shots: list[dict[str, Any]], *, clients: int, seconds: float = 5.0) -> Cost:
    """Send `shots` ({"method", "path", "headers", "body"}) round and round from so many clients; each shot goes out once
    only where it says `"once"`. Where shots say which `"client"` sends them (from 0), each client sends its own in order."""
    before = _ticks(pid)
    asked = json.dumps({"base": base, "shots": shots, "clients": clients, "seconds": seconds})
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._load"], input=asked, text=True, cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    spent = _ticks(pid) - before
    said = json.loads(done.stdout)
    took = sorted(said["took"])
    if not took:
        raise RuntimeError(f"nothing was answered at {base}")
    return Cost(
        cpu_ms=1000 * spent / len(took),
        p95_ms=1000 * took[int(len(took) * 0.95)],
        a_second=len(took) / said["lasted"],
        failed=said["failed"],
        count=len(took),
    )


def _ticks(pid: int) -> float:
    """Processor seconds that a process and everything below it have used."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:
            continue  # it ended meanwhile
    return total / os.sysconf("SC_CLK_TCK")


def _fire() -> None:
    """The clients' own process: reads what to send, prints how it went."""
    asked = json.load(sys.stdin)
    parts = urlsplit(asked["base"])
    shared, lock, position = asked["shots"], threading.Lock(), [0]
    own = [[shot for shot in shared if shot.get("client") == number] for number in range(asked["clients"])]
    took: list[float] = []
    failed = [0]
    until = time.monotonic() + asked["seconds"]

    def of_all() -> Iterator[dict[str, Any]]:
        while True:
            with lock:
                number = position[0]
                position[0] += 1
            shot: dict[str, Any] = shared[number % len(shared)]
            if number >= len(shared) and shot.get("once"):
                return
            yield shot

    def client(number: int) -> None:
        line = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
        for shot in own[number] or of_all():
            if time.monotonic() >= until:
                break
            began = time.perf_counter()
            try:
                line.request(shot["method"], shot["path"], shot.get("body"), shot.get("headers") or {})
                answer = line.getresponse()
                answer.read()
                bad = answer.status >= 400
            except OSError:
                line.close()
                bad = True
            took.append(time.perf_counter() - began)
            failed[0] += bad

    began = time.monotonic()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(asked["clients"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump({"took": took, "failed": failed[0], "lasted": time.monotonic() - began}, sys.stdout)


if __name__ == "__main__":
    _fire()
