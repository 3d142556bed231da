"""What the room of assessment does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.assessment import certifying
from hocvu.assessment.certificates import status
from hocvu.lib.schedule import every


@every("minutes", 60, title="Ký lại danh sách thu hồi giấy xác nhận", repeatable=True)
def sign_status_lists(due: datetime) -> str:
    """Sign the lists of revocations before they grow old."""
    return f"Đã ký lại {status.renew_all()} danh sách."


@every("minutes", 30, title="Cấp giấy xác nhận còn chờ", repeatable=True)
def award_certificates(due: datetime) -> str:
    """Award what was earned and could not be signed at once."""
    return f"Đã cấp {certifying.award_waiting()} giấy."
