"""Who helps the synthetic ward: partners and their contributions, all of them invented.

The story has what a real year has: a promise not yet kept, one that was withdrawn, a partner that left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from hocvu.home.demo_life import Act, Cast, at
from hocvu.ward import partners
from hocvu.ward.models import Contribution, Partner

FUND, TELECOM, COLLEGE, FACTORY = (
    "Quỹ Khuyến học Hoa Phượng (minh họa)",
    "Công ty Viễn thông Sông Cấm (minh họa)",
    "Trung tâm Tin học Cửa Biển (minh họa)",
    "Công ty May Bến Tàu (minh họa)",
)
TABLETS, CARDS, HOURS, GIFT, LEAFLETS = (
    "Máy tính bảng cho lớp ở nhà văn hóa",
    "SIM dữ liệu cho hộ khó khăn",
    "Buổi dạy của giáo viên tình nguyện",
    "Tiền mua thiết bị lớp học lưu động",
    "In tờ rơi hướng dẫn",
)


def means(cast: Cast) -> Iterator[Act]:
    """Partners and what they give."""
    yield from _partners(cast)
    yield from _contributions(cast)


def _partners(cast: Cast) -> Iterator[Act]:
    known = (
        (date(2025, 9, 3), "sponsor", FUND, "0225 000 0101", "lienhe@hoaphuong.example"),
        (date(2025, 9, 8), "technology", TELECOM, "0225 000 0102", "hotro@songcam.example"),
        (date(2025, 10, 6), "school", COLLEGE, "0225 000 0103", "daotao@cuabien.example"),
        (date(2026, 1, 12), "sponsor", FACTORY, "", "vanphong@bentau.example"),
    )
    by = cast.people["dieuphoi"]
    for day, kind, name, phone, email in known:
        add = partial(partners.add, cast.plan.ward, kind=kind, name=name, phone=phone, email=email, by=by)
        yield Act(at(day), add)

    def end() -> None:
        partners.end(_partner(cast, FACTORY), ended_on=date(2026, 8, 31), by=by)

    yield Act(at(date(2026, 9, 1), 8), end)


def _contributions(cast: Cast) -> Iterator[Act]:
    yield Act(at(date(2025, 9, 10)), _promise(cast, FUND, "goods", TABLETS, date(2025, 9, 9), 20, "máy", 59_800_000))
    yield Act(at(date(2025, 10, 2)), _receive(cast, TABLETS, date(2025, 10, 1)))
    yield Act(at(date(2025, 10, 8)), _promise(cast, TELECOM, "goods", CARDS, date(2025, 10, 7), 150, "SIM", 13_500_000))
    yield Act(at(date(2025, 11, 20)), _receive(cast, CARDS, date(2025, 11, 19)))
    yield Act(at(date(2025, 10, 20)), _promise(cast, COLLEGE, "service", HOURS, date(2025, 10, 18), 36, "buổi", None))
    yield Act(at(date(2026, 2, 3)), _promise(cast, FACTORY, "money", GIFT, date(2026, 2, 2), None, "", 25_000_000))
    yield Act(at(date(2026, 3, 5)), _receive(cast, GIFT, date(2026, 3, 4)))
    yield Act(at(date(2026, 5, 6)), _promise(cast, FACTORY, "goods", LEAFLETS, date(2026, 5, 5), 3000, "tờ", 4_500_000))

    def take_back() -> None:
        why = "Công ty báo không in được trong năm nay."
        partners.withdraw(_contribution(cast, LEAFLETS), reason=why, by=cast.people["dieuphoi"])

    yield Act(at(date(2026, 6, 18), 14), take_back)


def _promise(
    cast: Cast, name: str, kind: str, what: str, given_on: date, quantity: int | None, unit: str, value: int | None
) -> Callable[[], object]:
    def promise() -> Contribution:
        return partners.promise(
            _partner(cast, name),
            kind=kind,
            what=what,
            quantity=quantity,
            quantity_unit=unit,
            value=value,
            given_on=given_on,
            by=cast.people["dieuphoi"],
        )

    return promise


def _receive(cast: Cast, what: str, received_on: date) -> Callable[[], object]:
    def receive() -> None:
        partners.receive(_contribution(cast, what), received_on=received_on, by=cast.people["dieuphoi"])

    return receive


def _partner(cast: Cast, name: str) -> Partner:
    return Partner.objects.of(cast.plan.ward).get(name=name)


def _contribution(cast: Cast, what: str) -> Contribution:
    return Contribution.objects.get(partner__ward=cast.plan.ward, what=what)
