"""The register of officials' training: who is sent, who attended, who is let off, and who may see names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import jobs, personal_training, training
from hocvu.outreach.models import Trainee, Training
from hocvu.outreach.tests.cast import enter
from hocvu.outreach.tests.cast_training import Offices, make_offices, make_official, make_training
from hocvu.ward import forgetting, merging, subject_data
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Notice
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
State = Trainee.State


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """It is Wednesday 18 November 2026, nine in the morning."""
    with clock.stopped_at(datetime(2026, 11, 18, 9, tzinfo=timezone.get_default_timezone())):
        yield


@pytest.fixture
def offices() -> Offices:
    return make_offices()


@pytest.fixture
def course(offices: Offices) -> Training:
    return make_training(offices)


def sent_people(offices: Offices, course: Training) -> list[Trainee]:
    """Minh and Oanh, sent by their centre."""
    training.name(course, unit=offices.centre, people=[offices.minh, offices.oanh], names=[], by=offices.lan)
    return [Trainee.objects.get(training=course, person=one) for one in (offices.minh, offices.oanh)]


def counts(course: Training) -> tuple[int, int]:
    row = training.with_counts(Training.objects.filter(pk=course.pk)).get()
    return row.attended, row.expected


def test_the_coordinator_puts_a_course_into_the_register(offices):
    answer = enter(offices.thu).post("/boi-duong/them/", {
        "kind": "course", "title": "  Trí tuệ nhân tạo  cho công chức ", "organiser": "Sở KH&CN", "document": "",
        "starts_on": "01/12/2026", "ends_on": "03/12/2026",
    })  # fmt: skip
    row = Training.objects.get()
    assert answer["Location"] == f"/boi-duong/{row.pk}/" and row.title == "Trí tuệ nhân tạo cho công chức"
    page = enter(offices.lan).get("/boi-duong/").content.decode()
    assert "Trí tuệ nhân tạo cho công chức" in page and "Chưa cử ai" in page
    assert AuditEntry.objects.filter(action="put training into the register").count() == 1


def test_what_makes_no_sense_is_said_beside_the_field(offices, course):
    said = {"kind": "course", "title": "Kỹ năng số cơ bản", "organiser": "Sở", "starts_on": "01/09/2026"}
    answer = enter(offices.thu).post("/boi-duong/them/", {**said, "ends_on": "31/08/2026"})
    assert answer.status_code == 422 and "trước ngày bắt đầu 01/09/2026" in answer.content.decode()
    answer = enter(offices.thu).post("/boi-duong/them/", {**said, "ends_on": "05/09/2026"})
    assert answer.status_code == 422 and "Sổ đã có đúng tên này" in answer.content.decode()


def test_a_unit_sends_people_of_the_register_and_others_by_name(offices, course):
    client = enter(offices.lan)
    page = client.get(f"/boi-duong/{course.pk}/cu-nguoi/").content.decode()
    assert "Ngô Văn Minh" in page and "Đinh Thị Oanh" in page
    client.post(
        f"/boi-duong/{course.pk}/cu-nguoi/", {"people": [str(offices.minh.pk)], "names": "Bùi Văn Sơn\n\nbùi văn  sơn"}
    )
    assert set(Trainee.objects.values_list("name", "unit__name")) == {
        ("Ngô Văn Minh", "Trung tâm sự nghiệp công"), ("Bùi Văn Sơn", "Trung tâm sự nghiệp công"),
    }  # fmt: skip
    page = client.get(f"/boi-duong/{course.pk}/cu-nguoi/").content.decode()
    assert "Ngô Văn Minh" not in page and "Đinh Thị Oanh" in page
    answer = client.post(f"/boi-duong/{course.pk}/cu-nguoi/", {"names": "Bùi Văn Sơn"})
    assert answer.status_code == 422 and "Chưa có ai mới" in answer.content.decode()
    client.post(f"/boi-duong/{course.pk}/cu-nguoi/", {"people": [str(offices.oanh.pk)], "names": "đinh thị oanh"})
    assert Trainee.objects.filter(name__icontains="oanh").count() == 1  # ticked and written is one
    Trainee.objects.filter(person=offices.oanh).delete()
    entry = AuditEntry.objects.filter(action="named whom a unit sends to training").order_by("sequence")[0]
    assert "Minh" not in str(entry.details) and entry.details["people"] == 2


def test_a_unit_names_nobody_of_another_unit(offices, course):
    client = enter(offices.an)
    assert client.get(f"/boi-duong/{course.pk}/cu-nguoi/?don-vi={offices.centre.pk}").status_code == 404
    assert (
        client.post(f"/boi-duong/{course.pk}/cu-nguoi/?don-vi={offices.centre.pk}", {"names": "X"}).status_code == 404
    )
    client.post(f"/boi-duong/{course.pk}/cu-nguoi/", {"people": [str(offices.minh.pk)], "names": "Hoàng Văn Ba"})
    assert set(Trainee.objects.values_list("name", flat=True)) <= {"Hoàng Văn Ba"}
    client = enter(offices.thu)
    page = client.get(f"/boi-duong/{course.pk}/cu-nguoi/?don-vi={offices.centre.pk}").content.decode()
    assert "Ngô Văn Minh" in page and "Đơn vị khác" in page


def test_attendance_needs_its_paper_and_a_day_of_the_course(offices, course):
    minh, oanh = sent_people(offices, course)
    client, address = enter(offices.lan), f"/boi-duong/{course.pk}/diem-danh/"
    said = {"people": [minh.pk], "came": "co", "day": "05/09/2026", "evidence": "DS số 4"}
    for wrong, words in (
        ({"evidence": ""}, "Hãy ghi căn cứ"),
        ({"day": "06/09/2026"}, "Khóa học từ 01/09/2026 đến 05/09/2026"),
        ({"day": "19/11/2026"}, "chưa tới"),
        ({"people": []}, "Chưa chọn ai"),
        ({"came": "khong"}, "Hãy ghi vì sao vắng"),
    ):
        answer = client.post(address, {**said, **wrong})
        assert answer.status_code == 422 and words in answer.content.decode()
    assert counts(course) == (0, 2)
    client.post(address, said)
    client.post(address, {"people": [oanh.pk], "came": "khong", "why": "đi công tác"})
    assert counts(course) == (1, 2)
    assert {row.name: row.state for row in Trainee.objects.all()} == {
        "Ngô Văn Minh": "attended",
        "Đinh Thị Oanh": "absent",
    }
    client.post(address, {**said, "people": [minh.pk, oanh.pk]})
    assert counts(course) == (2, 2)


def test_whoever_asks_to_be_let_off_is_expected_until_the_coordinator_agrees(offices, course):
    minh, oanh = sent_people(offices, course)
    enter(offices.lan).post(f"/boi-duong/{course.pk}/xin-thoi/", {"people": [minh.pk, oanh.pk], "why": "đang nghỉ ốm"})
    assert counts(course) == (0, 2)
    assert enter(offices.lan).get(f"/boi-duong/nguoi/{minh.pk}/quyet-dinh/").status_code == 403
    client = enter(offices.thu)
    assert "đang nghỉ ốm" in client.get(f"/boi-duong/nguoi/{minh.pk}/quyet-dinh/").content.decode()
    client.post(f"/boi-duong/nguoi/{minh.pk}/quyet-dinh/", {"answer": "co"})
    answer = client.post(f"/boi-duong/nguoi/{oanh.pk}/quyet-dinh/", {"answer": "khong"})
    assert answer.status_code == 422 and "vì sao không đồng ý" in answer.content.decode().lower()
    client.post(f"/boi-duong/nguoi/{oanh.pk}/quyet-dinh/", {"answer": "khong", "why": "còn lớp bù"})
    assert counts(course) == (0, 1)
    page = enter(offices.lan).get(f"/boi-duong/{course.pk}/").content.decode()
    assert "Được cho thôi" in page and "Không đồng ý cho thôi: còn lớp bù" in page
    with pytest.raises(Refusal, match="không còn chờ"):
        training.decide(minh, agrees=True, why="", by=offices.thu)


def test_whoever_was_absent_and_is_not_let_off_stays_absent(offices, course):
    (minh, _) = sent_people(offices, course)
    training.mark(course, [minh], attended=False, day=None, evidence="", why="đi công tác", by=offices.lan)
    training.ask_off(course, [minh], why="về hưu", by=offices.lan)
    assert "đi công tác. Xin cho thôi: về hưu" in enter(offices.lan).get(f"/boi-duong/{course.pk}/").content.decode()
    training.decide(minh, agrees=False, why="còn lớp bù", by=offices.thu)
    minh.refresh_from_db()
    assert (minh.state, minh.why) == ("absent", "đi công tác") and minh.answer == "Không đồng ý cho thôi: còn lớp bù"
    training.ask_off(course, [minh], why="nghỉ hưu theo QĐ 5", by=offices.lan)
    training.decide(minh, agrees=True, why="", by=offices.thu)
    minh.refresh_from_db()
    assert (minh.state, minh.shown_why) == ("excused", "nghỉ hưu theo QĐ 5")


def test_a_course_is_put_right_with_a_reason_and_keeps_the_days_of_who_attended(offices, course):
    (minh, _) = sent_people(offices, course)
    training.mark(course, [minh], attended=True, day=date(2026, 9, 5), evidence="DS", why="", by=offices.lan)
    client, here = enter(offices.thu), f"/boi-duong/{course.pk}/sua/"
    said = {"title": "Kỹ năng số cơ bản, lớp 2", "organiser": "Sở", "document": "", "starts_on": "01/09/2026"}
    wrong = client.post(here, {**said, "ends_on": "04/09/2026", "why": "dời lịch"})
    assert wrong.status_code == 422 and "1 người dự vào ngày nằm ngoài" in wrong.content.decode()
    assert client.post(here, {**said, "ends_on": "06/09/2026", "why": ""}).status_code == 422
    assert client.post(here, {**said, "ends_on": "06/09/2026", "why": "dời lịch"}).status_code == 302
    course.refresh_from_db()
    assert (course.title, course.ends_on) == ("Kỹ năng số cơ bản, lớp 2", date(2026, 9, 6))
    assert AuditEntry.objects.get(action="changed training").details["why"] == "dời lịch"
    assert enter(offices.lan).get(here).status_code == 403


def test_somebody_named_by_mistake_is_taken_off_until_attendance_is_marked(offices, course):
    minh, oanh = sent_people(offices, course)
    training.mark(course, [oanh], attended=True, day=date(2026, 9, 5), evidence="DS", why="", by=offices.lan)
    assert enter(offices.an).post(f"/boi-duong/nguoi/{minh.pk}/bo/").status_code == 404
    # The course is over: whoever was sent and did not go cannot be made to have never been sent.
    assert enter(offices.lan).post(f"/boi-duong/nguoi/{minh.pk}/bo/").status_code == 422
    assert counts(course) == (1, 2)
    Training.objects.filter(pk=course.pk).update(ends_on=clock.today())
    enter(offices.lan).post(f"/boi-duong/nguoi/{minh.pk}/bo/")
    assert counts(course) == (1, 1)
    assert enter(offices.lan).post(f"/boi-duong/nguoi/{oanh.pk}/bo/").status_code == 422


def test_leaders_meet_counts_and_units_only_their_own_names(offices, course):
    sent_people(offices, course)
    training.name(course, unit=offices.police, people=[], names=["Hoàng Văn Ba"], by=offices.an)
    pages = {who: enter(who).get(f"/boi-duong/{course.pk}/").content.decode()
             for who in (offices.thu, offices.lan, offices.an, offices.hung)}  # fmt: skip
    assert "Ngô Văn Minh" in pages[offices.thu] and "Hoàng Văn Ba" in pages[offices.thu]
    assert "Ngô Văn Minh" in pages[offices.lan] and "Hoàng Văn Ba" not in pages[offices.lan]
    assert "Hoàng Văn Ba" in pages[offices.an] and "Ngô Văn Minh" not in pages[offices.an]
    assert "Ngô Văn Minh" not in pages[offices.hung] and "Hoàng Văn Ba" not in pages[offices.hung]
    assert all("Trung tâm sự nghiệp công" in page and "Công an phường" in page for page in pages.values())
    book = openpyxl.load_workbook(
        BytesIO(enter(offices.hung).get(f"/boi-duong/{course.pk}/?dinh-dang=xlsx").getvalue())
    )
    assert "Minh" not in str(list(book.active.iter_rows(values_only=True)))
    assert enter(offices.hung).get(f"/boi-duong/{course.pk}/cu-nguoi/").status_code == 403


def test_a_programme_is_marked_with_what_and_by_whom(offices):
    row = make_training(offices, "Ngạch chuyên viên", kind="programme")
    client = enter(offices.thu)
    assert client.get(f"/boi-duong/{row.pk}/cu-nguoi/").status_code == 404
    client.post(f"/boi-duong/{row.pk}/long-ghep/", {"content": "Chuyên đề chuyển đổi số, 4 tiết", "day": "10/09/2026"})
    page = client.get(f"/boi-duong/{row.pk}/").content.decode()
    assert "Đã lồng ghép" in page and "Chuyên đề chuyển đổi số, 4 tiết" in page and "Vũ Thị Thu, 10/09/2026" in page
    client.post(f"/boi-duong/{row.pk}/bo-long-ghep/", {"why": "đánh dấu nhầm"})
    assert "Chưa lồng ghép" in client.get(f"/boi-duong/{row.pk}/").content.decode()


def test_a_row_that_was_withdrawn_stays_with_its_reason_and_takes_no_more_acts(offices, course):
    (minh, _) = sent_people(offices, course)
    enter(offices.thu).post(f"/boi-duong/{course.pk}/rut/", {"why": "thành phố hoãn"})
    page = enter(offices.lan).get(f"/boi-duong/{course.pk}/").content.decode()
    assert "thành phố hoãn" in page and "Điểm danh</a>" not in page
    answer = enter(offices.lan).post(f"/boi-duong/{course.pk}/cu-nguoi/", {"names": "Bùi Văn Sơn"})
    assert answer.status_code == 422 and "đã rút" in answer.content.decode()
    assert enter(offices.lan).post(f"/boi-duong/nguoi/{minh.pk}/bo/").status_code == 422
    assert not training.of_year(offices.ward, "course", clock.today()).exists()


def test_the_list_narrows_by_year_and_kind_and_goes_as_a_spreadsheet(offices, course):
    make_training(offices, "Ngạch chuyên viên", kind="programme")
    make_training(offices, "Khóa năm trước", starts_on=date(2025, 10, 1), ends_on=date(2025, 10, 2))
    client = enter(offices.hung)
    page = client.get("/boi-duong/?nam=2025&loai=course").content.decode()
    assert "Khóa năm trước" in page and "Kỹ năng số cơ bản" not in page and "Ngạch chuyên viên" not in page
    book = openpyxl.load_workbook(BytesIO(client.get("/boi-duong/?dinh-dang=xlsx").getvalue()))
    told = [row[0] for row in book.active.iter_rows(values_only=True)]
    assert {"Kỹ năng số cơ bản", "Ngạch chuyên viên", "Khóa năm trước"} <= set(told)


def test_another_ward_meets_nothing(offices, course):
    (minh, _) = sent_people(offices, course)
    there = make_ward("Lê Chân", code="11407", slug="le-chan")
    client = enter(make_account("xa", Role.COORDINATOR, ward=there, unit=make_unit(there, "Phòng Văn hóa - Xã hội")))
    for path in (
        f"/boi-duong/{course.pk}/",
        f"/boi-duong/{course.pk}/diem-danh/",
        f"/boi-duong/nguoi/{minh.pk}/quyet-dinh/",
    ):
        assert client.get(path).status_code == 404
    assert "Kỹ năng số cơ bản" not in client.get("/boi-duong/").content.decode()


def test_the_pages_ask_as_often_for_many_as_for_few(offices, course):
    sent_people(offices, course)
    client = enter(offices.thu)

    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = ("/boi-duong/", f"/boi-duong/{course.pk}/", f"/boi-duong/{course.pk}/diem-danh/")
    few = [asked(path) for path in paths]
    training.name(course, unit=offices.centre, people=[], names=[f"Người {at}" for at in range(20)], by=offices.lan)
    training.name(course, unit=offices.police, people=[], names=[f"Người {at}" for at in range(20)], by=offices.an)
    for at in range(15):
        make_training(offices, f"Khóa {at}")
    assert [asked(path) for path in paths] == few


# ---- What is held of a person


def test_it_is_told_to_the_person_and_goes_when_they_are_erased(offices, course):
    minh, _ = sent_people(offices, course)
    training.mark(course, [minh], attended=True, day=date(2026, 9, 5), evidence="DS 4", why="", by=offices.lan)
    told = subject_data.gather(offices.minh, reason="theo yêu cầu", by=offices.thu)["Khóa bồi dưỡng"]
    assert [(row["Khóa"], row["Tình trạng"], row["Căn cứ"]) for row in told] == [("Kỹ năng số cơ bản", "đã dự", "DS 4")]
    forgetting.erase(offices.minh, reason="theo yêu cầu", by=offices.thu)
    assert counts(course) == (0, 1)


def test_two_rows_of_one_person_count_once_and_the_one_that_attended_stands(offices, course):
    again = make_official(offices.centre, "Ngô Văn Minh")
    other = make_training(offices, "Khóa khác")
    training.name(course, unit=offices.centre, people=[offices.minh, again], names=[], by=offices.lan)
    training.name(other, unit=offices.centre, people=[again], names=[], by=offices.lan)
    late = Trainee.objects.get(training=course, person=again)
    training.mark(course, [late], attended=True, day=date(2026, 9, 5), evidence="DS", why="", by=offices.lan)
    keys = personal_training.move(offices.minh, again)
    again.merged_into = offices.minh
    again.save()
    assert (counts(course), counts(other)) == ((1, 1), (0, 1))
    assert Trainee.objects.get(training=other).person == offices.minh
    again.merged_into = None
    again.save()
    personal_training.back(offices.minh, again, keys)
    assert (counts(course), counts(other)) == ((1, 2), (0, 1))
    assert Trainee.objects.get(training=other).person == again
    assert merging._FOLLOWERS["khóa bồi dưỡng"]


def test_a_unit_is_asked_who_attended_once_a_week_until_it_says(offices, course):
    minh, oanh = sent_people(offices, course)
    training.mark(course, [oanh], attended=False, day=None, evidence="", why="Ốm", by=offices.lan)
    told: list[str] = []
    for days in range(40):
        day = course.ends_on + timedelta(days=days)
        with clock.stopped_at(datetime(day.year, day.month, day.day, 8, 10, tzinfo=timezone.get_default_timezone())):
            jobs.ask_after_training(clock.now())
        new = Notice.objects.filter(account=offices.lan, key__startswith="training.unmarked:")
        told += [f"+{days}"] * (new.count() - len(told))
    assert told == ["+1", "+7", "+14", "+21", "+28"]
    notice = Notice.objects.filter(account=offices.lan, key__startswith="training.unmarked:").latest("at")
    assert "1 người của đơn vị chưa được ghi dự hay vắng" in notice.text and "Minh" not in notice.text
    assert notice.href == f"/boi-duong/{course.pk}/"
    Notice.objects.all().delete()
    training.mark(course, [minh], attended=True, day=course.ends_on, evidence="Giấy 12", why="", by=offices.lan)
    assert training.ask_after_unmarked(course.ends_on + timedelta(days=2)) == 0 and not Notice.objects.exists()


def test_whoever_asks_to_be_let_off_is_not_marked_absent_before_the_answer(offices, course):
    minh, oanh = sent_people(offices, course)
    training.ask_off(course, [minh], why="Nghỉ sinh", by=offices.lan)
    client, here = enter(offices.lan), f"/boi-duong/{course.pk}/diem-danh/"
    answer = client.post(here, {"people": [str(minh.pk), str(oanh.pk)], "came": "khong", "why": "Không đến"})
    assert answer.status_code == 422 and "1 người đã chọn đang xin thôi khóa này" in answer.content.decode()
    assert {one.state for one in Trainee.objects.all()} == {State.ASKING, State.EXPECTED}
    training.mark(course, [minh], attended=True, day=course.ends_on, evidence="Giấy 12", why="", by=offices.lan)
    assert Trainee.objects.get(pk=minh.pk).state == State.ATTENDED  # came all the same
