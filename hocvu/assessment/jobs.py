"""What the room of assessment does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.assessment.questions import statistics
from hocvu.lib.schedule import every
from hocvu.ward.models import Ward


@every("day", at="02:40", title="Tính thống kê của câu hỏi", repeatable=True)
def count_questions(due: datetime) -> str:
    """Figures and warnings of the bank, at night."""
    counted = sum(statistics.restate(ward) for ward in Ward.objects.order_by("pk"))
    return f"{counted} câu có câu trả lời."
