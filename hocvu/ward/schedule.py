"""What is due is run, once. Any number of schedulers may look at the same time; none needs a server of its own.

A scheduler claims a due moment of a job by inserting its row, which only one of them can. The run's own
writes and the mark that it is finished are one transaction: a scheduler killed on the way leaves a claim
without a finish and nothing else, and the run is shown as dropped ("bỏ dở").
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from hocvu.lib import clock
from hocvu.lib import schedule as rules
from hocvu.lib.schedule import Job
from hocvu.ward import audit, heartbeat
from hocvu.ward.models import Account, ScheduledRun
from hocvu.ward.models.jobs import ScheduledRunQuerySet

Outcome = ScheduledRun.Outcome
ATTEMPTS = 2  # a repeatable run that died begins again once

log = logging.getLogger(__name__)


class TakenOver(Exception):
    """Another scheduler took this run for dead and has it now; nothing of it may be kept here."""


@dataclass(frozen=True)
class Ran:
    """One run that was made just now."""

    job: Job
    due_at: datetime
    outcome: Outcome
    note: str


def known_jobs() -> list[Job]:
    """Every job of the house; a room declares its own in its module `jobs`."""
    autodiscover_modules("jobs")
    return rules.jobs()


def run_due(until: datetime | None = None, *, then: Callable[[datetime], None] | None = None) -> list[Ran]:
    """Run what is due until a moment (now), in the order of the moments, each with the clock stopped at its own.

    `then` is called after each run with its moment: there the tasks that the run queued are done.
    """
    until = until or clock.now()
    jobs = {job.name: job for job in known_jobs()}
    made = take_up_dropped(jobs)
    for due_at, job in _missed(jobs, until):
        run = _claim(job, due_at)
        if run is None:
            continue
        made.append(_perform(job, run))
        if then is not None:
            then(due_at)
    return made


def take_up_dropped(jobs: dict[str, Job]) -> list[Ran]:
    """Mark the runs whose process died; begin again, once, those that may be repeated."""
    made = []
    for run in ScheduledRun.objects.unfinished().order_by("due_at", "job"):
        job = jobs.get(run.job)
        # One process makes one run at a time, so an older claim of its own is dead too.
        if run.claimed_by != heartbeat.own_name() and heartbeat.lives(run.claimed_by):
            continue
        asked_for = not run.claimed_by
        if job is not None and (asked_for or (job.repeatable and run.attempt < ATTEMPTS)):
            if again := _claim_again(run):
                made.append(_perform(job, again))
        elif _finish(run, Outcome.DROPPED, "Tiến trình dừng giữa chừng, chưa có gì được ghi lại."):
            log.error("the run %s was dropped by %s", run, run.claimed_by)
    return made


@transaction.atomic
def try_again(run: ScheduledRun, *, by: Account) -> bool:
    """Let the scheduler make a failed or dropped run again; False where it is neither."""
    changed = (
        ScheduledRun.objects.in_trouble()
        .filter(pk=run.pk)
        .update(outcome="", claimed_by="", finished_at=None, note=f"{by} cho chạy lại.")
    )
    if changed:
        audit.record(by, "queued a failed task again", str(run), task=run.job)
    return bool(changed)


def next_due(job: Job) -> datetime:
    """When the job is due next."""
    return rules.next_moment(job.rule, clock.now())


def _missed(jobs: dict[str, Job], until: datetime) -> list[tuple[datetime, Job]]:
    """The moments not yet claimed, oldest first; jobs of one moment in their order of declaration."""
    newest = dict(ScheduledRun.objects.order_by().values_list("job").annotate(Max("due_at")))
    missed: list[tuple[datetime, Job]] = []
    for job in jobs.values():
        after = newest.get(job.name) or _make_known(job, until)
        moments = rules.due_moments(job.rule, after, until)
        missed += [(moment, job) for moment in (moments if job.catch_up == "each" else moments[-1:])]
    return sorted(missed, key=lambda pair: pair[0])


def _make_known(job: Job, until: datetime) -> datetime:
    """Remember since when a new job counts: the day on which it is first seen, from its midnight on."""
    since = rules.start_of_day(until) - timedelta(microseconds=1)
    _claim(job, since, outcome=Outcome.KNOWN, finished_at=timezone.now())
    return since


def _claim(job: Job, due_at: datetime, **marks: object) -> ScheduledRun | None:
    """Take one due moment of a job, or None where it is taken."""
    try:
        with transaction.atomic():
            return ScheduledRun.objects.create(
                job=job.name, due_at=due_at, claimed_by=heartbeat.own_name(), claimed_at=timezone.now(), **marks
            )
    except IntegrityError:
        return None


def _claim_again(run: ScheduledRun) -> ScheduledRun | None:
    """Take over a run that died, or None where another scheduler was quicker."""
    note = f"Lần {run.attempt} bỏ dở, chạy lại." if run.claimed_by else run.note
    taken = _same_claim(run).update(
        claimed_by=heartbeat.own_name(), claimed_at=timezone.now(), attempt=run.attempt + 1, note=note
    )
    if not taken:
        return None
    log.warning("the run %s begins again after %s", run, run.claimed_by or "a person asked for it")
    return ScheduledRun.objects.get(pk=run.pk)


def _perform(job: Job, run: ScheduledRun) -> Ran:
    """Make one claimed run: all that it writes is kept together with its finish, or none of it."""
    due_at = run.due_at.astimezone(rules.ZONE)  # a row read back is in UTC, where the day may be another
    try:
        with transaction.atomic(), clock.stopped_at(due_at):
            note = " ".join(filter(None, (run.note, job.run(due_at))))
            if not _finish(run, Outcome.DONE, note):
                raise TakenOver
    except TakenOver:
        log.error("the run %s was taken over; nothing of it was kept here", run)
        return Ran(job, due_at, Outcome.DROPPED, "Tiến trình khác đã nhận.")
    except Exception as error:
        log.exception("the run %s failed", run)
        note = f"{type(error).__name__}: {error}"
        _finish(run, Outcome.FAILED, note)
        return Ran(job, due_at, Outcome.FAILED, note)
    return Ran(job, due_at, Outcome.DONE, note)


def _finish(run: ScheduledRun, outcome: Outcome, note: str) -> bool:
    """Write how a run ended; False where it is no longer this claim's to end."""
    ended = _same_claim(run).update(outcome=outcome, note=note[:300], finished_at=timezone.now())
    return ended == 1


def _same_claim(run: ScheduledRun) -> ScheduledRunQuerySet:
    """The row as long as nobody else has claimed or ended it since."""
    return ScheduledRun.objects.unfinished().filter(pk=run.pk, claimed_by=run.claimed_by, attempt=run.attempt)
