"""The page of the work behind the pages, and the page of one piece of work."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from hocvu.ward import schedule, work
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, ScheduledRun, Work
from hocvu.ward.tests import errands
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def tam(ward):
    """Tâm, the administrator."""
    return make_account("tam", Role.ADMINISTRATOR, name="Tâm")


@pytest.fixture
def lan(ward):
    """Lan of an office, who watches over nothing."""
    return make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Văn phòng"))


@pytest.fixture
def broken():
    """A task that has failed."""
    errands.break_down.enqueue("Nguyễn Thị Bí Mật")
    with pytest.raises(CommandError):
        call_command("tick", stdout=io.StringIO())
    DBTaskResult.objects.exclude(status="FAILED").delete()  # what the night queued for the ward
    return DBTaskResult.objects.get()


def test_it_shows_jobs_trouble_and_queue_but_never_what_a_task_was_given(client, tam, broken):
    ScheduledRun.objects.create(
        job="ward.forget_sessions",
        due_at=timezone.now() - timedelta(days=3),
        claimed_by="gone",
        claimed_at=timezone.now(),
        outcome="dropped",
        note="Tiến trình dừng giữa chừng.",
    )
    client.force_login(tam)
    words = client.get("/viec-nen/").content.decode()
    for text in ("Xóa phiên đăng nhập hết hạn", "mỗi ngày, 2 giờ 00", "Bỏ dở", "Việc hỏng", "Hỏng (1)", "Chạy lại"):
        assert text in words
    assert "Tiến trình nền không trả lời" in words
    assert "Bí Mật" not in words
    assert "RuntimeError" not in words


def test_it_filters_by_state_and_leaves_as_a_spreadsheet(client, tam, broken):
    errands.write_once.enqueue("later")
    client.force_login(tam)
    words = client.get("/viec-nen/?trang-thai=READY").content.decode()
    assert "Ghi một dòng, một lần" in words
    assert "Việc hỏng" not in words
    sheet = client.get("/viec-nen/?trang-thai=FAILED&dinh-dang=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content)))
    _heading, row = book.active.iter_rows(values_only=True)
    assert (row[0], row[1], row[6]) == ("Việc hỏng", "Hỏng", "builtins.RuntimeError")


def test_the_list_asks_the_database_as_often_for_many_tasks_as_for_one(client, tam, django_assert_max_num_queries):
    for n in range(30):
        errands.write_once.enqueue(str(n))
    client.force_login(tam)
    with django_assert_max_num_queries(14):
        client.get("/viec-nen/")


def test_the_administrator_lets_a_failed_task_run_again_once(client, tam, broken):
    client.force_login(tam)
    answer = client.post(f"/viec-nen/{broken.pk}/chay-lai/", follow=True)
    assert "“Việc hỏng” sẽ được chạy lại." in answer.content.decode()
    assert DBTaskResult.objects.get().status == "READY"
    again = client.post(f"/viec-nen/{broken.pk}/chay-lai/", follow=True)
    assert "không còn ở tình trạng hỏng" in again.content.decode()
    entry = AuditEntry.objects.get(action="queued a failed task again")
    assert (entry.actor, entry.details["task"]) == ("Tâm", "hocvu.ward.tests.errands.break_down")


def test_the_administrator_lets_a_dropped_run_be_made_again_by_the_scheduler(client, tam):
    schedule.run_due()
    run = ScheduledRun.objects.create(
        job="ward.forget_sessions",
        due_at=timezone.now() - timedelta(days=3),
        claimed_by="gone",
        claimed_at=timezone.now(),
        attempt=2,
        outcome="dropped",
        finished_at=timezone.now(),
    )
    client.force_login(tam)
    client.post(f"/viec-nen/lich/{run.pk}/chay-lai/")
    schedule.run_due()
    run.refresh_from_db()
    assert (run.outcome, run.note) == ("done", "Tâm cho chạy lại. Đã xóa 0 phiên.")


def test_only_those_who_may_see_it_and_only_the_administrator_changes_it(client, ward, lan, broken):
    assert client.get("/viec-nen/").status_code == 302
    client.force_login(lan)
    assert client.get("/viec-nen/").status_code == 403
    thu = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(thu)
    assert "Chạy lại" not in client.get("/viec-nen/").content.decode()
    assert client.post(f"/viec-nen/{broken.pk}/chay-lai/").status_code == 403
    assert DBTaskResult.objects.get().status == "FAILED"


def test_whoever_started_a_piece_of_work_sees_how_far_it_is_and_nobody_else(client, ward, tam, lan):
    waiting = work.begin("plan.read", "Đọc kế hoạch.docx", by=lan, ward=ward)
    work.advance(waiting, done=3, total=12, note="Trang 3")
    here = f"/viec-nen/tien-do/{waiting.pk}/"
    client.force_login(make_account("hoa", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Công an")))
    assert client.get(here).status_code == 404
    client.force_login(tam)
    assert client.get(here).status_code == 200
    client.force_login(lan)
    words = client.get(here).content.decode()
    assert "3 trên 12" in words
    assert f'hx-get="{here}"' in words
    assert f'<a class="hv-golink" href="{here}">Xem lại</a>' in words
    assert client.get(f"/viec-nen/tien-do/{uuid.uuid4()}/").status_code == 404


def test_the_page_stops_asking_when_the_work_is_over(client, lan):
    waiting = Work.objects.create(kind="x", title="Đọc kế hoạch.docx", started_by=lan, state="running")
    here = f"/viec-nen/tien-do/{waiting.pk}/"
    client.force_login(lan)
    assert client.get(here, headers={"HX-Request": "true"}).status_code == 200
    work.finish(waiting, result_url="/ke-hoach/doc/7/")
    over = client.get(here, headers={"HX-Request": "true"})
    assert over.status_code == 286
    assert "Xem kết quả" in over.content.decode()
    assert "<html" not in over.content.decode()
    assert "hx-trigger" not in client.get(here).content.decode()
