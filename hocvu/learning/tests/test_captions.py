"""Captions: whatever form they come in, one form goes out, and nothing is lost in silence."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.learning.media.captions import Caption, as_typed, as_vtt, read, read_file, spread
from hocvu.lib.uploads import Refused

WORDS = st.text("aăđêợ ,.!?019", min_size=1, max_size=40).map(lambda t: f"x{' '.join(t.split())}")


@st.composite
def captions(draw: st.DrawFn) -> list[Caption]:
    moments = sorted(draw(st.sets(st.integers(0, 700_000), min_size=2, max_size=12)))
    return [Caption(start / 100, end / 100, draw(WORDS)) for start, end in pairwise(moments)]


@given(captions())
def test_what_is_written_is_read_again(made: list[Caption]) -> None:
    assert read(as_vtt(made)) == made
    assert read_file(as_vtt(made).encode()) == made
    assert read(as_typed(made)) == made


@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from(["WEBVTT", "", "00:01 --> 00:02 a", "NOTE x", "-->", "1", "chữ"])).map("\n".join)
)
def test_any_text_is_read_or_refused_in_a_sentence(words: str) -> None:
    try:
        found = read(words)
    except Refused as refused:
        assert (str(refused)[0].isupper() and str(refused).endswith((".", "hình", "chữ"))) or "Dòng" in str(refused)
    else:
        assert found and all(one.end > one.start for one in found)
        assert "-->" not in "".join(one.text for one in found)
        assert read(as_vtt(found)) == found


@given(st.text("abc đê.,!?\n", min_size=1, max_size=600), st.floats(1, 1200))
def test_a_transcript_is_spread_over_the_whole_length_in_its_order(transcript: str, seconds: float) -> None:
    made = spread(transcript, seconds)
    if not transcript.split():
        assert made == []
        return
    assert made[0].start == 0 and abs(made[-1].end - seconds) < 0.02
    assert all(one.end <= other.start + 0.001 for one, other in pairwise(made))
    assert " ".join(one.text for one in made).split() == transcript.split()
    assert all(len(one.text) <= 84 or " " not in one.text for one in made)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("00:03 --> 00:01 a", "lúc hết phải sau"),
        ("00:03 --> 00:04 a\n00:01 --> 00:02 b", "thứ tự"),
        ("00:99 --> 01:99 a", "nhỏ hơn 60"),
        ("xin chào bà con", "chưa có mốc giờ"),
        ("00:01 -> a", "chưa có mốc giờ"),
        ("", "Chưa có dòng phụ đề nào"),
        ("10:00 --> 10:05 a", "video chỉ dài"),
    ],
)
def test_it_says_which_line_cannot_be_read(words: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read(words, seconds=60)


def test_styles_and_places_go_and_words_stay() -> None:
    file = (
        "WEBVTT - bài một\n\nSTYLE\n::cue { color: red }\n\nNOTE xem lại --> câu này\n\nhai\n"
        "00:01.000 --> 00:04.000 line:0 align:left\n<v Lan>Bấm <b>nút</b> &amp; chờ\n- Vâng ạ\n"
    )
    assert read(file) == [Caption(1.0, 4.0, "Bấm nút & chờ - Vâng ạ")]
    assert "Bấm nút &amp; chờ" in as_vtt(read(file))
    with pytest.raises(Refused, match="UTF-8"):
        read_file(b"\xff\xfe\x00")
