"""The identity provider: its addresses and its keys, from what it announces or from the settings.

What it announces binds both sides: where it says that it takes S256, names itself on the way back or signs with certain
algorithms, an answer without these is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.core.cache import cache
from joserfc.jwk import ECKey, RSAKey
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from hocvu.signin.vneid.stopped import away, unsound

PATIENCE = 5  # seconds for each answer
LARGEST = 256 * 1024  # bytes of an answer
REMEMBERED = 600  # seconds for which what was announced, and the keys, are taken as they are
# Signatures that only the holder of a private key makes; never "none", never one made with a shared secret.
ALGORITHMS = ("RS256", "PS256", "ES256")
SMALLEST_RSA = 2048  # bits


@dataclass(frozen=True, slots=True)
class Provider:
    """Where everything is, and what the provider said that it does."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    algorithms: tuple[str, ...] = ALGORITHMS
    names_itself: bool = False  # RFC 9207: `iss` stands in the address of every return
    takes_pkce: bool | None = None  # None: it says nothing about it
    token_auth: str = "client_secret_basic"

    @property
    def uses_pkce(self) -> bool:
        """Whether a challenge goes out: always, unless the settings waive it and nothing announces it."""
        return bool(self.takes_pkce) or settings.VNEID_REQUIRE_PKCE


def is_set_up() -> bool:
    """Whether this installation has the door of VNeID at all."""
    return bool(settings.VNEID_ISSUER)


def checks_all() -> bool | None:
    """For the page of health: no check was waived by a setting; None where there is no such door."""
    return (settings.VNEID_REQUIRE_PKCE and settings.VNEID_REQUIRE_NONCE) if is_set_up() else None


def provider() -> Provider:
    """The provider of this installation. Raises Stopped where it cannot be asked, or announces what is not sound."""
    if not is_set_up():
        raise away("no provider is set up")
    if settings.VNEID_AUTHORIZATION_ENDPOINT:
        return Provider(
            settings.VNEID_ISSUER, settings.VNEID_AUTHORIZATION_ENDPOINT, settings.VNEID_TOKEN_ENDPOINT,
            settings.VNEID_JWKS_URI, settings.VNEID_USERINFO_ENDPOINT, settings.VNEID_END_SESSION_ENDPOINT,
        )  # fmt: skip
    return _announced(_remembered(f"{settings.VNEID_ISSUER.rstrip('/')}/.well-known/openid-configuration"))


def keys(of: Provider, *, afresh: bool = False) -> list[RSAKey | ECKey]:
    """The provider's public keys that sign; asked anew where a token names one that is not among them."""
    found = _remembered(of.jwks_uri, afresh=afresh).get("keys")
    sound = [key for one in found if (key := _public_key(one))] if isinstance(found, list) else []
    if not sound:
        raise unsound("the provider shows no key that fits")
    return sound


def bounded(session: requests.Session) -> requests.Session:
    """Let every answer of a session end in time, stay small, and never lead to another address."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Bounded())
    return session


def json_of(answer: requests.Response) -> dict[str, Any]:
    """What an answer says, as an object. Raises Stopped."""
    if answer.status_code >= 500 or answer.status_code == 429:
        raise away(f"{answer.url} answers {answer.status_code}")
    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.status_code != 200 or not isinstance(said, dict):
        raise unsound(f"{answer.url} answers {answer.status_code} and no object")
    return said


def _announced(said: Mapping[str, Any]) -> Provider:
    if said.get("issuer") != settings.VNEID_ISSUER:
        raise unsound("the announcement names another issuer")
    announced = _words(said, "id_token_signing_alg_values_supported")
    algorithms = tuple(name for name in ALGORITHMS if announced is None or name in announced)
    challenges = _words(said, "code_challenge_methods_supported")
    takes_pkce = None if challenges is None else "S256" in challenges
    if not algorithms:
        raise unsound("the provider announces no algorithm that we take")
    if takes_pkce is False and settings.VNEID_REQUIRE_PKCE:
        raise unsound("the provider announces that it does not take S256")
    ways = _words(said, "token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    return Provider(
        issuer=settings.VNEID_ISSUER,
        authorization_endpoint=_address(said, "authorization_endpoint"),
        token_endpoint=_address(said, "token_endpoint"),
        jwks_uri=_address(said, "jwks_uri"),
        userinfo_endpoint=_address(said, "userinfo_endpoint", needed=False),
        end_session_endpoint=settings.VNEID_END_SESSION_ENDPOINT
        or _address(said, "end_session_endpoint", needed=False),
        algorithms=algorithms,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        takes_pkce=takes_pkce,
        token_auth="client_secret_basic" if "client_secret_basic" in ways else "client_secret_post",
    )


def _address(said: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = said.get(name)
    if value is None and not needed:
        return ""
    if isinstance(value, str) and value.startswith("https://" if settings.PRODUCTION else ("https://", "http://")):
        return value
    raise unsound(f"the announcement holds no sound {name}")


def _words(said: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """A list of words of the announcement; None where it says nothing."""
    value = said.get(name)
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else None


def _public_key(said: Any) -> RSAKey | ECKey | None:
    """A key that may sign for us, or None: those for other uses, of other kinds or too short are passed over."""
    if not isinstance(said, dict) or said.get("use", "sig") != "sig":
        return None
    public = {name: said[name] for name in ("kty", "kid", "n", "e", "crv", "x", "y") if name in said}
    try:
        if said.get("kty") == "RSA":
            key = RSAKey.import_key(public)
            return key if key.public_key.key_size >= SMALLEST_RSA else None
        return ECKey.import_key(public) if said.get("kty") == "EC" and said.get("crv") == "P-256" else None
    except Exception:  # joserfc and cryptography raise many kinds over a malformed key
        return None


def _remembered(address: str, *, afresh: bool = False) -> dict[str, Any]:
    kept = None if afresh else cache.get(f"vneid:{address}")
    if kept is not None:
        return dict(json.loads(kept))
    try:
        with bounded(requests.Session()) as session:
            said = json_of(session.get(address, allow_redirects=False, headers={"Accept": "application/json"}))
    except requests.RequestException as fault:
        raise away(f"{address} cannot be reached: {type(fault).__name__}") from fault
    cache.set(f"vneid:{address}", json.dumps(said), REMEMBERED)
    return said


class _Bounded(HTTPAdapter):
    """Reads an answer to its end at once, or gives up: too slow as a whole, or too large."""

    def send(self, request: Any, stream: bool = False, timeout: Any = None, *rest: Any, **more: Any) -> Any:
        until = time.monotonic() + PATIENCE
        answer = super().send(request, True, PATIENCE, *rest, **more)
        read = bytearray()
        try:
            while chunk := answer.raw.read1(16 * 1024, decode_content=True):
                read += chunk
                if time.monotonic() > until or len(read) > LARGEST:
                    raise requests.ConnectionError("the answer is too slow or too large")
        except HTTPError as fault:
            raise requests.ConnectionError(str(fault)) from fault
        finally:
            answer.raw.close()
        answer._content, answer._content_consumed = bytes(read), True
        return answer
