"""Vietnamese text: one normal form, keys for sorting and searching."""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: index for index, letter in enumerate(_ALPHABET)}
_TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_LETTER_MARKS = {"\u0306", "\u0302", "\u031b"}


def nfc(text: str) -> str:
    """The composed form, in which every text of the product is kept; without NUL, which no database takes."""
    return unicodedata.normalize("NFC", text.replace("\x00", ""))


def fold(text: str) -> str:
    """Lower case without marks, for searching: "Tổ dân phố" becomes "to dan pho".

    >>> fold("Đường Lê Lợi")
    'duong le loi'
    """
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def slug(text: str) -> str:
    """A name for addresses and files: letters and digits joined by hyphens.

    >>> slug("Phường Hải An")
    'phuong-hai-an'
    """
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def sort_key(text: str) -> str:
    """A string that sorts as a Vietnamese reader expects: by letter (ă after a, đ after d), then tone, numbers
    by value.

    >>> sorted(["Tổ 10", "Tổ 2", "Ân", "An"], key=sort_key)
    ['An', 'Ân', 'Tổ 2', 'Tổ 10']
    """
    letters, tones = [], []
    for piece in re.findall(r"\d+|\D", nfc(text).lower()):
        if piece.isdigit():
            letters.append(f"0{int(piece):012d}")
            continue
        base, *marks = list(unicodedata.normalize("NFD", piece))
        letter = nfc(base + "".join(m for m in marks if m in _LETTER_MARKS))
        if letter == " ":
            letters.append(" ")
        elif letter in _ORDER:
            letters.append(chr(ord("A") + _ORDER[letter]))
        tones.append(str(next((_TONES[m] for m in marks if m in _TONES), 0)))
    return "".join(letters) + "!" + "".join(tones)
