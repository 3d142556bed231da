"""Names of units as plans write them: compared, guessed, found in the ward."""

from __future__ import annotations

from datetime import date

import pytest

from hocvu.plan import likeness, naming, periods
from hocvu.plan.naming import Directory, NameRead, bare, guessed_kind
from hocvu.ward.models import Unit, Ward
from hocvu.ward.tests.cast import make_neighbourhood, make_unit, make_ward


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Các phòng ban, đơn vị", "Các phòng, ban, đơn vị"),
        ("Phòng Văn hóa- Xã hội", "Phòng Văn hóa - Xã hội"),
        ("UBMTTQ phường", "Ủy ban Mặt trận Tổ quốc Việt Nam phường"),
        ("các TDP trên địa bàn phường", "Các Tổ dân phố"),
        ("HỢP TÁC XÃ Nông nghiệp", "hợp tác xã nông nghiệp"),
        ("Công an xã", "Công an"),
    ],
)
def test_it_compares_names_past_their_spelling(written, known):
    assert bare(written) == bare(known)


def test_it_keeps_the_xa_of_society_and_of_cooperatives():
    assert "xa hoi" in bare("Phòng Văn hóa - Xã hội xã Kiến Hải")
    assert bare("Hợp tác xã Đoàn Kết") == "hop tac xa doan ket"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Công an phường", Unit.Kind.POLICE),
        ("UBMTTQVN xã", Unit.Kind.FRONT),
        ("Hội Liên hiệp Phụ nữ", Unit.Kind.UNION),
        ("Văn phòng HĐND và UBND phường", Unit.Kind.OFFICE),
        ("Các tổ công nghệ số cộng đồng", Unit.Kind.TEAM),
        ("Trường Tiểu học Đằng Hải", Unit.Kind.SCHOOL),
        ("các thôn", Unit.Kind.NEIGHBOURHOOD),
    ],
)
def test_it_guesses_what_kind_of_unit_a_name_is(name, kind):
    assert guessed_kind(name) == kind


def read(*names: str) -> list[NameRead]:
    return [NameRead(bare(name), name, group=name.lower().startswith("các "), spellings=[name]) for name in names]


@pytest.fixture
def ward(db: None) -> Ward:
    ward = make_ward()
    make_unit(ward, "Công an phường Hải An", Unit.Kind.POLICE)
    make_unit(ward, "Phòng Văn hóa - Xã hội")
    make_neighbourhood(ward, 1)
    return ward


def guess(ward: Ward, *names: str) -> list[naming.Guess]:
    found = naming.guesses(read(*names), Directory(ward))
    return [found[bare(name)] for name in names]


def test_it_finds_a_unit_that_carries_the_ward_s_own_name(ward):
    [police] = guess(ward, "Công an phường")
    assert police.sure
    assert police.decision["choice"] == "unit"


def test_it_asks_about_a_name_that_is_only_alike(ward):
    [near] = guess(ward, "Phòng Văn hóa Xã hôị")
    assert near.decision["choice"] == "unit"
    [brackets] = guess(ward, "Phòng Văn hóa - Xã hội (Nội vụ)")
    assert brackets.decision["choice"] == "unit"
    assert not brackets.sure


def test_it_fills_the_group_of_offices_with_those_that_are_and_those_to_be_made(ward):
    group, _ = guess(ward, "Các phòng, ban, đơn vị", "Trung tâm sự nghiệp công")
    assert len(group.decision["members"]) == 2
    assert group.decision["names"] == ["trung tam su nghiep cong"]


def test_it_takes_a_bare_team_for_all_the_teams(ward):
    [teams] = guess(ward, "Tổ công nghệ số cộng đồng")
    assert teams.decision["kinds"] == ["team"]


def test_it_names_nobody_where_the_plan_names_nobody(ward):
    [vague] = guess(ward, "Các cơ quan, đơn vị liên quan")
    assert (vague.decision["kinds"], vague.decision["members"]) == ([], [])


def test_it_pairs_a_rewritten_row_with_its_number_but_never_with_a_stranger():
    old = [(1, "3", "Xây dựng fanpage về phong trào"), (2, "4", "Mở lớp học cho người cao tuổi")]
    new = [(10, "3", "Xây dựng kênh và fanpage của phong trào"), (11, "4", "Bảo trì máy chủ của phường")]
    assert likeness.paired(new, old) == {10: 1}


def test_it_counts_the_weeks_that_a_period_touches():
    weeks = list(periods.weeks(date(2025, 8, 6), date(2025, 8, 18), 2))
    assert [(week.label, week.starts_on.day, week.needed) for week in weeks] == [
        ("Tuần 32/2025", 4, 2),
        ("Tuần 33/2025", 11, 2),
        ("Tuần 34/2025", 18, 2),
    ]


def test_it_begins_no_earlier_than_the_newest_paper_a_plan_stands_on():
    span = periods.Span(date(2025, 1, 1), date(2026, 12, 31))
    head = {"date": None, "legal_bases": [{"number": "a", "date": "2025-07-29"}, {"number": "b", "date": None}]}
    assert periods.begins_on(head, span) == date(2025, 7, 29)
    assert periods.begins_on({**head, "date": "2025-08-05"}, span) == date(2025, 8, 5)
    assert periods.begins_on({"date": "2031-01-01"}, span) == date(2025, 1, 1)
