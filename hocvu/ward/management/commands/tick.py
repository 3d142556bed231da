"""Run what is due until a moment, as the ward's clock would have it."""

import json
from argparse import ArgumentParser, BooleanOptionalAction
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from hocvu.lib import clock
from hocvu.lib.schedule import ZONE
from hocvu.ward import heartbeat, queue, schedule, work

EARLIEST, LATEST = 2000, 2100


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Chạy mọi việc định kỳ đến hạn cho tới một thời điểm, rồi các việc đang chờ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", default="", help="ngày hoặc thời điểm, ví dụ 2025-09-20T08:00; bỏ trống là bây giờ")
        parser.add_argument("--tasks", action=BooleanOptionalAction, default=True, help="chạy cả các việc đang chờ")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop the clock at the moment, run, and print a line a run."""
        until = moment(options["at"])
        done: list[DBTaskResult[..., Any]] = []

        def empty_queue(due_at: datetime) -> None:
            with clock.stopped_at(due_at):
                while options["tasks"] and (row := queue.run_one()):
                    done.append(row)

        heartbeat.beat()
        try:
            with clock.stopped_at(until):
                queue.find_interrupted()
                runs = schedule.run_due(until, then=empty_queue)
                empty_queue(until)
        finally:
            heartbeat.leave()
        self.say(until, runs, done, as_json=options["json"])

    def say(
        self, until: datetime, runs: list[schedule.Ran], tasks: list[DBTaskResult[..., Any]], *, as_json: bool
    ) -> None:
        """Print what was run; end with an error where anything failed."""
        rows = [run_as_row(run) for run in runs] + [task_as_row(row) for row in tasks]
        if as_json:
            self.stdout.write(json.dumps({"until": local(until), "ran": rows}, ensure_ascii=False, indent=2))
        else:
            for row in rows:
                line = "  ".join(filter(None, (row["at"], row["name"], row["outcome"], row["note"])))
                self.stdout.write(line)
            self.stdout.write(f"Đến {local(until)}: {len(runs)} việc định kỳ, {len(tasks)} việc chờ đã chạy.")
        if failed := [row["name"] for row in rows if row["outcome"] != "done"]:
            raise CommandError(f"Không xong: {', '.join(failed)}. Xem trang Việc nền (/viec-nen/).")


def moment(text: str) -> datetime:
    """The moment of the command line; production lets nobody run what lies ahead."""
    if not text:
        return clock.now()
    try:
        until = clock.read_moment(text)
    except ValueError as error:
        raise CommandError(f"Không hiểu thời điểm {text!r}. Hãy viết như 2025-09-20T08:00.") from error
    if not EARLIEST <= until.year <= LATEST:
        raise CommandError(f"Năm {until.year} không hợp lý. Hãy ghi thời điểm trong khoảng {EARLIEST} đến {LATEST}.")
    if settings.PRODUCTION and until > timezone.now():
        raise CommandError("Hệ thống chính thức không chạy trước việc của tương lai. Hãy bỏ --at.")
    return until


def local(at: datetime) -> str:
    """A moment in the ward's time, to the minute."""
    return at.astimezone(ZONE).isoformat(timespec="minutes")


def run_as_row(run: schedule.Ran) -> dict[str, str]:
    """One run of a recurring job."""
    return {
        "kind": "job",
        "name": run.job.name,
        "title": run.job.title,
        "at": local(run.due_at),
        "outcome": str(run.outcome.value),
        "note": run.note,
    }


def task_as_row(row: DBTaskResult[..., Any]) -> dict[str, str]:
    """One task of the queue."""
    return {
        "kind": "task",
        "name": row.task_path,
        "title": work.declared(row.task_path).title,
        "at": local(row.started_at),
        "outcome": "done" if row.status == "SUCCESSFUL" else "failed",
        "note": row.exception_class_path,
    }
