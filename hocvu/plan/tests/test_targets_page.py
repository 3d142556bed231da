"""Anyone reads how far the ward is; a unit declares a figure; nothing pretends to be a share."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.plan import declaring
from hocvu.plan.models import DeclaredFigure, Plan, Target
from hocvu.plan.tests.cast import Cast, at, make_cast, make_target
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Unit
from hocvu.ward.tests.cast import make_account, make_unit


def declared(cast: Cast, target: Target, numerator: int, denominator: int | None) -> None:
    declaring.declare(
        target,
        unit=cast.culture,
        by=cast.thu,
        as_of=date(2026, 11, 1),
        numerator=numerator,
        denominator=denominator,
        source="Danh sách lớp",
    )


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_it_says_of_how_many_from_where_and_until_when(client: Client, cast: Cast):
    declared(cast, make_target(cast, "95"), 412, 436)
    text = page(client, "/chi-tieu/")
    assert "94,5%" in text
    assert "trên 95%" in text
    assert "412 trên 436 người, đến 01/11/2026" in text
    assert "Phòng Văn hóa - Xã hội: Danh sách lớp" in text
    assert "Tự khai" in text
    assert "Còn 3 người" in text  # 415 of 436 is the first number above 95%
    assert "Năm 2026 có 1 chỉ tiêu: 1 chưa đạt. Còn 43 ngày đến hết năm." in text


@pytest.mark.parametrize(
    ("comparator", "goal", "verdict"),
    [(">", "trên 80%", "Chưa đạt"), (">=", "từ 80% trở lên", "Đã đạt"), ("=", "80%", "Đã đạt")],
)
def test_it_compares_as_the_plan_says(client: Client, cast: Cast, comparator: str, goal: str, verdict: str):
    declared(cast, make_target(cast, "80", comparator=comparator), 80, 100)
    text = page(client, "/chi-tieu/")
    assert goal in text
    assert f"</svg>{verdict}</span>" in text


@pytest.mark.parametrize(("comparator", "lacking"), [(">", 2), (">=", 1)])
def test_it_counts_how_many_are_still_missing(client: Client, cast: Cast, comparator: str, lacking: int):
    declared(cast, make_target(cast, "80", comparator=comparator), 79, 100)
    assert f"Còn {lacking} người." in page(client, "/chi-tieu/")


def test_it_shows_neither_0_nor_100_per_cent_without_a_total(client: Client, cast: Cast):
    make_target(cast)
    declared(cast, make_target(cast), 412, None)
    text = page(client, "/chi-tieu/").split("<main")[1]
    assert text.count("Chưa có tổng số để tính tỷ lệ") == 2
    assert "hv-bullet" not in text
    assert "Không tính được" in text
    assert "0 đạt" not in text


def test_it_marks_a_closed_year_and_shows_the_present_one_first(client: Client, cast: Cast):
    old, new = make_target(cast, year=2025), make_target(cast, year=2026)
    with clock.stopped_at(at("2025-12-20 09:00")):
        declaring.declare(
            old, unit=cast.culture, by=cast.thu, as_of=date(2025, 12, 20), numerator=1, denominator=4, source="Sổ"
        )
    text = page(client, "/chi-tieu/")
    assert text.index(f"/chi-tieu/{new.pk}/") < text.index(f"/chi-tieu/{old.pk}/")
    assert "đã chốt" in text
    assert "Không đạt" in text
    assert f"/chi-tieu/{new.pk}/" not in page(client, "/chi-tieu/?nam=2025")


def test_it_filters_by_group_and_plan_and_forgives_nonsense(client: Client, cast: Cast):
    make_target(cast)
    schools = make_target(cast, audience=Target.Audience.SCHOOLS, text="Các cơ sở giáo dục dạy kỹ năng số")
    text = page(client, "/chi-tieu/?nhom=schools&ke-hoach=&nam=xx")
    assert text.count('class="hv-aim"') == 1
    assert schools.text in text
    assert "Không có chỉ tiêu nào như vậy" in page(client, "/chi-tieu/?nam=2031")


def test_it_shows_only_the_running_plans_of_the_own_ward(client: Client, cast: Cast):
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    make_target(elsewhere, text="Chỉ tiêu nơi khác")
    make_target(cast, text="Chỉ tiêu cũ")
    Plan.objects.filter(pk=cast.plan.pk).update(state=Plan.State.CLOSED)
    text = page(client, "/chi-tieu/")
    assert "Chưa có chỉ tiêu nào" in text
    assert "nơi khác" not in text


def test_it_exports_what_it_shows(client: Client, cast: Cast):
    declared(cast, make_target(cast, "95"), 412, 436)
    answer = client.get("/chi-tieu/?dinh-dang=xlsx")
    head, row = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values  # type: ignore
    shown = dict(zip(head, row, strict=True))
    assert (shown["Số đạt"], shown["Tổng số"], shown["Tỷ lệ (%)"]) == (412, 436, 94.5)
    assert shown["Loại số liệu"] == "Tự khai"


def test_a_target_says_how_it_is_counted_and_where_the_plan_says_it(client: Client, as_: Any, cast: Cast):
    target = make_target(cast)
    declared(cast, target, 412, 436)
    text = page(client, f"/chi-tieu/{target.pk}/")
    assert "theo mục III.1, dòng 194" in text
    assert "Tính là đạt khi kết quả là trên 80%." in text
    assert "không muộn hơn ngày 31/12/2026" in text
    assert "Vũ Thị Thu" not in text  # who declared is for those who work here
    assert "Khai số liệu mới" not in text
    assert "Vũ Thị Thu" in page(as_(cast.lan), f"/chi-tieu/{target.pk}/")


def test_a_target_of_another_ward_does_not_exist(client: Client, as_: Any, cast: Cast):
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    target = make_target(elsewhere)
    assert client.get(f"/chi-tieu/{target.pk}/").status_code == 404
    assert as_(cast.thu).get(f"/chi-tieu/{target.pk}/khai/").status_code == 404
    assert as_(cast.thu).get("/chi-tieu/999999/khai/").status_code == 404


def sent(**fields: Any) -> dict[str, Any]:
    return {"numerator": "412", "denominator": "436", "as_of": "01/11/2026", "source": "Danh sách lớp", **fields}


def test_a_unit_declares_and_the_earlier_figure_stays(as_: Any, cast: Cast):
    target = make_target(cast)
    declared(cast, target, 400, 436)
    answer = as_(cast.lan).post(f"/chi-tieu/{target.pk}/khai/", sent(unit=cast.centre.pk, as_of="15/11/2026"))
    assert answer.status_code == 302
    assert [row.numerator for row in target.declared.all()] == [412, 400]
    assert target.declared.first().declared_by == cast.lan  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"numerator": "437"}, "lớn hơn tổng số"),
        ({"as_of": "19/11/2026"}, "chưa tới"),
        ({"as_of": "32/11/2026"}, "ngày/tháng/năm"),
        ({"source": ""}, "nhập nguồn"),
        ({"numerator": "-1"}, "nhỏ hơn"),
    ],
)
def test_it_keeps_what_was_typed_and_says_what_is_wrong(as_: Any, cast: Cast, fields: dict[str, str], words: str):
    target = make_target(cast)
    answer = as_(cast.lan).post(f"/chi-tieu/{target.pk}/khai/", sent(unit=cast.centre.pk, **fields))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert 'value="436"' in text
    assert not DeclaredFigure.objects.exists()


def test_nobody_declares_in_another_units_name(as_: Any, cast: Cast):
    target = make_target(cast)
    answer = as_(cast.lan).post(f"/chi-tieu/{target.pk}/khai/", sent(unit=cast.police.pk))
    assert answer.status_code == 422
    assert as_(cast.hung).get(f"/chi-tieu/{target.pk}/khai/").status_code == 403
    assert Client().get(f"/chi-tieu/{target.pk}/khai/").status_code == 302


def test_the_page_asks_as_much_for_twenty_targets_as_for_five(
    client: Client, cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
):
    for _ in range(5):
        declared(cast, make_target(cast), 1, 2)
    with django_assert_max_num_queries(8) as few:
        client.get("/chi-tieu/")
    for _ in range(15):
        declared(cast, make_target(cast), 1, 2)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get("/chi-tieu/")


def test_a_team_is_not_offered_to_declare_and_the_coordinator_may_withdraw(client: Client, cast: Cast):
    target = make_target(cast)
    declared(cast, target, 436, 436)
    team = make_unit(cast.ward, "Tổ công nghệ số cộng đồng - Tổ 5", Unit.Kind.TEAM)
    client.force_login(make_account("to5", Role.UNIT_OFFICER, ward=cast.ward, unit=team))
    shown = page(client, f"/chi-tieu/{target.pk}/")
    assert "Khai số liệu mới" not in shown
    assert "Rút số liệu này" not in shown
    figure = DeclaredFigure.objects.get()
    assert client.get(f"/so-lieu/{figure.pk}/rut/").status_code == 404

    client.force_login(cast.thu)
    assert "Rút số liệu này" in page(client, f"/chi-tieu/{target.pk}/")
    assert client.post(f"/so-lieu/{figure.pk}/rut/", {"reason": ""}).status_code == 422
    client.post(f"/so-lieu/{figure.pk}/rut/", {"reason": "Đếm cả người đã chuyển đi"})
    shown = page(client, f"/chi-tieu/{target.pk}/")
    assert "Đã rút" in shown
    assert "Đếm cả người đã chuyển đi" in shown
    assert "Chưa có số liệu nào." in shown


def test_a_share_of_nothing_is_a_nought_in_the_sheet_and_not_a_gap(client: Client, cast: Cast):
    declared(cast, make_target(cast), 0, 50)
    answer = client.get("/chi-tieu/", {"dinh-dang": "xlsx"})
    rows = list(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    assert dict(zip(rows[0], rows[1], strict=True))["Tỷ lệ (%)"] == 0


def test_a_comma_before_three_digits_is_asked_about_and_not_guessed(client: Client, cast: Cast):
    target = make_target(cast)
    client.force_login(cast.thu)
    sent = {
        "unit": cast.culture.pk,
        "numerator": "12,000",
        "denominator": "13.000",
        "as_of": "01/11/2026",
        "source": "a",
    }
    answer = client.post(f"/chi-tieu/{target.pk}/khai/", sent)
    assert answer.status_code == 422
    assert 'value="12,000"' in answer.content.decode()
    answer = client.post(f"/chi-tieu/{target.pk}/khai/", {**sent, "numerator": "12.000", "as_of": "01/01/0001"})
    assert "Năm 1 không hợp lý" in answer.content.decode()
    assert not DeclaredFigure.objects.exists()
