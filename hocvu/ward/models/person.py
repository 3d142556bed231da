"""Households and people of the register, with what changes over time kept apart: residence and membership."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.neighbourhood import Neighbourhood
from hocvu.ward.models.unit import Unit
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class Household(models.Model):
    """People who live together under one code of the ward's own lists."""

    SCOPE = Scope(ward="ward", neighbourhood="neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="households")
    code = models.CharField("mã hộ", max_length=60)
    address = models.CharField("địa chỉ", max_length=200, blank=True, default="")
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="households"
    )
    head = models.ForeignKey("Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("ward", "code"), name="one_household_of_a_code"),)

    def __str__(self) -> str:
        return self.code

    @property
    def audit_label(self) -> str:
        """What the trail calls a household: codes are often made of a name."""
        return f"hộ {str(self.pk)[:8]}"


class PersonQuerySet(models.QuerySet["Person"]):
    """Questions about people; they chain. Every count is as of a day."""

    def of(self, ward: Ward) -> PersonQuerySet:
        return self.filter(ward=ward)

    def known(self) -> PersonQuerySet:
        """Those who stand for themselves: not merged into somebody."""
        return self.filter(merged_into=None)

    def open_for_work(self) -> PersonQuerySet:
        """Those whose data may be worked with; somebody who asked for a restriction is counted, and left in peace."""
        return self.known().filter(restricted_at=None)

    def living_on(self, day: date) -> PersonQuerySet:
        """Those who were born by a day and had not died before it."""
        return self.known().filter(
            models.Q(died_on=None) | models.Q(died_on__gte=day), models.Q(born_on=None) | models.Q(born_on__lte=day)
        )

    def residents_on(self, day: date) -> PersonQuerySet:
        """Those who lived in their ward on a day, each once."""
        return self.living_on(day).filter(models.Exists(Residence.objects.on(day).filter(person=models.OuterRef("pk"))))

    def aged_on(self, day: date, at_least: int) -> PersonQuerySet:
        """Those who had completed so many years by a day. Somebody without a date of birth is not among them."""
        return self.filter(born_on__lte=years_before(day, at_least))


def years_before(day: date, years: int) -> date:
    """The last birthday on which one is so many years old by a day; born on 29 February, one ages on 1 March.

    >>> years_before(date(2026, 2, 28), 18), years_before(date(2028, 2, 29), 18)
    (datetime.date(2008, 2, 28), datetime.date(2010, 2, 28))
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class Person(models.Model):
    """Somebody of the register. Number and phone are sealed; see `ward.register`."""

    class Sex(models.TextChoices):
        MALE = "male", "nam"
        FEMALE = "female", "nữ"

    SCOPE = Scope(ward="ward", neighbourhood="household__neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="people")
    full_name = models.CharField("họ và tên", max_length=120)
    # Lower case without tones: for finding and for telling the same person again.
    plain_name = models.CharField(max_length=120, editable=False)
    # Where only the year is known this is its first of January, as civil registers take it.
    born_on = models.DateField("ngày sinh", null=True, blank=True)
    only_year = models.BooleanField("chỉ biết năm sinh", default=False)
    sex = models.CharField("giới tính", max_length=6, choices=Sex.choices, blank=True, default="")
    number_sealed = models.BinaryField(null=True, editable=False)
    number_index = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - NULLs do not collide
    phone_sealed = models.BinaryField(null=True, editable=False)
    phone_index = models.CharField(max_length=64, null=True, editable=False, db_index=True)  # noqa: DJ001
    # Where the person lives today; the history is in `residences`.
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    relation = models.CharField("quan hệ với chủ hộ", max_length=40, blank=True, default="")
    died_on = models.DateField("mất ngày", null=True, blank=True)
    # The row that stands for the same person since both were merged; this one is then in no list and no count.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from")
    # Somebody who asked that their data be no longer worked with: still counted, in no list of work.
    restricted_at = models.DateTimeField("hạn chế xử lý từ", null=True, blank=True)
    added_at = models.DateTimeField(default=clock.now, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ("plain_name", "pk")
        indexes = (models.Index(fields=("ward", "plain_name"), name="person_by_name"),)
        constraints = (
            models.UniqueConstraint(fields=("ward", "number_index"), name="one_person_of_a_number_in_a_ward"),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def audit_label(self) -> str:
        """What the trail calls somebody: never by name."""
        return f"nhân khẩu {str(self.pk)[:8]}"


class DatedQuerySet(models.QuerySet["Residence"]):
    """Rows that hold from a day to a day."""

    def on(self, day: date) -> DatedQuerySet:
        """Those that hold on a day."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
        )


class Residence(models.Model):
    """Where somebody lived, from when to when. It decides the targets of residents."""

    class Kind(models.TextChoices):
        PERMANENT = "permanent", "thường trú"
        TEMPORARY = "temporary", "tạm trú"

    SCOPE = Scope(ward="person__ward", neighbourhood="neighbourhood")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="residences")
    kind = models.CharField("loại cư trú", max_length=10, choices=Kind.choices, default=Kind.PERMANENT)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="residences")
    # Kept here too: a household's neighbourhood changes, where somebody lived then does not.
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, related_name="residences")
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_from", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(valid_to=None), name="one_open_residence_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.household or ''}"


class PeopleUpload(models.Model):
    """A list that was handed in and waits for a yes or no. The file is sealed and goes when it was decided."""

    class State(models.TextChoices):
        WAITING = "waiting", "đang xem"
        REVIEW = "review", "chờ xác nhận"
        REFUSED = "refused", "không đọc được"
        APPLIED = "applied", "đã nhập"
        DROPPED = "dropped", "đã bỏ"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="people_uploads")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="people_uploads")
    name = models.CharField("tên tệp", max_length=160)
    sealed = models.BinaryField(null=True, editable=False)
    # {"sheet", "heading_ends", "columns", "headings", "sheets"}: how the list is laid out, as guessed or as chosen.
    layout = models.JSONField(default=dict)
    # The counts and the verdict of each row: numbers and kinds, nothing of anybody.
    judged = models.JSONField(default=dict)
    refusal = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.WAITING)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("nộp lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.name


class ColumnMemory(models.Model):
    """Which column is what in the lists that a unit hands in under the same headings."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="column_memories")
    headings = models.CharField(max_length=64)  # a digest
    columns = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("unit", "headings"), name="one_memory_of_the_same_headings"),)

    def __str__(self) -> str:
        return f"{self.unit}: {len(self.columns)} cột"


class PeopleBatch(models.Model):
    """One list that was taken in, and can be taken back while nothing was built on it."""

    class State(models.TextChoices):
        APPLIED = "applied", "đã nhập"
        UNDONE = "undone", "đã hoàn tác"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="people_batches")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="people_batches")
    name = models.CharField("tên tệp", max_length=160)
    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.APPLIED)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-applied_at", "-pk")

    def __str__(self) -> str:
        return self.name


class PeopleBatchRow(models.Model):
    """What a row of a list came to: somebody new, or blanks filled of somebody who was there."""

    batch = models.ForeignKey(PeopleBatch, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    is_new = models.BooleanField()
    # Names of the fields that were blank before; their values stand in the person alone.
    filled = models.JSONField(default=list)

    class Meta:
        ordering = ("row", "pk")

    def __str__(self) -> str:
        return f"dòng {self.row}"
