"""The work behind the pages: what runs when, what waits, what went wrong; and how far one piece of work is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hocvu.lib.marks import Mark
from hocvu.lib.pager import paginate
from hocvu.lib.schedule import Job
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render
from hocvu.ward import heartbeat, queue, schedule, work
from hocvu.ward.access import SignedInRequest, may, needs, signed_in
from hocvu.ward.models import ScheduledRun, Work

STOP_ASKING = 286  # htmx asks no further after this answer
TROUBLE_SHOWN = 20

MARKS = {
    TaskResultStatus.READY: Mark("Đang chờ"),
    TaskResultStatus.RUNNING: Mark("Đang chạy", "slow"),
    TaskResultStatus.FAILED: Mark("Hỏng", "bad"),
    TaskResultStatus.SUCCESSFUL: Mark("Xong", "good"),
}
INTERRUPTED = Mark("Bị ngắt", "bad")
RUN_MARKS = {
    "": Mark("Đang chạy", "slow"),
    ScheduledRun.Outcome.KNOWN: Mark("Chưa chạy"),
    ScheduledRun.Outcome.DONE: Mark("Xong", "good"),
    ScheduledRun.Outcome.FAILED: Mark("Hỏng", "bad"),
    ScheduledRun.Outcome.DROPPED: Mark("Bỏ dở", "bad"),
}


@dataclass(frozen=True)
class TaskLine:
    """One queued task as the list shows it: never what it was given, which may name people."""

    row: DBTaskResult[..., Any]

    @property
    def title(self) -> str:
        return work.declared(self.row.task_path).title

    @property
    def mark(self) -> Mark:
        return INTERRUPTED if queue.was_interrupted(self.row) else MARKS[TaskResultStatus(self.row.status)]

    @property
    def failed(self) -> bool:
        return bool(self.row.status == TaskResultStatus.FAILED)


@dataclass(frozen=True)
class JobLine:
    """One recurring job: when it ran last, when it is due next."""

    job: Job
    last: ScheduledRun | None
    next_due: datetime

    @property
    def ran(self) -> bool:
        return self.last is not None and self.last.outcome != ScheduledRun.Outcome.KNOWN

    @property
    def mark(self) -> Mark:
        return run_mark(self.last)


@dataclass(frozen=True)
class TroubleLine:
    """One run that failed or died, for a person to decide about."""

    run: ScheduledRun
    title: str

    @property
    def mark(self) -> Mark:
        return run_mark(self.run)


COLUMNS = (
    Column[TaskLine]("Việc", lambda line: line.title, 48),
    Column[TaskLine]("Tình trạng", lambda line: str(line.mark), 14),
    Column[TaskLine]("Gửi lúc", lambda line: line.row.enqueued_at, 18),
    Column[TaskLine]("Bắt đầu lúc", lambda line: line.row.started_at, 18),
    Column[TaskLine]("Xong lúc", lambda line: line.row.finished_at, 18),
    Column[TaskLine]("Số lần thử", lambda line: len(line.row.worker_ids), 12),
    Column[TaskLine]("Loại lỗi", lambda line: line.row.exception_class_path, 40),
)


@needs("jobs.read")
def jobs(request: SignedInRequest) -> HttpResponseBase:
    """Recurring jobs, runs in trouble, and the queue filtered by state."""
    rows = DBTaskResult.objects.order_by("-enqueued_at").defer("args_kwargs", "return_value", "traceback")
    counts = Counter(dict(rows.order_by().values_list("status").annotate(Count("pk"))))
    state = request.GET.get("trang-thai", "")
    if state in TaskResultStatus.values:
        rows = rows.filter(status=state)
    if wants_xlsx(request):
        return export("Việc nền", COLUMNS, (TaskLine(row) for row in rows.iterator()))
    page = paginate(request, rows)
    known = schedule.known_jobs()
    context = {
        "page": page,
        "lines": [TaskLine(row) for row in page],
        "states": [(value.value, mark.words, counts[value.value]) for value, mark in MARKS.items()],
        "state": state,
        "jobs": job_lines(known),
        "trouble": trouble_lines(known),
        "worker_here": heartbeat.worker_is_here(),
        "worker_seen": heartbeat.last_worker_seen(),
        "may_run": may(request.user, "jobs.run", request.ward),
    }
    return render(request, "ward/jobs.html", context)


def job_lines(known: list[Job]) -> list[JobLine]:
    """Every job with its newest run."""
    newest = {run.job: run for run in ScheduledRun.objects.newest_of_each_job()}
    return [JobLine(job, newest.get(job.name), schedule.next_due(job)) for job in known]


def trouble_lines(known: list[Job]) -> list[TroubleLine]:
    """The latest runs that failed or died."""
    titles = {job.name: job.title for job in known}
    runs = ScheduledRun.objects.in_trouble()[:TROUBLE_SHOWN]
    return [TroubleLine(run, titles.get(run.job, run.job)) for run in runs]


def run_mark(run: ScheduledRun | None) -> Mark:
    """How a run ended, as a tag."""
    return RUN_MARKS[ScheduledRun.Outcome.KNOWN if run is None else run.outcome]


@needs("jobs.run")
@require_POST
def try_task_again(request: SignedInRequest, task_id: UUID) -> HttpResponse:
    """Queue a failed task again."""
    row = get_object_or_404(DBTaskResult, pk=task_id)
    return _answer(request, work.declared(row.task_path).title, queue.try_again(row, by=request.user))


@needs("jobs.run")
@require_POST
def try_run_again(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Let the scheduler make a failed or dropped run again."""
    run = get_object_or_404(ScheduledRun, pk=run_id)
    titles = {job.name: job.title for job in schedule.known_jobs()}
    return _answer(request, titles.get(run.job, run.job), schedule.try_again(run, by=request.user))


def _answer(request: SignedInRequest, title: str, changed: bool) -> HttpResponse:
    if changed:
        messages.success(request, f"“{title}” sẽ được chạy lại.")
    else:
        messages.warning(request, f"“{title}” không còn ở tình trạng hỏng nên không cần chạy lại.")
    return redirect("ward:jobs")


@signed_in
def work_progress(request: SignedInRequest, work_id: UUID) -> HttpResponse:
    """How far a piece of work is: for whoever started it, and for those who watch over the work."""
    shown = get_object_or_404(Work, pk=work_id)
    if shown.started_by_id != request.user.pk and not may(request.user, "jobs.read", shown.ward):
        raise Http404
    if request.headers.get("HX-Request"):
        status = 200 if shown.waits else STOP_ASKING
        return render(request, "parts/work_state.html", {"work": shown, "over": not shown.waits}, status=status)
    return render(request, "ward/work.html", {"work": shown})
