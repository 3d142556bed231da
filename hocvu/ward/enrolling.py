"""Accounts come into being, get a new password, are switched off. Each act is in the trail.

Rooms above that keep sessions and keys of an account join with `on_change`, and act in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from enum import Enum

from django.db import transaction

from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, notices, seconding
from hocvu.ward.models import Account


class Change(Enum):
    """What an administrator did to an account."""

    PASSWORD = "renewed its password"
    OFF = "switched it off"
    SECOND_STEP = "took its second step away"


Hook = Callable[[Account, Change], None]
_HOOKS: list[Hook] = []
_FACTS: list[tuple[str, Callable[[Account], str]]] = []


def on_change(hook: Hook) -> None:
    """Let another room act when an administrator changed an account."""
    _HOOKS.append(hook)


def tells(heading: str, say: Callable[[Account], str]) -> None:
    """Let another room say a line about an account on its page."""
    _FACTS.append((heading, say))


def facts_about(account: Account) -> list[tuple[str, str]]:
    """What the rooms above say about an account."""
    return [(heading, say(account)) for heading, say in _FACTS]


def _tell_rooms(account: Account, change: Change) -> None:
    for hook in _HOOKS:
        hook(account, change)


# Syllables that are easy to read out over the phone and hard to confuse.
_SYLLABLES = [head + tail for head in "bcdghklmnpstvx" for tail in ("a", "e", "i", "o", "u", "an", "em", "in", "on")]


def new_password() -> str:
    """A first password of six spoken syllables and two digits, about 48 bits: "ken-ba-tin-su-mo-lan-47"."""
    return "-".join([*(secrets.choice(_SYLLABLES) for _ in range(6)), f"{secrets.randbelow(90) + 10}"])


@transaction.atomic
def enrol(username: str, full_name: str, *, by: Account) -> tuple[Account, str]:
    """A new account and its first password, which is shown once and kept only as a hash."""
    password = new_password()
    account = Account.objects.create_account(username, full_name, password)
    audit.record(by, "made an account", account)
    return account, password


@transaction.atomic
def renew_password(account: Account, *, by: Account) -> str:
    """A fresh password for somebody who forgot; open sessions end."""
    password = new_password()
    account.set_password(password)
    account.save(update_fields=("password",))
    _tell_rooms(account, Change.PASSWORD)
    audit.record(by, "renewed a password", account)
    return password


@transaction.atomic
def switch(account: Account, *, on: bool, by: Account) -> None:
    """Switch an account off or on again; what it did stays."""
    account.is_active = on
    account.save(update_fields=("is_active",))
    if not on:
        _tell_rooms(account, Change.OFF)
    audit.record(by, "switched an account on" if on else "switched an account off", account)


@transaction.atomic
def reset_second_step(account: Account, *, reason: str, by: Account) -> None:
    """Take away the second step of somebody who lost it. The administrator starts this and chooses nothing: the person
    sets up anew at the next sign-in, and both the person and the other administrators are told. Raises Refusal."""
    if account.pk == by.pk:
        raise Refusal("Không tự đặt lại bước thứ hai của chính mình. Hãy nhờ người quản trị khác.")
    _tell_rooms(account, Change.SECOND_STEP)
    entry = audit.record(by, "reset a second step", account, reason=reason)
    notices.tell(
        [account, *seconding.administrators_but(by, account)],
        key=f"second-step-reset:{entry.sequence}",
        text=f"{by.full_name} đã đặt lại bước thứ hai của {account.full_name}: {reason} Nếu không ai nhờ, hãy báo ngay.",
        href=f"/tai-khoan/{account.pk}/",
    )
