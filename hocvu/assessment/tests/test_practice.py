"""Practice: who sees it done and says so, what comes late, what is taken back, what a drawn phone confirms by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import certifying, personal_practice, practice_tasks, practising, screen_practice
from hocvu.assessment.models import Attempt, Certificate, PracticeConfirmation, PracticeTask, Question, ScreenTry
from hocvu.assessment.tests import cast_practice as cast
from hocvu.assessment.tests.cast_practice import Place
from hocvu.learning.models import Framework, Level
from hocvu.learning.tests.test_progress import send
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin.models import AssistedSession
from hocvu.ward import audit, receipts
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Grant, Household, Notice, Person
from hocvu.ward.receipts import Parcel
from hocvu.ward.tests.cast import make_account

pytestmark = pytest.mark.django_db
HOME = "/thuc-hanh/xac-nhan/"


@pytest.fixture
def place() -> Place:
    return cast.make_place()


def enter(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def address(place: Place, learner: Account | None = None) -> str:
    return f"{HOME}nguoi/{(learner or place.ba).person_id}/{place.task.pk}/"


def confirm(place: Place, by: Account | None = None, learner: Account | None = None, **said):
    given = {"way": "door", "seen": {0, 1}, "by": by or place.lan, "parcel": Parcel(receipts.uuid7()), **said}
    return practising.confirm(learner or place.ba, place.task, **given)


def help_once(helper: Account, learner: Account, days_ago: int) -> AssistedSession:
    at = clock.now() - timedelta(days=days_ago)
    return AssistedSession.objects.create(
        ward=learner.person.ward, helper=helper, account=learner, person=learner.person, agreed_how="self",
        opened_at=at, last_act_at=at, ended_at=at,
    )  # fmt: skip


# ---- By a person


def test_it_is_confirmed_at_the_door(place):
    client = enter(place.lan)
    page = client.get(HOME, {"tim": "nguyen thi ba"}).content.decode()
    assert f"{HOME}nguoi/{place.ba.person_id}/" in page
    assert "Gọi video" in client.get(f"{HOME}nguoi/{place.ba.person_id}/").content.decode()
    form = client.get(address(place)).content.decode()
    assert 'data-outbox="' in form and form.count("required") == 2 + 3
    answer = client.post(f"{address(place)}ghi/", {"thay": ["0", "1"], "noi": "door", "ghi_chu": "Làm quen tay"})
    assert answer.status_code == 302
    row = PracticeConfirmation.objects.get()
    assert (row.account, row.confirmed_by, row.way, row.withdrawn_at) == (place.ba, place.lan, "door", None)
    assert [line["seen"] for line in row.seen] == [True, True, False]
    trail = AuditEntry.objects.get(action="confirmed practice")
    assert "Ba" not in trail.target and "Làm quen tay" not in str(trail.details)


def test_it_is_refused_where_something_was_not_seen_and_the_ticks_stay(place):
    client = enter(place.lan)
    answer = client.post(f"{address(place)}ghi/", {"thay": ["0"], "noi": "door"}, follow=True)
    page = answer.content.decode()
    assert "Chưa đánh dấu “Tự bấm gọi có hình”" in page
    assert 'value="0" required checked' in page and 'value="door" required checked' in page
    assert not PracticeConfirmation.objects.exists()


def test_it_asks_where(place):
    with pytest.raises(Refusal, match="nơi đã thấy"):
        confirm(place, way="screen")


def test_it_counts_once_however_often_the_phone_sends_it(place):
    client, key = enter(place.lan), uuid4()
    fields = {"thay": ["0", "1"], "noi": "door"}
    told = [send(client, f"{address(place)}ghi/", fields, key).json()["result"] for _ in range(3)]
    assert told == ["accepted", "duplicate", "duplicate"]
    assert send(client, f"{address(place)}ghi/", fields).json()["result"] == "accepted"  # the task stands already
    assert PracticeConfirmation.objects.count() == 1


def test_whoever_helped_within_a_year_cannot_confirm(place):
    help_once(place.lan, place.ba, days_ago=200)
    with pytest.raises(Refusal, match="đã giúp"):
        confirm(place)
    assert "đã giúp" in enter(place.lan).get(address(place)).content.decode()
    help_once(place.minh, place.ba, days_ago=400)
    confirm(place, by=place.minh)
    assert PracticeConfirmation.objects.get().confirmed_by == place.minh


def test_nobody_of_the_household_and_nobody_of_the_name_confirms(place):
    home = Household.objects.get(code="H1")
    cast.make_person(place.ward, place.lan.full_name, place.first, "H1")
    with pytest.raises(Refusal, match="cùng hộ"):
        confirm(place)
    Account.objects.filter(pk=place.minh.pk).update(
        person=Person.objects.get(household=home, full_name="Nguyễn Thị Ba")
    )
    place.minh.refresh_from_db()
    with pytest.raises(Refusal, match="tự xác nhận"):
        confirm(place, by=place.minh)
    Account.objects.filter(pk=place.tuan.pk).update(full_name="Nguyễn thị  Bà")
    place.tuan.refresh_from_db()
    with pytest.raises(Refusal, match="trùng họ tên"):
        confirm(place, by=place.tuan, way="counter")


def test_it_reaches_ones_own_neighbourhood_unit_or_ward_and_no_further(place):
    with pytest.raises(Refusal, match="phạm vi"):
        confirm(place, learner=place.ong)
    client = enter(place.lan)
    assert client.get(f"{HOME}nguoi/{place.ong.person_id}/").status_code == 404
    assert str(place.ong.person_id) not in client.get(HOME, {"tim": "tran van"}).content.decode()
    confirm(place, by=place.tuan, learner=place.ong, way="counter")
    school, mai = cast.make_school(place.ward)
    pupil = cast.make_pupil(place.ward, school, "Bùi Thị Na")
    confirm(place, by=mai, learner=pupil, way="class")
    with pytest.raises(Refusal, match="phạm vi"):
        confirm(place, by=mai, way="class")
    assert "Bùi Thị Na" in enter(mai).get(HOME, {"tim": "bui thi"}).content.decode()


def test_at_the_service_desk_each_person_is_found_anew(place):
    client = enter(place.tuan)
    here = f"{HOME}nguoi/{place.ba.person_id}/"
    assert client.get(here).status_code == 403
    wrong = client.post(f"{HOME}tim/", {"full_name": "Nguyễn Thị Ba", "born_on": "05/03/1956"})
    assert wrong.status_code == 422 and "Không tìm thấy" in wrong.content.decode()
    answer = client.post(f"{HOME}tim/", {"full_name": "nguyễn thị ba", "born_on": "04/03/1956"})
    assert answer["Location"] == here
    assert client.get(here).status_code == 200


def test_a_learner_is_found_by_their_card(place):
    from hocvu.signin import cards

    printed = cards.make(place.ba.person, expires_on=clock.today() + timedelta(days=30), by=place.hoa)
    answer = enter(place.tuan).post(f"{HOME}tim/", {"card": printed.by_hand})
    assert answer["Location"] == f"{HOME}nguoi/{place.ba.person_id}/"


def test_a_learner_cannot_open_what_is_for_confirmers(place):
    client = enter(place.ba)
    for path in ("", "tim/", f"nguoi/{place.ong.person_id}/", "da-ghi/", "cho-xem/"):
        assert client.get(f"{HOME}{path}").status_code == 403
    answer = send(client, f"{address(place, place.ong)}ghi/", {"thay": ["0", "1"], "noi": "door"})
    assert (answer.status_code, answer.json()["result"]) == (422, "rejected")
    assert not PracticeConfirmation.objects.exists()


def test_a_person_without_an_account_gets_one_when_something_is_confirmed(place):
    person = cast.make_person(place.ward, "Lý Thị Tư", place.first, "H9")
    enter(place.lan).post(f"{HOME}nguoi/{person.pk}/{place.task.pk}/ghi/", {"thay": ["0", "1"], "noi": "door"})
    assert PracticeConfirmation.objects.get().account.person == person
    stranger = cast.make_person(place.ward, "Lý Thị Năm", place.second, "H10")
    enter(place.lan).post(f"{HOME}nguoi/{stranger.pk}/{place.task.pk}/ghi/", {"thay": ["0", "1"], "noi": "door"})
    assert not Account.objects.filter(person=stranger).exists()


# ---- Late


def test_what_comes_after_the_right_ended_waits_until_somebody_looked(place):
    made = clock.now() - timedelta(days=3)
    Grant.objects.filter(account=place.lan).update(valid_to=clock.today() - timedelta(days=1))
    fields = {"thay": ["0", "1"], "noi": "door"}
    answer = send(enter(place.lan), f"{address(place)}ghi/", fields, X_Outbox_Made=made.isoformat())
    assert (answer.status_code, answer.json()["result"]) == (202, "quarantined")
    new = cast.make_person(place.ward, "Lý Thị Tư", place.first, "H9")  # who had no account yet
    later = send(enter(place.lan), f"{HOME}nguoi/{new.pk}/{place.task.pk}/ghi/", fields, X_Outbox_Made=made.isoformat())
    assert later.json()["result"] == "quarantined"
    PracticeConfirmation.objects.filter(account__person=new).delete()
    row = PracticeConfirmation.objects.get()
    assert not practising.standing(place.ba).exists() and list(practising.waiting(place.ward)) == [row]
    assert Notice.objects.filter(account=place.hoa, href=f"{HOME}{row.pk}/").exists(), "nobody would look otherwise"
    hoa = enter(place.hoa)
    assert place.ba.full_name in hoa.get(f"{HOME}cho-xem/").content.decode()
    assert "Tính xác nhận này" in hoa.get(f"{HOME}{row.pk}/").content.decode()
    hoa.post(f"{HOME}{row.pk}/tinh/")
    assert practising.standing(place.ba).get() == row
    assert not practising.waiting(place.ward).exists()


def test_what_waits_can_be_refused_with_a_reason_and_not_by_whoever_sent_it(place):
    made = clock.now() + timedelta(days=5)  # a clock that runs ahead
    confirm(place, by=place.hoa, way="class", parcel=Parcel(uuid4(), "x" * 64, "/x", made))
    row = practising.waiting(place.ward).get()
    with pytest.raises(Refusal, match="không tự xem lại"):
        practising.let_count(row, by=place.hoa)
    practising.refuse(row, why="Không ai thấy", by=place.tuan)
    row.refresh_from_db()
    assert (row.withdrawn_by, row.withdrawn_why) == (place.tuan, "Không ai thấy")
    assert not practising.waiting(place.ward).exists()


def test_who_never_had_the_right_is_refused_however_late(place):
    Grant.objects.filter(account=place.lan).update(valid_to=date(2025, 6, 1))
    with pytest.raises(Refusal, match="phạm vi"):
        confirm(place)


def test_what_was_seen_by_a_wording_that_was_replaced_that_day_is_kept(place):
    said = practice_tasks.SaidTask(
        place.task.code, "Gọi có hình cho người nhà", "hocvu/3.1", "B2", lines=[dict(line) for line in cast.LINES]
    )
    practice_tasks.write(place.ward, said, by=place.hoa)
    place.task.refresh_from_db()
    assert place.task.valid_to < clock.today()
    confirm(place)
    assert practising.standing(place.ba).get().task == place.task
    with pytest.raises(Refusal, match="thôi dùng"), clock.stopped_at(clock.now() + timedelta(days=1)):
        confirm(place, learner=place.ong, by=place.tuan)


# ---- Taken back


def test_whoever_confirmed_takes_it_back_on_the_same_day_and_a_coordinator_later(place):
    confirm(place)
    row = PracticeConfirmation.objects.get()
    assert not practising.may_withdraw(row, place.minh)
    client = enter(place.lan)
    assert client.post(f"{HOME}{row.pk}/rut/", {"why": ""}).status_code == 422
    assert client.post(f"{HOME}{row.pk}/rut/", {"why": "Nhầm người"}).status_code == 302
    row.refresh_from_db()
    assert (row.withdrawn_by, row.withdrawn_why) == (place.lan, "Nhầm người")
    confirm(place)  # the task is free again
    again = practising.standing(place.ba).get()
    PracticeConfirmation.objects.filter(pk=again.pk).update(at=clock.now() - timedelta(days=1))
    again.refresh_from_db()
    with pytest.raises(Refusal, match="trong ngày"):
        practising.withdraw(again, why="Nhầm", by=place.lan)
    practising.withdraw(again, why="Nhầm", by=place.hoa)
    assert not practising.standing(place.ba).exists()


def test_reviewers_are_told_of_a_certificate_that_rests_on_it(place, monkeypatch):
    confirm(place)
    standing = Mock(spec=Certificate, pk=uuid4(), code="HA7K4M92QDXP", rule=place.rule)
    rows = Mock()
    rows.filter.return_value.select_related.return_value = [standing]
    monkeypatch.setattr(practising.Certificate, "objects", rows)
    practising.withdraw(PracticeConfirmation.objects.get(), why="Nhầm", by=place.lan)
    notice = Notice.objects.get(account=place.hoa)
    assert "HA7K4M92QDXP" in notice.text and place.ba.full_name not in notice.text


def test_another_person_cannot_open_a_confirmation_of_mine(place):
    confirm(place)
    row = PracticeConfirmation.objects.get()
    assert enter(place.minh).get(f"{HOME}{row.pk}/").status_code == 404
    assert enter(place.minh).get(f"{HOME}{row.pk}/rut/").status_code == 404
    assert enter(place.hoa).get(f"{HOME}{row.pk}/").status_code == 200
    assert place.ba.full_name not in enter(place.minh).get(f"{HOME}da-ghi/").content.decode()
    assert place.ba.full_name in enter(place.hoa).get(f"{HOME}da-ghi/").content.decode()


# ---- Certificates


def test_the_certificates_of_passed_rules_are_looked_at_again(place, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(certifying, "award_if_earned", lambda account, rule: asked.append(rule.code))
    confirm(place)
    assert asked == []
    now = clock.now()
    passed = Attempt.objects.create(
        ward=place.ward, account=place.ba, rule=place.rule, frozen={}, kind="confirm", state="finished", due_at=now,
        ended_at=now, passed=True,
    )  # fmt: skip
    place.task = cast.make_task(place.ward, "khac")
    confirm(place)
    assert asked == ["xac-nhan-b2"]
    Attempt.objects.filter(pk=passed.pk).update(passed=False)
    assert practising.looked_at_again(place.ba) == []


def test_the_right_end_of_a_drawn_phone_brings_the_certificate(phone, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(certifying, "award_if_earned", lambda account, rule: asked.append(rule.code))
    now = clock.now()
    Attempt.objects.create(
        ward=phone.ward, account=phone.ba, rule=phone.rule, frozen={}, kind="confirm", state="finished", due_at=now,
        ended_at=now, passed=True,
    )  # fmt: skip
    client = enter(phone.ba)
    here = begin(client, phone)
    client.post(here, {"step": "hoi", "buoc": "0"})
    assert asked == []
    client.post(here, {"step": "dung", "buoc": "1"})
    assert asked == ["xac-nhan-b2"]


def test_a_certificate_that_cannot_be_made_costs_no_confirmation(place, monkeypatch):
    now = clock.now()
    Attempt.objects.create(
        ward=place.ward, account=place.ba, rule=place.rule, frozen={}, kind="confirm", state="finished", due_at=now,
        ended_at=now, passed=True,
    )  # fmt: skip

    def cannot(account, rule):
        raise Refusal("Chưa có khóa ký.")

    monkeypatch.setattr(certifying, "award_if_earned", cannot)
    confirm(place)
    assert practising.standing(place.ba).count() == 1


# ---- The learner


def test_the_learner_sees_what_stands_and_who_confirms(place):
    confirm(place)
    page = enter(place.ba).get("/thuc-hanh/").content.decode()
    assert "1 trên 3 việc" in page
    assert "Tổ công nghệ số cộng đồng - Tổ dân phố số 1" in page
    assert "Tự bấm gọi có hình" in page and "Đã xác nhận" in page
    assert "điện thoại mẫu" not in page


# ---- On a drawn phone


@pytest.fixture
def phone(place) -> Place:
    cast.make_phone(place.ward)
    cast.make_phone(place.ward, "chuyen-tien-2")
    place.task = cast.make_task(
        place.ward, "dung-lai", title="Dừng lại", screens=["chuyen-tien-1", "chuyen-tien-2", "chua-co"]
    )
    return place


def begin(client: Client, place: Place) -> str:
    return client.post(f"/thuc-hanh/{place.task.pk}/man-hinh/")["Location"]


def test_the_right_end_confirms_by_itself(phone):
    client = enter(phone.ba)
    assert "Làm ngay trên điện thoại mẫu" in client.get("/thuc-hanh/").content.decode()
    here = begin(client, phone)
    assert "Chuyển gấp 5 triệu" in client.get(here).content.decode()
    client.post(here, {"step": "hoi", "buoc": "0"})
    client.post(here, {"step": "hoi", "buoc": "0"})  # pressed twice is pressed once
    assert ScreenTry.objects.get().path == [{"button": "hoi"}]
    client.post(here, {"step": "dung", "buoc": "1"})
    page = client.get(here).content.decode()
    assert "Giữ được tiền." in page and "đã xác nhận" in page
    row = PracticeConfirmation.objects.get()
    assert (row.way, row.confirmed_by, row.tried.right) == ("screen", None, True)
    client.post(begin(client, phone), {"step": "hoi", "buoc": "0"})
    assert PracticeConfirmation.objects.count() == 1


def test_a_wrong_end_says_what_happened_and_another_variant_comes(phone):
    client = enter(phone.ba)
    here = begin(client, phone)
    assert begin(client, phone) == here  # an open way goes on
    client.post(here, {"step": "chuyen", "buoc": "0"})
    page = client.get(here).content.decode()
    assert "Tiền đã mất." in page and "Làm lại" in page
    assert not PracticeConfirmation.objects.exists()
    again = begin(client, phone)
    assert again != here
    codes = ScreenTry.objects.order_by("began_at").values_list("question__code", flat=True)
    assert list(codes) == ["chuyen-tien-1", "chuyen-tien-2"]


def find_wrong(phone: Place, code: str) -> None:
    """Hoa takes a screen out at the desk, for its key is wrong."""
    question = Question.objects.get(code=code)
    said = {"given": "void", "why": "Nút đúng lại tính sai."}
    assert enter(phone.hoa).post(f"/cau-hoi/{question.pk}/thoi-dung/", said).status_code == 302


def test_a_screen_that_was_found_wrong_confirms_nothing_and_the_learner_begins_again(phone):
    client = enter(phone.ba)
    here = begin(client, phone)
    client.post(here, {"step": "hoi", "buoc": "0"})
    find_wrong(phone, "chuyen-tien-1")
    client.post(here, {"step": "dung", "buoc": "1"})
    page = client.get(here).content.decode()
    assert "không phải lỗi của người làm" in page and "Bắt đầu lại" in page and 'name="step"' not in page
    assert not PracticeConfirmation.objects.exists()
    again = begin(client, phone)
    assert again != here
    client.post(again, {"step": "hoi", "buoc": "0"})
    client.post(again, {"step": "dung", "buoc": "1"})
    assert PracticeConfirmation.objects.get().tried.question.code == "chuyen-tien-2"


def test_what_a_wrong_screen_confirmed_stands_and_a_person_looks(phone):
    client = enter(phone.ba)
    here = begin(client, phone)
    client.post(here, {"step": "hoi", "buoc": "0"})
    client.post(here, {"step": "dung", "buoc": "1"})
    by_hand = cast.make_task(phone.ward, "goi-video-2", title="Nhìn tận mắt")
    practising.keep(
        PracticeConfirmation(ward=phone.ward, account=phone.ba, task=by_hand, way="door", confirmed_by=phone.lan),
        reason="", by=phone.lan,
    )  # fmt: skip
    find_wrong(phone, "chuyen-tien-2")
    assert not Notice.objects.filter(account=phone.hoa).exists(), "nothing rests on that one"
    find_wrong(phone, "chuyen-tien-1")
    told = Notice.objects.get(account=phone.hoa)
    assert "1 xác nhận thực hành" in told.text
    row = PracticeConfirmation.objects.get(way="screen")
    desk = enter(phone.hoa)
    page = desk.get(told.href).content.decode()
    assert f"/thuc-hanh/xac-nhan/{row.pk}/" in page and "Nhìn tận mắt" not in page
    assert row.withdrawn_at is None and "đã xác nhận" in client.get(here).content.decode()
    desk.post(f"/thuc-hanh/xac-nhan/{row.pk}/rut/", {"why": "Màn hình sai, mời bà làm lại."})
    row.refresh_from_db()
    assert row.withdrawn_by == phone.hoa


def test_a_way_that_somebody_helped_with_confirms_nothing(phone):
    client = enter(phone.ba)
    here = begin(client, phone)
    session = help_once(phone.lan, phone.ba, days_ago=0)
    AssistedSession.objects.filter(pk=session.pk).update(ended_at=clock.now())
    client.post(here, {"step": "hoi", "buoc": "0"})
    client.post(here, {"step": "dung", "buoc": "1"})
    assert ScreenTry.objects.get().right is True
    assert not PracticeConfirmation.objects.exists()
    assert "có người giúp" in client.get(here).content.decode()


def test_nobody_steps_on_in_anothers_try(phone):
    here = begin(enter(phone.ba), phone)
    other = enter(phone.ong)
    assert other.get(here).status_code == 404
    assert other.post(here, {"step": "hoi", "buoc": "0"}).status_code == 404
    with pytest.raises(Refusal):
        screen_practice.step(ScreenTry.objects.get(), {"button": "hoi"}, after=0, by=phone.ong)


# ---- Many at once, many rows


@pytest.fixture
def flushable(transactional_db, settings):
    yield
    audit.disarm()


@pytest.mark.django_db(transaction=True)
def test_two_confirmers_at_the_same_moment_make_one(flushable):
    place = cast.make_place()

    def one(by: Account) -> str:
        try:
            return confirm(place, by=by).result
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(one, [place.lan, place.minh, place.hoa, place.tuan]))
    assert results == ["accepted"] * 4
    assert PracticeConfirmation.objects.count() == 1


@pytest.mark.parametrize(
    "path", ["/thuc-hanh/", f"{HOME}da-ghi/", f"{HOME}?tim=nguyen", "/thuc-hanh/viec/", f"{HOME}cho-xem/"]
)
def test_it_asks_no_more_for_more_rows(place, path):
    client = enter(place.ba if path == "/thuc-hanh/" else place.hoa)

    def more(number: int) -> None:
        task = cast.make_task(place.ward, f"viec-{number}", screens=["chuyen-tien-1"])
        learner = cast.make_learner(place.ward, f"Nguyễn Văn {number}", place.first, f"N{number}")
        for account in (learner, place.ba):
            practising.keep(
                PracticeConfirmation(ward=place.ward, account=account, task=task, way="door", confirmed_by=place.hoa),
                reason="chờ" if "cho-xem" in path else "", by=place.hoa,
            )  # fmt: skip

    more(0)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(path)
    for number in range(1, 6):
        more(number)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) <= len(few)


# ---- Of a person


def test_it_tells_moves_and_forgets(place):
    confirm(place)
    told = list(personal_practice.tell_practice(place.ba.person))
    assert told[0]["Người xác nhận"] == place.lan.full_name and "Tự tìm người cần gọi" in told[0]["Đã thấy"]
    keys = personal_practice.move(place.ong.person, place.ba.person)
    assert practising.standing(place.ong).count() == 1
    personal_practice.back(place.ong.person, place.ba.person, keys)
    assert practising.standing(place.ba).count() == 1 and not practising.standing(place.ong).exists()
    assert personal_practice.forget(place.ba.person) == 1
    assert not PracticeConfirmation.objects.exists()


# ---- One task in several wordings


def test_a_wording_of_another_level_does_not_stand_in_the_way(place):
    told = {
        name: getattr(place.task, name)
        for name in ("code", "title", "gist", "competence", "groups", "lines", "screens")
    }
    earlier = place.task
    Level.objects.create(framework=Framework.objects.get(code="hocvu"), number=1, code="B1", title="Có người giúp")
    for level in ("B1", "B2"):
        practice_tasks.write(place.ward, practice_tasks.SaidTask(**{**told, "level": level}), by=place.hoa)
        place.task = PracticeTask.objects.filter(ward=place.ward, code=earlier.code).latest("number")
        page = enter(place.lan).get(f"{HOME}nguoi/{place.ba.person_id}/").content.decode()
        assert address(place) in page, "what stands for another level would close the way to it"
        assert confirm(place).result == "accepted"
    rows = practising.standing(place.ba)
    assert {row.task.level for row in rows} == {"B1", "B2"}
    assert practising.count_for(rows, place.rule) == 1
    again = enter(place.minh).post(f"{address(place)}ghi/", {"thay": ["0", "1"], "noi": "door"}, follow=True)
    assert "đã được xác nhận từ trước, không ghi thêm" in again.content.decode()
    assert practising.standing(place.ba).count() == 2


def test_help_is_asked_for_from_the_day_on_which_the_task_was_seen(place):
    """Seen twenty days ago, helped 370 days ago: the helper had helped within the year before."""
    help_once(place.lan, place.ba, days_ago=370)
    seen = Parcel(receipts.uuid7(), made_at=clock.now() - timedelta(days=20))
    with pytest.raises(Refusal, match="đã giúp"):
        confirm(place, parcel=seen)
    assert confirm(place).result == "accepted"  # seen today, it is longer ago than a year
    assert practising.count_for(practising.standing(place.ba), place.rule) == 1


def test_what_a_helper_confirmed_stands_in_nobodys_way(place):
    """No certificate counts it; of one wording one confirmation stands, so the earlier makes way."""
    confirm(place)
    old = PracticeConfirmation.objects.get()
    help_once(place.lan, place.ba, days_ago=200)
    assert "đã có 0" in " ".join(certifying.missing(place.ba, place.rule))
    assert confirm(place, by=place.minh).result == "accepted"
    assert "đã có 1" in " ".join(certifying.missing(place.ba, place.rule))
    old.refresh_from_db()
    assert old.withdrawn_by == place.minh and "đã giúp" in old.withdrawn_why


def test_nobody_lets_their_own_confirmation_count_with_another_account(place):
    late = Parcel(receipts.uuid7(), made_at=clock.now() + timedelta(days=3))
    confirm(place, parcel=late)
    row = practising.waiting(place.ward).get()
    twin = make_account("lan2", Role.AMBASSADOR, ward=place.ward, name=place.lan.full_name)
    with pytest.raises(Refusal, match="không tự xem lại"):
        practising.let_count(row, by=twin)
    practising.let_count(row, by=place.hoa)
