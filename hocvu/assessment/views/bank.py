"""The desk of the bank: the list, one question with its figures and versions, reviewing, retiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.assessment.models import Question, QuestionVersion
from hocvu.assessment.questions import bank, describing, drawing, mapping, marking
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.kinds import KINDS
from hocvu.assessment.testing import ending
from hocvu.assessment.views.bank_edit import question_of, whole
from hocvu.assessment.views.bank_list import Row, opening, state_mark, writer_of
from hocvu.lib import charts
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, may, needs
from hocvu.ward.models import Account

State = QuestionVersion.State


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
        "mark": state_mark(state),
        "opening": opening(asked),
        "shown": _revealed(asked),
        "lines": _named_lines(asked),
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


def _named_lines(version: QuestionVersion) -> describing.Lines:
    """The same with the competence's own words."""
    words = dict(mapping.competences())
    return [(label, words.get(said, said) if label == "Năng lực" else said) for label, said in _lines(version)]


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
        told.append({"version": one, "writer": writer_of(one), "changes": changes})
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
    """Why a question is asked no more, and what becomes of the answers that were given."""

    given = forms.ChoiceField(
        label="Các câu trả lời đã có", initial="keep", widget=forms.RadioSelect,
        choices=(
            ("keep", "Vẫn tính: câu hỏi đúng, chỉ thôi dùng từ nay"),
            ("void", "Không tính nữa: đáp án sai hoặc câu không rõ; kết quả các lượt đã làm được tính lại"),
        ),
    )  # fmt: skip
    why = forms.CharField(label="Vì sao thôi dùng", max_length=300, widget=forms.Textarea)


@needs("questions.manage")
def retire_question(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Ask it of nobody any more."""
    row = question_of(request, question_id, "questions.manage")

    def retire(data: dict[str, Any]) -> str:
        if data["given"] == "void":
            count = ending.void_question(row, why=data["why"], by=request.user)
            messages.success(
                request, f"Đã thôi dùng. {number_words(count)} câu trả lời không tính nữa; kết quả đang được tính lại."
            )
            return bank.address(row)
        bank.retire(row, why=data["why"], by=request.user)
        messages.success(request, "Đã thôi dùng. Lượt đang làm có câu này vẫn giữ câu này.")
        return bank.address(row)

    act = Act("Thôi dùng câu hỏi", "Thôi dùng", crumbs=_crumbs(row), back=bank.address(row), is_grave=True,
              lead="Không bài mới nào hỏi câu này nữa. Ai đã đạt nhờ câu sai vẫn giữ kết quả đến khi có người xem.",
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

    mark_optional = False  # which of the two is needed depends on the button

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
        "writer": writer_of(version),
        "shown": _revealed(version),
        "lines": _named_lines(version),
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
    held = bank.approve(version, revision=whole(request.POST.get("revision", "")), by=by)
    if held.question.retired_at is None:
        messages.success(request, "Đã duyệt. Từ nay bài kiểm tra hỏi bản này.")
        return redirect(bank.address(held.question))
    messages.success(request, "Đã duyệt. Câu này đang thôi dùng nên chưa bài nào hỏi.")
    if not may(by, "questions.manage", request.ward):
        messages.warning(request, "Hãy nhờ điều phối mở câu này rồi bấm “Dùng lại”.")
        return redirect(bank.address(held.question))
    return redirect(bank.address(held.question, "unretire_question"))


def _home() -> tuple[str, str]:
    return (reverse("assessment:bank"), "Ngân hàng câu hỏi")


def _crumbs(row: Question) -> tuple[tuple[str, str], ...]:
    return (_home(), (bank.address(row), row.code))
