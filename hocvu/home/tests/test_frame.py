"""The frame round every page: whose place it is, where one may go, how to ask for help."""

from __future__ import annotations

import re
from datetime import date

import pytest

from hocvu.home import frame
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Grant, Ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an() -> Ward:
    return Ward.objects.create(code="11407", slug="hai-an", name="Hải An", city="thành phố Hải Phòng")


def sign_in(client, ward: Ward, role: Role = Role.COORDINATOR) -> Account:
    lan = Account.objects.create_account("lan", "Phạm Thị Lan", "mat khau cua lan")
    Grant.objects.create(account=lan, role=role, ward=ward, valid_from=date(2020, 1, 1), granted_by="thử")
    client.force_login(lan)
    return lan


def page_at(client, address: str = "/") -> str:
    return str(client.get(address).content.decode())


def links(page: str, landmark: str) -> list[str]:
    part = re.search(rf"<{landmark}\b.*?</{landmark}>", page, re.DOTALL)
    return re.findall(r'href="(/[^"?]*)', part[0]) if part else []


def test_it_names_the_place_in_its_own_words(client, hai_an):
    page = page_at(client)
    assert "Phường Hải An" in page
    assert "Ủy ban nhân dân phường Hải An, thành phố Hải Phòng" in page


def test_a_commune_is_never_called_a_ward(client, hai_an):
    Ward.objects.update(kind=Ward.Kind.XA, neighbourhood_kind=Ward.NeighbourhoodKind.THON)
    for address in ("/", "/hien-thi/", "/dang-nhap/", "/khong-co/"):
        page = page_at(client, address).lower()
        assert "xã hải an" in page
        assert "phường" not in page
        assert "tổ dân phố" not in page


def test_only_demo_wards_say_that_their_data_is_made_up(client, hai_an):
    assert "Dữ liệu minh họa" not in page_at(client)
    Ward.objects.update(is_demo=True)
    assert "Dữ liệu minh họa" in page_at(client)


def test_the_pages_stand_without_any_ward(client):
    assert client.get("/").status_code == 200


def test_help_stands_on_every_page_in_the_same_place(client, hai_an):
    for address in ("/", "/hien-thi/", "/dang-nhap/", "/khong-co/"):
        header = re.search(r"<header.*?</header>", page_at(client, address), re.DOTALL)
        assert header
        assert 'href="tel:1022"' in header[0]


def test_a_visitor_sees_no_link_that_they_may_not_open(client, hai_an):
    page = page_at(client)
    for address in {*links(page, "nav"), *links(page, "footer")}:
        assert client.get(address).status_code == 200, address
    assert "/dang-nhap/" in links(page, "nav")
    assert "/nhiem-vu/" not in links(page, "nav")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_an_officer_sees_no_link_that_they_may_not_open(client, hai_an, role):
    sign_in(client, hai_an, role)
    page = page_at(client)
    for address in {*links(page, "nav"), *links(page, "header"), *links(page, "footer")}:
        assert client.get(address).status_code == 200, address
    assert "Phạm Thị Lan" in page
    assert "/dang-nhap/" not in links(page, "nav")


def test_the_bottom_bar_of_a_phone_holds_five_at_most(client, hai_an):
    assert len(frame.OFFICER) <= 5
    assert len(frame.CITIZEN) <= 5


def test_the_page_one_is_on_is_marked(client, hai_an):
    nav = re.search(r"<nav.*?</nav>", page_at(client, "/dang-nhap/"), re.DOTALL)
    assert nav
    assert 'href="/dang-nhap/" aria-current="page"' in nav[0]
    assert nav[0].count("aria-current") == 1


def test_a_page_that_failed_says_so_first(client, hai_an):
    answer = client.post("/dang-nhap/can-bo/", {"username": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Lỗi: Cán bộ, đơn vị đăng nhập" in page
    assert "Có lỗi: 2 chỗ cần sửa" in page
    assert page.index("hv-error-summary") < page.index("<form")


def test_nothing_inline_and_nothing_foreign_is_on_a_page(client, hai_an):
    sign_in(client, hai_an)
    for address in ("/", "/hien-thi/", "/toi/"):
        page = page_at(client, address)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)


def test_officers_pages_alone_load_htmx(client, hai_an):
    assert "htmx" not in page_at(client)
    sign_in(client, hai_an)
    assert "htmx" not in page_at(client)
    assert "htmx" in page_at(client, "/toi/")


def test_a_team_member_goes_to_the_doors_from_the_bottom_bar(client, hai_an):
    """Five at most share the bar; whoever also reads tasks keeps those."""
    lan = sign_in(client, hai_an, Role.TEAM_MEMBER)
    places = [place.href for place in frame._places_of(lan, hai_an)]
    assert len(places) <= 5
    if frame.is_open("/tham-ho/", lan, hai_an):
        assert "/tham-ho/" in places and "/nhiem-vu/" not in places
        assert "/tham-ho/" in links(page_at(client, "/ban-lam-viec/"), "nav")
    coordinator = Account.objects.create_account("hoa", "Đỗ Thị Hoa", "mat khau cua hoa")
    Grant.objects.create(
        account=coordinator, role=Role.COORDINATOR, ward=hai_an, valid_from=date(2020, 1, 1), granted_by="thử"
    )
    assert "/nhiem-vu/" in [place.href for place in frame._places_of(coordinator, hai_an)]


def test_the_front_page_names_the_next_classes_with_one_question(client, hai_an, django_assert_num_queries):
    from datetime import timedelta

    from hocvu.lib import clock
    from hocvu.outreach import classes
    from hocvu.outreach.models import Gathering, Session
    from hocvu.ward.tests.cast import make_unit

    assert "Lớp học sắp mở" not in page_at(client)
    host = make_unit(hai_an, "Trung tâm sự nghiệp công")
    maker = Account.objects.create_account("may", "Hoàng Thị Mây", "mat khau cua may")
    now = clock.now()
    for number, state in enumerate(("open", "open", "open", "open", "cancelled")):
        row = Gathering.objects.create(
            ward=hai_an, title=f"Lớp số {number}", host=host, place="Nhà văn hóa", state=state, made_by=maker,
            opened_at=now,
        )  # fmt: skip
        begins = now + timedelta(days=10 - number)
        Session.objects.create(gathering=row, starts_at=begins, ends_at=begins + timedelta(hours=2))
    page = page_at(client)
    assert "Lớp số 3" in page and "Lớp số 1" in page
    assert "Lớp số 0" not in page and "Lớp số 4" not in page
    with django_assert_num_queries(1):
        assert [str(one.gathering) for one in classes.coming(hai_an, 3)] == ["Lớp số 3", "Lớp số 2", "Lớp số 1"]
