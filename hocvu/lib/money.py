"""Money in whole đồng: read as people write it, "12.500.000" or "12,5 triệu", and said as Vietnam writes it.

Nothing is rounded and nothing is guessed: what may mean two amounts, or a part of a đồng, is refused with a sentence.
"""

from __future__ import annotations

import re

from hocvu.lib.figures import number_words
from hocvu.lib.text import nfc

LARGEST = 10**14  # a hundred thousand billion; sums of many such amounts still fit the database and a spreadsheet
_LONGEST = 40
_UNITS = {"": 1, "nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_WRITTEN = re.compile(r"([+-]?)\s*([0-9][0-9., ]*?) ?(nghìn|ngàn|triệu|tỷ|tỉ|) ?(?:đồng|đ|₫|vnđ|vnd|)")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")
_DECIMAL = re.compile(r"([0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,]([0-9]+))?")


class NotMoney(ValueError):
    """What was typed is no amount in whole đồng; `sentence` says why and what to write."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_money(text: str) -> int:
    """An amount typed by a person, in đồng.

    A dot or a space parts thousands, a comma stands before decimals. With "triệu" or "tỷ" a mark before exactly three
    digits may be either ("1.125 tỷ"), and a wrong guess would be wrong a thousandfold, so it is refused.

    >>> read_money("12.500.000"), read_money("12 500 000 đồng"), read_money("12,5 triệu"), read_money("350 nghìn")
    (12500000, 12500000, 12500000, 350000)
    """
    words = " ".join(nfc(text).lower().split())
    written = _WRITTEN.fullmatch(words) if len(words) <= _LONGEST else None
    if written is None:
        raise NotMoney("Hãy nhập số tiền bằng đồng, ví dụ 12.500.000 hoặc 12,5 triệu.")
    sign, figure, unit = written.groups()
    if sign == "-":
        raise NotMoney("Số tiền không được nhỏ hơn 0. Hãy nhập lại, không có dấu trừ.")
    whole, decimals = _parts(figure, has_unit=bool(unit))
    parts: int = 10 ** len(decimals)
    amount, rest = divmod(int(whole + decimals) * _UNITS[unit], parts)
    if rest:
        raise NotMoney("Số tiền lẻ dưới một đồng. Hãy ghi số nguyên, ví dụ 12.500.000.")
    if amount > LARGEST:
        raise NotMoney("Số tiền lớn hơn 100.000 tỷ đồng. Hãy xem lại số chữ số 0.")
    return amount


def _parts(figure: str, *, has_unit: bool) -> tuple[str, str]:
    """The digits before and after the decimal mark."""
    if grouped := _GROUPED.fullmatch(figure):
        mark, digits = grouped[1], re.sub(r"[^0-9]", "", figure)
        one_group = figure.count(mark) == 1
        if one_group and (mark == "," or (mark == "." and has_unit)):
            raise NotMoney(
                f"“{figure}” có thể hiểu hai cách. Hãy ghi đủ các chữ số, ví dụ 1.125.000.000 thay cho 1,125 tỷ."
            )
        return digits, ""
    decimal = _DECIMAL.fullmatch(figure)
    if decimal is None:
        raise NotMoney("Các dấu trong số tiền chưa rõ. Hãy chấm sau mỗi ba chữ số, ví dụ 12.500.000.")
    return re.sub(r"[^0-9]", "", decimal[1]), decimal[2] or ""


def money_words(amount: int) -> str:
    """An amount in words: grouped digits and the name of the money.

    >>> money_words(12500000)
    '12.500.000 đồng'
    """
    return f"{number_words(amount)} đồng"
