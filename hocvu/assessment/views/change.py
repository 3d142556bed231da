"""What learning changed, as a page and as a spreadsheet that say the same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from hocvu.assessment import changing
from hocvu.assessment.changing import Line, Report, Table, signed
from hocvu.assessment.effects import Interval
from hocvu.assessment.models import Attempt
from hocvu.lib import clock
from hocvu.lib.charts import Spread
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.tables import CONTENT_TYPE, Cell, Sheet, wants_xlsx, write_book
from hocvu.lib.text import slug
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, needs, scoped

HIDDEN = "ẩn, nhóm nhỏ"
HEADINGS = ("Nhóm", "Bắt đầu", "Làm cả hai lần", "Không làm lần sau", "Mức trước của người không làm lần sau (θ)",
            "Mức trước (θ)", "Mức sau (θ)", "Thay đổi (θ)", "Thay đổi, từ (95%)", "Thay đổi, đến (95%)",
            "Thay đổi chuẩn hóa", "Chuẩn hóa, từ (95%)", "Chuẩn hóa, đến (95%)", "Câu đúng lần trước (%)",
            "Câu đúng lần sau (%)")  # fmt: skip
WIDTHS = (36, 10, 12, 14, 20, *(12,) * 10)
PICTURED = 8  # lines up to which the picture stands open


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the page shows it."""

    name: str
    counts: Sequence[str]
    cells: Sequence[str]
    spread: Spread | None
    change: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it."""

    table: Table
    rows: Sequence[Row]
    has_picture: bool
    is_long: bool


@needs("change.read")
@require_safe
def change(request: SignedInRequest) -> HttpResponseBase:
    """How much learners knew before and after, of the ward and of its parts, with those who did not come back."""
    pairs = changing.measured(scoped(Attempt.objects.all(), request.user, "change.read", request.ward))
    years = changing.years_of(pairs) or [clock.today().year]
    asked = request.GET.get("nam", "")
    year = int(asked) if asked in map(str, years) else years[0]
    report = changing.report_of(request.ward, pairs, year)
    if wants_xlsx(request):
        return _book(report)
    return _page(request, report, years)


def _page(request: SignedInRequest, report: Report, years: Sequence[int]) -> HttpResponse:
    reach = _reach(report)
    whole = report.whole
    context = {
        "report": report,
        "years": years,
        "whole": row_of(whole, reach),
        "whole_rows": [row_of(whole, reach)],
        "whole_sentence": sentence_of(whole),
        "has_any": bool(report.tables[0].lines),
        "tables": [_shown(table, reach) for table in report.tables],
        "forms_sentence": _forms_sentence(report.forms) if report.forms else "",
        "forms_differ": report.forms is not None and _excludes_nought(report.forms),
    }
    return render(request, "assessment/change.html", context)


def _shown(table: Table, reach: float) -> Shown:
    rows = [row_of(line, reach) for line in table.lines]
    return Shown(table, rows, any(row.spread for row in rows), len(rows) > PICTURED)


def _reach(report: Report) -> float:
    """How far the axis of all pictures goes: they are read beside one another."""
    lines = [report.whole, *(line for table in report.tables for line in table.lines)]
    bounds = [
        abs(bound) for line in lines if line.effect
        for bound in (line.effect.change.low, line.effect.change.high) if bound is not None
    ]  # fmt: skip
    return max([0.5, *bounds])


# ---- One line, for the page and for the file


def cells_of(line: Line) -> list[Cell]:
    """A line as a spreadsheet holds it."""
    effect, std = line.effect, line.effect.standardised if line.effect else None
    change = effect.change if effect else None
    return [
        line.name,
        _count(line.began),
        _count(line.back),
        _count(line.left),
        _level(line.left_before),
        _level(effect.before if effect else None),
        _level(effect.after if effect else None),
        *_bounds(change),
        *_bounds(std),
        *(round(share, 1) for share in line.right or ()),
    ]


def _count(value: int | None) -> Cell:
    return HIDDEN if value is None else value


def _level(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _bounds(interval: Interval | None) -> list[float | None]:
    return [_level(v) for v in (interval.mean, interval.low, interval.high)] if interval else [None, None, None]


def row_of(line: Line, reach: float) -> Row:
    """The same line in words."""
    counts = [HIDDEN if n is None else number_words(n) for n in (line.began, line.back, line.left)]
    effect, change = line.effect, line.effect.change if line.effect else None
    left = number_words(line.left_before, 2) if line.left_before is not None else "–"
    levels = f"{number_words(effect.before, 2)} → {number_words(effect.after, 2)}" if effect else "–"
    std = _interval_words(effect.standardised) if effect and effect.standardised else "–"
    right = " → ".join(percent_words(round(share, 1)) for share in line.right) if line.right else "–"
    spread = None
    if change and change.low is not None and change.high is not None:
        spread = Spread(change.mean, change.low, change.high, reach)
    said = _interval_words(change) if change else "–"
    return Row(line.name, counts, [left, levels, said, std, right], spread, said)


def _interval_words(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return signed(interval.mean)
    return f"{signed(interval.mean)} (từ {signed(interval.low)} đến {signed(interval.high)})"


def _excludes_nought(interval: Interval) -> bool:
    return interval.low is not None and interval.high is not None and (interval.low > 0 or interval.high < 0)


def _forms_sentence(forms: Interval) -> str:
    """What the order of the forms, which chance decided, tells of how hard they are."""
    return (
        f"Trước khi học, mức của người làm đề A trước so với người làm đề B trước: {_interval_words(forms)}. Hai đề khó như "
        "nhau thì số này gần 0, vì hệ thống chia đề ngẫu nhiên."
    )


def sentence_of(line: Line) -> str:
    """What a line says to whoever reads no statistics."""
    if line.is_hidden:
        return "Còn ít người làm cả hai lần, nên chưa nói được gì mà không lộ từng người."
    if line.effect is None or line.right is None:
        return "Chưa ai làm cả hai lần."
    before, after = (percent_words(round(share)) for share in line.right)
    said = f"{number_words(line.effect.count)} người làm cả hai lần: trước khi học đúng {before} số câu, sau khi học {after}."
    if line.left is None:
        return said
    back = "Ai bắt đầu cũng làm lần sau." if line.left == 0 else f"{number_words(line.left)} người không làm lần sau."
    return f"{said} {back}"


# ---- The file


def _book(report: Report) -> FileResponse:
    """A sheet for the ward and one for each table."""
    sheets = [Sheet(report.whole.name, HEADINGS, [cells_of(report.whole)], WIDTHS)]
    sheets += [
        Sheet(one.title, HEADINGS, [cells_of(line) for line in one.lines], WIDTHS) for one in report.tables
    ]  # fmt: skip
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
    write_book(kept, sheets)
    kept.seek(0)
    name = f"{slug(f'tien-bo-{report.year}')}.xlsx"
    return FileResponse(kept, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
