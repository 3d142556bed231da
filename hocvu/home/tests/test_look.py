"""The look, as Chromium paints it: the sprite takes the page's colours, the reader's choice takes hold."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RED = {"sang": (200, 50, 31), "toi": (224, 82, 61), "tuong-phan": (168, 28, 12)}


@pytest.fixture(autouse=True)
def plain_names(settings):
    """The test's server hands out files by their plain names only."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def painted(element: Locator) -> set[object]:
    picture = Image.open(BytesIO(element.screenshot())).convert("RGB")
    return {colour for _, colour in picture.getcolors(100_000) or []}


@pytest.mark.parametrize("ground", ["sang", "toi", "tuong-phan"])
def test_the_flower_of_the_sprite_wears_the_petals_of_the_theme(page, live_server, ground):
    page.goto(f"{live_server.url}/hien-thi/?nen={ground}&ve=/")
    page.wait_for_load_state("networkidle")
    assert RED[ground] in painted(page.locator(".hv-brand .hv-flower"))


def test_larger_letters_take_hold_and_nothing_runs_off_a_narrow_screen(new_context, live_server):
    page = new_context(viewport={"width": 320, "height": 740}).new_page()
    for address in ("/", "/hien-thi/", "/dang-nhap/", "/khong-co/"):
        page.goto(f"{live_server.url}/hien-thi/?chu=rat-to&ve={address}")
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "23px"
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address


def test_headings_are_set_in_our_own_font(page, live_server):
    page.goto(live_server.url)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)") == [
        "Be Vietnam Pro"
    ]


def test_at_the_door_the_phones_own_letters_serve(page, live_server):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/dang-nhap/", "/dang-nhap/dien-thoai/", "/dang-nhap/the/", "/dang-nhap/can-bo/"):
        page.goto(f"{live_server.url}{address}")
        page.wait_for_load_state("networkidle")
    assert any(url.endswith(".css") for url in asked)
    assert not [url for url in asked if ".woff" in url]


def test_a_failed_form_moves_the_reader_to_what_is_wrong(page, live_server):
    page.goto(f"{live_server.url}/dang-nhap/can-bo/")
    page.locator("main button").click()
    page.wait_for_selector(".hv-error-summary:focus")
    page.locator(".hv-error-summary a").first.click()
    assert page.evaluate("document.activeElement.id") == "id_username"


def test_dark_stays_on_the_screen_and_off_the_paper(page, live_server):
    page.goto(f"{live_server.url}/hien-thi/?nen=toi&ve=/")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(27, 18, 13)"
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    words = "getComputedStyle(document.documentElement).getPropertyValue('--hv-leaf-ink')"
    assert page.evaluate(words).strip() == "#1a5230"  # dark green: the pale one of the screen would fade on paper
    assert not page.locator(".hv-nav").is_visible()
