"""Devices that hold something of somebody's: when each was last heard, and how much waits on it."""

from __future__ import annotations

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class OutboxDevice(models.Model):
    """One browser of one account. It names itself; nothing else of it is kept."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True)  # chosen by the device, another for each account on it
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="outbox_devices")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="outbox_devices")
    first_heard_at = models.DateTimeField("gặp lần đầu", default=clock.now)
    last_heard_at = models.DateTimeField("gặp lần cuối", default=clock.now)
    waiting = models.PositiveIntegerField("còn chưa gửi", default=0)  # as it said then
    oldest_at = models.DateTimeField("điều cũ nhất, theo máy", null=True, blank=True)
    skew = models.IntegerField("đồng hồ nhanh (giây)", default=0)  # the device's clock less ours
    list_until = models.DateTimeField("giữ danh sách đến", null=True, blank=True)

    class Meta:
        ordering = ("-last_heard_at", "id")

    def __str__(self) -> str:
        return f"máy {str(self.pk)[:8]}"
