"""Blocks become pages and plain words: all kinds, nothing lost, nothing that acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.learning.tests.every_kind import BLOCKS, DRAWING
from hocvu.lib.blocks import drawing, inline, telling
from hocvu.lib.blocks.cleaning import clean
from hocvu.lib.blocks.drawing import Answered, File, Forms, Manner, Shown
from hocvu.lib.blocks.kinds import KINDS
from hocvu.lib.drawings import clean_svg
from hocvu.lib.uploads import Refused

FORMS = Forms("/tra-loi/", "/thuc-hanh/")
MEDIA = {
    "tat-may.svg": Shown("picture", drawing=DRAWING),
    "mo-dau.opus": Shown("audio", File("/a", 312_000), seconds=100, said_by="chị Thu Hà"),
    "the.webp": Shown(
        "picture",
        File("/b", 48_000, "image/webp", 960, 640),
        variants={"480": File("/b480", 20_000, "image/webp", 480, 320)},
    ),
    "tat-may.mp4": Shown(
        "video",
        File("/c", 480_000, "video/mp4", 854, 480),
        seconds=48,
        variants={"poster": File("/p"), "audio": File("/s", 110_000)},
    ),
    "tat-may.vtt": Shown("captions", File("/d")),
    "ky-hieu.mp4": Shown("video", File("/e", 510_000, "video/mp4", 854, 480)),
    "giay-nho.pdf": Shown("file", File("/f", 143_000, "application/pdf")),
}
EVIL = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[x](javascript:alert(1))",
        "[x](https://a.example/\" onclick='b)",
        "**<b>**",
        "{en|<i>}",
        "&lt;script&gt;",
        "{{ 7|add:7 }}",
        "<!--hv-own-->",
        "' onmouseover='x",
    ]
)
WORDS = st.one_of(EVIL, st.text(max_size=40), st.builds(lambda a, b: a + b, EVIL, st.text(max_size=10)))


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def drawn(blocks: list[dict[str, Any]], **manner: Any) -> str:
    cleaned = clean(blocks)
    return "".join(one.html for one in drawing.draw(cleaned.blocks, MEDIA, Manner(forms=FORMS, **manner)))


def nothing_acts(html: str) -> None:
    page = Tags(html)
    for tag, attrs in page.tags:
        assert tag not in {"script", "iframe", "object", "style", "base", "meta", "link"}
        for name, value in attrs.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in {"href", "src", "action", "poster"}:
                assert re.match(r"(https://|/|#|tel:|sms:)", value or ""), (name, value)


def test_every_kind_has_a_page_and_words():
    cleaned = clean(BLOCKS)
    assert not cleaned.faults
    assert {block["kind"] for block in cleaned.blocks} == set(KINDS)
    for one in drawing.draw(cleaned.blocks, MEDIA, Manner(forms=FORMS)):
        assert one.html, one.id
    assert {told.block for told in telling.tell(cleaned.blocks)} == {block["id"] for block in cleaned.blocks} - {"hoa"}
    nothing_acts(drawn(BLOCKS))


def values_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field.name: _value(field) for field in KINDS[kind].fields}).map(
        lambda values: {"kind": kind, "id": "k1", **values}
    )


def _value(field: Any) -> st.SearchStrategy[Any]:
    match field.holds:
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from([code for code, _ in field.choices])
        case "lines":
            return st.lists(WORDS, max_size=3)
        case "rows":
            return st.lists(st.lists(WORDS, max_size=3), max_size=3)
        case "items":
            group = st.fixed_dictionaries({inner.name: _value(inner) for inner in field.fields})
            return st.lists(group, max_size=3)
        case "media":
            return st.sampled_from([*MEDIA, "khong-co.webp", "<x>"])
        case "url":
            return st.one_of(WORDS, st.just("https://vneid.gov.vn"), st.just("javascript:alert(1)"))
    return WORDS


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_typed_nothing_of_it_becomes_markup(kind):
    @given(values_of(kind))
    def always(block: dict[str, Any]) -> None:
        cleaned = clean([block])
        html = "".join(one.html for one in drawing.draw(cleaned.blocks, MEDIA, Manner(forms=FORMS)))
        nothing_acts(html)
        assert drawing.OWN not in html.replace(f"{drawing.OWN}<input", "")
        telling.text_of(cleaned.blocks)

    always()


@given(WORDS)
def test_a_line_is_text_but_for_its_three_marks(line):
    page = Tags(str(inline.html(line)))
    assert {tag for tag, _ in page.tags} <= {"strong", "a", "span"}
    for tag, attrs in page.tags:
        assert set(attrs) <= {"a": {"href"}, "span": {"lang"}}.get(tag, set())
        assert "javascript" not in (attrs.get("href") or "").lower()[:11]


def test_a_link_card_with_an_address_that_is_none_leads_nowhere():
    html = drawn([{"kind": "link", "id": "x", "url": "javascript:alert(1)", "title": "Bấm"}])
    assert "href" not in html
    assert "Bấm" in html


def test_a_drawing_stands_in_the_page_with_its_words_and_its_own_names():
    html = drawn(BLOCKS)
    assert 'role="img" aria-label="Ngón tay bấm nút đỏ"' in html
    assert 'aria-hidden="true" focusable="false" viewBox' in html  # the decorative one
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))
    assert all(name in names for name in re.findall(r"url\(#([^)]+)\)", html))


def test_a_picture_says_its_sizes_and_only_later_ones_come_late():
    photo = {"kind": "picture", "media": "the.webp", "alt": "Thẻ"}
    first, second = (
        one.html for one in drawing.draw(clean([{**photo, "id": "a"}, {**photo, "id": "b"}]).blocks, MEDIA)
    )
    assert 'width="960" height="640"' in first
    assert 'srcset="/b480 480w, /b 960w"' in first
    assert "lazy" not in first
    assert 'loading="lazy"' in second


def test_a_video_says_what_it_weighs_and_has_captions_and_another_way():
    html = drawn([block for block in BLOCKS if block["kind"] == "video"])
    assert "Xem video 48 giây, 0,5 MB, có phụ đề." in html
    assert '<track kind="captions" srclang="vi"' in html
    assert 'preload="none"' in html
    assert "Mạng yếu thì chỉ nghe tiếng, 110 kB." in html
    assert "Xem bản có ngôn ngữ ký hiệu, 0,5 MB" in html
    assert "Bấm nút đỏ." in html


def test_a_voice_says_whose_it_is_and_a_machine_says_so():
    html = drawn(BLOCKS[:1])
    assert "Giọng đọc: chị Thu Hà. 1 phút 40 giây, 0,3 MB." in html
    old = Shown("audio", File("/a", 90_000, "audio/ogg"), variants={"mp3": File("/m", 120_000, "audio/mpeg")})
    both = drawing.draw(clean(BLOCKS[:1]).blocks, {"mo-dau.opus": old})[0].html
    assert '<source src="/a" type="audio/ogg"><source src="/m" type="audio/mpeg">' in both
    machine = {**MEDIA, "mo-dau.opus": Shown("audio", File("/a", 90_000), origin="machine")}
    spoken = drawing.draw(clean(BLOCKS[:1]).blocks, machine)[0].html
    assert "Giọng máy đọc" in spoken


def test_what_still_waits_for_a_voice_is_told_to_its_author_alone():
    waiting = [block for block in BLOCKS if block.get("voice") == "?" or block["id"] == "cho-thu"]
    assert "chờ thu âm" not in drawn(waiting)
    assert drawn(waiting, for_author=True).count("chờ thu âm") == 2


def test_a_file_that_is_not_there_leaves_its_words():
    html = "".join(one.html for one in drawing.draw(clean(BLOCKS).blocks, {}, Manner(forms=FORMS)))
    assert "<img" not in html
    assert "<audio" not in html
    assert "Bà ơi, cháu gọi từ công an." in html
    assert "Số điện thoại in ở đây" in html


def check(chosen: set[int] | None) -> str:
    block = next(block for block in clean(BLOCKS).blocks if block["id"] == "hoi-1")
    answered = None if chosen is None else Answered(frozenset(chosen))
    return drawing.draw_one(block, MEDIA, Manner(forms=FORMS), level=2, answered=answered)


def test_a_question_keeps_the_choice_and_says_why():
    assert "Chưa đúng. Thử lại nhé." in check({0})
    assert "<p>Ai có mã là lấy được tiền.</p>" in check({0})
    assert 'value="0" checked' in check({0})
    assert "Đúng rồi." in check({1})
    assert "Chưa chọn câu nào." in check(set())
    assert "Đúng rồi." not in check(None)


def test_a_signed_in_readers_forms_post_with_a_token():
    html = drawn([block for block in BLOCKS if block["kind"] == "check"])
    own = drawing.owned(html, hidden={"khoa": "an-toan"}, token="bí mật", post=True)
    assert own.count('<form method="post" action="/tra-loi/" data-outbox="/tra-loi/"') == 2
    assert own.count('name="csrfmiddlewaretoken" value="bí mật"') == 2
    assert drawing.OWN not in own
    anyone = drawing.owned(html, hidden={"khoa": '"><b>'})
    assert "post" not in anyone
    assert "<b>" not in anyone


def test_words_alone_tell_the_picture_the_table_and_the_question():
    words = telling.text_of(clean(BLOCKS).blocks)
    assert "1. Nghe, nhưng không làm theo" in words
    assert "Hình: Điện thoại đang reo, người gọi là số lạ" in words
    assert "Dấu hiệu: Hỏi mã; Thật: Không bao giờ; Giả: Luôn hỏi" in words
    assert "B. Tắt máy, rồi tự gọi ngân hàng" in words
    assert "**" not in words


# ---- Drawings


SHAPE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'


def test_a_plain_drawing_comes_through():
    made = clean_svg(
        SHAPE.format('<circle cx="5" cy="5" r="4" class="hv-d-red"/><text x="1" y="2">Tắt</text>').encode()
    )
    assert (
        made
        == '<svg viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" class="hv-d-red"/><text x="1" y="2">Tắt</text></svg>'
    )


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "bad",
    [
        SHAPE.format("<script>alert(1)</script>"),
        SHAPE.format("<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'>x</b></foreignObject>"),
        SHAPE.format('<rect width="1" height="1" onload="alert(1)"/>'),
        SHAPE.format('<a href="https://xau.example"><rect width="1" height="1"/></a>'),
        SHAPE.format('<use href="#x"/>'),
        SHAPE.format('<image href="https://xau.example/a.png"/>'),
        SHAPE.format('<rect width="1" height="1" style="background:url(https://xau.example)"/>'),
        SHAPE.format('<rect width="1" height="1" fill="url(https://xau.example#a)"/>'),
        SHAPE.format('<rect width="1" height="1" fill="url( #a )"/>'),
        SHAPE.format("<style>*{}</style>"),
        SHAPE.format('<animate attributeName="x"/>'),
        SHAPE.format('<set attributeName="href" to="javascript:alert(1)"/>'),
        SHAPE.format('<path xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)"/>'),
        f"{BOMB}{SHAPE.format('<text>&b;</text>')}",
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SHAPE.format(""),
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
        "<svg viewBox='0 0 1 1'><rect/></svg>",
        "không phải svg",
        "",
    ],
)
def test_a_drawing_that_could_act_or_reach_out_is_refused(bad):
    with pytest.raises(Refused):
        clean_svg(bad.encode())


@given(st.text(max_size=60), st.sampled_from(["class", "d", "fill", "id", "onload", "href", "style", "x"]))
def test_no_attribute_of_a_drawing_breaks_out(value, name):
    from xml.sax.saxutils import quoteattr

    try:
        made = clean_svg(SHAPE.format(f"<path {name}={quoteattr(value)}/>").encode())
    except Refused:
        return
    page = Tags(str(made))
    assert [tag for tag, _ in page.tags] == ["svg", "path"]
    assert set(page.tags[1][1]) <= {"class", "d", "fill", "id", "x"}
