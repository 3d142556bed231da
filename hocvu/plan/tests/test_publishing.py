"""What stands in the ward once the plan of Hải An is published: carriers, turns, dues, names learnt."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.plan import carriers, supervising
from hocvu.plan.models import Plan, Reading, Responsibility, SelfState, Task
from hocvu.plan.reporting import opening
from hocvu.plan.tests.cast import at
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit, UnitGroup, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db
HAI_AN = Path("content/plans/hai-an/ke-hoach-hai-an.txt")
Part = Responsibility.Part


@pytest.fixture
def ward(settings: Any, tmp_path: Path) -> Ward:
    settings.MEDIA_ROOT = tmp_path
    ward = make_ward()
    for name in ("Phòng Văn hóa - Xã hội", "Phòng Kinh tế, Hạ tầng và Đô thị"):
        make_unit(ward, name)
    make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    for number in (1, 2, 3):
        make_neighbourhood(ward, number)
    return ward


@pytest.fixture
def thu(ward: Ward) -> Account:
    return make_account("thu", Role.COORDINATOR, ward=ward, unit=Unit.objects.first(), name="Vũ Thị Thu")


def load(path: Path = HAI_AN, **options: Any) -> str:
    said = StringIO()
    with clock.stopped_at(at("2025-08-06 09:00")):
        call_command("import_plan", str(path), ward="hai-an", by="thu", settle=True, stdout=said, **options)
    return said.getvalue()


def numbered(number: str) -> Task:
    return Task.objects.get(number=number, plan__state=Plan.State.RUNNING, withdrawn_at=None)


def test_it_gives_a_group_s_task_to_every_member(ward, thu):
    load()
    leads = numbered("1").carriers.filter(part=Part.LEAD)
    assert {"Phòng Văn hóa - Xã hội", "Phòng Kinh tế, Hạ tầng và Đô thị", "Công an phường"} <= {
        c.unit.name for c in leads
    }
    assert {c.through.name for c in leads if c.through} == {"Các phòng, ban, đơn vị"}
    assert numbered("22").carriers.filter(unit__kind=Unit.Kind.TEAM, part=Part.LEAD).count() == 3


def test_it_makes_a_unit_of_each_neighbourhood_that_the_plan_reaches(ward, thu):
    load()
    reached = numbered("23").carriers.filter(unit__kind=Unit.Kind.NEIGHBOURHOOD)
    assert sorted(c.unit.name for c in reached) == [f"Tổ dân phố số {n}" for n in (1, 2, 3)]


def test_it_counts_a_unit_once_and_as_lead_where_it_is_one_anywhere(ward, thu):
    load()
    task = numbered("13")  # the culture office leads, and belongs to the offices that coordinate
    [carrier] = task.carriers.filter(unit__name="Phòng Văn hóa - Xã hội")
    assert carrier.part == Part.LEAD


def test_it_reads_the_plan_s_words_of_time_as_days(ward, thu):
    load()
    assert numbered("1").next_due == date(2025, 8, 31)
    assert (numbered("5").starts_on, numbered("5").ends_on) == (date(2025, 1, 1), date(2026, 12, 31))
    yearly = numbered("6")
    assert [turn.label for turn in yearly.occurrences.all()] == [f"Năm {year}" for year in range(2025, 2031)]
    assert yearly.next_due == date(2025, 12, 31)


def test_it_lays_out_the_weeks_of_one_item_a_week(ward, thu):
    load()
    weeks = list(numbered("4").occurrences.all())
    assert all(week.starts_on.weekday() == 0 and week.ends_on.weekday() == 6 for week in weeks)
    assert weeks[0].starts_on <= date(2025, 8, 6)
    assert "Tuần 46/2026" in {week.label for week in weeks}
    assert weeks[-1].ends_on >= date(2026, 12, 31)
    assert {week.needed for week in weeks} == {1}


def test_it_keeps_every_action_of_the_body_with_what_became_of_it(ward, thu):
    load()
    plan = Plan.objects.get()
    assert plan.body_actions.count() == len(Reading.objects.get().content["body_actions"])
    for action in plan.body_actions.all():
        assert action.task or action.reason
    watch = plan.body_actions.get(text__startswith="Chủ trì thực hiện các nhiệm vụ, giải pháp về huy động")
    assert [c.unit.name for c in watch.task.carriers.all()] == ["UBMTTQVN phường"]


def test_it_learns_the_names_so_that_the_next_plan_asks_less(ward, thu, tmp_path):
    load()
    other = tmp_path / "sau.txt"
    other.write_text(HAI_AN.read_text(encoding="utf-8").replace("Tạo chuyên mục", "Lập chuyên mục"), encoding="utf-8")
    call_command("import_plan", str(other), ward="hai-an", by="thu", stdout=StringIO())
    reading = Reading.objects.get(state=Reading.State.REVIEW)
    assert not {d["choice"] for d in reading.units.values()} - {"unit", "group"}
    assert len(reading.units) == 15


def test_it_follows_the_members_of_a_group_from_day_to_day(ward, thu):
    load()
    group = UnitGroup.objects.get(name="Các phòng, ban, đơn vị")
    police, task = Unit.objects.get(name="Công an phường"), numbered("1")
    task.carriers.filter(unit=police).update(state=SelfState.DONE)
    newcomer = make_unit(ward, "Văn phòng mới")
    with clock.stopped_at(at("2025-09-10 00:05")):
        group.memberships.filter(unit=police).update(valid_to=date(2025, 9, 9))
        group.memberships.create(unit=newcomer, valid_from=date(2025, 9, 10))
        assert carriers.keep_carriers() > 0
        assert task.carriers.get(unit=newcomer).ended_on is None
        gone = task.carriers.get(unit=police)
        assert (gone.ended_on, gone.state) == (date(2025, 9, 9), SelfState.DONE)
        assert carriers.keep_carriers() == 0


def test_it_says_so_when_the_same_file_comes_again(ward, thu):
    load()
    with pytest.raises(CommandError, match="đã được tải lên ngày 06/08/2025 và đã công bố"):
        load()
    assert Plan.objects.count() == 1


def test_it_lets_nobody_publish_from_the_command_line_without_the_right(ward, thu):
    make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=Unit.objects.first())
    with pytest.raises(CommandError, match="không có quyền"):
        call_command("import_plan", str(HAI_AN), ward="hai-an", by="lan", settle=True)


def test_it_withdraws_rows_that_a_corrected_document_no_longer_has(ward, thu, tmp_path):
    load()
    plan, gone = Plan.objects.get(), numbered("29")
    gone.comments.create(text="Đã họp", made_by=thu)
    text = HAI_AN.read_text(encoding="utf-8")
    corrected = tmp_path / "ban-sua.txt"
    corrected.write_text(text[: text.index("29. \n")], encoding="utf-8")
    load(corrected, revises=plan.pk)
    gone.refresh_from_db()
    assert gone.withdrawn_at is not None
    assert gone.comments.count() == 1
    assert plan.tasks.filter(withdrawn_at=None, origin=Task.Origin.APPENDIX).count() == 29
    assert Plan.objects.count() == 1


def test_remarks_stay_with_their_figure_or_fall_back_to_the_task(ward, thu, tmp_path):
    load()
    plan, task = Plan.objects.get(), numbered("5")
    phuc = make_account("phuc", Role.OVERSEER, ward=ward)
    for figure in task.measures.all():
        text = f"Đếm lại năm {figure.year}."
        supervising.remark(figure, unit=supervising.answering(figure)[0], text=text, by=phuc)
    kept = task.measures.get(year=2026)
    text = HAI_AN.read_text(encoding="utf-8")
    corrected = tmp_path / "ban-sua.txt"
    corrected.write_text(text.replace("Năm 2025 có 80%; ", "").replace("năm 2026 có 100% hộ", "năm 2026 có 95% hộ"))
    load(corrected, revises=plan.pk)
    kept.refresh_from_db()
    assert (kept.value, [one.year for one in task.measures.all()]) == (95, [2026])
    assert kept.remarks.get().text == "Đếm lại năm 2026."
    assert task.remarks.get().text == "Đếm lại năm 2025."


def test_what_a_report_declared_outlives_a_result_that_a_corrected_plan_drops(ward, thu, tmp_path):
    load()
    plan, task = Plan.objects.get(), numbered("5")
    period = opening.open_month(ward, Month.of(clock.today()).plus(1))
    report = period.reports.get(unit=task.carriers.filter(part="lead", through=None)[0].unit)
    gone = task.measures.get(year=2025)
    figure = report.figures.create(result=gone, text=gone.called, numerator=80, denominator=100)
    text = HAI_AN.read_text(encoding="utf-8")
    corrected = tmp_path / "ban-sua.txt"
    corrected.write_text(text.replace("Năm 2025 có 80%; ", ""))
    load(corrected, revises=plan.pk)
    figure.refresh_from_db()
    assert (figure.result, figure.numerator, figure.text) == (None, 80, gone.called)


def test_it_runs_several_plans_side_by_side(ward, thu, tmp_path):
    load()
    other = tmp_path / "khac.txt"
    other.write_text(HAI_AN.read_text(encoding="utf-8").replace("Tạo chuyên mục", "Lập chuyên mục"), encoding="utf-8")
    load(other)
    assert Plan.objects.running().count() == 2
