"""A question's content comes in any shape and stays in one, or is refused with a place and a sentence."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment.questions import kinds
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.tests.cast_kinds import CONTENTS, PHONE, RAW, contents

KINDS = tuple(kinds.KINDS)
NAMES = ("ask", "why", "choices", "steps", "pairs", "others", "answers", "forgive", "right", "left", "id", "text", "picture",
         "name", "alt", "audio", "start", "screens", "ends", "most", "buttons", "fields", "when", "else", "to", "lines", "holds")  # fmt: skip
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50) | st.floats(allow_nan=False) | st.text(max_size=12) | st.sampled_from(("a", "b", " x ", "e\u0301")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.booleans() | st.text(max_size=3), inner, max_size=6),
    max_leaves=24,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_a_sound_question_and_leaves_it_alone_from_then_on(kind: str) -> None:
    first = clean(kind, RAW[kind])
    assert first.faults == []
    assert clean(kind, first.content) == first


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_it_changes_nothing_the_second_time_whatever_came(kind: str, data: st.DataObject) -> None:
    raw = data.draw(JUNK)
    if isinstance(raw, dict) and data.draw(st.booleans()):
        raw = copy.deepcopy(RAW[kind]) | raw
    once = clean(kind, raw)
    twice = clean(kind, once.content)
    assert twice.content == once.content
    assert once.faults or not twice.faults


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_it_keeps_what_is_sound(kind: str, data: st.DataObject) -> None:
    content = data.draw(contents(kind))
    assert clean(kind, content) == clean(kind, clean(kind, content).content)
    assert clean(kind, content).content == content


def test_it_gives_letters_and_composes_and_trims() -> None:
    raw = {
        "ask": "  Ho\u0309i \r\n\r\n\r\n\r\n **gì** ",
        "why": "vì",
        "audio": "",
        "picture": {"name": "", "alt": ""},
        "choices": [{"id": "b", "text": "x  y", "right": "on"}, {"text": 1022}, {}, None],
    }
    cleaned = clean("single", raw)
    assert cleaned.faults == []
    assert cleaned.content == {
        "ask": "Hỏi\n\n**gì**",
        "why": "vì",
        "choices": [{"id": "b", "text": "x y", "right": True}, {"id": "a", "text": "1022", "right": False}],
    }
    assert "forgive" not in clean("fill", RAW["fill"] | {"forgive": {"tones": True}}).content
    assert clean("fill", RAW["fill"] | {"forgive": {"typos": False}}).content["forgive"] == {
        "tones": True,
        "typos": False,
    }


def choices(*rows: tuple[str, bool]) -> dict[str, Any]:
    return {"choices": [{"text": text, "right": right} for text, right in rows]}


@pytest.mark.parametrize(
    ("kind", "change", "place"),
    [
        ("single", choices(("x", True), ("y", True)), "choices"),
        ("single", choices(("x", False), ("y", False)), "choices"),
        ("single", choices(("x", True),), "choices"),
        ("single", choices(("x", True), ("X ", False)), "choices.1.text"),
        ("single", choices(("x", True), ("", False)), "choices.1.text"),
        ("single", {"choices": [{"id": "a", "text": "x", "right": True}, {"id": "a", "text": "y"}]}, "choices.1.id"),
        ("single", {"choices": [{"id": "Ồ", "text": "x", "right": True}, {"text": "y"}]}, "choices.0.id"),
        ("single", {"choices": [{"text": "x", "right": "maybe"}, {"text": "y", "right": True}]}, "choices.0.right"),
        ("single", {"choices": [{"text": "x", "right": True, "wrong": 1}, {"text": "y"}]}, "choices.0.wrong"),
        ("single", {"choices": "x"}, "choices"),
        ("single", {"ask": ""}, "ask"),
        ("single", {"ask": "Xem [đây](https://x.vn)"}, "ask"),
        ("single", {"ask": "x" * 1201}, "ask"),
        ("single", {"why": None}, "why"),
        ("single", {"hint": "x"}, "hint"),
        ("single", {"picture": {"name": "../x.svg", "alt": ""}}, "picture"),
        ("single", {"picture": "x.svg"}, "picture"),
        ("single", {"audio": "Giọng.mp3"}, "audio"),
        ("multiple", choices(("x", True), ("y", False)), "choices"),
        ("multiple", choices(("x", True), ("y", True)), "choices"),
        ("true_false", {"right": None}, "right"),
        ("true_false", {"right": "đôi khi"}, "right"),
        ("order", {"steps": [{"text": "x"}, {"text": "y"}]}, "steps"),
        ("order", {"steps": [{"text": "x"}, {"text": "y"}, {"text": "x"}]}, "steps.2.text"),
        ("order", {"steps": [{"text": str(n)} for n in range(7)]}, "steps"),
        ("match", {"pairs": [{"left": "x", "right": "1"}, {"left": "x", "right": "2"}]}, "pairs.1.left"),
        ("match", {"pairs": [{"left": "x", "right": "1"}, {"left": "y", "right": "1"}]}, "pairs.1.right"),
        ("match", {"others": ["114"]}, "others.0"),
        ("fill", {"answers": []}, "answers"),
        ("fill", {"answers": ["mật khẩu", "Mat  khau"]}, "answers.1"),
        ("fill", {"answers": ["…"]}, "answers.0"),
        ("fill", {"answers": [True]}, "answers.0"),
        ("fill", {"forgive": {"case": True}}, "forgive"),
        ("fill", {"forgive": {"tones": "hơi"}}, "forgive.tones"),
    ],
)  # fmt: skip
def test_it_refuses_what_no_one_could_answer(kind: str, change: dict[str, Any], place: str) -> None:
    found = clean(kind, RAW[kind] | change)
    assert place in [fault.place for fault in found.faults], found.faults
    assert all(fault.words.endswith(".") for fault in found.faults)


def test_marks_part_words_where_they_are_not_forgiven() -> None:
    raw = RAW["fill"] | {"answers": ["má", "ma"], "forgive": {"tones": False}}
    assert clean("fill", raw).faults == []


def phone(**change: Any) -> dict[str, Any]:
    """The phone with places changed: ends_mat_right=True sets ends → mat → right."""
    raw = copy.deepcopy(PHONE)
    for path, value in change.items():
        *way, last = path.split("__")
        at: Any = raw
        for name in way:
            at = at[int(name)] if isinstance(at, list) else at[name.replace("ngan", "ngan-hang")]
        if value is None:
            del at[last]
        else:
            at[int(last) if isinstance(at, list) else last] = value
    return raw


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (phone(start="khong"), "start"),
        (phone(start=None), "start"),
        (phone(screens=None), "screens"),
        (phone(screens__tin__buttons=[]), "screens.tin.buttons"),
        (phone(screens__tin__title=""), "screens.tin.title"),
        (phone(screens__tin__buttons__0__to="dau"), "screens.tin.buttons.0.to"),
        (phone(screens__tin__buttons__0__id="goi"), "screens.tin.buttons.1.id"),
        (phone(screens__tin__buttons__0__id=False), "screens.tin.buttons.0.id"),
        (phone(screens__tin__buttons__0__text="Gọi vào số con vẫn dùng"), "screens.tin.buttons.1.text"),
        (phone(screens__tin__buttons__0__else="hoi"), "screens.tin.buttons.0.else"),
        (phone(screens__tin__buttons__0__go="hoi"), "screens.tin.buttons.0.go"),
        (phone(screens__tin__lines=[True]), "screens.tin.lines.0"),
        (phone(screens__ngan__buttons__0__when={"ma": ["1"]}), "screens.ngan-hang.buttons.0.when.ma"),
        (phone(screens__ngan__buttons__0__when={"tien": []}), "screens.ngan-hang.buttons.0.when.tien"),
        (phone(screens__ngan__buttons__0__when={"tien": ["đ"]}), "screens.ngan-hang.buttons.0.when.tien"),
        (phone(screens__ngan__fields__0__holds="date"), "screens.ngan-hang.fields.0.holds"),
        (phone(screens__xa={"app": "x", "title": "y", "buttons": [{"id": "a", "text": "a", "to": "yen"}]}), "screens.xa"),
        (phone(ends__la={"right": False, "words": "x"}), "ends.la"),
        (phone(ends__tin={"right": False, "words": "x"}), "ends.tin"),
        (phone(ends__mat__right=True), "ends"),
        (phone(ends__yen__right=False), "ends"),
        (phone(ends__yen__words=""), "ends.yen.words"),
        (phone(most=1), "most"),
        (phone(most=1000), "most"),
    ],
)  # fmt: skip
def test_it_refuses_a_phone_that_leads_nowhere(raw: dict[str, Any], place: str) -> None:
    assert place in [fault.place for fault in clean("screens", raw).faults]


def test_it_lets_a_phone_go_in_circles() -> None:
    around = {"app": "x", "title": "y", "buttons": [{"id": "a", "text": "Lại", "to": "vong"}]}
    raw = phone(screens__vong=around, screens__hoi__buttons=[*PHONE["screens"]["hoi"]["buttons"], {"id": "v", "text": "Vòng", "to": "vong"}])  # fmt: skip
    assert clean("screens", raw).faults == []


def test_a_place_where_only_else_leads_is_reached() -> None:
    raw = phone(screens__ngan__buttons__0__else="nham", ends__nham={"right": False, "words": "Gõ nhầm số tiền."})
    assert clean("screens", raw).faults == []


def test_it_names_every_file() -> None:
    picture = {"name": "x.svg", "alt": "Một chiếc máy"}
    raw = copy.deepcopy(RAW["single"]) | {"picture": picture, "audio": "hoi.mp3"}
    raw["choices"][1]["picture"] = picture
    content = clean("single", raw).content
    assert list(kinds.media_names("single", content)) == [
        ("picture", "x.svg", "picture"),
        ("audio", "hoi.mp3", "audio"),
        ("choices.1.picture", "x.svg", "picture"),
    ]
    assert list(kinds.media_names("fill", CONTENTS["fill"])) == []
