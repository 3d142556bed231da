"""What follows when a person has looked: at a pattern, or at what a learner says of a result."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from hocvu.assessment.models import Appeal, Attempt, AttemptItem, PaperSheet, Suspicion
from hocvu.assessment.testing import ending, suspecting
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.ward import audit, notices
from hocvu.ward.models import Account

State = Appeal.State
OPEN_FOR = timedelta(days=30)  # after the end of an attempt
MOST_OPEN = 3  # of one attempt


# ---- Patterns


def settle(suspicion: Suspicion, *, state: str, why: str, by: Account) -> Suspicion:
    """Decide on a pattern and let follow what follows: the certificate that waited, or another try at once."""
    with transaction.atomic():
        held = suspecting.decide(suspicion, state=state, why=why, by=by)
        attempt = held.attempt
        again = held.state == Suspicion.State.REPEAT
        if again:
            ending.void(attempt, why="cần làm lại", by=by)
            # What else was seen in it is settled with it.
            attempt.suspicions.filter(state=Suspicion.State.OPEN).update(
                state=Suspicion.State.REPEAT, why=why.strip(), decided_by=by, decided_at=clock.now()
            )
        if again or (held.holds and not ending.is_held(attempt)):
            _tell(attempt, f"looked:{held.pk}", _looked_words(attempt, again=again))
    if held.state == Suspicion.State.FINE:
        ending.certify(Attempt.objects.select_related("account", "rule").get(pk=attempt.pk))
    return held


def _looked_words(attempt: Attempt, *, again: bool) -> str:
    title = attempt.frozen["title"]
    if again:
        return f"Lượt làm “{title}” cần làm lại. Làm lại được ngay, không phải chờ. Xem lý do ở trang kết quả."
    return f"Đã xem lại lượt làm “{title}”: kết quả được giữ nguyên."


# ---- Appeals


@transaction.atomic
def appeal(attempt: Attempt, *, text: str, item: AttemptItem | None, by: Account) -> Appeal:
    """A learner says that a result, or a question, is wrong."""
    held = (
        Attempt.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account", "ward", "sitting")
        .get(pk=attempt.pk)
    )
    if why := closed_because(held, by):
        raise Refusal(why)
    if item is not None and (item.attempt_id != held.pk or item.answered_at is None):
        raise Refusal("Câu này không có trong lượt làm. Hãy chọn lại.", "item")
    words = nfc(text).strip()
    if not words:
        raise Refusal("Hãy viết điều muốn nói, một hai câu cũng được.", "text")
    made = Appeal.objects.create(attempt=held, item=item, text=words[:1200])
    audit.record(by, "appealed against a result", held, ward=held.ward)
    notices.tell(
        suspecting.reviewers(held), key=f"appeal:{made.pk}", text="Có người học đề nghị xem lại kết quả kiểm tra.",
        href=reverse("assessment:appeals"), ward=held.ward,
    )  # fmt: skip
    return made


def closed_because(attempt: Attempt, by: Account) -> str:
    """Why nothing can be said against a result now; "" where it can."""
    if attempt.account_id != by.pk:
        return "Lượt làm này không phải của tài khoản đang đăng nhập."
    if attempt.state == Attempt.State.RUNNING:
        return "Bài chưa làm xong. Làm xong rồi gửi đề nghị xem lại."
    if attempt.ended_at is not None and clock.now() > _known_since(attempt, attempt.ended_at) + OPEN_FOR:
        return f"Đã quá {OPEN_FOR.days} ngày từ khi có kết quả nên không nhận đề nghị nữa. Hãy đến gặp người phụ trách."
    if attempt.appeals.filter(state=State.OPEN).count() >= MOST_OPEN:
        return f"Đang có {MOST_OPEN} đề nghị chờ trả lời. Hãy chờ trả lời rồi gửi tiếp."
    return ""


def _known_since(attempt: Attempt, ended_at: datetime) -> datetime:
    """Since when a learner could know the result: a paper sheet is marked when it was typed twice."""
    if attempt.mode != Attempt.Mode.PAPER:
        return ended_at
    marked = PaperSheet.objects.filter(attempt=attempt).values_list("second_at", flat=True).first()
    return max(ended_at, marked) if marked else ended_at


def answer(appeal: Appeal, *, state: str, words: str, by: Account) -> Appeal:
    """A person answers. Granted: a question that was wrong counts in no attempt any more; a whole attempt is let go,
    so that the learner may begin anew without waiting."""
    with transaction.atomic():
        rows = Appeal.objects.select_for_update(of=("self",), no_key=True)
        held = rows.select_related("attempt__account", "attempt__ward", "attempt__sitting").get(pk=appeal.pk)
        attempt = held.attempt
        suspecting.refuse_connected(attempt, by)
        if held.state != State.OPEN:
            raise Refusal("Đề nghị này đã được trả lời. Hãy tải lại trang.")
        if state not in (State.UPHELD, State.GRANTED):
            raise Refusal("Hãy chọn giữ kết quả hoặc chấp nhận.", "state")
        if not nfc(words).strip():
            raise Refusal("Hãy viết câu trả lời cho người học.", "words")
        held.state, held.answer = state, nfc(words).strip()[:1200]
        held.answered_by, held.answered_at = by, clock.now()
        held.save(update_fields=("state", "answer", "answered_by", "answered_at"))
        audit.record(by, "answered an appeal", attempt, ward=attempt.ward, state=held.get_state_display())
        if state == State.GRANTED:
            _grant(held, by)
        _tell(attempt, f"appeal:{held.pk}", f"Đã trả lời đề nghị xem lại bài “{attempt.frozen['title']}”.")
    if state == State.GRANTED and held.item_id is not None:
        ending.restate(attempt.pk)  # the others follow by themselves; this learner waits for it
    return held


def _grant(held: Appeal, by: Account) -> None:
    if held.item is not None:
        ending.void_question(held.item.question, why="chấp nhận đề nghị xem lại của người học", by=by,
                             version=held.item.version)  # fmt: skip
    elif held.attempt.passed:
        raise Refusal("Lượt này đã đạt; cho qua cả lượt là mất kết quả đạt. Hãy chọn giữ kết quả và trả lời.", "state")
    else:
        ending.void(held.attempt, why="chấp nhận đề nghị", by=by)


def _tell(attempt: Attempt, key: str, text: str) -> None:
    notices.tell(
        [attempt.account], key=key, text=text, href=reverse("assessment:attempt_result", args=(attempt.pk,)),
        ward=attempt.ward,
    )  # fmt: skip
