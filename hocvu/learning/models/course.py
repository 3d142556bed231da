"""Courses: lessons in an order, for somebody."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.learning.models.lesson import Lesson
from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class CourseQuerySet(models.QuerySet["Course"]):
    """Questions about courses; they chain."""

    def of(self, ward: Ward) -> CourseQuerySet:
        return self.filter(ward=ward)

    def open(self) -> CourseQuerySet:
        """Those that stand in the catalogue."""
        return self.filter(state=Course.State.OPEN)

    def with_sizes(self) -> CourseQuerySet:
        """Each with how many lessons it has, as `lessons`."""
        return self.annotate(lessons=models.Count("places")).order_by("position", "title", "pk")


class Course(models.Model):
    """Lessons in an order, for audience groups and needs."""

    class State(models.TextChoices):
        DRAFT = "draft", "đang soạn"
        OPEN = "open", "đang mở"
        CLOSED = "closed", "đã đóng"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="courses")
    slug = models.SlugField("tên trong địa chỉ", max_length=80)
    title = models.CharField("tên khóa học", max_length=160)
    summary = models.CharField("học được gì", max_length=600, blank=True, default="")
    groups = models.JSONField("nhóm đối tượng", default=list)  # codes of `learning.groups`
    needs = models.JSONField("nhu cầu tiếp cận", default=list)  # codes of `learning.groups`
    level = models.CharField("bậc", max_length=20, blank=True, default="")
    state = models.CharField("tình trạng", max_length=6, choices=State.choices, default=State.DRAFT)
    position = models.PositiveSmallIntegerField("thứ tự", default=100)
    folder = models.CharField(max_length=200, blank=True, default="")
    file_digest = models.CharField(max_length=64, blank=True, default="")
    revision = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField("lúc", default=clock.now)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ("position", "title", "id")
        constraints = (models.UniqueConstraint(fields=("ward", "slug"), name="one_course_of_a_slug"),)

    def __str__(self) -> str:
        return self.title


class CourseLesson(models.Model):
    """A lesson's place in a course. What it asks for first is of the course, not of the lesson."""

    SCOPE = Scope(ward="course__ward")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="places")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField("thứ tự")
    requires = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="opens")
    may_test_out = models.BooleanField("biết rồi thì được làm thử để qua", default=True)

    class Meta:
        ordering = ("course", "position", "id")
        constraints = (models.UniqueConstraint(fields=("course", "lesson"), name="a_lesson_once_in_a_course"),)

    def __str__(self) -> str:
        return f"{self.position}. {self.lesson}"


class Enrolment(models.Model):
    """A learner who took a course for their own."""

    SCOPE = Scope(ward="course__ward")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    at = models.DateTimeField("lúc", default=clock.now)
    left_at = models.DateTimeField("thôi học lúc", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "course"), name="a_learner_once_in_a_course"),)

    def __str__(self) -> str:
        return f"{self.account}: {self.course}"
