"""Phones that people come in with, and the one-time codes that are sent to them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from hocvu.ward.models import Account

TRIES = 5  # guesses that are looked at, for each code
PROVEN_FOR = timedelta(minutes=15)  # after the right code: time to say one's name


class PhoneLinkQuerySet(models.QuerySet["PhoneLink"]):
    """Questions about links; they chain."""

    def active(self) -> PhoneLinkQuerySet:
        """Those that open an account today."""
        return self.filter(ended_at=None)


class PhoneLink(models.Model):
    """A phone whose codes open an account. The number is sealed; its index is not that of the register, so that nobody
    finds by a phone who of the register an account belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="phone_links")
    phone_sealed = models.BinaryField(editable=False)
    phone_index = models.CharField(max_length=64, editable=False)
    confirmed_at = models.DateTimeField("xác nhận lúc")
    last_used_at = models.DateTimeField("dùng lúc")
    ended_at = models.DateTimeField("thôi lúc", null=True, blank=True)
    ended_why = models.CharField("vì sao", max_length=60, blank=True, default="")

    objects = PhoneLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-confirmed_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("phone_index",), condition=models.Q(ended_at=None), name="a_phone_opens_one_account"
            ),
            models.UniqueConstraint(
                fields=("account",), condition=models.Q(ended_at=None), name="an_account_has_one_phone"
            ),
        )

    def __str__(self) -> str:
        return f"số điện thoại của {self.account.audit_label}"


class PhoneCodeQuerySet(models.QuerySet["PhoneCode"]):
    """Questions about codes; they chain."""

    def guessable(self, moment: datetime) -> PhoneCodeQuerySet:
        """Those at which a guess is looked at."""
        return self.filter(used_at=None, closed_at=None, expires_at__gt=moment, tries__lt=TRIES)

    def proven(self, moment: datetime) -> PhoneCodeQuerySet:
        """Those that somebody typed rightly a moment ago, and that have opened nothing yet."""
        return self.filter(used_at__gt=moment - PROVEN_FOR, closed_at=None)


class PhoneCode(models.Model):
    """One code sent to one phone, for the browser that asked. Of the code only a keyed digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A digest of what the session of the asking browser holds: no other browser finds the code.
    binding = models.CharField(max_length=64, unique=True)
    # Whose phone it is to be; nobody's where somebody is about to sign in.
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    phone_sealed = models.BinaryField(editable=False)
    phone_index = models.CharField(max_length=64, db_index=True, editable=False)
    salt = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneCodeQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "pk")

    def __str__(self) -> str:
        return f"mã gửi lúc {self.made_at:%d/%m/%Y %H:%M}"
