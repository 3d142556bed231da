"""A question becomes plain data that templates draw: to be answered, as it was answered, or on paper.

    {% include "assessment/parts/question.html" with shown=shown %}

stands inside a form whose address ends in `#{{ shown.id }}`; its page carries `assessment.css`, and `question.js` beside.
What is shuffled is shuffled by the seed alone: the same seed gives the same order on every machine and for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hocvu.assessment.models import QuestionMedia, QuestionVersion
from hocvu.assessment.questions import marking, screens
from hocvu.assessment.questions.kinds import KINDS, media_names
from hocvu.lib.blocks import drawing as blocks
from hocvu.lib.blocks.drawing import File, picture_of
from hocvu.lib.text import nfc

LETTERS = "ABCDEFGHIJ"
TRUE_FALSE = (("true", "Đúng"), ("false", "Sai"))
Tone = Literal["", "right", "wrong", "missed"]
Media = Mapping[str, blocks.Shown]
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of a list to choose from."""

    value: str
    words: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A choice, a step, a pair: what a form calls it, what it says, how it was answered."""

    letter: str
    name: str  # of the form's field
    value: str
    words: SafeString
    picture: SafeString | str = ""
    audio: blocks.Shown | None = None
    chosen: bool = False
    tone: Tone = ""  # only where it is revealed
    options: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """A field on the phone's screen."""

    name: str
    label: str
    numeric: bool
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """The drawn phone as it stands, or how it ended."""

    app: str
    title: str
    lines: Sequence[SafeString]
    inputs: Sequence[Input]
    buttons: Sequence[Option]
    steps: int
    stayed: bool
    sealed: str
    words: SafeString  # what happened, at an end
    right: bool | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as its template needs it."""

    kind: str
    id: str
    level: int
    manner: str  # "answer", "reveal" or "print": which template draws it
    ask: SafeString
    task: str
    picture: SafeString | str = ""
    audio: blocks.Shown | None = None
    rows: Sequence[Row] = ()
    others: Sequence[Row] = ()  # what is matched, on paper
    typed: str = ""
    hint: str = ""
    phone: Phone | None = None
    problem: str = ""
    right: bool | None = None
    said_words: str = ""
    right_words: str = ""
    why: Sequence[SafeString] = field(default_factory=tuple)

    @property
    def template(self) -> str:
        """The part that draws this kind in this manner."""
        if self.manner == "answer":
            return f"assessment/parts/question_{self.kind}.html"
        return f"assessment/parts/question_{self.manner}.html"

    @property
    def has_own_buttons(self) -> bool:
        """Whether each press on the question sends the form: the page adds no button of its own."""
        return self.phone is not None and self.phone.right is None

    @property
    def is_lettered(self) -> bool:
        return self.kind in ("single", "multiple")


def shown(
    asked: QuestionVersion | tuple[str, Mapping[str, Any]],
    *,
    seed: str,
    said: Any = None,
    reveal: bool = False,
    printed: bool = False,
    media: Media | None = None,
    post: QueryDict | None = None,
    standing: screens.Standing | None = None,
    key: str = "",
    id: str = "cau",
    level: int = 2,
) -> Shown:
    """A question to be answered; with `said` as it was answered, with `reveal` the right answer and why, `printed` for
    paper. After a form that held no sound answer `post` keeps what was typed and says what is missing.

    A drawn phone shows `standing`, and its path travels sealed under `key` (`screens.Signed`). `media` spares the
    question about files where a page shows many (`media_of`). `id` parts several questions on a page, `level` is that
    of a heading inside.
    """
    kind, content = (asked.kind, asked.content) if isinstance(asked, QuestionVersion) else asked
    if media is None:
        media = media_of(asked.question.ward_id, [asked]) if isinstance(asked, QuestionVersion) else {}
    told = said if marking.is_sound(kind, content, said) else None
    drawn = _Drawing(kind, content, seed, media, id, told, reveal, post)
    right = marking.mark(kind, content, told)
    return Shown(
        kind,
        id,
        level,
        "print" if printed else "reveal" if reveal else "answer",
        words(content["ask"]),
        KINDS[kind].task,
        drawn.picture(content, "hinh"),
        None if printed else media.get(content.get("audio", "")),
        drawn.rows(printed),
        drawn.rights() if kind == "match" and printed else (),
        _typed(kind, told, post),
        content.get("hint", ""),
        _phone(content, standing, told, key) if kind == "screens" and not (reveal or printed) else None,
        marking.complaint(kind, content, post) if post is not None else "",
        right if reveal else None,
        marking.words(kind, content, told) if reveal else "",
        marking.right_words(kind, content) if reveal else "",
        [words(part) for part in content["why"].split("\n\n")] if reveal else (),
    )


def media_of(ward_id: int, versions: Iterable[QuestionVersion]) -> dict[str, blocks.Shown]:
    """The files that versions name, as pages show them; one question however many versions."""
    names = {name for version in versions for _, name, _ in media_names(version.kind, version.content)}
    rows = QuestionMedia.objects.filter(ward_id=ward_id, name__in=names) if names else ()
    return {row.name: _file(row) for row in rows}


def words(text: str) -> SafeString:
    """Words for a page: everything escaped, **strong** and line breaks drawn.

    >>> words("Gọi **1022**\\n<ngay>")
    'Gọi <strong>1022</strong><br>&lt;ngay&gt;'
    """
    strong = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", escape(text))
    return mark_safe(strong.replace("\n", "<br>"))  # noqa: S308  # escaped above


def shuffled(entries: Sequence[One], seed: str, *, name: str) -> list[One]:
    """These in an order that only the seed decides.

    >>> shuffled("abc", "mot", name="x") == shuffled("abc", "mot", name="x")
    True
    """
    numbers = sorted(range(len(entries)), key=lambda number: _dice(f"{seed}|{name}|{number}"))
    return [entries[number] for number in numbers]


def _dice(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def displayed(kind: str, content: Mapping[str, Any], seed: str) -> list[dict[str, Any]]:
    """Choices, steps or pairs in the order in which they are shown."""
    match kind:
        case "single" | "multiple":
            return shuffled(content["choices"], seed, name="choices")
        case "order":
            mixed = shuffled(content["steps"], seed, name="steps")
            return [*mixed[1:], mixed[0]] if mixed == content["steps"] else mixed  # never as it should be
        case "match":
            return shuffled(content["pairs"], seed, name="pairs")
    return []


def displayed_rights(content: Mapping[str, Any], seed: str) -> list[str]:
    """What may be chosen in a `match`, in the order in which it is shown."""
    return shuffled(marking.rights(content), seed, name="rights")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What all rows of one question are drawn from."""

    kind: str
    content: Mapping[str, Any]
    seed: str
    media: Media
    id: str
    said: Any
    reveal: bool
    post: QueryDict | None

    def picture(self, said: Mapping[str, Any], place: str) -> SafeString | str:
        picture = said.get("picture")
        if not picture:
            return ""
        return picture_of({"picture": picture["name"], "alt": picture["alt"]}, self.media, f"{self.id}-{place}")

    def rows(self, printed: bool) -> list[Row]:
        """The choices, steps or pairs as they are shown."""
        if self.kind == "true_false":
            return [self._truth(*one) for one in TRUE_FALSE]
        entries = displayed(self.kind, self.content, self.seed)
        match self.kind:
            case "single" | "multiple":
                return [self._choice(number, entry) for number, entry in enumerate(entries)]
            case "order":
                return [self._step(number, entry, len(entries)) for number, entry in enumerate(entries)]
            case "match":
                return [self._pair(number, entry) for number, entry in enumerate(entries)]
        return []

    def rights(self) -> list[Row]:
        """The second column of a `match` on paper."""
        return [
            Row(LETTERS[number], "", right, words(right))
            for number, right in enumerate(displayed_rights(self.content, self.seed))
        ]

    def _truth(self, value: str, label: str) -> Row:
        chosen = self._chose(value, {True: "true", False: "false"}.get(self.said, ""))
        tone = self._tone(chosen, self.content["right"] is (value == "true"))
        return Row(label[0], marking.ANSWER, value, words(label), chosen=chosen, tone=tone)

    def _choice(self, number: int, choice: Mapping[str, Any]) -> Row:
        sign = marking.sign(self.content, choice["id"])
        said = [self.said] if isinstance(self.said, str) else self.said or ()
        chosen = choice["id"] in said or self._chose(sign) or self._chose(choice["id"])
        return Row(
            LETTERS[number],
            marking.ANSWER,
            sign,
            words(choice["text"]),
            self.picture(choice, sign),
            self.media.get(choice.get("audio", "")),
            chosen,
            self._tone(chosen, choice["right"]),
        )

    def _step(self, number: int, step: Mapping[str, Any], count: int) -> Row:
        sign = marking.sign(self.content, step["id"])
        place = str(self.said.index(step["id"]) + 1) if self.said else self._sent(marking.PLACE, step["id"])
        options = [Option(str(one), str(one), str(one) == place) for one in range(1, count + 1)]
        return Row(LETTERS[number], marking.PLACE + sign, sign, words(step["text"]), options=options)

    def _pair(self, number: int, pair: Mapping[str, Any]) -> Row:
        sign = marking.sign(self.content, pair["id"])
        chosen = self.said[pair["id"]] if self.said else nfc(self._sent(marking.PAIR, pair["id"]))
        options = [
            Option(right, marking.plain(right), right == chosen) for right in displayed_rights(self.content, self.seed)
        ]
        return Row(str(number + 1), marking.PAIR + sign, sign, words(pair["left"]), options=options)

    def _sent(self, prefix: str, id: str) -> str:
        return marking.sent(self.content, self.post, prefix, id) if self.post is not None else ""

    def _chose(self, value: str, *said: str) -> bool:
        return value in said or (self.post is not None and value in self.post.getlist(marking.ANSWER))

    def _tone(self, chosen: bool, right: bool) -> Tone:
        if not self.reveal:
            return ""
        if chosen:
            return "right" if right else "wrong"
        return "missed" if right else ""


def _typed(kind: str, said: Any, post: QueryDict | None) -> str:
    if kind != "fill":
        return ""
    return said or (str(post.get(marking.ANSWER, ""))[: marking.LONGEST * 2] if post is not None else "")


def _phone(content: Mapping[str, Any], standing: screens.Standing | None, said: Any, key: str) -> Phone:
    at = standing or screens.walk(content, said or [])
    sealed = screens.Signed(content, key).seal(at.path)
    if not at.screen:
        return Phone("", "", (), (), (), at.steps, False, sealed, words(at.words), at.right)
    screen = content["screens"][at.screen]
    typed = at.path[-1].get("fields", {}) if at.stayed else {}
    return Phone(
        screen["app"],
        screen["title"],
        [words(line) for line in screen.get("lines", [])],
        [
            Input(screens.FIELD + one["id"], one["label"], one["holds"] == "number", typed.get(one["id"], ""))
            for one in screen.get("fields", [])
        ],
        [Option(button["id"], marking.plain(button["text"])) for button in screen["buttons"]],
        at.steps,
        at.stayed,
        sealed,
        SafeString(""),
        None,
    )


def _file(row: QuestionMedia) -> blocks.Shown:
    said = row.details
    main = (
        File(
            reverse("assessment:question_media", args=(row.pk,)),
            int(said.get("bytes") or 0),
            str(said.get("type") or ""),
            int(said.get("width") or 0),
            int(said.get("height") or 0),
        )
        if row.path
        else None
    )
    return blocks.Shown(row.kind, main, row.drawing, said.get("seconds"))
