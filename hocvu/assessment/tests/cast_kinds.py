"""One sound question of each kind, and any number of others."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hocvu.assessment.questions import cleaning

PHONE: dict[str, Any] = {
    "ask": "Con gái nhắn qua Zalo xin chuyển **2.000.000 đ**. Làm việc này trên điện thoại mẫu, dừng lại khi thấy điều đáng ngờ.",
    "why": "Tài khoản nhận không phải tên con. Gọi lại số cũ để hỏi trước khi chuyển.",
    "start": "tin",
    "screens": {
        "tin": {
            "app": "Zalo",
            "title": "Tin nhắn mới",
            "lines": ["Con gái: Mẹ ơi con cần 2 triệu gấp.", "Con gái: Mẹ chuyển vào số này nhé."],
            "buttons": [
                {"id": "mo", "text": "Mở ứng dụng ngân hàng", "to": "ngan-hang"},
                {"id": "goi", "text": "Gọi vào số con vẫn dùng", "to": "hoi"},
            ],
        },
        "ngan-hang": {
            "app": "Ngân hàng",
            "title": "Chuyển tiền",
            "lines": ["Người nhận: NGUYEN VAN LA"],
            "fields": [
                {"id": "tien", "label": "Số tiền", "holds": "number"},
                {"id": "loi", "label": "Lời nhắn", "holds": "text"},
            ],
            "buttons": [
                {"id": "chuyen", "text": "Chuyển", "to": "mat", "when": {"tien": ["2000000"]}, "else": "ngan-hang"},
                {"id": "lui", "text": "Quay lại", "to": "tin"},
            ],
        },
        "hoi": {
            "app": "Điện thoại",
            "title": "Đang gọi con gái",
            "lines": ["Con gái: Con có nhắn gì đâu mẹ!"],
            "buttons": [{"id": "dung", "text": "Không chuyển, báo 1022", "to": "yen"}],
        },
    },
    "ends": {
        "mat": {"right": False, "words": "Tiền đã đến tài khoản của kẻ lạ."},
        "yen": {"right": True, "words": "Không mất tiền, và người khác được cảnh báo."},
    },
    "most": 12,
}

RAW: dict[str, dict[str, Any]] = {
    "single": {
        "ask": "Ai được biết mã **OTP**?",
        "why": "Mã OTP mở được tiền trong tài khoản.",
        "choices": [
            {"text": "Chỉ chủ tài khoản", "right": True},
            {"text": "Nhân viên ngân hàng", "right": False},
            {"text": "Công an"},
        ],
    },
    "multiple": {
        "ask": "Mật khẩu nào tốt?",
        "why": "Dài và khó đoán.",
        "choices": [
            {"id": "a", "text": "Dài từ 12 ký tự", "right": True},
            {"id": "b", "text": "Ngày sinh", "right": False},
            {"id": "c", "text": "Không dùng ở nơi khác", "right": True},
        ],
    },
    "true_false": {
        "ask": "Dịch vụ công trực tuyến làm được cả ban đêm.",
        "why": "Máy nhận hồ sơ suốt ngày.",
        "right": True,
    },
    "order": {
        "ask": "Xếp các bước gửi ảnh qua Zalo.",
        "why": "Mở người nhận trước rồi mới chọn ảnh.",
        "steps": [{"text": "Mở Zalo"}, {"text": "Chạm tên người nhận"}, {"text": "Chọn ảnh"}, {"text": "Chạm Gửi"}],
    },
    "match": {
        "ask": "Số nào gọi khi nào?",
        "why": "Các số này miễn phí.",
        "pairs": [{"left": "Cháy", "right": "114"}, {"left": "Cấp cứu", "right": "115"}],
        "others": ["1022"],
    },
    "fill": {
        "ask": "Dãy chữ giữ riêng để vào tài khoản gọi là gì?",
        "why": "Mật khẩu chỉ mình biết.",
        "answers": ["mật khẩu", "password"],
        "hint": "hai tiếng",
    },
    "screens": PHONE,
}
CONTENTS = {kind: cleaning.clean(kind, raw).content for kind, raw in RAW.items()}

TEXTS = st.text("abcdeghiklmnopqrstuvxyàáảãạăằâấđêếôồơớưứ ABĐ019", min_size=1, max_size=24).filter(
    lambda text: any(map(str.isalnum, text))
)


def texts(least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Wordings that no reader takes for one another."""
    return st.lists(TEXTS, min_size=least, max_size=most, unique_by=lambda text: " ".join(text.casefold().split()))


@st.composite
def contents(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """A sound content of a kind, cleaned."""
    raw: dict[str, Any] = {"ask": draw(TEXTS), "why": draw(TEXTS)}
    if kind in ("single", "multiple"):
        words = draw(texts(3, 6))
        right = draw(st.sets(st.integers(0, len(words) - 1), min_size=2, max_size=len(words) - 1))
        right = {min(right)} if kind == "single" else right
        raw["choices"] = [{"text": text, "right": number in right} for number, text in enumerate(words)]
    elif kind == "true_false":
        raw["right"] = draw(st.booleans())
    elif kind == "order":
        raw["steps"] = [{"text": text} for text in draw(texts(3, 6))]
    elif kind == "match":
        lefts = draw(texts(2, 5))
        words = draw(texts(len(lefts), len(lefts) + 3))
        raw["pairs"] = [{"left": left, "right": right} for left, right in zip(lefts, words, strict=False)]
        raw["others"] = words[len(lefts) :]
    elif kind == "fill":
        raw["answers"] = [draw(TEXTS)]
        raw["forgive"] = {"tones": draw(st.booleans()), "typos": draw(st.booleans())}
    else:
        raw |= _phone(draw)
    cleaned = cleaning.clean(kind, raw)
    assert not cleaned.faults, cleaned.faults
    return cleaned.content


def _phone(draw: st.DrawFn) -> dict[str, Any]:
    """A row of screens where each forward press has a condition, with ways astray and back."""
    count = draw(st.integers(1, 5))
    screens: dict[str, Any] = {}
    for number in range(count):
        value = str(draw(st.integers(1, 10**6)))
        forward = f"s{number + 1}" if number + 1 < count else "xong"
        screens[f"s{number}"] = {
            "app": "Máy", "title": f"Màn {number}", "lines": [draw(TEXTS)],
            "fields": [{"id": "o", "label": "Số", "holds": draw(st.sampled_from(("number", "text")))}],
            "buttons": [
                {"id": "di", "text": "Đi", "to": forward, "when": {"o": [value]}, **draw(st.sampled_from(({}, {"else": "hong"})))},
                {"id": "bo", "text": "Bỏ", "to": "hong"},
                {"id": "lai", "text": "Lại", "to": "s0"},
            ],
        }  # fmt: skip
    ends = {"xong": {"right": True, "words": "Được."}, "hong": {"right": False, "words": "Hỏng."}}
    return {"start": "s0", "screens": screens, "ends": ends}
