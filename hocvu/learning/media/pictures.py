"""Pictures of lessons: cut, turned upright, drawn anew as WebP in the sizes that phones ask for."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from hocvu.learning import storing
from hocvu.lib.uploads import Refused, upright

WIDTHS = (320, 640, 1080)  # pixels; never wider than what came
OPENED_AT = 4 * WIDTHS[-1]  # a quarter of a photo still fills the widest
QUALITY = 78
SMALLEST = 16  # pixels a side that a cut must leave
TALLEST = 16_383  # pixels: WebP holds no more
SHAPES = {"square": 1.0, "wide": 4 / 3, "tall": 3 / 4}  # width by height


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a picture to keep, in per cent of the whole from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


def middle(shape: str, width: int, height: int) -> Cut:
    """The largest part of a shape from the middle of a picture.

    >>> middle("square", 400, 200)
    Cut(left=25.0, top=0.0, width=50.0, height=100.0)
    """
    ratio = SHAPES[shape] * height / width  # of the shape's width in the picture's
    wide, high = (ratio * 100, 100.0) if ratio < 1 else (100.0, 100 / ratio)
    return Cut((100 - wide) / 2, (100 - high) / 2, wide, high)


def drawn(content: bytes, cut: Cut | str | None = None) -> dict[str, Any]:
    """The variants of a picture: "main" is the widest, the others are named by their width. `cut` may name a shape, to
    be taken from the middle. Raises Refused."""
    picture = upright(content, OPENED_AT)
    if isinstance(cut, str):
        cut = middle(cut, *picture.size)
    if cut:
        picture = _cut(picture, cut)
    widest = min(picture.width, WIDTHS[-1])
    if picture.height * widest > TALLEST * picture.width:
        raise Refused("Ảnh quá dài so với bề ngang. Hãy cắt thành nhiều ảnh ngắn rồi tải từng ảnh lên.")
    widths = [width for width in WIDTHS if width < widest]
    return {str(width): _kept(picture, width) for width in widths} | {"main": _kept(picture, widest)}


def kept_as_webp(picture: Image.Image) -> dict[str, Any]:
    """One picture as it is, as a variant."""
    return _kept(picture, picture.width)


def _cut(picture: Image.Image, cut: Cut) -> Image.Image:
    width, height = picture.size
    left, top = round(cut.left * width / 100), round(cut.top * height / 100)
    right = min(width, round((cut.left + cut.width) * width / 100))
    bottom = min(height, round((cut.top + cut.height) * height / 100))
    if right - left < SMALLEST or bottom - top < SMALLEST:
        raise Refused("Phần ảnh được giữ quá nhỏ. Hãy chọn khung rộng hơn.")
    return picture.crop((left, top, right, bottom))


def _kept(picture: Image.Image, width: int) -> dict[str, Any]:
    height = max(1, round(picture.height * width / picture.width))
    sized = picture if width == picture.width else picture.resize((width, height), Image.Resampling.LANCZOS)
    made = BytesIO()
    sized.save(made, "WEBP", quality=QUALITY, method=4)
    return storing.put(made.getvalue(), ".webp", "image/webp", width=width, height=height)
