"""Letters as they should be: one normal form, and the marks that old symbol fonts hide put back."""

from __future__ import annotations

import re

from hocvu.lib.text import nfc

# Word's Symbol font keeps its signs in the private-use area: "≥ 80%" arrives as "\uf0b3 80%".
_SIGNS = {0xF0B3: "≥", 0xF0A3: "≤", 0xF0B1: "±", 0xF0B4: "×", 0xF03E: ">", 0xF03C: "<", 0xF03D: "=", 0xF025: "%"}
_BULLETS = dict.fromkeys([0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF02D, 0xF076, 0xF0BE, 0xF0E0], "-")
_UNSEEN = dict.fromkeys([0xFEFF, 0x200B, 0x2060, 0x00AD, 0x0000], None)
_PUT_BACK: dict[int, str | None] = {**_SIGNS, **_BULLETS, **_UNSEEN}

_VIETNAMESE = frozenset(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
)
_ONLY_VIETNAMESE = frozenset(c for c in _VIETNAMESE if c > "\xff")
_MARKS = frozenset("“”‘’„–—−…«»°•·●○▪■□◦➢✓→×±≥≤½²³ªº§©®\u00a0\u2002\u2003\u2009\u202f\u2028\u2029\u0085€₫")
_OLD_FONTS = re.compile(r"^(?:[A-Z]{6}\+)?(?:\.Vn|VNI[-_])", re.I)


def clean(text: str) -> str:
    """The text in NFC, its symbols readable, its unseen marks gone; spaces stay as they are."""
    return nfc(text.translate(_PUT_BACK))


def sounds_vietnamese(text: str) -> bool:
    """Whether what lies outside ASCII is nearly all Vietnamese letters and ordinary marks, as a right decoding is."""
    if any(c < " " and c not in "\t\n\r\f\v" for c in text):
        return False
    beyond = [c for c in text if c > "\x7e"]
    odd = sum(c not in _VIETNAMESE and c not in _MARKS for c in beyond)
    return odd <= 0.05 * len(beyond)


def is_in_old_letters(text: str) -> bool:
    """Whether a text was typed in letters of the time before Unicode and saved as if they were today's: "kÕ ho¹ch",
    "keá hoaïch". Signs and letters of the West stand where nearly no letter is one that only Vietnamese has."""
    beyond = [c for c in nfc(text) if c > "\x9f"]
    own = sum(c in _ONLY_VIETNAMESE for c in beyond)
    western = sum("\xa1" <= c <= "\xff" and c not in _VIETNAMESE for c in beyond)
    return len(beyond) >= 12 and western > 0.2 * len(beyond) and own < 0.05 * len(beyond)


def is_old_font(name: str) -> bool:
    """Fonts of the time before Unicode, whose letters are other letters underneath (.VnTime, VNI-Times)."""
    return bool(_OLD_FONTS.match(name))
