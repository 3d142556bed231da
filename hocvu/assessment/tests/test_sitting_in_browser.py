"""A sitting where there is no signal, in Chromium: nothing is lost, nobody else reads it, it arrives once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hocvu.assessment.models import Attempt
from hocvu.assessment.sittings import opening
from hocvu.assessment.tests import cast_practice as cast
from hocvu.ward import audit
from hocvu.ward.models import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DUMP = """async () => {
  const database = await new Promise((done) => { const asked = indexedDB.open("hv-outbox"); asked.onsuccess = () => done(asked.result); });
  const rows = await new Promise((done) => { const asked = database.transaction("records").objectStore("records").getAll(); asked.onsuccess = () => done(asked.result); });
  database.close();
  return rows;
}"""
AGED = """async () => { const cache = await caches.open("hv-giam-thi"); for (const one of await cache.keys()) {
  const there = await cache.match(one);
  if (there.headers.get("X-Until")) await cache.put(one, new Response(await there.text(), { headers: { "X-Until": "1" } }));
} }"""
KEPT = """async () => {
  const cache = await caches.open("hv-giam-thi");
  const page = (await cache.keys()).find((one) => one.url.endsWith("/tren-may/"));
  return page ? (await cache.match(page)).text() : "";
}"""


@pytest.fixture(autouse=True)
def plain(settings: Any) -> Any:
    """The test's server hands out files by their plain names only; what the trail holds could not be emptied."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    yield
    audit.disarm()


def wait_until(holds: Callable[[], Any], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


def come_in(context: Any, url: str, account: Account) -> None:
    client = Client()
    client.force_login(account)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def prepared() -> tuple[cast.Place, str]:
    place = cast.make_place()
    cast.make_bank(place.ward)
    sitting = opening.open_sitting(place.rule, title="Ở thôn xa", place="", minutes=120, by=place.lan, offline=True)
    for learner in (place.ba, cast.make_learner(place.ward, "Bùi Thị Tư", place.first, "H7")):
        row = opening.add_candidate(sitting, learner, by=place.lan)
        opening.recognise(row, is_known=True, by=place.lan)
    return place, f"/giam-thi/{sitting.pk}/tren-may/"


def answer(page: Any, name: str) -> None:
    """Open somebody's part, answer what has choices, hand in."""
    part = page.locator("details", has_text=name)
    if not part.evaluate("one => one.open"):
        part.locator("summary").click()
    for group in part.locator("fieldset").all():
        choices = group.locator("input[type=radio], input[type=checkbox]")
        if choices.count():
            choices.first.check()
    part.get_by_role("button", name="Nộp bài").click()
    part.get_by_text("Máy đã giữ bài").wait_for()


def test_a_page_that_stays_open_keeps_answers_sealed_and_sends_them_later(
    new_context: Callable[..., Any], live_server: Any
) -> None:
    place, path = prepared()
    context = new_context()
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    page.goto(f"{live_server.url}{path}")
    first, second = page.locator("details[data-candidate]").all()
    first.locator("summary").click()
    second.locator("summary").click()
    assert not first.evaluate("one => one.open")  # one form is open at a time
    context.set_offline(True)
    answer(page, place.ba.full_name)
    answer(page, "Bùi Thị Tư")
    assert page.locator("details form").count() == 0
    rows = page.evaluate(DUMP)
    assert len(rows) == 2 and all(row["state"] == "waiting" and "content" not in row for row in rows)
    assert "cau1" not in json.dumps(rows)
    assert not Attempt.objects.exists()
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: not page.evaluate(DUMP))
    attempts = list(Attempt.objects.all())
    assert {one.account.full_name for one in attempts} == {place.ba.full_name, "Bùi Thị Tư"}
    assert all(one.mode == "offline" and one.began_at <= one.ended_at for one in attempts)
    assert all(one.ended_at - one.began_at < timedelta(minutes=2) for one in attempts)


def test_the_page_is_kept_for_its_proctor_alone(new_context: Callable[..., Any], live_server: Any) -> None:
    place, path = prepared()
    context = new_context(service_workers="allow")
    come_in(context, live_server.url, place.lan)
    page = context.new_page()
    url = f"{live_server.url}{path}"
    page.goto(url)
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), 30)
    page.get_by_role("button", name="Giữ trang trên máy này").click()
    page.get_by_text("Đã giữ trên máy này").wait_for()
    copy = page.evaluate(KEPT)
    assert "hv-copy" in copy and "hv-owner" not in copy and 'csrfmiddlewaretoken" value=""' in copy
    page.close()

    context.set_offline(True)
    page = context.new_page()
    page.goto(url)
    assert page.get_by_role("heading", level=1).inner_text() == "Làm bài trên máy này"
    answer(page, place.ba.full_name)
    page.goto(url)
    assert page.locator("details form").count() == 1  # whoever handed in is over
    assert page.evaluate(DUMP)[0]["sealed"]
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: Attempt.objects.count() == 1)
    assert Attempt.objects.get().account == place.ba

    # Whoever comes in after, and nobody, does not meet the copy.
    come_in(context, live_server.url, place.minh)
    page.goto(f"{live_server.url}/thuc-hanh/xac-nhan/")
    page.wait_for_timeout(500)
    context.set_offline(True)
    page.goto(url)
    assert "Làm bài trên máy này" not in page.content()

    # When its time is over it goes, whatever page is opened then.
    context.set_offline(False)
    page.goto(f"{live_server.url}/thuc-hanh/xac-nhan/")
    page.evaluate(AGED)
    page.goto(f"{live_server.url}/thuc-hanh/xac-nhan/")
    wait_until(lambda: not page.evaluate("caches.has('hv-giam-thi')"))
