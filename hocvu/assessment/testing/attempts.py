"""An attempt: begun once, each answer saved by itself, the next question chosen with it, ended when it is sure.

**Nothing is lost.** An answer is written in one transaction with the question that follows, so that a server that was
killed leaves either both or neither, and the attempt goes on from its rows alone. The same answer again changes
nothing; another answer to a question that was answered is told and not taken, for the first stands; a question that
was not yet asked is refused. Two tabs and a phone beside a computer are therefore harmless.

**Time is the server's.** What a device's clock says is never asked. An answer that was typed before the time was over
and arrives up to two minutes late counts; one that comes later is kept and does not count, and the learner is told.
Whoever says at the beginning that they need more time has twice as much; why is asked and kept nowhere.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import dropwhile
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField, IntegerField, UUIDField

from hocvu.assessment import reaching
from hocvu.assessment.models import Attempt, AttemptItem, Candidate, QuestionVersion, Sitting, TestRule
from hocvu.assessment.questions import marking, screens
from hocvu.assessment.testing import admitting, choosing, ending, rules
from hocvu.assessment.testing.adaptive import Belief, Plan
from hocvu.assessment.testing.choosing import Pooled
from hocvu.assessment.testing.ending import Line
from hocvu.learning.models import Course
from hocvu.lib import clock, prepared
from hocvu.lib.prepared import Prepared
from hocvu.lib.refusals import Refusal
from hocvu.signin import assisting
from hocvu.ward import audit
from hocvu.ward.access import may
from hocvu.ward.models import Account

State, Kind, Phase, Mode = Attempt.State, TestRule.Kind, Attempt.Phase, Attempt.Mode
GRACE = timedelta(minutes=2)  # for what was typed before the time was over
MOST_EXTRA = 240  # minutes that may be added in all
SHORT = timedelta(minutes=10)  # before that nobody is told how long is left
HELPED_LATELY = timedelta(days=365)
SCREENS = QuestionVersion.Kind.SCREENS

SAVED, DUPLICATE, CONFLICT, PARTLY, LATE = "saved", "duplicate", "conflict", "partly", "late"
WORDS = {
    CONFLICT: "Câu {n} đã có câu trả lời lưu trước đó (có thể từ một cửa sổ khác). Câu trả lời lưu trước được giữ.",
    LATE: "Câu trả lời này tới khi đã hết giờ. Hệ thống giữ lại nhưng không tính vào kết quả.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an answer, and whether the attempt is over with it."""

    result: str
    words: str = ""
    is_over: bool = False


# ---- Beginning


def begin(
    rule: TestRule, *, by: Account, sitting: Sitting | None = None, course: Course | None = None,
    needs_time: bool = False,
) -> Attempt:  # fmt: skip
    """The learner's running attempt under a rule: the one that runs already, else a new one with its first question.
    Refused, with the sentence, where the learner may not begin now."""
    try:
        with transaction.atomic():
            return _begin(rule, by, sitting, course, needs_time=needs_time)
    except IntegrityError:  # another request began at the same moment
        if (running := running_of(by)) is not None and running.rule.code == rule.code:
            return running
        raise


def _begin(rule: TestRule, by: Account, sitting: Sitting | None, course: Course | None, *, needs_time: bool) -> Attempt:
    by = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    running = running_of(by)
    if running is not None and is_over(running):
        close_overdue(running)  # held first: its last answer may be on its way
        running = running_of(by)
    if running is not None:
        if running.rule.code == rule.code:
            return running
        title = running.frozen["title"]
        raise Refusal(f"Đang làm dở bài “{title}”. Hãy làm tiếp cho xong, hoặc bỏ dở bài đó rồi bắt đầu bài này.")
    if why := admitting.closed_because(rule, by, course):
        raise Refusal(why)
    now = clock.now()
    attempt = Attempt(
        ward_id=rule.ward_id, account=by, rule=rule, frozen=rules.frozen(rule), kind=rule.kind, course=course,
        began_at=now, due_at=now,
    )  # fmt: skip
    if sitting is not None:
        _seat(attempt, sitting)
    if rule.kind == Kind.CHANGE:
        _measure(attempt)
    minutes = attempt.frozen["params"]["minutes"]
    attempt.extra_minutes += minutes if needs_time else 0
    attempt.due_at = now + timedelta(minutes=minutes + attempt.extra_minutes)
    first = _next(attempt, [])
    if first is None:
        raise Refusal(admitting.SHORT_BANK)
    attempt.save(force_insert=True)
    _ask(attempt, first, position=1, at=now)
    return attempt


def running_of(account: Account) -> Attempt | None:
    """The attempt that a learner has begun and not ended."""
    return Attempt.objects.running().filter(account=account).select_related("rule", "account").first()


def _seat(attempt: Attempt, sitting: Sitting) -> None:
    """Sit the attempt under the eyes of somebody who recognised the learner and did not help them of late."""
    if sitting.closed_at is not None or sitting.closes_at <= attempt.began_at:
        raise Refusal("Buổi kiểm tra này đã đóng. Hãy hỏi giám thị.")
    if sitting.rule.code != attempt.rule.code:
        raise Refusal("Buổi kiểm tra này cho bài khác. Hãy hỏi lại giám thị mã buổi.")
    if sitting.proctor_id == attempt.account_id or sitting.proctor_id in assisting.helped_in(
        attempt.account, attempt.began_at - HELPED_LATELY
    ):
        raise Refusal("Giám thị của buổi này đã từng giúp người học, nên không coi thi cho người học được. Hãy nhờ người "
                      "khác mở buổi.")  # fmt: skip
    seat = Candidate.objects.filter(sitting=sitting, account=attempt.account_id).first()
    if seat is None or seat.checked_at is None:
        raise Refusal("Giám thị chưa nhận diện. Hãy đưa thẻ hoặc giấy tờ cho giám thị xem, rồi bấm lại.")
    attempt.sitting, attempt.mode, attempt.extra_minutes = sitting, Mode.WATCHED, seat.extra_minutes


# ---- Before and after learning


def first_form(account_id: int, subject: str) -> str:
    """Which form a learner has before learning; the other comes after. Half the learners have A first, the same
    learner the same at every asking, with nothing to be drawn or kept.

    >>> first_form(7, "an-toan"), first_form(7, "an-toan"), first_form(9, "an-toan")
    ('B', 'B', 'A')
    """
    return rules.FORMS[hashlib.sha256(f"{account_id} {subject}".encode()).digest()[0] & 1]


def measured(rule: TestRule, account: Account, course: Course | None) -> Sequence[Attempt]:
    """The attempts at a change test that came to their end, for one course or for none. A second measure whose first was
    let go is left out: it is kept, and says nothing of a change."""
    rows = Attempt.objects.finished().filter(account=account, rule__ward=rule.ward_id, rule__code=rule.code)
    rows = rows.filter(course=course).select_related("rule").order_by("ended_at")
    return list(dropwhile(lambda one: one.phase != Phase.BEFORE, rows))


def _measure(attempt: Attempt) -> None:
    """The first measure, or the second under the rule of the first with the other form."""
    before = next((a for a in measured(attempt.rule, attempt.account, attempt.course) if a.phase == Phase.BEFORE), None)
    if before is None:
        subject = str(attempt.course_id or attempt.rule.code)
        attempt.phase, attempt.form = Phase.BEFORE, first_form(attempt.account_id, subject)
        return
    attempt.phase, attempt.rule, attempt.frozen = Phase.AFTER, before.rule, before.frozen
    attempt.form = next(name for name in rules.FORMS if name != before.form)


# ---- The question at hand


def item_now(attempt: Attempt) -> AttemptItem | None:
    """The question that waits for an answer; None where the attempt is over."""
    if attempt.state != State.RUNNING:
        return None
    return _AT_HAND.first(attempt=attempt.pk)


_AT_HAND = Prepared(
    lambda attempt: (
        AttemptItem.objects.filter(attempt_id=attempt, answered_at=None)
        .select_related("version__question")
        .order_by("position")
    ),
    attempt=UUIDField(),
)


def item_at(attempt: UUID, position: int, *, by: Account) -> AttemptItem | None:
    """A question of somebody's own attempt, with the attempt and the version."""
    return _AT.first(attempt=attempt, position=position, account=by.pk)


_AT = Prepared(
    lambda attempt, position, account: (
        AttemptItem.objects.filter(attempt_id=attempt, position=position, attempt__account_id=account)
        .select_related("attempt", "version__question")
        .order_by()
    ),
    attempt=UUIDField(), position=IntegerField(), account=BigAutoField(),
)  # fmt: skip


def is_over(attempt: Attempt) -> bool:
    """Whether the time of a running attempt ran out, with the grace for what was typed before."""
    return clock.now() > attempt.due_at + GRACE


def left(attempt: Attempt) -> timedelta:
    """How long is left, without the grace; never less than nothing."""
    return max(attempt.due_at - clock.now(), timedelta())


def _next(attempt: Attempt, lines: Sequence[Line], known: Belief | None = None) -> Pooled | None:
    """The question to ask after these; None where there is none left. `known` is what they leave to believe."""
    if attempt.kind == Kind.CHANGE:
        form = _form(attempt)
        used = {line.question for line in lines}
        return next((one for one in form if one.question not in used), None)
    pool = choosing.pool_of(attempt.ward_id, attempt.frozen)
    asked = Counter(line.competence for line in lines if line.counts)
    return choosing.next_of(
        pool, rules.plan_of(attempt.frozen), known or ending.believed(lines), asked=asked,
        used={str(line.question) for line in lines}, seen=choosing.seen_by(attempt),
        seed=f"{attempt.pk} {len(lines) + 1}",
    )  # fmt: skip


def _form(attempt: Attempt) -> list[Pooled]:
    return choosing.of_form(attempt.ward_id, attempt.frozen["params"]["forms"][attempt.form])


def _ask(attempt: Attempt, one: Pooled, *, position: int, at: datetime) -> None:
    """Put a question before the learner, in its version and with its parameters of this moment. A form keeps a question
    that was found wrong, so that before and after are equally long; there it does not count."""
    is_void = attempt.kind == Kind.CHANGE and (
        QuestionVersion.objects.filter(pk=one.version).exclude(voided_at=None).exists()
    )
    AttemptItem(
        attempt_id=attempt.pk, position=position, question_id=one.question, version_id=one.version,
        difficulty=one.item.difficulty, discrimination=one.item.discrimination, guessing=one.item.guessing,
        shown_at=at, voided=is_void,
    ).save(force_insert=True)  # fmt: skip


# ---- Answering


def answer(attempt: Attempt, *, position: int, said: Any, by: Account, knows: bool = True) -> Told:
    """Keep an answer and choose what comes next. `knows` is false where the learner says that they do not know: that
    counts as wrong and is kinder to the estimate than a guess."""
    with transaction.atomic():
        held = _HELD.first(attempt=attempt.pk)
        if held is None or held.account_id != by.pk:
            raise Refusal("Lượt làm này không phải của tài khoản đang đăng nhập.")
        told = _answer(held, position, said if knows else None, knows=knows)
    if told.is_over and told.result == SAVED:
        ending.certify(Attempt.objects.select_related("account", "rule").get(pk=held.pk))
    return told


_HELD = Prepared(
    lambda attempt: Attempt.objects.select_for_update(of=("self",), no_key=True).filter(pk=attempt).order_by(),
    attempt=UUIDField(),
)


def _answer(held: Attempt, position: int, said: Any, *, knows: bool) -> Told:
    lines = ending.lines_of(held.pk)
    line = next((one for one in lines if one.position == position), None)
    if line is None:
        raise Refusal("Câu này chưa tới lượt. Hãy tải lại trang để xem câu đang làm.")
    if line.answered_at is not None:
        same = line.said == said
        return Told(DUPLICATE if same else CONFLICT, "" if same else WORDS[CONFLICT].format(n=position),
                    held.state != State.RUNNING)  # fmt: skip
    if held.state not in (State.RUNNING, State.EXPIRED):
        raise Refusal("Lượt làm này đã kết thúc, không nhận thêm câu trả lời.")
    if held.kind == Kind.CONFIRM and audit.helper_now() is not None:
        raise Refusal(admitting.HELPED_WORDS)
    now = clock.now()
    if held.state == State.EXPIRED or is_over(held):
        return _keep_late(held, line, lines, said, now)
    kind, content = _version(line)
    if kind == SCREENS and knows and (standing := screens.walk(content, said or [])).sound:
        if not _goes_on(line, standing.path):
            return Told(CONFLICT, ELSEWHERE)
        if not standing.ended:
            return _keep_way(line, list(standing.path))
    right = marking.mark(kind, content, said) if knows else False
    if right is None:
        raise Refusal("Hãy trả lời rồi bấm lại. Nếu không biết thì bấm “Tôi không biết câu này”.")
    lines = _keep(line, lines, said, right=right, at=now)
    return _go_on(held, lines, now)


def _keep(line: Line, lines: Sequence[Line], said: Any, *, right: bool | None, at: datetime) -> list[Line]:
    """Write an answer down; answers the questions with it."""
    row = AttemptItem(
        pk=line.pk, said=said, right=right, answered_at=at, seconds=max((at - line.shown_at).total_seconds(), 0.0)
    )
    prepared.update(row, ("said", "right", "answered_at", "seconds"))
    kept = Line(line.pk, line.position, line.question, line.version, line.item, line.shown_at, at, said, right,
                line.voided, line.competence)  # fmt: skip
    return [kept if one.pk == line.pk else one for one in lines]


def _go_on(held: Attempt, lines: Sequence[Line], now: datetime) -> Told:
    """Ask the next question, or end."""
    plan = rules.plan_of(held.frozen)
    known = ending.add_up(held, lines)
    touched = {line.competence for line in lines if line.counts}
    is_settled = _is_settled(held, plan, known, touched)
    following = None if is_settled else _next(held, lines, known)
    if following is None:
        whole = held.asked >= plan.least and plan.core <= touched
        if held.kind == Kind.CONFIRM and not (whole and (is_settled or plan.passes(known))):
            ending.end_short(held, lines, now)
        else:
            ending.end(held, State.FINISHED, lines, now)
        return Told(SAVED, is_over=True)
    prepared.update(held, ending.ADDED)
    _ask(held, following, position=len(lines) + 1, at=now)
    return Told(SAVED)


def _is_settled(held: Attempt, plan: Plan, known: Belief, touched: Collection[str]) -> bool:
    if held.kind == Kind.CHANGE:
        return False  # a form is asked to its end, so that before and after are alike
    return plan.is_settled(held.asked, known, touched)


ELSEWHERE = "Điện thoại mẫu đã đi tiếp ở một cửa sổ khác. Hãy làm tiếp từ màn hình đang hiện."


def _goes_on(line: Line, path: Sequence[Any]) -> bool:
    """Whether a way through a phone goes on from the one that is kept. Another comes from a second window, or from the
    back button after a wrong press: a press is not taken back."""
    before = line.said or []
    return list(path[: len(before)]) == before


def _keep_way(line: Line, said: Any) -> Told:
    """A step on a drawn phone that has not yet come to an end: kept, so that the learner goes on from there."""
    prepared.update(AttemptItem(pk=line.pk, said=said), ("said",))
    return Told(PARTLY)


def _keep_late(held: Attempt, line: Line, lines: Sequence[Line], said: Any, now: datetime) -> Told:
    """The time was over: the answer stays with the attempt and does not count."""
    lines = _keep(line, lines, said, right=None, at=now)
    if held.state == State.RUNNING:
        ending.end(held, State.EXPIRED, lines, held.due_at)
    return Told(LATE, WORDS[LATE], is_over=True)


_VERSIONS: OrderedDict[tuple[int, UUID], tuple[str, dict[str, Any]]] = OrderedDict()
MOST_VERSIONS = 400


def _version(line: Line) -> tuple[str, dict[str, Any]]:
    """The kind and content of a version. One that was asked never changes: it is read once in this process."""
    key = (line.version, line.question)
    if (found := _VERSIONS.get(key)) is None:
        row = QuestionVersion.objects.only("kind", "content").get(pk=line.version)
        found = _VERSIONS[key] = (row.kind, row.content)
        while len(_VERSIONS) > MOST_VERSIONS:
            _VERSIONS.popitem(last=False)
    return found


# ---- Ending before the end


def give_up(attempt: Attempt, *, by: Account) -> None:
    """The learner leaves an attempt; what was answered stays, and the waiting days begin."""
    with transaction.atomic():
        held = _HELD.first(attempt=attempt.pk)
        if held is None or held.account_id != by.pk:
            raise Refusal("Lượt làm này không phải của tài khoản đang đăng nhập.")
        if held.state != State.RUNNING:
            return
        ending.end(held, State.GIVEN_UP, ending.lines_of(held.pk), clock.now())


def close_overdue(attempt: Attempt) -> bool:
    """End an attempt whose time is over; answers whether it is over."""
    with transaction.atomic():
        held = _HELD.first(attempt=attempt.pk)
        if held is None or (held.state == State.RUNNING and not is_over(held)):
            return False
        if held.state == State.RUNNING:
            _expire(held)
        return True


def close_all_overdue() -> int:
    """End every attempt whose time is over; answers how many."""
    rows = Attempt.objects.running().filter(due_at__lt=clock.now() - GRACE)
    return sum(close_overdue(attempt) for attempt in rows.order_by("due_at"))


def _expire(held: Attempt) -> None:
    ending.end(held, State.EXPIRED, ending.lines_of(held.pk), held.due_at)


# ---- More time


def may_extend(attempt: Attempt, by: Account) -> bool:
    """Whether somebody may give an attempt more time: who watches it or manages tests; never the learner."""
    if by.pk == attempt.account_id or (by.person_id and by.person_id == attempt.account.person_id):
        return False
    watches = attempt.sitting_id is not None and attempt.sitting.proctor_id == by.pk  # type: ignore[union-attr]
    reaches = reaching.reaches(by, attempt.account, attempt.ward, "tests.proctor")  # today: not a pupil of before
    return watches or reaches or may(by, "tests.manage", attempt.ward)


@transaction.atomic
def extend(attempt: Attempt, minutes: int, *, by: Account) -> Attempt:
    """Give a running attempt more time, for whoever needs it to see, hear, read or type."""
    rows = Attempt.objects.select_for_update(of=("self",), no_key=True).select_related("account", "ward", "sitting")
    held = rows.get(pk=attempt.pk)
    if not may_extend(held, by):
        raise Refusal("Chỉ giám thị hoặc người quản lý bài kiểm tra được thêm giờ, và không thêm cho chính mình.")
    if held.state != State.RUNNING or is_over(held):
        raise Refusal("Lượt làm này đã kết thúc nên không thêm giờ được.")
    if minutes < 1 or held.extra_minutes + minutes > MOST_EXTRA:
        raise Refusal(f"Thêm được từ 1 phút, tổng cộng không quá {MOST_EXTRA} phút.", "minutes")
    held.extra_minutes += minutes
    held.due_at += timedelta(minutes=minutes)
    held.extended_by = by
    held.save(update_fields=("extra_minutes", "due_at", "extended_by"))
    audit.record(by, "gave an attempt more time", held, ward=held.ward, minutes=minutes)
    return held
