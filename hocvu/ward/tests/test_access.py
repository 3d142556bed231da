"""Who meets which rows: the same answer for the list, the page and the export."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from hocvu.lib import clock
from hocvu.ward import granting
from hocvu.ward.access import DeniedByDefault, can, may, needs, scoped
from hocvu.ward.capabilities import CAPABILITIES, KNOWN, Role
from hocvu.ward.models import Account, Unit
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db


def test_it_shows_a_unit_officer_only_the_own_unit_and_what_is_below():
    ward = make_ward()
    office, other = make_unit(ward, "Phòng Văn hóa - Xã hội"), make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    below = make_unit(ward, "Trung tâm sự nghiệp công", Unit.Kind.SERVICE_CENTRE, parent=office)
    lan = make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office)

    assert set(scoped(Unit.objects.all(), lan, "tasks.read")) == {office, below}
    assert can(lan, "tasks.read", below)
    assert not can(lan, "tasks.read", other)


def test_it_keeps_a_coordinator_inside_the_own_ward():
    here, there = make_ward(), make_ward("Đông Hải", code="11411", slug="dong-hai")
    mine, theirs = make_unit(here, "Phòng Văn hóa - Xã hội"), make_unit(there, "Phòng Văn hóa - Xã hội")
    thu = make_account("thu", Role.COORDINATOR, ward=here, unit=mine)

    assert list(scoped(Unit.objects.all(), thu, "units.read")) == [mine]
    assert not list(scoped(Unit.objects.all(), thu, "units.read", there))
    assert not can(thu, "units.read", theirs)
    assert not may(thu, "units.manage", there)


def test_it_lets_a_grant_without_a_ward_reach_all_of_them():
    here, there = make_ward(), make_ward("Đông Hải", code="11411", slug="dong-hai")
    make_unit(here, "Một"), make_unit(there, "Hai")
    city = make_account("thanhpho", Role.CITY_VIEWER)

    assert scoped(Unit.objects.all(), city, "units.read").count() == 2
    assert scoped(Unit.objects.all(), city, "units.read", there).count() == 1
    assert may(city, "plan.read", there)


def test_it_holds_a_city_role_given_for_one_ward_to_that_ward():
    here, there = make_ward(), make_ward("Đông Hải", code="11411", slug="dong-hai")
    make_unit(here, "Một"), make_unit(there, "Hai")
    viewer = make_account("xem", Role.CITY_VIEWER, ward=here)

    assert [unit.name for unit in scoped(Unit.objects.all(), viewer, "units.read")] == ["Một"]


def test_it_forgets_a_grant_the_day_after_it_ends():
    ward = make_ward()
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    lan = make_account("lan")
    granting.grant(
        lan,
        Role.UNIT_OFFICER,
        ward=ward,
        unit=office,
        by=None,
        valid_from=clock.today() - timedelta(days=9),
        valid_to=clock.today(),
    )
    assert can(lan, "tasks.read", office)

    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert not can(Account.objects.get(pk=lan.pk), "tasks.read", office)


def test_it_gives_nothing_to_an_account_that_was_switched_off():
    ward = make_ward()
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    lan = make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office)
    lan.is_active = False

    assert not can(lan, "tasks.read", office)


def test_it_refuses_a_view_that_declares_nothing():
    def open_to_all(request: HttpRequest) -> HttpResponse:
        return HttpResponse("?")

    with pytest.raises(PermissionDenied):
        DeniedByDefault(open_to_all).process_view(HttpRequest(), open_to_all, (), {})


def test_it_refuses_a_capability_that_no_role_has():
    with pytest.raises(ValueError, match="no role"):
        needs("tasks.raed")


def test_it_lets_nobody_grant_a_role_to_oneself():
    ward = make_ward()
    root = make_account("quantri", Role.ADMINISTRATOR)
    with pytest.raises(granting.Unfit, match="chính mình"):
        granting.grant(root, Role.LEADER, ward=ward, by=root)


def test_it_asks_for_a_unit_where_the_role_needs_one():
    ward = make_ward()
    with pytest.raises(granting.Unfit, match="chọn đơn vị"):
        granting.grant(make_account("lan"), Role.UNIT_OFFICER, ward=ward, by=None)


def test_it_never_lets_one_role_both_report_on_every_task_and_verify():
    reporting = {role for role in Role if CAPABILITIES[role].get("tasks.report") == "ward"}
    verifying = {role for role in Role if "tasks.verify" in CAPABILITIES[role]}
    assert not reporting & verifying
    assert {"plan.publish", "tasks.verify", "audit.read"} <= KNOWN
    assert date(2025, 1, 1) < clock.today()
