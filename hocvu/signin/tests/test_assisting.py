"""Nết of the team helps Sáu, eighty years old, on Nết's phone: Sáu agrees, learns as herself, and nobody acts for her."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from hocvu.lib.refusals import Refusal
from hocvu.signin import assisting, childhood, citizens, personal
from hocvu.signin.models import AssistedSession, Proof, SignIn, Way
from hocvu.ward import audit, consenting, forgetting, granting, living, neighbourhoods
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
PHONE, NUMBER = "0912345678", "031146000123"


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 2), by=None)
    return ward


def team(ward: Ward, number: int) -> Unit:
    return Unit.objects.get(ward=ward, kind=Unit.Kind.TEAM, neighbourhood__number=number)


@pytest.fixture
def net(ward: Ward) -> Account:
    return make_account("net", Role.TEAM_MEMBER, ward=ward, unit=team(ward, 1), name="Trần Thị Nết")


@pytest.fixture
def su(ward: Ward) -> Account:
    return make_account("su", Role.AMBASSADOR, ward=ward, name="Lê Đại Sứ")


@pytest.fixture
def thu(ward: Ward) -> Account:
    return make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng VH-XH"), name="Phạm Thu Hà")


def settle(ward: Ward, name: str, born: date | None, place: int = 1, **more: Any) -> Person:
    where = Neighbourhood.objects.get(ward=ward, number=place)
    home = living.found_household(ward, code=f"H-{name}", address=f"Nhà {name}", neighbourhood=where, by=None)
    fields = {"only_year": False, "sex": "female", "number": "", "phone": "", "relation": "", "kind": "permanent",
              "day": None, **more}  # fmt: skip
    return living.add_person(home, full_name=name, born_on=born, by=None, **fields)


@pytest.fixture
def sau(ward: Ward) -> Person:
    return settle(ward, "Nguyễn Thị Sáu", date(1946, 3, 5), number=NUMBER, phone=PHONE)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def begin(client: Client, person: Person, **said: Any) -> Any:
    return client.post(f"/giup/nguoi/{person.pk}/", {"how": "self", "year": "1946", **said})


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def lie_idle(client: Client, minutes: float) -> None:
    """Let the session have been used last so many minutes ago."""
    session = client.session
    session["assist"] = {**session["assist"], "seen": timezone.now().timestamp() - minutes * 60}
    session.save()


# ---- An elder and a helper


def test_an_elder_of_eighty_comes_in_with_a_helper(net, sau):
    phone = signed_in(net)
    assert "Nguyễn Thị Sáu" in text_of(phone.get("/giup/?tim=sau"))
    page = text_of(phone.get(f"/giup/nguoi/{sau.pk}/"))
    assert "Tôi đồng ý" in page
    assert "1946" not in page.replace("ví dụ 1946", "")
    assert "/ban-lam-viec/" not in page
    assert begin(phone, sau)["Location"] == "/toi/"
    page = text_of(phone.get("/toi/"))
    assert "Đang giúp <strong>Nguyễn Thị Sáu</strong>. Người giúp: Trần Thị Nết" in page
    assert "có người xác nhận: Trần Thị Nết" in page
    row = SignIn.objects.get(account=citizens.account_of(sau))
    assert (row.way, row.proof, row.vouched_by, row.session_key) == (Way.ASSISTED, Proof.VOUCHED, net, "")
    assert phone.post("/giup/ket-thuc/")["Location"] == "/giup/"
    page = text_of(phone.get("/giup/"))
    assert "Đang giúp" not in page
    assert "1/30" in page
    row.refresh_from_db()
    assert row.ended_at is not None
    assert AssistedSession.objects.get().ended_why == "người học kết thúc"


def test_the_banner_with_its_end_stands_on_every_page_and_no_browser_keeps_one(net, sau):
    phone = signed_in(net)
    begin(phone, sau)
    for address in ("/", "/toi/", "/chi-tieu/", "/hien-thi/", "/khong-co-trang-nay/", "/nhiem-vu/"):
        answer = phone.get(address)
        assert "Đang giúp <strong>Nguyễn Thị Sáu</strong>" in text_of(answer), address
        assert 'action="/giup/ket-thuc/"' in text_of(answer), address
        assert answer["Cache-Control"] == "no-store"


def test_the_helpers_own_rights_are_gone_meanwhile(net, sau):
    phone = signed_in(net)
    assert phone.get("/nguoi-dan/").status_code == 200
    begin(phone, sau)
    assert phone.get("/nguoi-dan/").status_code == 403
    assert phone.get(f"/nguoi-dan/{sau.pk}/").status_code == 403
    assert phone.get("/giup/").status_code == 403
    assert phone.get("/giup/?tim=sau").status_code == 403
    assert phone.get("/bao-cao/").status_code == 403
    assert phone.get("/ban-lam-viec/")["Location"] == "/toi/"
    assert phone.get("/toi/mat-khau/").status_code == 403
    phone.post("/giup/ket-thuc/")
    assert phone.get("/nguoi-dan/").status_code == 200


def test_what_is_done_is_the_learners_and_carries_the_helpers_name(net, sau, monkeypatch):
    phone = signed_in(net)
    begin(phone, sau)
    agreed = AuditEntry.objects.get(action="agreed to be helped")
    assert agreed.details["helper"] == "Trần Thị Nết"
    assert agreed.actor == citizens.account_of(sau).audit_label
    assert "Nguyễn Thị Sáu" not in agreed.actor + agreed.target
    # A page that writes as the learner stands for all that later rooms do.
    monkeypatch.setattr(citizens, "established", lambda account: audit.record(account, "learned", account) and None)
    phone.get("/toi/")
    entry = AuditEntry.objects.get(action="learned")
    assert (entry.actor, entry.details["helper"]) == (agreed.actor, "Trần Thị Nết")
    phone.post("/giup/ket-thuc/")
    assert audit.helper_now() is None


def test_it_ends_after_ten_idle_minutes_and_what_was_pressed_is_not_done(net, sau):
    phone = signed_in(net)
    begin(phone, sau)
    lie_idle(phone, 9.5)
    assert phone.get("/toi/").status_code == 200
    lie_idle(phone, 10.5)
    answer = phone.get("/nguoi-dan/")  # open to Nết, but it was asked as Sáu
    assert answer["Location"] == "/giup/"
    page = text_of(phone.get("/giup/"))
    assert "Phiên giúp Nguyễn Thị Sáu đã kết thúc: lâu không dùng" in page
    assert AssistedSession.objects.get().ended_why == "lâu không dùng"
    assert SignIn.objects.get(way=Way.ASSISTED).ended_at is not None


def test_an_idle_session_that_nobody_comes_back_to_is_swept(net, sau):
    begin(signed_in(net), sau)
    assert assisting.sweep() == 0
    AssistedSession.objects.update(last_act_at=timezone.now() - timedelta(minutes=12))
    assert assisting.sweep() == 1
    assert not AssistedSession.objects.open().exists()


def test_another_learner_ends_the_session_of_the_first_also_on_another_device(net, sau, ward):
    tam = settle(ward, "Đỗ Văn Tám", date(1950, 1, 1))
    phone, tablet = signed_in(net), signed_in(net)
    begin(phone, sau)
    begin(tablet, tam, year="1950")
    assert AssistedSession.objects.open().get().person == tam
    assert phone.get("/toi/")["Location"] == "/giup/"
    assert "Đỗ Văn Tám" in text_of(tablet.get("/toi/"))


def test_it_ends_when_the_helper_signs_out(net, sau):
    phone = signed_in(net)
    begin(phone, sau)
    phone.post("/dang-xuat/")
    assert AssistedSession.objects.get().ended_why == "người giúp đăng xuất"
    assert phone.get("/toi/").status_code == 302


def test_it_ends_when_the_helpers_role_ends(net, sau, thu):
    phone = signed_in(net)
    begin(phone, sau)
    granting.end(net.grants.get(), by=thu)
    assert phone.get("/toi/")["Location"] == "/ban-lam-viec/"
    assert AssistedSession.objects.get().ended_why == "người giúp hết quyền"


def test_it_ends_when_the_learner_ends_it_from_elsewhere(net, sau):
    from hocvu.signin import sessions

    phone = signed_in(net)
    begin(phone, sau)
    learner = citizens.account_of(sau)
    sessions.end_all(learner, why="đổi số điện thoại")
    assert phone.get("/toi/")["Location"] == "/giup/"


# ---- How one agrees


def test_a_wrong_year_is_refused_and_closes_the_door_after_five(net, sau):
    phone = signed_in(net)
    for _ in range(5):
        answer = begin(phone, sau, year="1947")
        assert answer.status_code == 422
        assert "Năm sinh chưa khớp" in text_of(answer)
    answer = begin(phone, sau)
    assert answer.status_code == 422
    assert "thử lại sau 15 phút" in text_of(answer)
    assert not AssistedSession.objects.exists()


def test_who_cannot_press_says_yes_before_a_witness(net, sau):
    phone = signed_in(net)
    assert "họ tên người chứng kiến" in text_of(begin(phone, sau, how="witness", year=""))
    assert "người thứ ba" in text_of(begin(phone, sau, how="witness", year="", witness="Trần Thị Nết"))
    assert begin(phone, sau, how="witness", year="", witness="Bùi Thị Bảy").status_code == 302
    row = AssistedSession.objects.get()
    assert (row.agreed_how, row.witness) == ("witness", "Bùi Thị Bảy")


def test_a_child_needs_somebody_who_stands_for_it(net, ward):
    born = date.today() - timedelta(days=9 * 366)
    child = settle(ward, "Nguyễn Bé Na", born)
    words = {"text": "Học ở đây giữ kết quả của con.", "valid_from": date(2025, 1, 1)}
    consenting.write_text(ward, purpose=childhood.PURPOSE, by=None, **words)
    phone = signed_in(net)
    answer = begin(phone, child, year=str(born.year))
    assert answer.status_code == 422
    assert "dưới 16 tuổi" in text_of(answer)
    assert begin(phone, child, year=str(born.year), guardian="Nguyễn Văn Cha").status_code == 302
    assert AssistedSession.objects.get().guardian == "Nguyễn Văn Cha"


def test_nobody_vouches_for_themselves(net, ward):
    twin = settle(ward, "Trần Thị Nết", date(1980, 1, 1))
    answer = begin(signed_in(net), twin, year="1980")
    assert answer.status_code == 422
    assert "Không ai tự xác nhận cho mình" in text_of(answer)


def test_a_helper_begins_with_thirty_a_day_and_no_more(net, sau, monkeypatch):
    monkeypatch.setattr(assisting, "DAILY_CAP", 2)
    phone = signed_in(net)
    for _ in range(2):
        assert begin(phone, sau).status_code == 302
        phone.post("/giup/ket-thuc/")
    answer = begin(phone, sau)
    assert answer.status_code == 422
    assert "Hôm nay đã giúp 2 người" in text_of(answer)


# ---- Whom one may help


def test_a_neighbours_team_member_meets_nobody_here(ward, sau):
    other = make_account("tu", Role.TEAM_MEMBER, ward=ward, unit=team(ward, 2))
    phone = signed_in(other)
    assert "Nguyễn Thị Sáu" not in text_of(phone.get("/giup/?tim=sau"))
    assert phone.get(f"/giup/nguoi/{sau.pk}/").status_code == 404
    assert begin(phone, sau).status_code == 404
    assert phone.post("/giup/tim/", {"digits": NUMBER}).status_code == 422


def test_an_ambassador_reads_no_list_and_finds_one_person_by_a_whole_number(su, sau):
    desk = signed_in(su)
    assert "Nguyễn Thị Sáu" not in text_of(desk.get("/giup/?tim=sau"))
    assert desk.get("/nguoi-dan/").status_code == 403
    assert desk.get(f"/giup/nguoi/{sau.pk}/").status_code == 403  # not found by this browser
    assert desk.post("/giup/tim/", {"digits": NUMBER[:8]}).status_code == 422
    assert desk.post("/giup/tim/", {"full_name": "Nguyễn Thị Sáu"}).status_code == 422
    address = desk.post("/giup/tim/", {"digits": NUMBER})["Location"]
    assert address == f"/giup/nguoi/{sau.pk}/"
    assert begin(desk, sau).status_code == 302
    assert AuditEntry.objects.filter(action="looked for somebody to help", actor=su.full_name).exists()
    assert not any(NUMBER in str(entry.details) for entry in AuditEntry.objects.all())


def test_an_ambassador_finds_by_name_and_birthday_only_where_there_is_one(su, sau, ward):
    desk = signed_in(su)
    asked = {"full_name": "nguyễn thị sáu", "born_on": "05/03/1946"}
    assert desk.post("/giup/tim/", asked)["Location"] == f"/giup/nguoi/{sau.pk}/"
    living.add_person(sau.household, full_name="Nguyễn Thị Sáu", born_on=date(1946, 3, 5), by=None, only_year=False,
                      sex="", number="", phone="", relation="", kind="permanent", day=None)  # fmt: skip
    answer = desk.post("/giup/tim/", asked)
    assert answer.status_code == 422
    assert "đúng một người" in text_of(answer)


def test_whoever_asked_to_be_left_in_peace_is_not_found(su, net, sau):
    Person.objects.filter(pk=sau.pk).update(restricted_at=timezone.now())
    assert signed_in(su).post("/giup/tim/", {"digits": NUMBER}).status_code == 422
    assert signed_in(net).get(f"/giup/nguoi/{sau.pk}/").status_code == 404


def test_officers_without_the_part_do_not_help(thu, sau):
    assert signed_in(thu).get("/giup/").status_code == 403


# ---- What the coordinator sees


def test_one_of_twenty_is_called_back_and_the_lot_is_fair_and_fixed():
    drawn = [key for key in map(str, range(4000)) if assisting.is_drawn(key)]
    assert 140 < len(drawn) < 260
    assert all(assisting.is_drawn(key) for key in drawn)


def helped(net: Account, sau: Person, *, drawn: bool = True) -> AssistedSession:
    client = signed_in(net)
    begin(client, sau)
    client.post("/giup/ket-thuc/")
    AssistedSession.objects.update(to_call_back=drawn)
    return AssistedSession.objects.latest("opened_at")


def test_the_coordinator_calls_back_and_writes_down_the_answer(net, thu, sau):
    row = helped(net, sau)
    office = signed_in(thu)
    assert f"/giup/kiem-tra/{row.pk}/" in text_of(office.get("/giup/kiem-tra/?kq=cho"))
    assert PHONE in text_of(office.get(f"/giup/kiem-tra/{row.pk}/"))
    assert AuditEntry.objects.filter(action="saw a phone to call back").count() == 1
    office.post(f"/giup/kiem-tra/{row.pk}/", {"outcome": "confirmed", "note": ""})
    row.refresh_from_db()
    assert (row.call_outcome, row.called_by) == ("confirmed", thu)
    assert "Đúng là có được giúp" in text_of(office.get("/giup/kiem-tra/?kq=xong"))
    assert office.post(f"/giup/kiem-tra/{row.pk}/", {"outcome": "denied", "note": "x"}).status_code == 422


def test_a_session_that_the_learner_denies_establishes_nobody(net, thu, sau):
    row = helped(net, sau)
    account = citizens.account_of(sau)
    assert citizens.established(account).words == "có người xác nhận: Trần Thị Nết"
    office = signed_in(thu)
    assert office.post(f"/giup/kiem-tra/{row.pk}/", {"outcome": "denied"}).status_code == 422
    assert (
        office.post(f"/giup/kiem-tra/{row.pk}/", {"outcome": "denied", "note": "Không ai tới nhà"}).status_code == 302
    )
    assert citizens.established(account) is None


def test_nobody_calls_back_about_their_own_help(net, thu, sau, ward):
    granting.grant(net, Role.COORDINATOR, ward=ward, unit=team(ward, 1), by=thu)
    row = helped(net, sau)
    both = signed_in(Account.objects.get(pk=net.pk))
    assert "Nguyễn Thị Sáu" not in text_of(both.get("/giup/kiem-tra/"))
    assert both.get(f"/giup/kiem-tra/{row.pk}/").status_code == 404
    with pytest.raises(Refusal):
        assisting.record_call(row, outcome="confirmed", note="", by=net)


def test_only_the_sample_opens_and_helpers_do_not_see_who_is_in_it(net, thu, sau):
    row = helped(net, sau, drawn=False)
    assert signed_in(thu).get(f"/giup/kiem-tra/{row.pk}/").status_code == 404
    assert signed_in(net).get("/giup/kiem-tra/").status_code == 403
    assert signed_in(net).get("/giup/so/").status_code == 403


def test_the_coordinator_takes_the_whole_list_away(net, thu, sau):
    helped(net, sau)
    office = signed_in(thu)
    page = text_of(office.get("/giup/so/"))
    assert "Trong 24 giờ</dt><dd>1 phiên" in page
    answer = office.get("/giup/so/?dinh-dang=xlsx")
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "Nguyễn Thị Sáu" in cells
    assert "Trần Thị Nết" in cells
    assert AuditEntry.objects.filter(action="saw people", actor=thu.full_name).count() == 2


def test_a_coordinator_of_another_ward_sees_nothing_of_it(net, sau):
    row = helped(net, sau)
    xa = make_ward("Xa", code="2", slug="xa")
    other = make_account("khac", Role.COORDINATOR, ward=xa, unit=make_unit(xa, "Phòng"))
    client = signed_in(other)
    assert "Nguyễn Thị Sáu" not in text_of(client.get("/giup/so/"))
    assert client.get(f"/giup/kiem-tra/{row.pk}/").status_code == 404


def test_the_lists_ask_no_more_for_many_rows(net, thu, ward, django_assert_max_num_queries):
    office, phone = signed_in(thu), signed_in(net)
    for number in range(12):
        person = settle(ward, f"Người Số {number}", date(1946, 1, 1))
        begin(phone, person)
        phone.post("/giup/ket-thuc/")
    AssistedSession.objects.update(to_call_back=True)
    for address in ("/giup/so/", "/giup/kiem-tra/"):
        with django_assert_max_num_queries(17):
            office.get(address)
    with django_assert_max_num_queries(17):
        phone.get("/giup/?tim=nguoi")


# ---- Later rooms, and the right to be forgotten


def test_later_rooms_ask_who_helped_whom(net, sau):
    before = timezone.now()
    helped(net, sau)
    account = citizens.account_of(sau)
    assert assisting.helped_in(account, before) == {net.pk}
    assert assisting.helped_in(account, timezone.now()) == set()


def test_pages_about_keys_are_closed_while_somebody_helps(net, sau, rf):
    from django.http import HttpResponse

    view = assisting.by_oneself(lambda request: HttpResponse("mã PIN"))
    request = rf.get("/toi/the/")
    request.user, request.helper, request.ward = citizens.open_account(sau.ward, person=sau), net, sau.ward
    answer = view(request)
    assert answer.status_code == 403
    assert "phải tự làm" in answer.content.decode()
    request.helper = None
    assert view(request).content.decode() == "mã PIN"


def test_an_erased_learner_leaves_that_the_helper_helped_somebody(net, sau):
    row = helped(net, sau)
    assert next(iter(personal.tell_helped(sau)))["Người giúp"] == "Trần Thị Nết"
    forgetting.erase(sau, reason="Yêu cầu xóa", by=None)
    row.refresh_from_db()
    assert (row.helper, row.account, row.person) == (net, None, None)
    assert "Nguyễn Thị Sáu" not in str(row.__dict__)
    page = text_of(signed_in(net).get("/giup/"))
    assert "Người đã xóa dữ liệu" in page
