"""Sealed values open at their own place only, and are found without being opened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib.crypto import BrokenSeal, Keyring, new_key, read_keyring

OLD, NEW, INDEX = new_key(), new_key(), new_key()
RING = read_keyring(f"k001:{OLD}", INDEX)


@given(value=st.text(max_size=40), place=st.text(max_size=40))
def test_it_opens_what_it_sealed_and_never_twice_the_same(value: str, place: str) -> None:
    sealed = RING.seal(value, place)
    assert RING.open(sealed, place) == value
    assert RING.seal(value, place) != sealed
    assert len(value) < 6 or value.encode() not in sealed


def test_a_value_copied_to_another_row_does_not_open() -> None:
    sealed = RING.seal("031058000123", "ward.person.number:lan")
    with pytest.raises(BrokenSeal):
        RING.open(sealed, "ward.person.number:minh")
    with pytest.raises(BrokenSeal):
        RING.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "ward.person.number:lan")
    with pytest.raises(BrokenSeal):
        RING.open(b"", "ward.person.number:lan")


def test_old_values_stay_readable_after_a_new_key_and_not_without_the_old() -> None:
    sealed = RING.seal("031058000123", "x")
    both = read_keyring(f"k001:{OLD} k002:{NEW}", INDEX)
    assert both.open(sealed, "x") == "031058000123"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal("1", "x"))
    assert both.index_of("a") == RING.index_of("a")
    with pytest.raises(BrokenSeal):
        read_keyring(f"k002:{NEW}", INDEX).open(sealed, "x")


@pytest.mark.parametrize(
    ("written", "index", "reason"),
    [
        ("", INDEX, "no key to seal"),
        ("khoa:ngắn", INDEX, "32 bytes"),
        (f"k:{OLD}", INDEX, "4 letters or digits"),
        (f"k001:{OLD} k001:{NEW}", INDEX, "stands twice"),
        (f"k001:{OLD}", OLD, "must differ"),
        (f"k001:{OLD}", "", "index must be 32 bytes"),
    ],
)
def test_it_refuses_unsound_keys_without_telling_them(written: str, index: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        read_keyring(written, index)
    assert OLD not in str(refused.value)


def test_the_index_tells_nothing_without_its_key() -> None:
    other = Keyring(RING.keys, RING.current, b"x" * 32)
    assert RING.index_of("031058000123") != other.index_of("031058000123")
