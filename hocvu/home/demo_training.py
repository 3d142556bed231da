"""Training of the demo ward's officials: courses of the city, whom offices sent, who attended; programmes of state
management, all but one marked to hold digital content. Through the journeys behind the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from hocvu.home.demo_acts import Act, at
from hocvu.outreach import training
from hocvu.outreach.models import Trainee, Training
from hocvu.ward.models import Account, Unit, Ward

CITY, SCHOOL = "Sở Khoa học và Công nghệ thành phố Hải Phòng", "Trường Chính trị thành phố"
FAMILIES, GIVEN = ("Nguyễn Thị", "Phạm Văn", "Đỗ Thị", "Lê Quang", "Bùi Văn", "Vũ Thị"), (
    "Hằng", "Kiên", "Loan", "Phong", "Tâm", "Uyên", "Việt")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A course: when, which offices send how many, and how many did not come."""

    title: str
    starts: date
    days: int
    units: tuple[str, ...]
    each: int = 3
    absent: int = 0


COURSES = (
    Held("Kỹ năng số cơ bản cho cán bộ, công chức, đợt 1", date(2025, 10, 13), 3, ("vhxh", "vanphong", "hanhchinh")),
    Held("An toàn thông tin cho người dùng cơ quan", date(2025, 11, 24), 2, ("vanphong", "congan", "kinhte"), 2),
    Held("Kỹ năng số cơ bản cho cán bộ, công chức, đợt 2", date(2026, 3, 16), 3, ("vhxh", "kinhte", "sunghiep"), 4),
    Held(
        "Dùng trợ lý trí tuệ nhân tạo trong công việc", date(2026, 5, 11), 2, ("vhxh", "vanphong", "doan", "phunu"), 2
    ),
    Held("Quản trị dữ liệu và bảo vệ dữ liệu cá nhân", date(2026, 8, 17), 3, ("vanphong", "hanhchinh", "congan"), 3, 1),
    Held("Kỹ năng hướng dẫn người dân ở cơ sở", date(2026, 10, 5), 2, ("vhxh", "doan", "phunu", "ubmttq"), 2),
    Held("Kỹ năng số nâng cao cho lãnh đạo, quản lý", date(2026, 12, 7), 3, ("vhxh", "vanphong"), 2),
)
PROGRAMMES = (
    ("Bồi dưỡng ngạch chuyên viên", date(2025, 9, 15), date(2025, 11, 14), "Chuyên đề chuyển đổi số, 8 tiết"),
    ("Bồi dưỡng lãnh đạo, quản lý cấp phòng", date(2026, 4, 6), date(2026, 5, 29), "Kỹ năng số và điều hành bằng số liệu, 12 tiết"),
    ("Bồi dưỡng ngạch chuyên viên chính", date(2026, 6, 8), date(2026, 7, 31), "Xử lý hồ sơ trên môi trường mạng, 8 tiết"),
    ("Tập huấn nghiệp vụ công tác tổ dân phố", date(2026, 9, 7), date(2026, 9, 11), ""),
)  # fmt: skip


def acts(ward: Ward) -> Iterator[Act]:
    """Two years of courses and programmes, in the order in which they were announced."""
    staff = {account.username: account for account in Account.objects.filter(is_demo=True)}
    names = {name for said in COURSES for name in said.units}
    units = {
        account.username: grant.unit
        for account in staff.values() if account.username in names
        for grant in account.grants.select_related("unit") if grant.unit
    }  # fmt: skip
    for turn, said in enumerate(COURSES):
        yield from _course(ward, said, turn, staff, units)
    for turn, programme in enumerate(PROGRAMMES):
        yield from _programme(ward, programme, turn, staff["dieuphoi"])


def _row(ward: Ward, title: str) -> Training:
    return training.standing(ward).get(title=title)


def _course(ward: Ward, said: Held, turn: int, staff: dict[str, Account], units: dict[str, Unit]) -> Iterator[Act]:
    office, ends = staff["dieuphoi"], said.starts + timedelta(days=said.days - 1)
    yield Act(at(said.starts - timedelta(days=20), 8, turn), partial(
        training.make, ward, kind=Training.Kind.COURSE, title=said.title, organiser=CITY,
        document=f"Công văn số {31 + 17 * turn}/MH (minh họa)", starts_on=said.starts, ends_on=ends, by=office,
    ))  # fmt: skip
    for number, who in enumerate(said.units):
        by, unit = staff[who], units[who]
        named = at(said.starts - timedelta(days=14 - number), 10)
        yield Act(named, partial(_names, ward, said, number + 3 * turn, unit, by))
        absent = said.absent if number == 1 else 0
        yield Act(at(ends + timedelta(days=2 + number), 15), partial(_marks, ward, said, unit, absent, by))
    if said == COURSES[-1]:
        who = said.units[0]
        yield Act(at(said.starts - timedelta(days=11), 9), partial(_asks_off, ward, said, units[who], staff[who]))


def _asks_off(ward: Ward, said: Held, unit: Unit, by: Account) -> None:
    """An office asks that the last on its list be let off; the coordinator has still to say."""
    row = _row(ward, said.title)
    last = Trainee.objects.filter(training=row, unit=unit).order_by("-pk")[:1]
    training.ask_off(row, list(last), why="Đi điều trị đúng dịp mở lớp (minh họa)", by=by)


def _names(ward: Ward, said: Held, seed: int, unit: Unit, by: Account) -> None:
    """An office sends whom the register knows of it, and others by name."""
    row = _row(ward, said.title)
    people = list(training.to_choose(row, unit)[: said.each - 1])
    names = [
        f"{FAMILIES[(seed + n) % len(FAMILIES)]} {GIVEN[(3 * seed + n) % len(GIVEN)]} (minh họa)"
        for n in range(said.each - len(people))
    ]
    training.name(row, unit=unit, people=people, names=names, by=by)


def _marks(ward: Ward, said: Held, unit: Unit, absent: int, by: Account) -> None:
    row = _row(ward, said.title)
    rows = list(Trainee.objects.filter(training=row, unit=unit).order_by("pk"))
    paper = f"Danh sách điểm danh, {unit.label} (minh họa)"
    training.mark(row, rows[absent:], attended=True, day=row.ends_on, evidence=paper, why="", by=by)
    if absent:
        training.mark(row, rows[:absent], attended=False, day=None, evidence="", why="Đi công tác, chưa học bù", by=by)


def _programme(ward: Ward, said: tuple[str, date, date, str], turn: int, by: Account) -> Iterator[Act]:
    title, starts, ends, content = said
    yield Act(at(starts - timedelta(days=10), 9), partial(
        training.make, ward, kind=Training.Kind.PROGRAMME, title=title, organiser=SCHOOL,
        document=f"Kế hoạch số {12 + 9 * turn}/MH (minh họa)", starts_on=starts, ends_on=ends, by=by,
    ))  # fmt: skip

    def mark() -> None:
        row = _row(ward, title)
        training.mark_digital(row, content=content, day=starts, by=by)

    if content:
        yield Act(at(starts + timedelta(days=3), 9), mark)
