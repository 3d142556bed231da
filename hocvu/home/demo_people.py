"""Synthetic people of the demo ward: two lists, as neighbourhoods keep them, handed in through the importer.

One was taken in; the other, with the faults that lists have, waits for somebody to look at it. Every name and
number is made by rule and belongs to nobody: the numbers name a place of registration that does not exist.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from hocvu.ward.importing import taking
from hocvu.ward.models import Account, PeopleUpload, Unit, Ward

HEADING = ("STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP", "Quan hệ với chủ hộ",
           "Địa chỉ")  # fmt: skip
FAMILIES = ("Nguyễn", "Trần", "Phạm", "Vũ", "Bùi", "Đỗ", "Hoàng", "Lương", "Đặng", "Ngô")
MEN = ("Văn An", "Đức Bình", "Quang Dũng", "Minh Hải", "Văn Hùng", "Quốc Khánh", "Xuân Long", "Tiến Mạnh", "Văn Phúc")
WOMEN = ("Thị Hoa", "Thu Hương", "Thị Lan", "Ngọc Mai", "Thị Nhàn", "Bích Phượng", "Thị Quyên", "Thanh Thảo")
NOWHERE = "099"  # no province has this code


def hand_in(ward: Ward) -> None:
    """Hand in both lists as the coordinator; confirm the first."""
    by = Account.objects.get(username="dieuphoi")
    unit = Unit.objects.get(ward=ward, name="Phòng Văn hóa - Xã hội")
    first = taking.receive(ward, "Nhân khẩu tổ 1 đến 4 (minh họa).xlsx", _sheet(_people(1, 4)), by=by, unit=unit)
    taking.confirm(first, by=by)
    again = taking.receive(ward, "Bổ sung tổ 1 (minh họa).xlsx", _sheet(_seen_before()), by=by, unit=unit)
    taking.confirm(again, by=by)
    second: PeopleUpload = taking.receive(
        ward, "Nhân khẩu tổ 5 (minh họa, còn lỗi).xlsx", _sheet(_with_faults(5)), by=by, unit=unit
    )
    assert second.state == PeopleUpload.State.REVIEW


def _people(first: int, last: int) -> Iterator[list[Any]]:
    """Twenty households in each neighbourhood: two grown-ups, sometimes a child, sometimes somebody old."""
    chance, number = random.Random(20250701), 0  # noqa: S311 - the same people at every start, no secret
    for place in range(first, last + 1):
        for home in range(1, 21):
            family, code = chance.choice(FAMILIES), f"T{place:02}-{home:03}"
            for relation, years in _members(chance):
                number += 1
                is_woman = relation == "Vợ" or (relation != "Chủ hộ" and chance.random() < 0.5)
                born = 2026 - years
                name = f"{family if relation != 'Vợ' else chance.choice(FAMILIES)} {chance.choice(WOMEN if is_woman else MEN)}"
                digits = f"{NOWHERE}{2 * (born >= 2000) + is_woman}{born % 100:02}{place * 10_000 + number:06}"
                day = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{born}"
                phone = f"09{chance.randint(10_000_000, 99_999_999)}" if years > 14 else ""
                sex = "Nữ" if is_woman else "Nam"
                yield [number, code, name, day, sex, digits, phone, f"Tổ {place}", relation, f"Số {home} ngõ {place}"]


def _members(chance: random.Random) -> list[tuple[str, int]]:
    age = chance.randint(28, 58)
    members = [("Chủ hộ", age), ("Vợ", age - chance.randint(0, 6))]
    members += [("Con", chance.randint(4, min(24, age - 22)))] * (chance.random() < 0.7 and age > 28)
    return members + [("Mẹ", age + chance.randint(22, 30))] * (chance.random() < 0.35)


def _seen_before() -> Iterator[list[Any]]:
    """People of the first list again, written otherwise: somebody must decide who it is."""
    rows = list(_people(1, 1))
    for row in rows[4:8]:
        row[5], row[2] = "", row[2].replace("ị", "i").replace("ă", "a")
        yield row
    rows[10][2] = "Lê Văn Khác"
    yield rows[10]


def _with_faults(place: int) -> Iterator[list[Any]]:
    """A list as it comes: lost zeros, old numbers, days that never were, a row twice, a row of totals."""
    rows = list(_people(place, place))
    rows[3][5] = float(rows[3][5][1:])
    rows[5][5] = "031234567"
    rows[7][3] = "31/02/1990"
    rows[9][7] = "Tổ 999"
    rows[11][2] = ""
    rows[13][3] = "1961"
    rows[15][6] = "không có"
    yield from rows
    yield rows[2]
    yield ["", "", f"Tổng cộng: {len(rows)} người"]


def _sheet(rows: Iterator[list[Any]]) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Nhân khẩu")
        sheet.write(0, 0, "DANH SÁCH NHÂN KHẨU (dữ liệu minh họa)")
        sheet.write_row(2, 0, HEADING)
        for at, row in enumerate(rows, start=3):
            sheet.write_row(at, 0, row)
    return kept.getvalue()
