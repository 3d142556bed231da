"""A synthetic ward to look at: its offices, schools, markets, a hundred neighbourhoods, and people who sign in.

The names of offices are those the plan speaks of; every person, school, market and enterprise is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction

from hocvu.ward import audit, granting, neighbourhoods
from hocvu.ward.capabilities import Role
from hocvu.ward.demo_password import DEMO_PASSWORD
from hocvu.ward.models import Account, Unit, Ward

FOUNDED = date(2025, 7, 1)  # the day wards of two levels began their work
NEIGHBOURHOODS = 100

Kind = Unit.Kind
OFFICES: tuple[tuple[str, str, str], ...] = (
    ("Văn phòng HĐND và UBND phường", "Văn phòng", Kind.OFFICE),
    ("Phòng Văn hóa - Xã hội", "Phòng VH-XH", Kind.OFFICE),
    ("Phòng Kinh tế, Hạ tầng và Đô thị", "Phòng KT-HT-ĐT", Kind.OFFICE),
    ("Trung tâm phục vụ hành chính công", "TT hành chính công", Kind.SERVICE_CENTRE),
    ("Trung tâm sự nghiệp công", "TT sự nghiệp công", Kind.SERVICE_CENTRE),
    ("Công an phường", "Công an", Kind.POLICE),
    ("Ban Chỉ huy Quân sự phường", "BCH Quân sự", Kind.MILITARY),
    ("UBMTTQVN phường", "Mặt trận Tổ quốc", Kind.FRONT),
    ("Đoàn Thanh niên Cộng sản Hồ Chí Minh phường", "Đoàn Thanh niên", Kind.UNION),
    ("Hội Liên hiệp Phụ nữ phường", "Hội Phụ nữ", Kind.UNION),
)
SCHOOLS = (
    "Trường Mầm non Hoa Phượng",
    "Trường Mầm non Bình Minh",
    "Trường Tiểu học Sông Cấm",
    "Trường Tiểu học Ngọc Lan",
    "Trường Trung học cơ sở Hải Đăng",
    "Trường Trung học cơ sở Bến Tàu",
    "Trường Trung học phổ thông Cửa Biển",
)
MARKETS = ("Ban quản lý chợ Phượng Đỏ", "Ban quản lý chợ Cầu Tre")
ENTERPRISES = ("Công ty TNHH May Minh Họa", "Hợp tác xã Rau Ví Dụ", "Công ty cổ phần Vận tải Thí Điểm")


TEAM_LEADS = (
    "Nguyễn Văn Tình",
    "Bùi Thị Duyên",
    "Hà Văn Lợi",
    "Phùng Thị Oanh",
    "Lý Quốc Bảo",
    "Đoàn Thị Mến",
    "Vương Đình Toàn",
    "Tô Thị Hạnh",
    "Chu Văn Sáng",
    "Quách Thị Liên",
)


SCHOOL_HEADS = ("Đỗ Thị Hiền", "Vũ Thị Bích", "Nguyễn Hoàng Sơn", "Lê Thị Thoa", "Phạm Văn Đạt", "Bùi Thị Loan",
                "Trần Quang Huy")  # fmt: skip
FIRM_HEADS = ("Lý Thị Mận", "Hoàng Văn Ruộng", "Đinh Công Tải")
FAMILIES, GIVEN = ("Nguyễn Văn", "Trần Thị", "Phạm Thị", "Vũ Đình", "Bùi Thị", "Đỗ Văn", "Lê Thị", "Hoàng Văn"), (
    "Ấm", "Bền", "Cúc", "Dịu", "Én", "Giang", "Hợp", "Ích", "Khuê", "Lụa", "Mỹ", "Nhâm", "Óng")  # fmt: skip


def _lead_of(number: int) -> str:
    """The invented name of a team's lead; the first ten are known by name in the stories."""
    if number <= len(TEAM_LEADS):
        return TEAM_LEADS[number - 1]
    return f"{FAMILIES[number % len(FAMILIES)]} {GIVEN[number % len(GIVEN)]}"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who signs in to the demo."""

    username: str
    name: str
    role: Role
    unit: str = ""


PEOPLE = (
    Person("dieuphoi", "Phạm Thu Hà", Role.COORDINATOR, "Phòng Văn hóa - Xã hội"),
    Person("lanhdao", "Đỗ Quang Vinh", Role.LEADER),
    Person("vanthu", "Lê Thị Ngân", Role.CLERK),
    Person("mattran", "Vũ Đình Phúc", Role.OVERSEER),
    Person("thanhpho", "Bùi Minh Khôi", Role.CITY_VIEWER),
    Person("kiemtoan", "Hoàng Thị Yến", Role.AUDITOR),
    Person("quantri", "Trần Văn Lực", Role.ADMINISTRATOR),
    Person("quantri2", "Đoàn Thị Quyên", Role.ADMINISTRATOR),
    Person("thanhvien", "Trần Thị Nết", Role.TEAM_MEMBER, "Tổ công nghệ số cộng đồng - Tổ dân phố số 1"),
    *(
        Person(f"thanhvien{n}", name, Role.TEAM_MEMBER, f"Tổ công nghệ số cộng đồng - Tổ dân phố số {n}")
        for n, name in ((2, "Lê Văn Thuận"), (3, "Phạm Thị Sâm"), (4, "Vũ Đức Cảnh"))
    ),
    Person("danhtinh", "Nguyễn Trọng Nghĩa", Role.POLICE, "Công an phường"),
    Person("daisuso", "Phạm Ngọc Ánh", Role.AMBASSADOR),
    Person("bientap", "Vũ Hoài Thu", Role.EDITOR, "Trung tâm sự nghiệp công"),
    Person("truc1022", "Hoàng Văn Trực", Role.OFFICER_1022, "Văn phòng HĐND và UBND phường"),
    Person("dulieu", "Lương Thị Bảo Ngọc", Role.DATA_OFFICER, "Văn phòng HĐND và UBND phường"),
    Person("vhxh.truong", "Nguyễn Văn Thành", Role.UNIT_HEAD, "Phòng Văn hóa - Xã hội"),
    Person("vhxh", "Đặng Thị Lan", Role.UNIT_OFFICER, "Phòng Văn hóa - Xã hội"),
    Person("vanphong", "Mai Xuân Bách", Role.UNIT_OFFICER, "Văn phòng HĐND và UBND phường"),
    Person("kinhte", "Phan Thị Hồng", Role.UNIT_OFFICER, "Phòng Kinh tế, Hạ tầng và Đô thị"),
    Person("hanhchinh", "Ngô Thị Thảo", Role.UNIT_OFFICER, "Trung tâm phục vụ hành chính công"),
    Person("sunghiep", "Phạm Thu Trang", Role.UNIT_OFFICER, "Trung tâm sự nghiệp công"),
    Person("congan", "Trịnh Công Khang", Role.UNIT_OFFICER, "Công an phường"),
    Person("quansu", "Lưu Đức Mạnh", Role.UNIT_OFFICER, "Ban Chỉ huy Quân sự phường"),
    Person("ubmttq", "Đinh Thị Hòa", Role.UNIT_OFFICER, "UBMTTQVN phường"),
    Person("doan", "Cao Nhật Minh", Role.UNIT_OFFICER, "Đoàn Thanh niên Cộng sản Hồ Chí Minh phường"),
    Person("phunu", "Tạ Thị Nhung", Role.UNIT_OFFICER, "Hội Liên hiệp Phụ nữ phường"),
    *(
        Person(f"{short}.truong", name, Role.UNIT_HEAD, unit)
        for short, unit, name in (
            ("vanphong", "Văn phòng HĐND và UBND phường", "Vũ Thị Minh"),
            ("kinhte", "Phòng Kinh tế, Hạ tầng và Đô thị", "Trần Hữu Nam"),
            ("hanhchinh", "Trung tâm phục vụ hành chính công", "Đào Xuân Quý"),
            ("sunghiep", "Trung tâm sự nghiệp công", "Nguyễn Thị Vân"),
            ("congan", "Công an phường", "Lê Đức Thịnh"),
            ("quansu", "Ban Chỉ huy Quân sự phường", "Bùi Văn Chiến"),
            ("ubmttq", "UBMTTQVN phường", "Hoàng Thị Nga"),
            ("doan", "Đoàn Thanh niên Cộng sản Hồ Chí Minh phường", "Phạm Quỳnh Chi"),
        )
    ),
    *(Person(f"truong{n}", name, Role.SCHOOL, SCHOOLS[n - 1]) for n, name in enumerate(SCHOOL_HEADS, start=1)),
    *(Person(f"dn{n}", name, Role.ENTERPRISE, ENTERPRISES[n - 1]) for n, name in enumerate(FIRM_HEADS, start=1)),
    *(
        Person(f"to{n}", _lead_of(n), Role.UNIT_OFFICER, f"Tổ công nghệ số cộng đồng - Tổ dân phố số {n}")
        for n in range(1, NEIGHBOURHOODS + 1)
    ),
)


@transaction.atomic
def found_ward() -> Ward:
    """Make the demo ward with all its units and people."""
    ward = Ward.objects.create(
        code="11413", slug="hai-an", name="Hải An", kind=Ward.Kind.PHUONG, city="thành phố Hải Phòng", is_demo=True
    )
    committee = Unit.objects.create(
        ward=ward, kind=Kind.COMMITTEE, name="Ủy ban nhân dân phường", short_name="UBND phường", valid_from=FOUNDED
    )
    under_committee = {Kind.OFFICE, Kind.SERVICE_CENTRE}
    for name, short, kind in OFFICES:
        _unit(ward, kind, name, short, parent=committee if kind in under_committee else None)
    for names, kind in ((SCHOOLS, Kind.SCHOOL), (MARKETS, Kind.MARKET_BOARD), (ENTERPRISES, Kind.ENTERPRISE)):
        for name in names:
            _unit(ward, kind, name)
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, NEIGHBOURHOODS), by=None, valid_from=FOUNDED)
    _people(ward)
    audit.record(None, "founded a demo ward", ward)
    return ward


def _unit(ward: Ward, kind: str, name: str, short: str = "", parent: Unit | None = None) -> Unit:
    return Unit.objects.create(ward=ward, kind=kind, name=name, short_name=short, parent=parent, valid_from=FOUNDED)


def _people(ward: Ward) -> None:
    password = make_password(DEMO_PASSWORD)  # one slow hash for all: they share it, and say so
    units = {unit.name: unit for unit in ward.units.all()}
    for person in PEOPLE:
        account = Account.objects.create(
            username=person.username, full_name=person.name, password=password, is_demo=True
        )
        spans_all = person.role in {Role.CITY_VIEWER, Role.AUDITOR, Role.ADMINISTRATOR}
        granting.grant(
            account,
            person.role,
            ward=None if spans_all else ward,
            unit=units.get(person.unit),
            by=None,
            valid_from=FOUNDED,
        )
