"""How far a learner is: each act once, and the state that they add up to."""

from __future__ import annotations

from django.db import models

from hocvu.learning.models.lesson import Lesson, LessonVersion
from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class LearningAct(models.Model):
    """One thing that a learner did in a lesson. The device chooses the id, so that a second arrival meets the first."""

    class Kind(models.TextChoices):
        PART = "part", "xong một phần"
        CHECK = "check", "trả lời câu tự kiểm tra"
        PRACTICE = "practice", "tự soát bài thực hành"
        TEST_OUT = "test_out", "làm thử để qua bài"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="learning_acts")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="acts")
    version = models.ForeignKey(LessonVersion, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField("việc", max_length=8, choices=Kind.choices)
    part = models.CharField("phần", max_length=40, blank=True, default="")
    block = models.CharField("khối", max_length=40, blank=True, default="")
    said = models.JSONField("trả lời", default=list)  # numbers of the choices or of the ticked lines, from 0
    right = models.BooleanField("đúng", null=True)
    happened_at = models.DateTimeField("lúc, theo máy")  # the device's clock, which may be wrong
    received_at = models.DateTimeField("nhận lúc", default=clock.now)
    helped_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("received_at", "id")
        indexes = (models.Index(fields=("account", "received_at"), name="acts_of_a_learner"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.lesson}"


class Progress(models.Model):
    """Where a learner stands in a lesson, added up from the acts. The rule is the one at the start."""

    class How(models.TextChoices):
        READ = "read", "đã học"
        TESTED_OUT = "tested_out", "đã biết, làm thử để qua"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="progress")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="progress")
    # {"parts": [ids], "checks": [ids], "ask": "none" | "answered" | "right", "least": how many parts}: what was
    # asked when it was begun.
    rule = models.JSONField(default=dict)
    parts = models.JSONField(default=list)  # ids of the parts that are done
    checks = models.JSONField(default=dict)  # id -> whether an answer was right; once right stays right
    place = models.CharField("đang ở phần", max_length=40, blank=True, default="")
    begun_at = models.DateTimeField("bắt đầu lúc", default=clock.now)
    touched_at = models.DateTimeField("lần cuối", default=clock.now)
    completed_at = models.DateTimeField("xong lúc", null=True, blank=True)
    completed_how = models.CharField("xong bằng cách", max_length=10, choices=How.choices, blank=True, default="")
    helped = models.BooleanField("có người giúp", default=False)  # in any act that counted

    class Meta:
        ordering = ("-touched_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "lesson"), name="one_progress_in_a_lesson"),)
        indexes = (models.Index(fields=("ward", "completed_at"), name="completions_of_a_ward"),)

    def __str__(self) -> str:
        return f"{self.account}: {self.lesson}"


class Bookmark(models.Model):
    """A place that a learner wants to find again, with their own words about it."""

    SCOPE = Scope(ward="lesson__ward")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="bookmarks")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="bookmarks")
    part = models.CharField("phần", max_length=40, blank=True, default="")
    note = models.CharField("ghi chú", max_length=1000, blank=True, default="")
    at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "lesson", "part"), name="one_bookmark_of_a_part"),)

    def __str__(self) -> str:
        return f"{self.lesson} {self.part}"
