"""The code that is printed on a certificate: short enough to type, too many to guess.

Twelve of 29 signs are 58 bits. 0 and O, 1, I and L, S and Z are left out; somebody who reads a 5 as S or a 2 as Z is
understood.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

SIGNS = "23456789ABCDEFGHJKMNPQRTUVWXY"
LENGTH = 12
LONGEST = 300  # of what is typed: an address that was shared, with what messengers add to it
ADDRESS = "/xac-minh/"
BETWEEN = {"Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Pc"}  # blanks, what is not seen, dashes, low lines
_READ_AS = str.maketrans({"S": "5", "Z": "2"})


def new() -> str:
    """A code of chance."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def read(typed: str) -> str:
    """The code that somebody typed or pasted: in small letters, with blanks or hyphens of any kind, in the address that was
    shared, behind the word "Mã"; "" where it cannot be one.

    >>> read(" ha7k-4m92-qdxp "), read("HA7K 4MSZ QDXP"), read("HA7K"), read("HA7K-4M90-QDXP")
    ('HA7K4M92QDXP', 'HA7K4M52QDXP', '', '')
    >>> read("https://hocvu.example/xac-minh/HA7K4M92QDXP/"), read("Mã: HA7K_4M92_QDXP")
    ('HA7K4M92QDXP', 'HA7K4M92QDXP')
    """
    plain = signs_of(typed).translate(_READ_AS)
    return plain if len(plain) == LENGTH and set(plain) <= set(SIGNS) else ""


def signs_of(typed: str) -> str:
    """What was typed without what stands around and between the signs of a code, in capitals."""
    plain = unicodedata.normalize("NFKC", typed[:LONGEST]).rpartition(ADDRESS)[2].partition("/")[0]
    plain = re.sub(r"^\s*(mã\b|ma:)[\s:]*", "", plain, flags=re.I)
    return "".join(
        sign for sign in plain if unicodedata.category(sign) not in BETWEEN and sign not in ".·\u2212"
    ).upper()


def shown(code: str) -> str:
    """In groups of four, as it stands on paper.

    >>> shown("HA7K4M92QDXP")
    'HA7K-4M92-QDXP'
    """
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
