"""Visits sent from devices, the pages of field work and its counts over a whole ward, against a bare Django view.

Processor time of what is sent is that of the web server's processes; counts and pages are measured in this process alone.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks._load import load
from benchmarks._served import SECONDS, Figures, at_each, environment, found, get, prepared, run, serving, told
from benchmarks.pages import cost
from launch import chromium

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "k" * 32
VISITS = 200  # what one device brings after a day without a signal
DEVICES = 20
PLACES, HOMES, VISITED, OWN = 42, 17_000, 20_000, 400  # a whole ward; how many homes a team's list has


def measure() -> Figures:
    """Everything in one run: the server alone on the machine, then the counts of a ward made for them."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        with serving("benchmarks._bare:application", dict(os.environ)) as (pid, base):
            figures |= at_each("bare view", pid, base, [get("/")], (1, DEVICES))
        figures |= _sent(environment(Path(folder) / "served", ""))
        figures |= _counted(environment(Path(folder) / "counted", ""))
    return figures


def _sent(env: dict[str, str]) -> Figures:
    """What devices send, each with a member of its own."""
    made = prepared("benchmarks.field", env)
    figures: Figures = made["figures"]
    with serving("hocvu.config.wsgi:application", env) as (pid, base):
        load(pid, base, made["warming"], clients=1, seconds=30.0)
        one = load(pid, base, [{**shot, "once": True} for shot in made["one"]], clients=1, seconds=120.0)
        figures |= told(f"a visit sent, {VISITS} after one another", 1, one)
        many = load(pid, base, made["many"], clients=DEVICES, seconds=SECONDS)
        figures |= told("a visit sent, all devices at once", DEVICES, many)
    sent = len(made["warming"]) + one.count + many.count
    kept = run("benchmarks.field", env, "count")
    return figures | {
        "visits in the database, of those sent": f"{kept['visits']} of {sent}",
        "of them doubted": kept["doubted"],
    }


def _counted(env: dict[str, str]) -> Figures:
    Path(env["HOCVU_DATA"]).mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.field", "whole"], env=env, cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    cookie = str(figures.pop("cookie"))
    with serving("hocvu.config.wsgi:application", env) as (_, base):
        return figures | _on_a_device(base, cookie.removeprefix("sessionid="))


def _on_a_device(base: str, session: str) -> Figures:
    """The list of a whole place on a phone whose processor is four times slower than this one."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return {"on a device": "Playwright is not installed here"}
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 360, "height": 740})
            context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
            figures = _carried(context, base)
            browser.close()
    except Error as fault:
        return {"on a device": f"not measured ({str(fault).splitlines()[0][:80]})"}
    return figures


def _carried(context: Any, base: str) -> Figures:
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{base}/tham-ho/tren-may/")
    page.get_by_role("button", name="Mang danh sách theo").click()
    page.get_by_role("button", name="Mang theo máy").click()
    page.locator("#hv-pin-1").fill("482913")
    page.locator("#hv-pin-2").fill("482913")
    figures: Figures = {}

    def timed(name: str, act: Callable[[], object], until: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        until()
        figures[f"on a device 4 times slower, {name}: ms"] = round((time.perf_counter() - began) * 1000)

    listed = page.locator("a.hv-home").first
    timed("PIN set, list sealed and drawn", page.get_by_role("button", name="Đặt mã PIN").click, listed.wait_for)
    page.evaluate("hvSealed.lock()")
    page.get_by_role("button", name="Mở danh sách").click()
    page.locator("#hv-pin-1").fill("482913")
    go = page.locator("dialog").get_by_role("button", name="Mở danh sách")
    timed("PIN typed, list opened and drawn", go.click, listed.wait_for)
    homes = page.locator("a.hv-home")
    timed(
        "all homes drawn",
        lambda: page.evaluate("location.hash = 'tat-ca'"),
        lambda: homes.nth(399).wait_for(state="attached"),
    )
    figures["homes on the device"] = homes.count()
    context.set_offline(True)
    page.evaluate("location.hash = ''")
    home = listed.get_attribute("href")
    listed.click()
    page.locator('[name="ket_qua"][value="informed"]').check()
    said = page.locator("[data-says]", has_text="Đã ghi")
    timed("a visit kept, sealed twice", page.get_by_role("button", name="Ghi lượt thăm").click, said.wait_for)
    if not home or page.evaluate("hvOutbox.everything().then((all) => all.length)") != 1:
        raise RuntimeError("the visit was not kept, so that the time says nothing")
    return figures


# ---- What devices send, in a process of its own


def make() -> dict[str, Any]:
    """A ward with a team member for each device; the visits that they send; and what needs no server."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    ward, _ = found()
    places = _places(ward, DEVICES)
    homes = _homes(ward, places, OWN * 4)
    members = [_member(ward, place, n) for n, place in enumerate(places)]
    cookies = [_cookie(member) for member in members]
    own = [[home for home in homes if home.neighbourhood_id == place.pk] for place in places]
    client = Client()
    client.force_login(members[0])
    tried = []
    for shot in _visits(own[0], cookies[0], 6):
        with CaptureQueriesContext(connection) as asked:
            body = shot["body"]
            answer = client.post(shot["path"], body, content_type=shot["headers"]["Content-Type"], headers=_named(shot))
        assert answer.status_code == 200, answer.content
        tried.append(len(asked))
    many = [
        {**shot, "client": n}
        for n, (some, cookie) in enumerate(zip(own, cookies, strict=True))
        for shot in _visits(some, cookie, VISITS)
    ]
    from hocvu.outreach.models import Visit

    Visit.objects.all().delete()
    return {
        "figures": {"queries a visit": max(tried[1:]), "devices": DEVICES},
        "warming": [{**shot, "once": True} for shot in _visits(own[0], cookies[0], 40)],
        "one": _visits(own[0], cookies[0], VISITS),
        "many": many,
    }


def count() -> dict[str, int]:
    """How many visits came, and how many of them somebody must look at."""
    import django

    django.setup()
    from hocvu.outreach.models import Visit

    return {"visits": Visit.objects.count(), "doubted": Visit.objects.exclude(state=Visit.State.COUNTS).count()}


def _named(shot: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in shot["headers"].items() if name.startswith(("X-Outbox", "Accept"))}


def _visits(homes: list[Any], cookie: str, count: int) -> list[dict[str, Any]]:
    """Visits as an outbox posts them, door after door, each with an id of its own, made in the last half hour."""
    from django.http import QueryDict
    from django.urls import reverse

    from hocvu.lib import clock
    from hocvu.ward import outbox, receipts

    path, now, shots = reverse("outreach:record_visit"), clock.now(), []
    for n in range(count):
        home, outcome = homes[n % len(homes)], ("informed", "informed", "nobody", "refused")[n % 4]
        fields = [("ho", str(home.pk)), ("ket_qua", outcome)]
        fields += [("da_noi", "movement"), ("da_noi", "safety")] if outcome == "informed" else []
        body = urlencode(fields)
        headers = {
            "Cookie": f"{cookie}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "X-Outbox-Id": str(receipts.uuid7()),
            "X-Outbox-Digest": outbox.digest_of(QueryDict(body)),
            "X-Outbox-Made": (now - timedelta(seconds=1800 - n)).isoformat(),
        }
        shots.append({"method": "POST", "path": path, "headers": headers, "body": body})
    return shots


# ---- A whole ward, in a process of its own


def whole() -> Figures:
    """Pages and counts over 17,000 homes and 20,000 visits, a few of them corrections."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.urls import path

    from hocvu.lib import clock
    from hocvu.plan import counting_visits

    call_command("build_assets", verbosity=0)
    call_command("migrate", verbosity=0)
    ward, officer = found()
    member, home = _settle(ward)
    urls = type(sys)("benchmarks_bare_urls")
    urls.urlpatterns = [path("", lambda request: HttpResponse("học"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        visitor = Client()
        bare = cost(lambda: visitor.get("/"), 300)
    team, desk = Client(), Client()
    team.force_login(member)
    desk.force_login(officer)
    figures: Figures = {"homes": HOMES, "visits": VISITED, "bare view, ms": round(bare, 3)}
    pages = {
        "visit page": (team, f"/tham-ho/ho/{home.pk}/"),
        "device page": (team, "/tham-ho/tren-may/"),
        f"list of {OWN} homes": (team, "/tham-ho/danh-sach.json"),
        "coverage": (desk, "/di-tung-ngo/"),
        "teams": (desk, "/to-cong-nghe/"),
    }
    for name, (client, address) in pages.items():
        spent = cost(lambda client=client, address=address: client.get(address), 9)  # type: ignore[misc]
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
        figures |= {
            f"{name}: CPU ms": round(spent, 1),
            f"{name}: times the bare view": round(spent / bare),
            f"{name}: queries": len(asked),
            f"{name}: kB": round(len(answer.content) / 1000, 1),
        }
    day = clock.today()
    reached = counting_visits.households_informed(ward, day)
    if reached is None or not reached.numerator:
        raise RuntimeError("no home is informed, so that the time to count them says nothing")
    spent = cost(lambda: counting_visits.households_informed(ward, day), 9)
    figures |= {"households_informed: CPU ms": round(spent, 1), "cookie": _cookie(member)}
    return figures | {"a bare row of a visit inserted: CPU ms": round(_insert(home, member), 2)}


def _insert(home: Any, member: Any) -> float:
    """What the database alone takes to keep a visit, in processor ms: what taking one in is to be compared with."""
    from hocvu.lib import clock
    from hocvu.outreach.models import Visit

    now = clock.now()

    def one() -> None:
        Visit.objects.create(
            ward=home.ward, household=home, neighbourhood_id=home.neighbourhood_id, outcome="informed", made_at=now,
            happened_on=now.date(), made_by=member,
        )  # fmt: skip

    return cost(one, 100)


def _settle(ward: Any) -> tuple[Any, Any]:
    """Homes, people and visits by rule; they go in at once, since what is measured is the counting."""
    from hocvu.lib import clock
    from hocvu.outreach.models import Visit
    from hocvu.ward.models import Person, Residence, Unit

    chance, now = random.Random(1), clock.now()
    places = _places(ward, PLACES)
    homes = _homes(ward, places, HOMES)
    people = [
        Person(ward=ward, full_name=f"Người {n}", plain_name=f"nguoi {n}", household=home,
               born_on=now.date() - timedelta(days=365 * 17 + chance.randrange(70 * 365)))
        for n, home in enumerate(homes * 2)
    ]  # fmt: skip
    Person.objects.bulk_create(people, batch_size=2000)
    lived = [
        Residence(person=one, household=home, neighbourhood_id=home.neighbourhood_id)
        for one, home in zip(people, homes * 2, strict=True)
    ]
    Residence.objects.bulk_create(lived, batch_size=2000)
    members = [_member(ward, place, n) for n, place in enumerate(places)]
    teams = {one.neighbourhood_id: one for one in Unit.objects.filter(kind=Unit.Kind.TEAM)}
    author = {place.pk: member for place, member in zip(places, members, strict=True)}
    made: list[Any] = []
    for n in range(VISITED):
        of = made[chance.randrange(len(made))] if made and n % 33 == 0 else None
        home = of.household if of else homes[chance.randrange(HOMES)]
        at = now - timedelta(minutes=chance.randrange(200 * 24 * 60))
        outcome = chance.choices(("informed", "nobody", "later", "refused", "not_found"), (60, 25, 6, 6, 3))[0]
        made.append(
            Visit(ward=ward, household=home, neighbourhood_id=home.neighbourhood_id, team=teams[home.neighbourhood_id],
                  outcome=outcome, made_at=at, believed_at=at, happened_on=at.date(), made_by=author[home.neighbourhood_id],
                  corrects=of and (of.corrects or of.pk))
        )  # fmt: skip
    Visit.objects.bulk_create(made, batch_size=1000)
    return members[0], homes[0]


# ---- Who and where


def _places(ward: Any, count: int) -> list[Any]:
    from hocvu.ward.models import Neighbourhood, Unit

    first = _long_ago()
    places = [
        Neighbourhood.objects.create(ward=ward, number=n, name=f"Tổ dân phố {n}", valid_from=first)
        for n in range(1, count + 1)
    ]
    for place in places:
        if not Unit.objects.filter(kind=Unit.Kind.TEAM, neighbourhood=place).exists():
            Unit.objects.create(
                ward=ward,
                kind=Unit.Kind.TEAM,
                neighbourhood=place,
                name=f"Tổ công nghệ số {place.number}",
                valid_from=first,
            )
    return places


def _homes(ward: Any, places: list[Any], count: int) -> list[Any]:
    """Homes over the places in turn: in alleys of about twenty doors."""
    from hocvu.ward.models import Household

    homes = [
        Household(ward=ward, code=f"B{n:05}", neighbourhood=places[n % len(places)],
                  address=f"Số {n // len(places) % 20 + 1} ngõ {n // len(places) // 20 + 1} Đằng Lâm")
        for n in range(count)
    ]  # fmt: skip
    Household.objects.bulk_create(homes, batch_size=2000)
    return homes


def _member(ward: Any, place: Any, number: int) -> Any:
    from hocvu.ward import granting
    from hocvu.ward.capabilities import Role
    from hocvu.ward.models import Account, Unit

    account = Account.objects.create(username=f"net{number}", full_name=f"Phạm Thị Nết {number}")
    team = Unit.objects.get(kind=Unit.Kind.TEAM, neighbourhood=place)
    granting.grant(
        account, Role.TEAM_MEMBER, ward=ward, unit=team, neighbourhood=place, by=None, valid_from=_long_ago()
    )
    return account


def _long_ago() -> Any:
    from datetime import date

    return date(2025, 1, 1)


def _cookie(member: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(member)
    return f"sessionid={client.session.session_key}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    acts = {"count": count, "whole": whole}
    print(json.dumps(acts.get("".join(sys.argv[1:]), make)(), ensure_ascii=False))
