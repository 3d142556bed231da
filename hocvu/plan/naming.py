"""Names of units as a plan writes them meet the units of the ward: found, guessed, made.

A decision about a name is a small JSON value kept on the reading:
`{"choice": "unit", "id": 5}`, `{"choice": "group", "id": 2}`, `{"choice": "new_unit", "name": …, "kind": …}`,
`{"choice": "new_group", "name": …, "kinds": […], "members": [unit ids], "names": [other names read]}`,
`{"choice": "same", "as": another name read}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from hocvu.lib import clock
from hocvu.lib.text import fold
from hocvu.ward.models import Unit, UnitGroup, Ward

Kind = Unit.Kind
Decision = dict[str, Any]

NEAR = 0.86  # two names this alike are shown as perhaps the same
# Kinds that "Các phòng, ban, đơn vị" means in a commune.
OFFICE_KINDS = (Kind.OFFICE, Kind.POLICE, Kind.MILITARY, Kind.SERVICE_CENTRE)
# Kinds of which every neighbourhood has one.
LOCAL_KINDS = (Kind.NEIGHBOURHOOD, Kind.TEAM)

_SHORT = {
    "ubmttqvn": "uy ban mat tran to quoc viet nam",
    "ubmttq": "uy ban mat tran to quoc viet nam",
    "mttqvn": "mat tran to quoc viet nam",
    "mttq": "mat tran to quoc viet nam",
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "vhxh": "van hoa xa hoi",
    "tdp": "to dan pho",
    "tncs": "thanh nien cong san",
}
# The commune's own word says nothing; "xã hội" and "hợp tác xã" keep theirs.
_NOISE = re.compile(r"\b(tren dia ban|truc thuoc|thuoc|phuong|dac khu|(?<!hop tac )xa(?! hoi))\b")
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"to cong nghe so|to cong nghe", Kind.TEAM),
    (r"cong an", Kind.POLICE),
    (r"quan su", Kind.MILITARY),
    (r"mat tran", Kind.FRONT),
    (r"dang uy|dang bo|xay dung dang|tuyen giao", Kind.PARTY),
    (r"quan ly cho|tieu thuong|^cho\b", Kind.MARKET_BOARD),
    (r"^doan\b|^hoi\b(?! dong)|lien doan|cong doan|doan thanh nien", Kind.UNION),
    (r"^trung tam|^tram\b", Kind.SERVICE_CENTRE),
    (r"^truong\b|truong hoc|co so giao duc|mam non", Kind.SCHOOL),
    (r"doanh nghiep|cong ty|hop tac xa", Kind.ENTERPRISE),
    (r"to dan pho|^thon\b|^khu\b|khu dan cu", Kind.NEIGHBOURHOOD),
    (r"^uy ban nhan dan", Kind.COMMITTEE),
    (r"^phong\b|^van phong|^ban\b|^thanh tra", Kind.OFFICE),
)


def bare(name: str) -> str:
    """A name as it is compared: without marks, case, punctuation, the commune's word and a leading "các".

    >>> bare("Các phòng ban, đơn vị"), bare("Phòng Văn hóa-Xã hội"), bare("UBMTTQ phường")
    ('phong ban don vi', 'phong van hoa xa hoi', 'uy ban mat tran to quoc viet nam')
    """
    text = re.sub(r"[^a-z0-9()]+", " ", fold(name))
    words = " ".join(_SHORT.get(word, word) for word in text.split())
    words = " ".join(_NOISE.sub(" ", words).split())
    return re.sub(r"^(cac|nhung)\s+", "", words)


def guessed_kind(name: str) -> Kind:
    """What kind of unit a name sounds like."""
    words = bare(name)
    return next((kind for pattern, kind in _KINDS if re.search(pattern, words)), Kind.OTHER)


def means_offices(name: str) -> bool:
    """True for "Các phòng, ban, đơn vị" in any spelling."""
    return bool(re.search(r"^phong ban\b", bare(name)))


@dataclass(slots=True)
class NameRead:
    """One unit name of the reading: its spellings, whether it names several units, where it is used."""

    key: str
    name: str
    group: bool
    spellings: list[str] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)

    @property
    def without_brackets(self) -> str:
        """ "Phòng Văn hóa - Xã hội (Nội vụ)" without the field of work in brackets, compared form."""
        return bare(re.sub(r"\(.*?\)", " ", self.name))


def names_read(content: Mapping[str, Any]) -> list[NameRead]:
    """Every distinct unit name of the tasks, in the order of the plan."""
    found: dict[str, NameRead] = {}
    for task in content["tasks"]:
        if task.get("left_out"):
            continue
        label = task["number"] or f"không số (dòng {task['place'].get('line') or '?'})"
        for unit in (*task["leads"], *task["coordinators"]):
            entry = found.setdefault(
                bare(unit["unit"]), NameRead(bare(unit["unit"]), unit["unit"], bool(unit["group"]))
            )
            entry.group = entry.group or bool(unit["group"])
            for spelling in (unit["text"], unit["unit"]):
                if spelling and spelling not in entry.spellings:
                    entry.spellings.append(spelling)
            if label not in entry.uses:
                entry.uses.append(label)
    return list(found.values())


class Directory:
    """The units and groups of a ward that live today, by every name they go by."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.units = list(Unit.objects.of(ward).on(clock.today()))
        self.groups = list(UnitGroup.objects.filter(ward=ward))
        self._named: dict[str, Decision] = {}
        for group in self.groups:
            for name in (group.name, *group.aliases):
                self._named.setdefault(bare(name), {"choice": "group", "id": group.pk})
        for unit in self.units:
            for name in filter(None, (unit.name, unit.short_name, *unit.aliases)):
                self._named.setdefault(self._without_ward(bare(name)), {"choice": "unit", "id": unit.pk})

    def find(self, name: str) -> Decision | None:
        """The unit or group that goes by this very name, marks and case aside."""
        return self._named.get(self._without_ward(name)) or self._named.get(name)

    def near(self, name: str) -> Decision | None:
        """The unit or group whose name is almost this one."""
        scored = [(SequenceMatcher(None, name, known).ratio(), known) for known in self._named]
        score, known = max(scored, default=(0.0, ""))
        return self._named[known] if score >= NEAR else None

    def of_kinds(self, *kinds: str) -> list[Unit]:
        return [unit for unit in self.units if unit.kind in kinds]

    def words(self, decision: Decision) -> str:
        """A decision about a name as the page says it."""
        match decision["choice"]:
            case "unit":
                return next((unit.name for unit in self.units if unit.pk == decision["id"]), "đơn vị đã thôi hoạt động")
            case "group":
                return next((group.name for group in self.groups if group.pk == decision["id"]), "nhóm không còn")
            case "new_unit":
                return f"Tạo đơn vị mới: {decision['name']} ({Kind(decision['kind']).label})"
            case "new_group":
                return f"Tạo nhóm mới: {decision['name']} ({self._members_in_words(decision)})"
        return f"Cùng là “{decision['as']}”"

    def _members_in_words(self, decision: Decision) -> str:
        count = len(decision["members"]) + len(decision["names"])
        parts = [f"mọi {Kind(kind).label}" for kind in decision["kinds"]]
        return ", ".join([*parts, *([f"{count} đơn vị"] if count else [])]) or "chưa có đơn vị nào"

    def _without_ward(self, name: str) -> str:
        own = bare(self.ward.name)
        return name.removesuffix(f" {own}") if name != own else name


@dataclass(frozen=True, slots=True)
class Guess:
    """What a name probably is. `sure` means that the ward already goes by this name: nobody need be asked."""

    decision: Decision
    why: str
    sure: bool = False


def guesses(names: list[NameRead], directory: Directory) -> dict[str, Guess]:
    """A guess for every name; groups come last, for they may hold units that are yet to be made."""
    found = {entry.key: _known(entry, directory) or _single(entry, names, directory) for entry in names}
    new_units = {key: guess.decision for key, guess in found.items() if guess.decision["choice"] == "new_unit"}
    for entry in names:
        if found[entry.key].decision["choice"] == "new_unit" and _is_group(entry, directory):
            new_units.pop(entry.key)
    for entry in names:
        if found[entry.key].decision["choice"] == "new_unit" and _is_group(entry, directory):
            found[entry.key] = _group(entry, directory, new_units)
    return found


def _known(entry: NameRead, directory: Directory) -> Guess | None:
    if decision := directory.find(entry.key):
        return Guess(decision, "Đã có trong danh sách với đúng tên này.", sure=True)
    if not entry.group and (decision := directory.near(entry.key)):
        return Guess(decision, "Tên gần giống một đơn vị đã có.")
    return None


def _single(entry: NameRead, names: list[NameRead], directory: Directory) -> Guess:
    part = entry.without_brackets
    if part != entry.key:
        if decision := directory.find(part):
            return Guess(decision, "Phần trong ngoặc là lĩnh vực của đơn vị đã có.")
        if any(other.key == part for other in names):
            return Guess(
                {"choice": "same", "as": part}, "Phần trong ngoặc là lĩnh vực của đơn vị cũng có trong kế hoạch."
            )
    name = entry.name.strip(" .;,")
    kind = guessed_kind(entry.name)
    decision = {"choice": "new_unit", "name": name[:1].upper() + name[1:], "kind": str(kind)}
    return Guess(decision, "Chưa có đơn vị nào tên như vậy.")


def _is_group(entry: NameRead, directory: Directory) -> bool:
    kind = guessed_kind(entry.name)
    many = kind in LOCAL_KINDS and not re.search(r"\d", entry.key)
    return entry.group or means_offices(entry.name) or many


def _group(entry: NameRead, directory: Directory, new_units: Mapping[str, Decision]) -> Guess:
    name = entry.name.strip(" .;,")
    decision: Decision = {
        "choice": "new_group",
        "name": name[:1].upper() + name[1:],
        "kinds": [],
        "members": [],
        "names": [],
    }
    kind = guessed_kind(entry.name)
    if means_offices(entry.name):
        decision["members"] = [unit.pk for unit in directory.of_kinds(*OFFICE_KINDS)]
        decision["names"] = [key for key, made in new_units.items() if made["kind"] in OFFICE_KINDS]
        return Guess(decision, "Tên chung của nhiều đơn vị; hãy xem lại danh sách thành viên.")
    if kind in (*LOCAL_KINDS, Kind.SCHOOL, Kind.ENTERPRISE, Kind.MARKET_BOARD, Kind.UNION):
        decision["kinds"] = [str(kind)]
        return Guess(decision, "Tên chung của nhiều đơn vị cùng loại.")
    return Guess(decision, "Tên chung, nhưng văn bản không nói rõ là những đơn vị nào.")


def resolved_key(key: str, decisions: Mapping[str, Decision]) -> str:
    """The name that another one was said to be the same as."""
    seen: set[str] = set()
    while decisions.get(key, {}).get("choice") == "same" and key not in seen:
        seen.add(key)
        key = decisions[key]["as"]
    return key
