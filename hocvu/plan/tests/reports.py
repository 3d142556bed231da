"""The cast of the stories of reports: a small ward whose month runs from opening to the signed paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.plan.models import ReportPeriod, ReportRule, Task, UnitReport
from hocvu.plan.reporting import deciding, opening
from hocvu.plan.reporting.writing import Content
from hocvu.plan.tests.cast import Cast, at, make_task
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit
from hocvu.ward.tests.cast import make_account, make_neighbourhood

NOVEMBER = Month(2026, 11)
OPENING = at("2026-11-15 00:15")


@dataclass
class Month_:
    """Hải An in November: two teams, the centre with its head Nga, the office with its head Bích, the clerk Ngân."""

    cast: Cast
    period: ReportPeriod
    task: Task
    nga: Account
    bich: Account
    ngan: Account
    tam: Account  # leads the first team
    sau: Account  # leads the second

    def of(self, unit: Unit) -> UnitReport:
        return UnitReport.objects.select_related("period__ward", "unit").get(period=self.period, unit=unit)

    @property
    def teams(self) -> list[UnitReport]:
        return list(UnitReport.objects.filter(period=self.period, is_team=True).order_by("unit__sort_name"))

    def send(self, unit: Unit, by: Account, moment: str = "2026-11-18 10:00", **words: object) -> UnitReport:
        """A unit's report sent at a moment, with a few words unless told otherwise."""
        report = self.of(unit)
        content = Content(**{"work_done": "Đã mở hai buổi hướng dẫn.", **words})  # type: ignore[arg-type]
        with clock.stopped_at(at(moment)):
            return deciding.submit(report, content, version=report.version, by=by)


def make_month(cast: Cast, opened: datetime = OPENING) -> Month_:
    """Open November for a ward with a task of the centre, coordinated by all offices."""
    ward = cast.ward
    ReportRule.objects.create(
        plan=cast.plan, frequency="monthly", day=23, semantics="before", via="Phòng Văn hóa - Xã hội",
        text="Báo cáo trước ngày 23 hằng tháng qua Phòng Văn hóa - Xã hội.",
    )  # fmt: skip
    places = [make_neighbourhood(ward, number) for number in (1, 2)]
    task = make_task(cast, lead=cast.centre, group=cast.offices)
    accounts = {
        "nga": make_account("nga", Role.UNIT_HEAD, ward=ward, unit=cast.centre, name="Lê Thị Nga"),
        "bich": make_account("bich", Role.UNIT_HEAD, ward=ward, unit=cast.culture, name="Hồ Thị Bích"),
        "ngan": make_account("ngan", Role.CLERK, ward=ward, name="Lê Thị Ngân"),
        "tam": make_account("tam", Role.UNIT_OFFICER, ward=ward, unit=places[0].units.get(), name="Đỗ Văn Tám"),
        "sau": make_account("sau", Role.UNIT_OFFICER, ward=ward, unit=places[1].units.get(), name="Vũ Thị Sáu"),
    }
    with clock.stopped_at(opened):
        period = opening.open_month(ward, NOVEMBER)
    return Month_(cast=cast, period=period, task=task, **accounts)
