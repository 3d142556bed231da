"""The code of somebody's place in a class: short enough to read out, printed as a square too. It opens nothing.

Eight signs of Crockford's base 32 are 40 bits. There is no I, L, O and U; whoever types O, I or L is understood.
"""

from __future__ import annotations

import re
import secrets

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def new() -> str:
    """A code of chance."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def read(typed: str) -> str:
    """The code that somebody typed or a camera read, also as the end of an address; "" where it cannot be one.

    >>> read(" 7k4m-92qo "), read("https://haian.vn/lop-hoc/ma/7K4M92Q0/"), read("7K4M"), read("7K4M-92Q*")
    ('7K4M92Q0', '7K4M92Q0', '', '')
    """
    last = typed[:200].strip().rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[\s.·–—-]+", "", last).upper().translate(_READ_AS)
    return plain if len(plain) == LENGTH and set(plain) <= set(SIGNS) else ""


def shown(code: str) -> str:
    """In two groups, as it stands on paper.

    >>> shown("7K4M92Q0")
    '7K4M-92Q0'
    """
    return f"{code[:4]}-{code[4:]}"
