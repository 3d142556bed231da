"""How people of the demo ward answer a test: each has an ability, and a digest of who is asked what decides whether an
answer is right, so that nothing here is drawn by chance. On a screen, on a proctor's device, on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict

from hocvu.assessment import fixed_form, practising, screen_practice
from hocvu.assessment.models import Attempt, PaperForm, PracticeTask, QuestionVersion, Sitting
from hocvu.assessment.paper import entering
from hocvu.assessment.questions import marking, screens
from hocvu.assessment.sittings import offline
from hocvu.assessment.testing import attempts
from hocvu.assessment.testing.adaptive import Item
from hocvu.lib import clock
from hocvu.ward.models import Account
from hocvu.ward.receipts import Parcel, uuid7

SECONDS = 26.0  # that most people take for a question
MOST = 80  # questions of any test


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who sits a test, with what they can do (in logits) and how they are paced: the seconds for a position.
    `part` is what they play, the same in every installation, as keys are not."""

    account: Account
    part: str
    ability: float
    pace: Callable[[int], float] | None = None
    known: frozenset[str] = frozenset()  # questions that everybody can answer

    def chance(self, what: object) -> float:
        """A number from 0 to 1 that is the same at every asking."""
        digest = hashlib.sha256(f"{self.part}|{what}".encode()).digest()
        return int.from_bytes(digest[:4], "big") / 2**32

    def seconds(self, position: int) -> float:
        return self.pace(position) if self.pace else SECONDS * (0.5 + 1.5 * self.chance(f"time {position}"))

    def says(self, version: QuestionVersion, item: Item, code: str) -> Any:
        """What this learner answers; None where they say that they do not know."""
        if code in self.known or self.chance(code) < item.right(self.ability):
            return marking.right(version.kind, version.content)
        return wrong(version, self.chance(f"which {code}"))


def wrong(version: QuestionVersion, chance: float) -> Any:
    """A wrong answer that somebody might give; None for a question where that is to say "I do not know"."""
    found = [one for one in _others(version.kind, version.content) if _is_wrong(version, one)]
    return found[int(chance * len(found))] if found else None


def _is_wrong(version: QuestionVersion, said: Any) -> bool:
    return marking.mark(version.kind, version.content, said) is False


def _others(kind: str, content: dict[str, Any]) -> Iterator[Any]:
    match kind:
        case "single":
            yield from (one["id"] for one in content["choices"])
        case "multiple":
            yield from ([one["id"]] for one in content["choices"])
            yield sorted(one["id"] for one in content["choices"])
        case "true_false":
            yield not content["right"]
        case "order":
            steps = [one["id"] for one in content["steps"]]
            yield [*steps[1:], steps[0]]
            yield [steps[1], steps[0], *steps[2:]]
        case "match":
            rights = [pair["right"] for pair in content["pairs"]]
            yield {pair["id"]: right for pair, right in zip(content["pairs"], [*rights[1:], rights[0]], strict=True)}
        case "fill":
            yield "tắt máy"


# ---- On a screen


def sit(attempt: Attempt, learner: Learner, moment: datetime, *, most: int = MOST) -> Attempt:
    """Answer one question after the other from a moment on, to the end or so many; answers the attempt as it then is."""
    for position in range(1, most + 1):
        item = attempts.item_now(attempt)
        if item is None:
            break
        moment += timedelta(seconds=learner.seconds(position))
        item_of = Item(item.difficulty, item.discrimination, item.guessing)
        said = learner.says(item.version, item_of, item.question.code)
        with clock.stopped_at(moment):
            told = attempts.answer(
                attempt, position=item.position, said=said, by=learner.account, knows=said is not None
            )
        if told.is_over:
            break
    attempt.refresh_from_db()
    return attempt


def go_through(task: PracticeTask, account: Account, moment: datetime, *, is_right: bool = True) -> None:
    """Go through a simulated screen to its right end, or stop after the first press."""
    with clock.stopped_at(moment):
        row = screen_practice.begin(task, by=account)
    way = screens.right_way(row.version.content)
    for number, step in enumerate(way if is_right else way[:1]):
        with clock.stopped_at(moment + timedelta(seconds=12 * (number + 1))):
            row = screen_practice.step(row, step, after=number, by=account)


def confirm(
    task: PracticeTask, account: Account, by: Account, way: str, *, made_at: datetime | None = None, note: str = ""
) -> None:
    """Everything that must be seen was seen."""
    parcel = Parcel(uuid7(), made_at=made_at)
    practising.confirm(account, task, way=way, seen=range(len(task.lines)), by=by, parcel=parcel, note=note)


# ---- The same questions for everybody


def hand_in(sitting: Sitting, learner: Learner, began: datetime, ended: datetime) -> None:
    """The answers of one candidate come from the proctor's device."""
    candidate = sitting.candidates.get(account=learner.account)
    post = QueryDict(mutable=True)
    post.update({offline.CANDIDATE: str(candidate.pk), offline.BEGAN: began.isoformat(), offline.KNOWN: "1"})
    post.update(
        {f"{offline.ANSWER}{number}": text for number, text in _written(sitting.items, str(sitting.pk), learner)}
    )
    offline.hand_in(sitting, post, by=sitting.proctor, parcel=Parcel(uuid7(), made_at=ended))


def on_paper(form: PaperForm, learner: Learner) -> entering.Typed:
    """What somebody reads on a learner's sheet, by position."""
    return dict(_written(form.items, str(form.pk), learner))


def _written(items: list[dict[str, Any]], seed: str, learner: Learner) -> Iterator[tuple[int, str]]:
    for item, (version, asked) in zip(items, fixed_form.shown(items, seed=seed), strict=True):
        said = learner.says(version, Item(item["b"], item["a"], item["c"]), version.question.code)
        yield asked.number, fixed_form.letters_of(asked, said)
