"""The cast of the plan's stories: ward Hải An, its offices, its people, one running plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from hocvu.plan.models import Carrier, Occurrence, Plan, Responsibility, Section, Target, Task
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, GroupMembership, Unit, UnitGroup, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward


def at(text: str) -> datetime:
    """A moment in the ward: "2026-11-18 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())


@dataclass
class Cast:
    """Hải An: Thu coordinates, Hùng leads, Lan works at the service centre, An at the police."""

    ward: Ward
    culture: Unit
    centre: Unit
    police: Unit
    offices: UnitGroup
    thu: Account
    hung: Account
    lan: Account
    an: Account
    plan: Plan
    section: Section


def make_cast(name: str = "Hải An", code: str = "11413", slug: str = "hai-an") -> Cast:
    """A ward with three units in one group, four people and an empty running plan."""
    ward = make_ward(name, code=code, slug=slug)
    culture = make_unit(ward, "Phòng Văn hóa - Xã hội")
    centre = make_unit(ward, "Trung tâm sự nghiệp công", Unit.Kind.SERVICE_CENTRE)
    police = make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    offices = UnitGroup.objects.create(ward=ward, name="Các phòng, ban, đơn vị")
    for unit in (culture, centre, police):
        GroupMembership.objects.create(group=offices, unit=unit)
    thu = make_account(f"thu.{slug}", Role.COORDINATOR, ward=ward, unit=culture, name="Vũ Thị Thu")
    plan = Plan.objects.create(
        ward=ward,
        number="21/KH-UBND",
        title="Kế hoạch Bình dân học vụ số",
        published_by=thu,
        published_at=at("2025-08-01"),
    )
    return Cast(
        ward=ward,
        culture=culture,
        centre=centre,
        police=police,
        offices=offices,
        thu=thu,
        hung=make_account(f"hung.{slug}", Role.LEADER, ward=ward, name="Đỗ Mạnh Hùng"),
        lan=make_account(f"lan.{slug}", Role.UNIT_OFFICER, ward=ward, unit=centre, name="Phạm Thị Lan"),
        an=make_account(f"an.{slug}", Role.UNIT_OFFICER, ward=ward, unit=police, name="Trần Văn An"),
        plan=plan,
        section=Section.objects.create(plan=plan, position=1, number="I", title="Truyền thông và tuyên truyền"),
    )


def make_task(
    cast: Cast,
    content: str = "Tạo chuyên mục trên cổng thông tin",
    *,
    lead: Unit | None = None,
    coordinators: tuple[Unit, ...] = (),
    group: UnitGroup | None = None,
    **fields: Any,
) -> Task:
    """A task led by the service centre unless another is named; `group` coordinates through its members."""
    position = cast.plan.tasks.count() + 1
    fields = {"number": str(position), "section": cast.section, "result": "Có chuyên mục hoạt động", **fields}
    task = Task.objects.create(plan=cast.plan, position=position, content=content, **fields)
    lead = lead or cast.centre
    _carry(task, lead, Responsibility.Part.LEAD, 1)
    for place, unit in enumerate(coordinators, start=1):
        _carry(task, unit, Responsibility.Part.COORDINATOR, place)
    if group is not None:
        part = Responsibility.Part.COORDINATOR
        Responsibility.objects.create(task=task, part=part, position=9, text=group.name, group=group)
        for unit in group.units.exclude(pk=lead.pk):
            Carrier.objects.create(task=task, unit=unit, part=part, through=group)
    return task


def _carry(task: Task, unit: Unit, part: Responsibility.Part, position: int) -> None:
    Responsibility.objects.create(task=task, part=part, position=position, text=unit.name, unit=unit)
    Carrier.objects.create(task=task, unit=unit, part=part)


def make_weekly(cast: Cast, first: date, weeks: int, **fields: Any) -> Task:
    """A task of one item a week, with its weeks from a Monday on."""
    task = make_task(cast, "Mỗi tuần ít nhất một tin, bài", period_kind=Task.PeriodKind.WEEKLY, **fields)
    for index in range(weeks):
        monday = first + timedelta(weeks=index)
        label = f"Tuần {monday.isocalendar().week}"
        Occurrence.objects.create(task=task, label=label, starts_on=monday, ends_on=monday + timedelta(days=6))
    return task


def make_target(
    cast: Cast, value: str = "80", *, comparator: str = ">", year: int | None = 2026, **fields: Any
) -> Target:
    """A target of officials, in per cent unless told otherwise."""
    fields = {
        "audience": Target.Audience.OFFICIALS,
        "audience_text": "cán bộ, công chức, viên chức",
        "unit": "%",
        "text": "Trên 80% cán bộ, công chức, viên chức hiểu biết về chuyển đổi số",
        "place": {"line": 194, "last_line": 198, "section": "III.1"},
        **fields,
    }
    position = cast.plan.targets.count() + 1
    return Target.objects.create(
        plan=cast.plan, position=position, year=year, comparator=comparator, value=Decimal(value), **fields
    )
