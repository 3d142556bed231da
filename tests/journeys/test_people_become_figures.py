"""3,000 dirty rows become people, people a figure, one of them is forgotten and the figure says so. Walked in a browser;
at the end the planted number is sought in everything that the platform wrote."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from tests.journeys.test_a_plan_document_becomes_live import press, sign_in
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
ROWS = 3000
CANARY, CANARY_PHONE = "099158654321", "0987123465"
HEADING = ("STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP", "Quan hệ")


def rows() -> Iterator[list[Any]]:
    """People by rule; every tenth row has a fault that lists have."""
    for n in range(ROWS):
        born, woman = 1940 + n % 70, n % 2
        digits = f"099{2 * (born >= 2000) + woman}{born % 100:02}{n:06}"
        row: list[Any] = [n + 1, f"G{n // 4:04}", f"Phạm {'Thị' if woman else 'Văn'} Số{n}", f"0{n % 9 + 1}/03/{born}",
                          "Nữ" if woman else "Nam", digits, f"09{n:08}", f"Tổ {n % 100 + 1}", "Con"]  # fmt: skip
        if n == 7:
            row[2], row[3], row[5], row[6] = "Nguyễn Thị Canari", "05/03/1958", CANARY, CANARY_PHONE
        elif n % 10 == 3:
            if n % 3 == 0:
                row[3] = "31/02/1990"
            elif n % 3 == 1:
                row[3], row[7] = f"01/03/{born}", "Tổ 999"
            else:
                row[3], row[2] = f"01/03/{born}", ""
        yield row
    yield ["", "", f"Tổng cộng: {ROWS} người"]


def book(lines: Iterator[list[Any]] | list[list[Any]], heading: tuple[str, ...], title: str) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Danh sách")
        sheet.write(0, 0, title)
        sheet.write_row(2, 0, heading)
        for at, row in enumerate(lines, start=3):
            sheet.write_row(at, 0, row)
    return kept.getvalue()


def file(name: str, content: bytes) -> dict[str, Any]:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": name, "mimeType": kind, "buffer": content}


def until_done(page: Page) -> None:
    """Wait for a long piece of work by its own page, and go on to its result."""
    for _ in range(120):
        if page.get_by_role("link", name="Xem kết quả").count():
            page.get_by_role("link", name="Xem kết quả").click()
            page.wait_for_load_state()
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.content())


def test_it_takes_a_dirty_list_to_a_figure_and_forgets_one(
    own_site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    site, page = own_site, new_context().new_page()
    seen: list[str] = []
    sign_in(page, site, "dieuphoi")
    page.goto(f"{site.url}/nguoi-dan/nhap/")
    page.set_input_files("input[type=file]", file("ba-nghin.xlsx", book(rows(), HEADING, "DANH SÁCH NHÂN KHẨU")))
    press(page, "Xem")
    if "/viec-nen/" in page.url:
        until_done(page)
    upload = page.url
    said = page.inner_text("main")
    assert "2.700 người" in said, said[:1500]
    seen.append(page.content())
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("cột Lỗi")).click()
    assert Path(download.value.path()).stat().st_size > 50_000
    page.goto(upload)
    press(page, "Xác nhận nhập")
    if "/viec-nen/" in page.url:
        until_done(page)
    counted = json.loads(Site.manage(site.data, "measure", "digital_identity", "--ward", "hai-an", "--json"))
    page.goto(f"{site.url}/tong-so/citizens_16/")
    page.get_by_label("đếm từ danh bạ").check()
    press(page, "Ghi tổng số")

    bring_what_the_police_confirmed(site, new_context().new_page())

    before = json.loads(Site.manage(site.data, "measure", "digital_identity", "--ward", "hai-an", "--json"))
    assert before["numerator"] != counted["numerator"] and before["denominator"] > 2_000
    whole_by_hand = grown(site)
    assert before["denominator"] == whole_by_hand

    keeper = new_context().new_page()
    sign_in(keeper, site, "dulieu")
    keeper.goto(f"{site.url}/nguoi-dan/?tim=canari")
    seen.append(keeper.content())
    keeper.get_by_role("link", name="Nguyễn Thị Canari").click()
    keeper.wait_for_load_state()
    seen.append(keeper.content())
    seen.append(keeper.request.get(f"{site.url}/nguoi-dan/?tim=canari&dinh-dang=xlsx").body().decode("latin-1"))
    keeper.get_by_role("link", name="Xóa dữ liệu").click()
    keeper.get_by_label("Lý do xóa").fill("Theo yêu cầu của người đó")
    keeper.get_by_label("Gõ XÓA").fill("XÓA")
    press(keeper, "Xóa vĩnh viễn")
    after = json.loads(Site.manage(site.data, "measure", "digital_identity", "--ward", "hai-an", "--json"))
    assert (after["numerator"], after["denominator"]) == (before["numerator"] - 1, before["denominator"] - 1)
    page.goto(f"{site.url}/nhiem-vu/ket-qua/{result_of_task_26(site)}/")
    told = page.inner_text("main")
    assert "người theo yêu cầu hoặc theo thời hạn lưu giữ" in told, told
    assert f"{after['numerator']:,}".replace(",", ".") in told

    assert "Canari" in seen[1] and "•••" in seen[2]
    assert not any(CANARY in text or CANARY_PHONE in text for text in seen)
    nowhere_in_clear(site.data, CANARY, CANARY_PHONE, "Canari")


def bring_what_the_police_confirmed(site: Site, police: Page) -> None:
    """A list of 37 people of the register, looked at and confirmed."""
    sign_in(police, site, "danhtinh")
    police.goto(f"{site.url}/so-ben-ngoai/nhap/")
    police.get_by_label("Số liệu").select_option(label="Công dân từ 16 tuổi có danh tính số")
    listed = [[1, CANARY], *([n + 2, f"099{2 * (1940 + n % 70 >= 2000) + n % 2}{(1940 + n % 70) % 100:02}{n:06}"]
                             for n in range(20, 60) if n % 10 != 3)]  # fmt: skip
    police.set_input_files(
        "input[type=file]", file("danh-tinh.xlsx", book(listed, ("STT", "Số định danh"), "DANH SÁCH"))
    )
    police.get_by_label("Nơi cấp số").fill("Công an phường (thử)")
    press(police, "Gửi tệp")
    assert "Có trong danh bạ\n37" in police.inner_text("main").replace("\t", "\n"), police.inner_text("main")
    press(police, "Xác nhận nhập")


def grown(site: Site) -> int:
    """Residents of 16 and more, counted by hand from the tables, apart from the code that counts."""
    import sqlite3

    limit = date.today().replace(year=date.today().year - 16).isoformat()
    today = date.today().isoformat()
    question = (
        "SELECT count(DISTINCT p.id) FROM ward_person p JOIN ward_residence r ON r.person_id = p.id "
        "WHERE p.merged_into_id IS NULL AND (p.died_on IS NULL OR p.died_on >= ?) AND p.born_on <= ? "
        "AND (r.valid_from IS NULL OR r.valid_from <= ?) AND (r.valid_to IS NULL OR r.valid_to >= ?)"
    )
    with sqlite3.connect(site.data / "hocvu.sqlite3") as tables:
        return int(tables.execute(question, (today, limit, today, today)).fetchone()[0])


def result_of_task_26(site: Site) -> int:
    import sqlite3

    with sqlite3.connect(site.data / "hocvu.sqlite3") as tables:
        return int(tables.execute("SELECT id FROM plan_taskmeasure WHERE measure = 'digital_identity'").fetchone()[0])


def nowhere_in_clear(folder: Path, *numbers: str) -> None:
    """Every file that the platform wrote (database, its log, media, lists), in the ways a number may be written."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for number in numbers:
            spaced = " ".join(number[at : at + 3] for at in range(0, len(number), 3))
            for form in (number, number.lstrip("0"), spaced, spaced.replace(" ", ".")):
                assert form.encode() not in content, f"{form} in {path}"
                assert form.encode("utf-16-le") not in content, f"{form} in {path}"


def test_the_search_for_the_number_finds_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_bytes(b"\x00\x01" + CANARY.encode() + b"\x00")
    with pytest.raises(AssertionError, match=CANARY):
        nowhere_in_clear(tmp_path, CANARY)
