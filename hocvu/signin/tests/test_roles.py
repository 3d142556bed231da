"""Every part of the movement signs in, opens its own desk and its own pages, and no others."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from hocvu.signin import citizens
from hocvu.ward import granting, living, neighbourhoods, notices
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import PASSWORD, make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
KINDS = {Role.SCHOOL: Unit.Kind.SCHOOL, Role.ENTERPRISE: Unit.Kind.ENTERPRISE, Role.TEAM_MEMBER: Unit.Kind.TEAM}
DUMMY: dict[str, Any] = {"int": 1, "uuid": uuid.UUID(int=7), "slug": "mot", "str": "mot", "path": "mot"}


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 1), by=None)
    return ward


@pytest.fixture
def sau(ward: Ward) -> Person:
    home = living.found_household(
        ward, code="H1", address="", neighbourhood=Neighbourhood.objects.get(ward=ward), by=None
    )
    return living.add_person(home, full_name="Nguyễn Thị Sáu", born_on=date(1946, 3, 5), only_year=False, sex="female",
                             number="", phone="", relation="", kind="permanent", day=None, by=None)  # fmt: skip


def unit_for(ward: Ward, role: Role) -> Unit:
    if role == Role.TEAM_MEMBER:
        return Unit.objects.get(ward=ward, kind=Unit.Kind.TEAM)
    return make_unit(ward, f"Đơn vị của {role}", KINDS.get(role, Unit.Kind.OFFICE))


def somebody(ward: Ward, role: Role) -> Account:
    spans_all = set(CAPABILITIES[role].values()) == {"everywhere"}
    return make_account(f"nguoi-{role}".lower(), role, ward=None if spans_all else ward, unit=unit_for(ward, role))


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def asking_as_a_script(account: Account) -> Client:
    """Refused in a line of JSON: hundreds of addresses are asked."""
    client = Client(headers={"accept": "application/json"})
    client.force_login(account)
    return client


def addresses() -> Iterator[tuple[str, str]]:
    """(address with made-up arguments, capability) of every view of the house."""
    yield from _walk(get_resolver().url_patterns, "/")


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").replace("/?", "/")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            made = re.sub(r"<(?:(\w+):)?\w+>", lambda match: str(DUMMY.get(match[1] or "str", "mot")), route)
            yield made, str(getattr(pattern.callback, "capability", ""))


STAFF = [role for role in Role if role != Role.CITIZEN]
NEW = (Role.SCHOOL, Role.ENTERPRISE, Role.EDITOR, Role.OFFICER_1022, Role.AMBASSADOR, Role.TEAM_MEMBER)


@pytest.mark.parametrize("role", STAFF)
def test_each_role_signs_in_and_finds_a_desk_without_dead_ends(client, ward, role):
    account = somebody(ward, role)
    sent = client.post("/dang-nhap/can-bo/", {"username": account.username, "password": PASSWORD})
    assert sent["Location"] == "/ban-lam-viec/"
    page = client.get("/ban-lam-viec/").content.decode()
    doors = set(re.findall(r'href="(/[^"#?]*)', page.split("<main")[1].split("</main")[0]))
    assert doors - {"/toi/", "/thong-bao/"}, "a desk that leads nowhere"
    for address in doors:
        assert client.get(address).status_code == 200, address
    assert Role(role).label in client.get("/toi/").content.decode()


@pytest.mark.parametrize("role", NEW)
def test_each_new_role_is_refused_what_is_not_its_part(ward, role):
    client = asking_as_a_script(somebody(ward, role))
    for address, capability in addresses():
        if capability in ("", "public", "signed_in") or capability in CAPABILITIES[role]:
            continue
        assert client.get(address).status_code == 403, (address, capability)


def test_a_citizen_opens_no_list_of_people_and_nothing_of_the_desk(ward, sau):
    client = asking_as_a_script(citizens.open_account(ward, person=sau))
    closed = [(address, capability) for address, capability in addresses()
              if capability not in ("", "public", "signed_in")]  # fmt: skip
    assert len(closed) > 100
    for address, capability in closed:
        assert client.get(address).status_code == 403, (address, capability)
        assert client.post(address).status_code == 403, (address, capability)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OFFICER_1022, Role.AMBASSADOR, Role.SCHOOL, Role.ENTERPRISE])
def test_the_roles_beside_the_offices_open_no_register(ward, role, sau):
    client = signed_in(somebody(ward, role))
    for address in ("/nguoi-dan/", f"/nguoi-dan/{sau.pk}/", "/ho/", "/du-lieu-ca-nhan/", "/nhat-ky/", "/tai-khoan/"):
        assert client.get(address).status_code == 403, address


def test_editor_and_1022_are_told_what_they_can_do_today(ward):
    for role, words in ((Role.EDITOR, "đăng tin chưa có"), (Role.OFFICER_1022, "Sổ phản ánh 1022 chưa có")):
        assert words in signed_in(somebody(ward, role)).get("/ban-lam-viec/").content.decode()


def test_an_editor_reads_the_plan_and_cannot_write_in_it(ward):
    client = signed_in(somebody(ward, Role.EDITOR))
    for address in ("/ke-hoach/", "/chi-tieu/", "/nhiem-vu/", "/doi-tac/"):
        assert client.get(address).status_code == 200, address
    for address in ("/doi-tac/them/", "/ke-hoach/doc/", "/bao-cao/", "/bang-chung/"):
        assert client.get(address).status_code == 403, address


def test_school_and_enterprise_roles_ask_for_a_unit_of_their_kind(client, ward):
    root = make_account("quantri", Role.ADMINISTRATOR)
    lan = make_account("lan", name="Nguyễn Thị Lan")
    office, school = make_unit(ward, "Văn phòng"), make_unit(ward, "Trường Mầm non", Unit.Kind.SCHOOL)
    firm = make_unit(ward, "Hợp tác xã Rau", Unit.Kind.ENTERPRISE)
    client.force_login(root)
    for role, wrong, sentence in (
        ("school", office, "chỉ gắn với một trường học"),
        ("school", firm, "chỉ gắn với một trường học"),
        ("enterprise", school, "chỉ gắn với một doanh nghiệp hoặc hợp tác xã"),
    ):
        answer = client.post(
            f"/tai-khoan/{lan.pk}/vai-tro/", {"role": role, "unit": wrong.pk, "valid_from": "01/09/2025"}
        )
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    sent = {"role": "school", "unit": school.pk, "valid_from": "01/09/2025"}
    assert client.post(f"/tai-khoan/{lan.pk}/vai-tro/", sent).status_code == 302
    assert "nhà trường" in client.get(f"/tai-khoan/{lan.pk}/").content.decode()


def test_a_staff_role_never_hangs_on_a_citizens_account(ward, sau):
    account = citizens.open_account(ward, person=sau)
    with pytest.raises(granting.Unfit):
        granting.grant(account, Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng"), by=None)


def test_a_school_is_reminded_like_a_unit_head(ward):
    head = somebody(ward, Role.SCHOOL)
    unit = head.grants.get().unit
    assert notices.speakers_of(unit) == [head]
    assert notices.speakers_of(unit, *notices.HEAD_ROLES) == [head]
