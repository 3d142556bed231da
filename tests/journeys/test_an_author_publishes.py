"""An officer makes a lesson that is seen, heard and watched, somebody else lets it out, and a reader meets it on a phone."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from conftest import CHROMIUM_FLAGS
from hocvu.learning.media import ffmpeg
from launch import chromium as chromium_of_the_machine
from tests.journeys.test_a_plan_document_becomes_live import press, sign_in
from tests.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

pytestmark = pytest.mark.browser
# A microphone that beeps, and nobody who must be asked.
FAKE_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
TITLE = "Gọi điện thấy mặt con cháu"
OUT_OF_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{mso-style-parent:""}</style>
</head><body><p class="MsoNormal"><b>Trước khi gọi</b> hãy nối Wi-Fi.<o:p></o:p></p><ul><li>Để máy ngang tầm mắt.</li>
<li>Ngồi chỗ sáng.</li></ul></body></html>"""
COPY = """async ([rich, plain]) => {
  const as = (kind, words) => new Blob([words], { type: kind });
  await navigator.clipboard.write([new ClipboardItem({ "text/html": as("text/html", rich), "text/plain": as("text/plain", plain) })]);
}"""
HEARD = """async (one) => {
  one.muted = true;
  await one.play();
  while (!one.currentTime) await new Promise((done) => setTimeout(done, 50));
  one.pause();
  return one.duration;
}"""


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Page]:
    """An officer's laptop with a microphone and a clipboard."""
    browser = chromium.browser_type.launch(
        executable_path=chromium_of_the_machine.find(), args=[*CHROMIUM_FLAGS, *FAKE_MICROPHONE], headless=True
    )
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN",
        permissions=["microphone", "clipboard-read", "clipboard-write"], service_workers="block",
    )  # fmt: skip
    yield context.new_page()
    browser.close()


def film(folder: Path) -> Path:
    """Two seconds of a video with sound, as a phone makes them."""
    made = folder / "goi-dien.mp4"
    shown, heard = "testsrc=size=640x360:rate=8:duration=2", "sine=frequency=300:duration=2"
    codecs = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    words = (
        str(ffmpeg.program()),
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        shown,
        "-f",
        "lavfi",
        "-i",
        heard,
        *codecs,
    )
    subprocess.run([*words, made], check=True)
    return made


def photo() -> bytes:
    kept = io.BytesIO()
    Image.effect_mandelbrot((900, 600), (-2, -1.2, 1, 1.2), 60).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def add(page: Page, kind: str) -> Locator:
    """A block more, behind the last one."""
    adders = page.locator("#cac-khoi .hv-author__add")
    adders.last.locator("summary").click()
    adders.last.get_by_role("button", name=kind, exact=True).click()
    return page.locator("[data-block]").last


def until_ready(page: Page) -> None:
    """The page of a file says how far the work is; it is looked at until the file can be used."""
    for _ in range(60):
        page.wait_for_load_state()
        said = page.inner_text("main")
        assert "không dùng được" not in said, said
        if re.search(r"dùng được", said, re.IGNORECASE):
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.inner_text("main"))


def test_it_is_written_recorded_filmed_reviewed_and_read(
    own_site: Site, desk: Page, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    page, site = desk, own_site

    # She begins a lesson: what it is about, for whom, what it teaches.
    sign_in(page, site, "bientap")
    page.goto(f"{site.url}/soan-bai/")
    page.get_by_role("link", name="Soạn bài mới").click()
    page.get_by_label("Tên bài").fill(TITLE)
    press(page, "Bắt đầu soạn")
    screen = page.url
    page.get_by_label("Bài này nói gì").fill("Gọi cho con cháu ở xa và thấy mặt nhau.")
    page.locator("#dau-level").select_option(index=1)
    page.locator('input[name="groups"]').first.check()
    page.locator('input[name="competences"]').first.check()

    # Blocks come without the page being loaded again, and save themselves.
    add(page, "Đoạn văn").get_by_label("Nội dung").fill("Gọi có hình thì thấy mặt nhau.")
    film_block = add(page, "Video")
    film_block.get_by_label("Tên video").fill("Bấm nút có hình máy quay")
    film_block.get_by_label("Lời ghi").fill("Mở Zalo. Bấm nút có hình máy quay.")
    add(page, "Hình").get_by_label("Lời dưới hình").fill("Nút gọi có hình.")
    question = add(page, "Câu hỏi tự kiểm tra")
    question.get_by_label("Câu hỏi", exact=True).fill("Bấm nút nào?")
    for number, words in enumerate(("Nút có hình máy quay", "Nút tắt máy")):
        question.locator("[data-item]").nth(number).get_by_label("Câu trả lời").fill(words)
    question.locator("[data-item]").first.get_by_label("Đúng").check()
    page.locator("[data-saved]", has_text="Đã lưu lúc").wait_for()

    # What is copied out of Word comes as blocks.
    page.evaluate(COPY, [OUT_OF_WORD, "Trước khi gọi hãy nối Wi-Fi."])
    first = page.locator("[data-block]").first
    first.locator(".hv-author__add summary").click()
    first.get_by_role("button", name="Dán từ Word").click()
    page.get_by_label("Dán từ Word vào đây").click()
    page.keyboard.press("Control+V")
    page.get_by_text("Đã giữ tiêu đề, danh sách, bảng").wait_for()
    press(page, "Xem trước")
    assert "Ngồi chỗ sáng." in page.inner_text("main") and "Mso" not in page.inner_text("main")
    press(page, "Chèn vào bài")

    # Her own voice for the first block.
    first = page.locator("[data-block]").first
    first.locator("summary", has_text="Giọng đọc của khối").click()
    first.get_by_role("button", name="Lưu rồi thu âm").click()
    assert "Gọi có hình thì thấy mặt nhau." in page.inner_text(".hv-script")
    page.get_by_role("button", name="Bắt đầu thu").click()
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Dừng").click()
    page.get_by_label("Tôi là người đọc").check()
    press(page, "Lưu giọng đọc")
    until_ready(page)

    # A picture, cut to a square, with words for whoever cannot see it.
    page.goto(screen)
    shown = page.locator("[data-block]", has=page.locator('[name$=".decorative"]'))
    shown.get_by_role("button", name="Lưu rồi tải tệp lên").click()
    page.set_input_files("input[type=file]", {"name": "nut.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_label("Mô tả cho người không nhìn thấy ảnh").fill("Nút tròn xanh có hình máy quay")
    page.get_by_label("Vuông, lấy ở giữa").check()
    page.locator("[data-crop]").wait_for()
    press(page, "Tải lên")
    until_ready(page)

    # A video, made small behind the page, with captions that she types.
    page.goto(screen)
    page.locator("[data-block]", has=page.locator('[name$=".captions"]')).get_by_role(
        "button", name="Lưu rồi tải tệp lên"
    ).first.click()
    page.set_input_files("input[type=file]", film(tmp_path))
    press(page, "Tải lên")
    until_ready(page)
    page.get_by_role("link", name="Phụ đề").click()
    page.get_by_label("Hoặc gõ từng dòng").fill("00:00 --> 00:02 Bấm nút có hình máy quay.")
    press(page, "Lưu phụ đề")

    # The checks say what whoever teaches it still lacks; then nothing must be put right, and it goes to somebody else.
    page.goto(screen)
    press(page, "Kiểm tra")
    assert "3 chỗ" in page.inner_text("main"), page.inner_text("main")
    page.get_by_role("link", name="Đến chỗ đó").first.click()
    page.get_by_label("Học xong làm được gì").fill("Gọi được cho con cháu và thấy mặt nhau")
    page.get_by_label("Phiếu phát tay: các ý phải nhớ").fill("Bấm nút có hình máy quay")
    teaching = page.locator("#cho-nguoi-day [data-item]").first
    teaching.get_by_label("Số phút").fill("20")
    teaching.get_by_label("Việc", exact=True).fill("Gọi thử cho người ngồi cạnh")
    press(page, "Kiểm tra")
    assert "Không có chỗ nào phải sửa" in page.inner_text("main"), page.inner_text("main")
    page.goto(screen)
    press(page, "Gửi duyệt")
    press(page, "Gửi duyệt")
    assert "Đã gửi duyệt" in page.inner_text("main")

    reviewer = new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(reviewer, site, "dieuphoi")
    reviewer.goto(f"{site.url}/soan-bai/cho-duyet/")
    reviewer.get_by_role("link", name=TITLE).click()
    reviewer.get_by_role("link", name="Duyệt").first.click()
    press(reviewer, "Duyệt bài")
    assert "Đã đăng" in reviewer.inner_text("main"), reviewer.inner_text("main")

    # A reader on a phone hears, sees and watches it, and can wind on.
    phone = new_context().new_page()
    phone.goto(f"{site.url}/hoc/?tim=goi+dien+thay+mat")
    phone.get_by_role("link", name=TITLE).click()
    phone.get_by_role("link", name="Bắt đầu học").click()
    phone.get_by_role("heading", level=1, name=TITLE).wait_for()
    assert phone.get_by_text("Ngồi chỗ sáng.").is_visible()
    assert phone.locator("audio[data-voice]").first.evaluate(HEARD) > 1
    picture = phone.get_by_role("img", name="Nút tròn xanh có hình máy quay")
    picture.scroll_into_view_if_needed()
    phone.wait_for_function("(one) => one.complete && one.naturalWidth > 0", arg=picture.element_handle())
    assert picture.evaluate("(one) => [one.naturalWidth / one.naturalHeight, Boolean(one.srcset)]") == [1, True]
    assert kind_of(phone, picture.evaluate("(one) => one.currentSrc")) == "image/webp"
    video = phone.locator("video").first
    assert kind_of(phone, video.get_attribute("poster")) == "image/webp"
    assert video.evaluate(HEARD) > 1
    assert kind_of(phone, video.locator("track").get_attribute("src")).startswith("text/vtt")
    for address in (phone.locator("audio[data-voice]").first, video):
        source = address.evaluate("(one) => one.currentSrc")
        part = phone.request.get(source, headers={"Range": "bytes=0-99"})
        assert (part.status, len(part.body())) == (206, 100)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def kind_of(page: Page, address: Any) -> str:
    """What the server says a file is."""
    answer = page.request.get(str(page.evaluate("(one) => new URL(one, location.href).href", address)))
    assert answer.status == 200, address
    return answer.headers["content-type"]
