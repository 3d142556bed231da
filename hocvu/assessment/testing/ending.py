"""How an attempt adds up, and what follows from its end: the result, a look at patterns, the certificate.

The rows of the answers are the only record. What stands on the attempt (θ, how sure, right, asked, by competence) is
added up from them, again wherever one of them stops counting, so that a server that was killed loses nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField
from django.urls import reverse

from hocvu.assessment import certifying, screen_practice
from hocvu.assessment.models import Attempt, AttemptItem, Question, QuestionVersion, Sitting, Suspicion, TestRule
from hocvu.assessment.questions import bank, marking
from hocvu.assessment.testing import rules, suspecting
from hocvu.assessment.testing.adaptive import Answered, Belief, Item, belief
from hocvu.lib import clock, prepared
from hocvu.lib.prepared import Prepared
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, notices, work
from hocvu.ward.models import Account

logger = logging.getLogger(__name__)
State, Kind, VersionState = Attempt.State, TestRule.Kind, QuestionVersion.State
ADDED = ("ability", "error", "sure", "right", "asked")
SHORT = "Ngân hàng hết câu hỏi giữa chừng"
ENDED = (*ADDED, "state", "ended_at", "passed", "results")


@dataclass(frozen=True, slots=True)
class Line:
    """One question of an attempt as it counts."""

    pk: int
    position: int
    question: UUID
    version: int
    item: Item
    shown_at: datetime
    answered_at: datetime | None
    said: Any
    right: bool | None
    voided: bool
    competence: str

    @property
    def counts(self) -> bool:
        """Whether it was answered in time and nothing was wrong with it."""
        return self.right is not None and not self.voided


def lines_of(attempt: UUID) -> list[Line]:
    """The questions of an attempt in their order. One that was found wrong between its choice and its asking was not met
    by `void_question`: its version says so."""
    return [
        Line(
            pk,
            position,
            question,
            version,
            Item(b, a, c),
            shown,
            answered,
            said,
            right,
            voided or wrong is not None,
            of,
        )
        for pk, position, question, version, b, a, c, shown, answered, said, right, voided, wrong, of in _LINES.all(
            attempt=attempt
        )
    ]


_LINES: Prepared[Any] = Prepared(
    lambda attempt: (
        AttemptItem.objects.filter(attempt_id=attempt)
        .order_by("position")
        .values_list("pk", "position", "question", "version", "difficulty", "discrimination", "guessing", "shown_at",
                     "answered_at", "said", "right", "voided", "version__voided_at", "version__competence")
    ),
    attempt=UUIDField(),
)  # fmt: skip


def believed(lines: Iterable[Line]) -> Belief:
    """What the answers say of the ability."""
    return belief(Answered(line.item, bool(line.right)) for line in lines if line.counts)


def add_up(attempt: Attempt, lines: Sequence[Line]) -> Belief:
    """Put on an attempt what its answers come to; the caller saves."""
    known = believed(lines)
    attempt.ability, attempt.error = known.mean, known.sd
    attempt.sure = known.above(rules.plan_of(attempt.frozen).cut)
    counted = [line for line in lines if line.counts]
    attempt.asked, attempt.right = len(counted), sum(bool(line.right) for line in counted)
    return known


def by_competence(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """How many questions of each competence were answered, how many rightly."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for line in lines:
        if line.counts:
            asked[line.competence] += 1
            right[line.competence] += bool(line.right)
    return [{"competence": name, "right": right[name], "asked": asked[name]} for name in sorted(asked)]


# ---- The end


def end(attempt: Attempt, state: str, lines: Sequence[Line], at: datetime) -> None:
    """Close a running attempt, in the caller's transaction. `certify` follows once that is written."""
    known = add_up(attempt, lines)
    attempt.state, attempt.ended_at = state, at
    attempt.results = by_competence(lines)
    attempt.passed = _passes(attempt, known) if attempt.kind == Kind.CONFIRM else None
    prepared.update(attempt, ENDED)
    if state == State.FINISHED and attempt.mode != Attempt.Mode.PAPER:  # a sheet is looked at once it knows its attempt
        suspecting.look(attempt)


def end_short(attempt: Attempt, lines: Sequence[Line], at: datetime) -> None:
    """Close a confirmation for which the bank had no more to ask, in the caller's transaction: it says neither yes nor no,
    and that is no fault of the learner's. So it counts for nothing, makes nobody wait, and the learner is told."""
    end(attempt, State.VOIDED, lines, at)
    audit.record(None, "voided an attempt", attempt, ward=attempt.ward, why=SHORT)
    notices.tell(
        [attempt.account], key=f"short:{attempt.pk}", ward=attempt.ward,
        text=f"Bài “{attempt.frozen['title']}” không đủ câu hỏi để kết luận, không phải lỗi của người làm. Lượt này không tính, "
        "làm lại không phải chờ ngày.",
        href=reverse("assessment:attempt_result", args=(attempt.pk,)),
    )  # fmt: skip


def _passes(attempt: Attempt, known: Belief) -> bool:
    """Whether a confirmation was passed. Time that ran out or a test that was left confirms nothing; nor does one that
    ended early because the bank had no more to ask."""
    plan = rules.plan_of(attempt.frozen)
    touched = {one["competence"] for one in attempt.results}
    whole = attempt.asked >= plan.least and plan.core <= touched
    return attempt.state == State.FINISHED and whole and plan.passes(known)


def certify(attempt: Attempt) -> None:
    """Let the certificate follow where it is earned. What stops it (a key, a list that cannot be written) costs the
    learner nothing: the result stands, and `certifying.award_waiting` asks again."""
    if attempt.kind != Kind.CONFIRM or not attempt.passed or attempt.state != State.FINISHED:
        return
    try:
        with transaction.atomic():
            certifying.award_if_earned(attempt.account, attempt.rule)
    except Refusal as refusal:
        logger.warning("no certificate yet for attempt %s: %s", attempt.pk, refusal.sentence)
    except Exception:  # whatever it is: the answer was saved and must be told so
        logger.exception("no certificate yet for attempt %s", attempt.pk)


# ---- A test that comes in whole: from paper, from a proctor's device


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of a test that was sat elsewhere; `said` None for a question that was left open."""

    question: UUID
    version: int
    item: Item
    said: Any = None
    seconds: float | None = None


def take_in(
    rule: TestRule, *, account: Account, mode: str, given: Sequence[Given], began_at: datetime, ended_at: datetime,
    sitting: Sitting | None = None, kept: Mapping[str, Any] | None = None, id: UUID | None = None,
) -> Attempt:  # fmt: skip
    """An attempt that was sat on paper or without a signal, marked here and now. `kept` is the rule as it was frozen
    when the questions were drawn. Call `certify` with it when the caller's transaction is over."""
    frozen = dict(kept or rules.frozen(rule))
    attempt = Attempt(
        ward_id=rule.ward_id, account=account, rule=rule, frozen=frozen, kind=rule.kind, mode=mode, sitting=sitting,
        began_at=began_at, due_at=ended_at, state=State.FINISHED,
    )  # fmt: skip
    if id is not None:
        attempt.pk = id
    versions = QuestionVersion.objects.in_bulk([one.version for one in given])
    with transaction.atomic():
        attempt.save(force_insert=True)
        AttemptItem.objects.bulk_create(
            AttemptItem(
                attempt=attempt, position=position, question_id=one.question, version_id=one.version,
                difficulty=one.item.difficulty, discrimination=one.item.discrimination, guessing=one.item.guessing,
                shown_at=began_at, answered_at=ended_at, seconds=one.seconds, said=one.said,
                right=bool(marking.mark(versions[one.version].kind, versions[one.version].content, one.said)),
                voided=versions[one.version].voided_at is not None,
            )
            for position, one in enumerate(given, start=1)
        )  # fmt: skip
        end(attempt, State.FINISHED, lines_of(attempt.pk), ended_at)
    return attempt


# ---- A question that should never have been asked


@transaction.atomic
def void_question(question: Question, *, why: str, by: Account, version: QuestionVersion | None = None) -> int:
    """A wrong key, an unclear wording: the question counts in no attempt any more, in one version or in all, and is not
    asked again until it is written anew. Attempts that are over are added up anew, outside this transaction; a person
    looks at what it confirmed as practice. Answers how many answers no longer count."""
    rows = AttemptItem.objects.filter(question=question, voided=False)
    if version is not None:
        rows = rows.filter(version=version)
    # An answer that is on its way to ending an attempt is waited for, else it would be added up with this question.
    running = Attempt.objects.running().filter(pk__in=rows.order_by().values("attempt"))
    list(running.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    count = rows.update(voided=True)
    held = bank.locked(question)
    # What comes in later, from paper or from a device, meets it too.
    versions = question.versions.filter(voided_at=None, state__in=(VersionState.LIVE, VersionState.FORMER))
    found = list((versions if version is None else versions.filter(pk=version.pk)).values_list("pk", flat=True))
    QuestionVersion.objects.filter(pk__in=found).update(voided_at=clock.now())
    screen_practice.tell_of_wrong(held, found)
    if held.retired_at is None and held.current_id is not None and version in (None, held.current):
        bank.retire(held, why=why, by=by)
    audit.record(by, "voided a question in tests", question.code, ward=question.ward, why=why, count=count)
    if count:
        work.start(
            work.begin("assessment.restate", f"Tính lại các lượt có câu {question.code}", by=by, ward=question.ward),
            restate_all,
            str(question.pk),
        )
    return count


@work.background(title="Tính lại kết quả kiểm tra", repeatable=True)
def restate_all(work_id: str, question: str) -> None:
    """Add up anew every attempt that is over and had a question."""
    done = work.work_of(work_id)
    rows = Attempt.objects.filter(items__question=UUID(question)).exclude(state=State.RUNNING)
    keys = list(rows.order_by().values_list("pk", flat=True))
    for number, key in enumerate(keys, start=1):
        restate(key)
        if number % 20 == 0:
            work.advance(done, done=number, total=len(keys))
    work.finish(done)


def restate(key: UUID) -> Attempt:
    """Add an attempt that is over up anew. Who now passes has passed; who would no longer pass keeps the result until
    a person has looked, for the fault was ours."""
    with transaction.atomic():
        attempt = (
            Attempt.objects.select_for_update(of=("self",), no_key=True)
            .select_related("account", "rule", "ward")
            .get(pk=key)
        )
        if attempt.state == State.RUNNING:
            return attempt
        lines = lines_of(key)
        known = add_up(attempt, lines)
        attempt.results = by_competence(lines)
        if attempt.kind == Kind.CONFIRM and attempt.state == State.FINISHED:
            passes = rules.plan_of(attempt.frozen).passes(known)
            if attempt.passed and not passes:
                suspecting.doubt(attempt, [suspecting.RESTATED], {"sure": round(attempt.sure or 0, 2)})
            elif not attempt.passed and _passes(attempt, known):
                attempt.passed = True
                _tell_of_pass(attempt)
                if is_held(attempt):
                    suspecting.tell_reviewers(attempt)
        attempt.save(update_fields=(*ADDED, "passed", "results"))
    certify(attempt)
    return attempt


def _tell_of_pass(attempt: Attempt) -> None:
    notices.tell(
        [attempt.account], key=f"restated:{attempt.pk}", ward=attempt.ward,
        text=f"Một câu hỏi của bài “{attempt.frozen['title']}” bị bỏ vì sai. Tính lại thì lượt làm này đạt phần kiến thức.",
        href=reverse("assessment:attempt_result", args=(attempt.pk,)),
    )  # fmt: skip


@transaction.atomic
def void(attempt: Attempt, *, why: str, by: Account) -> None:
    """An attempt counts for nothing: it neither passes nor makes anybody wait for the next."""
    held = Attempt.objects.select_for_update(of=("self",), no_key=True).get(pk=attempt.pk)
    held.state, held.ended_at = State.VOIDED, held.ended_at or clock.now()
    held.save(update_fields=("state", "ended_at"))
    audit.record(by, "voided an attempt", held, ward=held.ward, why=why)


def is_held(attempt: Attempt) -> bool:
    """Whether a certificate waits until somebody has looked at the attempt."""
    return attempt.suspicions.filter(state=Suspicion.State.OPEN, holds=True).exists()
