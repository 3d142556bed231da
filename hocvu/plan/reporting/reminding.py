"""Who has not reported is told: before the last day, after it, and then whoever is above them.

The days are 7, 3 and 1 before the last day in time; one that is no working day moves to the working day before, so that
nobody is told too late. After the last day the unit is told on the first working day, its head on the second, the
office that receives on the third, a leader on the fifth. Bodies that are asked are reminded before the day only. Each
stage is told once to each account, whenever the job runs. The numbers are the platform's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from hocvu.lib import clock
from hocvu.lib.months import DAY
from hocvu.lib.workdays import Workdays
from hocvu.plan.models import ReportPeriod, UnitReport
from hocvu.ward import notices
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Grant, Unit
from hocvu.ward.notices import Telling
from hocvu.ward.workdays import workdays

BEFORE = (7, 3, 1)
AFTER = {"unit": 1, "head": 2, "receiver": 3, "leader": 5}  # working days after the last day in time
TOLD_OUT = timedelta(days=45)  # a period this long past is reminded of no more

Whom = Literal["unit", "head", "receiver", "leader"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A day on which somebody is told. `ahead` is how many days before the last day it stands for; 0 after it."""

    code: str
    day: date
    whom: Whom
    ahead: int = 0


def stages(last_day: date, calendar: Workdays) -> list[Stage]:
    """All stages of a period whose last day in time is known, in order. Pure.

    >>> [f"{one.code} {one.day:%d/%m}" for one in stages(date(2026, 11, 22), Workdays())]
    ['d-7 13/11', 'd-3 19/11', 'd-1 20/11', 'unit 23/11', 'head 24/11', 'receiver 25/11', 'leader 27/11']
    """
    found = []
    for ahead in BEFORE:
        day = last_day - timedelta(days=ahead)
        while not calendar.is_working(day):
            day -= DAY
        found.append(Stage(f"d-{ahead}", day, "unit", ahead))
    for whom, count in AFTER.items():
        found.append(Stage(whom, calendar.after(last_day, count), whom))  # type: ignore[arg-type]
    return found


def remind(now: datetime) -> int:
    """Tell everybody who is to be told today, or was to be told on a day when the server stood still. Answers how many
    notices are new."""
    today, calendar = clock.local_day(now), workdays()
    rows = ReportPeriod.objects.monthly().filter(due_at__gt=now - TOLD_OUT, opened_at__lte=now)
    told = 0
    for period in rows.select_related("ward", "receiver"):
        last_day = clock.local_day(period.due_at - DAY)
        past = [one for one in stages(last_day, calendar) if one.day <= today]
        # Of the stages before the day only the newest is told: three reminders at once help nobody.
        before, after = [one for one in past if one.ahead], [one for one in past if not one.ahead]
        for stage in after if now >= period.due_at else before[-1:]:
            told += _tell(period, stage)
    return told


def missing(period: ReportPeriod) -> list[UnitReport]:
    """The reports that must still come."""
    rows = UnitReport.objects.of(period).filter(state__in=UnitReport.OPEN)
    return list(rows.select_related("unit__neighbourhood", "period"))


def _tell(period: ReportPeriod, stage: Stage) -> int:
    rows = missing(period)
    chased = [row for row in rows if not row.is_asked]
    match stage.whom:
        case "unit" if stage.ahead:
            return _tell_units(period, stage, rows)
        case "unit" | "head":
            return _tell_units(period, stage, chased)
        case "receiver":
            return _tell_above(period, stage, chased, _receivers(period))
    return _tell_above(period, stage, chased, notices.holders_of(period.ward, Role.LEADER))


def _tell_units(period: ReportPeriod, stage: Stage, rows: list[UnitReport]) -> int:
    """One notice for each account that speaks for a unit whose report is missing."""
    speaking = _speakers(rows, notices.HEAD_ROLES if stage.code == "head" else notices.UNIT_ROLES)
    return notices.tell_all(
        [
            Telling(
                speaking.get(row.unit_id, ()),
                f"report:{period.pk}:{stage.code}:{row.pk}",
                _words(row, stage),
                f"/bao-cao/phieu/{row.pk}/",
            )
            for row in rows
        ],
        ward=period.ward,
    )


def _speakers(rows: Iterable[UnitReport], roles: Iterable[str]) -> dict[int, list[Account]]:
    """Who speaks for which unit today; one question for all units."""
    held = Grant.objects.on(clock.today()).filter(
        unit__in=[row.unit_id for row in rows], role__in=tuple(roles), account__is_active=True
    )
    found: dict[int, list[Account]] = {}
    for grant in held.select_related("account"):
        found.setdefault(grant.unit_id or 0, []).append(grant.account)
    return found


def _words(row: UnitReport, stage: Stage) -> str:
    period = row.period
    if stage.ahead:
        asks = "Đề nghị" if row.is_asked else "Nhắc"
        return f"{asks} gửi báo cáo {period} của {row.unit.label}: hạn hết ngày {period.last_day}."
    if stage.code == "head":
        return f"Đơn vị của ông/bà chưa gửi báo cáo {period}, đã quá hạn ngày {period.last_day}: {row.unit.label}."
    return f"Báo cáo {period} của {row.unit.label} đã quá hạn ngày {period.last_day}. Hãy gửi sớm, có thể gửi muộn."


def _receivers(period: ReportPeriod) -> list[Account]:
    if period.receiver is None:
        return notices.holders_of(period.ward, Role.COORDINATOR)
    return notices.speakers_of(period.receiver, Role.COORDINATOR, *notices.HEAD_ROLES)


def _tell_above(period: ReportPeriod, stage: Stage, rows: list[UnitReport], above: list[Account]) -> int:
    """One notice for all missing reports together."""
    if not rows:
        return 0
    return notices.tell(
        above,
        key=f"report:{period.pk}:{stage.code}",
        text=f"{len(rows)} đơn vị chưa gửi báo cáo {period}, hạn hết ngày {period.last_day}: {_names(rows)}.",
        href=f"/bao-cao/ky/{period.pk}/?tinh-trang=chua-gui",
        ward=period.ward,
    )


NAMED = 8


def _names(rows: list[UnitReport]) -> str:
    """The first few by name, offices before teams, the rest by number."""
    ordered = sorted(rows, key=lambda row: (row.is_team, row.unit.sort_name))
    named = ", ".join(row.unit.label for row in ordered[:NAMED])
    return f"{named} và {len(rows) - NAMED} đơn vị khác" if len(rows) > NAMED else named


def text_to_copy(period: ReportPeriod, now: datetime) -> str:
    """What one may paste into a Zalo group: who has not reported, without a word about anybody's work."""
    rows = missing(period)
    chased = [row for row in rows if not row.is_asked]
    asked = [row for row in rows if row.is_asked]
    over = period.is_over(now)
    until = f"đã hết hạn ngày {period.last_day}" if over else f"hạn hết ngày {period.last_day}"
    said = [f"BÁO CÁO {period.words.upper()} - PHONG TRÀO BÌNH DÂN HỌC VỤ SỐ", f"Các đơn vị chưa gửi ({until}):"]
    said += list(_listed(chased)) or ["(đã đủ)"]
    if asked and not over:
        said += ["Đề nghị các đơn vị phối hợp gửi:", *_listed(asked)]
    said.append("Gửi trên hệ thống Học vụ số, mục Báo cáo. Tổ không có việc mới thì bấm “Không phát sinh”.")
    return "\n".join(said)


def _listed(rows: list[UnitReport]) -> Iterator[str]:
    for row in rows:
        if not row.is_team:
            yield f"- {row.unit.label}"
    if teams := [_short(row.unit) for row in rows if row.is_team]:
        yield f"- Tổ công nghệ số: {', '.join(teams)}"


def _short(unit: Unit) -> str:
    return unit.neighbourhood.name if unit.neighbourhood else unit.label
