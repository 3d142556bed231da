"""The marks that may stand inside a line: `**đậm**`, `[chữ](địa chỉ)` and `{en|words of another language}`.

Everything else is text. A line never holds markup: what comes out is escaped here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_MARK = re.compile(
    r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<words>[^\]\[]+)\]\((?P<url>[^()\s]+)\)|\{(?P<lang>[a-z]{2})\|(?P<foreign>[^{}|]+)\}"
)


def is_address(url: str) -> bool:
    """Whether a link may lead there: a path of this site, https, a telephone or a text message.

    >>> [is_address(url) for url in ("/hoc/", "https://vneid.gov.vn", "tel:1022", "javascript:alert(1)", "//evil.example")]
    [True, True, True, False, False]
    """
    if any(ord(sign) <= 0x20 for sign in url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme in ("tel", "sms"):
        return bool(re.fullmatch(r"\+?[0-9]{3,15}", parts.path)) and not parts.query
    return not parts.scheme and not parts.netloc and url.startswith(("/", "#"))


def html(line: str) -> SafeString:
    """A line for a page, its marks drawn.

    >>> html("Gọi **1022** <ngay>")
    'Gọi <strong>1022</strong> &lt;ngay&gt;'
    """
    out, last = [], 0
    for found in _MARK.finditer(line):
        out += [escape(line[last : found.start()]), _drawn(found)]
        last = found.end()
    return mark_safe("".join((*out, escape(line[last:]))))  # noqa: S308  # every piece is escaped


def _drawn(found: re.Match[str]) -> str:
    if found["strong"]:
        return f"<strong>{escape(found['strong'])}</strong>"
    if found["foreign"]:
        return f'<span lang="{found["lang"]}">{escape(found["foreign"])}</span>'
    if not is_address(found["url"]):
        return escape(found.group())
    return f'<a href="{escape(found["url"])}">{escape(found["words"])}</a>'


def plain(line: str) -> str:
    """A line as it is read aloud.

    >>> plain("Mở [Zalo](https://zalo.me), bấm **Gửi**, chọn {en|Settings}")
    'Mở Zalo, bấm Gửi, chọn Settings'
    """
    return _MARK.sub(lambda found: found["strong"] or found["words"] or found["foreign"], line)


def links(line: str) -> Iterator[str]:
    """The addresses that a line leads to."""
    yield from (found["url"] for found in _MARK.finditer(line) if found["url"])


def paragraphs(text: str) -> list[str]:
    """A text at its empty lines."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
