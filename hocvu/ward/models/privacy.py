"""The rights of people over their data: consent, requests with their clocks, breaches, retention, erasure."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models.account import Account
from hocvu.ward.models.neighbourhood import Neighbourhood
from hocvu.ward.models.person import Person
from hocvu.ward.models.ward import Ward
from hocvu.ward.scope import Scope


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a Saturday that is worked in exchange."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "ngày nghỉ"
        WORKDAY = "workday", "ngày làm bù"

    day = models.DateField("ngày", unique=True)
    kind = models.CharField("loại", max_length=8, choices=Kind.choices)
    name = models.CharField("tên", max_length=120)
    source = models.CharField("theo văn bản", max_length=200, blank=True, default="")

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}: {self.name}"


class ConsentText(models.Model):
    """The words that somebody agreed to, in one version. Never edited: a new version follows."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="consent_texts")
    purpose = models.CharField("mục đích", max_length=60)  # a code of `ward.processing`
    version = models.PositiveIntegerField("bản")
    text = models.TextField("nội dung")
    digest = models.CharField(max_length=64)
    valid_from = models.DateField("dùng từ ngày")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("purpose", "-version")
        constraints = (models.UniqueConstraint(fields=("ward", "purpose", "version"), name="one_text_of_a_version"),)

    def __str__(self) -> str:
        return f"{self.purpose}, bản {self.version}"


class ConsentEntry(models.Model):
    """One line of the ledger: given or withdrawn, by whom, how, before which witness. Lines are only added."""

    class Act(models.TextChoices):
        GIVEN = "given", "đồng ý"
        WITHDRAWN = "withdrawn", "rút đồng ý"

    class Party(models.TextChoices):
        SELF = "self", "chính người đó"
        REPRESENTATIVE = "representative", "người đại diện hợp pháp"

    class Channel(models.TextChoices):
        DOOR = "door", "nói tại nhà, có người chứng kiến"
        PAPER = "paper", "giấy có chữ ký"
        RECORDING = "recording", "ghi âm"
        ONLINE = "online", "trên trang này"
        SMS = "sms", "tin nhắn"

    SCOPE = Scope(ward="person__ward", neighbourhood="person__household__neighbourhood")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="entries")
    act = models.CharField("việc", max_length=9, choices=Act.choices)
    party = models.CharField("người bày tỏ", max_length=14, choices=Party.choices)
    representative = models.CharField("tên người đại diện", max_length=120, blank=True, default="")
    channel = models.CharField("cách ghi nhận", max_length=9, choices=Channel.choices)
    witness = models.CharField("người chứng kiến", max_length=120, blank=True, default="")
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.text}"


class SubjectRequest(models.Model):
    """Somebody asks for something about their own data. The law's clocks run from the moment it came."""

    class Kind(models.TextChoices):
        SEE = "see", "xem dữ liệu"
        COPY = "copy", "nhận bản sao"
        CORRECT = "correct", "sửa cho đúng"
        RESTRICT = "restrict", "hạn chế xử lý"
        OBJECT = "object", "phản đối xử lý"
        WITHDRAW = "withdraw", "rút đồng ý"
        ERASE = "erase", "xóa dữ liệu"
        COMPLAIN = "complain", "khiếu nại"

    class State(models.TextChoices):
        RECEIVED = "received", "mới nhận"
        ANSWERED = "answered", "đã trả lời bước đầu"
        DONE = "done", "đã xong"
        REFUSED = "refused", "từ chối, có lý do"
        TAKEN_BACK = "taken_back", "người gửi rút lại"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="subject_requests")
    # None once the person was erased; the request stays as the proof that it was done.
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests")
    kind = models.CharField("yêu cầu", max_length=8, choices=Kind.choices)
    asked_by = models.CharField("ai yêu cầu", max_length=14, choices=ConsentEntry.Party.choices)
    identified_by = models.CharField("nhận biết người yêu cầu bằng", max_length=200)
    channel = models.CharField("nhận qua", max_length=120)
    text = models.TextField("nội dung", blank=True, default="")
    received_at = models.DateTimeField("nhận lúc")
    answer_due = models.DateField("hạn trả lời bước đầu")
    due = models.DateField("hạn thực hiện")
    extended_by = models.PositiveSmallIntegerField("gia hạn (ngày)", default=0)
    answered_at = models.DateTimeField("trả lời bước đầu lúc", null=True, blank=True)
    closed_at = models.DateTimeField("xong lúc", null=True, blank=True)
    state = models.CharField("tình trạng", max_length=10, choices=State.choices, default=State.RECEIVED)
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("due", "received_at")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.received_at:%d/%m/%Y})"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.RECEIVED, self.State.ANSWERED)

    def next_due(self) -> date | None:
        """The day by which something must be done; None once it is closed."""
        if not self.is_open:
            return None
        return self.due if self.answered_at else min(self.answer_due, self.due)

    def is_late(self, day: date) -> bool:
        """Whether a clock has run out by a day."""
        next_due = self.next_due()
        return next_due is not None and day > next_due


class RequestStep(models.Model):
    """What was done about a request, with words. Never edited."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=20)
    text = models.TextField("ghi chú", blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.action


REPORT_WITHIN = timedelta(hours=72)  # from being found to telling the authority: NĐ 356/2025, see facts of the law


class Breach(models.Model):
    """Data was lost, seen or changed by somebody who may not. What is known of it follows in notes."""

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="breaches")
    title = models.CharField("việc gì", max_length=200)
    happened_at = models.DateTimeField("xảy ra lúc", null=True, blank=True)
    found_at = models.DateTimeField("phát hiện lúc")
    categories = models.CharField("loại dữ liệu", max_length=300)
    people = models.PositiveIntegerField("số người bị ảnh hưởng", null=True, blank=True)
    consequences = models.TextField("hậu quả", blank=True, default="")
    reported_at = models.DateTimeField("báo cơ quan chức năng lúc", null=True, blank=True)
    report_number = models.CharField("số văn bản báo", max_length=120, blank=True, default="")
    told_people_at = models.DateTimeField("báo người bị ảnh hưởng lúc", null=True, blank=True)
    closed_at = models.DateTimeField("khép lại lúc", null=True, blank=True)
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-found_at", "-pk")
        verbose_name = "sự cố dữ liệu"

    def __str__(self) -> str:
        return self.title

    @property
    def report_due(self) -> datetime:
        """The moment by which the authority must know."""
        return self.found_at + REPORT_WITHIN

    def is_late(self, moment: datetime) -> bool:
        """Reported after the hours had run out, or not at all by then."""
        return (self.reported_at or moment) > self.report_due


class BreachNote(models.Model):
    """What became known or was done about a breach. Never edited, only followed."""

    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField("ghi chú")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:80]


class RetentionPeriod(models.Model):
    """How many days something is kept, where the ward decided otherwise than the rule's own default. The newest holds."""

    rule = models.CharField("quy tắc", max_length=60)
    days = models.PositiveIntegerField("số ngày giữ")  # 0: kept until somebody decides
    reason = models.CharField("lý do", max_length=300)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.rule}: {self.days} ngày"


class RetentionRun(models.Model):
    """One time that a rule of retention was applied, and how much went."""

    rule = models.CharField("quy tắc", max_length=60)
    days = models.PositiveIntegerField("số ngày giữ")
    gone = models.PositiveIntegerField("đã xóa")
    at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.rule}: {self.gone}"


class ErasedPerson(models.Model):
    """What stays of somebody who was erased: a random name, and bands so wide that they tell of nobody."""

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="erased_people")
    # The key of the row that is gone: random, and needed to erase it again after an old backup came back.
    person_key = models.UUIDField(unique=True)
    age_band = models.CharField("nhóm tuổi", max_length=20, blank=True, default="")
    # None where the group of that age in the neighbourhood is small.
    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField("lý do", max_length=300)
    request = models.ForeignKey(SubjectRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField("xóa lúc", default=clock.now)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    # What went, room by room: {"danh bạ": 4}; numbers only.
    gone = models.JSONField(default=dict)

    class Meta:
        ordering = ("-erased_at",)

    def __str__(self) -> str:
        return f"người đã xóa {str(self.pk)[:8]}"
