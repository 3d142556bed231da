"""Practice: what somebody does with their own hands, before a person who may say so or in a simulated screen."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from hocvu.assessment.models.bank import Question
from hocvu.assessment.models.testing import AttemptItem
from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class PracticeTask(models.Model):
    """Something to be done for real, with the list of what must be seen. Other wording is another number."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="practice_tasks")
    code = models.SlugField("mã", max_length=60)
    number = models.PositiveIntegerField("bản", default=1)
    title = models.CharField("việc", max_length=160)
    gist = models.CharField("làm thế nào", max_length=600, blank=True, default="")
    competence = models.CharField("năng lực", max_length=60)
    level = models.CharField("bậc", max_length=20)
    groups = models.JSONField("nhóm đối tượng", default=list)
    lines = models.JSONField("phải thấy", default=list)  # [{"text", "must": bool}]
    # The simulated screens that serve as well; codes of questions of kind `screens`.
    screens = models.JSONField("màn hình giả lập", default=list)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("code", "-number")
        constraints = (
            models.UniqueConstraint(fields=("ward", "code", "number"), name="one_practice_task_of_a_number"),
        )

    def __str__(self) -> str:
        return self.title


class ScreenTry(models.Model):
    """One way through a simulated screen, outside a test: the steps taken so far, and how it ended."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="screen_tries")
    task = models.ForeignKey(PracticeTask, on_delete=models.PROTECT, null=True, blank=True, related_name="tries")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("assessment.QuestionVersion", on_delete=models.PROTECT, related_name="+")
    path = models.JSONField("các bước", default=list)
    began_at = models.DateTimeField("bắt đầu", default=clock.now)
    ended_at = models.DateTimeField("xong lúc", null=True, blank=True)
    right = models.BooleanField("đúng", null=True)

    class Meta:
        ordering = ("-began_at", "id")

    def __str__(self) -> str:
        return f"màn hình {str(self.pk)[:8]}"


class PracticeConfirmation(models.Model):
    """Somebody saw a learner do a task; or a simulated screen was gone through rightly."""

    class Way(models.TextChoices):
        DOOR = "door", "tại nhà"
        CLASS = "class", "tại lớp"
        COUNTER = "counter", "tại quầy"
        SCREEN = "screen", "màn hình giả lập"

    SCOPE = Scope(
        ward="ward",
        members=("account__person__memberships",),
        neighbourhood="account__person__household__neighbourhood",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="practice_confirmations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="practice_confirmations")
    task = models.ForeignKey(PracticeTask, on_delete=models.PROTECT, related_name="confirmations")
    way = models.CharField("ở đâu", max_length=7, choices=Way.choices)
    seen = models.JSONField("đã thấy", default=list)  # the lines as they were, [{"text", "must", "seen"}]
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    tried = models.ForeignKey(ScreenTry, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    item = models.ForeignKey(AttemptItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField("lúc, theo máy", default=clock.now)
    at = models.DateTimeField("ghi lúc", default=clock.now)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("vì sao rút", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "task"), condition=Q(withdrawn_at=None), name="one_standing_practice_of_a_task"
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.get_way_display()}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it: never by whose it is."""
        return f"thực hành {self.task.code}"
