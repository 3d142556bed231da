"""A question as its template shows it: to be answered, as it was answered, on paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment.questions import drawing, kinds, marking, screens
from hocvu.assessment.questions.drawing import shown
from hocvu.assessment.tests.cast_kinds import CONTENTS, contents
from hocvu.lib.blocks.drawing import File, Shown

KINDS = tuple(kinds.KINDS)
MEDIA = {
    "may.svg": Shown("picture", drawing='<svg viewBox="0 0 9 9"><clipPath id="c"></clipPath><path d="M0 0"/></svg>'),
    "hoi.mp3": Shown("audio", File("/cau-hoi/tep/1/", 9000, "audio/mpeg")),
}


def html(asked: drawing.Shown) -> str:
    return render_to_string("assessment/parts/question.html", {"shown": asked})


def names(drawn: str, tag: str = "input|select|button") -> list[str]:
    return re.findall(rf'<(?:{tag})[^>]* name="([^"]+)"', drawn)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("manner", [{}, {"reveal": True}, {"printed": True}])
def test_every_kind_is_drawn_and_escapes_what_it_says(kind: str, manner: dict[str, Any]) -> None:
    content = CONTENTS[kind] | {"ask": "Ấn <b> & **đọc**\nrồi chọn", "why": "Vì <i>.\n\nHai đoạn."}
    said = marking.right(kind, content) if manner else None
    drawn = html(shown((kind, content), seed="s", said=said, **manner))
    assert "Ấn &lt;b&gt; &amp; <strong>đọc</strong><br>rồi chọn" in drawn
    assert ("Vì &lt;i&gt;." in drawn) == ("reveal" in manner)
    assert drawn.count("<p>Hai đoạn.</p>") == ("reveal" in manner)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_nothing_that_asks_tells_what_is_right(kind: str, data: st.DataObject) -> None:
    content = data.draw(contents(kind))
    for manner in ({}, {"printed": True}):
        asked = shown((kind, content), seed="s", **manner)
        assert (asked.right, asked.right_words, asked.why) == (None, "", ())
        assert not any(row.tone or row.chosen for row in asked.rows)
    if kind in ("single", "multiple", "true_false"):
        turned = content | ({"right": not content["right"]} if kind == "true_false" else {"choices": [c | {"right": not c["right"]} for c in content["choices"]]})  # fmt: skip
        assert html(shown((kind, turned), seed="s")) == html(shown((kind, content), seed="s"))


@pytest.mark.parametrize("kind", ["single", "multiple", "order", "match"])
@given(data=st.data())
def test_the_seed_alone_shuffles(kind: str, data: st.DataObject) -> None:
    content, seed = data.draw(contents(kind)), data.draw(st.text(max_size=8))
    first, second = (shown((kind, content), seed=seed) for _ in range(2))
    assert first == second
    entries = content["choices" if "choices" in content else "steps" if kind == "order" else "pairs"]
    signs = [marking.sign(content, entry["id"]) for entry in entries]
    assert sorted(row.value for row in first.rows) == sorted(signs)
    if kind == "order":
        assert [row.value for row in first.rows] != signs
    orders = {tuple(row.value for row in shown((kind, content), seed=str(n)).rows) for n in range(12)}
    assert len(orders) > 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "screens"])
def test_a_form_sends_what_marking_reads_and_keeps_what_was_said(kind: str) -> None:
    content = CONTENTS[kind]
    fields = set(names(html(shown((kind, content), seed="s"))))
    of = {"order": ("place.", "abcd"), "match": ("pair.", "ab")}.get(kind)
    wanted = {of[0] + marking.sign(content, i) for i in of[1]} if of else {"answer"}
    assert fields == wanted
    right = marking.right(kind, content)
    drawn = html(shown((kind, content), seed="s", said=right))
    match kind:
        case "order" | "match":
            assert drawn.count(" selected") == len(wanted)
        case "fill":
            assert 'value="mật khẩu"' in drawn
        case _:
            assert drawn.count(" checked") == (2 if kind == "multiple" else 1)


@pytest.mark.parametrize("kind", ["single", "multiple", "order", "match"])
def test_the_source_of_a_page_says_nothing_of_the_order_in_which_it_was_written(kind: str) -> None:
    """Steps are written in their right order, and a right choice often first: an id would give them away."""
    content = CONTENTS[kind]
    drawn = html(shown((kind, content), seed="s"))
    ids = {one["id"] for one in content.get("choices", content.get("steps", content.get("pairs")))}
    given_away = {f'value="{id}"' for id in ids} | {f'name="{of}{id}"' for of in ("place.", "pair.") for id in ids}
    assert not [one for one in given_away if one in drawn]
    assert not [id for id in ids if f'id="cau-{id}"' in drawn or f'for="cau-{id}"' in drawn]


def test_a_form_that_lacks_something_keeps_what_it_had_and_says_what() -> None:
    asked = shown(("order", CONTENTS["order"]), seed="s", post=QueryDict("place.a=2&place.b=2"))
    drawn = html(asked)
    assert "Còn bước chưa có số thứ tự" in drawn
    assert drawn.count("selected") == 2
    assert 'aria-describedby="cau-viec cau-loi"' in drawn
    fill = html(shown(("fill", CONTENTS["fill"]), seed="s", post=QueryDict("answer=%3F%22%3C")))
    assert 'value="?&quot;&lt;"' in fill and 'aria-invalid="true"' in fill
    assert (
        html(shown(("multiple", CONTENTS["multiple"]), seed="s", post=QueryDict("answer=a&answer=zz"))).count(
            " checked"
        )
        == 1
    )


def test_what_was_answered_is_shown_beside_what_is_right() -> None:
    wrong = html(shown(("single", CONTENTS["single"]), seed="s", said="b", reveal=True))
    assert "Chưa đúng" in wrong and "Đã chọn, chưa đúng" in wrong and "Phương án đúng" in wrong
    assert not names(wrong)
    assert "Không trả lời" in html(shown(("fill", CONTENTS["fill"]), seed="s", reveal=True))
    right = html(shown(("match", CONTENTS["match"]), seed="s", said={"a": "114", "b": "115"}, reveal=True))
    assert "Cháy → 114; Cấp cứu → 115" in right and "Đáp án đúng" not in right


def test_pictures_and_sounds_stand_by_what_they_belong_to() -> None:
    content = CONTENTS["single"] | {"picture": {"name": "may.svg", "alt": "Máy <x>"}, "audio": "hoi.mp3"}
    content["choices"] = [
        {**c, "picture": {"name": "may.svg", "alt": ""}, "audio": "hoi.mp3"} for c in content["choices"]
    ]
    drawn = html(shown(("single", content), seed="s", media=MEDIA, id="cau-3"))
    assert drawn.count("<svg") - drawn.count("hv-icon") == 4
    assert 'aria-label="Máy &lt;x&gt;"' in drawn
    ids = re.findall(r'id="([^"]+)"', drawn)
    assert len(ids) == len(set(ids)) and all(one.startswith("cau-3") for one in ids)
    assert drawn.count('<audio class="hv-asked__sound" controls preload="none"') == 4
    assert 'aria-label="Nghe phương án: Công an"' in drawn
    assert "<audio" not in html(shown(("single", content), seed="s", media=MEDIA, printed=True))
    assert "<svg" in html(shown(("single", content), seed="s", media=MEDIA, printed=True))
    assert "<audio" not in html(
        shown(("single", content), seed="s", media={})
    )  # a file that is gone takes no words along


def test_a_phone_shows_where_one_is_and_carries_the_path() -> None:
    content = CONTENTS["screens"]
    carried = screens.Signed(content, "luot-1")
    at = carried.at({"path": carried.seal([{"button": "mo"}]), "step": "chuyen", "field.tien": "5"})
    asked = shown(("screens", content), seed="s", standing=at, key="luot-1")
    drawn = html(asked)
    assert asked.has_own_buttons and asked.phone and asked.phone.stayed
    assert "Vẫn ở màn hình này" in drawn and 'value="5"' in drawn and 'inputmode="numeric"' in drawn
    assert carried.open(re.findall(r'name="path" value="([^"]+)"', drawn)[0]) == list(at.path)
    assert names(drawn, "button") == ["step", "step"]
    ended = shown(
        ("screens", content), seed="s", standing=screens.walk(content, screens.right_way(content)), key="luot-1"
    )
    assert not ended.has_own_buttons
    assert "Không mất tiền" in html(ended)


def test_paper_has_letters_and_boxes() -> None:
    drawn = html(shown(("match", CONTENTS["match"]), seed="s", printed=True))
    assert drawn.count("hv-paper__box") == 2
    assert re.findall(r"<b>(\w)\.</b>", drawn) == ["1", "2", "A", "B", "C"]
    assert re.findall(r"<b>(\w)\.</b>", html(shown(("single", CONTENTS["single"]), seed="s", printed=True))) == [
        "A",
        "B",
        "C",
    ]
    assert "không in ra giấy" in html(shown(("screens", CONTENTS["screens"]), seed="s", printed=True))
