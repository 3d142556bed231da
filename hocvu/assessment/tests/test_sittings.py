"""A sitting: its code, who is let in, what the proctor sees; and without a signal on the proctor's own device."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import certifying, fixed_form, personal_practice
from hocvu.assessment.models import Attempt, Candidate, Sitting, Suspicion
from hocvu.assessment.sittings import joining, offline, opening, taking
from hocvu.assessment.testing import attempts, suspecting
from hocvu.assessment.tests import cast_practice as cast
from hocvu.assessment.tests.cast_practice import Place
from hocvu.assessment.tests.cast_testing import sit
from hocvu.assessment.tests.test_practice import enter, help_once
from hocvu.learning.tests.test_progress import send
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward.models import Account, Grant, Membership

pytestmark = pytest.mark.django_db
HOME = "/giam-thi/"


@pytest.fixture
def place() -> Place:
    made = cast.make_place()
    cast.make_bank(made.ward)
    return made


@pytest.fixture
def sitting(place) -> Sitting:
    return opening.open_sitting(place.rule, title="Lớp tối", place="Nhà văn hóa", minutes=120, by=place.lan)


def seat(sitting: Sitting, learner: Account, *, known: bool = True) -> Candidate:
    row = opening.add_candidate(sitting, learner, by=sitting.proctor)
    if known:
        opening.recognise(row, is_known=True, by=sitting.proctor)
        row.refresh_from_db()
    return row


# ---- Opening and closing


def test_it_is_opened_with_a_code_that_can_be_read_aloud(place):
    client = enter(place.lan)
    said = {"rule": place.rule.pk, "title": "Lớp tối", "place": "Nhà văn hóa", "minutes": "120"}
    here = client.post(f"{HOME}mo/", said)["Location"]
    row = Sitting.objects.get()
    assert here == f"{HOME}{row.pk}/" and len(row.code) == 6 and set(row.code) <= set(opening.ALPHABET)
    assert not set("0OQ1IL5S2Z8BU6G") & set(opening.ALPHABET)
    page = client.get(here).content.decode()
    assert row.code in page and "Nhà văn hóa" in page
    assert client.post(f"{HOME}mo/", {**said, "minutes": "5"}).status_code == 422
    assert "Lớp tối" in client.get(HOME).content.decode()


def test_it_closes_by_itself_and_by_hand(place, sitting):
    assert opening.is_open(sitting)
    with clock.stopped_at(sitting.closes_at + timedelta(minutes=1)):
        assert not opening.is_open(sitting)
        with pytest.raises(Refusal, match="Không có buổi"):
            joining.enter(sitting.code, by=place.ba, ward=place.ward)
        assert opening.close_due() == 1
    sitting.refresh_from_db()
    assert sitting.closed_at == sitting.closes_at
    other = opening.open_sitting(place.rule, title="Khác", place="", minutes=60, by=place.lan)
    assert enter(place.minh).post(f"{HOME}{other.pk}/dong/").status_code == 404
    enter(place.lan).post(f"{HOME}{other.pk}/dong/")
    other.refresh_from_db()
    assert other.closed_at < other.closes_at


def test_a_code_is_free_again_when_the_sitting_is_over(place, sitting, monkeypatch):
    codes = iter([sitting.code, "AAAAAA", sitting.code])
    monkeypatch.setattr(opening, "new_code", lambda: next(codes))
    second = opening.open_sitting(place.rule, title="Hai", place="", minutes=60, by=place.minh)
    assert second.code == "AAAAAA"
    with clock.stopped_at(sitting.closes_at + timedelta(minutes=1)):
        third = opening.open_sitting(place.rule, title="Ba", place="", minutes=60, by=place.minh)
        assert third.code == sitting.code


# ---- Coming in


def test_a_learner_comes_in_by_the_code_and_begins_when_recognised(place, sitting):
    ba, lan = enter(place.ba), enter(place.lan)
    assert ba.post(f"{HOME}vao/", {"code": "XXXXXX"}).status_code == 422
    here = ba.post(f"{HOME}vao/", {"code": f" {sitting.code[:3].lower()} {sitting.code[3:]}"})["Location"]
    assert here == f"{HOME}vao/{sitting.pk}/"
    assert "Chờ giám thị" in ba.get(here).content.decode()
    assert "chưa nhận diện" in ba.post(here, follow=True).content.decode().lower()
    assert not Attempt.objects.exists()
    row = Candidate.objects.get()
    page = lan.get(f"{HOME}{sitting.pk}/").content.decode()
    assert place.ba.full_name in page and "Chưa nhận diện" in page
    lan.post(f"{HOME}nguoi/{row.pk}/")
    assert "Bắt đầu làm bài" in ba.get(here).content.decode()
    lan.post(f"{HOME}nguoi/{row.pk}/", {"phut": "30"})
    ba.post(here)
    attempt = Attempt.objects.get()
    assert (attempt.mode, attempt.sitting, attempt.account) == ("watched", sitting, place.ba)
    assert attempt.extra_minutes == 30
    assert attempt.due_at - attempt.began_at > timedelta(minutes=89)
    page = lan.get(f"{HOME}{sitting.pk}/").content.decode()
    assert "Đang làm" in page and "thêm 30 phút" in page.replace("\n", " ")
    ba.post(here)
    assert Attempt.objects.count() == 1


def test_time_is_added_while_it_runs_and_never_taken_away(place, sitting):
    row = seat(sitting, place.ba)
    attempt = joining.begin(row, by=place.ba)
    due = attempt.due_at
    opening.give_time(row, 20, by=place.lan)
    attempt.refresh_from_db()
    assert attempt.due_at == due + timedelta(minutes=20)
    with pytest.raises(Refusal, match="không bớt"):
        opening.give_time(row, 10, by=place.lan)
    with pytest.raises(Refusal, match="180"):
        opening.give_time(row, 500, by=place.lan)
    with pytest.raises(Refusal, match="đã bắt đầu"):
        opening.recognise(row, is_known=False, by=place.lan)
    page = enter(place.lan).post(f"{HOME}nguoi/{row.pk}/", {"phut": "nhiều"}, follow=True).content.decode()
    assert "bằng chữ số" in page


@pytest.mark.parametrize(("minutes", "waits"), [(45, False), (151, True)])
def test_what_is_finished_long_after_the_sitting_waits_for_somebody_to_look(place, sitting, minutes, waits):
    """The certificate would say that somebody watched."""
    with clock.stopped_at(sitting.closes_at - timedelta(minutes=5)):
        row = seat(sitting, place.ba)
        opening.give_time(row, 100, by=place.lan)
        attempt = joining.begin(row, by=place.ba)
    with clock.stopped_at(sitting.closes_at + timedelta(minutes=minutes)):
        Attempt.objects.update(due_at=clock.now() + timedelta(minutes=5))
        sit(attempt, place.ba)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.FINISHED
    found = Suspicion.objects.filter(kind="after_sitting")
    assert [one.holds for one in found] == [True] * waits
    if waits:
        assert "khi buổi đã đóng 51 phút" in suspecting.words_of(found.get())


def test_a_sitting_that_was_closed_by_hand_ended_then(place):
    sitting = opening.open_sitting(place.rule, title="Lớp tối", place="", minutes=240, by=place.lan)
    attempt = joining.begin(seat(sitting, place.ba), by=place.ba)
    enter(place.lan).post(f"{HOME}{sitting.pk}/dong/")
    with clock.stopped_at(clock.now() + timedelta(minutes=50)):
        sit(attempt, place.ba)
    assert Suspicion.objects.get(kind="after_sitting").holds


def test_whoever_is_in_the_middle_of_it_alone_is_not_taken_to_be_watched(place, sitting):
    alone = attempts.begin(place.rule, by=place.ba)
    row = seat(sitting, place.ba)
    page = enter(place.ba).post(f"{HOME}vao/{sitting.pk}/", follow=True).content.decode()
    assert "Đang làm dở bài này ngoài buổi có giám thị" in page
    with pytest.raises(Refusal, match="làm tiếp cho xong"):
        joining.begin(row, by=place.ba)
    alone.refresh_from_db()
    assert (alone.mode, alone.state, alone.extra_minutes) == ("alone", "running", 0)
    with clock.stopped_at(alone.due_at + timedelta(minutes=10)):  # its time is over: it ends, and that says so
        with pytest.raises(Refusal) as refused:
            joining.begin(row, by=place.ba)
        assert "ngoài buổi" not in refused.value.sentence


def test_whoever_helped_or_does_not_reach_cannot_watch(place, sitting):
    help_once(place.lan, place.ba, days_ago=30)
    page = enter(place.ba).post(f"{HOME}vao/", {"code": sitting.code})
    assert page.status_code == 422 and "đã giúp" in page.content.decode()
    with pytest.raises(Refusal, match="phạm vi"):
        joining.enter(sitting.code, by=place.ong, ward=place.ward)
    with pytest.raises(Refusal, match="đã giúp"):
        opening.add_candidate(sitting, place.ba, by=place.lan)
    assert not Candidate.objects.exists()


def test_wrong_codes_are_limited(place, sitting):
    for _ in range(joining.TRIES):
        with pytest.raises(Refusal):
            joining.enter("AAAAAA", by=place.ba, ward=place.ward)
    with pytest.raises(Refusal, match="thử lại sau"):
        joining.enter(sitting.code, by=place.ba, ward=place.ward)


def test_the_proctor_puts_people_on_the_list(place, sitting):
    client = enter(place.lan)
    here = f"{HOME}{sitting.pk}/"
    assert place.ba.full_name in client.get(f"{here}tim/", {"tim": "nguyen"}).content.decode()
    client.post(f"{here}them/{place.ba.person_id}/")
    client.post(f"{here}them/{place.ba.person_id}/")
    assert Candidate.objects.get().account == place.ba
    assert client.post(f"{here}them/{place.ong.person_id}/").status_code == 404
    answer = client.post(f"{here}them/", {"full_name": "Nguyễn Thị Ba", "born_on": "04/03/1956"})
    assert answer["Location"] == here
    assert enter(place.minh).get(here).status_code == 404
    assert enter(place.ba).get(here).status_code == 403


def test_the_proctor_never_sees_an_answer(place, sitting):
    row = seat(sitting, place.ba)
    joining.begin(row, by=place.ba)
    Attempt.objects.update(
        state="finished", passed=True, right=31973, ability=2.71828, results=[{"competence": "hocvu/4.2"}]
    )
    page = enter(place.lan).get(f"{HOME}{sitting.pk}/").content.decode()
    assert "Đã nộp" in page
    assert not any(word in page.partition("<main")[2] for word in ("31973", "31.973", "71828", "hocvu/4.2", "đạt"))


def test_it_asks_no_more_for_more_rows(place, sitting):
    client = enter(place.lan)
    counts = []
    for number in (1, 5):
        for one in range(number):
            seat(sitting, cast.make_learner(place.ward, f"Nguyễn {number} {one}", place.first, f"N{number}{one}"))
            opening.open_sitting(place.rule, title="Buổi", place="", minutes=60, by=place.lan)
        found = []
        for path in (f"{HOME}{sitting.pk}/", HOME):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            found.append(len(asked))
        counts.append(found)
    assert counts[1] <= counts[0]


# ---- Without a signal


@pytest.fixture
def away(place) -> Sitting:
    """One whose form has a question of every kind."""
    place.rule.params["most"] = 18
    place.rule.save()
    return opening.open_sitting(
        place.rule, title="Ở thôn xa", place="Nhà ông trưởng thôn", minutes=120, by=place.lan, offline=True
    )


def answers(sitting: Sitting, row: Candidate, *, right: bool = True) -> dict[str, Any]:
    shown = fixed_form.shown(sitting.items, seed=str(sitting.pk))
    said: dict[str, Any] = {"nguoi": str(row.pk), "da_nhan_dien": "1", "bat_dau": clock.now().isoformat()}
    if right:
        for version, one in shown:
            letters = fixed_form.right_letters(version, one).split(" / ")[0]
            said[f"cau{one.number}"] = letters.split() if one.kind in ("multiple", "order", "match") else letters
    return said


def test_a_device_takes_the_questions_along_without_a_key(place, away):
    seat(away, place.ba)
    assert len(away.items) == 18
    client = enter(place.lan)
    page = client.get(f"{HOME}{away.pk}/tren-may/").content.decode()
    assert page.count('data-outbox="') == 1 and 'name="nguoi"' in page
    assert "Vì vậy" not in page and "data-right" not in page
    one = next(asked for _, asked in fixed_form.shown(away.items, seed=str(away.pk)) if asked.kind == "fill")
    assert one.ask in page and "mật khẩu" not in page.partition("<main")[2]
    assert away.code not in client.get(f"{HOME}{away.pk}/").content.decode()
    with pytest.raises(Refusal, match="trên máy của giám thị"):
        joining.enter(away.code, by=place.ba, ward=place.ward)


def test_what_the_device_kept_becomes_one_attempt(place, away, monkeypatch):
    awarded: list[Account] = []
    monkeypatch.setattr(certifying, "award_if_earned", lambda account, rule: awarded.append(account))
    row, client, key = seat(away, place.ba), enter(place.lan), uuid4()
    said, made = answers(away, row), clock.now() + timedelta(minutes=40)
    with clock.stopped_at(clock.now() + timedelta(hours=30)):
        url = f"{HOME}{away.pk}/nop/"
        told = [send(client, url, said, key, X_Outbox_Made=made.isoformat()).json()["result"] for _ in range(3)]
    assert told == ["accepted", "duplicate", "duplicate"]
    attempt = Attempt.objects.get()
    assert (attempt.pk, attempt.mode, attempt.sitting, attempt.account) == (key, "offline", away, place.ba)
    assert (attempt.right, attempt.asked, attempt.passed, attempt.ended_at) == (18, 18, True, made)
    assert not Suspicion.objects.exists() and awarded[0] == place.ba
    assert "Đã nộp" in client.get(f"{HOME}{away.pk}/").content.decode()
    assert 'data-outbox="' not in client.get(f"{HOME}{away.pk}/tren-may/").content.decode()


def test_what_is_odd_is_kept_and_waits(place, away):
    row, client = seat(away, place.ba, known=False), enter(place.lan)
    url = f"{HOME}{away.pk}/nop/"
    unknown = {name: value for name, value in answers(away, row).items() if name != "da_nhan_dien"}
    assert send(client, url, unknown).json()["result"] == "quarantined"
    assert send(client, url, answers(away, row)).status_code == 202  # the same candidate once more
    kinds = set(Suspicion.objects.filter(holds=True).values_list("kind", flat=True))
    assert kinds == {taking.UNKNOWN, taking.TWICE}
    assert sorted(Attempt.objects.values_list("state", flat=True)) == ["finished", "voided"]


def test_what_was_written_after_the_end_or_the_right_ended_is_kept_and_waits(place, away):
    row, client = seat(away, place.ba), enter(place.lan)
    Grant.objects.filter(account=place.lan).update(valid_to=clock.today() - timedelta(days=1))
    late = away.closes_at + timedelta(hours=2)
    with clock.stopped_at(late + timedelta(hours=1)):
        told = send(client, f"{HOME}{away.pk}/nop/", answers(away, row), X_Outbox_Made=late.isoformat())
    assert told.json()["result"] == "quarantined"
    assert set(Suspicion.objects.values_list("kind", flat=True)) == {taking.LATE, taking.RIGHT_ENDED}
    assert Attempt.objects.get().right == 18


def test_who_took_longer_than_the_test_gives_waits_and_who_was_given_more_does_not(place, away):
    """The sitting goes on for hours, the test is one of sixty minutes; ông Ông needs forty more to read."""
    place.ong.person.household.neighbourhood = place.first
    place.ong.person.household.save()
    client, url = enter(place.lan), f"{HOME}{away.pk}/nop/"
    began = clock.now()
    told = {}
    for learner, extra, minutes in ((place.ba, 0, 95), (place.ong, 40, 125)):
        row = seat(away, learner)
        if extra:
            client.post(f"{HOME}nguoi/{row.pk}/", {"phut": str(extra)})
        said = {**answers(away, row), "bat_dau": began.isoformat()}
        with clock.stopped_at(began + timedelta(hours=3)):
            made = (began + timedelta(minutes=minutes)).isoformat()
            told[learner] = send(client, url, said, X_Outbox_Made=made).json()["result"]
    assert told == {place.ba: "quarantined", place.ong: "accepted"}
    [found] = Suspicion.objects.all()
    assert (found.attempt.account, found.kind, found.holds) == (place.ba, taking.TOO_LONG, True)
    page = enter(place.hoa).get(f"/ra-soat/{found.pk}/").content.decode()
    assert "Làm quá giờ" in page and "lâu hơn số phút của bài" in page


def test_a_device_without_a_clock_is_no_witness_of_how_long_it_took(place, away):
    row, client, began = seat(away, place.ba), enter(place.lan), clock.now()
    with clock.stopped_at(began + timedelta(minutes=110)):  # it was heard of hours later
        told = send(
            client, f"{HOME}{away.pk}/nop/", {**answers(away, row), "bat_dau": began.isoformat()}, X_Outbox_Made=""
        )
    assert told.json()["result"] == "accepted"


def test_a_device_that_tells_no_beginning_is_not_held_against_anybody(place, away):
    row, client = seat(away, place.ba), enter(place.lan)
    with clock.stopped_at(clock.now() + timedelta(minutes=110)):
        told = send(client, f"{HOME}{away.pk}/nop/", {**answers(away, row), "bat_dau": ""})
    assert told.json()["result"] == "accepted"


def test_what_cannot_be_read_is_kept_as_written_and_not_right(place, away):
    row = seat(away, place.ba)
    one = next(asked for asked in offline.asked_at(away) if asked.kind == "order")
    said = {**answers(away, row), f"cau{one.number}": ["A", "A", ""]}
    assert send(enter(place.lan), f"{HOME}{away.pk}/nop/", said).json()["result"] == "accepted"
    item = Attempt.objects.get().items.get(position=one.number)
    assert item.right is False and item.said.split() == ["A", "A"]


def test_only_the_proctor_of_the_sitting_hands_in(place, away):
    row = seat(away, place.ba)
    for by in (place.minh, place.ba, place.hoa):
        told = send(enter(by), f"{HOME}{away.pk}/nop/", answers(away, row))
        assert (told.status_code, told.json()["result"]) == (422, "rejected")
    told = send(enter(place.lan), f"{HOME}{away.pk}/nop/", {**answers(away, row), "nguoi": "999999"})
    assert told.json()["result"] == "rejected"
    assert not Attempt.objects.exists()
    assert enter(place.minh).get(f"{HOME}{away.pk}/tren-may/").status_code == 404


def test_it_works_without_a_script(place, away):
    row, client = seat(away, place.ba), enter(place.lan)
    answer = client.post(f"{HOME}{away.pk}/nop/", answers(away, row))
    assert answer["Location"] == f"{HOME}{away.pk}/"
    assert Attempt.objects.get().passed is True


def test_one_device_takes_so_many(place, away, monkeypatch):
    monkeypatch.setattr(opening, "MOST_OFFLINE", 1)
    seat(away, place.ba)
    with pytest.raises(Refusal, match="nhiều nhất 1 người"):
        seat(away, cast.make_learner(place.ward, "Bùi Thị Tư", place.first, "H7"))


def test_it_tells_and_forgets_who_was_there(place, away):
    seat(away, place.ba)
    told = list(personal_practice.tell_sittings(place.ba.person))
    assert told[0]["Giám thị"] == place.lan.full_name
    personal_practice.forget(place.ba.person)
    assert not Candidate.objects.exists()


def test_a_school_gives_time_to_its_pupils_of_today_alone(place):
    school, mai = cast.make_school(place.ward)
    pupil = cast.make_pupil(place.ward, school, "Trần Thị Mơ")
    attempt = attempts.begin(place.rule, by=pupil)
    attempts.extend(attempt, 10, by=mai)
    Membership.objects.filter(person=pupil.person).update(valid_to=clock.today() - timedelta(days=1))
    with pytest.raises(Refusal, match="Chỉ giám thị"):
        attempts.extend(attempt, 10, by=mai)
