"""The holder's name: printed on paper, sealed beside the certificate, and inside the token as a salted digest only.

Whoever checks a certificate types the name that stands on it and learns whether it matches; nobody reads a name out of
a token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from hocvu.assessment.models import Certificate
from hocvu.lib.text import nfc
from hocvu.ward.keys import keyring

_SALT = 16  # bytes


def plain(name: str) -> str:
    """A name as it is digested: composed, small, one blank between words; tones stay.

    >>> plain("  NGUYỄN  Thị   Hoa ")
    'nguyễn thị hoa'
    """
    return " ".join(nfc(nfc(name).casefold()).split())


def digest(name: str, salt: str) -> str:
    """As Open Badges 3.0 writes a hashed identity: the salt stands behind the name."""
    return f"sha256${hashlib.sha256(f'{plain(name)}{salt}'.encode()).hexdigest()}"


def hashed(name: str) -> dict[str, str]:
    """A fresh salt and the digest that goes with it."""
    salt = secrets.token_hex(_SALT)
    return {"salt": salt, "hash": digest(name, salt)}


def matches(typed: str, kept: dict[str, str]) -> bool:
    """Whether a typed name is the one behind a digest."""
    if not typed.strip() or not kept.get("hash") or "salt" not in kept:
        return False
    return hmac.compare_digest(digest(typed, kept["salt"]).encode(), kept["hash"].encode())


def seal(certificate: Certificate, name: str) -> None:
    """Put the name on a certificate, not yet saved."""
    certificate.name_sealed = keyring().seal(nfc(name), place(certificate))


def of(certificate: Certificate) -> str:
    """The name as it is printed; "" once the holder was erased. Raises BrokenSeal."""
    return keyring().open(certificate.name_sealed, place(certificate)) if certificate.name_sealed else ""


def place(certificate: Certificate) -> str:
    """Where a sealed name belongs."""
    return f"assessment.certificate.name:{certificate.pk}"
