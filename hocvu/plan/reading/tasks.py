"""A row's words become a task: units, result with its figures, period; and what is doubtful about them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from hocvu.plan.reading.figures import Figure, figures, loose_numbers, years_in, years_said
from hocvu.plan.reading.names import is_group, is_unit, unit_parts
from hocvu.plan.reading.paragraphs import place_of
from hocvu.plan.reading.periods import joined_period, read_period
from hocvu.plan.reading.repair import Names
from hocvu.plan.reading.rows import Row
from hocvu.plan.reading.shape import Doubt, MeasureRead, Place, TaskRead, UnitRead
from hocvu.plan.reading.wording import joined, spaced

_UNIT_ROLES = ("lead", "coordinator")
_FIELDS = {
    "content": "content",
    "lead": "leads",
    "coordinator": "coordinators",
    "result": "result",
    "period": "period",
    "extra": "extra",
}


def names_in(rows: Sequence[Row], also: Sequence[str] = (), body: Sequence[str] = ()) -> Names:
    """All unit names of the rows' unit columns and of the recipients' list; the body tells which are usual."""
    written = [part for row in rows for role in _UNIT_ROLES for part in _parts(row, role)]
    return Names([name for name in [*written, *also] if len(name) <= 200], body)


def _parts(row: Row, role: str) -> list[str]:
    at = row.at(role)
    if at is None or not row.has(at):
        return []
    if row.paragraphs:
        return unit_parts("\n".join(piece.text for piece in row.cells[at]), paragraphs=True)
    return unit_parts(row.text(at))


def read_tasks(rows: Sequence[Row], names: Names) -> tuple[list[TaskRead], list[Doubt]]:
    """The tasks of all rows in order, and the doubts about them."""
    tasks: list[TaskRead] = []
    doubts: list[Doubt] = []
    for position, row in enumerate(rows, start=1):
        task = _task(row, position, names)
        tasks.append(task)
        doubts.extend(_doubts(row, task, f"tasks[{position - 1}]", names))
    return tasks, doubts


def _task(row: Row, position: int, names: Names) -> TaskRead:
    result = _words(row, "result")
    return TaskRead(
        number=row.number,
        position=position,
        section=row.section,
        content=_words(row, "content"),
        leads=_units(row, "lead", names),
        coordinators=_units(row, "coordinator", names),
        result=result,
        measures=measures_of(result),
        period=read_period(_period_words(row))[0],
        place=_place(row),
        extra=_extra(row),
    )


def _place(row: Row) -> Place:
    where = f"Phụ lục, mục {row.section}" if row.section else "Phụ lục"
    return place_of(row.lines(), where)


def _words(row: Row, role: str) -> str:
    at = row.at(role)
    return row.text(at) if at is not None else ""


def _period_words(row: Row) -> str:
    at = row.at("period")
    return joined_period(piece.text for piece in row.cells[at]) if at is not None else ""


def _extra(row: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, column in enumerate(row.columns):
        if column.role == "extra" and row.has(at):
            title = column.title or f"Cột {at + 1}"
            found[title] = joined((found.get(title, ""), row.text(at)))
    return found


def _units(row: Row, role: str, names: Names) -> list[UnitRead]:
    return [UnitRead(part, names.put_right(part)[0], is_group(part)) for part in _parts(row, role)]


def _doubts(row: Row, task: TaskRead, path: str, names: Names) -> list[Doubt]:
    """What a person must look at in one task."""
    found = [Doubt(f"{path}.{_FIELDS[role]}", reason, task.place) for role, reason in _guessed(row)]
    if task.number is None:
        found.append(Doubt(f"{path}.number", "Hàng này không có số thứ tự trong phụ lục.", task.place))
    if not task.content:
        found.append(Doubt(f"{path}.content", "Chưa đọc được nội dung của nhiệm vụ này.", task.place))
    if not task.leads:
        found.append(Doubt(f"{path}.leads", "Nhiệm vụ chưa có đơn vị chủ trì.", task.place))
    if row.at("result") is not None and not task.result:
        found.append(Doubt(f"{path}.result", "Nhiệm vụ chưa có kết quả cần đạt.", task.place))
    for field, units in (("leads", task.leads), ("coordinators", task.coordinators)):
        found.extend(_unit_doubts(f"{path}.{field}", units, task.place, names))
    if reason := read_period(task.period.text)[1]:
        found.append(Doubt(f"{path}.period", reason, task.place))
    found.extend(Doubt(f"{path}.measures", reason, task.place) for reason in _measure_doubts(task.result))
    found.extend(Doubt(path, reason, task.place) for reason in row.doubts)
    return found


def _guessed(row: Row) -> list[tuple[str, str]]:
    reason = "Chỗ tách giữa hai cột chữ liền nhau là phỏng đoán; hãy đối chiếu với văn bản gốc."
    roles = dict.fromkeys(row.columns[at].role for at in sorted(row.unsure))
    return [(role, reason) for role in roles if role in _FIELDS]


def _unit_doubts(path: str, units: Sequence[UnitRead], place: Place, names: Names) -> list[Doubt]:
    found: list[Doubt] = []
    for at, unit in enumerate(units):
        reason = names.put_right(unit.text)[1]
        if not reason and not is_unit(unit.text):
            reason = f"Chưa chắc “{unit.text[:120]}” là tên một đơn vị."
        if reason:
            found.append(Doubt(f"{path}[{at}]", reason, place))
    return found


# --- measures -------------------------------------------------------------------------------------------------


def _measure_doubts(result: str) -> list[str]:
    """What a person must look at in the figures of a result, the numbers that became no figure among it."""
    found = figures(result, eager=True)
    reasons = [figure.doubt for figure in found if figure.doubt]
    if loose := loose_numbers(result, found):
        reasons.append(f"Chưa đọc được thành số đo: {', '.join(loose[:8])}.")
    return reasons


def measures_of(result: str) -> list[MeasureRead]:
    """The figures inside a result: "Năm 2025 có 80%; năm 2026 có 100% hộ gia đình" holds two, of the same thing.

    >>> [(m.year, m.value) for m in measures_of("Năm 2025 có 80%; năm 2026 có 100% hộ")]
    [(2025, 80.0), (2026, 100.0)]
    """
    found = figures(result, eager=True)
    years = years_said(result, found, years_in(result))
    measures = [
        MeasureRead(year, figure.comparator, figure.value, figure.unit, _counted(result, figure, following))
        for year, figure, following in itertools.zip_longest(years, found, found[1:])
    ]
    for here, following in zip(reversed(measures[:-1]), reversed(measures[1:]), strict=True):
        if not here.what and here.unit == following.unit:
            here.what = following.what
    return measures


_LEFT_OVER = re.compile(
    r"(?:\s*(?:[,+–-]|\b(?:và|có|đạt|từ|với|tổ chức|duy trì|bảo đảm|phấn đấu|năm \d{4})(?!\w)))*\s*$", re.I
)


def _counted(result: str, figure: Figure, following: Figure | None) -> str:
    """What a figure counts: the words after it, up to the end of the clause or the next figure."""
    end = following.start if following else len(result)
    words = re.split(r"[;:]|\.(?:\s|$)", result[figure.noun_at : end], maxsplit=1)[0]
    words = re.split(r"(?:,|\bvà)?\s*\bmỗi\s+[^,;]{2,30}$|\s*\((?:20|21)\d\d\)|\s*\bso với\b", words, maxsplit=1)[0]
    words = _LEFT_OVER.sub("", words)
    return spaced(words).strip(" ,")
