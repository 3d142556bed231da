"""Classes: made by whoever may, found by everybody, full and not full, given back, matched, said thanks for."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import openpyxl
import pytest
from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.assessment.tests import cast_practice
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import attending, classes, codes, feedback, personal_classes, registering, reminding
from hocvu.outreach.models import Attendance, Feedback, Gathering, Registration
from hocvu.outreach.tests import cast_classes as cast
from hocvu.outreach.tests.cast_classes import Place, during, enter, household_places, make_class, session_of
from hocvu.signin import citizens
from hocvu.ward import audit, forgetting, merging, receipts, retention
from hocvu.ward.models import Account, AuditEntry, Household, Notice
from hocvu.ward.receipts import Parcel

pytestmark = pytest.mark.django_db
DESK = "/lop-hoc/quan-ly/"


@pytest.fixture
def place() -> Place:
    return cast.make_place()


@pytest.fixture
def flushable(transactional_db: None) -> Iterator[None]:
    """What the trail holds could not be emptied after a test of many at once."""
    yield
    audit.disarm()


def there(row: Gathering, registration: Registration, by: Account, number: int = 0) -> None:
    """Somebody was at a session."""
    one = session_of(row, number)
    with during(one):
        attending.tick(one, {registration.pk}, way="tick", by=by)


def form_of(place: Place, **said: str) -> dict[str, str]:
    day = clock.today() + timedelta(days=3)
    return {
        "kind": "class", "title": "Gọi video cho con cháu", "gist": "", "host": str(cast.team_of(place.first).pk),
        "neighbourhood": str(place.first.pk), "place": "Nhà văn hóa", "capacity": "", "teacher_name": "", "day": f"{day:%d/%m/%Y}",
        "starts": "19:00", "ends": "20:30", "count": "3", **said,
    }  # fmt: skip


# ---- Making


def test_a_team_makes_a_weekly_class_and_everybody_finds_it(place):
    lan = enter(place.lan)
    answer = lan.post(f"{DESK}moi/", form_of(place))
    row = Gathering.objects.get()
    assert answer["Location"] == f"{DESK}{row.pk}/" and row.sessions.count() == 3
    assert "Gọi video" not in Client().get("/lop-hoc/").content.decode()
    assert Client().get(f"/lop-hoc/{row.pk}/").status_code == 404
    lan.post(f"{DESK}{row.pk}/mo/")
    page = Client().get("/lop-hoc/").content.decode()
    assert page.count("Gọi video cho con cháu") == 3 and "Còn chỗ" in page
    assert "Gọi video" in Client().get(f"/lop-hoc/{row.pk}/").content.decode()
    assert [one.action for one in AuditEntry.objects.order_by("sequence")][-2:] == ["made a class", "opened a class"]


def test_a_form_that_fails_says_where_and_keeps_what_was_typed(place):
    answer = enter(place.lan).post(f"{DESK}moi/", form_of(place, ends="18:00"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Giờ kết thúc phải sau giờ bắt đầu" in page
    assert "Gọi video cho con cháu" in page and not Gathering.objects.exists()


def test_a_team_holds_classes_in_its_own_neighbourhood_only(place):
    answer = enter(place.lan).post(f"{DESK}moi/", form_of(place, neighbourhood=str(place.second.pk)))
    assert answer.status_code == 422 and not Gathering.objects.exists()
    row = make_class(place, neighbourhood=place.second, host=cast.team_of(place.second))
    lan = enter(place.lan)
    for address in ("", "sua/", "huy/", "buoi/", "to-ky/", "nguoi-hoc/"):
        assert lan.get(f"{DESK}{row.pk}/{address}").status_code == 404
    assert lan.get(f"/lop-hoc/diem-danh/{session_of(row).pk}/").status_code == 404
    assert row.title not in lan.get(DESK).content.decode()
    assert row.title in enter(place.minh).get(DESK).content.decode()


def test_an_office_sees_its_own_classes_and_the_coordinator_all(place):
    row = make_class(place)
    assert row.title in enter(place.hoa).get(DESK).content.decode()
    assert row.title not in enter(place.dung).get(DESK).content.decode()
    assert enter(place.ba).get(DESK).status_code == 403
    assert Client().get(DESK).status_code == 302


def test_a_change_raises_the_sequence_and_tells_who_is_registered(place):
    row = make_class(place)
    registering.register_oneself(row, by=place.ba)
    household_places(place, row)
    said = {name: getattr(row, name) for name in classes.FIELDS}
    changed = classes.change(row, by=place.hoa, **{**said, "place": "Trường Tiểu học"})
    assert changed.sequence == row.sequence + 1
    assert "chuyển đến Trường Tiểu học" in Notice.objects.get(account=place.ba).text
    told = Notice.objects.get(account=place.lan)
    assert "báo cho người mình đã đăng ký giúp" in told.text and "Tư" not in told.text
    assert classes.change(row, by=place.hoa, **{**said, "place": "Trường Tiểu học"}).sequence == changed.sequence


def test_a_cancelled_class_says_why_and_stays_to_be_seen(place):
    row = make_class(place)
    registering.register_oneself(row, by=place.ba)
    hoa = enter(place.hoa)
    assert hoa.post(f"{DESK}{row.pk}/huy/", {"why": ""}).status_code == 422
    hoa.post(f"{DESK}{row.pk}/huy/", {"why": "Bão số 5"})
    assert "Bão số 5" in Notice.objects.get(account=place.ba).text
    page = Client().get(f"/lop-hoc/{row.pk}/").content.decode()
    assert "Lớp này đã hủy" in page and "Bão số 5" in page and "Đăng nhập để giữ chỗ" not in page
    with pytest.raises(Refusal, match="đã hủy"):
        registering.register_oneself(row, by=place.ong)


def test_a_class_of_another_unit_is_changed_by_that_unit_alone(place):
    row = make_class(place, host=place.office)  # held in Lan's neighbourhood, by an office
    own = registering.register_oneself(row, by=place.ba)
    one, lan = session_of(row), enter(place.lan)
    page = lan.get(f"{DESK}{row.pk}/").content.decode()
    assert "Điểm danh" in page
    for words in ("Hủy lớp", "Cho nghỉ", "Đổi giờ", "Thêm buổi", "Sửa lớp"):
        assert words not in page and words in enter(place.hoa).get(f"{DESK}{row.pk}/").content.decode()
    day = f"{clock.local_day(one.starts_at):%d/%m/%Y}"
    acts = {
        f"{row.pk}/huy/": {"why": "Bão"}, f"{row.pk}/buoi/": {"day": day, "starts": "8:00", "ends": "9:00", "count": "1"},
        f"buoi/{one.pk}/nghi/": {}, f"buoi/{one.pk}/doi-gio/": {"starts": f"{day} 08:00", "ends": f"{day} 09:00"},
        f"dang-ky/{own.pk}/bo/": {},
    }  # fmt: skip
    for address, said in acts.items():
        refused = lan.post(f"{DESK}{address}", said)
        assert refused.status_code == 422 and place.office.name in refused.content.decode(), address
    tu, _ = household_places(place, row)
    assert lan.post(f"{DESK}dang-ky/{tu.pk}/bo/").status_code == 302  # whom one registered oneself
    assert registering.live(row).count() == 2 and row.sessions.get().cancelled_at is None


def test_a_class_whose_unit_ended_is_still_called_off_by_whoever_reaches_the_ward(place):
    row = make_class(place)
    team = cast.team_of(place.first)
    team.valid_to = clock.today() - timedelta(days=1)
    team.save()
    hoa = enter(place.hoa)
    assert "Hủy lớp" in hoa.get(f"{DESK}{row.pk}/").content.decode()
    assert hoa.post(f"{DESK}{row.pk}/huy/", {"why": "Tổ đã sáp nhập"}).status_code == 302


def test_a_moment_that_no_calendar_knows_is_said_beside_the_field(place):
    one = session_of(make_class(place))
    answer = enter(place.hoa).post(
        f"{DESK}buoi/{one.pk}/doi-gio/", {"starts": "01/01/0001 00:00", "ends": "01/01/0001 01:00"}
    )
    assert answer.status_code == 422 and "Năm 1 không hợp lý" in answer.content.decode()


def test_a_session_is_moved_and_one_is_left_out_until_somebody_came(place):
    row = make_class(place, weeks=2)
    own = registering.register_oneself(row, by=place.ba)
    one, two = session_of(row), session_of(row, 1)
    day = clock.local_day(one.starts_at)
    hoa = enter(place.hoa)
    hoa.post(f"{DESK}buoi/{one.pk}/doi-gio/", {"starts": f"{day:%d/%m/%Y} 18:00", "ends": f"{day:%d/%m/%Y} 19:00"})
    assert "18 giờ" in Notice.objects.get(account=place.ba).text
    hoa.post(f"{DESK}buoi/{two.pk}/nghi/")
    assert "không học" in Notice.objects.filter(account=place.ba).first().text
    there(row, own, place.hoa)
    with pytest.raises(Refusal, match="đã có người điểm danh"):
        classes.cancel_session(one, by=place.hoa)


def test_sessions_are_not_added_twice_and_not_without_end(place):
    row = make_class(place)
    one = session_of(row)
    with pytest.raises(Refusal, match="giờ ấy"):
        classes.add_sessions(row, [(one.starts_at, one.ends_at)], by=place.hoa)
    many = classes.Weekly(clock.today() + timedelta(days=2), time(8), time(9), 60).moments()
    with pytest.raises(Refusal, match="nhiều nhất 60"):
        classes.add_sessions(row, many, by=place.hoa)
    with pytest.raises(Refusal, match="dài nhất 12 giờ"):
        classes.add_sessions(row, [(one.starts_at + timedelta(days=1), one.ends_at + timedelta(days=3))], by=place.hoa)


# ---- The calendar


def test_the_calendar_is_filtered_by_month_and_place_and_taken_away(place):
    row = make_class(place)
    other = make_class(place, title="Ở tổ hai", neighbourhood=place.second, host=cast.team_of(place.second))
    page = Client().get("/lop-hoc/", {"noi": place.second.pk}).content.decode()
    assert other.title in page and row.title not in page
    month = f"{clock.local_day(session_of(row).starts_at):%Y-%m}"
    assert row.title in Client().get("/lop-hoc/", {"thang": month}).content.decode()
    assert (
        "Không có dòng nào"
        in Client().get("/lop-hoc/", {"thang": "2026-08" if month != "2026-08" else "2026-09"}).content.decode()
    )
    assert Client().get("/lop-hoc/", {"thang": "rác"}).status_code == 200
    assert Client().get("/lop-hoc/", {"dinh-dang": "xlsx"})["Content-Type"].startswith("application/vnd")


def test_public_pages_tell_of_nobody(place):
    row = make_class(place)
    registering.register_oneself(row, by=place.ba)
    household_places(place, row)
    for address in ("/lop-hoc/", f"/lop-hoc/{row.pk}/", "/lop-hoc/lich.ics", f"/lop-hoc/{row.pk}/lich.ics"):
        one, two = Client().get(address).content, Client().get(address).content
        assert one == two, "the same bytes for everybody"
        text = one.decode()
        for name in (place.ba.full_name, place.tu.full_name, place.hoa.full_name, "csrfmiddlewaretoken"):
            assert name not in text
    assert "còn 17 chỗ" in Client().get(f"/lop-hoc/{row.pk}/").content.decode().lower()


# ---- Places


def test_one_press_takes_a_place_and_a_second_takes_none(place):
    row = make_class(place)
    ba = enter(place.ba)
    for _ in range(2):
        page = ba.post(f"/lop-hoc/{row.pk}/dang-ky/", follow=True).content.decode()
    own = Registration.objects.get()
    assert codes.shown(own.code) in page and "data:image/svg+xml" in page and own.way == "web"
    assert row.title in ba.get("/lop-hoc/cua-toi/").content.decode()
    assert AuditEntry.objects.filter(action="registered for a class").count() == 1
    with pytest.raises(Refusal, match="Tài khoản công vụ"):
        registering.register_oneself(row, by=place.hoa)


def test_a_full_class_lets_wait_and_moves_up_whoever_waits_longest(place):
    row = make_class(place, capacity=1)
    enter(place.ba).post(f"/lop-hoc/{row.pk}/dang-ky/")
    page = enter(place.ong).post(f"/lop-hoc/{row.pk}/dang-ky/", follow=True).content.decode()
    assert "Đang chờ chỗ" in page
    waiting = household_places(place, row)
    assert all(one.is_waiting for one in waiting)
    enter(place.ba).post(f"/lop-hoc/{row.pk}/bo/")
    assert not registering.own(row, place.ong).is_waiting
    assert "Đã có chỗ" in Notice.objects.get(account=place.ong).text
    said = {name: getattr(row, name) for name in classes.FIELDS}
    classes.change(row, by=place.hoa, **{**said, "capacity": 2})
    assert [one.is_waiting for one in registering.live(row).filter(way="team")] == [False, True]
    assert "Người mình đăng ký giúp" in Notice.objects.get(account=place.lan).text
    enter(place.ba).post(f"/lop-hoc/{row.pk}/dang-ky/")
    assert registering.own(row, place.ba).is_waiting


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(flushable):
    place = cast.make_place()
    row = make_class(place, capacity=1)
    learners = [
        place.ba,
        place.ong,
        *(cast_practice.make_learner(place.ward, f"Học viên {n}", place.first, f"L{n}") for n in range(4)),
    ]

    def press(account: Account) -> bool:
        try:
            return registering.register_oneself(row, by=account).is_waiting
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(learners)) as pool:
        waits = list(pool.map(press, learners))
    assert waits.count(False) == 1 and Registration.objects.count() == len(learners)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_take_one_place(flushable):
    place = cast.make_place()
    row = make_class(place)

    def press(_: int) -> None:
        try:
            registering.register_oneself(row, by=place.ba)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, range(4)))
    assert Registration.objects.count() == 1


def test_a_team_registers_a_whole_household_of_its_own_place_at_once(place):
    row = make_class(place, neighbourhood=None, host=place.office)  # anybody's class
    lan = enter(place.lan)
    address = f"/lop-hoc/{row.pk}/dang-ky-ho/"
    assert "H7" in lan.get(address, {"tim": "bui thi tu"}).content.decode()
    page = lan.get(f"{address}{place.home.pk}/").content.decode()
    assert place.tu.full_name in page and place.nam.full_name in page
    assert lan.post(f"{address}{place.home.pk}/", {}).status_code == 422
    page = lan.post(f"{address}{place.home.pk}/", {"ca-nha": "1"}, follow=True).content.decode()
    assert (
        all(codes.shown(one.code) in page for one in Registration.objects.all()) and Registration.objects.count() == 2
    )
    assert {one.household for one in Registration.objects.all()} == {place.home}
    lan.post(f"{address}{place.home.pk}/", {"people": [str(place.tu.pk)]})
    assert Registration.objects.count() == 2


def test_a_household_of_another_neighbourhood_is_not_there(place):
    row = make_class(place)
    far = Household.objects.get(code="H2")
    lan = enter(place.lan)
    address = f"/lop-hoc/{row.pk}/dang-ky-ho/"
    assert not re.search(r"\bH2\b", lan.get(address, {"tim": "tran van ong"}).content.decode())
    assert lan.get(f"{address}{far.pk}/").status_code == 404
    assert lan.post(f"{address}{far.pk}/", {"ca-nha": "1"}).status_code == 404
    assert enter(place.dung).get(f"{address}{place.home.pk}/").status_code == 404
    assert enter(place.ba).get(address).status_code == 403


def test_whoever_asked_for_a_restriction_is_not_registered(place):
    row = make_class(place)
    place.tu.restricted_at = clock.now()
    place.tu.save()
    made = household_places(place, row)
    assert [one.person for one in made] == [place.nam]


def test_a_place_taken_by_the_team_is_the_accounts_too(place):
    row = make_class(place)
    household_places(place, row)
    account = citizens.open_account(place.ward, person=place.tu)
    assert registering.own(row, account) is not None
    assert registering.register_oneself(row, by=account).way == "team" and Registration.objects.count() == 2


# ---- Names at the door


def test_a_name_at_the_door_is_matched_to_a_person_by_whoever_may_read_them(place):
    row = make_class(place)
    one = session_of(row)
    with during(one):
        fields = QueryDict(f"buoi={one.pk}&ten=bui thi tu&cach=walk_in")
        attending.from_fields(
            fields, by=place.lan, ward=place.ward, parcel=Parcel(receipts.uuid7(), made_at=clock.now())
        )
    walk = Registration.objects.get()
    lan, address = enter(place.lan), f"{DESK}dang-ky/{walk.pk}/ghep/"
    assert place.tu.full_name in lan.get(address).content.decode()
    assert enter(place.minh).get(address).status_code == 404 and enter(place.dung).get(address).status_code == 403
    lan.post(f"{address}{place.tu.pk}/")
    walk.refresh_from_db()
    assert (walk.person, walk.household, walk.name) == (place.tu, place.home, place.tu.full_name)


def test_a_name_of_somebody_who_has_a_place_joins_it(place):
    row = make_class(place)
    place_of_tu = household_places(place, row)[0]
    assert place_of_tu.person == place.tu
    walk = registering.walk_in(row, name="Tư", by=place.lan)
    there(row, walk, place.lan)
    kept = registering.match(walk, place.tu, by=place.lan)
    assert kept == place_of_tu and attending.present(session_of(row)) == {place_of_tu.pk}
    assert registering.live(row).count() == 2
    with pytest.raises(Refusal, match="đã ghép"):
        registering.match(walk, place.nam, by=place.lan)


def test_names_of_the_door_go_after_their_time_and_the_count_stays(place):
    row = make_class(place)
    walk = registering.walk_in(row, name="Người lạ", by=place.lan)
    there(row, walk, place.lan)
    Registration.objects.filter(pk=walk.pk).update(at=clock.now() - timedelta(days=401))
    retention.apply_all()
    walk.refresh_from_db()
    assert walk.name == "" and Attendance.objects.count() == 1
    assert "người đến thẳng lớp" in enter(place.hoa).get(f"{DESK}{row.pk}/").content.decode()


def test_whoever_waits_comes_before_a_new_one_when_two_places_became_one(place):
    row = make_class(place, capacity=2)
    registering.register_household(row, place.home, [place.tu.pk], by=place.lan)
    walk = registering.walk_in(row, name="Tư", by=place.lan)
    waits = registering.register_oneself(row, by=place.ba)
    assert waits.is_waiting
    there(row, walk, place.lan)
    registering.match(walk, place.tu, by=place.lan)
    waits.refresh_from_db()
    assert not waits.is_waiting and registering.register_oneself(row, by=place.ong).is_waiting


def test_whoever_is_forgotten_leaves_the_place_to_who_waits(place, django_capture_on_commit_callbacks):
    row = make_class(place, capacity=1)
    registering.register_household(row, place.home, [place.tu.pk], by=place.lan)
    waits = registering.register_oneself(row, by=place.ba)
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.erase(place.tu, reason="Theo yêu cầu", by=place.hoa)
    waits.refresh_from_db()
    assert not waits.is_waiting


# ---- Reminders


def test_everybody_is_reminded_the_day_before_once_and_names_nobody(place):
    row = make_class(place, teacher=place.dung)
    registering.register_oneself(row, by=place.ba)
    household_places(place, row)
    registering.walk_in(row, name="Khách", by=place.dung)  # belongs to nobody whom one could remind
    assert reminding.remind(clock.now()) == 1 and reminding.remind(clock.now()) == 0
    told = {one.account: one for one in Notice.objects.filter(key__startswith="class.tomorrow")}
    assert set(told) == {place.ba, place.dung, place.lan}
    assert "Ngày mai có" in told[place.ba].text and "4 người đã đăng ký" in told[place.dung].text
    assert "2 người đăng ký chưa có tài khoản" in told[place.lan].text and told[place.lan].href.endswith("/can-nhac/")
    for notice in told.values():
        assert not any(person.full_name in notice.text for person in (place.tu, place.nam))
    page = enter(place.lan).get(told[place.lan].href).content.decode()
    assert place.tu.full_name in page and place.ba.full_name not in page
    assert place.tu.full_name not in enter(place.minh).get(told[place.lan].href).content.decode()


def test_nobody_is_reminded_of_what_is_not_held(place):
    draft, gone = make_class(place, open_it=False), make_class(place)
    classes.cancel_session(session_of(gone), by=place.hoa)
    later = make_class(place, first=clock.today() + timedelta(days=5))
    assert reminding.remind(clock.now()) == 0
    assert {draft.state, gone.state, later.state} == {"draft", "open"}


# ---- What they thought


def test_feedback_is_said_once_by_who_came_and_shown_from_five_on(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    ba, address = enter(place.ba), f"/lop-hoc/{row.pk}/gop-y/"
    assert "Chưa thấy có mặt" in ba.post(address, {"use": "5", "words": "Hay"}).content.decode()
    there(row, own, place.hoa)
    assert "Góp ý về lớp" in ba.get(f"/lop-hoc/{row.pk}/").content.decode()
    assert ba.post(address, {"use": "5", "words": "Hay"}).status_code == 302
    assert ba.post(address, {"use": "1", "words": ""}).status_code == 422 and Feedback.objects.count() == 1
    said = Feedback.objects.get()
    assert str(own.pk) not in said.token and own.code not in said.token
    assert not re.search(r"\bHay\b", enter(place.hoa).get(f"{DESK}{row.pk}/").content.decode())
    for number in range(4):
        walk = registering.walk_in(row, name=f"Khách {number}", by=place.lan)
        there(row, walk, place.lan)
        paper = Client()
        onward = paper.get(f"/lop-hoc/ma/{walk.code}/")
        assert onward["Location"].endswith(f"?ma={codes.shown(walk.code)}")
        assert paper.post(address, {"code": codes.shown(walk.code).lower(), "use": "4", "words": ""}).status_code == 302
    assert feedback.heard(row).average == 4.2
    assert "Hay" in enter(place.hoa).get(f"{DESK}{row.pk}/").content.decode()
    assert Client().get("/lop-hoc/ma/ZZZZZZZZ/").status_code == 404


# ---- Of a person


def test_two_rows_of_one_person_keep_the_earlier_place_and_part_again(place):
    row = make_class(place)
    twin = cast_practice.make_person(place.ward, "Bùi Thị Tư", place.first, "H8")
    first, second = (
        household_places(place, row)[0],
        registering.register_household(row, twin.household, [twin.pk], by=place.lan)[0],
    )
    there(row, second, place.lan)
    merged = merging.merge(place.tu, twin, by=place.hoa)
    assert registering.live(row).filter(person=place.tu).get() == first
    assert attending.present(session_of(row)) == {first.pk}
    merging.undo(merged, by=place.hoa)
    second.refresh_from_db()
    assert (second.person, second.cancelled_at) == (twin, None) and attending.present(session_of(row)) == {second.pk}


def test_what_is_held_is_told_and_forgotten(place):
    row = make_class(place)
    own = household_places(place, row)[0]
    there(row, own, place.lan)
    assert next(iter(personal_classes.tell(place.tu)))["Lớp"] == row.title
    assert len(list(personal_classes.tell_attendance(place.tu))) == 1
    forgetting.erase(place.tu, reason="Theo yêu cầu", by=place.hoa)
    assert not Registration.objects.filter(pk=own.pk).exists() and not Attendance.objects.exists()


def test_an_account_that_turns_out_to_be_somebody_brings_its_places(place):
    row = make_class(place)
    stranger = citizens.open_account(place.ward, full_name="Tư")
    own = registering.register_oneself(row, by=stranger)
    citizens.join_to_register(stranger, place.tu, by=None, how="test")
    own.refresh_from_db()
    assert own.person == place.tu


def test_an_account_whose_person_has_a_place_already_keeps_one_of_the_two(place, django_capture_on_commit_callbacks):
    row = make_class(place, capacity=2)
    (of_tu,) = registering.register_household(row, place.home, [place.tu.pk], by=place.lan)
    stranger = citizens.open_account(place.ward, full_name="Tư")
    own = registering.register_oneself(row, by=stranger)
    waits = registering.register_oneself(row, by=place.ba)
    there(row, own, place.lan)
    with django_capture_on_commit_callbacks(execute=True):
        citizens.join_to_register(stranger, place.tu, by=None, how="test")
    waits.refresh_from_db()
    assert registering.live(row).filter(person=place.tu).get() == of_tu and not waits.is_waiting
    assert attending.present(session_of(row)) == {of_tu.pk} and registering.own(row, stranger) == of_tu


# ---- The list of who is in a class


def test_it_lists_who_is_in_a_class_and_who_attended_enough(place):
    row = make_class(place, weeks=5)
    tu, nam = household_places(place, row)
    khach = registering.walk_in(row, name="Khách Lạ", by=place.lan)
    for number in range(4):
        there(row, tu, place.lan, number)
    there(row, nam, place.lan)
    registering.cancel(nam, by=place.lan)
    lan, here = enter(place.lan), f"{DESK}{row.pk}/nguoi-hoc/"
    assert f'href="{here}"' in lan.get(f"{DESK}{row.pk}/").content.decode()
    page = lan.get(here).content.decode()
    assert "Đủ buổi là dự từ 4 buổi (80% số buổi của lớp)" in page and "3 người." in page
    for query, found in {
        "du=roi": [tu], "du=chua": [nam, khach], "tt=co": [tu], "tt=ten": [khach], "tt=khong": [nam], "tt=cho": [],
        "cach=walk_in": [khach], "tim=thi+tu": [tu], f"tim={codes.shown(khach.code).lower()}": [khach],
    }.items():  # fmt: skip
        body = lan.get(f"{here}?{query}").content.decode()
        assert [one for one in (tu, nam, khach) if codes.shown(one.code) in body.partition("<tbody>")[2]] == found, (
            query
        )
    book = openpyxl.load_workbook(io.BytesIO(b"".join(lan.get(f"{here}?dinh-dang=xlsx&du=roi").streaming_content)))
    assert list(book.active.iter_rows(values_only=True)) == [
        ("Họ và tên", "Mã", "Cách đăng ký", "Tình trạng", "Buổi đã dự", "Đã học đủ"),
        ("Bùi Thị Tư", codes.shown(tu.code), "tổ đăng ký giúp", "Có chỗ", 4, "Đủ buổi"),
    ]
    told = AuditEntry.objects.order_by("-sequence")[0]
    assert told.action == "saw who registered for a class" and told.details["people"] == 1


def test_whoever_gave_a_place_back_and_took_another_is_one_person_in_a_class(place):
    row = make_class(place, weeks=5)
    first = registering.register_oneself(row, by=place.ba)
    for number in range(2):
        there(row, first, place.lan, number)
    registering.cancel(first, by=place.ba)
    again = registering.register_oneself(row, by=place.ba)
    for number in range(2, 4):
        there(row, again, place.lan, number)
    assert {one.pk: one.came for one in attending.places_of(row)} == {first.pk: 4, again.pk: 4}
    assert [one.is_enough for one in attending.classes_of(place.ba.person, clock.today() + timedelta(days=60))] == [
        True
    ]


def test_whoever_waits_for_a_place_is_found_among_the_people_of_a_class(place):
    row = make_class(place, capacity=1)
    registering.register_oneself(row, by=place.ba)
    registering.register_oneself(row, by=place.ong)
    hoa = enter(place.hoa)
    for query, there_is, is_not in (("cho", place.ong, place.ba), ("co", place.ba, place.ong)):
        body = hoa.get(f"{DESK}{row.pk}/nguoi-hoc/?tt={query}").content.decode().partition("<tbody>")[2]
        assert there_is.full_name in body and is_not.full_name not in body
    assert "Chờ chỗ" in hoa.get(f"{DESK}{row.pk}/nguoi-hoc/").content.decode()


def test_a_gathering_has_nobody_who_must_attend_enough(place):
    row = make_class(place, kind="gathering")
    there(row, household_places(place, row)[0], place.lan)
    page = enter(place.hoa).get(f"{DESK}{row.pk}/nguoi-hoc/").content.decode()
    assert "Bùi Thị Tư" in page and "Đã học đủ" not in page and "Đủ buổi" not in page


def test_only_whoever_looks_after_a_class_meets_the_list_of_its_people(place):
    row = make_class(place)
    household_places(place, row)
    here = f"{DESK}{row.pk}/nguoi-hoc/"
    for account, status in ((place.hoa, 200), (place.lan, 200), (place.minh, 404), (place.dung, 404), (place.ba, 403)):
        assert enter(account).get(here).status_code == status
    assert Client().get(here).status_code == 302


# ---- How much is asked of the database


def test_lists_ask_as_much_for_many_as_for_few(place):
    row = make_class(place, weeks=2)
    household_places(place, row)
    client = enter(place.hoa)
    addresses = ("/lop-hoc/", DESK, f"{DESK}{row.pk}/", f"{DESK}{row.pk}/to-ky/", f"{DESK}{row.pk}/nguoi-hoc/", f"{DESK}so-lieu/", f"/lop-hoc/{row.pk}/",
                 f"/lop-hoc/diem-danh/{session_of(row).pk}/", f"/lop-hoc/{row.pk}/can-nhac/", "/lop-hoc/lich.ics")  # fmt: skip

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    for address in addresses:
        asked(address)
    before = {address: asked(address) for address in addresses}
    for number in range(6):
        other = make_class(place, title=f"Lớp {number}", weeks=3)
        person = cast_practice.make_person(place.ward, f"Người {number}", place.first, f"K{number}")
        registering.register_household(other, person.household, [person.pk], by=place.hoa)
        own = registering.register_household(row, person.household, [person.pk], by=place.hoa)[0]
        there(row, own, place.hoa)
    assert {address: asked(address) for address in addresses} == before


def test_codes_are_read_as_people_write_them():
    code = codes.new()
    assert codes.read(codes.shown(code).lower()) == code and re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", code)


def test_a_sign_that_no_database_takes_is_left_out_of_what_is_asked(place):
    row = make_class(place)
    assert row.title in enter(place.hoa).get(f"{DESK}?tim=an%00 toan").content.decode()
    assert enter(place.lan).get(f"/lop-hoc/{row.pk}/dang-ky-ho/?tim=H%007").status_code == 200
