"""Lessons for stories: a short one of two parts with a question, published in a ward."""

from __future__ import annotations

from typing import Any

from hocvu.learning import publishing
from hocvu.learning.models import Course, CourseLesson, Lesson, LessonVersion
from hocvu.lib.blocks.cleaning import clean
from hocvu.ward.models import Ward

BLOCKS: list[dict[str, Any]] = [
    {"kind": "paragraph", "id": "mo-dau", "text": "Mã OTP là dãy số ngân hàng nhắn về máy."},
    {"kind": "heading", "id": "nguoi-la", "text": "Có người lạ gọi", "level": "2"},
    {"kind": "steps", "id": "cac-buoc", "items": [{"title": "Nghe, nhưng không làm theo"}, {"title": "Tắt máy"}]},
    {
        "kind": "check",
        "id": "hoi-1",
        "question": "Có người bảo đọc mã OTP. Làm gì?",
        "choices": [{"text": "Đọc mã ngay", "why": "Ai có mã là lấy được tiền."}, {"text": "Tắt máy", "right": True}],
    },
]


def make_lesson(ward: Ward, slug: str = "khong-doc-ma-otp", *, blocks: Any = BLOCKS, **said: Any) -> Lesson:
    """A published lesson."""
    cleaned = clean(blocks)
    assert not cleaned.faults, cleaned.faults
    lesson = Lesson.objects.create(ward=ward, slug=slug)
    version = LessonVersion.objects.create(
        lesson=lesson,
        number=1,
        state=LessonVersion.State.APPROVED,
        blocks=cleaned.blocks,
        **{"title": "Không đọc mã OTP", "summary": "Giữ mã OTP cho mình.", "groups": ["elderly"], **said},
        rule={"parts": "all", "checks": "answered"},
    )
    publishing.publish(version, by=None)
    lesson.refresh_from_db()
    return lesson


def make_course(ward: Ward, *lessons: Lesson, slug: str = "an-toan", title: str = "An toàn trên mạng") -> Course:
    """An open course of these lessons, in this order."""
    course = Course.objects.create(ward=ward, slug=slug, title=title, state=Course.State.OPEN, groups=["elderly"])
    for position, lesson in enumerate(lessons, start=1):
        CourseLesson.objects.create(course=course, lesson=lesson, position=position)
    return course
