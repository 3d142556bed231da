"""Corrections follow visits, and whatever the order in which they arrive, the same stands in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.outreach import settling
from hocvu.outreach.models import Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, fields, send
from hocvu.ward import receipts
from hocvu.ward.models import Account, Notice

pytestmark = pytest.mark.django_db
NOW = clock.read_moment("2026-11-20T16:00")


@dataclass
class Post:
    """Something on its way."""

    by: Account
    said: dict[str, Any]
    days_ago: float = 0
    key: UUID = field(default_factory=receipts.uuid7)

    @property
    def made(self) -> str:
        return (NOW - timedelta(days=self.days_ago)).isoformat()

    def arrive(self) -> Any:
        return send(enter(self.by), self.by, self.said, key=self.key, made=self.made)


@pytest.fixture
def field_() -> Field:
    return cast.make_field()


def stand() -> list[tuple[Any, ...]]:
    """All that must not depend on the order of arrival."""
    rows = Visit.objects.order_by("pk").values_list(
        "pk", "state", "corrects", "happened_on", "outcome", "household", "neighbourhood", "team"
    )
    doubts = [tuple(one) for one in Visit.objects.order_by("pk").values_list("doubts", flat=True)]
    standing = sorted(Visit.objects.standing().values_list("pk", flat=True))
    notices = sorted(Notice.objects.values_list("account", "key"))
    return [list(rows), doubts, standing, notices]


def outcomes_of_every_order(posts: list[Post], orders: Any) -> list[Any]:
    found: list[Any] = []
    for order in orders:
        with clock.stopped_at(NOW):
            try:
                with transaction.atomic():
                    for at in order:
                        posts[at].arrive()
                    found.append(stand())
                    raise _Undo
            except _Undo:
                pass
    return found


class _Undo(Exception):
    pass


def correction(of: Post | UUID, home: Any, by: Account, outcome: str = "nobody", days_ago: float = 0) -> Post:
    return Post(by, fields(home, outcome, sua=str(of.key if isinstance(of, Post) else of), ly_do="Bấm nhầm"), days_ago)


def chain(place: Field) -> list[Post]:
    """A visit, its correction, a correction of that, and one by somebody else."""
    visit = Post(place.net, fields(place.homes[0]), 3)
    first = correction(visit, place.homes[0], place.net, days_ago=2)
    second = correction(first, place.homes[0], place.net, "informed", days_ago=1)
    foreign = correction(visit, place.homes[0], place.lan, "refused", days_ago=0.5)
    return [visit, first, second, foreign]


def test_it_gives_the_same_in_every_order_of_a_chain(field_):
    found = outcomes_of_every_order(chain(field_), permutations(range(4)))
    assert len(found) == 24 and all(one == found[0] for one in found)


def test_it_reads_a_chain_as_one_call(field_):
    posts = chain(field_)
    with clock.stopped_at(NOW):
        for post in reversed(posts):
            post.arrive()
    visit, first, second, foreign = (Visit.objects.get(pk=post.key) for post in posts)
    assert {first.corrects, second.corrects, foreign.corrects} == {visit.pk}
    assert {one.happened_on for one in (first, second, foreign)} == {visit.happened_on}
    assert (foreign.state, foreign.doubts) == ("waiting", ["not_own"])
    assert list(Visit.objects.standing()) == [second]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_it_gives_the_same_in_every_order_of_anything(field_, data):
    homes, authors = [*field_.homes[:2], field_.away], [field_.net, field_.lan]
    posts: list[Post] = []
    for _ in range(data.draw(st.integers(2, 5))):
        home, by = data.draw(st.sampled_from(homes)), data.draw(st.sampled_from(authors))
        days = data.draw(st.sampled_from([-3, 0, 0.5, 1, 2, 401]))
        outcome = data.draw(st.sampled_from(["informed", "nobody", "mistake"]))
        of = data.draw(st.sampled_from([None, *posts])) if posts else None
        if of is None:
            posts.append(Post(by, fields(home, "informed" if outcome == "mistake" else outcome), days))
        else:
            posts.append(correction(of, home, by, outcome, days))
    order = data.draw(st.permutations(range(len(posts))))
    ahead, other = outcomes_of_every_order(posts, [range(len(posts)), order])
    assert ahead == other


def test_it_counts_a_mistake_no_more(field_):
    visit = Post(field_.net, fields(field_.homes[0]))
    visit.arrive()
    assert Visit.objects.standing().count() == 1
    assert correction(visit, field_.homes[0], field_.net, "mistake").arrive().status_code == 200
    assert not Visit.objects.standing().exists() and Visit.objects.count() == 2


def test_it_lets_a_correction_of_another_household_wait(field_):
    visit = Post(field_.net, fields(field_.homes[0]))
    visit.arrive()
    assert correction(visit, field_.homes[1], field_.net).arrive().status_code == 202
    assert Visit.objects.get(corrects=visit.key).doubts == ["other_household"]


def test_it_lets_a_correction_say_which_household_it_was(field_):
    visit = Post(field_.net, {"ma_ho": "không rõ", "ket_qua": "informed"})
    visit.arrive()
    assert correction(visit, field_.homes[1], field_.net, "informed").arrive().status_code == 200
    assert Visit.objects.standing().get().household == field_.homes[1]


def test_it_keeps_a_correction_whose_visit_never_comes(field_):
    lost = uuid4()
    assert correction(lost, field_.homes[0], field_.net).arrive().status_code == 200
    row = Visit.objects.get()
    page = enter(field_.net).get(f"/tham-ho/luot/{row.pk}/").content.decode()
    assert row.corrects == lost and "chưa gửi đến" in page
    assert enter(field_.net).get(f"/tham-ho/luot/{row.pk}/dinh-chinh/").status_code == 200


def test_it_loses_nothing_where_two_correct_each_other(field_):
    first, second = receipts.uuid7(), receipts.uuid7()
    for key, of in ((first, second), (second, first)):
        said = fields(field_.homes[0], "nobody", sua=str(of), ly_do="x")
        send(enter(field_.net), field_.net, said, key=key)
    rows = {row.pk: row for row in Visit.objects.all()}
    assert rows[second].doubts == ["circle"] and rows[second].corrects is None and rows[first].corrects == second


def test_both_are_seen_on_the_page_and_the_household(field_):
    visit = Post(field_.net, fields(field_.homes[0]))
    visit.arrive()
    client = enter(field_.net)
    form = client.get(f"/tham-ho/luot/{visit.key}/dinh-chinh/").content.decode()
    assert 'data-outbox="/tham-ho/ghi/"' in form and str(visit.key) in form and "Ghi nhầm" in form
    said = fields(field_.homes[0], "refused", sua=str(visit.key))
    answer = client.post(cast.RECORD, said)
    assert answer.status_code == 422 and "vì sao đính chính" in answer.content.decode().lower()
    answer = client.post(cast.RECORD, {**said, "ly_do": "Nghe nhầm ý chủ nhà"})
    assert answer.status_code == 302
    for page in (answer["Location"], f"/tham-ho/luot/{visit.key}/", f"/tham-ho/ho/{field_.homes[0].pk}/"):
        text = client.get(page).content.decode()
        assert "Nghe nhầm ý chủ nhà" in text and "Đã đính chính" in text and "Đang tính" in text


def test_somebody_elses_correction_waits_and_a_stranger_finds_no_form(field_):
    visit = Post(field_.net, fields(field_.homes[0]))
    visit.arrive()
    page = f"/tham-ho/luot/{visit.key}/dinh-chinh/"
    assert enter(field_.lan).get(page).status_code == 200
    assert enter(field_.tam).get(page).status_code == 404
    assert enter(field_.hoa).get(page).status_code == 404
    assert correction(visit, field_.homes[0], field_.lan).arrive().status_code == 202
    assert Visit.objects.standing().get().pk == visit.key


def test_the_day_of_a_call_stays_when_it_is_put_right_later(field_):
    with clock.stopped_at(NOW):
        visit = Post(field_.net, fields(field_.homes[0]), 5)
        visit.arrive()
        correction(visit, field_.homes[0], field_.net).arrive()
    assert set(Visit.objects.values_list("happened_on", flat=True)) == {clock.local_day(NOW - timedelta(days=5))}


# ---- Of a visit that does not count


def test_a_correction_of_what_still_waits_waits_with_it_in_every_order(field_):
    visit = Post(field_.net, fields(field_.homes[0]), -4)
    first = correction(visit, field_.homes[0], field_.net, "informed")
    posts = [visit, first, correction(first, field_.homes[0], field_.net, "mistake")]
    found = outcomes_of_every_order(posts, permutations(range(3)))
    assert all(one == found[0] for one in found)
    with clock.stopped_at(NOW):
        told = [post.arrive().json()["result"] for post in posts]
    assert told == ["quarantined"] * 3 and not Visit.objects.standing().exists()
    assert [one.doubts for one in Visit.objects.filter(corrects=visit.key)] == [["root_waits"]] * 2
    assert Notice.objects.filter(account=field_.net, text__contains="Lượt được đính chính đang chờ người xem").exists()


def settled(field_: Field, posts: list[Post], act: str, at: int) -> list[Any]:
    """What stands where somebody settles the visit after so many have arrived."""
    with clock.stopped_at(NOW), transaction.atomic():
        for post in posts[:at]:
            post.arrive()
        root = Visit.objects.get(pk=posts[0].key)
        if act == "count":
            settling.let_count(root, day=clock.today() - timedelta(days=2), by=field_.hoa, why="Đã hỏi")
        else:
            settling.set_aside(root, by=field_.hoa, why="Hôm đó không ai đi")
        for post in posts[at:]:
            post.arrive()
        found = stand()[:3]
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(("act", "days_ago"), [("count", -4), ("aside", -4), ("aside", 1)])
def test_it_stands_the_same_whether_corrections_come_before_the_visit_is_settled_or_after(field_, act, days_ago):
    visit = Post(field_.net, fields(field_.homes[0]), days_ago)
    own = correction(visit, field_.homes[0], field_.net, "nobody")
    foreign = correction(visit, field_.homes[0], field_.lan, "refused")
    found = [settled(field_, [visit, own, foreign], act, at) for at in (1, 2, 3)]
    assert all(one == found[0] for one in found)
    standing = [own.key] if act == "count" else []
    assert found[0][2] == standing
    doubts = {row[0]: told for row, told in zip(found[0][0], found[0][1], strict=True)}
    wanted = {"count": [(), ("not_own",)], "aside": [("root_aside",), ("not_own", "root_aside")]}[act]
    assert [doubts[own.key], doubts[foreign.key]] == wanted


# ---- The last one wins


def test_the_last_correction_wins_though_the_one_before_came_from_a_clock_that_runs_ahead(field_):
    phone, begin = enter(field_.net), NOW

    def say(minutes: int, outcome: str, ahead: timedelta, **more: Any) -> Any:
        moment = begin + timedelta(minutes=minutes)
        said = (moment + ahead).isoformat()
        with clock.stopped_at(moment):
            return send(
                phone, field_.net, fields(field_.homes[0], outcome, **more), key=keys.pop(0), made=said, now=said
            )

    keys = [receipts.uuid7() for _ in range(3)]
    root, slow = keys[0], timedelta(hours=-20)
    say(0, "informed", timedelta(hours=20))
    say(5, "mistake", timedelta(hours=20), sua=str(root), ly_do="Bấm nhầm")
    with clock.stopped_at(begin + timedelta(hours=2)):
        phone.post(cast.RECORD, fields(field_.homes[0], "informed", sua=str(root), ly_do="Có gặp thật"))
    assert Visit.objects.standing().get().why == "Có gặp thật"
    say(180, "refused", slow, sua=str(root), ly_do="Xem lại")
    assert Visit.objects.standing().get().why == "Xem lại"


def test_nothing_was_said_later_than_it_was_received(field_):
    visit = Post(field_.net, fields(field_.homes[0]), -0.5)  # no word of what its clock says
    with clock.stopped_at(NOW):
        visit.arrive()
        correction(visit, field_.homes[0], field_.net, "mistake", -0.5).arrive()
    with clock.stopped_at(NOW + timedelta(hours=1)):
        enter(field_.net).post(cast.RECORD, fields(field_.homes[0], sua=str(visit.key), ly_do="Có gặp thật"))
    assert Visit.objects.standing().get().why == "Có gặp thật"


def test_what_one_phone_says_stays_in_its_order_however_long_each_post_was_under_way(field_):
    visit = Post(field_.net, fields(field_.homes[0]), 1)
    with clock.stopped_at(NOW):
        visit.arrive()
    for seconds, outcome, late in ((0, "nobody", 40), (20, "refused", 1)):
        sent = NOW + timedelta(hours=1)
        made, said = NOW + timedelta(seconds=seconds), fields(field_.homes[0], outcome, sua=str(visit.key), ly_do="x")
        with clock.stopped_at(sent + timedelta(seconds=late)):
            send(enter(field_.net), field_.net, said, made=made.isoformat(), now=sent.isoformat())
    assert Visit.objects.standing().get().outcome == "refused"
