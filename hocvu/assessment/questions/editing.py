"""The form in which a question is written: from content to fields and back, for every kind, without a script.

Names of fields are places of the content: `ask`, `choices.1.text`. Every button saves; `lam` says which was pressed. The
drawn phone is written as text (`written`), whose faults say their line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from hocvu.assessment.models import QuestionMedia, QuestionVersion
from hocvu.assessment.questions import mapping, written
from hocvu.assessment.questions.cleaning import Fault, clean
from hocvu.assessment.questions.kinds import ABOUT, KINDS, WHY, Content, Field
from hocvu.learning.groups import GROUPS
from hocvu.lib.forms import DecimalField, Form
from hocvu.lib.text import nfc
from hocvu.ward.models import Ward

PHONE = ("start", "most", "screens", "ends")
EXAMPLE = """start: goi
screens:
  goi:
    app: Điện thoại
    title: Cuộc gọi đến
    lines:
      - "Số lạ: 0900 000 000"
    buttons:
      - {id: nghe, text: Nghe, to: nghe-may}
      - {id: tat, text: Từ chối, to: da-tat}
ends:
  nghe-may: {right: false, words: "Người lạ đã nói chuyện được với mình."}
  da-tat: {right: true, words: "Đã từ chối cuộc gọi lạ."}
"""
Raw = dict[str, Any]


@dataclass(slots=True)
class Drawn:
    """One field of the page. `holds` says how it is drawn; `items` are the entries of a list of groups."""

    name: str
    label: str
    holds: str
    value: Any = ""
    hint: str = ""
    required: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    items: list[DrawnItem] = field(default_factory=list)
    group: str = ""  # of choices of which one is right: the name that its radio buttons share
    number: int = 0
    rows: int = 3

    @property
    def id(self) -> str:
        return f"o-{self.name.replace('.', '-')}"


@dataclass(slots=True)
class DrawnItem:
    """One entry of a list; `is_spare` is the empty one at the end."""

    number: int
    id: str
    fields: list[Drawn]
    is_spare: bool = False


def fields_of(kind: str) -> tuple[Field, ...]:
    """What a kind asks of its author, in the order of the page."""
    return (*ABOUT, *KINDS[kind].fields, WHY)


# ---- From the form


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form says of a content; a phone that could not be read stands as typed, with its faults."""

    content: Raw
    phone: str = ""
    unread: list[str] = field(default_factory=list)


def read(kind: str, post: QueryDict) -> Sent:
    """What was sent, as a content that `clean` reads."""
    content: Raw = {}
    for one in fields_of(kind):
        if one.holds != "screens":
            value = _read(one, one.name, post)
            if value not in ("", None, [], {}):
                content[one.name] = value
    if kind != "screens":
        return Sent(content)
    typed = nfc(post.get("screens", "")).replace("\r\n", "\n")
    said = written.read(typed)
    unread = [f"Dòng {line}: {words}" for line, words in said.faults]
    if not unread and said.value is not None and not isinstance(said.value, Mapping):
        unread = ["Dòng 1: Hãy viết các dòng “start:”, “screens:”, “ends:”."]
    if unread:
        return Sent(content, typed, unread)
    return Sent(content | {name: value for name, value in (said.value or {}).items() if name not in content}, typed)


def _read(one: Field, name: str, post: QueryDict) -> Any:
    match one.holds:
        case "picture":
            return {"name": post.get(f"{name}.name", ""), "alt": post.get(f"{name}.alt", "")} if post.get(f"{name}.name") or post.get(f"{name}.alt") else {}  # fmt: skip
        case "lines":
            return [line for line in nfc(post.get(name, "")).splitlines() if line.strip()]
        case "forgive":
            return {part: f"{name}.{part}" in post for part in ("tones", "typos")} if f"{name}.sent" in post else {}
        case "flag":
            return {"true": True, "false": False}.get(post.get(name, ""))
        case "items":
            return _read_items(one, name, post)
    return nfc(post.get(name, ""))


def _read_items(one: Field, name: str, post: QueryDict) -> list[Raw]:
    rights = set(post.getlist(f"{name}.right"))
    found = []
    for number in range(one.most + 1):
        item: Raw = {"id": post.get(f"{name}.{number}.id", "")}
        for inner in one.fields:
            place = f"{name}.{number}.{inner.name}"
            item[inner.name] = str(number) in rights if inner.holds == "flag" else _read(inner, place, post)
        if any(value not in ("", None, {}, False) for key, value in item.items() if key != "id"):
            found.append(item)
    return found


def act(content: Raw, wish: str) -> str:
    """Do to a content what a button says: `len:choices:1`, `xuong:choices:1`, `bo:choices:1`; answers the field to come
    back to."""
    verb, _, rest = wish.partition(":")
    name, _, number = rest.partition(":")
    entries = content.get(name)
    if verb not in ("len", "xuong", "bo") or not isinstance(entries, list) or not number.isdecimal():
        return name if name in content else ""
    if (here := _place(number)) >= len(entries):
        return name
    if verb == "bo":
        del entries[here]
    else:
        there = here + (-1 if verb == "len" else 1)
        if 0 <= there < len(entries):
            entries[here], entries[there] = entries[there], entries[here]
    return name


def _place(number: str) -> int:
    """A place in a list by its digits; one that no list reaches where there are too many, which Python refuses to read."""
    return int(number) if len(number) < 9 else 10**9


def kept(kind: str, sent: Sent) -> Content:
    """What a draft keeps of what was sent: the one form where there is one, else as it was typed."""
    cleaned = clean(kind, sent.content)
    if kind == "screens":  # a phone that is half drawn stays as it is written
        phone = {name: value for name, value in sent.content.items() if name in PHONE or name not in cleaned.content}
        return {**{name: value for name, value in cleaned.content.items() if name not in PHONE}, **phone}
    return cleaned.content


def put(content: Content, place: str, name: str) -> Content:
    """A content with a file in a place: "picture", "choices.1.audio". An unknown place changes nothing."""
    parts = place.split(".")
    made = {**content, "choices": [dict(one) for one in content["choices"]]} if "choices" in content else dict(content)
    target: Any = made
    if len(parts) == 3 and parts[0] == "choices" and parts[1].isdecimal():
        target = made["choices"][_place(parts[1])] if _place(parts[1]) < len(made.get("choices", [])) else {}
    if parts[-1] == "picture":
        target["picture"] = {"name": name, "alt": (target.get("picture") or {}).get("alt", "")}
    elif parts[-1] == "audio":
        target["audio"] = name
    return made


# ---- From a content to the form


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a ward that a field may choose from, by kind."""

    by_kind: Mapping[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, ward: Ward) -> Files:
        found: dict[str, list[tuple[str, str]]] = {}
        for name, kind in QuestionMedia.objects.filter(ward=ward).order_by("name").values_list("name", "kind"):
            found.setdefault(kind, []).append((name, name))
        return cls(found)


def draw(kind: str, content: Content, faults: Sequence[Fault], files: Files, *, phone: str = "") -> list[Drawn]:
    """The fields of a content, with what is wrong beside each. Of a content in which nothing stands nothing is said."""
    wrong: dict[str, list[str]] = {}
    for fault in faults if content else ():
        wrong.setdefault(fault.place, []).append(fault.words)
    drawn = []
    for one in fields_of(kind):
        if one.holds == "screens":
            drawn.append(_draw_phone(content, wrong, phone))
        else:
            drawn.append(_draw(kind, one, one.name, content.get(one.name), wrong, files))
    if left := [words for said in wrong.values() for words in said]:  # of places that no field has
        drawn[0].faults += left
    return drawn


def _draw(kind: str, one: Field, name: str, value: Any, wrong: dict[str, list[str]], files: Files) -> Drawn:
    made = Drawn(name, one.label, one.holds, hint=one.hint, required=one.required)
    if one.holds == "items":
        _draw_items(kind, made, one, value or [], wrong, files)
        made.faults += wrong.pop(name, [])
        return made
    match one.holds:
        case "lines":
            made.value, made.rows = "\n".join(value or []), max(3, len(value or []) + 1)
            made.hint = made.hint or "Mỗi dòng một ý."
        case "forgive":
            made.value = {"tones": True, "typos": True, **(value or {})}
        case "flag":
            made.value = {True: "true", False: "false"}.get(value, "")
        case "picture":
            made.value = value or {"name": "", "alt": ""}
            made.options = _with_unknown(
                [("", "Không có hình"), *files.by_kind.get("picture", [])], made.value.get("name", "")
            )
        case "audio":
            made.value = value or ""
            made.options = _with_unknown([("", "Không có âm thanh"), *files.by_kind.get("audio", [])], made.value)
        case _:
            made.value = value or ""
    places = [place for place in wrong if place == name or place.startswith(f"{name}.")]
    made.faults += [words for place in places for words in wrong.pop(place)]
    return made


def _draw_items(
    kind: str, made: Drawn, one: Field, items: Sequence[Any], wrong: dict[str, list[str]], files: Files
) -> None:
    spare = max(one.least - len(items), 1) if len(items) < one.most else 0
    for number, item in enumerate([*items, *({} for _ in range(spare))]):
        fields = []
        for inner in one.fields:
            drawn = _draw(kind, inner, f"{made.name}.{number}.{inner.name}", item.get(inner.name), wrong, files)
            if inner.holds == "flag":
                drawn.holds = "one" if kind == "single" else "some"
                drawn.group, drawn.number = f"{made.name}.right", number
            fields.append(drawn)
        if own := wrong.pop(f"{made.name}.{number}", []) + wrong.pop(f"{made.name}.{number}.id", []):
            fields[0].faults += own
        made.items.append(DrawnItem(number, str(item.get("id", "")), fields, number >= len(items)))


def _draw_phone(content: Content, wrong: dict[str, list[str]], typed: str) -> Drawn:
    """The phone as text; each fault with the line of what it is about."""
    phone = {name: content[name] for name in PHONE if name in content}
    others = {
        name: content[name] for name in content if name not in PHONE and name not in ("ask", "why", "picture", "audio")
    }
    text = typed or (written.write({**phone, **others}) if phone or others else EXAMPLE)
    said = written.read(text)
    made = Drawn("screens", "Các màn hình", "screens", text, required=True, rows=max(16, text.count("\n") + 3))
    places = [place for place in wrong if place.partition(".")[0] in (*PHONE, *others)]
    lines = sorted((said.line(place), words) for place in places for words in wrong.pop(place))
    made.faults = [f"Dòng {line}: {words}" for line, words in lines]
    return made


def problems(drawn: Iterable[Drawn]) -> list[tuple[str, str]]:
    """Everything wrong on the page: the sentence and the anchor of its field."""
    found = []
    for one in drawn:
        found += [(words, one.id) for words in one.faults]
        for item in one.items:
            found += [
                (f"{one.label}, mục {item.number + 1}: {words}", anchor) for words, anchor in problems(item.fields)
            ]
    return found


def _with_unknown(options: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    if not value or value in {code for code, _ in options}:
        return options
    return [*options, (value, f"{value} (chưa có tệp này)")]


# ---- The head of a question


class HeadForm(Form):
    """To what a question belongs."""

    mark_optional = False

    competence = forms.ChoiceField(label="Năng lực")
    level = forms.ChoiceField(label="Bậc")
    groups = forms.MultipleChoiceField(
        label="Dành cho", required=False, choices=tuple(GROUPS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Không chọn nhóm nào là cho mọi người",
    )  # fmt: skip
    difficulty = DecimalField(
        label="Độ khó, ước lượng", min_value=-4, max_value=4, required=False,
        help_text="Từ -4 (rất dễ) đến 4 (rất khó); 0 là vừa đúng mức đạt. Máy tính lại khi có câu trả lời.",
    )  # fmt: skip

    def __init__(self, data: Any, *, version: QuestionVersion) -> None:
        question = version.question
        initial = {
            "competence": version.competence,
            "level": version.level,
            "groups": version.groups,
            "difficulty": round(question.difficulty, 2),
        }
        super().__init__(data, initial=initial, auto_id="dau-%s")
        choice: Any = self.fields["competence"]
        choice.choices = _with_unknown([("", "Chọn một năng lực"), *mapping.competences()], version.competence)
        choice = self.fields["level"]
        choice.choices = _with_unknown([("", "Chọn một bậc"), *mapping.levels()], version.level)
        if question.current_id is not None:
            del self.fields["difficulty"]

    def said(self) -> dict[str, Any]:
        """What a draft keeps."""
        return {name: self.cleaned_data[name] for name in ("competence", "level")} | {
            "groups": sorted(self.cleaned_data["groups"])
        }

    def guess(self) -> float | None:
        """The author's guess, while the question was never asked."""
        value = self.cleaned_data.get("difficulty")
        return None if value is None else float(value)
