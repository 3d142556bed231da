"""What is due is run once, whoever looks and whatever dies."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib import schedule as rules
from hocvu.lib.schedule import ZONE, every
from hocvu.ward import heartbeat, schedule
from hocvu.ward.models import ScheduledRun, Ward
from hocvu.ward.tests.processes import House, die, wait_for

DAY = "2025-09-15"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def registry(monkeypatch):
    """No job but those that the test declares."""
    schedule.known_jobs()
    monkeypatch.setattr(rules, "_jobs", {})
    monkeypatch.setattr(schedule, "autodiscover_modules", lambda name: None)


@pytest.fixture
def said(registry):
    """Two jobs that say when they run, by their due moment and by the clock."""
    lines: list[str] = []

    @every("month", day=15, at="00:05", title="Mở kỳ báo cáo", repeatable=True, catch_up="each")
    def open_month(due):
        lines.append(f"open {due:%Y-%m-%d}")

    @every("day", at="07:00", title="Nhắc việc", repeatable=True)
    def remind(due):
        lines.append(f"remind {due:%Y-%m-%d}")
        assert clock.now() == due
        return "Đã nhắc 3 đơn vị."

    return lines


@pytest.mark.django_db
def test_it_runs_what_is_due_once_and_in_the_order_of_the_moments(said):
    schedule.run_due(at("2025-09-15T08:00"))
    schedule.run_due(at("2025-09-15T08:00"))
    schedule.run_due(at("2025-09-15T09:00"))
    assert said == ["open 2025-09-15", "remind 2025-09-15"]
    kept = ScheduledRun.objects.get(job="tests.remind", outcome="done")
    assert kept.due_at == at("2025-09-15T07:00")
    assert kept.note == "Đã nhắc 3 đơn vị."
    assert kept.finished_at is not None


@pytest.mark.django_db
def test_a_job_that_is_new_leaves_the_days_before_alone(said):
    schedule.run_due(at("2025-09-14T06:00"))
    assert said == []
    schedule.run_due(at("2025-09-14T07:00"))
    assert said == ["remind 2025-09-14"]


@pytest.mark.django_db
def test_it_catches_up_after_a_sleep_as_each_job_says(said):
    schedule.run_due(at("2025-08-20T08:00"))
    said.clear()
    schedule.run_due(at("2025-11-20T08:00"))
    assert said == ["open 2025-09-15", "open 2025-10-15", "open 2025-11-15", "remind 2025-11-20"]


@pytest.mark.django_db
def test_a_job_first_seen_before_a_sleep_is_not_forgotten(said):
    schedule.run_due(at("2025-09-14T06:00"))
    schedule.run_due(at("2025-09-17T06:00"))
    assert said == ["open 2025-09-15", "remind 2025-09-16"]


@pytest.mark.django_db
def test_a_job_that_fails_leaves_nothing_and_the_others_still_run(said):
    @every("day", at="00:01", title="Hỏng", repeatable=True)
    def breaks(due):
        Ward.objects.create(code="x", slug="x", name="x", city="x")
        raise RuntimeError("out of paper")

    made = schedule.run_due(at("2025-09-15T08:00"))
    assert [(ran.job.name, ran.outcome) for ran in made] == [
        ("tests.breaks", "failed"),
        ("tests.open_month", "done"),
        ("tests.remind", "done"),
    ]
    assert ScheduledRun.objects.in_trouble().get().note == "RuntimeError: out of paper"
    assert not Ward.objects.exists()
    assert [ran.job.name for ran in schedule.run_due(at("2025-09-15T09:00"))] == []


def dead_claim(job: str, **more) -> ScheduledRun:
    """A run claimed by a process that is no more."""
    return ScheduledRun.objects.create(
        job=job, due_at=at("2025-09-15T07:00"), claimed_by="elsewhere:1:0", claimed_at=timezone.now(), **more
    )


@pytest.mark.django_db
def test_a_run_that_died_begins_again_once(said):
    run = dead_claim("tests.remind")
    schedule.run_due(at("2025-09-15T07:30"))
    run.refresh_from_db()
    assert (run.outcome, run.attempt, said.count("remind 2025-09-15")) == ("done", 2, 1)
    assert run.note == "Lần 1 bỏ dở, chạy lại. Đã nhắc 3 đơn vị."


@pytest.mark.django_db
@pytest.mark.parametrize(("job", "attempt"), [("tests.remind", 2), ("tests.pay", 1), ("tests.gone", 1)])
def test_a_run_that_died_and_may_not_begin_again_is_shown_as_dropped(said, job, attempt):
    @every("day", at="07:00", title="Gửi tiền", repeatable=False)
    def pay(due):
        said.append("paid")

    run = dead_claim(job, attempt=attempt)
    schedule.run_due(at("2025-09-15T07:30"))
    run.refresh_from_db()
    assert (run.outcome, run.state_in_words) == ("dropped", "bỏ dở")
    assert "paid" not in said or job != "tests.pay"


@pytest.mark.django_db
def test_a_run_taken_over_by_another_keeps_nothing_of_the_first(said):
    @every("day", at="05:00", title="Chậm", repeatable=True)
    def slow(due):
        Ward.objects.create(code="x", slug="x", name="x", city="x")
        ScheduledRun.objects.filter(job="tests.slow", outcome="").update(claimed_by="another", attempt=2)

    (ran, *_) = schedule.run_due(at("2025-09-15T05:30"))
    assert ran.outcome == "dropped" or ran.job.name != "tests.slow"
    assert not Ward.objects.exists()


@pytest.mark.django_db
def test_tick_says_what_it_ran(said, capsys):
    call_command("tick", "--at", "2025-09-15T08:00", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["until"] == "2025-09-15T08:00+07:00"
    assert told["ran"][1] == {
        "kind": "job",
        "name": "tests.remind",
        "title": "Nhắc việc",
        "at": "2025-09-15T07:00+07:00",
        "outcome": "done",
        "note": "Đã nhắc 3 đơn vị.",
    }
    call_command("tick", "--at", "2025-09-16T08:00")
    assert capsys.readouterr().out.splitlines()[0] == "2025-09-16T07:00+07:00  tests.remind  done  Đã nhắc 3 đơn vị."
    call_command("tick", "--at", "2025-09-16T08:00", "--json")
    assert json.loads(capsys.readouterr().out)["ran"] == []


@pytest.mark.django_db
def test_tick_refuses_what_is_no_moment_and_in_production_what_lies_ahead(said):
    with pytest.raises(CommandError, match="Không hiểu thời điểm 'hôm qua'"):
        call_command("tick", "--at", "hôm qua")
    with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="tương lai"):
        call_command("tick", "--at", "2099-01-01")
    assert said == []


@pytest.mark.django_db
def test_the_house_has_real_jobs_that_run(client):
    made = schedule.run_due(clock.now())
    assert all(ran.outcome == "done" for ran in made)
    names = {job.name for job in schedule.known_jobs()}
    assert {"ward.forget_sessions", "ward.forget_old_work"} <= names


@pytest.mark.django_db
def test_ended_sessions_are_forgotten_and_live_ones_kept(client):
    from django.contrib.sessions.models import Session

    from hocvu.ward.jobs import forget_sessions

    for key, expire in (("ended", "2020-01-01"), ("live", "2090-01-01")):
        Session.objects.create(session_key=key, session_data="", expire_date=at(expire))
    assert forget_sessions(clock.now()) == "Đã xóa 1 phiên."
    assert Session.objects.get().session_key == "live"


@pytest.mark.django_db
def test_old_runs_are_forgotten_but_never_the_newest_of_a_job(said):
    from hocvu.ward.jobs import forget_old_work

    for day in ("2020-09-15T08:00", "2020-09-16T08:00"):
        schedule.run_due(at(day))
    ScheduledRun.objects.update(finished_at=at("2020-09-16T08:00"))
    forget_old_work(clock.now())
    assert {(run.job, f"{run.due_at.astimezone(ZONE):%Y-%m-%d}") for run in ScheduledRun.objects.all()} == {
        ("tests.open_month", "2020-09-15"),
        ("tests.remind", "2020-09-16"),
    }


@pytest.mark.django_db
def test_a_process_elsewhere_is_dead_after_a_silence_and_one_here_when_it_is_gone():
    heartbeat.beat()
    row = heartbeat.WorkerHeartbeat.objects.get()
    assert heartbeat.lives(row.name)
    gone = subprocess.Popen(["true"])
    gone.wait()
    heartbeat.WorkerHeartbeat.objects.create(
        name="gone", place=row.place, pid=gone.pid, started_at=timezone.now(), seen_at=timezone.now()
    )
    assert not heartbeat.lives("gone")
    heartbeat.WorkerHeartbeat.objects.filter(name="gone").update(place="elsewhere")
    assert heartbeat.lives("gone")
    heartbeat.WorkerHeartbeat.objects.filter(name="gone").update(seen_at=timezone.now() - heartbeat.SILENT_AFTER)
    assert not heartbeat.lives("gone")


RUN_A_DAY = "errands.declare_jobs(); schedule.run_due(clock.read_moment('2025-09-15T05:30'))"


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_run_each_moment_once(house: House):
    # Each says that it lives before it looks at the calendar, as `manage tick` and `manage work` do.
    both = [house.start("heartbeat.beat(); errands.start_together(2); " + RUN_A_DAY) for _ in range(2)]
    for process in both:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, out
    effects = {line: n for line, n in house.effects().items() if line.startswith("hourly")}
    assert effects == {f"hourly 15T{hour:02}": 1 for hour in range(6)}
    runs = house.rows("select count(*), count(distinct due_at) from ward_scheduledrun where job = 'tests.hourly'")
    assert runs == [(7, 7)]  # and the mark since when the job is known


@pytest.mark.django_db(transaction=True)
def test_a_scheduler_killed_on_the_way_leaves_nothing_and_the_next_one_runs_it(house: House):
    day = RUN_A_DAY.replace("05:30", "06:10")
    killed = house.start(day, SLOW="60")
    wait_for(lambda: house.effects()["slow 15T06"])
    die(killed)
    assert house.rows("select outcome from ward_scheduledrun where job = 'tests.slow' and outcome <> 'known'") == [
        ("",)
    ]
    assert house.rows("select count(*) from ward_ward") == [(0,)]
    house.run(day)
    assert house.effects()["slow 15T06"] == 2
    assert house.rows("select outcome, attempt from ward_scheduledrun where job = 'tests.slow' and attempt = 2") == [
        ("done", 2)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_that_may_not_be_repeated_is_dropped_and_not_run_again(house: House):
    day = RUN_A_DAY.replace("05:30", "06:40")
    killed = house.start(day, SLOW_ONCE="60")
    wait_for(lambda: house.effects()["slow_once 15T06"])
    die(killed)
    house.run(day)
    assert house.effects()["slow_once 15T06"] == 1
    assert house.rows("select outcome from ward_scheduledrun where job = 'tests.slow_once' and outcome <> 'known'") == [
        ("dropped",)
    ]
