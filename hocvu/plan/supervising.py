"""Oversight: a remark is filed, the unit answers, the overseer concludes; the ward inspects and settles what it found.

An answer does not close a remark: whoever oversees says whether it is enough. Each act is one transaction, with its
entry in the trail of the task or target that it is about.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Count, Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan.models import (
    Finding,
    Inspection,
    Plan,
    Remark,
    RemarkAnswer,
    Responsibility,
    Target,
    Task,
    TaskMeasure,
)
from hocvu.plan.models.supervision import Subject
from hocvu.ward import audit
from hocvu.ward.access import can
from hocvu.ward.models import Account, Neighbourhood, Unit, UnitQuerySet, Ward
from hocvu.ward.workdays import workdays

# Working days to answer. No document of the ward sets them: this is the platform's own default.
ANSWER_WITHIN = 10
SENT_TWICE = timedelta(minutes=10)  # the same words again within this are the same form again
Written = TypeVar("Written", Remark, RemarkAnswer, Inspection, Finding)


# ---- Remarks


def answering(subject: Subject) -> UnitQuerySet:
    """The units that may be asked: the leads of a task; for a target those whose work spans the whole ward.

    Without a lead today the other units of the task are asked, as for its state.
    """
    today = clock.today()
    living = Unit.objects.of(subject.plan.ward).on(today)
    if isinstance(subject, Target):
        return living.ward_wide()
    current = _task(subject).carriers.filter(Q(ended_on=None) | Q(ended_on__gte=today))
    leads = living.filter(pk__in=current.filter(part=Responsibility.Part.LEAD).values("unit"))
    return leads if leads.exists() else living.filter(pk__in=current.values("unit"))


def first_asked(subject: Subject) -> Unit | None:
    """Whom the form proposes: the lead that the plan names first; for a target the unit that declared last."""
    units = answering(subject)
    if isinstance(subject, Target):
        return units.filter(declared_figures__target=subject).order_by("-declared_figures__declared_at").first()
    named = _task(subject).responsibilities.filter(part=Responsibility.Part.LEAD, unit__in=units)
    first = named.order_by("position").select_related("unit").first()
    return first.unit if first else units.first()


@transaction.atomic
def remark(subject: Subject, *, unit: Unit, text: str, by: Account) -> Remark:
    """File a remark that a unit must answer in ten working days."""
    _hold(subject)
    row = subject if isinstance(subject, Target) else _task(subject)
    if row.withdrawn_at is not None or row.plan.state != Plan.State.RUNNING:
        raise Refusal("Việc này không còn trong kế hoạch đang thực hiện nên không ghi ý kiến được.")
    if not answering(subject).filter(pk=unit.pk).exists():
        raise Refusal(f"{unit.name} không phụ trách việc này. Hãy chọn đơn vị trong danh sách.", "unit")
    about = {_FIELDS[type(subject)]: subject}
    if again := _just_written(Remark.objects.filter(**about, unit=unit, text=text, made_by=by)):
        return again
    due = workdays().after(clock.today(), ANSWER_WITHIN)
    made = Remark.objects.create(ward=row.plan.ward, **about, unit=unit, text=text, made_by=by, due_on=due)
    _record(by, "filed a remark of oversight", made, asked=unit.name)
    return made


@transaction.atomic
def answer(remark: Remark, *, unit: Unit, text: str, by: Account) -> RemarkAnswer:
    """The unit answers; the remark stays open until the overseer concludes."""
    held = _open(remark)
    if unit.pk != held.unit_id:
        raise Refusal(f"Ý kiến này gửi {held.unit.name}. Chỉ đơn vị đó trả lời.", "unit")
    if again := _just_written(held.answers.filter(text=text, made_by=by)):
        return again
    made = RemarkAnswer.objects.create(remark=held, unit=unit, text=text, made_by=by)
    _record(by, "answered a remark of oversight", held, unit=unit.name, answer=made.pk)
    return made


@transaction.atomic
def close(remark: Remark, *, note: str, by: Account) -> Remark:
    """The overseer concludes: whoever filed the remark, or another overseer; after an answer."""
    held = _open(remark)
    if by.pk != held.made_by_id and not can(by, "supervision.remark", held):
        raise Refusal("Chỉ người giám sát được kết thúc ý kiến.")
    if not held.answers.exists():
        raise Refusal(f"{held.unit.name} chưa trả lời nên chưa kết thúc được. Hãy chờ trả lời.")
    held.closed_at, held.closed_by, held.closed_note = clock.now(), by, note
    held.save(update_fields=("closed_at", "closed_by", "closed_note"))
    _record(by, "closed a remark of oversight", held)
    return held


def open_remarks(ward: Ward) -> UnitQuerySet:
    """The units with open remarks, and how many: `unanswered`, of these `overdue`, and `answered` ones to conclude."""
    opened = Q(remarks__closed_at=None)
    silent = opened & Q(remarks__answers=None)
    return (
        Unit.objects.of(ward)
        .filter(pk__in=Remark.objects.open().filter(ward=ward).order_by().values("unit"))
        .annotate(
            unanswered=Count("remarks", filter=silent, distinct=True),
            overdue=Count("remarks", filter=silent & Q(remarks__due_on__lt=clock.today()), distinct=True),
            answered=Count("remarks", filter=opened & Q(remarks__answers__isnull=False), distinct=True),
        )
    )


def fall_back_to_task(results: QuerySet[TaskMeasure]) -> None:
    """Results that a corrected plan no longer has leave their remarks to their task."""
    for row in Remark.objects.filter(task_measure__in=results).select_related("task_measure__task"):
        row.task, row.task_measure = _task(row.subject), None
        row.save(update_fields=("task", "task_measure"))


# ---- Inspections


@transaction.atomic
def inspect(
    ward: Ward,
    *,
    title: str,
    day: date,
    place: str,
    by: Account,
    neighbourhood: Neighbourhood | None = None,
    led_by: Unit | None = None,
    members: str = "",
) -> Inspection:
    """Record a round of inspection that took place."""
    _hold(ward)
    if day > clock.today():
        raise Refusal("Ngày kiểm tra chưa tới. Hãy ghi khi đã kiểm tra.", "day")
    said: dict[str, Any] = {"title": title, "day": day, "place": place, "neighbourhood": neighbourhood,
                            "led_by": led_by, "members": members}  # fmt: skip
    if again := _just_written(Inspection.objects.filter(ward=ward, **said, made_by=by)):
        return again
    made = Inspection.objects.create(ward=ward, **said, made_by=by)
    audit.record(by, "recorded an inspection", made)
    return made


@transaction.atomic
def find(
    inspection: Inspection,
    *,
    task: Task,
    found: str,
    verdict: Finding.Verdict,
    by: Account,
    follow_up_by: date | None = None,
) -> Finding:
    """Record what a round found of one task."""
    _hold(inspection)
    if task.plan.ward_id != inspection.ward_id:
        raise Refusal("Nhiệm vụ này của nơi khác. Hãy chọn nhiệm vụ trong danh sách.", "task")
    if follow_up_by is not None and verdict == Finding.Verdict.GOOD:
        raise Refusal("Việc làm tốt thì không cần hạn khắc phục. Hãy để trống hạn.", "follow_up_by")
    if follow_up_by is not None and follow_up_by < inspection.day:
        raise Refusal("Hạn khắc phục trước ngày kiểm tra. Hãy xem lại.", "follow_up_by")
    said: dict[str, Any] = {"task": task, "found": found, "verdict": verdict, "follow_up_by": follow_up_by}
    if again := _just_written(inspection.findings.filter(**said, made_by=by)):
        return again
    made = Finding.objects.create(inspection=inspection, **said, made_by=by)
    audit.record(
        by, "recorded a finding", task, ward=inspection.ward, finding=made.pk, state=made.get_verdict_display()
    )
    return made


@transaction.atomic
def settle(finding: Finding, *, note: str, by: Account) -> Finding:
    """What was found wanting was put right, and how."""
    held = (
        Finding.objects.select_for_update(of=("self",), no_key=True)
        .select_related("inspection__ward", "task")
        .get(pk=finding.pk)
    )
    if not held.is_open:
        raise Refusal("Kết quả này không còn gì phải khắc phục. Hãy tải lại trang.")
    held.settled_at, held.settled_by, held.settled_note = clock.now(), by, note
    held.save(update_fields=("settled_at", "settled_by", "settled_note"))
    audit.record(by, "settled a finding", held.task, ward=held.inspection.ward, finding=held.pk)
    return held


def words_of(subject: Subject) -> str:
    """What a remark is about, in a line."""
    kind = {Task: "Nhiệm vụ", Target: "Chỉ tiêu", TaskMeasure: "Kết quả nhiệm vụ"}[type(subject)]
    return f"{kind} {subject}" if isinstance(subject, Task) else f"{kind}: {subject.text}"


_FIELDS: dict[type[models.Model], str] = {Task: "task", Target: "target", TaskMeasure: "task_measure"}


def _task(subject: Subject) -> Task:
    assert not isinstance(subject, Target)
    return subject if isinstance(subject, Task) else subject.task


def _hold(row: models.Model) -> None:
    """Hold a row, so that the same form sent twice at once is seen to be the same."""
    type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)


def _open(remark: Remark) -> Remark:
    """The remark, held; refused where it was closed meanwhile."""
    held = Remark.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "ward").get(pk=remark.pk)
    if held.closed_at is not None:
        raise Refusal("Ý kiến này đã kết thúc. Hãy tải lại trang để xem kết luận.")
    return held


def _just_written(same: QuerySet[Written]) -> Written | None:
    """What the same person wrote in the same words a moment ago: the form was sent twice."""
    return same.filter(made_at__gt=clock.now() - SENT_TWICE).first()


def _record(by: Account, action: str, remark: Remark, **details: str | int) -> None:
    """In the trail of the task or target: a result's story is its task's."""
    subject = remark.subject
    about = subject if isinstance(subject, Target) else _task(subject)
    audit.record(by, action, about, ward=remark.ward, remark=remark.pk, **details)
