"""Who an identity provider says that an account's owner is, and the doubts about whom of the register that is."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.ward.models import Account, Person, Ward
from hocvu.ward.scope import Scope


class ExternalIdentity(models.Model):
    """An identity at a provider that opens an account. The subject is kept as a keyed digest alone: with some providers it
    is the identity number itself."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField("nơi xác nhận", max_length=200)
    subject = models.CharField(max_length=64, editable=False)
    joined_at = models.DateTimeField("nối lúc")

    class Meta:
        ordering = ("joined_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("issuer", "subject"), name="one_account_of_an_identity"),
            models.UniqueConstraint(fields=("account", "issuer"), name="one_identity_of_an_account_at_an_issuer"),
        )

    def __str__(self) -> str:
        return f"{self.issuer}, {self.joined_at:%d/%m/%Y}"


class LinkCaseQuerySet(models.QuerySet["LinkCase"]):
    """Questions about doubts; they chain."""

    def waiting(self) -> LinkCaseQuerySet:
        """Those that somebody must still decide."""
        return self.filter(state=LinkCase.State.WAITING)


class LinkCase(models.Model):
    """Somebody signed in whose number is in the register, and something else does not fit. A person decides.

    What the provider said lies sealed until then, and is gone afterwards.
    """

    class Doubt(models.TextChoices):
        BIRTH = "birth", "Ngày sinh khác nhau"
        ONLY_YEAR = "only_year", "Danh bạ chưa đủ ngày sinh"
        SEVERAL = "several", "Số này có ở danh bạ nhiều nơi"
        DEAD = "dead", "Danh bạ ghi người này đã mất"
        TAKEN = "taken", "Người này đã nối một VNeID khác"

    class State(models.TextChoices):
        WAITING = "waiting", "chờ xem"
        LINKED = "linked", "đã nối"
        LEFT = "left", "không nối"
        MOOT = "moot", "đã xong ở nơi khác"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="link_cases")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="link_cases")
    identity = models.ForeignKey(ExternalIdentity, on_delete=models.CASCADE, related_name="cases")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="link_cases")
    doubt = models.CharField("vì sao chờ", max_length=10, choices=Doubt.choices)
    # {"name", "number", "born_on"} as the provider said it.
    said_sealed = models.BinaryField(null=True, editable=False)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField("lúc")
    decided_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("quyết định lúc", null=True, blank=True)
    reason = models.CharField("lý do", max_length=300, blank=True, default="")

    objects = LinkCaseQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("identity", "person"), name="one_doubt_of_an_identity_and_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.get_doubt_display()}, {self.at:%d/%m/%Y}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it: nobody's name."""
        return f"việc nối danh bạ {str(self.pk)[:8]}"
