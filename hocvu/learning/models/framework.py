"""Frameworks of digital skills, as data: several side by side, in versions, each with its source."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from hocvu.lib import clock
from hocvu.ward.models import Account


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Questions about frameworks; they chain."""

    def on(self, day: date) -> FrameworkQuerySet:
        """Those in force on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Framework(models.Model):
    """One version of a framework. It belongs to no ward: law and reference are the same everywhere.

    `content` says how far its tables are known: an official framework whose annex is not loaded stays `missing`, and
    nothing may cite it for a level.
    """

    class Kind(models.TextChoices):
        OFFICIAL = "official", "văn bản quy phạm"
        WORKING = "working", "khung làm việc của dự án"

    class Content(models.TextChoices):
        FULL = "full", "đã nạp đủ"
        PART = "part", "nạp một phần"
        MISSING = "missing", "chưa nạp được phụ lục"

    code = models.SlugField("mã", max_length=40)
    version = models.CharField("phiên bản", max_length=20)
    title = models.CharField("tên", max_length=200)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices)
    content = models.CharField("nội dung", max_length=10, choices=Content.choices, default=Content.FULL)
    number = models.CharField("số hiệu văn bản", max_length=80, blank=True, default="")
    issuer = models.CharField("nơi ban hành", max_length=160, blank=True, default="")
    source = models.TextField("nguồn", blank=True, default="")
    note = models.TextField("ghi chú", blank=True, default="")
    groups = models.JSONField("nhóm đối tượng", default=list)  # codes of `learning.groups`
    valid_from = models.DateField("có hiệu lực từ")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, default="")  # of the file it came from
    loaded_at = models.DateTimeField("nạp lúc", default=clock.now)
    loaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ("code", "-valid_from", "-id")
        constraints = (models.UniqueConstraint(fields=("code", "version"), name="one_framework_of_a_version"),)

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class Level(models.Model):
    """One level of a framework."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField("bậc")
    code = models.CharField("mã", max_length=20)
    title = models.CharField("tên", max_length=120)
    gist = models.CharField("người ở bậc này", max_length=500, blank=True, default="")

    class Meta:
        ordering = ("framework", "number")
        constraints = (models.UniqueConstraint(fields=("framework", "code"), name="one_level_of_a_code"),)

    def __str__(self) -> str:
        return self.title


class Competence(models.Model):
    """A domain of a framework (no parent) or a competence in one."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="competences")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    code = models.CharField("mã", max_length=20)
    title = models.CharField("tên", max_length=200)
    gist = models.CharField("nghĩa là", max_length=600, blank=True, default="")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        ordering = ("framework", "position", "id")
        constraints = (models.UniqueConstraint(fields=("framework", "code"), name="one_competence_of_a_code"),)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def reference(self) -> str:
        """How lessons name it: framework and code, for all versions of the framework: "hocvu/4.2"."""
        return f"{self.framework.code}/{self.code}"


class Descriptor(models.Model):
    """What somebody at a level can do in a competence; for one audience group, or for all where `group` is empty."""

    competence = models.ForeignKey(Competence, on_delete=models.CASCADE, related_name="descriptors")
    level = models.ForeignKey(Level, on_delete=models.CASCADE, related_name="descriptors")
    group = models.CharField("nhóm", max_length=20, blank=True, default="")
    code = models.CharField("mã chỉ báo", max_length=30, blank=True, default="")
    text = models.CharField("làm được gì", max_length=600)

    class Meta:
        ordering = ("competence", "level", "group", "code", "id")

    def __str__(self) -> str:
        return self.text


class CompetenceLink(models.Model):
    """A competence of one framework beside one of another: near enough that a lesson for one serves the other."""

    one = models.ForeignKey(Competence, on_delete=models.CASCADE, related_name="links_from")
    other = models.ForeignKey(Competence, on_delete=models.CASCADE, related_name="links_to")
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("one", "other")
        constraints = (models.UniqueConstraint(fields=("one", "other"), name="one_link_of_two_competences"),)

    def __str__(self) -> str:
        return f"{self.one} ~ {self.other}"
