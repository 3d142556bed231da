"""Finished pages, kept in this process for readers whom nobody knows: all of them get the same bytes.

A page is kept under everything that it depends on: the ward's words, the version, the open courses, the reader's choice
of display, the address. It is compressed once. A reader who has signed in, is being helped, or to whom something is to
be said gets a page of their own, in which the middle is still what others of the same standing see.
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.safestring import SafeString

from hocvu.learning.reading import Here
from hocvu.ward.access import WardRequest
from hocvu.ward.models import Account, Ward

SECONDS = 300
DISPLAY = "hien-thi"  # the cookie of a reader's choice of display
TOKEN = secrets.token_hex(16)  # stands in kept pieces where each reader's own token comes; nobody can write it
MESSAGES = "messages"  # the cookie of what is to be said once


def answer(request: WardRequest, here: Here, *, asks: Mapping[str, str] | None) -> HttpResponse | None:
    """The page as it was finished before, or word that the reader's copy is good; None where it must be drawn."""
    if (key := _key(request, here, asks)) is None:
        return None
    found: tuple[str, bytes] | None = cache.get(key)
    return _answer(request, *found) if found else None


def keep(request: WardRequest, here: Here, response: HttpResponse, *, asks: Mapping[str, str] | None) -> HttpResponse:
    """Keep a page that was drawn, where others will get the same."""
    if response.status_code != 200 or (key := _key(request, here, asks)) is None:
        return response
    tag = f'W/"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    packed = gzip.compress(response.content, 6, mtime=0)
    cache.set(key, (tag, packed), SECONDS)
    return _answer(request, tag, packed)


def piece(request: WardRequest, depends_on: tuple[Any, ...], draw: Callable[[], str]) -> SafeString:
    """A piece of a page, drawn once for all who share what it depends on, the address and being signed in or not."""
    is_in = isinstance(request.user, Account)
    key = f"piece:{hashlib.sha256(repr((depends_on, is_in, request.get_full_path(), request.get_host())).encode()).hexdigest()}"
    if (found := cache.get(key)) is None:
        found = draw()
        cache.set(key, found, SECONDS)
    return SafeString(found.replace(TOKEN, get_token(request)) if is_in else found)  # a template's output


def _key(request: WardRequest, here: Here, asks: Mapping[str, str] | None) -> str | None:
    if asks is None or isinstance(request.user, Account) or MESSAGES in request.COOKIES or _has_words(request):
        return None
    ward: Ward = request.ward
    said = (
        ward.pk, ward.title, ward.city, ward.neighbourhood_kind, ward.is_demo, here, request.get_host(), request.scheme,
        request.COOKIES.get(DISPLAY, "")[:40], request.get_full_path(),
    )  # fmt: skip
    return f"page:{hashlib.sha256(repr(said).encode()).hexdigest()}"


def _has_words(request: WardRequest) -> bool:
    """Whether something waits in the session to be said on the next page."""
    return bool(request.session.session_key) and "_messages" in request.session


def _answer(request: WardRequest, tag: str, packed: bytes) -> HttpResponse:
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if takes_gzip else gzip.decompress(packed))
    if takes_gzip:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = tag
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return get_conditional_response(request, etag=tag, response=response) or response
