"""How a certificate leaves the platform: its addresses, its square code, the picture of a link that is shared.

None of these says whose it is. The address in the square code is all capitals: a QR code of capitals and digits is
smaller than one of small letters, and a host's name is the same in both.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fontpkg_be_vietnam_pro
import segno
import typst
from django.conf import settings
from django.core.cache import cache as kept
from django.urls import reverse
from PIL import Image

from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Certificate
from hocvu.lib import clock
from hocvu.ward.models import Ward

LAYOUTS = Path(__file__).with_name("layouts")
SPRITE = Path(__file__).parents[1] / "static" / "icons.svg"
KIND = "Giấy xác nhận kết quả trên hệ thống"
_COLOURS = 96  # of the picture: enough for soft edges, and a third of the weight
_KEPT = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate shows of itself; a name only where its holder looks at it, or prints it."""

    letterhead: list[str]
    kind: str
    what: str
    place: str
    code: str
    square: str
    name: str = ""


def paper_of(certificate: Certificate, name: str = "") -> Paper:
    """A certificate as it is drawn on a page."""
    return Paper(
        letterhead(certificate.ward),
        KIND,
        certificate.title,
        place_and_day(certificate),
        codes.shown(certificate.code),
        square_in_page(certificate),
        name,
    )


def place_and_day(certificate: Certificate) -> str:
    """Where and on which day it was issued: "Hải An, ngày 14 tháng 11 năm 2026"."""
    day = clock.local_day(certificate.issued_at)
    return f"{certificate.ward.name}, ngày {day.day:02} tháng {day.month:02} năm {day.year}"


def letterhead(ward: Ward) -> list[str]:
    """Who confirms, in the ward's own words."""
    return [f"Ủy ban nhân dân {ward.title}", "Phong trào “Bình dân học vụ số”"]


# ---- Addresses


def site_of(ward: Ward) -> str:
    """The address of the ward's site, without a slash at its end."""
    if not ward.host:
        return settings.ADDRESS.rstrip("/")
    return f"{urlsplit(settings.ADDRESS).scheme}://{ward.host}"


def address_of(certificate: Certificate) -> str:
    """Where anybody checks a certificate: what is shared as a link."""
    return site_of(certificate.ward) + reverse("assessment:verify_code", args=(certificate.code,))


def short_address_of(certificate: Certificate) -> str:
    """The same as short as it gets, in capitals: what stands in the square code."""
    return f"{site_of(certificate.ward)}{reverse('assessment:scan', args=(certificate.code,))}".upper()


def square(certificate: Certificate) -> segno.QRCode:
    """The square code of the short address; it bears that a quarter of it is dirty or torn (level Q)."""
    return _square(short_address_of(certificate))


@lru_cache(maxsize=256)
def _square(address: str) -> segno.QRCode:
    """Kept, for whoever looks at a certificate looks again, and to find the best mask takes longer than to sign."""
    return segno.make(address, error="q", mode="alphanumeric", micro=False, boost_error=False)


def square_svg(certificate: Certificate) -> bytes:
    """The square code as a drawing, with its quiet margin."""
    drawing = BytesIO()
    square(certificate).save(drawing, kind="svg", border=4, omitsize=True, light="white", xmldecl=False)
    return drawing.getvalue()


def square_in_page(certificate: Certificate) -> str:
    """The same as an address that holds the picture."""
    return str(square(certificate).svg_data_uri(border=4, omitsize=True, light="white"))


# ---- Drawing


@cache
def branch() -> bytes:
    """The flowering branch of our sprite as a drawing of its own, in the colours that paper has."""
    symbols = re.findall(r'<symbol id="m-.*?</symbol>', SPRITE.read_text(encoding="utf-8"), flags=re.DOTALL)
    drawn = re.sub(r"var\(--[\w-]+,(#[0-9a-f]+)\)", r"\1", "".join(symbols))
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 220" width="320" height="220">'
    return f'{head}<defs>{drawn}</defs><use href="#m-branch" width="320" height="220"/></svg>'.encode()


@cache
def fonts() -> typst.Fonts:
    """The headings' letters of our pages; nothing of the machine."""
    files = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files)])


def compiled(layout: str, said: dict[str, Any], files: dict[str, bytes], **wish: Any) -> bytes:
    """What typst makes of a layout of ours, which is told what to say as JSON; all from memory."""
    given = {"main.typ": (LAYOUTS / f"{layout}.typ").read_bytes(), "branch.svg": branch(), **files}
    given[f"{layout}.json"] = json.dumps(said, ensure_ascii=False).encode()
    made = typst.compile(given, font_paths=fonts(), ignore_system_fonts=True, **wish)
    assert isinstance(made, bytes)
    return made


def picture_of(certificate: Certificate) -> bytes:
    """The picture of a shared link, 1200 × 630 as .png: what was confirmed and by whom, nobody's name. The same for all
    certificates of a level, so that it is drawn once a day."""
    said = {
        "letterhead": letterhead(certificate.ward),
        "kind": KIND,
        "what": certificate.title,
        "how": "Mở liên kết để kiểm tra giấy có thật hay không",
    }
    key = "assessment.picture." + hashlib.sha256(json.dumps(said).encode()).hexdigest()
    made: bytes | None = kept.get(key)
    if made is None:
        made = _lighter(compiled("picture", said, {}, format="png", ppi=72.0))
        kept.set(key, made, _KEPT)
    return made


def _lighter(png: bytes) -> bytes:
    drawn = Image.open(BytesIO(png)).convert("RGB")
    few = drawn.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    saved = BytesIO()
    few.save(saved, "PNG", optimize=True)
    return saved.getvalue()
