"""The simulated phone: where presses lead, and how the path travels."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment.questions import screens
from hocvu.assessment.tests.cast_kinds import CONTENTS, contents

PHONE = CONTENTS["screens"]


def go(*steps: str | tuple[str, dict[str, str]]) -> screens.Standing:
    path = [{"button": one} if isinstance(one, str) else {"button": one[0], "fields": one[1]} for one in steps]
    return screens.walk(PHONE, path)


def test_presses_lead_on_back_and_to_ends() -> None:
    assert go().screen == "tin"
    assert (go("mo").screen, go("mo").steps, go("mo").ended) == ("ngan-hang", 1, False)
    assert go("mo", "lui").screen == "tin"
    assert (go("goi", "dung").end, go("goi", "dung").right) == ("yen", True)
    assert go("goi", "dung").words.startswith("Không mất tiền")


def test_what_is_typed_opens_the_way_or_not() -> None:
    assert go("mo", "chuyen").stayed
    assert go("mo", ("chuyen", {"tien": "200000"})).screen == "ngan-hang"
    for typed in ("2000000", "2.000.000 đ", "2 000 000", "2,000,000 VND"):
        assert go("mo", ("chuyen", {"tien": typed})).right is False, typed
    assert screens.accepts("text", "Nguyễn Văn An", " nguyen  van AN ")
    assert not screens.accepts("text", "an", "ân a")
    assert not screens.accepts("number", "0912", "912")


def test_a_press_that_is_not_there_is_unsound() -> None:
    for path in (("dung",), ("goi", "dung", "dung"), (("mo", {"x": "1"}),)):
        assert not go(*path).sound
    for odd in ("x", None, {"button": []}, {"button": "mo", "at": 1}, {"button": "mo", "fields": ["tien"]}):
        assert not screens.walk(PHONE, [odd]).sound


def test_the_steps_run_out() -> None:
    around = ["mo", "lui"] * 6
    assert not go(*around[:11]).ended
    assert (go(*around).right, go(*around).end, go(*around).words) == (False, "", screens.TOO_MANY)
    assert not go(*around, "goi").sound
    assert go(*["mo", "lui"] * 5, "goi", "dung").right is True  # an end on the last step is an end


@given(contents("screens"), st.data())
def test_any_presses_end_or_stand_somewhere(content: dict[str, Any], data: st.DataObject) -> None:
    path: list[dict[str, Any]] = []
    for _ in range(40):
        at = screens.walk(content, path)
        assert at.sound and at.steps == len(path) and list(at.path) == path
        if at.ended:
            break
        buttons = [one["id"] for one in content["screens"][at.screen]["buttons"]]
        path.append({"button": data.draw(st.sampled_from(buttons))})
    assert screens.walk(content, path).ended
    assert screens.walk(content, screens.right_way(content)).right is True


def test_the_path_travels_signed() -> None:
    carried = screens.Signed(PHONE, "luot-1")
    first = carried.at(QueryDict("step=mo"))
    assert first.screen == "ngan-hang"
    form = {"path": carried.seal(first.path), "step": "chuyen", "field.tien": " 2000000 ", "field.khac": "x"}
    done = carried.at(form)
    assert (done.end, done.path[-1]) == ("mat", {"button": "chuyen", "fields": {"tien": "2000000"}})
    assert carried.at(form) == done  # the same post again, after a reload or a restart, says the same
    assert carried.at({"path": carried.seal(first.path)}) == first  # a page loaded again


def test_a_path_of_another_or_a_forged_one_is_none() -> None:
    carried = screens.Signed(PHONE, "luot-1")
    sealed = carried.seal([{"button": "goi"}])
    assert screens.Signed(PHONE, "luot-2").open(sealed) == []
    assert carried.open(sealed[:-1] + ("A" if sealed[-1] != "A" else "B")) == []
    assert carried.open("x") == carried.open("") == []
    assert screens.Signed(PHONE | {"start": "hoi"}, "luot-1").open(sealed) == []  # the question became another
    assert carried.at({"path": sealed, "step": "khong-co"}).screen == "hoi"
