"""Who helps the synthetic ward, and what its tasks cost: partners, contributions and money, all of them invented.

The story has what a real year has: a promise not yet kept, an entry withdrawn, a bill above what was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from hocvu.home.demo_acts import Act, at
from hocvu.home.demo_life import Cast
from hocvu.plan import funding
from hocvu.plan.models import FundingEntry
from hocvu.ward import partners
from hocvu.ward.models import Contribution, Partner

FUND, TELECOM, COLLEGE, FACTORY = (
    "Quỹ Khuyến học Hoa Phượng (minh họa)",
    "Công ty Viễn thông Sông Cấm (minh họa)",
    "Trung tâm Tin học Cửa Biển (minh họa)",
    "Công ty May Bến Tàu (minh họa)",
)
BUDGET = "Ngân sách phường năm"
TABLETS, CARDS, HOURS, GIFT, LEAFLETS = (
    "Máy tính bảng cho lớp ở nhà văn hóa",
    "SIM dữ liệu cho hộ khó khăn",
    "Buổi dạy của giáo viên tình nguyện",
    "Tiền mua thiết bị lớp học lưu động",
    "In tờ rơi hướng dẫn",
)


def means(cast: Cast) -> Iterator[Act]:
    """Partners and what they give, then the money of the tasks."""
    yield from _partners(cast)
    yield from _contributions(cast)
    yield from _entries(cast)


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


# Day, who writes it down, task, source, its name, partner, step, đồng, document.
MONEY: tuple[tuple[date, str, str, str, str, str, str, int, str], ...] = (
    (date(2025, 9, 15), "dieuphoi", "4", "budget", f"{BUDGET} 2025", "", "planned", 24_000_000, "Dự toán bổ sung 2025"),
    (date(2025, 9, 22), "sunghiep", "4", "budget", f"{BUDGET} 2025", "", "committed", 18_000_000, "03/HĐ-TTSN"),
    (date(2025, 12, 22), "sunghiep", "4", "budget", f"{BUDGET} 2025", "", "spent", 17_350_000, "Phiếu chi 112"),
    (date(2025, 9, 18), "dieuphoi", "6", "budget", f"{BUDGET} 2025", "", "planned", 45_000_000, "Dự toán bổ sung 2025"),
    (date(2025, 9, 29), "vhxh", "6", "budget", f"{BUDGET} 2025", "", "committed", 38_000_000, "07/HĐ-VHXH"),
    (date(2025, 10, 15), "vhxh", "6", "budget", f"{BUDGET} 2025", "", "spent", 39_275_000, "Phiếu chi 97"),
    (date(2025, 9, 19), "dieuphoi", "6", "sponsor", "", FUND, "committed", 10_000_000, "Thư tài trợ 05/QKH"),
    (date(2025, 10, 10), "vhxh", "6", "sponsor", "", FUND, "spent", 9_650_000, "Biên bản quyết toán ngày hội"),
    (date(2025, 11, 3), "dieuphoi", "12", "programme", "Đề án bồi dưỡng kỹ năng số", "", "planned", 120_000_000, ""),
    (date(2025, 11, 12), "vhxh", "12", "programme", "Đề án bồi dưỡng kỹ năng số", "", "committed", 96_500_000,
     "11/HĐ-VHXH"),
    (date(2025, 12, 30), "vhxh", "12", "programme", "Đề án bồi dưỡng kỹ năng số", "", "spent", 61_240_500,
     "Thanh lý đợt 1"),
    (date(2026, 2, 25), "dieuphoi", "25", "sponsor", "", FACTORY, "planned", 25_000_000, "Thư tài trợ 02/BT"),
    (date(2026, 3, 6), "kinhte", "25", "sponsor", "", FACTORY, "committed", 25_000_000, "02/HĐ-KT"),
    (date(2026, 4, 10), "kinhte", "25", "sponsor", "", FACTORY, "spent", 22_180_000, "Hóa đơn 0000417"),
    (date(2026, 1, 15), "dieuphoi", "4", "budget", f"{BUDGET} 2026", "", "planned", 48_000_000, "Dự toán 2026"),
    (date(2026, 1, 28), "sunghiep", "4", "budget", f"{BUDGET} 2026", "", "committed", 40_000_000, "01/HĐ-TTSN"),
    (date(2026, 6, 30), "sunghiep", "4", "budget", f"{BUDGET} 2026", "", "spent", 19_800_000, "Phiếu chi 58"),
    (date(2026, 6, 10), "doan", "29", "other", "Đoàn viên góp", "", "planned", 6_000_000, ""),
    (date(2026, 7, 20), "doan", "29", "other", "Đoàn viên góp", "", "spent", 5_425_000, "Bảng kê chi chiến dịch hè"),
    (date(2026, 8, 20), "dieuphoi", "6", "budget", f"{BUDGET} 2026", "", "planned", 50_000_000, "Dự toán 2026"),
    (date(2026, 9, 17), "vhxh", "6", "budget", f"{BUDGET} 2026", "", "committed", 42_000_000, "15/HĐ-VHXH"),
)  # fmt: skip


def _entries(cast: Cast) -> Iterator[Act]:
    for day, who, number, source, source_text, sponsor, step, amount, document in MONEY:
        told = {"source": source, "source_text": source_text, "step": step, "amount": amount, "document": document}
        yield Act(at(day, 15), _write_down(cast, number, who, day, sponsor, told))
    wrong = date(2026, 7, 6)
    told = {"source": "budget", "source_text": f"{BUDGET} 2026", "step": "spent", "amount": 198_000_000}
    yield Act(at(wrong, 15), _write_down(cast, "4", "sunghiep", wrong, "", told))

    def withdraw() -> None:
        entry = FundingEntry.objects.standing().get(task=cast.tasks["4"], amount=198_000_000)
        why = "Ghi thừa một chữ số 0; số đúng là 19.800.000 đồng, đã có ở phiếu chi 58."
        funding.withdraw(entry, reason=why, by=cast.people["sunghiep"])

    yield Act(at(date(2026, 7, 7), 8), withdraw)


def _write_down(
    cast: Cast, number: str, who: str, day: date, sponsor: str, told: dict[str, object]
) -> Callable[[], object]:
    def write_down() -> FundingEntry:
        partner = _partner(cast, sponsor) if sponsor else None
        return funding.add(cast.tasks[number], **told, partner=partner, day=day, by=cast.people[who])  # type: ignore[arg-type]

    return write_down


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
