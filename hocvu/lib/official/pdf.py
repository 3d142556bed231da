"""A document as PDF by typst: tagged for screen readers, its fonts inside, the same on every machine.

typst reads our layout (`official.typ`), the document as JSON and the pictures, all from memory; no font of the
machine and no network is asked. The letters are TeX Gyre Termes, which is as wide as Times New Roman.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from hocvu.lib.official.document import Block, Heading, OfficialDocument, PageBreak, Picture, Table, clean

LAYOUT = Path(__file__).with_name("official.typ")
FONT_PACKAGE = "rinoh_typeface_texgyretermes"  # found, never imported: its code needs what we do not install
_WHITE = '#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("picture.svg", width: 150mm)'


@cache
def fonts() -> typst.Fonts:
    """The fonts of the package and those inside typst, for signs that the former lacks."""
    found = find_spec(FONT_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(f"the font package {FONT_PACKAGE} is not installed: start by ./run")
    return typst.Fonts(include_system_fonts=False, font_paths=list(found.submodule_search_locations))


def render_pdf(document: OfficialDocument) -> bytes:
    """The document as a PDF/UA-1."""
    files: dict[str, bytes] = {"main.typ": LAYOUT.read_bytes()}
    told = _told(document, files)
    files["document.json"] = json.dumps(told, ensure_ascii=False).encode()
    return _compiled(files, format="pdf", pdf_standards=["ua-1"])


def drawn(svg: bytes) -> bytes:
    """A drawing as .png, for programs that show no .svg."""
    return _compiled({"main.typ": _WHITE.encode(), "picture.svg": svg}, format="png", ppi=200.0)


def _compiled(files: dict[str, bytes], **wish: Any) -> bytes:
    made = typst.compile(files, font_paths=fonts(), ignore_system_fonts=True, **wish)
    assert isinstance(made, bytes)
    return made


def _told(document: OfficialDocument, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "superior": clean(document.superior_body),
        "issuing": clean(document.issuing_body),
        "number": document.number_line,
        "place": document.place_and_day,
        "kind": clean(document.kind),
        "subject": clean(document.subject),
        "grounds": [clean(ground) for ground in document.grounds],
        "blocks": _blocks(document.finished_blocks(), files),
        "authority": [clean(line) for line in (document.authority, document.deputy) if line],
        "post": clean(document.post),
        "signer": clean(document.signer),
        "recipients": document.recipient_lines(),
        "annex_line": document.annex_line(),
        "annexes": [
            {
                "name": clean(annex.name),
                "title": clean(annex.title).upper(),
                "landscape": annex.landscape,
                "blocks": _blocks(annex.blocks, files),
            }
            for annex in document.annexes
        ],
    }


def _blocks(blocks: Iterable[Block], files: dict[str, bytes]) -> list[dict[str, Any]]:
    """The blocks as JSON. A heading looks like its level; its tag (`step`) is never more than one deeper than the
    one before, which a screen reader and PDF/UA need."""
    told, step = [], 0
    for block in blocks:
        told.append(_block(block, files))
        if isinstance(block, Heading):
            told[-1]["step"] = step = min(block.level, step + 1)
    return told


def _block(block: Block, files: dict[str, bytes]) -> dict[str, Any]:
    match block:
        case Heading(level, text):
            return {"what": "heading", "level": level, "text": clean(text)}
        case Table():
            return {
                "what": "table",
                "headings": [clean(text) for text in block.headings],
                "rows": [[clean(text) for text in row] for row in block.full_rows()],
                "shares": block.shares(),
                "numeric": sorted(block.numeric),
            }
        case Picture():
            name = f"picture-{len(files)}.{block.ending}"
            files[name] = block.content
            return {"what": "picture", "file": name, "alt": clean(block.alt), "width": block.width}
        case PageBreak():
            return {"what": "break"}
    return {"what": type(block).__name__.lower(), "text": clean(block.text)}
