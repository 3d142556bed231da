"""A reader meets a lesson: without script, without an account, with one."""

from __future__ import annotations

import pytest

from hocvu.learning.tests.cast import make_lesson
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an():
    return make_ward()


@pytest.fixture
def otp(hai_an):
    return make_lesson(hai_an)


def body(client, address: str, **headers: str) -> str:
    answer = client.get(address, **headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def test_every_form_of_a_lesson_opens(client, otp):
    root = "/hoc/bai/khong-doc-ma-otp/"
    for form in ("", "1/", "2/", "loi-ghi/", "in/", "day/", "trinh-chieu/", "phat-tay/", "?het=1"):
        assert "<h1" in body(client, f"{root}{form}"), form
