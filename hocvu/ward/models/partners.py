"""Partners: the one register of sponsors, technology firms and schools outside, and what each of them gives."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from hocvu.lib.figures import number_words
from hocvu.lib.text import sort_key
from hocvu.ward.models.account import Account
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Questions about partners; they chain."""

    def of(self, ward: Ward) -> PartnerQuerySet:
        return self.filter(ward=ward)

    def on(self, day: date) -> PartnerQuerySet:
        """Those that the ward works with on a day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=day))

    def with_sums(self) -> PartnerQuerySet:
        """Each with the đồng it promised and not yet gave, and those that were received."""
        standing = Q(contributions__withdrawn_at=None)
        return self.annotate(
            promised=models.Sum(
                "contributions__value", filter=standing & Q(contributions__state=Contribution.State.PROMISED)
            ),
            received=models.Sum(
                "contributions__value", filter=standing & Q(contributions__state=Contribution.State.RECEIVED)
            ),
        ).order_by("sort_name", "id")  # sums forget the model's order


class Partner(models.Model):
    """An organisation outside that helps the ward. Only its office is kept, no person of it."""

    class Kind(models.TextChoices):
        SPONSOR = "sponsor", "nhà tài trợ"
        TECHNOLOGY = "technology", "doanh nghiệp công nghệ"
        SCHOOL = "school", "trường, trung tâm đào tạo"
        OTHER = "other", "tổ chức khác"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="partners")
    kind = models.CharField("loại", max_length=10, choices=Kind.choices)
    name = models.CharField("tên", max_length=200)
    sort_name = models.CharField(max_length=200, editable=False, default="")
    phone = models.CharField("điện thoại cơ quan", max_length=40, blank=True, default="")
    email = models.EmailField("thư điện tử cơ quan", max_length=120, blank=True, default="")
    note = models.CharField("ghi chú", max_length=500, blank=True, default="")
    ended_on = models.DateField("hợp tác đến hết ngày", null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ("sort_name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("ward", "name"), condition=Q(ended_on=None), name="one_living_partner_of_a_name"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the sorting name in step."""
        self.sort_name = sort_key(self.name)[:200]
        super().save(*args, **kwargs)

    def is_over(self, day: date) -> bool:
        """True once the ward no longer works with it."""
        return self.ended_on is not None and self.ended_on < day


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Questions about contributions; they chain."""

    def standing(self) -> ContributionQuerySet:
        """Those that nobody withdrew."""
        return self.filter(withdrawn_at=None)


class Contribution(models.Model):
    """What a partner gives: money, goods or work; promised first, then received. Never edited, only withdrawn."""

    class Kind(models.TextChoices):
        MONEY = "money", "tiền"
        GOODS = "goods", "hiện vật"
        SERVICE = "service", "dịch vụ, công sức"

    class State(models.TextChoices):
        PROMISED = "promised", "đã hứa"
        RECEIVED = "received", "đã nhận"

    SCOPE = Scope(ward="partner__ward")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="contributions")
    kind = models.CharField("loại", max_length=7, choices=Kind.choices)
    what = models.CharField("đóng góp gì", max_length=200)
    quantity = models.PositiveIntegerField("số lượng", null=True, blank=True)
    quantity_unit = models.CharField("đơn vị tính", max_length=40, blank=True, default="")
    # In whole đồng; None where nobody put a price on it.
    value = models.BigIntegerField("quy ra tiền", null=True, blank=True)
    given_on = models.DateField("ngày hứa")
    document = models.CharField("theo văn bản", max_length=200, blank=True, default="")
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.PROMISED)
    received_on = models.DateField("ngày nhận", null=True, blank=True)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("lý do rút", max_length=300, blank=True, default="")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ("-given_on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(value=None) | Q(value__gt=0), name="a_contribution_is_worth_something"),
            models.CheckConstraint(
                condition=Q(state="promised", received_on=None) | Q(state="received", received_on__isnull=False),
                name="what_was_received_has_its_day",
            ),
        )

    def __str__(self) -> str:
        return self.what

    @property
    def amount_words(self) -> str:
        """How many of what: "20 máy"."""
        return "" if self.quantity is None else f"{number_words(self.quantity)} {self.quantity_unit}"
