"""A lesson in Chromium: without script, by keys alone, read aloud, on a narrow screen, on a slow line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from hocvu.learning import publishing
from hocvu.learning.tests import every_kind
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.ward.models import Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTP = "/hoc/bai/khong-doc-ma-otp/"

# A telephone with a Vietnamese voice that says each sentence in a quarter of a second.
VOICE = """
  const voices = [{ lang: 'en-US', name: 'x', localService: true }, { lang: 'vi-VN', name: 'Mai', localService: true }];
  window.said = [];
  let told = () => {};
  window.SpeechSynthesisUtterance = class { constructor(words) { this.text = words; } };
  Object.defineProperty(window, 'speechSynthesis', { value: {
    getVoices: () => (window.ready ? voices : []),
    addEventListener: (name, act) => { told = act; setTimeout(() => { window.ready = true; act(); }, 50); },
    speak(one) { window.said.push([one.text, one.lang, one.voice.name]); this.turn = setTimeout(() => one.onend(), 250); },
    cancel() { clearTimeout(this.turn); },
  } });
"""
SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) window.shift += e.value; }))
    .observe({ type: 'layout-shift', buffered: true });
"""


@pytest.fixture(autouse=True)
def plain_names(settings: Any) -> None:
    """The test's server hands out files by their plain names only."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def site(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(publishing, "audit", Mock())  # what the trail holds could not be emptied after the test
    ward = make_ward()
    otp = every_kind.publish_again(make_lesson(ward, blocks=every_kind.BLOCKS))
    make_course(ward, otp)
    return str(live_server.url)


def test_a_lesson_from_start_to_end_without_script(new_context: Callable[..., Any], site: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}{OTP}")
    page.get_by_role("link", name="Bắt đầu học").click()
    page.get_by_role("button", name="Tiếp: phần 2").click()
    assert page.url.startswith(f"{site}{OTP}2/")
    page.get_by_label("Đọc mã ngay cho kịp").check()
    page.get_by_role("button", name="Kiểm tra").click()
    told = page.locator("#hoi-1 [role=status]")
    assert told.inner_text() == "Chưa đúng. Thử lại nhé.\\n\\nAi có mã là lấy được tiền.".replace("\\n", "\n")
    assert page.get_by_label("Đọc mã ngay cho kịp").is_checked()
    page.get_by_label("Tắt máy, rồi tự gọi ngân hàng").check()
    page.get_by_role("button", name="Kiểm tra").click()
    assert told.inner_text().startswith("Đúng rồi.")
    page.get_by_role("button", name="Tiếp: phần 3").click()
    page.get_by_role("button", name="Xong bài này").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Đã hết bài"
    assert page.locator("button:visible", has_text="Nghe").count() == 0


def test_a_lesson_and_the_wall_by_keys_alone(new_context: Callable[..., Any], site: str) -> None:
    page = new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{site}{OTP}2/")
    reach(page, "Đọc mã ngay cho kịp")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # sends the form, which tells in place
    told = page.locator("#hoi-1 [role=status]")
    assert "Chưa đúng" in told.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert told.inner_text().startswith("Đúng rồi.")
    assert page.locator(".hv-choice--wrong").count() == 0
    assert "cau=" not in page.url
    reach(page, "Tiếp: phần 3")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}{OTP}3/**")

    page.goto(f"{site}{OTP}trinh-chieu/")
    page.wait_for_function("() => document.querySelector('[data-slide]') && true")
    for key, at in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", None), ("Home", 1), (" ", 2)):
        page.keyboard.press(key)
        wanted = f"trang-{at}" if at else page.locator("[data-slide]").last.get_attribute("id")
        assert page.evaluate("document.activeElement.id") == wanted, key
        assert page.evaluate("location.hash") == f"#{wanted}"
        assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top")) < 2
    notes = page.locator("section:has(.hv-notes)").get_attribute("id")
    page.evaluate("id => { location.hash = id }", notes)
    page.wait_for_function("id => document.activeElement.id === id", arg=notes)  # the wall has gone there
    page.keyboard.press("n")
    page.get_by_text("Hỏi cả lớp ai từng gặp.").wait_for()
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.keyboard.press("Escape")
    page.wait_for_url(f"{site}{OTP}day/")


def test_a_lesson_is_sought_and_a_course_fetched_by_keys_alone(new_context: Callable[..., Any], site: str) -> None:
    ward = Ward.objects.get()
    make_course(ward, make_lesson(ward, "giu-mat-khau", title="Giữ mật khẩu"), slug="mot-bai")
    page = new_context().new_page()
    page.goto(f"{site}/hoc/")
    reach(page, "Tìm bài học")
    page.keyboard.type("ma otp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/hoc/?tim=ma+otp*")
    reach(page, "Không đọc mã OTP")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}{OTP}")
    page.goto(f"{site}/hoc/khoa/mot-bai/tai/")
    reach(page, "Tải về máy này")
    page.keyboard.press("Enter")
    page.locator("[data-says]", has_text="Đã có đủ").wait_for()
    assert page.evaluate("document.activeElement.innerText") == "Vào học"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/hoc/khoa/mot-bai/")


def reach(page: Any, words: str) -> None:
    """Press the tab key until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        label = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText ?? ''")
        if words in label:
            return
    pytest.fail(f"no way by keys to “{words}”")


def test_a_part_is_read_aloud_sentence_by_sentence(new_context: Callable[..., Any], site: str) -> None:
    context = new_context(reduced_motion="reduce")
    context.add_init_script(VOICE)
    page = context.new_page()
    page.goto(f"{site}{OTP}2/")
    before = page.locator("[data-read]").inner_html()
    page.get_by_role("button", name="Nghe", exact=True).click()
    page.wait_for_function("() => window.said.length > 2")
    page.get_by_role("button", name="Tạm dừng").click()
    heard = page.evaluate("window.said")
    assert heard[0] == ["Gọi 1022 khi cần.", "vi-VN", "Mai"]
    assert heard[1][0] == "Nghe, nhưng không làm theo"
    assert page.evaluate("[...CSS.highlights.get('hv-said')][0].toString()") == heard[-1][0]
    page.wait_for_timeout(400)
    assert page.evaluate("window.said.length") == len(heard)
    page.get_by_role("button", name="Nghe tiếp").click()
    page.wait_for_function(f"() => window.said.length > {len(heard)}")
    assert page.evaluate("window.said")[len(heard)][0] == heard[-1][0]  # the sentence begins again
    page.get_by_role("button", name="Thôi nghe").click()
    assert page.evaluate("CSS.highlights.has('hv-said')") is False
    assert page.locator("[data-read]").inner_html() == before
    page.goto(f"{site}{OTP}1/")  # has a recorded voice
    assert page.locator("[data-read] audio").count() == 1
    assert page.get_by_role("button", name="Nghe", exact=True).count() == 0


def test_nothing_jumps_or_runs_off_and_without_a_voice_no_button_is_there(
    new_context: Callable[..., Any], site: str
) -> None:
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    for path in ("/hoc/", "/hoc/khoa/an-toan/", f"{OTP}2/"):  # each on its first visit, with nothing kept
        context = new_context()
        context.add_init_script(SHIFTS)
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", slow)
        page.goto(f"{site}{path}", wait_until="load")
        page.evaluate("document.fonts.ready.then(() => true)")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") <= 0.05, path
    assert page.get_by_role("button", name="Nghe", exact=True).count() == 0
    line.send("Network.emulateNetworkConditions", {**slow, "latency": 0, "downloadThroughput": -1})
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}/hien-thi/?chu=rat-to&ve={OTP}")
    forms = ("", "1/", "2/", "3/", "loi-ghi/", "in/", "day/", "phat-tay/", "trinh-chieu/", "thu-suc/", "?het=1")
    for address in (*(OTP + form for form in forms), "/hoc/", "/hoc/khoa/an-toan/", "/hoc/khoa/an-toan/tai/"):
        page.goto(f"{site}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address
    page.goto(f"{site}/hien-thi/?kieu=de-doc&ve={OTP}2/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)") == ["Lexend"]
