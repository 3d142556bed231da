"""A small bank, rules and learners for stories of tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management import call_command

from hocvu.assessment.models import Attempt, AttemptItem, Question, QuestionVersion, TestRule
from hocvu.assessment.questions import marking
from hocvu.assessment.testing import attempts, rules
from hocvu.learning.models import Framework
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit

COMPETENCES = ("1.1", "2.2", "3.1", "4.1", "4.2", "4.3", "5.1", "6.1")
SOURCE = "Quy tắc làm việc của dự án Học vụ số, bản 1"


def make_hoa(ward: Ward, username: str = "hoa") -> Account:
    """Hoa of the office, who manages and reviews tests."""
    unit = Unit.objects.filter(ward=ward).first() or make_unit(ward, "Phòng Văn hóa - Xã hội")
    return make_account(username, Role.COORDINATOR, ward=ward, unit=unit)


def load_framework() -> None:
    """The working framework of the project."""
    if not Framework.objects.filter(code="hocvu").exists():
        call_command("load_frameworks", verbosity=0)


def make_question(
    ward: Ward, code: str, *, competence: str = "4.2", level: str = "B2", difficulty: float = 0.0,
    groups: tuple[str, ...] = (), kind: str = "single", content: dict[str, Any] | None = None,
) -> Question:  # fmt: skip
    """A live question: of four choices "a" is right."""
    row = Question.objects.create(ward=ward, code=code, difficulty=difficulty, discrimination=1.4, guessing=0.0)
    row.current = QuestionVersion.objects.create(
        question=row, number=1, state=QuestionVersion.State.LIVE, origin=QuestionVersion.Origin.FILE, kind=kind,
        competence=f"hocvu/{competence}", level=level, groups=list(groups), content=content or choices(code),
    )  # fmt: skip
    row.save(update_fields=("current",))
    return row


def choices(code: str) -> dict[str, Any]:
    """A question with one right answer."""
    texts = ("Tắt máy, tự gọi lại", "Đọc mã ngay", "Bấm vào liên kết", "Gửi ảnh thẻ")
    return {
        "ask": f"Có người lạ gọi, bảo đọc mã OTP. Làm gì? ({code})",
        "choices": [{"id": "abcd"[n], "text": text, "right": n == 0} for n, text in enumerate(texts)],
        "why": "Không ai ở ngân hàng hỏi mã OTP.",
    }


SCREENS: dict[str, Any] = {
    "ask": "Chuyển 50.000 đồng, dừng lại nếu thấy lạ.",
    "why": "Tên người nhận khác tên người quen.",
    "start": "mo",
    "screens": {
        "mo": {"app": "Ngân hàng", "title": "Chuyển tiền", "lines": ["Người nhận: TRAN VAN LA"], "fields": [],
               "buttons": [{"id": "xem", "text": "Xem kỹ", "to": "ky"}, {"id": "gui", "text": "Chuyển", "to": "mat"}]},
        "ky": {"app": "Ngân hàng", "title": "Kiểm tra", "lines": ["Tên lạ"], "fields": [],
               "buttons": [{"id": "dung", "text": "Dừng", "to": "tot"}, {"id": "gui", "text": "Chuyển", "to": "mat"}]},
    },
    "ends": {"tot": {"right": True, "words": "Đã dừng kịp."}, "mat": {"right": False, "words": "Tiền đã đi."}},
}  # fmt: skip


def make_bank(ward: Ward, per_competence: int = 5) -> list[Question]:
    """Questions of every competence, from easy to hard."""
    load_framework()
    spread = [-1.2, -0.6, 0.0, 0.6, 1.2, 0.3, -0.3, 0.9]
    return [
        make_question(ward, f"cau-{code.replace('.', '-')}-{n}", competence=code, difficulty=spread[n % len(spread)])
        for code in COMPETENCES
        for n in range(per_competence)
    ]


def make_rule(ward: Ward, kind: str = "confirm", code: str = "", **params: Any) -> TestRule:
    """A rule that holds; parameters as given, the rest as they are by themselves."""
    load_framework()
    if kind == "change" and "forms" not in params:
        raise ValueError("a change test needs its forms")
    cleaned = rules.clean(params, kind)
    assert not cleaned.faults, cleaned.faults
    return TestRule.objects.create(
        ward=ward, code=code or f"bai-{kind}", kind=kind, title=f"Bài {kind}", framework="hocvu",
        framework_version="1.0", level="B2", params=cleaned.params, source=SOURCE, valid_from=date(2025, 1, 1),
    )  # fmt: skip


def make_confirm(ward: Ward, code: str = "xac-nhan", **params: Any) -> TestRule:
    """A confirmation that is soon over: 5 to 12 questions, two competences at its core."""
    said = {"least": 5, "most": 12, "core": ["hocvu/4.2", "hocvu/1.1"], "wait_days": 3, "minutes": 60, **params}
    return make_rule(ward, "confirm", code, **said)


def say(item: AttemptItem, right: bool) -> Any:
    """A right or a wrong answer to a question."""
    kind, content = item.version.kind, item.version.content
    if right:
        return marking.right(kind, content)
    return {"single": "b", "true_false": not content.get("right"), "screens": [{"button": "gui"}]}[kind]


def sit(attempt: Attempt, by: Account, right: Any = True) -> Attempt:
    """Answer until it is over; `right` a bool, or one for each position."""
    for _ in range(80):
        item = attempts.item_now(attempt)
        if item is None:
            break
        is_right = right(item.position) if callable(right) else right
        attempts.answer(attempt, position=item.position, said=say(item, is_right), by=by)
        attempt.refresh_from_db()
    return attempt
