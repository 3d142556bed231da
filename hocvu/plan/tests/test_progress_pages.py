"""A target's page says where it stands, where it goes, in which places, and who is not reached; each to whom it may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.plan import measures, recording
from hocvu.plan.models import Denominator, Evidence, FigureRecord, Target, TaskMeasure
from hocvu.plan.tests.cast import Cast, make_target, make_task
from hocvu.plan.tests.test_measures import confirm, live
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Neighbourhood, Person, Unit
from hocvu.ward.tests.cast import make_account, make_neighbourhood

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]


@pytest.fixture
def target(cast: Cast) -> Target:
    """Eight people in two neighbourhoods; five of six in the first are confirmed, none in the second."""
    Denominator.objects.create(ward=cast.ward, population="citizens_16", year=2026, choice="register")
    first, second = make_neighbourhood(cast.ward, 1), make_neighbourhood(cast.ward, 2)
    people = [live(cast, first, f"Một {n}", date(1980, 1, 1)) for n in range(6)]
    for n in range(2):
        live(cast, second, f"Hai {n}", date(1980, 1, 1))
    confirm(cast, people[:5], date(2026, 11, 1))
    return make_target(
        cast, measure="digital_identity", text="100% công dân có danh tính số", value="100", comparator="="
    )


def test_it_says_the_gap_and_what_a_week_must_bring(cast: Cast, target: Target, client: Client):
    page = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "62,5%" in page and "Còn 3 người nữa mới đạt" in page
    assert "Mỗi tuần cần thêm 1 người để kịp, còn 43 ngày" in page
    assert "hệ thống không tự suy ra số này" in page
    assert "Mới có 0 tuần số liệu" in page


def test_it_forecasts_with_a_band_and_says_how(cast: Cast, target: Target, client: Client):
    for week in range(1, 9):
        FigureRecord.objects.create(
            ward=cast.ward, measure="digital_identity", as_of=clock.today() - timedelta(weeks=week),
            numerator=max(0, 5 - week // 2), denominator=8, kind="external", source="x",
        )  # fmt: skip
    page = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "Dự báo đến 31/12/2026: khoảng" in page and "8 tuần gần nhất" in page
    assert "Số đạt từng tháng" in page


def test_a_dark_target_says_what_it_waits_for(cast: Cast, client: Client):
    target = make_target(cast, measure="adults_skilled")
    page = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "Chưa đếm được" in page and "Chưa có quy định giấy nào tính cho chỉ tiêu này" in page


def test_officers_see_the_places_worst_first_and_the_public_only_what_is_safe(
    cast: Cast, target: Target, client: Client, as_: SignIn
):
    page = as_(cast.lan).get(f"/chi-tieu/{target.pk}/khu-dan-cu/").content.decode()
    assert page.index("Tổ dân phố số 2") < page.index("Tổ dân phố số 1") and "83,3%" in page
    recording.record_day(cast.ward, clock.today())
    public = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "83,3%" not in public and public.count("ẩn, nhóm nhỏ") == 2
    assert client.get(f"/chi-tieu/{target.pk}/khu-dan-cu/").status_code == 302
    city = make_account("khoi", Role.CITY_VIEWER)
    assert as_(city).get(f"/chi-tieu/{target.pk}/khu-dan-cu/").status_code == 403
    assert "83,3%" not in as_(city).get(f"/chi-tieu/{target.pk}/").content.decode()
    xlsx = as_(cast.lan).get(f"/chi-tieu/{target.pk}/khu-dan-cu/?dinh-dang=xlsx")
    assert xlsx.status_code == 200 and xlsx["Content-Disposition"].endswith('.xlsx"')


def test_who_is_not_reached_is_listed_within_reach_and_told_to_the_trail(cast: Cast, target: Target, as_: SignIn):
    page = as_(cast.thu).get(f"/chi-tieu/{target.pk}/chua-dat/").content.decode()
    assert "Một 5" in page and "Hai 0" in page and "Một 0" not in page
    assert AuditEntry.objects.filter(action="saw people", details__people=3).exists()
    team = Unit.objects.get(kind=Unit.Kind.TEAM, neighbourhood__number=2)
    net = make_account("net", Role.TEAM_MEMBER, ward=cast.ward, unit=team)
    own = as_(net).get(f"/chi-tieu/{target.pk}/chua-dat/").content.decode()
    assert "Hai 0" in own and "Một 5" not in own
    assert as_(cast.lan).get(f"/chi-tieu/{target.pk}/chua-dat/").status_code == 403
    assert "Một 0" in as_(cast.thu).get(f"/chi-tieu/{target.pk}/da-dat/").content.decode()


def test_who_asked_to_be_left_in_peace_is_counted_and_not_listed(cast: Cast, target: Target, as_: SignIn):
    Person.objects.filter(full_name="Hai 0").update(restricted_at=clock.now())
    page = as_(cast.thu).get(f"/chi-tieu/{target.pk}/chua-dat/").content.decode()
    assert "Hai 0" not in page and "Hai 1" in page
    assert "Còn 3 người" in as_(cast.thu).get(f"/chi-tieu/{target.pk}/").content.decode()


def test_a_person_says_by_what_a_target_is_counted_and_why(cast: Cast, target: Target, as_: SignIn):
    coordinator = as_(cast.thu)
    path = f"/chi-tieu/{target.pk}/cach-dem/"
    assert coordinator.post(path, {"measure": "adults_skilled", "reason": ""}).status_code == 422
    coordinator.post(path, {"measure": "", "reason": "Đơn vị tự khai theo công văn 5"})
    target.refresh_from_db()
    assert (target.measure, target.measure_chosen) == ("", True)
    assert "công văn 5" in coordinator.get(path).content.decode()
    assert as_(cast.lan).get(path).status_code == 403


def test_a_tasks_result_has_the_same_page_below_it(cast: Cast, target: Target, as_: SignIn):
    task = make_task(cast, "Mỗi công dân một danh tính số")
    row = TaskMeasure.objects.create(
        task=task, position=1, year=2026, value=100, unit="%", what="công dân từ 16 tuổi có danh tính số",
        measure="digital_identity",
    )  # fmt: skip
    visitor = as_(cast.thu)
    assert "62,5%" in visitor.get(f"/nhiem-vu/{task.pk}/").content.decode()
    page = visitor.get(f"/nhiem-vu/ket-qua/{row.pk}/").content.decode()
    assert "Còn 3 người nữa mới đạt" in page and "Tổ dân phố số 2" in page
    assert "Hai 1" in visitor.get(f"/nhiem-vu/ket-qua/{row.pk}/chua-dat/").content.decode()
    assert "62,5" not in visitor.get(f"/nhiem-vu/ket-qua/{row.pk}/khu-dan-cu/").content.decode()


def test_a_result_counted_from_evidence_goes_down_to_its_units(cast: Cast, as_: SignIn):
    task = make_task(cast, "Tổ chức quán triệt", group=cast.offices, lead=cast.culture)
    row = TaskMeasure.objects.create(
        task=task, position=1, value=100, unit="%", what="các phòng, ban, đơn vị", measure="units_briefed"
    )
    Evidence.objects.create(
        task=task, unit=cast.centre, kind="link", title="Biên bản", happened_on=clock.today(), given_by=cast.lan,
        check_state="accepted",
    )  # fmt: skip
    assert "50%" in as_(cast.thu).get(f"/nhiem-vu/ket-qua/{row.pk}/").content.decode()
    missing = as_(cast.lan).get(f"/nhiem-vu/ket-qua/{row.pk}/chua-dat/").content.decode()
    assert "Công an phường" in missing and "Trung tâm sự nghiệp công" not in missing
    assert "Trung tâm sự nghiệp công" in as_(cast.lan).get(f"/nhiem-vu/ket-qua/{row.pk}/da-dat/").content.decode()


def test_the_registry_shows_every_measure_with_its_definition(cast: Cast, target: Target, as_: SignIn):
    page = as_(cast.lan).get("/so-lieu/").content.decode()
    assert "Công dân từ 16 tuổi có danh tính số" in page and "5/8 người, 62,5%" in page
    dark = as_(cast.lan).get("/so-lieu/?tt=cho").content.decode()
    assert "5/8 người" not in dark
    for waiting in (found for found in measures.every_measure() if not found.is_on):
        assert waiting.title in dark and waiting.title in page
    assert "Hộ gia đình được phổ biến" in page and "Hộ gia đình được phổ biến" not in dark


def test_a_foreign_target_looks_like_a_missing_one(cast: Cast, target: Target, as_: SignIn):
    from hocvu.plan.tests.cast import make_cast

    other = make_cast("Khác", code="9", slug="khac")
    visitor = as_(other.thu)
    for page in ("", "khu-dan-cu/", "chua-dat/", "cach-dem/"):
        seen: list[Any] = [visitor.get(f"/chi-tieu/{pk}/{page}") for pk in (target.pk, 999_999)]
        assert [answer.status_code for answer in seen] == [404, 404]
    assert Neighbourhood.objects.count() == 2
