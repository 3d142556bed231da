"""The leader's board: are we on course, and how do you know?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from hocvu.assessment.tests.cast_certificates import make_framework
from hocvu.lib import clock
from hocvu.outreach.models import Need
from hocvu.outreach.tests import cast_field
from hocvu.plan import carrying, declaring, filling
from hocvu.plan.models import SelfState
from hocvu.plan.reporting import signing
from hocvu.plan.tests.cast import Cast, at, make_target, make_task
from hocvu.plan.tests.reports import make_month
from hocvu.ward.models import Account, Household, Unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]


def declare(cast: Cast, target: object, day: date, numerator: int) -> None:
    with clock.stopped_at(at(f"{day:%Y-%m-%d} 10:00")):
        declaring.declare(
            target,
            unit=cast.culture,
            as_of=day,
            numerator=numerator,
            denominator=100,
            source="Sổ",
            by=cast.thu,  # type: ignore[arg-type]
        )


def test_each_target_is_on_or_off_course_by_its_forecast(cast: Cast, as_: SignIn):
    steady, slow, met, dark = (make_target(cast, "80") for _ in range(4))
    for week in range(6):
        day = date(2026, 10, 13) + timedelta(weeks=week)
        declare(cast, steady, day, 40 + week * 6)
        declare(cast, slow, day, 10 + week)
    declare(cast, met, date(2026, 11, 1), 90)
    page = as_(cast.hung).get("/dieu-hanh/").content.decode()
    assert "2 trên 4 chỉ tiêu đã đạt hoặc đúng hướng, 1 lệch hướng, 1 chưa dự báo được" in page
    assert "Mỗi tuần cần thêm" in page and "Dự báo cuối năm: từ" in page and f"/chi-tieu/{dark.pk}/" in page
    sheet = as_(cast.hung).get("/dieu-hanh/?dinh-dang=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxml")


def test_late_tasks_say_why_and_missing_reports_are_named(cast: Cast, as_: SignIn):
    month = make_month(cast)
    late = make_task(cast, "Lập fanpage", next_due=date(2026, 11, 1))
    carrying.report_progress(late, unit=cast.centre, state=SelfState.STUCK, text="Chưa có kinh phí.", by=cast.lan)
    page = as_(cast.hung).get("/dieu-hanh/").content.decode()
    assert "Lập fanpage" in page and "Chưa có kinh phí." in page and "Trễ 17 ngày" in page
    assert "4 đơn vị chưa gửi báo cáo tháng 11/2026" in page
    assert as_(cast.lan).get("/dieu-hanh/").status_code == 403
    month.send(cast.centre, month.nga)
    assert "3 đơn vị chưa gửi" in as_(cast.hung).get("/dieu-hanh/").content.decode()


def test_what_changed_since_the_last_report_is_said(cast: Cast, as_: SignIn):
    month, target = make_month(cast), make_target(cast)
    declare(cast, target, date(2026, 11, 10), 50)
    with clock.stopped_at(at("2026-11-24 15:00")):
        summary = signing.summary_of(month.period)
        signing.approve(summary, seen=signing.digest_of(signing.data_of(summary)), by=cast.hung)
    with clock.stopped_at(at("2026-11-26 09:00")):
        declare(cast, target, date(2026, 11, 25), 61)
        page = as_(cast.hung).get("/dieu-hanh/").content.decode()
    assert "So với báo cáo tháng 11/2026 đã duyệt." in page
    assert "50/100 (50%)" in page and "61/100 (61%)" in page and "Cách biết" not in page


def test_a_figure_that_is_known_in_another_way_now_is_not_compared_with_what_was_declared(cast: Cast, as_: SignIn):
    month, target = make_month(cast), make_target(cast, measure="officials_skilled")
    declare(cast, target, date(2026, 11, 10), 50)
    with clock.stopped_at(at("2026-11-24 15:00")):
        summary = signing.summary_of(month.period)
        signing.approve(summary, seen=signing.digest_of(signing.data_of(summary)), by=cast.hung)
    make_framework()
    with clock.stopped_at(at("2026-11-26 09:00")):
        filling.add(
            cast.ward, measure="officials_skilled", group="officials", level="B2", framework="hocvu", milestone="",
            source="Quyết định 5", valid_from=date(2026, 11, 25), by=cast.thu,
        )  # fmt: skip
        page = as_(cast.hung).get("/dieu-hanh/").content.decode()
    assert "Cách biết số liệu đã đổi: khi ấy tự khai, nay đếm từ hồ sơ." in page


def test_the_leader_meets_how_the_field_stands_and_what_households_lack(cast: Cast, as_: SignIn):
    page = as_(cast.hung).get("/dieu-hanh/").content.decode()
    assert "Không có nhu cầu nào đang chờ." in page and "Hộ gia đình được phổ biến" in page
    home = Household.objects.create(ward=cast.ward, code="H1")
    for kind, day, outcome in (("device", 3, ""), ("device", 9, ""), ("class", 5, ""), ("aid", 1, "met")):
        Need.objects.create(
            ward=cast.ward, household=home, kind=kind, outcome=outcome, made_at=at(f"2026-11-{day:02} 08:00"),
            happened_on=date(2026, 11, day), made_by=cast.thu,
        )  # fmt: skip
    page = as_(cast.hung).get("/dieu-hanh/").content.decode()
    assert "Còn 3 nhu cầu chờ đáp ứng, lâu nhất từ 03/11/2026" in page
    assert "thiết bị <strong>2</strong>, lớp học <strong>1</strong>" in page and "/di-tung-ngo/" in page


def test_the_leader_is_led_to_the_teams_that_are_idle(db: None, as_: SignIn):
    place = cast_field.make_field()
    cast_field.visit(place.homes[0], place.lan)
    leader = as_(place.thu)
    page = leader.get("/dieu-hanh/").content.decode()
    assert 'href="/to-cong-nghe/?tt=chua">2 tổ chưa hoạt động</a>' in page
    led = leader.get("/to-cong-nghe/?tt=chua").content.decode().partition("<tbody>")[2]
    assert place.team.name not in led and place.other_team.name in led and led.count("Chưa hoạt động") == 2
    Unit.objects.exclude(pk=place.team.pk).filter(kind=Unit.Kind.TEAM).update(valid_to=date(2025, 1, 1))
    assert "tổ chưa hoạt động" not in leader.get("/dieu-hanh/").content.decode()
