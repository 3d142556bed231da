"""Visits that are asked about again: drawn the same for everybody, asked by others, told by month."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.lib.refusals import Refusal
from hocvu.outreach import jobs, spot_checks
from hocvu.outreach.models import SpotCheck, TeamMember, Visit
from hocvu.outreach.tests.cast_field import Field, enter, make_field, make_home, text, visit
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import AuditEntry, Notice
from hocvu.ward.tests.cast import make_ward

NOW = clock.read_moment("2026-11-20T09:00")
NOVEMBER = Month(2026, 11)


@pytest.fixture
def place(db: None, settings) -> Field:
    settings.NOW = "2026-11-20T09:00"
    return make_field()


def many(place: Field, count: int, **said) -> list[Visit]:
    """Visits of Lan's team in November."""
    return [
        visit(make_home(place.ward, f"N{n}", "Số 1", place.first), place.lan, days_ago=n % 15, **said)
        for n in range(count)
    ]


def test_one_of_twenty_is_drawn_and_at_least_one_of_each_team(place):
    many(place, 60)
    visit(make_home(place.ward, "M1", "Số 1", place.second), place.minh)
    assert spot_checks.draw(place.ward, NOVEMBER, by=place.hoa) == 4
    drawn = list(SpotCheck.objects.values_list("visit__team", flat=True))
    assert drawn.count(place.team.pk) == 3 and drawn.count(place.other_team.pk) == 1


def test_drawing_again_adds_nothing_and_late_visits_add_their_share(place):
    many(place, 20)
    assert spot_checks.draw(place.ward, NOVEMBER, by=None) == 1
    assert spot_checks.draw(place.ward, NOVEMBER, by=None) == 0
    first = SpotCheck.objects.get().visit_id
    SpotCheck.objects.all().delete()
    spot_checks.draw(place.ward, NOVEMBER, by=None)
    assert SpotCheck.objects.get().visit_id == first  # no chance in it
    for n in range(20):
        visit(make_home(place.ward, f"L{n}", "Số 1", place.first), place.lan)
    assert spot_checks.draw(place.ward, NOVEMBER, by=None) == 1


def test_only_what_stands_and_met_somebody_is_drawn(place):
    a, b, c, d, *_ = place.homes
    visit(a, place.lan, Visit.Outcome.NOBODY)
    visit(b, place.lan, Visit.Outcome.REFUSED)
    visit(c, place.lan, state=Visit.State.WAITING)
    wrong = visit(d, place.lan)
    visit(d, place.lan, Visit.Outcome.MISTAKE, corrects=wrong.pk)
    visit(d, place.lan, days_ago=40)
    assert spot_checks.draw(place.ward, NOVEMBER, by=None) == 0


def test_the_second_of_the_month_draws_of_the_month_before(place):
    many(place, 5)
    there = make_ward("Khác", code="1", slug="khac")
    due = clock.read_moment("2026-12-02T03:10")
    with clock.stopped_at(due):
        assert "1 lượt của tháng 11/2026" in jobs.draw_spot_checks(due)
    assert not SpotCheck.objects.filter(visit__ward=there).exists()
    assert Notice.objects.filter(account=place.hoa, href="/di-tung-ngo/kiem-tra-lai/").count() == 1


def drawn(place: Field) -> SpotCheck:
    visit(place.homes[0], place.lan)
    spot_checks.draw(place.ward, NOVEMBER, by=None)
    return SpotCheck.objects.get()


def test_neither_the_author_nor_the_team_asks_about_its_own_visit(place):
    spot = drawn(place)
    with pytest.raises(Refusal, match="không tự hỏi lại"):
        spot_checks.record(spot, result="agrees", note="", by=place.lan)
    TeamMember.objects.create(team=place.team, account=place.hoa, full_name="Hoa", valid_from=clock.today())
    with pytest.raises(Refusal, match="của tổ mình"):
        spot_checks.record(spot, result="agrees", note="", by=place.hoa)
    assert "của tổ mình" in text(enter(place.hoa).get(f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/"))
    TeamMember.objects.filter(account=place.hoa).update(
        valid_from=clock.today() - timedelta(days=1), valid_to=clock.today() - timedelta(days=1)
    )
    spot.visit.happened_on = clock.today() - timedelta(days=1)
    spot.visit.save()
    with pytest.raises(Refusal, match="của tổ mình"):  # whoever was in the team on the day of the visit
        spot_checks.record(spot, result="agrees", note="", by=place.hoa)
    spot.visit.brought_by = place.thu
    spot.visit.save()
    with pytest.raises(Refusal, match="không tự hỏi lại"):
        spot_checks.record(spot, result="agrees", note="", by=place.thu)


def test_what_the_household_says_is_written_on_the_page(place):
    spot, client = drawn(place), enter(place.hoa)
    here = f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/"
    assert "đã phổ biến" in text(client.get(here))
    lacking = client.post(here, {"result": "differs"})
    assert lacking.status_code == 422 and "khác ở chỗ nào" in text(lacking)
    assert client.post(here, {"result": "agrees"}).status_code == 302
    page = text(client.get("/di-tung-ngo/kiem-tra-lai/"))
    assert "Đúng như đã ghi" in page and "20,7% đến 100%" in page
    assert client.get("/di-tung-ngo/kiem-tra-lai/?dinh-dang=xlsx").status_code == 200


def test_whoever_asks_finds_the_household_and_a_look_at_its_people_is_written_down(place):
    spot, client, home = drawn(place), enter(place.hoa), place.homes[0]
    here = f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/"
    people, visits = f'href="/ho/{home.pk}/"', f'href="/tham-ho/ho/{home.pk}/"'
    page = text(client.get(here))
    assert people in page and visits in page
    assert people in text(client.post(here, {"result": "differs"}))  # still there where the form failed
    assert not AuditEntry.objects.filter(action="saw people").exists()
    assert client.get(f"/tham-ho/ho/{home.pk}/").status_code == 200
    assert client.get(f"/ho/{home.pk}/").status_code == 200
    assert AuditEntry.objects.get(action="saw people").actor == str(place.hoa)
    Visit.objects.filter(pk=spot.visit_id).update(household=None, code="A1")
    assert "/ho/" not in text(client.get(here))


@pytest.mark.parametrize(("lacks", "shown"), [("people.read", '"/tham-ho/ho/'), ("visits.read", '"/ho/')])
def test_nobody_is_led_to_a_page_that_is_not_theirs(place, monkeypatch, lacks, shown):
    spot = drawn(place)
    monkeypatch.delitem(CAPABILITIES[Role.COORDINATOR], lacks)
    page = text(enter(place.hoa).get(f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/"))
    assert page.count("/ho/") == 1 and f"{shown}{place.homes[0].pk}/" in page


def test_what_differs_waits_in_the_inbox_until_the_visit_is_put_right(place):
    spot, client = drawn(place), enter(place.hoa)
    client.post(f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/", {"result": "differs", "note": "Không ai đến"})
    assert "Hộ nói khác với đã ghi: Không ai đến" in text(client.get("/di-tung-ngo/can-xem/"))
    visit(place.homes[0], place.lan, Visit.Outcome.MISTAKE, corrects=spot.visit_id)
    assert "Không ai đến" not in text(client.get("/di-tung-ngo/can-xem/"))


def test_what_the_household_said_first_stays_when_it_is_asked_once_more(place):
    spot, client = drawn(place), enter(place.hoa)
    here = f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/"
    client.post(here, {"result": "differs", "note": "Không ai đến"})
    silent = client.post(here, {"result": "agrees"})
    assert silent.status_code == 422 and "vì sao hỏi lại" in text(silent)
    assert client.post(here, {"result": "agrees", "note": "Bà nhớ lại rồi"}).status_code == 302
    page = text(client.get(here))
    assert "Khác với đã ghi; Không ai đến" in page and "Đúng như đã ghi; Bà nhớ lại rồi" in page
    spot.refresh_from_db()
    assert [(one["result"], one["note"]) for one in spot.earlier] == [("differs", "Không ai đến")]


def test_somebody_lets_a_visit_stand_without_touching_what_the_household_said(place):
    spot, client = drawn(place), enter(place.hoa)
    here = f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/"
    assert client.post(f"{here}van-tinh/", {"why": "Đúng"}).status_code == 422  # nobody was asked yet
    client.post(here, {"result": "differs", "note": "Không ai đến"})
    page = text(client.get(here))
    assert f'"/di-tung-ngo/can-xem/luot/{spot.visit_id}/khong-tinh/"' in page and f'"{here}van-tinh/"' in page
    assert client.post(f"{here}van-tinh/", {"why": " "}).status_code == 422
    assert (
        client.post(f"{here}van-tinh/", {"why": "Hôm ấy cháu ra tiếp, bà không biết"})["Location"]
        == "/di-tung-ngo/can-xem/"
    )
    assert "Không ai đến" not in text(client.get("/di-tung-ngo/can-xem/"))
    assert "Hôm ấy cháu ra tiếp" in text(client.get(here)) and f"{here}van-tinh/" not in text(client.get(here))
    [told] = spot_checks.agreement(SpotCheck.objects.all())
    assert (told.asked, told.agrees) == (1, 0) and Visit.objects.standing().filter(pk=spot.visit_id).exists()
    client.post(here, {"result": "differs", "note": "Cháu cũng không gặp ai"})  # asked once more, it waits again
    assert "Cháu cũng không gặp ai" in text(client.get("/di-tung-ngo/can-xem/"))
    client.post(f"/di-tung-ngo/can-xem/luot/{spot.visit_id}/khong-tinh/", {"why": "Không ai đến nhà này"})
    assert "Cháu cũng" not in text(client.get("/di-tung-ngo/can-xem/"))
    assert not Visit.objects.standing().filter(pk=spot.visit_id).exists()


def test_the_team_lets_no_visit_of_its_own_stand(place):
    spot = drawn(place)
    spot_checks.record(spot, result="differs", note="Không ai đến", by=place.hoa)
    with pytest.raises(Refusal, match="không tự hỏi lại"):
        spot_checks.let_stand(spot, why="Có đến", by=place.lan)
    assert enter(place.lan).post(f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/van-tinh/", {"why": "a"}).status_code == 403


def test_somebody_draws_by_hand_of_a_month_that_is_over(place, settings):
    many(place, 3)
    client = enter(place.hoa)
    assert "tháng 11/2026" not in text(client.get("/di-tung-ngo/kiem-tra-lai/chon/"))
    assert client.post("/di-tung-ngo/kiem-tra-lai/chon/", {"month": "2026-11"}).status_code == 422
    settings.NOW = "2026-12-02T09:00"
    assert "tháng 11/2026" in text(client.get("/di-tung-ngo/kiem-tra-lai/chon/"))
    client.post("/di-tung-ngo/kiem-tra-lai/chon/", {"month": "2026-11"})
    assert SpotCheck.objects.count() == 1
    assert client.post("/di-tung-ngo/kiem-tra-lai/chon/", {"month": "2020-01"}).status_code == 422


def test_who_meets_the_checks(place):
    spot = drawn(place)
    for account in (place.lan, place.thu, place.giam):
        assert enter(account).get("/di-tung-ngo/kiem-tra-lai/").status_code == 403
        assert enter(account).post(f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/", {"result": "agrees"}).status_code == 403


def test_more_checks_ask_no_more(place):
    many(place, 10)
    spot_checks.draw(place.ward, NOVEMBER, by=None)
    client = enter(place.hoa)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/di-tung-ngo/kiem-tra-lai/")
        return len(queries)

    asked()
    few = asked()
    for row in Visit.objects.filter(spot_check=None):
        SpotCheck.objects.create(visit=row, drawn_on=clock.today() - timedelta(days=1), result="agrees")
    assert asked() == few


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_its_share(said):
    hits, of = said
    low, high = spot_checks.wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-9 and hits / of - 1e-9 <= high <= 1
