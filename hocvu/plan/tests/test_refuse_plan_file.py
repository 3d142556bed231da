"""Files that are refused: one sentence for the person, and nothing of the machine harmed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from hocvu.plan.reading import guard
from hocvu.plan.reading.files import open_source
from hocvu.plan.reading.source import Refused
from hocvu.plan.tests import made_to_hurt as hurt

HAI_AN = Path("content/plans/hai-an/ke-hoach-hai-an.txt")


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        open_source(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["p.txt", "p.docx", "p.pdf"])
def test_it_refuses_a_file_of_no_bytes(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert refusal(tmp_path / name) == guard.EMPTY


def test_it_refuses_a_file_that_is_not_there(tmp_path):
    assert refusal(tmp_path / "p.txt") == refusal(tmp_path) == guard.MISSING


def test_it_refuses_a_text_of_blanks(tmp_path):
    (tmp_path / "p.txt").write_text(" \n\n\t\n")
    assert refusal(tmp_path / "p.txt") == guard.NO_WORDS


def test_bytes_decide_not_the_name(tmp_path):
    hurt.endless_pdf(tmp_path / "a.docx", 1)
    assert "bên trong là .pdf" in refusal(tmp_path / "a.docx")
    hurt.word_package(tmp_path / "b.pdf")
    assert "bên trong là .docx" in refusal(tmp_path / "b.pdf")
    (tmp_path / "c.pdf").write_text("Kế hoạch")
    assert "bên trong không phải vậy" in refusal(tmp_path / "c.pdf")


def test_it_refuses_what_is_no_plan(tmp_path):
    Workbook().save(tmp_path / "a.docx")
    (tmp_path / "b.txt").write_text("<html><body>Kế hoạch</body></html>")
    (tmp_path / "c.txt").write_bytes(os.urandom(5_000))
    (tmp_path / "d.csv").write_text("a;b")
    assert {refusal(tmp_path / name) for name in ("a.docx", "b.txt", "c.txt", "d.csv")} == {guard.UNKNOWN}
    (tmp_path / "e.txt").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(100))
    assert "ảnh chụp" in refusal(tmp_path / "e.txt")


def test_it_refuses_a_scan_even_with_a_stamp_on_it(tmp_path):
    assert "Trang 1 là ảnh chụp" in refusal(hurt.scan(tmp_path / "a.pdf"))
    assert "Trang 1 là ảnh chụp" in refusal(hurt.scan(tmp_path / "b.pdf", stamp="Nguoi ky: UBND"))


def test_it_refuses_a_file_with_a_password_and_the_old_word(tmp_path):
    assert refusal(hurt.locked_pdf(tmp_path / "a.pdf")) == guard.LOCKED
    assert refusal(hurt.ole(tmp_path / "a.docx", "EncryptionInfo", "EncryptedPackage")) == guard.LOCKED
    assert refusal(hurt.ole(tmp_path / "a.doc", "WordDocument", "1Table")) == guard.OLD_WORD


def test_it_refuses_a_bomb_whatever_its_headers_claim(tmp_path):
    for path in (hurt.declared_bomb(tmp_path / "a.docx"), hurt.lying_bomb(tmp_path / "b.docx")):
        assert path.stat().st_size < 1_000_000
        assert refusal(path) == guard.BOMB
    assert refusal(hurt.many_parts(tmp_path / "c.docx")) == guard.BOMB


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_it_refuses_a_billion_laughs(tmp_path, encoding):
    assert refusal(hurt.laughing(tmp_path / "p.docx", encoding)) == guard.STRANGE


@pytest.mark.parametrize(
    "inside", [f'[<!ENTITY s SYSTEM "file://{HAI_AN.resolve()}">]', 'SYSTEM "http://127.0.0.1:9/x"']
)
def test_it_refuses_a_document_type_that_would_fetch_a_file(tmp_path, inside):
    parts = hurt.body("<w:p/>", f"<!DOCTYPE w {inside}>")
    assert refusal(hurt.word_package(tmp_path / "p.docx", parts)) == guard.STRANGE


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "oleObject", "subDocument"])
def test_it_refuses_a_file_that_points_outside(tmp_path, kind):
    assert refusal(hurt.pointing_outside(tmp_path / "p.docx", kind, "http://127.0.0.1:9/x")) == guard.OUTSIDE


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/x", "C:\\x", "word\\..\\..\\x"])
def test_it_refuses_a_part_that_climbs_out(tmp_path, name):
    assert refusal(hurt.word_package(tmp_path / "p.docx", {name: b"x"})) == guard.OUTSIDE


def test_a_web_address_in_the_text_is_ordinary(tmp_path):
    source = open_source(hurt.pointing_outside(tmp_path / "p.docx", "hyperlink", "https://example.vn/"))
    assert [line.text for line in source.lines] == ["KẾ HOẠCH"]


def test_it_refuses_tables_and_texts_without_end(tmp_path):
    span = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="900000000"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
    assert refusal(hurt.word_package(tmp_path / "a.docx", hurt.body(span))) == guard.BROKEN
    many = hurt.body("<w:p/>" * (guard.MOST_LINES + 1))
    assert refusal(hurt.word_package(tmp_path / "b.docx", many)) == guard.TOO_LONG
    (tmp_path / "c.txt").write_bytes(b"a\n" * (guard.MOST_LINES + 1))
    assert refusal(tmp_path / "c.txt") == guard.TOO_LONG
    assert refusal(hurt.endless_pdf(tmp_path / "d.pdf", guard.MOST_PAGES + 1)) == guard.TOO_MANY_PAGES


def test_it_refuses_markup_nested_without_end(tmp_path):
    deep = hurt.body("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)
    assert refusal(hurt.word_package(tmp_path / "p.docx", deep)) == guard.TOO_SLOW


def test_it_refuses_half_a_file(tmp_path):
    whole = hurt.word_package(tmp_path / "whole.docx").read_bytes()
    (tmp_path / "half.docx").write_bytes(whole[: len(whole) // 2])
    assert refusal(tmp_path / "half.docx") == guard.BROKEN
    whole = hurt.endless_pdf(tmp_path / "whole.pdf", 3).read_bytes()
    (tmp_path / "half.pdf").write_bytes(whole[: len(whole) // 4])
    assert refusal(tmp_path / "half.pdf") == guard.BROKEN


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
def test_a_page_that_swells_ends_in_the_child(tmp_path):
    assert refusal(hurt.swelling_pdf(tmp_path / "p.pdf")) in (guard.BROKEN, guard.TOO_SLOW)


def test_a_page_that_never_ends_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("hocvu.plan.reading.files.SECONDS", 2)
    assert refusal(hurt.doubling_pdf(tmp_path / "p.pdf")) == guard.TOO_SLOW


# -- the child ---------------------------------------------------------------


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_child_starts_without_django():
    code = "import sys, hocvu.plan.reading.child, hocvu.plan.reading.wordfile, hocvu.plan.reading.pdffile;"
    assert run(code + "print([m for m in sys.modules if m.startswith('django')])").stdout.strip() == "[]"


@pytest.mark.parametrize(
    "deed", ["socket.create_connection(('127.0.0.1', 9))", "subprocess.run(['true'])", "os.fork()"]
)
def test_the_child_cannot_reach_the_world_outside(deed):
    said = run(f"import os, socket, subprocess; from hocvu.plan.reading import child; child.bound(); {deed}")
    assert "is forbidden while a file is read" in said.stderr
