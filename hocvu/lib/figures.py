"""Figures as Vietnam writes them: 38.420 people, 63,3%."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

Number = int | float | Decimal


def number_words(value: Number, places: int | None = None) -> str:
    """A number with dots between thousands and a comma before decimals; trailing zeros go.

    >>> number_words(38420), number_words(Decimal("63.30")), number_words(-1234.5)
    ('38.420', '63,3', '-1.234,5')
    """
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, rest = f"{exact:f}".partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", ".")
    rest = rest.rstrip("0")
    return f"{sign}{grouped},{rest}" if rest else f"{sign}{grouped}"


def percent_words(value: Number) -> str:
    """A percentage to one decimal. It never rounds up to 100 while something is still missing.

    >>> percent_words(63.3), percent_words(80), percent_words(Decimal("99.97"))
    ('63,3%', '80%', '99,9%')
    """
    words = number_words(value, 1)
    if words == "100" and Decimal(str(value)) < 100:
        words = "99,9"
    return f"{words}%"


def plain_number(text: str) -> str:
    """A figure typed by a person, as a computer writes it. What is no figure stays as it is.

    A dot before exactly three digits parts thousands, any other dot is taken for the decimal comma. A comma before
    exactly three digits may be either, so that figure stays as it is and is refused.

    >>> plain_number("38.420"), plain_number("1.204,5"), plain_number("63.3"), plain_number("12 %")
    ('38420', '1204.5', '63.3', '12 %')
    >>> plain_number("12,000"), plain_number("0,125")
    ('12,000', '0.125')
    """
    bare = "".join(text.split())
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", bare):
        return text.strip()
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", bare):
        bare = bare.replace(".", "")
    return bare.replace(",", ".") if re.fullmatch(r"[+-]?\d+(,\d+)?", bare) else text.strip()
