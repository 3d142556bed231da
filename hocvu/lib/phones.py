"""Vietnamese mobile numbers as people write them, in one form: ten digits that begin with 0."""

from __future__ import annotations

import re

# The prefixes that the country's operators hold since the eleven-digit numbers ended in 2018. Landlines and foreign
# numbers are none of them: a code that is sent there costs money and reaches nobody of the ward.
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])[0-9]{7}")
_BETWEEN = re.compile(r"[\s.\-()/]+")


def mobile(text: str) -> str:
    """A mobile number of Vietnam in its ten digits; "" where the text is none.

    >>> mobile("0912 345 678"), mobile("+84 912.345.678"), mobile("84-912-345-678")
    ('0912345678', '0912345678', '0912345678')
    >>> mobile("0225 3747 123"), mobile("+1 202 555 0100"), mobile("091234567")
    ('', '', '')
    """
    digits = _BETWEEN.sub("", text)
    for abroad in ("+84", "0084", "84"):
        if digits.startswith(abroad):
            digits = f"0{digits.removeprefix(abroad).removeprefix('0')}"
            break
    return digits if _MOBILE.fullmatch(digits) else ""


def spoken(digits: str) -> str:
    """A number in the groups that people read it out in.

    >>> spoken("0912345678")
    '0912 345 678'
    """
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
