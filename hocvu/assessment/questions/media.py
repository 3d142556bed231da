"""A picture or a recorded voice of a question is let in: judged by its content, drawn or sounded anew, kept under a name.

Pictures become WebP without anything a camera wrote into them, drawings stand in the page itself, voices become MP3,
which every phone plays. What a name holds never changes.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image

from hocvu.assessment.models import QuestionMedia
from hocvu.learning.media import pictures, sounds, taking
from hocvu.lib.drawings import LARGEST as LARGEST_DRAWING
from hocvu.lib.drawings import clean_svg
from hocvu.lib.text import fold
from hocvu.lib.uploads import LARGEST, Refused, checked, plain_name, upright
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

FOLDER = "cau-hoi"
WIDEST = 800  # pixels: a question is read on a phone
LONGEST = 60.0  # seconds of a voice
Kind = QuestionMedia.Kind


def take(ward: Ward, upload: UploadedFile[bytes], *, by: Account, wanted: str) -> QuestionMedia:
    """Let a file in. The same bytes again are the file that is there. Raises Refused in a sentence."""
    name = plain_name(upload.name or "tep")
    ending = PurePath(name).suffix.lower()
    taking.kind_of(name, wanted)  # refuses what is neither
    if (upload.size or 0) > LARGEST:
        raise Refused("Tệp lớn hơn 10 MB. Hãy thu nhỏ ảnh hoặc thu âm ngắn hơn.")
    came = upload.read(LARGEST + 1)
    if not came:
        raise Refused("Tệp này không có nội dung. Hãy chọn tệp khác.")
    digest = hashlib.sha256(came).hexdigest()
    if (there := QuestionMedia.objects.filter(ward=ward, digest=digest, kind=wanted).first()) is not None:
        return there
    media = QuestionMedia(ward=ward, kind=wanted, digest=digest, made_by=by)
    if wanted == Kind.AUDIO:
        ending = _sound(media, came, ending)
    elif ending == ".svg":
        media.drawing = clean_svg(came[: LARGEST_DRAWING + 1])
        media.details = {"bytes": len(media.drawing.encode()), "type": "image/svg+xml"}
    else:
        ending = _picture(media, upload, name)
    return _keep(media, PurePath(name).stem, ending, by=by)


def _keep(media: QuestionMedia, stem: str, ending: str, *, by: Account) -> QuestionMedia:
    with transaction.atomic():
        Ward.objects.select_for_update(no_key=True).get(pk=media.ward_id)  # two files of one name at once
        media.name = _free_name(media.ward, stem, media.digest, ending)
        media.save(force_insert=True)
        audit.record(by, "took in a file of a question", media, ward=media.ward, kind=media.get_kind_display())
    return media


def _picture(media: QuestionMedia, upload: UploadedFile[bytes], name: str) -> str:
    upload.seek(0)
    _, _, content = checked(upload, name, taking.PICTURES, taking.SAID[taking.Kind.PICTURE])
    picture = upright(content, 2 * WIDEST)
    width = min(picture.width, WIDEST)
    height = max(1, round(picture.height * width / picture.width))
    if height > 4 * WIDEST:
        raise Refused("Ảnh quá dài so với bề ngang. Hãy cắt bớt rồi tải lên.")
    made = BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).save(made, "WEBP", quality=pictures.QUALITY, method=4)
    _store(media, made.getvalue(), ".webp", "image/webp", width=width, height=height)
    return ".webp"


def _sound(media: QuestionMedia, came: bytes, ending: str) -> str:
    """What `sounds` makes lies among the files of lessons, where nothing names it: it is swept there at night."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"came{ending}"
        path.write_bytes(came)
        made = sounds.make_small(path, longest=LONGEST)
    with default_storage.open(made.variants["mp3"]["path"], "rb") as stored:
        _store(media, stored.read(), ".mp3", "audio/mpeg", seconds=made.seconds)
    return ".mp3"


def _store(media: QuestionMedia, content: bytes, ending: str, content_type: str, **more: Any) -> None:
    digest = hashlib.sha256(content).hexdigest()
    path = f"{FOLDER}/{digest[:2]}/{digest}{ending}"
    if default_storage.exists(path) and default_storage.size(path) != len(content):
        default_storage.delete(path)  # a process died while it wrote this
    media.path = path if default_storage.exists(path) else default_storage.save(path, ContentFile(content))
    media.details = {"bytes": len(content), "type": content_type, **more}


def _free_name(ward: Ward, stem: str, digest: str, ending: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", fold(stem)).strip("-")[:60].strip("-") or "tep"
    name, tries = f"{plain}-{digest[:8]}{ending}", 2
    while QuestionMedia.objects.filter(ward=ward, name=name).exists():
        name, tries = f"{plain}-{digest[:8]}-{tries}{ending}", tries + 1
    return name
