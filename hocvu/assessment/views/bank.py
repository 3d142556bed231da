"""The desk of the bank: the list, one question with its figures and versions, reviewing, retiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.assessment.models import Question, QuestionVersion
from hocvu.assessment.questions import bank, describing, drawing, mapping, marking, statistics
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.kinds import KINDS
from hocvu.assessment.views.bank_edit import question_of
from hocvu.learning.groups import GROUPS
from hocvu.lib import charts
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Account

State = QuestionVersion.State


# ---- The list


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


def _state_mark(row: Row) -> Mark:
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
    Head[Row]("Tình trạng", lambda r: _state_mark(r).words, 14, mark=_state_mark),
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
    Head[Row]("Ai gửi", lambda r: _writer(_waits(r)), 26),
    Head[Row]("Soạn lúc", lambda r: _waits(r).written_at, 18),
)


def _waits(row: Row) -> QuestionVersion:
    assert row.on_its_way is not None
    return row.on_its_way


def _writer(version: QuestionVersion) -> str:
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
        crumbs=(_home(),),
        empty="Không có câu nào chờ duyệt",
        empty_words="Câu được gửi duyệt sẽ hiện ở đây.",
        counted="câu",
    )
    return show(request, page, rows=rows, columns=WAITING)


# ---- One question


@needs("questions.read")
@require_safe
def question(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """One question: as learners see it, what answers say of it, its versions, what may be done."""
    row = question_of(request, question_id, "questions.read")
    versions = list(row.versions.select_related("written_by", "decided_by").order_by("-number"))
    under_way = next((one for one in versions if one.state in QuestionVersion.ON_THE_WAY), None)
    asked = row.current or under_way or versions[0]
    asked.question = row
    writes, approves, manages = (
        may(request.user, name, request.ward) for name in ("questions.write", "questions.approve", "questions.manage")
    )
    state = Row(row, asked, under_way)
    context = {
        "question": row,
        "version": asked,
        "under_way": under_way,
        "mark": _state_mark(state),
        "opening": opening(asked),
        "shown": _revealed(asked),
        "lines": _lines(asked),
        "facts": _facts(row, asked),
        "figures": _figures(row),
        "versions": _told(versions),
        "writes": writes,
        "manages": manages and row.current_id is not None,
        "may_review": approves and under_way is not None and under_way.state == State.REVIEW,
    }
    return render(request, "assessment/question.html", context)


def _revealed(version: QuestionVersion) -> drawing.Shown | None:
    """The question with its right answer, where it is whole."""
    cleaned = clean(version.kind, version.content)
    if cleaned.faults:
        return None
    version.content = cleaned.content
    right = marking.right(version.kind, version.content)
    return drawing.shown(version, seed=f"{version.question_id}:{version.number}", said=right, reveal=True, level=3)


def _lines(version: QuestionVersion) -> describing.Lines:
    return describing.lines(version.kind, version.competence, version.level, version.groups, version.content)


def _facts(row: Question, version: QuestionVersion) -> list[tuple[str, str]]:
    facts = [
        ("Loại", KINDS[version.kind].label),
        ("Năng lực", dict(mapping.competences()).get(version.competence, version.competence)),
        ("Bậc", version.level),
        ("Dành cho", mapping.group_words(version.groups)),
        ("Độ khó", f"{number_words(round(row.difficulty, 2))} (0 là vừa đúng mức đạt; {row.get_model_display()})"),
        ("Cơ hội đoán đúng", percent_words(round(100 * row.guessing, 1))),
    ]
    if row.calibrated_at:
        facts.append(("Độ khó tính từ", f"{number_words(row.counted_answers)} câu trả lời"))
    if row.retired_at:
        who = row.retired_by.full_name if row.retired_by else "máy"
        facts.append(("Thôi dùng", f"{who}: {row.retired_why}"))
    return facts


@dataclass(frozen=True, slots=True)
class Figures:
    """What answers say of a question, for the page."""

    table: list[tuple[str, str]]
    warnings: list[dict[str, str]]
    choices: list[dict[str, Any]]
    bars: charts.Bars | None
    curve: charts.Line | None
    parts: list[dict[str, Any]]


FIGURES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("Tỉ lệ trả lời đúng", "p", lambda v: percent_words(round(100 * v, 1))),
    (
        "Độ phân biệt (tương quan với năng lực đo từ các câu khác)",
        "discrimination",
        lambda v: number_words(round(v, 2)),
    ),
    ("Một nửa số người trả lời trong", "seconds", lambda v: f"{number_words(v)} giây"),
    ("Có trong số lượt làm 90 ngày gần đây", "exposure", lambda v: percent_words(round(100 * v, 1))),
)


def _figures(row: Question) -> Figures | None:
    said = row.statistics
    if not said.get("answers"):
        return None
    table = [("Số lượt trả lời bản đang dùng", number_words(said["answers"]))]
    table += [(label, words(said[name])) for label, name, words in FIGURES if said.get(name) is not None]
    choices = [{**one, "percent": percent_words(round(100 * one["share"], 1))} for one in said.get("choices", [])]
    bars = charts.Bars(
        ("lượt chọn",), [(_choice_words(one), (one["count"],)) for one in choices]
    ) if choices else None  # fmt: skip
    names = ("Thấp nhất", "Thấp", "Giữa", "Cao", "Cao nhất")
    parts = [
        {**one, "words": words, "percent": round(100 * one["share"], 1)}
        for one, words in zip(said.get("curve", []), names, strict=False)
    ]
    curve = charts.Line([(one["words"], one["percent"]) for one in parts]) if len(parts) == len(names) else None
    return Figures(table, said.get("warnings", []), choices, bars, curve, parts)


def _choice_words(one: dict[str, Any]) -> str:
    words = marking.plain(str(one["words"]))
    return f"{words} (đáp án)" if one.get("right") else words


def _told(versions: list[QuestionVersion]) -> list[dict[str, Any]]:
    """The versions, each with what it changed against the one before."""
    told = []
    for number, one in enumerate(versions):
        before = versions[number + 1] if number + 1 < len(versions) else None
        changes = describing.between(_lines(before), _lines(one)) if before else []
        told.append({"version": one, "writer": _writer(one), "changes": changes})
    return told


# ---- Acts


@needs("questions.write")
@require_POST
def question_draft(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Begin a further version, or take one back that waits for approval; then to the form."""
    row = question_of(request, question_id, "questions.write")
    try:
        version = bank.on_its_way(row)
        if "lay-lai" in request.POST and version is not None:
            bank.take_back(version, by=request.user)
        else:
            bank.new_version(row, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(bank.address(row))
    return redirect(bank.address(row, "edit_question"))


@needs("questions.write")
def drop_question_draft(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Give up the version on its way."""
    row = question_of(request, question_id, "questions.write")
    version = bank.on_its_way(row)
    if version is None:
        messages.error(request, "Câu này không có bản nào đang soạn hay chờ duyệt.")
        return redirect(bank.address(row))

    def drop(_: dict[str, Any]) -> str:
        bank.drop(version, by=request.user)
        messages.success(request, "Đã bỏ bản này. Chữ của bản vẫn xem được trong danh sách các bản.")
        return bank.address(row)

    lead = (
        "Bản đang dùng không đổi."
        if row.current_id
        else "Câu này chưa từng được dùng; bỏ rồi thì không ai được hỏi câu này."
    )
    act = Act(
        f"Bỏ bản {version.number}", "Bỏ bản này", lead=lead, crumbs=_crumbs(row), back=bank.address(row), is_grave=True
    )
    return act_page(request, Form(sent(request)), act, do=drop)


class RetireForm(Form):
    """Why a question is asked no more."""

    why = forms.CharField(label="Vì sao thôi dùng", max_length=300, widget=forms.Textarea)


@needs("questions.manage")
def retire_question(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Ask it of nobody any more."""
    row = question_of(request, question_id, "questions.manage")

    def retire(data: dict[str, Any]) -> str:
        bank.retire(row, why=data["why"], by=request.user)
        messages.success(request, "Đã thôi dùng. Lượt đang làm có câu này vẫn giữ câu này.")
        return bank.address(row)

    act = Act("Thôi dùng câu hỏi", "Thôi dùng", crumbs=_crumbs(row), back=bank.address(row), is_grave=True,
              lead="Không bài mới nào hỏi câu này nữa. Lượt đang làm và kết quả đã có không đổi.",
              facts=(("Câu hỏi", opening(row.current) if row.current else row.code),))  # fmt: skip
    return act_page(request, RetireForm(sent(request)), act, do=retire)


@needs("questions.manage")
def unretire_question(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Let tests ask it again."""
    row = question_of(request, question_id, "questions.manage")

    def unretire(_: dict[str, Any]) -> str:
        bank.unretire(row, by=request.user)
        messages.success(request, "Đã dùng lại. Bài mới có thể hỏi câu này.")
        return bank.address(row)

    act = Act("Dùng lại câu hỏi", "Dùng lại", crumbs=_crumbs(row), back=bank.address(row),
              facts=(("Đã thôi dùng vì", row.retired_why),))  # fmt: skip
    return act_page(request, Form(sent(request)), act, do=unretire)


class ReviewForm(Form):
    """What whoever approves has looked at; a remark where it goes back."""

    looked = forms.MultipleChoiceField(
        label="Đã xem từng điều", choices=bank.CHECKS, widget=forms.CheckboxSelectMultiple, required=False
    )
    remark = forms.CharField(
        label="Nhận xét khi trả lại", max_length=600, widget=forms.Textarea, required=False,
        help_text="Chỉ cần khi trả lại: nói chỗ nào phải sửa và sửa thế nào",
    )  # fmt: skip


@needs("questions.read")
def review_question(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Read what waits, look at each thing, approve it or give it back."""
    row = question_of(request, question_id, "questions.read")
    version = bank.on_its_way(row)
    if version is None or version.state != State.REVIEW:
        messages.error(request, "Câu này không có bản nào chờ duyệt.")
        return redirect(bank.address(row))
    version.question = row
    form = ReviewForm(sent(request))
    approves = may(request.user, "questions.approve", request.ward)
    is_own = request.user.pk in (version.written_by_id, *version.writers)
    if request.method == "POST" and form.is_valid():
        try:
            return _decided(request, version, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    current = row.current
    context = {
        "question": row,
        "version": version,
        "writer": _writer(version),
        "shown": _revealed(version),
        "lines": _lines(version),
        "changes": describing.between(_lines(current), _lines(version)) if current else [],
        "current": current,
        "may_approve": approves and not is_own,
        "is_own": is_own,
        "crumbs": _crumbs(row),
    }
    return render(request, "assessment/review_question.html", context, form=form)


def _decided(request: SignedInRequest, version: QuestionVersion, data: dict[str, Any]) -> HttpResponse:
    by: Account = request.user
    if not may(by, "questions.approve", request.ward):
        raise Refusal("Tài khoản này không có quyền duyệt câu hỏi. Hãy nhờ người có quyền duyệt.")
    if request.POST.get("ban") != str(version.pk):
        raise Refusal("Bản này không còn chờ duyệt. Hãy đọc bản đang chờ ở dưới rồi duyệt lại.")
    if request.POST.get("lam") == "tra":
        bank.send_back(version, remark=data["remark"], by=by)
        messages.success(request, "Đã trả lại. Người soạn được báo.")
        return redirect(reverse("assessment:waiting_questions"))
    if missing := [words for code, words in bank.CHECKS if code not in data["looked"]]:
        raise Refusal(f"Còn {len(missing)} điều chưa xem: {missing[0]}. Hãy xem rồi đánh dấu.", "looked")
    revision = request.POST.get("revision", "")
    bank.approve(version, revision=int(revision) if revision.isdecimal() else -1, by=by)
    messages.success(request, "Đã duyệt. Từ nay bài kiểm tra hỏi bản này.")
    return redirect(bank.address(version.question))


def _home() -> tuple[str, str]:
    return (reverse("assessment:bank"), "Ngân hàng câu hỏi")


def _crumbs(row: Question) -> tuple[tuple[str, str], ...]:
    return (_home(), (bank.address(row), row.code))
