"""Classes in the calendar of a phone: what is written is read back, whatever the words are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from hocvu.outreach import calendars, classes, registering
from hocvu.outreach.tests import cast_classes as cast
from hocvu.outreach.tests.cast_classes import Place, enter, make_class, session_of

WORDS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n;,\\"), max_size=300)


@pytest.fixture
def place(db: None) -> Place:
    return cast.make_place()


def unfolded(content: str) -> list[str]:
    """The lines of a calendar (RFC 5545, 3.1); refuses what is too long or ends otherwise."""
    assert content.endswith("\r\n") and "\n" not in content.replace("\r\n", "")
    raw = content.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in raw)
    return "\r\n".join(raw).replace("\r\n ", "").split("\r\n")


def plain(text: str) -> str:
    """A value as it was before it was escaped."""
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], text)


def events(content: str) -> list[dict[str, str]]:
    """Each entry as name -> value; refuses what does not nest."""
    stack: list[str] = []
    found: list[dict[str, str]] = []
    for line in unfolded(content):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            stack.append(value)
            found += [{}] if value == "VEVENT" else []
        elif name == "END":
            assert stack.pop() == value
        elif stack[-1] == "VEVENT":
            assert name not in found[-1]
            found[-1][name] = value
    assert not stack
    return found


def feed(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    return events(answer.content.decode())


@given(WORDS)
def test_what_is_escaped_and_folded_comes_back(words):
    line = f"SUMMARY:{calendars.escaped(words)}"
    folded = calendars.folded(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert "\n" not in folded.replace("\r\n", "")
    assert plain(folded.replace("\r\n ", "").removeprefix("SUMMARY:")) == words


def test_a_class_stands_in_the_calendar_and_says_when_it_changed(place):
    row = make_class(place, title="Dùng ví; chuyển tiền, an toàn", gist="Mang điện thoại.\n" + "Dễ hiểu. " * 30)
    make_class(place, title="Còn soạn", open_it=False)
    one = session_of(row)
    entry = feed(Client(), "/lop-hoc/lich.ics")[0]
    assert plain(entry["SUMMARY"]) == row.title and plain(entry["DESCRIPTION"]).startswith("Mang điện thoại.\n")
    assert entry["UID"] == f"{one.pk}@hocvu" and entry["STATUS"] == "CONFIRMED"
    assert entry["DTSTART;TZID=Asia/Ho_Chi_Minh"].endswith("T190000") and entry["SEQUENCE"] == str(row.sequence)
    assert {"DTSTAMP", "LAST-MODIFIED", "LOCATION", "URL"} <= set(entry)
    said = {name: getattr(row, name) for name in classes.FIELDS}
    classes.change(row, by=place.hoa, **{**said, "place": "Trường"})
    later = feed(Client(), f"/lop-hoc/{row.pk}/lich.ics")[0]
    assert (later["UID"], later["SEQUENCE"]) == (entry["UID"], str(row.sequence + 1))
    classes.cancel_session(one, by=place.hoa)
    gone = feed(Client(), "/lop-hoc/lich.ics")[0]
    assert gone["STATUS"] == "CANCELLED" and int(gone["SEQUENCE"]) > int(later["SEQUENCE"])
    assert "BEGIN:VTIMEZONE" in Client().get("/lop-hoc/lich.ics").content.decode()


def test_ones_own_calendar_opens_by_its_address_and_the_old_one_ends(place):
    row, other = make_class(place), make_class(place, title="Lớp khác")
    registering.register_oneself(row, by=place.ba)
    ba = enter(place.ba)
    assert "Tạo địa chỉ lịch" in ba.get("/lop-hoc/cua-toi/").content.decode()
    for address in ("/lop-hoc/", f"/lop-hoc/{row.pk}/"):  # followed, or copied once
        page = Client().get(address).content.decode()
        assert "webcal://testserver/lop-hoc/" in page and 'lich.ics"' in page
    page = ba.post("/lop-hoc/cua-toi/lich/", follow=True).content.decode()
    address = re.search(r"/lop-hoc/lich/[\w-]+\.ics", page)[0]
    assert f"webcal://testserver{address}" in page and f"http://testserver{address}" in page
    assert [plain(entry["SUMMARY"]) for entry in feed(Client(), address)] == [row.title]
    text = Client().get(address).content.decode()
    assert place.ba.full_name not in text and other.title not in text
    assert Client().get(address)["Cache-Control"] == "private, no-store"
    ba.post("/lop-hoc/cua-toi/lich/")
    assert Client().get(address).status_code == 404
    assert Client().get("/lop-hoc/lich/khong-co.ics").status_code == 404


def test_what_is_long_past_leaves_the_feed(place):
    row = make_class(place)
    with cast.at(session_of(row).ends_at + timedelta(days=61)):
        assert feed(Client(), "/lop-hoc/lich.ics") == []
        assert len(feed(Client(), f"/lop-hoc/{row.pk}/lich.ics")) == 1
