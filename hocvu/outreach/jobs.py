"""What field work does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.lib.schedule import every
from hocvu.outreach import reminding


@every("day", at="08:00", title="Nhắc buổi học ngày mai", repeatable=True)
def remind_of_classes(due: datetime) -> str:
    """Remind of the sessions of tomorrow."""
    return f"Đã nhắc {reminding.remind(due)} buổi học."
