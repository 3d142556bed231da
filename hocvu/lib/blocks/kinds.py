"""Which blocks there are and what each holds. The editor, the check, the page and the guide all read this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Block = dict[str, Any]  # {"kind", "id", and the fields of its kind}, in the form that `cleaning.clean` gives

Holds = Literal["line", "text", "media", "choice", "flag", "lines", "rows", "url", "items"]
MediaKind = Literal["picture", "audio", "video", "captions", "file"]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a block holds.

    `line` is one line with inline marks, `text` several lines (an empty line parts paragraphs), `media` the name of a
    file of the lesson, `choice` one of `choices`, `flag` yes or no, `lines` a list of lines, `rows` lines of a table as
    lists of cells, `url` a path of this site or an https address, `items` a list of groups of `fields`.
    """

    name: str
    label: str
    holds: Holds
    required: bool = False
    most: int = 300  # signs of a line or text, entries of a list
    least: int = 0  # entries of a list that is required
    media: MediaKind = "picture"
    choices: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of block. `spoken` blocks may carry a voice of their own: the name of an audio file in `voice`."""

    code: str
    label: str
    what: str
    fields: tuple[Field, ...]
    spoken: bool = True
    lessons_only: bool = False


def _line(name: str, label: str, *, required: bool = True, most: int = 160, hint: str = "") -> Field:
    return Field(name, label, "line", required, most, hint=hint)


def _text(name: str, label: str, *, required: bool = True, most: int = 2000, hint: str = "") -> Field:
    return Field(name, label, "text", required, most, hint=hint)


def _media(name: str, label: str, kind: MediaKind, *, required: bool = True, hint: str = "") -> Field:
    return Field(name, label, "media", required, 120, media=kind, hint=hint)


ALT = Field(
    "alt", "Mô tả cho người không nhìn thấy ảnh", "line", False, 300, hint="Nói điều ảnh cho thấy, không nói “ảnh của”."
)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("paragraph", "Đoạn văn", "Vài câu ngắn", (_text("text", "Nội dung"),)),
        Kind(
            "heading",
            "Tiêu đề",
            "Bắt đầu một phần mới, hoặc một mục trong phần",
            (
                _line("text", "Tiêu đề"),
                Field("level", "Bậc", "choice", True, choices=(("2", "Phần mới"), ("3", "Mục trong phần"))),
            ),
            spoken=False,
        ),
        Kind(
            "steps",
            "Các bước",
            "Mỗi bước một việc, đánh số",
            (
                Field(
                    "items",
                    "Các bước",
                    "items",
                    True,
                    12,
                    2,
                    fields=(
                        _line("title", "Việc phải làm", hint="Một việc, bắt đầu bằng động từ."),
                        _text("text", "Nói thêm", required=False, most=500),
                        _media("picture", "Hình", "picture", required=False),
                        ALT,
                    ),
                ),
            ),
        ),
        Kind(
            "picture",
            "Hình",
            "Ảnh hoặc hình vẽ",
            (
                _media("media", "Tệp hình", "picture"),
                ALT,
                Field("decorative", "Hình chỉ để trang trí, không cần mô tả", "flag"),
                _line("caption", "Lời dưới hình", required=False, most=300),
            ),
            spoken=False,
        ),
        Kind(
            "audio",
            "Âm thanh",
            "Bài nghe, kèm lời ghi",
            (
                _line("title", "Tên bài nghe"),
                _media("media", "Tệp âm thanh", "audio", required=False, hint="Để trống khi còn chờ thu âm."),
                _text("transcript", "Lời ghi", most=6000),
            ),
            spoken=False,
        ),
        Kind(
            "video",
            "Video",
            "Video có phụ đề và lời ghi",
            (
                _line("title", "Tên video"),
                _media("media", "Tệp video", "video", required=False),
                _media("captions", "Phụ đề (.vtt)", "captions", required=False),
                _text("transcript", "Lời ghi", most=8000),
                _media("sign", "Video ngôn ngữ ký hiệu", "video", required=False),
            ),
            spoken=False,
        ),
        Kind(
            "slides",
            "Trang trình chiếu",
            "Vài trang xem lần lượt, có lời cho người dạy",
            (
                Field(
                    "items",
                    "Các trang",
                    "items",
                    True,
                    20,
                    1,
                    fields=(
                        _line("title", "Tiêu đề trang"),
                        Field("points", "Các ý", "lines", False, 6),
                        _media("picture", "Hình", "picture", required=False),
                        ALT,
                        _text("notes", "Lời cho người dạy", required=False, most=1000),
                    ),
                ),
            ),
        ),
        Kind(
            "warning",
            "Cảnh báo",
            "Điều nguy hiểm, phải nhớ",
            (_line("title", "Điều phải nhớ"), _text("text", "Vì sao, làm gì", required=False, most=800)),
        ),
        Kind(
            "tip",
            "Mẹo",
            "Cách làm nhanh hơn, dễ hơn",
            (_line("title", "Mẹo"), _text("text", "Nói thêm", required=False, most=800)),
        ),
        Kind(
            "quotation",
            "Lời trích",
            "Lời của ai, lấy ở đâu",
            (_text("text", "Lời trích", most=1000), _line("source", "Của ai, ở đâu", most=200)),
        ),
        Kind(
            "table",
            "Bảng",
            "Hàng đầu là tiêu đề cột",
            (
                _line("caption", "Tên bảng"),
                Field("head", "Tiêu đề các cột", "lines", True, 6, 2),
                Field("rows", "Các hàng", "rows", True, 30, 1, hint="Mỗi hàng một dòng, ô cách nhau bằng dấu |."),
            ),
            spoken=False,
        ),
        Kind(
            "link",
            "Liên kết",
            "Dẫn đến một trang khác",
            (
                Field("url", "Địa chỉ", "url", True, 500),
                _line("title", "Tên trang"),
                _line("text", "Ở đó có gì", required=False, most=300),
            ),
            spoken=False,
        ),
        Kind("definition", "Từ mới", "Một từ và nghĩa của nó", (_line("term", "Từ"), _text("text", "Nghĩa", most=600))),
        Kind(
            "practice",
            "Bài thực hành",
            "Việc làm trên máy của mình, có danh sách để tự soát",
            (
                _line("title", "Việc thực hành"),
                _text("text", "Cách làm", required=False),
                Field("checklist", "Tự soát", "lines", True, 8, 1),
            ),
            lessons_only=True,
        ),
        Kind(
            "check",
            "Câu hỏi tự kiểm tra",
            "Chọn câu trả lời, biết ngay đúng sai; không tính vào giấy xác nhận",
            (
                _line("question", "Câu hỏi", most=400),
                Field("many", "Có nhiều câu đúng", "flag"),
                Field(
                    "choices",
                    "Các câu trả lời",
                    "items",
                    True,
                    6,
                    2,
                    fields=(
                        _line("text", "Câu trả lời", most=300),
                        Field("right", "Đúng", "flag"),
                        _text("why", "Vì sao", required=False, most=500),
                    ),
                ),
            ),
            lessons_only=True,
        ),
        Kind(
            "download",
            "Tệp tải về",
            "Giấy nhớ, mẫu đơn, bảng tính",
            (_media("media", "Tệp", "file"), _line("title", "Tên tệp cho người đọc")),
            spoken=False,
        ),
    )
}

# What a lesson says to whoever teaches it; the same kinds of field.
TEACHING: tuple[Field, ...] = (
    Field("aims", "Học xong làm được gì", "lines", True, 6, 1),
    Field("prepare", "Chuẩn bị trước buổi học", "lines", False, 10),
    Field(
        "timeline",
        "Các bước lên lớp",
        "items",
        True,
        12,
        1,
        fields=(
            _line("minutes", "Số phút", most=3),
            _line("title", "Việc"),
            _text("text", "Cách làm", required=False, most=1200),
        ),
    ),
    Field("mistakes", "Chỗ người học hay vướng", "lines", False, 10),
    Field("handout", "Phiếu phát tay: các ý phải nhớ", "lines", True, 8, 1),
    Field("homework", "Việc về nhà", "lines", False, 5),
)
