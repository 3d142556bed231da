"""An answer is marked the same whoever gives it and however often, and never guessed at."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from django.http import QueryDict
from hypothesis import assume, given
from hypothesis import strategies as st

from hocvu.assessment.questions import files, kinds, marking
from hocvu.assessment.tests.cast_kinds import CONTENTS, contents
from hocvu.lib.text import fold

KINDS = tuple(kinds.KINDS)
OURS = files.FOLDER


def post(**fields: Any) -> QueryDict:
    return QueryDict(urlencode([(n, v) for n, vs in fields.items() for v in (vs if isinstance(vs, list) else [vs])]))


def sent(kind: str, content: dict[str, Any], said: Any) -> QueryDict:
    """What a browser sends for an answer: the sign of an entry, never its id."""

    def sign(id: str) -> str:
        return marking.sign(content, id)

    match kind:
        case "single":
            return post(answer=sign(said))
        case "multiple":
            return post(answer=[sign(id) for id in said])
        case "true_false":
            return post(answer="true" if said else "false")
        case "order":
            return post(**{f"place.{sign(step)}": str(place) for place, step in enumerate(said, start=1)})
        case "match":
            return post(**{f"pair.{sign(pair)}": right for pair, right in said.items()})
        case "screens":
            return post(path=json.dumps(said))
    return post(answer=said)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_right_answer_is_right_as_it_comes_from_a_form(kind: str, data: st.DataObject) -> None:
    content = data.draw(contents(kind))
    right = marking.right(kind, content)
    assert marking.mark(kind, content, right) is True
    assert marking.read(kind, content, sent(kind, content, right)) == right
    assert marking.complaint(kind, content, sent(kind, content, right)) == ""
    assert marking.words(kind, content, right)
    assert json.loads(json.dumps(right)) == right


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "fill"])
@given(data=st.data())
def test_an_answer_with_one_thing_changed_is_wrong(kind: str, data: st.DataObject) -> None:
    content = data.draw(contents(kind))
    right = marking.right(kind, content)
    match kind:
        case "single":
            said: Any = data.draw(st.sampled_from([one["id"] for one in content["choices"] if one["id"] != right]))
        case "multiple":
            said = sorted(set(right) ^ {data.draw(st.sampled_from([one["id"] for one in content["choices"]]))})
        case "true_false":
            said = not right
        case "order":
            said = list(right)
            place = data.draw(st.integers(0, len(said) - 2))
            said[place], said[place + 1] = said[place + 1], said[place]
        case "match":
            pair = data.draw(st.sampled_from(sorted(right)))
            said = right | {
                pair: data.draw(st.sampled_from([one for one in marking.rights(content) if one != right[pair]]))
            }
        case _:
            said = [*right[:-1], {"button": "bo"}]
    assert marking.mark(kind, content, said) is False


@given(data=st.data())
def test_the_order_of_several_choices_does_not_matter(data: st.DataObject) -> None:
    content = data.draw(contents("multiple"))
    said = data.draw(st.permutations(marking.right("multiple", content)))
    assert marking.mark("multiple", content, said) is True


@pytest.mark.parametrize("kind", KINDS)
@given(said=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=6), lambda i: st.lists(i) | st.dictionaries(st.text(max_size=6), i), max_leaves=8))  # fmt: skip
def test_no_answer_is_guessed_at_and_none_breaks_it(kind: str, said: Any) -> None:
    outcome = marking.mark(kind, CONTENTS[kind], said)
    assert outcome in (None, True, False)
    assert (outcome is None) == (not marking.is_sound(kind, CONTENTS[kind], said))
    assert marking.words(kind, CONTENTS[kind], said)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("single", "z"), ("single", ["a"]), ("single", ""), ("multiple", []), ("multiple", ["a", "z"]), ("multiple", ["a", "a"]),
        ("multiple", "a"), ("true_false", "true"), ("true_false", 1), ("order", ["a", "b", "c"]), ("order", ["a", "b", "c", "c"]),
        ("order", ["a", "b", "c", "z"]), ("match", {"a": "114"}), ("match", {"a": "114", "b": "113"}), ("match", {"a": "114", "z": "115"}),
        ("fill", "  ?"), ("fill", "x" * 201), ("fill", None), ("screens", []), ("screens", [{"button": "mo"}]),
        ("screens", [{"button": "la"}]), ("screens", [{"button": "goi"}, {"button": "dung"}, {"button": "dung"}]),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_not_marked(kind: str, said: Any) -> None:
    assert marking.mark(kind, CONTENTS[kind], said) is None
    assert marking.words(kind, CONTENTS[kind], said) == "không trả lời"


@pytest.mark.parametrize(
    ("kind", "sent", "words"),
    [
        ("single", post(), "Chưa chọn"),
        ("single", post(answer="z"), "Chưa chọn"),
        ("multiple", post(), "Chưa chọn"),
        ("true_false", post(answer="có"), "Chưa chọn"),
        ("order", post(**{"place.a": "1", "place.b": "1", "place.c": "2", "place.d": "3"}), "cùng một số"),
        ("order", post(**{"place.a": "1"}), "chưa có số"),
        ("match", post(**{"pair.a": "114"}), "chưa ghép"),
        ("fill", post(answer=" "), "Chưa có câu trả lời"),
        ("fill", post(answer="x" * 300), "dài quá"),
        ("screens", post(path="[{"), "chưa xong"),
    ],
)
def test_it_says_what_a_form_lacks(kind: str, sent: QueryDict, words: str) -> None:
    assert marking.read(kind, CONTENTS[kind], sent) is None
    assert words in marking.complaint(kind, CONTENTS[kind], sent)


# ---- Words that are typed


def takes(typed: str, *answers: str, tones: bool = True, typos: bool = True) -> bool | None:
    content = {"answers": answers or ("mật khẩu",), "forgive": {"tones": tones, "typos": typos}}
    return marking.mark("fill", content, typed)


@pytest.mark.parametrize(
    "typed",
    ["mật khẩu", " MẬT  KHẨU. ", "mat khau", "mâṭ khẩu", "“mật khẩu”", "mậtkhẩu", "mat khua", "mât khẩ", "mmật khẩu"],
)
def test_it_forgives_marks_and_one_slip(typed: str) -> None:
    assert takes(typed) is True


@pytest.mark.parametrize("typed", ["mã khóa", "khẩu", "mat hau u", "mật", "tài khoản"])
def test_it_takes_no_other_word(typed: str) -> None:
    assert takes(typed) is False


def test_short_words_long_words_and_numbers() -> None:
    assert takes("zaol", "zalo") is False  # four letters are too few for a slip
    assert takes("vneit", "vneid") is True
    assert takes("vnxit", "vneid") is False
    assert takes("chuyenn tieen", "chuyển tiền") is True
    assert takes("xác thực đện tuw", "xác thực điện tử") is True
    assert takes("xác thực đn tuwr", "xác thực điện tử") is False
    assert takes("1023", "1022") is False
    assert takes("10022", "1022") is False
    assert takes("gọi số 1023", "gọi số 1022") is False
    assert takes("goi so 1022", "gọi số 1022") is True
    assert takes("định danh mức 1", "định danh mức 2") is False
    assert takes("dien thoai", "Điện thoại") is True


def test_marks_count_where_the_author_says_so() -> None:
    assert takes("mat khau", tones=False) is False
    assert takes("mật khẫu", tones=False) is False
    assert takes("mật khẩuu", tones=False) is True
    assert takes("mật khảuu", tones=False) is False
    assert takes("mat khauu", typos=False) is False
    assert takes("mat khau", typos=False) is True
    assert takes("MẬT KHẨU", tones=False, typos=False) is True


@given(data=st.data())
def test_a_slip_in_a_long_word_is_forgiven_and_three_never(data: st.DataObject) -> None:
    letters = st.text("abcdeghiklmnopqrstuvxy", min_size=5, max_size=16)
    answer = data.draw(letters)
    place = data.draw(st.integers(0, len(answer) - 1))
    typed = answer[:place] + data.draw(st.sampled_from(["", "w", answer[place] * 2])) + answer[place + 1 :]
    assert takes(typed, answer) is True
    assert takes(typed + "wjf", answer) is False


# ---- Numbers that are typed

UNITS = ("", "đ", " đ", " d", "₫", " đồng", " dong", " Đồng", " VND", " VNĐ", "vnd", " vn đồng", ".")


def grouped(value: int, sign: str) -> str:
    return f"{value:,}".replace(",", sign)


def spoken(value: int, thousand: str = "nghìn", tens: str = "mươi") -> str:
    """A number as it is said, below a thousand million."""
    parts = [(value // 10**6, " triệu"), (value // 1000 % 1000, f" {thousand}"), (value % 1000, "")]
    said = ""
    for part, scale in parts:
        if part:
            said += f" {_hundreds(part, tens, is_first=not said)}{scale}"
    return said.strip()


def _hundreds(value: int, tens: str, *, is_first: bool) -> str:
    digits = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
    h, t, o = value // 100, value // 10 % 10, value % 10
    words = [] if is_first and not h else [digits[h], "trăm"]
    words += ["mười"] if t == 1 else [digits[t], tens] if t else ["linh"] if o and words else []
    last = {1: "mốt" if t > 1 else "một", 4: "tư" if t > 1 else "bốn", 5: "lăm" if t else "năm"}
    words += [last.get(o, digits[o])] if o else []
    return " ".join(words)


@st.composite
def written(draw: st.DrawFn, value: int) -> str:
    """A way of writing an amount."""
    unit = draw(st.sampled_from(UNITS))
    ways = [str(value) + unit, *(grouped(value, sign) + unit for sign in (".", ",", " ", "-", "\xa0"))]
    ways += [spoken(value, "nghìn") + unit, spoken(value, "ngàn") + unit, fold(spoken(value)) + unit]
    if value % 1000 == 0:
        ways += [f"{value // 1000}{scale}{unit}" for scale in ("k", " K", " nghìn", " ngàn", " nghin", "ngan")]
    if value % 10**6 == 0:
        ways += [f"{value // 10**6} triệu{unit}"]
    return draw(st.sampled_from(ways))


AMOUNTS = st.integers(1, 999_999).map(lambda one: one * 1000) | st.integers(1000, 999_999_999)
NEAR = st.sampled_from([lambda one: one * 10, lambda one: one // 10, lambda one: one + 1, lambda one: one - 1,
                        lambda one: one * 1000, lambda one: one // 1000, lambda one: one + 1000, lambda one: one + 10_000])  # fmt: skip


@given(value=AMOUNTS, data=st.data())
def test_an_amount_is_right_however_it_is_written(value: int, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([grouped(value, "."), f"{grouped(value, '.')} đồng", f"{value} đ", spoken(value)]))
    for tones, typos in itertools.product((True, False), repeat=2):
        assert takes(data.draw(written(value)), key, tones=tones, typos=typos) is True


@given(value=AMOUNTS, data=st.data())
def test_another_amount_is_wrong_however_near_and_however_it_is_written(value: int, data: st.DataObject) -> None:
    other = data.draw(AMOUNTS | NEAR.map(lambda change: change(value)))
    assume(0 < other < 10**9 and other != value)
    assert takes(data.draw(written(other)), data.draw(written(value)), str(value)) is False


@given(value=st.integers(0, 10**9), data=st.data())
def test_no_sign_makes_another_number_of_it(value: int, data: st.DataObject) -> None:
    """A stop that is not between groups of three is none of a separator's: 1.5 is not 15."""
    text, sign = str(value), data.draw(st.sampled_from([".", ","]))
    assume(len(text) > 1)
    place = data.draw(st.integers(1, len(text) - 1))
    assume(len(text) - place != 3)
    for key in (text, f"{text} đồng", f"{grouped(value, '.')} đồng"):
        assert takes(text[:place] + sign + text[place:], key) is False


@pytest.mark.parametrize(
    ("typed", "answer", "is_right"),
    [
        ("1 1 1", "111", True), ("11 1", "111", True), ("1.1.1", "111", False), ("112", "111", False), ("1 1", "111", False),
        ("0912 345 678", "0912345678", True), ("0912.345.678", "0912345678", True), ("0912-345-678", "0912345678", True),
        ("912345678", "0912345678", False), ("0912345679", "0912345678", False), ("1900 1000", "19001000", True),
        ("1022", "1022", True), ("1 022", "1022", True), ("10 22", "1022", True), ("1.022", "1022", False), ("1022k", "1022", False),
        ("5", "Nam", False), ("bà", "ba", True), ("3", "ba", False), ("một trăm mười một", "111", False),
        ("bốn trăm mười ba nghìn đồng", "bốn trăm mười hai nghìn đồng", False), ("hai nghìn ba", "2.300", False),
        ("bon tram muoi baa nghin", "bốn trăm mười hai nghìn", False), ("412", "412.000", False), ("412 triệu", "412.000", False),
        ("0412000", "412.000", False), ("412.000,50", "412.000", False), ("412.000 hoặc 413.000", "412.000 đồng", False),
        ("mười đồng", "10 đồng", True), ("hai trăm linh năm nghìn", "205.000", True), ("hai trăm lẻ năm ngàn", "205000", True),
    ],
)  # fmt: skip
def test_numbers_that_are_called_and_words_beside_them(typed: str, answer: str, is_right: bool) -> None:
    assert takes(typed, answer) is is_right


def shipped(code: str) -> dict[str, Any]:
    """What a question of our own files asks."""
    said = (one for path in sorted(OURS.glob("*.yaml")) for one in yaml.safe_load(path.read_text())["questions"])
    return next(one for one in said if one["code"] == code)


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        ("doc-hoa-don-dien",
         ["412.000", "412.000 đ", "412 000 đồng", "412,000 dong", "412.000 VND", "412.000 VNĐ", "412000 VND", "412k", "412000",
          "412 nghìn", "412 ngàn đồng", "bốn trăm mười hai nghìn đồng"],
         ["412", "150", "000123", "421.000", "412.000.000", "41.2000", "bốn trăm mười ba nghìn đồng"]),
        ("tien-quat-ca-phi-giao",
         ["320.000", "320.000 VNĐ", "320000vnd", "320k", "320.000đ", "ba trăm hai mươi nghìn đồng", "320 ngàn"],
         ["300.000", "20.000", "280k", "ba trăm nghìn", "32.0000"]),
        ("so-bao-ve-tre-em", ["111", "gọi 111", "tổng đài 111", "1 1 1", "Gọi số 111", "tong dai 111"], ["113", "gọi 112", "11"]),
        ("duoi-tep-cai-ung-dung", ["apk", ".apk", "đuôi .apk", "tệp .apk", "file .APK", "tệp đuôi apk"], ["app", "đuôi .exe", "apx"]),
        ("ba-chu-ma-dung-mot-lan", ["otp", "o-t-p", "O.T.P", "mã OTP"], ["pin", "o-t-t"]),
        ("cong-dich-vu-cong-dia-chi",
         ["dichvucong", "dichvucong.gov.vn", "https://dichvucong.gov.vn", "http://dichvucong.gov.vn", "https://dichvucong.gov.vn/"],
         ["dichvucong.com.vn", "https://dichvucong.com", "dichvucongs.gov.vn"]),
    ],
)  # fmt: skip
def test_our_own_questions_take_what_people_type(code: str, right: list[str], wrong: list[str]) -> None:
    content = shipped(code)
    assert {said: marking.mark("fill", content, said) for said in right} == dict.fromkeys(right, True)
    assert {said: marking.mark("fill", content, said) for said in wrong} == dict.fromkeys(wrong, False)


WORDS = st.text("abcđêô", max_size=7)


@given(WORDS, WORDS)
def test_the_distance_is_one(one: str, other: str) -> None:
    assert marking.distance(one, other) == marking.distance(other, one)
    assert (marking.distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= marking.distance(one, other) <= max(len(one), len(other))


@given(WORDS, st.data())
def test_one_slip_lies_at_one(word: str, data: st.DataObject) -> None:
    assume(len(word) > 1)
    near = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    near |= {word[:i] + letter + word[i:] for i, letter in itertools.product(range(len(word) + 1), "xy")}
    assert all(marking.distance(word, other) <= 1 for other in near)


# ---- In words


def test_it_says_what_was_answered_and_what_is_right() -> None:
    said = {"single": "b", "multiple": ["b", "a"], "true_false": False, "order": ["b", "a", "c", "d"], "match": {"a": "1022", "b": "115"},
            "fill": "pasword", "screens": [{"button": "mo"}, {"button": "chuyen", "fields": {"tien": "2.000.000"}}]}  # fmt: skip
    assert {kind: marking.words(kind, CONTENTS[kind], one) for kind, one in said.items()} == {
        "single": "Nhân viên ngân hàng",
        "multiple": "Dài từ 12 ký tự; Ngày sinh",
        "true_false": "Sai",
        "order": "1. Chạm tên người nhận; 2. Mở Zalo; 3. Chọn ảnh; 4. Chạm Gửi",
        "match": "Cháy → 1022; Cấp cứu → 115",
        "fill": "pasword",
        "screens": "Bấm “Mở ứng dụng ngân hàng” → “Chuyển” (Số tiền: 2.000.000). Tiền đã đến tài khoản của kẻ lạ.",
    }
    assert marking.right_words("fill", CONTENTS["fill"]) == "“mật khẩu” hoặc “password”"
    assert marking.right_words("true_false", CONTENTS["true_false"]) == "Đúng"
    assert marking.right_words("screens", CONTENTS["screens"]).endswith("Không mất tiền, và người khác được cảnh báo.")
    assert fold(marking.right_words("multiple", CONTENTS["multiple"])).startswith("dai tu 12")
