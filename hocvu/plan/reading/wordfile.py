"""A .docx plan: paragraphs and tables in reading order, as Word shows them.

What Word draws is read (automatic numbers and dashes, insertions, link texts, field results); what it
does not draw on the page of the plan is not (deleted and hidden text, headers, footers, text boxes, notes).
A soft line break begins a new Line, which is why one paragraph may be several.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from xml.etree.ElementTree import Element

from hocvu.plan.reading import guard, packing
from hocvu.plan.reading.letters import clean, is_old_font
from hocvu.plan.reading.numbering import Numbering
from hocvu.plan.reading.source import Block, Line, Refused, Source
from hocvu.plan.reading.wordtable import read_table
from hocvu.plan.reading.wordxml import flag, renamed, value, w

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_GONE = {w("del"), w("moveFrom"), w("pPr"), w("rPr")}
_AROUND = {w(tag) for tag in ("ins", "moveTo", "hyperlink", "smartTag", "customXml", "fldSimple", "sdt", "sdtContent",
                              "dir", "bdo", "r")}  # fmt: skip
_BLOCKS_AROUND = {w(tag) for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_MARKS = {w("tab"): "\t", w("ptab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "-"}


def open_word(path: Path) -> Source:
    """Read a .docx whose package has been judged harmless."""
    with zipfile.ZipFile(path) as package:
        guard.check_package(package)
        main = _main_part(package)
        parts = _parts_beside(package, main)
        body = renamed(guard.read_xml(package, main)).find(w("body"))
        numbering = Numbering(*(_part(package, parts.get(name)) for name in ("numbering", "styles")))
    if body is None:
        raise Refused(guard.BROKEN)
    blocks = _Page(numbering).blocks(body)
    lines = packing.all_lines(blocks)
    if not any(line.text.strip() for line in lines):
        raise Refused(guard.NO_WORDS)
    return Source("docx", tuple(blocks), None, lines)


def _main_part(package: zipfile.ZipFile) -> str:
    """The part that the package calls its document; Word does not promise a name."""
    for relation in _relations(package, "_rels/.rels"):
        name = normpath(relation.get("Target", "").lstrip("/"))
        if relation.get("Type", "").endswith("/officeDocument") and name in package.namelist():
            if name.startswith("word/") or "document" in name:
                return name
            break
    raise Refused(guard.UNKNOWN)


def _parts_beside(package: zipfile.ZipFile, main: str) -> dict[str, str]:
    """The names of the parts that the document relates to, by kind."""
    folder, _, name = main.rpartition("/")
    found = {}
    for relation in _relations(package, f"{folder}/_rels/{name}.rels".lstrip("/")):
        target = relation.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        found[relation.get("Type", "").rpartition("/")[2]] = whole
    return found


def _relations(package: zipfile.ZipFile, name: str) -> Iterator[Element]:
    if name in package.namelist():
        yield from guard.read_xml(package, name).iter(_RELATION)


def _part(package: zipfile.ZipFile, name: str | None) -> Element | None:
    return renamed(guard.read_xml(package, name)) if name in package.namelist() and name else None


class _Page:
    """Walks the body once, counting lines as it goes."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.counting = guard.Counting()
        self.carried = ""

    def blocks(self, around: Element) -> list[Block]:
        found: list[Block] = []
        for child in around:
            if child.tag == w("p"):
                found += self.paragraph(child)
            elif child.tag == w("tbl"):
                found.append(read_table(child, self.lines_in))
            elif child.tag in _BLOCKS_AROUND:
                found += self.blocks(child)
        return found

    def lines_in(self, cell: Element) -> list[Line]:
        """The lines of a cell; a table nested in it falls flat into lines, cell after cell."""
        found: list[Line] = []
        for block in self.blocks(cell):
            if isinstance(block, Line):
                found.append(block)
            else:
                found += packing.all_lines([block])
        return found

    def paragraph(self, paragraph: Element) -> list[Line]:
        """The lines of a paragraph; one whose end mark was deleted runs on into the next."""
        properties = paragraph.find(w("pPr"))
        text = "".join(_words(paragraph))
        if properties is not None and properties.find(f"{w('rPr')}/{w('del')}") is not None:
            self.carried += text
            return []
        text, self.carried = self.carried + text, ""
        label = self.numbering.label(properties, empty=not text.strip())
        lines = [self.counting.line(clean(piece)) for piece in (label + text).split("\n")]
        for box in _boxes(paragraph):
            lines += self.lines_in(box)
        return lines


def _boxes(around: Element) -> Iterator[Element]:
    """The text boxes anchored in a paragraph, each once: Word keeps a second copy of one for its elders."""
    for child in around:
        if child.tag == w("txbxContent"):
            yield child
        elif child.tag not in _GONE and not child.tag.endswith("}Fallback"):
            yield from _boxes(child)


def _words(around: Element) -> Iterator[str]:
    """The text of a paragraph or of what stands in it, as Word shows it."""
    for child in around:
        if child.tag == w("t"):
            yield (child.text or "").replace("\n", " ")
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag == w("sym"):
            yield _symbol(child)
        elif child.tag in _GONE:
            continue
        elif child.tag in _AROUND and not _hidden(child):
            yield from _words(child)


def _symbol(symbol: Element) -> str:
    """A sign taken from a symbol font; `clean` knows the ordinary ones."""
    try:
        code = int(value(symbol, "char"), 16)
    except ValueError:
        return ""
    return chr(code | 0xF000) if code < 0x10000 else ""


def _hidden(run: Element) -> bool:
    """Whether a run is marked as hidden; a run in a font of before Unicode cannot be read at all."""
    looks = run.find(w("rPr")) if run.tag == w("r") else None
    if looks is None:
        return False
    fonts = looks.find(w("rFonts"))
    if (
        fonts is not None
        and is_old_font(value(fonts, "ascii"))
        and any(t.text and t.text.strip() for t in run.iter(w("t")))
    ):
        raise Refused(guard.OLD_LETTERS)
    return flag(looks, "vanish")
