"""Which question comes next, and from which: the live questions of a ward that fit a rule.

Every answer asks for the pool, so that it is kept in this process beside a stamp of the bank: one cheap question tells
whether the bank is still what it was. Which questions a learner met of late is kept for the length of an attempt.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigAutoField, BigIntegerField, CharField, Count, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Cast

from hocvu.assessment.models import Attempt, AttemptItem, PracticeTask, Question, QuestionVersion, ScreenTry, TestRule
from hocvu.assessment.testing import adaptive
from hocvu.assessment.testing.adaptive import Belief, Candidate, Item, Plan
from hocvu.lib import clock
from hocvu.lib.prepared import Prepared
from hocvu.ward.models import Ward

LATELY = timedelta(days=120)  # a question that a learner met since then is asked only where nothing else is left
SCREENS = QuestionVersion.Kind.SCREENS


@dataclass(frozen=True, slots=True)
class Pooled:
    """A question that tests may ask now."""

    question: UUID
    code: str
    version: int
    kind: str
    competence: str
    level: str
    groups: tuple[str, ...]
    item: Item
    exposure: float

    @property
    def candidate(self) -> Candidate:
        return Candidate(str(self.question), self.item, self.competence, self.exposure)


@dataclass(frozen=True, slots=True)
class Pool:
    """The questions that fit a rule, by their key."""

    every: Mapping[str, Pooled]
    candidates: tuple[Candidate, ...]

    @classmethod
    def of(cls, questions: Iterable[Pooled]) -> Pool:
        every = {str(one.question): one for one in questions}
        return cls(every, tuple(one.candidate for one in every.values()))

    def lacks(self, plan: Plan) -> bool:
        """Whether a test could not be brought to its end with these."""
        known = {one.competence for one in self.candidates}
        return len(self.candidates) < plan.least or not plan.core <= known


_POOLS: OrderedDict[tuple[Any, ...], tuple[list[Any], Pool]] = OrderedDict()  # with the stamp of the bank then
MOST_POOLS = 24


def pool_of(ward_id: int, kept: Mapping[str, Any]) -> Pool:
    """The questions that fit a frozen rule: of its framework and levels, for its group or for everybody. A rule for
    everybody asks only what is for everybody; one that confirms asks no simulated screen that serves practice, where
    everybody may try it as often as they like and reads what was right."""
    wants = (kept["framework"], kept["group"], tuple(kept["params"].get("levels", ())))
    confirms = kept["kind"] == TestRule.Kind.CONFIRM
    # How often each was met of late is counted at night, which no stamp tells: hence the hour.
    stamp = [*_STAMP.all(ward=ward_id), f"{clock.now():%Y%m%d%H}"]
    known = _POOLS.get((ward_id, confirms, *wants))
    if known is not None and known[0] == stamp:
        return known[1]
    practised = _practised(ward_id) if confirms else frozenset()
    fitting = (one for one in live(ward_id) if _fits(one, *wants))
    made = Pool.of(one for one in fitting if one.kind != SCREENS or one.code not in practised)
    _POOLS[(ward_id, confirms, *wants)] = (stamp, made)
    while len(_POOLS) > MOST_POOLS:
        _POOLS.popitem(last=False)
    return made


def _fits(one: Pooled, framework: str, group: str, levels: Collection[str]) -> bool:
    return (
        one.competence.startswith(f"{framework}/")
        and (not one.groups or group in one.groups)
        and (not levels or one.level in levels)
    )


def _practised(ward_id: int) -> frozenset[str]:
    """The codes of the screens that the practice tasks of a ward lead to today."""
    today = clock.today()
    tasks = PracticeTask.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), ward=ward_id, valid_from__lte=today)
    return frozenset(code for codes in tasks.order_by().values_list("screens", flat=True) for code in codes)


# What changes when a question comes, goes, has another version, or was calibrated. Versions are added up, for the newest
# of all says nothing of an older draft that is approved after it. Practice tasks are never edited: each change is one
# more, or one more that ends.
_STAMP = Prepared(
    lambda ward: (
        Question.objects.live()
        .filter(ward_id=ward)
        .order_by()
        .values("ward")
        .annotate(
            number=Count("pk"), summed=Sum("current", output_field=BigIntegerField()),
            newest=Max("created_at"), counted=Max("calibrated_at"),
            hard=Sum("difficulty"), first=Min(Cast("id", CharField())), last=Max(Cast("id", CharField())),
            tasks=Subquery(
                PracticeTask.objects.filter(ward=OuterRef("ward")).order_by().values("ward")
                .annotate(told=Count("pk") + Count("valid_to")).values("told")
            ),
        )
        .values_list("number", "summed", "newest", "counted", "hard", "first", "last", "tasks")
    ),
    ward=BigAutoField(),
)  # fmt: skip


def live(ward_id: int) -> list[Pooled]:
    """Every question of a ward that tests may ask."""
    rows = Question.objects.live().filter(ward_id=ward_id).order_by("code", "pk")
    names = ("id", "code", "current", "current__kind", "current__competence", "current__level", "current__groups",
             "difficulty", "discrimination", "guessing", "statistics")  # fmt: skip
    return [
        Pooled(pk, code, version, kind, competence, level, tuple(groups), Item(b, a, c), _share(said.get("exposure")))
        for pk, code, version, kind, competence, level, groups, b, a, c, said in rows.values_list(*names)
    ]


def _share(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


# ---- The next one


def next_of(
    pool: Pool,
    plan: Plan,
    believed: Belief,
    *,
    asked: Mapping[str, int],
    used: Collection[str],
    seen: Collection[str],
    seed: str,
) -> Pooled | None:
    """The next question of an adaptive test; None where nothing is left. `used` were asked in this attempt, `seen` by
    this learner of late."""
    left = [one for one in pool.candidates if one.key not in used]
    fresh = [one for one in left if one.key not in seen]
    known = {one.competence for one in fresh}
    if len(fresh) < plan.best_of:
        fresh = left
    else:
        fresh += [one for one in left if one.competence in plan.core - known - set(asked)]
    chosen = adaptive.choose(fresh, believed, plan, asked=asked, seed=seed)
    return pool.every[chosen.key] if chosen else None


_SEEN: OrderedDict[UUID, frozenset[str]] = OrderedDict()
MOST_SEEN = 500


def seen_by(attempt: Attempt) -> frozenset[str]:
    """The questions that the learner of a running attempt met of late, in others or as practice."""
    if (found := _SEEN.get(attempt.pk)) is None:
        since = attempt.began_at - LATELY
        asked = AttemptItem.objects.filter(attempt__account=attempt.account_id, shown_at__gte=since)
        tried = ScreenTry.objects.filter(account=attempt.account_id, began_at__gte=since)
        met = asked.exclude(attempt=attempt.pk).order_by().values_list("question")
        met = met.union(tried.order_by().values_list("question"))
        found = _SEEN[attempt.pk] = frozenset(str(key) for (key,) in met)
        while len(_SEEN) > MOST_SEEN:
            _SEEN.popitem(last=False)
    return found


# ---- The forms of a change test


def two_forms(ward: Ward, framework: str, size: int, *, core: Sequence[str] = ()) -> dict[str, list[str]] | None:
    """Two forms without a question in common, alike in what they ask and how hard it is; None where the bank has too
    few. The same bank gives the same forms.

    Competences take turns, those named first before the others; each turn takes the two of a competence that are
    nearest in difficulty, and the forms take turns with the harder one.
    """
    by_competence: dict[str, list[Pooled]] = {}
    for one in live(ward.pk):
        if one.competence.startswith(f"{framework}/") and not one.groups and one.kind != SCREENS:
            by_competence.setdefault(one.competence, []).append(one)
    pairs = {competence: _pairs(rows) for competence, rows in by_competence.items()}
    order = [*(one for one in core if one in pairs), *(one for one in sorted(pairs) if one not in core)]
    forms: dict[str, list[str]] = {"A": [], "B": []}
    turn = 0
    while len(forms["A"]) < size and any(pairs.values()):
        for competence in order:
            if pairs[competence] and len(forms["A"]) < size:
                easy, hard = pairs[competence].pop(0)
                forms["AB"[turn % 2]].append(hard.code)
                forms["BA"[turn % 2]].append(easy.code)
                turn += 1
    return forms if len(forms["A"]) == size else None


def _pairs(rows: Sequence[Pooled]) -> list[tuple[Pooled, Pooled]]:
    """Neighbours in difficulty, two by two, the nearest pair first; each as (easier, harder)."""
    row = sorted(rows, key=lambda one: (one.item.difficulty, one.code))
    pairs = [(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
    return sorted(pairs, key=lambda pair: (pair[1].item.difficulty - pair[0].item.difficulty, pair[0].code))


def of_form(ward_id: int, codes: Sequence[str]) -> list[Pooled]:
    """The questions of a form in its order; one that was retired meanwhile is asked all the same, for a form that
    lost a question is no longer the like of the other."""
    rows = Question.objects.filter(ward_id=ward_id, code__in=codes).exclude(current=None).select_related("current")
    known = {row.code: row for row in rows}
    return [_pooled(known[code]) for code in codes if code in known]


def _pooled(row: Question) -> Pooled:
    version = row.current
    assert version is not None
    item = Item(row.difficulty, row.discrimination, row.guessing)
    return Pooled(row.pk, row.code, version.pk, version.kind, version.competence, version.level,
                  tuple(version.groups), item, 0.0)  # fmt: skip
