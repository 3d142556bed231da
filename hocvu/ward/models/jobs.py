"""Work behind the pages: runs of recurring jobs, the processes that do them, and long work under way.

Moments named `due_at` are the ward's (the settable clock); the others are the machine's, since they tell
whether a process lives.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from hocvu.lib.marks import Mark, Tone
from hocvu.ward.models.account import Account
from hocvu.ward.models.ward import Ward


class ScheduledRunQuerySet(models.QuerySet["ScheduledRun"]):
    """Questions about runs; they chain."""

    def unfinished(self) -> ScheduledRunQuerySet:
        """Claimed, and nothing heard since."""
        return self.filter(outcome="")

    def in_trouble(self) -> ScheduledRunQuerySet:
        """Failed, or died on the way."""
        return self.filter(outcome__in=(ScheduledRun.Outcome.FAILED, ScheduledRun.Outcome.DROPPED))

    def newest_of_each_job(self) -> ScheduledRunQuerySet:
        """One run a job: the latest due."""
        later = ScheduledRun.objects.filter(job=models.OuterRef("job"), due_at__gt=models.OuterRef("due_at"))
        return self.filter(~models.Exists(later))


class ScheduledRun(models.Model):
    """One due moment of one recurring job. Inserting the row is the claim: it can be inserted only once."""

    class Outcome(models.TextChoices):
        # No run at all: from here on the job's moments count.
        KNOWN = "known", "bắt đầu theo dõi"
        DONE = "done", "xong"
        FAILED = "failed", "hỏng"
        DROPPED = "dropped", "bỏ dở"

    job = models.CharField("công việc", max_length=80)
    due_at = models.DateTimeField("đến hạn lúc")
    claimed_by = models.CharField("tiến trình", max_length=120)
    claimed_at = models.DateTimeField("bắt đầu lúc")
    attempt = models.PositiveSmallIntegerField("lần thử", default=1)
    finished_at = models.DateTimeField("xong lúc", null=True)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome.choices, blank=True, default="")
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")

    objects = ScheduledRunQuerySet.as_manager()

    class Meta:
        ordering = ("-due_at", "job")
        constraints = (models.UniqueConstraint(fields=("job", "due_at"), name="one_run_of_a_job_a_moment"),)
        indexes = (models.Index(fields=("outcome",)),)

    def __str__(self) -> str:
        return f"{self.job} {timezone.localtime(self.due_at):%Y-%m-%d %H:%M}"

    @property
    def state_in_words(self) -> str:
        """The outcome, or that it is under way."""
        return self.get_outcome_display() or "đang chạy"


class WorkerHeartbeat(models.Model):
    """A process that does background work says here that it lives; it takes the row away when it leaves."""

    name = models.CharField("tiến trình", max_length=120, unique=True)
    place = models.CharField("máy", max_length=100)
    pid = models.PositiveIntegerField()
    # A worker waits for work for ever; a tick does what is due and leaves.
    waits = models.BooleanField(default=False)
    started_at = models.DateTimeField("bắt đầu lúc")
    seen_at = models.DateTimeField("thấy lần cuối lúc", db_index=True)

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return self.name


class Work(models.Model):
    """One long piece of work that somebody waits for, and how far it is."""

    class State(models.TextChoices):
        QUEUED = "queued", "đang chờ"
        RUNNING = "running", "đang làm"
        DONE = "done", "xong"
        FAILED = "failed", "không xong"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField("loại việc", max_length=60)
    title = models.CharField("việc", max_length=200)
    started_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField("tình trạng", max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField("đã làm", default=0)
    total = models.PositiveIntegerField("tất cả", null=True)
    note = models.CharField("ghi chú", max_length=300, blank=True, default="")
    result_url = models.CharField("xem kết quả", max_length=300, blank=True, default="")
    # The queue's task behind it: when that one is interrupted, this one says so.
    task_id = models.UUIDField(null=True, db_index=True)
    created_at = models.DateTimeField("tạo lúc", default=timezone.now)
    updated_at = models.DateTimeField("cập nhật lúc", default=timezone.now)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.title

    @property
    def waits(self) -> bool:
        """Not over yet: the page asks again."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    @property
    def mark(self) -> Mark:
        """The state as a tag."""
        tones: dict[str, Tone] = {self.State.RUNNING: "slow", self.State.DONE: "good", self.State.FAILED: "bad"}
        words = self.get_state_display()
        return Mark(words[:1].upper() + words[1:], tones.get(self.state, ""))

    @property
    def percent(self) -> int | None:
        """How far, where the total is known."""
        return min(100, self.done * 100 // self.total) if self.total else None
