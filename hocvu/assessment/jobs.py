"""What the room of assessment does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.assessment.testing import attempts
from hocvu.lib.schedule import every


@every("minutes", 5, title="Kết thúc lượt làm bài quá giờ", repeatable=True)
def close_overdue_attempts(due: datetime) -> str:
    """End the attempts whose time is over, with what was answered."""
    return f"Đã kết thúc {attempts.close_all_overdue()} lượt làm quá giờ."
