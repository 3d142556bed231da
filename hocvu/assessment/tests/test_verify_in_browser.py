"""Checking in Chromium: without script, narrow and wide, and on a device whose network is cut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from django.test import Client

from hocvu.assessment import verifying_offline
from hocvu.assessment.certificates import keys, places, tokens
from hocvu.assessment.models import Certificate
from hocvu.assessment.tests.cast_papers import NAME, make_certificate, make_learner, make_rule, revoke
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward import granting
from hocvu.ward.tests.cast import make_ward
from tests.judge import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OFFLINE = "/xac-minh/ngoai-tuyen/"
WIDTHS = (320, 360, 1366)


@pytest.fixture(autouse=True)
def plain_names(settings: Any) -> None:
    """The test's server hands out files by their plain names only."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Certificate:
    for module in (citizens, granting, keys):
        monkeypatch.setattr(module, "audit", Mock())  # what the trail holds could not be emptied after the test
    ward = make_ward()
    return make_certificate(make_learner(ward), make_rule(ward))


@pytest.fixture
def site(live_server: Any, paper: Certificate) -> str:
    return str(live_server.url)


def judged(page: Any) -> list[str]:
    return [*pages.faults_to_see(page), *pages.faults_by_axe(page), *pages.faults_when_narrow(page)]


@pytest.mark.parametrize("path", ["/xac-minh/", "/xac-minh/{code}/", "/xac-minh/QQQQQQQQQQQQ/", OFFLINE])
def test_the_pages_stand_at_every_width(
    new_context: Callable[..., Any], site: str, paper: Certificate, path: str
) -> None:
    context = new_context(reduced_motion="reduce")  # a colour on its way is no colour to judge
    for width in WIDTHS:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(site + path.format(code=paper.code))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(pages.WIDEST)
    assert not judged(page)


def test_the_holders_pages_stand_at_every_width(
    new_context: Callable[..., Any], site: str, paper: Certificate, client: Any
) -> None:
    client.force_login(paper.account)
    context = new_context(reduced_motion="reduce")  # a colour on its way is no colour to judge
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    for path in ("/giay-xac-nhan/", f"/giay-xac-nhan/{paper.pk}/"):
        for width in WIDTHS:
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": 740})
            page.goto(site + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(pages.WIDEST)
        assert not judged(page)
    assert page.get_by_role("button", name="Chép địa chỉ").is_visible()


def test_a_paper_is_checked_without_script(new_context: Callable[..., Any], site: str, paper: Certificate) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/xac-minh/")
    page.get_by_label("Mã ghi trên giấy").fill(paper.code.lower())
    page.get_by_role("button", name="Tra mã").click()
    page.get_by_role("heading", name="Giấy này có thật và còn hiệu lực").wait_for()
    page.get_by_label("Họ và tên ghi trên giấy").fill(NAME)
    page.get_by_role("button", name="So tên").click()
    page.get_by_text("Tên khớp", exact=True).wait_for()
    assert page.get_by_label("Họ và tên ghi trên giấy").input_value() == NAME


def test_without_script_the_page_of_the_device_says_where_else_to_check(
    new_context: Callable[..., Any], site: str
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(site + OFFLINE)
    assert page.get_by_text("Trình duyệt này không kiểm tra trên máy được").is_visible()
    assert not page.get_by_role("button", name="Giữ trang này trên máy").is_visible()


def test_a_file_is_checked_with_the_network_cut(
    new_context: Callable[..., Any],
    site: str,
    paper: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_certificate(make_learner(paper.ward, "Trần Văn Nam"), paper.rule)
    revoke(other)
    old = make_certificate(
        make_learner(paper.ward, "Bùi Văn Cũ"), paper.rule, issued_at=clock.now() - timedelta(days=900)
    )
    context = new_context(service_workers="allow")
    page = context.new_page()
    page.goto(site + OFFLINE)
    today = f"{clock.today():%d/%m/%Y}"  # the day of the list that is kept, also where midnight falls into this story
    page.get_by_role("button", name="Giữ trang này trên máy").click()
    page.get_by_text("Trang này đã nằm trên máy").wait_for(timeout=30_000)
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=30_000)

    context.set_offline(True)
    page.goto(site + OFFLINE)
    assert page.get_by_role("heading", level=1).inner_text() == "Kiểm tra tệp khi không có mạng"
    title = page.locator("[data-result]:not([hidden]) h2")

    def says(content: str, expected: str) -> None:
        file = tmp_path / "giay.jwt"
        file.write_text(content)
        page.locator("[data-file]").set_input_files([])
        page.locator("[data-file]").set_input_files(file)
        title.filter(has_text=expected).wait_for()  # the answer to the file before may still stand there

    says(paper.token, f"Chữ ký đúng; chưa kiểm tra thu hồi (danh sách ngày {today})")
    lines = page.locator("[data-facts]").inner_text()
    for words in (
        "Cơ bản",
        "VNeID mức 2",
        "Khung kỹ năng số làm việc, phiên bản 2026.1",
        "Ủy ban nhân dân phường Hải An",
    ):
        assert words in lines
    assert NAME not in lines
    says(other.token, f"Giấy đã bị thu hồi theo danh sách ngày {today}")
    says(old.token, "Chữ ký đúng, nhưng giấy đã hết hạn")
    header, body, signature = paper.token.split(".")
    says(f"{header}.{body}.{signature[:-4]}AAAA", "Chữ ký sai: tệp đã bị sửa")
    assert not page.locator("[data-facts]").is_visible()
    altered = tokens.write(
        {**tokens.read(paper.token).body, "name": "Khác"}, kid=places.key(paper.key), sign=lambda _: b"\1" * 64
    )
    says(f"{header}.{altered.split('.')[1]}.{signature}", "Chữ ký sai: tệp đã bị sửa")
    says(_unsigned(paper), "Giấy không được ký bằng cách")
    # What the ward's own key signed is no certificate for that.
    listed = Client().get(urlsplit(tokens.read(paper.token).body["credentialStatus"]["statusListCredential"]).path)
    says(listed.content.decode(), "Tệp này không phải giấy xác nhận")
    says("không phải giấy", "Không đọc được tệp này")
    foreign = tokens.write(
        tokens.read(paper.token).body,
        kid=places.key(paper.key).replace(paper.key.kid, "khoa-la"),
        sign=lambda _: b"\1" * 64,
    )
    says(foreign, "Giấy ký bằng khóa không phải của nơi đây")

    # Where the server has trouble of its own, what lies on the device serves.
    context.set_offline(False)
    with monkeypatch.context() as trouble:
        trouble.setattr(verifying_offline, "kit_of", Mock(side_effect=RuntimeError))
        page.goto(site + OFFLINE)
        page.get_by_text("Trang này đã nằm trên máy").wait_for(timeout=30_000)
        says(paper.token, f"Chữ ký đúng; chưa kiểm tra thu hồi (danh sách ngày {today})")

    # A revocation reaches the device with the next list.
    revoke(paper)
    page.goto(site + OFFLINE)
    page.get_by_text("Trang này đã nằm trên máy").wait_for(timeout=30_000)
    context.set_offline(True)
    page.goto(site + OFFLINE)
    says(paper.token, f"Giấy đã bị thu hồi theo danh sách ngày {today}")


def _unsigned(paper: Certificate) -> str:
    """The same with `alg: none`."""
    import base64

    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT","kid":"x"}').rstrip(b"=").decode()
    return f"{header}.{paper.token.split('.')[1]}.AAAA"
