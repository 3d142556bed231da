"""Attendance: a scan, a tick, a household, a sheet, a name; what comes late or wrong waits; who counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.learning.tests.test_progress import send
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import attending, classes, codes, registering, settling
from hocvu.outreach.models import Attendance, Clash, OutreachRule, Registration
from hocvu.outreach.tests import cast_classes as cast
from hocvu.outreach.tests.cast_classes import Place, during, enter, household_places, make_class, session_of
from hocvu.outreach.tests.cast_field import text
from hocvu.outreach.tests.test_calendars import events
from hocvu.ward import receipts
from hocvu.ward.models import AuditEntry, Grant, Notice, Receipt
from hocvu.ward.receipts import Parcel

pytestmark = pytest.mark.django_db
POST, INBOX = "/lop-hoc/diem-danh/", "/di-tung-ngo/can-xem/"


@pytest.fixture
def place() -> Place:
    return cast.make_place()


def scan(
    place: Place, session, registration: Registration, key: UUID | None = None, *, by=None, later=timedelta(0), **said
):
    """What a device of Lan's says half an hour into a session, or so much later."""
    fields = posted(**{"buoi": str(session.pk), "ma": registration.code, "cach": "scan", **said})
    made = session.starts_at + timedelta(minutes=30) + later
    parcel = Parcel(key or receipts.uuid7(), "d" * 64, POST, made)
    with clock.stopped_at(made):
        return attending.from_fields(fields, by=by or place.lan, ward=place.ward, parcel=parcel)


def posted(**said: str) -> QueryDict:
    fields = QueryDict(mutable=True)
    fields.update(said)
    return fields


def only() -> Attendance:
    return Attendance.objects.get()


# ---- The page


def test_a_press_on_the_page_marks_somebody_without_a_script(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    with during(one):
        lan = enter(place.lan)
        page = lan.get(f"{POST}{one.pk}/")
        assert page["Permissions-Policy"].count("camera=(self)") == 1 and "hidden" in page.content.decode()
        answer = lan.post(POST, {"buoi": str(one.pk), "ma": codes.shown(own.code).lower(), "cach": "tick"}, follow=True)
        assert "1</span>/1" in answer.content.decode() and "Ghi nhầm" in answer.content.decode()
    assert (only().registration, only().state, only().way) == (own, "counts", "tick")
    assert only().happened_on == clock.local_day(one.starts_at)
    trail = AuditEntry.objects.get(action="took attendance")
    assert place.ba.full_name not in trail.target


def test_a_mark_by_mistake_is_taken_back_with_a_reason_and_stays(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    scan(place, one, own)
    enter(place.lan).post(f"{POST}{one.pk}/{own.pk}/bo/", {"why": "Bấm nhầm"})
    assert (only().state, only().settled_why) == ("set_aside", "Bấm nhầm") and not attending.present(one)


def test_the_signed_sheet_is_entered_afterwards_and_counts_nobody_twice(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    tu, nam = household_places(place, row)
    one = session_of(row)
    sheet = enter(place.lan).get(f"/lop-hoc/quan-ly/{row.pk}/to-ky/").content.decode()
    assert sheet.count("data:image/svg+xml") == 3 and codes.shown(own.code) in sheet
    scan(place, one, own)
    with clock.stopped_at(one.ends_at + timedelta(days=2)):
        lan = enter(place.lan)
        page = lan.get(f"{POST}{one.pk}/to-ky/").content.decode()
        assert str(own.pk) not in page and str(tu.pk) in page
        lan.post(f"{POST}{one.pk}/to-ky/", {"places": [str(tu.pk), str(nam.pk)]})
        assert lan.post(f"{POST}{one.pk}/to-ky/", {"places": [str(tu.pk)]}).status_code == 422
    assert attending.present(one) == {own.pk, tu.pk, nam.pk} and Attendance.objects.count() == 3


def test_names_on_the_empty_lines_of_the_sheet_are_entered_with_it(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    with clock.stopped_at(one.ends_at + timedelta(days=1)):
        lan, here = enter(place.lan), f"{POST}{one.pk}/to-ky/"
        nobody = lan.post(here, {"names": " \n"})
        assert nobody.status_code == 422 and "Chưa có ai" in nobody.content.decode()
        lan.post(here, {"places": [str(own.pk)], "names": "Cụ Mão\r\n  cụ   mão\r\n\r\nBà Sáu \x00"})
        assert lan.post(here, {"names": "Bà Sáu"}).status_code == 302  # the same sheet once more
    assert sorted(Attendance.objects.values_list("registration__name", "way")) == [
        ("Bà Sáu", "sheet"), ("Cụ Mão", "sheet"), (place.ba.full_name, "sheet"),
    ]  # fmt: skip
    assert Registration.objects.filter(way="walk_in").count() == 2


def test_a_teacher_without_a_desk_takes_attendance_of_their_own_class(place):
    row, other = make_class(place, teacher=place.dung), make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    assert scan(place, session_of(row), own, by=place.dung).result == "accepted"
    dung = enter(place.dung)
    assert dung.get(f"{POST}{session_of(row).pk}/").status_code == 200
    assert dung.get(f"{POST}{session_of(other).pk}/").status_code == 404
    assert dung.get(f"{POST}{session_of(other).pk}/danh-sach.json").status_code == 404
    assert enter(place.ba).get(f"{POST}{session_of(row).pk}/").status_code == 404
    assert Client().get(f"{POST}{session_of(row).pk}/").status_code == 302


# ---- From a device


def test_it_counts_once_however_often_it_is_sent_and_scanned(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one, key = session_of(row), uuid4()
    with during(one):
        phone = enter(place.lan)
        fields = {"buoi": str(one.pk), "ma": own.code, "cach": "scan"}
        told = [send(phone, POST, fields, key).json()["result"] for _ in range(2)]
        assert told == ["accepted", "duplicate"]
        assert send(phone, POST, fields).json()["result"] == "accepted"  # another camera
    assert Attendance.objects.count() == 2 and attending.present(one) == {own.pk}
    assert attending.with_presence(row.sessions.all()).get().came == 1


def test_other_content_under_a_known_id_is_kept_beside_the_first(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one, key = session_of(row), uuid4()
    with during(one):
        phone = enter(place.lan)
        send(phone, POST, {"buoi": str(one.pk), "ma": own.code, "cach": "scan"}, key)
        for _ in range(2):
            answer = send(phone, POST, {"buoi": str(one.pk), "ten": "Ai đó", "cach": "walk_in"}, key)
    assert answer.status_code == 409 and Attendance.objects.count() == 1
    assert ["ten", "Ai đó"] in Clash.objects.get().fields


def test_a_whole_household_is_one_parcel(place):
    row = make_class(place)
    household_places(place, row)
    one, key = session_of(row), receipts.uuid7()
    for _ in range(2):
        fields = posted(buoi=str(one.pk), ho=str(place.home.pk), cach="household")
        parcel = Parcel(key, "d" * 64, POST, one.starts_at)
        with during(one):
            attending.from_fields(fields, by=place.lan, ward=place.ward, parcel=parcel)
    assert Attendance.objects.count() == 2 and Receipt.objects.count() == 1
    assert {row.way for row in Attendance.objects.all()} == {"household"}


def test_a_name_at_the_door_is_kept_also_where_the_class_is_full(place):
    row = make_class(place, capacity=1)
    registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    with during(one):
        answer = send(enter(place.lan), POST, {"buoi": str(one.pk), "ten": "  Cụ   Mão ", "cach": "walk_in"})
    assert answer.json()["result"] == "accepted"
    assert (only().registration.name, only().registration.way) == ("Cụ Mão", "walk_in")


def test_a_square_read_by_the_phones_own_camera_fills_in_the_code_for_whoever_takes_attendance(place):
    row = make_class(place, weeks=2)
    own = registering.register_oneself(row, by=place.ba)
    one, square = session_of(row), f"/lop-hoc/ma/{own.code}/"
    with during(one):
        lan = enter(place.lan)
        onward = lan.get(square)
        assert onward["Location"] == f"{POST}{one.pk}/?ma={codes.shown(own.code)}"
        page = lan.get(onward["Location"]).content.decode()
        assert f'name="ma" value="{codes.shown(own.code)}"' in page and not Attendance.objects.exists()
        assert 'value="&lt;' not in lan.get(f"{POST}{one.pk}/?ma=<x>").content.decode()
        for who in (enter(place.ba), enter(place.minh), Client()):  # the learner is asked what they thought
            assert "/gop-y/" in who.get(square)["Location"]
    with clock.stopped_at(one.ends_at + timedelta(days=1)):
        assert "/gop-y/" in enter(place.lan).get(square)["Location"]


# ---- What waits


def test_a_place_that_was_given_back_waits_and_a_person_decides(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    registering.cancel(own, by=place.ba)
    one = session_of(row)
    told = scan(place, one, own)
    assert told.result == "quarantined" and "đã bỏ đăng ký" in told.reason
    assert not attending.present(one)
    assert {notice.account for notice in Notice.objects.filter(key__startswith="field.waits")} == {
        place.lan,
        place.hoa,
    }
    for account in (place.lan, place.hoa):  # both are led to a page that they may open
        told = Notice.objects.get(account=account, key__startswith="field.waits")
        with during(one):
            assert enter(account).get(told.href).status_code == 200
    hoa, key = enter(place.hoa), only().pk
    assert "đã bỏ đăng ký" in text(hoa.get(f"{INBOX}co-mat/{key}/"))
    assert row.title in text(hoa.get(INBOX)) and row.title in text(hoa.get(f"{INBOX}?loai=co-mat"))
    assert row.title not in text(hoa.get(f"{INBOX}?loai=luot"))
    for address in ("", f"co-mat/{key}/", f"co-mat/{key}/tinh/", f"co-mat/{key}/khong-tinh/"):
        assert enter(place.lan).get(f"{INBOX}{address}").status_code == 403
    assert hoa.post(f"{INBOX}co-mat/{key}/tinh/", {"why": ""}).status_code == 302
    assert row.title not in text(hoa.get(INBOX))
    assert only().state == "counts" and attending.present(one) == {own.pk}
    told = Notice.objects.get(account=place.lan, key__startswith="field.settled")
    assert "đã được xem và tính" in told.text
    with during(one):
        assert enter(place.lan).get(told.href).status_code == 200
    assert not Notice.objects.unseen().filter(account=place.lan, key__startswith="field.waits").exists()


def test_a_code_that_nobody_has_is_kept_and_counts_once_somebody_says_whose_it_was(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one, key, phone = session_of(row), uuid4(), enter(place.lan)
    with during(one):
        fields = {"buoi": str(one.pk), "ma": "zzzz-zzz9", "cach": "scan"}
        told = [send(phone, POST, fields, key) for _ in range(2)]
    assert [one.json()["result"] for one in told] == ["quarantined", "duplicate"]
    assert (only().registration, only().code, only().doubts) == (None, "zzzz-zzz9", ["no_place"])
    assert (
        not attending.present(one) and not attending.people_taught(place.ward, only().happened_on, clock.today()).people
    )
    waits = Notice.objects.get(account=place.lan, key__startswith="field.waits")
    assert "không phải của ai" in waits.text
    with during(one):
        assert enter(place.lan).get(waits.href).status_code == 200
    hoa, here = enter(place.hoa), f"{INBOX}co-mat/{only().pk}/"
    assert "không phải của ai" in text(hoa.get(INBOX))
    assert "zzzz-zzz9" in text(hoa.get(here)) and "chưa biết là ai" in text(hoa.get(here))
    assert f"{place.ba.full_name}, {codes.shown(own.code)}" in text(hoa.get(f"{here}tinh/"))
    for said, words in (({}, "Chưa biết ai đã đến"), ({"place": str(own.pk), "names": "Cụ Mão"}, "chỉ của một người")):
        refused = hoa.post(f"{here}tinh/", said)
        assert refused.status_code == 422 and words in text(refused)
    assert only().registration is None and Registration.objects.count() == 1
    assert hoa.post(f"{here}tinh/", {"place": str(own.pk)}).status_code == 302
    assert (only().state, only().registration) == ("counts", own) and attending.present(one) == {own.pk}
    assert Notice.objects.filter(account=place.lan, key__startswith="field.settled").count() == 1
    with pytest.raises(Refusal, match="đã tính rồi"):
        attending.let_count(only(), place=None, names=["Ai khác"], by=place.hoa, why="")
    assert Registration.objects.count() == 1


def test_a_household_of_which_nobody_registered_is_kept_and_each_who_came_gets_a_mark(place):
    row = make_class(place)
    one = session_of(row)
    known = registering.walk_in(row, name="Bùi Thị Tư", by=place.lan)
    fields = {"buoi": str(one.pk), "ho": str(place.home.pk), "cach": "household"}
    with during(one):
        assert send(enter(place.lan), POST, fields).json()["result"] == "quarantined"
        gone = send(enter(place.lan), POST, {**fields, "ho": str(uuid4())}).json()
    assert gone["result"] == "quarantined" and "không có ai đăng ký" in gone["reason"]
    mark = Attendance.objects.get(household=place.home)
    assert place.home.code in text(enter(place.hoa).get(f"{INBOX}co-mat/{mark.pk}/"))
    names = "bùi thị  tư\r\nBùi Văn Năm\r\nBùi Thị Tư\r\n"
    assert enter(place.hoa).post(f"{INBOX}co-mat/{mark.pk}/tinh/", {"names": names}).status_code == 302
    there = Attendance.objects.filter(session=one, state="counts")
    assert sorted(there.values_list("registration__name", "way")) == [
        ("Bùi Thị Tư", "household"), ("Bùi Văn Năm", "household"),
    ]  # fmt: skip
    assert known.pk in attending.present(one) and set(there.values_list("made_by", flat=True)) == {place.lan.pk}
    settling.set_aside(Attendance.objects.get(state="waiting"), by=place.hoa, why="Không rõ hộ nào")
    assert len(attending.present(one)) == 2


def test_a_household_settled_at_once_has_one_day(place):
    one = session_of(make_class(place))
    fields = {"buoi": str(one.pk), "ho": str(place.home.pk), "cach": "household"}
    with during(one):
        send(enter(place.lan), POST, fields)
        mark = Attendance.objects.get()
        day = mark.happened_on - timedelta(days=1)
        attending.let_count(mark, place=None, names=["Bùi Thị Tư", "Bùi Văn Năm"], day=day, by=place.hoa, why="")
    assert list(Attendance.objects.values_list("happened_on", flat=True)) == [day, day]


def test_what_is_typed_at_a_page_is_put_right_at_once(place):
    row = make_class(place)
    one = session_of(row)
    wrong = (({"ma": "AAAAAAAA"}, "Không có mã này"), ({"ho": str(place.home.pk)}, "không có ai đăng ký"))
    with during(one):
        for said, words in wrong:
            answer = enter(place.lan).post(POST, {"buoi": str(one.pk), **said}, follow=True)
            assert words in text(answer) and not Attendance.objects.exists()


def test_a_second_content_of_an_unknown_code_waits_in_the_inbox(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one, key, phone = session_of(row), uuid4(), enter(place.lan)
    with during(one):
        send(phone, POST, {"buoi": str(one.pk), "ma": own.code, "cach": "scan"}, key)
        send(phone, POST, {"buoi": str(one.pk), "ma": "ZZZZZZZZ", "cach": "scan"}, key)
        settling.settle_clash(Clash.objects.get(), "took_both", by=place.hoa)
    assert Attendance.objects.get(state="waiting").code == "ZZZZZZZZ" and attending.present(one) == {own.pk}


def clash_page(place: Place, one, first: dict[str, str], second: dict[str, str]) -> str:
    """Where somebody decides about two contents that came under one id."""
    key, phone = uuid4(), enter(place.lan)
    with during(one):
        for said in (first, second):
            send(phone, POST, {"buoi": str(one.pk), **said}, key)
    return f"{INBOX}trung-ma/{Clash.objects.get().pk}/"


def test_a_whole_household_that_came_first_is_shown_and_replaced(place):
    row = make_class(place)
    household_places(place, row)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    here = clash_page(place, one, {"ho": str(place.home.pk), "cach": "household"}, {"ma": own.code, "cach": "scan"})
    told = Notice.objects.get(account=place.lan, key__startswith="field.clash")
    with during(one):
        assert enter(place.lan).get(told.href).status_code == 200
    hoa = enter(place.hoa)
    page = text(hoa.get(here))
    assert place.tu.full_name in page and place.nam.full_name in page and "không còn" not in page
    assert hoa.post(here, {"outcome": "took_second"}).status_code == 302
    assert attending.present(one) == {own.pk} and Attendance.objects.filter(state="set_aside").count() == 2


def test_a_mark_that_went_to_another_place_of_its_person_is_still_of_its_household(place):
    row = make_class(place)
    tu, _ = household_places(place, row)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    here = clash_page(place, one, {"ho": str(place.home.pk), "cach": "household"}, {"ma": own.code, "cach": "scan"})
    other = registering.walk_in(row, name="Bùi Thị Tư", by=place.lan)
    Attendance.objects.filter(registration=tu).update(registration=other)  # as where two rows became one
    enter(place.hoa).post(here, {"outcome": "took_second"})
    assert attending.present(one) == {own.pk}


def test_a_household_that_came_second_counts_whole_once_somebody_took_it(place):
    row = make_class(place)
    places = household_places(place, row)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    here = clash_page(place, one, {"ma": own.code, "cach": "scan"}, {"ho": str(place.home.pk), "cach": "household"})
    for held in places:
        registering.cancel(held, by=place.lan)
    assert enter(place.hoa).post(here, {"outcome": "took_second"}).status_code == 302
    assert attending.present(one) == {held.pk for held in places}


def test_more_of_a_household_asks_no_more(place):
    row = make_class(place)
    household_places(place, row)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    here = clash_page(place, one, {"ho": str(place.home.pk), "cach": "household"}, {"ma": own.code, "cach": "scan"})
    hoa = enter(place.hoa)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            hoa.get(here)
        return len(queries)

    asked()
    both = asked()
    Attendance.objects.filter(registration__person=place.nam).delete()
    assert asked() == both


def test_what_waits_is_set_aside_with_a_reason_and_not_by_its_author(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    registering.cancel(own, by=place.ba)
    scan(place, session_of(row), own, by=place.hoa)
    hoa, here = enter(place.hoa), f"{INBOX}co-mat/{only().pk}/"
    for act in ("tinh/", "khong-tinh/"):
        refused = hoa.post(f"{here}{act}", {"why": "Tự xem"})
        assert refused.status_code == 422 and "không tự xem lại" in text(refused)
    assert only().state == "waiting"
    with pytest.raises(Refusal, match="vì sao"):
        settling.set_aside(only(), why=" ", by=place.lan)
    settling.set_aside(only(), why="Hôm ấy nghỉ", by=place.lan)
    assert only().state == "set_aside"
    with pytest.raises(Refusal, match="không tính rồi"):
        settling.set_aside(only(), why="Lần nữa", by=place.lan)


def test_somebody_of_another_class_is_told_in_plain_words_and_set_aside_at_the_inbox(place):
    row, other = make_class(place), make_class(place, title="Gọi hình cho con cháu")
    scan(place, session_of(row), registering.register_oneself(other, by=place.ba))
    hoa, here = enter(place.hoa), f"{INBOX}co-mat/{only().pk}/"
    page = text(hoa.get(here))
    for words in (row.title, "Nguyễn Thị Ba", other.title, classes.when_words(session_of(row)), "Phạm Thị Lan"):
        assert words in page
    assert "Người này học buổi này thật thì tính." in page
    assert hoa.post(f"{here}khong-tinh/", {"why": " "}).status_code == 422 and only().state == "waiting"
    assert hoa.post(f"{here}khong-tinh/", {"why": "Quét nhầm mã"}).status_code == 302
    assert only().state == "set_aside" and not attending.present(session_of(row))
    settled = text(hoa.get(here))
    assert "Quét nhầm mã" in settled and "Đỗ Thị Hoa" in settled
    assert "Quét nhầm mã" in Notice.objects.get(account=place.lan, key__startswith="field.settled").text


@pytest.mark.parametrize(
    ("later", "doubt"), [(timedelta(days=-3), "other_day"), (timedelta(days=1), "other_day"), (timedelta(days=0), "")]
)
def test_another_day_than_the_sessions_waits(place, later, doubt):
    row = make_class(place, first=clock.today() + timedelta(days=5))
    own = registering.register_oneself(row, by=place.ba)
    scan(place, session_of(row), own, later=later)
    assert only().doubts == ([doubt] if doubt else [])
    assert only().happened_on == clock.local_day(session_of(row).starts_at)


def test_a_clock_three_days_ahead_waits(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    parcel = Parcel(receipts.uuid7(), "d" * 64, POST, one.starts_at + timedelta(days=3))
    with during(one):
        told = attending.from_fields(
            posted(buoi=str(one.pk), ma=own.code, cach="scan"), by=place.lan, ward=place.ward, parcel=parcel
        )
    assert told.result == "quarantined" and only().doubts == ["clock_ahead"]


def test_a_right_that_ended_on_the_way_waits_and_a_stranger_is_turned_away(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    Grant.objects.filter(account=place.lan).update(valid_to=clock.today() - timedelta(days=1))
    place.lan.__dict__.pop("current_grants", None)
    assert scan(place, session_of(row), own).result == "quarantined" and only().doubts == ["not_of_class"]
    with pytest.raises(Refusal, match="phạm vi"):
        scan(place, session_of(row), own, by=place.minh)
    with pytest.raises(Refusal, match="phạm vi"):
        scan(place, session_of(row), own, by=place.ba)


def test_a_code_of_another_class_waits_and_counts_here_once_somebody_looked(place):
    row, other = make_class(place), make_class(place, title="Lớp khác")
    own = registering.register_oneself(other, by=place.ba)
    scan(place, session_of(row), own)
    assert only().doubts == ["other_class"]
    settling.let_count(only(), by=place.hoa)
    assert list(attending.attended(place.ward, clock.local_day(session_of(row).starts_at))) == [place.ba.person]
    assert place.ba.full_name in enter(place.hoa).get(f"/lop-hoc/quan-ly/{row.pk}/").content.decode()
    assert [one.came for one in attending.places_of(other)] == [0]


def test_a_session_that_is_not_held_lets_its_marks_wait(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    classes.cancel(row, why="Bão", by=place.hoa)
    one.refresh_from_db()
    assert scan(place, one, own).result == "quarantined" and only().doubts == ["no_session"]


def test_a_class_that_is_cancelled_half_way_keeps_what_was_held(place):
    row = make_class(place, weeks=3)
    own = registering.register_oneself(row, by=place.ba)
    first, second, third = (session_of(row, number) for number in range(3))
    day = clock.local_day(first.starts_at)
    scan(place, first, own)
    with clock.stopped_at(first.ends_at + timedelta(days=1)):
        enter(place.hoa).post(f"/lop-hoc/quan-ly/{row.pk}/huy/", {"why": "Bão"})
        assert attending.sessions_held(place.ward, day, day).count() == 1
        assert attending.people_taught(place.ward, day, day).people == 1
        assert list(attending.attended(place.ward, day)) == [place.ba.person]  # one of the one that was held
        page = Client().get("/lop-hoc/", {"thang": f"{day:%Y-%m}"}).content.decode()
        assert "Đã xong" in page or day.month != clock.today().month
    off = [one.cancelled_at is not None for one in row.sessions.order_by("starts_at")]
    assert off == [False, True, True]
    said = {one["UID"]: one["STATUS"] for one in events(Client().get(f"/lop-hoc/{row.pk}/lich.ics").content.decode())}
    assert said == {
        f"{first.pk}@hocvu": "CONFIRMED",
        f"{second.pk}@hocvu": "CANCELLED",
        f"{third.pk}@hocvu": "CANCELLED",
    }
    with clock.stopped_at(first.ends_at + timedelta(days=2)):  # its sheet may still be entered
        attending.tick(first, {own.pk}, way="sheet", by=place.hoa)


def test_a_class_cancelled_while_somebody_is_there_holds_that_session_and_the_unmarked_one_before(place):
    row = make_class(place, weeks=3)
    own = registering.register_oneself(row, by=place.ba)
    first, second, _ = (session_of(row, number) for number in range(3))
    scan(place, second, own)
    with during(second):
        classes.cancel(row, why="Mất điện", by=place.hoa)
    assert [one.cancelled_at is not None for one in row.sessions.order_by("starts_at")] == [False, False, True]
    with clock.stopped_at(second.ends_at):  # the sheet of the first is still at hand
        assert attending.tick(first, {own.pk}, way="sheet", by=place.hoa) == 1
        day = clock.local_day(first.starts_at)
        assert attending.sessions_held(place.ward, day, day + timedelta(days=7)).count() == 2


def test_a_mark_that_is_let_count_says_that_the_session_was_held(place):
    row = make_class(place, weeks=2)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    classes.cancel_session(one, by=place.hoa)
    one.refresh_from_db()
    assert scan(place, one, own).result == "quarantined" and only().doubts == ["no_session"]
    assert enter(place.hoa).post(f"{INBOX}co-mat/{only().pk}/tinh/", {"why": "Vẫn học"}).status_code == 302
    one.refresh_from_db()
    assert one.cancelled_at is None and AuditEntry.objects.filter(action="said that a session was held").exists()
    with clock.stopped_at(one.ends_at):
        day = clock.local_day(one.starts_at)
        assert attending.sessions_held(place.ward, day, day).get() == one
    assert attending.present(one) == {own.pk}


def test_a_gathering_is_no_class(place):
    row = make_class(place, kind="gathering")
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    scan(place, one, own)
    day = clock.local_day(one.starts_at)
    assert not attending.attended(place.ward, day).exists()
    with clock.stopped_at(one.ends_at):
        assert attending.sessions_held(place.ward, day, day).count() == 1


def test_what_makes_no_sense_is_rejected_in_a_sentence(place):
    row = make_class(place)
    one = session_of(row)
    phone = enter(place.lan)
    wrong = [
        ({"buoi": str(uuid4()), "ma": "AAAAAAAA"}, "không còn"),
        ({"buoi": "rác", "ma": "AAAAAAAA"}, "buổi nào"),
        ({"buoi": str(one.pk), "cach": "scan"}, "nhập mã"),
        ({"buoi": str(one.pk), "ma": "AAAAAAAA", "cach": "bay"}, "cách điểm danh"),
        ({"buoi": str(one.pk), "ho": "rác"}, "hộ nào"),
    ]
    for fields, words in wrong:
        answer = send(phone, POST, fields)
        assert answer.status_code == 422 and words in answer.json()["reason"], fields
    assert not Attendance.objects.exists()


def test_what_a_supervisor_brings_in_says_so(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    registering.cancel(own, by=place.ba)
    one = session_of(row)
    parcel = Parcel(receipts.uuid7(), "d" * 64, POST, one.starts_at, brought_by=place.minh)
    with during(one):
        attending.from_fields(posted(buoi=str(one.pk), ma=own.code), by=place.lan, ward=place.ward, parcel=parcel)
    assert only().brought_by == place.minh


# ---- Taken along


def test_the_list_taken_along_holds_names_and_codes_only(place):
    row = make_class(place)
    household_places(place, row)
    one = session_of(row)
    answer = enter(place.lan).get(f"{POST}{one.pk}/danh-sach.json")
    said = answer.json()
    assert set(said) == {"buoi", "lop", "luc", "den", "nguoi", "ho"} and "no-store" in answer["Cache-Control"]
    assert {frozenset(line) for line in said["nguoi"]} == {frozenset({"ma", "ten", "co_mat", "ho"})}
    assert place.home.address not in answer.content.decode() and said["ho"][0]["noi"].startswith("Nhà Bùi")
    assert AuditEntry.objects.filter(action="took the list of a session along").exists()
    shell = Client().get(f"{POST}tren-may/").content.decode()
    assert place.tu.full_name not in shell and "csrfmiddlewaretoken" not in shell


# ---- Figures


def test_attended_follows_the_rule_and_counts_each_person_once(place):
    row = make_class(place, weeks=5)
    own = registering.register_oneself(row, by=place.ba)
    walk = registering.walk_in(row, name="Khách", by=place.lan)
    for number in range(4):
        one = session_of(row, number)
        day = clock.local_day(one.starts_at)
        assert place.ba.person not in attending.attended(place.ward, day)
        for _ in range(2):
            scan(place, one, own)
        scan(place, one, walk)
    assert list(attending.attended(place.ward, day)) == [place.ba.person]  # 4 of 5 are 80 percent
    assert not attending.attended(place.ward, day - timedelta(days=1)).exists()
    OutreachRule.objects.create(
        ward=place.ward, code="attendance", params={"percent": 90}, valid_from=clock.today(), source="Họp"
    )
    assert not attending.attended(place.ward, day).exists()
    classes.cancel_session(session_of(row, 4), by=place.hoa)
    assert attending.attended(place.ward, day).exists()
    with clock.stopped_at(session_of(row, 4).ends_at):
        first = clock.local_day(session_of(row).starts_at)
        assert attending.sessions_held(place.ward, first, day).count() == 4
        assert attending.sessions_held(place.ward, first, first).count() == 1
        assert attending.people_taught(place.ward, first, day) == attending.Taught(people=1, by_name=1)
        page = enter(place.hoa).get("/lop-hoc/quan-ly/so-lieu/").content.decode()
    assert "Người trong danh bạ đã dự" in page


def test_a_session_is_held_once_it_is_over_and_somebody_was_there(place):
    row = make_class(place)
    own = registering.register_oneself(row, by=place.ba)
    one = session_of(row)
    day = clock.local_day(one.starts_at)
    with clock.stopped_at(one.ends_at):
        assert not attending.sessions_held(place.ward, day, day).exists()
    scan(place, one, own)
    with during(one):
        assert not attending.sessions_held(place.ward, day, day).exists()
    with clock.stopped_at(one.ends_at):
        assert attending.sessions_held(place.ward, day, day).exists()
