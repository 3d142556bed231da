"""The bank of questions: each in versions, mapped to a competence, a level and groups, with what answers say of it."""

from __future__ import annotations

import uuid

from django.db import models

from hocvu.lib import clock
from hocvu.ward.models import Account, Ward
from hocvu.ward.scope import Scope


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions about questions; they chain."""

    def of(self, ward: Ward) -> QuestionQuerySet:
        return self.filter(ward=ward)

    def live(self) -> QuestionQuerySet:
        """Those that tests may ask."""
        return self.filter(retired_at=None).exclude(current=None)


class Question(models.Model):
    """One question of a ward: an identity that outlives its versions, and how hard it is as far as answers tell.

    The model is P(right) = c + (1 - c) / (1 + exp(-a (θ - b))), θ in logits, 0 the level that the tests cut at
    (Birnbaum's three parameters; one a for all and c = 0 is Rasch's).
    """

    class Model(models.TextChoices):
        GUESS = "guess", "người soạn ước lượng"
        ELO = "elo", "cập nhật dần (Elo)"
        RASCH = "rasch", "hiệu chuẩn (Rasch)"
        OWN = "own", "hiệu chuẩn, độ phân biệt riêng"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="questions")
    code = models.SlugField("mã", max_length=60)  # the same in every ward where it came from the same file
    # The version that tests ask; none while the first is being written.
    current = models.ForeignKey("QuestionVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    difficulty = models.FloatField("độ khó (b)", default=0.0)
    discrimination = models.FloatField("độ phân biệt (a)", default=1.0)
    guessing = models.FloatField("đoán đúng (c)", default=0.0)
    model = models.CharField("theo", max_length=6, choices=Model.choices, default=Model.GUESS)
    counted_answers = models.PositiveIntegerField("số lượt trả lời đã dùng để tính", default=0)
    calibrated_at = models.DateTimeField("tính lúc", null=True, blank=True)
    # {"answers", "p", "discrimination", "seconds", "exposure", "choices", "warnings"}; see questions.statistics.
    statistics = models.JSONField("thống kê", default=dict)
    file_digest = models.CharField(max_length=64, blank=True, default="")  # of what was last taken from a file
    retired_at = models.DateTimeField("thôi dùng lúc", null=True, blank=True)
    retired_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    retired_why = models.CharField("vì sao thôi dùng", max_length=300, blank=True, default="")
    created_at = models.DateTimeField("tạo lúc", default=clock.now)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("code", "id")
        constraints = (models.UniqueConstraint(fields=("ward", "code"), name="one_question_of_a_code"),)

    def __str__(self) -> str:
        return self.code


class QuestionVersion(models.Model):
    """What a question says at one time. Only a draft changes; what was asked once stays as it was asked."""

    class Kind(models.TextChoices):
        SINGLE = "single", "chọn một"
        MULTIPLE = "multiple", "chọn nhiều"
        TRUE_FALSE = "true_false", "đúng hay sai"
        ORDER = "order", "xếp thứ tự"
        MATCH = "match", "ghép đôi"
        FILL = "fill", "điền từ"
        SCREENS = "screens", "màn hình giả lập"

    class State(models.TextChoices):
        DRAFT = "draft", "đang soạn"
        REVIEW = "review", "chờ duyệt"
        LIVE = "live", "đang dùng"
        FORMER = "former", "bản trước"
        DROPPED = "dropped", "đã bỏ"

    class Origin(models.TextChoices):
        OFFICE = "office", "soạn trên trang"
        FILE = "file", "nạp từ tệp"
        SHEET = "sheet", "nạp từ Excel"

    ON_THE_WAY = (State.DRAFT, State.REVIEW)
    SCOPE = Scope(ward="question__ward")

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("bản")
    state = models.CharField("tình trạng", max_length=7, choices=State.choices, default=State.DRAFT)
    origin = models.CharField("từ đâu", max_length=6, choices=Origin.choices, default=Origin.OFFICE)
    kind = models.CharField("loại câu", max_length=10, choices=Kind.choices)
    competence = models.CharField("năng lực", max_length=60)  # a reference such as "hocvu/4.2"
    level = models.CharField("bậc", max_length=20)  # a level's code in that framework
    groups = models.JSONField("nhóm đối tượng", default=list)  # codes of `learning.groups`; empty: for everybody
    content = models.JSONField("nội dung", default=dict)  # in the one form of questions.cleaning
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    writers = models.JSONField(default=list)  # keys of all accounts that wrote in it: none of them approves
    written_at = models.DateTimeField("soạn lúc", default=clock.now)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("duyệt lúc", null=True, blank=True)
    remark = models.CharField("nhận xét khi trả lại", max_length=600, blank=True, default="")
    revision = models.PositiveIntegerField(default=0)
    # A wrong key, an unclear wording found after it was asked: answers to it count nowhere, whenever they come in.
    voided_at = models.DateTimeField("không tính từ", null=True, blank=True)

    class Meta:
        ordering = ("question", "-number")
        constraints = (
            models.UniqueConstraint(fields=("question", "number"), name="one_question_version_of_a_number"),
            models.UniqueConstraint(
                fields=("question",),
                condition=models.Q(state__in=("draft", "review")),
                name="one_question_version_on_its_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id} bản {self.number}"


class QuestionMedia(models.Model):
    """A picture or a recorded voice of a question. What it holds never changes: a better one has another name."""

    class Kind(models.TextChoices):
        PICTURE = "picture", "hình"
        AUDIO = "audio", "âm thanh"

    SCOPE = Scope(ward="ward")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="question_media")
    name = models.CharField("tên", max_length=120)
    kind = models.CharField("loại", max_length=8, choices=Kind.choices)
    drawing = models.TextField("hình vẽ", blank=True, default="")  # a checked SVG, stands inside the page
    path = models.CharField(
        max_length=200, blank=True, default=""
    )  # a name in Django's default storage, for the others
    digest = models.CharField(max_length=64)
    details = models.JSONField(default=dict)  # {"bytes", "type", "width", "height", "seconds"}
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField("lúc", default=clock.now)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("ward", "name"), name="one_question_media_of_a_name"),)

    def __str__(self) -> str:
        return self.name
