"""Figures, days, signs, pages of lists and spreadsheets, as templates and views use them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from openpyxl.worksheet.worksheet import Worksheet

from hocvu.lib import charts, tables
from hocvu.lib.figures import percent_words, plain_number
from hocvu.lib.marks import Mark
from hocvu.lib.pager import Page
from hocvu.lib.web import security_headers

LATE = Mark("Trễ 3 ngày", "bad")


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ v|number }}", 38420, "38.420"),
        ("{{ v|number }}", None, ""),
        ("{{ v|percent }}", Decimal("63.30"), "63,3%"),
        ("{{ v|day }}", date(2026, 11, 8), "08/11/2026"),
        ("{{ v|day }}", datetime(2026, 11, 17, 18, 0, tzinfo=UTC), "18/11/2026"),
        ("{{ v|moment }}", datetime(2026, 11, 16, 8, 20, tzinfo=UTC), "16/11/2026, 15 giờ 20"),
        ("{{ v|moment }}", datetime(2026, 11, 16, 8, 0, tzinfo=UTC), "16/11/2026, 15 giờ"),
        ("{{ v|initial }}", "phường Hải An", "Phường Hải An"),
        ("{{ v|inner }}", "UBND chưa duyệt", "UBND chưa duyệt"),
    ],
)
def test_it_writes_figures_and_days_as_vietnam_does(source, value, shown):
    assert drawn(source, v=value) == shown


def test_a_share_never_rounds_up_to_the_whole():
    assert percent_words(Decimal("99.96")) == "99,9%"
    assert percent_words(100) == "100%"


@pytest.mark.parametrize(
    ("typed", "read"), [("38.420", "38420"), ("63,3", "63.3"), ("63.3", "63.3"), ("1.2.3", "1.2.3"), ("-5", "-5")]
)
def test_it_reads_figures_as_people_type_them(typed, read):
    assert plain_number(typed) == read


def test_a_tag_says_its_state_in_words_with_a_sign():
    page = drawn("{% tag mark %}", mark=LATE)
    assert 'class="hv-tag hv-tag--bad"' in page
    assert "#i-alert" in page
    assert "Trễ 3 ngày" in page


def test_what_people_typed_is_never_code():
    page = drawn("{% tag words %}{% stem 1 2 words %}", words="<b>x</b>")
    assert "<b>" not in page


def test_a_stem_says_how_many_of_how_many():
    page = drawn('{% stem 7 9 "đơn vị" %}')
    assert 'aria-label="7 trên 9 đơn vị"' in page
    assert 'width="77.8"' in page


def test_without_a_whole_there_is_no_share():
    page = drawn('{% include "parts/figure.html" with title="Gia đình số" value=6930 unit="hộ" %}')
    assert "Chưa có tổng số để tính tỷ lệ" in page
    assert "%" not in page


def test_a_bullet_never_runs_over_its_track():
    over = charts.Bullet(Decimal("120"), goal=80, guess=130)
    assert over.width == "100"
    assert over.guess_width == ""
    assert over.words == "Đạt 120%, mức cần đạt 80%, dự báo 130%"


def test_a_line_gives_its_figures_in_a_table_too():
    page = drawn('{% line_chart points "Kỹ năng số" "ct8" 80 %}', points=[("T1", 54.5), ("T2", 55)])
    assert 'points="44,117 322,116"' in page
    assert '<td class="hv-num">54,5%</td>' in page


def test_crumbs_are_left_out_where_a_page_names_none():
    assert drawn("{% crumbs %} {% endcrumbs %}") == ""
    assert "<ol><li>x</li></ol>" in drawn("{% crumbs %}<li>x</li>{% endcrumbs %}")


def page_of(address: str, rows: int = 120) -> Page[int]:
    query = QueryDict(address)
    return Page(Paginator(list(range(rows)), 10).get_page(query.get("trang")), query)


def test_the_pages_of_a_list_keep_its_filters():
    page = page_of("don-vi=7&trang=3")
    assert page.previous == "?don-vi=7&trang=2"
    assert page.following == "?don-vi=7&trang=4"
    assert [link.number for link in page.links] == [1, 2, 3, 4, None, 12]
    assert (page.first, page.last, page.total) == (21, 30, 120)


def test_a_page_that_does_not_exist_gives_the_nearest():
    assert list(page_of("trang=99")) == list(range(110, 120))
    assert list(page_of("trang=abc")) == list(range(10))


def test_one_page_shows_no_pager():
    assert drawn('{% include "parts/pager.html" %}', page=page_of("", rows=3)).strip() == ""


def sheet_of(response: FileResponse) -> Worksheet:
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response))).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_spreadsheet_keeps_its_types_and_never_runs_a_formula():
    sent = datetime(2026, 11, 16, 8, 20, tzinfo=UTC)
    rows: list[list[tables.Cell]] = [["=HYPERLINK(1)", 38420, Decimal("63.3"), date(2026, 11, 18), sent]]
    response = tables.xlsx_response("Nhiệm vụ", ["a", "b", "c", "d", "e"], rows)
    assert response["Content-Disposition"] == 'attachment; filename="nhiem-vu.xlsx"'
    first = sheet_of(response)[2]
    assert (first[0].value, first[0].data_type) == ("=HYPERLINK(1)", "s")
    assert (first[1].value, first[2].value) == (38420, 63.3)
    assert first[3].value == datetime(2026, 11, 18)
    assert first[4].value == datetime(2026, 11, 16, 15, 20)


def test_a_text_longer_than_a_cell_is_cut_and_says_so():
    response = tables.xlsx_response("x", ["a"], [["x" * 40_000]])
    assert sheet_of(response)["A2"].value.endswith("…")


def test_columns_say_what_a_row_shows():
    columns: list[tables.Column[str]] = [tables.Column("Tên", str, 40), tables.Column("Dài", len)]
    sheet = sheet_of(tables.export("x", columns, ["Hải An"]))
    assert [cell.value for cell in sheet[1]] == ["Tên", "Dài"]
    assert [cell.value for cell in sheet[2]] == ["Hải An", 6]


def test_every_answer_forbids_foreign_and_inline_code():
    answer = security_headers(lambda request: HttpResponse("x"))(RequestFactory().get("/"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "HX-Request" in answer["Vary"]


def test_a_view_may_set_a_stricter_rule_of_its_own():
    def view(request):
        return HttpResponse("x", headers={"Content-Security-Policy": "sandbox"})

    assert security_headers(view)(RequestFactory().get("/"))["Content-Security-Policy"] == "sandbox"
