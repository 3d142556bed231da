"""How hard questions are, from answers: Elo while there are few, Rasch once a question has a hundred, a discrimination of
its own once it has three hundred.

Elo: every answer moves the difficulty by K (P - right), the chance of a lucky guess being part of P; K shrinks as 0.65 / (1 +
0.13 n) (Pelánek, *Computers & Education* 98 (2016) 169-179, with the uncertainty function of Klinkenberg, Straatemeier and
van der Maas, *Computers & Education* 57 (2011) 1813-1824; the two numbers are those of an author whose guesses are off by
0.8 logits). The ability is what the other answers of the attempt tell. Rasch and what follows: see `fitting`.

Everything is counted again from the answers, so that running it twice changes nothing; a run that was killed is simply
begun again. All fitted questions of a run are written in one transaction, as they hang together by the linking.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from hocvu.assessment.models import AttemptItem, Question
from hocvu.assessment.questions import answers
from hocvu.assessment.questions.answers import Given
from hocvu.assessment.questions.fitting import Answer, Told, bounded, fit
from hocvu.assessment.testing.adaptive import Item
from hocvu.lib import clock
from hocvu.ward import audit
from hocvu.ward.models import Ward

ENOUGH = 100  # answers before Rasch
PLENTY = 300  # answers before a discrimination of its own
ELO_STEP, ELO_DECAY = 0.65, 0.13
SAME = 0.005  # logits: a difference that is not worth a line in the trail


# ---- Elo


def elo(difficulty: float, answers_: Iterable[tuple[bool, float]], *, guessing: float = 0.0) -> float:
    """The difficulty after answers in their order, each (right, ability of whoever gave it).

    >>> round(elo(0.0, [(True, 0.0)]), 3), round(elo(0.0, [(False, 0.0)]), 3)
    (-0.325, 0.325)
    """
    for number, (right, ability) in enumerate(answers_):
        chance = Item(difficulty, 1.0, guessing).right(ability)
        step = ELO_STEP / (1 + ELO_DECAY * number)
        difficulty = bounded(difficulty + step * (chance - right))
    return difficulty


# ---- The bank


@dataclass(frozen=True, slots=True)
class Change:
    """What a calibration says of a question; the same rows in every ward that asks the same words."""

    questions: tuple[Question, ...]
    model: str
    before: float
    after: float
    answers: int
    discrimination: float = 1.0

    @property
    def is_news(self) -> bool:
        """Whether anything in the tables would change."""
        return any(
            abs(one.difficulty - self.after) > SAME
            or abs(one.discrimination - self.discrimination) > SAME
            or (one.model, one.counted_answers) != (self.model, self.answers)
            for one in self.questions
        )


def calibrate(wards: Sequence[Ward] | None = None, *, dry_run: bool = False, told: Told | None = None) -> list[Change]:
    """Count the difficulties again and write them; of all wards together where none is named. Gives what changed.

    Questions of several wards are one where code and content are the same.
    """
    say = told or (lambda words: None)
    pools = _pools(wards)
    pool_of = {question.pk: key for key, rows in pools.items() for question in rows}
    version_of = {question.pk: question.current_id for rows in pools.values() for question in rows}
    given: list[list[Given]] = [
        kept for one in answers.of_wards(wards) if (kept := [x for x in one if version_of.get(x.question) == x.version])
    ]
    counts: dict[str, int] = {}
    for one in given:
        for answer in one:
            counts[pool_of[answer.question]] = counts.get(pool_of[answer.question], 0) + 1
    say(f"{len(pools)} câu, {len(given)} lượt làm, {sum(counts.values())} câu trả lời.")
    fitted = {key for key, count in counts.items() if count >= ENOUGH}
    changes = _by_fit(pools, pool_of, given, fitted, counts, say)
    if not dry_run:
        _write(changes, say)
    fresh = {change.questions[0].code + _digest(change.questions[0]): change for change in changes}
    by_elo = _by_elo(pools, pool_of, given, {key for key in counts if key not in fitted}, counts, fresh)
    if not dry_run:
        for start in range(0, len(by_elo), 50):
            _write(by_elo[start : start + 50], say)
    return [change for change in changes + by_elo if change.is_news or dry_run]


def _pools(wards: Sequence[Ward] | None) -> dict[str, list[Question]]:
    rows = Question.objects.exclude(current=None).select_related("current", "ward").order_by("code", "ward_id")
    if wards is not None:
        rows = rows.filter(ward__in=list(wards))
    pools: dict[str, list[Question]] = {}
    for question in rows:
        pools.setdefault(question.code + _digest(question), []).append(question)
    return pools


def _digest(question: Question) -> str:
    version = question.current
    assert version is not None
    said = json.dumps([version.kind, version.content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _by_fit(
    pools: Mapping[str, list[Question]],
    pool_of: Mapping[UUID, str],
    given: Sequence[Sequence[Given]],
    wanted: set[str],
    counts: Mapping[str, int],
    say: Told,
) -> list[Change]:
    if not wanted:
        return []
    rows = [
        Answer(one.attempt, pool_of[one.question], one.right)
        for attempt in given
        for one in attempt
        if pool_of[one.question] in wanted
    ]
    free = {key for key in wanted if counts[key] >= PLENTY}
    found = fit(
        rows,
        guessing={key: pools[key][0].guessing for key in wanted},
        start={key: pools[key][0].difficulty for key in wanted},
        free=free,
        told=say,
    )
    say(
        f"Rasch: {len(wanted) - len(free)} câu, hai tham số: {len(free)} câu, {found.rounds} vòng; "
        f"độ phân biệt chung {found.shared:.2f}; người làm ở trung bình {found.mean:.2f} logit."
    )
    return [
        Change(
            tuple(pools[key]),
            Question.Model.OWN if key in free else Question.Model.RASCH,
            pools[key][0].difficulty,
            round(item.difficulty, 4),
            counts[key],
            round(item.discrimination, 4),
        )
        for key, item in sorted(found.items.items())
    ]


def _by_elo(
    pools: Mapping[str, list[Question]],
    pool_of: Mapping[UUID, str],
    given: Sequence[Sequence[Given]],
    wanted: set[str],
    counts: Mapping[str, int],
    fresh: Mapping[str, Change],
) -> list[Change]:
    """Elo from where each question began, answers in their order; abilities with the difficulties that Rasch just gave,
    and with those that the others of these began with: what Elo wrote itself must not move the next run."""
    start = _first_difficulties(pools, wanted)
    known = {key: (b, 1.0) for key, b in start.items()}
    known |= {key: (change.after, change.discrimination) for key, change in fresh.items()}
    met: dict[str, list[tuple[Any, bool, float]]] = {key: [] for key in wanted}
    for attempt in given:
        if not any(pool_of[one.question] in wanted for one in attempt):
            continue
        now = [_with(one, known.get(pool_of[one.question])) for one in attempt]
        for one, rest in answers.rests(now):
            if (key := pool_of[one.question]) in wanted:
                met[key].append((one.at, one.right, rest.mean))
    changes = []
    for key in sorted(wanted):
        in_order = sorted(met[key], key=lambda one: one[0].timestamp() if one[0] else math.inf)
        after = elo(start[key], ((right, ability) for _, right, ability in in_order), guessing=pools[key][0].guessing)
        changes.append(
            Change(tuple(pools[key]), Question.Model.ELO, pools[key][0].difficulty, round(after, 4), counts[key])
        )
    return changes


def _with(one: Given, known: tuple[float, float] | None) -> Given:
    """The answer to a question of this difficulty and discrimination."""
    if known is None:
        return one
    item = Item(*known, one.item.guessing)
    return Given(one.question, one.version, one.attempt, one.right, item, one.seconds, one.said, one.at)


def _first_difficulties(pools: Mapping[str, list[Question]], wanted: Iterable[str]) -> dict[str, float]:
    """What was believed when each question was first asked in its present words."""
    versions = {one.current_id: key for key in wanted for one in pools[key]}
    firsts = AttemptItem.objects.filter(version__in=list(versions)).values("version").annotate(first=Min("pk"))
    rows = AttemptItem.objects.filter(pk__in=[row["first"] for row in firsts]).order_by("pk")
    found: dict[str, float] = {}
    for version, difficulty in rows.values_list("version_id", "difficulty"):
        found.setdefault(versions[version], difficulty)
    return {key: found.get(key, pools[key][0].difficulty) for key in wanted}


@transaction.atomic
def _write(changes: Sequence[Change], say: Told) -> None:
    now = clock.now()
    for change in changes:
        if not change.is_news:
            continue
        for question in change.questions:
            Question.objects.filter(pk=question.pk).update(
                difficulty=change.after,
                discrimination=change.discrimination,
                model=change.model,
                counted_answers=change.answers,
                calibrated_at=now,
            )
            audit.record(
                None,
                "calibrated a question",
                question,
                ward=question.ward,
                before=f"{question.difficulty:.2f}",
                after=f"{change.after:.2f}",
                answers=change.answers,
            )
    say(f"Đã ghi {sum(change.is_news for change in changes)} câu.")
