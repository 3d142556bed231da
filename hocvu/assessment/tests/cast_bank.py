"""The cast of the bank's stories: questions of every kind, and learners who answered them."""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta
from typing import Any

from hocvu.assessment.models import Attempt, AttemptItem, Question, QuestionVersion, TestRule
from hocvu.learning.models import Competence, Framework, Level
from hocvu.lib import clock
from hocvu.ward.models import Account, Ward

SINGLE: dict[str, Any] = {
    "ask": "Người lạ gọi điện bảo đọc mã OTP. Bác làm gì?",
    "choices": [
        {"id": "a", "text": "Đọc mã cho họ", "right": False},
        {"id": "b", "text": "Tắt máy", "right": True},
        {"id": "c", "text": "Nhắn mã qua tin nhắn", "right": False},
    ],
    "why": "Ai có mã OTP là chuyển được tiền của mình.",
}
CONTENTS: dict[str, dict[str, Any]] = {
    "single": SINGLE,
    "multiple": {
        "ask": "Việc nào giữ cho mật khẩu an toàn?",
        "choices": [
            {"id": "a", "text": "Đặt dài và khó đoán", "right": True},
            {"id": "b", "text": "Mỗi nơi một mật khẩu", "right": True},
            {"id": "c", "text": "Viết lên vỏ máy", "right": False},
        ],
        "why": "Viết lên vỏ máy thì ai cũng đọc được.",
    },
    "true_false": {"ask": "Ngân hàng không bao giờ hỏi mã OTP.", "right": True, "why": "Mã chỉ để mình dùng."},
    "order": {
        "ask": "Xếp các bước gọi điện.",
        "steps": [
            {"id": "a", "text": "Mở danh bạ"},
            {"id": "b", "text": "Chọn tên"},
            {"id": "c", "text": "Bấm nút gọi"},
        ],
        "why": "Phải chọn tên rồi mới gọi được.",
    },
    "match": {
        "ask": "Ghép số điện thoại với nơi nhận cuộc gọi.",
        "pairs": [{"id": "a", "left": "113", "right": "Công an"}, {"id": "b", "left": "115", "right": "Cấp cứu"}],
        "others": ["Bưu điện"],
        "why": "113 là công an, 115 là cấp cứu.",
    },
    "fill": {"ask": "Gọi cứu hỏa bấm số nào?", "answers": ["114", "một một bốn"], "why": "114 là cứu hỏa."},
    "screens": {
        "ask": "Chuyển 50.000 đồng, dừng lại nếu thấy đáng ngờ.",
        "why": "Tên người nhận không đúng thì phải dừng.",
        "start": "nhap",
        "screens": {
            "nhap": {
                "app": "Ngân hàng",
                "title": "Chuyển tiền",
                "lines": ["Số dư: 1.000.000 đồng"],
                "fields": [{"id": "tien", "label": "Số tiền", "holds": "number"}],
                "buttons": [
                    {"id": "di", "text": "Tiếp tục", "to": "xem", "when": {"tien": ["50000"]}, "else": "nhap"},
                    {"id": "thoi", "text": "Hủy", "to": "huy"},
                ],
            },
            "xem": {
                "app": "Ngân hàng",
                "title": "Xác nhận",
                "lines": ["Người nhận: TRAN VAN LA"],
                "buttons": [
                    {"id": "gui", "text": "Chuyển", "to": "mat"},
                    {"id": "dung", "text": "Dừng lại", "to": "dung"},
                ],
            },
        },
        "ends": {
            "mat": {"right": False, "words": "Tiền đã đi."},
            "dung": {"right": True, "words": "Đã dừng đúng lúc."},
            "huy": {"right": False, "words": "Chưa làm gì."},
        },
    },
}


def make_framework() -> Framework:
    """The working framework, as far as questions need it."""
    framework = Framework.objects.create(
        code="hocvu", version="1.0", title="Khung làm việc", kind=Framework.Kind.WORKING, valid_from=date(2025, 1, 1)
    )
    for number, code in enumerate(("B1", "B2", "B3"), start=1):
        Level.objects.create(framework=framework, number=number, code=code, title=f"Bậc {number}")
    domain = Competence.objects.create(framework=framework, code="4", title="An toàn")
    for code in ("4.1", "4.2"):
        Competence.objects.create(framework=framework, parent=domain, code=code, title=f"Năng lực {code}")
    return framework


def make_question(
    ward: Ward, code: str = "ma-otp", kind: str = "single", *, content: dict[str, Any] | None = None, **said: Any
) -> Question:
    """A question that tests may ask."""
    names = ("competence", "level", "groups", "origin", "writers", "written_by")
    about = {name: said.pop(name) for name in names if name in said}
    question = Question.objects.create(ward=ward, code=code, **said)
    question.current = QuestionVersion.objects.create(
        question=question,
        number=1,
        state=QuestionVersion.State.LIVE,
        kind=kind,
        content=copy.deepcopy(content or CONTENTS[kind]),
        **{"competence": "hocvu/4.2", "level": "B2", **about},
    )
    question.save()
    return question


def make_rule(ward: Ward) -> TestRule:
    """A rule for attempts."""
    return TestRule.objects.create(
        ward=ward,
        code="xep-lop",
        kind=TestRule.Kind.PLACEMENT,
        title="Xếp lớp",
        framework="hocvu",
        framework_version="1.0",
        source="Quy tắc thử",
        valid_from=date(2025, 1, 1),
    )


def make_attempt(
    rule: TestRule,
    account: Account,
    answered: list[tuple[Question, Any, bool]],
    *,
    state: str = Attempt.State.FINISHED,
    at: datetime | None = None,
    seconds: float = 20.0,
) -> Attempt:
    """An attempt with its answers: (question, what was said, whether it is right)."""
    at = at or clock.now()
    attempt = Attempt.objects.create(
        ward=rule.ward,
        account=account,
        rule=rule,
        frozen={"title": rule.title},
        kind=rule.kind,
        state=state,
        began_at=at,
        due_at=at + timedelta(hours=1),
        ended_at=None if state == Attempt.State.RUNNING else at + timedelta(minutes=20),
    )
    AttemptItem.objects.bulk_create(
        AttemptItem(
            attempt=attempt,
            position=position,
            question=question,
            version=question.current,
            difficulty=question.difficulty,
            guessing=question.guessing,
            shown_at=at,
            answered_at=at,
            seconds=seconds,
            said=said,
            right=right,
        )
        for position, (question, said, right) in enumerate(answered, start=1)
    )
    return attempt
