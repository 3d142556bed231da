"""Help to people, after they agreed, and what households lack."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hocvu.outreach.models.visit import Arrival
from hocvu.ward.models import Account, Contribution, Household, Neighbourhood, Person, Unit
from hocvu.ward.models.privacy import ConsentEntry
from hocvu.ward.scope import Scope


class HelpQuerySet(models.QuerySet["Help"]):
    """Questions about help; they chain."""

    def standing(self) -> HelpQuerySet:
        """What counts: nobody doubts it, nobody took it back."""
        return self.filter(state=Help.State.COUNTS)

    def reached(self) -> HelpQuerySet:
        """Where the person can now do it, or has it."""
        return self.filter(is_reached=True)


class Help(Arrival):
    """One thing that somebody was helped with, and whether they have it now."""

    class Topic(models.TextChoices):
        VNEID = "vneid", "VNeID mức 2"
        CITY_APP = "city_app", "Smart Hải Phòng"
        BANK = "bank", "tài khoản ngân hàng, mã QR"
        SERVICES = "services", "Cổng dịch vụ công"
        SAFETY = "safety", "an toàn khi dùng điện thoại"
        HEALTH = "health", "chăm sóc sức khỏe trực tuyến"
        INTERNET = "internet", "vào Internet, gọi có hình"
        LESSON = "lesson", "bắt đầu bài học"
        PRACTICE = "practice", "thực hành đã được xác nhận"

    class Evidence(models.TextChoices):
        SEEN = "seen", "thấy trên máy của người đó"
        SAID = "said", "người đó nói"
        RECORD = "record", "có bản ghi trên hệ thống"

    class Way(models.TextChoices):
        DOOR = "door", "tại nhà"
        CLASS = "class", "tại lớp"
        COUNTER = "counter", "tại quầy"

    SCOPE = Scope(ward="ward", units=("team",), neighbourhood="person__household__neighbourhood")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="helps")
    visit = models.UUIDField("lượt thăm", null=True, blank=True, db_index=True)
    team = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    topic = models.CharField("việc", max_length=9, choices=Topic.choices)
    is_reached = models.BooleanField("đã có, đã làm được", default=False)
    evidence = models.CharField("biết bằng cách nào", max_length=6, choices=Evidence.choices, blank=True, default="")
    way = models.CharField("ở đâu", max_length=7, choices=Way.choices, default=Way.DOOR)
    consent = models.ForeignKey(ConsentEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = HelpQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = (models.Index(fields=("ward", "topic", "happened_on"), name="help_by_topic"),)

    def __str__(self) -> str:
        return f"{self.get_topic_display()}, {self.happened_on:%d/%m/%Y}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it: never by whom it was for."""
        return f"lượt giúp {str(self.pk)[:8]}"


class Need(Arrival):
    """Something that a household or somebody in it lacks. Open until it is met, or refused with a reason."""

    class Kind(models.TextChoices):
        DEVICE = "device", "thiết bị"
        CONNECTION = "connection", "kết nối mạng"
        CLASS = "class", "lớp học"
        AID = "aid", "hỗ trợ cho người khuyết tật"

    class Outcome(models.TextChoices):
        OPEN = "", "đang chờ"
        MET = "met", "đã đáp ứng"
        REFUSED = "refused", "không đáp ứng được"

    SCOPE = Scope(ward="ward", units=("team",), neighbourhood="neighbourhood")

    # Nobody's where the household that a device said was gone: then it waits.
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="needs")
    code = models.CharField("hộ đã ghi", max_length=60, blank=True, default="")  # its key, where it leads nowhere
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="needs")
    visit = models.UUIDField("lượt thăm", null=True, blank=True, db_index=True)
    team = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField("cần gì", max_length=10, choices=Kind.choices)
    outcome = models.CharField("kết quả", max_length=7, choices=Outcome.choices, blank=True, default="")
    # What it was matched to: a partner's gift, a class, somebody who helps.
    gift = models.ForeignKey(Contribution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gathering = models.ForeignKey(
        "outreach.Gathering", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    helper = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    matched_at = models.DateTimeField("ghép lúc", null=True, blank=True)
    closed_at = models.DateTimeField("khép lúc", null=True, blank=True)
    closed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_why = models.CharField("lý do", max_length=300, blank=True, default="")

    class Meta:
        ordering = ("happened_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(household__isnull=False) | ~Q(state="counts"), name="a_need_that_counts_is_a_households"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, từ {self.happened_on:%d/%m/%Y}"

    @property
    def is_known(self) -> bool:
        return self.household_id is not None

    @property
    def audit_label(self) -> str:
        """What the trail calls it: never by whose it is."""
        return f"nhu cầu {str(self.pk)[:8]}"
