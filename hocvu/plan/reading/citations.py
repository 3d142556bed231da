"""Documents that a plan cites, by number and date: state form "146/QĐ-TTg", party form "478-KH/TU"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hocvu.plan.reading.periods import find_day
from hocvu.plan.reading.shape import LegalBasis

_BODY = r"[A-ZĐƯỦ][A-ZĐƯỦa-z&]{1,11}"
_PARTY = rf"\d{{1,4}}\s?-\s?[A-ZĐ][A-Za-zĐ]{{0,5}}\s?/\s?{_BODY}(?:-{_BODY})*"
_STATE = rf"\d{{1,5}}\s?/\s?(?:\d{{4}}\s?/\s?)?[A-ZĐ][A-Za-zĐ]{{0,6}}(?:\s?-\s?{_BODY})+|\d{{1,5}}/\d{{4}}/[A-ZĐ]{{2,6}}\d{{0,2}}"
NUMBER = re.compile(rf"(?<![\w/])(?:{_PARTY}|{_STATE})(?!\w)")
_DATE_NEXT = re.compile(r",?\s*(?:được ban hành\s*)?ngày\s+", re.I)


def tight(number: str) -> str:
    """A number without the spaces that a line break left in it.

    >>> tight("478- KH/TU")
    '478-KH/TU'
    """
    return re.sub(r"\s", "", number)


def citations(texts: Iterable[str], own: str | None = None) -> tuple[list[LegalBasis], list[str]]:
    """Each document cited, once, in order, with its date where any mention gives one; and a sentence for each
    that is cited with two dates. `own` is the plan's own number, which is no basis."""
    dates: dict[str, str | None] = {}
    clashes: list[str] = []
    for text in texts:
        for found in NUMBER.finditer(text):
            number = tight(found.group())
            day = _date_after(text, found.end())
            if number == own:
                continue
            known = dates.get(number)
            if known and day and known != day:
                clashes.append(f"Văn bản {number} được dẫn với hai ngày khác nhau.")
            dates[number] = known or day
    return [LegalBasis(number, day) for number, day in dates.items()], clashes


def _date_after(text: str, at: int) -> str | None:
    found = _DATE_NEXT.match(text, at)
    return find_day(text[found.end() : found.end() + 32]) if found and _is_near(text, found.end()) else None


def _is_near(text: str, at: int) -> bool:
    return text[at : at + 1].isdigit()
