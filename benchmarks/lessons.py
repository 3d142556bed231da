"""A lesson page and a write of progress on SQLite and PostgreSQL, against a bare Django view and Kolibri 0.19.5.

Processor time is that of the web server's processes; a database server's own comes on top. Besides, what a first visit
weighs and how soon it stands on a slow line (400 kbit/s, 400 ms, a processor four times slower), in Chromium.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import _kolibri
from benchmarks._load import Cost, load
from launch import chromium, postgres
from tests.site import free_port

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = (1, 8, 32)
SECONDS = 3.0
WRITES = 1500  # at most in one measuring
PEER = "HOCVU_BENCH_PEER"  # a folder that keeps Kolibri from one run to the next
GATHER = """
  window.seen = { lcp: 0, cls: 0 };
  new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.lcp = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((l) => { for (const e of l.getEntries()) if (!e.hadRecentInput) seen.cls += e.value; })
    .observe({ type: 'layout-shift', buffered: true });
"""

Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Everything in one run, each server alone on the machine while it is measured."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        with _serving("benchmarks._bare:application", dict(os.environ)) as (pid, base):
            figures |= _at_each("bare view", pid, base, [_get("/")])
        figures |= _ours("SQLite", Path(folder) / "sqlite", "", look=True)
        if (programs := postgres.programs()) is None:
            figures["PostgreSQL"] = "its server is not installed here"
        else:
            with postgres.cluster(programs) as url:
                _make_database(url)
                figures |= _ours("PostgreSQL", Path(folder) / "postgresql", url, look=False)
        figures |= _peer(Path(os.environ.get(PEER) or Path(folder) / "kolibri"))
    return figures


def _ours(engine: str, data: Path, url: str, *, look: bool) -> Figures:
    """The figures of a ward made for this, on one engine."""
    env = {
        **os.environ,
        "HOCVU_ENV": "test",
        "HOCVU_DATA": str(data),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "hocvu.config.settings",
        "PYTHONUTF8": "1",
    }
    prepare = [sys.executable, str(ROOT / "manage.py"), "prepare", "--empty"]
    subprocess.run(prepare, env=env, check=True, capture_output=True)
    making = [sys.executable, "-m", "benchmarks.lessons"]
    made = json.loads(subprocess.run(making, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    pages, cookies = made["pages"], made["cookies"]
    figures: Figures = {}
    with _serving("hocvu.config.wsgi:application", env) as (pid, base):
        anonymous = [_get(page) for page in pages]
        signed_in = [_get(page, cookie) for cookie in cookies[:8] for page in pages]
        figures |= _at_each(f"{engine}, lesson page", pid, base, anonymous)
        figures |= _at_each(f"{engine}, lesson page signed in", pid, base, signed_in)
        for turn, clients in enumerate(CLIENTS):
            writes = _writes(made["acts"], cookies[:clients], made["ids"][turn * WRITES :][:WRITES])
            figures |= _told(
                f"{engine}, progress write", clients, load(pid, base, writes, clients=clients, seconds=SECONDS)
            )
        if look:
            figures |= _looked_at(base, [*made["look"], "/hoc/"])
    return figures


def _at_each(name: str, pid: int, base: str, shots: list[dict[str, Any]]) -> Figures:
    load(pid, base, shots, clients=1, seconds=1.0)  # warms up
    figures: Figures = {}
    for clients in CLIENTS:
        figures |= _told(name, clients, load(pid, base, shots, clients=clients, seconds=SECONDS))
    return figures


def _told(name: str, clients: int, cost: Cost) -> Figures:
    said = f"{name}, {clients} client{'s' if clients > 1 else ''}"
    figures: Figures = {f"{said}: CPU ms": round(cost.cpu_ms, 2), f"{said}: p95 ms": round(cost.p95_ms, 1)}
    return figures | ({f"{said}: FAILED": cost.failed} if cost.failed else {})


def _peer(folder: Path) -> Figures:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _kolibri.running(folder) as peer:
            figures = _at_each("Kolibri, learner's home", peer.pid, _kolibri.BASE, peer.home)
            return figures | _at_each("Kolibri, progress write", peer.pid, _kolibri.BASE, peer.write)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as fault:
        return {"Kolibri": f"could not be had here ({type(fault).__name__}), so that it is not measured"}


# ---- Requests


def _get(path: str, cookie: str = "") -> dict[str, Any]:
    return {"method": "GET", "path": path, "headers": {"Accept-Encoding": "gzip", "Cookie": cookie}}


def _writes(acts: list[list[str]], cookies: list[str], ids: list[str]) -> list[dict[str, Any]]:
    """Acts of learners as their outboxes send them, each with an id of its own."""
    begun, shots = time.time() - 1800, []
    for number, key in enumerate(ids):
        path, body, digest = acts[number // len(cookies) % len(acts)]
        made = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begun)) + f".{number:06d}+00:00"
        headers = {
            "Cookie": f"{cookies[number % len(cookies)]}; csrftoken={'k' * 32}",
            "X-CSRFToken": "k" * 32,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "X-Outbox-Id": key,
            "X-Outbox-Digest": digest,
            "X-Outbox-Made": made,
        }
        shots.append({"method": "POST", "path": path, "headers": headers, "body": body, "once": True})
    return shots


# ---- Servers


@contextmanager
def _serving(application: str, env: dict[str, str]) -> Iterator[tuple[int, str]]:
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


def _make_database(url: str) -> None:
    import psycopg

    with psycopg.connect(url.replace("/hocvu?", "/postgres?"), autocommit=True) as line:
        line.execute("CREATE DATABASE hocvu")


# ---- In a browser


def _looked_at(base: str, paths: list[str]) -> Figures:
    """First visits on a slow line."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return {"slow line": "Playwright is not installed here"}
    figures: Figures = {}
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            for path in paths:
                context = browser.new_context(viewport={"width": 360, "height": 740})
                figures |= _first_visit(context, base, path)
                context.close()
            browser.close()
    except Error as fault:
        figures["slow line"] = f"no Chromium here ({str(fault).splitlines()[0][:80]})"
    return figures


def _first_visit(context: Any, base: str, path: str) -> Figures:
    page = context.new_page()
    page.add_init_script(GATHER)
    line, came = context.new_cdp_session(page), [0, 0]

    def count(said: dict[str, Any]) -> None:
        came[0] += said["encodedDataLength"]
        came[1] += 1

    line.send("Network.enable")
    line.on("Network.loadingFinished", count)
    speed = 400_000 / 8
    slow = {"offline": False, "latency": 400, "downloadThroughput": speed, "uploadThroughput": speed}
    line.send("Network.emulateNetworkConditions", slow)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{base}{path}", timeout=60_000)
    page.wait_for_timeout(2500)
    seen = page.evaluate("window.seen")
    said = f"slow line, {path}"
    return {
        f"{said}: LCP s": round(seen["lcp"] / 1000, 2),
        f"{said}: CLS": round(seen["cls"], 4),
        f"{said}: kB of {came[1]} answers": round(came[0] / 1000, 1),
    }


# ---- The ward, in a process of its own


def make() -> dict[str, Any]:
    """A ward with the two courses and 32 learners who are signed in; what is asked of it."""
    import django

    django.setup()
    from django.http import QueryDict
    from django.test import Client
    from django.utils import timezone

    from hocvu.learning import lesson_files, loading
    from hocvu.learning.models import Lesson
    from hocvu.signin import citizens
    from hocvu.signin.models import Proof, Way
    from hocvu.signin.sessions import HOW
    from hocvu.ward import founding, outbox, receipts
    from hocvu.ward.capabilities import Role
    from hocvu.ward.models import Account, Grant, Ward

    officer = Account.objects.create_account("lan", "Nguyễn Thị Lan", "một câu đủ dài để nhớ")
    kinds = {"kind": Ward.Kind.PHUONG, "neighbourhood_kind": Ward.NeighbourhoodKind.TO_DAN_PHO}
    ward = founding.found(by=officer, name="Hải An", code="", city="Hải Phòng", **kinds)
    today = timezone.localdate() - timedelta(days=1)
    Grant.objects.create(account=officer, role=Role.COORDINATOR, ward=ward, valid_from=today, granted_by="thử")
    for course in lesson_files.courses():
        loading.load(ward, course, by=officer)
    lessons = list(Lesson.objects.of(ward).exclude(published=None).select_related("published").order_by("slug"))
    acts, pages = [], []
    for lesson in lessons:
        assert lesson.published is not None
        root = f"/hoc/bai/{lesson.slug}/"
        for number, part in enumerate(lesson.published.drawn["parts"], start=1):
            pages.append(f"{root}{number}/")
            acts.append([f"{root}xong/", f"phan={part['id']}"])
            acts += [[f"{root}tra-loi/", f"cau={check}&chon=1"] for check in part["checks"]]
    cookies = []
    for number in range(max(CLIENTS)):
        learner = citizens.open_account(ward, full_name=f"Học viên {number}")
        client, now = Client(), timezone.now().timestamp()
        client.force_login(learner)
        session = client.session
        session[HOW] = {"sign_in": 0, "way": Way.VNEID, "proof": Proof.VNEID2, "at": now, "seen": now + 600}
        session.save()
        cookies.append(f"sessionid={session.session_key}")
    return {
        "pages": pages[:12],
        "look": pages[:: max(1, len(pages) // 3)][:3],
        "acts": [[path, body, outbox.digest_of(QueryDict(body))] for path, body in acts],
        "cookies": cookies,
        "ids": [str(receipts.uuid7()) for _ in range(WRITES * len(CLIENTS))],
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    print(json.dumps(make(), ensure_ascii=False))
