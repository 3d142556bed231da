"""Questions that are put into SQL once answer as the plain ones do, on both databases."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, models, transaction

from hocvu.lib import clock
from hocvu.lib.prepared import Prepared, insert, update
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Grant, Receipt, Unit, Ward

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)


@pytest.fixture
def hai_an() -> Ward:
    return Ward.objects.create(code="11407", slug="hai-an", name="Hải An", city="Hải Phòng")


@pytest.fixture
def lan() -> Account:
    return Account.objects.create_account("lan", "Nguyễn Thị Lan", "một câu đủ dài để nhớ")


def test_grants_of_today_are_those_of_the_plain_question(hai_an: Ward, lan: Account) -> None:
    ended = Unit.objects.create(ward=hai_an, name="Phòng cũ", kind=Unit.Kind.OFFICE, valid_to=TODAY - timedelta(days=1))
    living = Unit.objects.create(ward=hai_an, name="Phòng mới", kind=Unit.Kind.OFFICE)
    near = (None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
    for unit, begins, ends in itertools.product((None, ended, living), near[1:], near):
        Grant.objects.create(
            account=lan, role=Role.EDITOR, ward=hai_an, unit=unit, valid_from=begins, valid_to=ends, granted_by="thử"
        )
    with clock.stopped_at(clock.read_moment("2026-11-26T09:00")):
        found = Account.objects.get(pk=lan.pk).current_grants
    plainly = Grant.objects.on(TODAY).filter(account=lan).exclude(unit__valid_to__lt=TODAY)
    assert [grant.pk for grant in found] == [grant.pk for grant in plainly.order_by("account_id", "role", "id")]
    assert len(found) == 2 * 3 * 2, "two of three units, begun or beginning today, not over"
    assert {grant.ward for grant in found} == {hai_an}


def test_related_rows_come_along_without_another_question(
    hai_an: Ward, lan: Account, django_assert_num_queries
) -> None:
    unit = Unit.objects.create(ward=hai_an, name="Phòng", kind=Unit.Kind.OFFICE)
    Grant.objects.create(account=lan, role=Role.EDITOR, ward=hai_an, unit=unit, valid_from=TODAY, granted_by="thử")
    with django_assert_num_queries(1):
        [grant] = lan.current_grants if clock.today() >= TODAY else []
        assert (grant.ward.name, grant.unit.name, grant.neighbourhood) == ("Hải An", "Phòng", None)


def test_a_value_is_never_part_of_the_statement(hai_an: Ward) -> None:
    named = Prepared(lambda name: Ward.objects.filter(name=name), name=models.CharField())
    assert named.first(name="Hải An") == hai_an
    assert named.first(name="' OR 1=1 --") is None
    assert named.all(name="Hải An") == [hai_an]


def test_a_row_is_written_once_under_its_key(hai_an: Ward, lan: Account) -> None:
    row = Receipt(pk=uuid.uuid4(), ward=hai_an, account=lan, path="/hoc/", digest="a" * 64, result="accepted")
    insert(row)
    kept = Receipt.objects.get()
    assert (kept.pk, kept.ward, kept.account, kept.path, kept.received_at) == (
        row.pk, hai_an, lan, "/hoc/", row.received_at,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Receipt(pk=row.pk, ward=hai_an, account=lan, path="/khac/", digest="b" * 64, result="accepted"))
    assert Receipt.objects.get().path == "/hoc/"


def test_only_the_named_fields_of_a_row_that_is_there_change(hai_an: Ward) -> None:
    hai_an.name, hai_an.city = "Hải An mới", "nơi khác"
    update(hai_an, ("name",))
    assert Ward.objects.values_list("name", "city").get() == ("Hải An mới", "Hải Phòng")
    Ward.objects.all().delete()
    with pytest.raises(Ward.DoesNotExist):
        update(hai_an, ("name",))
