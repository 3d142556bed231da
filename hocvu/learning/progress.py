"""How far a learner is in a lesson: acts come in, in any order and any number of times, and add up to one state.

**The rule is frozen at the start.** The first act of a learner in a lesson writes down what the lesson asks for: the
parts and check questions of the version that holds what the act is about, how many of the parts, and whether questions
must be answered or answered rightly. A later version asks nothing more of whoever has begun. What it no longer shows
asks nothing either: a part or question of the rule that stands in no version the public can read now counts as done,
since nobody could do it any more. (While a lesson is withdrawn, its last published version counts as that.)

**When something happened** is what the device says, where that can be: not before the lesson existed and not after it
arrived. A clock a little ahead is taken as the moment of arrival. One that is wrong by more than a day ahead, or tells
of a time before the lesson, is kept as it was said and counts by the moment of arrival; the receipt says quarantined.

**Adding up.** Every part of the state only grows, so that the order of arrival does not matter: a part that was done
stays done, a question that was once answered rightly stays right, completed stays completed. Where the learner is, and
when something was completed, go by when it happened. What arrives in order is added to the state; what arrives late
makes the state be added up anew from all acts.

Acts are their own record and go into no audit trail: its chain would let one learner in the ward write at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField, UUIDField

from hocvu.learning.models import LearningAct, Lesson, LessonVersion, Progress
from hocvu.lib import clock, prepared
from hocvu.lib.blocks.dividing import parts_of
from hocvu.lib.blocks.kinds import Block
from hocvu.lib.prepared import Prepared
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, receipts
from hocvu.ward.models import Account
from hocvu.ward.receipts import Answer, Parcel

Kind, How = LearningAct.Kind, Progress.How
STATE = ("parts", "checks", "place", "begun_at", "touched_at", "completed_at", "completed_how", "helped")
AHEAD = timedelta(days=1)  # a clock further ahead is not believed
MOST_CHOICES = 20
AHEAD_WORDS = "Đồng hồ trên máy sai ngày. Việc học vẫn được ghi, tính theo lúc nhận."
UNKNOWN_WORDS = "Bài học không có phần này. Việc đã được ghi lại, chưa tính vào kết quả."


def begin(*, lesson: Lesson, by: Account) -> Progress:
    """The learner's row in a lesson, with the rule of today frozen where there was none."""
    with transaction.atomic():
        return _row(lesson, _readable(lesson), by, clock.now())[0]


def finish_part(*, lesson: Lesson, part: str, by: Account, parcel: Parcel) -> Answer:
    """A part is read to its end."""
    return _take(_Said(Kind.PART, part=_name(part)), lesson, by, parcel)


def answer_check(*, lesson: Lesson, block: str, chosen: Sequence[str], by: Account, parcel: Parcel) -> Answer:
    """A check question is answered, with the numbers of its choices from 0; whether rightly is judged here."""
    numbers = _numbers(chosen)
    if not numbers:
        raise Refusal("Hãy chọn một câu trả lời rồi bấm lại.")
    return _take(_Said(Kind.CHECK, block=_name(block), said=numbers), lesson, by, parcel)


def tick_practice(*, lesson: Lesson, block: str, ticked: Sequence[str], by: Account, parcel: Parcel) -> Answer:
    """Lines of a practice task are ticked; none is an answer too."""
    return _take(_Said(Kind.PRACTICE, block=_name(block), said=_numbers(ticked)), lesson, by, parcel)


def test_out(*, lesson: Lesson, answers: Mapping[str, Sequence[str]], by: Account, parcel: Parcel) -> Answer:
    """Whoever answers every question of the lesson rightly at one go knows it already, and has completed it."""
    said = [[_name(block), _numbers(chosen)] for block, chosen in sorted(answers.items())]
    return _take(_Said(Kind.TEST_OUT, said=said), lesson, by, parcel)


def is_right(block: Block, numbers: Sequence[int]) -> bool:
    """Whether these choices, and no others, are the right ones of a check question."""
    right = {number for number, choice in enumerate(block.get("choices", [])) if choice.get("right")}
    return bool(right) and set(numbers) == right


def restate(row: Progress) -> None:
    """Add a row up from nothing, for acts that came or went without it."""
    row.parts, row.checks, row.place, row.helped = [], {}, "", False
    row.completed_at, row.completed_how = None, ""
    add_up_anew(row, row.lesson, _shown(row.lesson))
    row.save(update_fields=STATE)


def state_of(account: Account, lesson: Lesson) -> Progress | None:
    """Where a learner stands in a lesson; None where nothing was begun."""
    return Progress.objects.filter(account=account, lesson=lesson).first()


# ---- An act comes in


@dataclass(frozen=True, slots=True)
class _Said:
    """What a learner did."""

    kind: str
    part: str = ""
    block: str = ""
    said: list[Any] = field(default_factory=list)


def _take(said: _Said, lesson: Lesson, by: Account, parcel: Parcel) -> Answer:
    try:
        return receipts.once(parcel, lambda: _write(said, lesson, by, parcel), by=by, ward=lesson.ward)
    except IntegrityError:  # the receipt was forgotten long ago, the act was not
        if LearningAct.objects.filter(pk=parcel.id, account=by).exists():
            return Answer(parcel.id, parcel.digest, receipts.DUPLICATE)
        raise


def _write(said: _Said, lesson: Lesson, by: Account, parcel: Parcel) -> str:
    """Keep the act and restate the progress, in the caller's transaction; answers why somebody should look."""
    now = clock.now()
    helper = audit.helper_now() or parcel.helper
    version = _version_with(said, lesson)
    if version is None and said.kind == Kind.TEST_OUT:
        raise Refusal("Hãy trả lời hết các câu hỏi rồi nộp lại.")
    act = LearningAct(
        id=parcel.id, ward_id=lesson.ward_id, account=by, lesson=lesson, version=version, kind=said.kind,
        part=said.part, block=said.block, said=said.said, right=_judged(said, version),
        happened_at=parcel.made_at or now, received_at=now, helped_by=helper,
    )  # fmt: skip
    at = counted_at(act.happened_at, now, lesson.created_at)
    row, is_new = _row(lesson, version, by, at) if version else (None, False)
    prepared.insert(act)
    if row is not None:
        _restate(row, _Done.of(act, at), lesson, is_new=is_new)
    if at is now and act.happened_at != now and abs(act.happened_at - now) > AHEAD:
        return AHEAD_WORDS
    return "" if version else UNKNOWN_WORDS


def counted_at(happened: datetime, received: datetime, earliest: datetime) -> datetime:
    """The moment that an act counts at: the device's where it can be true, else that of its arrival."""
    if happened > received or happened < earliest - AHEAD:
        return received
    return happened


def _row(lesson: Lesson, version: LessonVersion, by: Account, at: datetime) -> tuple[Progress, bool]:
    """The learner's row, held for this transaction, and whether it was made just now."""
    row = _HELD.first(account=by.pk, lesson=lesson.pk)
    if row is not None:
        return row, False
    row = Progress(ward_id=lesson.ward_id, account=by, lesson=lesson, rule=rule_of(version), begun_at=at)
    row.touched_at = at
    row.save(force_insert=True)
    return row, True


_HELD = Prepared(
    lambda account, lesson: (
        Progress.objects.select_for_update(of=("self",), no_key=True)
        .filter(account_id=account, lesson_id=lesson)
        .order_by()
    ),
    account=BigAutoField(),
    lesson=UUIDField(),
)


def rule_of(version: LessonVersion) -> dict[str, Any]:
    """What a version asks for: {"parts": ids, "checks": ids, "ask": none, answered or right, "least": how many parts}."""
    what = _contents(version)
    asked, ask = version.rule.get("parts", "all"), version.rule.get("checks", "answered")
    return {
        "parts": list(what.parts),
        "checks": [] if ask == "none" else list(what.checks),
        "ask": ask,
        "least": min(len(what.parts), asked) if isinstance(asked, int) else len(what.parts),
    }


# ---- Adding up


@dataclass(frozen=True, slots=True)
class _Done:
    """An act as it counts."""

    at: datetime
    id: UUID
    kind: str
    part: str
    block: str
    right: bool | None
    helped: bool

    @classmethod
    def of(cls, act: LearningAct, at: datetime) -> _Done:
        return cls(at, act.pk, act.kind, act.part, act.block, act.right, act.helped_by_id is not None)


def _restate(row: Progress, done: _Done, lesson: Lesson, *, is_new: bool) -> None:
    shown = _shown(lesson)
    if is_new or done.at > row.touched_at:
        add_up(row, [done], shown)
    else:
        add_up_anew(row, lesson, shown)
    prepared.update(row, STATE)


def add_up_anew(row: Progress, lesson: Lesson, shown: Mapping[str, set[str]]) -> None:
    """The same from all acts, for what arrived late."""
    acts = _all_acts(row, lesson)
    row.touched_at = min((act.at for act in acts), default=row.touched_at)
    add_up(row, acts, shown)


def _all_acts(row: Progress, lesson: Lesson) -> list[_Done]:
    acts = LearningAct.objects.filter(account=row.account_id, lesson=lesson).exclude(version=None)
    return [_Done.of(act, counted_at(act.happened_at, act.received_at, lesson.created_at)) for act in acts]


def add_up(row: Progress, acts: Iterable[_Done], shown: Mapping[str, set[str]]) -> None:
    """Add acts to a row in the order in which they happened. `shown`: the parts and checks that can be done today."""
    order = {part: number for number, part in enumerate(row.rule.get("parts", []))}
    parts, checks = set(row.parts), dict(row.checks)
    late = row.touched_at
    completed: tuple[datetime, str] | None = None
    for done in sorted(acts, key=lambda one: (one.at, order.get(one.part, -1), one.id.int)):
        row.begun_at = min(row.begun_at, done.at)
        row.helped = row.helped or done.helped
        if done.kind == Kind.PART:
            parts.add(done.part)
            if done.at >= late:
                row.place, late = done.part, done.at
        elif done.kind == Kind.CHECK:
            checks[done.block] = bool(checks.get(done.block) or done.right)
        late = max(late, done.at)
        if completed is None:
            if done.kind == Kind.TEST_OUT and done.right:
                completed = (done.at, How.TESTED_OUT)
            elif is_complete(row.rule, parts, checks, shown):
                completed = (done.at, How.READ)
    row.parts = sorted(parts, key=lambda part: (order.get(part, len(order)), part))
    row.checks = dict(sorted(checks.items()))
    row.touched_at = late
    if completed and (row.completed_at is None or completed[0] < row.completed_at):
        row.completed_at, row.completed_how = completed


def is_complete(
    rule: Mapping[str, Any], parts: Iterable[str], checks: Mapping[str, bool], shown: Mapping[str, set[str]]
) -> bool:
    """Whether a rule is met. What is not shown any more counts as done."""
    asked, done = rule.get("parts", []), set(parts)
    finished = sum(part in done or part not in shown["parts"] for part in asked)
    if finished < rule.get("least", len(asked)):
        return False
    wants_right = rule.get("ask") == "right"
    return all(
        check not in shown["checks"] or (checks.get(check, False) if wants_right else check in checks)
        for check in rule.get("checks", [])
    )


# ---- What a lesson holds


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a version asks about: its parts and their check questions in order, its questions and practices by id."""

    parts: tuple[str, ...]
    checks: tuple[str, ...]
    blocks: Mapping[str, Block]


_KNOWN: OrderedDict[tuple[Any, ...], _Contents] = OrderedDict()
MOST_KNOWN = 200


def _contents(version: LessonVersion) -> _Contents:
    """What a version holds. One that went out never changes, so that it is read and divided once in this process."""
    key = (version.pk, version.lesson_id, version.number, version.published_at)
    if (found := _KNOWN.get(key)) is not None:
        return found
    parts = parts_of(version.blocks, version.title)
    asked = {block["id"]: block for block in version.blocks if block["kind"] in (Kind.CHECK, Kind.PRACTICE)}
    made = _Contents(tuple(part.id for part in parts), tuple(block for part in parts for block in part.checks), asked)
    if version.published_at is not None:
        _KNOWN[key] = made
        if len(_KNOWN) > MOST_KNOWN:
            _KNOWN.popitem(last=False)
    return made


def _readable(lesson: Lesson) -> LessonVersion:
    """The version that the public reads, or read last."""
    if lesson.published is not None:
        return lesson.published
    last = lesson.versions.exclude(published_at=None).order_by("-number").first()
    if last is None:
        raise Refusal("Bài học này chưa được đăng.")
    return last


def _shown(lesson: Lesson) -> dict[str, set[str]]:
    what = _contents(_readable(lesson))
    return {"parts": set(what.parts), "checks": set(what.checks)}


def _version_with(said: _Said, lesson: Lesson) -> LessonVersion | None:
    """The newest version that the public could read and that holds what an act is about: a device may have an older
    copy. None where no version ever held it."""
    now = _readable(lesson)
    if _holds(now, said):
        return now
    older = lesson.versions.exclude(published_at=None).exclude(pk=now.pk).order_by("-number")
    return next((version for version in older if _holds(version, said)), None)


def _holds(version: LessonVersion, said: _Said) -> bool:
    if said.kind == Kind.PART:
        return said.part in _contents(version).parts
    if said.kind == Kind.TEST_OUT:
        return _checks(version).keys() == {one[0] for one in said.said}
    return _block(version, said.block, said.kind) is not None


def _block(version: LessonVersion, block_id: str, kind: str) -> Block | None:
    block = _contents(version).blocks.get(block_id)
    return block if block is not None and block["kind"] == kind else None


def _checks(version: LessonVersion) -> dict[str, Block]:
    return {name: block for name, block in _contents(version).blocks.items() if block["kind"] == Kind.CHECK}


def _judged(said: _Said, version: LessonVersion | None) -> bool | None:
    if version is None or said.kind in (Kind.PART, Kind.PRACTICE):
        return None
    if said.kind == Kind.CHECK:
        block = _block(version, said.block, "check")
        return block is not None and is_right(block, said.said)
    blocks = _checks(version)
    return bool(said.said) and all(is_right(blocks[block_id], numbers) for block_id, numbers in said.said)


def _name(text: str) -> str:
    """An id of a part or block as a form says it."""
    if not text or len(text) > 40:
        raise Refusal("Trang gửi thiếu tên phần học. Hãy tải lại trang rồi làm lại.")
    return text


def _numbers(texts: Sequence[str]) -> list[int]:
    if len(texts) > MOST_CHOICES or not all(text.isascii() and text.isdigit() and len(text) <= 3 for text in texts):
        raise Refusal("Câu trả lời gửi lên không đọc được. Hãy tải lại trang rồi chọn lại.")
    return sorted({int(text) for text in texts})
