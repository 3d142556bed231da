"""What the plan does by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from hocvu.lib.schedule import every
from hocvu.plan import carrying


@every("day", at="00:10", title="Chuyển việc lặp lại sang kỳ mới", repeatable=True)
def look_ahead(due: datetime) -> str:
    """Move recurring work on to the turn of the new day."""
    count = carrying.look_ahead(timezone.localtime(due).date())
    return f"Đã cập nhật {count} nhiệm vụ."
