"""Parts of a file over HTTP (RFC 9110, section 14), of any stored file that can be read from a place.

A player asks for the part that it shows next, and a phone that lost the line goes on where it stopped. Several ranges
at once are answered with the whole file, as the rule allows; so is a range that nobody can read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

AT_ONCE = 64 * 1024  # bytes read into memory at a time
_ONE = re.compile(r"bytes=[ \t]*(\d{0,19})-(\d{0,19})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `first` to `last`, both of them too."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The file has nothing of what was asked for."""


def span_of(header: str, size: int) -> Span | None:
    """The part that a Range header asks for in a file of `size` bytes; None means the whole.

    >>> span_of("bytes=0-99", 1000), span_of("bytes=-10", 1000), span_of("bytes=990-", 1000)
    (Span(first=0, last=99), Span(first=990, last=999), Span(first=990, last=999))
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        if not length:
            raise Unsatisfiable
        return Span(size - length, size - 1)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None  # not a range at all
    if first >= size:
        raise Unsatisfiable
    return Span(first, last)


class _Chunks:
    """The bytes of a part, read as they are sent; closes the file when the answer is over."""

    def __init__(self, stored: IO[bytes], span: Span) -> None:
        self.stored, self.span = stored, span

    def __iter__(self) -> Iterator[bytes]:
        if self.span.first:
            self.stored.seek(self.span.first)
        left = self.span.length
        while left and (chunk := self.stored.read(min(AT_ONCE, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.stored.close()


class Part(StreamingHttpResponse):
    """An answer whose bytes are counted: compressing it on the way would break the counting, so it says that its
    coding is settled."""

    def has_header(self, header: str) -> bool:
        return header.lower() == "content-encoding" or super().has_header(header)


def hand_out(
    request: HttpRequest, opened: Callable[[], IO[bytes]], *, size: int, etag: str, content_type: str
) -> HttpResponseBase:
    """A stored file, or the part of it that the request asks for. `etag` is a strong one, in quotes.

    `opened` is called only where bytes go out. Whatever else the answer should carry is for the caller to add.
    """
    answer: HttpResponseBase
    if _is_known(request, etag):
        answer = HttpResponse(status=304)
        del answer["Content-Type"]
    else:
        answer = _answer(request, opened, size, etag, content_type)
        answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    return answer


def _answer(
    request: HttpRequest, opened: Callable[[], IO[bytes]], size: int, etag: str, content_type: str
) -> HttpResponseBase:
    try:
        span = _asked(request, size, etag)
    except Unsatisfiable:
        refused = HttpResponse(status=416, content_type="text/plain")
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    sent = span or Span(0, size - 1)
    if request.method == "HEAD":
        answer: HttpResponseBase = HttpResponse(content_type=content_type)
    else:
        answer = Part(_Chunks(opened(), sent), status=206 if span else 200, content_type=content_type)
    answer["Content-Length"] = str(sent.length)
    if span:
        answer["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    return answer


def _asked(request: HttpRequest, size: int, etag: str) -> Span | None:
    """Only a GET has ranges. One that depends on a copy the file no longer matches is answered whole; we give no
    dates, so that a date never matches."""
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header:
        return None
    if (copy := request.headers.get("If-Range", "")) and copy.strip() != etag:
        return None
    return span_of(header, size)


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the visitor has this very file already."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in known or known == ["*"]
