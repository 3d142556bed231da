"""Receipts: what the outbox of a device is told about each thing that it sent."""

from __future__ import annotations

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class Receipt(models.Model):
    """The answer to one thing sent by a device, kept in the transaction of the act; see ward.receipts."""

    class Result(models.TextChoices):
        ACCEPTED = "accepted", "đã nhận"
        CONFLICT = "conflict", "trùng mã, khác nội dung"
        QUARANTINED = "quarantined", "đã nhận, chờ người xem"
        REJECTED = "rejected", "không nhận"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True)  # chosen by the device
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="receipts")
    path = models.CharField("gửi tới", max_length=200)
    digest = models.CharField(max_length=64)  # of the content, by the device
    result = models.CharField("kết quả", max_length=11, choices=Result.choices)
    reason = models.CharField("vì sao", max_length=300, blank=True, default="")
    happened_at = models.DateTimeField("lúc, theo máy", null=True, blank=True)
    received_at = models.DateTimeField("nhận lúc", default=clock.now)

    class Meta:
        ordering = ("-received_at", "id")

    def __str__(self) -> str:
        return f"{self.path}: {self.get_result_display()}"
