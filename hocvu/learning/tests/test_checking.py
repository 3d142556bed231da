"""What stops a lesson, and what is only said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hocvu.learning import checking
from hocvu.learning.models import Competence, Framework, Lesson, LessonVersion, Level, Media
from hocvu.learning.tests.cast import BLOCKS
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> LessonVersion:
    framework = Framework.objects.create(
        code="hocvu", version="1", title="Khung", kind="working", valid_from=date(2026, 1, 1)
    )
    Level.objects.create(framework=framework, number=1, code="B1", title="Làm quen")
    Competence.objects.create(framework=framework, code="4.2", title="Giữ mã OTP")
    ward = make_ward()
    lesson = Lesson.objects.create(ward=ward, slug="otp")
    teaching = {"aims": ["Biết"], "timeline": [{"minutes": "5", "title": "Nói"}], "handout": ["Nhớ"]}
    return LessonVersion.objects.create(
        lesson=lesson, number=1, title="Không đọc mã OTP", summary="Mã OTP (mã dùng một lần).", level="B1", groups=["elderly"],
        competences=["hocvu/4.2"], blocks=[dict(block) for block in BLOCKS], teaching=teaching,
    )  # fmt: skip


def found(version: LessonVersion, *more: dict[str, Any], **changed: Any) -> list[tuple[str, str, bool]]:
    version.blocks = [*[dict(block) for block in BLOCKS], *more]
    for name, value in changed.items():
        setattr(version, name, value)
    return [(one.block, one.words, one.blocks) for one in checking.check(version)]


def test_a_good_lesson_has_nothing_against_it(version):
    assert found(version) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"summary": ""}, "Chưa có lời giới thiệu"),
        ({"level": "B9"}, "Bậc “B9” không có"),
        ({"groups": []}, "Chưa chọn bài dành cho nhóm nào"),
        ({"competences": ["hocvu/9.9"]}, "Năng lực “hocvu/9.9” không có"),
        ({"teaching": {}}, "Thiếu “Học xong làm được gì”"),
    ],
)
def test_the_head_and_the_teachers_page_must_be_whole(version, changed, words):
    assert [said for _, said, stops in found(version, **changed) if stops and words in said]


@pytest.mark.parametrize(
    ("block", "words", "stops"),
    [
        ({"kind": "picture", "media": "nut.webp"}, "Hình chưa có lời mô tả", True),
        ({"kind": "picture", "media": "nut.webp", "alt": "Ảnh của nút đỏ"}, "bắt đầu bằng “Ảnh của”", False),
        ({"kind": "picture", "media": "khong-co.webp", "alt": "Nút"}, "Không có tệp “khong-co.webp”", True),
        ({"kind": "picture", "media": "doi.webp", "alt": "Nút"}, "còn đang xử lý", True),
        ({"kind": "video", "title": "Xem", "media": "phim.mp4", "transcript": "Lời."}, "Video chưa có phụ đề", True),
        ({"kind": "video", "title": "Xem"}, "Thiếu “Lời ghi”", True),
        ({"kind": "audio", "title": "Nghe", "transcript": "Lời."}, "Còn chờ tệp của bài nghe", False),
        ({"kind": "audio", "title": "Nghe"}, "Thiếu “Lời ghi”", True),
        ({"kind": "heading", "level": "2", "text": "Hết"}, "chưa có nội dung", True),
        ({"kind": "link", "url": "/khong-co-trang-nay/", "title": "Trang"}, "dẫn đến một trang không có", True),
        ({"kind": "paragraph", "text": "Xem [đây](/chi-tieu/khong/co/)."}, "dẫn đến một trang không có", True),
        ({"kind": "paragraph", "text": "Xem [đây](#mat)."}, "một khối không có trong bài", True),
        ({"kind": "link", "url": "http://a.vn", "title": "Trang"}, "phải bắt đầu bằng https://", True),
        ({"kind": "paragraph", "text": " ".join(["tiếng"] * 26) + "."}, "Câu dài 26 tiếng", False),
        ({"kind": "paragraph", "text": "Một. Hai. Ba. Bốn. Năm."}, "Đoạn có 5 câu", False),
        ({"kind": "paragraph", "text": "Tiến hành thanh toán."}, "“Tiến hành” là chữ của văn bản", False),
        ({"kind": "paragraph", "text": "Nộp TTHC ở đây."}, "“TTHC” là chữ viết tắt", False),
    ],
)
def test_it_says_what_is_wrong_with_a_block(version, block, words, stops):
    for name, state in (("nut.webp", "ready"), ("doi.webp", "working"), ("phim.mp4", "ready")):
        Media.objects.create(ward=version.lesson.ward, lesson=version.lesson, name=name, kind="picture", origin="upload",
                             digest=name, state=state)  # fmt: skip
    told = found(version, {"id": "moi", **block})
    assert [(where, stop) for where, said, stop in told if words in said] == [("moi", stops)], told


def test_the_voices_that_are_wanted_are_told_in_one_line(version):
    wanted = [{"kind": "paragraph", "id": f"cho-{n}", "text": "Chờ.", "voice": "?"} for n in range(3)]
    told = [(words, stops) for _, words, stops in found(version, *wanted) if "thu âm" in words]
    assert told == [("Còn 3 khối chờ thu âm; xem ở “Giọng đọc của bài”.", False)]


def test_a_small_heading_may_not_stand_before_the_first_part(version):
    version.blocks = [{"kind": "heading", "id": "nho", "level": "3", "text": "Nhỏ"}, *BLOCKS]
    assert any("đứng trước phần đầu tiên" in one.words and one.blocks for one in checking.check(version))


def test_a_lesson_without_a_question_is_only_told(version):
    version.blocks = [dict(block) for block in BLOCKS if block["kind"] != "check"]
    assert [(one.words[:22], one.blocks) for one in checking.check(version)] == [("Bài chưa có câu hỏi tự", False)]


def test_abbreviations_may_stand_once_they_are_explained(version):
    explained = {
        "kind": "paragraph",
        "id": "giai",
        "text": "Thủ tục hành chính (TTHC) là việc giấy tờ. TTHC làm ở quầy.",
    }
    defined = {"kind": "definition", "id": "dvc", "term": "DVC", "text": "Dịch vụ công."}
    assert not [said for _, said, _ in found(version, explained, defined) if "viết tắt" in said]


def test_long_sentences_on_the_mean_and_a_heavy_pack_are_told(version):
    sentence = " ".join(["chữ"] * 20) + "."
    told = [
        said
        for _, said, _ in found(version, *[{"kind": "paragraph", "id": f"d{n}", "text": sentence} for n in range(40)])
    ]
    assert any("Trung bình mỗi câu" in said for said in told)
    Media.objects.create(ward=version.lesson.ward, lesson=version.lesson, name="to.webp", kind="picture", origin="upload",
                         digest="to", variants={"main": {"path": "x", "bytes": 2_000_000, "type": "image/webp"}})  # fmt: skip
    told = [said for _, said, _ in found(version, {"kind": "picture", "id": "to", "media": "to.webp", "alt": "Nút"})]
    assert any("nặng 2 MB" in said for said in told)


def test_there_are_enough_plain_words():
    assert len(checking._plain_words()["phrases"]) >= 120
