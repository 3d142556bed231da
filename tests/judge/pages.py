"""What the browser shows: judged on a phone of 360 px and a narrow one of 320 px, with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK, WIDEST, DEAD_ENDS, BY_AXE = (
    (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")
    for name in ("look", "widest", "dead_ends", "by_axe")
)
GROUNDS = ("theme-dark", "theme-contrast")
PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}
# Of a long list the colours on other grounds are looked at in its first rows: the others are drawn by the same words.
FURTHER_ROWS = ["tbody tr:nth-child(n+13)", "li:nth-child(n+13)"]

# Bytes over the line with an empty cache, and requests.
LIGHT = ("signin:choose_way", "signin:sign_in", "signin:phone", "signin:phone_code", "signin:phone_name")
BUDGETS: dict[str, tuple[int, int]] = dict.fromkeys(LIGHT, (30_000, 4))
# A key answers to script alone, and what a device keeps is opened by script alone; without it these pages say so and name
# the other way.
NEEDS_SCRIPT = {
    "signin:enter_by_passkey", "signin:set_up_passkey", "signin:add_passkey",
    "outreach:on_device", "outreach:check_in_on_device",
}  # fmt: skip
CITIZEN, OFFICER = (100_000, 12), (200_000, 12)
# The device keeps this page with all its files; when it opens on a line it also asks who is here and says how it is.
BUDGETS["outreach:on_device"] = (100_000, 14)

NewContext = Callable[..., BrowserContext]


@dataclass
class Sight:
    """What was heard on the line and on the console while a page opened."""

    origin: str
    bytes: int = 0
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page before it opens; the cache stays empty."""
        listen(page, lambda: self)

    def asked(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.requests.append(url)

    def came(self, length: float) -> None:
        self.bytes += int(length)


class Phones:
    """Two phones for the whole walk, one with script and one without, each with one page; emptied between two addresses."""

    def __init__(self, new_context: NewContext) -> None:
        options = {"viewport": PHONE, "locale": "vi-VN", "reduced_motion": "reduce"}
        self.scripted = new_context(**options, service_workers="block")
        self.bare = new_context(**options, service_workers="block", java_script_enabled=False)
        self.sight = Sight("")
        self._pages: dict[BrowserContext, Page] = {}

    def look(self, origin: str, cookies: list[dict[str, Any]] | None) -> Page:
        """The page with script, for somebody with these cookies and no others; `sight` hears what it does from now on."""
        page = self._emptied(self.scripted, cookies)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict of the same keys
        self.sight = Sight(origin)
        return page

    def look_without_script(self, cookies: list[dict[str, Any]] | None) -> Page:
        """The page without."""
        return self._emptied(self.bare, cookies)

    def _emptied(self, context: BrowserContext, cookies: list[dict[str, Any]] | None) -> Page:
        context.clear_cookies()
        page = self._pages.get(context)
        if page is None or page.is_closed():
            page = self._pages[context] = context.new_page()
            if context is self.scripted:
                listen(page, lambda: self.sight)
        else:
            page.goto("about:blank")
        for other in context.pages:
            if other != page:
                other.close()
        if cookies:
            context.add_cookies(cookies)  # type: ignore[arg-type]  # a TypedDict of the same keys
        return page


def listen(page: Page, hears: Callable[[], Sight]) -> None:
    """Tell whoever hears at that moment what a page does; the cache stays empty."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.on("Network.requestWillBeSent", lambda event: hears().asked(event["request"]["url"]))
    line.on("Network.loadingFinished", lambda event: hears().came(event["encodedDataLength"]))
    page.on("console", lambda said: hears().complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: hears().complaints.append(str(error)))


def judge(phones: Phones, url: str, *, name: str = "", cookies: list[dict[str, Any]] | None = None) -> list[str]:
    """All faults of one page, each a sentence that says what and where."""
    page = phones.look(_origin(url), cookies)
    arrive(page, url)
    faults = [*faults_of_the_line(phones.sight, budget_of(page, name)), *faults_to_see(page), *faults_by_axe(page)]
    faults += faults_when_narrow(page)
    bare = phones.look_without_script(cookies)
    arrive(bare, url)
    faults += [] if name in NEEDS_SCRIPT else faults_without_script(page, bare)
    page.evaluate("try { localStorage.clear(); sessionStorage.clear() } catch {}")
    return faults


def arrive(page: Page, url: str) -> None:
    """Open a page and wait for its style and letters."""
    answer = page.goto(url, wait_until="load")
    assert answer is not None, f"{url} gave no answer"
    assert answer.status < 400, f"{url} answers {answer.status} in the browser"
    page.evaluate("document.fonts.ready.then(() => true)")


def budget_of(page: Page, name: str) -> tuple[int, int]:
    """How much a page may weigh: the officers' frame may weigh more."""
    officer = page.evaluate("document.body.classList.contains('hv-desk')")
    return BUDGETS.get(name) or (OFFICER if officer else CITIZEN)


def faults_of_the_line(sight: Sight, budget: tuple[int, int]) -> Iterator[str]:
    """Weight, number of requests, other origins, what the console complained of."""
    most_bytes, most_requests = budget
    if sight.bytes > most_bytes:
        yield f"weighs {sight.bytes:,} bytes over the line, {most_bytes:,} allowed"
    if len(sight.requests) > most_requests:
        yield f"makes {len(sight.requests)} requests, {most_requests} allowed: {', '.join(sight.requests)}"
    yield from (f"asks another origin: {url}" for url in sight.requests if _origin(url) != sight.origin)
    yield from (f"the console complains: {complaint}" for complaint in sight.complaints)


def faults_to_see(page: Page) -> list[str]:
    """Language, title, headings, line heights, sizes of what is pressed; see look.js."""
    found: list[str] = page.evaluate(LOOK)
    return found


def faults_by_axe(page: Page) -> Iterator[str]:
    """WCAG 2.2 AA by axe; colours once more on the dark and the high-contrast ground, of lists their first rows."""
    page.evaluate(AXE_SCRIPT)
    for ground, violations in page.evaluate(BY_AXE, {"tags": WCAG, "grounds": list(GROUNDS), "further": FURTHER_ROWS}):
        where = f" on {ground}" if ground else ""
        for violation in violations:
            times = f"{violation['nodes']}×, first {violation['first']}"
            yield f"axe {violation['id']}{where}: {violation['help']} ({times})"


def faults_when_narrow(page: Page) -> Iterator[str]:
    """Nothing scrolls sideways at 320 px, nor with the largest letters."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a TypedDict of the same keys
    for letters in ("", "text-larger"):
        if letters:
            page.evaluate("letters => document.documentElement.classList.add(letters)", letters)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            yield (
                f"scrolls sideways at 320 px{' with the largest letters' if letters else ''}: "
                f"{width} px wide because of {page.evaluate(WIDEST)}"
            )


def faults_without_script(page: Page, bare: Page) -> Iterator[str]:
    """Without script the page says the same and every form and link still leads somewhere."""
    # What a reader folds out is there without script too; a button that only script can serve is hidden, or the part of
    # the page around it.
    bare.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    waiting = "[...document.querySelectorAll('button[hidden], [hidden]:has(button) *')]"
    said = {*lines_of(bare), *lines_of(bare, waiting, "textContent")}
    # The pages were opened one after the other: a clock on them may have moved on.
    told = {_without_numbers(line) for line in said}
    missing = [line for line in lines_of(page) if _without_numbers(line) not in told]
    if missing:
        yield f"without script these words are missing: {' | '.join(missing)[:300]}"
    yield from bare.evaluate(DEAD_ENDS)


def _without_numbers(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def lines_of(
    page: Page, parts: str = "[document.querySelector('main') || document.body]", how: str = "innerText"
) -> list[str]:
    """The words of a page's main part, or of other parts, line by line."""
    text: str = page.evaluate(f"{parts}.map(part => part.{how}).join('\\n')")
    return [line for raw in text.splitlines() if (line := re.sub(r"\s+", " ", raw).strip())]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
