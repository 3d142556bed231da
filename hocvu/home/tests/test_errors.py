"""When the house cannot answer it says so plainly, shows the way home, and speaks JSON to a script."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.urls import path

from hocvu.home import errors
from hocvu.ward.access import public

house = import_module("hocvu.config.urls")  # nobody imports config; a test may read it


@public
def break_down(request):
    raise DatabaseError("the disk is gone")


@public
def refuse(request):
    raise PermissionDenied


@public
def suspect(request):
    raise SuspiciousOperation("odd")


urlpatterns = [*house.urlpatterns, path("hong/", break_down), path("cam/", refuse), path("la/", suspect)]
handler400, handler403 = house.handler400, house.handler403
handler404, handler500 = house.handler404, house.handler500


@pytest.fixture
def visitor(db, settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/la/", 400, "Máy chủ không hiểu yêu cầu này"),
        ("/cam/", 403, "Tài khoản này không mở được trang"),
        ("/khong-co/", 404, "Không có trang này"),
        ("/hong/", 500, "Hệ thống đang gặp lỗi"),
    ],
)
def test_it_says_what_happened_and_where_to_go(visitor, address, status, title):
    answer = visitor.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert 'class="hv-button" href="/"' in page
    assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("address", ["/la/", "/cam/", "/khong-co/", "/hong/"])
def test_a_script_is_answered_in_json(visitor, address):
    answer = visitor.get(address, headers={"Accept": "application/json"})
    said = json.loads(answer.content)
    assert set(said) == {"error", "message"}
    assert said["message"].endswith(".")


def test_a_form_without_its_token_is_told_how_to_go_on(db):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/dang-nhap/can-bo/", {"username": "lan"})
    assert page.status_code == 403
    assert "Biểu mẫu đã cũ, chưa gửi được" in page.content.decode()
    script = strict.post("/dang-nhap/can-bo/", headers={"Accept": "application/json"})
    assert script.json()["error"] == "csrf"


def test_our_own_failure_is_told_without_asking_the_database():
    # No database is open to this test: a query would raise.
    request = RequestFactory().get("/", headers={"Cookie": "hien-thi=toi.to"})
    page = errors.server_error(request).content.decode()
    assert "Hệ thống đang gặp lỗi" in page
    assert 'class="theme-dark text-large"' in page


def test_our_own_failure_is_told_even_where_the_template_fails(settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert '<a href="/">Về trang chủ</a>' in answer.content.decode()
