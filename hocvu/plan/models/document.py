"""A plan file as it came in, and the reading of it that people correct before it goes live."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class PlanDocument(models.Model):
    """One uploaded plan file. The bytes stay as they came; the digest tells the same file again."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="plan_documents")
    name = models.CharField("tên tệp", max_length=200)
    kind = models.CharField("loại tệp", max_length=4)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField("số byte")
    file = models.FileField(upload_to="ke-hoach/")
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="plan_documents")
    uploaded_at = models.DateTimeField("tải lên lúc", default=clock.now)
    # What the file says, line by line, as the review page shows it beside what was read.
    lines = models.JSONField(default=list)
    pages = models.PositiveIntegerField("số trang", null=True)

    class Meta:
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """One reading of a document, under review until it is published or set aside.

    `content` is the reading in the published schema, corrected in place by the reviewer; `original` is what
    the machine read. `settled` maps the path of each doubt to what was decided, `units` maps each unit name
    as read to the unit or group chosen for it, `actions` maps each body action to what becomes of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "đang chờ đọc"
        REVIEW = "review", "đang xem lại"
        REFUSED = "refused", "không đọc được"
        PUBLISHED = "published", "đã công bố"
        DROPPED = "dropped", "đã bỏ"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="readings")
    document = models.ForeignKey(PlanDocument, on_delete=models.PROTECT, related_name="readings")
    # A corrected document of a plan that already runs, or a new plan that succeeds an old one.
    revises = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, null=True, blank=True, related_name="revisions")
    succeeds = models.ForeignKey(
        "plan.Plan", on_delete=models.PROTECT, null=True, blank=True, related_name="succeeding_readings"
    )
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.WAITING)
    refusal = models.CharField("lý do không đọc được", max_length=300, blank=True, default="")
    original = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    settled = models.JSONField(default=dict)
    units = models.JSONField(default=dict)
    actions = models.JSONField(default=dict)
    links = models.JSONField(default=dict)
    plan = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, null=True, blank=True, related_name="readings")
    # Raised by one with every change; a form that shows an older one is told so instead of overwriting.
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField("lưu lúc", default=clock.now)
    updated_by = models.CharField("người lưu", max_length=120, blank=True, default="")

    class Meta:
        ordering = ("-updated_at",)

    def __str__(self) -> str:
        return f"Bản đọc {self.document.name}"
