"""Finished pages, kept in this process: drawn and compressed once for all whom they look alike.

A page is kept under everything that it depends on: the ward's words, the version, the open courses, the choice of
display, the address; for somebody signed in also how far they are and which parts they play. Readers whom nobody knows
get the same bytes. Somebody signed in gets them with their own name, owner's mark and tokens filled in (`lib.holes`).
A reader who is being helped, or to whom something is to be said, gets a page drawn for them alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.html import escape

from hocvu.lib.holes import Holed, cut, hole
from hocvu.signin.assisting import helper_of
from hocvu.signin.owner import owner_on
from hocvu.ward.access import WardRequest
from hocvu.ward.models import Account, Ward
from hocvu.ward.outbox import Owner

SECONDS = 300
DISPLAY = "hien-thi"  # the cookie of a reader's choice of display
MESSAGES = "messages"  # the cookie of what is to be said once
TOKEN = "token"  # the hole of the token of forms


@dataclass(frozen=True, slots=True)
class StandIn:
    """Whom the frame shows while a page is drawn for everybody who is signed in alike."""

    name: str
    owner: Owner | None


def page(request: WardRequest, depends_on: tuple[Any, ...] | None, draw: Callable[[], HttpResponse]) -> HttpResponse:
    """The page as it was finished before; else drawn, and kept where others will get the same.

    `depends_on` is what it depends on beyond the ward, the reader's parts and choices, and the address; None where it is
    not worth keeping.
    """
    if depends_on is None or helper_of(request) is not None or _has_words(request):
        return draw()
    account = request.user if isinstance(request.user, Account) else None
    owner = owner_on(request, account) if account else None
    key = _key(request, depends_on, account, has_owner=owner is not None)
    found: tuple[str, Holed] | None = cache.get(key)
    if found is None:
        response = _drawn(request, draw, account, has_owner=owner is not None)
        if response.status_code != 200:  # of nobody else's use, and still without the reader's own words
            return draw() if account else response
        tag = f'W/"{hashlib.sha256(response.content).hexdigest()[:24]}"'
        found = (tag, cut(response.content))
        cache.set(key, found, SECONDS)
    tag, kept = found
    words = _words(request, kept, account, owner) if account else {}
    return _answer(request, kept, words, "" if account else tag)


def token_for(request: WardRequest) -> str:
    """The token of forms as a page writes it: the reader's own, or where it will come."""
    return hole(TOKEN) if hasattr(request, "stand_in") else get_token(request)


def _drawn(
    request: WardRequest, draw: Callable[[], HttpResponse], account: Account | None, *, has_owner: bool
) -> HttpResponse:
    if account is None:
        return draw()
    owner = Owner(hole("owner"), hole("key"), "", hole("idle")) if has_owner else None
    request.stand_in = StandIn(hole("name"), owner)  # type: ignore[attr-defined]
    try:
        return draw()
    finally:
        del request.stand_in  # type: ignore[attr-defined]


def _words(request: WardRequest, kept: Holed, account: Account, owner: Owner | None) -> dict[str, str]:
    words = {"name": escape(account.full_name), TOKEN: get_token(request) if TOKEN in kept.names else ""}
    if owner is not None:
        words |= {"owner": owner.id, "key": owner.key, "idle": str(owner.idle)}
    return words


def _key(request: WardRequest, depends_on: tuple[Any, ...], account: Account | None, *, has_owner: bool) -> str:
    ward: Ward = request.ward
    plays = (
        (account.kind, has_owner, sorted({(grant.role, grant.ward_id or 0) for grant in account.current_grants}))
        if account
        else None
    )
    said = (
        ward.pk, ward.title, ward.city, ward.neighbourhood_kind, ward.is_demo, depends_on, request.get_host(),
        request.scheme, request.COOKIES.get(DISPLAY, "")[:40], request.get_full_path(), plays,
    )  # fmt: skip
    return f"page:{hashlib.sha256(repr(said).encode()).hexdigest()}"


def _has_words(request: WardRequest) -> bool:
    """Whether something is to be said on the next page."""
    waiting = getattr(request, "_messages", None)
    if MESSAGES in request.COOKIES or (waiting is not None and waiting.added_new):
        return True
    return bool(request.session.session_key) and "_messages" in request.session


def _answer(request: WardRequest, kept: Holed, words: dict[str, str], tag: str) -> HttpResponse:
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(kept.gzipped(words) if takes_gzip else kept.plain(words))
    if takes_gzip:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    if not tag:
        return response
    response["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=response) or response
