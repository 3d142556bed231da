"""What the plan does by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from hocvu.lib.schedule import every
from hocvu.plan import carriers, carrying


@every("day", at="00:05", title="Cập nhật đơn vị thực hiện theo thành viên nhóm", repeatable=True)
def keep_carriers(due: datetime) -> str:
    """Give the tasks of a group to its members of the new day."""
    return f"Đã cập nhật {carriers.keep_carriers()} nhiệm vụ."


@every("day", at="00:10", title="Chuyển việc lặp lại sang kỳ mới", repeatable=True)
def look_ahead(due: datetime) -> str:
    """Move recurring work on to the turn of the new day."""
    count = carrying.look_ahead(timezone.localtime(due).date())
    return f"Đã cập nhật {count} nhiệm vụ."
