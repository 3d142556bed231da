"""Rows of assessment as other rooms meet them: rules, measured attempts, practice seen, certificates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hocvu.assessment.certificates import codes
from hocvu.assessment.models import (
    Attempt,
    Certificate,
    PracticeConfirmation,
    PracticeTask,
    SigningKey,
    StatusList,
    TestRule,
)
from hocvu.learning.models import Course, Framework, Level
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward.models import Account, Person, Ward

LEVELS = (("B1", "Làm quen"), ("B2", "Tự làm"), ("B3", "Giúp người khác"))


def make_framework(code: str = "hocvu", version: str = "1.0", levels: Any = LEVELS, **said: Any) -> Framework:
    """A framework with three levels."""
    fields = {"title": "Khung kỹ năng số làm việc", "kind": "working", "valid_from": date(2026, 1, 1), **said}
    framework = Framework.objects.create(code=code, version=version, **fields)
    for number, (level, title) in enumerate(levels, start=1):
        Level.objects.create(framework=framework, number=number, code=level, title=title)
    return framework


def make_test(ward: Ward, kind: str = "confirm", *, group: str = "adults", level: str = "B2", **said: Any) -> TestRule:
    """A rule of a test; one for each kind, group and level."""
    fields: dict[str, Any] = {"title": "Xác nhận mức Tự làm", "framework": "hocvu", "framework_version": "1.0"}
    fields |= {"source": "Quy định 1", "valid_from": date(2025, 1, 1), **said}
    code = said.pop("code", f"{kind}-{group}-{level}".lower())
    fields.pop("code", None)
    return TestRule.objects.get_or_create(ward=ward, code=code, kind=kind, level=level, group=group, defaults=fields)[0]


def make_certificate(
    ward: Ward,
    person: Person | None,
    *,
    group: str = "adults",
    level: str = "B2",
    version: str = "1.0",
    framework: str = "hocvu",
    issued_at: datetime | None = None,
    valid_until: datetime | None = None,
    account: Account | None = None,
    **said: Any,
) -> Certificate:
    """A certificate of somebody, with the row that the list of revocations has for it."""
    account = account or (citizens.open_account(ward, person=person) if person else citizens.open_account(ward))
    key, _ = SigningKey.objects.get_or_create(
        ward=ward, defaults={"kid": f"{ward.slug}-1", "public": {}, "private_sealed": b"x"}
    )
    status, _ = StatusList.objects.get_or_create(ward=ward, number=1)
    issued_at = issued_at or clock.now()
    n = Certificate.objects.count()
    return Certificate.objects.create(
        ward=ward, code=codes.new(), account=account, person=person,
        rule=make_test(ward, group=group, level=level), framework=framework, framework_version=version, level=level,
        group=group, title="Kỹ năng số mức Tự làm", identity="VNeID mức 2", issued_at=issued_at,
        valid_until=valid_until or issued_at + timedelta(days=730), key=key, status_list=status, status_index=n, **said,
    )  # fmt: skip


def revoke(certificate: Certificate, *, at: datetime | None = None, reason: str = "mistake") -> None:
    """What a revocation leaves on a certificate."""
    certificate.revoked_at, certificate.revoked_class = at or clock.now(), reason
    certificate.save(update_fields=("revoked_at", "revoked_class"))


def make_attempt(account: Account, rule: TestRule, *, began_at: datetime | None = None, **said: Any) -> Attempt:
    """A finished attempt."""
    began_at = began_at or clock.now()
    fields: dict[str, Any] = {
        "state": Attempt.State.FINISHED,
        "due_at": began_at + timedelta(hours=2),
        "ended_at": began_at + timedelta(minutes=30),
        "frozen": {"title": rule.title},
        "ability": 0.4,
        "error": 0.3,
        "right": 14,
        "asked": 20,
        **said,
    }
    return Attempt.objects.create(
        ward=rule.ward, account=account, rule=rule, kind=rule.kind, began_at=began_at, **fields
    )  # fmt: skip


def make_change(
    account: Account,
    rule: TestRule,
    before: float,
    after: float | None,
    *,
    began_at: datetime | None = None,
    first: str = "A",
    course: Course | None = None,
) -> None:
    """A measure before learning and, unless the learner did not come back, one after, with the other form."""
    began_at = began_at or clock.now() - timedelta(days=40)
    other = {"A": "B", "B": "A"}[first]
    make_attempt(account, rule, began_at=began_at, phase="before", form=first, ability=before, course=course,
                 right=_right(before))  # fmt: skip
    if after is not None:
        make_attempt(account, rule, began_at=began_at + timedelta(days=30), phase="after", form=other, ability=after,
                     course=course, right=_right(after))  # fmt: skip


def _right(ability: float) -> int:
    return max(0, min(20, round(10 + 4 * ability)))


def make_task(ward: Ward, code: str = "chuyen-tien", title: str = "Chuyển tiền và dừng khi thấy lạ") -> PracticeTask:
    """Something to be done for real."""
    fields = {"title": title, "competence": "hocvu/4.2", "level": "B2", "valid_from": date(2025, 1, 1)}
    lines = [{"text": "Đọc lại tên người nhận", "must": True}]
    return PracticeTask.objects.get_or_create(ward=ward, code=code, defaults={**fields, "lines": lines})[0]


def see_practice(account: Account, task: PracticeTask, *, by: Account | None, way: str = "counter") -> Any:
    """Somebody saw it done."""
    return PracticeConfirmation.objects.create(
        ward=task.ward, account=account, task=task, way=way, confirmed_by=by,
        seen=[{"text": line["text"], "must": True, "seen": True} for line in task.lines],
    )  # fmt: skip
