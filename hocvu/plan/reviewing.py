"""A reading under review: what is doubtful, what is still open, and every correction, each saved once and told
to the audit trail.

Every change carries the version of the reading that the reviewer saw. An older one is refused (`Stale`) and
nothing is overwritten. `suggest` is what the pages preselect and what `import_plan --settle` takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hocvu.lib import clock
from hocvu.plan import naming, succeeding
from hocvu.plan.likeness import pairs, rarity, share_of
from hocvu.plan.models import Reading
from hocvu.plan.naming import Decision, Directory, Guess, NameRead
from hocvu.ward import audit
from hocvu.ward.models import Account

HEADING_WITHIN = 60  # lines above an action in which its paragraph opens
ATTACH = 0.36  # an action that says this much of what a task says is suggested to belong to it


class Stale(Exception):
    """Somebody else saved meanwhile; `reading` is as it stands now."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        local = timezone.localtime(reading.updated_at)
        super().__init__(
            f"{reading.updated_by or 'Người khác'} đã lưu bản đọc này lúc {local.hour} giờ {local:%M}, sau khi trang này "
            "được mở. Chưa ghi đè gì. Hãy so sánh rồi lưu lại."
        )


class Over(Exception):
    """The reading is no longer under review; the message is a Vietnamese sentence."""


@contextmanager
def changing(reading_id: UUID, *, version: int, by: Account, act: str, **details: Any) -> Iterator[Reading]:
    """Change a reading in one transaction: locked, checked against the version seen, raised by one, put on trail."""
    with transaction.atomic():
        reading = Reading.objects.select_for_update(no_key=True).get(pk=reading_id)
        if reading.state != Reading.State.REVIEW:
            raise Over(f"Bản đọc này {reading.get_state_display()}, không sửa được nữa.")
        if reading.version != version:
            raise Stale(reading)
        yield reading
        reading.version += 1
        reading.updated_at, reading.updated_by = clock.now(), by.full_name
        reading.save()
        audit.record(by, act, reading, version=reading.version, **details)


# ---- Doubts


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing a person must look at: where, why, what stands there now, and what was decided."""

    number: int
    key: str
    path: str
    reason: str
    place: Mapping[str, Any]
    value: Any
    decision: str

    @property
    def is_open(self) -> bool:
        return not self.decision

    @property
    def is_blank(self) -> bool:
        """True where nothing stands at the place, so that it can be left for later."""
        return self.value in (None, "", [])

    @property
    def words(self) -> str:
        """What was read, as text."""
        return in_words(self.value)


def doubts(reading: Reading) -> list[Doubt]:
    """Every doubt of the reading, in its order, the settled ones too; those about rows left out are gone."""
    seen: dict[str, int] = {}
    found = []
    for number, doubt in enumerate(reading.content.get("doubts", []), start=1):
        path = doubt["path"]
        seen[path] = seen.get(path, 0) + 1
        key = path if seen[path] == 1 else f"{path}~{seen[path]}"
        if _is_left_out(reading.content, path):
            continue
        value, decision = value_at(reading.content, path), reading.settled.get(key, {}).get("decision", "")
        found.append(Doubt(number, key, path, doubt["reason"], doubt.get("place") or {}, value, decision))
    return found


def value_at(content: Mapping[str, Any], path: str) -> Any:
    """What stands at a path such as "tasks[4].leads[1].text"; None where nothing does."""
    value: Any = content
    for name, index in re.findall(r"([a-z_]+)|\[(\d+)\]", path):
        try:
            value = value[int(index)] if index else value["from" if name == "from_" else name]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def in_words(value: Any) -> str:
    """A value of the reading as plain text."""
    if isinstance(value, Mapping):
        return in_words(next((value[name] for name in ("unit", "text", "content", "number") if value.get(name)), ""))
    if isinstance(value, list):
        return "; ".join(in_words(item) for item in value)
    return "" if value is None else str(value)


def _is_left_out(content: Mapping[str, Any], path: str) -> bool:
    row = re.match(r"(?:tasks|targets|plan\.reports)\[\d+\]", path)
    return bool(row and (value_at(content, row[0]) or {}).get("left_out"))


def settle(reading: Reading, number: int, *, decision: str, version: int, by: Account) -> None:
    """Settle one doubt: "confirmed" as read, or "later" where it stays blank for now."""
    doubt = next(doubt for doubt in doubts(reading) if doubt.number == number)
    with changing(
        reading.pk, version=version, by=by, act="settled a doubt", path=doubt.path, decision=decision
    ) as kept:
        kept.settled[doubt.key] = _decided(decision, by)


def _decided(decision: str, by: Account) -> dict[str, str]:
    return {"decision": decision, "by": by.full_name, "at": clock.now().isoformat()}


# ---- Corrections


def correct(
    reading: Reading, path: str, change: Callable[[dict[str, Any]], None], *, version: int, by: Account
) -> None:
    """Correct what was read. Doubts about a value that has changed count as settled by the correction."""
    with changing(reading.pk, version=version, by=by, act="corrected a reading", path=path) as kept:
        before = {doubt.key: doubt.value for doubt in doubts(kept)}
        change(kept.content)
        for doubt in doubts(kept):
            if doubt.is_open and before.get(doubt.key) != doubt.value:
                kept.settled[doubt.key] = _decided("changed", by)


def lost_fields(reading: Reading) -> list[str]:
    """What a plan cannot be without and the reading does not have, as Vietnamese sentences."""
    found = [] if reading.content["plan"].get("title") else ["Chưa có tên kế hoạch."]
    rows = [task for task in reading.content["tasks"] if not task.get("left_out")]
    if not rows and not any(not target.get("left_out") for target in reading.content["targets"]):
        found.append("Chưa có chỉ tiêu hay nhiệm vụ nào.")
    found += [f"Nhiệm vụ {_task_label(task)} chưa có nội dung." for task in rows if not task["content"].strip()]
    return found


def _task_label(task: Mapping[str, Any]) -> str:
    return str(task["number"] or f"ở dòng {task['place'].get('line') or '?'}")


# ---- Units


def decide_unit(reading: Reading, key: str, decision: Decision, *, version: int, by: Account) -> None:
    """Say which unit or group of the ward a name means."""
    with changing(
        reading.pk, version=version, by=by, act="matched a unit", name=key, choice=decision["choice"]
    ) as kept:
        kept.units[key] = decision


def unit_guesses(reading: Reading) -> dict[str, Guess]:
    """A guess for every unit name of the reading."""
    return naming.guesses(naming.names_read(reading.content), Directory(reading.ward))


def accept_unit_guesses(reading: Reading, *, version: int, by: Account) -> int:
    """Take the guess for every name that is still open; answers how many."""
    guessed = unit_guesses(reading)
    with changing(reading.pk, version=version, by=by, act="accepted suggestions", part="units") as kept:
        taken = [key for key in guessed if key not in kept.units]
        kept.units.update({key: guessed[key].decision for key in taken})
    return len(taken)


def sure_units(reading: Reading) -> dict[str, Decision]:
    """The names that the ward already goes by; they need no decision of a person."""
    return {key: guess.decision for key, guess in unit_guesses(reading).items() if guess.sure}


# ---- Actions of the plan's body


def decide_action(reading: Reading, index: int, decision: Decision, *, version: int, by: Account) -> None:
    """Say what becomes of an action of the plan's body."""
    with changing(
        reading.pk, version=version, by=by, act="decided a body action", index=index, fate=decision["fate"]
    ) as kept:
        kept.actions[str(index)] = decision
        _settle_decided_actions(kept, by)


def _settle_decided_actions(reading: Reading, by: Account) -> None:
    """A doubt about an action asks what becomes of it: the decision answers."""
    for doubt in open_doubts(reading):
        found = re.match(r"body_actions\[(\d+)\]", doubt.path)
        if found and found[1] in reading.actions:
            reading.settled[doubt.key] = _decided("changed", by)


def suggest(reading: Reading, index: int, names: Sequence[NameRead]) -> Decision:
    """What probably becomes of an action: part of the task that says the same, else a task of the unit that it or
    the line above it names, else of the unit through which everybody reports; without any, left aside for a
    person to judge."""
    content = reading.content
    action = content["body_actions"][index]
    rows = [task for task in content["tasks"] if not task.get("left_out")]
    # A task and an action that name the same unit are not yet the same work.
    of_units = {pair for entry in names for spelling in entry.spellings for pair in pairs(spelling)}
    telling = {pair: weight for pair, weight in rarity(row["content"] for row in rows).items() if pair not in of_units}
    scored = [(share_of(task["content"], action["text"], telling), -task["position"]) for task in rows]
    score, position = max(scored, default=(0.0, 0))
    if score >= ATTACH:
        return {"fate": "attached", "task": -position}
    above = _heading_above(reading.document.lines, action)
    if lead := _named_in(action["text"], names) or _named_in(above, names) or _report_office(content, names):
        return {"fate": "task", "lead": lead}
    return {"fate": "aside", "reason": "Văn bản không giao cho đơn vị nào."}


def _heading_above(lines: Sequence[Sequence[Any]], action: Mapping[str, Any]) -> str:
    """The line that opens the numbered paragraph of an action: "2. Đề nghị Ủy ban Mặt trận Tổ quốc …:"."""
    number, first = str(action["section"]).rpartition(".")[2], (action.get("place") or {}).get("line") or 0
    above = [text for line, text, _ in lines if first - HEADING_WITHIN <= line < first]
    return next((text for text in reversed(above) if text.startswith(f"{number}.")), "")


def _named_in(text: str, names: Sequence[NameRead]) -> str:
    """The first unit that the text names, by its place in the text; the longer name where two start together."""
    words = f" {naming.bare(text)} "
    found = [(words.find(f" {entry.key} "), -len(entry.key), entry.key) for entry in names]
    return min((hit for hit in found if hit[0] >= 0), default=(0, 0, ""))[2]


def _report_office(content: Mapping[str, Any], names: Sequence[NameRead]) -> str:
    via = next((rule["via"] for rule in content["plan"].get("reports", []) if rule.get("via")), "")
    return next((entry.key for entry in names if via and entry.key == naming.bare(via)), "")


def accept_action_suggestions(reading: Reading, *, version: int, by: Account) -> int:
    """Take the suggestion for every action that is still open; answers how many."""
    names = naming.names_read(reading.content)
    with changing(reading.pk, version=version, by=by, act="accepted suggestions", part="body actions") as kept:
        taken = open_actions(kept)
        kept.actions.update({str(index): suggest(kept, index, names) for index in taken})
        _settle_decided_actions(kept, by)
    return len(taken)


# ---- What is still open


def open_doubts(reading: Reading) -> list[Doubt]:
    return [doubt for doubt in doubts(reading) if doubt.is_open]


def open_units(reading: Reading) -> list[NameRead]:
    """Names for which nothing was decided, or whose decision leads to another name without one."""
    names = naming.names_read(reading.content)
    known = {entry.key for entry in names}
    return [entry for entry in names if not _is_decided(entry.key, reading.units, known)]


def _is_decided(key: str, decisions: Mapping[str, Decision], known: set[str]) -> bool:
    end = naming.resolved_key(key, decisions)
    return end in decisions and decisions[end]["choice"] != "same" and (end == key or end in known)


def open_actions(reading: Reading) -> list[int]:
    """Actions that are undecided, or attached to a row that was since left out, or led by a name that is gone."""
    positions = {task["position"] for task in reading.content["tasks"] if not task.get("left_out")}
    names = {entry.key for entry in naming.names_read(reading.content)}
    found = []
    for index in range(len(reading.content["body_actions"])):
        decision = reading.actions.get(str(index), {})
        lost = decision.get("task", 0) not in positions if decision.get("fate") == "attached" else False
        gone = decision.get("fate") == "task" and "lead" in decision and decision["lead"] not in names
        if not decision or lost or gone:
            found.append(index)
    return found


@dataclass(frozen=True, slots=True)
class Missing:
    """How much is still open, and what is missing altogether."""

    doubts: int
    units: int
    actions: int
    fields: tuple[str, ...]
    links: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.doubts or self.units or self.actions or self.fields or self.links)

    @property
    def words(self) -> str:
        """One sentence: what keeps the plan from being published."""
        parts = [
            *([f"còn {self.doubts} chỗ chưa chắc"] if self.doubts else []),
            *([f"còn {self.units} tên đơn vị chưa ghép"] if self.units else []),
            *([f"còn {self.actions} việc trong thân kế hoạch chưa xử lý"] if self.actions else []),
            *([f"còn {self.links} dòng của kế hoạch cũ chưa chọn"] if self.links else []),
        ]
        opening = f"Chưa công bố được: {', '.join(parts)}." if parts else ""
        return " ".join([*([opening] if opening else []), *self.fields])


def missing(reading: Reading) -> Missing:
    """What keeps the reading from being published."""
    return Missing(
        len(open_doubts(reading)),
        len(open_units(reading)),
        len(open_actions(reading)),
        tuple(lost_fields(reading)),
        len(succeeding.open_rows(reading)),
    )


def settle_everything(reading: Reading, *, by: Account) -> Reading:
    """Take every default decision at once, as a reviewer who agrees with all that the pages preselect."""
    with changing(reading.pk, version=reading.version, by=by, act="accepted suggestions", part="everything") as kept:
        for doubt in open_doubts(kept):
            kept.settled[doubt.key] = _decided("later" if doubt.is_blank else "confirmed", by)
        guessed = unit_guesses(kept)
        kept.units.update({key: guess.decision for key, guess in guessed.items() if key not in kept.units})
        names = naming.names_read(kept.content)
        kept.actions.update({str(index): suggest(kept, index, names) for index in open_actions(kept)})
        succeeding.accept(kept)
    return kept


def drop(reading: Reading, *, version: int, by: Account) -> None:
    """Set a reading aside; the document stays."""
    with changing(reading.pk, version=version, by=by, act="dropped a reading") as kept:
        kept.state = Reading.State.DROPPED
