"""What the browser gets: small, ours, complete for Vietnamese."""

from __future__ import annotations

import gzip
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from hocvu.lib import assets
from hocvu.lib.text import nfc

SOURCES: Path = settings.ROOT / "hocvu" / "static"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("build") / "assets"
    assert assets.build(SOURCES, target)
    return target


def test_the_style_is_one_small_file(built):
    apart = {f"{name}.css" for name in assets.SHEETS}  # of a few pages of the desk each
    assert {path.name for path in built.rglob("*.css")} - apart == {"hv.css"}
    assert len(gzip.compress((built / "hv.css").read_bytes(), 9)) <= 16_000


def test_every_rule_stands_in_a_layer(built):
    style = (built / "hv.css").read_text()
    assert style.count("{") == style.count("}")
    depth, outside = 0, ""
    for sign in style:
        depth += (sign == "{") - (sign == "}")
        outside += sign if depth == 0 else ""
    heads = [head.strip("} ") for head in re.split(r"[;}]", outside) if head.strip("} ")]
    assert {head.split()[0] for head in heads} == {"@layer", "@font-face"}


def test_no_colour_is_written_outside_the_tokens():
    for name in ("ground", "layout", "parts", "pages", "print"):
        style = (SOURCES / "css" / f"{name}.css").read_text()
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", style), name


def test_every_token_used_is_defined_in_the_tokens():
    tokens = (SOURCES / "css" / "tokens.css").read_text()
    known = set(re.findall(r"(--hv-[\w-]+):", tokens))
    for path in (*SOURCES.rglob("*.css"), SOURCES / "icons.svg"):
        assert set(re.findall(r"var\((--hv-[\w-]+)", path.read_text())) <= known, path.name


def test_the_headings_font_is_small_and_knows_every_vietnamese_letter(built):
    font_file = built / assets.FONT
    assert font_file.stat().st_size <= 36_000
    known = set(TTFont(BytesIO(font_file.read_bytes())).getBestCmap())
    text = "Ẳ Ặ Ễ Ự Ộ đĐ ₫ “Đi từng ngõ, gõ từng nhà” – 63,3% … ≥ 80 · " + nfc("ưỡng ợ ỹ Ỵ ẵ ẫ")
    assert {ord(letter) for letter in assets.letters() + text} <= known
    assert (built / "fonts" / "OFL.txt").read_text().lower().count("open font license") >= 1


def test_a_second_build_has_nothing_to_do(built):
    assert not assets.build(SOURCES, built)


def test_a_changed_source_is_built_again_and_a_removed_piece_goes(tmp_path):
    sources, target = tmp_path / "static", tmp_path / "out" / "assets"
    for path in SOURCES.rglob("*"):
        if path.is_file():
            copy = sources / path.relative_to(SOURCES)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    assets.build(sources, target)
    (target / "left-over.js").write_text("old")
    (sources / "js" / "hv.js").write_text("// new")
    assert assets.build(sources, target)
    assert (target / "hv.js").read_text() == "// new"
    assert not (target / "left-over.js").exists()


def test_the_sprite_has_every_sign_that_the_templates_ask_for():
    signs = set(re.findall(r'id="i-([\w-]+)"', (SOURCES / "icons.svg").read_text()))
    asked = set()
    for path in (settings.ROOT / "hocvu").rglob("*.html"):
        asked |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text()))
    assert asked
    assert asked <= signs


def test_spaces_that_mean_something_stay():
    css = 'a :hover { content: "a  ;  b" } /* gone */ i { width: calc(1px + 2px) }'
    assert assets.squeeze(css) == 'a :hover{content:"a  ;  b"}i{width:calc(1px + 2px)}'
