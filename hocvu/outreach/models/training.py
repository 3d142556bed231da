"""Training of officials: the city's courses, who is expected, who attended; programmes with digital content."""

from __future__ import annotations

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models import Account, Person, Unit, Ward
from hocvu.ward.scope import Scope


class Training(models.Model):
    """A course for officials that the city or the ward holds, or a programme of state management."""

    class Kind(models.TextChoices):
        COURSE = "course", "khóa bồi dưỡng kỹ năng số"
        PROGRAMME = "programme", "chương trình bồi dưỡng nghiệp vụ quản lý nhà nước"

    SCOPE = Scope(ward="ward")

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="trainings")
    kind = models.CharField("loại", max_length=9, choices=Kind.choices)
    title = models.CharField("tên", max_length=200)
    organiser = models.CharField("nơi tổ chức", max_length=160)
    document = models.CharField("theo văn bản", max_length=200, blank=True, default="")
    starts_on = models.DateField("từ ngày")
    ends_on = models.DateField("đến ngày")
    # Of a programme: whether digital content is part of it, in whose words, and who says so.
    has_digital_content = models.BooleanField("đã lồng ghép", default=False)
    digital_content = models.CharField("lồng ghép gì", max_length=300, blank=True, default="")
    marked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    marked_on = models.DateField("đánh dấu ngày", null=True, blank=True)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_why = models.CharField("vì sao rút", max_length=200, blank=True, default="")
    # Told by `training.with_counts` alone: how many are expected, how many of them attended.
    expected: int
    attended: int

    class Meta:
        ordering = ("-starts_on", "-pk")

    def __str__(self) -> str:
        return self.title


class Trainee(models.Model):
    """Somebody whom a unit sends to a course, and whether they attended."""

    class State(models.TextChoices):
        EXPECTED = "expected", "được cử"
        ATTENDED = "attended", "đã dự"
        ABSENT = "absent", "vắng"
        ASKING = "asking", "xin cho thôi, chờ đồng ý"  # still expected
        EXCUSED = "excused", "được cho thôi"

    SCOPE = Scope(ward="training__ward", units=("unit",))

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="trainees")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="trainees")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="trainings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="trainings")
    name = models.CharField("họ và tên", max_length=120)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.EXPECTED)
    attended_on = models.DateField("dự đến ngày", null=True, blank=True)
    evidence = models.CharField("căn cứ", max_length=200, blank=True, default="")  # a list, a certificate's number
    why = models.CharField("lý do", max_length=200, blank=True, default="")  # of an absence, of having been let off
    # Of asking to be let off: why, in which state that found them, what was answered.
    asks_why = models.CharField("lý do xin cho thôi", max_length=200, blank=True, default="")
    state_before = models.CharField(max_length=8, choices=State.choices, blank=True, default="")
    answer = models.CharField("trả lời", max_length=200, blank=True, default="")
    named_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField("cử lúc", default=clock.now)
    marked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    marked_at = models.DateTimeField("điểm danh lúc", null=True, blank=True)

    class Meta:
        ordering = ("unit", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("training", "person"), condition=models.Q(person__isnull=False), name="one_trainee_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def shown_why(self) -> str:
        """Everything that was said of them, in words."""
        asked = f"Xin cho thôi: {self.asks_why}" if self.state == self.State.ASKING else ""
        return ". ".join(words for words in (self.why, asked, self.answer) if words)

    @property
    def audit_label(self) -> str:
        """What the trail calls it: never by name."""
        return f"học viên {self.pk} của {self.training}"
