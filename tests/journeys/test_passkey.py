"""An officer adds a passkey, signs out, and signs in with it: in Chromium with a virtual authenticator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from hocvu.ward.demo_password import DEMO_PASSWORD
from tests.journeys.test_a_plan_document_becomes_live import press
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
OFFICER = "vhxh"


def with_authenticator(page: Page) -> None:
    """A phone's own authenticator beside the page: it keeps passkeys and verifies its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def test_an_officer_adds_a_passkey_and_signs_in_with_it(
    own_site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    url = own_site.url.replace("127.0.0.1", "localhost")  # a passkey needs a host with a name
    page = new_context().new_page()
    with_authenticator(page)
    page.goto(f"{url}/dang-nhap/can-bo/")
    page.get_by_label("Tên đăng nhập").fill(OFFICER)
    page.get_by_label("Mật khẩu").fill(DEMO_PASSWORD)
    press(page, "^Đăng nhập$")

    page.goto(f"{url}/toi/bao-mat/")
    page.get_by_role("link", name="Thêm khóa đăng nhập").click()
    page.get_by_label("Tên gọi của khóa").fill("Điện thoại của Lan")
    page.get_by_label("Mật khẩu đang dùng").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Tạo khóa").click()
    page.get_by_role("heading", name="Mã dự phòng").wait_for()
    assert page.locator("ol strong").count() == 10
    page.get_by_role("link", name="Đã cất").click()
    page.get_by_text("Điện thoại của Lan").wait_for()

    page.goto(f"{url}/toi/")
    press(page, "Đăng xuất")
    page.goto(f"{url}/dang-nhap/can-bo/?next=/toi/phien/")
    page.get_by_role("link", name="Dùng khóa đăng nhập").click()
    page.get_by_role("button", name="Mở bằng khóa").click()
    page.get_by_role("heading", name="Phiên đăng nhập").wait_for()
    assert page.get_by_text("khóa đăng nhập", exact=True).is_visible()


def test_without_an_authenticator_the_page_says_what_to_do(
    own_site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    page.goto(f"{own_site.url}/dang-nhap/can-bo/khoa/")  # an address of digits, where the browser refuses passkeys
    page.get_by_role("button", name="Mở bằng khóa").click()
    page.get_by_text("địa chỉ có tên").wait_for()
    page.get_by_role("link", name="Dùng mật khẩu").click()
    page.get_by_label("Mật khẩu").wait_for()


def test_without_scripts_no_button_stands_there_that_does_nothing(
    own_site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{own_site.url}/dang-nhap/can-bo/khoa/")
    assert page.get_by_role("button", name="Mở bằng khóa").count() == 0
    assert page.get_by_text("không dùng được khóa đăng nhập").is_visible()
