"""What readers meet of a lesson: its parts drawn once when it goes out, and found again with one question.

A published version never changes, nor do its files, so that what was drawn of it is kept in the row (`drawn`), and what
was read of the row in this process. A page asks the database what stands at its address now, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import Http404
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from hocvu.learning.media.addresses import url_of
from hocvu.learning.models import Course, CourseLesson, Lesson, LessonVersion, Media
from hocvu.lib.blocks.dividing import Part, media_names, parts_of
from hocvu.lib.blocks.drawing import Answered, Drawn, File, Forms, Manner, Shown, draw_one
from hocvu.lib.blocks.drawing import draw as draw_blocks
from hocvu.lib.blocks.kinds import Block
from hocvu.ward.models import Ward

RECIPE = 1  # counts up when pages need something else of `drawn`; older ones are drawn anew
SPRITE = 'href="hv:icons#'  # the sprite's address changes with each release, what is drawn stays


@dataclass(frozen=True, slots=True)
class CoursePlace:
    """A course that a lesson stands in."""

    slug: str
    title: str
    may_test_out: bool


@dataclass(frozen=True, slots=True)
class Here:
    """What stands at a lesson's address now: which version, in which open courses."""

    lesson: UUID
    slug: str
    version: int
    published_at: str
    courses: tuple[CoursePlace, ...]

    def course(self, slug: str) -> CoursePlace | None:
        """The course one came from; else the first."""
        return next((one for one in self.courses if one.slug == slug), next(iter(self.courses), None))

    @property
    def may_test_out(self) -> bool:
        """Whether some course lets whoever knows it already show so."""
        return any(one.may_test_out for one in self.courses)


@dataclass(frozen=True, slots=True)
class PartPage:
    """A part as its page needs it."""

    number: int
    id: str
    title: str
    checks: list[str]
    pieces: list[Drawn]

    @property
    def html(self) -> SafeString:
        return mark_safe("".join(piece.html for piece in self.pieces))  # noqa: S308  # drawn by lib.blocks


@dataclass(frozen=True, slots=True)
class Reading:
    """A published version as readers' pages need it."""

    here: Here
    title: str
    summary: str
    minutes: int
    groups: list[str]
    level: str
    parts: list[PartPage]
    has_teaching: bool

    @property
    def address(self) -> str:
        return reverse("learning:lesson", args=[self.here.slug])

    @property
    def has_checks(self) -> bool:
        return any(part.checks for part in self.parts)


def draw(version: LessonVersion) -> dict[str, Any]:
    """The parts of a version as pages need them:
    {"recipe", "parts": [{"id", "title", "checks", "pieces": [[block id, level, HTML]]}], "bytes": of its media}."""
    media = shown(version)
    pages = _pages(version, media, Manner(forms=_forms(version.lesson.slug)))
    parts = [
        {
            "id": page.id,
            "title": page.title,
            "checks": page.checks,
            "pieces": [[one.id, one.level, one.html] for one in page.pieces],
        }
        for page in pages
    ]
    return {"recipe": RECIPE, "parts": parts, "bytes": sum(one.main.bytes for one in media.values() if one.main)}


def preview_parts(version: LessonVersion) -> list[PartPage]:
    """The parts of any version as its author sees them, with marks where something is still awaited."""
    pages = _pages(version, shown(version), Manner(forms=_forms(version.lesson.slug), for_author=True))
    return [_with_sprite(page) for page in pages]


def find(ward: Ward, slug: str) -> Here:
    """What the public may read at a lesson's address. Raises Http404.

    Every page of a lesson asks this, so that it is one question and written out: putting it together anew took longer
    than drawing the page.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [ward.pk, slug])
        rows = cursor.fetchall()
    if not rows:
        raise Http404(slug)
    courses = tuple(CoursePlace(row[3], row[4], bool(row[5])) for row in rows if row[3])
    lesson, version, published_at = rows[0][:3]
    return Here(UUID(str(lesson)), slug, version, str(published_at), courses)


_FIND = f"""SELECT lesson.id, version.id, version.published_at, course.slug, course.title, place.may_test_out
    FROM {Lesson._meta.db_table} lesson
    JOIN {LessonVersion._meta.db_table} version ON version.id = lesson.published_id
    LEFT JOIN {CourseLesson._meta.db_table} place ON place.lesson_id = lesson.id
    LEFT JOIN {Course._meta.db_table} course ON course.id = place.course_id AND course.state = '{Course.State.OPEN.value}'
    WHERE lesson.ward_id = %s AND lesson.slug = %s
    ORDER BY course.position, course.title
"""  # noqa: S608  # names of our own tables


@lru_cache(maxsize=128)
def read(here: Here) -> Reading:
    """The parts of what was found, kept in this process."""
    version = version_of(here)
    drawn = version.drawn if version.drawn.get("recipe") == RECIPE else draw(version)
    pages = [
        PartPage(
            number,
            part["id"],
            part["title"],
            part["checks"],
            [Drawn(block, level, SafeString(html)) for block, level, html in part["pieces"]],
        )
        for number, part in enumerate(drawn["parts"], start=1)
    ]
    return Reading(
        here, version.title, version.summary, version.minutes, version.groups, version.level,
        [_with_sprite(page) for page in pages], bool(version.teaching),
    )  # fmt: skip


def version_of(here: Here) -> LessonVersion:
    """The published version itself, with its lesson."""
    return LessonVersion.objects.select_related("lesson", "lesson__ward").get(pk=here.version)


def block_of(version: LessonVersion, block_id: str) -> Block | None:
    """A block of a version."""
    return next((block for block in version.blocks if block["id"] == block_id), None)


def with_answer(here: Here, page: PartPage, block_id: str, chosen: frozenset[int]) -> PartPage:
    """A part with one question as it was answered, or one practice as it was ticked."""
    version = version_of(here)
    block = block_of(version, block_id)
    if block is None:
        return page
    media, manner = shown(version), Manner(forms=_forms(here.slug))
    pieces = [
        Drawn(one.id, one.level, draw_one(block, media, manner, level=one.level, answered=Answered(chosen)))
        if one.id == block_id
        else one
        for one in page.pieces
    ]
    return PartPage(page.number, page.id, page.title, page.checks, pieces)


def on_paper(version: LessonVersion, *, with_answers: bool = False, only: Iterable[str] = ()) -> list[PartPage]:
    """The parts as they are printed: a level lower, as all stand on one page. `only` blocks of these kinds."""
    manner = Manner(level=3, for_paper=True, with_answers=with_answers)
    return [_with_sprite(page) for page in _pages(version, shown(version), manner, frozenset(only))]


def shown(version: LessonVersion) -> dict[str, Shown]:
    """The files that a version's blocks name, as pages show them."""
    names = {name for _, _, name in media_names(version.blocks)}
    rows = Media.objects.ready().filter(lesson=version.lesson_id, name__in=names) if names else ()
    return {media.name: _shown(media) for media in rows}


def _shown(media: Media) -> Shown:
    files = {label: _file(media, label, said) for label, said in media.variants.items()}
    return Shown(
        media.kind,
        files.pop("main", None),
        media.drawing,
        media.seconds,
        media.said_by,
        media.origin,
        files,
    )


def _file(media: Media, label: str, said: Mapping[str, Any]) -> File:
    return File(
        url_of(media, label),
        int(said.get("bytes", 0)),
        str(said.get("type", "")),
        int(said.get("width") or 0),
        int(said.get("height") or 0),
    )


def _pages(
    version: LessonVersion, media: Mapping[str, Shown], manner: Manner, only: frozenset[str] = frozenset()
) -> list[PartPage]:
    parts: list[Part] = parts_of(version.blocks, version.title)
    sprite = f'href="{static("icons.svg")}#'
    return [
        PartPage(
            number,
            part.id,
            part.title,
            part.checks,
            [
                Drawn(one.id, one.level, SafeString(one.html.replace(sprite, SPRITE)))
                for one in draw_blocks((b for b in part.blocks if not only or b["kind"] in only), media, manner)
            ],
        )
        for number, part in enumerate(parts, start=1)
    ]


def _with_sprite(page: PartPage) -> PartPage:
    sprite = f'href="{static("icons.svg")}#'
    pieces = [Drawn(one.id, one.level, SafeString(one.html.replace(SPRITE, sprite))) for one in page.pieces]
    return PartPage(page.number, page.id, page.title, page.checks, pieces)


def _forms(slug: str) -> Forms:
    root = reverse("learning:lesson", args=[slug])
    return Forms(answer=f"{root}tra-loi/", practice=f"{root}thuc-hanh/")
