"""Two rows for one person: what was held for a decision, what was merged, who is known to be somebody else."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.person import PeopleBatch, Person
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class HeldRow(models.Model):
    """A row of a list that looks like somebody who is there: a person decides who it is."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ quyết định"
        SAME = "same", "cùng một người"
        OTHER = "other", "người khác"
        LEFT_OUT = "left_out", "không nhập"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="held_rows")
    batch = models.ForeignKey(PeopleBatch, on_delete=models.CASCADE, related_name="held")
    row = models.PositiveIntegerField("dòng")
    sealed = models.BinaryField(null=True, editable=False)  # the row's entry, until it was decided
    resembles = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="held_rows")
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.WAITING)
    # What the decision made: somebody new, or blanks that were filled.
    made = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    filled = models.JSONField(default=list)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("quyết định lúc", null=True, blank=True)

    class Meta:
        ordering = ("batch", "row")

    def __str__(self) -> str:
        return f"dòng {self.row}"


class PersonMerge(models.Model):
    """Two rows of the register that were one person. What moved and what was filled is kept, so that it can be undone."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="person_merges")
    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    filled = models.JSONField(default=list)  # names of fields of the kept person that were blank
    moved = models.JSONField(default=dict)  # model label -> keys of rows that went over
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("gộp lúc", default=clock.now)
    undone_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField("tách lúc", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"gộp {self.at:%d/%m/%Y}"


class KnownApart(models.Model):
    """Two people who look like one and are two: they are not suggested again."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("first", "second"), name="one_row_for_two_known_apart"),)

    def __str__(self) -> str:
        return "hai người khác nhau"
