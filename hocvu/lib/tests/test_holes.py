"""Pages that many get alike but for a few words: each reader's copy is whole, in both encodings, and only theirs."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib.holes import cut, hole

WORDS = st.text(max_size=300)
PLAIN = st.text(max_size=400)


@given(pieces=st.lists(PLAIN, min_size=1, max_size=5), words=st.lists(WORDS, min_size=4, max_size=4))
def test_a_filled_page_unpacks_to_what_it_says_plainly(pieces: list[str], words: list[str]) -> None:
    names = ["name", "token", "owner", "key"]
    drawn = pieces[0] + "".join(hole(names[n]) + piece for n, piece in enumerate(pieces[1:]))
    told = pieces[0] + "".join(words[n] + piece for n, piece in enumerate(pieces[1:]))
    own = dict(zip(names, words, strict=True))
    kept = cut(drawn.encode())
    assert kept.plain(own) == told.encode()
    assert gzip.decompress(kept.gzipped(own)) == told.encode()


def test_one_reader_gets_nothing_of_another() -> None:
    kept = cut(f"<p>{hole('name')}</p><p>{hole('token')}</p>".encode())
    lan = kept.gzipped({"name": "Lan", "token": "a" * 64})
    hoa = kept.gzipped({"name": "Hoa", "token": "b" * 64})
    assert b"Lan" not in gzip.decompress(hoa)
    assert len(lan) == len(hoa), "words are stored as they are: the length tells nothing of them"


def test_a_page_without_a_readers_word_is_not_filled() -> None:
    with pytest.raises(KeyError):
        cut(f"<p>{hole('name')}</p>".encode()).plain({})


def test_nobody_can_write_a_hole_into_a_page() -> None:
    assert cut(b"<p>hole-0000000000000000-token-</p>").names == ()
