"""Processor time of signing in by password and of the sign-in page, against a bare Django view of one word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.pages import cost

ROOT = Path(__file__).resolve().parents[1]
DOOR = "/dang-nhap/can-bo/"
PASSWORD = "một câu đủ dài để nhớ"

Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Make an empty installation in a folder of its own and measure there, with the password hash of production."""
    with tempfile.TemporaryDirectory() as folder:
        settings = "hocvu.config.settings"
        env = {
            **os.environ,
            "HOCVU_DATA": folder,
            "HOCVU_ENV": "development",  # the tests' quick hash would measure nothing
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": settings,
        }
        made = [sys.executable, str(ROOT / "manage.py"), "prepare", "--empty"]
        subprocess.run(made, env=env, check=True, capture_output=True)
        done = subprocess.run([sys.executable, "-m", "benchmarks.signin"], env=env, cwd=ROOT, check=True, stdout=-1)
    figures: Figures = json.loads(done.stdout)
    return figures


def here() -> Figures:
    """The figures of the installation in HOCVU_DATA."""
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.http import HttpResponse
    from django.test import Client, override_settings
    from django.urls import path

    from hocvu.signin import second_step
    from hocvu.ward.models import Account

    # The yardstick: one word behind Django's test client, without our middleware, sessions and templates.
    urls = type(sys)("benchmarks_bare_urls")
    urls.urlpatterns = [path("", lambda request: HttpResponse("học"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        visitor = Client()
        bare = cost(lambda: visitor.get("/"), 300)
    lan = Account.objects.create_account("lan", "Nguyễn Thị Lan", PASSWORD)

    def come_in() -> None:
        answer = Client().post(DOOR, {"username": "lan", "password": PASSWORD})
        assert answer.status_code == 302, answer.status_code

    def guess_a_code() -> None:
        second_step.check(lan, "000000", address="203.113.7.19")

    acts = {
        "sign-in page": cost(lambda: Client().get(DOOR)),
        "password hash alone (Argon2id)": cost(lambda: make_password(PASSWORD), 10),
        "signing in by password": cost(come_in, 10),
        "judging a code of the app": cost(guess_a_code, 3),  # a door closes after five
    }
    figures: Figures = {"bare view, ms": bare}
    for name, spent in acts.items():
        figures |= {f"{name}, ms": spent, f"{name}: times the bare view": spent / bare}
    return figures


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    print(json.dumps(here(), ensure_ascii=False))
