"""What was answered, and whether it is right. Pure: the same content and the same answer give the same mark for ever.

A word that is typed is forgiven by this rule, and no other:

* upper and lower case, spaces at the ends and doubled, quotes and stops around it never count;
* `tones`: without marks it is the same word ("mat khau" is "mật khẩu", "dien" is "điện");
* `typos`: one slip (a letter too many, too few, another, or two exchanged; a space is a letter too) where the right
  answer has at least 5 letters, two where it has at least 10. Where tones are not forgiven, no slip may lie in a mark;
* numbers are never forgiven: every digit of the right answer, in its order, and no other. But a number has several ways of
  writing (`amounts`): "412k" and "bốn trăm mười hai nghìn" are "412.000 đồng", "1 1 1" is "111".

An author turns typos off where one letter makes another word of the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.crypto import salted_hmac

from hocvu.assessment.questions import amounts, screens
from hocvu.assessment.questions.wording import one_line
from hocvu.lib.text import fold, nfc

ANSWER, PLACE, PAIR = "answer", "place.", "pair."  # names of what a form sends
LONGEST = 200  # signs of a typed answer
ONE_SLIP, TWO_SLIPS = 5, 10  # letters of an answer from which on slips are forgiven
_AROUND = " .,;:!?…\"'“”‘’()[]"

Content = Mapping[str, Any]


def read(kind: str, content: Content, post: QueryDict) -> Any:
    """What a form says, in the form of `said`; None where it is no sound answer."""
    match kind:
        case "single":
            said: Any = _meant(content["choices"], content, post.get(ANSWER, ""))
        case "multiple":
            said = sorted({_meant(content["choices"], content, one) for one in post.getlist(ANSWER)})
        case "true_false":
            said = {"true": True, "false": False}.get(post.get(ANSWER, ""))
        case "order":
            said = _order_of({step["id"]: sent(content, post, PLACE, step["id"]) for step in content["steps"]})
        case "match":
            said = {pair["id"]: nfc(sent(content, post, PAIR, pair["id"])) for pair in content["pairs"]}
        case "fill":
            said = one_line(post.get(ANSWER, ""))
        case "screens":
            said = _path_of(post.get(screens.PATH, ""))
        case _:
            return None
    return said if is_sound(kind, content, said) else None


def is_sound(kind: str, content: Content, said: Any) -> bool:
    """Whether this is an answer to this question at all."""
    match kind:
        case "single":
            return isinstance(said, str) and said in _ids(content["choices"])
        case "multiple":
            return bool(_is_list_of(said, _ids(content["choices"])))
        case "true_false":
            return isinstance(said, bool)
        case "order":
            return _is_list_of(said, _ids(content["steps"])) and len(said) == len(content["steps"])
        case "match":
            return (
                isinstance(said, Mapping)
                and set(said) == _ids(content["pairs"])
                and all(isinstance(right, str) and right in rights(content) for right in said.values())
            )
        case "fill":
            return isinstance(said, str) and len(said) <= LONGEST and any(map(str.isalnum, said))
        case "screens":
            return isinstance(said, list) and (at := screens.walk(content, said)).sound and at.ended
    return False


def mark(kind: str, content: Content, said: Any) -> bool | None:
    """Whether an answer is right; None where it is no sound answer."""
    if not is_sound(kind, content, said):
        return None
    match kind:
        case "multiple":
            return set(said) == set(right(kind, content))
        case "fill":
            return any(is_forgiven(said, answer, **_forgiving(content)) for answer in content["answers"])
        case "screens":
            return screens.walk(content, said).right
    return bool(said == right(kind, content))


def right(kind: str, content: Content) -> Any:
    """A right answer, in the form of `said`."""
    match kind:
        case "single":
            return next(choice["id"] for choice in content["choices"] if choice["right"])
        case "multiple":
            return sorted(choice["id"] for choice in content["choices"] if choice["right"])
        case "true_false":
            return content["right"]
        case "order":
            return [step["id"] for step in content["steps"]]
        case "match":
            return {pair["id"]: pair["right"] for pair in content["pairs"]}
        case "fill":
            return content["answers"][0]
        case "screens":
            return screens.right_way(content)
    raise ValueError(kind)


def rights(content: Content) -> list[str]:
    """What may be chosen in a `match`."""
    return [*(pair["right"] for pair in content["pairs"]), *content.get("others", [])]


def complaint(kind: str, content: Content, post: QueryDict) -> str:
    """Why a form holds no sound answer, and what to do; nothing where it holds one."""
    if read(kind, content, post) is not None:
        return ""
    match kind:
        case "multiple":
            return "Chưa chọn câu nào. Hãy chọn các câu đúng, rồi gửi."
        case "order":
            places = [sent(content, post, PLACE, step["id"]) for step in content["steps"]]
            if all(places):
                return "Có hai bước cùng một số. Hãy cho mỗi bước một số khác nhau."
            return "Còn bước chưa có số thứ tự. Hãy chọn số cho từng bước."
        case "match":
            return "Còn dòng chưa ghép. Hãy chọn cho mỗi dòng một ý."
        case "fill":
            if len(post.get(ANSWER, "")) > LONGEST:
                return f"Câu trả lời dài quá {LONGEST} ký tự. Hãy viết ngắn lại."
            return "Chưa có câu trả lời. Hãy gõ vào ô, rồi gửi."
        case "screens":
            return "Việc trên điện thoại mẫu chưa xong. Hãy bấm tiếp một nút bên dưới màn hình."
    return "Chưa chọn câu nào. Hãy chọn một câu, rồi gửi."


# ---- In words


def words(kind: str, content: Content, said: Any) -> str:
    """An answer in words, for whoever reads it later."""
    if not is_sound(kind, content, said):
        return "không trả lời"
    match kind:
        case "single" | "multiple":
            chosen = [said] if kind == "single" else said
            return "; ".join(plain(choice["text"]) for choice in content["choices"] if choice["id"] in chosen)
        case "true_false":
            return "Đúng" if said else "Sai"
        case "order":
            texts = {step["id"]: plain(step["text"]) for step in content["steps"]}
            return "; ".join(f"{number}. {texts[step]}" for number, step in enumerate(said, start=1))
        case "match":
            return "; ".join(f"{plain(pair['left'])} → {plain(said[pair['id']])}" for pair in content["pairs"])
        case "screens":
            return _way_words(content, said)
    return str(said)


def right_words(kind: str, content: Content) -> str:
    """The right answer in words; every wording of a word that is typed."""
    if kind == "fill":
        return " hoặc ".join(f"“{answer}”" for answer in content["answers"])
    return words(kind, content, right(kind, content))


def plain(text: str) -> str:
    """Words without the sign of bold letters."""
    return re.sub(r"\*\*([^*]+)\*\*", r"\1", text)


def _way_words(content: Content, path: list[Any]) -> str:
    """Each press on the screen where it was made, then what happened."""
    told = []
    for number, step in enumerate(path):
        screen = content["screens"][screens.walk(content, path[:number]).screen]
        text = next(button["text"] for button in screen["buttons"] if button["id"] == step["button"])
        labels = {field["id"]: field["label"] for field in screen.get("fields", [])}
        typed = ", ".join(f"{labels[name]}: {value}" for name, value in step.get("fields", {}).items())
        told.append(f"“{plain(text)}”" + (f" ({typed})" if typed else ""))
    return f"Bấm {' → '.join(told)}. {plain(screens.walk(content, path).words)}"


# ---- Words that are typed


def is_forgiven(typed: str, answer: str, *, tones: bool, typos: bool) -> bool:
    """Whether what was typed counts as this answer; the rule is at the top.

    >>> [is_forgiven(typed, "mật khẩu", tones=True, typos=True) for typed in ("Mat khau", "mật khảu", "mạt khâuu", "mã")]
    [True, True, True, False]
    >>> is_forgiven("1023", "1022", tones=True, typos=True)
    False
    """
    one, other = _key(typed), _key(answer)
    if (is_same := amounts.same(one, other)) is not None:
        return is_same
    if _numbers(one) != _numbers(other):
        return False
    bare_one, bare_other = fold(one), fold(other)
    slips = distance(bare_one, bare_other) if abs(len(bare_one) - len(bare_other)) <= 2 else 3
    if not tones and distance(one, other) != slips:
        return False
    return slips <= (_allowed(other) if typos else 0)


def distance(one: str, other: str) -> int:
    """How many slips lie between two words: letters too many, too few, others, neighbours exchanged (Damerau and
    Levenshtein, each stretch touched once).

    >>> [distance(*pair) for pair in (("otp", "otp"), ("zalo", "zlao"), ("vneid", "vnei"), ("ca", "abc"))]
    [0, 1, 1, 3]
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        former, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, former[j - 2] + 1)
            row.append(least)
    return row[-1]


def _forgiving(content: Content) -> dict[str, bool]:
    said = content.get("forgive", {})
    return {"tones": said.get("tones", True), "typos": said.get("typos", True)}


def _key(text: str) -> str:
    return " ".join(nfc(text).casefold().split()).strip(_AROUND)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _allowed(answer: str) -> int:
    letters = sum(map(str.isalpha, answer))
    return (letters >= ONE_SLIP) + (letters >= TWO_SLIPS)


# ---- What forms send


def sign(content: Content, id: str) -> str:
    """What stands for a choice, a step or a pair in a page. Ids follow the order in which the author wrote, and steps are
    written in their right order: whoever reads the page's source must not learn it."""
    return salted_hmac("assessment.entry", f"{content['ask']}|{id}", algorithm="sha256").hexdigest()[:10]


def sent(content: Content, post: QueryDict, prefix: str, id: str) -> str:
    """What a form sends in the field of an entry, under its sign or its id."""
    return str(post.get(prefix + sign(content, id), post.get(prefix + id, "")))


def _meant(entries: list[dict[str, Any]], content: Content, said: str) -> str:
    """The id of what a form chose, by its sign or its id."""
    return next((entry["id"] for entry in entries if said == sign(content, entry["id"])), said)


def _ids(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["id"] for entry in entries}


def _is_list_of(said: Any, ids: set[str]) -> bool:
    """Some of these ids, each once."""
    if not isinstance(said, list) or not said or not all(isinstance(one, str) for one in said):
        return False
    return set(said) <= ids and len(set(said)) == len(said)


def _order_of(places: Mapping[str, str]) -> list[str] | None:
    """The steps by the places they were given; None where these are not 1, 2, 3 …"""
    if sorted(places.values()) != sorted(str(number) for number in range(1, len(places) + 1)):
        return None
    return sorted(places, key=lambda step: int(places[step]))


def _path_of(sent: str) -> Any:
    try:
        return json.loads(sent) if len(sent) < 60_000 else None
    except (ValueError, RecursionError):
        return None
