"""A unit reports and gives evidence, somebody else checks it, and the task says both apart."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused
from hocvu.plan import carrying, turns
from hocvu.plan.models import Evidence, SelfState, Task, VerifiedState
from hocvu.plan.tests.cast import Cast, at, make_task, make_weekly
from hocvu.ward import audit
from hocvu.ward.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = at("2026-11-18 09:00")


def link(task: Task, cast: Cast, day: date = date(2026, 11, 17), url: str = "https://haian.gov.vn/1") -> Evidence:
    return carrying.add_evidence(task, unit=cast.centre, title="Tin", happened_on=day, url=url, by=cast.lan)


def test_it_keeps_what_units_say_and_what_evidence_shows_apart(cast: Cast):
    task = make_task(cast)
    carrying.report_progress(task, unit=cast.centre, state=SelfState.DONE, text="Đã mở chuyên mục.", by=cast.lan)
    assert (task.self_state, task.verified_state) == (SelfState.DONE, VerifiedState.NO_EVIDENCE)

    evidence = link(task, cast)
    assert Task.objects.get().verified_state == VerifiedState.UNCHECKED

    carrying.check_evidence(evidence, accept=True, by=cast.thu)
    assert Task.objects.get().verified_state == VerifiedState.VERIFIED


def test_it_calls_a_task_done_only_when_every_lead_says_so(cast: Cast):
    task = make_task(cast, coordinators=(cast.police,))
    task.carriers.filter(unit=cast.police).update(part="lead")

    carrying.report_progress(task, unit=cast.centre, state=SelfState.DONE, text="Xong phần mình.", by=cast.lan)
    assert task.self_state == SelfState.DOING
    carrying.report_progress(task, unit=cast.police, state=SelfState.STUCK, text="Thiếu người.", by=cast.an)
    assert task.self_state == SelfState.STUCK
    carrying.report_progress(task, unit=cast.police, state=SelfState.DONE, text="Xong.", by=cast.an)
    assert task.self_state == SelfState.DONE


def test_it_lets_no_unit_report_on_a_task_it_does_not_carry(cast: Cast):
    task = make_task(cast)
    with pytest.raises(Refusal, match="không có tên trong nhiệm vụ"):
        carrying.report_progress(task, unit=cast.police, state=SelfState.DONE, text="Xong.", by=cast.an)
    task.carriers.update(ended_on=date(2026, 11, 17))
    with pytest.raises(Refusal):
        link(task, cast)


def test_it_writes_nothing_on_a_task_that_left_the_plan(cast: Cast):
    task = make_task(cast, withdrawn_at=NOW)
    with pytest.raises(Refusal, match="không còn trong kế hoạch"):
        link(task, cast)
    assert not Evidence.objects.exists()


def test_it_lets_nobody_check_what_they_gave(cast: Cast):
    task = make_task(cast, lead=cast.culture)
    own = carrying.add_evidence(
        task, unit=cast.culture, title="Tin", happened_on=date(2026, 11, 1), url="https://a.vn/", by=cast.thu
    )
    with pytest.raises(Refusal, match="không tự kiểm"):
        carrying.check_evidence(own, accept=True, by=cast.thu)
    carrying.check_evidence(own, accept=True, by=cast.hung)
    assert own.check_state == Evidence.Check.ACCEPTED


def test_it_returns_evidence_only_with_a_reason_and_counts_it_as_not_given(cast: Cast):
    task = make_task(cast)
    evidence = link(task, cast)
    with pytest.raises(Refusal, match="lý do"):
        carrying.check_evidence(evidence, accept=False, by=cast.thu)

    carrying.check_evidence(evidence, accept=False, reason="Đường dẫn không mở được", by=cast.thu)
    assert Task.objects.get().verified_state == VerifiedState.NO_EVIDENCE
    with pytest.raises(Refusal, match="đã có người kiểm"):
        carrying.check_evidence(evidence, accept=True, by=cast.hung)
    link(task, cast)  # the same link may be given again after it was returned


def test_it_takes_the_same_evidence_once(cast: Cast):
    task = make_task(cast)
    link(task, cast)
    with pytest.raises(Refusal, match="đã nộp ngày 18/11/2026"):
        link(task, cast)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://a.vn/x", "https://", "file:///etc/passwd"])
def test_it_takes_links_to_the_web_only(cast: Cast, url: str):
    with pytest.raises(Refusal, match="https://"):
        link(make_task(cast), cast, url=url)


def test_it_refuses_evidence_from_tomorrow(cast: Cast):
    with pytest.raises(Refusal, match="chưa tới"):
        link(make_task(cast), cast, day=date(2026, 11, 19))


def test_it_leaves_no_file_behind_when_evidence_is_refused(cast: Cast, tmp_path: Any):
    task = make_task(cast)
    given = {"unit": cast.centre, "title": "Báo cáo", "happened_on": date(2026, 11, 1), "by": cast.lan}
    kept = carrying.add_evidence(task, **given, upload=BytesIO(b"%PDF-1.7"), file_name="bc.pdf")
    assert kept.file.name != "bang-chung/bc.pdf"  # nobody guesses the name
    with pytest.raises(Refusal):
        carrying.add_evidence(task, **given, upload=BytesIO(b"%PDF-1.7"), file_name="bc-2.pdf")
    with pytest.raises(Refused):
        carrying.add_evidence(task, **given, upload=BytesIO(b"<html>"), file_name="bc.pdf")
    assert len([f for f in tmp_path.rglob("*") if f.is_file()]) == 1


def test_it_counts_a_week_as_met_by_accepted_evidence_dated_inside_it(cast: Cast):
    task = make_weekly(cast, date(2026, 11, 2), 4)  # weeks 45 to 48; the third is this one
    first = link(task, cast, date(2026, 11, 8))
    link(task, cast, date(2026, 11, 9), "https://haian.gov.vn/2")
    carrying.check_evidence(first, accept=True, by=cast.thu)

    weeks = turns.turns_of(task)
    assert [week.is_met for week in weeks] == [True, False, False, False]
    assert [week.is_served for week in weeks] == [True, True, False, False]
    assert first.occurrence == weeks[0].occurrence
    assert task.next_due == date(2026, 11, 22)
    assert task.verified_state == VerifiedState.PARTIAL


def test_it_holds_an_empty_week_against_the_task_until_the_next_is_served(cast: Cast):
    task = make_weekly(cast, date(2026, 11, 9), 3)
    carrying.restate(task)
    assert task.next_due == date(2026, 11, 15)
    assert list(Task.objects.late(clock.today())) == [task]

    link(task, cast, date(2026, 11, 17))
    assert task.next_due == date(2026, 11, 29)
    assert not Task.objects.late(clock.today()).exists()


def test_it_notices_in_the_morning_that_a_week_ended_empty(cast: Cast):
    task = make_weekly(cast, date(2026, 11, 16), 2)
    carrying.restate(task)
    assert task.next_due == date(2026, 11, 22)
    assert carrying.look_ahead(date(2026, 11, 23)) == 0  # still due on the 22nd: now it is late
    assert list(Task.objects.late(date(2026, 11, 23))) == [task]
    assert carrying.look_ahead(date(2026, 11, 30)) == 1
    assert Task.objects.get().next_due == date(2026, 11, 29)


def test_it_does_not_call_recurring_work_done_before_its_last_turn(cast: Cast):
    task = make_weekly(cast, date(2026, 11, 9), 2)
    carrying.report_progress(task, unit=cast.centre, state=SelfState.DONE, text="Đủ tin.", by=cast.lan)
    assert task.self_state == SelfState.DOING
    carrying.look_ahead(date(2026, 11, 23))
    assert Task.objects.get().self_state == SelfState.DONE


def test_it_writes_every_act_into_the_trail_of_the_task(cast: Cast):
    task = make_task(cast)
    carrying.report_progress(task, unit=cast.centre, state=SelfState.DOING, text="Đang làm.", by=cast.lan)
    carrying.check_evidence(link(task, cast), accept=True, by=cast.thu)
    carrying.comment(task, text="Cần thêm ảnh.", by=cast.hung)

    acts = AuditEntry.objects.filter(target_key=f"plan.task:{task.pk}").order_by("sequence")
    assert [entry.action for entry in acts] == [
        "reported progress",
        "gave evidence",
        "accepted evidence",
        "commented on a task",
    ]
    assert {entry.ward for entry in acts} == {cast.ward}
    assert audit.verify().whole


def test_the_same_words_sent_twice_are_kept_once(cast: Cast):
    task = make_task(cast, lead=cast.culture)
    for _ in range(3):
        carrying.report_progress(task, unit=cast.culture, state=SelfState.DOING, text="Đang làm.", by=cast.thu)
        carrying.comment(task, text="Tốt.", by=cast.hung)
    carrying.comment(task, text="Tốt.", by=cast.thu)
    assert (task.notes.count(), task.comments.count()) == (1, 2)
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        carrying.comment(task, text="Tốt.", by=cast.hung)
    assert task.comments.count() == 3


def test_an_address_that_no_browser_understands_is_refused(cast: Cast):
    task = make_task(cast, lead=cast.culture)
    with pytest.raises(Refusal, match="đường dẫn đầy đủ"):
        carrying.add_evidence(
            task, unit=cast.culture, title="A", happened_on=clock.today(), url="http://[::1", by=cast.thu
        )
