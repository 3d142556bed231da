"""What answers say of a question: how many are right, whether it parts the able from the others, how long it takes, how
many meet it, what is chosen instead; and sentences for whoever keeps the bank where something looks wrong.

The functions on answers are pure; `restate` writes what they say beside each question. Only answers to the version that
is asked now are counted, as another wording is another question; and only `LEAST` answers and more make a warning.

Sources: p-value and corrected item-rest correlation as in Lord and Novick (1968) ch. 15, with the ability from the other
answers in the place of the rest score; drift as the standardised residual of observed and expected right answers (Wright
and Masters, *Rating Scale Analysis*, 1982, ch. 5), expected over the whole posterior of the ability.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any
from uuid import UUID

from hocvu.assessment.models import Attempt, Question
from hocvu.assessment.questions import answers, screens
from hocvu.assessment.testing.adaptive import Item
from hocvu.lib import clock
from hocvu.lib.figures import number_words, percent_words
from hocvu.ward import work
from hocvu.ward.models import Ward

LEAST = 30  # answers before anything is said against a question
LEAST_DRIFT = 50
LEAST_TYPED = 5  # people who typed the same wrong words, before the page shows them: they may be about somebody
LEAST_ATTEMPTS = 20  # before exposure says anything
RECENT = timedelta(days=90)
Z = 3.0
EASY, HARD_ABOVE_GUESSING, EXPOSED = 0.95, 0.10, 0.5
WORDS_A_SECOND = 6.0  # faster than anybody reads with understanding
MOST_KINDS_OF_CHOICE = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer, as the figures of its question need it: `ability` from the other answers of the attempt, `expected`
    the probability of a right answer that goes with it."""

    right: bool
    ability: float
    expected: float
    seconds: float | None = None
    choices: tuple[str, ...] = ()
    is_recent: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What must be known of a question to judge its figures."""

    kind: str
    keys: frozenset[str] = frozenset()  # the choices that are right, where it has choices
    guessing: float = 0.0
    words: int = 0  # that one reads before answering
    names: Mapping[str, str] = field(default_factory=dict)  # choice -> its words


# ---- Figures


def p_value(seen: Sequence[Seen]) -> float | None:
    """The share of right answers.

    >>> p_value([Seen(True, 0, 0), Seen(True, 0, 0), Seen(False, 0, 0), Seen(True, 0, 0)])
    0.75
    """
    return sum(one.right for one in seen) / len(seen) if seen else None


def discrimination(seen: Sequence[Seen]) -> float | None:
    """The correlation of a right answer with the ability that the other answers tell; None where either is always the
    same.

    >>> discrimination([Seen(False, -1, 0), Seen(False, 0, 0), Seen(True, 0, 0), Seen(True, 1, 0)])
    0.7071067811865475
    """
    if len(seen) < 2:
        return None
    rights, abilities = [float(one.right) for one in seen], [one.ability for one in seen]
    mean_right, mean_ability = fmean(rights), fmean(abilities)
    both = math.fsum((r - mean_right) * (a - mean_ability) for r, a in zip(rights, abilities, strict=True))
    of_right = math.fsum((r - mean_right) ** 2 for r in rights)
    of_ability = math.fsum((a - mean_ability) ** 2 for a in abilities)
    if of_right < 1e-12 or of_ability < 1e-12:
        return None
    return max(-1.0, min(1.0, both / math.sqrt(of_right * of_ability)))


def median_seconds(seen: Sequence[Seen]) -> float | None:
    """How long half of them took at most."""
    times = [one.seconds for one in seen if one.seconds is not None]
    return median(times) if times else None


def drift(seen: Sequence[Seen]) -> float | None:
    """How many standard deviations the right answers of late are above (+) or below (-) what the model lets expect."""
    recent = [one for one in seen if one.is_recent]
    spread = math.fsum(one.expected * (1 - one.expected) for one in recent)
    if spread < 1e-9:
        return None
    return math.fsum(one.right - one.expected for one in recent) / math.sqrt(spread)


def choices(seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """What was chosen: how often, by what share, and how able whoever chose it is; the commonest first."""
    counts: Counter[str] = Counter()
    abilities: dict[str, list[float]] = {}
    for one in seen:
        for choice in dict.fromkeys(one.choices):
            counts[choice] += 1
            abilities.setdefault(choice, []).append(one.ability)
    return [
        {
            "id": choice,
            "count": count,
            "share": round(count / len(seen), 4),
            "ability": round(fmean(abilities[choice]), 3),
        }
        for choice, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def curve(seen: Sequence[Seen], parts: int = 5) -> list[dict[str, float]]:
    """The share of right answers in equal parts from the least to the most able: mean ability, share, how many."""
    order = sorted(seen, key=lambda one: one.ability)
    found = []
    for number in range(parts):
        part = order[number * len(order) // parts : (number + 1) * len(order) // parts]
        if part:
            found.append(
                {
                    "ability": round(fmean(one.ability for one in part), 3),
                    "share": round(fmean(float(one.right) for one in part), 4),
                    "count": len(part),
                }
            )
    return found


# ---- Warnings


def warnings(asked: Asked, seen: Sequence[Seen], exposure: float | None, attempts: int) -> list[dict[str, str]]:
    """What somebody should look at, each with a sentence."""
    found: list[tuple[str, str]] = []
    p, parts = p_value(seen), discrimination(seen)
    if p is not None and len(seen) >= LEAST:
        if wrong := _suspected_key(asked, seen):
            found.append(
                (
                    "key",
                    f"Đáp án có thể sai: người làm bài tốt chọn “{wrong[:80]}” nhiều hơn đáp án. Hãy xem lại đáp án.",
                )
            )
        if parts is not None and parts < 0:
            found.append(
                ("negative", f"Người làm bài tốt trả lời sai câu này nhiều hơn người khác (độ phân biệt {number_words(round(parts, 2))}). "
                 "Hãy xem lại đáp án và lời hỏi.")
            )  # fmt: skip
        if p > EASY:
            found.append(
                ("easy", f"Quá dễ: {percent_words(100 * p)} người trả lời đúng nên câu này không phân biệt được ai.")
            )
        if p < asked.guessing + HARD_ABOVE_GUESSING:
            found.append(
                ("hard", f"Quá khó hoặc khó hiểu: chỉ {percent_words(100 * p)} người trả lời đúng, gần như đoán mò.")
            )
        if (quick := _too_quick(asked, seen)) is not None:
            found.append(
                ("quick", f"Nửa số người trả lời trong {number_words(round(quick, 1))} giây, chưa đủ để đọc hết câu. "
                 "Có thể câu này đã bị lộ hoặc người làm bấm bừa.")
            )  # fmt: skip
    z = drift(seen)
    if z is not None and abs(z) > Z and sum(one.is_recent for one in seen) >= LEAST_DRIFT:
        words = "nhiều hơn" if z > 0 else "ít hơn"
        found.append(
            ("drift", f"90 ngày gần đây số người trả lời đúng {words} hẳn so với mức tính trước (z = {number_words(round(z, 1))}). "
             "Câu có thể đã bị lộ, hoặc điều được hỏi đã thay đổi.")
        )  # fmt: skip
    if exposure is not None and attempts >= LEAST_ATTEMPTS and exposure > EXPOSED:
        found.append(
            ("exposed", f"Có trong {percent_words(100 * exposure)} số lượt làm của 90 ngày gần đây. Hãy thêm câu cùng năng lực, "
             "cùng bậc để câu này không bị thuộc lòng.")
        )  # fmt: skip
    return [{"code": code, "words": words} for code, words in found]


WARNINGS = {
    "key": "Nghi sai đáp án",
    "negative": "Phân biệt ngược",
    "drift": "Lệch dần",
    "easy": "Quá dễ",
    "hard": "Quá khó",
    "exposed": "Hỏi quá nhiều lần",
    "quick": "Trả lời quá nhanh",
}


def _suspected_key(asked: Asked, seen: Sequence[Seen]) -> str:
    """The wrong choice that the ablest third takes more often than a right one; "" where there is none."""
    if asked.kind not in ("single", "true_false") or not asked.keys:
        return ""
    ablest = sorted(seen, key=lambda one: -one.ability)[: max(1, len(seen) // 3)]
    counts = Counter(choice for one in ablest for choice in one.choices)
    key = max(counts[choice] for choice in asked.keys)
    wrong = [(count, choice) for choice, count in counts.items() if choice not in asked.keys and count > key]
    return asked.names.get(max(wrong)[1], max(wrong)[1]) if wrong else ""


def _too_quick(asked: Asked, seen: Sequence[Seen]) -> float | None:
    half = median_seconds(seen)
    return half if half is not None and half < max(2.0, asked.words / WORDS_A_SECOND) else None


# ---- What a question is


def asked_of(kind: str, content: Mapping[str, Any], guessing: float) -> Asked:
    """What must be known of a question to judge its figures."""
    told = content.get("choices", []) if kind in ("single", "multiple") else []
    names = {one["id"]: one["text"] for one in told}
    keys = frozenset(one["id"] for one in told if one.get("right"))
    texts = [str(content.get("ask", "")), *names.values()]
    if kind == "true_false":
        names, keys = {"true": "Đúng", "false": "Sai"}, frozenset([_yes(content.get("right"))])
    if kind == "order":
        texts += [one["text"] for one in content.get("steps", [])]
    if kind == "match":
        texts += [one[side] for one in content.get("pairs", []) for side in ("left", "right")]
    if kind == "screens":
        names = {name: str(end.get("words", "")) for name, end in content.get("ends", {}).items()}
    return Asked(kind, keys, guessing, sum(len(text.split()) for text in texts), names)


def chosen(kind: str, content: Mapping[str, Any], said: Any, right: bool) -> tuple[str, ...]:
    """What an answer chose, for the distribution; whoever said that they do not know chose nothing."""
    if said is None:
        return ()
    try:
        return _CHOSEN[kind](content, said, right)
    except (TypeError, ValueError, KeyError, AttributeError):
        return ()  # an answer of a form that is no longer kept


def _screens(content: Mapping[str, Any], said: Any, right: bool) -> tuple[str, ...]:
    end = screens.walk(content, said).end
    return (end,) if end else ()


def _fill(content: Mapping[str, Any], said: Any, right: bool) -> tuple[str, ...]:
    return ("đúng",) if right else (" ".join(str(said).lower().split())[:60],)


_CHOSEN: dict[str, Callable[[Mapping[str, Any], Any, bool], tuple[str, ...]]] = {
    "single": lambda content, said, right: (said,) if isinstance(said, str) else (),
    "multiple": lambda content, said, right: tuple(one for one in said if isinstance(one, str)),
    "true_false": lambda content, said, right: (_yes(said),),
    "order": lambda content, said, right: (" → ".join(_order(content, said)),),
    "match": lambda content, said, right: tuple(
        f"{one['left']}: {said.get(one['id'], '–')}" for one in content.get("pairs", [])
    ),
    "fill": _fill,
    "screens": _screens,
}


def _yes(value: Any) -> str:
    return "true" if value else "false"


def _order(content: Mapping[str, Any], said: Sequence[str]) -> list[str]:
    places = {step["id"]: str(number) for number, step in enumerate(content.get("steps", []), start=1)}
    return [places[one] for one in said]


# ---- Beside each question


@dataclass(slots=True)
class _Gathered:
    seen: list[Seen] = field(default_factory=list)


@work.background(title="Tính thống kê của câu hỏi", repeatable=True)
def count_ward(pk: int) -> None:
    """The same at night, outside the transaction of the job that asks for it."""
    restate(Ward.objects.get(pk=pk))


def restate(ward: Ward) -> int:
    """Write the figures of every question of a ward; gives how many have answers. Running it twice changes nothing."""
    now = clock.now()
    since = now - RECENT
    questions = {
        one.pk: one for one in Question.objects.of(ward).exclude(current=None).select_related("current").order_by("pk")
    }
    gathered = {pk: _Gathered() for pk in questions}
    for given in answers.of_wards([ward]):
        for one, rest in answers.rests(given):
            question = questions.get(one.question)
            if question is not None and one.version == question.current_id:
                gathered[question.pk].seen.append(_seen(question, one, rest, since))
    attempts, meetings = _exposure(ward, since)
    changed = [
        question
        for pk, question in questions.items()
        if _put(question, gathered[pk].seen, meetings.get(pk, 0), attempts, now)
    ]
    for question in changed:  # each by itself: another wording may have gone live meanwhile, whose figures begin anew
        rows = Question.objects.filter(pk=question.pk, current=question.current_id)
        rows.update(statistics=question.statistics)
    return sum(bool(one.seen) for one in gathered.values())


def _seen(question: Question, one: answers.Given, rest: answers.Rest, since: datetime) -> Seen:
    version = question.current
    assert version is not None
    return Seen(
        one.right,
        rest.mean,
        rest.expected(Item(question.difficulty, question.discrimination, question.guessing)),
        one.seconds,
        chosen(version.kind, version.content, one.said, one.right),
        one.at is not None and one.at >= since,
    )


def _exposure(ward: Ward, since: datetime) -> tuple[int, dict[UUID, int]]:
    """How many attempts ended of late, and how many of them met each question."""
    recent = Attempt.objects.of(ward).filter(state__in=answers.ENDED, ended_at__gte=since)
    met = Counter(recent.order_by().values_list("items__question", flat=True))
    return recent.count(), {pk: count for pk, count in met.items() if pk is not None}


def _put(question: Question, seen: Sequence[Seen], met: int, attempts: int, now: datetime) -> bool:
    """Set the figures; False where they are what they were."""
    version = question.current
    assert version is not None
    asked = asked_of(version.kind, version.content, question.guessing)
    exposure = met / attempts if attempts else None
    p, parts, half = p_value(seen), discrimination(seen), median_seconds(seen)
    figures = {
        "version": version.number,
        "answers": len(seen),
        "p": None if p is None else round(p, 4),
        "discrimination": None if parts is None else round(parts, 4),
        "seconds": None if half is None else round(half, 1),
        "exposure": None if exposure is None else round(exposure, 4),
        "attempts": attempts,
        "choices": _shown_choices(version.kind, asked, seen),
        "curve": curve(seen) if len(seen) >= LEAST else [],
        "warnings": warnings(asked, seen, exposure, attempts),
    }
    if {**question.statistics, "at": ""} == {**figures, "at": ""}:
        return False
    question.statistics = {**figures, "at": now.isoformat()}
    return True


def _shown_choices(kind: str, asked: Asked, seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """The distribution with words; every choice of the question, also one that nobody took. What few people typed is not
    shown."""
    found = choices(seen)
    if kind == "fill":
        found = [one for one in found if one["id"] == "đúng" or one["count"] >= LEAST_TYPED]
    there = {one["id"] for one in found}
    if seen:
        missing: Iterable[str] = asked.names if kind in ("single", "multiple", "true_false", "screens") else ()
        found += [{"id": one, "count": 0, "share": 0.0, "ability": None} for one in missing if one not in there]
    return [
        {**one, "words": asked.names.get(one["id"], one["id"]), "right": one["id"] in asked.keys}
        for one in found[:MOST_KINDS_OF_CHOICE]
    ]
