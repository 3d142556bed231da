"""The code that is printed on a certificate: short enough to type, too many to guess.

Twelve of 29 signs are 58 bits. 0 and O, 1, I and L, S and Z are left out; somebody who reads a 5 as S or a 2 as Z is
understood.
"""

from __future__ import annotations

import re
import secrets

SIGNS = "23456789ABCDEFGHJKMNPQRTUVWXY"
LENGTH = 12
_READ_AS = str.maketrans({"S": "5", "Z": "2"})


def new() -> str:
    """A code of chance."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def read(typed: str) -> str:
    """The code that somebody typed, in small letters, with blanks or hyphens; "" where it cannot be one.

    >>> read(" ha7k-4m92-qdxp "), read("HA7K 4MSZ QDXP"), read("HA7K"), read("HA7K-4M90-QDXP")
    ('HA7K4M92QDXP', 'HA7K4M52QDXP', '', '')
    """
    plain = re.sub(r"[\s.·–—-]+", "", typed[:60]).upper().translate(_READ_AS)
    return plain if len(plain) == LENGTH and set(plain) <= set(SIGNS) else ""


def shown(code: str) -> str:
    """In groups of four, as it stands on paper.

    >>> shown("HA7K4M92QDXP")
    'HA7K-4M92-QDXP'
    """
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
