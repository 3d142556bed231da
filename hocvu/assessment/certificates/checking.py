"""What a certificate is worth that somebody shows: by its code, or by its token.

Signed tokens are judged in the same order here and on the command line: can it be read, do its claims and its content
agree, do we know the key, is the signature right, is it our certificate as it stands now. Then comes its state. A token
alone, with a key that whoever checks brings along, says less: its state is as old as the list of revocations beside it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db.models import CharField, UUIDField

from hocvu.assessment.certificates import codes, credential, keys, names, places, status, tokens
from hocvu.assessment.certificates.tokens import Opened, Unsound
from hocvu.assessment.models import Certificate, Revocation, SigningKey
from hocvu.lib import clock
from hocvu.lib.prepared import Prepared

State = Literal["valid", "revoked", "expired", "superseded", "not_yet", "unknown_issuer", "bad"]
WORDS: dict[State, str] = {
    "valid": "Còn giá trị",
    "revoked": "Đã thu hồi",
    "expired": "Hết giá trị",
    "superseded": "Đã thay bằng giấy mới",
    "not_yet": "Chưa có giá trị",
    "unknown_issuer": "Không rõ nơi cấp",
    "bad": "Không tin được",
}
UNCHECKED = "Chữ ký đúng; chưa kiểm tra thu hồi."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, in one word, in a sentence, and with what the certificate says. `certificate` is our own row."""

    status: State
    reason: str
    fields: dict[str, Any] = field(default_factory=dict)
    certificate: Certificate | None = None

    @property
    def is_valid(self) -> bool:
        return self.status == "valid"

    @property
    def words(self) -> str:
        return WORDS[self.status]


# ---- By our own records


def by_code(typed: str) -> Certificate | None:
    """The certificate of a code as somebody typed it."""
    code = codes.read(typed)
    return _BY_CODE.first(code=code) if code else None


_WHOLE = Certificate.objects.select_related(
    "ward", "rule__ward", "key", "status_list__ward", "superseded_by"
).order_by()
_BY_CODE = Prepared(lambda code: _WHOLE.filter(code=code), code=CharField())
_BY_KEY = Prepared(lambda key: _WHOLE.filter(pk=key), key=UUIDField())
_KEY = Prepared(lambda kid: SigningKey.objects.select_related("ward").filter(kid=kid).order_by(), kid=CharField())


def state_of(certificate: Certificate, at: datetime | None = None) -> Verdict:
    """What our records say of a certificate at a moment; now unless said."""
    moment = at or clock.now()
    found, reason = _state(certificate, moment)
    return Verdict(found, reason, fields_of(certificate), certificate)


def _state(certificate: Certificate, moment: datetime) -> tuple[State, str]:
    if certificate.revoked_at is not None and certificate.revoked_at <= moment:
        why = Revocation.Reason(certificate.revoked_class).label if certificate.revoked_class else "không ghi"
        return "revoked", f"Giấy đã bị thu hồi ngày {_day(certificate.revoked_at)}. Lý do: {why}."
    if moment < certificate.issued_at:
        return "not_yet", f"Giấy chỉ có giá trị từ {_day(certificate.issued_at)}."
    newer = certificate.superseded_by
    if newer is not None and newer.issued_at <= moment:
        return "superseded", f"Giấy này đã được thay bằng giấy cấp ngày {_day(newer.issued_at)}."
    if moment >= certificate.valid_until:
        return "expired", f"Giấy hết giá trị từ {_day(certificate.valid_until)}."
    return "valid", "Giấy do hệ thống này cấp và đang có giá trị."


def fields_of(certificate: Certificate) -> dict[str, Any]:
    """What a certificate says, for whoever checks it; never the name."""
    said = certificate.details
    return {
        "code": certificate.code,
        "title": certificate.title,
        "description": credential.description_of(certificate) if "rule" in said else "",
        "issuer": said.get("issuer", ""),
        "framework": said.get("framework", certificate.framework),
        "framework_version": certificate.framework_version,
        "level": said.get("level", certificate.level),
        "group": said.get("group", ""),
        "rule": said.get("rule", {}),
        "criteria": said.get("criteria", ""),
        "identity": certificate.identity,
        "evidence": [(one["name"], one["words"]) for one in said.get("evidence", [])],
        "valid_from": tokens.stamp(certificate.issued_at),
        "valid_until": tokens.stamp(certificate.valid_until),
        "revocation_checked": True,
    }


def name_matches(verdict: Verdict | Certificate, typed: str) -> bool | None:
    """Whether a typed name is the holder's; None where the certificate no longer holds one."""
    row = verdict if isinstance(verdict, Certificate) else verdict.certificate
    kept = row.details.get("name") if row else verdict.fields.get("name")  # type: ignore[union-attr]
    return names.matches(typed, kept, sealed=names.of_or_none(row) if row else "") if kept else None


# ---- By a token


def check(content: str | bytes, *, at: datetime | None = None) -> Verdict:
    """Judge a token by our own keys and records."""
    try:
        token = tokens.read(content)
        tokens.check_credential(token.body)
    except Unsound as fault:
        return Verdict("bad", fault.sentence)
    said = said_in(token.body)
    key = _known(token)
    if key is None:
        return Verdict("unknown_issuer", "Giấy này không ký bằng khóa nào của hệ thống này.", said)
    try:
        is_ours = token.is_signed_by(keys.public_of(key.public))
    except ValueError:  # the row of the key is spoiled
        return Verdict(
            "unknown_issuer", "Chưa kiểm tra được: khóa công khai trên hệ thống đã hỏng. Hãy báo nơi cấp.", said
        )
    if not is_ours:
        return Verdict("bad", "Chữ ký không đúng: giấy đã bị sửa, hoặc không do nơi cấp ký.")
    row = _row(token.body["jti"])
    if row is None or row.ward_id != key.ward_id:
        return Verdict("bad", "Chữ ký đúng nhưng sổ cấp giấy không có giấy này. Hãy báo nơi cấp.")
    if tokens.text_of(content) != row.token:
        return _not_ours(row, key, at)
    return state_of(row, at)


def _known(token: Opened) -> SigningKey | None:
    """Our key that a token names. The base of its address must be the issuer's; nothing is ever fetched."""
    found = places.kid_in(token.kid)
    if found is None or not token.body["iss"].startswith(f"{found[0]}/cap-giay/"):
        return None
    key = _KEY.first(kid=found[1])
    if key is None or token.body["iss"] != f"{found[0]}/cap-giay/{key.ward.slug}/ho-so.json":
        return None
    return key


def _row(jti: str) -> Certificate | None:
    try:
        pk = UUID(jti.removeprefix("urn:uuid:"))
    except ValueError:
        return None
    return _BY_KEY.first(key=pk) if jti == f"urn:uuid:{pk}" else None


def _not_ours(row: Certificate, key: SigningKey, at: datetime | None) -> Verdict:
    """A token of one of our certificates in another wording than the one we keep."""
    now = state_of(row, at)
    if now.status == "revoked":
        return now
    if key.compromised_at is not None:
        return Verdict(
            "bad", "Giấy ký bằng khóa đã bị lộ nên bản này không còn tin được. Hãy tải bản mới.", certificate=row
        )
    return Verdict("bad", "Đây không phải bản mà hệ thống đang giữ. Người được cấp hãy tải bản mới.", certificate=row)


def said_in(body: dict[str, Any]) -> dict[str, Any]:
    """What a token says of itself, as the command line shows it."""
    subject = body["credentialSubject"]
    achievement = subject["achievement"]
    identifier: dict[str, Any] = next(iter(subject.get("identifier", [])), {})
    said = {
        "id": body["id"],
        "title": achievement["name"],
        "description": achievement["description"],
        "issuer": body["issuer"].get("name", body["iss"]),
        "issuer_id": body["iss"],
        "valid_from": body["validFrom"],
        "valid_until": body["validUntil"],
        "evidence": [(one.get("name", ""), one.get("narrative", "")) for one in body.get("evidence", [])],
        "revocation_checked": False,
    }
    if isinstance(identifier.get("identityHash"), str) and isinstance(identifier.get("salt"), str):
        said["name"] = {"hash": identifier["identityHash"], "salt": identifier["salt"]}
    return said


# ---- By a token alone


def check_alone(
    content: str | bytes,
    *,
    trusted: ec.EllipticCurvePublicKey,
    others: Sequence[ec.EllipticCurvePublicKey] = (),
    revoked: str | bytes | None = None,
    at: datetime,
) -> Verdict:
    """Judge a token by a key that whoever checks trusts, and a signed list of revocations where there is one. `others` are
    further keys of the same issuer: after a key was replaced, the list is signed by the newer one. Needs no database and
    no network."""
    known = (trusted, *others)
    try:
        token = tokens.read(content)
        tokens.check_credential(token.body)
        if not any(token.is_signed_by(key) for key in known):
            return Verdict("unknown_issuer", "Chữ ký không phải của khóa đã cho.", said_in(token.body))
        said = said_in(token.body)
        if revoked is not None and (day := _listed(token.body, revoked, known, said, at)):
            return Verdict("revoked", f"Giấy đã bị thu hồi, theo danh sách ngày {day}.", said)
    except Unsound as fault:
        return Verdict("bad", fault.sentence)
    return _timely(token.body, said, at)


def _listed(
    body: dict[str, Any],
    revoked: str | bytes,
    known: Sequence[ec.EllipticCurvePublicKey],
    said: dict[str, Any],
    at: datetime,
) -> str:
    """The day of the list where the certificate stands in it; "" where it does not. Raises Unsound."""
    try:
        opened = tokens.read(revoked)
        tokens.check_list(opened.body)
    except Unsound as fault:
        raise Unsound(f"Danh sách thu hồi: {fault.sentence}") from None
    entry, listing = body["credentialStatus"], opened.body
    if not any(opened.is_signed_by(key) for key in known):
        raise Unsound("Danh sách thu hồi không do khóa đã cho ký. Nơi cấp đã thay khóa thì cho thêm khóa mới.")
    if listing["iss"] != body["iss"] or listing["id"] != entry.get("statusListCredential"):
        raise Unsound("Danh sách thu hồi này không phải danh sách mà giấy nêu.")
    if entry.get("statusPurpose") != "revocation":
        raise Unsound("Giấy không nói tra thu hồi ở đâu.")
    is_set = status.is_set(status.unpack(listing["credentialSubject"].get("encodedList")), _index(entry))
    said["list_signed_at"] = listing["validFrom"]
    said["revocation_checked"] = listing["nbf"] <= at.timestamp() < listing["exp"]
    return _day_of(listing["validFrom"]) if is_set else ""


def _index(entry: dict[str, Any]) -> int:
    text = str(entry.get("statusListIndex", ""))
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Unsound("Giấy không nói đứng ở chỗ nào của danh sách thu hồi.")
    return int(text)


def _timely(body: dict[str, Any], said: dict[str, Any], at: datetime) -> Verdict:
    if at.timestamp() < body["nbf"]:
        return Verdict("not_yet", f"Giấy chỉ có giá trị từ {_day_of(body['validFrom'])}.", said)
    if at.timestamp() >= body["exp"]:
        return Verdict("expired", f"Giấy hết giá trị từ {_day_of(body['validUntil'])}.", said)
    if said["revocation_checked"]:
        return Verdict("valid", "Chữ ký đúng; không có trong danh sách thu hồi.", said)
    if signed := said.get("list_signed_at"):
        return Verdict("valid", f"{UNCHECKED[:-1]} (danh sách ngày {_day_of(signed)}).", said)
    return Verdict("valid", UNCHECKED, said)


def trusted_key(content: bytes) -> ec.EllipticCurvePublicKey:
    """A public key as PEM, or as the JWK that stands at a key's address. Raises Unsound, also for a key that says of itself
    that it was revoked: its finder signs with it too."""
    try:
        if content.lstrip().startswith(b"{"):
            jwk = json.loads(content)
            if "revoked" in jwk:
                raise Unsound(
                    "Khóa này đã bị nơi cấp thu hồi nên không dùng để kiểm tra được. Hãy lấy khóa mới của nơi cấp."
                )
            return keys.public_of(jwk)
        key = serialization.load_pem_public_key(content)
    except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm, RecursionError):
        raise Unsound("Tệp khóa không đọc được. Hãy dùng khóa công khai dạng PEM hoặc JWK của nơi cấp.") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Unsound("Khóa này không dùng cho ES256 (đường cong P-256).")
    return key


def _day_of(text: str) -> str:
    """The day here of a moment that a token says."""
    moment = tokens.moment(text)
    return _day(moment) if moment else text


def _day(moment: datetime) -> str:
    return f"{clock.local_day(moment):%d/%m/%Y}"
