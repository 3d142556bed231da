"""Tokens: a credential signed as a compact JWS (Open Badges 3.0, JSON Web Token proof), and read without any trust.

Only one way of signing exists, ES256. The header names the algorithm, the kind and the address of the key and nothing
else; a key that a token brings along, or an address that is not ours, is never looked at. Reading refuses whatever has
a second reading: names that stand twice, base64 with loose bits, numbers that are no whole numbers.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LARGEST = 64 * 1024  # characters of a token; ours have some 4,000, a full list of revocations some 30,000
DEEPEST = 12
ALGORITHM, KIND = "ES256", "JWT"  # `typ` MUST be JWT by Open Badges 3.0
VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_HALF = 32


class Unsound(Exception):
    """A token is not what it should be; the sentence says what is wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Opened:
    """A token taken apart, not yet believed."""

    header: dict[str, Any]
    body: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def kid(self) -> str:
        return str(self.header["kid"])

    def is_signed_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether the signature is this key's."""
        r, s = (int.from_bytes(half, "big") for half in (self.signature[:_HALF], self.signature[_HALF:]))
        try:
            key.verify(encode_dss_signature(r, s), self.signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def write(body: dict[str, Any], *, kid: str, sign: Callable[[bytes], bytes]) -> str:
    """A token of a body, in one form: the same body gives the same bytes to sign."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": KIND}
    signed = ".".join(_encoded(_json(part)) for part in (header, body))
    return f"{signed}.{_encoded(sign(signed.encode('ascii')))}"


# ---- Reading


def read(content: str | bytes) -> Opened:
    """Take a token apart. Raises Unsound; checks no signature."""
    token = text_of(content)
    parts = token.split(".")
    if len(parts) != 3:
        raise Unsound("Tệp này không phải giấy xác nhận dạng .jwt: không đủ ba phần.")
    header, body = (_object(_decoded(part, name), name) for part, name in zip(parts, ("đầu", "thân"), strict=False))
    _check_header(header)
    signature = _decoded(parts[2], "chữ ký")
    if len(signature) != 2 * _HALF:
        raise Unsound("Chữ ký không đúng độ dài.")
    return Opened(header, body, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def text_of(content: str | bytes) -> str:
    """The token in a file, without what an editor adds around it: a line's end, a mark of its encoding. Raises Unsound."""
    if len(content) > LARGEST:
        raise Unsound("Tệp lớn hơn một giấy xác nhận. Hãy chọn đúng tệp .jwt.")
    if isinstance(content, bytes):
        try:
            content = content.removeprefix(codecs.BOM_UTF8).decode("ascii")
        except UnicodeDecodeError:
            raise Unsound("Tệp này không phải giấy xác nhận dạng .jwt.") from None
    token = content.removeprefix("\ufeff").strip(" \t\r\n")
    if not token:
        raise Unsound("Tệp này không có nội dung.")
    return token


def _decoded(part: str, name: str) -> bytes:
    """base64url of exactly one spelling."""
    try:
        if not _BASE64.fullmatch(part):
            raise ValueError
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        if _encoded(content) != part:
            raise ValueError
    except (ValueError, binascii.Error):
        raise Unsound(f"Phần {name} của giấy đã hỏng, không đọc được.") from None
    return content


def _object(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError):
        raise Unsound(f"Phần {name} của giấy không đọc được, hoặc có mục ghi hai lần.") from None
    if not isinstance(found, dict) or _is_deep(found):
        raise Unsound(f"Phần {name} của giấy không đúng dạng.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no whole number")


def _is_deep(found: Any) -> bool:
    """Whether something lies deeper than any credential, or is no text that can be written."""
    waiting = [(found, 1)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        if isinstance(one, str) and not _is_writable(one):
            return True
        inside = [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else []
        waiting += [(each, depth + 1) for each in inside]
    return False


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_header(header: dict[str, Any]) -> None:
    if header.get("alg") != ALGORITHM:
        raise Unsound("Giấy không được ký bằng cách mà hệ thống này dùng (ES256).")
    if header.get("typ") != KIND:
        raise Unsound("Loại giấy ghi ở phần đầu không đúng.")
    if not isinstance(header.get("kid"), str) or not header["kid"]:
        raise Unsound("Giấy không nói ký bằng khóa nào.")
    if set(header) != {"alg", "typ", "kid"}:
        raise Unsound("Phần đầu của giấy có mục lạ, như khóa mang theo; không được tin.")


# ---- What the claims must say


def check_credential(body: dict[str, Any]) -> None:
    """Raise Unsound where a body is no achievement credential, or its claims and its content disagree."""
    _check_claims(body, (VC, OB), ("VerifiableCredential", ("AchievementCredential", "OpenBadgeCredential")))
    issuer, subject = body["issuer"], body["credentialSubject"]
    _check_type(issuer, "Profile", "nơi cấp")
    _check_type(subject, "AchievementSubject", "người được cấp")
    achievement = subject.get("achievement")
    _check_type(achievement, "Achievement", "điều được xác nhận")
    for name in ("id", "name", "description"):
        if not _is_said(achievement.get(name)):
            raise Unsound(f"Điều được xác nhận thiếu mục {name}.")
    if not isinstance(achievement.get("criteria"), dict):
        raise Unsound("Điều được xác nhận không nói điều kiện đạt.")
    for rows, kind, words in (
        (subject.get("identifier", []), "IdentityObject", "họ tên đã băm"),
        (subject.get("result", []), "Result", "kết quả"),
        (body.get("evidence", []), "Evidence", "căn cứ"),
        (achievement.get("resultDescription", []), "ResultDescription", "cách tính kết quả"),
        (achievement.get("alignment", []), "Alignment", "khung kỹ năng"),
    ):
        if not isinstance(rows, list):
            raise Unsound(f"Mục {words} không đúng dạng.")
        for row in rows:
            _check_type(row, kind, words)
    entry = body.get("credentialStatus")
    if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
        raise Unsound("Giấy không nói tra thu hồi ở đâu.")


def check_list(body: dict[str, Any]) -> None:
    """Raise Unsound where a body is no list of revocations. Its issuer is an address, or a row with one (as our lists of
    before said it); it needs no `jti` beside its `id`."""
    _check_claims({"jti": body.get("id"), **body}, (VC,), ("VerifiableCredential", ("BitstringStatusListCredential",)))
    _check_type(body["credentialSubject"], "BitstringStatusList", "danh sách thu hồi")
    if body["credentialSubject"].get("statusPurpose") != "revocation":
        raise Unsound("Danh sách này không phải danh sách thu hồi.")


def _check_claims(body: dict[str, Any], contexts: tuple[str, ...], types: tuple[str, tuple[str, ...]]) -> None:
    if body.get("@context") != list(contexts):
        raise Unsound("Giấy không theo bộ từ ngữ (@context) của Open Badges 3.0.")
    said = body.get("type")
    if (
        not isinstance(said, list)
        or types[0] not in said
        or not set(types[1]) & {t for t in said if isinstance(t, str)}
    ):
        raise Unsound("Giấy không đúng loại (type).")
    issuer, subject = body.get("issuer"), body.get("credentialSubject")
    if not isinstance(issuer, dict | str):
        raise Unsound("Giấy không nói ai cấp.")
    if not isinstance(subject, dict):
        raise Unsound("Giấy không nói cấp cho ai.")
    for claim, said_inside, words in (
        ("iss", issuer if isinstance(issuer, str) else issuer.get("id"), "nơi cấp (iss)"),
        ("sub", subject.get("id"), "người được cấp (sub)"),
        ("jti", body.get("id"), "tên của giấy (jti)"),
    ):
        if not _is_said(body.get(claim)) or body[claim] != said_inside:
            raise Unsound(f"Mục {words} thiếu, hoặc không khớp với nội dung.")
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        said_at = moment(body.get(name))
        if said_at is None or type(body.get(claim)) is not int or said_at != _seconds(body[claim]):
            raise Unsound(f"Thời gian có giá trị ({claim}) thiếu, hoặc không khớp với nội dung.")
    if body["exp"] < body["nbf"]:
        raise Unsound("Giấy hết giá trị trước khi bắt đầu.")


def _check_type(row: Any, kind: str, words: str) -> None:
    said = row.get("type") if isinstance(row, dict) else None
    if said != kind and not (isinstance(said, list) and kind in said):
        raise Unsound(f"Mục {words} thiếu, hoặc không đúng loại.")


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def moment(text: Any) -> datetime | None:
    """A moment as credentials write it, to the second and with its zone; None for anything else."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stamp(at: datetime) -> str:
    """A moment for a credential.

    >>> stamp(datetime(2026, 11, 27, 3, 45, 1, 999, tzinfo=UTC))
    '2026-11-27T03:45:01Z'
    """
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _seconds(number: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _json(part: dict[str, Any]) -> bytes:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
