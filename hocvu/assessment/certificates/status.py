"""What was revoked, as a Bitstring Status List (W3C): one bit a certificate, at a place of chance among many.

The list is signed in the transaction that revokes, and again by a job before it grows old. A reader who comes in between
gets it signed for that moment, without a word being written. Where it cannot be signed nothing is lost: the last list is
given out as long as it says the truth, then the page says a sentence until the key opens again; the rows say what was revoked.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import secrets
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from hocvu.assessment.certificates import keys, places, tokens
from hocvu.assessment.models import SigningKey, StatusList
from hocvu.lib import clock
from hocvu.ward.models import Ward

BELIEVED = timedelta(hours=24)
STALE = timedelta(hours=6)
SMALLEST = 131_072  # entries; fewer would tell who is meant
_LARGEST = 16 * SMALLEST // 8  # bytes that an unpacked list may have


# ---- A place in the list


def list_for(ward: Ward) -> StatusList:
    """The list that new certificates of a ward stand in; the next one once half of it is taken, so that chance stays
    chance."""
    newest = StatusList.objects.select_related("ward").filter(ward=ward).order_by("-number").first()
    if newest is not None and newest.certificates.count() < newest.size // 2:
        return newest
    number = newest.number + 1 if newest else 1
    try:
        with transaction.atomic():
            return StatusList.objects.create(ward=ward, number=number)
    except IntegrityError:
        return StatusList.objects.select_related("ward").get(ward=ward, number=number)


def free_index(row: StatusList) -> int:
    """A place of chance that nobody has."""
    while True:
        index = secrets.randbelow(row.size)
        if not row.certificates.filter(status_index=index).exists():
            return index


# ---- The bits


def pack(revoked: Iterable[int], size: int) -> str:
    """The bits as the list says them: the first entry is the highest bit of the first byte; zipped, base64url, "u"."""
    bits = bytearray(size // 8)
    for index in revoked:
        bits[index // 8] |= 0x80 >> (index % 8)
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def unpack(text: Any) -> bytes:
    """The bits of a list. Raises tokens.Unsound."""
    fault = tokens.Unsound("Danh sách thu hồi không đọc được.")
    if not isinstance(text, str) or not text.startswith("u"):
        raise fault
    try:
        packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        opening = zlib.decompressobj(31)
        bits = opening.decompress(packed, _LARGEST + 1)
    except (ValueError, binascii.Error, zlib.error):
        raise fault from None
    if not opening.eof:
        raise fault
    if len(bits) * 8 < SMALLEST:
        raise tokens.Unsound(f"Danh sách thu hồi phải có từ {SMALLEST:,} chỗ.".replace(",", "."))
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the entry of an index is set. Raises tokens.Unsound outside the list."""
    if not 0 <= index < len(bits) * 8:
        raise tokens.Unsound("Chỗ của giấy nằm ngoài danh sách thu hồi.")
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


# ---- Signing it


def change(row: StatusList) -> None:
    """Something in a list was revoked: count it up and sign anew, in the caller's transaction. Where nothing can be signed
    the revocation stands all the same."""
    row = StatusList.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=row.pk)
    row.revision += 1
    row.save(update_fields=("revision",))
    _renew(row)


def renew_all() -> int:
    """Sign anew what grew old or changed without being signed; answers how many."""
    done = 0
    for key in list(StatusList.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            row = StatusList.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=key)
            done += 0 if _is_fresh(row, clock.now()) else _renew(row)
    return done


def _renew(row: StatusList) -> bool:
    """Sign a list anew. Where nothing can be signed the one that still says the truth stays; any other goes."""
    now = clock.now()
    try:
        with transaction.atomic():
            row.token = signed(row, now)
    except keys.Unsignable:
        if _is_true(row, now):
            return False
        row.token, row.signed_at, row.valid_until = "", None, None
    else:
        row.signed_at, row.valid_until, row.signed_revision = now, now + BELIEVED, row.revision
    row.save(update_fields=("token", "signed_at", "valid_until", "signed_revision"))
    return bool(row.token)


def token_of(row: StatusList) -> str:
    """The list as it is given out now; writes nothing. Where none can be signed, the last one as long as it says the truth.
    Raises keys.Unsignable."""
    now = clock.now()
    if _is_fresh(row, now):
        return row.token
    try:
        return signed(row, now, make_key=False)
    except keys.Unsignable:
        if _is_true(row, now):
            return row.token
        raise


def _is_fresh(row: StatusList, now: datetime) -> bool:
    if not row.token or row.signed_revision != row.revision or row.signed_at is None:
        return False
    return timedelta(0) <= now - row.signed_at < STALE


def _is_true(row: StatusList, now: datetime) -> bool:
    """Whether the list that lies here may still be believed: nothing was revoked since, its time is not over, and its key
    was not lost."""
    if not row.token or row.signed_revision != row.revision or row.valid_until is None or row.valid_until <= now:
        return False
    try:
        named = places.kid_in(tokens.read(row.token).kid)
    except tokens.Unsound:  # the row is spoiled
        return False
    return named is not None and SigningKey.objects.filter(kid=named[1], compromised_at=None).exists()


def signed(row: StatusList, at: datetime, *, make_key: bool = True) -> str:
    """The list of this moment, signed with the ward's key. Raises keys.Unsignable.

    Its one context (Verifiable Credentials 2.0) knows neither a Profile nor `jti`: the issuer is an address and the list's
    name its `id` alone, so that a reader that refuses what no context defines reads it.
    """
    key = keys.signing_key(row.ward) if make_key else keys.known_key(row.ward)
    address, profile = places.status_list(row), places.profile(row.ward)
    revoked = row.certificates.exclude(revoked_at=None).order_by().values_list("status_index", flat=True)
    body = {
        "@context": [tokens.VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": profile,
        "validFrom": tokens.stamp(at),
        "validUntil": tokens.stamp(at + BELIEVED),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": pack(revoked, row.size),
        },
        "iss": profile,
        "sub": f"{address}#list",
        "nbf": int(at.timestamp()),
        "exp": int((at + BELIEVED).timestamp()),
    }
    return tokens.write(body, kid=places.key(key), sign=lambda message: keys.sign(key, message))
