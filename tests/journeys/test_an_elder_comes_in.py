"""Somebody old, without a phone: a team member helps at home, then makes a card; next week she comes in by herself."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_a_plan_document_becomes_live import press, sign_in
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

OLDEST = """
    SELECT person.full_name, person.id, strftime('%Y', person.born_on)
    FROM ward_person person JOIN ward_household home ON home.id = person.household_id
    JOIN ward_neighbourhood place ON place.id = home.neighbourhood_id
    WHERE place.number = 1 AND person.died_on IS NULL AND person.merged_into_id IS NULL AND person.restricted_at IS NULL
      AND person.number_index IS NOT NULL AND person.id NOT IN (SELECT person_id FROM ward_account WHERE person_id NOT NULL)
    ORDER BY person.born_on LIMIT 1
"""
PIN = "2580"


@pytest.mark.browser
def test_an_elder_comes_in_with_a_helper_and_then_with_her_own_card(
    new_context: Callable[..., BrowserContext], own_site: Site
) -> None:
    with sqlite3.connect(own_site.data / "hocvu.sqlite3") as database:
        name, key, year = database.execute(OLDEST).fetchone()

    helper = new_context().new_page()
    sign_in(helper, own_site, "thanhvien")
    helper.goto(f"{own_site.url}/giup/nguoi/{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}/")
    assert helper.get_by_role("heading", level=1).inner_text().startswith(name)
    helper.get_by_label("Năm sinh của người học").fill(year)
    press(helper, "Tôi đồng ý")
    assert helper.url == f"{own_site.url}/toi/"
    assert helper.get_by_text("có người xác nhận: Trần Thị Nết").is_visible()
    assert helper.evaluate("document.documentElement.scrollWidth") <= 360
    helper.goto(f"{own_site.url}/nguoi-dan/")
    assert helper.get_by_role("heading", level=1).inner_text() != "Người dân"  # the helper's rights rest meanwhile
    press(helper, "Kết thúc")
    assert helper.url == f"{own_site.url}/giup/"

    helper.goto(f"{own_site.url}/the/moi/{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}/")
    press(helper, "Làm thẻ")
    printed = helper.locator("main").inner_text()
    secret = re.sub(r"\s", "", helper.locator(".hv-card-cut__code b").inner_text())
    opening = helper.locator(".hv-card-names td b").inner_text()
    assert name in printed

    phone = new_context().new_page()
    phone.goto(f"{own_site.url}/T/{secret}")
    assert secret not in phone.url
    phone.get_by_label("Mã mở thẻ").fill(opening)
    phone.get_by_label("Mã PIN tự chọn").fill(PIN)
    phone.get_by_label("Mã PIN, nhập lại").fill(PIN)
    press(phone, "Đặt mã PIN và vào")
    assert phone.get_by_role("heading", level=1).inner_text() == name
    press(phone, "Đăng xuất")

    again = new_context().new_page()
    again.goto(f"{own_site.url}/T/{secret}")
    again.get_by_label("Mã PIN").fill("9999")
    press(again, "Vào")
    assert "Thẻ hoặc mã chưa đúng" in again.locator("main").inner_text()
    again.get_by_label("Mã PIN").fill(PIN)
    press(again, "Vào")
    assert again.url == f"{own_site.url}/toi/"
    again.goto(f"{own_site.url}/ban-lam-viec/")
    assert again.url == f"{own_site.url}/toi/"  # a card leads to no desk
