"""From `./run --empty` to a running plan: somebody founds the ward, the administrator lets the coordinator in, the
coordinator brings the plan document. Walked in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_a_plan_document_becomes_live import press, settle_doubts
from tests.judge import pages
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
PLAN = Path(__file__).parents[2] / "content" / "plans" / "hai-an" / "ke-hoach-hai-an.txt"
SENTENCE = "một câu đủ dài để nhớ"


def sign_in(page: Page, site: Site, username: str, password: str) -> None:
    page.goto(f"{site.url}/dang-nhap/can-bo/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password)
    press(page, "Đăng nhập")


def test_it_goes_from_nothing_to_the_ward_s_own_programme(
    empty_site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    site = empty_site
    code = (site.data / "ma-bat-dau").read_text()
    first = f"{site.url}/bat-dau/?ma={code}"
    phones = pages.Phones(new_context)
    faults = [fault for address in (site.url, first) for fault in pages.judge(phones, address)]
    assert not faults, faults

    page = new_context().new_page()
    page.goto(site.url)
    page.get_by_role("link", name="Cách lập").click()
    page.get_by_text("mở đúng đường dẫn in ở cửa sổ").wait_for()
    page.goto(first)
    page.get_by_label("Tên phường, xã, đặc khu").fill("Hải An")
    page.get_by_label("Tỉnh, thành phố").fill("thành phố Hải Phòng")
    page.get_by_label("Số khu dân cư").fill("4")
    page.get_by_label("Tên đăng nhập của người quản trị").fill("quantri")
    page.get_by_label("Họ và tên người quản trị").fill("Trần Văn Lực")
    page.get_by_label("Mật khẩu", exact=False).first.fill(SENTENCE)
    page.get_by_label("Mật khẩu, viết lại").fill(SENTENCE)
    press(page, "Lập và tạo tài khoản")
    assert page.get_by_text("Đã lập phường Hải An").is_visible()

    sign_in(page, site, "quantri", SENTENCE)
    page.goto(f"{site.url}/don-vi/them/")
    page.get_by_label("Tên đơn vị").fill("Phòng Văn hóa - Xã hội")
    page.get_by_label("Loại đơn vị").select_option(label="phòng, ban")
    press(page, "Lưu đơn vị")
    page.goto(f"{site.url}/tai-khoan/them/")
    page.get_by_label("Tên đăng nhập").fill("thuha")
    page.get_by_label("Họ và tên").fill("Phạm Thu Hà")
    press(page, "Tạo tài khoản")
    password = page.locator(".hv-lead strong").inner_text()
    page.get_by_role("link", name="Xong").click()
    page.get_by_role("link", name="Giao thêm vai trò").click()
    page.get_by_label("Vai trò").select_option("coordinator")
    page.get_by_label("Đơn vị").select_option(label="Phòng Văn hóa - Xã hội")
    page.get_by_label("Lý do giao").fill("Quyết định phân công số 1")
    press(page, "Giao vai trò")

    page = new_context().new_page()
    sign_in(page, site, "thuha", password)
    page.goto(f"{site.url}/ke-hoach/doc/")
    page.set_input_files("input[type=file]", PLAN)
    press(page, "Đọc văn bản")
    review = page.url.partition("?")[0]
    for part in ("don-vi", "viec"):
        page.goto(f"{review}?phan={part}")
        press(page, "Nhận gợi ý")
    settle_doubts(page, review)
    page.goto(review)
    page.get_by_role("link", name="Công bố kế hoạch").click()
    press(page, "Công bố kế hoạch")
    assert re.fullmatch(rf"{re.escape(site.url)}/ke-hoach/\d+/", page.url)
    assert "11 chỉ tiêu" in page.locator("main").inner_text()
    page.goto(f"{site.url}/chi-tieu/?nam=2026")
    assert "chưa tính được vì thiếu số liệu hoặc tổng số" in page.locator("main").inner_text()
