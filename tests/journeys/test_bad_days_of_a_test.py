"""What may go wrong while somebody is tested and after: the power, two windows, a clock, a question, a key, a list.

Every time there is a sentence that says what to do, nothing that was answered is lost and nothing counts twice.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.journeys import answering
from tests.journeys.answering import Asked
from tests.journeys.test_a_plan_document_becomes_live import press, sign_in
from tests.journeys.test_from_an_answer_to_a_certificate import (
    begin,
    by_the_list,
    decide,
    download,
    judged,
    look_up,
    take_back,
)
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
RULE = "xac-nhan-nguoi-dan"
VALID = "Giấy này có thật và còn hiệu lực"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
KILLED_AFTER = (0.0, 0.05)  # seconds after an answer was sent

# Learners with what opens their sessions. One has done nothing yet. An ambassador saw the other two do three tasks: one
# has passed and holds the certificate, the other has but the last questions before them.
LEARNERS = """
import json
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from hocvu.assessment import practising
from hocvu.assessment.models import PracticeTask, TestRule
from hocvu.assessment.questions import marking
from hocvu.assessment.testing import attempts
from hocvu.signin import citizens, sessions
from hocvu.signin.models import Proof, Way
from hocvu.ward import receipts
from hocvu.ward.models import Account, Ward
from hocvu.ward.receipts import Parcel
ward = Ward.objects.get(is_demo=True)
rule = TestRule.objects.get(ward=ward, code="xac-nhan-nguoi-dan", valid_to=None)
seer = Account.objects.get(username="daisuso")
told = {}
def open_session(account):
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    sessions.open_session(request, account, sessions.How(Way.PHONE, Proof.PHONE))
    request.session.save()
    return request.session.session_key
told["new"] = [open_session(citizens.open_account(ward, full_name="Lương Thị Mới"))]
for key, name, stops in (("passed", "Lương Thị Đạt", 99), ("late", "Lương Văn Muộn", 11)):
    account = citizens.open_account(ward, full_name=name)
    for code in ("tu-khoa-mo-may", "goi-co-hinh", "chinh-chu-to"):
        task = PracticeTask.objects.get(ward=ward, code=code)
        practising.confirm(
            account, task, way="counter", seen=range(len(task.lines)), by=seer, parcel=Parcel(receipts.uuid7())
        )
    attempt = attempts.begin(rule, by=account)
    while (item := attempts.item_now(attempt)) is not None and item.position <= stops:
        said = marking.right(item.version.kind, item.version.content)
        attempts.answer(attempt, position=item.position, said=said, by=account)
        attempt.refresh_from_db()
    told[key] = [open_session(account), str(attempt.pk)]
print(json.dumps(told))
"""
# The key that signs, and how much of what it signed still stands.
SIGNED = """
    SELECT held.kid, count(*) FROM assessment_signingkey held JOIN assessment_certificate one ON one.key_id = held.id
    WHERE held.retired_at IS NULL AND one.revoked_at IS NULL GROUP BY held.kid
"""
JOBS = """
from hocvu.assessment import jobs
from hocvu.lib import clock
print(jobs.sign_status_lists(clock.now()), jobs.award_certificates(clock.now()))
"""


# ---- While it is sat


def test_no_answer_is_lost_or_counted_twice(own_site: Site, new_context: Callable[..., BrowserContext]) -> None:
    site, context = own_site, new_context()
    page = come_in(context, site, learners(site)["new"][0])
    begin(page, site, RULE)
    attempt = answering.attempt_of(page)
    answering.answer(page, site, attempt)  # twelve are the fewest; what follows takes seven of them

    # The power fails between an answer and the next; the learner presses in vain, comes back and goes on.
    one = until_plain(page, site, attempt)
    answering.fill_in(page, one)
    site.kill_server()
    page.get_by_role("button", name=answering.SEND).click()
    page.wait_for_url("chrome-error://**")
    site.serve_again()
    page.goto(f"{site.url}/bai-kiem-tra/")
    page.get_by_role("link", name="Làm tiếp").first.click()
    assert whole(site, attempt) == one.position - 1
    assert answering.answer(page, site, attempt) == one

    # It fails while an answer is on its way: it is saved with the next question, or neither is. Sent again it counts once.
    for seconds in KILLED_AFTER:
        one = until_plain(page, site, attempt)
        said = filled(page, one)
        page.evaluate(SEND_AND_GO_ON, said)
        time.sleep(seconds)
        site.kill_server()
        assert whole(site, attempt) in (one.position - 1, one.position)
        site.serve_again()
        assert send(page, said) == 302
        assert send(page, said) == 302
        assert whole(site, attempt) == one.position
        page.reload()

    # Two windows say different things of the same question: the first stands, and the second is told so.
    one = until_plain(page, site, attempt)
    other = context.new_page()
    other.goto(page.url)
    answering.answer(page, site, attempt)
    other.get_by_role("button", name="Tôi không biết câu này").click()
    assert f"Câu {one.position} đã có câu trả lời lưu trước đó" in other.inner_text("main"), other.inner_text("main")
    assert other.get_by_role("heading", level=1).inner_text() == f"Câu {one.position + 1}"
    assert answering.kept(site, attempt)[-1][::2] == (one.position, 1)
    assert whole(site, attempt) == one.position
    other.close()
    page.reload()

    # A button pressed twice sends twice, at the same moment.
    one = until_plain(page, site, attempt)
    page.evaluate(SEND_TWICE, filled(page, one))
    assert whole(site, attempt) == one.position
    page.reload()

    # A device that is a day ahead has as much time as any other.
    one = until_plain(page, site, attempt)
    ahead = context.new_page()
    ahead.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    ahead.goto(page.url)
    assert ahead.evaluate("Date.now()") > (time.time() + 80_000) * 1000
    assert ahead.inner_text(".hv-saved") == page.inner_text(".hv-saved")
    answering.answer(ahead, site, attempt)
    assert whole(site, attempt) == one.position
    [(answered_at, seconds)] = answering.rows(site, TIMES, attempt, one.position)
    assert datetime.fromisoformat(answered_at).replace(tzinfo=UTC) <= datetime.now(UTC) and 0 <= seconds < 600
    ahead.close()
    page.reload()

    # A question that is asked no more stays where it was asked, and counts.
    one = until_plain(page, site, attempt)
    desk = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(desk, site, "dieuphoi")
    desk.goto(f"{site.url}/cau-hoi/{dashed(one.question)}/thoi-dung/")
    desk.get_by_label("Vì sao thôi dùng").fill("Có câu khác rõ hơn.")
    press(desk, "^Thôi dùng$")
    assert "Đã thôi dùng" in desk.inner_text("main")
    page.reload()
    assert answering.answer(page, site, attempt) == one
    assert whole(site, attempt) == one.position

    while answering.asked(site, attempt) is not None:
        one = answering.answer(page, site, attempt)
    assert "Còn thiếu 3 việc thực hành" in page.inner_text("main"), page.inner_text("main")
    answers = answering.kept(site, attempt)
    assert [position for position, _, _ in answers] == list(range(1, one.position + 1))
    [counted] = answering.rows(site, "SELECT asked, right, state, passed FROM assessment_attempt WHERE id = ?", attempt)
    assert counted == (len(answers), sum(right for _, _, right in answers), "finished", 1)


TIMES = "SELECT answered_at, seconds FROM assessment_attemptitem WHERE attempt_id = ? AND position = ?"
SEND_AND_GO_ON = """(said) => {
  fetch(location.pathname, { method: "POST", body: new URLSearchParams(said), redirect: "manual" }).catch(() => {});
}"""
SEND_TWICE = """(said) => Promise.all([1, 2].map(() => (
  fetch(location.pathname, { method: "POST", body: new URLSearchParams(said), redirect: "manual" })
)))"""
FILLED = """() => new URLSearchParams(new FormData(document.querySelector('main form'))).toString()"""


def until_plain(page: Page, site: Site, attempt: str) -> Asked:
    """The question on the page, one that is answered by a single form."""
    while True:
        one = answering.asked(site, attempt)
        assert one is not None, "the test was over too soon"
        if one.kind != "screens":
            return one
        answering.pass_over(page, site, attempt)


def filled(page: Page, one: Asked) -> str:
    """The form with the right answer, as a browser would send it."""
    answering.fill_in(page, one)
    return str(page.evaluate(FILLED))


def send(page: Page, said: str) -> int:
    """Send a form that was kept; answers with which status it was taken."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    address = page.url.partition("#")[0]
    return page.request.post(address, data=said, headers=kind, max_redirects=0).status


def whole(site: Site, attempt: str) -> int:
    """How many answers are saved. They are the first ones, each once, and one question waits behind them."""
    positions = [position for position, _, _ in answering.kept(site, attempt)]
    assert positions == list(range(1, len(positions) + 1))
    waiting = answering.asked(site, attempt)
    assert waiting is not None and waiting.position == len(positions) + 1
    [(counted,)] = answering.rows(site, "SELECT asked FROM assessment_attempt WHERE id = ?", attempt)
    assert counted == len(positions)
    return counted


# ---- After it was passed


def test_a_key_that_was_lost_costs_its_holders_nothing(
    own_site: Site, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    site = own_site
    page = come_in(new_context(), site, learners(site)["passed"][0])
    code = open_certificate(page, site)
    old, new = tmp_path / "cu.jwt", tmp_path / "moi.jwt"
    download(page, "Tải tệp ký số", old)
    assert judged(site, old)["status"] == "valid"

    [(kid, signed)] = answering.rows(site, SIGNED)
    desk = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(desk, site, "quantri")
    desk.goto(f"{site.url}/cap-giay/khoa/bi-lo/")
    desk.get_by_label("Khóa bị lộ").select_option(label=kid)
    desk.get_by_label("Bị lộ từ lúc").fill(f"{datetime.now(HERE) - timedelta(minutes=5):%d/%m/%Y %H:%M}")
    desk.get_by_label("Lộ thế nào").fill("Bản sao lưu bị lấy mất.")
    press(desk, "Thôi tin khóa này")
    assert f"ký lại {signed} giấy bằng khóa mới" in desk.inner_text("main"), desk.inner_text("main")

    stranger = new_context().new_page()
    assert "khóa đã bị lộ" in checked(stranger, site, old) and "tải bản mới" in stranger.inner_text("main")
    assert judged(site, old, ends=1)["status"] == "bad"
    look_up(stranger, site, code)
    assert stranger.get_by_role("heading", name=VALID).is_visible()
    page.reload()
    download(page, "Tải tệp ký số", new)
    assert judged(site, new)["status"] == "valid"
    assert by_the_list(stranger, site, new, tmp_path)["status"] == "valid"
    assert VALID in checked(stranger, site, new)


def test_a_key_that_does_not_open_stops_nothing_that_people_need(
    own_site: Site, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    site, found = own_site, learners(own_site)
    page = come_in(new_context(), site, found["passed"][0])
    code = open_certificate(page, site)
    token = tmp_path / "giay.jwt"
    download(page, "Tải tệp ký số", token)
    sealed = answering.rows(site, "SELECT private_sealed FROM assessment_signingkey WHERE retired_at IS NULL")[0][0]
    reseal(site, b"broken")

    # A certificate is taken back all the same; whoever asks for it by its code knows at once.
    desk, leader = (new_context(viewport={"width": 1366, "height": 768}).new_page() for _ in range(2))
    sign_in(desk, site, "dieuphoi")
    sign_in(leader, site, "lanhdao")
    decide(leader, take_back(desk, site, code))
    stranger = new_context().new_page()
    answer = stranger.goto(f"{site.url}/xac-minh/{code}/")
    assert answer is not None and answer.status == 200
    assert "Giấy này đã bị thu hồi" in stranger.inner_text("main")
    [(slug,)] = answering.rows(site, "SELECT slug FROM ward_ward WHERE is_demo")
    listed = stranger.request.get(f"{site.url}/cap-giay/{slug}/trang-thai/1.jwt")
    assert listed.status == 503 and "Không có gì bị mất; hãy thử lại sau" in listed.text()
    kit = stranger.request.get(f"{site.url}/xac-minh/ngoai-tuyen/khoa.json")
    assert kit.status == 200 and kit.json()["lists"] == []

    # Who passes meanwhile has passed: the page says that the certificate comes.
    key, attempt = found["late"]
    late = come_in(new_context(), site, key)
    late.goto(f"{site.url}/bai-kiem-tra/luot/{attempt}/")
    while answering.asked(site, attempt.replace("-", "")) is not None:
        answering.answer(late, site, attempt.replace("-", ""))
    assert "Giấy xác nhận đang được làm" in late.inner_text("main"), late.inner_text("main")

    # Mended, the list is signed and the certificate issued, by themselves.
    reseal(site, sealed)
    assert by_the_list(stranger, site, token, tmp_path, ends=1)["status"] == "revoked"
    assert "Đã cấp 1 giấy" in site.manage(site.data, "shell", "-c", JOBS)
    late.reload()
    assert "Đã có giấy xác nhận" in late.inner_text("main")
    look_up(stranger, site, open_certificate(late, site))
    assert stranger.get_by_role("heading", name=VALID).is_visible()


def reseal(site: Site, sealed: bytes) -> None:
    """Write the private half of the key that signs, as a fault of a disk might."""
    with sqlite3.connect(site.data / "hocvu.sqlite3") as database:
        database.execute("UPDATE assessment_signingkey SET private_sealed = ? WHERE retired_at IS NULL", (sealed,))


def open_certificate(page: Page, site: Site) -> str:
    """The learner's own certificate; answers its code."""
    page.goto(f"{site.url}/giay-xac-nhan/")
    page.locator('a[href^="/giay-xac-nhan/"]:has(small)').first.click()
    return page.locator(".hv-cert .hv-code").inner_text()


def checked(page: Page, site: Site, token: Path) -> str:
    """What the page says of a file."""
    page.goto(f"{site.url}/xac-minh/")
    page.set_input_files("input[type=file]", token)
    press(page, "Kiểm tra tệp")
    return page.inner_text("main")


# ---- Coming in


def learners(site: Site) -> dict[str, list[str]]:
    told: dict[str, list[str]] = json.loads(site.manage(site.data, "shell", "-c", LEARNERS).splitlines()[-1])
    return told


def come_in(context: BrowserContext, site: Site, key: str) -> Page:
    context.add_cookies([{"name": "sessionid", "value": key, "url": site.url}])
    return context.new_page()


def dashed(key: str) -> str:
    return re.sub(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", key)
