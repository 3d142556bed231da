"""Periods open by themselves: their days, and the frozen list of who must report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from hocvu.lib import clock
from hocvu.lib.months import DAY, Month, due_moment, start_of, window
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.plan.models import (
    Carrier,
    Plan,
    ReportLine,
    ReportPeriod,
    ReportQuestion,
    ReportRule,
    ReportSetting,
    ReportStep,
    UnitReport,
)
from hocvu.ward import audit
from hocvu.ward.models import Account, Unit, UnitQuerySet, Ward

DEFAULT_DUE_BEFORE = 23  # where no plan says otherwise; the plan of Hải An says "trước ngày 23 hằng tháng"
RECEIVER = "văn hóa - xã hội"  # the office that most plans name; a ward may choose another
# What teams are asked until their visits are records of their own.
TEAM_QUESTIONS = (
    ("Số hộ đã đến phổ biến trong kỳ", "hộ"),
    ("Số lượt người được hướng dẫn trong kỳ", "lượt"),
    ("Số buổi hướng dẫn đã mở trong kỳ", "buổi"),
)
QUESTIONS_SOURCE = "Mẫu báo cáo của hệ thống, dùng đến khi có mẫu của thành phố"


def setting_of(ward: Ward) -> ReportSetting:
    """How the ward reports; where it decided nothing yet, the defaults, which stand nowhere until they are changed."""
    found = ReportSetting.objects.filter(ward=ward).select_related("receiver").first()
    return found or ReportSetting(
        ward=ward,
        receiver=_office_named_in(ward),
        recipients=[
            f"Ủy ban nhân dân {ward.city or 'thành phố'} (để báo cáo)",
            "Thường trực Đảng ủy, Hội đồng nhân dân (để báo cáo)",
            "Chủ tịch, các Phó Chủ tịch Ủy ban nhân dân",
            "Các đơn vị thực hiện Kế hoạch",
        ],
    )


def _office_named_in(ward: Ward) -> Unit | None:
    """The unit through which the plan wants reports, else the office of culture and society."""
    via = ReportRule.objects.filter(plan__ward=ward, plan__state=Plan.State.RUNNING).exclude(via="")
    names = [fold(rule.via) for rule in via] + [fold(RECEIVER)]
    units = list(Unit.objects.of(ward).on(clock.today()).filter(kind=Unit.Kind.OFFICE))
    for name in names:
        for unit in units:
            if name in fold(unit.name) or fold(unit.name) in name:
                return unit
    return None


def rule_of(ward: Ward) -> tuple[int, str]:
    """Before which day of the month reports are due, and the words of the plan that say so."""
    own = ReportSetting.objects.filter(ward=ward, due_before_day__isnull=False).first()
    if own is not None and own.due_before_day:
        return own.due_before_day, "Quy định của địa bàn"
    rules = ReportRule.objects.filter(plan__ward=ward, plan__state=Plan.State.RUNNING, day__isnull=False)
    rule = rules.filter(frequency="monthly").order_by("-plan__published_at", "pk").first()
    if rule is None or rule.day is None:
        return DEFAULT_DUE_BEFORE, "Mặc định của hệ thống"
    return min(29, rule.day + (rule.semantics != "before")), rule.text


@transaction.atomic
def open_month(ward: Ward, month: Month, *, at: datetime | None = None) -> ReportPeriod:
    """Open the report of a month; one that is open stays as it is.

    Its days are settled here and its reporters frozen: every unit that carries a task of a running plan on the day of
    opening, and every team.
    """
    Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)
    known = ReportPeriod.objects.of(ward).monthly().filter(starts_on=month.first).first()
    if known is not None:
        return known
    setting, (before, rule) = setting_of(ward), rule_of(ward)
    first, last = window(month, setting.window_from_day)
    due_at = due_moment(month, before)
    period = ReportPeriod.objects.create(
        ward=ward,
        starts_on=month.first,
        window_from=first,
        window_to=last,
        opened_at=at or clock.now(),
        due_at=due_at,
        locks_at=due_at + timedelta(days=setting.locks_after_days),
        receiver=setting.receiver or _office_named_in(ward),
        rule=rule[:300],
    )
    if not ReportQuestion.objects.filter(ward=ward).exists():
        _ask_teams(ward, first)
    reports = _expect(period)
    audit.record(None, "opened a report period", period, ward=ward, reporters=reports)
    return period


def _ask_teams(ward: Ward, since: date) -> None:
    ReportQuestion.objects.bulk_create(
        ReportQuestion(
            ward=ward,
            asked=ReportQuestion.Asked.TEAMS,
            position=position,
            text=text,
            unit_word=word,
            valid_from=since,
            source=QUESTIONS_SOURCE,
        )
        for position, (text, word) in enumerate(TEAM_QUESTIONS, start=1)
    )


def reporters_on(ward: Ward, day: date) -> UnitQuerySet:
    """The units that report as of a day: those that carry a task of a running plan, and every team."""
    carrying = Carrier.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=day),
        task__plan__ward=ward,
        task__plan__state=Plan.State.RUNNING,
        task__withdrawn_at=None,
    )
    rows = Unit.objects.of(ward).on(day)
    rows = rows.exclude(kind__in=(Unit.Kind.COMMITTEE, Unit.Kind.NEIGHBOURHOOD))
    return rows.filter(Q(pk__in=carrying.order_by().values("unit")) | Q(kind=Unit.Kind.TEAM))


def _expect(period: ReportPeriod) -> int:
    """Make a report for every reporter, with a line for each task that a unit carries."""
    day = clock.local_day(period.opened_at)
    units = list(reporters_on(period.ward, day))
    reports = UnitReport.objects.bulk_create(
        UnitReport(period=period, unit=unit, is_team=unit.kind == Unit.Kind.TEAM, is_asked=unit.is_asked)
        for unit in units
    )
    offices = {report.unit_id: report for report in reports if not report.is_team}
    carriers = Carrier.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=day),
        unit__in=offices,
        task__plan__state=Plan.State.RUNNING,
        task__withdrawn_at=None,
    ).select_related("task")
    ReportLine.objects.bulk_create(
        ReportLine(
            report=offices[row.unit_id],
            task=row.task,
            part=row.part,
            # What a unit leads stands before what it takes part in.
            position=row.task.position + (0 if row.part == "lead" else 10_000),
            state=row.state,
        )
        for row in carriers
    )
    return len(reports)


def open_missing(now: datetime) -> int:
    """Open every period whose opening day has come in a ward with a running plan; a month that was missed while the
    server stood still is opened too, unless it would be locked already. Answers how many."""
    opened = 0
    for ward in Ward.objects.filter(plans__state=Plan.State.RUNNING).distinct():
        for month in _due_to_open(ward, now):
            try:
                open_month(ward, month, at=now)
                opened += 1
            except IntegrityError:  # another process opened it at the same moment
                continue
    return opened


def _due_to_open(ward: Ward, now: datetime) -> Iterator[Month]:
    """The months to open: from the one after the newest period, else the first in which the plan ran when its period
    opened, up to now. Nobody could report of a month that is locked before it opens; it is left out."""
    setting, (before, _) = setting_of(ward), rule_of(ward)
    from_day, open_for = setting.window_from_day, timedelta(days=setting.locks_after_days)
    newest = ReportPeriod.objects.of(ward).monthly().first()
    if newest is not None:
        month = newest.month.plus(1)
    else:
        began = Plan.objects.of(ward).running().order_by("published_at").first()
        assert began is not None, "only wards with a running plan are asked"
        month = Month.of(clock.local_day(began.published_at))
        if began.published_at >= start_of(month.on(from_day)):
            month = month.plus(1)
    while start_of(month.on(from_day)) <= now:
        if due_moment(month, before) + open_for > now:
            yield month
        month = month.plus(1)


@transaction.atomic
def excuse_ended(now: datetime) -> int:
    """Let units that ended before the due moment off the reports they had not sent. Answers how many."""
    rows = UnitReport.objects.filter(
        state__in=UnitReport.OPEN, period__locks_at__gt=now, unit__valid_to__lt=clock.local_day(now)
    ).select_related("period__ward", "unit")
    count = 0
    for report in rows:
        if report.unit.valid_to is not None and start_of(report.unit.valid_to + DAY) < report.period.due_at:
            _excuse(report, f"Đơn vị kết thúc ngày {report.unit.valid_to:%d/%m/%Y}.", by=None)
            count += 1
    return count


@transaction.atomic
def excuse(report: UnitReport, *, reason: str, by: Account) -> None:
    """Let a unit off a report, with a reason that everybody reads."""
    held = UnitReport.objects.select_for_update(no_key=True).select_related("period__ward", "unit").get(pk=report.pk)
    if not held.is_open:
        raise Refusal("Báo cáo này đã gửi nên không cần cho thôi.")
    _excuse(held, reason, by=by)


def _excuse(report: UnitReport, reason: str, *, by: Account | None) -> None:
    report.state, report.reason = UnitReport.State.EXCUSED, reason
    report.save(update_fields=("state", "reason"))
    ReportStep.objects.create(report=report, act=ReportStep.Act.EXCUSED, by=by, reason=reason)
    audit.record(by, "excused from a report", report, reason=reason)
