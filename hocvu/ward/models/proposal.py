"""A powerful role that waits for a second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from hocvu.lib import clock
from hocvu.ward.capabilities import Role
from hocvu.ward.models.account import Account, Grant
from hocvu.ward.models.unit import Unit
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope

LIVES = timedelta(days=14)


class GrantProposalQuerySet(models.QuerySet["GrantProposal"]):
    """Questions about proposals; they chain."""

    def waiting(self, moment: datetime) -> GrantProposalQuerySet:
        """Those that nobody decided and that have not run out."""
        return self.filter(outcome=GrantProposal.Outcome.WAITING, proposed_at__gt=moment - LIVES)


class GrantProposal(models.Model):
    """One administrator would give somebody a powerful role; another confirms or refuses, within a fortnight."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "chờ người thứ hai"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "đã từ chối"
        WITHDRAWN = "withdrawn", "đã rút"

    SCOPE = Scope(ward="ward")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="proposals")
    role = models.CharField("vai trò", max_length=20, choices=Role.choices)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    reason = models.CharField("lý do", max_length=300)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("đề nghị lúc", default=clock.now)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("quyết định lúc", null=True, blank=True)
    refusal = models.CharField("lý do từ chối", max_length=300, blank=True, default="")
    grant = models.ForeignKey(Grant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = GrantProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-proposed_at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_role_display()} - {self.where}"

    @property
    def where(self) -> str:
        """Where the role would hold."""
        return str(self.unit or self.ward or "toàn hệ thống")

    @property
    def runs_out_at(self) -> datetime:
        """The moment from which nobody can confirm it any more."""
        return self.proposed_at + LIVES

    def is_waiting(self, moment: datetime) -> bool:
        """Whether a second person can still decide."""
        return self.outcome == self.Outcome.WAITING and self.runs_out_at > moment
