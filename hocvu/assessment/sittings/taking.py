"""A whole test at one go: answered on paper or on a proctor's device, judged here, an attempt like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocvu.assessment.models import Attempt, Sitting, TestRule
from hocvu.assessment.testing import admitting, ending, suspecting
from hocvu.assessment.testing.adaptive import Item
from hocvu.assessment.testing.ending import Given
from hocvu.lib import clock
from hocvu.ward import audit
from hocvu.ward.models import Account

# Why somebody should look at such an attempt; none of them refuses anything by itself. Their words: `suspecting`.
TOO_SOON, LATE, TWICE = "too_soon", "late_arrival", "handed_in_twice"
RIGHT_ENDED, UNKNOWN, TOO_LONG = "right_ended", "not_recognised", "too_long"
State = Attempt.State


@transaction.atomic
def take_whole(
    *, account: Account, rule: TestRule, items: Sequence[Mapping[str, Any]], said: Mapping[int, Any], mode: str,
    began_at: datetime, ended_at: datetime, by: Account, sitting: Sitting | None = None, id: UUID | None = None,
    extra_minutes: int = 0, doubts: Sequence[str] = (),
) -> Attempt:  # fmt: skip
    """Make the attempt of a test that was answered as a whole; `said` is by position from 1. Nothing answered counts as
    not right: whoever leaves out what they do not know must not gain by it. With `doubts` it waits until a person has
    looked; one that was handed in twice does not count."""
    given = [
        Given(UUID(one["question"]), one["version"], Item(one["b"], one["a"], one["c"]), said.get(position))
        for position, one in enumerate(items, start=1)
    ]
    attempt = ending.take_in(
        rule, account=account, mode=mode, given=given, began_at=began_at, ended_at=ended_at, sitting=sitting, id=id
    )
    attempt.extra_minutes = extra_minutes
    if TWICE in doubts:
        attempt.state = State.VOIDED
    attempt.save(update_fields=("extra_minutes", "state"))
    suspecting.doubt(attempt, doubts)
    audit.record(by, "took a whole test in", attempt, ward=rule.ward, how=attempt.get_mode_display())
    return attempt


def again_from(account: Account, rule: TestRule, moment: datetime) -> date | None:
    """From which day a learner may sit a test again who did not pass it shortly before a moment; None where they may."""
    past = [one for one in admitting.past_of(account, rule.ward_id) if one.ended_at <= moment]
    return admitting.open_again_on(rule, past, clock.local_day(moment))
