"""A file of a lesson is let in. Short ones are made small at once, sounds and videos behind the page."""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from hocvu.learning import placing, storing
from hocvu.learning.media import captions, ffmpeg, machine_voice, pictures, sounds, using, videos, working
from hocvu.learning.models import Lesson, Media
from hocvu.lib.drawings import LARGEST as LARGEST_DRAWING
from hocvu.lib.drawings import clean_svg
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.uploads import CONTENT_TYPES, Refused, checked, plain_name
from hocvu.ward import audit
from hocvu.ward.models import Account

Kind = Media.Kind
LARGEST_SOUND = 60 * 1024 * 1024
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
DOCUMENTS = (".pdf", ".docx", ".xlsx")
ENDINGS: dict[str, tuple[str, ...]] = {
    Kind.PICTURE: (*PICTURES, ".svg"),
    Kind.AUDIO: (".mp3", ".m4a", ".opus", ".ogg", ".webm", ".wav", ".aac", ".flac", ".amr", ".mp4", ".3gp"),
    Kind.VIDEO: (".mp4", ".mov", ".webm", ".mkv", ".m4v", ".3gp"),
    Kind.CAPTIONS: (".vtt", ".srt"),
    Kind.FILE: DOCUMENTS,
}
SAID = {
    Kind.PICTURE: "ảnh .jpg, .png, .webp hoặc hình vẽ .svg",
    Kind.AUDIO: "âm thanh .mp3, .m4a, .ogg, .opus, .wav hoặc .webm",
    Kind.VIDEO: "video .mp4, .mov, .webm hoặc .mkv",
    Kind.CAPTIONS: "phụ đề .vtt hoặc .srt",
    Kind.FILE: "tài liệu .pdf, .docx hoặc .xlsx",
}
# What a folder of `content/` may hold, and what it is served as.
FILES = {
    ".svg": (Kind.PICTURE, "image/svg+xml"),
    ".webp": (Kind.PICTURE, "image/webp"),
    ".opus": (Kind.AUDIO, "audio/ogg"),
    ".mp3": (Kind.AUDIO, "audio/mpeg"),
    ".mp4": (Kind.VIDEO, "video/mp4"),
    ".vtt": (Kind.CAPTIONS, "text/vtt; charset=utf-8"),
    ".pdf": (Kind.FILE, "application/pdf"),
    ".txt": (Kind.FILE, "text/plain; charset=utf-8"),
    **{ending: (Kind.FILE, CONTENT_TYPES[ending]) for ending in (".docx", ".xlsx")},
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done with a file: which part of it, whose voice it is, how it came."""

    cut: pictures.Cut | str | None = None
    start: float = 0
    end: float | None = None
    said_by: str = ""
    origin: str = Media.Origin.UPLOAD
    stem: str = ""  # how its name in the lesson begins; else as the file is called


def kind_of(name: str, wanted: str = "") -> str:
    """The kind of a file by its ending; one that is wanted comes first. Raises Refused where no kind fits."""
    ending = PurePath(name).suffix.lower()
    order = (wanted,) if wanted else (Kind.PICTURE, Kind.VIDEO, Kind.AUDIO, Kind.CAPTIONS, Kind.FILE)
    for kind in order:
        if ending in ENDINGS[kind]:
            return kind
    said = SAID[Kind(wanted)] if wanted else "; ".join(SAID.values())
    raise Refused(f"Loại tệp này không nhận được. Hãy chọn {said}.")


def largest(kind: str) -> int:
    """How many bytes a file of a kind may have."""
    return {Kind.VIDEO: settings.LARGEST_VIDEO, Kind.AUDIO: LARGEST_SOUND, Kind.CAPTIONS: captions.LARGEST}.get(
        Kind(kind), 10 * 1024 * 1024
    )


def take(lesson: Lesson, upload: UploadedFile[bytes], *, by: Account, wanted: str = "", wish: Wish = Wish()) -> Media:
    """Let a file in for a lesson. A sound or a video is still being worked on; `working.begin` must be told of it.

    Raises Refused in a sentence. Nothing of a file that is refused stays.
    """
    name = plain_name(upload.name or "tep")
    kind = kind_of(name, wanted)
    if (upload.size or 0) > largest(kind):
        raise Refused(f"Tệp lớn hơn {largest(kind) / 1024 / 1024:.0f} MB. Hãy quay ngắn hơn, nén lại hoặc chia nhỏ.")
    if not upload.size:
        raise Refused("Tệp này không có nội dung. Hãy chọn tệp khác.")
    media = Media(
        ward=lesson.ward, lesson=lesson, kind=kind, origin=wish.origin, said_by=wish.said_by, made_by=by,
        digest=_digest_of(upload),
    )  # fmt: skip
    if (there := _the_same(media)) is not None:
        return there
    ending = _make_at_once(media, upload, name, wish) or {Kind.AUDIO: ".opus", Kind.VIDEO: ".mp4"}[Kind(kind)]
    with transaction.atomic():
        media.name = free_name(lesson, wish.stem or PurePath(name).stem, media.digest, ending)
        if media.kind in (Kind.AUDIO, Kind.VIDEO):
            media.state = Media.State.WORKING
            upload.seek(0)
            storing.take_in(media.pk, upload)
        media.save(force_insert=True)
        audit.record(
            by, "took in a file of a lesson", media, ward=lesson.ward, kind=media.get_kind_display(), size=upload.size
        )
    return media


def take_into(
    lesson: Lesson,
    upload: UploadedFile[bytes],
    block: str,
    field: str,
    *,
    by: Account,
    wanted: str,
    wish: Wish = Wish(),
    beside: Mapping[str, Any] | None = None,
) -> Media:
    """Let a file in and name it in a block of the draft; see `placing.put_into`. Raises Refused or Refusal, and then
    nothing has changed."""
    with transaction.atomic():
        draft = placing.draft_of(lesson, by=by)
        instead = placing.named_in(draft, block, field)
    media = take(lesson, upload, by=by, wanted=wanted, wish=wish)
    try:
        with transaction.atomic():
            placing.put_into(lesson, block, field, media.name, by=by, beside=beside)
            working.begin(media, by=by, block=block, field=field, instead=instead, start=wish.start, end=wish.end)
    except Refusal:
        _forget(media)
        raise
    return media


def take_alone(lesson: Lesson, upload: UploadedFile[bytes], *, by: Account, wanted: str, wish: Wish = Wish()) -> Media:
    """Let a file in that no block names yet. Raises Refused."""
    media = take(lesson, upload, by=by, wanted=wanted, wish=wish)
    working.begin(media, by=by, start=wish.start, end=wish.end)
    return media


@transaction.atomic
def machine_voice_of(lesson: Lesson, block: str, text: str, *, by: Account) -> Media:
    """A machine reads the words of a block for its authors. Raises Refused where there is no such voice."""
    if machine_voice.command() is None:
        raise Refused("Máy chủ chưa có giọng máy. Hãy thu giọng người thật.")
    digest = hashlib.sha256(text.encode()).hexdigest()
    media = Media.objects.create(
        ward=lesson.ward, lesson=lesson, kind=Kind.AUDIO, origin=Media.Origin.MACHINE, state=Media.State.WORKING,
        name=free_name(lesson, f"nhap-{block}", digest, ".opus"), digest=digest, said_by="Giọng máy", made_by=by,
    )  # fmt: skip
    audit.record(by, "asked for a machine voice", media, ward=lesson.ward, block=block)
    working.begin_machine_voice(media, text, by=by)
    return media


@transaction.atomic
def remove(media: Media, *, by: Account) -> None:
    """A lesson no longer has a file. Refused while any of its versions names it: what was published stays whole."""
    if places := using.places_of(media.lesson).get(media.name):
        raise Refusal(f"Tệp đang dùng ở {places[0].words}. Hãy bỏ tệp khỏi khối đó trước; bản đã đăng thì giữ nguyên.")
    audit.record(by, "removed a file of a lesson", media, ward=media.ward)
    _forget(media)


def _forget(media: Media) -> None:
    """The row goes; what it held is swept at night, unless another medium holds the same."""
    storing.let_go(media.pk)
    media.delete()


def captions_of(lesson: Lesson, lines: list[captions.Caption], stem: str, *, by: Account) -> Media:
    """Keep captions that somebody typed."""
    content = captions.as_vtt(lines).encode()
    media = Media(
        ward=lesson.ward, lesson=lesson, kind=Kind.CAPTIONS, origin=Media.Origin.UPLOAD, made_by=by,
        digest=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    if (there := _the_same(media)) is not None:
        return there
    media.variants = {"main": storing.put(content, ".vtt", FILES[".vtt"][1])}
    media.name = free_name(lesson, stem, media.digest, ".vtt")
    with transaction.atomic():
        media.save(force_insert=True)
        audit.record(by, "took in a file of a lesson", media, ward=lesson.ward, kind=media.get_kind_display())
    return media


def from_file(lesson: Lesson, name: str, content: bytes) -> Media:
    """Take a file that stands beside a lesson's text in `content/`. The same bytes are kept once, another file under a
    name that is taken gets a new one. Where ffmpeg is there, sounds and videos get their length and their other
    variants; what the file holds itself stays as it is. Raises Refused for a drawing that may not stand in a page.
    """
    digest = hashlib.sha256(content).hexdigest()
    if (there := lesson.media.filter(digest=digest, origin=Media.Origin.FILE).first()) is not None:
        return there
    path = PurePath(name)
    if lesson.media.filter(name=name).exists():
        name = f"{path.stem}-{digest[:8]}{path.suffix}"
    kind, content_type = FILES[path.suffix]
    media = Media(ward=lesson.ward, lesson=lesson, name=name, kind=kind, origin=Media.Origin.FILE, digest=digest)
    if path.suffix == ".svg":
        media.drawing = clean_svg(content)
    elif path.suffix == ".vtt":
        lines = captions.as_vtt(captions.read_file(content))
        media.variants = {"main": storing.put(lines.encode(), ".vtt", content_type)}
    else:
        media.variants = {"main": storing.put(content, path.suffix, content_type)}
        _add_what_can_be_made(media, content, path.suffix)
    media.save(force_insert=True)
    return media


def free_name(lesson: Lesson, stem: str, digest: str, ending: str) -> str:
    """A name that no file of the lesson has: plain letters, and the start of its digest.

    The digest also tells whoever has an old copy that this is another file.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", fold(stem)).strip("-")[:60].strip("-") or "tep"
    name, tries = f"{plain}-{digest[:8]}{ending}", 2
    while lesson.media.filter(name=name).exists():
        name, tries = f"{plain}-{digest[:8]}-{tries}{ending}", tries + 1
    return name


def _make_at_once(media: Media, upload: IO[bytes], name: str, wish: Wish) -> str:
    """Make what is made quickly; gives the ending of its name, "" for what takes longer."""
    ending = PurePath(name).suffix.lower()
    match media.kind:
        case Kind.PICTURE if ending == ".svg":
            media.drawing = clean_svg(upload.read(LARGEST_DRAWING + 1))
            return ".svg"
        case Kind.PICTURE:
            _, _, content = checked(upload, name, PICTURES, SAID[Kind.PICTURE])
            media.variants = pictures.drawn(content, wish.cut)
            return ".webp"
        case Kind.CAPTIONS:
            lines = captions.read_file(upload.read(captions.LARGEST + 1))
            media.variants = {"main": storing.put(captions.as_vtt(lines).encode(), ".vtt", FILES[".vtt"][1])}
            return ".vtt"
        case Kind.FILE:
            _, ending, content = checked(upload, name, DOCUMENTS, SAID[Kind.FILE])
            media.variants = {"main": storing.put(content, ending, CONTENT_TYPES[ending])}
            return ending
    return ""


def _the_same(media: Media) -> Media | None:
    """The document or the captions that the lesson holds already. Of pictures and voices another part may be wanted."""
    if media.kind not in (Kind.FILE, Kind.CAPTIONS):
        return None
    return media.lesson.media.ready().filter(digest=media.digest, kind=media.kind).first()


def _add_what_can_be_made(media: Media, content: bytes, ending: str) -> None:
    if media.kind == Kind.PICTURE:
        sizes = pictures.drawn(content)
        media.variants |= {label: made for label, made in sizes.items() if label != "main"}
        media.variants["main"] |= {key: sizes["main"][key] for key in ("width", "height")}
        return
    if media.kind not in (Kind.AUDIO, Kind.VIDEO) or ffmpeg.program() is None:
        return
    with tempfile.TemporaryDirectory() as made_here:
        folder = Path(made_here)
        path = folder / f"file{ending}"
        path.write_bytes(content)
        try:
            media.seconds = _with_variants(media.variants, path, folder, media.kind)
        except Refused as refused:
            log.warning("%s of %s stays as it is: %s", media.name, media.lesson, refused)


def _with_variants(variants: dict[str, Any], path: Path, folder: Path, kind: str) -> float | None:
    """Add the other variants of a sound or a video; gives its length in seconds."""
    found = ffmpeg.look(path)
    if kind == Kind.AUDIO:
        made = sounds.make_small(path, longest=videos.LONGEST)
        other = "mp3" if path.suffix == ".opus" else "opus"
        variants[other] = made.variants["mp3" if other == "mp3" else "main"]
        return found.seconds or made.seconds
    variants["main"] |= {"width": found.width, "height": found.height}
    variants["poster"] = videos.poster_of(path, folder, found.seconds or 0)
    if found.has_audio:
        variants["audio"] = videos.sound_of(path, folder)
    return found.seconds


def _digest_of(upload: UploadedFile[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def accepted(kinds: Collection[str]) -> str:
    """The endings for a file field's `accept`."""
    return ",".join(dict.fromkeys(ending for kind in kinds for ending in ENDINGS[kind]))
