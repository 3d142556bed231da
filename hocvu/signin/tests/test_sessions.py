"""Sessions open in one way, are seen by their owner, lie idle and end; tries are counted before they are judged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from hocvu.signin import citizens, levels, personal, sessions, throttling
from hocvu.signin.models import Device, FailedSignIn, Proof, SignIn, Way
from hocvu.signin.throttling import door
from hocvu.ward import forgetting, granting, merging
from hocvu.ward.access import signed_in
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Person, Ward
from hocvu.ward.tests.cast import PASSWORD, make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
STAFF_DOOR = "/dang-nhap/can-bo/"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def lan(hai_an) -> Account:
    return make_account("lan", Role.UNIT_OFFICER, ward=hai_an, unit=make_unit(hai_an, "Phòng A"), name="Nguyễn Thị Lan")


def came_in(client: Client, agent: str = CHROME, username: str = "lan") -> SignIn:
    answer = client.post(
        STAFF_DOOR, {"username": username, "password": PASSWORD}, REMOTE_ADDR="203.113.7.19", HTTP_USER_AGENT=agent
    )
    assert answer.status_code == 302
    return SignIn.objects.latest("pk")


def request_of(account: Account | AnonymousUser | None = None):
    """A bare request of a browser whose session is kept in the database."""
    request = RequestFactory().get("/toi/con/?a=1", REMOTE_ADDR="10.1.2.3")
    request.session, request.user = SessionStore(), account or AnonymousUser()
    return request


def citizen(ward: Ward, proof: Proof = Proof.PHONE, **more) -> Account:
    account = citizens.open_account(ward, **more)
    request = request_of()
    sessions.open_session(request, account, sessions.How(Way.PHONE, proof))
    return account


def test_it_writes_down_how_and_where_lan_came_in(client, lan):
    row = came_in(client)
    assert (row.way, row.proof, row.network) == (Way.PASSWORD, Proof.STAFF, "203.113.7.0/24")
    assert row.device_label == "Chrome trên Windows"
    assert row.session_key == client.session.session_key
    assert AuditEntry.objects.filter(action="signed in", actor="Nguyễn Thị Lan").count() == 1


def test_it_gives_a_new_key_to_the_session_that_was_there_before(client, lan):
    client.get("/hien-thi/?chu=to&ve=/")
    client.session.save()
    before = client.session.session_key
    came_in(client)
    assert client.session.session_key != before


def test_it_tells_lan_of_a_browser_that_she_never_used(client, lan):
    came_in(client)
    assert not Notice.objects.exists()  # the first one is no news
    came_in(client)
    assert Device.objects.count() == 1  # the same browser, known by its cookie
    came_in(Client(), agent="Mozilla/5.0 (Linux; Android 12) Chrome/120.0 Mobile Safari/537.36")
    told = Notice.objects.get(account=lan)
    assert "thiết bị mới: Chrome trên Android" in told.text


def test_it_ends_a_session_that_lay_idle_and_says_so(client, lan):
    row = came_in(client)
    session = client.session
    session["how"] = {**session["how"], "seen": (timezone.now() - timedelta(hours=3)).timestamp()}
    session.save()
    assert client.get("/toi/").headers["Location"].startswith("/dang-nhap/")
    assert "lâu không dùng" in client.get("/dang-nhap/").content.decode()
    row.refresh_from_db()
    assert row.ended_why == "lâu không dùng"


def test_it_ends_a_session_after_its_longest_time_however_busy(client, lan):
    came_in(client)
    session = client.session
    session["how"] = {**session["how"], "at": (timezone.now() - timedelta(hours=13)).timestamp()}
    session.save()
    assert client.get("/toi/").status_code == 302


def test_it_follows_a_session_in_use_without_writing_on_every_page(client, lan, django_assert_num_queries):
    row = came_in(client)
    session = client.session
    session["how"] = {**session["how"], "seen": (timezone.now() - timedelta(minutes=5)).timestamp()}
    session.save()
    client.get("/toi/")
    seen = SignIn.objects.get(pk=row.pk).seen_at
    assert seen > row.seen_at
    client.get("/toi/")
    assert SignIn.objects.get(pk=row.pk).seen_at == seen


def test_it_ends_a_session_from_elsewhere_at_its_next_request(client, lan):
    row = came_in(client)
    sessions.end(row, by=lan)
    assert client.get("/toi/").status_code == 302


def test_it_closes_the_row_of_whoever_used_this_browser_before(client, lan, hai_an):
    make_account("mai", Role.LEADER, ward=hai_an)
    first, second = came_in(client), came_in(client, username="mai")
    first.refresh_from_db()
    assert (first.ended_why, first.session_key) == ("đăng nhập lại", "")
    assert list(SignIn.objects.open()) == [second]


def test_it_ends_the_other_sessions_when_the_password_changes_and_keeps_this_one(client, lan):
    other = Client()
    came_in(other)
    mine = came_in(client)
    new = "đi từng ngõ gõ từng nhà"
    client.post("/toi/mat-khau/", {"current": PASSWORD, "new": new, "again": new})
    assert client.get("/toi/").status_code == 200
    assert other.get("/toi/").status_code == 302
    assert list(SignIn.objects.open()) == [mine]
    assert SignIn.objects.get(pk=mine.pk).session_key == client.session.session_key


def test_it_marks_sessions_that_ran_out(client, lan):
    came_in(client)
    assert sessions.sweep() == 0
    client.session.flush()
    assert sessions.sweep() == 1


def test_it_ends_what_a_signed_out_browser_had(client, lan):
    row = came_in(client)
    client.post("/dang-xuat/")
    row.refresh_from_db()
    assert (row.ended_why, row.session_key) == ("đăng xuất", "")


# ---- Citizens


def test_it_opens_a_citizens_account_once_and_without_a_password(hai_an):
    person = Person.objects.create(ward=hai_an, full_name="Bùi Thị Sen", plain_name="bui thi sen")
    account = citizens.open_account(hai_an, person=person)
    assert citizens.open_account(hai_an, person=person).pk == account.pk
    assert not account.has_usable_password()
    assert account.username.startswith("nd-")
    assert [grant.role for grant in account.current_grants] == [Role.CITIZEN]


def test_it_never_lets_a_citizen_in_by_a_password(client, hai_an):
    account = citizens.open_account(hai_an, full_name="Bùi Thị Sen")
    account.set_password(PASSWORD)
    account.save()
    answer = client.post(STAFF_DOOR, {"username": account.username, "password": PASSWORD})
    assert answer.status_code == 422


def test_it_gives_no_staff_role_to_a_citizen_and_no_citizens_role_to_staff(hai_an, lan):
    account = citizens.open_account(hai_an, full_name="Bùi Thị Sen")
    with pytest.raises(granting.Unfit):
        granting.grant(account, Role.LEADER, ward=hai_an, by=None)
    with pytest.raises(granting.Unfit):
        granting.grant(lan, Role.CITIZEN, ward=hai_an, by=None)


def test_it_shows_a_citizen_a_page_of_their_own_and_no_desk(client, hai_an):
    client.force_login(citizen(hai_an, full_name="Bùi Thị Sen"))
    assert client.get("/ban-lam-viec/").headers["Location"] == "/toi/"
    page = client.get("/toi/").content.decode()
    assert "Bùi Thị Sen" in page
    assert "số điện thoại" in page
    assert client.get("/toi/mat-khau/").status_code == 403
    assert client.get("/nguoi-dan/").status_code == 403


def test_it_keeps_citizens_out_of_the_list_of_accounts(client, hai_an):
    account = citizens.open_account(hai_an, full_name="Bùi Thị Sen")
    client.force_login(make_account("quantri", Role.ADMINISTRATOR))
    assert "Bùi Thị Sen" not in client.get("/tai-khoan/").content.decode()
    assert client.get(f"/tai-khoan/{account.pk}/").status_code == 404


def test_it_names_the_strongest_proof_that_an_account_ever_gave(hai_an, lan):
    account = citizen(hai_an, full_name="Bùi Thị Sen")
    assert citizens.established(account).words == "số điện thoại"
    SignIn.objects.create(account=account, way=Way.ASSISTED, proof=Proof.VOUCHED, vouched_by=lan, at=timezone.now())
    assert citizens.established(account).words == "có người xác nhận: Nguyễn Thị Lan"
    SignIn.objects.create(account=account, way=Way.VNEID, proof=Proof.VNEID1, at=timezone.now())
    SignIn.objects.create(account=account, way=Way.CARD, proof=Proof.CARD, at=timezone.now())
    assert citizens.established(account).words == "VNeID mức 1"


def test_it_asks_for_vneid_level_2_only_where_it_is_needed_and_looks_at_this_very_session(hai_an):
    @signed_in
    @levels.needs_level2
    def only_level2(request):
        return HttpResponse("mở")

    account = citizen(hai_an, proof=Proof.VNEID2)  # an earlier session had level 2
    request = request_of()
    sessions.open_session(request, account, sessions.How(Way.PHONE, Proof.PHONE))
    refused = only_level2(request)
    assert refused.status_code == 403
    assert "VNeID mức 2" in refused.content.decode()
    strong = request_of()
    sessions.open_session(strong, account, sessions.How(Way.VNEID, Proof.VNEID2))
    assert only_level2(strong).content.decode() == "mở"


# ---- Personal data


def test_it_forgets_the_name_the_sessions_and_the_devices_of_an_erased_person(client, hai_an):
    person = Person.objects.create(ward=hai_an, full_name="Bùi Thị Sen", plain_name="bui thi sen")
    account = citizen(hai_an, person=person)
    assert next(iter(personal.tell(person)))["Cách"] == "mã gửi tới điện thoại"
    forgetting.erase(person, reason="yêu cầu", by=None)
    account.refresh_from_db()
    assert (account.full_name, account.is_active, account.person) == ("người đã xóa", False, None)
    assert not SignIn.objects.filter(account=account).exists()
    assert not Device.objects.filter(account=account).exists()


def test_it_takes_an_account_along_when_people_are_merged_and_back_when_parted(hai_an, lan):
    kept, other = (
        Person.objects.create(ward=hai_an, full_name="Bùi Thị Sen", plain_name="bui thi sen", born_on=date(1950, 1, 2))
        for _ in range(2)
    )
    account = citizens.open_account(hai_an, person=other)
    merged = merging.merge(kept, other, by=lan)
    account.refresh_from_db()
    assert account.person == kept
    merging.undo(merged, by=lan)
    account.refresh_from_db()
    assert account.person == other


def test_it_keeps_what_established_a_citizen_when_old_history_goes(hai_an, lan):
    account = citizen(hai_an, full_name="Bùi Thị Sen")
    old = timezone.now() - timedelta(days=500)
    strong = SignIn.objects.create(account=account, way=Way.VNEID, proof=Proof.VNEID2, at=old, ended_at=old)
    SignIn.objects.create(account=account, way=Way.PHONE, proof=Proof.PHONE, at=old, ended_at=old)
    SignIn.objects.create(account=lan, way=Way.PASSWORD, proof=Proof.STAFF, at=old, ended_at=old)
    assert personal.forget_old_sign_ins(365) == 2
    assert SignIn.objects.filter(pk=strong.pk).exists()


# ---- Tries


@pytest.mark.django_db(transaction=True)
def test_it_judges_five_of_fifty_tries_made_at_once():
    one = door("trial", "lan", most=5)

    def try_once(_: int) -> bool:
        try:
            return throttling.knock(one).wait_minutes == 0
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        let_in = sum(pool.map(try_once, range(50)))
    assert let_in == 5
    assert FailedSignIn.objects.count() == 5


def test_it_gives_a_right_try_back():
    one = door("trial", "lan", most=2)
    for _ in range(10):
        throttling.knock(one).forgive()
    assert throttling.waiting(one) == 0


def test_it_tells_devices_and_networks_apart_in_few_words():
    assert sessions.label_of("curl/8") == "Trình duyệt"
    assert sessions.label_of("Mozilla/5.0 (iPhone) Version/17.0 Safari/604.1") == "Safari trên iPhone"
    assert sessions.network_of("10.1.2.3") == "10.1.2.0/24"
