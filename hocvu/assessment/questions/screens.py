"""The simulated phone as it is used: which screen a path of presses leads to, and how it ends.

A path is what somebody did, step by step: [{"button": "go", "fields": {"amount": "50000"}}, …]. `walk` goes along it and
keeps nothing. Between two pages the path lies in a signed field (`Signed`), so that a server that dies and a page that
is loaded again lose nothing, and nobody carries the path of one question into another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import QueryDict

from hocvu.assessment.questions.kinds import STEPS
from hocvu.assessment.questions.wording import one_line
from hocvu.lib.text import fold

Step = dict[str, Any]
TOO_MANY = "Đã quá nhiều bước mà việc chưa xong. Lần này tính là chưa làm được."
SALT = "hocvu.assessment.screens"
PATH, BUTTON, FIELD = "path", "step", "field."  # names of what a form sends
LONGEST = 120  # signs of what is typed into one field


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a path has led: on a screen, or at an end; or it is no sound path, and `screen` is where it broke off."""

    screen: str  # "" at an end
    end: str  # "" on a screen, and where only the steps ran out
    steps: int
    right: bool | None = None  # None until it has ended
    words: str = ""  # what happened, at an end
    stayed: bool = False  # the last press led nowhere: what was typed was not accepted
    sound: bool = True
    path: tuple[Step, ...] = ()  # the steps that were taken, in their one form

    @property
    def ended(self) -> bool:
        return self.right is not None


def walk(content: Mapping[str, Any], path: Sequence[Any]) -> Standing:
    """Go along a path from the start. A press of a button that is not there, or after the end, is unsound."""
    at, stayed = content["start"], False
    taken: list[Step] = []
    for said in path:
        step = _step(content["screens"].get(at), said)
        if step is None or len(taken) >= content.get("most", STEPS):
            return Standing(at if at in content["screens"] else "", "", len(taken), sound=False, path=tuple(taken))
        before, at = at, _leads(content["screens"][at], at, step)
        stayed = before == at
        taken.append(step)
    if end := content["ends"].get(at):
        return Standing("", at, len(taken), end["right"], end["words"], path=tuple(taken))
    if len(taken) >= content.get("most", STEPS):
        return Standing("", "", len(taken), False, TOO_MANY, path=tuple(taken))
    return Standing(at, "", len(taken), stayed=stayed, path=tuple(taken))


def accepts(holds: str, accepted: str, typed: str) -> bool:
    """Whether what was typed is a value that a button accepts. Of numbers the digits count ("50.000 đ" is 50000), of
    words neither case nor marks."""
    if holds == "number":
        return _digits(accepted) == _digits(typed) != ""
    return fold(accepted) == fold(typed)


def right_way(content: Mapping[str, Any]) -> list[Step]:
    """A shortest path to a right end."""
    start = content["start"]
    ways: dict[str, list[Step]] = {start: []}
    waiting = [start]
    for at in waiting:
        screen = content["screens"].get(at)
        if screen is None:
            continue
        for button in screen["buttons"]:
            for step, place in _presses(at, screen, button):
                if place not in ways:
                    ways[place] = [*ways[at], step]
                    waiting.append(place)
    return min((ways[name] for name, end in content["ends"].items() if end["right"] and name in ways), key=len)


def _presses(at: str, screen: Mapping[str, Any], button: Mapping[str, Any]) -> list[tuple[Step, str]]:
    """Each way a button may be pressed, and where it leads."""
    when = button.get("when", {})
    fields = {name: accepted[0] for name, accepted in when.items()}
    met: Step = {"button": button["id"], "fields": fields} if fields else {"button": button["id"]}
    return [(met, button["to"]), *([({"button": button["id"]}, button.get("else", at))] if when else [])]


def press(post: QueryDict | Mapping[str, Any], screen: Mapping[str, Any]) -> Step | None:
    """The step that a form sends from a screen: its button and what was typed; None where nothing was pressed."""
    if not (button := one_line(post.get(BUTTON))):
        return None
    typed = {field["id"]: one_line(post.get(FIELD + field["id"]))[:LONGEST] for field in screen.get("fields", [])}
    fields = {name: value for name, value in typed.items() if value}
    return {"button": button, "fields": fields} if fields else {"button": button}


@dataclass(frozen=True, slots=True)
class Signed:
    """A path that travels in a form. `key` names what it belongs to (an attempt's item, a try), `content` is the version
    that is asked: a path of another is no path."""

    content: Mapping[str, Any]
    key: str

    def seal(self, path: Sequence[Step]) -> str:
        """The path as the form carries it."""
        return signing.dumps([self.key, list(path)], salt=SALT, compress=True)

    def open(self, sealed: str) -> list[Step]:
        """The path that a form brought; from the start again where it is not ours, or no longer fits."""
        try:
            key, path = signing.loads(sealed, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return []
        return path if key == self.key and walk(self.content, path).sound else []

    def at(self, post: QueryDict | Mapping[str, Any]) -> Standing:
        """Where one is after what a form sent. A press that makes no sense leaves one where one was."""
        before = walk(self.content, self.open(str(post.get(PATH, ""))))
        step = press(post, self.content["screens"][before.screen]) if before.screen else None
        if step is None:
            return before
        after = walk(self.content, [*before.path, step])
        return after if after.sound else before


def _step(screen: Mapping[str, Any] | None, said: Any) -> Step | None:
    """A step in its one form, or None where this screen has no such button or field."""
    if screen is None or not isinstance(said, Mapping) or set(said) - {"button", "fields"}:
        return None
    if not any(button["id"] == said.get("button") for button in screen["buttons"]):
        return None
    typed, known = said.get("fields") or {}, {field["id"] for field in screen.get("fields", [])}
    if not isinstance(typed, Mapping) or not set(typed) <= known:
        return None
    if not all(isinstance(value, str) and len(value) <= LONGEST for value in typed.values()):
        return None
    fields = {name: value for name, value in typed.items() if value}
    return {"button": said["button"], "fields": fields} if fields else {"button": said["button"]}


def _leads(screen: Mapping[str, Any], at: str, step: Step) -> str:
    """Where a press leads, as the fields stand."""
    button = next(one for one in screen["buttons"] if one["id"] == step["button"])
    holds = {field["id"]: field["holds"] for field in screen.get("fields", [])}
    typed = step.get("fields", {})
    met = all(
        any(accepts(holds[name], value, typed.get(name, "")) for value in accepted)
        for name, accepted in button.get("when", {}).items()
    )
    return str(button["to"] if met else button.get("else", at))


def _digits(typed: str) -> str:
    """A number without its separators and its money; words that are no number stay as they are.

    >>> [_digits(typed) for typed in ("50.000 đ", "0912 345 678", "không")]
    ['50000', '0912345678', 'khong']
    """
    return re.sub(r"[\s.,]|(vnd|dong|d)$", "", fold(typed))
