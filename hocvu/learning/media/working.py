"""Sounds and videos are made small behind the page, and the author sees how far it is.

It may run twice: what came stays until the end, what is made lies under its own content. A file that cannot be used
says why in a sentence; a process that died says so, and its work can be begun again as it was.
"""

from __future__ import annotations

import logging
import tempfile
from math import ceil
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hocvu.learning import placing, storing
from hocvu.learning.media import machine_voice, sounds, videos
from hocvu.learning.media.ffmpeg import Told
from hocvu.learning.models import LessonVersion, Media
from hocvu.lib.on_disk import on_disk
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused
from hocvu.ward import audit, queue, work
from hocvu.ward.models import Account, Work

State = Media.State
TITLES = {Media.Kind.AUDIO: "Làm nhỏ bản thu", Media.Kind.VIDEO: "Làm nhỏ video"}

log = logging.getLogger(__name__)


@transaction.atomic
def begin(media: Media, *, by: Account, **how: Any) -> None:
    """Queue what is still to be done with a file. `how` says `start` and `end` in seconds, and `block`, `field` and
    `instead`: where its name stands, and what is put back there when it cannot be used."""
    if media.state != State.WORKING:
        return
    begun = work.begin("learning.media", f"{TITLES[Media.Kind(media.kind)]} {media.name}", by=by, ward=media.ward)
    work.start(begun, make_small, str(media.pk), how)
    media.work_id = str(begun.pk)
    media.save(update_fields=("work_id",))


@transaction.atomic
def begin_machine_voice(media: Media, text: str, *, by: Account) -> None:
    """Queue a machine's reading of a text."""
    begun = work.begin("learning.media", f"Đọc nháp bằng giọng máy {media.name}", by=by, ward=media.ward)
    work.start(begun, read_by_machine, str(media.pk), text)
    media.work_id = str(begun.pk)
    media.save(update_fields=("work_id",))


def work_behind(media: Media) -> Work | None:
    """The record of the work on a file, where there is one."""
    return Work.objects.filter(pk=media.work_id).first() if media.work_id else None


def begin_again(media: Media, *, by: Account) -> None:
    """Do interrupted work once more, as it was asked for. Refused where it runs, or cannot be done any more."""
    begun = work_behind(media)
    if begun is None or media.state != State.WORKING or begun.state != Work.State.FAILED:
        raise Refusal("Tệp này không có việc nào bị dừng. Hãy tải lại trang.")
    row = DBTaskResult.objects.filter(pk=str(begun.task_id), status=TaskResultStatus.FAILED).first()
    if row is None or not queue.try_again(row, by=by):
        raise Refusal("Không làm lại được việc này. Hãy bỏ tệp rồi tải lên lại.")


@work.background(title="Làm nhỏ âm thanh, video của bài học", repeatable=True)
def make_small(work_id: str, media_id: str, how: dict[str, Any]) -> None:
    """Make what phones play of a sound or a video that came."""
    begun = work.work_of(work_id)
    media = _still_wanted(begun, media_id)
    if media is None:
        return
    try:
        with on_disk(default_storage, storing.came(media.pk)) as path:
            made = _made(media, path, how, _told_to(begun))
    except FileNotFoundError:
        _failed(begun, media, "Không còn tệp gốc. Hãy tải lên lại.", how)
    except Refused as refused:
        _failed(begun, media, str(refused), how)
    else:
        _done(begun, media, made)


@work.background(title="Đọc nháp bằng giọng máy", repeatable=True)
def read_by_machine(work_id: str, media_id: str, text: str) -> None:
    """Make a machine's reading of a text."""
    begun = work.work_of(work_id)
    media = _still_wanted(begun, media_id)
    if media is None:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "voice.wav"
            machine_voice.say(text, path)
            made = sounds.make_small(path, longest=videos.LONGEST)
    except Refused as refused:
        _failed(begun, media, str(refused), {})
    else:
        _done(begun, media, made)


def _still_wanted(begun: Work, media_id: str) -> Media | None:
    """The file, unless it was removed or is ready since."""
    media = Media.objects.select_related("lesson__ward", "made_by").filter(pk=media_id).first()
    if media is None:
        work.finish(begun, note="Tệp đã được bỏ.")
    elif media.state != State.WORKING:
        work.finish(begun, result_url=_page_of(media))
        return None
    return media


def _made(media: Media, path: Path, how: dict[str, Any], told: Told) -> sounds.Made:
    if media.kind == Media.Kind.VIDEO:
        return videos.make_small(path, told=told)
    return sounds.make_small(path, start=float(how.get("start") or 0), end=how.get("end"), told=told)


def _told_to(begun: Work) -> Told:
    work.advance(begun, done=0, note="Đang xem tệp.")

    def told(done: float, whole: float) -> None:
        work.advance(begun, done=min(int(done), ceil(whole)), total=ceil(whole), note="Đang làm nhỏ, tính bằng giây.")

    return told


def _done(begun: Work, media: Media, made: sounds.Made) -> None:
    with transaction.atomic():
        Media.objects.filter(pk=media.pk, state=State.WORKING).update(
            variants=made.variants, seconds=made.seconds, state=State.READY, problem=""
        )
        audit.record(None, "made a file of a lesson small", media, ward=media.ward)
    storing.let_go(media.pk)
    work.finish(begun, result_url=_page_of(media), note=f"Dài {made.seconds:.0f} giây.")


def _failed(begun: Work, media: Media, why: str, how: dict[str, Any]) -> None:
    """The file cannot be used: it says why, and the block has again what it had before."""
    with transaction.atomic():
        Media.objects.filter(pk=media.pk, state=State.WORKING).update(state=State.FAILED, problem=why[:300])
        audit.record(None, "could not use a file of a lesson", media, ward=media.ward, reason=why)
        _take_out_again(media, how)
    storing.let_go(media.pk)
    work.fail(begun, why)


def _take_out_again(media: Media, how: dict[str, Any]) -> None:
    if not how.get("block") or media.made_by is None:
        return
    draft = media.lesson.versions.filter(state=LessonVersion.State.DRAFT).first()
    if draft is None or placing.named_in(draft, how["block"], how["field"]) != media.name:
        return  # somebody has chosen otherwise since
    try:
        placing.put_into(media.lesson, how["block"], how["field"], how.get("instead") or "", by=media.made_by)
    except Refusal as refusal:
        log.info("%s keeps the name of a file that cannot be used: %s", media.lesson, refusal)


def _page_of(media: Media) -> str:
    return reverse("learning:medium", args=(media.lesson_id, media.pk))
