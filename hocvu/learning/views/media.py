"""A file of a lesson goes out: to everybody once the lesson that is published names it, before that to its authors."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from hocvu.learning.media import using
from hocvu.learning.models import Media
from hocvu.lib import ranges
from hocvu.ward.access import WardRequest, may, public

FOR_EVER = "public, max-age=31536000, immutable"  # what an address holds never changes
NOT_KEPT = "private, no-store"


@public
@require_safe
def media_file(request: WardRequest, media_id: UUID, variant: str) -> HttpResponseBase:
    """One variant of a file, whole or in part. What may not be seen is not there."""
    media = _media(request, media_id)
    found = media.variants.get(variant) if media else None
    if media is None or found is None:
        raise Http404
    title = using.title_in(media.lesson.published, media)
    if title is None and not may(request.user, "lessons.read", request.ward):
        raise Http404
    try:
        answer = ranges.hand_out(
            request,
            partial(default_storage.open, found["path"], "rb"),
            size=found["bytes"],
            etag=f'"{PurePath(found["path"]).stem}"',
            content_type=found["type"],
        )
    except FileNotFoundError as gone:  # a restored data folder without its files
        raise Http404 from gone
    answer["Cache-Control"] = NOT_KEPT if title is None else FOR_EVER
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    if media.kind == Media.Kind.FILE:
        name = f"{title}{PurePath(media.name).suffix}" if title else media.name
        answer["Content-Disposition"] = str(content_disposition_header(True, name.replace("/", "-")))
    return answer


def _media(request: WardRequest, media_id: UUID) -> Media | None:
    rows = Media.objects.filter(ward=request.ward, pk=media_id).select_related("lesson__published")
    fields = ("name", "kind", "origin", "variants", "lesson__published__blocks")
    return rows.only("lesson", "lesson__published", *fields).first()
