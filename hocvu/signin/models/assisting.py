"""Sessions in which somebody of the ward helps a learner on the helper's own device: who, whom, how it was agreed."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.signin.models.sessions import SignIn
from hocvu.ward.models import Account, Person, Ward
from hocvu.ward.scope import Scope


class AssistedSessionQuerySet(models.QuerySet["AssistedSession"]):
    """Questions about assisted sessions; they chain."""

    def open(self) -> AssistedSessionQuerySet:
        """Those that nothing has ended; one that lies idle is swept."""
        return self.filter(ended_at=None)

    def to_be_checked(self) -> AssistedSessionQuerySet:
        """The sample that is called back, as far as nobody has answered yet for good."""
        undecided = ("", AssistedSession.Outcome.UNREACHED)
        return self.filter(to_call_back=True, call_outcome__in=undecided)


class AssistedSession(models.Model):
    """One learner helped once. It never outlives ten idle minutes, and a helper has one at a time."""

    class Agreed(models.TextChoices):
        SELF = "self", "tự bấm đồng ý"
        WITNESS = "witness", "nói đồng ý trước người chứng kiến"

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "đúng là có được giúp"
        DENIED = "denied", "nói không được giúp"
        UNREACHED = "unreached", "chưa liên lạc được"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    helper = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="helped_sessions")
    # Both go when the learner is erased; that the helper helped somebody stays.
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="assisted_sessions")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    sign_in = models.OneToOneField(SignIn, on_delete=models.SET_NULL, null=True, related_name="assisted")
    agreed_how = models.CharField("đồng ý bằng cách", max_length=8, choices=Agreed.choices)
    witness = models.CharField("người chứng kiến", max_length=120, blank=True, default="")
    guardian = models.CharField("người đại diện có mặt", max_length=120, blank=True, default="")
    opened_at = models.DateTimeField("bắt đầu")
    last_act_at = models.DateTimeField("dùng lúc")
    ended_at = models.DateTimeField("kết thúc", null=True, blank=True)
    ended_why = models.CharField("vì sao", max_length=60, blank=True, default="")
    # Drawn by lot when the session begins; the helper is not told.
    to_call_back = models.BooleanField("trong mẫu gọi lại", default=False)
    call_outcome = models.CharField("kết quả gọi lại", max_length=10, choices=Outcome.choices, blank=True, default="")
    call_note = models.CharField("ghi chú gọi lại", max_length=300, blank=True, default="")
    called_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    called_at = models.DateTimeField("gọi lại lúc", null=True, blank=True)

    objects = AssistedSessionQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        indexes = (models.Index(fields=("helper", "-opened_at")),)
        constraints = (
            models.UniqueConstraint(
                fields=("helper",), condition=models.Q(ended_at=None), name="one_open_session_of_a_helper"
            ),
        )

    def __str__(self) -> str:
        return f"{self.helper} giúp, {self.opened_at:%d/%m/%Y %H:%M}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it: never by the learner's name."""
        return f"phiên có người giúp {str(self.pk)[:8]}"

    @property
    def learner(self) -> str:
        """The learner's name, as long as they are known."""
        return self.account.full_name if self.account else "Người đã xóa dữ liệu"
