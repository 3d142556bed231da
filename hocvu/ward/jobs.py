"""The ward's own recurring jobs: what nobody needs any more is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hocvu.lib import clock
from hocvu.lib.schedule import every
from hocvu.ward import keeping, notices, requests, seconding, sms
from hocvu.ward.models import ScheduledRun, SmsMessage, Ward, Work, WorkerHeartbeat

TASKS_KEPT = timedelta(days=30)
FAILURES_KEPT = timedelta(days=180)
RUNS_KEPT = timedelta(days=60)
HEARTBEATS_KEPT = timedelta(days=7)

# All of these rows carry the machine's time, not the settable clock's: a demo that looks a year ahead must not
# sign people out.


@every("day", at="02:00", title="Xóa phiên đăng nhập hết hạn", repeatable=True)
def forget_sessions(due: datetime) -> str:
    """Remove sessions that have ended."""
    count, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return f"Đã xóa {count} phiên."


@every("day", at="02:10", title="Dọn việc nền đã xong từ lâu", repeatable=True)
def forget_old_work(due: datetime) -> str:
    """Remove tasks, runs, progress and heartbeats past their use; failures are kept longer."""
    moment = timezone.now()
    tasks = DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=moment - TASKS_KEPT)
    failures = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__lt=moment - FAILURES_KEPT)
    # The newest run of a job is its mark on the calendar: without it the job would count as new.
    runs = ScheduledRun.objects.filter(finished_at__lt=moment - RUNS_KEPT).exclude(
        pk__in=[run.pk for run in ScheduledRun.objects.newest_of_each_job()]
    )
    works = Work.objects.filter(updated_at__lt=moment - RUNS_KEPT)
    beats = WorkerHeartbeat.objects.filter(seen_at__lt=moment - HEARTBEATS_KEPT)
    count = sum(rows.delete()[0] for rows in (tasks, failures, runs, works, beats))
    return f"Đã dọn {count} dòng."


@every("day", at="02:20", title="Xóa dữ liệu cá nhân hết thời hạn giữ", repeatable=True)
def forget_by_purpose(due: datetime) -> str:
    """Apply the rules of retention."""
    return f"Đã xóa {keeping.apply_all()} mục theo quy tắc lưu giữ."


@every("day", at="06:00", title="Nhắc yêu cầu về dữ liệu cá nhân quá hạn", repeatable=True)
def note_late_requests(due: datetime) -> str:
    """Say which requests have run over their clock; the desk of who must answer shows the same number."""
    late = sum(requests.late(ward, clock.today()).count() for ward in Ward.objects.all())
    return f"{late} yêu cầu quá hạn." if late else "Không có yêu cầu nào quá hạn."


@every("day", at="06:10", title="Báo vai trò sắp hết hạn", repeatable=True)
def tell_of_ending_roles(due: datetime) -> str:
    """Tell accounts and administrators of roles that end within a fortnight."""
    return f"{seconding.tell_of_ending(due)} vai trò sắp hết hạn."


@every("minutes", 60, title="Gửi thư điện tử gộp các thông báo trong ngày", repeatable=True)
def send_digests(due: datetime) -> str:
    """Queue the one e-mail a day for whoever has unseen notices; an hour in which the mail server was away is made up
    for by the next."""
    if not notices.mail_is_configured():
        return "Chưa đặt máy chủ thư điện tử; thông báo chỉ hiện trên bàn làm việc."
    notices.mail_out.enqueue(due.isoformat())
    return "Đã giao gửi thư."


@every("minutes", 5, title="Gửi lại tin nhắn còn chờ", repeatable=True)
def send_waiting_messages(due: datetime) -> str:
    """Queue what waits and lost its turn, such as messages of a process that was killed."""
    count = SmsMessage.objects.due(timezone.now()).count()
    if count:
        sms.send_due.enqueue()
    return f"{count} tin nhắn đang chờ." if count else "Không có tin nhắn nào chờ."
