"""Addresses as registers write them: in which alley a door is, and what follows what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.outreach import alleys

CASES = [
    ("Số 12 ngõ 3 Đằng Lâm", "Ngõ 3 Đằng Lâm", "12"),
    ("SN 12A, Ngõ 3 Đằng Lâm, TDP số 7, phường Hải An", "Ngõ 3 Đằng Lâm", "12A"),
    ("12/45 Lê Lợi", "Ngõ 45 Lê Lợi", "12"),
    ("Số nhà 5/12/45 Trần Phú", "Ngõ 12/45 Trần Phú", "5"),
    ("12/45 ngõ 45 Lê Lợi", "Ngõ 45 Lê Lợi", "12/45"),
    ("ngách 5/2", "Ngách 5/2", ""),
    ("Số 7 ngách 5/2 Lê Lợi", "Ngách 5/2 Lê Lợi", "7"),
    ("hẻm 3 Cát Bi", "Hẻm 3 Cát Bi", ""),
    ("Nhà không số ngõ 3", "Ngõ 3", ""),
    ("P302 nhà A2 Vạn Mỹ", "Nhà A2 Vạn Mỹ", "302"),
    ("12-14 Lê Lợi", "Lê Lợi", "12-14"),
    ("12 bis Lê Lợi", "Lê Lợi", "12bis"),
    ("12 Ô Chợ", "Ô Chợ", "12"),
    ("12 Y Lan", "Y Lan", "12"),
    ("Số 5", "", "5"),
    ("Tổ 4, Đằng Lâm", "Tổ 4, Đằng Lâm", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("address", "alley", "number"), CASES)
def test_it_reads_where_a_door_is(address, alley, number):
    door = alleys.read(address)
    assert (door.alley, door.number) == (alley, number)


def test_it_puts_doors_in_the_order_of_walking():
    wanted = ["Số 2 ngõ 3", "số 12 Ngõ 3", "Số 12A ngõ 3", "Ngõ 3", "Số 1 ngõ 20", "Số 1", ""]
    mixed = wanted[::-1]
    assert sorted(mixed, key=lambda one: alleys.read(one).key) == wanted


def test_it_takes_one_alley_typed_in_two_ways_for_one():
    assert alleys.read("Số 1, ngõ 3 - Đằng Lâm").group == alleys.read("2 Ngõ  3 Đằng Lâm, phường Hải An").group
    assert alleys.read("1 ngõ 3 Lê Lợi").group != alleys.read("1 ngõ 3 Lê Lai").group
    assert alleys.read("").words == "Chưa ghi ngõ"


@given(st.text(max_size=400))
def test_it_answers_any_text(text):
    door = alleys.read(text)
    assert door == alleys.read(text)
    assert door.key <= alleys.read("").key or not door.group


@given(st.lists(st.text(alphabet="số nhàngõ123/-,.AaĐđ²٣", max_size=30), max_size=8))
def test_it_orders_any_addresses_in_one_way(addresses):
    keys = [alleys.read(one).key for one in addresses]
    assert all(one < other or one == other or one > other for one in keys for other in keys)


@given(st.integers(1, 999), st.integers(1, 99), st.sampled_from(["ngõ", "ngách", "hẻm", "kiệt"]))
def test_it_finds_the_number_and_the_alley_that_were_written(number, alley, word):
    door = alleys.read(f"Số {number} {word} {alley} Đằng Lâm")
    assert (door.number, door.alley) == (str(number), f"{word.capitalize()} {alley} Đằng Lâm")
