"""How many statements a page costs: as many for a long list as for a short one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.core.paginator import Paginator
from django.db import connection

from tests.judge.examples import Example, visitor

FEW, MANY = 5, 20  # rows on the short and the long page
AGAIN = 6  # one statement so often within one answer is a statement for each row


def faults_of_queries(example: Example) -> Iterator[str]:
    """Open the page with few and with many rows; count, and look for a statement that repeats."""
    visit = visitor(example.account, example.address.name)

    def open_page() -> None:
        visit.get(example.path)

    yield from faults_of_opening(str(example.address), open_page)


def faults_of_opening(name: str, open_page: Callable[[], Any]) -> Iterator[str]:
    """The faults of whatever `open_page` opens."""
    open_page()  # what is asked once a process is not the page's
    for statement, times in statements(open_page).items():
        if times >= AGAIN:
            yield f"{name}: asks the same {times} times: {statement[:160]}"
    with rows_on_a_page(FEW):
        short = statements(open_page).total()
    with rows_on_a_page(MANY):
        long = statements(open_page).total()
    if long > short:
        yield f"{name}: {short} statements for {FEW} rows, {long} for {MANY}"


def statements(open_page: Callable[[], Any]) -> Counter[str]:
    """The statements that an opening runs, without their values."""
    seen: Counter[str] = Counter()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[sql] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        open_page()
    return seen


@contextmanager
def rows_on_a_page(size: int) -> Iterator[None]:
    """Make every paginator take this many rows, whatever its page asks for."""
    usual = Paginator.__init__

    def forced(self: Paginator[Any], object_list: Any, per_page: Any, *args: Any, **kwargs: Any) -> None:
        usual(self, object_list, size, *args, **kwargs)

    with patch.object(Paginator, "__init__", forced):
        yield
