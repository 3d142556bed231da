"""What field work does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.lib.schedule import every
from hocvu.outreach import reminding, spot_checks, training
from hocvu.ward import devices
from hocvu.ward.capabilities import Role


@every("day", at="08:00", title="Nhắc buổi học ngày mai", repeatable=True)
def remind_of_classes(due: datetime) -> str:
    """Remind of the sessions of tomorrow."""
    return f"Đã nhắc {reminding.remind(due)} buổi học."


@every("day", at="07:30", title="Hỏi máy im lặng còn việc chưa gửi", repeatable=True)
def ask_after_silent_devices(due: datetime) -> str:
    """Tell whoever carries a silent device, and who looks after the field."""
    return f"{devices.say_silent(Role.COORDINATOR)} máy im lặng còn việc chưa gửi."


@every("day", at="08:10", title="Hỏi ai đã dự khóa bồi dưỡng vừa xong", repeatable=True)
def ask_after_training(due: datetime) -> str:
    """Ask units whose people nobody has marked after their course was over."""
    return f"{training.ask_after_unmarked(clock.local_day(due))} lượt đơn vị còn người chưa ghi dự hay vắng."


@every("month", day=2, at="03:10", title="Chọn lượt thăm để hỏi lại hộ", repeatable=True)
def draw_spot_checks(due: datetime) -> str:
    """Draw of the visits of the month that is over."""
    month = Month.of(clock.local_day(due)).plus(-1)
    return f"Đã chọn {spot_checks.draw_all(month)} lượt của {month.words}."
