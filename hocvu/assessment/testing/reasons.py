"""What an attempt says to its learner when it is over: what they know, what to learn next, what is still missing.

No page of a confirmation says which answer was right: whoever waits to sit it again would learn the answers and not
the thing. After placement, and when both measures of a change test are done, every question is explained.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hocvu.assessment import certifying
from hocvu.assessment.models import Attempt, AttemptItem, Certificate, TestRule
from hocvu.assessment.testing import admitting, attempts, suspecting
from hocvu.learning import catalogue
from hocvu.learning.catalogue import Catalogue, Entry, LessonLine
from hocvu.learning.frameworks import keeping
from hocvu.learning.groups import GROUPS
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal

logger = logging.getLogger(__name__)
State, Kind = Attempt.State, TestRule.Kind
MOST_LESSONS, MOST_COURSES = 4, 3
HIGH, LOW = 0.75, 0.25  # posterior of being above the level, for placement


@dataclass(frozen=True, slots=True)
class Known:
    """How a learner did in one competence."""

    reference: str
    title: str
    right: int
    asked: int

    @property
    def code(self) -> str:
        return self.reference.partition("/")[2]

    @property
    def is_weak(self) -> bool:
        """Whether there is something to learn here."""
        return self.right * 3 < self.asked * 2

    @property
    def mark(self) -> Mark:
        if self.right == self.asked:
            return Mark("Đã nắm", "good")
        return Mark("Cần học thêm", "slow") if self.is_weak else Mark("Gần nắm", "")

    @property
    def words(self) -> str:
        """In a sentence."""
        if self.right == self.asked:
            return f"Trả lời đúng cả {self.asked} câu." if self.asked > 1 else "Trả lời đúng câu đã hỏi."
        if self.right == 0:
            return f"Chưa đúng câu nào trong {self.asked} câu đã hỏi."
        return f"Đúng {self.right} trong {self.asked} câu."


@dataclass(frozen=True, slots=True)
class Advice:
    """A lesson to learn next, and why."""

    lesson: LessonLine
    why: str


@dataclass(frozen=True, slots=True)
class Placement:
    """The level to begin at, why, and the courses there."""

    level: str
    title: str
    why: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Told:
    """All that a result page says."""

    title: str
    lead: str
    tone: str  # of the notice: "", good, bad
    known: Sequence[Known]
    advice: Sequence[Advice] = ()
    placement: Placement | None = None
    missing: Sequence[str] = ()
    certificate: Certificate | None = None
    again_on: date | None = None
    looked_at_by: date | None = None
    may_review: bool = False
    facts: Sequence[tuple[str, str]] = field(default=())


def tell(attempt: Attempt, *, group: str = "") -> Told:
    """What to say of an attempt that is over."""
    known = known_of(attempt)
    told = _verdict(attempt)
    every = catalogue.catalogue_of(attempt.ward)
    return Told(
        **told,
        known=known,
        advice=_advice(attempt, known, every, group or attempt.frozen["group"]),
        placement=_place(attempt, every, group) if attempt.kind == Kind.PLACEMENT and attempt.asked else None,
        missing=_missing(attempt),
        certificate=certificate_of(attempt),
        again_on=_again_on(attempt) if attempt.kind == Kind.CONFIRM else None,
        looked_at_by=_looked_at_by(attempt) if attempt.passed else None,
        may_review=may_review(attempt),
        facts=_facts(attempt),
    )


def known_of(attempt: Attempt) -> list[Known]:
    """By competence, the weakest first."""
    titles = keeping.titles_of([one["competence"] for one in attempt.results])
    rows = [
        Known(one["competence"], titles.get(one["competence"], one["competence"]), one["right"], one["asked"])
        for one in attempt.results
    ]
    return sorted(rows, key=lambda one: (one.right / one.asked, -one.asked, one.reference))


def _facts(attempt: Attempt) -> list[tuple[str, str]]:
    frozen = attempt.frozen
    facts = [("Số câu đã trả lời", str(attempt.asked)), ("Cách làm", attempt.get_mode_display())]
    facts.append(("Theo", f"{frozen['source']} (bản {frozen['number']})"))
    return facts


# ---- The verdict


def _verdict(attempt: Attempt) -> dict[str, str]:
    state = State(attempt.state)
    if state == State.VOIDED:
        return _said("Lượt này không tính", "Bắt đầu lại được ngay, không phải chờ.", "")
    if state == State.GIVEN_UP:
        return _said("Đã bỏ dở", "Các câu đã trả lời vẫn được lưu để biết phần nào cần học thêm.", "")
    if state == State.EXPIRED:
        return _said(
            "Đã hết giờ", "Các câu đã trả lời vẫn được lưu. Lần sau, nếu cần, hãy chọn “Tôi cần thêm thời gian”.", ""
        )
    if attempt.kind == Kind.CONFIRM:
        return _confirm_verdict(attempt)
    if attempt.kind == Kind.CHANGE:
        return _change_verdict(attempt)
    return _said(
        "Đã xong bài xếp lớp", "Bài này không tính đạt hay không. Nó giúp chọn đúng chỗ để bắt đầu học.", "good"
    )


def _confirm_verdict(attempt: Attempt) -> dict[str, str]:
    if attempt.passed:
        return _said("Đạt phần kiến thức", f"Sau {attempt.asked} câu, kết quả đủ chắc chắn.", "good")
    return _said(
        "Chưa đạt lần này",
        f"Sau {attempt.asked} câu, kết quả chưa đạt mức của bài. Dưới đây là phần đã nắm và phần nên học thêm.",
        "",
    )


def _change_verdict(attempt: Attempt) -> dict[str, str]:
    if attempt.phase == Attempt.Phase.BEFORE:
        return _said(
            "Đã xong lần đầu", "Bây giờ hãy học. Học xong, làm lần thứ hai để thấy mình tiến bộ thế nào.", "good"
        )
    both = attempts.measured(attempt.rule, attempt.account, attempt.course)
    if attempt not in both:
        return _said(
            "Đã xong lần sau khi học",
            f"Đúng {attempt.right} trong {attempt.asked} câu. Lần trước khi học không tính nữa nên chưa so được; muốn thấy "
            "mình tiến bộ thế nào thì bắt đầu lại từ lần trước khi học.",
            "good",
        )
    before = both[0]
    return _said(
        "Đã xong lần sau khi học",
        f"Trước khi học đúng {before.right} trong {before.asked} câu; nay đúng {attempt.right} trong {attempt.asked} câu.",
        "good",
    )


def _said(title: str, lead: str, tone: str) -> dict[str, str]:
    return {"title": title, "lead": lead, "tone": tone}


def _again_on(attempt: Attempt) -> date | None:
    past = admitting.past_of(attempt.account, attempt.ward_id)
    return None if attempt.passed else admitting.open_again_on(attempt.rule, past)


def _looked_at_by(attempt: Attempt) -> date | None:
    """By which day a person has looked, where a certificate waits for that."""
    held = attempt.suspicions.filter(state="open", holds=True).order_by("at").first()
    return suspecting.looked_at_by(held) if held is not None else None


# ---- The certificate


def certificate_of(attempt: Attempt) -> Certificate | None:
    """The certificate that stands on an attempt."""
    return Certificate.objects.filter(attempt=attempt).first()


def _missing(attempt: Attempt) -> list[str]:
    """What is still needed for the certificate, in sentences."""
    if attempt.kind != Kind.CONFIRM or not attempt.passed or certificate_of(attempt) is not None:
        return []
    try:
        return list(certifying.missing(attempt.account, attempt.rule))
    except Refusal as refusal:
        return [refusal.sentence]


# ---- What to learn


def _advice(attempt: Attempt, known: Sequence[Known], every: Catalogue, group: str) -> list[Advice]:
    """Lessons of the weak competences that are not done yet, those for the learner's group first."""
    done = catalogue.standing_of(attempt.account, attempt.ward).done
    advice: list[Advice] = []
    for one in known:
        if not one.is_weak:
            continue
        fitting = [
            lesson
            for lesson in every.lessons
            if one.reference in lesson.competences and lesson.id not in done and not _has(advice, lesson)
        ]
        fitting.sort(key=lambda lesson: bool(lesson.groups) and group not in lesson.groups)
        wrong = one.asked - one.right
        why = f"vì {wrong} câu về “{one.title}” chưa đúng"
        advice += [Advice(lesson, why) for lesson in fitting[:2]]
    return advice[:MOST_LESSONS]


def _has(advice: Sequence[Advice], lesson: LessonLine) -> bool:
    return any(one.lesson.id == lesson.id for one in advice)


def _place(attempt: Attempt, every: Catalogue, group: str) -> Placement | None:
    """The level to begin at. Between sure and unsure the learner decides; the lower level is named."""
    framework = keeping.in_force(attempt.frozen["framework"])
    levels = list(framework.levels.all()) if framework else []
    if not levels:
        return None
    cut = next((n for n, one in enumerate(levels) if one.code == attempt.frozen["level"]), min(1, len(levels) - 1))
    sure = attempt.sure or 0.0
    if sure >= HIGH:
        at, why = min(cut + 1, len(levels) - 1), f"Phần lớn câu ở bậc “{levels[cut].title}” đã trả lời đúng"
    elif sure <= LOW:
        at, why = max(cut - 1, 0), f"Nhiều câu ở bậc “{levels[cut].title}” còn mới"
    else:
        at, why = cut, f"Có câu ở bậc “{levels[cut].title}” đã nắm, có câu chưa"
    level = levels[at]
    entries = [e for e in every.entries if e.course.level == level.code and (not group or e.is_for(group))]
    entries = entries or [e for e in every.entries if not group or e.is_for(group)]
    why = f"{why} (đúng {attempt.right} trong {attempt.asked} câu), nên bắt đầu ở bậc “{level.title}” là vừa."
    return Placement(level.code, level.title, why, entries[:MOST_COURSES])


# ---- Going through the questions again


def may_review(attempt: Attempt) -> bool:
    """Whether the right answers may be shown: never of a confirmation; of a change test when both measures are done."""
    if attempt.state != State.FINISHED or attempt.kind == Kind.CONFIRM:
        return False
    if attempt.kind == Kind.PLACEMENT:
        return True
    done = {one.phase for one in attempts.measured(attempt.rule, attempt.account, attempt.course)}
    return done >= {Attempt.Phase.BEFORE, Attempt.Phase.AFTER}


def answered_items(attempt: Attempt) -> list[AttemptItem]:
    """The questions that were answered, with their words."""
    rows = attempt.items.exclude(answered_at=None).select_related("version", "question")
    return list(rows.order_by("position"))


def group_words(rule: TestRule | Mapping[str, Any]) -> str:
    """For whom a test is."""
    group = rule.group if isinstance(rule, TestRule) else str(rule["group"])
    return GROUPS.get(group, "mọi người")
