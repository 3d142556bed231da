"""The supervisor's inbox: what waits, in plain words, both versions side by side; the author is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.lib import clock
from hocvu.outreach import coverage, spot_checks
from hocvu.outreach.models import Clash, Need, SpotCheck, Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast_field import Field, enter, make_field, text, visit
from hocvu.outreach.tests.cast_help import HELP, help_fields
from hocvu.ward import receipts
from hocvu.ward.models import Account, Notice
from hocvu.ward.receipts import uuid7
from hocvu.ward.tests.cast import make_ward

HERE = "/di-tung-ngo/can-xem/"


@pytest.fixture
def place(db: None) -> Field:
    return make_field()


def send(account: Account, said: dict[str, Any], **more: Any) -> Any:
    return cast.send(enter(account), account, said, **more)


def waiting_visit(place: Field, **said: Any) -> Visit:
    """A visit from a clock that runs three days ahead."""
    made = (clock.now() + timedelta(days=3)).isoformat()
    answer = send(place.lan, {"ho": str(place.homes[0].pk), "ket_qua": "informed", **said}, made=made)
    assert answer.status_code == 202
    return Visit.objects.get(state="waiting")


def test_a_wrong_clock_waits_and_counts_for_the_day_that_somebody_found_out(place):
    row, client = waiting_visit(place), enter(place.hoa)
    page = text(client.get(HERE))
    assert "đã phổ biến, hộ A1" in page and "chạy trước hơn một ngày" in page and "Phạm Thị Lan" in page
    here = f"{HERE}luot/{row.pk}/"
    assert "Hỏi người ghi đúng ngày nào" in text(client.get(here))
    lacking = client.post(f"{here}tinh/", {})
    assert lacking.status_code == 422
    day = clock.today() - timedelta(days=2)
    assert client.post(f"{here}tinh/", {"day": f"{day:%d/%m/%Y}", "why": "Đã hỏi"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.happened_on, row.settled_by) == ("counts", day, place.hoa)
    told = Notice.objects.filter(account=place.lan, text__contains="đã được xem và tính").get()
    assert "Đã hỏi" in told.text
    assert "Không có gì chờ xem" in text(client.get(HERE))


def test_a_typed_code_counts_for_the_household_that_somebody_chose(place):
    answer = send(place.lan, {"ma_ho": "A99", "ket_qua": "informed"})
    assert answer.status_code == 202
    row, client = Visit.objects.get(), enter(place.hoa)
    here = f"{HERE}luot/{row.pk}/"
    assert "Tìm đúng mã hộ" in text(client.get(here))
    wrong = client.post(f"{here}tinh/", {"household": "không có"})
    assert wrong.status_code == 422 and "đúng một hộ" in text(wrong)
    assert client.post(f"{here}tinh/", {"household": "a-2"}).status_code == 302
    row.refresh_from_db()
    assert row.household == place.homes[1] and row.state == "counts" and row.neighbourhood == place.first


def test_what_is_set_aside_stays_with_its_reason_and_the_author_reads_it(place):
    row, client = waiting_visit(place), enter(place.hoa)
    here = f"{HERE}luot/{row.pk}/khong-tinh/"
    assert client.post(here, {"why": " "}).status_code == 422
    assert client.post(here, {"why": "Không ai đi hôm đó"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "set_aside"
    assert Notice.objects.filter(account=place.lan, text__contains="Không ai đi hôm đó").exists()
    assert "Không ai đi hôm đó" in text(client.get(f"{HERE}luot/{row.pk}/"))


def test_two_contents_under_one_id_stand_side_by_side(place):
    key = uuid7()
    first = {"ho": str(place.homes[0].pk), "ket_qua": "informed", "da_noi": ["safety"]}
    assert send(place.lan, first, key=key).status_code == 200
    second = {"ho": str(place.homes[0].pk), "ket_qua": "refused"}
    assert send(place.lan, second, key=key).status_code == 409
    clash, client = Clash.objects.get(), enter(place.hoa)
    assert "cùng một mã" in text(client.get(HERE))
    page = text(client.get(f"{HERE}trung-ma/{clash.pk}/"))
    assert "đã phổ biến" in page and "an toàn khi dùng điện thoại" in page and "không muốn nghe" in page
    assert client.post(f"{HERE}trung-ma/{clash.pk}/", {}).status_code == 422
    said = {"outcome": "took_second", "why": "Bấm nhầm lần đầu"}
    assert client.post(f"{HERE}trung-ma/{clash.pk}/", said).status_code == 302
    standing = Visit.objects.of(place.ward).standing().get()
    assert standing.outcome == "refused" and standing.corrects == key
    assert Notice.objects.filter(account=place.lan, text__contains="Bấm nhầm lần đầu").exists()
    assert client.post(f"{HERE}trung-ma/{clash.pk}/", said).status_code == 422
    assert "Không có gì chờ xem" in text(client.get(HERE))


@pytest.mark.parametrize(("outcome", "count"), [("kept_first", 1), ("took_both", 2)])
def test_a_clash_keeps_the_first_or_both(place, outcome, count):
    key = uuid7()
    send(place.lan, {"ho": str(place.homes[0].pk), "ket_qua": "informed"}, key=key)
    send(place.lan, {"ho": str(place.homes[1].pk), "ket_qua": "informed"}, key=key)
    enter(place.hoa).post(f"{HERE}trung-ma/{Clash.objects.get().pk}/", {"outcome": outcome})
    assert Visit.objects.of(place.ward).standing().count() == count


def test_corrections_by_several_people_are_compared_until_one_is_left(place):
    root = visit(place.homes[0], place.lan)
    mine = visit(place.homes[0], place.lan, Visit.Outcome.NOBODY, corrects=root.pk)
    other = visit(place.homes[0], place.minh, Visit.Outcome.REFUSED, corrects=root.pk)
    client = enter(place.hoa)
    assert "Nhiều người đính chính" in text(client.get(HERE))
    page = text(client.get(f"{HERE}dinh-chinh/{root.pk}/"))
    assert "không có ai ở nhà" in page and "không muốn nghe" in page and page.count("Đang được tính") == 1
    client.post(f"{HERE}luot/{other.pk}/khong-tinh/", {"why": "Nhầm hộ"})
    assert "Nhiều người đính chính" not in text(client.get(HERE))
    assert Visit.objects.of(place.ward).standing().get() == mine


def test_a_correction_of_what_was_set_aside_waits_for_somebody(place):
    root, client = waiting_visit(place), enter(place.hoa)
    client.post(f"{HERE}luot/{root.pk}/khong-tinh/", {"why": "Hôm đó không ai đi"})
    page = text(enter(place.lan).get(f"/tham-ho/luot/{root.pk}/dinh-chinh/"))
    assert "bản đính chính cũng chờ người xem" in page
    said = {"ho": str(place.homes[0].pk), "ket_qua": "informed", "sua": str(root.pk), "ly_do": "Có đi"}
    assert send(place.lan, said).status_code == 202
    assert not Visit.objects.standing().exists()
    assert sum(one.informed for _, one in coverage.by_neighbourhood(place.ward, clock.today())) == 0
    row = Visit.objects.waiting().get()
    assert "đã được xem và không tính" in text(client.get(HERE))
    page = text(client.get(f"{HERE}luot/{row.pk}/"))
    assert "đã được xem và không tính" in page and "So hai lượt" in page
    assert f"{HERE}luot/{root.pk}/" in page and "chưa tính" in told(place.lan, row)
    # Taken up again, with the day that somebody found out, it is followed by what waited for it alone.
    assert f"{HERE}luot/{root.pk}/tinh/" in text(client.get(f"{HERE}luot/{root.pk}/"))
    day = clock.today() - timedelta(days=2)
    assert client.post(f"{HERE}luot/{root.pk}/tinh/", {"day": f"{day:%d/%m/%Y}"}).status_code == 302
    assert [(one.pk, one.happened_on) for one in Visit.objects.standing()] == [(row.pk, day)]
    assert "Không có gì chờ xem" in text(client.get(HERE)) and "đã tính theo" in told(place.lan, row)


def told(account: Account, row: Visit) -> str:
    """What somebody is told of a visit and has not seen."""
    href = f"/tham-ho/luot/{row.pk}/"
    return " ".join(Notice.objects.filter(account=account, href=href).unseen().values_list("text", flat=True))


def test_corrections_of_what_is_set_aside_are_looked_at_too(place):
    root = visit(place.homes[0], place.lan)
    mine = visit(place.homes[0], place.lan, Visit.Outcome.INFORMED, corrects=root.pk)
    client = enter(place.hoa)
    assert client.post(f"{HERE}luot/{root.pk}/khong-tinh/", {"why": "Hôm đó không ai đi"}).status_code == 302
    assert not Visit.objects.standing().exists() and "chưa tính" in told(place.lan, mine)
    assert "đã phổ biến, hộ A1" in text(client.get(HERE))
    assert client.post(f"{HERE}luot/{mine.pk}/tinh/", {"why": "Đã hỏi chủ nhà"}).status_code == 302
    assert Visit.objects.standing().get() == mine  # somebody looked at this one for itself
    assert "Không có gì chờ xem" in text(client.get(HERE))


def test_what_somebody_let_count_before_counts_again_with_the_visit(place):
    root = visit(place.homes[0], place.lan)
    other = visit(place.homes[0], place.minh, corrects=root.pk, state=Visit.State.WAITING, doubts=["not_own"])
    client = enter(place.hoa)
    for key, way, why in (
        (other.pk, "tinh", "Cùng đi"), (root.pk, "khong-tinh", "Nhầm"), (root.pk, "tinh", "Xem lại: có đi"),
    ):  # fmt: skip
        assert client.post(f"{HERE}luot/{key}/{way}/", {"why": why}).status_code == 302
    assert Visit.objects.standing().get() == other and not Visit.objects.waiting().exists()


def test_a_promised_day_stays_with_a_visit_whose_clock_was_wrong(place):
    promised, client = clock.today() - timedelta(days=1), enter(place.hoa)
    slow = (clock.now() - timedelta(days=9)).isoformat()
    said = {"ho": str(place.homes[0].pk), "ket_qua": "later", "hen_ngay": promised.isoformat()}
    assert cast.send(enter(place.lan), place.lan, said, made=slow, now=slow).status_code == 202
    row = Visit.objects.waiting().get()
    assert f"{promised:%d/%m/%Y}" in text(client.get(f"{HERE}luot/{row.pk}/"))
    day = clock.today() - timedelta(days=4)
    assert client.post(f"{HERE}luot/{row.pk}/tinh/", {"day": f"{day:%d/%m/%Y}"}).status_code == 302
    assert Visit.objects.standing().get().next_on == promised


def test_a_promised_day_stays_with_a_visit_that_lay_for_more_than_a_year(place):
    made = clock.now() - timedelta(days=420)
    promised = clock.local_day(made) + timedelta(days=3)
    said = {"ho": str(place.homes[0].pk), "ket_qua": "later", "hen_ngay": promised.isoformat()}
    send(place.lan, said, made=made.isoformat())
    row = Visit.objects.get()
    assert (row.doubts, row.next_on) == (["too_old"], promised)


def test_a_need_waits_beside_the_visits(place):
    row = Need.objects.create(
        id=uuid7(), ward=place.ward, household=place.homes[0], kind=Need.Kind.DEVICE, made_at=clock.now(),
        happened_on=clock.today(), made_by=place.lan, state=Need.State.WAITING, doubts=["right_ended"],
    )  # fmt: skip
    client = enter(place.hoa)
    assert "thiết bị, hộ A1" in text(client.get(HERE))
    assert "thiết bị, hộ A1" not in text(client.get(f"{HERE}?loai=luot"))
    assert "Hỏi tổ trưởng" in text(client.get(f"{HERE}nhu-cau/{row.pk}/"))


def test_nobody_settles_what_they_recorded(place):
    row = waiting_visit(place)
    Visit.objects.update(made_by=place.hoa)
    client = enter(place.hoa)
    assert "Hãy để người khác xem" in text(client.get(f"{HERE}luot/{row.pk}/"))
    assert client.post(f"{HERE}luot/{row.pk}/khong-tinh/", {"why": "x"}).status_code == 422


def test_who_may_settle(place):
    row, there = waiting_visit(place), make_ward("Khác", code="1", slug="khac")
    for account in (place.lan, place.thu, place.giam):
        client = enter(account)
        for address in ("", f"luot/{row.pk}/", f"luot/{row.pk}/tinh/", f"luot/{row.pk}/khong-tinh/"):
            assert client.get(HERE + address).status_code == 403
    client = enter(place.hoa)
    assert client.get(f"{HERE}khac/{row.pk}/").status_code == 404
    Visit.objects.update(ward=there)
    for address in (f"luot/{row.pk}/", f"luot/{row.pk}/tinh/", f"dinh-chinh/{row.pk}/", f"trung-ma/{row.pk}/"):
        assert client.get(HERE + address).status_code == 404
    assert "hộ A1" not in text(client.get(HERE))


def test_more_that_waits_asks_no_more(place):
    client = enter(place.hoa)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(HERE)
        return len(queries)

    waiting_visit(place)
    asked()
    few = asked()
    for home in place.homes:
        visit(home, place.lan, state=Visit.State.WAITING, doubts=["outside"])
        key = receipts.uuid7()
        Clash.objects.create(pk=key, ward=place.ward, first=key, path="/tham-ho/ghi/", made_by=place.lan)
    assert asked() == few


def test_two_helps_under_one_id_say_whom_each_means(place):
    first, second = (cast.make_person(place.homes[0], name) for name in ("Vũ Thị Mận", "Vũ Thị Mơ"))
    key = uuid7()
    for person in (first, second):
        send(place.lan, help_fields(person), key=key, path=HELP)
    clash = Clash.objects.get()
    page = text(enter(place.hoa).get(f"{HERE}trung-ma/{clash.pk}/"))
    assert "Vũ Thị Mận" in page and "Vũ Thị Mơ" in page and "đồng ý" in page


def test_that_a_household_said_otherwise_is_told_until_it_is_put_right(place):
    spot = SpotCheck.objects.create(visit=visit(place.homes[1], place.lan), drawn_on=clock.today())
    spot_checks.record(spot, result="differs", note="Không ai đến", by=place.hoa)
    told = Notice.objects.filter(key__startswith="spot_check.differs")
    row = waiting_visit(place)
    enter(place.hoa).post(f"{HERE}luot/{row.pk}/khong-tinh/", {"why": "Không ai đi hôm đó"})
    assert told.unseen().exists()
