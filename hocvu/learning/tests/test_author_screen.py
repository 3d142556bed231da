"""An author at the keyboard, in Chromium: blocks are added, moved and folded without a reload, and the page saves itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

from hocvu.learning import authoring
from hocvu.learning.models import LessonVersion
from hocvu.learning.tests.cast import BLOCKS
from hocvu.ward import audit
from hocvu.ward.capabilities import Role
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def served(transactional_db: None, settings) -> Iterator[None]:
    """Assets without a hash in their names. The database is emptied afterwards, the trail too: its guard is lifted. Such
    tests run after all others."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    yield
    audit.disarm()


def opened(context: BrowserContext, url: str) -> tuple[Page, LessonVersion]:
    """The editing screen of a draft, open for Lan."""
    ward = make_ward()
    lan = make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Trạm Y tế"), name="Nguyễn Thị Lan")
    version = authoring.new_lesson(ward, title="Không đọc mã OTP", by=lan)
    version.blocks = BLOCKS
    version.save()
    client = Client()
    client.force_login(lan)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/soan-bai/{version.lesson_id}/")
    return page, version


def test_an_author_writes_by_keyboard_and_the_page_saves_itself(
    served, live_server, new_context: Callable[..., BrowserContext]
) -> None:
    page, version = opened(new_context(viewport={"width": 1366, "height": 768}), live_server.url)
    status = page.locator("[data-saved]")

    text = page.locator("#o-b-mo-dau-text")
    text.fill("Mã OTP là chìa khóa két tiền.")
    page.keyboard.press("Alt+ArrowDown")
    assert page.evaluate("document.activeElement.id") == "o-b-mo-dau-text"  # one goes on writing where one was
    assert "đã chuyển xuống" in status.inner_text()

    adding = page.locator("#khoi-cac-buoc .hv-author__add")
    adding.locator("summary").press("Enter")
    adding.get_by_role("button", name="Cảnh báo").press("Enter")
    page.keyboard.type("Không đọc mã cho ai")
    page.locator("#khoi-hoi-1 .hv-author__body > summary").press("Enter")
    page.get_by_text("Đã lưu lúc").wait_for()
    made = page.locator("[data-blocks] > section").nth(3)
    assert made.locator('button[value^="them:tip:after:warning-"]').count() == 1  # the next one may go behind it

    kinds = [block["kind"] for block in LessonVersion.objects.get(pk=version.pk).blocks]
    assert kinds == ["heading", "paragraph", "steps", "warning", "check"]
    page.reload()
    assert page.locator("#o-b-mo-dau-text").input_value() == "Mã OTP là chìa khóa két tiền."
    assert page.locator("[data-blocks] > section").evaluate_all("all => all.map((one) => one.dataset.block.split('-')[0])") == [
        "nguoi", "mo", "cac", "warning", "hoi",
    ]  # fmt: skip
    assert not page.locator("#o-b-hoi-1-question").is_visible()  # folded still

    page.locator("#khoi-mo-dau").get_by_role("button", name="Xóa").click()
    page.get_by_role("button", name="Lấy lại").click()
    assert page.locator("#o-b-mo-dau-text").is_visible()
