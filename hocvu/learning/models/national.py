"""Completions on the national platform: they come as files, each file the evidence of its rows."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models import Account, Person, Ward
from hocvu.ward.scope import Scope


class CompletionUpload(models.Model):
    """A file that was handed in and waits for a yes or no; sealed, and gone when it was decided."""

    class State(models.TextChoices):
        REVIEW = "review", "chờ xác nhận"
        APPLIED = "applied", "đã nhập"
        DROPPED = "dropped", "đã bỏ"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="completion_uploads")
    issuer = models.CharField("nơi cấp danh sách", max_length=200)
    document = models.CharField("văn bản", max_length=200, blank=True, default="")
    name = models.CharField("tên tệp", max_length=160)
    sealed = models.BinaryField(null=True, editable=False)
    judged = models.JSONField(default=dict)  # {"counts", "faults": [[row, sentence]]}: nothing of anybody
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.REVIEW)
    made = models.ForeignKey("CompletionImport", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("nộp lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.name


class CompletionImport(models.Model):
    """A file that was taken in."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="completion_imports")
    issuer = models.CharField("nơi cấp danh sách", max_length=200)
    document = models.CharField("văn bản", max_length=200, blank=True, default="")
    name = models.CharField("tên tệp", max_length=160)
    digest = models.CharField(max_length=64)
    sealed = models.BinaryField(null=True, editable=False)  # as it came: it holds identity numbers
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("nhập lúc", default=clock.now)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.CharField("lý do rút", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.issuer}, {self.at:%d/%m/%Y}"


class NationalCompletion(models.Model):
    """Somebody of the register who finished a course of the national platform."""

    SCOPE = Scope(ward="source__ward")

    source = models.ForeignKey(CompletionImport, on_delete=models.CASCADE, related_name="completions")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="national_completions")
    course = models.CharField("khóa học", max_length=200)
    completed_on = models.DateField("hoàn thành ngày")

    class Meta:
        ordering = ("-completed_on", "id")
        constraints = (models.UniqueConstraint(fields=("source", "person", "course"), name="a_course_once_in_a_file"),)

    def __str__(self) -> str:
        return self.course
