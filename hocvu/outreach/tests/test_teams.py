"""Teams: members, the lead, places, whether a team is kept up."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import personal_teams, rules, teams
from hocvu.outreach.models import TeamMember, TeamPlace, Visit
from hocvu.outreach.tests.cast_field import (
    LONG_AGO,
    Field,
    enter,
    help_to,
    make_field,
    make_home,
    make_team_member,
    team_at,
    text,
    visit,
)
from hocvu.signin import citizens
from hocvu.ward.models import AuditEntry, Grant, Person
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_ward


@pytest.fixture
def place(db: None) -> Field:
    return make_field()


def day(ago: int = 0) -> date:
    return clock.today() - timedelta(days=ago)


# ---- Kept up


def test_a_team_that_visited_lately_is_kept_up_and_the_others_are_idle(place):
    visit(place.homes[0], place.lan, days_ago=29)
    assert list(teams.kept_up(place.ward, day())) == [place.team]
    assert place.other_team in teams.idle(place.ward, day()) and place.team not in teams.idle(place.ward, day())
    assert list(teams.kept_up(place.ward, day(-1))) == []  # thirty-one days after


def test_what_is_doubted_set_aside_or_taken_back_keeps_no_team_up(place):
    visit(place.homes[0], place.lan, state=Visit.State.WAITING)
    visit(place.homes[1], place.lan, state=Visit.State.SET_ASIDE)
    wrong = visit(place.homes[2], place.lan)
    visit(place.homes[2], place.lan, Visit.Outcome.MISTAKE, corrects=wrong.pk)
    assert not teams.kept_up(place.ward, day()).exists()


def test_a_team_without_members_is_idle_whatever_it_did(place):
    visit(place.homes[0], place.lan)
    TeamMember.objects.filter(team=place.team).update(valid_to=day(1))
    assert not teams.kept_up(place.ward, day()).exists()
    assert teams.kept_up(place.ward, day(1)).exists()


def test_help_keeps_a_team_up_and_the_rule_of_the_ward_decides(place):
    person = Person.objects.create(ward=place.ward, full_name="Bà Tư", plain_name="ba tu")
    help_to(person, place.lan, place.team)
    assert list(teams.kept_up(place.ward, day())) == [place.team]
    said = {"days": 30, "members": 1, "acts": 2}
    rules.decide(place.ward, "kept_up", params=said, source="Họp", valid_from=day(), by=place.hoa)
    assert not teams.kept_up(place.ward, day()).exists()


def test_an_ended_team_is_no_team(place):
    visit(place.homes[0], place.lan, days_ago=5)
    place.team.valid_to = day(2)
    place.team.save()
    assert not teams.kept_up(place.ward, day()).exists() and teams.kept_up(place.ward, day(3)).exists()


# ---- Whose, where


def test_an_account_belongs_to_teams_by_its_role_or_as_a_member(place):
    assert list(teams.teams_of(place.lan, day())) == [place.team]
    volunteer = make_account("tinh-nguyen")
    assert not teams.teams_of(volunteer, day()).exists()
    TeamMember.objects.create(team=place.other_team, account=volunteer, full_name="A", valid_from=day(3))
    assert list(teams.teams_of(volunteer, day())) == [place.other_team]
    assert not teams.teams_of(volunteer, day(4)).exists()


def test_a_team_has_its_own_place_and_those_given_besides(place):
    teams.add_place(place.team, place.third, valid_from=day(1), by=place.hoa)
    assert set(teams.places_of(place.team, day())) == {place.first, place.third}
    assert list(teams.places_of(place.team, day(2))) == [place.first]
    assert teams.places_of_all(place.ward, day())[place.team.pk] == [place.first.pk, place.third.pk]
    with pytest.raises(Refusal, match="đang phụ trách"):
        teams.add_place(place.team, place.third, valid_from=day(), by=place.hoa)
    with pytest.raises(Refusal, match="đang phụ trách"):
        teams.add_place(place.team, place.first, valid_from=day(), by=place.hoa)
    teams.end_place(TeamPlace.objects.get(), last_day=day(), by=place.hoa)
    assert list(teams.places_of(place.team, day(-1))) == [place.first]
    with pytest.raises(Refusal, match="thôi phụ trách"):
        teams.end_place(TeamPlace.objects.get(), last_day=day(), by=place.hoa)


# ---- Members, on the page


def test_somebody_joins_without_a_right_and_the_page_says_so(place):
    client, here = enter(place.hoa), f"/to-cong-nghe/{place.team.pk}/"
    page = text(client.get(here))
    assert "Phạm Thị Lan" in page and "Ghi được lượt thăm" in page
    make_account("ngan", name="Trần Thị Ngân")
    unknown = client.post(f"{here}them-thanh-vien/", {"username": "ngan", "part": "member", "valid_from": "01/11/2026"})
    assert unknown.status_code == 422 and "không có tài khoản nào" in text(unknown)
    sent = {
        "full_name": "Vũ Văn Nam",
        "comes_from": "Đoàn Thanh niên",
        "part": "member",
        "valid_from": f"{day():%d/%m/%Y}",
    }
    assert client.post(f"{here}them-thanh-vien/", sent).status_code == 302
    sent = {"username": "minh", "part": "member", "valid_from": f"{day():%d/%m/%Y}"}
    assert client.post(f"{here}them-thanh-vien/", sent).status_code == 302
    page = text(client.get(here))
    assert "Vũ Văn Nam" in page and "Đoàn Thanh niên" in page and "Không có tài khoản" in page
    assert "Lê Văn Minh" in page and "Chưa có quyền ghi" in page  # his right is for another place
    assert Grant.objects.filter(account=place.minh).count() == 1
    assert "Vũ Văn Nam" not in str(list(AuditEntry.objects.values_list("target", "details")))


def test_nobody_joins_twice_or_tomorrow(place):
    with pytest.raises(Refusal, match="đang ở trong tổ"):
        join(place, username="lan")
    with pytest.raises(Refusal, match="chưa đến"):
        join(place, full_name="A", valid_from=day(-1))
    with pytest.raises(Refusal, match="họ và tên"):
        join(place)
    join(place, full_name="Vũ Văn Nam")
    with pytest.raises(Refusal, match="đã có trong danh sách"):  # pressed twice
        join(place, full_name="Vũ  Văn Nam")


def join(place: Field, **said) -> TeamMember:
    given = {"full_name": "", "comes_from": "", "username": "", "part": "member", "valid_from": day(), **said}
    return teams.add_member(place.team, by=place.hoa, **given)


def test_leaving_a_team_takes_no_right(place):
    lan = TeamMember.objects.get(account=place.lan)
    client = enter(place.hoa)
    early = client.post(f"/to-cong-nghe/thanh-vien/{lan.pk}/thoi/", {"last_day": "01/01/2020"})
    assert early.status_code == 422
    assert (
        client.post(f"/to-cong-nghe/thanh-vien/{lan.pk}/thoi/", {"last_day": f"{day(1):%d/%m/%Y}"}).status_code == 302
    )
    lan.refresh_from_db()
    assert lan.valid_to == day(1) and Grant.objects.get(account=place.lan).valid_to is None
    assert "Thành viên trước đây" in text(client.get(f"/to-cong-nghe/{place.team.pk}/"))
    again = client.post(f"/to-cong-nghe/thanh-vien/{lan.pk}/thoi/", {"last_day": f"{day():%d/%m/%Y}"})
    assert again.status_code == 422 and "đã rời tổ" in text(again)


def test_there_is_one_lead_and_the_lead_of_before_stays_a_member(place):
    nam, tam = (
        join(place, full_name="Nam", part="lead", valid_from=day(9)),
        join(place, full_name="Tám", valid_from=day(9)),
    )
    with pytest.raises(Refusal, match="đã có tổ trưởng"):
        join(place, full_name="Khác", part="lead")
    client = enter(place.hoa)
    assert (
        client.post(f"/to-cong-nghe/thanh-vien/{tam.pk}/to-truong/", {"day": f"{day(2):%d/%m/%Y}"}).status_code == 302
    )
    now = {one.full_name: one.part for one in TeamMember.objects.on(day()).filter(team=place.team)}
    assert now == {"Tám": "lead", "Nam": "member", "Phạm Thị Lan": "member"}
    before = {one.full_name: one.part for one in TeamMember.objects.on(day(3)).filter(team=place.team)}
    assert before["Nam"] == "lead" and before["Tám"] == "member"
    nam = TeamMember.objects.get(full_name="Nam", valid_to=None)
    teams.change_lead(nam, day=day(2), by=place.hoa)  # on the very day: the same rows
    assert TeamMember.objects.on(day()).get(team=place.team, part="lead").full_name == "Nam"
    with pytest.raises(Refusal, match="đang là tổ trưởng"):
        teams.change_lead(TeamMember.objects.on(day()).get(part="lead"), day=day(), by=place.hoa)
    with pytest.raises(Refusal, match="Hãy ghi ngày từ"):
        teams.change_lead(TeamMember.objects.get(full_name="Tám", valid_to=None), day=day(5), by=place.hoa)


def test_whoever_was_erased_was_in_the_team_without_a_name(place):
    person = Person.objects.create(ward=place.ward, full_name="Đào Thị Sáu", plain_name="dao thi sau")
    account = citizens.open_account(place.ward, person=person)
    TeamMember.objects.create(team=place.team, account=account, full_name="Đào Thị Sáu", valid_from=LONG_AGO)
    assert [row["Tổ"] for row in personal_teams.tell(person)] == [place.team.name]
    assert personal_teams.forget(person) == 1
    assert TeamMember.objects.get(full_name="đã xóa").account is None
    assert "Đào Thị Sáu" not in text(enter(place.hoa).get(f"/to-cong-nghe/{place.team.pk}/"))


def test_two_rows_that_became_one_take_their_line_along_and_back(place):
    people = [Person.objects.create(ward=place.ward, full_name=n, plain_name=n.lower()) for n in ("Sáu", "Sau")]
    mine, theirs = (citizens.open_account(place.ward, person=one) for one in people)
    line = TeamMember.objects.create(team=place.team, account=theirs, full_name="Sau", valid_from=LONG_AGO)
    moved = personal_teams.move(*people)
    line.refresh_from_db()
    assert line.account == mine
    personal_teams.back(*people, moved)
    line.refresh_from_db()
    assert line.account == theirs


def test_the_members_leave_as_a_spreadsheet_with_their_days_and_places(place):
    left = join(place, full_name="Trần Văn Tư", comes_from="Đoàn Thanh niên", valid_from=day(20))
    teams.end_member(left, last_day=day(10), by=place.hoa)
    teams.add_place(place.team, place.third, valid_from=day(5), by=place.hoa)
    client, here = enter(place.thu), f"/to-cong-nghe/{place.team.pk}/thanh-vien/"
    assert f'href="{here}"' in text(client.get(f"/to-cong-nghe/{place.team.pk}/"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{here}?dinh-dang=xlsx").streaming_content)))
    heads, lan, tu = [[_day(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert heads == ["Họ và tên", "Phần việc", "Do nơi nào cử", "Từ ngày", "Đến hết ngày", "Nơi tổ phụ trách"]
    assert lan == ["Phạm Thị Lan", "thành viên", None, LONG_AGO, None, f"{place.first.name}, {place.third.name}"]
    assert tu == ["Trần Văn Tư", "thành viên", "Đoàn Thanh niên", day(20), day(10), place.first.name]
    told = AuditEntry.objects.order_by("-sequence")[0]
    assert (told.action, told.details["people"]) == ("saw members", 2) and "Lan" not in str(told.details)
    assert "Trần Văn Tư" not in text(client.get(f"{here}?tt=dang")).partition("<tbody>")[2]
    assert "Phạm Thị Lan" not in text(client.get(f"{here}?tt=roi")).partition("<tbody>")[2]


def _day(cell: object) -> object:
    return cell.date() if isinstance(cell, datetime) else cell


# ---- The list


def test_the_list_tells_who_is_kept_up_and_ranks_nobody(place):
    visit(place.homes[0], place.lan)
    client = enter(place.hoa)
    page = text(client.get("/to-cong-nghe/"))
    assert page.index("Tổ dân phố số 1") < page.index("Tổ dân phố số 2") < page.index("Tổ dân phố số 3")
    assert "Được duy trì" in page and page.count("Chưa hoạt động") >= 2 and "16,7%" in page
    assert "Phạm Thị Lan" not in page
    assert "Tổ dân phố số 2" not in text(client.get("/to-cong-nghe/?tt=duy-tri")).partition("<tbody>")[2]
    assert client.get("/to-cong-nghe/?dinh-dang=xlsx").status_code == 200


def test_a_team_meets_itself_and_whoever_reads_meets_all(place):
    page = text(enter(place.lan).get("/to-cong-nghe/"))
    assert place.team.name in page and place.other_team.name not in page
    assert enter(place.lan).get(f"/to-cong-nghe/{place.team.pk}/").status_code == 200
    assert enter(place.lan).get(f"/to-cong-nghe/{place.other_team.pk}/").status_code == 404
    assert enter(place.lan).get(f"/to-cong-nghe/{place.team.pk}/thanh-vien/").status_code == 200
    assert enter(place.lan).get(f"/to-cong-nghe/{place.other_team.pk}/thanh-vien/").status_code == 404
    for account in (place.thu, place.giam):
        assert enter(account).get(f"/to-cong-nghe/{place.team.pk}/").status_code == 200
        assert enter(account).get(f"/to-cong-nghe/{place.team.pk}/them-noi/").status_code == 403
    assert enter(make_account("la")).get("/to-cong-nghe/").status_code == 403


def test_a_foreign_ward_is_not_there(place):
    there = make_ward("Khác", code="1", slug="khac")
    foreign = team_at(make_neighbourhood(there, 7))
    row = TeamMember.objects.create(team=foreign, full_name="X", valid_from=LONG_AGO)
    client = enter(place.hoa)
    for address in (
        f"{foreign.pk}/",
        f"{foreign.pk}/thanh-vien/",
        f"{foreign.pk}/them-noi/",
        f"thanh-vien/{row.pk}/thoi/",
        f"thanh-vien/{row.pk}/to-truong/",
    ):
        assert client.get(f"/to-cong-nghe/{address}").status_code == 404
    assert foreign.name not in text(client.get("/to-cong-nghe/"))
    assert foreign.neighbourhood is not None
    sent = {"place": foreign.neighbourhood.pk, "valid_from": f"{day():%d/%m/%Y}"}
    assert client.post(f"/to-cong-nghe/{place.team.pk}/them-noi/", sent).status_code == 422


def test_more_teams_and_members_ask_no_more(place):
    client = enter(place.hoa)

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    here = f"/to-cong-nghe/{place.team.pk}/"
    asked("/to-cong-nghe/")
    few = asked("/to-cong-nghe/"), asked(here), asked(f"{here}thanh-vien/")
    for number in range(10, 22):
        other = make_neighbourhood(place.ward, number)
        by = make_team_member(team_at(other), f"nguoi-{number}", f"Người {number}")
        visit(make_home(place.ward, f"B{number}", "Số 1", other), by)
        join(place, full_name=f"Thêm {number}", valid_from=day(2))
    assert (asked("/to-cong-nghe/"), asked(here), asked(f"{here}thanh-vien/")) == few
