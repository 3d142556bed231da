"""Plan files as nobody should send them: broken, locked, swelling, pointing outside. Each is really made."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from docx import Document
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MEGABYTE = 1024 * 1024


def word_package(path: Path, parts: dict[str, bytes] | None = None) -> Path:
    """An honest one-line .docx, with parts replaced or added."""
    plain = io.BytesIO()
    document = Document()
    document.add_paragraph("KẾ HOẠCH")
    document.save(plain)
    changed = parts or {}
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return path


def body(inside: str, before: str = "") -> dict[str, bytes]:
    """The document part around the given markup."""
    xml = f'{before}<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'
    return {"word/document.xml": xml.encode()}


def pointing_outside(path: Path, kind: str, target: str) -> Path:
    """A .docx with one more relationship to somewhere else."""
    xml = (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId99" Type="{OFFICE}/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    )
    return word_package(path, {"word/_rels/document.xml.rels": xml.encode()})


def declared_bomb(path: Path) -> Path:
    """80 MB of zeros in some 80 kB, the sizes stated honestly."""
    return word_package(path, {"word/media/image1.bin": bytes(80 * MEGABYTE)})


def lying_bomb(path: Path) -> Path:
    """The same, but every header says that the part holds 100 bytes."""
    declared_bomb(path)
    size = struct.pack("<I", 80 * MEGABYTE)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<I", 100)))
    return path


def many_parts(path: Path) -> Path:
    """A .docx with five thousand parts."""
    return word_package(path, {f"word/p{at}.xml": b"<x/>" for at in range(5_000)})


def laughing(path: Path, encoding: str = "utf-8") -> Path:
    """Entities that unfold each other: a billion laughs out of a few hundred bytes."""
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    before = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]>'
    parts = body("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", before)
    return word_package(path, {name: xml.decode().encode(encoding) for name, xml in parts.items()})


def ole(path: Path, *streams: str) -> Path:
    """The container of old Office files, with the named streams in its directory."""
    header = bytearray(b"\xff" * 512)
    header[:76] = struct.pack("<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 62, 3, 0xFFFE,
                              9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    header[76:80] = struct.pack("<I", 0)
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE).ljust(512, b"\xff")
    directory = b"".join(_entry(name, 5 if at == 0 else 2) for at, name in enumerate(("Root Entry", *streams)))
    path.write_bytes(bytes(header) + table + directory.ljust(512, b"\0"))
    return path


def _entry(name: str, kind: int) -> bytes:
    letters = name.encode("utf-16-le")
    rest = struct.pack("<HBBIII", len(letters) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return (letters.ljust(64, b"\0") + rest).ljust(128, b"\0")


def scan(path: Path, *, pages: int = 2, stamp: str = "") -> Path:
    """Photographed pages, perhaps with the text of a digital signature stamped on."""
    photo = ImageReader(Image.effect_noise((200, 280), 40))
    canvas = Canvas(str(path), pagesize=A4)
    for _ in range(pages):
        canvas.drawImage(photo, 0, 0, *A4)
        canvas.drawString(40, 40, stamp)
        canvas.showPage()
    canvas.save()
    return path


def locked_pdf(path: Path) -> Path:
    """A .pdf that asks for a password."""
    canvas = Canvas(str(path), encrypt=StandardEncryption("mat-khau", strength=128))
    canvas.drawString(40, 700, "Ke hoach")
    canvas.save()
    return path


def endless_pdf(path: Path, pages: int) -> Path:
    """A .pdf with very many pages."""
    canvas = Canvas(str(path))
    for _ in range(pages):
        canvas.drawString(40, 700, "Ke hoach")
        canvas.showPage()
    canvas.save()
    return path


def raw_pdf(path: Path, *streams: tuple[str, bytes]) -> Path:
    """A one-page .pdf written by hand: (dictionary entries, stream bytes); the first is the page's content,
    the next are its forms /F1, /F2 ..."""
    forms = " ".join(f"/F{at} {at + 4} 0 R" for at in range(1, len(streams)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<<{forms}>>>>>>".encode(),
    ]
    objects += [
        f"<<{extra.replace('FORMS', forms)}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"
        for extra, data in streams
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(bytes(out))
    return path


def swelling_pdf(path: Path) -> Path:
    """A page whose 1 GB of nothing is packed into 1 MB."""
    packer = zlib.compressobj(9)
    data = b"".join([packer.compress(b" " * MEGABYTE) for _ in range(1024)]) + packer.flush()
    return raw_pdf(path, ("/Filter/FlateDecode", data))


def doubling_pdf(path: Path) -> Path:
    """Forms that draw each other twice, thirty deep: a few kilobytes that take years to draw."""
    form = "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<<FORMS>>>>"
    chain = [(form, f"/F{at + 1} Do /F{at + 1} Do".encode()) for at in range(1, 30)]
    return raw_pdf(path, ("", b"/F1 Do"), *chain, (form, b"0 0 m 1 1 l S"))
