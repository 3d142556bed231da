"""Units: the offices, unions, schools, teams that carry tasks. A tree with dates, and groups of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from hocvu.lib.text import sort_key
from hocvu.ward.models.neighbourhood import Neighbourhood
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class UnitQuerySet(models.QuerySet["Unit"]):
    """Questions about units; they chain."""

    def of(self, ward: Ward) -> UnitQuerySet:
        return self.filter(ward=ward)

    def on(self, day: date) -> UnitQuerySet:
        """Those that exist on a day."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
        )

    def ward_wide(self) -> UnitQuerySet:
        """Those whose figures may stand for the whole ward."""
        return self.filter(kind__in=Unit.WARD_WIDE_KINDS)

    def below(self, unit: Unit) -> UnitQuerySet:
        """A unit and everything under it."""
        return self.filter(path__startswith=unit.path)


class Unit(models.Model):
    """One unit of a ward, for as long as it existed."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", "ủy ban nhân dân"
        OFFICE = "office", "phòng, ban"
        POLICE = "police", "công an"
        MILITARY = "military", "quân sự"
        FRONT = "front", "Mặt trận Tổ quốc"
        PARTY = "party", "cơ quan Đảng"
        UNION = "union", "đoàn thể"
        SERVICE_CENTRE = "service_centre", "trung tâm"
        SCHOOL = "school", "trường học"
        ENTERPRISE = "enterprise", "doanh nghiệp, hợp tác xã"
        MARKET_BOARD = "market_board", "ban quản lý chợ"
        NEIGHBOURHOOD = "neighbourhood", "khu dân cư"
        TEAM = "team", "tổ công nghệ số cộng đồng"
        OTHER = "other", "đơn vị khác"

    # These are asked ("đề nghị"), never chased as subordinates of the committee.
    ASKED_KINDS = (Kind.POLICE, Kind.FRONT, Kind.PARTY, Kind.MILITARY)

    # Bodies whose work spans the whole ward; a team, a school, an enterprise knows its own people only.
    WARD_WIDE_KINDS = (
        Kind.COMMITTEE,
        Kind.OFFICE,
        Kind.POLICE,
        Kind.MILITARY,
        Kind.FRONT,
        Kind.PARTY,
        Kind.UNION,
        Kind.SERVICE_CENTRE,
    )

    SCOPE = Scope(ward="ward", units=("",), neighbourhood="neighbourhood")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="units")
    kind = models.CharField("loại", max_length=16, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField("tên", max_length=200)
    short_name = models.CharField("tên gọn", max_length=80, blank=True, default="")
    # Other spellings met in plans, so that the same name is recognised the next time.
    aliases = models.JSONField("tên khác trong văn bản", default=list, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, editable=False, db_index=True, default="")
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="units"
    )
    valid_from = models.DateField("có từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    sort_name = models.CharField(max_length=200, editable=False, default="")

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ("sort_name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("ward", "name"), condition=models.Q(valid_to=None), name="one_living_unit_of_a_name"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    @property
    def is_asked(self) -> bool:
        """True for bodies that the committee asks rather than instructs."""
        return self.kind in self.ASKED_KINDS

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path of the tree and the sorting name in step."""
        self.sort_name = sort_key(self.name)[:200]
        above = self.parent.path if self.parent else ""
        if self.pk is None:
            super().save(*args, **kwargs)
            kwargs = {"update_fields": ("path",), "using": kwargs.get("using")}
            args = ()
        self.path = f"{above}{self.pk}/"
        super().save(*args, **kwargs)


class UnitGroup(models.Model):
    """Several units named at once by a plan: "Các phòng, ban, đơn vị"."""

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="unit_groups")
    name = models.CharField("tên", max_length=200)
    aliases = models.JSONField("tên khác trong văn bản", default=list, blank=True)
    units = models.ManyToManyField(Unit, through="GroupMembership", related_name="groups")

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("ward", "name"), name="one_group_of_a_name"),)

    def __str__(self) -> str:
        return self.name

    def members_on(self, day: date) -> UnitQuerySet:
        """The units that belong to the group, and exist, on a day."""
        dated = GroupMembership.objects.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
            group=self,
        )
        return Unit.objects.filter(pk__in=dated.values("unit")).on(day)


class GroupMembership(models.Model):
    """A unit in a group, with dates."""

    group = models.ForeignKey(UnitGroup, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("group", "unit"), condition=models.Q(valid_to=None), name="one_living_membership"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit} trong {self.group}"
