"""A learner's card: a random secret in a QR code, a PIN that the learner chose, for whoever has no phone of their own."""

from __future__ import annotations

from datetime import date

from django.db import models

from hocvu.ward.models import Account

MOST_FAILS = 5  # then the card is locked; only a new one helps


class CardQuerySet(models.QuerySet["Card"]):
    """Questions about cards; they chain."""

    def live(self, day: date) -> CardQuerySet:
        """Neither revoked nor run out by a day; a locked one is among them."""
        return self.filter(revoked_at=None, expires_on__gte=day)

    def locked(self) -> CardQuerySet:
        """Those whose PIN was typed wrong too often."""
        return self.filter(fails__gte=MOST_FAILS)


class Card(models.Model):
    """One printed card of a citizen's account. Whoever prints it learns no PIN: the card comes with an opening code on
    another slip of paper, and takes the learner's own PIN in its place."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="cards")
    # SHA-256 of the secret in the QR code, which is random enough to need nothing slower. The secret is kept nowhere.
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    # Argon2id of the opening code until the learner has set a PIN, then of the PIN.
    pin_hash = models.CharField(max_length=128, editable=False)
    pin_set_at = models.DateTimeField("đặt mã PIN lúc", null=True, blank=True)
    fails = models.PositiveSmallIntegerField("lần nhập sai", default=0)
    locked_at = models.DateTimeField("khóa lúc", null=True, blank=True)
    printed_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    printed_at = models.DateTimeField("làm lúc")
    expires_on = models.DateField("dùng đến hết ngày")
    revoked_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)
    revoked_why = models.CharField("lý do thu hồi", max_length=200, blank=True, default="")
    last_used_at = models.DateTimeField("dùng lần cuối lúc", null=True, blank=True)
    # The same for cards printed on one sheet.
    batch = models.UUIDField(null=True, blank=True, editable=False)

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ("-printed_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=models.Q(revoked_at=None), name="one_card_of_an_account"
            ),
        )

    def __str__(self) -> str:
        return f"thẻ số {self.pk}"

    @property
    def is_locked(self) -> bool:
        """Whether the PIN was typed wrong too often."""
        return self.fails >= MOST_FAILS
