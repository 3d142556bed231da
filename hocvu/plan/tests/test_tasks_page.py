"""The board: who sees which tasks, trouble first, by link and form, as a spreadsheet."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from hocvu.plan import carrying
from hocvu.plan.models import Plan, SelfState, Task
from hocvu.plan.tests.cast import Cast, make_cast, make_task, make_weekly
from hocvu.ward.capabilities import Role
from hocvu.ward.tests.cast import make_account


def listed(client: Client, query: str = "") -> list[str]:
    """The contents of the tasks on the board, in their order."""
    answer = client.get(f"/nhiem-vu/{query}")
    assert answer.status_code == 200
    return [line.task.content for line in answer.context["lines"]]


def test_a_unit_sees_exactly_what_it_carries(as_: Any, cast: Cast):
    make_task(cast, "Việc của trung tâm")
    make_task(cast, "Việc của công an", lead=cast.police)
    make_task(cast, "Việc của nhóm", lead=cast.culture, group=cast.offices)
    assert set(listed(as_(cast.lan))) == {"Việc của trung tâm", "Việc của nhóm"}
    assert len(listed(as_(cast.thu))) == len(listed(as_(cast.hung))) == 3


def test_nobody_sees_another_wards_tasks(as_: Any, cast: Cast):
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    theirs = make_task(elsewhere, "Việc nơi khác")
    assert listed(as_(cast.thu)) == []
    for path in ("", "bao-tien-do/", "bang-chung/them/", "y-kien/"):
        for account in (cast.thu, cast.lan):
            assert as_(account).get(f"/nhiem-vu/{theirs.pk}/{path}").status_code == 404
    assert as_(cast.lan).get("/nhiem-vu/999999/").status_code == 404


def test_the_door_is_shut_to_those_without_a_part_in_it(client: Client, as_: Any, cast: Cast):
    auditor = make_account("kiemtoan", Role.AUDITOR)
    assert client.get("/nhiem-vu/").status_code == 302
    assert as_(auditor).get("/nhiem-vu/").status_code == 403


def test_trouble_comes_first_unless_the_plans_order_is_asked(as_: Any, cast: Cast):
    make_task(cast, "yên ổn", starts_on=date(2026, 12, 1), next_due=date(2027, 6, 1))
    make_task(cast, "chưa có bằng chứng", starts_on=date(2026, 1, 1), next_due=date(2027, 5, 1))
    make_task(cast, "sắp đến hạn", next_due=date(2026, 11, 25))
    make_task(cast, "vướng", self_state=SelfState.STUCK)
    make_task(cast, "trễ", next_due=date(2026, 11, 10))
    make_task(cast, "xong rồi", next_due=date(2026, 11, 9), self_state=SelfState.DONE, verified_state="verified")

    order = ["trễ", "vướng", "sắp đến hạn", "chưa có bằng chứng", "yên ổn", "xong rồi"]
    assert listed(as_(cast.thu)) == order
    assert listed(as_(cast.thu), "?xep=ke-hoach") == [*order[-2::-1], "xong rồi"]
    text = as_(cast.thu).get("/nhiem-vu/").content.decode()
    assert "Trễ 8 ngày" in text
    assert "Còn 7 ngày" in text


def test_it_filters_by_look_unit_state_period_and_words(as_: Any, cast: Cast):
    late = make_task(
        cast, "Tạo chuyên mục", next_due=date(2026, 11, 10), starts_on=date(2026, 1, 1), ends_on=date(2026, 11, 10)
    )
    other = make_task(
        cast, "Ngày hội học tập số", lead=cast.police, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 1)
    )
    weekly = make_weekly(cast, date(2026, 11, 16), 2)
    carrying.add_evidence(
        other, unit=cast.police, title="Ảnh", happened_on=date(2026, 11, 1), url="https://a.vn/", by=cast.an
    )
    thu = as_(cast.thu)
    assert listed(thu, "?loc=tre") == [late.content]
    assert listed(thu, "?loc=cho-kiem") == [other.content]
    assert listed(thu, f"?don-vi={cast.police.pk}") == [other.content]
    assert listed(thu, "?da-kiem=unchecked") == [other.content]
    assert listed(thu, "?thoi-gian=weekly") == [weekly.content]
    assert other.content not in listed(thu, "?thoi-gian=2026")
    assert listed(thu, "?tim=ngay+HOI+hoc") == [other.content]
    assert listed(thu, f"?muc={cast.section.pk}&don-vi-bao=not_started&tim=tao+chuyen") == [late.content]
    assert listed(thu, "?tim=khong-co") == []


@pytest.mark.parametrize(
    "query",
    [
        "?don-vi=x",
        "?don-vi=99999999999999999999",
        "?loc=;drop",
        "?thoi-gian=0",
        "?trang=-3",
        "?muc=-1",
        "?thoi-gian=99999",
    ],
)
def test_it_forgives_nonsense_in_the_address(as_: Any, cast: Cast, query: str):
    make_task(cast)
    assert as_(cast.thu).get(f"/nhiem-vu/{query}").status_code == 200


def test_it_leaves_out_what_left_the_plan(as_: Any, cast: Cast):
    make_task(cast, "còn"), make_task(cast, "đã bỏ", withdrawn_at="2026-01-01T00:00:00Z")
    assert listed(as_(cast.thu)) == ["còn"]
    Plan.objects.update(state=Plan.State.SUCCEEDED)
    assert listed(as_(cast.thu)) == []


def test_it_exports_every_filtered_row(as_: Any, cast: Cast):
    for number in range(60):
        make_task(cast, f"Việc {number}", coordinators=(cast.police,))
    make_task(cast, "=1+1", lead=cast.police)
    answer = as_(cast.thu).get(f"/nhiem-vu/?dinh-dang=xlsx&don-vi={cast.centre.pk}&xep=ke-hoach")
    head, *rows = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values  # type: ignore
    assert len(rows) == 60
    first = dict(zip(head, rows[0], strict=True))
    assert (first["Nội dung"], first["Chủ trì"], first["Phối hợp"]) == (
        "Việc 0",
        "Trung tâm sự nghiệp công",
        "Công an phường",
    )


def test_the_board_asks_as_much_for_twice_as_many_tasks(
    as_: Any, cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
):
    def ten() -> None:
        for _ in range(10):
            task = make_task(cast, group=cast.offices)
            carrying.report_progress(task, unit=cast.centre, state=SelfState.DOING, text="Đang làm.", by=cast.lan)

    ten()
    client = as_(cast.thu)
    client.get("/nhiem-vu/")
    with django_assert_max_num_queries(18) as few:
        client.get("/nhiem-vu/")
    ten()
    with django_assert_num_queries(len(few.captured_queries)):
        client.get("/nhiem-vu/")
    assert Task.objects.count() == 20
