"""What waits for whom: evidence that came back, remarks without an answer, evidence to look at, readings to
finish, oversight to answer and to conclude."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from hocvu.lib import clock
from hocvu.plan.models import (
    Carrier,
    Comment,
    Evidence,
    ProgressNote,
    Reading,
    Remark,
    ReportPeriod,
    Responsibility,
    Task,
    UnitReport,
)
from hocvu.plan.models.supervision import RemarkQuerySet
from hocvu.plan.models.task import TaskQuerySet
from hocvu.ward.access import scoped
from hocvu.ward.models import Account, Grant, Unit, UnitQuerySet, Ward


def units_of(account: Account, ward: Ward) -> UnitQuerySet:
    """The units that the account may speak for; a few, so that the questions below name them one by one."""
    found = scoped(Unit.objects.on(clock.today()), account, "tasks.report", ward)
    return Unit.objects.filter(pk__in=list(found.order_by().values_list("pk", flat=True)))


def tasks_of(units: UnitQuerySet, *parts: Responsibility.Part) -> TaskQuerySet:
    """The living tasks that these units carry today, in any part or in those named."""
    today = clock.today()
    current = Carrier.objects.filter(Q(ended_on=None) | Q(ended_on__gte=today), unit__in=units.order_by())
    current = current.filter(part__in=parts) if parts else current
    return Task.objects.living().filter(pk__in=current.values("task"))


def returned_to(units: UnitQuerySet) -> QuerySet[Evidence]:
    """Evidence of these units that was returned, and nothing was given for the task since."""
    since = Evidence.objects.filter(
        task=OuterRef("task"), unit=OuterRef("unit"), given_at__gt=OuterRef("checked_at")
    ).order_by()
    rows = Evidence.objects.filter(check_state=Evidence.Check.RETURNED, unit__in=units.order_by())
    return rows.filter(~Exists(since), task__in=tasks_of(units).order_by()).select_related("task", "unit")


def unanswered_by(units: UnitQuerySet) -> TaskQuerySet:
    """Tasks that these units lead and on which somebody else had the last word: neither a remark nor a report of
    theirs followed it."""
    own = Grant.objects.on(clock.today()).filter(unit__in=units.order_by()).order_by().values("account")
    theirs = Comment.objects.filter(task=OuterRef("pk")).order_by("-made_at", "-id")
    followed = ProgressNote.objects.filter(
        task=OuterRef("pk"), unit__in=units.order_by(), made_at__gt=OuterRef("asked_at")
    ).order_by()
    return (
        tasks_of(units, Responsibility.Part.LEAD)
        .annotate(
            asked_at=Subquery(theirs.values("made_at")[:1]),
            asked_by=Subquery(theirs.values("made_by")[:1]),
            asked=Subquery(theirs.values("text")[:1]),
        )
        .filter(~Q(asked_by__in=own), ~Exists(followed), asked_at__isnull=False)
        .order_by(F("asked_at").desc())
    )


def to_check(account: Account, ward: Ward) -> QuerySet[Evidence]:
    """Evidence that waits for somebody's eyes, and may be this account's; the longest waiting first."""
    rows = Evidence.objects.filter(check_state=Evidence.Check.WAITING).exclude(given_by=account)
    rows = rows.filter(task__in=Task.objects.living().order_by())
    return scoped(rows, account, "tasks.verify", ward).select_related("task", "unit").order_by("given_at", "pk")


def to_review(account: Account, ward: Ward) -> QuerySet[Reading]:
    """Readings of plan files that are not published yet."""
    rows = Reading.objects.filter(state=Reading.State.REVIEW).select_related("document")
    return scoped(rows, account, "plan.publish", ward)


def reports_to_write(account: Account, ward: Ward) -> QuerySet[UnitReport]:
    """Reports that this account's units must still send and may, the oldest period first."""
    rows = UnitReport.objects.filter(state__in=UnitReport.OPEN, period__locks_at__gt=clock.now())
    return (
        scoped(rows, account, "reports.write", ward).select_related("period", "unit").order_by("period__due_at", "pk")
    )


def reports_to_accept(account: Account, ward: Ward) -> QuerySet[UnitReport]:
    """Reports that wait to be taken in and may be by this account, offices and what is flagged first."""
    rows = UnitReport.objects.waiting().exclude(submitted_by=account).exclude(unit=F("period__receiver"))
    found = scoped(rows, account, "reports.accept", ward).select_related("period", "unit")
    return found.order_by("is_team", "submitted_at", "pk")


def summaries(ward: Ward, state: str) -> QuerySet[ReportPeriod]:
    """The periods whose ward's report is in a state; a draft counts once its day is over."""
    rows = ReportPeriod.objects.of(ward).monthly()
    if state == "draft":
        rows = rows.filter(Q(summary=None) | Q(summary__state=state), due_at__lte=clock.now())
    else:
        rows = rows.filter(summary__state=state)
    return rows.order_by("-starts_on")


def remarks_to_answer(account: Account, ward: Ward) -> RemarkQuerySet:
    """Remarks of oversight that the account's units have not answered; the first due first."""
    rows = scoped(Remark.objects.unanswered(), account, "supervision.answer", ward)
    return rows.select_related("unit", "task", "target", "task_measure__task").order_by("due_on", "pk")


def remarks_to_close(account: Account, ward: Ward) -> RemarkQuerySet:
    """Remarks that were answered and wait for an overseer to conclude; the oldest first."""
    rows = scoped(Remark.objects.answered(), account, "supervision.remark", ward)
    return rows.select_related("unit", "task", "target", "task_measure__task").order_by("made_at", "pk")
