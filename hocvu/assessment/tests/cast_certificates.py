"""Learners who earned a certificate, and what is needed around them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hocvu.assessment import certifying
from hocvu.assessment.models import Attempt, Certificate, PracticeConfirmation, PracticeTask, TestRule
from hocvu.learning.models import Framework, Level
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.signin.models import Proof, SignIn, Way
from hocvu.ward.models import Account, Person, Ward

PARAMS = {"minutes": 60, "least": 12, "most": 30, "sure": 0.95, "cut": 0.0, "practice": 3, "valid_months": 24,
          "core": ["hocvu/4.2", "hocvu/4.3"]}  # fmt: skip


def make_framework(code: str = "hocvu", version: str = "1.0", **said: Any) -> Framework:
    """A framework with one level."""
    described = {"title": "Khung kỹ năng số làm việc Học vụ số", "kind": "working", "valid_from": date(2026, 1, 1)}
    framework = Framework.objects.create(code=code, version=version, **{**described, **said})
    Level.objects.create(framework=framework, number=2, code="B2", title="Tự làm", gist="Tự làm được việc quen thuộc.")
    return framework


def make_rule(ward: Ward, code: str = "xac-nhan-b2", *, number: int = 1, **said: Any) -> TestRule:
    """A rule by which level B2 is confirmed."""
    described = {
        "kind": TestRule.Kind.CONFIRM, "title": "Xác nhận kỹ năng số mức Tự làm", "framework": "hocvu",
        "framework_version": "1.0", "level": "B2", "params": PARAMS, "source": "Quy tắc của nơi quản lý, 2026",
        "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    return TestRule.objects.create(ward=ward, code=code, number=number, **{**described, **said})


def make_learner(ward: Ward, name: str = "Nguyễn Thị Hoa", *, proof: str = Proof.VNEID2) -> Account:
    """Somebody of the register with an account, who came in once."""
    person = Person.objects.create(ward=ward, full_name=name, born_on=date(1958, 3, 4))
    account = citizens.open_account(ward, person=person)
    now = clock.now()
    SignIn.objects.create(account=account, way=Way.VNEID, proof=proof, authenticated_at=now, at=now, seen_at=now)
    return account


def make_attempt(account: Account, rule: TestRule, **said: Any) -> Attempt:
    """A passed attempt."""
    now = clock.now()
    described = {
        "frozen": {"title": rule.title}, "kind": rule.kind, "state": Attempt.State.FINISHED, "passed": True,
        "began_at": now - timedelta(minutes=30), "due_at": now + timedelta(minutes=30), "ended_at": now,
        "sure": 0.97, "right": 14, "asked": 16,
    }  # fmt: skip
    return Attempt.objects.create(ward=rule.ward, account=account, rule=rule, **{**described, **said})


def make_practice(account: Account, ward: Ward, count: int = 3, **said: Any) -> list[PracticeConfirmation]:
    """Confirmed practice of so many tasks."""
    return [
        PracticeConfirmation.objects.create(
            account=account, ward=ward, task=make_task(ward, f"viec-{n}"),
            **{"way": PracticeConfirmation.Way.SCREEN, **said},
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


def make_task(ward: Ward, code: str, *, number: int = 1, **said: Any) -> PracticeTask:
    """A practice task of level B2."""
    described = {"title": f"Việc {code}", "competence": "hocvu/4.2", "level": "B2", "valid_from": date(2026, 1, 1)}
    task, _ = PracticeTask.objects.get_or_create(ward=ward, code=code, number=number, defaults={**described, **said})
    return task


def earn(account: Account, rule: TestRule) -> Certificate:
    """Everything that a certificate rests on, and the certificate."""
    make_attempt(account, rule)
    if not account.practice_confirmations.exists():
        make_practice(account, rule.ward)
    certificate = certifying.award_if_earned(account, rule)
    assert certificate is not None
    return certificate
