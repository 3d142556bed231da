"""The drawn phone of a `screens` question: its screens, buttons and ends in their one form, and what is wrong with them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hocvu.assessment.questions.kinds import (
    MOST_BUTTONS,
    MOST_ENDS,
    MOST_FIELDS,
    MOST_LINES,
    MOST_SCREENS,
    MOST_STEPS,
    MOST_VALUES,
    STEPS,
    Content,
)
from hocvu.assessment.questions.wording import ID, doubles, flag, one_line, several_lines, wrong_with

Wrong = list[tuple[str, str]]
SCREEN_KEYS, BUTTON_KEYS = ("app", "title", "lines", "fields", "buttons"), ("id", "text", "to", "when", "else")
HOLDS = ("text", "number")


def clean(raw: Mapping[Any, Any]) -> tuple[Content, Wrong]:
    """The phone's part of a content. Ways through it are judged once each screen is sound."""
    screens, wrong = _named(raw.get("screens"), "screens", "màn hình", MOST_SCREENS, _screen)
    ends, wrong_ends = _named(raw.get("ends"), "ends", "kết cục", MOST_ENDS, _end)
    phone: Content = {"start": one_line(raw.get("start")), "screens": screens, "ends": ends}
    wrong += wrong_ends
    if raw.get("most") is not None:
        phone["most"], wrong_most = _most(raw["most"])
        wrong += wrong_most
    wrong += _of_places(phone)
    if not wrong:
        wrong += _of_ways(phone)
    return {name: value for name, value in phone.items() if value not in ("", {}, None)}, wrong


def leads_to(screen_id: str, button: Mapping[str, Any]) -> Iterator[str]:
    """Where a button may lead; with conditions that are not met and no `else` one stays."""
    yield button["to"]
    if button.get("when"):
        yield button.get("else", screen_id)


def distances(phone: Mapping[str, Any]) -> dict[str, int]:
    """How many steps each screen and end lies from the start, for what can be reached at all."""
    found = {phone["start"]: 0}
    waiting = deque(found)
    while waiting:
        at = waiting.popleft()
        for button in phone["screens"].get(at, {}).get("buttons", []):
            for place in leads_to(at, button):
                if place not in found:
                    found[place] = found[at] + 1
                    waiting.append(place)
    return found


def _named(raw: Any, place: str, noun: str, most: int, each: Any) -> tuple[Content, Wrong]:
    """Screens or ends by their ids."""
    if not isinstance(raw, Mapping) or not raw:
        return {}, [(place, f"Thiếu “{place}”: mỗi {noun} một tên, dưới tên là nội dung.")]
    kept: Content = {}
    wrong: Wrong = [(place, f"Có {len(raw)} {noun}, nhiều nhất {most}.")] if len(raw) > most else []
    for key, value in raw.items():
        name = key if isinstance(key, str) else str(key).lower()
        if not isinstance(key, str) or not ID.fullmatch(key):
            wrong.append((f"{place}.{name[:40]}", f"Tên {noun} gồm chữ thường không dấu, số, dấu gạch; yes, no, on, off và số phải đặt trong dấu nháy."))  # fmt: skip
        if not isinstance(value, Mapping):
            wrong.append((f"{place}.{name[:40]}", f"Dưới tên {noun} phải là các dòng có tên."))
            value = {}
        kept[name], faults = each(value)
        wrong += [(f"{place}.{name}.{where}", words) for where, words in faults]
    return kept, wrong


def _screen(raw: Mapping[Any, Any]) -> tuple[Content, Wrong]:
    screen: Content = {"app": one_line(raw.get("app")), "title": one_line(raw.get("title"))}
    wrong: Wrong = [(name, f"Thiếu “{name}”.") for name in ("app", "title") if not screen[name]]
    wrong += [(name, words) for name in ("app", "title") if (words := wrong_with(name, screen[name], 80))]
    for name, entries, each, most in (
        ("lines", raw.get("lines"), _line, MOST_LINES),
        ("fields", raw.get("fields"), _field, MOST_FIELDS),
        ("buttons", raw.get("buttons"), _button, MOST_BUTTONS),
    ):
        screen[name], faults = _several(name, entries, each, most)
        wrong += faults
    if not screen["buttons"]:
        wrong.append(("buttons", "Màn hình không có nút nào để bấm."))
    wrong += _twice("fields", "label", screen) + _twice("buttons", "text", screen)
    wrong += _of_conditions(screen)
    wrong += _unknown(raw, SCREEN_KEYS)
    return {name: value for name, value in screen.items() if value not in ("", [])}, wrong


def _several(name: str, raw: Any, each: Any, most: int) -> tuple[list[Any], Wrong]:
    if raw is None:
        return [], []
    if not isinstance(raw, Sequence) or isinstance(raw, (str, bytes)):
        return [], [(name, f"“{name}” phải là một danh sách.")]
    kept: list[Any] = []
    wrong: Wrong = [(name, f"“{name}” có {len(raw)} mục, nhiều nhất {most}.")] if len(raw) > most else []
    for entry in raw:
        value, faults = each(entry)
        wrong += [(f"{name}.{len(kept)}{where}", words) for where, words in faults]
        if value:
            kept.append(value)
    return kept, wrong


def _line(raw: Any) -> tuple[str, Wrong]:
    line = several_lines(raw)
    if not line:
        return "", [("", "Dòng này trống hoặc không phải chữ. Hãy đặt chữ trong dấu nháy, hoặc xóa dòng.")]
    return line, [("", words)] if (words := wrong_with("Dòng trên màn hình", line, 300)) else []


def _field(raw: Any) -> tuple[Content, Wrong]:
    if not isinstance(raw, Mapping):
        return {}, [("", "Ô nhập gồm ba dòng: id, label, holds.")]
    field = {"id": one_line(raw.get("id")), "label": one_line(raw.get("label"))}
    wrong = _bad_id(raw.get("id"), field["id"])
    if words := wrong_with("Tên ô", field["label"], 80) or ("" if field["label"] else "Thiếu tên ô (label)."):
        wrong.append((".label", words))
    field["holds"] = one_line(raw.get("holds")) or "text"
    if field["holds"] not in HOLDS:
        wrong.append((".holds", "“holds” là text (chữ) hoặc number (số)."))
    return field, wrong + [(f".{place}", words) for place, words in _unknown(raw, ("id", "label", "holds"))]


def _button(raw: Any) -> tuple[Content, Wrong]:
    if not isinstance(raw, Mapping):
        return {}, [("", "Nút gồm các dòng: id, text, to; có thể thêm when, else.")]
    button: Content = {name: one_line(raw.get(name)) for name in ("id", "text", "to")}
    wrong = _bad_id(raw.get("id"), button["id"])
    if words := wrong_with("Chữ trên nút", button["text"], 80) or (
        "" if button["text"] else "Thiếu chữ trên nút (text)."
    ):
        wrong.append((".text", words))
    if raw.get("when") not in (None, {}):
        button["when"], faults = _when(raw["when"])
        wrong += faults
    if raw.get("else") not in (None, ""):
        button["else"] = one_line(raw["else"])
        if not button.get("when"):
            wrong.append((".else", "“else” chỉ dùng cùng “when”."))
    wrong += [(f".{place}", words) for place, words in _unknown(raw, BUTTON_KEYS)]
    return {name: value for name, value in button.items() if value not in ("", {})}, wrong


def _when(raw: Any) -> tuple[Content, Wrong]:
    if not isinstance(raw, Mapping):
        return {}, [(".when", "“when” ghi tên ô và các giá trị được chấp nhận.")]
    when: Content = {}
    wrong: Wrong = []
    for key, accepted in raw.items():
        values = accepted if isinstance(accepted, Sequence) and not isinstance(accepted, str) else [accepted]
        when[str(key)] = [value for one in values if (value := one_line(one))]
        if not when[str(key)] or len(when[str(key)]) < len(values):
            wrong.append((f".when.{key!s:.40}", "Mỗi giá trị được chấp nhận phải là chữ hoặc số, đặt trong dấu nháy."))
        if len(values) > MOST_VALUES or any(len(value) > 120 for value in when[str(key)]):
            wrong.append((f".when.{key!s:.40}", f"Nhiều nhất {MOST_VALUES} giá trị, mỗi giá trị 120 ký tự."))
    return when, wrong


def _end(raw: Mapping[Any, Any]) -> tuple[Content, Wrong]:
    right, words = flag(raw.get("right")), several_lines(raw.get("words"))
    wrong: Wrong = (
        [] if right is not None and "right" in raw else [("right", "Ghi right: true (đúng) hoặc false (sai).")]
    )
    if said := wrong_with("Điều đã xảy ra", words, 600) or ("" if words else "Thiếu “words”: nói điều đã xảy ra."):
        wrong.append(("words", said))
    wrong += _unknown(raw, ("right", "words"))
    kept = {"right": right} if "right" in raw and right is not None else {}
    return kept | ({"words": words} if words else {}), wrong


def _most(raw: Any) -> tuple[int | None, Wrong]:
    said = one_line(raw)
    if said.isascii() and said.isdigit() and len(said) < 4 and 1 <= int(said) <= MOST_STEPS:
        return int(said), []
    return None, [("most", f"“most” là số bước nhiều nhất, từ 1 đến {MOST_STEPS}.")]


def _bad_id(raw: Any, cleaned: str) -> Wrong:
    if ID.fullmatch(cleaned):
        return []
    if isinstance(raw, bool):
        return [(".id", "“id” yes, no, on, off phải đặt trong dấu nháy.")]
    return [(".id", "“id” gồm chữ thường không dấu, số, dấu gạch.")]


def _twice(name: str, words: str, screen: Content) -> Wrong:
    entries = screen[name]
    ids = [
        (f"{name}.{n}.id", "“id” này đã có trên màn hình này.")
        for n in doubles(one["id"] for one in entries if "id" in one)
    ]
    texts = [one.get(words, "") for one in entries]
    return ids + [(f"{name}.{n}.{words}", f"“{texts[n]}” có hai lần trên một màn hình.") for n in doubles(texts)]


def _unknown(raw: Mapping[Any, Any], known: Sequence[str]) -> Wrong:
    return [(f"{key!s:.40}", f"Không có mục “{key!s:.40}” ở đây.") for key in raw if key not in known]


def _of_conditions(screen: Content) -> Wrong:
    holds = {field["id"]: field["holds"] for field in screen["fields"]}
    wrong: Wrong = []
    for number, button in enumerate(screen["buttons"]):
        for name, accepted in button.get("when", {}).items():
            place = f"buttons.{number}.when.{name[:40]}"
            if name not in holds:
                wrong.append((place, f"Màn hình này không có ô “{name[:40]}”."))
            elif not all(any(map(str.isdigit if holds[name] == "number" else str.isalnum, one)) for one in accepted):
                wrong.append((place, "Giá trị của ô số phải có chữ số, của ô chữ phải có chữ hoặc số."))
    return wrong


def _of_places(phone: Content) -> Wrong:
    """Every place that something leads to is there."""
    screens, ends = phone["screens"], phone["ends"]
    wrong: Wrong = [(f"ends.{name}", f"“{name}” vừa là màn hình vừa là kết cục.") for name in ends if name in screens]
    if phone["start"] not in screens:
        wrong.append(("start", "“start” phải là tên một màn hình."))
    for screen_id, screen in screens.items():
        for number, button in enumerate(screen.get("buttons", [])):
            for name in ("to", "else"):
                if (place := button.get(name, None if name == "else" else "")) is not None and place not in (*screens, *ends):  # fmt: skip
                    wrong.append((f"screens.{screen_id}.buttons.{number}.{name}", f"Không có màn hình hay kết cục “{place[:40]}”."))  # fmt: skip
    return wrong


def _of_ways(phone: Content) -> Wrong:
    """A right and a wrong end can be reached in time, and nothing lies where nobody comes."""
    steps, most = distances(phone), phone.get("most", STEPS)
    wrong: Wrong = [
        (f"{part}.{name}", f"Không có cách nào đến được {noun} này.")
        for part, noun in (("screens", "màn hình"), ("ends", "kết cục"))
        for name in phone[part]
        if name not in steps
    ]
    for right, noun in ((True, "đúng"), (False, "sai")):
        reached = [steps[name] for name, end in phone["ends"].items() if end["right"] is right and name in steps]
        if not reached:
            wrong.append(("ends", f"Phải có ít nhất một kết cục {noun} mà người làm đến được."))
        elif min(reached) > most:
            wrong.append(("most", f"Kết cục {noun} gần nhất cần {min(reached)} bước, “most” chỉ cho {most}."))
    return wrong
