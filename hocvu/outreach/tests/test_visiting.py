"""Visits as they come from devices: once, however late, in whatever order; doubts wait and both people are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hocvu.lib import clock
from hocvu.outreach.models import Clash, TeamPlace, Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, fields, send
from hocvu.ward import receipts
from hocvu.ward.models import Grant, Household, Notice, Receipt
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def field() -> Field:
    return cast.make_field()


@pytest.fixture
def phone(field: Field):
    """Nết's phone."""
    return enter(field.net)


def ago(days: float) -> str:
    return (clock.now() - timedelta(days=days)).isoformat()


def count(field: Field) -> int:
    """How many households count as informed."""
    standing = Visit.objects.of(field.ward).standing().informed().until(clock.today())
    return standing.values("household").distinct().count()


def test_it_counts_a_replayed_visit_once(field, phone):
    key = receipts.uuid7()
    told = [send(phone, field.net, fields(field.homes[0]), key=key).json()["result"] for _ in range(3)]
    assert told == ["accepted", "duplicate", "duplicate"]
    visit = Visit.objects.get()
    assert (visit.pk, visit.household, visit.neighbourhood, visit.team) == (
        key,
        field.homes[0],
        field.seven,
        field.team,
    )
    assert visit.state == "counts" and count(field) == 1


def test_it_counts_a_household_once_however_often_it_was_visited(field, phone):
    for home in (field.homes[0], field.homes[0], field.homes[1]):
        assert send(phone, field.net, fields(home)).status_code == 200
    assert Visit.objects.count() == 3 and count(field) == 2


def test_it_keeps_both_where_one_id_comes_with_other_content(field, phone):
    key = receipts.uuid7()
    send(phone, field.net, fields(field.homes[0]), key=key)
    for _ in range(2):
        answer = send(phone, field.net, fields(field.homes[1], "nobody"), key=key)
        assert (answer.status_code, answer.json()["result"]) == (409, "conflict")
    clash = Clash.objects.get()
    assert clash.first == key and dict(clash.fields) == {"ho": str(field.homes[1].pk), "ket_qua": "nobody"}
    assert Visit.objects.get().household == field.homes[0]
    assert Notice.objects.filter(account=field.hoa, text__contains="cùng một mã").count() == 1


def test_it_keeps_other_content_even_where_that_makes_no_sense(field, phone):
    key = receipts.uuid7()
    send(phone, field.net, fields(field.homes[0]), key=key)
    assert send(phone, field.net, fields(field.homes[0], "gone fishing"), key=key).status_code == 409
    assert Clash.objects.count() == 1


@pytest.mark.parametrize(
    "said", [{"ket_qua": "informed"}, {"ho": "no uuid", "ket_qua": "informed"}, {"ma_ho": "X", "ket_qua": "fun"}, {}]
)
def test_it_rejects_only_what_makes_no_sense(field, phone, said):
    answer = send(phone, field.net, said)
    assert answer.status_code == 422 and answer.json()["reason"]
    assert not Visit.objects.exists()


def test_it_rejects_a_mistake_that_is_no_correction(field, phone):
    assert send(phone, field.net, fields(field.homes[0], "mistake")).status_code == 422


def both_told(field: Field, visit: Visit, author=None) -> bool:
    author = author or field.net
    mine = Notice.objects.filter(account=author, href=f"/tham-ho/luot/{visit.pk}/").count()
    return mine == 1 and Notice.objects.filter(account=field.hoa, text__contains="chờ xem").exists()


DOUBTED = {
    "clock_ahead": lambda field: (fields(field.homes[0]), ago(-3)),
    "too_old": lambda field: (fields(field.homes[0]), ago(401)),
    "no_household": lambda field: ({"ma_ho": "TDP99-9", "ket_qua": "informed"}, ago(0)),
    "outside": lambda field: (fields(field.away), ago(0)),
}


@pytest.mark.parametrize("code", DOUBTED)
def test_it_lets_what_can_be_doubted_wait_and_tells_both(field, phone, code):
    said, made = DOUBTED[code](field)
    answer = send(phone, field.net, said, made=made)
    assert (answer.status_code, answer.json()["result"]) == (202, "quarantined")
    visit = Visit.objects.get()
    assert (visit.state, visit.doubts) == ("waiting", [code]) and answer.json()["reason"]
    assert both_told(field, visit) and count(field) == 0
    if code in ("clock_ahead", "too_old"):
        assert visit.happened_on == clock.today()
    assert phone.get(f"/tham-ho/luot/{visit.pk}/").status_code == 200


def test_it_lets_a_visit_to_a_household_that_moved_wait(field, phone):
    Household.objects.filter(pk=field.homes[0].pk).update(neighbourhood=field.eight)
    assert send(phone, field.net, fields(field.homes[0])).status_code == 202
    visit = Visit.objects.get()
    assert visit.doubts == ["outside"] and visit.neighbourhood == field.eight and both_told(field, visit)


def test_it_does_not_doubt_what_was_made_while_the_right_held(field, phone):
    Grant.objects.filter(account=field.net).update(valid_to=clock.today() - timedelta(days=2))
    assert send(phone, field.net, fields(field.homes[0]), made=ago(3)).status_code == 200
    late = send(phone, field.net, fields(field.homes[1]), made=ago(1))
    assert late.status_code == 202
    visit = Visit.objects.get(household=field.homes[1])
    assert visit.doubts == ["right_ended"] and both_told(field, visit)
    assert phone.get(f"/tham-ho/luot/{visit.pk}/").status_code == 200


def test_it_takes_nothing_from_somebody_who_never_went_out(field):
    client = enter(field.leader)
    assert send(client, field.leader, fields(field.homes[0])).status_code == 422
    assert not Visit.objects.exists() and not Notice.objects.exists()


def test_it_finds_the_household_of_a_code_however_it_is_typed(field, phone):
    assert send(phone, field.net, {"ma_ho": " tdp07 0001", "ket_qua": "informed"}).status_code == 200
    assert Visit.objects.get().household == field.homes[0]
    cast.make_household(field.ward, field.seven, "TDP070001")
    assert send(phone, field.net, {"ma_ho": "tdp07 0001", "ket_qua": "informed"}).status_code == 202
    assert Visit.objects.get(household=None).doubts == ["ambiguous_code"]


def test_it_keeps_a_visit_to_a_household_that_is_gone(field, phone):
    gone = cast.make_household(field.ward, field.seven, "TDP07-0009")
    said = fields(gone)
    gone.delete()
    assert send(phone, field.net, said).status_code == 202
    assert Visit.objects.get().code == said["ho"]


def test_it_tells_nothing_of_a_household_of_another_ward(field, phone):
    other = make_ward("Kiến Thụy", code="999", slug="kien-thuy")
    foreign = cast.make_household(other, None, "X1")
    answer = send(phone, field.net, fields(foreign))
    assert answer.status_code == 202 and Visit.objects.get().household is None


def test_it_tells_those_who_settle_once_a_day_of_one_phone(field, phone):
    for home in field.homes:
        send(phone, field.net, fields(home), made=ago(-3))
    assert Notice.objects.filter(account=field.net).count() == 3
    assert Notice.objects.filter(account=field.hoa).count() == 1


def test_it_takes_a_team_besides_its_own_place(field, phone):
    TeamPlace.objects.create(team=field.team, neighbourhood=field.eight, valid_from=date(2025, 1, 1))
    assert send(phone, field.net, fields(field.away)).status_code == 200
    assert Visit.objects.get().team == field.team
    assert phone.get(f"/tham-ho/ho/{field.away.pk}/").status_code == 200


def test_it_knows_a_visit_again_whose_receipt_was_forgotten(field, phone):
    key = receipts.uuid7()
    send(phone, field.net, fields(field.homes[0]), key=key)
    Receipt.objects.all().delete()
    assert send(phone, field.net, fields(field.homes[0]), key=key).json()["result"] == "duplicate"
    assert Visit.objects.count() == 1


# ---- What comes from a page


def test_it_works_without_a_script_and_goes_on_to_the_next_door(field, phone):
    page = phone.get(f"/tham-ho/ho/{field.homes[1].pk}/").content.decode()
    assert 'data-outbox="/tham-ho/ghi/"' in page and f'data-next="/tham-ho/ho/{field.homes[0].pk}/"' in page
    answer = phone.post(cast.RECORD, fields(field.homes[1], da_noi=["movement", "safety"], hen_ngay=""))
    assert (answer.status_code, answer["Location"]) == (302, f"/tham-ho/ho/{field.homes[0].pk}/")
    visit = Visit.objects.get()
    assert visit.shown == ["movement", "safety"] and visit.happened_on == clock.today()


def test_it_says_what_is_wrong_beside_the_field_and_keeps_the_rest(field, phone):
    answer = phone.post(cast.RECORD, {"ho": field.homes[0].pk, "da_noi": ["safety"], "hen_ngay": "2020-01-01"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "chọn kết quả" in page and "trong vòng một năm" in page
    assert 'value="safety"' in page and page.count("checked") == 1
    assert phone.post(cast.RECORD, {"ket_qua": "informed"}).status_code == 422
    assert not Visit.objects.exists()
