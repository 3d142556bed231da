"""The money of a task: what was planned, committed and spent, from which source."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.money import money_words
from hocvu.plan.models.task import Task
from hocvu.ward.models import Account, Partner, Ward
from hocvu.ward.scope import Scope


class FundingQuerySet(models.QuerySet["FundingEntry"]):
    """Questions about the money of tasks; they chain."""

    def of(self, ward: Ward) -> FundingQuerySet:
        return self.filter(task__plan__ward=ward)

    def standing(self) -> FundingQuerySet:
        """Those that nobody withdrew."""
        return self.filter(withdrawn_at=None)

    def known_on(self, day: date) -> FundingQuerySet:
        """Those that were written down by the end of a day, and not withdrawn by then."""
        night = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        return self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gte=night), at__lt=night)


class FundingEntry(models.Model):
    """An amount at one step of its way to a task. Never edited: a wrong one is withdrawn with a reason."""

    class Source(models.TextChoices):
        BUDGET = "budget", "ngân sách nhà nước"
        PROGRAMME = "programme", "chương trình, đề án"
        SPONSOR = "sponsor", "tài trợ"
        OTHER = "other", "nguồn khác"

    class Step(models.TextChoices):
        PLANNED = "planned", "dự kiến"
        COMMITTED = "committed", "đã cam kết"
        SPENT = "spent", "đã chi"

    SCOPE = Scope(ward="task__plan__ward", units=("task__carriers__unit",))

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="funding")
    source = models.CharField("nguồn", max_length=9, choices=Source.choices)
    source_text = models.CharField("tên nguồn", max_length=200, blank=True, default="")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="funding")
    step = models.CharField("bước", max_length=9, choices=Step.choices)
    amount = models.BigIntegerField("số tiền")  # whole đồng
    day = models.DateField("ngày")
    document = models.CharField("theo văn bản", max_length=200, blank=True, default="")
    note = models.CharField("ghi chú", max_length=500, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="funding_entries")
    at = models.DateTimeField("ghi lúc", default=clock.now)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("lý do rút", max_length=300, blank=True, default="")

    objects = FundingQuerySet.as_manager()

    class Meta:
        ordering = ("-day", "-at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="money_is_more_than_nothing"),
            models.CheckConstraint(
                condition=~Q(source="sponsor") | Q(partner__isnull=False), name="sponsored_money_names_its_sponsor"
            ),
        )

    @property
    def source_name(self) -> str:
        """Who pays, as far as it was said: the partner, the name of the source."""
        return "; ".join(filter(None, (self.partner.name if self.partner else "", self.source_text)))

    @property
    def source_words(self) -> str:
        """The kind of source and its name: "ngân sách nhà nước: Ngân sách phường năm 2026"."""
        return f"{self.get_source_display()}: {self.source_name}" if self.source_name else self.get_source_display()

    def __str__(self) -> str:
        return f"{self.get_step_display()} {money_words(self.amount)}"
