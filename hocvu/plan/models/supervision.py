"""Oversight: remarks that a unit must answer, and the ward's own rounds of inspection with what they found."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from hocvu.lib import clock
from hocvu.plan.models.plan import Target
from hocvu.plan.models.task import Task, TaskMeasure
from hocvu.ward.models import Account, Neighbourhood, Unit, Ward
from hocvu.ward.scope import Scope

Subject = Task | Target | TaskMeasure  # what a remark may be about


class RemarkQuerySet(models.QuerySet["Remark"]):
    """Questions about remarks; they chain."""

    def about(self, subject: Subject) -> RemarkQuerySet:
        """Those on a target or a result; for a task also those on its results."""
        match subject:
            case Task():
                return self.filter(Q(task=subject) | Q(task_measure__task=subject))
            case Target():
                return self.filter(target=subject)
        return self.filter(task_measure=subject)

    def open(self) -> RemarkQuerySet:
        """Those that the overseer has not concluded."""
        return self.filter(closed_at=None)

    def unanswered(self) -> RemarkQuerySet:
        """Open ones on which the unit has said nothing yet."""
        return self.open().filter(~Exists(RemarkAnswer.objects.filter(remark=OuterRef("pk"))))

    def overdue(self, day: date) -> RemarkQuerySet:
        """Unanswered ones whose last day to answer is over."""
        return self.unanswered().filter(due_on__lt=day)

    def answered(self) -> RemarkQuerySet:
        """Open ones that were answered: they wait for the overseer."""
        return self.open().filter(Exists(RemarkAnswer.objects.filter(remark=OuterRef("pk"))))


class Remark(models.Model):
    """What an overseer says of a task or a figure; one unit must answer. Never edited: it is answered and closed."""

    SCOPE = Scope(ward="ward", units=("unit",))

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="remarks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="remarks")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, null=True, blank=True, related_name="remarks")
    task_measure = models.ForeignKey(
        TaskMeasure, on_delete=models.PROTECT, null=True, blank=True, related_name="remarks"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="remarks", verbose_name="đơn vị phải trả lời")
    text = models.TextField("ý kiến")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="remarks_made")
    made_at = models.DateTimeField("lúc", default=clock.now)
    due_on = models.DateField("hạn trả lời")
    closed_at = models.DateTimeField("kết thúc lúc", null=True, blank=True)
    closed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_note = models.TextField("kết luận", blank=True, default="")

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(task__isnull=False, target=None, task_measure=None)
                | Q(task=None, target__isnull=False, task_measure=None)
                | Q(task=None, target=None, task_measure__isnull=False),
                name="a_remark_is_about_one_thing",
            ),
        )

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def subject(self) -> Subject:
        """The task, target or result that it is about."""
        found = self.task or self.target or self.task_measure
        assert found is not None  # the constraint
        return found


class RemarkAnswer(models.Model):
    """What the unit answers. Never edited, only followed."""

    remark = models.ForeignKey(Remark, on_delete=models.CASCADE, related_name="answers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="remark_answers")
    text = models.TextField("trả lời")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="remark_answers")
    made_at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("made_at", "id")

    def __str__(self) -> str:
        return self.text[:80]


class Inspection(models.Model):
    """One round of inspection by the ward: when, where, by which units."""

    SCOPE = Scope(ward="ward", units=("led_by", "findings__task__carriers__unit"))

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="inspections")
    title = models.CharField("đợt kiểm tra", max_length=200)
    day = models.DateField("ngày")
    place = models.CharField("nơi kiểm tra", max_length=200)
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    led_by = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections_led",
        verbose_name="đơn vị chủ trì",
    )
    # Units only: who took part is not a list of people.
    members = models.CharField("đơn vị cùng kiểm tra", max_length=300, blank=True, default="")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="inspections_recorded")
    made_at = models.DateTimeField("ghi lúc", default=clock.now)

    class Meta:
        ordering = ("-day", "-id")

    def __str__(self) -> str:
        return self.title


class FindingQuerySet(models.QuerySet["Finding"]):
    """Questions about findings; they chain."""

    def open(self) -> FindingQuerySet:
        """Those that ask for something that is not settled."""
        return self.exclude(verdict=Finding.Verdict.GOOD).filter(settled_at=None)

    def overdue(self, day: date) -> FindingQuerySet:
        """Open ones whose last day to put right is over."""
        return self.open().filter(follow_up_by__lt=day)


class Finding(models.Model):
    """What a round of inspection found of one task, and whether it was put right."""

    class Verdict(models.TextChoices):
        GOOD = "good", "làm tốt"
        NEEDS_WORK = "needs_work", "cần khắc phục"
        NOT_DONE = "not_done", "chưa làm"

    SCOPE = Scope(ward="inspection__ward", units=("inspection__led_by", "task__carriers__unit"))

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="findings")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="findings")
    found = models.TextField("thấy gì")
    verdict = models.CharField("đánh giá", max_length=10, choices=Verdict.choices)
    follow_up_by = models.DateField("hạn khắc phục", null=True, blank=True)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="findings_recorded")
    made_at = models.DateTimeField("ghi lúc", default=clock.now)
    settled_at = models.DateTimeField("khắc phục xong lúc", null=True, blank=True)
    settled_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_note = models.TextField("đã khắc phục thế nào", blank=True, default="")

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ("task__position", "id")

    def __str__(self) -> str:
        return self.found[:80]

    @property
    def is_open(self) -> bool:
        return self.verdict != self.Verdict.GOOD and self.settled_at is None
