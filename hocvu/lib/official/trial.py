"""A ward's own template is looked through before it is used: what it is, what its tags ask for, how it renders.

A template is a file from a stranger and its tags are a small language. Only the tags of `TAGS`, "if" and "for" over
our lists are let through, so that it can neither reach into the program nor keep it busy.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hocvu.lib.official.template import LISTS, TAGS

LARGEST, LARGEST_INSIDE, LARGEST_PART, MOST_PARTS = 5 * 1024**2, 30 * 1024**2, 10 * 1024**2, 500
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{\{|\}\}|\{%|%\}", re.S)
_PIECE = re.compile(r"\{\{[pr]?\s*(?P<name>\w+)\s*\}\}|\{%(?:p|tr|tc|r)?\s*(?P<words>[^%]*?)\s*%\}")
_WORDS = re.compile(r"(?P<verb>if|for|else|endif|endfor)(?:\s+(?P<rest>.*))?$")
_LOOP = re.compile(r"(?P<item>\w+)\s+in\s+(?P<source>\w+)$")
_PARTS = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a template, in one Vietnamese sentence, and the words of the place where it is."""

    sentence: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} ({self.place})" if self.place else self.sentence


class BadTemplate(Exception):
    """The template cannot be used; `faults` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def environment() -> ImmutableSandboxedEnvironment:
    """The language of the tags: no calls into Python, a wrong name is an error."""
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def check_template(content: bytes) -> list[Fault]:
    """Every fault of a template, found by reading it and then by filling it with sample text."""
    from hocvu.lib.official.sample import sample
    from hocvu.lib.official.word import fill

    if faults := _faults(content):
        return faults
    try:
        filled = fill(sample(), content)
        Document(BytesIO(filled))
    except Exception as error:  # whatever a stranger's file makes the libraries say
        return [
            Fault(
                f"Không điền thử được mẫu: hãy mở bằng Word, lưu lại thành .docx mới rồi thử lại ({type(error).__name__})."
            )
        ]
    return []


def must_be_sound(content: bytes) -> None:
    """Raise `BadTemplate` where reading finds a fault."""
    if faults := _faults(content):
        raise BadTemplate(faults)


def _faults(content: bytes) -> list[Fault]:
    if fault := _package_fault(content):
        return [fault]
    try:
        made: Any = Document(BytesIO(content))
        places = list(_places(made))
    except Exception:  # python-docx raises its own, lxml's, KeyError …
        return [Fault("Tệp mẫu bị hỏng: hãy mở bằng Word, lưu lại thành .docx mới rồi chọn tệp đó.")]
    return _tag_faults(places) or _language_faults(content)


# -- the file -------------------------------------------------------------------


def _package_fault(content: bytes) -> Fault | None:
    if len(content) > LARGEST:
        return Fault("Tệp mẫu lớn hơn 5 MB: hãy bỏ bớt ảnh rồi lưu lại.")
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return _inside_fault(package)
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return Fault("Tệp không phải .docx hoặc đã hỏng: hãy mở bằng Word, lưu lại thành .docx rồi chọn tệp đó.")


def _inside_fault(package: zipfile.ZipFile) -> Fault | None:
    names = [part.filename for part in package.infolist()]
    lower = [name.lower() for name in names]
    if not {"[Content_Types].xml", "word/document.xml"} <= set(names):
        return Fault("Tệp không phải .docx: hãy mở bằng Word, lưu lại thành .docx rồi chọn tệp đó.")
    if any("vbaproject" in name or "/activex" in name or "/embeddings/" in name for name in lower):
        return Fault("Tệp mẫu chứa macro hoặc đối tượng nhúng, không nhận: hãy bỏ chúng đi rồi lưu lại.")
    if len(names) > MOST_PARTS or len(set(names)) < len(names):
        return Fault("Tệp mẫu có cấu trúc lạ, không nhận: hãy lưu lại thành .docx mới.")
    room = LARGEST_INSIDE
    for name in names:
        with package.open(name) as part:
            inside = part.read(min(room, LARGEST_PART) + 1)  # what the header says may be a lie
        room -= len(inside)
        if room < 0 or len(inside) > LARGEST_PART:
            return Fault("Tệp mẫu phình quá lớn khi mở ra, không nhận: hãy lưu lại thành .docx mới, bỏ bớt ảnh.")
        if fault := _part_fault(name.lower(), inside):
            return fault
    return None


def _part_fault(name: str, inside: bytes) -> Fault | None:
    plain = inside.replace(b"\0", b"")
    if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in plain or b"<!ENTITY" in plain):
        return Fault("Tệp mẫu chứa khai báo lạ mà Word không tạo ra, không nhận: hãy lưu lại thành .docx mới.")
    if name.endswith(".rels") and re.search(rb"TargetMode\s*=\s*[\"']External", plain):
        return Fault("Tệp mẫu trỏ ra ngoài (liên kết, ảnh hoặc mẫu ở nơi khác), không nhận: hãy ngắt các liên kết đó.")
    if name == "[content_types].xml" and b"macroenabled" in plain.lower():
        return Fault("Tệp mẫu chứa macro, không nhận: hãy lưu lại thành .docx thường.")
    if b"DDEAUTO" in plain or re.search(rb"<w:instrText[^>]*>\s*(DDE|INCLUDE)", plain):
        return Fault("Tệp mẫu có trường lấy nội dung từ nơi khác (DDE, INCLUDE), không nhận: hãy xóa trường đó.")
    return None


# -- the tags --------------------------------------------------------------------


def _places(made: Any) -> Iterator[tuple[str, str]]:
    """Every paragraph's text with the words for where it stands, in the order of the file."""
    yield from _paragraphs(made.element.body, "đoạn")
    for part in made.part.package.iter_parts():
        name = str(part.partname).removeprefix("/")
        if _PARTS.fullmatch(name):
            where = "đầu trang" if "header" in name else "chân trang" if "footer" in name else "chú thích"
            root = getattr(part, "element", None)
            if root is not None:
                yield from _paragraphs(root, where)


def _paragraphs(root: Any, where: str) -> Iterator[tuple[str, str]]:
    for paragraph in root.iter(qn("w:p")):
        text = "".join(t.text or "" for t in paragraph.iter(qn("w:t")))
        in_table = any(parent.tag == qn("w:tc") for parent in paragraph.iterancestors())
        yield text, f"{'ô bảng' if in_table else where} “{text.strip()[:80]}”"


def _tag_faults(places: list[tuple[str, str]]) -> list[Fault]:
    faults: list[Fault] = []
    opened: list[tuple[str, str, str]] = []  # verb, name of the item, place
    contents = 0
    for text, place in places:
        for tag in _TAG.findall(text):
            contents += re.fullmatch(r"\{\{\s*noi_dung\s*\}\}", tag) is not None
            if sentence := _fault_of(tag, text, opened, place):
                faults.append(Fault(sentence, place))
    faults += [Fault(f"Thẻ {{% {verb} %}} chưa đóng: thêm {{% end{verb} %}}", place) for verb, _, place in opened]
    if contents != 1 and not faults:
        faults.append(Fault("Mẫu phải có đúng một thẻ {{ noi_dung }} đứng riêng một đoạn."))
    return faults


def _fault_of(tag: str, text: str, opened: list[tuple[str, str, str]], place: str) -> str:
    if len(tag) < 4 or not (piece := _PIECE.fullmatch(tag)):
        return f"Thẻ viết sai hoặc thiếu dấu đóng, mở: {tag}"
    if name := piece["name"]:
        if name == "noi_dung" and text.strip() != tag:
            return "Thẻ {{ noi_dung }} phải đứng riêng một đoạn"
        if name == "noi_dung" and opened:
            return "Thẻ {{ noi_dung }} không được nằm trong if, for"
        known = (name in TAGS and name not in LISTS) or any(name == item for _, item, _ in opened if item)
        return "" if known else f"Không có thẻ tên “{name}”"
    words = _WORDS.fullmatch(piece["words"])
    if not words:
        return f"Không dùng được lệnh trong thẻ {tag}"
    return _fault_of_command(words["verb"], words["rest"] or "", opened, place)


def _fault_of_command(verb: str, rest: str, opened: list[tuple[str, str, str]], place: str) -> str:
    if verb == "if":
        opened.append(("if", "", place))
        return "" if rest.removeprefix("not ").strip() in TAGS else f"Sau if phải là tên một thẻ, không phải “{rest}”"
    if verb == "for":
        nested = any(open_verb == "for" for open_verb, _, _ in opened)
        loop = _LOOP.fullmatch(rest)
        opened.append(("for", loop["item"] if loop else "", place))
        if nested or not loop or loop["source"] not in LISTS or loop["item"] in TAGS:
            return f"Lệnh for chỉ đi qua {' hoặc '.join(LISTS)}, không lồng nhau, không phải “{rest}”"
        return ""
    expected = verb.removeprefix("end")
    if verb == "else":
        return "" if opened and opened[-1][0] == "if" else "Có else mà không có if"
    if opened and opened[-1][0] == expected:
        opened.pop()
        return ""
    return f"Có {verb} mà không có {expected} ở trước"


_LET_THROUGH = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.For, nodes.If, nodes.Not)


def _language_faults(content: bytes) -> list[Fault]:
    """What docxtpl really gives to the template language must be as harmless as what is seen in the paragraphs."""
    form = DocxTemplate(BytesIO(content))
    form.init_docx()
    texts = [form.patch_xml(form.get_xml())]
    properties = form.docx.core_properties
    texts += [
        str(getattr(properties, name) or "")
        for name in ("author", "comments", "keywords", "subject", "title", "category")
    ]
    for part in form.docx.part.package.iter_parts():
        if _PARTS.fullmatch(str(part.partname).removeprefix("/")):
            texts.append(form.patch_xml(part.blob.decode("utf-8", "replace")))
    for text in texts:
        try:
            tree = environment().parse(text)
        except TemplateSyntaxError as error:
            return [Fault(f"Thẻ trong mẫu không đọc được: {error.message}")]
        for node in tree.find_all(nodes.Node):
            strange = not isinstance(node, _LET_THROUGH)
            if strange or (isinstance(node, nodes.For) and not _plain_loop(node)):
                return [Fault(f"Mẫu dùng lệnh không cho phép ({type(node).__name__}): chỉ dùng tên thẻ, if và for.")]
    return []


def _plain_loop(loop: nodes.For) -> bool:
    """Over one of our lists, once, with no loop inside."""
    over_ours = isinstance(loop.iter, nodes.Name) and loop.iter.name in LISTS
    return over_ours and not loop.recursive and not any(loop.find_all(nodes.For))
