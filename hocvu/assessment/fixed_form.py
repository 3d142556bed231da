"""A form that is the same for everybody who sits it: printed on paper, or taken along on a proctor's device.

`choose` picks the questions once, balanced over the competences; they are frozen with their version and parameters, as
`[{"question", "version", "a", "b", "c"}]`. `asked` tells each as it is shown, without anything that gives the right
answer away: choices, steps and counterparts stand under letters in an order drawn from the form's own seed, since a
question keeps its steps in the right order. What somebody answers is letters; `said` turns them into the form that
`questions.marking` judges.

Simulated screens are never on such a form, where a button leads would have to be in it; nor what must be listened to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion, TestRule
from hocvu.assessment.questions import drawing, kinds, marking
from hocvu.assessment.testing.adaptive import Item
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, nfc

Kind = QuestionVersion.Kind
MOST, LEAST, BEST_OF = 30, 12, 5  # where a rule does not say
TRUE, FALSE = "Đ", "S"
LONGEST = 200  # letters of a word that is filled in


# ---- Which questions


def choose(rule: TestRule, *, seed: str, only_drawn: bool = False) -> list[dict[str, Any]]:
    """The questions of a new form: every core competence at least once, then the competences in turn, each time one of
    the few questions that tell most at the cut. Refused where the bank has too few. `only_drawn` leaves out what has a
    photograph, for a page that must stand without a network: only drawings lie in the page itself."""
    most, least = int(rule.params.get("most", MOST)), int(rule.params.get("least", LEAST))
    core = list(rule.params.get("core", []))
    left = _candidates(rule, seed, _photographs(rule) if only_drawn else frozenset())
    if lacking := [code for code in core if code not in left]:
        raise Refusal(
            f"Ngân hàng chưa có câu hỏi làm được trên giấy cho năng lực {', '.join(lacking)}. Hãy thêm câu hỏi trước."
        )
    if (count := sum(len(rows) for rows in left.values())) < least:
        raise Refusal(f"Ngân hàng mới có {count} câu hợp với quy tắc này, cần ít nhất {least}. Hãy thêm câu hỏi trước.")
    taken: list[Question] = []
    best_of = int(rule.params.get("best_of", BEST_OF))
    turns = [*core, *sorted(set(left) - set(core), key=lambda code: _draw(seed, code))]
    while len(taken) < most and any(left.values()):
        for code in turns:
            if len(taken) < most and left[code]:
                best = left[code][:best_of]
                taken.append(min(best, key=lambda one: _draw(seed, one.code)))
                left[code].remove(taken[-1])
    return [_frozen(one) for one in sorted(taken, key=lambda one: _draw(seed, f"place:{one.code}"))]


def _photographs(rule: TestRule) -> frozenset[str]:
    rows = QuestionMedia.objects.filter(ward=rule.ward_id, kind=QuestionMedia.Kind.PICTURE, drawing="")
    return frozenset(rows.values_list("name", flat=True))


def _candidates(rule: TestRule, seed: str, without: frozenset[str]) -> dict[str, list[Question]]:
    """The questions that fit a rule by competence, those that tell most at the cut first; none that names a file of
    these."""
    rows = Question.objects.of(rule.ward).live().exclude(current__kind=Kind.SCREENS).select_related("current")
    rows = rows.filter(current__competence__startswith=f"{rule.framework}/")
    if levels := rule.params.get("levels"):
        rows = rows.filter(current__level__in=levels)
    cut = float(rule.params.get("cut", 0.0))
    found: dict[str, list[Question]] = {}
    for one in rows:
        version = one.current
        if version is None or _must_be_heard(version) or _names(version) & without:
            continue
        if not version.groups or rule.group in version.groups:
            found.setdefault(version.competence, []).append(one)
    for same in found.values():
        same.sort(key=lambda one: (-item_of(one).information(cut), _draw(seed, one.code)))
    return found


def _must_be_heard(version: QuestionVersion) -> bool:
    return any(kind == "audio" for _, _, kind in kinds.media_names(version.kind, version.content))


def _names(version: QuestionVersion) -> set[str]:
    return {name for _, name, _ in kinds.media_names(version.kind, version.content)}


def item_of(question: Question) -> Item:
    """How a question behaves now."""
    return Item(question.difficulty, question.discrimination, question.guessing)


def _frozen(one: Question) -> dict[str, Any]:
    return {
        "question": str(one.pk),
        "version": one.current_id,
        "a": one.discrimination,
        "b": one.difficulty,
        "c": one.guessing,
    }


def _draw(seed: str, what: str) -> str:
    return hashlib.sha256(f"{seed}|{what}".encode()).hexdigest()


# ---- How each is shown


@dataclass(frozen=True, slots=True)
class Option:
    """Something under a letter: a choice, a step, a counterpart. `id` is what stands for it in an answer."""

    letter: str
    id: str
    text: str
    picture: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it is shown: nothing here says what is right."""

    number: int
    kind: str
    ask: str
    options: Sequence[Option] = ()
    lefts: Sequence[tuple[str, str]] = ()  # of a question that matches: (id, text)
    picture: Mapping[str, str] | None = None
    hint: str = ""

    @property
    def how(self) -> str:
        """What to do, in a few words."""
        return HOW[self.kind]

    @property
    def names(self) -> list[str]:
        """The pictures that it shows."""
        return [one["name"] for one in (self.picture, *(option.picture for option in self.options)) if one]

    @property
    def letters(self) -> str:
        """The letters that may be named."""
        return "".join(option.letter for option in self.options)


HOW: dict[str, str] = {
    Kind.SINGLE: "Chọn một.",
    Kind.MULTIPLE: "Chọn tất cả câu đúng.",
    Kind.TRUE_FALSE: "Đúng hay sai?",
    Kind.ORDER: "Ghi các chữ theo thứ tự làm, việc đầu tiên viết trước.",
    Kind.MATCH: "Ghi chữ hợp với từng số.",
    Kind.FILL: "Viết từ còn thiếu.",
}


def shown(items: Sequence[Mapping[str, Any]], *, seed: str) -> list[tuple[QuestionVersion, Asked]]:
    """Every question of a frozen form with its version, in order; one question of the database."""
    versions = QuestionVersion.objects.select_related("question").in_bulk([item["version"] for item in items])
    found = [versions[item["version"]] for item in items]
    return [(one, asked(one, number, seed=seed)) for number, one in enumerate(found, start=1)]


def asked(version: QuestionVersion, number: int, *, seed: str) -> Asked:
    """A question as it stands at a place of a form."""
    content, mixed = version.content, f"{seed}:{version.pk}"
    rows, options, lefts = drawing.displayed(version.kind, content, mixed), [], []
    match version.kind:
        case Kind.SINGLE | Kind.MULTIPLE | Kind.ORDER:
            options = [(one["id"], one["text"], one.get("picture")) for one in rows]
        case Kind.MATCH:
            options = [(right, right, None) for right in drawing.displayed_rights(content, mixed)]
            lefts = [(one["id"], one["left"]) for one in rows]
    return Asked(
        number,
        version.kind,
        content["ask"],
        [Option(letter, *one) for letter, one in zip(drawing.LETTERS, options, strict=False)],
        lefts,
        content.get("picture"),
        content.get("hint", ""),
    )


# ---- What somebody answers


def said(one: Asked, text: str) -> Any:
    """What letters or words mean, in the form of `questions.marking`; None where nothing was answered. Refused, in a
    sentence about this question, where they name what is not there."""
    words = " ".join(nfc(text).split())
    if not words:
        return None
    if one.kind == Kind.FILL:
        return words[:LONGEST]
    if one.kind == Kind.TRUE_FALSE:
        return _true_or_false(one, words)
    named = [letter for letter in fold(words).upper() if letter.isalpha()]
    if unknown := [letter for letter in named if letter not in one.letters]:
        raise Refusal(f"Câu {one.number} không có chữ {unknown[0]}. Hãy ghi trong {', '.join(one.letters)}.")
    if one.kind == Kind.MATCH:
        return _matched(one, words)
    if len(set(named)) < len(named):
        raise Refusal(f"Câu {one.number} có một chữ ghi hai lần. Hãy xem lại.")
    ids = [option.id for letter in named for option in one.options if option.letter == letter]
    if one.kind == Kind.SINGLE:
        if len(ids) > 1:
            raise Refusal(f"Câu {one.number} chỉ chọn một. Nếu trên phiếu tô nhiều ô, hãy để trống.")
        return ids[0] if ids else None
    if one.kind == Kind.MULTIPLE:
        return sorted(ids) or None
    if len(ids) < len(one.options):
        raise Refusal(f"Câu {one.number} cần đủ {len(one.options)} chữ. Nếu trên phiếu ghi thiếu, hãy để trống.")
    return ids


def heard(one: Asked, text: str) -> Any:
    """The same where nobody can be asked again: what names nothing stays as it was written, and is no sound answer."""
    try:
        return said(one, text)
    except Refusal:
        return text[:LONGEST]


def _true_or_false(one: Asked, words: str) -> bool:
    """“Đúng”, “đ”, “D” on a keyboard without Vietnamese; “Sai”, “s”."""
    if (first := fold(words)[:1]) not in ("d", "s"):
        raise Refusal(f"Câu {one.number} chỉ ghi {TRUE} (đúng) hoặc {FALSE} (sai).")
    return first == "d"


_PAIR = re.compile(r"(\d)\s*[-:.=]?\s*([a-zA-Z])")


def _matched(one: Asked, words: str) -> dict[str, str] | None:
    """“1B 2A 3C”, or the letters alone in the order of the numbers."""
    pairs = _PAIR.findall(words) or list(enumerate((c for c in fold(words).upper() if c.isalpha()), start=1))
    by_letter = {option.letter: option.id for option in one.options}
    found: dict[str, str] = {}
    for number, letter in pairs:
        place = int(number)
        if not 1 <= place <= len(one.lefts):
            raise Refusal(f"Câu {one.number} chỉ có các số từ 1 đến {len(one.lefts)}.")
        found[one.lefts[place - 1][0]] = by_letter[letter.upper()]
    return found or None


def letters_of(one: Asked, answer: Any) -> str:
    """An answer as it would stand on paper; the other way round of `said`."""
    by_id = {option.id: option.letter for option in one.options}
    match one.kind:
        case _ if answer is None:
            return ""
        case Kind.FILL:
            return str(answer)
        case Kind.TRUE_FALSE:
            return TRUE if answer else FALSE
        case Kind.SINGLE:
            return by_id.get(answer, "")
        case Kind.MULTIPLE:
            return " ".join(sorted(by_id.get(key, "") for key in answer))
        case Kind.ORDER:
            return " ".join(by_id.get(key, "") for key in answer)
    places = [(number, key) for number, (key, _) in enumerate(one.lefts, start=1) if key in answer]
    return " ".join(f"{number}{by_id.get(answer[key], '')}" for number, key in places)


def right_letters(version: QuestionVersion, one: Asked) -> str:
    """The key of a question, for whoever marks by hand."""
    if version.kind == Kind.FILL:
        return " / ".join(version.content["answers"])
    return letters_of(one, marking.right(version.kind, version.content))
