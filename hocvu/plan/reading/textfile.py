"""A .txt plan: every physical line with the number that an editor shows beside it.

Page-number lines and form feeds stay in the lines; `interpret` knows what to drop. Where form feeds
stand, they tell the pages.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from hocvu.plan.reading import guard
from hocvu.plan.reading.letters import clean, is_in_old_letters, sounds_vietnamese
from hocvu.plan.reading.source import Line, Refused, Source

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_text(path: Path) -> Source:
    """Read the lines of a text file, in whichever of the usual encodings it was saved."""
    if path.stat().st_size > guard.LARGEST_TEXT:
        raise Refused(guard.TOO_LONG)
    typed = decode(path.read_bytes())
    if is_in_old_letters(typed):
        raise Refused(guard.OLD_LETTERS)
    text = clean(typed)
    if not text.strip():
        raise Refused(guard.NO_WORDS)
    lines = _lines(text)
    return Source("txt", lines, lines[-1].page, lines)


def decode(data: bytes) -> str:
    """The text, by its byte order mark, else as UTF-8, else UTF-16 without a mark, else Windows' Vietnamese page.

    >>> decode("Kế hoạch".encode("utf-16"))
    'Kế hoạch'
    """
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return _decoded(data, encoding) or _refuse(data)
    if b"\0" not in data:
        return _decoded(data, "utf-8") or _sounding(data, "cp1258") or _refuse(data)
    return _sounding(data, "utf-16-le") or _sounding(data, "utf-16-be") or _refuse(data)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _sounding(data: bytes, encoding: str) -> str | None:
    """Nearly any bytes decode in these encodings; only what then reads as Vietnamese is believed."""
    text = _decoded(data, encoding)
    return text if text is not None and sounds_vietnamese(clean(text)) else None


def _refuse(data: bytes) -> str:
    """Bytes that no text holds tell a program or a picture from letters in an old encoding."""
    controls = sum(data.count(bytes([code])) for code in (0, 1, 2, 3, 4, 5, 6, 7))
    raise Refused(guard.UNKNOWN if controls else guard.OLD_LETTERS)


def _lines(text: str) -> tuple[Line, ...]:
    pieces = re.split(r"\r\n|\r|\n", text)
    if not pieces[-1]:
        pieces.pop()
    if len(pieces) > guard.MOST_LINES:
        raise Refused(guard.TOO_LONG)
    paged = "\f" in text
    page, found = 1, []
    for number, piece in enumerate(pieces, start=1):
        leading = len(piece) - len(piece.lstrip("\f"))
        page += leading
        found.append(Line(piece, number, page if paged else None))
        page += piece.count("\f") - leading
    return tuple(found)
