"""Between the password and the second step: somebody who is not signed in yet, for five minutes at most.

The session holds who it may become and where they were heading, and opens nothing: to every page its owner is nobody. A
password that was changed meanwhile, or an account switched off, ends it.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from hocvu.ward.models import Account

KEY, LIVES = "pending", 300  # seconds


def start(request: HttpRequest, account: Account, onward: str) -> None:
    """Remember whose password was right, under a new session key."""
    request.session.cycle_key()
    request.session[KEY] = {
        "account": account.pk,
        "password": account.get_session_auth_hash(),
        "onward": onward,
        "until": timezone.now().timestamp() + LIVES,
    }


def account_of(request: HttpRequest) -> Account | None:
    """Whose second step this session waits for; None where nobody's, or no longer."""
    kept = request.session.get(KEY)
    if not kept or kept["until"] < timezone.now().timestamp():
        return None
    account = Account.objects.filter(pk=kept["account"], is_active=True, kind=Account.Kind.STAFF).first()
    if account is None or not constant_time_compare(kept["password"], account.get_session_auth_hash()):
        return None
    return account


def finish(request: HttpRequest) -> str:
    """Forget the waiting; answers where it was heading."""
    return str((request.session.pop(KEY, None) or {}).get("onward", ""))
