"""Reports: how a ward wants them, the periods, what each unit writes, and what the ward makes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.months import DAY, Month
from hocvu.plan.models.task import Responsibility, SelfState, Task, TaskMeasure
from hocvu.ward.models import Account, Unit, Ward
from hocvu.ward.scope import Scope


class ReportSetting(models.Model):
    """How a ward reports: which days a month tells of, who receives, who signs and with what authority. The days are
    copied into each period when it opens."""

    SCOPE = Scope(ward="ward")

    ward = models.OneToOneField(Ward, on_delete=models.PROTECT, related_name="report_setting")
    window_from_day = models.PositiveSmallIntegerField("số liệu từ ngày", default=15)
    # Empty: as the plan says ("trước ngày 23").
    due_before_day = models.PositiveSmallIntegerField("nộp trước ngày", null=True, blank=True)
    locks_after_days = models.PositiveSmallIntegerField("khóa sau hạn, ngày", default=8)
    receiver = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    symbol = models.CharField("ký hiệu", max_length=30, default="BC-UBND")
    authority = models.CharField("quyền hạn", max_length=80, blank=True, default="TM. ỦY BAN NHÂN DÂN")
    deputy = models.CharField("ký thay, thừa lệnh", max_length=80, blank=True, default="")
    post = models.CharField("chức vụ người ký", max_length=80, default="CHỦ TỊCH")
    signer = models.CharField("họ tên người ký", max_length=120, blank=True, default="")
    recipients = models.JSONField("nơi nhận", default=list)
    template = models.BinaryField("mẫu .docx", null=True, editable=False)
    template_name = models.CharField(max_length=200, blank=True, default="")
    template_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"báo cáo của {self.ward}"


class ReportPeriodQuerySet(models.QuerySet["ReportPeriod"]):
    """Questions about periods; they chain."""

    def of(self, ward: Ward) -> ReportPeriodQuerySet:
        return self.filter(ward=ward)

    def monthly(self) -> ReportPeriodQuerySet:
        return self.filter(rhythm=ReportPeriod.Rhythm.MONTHLY)


class ReportPeriod(models.Model):
    """One period: the days it tells of, when it opened, until when a report is in time, when it is locked."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", "hằng ngày"
        MONTHLY = "monthly", "hằng tháng"
        QUARTERLY = "quarterly", "hằng quý"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="report_periods")
    rhythm = models.CharField("nhịp", max_length=9, choices=Rhythm.choices, default=Rhythm.MONTHLY)
    starts_on = models.DateField("kỳ")  # the first day of the month that names it
    window_from = models.DateField("số liệu từ ngày")
    window_to = models.DateField("đến hết ngày")
    opened_at = models.DateTimeField("mở lúc")
    # The first moment that is too late, and the first at which nothing more is taken.
    due_at = models.DateTimeField("hạn")
    locks_at = models.DateTimeField("khóa lúc")
    receiver = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    rule = models.CharField("theo", max_length=300, blank=True, default="")

    objects = ReportPeriodQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "rhythm")
        constraints = (
            models.UniqueConstraint(fields=("ward", "rhythm", "starts_on"), name="one_period_of_a_rhythm"),
            models.CheckConstraint(
                condition=models.Q(window_to__gte=models.F("window_from"), locks_at__gte=models.F("due_at")),
                name="a_period_runs_forward",
            ),
        )

    def __str__(self) -> str:
        return self.words

    @property
    def month(self) -> Month:
        return Month.of(self.starts_on)

    @property
    def words(self) -> str:
        return self.month.words

    @property
    def last_day(self) -> str:
        """The last day in time, as people say it."""
        return f"{timezone.localtime(self.due_at - DAY):%d/%m/%Y}"

    def is_over(self, moment: datetime) -> bool:
        """Whether a report of this moment would be late."""
        return moment >= self.due_at

    def is_locked(self, moment: datetime) -> bool:
        return moment >= self.locks_at


class UnitReportQuerySet(models.QuerySet["UnitReport"]):
    """Questions about reports; they chain."""

    def of(self, period: ReportPeriod) -> UnitReportQuerySet:
        return self.filter(period=period)

    def expected(self) -> UnitReportQuerySet:
        """Those that must come: not of bodies that are asked, not excused."""
        return self.filter(is_asked=False).exclude(state=UnitReport.State.EXCUSED)

    def sent(self) -> UnitReportQuerySet:
        """Those that came, whatever became of them since."""
        return self.filter(first_submitted_at__isnull=False)

    def waiting(self) -> UnitReportQuerySet:
        """Those that were sent and wait to be accepted."""
        return self.filter(state=UnitReport.State.SUBMITTED)


class UnitReport(models.Model):
    """What one unit reports of one period. The row is made when the period opens: that is the frozen list of who must
    report."""

    class State(models.TextChoices):
        EXPECTED = "expected", "chưa viết"
        DRAFT = "draft", "đang viết"
        SUBMITTED = "submitted", "đã gửi, chờ nhận"
        RETURNED = "returned", "bị trả lại"
        ACCEPTED = "accepted", "đã nhận"
        EXCUSED = "excused", "không phải báo cáo"

    OPEN = (State.EXPECTED, State.DRAFT, State.RETURNED)
    SCOPE = Scope(ward="period__ward", units=("unit",))

    period = models.ForeignKey(ReportPeriod, on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    is_team = models.BooleanField("tổ công nghệ số")
    is_asked = models.BooleanField("được đề nghị, không bắt buộc")
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.EXPECTED)
    # Rises with every save: who writes from an older one is told, nothing is overwritten.
    version = models.PositiveIntegerField(default=0)
    nothing_arose = models.BooleanField("không phát sinh", default=False)
    work_done = models.TextField("việc đã làm", blank=True, default="")
    difficulties = models.TextField("khó khăn, vướng mắc", blank=True, default="")
    proposals = models.TextField("kiến nghị", blank=True, default="")
    # Sentences on what should be looked at before the report is accepted.
    flags = models.JSONField(default=list)
    saved_at = models.DateTimeField("lưu lúc", null=True)
    saved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    first_submitted_at = models.DateTimeField("gửi lần đầu lúc", null=True)
    submitted_at = models.DateTimeField("gửi lúc", null=True)
    submitted_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField("nhận lúc", null=True)
    accepted_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField("lý do", max_length=500, blank=True, default="")

    objects = UnitReportQuerySet.as_manager()

    class Meta:
        ordering = ("unit__sort_name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("period", "unit"), name="one_report_of_a_unit"),
            models.CheckConstraint(
                condition=~models.Q(state__in=("submitted", "accepted")) | models.Q(first_submitted_at__isnull=False),
                name="what_was_sent_has_its_moment",
            ),
        )
        indexes = (models.Index(fields=("state",)),)

    def __str__(self) -> str:
        return f"Báo cáo {self.period} - {self.unit}"

    @property
    def ward(self) -> Ward:
        return self.period.ward

    @property
    def is_open(self) -> bool:
        """Whether the unit still writes on it."""
        return self.state in self.OPEN

    @property
    def is_in_time(self) -> bool:
        """Whether it first came before the due moment."""
        return self.first_submitted_at is not None and self.first_submitted_at < self.period.due_at

    @property
    def days_late(self) -> int:
        """Whole days after the last day in time; 1 on the day after. 0 where it was in time or did not come."""
        if self.first_submitted_at is None or self.is_in_time:
            return 0
        return (self.first_submitted_at - self.period.due_at) // timedelta(days=1) + 1


class ReportLine(models.Model):
    """What a unit says of one task."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="lines")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="report_lines")
    part = models.CharField(max_length=11, choices=Responsibility.Part.choices)
    position = models.PositiveIntegerField()
    state = models.CharField("tình trạng", max_length=12, choices=SelfState.choices, default=SelfState.NOT_STARTED)
    text = models.TextField("việc đã làm trong kỳ", blank=True, default="")
    why = models.TextField("vì sao chậm, ngày nào xong", blank=True, default="")
    # What was counted when the report was sent: [{"title", "words", "from", "href"}], never counted again.
    figures = models.JSONField(default=list)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("report", "task"), name="one_line_of_a_task"),)

    def __str__(self) -> str:
        return f"{self.report}: {self.task}"


class ReportQuestion(models.Model):
    """Something that units or teams are asked for in numbers because no record counts it yet. Dated data."""

    class Asked(models.TextChoices):
        TEAMS = "teams", "các tổ công nghệ số cộng đồng"
        UNITS = "units", "các đơn vị"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="report_questions")
    asked = models.CharField("hỏi", max_length=5, choices=Asked.choices)
    position = models.PositiveSmallIntegerField("thứ tự", default=1)
    text = models.CharField("câu hỏi", max_length=200)
    unit_word = models.CharField("đơn vị tính", max_length=40)
    # A running total since the beginning may not fall; otherwise the number is of the period alone.
    is_cumulative = models.BooleanField("lũy kế", default=False)
    valid_from = models.DateField("từ kỳ có ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    source = models.CharField("theo", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("asked", "position", "pk")

    def __str__(self) -> str:
        return self.text


class ReportFigure(models.Model):
    """A number that a unit declares in its report: the answer to a question, or to the result of a task that nothing
    counts yet."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="figures")
    question = models.ForeignKey(ReportQuestion, on_delete=models.PROTECT, null=True, related_name="answers")
    # A corrected plan may drop a result; what was answered stays under the words it was asked in.
    result = models.ForeignKey(TaskMeasure, on_delete=models.SET_NULL, null=True, related_name="answers")
    text = models.CharField("nội dung", max_length=600, blank=True, default="")
    numerator = models.PositiveIntegerField("số", null=True)
    denominator = models.PositiveIntegerField("trên tổng số", null=True)
    reason = models.CharField("vì sao giảm", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("report", "question"), name="one_answer_to_a_question"),
            models.UniqueConstraint(fields=("report", "result"), name="one_answer_to_a_result"),
            models.CheckConstraint(
                condition=models.Q(question=None) | models.Q(result=None),
                name="not_a_question_and_a_result",
            ),
            models.CheckConstraint(
                condition=models.Q(numerator=None)
                | models.Q(denominator=None)
                | models.Q(numerator__lte=models.F("denominator")),
                name="a_reported_part_is_within_its_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator or '?'}"

    @property
    def key(self) -> str:
        """How forms name it: "q7" of a question, "r12" of a result."""
        return f"q{self.question_id}" if self.question_id else f"r{self.result_id or ''}"


class ReportStep(models.Model):
    """One step on a report's way. Never edited."""

    class Act(models.TextChoices):
        SUBMITTED = "submitted", "gửi"
        WITHDRAWN = "withdrawn", "rút về"
        RETURNED = "returned", "trả lại"
        ACCEPTED = "accepted", "nhận"
        UNLOCKED = "unlocked", "mở khóa"
        EXCUSED = "excused", "cho thôi báo cáo"

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField("việc", max_length=9, choices=Act.choices)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("lúc", default=clock.now)
    reason = models.CharField("lý do", max_length=500, blank=True, default="")
    until = models.DateTimeField("đến", null=True)  # of an unlocking

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.report}"


class WardSummary(models.Model):
    """The ward's own report of a period: composed from records, approved by a leader, issued by the clerk.

    While it is a draft its figures are counted anew every time. What was approved is `snapshot`, with the SHA-256 of
    its canonical JSON; nothing rewrites it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "đang soạn"
        APPROVED = "approved", "đã duyệt"
        ISSUED = "issued", "đã ban hành"

    SCOPE = Scope(ward="period__ward")

    period = models.OneToOneField(ReportPeriod, on_delete=models.PROTECT, related_name="summary")
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0)
    # The paragraphs that people may change, by section; a section that nobody changed is composed.
    texts = models.JSONField(default=dict)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    snapshot = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    approved_at = models.DateTimeField("duyệt lúc", null=True)
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField("số", null=True)
    issued_on = models.DateField("ngày ban hành", null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    signed_file = models.FileField(upload_to="bao-cao/", blank=True, default="")
    signed_name = models.CharField(max_length=200, blank=True, default="")
    signed_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("-period__starts_on",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state="draft", snapshot=None) | models.Q(snapshot__isnull=False),
                name="what_is_approved_is_frozen",
            ),
        )

    def __str__(self) -> str:
        return f"Báo cáo tổng hợp {self.period}"

    @property
    def ward(self) -> Ward:
        return self.period.ward
