"""Lessons in versions, who is writing in them, and what is said of them before they go out."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class LessonQuerySet(models.QuerySet["Lesson"]):
    """Questions about lessons; they chain."""

    def of(self, ward: Ward) -> LessonQuerySet:
        return self.filter(ward=ward)

    def open(self) -> LessonQuerySet:
        """Those that the public may read."""
        return self.exclude(published=None)


class Lesson(models.Model):
    """One lesson of a ward: an identity that outlives its versions and its places in courses."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="lessons")
    slug = models.SlugField("tên trong địa chỉ", max_length=80)
    # The version that the public reads; none while the first is being written, or after it was withdrawn.
    published = models.ForeignKey(
        "LessonVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="published_as"
    )
    # Where the files of `content/` stand behind this lesson: their folder, and the digest of what was last taken from it.
    folder = models.CharField(max_length=200, blank=True, default="")
    file_digest = models.CharField(max_length=64, blank=True, default="")
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("tạo lúc", default=clock.now)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ("slug", "id")
        constraints = (models.UniqueConstraint(fields=("ward", "slug"), name="one_lesson_of_a_slug"),)

    def __str__(self) -> str:
        return self.slug


class LessonVersion(models.Model):
    """What a lesson says at one time. Only a draft changes; at most one version of a lesson is on its way out."""

    class State(models.TextChoices):
        DRAFT = "draft", "đang soạn"
        REVIEW = "review", "chờ duyệt"
        APPROVED = "approved", "đã duyệt"
        SCHEDULED = "scheduled", "hẹn ngày đăng"
        PUBLISHED = "published", "đang đăng"
        REPLACED = "replaced", "đã thay"
        WITHDRAWN = "withdrawn", "đã gỡ"

    class Origin(models.TextChoices):
        OFFICE = "office", "soạn trên trang"
        FILE = "file", "nạp từ tệp"

    ON_THE_WAY = (State.DRAFT, State.REVIEW, State.APPROVED, State.SCHEDULED)
    SCOPE = Scope(ward="lesson__ward")

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("bản")
    state = models.CharField("tình trạng", max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField("từ đâu", max_length=8, choices=Origin.choices, default=Origin.OFFICE)
    title = models.CharField("tên bài", max_length=160)
    summary = models.CharField("bài này nói gì", max_length=400, blank=True, default="")
    minutes = models.PositiveSmallIntegerField("số phút", default=10)
    level = models.CharField("bậc", max_length=20, blank=True, default="")  # a level's code in the working framework
    groups = models.JSONField("nhóm đối tượng", default=list)  # codes of `learning.groups`
    competences = models.JSONField("năng lực", default=list)  # references such as "hocvu/4.2"
    blocks = models.JSONField("nội dung", default=list)  # of lib.blocks, in their one form
    teaching = models.JSONField("cho người dạy", default=dict)  # the fields of lib.blocks.kinds.TEACHING
    # {"parts": "all" | number, "checks": "none" | "answered" | "right"}; see learning.progress.
    rule = models.JSONField("hoàn thành khi", default=dict)
    # What pages need and need not be made anew for each reader; see learning.reading.
    drawn = models.JSONField(default=dict, editable=False)
    # Each save of a draft counts up: whoever saves must name the revision that they began from.
    revision = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField("bắt đầu lúc", default=clock.now)
    saved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField("lưu lúc", default=clock.now)
    writers = models.JSONField(default=list, editable=False)  # keys of all accounts that wrote in it: none may approve
    sent_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField("gửi duyệt lúc", null=True, blank=True)
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField("duyệt lúc", null=True, blank=True)
    publish_at = models.DateTimeField("hẹn đăng lúc", null=True, blank=True)
    published_at = models.DateTimeField("đăng lúc", null=True, blank=True)
    ended_at = models.DateTimeField("thôi đăng lúc", null=True, blank=True)
    ended_why = models.CharField("lý do", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("lesson", "-number")
        constraints = (
            models.UniqueConstraint(fields=("lesson", "number"), name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=("lesson",),
                condition=models.Q(state__in=("draft", "review", "approved", "scheduled")),
                name="one_version_on_its_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} (bản {self.number})"

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == self.State.DRAFT


class ReviewRemark(models.Model):
    """What somebody says of a version on its way: about a block, or about the whole."""

    SCOPE = Scope(ward="version__lesson__ward")

    version = models.ForeignKey(LessonVersion, on_delete=models.CASCADE, related_name="remarks")
    block = models.CharField("khối", max_length=40, blank=True, default="")
    text = models.CharField("nhận xét", max_length=1000)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("lúc", default=clock.now)
    settled_at = models.DateTimeField("đã sửa lúc", null=True, blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.text


class EditLock(models.Model):
    """Who has a lesson open to write in it. It runs out by itself; see learning.authoring."""

    SCOPE = Scope(ward="lesson__ward")
    SILENCE = 600  # seconds without a save after which it is over

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="edit_lock")
    by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    taken_at = models.DateTimeField("mở lúc", default=clock.now)
    touched_at = models.DateTimeField("lần cuối", default=clock.now)

    def __str__(self) -> str:
        return f"{self.lesson}: {self.by}"

    def is_over(self, now: datetime) -> bool:
        """Whether whoever took it has been silent for too long."""
        return (now - self.touched_at).total_seconds() > self.SILENCE
