"""What is let in of the files that people hand in, and what is left outside."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from PIL import Image

from hocvu.lib import uploads


def photo(fmt: str = "JPEG", size: tuple[int, int] = (3000, 1200), **options: object) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, "teal").save(kept, fmt, **options)  # type: ignore[arg-type]
    return kept.getvalue()


def office(*names: str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        for name in names:
            packed.writestr(name, "<x/>")
    return kept.getvalue()


def take(content: bytes, name: str) -> uploads.Kept:
    return uploads.take_in(BytesIO(content), name)


def test_it_forgets_where_a_photo_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "Máy của Lan"
    exif.get_ifd(0x8825)[2] = (20.0, 51.0, 0.0)
    came = photo(exif=exif)
    assert b"Exif" in came

    kept = take(came, "anh.jpg")

    assert kept.kind == "photo"
    assert not dict(Image.open(BytesIO(kept.content)).getexif())
    assert b"Exif" not in kept.content


def test_it_turns_a_photo_upright_and_makes_it_smaller():
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    kept = take(photo(exif=exif), "anh.jpeg")
    shown = Image.open(BytesIO(kept.content))
    assert shown.height > shown.width
    assert max(shown.size) <= uploads.LONGEST_SIDE


@pytest.mark.parametrize(("fmt", "name"), [("PNG", "man-hinh.png"), ("WEBP", "anh.webp")])
def test_it_draws_every_picture_as_a_jpeg(fmt: str, name: str):
    kept = take(photo(fmt, (40, 30)), name)
    assert kept.name.endswith(".jpg")
    assert Image.open(BytesIO(kept.content)).format == "JPEG"


def test_it_sets_a_picture_with_holes_on_white():
    came = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(came, "PNG")
    kept = take(came.getvalue(), "dau.png")
    red, green, blue = Image.open(BytesIO(kept.content)).getpixel((5, 5))  # type: ignore[misc]
    assert min(red, green, blue) > 250


def test_it_refuses_a_picture_that_unpacks_to_a_wall():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9000)) + chunk(b"IEND", b"")
    )
    with pytest.raises(uploads.Refused, match="điểm ảnh"):
        take(bomb, "tuong.png")


def test_it_keeps_documents_as_they_came():
    report = office("[Content_Types].xml", "word/document.xml")
    kept = take(report, "C:\\Users\\Lan\\Báo cáo.docx")
    assert (kept.kind, kept.name, kept.content) == ("file", "Báo cáo.docx", report)
    assert take(b"%PDF-1.7 ...", "KH.PDF").ending == ".pdf"
    assert take(office("[Content_Types].xml", "xl/workbook.xml"), "so.xlsx").kind == "file"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.pdf", "không có nội dung"),
        (b"<svg onload=alert(1)>", "a.svg", "Loại tệp"),
        (b"<html>", "a.html", "Loại tệp"),
        (b"<html><script>", "a.pdf", "không phải .pdf"),
        (b"%PDF-1.4", "a.docx", "không phải .docx"),
        (office("xl/workbook.xml"), "a.xlsx", "không phải .xlsx"),
        (office("[Content_Types].xml", "word/document.xml"), "a.xlsx", "không phải .xlsx"),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "a.docx", "không phải"),
        (b"\xff\xd8\xff" + b"x" * 50, "a.jpg", "đã hỏng"),
        (b"RIFF....WAVEfmt", "a.webp", "không phải .webp"),
        (b"%PDF-" + b"0" * uploads.LARGEST, "to.pdf", "10 MB"),
        (b"MZ", "khong-duoi", "Loại tệp"),
    ],
)
def test_it_says_in_one_sentence_why_a_file_stays_outside(content: bytes, name: str, words: str):
    with pytest.raises(uploads.Refused, match=words):
        take(content, name)


def test_it_shows_photos_and_only_saves_the_rest():
    shown, saved = uploads.hand_out(BytesIO(b"x"), "anh.jpg"), uploads.hand_out(BytesIO(b"x"), "Báo cáo.pdf")
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")
    for answer in (shown, saved):
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
