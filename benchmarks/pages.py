"""Processor time of the pages people open most, against a bare Django view of one word in the same process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TIMES = 30
PAGES: tuple[tuple[str, str, str], ...] = (
    ("", "/", "front page"),
    ("", "/chi-tieu/", "targets"),
    ("dieuphoi", "/nhiem-vu/", "task board"),
    ("dieuphoi", "/nhiem-vu/4/", "task page"),
    ("dieuphoi", "/ban-lam-viec/", "desk"),
)

Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Make a demo ward in a folder of its own and measure there, in a process that knows no other data."""
    with tempfile.TemporaryDirectory() as folder:
        settings = "hocvu.config.settings"
        env = {
            **os.environ,
            "HOCVU_DATA": folder,
            "HOCVU_ENV": "test",
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": settings,
        }
        subprocess.run([sys.executable, ROOT / "manage.py", "prepare"], env=env, check=True, capture_output=True)
        done = subprocess.run([sys.executable, "-m", "benchmarks.pages"], env=env, cwd=ROOT, check=True, stdout=-1)
    figures: Figures = json.loads(done.stdout)
    return figures


def here() -> Figures:
    """The figures of the ward in HOCVU_DATA."""
    import django

    django.setup()
    from django.http import HttpResponse
    from django.test import Client, override_settings
    from django.urls import path

    from hocvu.ward.models import Account

    # The yardstick: one word behind Django's test client, without our middleware, sessions and templates.
    urls = type(sys)("benchmarks_bare_urls")
    urls.urlpatterns = [path("", lambda request: HttpResponse("học"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        visitor = Client()
        bare = cost(lambda: visitor.get("/"), 300)
    figures: Figures = {"bare view, ms": bare}
    for username, address, name in PAGES:
        client = Client()
        if username:
            client.force_login(Account.objects.get(username=username))
        spent = cost(lambda client=client, address=address: client.get(address))  # type: ignore[misc]
        figures |= {f"{name}, ms": spent, f"{name}: times the bare view": spent / bare}
    return figures


def cost(act: Callable[[], object], times: int = TIMES) -> float:
    """The median processor time of one call, in milliseconds, after two calls that warm up."""
    spent = []
    for turn in range(times + 2):
        before = time.process_time()
        act()
        if turn >= 2:
            spent.append((time.process_time() - before) * 1000)
    return sorted(spent)[len(spent) // 2]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    print(json.dumps(here(), ensure_ascii=False))
