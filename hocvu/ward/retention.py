"""How long things are kept, by purpose: rooms declare rules, the night applies them and writes down what went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.models import Account, RetentionPeriod, RetentionRun

Forget = Callable[[int], int]  # days -> how many went


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what, why so long, and the days where nobody decided otherwise; 0 keeps until somebody decides."""

    code: str
    title: str
    why: str
    days: int
    forget: Forget


_RULES: dict[str, Rule] = {}


def keeps(code: str, *, title: str, why: str, days: int) -> Callable[[Forget], Forget]:
    """Declare a function that forgets what is older than so many days."""

    def declare(forget: Forget) -> Forget:
        _RULES[code] = Rule(code, title, why, days, forget)
        return forget

    return declare


def rules() -> list[Rule]:
    """Every rule, in the order of declaration."""
    return list(_RULES.values())


def days_of_all() -> dict[str, int]:
    """rule -> the days that hold, for every rule; one question."""
    decided: dict[str, int] = {}
    for code, days in RetentionPeriod.objects.values_list("rule", "days"):  # the newest first
        decided.setdefault(code, days)
    return {rule.code: decided.get(rule.code, rule.days) for rule in rules()}


def days_of(rule: Rule) -> int:
    """The days that hold: the newest decision, else the rule's own."""
    decided = RetentionPeriod.objects.filter(rule=rule.code).first()
    return decided.days if decided else rule.days


@transaction.atomic
def decide(code: str, *, days: int, reason: str, by: Account) -> RetentionPeriod:
    """Keep longer or shorter from now on."""
    if code not in _RULES:
        raise Refusal("Không có quy tắc này.")
    row = RetentionPeriod.objects.create(rule=code, days=days, reason=reason, by=by)
    audit.record(by, "decided how long something is kept", _RULES[code].title, count=days, reason=reason[:200])
    return row


def apply_all() -> int:
    """Apply every rule, each in its own transaction, and write down what went; answers how much in all."""
    gone = 0
    for rule in rules():
        if days := days_of(rule):
            with transaction.atomic():
                count = rule.forget(days)
                RetentionRun.objects.create(rule=rule.code, days=days, gone=count)
            gone += count
    return gone
