"""How hard questions are, from answers: Elo while there are few, Rasch once a question has a hundred.

Elo: every answer moves the difficulty by K (P - right), the chance of a lucky guess being part of P; K shrinks as 0.65 / (1 +
0.13 n) (Pelánek, *Computers & Education* 98 (2016) 169-179, with the uncertainty function of Klinkenberg, Straatemeier and
van der Maas, *Computers & Education* 57 (2011) 1813-1824; the two numbers are those of an author whose guesses are off by
0.8 logits). The ability is what the other answers of the attempt tell.

Rasch: marginal maximum likelihood by expectation and maximisation (Bock and Aitkin, *Psychometrika* 46 (1981) 443-459)
with a = 1 and the chance of a lucky guess held fixed. It begins from abilities N(0, 1); mean and spread of the population
are then estimated too, and the scale is held where it was: the mean difficulty of the questions stays the same (mean-mean
linking, Kolen and Brennan, *Test Equating*, 3rd ed. 2014, ch. 6). Otherwise the cut of a test would wander with whoever
happens to sit it. Answers of one adaptive attempt are missing at random given the others, so that every answer to the
questions at hand is used (Mislevy and Wu 1996).

Everything is counted again from the answers, so that running it twice changes nothing; a run that was killed is simply
begun again. All Rasch difficulties of a run are written in one transaction, as they hang together by the linking.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from hocvu.assessment.models import AttemptItem, Question
from hocvu.assessment.questions import answers
from hocvu.assessment.questions.answers import NODES, Given
from hocvu.assessment.testing.adaptive import Item
from hocvu.lib import clock
from hocvu.ward import audit
from hocvu.ward.models import Ward

ENOUGH = 100  # answers before Rasch
EASIEST, HARDEST = -4.0, 4.0
ELO_STEP, ELO_DECAY = 0.65, 0.13
MOST_ROUNDS, TOLERANCE = 200, 0.001
SAME = 0.005  # logits: a difference that is not worth a line in the trail
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody's answer to a question, by keys."""

    who: Any
    question: Any
    right: bool


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What answers say: difficulty by question, and the population that they let one believe."""

    difficulties: dict[Any, float]
    mean: float
    sd: float
    rounds: int


# ---- Elo


def elo(difficulty: float, answers_: Iterable[tuple[bool, float]], *, guessing: float = 0.0) -> float:
    """The difficulty after answers in their order, each (right, ability of whoever gave it).

    >>> round(elo(0.0, [(True, 0.0)]), 3), round(elo(0.0, [(False, 0.0)]), 3)
    (-0.325, 0.325)
    """
    for number, (right, ability) in enumerate(answers_):
        chance = Item(difficulty, 1.0, guessing).right(ability)
        step = ELO_STEP / (1 + ELO_DECAY * number)
        difficulty = _bounded(difficulty + step * (chance - right))
    return difficulty


# ---- Rasch


def rasch(
    given: Sequence[Answer],
    *,
    guessing: Mapping[Any, float],
    start: Mapping[Any, float],
    told: Told | None = None,
) -> Calibrated:
    """Difficulties on the scale of `start`: their mean stays what it is there."""
    by_person: dict[Any, list[tuple[Any, bool]]] = {}
    for one in given:
        by_person.setdefault(one.who, []).append((one.question, one.right))
    people = list(by_person.values())
    b = {question: _bounded(start[question]) for question in {one.question: None for one in given}}
    goal = math.fsum(b.values()) / len(b) if b else 0.0
    mean, sd = 0.0, 1.0
    rounds = 0
    for rounds in range(1, MOST_ROUNDS + 1):
        met, right, mean_now, sd_now = _expect(people, b, guessing, mean, sd)
        new = {question: _harder(b[question], met[question], right[question], guessing[question]) for question in b}
        # The scale stays: what the questions moved together, the population moves with them.
        shift = goal - math.fsum(new.values()) / len(new) if new else 0.0
        new = {question: _bounded(value + shift) for question, value in new.items()}
        moved = max((abs(new[question] - b[question]) for question in b), default=0.0)
        b, mean, sd = new, mean_now + shift, max(0.3, min(3.0, sd_now))
        if told and rounds % 10 == 0:
            told(f"vòng {rounds}: còn đổi {moved:.3f}")
        if moved < TOLERANCE:
            break
    return Calibrated(b, mean, sd, rounds)


def _expect(
    people: Sequence[Sequence[tuple[Any, bool]]],
    b: Mapping[Any, float],
    guessing: Mapping[Any, float],
    mean: float,
    sd: float,
) -> tuple[dict[Any, list[float]], dict[Any, list[float]], float, float]:
    """How many of each ability met each question and how many of them were right, as the difficulties now tell; and the
    population's mean and spread."""
    logs = {}
    for question, value in b.items():
        curve = [Item(value, 1.0, guessing[question]).right(at) for at in NODES]
        logs[question] = ([math.log(max(1 - p, 1e-12)) for p in curve], [math.log(max(p, 1e-12)) for p in curve])
    prior = [-((at - mean) ** 2) / (2 * sd * sd) for at in NODES]
    met = {question: [0.0] * len(NODES) for question in b}
    right = {question: [0.0] * len(NODES) for question in b}
    whole = [0.0] * len(NODES)
    for given in people:
        weights = _posterior(prior, [logs[question][is_right] for question, is_right in given])
        whole = [total + weight for total, weight in zip(whole, weights, strict=True)]
        for question, is_right in given:
            met[question] = [total + weight for total, weight in zip(met[question], weights, strict=True)]
            if is_right:
                right[question] = [total + weight for total, weight in zip(right[question], weights, strict=True)]
    count = math.fsum(whole) or 1.0
    centre = math.fsum(w * at for w, at in zip(whole, NODES, strict=True)) / count
    spread = math.fsum(w * (at - centre) ** 2 for w, at in zip(whole, NODES, strict=True)) / count
    return met, right, centre, math.sqrt(spread)


def _posterior(prior: Sequence[float], curves: Sequence[Sequence[float]]) -> list[float]:
    logs = [math.fsum(column) for column in zip(prior, *curves, strict=True)]
    highest = max(logs)
    weights = [math.exp(one - highest) for one in logs]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _harder(b: float, met: Sequence[float], right: Sequence[float], guessing: float) -> float:
    """The difficulty that makes the expected right answers most likely: Fisher's scoring from where it was."""
    for _ in range(8):
        slope = information = 0.0
        for at, count, hits in zip(NODES, met, right, strict=True):
            if count < 1e-9:
                continue
            chance = 1 / (1 + math.exp(b - at))
            p = guessing + (1 - guessing) * chance
            change = -(1 - guessing) * chance * (1 - chance)  # dP/db
            slope += (hits - count * p) * change / (p * (1 - p))
            information += count * change * change / (p * (1 - p))
        # A very wide belief (sd 3): a question that all got right has no end otherwise.
        slope -= b / 9
        information += 1 / 9
        step = max(-1.0, min(1.0, slope / information))
        b = _bounded(b + step)
        if abs(step) < 1e-4:
            break
    return b


def _bounded(value: float) -> float:
    return max(EASIEST, min(HARDEST, value))


# ---- The bank


@dataclass(frozen=True, slots=True)
class Change:
    """What a calibration says of a question; the same rows in every ward that asks the same words."""

    questions: tuple[Question, ...]
    model: str
    before: float
    after: float
    answers: int

    @property
    def is_news(self) -> bool:
        """Whether anything in the tables would change."""
        return any(
            abs(one.difficulty - self.after) > SAME or (one.model, one.counted_answers) != (self.model, self.answers)
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
    by_rasch = {key for key, count in counts.items() if count >= ENOUGH}
    changes = _by_rasch(pools, pool_of, given, by_rasch, counts, say)
    if not dry_run:
        _write(changes, say)
    fresh = {change.questions[0].code + _digest(change.questions[0]): change.after for change in changes}
    by_elo = _by_elo(pools, pool_of, given, {key for key in counts if key not in by_rasch}, counts, fresh)
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


def _by_rasch(
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
    found = rasch(
        rows,
        guessing={key: pools[key][0].guessing for key in wanted},
        start={key: pools[key][0].difficulty for key in wanted},
        told=say,
    )
    say(f"Rasch: {len(wanted)} câu, {found.rounds} vòng; người làm ở {found.mean:.2f} ± {found.sd:.2f} logit.")
    return [
        Change(tuple(pools[key]), Question.Model.RASCH, pools[key][0].difficulty, round(b, 4), counts[key])
        for key, b in sorted(found.difficulties.items())
    ]


def _by_elo(
    pools: Mapping[str, list[Question]],
    pool_of: Mapping[UUID, str],
    given: Sequence[Sequence[Given]],
    wanted: set[str],
    counts: Mapping[str, int],
    fresh: Mapping[str, float],
) -> list[Change]:
    """Elo from where each question began, answers in their order; abilities with the difficulties that Rasch just gave,
    and with those that the others of these began with: what Elo wrote itself must not move the next run."""
    start = _first_difficulties(pools, wanted)
    known = {**start, **fresh}
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


def _with(one: Given, difficulty: float | None) -> Given:
    if difficulty is None:
        return one
    item = Item(difficulty, one.item.discrimination, one.item.guessing)
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
                discrimination=1.0,
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
