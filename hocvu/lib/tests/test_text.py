"""Vietnamese text sorts, folds and composes as a reader expects."""

import doctest
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import text

LETTERS = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậ 0123456789", max_size=20)


def test_it_keeps_its_examples():
    assert doctest.testmod(text).failed == 0


@given(LETTERS)
def test_it_folds_composed_and_decomposed_text_alike(words):
    assert text.fold(unicodedata.normalize("NFD", words)) == text.fold(words)


@given(LETTERS, LETTERS)
def test_it_sorts_by_letter_before_tone(first, second):
    bare = [
        text.nfc("".join(c for c in unicodedata.normalize("NFD", w) if c not in "\u0300\u0301\u0303\u0309\u0323"))
        for w in (first, second)
    ]
    if bare[0] == bare[1]:
        assert text.sort_key(first).split("!")[0] == text.sort_key(second).split("!")[0]


def test_it_keeps_no_sign_that_a_database_refuses():
    assert text.nfc("Cụ\x00 Mão") == "Cụ Mão"


def test_it_puts_number_ten_after_number_two():
    assert sorted(["Tổ 10", "Tổ 9", "Tổ 2"], key=text.sort_key) == ["Tổ 2", "Tổ 9", "Tổ 10"]
