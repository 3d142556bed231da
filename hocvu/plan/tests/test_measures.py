"""Every target and every measurable result has its way of counting; what counts today must not go dark."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.plan import assigning, measures, populations
from hocvu.plan.models import Denominator, ExternalImport, Plan, Target, TaskMeasure
from hocvu.plan.tests.cast import Cast, make_target, make_task
from hocvu.ward.models import Household, Neighbourhood, Person, Residence

# What counts in this version of the house. A code that leaves this set has gone dark, and the test says so.
SWITCHED_ON = {
    "units_briefed",
    "vneid_taught",
    "digital_identity",
    "units_in_emulation",
    "own_completions",
    "national_completions",
    "officials_skilled",
    "secondary_pupils_skilled",
    "pupils_skilled",
    "adults_skilled",
    "workers_skilled",
    "households_informed",
    "visits_counted",
    "teams_kept_up",
    "city_app_reached",
    "people_guided",
    "elderly_guided",
    "disabled_guided",
    "class_attendees",
    "community_classes",
    "courses_attended",
    "programmes_with_digital_content",
}


def told(ward: str, *args: str) -> Any:
    out = StringIO()
    call_command("measure", *args, "--ward", ward, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_every_target_and_every_measurable_result_of_hai_an_names_its_measure(settings: Any, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    call_command("demo", "--no-life", stdout=StringIO())
    plan = Plan.objects.get()
    assert [t.measure for t in plan.targets.order_by("year", "position")] == [
        "officials_skilled",
        "secondary_pupils_skilled",
        "adults_skilled",
        "vneid_taught",
        "workers_skilled",
        "officials_skilled",
        "pupils_skilled",
        "adults_skilled",
        "vneid_taught",
        "workers_skilled",
        "schools_teaching_skills",
    ]
    rows = TaskMeasure.objects.filter(task__plan=plan).order_by("task__position", "position")
    assert {(row.task.number, row.measure) for row in rows} == {
        ("1", "units_briefed"),
        ("3", "own_channel"),
        ("4", "weeks_with_news"),
        ("5", "households_informed"),
        ("7", "national_completions"),
        ("8", "city_app_reached"),
        ("12", "courses_attended"),
        ("13", "programmes_with_digital_content"),
        ("14", "school_programmes_with_skills"),
        ("16", "schools_with_volunteers"),
        ("17", "digital_schools"),
        ("19", "own_completions"),
        ("19", "national_completions"),
        ("19", "class_attendees"),
        ("20", "people_guided"),
        ("21", "elderly_guided"),
        ("22", "disabled_guided"),
        ("23", "service_helpers"),
        ("23", "neighbourhoods_with_ambassadors"),
        ("24", "digital_families"),
        ("25", "digital_markets"),
        ("26", "digital_identity"),
        ("27", "typical_schools"),
        ("", "units_in_emulation"),
        ("28", "teams_kept_up"),
    }
    assert all(measures.find(code) for code in {row.measure for row in rows})


def test_no_measure_goes_dark():
    assert {one.code for one in measures.every_measure() if one.is_on} >= SWITCHED_ON


def test_a_measure_says_what_it_counts_or_what_it_waits_for():
    for one in measures.every_measure():
        assert one.definition.endswith(".") and one.title and one.unit
        assert one.is_on or one.awaits, one.code
        if one.population:
            assert populations.population(one.population)


@pytest.mark.django_db
def test_the_command_tells_all_measures_and_which_are_on(cast: Cast):
    every = told("hai-an", "--all")
    assert {row["code"] for row in every if row["switched_on"]} >= SWITCHED_ON
    assert all({"code", "numerator", "denominator", "kind", "source", "as_of"} <= row.keys() for row in every)
    dark = next(row for row in every if row["code"] == "digital_families")
    assert (dark["numerator"], dark["denominator"]) == (None, None) and "lời khai của hộ" in dark["source"]


@pytest.mark.django_db
def test_the_command_refuses_what_it_does_not_know(cast: Cast):
    with pytest.raises(CommandError, match="Không có số liệu xyz"):
        told("hai-an", "xyz")
    with pytest.raises(CommandError, match="chưa tới"):
        told("hai-an", "vneid_taught", "--as-of", "2027-01-01")
    with pytest.raises(CommandError, match="nơi làm việc"):
        told("nowhere", "--all")


def live(cast: Cast, place: Neighbourhood, name: str, born: date, since: date | None = None) -> Person:
    home = Household.objects.create(ward=cast.ward, code=name, neighbourhood=place)
    person = Person.objects.create(ward=cast.ward, full_name=name, plain_name=name, born_on=born, household=home)
    Residence.objects.create(person=person, household=home, neighbourhood=place, valid_from=since)
    return person


def confirm(cast: Cast, people: list[Person], as_of: date, code: str = "digital_identity") -> ExternalImport:
    file = ExternalImport.objects.create(
        ward=cast.ward, measure=code, layout="people", as_of=as_of, issuer="Công an phường", name="x.xlsx", digest="0"
    )
    for person in people:
        file.confirmations.create(person=person, confirmed_on=as_of)
    return file


@pytest.mark.django_db
def test_an_external_list_counts_those_who_live_here_and_no_others(cast: Cast):
    place = Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)
    old = live(cast, place, "An", date(1960, 1, 1))
    live(cast, place, "Bình", date(1990, 1, 1))
    child = live(cast, place, "Chi", date(2015, 1, 1))
    confirm(cast, [old, child], date(2026, 11, 1))
    figure = measures.count("digital_identity", cast.ward, clock.today())
    assert figure and (figure.numerator, figure.denominator) == (1, None)  # nobody decided on the whole yet
    Denominator.objects.create(ward=cast.ward, population="citizens_16", year=2026, choice="register")
    figure = measures.count("digital_identity", cast.ward, clock.today())
    assert figure and (figure.numerator, figure.denominator, figure.as_of) == (1, 2, date(2026, 11, 1))
    [cell] = told("hai-an", "digital_identity", "--by", "neighbourhood")["by_neighbourhood"]
    assert cell == {"neighbourhood": "Tổ dân phố số 1", "numerator": 1, "denominator": 2}
    assert measures.count("digital_identity", cast.ward, date(2026, 10, 31)) is None


@pytest.mark.django_db
def test_more_reached_than_there_are_is_doubted_and_has_no_share(cast: Cast):
    file = ExternalImport.objects.create(
        ward=cast.ward, measure="vneid_taught", layout="totals", as_of=date(2026, 11, 1), issuer="C06", name="x",
        digest="0",
    )  # fmt: skip
    file.figures.create(numerator=900)
    Denominator.objects.create(
        ward=cast.ward, population="adults", year=2026, choice="given", value=800, source="Công an phường"
    )
    figure = measures.count("vneid_taught", cast.ward, clock.today())
    assert figure and figure.share is None and "800" in figure.doubt


@pytest.mark.django_db
def test_a_target_is_counted_by_its_measure_before_what_units_declare(cast: Cast):
    target = make_target(cast, measure="digital_identity")
    place = Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)
    confirm(cast, [live(cast, place, "An", date(1960, 1, 1))], date(2026, 11, 1))
    assert measures.figures_of_targets([target], clock.today())[target.pk].kind == "external"


@pytest.mark.django_db
def test_the_whole_of_a_year_holds_until_a_newer_one_is_decided(cast: Cast):
    for year, value in ((2025, 700), (2026, 800)):
        Denominator.objects.create(
            ward=cast.ward, population="adults", year=year, choice="given", value=value, source=f"Điều tra {year}"
        )
    assert populations.whole(cast.ward, "adults", date(2025, 12, 31)).value == 700
    assert populations.whole(cast.ward, "adults", date(2026, 1, 1)).value == 800
    assert populations.whole(cast.ward, "adults", date(2027, 5, 1)).source == "Điều tra 2026, số của năm 2026"
    assert populations.whole(cast.ward, "adults", date(2024, 5, 1)).value is None


@given(st.integers(0, 50), st.none() | st.integers(0, 50))
def test_no_figure_is_above_its_whole(numerator: int, denominator: int | None):
    figure = measures.bounded(numerator, denominator, "", date(2026, 1, 1), "external")
    assert figure.share is None or 0 <= figure.share <= 100
    assert bool(figure.doubt) == (denominator is not None and numerator > denominator)


@pytest.mark.django_db
def test_older_plans_get_their_measures_at_the_next_start(cast: Cast):
    target = make_target(cast, text="100% người trưởng thành được phổ cập trên nền tảng VNeID.", audience="adults")
    assert assigning.assign_all() == 1
    assert Target.objects.get(pk=target.pk).measure == "vneid_taught"
    assert assigning.assign_all() == 0


@pytest.mark.parametrize(
    ("what", "content", "code"),
    [
        ("hộ gia đình được phổ biến về mục đích, ý nghĩa của Phong trào", "", "households_informed"),
        ("hộ dân được tuyên truyền về Phong trào", "", "households_informed"),
        ("hộ gia đình được tiếp cận thông tin về Phong trào", "", "households_informed"),
        ("các khóa đào tạo, bồi dưỡng", "", "courses_attended"),
        ("các chương trình bồi dưỡng nghiệp vụ quản lý nhà nước có lồng ghép", "", "programmes_with_digital_content"),
        ("các Tổ công nghệ số tại cộng đồng", "", "teams_kept_up"),
        ("người khuyết tật được hướng dẫn kỹ năng số", "", "disabled_guided"),
        ("người cao tuổi được hướng dẫn sử dụng điện thoại thông minh", "", "elderly_guided"),
        ("người dân cài đặt ứng dụng Smart Hải Phòng", "Tuyên truyền cài đặt ứng dụng", "city_app_reached"),
        ("lớp học kỹ năng số cộng đồng", "", "community_classes"),
        ("chợ trên địa bàn", "Mô hình Chợ số", "digital_markets"),
    ],
)
def test_results_of_other_communes_find_their_measure(what: str, content: str, code: str):
    assert assigning.measure_of_result(what, content) == code


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "result", "codes"),
    [
        (
            "Tiếp tục tuyên truyền cài đặt ứng dụng Công dân số (Smart Hải Phòng)",
            "Cài đặt ứng dụng",
            {"city_app_reached"},
        ),
        ("Tổ công nghệ số hướng dẫn người dân dùng nền tảng số", "Hội viên hướng dẫn người dân", {"people_guided"}),
        ("Hướng dẫn bà con dùng dịch vụ số", "Bà con được hướng dẫn tận nhà", {"people_guided"}),
        ("Phổ biến Phong trào cho người cao tuổi", "Người cao tuổi nhận thức công nghệ", {"elderly_guided"}),
        ("Phổ cập kỹ năng số cho người khuyết tật", "Người khuyết tật hiểu biết công nghệ", {"disabled_guided"}),
        ("Định kỳ tổ chức các buổi học cộng đồng cho người dân", "", {"community_classes"}),
        ("Mở lớp học số cho cộng đồng", "Các lớp học được mở", {"community_classes"}),
        ("Vận hành Tổng đài 1022", "Xử lý phản ánh, kiến nghị", set()),
        ("Chiến dịch Thanh niên chung tay", "Thanh niên tổ chức các lớp, nhóm hướng dẫn cho người dân", set()),
    ],
)
def test_results_that_name_no_level_are_counted_too(cast: Cast, content: str, result: str, codes: set[str]):
    rows = assigning.results_without_level(make_task(cast, content, result=result))
    assert {row.measure for row in rows} == codes
    assert all(not row.names_level and row.unit == measures.find(row.measure).unit for row in rows)  # type: ignore[union-attr]
