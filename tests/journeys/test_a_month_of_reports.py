"""A whole month of the demo ward, with a clock that is set: the period opens, 120 reporters send, one is returned, two are
late, teams are taken in together, a leader approves, the clerk issues, and the report leaves in four forms."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import jsonschema
import openpyxl
import pdfplumber
import pytest

from hocvu.lib import clock
from hocvu.lib.months import Month
from tests.journeys.test_a_plan_document_becomes_live import PASSWORD, press, sign_in
from tests.site import ROOT, Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
NewContext = Callable[..., "BrowserContext"]
LATE = ("to99", "to100")
OFFICES = ("vanphong.truong", "hanhchinh.truong", "sunghiep.truong", "congan.truong", "quansu.truong", "ubmttq.truong",
           "doan.truong", *(f"truong{n}" for n in range(1, 8)), "dn1", "dn2")  # fmt: skip


def coming_month() -> Month:
    """The first month whose period the demo has not opened."""
    today = clock.today()
    return Month.of(today) if today.day < 15 else Month.of(today).plus(1)


def asked(site: Site, question: str, *values: object) -> list[tuple[object, ...]]:
    """What the tables say, apart from the code that reports."""
    with sqlite3.connect(site.data / "hocvu.sqlite3") as tables:
        return tables.execute(question, values).fetchall()


def report_of(site: Site, username: str, month: Month) -> int:
    """The report that somebody's unit must send."""
    rows = asked(
        site,
        "SELECT r.id FROM plan_unitreport r JOIN plan_reportperiod p ON p.id = r.period_id JOIN ward_grant g "
        "ON g.unit_id = r.unit_id JOIN ward_account a ON a.id = g.account_id WHERE a.username = ? AND p.starts_on = ?",
        username,
        month.first.isoformat(),
    )
    assert rows, username
    return int(str(rows[0][0]))


def send_without_browser(door: BrowserContext, site: Site, username: str, month: Month, **words: str) -> None:
    """The forms of a reporter, filled as a browser without script would."""

    context = door.request
    door.clear_cookies()

    def token(page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page[:400]
        return found[1]

    origin = {"Referer": site.url, "Origin": site.url}
    page = context.get(f"{site.url}/dang-nhap/can-bo/").text()
    said = {"csrfmiddlewaretoken": token(page), "username": username, "password": PASSWORD}
    assert context.post(f"{site.url}/dang-nhap/can-bo/", form=said, headers=origin).url.endswith("/ban-lam-viec/"), (
        username
    )
    address = f"{site.url}/bao-cao/phieu/{report_of(site, username, month)}/viet/"
    page = context.get(address).text()
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    states = re.findall(r'name="(l\d+-state)".*?<option value="(\w+)" selected', page, re.DOTALL)
    whys = dict.fromkeys(re.findall(r'name="(l\d+-why)"', page), "Đang chờ cơ quan phối hợp, tháng sau xong.")
    form = {**fields, **dict(states), **whys, "lam": "gui", **words}
    answer = context.post(address, form=form, headers=origin)
    assert answer.ok and answer.url == address.removesuffix("viet/"), (username, answer.text()[:3000])


def test_a_whole_month_from_opening_to_the_signed_report(
    world: Path, tmp_path: Path, new_context: NewContext, chromium: object
) -> None:
    month, data = coming_month(), tmp_path / "data"
    due = f"{month}-22"
    with Site.over(world, data):
        Site.manage(data, "tick", "--at", f"{month}-15T00:20", HOCVU_NOW=f"{month}-15T00:20")

    with Site(data, HOCVU_NOW=f"{month}-18T09:00") as site:
        everybody_but_the_late_sends(site, month, new_context)
    with Site(data, HOCVU_NOW=f"{month}-24T09:00") as site:
        door = new_context()
        for username in LATE:
            send_without_browser(door, site, username, month, work_done="Gửi muộn vì mất mạng.")
        period = take_in(site, month, new_context)
        approve(site, period, new_context)
    with Site(data, HOCVU_NOW=f"{month}-25T09:00") as site:
        issue(site, period, new_context, month)
        files = take_away(site, period, new_context)
        check_files(site, files, month, due)


def everybody_but_the_late_sends(site: Site, month: Month, new_context: NewContext) -> None:
    # An officer writes on a laptop and hands up; the head reads and sends.
    officer = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(officer, site, "kinhte")
    officer.get_by_role("link", name=f"Tháng {month.month}/{month.year}, Phòng KT-HT-ĐT").first.click()
    officer.get_by_role("button", name="Lưu và trình thủ trưởng").wait_for()  # the last of the page: all of it is there
    for why in officer.locator('textarea[name$="-why"]').all():
        if why.is_visible():
            why.fill("Doanh nghiệp gửi danh sách chậm; xong trước ngày 30.")
    officer.get_by_label("Việc đã làm (", exact=False).last.fill("Mở sáu lớp ở khu công nghiệp.")
    officer.locator("[data-saved]", has_text="Đã tự lưu").wait_for()
    press(officer, "Lưu và trình thủ trưởng")
    head = new_context().new_page()
    sign_in(head, site, "kinhte.truong")
    head.get_by_role("link", name=re.compile("chờ thủ trưởng xem và gửi")).click()
    assert "Mở sáu lớp ở khu công nghiệp." in head.content()
    press(head, "Gửi báo cáo")
    assert "Đã gửi báo cáo" in head.inner_text("main")

    # Teams on a phone: one tap, or three numbers.
    phone = new_context().new_page()
    sign_in(phone, site, "to1")
    phone.get_by_role(
        "link", name=f"Tháng {month.month}/{month.year}, Tổ công nghệ số cộng đồng - Tổ dân phố số 1"
    ).first.click()
    press(phone, "hông phát sinh, gửi ngay")  # "Vẫn ghi ..." where records know of something
    assert "Không phát sinh" in phone.inner_text("main")
    phone = new_context().new_page()
    sign_in(phone, site, "to2")
    phone.goto(f"{site.url}/bao-cao/phieu/{report_of(site, 'to2', month)}/viet/")
    for label, number in (("Số hộ", "21"), ("Số lượt", "34"), ("Số buổi", "2")):
        phone.get_by_label(re.compile(f"^{label}")).fill(number)
    press(phone, "^Gửi báo cáo")

    door = new_context()
    for number in range(3, 99):
        username = f"to{number}"
        send_without_browser(door, site, username, month, work_done=f"Đi {number} ngõ, hướng dẫn tại nhà.")
    for username in ("vhxh.truong", *OFFICES):
        send_without_browser(door, site, username, month, work_done="Đã rà việc và mở một buổi học.")

    # One is returned with a reason, mended and sent again.
    office = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(office, site, "dieuphoi")
    office.goto(f"{site.url}/bao-cao/phieu/{report_of(site, 'kinhte', month)}/tra-lai/")
    office.get_by_label("Lý do").fill("Chưa nêu số người học của sáu lớp.")
    press(office, "^Trả lại")
    head.goto(f"{site.url}/ban-lam-viec/")
    head.get_by_role("link", name=re.compile("bị trả lại: Chưa nêu số người học")).click()
    head.get_by_role("link", name="Viết báo cáo").click()
    head.get_by_label("Việc đã làm (", exact=False).last.fill("Mở sáu lớp ở khu công nghiệp, 214 người học.")
    press(head, "Gửi báo cáo")
    assert "Đã gửi báo cáo" in head.inner_text("main")


def take_in(site: Site, month: Month, new_context: NewContext) -> str:
    """The teams together, what is flagged and the offices one by one, the office's own by a leader."""
    office = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(office, site, "dieuphoi")
    office.goto(f"{site.url}/bao-cao/")
    office.get_by_role("link", name=month.words).first.click()
    period = office.url
    office.get_by_role("link", name=re.compile(r"Nhận \d+ báo cáo của tổ")).click()
    press(office, "Nhận tất cả")
    assert "Đã nhận" in office.inner_text("main")
    for _ in range(60):
        office.goto(f"{period}?tinh-trang=cho-nhan")
        links = office.locator("tbody th a")
        names = [name for name in links.all_inner_texts() if name != "Phòng Văn hóa - Xã hội"]
        if not names:
            break
        office.get_by_role("link", name=names[0], exact=True).click()
        while office.get_by_role("button", name="Nhận báo cáo").count():
            press(office, "Nhận báo cáo")
    own = report_of(site, "vhxh", month)
    office.goto(f"{site.url}/bao-cao/phieu/{own}/")
    assert not office.get_by_role("button", name="Nhận báo cáo").count()
    leader = new_context().new_page()
    sign_in(leader, site, "lanhdao")
    leader.goto(f"{site.url}/bao-cao/phieu/{own}/")
    press(leader, "Nhận báo cáo")
    return period.removeprefix(site.url)


def approve(site: Site, period: str, new_context: NewContext) -> None:
    """The coordinator changes a paragraph; the leader reads, and approves."""
    office = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(office, site, "dieuphoi")
    office.goto(f"{site.url}{period}tong-hop/viet/")
    office.get_by_label("Kiến nghị").fill("Đề nghị thành phố sớm hướng dẫn trợ lý ảo.")
    press(office, "^Lưu")
    leader = new_context().new_page()
    sign_in(leader, site, "lanhdao")
    leader.goto(f"{site.url}{period}tong-hop/")
    assert "Đề nghị thành phố sớm hướng dẫn trợ lý ảo." in leader.inner_text("main")
    leader.get_by_role("link", name="Duyệt", exact=True).click()
    press(leader, "^Duyệt")
    assert "Đã duyệt." in leader.inner_text("main")


def issue(site: Site, period: str, new_context: NewContext, month: Month) -> None:
    """The clerk gives number and day, and keeps the signed paper."""
    clerk = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(clerk, site, "vanthu")
    clerk.get_by_role("link", name=re.compile("chờ lấy số và ban hành")).click()
    clerk.get_by_role("link", name="Ban hành").click()
    clerk.get_by_label("Số", exact=True).fill("977")
    paper = {"name": "977-BC-UBND.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed and sealed"}
    clerk.set_input_files("input[type=file]", paper)
    press(clerk, "^Ban hành")
    assert "Đã ban hành" in clerk.inner_text("main") and f"ngày {month.on(25):%d/%m/%Y}" in clerk.inner_text("main")


def take_away(site: Site, period: str, new_context: NewContext) -> dict[str, bytes]:
    """The four forms of the report, saved as a person saves them."""
    city: Page = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(city, site, "vanthu")
    city.goto(f"{site.url}{period}tong-hop/")
    files = {}
    for ending in ("docx", "pdf", "xlsx", "json"):
        with city.expect_download() as saved:
            city.get_by_role("link", name=re.compile(rf"\(\.{ending}\)")).last.click()
        files[ending] = Path(saved.value.path()).read_bytes()
    return files


def check_files(site: Site, files: dict[str, bytes], month: Month, due: str) -> None:
    """What the files say, against a count of the tables that the code did not make."""
    told = json.loads(files["json"])
    jsonschema.validate(told, json.loads((ROOT / "docs/schema/ward-report.json").read_text()))
    kept = told["report"]["punctuality"]
    # 23 at midnight in the ward is 17 o'clock of the 22nd in UTC, as the table keeps it.
    [(expected, in_time)] = asked(
        site,
        "SELECT COUNT(*), SUM(r.first_submitted_at < ?) FROM plan_unitreport r JOIN plan_reportperiod p "
        "ON p.id = r.period_id WHERE p.starts_on = ? AND r.is_asked = 0 AND r.state <> 'excused'",
        f"{due} 17:00:00",
        month.first.isoformat(),
    )
    assert (kept["expected"], kept["in_time"], kept["late"]) == (expected, in_time, 2)
    assert kept["missing"] == 1  # a firm that never sends
    assert expected > 110 and in_time == expected - 3
    [(households,)] = asked(
        site,
        "SELECT SUM(f.numerator) FROM plan_reportfigure f JOIN plan_unitreport r ON r.id = f.report_id JOIN "
        "plan_reportperiod p ON p.id = r.period_id JOIN plan_reportquestion q ON q.id = f.question_id WHERE "
        "p.starts_on = ? AND r.state = 'accepted' AND q.text LIKE 'Số hộ%'",
        month.first.isoformat(),
    )
    assert told["report"]["numbers"][0]["total"] == households == 21
    spent = told["report"]["funding"]
    assert sum(row["spent"] for row in spent["rows"]) == spent["total"]["spent"] > 0

    paper = docx.Document(io.BytesIO(files["docx"]))
    words = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    head = "\n".join(cell.text for row in paper.tables[0].rows for cell in row.cells)
    assert "Số: 977/BC-UBND" in head and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head
    assert f"{in_time} trên {expected} đơn vị gửi đúng hạn" in words
    assert "Đề nghị thành phố sớm hướng dẫn trợ lý ảo." in words and "./." in words
    with pdfplumber.open(io.BytesIO(files["pdf"])) as printed:
        text = " ".join(" ".join(page.extract_text().split()) for page in printed.pages[:14])
    assert "Số: 977/BC-UBND" in text and "Đề nghị thành phố sớm hướng dẫn trợ lý ảo" in text
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    rows = list(book["Đơn vị báo cáo"].iter_rows(min_row=2, values_only=True))
    assert sum(str(row[4]).startswith("trễ") for row in rows) == 2
    assert sum(str(row[4]).startswith("đúng hạn") and row[2] == "Không" for row in rows) == in_time
