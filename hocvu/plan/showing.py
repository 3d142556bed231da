"""A reading and its source as the review pages show them: lines beside what was read, doubts as pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hocvu.lib.figures import number_words
from hocvu.lib.text import fold
from hocvu.plan import reviewing
from hocvu.plan.forms_review import FREQUENCIES
from hocvu.plan.models import BodyActionKept, PlanDocument, Reading, Target
from hocvu.plan.reviewing import Doubt

AROUND = 1  # lines of context before and after
LONGEST = 14  # lines shown of one place


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the source; `marked` where the doubtful words stand."""

    number: int
    text: str
    page: int | None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """One doubt as the page shows it: source left, what was read right."""

    doubt: Doubt
    lines: list[ShownLine]
    where: str
    facts: list[tuple[str, str]]
    edit: tuple[str, int]

    @property
    def is_action(self) -> bool:
        """An action of the body is not confirmed: it is decided."""
        return self.doubt.path.startswith("body_actions")

    @property
    def can_confirm(self) -> bool:
        """True where a press may say "as read": for what was read, and for a row that truly has no number."""
        unnumbered = self.doubt.path.startswith("tasks") and self.doubt.path.endswith(".number")
        return not self.is_action and (unnumbered or not self.doubt.is_blank)

    @property
    def verb(self) -> str:
        """What the way to the correction is called."""
        return "Chọn cách xử lý" if self.is_action else "Điền" if self.doubt.is_blank else "Sửa"


def lines_of(document: PlanDocument) -> list[ShownLine]:
    """Every line of the document that says something."""
    return [ShownLine(number, text, page) for number, text, page in document.lines]


def lines_at(lines: Sequence[ShownLine], place: Mapping[str, Any], words: str = "") -> list[ShownLine]:
    """The lines of a place with a little around them; those that hold `words` are marked, or all of the place."""
    first, last = place.get("line"), place.get("last_line") or place.get("line")
    if first is None or last is None:
        return []
    inside = [index for index, line in enumerate(lines) if first <= line.number <= last]
    if not inside:
        return []
    marked = [index for index in inside if _holds(lines[index].text, words)] or inside
    centre = marked if len(inside) > LONGEST else inside
    start, end = max(0, centre[0] - AROUND), min(len(lines), centre[0] - AROUND + LONGEST, centre[-1] + AROUND + 1)
    return [
        ShownLine(line.number, line.text, line.page, marked=index in marked)
        for index, line in enumerate(lines[start:end], start=start)
    ]


def _holds(line: str, words: str) -> bool:
    line, words = (" ".join(re.findall(r"[a-z0-9%]+", fold(text))) for text in (line, words))
    return bool(line and words) and (f" {line} " in f" {words} " or f" {words} " in f" {line} ")


def pairs(reading: Reading, doubts: Sequence[Doubt]) -> list[Pair]:
    """Doubts with their source lines and what else was read of the same row."""
    lines = lines_of(reading.document)
    return [
        Pair(
            doubt,
            lines_at(lines, doubt.place or _row_place(reading.content, doubt.path), _words(doubt.value)),
            where(reading.content, doubt.path),
            facts(reading.content, doubt.path),
            edit_of(doubt.path),
        )
        for doubt in doubts
    ]


def _words(value: Any) -> str:
    """The words of the source behind a value, as they were written where that was kept."""
    if isinstance(value, Mapping) and value.get("text"):
        return str(value["text"])
    return reviewing.in_words(value)


def _row_of(content: Mapping[str, Any], path: str) -> tuple[str, int, Mapping[str, Any]]:
    found = re.match(r"(targets|tasks|body_actions)\[(\d+)\]", path)
    if not found:
        return "plan", 0, content["plan"]
    return found[1], int(found[2]), reviewing.value_at(content, found[0]) or {}


def _row_place(content: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    return _row_of(content, path)[2].get("place") or {}


def where(content: Mapping[str, Any], path: str) -> str:
    """The row a path points into, in words."""
    sort, index, row = _row_of(content, path)
    match sort:
        case "tasks":
            return (
                f"Nhiệm vụ {row['number']}"
                if row.get("number")
                else f"Nhiệm vụ không có số (dòng {row['place'].get('line') or '?'})"
            )
        case "targets":
            return f"Chỉ tiêu {index + 1}" + (f", năm {row['year']}" if row.get("year") else "")
        case "body_actions":
            return f"Việc trong thân kế hoạch, mục {row.get('section') or '?'}"
    return "Căn cứ của kế hoạch" if "legal_bases" in path else "Báo cáo" if "reports" in path else "Đầu văn bản"


def facts(content: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    """What was read of the row around a doubt, label and words."""
    sort, _, row = _row_of(content, path)
    match sort:
        case "tasks":
            pairs = [
                ("Số thứ tự", row.get("number") or "Không có"),
                ("Nội dung", row.get("content", "")),
                ("Đơn vị chủ trì", reviewing.in_words(row.get("leads", [])) or "Không có"),
                ("Đơn vị phối hợp", reviewing.in_words(row.get("coordinators", [])) or "Không có"),
                ("Kết quả", row.get("result") or "Không ghi"),
                ("Thời gian", row.get("period", {}).get("text") or "Không ghi"),
            ]
        case "targets":
            pairs = [
                ("Chỉ tiêu", level(row)),
                ("Đối tượng", row.get("audience_text", "")),
                ("Năm", str(row.get("year") or "Không ghi")),
            ]
        case "body_actions":
            pairs = [("Nội dung", row.get("text", ""))]
        case _:
            value = reviewing.in_words(reviewing.value_at(content, path))
            pairs = [("Đọc được", value or "Để trống")]
    return pairs


def level(row: Mapping[str, Any]) -> str:
    """A target's level in words: "trên 80%"."""
    comparator = {">": "trên", ">=": "từ", "=": "đạt"}[row["comparator"]]
    after = " trở lên" if row["comparator"] == ">=" else ""
    value = f"{number_words(row['value'])}{'' if row['unit'] == '%' else ' '}{row['unit']}"
    return f"{comparator} {value}{after}"


# A doubt about a whole list says that something may be missing from it.
ADDING = {
    "targets": "plan:review_add_target",
    "tasks": "plan:review_add_task",
    "body_actions": "plan:review_add_action",
    "plan.reports": "plan:review_add_report",
}


def edit_of(path: str) -> tuple[str, int]:
    """The page on which a path is corrected: its URL name and the number in its address, 0 for none."""
    found = re.match(r"(targets|tasks|body_actions|plan\.reports|plan\.legal_bases)(?:\[(\d+)\])?", path)
    if not found:
        return "plan:review_head", 0
    if not found[2] and (adding := ADDING.get(found[1])):
        return adding, 0
    name = {
        "targets": "plan:review_target",
        "tasks": "plan:review_task",
        "body_actions": "plan:review_action",
        "plan.reports": "plan:review_report",
        "plan.legal_bases": "plan:review_bases",
    }[found[1]]
    return (name, int(found[2]) + 1) if found[2] and not name.endswith("bases") else (name, 0)


def target_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Targets for the review table."""
    return [
        {**row, "index": index, "level": level(row), "audience_label": str(Target.Audience(row["audience"]).label)}
        for index, row in enumerate(content["targets"], start=1)
    ]


def task_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tasks for the review table."""
    return [
        {
            **row,
            "index": index,
            "leads_words": reviewing.in_words(row["leads"]),
            "coordinators_words": reviewing.in_words(row["coordinators"]),
        }
        for index, row in enumerate(content["tasks"], start=1)
    ]


def report_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Report rules with their words: "hằng tháng, trước ngày 23"."""
    frequencies = dict(FREQUENCIES)
    found = []
    for index, rule in enumerate(content["plan"].get("reports", []), start=1):
        day = (
            f", {'trước' if rule['semantics'] == 'before' else 'chậm nhất'} ngày {rule['day']}"
            if rule.get("day")
            else ""
        )
        found.append({**rule, "index": index, "words": f"{frequencies[rule['frequency']]}{day}"})
    return found


def fate_words(decision: Mapping[str, Any], content: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What becomes of an action, in words."""
    match decision["fate"]:
        case BodyActionKept.Fate.ATTACHED:
            row = next((task for task in content["tasks"] if task["position"] == decision["task"]), None)
            return (
                f"Ghép vào nhiệm vụ {row['number'] or 'không số'}: {row['content'][:120]}"
                if row
                else "Ghép vào dòng đã bỏ"
            )
        case BodyActionKept.Fate.TASK:
            return f"Thành nhiệm vụ, chủ trì: {names.get(decision['lead'], decision['lead'])}"
    return f"Để ngoài: {decision['reason']}"
