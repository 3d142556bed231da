"""Accounts come into being, get a new password, are switched off. Each act is in the trail."""

from __future__ import annotations

import secrets

from django.db import transaction

from hocvu.ward import audit
from hocvu.ward.models import Account

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
    audit.record(by, "renewed a password", account)
    return password


@transaction.atomic
def switch(account: Account, *, on: bool, by: Account) -> None:
    """Switch an account off or on again; what it did stays."""
    account.is_active = on
    account.save(update_fields=("is_active",))
    audit.record(by, "switched an account on" if on else "switched an account off", account)
