"""What a plan file may be, judged from its bytes before anything inside it is believed.

The limits stand far above any plan seen (a long one has 60 pages and 300 rows) and far below what
would hurt the machine. Every refusal is one sentence: what is wrong, what to do.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal
from xml.etree import ElementTree

from hocvu.plan.reading.source import Line, Refused

Kind = Literal["txt", "docx", "pdf"]

LARGEST_FILE = 30 * 1024 * 1024
LARGEST_TEXT = 4 * 1024 * 1024
LARGEST_PACKAGE = 50 * 1024 * 1024
LARGEST_PART = 12 * 1024 * 1024
MOST_PARTS = 2_000
MOST_LINES = 40_000
MOST_LETTERS = 4_000_000
MOST_PAGES = 60

TOO_LONG = "Tệp quá dài so với một kế hoạch: hãy tách riêng phần kế hoạch và phụ lục thành một tệp rồi chọn lại."
TOO_MANY_PAGES = f"Tệp PDF dài hơn {MOST_PAGES} trang: hãy tách riêng phần kế hoạch và phụ lục rồi chọn lại."
TOO_SLOW = "Tệp quá nặng, đọc mãi không xong: hãy mở bằng Word, lưu lại thành tệp .docx mới rồi chọn tệp đó."
BROKEN = "Tệp bị hỏng hoặc tải lên chưa trọn: hãy mở thử trên máy, lưu lại thành tệp mới rồi chọn tệp đó."
BOMB = "Tệp phình quá 50 MB khi mở ra, không phải kế hoạch bình thường: hãy lưu lại thành .docx mới, bỏ bớt ảnh."
OUTSIDE = (
    "Tệp trỏ ra ngoài (ảnh, mẫu hoặc đối tượng nằm ở nơi khác), vì an toàn không mở: "
    "hãy ngắt các liên kết đó trong Word, lưu lại thành .docx rồi chọn lại."
)
STRANGE = (
    "Tệp chứa khai báo lạ mà Word không tạo ra, có thể gây hại khi mở: "
    "hãy mở bằng Word, lưu lại thành .docx mới rồi chọn tệp đó."
)
LOCKED = "Tệp có mật khẩu nên không đọc được: hãy bỏ mật khẩu, lưu lại rồi chọn lại tệp."
NO_WORDS = "Tệp không có chữ nào để đọc (có thể chỉ gồm ảnh chụp): hãy chọn bản Word hoặc PDF xuất từ Word."
OLD_LETTERS = (
    "Chữ trong tệp dùng bảng mã cũ (TCVN3, VNI) hoặc không phải tiếng Việt đọc được: "
    "hãy chuyển sang Unicode, lưu lại rồi chọn lại tệp."
)
UNKNOWN = "Tệp không phải .txt, .docx hay .pdf: hãy chọn đúng tệp kế hoạch ở một trong ba dạng đó."
EMPTY = "Tệp rỗng (0 byte): hãy chọn lại tệp kế hoạch có nội dung."
MISSING = "Không mở được tệp: hãy kiểm tra đường dẫn và quyền đọc rồi chọn lại."
OLD_WORD = "Tệp .doc đời cũ không đọc được: hãy mở bằng Word, chọn Lưu thành (Save As) .docx rồi chọn tệp đó."

_NAMED: dict[str, Kind] = {".txt": "txt", ".docx": "docx", ".pdf": "pdf"}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<\?xml|\{\\rtf)", re.I)
_ENCODING = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']""")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def kind_of(path: Path) -> Kind:
    """Which of the three forms a file really has. Bytes decide; a name that says otherwise is refused."""
    try:
        size = path.stat().st_size if path.is_file() else -1
        with path.open("rb") as file:
            head = file.read(4096)
            if head[:4] == b"\xd0\xcf\x11\xe0":
                raise Refused(_why_not_ole(head, file))
    except OSError as error:
        raise Refused(MISSING) from error
    if size == 0:
        raise Refused(EMPTY)
    if size > LARGEST_FILE:
        raise Refused(f"Tệp lớn hơn {LARGEST_FILE // 1024**2} MB: hãy bỏ bớt ảnh, lưu lại rồi chọn lại tệp.")
    return _agreed(path.suffix.lower(), _sniff(head))


def _why_not_ole(head: bytes, file: BinaryIO) -> str:
    """Word keeps both the old .doc and a .docx with a password in the same kind of container."""
    container = head + file.read(LARGEST_FILE)
    return LOCKED if "EncryptedPackage".encode("utf-16-le") in container else OLD_WORD


def _sniff(head: bytes) -> Kind:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "docx"
    if head.startswith(_PICTURES):
        raise Refused("Tệp là ảnh chụp, không có chữ để đọc: hãy chọn bản Word hoặc PDF xuất từ Word.")
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refused(UNKNOWN)
    return "txt"


def _agreed(suffix: str, really: Kind) -> Kind:
    named = _NAMED.get(suffix)
    if named is None and (really == "txt" and suffix not in ("", ".text", ".md")):
        raise Refused(UNKNOWN)
    if named not in (None, really):
        if really == "txt":
            raise Refused(f"Tệp có đuôi {suffix} nhưng bên trong không phải vậy: hãy chọn lại đúng tệp kế hoạch.")
        raise Refused(f"Tệp có đuôi {suffix} nhưng bên trong là .{really}: hãy đổi lại đuôi tệp rồi chọn lại.")
    return really


# -- the package of a .docx ----------------------------------------------------


def check_package(package: zipfile.ZipFile) -> None:
    """Refuse a package that swells, hides, escapes or points outside; nothing outside is ever fetched."""
    parts = package.infolist()
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names:
        raise Refused(UNKNOWN)
    if any(_escapes(name) for name in names):
        raise Refused(OUTSIDE)
    if len(names) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_PACKAGE:
        raise Refused(BOMB)
    if len(set(names)) < len(names):
        raise Refused(BROKEN)
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused(LOCKED)
    _inflate_all(package, parts)
    for name in names:
        if name.lower().endswith(".rels"):
            _check_links(read_xml(package, name))


def _escapes(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)


def _inflate_all(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Inflate every part once, throwing the bytes away: what a header claims may be a lie."""
    room = LARGEST_PACKAGE
    for part in parts:
        for piece in _inflated(package, part):
            room -= len(piece)
            if room < 0:
                raise Refused(BOMB)


def _inflated(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part's bytes as they really unpack, in small pieces, whatever size the header states."""
    file = package.fp
    if file is None or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(BROKEN)
    file.seek(part.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise Refused(BROKEN)
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left, unpacker = part.compress_size, zlib.decompressobj(-15)
    while left > 0 and (packed := file.read(min(left, 65_536))):
        left -= len(packed)
        if part.compress_type == zipfile.ZIP_STORED:
            yield packed
            continue
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, 1_048_576)
            packed = unpacker.unconsumed_tail


def read_xml(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """One part as a tree. A part that declares entities, or an encoding that hides them, is refused unread."""
    if package.getinfo(name).file_size > LARGEST_PART:
        raise Refused(TOO_LONG)
    blob = package.read(name)
    plain = blob.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Refused(STRANGE)
    said = _ENCODING.search(plain[:200].decode("latin-1"))
    if said and said[1].lower() not in ("utf-8", "utf-16", "utf8", "us-ascii"):
        raise Refused(BROKEN)
    return ElementTree.fromstring(blob)  # noqa: S314 - no document type reaches the parser


def _check_links(relations: ElementTree.Element) -> None:
    """A web address that a reader may click is ordinary; anything Word itself would fetch is not."""
    for relation in relations.iter(_RELATIONSHIP):
        external = relation.get("TargetMode") == "External"
        if external and not relation.get("Type", "").endswith("/hyperlink"):
            raise Refused(OUTSIDE)


class Counting:
    """Numbers the lines of one source from 1, and refuses a source without end."""

    def __init__(self) -> None:
        self.number = 0
        self.letters = 0

    def line(self, text: str, page: int | None = None) -> Line:
        """The next line."""
        self.number += 1
        self.letters += len(text)
        if self.number > MOST_LINES or self.letters > MOST_LETTERS:
            raise Refused(TOO_LONG)
        return Line(text, self.number, page)
