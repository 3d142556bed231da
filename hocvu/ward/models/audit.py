"""The audit trail: rows that are only ever added, each bound to the one before by its hash."""

from __future__ import annotations

from django.db import models

from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class AuditEntry(models.Model):
    """One act: who did what to which thing. Names are kept as text, so erasing a thing leaves the trail whole."""

    SCOPE = Scope(ward="ward")

    sequence = models.BigIntegerField("số", unique=True)
    at = models.DateTimeField("lúc")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, related_name="audit_entries")
    actor_key = models.CharField(max_length=80)
    actor = models.CharField("người làm", max_length=200)
    action = models.CharField("việc", max_length=80)
    target_key = models.CharField(max_length=120)
    target = models.CharField("đối tượng", max_length=300)
    details = models.JSONField("chi tiết", default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("-sequence",)
        indexes = (models.Index(fields=("target_key",)), models.Index(fields=("ward", "-sequence")))

    def __str__(self) -> str:
        return f"{self.sequence}. {self.actor}: {self.action}"


class AuditHead(models.Model):
    """The end of the chain. Its row is locked while an entry is added, so that two never share a number."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.digest}"
