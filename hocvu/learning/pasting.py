"""What was copied out of Word, Google Docs or LibreOffice becomes blocks: its words, headings, lists, tables, bold and
links, and nothing of how it looked.

Whatever comes in, `lib.blocks.cleaning.clean` has nothing to say against what goes out: a text too long is divided, a table
that fits no block becomes lines, a link that may not stand becomes its words.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

import docx
from docx.document import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from lxml import etree

from hocvu.lib.blocks import inline
from hocvu.lib.blocks.cleaning import MOST_BLOCKS, clean
from hocvu.lib.blocks.kinds import Block
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.lib.uploads import Refused, take_in

LONGEST = 2_000_000  # signs of a paste
UNPACKED = 60_000_000  # bytes of a .docx, unpacked
LINE, TEXT, MORE = 160, 2000, 500  # signs of a heading or step, of a paragraph, of what a step says besides

_SKIPPED = {"script", "style", "head", "title", "meta", "link", "template", "noscript", "xml", "object", "iframe", "svg",
            "math", "textarea", "select", "del", "rp", "rt", "audio", "video", "canvas"}  # fmt: skip
_BLOCKS = {"p", "div", "section", "article", "header", "footer", "main", "aside", "li", "ul", "ol", "dl", "dt", "dd",
           "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td", "th", "thead", "tbody", "tfoot",
           "caption", "figure", "figcaption", "hr", "form", "fieldset", "address", "center", "body", "html", "details",
           "summary"}  # fmt: skip
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ufffe\uffff]")
_BOLD = re.compile(r"font-weight\s*:\s*(bold|bolder|[6-9]00)")
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(normal|lighter|[1-5]00)")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|mso-element\s*:\s*(comment|para-border)")
_NUMBERED = re.compile(r"^\W*(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a paste becomes, and how many pictures stayed behind."""

    blocks: list[Block]
    pictures: int = 0


@dataclass(slots=True)
class _Run:
    """Words of one look."""

    text: str
    bold: bool = False
    href: str = ""


@dataclass(slots=True)
class _Builder:
    """What is met on the way through the document, line by line."""

    blocks: list[Block] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    is_numbered: bool = False
    depth: int = 0  # of lists
    tables: int = 0  # deep
    rows: list[list[str]] = field(default_factory=list)
    pictures: int = 0

    def flush(self) -> str:
        """The line so far, its marks written; begins the next one."""
        line, self.runs = _line(self.runs), []
        return line

    def paragraph(self, line: str) -> None:
        self.blocks += [{"kind": "paragraph", "text": piece} for piece in _pieces(line, TEXT)]

    def heading(self, line: str, level: str) -> None:
        words = " ".join(inline.plain(line).split())
        if len(words) > LINE:
            self.paragraph(line)
        elif words:
            self.blocks.append({"kind": "heading", "text": _plain_marks(words), "level": level})

    def end_list(self) -> None:
        items, self.items = [item for item in self.items if item], []
        if not items:
            return
        steps = [_step(item) for item in items] if self.is_numbered and 2 <= len(items) <= 12 else []
        if steps and all(steps):
            self.blocks.append({"kind": "steps", "items": steps})
            return
        signs = [f"{n}. " if self.is_numbered else "– " for n in range(1, len(items) + 1)]
        lines = [f"{sign}{' '.join(item.split())}" for sign, item in zip(signs, items, strict=True)]
        whole = "\n\n".join(lines)
        for piece in [whole] if len(whole) <= TEXT else lines:
            self.paragraph(piece)

    def end_table(self) -> None:
        rows, self.rows = [row for row in self.rows if any(row)], []
        if not rows:
            return
        width = max(len(row) for row in rows)
        head, *rest = [[*row, *([""] * (width - len(row)))] for row in rows]
        head = [cell or f"Cột {n}" for n, cell in enumerate(head, start=1)]
        if 2 <= width <= 6 and 1 <= len(rest) <= 30 and all(len(cell) <= 300 for cell in head):
            self.blocks.append({"kind": "table", "caption": "Bảng", "head": head, "rows": rest})
        else:
            for row in rows:
                self.paragraph(" | ".join(cell for cell in row if cell))


def from_html(content: str) -> Pasted:
    """Blocks of a piece of HTML. Raises Refusal where it is too much for one lesson."""
    if len(content) > LONGEST:
        raise Refusal("Đoạn dán quá dài. Hãy dán từng phần.", "text")
    content = _ODD.sub("", content)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    root: Any = etree.fromstring(f"<div>{content}</div>".encode("utf-8", "ignore"), parser) if content.strip() else None
    if any("depth" in error.message for error in parser.error_log):  # what lies deeper was not read
        raise Refusal("Đoạn dán có quá nhiều lớp lồng nhau. Hãy dán thành chữ thường (Ctrl+Shift+V).", "text")
    made = _Builder()
    if root is not None:
        _walk(root, made)
    return _checked(made)


def from_text(content: str) -> Pasted:
    """Blocks of plain text: an empty line parts paragraphs."""
    parts = [
        f"<p>{html.escape(part)}</p>" for part in re.split(r"\n\s*\n", content.replace("\r\n", "\n")) if part.strip()
    ]
    return from_html("".join(part.replace("\n", "<br>") for part in parts))


def from_docx(upload: IO[bytes], name: str) -> Pasted:
    """Blocks of a Word document. Raises Refusal where it cannot be read."""
    try:
        kept = take_in(upload, name)
    except Refused as refused:
        raise Refusal(str(refused), "file") from refused
    if kept.ending != ".docx":
        raise Refusal("Chỉ đọc được tệp Word đuôi .docx. Hãy mở tệp bằng Word và lưu lại dạng .docx.", "file")
    with zipfile.ZipFile(BytesIO(kept.content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > UNPACKED:
            raise Refusal("Tệp Word này quá lớn. Hãy bỏ bớt hình rồi lưu lại.", "file")
    try:
        document = docx.Document(BytesIO(kept.content))
        markup = "".join(_markup(document))
    except (LookupError, ValueError, TypeError, AttributeError, OSError, RuntimeError, EOFError, zlib.error,
            zipfile.BadZipFile, etree.XMLSyntaxError, PythonDocxError, OpcError):  # fmt: skip
        raise Refusal("Tệp Word này đã hỏng, không đọc được. Hãy mở bằng Word và lưu lại.", "file") from None
    return from_html(markup)


# ---- Through the document


def _walk(root: Any, made: _Builder) -> None:
    """Go through elements in the order of the page. No recursion: a paste may be nested as deep as it likes."""
    bold, href, skipped = [False], [""], 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "comment"
        if event == "start":
            if skipped or _is_left_out(tag, element):
                skipped += 1
                continue
            bold.append(_is_bold(tag, element, bold[-1]))
            href.append(element.get("href", "").strip() if tag == "a" else href[-1])
            _start(tag, element, made)
            _say(element.text, made, bold[-1], href[-1])
            continue
        if skipped:
            skipped -= 1
        else:
            bold.pop()
            href.pop()
            _end(tag, element, made)
        if not skipped:
            _say(element.tail, made, bold[-1], href[-1])
    _close_line(made, "p", None)
    made.end_list()


def _say(text: str | None, made: _Builder, bold: bool, href: str) -> None:
    if text:
        made.runs.append(_Run(text, bold, href))


def _start(tag: str, element: Any, made: _Builder) -> None:
    if tag == "img":
        made.pictures += 1
    if tag == "br":
        made.runs.append(_Run("\n"))
    if tag not in _BLOCKS:
        return
    _close_line(made, "p", element.getparent())
    if made.tables:
        made.tables += tag == "table"
        if made.tables == 1 and tag == "tr":
            made.rows.append([])
        if made.tables == 1 and tag in ("td", "th"):
            made.rows = made.rows or [[]]
            made.rows[-1].append("")
        return
    if tag == "table":
        made.end_list()
        made.tables, made.rows = 1, []
    elif tag in ("ul", "ol"):
        if not made.depth:
            made.end_list()
            made.is_numbered = tag == "ol"
        made.depth += 1
    elif tag == "li":
        made.items.append("")
    elif _is_list_line(tag, element):
        if not made.items:
            made.is_numbered = _has_number(element)
        made.items.append("")
    elif not made.depth and tag not in ("div", "body", "html"):
        made.end_list()


def _end(tag: str, element: Any, made: _Builder) -> None:
    if tag not in _BLOCKS:
        return
    _close_line(made, tag, element)
    if made.tables:
        made.tables -= tag == "table"
        if tag == "table" and not made.tables:
            made.end_table()
    elif tag in ("ul", "ol") and made.depth:
        made.depth -= 1
        if not made.depth:
            made.end_list()


def _close_line(made: _Builder, tag: str, element: Any) -> None:
    """What was said since the last line goes where it belongs: a cell, an entry, a heading, a paragraph."""
    line = made.flush()
    if not line:
        return
    if made.tables:
        made.rows = made.rows or [[]]
        made.rows[-1] = made.rows[-1] or [""]
        made.rows[-1][-1] = " ".join(f"{made.rows[-1][-1]} {line}".split())
    elif made.depth or (made.items and element is not None and _is_list_line(tag, element)):
        made.items = made.items or [""]
        made.items[-1] = f"{made.items[-1]}\n{line}".strip()
    else:
        made.end_list()
        level = _level(tag, element)
        if level:
            made.heading(line, level)
        else:
            made.paragraph(line)


def _level(tag: str, element: Any) -> str:
    named = (element.get("class") or "").lower() if element is not None else ""
    if tag in ("h1", "h2") or named in ("msotitle", "title"):
        return "2"
    return "3" if tag in ("h3", "h4", "h5", "h6") else ""


def _is_left_out(tag: str, element: Any) -> bool:
    style = element.get("style", "").lower()
    if tag in _SKIPPED or tag == "comment" or _HIDDEN.search(style):
        return True
    return "mso-list:ignore" in style.replace(" ", "") or "msocomment" in element.get("class", "").lower()


def _is_bold(tag: str, element: Any, before: bool) -> bool:
    style = element.get("style", "").lower()
    if _NOT_BOLD.search(style):
        return False
    return tag in ("b", "strong") or bool(_BOLD.search(style)) or (before and tag not in _BLOCKS)


def _is_list_line(tag: str, element: Any) -> bool:
    """Word writes the entries of its lists as paragraphs of a class or style of its own."""
    style = element.get("style", "").replace(" ", "").lower()
    return tag == "p" and ("mso-list:l" in style or element.get("class", "").startswith("MsoListParagraph"))


def _has_number(element: Any) -> bool:
    for inner in element.iter():
        if "mso-list:ignore" in inner.get("style", "").replace(" ", "").lower():
            return bool(_NUMBERED.match("".join(inner.itertext())))
    return False


# ---- Lines


def _line(runs: Sequence[_Run]) -> str:
    """Runs as one line with our marks. What looks like a mark and is none is taken apart."""
    joined: list[_Run] = []
    for run in runs:
        href = run.href if inline.is_address(run.href) and not re.search(r"[()\s]", run.href) else ""
        same = joined and joined[-1].bold == run.bold and joined[-1].href == href
        if joined and (same or not run.text.strip()):
            joined[-1].text += run.text
        else:
            joined.append(_Run(run.text, run.bold, href))
    text = "".join(_marked(run) for run in joined)
    lines = [" ".join(part.split()) for part in nfc(text).split("\n")]
    return "\n".join(part for part in lines if part)


def _marked(run: _Run) -> str:
    words = _plain_marks(run.text)
    bare = " ".join(words.split())
    before = words[: len(words) - len(words.lstrip())] if bare else words
    after = words[len(words.rstrip()) :] if bare else ""
    if bare and run.href and not set("[]") & set(bare):
        return f"{before}[{bare}]({run.href}){after}"
    if bare and run.bold and not run.href and "*" not in bare and "\n" not in words.strip():
        return f"{before}**{bare}**{after}"
    return words


def _plain_marks(text: str) -> str:
    """Words in which nothing reads as a mark of ours."""
    text = re.sub(r"\*{2,}", "*", text)
    text = re.sub(r"\]\s*\(", "] (", text)
    return re.sub(r"\{([a-z]{2})\|", r"{ \1|", text)


def _step(item: str) -> dict[str, str]:
    """An entry as a step: its first sentence, and what it says besides; nothing where it is too long."""
    line, _, rest = item.partition("\n")
    if len(line) > LINE:
        first = re.match(r"(.{10,158}?[.!?:;])\s+(.*)", line, re.DOTALL)
        if first is None or "**" in line or "](" in line:
            return {}
        line, rest = first[1], f"{first[2]}\n{rest}".strip()
    if not line or len(rest) > MORE:
        return {}
    return {"title": line, **({"text": rest} if rest else {})}


def _pieces(line: str, most: int) -> Iterator[str]:
    """A text in pieces that a block holds, cut between sentences, else between words, else anywhere. A piece of a text
    that had to be cut carries no marks, so that none is torn."""
    if len(line) > most:
        line = _plain_marks(inline.plain(line))
    while len(line) > most:
        cut = max(line.rfind(sign, 0, most) for sign in (". ", "! ", "? ", "\n")) + 1
        cut = cut if cut > most // 4 else line.rfind(" ", 0, most)
        cut = cut if cut > 0 else most
        yield line[:cut].strip()
        line = line[cut:].strip()
    if line:
        yield line


def _checked(made: _Builder) -> Pasted:
    if len(made.blocks) > MOST_BLOCKS:
        raise Refusal(f"Đoạn này thành {len(made.blocks)} khối, nhiều hơn một bài. Hãy dán từng phần.", "text")
    return Pasted(clean(made.blocks).blocks, made.pictures)


# ---- A Word document as simple HTML


def _markup(document: Document) -> Iterator[str]:
    bullets = _bullets(document)
    open_list = ""
    for part in document.iter_inner_content():
        kind = _list_of(part, bullets) if isinstance(part, Paragraph) else ""
        if kind != open_list:
            yield (f"</{open_list}>" if open_list else "") + (f"<{kind}>" if kind else "")
            open_list = kind
        if isinstance(part, Table):
            yield from _table_markup(part)
        else:
            tag = "li" if kind else _heading_of(part)
            yield f"<{tag}>{_run_markup(part)}</{tag}>"
    if open_list:
        yield f"</{open_list}>"


def _table_markup(table: Table) -> Iterator[str]:
    yield "<table>"
    for row in table.rows:
        cells: list[Any] = []
        for cell in row.cells:
            if not cells or cells[-1]._tc is not cell._tc:  # a merged cell stands in each of its columns
                cells.append(cell)
        said = ("".join(f"<p>{_run_markup(line)}</p>" for line in cell.paragraphs) for cell in cells)
        yield f"<tr>{''.join(f'<td>{words}</td>' for words in said)}</tr>"
    yield "</table>"


def _run_markup(paragraph: Paragraph) -> str:
    said = []
    for part in paragraph.iter_inner_content():
        words = html.escape(part.text).replace("\n", "<br>")
        if isinstance(part, Hyperlink):
            words = f'<a href="{html.escape(part.url or "")}">{words}</a>'
        elif part.bold:
            words = f"<b>{words}</b>"
        said.append(words + ("<img>" if part._element.xpath(".//w:drawing") else ""))
    return "".join(said)


def _heading_of(paragraph: Paragraph) -> str:
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    if name == "Title":
        return "h1"
    level = re.fullmatch(r"[Hh]eading ([1-6])", name)
    return f"h{level[1]}" if level else "p"


def _list_of(paragraph: Paragraph, bullets: set[str]) -> str:
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    if name.startswith("List Number"):
        return "ol"
    if name.startswith("List Bullet"):
        return "ul"
    numbers = paragraph._p.xpath("./w:pPr/w:numPr/w:numId/@w:val")
    if not numbers or numbers[0] == "0" or _heading_of(paragraph) != "p":
        return ""
    return "ul" if numbers[0] in bullets else "ol"


def _bullets(document: Document) -> set[str]:
    """The numberings of a document that draw bullets."""
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return set()
    drawn = set(numbering.xpath("./w:abstractNum[w:lvl[@w:ilvl='0']/w:numFmt[@w:val='bullet']]/@w:abstractNumId"))
    pairs = ((one, one.xpath("./w:abstractNumId/@w:val")) for one in numbering.xpath("./w:num"))
    return {str(one.xpath("./@w:numId")[0]) for one, abstract in pairs if abstract and abstract[0] in drawn}
