"""What the room of signing in does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.lib.schedule import every
from hocvu.signin import assisting, phone, sessions, throttling


@every("day", at="02:05", title="Dọn phiên hết hạn và lần đăng nhập sai đã cũ", repeatable=True)
def tidy(due: datetime) -> str:
    """Mark sessions that ran out, drop counted tries that no longer count and codes that open nothing."""
    return f"{sessions.sweep()} phiên hết hạn, {throttling.forget_old()} lần thử đã cũ, {phone.forget_old_codes()} mã đã cũ."


@every("minutes", 15, title="Kết thúc phiên có người giúp đã để yên", repeatable=True)
def end_idle_assistance(due: datetime) -> str:
    """End assisted sessions that nobody came back to."""
    return f"{assisting.sweep()} phiên."
