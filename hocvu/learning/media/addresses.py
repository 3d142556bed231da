"""Where a file of a lesson is fetched."""

from __future__ import annotations

from django.urls import reverse

from hocvu.learning.models import Media


def url_of(media: Media, variant: str = "main") -> str:
    """The address of one variant: "main", a width such as "480" of a picture, "mp3" of a voice, "poster" and "audio"
    of a video. The bytes behind it never change."""
    return reverse("learning:media_file", args=(media.pk, variant))
