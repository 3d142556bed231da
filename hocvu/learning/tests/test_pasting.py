"""Whatever is pasted becomes blocks that may stand; of what one could read nothing is lost."""

from __future__ import annotations

import html
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.learning import pasting
from hocvu.lib.blocks import inline
from hocvu.lib.blocks.cleaning import clean
from hocvu.lib.refusals import Refusal

TAGS = ("p", "div", "h1", "h2", "h4", "ul", "ol", "li", "table", "tr", "td", "b", "strong", "i", "span", "a", "br", "font",
        "blockquote", "pre", "o:p", "section")  # fmt: skip
ATTRIBUTES = ("", ' class="MsoNormal"', ' style="mso-fareast-language:VI;color:red"', ' href="https://a.vn/b"',
              ' href="javascript:alert(1)"', " onclick='x()'", ' class="MsoListParagraph"')  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=400)
TREES: Any = st.recursive(
    WORDS,
    lambda inner: st.tuples(st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), st.lists(inner, max_size=5)),
    max_leaves=25,
)


def markup(tree: Any) -> str:
    if isinstance(tree, str):
        return html.escape(tree)
    tag, attributes, children = tree
    return f"<{tag}{attributes}>{''.join(map(markup, children))}</{tag}>"


def letters(text: str) -> list[str]:
    """Letters and digits, in any order: a paste may move a line, and loses none."""
    return sorted(sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum())


def said(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(said(inner) for name, inner in value.items() if name not in ("kind", "id", "level"))
    if isinstance(value, list):
        return " ".join(map(said, value))
    return inline.plain(value) if isinstance(value, str) else ""


def visible(tree: Any) -> str:
    return tree if isinstance(tree, str) else " ".join(map(visible, tree[2]))


def holds(whole: list[str], part: list[str]) -> bool:
    left = list(whole)
    for sign in part:
        if sign not in left:
            return False
        left.remove(sign)
    return True


@given(TREES)
def test_any_document_becomes_sound_blocks_and_keeps_its_words(tree: Any) -> None:
    try:
        blocks = pasting.from_html(markup(tree)).blocks
    except Refusal:
        return  # too much for one lesson is said, not cut
    assert clean(blocks).faults == []
    assert holds(letters(said(blocks)), letters(visible(tree)))


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            ["<", ">", "&", "<p", "</", "<b>", "<!--", "-->", "]]>", "<table>", "<td", "x", "[a](b)", "**", "{en|"]
        ),
        max_size=40,
    ).map("".join)
)
def test_any_garbage_becomes_sound_blocks(content: str) -> None:
    for made in (pasting.from_html(content), pasting.from_text(content)):
        assert clean(made.blocks).faults == []
        assert clean(made.blocks).blocks == made.blocks


@given(TREES)
def test_nothing_raw_survives(tree: Any) -> None:
    try:
        blocks = pasting.from_html(markup(tree)).blocks
    except Refusal:
        return
    lines = [line for line in _lines(blocks) if inline.html(line)]
    for line in lines:
        assert all(inline.is_address(url) for url in inline.links(line))
        drawn = inline.html(line)
        bare = (
            drawn.replace("<strong>", "")
            .replace("</strong>", "")
            .replace('<a href="https://a.vn/b">', "")
            .replace("</a>", "")
        )
        assert "<" not in bare, drawn


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [line for name, inner in value.items() if name not in ("kind", "id") for line in _lines(inner)]
    if isinstance(value, list):
        return [line for inner in value for line in _lines(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("content", "blocks"),
    [
        ('<b style="font-weight:normal" id="docs-internal-guid-1"><p>Chữ <span style="font-weight:700">đậm</span></p></b>',
         [{"kind": "paragraph", "text": "Chữ **đậm**"}]),
        ('<p style="font-weight: bold"><font face="Arial">Đậm cả dòng</font></p>', [{"kind": "paragraph", "text": "**Đậm cả dòng**"}]),
        ("<ul><li>Một<ul><li>Hai</li></ul></li></ul>", [{"kind": "paragraph", "text": "– Một\n\n– Hai"}]),
        ("<ol><li>Mở máy</li></ol>", [{"kind": "paragraph", "text": "1. Mở máy"}]),
        ("<p>Tie\u0302\u0301ng</p>", [{"kind": "paragraph", "text": "Tiếng"}]),
        ('<p>Xem<span style="mso-hide:all">ẩn</span><a class="msocomanchor">x</a></p><div style="mso-element:comment-list">chê</div>',
         [{"kind": "paragraph", "text": "Xemx"}]),
        ("<p>Đọc [x](javascript:alert) và **giả**</p>", [{"kind": "paragraph", "text": "Đọc [x] (javascript:alert) và *giả*"}]),
        ("<p><del>cũ</del><ins>mới</ins></p>", [{"kind": "paragraph", "text": "mới"}]),
    ],
)  # fmt: skip
def test_it_knows_how_others_write(content: str, blocks: list[dict[str, Any]]) -> None:
    made = [
        {name: value for name, value in block.items() if name != "id"} for block in pasting.from_html(content).blocks
    ]
    assert made == blocks


def test_it_reads_a_deeply_nested_paste_or_says_that_it_cannot() -> None:
    def deep(layers: int) -> str:
        return "<div>" * layers + "đáy" + "</div>" * layers

    assert pasting.from_html(deep(1000)).blocks[0]["text"] == "đáy"
    with pytest.raises(Refusal, match="lồng nhau"):
        pasting.from_html(deep(5000))


def test_pictures_that_stay_behind_are_counted() -> None:
    assert pasting.from_html("<p>Xem <img src=x> này</p>").pictures == 1
