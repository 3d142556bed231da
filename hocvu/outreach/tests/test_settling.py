"""What waits is looked at by a person: it counts, it is set aside, two contents of one id are compared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import settling
from hocvu.outreach.models import Clash, Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, fields, send
from hocvu.ward import audit, receipts
from hocvu.ward.models import Household, Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def field() -> Field:
    return cast.make_field()


def wait(field: Field, said: dict | None = None) -> Visit:
    """A visit that waits."""
    made = "" if said else (clock.now() + timedelta(days=3)).isoformat()
    send(enter(field.net), field.net, said or fields(field.homes[0]), made=made)
    return Visit.objects.waiting().get()


def test_what_waits_counts_on_the_day_that_somebody_says(field):
    visit, day = wait(field), clock.today() - timedelta(days=2)
    assert list(settling.waiting(field.ward)) == [visit]
    settling.let_count(visit, day=day, by=field.hoa, why="Đã gọi hỏi Nết.")
    visit.refresh_from_db()
    assert (visit.state, visit.happened_on, visit.settled_by) == ("counts", day, field.hoa)
    assert Visit.objects.standing().get() == visit and not settling.waiting(field.ward).exists()
    told = Notice.objects.filter(account=field.net, seen_at=None).get()
    assert "đã được xem và tính" in told.text and "Đã gọi hỏi" in told.text
    assert audit.verify().whole


def test_what_waits_is_set_aside_with_a_reason_and_taken_up_again(field):
    visit = wait(field)
    with pytest.raises(Refusal):
        settling.set_aside(visit, by=field.hoa, why=" ")
    settling.set_aside(visit, by=field.hoa, why="Hôm đó không ai đi.")
    assert not Visit.objects.standing().exists() and Visit.objects.get().settled_why == "Hôm đó không ai đi."
    settling.let_count(visit, by=field.hoa, why="Xem lại: có đi.")
    assert Visit.objects.standing().exists()


def test_nobody_settles_their_own(field):
    visit = wait(field)
    for act in (settling.let_count, settling.set_aside):
        with pytest.raises(Refusal):
            act(visit, by=field.net, why="Tôi đi thật")
    with pytest.raises(Refusal):
        settling.let_count(visit, by=field.hoa, why="", day=clock.today() + timedelta(days=1))


def test_a_typed_code_counts_once_somebody_says_which_household(field):
    visit = wait(field, {"ma_ho": "nhà bà Ba", "ket_qua": "informed"})
    with pytest.raises(Refusal):
        settling.let_count(visit, by=field.hoa, why="")
    settling.let_count(visit, field.homes[2], by=field.hoa, why="Nết nhận đúng hộ này.")
    visit.refresh_from_db()
    assert (visit.household, visit.neighbourhood, visit.code) == (field.homes[2], field.seven, "nhà bà Ba")


def clash(field: Field, second: dict | None = None) -> Clash:
    key = receipts.uuid7()
    client = enter(field.net)
    send(client, field.net, fields(field.homes[0]), key=key)
    send(client, field.net, second or fields(field.homes[1]), key=key)
    return settling.clashes(field.ward).get()


def test_the_first_content_may_stay_alone(field):
    held = clash(field)
    settling.settle_clash(held, "kept_first", by=field.hoa)
    assert Visit.objects.count() == 1 and not settling.clashes(field.ward).exists()
    with pytest.raises(Refusal):
        settling.settle_clash(held, "took_both", by=field.hoa)


def test_both_contents_may_have_happened(field):
    settling.settle_clash(clash(field), "took_both", by=field.hoa)
    homes = set(Visit.objects.standing().values_list("household", flat=True))
    assert homes == {field.homes[0].pk, field.homes[1].pk}
    assert set(Visit.objects.values_list("made_by", flat=True)) == {field.net.pk}


def test_the_second_content_may_put_the_first_right(field):
    held = clash(field, fields(field.homes[0], "nobody"))
    settling.settle_clash(held, "took_second", by=field.hoa)
    assert Visit.objects.standing().get().outcome == "nobody"
    assert Visit.objects.count() == 2 and settling.first_of(held).pk == held.first


def test_a_clash_whose_second_content_is_doubted_counts_once_it_is_settled(field):
    held = clash(field)
    Household.objects.filter(pk=field.homes[1].pk).update(neighbourhood=field.eight)
    settling.settle_clash(held, "took_both", by=field.hoa)
    assert Visit.objects.standing().count() == 2


def test_two_people_who_correct_one_visit_are_both_shown(field):
    key = receipts.uuid7()
    send(enter(field.net), field.net, fields(field.homes[0]), key=key)
    for by in (field.net, field.lan):
        send(enter(by), by, fields(field.homes[0], "nobody", sua=str(key), ly_do="x"))
    assert not settling.parallel_corrections(field.ward).exists()
    settling.let_count(Visit.objects.waiting().get(), by=field.hoa, why="Cả hai cùng đi.")
    assert [one.pk for one in settling.parallel_corrections(field.ward)] == [key]
