"""Classes in Chromium: wide and narrow, without script, scanned by a camera, and where the network is cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.outreach import classes, codes, registering
from hocvu.outreach.models import Attendance, Gathering
from hocvu.outreach.tests import cast_classes as cast
from hocvu.outreach.tests.cast_classes import Place, session_of
from hocvu.ward import audit
from hocvu.ward.models import Account
from tests.judge import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (320, 1366)
CAMERA = """() => {
  self.codes = [];
  self.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return self.codes.length ? [{ rawValue: self.codes.shift() }] : []; }
  };
  navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream();
}"""


@pytest.fixture(autouse=True)
def plain(settings: Any) -> Any:
    """The test's server hands out files by their plain names only; what the trail holds could not be emptied."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    yield
    audit.disarm()


def now_class(place: Place) -> Gathering:
    """A class whose session began a minute ago, with three places."""
    began = clock.now() - timedelta(minutes=1)
    said = {
        "kind": "class",
        "title": "Dùng điện thoại an toàn",
        "host": cast.team_of(place.first),
        "neighbourhood": place.first,
    }
    row = classes.make(
        ward=place.ward, by=place.hoa, place="Nhà văn hóa, ngõ 193", gist="Cho người mới", teacher_name="Cô Lan", capacity=20,
        sessions=[(began, began + timedelta(hours=1)), (began + timedelta(days=7), began + timedelta(days=7, hours=1))],
        **said,
    )  # fmt: skip
    classes.open_up(row, by=place.hoa)
    registering.register_oneself(row, by=place.ba)
    cast.household_places(place, row)
    return row


def come_in(context: Any, url: str, account: Account) -> None:
    client = Client()
    client.force_login(account)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def wait_until(holds: Callable[[], Any], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


def judged(page: Any) -> list[str]:
    return [*pages.faults_to_see(page), *pages.faults_by_axe(page), *pages.faults_when_narrow(page)]


def test_pages_stand_at_every_width(new_context, live_server):
    place = cast.make_place()
    row = now_class(place)
    guest, lan = new_context(reduced_motion="reduce"), new_context(reduced_motion="reduce")
    come_in(lan, live_server.url, place.lan)
    desk = f"/lop-hoc/quan-ly/{row.pk}/"
    seen = [(guest, "/lop-hoc/"), (guest, f"/lop-hoc/{row.pk}/"), (guest, f"/lop-hoc/{row.pk}/gop-y/"), (guest, "/lop-hoc/diem-danh/tren-may/"),
            (lan, f"/lop-hoc/diem-danh/{session_of(row).pk}/"), (lan, desk), (lan, f"{desk}to-ky/"), (lan, "/lop-hoc/quan-ly/moi/"),
            (lan, f"/lop-hoc/{row.pk}/dang-ky-ho/?tim=bui")]  # fmt: skip
    faults = {}
    for context, path in seen:
        page = context.new_page()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            assert page.goto(live_server.url + path).ok
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, page.evaluate(pages.WIDEST))
        if found := judged(page):
            faults[path] = found
        page.close()
    assert not faults


def test_attendance_is_taken_without_script(new_context, live_server):
    place = cast.make_place()
    row = now_class(place)
    context = new_context(java_script_enabled=False)
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop-hoc/diem-danh/{session_of(row).pk}/")
    assert not page.get_by_role("button", name="Quét bằng máy ảnh").is_visible()
    assert page.get_by_text("không quét được ô vuông").is_visible()
    page.locator("[data-people] li", has_text=place.ba.full_name).get_by_role("button").click()
    page.get_by_text("Đã ghi có mặt.").wait_for()
    page.get_by_role("button", name="Cả nhà có mặt").click()
    page.get_by_text("3/3 người có mặt").wait_for()
    assert Attendance.objects.count() == 3


def test_each_scan_is_a_record_of_its_own_and_counts_once(new_context, live_server):
    place = cast.make_place()
    row = now_class(place)
    one = session_of(row)
    own = registering.own(row, place.ba)
    context = new_context(service_workers="allow")
    context.add_init_script(f"({CAMERA})()")
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop-hoc/diem-danh/{one.pk}/")
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    context.set_offline(True)
    page.evaluate("code => codes.push(code, code)", f"{live_server.url}/lop-hoc/ma/{own.code}/")
    page.get_by_text(f"Đã ghi {place.ba.full_name} có mặt.").wait_for()
    page.get_by_label("Mã 8 chữ và số").fill("không phải mã")
    page.get_by_role("button", name="Ghi có mặt").click()
    page.get_by_text("Mã có 8 chữ và số").wait_for()
    page.get_by_label("Mã 8 chữ và số").fill(codes.shown(own.code).lower())
    page.get_by_role("button", name="Ghi có mặt").click()
    page.get_by_text("không tính hai lần").wait_for()
    page.get_by_label("Họ và tên").fill("Cụ Mão")
    page.get_by_role("button", name="Ghi người này có mặt").click()
    page.get_by_text("Đã ghi Cụ Mão có mặt.").wait_for()
    page.get_by_role("button", name="Cả nhà có mặt").click()
    page.get_by_text("Đã ghi cả nhà có mặt.").wait_for()
    assert page.locator("[data-people] form").count() == 0 and not Attendance.objects.exists()
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: Attendance.objects.count() == 5)
    assert sorted(Attendance.objects.values_list("way", flat=True)) == [
        "household",
        "household",
        "scan",
        "tick",
        "walk_in",
    ]
    assert {row.state for row in Attendance.objects.all()} == {"counts"}
    assert Attendance.objects.values("registration").distinct().count() == 4


def test_where_a_browser_reads_no_squares_the_page_says_what_to_do(new_context, live_server):
    place = cast.make_place()
    row = now_class(place)
    context = new_context(reduced_motion="reduce")
    context.add_init_script("delete self.BarcodeDetector")
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop-hoc/ma/{registering.own(row, place.ba).code}/")
    page.get_by_text("Trình duyệt này không quét được ô vuông").wait_for()
    assert not page.get_by_role("button", name="Quét bằng máy ảnh").is_visible() and not judged(page)
    page.get_by_role("button", name="Ghi có mặt").click()  # the code stood there
    page.get_by_text(f"Đã ghi {place.ba.full_name} có mặt.").wait_for()
    assert page.get_by_label("Mã 8 chữ và số").input_value() == ""
    wait_until(lambda: Attendance.objects.filter(state="counts", registration__person=place.ba.person).exists())

    able = new_context()
    able.add_init_script(f"({CAMERA})()")
    come_in(able, live_server.url, place.lan)
    page = able.new_page()
    page.goto(f"{live_server.url}/lop-hoc/diem-danh/{session_of(row).pk}/")
    page.get_by_role("button", name="Quét bằng máy ảnh").wait_for()
    assert not page.get_by_text("không quét được ô vuông").is_visible()


def test_a_code_on_no_list_is_kept_and_somebody_at_the_inbox_finds_it(new_context, live_server):
    place = cast.make_place()
    row = now_class(place)
    context = new_context()
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop-hoc/diem-danh/{session_of(row).pk}/")
    page.get_by_label("Mã 8 chữ và số").fill("ZZZZ-ZZZ9")
    page.get_by_role("button", name="Ghi có mặt").click()
    page.get_by_text("Đã giữ, chưa tính").wait_for()
    wait_until(lambda: Attendance.objects.filter(state="waiting", registration=None).exists())
    desk = new_context(reduced_motion="reduce")
    come_in(desk, live_server.url, place.hoa)
    page = desk.new_page()
    page.goto(f"{live_server.url}/di-tung-ngo/can-xem/co-mat/{Attendance.objects.get().pk}/tinh/")
    page.get_by_label("Ai đã đến?").select_option(
        label=f"{place.tu.full_name}, {codes.shown(registering.live(row).get(person=place.tu).code)}"
    )
    assert not judged(page)
    page.get_by_role("button", name="Tính").click()
    wait_until(lambda: Attendance.objects.get().state == "counts")


def test_the_list_lies_sealed_on_the_device_and_works_without_a_network(new_context, live_server):
    place = cast.make_place()
    row = now_class(place)
    context = new_context(service_workers="allow")
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop-hoc/diem-danh/{session_of(row).pk}/")
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), 30)
    page.get_by_role("button", name="Mang danh sách theo máy").click()
    for label in ("Mã PIN, 6 chữ số", "Nhập lại mã PIN"):
        page.get_by_label(label).fill("274913")
    page.get_by_role("button", name="Đặt mã PIN").click()
    page.get_by_text("Đã mang danh sách buổi này theo máy").wait_for()
    dump = page.evaluate("""async () => {
      const database = await new Promise((done) => { const asked = indexedDB.open("hv-sealed"); asked.onsuccess = () => done(asked.result); });
      const rows = await new Promise((done) => { const asked = database.transaction("rows").objectStore("rows").getAll(); asked.onsuccess = () => done(asked.result); });
      database.close();
      const text = new TextDecoder();
      return JSON.stringify(localStorage) + rows.map((one) => JSON.stringify(one) + (one.box ? text.decode(one.box) : "")).join();
    }""")
    assert place.tu.full_name not in dump and place.ba.full_name not in dump
    page.close()

    context.set_offline(True)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop-hoc/diem-danh/tren-may/")
    page.locator("[data-people] li", has_text=place.tu.full_name).get_by_role("button").click()
    page.locator("[data-people] li", has_text=place.tu.full_name).get_by_text("Có mặt", exact=True).wait_for()
    page.get_by_label("Mã 8 chữ và số").fill(registering.own(row, place.ba).code)
    page.get_by_role("button", name="Ghi có mặt").click()
    page.get_by_text(f"Đã ghi {place.ba.full_name} có mặt.").wait_for()
    page.get_by_label("Họ và tên").fill("Cụ Mão")
    page.get_by_role("button", name="Ghi người này có mặt").click()
    page.get_by_text("Đã ghi Cụ Mão có mặt.").wait_for()
    page.wait_for_timeout(300)
    page.reload()  # opened again it shows what was marked, so that nobody is written down twice
    for name in (place.tu.full_name, place.ba.full_name, "Cụ Mão"):
        page.locator("[data-people] li", has_text=name).get_by_text("Có mặt", exact=True).wait_for()
    assert page.locator("[data-people] form").count() == 1
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: Attendance.objects.filter(state="counts").count() == 3)
