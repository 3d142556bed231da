"""Pages of a running server, measured as lessons and certificates are: granian as ./run starts it, over a ward made for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks._load import Cost, load
from tests.site import free_port

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 3.0

Figures = dict[str, float | int | str]


# ---- Figures


def at_each(name: str, pid: int, base: str, shots: list[dict[str, Any]], clients: Sequence[int]) -> Figures:
    """What requests cost at each number of clients, once the server is warm."""
    load(pid, base, shots, clients=1, seconds=1.0)
    figures: Figures = {}
    for number in clients:
        figures |= told(name, number, load(pid, base, shots, clients=number, seconds=SECONDS))
    return figures


def told(name: str, clients: int, cost: Cost) -> Figures:
    """A cost under its name; answers that failed are never left out."""
    said = f"{name}, {clients} client{'s' if clients > 1 else ''}"
    figures: Figures = {f"{said}: CPU ms": round(cost.cpu_ms, 2), f"{said}: p95 ms": round(cost.p95_ms, 1)}
    return figures | ({f"{said}: FAILED": cost.failed} if cost.failed else {})


def get(path: str, cookie: str = "") -> dict[str, Any]:
    """A page as a browser asks for it."""
    return {"method": "GET", "path": path, "headers": {"Accept-Encoding": "gzip", "Cookie": cookie}}


# ---- Servers


def environment(data: Path, url: str) -> dict[str, str]:
    """What our own processes are told: where the data are, and which database."""
    return {
        **os.environ,
        "HOCVU_ENV": "test",
        "HOCVU_DATA": str(data),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "hocvu.config.settings",
        "PYTHONUTF8": "1",
    }


def prepared(module: str, env: Mapping[str, str]) -> dict[str, Any]:
    """A data folder made ready, and what a module that runs over it tells."""
    prepare = [sys.executable, str(ROOT / "manage.py"), "prepare", "--empty"]
    subprocess.run(prepare, env=env, check=True, capture_output=True)
    return run(module, env)


def run(module: str, env: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """What a module tells that runs in a process of its own."""
    making = [sys.executable, "-m", module, *arguments]
    told: dict[str, Any] = json.loads(subprocess.run(making, env=env, cwd=ROOT, check=True, stdout=-1).stdout)
    return told


@contextmanager
def serving(application: str, env: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """granian as ./run starts it: its process and its address."""
    port = free_port()
    serve = ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]
    serve += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", application]
    process = subprocess.Popen([sys.executable, *serve], cwd=ROOT, env=env)
    try:
        _until_it_answers(process, f"http://127.0.0.1:{port}/")
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    patience = time.monotonic() + 60
    while time.monotonic() < patience and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  # loopback, our own words
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise OSError(f"nothing answers at {url}")


def make_database(url: str) -> None:
    """An empty database in a cluster of PostgreSQL."""
    import psycopg

    with psycopg.connect(url.replace("/hocvu?", "/postgres?"), autocommit=True) as line:
        line.execute("CREATE DATABASE hocvu")


# ---- In a process that has Django set up


def found() -> tuple[Any, Any]:
    """A ward, and the officer who coordinates it."""
    from django.utils import timezone

    from hocvu.ward import founding
    from hocvu.ward.capabilities import Role
    from hocvu.ward.models import Account, Grant, Ward

    officer = Account.objects.create_account("lan", "Nguyễn Thị Lan", "một câu đủ dài để nhớ")
    kinds = {"kind": Ward.Kind.PHUONG, "neighbourhood_kind": Ward.NeighbourhoodKind.TO_DAN_PHO}
    ward = founding.found(by=officer, name="Hải An", code="", city="Hải Phòng", **kinds)
    today = timezone.localdate() - timedelta(days=1)
    Grant.objects.create(account=officer, role=Role.COORDINATOR, ward=ward, valid_from=today, granted_by="thử")
    return ward, officer


def cookie_of(learner: Any) -> str:
    """The cookie of somebody who came in with VNeID."""
    from django.test import Client
    from django.utils import timezone

    from hocvu.signin.models import Proof, Way
    from hocvu.signin.sessions import HOW

    client, now = Client(), timezone.now().timestamp()
    client.force_login(learner)
    session = client.session
    session[HOW] = {"sign_in": 0, "way": Way.VNEID, "proof": Proof.VNEID2, "at": now, "seen": now + 600}
    session.save()
    return f"sessionid={session.session_key}"
