"""The desk of what a person should look at: patterns in attempts, and what learners say of results."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.assessment.models import Appeal, Attempt, Certificate, Suspicion
from hocvu.assessment.questions import marking
from hocvu.assessment.testing import appealing, suspecting
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import number_words
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import sent
from hocvu.ward.access import SignedInRequest, needs, scoped

State = Suspicion.State


def state_mark(row: Suspicion | Appeal) -> Mark:
    """Whether somebody has looked."""
    tone = {"open": "slow", "fine": "good", "repeat": "bad", "upheld": "none", "granted": "good"}[row.state]
    words = row.get_state_display()
    return Mark(words[:1].upper() + words[1:], tone)  # type: ignore[arg-type]


def _attempt_words(attempt: Attempt) -> str:
    """An attempt as reviewers know it: never by whose it is."""
    return f"Lượt {str(attempt.pk)[:8]}"


def _due(row: Suspicion) -> Any:
    return suspecting.looked_at_by(row) if row.state == State.OPEN and row.holds else None


SUSPICIONS = (
    Head[Suspicion]("Dấu hiệu", lambda s: suspecting.title_of(s.kind), 36, href=lambda s: reverse("assessment:suspicion", args=(s.pk,))),
    Head[Suspicion]("Tình trạng", lambda s: state_mark(s).words, 18, mark=state_mark),
    Head[Suspicion]("Giấy", lambda s: "chờ người xem" if s.holds and s.state == State.OPEN else "không giữ", 16),
    Head[Suspicion]("Bài", lambda s: s.attempt.frozen["title"], 40),
    Head[Suspicion]("Lượt làm", lambda s: _attempt_words(s.attempt), 18),
    Head[Suspicion]("Lúc", lambda s: s.at, 18),
    Head[Suspicion]("Đã thấy", suspecting.words_of, 60, only_in_file=True),
    Head[Suspicion]("Kết luận vì sao", lambda s: s.why, 40, only_in_file=True),
)  # fmt: skip
FILTERS = (
    Choice("tt", "Tình trạng", State.choices, lambda q, v: q.filter(state=v)),
    Choice("loai", "Dấu hiệu", [(code, one.title) for code, one in suspecting.PATTERNS.items()],
           lambda q, v: q.filter(kind=v)),
    Choice("giu", "Giấy", (("co", "đang chờ người xem"),), lambda q, v: q.filter(holds=True, state=State.OPEN)),
)  # fmt: skip


@needs("tests.review")
@require_safe
def suspicions(request: SignedInRequest) -> HttpResponseBase:
    """Every pattern that was seen, those that hold a certificate first."""
    rows = scoped(Suspicion.objects.select_related("attempt"), request.user, "tests.review", request.ward)
    page = Page(
        "Lượt làm cần xem lại",
        lead="Dấu hiệu lạ không phải là kết luận. Người xem không thấy tên người làm; ai đã giúp hay coi thi thì không xem.",
        links=((reverse("assessment:appeals"), "Đề nghị xem lại của người học"),),
        empty="Chưa có dấu hiệu nào",
        empty_words="Khi một bài xác nhận kết thúc có dấu hiệu lạ, nó hiện ở đây.",
        counted="dấu hiệu",
    )
    return show(request, page, rows=rows.order_by("-holds", "-at", "pk"), columns=SUSPICIONS, filters=FILTERS)


class DecideForm(Form):
    """What somebody concludes after looking."""

    state = forms.ChoiceField(
        label="Kết luận",
        widget=forms.RadioSelect,
        choices=((State.FINE, "Không có gì: giữ kết quả"), (State.REPEAT, "Cần làm lại: lượt này không tính")),
    )
    why = forms.CharField(
        label="Vì sao", max_length=600, widget=forms.Textarea, help_text="Người học đọc được câu này khi cần làm lại"
    )


@needs("tests.review")
def suspicion(request: SignedInRequest, suspicion_id: int) -> HttpResponse:
    """One pattern: what was seen, without whose it is; fine, or to be done again."""
    rows = Suspicion.objects.select_related("attempt__ward", "attempt__account", "attempt__sitting", "decided_by")
    row = get_object_or_404(scoped(rows, request.user, "tests.review", request.ward), pk=suspicion_id)

    def decide(data: dict[str, Any]) -> str:
        held = appealing.settle(row, state=data["state"], why=data["why"], by=request.user)
        messages.success(request, "Đã ghi kết luận.")
        if held.state == State.REPEAT and Certificate.objects.filter(attempt=held.attempt_id, revoked_at=None).exists():
            messages.warning(
                request, "Giấy đã cấp từ lượt này vẫn còn giá trị. Hãy đề nghị thu hồi ở trang giấy đã cấp."
            )
        return reverse("assessment:suspicions")

    act = Act(
        suspecting.title_of(row.kind), "Ghi kết luận", lead=suspecting.words_of(row), facts=_facts(row),
        crumbs=((reverse("assessment:suspicions"), "Lượt làm cần xem lại"),), back=reverse("assessment:suspicions"),
    )  # fmt: skip
    return act_page(
        request, DecideForm(sent(request)), act, do=decide, template="assessment/suspicion.html",
        suspicion=row, mark=state_mark(row), lines=_lines(row.attempt),
    )  # fmt: skip


def _facts(row: Suspicion) -> tuple[tuple[str, str], ...]:
    attempt = row.attempt
    facts = [
        ("Bài", f"{attempt.frozen['title']} (bản {attempt.frozen['number']})"),
        ("Lượt làm", str(attempt.pk)[:8]),
        ("Cách làm", attempt.get_mode_display()),
        ("Số câu", f"{attempt.asked}, đúng {attempt.right}"),
        ("Thêm giờ", f"{attempt.extra_minutes} phút" if attempt.extra_minutes else "không"),
    ]
    if (due := _due(row)) is not None:
        facts.append(("Giấy chờ đến", f"{due:%d/%m/%Y}" + (", đã quá" if due < clock.today() else "")))
    return tuple(facts)


def _lines(attempt: Attempt) -> list[tuple[int, str, str, str]]:
    """Each question with how long it took and how it was answered; the pace is what patterns are about."""
    rows = attempt.items.exclude(answered_at=None).select_related("version").order_by("position")
    return [
        (
            one.position,
            f"{one.version.competence.partition('/')[2]} {one.version.get_kind_display()}",
            number_words(round(one.seconds, 1)) if one.seconds is not None else "",
            "không tính" if one.right is None or one.is_void else "đúng" if one.right else "chưa đúng",
        )
        for one in rows
    ]


# ---- What learners say


APPEALS = (
    Head[Appeal]("Điều muốn nói", lambda a: _cut(a.text), 60, href=lambda a: reverse("assessment:answer_appeal", args=(a.pk,))),
    Head[Appeal]("Tình trạng", lambda a: state_mark(a).words, 18, mark=state_mark),
    Head[Appeal]("Bài", lambda a: a.attempt.frozen["title"], 40),
    Head[Appeal]("Về", lambda a: f"câu {a.item.position}" if a.item else "cả bài", 12),
    Head[Appeal]("Gửi lúc", lambda a: a.at, 18),
    Head[Appeal]("Trả lời", lambda a: a.answer, 60, only_in_file=True),
)  # fmt: skip
APPEAL_FILTERS = (Choice("tt", "Tình trạng", Appeal.State.choices, lambda q, v: q.filter(state=v)),)


def _cut(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:98].rstrip()}…"


@needs("tests.review")
@require_safe
def appeals(request: SignedInRequest) -> HttpResponseBase:
    """What learners ask to be looked at, the newest first."""
    rows = scoped(Appeal.objects.select_related("attempt", "item"), request.user, "tests.review", request.ward)
    page = Page(
        "Đề nghị xem lại kết quả",
        lead="Người học nói một câu hỏi hoặc kết quả chưa đúng. Trả lời bằng lời dễ hiểu.",
        links=((reverse("assessment:suspicions"), "Lượt làm cần xem lại"),),
        empty="Chưa có đề nghị nào",
        counted="đề nghị",
    )
    return show(request, page, rows=rows, columns=APPEALS, filters=APPEAL_FILTERS)


class AnswerForm(Form):
    """What the learner is told."""

    state = forms.ChoiceField(label="Kết luận", widget=forms.RadioSelect)
    words = forms.CharField(label="Trả lời người học", max_length=1200, widget=forms.Textarea)

    def __init__(self, data: Any, *, about_item: bool) -> None:
        super().__init__(data)
        granted = (
            "Chấp nhận: câu hỏi sai, không tính ở mọi lượt làm"
            if about_item
            else "Chấp nhận: lượt này không tính, làm lại được ngay"
        )
        choices = ((Appeal.State.UPHELD, "Giữ kết quả"), (Appeal.State.GRANTED, granted))
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


@needs("tests.review")
def answer_appeal(request: SignedInRequest, appeal_id: int) -> HttpResponse:
    """What a learner said, the question as it was asked and answered; and the answer."""
    rows = Appeal.objects.select_related(
        "attempt__ward", "attempt__account", "attempt__sitting", "item__version", "item__question", "answered_by"
    )
    row = get_object_or_404(scoped(rows, request.user, "tests.review", request.ward), pk=appeal_id)

    def answer(data: dict[str, Any]) -> str:
        appealing.answer(row, state=data["state"], words=data["words"], by=request.user)
        messages.success(request, "Đã trả lời. Người học được báo.")
        return reverse("assessment:appeals")

    act = Act(
        "Trả lời đề nghị xem lại", "Gửi trả lời", facts=_appeal_facts(row),
        crumbs=((reverse("assessment:appeals"), "Đề nghị xem lại kết quả"),), back=reverse("assessment:appeals"),
    )  # fmt: skip
    form = AnswerForm(sent(request), about_item=row.item is not None)
    return act_page(
        request, form, act, do=answer, template="assessment/answer_appeal.html", appeal=row, mark=state_mark(row)
    )


def _appeal_facts(row: Appeal) -> tuple[tuple[str, str], ...]:
    facts = [("Bài", row.attempt.frozen["title"]), ("Lượt làm", str(row.attempt_id)[:8])]
    if row.item is not None:
        version = row.item.version
        facts += [
            ("Câu hỏi", f"{row.item.question.code}: {marking.plain(version.content['ask'])}"),
            ("Người học trả lời", marking.words(version.kind, version.content, row.item.said)),
            ("Trả lời đúng theo ngân hàng", marking.right_words(version.kind, version.content)),
        ]
    return tuple(facts)
