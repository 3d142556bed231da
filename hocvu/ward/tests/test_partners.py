"""Partners of the ward: the register, what each promises, what was received, and who may write it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import partners
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Contribution, Partner, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.stopped_at(datetime(2026, 11, 18, 9, tzinfo=timezone.get_default_timezone())):
        yield


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    """The coordinator, signed in."""
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(account)
    return account


def make_partner(ward: Ward, name: str = "Công ty Sông Cấm", kind: str = "sponsor") -> Partner:
    return partners.add(ward, kind=kind, name=name, by=None)


def make_promise(partner: Partner, **fields) -> Contribution:
    told = {"kind": "goods", "what": "Máy tính bảng", "quantity": 20, "quantity_unit": "máy", "value": 60_000_000,
            "given_on": date(2026, 3, 1), "by": None, **fields}  # fmt: skip
    return partners.promise(partner, **told)


TABLETS = {"kind": "goods", "what": "Máy tính bảng", "quantity": "20", "quantity_unit": "máy", "value": "60 triệu",
           "given_on": "01/03/2026", "document": "12/TN-SC"}  # fmt: skip


def test_a_partner_is_added_promises_and_gives(client, ward, thu):
    sent = {
        "name": "Công ty Sông Cấm",
        "kind": "technology",
        "phone": "0225 000 0101",
        "email": "lienhe@songcam.example",
    }
    home = client.post("/doi-tac/them/", sent).headers["Location"]
    partner = Partner.objects.get()
    assert home == f"/doi-tac/{partner.pk}/"

    assert client.post(f"{home}dong-gop/", TABLETS).headers["Location"] == home
    page = client.get(home).content.decode()
    for words in ("20 máy", "60.000.000", "Đã hứa, chưa nhận", "12/TN-SC", "0225 000 0101"):
        assert words in page

    row = Contribution.objects.get()
    assert client.post(f"/doi-tac/dong-gop/{row.pk}/nhan/", {"received_on": "15/03/2026"}).headers["Location"] == home
    row.refresh_from_db()
    assert (row.state, row.received_on, row.value) == ("received", date(2026, 3, 15), 60_000_000)
    assert "Đã nhận 15/03/2026" in client.get(home).content.decode()
    acts = list(AuditEntry.objects.filter(target_key=f"ward.partner:{partner.pk}").order_by("sequence"))
    assert [entry.action for entry in acts] == [
        "added a partner",
        "wrote down a promised contribution",
        "received a contribution",
    ]
    assert "ghi đã nhận đóng góp" in client_of_root().get("/nhat-ky/").content.decode()


def client_of_root() -> Client:
    client = Client()
    client.force_login(make_account("quantri", Role.ADMINISTRATOR))
    return client


def test_a_withdrawn_contribution_stays_in_sight_and_out_of_the_sums(client, ward, thu):
    partner = make_partner(ward)
    kept, wrong = make_promise(partner, value=10_000_000), make_promise(partner, what="Ghi nhầm", value=1)
    partners.receive(kept, received_on=date(2026, 4, 1), by=thu)
    assert client.post(f"/doi-tac/dong-gop/{wrong.pk}/rut/", {"reason": "Ghi nhầm đơn vị"}).status_code == 302
    row = Partner.objects.with_sums().get()
    assert (row.promised, row.received) == (None, 10_000_000)
    page = client.get(f"/doi-tac/{partner.pk}/").content.decode()
    assert "Đã rút" in page
    assert "Ghi nhầm đơn vị" in page
    assert f"/doi-tac/dong-gop/{wrong.pk}/rut/" not in page


def test_it_refuses_in_a_sentence_beside_the_field(client, ward, thu):
    partner = make_partner(ward)
    home = f"/doi-tac/{partner.pk}/"

    def refused(address: str, sent: dict[str, str], words: str) -> None:
        answer = client.post(address, sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()

    refused("/doi-tac/them/", {"name": "CÔNG TY SÔNG CẤM", "kind": "other"}, "đã có trong danh sách")
    refused(f"{home}dong-gop/", {**TABLETS, "kind": "money", "value": ""}, "phải ghi số tiền")
    refused(f"{home}dong-gop/", {**TABLETS, "quantity_unit": ""}, "đơn vị tính của số lượng")
    refused(f"{home}dong-gop/", {**TABLETS, "value": "0"}, "phải lớn hơn 0")
    refused(f"{home}dong-gop/", {**TABLETS, "value": "1,125 tỷ"}, "hiểu hai cách")
    refused(f"{home}dong-gop/", {**TABLETS, "given_on": "19/11/2026"}, "chưa tới")
    row = make_promise(partner)
    refused(f"/doi-tac/dong-gop/{row.pk}/nhan/", {"received_on": "28/02/2026"}, "không thể trước ngày hứa")
    refused(f"/doi-tac/dong-gop/{row.pk}/nhan/", {"received_on": "01/01/2027"}, "chưa tới")
    refused(f"/doi-tac/dong-gop/{row.pk}/rut/", {"reason": " "}, "nhập lý do rút")
    partners.receive(row, received_on=date(2026, 3, 2), by=thu)
    refused(f"/doi-tac/dong-gop/{row.pk}/nhan/", {"received_on": "03/03/2026"}, "Đã ghi nhận khoản này")
    partners.withdraw(row, reason="Trả lại", by=thu)
    refused(f"/doi-tac/dong-gop/{row.pk}/rut/", {"reason": "lần nữa"}, "đã rút")
    refused(f"{home}thoi/", {"ended_on": "19/11/2026"}, "chưa tới")


def test_a_partner_that_ended_takes_no_more_and_may_come_back(client, ward, thu):
    partner = make_partner(ward)
    assert client.post(f"/doi-tac/{partner.pk}/thoi/", {"ended_on": "30/06/2026"}).status_code == 302
    page = client.get(f"/doi-tac/{partner.pk}/").content.decode()
    assert "Đã thôi, đến hết 30/06/2026" in page
    assert "dong-gop" not in page
    with pytest.raises(Refusal, match="thôi hợp tác"):
        make_promise(partner, given_on=date(2026, 7, 1))
    assert make_promise(partner, given_on=date(2026, 6, 30)).pk  # written down late, promised in time
    assert (
        "Đã ghi thôi hợp tác"
        in client.post(f"/doi-tac/{partner.pk}/thoi/", {"ended_on": "01/07/2026"}).content.decode()
    )
    assert make_partner(ward).pk != partner.pk


def test_a_partner_is_put_right(client, ward, thu):
    partner = make_partner(ward)
    client.post(f"/doi-tac/{partner.pk}/sua/", {"name": "Công ty Sông Cấm mới", "kind": "school", "phone": "1"})
    partner.refresh_from_db()
    assert (partner.name, partner.kind) == ("Công ty Sông Cấm mới", "school")
    entry = AuditEntry.objects.get(action="changed a partner")
    assert entry.details == {"fields": "loại, tên, điện thoại cơ quan"}
    client.post(f"/doi-tac/{partner.pk}/sua/", {"name": "Công ty Sông Cấm mới", "kind": "school", "phone": "1"})
    assert AuditEntry.objects.filter(action="changed a partner").count() == 1


def names(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/doi-tac/?dinh-dang=xlsx{query}")
    head, *rows = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values
    assert head[0] == "Đối tác"
    return [str(row[0]) for row in rows]


def test_it_filters_by_name_kind_and_state_and_exports_what_it_shows(client, ward, thu):
    make_partner(ward, "Quỹ Hoa Phượng"), make_partner(ward, "Trường Cửa Biển", "school")
    partners.end(make_partner(ward, "Ân Thi"), ended_on=date(2026, 1, 1), by=thu)
    assert names(client) == ["Ân Thi", "Quỹ Hoa Phượng", "Trường Cửa Biển"]
    assert names(client, "&tim=hoa+phuong") == ["Quỹ Hoa Phượng"]
    assert names(client, "&loai=school") == ["Trường Cửa Biển"]
    assert names(client, "&tt=thoi") == ["Ân Thi"]
    assert names(client, "&tt=dang&loai=nonsense") == ["Quỹ Hoa Phượng", "Trường Cửa Biển"]
    partner = make_partner(ward, "Một")
    make_promise(partner)
    for query in ("?tt=hua", "?tt=nhan", "?tt=rut", "?loai=goods&dinh-dang=xlsx"):
        assert client.get(f"/doi-tac/{partner.pk}/{query}").status_code == 200


READERS = (Role.LEADER, Role.UNIT_HEAD, Role.UNIT_OFFICER, Role.CLERK, Role.OVERSEER, Role.CITY_VIEWER, Role.AUDITOR)


@pytest.mark.parametrize("role", READERS)
def test_those_who_read_may_not_write(client, ward, role):
    everywhere = role in (Role.CITY_VIEWER, Role.AUDITOR)
    reader = make_account(
        "doc", role, ward=None if everywhere else ward, unit=None if everywhere else make_unit(ward, "Phòng")
    )
    client.force_login(reader)
    partner = make_partner(ward)
    row = make_promise(partner)
    page = client.get(f"/doi-tac/{partner.pk}/")
    assert page.status_code == client.get("/doi-tac/").status_code == 200
    assert "Ghi đóng góp" not in page.content.decode()
    for address in (f"{partner.pk}/sua/", f"{partner.pk}/thoi/", f"{partner.pk}/dong-gop/", f"dong-gop/{row.pk}/nhan/",
                    f"dong-gop/{row.pk}/rut/", "them/"):  # fmt: skip
        assert client.post(f"/doi-tac/{address}").status_code == 403


@pytest.mark.parametrize("role", [Role.POLICE, Role.DATA_OFFICER])
def test_others_may_not_read(client, ward, role):
    client.force_login(make_account("khac", role, ward=ward, unit=make_unit(ward, "Phòng")))
    assert client.get("/doi-tac/").status_code == 403


def test_nobody_meets_another_wards_partners(client, ward, thu):
    other = make_ward("Đông Hải", code="11411", slug="dong-hai")
    theirs = make_partner(other, "Đối tác nơi khác")
    row = make_promise(theirs)
    assert "Đối tác nơi khác" not in client.get("/doi-tac/").content.decode()
    for address in (f"{theirs.pk}/", f"{theirs.pk}/sua/", f"{theirs.pk}/thoi/", f"{theirs.pk}/dong-gop/",
                    f"dong-gop/{row.pk}/nhan/", f"dong-gop/{row.pk}/rut/"):  # fmt: skip
        assert client.get(f"/doi-tac/{address}").status_code == 404
    assert make_partner(ward, "Đối tác nơi khác").ward == ward  # the same name in two wards is two partners


@pytest.mark.parametrize("many", [3, 40])
def test_the_lists_ask_no_more_for_many_rows(client, ward, thu, many, django_assert_max_num_queries):
    for n in range(many):
        partner = make_partner(ward, f"Đối tác {n}")
        make_promise(partner)
    for n in range(many):
        make_promise(partner, what=f"Khoản {n}")
    with django_assert_max_num_queries(9):
        client.get("/doi-tac/")
    with django_assert_max_num_queries(9):
        client.get(f"/doi-tac/{partner.pk}/")
