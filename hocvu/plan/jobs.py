"""What the plan does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from hocvu.lib.schedule import every
from hocvu.plan import carriers, carrying, recording
from hocvu.plan.reporting import opening, reminding
from hocvu.ward.models import Ward


@every("day", at="00:05", title="Cập nhật đơn vị thực hiện theo thành viên nhóm", repeatable=True)
def keep_carriers(due: datetime) -> str:
    """Give the tasks of a group to its members of the new day."""
    return f"Đã cập nhật {carriers.keep_carriers()} nhiệm vụ."


@every("day", at="00:10", title="Chuyển việc lặp lại sang kỳ mới", repeatable=True)
def look_ahead(due: datetime) -> str:
    """Move recurring work on to the turn of the new day."""
    count = carrying.look_ahead(timezone.localtime(due).date())
    return f"Đã cập nhật {count} nhiệm vụ."


@every("day", at="00:20", title="Ghi số liệu của ngày, đếm lại và chốt năm", repeatable=True, catch_up="each")
def record_figures(due: datetime) -> str:
    """Queue the writing down of yesterday in every ward; freeze the targets of closed years."""
    today = timezone.localtime(due).date()
    frozen = recording.freeze_closed(today)
    wards = list(Ward.objects.values_list("pk", flat=True))
    for pk in wards:
        recording.record_ward.enqueue(pk, (today - timedelta(days=1)).isoformat())
    said = f"Đã giao ghi số liệu của {len(wards)} nơi."
    return f"{said} Đã chốt {frozen} chỉ tiêu." if frozen else said


@every("day", at="00:15", title="Mở kỳ báo cáo tháng", repeatable=True)
def open_periods(due: datetime) -> str:
    """Open the periods whose day has come, and let off units that have ended."""
    opened, excused = opening.open_missing(due), opening.excuse_ended(due)
    return f"Đã mở {opened} kỳ." + (f" {excused} đơn vị đã kết thúc được thôi báo cáo." if excused else "")


@every("day", at="07:30", title="Nhắc đơn vị gửi báo cáo", repeatable=True)
def remind_reporters(due: datetime) -> str:
    """Tell who has not reported, and whoever is above them."""
    return f"{reminding.remind(due)} thông báo mới."
