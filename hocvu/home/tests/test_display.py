"""A reader chooses ground and size once, by plain links, and stays where they were."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_a_choice_is_kept_for_a_year_and_leads_back(client):
    answer = client.get("/hien-thi/", {"chu": "rat-to", "ve": "/dang-nhap/?next=/toi/"})
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/?next=/toi/")
    cookie = client.cookies["hien-thi"]
    assert cookie["max-age"] == 365 * 24 * 3600
    assert cookie["samesite"] == "Lax"
    assert '<html lang="vi" class="text-larger">' in client.get("/").content.decode()


def test_a_second_choice_keeps_the_first(client):
    client.get("/hien-thi/", {"chu": "to"})
    client.get("/hien-thi/", {"nen": "tuong-phan"})
    assert 'class="theme-contrast text-large"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://xau.example/", "//xau.example", "/\\xau.example", "javascript:x", "xau"]
)
def test_it_never_leads_away_from_the_site(client, elsewhere):
    assert client.get("/hien-thi/", {"chu": "to", "ve": elsewhere})["Location"] == "/hien-thi/"
    assert elsewhere not in client.get("/hien-thi/", {"ve": elsewhere}).content.decode().split("<main")[1]


@pytest.mark.parametrize("cookie", ["", "x", "toi.<script>", "....", "toi" * 999])
def test_a_cookie_that_says_nonsense_changes_nothing(client, cookie):
    client.cookies["hien-thi"] = cookie
    page = client.get("/").content.decode()
    assert "<script>" not in page
    assert 'class="theme-contrast' not in page


def test_every_citizen_page_has_the_links_and_marks_the_choice(client):
    client.get("/hien-thi/", {"nen": "toi"})
    page = client.get("/dang-nhap/").content.decode()
    assert "/hien-thi/?chu=to&amp;ve=%2Fdang-nhap%2F" in page
    assert page.count('aria-current="true"') == 3


def test_the_page_shows_what_is_chosen_now(client):
    client.get("/hien-thi/", {"chu": "to", "nen": "toi"})
    page = client.get("/hien-thi/").content.decode()
    assert page.count(" checked") == 3


def test_easy_letters_are_a_choice_beside_the_others(client):
    client.get("/hien-thi/", {"chu": "to"})
    client.get("/hien-thi/", {"kieu": "de-doc"})
    assert 'class="text-large font-easy"' in client.get("/").content.decode()
    client.get("/hien-thi/", {"kieu": "thuong"})
    assert '<html lang="vi" class="text-large">' in client.get("/").content.decode()


def test_a_cookie_of_before_the_letters_keeps_its_choice(client):
    client.cookies["hien-thi"] = "toi.to"
    assert '<html lang="vi" class="theme-dark text-large">' in client.get("/").content.decode()
