"""Somebody is forgotten in every room; figures fall by one and say why; an old backup does not bring them back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.plan import measures, recording
from hocvu.plan.models import Denominator, ExternalImport, Plan, Target
from hocvu.plan.reporting import opening, signing
from hocvu.ward import belonging, consenting, forgetting, living, neighbourhoods, register, requests
from hocvu.ward.capabilities import Role
from hocvu.ward.models import (
    Account,
    AuditEntry,
    ErasedPerson,
    Household,
    Neighbourhood,
    Person,
    Residence,
    SubjectRequest,
    Unit,
    Ward,
)
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 18, 9))


@pytest.fixture
def ward(db: None, settings: Any, tmp_path: Path) -> Iterator[Ward]:
    settings.DATA_DIR = tmp_path
    with clock.stopped_at(NOW):
        ward = make_ward()
        neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 2), by=None)
        yield ward


@pytest.fixture
def ngoc(ward: Ward, client: Client) -> Account:
    account = make_account("ngoc", Role.DATA_OFFICER, ward=ward)
    client.force_login(account)
    return account


def settle(ward: Ward, count: int) -> list[Person]:
    home = living.found_household(
        ward, code="H01", address="", neighbourhood=Neighbourhood.objects.get(ward=ward, number=1), by=None
    )
    return [
        living.add_person(
            home, full_name=f"Người Thứ {n}", born_on=date(1990, 1, 1), only_year=False, sex="", number=f"0310900000{n:02}",
            phone="", relation="", kind="permanent", day=None, by=None,
        )
        for n in range(count)
    ]  # fmt: skip


def confirmed(ward: Ward, people: list[Person]) -> ExternalImport:
    file = ExternalImport.objects.create(
        ward=ward, measure="digital_identity", layout="people", as_of=date(2026, 11, 1), issuer="Công an", name="x",
        digest="0", sealed=b"numbers",
    )  # fmt: skip
    for person in people:
        file.confirmations.create(person=person, confirmed_on=file.as_of)
    return file


def test_the_page_says_what_goes_and_asks_twice(client, ward, ngoc):
    lan = settle(ward, 1)[0]
    page = client.get(f"/nguoi-dan/{lan.pk}/xoa/").content.decode()
    assert "nơi cư trú qua các thời gian (1)" in page and "Gõ XÓA" in page
    answer = client.post(f"/nguoi-dan/{lan.pk}/xoa/", {"reason": "Theo yêu cầu", "word": "xoa"})
    assert answer.status_code == 422 and Person.objects.exists()
    client.post(f"/nguoi-dan/{lan.pk}/xoa/", {"reason": "Theo yêu cầu", "word": "xóa"})
    assert not Person.objects.exists() and not Residence.objects.exists() and not Household.objects.exists()
    assert client.get(f"/nguoi-dan/{lan.pk}/").status_code == 404
    assert "Theo yêu cầu" in client.get("/du-lieu-ca-nhan/da-xoa/").content.decode()


def test_the_figure_falls_by_one_at_once_and_the_audit_says_why(ward, ngoc):
    people = settle(ward, 6)
    Denominator.objects.create(ward=ward, population="citizens_16", year=2026, choice="register")
    file = confirmed(ward, people)
    before = measures.count("digital_identity", ward, clock.today())
    recording.record_day(ward, date(2026, 11, 17))
    forgetting.erase(people[0], reason="Theo yêu cầu", by=ngoc)
    after = measures.count("digital_identity", ward, clock.today())
    assert before and after
    assert (before.numerator, before.denominator, after.numerator, after.denominator) == (6, 6, 5, 5)
    [drift] = recording.recount(ward, clock.today())
    assert "1 lần xóa dữ liệu một người" in drift.why
    file.refresh_from_db()
    assert file.sealed is None  # the list held the number


def test_a_report_that_was_frozen_keeps_its_figure_and_shows_the_difference(ward, ngoc):
    people = settle(ward, 6)
    Denominator.objects.create(ward=ward, population="citizens_16", year=2026, choice="register")
    confirmed(ward, people)
    plan = Plan.objects.create(ward=ward, title="Kế hoạch", published_by=ngoc)
    Target.objects.create(plan=plan, position=1, year=2026, audience="adults", audience_text="công dân", comparator="=",
                          value=100, unit="%", text="100% công dân", measure="digital_identity")  # fmt: skip
    period = opening.open_month(ward, Month(2026, 11))
    with clock.stopped_at(timezone.make_aware(datetime(2026, 11, 24, 9))):
        summary = signing.summary_of(period)
        frozen = signing.approve(summary, seen=signing.digest_of(signing.data_of(summary)), by=ngoc)
    forgetting.erase(people[0], reason="Theo yêu cầu", by=ngoc)
    assert frozen.snapshot is not None and frozen.snapshot["targets"][0]["numerator"] == 6
    [difference] = signing.differences(signing.summary_of(period))
    assert (difference.then, difference.now) == ("6/6 (100%)", "5/5 (100%)")
    assert signing.is_whole(signing.summary_of(period))


def test_what_stays_tells_of_nobody(ward, ngoc):
    people = settle(ward, 6)
    forgetting.erase(people[0], reason="Theo yêu cầu", by=ngoc)
    forgetting.erase(people[1], reason="Theo yêu cầu", by=ngoc)
    kept = list(ErasedPerson.objects.order_by("erased_at", "pk"))
    assert all(row.age_band == "từ 18 đến 59 tuổi" for row in kept)
    assert {row.neighbourhood_id is None for row in kept} == {False} or kept[-1].neighbourhood is not None
    for person in people[2:]:
        forgetting.erase(person, reason="Theo yêu cầu", by=ngoc)
    assert ErasedPerson.objects.filter(neighbourhood=None).count() == 4  # fewer than five were left
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
            assert "Người Thứ" not in str(cursor.fetchall()), table


def test_a_request_to_be_erased_is_carried_out_through_the_house(ward, ngoc):
    lan = settle(ward, 1)[0]
    row = requests.file(
        lan, kind="erase", asked_by="self", identified_by="thẻ", channel="một cửa", text="", received_at=NOW, by=ngoc
    )
    requests.carry_out(row, text="Đã xóa", by=ngoc)
    assert not Person.objects.exists()
    row = SubjectRequest.objects.get()
    assert (row.state, row.person) == ("done", None)
    assert ErasedPerson.objects.get().request == row


def test_only_who_left_long_ago_and_belongs_nowhere_is_let_go_by_time(ward, ngoc):
    left, member, recent, here = settle(ward, 4)
    firm = Unit.objects.create(ward=ward, name="Công ty May", kind=Unit.Kind.ENTERPRISE)
    belonging.join(member, unit=firm, kind="worker", day=None, by=ngoc)
    for person, day in ((left, date(2020, 1, 1)), (member, date(2020, 1, 1)), (recent, date(2026, 11, 1))):
        living.leave(person, day=day, by=ngoc)
    assert forgetting.forget_departed(date(2025, 1, 1)) == 1
    assert set(Person.objects.all()) == {member, recent, here}


def test_the_trail_names_nobody(ward, ngoc):
    lan = settle(ward, 1)[0]
    text = consenting.write_text(ward, purpose="contact", text="?", valid_from=date(2026, 1, 1), by=None)
    consenting.give(lan, text, party="self", representative="", channel="paper", witness="", by=ngoc)
    forgetting.erase(lan, reason="Theo yêu cầu", by=ngoc)
    assert not AuditEntry.objects.filter(target__contains="Người Thứ").exists()
    assert AuditEntry.objects.filter(target=f"nhân khẩu {str(lan.pk)[:8]}").exists()


def test_an_old_backup_does_not_bring_anybody_back(ward, ngoc, tmp_path, django_capture_on_commit_callbacks):
    people = settle(ward, 2)
    gone = people[0]
    kept = {f.attname: getattr(gone, f.attname) for f in Person._meta.concrete_fields}
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.erase(gone, reason="Theo yêu cầu", by=ngoc)
    assert forgetting.listed() == [gone.pk]
    shutil.copy(forgetting.list_path(), tmp_path / "copy")
    # The backup comes back: the row is there again, and nothing in the database knows that it was erased.
    ErasedPerson.objects.all().delete()
    home = Household.objects.get(pk=kept["household_id"])
    Person.objects.create(**kept)
    Residence.objects.create(person_id=gone.pk, household=home)
    assert forgetting.replay() == 1
    assert list(Person.objects.all()) == [people[1]]
    assert forgetting.replay() == 0
    assert register.having(Person.objects.all(), "031090000000").count() == 0
