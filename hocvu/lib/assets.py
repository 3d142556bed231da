"""What the browser gets besides pages, made from our sources and from Python packages; nothing third-party is
committed and no other tool chain is needed.

`build` writes `build/assets`: one style sheet, a font for headings and one for easy reading cut down to ASCII and Vietnamese, one
sprite of signs, our scripts, htmx from its wheel, the favicon. A stamp of everything that went in makes the
next call cost milliseconds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import django_htmx
import fontpkg_be_vietnam_pro
import fontpkg_lexend

from hocvu.lib.text import nfc

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

# In the order of their layers; the first names the layers.
STYLES = ("tokens", "ground", "layout", "parts", "pages", "lesson", "print")
SHEETS = (
    "media",
    "author",
    "assessment",
    "certificate",
    "sitting",
    "field",
)  # of a few pages each, so that no other page carries them
SCRIPTS = (
    "hv",
    "desk",
    "passkey",
    "lesson",
    "slides",
    "outbox",
    "download",
    "sw",
    "record",
    "crop",
    "author",
    "sitting",
    "question",
    "verify",
    "sealed",
    "pieces",
    "field",
)
PACKAGES = ("fonttools", "brotli", "fontpkg-be-vietnam-pro", "fontpkg-lexend", "django-htmx")

FONT = "fonts/be-vietnam-pro-700.woff2"
FONT_SOURCE = Path(fontpkg_be_vietnam_pro.__file__).parent / "files" / "BeVietnamPro-Bold.ttf"
FONT_LICENCE = Path(fontpkg_be_vietnam_pro.__file__).parent / "LICENSE"
EASY_FONT = "fonts/lexend-400.woff2"
EASY_FONT_SOURCE = Path(fontpkg_lexend.__file__).parent / "files" / "Lexend[wght].ttf"
EASY_FONT_LICENCE = Path(fontpkg_lexend.__file__).parent / "LICENSE"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
SIGNS = "\u00a0“”‘’–—…·•×÷±≤≥°²³©®«»₫€"


def build(sources: Path, target: Path) -> bool:
    """Make everything under `target`. False where nothing had changed since the last time."""
    stamp = stamp_of(target)
    now = fingerprint(sources)
    if stamp.is_file() and stamp.read_text() == now:
        return False
    made = dict(pieces(sources))
    for name, content in made.items():
        _write(target / name, content)
    _forget_others(target, set(made))
    _write(stamp, now.encode())
    return True


def stamp_of(target: Path) -> Path:
    """Where it is noted what the folder was made from: beside it, so that it is never served."""
    return target.with_name(f"{target.name}.stamp")


def fingerprint(sources: Path) -> str:
    """One word for the sources, this recipe and the packages it draws from."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(sources)}\0".encode() + path.read_bytes())
    for package in PACKAGES:
        digest.update(f"{package}=={metadata.version(package)}\0".encode())
    return digest.hexdigest()


def pieces(sources: Path) -> Iterator[tuple[str, bytes]]:
    """Every file to be served, by its name."""
    styles = "\n".join((sources / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    yield "hv.css", squeeze(styles).encode()
    for name in SHEETS:
        yield f"{name}.css", squeeze((sources / "css" / f"{name}.css").read_text(encoding="utf-8")).encode()
    for name in SCRIPTS:
        yield f"{name}.js", spare((sources / "js" / f"{name}.js").read_text(encoding="utf-8")).encode()
    for name in ("icons.svg", "favicon.svg"):
        yield name, (sources / name).read_bytes()
    yield "htmx.min.js", HTMX.read_bytes()
    yield FONT, heading_font()
    yield f"{FONT.rpartition('/')[0]}/OFL.txt", FONT_LICENCE.read_bytes()
    yield EASY_FONT, easy_font()
    yield f"{EASY_FONT.rpartition('/')[0]}/OFL-lexend.txt", EASY_FONT_LICENCE.read_bytes()


def squeeze(css: str) -> str:
    """Style without comments and idle spaces. Text in quotes and spaces that mean something stay.

    >>> squeeze('a > b { content: "x  y"; }  /* why */ i { top: calc(1px + 2px); }')
    'a > b{content:"x  y"}i{top:calc(1px + 2px)}'
    """
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    parts = re.split(r'("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')', bare)
    for index in range(0, len(parts), 2):
        part = re.sub(r"\s+", " ", parts[index])
        part = re.sub(r" ?([{};,]) ?", r"\1", part)
        parts[index] = re.sub(r": ", ":", part)
    return re.sub(r";\}", "}", "".join(parts)).strip()


def spare(script: str) -> str:
    """A script without the lines that are a remark and nothing else: they are for whoever reads the source.

    >>> spare("// Why.\\nlet a = 1; // stays\\n    // gone\\nlet b = `//`;\\n")
    'let a = 1; // stays\\nlet b = `//`;\\n'
    """
    return re.sub(r"(?m)^[ \t]*//.*\n", "", script)


def letters() -> str:
    """Every letter and sign that a Vietnamese heading may need."""
    vowels = "".join(nfc(vowel + tone) for vowel in VOWELS for tone in TONES)
    return "".join(map(chr, range(0x20, 0x7F))) + vowels + vowels.upper() + "đĐ" + SIGNS


def heading_font() -> bytes:
    """Be Vietnam Pro Bold with just these letters, as woff2."""
    from fontTools.ttLib import TTFont

    return _cut(TTFont(FONT_SOURCE, lazy=True))


def easy_font() -> bytes:
    """Lexend, the easy-reading letters, at its plain weight, as woff2; bold is drawn by the browser."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    return _cut(instantiateVariableFont(TTFont(EASY_FONT_SOURCE), {"wght": 400}))


def _cut(font: TTFont) -> bytes:
    """A font with just these letters."""
    # Imported here: it takes a second, and most starts find nothing to build.
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = ["kern", "tnum", "lnum", "ccmp", "locl", "mark"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # who made it and under which licence
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters())
    cutter.subset(font)
    font.flavor = "woff2"
    made = BytesIO()
    font.save(made)
    return made.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Put a file in place at once, so that whoever reads meanwhile sees the old one or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.half")
    half.write_bytes(content)
    half.replace(path)


def _forget_others(target: Path, kept: set[str]) -> None:
    for path in target.rglob("*"):
        if path.is_file() and path.relative_to(target).as_posix() not in kept:
            path.unlink()
