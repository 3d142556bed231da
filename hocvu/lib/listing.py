"""One page for every list of the desk: filters above, rows in pages, the same rows as a spreadsheet or on paper.

    return show(request, title="Hộ gia đình", rows=homes, columns=COLUMNS, filters=(PLACES,))

A column says its heading and what a row says there, on the page and in the spreadsheet alike; `href` makes a link of
it, `mark` a tag. A filter narrows the rows by one value of the address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from hocvu.lib.figures import number_words
from hocvu.lib.marks import Mark
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Cell, Column, export, wants_xlsx
from hocvu.lib.web import render

T = TypeVar("T")
Link = tuple[str, str]  # address, words


@dataclass(frozen=True)
class Head(Generic[T]):
    """A column of a list; `only_in_file` keeps a long one off the page."""

    heading: str
    cell: Callable[[T], Cell]
    width: int = 20
    href: Callable[[T], str] | None = None
    mark: Callable[[T], Mark | None] | None = None
    only_in_file: bool = False


@dataclass(frozen=True)
class Choice:
    """A filter by one of several values; "" is all of them."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    apply: Callable[[Any, str], Any]
    every: str = "Tất cả"


@dataclass(frozen=True)
class Search:
    """A filter by typed words."""

    name: str
    label: str
    apply: Callable[[Any, str], Any]


@dataclass(frozen=True)
class ShownCell:
    """What stands in one cell of the page."""

    words: str
    href: str = ""
    mark: Mark | None = None
    is_number: bool = False


@dataclass(frozen=True)
class Page:
    """Everything around the rows: where one is, what one may do, what an empty list says."""

    title: str
    lead: str = ""
    crumbs: Sequence[Link] = ()
    acts: Sequence[Link] = ()
    links: Sequence[Link] = ()
    empty: str = "Chưa có gì"
    empty_words: str = ""
    counted: str = "dòng"
    frame: str = "desk.html"
    template: str = "listing.html"
    more: dict[str, Any] = field(default_factory=dict)


def show(
    request: HttpRequest,
    page: Page,
    *,
    rows: QuerySet[Any] | Sequence[Any],
    columns: Sequence[Head[Any]],
    filters: Sequence[Choice | Search] = (),
    seen: Callable[[int], object] | None = None,
) -> HttpResponseBase:
    """The list as a page, or as a spreadsheet where the address asks for it.

    `seen` is told how many rows the visitor meets, for the trail.
    """
    values = _asked(request, filters)
    rows = narrowed(request, rows, filters)
    if wants_xlsx(request):
        every = list(rows)
        if seen:
            seen(len(every))
        return export(page.title, [Column(c.heading, c.cell, c.width) for c in columns], every)
    paged = paginate(request, rows)
    if seen:
        seen(paged.total)
    shown = list(paged)
    heads = [column for column in columns if not column.only_in_file]
    numeric = [_is_number(column, shown) for column in heads]
    context = {
        "listing": page,
        "page": paged,
        "heads": [(column.heading, number) for column, number in zip(heads, numeric, strict=True)],
        "rows": [[_cell(*column, row) for column in zip(heads, numeric, strict=True)] for row in shown],
        "filters": drawn(request, filters),
        "is_filtered": any(values.values()),
        **page.more,
    }
    return render(request, page.template, context)


def narrowed(request: HttpRequest, rows: Any, filters: Sequence[Choice | Search]) -> Any:
    """The rows that the filters of the address leave."""
    values = _asked(request, filters)
    for one in filters:
        if values[one.name] and (isinstance(one, Search) or values[one.name] in dict(one.choices)):
            rows = one.apply(rows, values[one.name])
    return rows


def drawn(request: HttpRequest, filters: Sequence[Choice | Search]) -> list[dict[str, Any]]:
    """The filters as a form shows them (parts/filter_fields.html), each with what the address asks of it."""
    values = _asked(request, filters)
    return [_drawn(one, values[one.name]) for one in filters]


def _asked(request: HttpRequest, filters: Sequence[Choice | Search]) -> dict[str, str]:
    return {one.name: " ".join(request.GET.get(one.name, "").split()) for one in filters}


def _drawn(one: Choice | Search, value: str) -> dict[str, Any]:
    choices = [("", one.every), *one.choices] if isinstance(one, Choice) else []
    return {"name": one.name, "label": one.label, "choices": choices, "value": value, "is_search": not choices}


def _is_number(column: Head[Any], rows: Sequence[Any]) -> bool:
    values = (column.cell(row) for row in rows)
    return any(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in values)


def _cell(column: Head[Any], is_number: bool, row: Any) -> ShownCell:
    value = column.cell(row)
    return ShownCell(
        _words(value),
        column.href(row) if column.href else "",
        column.mark(row) if column.mark else None,
        is_number,
    )


def _words(value: Cell) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "Có" if value else "Không"
        case datetime():
            return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case int() | float() | Decimal():
            return number_words(value)
    return str(value)
