"""Parts of a file over HTTP: whatever is asked, the bytes that come are the bytes that the answer says."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import ranges
from hocvu.lib.ranges import Span, Unsatisfiable, span_of

CONTENT = bytes(range(256)) * 1200  # more than is read at a time
SIZES = st.integers(0, len(CONTENT))


def asked(header: str, size: int, **headers: str) -> Any:
    request = RequestFactory().get("/x", headers={"range": header, **headers})
    return ranges.hand_out(request, lambda: BytesIO(CONTENT[:size]), size=size, etag='"a"', content_type="audio/ogg")


@given(size=SIZES, first=st.integers(0, 400_000), last=st.integers(0, 400_000))
def test_a_range_gives_its_own_bytes(size: int, first: int, last: int) -> None:
    answer = asked(f"bytes={first}-{last}", size)
    if last < first:
        assert answer.status_code == 200 and b"".join(answer) == CONTENT[:size]
    elif first >= size:
        assert answer.status_code == 416 and answer["Content-Range"] == f"bytes */{size}"
    else:
        sent = b"".join(answer)
        assert answer.status_code == 206 and sent == CONTENT[:size][first : last + 1]
        assert answer["Content-Length"] == str(len(sent))
        assert answer["Content-Range"] == f"bytes {first}-{first + len(sent) - 1}/{size}"


@given(size=SIZES, length=st.integers(0, 400_000))
def test_a_suffix_gives_the_end(size: int, length: int) -> None:
    if not min(size, length):
        with pytest.raises(Unsatisfiable):
            span_of(f"bytes=-{length}", size)
    else:
        assert span_of(f"bytes=-{length}", size) == Span(max(0, size - length), size - 1)


@given(header=st.text(alphabet="bytes=0123456789-, \t", max_size=24) | st.text(max_size=20), size=SIZES)
def test_no_header_breaks_it(header: str, size: int) -> None:
    try:
        span = span_of(header, size)
    except Unsatisfiable:
        assert re.fullmatch(r"bytes=[ \t]*\d*-\d*[ \t]*", header.strip(), re.IGNORECASE)
    else:
        assert span is None or 0 <= span.first <= span.last < size


@pytest.mark.parametrize("header", ["bytes=0-1,3-4", "lines=0-1", "bytes=", "bytes=-", "bytes 0-1", "bytes=a-b", "0-1"])
def test_what_is_no_single_range_gives_the_whole(header: str) -> None:
    answer = asked(header, 1000)
    assert answer.status_code == 200 and b"".join(answer) == CONTENT[:1000] and answer["Accept-Ranges"] == "bytes"


@pytest.mark.django_db  # the end of an answer looks after connections
def test_the_file_is_closed_when_the_answer_is_over() -> None:
    stored = BytesIO(CONTENT)
    request = RequestFactory().get("/x", headers={"range": "bytes=5-9"})
    answer: Any = ranges.hand_out(request, lambda: stored, size=len(CONTENT), etag='"a"', content_type="audio/ogg")
    assert next(iter(answer)) == CONTENT[5:10]
    answer.close()
    assert stored.closed
