"""Nết goes from door to door with an old phone: fifty visits without a signal arrive once, whatever happens on the way."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_lessons_offline import DUMP, KEPT_WORDS, Line, Phone, dump, has_worker, rows, wait_until
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

# What the story presses and reads; everything that depends on how pages are drawn stands here.
DEVICE = "/tham-ho/tren-may/"
LINE = ".hv-notice"
SAYS = "[data-says]"
HOME = 'a.hv-home[href="#{}"]'
PIN = "482913"
NUMBER, TELEPHONE, NAME = "031056001234", "0912345678", "Nguyễn Thị Ba"

CAST = """
import json
from datetime import date
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from hocvu.outreach.tests.cast import make_field, make_household
from hocvu.signin import sessions
from hocvu.signin.models import Proof, Way
from hocvu.ward import living, register
cast = make_field()
cast.ba.household = cast.homes[0]
register.seal_number(cast.ba, "031056001234")
register.seal_phone(cast.ba, "0912345678")
cast.ba.save()
homes = [*cast.homes, *(make_household(cast.ward, cast.seven, f"TDP07-{n:04}", f"Số {n} ngõ {n % 5} Đằng Lâm") for n in range(4, 53))]
for home in homes:  # a household counts where somebody lives
    living.add_person(home, full_name="Trần Thị Tư", born_on=date(1970, 5, 1), only_year=False, sex="female", number="", phone="",
                      relation="", kind="permanent", day=date(2025, 8, 1), by=None)
def keys_of(account, count):
    keys = []
    for turn in range(count):
        request = RequestFactory().get("/")
        request.session, request.user = SessionStore(), AnonymousUser()
        sessions.open_session(request, account, sessions.How(Way.PASSWORD, Proof.STAFF))
        request.session.save()
        keys.append(request.session.session_key)
    return keys
print(json.dumps({"net": keys_of(cast.net, 2), "lan": keys_of(cast.lan, 1), "homes": [str(home.pk) for home in homes]}))
"""


class Forgetful(Line):
    """A line behind which the platform commits; of so many first arrivals the answer becomes a 502."""

    def __init__(self, site: Site) -> None:
        self.to_lose = 0
        self.met: set[str] = set()
        super().__init__(site)

    def _say(self, asked: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        key = asked.headers.get("X-Outbox-Id")
        if key and self.to_lose and key not in self.met and status < 400:
            self.met.add(key)
            self.to_lose -= 1
            status, headers, content = 502, [], b"Bad gateway"
        Line._say(asked, status, headers, content)


@pytest.fixture(scope="module")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform without the demo: the story brings its own teams and households."""
    folder = tmp_path_factory.mktemp("empty")
    Site.manage(folder, "prepare", "--empty")
    return folder


@pytest.fixture
def own_site(empty_world: Path, tmp_path: Path) -> Iterator[Site]:
    with Site.over(empty_world, tmp_path / "data") as site:
        yield site


@pytest.fixture
def line(own_site: Site) -> Iterator[Forgetful]:
    line = Forgetful(own_site)
    yield line
    line.server.shutdown()


@pytest.fixture
def phone(chromium: Browser, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(chromium, tmp_path / "phone")
    yield phone
    phone.context.close()


def informed(site: Site) -> int:
    """What stands for the result of task 5: the households that were told of the movement."""
    told = Site.manage(site.data, "measure", "households_informed", "--ward", "hai-an", "--json")
    return int(json.loads(told.splitlines()[-1])["numerator"])


def waiting(page: Page, count: int) -> None:
    """The page says so many, and the device holds so many."""
    if count:
        page.locator(LINE, has_text=re.compile(rf"^\s*{count} lượt chưa gửi")).first.wait_for(timeout=20_000)
    wait_until(lambda: len(dump(page)["records"]) == count, 30)


def unlock(page: Page) -> None:
    """The list opens with the PIN, where it is locked."""
    from playwright.sync_api import TimeoutError as TookTooLong

    with contextlib.suppress(TookTooLong):  # where it was open before, the page needs a moment to say so
        page.locator("a.hv-home").first.wait_for(timeout=5_000)
    if not page.locator("a.hv-home").count():
        page.get_by_role("button", name="Mở danh sách").click()
        page.locator("#hv-pin-1").fill(PIN)
        page.locator("dialog").get_by_role("button", name="Mở danh sách").click()
        page.locator("dialog").wait_for(state="detached")
    page.locator("a.hv-home").first.wait_for()


def visit(page: Page, home: str, outcome: str) -> None:
    """Four taps at a door: the household, the outcome, what was shown, the button."""
    page.evaluate("location.hash = ''")
    page.locator(HOME.format(home)).click()
    form = page.locator('form[data-outbox="/tham-ho/ghi/"]')
    form.locator(f'[name="ket_qua"][value="{outcome}"]').check()
    if outcome == "informed":
        form.locator('[name="da_noi"][value="movement"]').check()
    form.get_by_role("button").last.click()
    page.locator(SAYS, has_text="Đã ghi").wait_for()
    page.evaluate("document.querySelector('[data-says]').textContent = ''")


def test_fifty_visits_without_a_signal_arrive_once(own_site: Site, line: Forgetful, phone: Phone) -> None:
    told = json.loads(Site.manage(own_site.data, "shell", "-c", CAST).splitlines()[-1])
    homes = told["homes"]

    # With a signal the list is taken along, under a PIN.
    phone.sign_in(line.url, told["net"][0])
    page = phone.page
    page.goto(line.url + DEVICE)
    has_worker(page)
    page.get_by_role("button", name="Mang danh sách theo").click()
    page.get_by_role("button", name="Mang theo máy").click()
    page.locator("#hv-pin-1").fill(PIN)
    page.locator("#hv-pin-2").fill(PIN)
    page.get_by_role("button", name="Đặt mã PIN").click()
    page.locator(SAYS, has_text=f"Đã mang {len(homes)} hộ").wait_for()

    # Airplane mode: twenty-five visits, the page again, twenty-five more.
    phone.context.set_offline(True)
    for number, home in enumerate(homes[:25]):
        visit(page, home, "nobody" if number % 5 == 4 else "informed")
    waiting(page, 25)
    page.reload()
    unlock(page)
    waiting(page, 25)
    for home in homes[25:50]:
        visit(page, home, "informed")
    waiting(page, 50)

    # The battery dies; without a signal everything is there.
    line.mode = "no signal"
    phone.kill()
    phone.open()
    page = phone.page
    phone.context.set_offline(True)
    page.goto(line.url + DEVICE)
    page.locator(LINE, has_text="50 lượt chưa gửi").first.wait_for(timeout=20_000)  # the list may be locked again
    unlock(page)
    waiting(page, 50)

    # Nothing on the device can be read: no number, no phone, no name, no household.
    held = json.dumps([dump(page), page.evaluate(DUMP, "hv-sealed")], ensure_ascii=False)
    held += page.evaluate("JSON.stringify(localStorage)") + page.evaluate(KEPT_WORDS)
    assert not re.search("|".join((NUMBER, TELEPHONE, NAME, "Đằng Lâm", "TDP07", homes[0])), held)

    # The session is dead, then somebody else signs in: everything stays, nothing is sent.
    phone.sign_in(line.url, "nobody")
    line.mode = ""
    phone.context.set_offline(False)
    page.goto(line.url + DEVICE)
    page.locator(LINE, has_text="Hãy đăng nhập lại").wait_for(timeout=15_000)
    phone.sign_in(line.url, told["lan"][0])
    page.goto(f"{line.url}/tham-ho/")
    page.locator(LINE, has_text="Máy này còn 50 ").wait_for(timeout=15_000)
    assert len(dump(page)["records"]) == 50
    assert rows(own_site, "outreach_visit") == 0

    # The right one does. The platform takes twenty and each time answers 502.
    line.to_lose = 20
    phone.sign_in(line.url, told["net"][1])
    page.goto(f"{line.url}/tham-ho/")
    wait_until(lambda: rows(own_site, "outreach_visit") == 3)  # after three bad answers the rest waits
    waiting(page, 50)
    while line.to_lose:
        page.get_by_role("button", name="Gửi ngay").first.click()
        lost = line.to_lose
        wait_until(lambda lost=lost: line.to_lose < lost, 30)
        time.sleep(0.5)

    # Two tabs at once on a slow line, then once more.
    line.delay = 0.1
    other = phone.context.new_page()
    other.goto(f"{line.url}/tham-ho/")
    page.reload()
    waiting(page, 0)
    other.reload()
    assert other.locator(LINE, has_text="chưa gửi").count() == 0
    other.close()
    line.delay = 0
    assert rows(own_site, "outreach_visit") == rows(own_site, "ward_receipt") == 50
    results = [one["result"] for one in dump(page)["receipts"] if "result" in one]
    assert len(results) == 50
    assert (
        results.count("duplicate") >= 20
    )  # those whose answer was lost, and what was under way as the page was loaded anew
    assert informed(own_site) == 45

    # One was wrong: it is corrected, not edited, and the figure follows.
    # The list went when somebody else signed in, so that she opens the household's own page.
    page.goto(f"{line.url}/tham-ho/ho/{homes[30]}/")
    page.locator('main a[href^="/tham-ho/luot/"]:not([href="/tham-ho/luot/"])').first.click()
    page.get_by_role("link", name="Đính chính lượt này").click()
    form = page.locator('form[data-outbox="/tham-ho/ghi/"]')
    form.locator('[name="ket_qua"][value="refused"]').check()
    form.locator('[name="ly_do"]').fill("Bấm nhầm")
    form.get_by_role("button").last.click()
    form.wait_for(state="detached")  # the page of what followed comes by itself
    page.wait_for_load_state("load")
    wait_until(lambda: rows(own_site, "outreach_visit") == 51)
    waiting(page, 0)
    assert informed(own_site) == 44
