"""Numbers as people write them: money, and numbers that are called. Pure.

One amount has many right ways: "412.000 đ", "412 000 đồng", "412k", "bốn trăm mười hai nghìn". Its digits stand together
or in groups of three behind one sign throughout, so that "1.5" is no way of writing 15. A number that is called ("111",
"0912 345 678") is a row of digits, the zero in front among them.
"""

from __future__ import annotations

import re

from hocvu.lib.text import fold

_SCALES = {"k": 1_000, "nghin": 1_000, "ngan": 1_000, "trieu": 1_000_000, "ty": 1_000_000_000, "ti": 1_000_000_000}
_UNIT = re.compile(r" ?(?:d|₫|dong|vnd|vn ?dong|viet nam dong)$")
_DIGITS = re.compile(
    rf"([1-9]\d{{0,2}}(?:([-., ])\d{{3}}(?:\2\d{{3}})*)|[1-9]\d*|0)(?: ?({'|'.join(_SCALES)}))?", re.ASCII
)
_CALLED = re.compile(r"\d(?: ?\d)*", re.ASCII)
_TELEPHONE = re.compile(r"(?=0|1[89]00)\d(?:[-. ]?\d){7,}", re.ASCII)  # begins as no amount of this length does

# Spoken numbers, each word as a sign: digits, tens (x), hundreds (h), what stands in an empty place (o), larger units.
_WORDS = {
    "khong": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5", "lam": "5", "nham": "5",
    "sau": "6", "bay": "7", "tam": "8", "chin": "9", "muoi": "x", "chuc": "x", "tram": "h", "linh": "o", "le": "o",
    "nghin": "N", "ngan": "N", "trieu": "T", "ty": "B", "ti": "B",
}  # fmt: skip
_TENS = r"o\d|\d?x\d?"
_FIRST = rf"\dh(?:{_TENS})?|\d?x\d?|\d"
_LATER = rf"\dh(?:{_TENS})?|{_TENS}"  # "hai nghìn ba" is 2,300 to some and 2,003 to others: read as neither
_LARGE = rf"(?=.)(?:({_FIRST})B)?(?:({_FIRST})T)?(?:({_FIRST})N)?"
_SPOKEN = re.compile(rf"{_LARGE}(?:(?<=[BTN])({_LATER})|(?<![BTN])({_FIRST}))?", re.ASCII)


def same(typed: str, answer: str) -> bool | None:
    """Whether what was typed is the number that an answer states; None where one of them is no number, or the answer may
    still be met as words.

    >>> [same(one, "412.000 đồng") for one in ("412k", "bốn trăm mười hai nghìn", "412.000 VNĐ", "41.2000", "412", "xin")]
    [True, True, True, None, False, None]
    >>> [same(one, "111") for one in ("1 1 1", "112", "1.11")]
    [True, False, None]
    """
    typed, answer = fold(typed), fold(answer)
    called, said = _called(answer), _called(typed)
    if called and called == said:
        return True
    if _states_amount(answer):
        found = amount(typed)
        # In words, a slip of the finger makes another number of it.
        return found == amount(answer) if found is not None or not re.search(r"\d", answer) else None
    return False if called and said else None


def amount(text: str) -> int | None:
    """An amount written in digits or in words, with its unit or without; None where it is none.

    >>> [amount(one) for one in ("412 nghìn đồng", "hai trăm linh năm nghìn", "1.5", "412.000,50", "số 5")]
    [412000, 205000, None, None, None]
    """
    bare = _UNIT.sub("", fold(text))
    if found := _DIGITS.fullmatch(bare):
        return int(re.sub(r"\D", "", found[1])) * _SCALES.get(found[3], 1)
    return _spoken(bare)


def _spoken(bare: str) -> int | None:
    signs = [_WORDS.get(word) for word in bare.split()]
    found = _SPOKEN.fullmatch("".join(sign or "?" for sign in signs))
    if found is None:
        return None
    large = sum(
        _below_thousand(part) * scale for part, scale in zip(found.groups()[:3], (10**9, 10**6, 10**3), strict=True)
    )
    return large + _below_thousand(found[4] or found[5])


def _below_thousand(signs: str | None) -> int:
    hundreds, _, rest = (signs or "").rpartition("h")
    tens, ten, ones = rest.rpartition("x")
    return int(hundreds or 0) * 100 + (int(tens or 1) * 10 if ten else 0) + int(ones.lstrip("o") or 0)


def _states_amount(answer: str) -> bool:
    """Whether an answer is an amount: it has a unit, or is a thousand at least and written as such. Neither a number that
    is called, nor a short word that may be one ("nam", "ba")."""
    value = amount(answer)
    if value is None or _UNIT.search(answer):
        return value is not None
    return value >= 1000 and (not answer.isdecimal() or value % 1000 == 0)


def _called(text: str) -> str:
    """The digits of a number that is called; "" where it is none."""
    return re.sub(r"\D", "", text) if _CALLED.fullmatch(text) or _TELEPHONE.fullmatch(text) else ""
