"""A course for a device without a signal: which pages and files, how much they weigh, and of which version.

What belongs to a course is read off its pages as anybody sees them, so that whatever a page shows is there offline too.
Pages are drawn for this once and remembered for some minutes.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve, reverse

from hocvu.learning.models import Course, CourseLesson, Media
from hocvu.lib.blocks.dividing import parts_of
from hocvu.ward.models import Ward

REMEMBERED = 300  # seconds
WIDE_ENOUGH = 480  # pixels: of a picture in several widths a device keeps the smallest of at least so many
_STATIC = re.compile(rf"{re.escape(settings.STATIC_URL)}[\w./-]+")
_MEDIA = re.compile(r"/hoc/tep/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([\w-]+)")
_IN_STYLE = re.compile(rb"url\([\"']?([^)\"'#]+)")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to fetch: its address, what it takes on the device, what it costs on the line."""

    url: str
    bytes: int
    sent: int


@dataclass(frozen=True, slots=True)
class Package:
    """Everything of a course."""

    slug: str
    title: str
    version: str
    pages: list[Item]
    assets: list[Item]
    media: list[Item]
    video_bytes: int  # what the videos would add, or do add where they were asked for
    lessons: list[tuple[str, str]] = field(default_factory=list)  # (slug, title)

    @property
    def bytes(self) -> int:
        """What it takes on the device."""
        return sum(item.bytes for item in (*self.pages, *self.assets, *self.media))

    @property
    def sent(self) -> int:
        """What goes over the line."""
        return sum(item.sent for item in (*self.pages, *self.assets, *self.media))

    @property
    def size(self) -> str:
        """What it takes on the device, in words; the script says it in the same."""
        return size_words(self.bytes)

    @property
    def cost(self) -> str:
        """What goes over the line, in words."""
        return size_words(self.sent)

    @property
    def video_size(self) -> str:
        """What the videos add, in words."""
        return size_words(self.video_bytes)

    def as_json(self) -> dict[str, Any]:
        """What the device reads."""
        lists = {name: [{"url": item.url, "bytes": item.bytes} for item in getattr(self, name)]
                 for name in ("pages", "assets", "media")}  # fmt: skip
        known = {"slug": self.slug, "title": self.title, "version": self.version, "video_bytes": self.video_bytes}
        return {**known, "bytes": self.bytes, "sent": self.sent, **lists}


def size_words(count: int) -> str:
    """A number of bytes as people say it.

    >>> size_words(117_300), size_words(2_460_000)
    ('117 kB', '2,5 MB')
    """
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")


def package_of(course: Course, ward: Ward, host: str, *, with_video: bool = False) -> Package:
    """The package of a course as it is today."""
    places = list(
        CourseLesson.objects.filter(course=course)
        .exclude(lesson__published=None)
        .order_by("position", "id")
        .values_list("lesson__slug", "lesson__published")
    )
    said = [str(course.pk), course.title, course.summary, course.revision, ward.name, places, with_video, host]
    key = "learning.package." + hashlib.sha256(json.dumps([*said, asset_version()]).encode()).hexdigest()
    known: Package | None = cache.get(key)
    if known is None:
        known = _made(course, ward, host, with_video=with_video)
        cache.set(key, known, REMEMBERED)
    return known


def _made(course: Course, ward: Ward, host: str, *, with_video: bool) -> Package:
    pages, lessons = [reverse("learning:course", args=[course.slug])], []
    query = urlencode({"khoa": course.slug})
    for place in course.places.exclude(lesson__published=None).select_related("lesson__published"):
        slug, version = place.lesson.slug, place.lesson.published
        assert version is not None
        lessons.append((slug, version.title))
        count = len(parts_of(version.blocks, version.title))
        pages.append(f"{reverse('learning:lesson', args=[slug])}?{query}")
        pages += [f"{reverse('learning:lesson_part', args=[slug, n])}?{query}" for n in range(1, count + 1)]
        pages.append(f"{reverse('learning:lesson', args=[slug])}?{urlencode({'het': 1})}&{query}")
        pages.append(reverse("learning:transcript", args=[slug]))
    drawn = {url: html for url in pages if (html := _as_anybody_sees(url, ward, host)) is not None}
    text = "\n".join(html.decode() for html in drawn.values())
    assets = _assets(sorted(set(_STATIC.findall(text))))
    media, video_bytes = _media(ward, _MEDIA.findall(text), with_video=with_video)
    items = [Item(url, len(html), len(zlib.compress(html))) for url, html in drawn.items()]
    digest = hashlib.sha256(b"\0".join((*drawn.values(), *(item.url.encode() for item in (*assets, *media)))))
    return Package(course.slug, course.title, digest.hexdigest()[:16], items, assets, media, video_bytes, lessons)


def _as_anybody_sees(url: str, ward: Ward, host: str) -> bytes | None:
    """A page as somebody sees it who is not signed in; None where it does not open."""
    parts = urlsplit(url)
    request: Any = HttpRequest()
    request.method, request.path, request.path_info = "GET", parts.path, parts.path
    request.GET = QueryDict(parts.query)
    request.META = {
        "HTTP_HOST": host,
        "SERVER_NAME": host.partition(":")[0],
        "SERVER_PORT": "80",
        "QUERY_STRING": parts.query,
    }
    request.user, request.session, request.ward = AnonymousUser(), SessionStore(), ward
    request.resolver_match = match = resolve(parts.path)
    try:
        answer = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return None
    return bytes(answer.content) if answer.status_code == 200 else None


def _assets(urls: Iterable[str]) -> list[Item]:
    """Style, scripts, signs, and the letters that the style asks for."""
    found: dict[str, Item] = {}
    waiting = list(urls)
    while waiting:
        url = waiting.pop(0)
        name = url.removeprefix(settings.STATIC_URL)
        if url in found or not staticfiles_storage.exists(name):
            continue
        packed = f"{name}.gz"
        size = staticfiles_storage.size(name)
        found[url] = Item(url, size, staticfiles_storage.size(packed) if staticfiles_storage.exists(packed) else size)
        if name.endswith(".css"):
            with staticfiles_storage.open(name) as style:
                named = {urljoin(url, said.decode()) for said in _IN_STYLE.findall(style.read())}
            waiting += sorted(one for one in named if one.startswith(settings.STATIC_URL) and not _on_demand(one))
    return list(found.values())


def _on_demand(url: str) -> bool:
    """The easy-reading letters are fetched only by who asks for them."""
    return "lexend" in url.lower()


def _media(ward: Ward, named: Sequence[tuple[str, str]], *, with_video: bool) -> tuple[list[Item], int]:
    """The files that pages show; of a picture in several widths one. And what the videos among them weigh."""
    asked: dict[UUID, list[str]] = {}
    for key, variant in named:
        if variant not in asked.setdefault(UUID(key), []):
            asked[UUID(key)].append(variant)
    items, video_bytes = [], 0
    rows = Media.objects.filter(ward=ward, pk__in=asked).in_bulk()
    for one, variants in asked.items():
        if (row := rows.get(one)) is None:
            continue
        for variant in _kept(variants):
            size = int(row.variants.get(variant, {}).get("bytes", 0))
            is_video = row.kind == Media.Kind.VIDEO and variant not in ("poster", "audio")
            video_bytes += size if is_video else 0
            if not is_video or with_video:
                items.append(Item(reverse("learning:media_file", args=[one, variant]), size, size))
    return items, video_bytes


def _kept(variants: list[str]) -> list[str]:
    """Of widths the smallest that is wide enough; of a voice in two forms the one that every phone plays: a player that
    does not get the first goes on to the next. Everything else as it is named."""
    if "mp3" in variants:
        variants = [name for name in variants if name != "main"]
    widths = sorted((name for name in variants if name.isdigit()), key=int)
    others = [name for name in variants if not name.isdigit()]
    if not widths:
        return others
    best = next((name for name in widths if int(name) >= WIDE_ENOUGH), widths[-1])
    return [best, *(name for name in others if name != "main")]


# ---- The worker that gives them out again

SHELL = ["hv.css", "hv.js", "outbox.js", "download.js", "icons.svg", "favicon.svg"]
WORKING = ["outbox.js", "download.js"]  # scripts that the worker itself runs
PAGES = ["learning:on_device"]  # the first stands in for any page of a learner that cannot come


def also_keeps(page: str, *, assets: Sequence[str], working: Sequence[str] = ()) -> None:
    """Let every device keep a page of another room that opens without a network, and says nothing of anybody."""
    PAGES.append(page)
    SHELL.extend(assets)
    WORKING.extend(working)


def asset_version() -> str:
    """One word for everything that the browser gets beside pages; another one after every change."""
    urls = sorted(getattr(staticfiles_storage, "hashed_files", {}).values())
    return hashlib.sha256("\0".join(urls).encode()).hexdigest()[:16]


def worker_build() -> dict[str, Any]:
    """What the worker is told of this build."""
    assets = _assets([staticfiles_storage.url(name) for name in SHELL])
    return {
        "version": asset_version(),
        "scripts": [staticfiles_storage.url(name) for name in WORKING],
        "pages": [reverse(name) for name in PAGES],
        "assets": [item.url for item in assets],
    }


def worker_source() -> str:
    """The worker as it was built."""
    with staticfiles_storage.open("sw.js") as source:
        return bytes(source.read()).decode()
