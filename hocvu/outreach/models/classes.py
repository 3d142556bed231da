"""Classes and gatherings: when and where, who is coming, who came."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.outreach.models.visit import Arrival
from hocvu.ward.models import Account, Household, Neighbourhood, Person, Unit, Ward
from hocvu.ward.scope import Scope


class Gathering(models.Model):
    """A class of one or more sessions, or a gathering. What was announced and changed is told by `sequence`."""

    class Kind(models.TextChoices):
        CLASS = "class", "lớp học"
        GATHERING = "gathering", "buổi sinh hoạt"

    class State(models.TextChoices):
        DRAFT = "draft", "đang soạn"
        OPEN = "open", "nhận đăng ký"
        CANCELLED = "cancelled", "đã hủy"

    SCOPE = Scope(ward="ward", units=("host",), neighbourhood="neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="gatherings")
    kind = models.CharField("loại", max_length=9, choices=Kind.choices, default=Kind.CLASS)
    title = models.CharField("tên", max_length=160)
    gist = models.CharField("dạy gì, cho ai", max_length=600, blank=True, default="")
    host = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="gatherings")  # who holds it
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="gatherings"
    )
    place = models.CharField("địa điểm", max_length=200)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, blank=True, related_name="gatherings")
    teacher = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="teaches")
    teacher_name = models.CharField("người dạy", max_length=120, blank=True, default="")
    capacity = models.PositiveIntegerField("số chỗ", null=True, blank=True)
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.DRAFT)
    opened_at = models.DateTimeField("mở lúc", null=True, blank=True)  # since then the public knows of it
    why_cancelled = models.CharField("vì sao hủy", max_length=200, blank=True, default="")
    sequence = models.PositiveIntegerField(default=0)  # of the calendar entry (RFC 5545)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-made_at", "id")

    def __str__(self) -> str:
        return self.title


class Session(models.Model):
    """One meeting of a class."""

    SCOPE = Scope(ward="gathering__ward", units=("gathering__host",), neighbourhood="gathering__neighbourhood")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField("bắt đầu")
    ends_at = models.DateTimeField("kết thúc")
    cancelled_at = models.DateTimeField("hủy lúc", null=True, blank=True)
    reminded_at = models.DateTimeField("nhắc lúc", null=True, blank=True)

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="a_session_ends_after_it_began"
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m/%Y %H:%M}"


class Registration(models.Model):
    """Somebody who wants to come, or came without saying so: then perhaps by name alone."""

    class Way(models.TextChoices):
        WEB = "web", "tự đăng ký"
        TEAM = "team", "tổ đăng ký giúp"
        WALK_IN = "walk_in", "đến thẳng lớp"

    SCOPE = Scope(
        ward="gathering__ward", units=("gathering__host",), neighbourhood="gathering__neighbourhood",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="registrations")
    code = models.CharField("mã", max_length=12, unique=True)  # printed as a square; opens nothing by itself
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="registrations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="registrations")
    household = models.ForeignKey(
        Household, on_delete=models.SET_NULL, null=True, blank=True, related_name="registrations"
    )
    name = models.CharField("tên", max_length=120)
    way = models.CharField("cách đăng ký", max_length=7, choices=Way.choices)
    is_waiting = models.BooleanField("chờ chỗ", default=False)
    at = models.DateTimeField("lúc", default=clock.now)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField("bỏ lúc", null=True, blank=True)

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("gathering", "person"), condition=Q(cancelled_at=None), name="one_registration_of_a_person"
            ),
            models.UniqueConstraint(
                fields=("gathering", "account"), condition=Q(cancelled_at=None), name="one_registration_of_an_account"
            ),
        )

    def __str__(self) -> str:
        return f"đăng ký {self.code}"


class Attendance(Arrival):
    """Somebody was at a session: one scan, one tick, one line of a paper. Two of one person count once."""

    class Way(models.TextChoices):
        SCAN = "scan", "quét mã"
        TICK = "tick", "đánh dấu"
        HOUSEHOLD = "household", "cả nhà"
        SHEET = "sheet", "từ tờ ký tên"
        WALK_IN = "walk_in", "ghi tên tại lớp"

    SCOPE = Scope(
        ward="ward", units=("session__gathering__host",), neighbourhood="session__gathering__neighbourhood",
    )  # fmt: skip

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    # Nobody's where a device said a code or a household that nobody could place: then it waits.
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, null=True, blank=True, related_name="attendances"
    )
    code = models.CharField("mã đã ghi", max_length=60, blank=True, default="")  # as it came, where nobody has it
    household = models.ForeignKey(Household, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    way = models.CharField("cách ghi", max_length=9, choices=Way.choices)

    class Meta:
        ordering = ("session", "made_at", "id")
        indexes = (models.Index(fields=("session", "registration"), name="attendance_of_a_session"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(registration__isnull=False) | ~Q(state="counts"), name="who_counts_as_present_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"có mặt {str(self.pk)[:8]}"

    @property
    def is_known(self) -> bool:
        return self.registration_id is not None


class Feedback(models.Model):
    """What somebody thought of a class. Nobody is named."""

    SCOPE = Scope(
        ward="gathering__ward", units=("gathering__host",), neighbourhood="gathering__neighbourhood",
    )  # fmt: skip

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="feedback")
    use = models.PositiveSmallIntegerField("có ích không")  # 1 to 5
    words = models.CharField("góp ý", max_length=500, blank=True, default="")
    token = models.CharField(max_length=64, unique=True)  # of who may say it once; tells nobody
    on = models.DateField("ngày")  # not the moment: it would tell who

    class Meta:
        ordering = ("-on", "pk")

    def __str__(self) -> str:
        return f"{self.use}/5"


class CalendarLink(models.Model):
    """The address under which a phone's calendar asks for somebody's classes. Whoever holds it meets times and places,
    and nobody's name; a new one ends the old one."""

    SCOPE = Scope(ward="account__grants__ward")

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="calendar_link")
    token = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField("tạo lúc", default=clock.now)

    def __str__(self) -> str:
        return f"lịch {self.pk}"
