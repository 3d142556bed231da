"""Words as authors give them: one normal form, what is no words, what says the same twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hocvu.lib.text import nfc

MEDIA_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,118}")
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
YES, NO = (True, 1, "1", "true", "on", "x", "đúng"), (False, 0, "0", "false", "off", "", "sai", None)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\u2060\ufeff]|[\ud800-\udfff]")
_MARKUP = re.compile(r"\[[^\]\[]+\]\([^()\s]+\)|\{[a-z]{2}\|[^{}|]+\}")


def one_line(raw: Any) -> str:
    """Words of one line: composed letters, single spaces, nothing that cannot be seen."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        return ""
    return " ".join(_CONTROL.sub(" ", nfc(str(raw))).split())


def several_lines(raw: Any) -> str:
    """Words with their line breaks; never more than one empty line between."""
    if not isinstance(raw, str):
        return one_line(raw)
    lines = [" ".join(line.split()) for line in _CONTROL.sub(" ", nfc(raw)).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def doubles(texts: Iterable[str]) -> list[int]:
    """The numbers of those that say again what an earlier one said."""
    seen: set[str] = set()
    again = []
    for number, text in enumerate(texts):
        if text and text.casefold() in seen:
            again.append(number)
        seen.add(text.casefold())
    return again


def flag(raw: Any) -> bool | None:
    """Yes or no; None where it says neither."""
    said = raw.strip().lower() if isinstance(raw, str) else raw
    if isinstance(said, (str, int, bool, type(None))):
        return True if said in YES else False if said in NO else None
    return None


def wrong_with(label: str, value: str, most: int) -> str:
    """What is wrong with some words, or nothing."""
    if len(value) > most:
        return f"“{label}” dài {len(value)} ký tự, nhiều nhất {most}. Hãy viết ngắn lại."
    if _MARKUP.search(value):
        return f"“{label}” chỉ dùng được **chữ đậm** và xuống dòng, không dùng liên kết hay dấu khác."
    return ""
