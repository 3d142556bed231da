"""A coordinator brings a plan document; minutes later the programme runs. Walked in a browser, without script too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
PLAN = Path(__file__).parents[1] / "plans" / "other" / "gia-dinh.txt"
PASSWORD = "hai-an-minh-hoa"


def sign_in(page: Page, site: Site, username: str) -> None:
    page.goto(f"{site.url}/dang-nhap/can-bo/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"{site.url}/ban-lam-viec/")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_load_state()


def settle_doubts(page: Page, review: str) -> None:
    """Keep what was read, or leave what is blank for later, until nothing doubtful is left."""
    for _ in range(60):
        page.goto(f"{review}?phan=chua-chac")
        button = page.locator(".hv-pair button").first
        if not button.count():
            return
        button.click()
        page.wait_for_load_state()
    raise AssertionError("the doubts never end")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_it_takes_a_document_to_a_running_programme(
    own_site: Site, new_context: Callable[..., BrowserContext], script: bool
) -> None:
    page = new_context(java_script_enabled=script).new_page()
    sign_in(page, own_site, "dieuphoi")

    page.goto(f"{own_site.url}/ke-hoach/")
    page.get_by_role("link", name="Đọc văn bản kế hoạch").click()
    page.set_input_files("input[type=file]", PLAN)
    press(page, "Đọc văn bản")
    review = page.url.partition("?")[0]
    assert page.get_by_role("heading", name="Xem lại kế hoạch vừa đọc").is_visible()
    assert page.get_by_text("Công bố kế hoạch (chưa mở)").count() == 1

    for part, words in (("don-vi", "Nhận gợi ý"), ("viec", "Nhận gợi ý")):
        page.goto(f"{review}?phan={part}")
        if page.get_by_role("button", name=re.compile(words)).count():
            press(page, words)
    settle_doubts(page, review)

    page.goto(review)
    page.get_by_role("link", name="Công bố kế hoạch").click()
    press(page, "Công bố kế hoạch")
    assert re.fullmatch(rf"{re.escape(own_site.url)}/ke-hoach/\d+/", page.url)

    page.goto(f"{own_site.url}/chi-tieu/")
    assert "hộ" in page.locator("main").inner_text()
    page.goto(f"{own_site.url}/ke-hoach/")
    assert page.locator("tbody tr").count() == 2


def test_it_shows_the_demo_plan_to_everybody_and_the_work_to_its_unit(
    own_site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    citizen = new_context().new_page()
    citizen.goto(f"{own_site.url}/chi-tieu/")
    assert "Tự khai" in citizen.locator("main").inner_text()

    officer = new_context().new_page()
    sign_in(officer, own_site, "congan")
    officer.goto(f"{own_site.url}/nhiem-vu/?tim=danh tinh so")
    officer.get_by_role("link", name=re.compile("danh tính số")).first.click()
    officer.get_by_role("link", name="Báo tiến độ").click()
    officer.get_by_label(re.compile("^Nội dung|Đã làm")).first.fill("Đã rà xong ba tổ.")
    officer.get_by_label("đang làm").check()
    officer.locator("main form button").last.click()
    officer.wait_for_load_state()
    assert "Đã rà xong ba tổ." in officer.locator("main").inner_text()
