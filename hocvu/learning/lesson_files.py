"""Lessons between the ward and files: out into a folder that Git can hold, and in as a draft beside what the ward has."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from hocvu.learning import authoring, loading
from hocvu.learning.differences import content_of
from hocvu.learning.files import COURSE, LESSON, CourseFile, LessonFile, read_course
from hocvu.learning.media import taking
from hocvu.learning.models import Lesson, LessonVersion, Media
from hocvu.lib.blocks.dividing import media_names
from hocvu.ward import audit
from hocvu.ward.models import Account

FOLDER = settings.ROOT / "content" / "courses"
_SVG = '<svg xmlns="http://www.w3.org/2000/svg"'


def courses(folder: Path | None = None) -> list[CourseFile]:
    """The courses that lie in the folder of this installation, each with its faults."""
    return [read_course(path.parent) for path in sorted((folder or FOLDER).glob(f"*/{COURSE}"))]


def export(version: LessonVersion) -> dict[str, bytes]:
    """A version as the files of a lesson's folder: what `files.read_lesson` reads. Media that are not there any more are
    left out, and reading then says which."""
    names = {name for _, _, name in media_names(version.blocks)}
    media = Media.objects.filter(lesson=version.lesson_id, name__in=names).order_by("name")
    made = {one.name: content for one in media if (content := _bytes_of(one))}
    return {LESSON: text_of(version.lesson.slug, content_of(version)), **made}


def text_of(slug: str, content: dict[str, Any]) -> bytes:
    """What a lesson says, as the text of its file."""
    return yaml.safe_dump({"slug": slug, **content}, allow_unicode=True, sort_keys=False, width=120).encode()


def packed(version: LessonVersion) -> bytes:
    """The files of a version in one .zip, under a folder of the lesson's name."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in export(version).items():
            entry = zipfile.ZipInfo(f"{version.lesson.slug}/{name}", (1980, 1, 1, 0, 0, 0))  # the same bytes every time
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def _bytes_of(media: Media) -> bytes:
    if media.drawing:
        return media.drawing.replace("<svg", _SVG, 1).encode()
    path = media.main.get("path", "")
    if not path or not default_storage.exists(path):
        return b""
    with default_storage.open(path) as stored:
        content: bytes = stored.read()
    return content


def content_of_file(lesson: Lesson | None, said: LessonFile) -> dict[str, Any]:
    """A lesson of files as `differences.between` compares it, its media under the names that the ward has for them."""
    there = {} if lesson is None else dict(lesson.media.values_list("digest", "name"))
    renamed = {
        name: there[digest]
        for name, content in said.media.items()
        if (digest := hashlib.sha256(content).hexdigest()) in there
    }
    return {**content_of(said), "blocks": loading.named(said.blocks, renamed)}


@transaction.atomic
def take_as_draft(lesson: Lesson, said: LessonFile, *, by: Account) -> LessonVersion:
    """What files say, as a draft beside what the ward wrote and the public reads. Raises Refusal where a version is on
    its way already."""
    renamed = {name: taking.from_file(lesson, name, content).name for name, content in said.media.items()}
    content = {**content_of(said), "blocks": loading.named(said.blocks, renamed)}
    version = authoring.draft_from(lesson, by=by, said=content)
    Lesson.objects.filter(pk=lesson.pk).update(file_digest=said.digest)
    audit.record(by, "took a lesson of files as a draft", version, ward=lesson.ward, number=version.number)
    return version
