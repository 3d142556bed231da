"""Who stands for a child: asked for by the guardian or recorded at the counter, confirmed by an officer, over at 18."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models

from hocvu.ward.models import Account, ConsentText, Person, Ward
from hocvu.ward.scope import Scope


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    """Questions about guardianships; they chain."""

    def on(self, day: date) -> GuardianshipQuerySet:
        """Those that were confirmed and hold on a day. The 18th birthday ends one by itself: `valid_to` lies before."""
        return self.filter(state=Guardianship.State.CONFIRMED, valid_from__lte=day, valid_to__gte=day)

    def waiting(self) -> GuardianshipQuerySet:
        """Those that an officer must look at."""
        return self.filter(state=Guardianship.State.ASKED)


class Guardianship(models.Model):
    """One guardian and one child, from when to when."""

    class Relation(models.TextChoices):
        MOTHER = "mother", "mẹ"
        FATHER = "father", "cha"
        GRANDPARENT = "grandparent", "ông, bà"
        OTHER = "other", "người giám hộ khác"

    class State(models.TextChoices):
        ASKED = "asked", "chờ cán bộ xem"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "không xác nhận"
        ENDED = "ended", "đã thôi"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="guardianships")
    # The guardian.
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="guardianships")
    # The child; None while nobody of the register is like what was asked.
    child = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="guardianships")
    relation = models.CharField("quan hệ", max_length=12, choices=Relation.choices)
    # What the guardian typed. The number is sealed and goes when it was decided.
    asked_name = models.CharField("tên trẻ đã ghi", max_length=120)
    asked_born_on = models.DateField("ngày sinh đã ghi", null=True, blank=True)
    number_sealed = models.BinaryField(null=True, editable=False)
    # The words that the guardian agreed to while asking; written into the ledger once it is confirmed.
    agreed_to = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField("gửi lúc")
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("xét lúc", null=True, blank=True)
    paper = models.CharField("giấy tờ đã xem", max_length=200, blank=True, default="")
    reason = models.CharField("lý do", max_length=300, blank=True, default="")  # of a refusal or of an end

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "child"), condition=models.Q(state="confirmed"), name="one_guardianship_of_a_pair"
            ),
        )

    def __str__(self) -> str:
        return "quan hệ giám hộ"
