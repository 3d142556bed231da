"""What follows here when an administrator changes a staff account."""

from __future__ import annotations

from hocvu.signin import second_step, sessions
from hocvu.ward.enrolling import Change
from hocvu.ward.models import Account

WHY = {Change.PASSWORD: "cấp lại mật khẩu", Change.OFF: "khóa tài khoản"}


def follow(account: Account, change: Change) -> None:
    """End the sessions of an account that was changed; a second step that was lost goes with them."""
    if change is Change.SECOND_STEP:
        second_step.take_away(account)
    else:
        sessions.end_all(account, why=WHY[change])


def second_step_words(account: Account) -> str:
    """What an administrator may know of an account's second step: that there is one, not which codes."""
    return second_step.held_by(account).words.capitalize()
