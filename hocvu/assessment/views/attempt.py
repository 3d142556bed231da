"""A test while it is sat: one question a page, then the result, and what a learner may say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import BigAutoField, UUIDField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.assessment.models import Attempt, AttemptItem, QuestionVersion, TestRule
from hocvu.assessment.questions import drawing, marking, screens
from hocvu.assessment.testing import admitting, appealing, attempts, reasons, rules
from hocvu.learning import catalogue
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, IntegerField
from hocvu.lib.prepared import Prepared
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.signin import assisting
from hocvu.ward.access import SignedInRequest, needs, scoped, signed_in

State = Attempt.State
SCREENS = QuestionVersion.Kind.SCREENS


@signed_in
@never_cache
def attempt(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """The question at hand; an answer is sent to the same address."""
    if request.method == "POST":
        return _take(request, attempt_id)
    row = _own(request, attempt_id)
    if row.state != State.RUNNING:
        return redirect("assessment:attempt_result", row.pk)
    if attempts.is_over(row):
        return render(request, "assessment/attempt_over.html", {"attempt": row})
    if _is_helped(request, row):
        return _not_helped(request, row)
    item = attempts.item_now(row)
    if item is None:
        raise Http404
    return _asked(request, row, item)


def _is_helped(request: SignedInRequest, row: Attempt) -> bool:
    """Whether a helper sits beside somebody who must do this alone: then no question is shown, whatever was sent."""
    return row.kind == TestRule.Kind.CONFIRM and assisting.helper_of(request) is not None


def _not_helped(request: SignedInRequest, row: Attempt) -> HttpResponse:
    return render(request, "assessment/by_oneself.html", {"attempt": row, "words": admitting.HELPED_WORDS}, status=403)


def _take(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Keep what was answered and go on."""
    item = _sent_item(request, attempt_id)
    if item is None:
        messages.error(request, "Trang gửi thiếu số câu. Hãy trả lời câu đang hiện rồi bấm lại.")
        return redirect("assessment:attempt", attempt_id)
    if _is_helped(request, item.attempt):
        return _not_helped(request, item.attempt)
    knows = "khong_biet" not in request.POST
    said = _read(item, request)
    try:
        told = attempts.answer(item.attempt, position=item.position, said=said, by=request.user, knows=knows)
    except Refusal as refusal:
        if item.answered_at is not None or item.attempt.state != State.RUNNING:
            messages.error(request, refusal.sentence)
            return redirect("assessment:attempt", attempt_id)
        return _asked(request, item.attempt, item, problem=refusal.sentence)
    if told.words:
        messages.warning(request, told.words)
    return redirect("assessment:attempt_result" if told.is_over else "assessment:attempt", attempt_id)


def _sent_item(request: SignedInRequest, attempt_id: UUID) -> AttemptItem | None:
    position = request.POST.get("cau", "")
    if not (position.isascii() and position.isdigit() and len(position) < 4):
        return None
    return attempts.item_at(attempt_id, int(position), by=request.user)


def _read(item: AttemptItem, request: SignedInRequest) -> Any:
    """What the form says. A drawn phone says the whole way so far, one press longer each time."""
    version = item.version
    if version.kind == SCREENS:
        return list(screens.Signed(version.content, _key(item)).at(request.POST).path)
    return marking.read(version.kind, version.content, request.POST)


def _key(item: AttemptItem) -> str:
    return f"item {item.pk}"


def _asked(request: SignedInRequest, row: Attempt, item: AttemptItem, *, problem: str = "") -> HttpResponse:
    """The page of a question; after a form that held no sound answer with what was typed, and what is missing."""
    version, plan = item.version, rules.plan_of(row.frozen)
    way = screens.walk(version.content, item.said or []) if version.kind == SCREENS else None
    context = {
        "attempt": row,
        "item": item,
        "shown": drawing.shown(
            version, seed=_seed(item), standing=way, key=_key(item), post=request.POST if problem else None
        ),
        "count_words": _count_words(plan.least, plan.most),
        "time_words": time_words(row),
        "problem": problem,
    }
    return render(request, "assessment/attempt.html", context, status=422 if problem else 200)


def _seed(item: AttemptItem) -> str:
    return f"{item.attempt_id} {item.position}"


def _count_words(least: int, most: int) -> str:
    if least == most:
        return f"Bài có {most} câu."
    return f"Bài có từ {least} đến {most} câu, đủ chắc chắn thì dừng."


def time_words(row: Attempt) -> str:
    """How long there is, counted down only when it is short."""
    left = attempts.left(row)
    minutes = int(left.total_seconds() // 60)
    if not left:
        return "Đã hết giờ. Câu đang làm, gửi ngay thì vẫn được nhận."
    if left <= attempts.SHORT:
        return f"Còn khoảng {max(minutes, 1)} phút. Gửi từng câu, câu nào gửi rồi là đã lưu."
    return f"Làm được đến {_clock_words(row.due_at)}."


def _clock_words(moment: datetime) -> str:
    at = timezone.localtime(moment, timezone.get_default_timezone())
    day = "" if at.date() == clock.today() else f" ngày {at:%d/%m}"
    return f"{at:%H} giờ {at:%M}{day}"


# ---- The end


@signed_in
def leave(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Ask, then leave the attempt for good; or see the result where the time is over."""
    row = _own(request, attempt_id)
    if request.method == "POST":
        if not attempts.close_overdue(row):
            attempts.give_up(row, by=request.user)
        return redirect("assessment:attempt_result", row.pk)
    if row.state != State.RUNNING:
        return redirect("assessment:attempt_result", row.pk)
    return render(request, "assessment/leave.html", {"attempt": row, "wait_days": row.frozen["params"]["wait_days"]})


@signed_in
@never_cache
@require_safe
def attempt_result(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """What came of it: what is known, what to learn next, what is still missing."""
    row = _own(request, attempt_id)
    if row.state == State.RUNNING:
        return redirect("assessment:attempt", row.pk)
    appeals = list(row.appeals.select_related("item"))
    context = {
        "attempt": row,
        "told": reasons.tell(row, group=catalogue.group_of(request.COOKIES)),
        "appeals": appeals,
        "repeats": list(row.suspicions.filter(state="repeat").values_list("why", flat=True).distinct().order_by("why")),
        "may_appeal": not appealing.closed_because(row, request.user),
    }
    return render(request, "assessment/result.html", context)


@signed_in
@never_cache
@require_safe
def review_answers(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Every question again, with what was answered and what is right; where that may be shown."""
    row = _own(request, attempt_id)
    if not reasons.may_review(row):
        raise Http404
    items = reasons.answered_items(row)
    media = drawing.media_of(row.ward_id, [item.version for item in items])
    lines = [
        (
            item,
            drawing.shown(
                item.version, seed=_seed(item), said=item.said, reveal=True, media=media, id=f"cau-{item.position}"
            ),
        )
        for item in items
    ]
    return render(request, "assessment/review_answers.html", {"attempt": row, "lines": lines})


# ---- Saying that something is wrong


class AppealForm(Form):
    """What a learner wants somebody to look at."""

    item = forms.ChoiceField(label="Về câu nào", required=False)
    text = forms.CharField(label="Điều muốn nói", max_length=1200, widget=forms.Textarea,
                           help_text="Viết ngắn cũng được. Ví dụ: câu hỏi không rõ, hai câu trả lời đều đúng.")  # fmt: skip

    def __init__(self, *args: Any, items: Sequence[AttemptItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [(str(one.position), f"Câu {one.position}: {_short(one)}") for one in items]
        self.fields["item"].choices = [("", "Cả bài làm"), *asked]  # type: ignore[attr-defined]


def _short(item: AttemptItem) -> str:
    words = marking.plain(str(item.version.content.get("ask", "")))
    return words if len(words) <= 90 else f"{words[:88].rstrip()}…"


@signed_in
def appeal(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Ask a person to look at a result, or at one question."""
    row = _own(request, attempt_id)
    if row.state == State.RUNNING:
        return redirect("assessment:attempt", row.pk)
    items = reasons.answered_items(row)
    by_position = {str(one.position): one for one in items}

    def send(data: dict[str, Any]) -> str:
        appealing.appeal(row, text=data["text"], item=by_position.get(data["item"]), by=request.user)
        messages.success(request, "Đã gửi. Một người sẽ xem và trả lời ở trang kết quả này.")
        return reverse("assessment:attempt_result", args=(row.pk,))

    act = Act("Đề nghị xem lại", "Gửi đề nghị", back=reverse("assessment:attempt_result", args=(row.pk,)))
    form = AppealForm(sent(request), items=items)
    return act_page(
        request,
        form,
        act,
        do=send,
        template="assessment/appeal.html",
        closed=appealing.closed_because(row, request.user),
    )


# ---- More time


class ExtendForm(Form):
    """How many minutes more."""

    minutes = IntegerField(label="Thêm bao nhiêu phút", min_value=1, max_value=attempts.MOST_EXTRA)


@needs("tests.proctor")
def extend_attempt(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Give somebody who needs it more time."""
    rows = scoped(
        Attempt.objects.select_related("account", "ward", "sitting"), request.user, "tests.proctor", request.ward
    )
    row = get_object_or_404(rows, pk=attempt_id)

    def add(data: dict[str, Any]) -> str:
        held = attempts.extend(row, data["minutes"], by=request.user)
        messages.success(request, f"Đã thêm giờ. Lượt làm này đến {_clock_words(held.due_at)}.")
        return reverse("assessment:extend_attempt", args=(row.pk,))

    facts = (
        ("Bài", row.frozen["title"]),
        ("Hết giờ", _clock_words(row.due_at)),
        ("Đã thêm", f"{row.extra_minutes} phút"),
    )
    act = Act("Thêm giờ làm bài", "Thêm giờ", lead="Cho người cần nhiều thời gian hơn để nghe, nhìn, đọc hoặc gõ.",
              facts=facts)  # fmt: skip
    return act_page(request, ExtendForm(sent(request)), act, do=add)


def _own(request: SignedInRequest, attempt_id: UUID) -> Attempt:
    row = _OWN.first(attempt=attempt_id, account=request.user.pk)
    if row is None:
        raise Http404
    return row


_OWN = Prepared(
    lambda attempt, account: (
        Attempt.objects.select_related("rule", "account", "ward", "course")
        .filter(pk=attempt, account_id=account)
        .order_by()
    ),
    attempt=UUIDField(), account=BigAutoField(),
)  # fmt: skip
