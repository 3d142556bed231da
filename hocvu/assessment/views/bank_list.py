"""The lists of the bank: every question with its filters, and what waits for approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.assessment.models import Question, QuestionVersion
from hocvu.assessment.questions import bank, mapping, marking, statistics
from hocvu.assessment.questions.kinds import KINDS
from hocvu.learning.groups import GROUPS
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.text import fold
from hocvu.ward.access import SignedInRequest, may, needs, scoped

State = QuestionVersion.State


@dataclass(frozen=True, slots=True)
class Row:
    """A question as the list shows it: what is asked, else what is on its way, else what there was."""

    question: Question
    version: QuestionVersion
    on_its_way: QuestionVersion | None

    @property
    def state(self) -> str:
        """`live`, `retired`, `draft`, `review` or `none`; a live one may have a further version on its way."""
        if self.question.current_id is not None:
            return "retired" if self.question.retired_at else "live"
        return self.on_its_way.state if self.on_its_way else "none"

    @property
    def warnings(self) -> list[str]:
        return [one["code"] for one in self.question.statistics.get("warnings", [])]


STATES = {
    "live": ("Đang dùng", "good"),
    "retired": ("Đã thôi dùng", "none"),
    "draft": ("Đang soạn", "self"),
    "review": ("Chờ duyệt", "slow"),
    "none": ("Đã bỏ", "none"),
}


def rows_of(request: SignedInRequest) -> list[Row]:
    """Every question that the account reaches, in two questions to the database however many there are."""
    questions = list(scoped(Question.objects.select_related("current"), request.user, "questions.read", request.ward))
    versions: dict[UUID, QuestionVersion] = {}
    under_way: dict[UUID, QuestionVersion] = {}
    lacking = [one.pk for one in questions if one.current is None]
    others = QuestionVersion.objects.filter(question__ward=request.ward).select_related("written_by")
    for version in others.filter(state__in=QuestionVersion.ON_THE_WAY):
        under_way[version.question_id] = version
    for version in others.filter(question__in=lacking).order_by("number") if lacking else ():
        versions[version.question_id] = version
    found = []
    for one in questions:
        shown = one.current or under_way.get(one.pk) or versions.get(one.pk)
        if shown is not None:
            found.append(Row(one, shown, under_way.get(one.pk)))
    return found


def state_mark(row: Row) -> Mark:
    words, tone = STATES[row.state]
    return Mark(words, tone)  # type: ignore[arg-type]


def _warning_mark(row: Row) -> Mark | None:
    return Mark(_warning_words(row), "bad") if row.warnings else None


def _warning_words(row: Row) -> str:
    return ", ".join(statistics.WARNINGS.get(code, code) for code in row.warnings)


def opening(version: QuestionVersion, most: int = 90) -> str:
    """The first words of a question."""
    words = " ".join(marking.plain(str(version.content.get("ask") or "(chưa có lời hỏi)")).split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _figure(name: str, places: int = 2) -> Any:
    def of(row: Row) -> float | None:
        value = row.question.statistics.get(name)
        return None if value is None else round(value, places)

    return of


COLUMNS = (
    Head[Row]("Câu hỏi", lambda r: opening(r.version), 60, href=lambda r: bank.address(r.question)),
    Head[Row]("Mã", lambda r: r.question.code, 22),
    Head[Row]("Loại", lambda r: KINDS[r.version.kind].label, 16),
    Head[Row]("Năng lực", lambda r: r.version.competence, 14),
    Head[Row]("Bậc", lambda r: r.version.level, 8),
    Head[Row]("Tình trạng", lambda r: state_mark(r).words, 14, mark=state_mark),
    Head[Row]("Độ khó", lambda r: round(r.question.difficulty, 2), 10),
    Head[Row]("Số lượt", lambda r: r.question.statistics.get("answers") or 0, 10),
    Head[Row]("Cảnh báo", _warning_words, 30, mark=_warning_mark),
    Head[Row]("Dành cho", lambda r: mapping.group_words(r.version.groups), 30, only_in_file=True),
    Head[Row]("Tính theo", lambda r: r.question.get_model_display(), 24, only_in_file=True),
    Head[Row]("Tỉ lệ đúng", _figure("p"), 10, only_in_file=True),
    Head[Row]("Độ phân biệt", _figure("discrimination"), 10, only_in_file=True),
    Head[Row]("Số giây (giữa)", _figure("seconds", 1), 10, only_in_file=True),
    Head[Row]("Mức lộ diện 90 ngày", _figure("exposure"), 10, only_in_file=True),
    Head[Row]("Từ đâu", lambda r: r.version.get_origin_display(), 18, only_in_file=True),
    Head[Row]("Bản", lambda r: r.version.number, 8, only_in_file=True),
    Head[Row]("Vì sao thôi dùng", lambda r: r.question.retired_why, 40, only_in_file=True),
)


def _matching(rows: list[Row], query: str) -> list[Row]:
    wanted = fold(query)
    return [row for row in rows if wanted in fold(f"{row.question.code} {row.version.content.get('ask') or ''}")]


def _with_warning(rows: list[Row], code: str) -> list[Row]:
    return [row for row in rows if (row.warnings if code == "*" else code in row.warnings)]


def _filters(rows: list[Row]) -> tuple[Choice | Search, ...]:
    competences = dict(mapping.competences())
    levels = dict(mapping.levels())
    for row in rows:  # what was written for a framework that is no longer in force
        competences.setdefault(row.version.competence, row.version.competence)
        levels.setdefault(row.version.level, row.version.level)
    return (
        Search("tim", "Trong lời hỏi, mã", _matching),
        Choice("nl", "Năng lực", sorted(competences.items()), lambda q, v: [r for r in q if r.version.competence == v]),
        Choice("bac", "Bậc", sorted(levels.items()), lambda q, v: [r for r in q if r.version.level == v]),
        Choice("loai", "Loại", [(k.code, k.label) for k in KINDS.values()], lambda q, v: [r for r in q if r.version.kind == v]),
        Choice("tt", "Tình trạng", [(code, words) for code, (words, _) in STATES.items()], lambda q, v: [r for r in q if r.state == v or (r.on_its_way and r.on_its_way.state == v)]),
        Choice("nhom", "Dành cho", list(GROUPS.items()), lambda q, v: [r for r in q if v in r.version.groups]),
        Choice("cb", "Cảnh báo", [("*", "Có cảnh báo"), *statistics.WARNINGS.items()], _with_warning),
    )  # fmt: skip


@needs("questions.read")
@require_safe
def questions(request: SignedInRequest) -> HttpResponseBase:
    """All questions of the ward."""
    rows = rows_of(request)
    writes = may(request.user, "questions.write", request.ward)
    page = Page(
        "Ngân hàng câu hỏi",
        lead="Bài kiểm tra chỉ hỏi câu đã được người khác duyệt. Câu đã hỏi thì giữ nguyên bản đã hỏi.",
        acts=((reverse("assessment:new_question"), "Thêm câu hỏi"),) if writes else (),
        links=(
            (reverse("assessment:waiting_questions"), "Câu chờ duyệt"),
            (reverse("assessment:export_questions"), "Tải ngân hàng về để sửa (.xlsx)"),
            *(((reverse("assessment:import_questions"), "Nạp từ Excel"),) if writes else ()),
        ),
        empty="Chưa có câu hỏi nào",
        empty_words="Bấm “Thêm câu hỏi”, nạp từ Excel, hoặc nhờ quản trị chạy lệnh load_questions để lấy câu có sẵn.",
        counted="câu",
    )
    return show(request, page, rows=rows, columns=COLUMNS, filters=_filters(rows))


WAITING = (
    Head[Row]("Câu hỏi", lambda r: opening(_waits(r)), 60, href=lambda r: bank.address(r.question, "review_question")),
    Head[Row]("Mã", lambda r: r.question.code, 22),
    Head[Row]("Loại", lambda r: KINDS[_waits(r).kind].label, 16),
    Head[Row]("Năng lực", lambda r: _waits(r).competence, 14),
    Head[Row]("Bậc", lambda r: _waits(r).level, 8),
    Head[Row]("Bản", lambda r: _waits(r).number, 8),
    Head[Row]("Ai gửi", lambda r: writer_of(_waits(r)), 26),
    Head[Row]("Soạn lúc", lambda r: _waits(r).written_at, 18),
)


def _waits(row: Row) -> QuestionVersion:
    assert row.on_its_way is not None
    return row.on_its_way


def writer_of(version: QuestionVersion) -> str:
    return version.written_by.full_name if version.written_by else "từ tệp"


@needs("questions.read")
@require_safe
def waiting_questions(request: SignedInRequest) -> HttpResponseBase:
    """What waits for somebody to approve it, the longest first."""
    rows = [row for row in rows_of(request) if row.on_its_way and row.on_its_way.state == State.REVIEW]
    rows.sort(key=lambda row: (_waits(row).written_at, row.question.code))
    page = Page(
        "Câu chờ duyệt",
        lead="Người duyệt không được là người đã soạn hoặc sửa câu đó.",
        crumbs=((reverse("assessment:bank"), "Ngân hàng câu hỏi"),),
        empty="Không có câu nào chờ duyệt",
        empty_words="Câu được gửi duyệt sẽ hiện ở đây.",
        counted="câu",
    )
    return show(request, page, rows=rows, columns=WAITING)
