"""The target page and its table of neighbourhoods over 100,000 people, in processor time, against a bare Django view."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.pages import cost

ROOT = Path(__file__).resolve().parents[1]
PEOPLE, HOMES, PLACES, CONFIRMED = 100_000, 30_000, 100, 0.7

Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Make a ward of 100,000 people in a folder of its own and open its pages there."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "HOCVU_DATA": folder, "HOCVU_ENV": "test", "DATABASE_URL": ""}
        env["DJANGO_SETTINGS_MODULE"] = "hocvu.config.settings"
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.figures"], env=env, cwd=ROOT, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def here() -> Figures:
    """The figures, in this process and the data folder that HOCVU_DATA names."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.urls import path

    call_command("build_assets", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("demo", "--no-life", verbosity=0)
    target, account = _settle()
    urls = type(sys)("benchmarks_bare_urls")
    urls.urlpatterns = [path("", lambda request: HttpResponse("học"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        visitor = Client()
        bare = cost(lambda: visitor.get("/"), 300)
    figures: Figures = {"people": PEOPLE, "bare view, ms": bare}
    officer = Client()
    officer.force_login(account)
    pages = {
        "target page": lambda: officer.get(f"/chi-tieu/{target.pk}/"),
        "table of neighbourhoods": lambda: officer.get(f"/chi-tieu/{target.pk}/khu-dan-cu/"),
        "who is not reached": lambda: officer.get(f"/chi-tieu/{target.pk}/chua-dat/"),
    }
    for name, open_page in pages.items():
        spent = cost(open_page, 7)
        with CaptureQueriesContext(connection) as asked:
            _well(open_page)
        figures |= {
            f"{name}, ms": spent,
            f"{name}: times the bare view": spent / bare,
            f"{name}: queries": len(asked),
        }
    return figures


def _well(open_page: Callable[[], Any]) -> None:
    answer = open_page()
    if answer.status_code != 200:
        raise RuntimeError(f"the page answers {answer.status_code}")


def _settle() -> tuple[Any, Any]:
    """People by rule, two thirds of them confirmed; they go in at once, since what is measured is the counting."""
    from hocvu.plan.models import Denominator, ExternalConfirmation, ExternalImport, Target
    from hocvu.ward.models import Account, Household, Neighbourhood, Person, Residence, Ward

    chance, ward = random.Random(1), Ward.objects.get()
    places = list(Neighbourhood.objects.of(ward))[:PLACES]
    homes = [Household(ward=ward, code=f"B{n:05}", neighbourhood=places[n % len(places)]) for n in range(HOMES)]
    Household.objects.bulk_create(homes, batch_size=2000)
    people, lived = [], []
    for n in range(PEOPLE):
        home = homes[n % HOMES]
        born = date(1935, 1, 1) + timedelta(days=chance.randrange(90 * 365))
        people.append(Person(ward=ward, full_name=f"Người {n}", plain_name=f"nguoi {n}", born_on=born, household=home))
        lived.append(Residence(person=people[-1], household=home, neighbourhood=home.neighbourhood))
    Person.objects.bulk_create(people, batch_size=2000)
    Residence.objects.bulk_create(lived, batch_size=2000)
    Denominator.objects.create(ward=ward, population="adults", year=2026, choice="register")
    file = ExternalImport.objects.create(
        ward=ward, measure="vneid_taught", layout="people", as_of=date(2026, 6, 1), issuer="(đo)", name="x", digest="0"
    )
    told = (person for person in people if chance.random() < CONFIRMED)
    ExternalConfirmation.objects.bulk_create(
        (ExternalConfirmation(source=file, person=person, confirmed_on=file.as_of) for person in told), batch_size=5000
    )
    target = Target.objects.get(measure="vneid_taught", year=2026)
    return target, Account.objects.get(username="dieuphoi")


if __name__ == "__main__":
    print(json.dumps(here(), ensure_ascii=False))
