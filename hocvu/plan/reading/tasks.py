"""A row's words become a task: units, result with its figures, period; and what is doubtful about them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hocvu.plan.reading.figures import Figure, figures, years_in
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
    found.extend(Doubt(f"{path}.measures", figure.doubt, task.place) for figure in figures(task.result) if figure.doubt)
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

_EACH = re.compile(
    r"\bmỗi\s+(.{2,40}?)\s+(?:có|tổ chức|bố trí|thành lập|xây dựng|cử|duy trì|là|phải có)\b[^.;]*$", re.I
)


def measures_of(result: str) -> list[MeasureRead]:
    """The figures inside a result: "Năm 2025 có 80%; năm 2026 có 100% hộ gia đình" holds two, of the same thing.

    >>> [(m.year, m.value) for m in measures_of("Năm 2025 có 80%; năm 2026 có 100% hộ")]
    [(2025, 80.0), (2026, 100.0)]
    """
    found = figures(result)
    years = years_in(result)
    measures = [
        MeasureRead(_year(figure, found, years), figure.comparator, figure.value, _unit(result, figure),
                    _counted(result, figure, found[at + 1] if at + 1 < len(found) else None))
        for at, figure in enumerate(found)
    ]  # fmt: skip
    for here, following in zip(reversed(measures[:-1]), reversed(measures[1:]), strict=True):
        if not here.what and here.unit == following.unit:
            here.what = following.what
    return measures


def _year(figure: Figure, found: Sequence[Figure], years: Sequence[tuple[int, int]]) -> int | None:
    """The year said just before a figure and after the figure before it; else the one said just after."""
    before = [year for year, at in years if at < figure.start]
    since = max((other.end for other in found if other.end <= figure.start), default=0)
    fresh = [year for year, at in years if since <= at < figure.start]
    if fresh or before:
        return (fresh or before)[-1]
    until = min((other.start for other in found if other.start >= figure.end), default=10**9)
    return next((year for year, at in years if figure.end <= at < until), None)


def _unit(result: str, figure: Figure) -> str:
    """ "Mỗi hộ gia đình có ít nhất một thành viên" counts members per household."""
    if figure.unit == "%" or "/" in figure.unit:
        return figure.unit
    each = _EACH.search(result[: figure.start])
    return f"{figure.unit}/{spaced(each[1])}" if each else figure.unit


def _counted(result: str, figure: Figure, following: Figure | None) -> str:
    """What a figure counts: the words after it, up to the end of the clause or the next figure."""
    end = following.start if following else len(result)
    words = re.split(r"[;:]|\.(?:\s|$)", result[figure.noun_at : end], maxsplit=1)[0]
    words = re.sub(r"(?:,|\b(?:và|có|đạt|từ|tổ chức|duy trì|bảo đảm|phấn đấu|năm \d{4}))*\s*$", "", words, flags=re.I)
    return spaced(words).strip(" ,")
