"""The one way in which things come from a device's outbox; every room receives through it.

A form marked `data-outbox` is kept on the device, then posted to its own address with these headers:

    X-Outbox-Id      a UUID that the device chose (version 7, so that ids sort by time)
    X-Outbox-Digest  SHA-256, in hex, of the fields; see `digest_of`
    X-Outbox-Made    when it was made, by the device's clock (ISO 8601)
    X-Outbox-Owner   whose it is; see `owner_of`
    X-Outbox-Helper  who helped then, as the page said it; see `helper_token`
    X-Outbox-Device, X-Outbox-Waiting, X-Outbox-Now   which device, how much it holds, its clock; see `ward.devices`
    Accept           application/json

The answer is JSON `{id, digest, result, reason}`: accepted 200, duplicate 200, quarantined 202 (kept, somebody will
look), conflict 409 (the id was used for something else), rejected 422 (makes no sense; nothing was written). Without a
session, or under another one than the owner's, it is 401 as JSON and the device keeps what it has; never a redirect.
Without the headers the same view answers a person: it redirects.

What lies on the device is sealed for its owner: pages carry the public half of a key that only the server can make
(`public_key`), the private half is handed to a live session of that owner alone (`private_key`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import devices, keys, receipts
from hocvu.ward.access import SignedInRequest
from hocvu.ward.models import Account, Receipt, Ward
from hocvu.ward.receipts import Answer, Parcel

Result = Receipt.Result
TOKEN_FIELD = "csrfmiddlewaretoken"
REJECTED = "rejected"
STATUS: dict[str, HTTPStatus] = {
    Result.ACCEPTED: HTTPStatus.OK,
    receipts.DUPLICATE: HTTPStatus.OK,
    Result.QUARANTINED: HTTPStatus.ACCEPTED,
    Result.CONFLICT: HTTPStatus.CONFLICT,
    REJECTED: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_DIGEST = re.compile(r"[0-9a-f]{64}")


def receive(
    request: SignedInRequest, act: Callable[[Parcel], Answer], *, onward: Callable[[Answer | None], str]
) -> HttpResponse:
    """Let `act` keep what was posted, and answer the device or the person.

    `onward` says where a person goes next; it is given nothing where the act was refused, and the sentence stands on
    that page. A Refusal and something that is not there (Http404) are "rejected" to a device.
    """
    if "X-Outbox-Id" not in request.headers:
        try:
            return HttpResponseRedirect(onward(act(Parcel(receipts.uuid7(), made_at=clock.now()))))
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(onward(None))
    if request.headers.get("X-Outbox-Owner", owner_of(request.user)) != owner_of(request.user):
        words = "Việc này của người khác. Người đó đăng nhập thì máy mới gửi."
        return _json({"error": "other_owner", "message": words}, HTTPStatus.UNAUTHORIZED)
    try:
        parcel = _parcel(request)
    except Refusal as refusal:
        said = {"id": request.headers["X-Outbox-Id"], "digest": request.headers.get("X-Outbox-Digest", "")}
        return _json({**said, "result": REJECTED, "reason": refusal.sentence}, STATUS[REJECTED])
    try:
        answer = act(parcel)
    except Refusal as refusal:
        answer = _refused(request, parcel, refusal.sentence)
    except Http404:
        answer = _refused(request, parcel, "Nơi nhận việc này không còn. Hãy mở lại trang rồi làm lại.")
    return tell(request, parcel, answer)


def tell(request: SignedInRequest, parcel: Parcel, answer: Answer) -> HttpResponse:
    """The receipt, as the device reads it; it was heard just now."""
    left = devices.waiting_said(request) - (answer.result not in (Result.CONFLICT, REJECTED))
    devices.heard(request, waiting=left, oldest=parcel.made_at)
    said = {"id": str(answer.id), "digest": answer.digest, "result": answer.result, "reason": answer.reason}
    return _json(said, STATUS[answer.result])


def _refused(request: SignedInRequest, parcel: Parcel, why: str) -> Answer:
    """That it makes no sense; but what was received while it still did is told again as received."""
    earlier = receipts.find(parcel, by=request.user, ward=request.ward)
    return earlier or Answer(parcel.id, parcel.digest, REJECTED, why)


def digest_of(fields: QueryDict) -> str:
    """SHA-256 of the fields as JSON: pairs of name and value, by name, values of one name in their order, the token of
    the page left out. The device makes the same.

    >>> digest_of(QueryDict("phan=dau&csrfmiddlewaretoken=x")) == hashlib.sha256(b'[["phan","dau"]]').hexdigest()
    True
    """
    pairs = [[name, value] for name in sorted(fields) if name != TOKEN_FIELD for value in fields.getlist(name)]
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _parcel(request: SignedInRequest) -> Parcel:
    headers = request.headers
    digest = headers.get("X-Outbox-Digest", "")
    try:
        key = UUID(headers["X-Outbox-Id"])
    except ValueError as fault:
        raise Refusal("Máy gửi một mã không hợp lệ. Hãy tải lại trang rồi làm lại.") from fault
    if not _DIGEST.fullmatch(digest) or request.FILES or not hmac.compare_digest(digest, digest_of(request.POST)):
        raise Refusal("Nội dung đến nơi không khớp với nội dung máy đã giữ. Hãy bấm gửi lại.")
    made = devices.moment(headers.get("X-Outbox-Made", ""))
    helper = _helper(headers.get("X-Outbox-Helper", ""), request.user)
    return Parcel(key, digest, request.path, made, helper, devices.moment(headers.get(devices.NOW, "")))


def _json(said: dict[str, Any], status: HTTPStatus) -> JsonResponse:
    answer = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-store"
    return answer


# ---- Whose it is, and the key it is sealed with


@dataclass(frozen=True, slots=True)
class Owner:
    """What a page tells its scripts about who is signed in; nothing in it says who that is."""

    id: str
    key: str  # the public key, an uncompressed point in base64url
    helper: str = ""
    idle: int | str = 0  # seconds without a page after which the device takes nobody to be signed in
    ward_key: str = ""  # what a queue saved to a file is sealed with; only where somebody goes from door to door
    ward: str = ""  # the slug of that ward


def owner_of(account: Account) -> str:
    """An account as devices know it: the same at every asking, telling nothing of the account."""
    return hmac.digest(keys.keyring().index, f"outbox.owner:{account.pk}".encode(), "sha256").hex()[:32]


def public_key(account: Account) -> str:
    """What anything of this account is sealed with on a device."""
    return _keys_of(keys.keyring().index, f"outbox.key:{account.pk}")[0]


def private_key(account: Account) -> dict[str, str]:
    """What opens it again, as a JSON Web Key. To be given to a live session of this account, and never kept there."""
    return dict(_keys_of(keys.keyring().index, f"outbox.key:{account.pk}")[1])


def ward_public_key(ward: Ward) -> str:
    """What a queue is sealed with that a device saves to a file."""
    return _keys_of(keys.keyring().index, f"outbox.ward:{ward.pk}")[0]


def ward_private_key(ward: Ward) -> dict[str, str]:
    """What opens such a file, as a JSON Web Key. It never leaves the server."""
    return dict(_keys_of(keys.keyring().index, f"outbox.ward:{ward.pk}")[1])


@lru_cache(maxsize=4096)
def _keys_of(secret: bytes, whose: str) -> tuple[str, dict[str, str]]:
    """A pair of keys, made from the register's index key, which stays when the others rotate: a phone
    may come back after a year. 40 bytes reduced to the order of the curve leave no bias (FIPS 186-5, A.2.1)."""
    seed = HKDF(algorithm=hashes.SHA256(), length=40, salt=None, info=whose.encode()).derive(secret)
    key = ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    value = key.private_numbers().private_value.to_bytes(32, "big")
    jwk = {"kty": "EC", "crv": "P-256", "x": _b64(point[1:33]), "y": _b64(point[33:]), "d": _b64(value)}
    return _b64(point), jwk


_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


# ---- Who helped when it was made


def helper_token(account: Account, helper: Account) -> str:
    """What a page of a helped session lets its records carry, so that they count as helped whenever they are sent."""
    return _signer().sign_object([account.pk, helper.pk])


def _helper(token: str, account: Account) -> Account | None:
    if not token:
        return None
    try:
        learner, helper = _signer().unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return Account.objects.filter(pk=helper).first() if learner == account.pk else None


def _signer() -> Signer:
    return Signer(salt="ward.outbox.helper")
