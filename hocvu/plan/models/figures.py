"""What figures are made of beside records: totals with a source, what outside systems confirmed, what was recorded."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models

from hocvu.lib import clock
from hocvu.plan.models.plan import Target
from hocvu.ward.models import Account, Neighbourhood, Person, Ward
from hocvu.ward.scope import Scope


class Denominator(models.Model):
    """What a percentage of a year is divided by: a figure with its source, or the register itself. The newest decision
    of a year counts; earlier ones stay readable."""

    class Choice(models.TextChoices):
        GIVEN = "given", "số có nguồn"
        REGISTER = "register", "đếm từ danh bạ"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="denominators")
    population = models.CharField("nhóm được tính", max_length=40)  # a code of `plan.populations`
    year = models.PositiveSmallIntegerField("năm")
    choice = models.CharField("lấy từ", max_length=8, choices=Choice.choices)
    value = models.PositiveIntegerField("tổng số", null=True, blank=True)
    source = models.CharField("nguồn", max_length=300, blank=True, default="")
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("population", "-year", "-decided_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(choice="register", value=None) | models.Q(choice="given", value__gt=0),
                name="a_given_total_has_a_value",
            ),
        )

    def __str__(self) -> str:
        return f"{self.population} {self.year}: {self.value or self.get_choice_display()}"


class FillRule(models.Model):
    """Which certificate or milestone fills a measure, from when to when, by which document. Dated data, no code."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="fill_rules")
    measure = models.CharField("cách đếm", max_length=60)
    group = models.CharField("nhóm", max_length=20, blank=True, default="")  # an audience of `Target.Audience`
    level = models.CharField("mức", max_length=60, blank=True, default="")
    framework = models.CharField("khung và phiên bản", max_length=120, blank=True, default="")
    milestone = models.CharField("mốc", max_length=60, blank=True, default="")
    source = models.CharField("theo văn bản", max_length=300)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("measure", "-valid_from", "-pk")

    def __str__(self) -> str:
        return f"{self.measure}: {self.group} {self.level} {self.framework} {self.milestone}".strip()


class ExternalUpload(models.Model):
    """A file that was handed in and waits for a yes or no; sealed, and gone when it was decided."""

    class State(models.TextChoices):
        REVIEW = "review", "chờ xác nhận"
        APPLIED = "applied", "đã nhập"
        DROPPED = "dropped", "đã bỏ"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="external_uploads")
    measure = models.CharField("cách đếm", max_length=60)
    as_of = models.DateField("tính đến ngày")
    issuer = models.CharField("nơi cấp số", max_length=200)
    document = models.CharField("văn bản", max_length=200, blank=True, default="")
    name = models.CharField("tên tệp", max_length=160)
    sealed = models.BinaryField(null=True, editable=False)
    # {"layout", "counts", "faults": [[row, sentence]], "warnings": [...]}: numbers and sentences, nothing of anybody.
    judged = models.JSONField(default=dict)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.REVIEW)
    made = models.ForeignKey("ExternalImport", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("nộp lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.name


class ExternalImport(models.Model):
    """A file in which an outside body says what it confirmed: the evidence behind external figures."""

    class Layout(models.TextChoices):
        TOTALS = "totals", "số tổng theo khu dân cư"
        PEOPLE = "people", "danh sách người được xác nhận"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="external_imports")
    measure = models.CharField("cách đếm", max_length=60)
    layout = models.CharField("loại tệp", max_length=6, choices=Layout.choices)
    as_of = models.DateField("tính đến ngày")
    issuer = models.CharField("nơi cấp số", max_length=200)
    document = models.CharField("văn bản", max_length=200, blank=True, default="")
    name = models.CharField("tên tệp", max_length=160)
    digest = models.CharField(max_length=64)
    # The file as it came, sealed: a list of people holds identity numbers.
    sealed = models.BinaryField(null=True, editable=False)
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("nhập lúc", default=clock.now)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("lý do rút", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-as_of", "-at", "-pk")

    def __str__(self) -> str:
        return f"{self.issuer}, đến {self.as_of:%d/%m/%Y}"


class ExternalFigure(models.Model):
    """One line of totals: how many were confirmed in a neighbourhood, or in the whole ward."""

    source = models.ForeignKey(ExternalImport, on_delete=models.CASCADE, related_name="figures")
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="external_figures"
    )
    numerator = models.PositiveIntegerField("số đạt")
    denominator = models.PositiveIntegerField("tổng số", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "neighbourhood"), name="one_external_figure_of_a_place"),
            models.UniqueConstraint(
                fields=("source",), condition=models.Q(neighbourhood=None), name="one_external_figure_of_a_ward"
            ),
        )

    def __str__(self) -> str:
        return f"{self.neighbourhood or 'toàn địa bàn'}: {self.numerator}"


class ExternalConfirmation(models.Model):
    """Somebody of the register whom an outside body confirmed, from a day on."""

    source = models.ForeignKey(ExternalImport, on_delete=models.CASCADE, related_name="confirmations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="external_confirmations")
    confirmed_on = models.DateField("xác nhận ngày")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "person"), name="one_confirmation_of_a_person_in_a_file"),
        )

    def __str__(self) -> str:
        return f"{self.confirmed_on:%d/%m/%Y}"


class FigureRecord(models.Model):
    """What a measure came to on a day, written down the night after: history, and what an audit recounts."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="figure_records")
    measure = models.CharField(max_length=60)
    # None: the whole ward.
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="figure_records"
    )
    as_of = models.DateField("tính đến ngày")
    numerator = models.PositiveIntegerField("số đạt")
    denominator = models.PositiveIntegerField("tổng số", null=True, blank=True)
    kind = models.CharField(max_length=8)
    source = models.CharField(max_length=300)
    taken_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-as_of", "measure", "pk")
        constraints = (
            models.UniqueConstraint(fields=("ward", "measure", "neighbourhood", "as_of"), name="one_record_of_a_place"),
            models.UniqueConstraint(
                fields=("ward", "measure", "as_of"),
                condition=models.Q(neighbourhood=None),
                name="one_record_of_a_ward",
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.as_of:%d/%m/%Y}: {self.numerator}/{self.denominator or '?'}"


class FigureDrift(models.Model):
    """A recorded figure that a recount no longer finds: something about that day was entered or corrected later."""

    SCOPE = Scope(ward="record__ward")

    record = models.ForeignKey(FigureRecord, on_delete=models.CASCADE, related_name="drifts")
    numerator = models.PositiveIntegerField("số đạt, đếm lại")
    denominator = models.PositiveIntegerField("tổng số, đếm lại", null=True, blank=True)
    why = models.CharField("vì", max_length=300, blank=True, default="")
    found_at = models.DateTimeField("thấy lúc", default=clock.now)

    class Meta:
        ordering = ("-found_at", "-pk")

    def __str__(self) -> str:
        return f"{self.record}: đếm lại {self.numerator}/{self.denominator or '?'}"


class PublishedCell(models.Model):
    """What everybody may see of a neighbourhood in a year: its count of a day, or that it is hidden."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="published_cells")
    measure = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, related_name="published_cells")
    is_hidden = models.BooleanField(default=False)
    numerator = models.PositiveIntegerField(null=True, blank=True)
    denominator = models.PositiveIntegerField(null=True, blank=True)
    as_of = models.DateField("tính đến ngày")

    class Meta:
        ordering = ("neighbourhood",)
        constraints = (
            models.UniqueConstraint(
                fields=("ward", "measure", "year", "neighbourhood"), name="one_published_cell_of_a_year"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.year}: {'ẩn' if self.is_hidden else self.numerator}"


class FrozenFigure(models.Model):
    """The figure of a target whose year is closed: never counted again, whatever is corrected later."""

    SCOPE = Scope(ward="target__plan__ward")

    target = models.OneToOneField(Target, on_delete=models.CASCADE, related_name="frozen")
    numerator = models.PositiveIntegerField("số đạt")
    denominator = models.PositiveIntegerField("tổng số", null=True, blank=True)
    kind = models.CharField(max_length=8)
    source = models.CharField(max_length=300)
    as_of = models.DateField("tính đến ngày")
    frozen_at = models.DateTimeField("chốt lúc", default=clock.now)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator or '?'} đến {self.as_of:%d/%m/%Y}"


def newest_of_a_year(rows: models.QuerySet[Denominator], day: date) -> Denominator | None:
    """The decision that holds for a day: of its year, else of the newest year before."""
    return rows.filter(year__lte=day.year).order_by("-year", "-decided_at", "-pk").first()
