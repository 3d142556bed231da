"""Questions in Chromium: by keys alone, without script, on a narrow screen, on every ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hocvu.assessment.questions import kinds
from hocvu.ward.tests.cast import make_ward
from tests.judge import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("hocvu.assessment.tests.asking_urls")]  # fmt: skip


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    make_ward()
    return str(live_server.url)


def test_a_phone_is_gone_through_by_keys_alone(new_context: Callable[..., Any], site: str) -> None:
    for script in (True, False):
        page = new_context(java_script_enabled=script).new_page()
        page.goto(f"{site}/thu/screens/")
        phone = page.get_by_role("group", name="Điện thoại mẫu")
        press(page, "Mở ứng dụng ngân hàng")
        assert phone.get_by_role("heading").inner_text() == "Chuyển tiền"
        assert "Đã bấm 1 lần" in page.locator("p[role=status]").last.inner_text()
        reach(page, "Số tiền")
        page.keyboard.type("5")
        page.keyboard.press("Enter")  # in a field the enter key presses no button
        page.wait_for_timeout(200)
        assert phone.get_by_role("heading").inner_text() == "Chuyển tiền"
        press(page, "Chuyển")
        page.get_by_text("Vẫn ở màn hình này").wait_for()
        assert page.get_by_label("Số tiền").input_value() == "5"
        page.reload()  # the same post again stands where it stood
        assert "Đã bấm 2 lần" in page.locator("p[role=status]").last.inner_text()
        press(page, "Quay lại")
        press(page, "Gọi vào số con vẫn dùng")
        press(page, "Không chuyển, báo 1022")
        assert (
            page.locator("#da-noi").inner_text().startswith("True: Bấm “Mở ứng dụng ngân hàng” → “Chuyển” (Số tiền: 5)")
        )
        assert page.get_by_text("Việc trên điện thoại mẫu đã kết thúc.").is_visible()


def test_steps_are_put_in_order_by_lists_by_buttons_and_by_arrows(new_context: Callable[..., Any], site: str) -> None:
    bare = new_context(java_script_enabled=False).new_page()
    bare.goto(f"{site}/thu/order/")
    assert bare.locator("[data-move]:visible").count() == 0
    bare.get_by_role("button", name="Trả lời").click()
    assert "Còn bước chưa có số thứ tự" in bare.get_by_role("alert").inner_text()
    for place, step in enumerate(("Mở Zalo", "Chạm tên người nhận", "Chọn ảnh", "Chạm Gửi"), start=1):
        bare.get_by_label(step, exact=True).select_option(str(place))
    bare.get_by_role("button", name="Trả lời").click()
    assert bare.locator("#da-noi").inner_text().startswith("True")

    page = new_context().new_page()
    page.goto(f"{site}/thu/order/")
    wanted = ["Mở Zalo", "Chạm tên người nhận", "Chọn ảnh", "Chạm Gửi"]
    for place, step in enumerate(wanted):
        while page.locator("[data-step] label").all_inner_texts().index(step) > place:
            button = page.get_by_role("button", name=f"Lên: {step}")
            button.focus()
            page.keyboard.press("Enter" if place % 2 else "Alt+ArrowUp")
            assert page.evaluate("document.activeElement.innerText").startswith("Lên")
    assert page.locator("[data-step] label").all_inner_texts() == wanted
    assert [one.input_value() for one in page.locator("[data-step] select").all()] == ["1", "2", "3", "4"]
    assert "trong 4" in page.locator("[data-moved]").text_content()
    page.get_by_role("button", name="Trả lời").click()
    assert page.locator("#da-noi").inner_text().startswith("True: 1. Mở Zalo")


def test_each_kind_passes_the_judge(new_context: Callable[..., Any], site: str) -> None:
    phones = pages.Phones(new_context)
    asked = [f"{kind}/" for kind in kinds.KINDS]
    for which in (*asked, "multiple/xong/", "fill/xong/", "match/giay/"):
        assert pages.judge(phones, f"{site}/thu/{which}") == [], which


def test_what_a_form_lacks_can_be_read_by_everybody(new_context: Callable[..., Any], site: str) -> None:
    page = new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce").new_page()
    for kind in ("multiple", "order", "fill"):
        page.goto(f"{site}/thu/{kind}/")
        page.get_by_role("button", name="Trả lời").click()
        page.get_by_role("alert").wait_for()
        assert [*pages.faults_by_axe(page), *pages.faults_to_see(page), *pages.faults_when_narrow(page)] == [], kind


def reach(page: Any, words: str) -> None:
    """Press the tab key until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if label(page) == words:
            return
    raise AssertionError(f"no key leads to “{words}”")


def press(page: Any, words: str) -> None:
    """Reach a button and press it by the enter key."""
    reach(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def label(page: Any) -> str:
    at = page.locator("*:focus")
    if not at.count():
        return ""
    if at.evaluate("e => e.matches('input:not([type=hidden])')"):
        return str(page.locator(f"label[for='{at.get_attribute('id')}']").inner_text())
    return str(at.inner_text()).strip()
