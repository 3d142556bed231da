"""What an ID token must say before anybody comes in on it (OpenID Connect Core 3.1.3.7), claim by claim."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from hocvu.signin.vneid.provider import Provider, keys
from hocvu.signin.vneid.stopped import unsound

SKEW = 60  # seconds that two clocks may differ
OLDEST = 600  # seconds since a token was made; it comes straight from the provider
LONGEST_TOKEN, LONGEST_HEADER = 16 * 1024, 4 * 1024  # letters; some providers send their certificates along
LONGEST_SUBJECT = 255  # letters, by the standard


@dataclass(frozen=True, slots=True)
class Expected:
    """What this very sign-in asked for."""

    client_id: str
    nonce: str
    needs_nonce: bool
    longest_since: int | None  # seconds since the person proved who they are; None: any
    access_token: str = ""


def check(token: Any, of: Provider, expected: Expected, *, now: float) -> dict[str, Any]:
    """The claims of an ID token that holds in every respect. Raises Stopped with what does not."""
    claims = _opened(token, of)
    _who_for(claims, of, expected)
    _when(claims, expected, now)
    nonce = claims.get("nonce")
    if nonce is None:
        _must(not expected.needs_nonce, "the token repeats no nonce")
    else:
        _must(isinstance(nonce, str) and hmac.compare_digest(nonce, expected.nonce), "the nonce is another's")
    if "at_hash" in claims:
        _must(
            claims["at_hash"] == _half_hash(expected.access_token), "the access token is not the one that came with it"
        )
    return claims


def _opened(token: Any, of: Provider) -> dict[str, Any]:
    """The claims behind a signature by one of the provider's keys; a key that the token itself carries is nothing."""
    _must(isinstance(token, str) and len(token) <= LONGEST_TOKEN, "there is no ID token")
    registry = JWSRegistry(algorithms=of.algorithms, strict_check_header=False)
    registry.max_header_length = LONGEST_HEADER
    try:
        return dict(jwt.decode(token, lambda signed: _key(signed.headers(), of), of.algorithms, registry).claims)
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise unsound(f"the signature does not hold: {type(fault).__name__}") from fault


def _key(header: Mapping[str, Any], of: Provider) -> RSAKey | ECKey:
    """The one key that a token's header names; the provider is asked once more where it is none of those known."""
    for afresh in (False, True):
        kind = "EC" if str(header.get("alg")).startswith("ES") else "RSA"
        fitting = [key for key in keys(of, afresh=afresh) if key.key_type == kind]
        named = [key for key in fitting if header.get("kid") in (None, key.kid)]
        if len(named) == 1:
            return named[0]
    raise unsound("the token names no key of the provider")


def _who_for(claims: Mapping[str, Any], of: Provider, expected: Expected) -> None:
    _must(claims.get("iss") == of.issuer, "another issuer made the token")
    subject = claims.get("sub")
    _must(isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT, "the token has no subject")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    _must(isinstance(audiences, list) and expected.client_id in audiences, "the token is for another audience")
    azp = claims.get("azp")
    if azp is not None or len(audiences or ()) > 1:
        _must(azp == expected.client_id, "the token was handed to another party")


def _when(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    expires, made = _moment(claims, "exp"), _moment(claims, "iat")
    _must(now < expires + SKEW, "the token has expired")
    _must(made <= now + SKEW, "the token is from the future")
    _must(now - made <= OLDEST + SKEW, "the token is old")
    if "nbf" in claims:
        _must(_moment(claims, "nbf") <= now + SKEW, "the token does not hold yet")
    if "auth_time" in claims or expected.longest_since is not None:
        proved = _moment(claims, "auth_time")
        _must(proved <= now + SKEW, "the person proves who they are in the future")
        if expected.longest_since is not None:
            _must(now - proved <= expected.longest_since + SKEW, "the person proved who they are too long ago")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise unsound(f"the token has no sound {name}")
    return float(value)


def _half_hash(access_token: str) -> str:
    """at_hash of the standard; every algorithm we take hashes with SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()


def _must(holds: bool, reason: str) -> None:
    if not holds:
        raise unsound(reason)
