"""Work on a task: a unit reports, gives evidence; somebody else checks it; people comment.

Each act is one transaction: the row, what it changes in the task's two states and its next due day, and the
entry in the trail. The trail of a task is made of the entries whose target is the task.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import IO, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hocvu.lib import clock, uploads
from hocvu.lib.refusals import Refusal
from hocvu.plan import turns
from hocvu.plan.models import (
    Carrier,
    Comment,
    Evidence,
    Plan,
    ProgressNote,
    Responsibility,
    SelfState,
    Task,
    VerifiedState,
)
from hocvu.ward import audit
from hocvu.ward.models import Account, Unit

Check = Evidence.Check
Written = TypeVar("Written", ProgressNote, Comment)
SENT_TWICE = timedelta(minutes=10)  # the same words again within this are the same form again


@transaction.atomic
def report_progress(task: Task, *, unit: Unit, state: SelfState, text: str, by: Account) -> ProgressNote:
    """Write what a unit reports on a task it carries; the unit's own state follows at once."""
    _begin(task)
    carrier = _carrier(task, unit)
    if again := _just_written(task.notes.filter(unit=unit, state=state, text=text, made_by=by)):
        return again
    note = ProgressNote.objects.create(task=task, unit=unit, state=state, text=text, made_by=by)
    carrier.state, carrier.reported_at = state, note.made_at
    carrier.save(update_fields=("state", "reported_at"))
    restate(task)
    _record(by, "reported progress", task, unit=unit.name, state=state, note=note.pk)
    return note


def add_evidence(
    task: Task,
    *,
    unit: Unit,
    title: str,
    happened_on: date,
    by: Account,
    url: str = "",
    upload: IO[bytes] | None = None,
    file_name: str = "",
) -> Evidence:
    """Give evidence of work: either a link, which is kept and never fetched, or a file.

    A file that is not let in raises `lib.uploads.Refused`.
    """
    if happened_on > clock.today():
        raise Refusal("Ngày của bằng chứng chưa tới. Hãy ghi ngày việc đã diễn ra.", "happened_on")
    if bool(url) == (upload is not None):
        raise Refusal("Hãy gửi một tệp, hoặc ghi một đường dẫn; mỗi lần một thứ.", "upload")
    evidence = Evidence(task=task, unit=unit, title=title, happened_on=happened_on, given_by=by)
    if upload is None:
        evidence.kind, evidence.url = Evidence.Kind.LINK, _web_address(url)
        return _give(evidence)
    kept = uploads.take_in(upload, file_name)
    evidence.kind, evidence.file_name = Evidence.Kind(kept.kind), kept.name
    evidence.size, evidence.digest = len(kept.content), kept.digest
    evidence.file.save(f"{uuid4().hex}{kept.ending}", ContentFile(kept.content), save=False)
    try:
        return _give(evidence)
    except BaseException:
        with suppress(OSError):
            evidence.file.storage.delete(evidence.file.name or "")
        raise


@transaction.atomic
def _give(evidence: Evidence) -> Evidence:
    task = evidence.task
    _begin(task)
    _carrier(task, evidence.unit)
    same = Q(url=evidence.url) if evidence.kind == Evidence.Kind.LINK else Q(digest=evidence.digest)
    if earlier := task.evidence.exclude(check_state=Check.RETURNED).filter(same).first():
        raise Refusal(
            f"Bằng chứng này đã nộp ngày {timezone.localtime(earlier.given_at):%d/%m/%Y} với tên “{earlier.title}”. Không cần nộp lại.",
            "url" if evidence.url else "upload",
        )
    evidence.occurrence = turns.containing(task, evidence.happened_on)
    evidence.save()
    restate(task)
    _record(evidence.given_by, "gave evidence", task, unit=evidence.unit.name, evidence=evidence.pk)
    return evidence


@transaction.atomic
def check_evidence(evidence: Evidence, *, accept: bool, by: Account, reason: str = "") -> Evidence:
    """Accept evidence or return it with a reason. Nobody checks what they gave themselves.

    What was accepted by mistake can still be returned; what was returned stays returned, the unit gives
    something better.
    """
    task = evidence.task
    _begin(task)
    held = Evidence.objects.select_for_update(no_key=True).get(pk=evidence.pk)
    if by.pk == held.given_by_id:
        raise Refusal("Người nộp không tự kiểm bằng chứng của mình. Hãy để người khác kiểm.")
    if held.check_state == Check.RETURNED or (accept and held.check_state == Check.ACCEPTED):
        raise Refusal("Bằng chứng này đã có người kiểm. Hãy tải lại trang để xem kết quả.")
    if not accept and not reason:
        raise Refusal("Hãy ghi lý do trả lại để đơn vị biết cần bổ sung gì.", "reason")
    evidence.check_state = Check.ACCEPTED if accept else Check.RETURNED
    evidence.check_reason, evidence.checked_by, evidence.checked_at = reason, by, clock.now()
    evidence.save(update_fields=("check_state", "check_reason", "checked_by", "checked_at"))
    restate(task)
    action = "accepted evidence" if accept else "returned evidence"
    _record(by, action, task, evidence=evidence.pk, reason=reason or None)
    return evidence


@transaction.atomic
def comment(task: Task, *, text: str, by: Account) -> Comment:
    """Write a remark on a task: a direction, a question, an answer."""
    Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if again := _just_written(task.comments.filter(text=text, made_by=by)):
        return again
    remark = Comment.objects.create(task=task, text=text, made_by=by)
    _record(by, "commented on a task", task, comment=remark.pk)
    return remark


def restate(task: Task, day: date | None = None) -> bool:
    """Bring a task's two states and its next due day in step with what was reported, given and checked.

    True where something changed. The caller holds the task's row.
    """
    day = day or clock.today()
    carriers = list(task.carriers.filter(Q(ended_on=None) | Q(ended_on__gte=day)))
    done = turns.turns_of(task)
    before = (task.self_state, task.verified_state, task.next_due)
    task.self_state = self_state_of(carriers, done, day)
    task.verified_state = verified_state_of(task, carriers, done, day)
    if done:
        task.next_due = turns.due_day(done, day)
    task.save(update_fields=("self_state", "verified_state", "next_due"))
    return before != (task.self_state, task.verified_state, task.next_due)


def self_state_of(carriers: Iterable[Carrier], done: list[turns.Turn], day: date) -> SelfState:
    """What the units together say of a task.

    Stuck as soon as one lead is stuck. Done when all leads say so; the work of coordinators does not finish a
    task. Doing when anybody has begun. Recurring work is not done before its last turn is over: until then
    "done" speaks of the turn and counts as doing. Without a lead the coordinators are asked instead.
    """
    carriers = list(carriers)
    leads = [c for c in carriers if c.part == Responsibility.Part.LEAD] or carriers
    states = {SelfState(c.state) for c in leads}
    if SelfState.STUCK in states:
        return SelfState.STUCK
    if states == {SelfState.DONE} and (not done or done[-1].is_over(day)):
        return SelfState.DONE
    begun = any(c.state != SelfState.NOT_STARTED for c in carriers)
    return SelfState.DOING if begun else SelfState.NOT_STARTED


def verified_state_of(task: Task, carriers: Iterable[Carrier], done: list[turns.Turn], day: date) -> VerifiedState:
    """What the evidence shows.

    Verified: for recurring work, every turn that is over is met and there is one; for other work, every lead
    says done, has accepted evidence, and nothing waits. Partial: something was accepted. Unchecked: there is
    evidence and nobody has looked. What was returned counts as not given.
    """
    given = list(task.evidence.exclude(check_state=Check.RETURNED).values_list("unit_id", "check_state"))
    if not given:
        return VerifiedState.NO_EVIDENCE
    accepted = {unit for unit, state in given if state == Check.ACCEPTED}
    if not accepted:
        return VerifiedState.UNCHECKED
    if done:
        over = [turn for turn in done if turn.is_over(day)]
        whole = bool(over) and all(turn.is_met for turn in over)
    else:
        carriers = list(carriers)
        leads = [c for c in carriers if c.part == Responsibility.Part.LEAD] or carriers
        whole = bool(leads) and all(c.state == SelfState.DONE and c.unit_id in accepted for c in leads)
        whole = whole and all(state == Check.ACCEPTED for _, state in given)
    return VerifiedState.VERIFIED if whole else VerifiedState.PARTIAL


@transaction.atomic
def look_ahead(day: date) -> int:
    """Move recurring work on to the turn of a day: each morning yesterday's turn may be over. Answers how many
    tasks changed."""
    recurring = Task.objects.living().filter(occurrences__isnull=False).distinct()
    return sum(
        restate(task, day) for task in Task.objects.select_for_update(no_key=True).filter(pk__in=recurring.values("pk"))
    )


def _begin(task: Task) -> None:
    """Hold the task's row, so that two reports never restate it from different halves; refuse one that ended."""
    Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.withdrawn_at is not None or task.plan.state != Plan.State.RUNNING:
        raise Refusal("Nhiệm vụ này không còn trong kế hoạch đang thực hiện nên không ghi thêm được.")


def _just_written(same: QuerySet[Written]) -> Written | None:
    """What the same person wrote in the same words a moment ago: the form was sent twice."""
    return same.filter(made_at__gt=clock.now() - SENT_TWICE).first()


def _carrier(task: Task, unit: Unit) -> Carrier:
    """The unit's row in the task, as long as it carries it."""
    day = clock.today()
    carrier = task.carriers.filter(Q(ended_on=None) | Q(ended_on__gte=day), unit=unit).first()
    if carrier is None:
        raise Refusal(f"{unit.name} không có tên trong nhiệm vụ này. Hãy chọn đơn vị chủ trì hoặc phối hợp.", "unit")
    return carrier


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # "http://[::1"
        whole = False
    if not whole:
        raise Refusal("Hãy ghi đường dẫn đầy đủ, bắt đầu bằng https:// hoặc http://.", "url")
    return url.strip()


def _record(by: Account, action: str, task: Task, **details: str | int | None) -> None:
    audit.record(by, action, task, ward=task.plan.ward, **details)
