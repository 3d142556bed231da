"""The table of kinds of questions: what each is called, what it asks of its author, how much it may hold.

Cleaning, the author's form, spreadsheets and the guide for writers read this one table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Holds = Literal["line", "text", "flag", "lines", "picture", "audio", "items", "forgive", "screens"]
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an author gives. `line` and `text` are words, `lines` a list of words, `items` a list of groups of
    `fields`, each with an `id`; `forgive` two flags; `screens` the whole of a drawn phone.
    """

    name: str
    label: str
    holds: Holds
    required: bool = False
    most: int = 300  # signs of words, entries of a list
    least: int = 0  # entries of a list
    fields: tuple[Field, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name for authors, what it is good for, what to do for whoever answers, its own fields."""

    code: str
    label: str
    what: str
    task: str
    fields: tuple[Field, ...]


ASK = Field("ask", "Câu hỏi", "text", True, 1200, hint="Một đến ba câu ngắn. Chữ đậm viết giữa hai dấu **.")
WHY = Field(
    "why", "Vì sao đáp án đúng", "text", True, 1200, hint="Người làm đọc sau khi xong bài. Nói lý do, không chê."
)
PICTURE = Field("picture", "Hình", "picture")
AUDIO = Field("audio", "Âm thanh", "audio")
ABOUT = (ASK, PICTURE, AUDIO)  # before a kind's own fields; WHY comes last

CHOICE = (
    Field("text", "Phương án", "line", True, 300),
    Field("right", "Đúng", "flag"),
    PICTURE,
    AUDIO,
)
CHOICES = Field("choices", "Các phương án", "items", True, 6, 2, CHOICE)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("single", "Chọn một", "Một phương án đúng trong 2 đến 6 phương án", "Chọn một câu.", (CHOICES,)),
        Kind(
            "multiple",
            "Chọn nhiều",
            "Từ hai phương án đúng, ít nhất một phương án sai",
            "Có nhiều câu đúng. Chọn tất cả.",
            (CHOICES,),
        ),
        Kind(
            "true_false",
            "Đúng hay sai",
            "Một câu nói; người làm cho biết đúng hay sai",
            "Chọn Đúng hoặc Sai.",
            (Field("right", "Câu này đúng", "flag", True),),
        ),
        Kind(
            "order",
            "Xếp thứ tự",
            "3 đến 6 bước, viết theo thứ tự đúng; khi hỏi thì được xáo",
            "Chọn cho mỗi bước một số thứ tự.",
            (
                Field(
                    "steps", "Các bước, theo thứ tự đúng", "items", True, 6, 3, (Field("text", "Bước", "line", True),)
                ),
            ),
        ),
        Kind(
            "match",
            "Ghép đôi",
            "2 đến 5 đôi; có thể thêm vế phải thừa",
            "Chọn cho mỗi dòng một ý đi với nó.",
            (
                Field(
                    "pairs",
                    "Các đôi",
                    "items",
                    True,
                    5,
                    2,
                    (Field("left", "Vế trái", "line", True, 200), Field("right", "Vế phải", "line", True, 200)),
                ),
                Field("others", "Vế phải thừa", "lines", False, 3),
            ),
        ),
        Kind(
            "fill",
            "Điền từ",
            "Gõ một từ hay một con số; thiếu dấu, gõ nhầm được bỏ qua theo quy tắc",
            "Gõ câu trả lời.",
            (
                Field("answers", "Mọi cách viết đúng", "lines", True, 12, 1),
                Field("forgive", "Bỏ qua", "forgive", hint="Thiếu dấu; gõ nhầm một chữ. Số thì không bao giờ bỏ qua."),
                Field("hint", "Gợi ý loại từ", "line", False, 120, hint="Ví dụ: hai tiếng, một con số."),
            ),
        ),
        Kind(
            "screens",
            "Màn hình giả lập",
            "Làm từng bước trên một chiếc điện thoại vẽ",
            "Làm từng bước trên điện thoại mẫu. Bấm nút bên dưới màn hình.",
            (Field("screens", "Các màn hình", "screens", True),),
        ),
    )
}

# How much the drawn phone holds.
MOST_SCREENS, MOST_ENDS, MOST_BUTTONS, MOST_FIELDS, MOST_LINES, MOST_VALUES = 30, 10, 8, 5, 14, 20
STEPS, MOST_STEPS = 30, 100


def media_names(kind: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every file that a content names: (place, name, "picture" or "audio")."""
    yield from _named("", content)
    for number, choice in enumerate(content.get("choices", []) if kind in ("single", "multiple") else []):
        yield from _named(f"choices.{number}.", choice)


def _named(place: str, said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if picture := said.get("picture"):
        yield f"{place}picture", picture["name"], "picture"
    if audio := said.get("audio"):
        yield f"{place}audio", audio, "audio"
