"""Who may begin a test now: what a learner did before decides, and whether the bank has questions enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import dropwhile
from typing import Any
from uuid import UUID

from hocvu.assessment import certifying
from hocvu.assessment.models import Attempt, TestRule
from hocvu.assessment.testing import choosing, rules
from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.ward import audit
from hocvu.ward.models import Account

State, Kind, Phase = Attempt.State, TestRule.Kind, Attempt.Phase
SHORT_BANK = "Ngân hàng câu hỏi chưa đủ cho bài này. Hãy quay lại sau; người phụ trách sẽ bổ sung câu hỏi."
HELPED_WORDS = (
    "Bài xác nhận phải do chính người học làm. Khi có người giúp thì chưa làm được: hãy tự đăng nhập để làm, hoặc nhờ "
    "giám thị mở buổi kiểm tra."
)
STAFF_WORDS = (
    "Đang dùng tài khoản công việc. Giấy xác nhận là của từng người: hãy đăng nhập bằng tài khoản người dân (VNeID, số "
    "điện thoại hoặc thẻ học viên) để làm bài này."
)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier attempt, as far as it decides on the next."""

    code: str
    kind: str
    framework: str
    level: str
    state: str
    passed: bool | None
    ended_at: datetime
    phase: str
    course: UUID | None
    rule_id: int
    # Of the certificate that it brought; None where it brought none.
    valid_until: datetime | None
    revoked_at: datetime | None
    superseded_by: Any

    def delays(self, rule: TestRule) -> bool:
        """Whether a test is not begun again at once after this: it ended without a pass, under the rule or under another
        that confirms the same level; or it was a placement, which explains every question when it is over."""
        same = self.code == rule.code or (
            (self.kind, self.framework, self.level) == (Kind.CONFIRM, rule.framework, rule.level)
            and rule.kind == Kind.CONFIRM
        )
        failed = self.state == State.FINISHED and (self.passed is False or self.kind == Kind.PLACEMENT)
        return same and (failed or self.state in (State.EXPIRED, State.GIVEN_UP))


def past_of(account: Account, ward_id: int) -> list[Past]:
    """All that a learner did before in a ward, the newest first; one question."""
    rows = Attempt.objects.filter(account=account, ward=ward_id).exclude(ended_at=None).order_by("-ended_at", "pk")
    names = (
        "rule__code",
        "kind",
        "rule__framework",
        "rule__level",
        "state",
        "passed",
        "ended_at",
        "phase",
        "course",
        "rule",
        "certificate__valid_until",
        "certificate__revoked_at",
        "certificate__superseded_by",
    )
    return [Past(*row) for row in rows.values_list(*names)]


def closed_because(rule: TestRule, account: Account, course: Course | None = None) -> str:
    """Why a learner may not begin a test now, in a sentence; "" where they may."""
    if why := closed_by_past(rule, account, past_of(account, rule.ward_id), course):
        return why
    frozen = rules.frozen(rule)
    if rule.kind == Kind.CHANGE:
        codes = {code for name in rules.FORMS for code in frozen["params"]["forms"][name]}
        return "" if len(choosing.of_form(rule.ward_id, list(codes))) == len(codes) else SHORT_BANK
    return SHORT_BANK if choosing.pool_of(rule.ward_id, frozen).lacks(rules.plan_of(frozen)) else ""


def closed_by_past(rule: TestRule, account: Account, past: Sequence[Past], course: Course | None = None) -> str:
    """The same without a look at the bank."""
    if not rules.holds(rule, clock.today()):
        return "Bài này không còn mở. Hãy quay lại danh sách để chọn bài đang mở."
    if rule.kind == Kind.CONFIRM:
        if not account.is_citizen:
            return STAFF_WORDS
        if audit.helper_now() is not None:
            return HELPED_WORDS
        if why := _passed_already(rule, past):
            return why
    if (day := open_again_on(rule, past)) is not None:
        return f"Làm lại được từ ngày {day:%d/%m/%Y}. Từ nay đến đó nên học thêm những phần chưa nắm."
    if rule.kind == Kind.CHANGE and _is_measured(rule, past, course):
        return "Đã làm cả lần trước và lần sau khi học. Cảm ơn đã tham gia."
    return ""


def open_again_on(rule: TestRule, past: Sequence[Past], day: date | None = None) -> date | None:
    """The day from which a learner may begin again after an attempt that makes them wait; None where a day (today) is
    late enough."""
    wait = rules.clean(rule.params, rule.kind).params["wait_days"]
    last = next((one for one in past if one.delays(rule)), None)
    if not wait or last is None:
        return None
    first = clock.local_day(last.ended_at) + timedelta(days=wait)
    return first if first > (day or clock.today()) else None


def _passed_already(rule: TestRule, past: Sequence[Past]) -> str:
    """A pass closes the test for as long as it is of use, and no longer: until the certificate that it brought comes near
    its end, or while it may still bring one (`certifying`). What can bring none any more closes nothing."""
    passed = [one for one in past if one.code == rule.code and one.state == State.FINISHED and one.passed]
    taken_back = max((one.revoked_at for one in passed if one.revoked_at), default=None)
    holds = next((one for one in passed if one.valid_until and not one.revoked_at and not one.superseded_by), None)
    ends = holds.valid_until if holds else None
    months = rules.clean(rule.params, rule.kind).params["valid_months"]
    for one in passed:
        until = certifying.months_after(one.ended_at, months)
        if ends and one is holds:
            until = ends
        elif one.valid_until or (taken_back and one.ended_at <= taken_back):
            continue  # what it brought was replaced or taken back, or it was sat before that
        elif ends and holds and one.rule_id == holds.rule_id and one.ended_at < certifying.renewable_from(ends):
            continue  # sat too early to renew what stands
        if clock.now() < certifying.renewable_from(until):
            day = clock.local_day(one.ended_at)
            return f"Đã đạt bài này ngày {day:%d/%m/%Y}, không phải làm lại. Xem kết quả để biết còn cần gì."
    return ""


def _is_measured(rule: TestRule, past: Sequence[Past], course: Course | None) -> bool:
    """Whether both measures stand: the second counts only after a first that stands (`attempts.measured`)."""
    mine = [one for one in reversed(past) if one.code == rule.code and one.course == (course.pk if course else None)]
    finished = [one for one in mine if one.state == State.FINISHED]
    return any(one.phase == Phase.AFTER for one in dropwhile(lambda one: one.phase != Phase.BEFORE, finished))
