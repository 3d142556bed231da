"""The queue of tasks: each is claimed by one worker, run, and told apart when its worker died on the way.

The rows are django-tasks-db's own. Its command `db_worker` is not used: it can neither tell a dead worker from
a slow one nor run what is due.
"""

from __future__ import annotations

import logging
from typing import Any, cast

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks.base import TaskContext, TaskResult, TaskResultStatus
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet, get_date_max
from django_tasks_db.utils import exclusive_transaction

from hocvu.lib import clock
from hocvu.ward import audit, heartbeat, work
from hocvu.ward.models import Account

ATTEMPTS = 2  # a repeatable task whose worker died begins again once
INTERRUPTED_PATH = f"{__name__}.Interrupted"
INTERRUPTED = "Bị ngắt: tiến trình dừng khi việc chưa xong."

log = logging.getLogger(__name__)


def run_one() -> DBTaskResult[..., Any] | None:
    """Claim and run the next task that may start; None where there is none."""
    row = claim()
    if row is not None:
        perform(row)
    return row


def claim() -> DBTaskResult[..., Any] | None:
    """Take the next task. The look before the lock keeps an idle worker from taking SQLite's only one."""
    ready = startable()
    if not ready.exists():
        return None
    with exclusive_transaction(ready.db):
        row = ready.get_locked()
        if row is not None:
            row.claim(heartbeat.own_name())
    return row


def startable() -> DBTaskResultQuerySet:
    """The tasks that may start by the ward's clock."""
    return DBTaskResult.objects.filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=clock.now()), status=TaskResultStatus.READY
    )


def perform(row: DBTaskResult[..., Any]) -> None:
    """Run one claimed task and write how it ended.

    A database that fails while the end is written leaves the task running without a worker, for
    `find_interrupted` to judge: it may have done its work.
    """
    try:
        value = _call(row)
    except Exception as error:
        log.exception("the task %s %s failed", row.task_path, row.pk)
        row.set_failed(error)
        work.stopped(row.pk, "Việc này gặp lỗi và đã dừng. Hãy thử lại, hoặc báo quản trị xem trang Việc nền.")
        return
    try:
        row.set_successful(value)
    except DatabaseError:
        raise
    except Exception as error:  # the answer does not fit into JSON
        row.set_failed(error)


def _call(row: DBTaskResult[..., Any]) -> object:
    """Call the task's function with what was queued."""
    args, kwargs = row.args_kwargs["args"], row.args_kwargs["kwargs"]
    if row.task.takes_context:
        return row.task.call(TaskContext(task_result=cast(TaskResult[Any], row.task_result)), *args, **kwargs)
    return row.task.call(*args, **kwargs)


def find_interrupted() -> list[DBTaskResult[..., Any]]:
    """The tasks whose worker died: those that may be repeated are queued again, once; the rest have failed.

    To be asked by a worker between two tasks of its own.
    """
    found = []
    for row in DBTaskResult.objects.running():
        name = row.worker_ids[-1] if row.worker_ids else ""
        if name != heartbeat.own_name() and heartbeat.lives(name):
            continue
        if _judge(row):
            found.append(row)
    return found


@transaction.atomic
def _judge(row: DBTaskResult[..., Any]) -> bool:
    """Decide about one interrupted task, unless another worker was quicker."""
    # The moment of the claim tells this claim from a later one.
    same_claim = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)
    if work.declared(row.task_path).repeatable and len(row.worker_ids) < ATTEMPTS:
        if not same_claim.update(status=TaskResultStatus.READY, started_at=None):
            return False
        log.warning("the task %s %s was interrupted and is queued again", row.task_path, row.pk)
        work.queued_again(row.pk)
        return True
    if not same_claim.update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        exception_class_path=INTERRUPTED_PATH,
        traceback=INTERRUPTED,
    ):
        return False
    log.error("the task %s %s was interrupted", row.task_path, row.pk)
    work.stopped(row.pk, INTERRUPTED + " Hãy thử lại.")
    return True


class Interrupted(Exception):
    """Named in the row of a task whose worker died."""


def was_interrupted(row: DBTaskResult[..., Any]) -> bool:
    """Whether a task failed because its worker died, not by itself."""
    return bool(row.exception_class_path == INTERRUPTED_PATH)


@transaction.atomic
def try_again(row: DBTaskResult[..., Any], *, by: Account) -> bool:
    """Queue a failed task again; False where it no longer is a failed one."""
    changed = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY,
        started_at=None,
        finished_at=None,
        exception_class_path="",
        traceback="",
    )
    if changed:
        work.queued_again(row.pk)
        audit.record(by, "queued a failed task again", str(row.pk), task=row.task_path)
    return bool(changed)
