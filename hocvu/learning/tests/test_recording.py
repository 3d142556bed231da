"""An author records a voice in the browser: records, records again, trims, saves, hears it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from conftest import CHROMIUM_FLAGS
from hocvu.learning.models import Lesson, LessonVersion, Media
from hocvu.learning.tests.cast import BLOCKS, make_lesson
from hocvu.lib.blocks.cleaning import clean
from hocvu.ward import audit, queue
from hocvu.ward.capabilities import Role
from hocvu.ward.tests.cast import make_account, make_ward
from launch import chromium as chromium_of_the_machine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A microphone that beeps, and nobody who must be asked.
FAKE_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(autouse=True)
def unguarded(transactional_db: None, settings: Any) -> Iterator[None]:
    """A database that the server's threads write to and that is emptied afterwards, the trail too."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    yield
    audit.disarm()


@pytest.fixture
def lesson(unguarded: None) -> Lesson:
    made = make_lesson(make_ward())
    LessonVersion.objects.create(lesson=made, number=2, title="Không đọc mã OTP", blocks=clean(BLOCKS).blocks)
    return made


def open_recorder(context: BrowserContext, live_server: Any, lesson: Lesson) -> Page:
    client = Client()
    client.force_login(make_account("lan", Role.EDITOR, ward=lesson.ward, name="Cô Lan"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/soan-bai/{lesson.pk}/thu-am/?khoi=mo-dau")
    return page


def test_a_voice_is_recorded_again_trimmed_and_heard(chromium: Browser, live_server: Any, lesson: Lesson) -> None:
    browser = chromium.browser_type.launch(
        executable_path=chromium_of_the_machine.find(), args=[*CHROMIUM_FLAGS, *FAKE_MICROPHONE], headless=True
    )
    try:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
        page = open_recorder(context, live_server, lesson)
        page.get_by_role("button", name="Bắt đầu thu").click()
        expect(page.locator("[data-level-words]")).to_have_text(re.compile("nghe rõ|to quá|nhỏ quá"), timeout=15_000)
        page.get_by_role("button", name="Dừng").click()
        expect(page.get_by_text("Đã thu xong")).to_be_visible()

        page.get_by_role("button", name="Thu lại").click()
        page.wait_for_timeout(2500)
        page.get_by_role("button", name="Dừng").click()
        expect(page.locator("[data-heard]")).to_be_visible()
        page.get_by_label("Bắt đầu từ giây").press("ArrowUp")
        page.get_by_label("Bắt đầu từ giây").press("ArrowUp")
        page.get_by_label("Kết thúc ở giây").fill("1,7")

        page.get_by_role("button", name="Lưu giọng đọc").click()
        expect(page.get_by_text("Hãy đánh dấu ô người đọc đã đồng ý.")).to_be_visible()  # the recording is still there
        page.get_by_label("Tôi là người đọc").check()
        page.get_by_role("button", name="Lưu giọng đọc").click()
        page.wait_for_url(f"{live_server.url}/soan-bai/{lesson.pk}/tep/*/")

        queue.run_one()
        media = Media.objects.get()
        assert media.state == Media.State.READY, media.problem
        assert abs(media.seconds - 1.5) < 0.3 and media.origin == Media.Origin.RECORDING
        page.reload()
        heard = page.evaluate(
            "() => { const a = document.querySelector('audio'); a.muted = true; return a.play().then(() => a.duration) }"
        )
        assert abs(heard - media.seconds) < 0.3
    finally:
        browser.close()


def test_without_a_microphone_a_file_is_asked_for(
    new_context: Callable[..., BrowserContext], live_server: Any, lesson: Lesson
) -> None:
    page = open_recorder(new_context(), live_server, lesson)
    page.get_by_role("button", name="Bắt đầu thu").click()
    expect(page.locator("[data-say]")).to_contain_text("tệp")
    expect(page.get_by_label("Tệp ghi âm")).to_be_focused()
