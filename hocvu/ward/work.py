"""Long work that somebody waits for: declared, begun, advanced, finished; its page shows how far it is.

    @background(title="Đọc văn bản kế hoạch", repeatable=True)
    def read_document(work_id: str, upload: int) -> None:
        work = work_of(work_id)
        advance(work, done=3, total=12, note="Trang 3")
        finish(work, result_url="/ke-hoach/doc/7/")

    work = begin("plan.read", "Đọc kế hoạch.docx", by=request.user, ward=request.ward)
    start(work, read_document, upload.pk)

`advance` is called outside a transaction: inside one nobody would see it before the end.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks.base import Task

from hocvu.ward.models import Account, Ward, Work

SHOW_EVERY = timedelta(milliseconds=500)  # each step shown is one synced write


@dataclass(frozen=True)
class Declared:
    """What the house knows of a task beside its function."""

    title: str
    repeatable: bool


_declared: dict[str, Declared] = {}


def background(*, title: str, repeatable: bool) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Declare a function as a task of the queue.

    `repeatable` says that running it twice does no harm: where its process is killed on the way it begins
    again by itself, once; otherwise it is shown as interrupted ("bị ngắt") and waits for a person.
    """

    def declare(function: Callable[..., Any]) -> Task[..., Any]:
        made = task()(function)
        _declared[made.module_path] = Declared(title, repeatable)
        return made

    return declare


def declared(task_path: str) -> Declared:
    """What is known of a task; one that was never declared is called by its path and is not repeated."""
    with suppress(ImportError):
        import_string(task_path)
    return _declared.get(task_path) or Declared(task_path.rpartition(".")[2], repeatable=False)


def begin(kind: str, title: str, *, by: Account | None, ward: Ward | None = None, total: int | None = None) -> Work:
    """Open the record of a long piece of work."""
    return Work.objects.create(kind=kind, title=title[:200], started_by=by, ward=ward, total=total)


@transaction.atomic
def start(work: Work, task_: Task[..., Any], *args: Any, **kwargs: Any) -> Work:
    """Queue the task that does the work; its first argument is the work's id."""
    work.task_id = UUID(str(task_.enqueue(str(work.pk), *args, **kwargs).id))
    work.save(update_fields=("task_id",))
    return work


def work_of(work_id: str) -> Work:
    """The record that a task was given the id of."""
    return Work.objects.get(pk=work_id)


def advance(work: Work, *, done: int, total: int | None = None, note: str = "") -> None:
    """Say how far the work is. Steps in quick succession are not all written; the last always is."""
    begun = work.state == Work.State.RUNNING
    work.state, work.done, work.total = Work.State.RUNNING, done, total or work.total
    work.note = note[:300] or work.note
    if not begun or done == work.total or timezone.now() - work.updated_at >= SHOW_EVERY:
        _keep(work)


def finish(work: Work, *, result_url: str = "", note: str = "") -> None:
    """The work is done; the page leads to its result."""
    work.state, work.note, work.result_url = Work.State.DONE, note[:300], result_url
    work.done = work.total if work.total is not None else work.done
    _keep(work)


def fail(work: Work, reason: str) -> None:
    """The work could not be done; the reason is a Vietnamese sentence that says what to do."""
    work.state, work.note = Work.State.FAILED, reason[:300]
    _keep(work)


def stopped(task_id: UUID, reason: str) -> None:
    """The task behind a piece of work stopped without saying how: whoever waits is told."""
    under_way = (Work.State.QUEUED, Work.State.RUNNING)
    Work.objects.filter(task_id=task_id, state__in=under_way).update(
        state=Work.State.FAILED, note=reason[:300], updated_at=timezone.now()
    )


def queued_again(task_id: UUID) -> None:
    """The task behind a piece of work waits for a second try."""
    Work.objects.filter(task_id=task_id).exclude(state=Work.State.DONE).update(
        state=Work.State.QUEUED, done=0, note="", updated_at=timezone.now()
    )


def _keep(work: Work) -> None:
    """Write the record."""
    work.updated_at = timezone.now()
    work.save(update_fields=("state", "done", "total", "note", "result_url", "updated_at"))
