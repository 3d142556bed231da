"""Money is read to the đồng, or refused with a sentence; never rounded, never guessed."""

import doctest
import unicodedata
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import money
from hocvu.lib.forms import Form, MoneyField
from hocvu.lib.money import LARGEST, NotMoney, money_words, read_money

AMOUNTS = st.integers(0, LARGEST)


def test_it_keeps_its_examples():
    assert doctest.testmod(money).failed == 0


@given(AMOUNTS)
def test_what_it_says_it_reads_again(amount):
    assert read_money(money_words(amount)) == amount
    assert read_money(str(amount)) == amount
    assert read_money(money_words(amount).replace(".", " ")) == amount
    assert read_money(money_words(amount).replace(".", "\u00a0")) == amount


@given(AMOUNTS)
def test_it_reads_composed_and_decomposed_text_alike(amount):
    assert read_money(unicodedata.normalize("NFD", money_words(amount))) == amount


@given(st.integers(0, 99_999), st.integers(0, 99), st.sampled_from([("nghìn", 3), ("triệu", 6), ("tỷ", 9), ("tỉ", 9)]))
def test_a_decimal_of_a_large_unit_is_exact(whole, hundredths, unit):
    name, zeros = unit
    expected = whole * 10**zeros + hundredths * 10 ** (zeros - 2)
    for mark in ",.":
        assert read_money(f"{whole}{mark}{hundredths:02d} {name}") == expected
        assert read_money(f"{whole}{mark}{hundredths:02d}{name} đồng") == expected


@given(st.text(alphabet="0123456789., -+đtriệunghìỷ", max_size=24))
def test_it_answers_whole_đồng_or_refuses_in_a_sentence(text):
    try:
        amount = read_money(text)
    except NotMoney as refused:
        assert refused.sentence.endswith(".")
    else:
        assert isinstance(amount, int)
        assert 0 <= amount <= LARGEST


@given(st.integers(0, 10**6), st.text(alphabet="0123456789", min_size=7, max_size=12).filter(lambda d: d.strip("0")))
def test_a_part_of_a_đồng_is_never_rounded_away(whole, decimals):
    """Decimals of a million finer than a đồng are refused unless they are zeros."""
    with localcontext() as exact:
        exact.prec = 60
        value = Decimal(f"{whole}.{decimals}") * 10**6
    if value == int(value):
        assert read_money(f"{whole},{decimals} triệu") == int(value)
    else:
        with pytest.raises(NotMoney, match="một đồng"):
            read_money(f"{whole},{decimals} triệu")


@pytest.mark.parametrize(
    "text",
    ["", "abc", "-5", "− 5", "1,125 tỷ", "1.125 tỷ", "12,500", "0,5", "12.5", "1.2.3", "12.50.000", "1,204.5", "1e9",
     "5 trăm", "100.001 tỷ 5", "١٢", "9" * 41, "100000000000001", "0.500.000"],
)  # fmt: skip
def test_it_refuses(text):
    with pytest.raises(NotMoney):
        read_money(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,2 tỷ", 1_200_000_000), ("0,125 tỷ", 125_000_000), ("1.204,5 triệu", 1_204_500_000), ("12,500,000", 12_500_000),
     ("350 NGÀN", 350_000), ("12.500.000 VNĐ", 12_500_000), ("500 đ", 500), ("+7", 7), ("12.500", 12_500)],
)  # fmt: skip
def test_it_reads(text, amount):
    assert read_money(text) == amount


class Purse(Form):
    amount = MoneyField(label="Số tiền")


def test_a_field_says_what_is_wrong_and_keeps_what_was_typed():
    form = Purse({"amount": "1,125 tỷ"})
    assert not form.is_valid()
    assert "hiểu hai cách" in form.errors["amount"][0]
    assert "1,125 tỷ" in form.as_p()
    assert Purse({"amount": ""}).errors["amount"] == ["Hãy nhập số tiền."]
    assert Purse({"amount": "12,5 triệu"}).errors == {}
    assert "12.500.000" in Purse(initial={"amount": 12_500_000}).as_p()
