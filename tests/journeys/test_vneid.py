"""A citizen of the demo ward comes in by VNeID, on a phone, in a browser; VNeID is played by the stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hocvu.home import demo_people
from standins.vneid import MARK, PERSONAS
from tests.journeys.test_a_plan_document_becomes_live import press
from tests.judge import pages
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture
def site(world: Path, tmp_path: Path) -> Iterator[Site]:
    with Site.over(world, tmp_path / "data", vneid=True) as one:
        yield one


def test_the_personas_are_people_of_the_demo_register() -> None:
    listed = {row[5]: (row[2], row[3]) for row in demo_people._people(1, 4)}
    personas = {one["key"]: one for one in json.loads(PERSONAS.read_text("utf-8"))}
    for key, fits in (("lan", True), ("hung", True), ("quyen", False)):
        who = personas[key]
        name, day = listed[who["number"]]
        assert name == who["name"]
        assert ("".join(reversed(day.split("/"))) == who["birth"]) is fits
    assert personas["phuong"]["number"] not in listed


def go_to_vneid(page: Page, site: Site, persona: str) -> None:
    page.goto(f"{site.url}/dang-nhap/")
    page.get_by_role("link", name="Đăng nhập bằng VNeID").click()
    page.get_by_text(MARK).wait_for()
    page.get_by_role("button", name=persona).click()
    page.wait_for_url(f"{site.url}/**")


@pytest.mark.browser
def test_an_adult_comes_in_at_level_2_sees_their_own_page_and_leaves(page: Page, site: Site) -> None:
    go_to_vneid(page, site, "Đỗ Thị Lan")
    assert page.url == f"{site.url}/toi/"
    assert page.get_by_role("heading", name="Đỗ Thị Lan").is_visible()
    assert page.get_by_text("VNeID mức 2").is_visible()
    assert page.get_by_text("Đã nối với danh bạ").is_visible()
    press(page, "Đăng xuất")
    page.get_by_role("link", name="Đăng xuất cả VNeID").click()
    page.get_by_role("link", name="Về Học vụ số").click()
    page.goto(f"{site.url}/toi/")
    assert "/dang-nhap/" in page.url


@pytest.mark.browser
def test_a_doubt_reaches_an_officer_who_decides(
    page: Page, site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    go_to_vneid(page, site, "Nguyễn Thị Quyên")
    assert page.get_by_text("Chưa nối").is_visible()
    desk = new_context(viewport={"width": 1366, "height": 768}).new_page()
    desk.goto(f"{site.url}/dang-nhap/can-bo/?next=/noi-danh-ba/")
    desk.get_by_label("Tên đăng nhập").fill("danhtinh")
    desk.get_by_label("Mật khẩu").fill("hai-an-minh-hoa")
    press(desk, "Đăng nhập")
    desk.get_by_role("link", name="Nguyễn Thị Quyên").click()
    desk.get_by_text("20/10/1955").wait_for()
    desk.get_by_role("link", name="Nối với người này").click()
    desk.get_by_label("Đã xác minh bằng gì").fill("Đã xem căn cước")
    press(desk, "Nối")
    page.reload()
    assert page.get_by_text("Đã nối với danh bạ").is_visible()


@pytest.mark.browser
def test_the_form_that_adds_vneid_leads_there_under_our_own_content_policy(page: Page, site: Site) -> None:
    go_to_vneid(page, site, "Trịnh Minh Phương")
    site.manage(
        site.data, "shell", "-c", "from hocvu.signin.models import ExternalIdentity as E; E.objects.all().delete()"
    )
    page.goto(f"{site.url}/toi/vneid/")
    press(page, "Nối với VNeID")
    page.get_by_role("link", name="Sang VNeID").click()
    page.get_by_role("button", name="Trịnh Minh Phương").click()
    page.wait_for_url(f"{site.url}/toi/")
    assert page.get_by_text("Đã nối tài khoản với VNeID").is_visible()


@pytest.mark.browser
def test_the_pages_before_and_after_are_sound(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    phones = pages.Phones(new_context)
    faults = [
        fault
        for address in ("/dang-nhap/", "/dang-nhap/vneid/ve/", "/dang-xuat/vneid/")
        for fault in pages.judge(phones, f"{site.url}{address}")
    ]
    assert not faults, faults
