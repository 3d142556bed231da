"""Neighbourhoods (tổ dân phố, thôn, khu). They merge and split; what they were stays readable."""

from __future__ import annotations

from datetime import date

from django.db import models

from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class NeighbourhoodQuerySet(models.QuerySet["Neighbourhood"]):
    """Questions about neighbourhoods; they chain."""

    def of(self, ward: Ward) -> NeighbourhoodQuerySet:
        return self.filter(ward=ward)

    def on(self, day: date) -> NeighbourhoodQuerySet:
        """Those that exist on a day."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
        )


class Neighbourhood(models.Model):
    """One neighbourhood of a ward, for as long as it existed."""

    SCOPE = Scope(ward="ward", neighbourhood="pk")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="neighbourhoods")
    number = models.PositiveIntegerField("số", null=True, blank=True)
    name = models.CharField("tên", max_length=120)
    valid_from = models.DateField("có từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = NeighbourhoodQuerySet.as_manager()

    class Meta:
        ordering = (models.F("number").asc(nulls_last=True), "name")
        constraints = (
            models.UniqueConstraint(
                fields=("ward", "name"), condition=models.Q(valid_to=None), name="one_living_neighbourhood_of_a_name"
            ),
        )

    def __str__(self) -> str:
        return self.name


class NeighbourhoodChange(models.Model):
    """A merge or a split: which neighbourhoods ended, which began, when and by which decision."""

    class Kind(models.TextChoices):
        MERGE = "merge", "sáp nhập"
        SPLIT = "split", "chia tách"

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="neighbourhood_changes")
    kind = models.CharField("việc", max_length=5, choices=Kind.choices)
    day = models.DateField("từ ngày")
    decision = models.CharField("văn bản quyết định", max_length=200)
    before = models.ManyToManyField(Neighbourhood, related_name="ended_by")
    after = models.ManyToManyField(Neighbourhood, related_name="begun_by")

    class Meta:
        ordering = ("-day", "-id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ngày {self.day:%d/%m/%Y}"
