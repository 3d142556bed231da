"""Bà Nụ learns where there is no signal: nothing that she does is lost, nothing is doubled, nobody else can read it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import CHROMIUM_FLAGS
from launch import chromium as chromium_of_the_machine
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

# What the story presses and reads; everything that depends on how pages are drawn stands here.
NEXT = 'form[data-outbox$="/xong/"] button'
CHECK = 'form[data-outbox$="/tra-loi/"]'
BEGIN_DOWNLOAD = "[data-begin]"
DOWNLOAD_SAYS = "[data-says]"
LINE = ".hv-notice"
PART_ONE = "/hoc/bai/khong-doc-ma-thu/1/?khoa=an-toan-thu"
PART_TWO = "/hoc/bai/khong-doc-ma-thu/2/?khoa=an-toan-thu"
DOWNLOAD = "/hoc/khoa/an-toan-thu/tai/"
MINE = "/hoc/cua-toi/"
COURSE = "/hoc/khoa/an-toan-thu/"
HEADING_ONE, HEADING_TWO, HEADING_OVER = "Không đọc mã OTP", "Có người lạ gọi", "Đã hết bài"

CAST = """
import json, sys
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from hocvu.learning import publishing, storing
from hocvu.learning.models import Media
from hocvu.learning.tests.cast import BLOCKS, make_course, make_lesson
from hocvu.signin import citizens, sessions
from hocvu.signin.models import Proof, Way
from hocvu.ward.tests.cast import make_ward
ward = make_ward()
sound = {"kind": "audio", "id": "nghe", "title": "Nghe", "media": "nghe.opus", "transcript": "Lời."}
lesson = make_lesson(ward, "khong-doc-ma-thu", blocks=[*BLOCKS, sound])
variants = {"main": storing.put(bytes(range(250)) * 40, ".opus", "audio/ogg")}
Media.objects.create(ward=ward, lesson=lesson, name="nghe.opus", kind="audio", origin="file", digest="x", variants=variants)
publishing.publish(lesson.published, by=None)  # with its sound
make_course(ward, lesson, slug="an-toan-thu")
keys = {}
for name in ("Nguyễn Thị Nụ", "Phạm Văn Sáu"):
    account = citizens.open_account(ward, full_name=name)
    for turn in range(3):
        request = RequestFactory().get("/")
        request.session, request.user = SessionStore(), AnonymousUser()
        sessions.open_session(request, account, sessions.How(Way.PHONE, Proof.PHONE))
        request.session.save()
        keys.setdefault(name, []).append(request.session.session_key)
print(json.dumps(keys))
"""


NEWER = """
from hocvu.learning import publishing
from hocvu.learning.models import Lesson, LessonVersion
lesson = Lesson.objects.get(slug="khong-doc-ma-thu")
old = lesson.published
blocks = [{**old.blocks[0], "text": "Lời mới hơn."}, *old.blocks[1:]]
new = LessonVersion.objects.create(
    lesson=lesson, number=2, state="approved", title=old.title, summary=old.summary, groups=old.groups, blocks=blocks,
    rule=old.rule,
)
publishing.publish(new, by=None)
"""


class Line:
    """The way between a device and the platform, which a story may spoil: `mode` is what happens to it."""

    def __init__(self, site: Site) -> None:
        self.site, self.mode, self.delay = site, "", 0.0
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                line.pass_on(self)

            do_POST = do_GET

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pass_on(self, asked: BaseHTTPRequestHandler) -> None:
        if self.mode == "no signal":
            # A browser that has just been opened may send from behind its pages before it is told that it is offline.
            asked.close_connection = True
            return
        content = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        is_sending = asked.command == "POST" and "X-Outbox-Id" in asked.headers
        path = asked.path.replace("?schema=2", "")
        if is_sending or self.mode == "slow":
            time.sleep(self.delay)
        if self.mode == "portal" and (is_sending or path == "/hoc/toi.json"):
            self._say(asked, 200, [("Content-Type", "text/html")], b"<html>Wi-Fi: please sign in</html>")
            return
        if self.mode == "upgrade, not sending" and path == "/hoc/toi.json":
            self._say(asked, 503, [], b"")
            return
        back = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        headers = {name: text for name, text in asked.headers.items() if name not in ("Connection", "Accept-Encoding")}
        back.request(asked.command, path, content, headers)
        answer = back.getresponse()
        said = answer.read()
        if is_sending and self.mode == "502 after commit":
            self._say(asked, 502, [], b"Bad gateway")
            return
        if self.mode.startswith("upgrade"):
            said = self._upgraded(asked.path, said)
        skipped = ("content-length", "connection", "transfer-encoding")
        self._say(asked, answer.status, [(n, t) for n, t in answer.getheaders() if n.lower() not in skipped], said)

    @staticmethod
    def _upgraded(path: str, said: bytes) -> bytes:
        """A later build: another version, another script of the outbox that writes records in another form."""
        if path.startswith("/static/outbox"):
            said = said.replace(b"const SCHEMA = 2;", b"const SCHEMA = 3;")
            return said.replace(b"2: (record) => record }", b"2: (record) => record, 3: (record) => record }")
        if path.startswith("/static/"):
            return said
        said = re.sub(rb"(/static/outbox\.\w+\.js)", rb"\1?schema=2", said)
        return said.replace(b'"version": "', b'"version": "later-') if path == "/sw.js" else said

    @staticmethod
    def _say(asked: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        try:
            asked.send_response_only(status)
            for name, text in headers:
                asked.send_header(name, text)
            asked.send_header("Content-Length", str(len(content)))
            asked.end_headers()
            asked.wfile.write(content)
        except OSError:
            asked.close_connection = True


@pytest.fixture(scope="module")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform without the demo: the story brings its own commune, course and learners."""
    folder = tmp_path_factory.mktemp("empty")
    Site.manage(folder, "prepare", "--empty")
    return folder


@pytest.fixture
def own_site(empty_world: Path, tmp_path: Path) -> Iterator[Site]:
    with Site.over(empty_world, tmp_path / "data") as site:
        yield site


@pytest.fixture
def line(own_site: Site) -> Iterator[Line]:
    line = Line(own_site)
    yield line
    line.server.shutdown()


@pytest.fixture
def keys(own_site: Site) -> dict[str, list[str]]:
    """Sessions of Nụ and of Sáu, ready to be put into a browser."""
    told: dict[str, list[str]] = json.loads(Site.manage(own_site.data, "shell", "-c", CAST).splitlines()[-1])
    return told


@pytest.fixture
def phone(chromium: Browser, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(chromium, tmp_path / "phone")
    yield phone
    phone.context.close()


class Phone:
    """A browser with a memory: it can be killed and comes back with what it kept."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        self.chromium, self.folder = chromium, folder
        self.open()

    def open(self) -> None:
        self.context: BrowserContext = self.chromium.browser_type.launch_persistent_context(
            self.folder, executable_path=chromium_of_the_machine.find(), args=list(CHROMIUM_FLAGS), headless=True,
            viewport={"width": 360, "height": 740}, locale="vi-VN", service_workers="allow",
        )  # fmt: skip
        self.page = self.context.new_page()

    def kill(self) -> None:
        """As when the battery dies: no event, no tidying up."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    words = (folder / "cmdline").read_bytes()
                except OSError:
                    continue
                if f"--user-data-dir={self.folder}".encode() in words:
                    os.kill(int(folder.name), signal.SIGKILL)

    def sign_in(self, url: str, key: str) -> None:
        self.context.clear_cookies()
        cookie = {"name": "sessionid", "value": key, "url": url, "expires": time.time() + 86400}
        self.context.add_cookies([cookie])  # type: ignore[list-item]


def rows(site: Site, table: str) -> int:
    with sqlite3.connect(site.data / "hocvu.sqlite3") as database:
        count: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return count


DUMP = """async (name) => {
  const database = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
  const all = {};
  for (const store of database.objectStoreNames) {
    all[store] = await new Promise((done) => { const asked = database.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => done(asked.result); });
  }
  database.close();
  return all;
}"""
SLICE = """async ([url, range]) => {
  const answer = await fetch(url, { headers: { Range: range } });
  return [answer.status, answer.headers.get("Content-Range"), Array.from(new Uint8Array(await answer.arrayBuffer()))];
}"""
AN_HOUR_AGO = """async () => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const note = await (await cache.match("/hoc/tren-may/khoa.json"))?.json();
    if (note) await cache.put("/hoc/tren-may/khoa.json", new Response(JSON.stringify({ ...note, checked: note.checked - 3700000 })));
  }
}"""
KEPT_BYTES = """async (urls) => {
  let sum = 0;
  for (const url of urls) sum += (await (await caches.match(url, { ignoreVary: true })).blob()).size;
  return sum;
}"""
KEPT_WORDS = """async () => {
  let words = "";
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const one of await cache.keys()) words += one.url + " " + (await (await cache.match(one)).text()) + "\\n";
  }
  return words;
}"""


def dump(page: Page) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = page.evaluate(DUMP, "hv-outbox")
    return told


def wait_until(holds: Callable[[], Any], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


def waiting(page: Page, count: int) -> None:
    """The line of the page says so many, and the device holds so many."""
    if count:
        page.locator(LINE, has_text=re.compile(rf"^\s*{count} điều chưa gửi")).first.wait_for(timeout=15_000)
    wait_until(lambda: len(dump(page)["records"]) == count)


def answer_check(page: Page, choice: int) -> None:
    page.locator(f'{CHECK} [name="chon"]').nth(choice).check()
    page.locator(f"{CHECK} button").first.click()


def has_worker(page: Page) -> None:
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), 30)


def test_what_is_learned_without_a_signal_arrives_once(
    own_site: Site, line: Line, keys: dict[str, list[str]], phone: Phone
) -> None:
    nu, sau = keys["Nguyễn Thị Nụ"], keys["Phạm Văn Sáu"]

    # The size is said first, and it is the size.
    phone.sign_in(line.url, nu[0])
    page = phone.page
    page.goto(line.url + MINE)
    has_worker(page)
    page.goto(line.url + DOWNLOAD)
    assert re.search(r"chiếm \d", page.locator("main").inner_text())
    page.locator(BEGIN_DOWNLOAD).click()
    page.locator(DOWNLOAD_SAYS, has_text="Đã có đủ").wait_for(timeout=60_000)
    package = page.request.get(f"{line.url}/hoc/khoa/an-toan-thu/goi.json").json()
    urls = [item["url"] for part in ("pages", "assets", "media") for item in package[part]]
    assert abs(page.evaluate(KEPT_BYTES, urls) - package["bytes"]) < 0.2 * package["bytes"]

    # A line that takes long is not waited for where there is a copy.
    line.mode, line.delay = "slow", 8
    begun = time.monotonic()
    page.goto(line.url + PART_ONE)
    assert page.get_by_role("heading", level=1).inner_text() == HEADING_ONE
    assert time.monotonic() - begun < 5
    line.mode, line.delay = "", 0

    # Airplane mode: pages open, what is done is kept, right and wrong are told.
    phone.context.set_offline(True)
    page.goto(line.url + PART_ONE)
    page.locator(NEXT).click()
    page.get_by_role("heading", name=HEADING_TWO, level=1).wait_for()
    answer_check(page, 0)
    answer_check_again = page.locator(LINE, has_text="2 điều chưa gửi")
    answer_check_again.first.wait_for()
    assert page.locator(f"{CHECK} [role=status]").inner_text().startswith("Chưa đúng")
    answer_check(page, 1)
    waiting(page, 3)
    assert page.locator(f"{CHECK} [role=status]").inner_text().startswith("Đúng rồi")
    page.locator(NEXT).click()
    page.get_by_role("heading", name=HEADING_OVER, level=1).wait_for()
    waiting(page, 4)
    page.goto(f"{line.url}/hoc/bai/khong-co-tren-may/1/")
    assert page.get_by_role("heading", level=1).inner_text() == "Đang không có mạng"
    page.get_by_role("link", name="An toàn trên mạng").wait_for()

    # What is heard can be wound on, without a network too.
    (sound,) = (item["url"] for item in package["media"])
    assert page.evaluate(SLICE, [sound, "bytes=100-104"]) == [206, "bytes 100-104/10000", [100, 101, 102, 103, 104]]
    assert page.evaluate(SLICE, [sound, "bytes=-2"])[1] == "bytes 9998-9999/10000"
    assert page.evaluate(SLICE, [sound, "bytes=20000-"])[0] == 416

    # Nothing of it can be read on the device.
    kept = json.dumps(dump(page), ensure_ascii=False)
    assert not re.search(r'khong-doc-ma|"phan"|"dau"|hoi-1|/xong/|tra-loi|Nụ', kept)
    assert all(set(one) == {"id", "schema", "owner", "made", "state", "sealed"} for one in dump(page)["records"])

    # The battery dies. Later, still without a signal, everything is there.
    line.mode = "no signal"
    phone.kill()
    phone.open()
    page = phone.page
    phone.context.set_offline(True)
    page.goto(line.url + PART_TWO)
    waiting(page, 4)

    # The session is dead: everything stays, and the page says what to do.
    phone.sign_in(line.url, "nobody")
    line.mode = ""
    phone.context.set_offline(False)
    page.goto(line.url + PART_TWO)
    page.locator(LINE, has_text="Hãy đăng nhập lại").wait_for(timeout=15_000)
    waiting(page, 4)

    # Somebody else's session sends nothing of hers.
    phone.sign_in(line.url, sau[0])
    page.goto(line.url + MINE)
    page.locator(LINE, has_text="4 điều chưa gửi của người dùng máy trước").wait_for(timeout=15_000)
    assert rows(own_site, "learning_learningact") == 0

    # The server commits but the answer is lost; then a portal answers in its stead.
    line.mode = "502 after commit"
    phone.sign_in(line.url, nu[1])
    page.goto(line.url + MINE)
    wait_until(lambda: rows(own_site, "learning_learningact") == 3)  # after three bad answers the rest waits
    waiting(page, 4)
    line.mode = "portal"
    page.get_by_role("button", name="Gửi ngay").click()
    time.sleep(1)
    waiting(page, 4)

    # Two tabs at once on a slow line, then once more.
    line.mode, line.delay = "", 0.3
    other = phone.context.new_page()
    other.goto(line.url + MINE)
    page.reload()
    waiting(page, 0)
    other.reload()
    assert other.locator(LINE, has_text="chưa gửi").count() == 0
    assert rows(own_site, "learning_learningact") == rows(own_site, "ward_receipt") == 4
    assert (
        rows(own_site, "learning_progress") == rows(own_site, "learning_progress WHERE completed_at IS NOT NULL") == 1
    )
    assert sorted(one["result"] for one in dump(page)["receipts"] if "result" in one) == [
        "accepted",
        *["duplicate"] * 3,
    ]
    other.close()

    # The lesson gets a newer version: the copy is shown once more, and is renewed behind it.
    Site.manage(own_site.data, "shell", "-c", NEWER)
    page.evaluate(AN_HOUR_AGO)
    old = [name for name in page.evaluate("caches.keys()") if name.startswith("hv-khoa-")]
    page.goto(line.url + PART_ONE)
    assert page.get_by_text("Lời mới hơn.").count() == 0
    wait_until(lambda: not set(old) & set(page.evaluate("caches.keys()")), 30)
    page.goto(line.url + PART_ONE)
    assert page.get_by_text("Lời mới hơn.").is_visible()

    # After signing out nothing of her is on the device.
    page.goto(f"{line.url}/toi/")
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(line.url + PART_ONE)
    wait_until(lambda: not dump(page)["owner"])
    assert page.evaluate("Object.keys(localStorage).join()") == ""
    assert not re.search(r'Nụ|name="csrfmiddlewaretoken"|<meta name="hv-owner"', page.evaluate(KEPT_WORDS))


def test_a_guests_learning_is_joined_and_a_new_build_loses_nothing(
    own_site: Site, line: Line, keys: dict[str, list[str]], new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context(service_workers="allow")
    page = context.new_page()

    # Nobody is signed in: it stays on the device, and the pages know where to go on.
    page.goto(line.url + PART_ONE)
    has_worker(page)
    page.locator(NEXT).click()
    page.get_by_role("heading", name=HEADING_TWO, level=1).wait_for()
    assert page.locator(".hv-contents .is-done").inner_text().split() == ["✓", *HEADING_ONE.split(), "(đã", "xong)"]
    page.goto(f"{line.url}/hoc/")
    page.get_by_role("link", name="Học tiếp phần 2").wait_for()
    page.goto(line.url + COURSE)
    page.get_by_role("link", name=f"Học tiếp phần 2: {HEADING_ONE}").wait_for()
    page.locator("li .hv-tag", has_text="Đang học").wait_for()
    assert len(dump(page)["records"]) == 1
    assert rows(own_site, "learning_learningact") == 0

    # She signs in and says that it was she.
    context.add_cookies([{"name": "sessionid", "value": keys["Nguyễn Thị Nụ"][0], "url": line.url}])
    page.goto(line.url + MINE)
    page.locator(LINE, has_text="có 1 việc đã học khi chưa đăng nhập").wait_for()
    page.get_by_role("button", name="Đúng, ghi cho tôi").click()
    wait_until(lambda: rows(own_site, "learning_learningact") == 1)
    waiting(page, 0)

    # A record waits while a later build comes, whose script writes another form.
    page.goto(line.url + PART_TWO)
    line.mode = "upgrade, not sending"
    answer_check(page, 0)
    waiting(page, 1)
    old = page.evaluate("caches.keys()")
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    wait_until(lambda: any("later" in name for name in page.evaluate("caches.keys()")), 30)
    wait_until(lambda: not set(old) & set(page.evaluate("caches.keys()")), 30)
    page.goto(line.url + PART_TWO)
    waiting(page, 1)
    answer_check(page, 1)
    waiting(page, 2)
    assert [one["schema"] for one in dump(page)["records"]] == [2, 3]
    line.mode = "upgrade"
    page.goto(line.url + MINE)
    waiting(page, 0)
    assert rows(own_site, "learning_learningact") == 3
