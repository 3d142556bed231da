"""The rules of field work: shipped ones, and a ward's own from a day on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import rules
from hocvu.outreach.models import OutreachRule
from hocvu.outreach.tests.cast_field import Field, enter, make_field, text
from hocvu.ward.models import AuditEntry
from hocvu.ward.tests.cast import make_ward


@pytest.fixture
def place(db: None) -> Field:
    return make_field()


def test_a_ward_that_decided_nothing_goes_by_the_shipped_rules(place):
    today = clock.today()
    assert dict(rules.rule(place.ward, "kept_up", today)) == {"days": 30, "members": 1, "acts": 1}
    assert rules.rule(place.ward, "due", today)["nobody_home_days"] == 3
    assert rules.rule(place.ward, "spot_check", today)["percent"] == 5
    assert rules.rule(place.ward, "attendance", today)["percent"] == 80
    assert rules.version(place.ward, "due", date(2019, 1, 1)).source == "Quy ước của nền tảng"


def test_a_decision_holds_from_its_day_on_and_only_there(place):
    today, there = clock.today(), make_ward("Khác", code="1", slug="khac")
    said = {"days": 14, "members": 3, "acts": 2}
    rules.decide(
        place.ward, "kept_up", params=said, source="Họp giao ban", valid_from=today + timedelta(days=3), by=place.hoa
    )
    assert rules.rule(place.ward, "kept_up", today)["days"] == 30
    assert dict(rules.rule(place.ward, "kept_up", today + timedelta(days=3))) == said
    assert rules.rule(there, "kept_up", today + timedelta(days=3))["days"] == 30
    assert AuditEntry.objects.filter(action="decided a rule of field work", ward=place.ward).count() == 1


def test_of_two_decisions_of_a_day_the_later_holds(place):
    today = clock.today()
    for percent in (10, 20):
        said = {"percent": percent, "least": 2}
        rules.decide(place.ward, "spot_check", params=said, source="Họp", valid_from=today, by=place.hoa)
    assert rules.rule(place.ward, "spot_check", today)["percent"] == 20
    assert OutreachRule.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"source": " "}, "theo văn bản"),
        ({"valid_from": date(2020, 1, 1)}, "ngày đã qua"),
        ({"params": {"percent": 0}}, "từ 1 đến 100"),
        ({"params": {"percent": True}}, "từ 1 đến 100"),
        ({"params": {"percent": 80}}, "đang dùng rồi"),
    ],
)
def test_what_makes_no_rule_is_refused(place, said, words):
    given = {"params": {"percent": 90}, "source": "Họp", "valid_from": clock.today(), "by": place.hoa, **said}
    with pytest.raises(Refusal, match=words):
        rules.decide(place.ward, "attendance", **given)


def test_the_coordinator_decides_on_the_page(place):
    client = enter(place.hoa)
    page = text(client.get("/to-cong-nghe/quy-tac/"))
    assert "Thế nào là tổ được duy trì" in page and "30 ngày" in page and "Quy ước của nền tảng" in page
    form = client.get("/to-cong-nghe/quy-tac/kept_up/")
    assert 'value="30"' in text(form)
    wrong = client.post("/to-cong-nghe/quy-tac/kept_up/", {"days": "3", "members": "1", "acts": "1", "source": "Họp"})
    assert wrong.status_code == 422 and 'value="Họp"' in text(wrong)
    sent = {"days": "14", "members": "2", "acts": "1", "source": "Họp", "valid_from": f"{clock.today():%d/%m/%Y}"}
    assert client.post("/to-cong-nghe/quy-tac/kept_up/", sent).status_code == 302
    assert rules.rule(place.ward, "kept_up", clock.today())["members"] == 2
    page = text(client.get("/to-cong-nghe/quy-tac/"))
    assert "Đỗ Thị Hoa" in page and "Đã thay" in page
    assert client.get("/to-cong-nghe/quy-tac/khac/").status_code == 404


def test_only_who_manages_teams_meets_the_rules(place):
    for account in (place.lan, place.thu, place.giam):
        assert enter(account).get("/to-cong-nghe/quy-tac/").status_code == 403
        assert enter(account).get("/to-cong-nghe/quy-tac/due/").status_code == 403
