"""Which households wait for the team, as one walks; on the page, on paper, on a device; and who may see it."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from itertools import pairwise
from time import perf_counter

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.outreach import due, rules
from hocvu.outreach.due import Last
from hocvu.outreach.models import TeamPlace, Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, make_household, make_person
from hocvu.ward import belonging
from hocvu.ward.models import AuditEntry, Household, Person, Residence

pytestmark = pytest.mark.django_db
HOME = "/tham-ho/"
TODAY = date(2026, 11, 20)
RULE = {"nobody_home_days": 3, "later_days": 7, "not_found_days": 14, "refused_days": 180, "revisit_days": 365}


@pytest.fixture
def field() -> Field:
    return cast.make_field()


def visited(field: Field, home: Household, outcome: str, days_ago: int = 0, next_in: int | None = None) -> Visit:
    day = clock.today() - timedelta(days=days_ago)
    return Visit.objects.create(
        ward=field.ward, household=home, neighbourhood=home.neighbourhood, team=field.team, made_by=field.net,
        outcome=outcome, happened_on=day, made_at=clock.now() - timedelta(days=days_ago),
        next_on=None if next_in is None else clock.today() + timedelta(days=next_in),
    )  # fmt: skip


def listed(client, query: str = "") -> list[str]:
    """The codes on the page, in its order."""
    page = client.get(HOME + query).content.decode()
    return [part.split("<")[0][-10:] for part in page.split('<li><a href="/tham-ho/ho/')[1:]]


# ---- Why a household is due


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (None, "never"),
        (Last("nobody", TODAY - timedelta(2)), None),
        (Last("nobody", TODAY - timedelta(3)), "nobody"),
        (Last("later", TODAY - timedelta(9), TODAY), "promised"),
        (Last("later", TODAY, TODAY + timedelta(1)), None),
        (Last("later", TODAY - timedelta(7)), "promised"),
        (Last("nobody", TODAY - timedelta(5), TODAY + timedelta(1)), None),
        (Last("informed", TODAY - timedelta(30)), None),
        (Last("informed", TODAY - timedelta(30), TODAY - timedelta(1)), "promised"),
        (Last("informed", TODAY - timedelta(365)), "other"),
        (Last("refused", TODAY - timedelta(179)), None),
        (Last("refused", TODAY - timedelta(180)), "other"),
        (Last("not_found", TODAY - timedelta(14)), "other"),
        (Last("moved", TODAY - timedelta(999)), None),
    ],
)
def test_it_says_why_a_household_is_due(last, why):
    found = due.due_of(last, RULE, TODAY)
    assert (found and found.why) == why


@given(
    st.sampled_from([one.value for one in Visit.Outcome]), st.integers(0, 900), st.none() | st.integers(-400, 400),
    st.integers(0, 900),
)  # fmt: skip
def test_a_household_that_is_due_stays_so_until_it_is_visited(outcome, ago, promised, later):
    last = Last(outcome, TODAY - timedelta(ago), None if promised is None else TODAY + timedelta(promised))
    if due.due_of(last, RULE, TODAY):
        assert due.due_of(last, RULE, TODAY + timedelta(later))


# ---- The list


def test_it_goes_by_alley_and_number(field):
    assert listed(enter(field.net)) == ["TDP07-0002", "TDP07-0001", "TDP07-0003"]
    page = enter(field.net).get(HOME).content.decode()
    at = [page.index(words) for words in (">Ngõ 3 Đằng Lâm</h2>", "TDP07-0002", ">Ngõ 10 Đằng Lâm</h2>")]
    assert at == sorted(at)
    assert "Nguyễn Thị Ba" not in page and "3 hộ đến lượt" in page


def test_it_leaves_out_who_is_not_due_and_finds_them_when_asked(field):
    visited(field, field.homes[0], "informed")
    visited(field, field.homes[1], "nobody", days_ago=4)
    client = enter(field.net)
    assert listed(client) == ["TDP07-0002", "TDP07-0003"]
    assert listed(client, "?vi-sao=nobody") == ["TDP07-0002"]
    assert listed(client, "?vi-sao=moi-ho") == ["TDP07-0002", "TDP07-0001", "TDP07-0003"]
    assert listed(client, "?ngo=ng%C3%B5+10+%C4%91%E1%BA%B1ng+l%C3%A2m") == ["TDP07-0003"]


def test_it_follows_the_rule_that_the_ward_decided(field):
    visited(field, field.homes[0], "nobody", days_ago=4)
    assert "TDP07-0001" in listed(enter(field.net))
    rules.decide(
        field.ward, "due", params={**RULE, "nobody_home_days": 30}, source="Họp ngày 1/11", valid_from=clock.today(),
        by=field.hoa,
    )  # fmt: skip
    assert "TDP07-0001" not in listed(enter(field.net))


def test_it_asks_a_correction_and_not_what_it_corrected(field):
    first = visited(field, field.homes[0], "informed", days_ago=9)
    row = visited(field, field.homes[0], "nobody", days_ago=9)
    Visit.objects.filter(pk=row.pk).update(corrects=first.pk)
    assert "TDP07-0001" in listed(enter(field.net), "?vi-sao=nobody")


def test_it_marks_who_comes_first_and_never_says_why(field):
    belonging.record_circumstance(
        field.homes[1], kind="poor", note="Khó khăn", paper="QĐ 1", day=date(2026, 1, 1), by=None
    )
    belonging.record_circumstance(field.ba, kind="disability", note="Mù", paper="GXN", day=date(2026, 1, 1), by=None)
    make_person(field.homes[0], "Nguyễn Văn Con")
    make_person(field.homes[2], "Vũ Thị Già", date(1950, 1, 1))
    client = enter(field.net)
    assert listed(client, "?vi-sao=uu-tien") == ["TDP07-0002", "TDP07-0001", "TDP07-0003"]
    seen = client.get(HOME).content.decode() + client.get(f"{HOME}ho/{field.homes[1].pk}/").content.decode()
    seen += json.dumps(client.get(f"{HOME}danh-sach.json").json()["households"], ensure_ascii=False)
    assert "Ưu tiên" in seen
    assert not any(word in seen for word in ("nghèo", "khuyết tật", "Khó khăn", "Mù", "QĐ 1", "GXN"))


def test_an_elder_who_lives_with_somebody_or_asked_for_peace_marks_no_door(field):
    make_person(field.homes[0], "Nguyễn Văn Con")
    elder = make_person(field.homes[2], "Vũ Thị Già", date(1950, 1, 1))
    belonging.record_circumstance(elder, kind="access", note="", paper="GXN", day=date(2026, 1, 1), by=None)
    Person.objects.filter(pk=elder.pk).update(restricted_at=clock.now())
    assert listed(enter(field.net), "?vi-sao=uu-tien") == []


def test_the_list_leaves_as_a_spreadsheet_and_on_paper(field):
    client = enter(field.net)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{HOME}?dinh-dang=xlsx").streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:4] == ("Nơi", "Ngõ", "Số nhà", "Mã hộ") and len(rows) == 4
    paper = client.get(f"{HOME}in/").content.decode()
    assert "Ngõ 10 Đằng Lâm" in paper and paper.count("☐") == 6 and "Nguyễn Thị Ba" not in paper


def test_a_card_of_a_household_names_nobody(field):
    page = enter(field.net).get(f"{HOME}ho/{field.homes[0].pk}/the/").content.decode()
    assert "data:image/svg+xml" in page and "TDP07-0001" in page and "Nguyễn Thị Ba" not in page


def test_the_cards_of_the_households_that_are_asked_for_are_printed_at_once(field):
    visited(field, field.homes[2], "informed")
    client = enter(field.net)
    assert f'href="{HOME}in/the/?vi-sao=never"' in client.get(f"{HOME}?vi-sao=never&trang=1").content.decode()
    page = client.get(f"{HOME}in/the/").content.decode()
    assert [code in page for code in ("TDP07-0001", "TDP07-0002", "TDP07-0003", "TDP08-0001")] == [
        True,
        True,
        False,
        False,
    ]
    alone = client.get(f"{HOME}ho/{field.homes[0].pk}/the/").content.decode()
    card = alone.partition('hv-homecard">')[2].partition("</div>")[0]
    assert "data:image/svg+xml" in card and card in page and "Nguyễn Thị Ba" not in page
    assert client.get(f"{HOME}in/the/?vi-sao=moi-ho").content.decode().count("data:image/svg+xml") == 3
    assert "Không có hộ nào để in thẻ" in client.get(f"{HOME}in/the/?vi-sao=nobody").content.decode()


def test_a_sheet_of_cards_says_what_it_leaves_out(field, monkeypatch):
    client = enter(field.net)
    assert "Chưa đủ thẻ cho mọi hộ" not in client.get(f"{HOME}in/the/").content.decode()
    monkeypatch.setattr("hocvu.outreach.views.due.MOST_CARDS", 2)
    page = client.get(f"{HOME}in/the/").content.decode()
    assert page.count("data:image/svg+xml") == 2 and "Đang chọn 3 hộ; đây là thẻ của 2 hộ đầu" in page


def test_whoever_has_several_places_sees_them_all_and_may_choose(field):
    TeamPlace.objects.create(team=field.team, neighbourhood=field.eight, valid_from=date(2025, 1, 1))
    client = enter(field.net)
    assert listed(client)[-1] == "TDP08-0001" and len(listed(client)) == 4
    assert listed(client, f"?noi={field.eight.pk}") == ["TDP08-0001"]


# ---- Who may see it


def test_a_team_of_another_place_meets_nothing(field):
    visit = visited(field, field.homes[0], "informed")
    client = enter(field.tam)
    assert listed(client) == ["TDP08-0001"] and listed(client, f"?noi={field.seven.pk}") == ["TDP08-0001"]
    for path in (f"ho/{field.homes[0].pk}/", f"ho/{field.homes[0].pk}/the/", f"luot/{visit.pk}/"):
        assert client.get(HOME + path).status_code == 404
    assert "TDP07-" not in client.get(f"{HOME}in/the/?noi={field.seven.pk}&vi-sao=moi-ho").content.decode()
    assert str(visit.pk) not in client.get(f"{HOME}luot/").content.decode()
    assert [one["code"] for one in client.get(f"{HOME}danh-sach.json").json()["households"]] == ["TDP08-0001"]


def test_the_coordinator_reads_and_records_nothing(field):
    visit = visited(field, field.homes[0], "informed")
    client = enter(field.hoa)
    for path in (
        "",
        "in/",
        "in/the/",
        "luot/",
        f"luot/{visit.pk}/",
        f"ho/{field.homes[0].pk}/",
        f"ho/{field.homes[0].pk}/the/",
    ):
        assert client.get(HOME + path).status_code == 200, path
    assert listed(client, f"?noi={field.eight.pk}") == ["TDP08-0001"]
    assert "data-outbox=" not in client.get(f"{HOME}ho/{field.homes[0].pk}/").content.decode()
    for path in ("danh-sach.json", "theo-ma/"):
        assert client.get(HOME + path).status_code == 403


def test_nobody_else_reads(field):
    visit = visited(field, field.homes[0], "informed")
    client = enter(field.leader)
    for path in (
        "",
        "in/",
        "in/the/",
        "luot/",
        f"ho/{field.homes[0].pk}/",
        f"ho/{field.homes[0].pk}/the/",
        "danh-sach.json",
    ):
        assert client.get(HOME + path).status_code == 403, path
    assert client.get(f"{HOME}luot/{visit.pk}/").status_code == 404
    assert client.get(f"{HOME}luot/{visit.pk}/dinh-chinh/").status_code == 404


# ---- The list of visits


def test_visits_are_listed_and_narrowed(field):
    visited(field, field.homes[0], "informed")
    visited(field, field.homes[1], "nobody", days_ago=40)
    Visit.objects.filter(outcome="nobody").update(state="waiting")
    client = enter(field.hoa)
    page = client.get(f"{HOME}luot/").content.decode()
    assert "TDP07-0001" in page and "TDP07-0002" in page and "Chờ người xem" in page and "Đang tính" in page
    for query, left in (("kq=informed", "0001"), ("tinh-trang=waiting", "0002"), ("ngay=30", "0001")):
        page = client.get(f"{HOME}luot/?{query}").content.decode()
        assert f"TDP07-{left}" in page and page.count("TDP07-") == 1, query
    assert client.get(f"{HOME}luot/?to={field.team.pk}&dinh-dang=xlsx").status_code == 200


# ---- What a device takes along


def test_a_device_takes_along_no_more_than_a_door_needs(field):
    make_person(field.homes[0], "Bé Con", date(2015, 1, 1))
    shy = make_person(field.homes[0], "Người Xin Yên")
    Person.objects.filter(pk=shy.pk).update(restricted_at=clock.now())
    visited(field, field.homes[1], "later", days_ago=2, next_in=0)
    answer = enter(field.net).get(f"{HOME}danh-sach.json")
    told = answer.json()
    assert "no-store" in answer["Cache-Control"]
    assert set(told) == {
        "ward", "made", "until", "places", "outcomes", "shown", "topics", "evidence", "needs", "consent",
        "consent_need", "households",
    }  # fmt: skip
    assert told["places"] == [{"id": field.seven.pk, "name": "Tổ dân phố số 7"}] and told["consent"]["version"] == 1
    assert "mistake" not in [one["code"] for one in told["outcomes"]]
    made, until = (clock.read_moment(told[name]) for name in ("made", "until"))
    assert until - made == timedelta(days=7)
    second, first, _third = told["households"]
    assert first == {
        "id": str(field.homes[0].pk), "code": "TDP07-0001", "alley": "Ngõ 3 Đằng Lâm", "number": "12",
        "address": "Số 12 ngõ 3 Đằng Lâm", "due": {"why": "never", "words": "chưa thăm lần nào", "since": None, "on": None},
        "priority": False, "last": None, "people": [{"id": str(field.ba.pk), "name": "Nguyễn Thị Ba", "year": 1956}],
    }  # fmt: skip
    today = clock.today().isoformat()
    assert second["due"] == {"why": "promised", "words": "đã hẹn quay lại", "since": today, "on": today}
    assert second["last"] == {"outcome": "later", "on": (clock.today() - timedelta(days=2)).isoformat()}
    assert "Bé Con" not in json.dumps(told) and "Người Xin Yên" not in json.dumps(told, ensure_ascii=False)
    [taken] = AuditEntry.objects.filter(action="took the list of households along")
    assert (taken.actor, taken.details) == (str(field.net), {"people": 1})


def fill(field: Field, many: int) -> None:
    """Many households of Tổ 7 with people and visits."""
    homes = [
        Household(ward=field.ward, neighbourhood=field.seven, code=f"M{n:04}", address=f"Số {n % 40} ngõ {n // 40}")
        for n in range(many)
    ]
    Household.objects.bulk_create(homes)
    people = [
        Person(ward=field.ward, full_name=f"Người {n}", plain_name=f"nguoi {n}", born_on=date(1970, 1, 1), household=homes[n // 3])
        for n in range(many * 3)
    ]  # fmt: skip
    Person.objects.bulk_create(people)
    Residence.objects.bulk_create(
        Residence(person=one, household=one.household, neighbourhood=field.seven, valid_from=date(2025, 1, 1))
        for one in people
    )
    at = clock.now()
    Visit.objects.bulk_create(
        Visit(
            ward=field.ward, household=homes[n % many], neighbourhood=field.seven, team=field.team, made_by=field.net,
            outcome=("informed", "nobody")[n % 2], happened_on=clock.today() - timedelta(days=5), made_at=at,
        )
        for n in range(many * 2)
    )  # fmt: skip


def queries(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(HOME + path)
        if answer.streaming:
            b"".join(answer.streaming_content)
        assert answer.status_code == 200
    return len(asked)


def test_no_page_asks_more_for_more_households(field):
    fill(field, 5)
    client = enter(field.net)
    paths = [
        "",
        "?dinh-dang=xlsx",
        "in/",
        "in/the/",
        "danh-sach.json",
        "luot/",
        "luot/?dinh-dang=xlsx",
        f"ho/{field.homes[0].pk}/",
    ]
    for _ in range(2):
        visited(field, field.homes[0], "nobody")
    few = {path: queries(client, path) for path in paths}
    for n in range(40):
        visited(field, make_household(field.ward, field.seven, f"N{n:03}", f"Số {n} ngõ 4"), "nobody", days_ago=9)
        visited(field, field.homes[0], "nobody", days_ago=n)
    assert {path: queries(client, path) for path in paths} == few
    assert max(few.values()) < 30


def test_four_hundred_households_are_ready_at_once(field):
    fill(field, 400)
    places = due.places_of(field.net, field.ward, clock.today())
    took = []
    for _ in range(5):
        began = perf_counter()
        homes = due.homes(places, clock.today(), RULE)
        took.append(perf_counter() - began)
    assert len(homes) == 403
    assert all(one.door.key <= other.door.key for one, other in pairwise(homes))
    assert min(took) < 1  # 0.15 on an idle machine; see bench
    page = enter(field.net).get(HOME).content
    assert len(page) < 100_000
