"""The holder's name: printed on paper, sealed beside the certificate, and inside the token as a salted digest only.

Whoever checks a certificate types the name that stands on it and learns whether it matches; nobody reads a name out of
a token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from hocvu.assessment.models import Certificate
from hocvu.lib.crypto import BrokenSeal
from hocvu.lib.text import nfc
from hocvu.ward.keys import keyring

_SALT = 16  # bytes


def plain(name: str) -> str:
    """A name as two are compared: composed, small, one blank between words; tones stay.

    >>> plain("  NGUYỄN  Thị   Hoa ")
    'nguyễn thị hoa'
    """
    return printed(nfc(name).casefold())


def printed(name: str) -> str:
    """A name as one reads it on the paper: composed, one blank between words, its capitals as they are.

    >>> printed("  Nguyễn  Thị   Hoa ")
    'Nguyễn Thị Hoa'
    """
    return " ".join(nfc(name).split())


def digest(name: str, salt: str) -> str:
    """As Open Badges 3.0 writes a hashed identity (IdentityObject, `identityHash`): the salt stands behind the name."""
    return f"sha256${hashlib.sha256(f'{name}{salt}'.encode()).hexdigest()}"


def hashed(name: str) -> dict[str, str]:
    """A fresh salt and the digest that goes with it: of the name as it is printed, so that whoever checks with another
    program and copies it from the paper comes to the same."""
    salt = secrets.token_hex(_SALT)
    return {"salt": salt, "hash": digest(printed(name), salt)}


def matches(typed: str, kept: dict[str, str], *, sealed: str = "") -> bool:
    """Whether a typed name is the one behind a digest, in whatever capitals and blanks: as it was typed, with the capitals
    that names have, or all small as certificates of before were digested. `sealed` is the name that our own row holds:
    where the typed one differs from it in nothing else, its own writing is tried, and the digest still decides."""
    if not typed.strip() or not kept.get("hash") or "salt" not in kept:
        return False
    tries = [printed(typed), printed(nfc(typed).title()), plain(typed)]
    if plain(sealed) == plain(typed):
        tries.append(printed(sealed))
    return any(hmac.compare_digest(digest(one, kept["salt"]).encode(), kept["hash"].encode()) for one in tries)


def seal(certificate: Certificate, name: str) -> None:
    """Put the name on a certificate, not yet saved."""
    certificate.name_sealed = keyring().seal(nfc(name), place(certificate))


def of(certificate: Certificate) -> str:
    """The name as it is printed; "" once the holder was erased. Raises BrokenSeal."""
    return keyring().open(certificate.name_sealed, place(certificate)) if certificate.name_sealed else ""


def of_or_none(certificate: Certificate) -> str:
    """The name as it is printed; "" also where its seal does not open."""
    try:
        return of(certificate)
    except BrokenSeal:
        return ""


def place(certificate: Certificate) -> str:
    """Where a sealed name belongs."""
    return f"assessment.certificate.name:{certificate.pk}"
