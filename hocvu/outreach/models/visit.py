"""Visits to households: what a team did at a door. A visit is never edited, only followed by a correction."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from hocvu.lib import clock
from hocvu.ward.models import Account, Household, Neighbourhood, Unit, Ward
from hocvu.ward.scope import Scope


class Arrival(models.Model):
    """What everything has that comes from a device: its id, two clocks, who made it, whether somebody must look.

    Nothing is refused for a wrong clock, a right that ended, a household that moved: it waits, and both people are told.
    """

    class State(models.TextChoices):
        COUNTS = "counts", "đã ghi"
        WAITING = "waiting", "chờ người xem"
        SET_ASIDE = "set_aside", "không tính"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # chosen by the device
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("lúc, theo máy")
    received_at = models.DateTimeField("nhận lúc", default=clock.now)
    # The day it counts for: the device's where its clock can be believed, else the day of arrival until somebody settles.
    happened_on = models.DateField("ngày")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.COUNTS)
    doubts = models.JSONField("vì sao phải xem", default=list, blank=True)  # codes of `doubting.DOUBTS`
    settled_at = models.DateTimeField("xem lúc", null=True, blank=True)
    settled_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_why = models.CharField("kết luận", max_length=300, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_known(self) -> bool:
        """Whether it is known of whom or of which household it is; what is not known counts for nobody."""
        return True


class VisitQuerySet(models.QuerySet["Visit"]):
    """Questions about visits; they chain."""

    def of(self, ward: Ward) -> VisitQuerySet:
        return self.filter(ward=ward)

    def waiting(self) -> VisitQuerySet:
        """Those that somebody must look at."""
        return self.filter(state=Visit.State.WAITING)

    def newest(self) -> VisitQuerySet:
        """Those that no correction which counts has followed: of several corrections of one visit the latest by the
        devices' clocks where they can be believed, then by id, so that the order of arrival changes nothing."""
        same = Q(believed_at=OuterRef("believed_at"), pk__gt=OuterRef("pk"))
        later = Visit.objects.filter(corrects=OuterRef("corrects"), state=Visit.State.COUNTS).filter(
            Q(believed_at__gt=OuterRef("believed_at")) | same
        )
        corrected = Visit.objects.filter(corrects=OuterRef("pk"), state=Visit.State.COUNTS)
        return self.filter(~Exists(corrected)).filter(Q(corrects=None) | ~Exists(later))

    def standing(self) -> VisitQuerySet:
        """Those that count today: nobody doubts them, no correction has followed, they were no mistake."""
        return self.filter(state=Visit.State.COUNTS).newest().exclude(outcome=Visit.Outcome.MISTAKE)

    def until(self, day: date) -> VisitQuerySet:
        """Those of a day or before. A correction is of the day of what it corrects: it puts that day right and moves
        nothing to the day on which it was written."""
        root, own = Visit.objects.filter(pk=OuterRef("corrects")), Q(happened_on__lte=day)
        of_root = Exists(root.filter(happened_on__lte=day)) | (~Exists(root) & own)
        return self.filter((Q(corrects=None) & own) | (Q(corrects__isnull=False) & of_root))

    def informed(self) -> VisitQuerySet:
        """Visits at which somebody was met and the movement was explained."""
        return self.filter(outcome=Visit.Outcome.INFORMED)


class Visit(Arrival):
    """One call at the door of one household. About the household: nothing of any person stands here."""

    class Outcome(models.TextChoices):
        INFORMED = "informed", "đã phổ biến"
        NOBODY = "nobody", "không có ai ở nhà"
        LATER = "later", "hẹn quay lại"
        REFUSED = "refused", "không muốn nghe"
        MOVED = "moved", "đã chuyển đi"
        NOT_FOUND = "not_found", "không tìm thấy nhà"
        MISTAKE = "mistake", "ghi nhầm"  # of a correction only: it never happened

    class Shown(models.TextChoices):
        MOVEMENT = "movement", "ý nghĩa của Phong trào"
        SAFETY = "safety", "an toàn khi dùng điện thoại"
        SERVICES = "services", "dịch vụ công trực tuyến"
        PAYMENT = "payment", "thanh toán không dùng tiền mặt"
        LESSONS = "lessons", "bài học trên trang này"
        CITY_APP = "city_app", "ứng dụng Smart Hải Phòng"
        CLASSES = "classes", "lớp học gần nhà"

    SCOPE = Scope(ward="ward", units=("team",), neighbourhood="neighbourhood")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    code = models.CharField("mã hộ đã ghi", max_length=60, blank=True, default="")  # typed where it was on no list
    # Where the household was when the visit was taken in; kept, since households move.
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    outcome = models.CharField("kết quả", max_length=9, choices=Outcome.choices)
    shown = models.JSONField("đã nói, đã chỉ", default=list, blank=True)
    next_on = models.DateField("hẹn ngày", null=True, blank=True)
    # The visit that this one corrects. No foreign key: the correction may arrive first.
    corrects = models.UUIDField("đính chính lượt", null=True, blank=True, db_index=True)
    why = models.CharField("vì sao đính chính", max_length=200, blank=True, default="")
    # When it was said, for the order among corrections: the device's clock where it can be believed, else the arrival.
    believed_at = models.DateTimeField(default=clock.now)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = (
            models.Index(fields=("ward", "happened_on"), name="visit_by_day"),
            models.Index(fields=("household", "happened_on"), name="visit_by_household"),
        )

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.happened_on:%d/%m/%Y}"

    @property
    def is_known(self) -> bool:
        return self.household_id is not None

    @property
    def audit_label(self) -> str:
        """What the trail calls a visit."""
        return f"lượt thăm {str(self.pk)[:8]}"


class Clash(models.Model):
    """Something that came under an id which was used for other content. Both are kept; a person decides."""

    class Outcome(models.TextChoices):
        KEPT_FIRST = "kept_first", "giữ lần nhận đầu"
        TOOK_BOTH = "took_both", "ghi thêm lần sau"
        TOOK_SECOND = "took_second", "lần sau đính chính lần đầu"

    SCOPE = Scope(ward="ward", neighbourhood="neighbourhood")

    id = models.UUIDField(primary_key=True)  # made of the id, the author and the digest, as its receipt's
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    first = models.UUIDField("mã của lần nhận đầu", db_index=True)
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    path = models.CharField("gửi tới", max_length=200)
    fields = models.JSONField("nội dung lần sau", default=list)  # [[name, value], …]
    made_at = models.DateTimeField("lúc, theo máy", null=True, blank=True)
    received_at = models.DateTimeField("nhận lúc", default=clock.now)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    # Whoever brought it does not ask the household back, once it counts.
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField("kết luận", max_length=11, choices=Outcome.choices, blank=True, default="")
    settled_at = models.DateTimeField("xem lúc", null=True, blank=True)
    settled_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-received_at", "id")

    def __str__(self) -> str:
        return f"trùng mã {str(self.first)[:8]}"


class VisitPhoto(models.Model):
    """A photo of a visit, by the digest of what the device kept. It comes in pieces, after the words."""

    SCOPE = Scope(ward="ward", units=("team",), neighbourhood="neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # chosen by the device
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    visit = models.UUIDField("lượt thăm", db_index=True)  # the words may still be under way
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("số byte")
    part = models.BinaryField("đã nhận", null=True, editable=False)  # until it is whole
    sealed = models.BinaryField(null=True, editable=False)  # drawn anew, without what the camera wrote
    received_at = models.DateTimeField("nhận lúc", default=clock.now)
    whole_at = models.DateTimeField("nhận đủ lúc", null=True, blank=True)

    class Meta:
        ordering = ("visit", "received_at", "id")

    def __str__(self) -> str:
        return f"ảnh {str(self.pk)[:8]}"


class SpotCheck(models.Model):
    """A visit drawn to be asked about again, by somebody of another role than the team."""

    class Result(models.TextChoices):
        AGREES = "agrees", "đúng như đã ghi"
        DIFFERS = "differs", "khác với đã ghi"
        NOT_REACHED = "not_reached", "chưa hỏi được"

    SCOPE = Scope(ward="visit__ward", neighbourhood="visit__neighbourhood")

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="spot_check")
    drawn_on = models.DateField("chọn ngày")
    result = models.CharField("kết quả", max_length=11, choices=Result.choices, blank=True, default="")
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")
    checked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField("hỏi lúc", null=True, blank=True)
    # What the household said before it was asked once more: [{"at": moment, "result": code, "note": words}], oldest first.
    earlier = models.JSONField("những lần trước", default=list, blank=True)
    # Somebody looked at what differs and lets the visit count as it is; what the household said stays.
    kept_why = models.CharField("vì sao lượt vẫn tính", max_length=300, blank=True, default="")
    kept_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kept_at = models.DateTimeField("xem lúc", null=True, blank=True)

    class Meta:
        ordering = ("-drawn_on", "pk")

    def __str__(self) -> str:
        return f"kiểm tra lại {self.visit}"
