"""The editing screen as data: what a form sent becomes blocks, blocks become fields of a form.

Both directions read the one table `lib.blocks.kinds`; no kind of block has a form of its own. A field of a block is sent
as `b.<block>.<field>`, of an entry as `b.<block>.<field>.<n>.<inner>`, one for the teacher as `t.<field>`; `khoi` names the
blocks in their order on the page.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, Framework, LessonVersion, Level, Media, ReviewRemark
from hocvu.lib import clock
from hocvu.lib.blocks import inline
from hocvu.lib.blocks.cleaning import MOST_BLOCKS, WANTED, Fault
from hocvu.lib.blocks.kinds import KINDS, TEACHING, Block, Field, Kind
from hocvu.lib.forms import Form, IntegerField
from hocvu.lib.refusals import Refusal

PLACEHOLDER = "khoi-moi"  # the id of a block in a template of the page, until a script gives it one
VOICE = Field("voice", "Giọng đọc của khối", "media", media="audio", most=120)
CHECKS = (
    ("none", "Đọc hết các phần"),
    ("answered", "Đọc hết các phần và trả lời các câu hỏi"),
    ("right", "Đọc hết các phần và trả lời đúng các câu hỏi"),
)
Raw = dict[str, Any]


# ---- From the form to blocks


@dataclass(slots=True)
class Sent:
    """What came from the page: blocks and the teacher's fields as they were typed, not yet clean."""

    blocks: list[Raw]
    teaching: Raw

    def position(self, block_id: str) -> int:
        """Where a block stands. Raises Refusal where the page has no such block."""
        for position, block in enumerate(self.blocks):
            if block["id"] == block_id:
                return position
        raise Refusal("Khối này không còn trong bài. Hãy xem lại trang.")


def read(post: MultiValueDict[str, str]) -> Sent:
    """Blocks and teacher's fields of a form that was sent."""
    tree: dict[str, Any] = {}
    for name, values in post.lists():
        path = name.split(".")
        if path[0] in ("b", "t") and 2 <= len(path) <= 5:
            _hang(tree, path, values[-1])
    said, blocks, seen = _branch(tree.get("b")), [], set()
    for block_id in post.getlist("khoi"):
        block = _branch(said.get(block_id))
        if block_id not in seen and block.get("kind") in KINDS:
            seen.add(block_id)
            spoken = (VOICE,) if KINDS[block["kind"]].spoken else ()
            fields = (*KINDS[block["kind"]].fields, *spoken)
            blocks.append({**_said(fields, block), "kind": block["kind"], "id": block_id})
    return Sent(blocks, _said(TEACHING, _branch(tree.get("t"))))


def _hang(tree: dict[str, Any], path: Sequence[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            return  # a name that no field of ours has
    tree.setdefault(path[-1], value)


def _branch(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _said(fields: Iterable[Field], block: Mapping[str, Any]) -> Raw:
    said: Raw = {}
    for one in fields:
        value = block.get(one.name)
        if one.holds == "items":
            said[one.name] = {n: _said(one.fields, _branch(item)) for n, item in _branch(value).items()}
        elif isinstance(value, str):
            said[one.name] = value
    return said


def plain_raw(raw: Any) -> Any:
    """Entries as lists, the way `cleaning.clean` reads them; until then they stand under their numbers on the page."""
    if isinstance(raw, list):
        return [plain_raw(one) for one in raw]
    return {name: list(value.values()) if isinstance(value, dict) else value for name, value in raw.items()}


# ---- What a pressed button asks for


def act(sent: Sent, wish: str) -> str:
    """Do to the blocks what a button says; answers the block to come back to. Raises Refusal where it makes no sense.

    `them:<kind>:after:<block, or dau>`, `len:<block>`, `xuong:<block>`, `xoa:<block>`, `them-muc:<block>:<field>`,
    `xoa-muc:<block>:<field>:<n>`, `len-muc:<block>:<field>:<n>`.
    """
    verb, *rest = wish.split(":")
    match verb, rest:
        case "them", [kind, "after", after] if kind in KINDS:
            return _add(sent, {"kind": kind, "id": new_id(kind)}, after)
        case "len" | "xuong", [block_id]:
            here = sent.position(block_id)
            there = here + (-1 if verb == "len" else 1)
            if 0 <= there < len(sent.blocks):
                sent.blocks[here], sent.blocks[there] = sent.blocks[there], sent.blocks[here]
            return block_id
        case "xoa", [block_id]:
            here = sent.position(block_id)
            del sent.blocks[here]
            return str(sent.blocks[max(0, here - 1)]["id"]) if sent.blocks else ""
        case "xoa-muc" | "len-muc", [block_id, name, number]:
            owner = sent.teaching if block_id == "t" else sent.blocks[sent.position(block_id)]
            items = _branch(owner.get(name))
            if number in items:
                owner[name] = _without(items, number) if verb == "xoa-muc" else _raised(items, number)
            return block_id
        case _, [block_id, *_]:
            return block_id
    return ""


def insert(sent: Sent, blocks: Sequence[Block], after: str) -> str:
    """Put blocks behind one, in their order, under fresh ids; answers the first one's id."""
    first = ""
    for block in blocks:
        after = _add(sent, {**block, "id": new_id(block["kind"])}, after)
        first = first or after
    return first


def _add(sent: Sent, block: Raw, after: str) -> str:
    if len(sent.blocks) >= MOST_BLOCKS:
        raise Refusal(f"Bài đã có {MOST_BLOCKS} khối. Hãy chia thành nhiều bài.")
    here = sent.position(after) + 1 if after and after != "dau" else 0
    sent.blocks.insert(here, block)
    return str(block["id"])


def _without(items: dict[str, Any], number: str) -> dict[str, Any]:
    return {n: item for n, item in items.items() if n != number}


def _raised(items: dict[str, Any], number: str) -> dict[str, Any]:
    order = list(items)
    here = order.index(number)
    if here:
        order[here - 1], order[here] = order[here], order[here - 1]
    return {n: items[n] for n in order}


def new_id(kind: str) -> str:
    """A fresh id for a block."""
    return f"{kind}-{secrets.token_hex(3)}"


# ---- From blocks to the form


@dataclass(slots=True)
class DrawnField:
    """One field of the page. `holds` says how it is drawn; `items` are the entries of a list of groups."""

    name: str
    id: str
    label: str
    holds: str
    value: Any = ""
    hint: str = ""
    required: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    items: list[DrawnItem] = field(default_factory=list)
    owner: str = ""  # the block that it is of, and its dotted place there: what buttons name
    place: str = ""
    is_full: bool = False


@dataclass(slots=True)
class DrawnItem:
    """One entry of a list; `is_spare` is the empty one at the end."""

    number: int
    fields: list[DrawnField]
    is_spare: bool = False


@dataclass(slots=True)
class DrawnBlock:
    """One block of the page."""

    id: str
    kind: Kind
    number: int
    opening: str
    fields: list[DrawnField]
    voice: DrawnField | None
    faults: list[str]
    remarks: list[ReviewRemark]

    @property
    def is_wrong(self) -> bool:
        """Whether anything in it must be put right."""
        return bool(self.faults) or any(_wrong(one) for one in self.fields)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a lesson that a field may choose from: name and words, by kind."""

    by_kind: dict[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, version: LessonVersion) -> Files:
        """Those of the version's lesson."""
        found: dict[str, list[tuple[str, str]]] = {}
        rows = Media.objects.filter(lesson=version.lesson_id).exclude(origin=Media.Origin.MACHINE)
        for one in rows.order_by("name"):
            note = "" if one.state == Media.State.READY else f" ({one.get_state_display()})"
            found.setdefault(one.kind, []).append((one.name, f"{one.name}{note}"))
        return cls(found)


def draw(
    blocks: Sequence[Block], faults: Sequence[Fault], files: Files, remarks: Sequence[ReviewRemark] = ()
) -> list[DrawnBlock]:
    """Blocks as fields, with what is wrong beside each. Of a block in which nothing stands yet nothing is said."""
    drawn = []
    for number, block in enumerate(blocks, start=1):
        kind, block_id = KINDS[block["kind"]], block["id"]
        wrong = {} if _is_empty(block) else _by_field(faults, block_id)
        fields = [
            _drawn(one, block.get(one.name), f"b.{block_id}", block_id, one.name, wrong, files) for one in kind.fields
        ]
        voice = None
        if kind.spoken:
            voice = _drawn(VOICE, block.get("voice"), f"b.{block_id}", block_id, "voice", wrong, files)
            voice.options.insert(1, (WANTED, "Chờ thu âm"))
        said = [one for one in remarks if one.block == block_id]
        drawn.append(DrawnBlock(block_id, kind, number, opening_of(block), fields, voice, wrong.get("", []), said))
    return drawn


def draw_teaching(teaching: Mapping[str, Any], wrong: Sequence[tuple[str, str]], files: Files) -> list[DrawnField]:
    """The teacher's fields; of an empty page for the teacher nothing is said yet."""
    faults = (
        _by_field([Fault("t", name, words.replace(", hoặc xóa khối này", "")) for name, words in wrong], "t")
        if teaching
        else {}
    )
    return [_drawn(one, teaching.get(one.name), "t", "t", one.name, faults, files) for one in TEACHING]


def templates(files: Files) -> list[DrawnBlock]:
    """One empty block of each kind, for a script to copy."""
    return draw([{"kind": code, "id": PLACEHOLDER} for code in KINDS], [], files)


def opening_of(block: Block) -> str:
    """The first words of a block, by which one knows it when it is folded."""
    for one in KINDS[block["kind"]].fields:
        value = block.get(one.name)
        if one.holds in ("line", "text", "media") and value:
            words = inline.plain(str(value)).split()
            return " ".join(words[:9]) + ("…" if len(words) > 9 else "")
        if one.holds == "items" and value:
            inner = next((str(v) for v in value[0].values() if isinstance(v, str)), "")
            return f"{len(value)} mục: {' '.join(inner.split()[:7])}"
    return ""


def problems(blocks: Sequence[DrawnBlock], teaching: Sequence[DrawnField]) -> list[tuple[str, str]]:
    """Everything wrong on the page: the sentence and the anchor of its field."""
    found = []
    for block in blocks:
        where = f"Khối {block.number}, {block.kind.label.lower()}"
        found += [(f"{where}: {words}", f"khoi-{block.id}") for words in block.faults]
        found += [
            (f"{where}: {words}", anchor) for one in (*block.fields, block.voice) if one for words, anchor in _told(one)
        ]
    return found + [(f"Cho người dạy: {words}", anchor) for one in teaching for words, anchor in _told(one)]


def _told(one: DrawnField) -> list[tuple[str, str]]:
    inner = [told for item in one.items for deeper in item.fields for told in _told(deeper)]
    return [(words, one.id) for words in one.faults] + inner


def _wrong(one: DrawnField) -> bool:
    return bool(_told(one))


def _is_empty(block: Block) -> bool:
    return not any(value for name, value in block.items() if name not in ("kind", "id", "level", "voice"))


def _by_field(faults: Sequence[Fault], block_id: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fault in faults:
        if fault.block == block_id:
            found.setdefault(fault.field, []).append(fault.words)
    return found


def _drawn(
    one: Field, value: Any, prefix: str, owner: str, place: str, wrong: Mapping[str, list[str]], files: Files
) -> DrawnField:
    name = f"{prefix}.{one.name}"
    made = DrawnField(
        name,
        f"o-{name.replace('.', '-')}",
        one.label,
        one.holds,
        hint=one.hint,
        required=one.required,
        faults=list(wrong.get(place, [])),
        owner=owner,
        place=place,
    )
    match one.holds:
        case "items":
            _draw_items(made, one, value or [], wrong, files)
            return made
        case "lines":
            made.value = "\n".join(value or [])
            made.hint = made.hint or "Mỗi dòng một ý."
        case "rows":
            made.value = "\n".join(" | ".join(row) for row in value or [])
        case "choice":
            made.value, made.options = value or "", _with_unknown(list(one.choices), value)
        case "media":
            known = [("", "Chưa chọn"), *files.by_kind.get(one.media, [])]
            made.value = value or ""
            made.options = known if value == WANTED else _with_unknown(known, value)
        case _:
            made.value = value or ""
    if one.holds in ("lines", "rows"):  # a fault of one line stands at the field
        made.faults += [words for path, said in wrong.items() if path.startswith(f"{place}.") for words in said]
    return made


def _draw_items(
    made: DrawnField, one: Field, items: Sequence[Any], wrong: Mapping[str, list[str]], files: Files
) -> None:
    spare = max(one.least - len(items), 1) if len(items) < one.most else 0
    made.is_full = not spare
    for number, item in enumerate([*items, *({} for _ in range(spare))]):
        fields = [
            _drawn(
                inner,
                item.get(inner.name),
                f"{made.name}.{number}",
                made.owner,
                f"{made.place}.{number}.{inner.name}",
                wrong,
                files,
            )
            for inner in one.fields
        ]
        made.items.append(DrawnItem(number, fields, number >= len(items)))


def _with_unknown(options: list[tuple[str, str]], value: Any) -> list[tuple[str, str]]:
    known = {code for code, _ in options}
    return options if not value or value in known else [*options, (str(value), f"{value} (không có trong danh sách)")]


# ---- The head of a lesson


class HeadForm(Form):
    """Title and everything else that is said of the lesson as a whole. A draft may lack what the check asks for later."""

    mark_optional = False

    title = forms.CharField(label="Tên bài", max_length=160, help_text="Ngắn, nói việc học được: “Gọi điện có hình”.")
    summary = forms.CharField(
        label="Bài này nói gì", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    minutes = IntegerField(label="Học trong bao nhiêu phút", min_value=1, max_value=240)
    level = forms.ChoiceField(label="Bậc", required=False)
    groups = forms.MultipleChoiceField(
        label="Dành cho ai", required=False, choices=tuple(GROUPS.items()), widget=forms.CheckboxSelectMultiple
    )
    competences = forms.MultipleChoiceField(
        label="Năng lực bài này dạy", required=False, widget=forms.CheckboxSelectMultiple
    )
    checks = forms.ChoiceField(label="Tính là học xong khi", choices=CHECKS)

    def __init__(self, data: Any, *, version: LessonVersion) -> None:
        said = {
            name: getattr(version, name) for name in ("title", "summary", "minutes", "level", "groups", "competences")
        }
        super().__init__(data, initial={**said, "checks": version.rule.get("checks", "answered")}, auto_id="dau-%s")
        self.version = version
        self.fields["level"].choices = _with_unknown([("", "Chưa chọn"), *_levels()], version.level)  # type: ignore[attr-defined]
        self.fields["groups"].choices = _with_old(list(GROUPS.items()), version.groups)  # type: ignore[attr-defined]
        self.fields["competences"].choices = _with_old(_competences(), version.competences)  # type: ignore[attr-defined]

    def content(self) -> dict[str, Any]:
        """What is said, as far as it can be kept; a field that is wrong keeps what stood there."""
        kept = dict(self.cleaned_data)
        checks = kept.pop("checks", None)
        if checks:
            kept["rule"] = {"parts": "all", **self.version.rule, "checks": checks}
        return kept


def _with_old(choices: list[tuple[str, str]], values: Sequence[str]) -> list[tuple[str, str]]:
    for value in values:
        choices = _with_unknown(choices, value)
    return choices


def _levels() -> list[tuple[str, str]]:
    working = Framework.objects.on(clock.today()).filter(kind=Framework.Kind.WORKING)
    rows = Level.objects.filter(framework__in=working).order_by("framework__code", "number")
    return list({one.code: f"{one.code}: {one.title}" for one in rows}.items())


def _competences() -> list[tuple[str, str]]:
    """Those of every framework in force that hold a domain: domains themselves are no choice."""
    rows = Competence.objects.filter(framework__in=Framework.objects.on(clock.today())).exclude(parent=None)
    return list({one.reference: f"{one.reference} {one.title}" for one in rows.select_related("framework")}.items())
