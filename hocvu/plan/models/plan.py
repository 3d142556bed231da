"""A plan that runs: its head, what it stands on, when units report, its targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models import Account, Unit, Ward
from hocvu.ward.scope import Scope


class PlanQuerySet(models.QuerySet["Plan"]):
    """Questions about plans; they chain."""

    def of(self, ward: Ward) -> PlanQuerySet:
        return self.filter(ward=ward)

    def running(self) -> PlanQuerySet:
        """Those in force; several may be at once."""
        return self.filter(state=Plan.State.RUNNING)


class Plan(models.Model):
    """A published plan. Its rows are the plan document's own."""

    class State(models.TextChoices):
        RUNNING = "running", "đang thực hiện"
        SUCCEEDED = "succeeded", "đã có kế hoạch thay thế"
        CLOSED = "closed", "đã kết thúc"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="plans")
    number = models.CharField("số, ký hiệu", max_length=60, blank=True, default="")
    title = models.CharField("tên", max_length=500)
    issuer = models.CharField("cơ quan ban hành", max_length=200, blank=True, default="")
    signed_on = models.DateField("ngày ban hành", null=True, blank=True)
    signer = models.CharField("người ký", max_length=120, blank=True, default="")
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.RUNNING)
    succeeds = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors", verbose_name="thay thế"
    )
    published_at = models.DateTimeField("công bố lúc", default=clock.now)
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="published_plans")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("-published_at",)

    def __str__(self) -> str:
        return self.title


class LegalBasis(models.Model):
    """A document that a plan stands on."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="legal_bases")
    position = models.PositiveIntegerField()
    number = models.CharField("số, ký hiệu", max_length=60)
    signed_on = models.DateField("ngày", null=True, blank=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.number


class ReportRule(models.Model):
    """When units report. `before` day 23 means that the 22nd is the last day in time."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="report_rules")
    frequency = models.CharField("nhịp", max_length=12)
    day = models.PositiveSmallIntegerField("ngày", null=True, blank=True)
    semantics = models.CharField("cách tính", max_length=6, default="before")
    via = models.CharField("qua đơn vị", max_length=200, blank=True, default="")
    text = models.TextField("nguyên văn")
    place = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.text[:80]


class Section(models.Model):
    """A section of the appendix: "I. Truyền thông và tuyên truyền"."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    number = models.CharField("số", max_length=10, blank=True, default="")
    title = models.CharField("tên", max_length=300)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.number}. {self.title}" if self.number else self.title


class TargetQuerySet(models.QuerySet["Target"]):
    """Questions about targets; they chain."""

    def of(self, ward: Ward) -> TargetQuerySet:
        return self.filter(plan__ward=ward)

    def living(self) -> TargetQuerySet:
        """Those of plans in force that were not withdrawn."""
        return self.filter(plan__state=Plan.State.RUNNING, withdrawn_at=None)


class Target(models.Model):
    """One target of a plan: a population or a count, a comparator, a value, a year."""

    class Audience(models.TextChoices):
        OFFICIALS = "officials", "cán bộ, công chức, viên chức"
        STUDENTS = "students", "học sinh, sinh viên"
        ADULTS = "adults", "người trưởng thành"
        WORKERS = "workers", "người lao động trong doanh nghiệp, hợp tác xã"
        SCHOOLS = "schools", "cơ sở giáo dục"
        HOUSEHOLDS = "households", "hộ gia đình"
        OTHER = "other", "nhóm khác"

    class Comparator(models.TextChoices):
        MORE = ">", "trên"
        AT_LEAST = ">=", "từ … trở lên"
        EQUAL = "=", "đạt"

    SCOPE = Scope(ward="plan__ward")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveIntegerField("thứ tự")
    year = models.PositiveSmallIntegerField("năm", null=True, blank=True)
    audience = models.CharField("nhóm đối tượng", max_length=12, choices=Audience.choices)
    audience_text = models.CharField("đối tượng theo kế hoạch", max_length=400)
    comparator = models.CharField("so sánh", max_length=2, choices=Comparator.choices)
    value = models.DecimalField("mức", max_digits=14, decimal_places=2)
    unit = models.CharField("đơn vị tính", max_length=40)
    text = models.TextField("nguyên văn")
    place = models.JSONField("vị trí trong văn bản", default=dict)
    # The code of the measure that counts it; "" where units declare its figure.
    measure = models.CharField("cách đếm", max_length=60, blank=True, default="")
    measure_chosen = models.BooleanField("cách đếm do người chọn", default=False)
    continues = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="continued_by")
    withdrawn_at = models.DateTimeField("bỏ khỏi kế hoạch lúc", null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("year", "position")

    def __str__(self) -> str:
        return self.text[:120]

    @property
    def is_share(self) -> bool:
        """True where the target is a percentage and needs a denominator."""
        return self.unit == "%"

    def is_met_by(self, value: Decimal) -> bool:
        """True where a value reaches the target: above it for `>`, at or above it otherwise."""
        return value > self.value if self.comparator == self.Comparator.MORE else value >= self.value

    def counted_on(self, today: date) -> date:
        """The day of which the figure is taken: today, but never past the last day of the target's year."""
        return min(today, date(self.year, 12, 31)) if self.year else today


class DeclaredFigureQuerySet(models.QuerySet["DeclaredFigure"]):
    """Questions about declared figures; they chain."""

    def standing(self) -> DeclaredFigureQuerySet:
        """Those that nobody withdrew."""
        return self.filter(withdrawn_at=None)


class DeclaredFigure(models.Model):
    """What a unit declares for a target on a day ("tự khai"), with its source. Never edited: the newest that was not
    withdrawn counts."""

    SCOPE = Scope(ward="target__plan__ward", units=("unit",))

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="declared")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="declared_figures")
    as_of = models.DateField("tính đến ngày")
    numerator = models.PositiveIntegerField("số đạt")
    # None: nobody has a sourced total, and no share is shown.
    denominator = models.PositiveIntegerField("tổng số", null=True, blank=True)
    source = models.CharField("nguồn", max_length=300)
    declared_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="declared_figures")
    declared_at = models.DateTimeField("khai lúc", default=clock.now)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("lý do rút", max_length=300, blank=True, default="")

    objects = DeclaredFigureQuerySet.as_manager()

    class Meta:
        ordering = ("-as_of", "-declared_at", "-id")

    def __str__(self) -> str:
        return f"{self.numerator} / {self.denominator or '?'} đến {self.as_of:%d/%m/%Y}"
