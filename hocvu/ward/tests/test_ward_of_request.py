"""Whose pages a visitor sees: the ward of the host name, else the first; always one question to the database."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from hocvu.ward.access import ward_of_request
from hocvu.ward.models import Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db


def ward_at(host: str) -> Ward | None:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpResponse

    request = RequestFactory().get("/", headers={"host": host})
    request.user = AnonymousUser()
    ward_of_request(lambda _request: HttpResponse())(request)
    found: Ward | None = request.ward  # type: ignore[attr-defined]
    return found


def test_the_host_name_tells_the_ward_and_the_first_serves_every_other(django_assert_num_queries):
    first = make_ward()
    second = make_ward("Đồ Sơn", code="11500", slug="do-son")
    Ward.objects.filter(pk=second.pk).update(host="doson.example")
    with django_assert_num_queries(1):
        assert ward_at("doson.example") == second
    assert ward_at("doson.example:8000") == second
    assert ward_at("khac.example") == first
    assert ward_at("khac.example").city == "thành phố Hải Phòng"  # type: ignore[union-attr]


def test_an_empty_installation_has_none():
    assert ward_at("khac.example") is None
