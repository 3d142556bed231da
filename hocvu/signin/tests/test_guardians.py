"""Guardians: asked for by VNeID level 2, confirmed with a paper, seeing that a child comes, over at 18."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin import childhood, citizens, guardians, sessions
from hocvu.signin.models import Guardianship, Proof, SignIn, Way
from hocvu.signin.sessions import HOW
from hocvu.ward import consenting, forgetting, register
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Person, Ward
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
NUMBER, MOTHERS = "031217001234", "031185004321"
MINE = "/toi/nguoi-phu-thuoc/"


@pytest.fixture
def ward() -> Ward:
    return make_ward()


def settle(ward: Ward, name: str, born_on: date, number: str) -> Person:
    person = Person(ward=ward, full_name=name, plain_name=name.lower(), born_on=born_on)
    register.seal_number(person, number)
    person.save()
    return person


@pytest.fixture
def an(ward: Ward) -> Person:
    """An, nine years old."""
    return settle(ward, "Lê Văn An", date(clock.today().year - 9, 5, 3), NUMBER)


@pytest.fixture
def mai(ward: Ward) -> Account:
    """Mai, An's mother, whom the register does not know yet."""
    return citizens.open_account(ward, full_name="Nguyễn Thị Mai")


@pytest.fixture
def words(ward: Ward) -> Any:
    return consenting.write_text(
        ward, purpose=childhood.PURPOSE, text="Trang này giữ kết quả học của con.", valid_from=date(2025, 1, 1), by=None
    )


@pytest.fixture
def dung(ward: Ward) -> Account:
    """Dũng of the police."""
    return make_account("dung", Role.POLICE, ward=ward, name="Phạm Văn Dũng")


def come_in(client: Client, account: Account, proof: Proof = Proof.VNEID2, way: Way = Way.VNEID) -> None:
    """A session as a door of the house opens it."""
    client.force_login(account)
    request = HttpRequest()
    request.session = client.session
    request.META["REMOTE_ADDR"] = "10.0.0.1"
    sessions.open_session(request, account, sessions.How(way, proof))
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key or ""
    assert client.session[HOW]["proof"] == proof


def asking(an: Person, **other: Any) -> dict[str, Any]:
    assert an.born_on
    return {
        "child_name": an.full_name, "number": NUMBER, "born_on": f"{an.born_on:%d/%m/%Y}", "relation": "mother", **other
    }  # fmt: skip


def asked(ward: Ward, mai: Account, an: Person, agreed_to: Any = None) -> Guardianship:
    assert an.born_on
    return guardians.ask(
        ward, child_name=an.full_name, number=NUMBER, born_on=an.born_on, relation="mother", agreed_to=agreed_to, by=mai
    )


# ---- Asking


def test_asking_needs_vneid_level_2_the_list_does_not(client, mai, an):
    come_in(client, mai, Proof.VNEID1)
    assert client.get(MINE).status_code == 200
    answer = client.post(f"{MINE}them/", asking(an))
    assert answer.status_code == 403 and "VNeID mức 2" in answer.content.decode()
    assert not Guardianship.objects.exists()
    come_in(client, mai)
    assert client.post(f"{MINE}them/", asking(an)).status_code == 302
    assert Guardianship.objects.get().child == an


def test_the_answer_is_the_same_for_a_child_that_nobody_knows(client, mai, an):
    come_in(client, mai)
    said = []
    for other in ({}, {"number": "031217999999"}, {"born_on": "04/05/2017"}):
        page = client.post(f"{MINE}them/", asking(an, **other), follow=True).content.decode()
        said.append("Đã gửi, cán bộ sẽ xem" in page and "Chờ cán bộ xem" in page)
        Guardianship.objects.filter(state="asked").update(asked_name="x")
    assert said == [True, True, True]
    assert [row.child for row in Guardianship.objects.order_by("asked_at")] == [an, None, None]


def test_the_number_is_sealed_and_in_no_trail(client, mai, an, dung):
    come_in(client, mai)
    client.post(f"{MINE}them/", asking(an))
    row = Guardianship.objects.get()
    assert NUMBER.encode() not in bytes(row.number_sealed) and guardians.asked_number(row) == NUMBER
    client.force_login(dung)
    page = client.get(f"/giam-ho/{row.pk}/").content.decode()
    assert NUMBER not in page and "•••234" in page
    guardians.confirm(row, paper="giấy khai sinh", by=dung)
    row.refresh_from_db()
    assert row.number_sealed is None
    assert NUMBER not in str(list(AuditEntry.objects.values_list("target", "details", "action")))


def test_a_wrong_number_is_refused_in_a_sentence_with_what_was_typed(client, mai, an):
    come_in(client, mai)
    answer = client.post(f"{MINE}them/", asking(an, number="12345"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "12 chữ số. Hãy xem lại" in page and 'value="12345"' in page


def test_nobody_asks_for_one_child_after_the_other(client, mai, an):
    come_in(client, mai)
    for n in range(5):
        assert client.post(f"{MINE}them/", asking(an, number=f"03121700100{n}")).status_code == 302
    answer = client.post(f"{MINE}them/", asking(an))
    assert answer.status_code == 422 and "ngày mai" in answer.content.decode()
    assert Guardianship.objects.count() == 5


# ---- Deciding


def test_an_officer_confirms_with_the_paper_and_the_guardian_is_told(client, ward, mai, an, dung):
    row = asked(ward, mai, an)
    client.force_login(dung)
    assert "Nguyễn Thị Mai" in client.get("/giam-ho/?tt=cho").content.decode()
    assert client.post(f"/giam-ho/{row.pk}/xac-nhan/", {}).status_code == 422
    client.post(f"/giam-ho/{row.pk}/xac-nhan/", {"paper": "giấy khai sinh bản chính"})
    row.refresh_from_db()
    assert (row.state, row.paper, row.decided_by) == ("confirmed", "giấy khai sinh bản chính", dung)
    assert row.valid_from == clock.today()
    assert an.born_on and row.valid_to == an.born_on.replace(year=an.born_on.year + 18) - timedelta(days=1)
    assert "Lê Văn An" in Notice.objects.get(account=mai).text
    again = client.post(f"/giam-ho/{row.pk}/xac-nhan/", {"paper": "x"})
    assert again.status_code == 422 and "đã được xét" in again.content.decode()


def test_an_officer_refuses_with_a_reason_that_the_guardian_reads(client, ward, mai, an, dung):
    row = asked(ward, mai, an)
    client.force_login(dung)
    client.post(f"/giam-ho/{row.pk}/khong-xac-nhan/", {"reason": "Giấy khai sinh ghi mẹ là người khác"})
    row.refresh_from_db()
    assert row.state == "refused" and row.number_sealed is None and row.child is None
    come_in(client, mai)
    assert "ghi mẹ là người khác" in client.get(MINE).content.decode()
    assert client.get(f"{MINE}{row.pk}/").status_code == 404


def test_a_child_that_came_into_the_register_later_is_found_when_confirming(ward, mai, dung):
    born = date(clock.today().year - 9, 5, 3)
    row = guardians.ask(
        ward, child_name="Lê Văn An", number=NUMBER, born_on=born, relation="mother", agreed_to=None, by=mai
    )
    with pytest.raises(Refusal, match="chưa có trẻ"):
        guardians.confirm(row, paper="giấy khai sinh", by=dung)
    child = settle(ward, "Lê Văn An", born, NUMBER)
    assert guardians.confirm(row, paper="giấy khai sinh", by=dung).child == child


def test_only_those_who_decide_see_the_list_and_only_of_their_ward(client, ward, mai, an, dung):
    row = asked(ward, mai, an)
    for role in (Role.CLERK, Role.AUDITOR):
        client.force_login(make_account(f"a-{role}", role, ward=ward if role == Role.CLERK else None))
        assert client.get("/giam-ho/").status_code == 403
    elsewhere = make_ward("Đông Hải", code="11411", slug="dong-hai")
    client.force_login(make_account("xa", Role.POLICE, ward=elsewhere))
    assert client.get(f"/giam-ho/{row.pk}/").status_code == 404
    assert client.post(f"/giam-ho/{row.pk}/xac-nhan/", {"paper": "x"}).status_code == 404
    client.force_login(dung)
    assert client.get("/giam-ho/?dinh-dang=xlsx").status_code == 200


def test_an_officer_records_one_at_the_counter(client, ward, an, dung, words):
    mother = settle(ward, "Nguyễn Thị Mai", date(1985, 2, 1), MOTHERS)
    client.force_login(dung)
    assert f"/giam-ho/ghi/{an.pk}/" in client.get(f"/nguoi-dan/{an.pk}/").content.decode()
    assert f"/giam-ho/ghi/{mother.pk}/" not in client.get(f"/nguoi-dan/{mother.pk}/").content.decode()
    sent = {"guardian_number": "031185000000", "relation": "mother", "paper": "giấy khai sinh", "agreed_on_paper": "on"}
    assert client.post(f"/giam-ho/ghi/{an.pk}/", sent).status_code == 422
    assert client.post(f"/giam-ho/ghi/{an.pk}/", {**sent, "guardian_number": MOTHERS}).status_code == 302
    row = Guardianship.objects.get()
    assert row.account.person == mother and row.state == "confirmed"
    entry = an.consents.get()
    assert (entry.party, entry.channel, entry.representative) == ("representative", "paper", "Nguyễn Thị Mai")


def test_a_child_is_nobodys_guardian_and_a_grown_up_has_none(ward, an, dung):
    sibling = settle(ward, "Lê Thị Bé", date(clock.today().year - 12, 1, 1), "031314005678")
    with pytest.raises(Refusal, match="đủ 18"):
        guardians.record(
            an, guardian_number="031314005678", relation="other", paper="x", agreed_on_paper=False, by=dung
        )
    mother = settle(ward, "Nguyễn Thị Mai", date(1985, 2, 1), MOTHERS)
    sibling.born_on = date(clock.today().year - 30, 1, 1)
    sibling.save()
    with pytest.raises(Refusal, match="đã đủ 18"):
        guardians.record(sibling, guardian_number=MOTHERS, relation="mother", paper="x", agreed_on_paper=False, by=dung)
    assert citizens.account_of(mother) is None  # an act that was refused leaves no account behind


# ---- Consent


def test_a_yes_given_while_asking_counts_once_confirmed(client, ward, mai, an, dung, words):
    come_in(client, mai)
    page = client.get(f"{MINE}them/").content.decode()
    assert "giữ kết quả học của con" in page and "checked" not in page
    client.post(f"{MINE}them/", asking(an, agrees="on"))
    assert childhood.missing(an) == {"representative", "self"}
    guardians.confirm(Guardianship.objects.get(), paper="giấy khai sinh", by=dung)
    assert childhood.missing(an) == {"self"}
    entry = an.consents.get()
    assert (entry.party, entry.channel, entry.recorded_by) == ("representative", "online", mai)


def test_a_yes_to_older_words_is_not_stretched_to_new_ones(ward, mai, an, dung, words):
    row = asked(ward, mai, an, words)
    consenting.write_text(ward, purpose=childhood.PURPOSE, text="Lời mới.", valid_from=clock.today(), by=None)
    guardians.confirm(row, paper="giấy khai sinh", by=dung)
    assert not an.consents.exists()


@pytest.fixture
def held(ward: Ward, mai: Account, an: Person, dung: Account, words: Any) -> Guardianship:
    return guardians.confirm(asked(ward, mai, an), paper="giấy khai sinh", by=dung)


def test_the_guardian_agrees_and_withdraws_and_the_childs_session_ends(client, mai, an, held):
    come_in(client, mai, Proof.VNEID1)
    assert client.post(f"{MINE}{held.pk}/dong-y/", {"agrees": "on"}).status_code == 403
    come_in(client, mai)
    assert client.post(f"{MINE}{held.pk}/dong-y/", {}).status_code == 422
    client.post(f"{MINE}{held.pk}/dong-y/", {"agrees": "on"})
    client.post(f"{MINE}{held.pk}/dong-y/", {"agrees": "on"})
    assert an.consents.count() == 1 and childhood.missing(an) == {"self"}
    account = citizens.open_account(an.ward, person=an)
    childhood.child_agrees(account)
    child = Client()
    come_in(child, account, Proof.CARD, Way.CARD)
    assert child.get("/toi/").status_code == 200
    come_in(client, mai, Proof.PHONE, Way.PHONE)  # as easy as can be
    client.post(f"{MINE}{held.pk}/rut/")
    assert childhood.missing(an) == {"self", "representative"}
    assert childhood.why_no_card(an) == childhood.NO_GUARDIAN
    assert child.get("/toi/").status_code == 302


def test_from_sixteen_nobody_else_must_agree(an):
    an.born_on = date(clock.today().year - 17, 1, 1)
    assert childhood.missing(an) == set() and childhood.why_no_card(an) == ""


# ---- What a guardian sees, and until when


def test_the_guardian_sees_that_the_child_comes(client, mai, an, held):
    account = citizens.open_account(an.ward, person=an)
    for days in (1, 2, 40):
        SignIn.objects.create(account=account, way="card", proof="card", at=timezone.now() - timedelta(days=days))
    come_in(client, mai)
    page = client.get(f"{MINE}{held.pk}/").content.decode()
    assert "2 lần" in page and "Thẻ học viên," in page and "không cho xem câu trả lời" in page


def test_nobody_else_sees_the_child(client, ward, held):
    stranger = citizens.open_account(ward, full_name="Người lạ")
    come_in(client, stranger)
    for tail in ("", "dong-y/", "rut/", "thoi/"):
        assert client.get(f"{MINE}{held.pk}/{tail}").status_code == 404
    client.force_login(make_account("canbo", Role.CLERK, ward=ward))
    assert client.get(MINE).status_code == 403


def test_it_ends_on_the_18th_birthday_by_itself(client, mai, an, held):
    assert an.born_on
    birthday = an.born_on.replace(year=an.born_on.year + 18)
    with clock.stopped_at(timezone.make_aware(datetime(birthday.year, birthday.month, birthday.day - 1, 9))):
        assert guardians.is_guardian_of(mai, an)
    with clock.stopped_at(timezone.make_aware(datetime(birthday.year, birthday.month, birthday.day, 9))):
        assert not guardians.is_guardian_of(mai, an)
        come_in(client, mai)
        assert client.get(f"{MINE}{held.pk}/").status_code == 404
        assert "đủ 18 tuổi" in client.get(MINE).content.decode()


def test_it_ends_by_an_act_of_the_officer_or_of_the_guardian(client, ward, mai, an, dung, held):
    client.force_login(dung)
    assert client.post(f"/giam-ho/{held.pk}/thoi/", {}).status_code == 422
    client.post(f"/giam-ho/{held.pk}/thoi/", {"reason": "Tòa án giao cho ông bà"})
    assert not guardians.is_guardian_of(mai, an)
    again = guardians.confirm(asked(ward, mai, an), paper="giấy khai sinh", by=dung)
    assert guardians.is_guardian_of(mai, an)
    come_in(client, mai)
    client.post(f"{MINE}{again.pk}/thoi/")
    assert not guardians.is_guardian_of(mai, an)


# ---- Export, erasure, merging


def test_it_is_told_and_goes_with_guardian_and_child(an, mai, held):
    assert [row["Người giám hộ"] for row in guardians.tell(an)] == ["Nguyễn Thị Mai"]
    forgetting.erase(an, reason="Theo yêu cầu", by=None)
    assert not Guardianship.objects.exists()


def test_it_follows_a_child_whose_rows_were_merged(ward, an, mai, held, dung):
    twin = settle(ward, "Lê Văn An", an.born_on or date(2017, 5, 3), "031217000000")
    keys = guardians.move(twin, an)
    assert guardians.is_guardian_of(mai, twin)
    guardians.back(twin, an, keys)
    assert guardians.is_guardian_of(mai, an)


def test_the_rotation_of_keys_reaches_the_sealed_number(ward, mai, an):
    row = asked(ward, mai, an)
    assert any(model is Guardianship for model, *_ in register._SEALED)
    assert guardians.asked_number(row) == NUMBER
