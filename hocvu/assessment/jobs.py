"""What the room of assessment does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.assessment import certifying
from hocvu.assessment.certificates import status
from hocvu.assessment.questions import statistics, sweeping
from hocvu.assessment.sittings import opening
from hocvu.assessment.testing import attempts, reminding
from hocvu.lib.schedule import every
from hocvu.ward.models import Ward


@every("day", at="02:40", title="Tính thống kê của câu hỏi", repeatable=True)
def count_questions(due: datetime) -> str:
    """Queue the figures and warnings of the bank, ward by ward: counted here, on SQLite everyone who writes would wait."""
    wards = list(Ward.objects.order_by("pk").values_list("pk", flat=True))
    for pk in wards:
        statistics.count_ward.enqueue(pk)
    return f"Đã giao {len(wards)} nơi."


@every("day", at="02:50", title="Dọn hình, âm thanh của câu hỏi không còn dùng", repeatable=True)
def sweep_question_files(due: datetime) -> str:
    """Sweep what no question names from the storage."""
    return f"Đã dọn {sweeping.sweep()} tệp."


@every("day", at="07:00", title="Nhắc lượt làm bài chờ người xem", repeatable=True)
def remind_of_held(due: datetime) -> str:
    """Remind whoever reviews of what was promised to learners for today, and of what is late."""
    return f"{reminding.remind()} dấu hiệu đến ngày hẹn."


@every("minutes", 5, title="Kết thúc lượt làm bài quá giờ", repeatable=True)
def close_overdue_attempts(due: datetime) -> str:
    """End the attempts whose time is over, with what was answered."""
    return f"Đã kết thúc {attempts.close_all_overdue()} lượt làm quá giờ."


@every("minutes", 5, title="Đóng buổi kiểm tra đã hết giờ", repeatable=True)
def close_sittings(due: datetime) -> str:
    """Close the sittings whose time is over."""
    return f"Đã đóng {opening.close_due()} buổi."


@every("minutes", 60, title="Ký lại danh sách thu hồi giấy xác nhận", repeatable=True)
def sign_status_lists(due: datetime) -> str:
    """Sign the lists of revocations before they grow old."""
    return f"Đã ký lại {status.renew_all()} danh sách."


@every("minutes", 30, title="Cấp giấy xác nhận còn chờ", repeatable=True)
def award_certificates(due: datetime) -> str:
    """Award what was earned and could not be signed at once."""
    return f"Đã cấp {certifying.award_waiting()} giấy."
