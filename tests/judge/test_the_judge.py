"""The judge is judged: shown a page with one fault, it names that fault; shown a good page, it says nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from hocvu.ward.access import public
from hocvu.ward.models import Ward
from tests.judge import pages
from tests.judge.access import faults_of_declaration
from tests.judge.addresses import Address, every_address
from tests.judge.examples import NoExample, example_of, values_of
from tests.judge.queries import faults_of_opening

STYLE = "body,p,li,label,td{font:18px/1.65 sans-serif;color:#2a1a12;background:#fff} h1{line-height:1.45}"
STYLE += ".key{display:inline-block;min-width:48px;min-height:48px}"
GOOD = "<h1>Chỉ tiêu</h1><p>Xem <a href='/'>kế hoạch</a> của phường.</p><p><a class=key href='/'>Tiếp</a></p>"

FAULTS = {
    "scrolls sideways at 320 px": GOOD + "<div style='width:900px'>rộng</div>",
    "too small to press": GOOD + "<p><a href='/'>Nhỏ</a></p>",
    "lines too close": GOOD + "<p style='line-height:1.2'>Chữ chồng lên nhau</p>",
    "0 main headings": "<p>Không có tiêu đề.</p>",
    "asks another origin": GOOD + "<img src='http://127.0.0.2:9/x.png' alt='ảnh'>",
    "the console complains": GOOD + "<script>console.error('hỏng')</script>",
    "weighs": GOOD + f"<!-- {'x' * 120_000} -->",
    "makes 13 requests": GOOD + "".join(f"<img src='/{n}.svg' alt='ảnh {n}'>" for n in range(12)),
    "without script these words are missing": GOOD + "<p id=a></p><script>a.textContent='Chỉ có khi chạy mã'</script>",
    "without script a button does nothing": GOOD + "<button class=key>Bấm</button>",
    "without script a form has no button": GOOD + "<form><label>Tên <input class=key></label></form>",
    "without script a link leads nowhere": GOOD + "<p><a class=key href='#'>Đi</a></p>",
    "axe image-alt": GOOD + "<img src='/1.svg'>",
    "axe color-contrast": GOOD + "<p style='color:#ccc'>Chữ mờ trên nền trắng</p>",
    "axe label": GOOD + "<form><input class=key><button class=key>Gửi</button></form>",
}


@pytest.fixture(scope="module")
def shelf() -> Iterator[Callable[[str], str]]:
    """A tiny server: put a page on the shelf, get its address."""
    shown: dict[str, str] = {}

    class Shelf(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            drawing = self.path.endswith(".svg")
            body = "<svg xmlns='http://www.w3.org/2000/svg'/>" if drawing else shown.get(self.path, "")
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml" if drawing else "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *words: object) -> None:
            """Say nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(main: str) -> str:
        place = f"/{len(shown)}"
        shown[place] = (
            "<!doctype html><html lang=vi><meta name=viewport content='width=device-width'><title>Thử</title>"
            f"<link rel=icon href='data:,'><style>{STYLE}</style><main>{main}</main>"
        )
        return f"http://127.0.0.1:{server.server_port}{place}"

    yield put
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_it_says_nothing_of_a_good_page(shelf: Callable[[str], str], phones: pages.Phones) -> None:
    assert pages.judge(phones, shelf(GOOD)) == []


@pytest.mark.browser
@pytest.mark.parametrize("fault", FAULTS)
def test_it_names_the_fault(fault: str, shelf: Callable[[str], str], phones: pages.Phones) -> None:
    found = pages.judge(phones, shelf(FAULTS[fault]))
    assert any(fault in sentence for sentence in found), found


@pytest.mark.browser
def test_it_lets_script_show_a_button_that_only_script_can_serve(
    shelf: Callable[[str], str], phones: pages.Phones
) -> None:
    shown = GOOD + "<button class=key type=button id=b hidden>In trang này</button><script>b.hidden=false</script>"
    assert pages.judge(phones, shelf(shown)) == []


@pytest.mark.browser
def test_it_lets_script_show_the_part_around_such_a_button(shelf: Callable[[str], str], phones: pages.Phones) -> None:
    part = "<div id=d hidden><p>Mang danh sách theo máy</p><button class=key type=button>Mang theo</button></div>"
    assert pages.judge(phones, shelf(f"{GOOD}{part}<script>d.hidden=false</script>")) == []


@pytest.mark.browser
def test_it_does_not_drown_one_fault_in_many(shelf: Callable[[str], str], phones: pages.Phones) -> None:
    found = pages.judge(phones, shelf(GOOD + "<p><a href='/'>Nhỏ</a></p>" * 40))
    assert [sentence for sentence in found if "37 more" in sentence]


@pytest.mark.browser
def test_it_holds_the_sign_in_page_to_less(shelf: Callable[[str], str], phones: pages.Phones) -> None:
    heavy = shelf(GOOD + f"<!-- {'x' * 40_000} -->")
    assert pages.judge(phones, heavy) == []
    assert "30,000 allowed" in pages.judge(phones, heavy, name="signin:sign_in")[0]


def silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may open me")


@public
def open_to_all(request: HttpRequest, **arguments: str) -> HttpResponse:
    return HttpResponse("ok")


def an_address(*patterns: object) -> list[Address]:
    urls = ModuleType("urls")
    urls.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    return every_address(urls)  # type: ignore[arg-type]


def test_it_names_a_view_that_does_not_say_who_may_open_it() -> None:
    [address] = an_address(path("x/", silent, name="x"))
    assert "declares no capability" in next(faults_of_declaration(address))


def test_it_names_an_address_without_a_name() -> None:
    [address] = an_address(path("x/", open_to_all))
    with pytest.raises(NoExample, match="has no name"):
        example_of(address)


def test_it_names_an_argument_that_it_cannot_fill() -> None:
    [address] = an_address(path("x/<str:thing>/", open_to_all, name="x"))
    assert address.arguments == ("thing",)
    with pytest.raises(NoExample, match="'thing' names no model"):
        values_of("thing")


@pytest.mark.django_db
def test_it_fills_an_argument_named_after_a_model() -> None:
    ward = Ward.objects.create(code="11407", slug="hai-an", name="Hải An", city="Hải Phòng")
    assert list(values_of("ward_id")) == [ward.pk]
    assert list(values_of("ward_slug")) == ["hai-an"]


@pytest.mark.django_db
def test_it_names_a_statement_for_each_row() -> None:
    for number in range(8):
        Ward.objects.create(code=str(number), slug=f"w{number}", name=str(number), city="Hải Phòng")

    def row_by_row() -> None:
        for ward in Ward.objects.all():
            ward.refresh_from_db()

    assert any("asks the same 8 times" in fault for fault in faults_of_opening("wards", row_by_row))
    assert list(faults_of_opening("wards", lambda: list(Ward.objects.all()))) == []


@pytest.mark.django_db
def test_it_names_a_list_that_costs_more_when_it_is_longer() -> None:
    from django.core.paginator import Paginator

    for number in range(20):
        Ward.objects.create(code=str(number), slug=f"w{number}", name=str(number), city="Hải Phòng")

    def paged() -> None:
        for ward in Paginator(Ward.objects.all(), 3).get_page(1):
            ward.refresh_from_db()

    assert "wards: 7 statements for 5 rows, 22 for 20" in faults_of_opening("wards", paged)
