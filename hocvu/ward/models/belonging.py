"""What hangs on a person beside residence: membership of units, absence, and circumstances that are protected."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.person import Household, Person
from hocvu.ward.models.unit import Unit
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships; they chain."""

    def on(self, day: date) -> MembershipQuerySet:
        """Those that hold on a day."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
        )


class Membership(models.Model):
    """Somebody belongs to a unit, a school, an enterprise, a co-operative, from when to when. It decides the targets of
    officials, pupils and workers, wherever they live."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", "cán bộ, công chức, viên chức, người lao động khu vực công"
        PRIMARY_PUPIL = "primary_pupil", "học sinh tiểu học"
        SECONDARY_PUPIL = "secondary_pupil", "học sinh trung học, sinh viên"
        TEACHER = "teacher", "giáo viên"
        WORKER = "worker", "người lao động doanh nghiệp"
        COOPERATIVE = "cooperative", "người lao động hợp tác xã"
        TRADER = "trader", "tiểu thương"
        MEMBER = "member", "hội viên, đoàn viên"

    SCOPE = Scope(ward="person__ward", units=("unit",))

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")
    kind = models.CharField("là", max_length=16, choices=Kind.choices)
    # A class of a school, a team of workers: in the unit's own words.
    group = models.CharField("nhóm, lớp", max_length=60, blank=True, default="")
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_from", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "unit", "kind"),
                condition=models.Q(valid_to=None),
                name="one_open_membership_of_a_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.unit}"


class Absence(models.Model):
    """Somebody is away for long though living here on paper."""

    SCOPE = Scope(ward="person__ward", neighbourhood="person__household__neighbourhood")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    away_from = models.DateField("vắng từ ngày")
    back_on = models.DateField("về ngày", null=True, blank=True)
    where = models.CharField("ở đâu", max_length=120, blank=True, default="")

    class Meta:
        ordering = ("-away_from", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(back_on=None), name="one_open_absence_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return f"vắng từ {self.away_from:%d/%m/%Y}"


class Circumstance(models.Model):
    """Poverty, disability, a need for access: sealed, so that the file alone does not tell which of them, nor more.

    That there is a row at all can be seen in it, and whether it is about a person or a household.
    """

    class Kind(models.TextChoices):
        POOR = "poor", "hộ nghèo"
        NEAR_POOR = "near_poor", "hộ cận nghèo"
        DISABILITY = "disability", "khuyết tật"
        ACCESS = "access", "cần hỗ trợ tiếp cận"

    SCOPE = Scope(ward="ward", neighbourhood="person__household__neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="circumstances")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="circumstances")
    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, null=True, blank=True, related_name="circumstances"
    )
    # What it is, found by a keyed digest; what was noted of it, and by which paper.
    kind_index = models.CharField(max_length=64, editable=False, db_index=True)
    sealed = models.BinaryField(editable=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-valid_from", "-recorded_at")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person=None, household__isnull=False)
                | models.Q(person__isnull=False, household=None),
                name="a_circumstance_of_a_person_or_a_household",
            ),
        )

    def __str__(self) -> str:
        return "hoàn cảnh được bảo vệ"
