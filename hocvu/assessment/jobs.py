"""What the room of assessment does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.assessment import certifying
from hocvu.assessment.certificates import status
from hocvu.assessment.questions import statistics
from hocvu.assessment.sittings import opening
from hocvu.assessment.testing import attempts
from hocvu.lib.schedule import every
from hocvu.ward.models import Ward


@every("day", at="02:40", title="Tính thống kê của câu hỏi", repeatable=True)
def count_questions(due: datetime) -> str:
    """Figures and warnings of the bank, at night."""
    counted = sum(statistics.restate(ward) for ward in Ward.objects.order_by("pk"))
    return f"{counted} câu có câu trả lời."


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
