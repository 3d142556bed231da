"""Notices: what the house has to tell somebody, and which of it went out by e-mail."""

from __future__ import annotations

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about notices; they chain."""

    def unseen(self) -> NoticeQuerySet:
        return self.filter(seen_at=None)


class Notice(models.Model):
    """One sentence for one account. The key says what it is about: the same thing is told once, however often the
    teller begins anew."""

    SCOPE = Scope(ward="ward")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=120)
    text = models.CharField("nội dung", max_length=600)
    href = models.CharField("xem ở", max_length=300, blank=True, default="")
    at = models.DateTimeField("lúc", default=clock.now)
    seen_at = models.DateTimeField("đã xem lúc", null=True)
    mailed_at = models.DateTimeField("đã gửi thư lúc", null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("account", "key"), name="a_thing_is_told_once"),)
        indexes = (models.Index(fields=("account", "seen_at")),)

    def __str__(self) -> str:
        return self.text


class NoticeMail(models.Model):
    """The one e-mail that an account gets on a day. Inserting the row is the claim to send it: a process that dies while
    sending leaves a claim that nobody takes up, so that nothing goes out twice."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notice_mails")
    day = models.DateField("ngày")
    claimed_at = models.DateTimeField("bắt đầu gửi lúc", default=clock.now)
    sent_at = models.DateTimeField("đã gửi lúc", null=True)
    notices = models.PositiveSmallIntegerField("số thông báo", default=0)

    class Meta:
        ordering = ("-day", "pk")
        constraints = (models.UniqueConstraint(fields=("account", "day"), name="one_mail_a_day"),)

    def __str__(self) -> str:
        return f"{self.account} {self.day:%d/%m/%Y}"
