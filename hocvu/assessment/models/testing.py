"""Tests as people sit them: the rule they go by, the attempt, what was asked and answered, what somebody should look at."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from hocvu.assessment.models.bank import Question, QuestionVersion
from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class TestRuleQuerySet(models.QuerySet["TestRule"]):
    """Questions about rules; they chain."""

    def of(self, ward: Ward) -> TestRuleQuerySet:
        return self.filter(ward=ward)

    def on(self, day: date) -> TestRuleQuerySet:
        """Those that hold on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class TestRule(models.Model):
    """How a test is made, marked and passed: dated data with its source, in versions, never edited once it was used."""

    class Kind(models.TextChoices):
        PLACEMENT = "placement", "xếp lớp"
        CHANGE = "change", "trước và sau khi học"
        CONFIRM = "confirm", "xác nhận mức"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="test_rules")
    code = models.SlugField("mã", max_length=60)
    number = models.PositiveIntegerField("bản", default=1)
    kind = models.CharField("loại", max_length=9, choices=Kind.choices)
    title = models.CharField("tên", max_length=160)
    gist = models.CharField("nói với người học", max_length=600, blank=True, default="")
    framework = models.CharField("khung", max_length=40)  # a framework's code
    framework_version = models.CharField("phiên bản khung", max_length=20)
    level = models.CharField("mức", max_length=20, blank=True, default="")
    group = models.CharField("nhóm", max_length=20, blank=True, default="")  # of `learning.groups`; "": for everybody
    params = models.JSONField("tham số", default=dict)  # in the one form of testing.rules
    source = models.CharField("theo văn bản", max_length=300)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("lúc", default=clock.now)
    file_digest = models.CharField(max_length=64, blank=True, default="")

    objects = TestRuleQuerySet.as_manager()

    class Meta:
        ordering = ("code", "-number")
        constraints = (models.UniqueConstraint(fields=("ward", "code", "number"), name="one_test_rule_of_a_number"),)

    def __str__(self) -> str:
        return f"{self.title} (bản {self.number})"


class Sitting(models.Model):
    """A time and place at which somebody watches people sit a test, with a code that they type to be watched."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="sittings")
    title = models.CharField("buổi kiểm tra", max_length=160)
    place = models.CharField("ở đâu", max_length=160, blank=True, default="")
    code = models.CharField("mã buổi", max_length=12)
    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="sittings")
    proctor = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sittings")
    opened_at = models.DateTimeField("mở lúc", default=clock.now)
    closes_at = models.DateTimeField("đóng lúc")
    closed_at = models.DateTimeField("đã đóng lúc", null=True, blank=True)
    # A sitting that a proctor's device takes along without a signal: which questions, frozen, the same for all.
    offline = models.BooleanField("làm không cần mạng", default=False)
    items = models.JSONField("câu hỏi", default=list)  # [{"question", "version", "a", "b", "c"}]

    class Meta:
        ordering = ("-opened_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("ward", "code"), condition=Q(closed_at=None), name="one_open_sitting_of_a_code"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Candidate(models.Model):
    """Somebody who is on the list of a sitting."""

    SCOPE = Scope(ward="sitting__ward")

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="candidates")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    extra_minutes = models.PositiveSmallIntegerField("thêm phút", default=0)
    checked_at = models.DateTimeField("đã nhận diện lúc", null=True, blank=True)

    class Meta:
        ordering = ("sitting", "pk")
        constraints = (models.UniqueConstraint(fields=("sitting", "account"), name="one_candidate_of_a_sitting"),)

    def __str__(self) -> str:
        return str(self.account)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Questions about attempts; they chain."""

    def of(self, ward: Ward) -> AttemptQuerySet:
        return self.filter(ward=ward)

    def running(self) -> AttemptQuerySet:
        return self.filter(state=Attempt.State.RUNNING)

    def finished(self) -> AttemptQuerySet:
        return self.filter(state=Attempt.State.FINISHED)


class Attempt(models.Model):
    """One sitting of one test by one learner. It keeps the rule that it began under."""

    class State(models.TextChoices):
        RUNNING = "running", "đang làm"
        FINISHED = "finished", "đã xong"
        EXPIRED = "expired", "hết giờ"
        GIVEN_UP = "given_up", "đã bỏ dở"
        VOIDED = "voided", "không tính"

    class Mode(models.TextChoices):
        ALONE = "alone", "tự làm"
        WATCHED = "watched", "có giám thị"
        OFFLINE = "offline", "trên máy của giám thị, không có mạng"
        PAPER = "paper", "trên giấy"

    class Phase(models.TextChoices):
        BEFORE = "before", "trước khi học"
        AFTER = "after", "sau khi học"

    SCOPE = Scope(
        ward="ward",
        members=("account__person__memberships",),
        neighbourhood="account__person__household__neighbourhood",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="attempts")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="attempts")
    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="attempts")
    frozen = models.JSONField("quy tắc lúc bắt đầu")  # testing.rules.frozen(rule)
    kind = models.CharField("loại", max_length=9, choices=TestRule.Kind.choices)
    phase = models.CharField("lần đo", max_length=6, choices=Phase.choices, blank=True, default="")
    form = models.CharField("đề", max_length=4, blank=True, default="")
    course = models.ForeignKey(Course, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    mode = models.CharField("cách làm", max_length=8, choices=Mode.choices, default=Mode.ALONE)
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts")
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.RUNNING)
    began_at = models.DateTimeField("bắt đầu", default=clock.now)
    due_at = models.DateTimeField("hết giờ lúc")
    extra_minutes = models.PositiveSmallIntegerField("thêm phút", default=0)
    extended_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField("kết thúc", null=True, blank=True)
    ability = models.FloatField("θ", null=True, blank=True)  # mean of the posterior, logits
    error = models.FloatField("độ lệch chuẩn của θ", null=True, blank=True)
    sure = models.FloatField("xác suất đạt", null=True, blank=True)  # posterior P(θ >= cut)
    passed = models.BooleanField("đạt", null=True)
    right = models.PositiveSmallIntegerField("số câu đúng", default=0)
    asked = models.PositiveSmallIntegerField("số câu đã trả lời", default=0)
    results = models.JSONField("theo năng lực", default=list)  # see testing.reasons

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ("-began_at", "id")
        indexes = (models.Index(fields=("ward", "kind", "state"), name="attempts_of_a_kind"),)
        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=Q(state="running"), name="one_running_attempt_of_a_learner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.frozen.get('title', '')} {self.began_at:%d/%m/%Y}"

    @property
    def audit_label(self) -> str:
        """What the trail calls an attempt: never by whose it is."""
        return f"lượt làm {str(self.pk)[:8]}"


class AttemptItem(models.Model):
    """One question of an attempt, in the version and with the parameters of that moment, and its answer once given."""

    SCOPE = Scope(ward="attempt__ward")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField("câu số")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="uses")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    difficulty = models.FloatField(default=0.0)
    discrimination = models.FloatField(default=1.0)
    guessing = models.FloatField(default=0.0)
    shown_at = models.DateTimeField("đưa ra lúc", default=clock.now)
    answered_at = models.DateTimeField("trả lời lúc", null=True, blank=True)
    seconds = models.FloatField("số giây", null=True, blank=True)
    said = models.JSONField("trả lời", null=True, blank=True)  # in the form of questions.marking
    right = models.BooleanField("đúng", null=True)
    # A wrong key, an unclear wording found later: it no longer counts, in this attempt and in any.
    voided = models.BooleanField("không tính", default=False)

    class Meta:
        ordering = ("attempt", "position")
        constraints = (
            models.UniqueConstraint(fields=("attempt", "position"), name="one_item_of_a_position"),
            models.UniqueConstraint(fields=("attempt", "question"), name="one_item_of_a_question"),
        )

    def __str__(self) -> str:
        return f"câu {self.position}"

    @property
    def is_void(self) -> bool:
        """Whether it counts for nothing: its version too is asked, for one may be found wrong just as it is shown."""
        return self.voided or self.version.voided_at is not None


class Suspicion(models.Model):
    """A pattern in an attempt that a person should look at. It refuses nothing by itself."""

    class State(models.TextChoices):
        OPEN = "open", "chờ người xem"
        FINE = "fine", "không có gì"
        REPEAT = "repeat", "cần làm lại"

    SCOPE = Scope(ward="attempt__ward")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="suspicions")
    kind = models.CharField("dấu hiệu", max_length=40)  # a code of testing.suspecting
    details = models.JSONField(default=dict)
    holds = models.BooleanField("giữ giấy lại đến khi xem", default=False)
    state = models.CharField("tình trạng", max_length=6, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField("lúc", default=clock.now)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("xem lúc", null=True, blank=True)
    why = models.CharField("vì sao", max_length=600, blank=True, default="")

    class Meta:
        ordering = ("-at", "pk")
        constraints = (models.UniqueConstraint(fields=("attempt", "kind"), name="one_suspicion_of_a_kind"),)

    def __str__(self) -> str:
        return self.kind


class Appeal(models.Model):
    """A learner says that a result is wrong; somebody answers."""

    class State(models.TextChoices):
        OPEN = "open", "chờ trả lời"
        UPHELD = "upheld", "giữ kết quả"
        GRANTED = "granted", "chấp nhận"

    SCOPE = Scope(ward="attempt__ward")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="appeals")
    item = models.ForeignKey(AttemptItem, on_delete=models.CASCADE, null=True, blank=True, related_name="appeals")
    text = models.CharField("điều muốn nói", max_length=1200)
    at = models.DateTimeField("gửi lúc", default=clock.now)
    state = models.CharField("tình trạng", max_length=7, choices=State.choices, default=State.OPEN)
    answer = models.CharField("trả lời", max_length=1200, blank=True, default="")
    answered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField("trả lời lúc", null=True, blank=True)

    class Meta:
        ordering = ("-at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class PaperForm(models.Model):
    """A test printed on paper: which questions in which order, frozen, with its key."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="paper_forms")
    code = models.CharField("mã đề", max_length=12)
    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="paper_forms")
    items = models.JSONField("câu hỏi", default=list)  # [{"question", "version", "a", "b", "c"}]
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("lập lúc", default=clock.now)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True, blank=True)

    class Meta:
        ordering = ("-made_at", "id")
        constraints = (models.UniqueConstraint(fields=("ward", "code"), name="one_paper_form_of_a_code"),)

    def __str__(self) -> str:
        return f"đề {self.code}"


class PaperSheet(models.Model):
    """One person's answers on a paper form, typed by two people; it counts when both read the same."""

    class State(models.TextChoices):
        ONCE = "once", "đã nhập một lần"
        DIFFERS = "differs", "hai lần nhập khác nhau"
        DONE = "done", "đã chấm"
        DROPPED = "dropped", "đã bỏ"

    SCOPE = Scope(ward="form__ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.ForeignKey(PaperForm, on_delete=models.PROTECT, related_name="sheets")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="paper_sheets")
    sat_on = models.DateField("làm ngày")
    watched_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("tình trạng", max_length=7, choices=State.choices, default=State.ONCE)
    first = models.JSONField("lần nhập một", default=dict)  # position -> said
    first_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(default=clock.now)
    second = models.JSONField("lần nhập hai", default=dict)
    second_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # A third person, who said what counts where both differed.
    settled_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    attempt = models.OneToOneField(
        Attempt, on_delete=models.SET_NULL, null=True, blank=True, related_name="paper_sheet"
    )

    class Meta:
        ordering = ("-first_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("form", "account"), condition=~Q(state="dropped"), name="one_paper_sheet_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return f"phiếu {str(self.pk)[:8]}"
