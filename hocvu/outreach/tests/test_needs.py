"""Needs: from the door to met, refused with a reason told, aid only for whoever agreed."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import agreeing, needs, settling
from hocvu.outreach.models import Clash, Gathering, Need, Registration, Session
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, send
from hocvu.outreach.tests.cast_help import NEED, for_person, make_gift, need_fields, withdraw, write_words
from hocvu.ward import forgetting, merging, partners, receipts, retention, subject_data
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Household, Notice
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def field() -> Field:
    return cast.make_field()


@pytest.fixture
def phone(field: Field):
    """Nết's phone."""
    return enter(field.net)


@pytest.fixture
def desk(field: Field):
    """Hoa's desk."""
    return enter(field.hoa)


def post(phone, field, said, **more):
    return send(phone, field.net, said, path=NEED, **more).json()


def test_a_need_goes_from_the_door_to_met_by_a_gift_which_is_then_used_up(field, phone, desk):
    gift = make_gift(field, quantity=1)
    for home in field.homes[:2]:
        assert post(phone, field, need_fields(home))["result"] == "accepted"
    one, two = Need.objects.order_by("pk")
    assert (one.neighbourhood, one.team, one.person) == (field.seven, field.team, None)
    page = desk.get(f"/nhu-cau/{one.pk}/").content.decode()
    assert "điện thoại của Công ty điện thoại, còn 1" in page and "Người giúp: Phạm Thị Nết" in page
    assert desk.post(f"/nhu-cau/{one.pk}/ghep/", {"choice": f"qua:{gift.pk}"}).status_code == 302
    assert needs.open_by_kind(field.ward, clock.today())["device"] == 2  # matched is not met
    assert "còn 1" not in desk.get(f"/nhu-cau/{two.pk}/").content.decode()
    assert desk.post(f"/nhu-cau/{two.pk}/ghep/", {"choice": f"qua:{gift.pk}"}).status_code == 422
    page = desk.post(f"/nhu-cau/{one.pk}/dap-ung/", {"what": "", "on": "01/01/2090"}).content.decode()
    assert "Hãy nhập đã đáp ứng bằng gì" in page
    today = f"{clock.today():%d/%m/%Y}"
    assert desk.post(f"/nhu-cau/{one.pk}/dap-ung/", {"what": "Một điện thoại", "on": today}).status_code == 302
    assert needs.open_by_kind(field.ward, clock.today())["device"] == 1
    assert "qua:" not in str(needs.offers_for(two).choices())
    assert Notice.objects.filter(account__in=[field.net, field.lan], text__contains="Một điện thoại").count() == 2
    assert "Một điện thoại" in phone.get("/nhu-cau/").content.decode()


def test_a_need_is_refused_with_a_reason_that_is_told(field, phone, desk):
    gift = make_gift(field)
    post(phone, field, need_fields(field.homes[0]))
    need = Need.objects.get()
    desk.post(f"/nhu-cau/{need.pk}/ghep/", {"choice": f"qua:{gift.pk}"})
    assert desk.post(f"/nhu-cau/{need.pk}/khong/", {"why": ""}).status_code == 422
    desk.post(f"/nhu-cau/{need.pk}/khong/", {"why": "Hộ đã có máy của con cho"})
    assert Notice.objects.filter(account=field.net, text__contains="Hộ đã có máy của con cho").exists()
    assert needs.used_of([gift.pk]) == {}  # free again
    assert needs.open_words(field.ward, clock.today()) == "Không còn nhu cầu nào chưa đáp ứng."
    need.refresh_from_db()
    with pytest.raises(Refusal, match="đã khép"):
        needs.match(need, "", by=field.hoa)


def test_what_two_helpers_reported_of_one_household_is_shown_together(field, phone, desk):
    post(phone, field, need_fields(field.homes[0]))
    [first] = Need.objects.all()
    assert "cùng loại đang chờ" not in desk.get(f"/nhu-cau/{first.pk}/").content.decode()
    for said in (need_fields(field.homes[0]), need_fields(field.homes[1]), need_fields(field.homes[0], loai="class")):
        send(enter(field.lan), field.lan, said, path=NEED)
    page = desk.get(f"/nhu-cau/{first.pk}/").content.decode()
    again = Need.objects.exclude(pk=first.pk).get(household=field.homes[0], kind="device")
    assert page.count('href="/nhu-cau/') - page.count(f'href="/nhu-cau/{first.pk}/') == 2  # the list, and the other one
    assert f'href="/nhu-cau/{again.pk}/"' in page and field.lan.full_name in page
    desk.post(f"/nhu-cau/{again.pk}/khong/", {"why": "Ghi trùng"})
    assert "cùng loại đang chờ" not in desk.get(f"/nhu-cau/{first.pk}/").content.decode()


def test_what_was_only_promised_meets_nothing(field, phone):
    post(phone, field, need_fields(field.homes[0]))
    partner = partners.add(field.ward, kind="sponsor", name="Công ty Hứa", by=field.hoa)
    gift = partners.promise(
        partner, kind="goods", what="máy", quantity=5, quantity_unit="máy", given_on=clock.today(), by=field.hoa
    )
    need = Need.objects.get()
    needs.match(need, f"qua:{gift.pk}", by=field.hoa)
    with pytest.raises(Refusal, match="chưa nhận"):
        needs.meet(need, what="máy", on=clock.today(), by=field.hoa)
    partners.withdraw(gift, reason="Thôi", by=field.hoa)
    needs.match(need, "", by=field.hoa)
    assert "qua:" not in str(needs.offers_for(need).choices())


def test_a_class_with_free_places_is_offered_and_a_full_one_is_not(field, phone):
    post(phone, field, need_fields(field.homes[0], "class"))
    need = Need.objects.get()
    tomorrow = clock.now() + timedelta(days=1)
    made = [
        Gathering.objects.create(
            ward=field.ward, title=title, host=field.team, neighbourhood=place, place="Nhà văn hóa", capacity=1,
            state=state, made_by=field.hoa,
        )
        for title, place, state in (
            ("Còn chỗ", field.seven, "open"), ("Hết chỗ", field.seven, "open"), ("Đang soạn", field.seven, "draft"),
            ("Nơi khác", field.eight, "open"), ("Cả địa bàn", None, "open"), ("Đã qua", field.seven, "open"),
        )
    ]  # fmt: skip
    for one in made:
        start = tomorrow - timedelta(days=9) if one.title == "Đã qua" else tomorrow
        Session.objects.create(gathering=one, starts_at=start, ends_at=start + timedelta(hours=2))
    Registration.objects.create(gathering=made[1], code="ABC", name="Ai đó", way="web")
    offered = {one.title for one, _ in needs.offers_for(need).gatherings}
    assert offered == {"Còn chỗ", "Cả địa bàn"}
    needs.match(need, f"lop:{made[0].pk}", by=field.hoa)
    need.refresh_from_db()
    assert need.gathering == made[0] and need.outcome == ""


# ---- Whoever is named agreed


def test_whoever_is_asked_to_help_is_told_and_may_open_that_one_need(field, phone, desk):
    guide = make_account("daisu", Role.AMBASSADOR, ward=field.ward, name="Ngô Văn Đại")
    for home in field.homes[:2]:
        post(phone, field, need_fields(home, "connection"))
    row, other = Need.objects.order_by("pk")
    helper = enter(guide)
    assert helper.get(f"/nhu-cau/{row.pk}/").status_code == 404
    assert desk.post(f"/nhu-cau/{row.pk}/ghep/", {"choice": f"nguoi:{guide.pk}"}).status_code == 302
    told = Notice.objects.get(account=guide)
    assert "Nhờ bạn giúp một hộ" in told.text and row.household.code not in told.text
    page = helper.get(told.href).content.decode()
    assert "Đang nhờ bạn giúp" in page and row.household.code in page
    assert helper.get(f"/nhu-cau/{other.pk}/").status_code == 404
    assert helper.get("/nhu-cau/").status_code == 403
    assert "đã được ghép" in Notice.objects.get(account=field.net, key__startswith="need.matched").text
    assert Notice.objects.filter(account=field.hoa, key__startswith="need.matched").count() == 0
    assert "TDP07-0001" in desk.get("/nhu-cau/?ghep=co").content.decode()
    assert "TDP07-0001" not in desk.get("/nhu-cau/?ghep=toi").content.decode()
    desk.post(f"/nhu-cau/{row.pk}/dap-ung/", {"what": "Lắp mạng", "on": f"{clock.today():%d/%m/%Y}"})
    assert helper.get(told.href).status_code == 404  # it is met: no longer theirs to read
    assert not Notice.objects.filter(account=guide).unseen().exists()


def test_a_helper_who_is_let_off_and_asked_again_is_told_again(field, phone, desk):
    post(phone, field, need_fields(field.homes[0]))
    row = Need.objects.get()
    guide = make_account("daisu", Role.AMBASSADOR, ward=field.ward, name="Ngô Văn Đại")
    for choice, waiting in ((f"nguoi:{guide.pk}", 1), ("", 0), (f"nguoi:{guide.pk}", 1), (f"nguoi:{field.lan.pk}", 0)):
        assert desk.post(f"/nhu-cau/{row.pk}/ghep/", {"choice": choice}).status_code == 302
        assert Notice.objects.filter(account=guide).unseen().count() == waiting, choice


def test_a_need_of_a_class_leads_to_the_households_places_in_it(field, phone, desk):
    post(phone, field, need_fields(field.homes[0], "class"))
    row = Need.objects.get()
    gathering = Gathering.objects.create(
        ward=field.ward, title="Lớp tối", host=field.team, neighbourhood=field.seven, place="Nhà văn hóa", state="open",
        made_by=field.hoa, opened_at=clock.now(),
    )  # fmt: skip
    begins = clock.now() + timedelta(days=3)
    Session.objects.create(gathering=gathering, starts_at=begins, ends_at=begins + timedelta(hours=2))
    desk.post(f"/nhu-cau/{row.pk}/ghep/", {"choice": f"lop:{gathering.pk}"})
    assert Notice.objects.filter(account=field.lan, text__contains="Hãy đăng ký chỗ cho hộ").count() == 1
    said = phone.get(f"/nhu-cau/{row.pk}/").content.decode()
    here = f"/lop-hoc/{gathering.pk}/dang-ky-ho/{field.homes[0].pk}/"
    assert f'href="{here}"' in said
    assert phone.post(here, {"ca-nha": "1"}).status_code == 302
    assert Registration.objects.get().person == field.ba


def test_aid_is_kept_for_somebody_who_agreed_or_not_at_all(field, phone):
    home = field.homes[0]
    told = post(phone, field, need_fields(home, "aid"))
    assert told["result"] == "rejected" and "đã đồng ý" in told["reason"]
    told = post(phone, field, need_fields(home, "aid", nguoi=str(field.ba.pk)))
    assert told["result"] == "accepted" and "không ghi gì" in told["reason"] and not Need.objects.exists()
    assert post(phone, field, need_fields(home, "aid", **for_person(field.ba)))["result"] == "accepted"
    assert Need.objects.get().person == field.ba
    # Agreed once, it need not be said again.
    assert post(phone, field, need_fields(home, "aid", nguoi=str(field.ba.pk)))["result"] == "accepted"
    assert Need.objects.count() == 2


def test_a_need_of_somebody_who_did_not_agree_is_the_households(field, phone):
    assert post(phone, field, need_fields(field.homes[0], nguoi=str(field.ba.pk)))["result"] == "accepted"
    assert Need.objects.get().person is None


def test_a_withdrawal_takes_aid_and_the_name(field, phone):
    for kind in ("aid", "device"):
        post(phone, field, need_fields(field.homes[0], kind, **for_person(field.ba)))
    withdraw(field.ba, "need", field.hoa)
    row = Need.objects.get()
    assert (row.kind, row.person) == ("device", None)
    late = (clock.now() - timedelta(days=1)).isoformat()
    told = post(phone, field, need_fields(field.homes[0], "aid", **for_person(field.ba)), made=late)
    assert told["result"] == "quarantined" and "rút đồng ý" in told["reason"]
    waiting = Need.objects.get(kind="aid")
    with pytest.raises(Refusal, match="không tính được"):
        settling.let_count(waiting, by=field.hoa)
    Need.objects.update(received_at=clock.now() - timedelta(days=31))
    retention.apply_all()
    assert not Need.objects.filter(kind="aid").exists()


def test_aid_is_in_no_file_of_a_team_and_in_no_public_number(field, phone, desk):
    for _ in range(6):
        post(phone, field, need_fields(field.homes[0]))
        post(phone, field, need_fields(field.homes[0], "aid", **for_person(field.ba)))
    assert "khuyết tật" in phone.get("/nhu-cau/?loai=aid").content.decode()

    def words(client) -> str:
        content = b"".join(client.get("/nhu-cau/?dinh-dang=xlsx").streaming_content)
        return str([[cell.value for cell in row] for row in load_workbook(BytesIO(content)).active.iter_rows()])

    assert "khuyết tật" not in words(phone) and "thiết bị" in words(phone)
    assert "khuyết tật" in words(desk)
    assert dict(needs.open_by_neighbourhood(field.ward, clock.today())) == {field.seven: 12, field.eight: 0}
    public = dict(needs.public_by_neighbourhood(field.ward, clock.today()))
    assert public == {field.seven: 6, field.eight: 0}
    Need.objects.filter(kind="device", pk__in=Need.objects.filter(kind="device").values("pk")[:3]).delete()
    assert dict(needs.public_by_neighbourhood(field.ward, clock.today()))[field.seven] is None


# ---- Once, waiting, who reads


def test_it_counts_once_and_waits_where_the_household_moved(field, phone):
    key = receipts.uuid7()
    told = [post(phone, field, need_fields(field.homes[0]), key=key)["result"] for _ in range(2)]
    assert told == ["accepted", "duplicate"]
    assert post(phone, field, need_fields(field.homes[0], "class"), key=key)["result"] == "conflict"
    assert post(phone, field, need_fields(field.away))["result"] == "quarantined"
    elsewhere = cast.make_person(field.homes[1], "Người hộ khác")
    told = post(phone, field, need_fields(field.homes[0], **for_person(elsewhere)))
    assert told["result"] == "quarantined" and "không ở hộ" in told["reason"]
    assert post(phone, field, need_fields(field.homes[0], "xe"))["result"] == "rejected"
    assert needs.open_by_kind(field.ward, clock.today()) == {"device": 1, "connection": 0, "class": 0, "aid": 0}


def test_a_need_of_a_household_that_is_gone_waits_until_somebody_says_which_it_was(field, phone, desk):
    gone, key = uuid4(), receipts.uuid7()
    said = {"ho": str(gone), "loai": "device"}
    told = [post(phone, field, said, key=key) for _ in range(2)]
    assert [one["result"] for one in told] == ["quarantined", "duplicate"] and "không có trong danh sách hộ" in told[0][
        "reason"
    ]
    row = Need.objects.get()
    assert (row.household, row.code, row.state, row.doubts) == (None, str(gone), "waiting", ["no_household"])
    assert needs.open_by_kind(field.ward, clock.today())["device"] == 0
    waits = Notice.objects.get(account=field.net, key__startswith="field.waits")
    for page in (waits.href, "/nhu-cau/"):
        assert "chưa rõ" in phone.get(page).content.decode().lower()
    here = f"/di-tung-ngo/can-xem/nhu-cau/{row.pk}/"
    assert (
        str(gone) in desk.get(here).content.decode()
        and str(row.pk) in desk.get("/di-tung-ngo/can-xem/").content.decode()
    )
    assert "Không có đúng một hộ" in desk.post(f"{here}tinh/", {"household": "TDP99"}).content.decode()
    assert desk.post(f"{here}tinh/", {"household": field.homes[1].code}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.household, row.neighbourhood) == ("counts", field.homes[1], field.seven)
    assert needs.open_by_kind(field.ward, clock.today())["device"] == 1
    assert "đã được xem và tính" in Notice.objects.get(account=field.net, key__startswith="field.settled").text


def test_a_need_of_a_household_out_of_reach_tells_nothing_of_it_and_waits(field, phone):
    elsewhere = Household.objects.create(
        ward=make_ward("Cát Hải", code="11500", slug="cat-hai"), code="CH-1", address="Số 1 đường Cát Hải"
    )
    assert post(phone, field, need_fields(elsewhere, **for_person(field.ba)))["result"] == "quarantined"
    row = Need.objects.get()
    assert (row.household, row.ward, row.person) == (None, field.ward, field.ba)
    assert "Cát Hải" not in enter(field.hoa).get(f"/di-tung-ngo/can-xem/nhu-cau/{row.pk}/").content.decode()
    with pytest.raises(Refusal, match="hộ nào"):
        settling.let_count(row, by=field.hoa)
    answer = phone.post(NEED, {"ho": str(elsewhere.pk), "loai": "device"}, follow=True)  # without a script, too
    assert answer.status_code == 200 and Need.objects.filter(state="waiting").count() == 2
    assert post(phone, field, {"ho": "rác", "loai": "device"})["result"] == "rejected"


def test_only_the_team_of_the_place_and_whoever_decides_meet_a_need(field, phone, desk):
    post(phone, field, need_fields(field.homes[0]))
    need = Need.objects.get()
    address = f"/nhu-cau/{need.pk}/"
    assert phone.get(address).status_code == 200 and desk.get(address).status_code == 200
    assert enter(field.tam).get(address).status_code == 404
    assert "TDP07-0001" not in enter(field.tam).get("/nhu-cau/").content.decode()
    for part in ("ghep/", "dap-ung/", "khong/"):
        assert phone.get(address + part).status_code == 403
        assert desk.get(address + part).status_code == 200
    for role in (Role.OVERSEER, Role.CITY_VIEWER, Role.AMBASSADOR):
        ward = None if role == Role.CITY_VIEWER else field.ward
        account = make_account(f"xem-{role.value}", role, ward=ward)
        assert enter(account).get("/nhu-cau/").status_code == 403
        assert enter(account).get(address).status_code == (404 if role == Role.AMBASSADOR else 403)
    page = phone.get(f"/tham-ho/can/{field.homes[0].pk}/").content.decode()
    assert "Đã ghi, đang chờ" in page and "data-outbox" in page and "checked" not in page


def test_the_list_asks_as_much_for_many_as_for_one(field, phone, desk):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get("/nhu-cau/")
        return len(queries)

    post(phone, field, need_fields(field.homes[0]))
    desk.get("/nhu-cau/")
    few = asked()
    for number in range(6):
        post(phone, field, need_fields(field.homes[number % 3], **for_person(field.ba)))
    assert asked() == few
    narrowed = desk.get(f"/nhu-cau/?noi={field.seven.pk}&loai=device&kq=cho").content.decode()
    assert "7 nhu cầu." in narrowed
    assert "Không có dòng nào như vậy" in desk.get("/nhu-cau/?cho=30").content.decode()


def test_open_needs_are_counted_as_of_a_day(field, phone):
    Need.objects.create(
        ward=field.ward, household=field.homes[0], neighbourhood=field.seven, kind="device", made_by=field.net,
        made_at=clock.now(), happened_on=clock.today() - timedelta(days=10),
    )  # fmt: skip
    need = Need.objects.get()
    needs.meet(need, what="máy cũ", on=clock.today() - timedelta(days=4), by=field.hoa)
    days = [needs.open_by_kind(field.ward, clock.today() - timedelta(days=n))["device"] for n in (11, 10, 5, 4, 0)]
    assert days == [0, 1, 1, 0, 0]


# ---- What is held of a person


def test_it_is_told_moved_and_erased_with_the_person(field, phone, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    other = cast.make_person(field.homes[0], "Nguyễn Thị Ba")
    post(phone, field, need_fields(field.homes[0], "aid", **for_person(other)))
    merged = merging.merge(field.ba, other, by=field.hoa)
    assert subject_data.gather(field.ba, reason="Hỏi", by=field.hoa)["Nhu cầu"][0]["Kết quả"] == "đang chờ"
    merging.undo(merged, by=field.hoa)
    assert Need.objects.get().person == other
    forgetting.erase(other, reason="Người đó yêu cầu", by=field.hoa)
    assert not Need.objects.exists()


def test_erasing_the_last_of_a_household_takes_its_needs(field, phone, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    post(phone, field, need_fields(field.homes[0]))
    forgetting.erase(field.ba, reason="Người đó yêu cầu", by=field.hoa)
    assert not Need.objects.exists() and not Household.objects.filter(pk=field.homes[0].pk).exists()


def test_nobody_is_named_under_words_that_are_no_longer_in_force(field, phone):
    said = {**need_fields(field.homes[0], "aid"), **for_person(field.ba)}
    assert post(phone, field, said)["result"] == "accepted"
    write_words(field, agreeing.NEED)
    del said["dong_y"]  # asked in the new words, and said no
    for key in (None, receipts.uuid7()):
        told = [post(phone, field, said, key=key or receipts.uuid7()) for _ in range(2)][-1]
        assert told["result"] in ("accepted", "duplicate") and "không ghi gì" in told["reason"]
    post(phone, field, {**need_fields(field.homes[0]), "nguoi": str(field.ba.pk)})
    assert list(Need.objects.order_by("pk").values_list("kind", "person")) == [("aid", field.ba.pk), ("device", None)]


def test_a_need_that_does_not_count_gives_its_piece_back(field, phone, desk):
    gift = make_gift(field)
    for home in field.homes[:2]:
        post(phone, field, need_fields(home))
    one, two = Need.objects.order_by("pk")
    needs.match(one, f"qua:{gift.pk}", by=field.hoa)
    settling.set_aside(one, by=field.hoa, why="Ghi nhầm hộ")
    needs.match(two, f"qua:{gift.pk}", by=field.hoa)
    settling.let_count(one, by=field.hoa)
    one.refresh_from_db()
    assert one.gift is None and needs.used_of([gift.pk]) == {gift.pk: 1}


def test_second_contents_have_their_time(field, phone):
    settled, open_one = receipts.uuid7(), receipts.uuid7()
    agreed = {**need_fields(field.homes[0]), **for_person(field.ba)}
    for key in (settled, open_one):
        post(phone, field, need_fields(field.homes[1]), key=key)
        post(phone, field, agreed, key=key)
    one = Clash.objects.get(first=settled)
    settling.settle_clash(one, "kept_first", by=field.hoa)
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        retention.apply_all()
        one.refresh_from_db()
        assert one.fields == []  # the other names somebody who never agreed, since nothing of it was taken in
        assert not Clash.objects.filter(first=open_one).exists()
        page = enter(field.hoa).get(f"/di-tung-ngo/can-xem/trung-ma/{one.pk}/").content.decode()
    assert "đã xóa theo thời hạn giữ" in page and "Nguyễn Thị Ba" not in page
