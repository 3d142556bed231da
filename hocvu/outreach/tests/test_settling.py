"""What waits is looked at by a person: it counts, it is set aside, two contents of one id are compared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import coverage, due, settling
from hocvu.outreach.models import Clash, Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, fields, send
from hocvu.ward import audit, forgetting, receipts
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
    assert Visit.objects.count() == 2 and settling.firsts_of(held).get().pk == held.first


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


def test_a_household_whose_last_person_is_erased_stays_for_the_count_and_tells_nothing(field):
    send(enter(field.net), field.net, {"ma_ho": "tdp07 0001", "ket_qua": "informed"})
    forgetting.erase(field.ba, reason="Theo yêu cầu", by=None)
    home = Household.objects.get(pk=field.homes[0].pk)
    assert home.code.startswith("đã xóa") and home.address == ""
    assert Visit.objects.standing().get().household == home and Visit.objects.get().code == ""
    assert enter(field.net).get(f"/tham-ho/ho/{home.pk}/").status_code == 200


def test_an_empty_household_that_nobody_visited_goes(field):
    forgetting.erase(field.ba, reason="Theo yêu cầu", by=None)
    assert not Household.objects.filter(pk=field.homes[0].pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_arrives_at_the_same_moment_is_judged_all_the_same(field):
    for _ in range(3):
        key = receipts.uuid7()
        posts = [
            (field.net, fields(field.homes[0]), key),
            (field.net, fields(field.homes[0]), key),
            (field.lan, fields(field.homes[0], "nobody", sua=str(key), ly_do="x"), receipts.uuid7()),
        ]

        def arrive(post):
            try:
                return send(enter(post[0]), *post[:2], key=post[2]).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(3) as pool:
            assert set(pool.map(arrive, posts)) <= {200, 202}
        assert Visit.objects.filter(pk=key).count() == 1
        assert Visit.objects.get(corrects=key).doubts == ["not_own"]
    assert audit.verify().whole


def test_a_correction_that_is_let_count_has_the_day_of_what_it_corrects(field):
    phone, key = enter(field.net), receipts.uuid7()
    call = (clock.now() - timedelta(days=20)).isoformat()
    send(phone, field.net, fields(field.homes[0]), key=key, made=call)
    root, ahead = Visit.objects.get(), (clock.now() + timedelta(days=3)).isoformat()
    send(phone, field.net, fields(field.homes[0], "nobody", sua=str(key)), made=ahead)
    row = Visit.objects.waiting().get()
    here = f"/di-tung-ngo/can-xem/luot/{row.pk}/tinh/"
    assert 'name="day"' not in enter(field.hoa).get(here).content.decode()
    settling.let_count(row, day=clock.today() - timedelta(days=1), by=field.hoa)
    row.refresh_from_db()
    assert row.happened_on == root.happened_on


def test_corrections_settled_before_what_they_correct_take_its_day_too(field):
    phone, key = enter(field.net), receipts.uuid7()
    ahead = (clock.now() + timedelta(days=3)).isoformat()
    send(phone, field.net, fields(field.homes[0]), key=key, made=ahead)
    send(phone, field.net, fields(field.homes[0], "nobody", sua=str(key)), made=ahead)
    root, row = Visit.objects.waiting().order_by("pk")
    settling.let_count(row, by=field.hoa)
    settling.let_count(root, day=clock.today() - timedelta(days=9), by=field.hoa)
    row.refresh_from_db()
    assert row.happened_on == clock.today() - timedelta(days=9)


@pytest.mark.parametrize("comes_first", ["visit", "correction"])
def test_what_does_not_count_is_not_made_to_count_by_a_correction(field, comes_first):
    phone, key, after = enter(field.net), receipts.uuid7(), receipts.uuid7()
    ahead = (clock.now() + timedelta(days=4)).isoformat()

    def arrive(which: str) -> None:
        if which == "visit":
            send(phone, field.net, fields(field.homes[0]), key=key, made=ahead)
        else:
            send(phone, field.net, fields(field.homes[0], sua=str(key)), key=after)

    arrive(comes_first)
    arrive("correction" if comes_first == "visit" else "visit")
    root, row = Visit.objects.get(pk=key), Visit.objects.get(pk=after)
    assert (root.doubts, row.doubts) == (["clock_ahead"], ["root_waits"])
    assert not Visit.objects.standing().exists()
    page = enter(field.hoa).get(f"/di-tung-ngo/can-xem/luot/{row.pk}/").content.decode()
    assert "Lượt được đính chính đang chờ người xem" in page and "Xem lượt được đính chính trước" in page

    settling.set_aside(root, by=field.hoa, why="Hôm đó không ai đi.")
    assert not Visit.objects.standing().exists()
    third = receipts.uuid7()
    told = send(phone, field.net, fields(field.homes[0], "nobody", sua=str(key)), key=third).json()
    assert told["result"] == "quarantined" and not Visit.objects.standing().exists()
    settling.set_aside(Visit.objects.get(pk=third), by=field.hoa, why="Cũng không đi.")

    settling.let_count(
        root, day=clock.today(), by=field.hoa, why="Hỏi lại: có đi."
    )  # what waited for this alone follows
    assert [one.pk for one in Visit.objects.standing()] == [after]
    row.refresh_from_db()
    assert (row.state, row.doubts) == ("counts", []) and not settling.waiting(field.ward).exists()


def test_a_correction_of_what_is_set_aside_later_waits_for_somebody_too(field):
    phone, key = enter(field.net), receipts.uuid7()
    send(phone, field.net, fields(field.homes[0], "nobody"), key=key)
    send(phone, field.net, fields(field.homes[0], sua=str(key)))
    assert Visit.objects.standing().get().outcome == "informed"
    settling.set_aside(Visit.objects.get(pk=key), by=field.hoa, why="Hộ nói không ai đến.")
    row = settling.waiting(field.ward).get()
    assert row.corrects == key and not Visit.objects.standing().exists()
    settling.let_count(row, by=field.hoa, why="Lượt sửa thì đúng.")  # somebody may say so of the correction alone
    assert Visit.objects.standing().get() == row


def test_a_promise_made_under_a_wrong_clock_is_kept(field):
    slow, promised = clock.now() - timedelta(days=3), clock.today() - timedelta(days=2)
    said = fields(field.homes[0], "later", hen_ngay=promised.isoformat())
    send(enter(field.net), field.net, said, made=(slow - timedelta(days=4)).isoformat(), now=slow.isoformat())
    row = Visit.objects.waiting().get()
    settling.let_count(row, day=clock.today() - timedelta(days=7), by=field.hoa)
    row.refresh_from_db()
    assert row.next_on == promised


@pytest.mark.parametrize("says_its_clock", [True, False])
def test_the_last_correction_wins_also_after_a_clock_that_is_hours_ahead(field, says_its_clock):
    phone, key = enter(field.net), receipts.uuid7()
    ahead = (clock.now() + timedelta(hours=20)).isoformat()
    now = ahead if says_its_clock else ""
    send(phone, field.net, fields(field.homes[0]), key=key, made=ahead, now=now)
    send(phone, field.net, fields(field.homes[0], "mistake", sua=str(key)), made=ahead, now=now)
    assert not Visit.objects.standing().exists()
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        send(phone, field.net, fields(field.homes[0], sua=str(key)))
    assert Visit.objects.standing().get().outcome == "informed"


def test_a_year_mistyped_is_refused_before_the_night_would_erase_what_it_dates(field):
    visit = wait(field)
    with pytest.raises(Refusal, match="quá xa"):
        settling.let_count(visit, day=clock.today() - timedelta(days=3650), by=field.hoa)


def test_a_clock_that_runs_days_behind_is_doubted(field):
    slow = (clock.now() - timedelta(days=3)).isoformat()
    told = send(enter(field.net), field.net, fields(field.homes[0]), made=slow, now=slow).json()
    assert told["result"] == "quarantined" and "chạy chậm hơn một ngày" in told["reason"]
    late = send(enter(field.net), field.net, fields(field.homes[1]), made=slow, now=clock.now().isoformat()).json()
    assert late["result"] == "accepted"  # three days in a drawer is no wrong clock
    row = Visit.objects.waiting().get()
    assert (
        row.happened_on == clock.today()
        and "Hỏi người ghi đúng ngày nào"
        in enter(field.hoa).get(f"/di-tung-ngo/can-xem/luot/{row.pk}/").content.decode()
    )


def test_a_correction_from_a_clock_a_year_ahead_does_not_outlast_a_later_one(field):
    phone, key = enter(field.net), receipts.uuid7()
    send(phone, field.net, fields(field.homes[0]), key=key)
    year = (clock.now() + timedelta(days=365)).isoformat()
    send(phone, field.net, fields(field.homes[0], "refused", sua=str(key)), made=year)
    settling.let_count(Visit.objects.waiting().get(), by=field.hoa)
    assert Visit.objects.standing().get().outcome == "refused"
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        made = clock.now().isoformat()
        send(phone, field.net, fields(field.homes[0], "nobody", sua=str(key)), made=made, now=made)
    assert Visit.objects.standing().get().outcome == "nobody"


def test_a_day_promised_for_another_century_is_left_out_and_the_visit_stays(field):
    phone = enter(field.net)
    for year in (2062, 1):
        send(phone, field.net, fields(field.homes[0], "later", hen_ngay=f"{year:04}-01-05"))
    assert list(Visit.objects.values_list("next_on", flat=True)) == [None, None]


def test_a_correction_keeps_a_promise_whose_day_is_over(field):
    phone, key = enter(field.net), receipts.uuid7()
    made, promised = clock.now() - timedelta(days=12), (clock.today() - timedelta(days=2)).isoformat()
    send(phone, field.net, fields(field.homes[0], hen_ngay=promised), key=key, made=made.isoformat())
    send(phone, field.net, fields(field.homes[0], hen_ngay=promised, da_noi="safety", sua=str(key)))
    assert Visit.objects.standing().get().next_on == clock.today() - timedelta(days=2)


def test_second_contents_of_an_unknown_household_wait_in_the_inbox(field):
    key, phone = receipts.uuid7(), enter(field.net)
    send(phone, field.net, fields(field.homes[0]), key=key)
    send(phone, field.net, {"ma_ho": "nhà cuối ngõ", "ket_qua": "informed"}, key=key)
    settling.settle_clash(settling.clashes(field.ward).get(), "took_both", by=field.hoa)
    second = Visit.objects.waiting().get()
    settling.let_count(second, field.homes[2], by=field.hoa)
    assert Visit.objects.standing().count() == 2


def test_a_home_of_which_nothing_is_left_is_on_no_list(field):
    send(enter(field.net), field.net, fields(field.homes[0]))
    forgetting.erase(field.ba, reason="Theo yêu cầu", by=field.hoa)
    assert Household.objects.filter(code__startswith="đã xóa").exists()
    listed = due.homes([field.seven], clock.today(), due.rule(field.ward, clock.today()))
    assert {home.code for home in listed} == {"TDP07-0002", "TDP07-0003"}
    assert sum(one.households for _, one in coverage.by_neighbourhood(field.ward, clock.today())) == 3
