"""Text messages: what waits to go out, and what became of it. Number and words are gone once a message is sent."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models

from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class SmsQuerySet(models.QuerySet["SmsMessage"]):
    """Questions about messages; they chain."""

    def due(self, moment: datetime) -> SmsQuerySet:
        """Those that should go out by a moment and that nobody is sending just now."""
        return self.filter(state=SmsMessage.State.WAITING, next_at__lte=moment)


class SmsMessage(models.Model):
    """One message to one phone. The key says what it is for: asked for twice, it goes out once."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ gửi"
        SENT = "sent", "đã gửi"
        DELIVERED = "delivered", "đã đến máy"
        FAILED = "failed", "không gửi được"
        DROPPED = "dropped", "bỏ vì quá hạn"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    template = models.CharField("mẫu", max_length=40)
    phone_sealed = models.BinaryField(null=True, editable=False)
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    text_sealed = models.BinaryField(null=True, editable=False)
    state = models.CharField("trạng thái", max_length=9, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField("số lần thử", default=0)
    # Moments are the machine's own: a code is good for five minutes of the world, not of a clock that was set.
    at = models.DateTimeField("lúc")
    next_at = models.DateTimeField("thử lúc")
    failed_at = models.DateTimeField("lần hỏng gần nhất", null=True, blank=True, db_index=True)
    expires_at = models.DateTimeField("hết hạn lúc")
    ended_at = models.DateTimeField("xong lúc", null=True, blank=True)
    provider_id = models.CharField("mã của nhà mạng", max_length=100, blank=True, default="", db_index=True)

    objects = SmsQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "pk")
        indexes = (models.Index(fields=("state", "next_at"), name="messages_due"),)

    def __str__(self) -> str:
        return f"{self.template} {self.at:%d/%m/%Y %H:%M}"


class SmsDay(models.Model):
    """How many messages one day of the ward took on, against the day's budget."""

    day = models.DateField("ngày", unique=True)
    count = models.PositiveIntegerField("số tin", default=0)

    class Meta:
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}: {self.count}"
