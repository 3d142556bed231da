"""The rules of retention of the register: what is forgotten, why, after how many days."""

from __future__ import annotations

from datetime import timedelta

from hocvu.lib import clock
from hocvu.ward import forgetting, retention
from hocvu.ward.importing import holding
from hocvu.ward.models import PeopleUpload

apply_all, rules = retention.apply_all, retention.rules


@retention.keeps(
    "waiting_lists",
    title="Danh sách nhân khẩu đã nộp mà chưa ai quyết định",
    why="Tệp chứa số định danh, chỉ cần đến khi xác nhận hoặc bỏ",
    days=30,
)
def forget_waiting_lists(days: int) -> int:
    """Let go of lists that nobody decided on: they hold identity numbers, sealed as they are."""
    old = PeopleUpload.objects.exclude(sealed=None).filter(at__lt=clock.now() - timedelta(days=days))
    return old.update(sealed=None, state=PeopleUpload.State.DROPPED)


@retention.keeps(
    "held_rows",
    title="Nội dung dòng chờ quyết định của danh sách",
    why="Cần để rút lại quyết định nhầm",
    days=holding.KEPT_DAYS,
)
def forget_held_rows(days: int) -> int:
    """Forget what decided rows said."""
    return holding.forget_decided(days)


@retention.keeps(
    "departed",
    title="Người đã rời địa bàn hoặc đã mất",
    why="Thời hạn chưa có văn bản quy định; để 0 ngày là giữ đến khi nơi quản lý quyết định",
    days=0,
)
def forget_departed(days: int) -> int:
    """Erase those who left or died so many days ago and belong to no unit."""
    return forgetting.forget_departed(clock.today() - timedelta(days=days))
