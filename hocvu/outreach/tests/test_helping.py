"""Help to people: consent first, kept once however late, doubts wait, milestones with how one knows."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from hocvu.learning.models import Progress
from hocvu.learning.tests.cast import make_lesson
from hocvu.lib import clock
from hocvu.outreach import helping, settling
from hocvu.outreach.models import Clash, Help
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, send
from hocvu.outreach.tests.cast_help import HELP, help_fields, withdraw, write_words
from hocvu.signin import citizens
from hocvu.ward import consenting, forgetting, merging, receipts, register, retention, subject_data
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, ConsentEntry, ConsentText, Grant, Notice, Receipt
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
NUMBER, INBOX = "031056004718", "/di-tung-ngo/can-xem/"


@pytest.fixture
def field() -> Field:
    return cast.make_field()


@pytest.fixture
def phone(field: Field):
    """Nết's phone."""
    return enter(field.net)


def ago(days: float) -> str:
    return (clock.now() - timedelta(days=days)).isoformat()


def post(phone, field, said, **more):
    return send(phone, field.net, said, path=HELP, **more).json()


# ---- Consent first


def test_it_keeps_nothing_of_somebody_who_did_not_agree(field, phone):
    said = help_fields(field.ba)
    del said["dong_y"]
    told = post(phone, field, said)
    assert told["result"] == "accepted" and "không ghi gì" in told["reason"]
    page = phone.post(HELP, said, follow=True)
    assert "Người ấy không đồng ý nên không ghi gì về họ" in page.content.decode()
    assert not Help.objects.exists() and not ConsentEntry.objects.exists() and not ConsentText.objects.exists()
    assert str(field.ba.pk) not in str(list(Receipt.objects.values()))
    # The same id with other content keeps no copy of it either.
    key = receipts.uuid7()
    post(phone, field, said, key=key)
    assert post(phone, field, {**said, "noi": "class"}, key=key)["result"] == "conflict"
    assert not Clash.objects.exists()


def test_it_writes_the_yes_into_the_ledger_once_and_names_the_words(field, phone):
    assert post(phone, field, help_fields(field.ba))["result"] == "accepted"
    assert post(phone, field, help_fields(field.ba, "bank"))["result"] == "accepted"
    entry = ConsentEntry.objects.get()
    assert (entry.person, entry.act, entry.channel, entry.witness) == (field.ba, "given", "door", field.net.full_name)
    assert entry.text.purpose == "help" and entry.text.version == 1 and "vẫn được giúp như mọi người" in entry.text.text
    assert set(Help.objects.values_list("consent", "state")) == {(entry.pk, "counts")}
    assert consenting.holds(field.ba, "help", clock.now())


def test_the_page_reads_the_words_aloud_and_ticks_nothing_beforehand(field, phone):
    page = phone.get(f"/tham-ho/giup/nguoi/{field.ba.pk}/").content.decode()
    assert "Xin phép bác cho ghi lại việc vừa giúp bác" in page and 'name="ban" value="1"' in page
    assert "checked" not in page and "data-outbox" in page
    assert not ConsentText.objects.exists()  # looking writes nothing


def test_it_waits_where_newer_words_came_while_the_phone_was_away(field, phone):
    write_words(field)
    told = post(phone, field, help_fields(field.ba), made=ago(2))
    assert told["result"] == "quarantined" and "bản mới hơn" in told["reason"]
    row = Help.objects.get()
    assert row.state == "waiting" and row.consent.text.version == 1 and row.doubts == ["newer_text"]
    assert not Help.objects.standing().exists()
    assert Notice.objects.filter(account__in=[field.net, field.hoa]).count() == 2  # both are told
    settling.let_count(row, by=field.hoa, why="Đã hỏi lại.")
    assert Help.objects.standing().get() == row


def test_older_words_do_not_undo_a_yes_to_newer_ones(field, phone):
    write_words(field)
    post(phone, field, help_fields(field.ba, ban="2"))
    assert post(phone, field, help_fields(field.ba, "bank"), made=ago(1))["result"] == "accepted"
    assert consenting.holds(field.ba, "help", clock.now())
    assert Help.objects.standing().count() == 2


def test_it_waits_where_somebody_withdrew_meanwhile_and_never_agrees_for_them(field, phone):
    post(phone, field, help_fields(field.ba))
    withdraw(field.ba, "help", field.hoa)
    told = post(phone, field, help_fields(field.ba, "bank"), made=ago(1))
    assert told["result"] == "quarantined" and "rút đồng ý" in told["reason"]
    row = Help.objects.get()
    assert row.consent is None and not consenting.holds(field.ba, "help", clock.now())
    with pytest.raises(Exception, match="không tính được"):
        settling.let_count(row, by=field.hoa)
    # A clock that nobody believes proves nothing against a withdrawal.
    ahead = (clock.now() + timedelta(days=3)).isoformat()
    assert post(phone, field, help_fields(field.ba, "safety"), made=ahead)["result"] == "quarantined"
    assert not Help.objects.exclude(consent=None).exists()


def test_a_withdrawal_erases_what_was_kept_of_the_person_at_once(field, phone):
    other = cast.make_person(field.homes[0], "Nguyễn Văn Tư")
    for person in (field.ba, other):
        post(phone, field, help_fields(person, "vneid", "bank"))
    key = receipts.uuid7()
    post(phone, field, help_fields(field.ba, "safety"), key=key)
    assert post(phone, field, help_fields(field.ba, "health"), key=key)["result"] == "conflict"
    assert Clash.objects.count() == 1
    withdraw(field.ba, "help", field.hoa)
    assert set(Help.objects.values_list("person", flat=True)) == {other.pk}
    assert not Clash.objects.exists()
    assert "Nguyễn Thị Ba" not in phone.get("/tham-ho/giup/").content.decode()


def test_a_look_at_who_lives_in_a_household_is_written_down(field, phone):
    for path in ("giup", "can"):
        assert "Nguyễn Thị Ba" in phone.get(f"/tham-ho/{path}/{field.homes[0].pk}/").content.decode()
    phone.get(f"/tham-ho/giup/{field.homes[2].pk}/")  # nobody is named there
    looks = AuditEntry.objects.filter(action="saw people").values_list("actor", "details")
    assert list(looks) == [(str(field.net), {"people": 1})] * 2


def test_a_child_is_written_about_with_the_one_who_speaks_for_it(field, phone):
    child = cast.make_person(field.homes[0], "Nguyễn Bé Năm", clock.today() - timedelta(days=365 * 10))
    assert "Nguyễn Bé Năm" not in phone.get(f"/tham-ho/giup/{field.homes[0].pk}/").content.decode()
    told = post(phone, field, help_fields(child))
    assert told["result"] == "quarantined" and "người đại diện" in told["reason"]
    assert not ConsentEntry.objects.exists()
    assert post(phone, field, help_fields(child, dai_dien="Nguyễn Thị Ba"))["result"] == "accepted"
    assert set(ConsentEntry.objects.values_list("party", "representative")) == {
        ("self", ""), ("representative", "Nguyễn Thị Ba"),
    }  # fmt: skip


# ---- Once, however late


def test_it_counts_a_replay_once_and_keeps_both_of_a_conflict(field, phone):
    key = receipts.uuid7()
    said = help_fields(field.ba, "vneid", "bank", "safety")
    told = [post(phone, field, said, key=key)["result"] for _ in range(3)]
    assert told == ["accepted", "duplicate", "duplicate"]
    assert Help.objects.count() == 3 and Help.objects.filter(pk=key, topic="vneid").exists()
    Receipt.objects.all().delete()  # forgotten after a year
    assert post(phone, field, said, key=key)["result"] == "duplicate"
    assert post(phone, field, help_fields(field.ba, "health"), key=receipts.uuid7())["result"] == "accepted"
    again = receipts.uuid7()
    post(phone, field, help_fields(field.ba, "internet"), key=again)
    assert post(phone, field, help_fields(field.ba, "city_app"), key=again)["result"] == "conflict"
    clash = Clash.objects.get()
    assert clash.path == HELP and ["viec", "city_app"] in clash.fields
    settling.settle_clash(clash, Clash.Outcome.TOOK_BOTH, by=field.hoa)
    assert Help.objects.standing().filter(topic="city_app").exists()


def clash_page(field, phone, first: dict, second: dict) -> str:
    """Where somebody decides about two contents that came under one id."""
    key = receipts.uuid7()
    for said in (first, second):
        told = post(phone, field, said, key=key)
    assert told["result"] == "conflict"
    return f"{INBOX}trung-ma/{Clash.objects.get().pk}/"


def test_the_second_content_replaces_every_topic_of_the_first(field, phone):
    here = clash_page(field, phone, help_fields(field.ba, "vneid", "bank"), help_fields(field.ba, "vneid"))
    hoa = enter(field.hoa)
    page = hoa.get(here).content.decode()
    for row in Help.objects.all():
        assert row.get_topic_display() in page
    assert "Lần nhận đầu, 2/2" in page and "cả 2 lượt" in page
    assert hoa.post(here, {"outcome": "took_second", "why": "Bấm nhầm"}).status_code == 302
    assert Help.objects.standing().get().topic == "vneid" and Help.objects.count() == 3
    assert set(Help.objects.filter(state="set_aside").values_list("topic", "settled_why")) == {
        ("vneid", "Bấm nhầm"), ("bank", "Bấm nhầm"),
    }  # fmt: skip


def test_a_doubt_about_the_second_content_is_settled_for_all_its_topics(field, phone):
    here = clash_page(field, phone, help_fields(field.ba), help_fields(field.ba, "bank", "safety"))
    Grant.objects.filter(account=field.net).update(valid_to=clock.today() - timedelta(days=2))
    assert enter(field.hoa).post(here, {"outcome": "took_second"}).status_code == 302
    assert set(Help.objects.standing().values_list("topic", flat=True)) == {"bank", "safety"}


@pytest.mark.parametrize(("outcome", "first"), [("took_both", "counts"), ("took_second", "set_aside")])
def test_a_second_content_of_which_no_record_is_known_waits_as_from_the_device(field, phone, outcome, first):
    second = help_fields(field.ba, "practice", "bank", xong="practice", bang_chung="record")
    here = clash_page(field, phone, help_fields(field.ba), second)
    assert enter(field.hoa).post(here, {"outcome": outcome}).status_code == 302
    assert set(Help.objects.values_list("topic", "state")) == {
        ("vneid", first), ("practice", "waiting"), ("bank", "counts"),
    }  # fmt: skip
    row = Help.objects.get(state="waiting")
    assert "chưa có bản ghi" in enter(field.hoa).get(f"{INBOX}giup/{row.pk}/").content.decode()


def test_it_waits_where_the_person_moved_or_the_right_had_ended(field, phone):
    moved = cast.make_person(field.away, "Trần Thị Xa")
    told = post(phone, field, help_fields(moved), made=ago(1))
    assert told["result"] == "quarantined" and "chuyển đi" in told["reason"]
    field.ba.household = field.away  # lived in Tổ 7 on that day, lives in Tổ 8 today
    field.ba.save()
    assert post(phone, field, help_fields(field.ba), made=ago(1))["result"] == "accepted"
    stay = cast.make_person(field.homes[0], "Lê Văn Ở")
    Grant.objects.filter(account=field.net).update(valid_to=clock.today() - timedelta(days=2))
    assert post(phone, field, help_fields(stay), made=ago(1))["result"] == "quarantined"
    assert post(phone, field, help_fields(stay, "bank"), made=ago(4))["result"] == "accepted"


def test_it_refuses_what_makes_no_sense(field, phone):
    stranger = make_account("khach", Role.EDITOR, ward=field.ward)
    told = send(enter(stranger), stranger, help_fields(field.ba), path=HELP)
    assert told.status_code == 422 and "chưa từng được giao" in told.json()["reason"]
    field.net.person = field.ba
    field.net.save()
    assert "tự ghi" in post(phone, field, help_fields(field.ba))["reason"]
    other = cast.make_person(field.homes[0], "Nguyễn Văn Tư")
    for said, words in (
        ({"viec": ["bay"]}, "ít nhất một việc"),
        ({"noi": "moon"}, "ở đâu"),
        ({"ban": "7"}, "bản lời hỏi nào"),
        ({"xong": "1"}, "bằng cách nào"),
        ({"xong": "1", "bang_chung": "record"}, "không có bản ghi"),
        ({"nguoi": str(receipts.uuid7())}, "không có trong danh bạ"),
    ):
        told = post(phone, field, {**help_fields(other), **said})
        assert told["result"] == "rejected" and words in told["reason"]
    assert not Help.objects.exists()


def test_somebody_of_another_ward_is_not_met(field, phone):
    far = cast.make_person(
        cast.make_household(make_ward("Lê Chân", code="11400", slug="le-chan"), None, "X1"), "Người Xa"
    )
    assert post(phone, field, help_fields(far))["result"] == "rejected"
    assert phone.get(f"/tham-ho/giup/nguoi/{far.pk}/").status_code == 404


# ---- Milestones


def test_a_milestone_says_how_one_knows(field, phone):
    post(phone, field, help_fields(field.ba, "vneid", "bank", xong="vneid", bang_chung="seen"))
    assert set(Help.objects.values_list("topic", "is_reached", "evidence")) == {
        ("vneid", True, "seen"), ("bank", False, ""),
    }  # fmt: skip
    assert Help.objects.standing().reached().get().topic == "vneid"


def test_a_milestone_of_our_own_records_is_looked_up(field, phone):
    said = help_fields(field.ba, "practice", xong="1", bang_chung="record")
    page = phone.post(HELP, said, follow=True)
    assert "hệ thống chưa có bản ghi" in page.content.decode() and not Help.objects.exists()
    assert 'value="practice" checked' in page.content.decode()  # what was ticked stays
    told = post(phone, field, said)  # from a device it waits: the learner's phone may not have sent yet
    assert told["result"] == "quarantined" and "chưa có bản ghi" in told["reason"]
    citizens.open_account(field.ward, person=field.ba, by=field.hoa)
    Progress.objects.create(
        ward=field.ward, account=citizens.account_of(field.ba), lesson=make_lesson(field.ward),
    )  # fmt: skip
    assert post(phone, field, help_fields(field.ba, "lesson", xong="1", bang_chung="record"))["result"] == "accepted"


# ---- Who reads, who takes back


def test_it_shows_a_team_its_own_places_and_no_other(field, phone):
    post(phone, field, help_fields(field.ba, "vneid", xong="1", bang_chung="said"))
    row = Help.objects.get()
    address = f"/tham-ho/giup/luot/{row.pk}/"
    for account in (field.net, field.lan, field.hoa):
        assert "Nguyễn Thị Ba" in enter(account).get("/tham-ho/giup/").content.decode()
        assert "theo lời hỏi bản 1" in enter(account).get(address).content.decode()
    assert "Nguyễn Thị Ba" not in enter(field.tam).get("/tham-ho/giup/").content.decode()
    assert enter(field.tam).get(address).status_code == 404
    assert enter(field.tam).get(f"{address}rut/").status_code == 404
    assert enter(field.tam).get(f"/tham-ho/giup/{field.homes[0].pk}/").status_code == 404
    assert enter(field.tam).get(f"/tham-ho/giup/nguoi/{field.ba.pk}/").status_code == 404
    for role in (Role.OVERSEER, Role.CITY_VIEWER, Role.LEADER):
        ward = None if role == Role.CITY_VIEWER else field.ward
        account = make_account(f"xem-{role.value}", role, ward=ward)
        assert enter(account).get("/tham-ho/giup/").status_code == 403
        assert enter(account).get(address).status_code == 403


def test_an_ambassador_finds_one_person_and_reads_only_what_they_wrote(field, phone):
    post(phone, field, help_fields(field.ba))
    account = make_account("dai-su", Role.AMBASSADOR, ward=field.ward, name="Đinh Đại Sứ")
    desk = enter(account)
    assert desk.get(f"/tham-ho/giup/nguoi/{field.ba.pk}/").status_code == 403
    assert desk.get(f"/tham-ho/giup/{field.homes[0].pk}/").status_code == 403
    found = desk.post("/tham-ho/giup/tim/", {"full_name": "Nguyễn Thị Ba", "born_on": "04/03/1956"})
    assert found.url == f"/tham-ho/giup/nguoi/{field.ba.pk}/"
    assert "Người ấy đã đồng ý với lời này từ trước" in desk.get(found.url).content.decode()
    assert desk.post("/tham-ho/giup/tim/", {"full_name": "Không Có", "born_on": "04/03/1956"}).status_code == 422
    assert "Nguyễn Thị Ba" not in desk.get("/tham-ho/giup/").content.decode()
    assert send(desk, account, help_fields(field.ba, "bank", noi="counter"), path=HELP).json()["result"] == "accepted"
    assert "tại quầy" in desk.get("/tham-ho/giup/").content.decode()


def test_it_is_taken_back_by_the_author_or_the_coordinator_with_a_reason(field, phone):
    post(phone, field, help_fields(field.ba, "vneid", "bank"))
    one, two = Help.objects.order_by("topic")
    assert enter(field.lan).get(f"/tham-ho/giup/luot/{one.pk}/rut/").status_code == 403
    assert phone.post(f"/tham-ho/giup/luot/{one.pk}/rut/", {"why": " "}).status_code == 422
    assert phone.post(f"/tham-ho/giup/luot/{one.pk}/rut/", {"why": "Nhầm người"}).status_code == 302
    assert enter(field.hoa).post(f"/tham-ho/giup/luot/{two.pk}/rut/", {"why": "Nhầm việc"}).status_code == 302
    assert not Help.objects.standing().exists()
    assert Notice.objects.filter(account=field.net, text__contains="Nhầm việc").exists()
    assert AuditEntry.objects.filter(action="took help back").count() == 2
    Help.objects.update(settled_at=clock.now() - timedelta(days=31))
    retention.apply_all()
    assert not Help.objects.exists()


def test_the_file_has_no_numbers_and_the_filters_narrow(field, phone):
    register.seal_number(field.ba, NUMBER)
    field.ba.save()
    post(phone, field, help_fields(field.ba, "vneid", "bank", xong="bank", bang_chung="seen"))
    page = phone.get("/tham-ho/giup/?viec=bank&noi=door&tinh-trang=counts&xong=co").content.decode()
    assert "1 lượt giúp." in page
    assert "Không có dòng nào như vậy" in phone.get("/tham-ho/giup/?viec=health").content.decode()
    book = load_workbook(BytesIO(b"".join(phone.get("/tham-ho/giup/?dinh-dang=xlsx").streaming_content)))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert any("Nguyễn Thị Ba" in row for row in cells)
    assert NUMBER not in str(cells) and NUMBER[-3:] not in str(cells)


def test_the_list_asks_as_much_for_many_as_for_one(field, phone):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            phone.get("/tham-ho/giup/")
        return len(queries)

    post(phone, field, help_fields(field.ba))
    phone.get("/tham-ho/giup/")
    few = asked()
    for number in range(6):
        post(phone, field, help_fields(cast.make_person(field.homes[number % 3], f"Người {number}"), "bank"))
    assert asked() == few


# ---- What is held of a person


def test_it_is_told_to_the_person_and_goes_with_them(field, phone, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    post(phone, field, help_fields(field.ba, "vneid", xong="1", bang_chung="seen"))
    told = subject_data.gather(field.ba, reason="Người đó hỏi", by=field.hoa)["Được giúp"]
    assert told[0]["Việc"] == "VNeID mức 2" and told[0]["Người giúp"] == field.net.full_name
    erased = forgetting.erase(field.ba, reason="Người đó yêu cầu", by=field.hoa)
    assert erased.gone["lượt giúp"] == 1 and not Help.objects.exists()
    assert post(phone, field, help_fields(field.ba, "bank"), made=ago(1))["result"] == "rejected"


def test_it_follows_a_merge_and_goes_back_and_is_erased_with_both(field, phone, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    other = cast.make_person(field.homes[0], "Nguyễn Thị Ba", date(1956, 3, 4))
    post(phone, field, help_fields(other))
    merged = merging.merge(field.ba, other, by=field.hoa)
    assert Help.objects.get().person == field.ba
    assert post(phone, field, help_fields(other, "bank"), made=ago(1))["result"] == "accepted"  # a list of before
    assert set(Help.objects.values_list("person", flat=True)) == {field.ba.pk}
    merging.undo(merged, by=field.hoa)
    assert Help.objects.get(topic="vneid").person == other
    merging.merge(field.ba, other, by=field.hoa)
    forgetting.erase(field.ba, reason="Người đó yêu cầu", by=field.hoa)
    assert not Help.objects.exists()


def test_the_night_lets_go_of_what_waits_without_consent(field, phone):
    post(phone, field, help_fields(field.ba))
    withdraw(field.ba, "help", field.hoa)
    post(phone, field, help_fields(field.ba, "bank"), made=ago(1))
    retention.apply_all()
    assert Help.objects.count() == 1
    Help.objects.update(received_at=clock.now() - timedelta(days=31))
    retention.apply_all()
    assert not Help.objects.exists()


def test_who_asked_to_be_left_in_peace_is_in_no_list(field, phone):
    post(phone, field, help_fields(field.ba))
    field.ba.restricted_at = clock.now()
    field.ba.save()
    assert "Nguyễn Thị Ba" not in phone.get("/tham-ho/giup/").content.decode()
    assert phone.get(f"/tham-ho/giup/nguoi/{field.ba.pk}/").status_code == 404
    assert post(phone, field, help_fields(field.ba, "bank"))["result"] == "quarantined"
    assert not helping.people_reached(field.net, field.ward).filter(pk=field.ba.pk).exists()


def test_help_to_somebody_merged_twice_meanwhile_is_theirs(field, phone):
    home = field.homes[0]
    first, second, last = (cast.make_person(home, "Nguyễn Thị Bảy", None) for _ in range(3))
    post(phone, field, help_fields(first, "safety"))  # the yes stands under the first row
    merging.merge(second, first, by=field.hoa)
    later = merging.merge(last, second, by=field.hoa)
    assert consenting.holds(last, "help", clock.now())
    assert post(phone, field, help_fields(first))["result"] == "accepted"
    assert {row.person for row in Help.objects.all()} == {last}
    assert helping.readable(field.hoa, field.ward).count() == 2
    withdraw(last, "help", field.hoa)
    assert not Help.objects.exists()
    merging.undo(later, by=field.hoa)
    first.refresh_from_db()
    assert first.merged_into == second
