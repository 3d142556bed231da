"""The keys that a ward signs certificates with: ES256, the private half sealed and bound to its row.

One key of a ward signs; it is made when it is first needed. A key that was replaced signs nothing new, and what it
signed stays valid, so that its public half is given out for ever. A key that somebody else may hold is another matter:
whoever has it can write any date into a token, so that no token under it is believed any more, whatever day it names.
The certificates that our own records prove are signed anew, under the same code and name; an older copy says that it
must be fetched again.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from hocvu.assessment.models import SigningKey
from hocvu.lib import clock
from hocvu.lib.crypto import BrokenSeal
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Ward

COORDINATE = 32  # bytes of a coordinate, and of each half of a signature, on P-256
_CHANCE = "23456789abcdefghjkmnpqrstuvwxyz"


class Unsignable(Exception):
    """Nothing can be signed now; the message says why, to whoever waits."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "Hiện chưa ký số được vì khóa ký không mở được. Kết quả vẫn được giữ nguyên; hãy báo người quản trị "
            "kiểm tra khóa ký."
        )


# ---- Which key signs


def signing_key(ward: Ward, *, by: Account | None = None) -> SigningKey:
    """The key of a ward that signs now, made where there is none. Two that make the first at once get the same.

    Raises Unsignable, also in production without a public address: it would stand in every certificate, for ever.
    """
    if settings.PRODUCTION and not settings.ADDRESS.startswith("https://"):
        raise Unsignable("Chưa ký số được: chưa đặt HOCVU_ADDRESS là địa chỉ https:// công khai của hệ thống.")
    key = _signing(ward)
    if key is not None:
        return key
    try:
        with transaction.atomic():
            return _make(ward, by)
    except IntegrityError:
        return SigningKey.objects.select_related("ward").get(ward=ward, retired_at=None)


def held_to_sign(ward: Ward) -> SigningKey:
    """The same, held until the transaction ends: what is signed with it is in the records before anybody declares it lost,
    so that it is among what is signed anew. Raises Unsignable."""
    signing_key(ward)
    rows = SigningKey.objects.select_for_update(of=("self",), no_key=True).select_related("ward")
    held = rows.filter(ward=ward, retired_at=None).first()
    return held or held_to_sign(ward)  # it retired while we waited; another signs


def known_key(ward: Ward) -> SigningKey:
    """The same where nothing may be written. Raises Unsignable where there is none yet."""
    key = _signing(ward)
    if key is None:
        raise Unsignable
    return key


@transaction.atomic
def rotate(ward: Ward, *, by: Account | None) -> SigningKey:
    """Let a new key sign from now on; the one before retires, and what it signed stays valid."""
    old = SigningKey.objects.select_for_update(of=("self",), no_key=True).filter(ward=ward, retired_at=None).first()
    if old is not None:
        old.retired_at = clock.now()
        old.save(update_fields=("retired_at",))
        audit.record(by, "retired a signing key", old, ward=ward)
    return signing_key(ward, by=by)


@transaction.atomic
def mark_compromised(key: SigningKey, *, since: datetime, why: str, by: Account | None) -> SigningKey:
    """Write down that somebody else may hold a key; answers the key that signs instead. See renewing.compromised."""
    key = SigningKey.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=key.pk)
    if key.compromised_at is not None:
        raise Refusal("Khóa này đã được ghi là bị lộ.")
    if not why.strip():
        raise Refusal("Hãy ghi khóa bị lộ thế nào.", "why")
    if since > clock.now():
        raise Refusal("Thời điểm bị lộ không thể ở tương lai.", "since")
    key.compromised_at, key.compromised_why = since, why.strip()[:300]
    key.retired_at = key.retired_at or clock.now()
    key.save(update_fields=("compromised_at", "compromised_why", "retired_at"))
    audit.record(by, "declared a signing key compromised", key, ward=key.ward, reason=key.compromised_why)
    return signing_key(key.ward, by=by)


def _signing(ward: Ward) -> SigningKey | None:
    return SigningKey.objects.select_related("ward").filter(ward=ward, retired_at=None).first()


def _make(ward: Ward, by: Account | None) -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1())
    chance = "".join(secrets.choice(_CHANCE) for _ in range(6))
    kid = f"{ward.slug[:20].strip('-')}-{clock.today():%Y%m%d}-{chance}"
    key = SigningKey(ward=ward, kid=kid, public=_public(private.public_key(), kid), made_by=by)
    written = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        key.private_sealed = keyring().seal_bytes(written, place(key))
    except ImproperlyConfigured as fault:
        raise Unsignable from fault
    key.save(force_insert=True)
    audit.record(by, "made a signing key", key, ward=ward)
    return key


def place(key: SigningKey) -> str:
    """Where the private half belongs; it opens nowhere else."""
    return f"assessment.signingkey.private:{key.kid}"


# ---- The two halves


def sign(key: SigningKey, message: bytes) -> bytes:
    """A signature of 64 bytes. Raises Unsignable."""
    r, s = decode_dss_signature(_private(key).sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


def _private(key: SigningKey) -> ec.EllipticCurvePrivateKey:
    try:
        written = keyring().open_bytes(key.private_sealed, place(key))
        private = serialization.load_der_private_key(written, password=None)
    except (BrokenSeal, ImproperlyConfigured, ValueError, UnsupportedAlgorithm) as fault:
        raise Unsignable from fault
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise Unsignable
    return private


def public_of(jwk: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """The public key that a JWK writes. Raises ValueError."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise ValueError("not a key on P-256")
    x, y = (int.from_bytes(_decoded(jwk.get(name)), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _public(key: ec.EllipticCurvePublicKey, kid: str) -> dict[str, str]:
    numbers = key.public_numbers()
    x, y = (_encoded(number.to_bytes(COORDINATE, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig"}


def pem_of(key: SigningKey) -> str:
    """The public half as PEM, for whoever checks with a tool of their own."""
    return (
        public_of(key.public)
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _encoded(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("a coordinate is missing")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
