"""What people write in their lists, as values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib.sheets import Cell
from hocvu.ward.importing import cells
from hocvu.ward.importing.cells import Birth, Places

TODAY = date(2026, 11, 26)
DAYS = st.dates(date(1900, 1, 1), TODAY)


@given(day=DAYS, form=st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d / %m / %Y", "%d%m%Y"]))
def test_a_day_reads_the_same_however_it_is_written(day: date, form: str) -> None:
    assert cells.birth(day.strftime(form), TODAY) == (Birth(day, day.year), [])
    assert cells.birth(day, TODAY) == (Birth(day, day.year), [])


@given(day=st.dates(date(1906, 1, 1), TODAY))
def test_excels_serial_number_is_a_day(day: date) -> None:
    serial = float((day - date(1899, 12, 30)).days)
    assert cells.birth(serial, TODAY)[0].day == day


@pytest.mark.parametrize(
    ("written", "year", "kinds"),
    [
        (1958.0, 1958, ["year_only"]),
        ("1958", 1958, ["year_only"]),
        ("NS 1958", 1958, ["year_only"]),
        ("03/1958", 1958, ["year_only"]),
        ("00/00/1958", 1958, ["year_only"]),
        ("ngày 5 tháng 3 năm 1958", 1958, []),
        ("5031958", 1958, []),
        (None, None, ["missing_birth"]),
        ("không rõ", None, ["missing_birth"]),
        ("31/02/1990", None, ["bad_date"]),
        ("12/31/1990", None, ["bad_date"]),
        ("05/03/58", None, ["bad_date"]),
        ("27/11/2026", None, ["bad_date"]),
        ("05/03/1858", None, ["bad_date"]),
        ("mười hai", None, ["bad_date"]),
    ],
)
def test_a_birth_as_lists_have_it(written: Cell, year: int | None, kinds: list[str]) -> None:
    born, noticed = cells.birth(written, TODAY)
    assert (born.year, noticed) == (year, kinds)


@given(digits=st.from_regex(r"0[0-9]{2}[0-9]{9}", fullmatch=True), gap=st.sampled_from(["", " ", ".", "-"]))
def test_a_number_survives_spaces_and_strokes_and_a_lost_zero(digits: str, gap: str) -> None:
    assert cells.number(gap.join([digits[:3], digits[3:6], digits[6:9], digits[9:]])) == (digits, [])
    if not digits.startswith("000"):
        assert cells.number(float(digits)) == (digits, ["id_padded"])


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("031234567", ["id_old_9"]),
        (31234567.0, ["id_old_9"]),
        ("03105800012", ["id_bad"]),
        ("01158000123", ["id_padded"]),
        ("1158000123", ["id_padded"]),
        ("3.1E+10", ["id_bad"]),
        ("0310580001234", ["id_bad"]),
        ("chưa có", []),
        ("chưa rõ số", ["id_bad"]),
        ("031O58000123", ["id_bad"]),
        ("", []),
        (None, []),
    ],
)
def test_a_number_that_is_none(written: Cell, kinds: list[str]) -> None:
    assert cells.number(written)[1] == kinds


def test_a_number_tells_century_sex_and_year() -> None:
    woman_1960 = "031160000456"
    assert not cells.disagrees(woman_1960, Birth(year=1960), "female")
    assert cells.disagrees(woman_1960, Birth(year=1961), "female")
    assert cells.disagrees(woman_1960, Birth(year=1960), "male")
    assert not cells.disagrees(woman_1960, Birth(), "")
    assert not cells.disagrees("031204000789", Birth(date(2004, 5, 1), 2004), "male")


@pytest.mark.parametrize(
    ("written", "phone", "kinds"),
    [
        ("0912 345 678", "0912345678", []),
        (912345678.0, "0912345678", ["phone_padded"]),
        ("+84 912 345 678", "0912345678", []),
        ("84912345678", "0912345678", []),
        ("0912.345.678 / 0987654321", "0912345678", []),
        ("02253 123 456", "02253123456", []),
        ("01234567890", "", ["phone_bad"]),
        ("không có", "", ["phone_bad"]),
        (None, "", []),
    ],
)
def test_a_phone(written: Cell, phone: str, kinds: list[str]) -> None:
    assert cells.phone(written) == (phone, kinds)


@pytest.mark.parametrize("written", ["Nam", "NAM", "nam giới", " Nam ", "Trai", "M"])
def test_a_man(written: str) -> None:
    assert cells.sex(written) == ("male", [])


@pytest.mark.parametrize("written", ["Nữ", "nu", "NỮ", "Nữ giới", "Gái", "F"])
def test_a_woman(written: str) -> None:
    assert cells.sex(written) == ("female", [])
    assert cells.sex(None, "", "x") == ("female", [])
    assert cells.sex("?") == ("", ["sex_unknown"])


@pytest.mark.parametrize(
    "written",
    ["TDP 5", "Tổ 5", "Tổ dân phố số 05", "tổ dân phố 5", "5", 5.0, "TDP số 5", "tdp5", "KDC 5",
     "Tô\u0309 dân phố số 5"],
)  # fmt: skip
def test_a_neighbourhood_by_whatever_people_call_it(written: Cell) -> None:
    places = Places([(71, "Tổ dân phố số 5", 5), (72, "Tổ dân phố số 15", 15), (73, "Thôn Đông", None)])
    assert places.find(written) == 71


def test_a_village_without_a_number_and_one_that_is_not_there() -> None:
    places = Places([(73, "Thôn Đông", None)])
    assert places.find("thôn đông") == places.find("Đông") == places.find("Xóm Đông") == 73
    assert places.find("Thôn Tây") is None
    assert places.find("TDP 9") is None


@pytest.mark.parametrize("written", ["Tổng cộng", "Tổng số: 12 người", "Cộng", "NGƯỜI LẬP BIỂU", "TM. UBND PHƯỜNG",
                                     "Hải An, ngày 05 tháng 11 năm 2026", "Cộng tổ 5"])  # fmt: skip
def test_a_row_that_is_nobody(written: str) -> None:
    assert cells.is_no_person(written)


@pytest.mark.parametrize("written", ["Tống Văn Cộng", "Nguyễn Ngọc Tổng", "Công Thị Nghĩa", "Lê Năm", "Tổng Văn Bình"])
def test_a_name_that_only_looks_like_one(written: str) -> None:
    assert not cells.is_no_person(written)


@given(days=st.integers(0, 40_000))
def test_nobody_is_born_tomorrow(days: int) -> None:
    assert cells.birth(TODAY + timedelta(days=days + 1), TODAY)[1] == ["bad_date"]
