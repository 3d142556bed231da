"""Where the plan says it: the words for a place in the document, and the way there."""

from __future__ import annotations

import re
from typing import Any

from django.urls import NoReverseMatch, reverse


def in_words(place: dict[str, Any]) -> str:
    """The place as one says it: "mục III.1, dòng 194"; empty where nothing is known.

    >>> in_words({"section": "III.1", "line": 194})
    'mục III.1, dòng 194'
    >>> in_words({"section": "Phụ lục, mục II", "line": 702, "page": 9})
    'Phụ lục, mục II, dòng 702, trang 9'
    """
    section = str(place.get("section") or "")
    if re.match(r"[IVX\d]", section):
        section = f"mục {section}"
    parts = [section] if section else []
    parts += [f"{word} {place[key]}" for key, word in (("line", "dòng"), ("page", "trang")) if place.get(key)]
    return ", ".join(parts)


def href(plan_id: int, place: dict[str, Any]) -> str:
    """The address of the plan's text at this place; empty where the place has no line."""
    line = place.get("line")
    if not line:
        return ""
    try:
        return f"{reverse('plan:source', args=(plan_id,))}#dong-{line}"
    except NoReverseMatch:
        return ""
