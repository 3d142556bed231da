"""Files of lessons: pictures, drawings, recorded voices, videos, captions, things to take home."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from hocvu.learning.models.lesson import Lesson
from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class MediaQuerySet(models.QuerySet["Media"]):
    """Questions about media; they chain."""

    def ready(self) -> MediaQuerySet:
        return self.filter(state=Media.State.READY)


class Media(models.Model):
    """One file of a lesson, under the name that blocks call it by. What it holds never changes: a better picture is
    another file, so that whoever has a copy may keep it for ever.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", "hình"
        AUDIO = "audio", "âm thanh"
        VIDEO = "video", "video"
        CAPTIONS = "captions", "phụ đề"
        FILE = "file", "tệp"

    class Origin(models.TextChoices):
        FILE = "file", "nạp từ tệp"
        UPLOAD = "upload", "tải lên"
        RECORDING = "recording", "thu âm trên trang"
        MACHINE = "machine", "giọng máy"

    class State(models.TextChoices):
        WORKING = "working", "đang xử lý"
        READY = "ready", "dùng được"
        FAILED = "failed", "không dùng được"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="media")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="media")
    name = models.CharField("tên trong bài", max_length=120)
    kind = models.CharField("loại", max_length=8, choices=Kind.choices)
    origin = models.CharField("từ đâu", max_length=9, choices=Origin.choices)
    state = models.CharField("tình trạng", max_length=7, choices=State.choices, default=State.READY)
    problem = models.CharField("vì sao không dùng được", max_length=300, blank=True, default="")
    digest = models.CharField(max_length=64)  # of the bytes as they came
    # Label -> {"path", "bytes", "type", "width", "height"}: "main" is what pages show; pictures add smaller widths such
    # as "480", videos "poster" and "audio". `path` is a name in Django's default storage.
    variants = models.JSONField(default=dict)
    # A drawing stands inside the page itself, so that it costs no request and follows the reader's colours.
    drawing = models.TextField(blank=True, default="")
    seconds = models.FloatField("độ dài", null=True, blank=True)
    said_by = models.CharField("giọng của ai", max_length=120, blank=True, default="")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField("lúc", default=clock.now)
    work_id = models.CharField(max_length=40, blank=True, default="")  # of ward.work, while it is being worked on

    objects = MediaQuerySet.as_manager()

    class Meta:
        ordering = ("lesson", "name")
        constraints = (models.UniqueConstraint(fields=("lesson", "name"), name="one_file_of_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def main(self) -> dict[str, Any]:
        """What pages show; empty while there is nothing."""
        found: dict[str, Any] = self.variants.get("main", {})
        return found

    @property
    def bytes(self) -> int:
        """How much a reader fetches."""
        return int(self.main.get("bytes", 0)) or len(self.drawing.encode())
