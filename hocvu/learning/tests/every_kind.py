"""One lesson with every kind of block, its drawing and its voice, for stories about how lessons look."""

from __future__ import annotations

from typing import Any

from hocvu.learning.models import Lesson, Media

DRAWING = (
    '<svg viewBox="0 0 240 204"><defs><clipPath id="man-hinh"><rect x="66" y="10" width="108" height="184" rx="16"/>'
    '</clipPath></defs><rect x="66" y="10" width="108" height="184" rx="16" class="hv-d-paper"/>'
    '<g clip-path="url(#man-hinh)"><circle cx="120" cy="112" r="28" class="hv-d-red"/></g>'
    '<text x="120" y="62" class="hv-d-text">Tắt máy</text>'
    '<rect x="66" y="10" width="108" height="184" rx="16" class="hv-d-line"/></svg>'
)

BLOCKS: list[dict[str, Any]] = [
    {
        "kind": "paragraph",
        "id": "mo-dau",
        "text": "Kẻ lừa đảo hay dọa. Họ nói nhanh để mình sợ.\n\nMình chỉ cần nhớ **ba bước**.",
        "voice": "mo-dau.opus",
    },
    {"kind": "definition", "id": "otp", "term": "Mã OTP", "text": "Dãy số ngân hàng nhắn về máy, dùng một lần."},
    {"kind": "heading", "id": "nguoi-la", "text": "Có người lạ gọi, xưng là công an", "level": "2"},
    {"kind": "paragraph", "id": "doan-hai", "text": "Gọi [1022](tel:1022) khi cần.", "voice": "?"},
    {
        "kind": "steps",
        "id": "cac-buoc",
        "items": [
            {
                "title": "Nghe, nhưng không làm theo",
                "text": "Công an không làm việc qua điện thoại.",
                "picture": "tat-may.svg",
                "alt": "Điện thoại đang reo, người gọi là số lạ",
            },
            {"title": "Tắt máy", "picture": "tat-may.svg", "alt": "Ngón tay bấm nút đỏ"},
            {"title": "Gọi cho người mình tin", "text": "Gọi con cháu, hoặc gọi **1022**."},
        ],
    },
    {
        "kind": "warning",
        "id": "canh-bao",
        "title": "Không đọc mã OTP cho bất kỳ ai",
        "text": "Ai có dãy số ấy là lấy được tiền.",
    },
    {
        "kind": "check",
        "id": "hoi-1",
        "question": "Có người bảo đọc mã OTP. Làm gì?",
        "choices": [
            {"text": "Đọc mã ngay cho kịp", "why": "Ai có mã là lấy được tiền."},
            {"text": "Tắt máy, rồi tự gọi ngân hàng", "right": True, "why": "Số in sau thẻ là số thật."},
            {"text": "Chỉ đọc một nửa dãy số"},
        ],
    },
    {"kind": "tip", "id": "meo", "title": "Ghi số ngân hàng ra giấy", "text": "Dán cạnh điện thoại."},
    {"kind": "heading", "id": "dau-hieu", "text": "Dấu hiệu nhận ra", "level": "3"},
    {
        "kind": "table",
        "id": "bang",
        "caption": "Thật và giả",
        "head": ["Dấu hiệu", "Thật", "Giả"],
        "rows": [["Cách gọi", "Gửi giấy mời", "Gọi điện dọa"], ["Hỏi mã", "Không bao giờ", "Luôn hỏi"]],
    },
    {"kind": "quotation", "id": "trich", "text": "Không cung cấp mã OTP.", "source": "Ngân hàng Nhà nước"},
    {
        "kind": "picture",
        "id": "anh",
        "media": "the.webp",
        "alt": "Mặt sau thẻ ngân hàng",
        "caption": "Số điện thoại in ở đây",
    },
    {"kind": "picture", "id": "hoa", "media": "tat-may.svg", "decorative": True},
    {
        "kind": "audio",
        "id": "nghe",
        "title": "Một cuộc gọi lừa",
        "media": "cuoc-goi.opus",
        "transcript": "Bà ơi, cháu gọi từ công an.",
    },
    {"kind": "audio", "id": "cho-thu", "title": "Lời kể của bà Hai", "transcript": "Tôi đã tắt máy ngay."},
    {
        "kind": "video",
        "id": "phim",
        "title": "Cách tắt máy",
        "media": "tat-may.mp4",
        "captions": "tat-may.vtt",
        "sign": "ky-hieu.mp4",
        "transcript": "Bấm nút đỏ.",
    },
    {
        "kind": "slides",
        "id": "trang",
        "items": [
            {
                "title": "Ba bước",
                "points": ["Nghe", "Tắt", "Gọi người tin"],
                "picture": "tat-may.svg",
                "alt": "Điện thoại",
                "notes": "Hỏi cả lớp ai từng gặp.",
            }
        ],
    },
    {"kind": "link", "id": "lien-ket", "url": "https://vneid.gov.vn", "title": "Trang VNeID", "text": "Trang của Bộ."},
    {"kind": "heading", "id": "thuc-hanh", "text": "Thực hành cùng người nhà", "level": "2"},
    {
        "kind": "practice",
        "id": "lam-thu",
        "title": "Tập tắt máy",
        "text": "Nhờ con cháu gọi thử.",
        "checklist": ["Đã tắt được máy", "Đã ghi số ngân hàng"],
    },
    {
        "kind": "check",
        "id": "hoi-2",
        "question": "Dấu hiệu nào là lừa đảo?",
        "many": True,
        "choices": [
            {"text": "Gọi điện dọa", "right": True},
            {"text": "Hỏi mã OTP", "right": True},
            {"text": "Gửi giấy mời"},
        ],
    },
    {"kind": "download", "id": "giay", "media": "giay-nho.pdf", "title": "Giấy nhớ ba bước"},
]

TEACHING: dict[str, Any] = {
    "aims": ["Tắt được cuộc gọi của người lạ"],
    "prepare": ["Mỗi người một điện thoại"],
    "timeline": [
        {"minutes": "10", "title": "Hỏi chuyện", "text": "Ai từng bị gọi?"},
        {"minutes": "20", "title": "Tập"},
    ],
    "mistakes": ["Bấm nhầm nút xanh"],
    "handout": ["Không đọc mã OTP", "Tắt máy không có lỗi gì"],
    "homework": ["Kể cho hàng xóm"],
}

_FILES: dict[str, dict[str, Any]] = {
    "mo-dau.opus": {"kind": "audio", "said_by": "chị Thu Hà", "seconds": 100.0, "bytes": 312_000, "type": "audio/ogg"},
    "cuoc-goi.opus": {"kind": "audio", "seconds": 30.0, "bytes": 90_000, "type": "audio/ogg"},
    "the.webp": {"kind": "picture", "bytes": 48_000, "type": "image/webp", "width": 960, "height": 640},
    "tat-may.mp4": {
        "kind": "video",
        "seconds": 48.0,
        "bytes": 480_000,
        "type": "video/mp4",
        "width": 854,
        "height": 480,
    },
    "ky-hieu.mp4": {
        "kind": "video",
        "seconds": 50.0,
        "bytes": 510_000,
        "type": "video/mp4",
        "width": 854,
        "height": 480,
    },
    "tat-may.vtt": {"kind": "captions", "bytes": 1_100, "type": "text/vtt"},
    "giay-nho.pdf": {"kind": "file", "bytes": 143_000, "type": "application/pdf"},
}


def add_files(lesson: Lesson) -> None:
    """The files that the blocks name; of most only what pages say about them."""
    Media.objects.create(
        ward=lesson.ward,
        lesson=lesson,
        name="tat-may.svg",
        kind="picture",
        origin="file",
        digest="0" * 64,
        drawing=DRAWING,
    )
    for name, said in _FILES.items():
        main = {key: said[key] for key in ("bytes", "type", "width", "height") if key in said}
        variants = {"main": {"path": f"hoc/thu/{name}", **main}}
        if said["kind"] == "picture":
            variants["480"] = {**variants["main"], "width": 480, "height": 320, "bytes": 20_000}
        if name == "tat-may.mp4":
            variants["poster"] = {"path": "x", "bytes": 9_000, "type": "image/webp", "width": 854, "height": 480}
            variants["audio"] = {"path": "x", "bytes": 110_000, "type": "audio/mp4"}
        Media.objects.create(
            ward=lesson.ward,
            lesson=lesson,
            name=name,
            kind=said["kind"],
            origin="file",
            digest="0" * 64,
            seconds=said.get("seconds"),
            said_by=said.get("said_by", ""),
            variants=variants,
        )


def publish_again(lesson: Lesson) -> Lesson:
    """The lesson with its files."""
    from hocvu.learning import publishing

    add_files(lesson)
    version = lesson.published
    assert version is not None
    version.teaching = TEACHING
    publishing.publish(version, by=None)
    lesson.refresh_from_db()
    return lesson
