"""Community digital teams: a team is a unit of the ward; here are its members, its places and the rules of field work."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from hocvu.lib import clock
from hocvu.ward.models import Account, Neighbourhood, Unit, Ward
from hocvu.ward.scope import Scope


def _on(day: date) -> Q:
    return Q(Q(valid_from=None) | Q(valid_from__lte=day)) & Q(Q(valid_to=None) | Q(valid_to__gte=day))


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    """Questions about members; they chain."""

    def on(self, day: date) -> TeamMemberQuerySet:
        """Those of a day."""
        return self.filter(_on(day))


class TeamPlaceQuerySet(models.QuerySet["TeamPlace"]):
    """Questions about places; they chain."""

    def on(self, day: date) -> TeamPlaceQuerySet:
        """Those of a day."""
        return self.filter(_on(day))


class TeamMember(models.Model):
    """Somebody in a team, from when to when. Not everybody there has an account."""

    class Part(models.TextChoices):
        LEAD = "lead", "tổ trưởng"
        MEMBER = "member", "thành viên"

    SCOPE = Scope(ward="team__ward", units=("team",), neighbourhood="team__neighbourhood")

    team = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="team_members")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="team_places")
    full_name = models.CharField("họ và tên", max_length=120)
    comes_from = models.CharField("do nơi nào cử", max_length=120, blank=True, default="")  # a union, a firm
    part = models.CharField("phần việc", max_length=6, choices=Part.choices, default=Part.MEMBER)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        ordering = ("part", "full_name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("team",), condition=Q(valid_to=None, part="lead"), name="one_lead_of_a_team"
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def audit_label(self) -> str:
        """What the trail calls a member: never by name."""
        return f"thành viên {self.pk} của tổ {self.team_id}"


class TeamPlace(models.Model):
    """A neighbourhood that a team looks after besides its own."""

    SCOPE = Scope(ward="team__ward", units=("team",), neighbourhood="neighbourhood")

    team = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="more_places")
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, related_name="teams_beside")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = TeamPlaceQuerySet.as_manager()

    class Meta:
        ordering = ("team", "neighbourhood")

    def __str__(self) -> str:
        return f"{self.team}, {self.neighbourhood}"


class OutreachRule(models.Model):
    """A rule of field work in one version: never edited, a later one follows. See `outreach.rules`."""

    class Code(models.TextChoices):
        KEPT_UP = "kept_up", "thế nào là tổ được duy trì"
        DUE = "due", "khi nào đến lượt thăm lại"
        SPOT_CHECK = "spot_check", "kiểm tra lại lượt thăm"
        ATTENDANCE = "attendance", "dự bao nhiêu buổi thì tính"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="outreach_rules")
    code = models.CharField("quy tắc", max_length=12, choices=Code.choices)
    params = models.JSONField("các số", default=dict)
    valid_from = models.DateField("dùng từ ngày")
    source = models.CharField("theo", max_length=200)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("ghi lúc", default=clock.now)

    class Meta:
        ordering = ("code", "-valid_from", "-pk")

    def __str__(self) -> str:
        return f"{self.get_code_display()}, từ {self.valid_from:%d/%m/%Y}"
