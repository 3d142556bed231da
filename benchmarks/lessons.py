"""A lesson page and a write of progress on SQLite and PostgreSQL, against a bare Django view and Kolibri 0.19.5.

Processor time is that of the web server's processes; a database server's own comes on top. Besides, what a first visit
weighs and how soon it stands on a slow line (400 kbit/s, 400 ms, a processor four times slower), in Chromium.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import _kolibri
from benchmarks._load import load
from benchmarks._served import (
    SECONDS,
    Figures,
    at_each,
    cookie_of,
    environment,
    found,
    get,
    make_database,
    prepared,
    serving,
    told,
)
from launch import chromium, postgres

CLIENTS = (1, 8, 32)
WRITES = 1500  # at most in one measuring
PEER = "HOCVU_BENCH_PEER"  # a folder that keeps Kolibri from one run to the next
GATHER = """
  window.seen = { lcp: 0, cls: 0 };
  new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.lcp = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((l) => { for (const e of l.getEntries()) if (!e.hadRecentInput) seen.cls += e.value; })
    .observe({ type: 'layout-shift', buffered: true });
"""


def measure() -> Figures:
    """Everything in one run, each server alone on the machine while it is measured."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        with serving("benchmarks._bare:application", dict(os.environ)) as (pid, base):
            figures |= at_each("bare view", pid, base, [get("/")], CLIENTS)
        figures |= _ours("SQLite", Path(folder) / "sqlite", "", look=True)
        if (programs := postgres.programs()) is None:
            figures["PostgreSQL"] = "its server is not installed here"
        else:
            with postgres.cluster(programs) as url:
                make_database(url)
                figures |= _ours("PostgreSQL", Path(folder) / "postgresql", url, look=False)
        figures |= _peer(Path(os.environ.get(PEER) or Path(folder) / "kolibri"))
    return figures


def _ours(engine: str, data: Path, url: str, *, look: bool) -> Figures:
    """The figures of a ward made for this, on one engine."""
    env = environment(data, url)
    made = prepared("benchmarks.lessons", env)
    pages, cookies = made["pages"], made["cookies"]
    figures: Figures = {}
    with serving("hocvu.config.wsgi:application", env) as (pid, base):
        anonymous = [get(page) for page in pages]
        signed_in = [get(page, cookie) for cookie in cookies[:8] for page in pages]
        figures |= at_each(f"{engine}, lesson page", pid, base, anonymous, CLIENTS)
        figures |= at_each(f"{engine}, lesson page signed in", pid, base, signed_in, CLIENTS)
        for turn, clients in enumerate(CLIENTS):
            writes = _writes(made["acts"], cookies[:clients], made["ids"][turn * WRITES :][:WRITES])
            figures |= told(
                f"{engine}, progress write", clients, load(pid, base, writes, clients=clients, seconds=SECONDS)
            )
        if look:
            figures |= _looked_at(base, [*made["look"], "/hoc/"])
    return figures


def _peer(folder: Path) -> Figures:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _kolibri.running(folder) as peer:
            figures = at_each("Kolibri, learner's home", peer.pid, _kolibri.BASE, peer.home, CLIENTS)
            return figures | at_each("Kolibri, progress write", peer.pid, _kolibri.BASE, peer.write, CLIENTS)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as fault:
        return {"Kolibri": f"could not be had here ({type(fault).__name__}), so that it is not measured"}


# ---- Requests


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

    from hocvu.learning import lesson_files, loading
    from hocvu.learning.models import Lesson
    from hocvu.signin import citizens
    from hocvu.ward import outbox, receipts

    ward, officer = found()
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
        cookies.append(cookie_of(learner))
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
