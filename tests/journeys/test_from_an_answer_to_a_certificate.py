"""Someone at home learns, is tested and sees practice confirmed; the certificate comes by itself. A stranger checks it on
another phone, the target of adults moves by one; two people take it back, and both see that at once."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pdfplumber
import pytest

from hocvu.assessment.questions import marking
from tests.journeys import answering
from tests.journeys.test_a_plan_document_becomes_live import press, sign_in
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
PIN = "4816"
RULE, TITLE = "xac-nhan-nguoi-dan", re.compile("^Xác nhận mức Tự làm, người dân")
ON_SCREENS = "chuyen-tien-an-toan"  # the practice task that is done on the drawn phone
# An adult of the later households, whom nobody else of the demo world is told of, known by name and day of birth.
ADULT = """
    SELECT person.id, person.full_name, person.born_on
    FROM ward_person person JOIN ward_household home ON home.id = person.household_id
    WHERE home.code >= 'T03' AND person.born_on BETWEEN '1960-01-01' AND '2000-01-01' AND NOT person.only_year
      AND person.died_on IS NULL AND person.merged_into_id IS NULL AND person.restricted_at IS NULL
      AND person.id NOT IN (SELECT person_id FROM ward_account WHERE person_id NOT NULL)
      AND person.id NOT IN (SELECT person_id FROM assessment_certificate WHERE person_id NOT NULL)
      AND (SELECT count(*) FROM ward_person other WHERE other.plain_name = person.plain_name) = 1
    ORDER BY home.code, person.id LIMIT 1
"""
TARGET = "SELECT id FROM plan_target WHERE measure = 'adults_skilled' AND withdrawn_at IS NULL AND year = ?"
WAY = """
    SELECT version.content FROM assessment_screentry try
    JOIN assessment_questionversion version ON version.id = try.version_id WHERE try.id = ?
"""
FOCUSED = "(wanted) => document.activeElement.matches(wanted)"


@dataclass(frozen=True, slots=True)
class Learner:
    """Whom the story is of."""

    key: str
    name: str
    born_on: date

    @classmethod
    def of(cls, site: Site) -> Learner:
        [(key, name, born_on)] = answering.rows(site, ADULT)
        return cls(f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}", name, date.fromisoformat(born_on))


def test_it_comes_by_itself_is_checked_by_a_stranger_and_is_taken_back_by_two(
    own_site: Site, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    site, learner = own_site, Learner.of(own_site)
    desk = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(desk, site, "dieuphoi")
    before = skilled_adults(desk, site)
    phone = come_in_by_card(desk, new_context().new_page(), site, learner)

    find_a_lesson(phone, site)
    pass_the_test(phone, site)
    counter = new_context().new_page()
    sign_in(counter, site, "daisuso")
    for task in ("Tự khóa và mở máy của mình", "Gọi có hình cho người thân"):
        confirm(counter, site, learner, task)
    phone.goto(f"{site.url}/giay-xac-nhan/")
    assert "Còn thiếu 1 việc thực hành" in phone.inner_text("main")
    practise_by_keys(phone, site)

    # Nobody did anything more, and it is there.
    phone.goto(f"{site.url}/giay-xac-nhan/")
    phone.get_by_role("link", name=TITLE).click()
    paper, token = tmp_path / "giay.pdf", tmp_path / "giay.jwt"
    download(phone, "Tải giấy để in", paper)
    download(phone, "Tải tệp ký số", token)
    code = phone.locator(".hv-cert .hv-code").inner_text()
    with pdfplumber.open(io.BytesIO(paper.read_bytes())) as document:
        printed = document.pages[0].extract_text()
    assert learner.name in printed and code in printed
    assert skilled_adults(desk, site) == before + 1

    # A stranger, on another phone, with the paper in the hand.
    stranger = new_context().new_page()
    look_up(stranger, site, code)
    assert stranger.get_by_role("heading", name="Giấy này có thật và còn hiệu lực").is_visible()
    assert learner.name not in stranger.content()
    compare(stranger, learner.name, "Tên khớp")
    compare(stranger, "Nguyễn Văn Khác", "Tên không khớp")
    stranger.goto(f"{site.url}/xac-minh/")
    stranger.set_input_files("input[type=file]", token)
    press(stranger, "Kiểm tra tệp")
    assert stranger.get_by_role("heading", name="Giấy này có thật và còn hiệu lực").is_visible()
    assert judged(site, token)["status"] == "valid"
    alone = by_the_list(stranger, site, token, tmp_path)
    assert (alone["status"], alone["fields"]["revocation_checked"]) == ("valid", True)

    # Two people take it back; the next request knows.
    href = take_back(desk, site, code)
    look_up(stranger, site, code)
    assert stranger.get_by_role(
        "heading", name="Giấy này có thật và còn hiệu lực"
    ).is_visible()  # proposed is not revoked
    leader = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(leader, site, "lanhdao")
    decide(leader, href)
    stranger.reload()
    said = stranger.inner_text("main")
    assert "Giấy này đã bị thu hồi" in said and "Lý do: cấp nhầm" in said, said
    assert judged(site, token, ends=1)["status"] == "revoked"
    assert by_the_list(stranger, site, token, tmp_path, ends=1)["status"] == "revoked"
    assert skilled_adults(desk, site) == before
    phone.goto(f"{site.url}/giay-xac-nhan/")
    assert "Đã thu hồi" in phone.inner_text("main")


# ---- The learner


def come_in_by_card(desk: Page, phone: Page, site: Site, learner: Learner) -> Page:
    """The office prints a card; the learner opens it on a phone."""
    desk.goto(f"{site.url}/the/moi/{learner.key}/")
    press(desk, "Làm thẻ")
    secret = re.sub(r"\s", "", desk.locator(".hv-card-cut__code b").inner_text())
    opening = desk.locator(".hv-card-names td b").inner_text()
    phone.goto(f"{site.url}/T/{secret}")
    phone.get_by_label("Mã mở thẻ").fill(opening)
    phone.get_by_label("Mã PIN tự chọn").fill(PIN)
    phone.get_by_label("Mã PIN, nhập lại").fill(PIN)
    press(phone, "Đặt mã PIN và vào")
    assert phone.get_by_role("heading", level=1).inner_text() == learner.name
    return phone


def find_a_lesson(phone: Page, site: Site) -> None:
    """A short test says where to begin: what it proposes opens."""
    begin(phone, site, "xep-lop")
    attempt = answering.attempt_of(phone)
    number = 0
    while (one := answering.asked(site, attempt)) is not None:
        number += 1
        if number % 3 == 0:
            answering.pass_over(phone, site, attempt)
        else:
            assert answering.answer(phone, site, attempt) == one
    assert "/ket-qua/" in phone.url
    assert phone.get_by_role("heading", name=re.compile("Nên bắt đầu ở bậc")).is_visible()
    assert narrow(phone)
    result = phone.url
    phone.locator('section[aria-labelledby="nen-hoc"] a').first.click()
    phone.get_by_role("link", name=re.compile("Bắt đầu học|Học")).first.wait_for()
    assert "/hoc/" in phone.url
    phone.goto(result)
    phone.locator('section[aria-labelledby="bat-dau"] a').first.click()
    assert "/hoc/khoa/" in phone.url, phone.url


def pass_the_test(phone: Page, site: Site) -> None:
    """Every question of the level confirmation, one a page."""
    begin(phone, site, RULE)
    attempt = answering.attempt_of(phone)
    answered = []
    while answering.asked(site, attempt) is not None:
        answered.append(answering.answer(phone, site, attempt))
    assert 12 <= len(answered) <= 30
    said = phone.inner_text("main")
    assert "Còn thiếu 3 việc thực hành" in said, said
    assert narrow(phone)


def begin(phone: Page, site: Site, rule: str) -> None:
    phone.goto(f"{site.url}/bai-kiem-tra/")
    phone.locator(f'a[href="/bai-kiem-tra/{rule}/"]').first.click()
    press(phone, "^Bắt đầu$")


def practise_by_keys(phone: Page, site: Site) -> None:
    """A practice task on the drawn phone, with no hand on the screen: tabulator, letters, enter."""
    phone.goto(f"{site.url}/thuc-hanh/")
    [(task,)] = answering.rows(site, "SELECT id FROM assessment_practicetask WHERE code = ?", ON_SCREENS)
    reach(phone, f'form[action="/thuc-hanh/{task}/man-hinh/"] button')
    go(phone)
    [(text,)] = answering.rows(site, WAY, phone.url.rstrip("/").rpartition("/")[2].replace("-", ""))
    assert narrow(phone)
    for step in marking.right("screens", json.loads(text)):
        for name, typed in step.get("fields", {}).items():
            reach(phone, f'input[name="field.{name}"]')
            phone.keyboard.type(typed)
        reach(phone, f'button[name="step"][value="{step["button"]}"]')
        go(phone)
    assert "Làm đúng rồi" in phone.inner_text("main"), phone.inner_text("main")


def reach(page: Page, wanted: str) -> None:
    """Go to something with the tabulator alone."""
    for _ in range(160):
        if page.evaluate(FOCUSED, wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {wanted}")


def go(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 360)


def download(page: Page, link: str, to: Path) -> None:
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).click()
    coming.value.save_as(to)


# ---- Whoever confirms and counts


def confirm(page: Page, site: Site, learner: Learner, task: str) -> None:
    """At the counter: find the one who stands there, see the task done, tick what was seen."""
    page.goto(f"{site.url}/thuc-hanh/xac-nhan/")
    page.get_by_label("họ và tên đầy đủ").fill(learner.name)
    page.get_by_label("và ngày sinh").fill(f"{learner.born_on:%d/%m/%Y}")
    press(page, "^Tìm$")
    assert page.get_by_role("heading", level=1).inner_text() == learner.name
    here = page.url
    page.get_by_role("link", name=task).click()
    page.get_by_role("button", name="Xác nhận đã làm được").wait_for()  # the last of the page
    for box in page.locator('input[name="thay"]').all():
        box.check()
    page.get_by_label("Tại quầy").check()
    assert narrow(page)
    page.get_by_role("button", name="Xác nhận đã làm được").click()
    page.wait_for_url(here)
    page.locator("li", has_text=task).get_by_text("Đã xác nhận").wait_for()


def skilled_adults(desk: Page, site: Site) -> int:
    """The number of adults on the page of this year's target."""
    [(year,)] = answering.rows(site, "SELECT max(year) FROM plan_target WHERE measure = 'adults_skilled'")
    [(target,)] = answering.rows(site, TARGET, year)
    desk.goto(f"{site.url}/chi-tieu/{target}/")
    found = re.search(r"([\d.]+) trên [\d.]+ người", desk.inner_text("main"))
    assert found, desk.inner_text("main")
    return int(found[1].replace(".", ""))


def take_back(desk: Page, site: Site, code: str) -> str:
    """One person proposes; answers where the second decides."""
    desk.goto(f"{site.url}/giay-da-cap/")
    desk.get_by_role("link", name=code).click()
    desk.get_by_role("link", name="Đề nghị thu hồi").click()
    href = desk.url
    desk.get_by_label("Lý do").select_option(label="cấp nhầm")
    desk.get_by_label("Cụ thể").fill("Ghi nhầm người.")
    press(desk, "Gửi đề nghị")
    desk.goto(href)
    assert "Chờ người thứ hai" in desk.inner_text("main")
    return href


def decide(leader: Page, href: str) -> None:
    """The second person agrees."""
    leader.goto(href)
    leader.get_by_label("Thu hồi giấy này", exact=True).check()
    press(leader, "Ghi quyết định")


# ---- Whoever checks


def look_up(page: Page, site: Site, code: str) -> None:
    page.goto(f"{site.url}/xac-minh/")
    page.get_by_label("Mã ghi trên giấy").fill(code.lower())
    press(page, "Tra mã")
    assert narrow(page)


def compare(page: Page, name: str, words: str) -> None:
    page.get_by_label("Họ và tên ghi trên giấy").fill(name)
    press(page, "So tên")
    assert page.get_by_text(words, exact=True).is_visible(), page.inner_text("main")


def judged(site: Site, token: Path, *more: str, ends: int = 0) -> dict[str, Any]:
    """What the command line says of the file."""
    told: dict[str, Any] = json.loads(
        site.manage(site.data, "verify_credential", str(token), "--json", *more, ends=ends)
    )
    return told


def by_the_list(page: Page, site: Site, token: Path, folder: Path, *, ends: int = 0) -> dict[str, Any]:
    """The same by the file alone, the public key of its issuer and the list of what is revoked, both fetched now."""
    head, body = (json.loads(base64.urlsafe_b64decode(f"{part}==")) for part in token.read_text().split(".")[:2])
    key, listed = folder / "khoa.json", folder / "danh-sach.jwt"
    for file, address in ((key, head["kid"]), (listed, body["credentialStatus"]["statusListCredential"])):
        answer = page.request.get(f"{site.url}{urlsplit(address).path}")
        assert answer.status == 200, address
        file.write_bytes(answer.body())
    return judged(site, token, "--trust-key", str(key), "--status-list", str(listed), ends=ends)
