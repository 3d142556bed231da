"""Files that people hand in: what is let in, what is kept of it, how it goes out again.

A file is known by its first bytes and by its ending, and both must agree. A photo is drawn anew, so that the
place where it was taken and everything else a camera writes into it is gone. What goes out never runs in
anybody's browser: it is saved, not shown, except for the photos that were drawn here.
"""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import IO, Any, Literal, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import FileResponse
from PIL import Image, ImageOps

from hocvu.lib.text import nfc

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a phone of 48 megapixels passes, a bomb does not
LONGEST_SIDE = 2000
PHOTO_ENDING = ".jpg"

CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jpg": "image/jpeg",
}
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".webp": (b"RIFF",),
}
_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
_INSIDE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
ENDINGS = tuple(_MAGIC)
T = TypeVar("T")


class Bounded(FileUploadHandler):
    """Stops keeping a file that is larger than any page takes, so that nobody fills the disk by sending. The page still
    gets it, cut a little past the limit, and refuses it by its size in a sentence. Many files at once that are far more
    than that together are not read to their end."""

    kept = 0  # bytes of all files of this request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start > settings.LARGEST_UPLOAD:
            return None
        self.kept += len(raw_data)
        if self.kept > 2 * settings.LARGEST_UPLOAD:
            raise RequestDataTooBig("files of a request are too large together")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class Refused(Exception):
    """The file is not let in. The message is one Vietnamese sentence: what is wrong and what to do."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a file that was let in. `digest` is of the bytes as they came, `content` may be drawn anew."""

    kind: Literal["file", "photo"]
    name: str
    ending: str
    content: bytes
    digest: str


def take_in(upload: IO[bytes], name: str) -> Kept:
    """Read a file to its end and let it in, or raise Refused."""
    name, ending, came = checked(upload, name)
    digest = hashlib.sha256(came).hexdigest()
    if ending in _PICTURES:
        return Kept("photo", str(PurePath(name).with_suffix(PHOTO_ENDING)), PHOTO_ENDING, _drawn_anew(came), digest)
    return Kept("file", name, ending, came, digest)


def checked(
    upload: IO[bytes],
    name: str,
    endings: Collection[str] = ENDINGS,
    said: str = ".pdf, .docx, .xlsx, .jpg, .png hoặc .webp",
) -> tuple[str, str, bytes]:
    """The plain name, the ending and the bytes of a file whose content is what its ending says. Raises Refused."""
    came = upload.read(LARGEST + 1)
    if not came:
        raise Refused("Tệp này không có nội dung. Hãy chọn tệp khác.")
    if len(came) > LARGEST:
        raise Refused("Tệp lớn hơn 10 MB. Hãy nén hoặc chia nhỏ rồi gửi lại.")
    name = plain_name(name)
    ending = PurePath(name).suffix.lower()
    if ending not in endings:
        raise Refused(f"Loại tệp này không nhận được. Hãy chọn tệp {said}.")
    if not _is_what_it_says(came, ending):
        raise Refused(f"Nội dung của tệp không phải {ending}. Hãy mở tệp, lưu lại đúng loại rồi gửi lại.")
    return name, ending, came


def hand_out(stored: IO[bytes], name: str) -> FileResponse:
    """A kept file for a browser: a photo may be seen in a page, everything else is only saved."""
    ending = PurePath(name).suffix.lower()
    answer = FileResponse(
        stored,
        as_attachment=ending != PHOTO_ENDING,
        filename=name,
        content_type=CONTENT_TYPES.get(ending, "application/octet-stream"),
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def plain_name(name: str) -> str:
    """The name without folders and signs that cannot be printed, at most 160 characters."""
    bare = nfc(name).replace("\\", "/").rsplit("/", 1)[-1]
    bare = "".join(c for c in bare if c.isprintable()).strip(" .") or "tep"
    path = PurePath(bare)
    return f"{path.stem[:150]}{path.suffix[:10]}"


def _is_what_it_says(content: bytes, ending: str) -> bool:
    if not content.startswith(_MAGIC[ending]):
        return False
    if ending == ".webp":
        return content[8:12] == b"WEBP"
    return ending not in _INSIDE or _is_office_file(content, _INSIDE[ending])


def _is_office_file(content: bytes, main_part: str) -> bool:
    """True for a document of its kind that carries no macros. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return {"[Content_Types].xml", main_part} <= names and not macros


def upright(content: bytes, longest: int) -> Image.Image:
    """A photo as it should be seen, of about `longest` pixels a side or more where it has them, in plain colours or
    with its transparency, and without anything a camera wrote into it. Raises Refused."""

    def stand(picture: Image.Image) -> Image.Image:
        picture.draft("RGB", (longest, longest))
        turned: Any = ImageOps.exif_transpose(picture)
        has_alpha = "A" in turned.getbands() or "transparency" in turned.info
        plain: Image.Image = turned.convert("RGBA" if has_alpha else "RGB")
        bare = Image.new(plain.mode, plain.size)
        bare.paste(plain)
        return bare

    return _opened(content, stand)


def _drawn_anew(content: bytes) -> bytes:
    """The picture as a JPEG of at most 2000 pixels a side, upright, without anything a camera wrote into it."""
    return _opened(content, _as_jpeg)


def _opened(content: bytes, draw: Callable[[Image.Image], T]) -> T:
    """What is drawn of a picture, unless it is broken or out of all measure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused("Ảnh có quá nhiều điểm ảnh. Hãy thu nhỏ ảnh rồi gửi lại.")
                return draw(picture)
    except Image.DecompressionBombError:
        raise Refused("Ảnh có quá nhiều điểm ảnh. Hãy thu nhỏ ảnh rồi gửi lại.") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refused("Ảnh này đã hỏng, không mở được. Hãy chụp hoặc lưu lại rồi gửi lại.") from None


def _as_jpeg(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright: Any = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    flat = Image.new("RGB", upright.size, "white")
    shown = upright.convert("RGBA") if "A" in upright.getbands() or "transparency" in upright.info else upright
    flat.paste(shown, mask=shown.getchannel("A") if shown.mode == "RGBA" else None)
    kept = BytesIO()
    flat.save(kept, "JPEG", quality=85, optimize=True)
    return kept.getvalue()
