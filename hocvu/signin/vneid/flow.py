"""There and back: the code flow with PKCE. What a sign-in is about lies in the browser's own session until it returns.

Nothing of the visitor's address reaches the provider, and nothing that was asked for is believed until the provider has
said it itself. Tokens are used for the one look and never kept.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from hocvu.lib.text import nfc
from hocvu.signin.models import Proof
from hocvu.signin.vneid import tokens
from hocvu.signin.vneid.provider import Provider, bounded, json_of, provider
from hocvu.signin.vneid.stopped import Stopped, away, cancelled, lost, too_low, unsound

BEGUN = "vneid"  # in the session: {state: what was begun}
HOLDS = 600  # seconds from going there to coming back
TABS = 5  # sign-ins that one browser may have begun at a time
FRESH = 300  # seconds: level 2 is asked of whoever proves who they are now, not of a session left open at VNeID
_JOIN = "joins"  # the key of the account to which the identity shall be added


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody goes to VNeID for: level 2 or any, onward to where, and the account that it shall be added to."""

    onward: str = ""
    level2: bool = False
    joins: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Who VNeID says that somebody is. `number` and `born_on` are None where it does not say them, or not soundly."""

    issuer: str
    subject: str
    level2: bool
    authenticated_at: datetime | None
    name: str = ""
    number: str = ""
    born_on: date | None = None

    @property
    def proof(self) -> Proof:
        """How strongly."""
        return Proof.VNEID2 if self.level2 else Proof.VNEID1


def begin(request: HttpRequest, wish: Wish) -> str:
    """The address at the provider to which the browser goes. Raises Stopped."""
    of = provider()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    back = _way_back(request)
    more: dict[str, Any] = {"nonce": nonce, "acr_values": settings.VNEID_ACR_LEVEL1}
    if wish.level2:
        more |= {"acr_values": settings.VNEID_ACR_LEVEL2, "prompt": "login", "max_age": FRESH}
    with _client(of, back) as client:
        address, _ = client.create_authorization_url(
            of.authorization_endpoint, state=state, code_verifier=verifier if of.uses_pkce else None, **more
        )
    _remember(request, state, {
        "nonce": nonce, "verifier": verifier if of.uses_pkce else "", "back": back, "at": timezone.now().timestamp(),
        "onward": wish.onward, "level2": wish.level2, _JOIN: wish.joins,
    })  # fmt: skip
    return str(address)


def finish(request: HttpRequest) -> tuple[Said, Wish]:
    """What the provider says of whoever comes back, and what they had gone for. Raises Stopped.

    The state is used up before anything else is looked at.
    """
    answer = _single(request)
    begun = _take(request, answer.get("state", ""))
    wish = Wish(begun["onward"], begun["level2"], begun[_JOIN])
    of = provider()
    if (of.names_itself or "iss" in answer) and not hmac.compare_digest(
        answer.get("iss", "").encode(), of.issuer.encode()
    ):
        raise unsound("another issuer answers than the one that was asked")
    if "error" in answer:
        raise _said_no(answer["error"])
    if not answer.get("code"):
        raise unsound("the answer has neither a code nor an error")
    said = _exchange(of, answer["code"], begun)
    if wish.level2 and not said.level2:
        raise too_low("level 2 was asked, another was answered")
    return said, wish


def _exchange(of: Provider, code: str, begun: Mapping[str, Any]) -> Said:
    with _client(of, begun["back"]) as client:
        try:
            got = client.fetch_token(
                of.token_endpoint, code=code, grant_type="authorization_code", redirect_uri=begun["back"],
                allow_redirects=False, **({"code_verifier": begun["verifier"]} if begun["verifier"] else {}),
            )  # fmt: skip
        except OAuthError as fault:
            if fault.error == "invalid_grant":
                raise lost("the provider does not take the code (any more)") from fault
            raise unsound("the provider refuses us at its token endpoint") from fault
        except requests.exceptions.JSONDecodeError as fault:
            raise unsound("the token endpoint answers no JSON") from fault
        except requests.RequestException as fault:
            raise away(f"the token endpoint cannot be reached: {type(fault).__name__}") from fault
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            raise unsound("the token endpoint answers no object") from fault
        access_token = got.get("access_token")
        if not isinstance(access_token, str) or str(got.get("token_type", "")).lower() != "bearer":
            raise unsound("the token endpoint gives no bearer token")
        expected = tokens.Expected(
            client_id=settings.VNEID_CLIENT_ID, nonce=begun["nonce"], needs_nonce=settings.VNEID_REQUIRE_NONCE,
            longest_since=FRESH if begun["level2"] else None, access_token=access_token,
        )  # fmt: skip
        claims = tokens.check(got.get("id_token"), of, expected, now=timezone.now().timestamp())
        return _who(of, claims, _userinfo(client, of, claims))


def _userinfo(client: Any, of: Provider, claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider tells beside the token, about the same subject."""
    if not of.userinfo_endpoint:
        return {}
    try:
        said = json_of(client.get(of.userinfo_endpoint, allow_redirects=False, headers={"Accept": "application/json"}))
    except (requests.RequestException, OAuthError) as fault:
        raise away(f"userinfo cannot be reached: {type(fault).__name__}") from fault
    if said.get("sub") != claims["sub"]:
        raise unsound("userinfo speaks of somebody else than the token")
    return said


def _who(of: Provider, claims: Mapping[str, Any], beside: Mapping[str, Any]) -> Said:
    """The claims as we read them: what is signed goes first, what stands beside must not contradict it."""

    def told(name: str) -> str:
        values = {" ".join(nfc(str(one[name])).split()) for one in (claims, beside) if one.get(name) not in (None, "")}
        if len(values) > 1:
            raise unsound(f"token and userinfo differ in {name}")
        return values.pop() if values else ""

    number = told(settings.VNEID_CLAIM_NUMBER)
    proved = claims.get("auth_time")
    return Said(
        issuer=of.issuer,
        subject=claims["sub"],
        # Only what the provider says counts; a level that is missing or unknown is the lowest.
        level2=claims.get("acr") == settings.VNEID_ACR_LEVEL2,
        authenticated_at=None if proved is None else datetime.fromtimestamp(proved, UTC),
        name=told(settings.VNEID_CLAIM_NAME)[:120],
        number=number if len(number) == 12 and number.isascii() and number.isdigit() else "",
        born_on=_day(told(settings.VNEID_CLAIM_BIRTH)),
    )


def _day(text: str) -> date | None:
    """A day written yyyyMMdd; None for anything else.

    >>> _day("19780305"), _day("1978"), _day("19781340")
    (datetime.date(1978, 3, 5), None, None)
    """
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _said_no(error: str) -> Stopped:
    """What an error of the provider means for the person."""
    if error == "access_denied":
        return cancelled()
    if error == "unmet_authentication_requirements":
        return too_low("the provider cannot give the level that was asked")
    if error in ("temporarily_unavailable", "server_error"):
        return away(f"the provider says {error}")
    return unsound(f"the provider says {error[:60]!r}")


def _client(of: Provider, back: str) -> Any:
    client = OAuth2Session(
        settings.VNEID_CLIENT_ID, settings.VNEID_CLIENT_SECRET, scope=settings.VNEID_SCOPES, redirect_uri=back,
        code_challenge_method="S256", token_endpoint_auth_method=of.token_auth,
    )  # fmt: skip
    return bounded(client)


def _way_back(request: HttpRequest) -> str:
    """Where the provider sends the browser: this very host, whose cookie knows what was begun. The scheme of the
    installation's own address is believed where it names the same host, for a proxy that does not tell."""
    path = reverse("signin:vneid_back")
    known = urlsplit(settings.ADDRESS)
    if known.netloc == request.get_host():
        return urlunsplit((known.scheme, known.netloc, path, "", ""))
    return request.build_absolute_uri(path)


def _single(request: HttpRequest) -> dict[str, str]:
    """The parameters of the return; one that stands twice is nothing to choose from."""
    if any(len(values) > 1 for _, values in request.GET.lists()):
        raise lost("a parameter stands twice in the answer")
    return {name: str(value) for name, value in request.GET.items()}


def _remember(request: HttpRequest, state: str, begun: dict[str, Any]) -> None:
    if not request.session.keys():
        request.session.set_expiry(3 * HOLDS)  # nobody's session need not outlive what it is for
    standing = {**_standing(request), state: begun}
    newest = sorted(standing, key=lambda one: standing[one]["at"])[-TABS:]
    request.session[BEGUN] = {one: standing[one] for one in newest}


def _take(request: HttpRequest, state: str) -> dict[str, Any]:
    """What was begun under a state in this browser; it is used up. Raises Stopped."""
    standing = _standing(request)
    begun = standing.pop(state, None)
    if begun is None:
        raise lost("the state is none of this browser's")
    request.session[BEGUN] = standing
    return begun


def _standing(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """What this browser began and may still come back for."""
    since = timezone.now().timestamp() - HOLDS
    return {state: begun for state, begun in request.session.get(BEGUN, {}).items() if begun["at"] > since}
