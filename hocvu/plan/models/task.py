"""Tasks: the rows of the appendix and the body actions made tasks; who carries them; what was done."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models

from hocvu.lib import clock
from hocvu.plan.models.plan import Plan, Section, Target
from hocvu.ward.models import Account, Unit, UnitGroup, Ward
from hocvu.ward.scope import Scope


class SelfState(models.TextChoices):
    """What the units say of a task."""

    NOT_STARTED = "not_started", "chưa bắt đầu"
    DOING = "doing", "đang làm"
    DONE = "done", "đã xong"
    STUCK = "stuck", "đang vướng"


class VerifiedState(models.TextChoices):
    """What the evidence shows, judged by someone else. No evidence is a state of its own."""

    NO_EVIDENCE = "no_evidence", "chưa có bằng chứng"
    UNCHECKED = "unchecked", "bằng chứng chờ kiểm"
    PARTIAL = "partial", "đã kiểm một phần"
    VERIFIED = "verified", "đã kiểm đủ"


class TaskQuerySet(models.QuerySet["Task"]):
    """Questions about tasks; they chain."""

    def of(self, ward: Ward) -> TaskQuerySet:
        return self.filter(plan__ward=ward)

    def living(self) -> TaskQuerySet:
        """Those of plans in force that were not withdrawn."""
        return self.filter(plan__state=Plan.State.RUNNING, withdrawn_at=None)

    def late(self, day: date) -> TaskQuerySet:
        """Past their due day and not said to be done."""
        return self.filter(next_due__lt=day).exclude(self_state=SelfState.DONE)

    def due_within(self, first: date, last: date) -> TaskQuerySet:
        """Due between two days, both included, and not said to be done."""
        return self.filter(next_due__gte=first, next_due__lte=last).exclude(self_state=SelfState.DONE)

    def carried_by(self, unit: Unit) -> TaskQuerySet:
        """Those that a unit leads or takes part in, also as a member of a group."""
        return self.filter(carriers__unit=unit).distinct()


class Task(models.Model):
    """One task of a plan."""

    class Origin(models.TextChoices):
        APPENDIX = "appendix", "phụ lục phân công"
        BODY = "body", "phần thân kế hoạch"

    class PeriodKind(models.TextChoices):
        MONTH = "month", "một tháng"
        MONTHS = "months", "nhiều tháng"
        YEAR = "year", "một năm"
        YEARS = "years", "nhiều năm"
        YEARLY = "yearly", "hằng năm"
        WEEKLY = "weekly", "hằng tuần"
        RANGE = "range", "từ ngày đến ngày"
        UNKNOWN = "unknown", "chưa rõ"

    SCOPE = Scope(ward="plan__ward", units=("carriers__unit",))

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="tasks")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.APPENDIX)
    # The official number is the plan's own text; one row of Hải An's has none. Order is `position`.
    number = models.CharField("số", max_length=20, blank=True, default="")
    position = models.PositiveIntegerField("thứ tự")
    content = models.TextField("nội dung")
    result = models.TextField("kết quả phải có", blank=True, default="")
    result_added = models.BooleanField("kết quả do phường bổ sung", default=False)
    period_kind = models.CharField(max_length=8, choices=PeriodKind.choices, default=PeriodKind.UNKNOWN)
    period_text = models.CharField("thời gian", max_length=200, blank=True, default="")
    starts_on = models.DateField("bắt đầu", null=True, blank=True)
    ends_on = models.DateField("kết thúc", null=True, blank=True)
    next_due = models.DateField("hạn kế tiếp", null=True, blank=True, db_index=True)
    place = models.JSONField("vị trí trong văn bản", default=dict)
    extra = models.JSONField("cột khác trong văn bản", default=dict)
    self_state = models.CharField("đơn vị báo", max_length=12, choices=SelfState.choices, default=SelfState.NOT_STARTED)
    verified_state = models.CharField(
        "đã kiểm", max_length=12, choices=VerifiedState.choices, default=VerifiedState.NO_EVIDENCE
    )
    continues = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="continued_by")
    withdrawn_at = models.DateTimeField("bỏ khỏi kế hoạch lúc", null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ("plan", "position")

    def __str__(self) -> str:
        return f"{self.number}. {self.content}"[:160] if self.number else self.content[:160]


class Responsibility(models.Model):
    """A unit or a group named in a row, as lead or as coordinator, with the words of the plan."""

    class Part(models.TextChoices):
        LEAD = "lead", "chủ trì"
        COORDINATOR = "coordinator", "phối hợp"

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="responsibilities")
    part = models.CharField(max_length=11, choices=Part.choices)
    position = models.PositiveIntegerField()
    text = models.CharField("theo văn bản", max_length=300)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="responsibilities")
    group = models.ForeignKey(
        UnitGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="responsibilities"
    )

    class Meta:
        ordering = ("part", "position")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(unit=None, group__isnull=False) | models.Q(unit__isnull=False, group=None),
                name="a_unit_or_a_group",
            ),
        )

    def __str__(self) -> str:
        return self.text


class Carrier(models.Model):
    """One unit that carries a task, by name or as a member of a group: the fan-out of the plan's words.

    Kept in step by `carriers.fan_out`, and by the daily job when membership changes; a unit that leaves
    keeps its row with `ended_on`, so that its work stays counted.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="carriers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="carried")
    part = models.CharField(max_length=11, choices=Responsibility.Part.choices)
    through = models.ForeignKey(UnitGroup, on_delete=models.PROTECT, null=True, blank=True)
    state = models.CharField("đơn vị báo", max_length=12, choices=SelfState.choices, default=SelfState.NOT_STARTED)
    reported_at = models.DateTimeField("báo lúc", null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("part", "unit__sort_name")
        constraints = (models.UniqueConstraint(fields=("task", "unit"), name="one_row_for_a_unit_in_a_task"),)

    def __str__(self) -> str:
        return f"{self.unit} - {self.task}"


class TaskMeasure(models.Model):
    """A figure inside a task's result: "Năm 2025 có 80%"."""

    SCOPE = Scope(ward="task__plan__ward", units=("task__carriers__unit",))

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="measures")
    position = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField("năm", null=True, blank=True)
    comparator = models.CharField(max_length=2, default="=")
    value = models.DecimalField(max_digits=14, decimal_places=2)
    unit = models.CharField("đơn vị tính", max_length=40)
    what = models.CharField("đếm gì", max_length=400)
    # The code of the measure that counts it, as for targets.
    measure = models.CharField("cách đếm", max_length=60, blank=True, default="")

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.value} {self.unit} {self.what}"

    @property
    def called(self) -> str:
        """What is counted, as a heading."""
        return self.what[:1].upper() + self.what[1:]

    # What a target answers too, so that both are shown and judged alike.

    @property
    def plan(self) -> Plan:
        return self.task.plan

    @property
    def text(self) -> str:
        return f"{self.task}: {self.what}"

    @property
    def audience(self) -> str:
        return Target.Audience.HOUSEHOLDS if self.what.startswith("hộ") else Target.Audience.OTHER

    @property
    def names_level(self) -> bool:
        """False where the plan says what is wanted and not how much: it is counted, and neither met nor missed."""
        return not (self.comparator == ">" and self.value == 0)

    @property
    def is_share(self) -> bool:
        """True where the result is a percentage and needs a denominator."""
        return self.unit == "%"

    def is_met_by(self, value: Decimal) -> bool:
        """True where a value reaches the result: above it for `>`, at or above it otherwise."""
        return value > self.value if self.comparator == ">" else value >= self.value

    def counted_on(self, today: date) -> date:
        """The day of which the figure is taken: never past the last day of the result's year."""
        return min(today, date(self.year, 12, 31)) if self.year else today


class Occurrence(models.Model):
    """One turn of recurring work: a week of "one item a week", a year of "hằng năm"."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="occurrences")
    label = models.CharField("kỳ", max_length=60)
    starts_on = models.DateField("từ ngày")
    ends_on = models.DateField("đến hết ngày")
    needed = models.PositiveIntegerField("số phải có", default=1)

    class Meta:
        ordering = ("starts_on",)
        constraints = (models.UniqueConstraint(fields=("task", "starts_on"), name="one_occurrence_of_a_start"),)

    def __str__(self) -> str:
        return self.label


class ProgressNote(models.Model):
    """What a unit reports on a task: words and its own state. Never edited, only followed."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="notes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="progress_notes")
    state = models.CharField("tình trạng", max_length=12, choices=SelfState.choices)
    text = models.TextField("nội dung")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="progress_notes")
    made_at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.text[:80]


class Evidence(models.Model):
    """Proof of work on a task: a file, a photo or a link, checked by somebody else than who gave it."""

    class Kind(models.TextChoices):
        LINK = "link", "đường dẫn"
        FILE = "file", "tệp"
        PHOTO = "photo", "ảnh"

    class Check(models.TextChoices):
        WAITING = "waiting", "chờ kiểm"
        ACCEPTED = "accepted", "đã kiểm"
        RETURNED = "returned", "trả lại"

    SCOPE = Scope(ward="task__plan__ward", units=("unit", "task__carriers__unit"))

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="evidence")
    occurrence = models.ForeignKey(
        Occurrence, on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField("loại", max_length=5, choices=Kind.choices)
    title = models.CharField("tên", max_length=200)
    happened_on = models.DateField("ngày")
    url = models.URLField("đường dẫn", max_length=500, blank=True, default="")
    file = models.FileField(upload_to="bang-chung/", blank=True, default="")
    file_name = models.CharField(max_length=200, blank=True, default="")
    size = models.PositiveIntegerField("số byte", default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="evidence_given")
    given_at = models.DateTimeField("nộp lúc", default=clock.now)
    check_state = models.CharField("kiểm", max_length=8, choices=Check.choices, default=Check.WAITING)
    check_reason = models.CharField("lý do", max_length=300, blank=True, default="")
    checked_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence_checked"
    )
    checked_at = models.DateTimeField("kiểm lúc", null=True, blank=True)

    class Meta:
        ordering = ("-happened_on", "-id")

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    """A remark on a task: a leader's direction, a coordinator's question, a unit's answer."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField("ý kiến")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="task_comments")
    made_at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("made_at", "id")

    def __str__(self) -> str:
        return self.text[:80]


class BodyActionKept(models.Model):
    """An action of the plan's body without a row in the appendix, and what became of it. None is dropped silently."""

    class Fate(models.TextChoices):
        ATTACHED = "attached", "ghép vào nhiệm vụ"
        TASK = "task", "thành nhiệm vụ"
        ASIDE = "aside", "để ngoài"

    SCOPE = Scope(ward="plan__ward")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="body_actions")
    position = models.PositiveIntegerField()
    text = models.TextField("nội dung")
    section = models.CharField("mục", max_length=60)
    place = models.JSONField(default=dict)
    fate = models.CharField("xử lý", max_length=8, choices=Fate.choices)
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="body_actions")
    reason = models.CharField("lý do", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.text[:80]
