"""A corrected document of a running plan, and a new plan that takes an old one's place.

For a correction, each row read is the old row it continues (`links["tasks"]` may say otherwise). For a
succession, each open row of the old plan is linked to a new one, carried over, or closed, by choice
(`links["old"]`, keys "task:5" and "target:9").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from hocvu.lib import clock
from hocvu.plan.likeness import likeness, paired
from hocvu.plan.models import Plan, Reading, SelfState, Target, Task

LINK = 0.5  # rows this alike are suggested to be the same work

Choice = dict[str, Any]


# ---- A corrected document


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of a corrected plan beside the row that runs: added, changed or removed; `fields` says what changed."""

    kind: str
    sort: str
    key: int
    label: str
    fields: tuple[tuple[str, str, str], ...] = ()


def living_tasks(plan: Plan) -> list[Task]:
    """The rows of a plan that were not withdrawn."""
    return list(plan.tasks.filter(withdrawn_at=None).select_related("section").prefetch_related("responsibilities"))


def section_title(full: str) -> str:
    """A section's title without the Roman number before it.

    >>> section_title("II. Đào tạo"), section_title("Đào tạo")
    ('Đào tạo', 'Đào tạo')
    """
    head, _, rest = full.partition(" ")
    number = head.rstrip(".)")
    return rest.strip() if rest.strip() and number and set(number) <= set("IVXLC") else full


def carried(plan: Plan, sort: str) -> set[int]:
    """The rows of a plan that came over from the one it succeeded, and stand in none of its own documents."""
    first = plan.readings.filter(revises=None).order_by("updated_at").first()
    choices: Mapping[str, Choice] = first.links.get("old", {}) if first else {}
    came = [
        int(key.partition(":")[2])
        for key, choice in choices.items()
        if key.startswith(f"{sort}:") and choice["fate"] == "carried"
    ]
    rows = plan.tasks if sort == "task" else plan.targets
    return set(rows.filter(continues__in=came).values_list("pk", flat=True)) if came else set()


def own_tasks(plan: Plan, origin: str) -> QuerySet[Task]:
    """The living tasks that the plan's own document gave it."""
    return plan.tasks.filter(withdrawn_at=None, origin=origin).exclude(pk__in=carried(plan, "task"))


def paired_tasks(reading: Reading, plan: Plan) -> dict[int, int]:
    """Old task id by the position of the row read that continues it."""
    new = [(row["position"], row["number"] or "", row["content"]) for row in rows(reading.content, "tasks")]
    old = [(task.pk, task.number, task.content) for task in own_tasks(plan, Task.Origin.APPENDIX)]
    return _chosen(paired(new, old), reading.links.get("tasks", {}), {key for key, _, _ in old})


def paired_targets(reading: Reading, plan: Plan) -> dict[int, int]:
    """Old target id by the index of the target read that continues it; a target never changes its year."""
    new = [
        (i, str(row["year"]), _target_words(row["year"], row["text"])) for i, row in indexed(reading.content, "targets")
    ]
    old = [
        (target.pk, str(target.year), _target_words(target.year, target.text))
        for target in plan.targets.filter(withdrawn_at=None).exclude(pk__in=carried(plan, "target"))
    ]
    found: dict[int, int] = {}
    for year in {number for _, number, _ in new}:
        found |= paired([row for row in new if row[1] == year], [row for row in old if row[1] == year])
    return found


def _target_words(year: int | None, text: str) -> str:
    return f"năm {year} {text}"


def _chosen(found: dict[int, int], choices: Mapping[str, int | None], known: set[int]) -> dict[int, int]:
    """The pairs found, with a person's choices put in their place; an old row is never continued twice."""
    chosen = {int(key): old for key, old in choices.items() if old is None or old in known}
    taken = {old for old in chosen.values() if old}
    kept = {new: old for new, old in found.items() if new not in chosen and old not in taken}
    return kept | {new: old for new, old in chosen.items() if old}


def differences(reading: Reading, plan: Plan) -> list[Difference]:
    """What a corrected document changes in a running plan: removed and changed rows first, then new ones."""
    found = [
        *_head_difference(reading, plan),
        *_task_differences(reading, plan),
        *_target_differences(reading, plan),
    ]
    order = {"removed": 0, "changed": 1, "added": 2}
    return sorted(found, key=lambda difference: order[difference.kind])


def chosen_rows(reading: Reading, plan: Plan) -> list[Difference]:
    """The old rows that a person paired with new ones, so that the choice can be seen and undone."""
    ids = [old for old in reading.links.get("tasks", {}).values() if old]
    return [Difference("removed", "task", t.pk, f"Nhiệm vụ {t}") for t in plan.tasks.filter(pk__in=ids)]


def _head_difference(reading: Reading, plan: Plan) -> list[Difference]:
    head = reading.content["plan"]
    was = {
        "Tên": plan.title,
        "Số, ký hiệu": plan.number,
        "Ngày ban hành": f"{plan.signed_on:%d/%m/%Y}" if plan.signed_on else "",
        "Cơ quan ban hành": plan.issuer,
        "Người ký": plan.signer,
        "Chế độ báo cáo": "; ".join(rule.text for rule in plan.report_rules.all()),
    }
    now = {
        "Tên": head["title"],
        "Số, ký hiệu": head.get("number") or "",
        "Ngày ban hành": f"{date.fromisoformat(head['date']):%d/%m/%Y}" if head.get("date") else "",
        "Cơ quan ban hành": head.get("issuer") or "",
        "Người ký": head.get("signer") or "",
        "Chế độ báo cáo": "; ".join(rule["text"] for rule in head.get("reports", []) if not rule.get("left_out")),
    }
    changed = _changed(was, now)
    return [Difference("changed", "head", 0, "Đầu văn bản", changed)] if changed else []


def _task_differences(reading: Reading, plan: Plan) -> list[Difference]:
    came = carried(plan, "task")
    pairs, tasks = paired_tasks(reading, plan), {task.pk: task for task in living_tasks(plan) if task.pk not in came}
    found = []
    for row in rows(reading.content, "tasks"):
        label = f"Nhiệm vụ {row['number'] or 'không số'}: {row['content']}"
        old = tasks.get(pairs.get(row["position"], 0))
        if old is None:
            found.append(Difference("added", "task", row["position"], label))
        elif changed := _changed(_old_task_words(old), _task_words(row)):
            found.append(Difference("changed", "task", row["position"], label, changed))
    gone = [task for pk, task in tasks.items() if pk not in pairs.values() and task.origin == Task.Origin.APPENDIX]
    return found + [Difference("removed", "task", task.pk, f"Nhiệm vụ {task}") for task in gone]


def _target_differences(reading: Reading, plan: Plan) -> list[Difference]:
    pairs = paired_targets(reading, plan)
    own = plan.targets.filter(withdrawn_at=None).exclude(pk__in=carried(plan, "target"))
    targets = {target.pk: target for target in own}
    found = []
    for index, row in indexed(reading.content, "targets"):
        label, old = f"Chỉ tiêu năm {row['year']}: {row['text']}", targets.get(pairs.get(index, 0))
        if old is None:
            found.append(Difference("added", "target", index, label))
            continue
        was = {
            "Mức": f"{old.comparator} {float(old.value):g} {old.unit}",
            "Nhóm đối tượng": str(old.get_audience_display()),
            "Đối tượng": old.audience_text,
            "Nội dung": old.text,
        }
        now = {
            "Mức": f"{row['comparator']} {row['value']:g} {row['unit']}",
            "Nhóm đối tượng": str(Target.Audience(row["audience"]).label),
            "Đối tượng": row["audience_text"],
            "Nội dung": row["text"],
        }
        if changed := _changed(was, now):
            found.append(Difference("changed", "target", index, label, changed))
    gone = [target for pk, target in targets.items() if pk not in pairs.values()]
    return found + [Difference("removed", "target", t.pk, f"Chỉ tiêu năm {t.year}: {t.text}") for t in gone]


def _changed(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, was[name], now[name]) for name in was if was[name].split() != now[name].split())


def _old_task_words(task: Task) -> dict[str, str]:
    named: dict[str, list[str]] = {"lead": [], "coordinator": []}
    for responsibility in task.responsibilities.all():
        named[responsibility.part].append(responsibility.text)
    return {
        "Số": task.number,
        "Mục": task.section.title if task.section else "",
        "Nội dung": task.content,
        "Chủ trì": "; ".join(named["lead"]),
        "Phối hợp": "; ".join(named["coordinator"]),
        "Kết quả": task.result,
        "Thời gian": task.period_text,
    }


def _task_words(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Số": row["number"] or "",
        "Mục": section_title(row.get("section") or ""),
        "Nội dung": row["content"],
        "Chủ trì": "; ".join(unit["text"] for unit in row["leads"]),
        "Phối hợp": "; ".join(unit["text"] for unit in row["coordinators"]),
        "Kết quả": row["result"] or "",
        "Thời gian": row["period"]["text"],
    }


# ---- A new plan in the place of an old one


@dataclass(frozen=True, slots=True)
class OldRow:
    """One open row of the plan that is succeeded, and what the reviewer may do with it."""

    key: str
    label: str
    choice: Choice | None
    suggestion: Choice


def old_rows(reading: Reading) -> list[OldRow]:
    """The open tasks and targets of the plan that the reading succeeds; closed years are not among them."""
    plan = reading.succeeds
    if plan is None:
        return []
    chosen: Mapping[str, Choice] = reading.links.get("old", {})
    found = []
    for task in plan.tasks.filter(withdrawn_at=None).exclude(self_state=SelfState.DONE):
        key = f"task:{task.pk}"
        found.append(OldRow(key, f"Nhiệm vụ {task}", chosen.get(key), _task_suggestion(reading, task)))
    for target in plan.targets.filter(withdrawn_at=None):
        if target.year and target.year < clock.today().year:
            continue
        key = f"target:{target.pk}"
        label = f"Chỉ tiêu năm {target.year}: {target.text}" if target.year else f"Chỉ tiêu: {target.text}"
        found.append(OldRow(key, label, chosen.get(key), _target_suggestion(reading, target)))
    return found


def _task_suggestion(reading: Reading, task: Task) -> Choice:
    """Linked to the likest row; else carried over while its time runs; else closed."""
    scored = [(likeness(task.content, row["content"]), -row["position"]) for row in rows(reading.content, "tasks")]
    score, position = max(scored, default=(0.0, 0))
    if score >= LINK:
        return {"fate": "linked", "to": -position}
    runs = task.ends_on is None or task.ends_on >= clock.today()
    return {"fate": "carried" if runs else "closed"}


def _target_suggestion(reading: Reading, target: Target) -> Choice:
    scored = [
        (likeness(target.text, row["text"]), -index)
        for index, row in indexed(reading.content, "targets")
        if row["year"] == target.year
    ]
    score, index = max(scored, default=(0.0, 0))
    return {"fate": "linked", "to": -index} if score >= LINK else {"fate": "carried"}


def open_rows(reading: Reading) -> list[OldRow]:
    """Rows of the old plan for which nothing valid was chosen."""
    positions = {row["position"] for row in rows(reading.content, "tasks")}
    indexes = {index for index, _ in indexed(reading.content, "targets")}
    found = []
    for row in old_rows(reading):
        known = positions if row.key.startswith("task:") else indexes
        if row.choice is None or (row.choice["fate"] == "linked" and row.choice.get("to") not in known):
            found.append(row)
    return found


def choose(reading: Reading, choices: Mapping[str, Choice]) -> None:
    """Put choices for old rows on the reading; the caller saves it."""
    reading.links = {**reading.links, "old": {**reading.links.get("old", {}), **choices}}


def accept(reading: Reading) -> None:
    """Take the suggestion for every old row still open; the caller saves the reading."""
    choose(reading, {row.key: row.suggestion for row in open_rows(reading)})


def rows(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The rows read, without those that the reviewer left out."""
    return [row for row in content[name] if not row.get("left_out")]


def indexed(content: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The same rows with their index in the reading."""
    return [(index, row) for index, row in enumerate(content[name]) if not row.get("left_out")]
