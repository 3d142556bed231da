"""Pages of a long list, by plain links that keep the filters of the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page as DjangoPage
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

T = TypeVar("T")
M = TypeVar("M", bound=Model)

PARAMETER = "trang"
SIZE = 50


@dataclass(frozen=True)
class Link:
    """A page to go to; without a number it stands for the pages left out."""

    number: int | None
    href: str = ""
    here: bool = False


class Page(Generic[T]):
    """One page of rows, how many there are in all, and the way to the others."""

    def __init__(self, page: DjangoPage[T], query: QueryDict) -> None:
        self._page = page
        self._query = query

    def __iter__(self) -> Iterator[T]:
        return iter(self._page.object_list)

    def __len__(self) -> int:
        return len(self._page.object_list)

    @property
    def total(self) -> int:
        """How many rows there are on all pages."""
        return self._page.paginator.count

    @property
    def several(self) -> bool:
        return self._page.paginator.num_pages > 1

    @property
    def first(self) -> int:
        """The place of the page's first row in the whole list, from 1."""
        return self._page.start_index()

    @property
    def last(self) -> int:
        return self._page.end_index()

    @property
    def previous(self) -> str:
        return self._href(self._page.number - 1) if self._page.has_previous() else ""

    @property
    def following(self) -> str:
        return self._href(self._page.number + 1) if self._page.has_next() else ""

    @property
    def links(self) -> list[Link]:
        """The first, the last and those around the page one is on."""
        numbers = self._page.paginator.get_elided_page_range(self._page.number, on_each_side=1, on_ends=1)
        return [
            Link(n, self._href(n), here=n == self._page.number) if isinstance(n, int) else Link(None) for n in numbers
        ]

    def _href(self, number: int) -> str:
        query = self._query.copy()
        query[PARAMETER] = str(number)
        return f"?{query.urlencode()}"


def paginate(request: HttpRequest, rows: QuerySet[M] | Sequence[Any], size: int = SIZE) -> Page[Any]:
    """The page of `rows` that the address asks for; one that does not exist gives the nearest."""
    return Page(Paginator(rows, size).get_page(request.GET.get(PARAMETER)), request.GET)
