"""Queued work is done once, by one worker; who waits for it sees how far it is."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from hocvu.lib import clock
from hocvu.ward import queue, work, worker
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Work
from hocvu.ward.tests import errands
from hocvu.ward.tests.cast import make_account, make_ward
from hocvu.ward.tests.processes import House, die, stop, wait_for

WORK = "call_command('work')"
STATES = "select status, exception_class_path from django_tasks_database_dbtaskresult order by 1"


@pytest.fixture(autouse=True)
def lines(tmp_path, monkeypatch):
    """The file in which the errands of this process leave their lines."""
    file = tmp_path / "lines"
    monkeypatch.setenv("ERRANDS", str(file))
    return file


def states() -> list[tuple[str, str]]:
    return sorted(DBTaskResult.objects.values_list("status", "exception_class_path"))


@pytest.mark.django_db
def test_tick_does_the_queued_work_too_unless_told_not_to(lines, capsys):
    errands.write_once.enqueue("a")
    call_command("tick", "--at", "2025-09-15T08:00", "--no-tasks")
    assert states() == [("READY", "")]
    capsys.readouterr()
    call_command("tick", "--at", "2025-09-15T08:00", "--json")
    (ran,) = (row for row in json.loads(capsys.readouterr().out)["ran"] if row["kind"] == "task")
    assert (ran["title"], ran["outcome"]) == ("Ghi một dòng, một lần", "done")
    assert lines.read_text().split()[0] == "a"


@pytest.mark.django_db
def test_work_for_later_waits_for_the_ward_s_clock(lines):
    with clock.stopped_at(clock.read_moment("2025-09-15T08:00")):
        errands.write_once.using(run_after=clock.now() + timedelta(hours=1)).enqueue("later")
        assert queue.run_one() is None
    with clock.stopped_at(clock.read_moment("2025-09-15T09:00")):
        assert queue.run_one() is not None


@pytest.mark.django_db
def test_a_task_that_breaks_down_tells_who_waits_and_can_be_tried_again():
    ward = make_ward()
    tam = make_account("tam", Role.ADMINISTRATOR)
    waiting = work.start(work.begin("plan.read", "Đọc kế hoạch.docx", by=tam, ward=ward), errands.break_down)
    with pytest.raises(CommandError, match="break_down"):
        call_command("tick", "--at", "2025-09-15T08:00")
    waiting.refresh_from_db()
    assert (waiting.state, "Hãy thử lại" in waiting.note) == ("failed", True)

    DBTaskResult.objects.exclude(status="FAILED").delete()  # what the night queued for the ward
    row = DBTaskResult.objects.get()
    assert queue.try_again(row, by=tam)
    assert not queue.try_again(row, by=tam)
    waiting.refresh_from_db()
    assert (waiting.state, states()) == ("queued", [("READY", "")])
    assert AuditEntry.objects.get(action="queued a failed task again").actor == "Tam"


def left_running(task, worker_ids=("elsewhere:1:0",)) -> DBTaskResult:
    """A task in the hands of a worker that is no more."""
    row = DBTaskResult.objects.get(pk=task.enqueue("x").id)
    DBTaskResult.objects.filter(pk=row.pk).update(
        status="RUNNING", started_at=timezone.now(), worker_ids=list(worker_ids)
    )
    return row


@pytest.mark.django_db
def test_an_interrupted_task_begins_again_once_where_that_does_no_harm():
    left_running(errands.write_again)
    queue.find_interrupted()
    assert states() == [("READY", "")]
    DBTaskResult.objects.all().delete()
    left_running(errands.write_again, ("one", "two"))
    queue.find_interrupted()
    assert states() == [("FAILED", "hocvu.ward.queue.Interrupted")]


@pytest.mark.django_db
def test_an_interrupted_task_that_may_not_be_repeated_is_shown_as_interrupted():
    row = left_running(errands.write_once)
    waiting = Work.objects.create(kind="x", title="x", state="running", task_id=row.pk)
    queue.find_interrupted()
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.status, "Bị ngắt" in row.traceback) == ("FAILED", True)
    assert (waiting.state, "Bị ngắt" in waiting.note) == ("failed", True)
    assert queue.run_one() is None


@pytest.mark.django_db
def test_progress_is_shown_but_not_every_step_is_written(django_assert_num_queries):
    waiting = work.begin("plan.read", "Đọc kế hoạch.docx", by=None)
    work.advance(waiting, done=1, total=100, note="Trang 1")
    kept = work.work_of(str(waiting.pk))
    assert (kept.state, kept.percent, kept.note) == ("running", 1, "Trang 1")
    with django_assert_num_queries(0):
        work.advance(waiting, done=2)
    with django_assert_num_queries(1):
        work.advance(waiting, done=100)
    work.finish(waiting, result_url="/ke-hoach/doc/7/")
    kept = work.work_of(str(waiting.pk))
    assert (kept.state, kept.percent, kept.waits, kept.result_url) == ("done", 100, False, "/ke-hoach/doc/7/")


def test_a_busy_database_costs_a_worker_one_step_and_not_its_life(caplog, monkeypatch):
    monkeypatch.setattr(worker.connection, "close", lambda: None)

    def look() -> None:
        raise OperationalError("database is locked")

    with caplog.at_level(logging.WARNING):
        assert worker._unhurt(look) is None
    assert "database is locked" in caplog.text


def queue_up(house: House, *calls: str) -> None:
    house.run("".join(f"errands.{call}\n" for call in calls))


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_queue_and_do_each_task_once(house: House):
    queue_up(house, *(f"write_once.enqueue('task {n}', 0.02)" for n in range(40)))
    both = [house.start("errands.start_together(2); " + WORK) for _ in range(2)]
    wait_for(lambda: sum(house.effects().values()) >= 42)
    for process in both:
        assert "đã dừng" in stop(process)
    assert house.effects() == {f"task {n}": 1 for n in range(40)} | {"here": 2}
    assert len(house.hands("task")) == 2
    assert house.rows(STATES) == [("SUCCESSFUL", "")] * 40
    assert house.rows("select count(*) from ward_workerheartbeat") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_told_to_stop_finishes_what_is_under_way(house: House):
    queue_up(house, "write_once.enqueue('long', 3)", "write_once.enqueue('next')")
    process = house.start(WORK)
    wait_for(lambda: house.effects()["long"])
    stop(process)
    assert house.effects() == {"long": 1}
    assert house.rows(STATES) == [("READY", ""), ("SUCCESSFUL", "")]


@pytest.mark.django_db(transaction=True)
def test_a_task_whose_worker_was_killed_is_found_at_the_next_start(house: House):
    queue_up(house, "write_again.enqueue('may repeat', 60)")
    killed = house.start(WORK)
    wait_for(lambda: house.effects()["may repeat"])
    die(killed)
    next_one = house.start(WORK)
    wait_for(lambda: house.effects()["may repeat"] == 2)
    die(next_one)

    last = house.start(WORK)
    failed = [("FAILED", "hocvu.ward.queue.Interrupted")]
    wait_for(lambda: house.rows(STATES) == failed)
    stop(last)
    assert house.effects() == {"may repeat": 2}
