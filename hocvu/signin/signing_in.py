"""Sign a member of staff in by password, slowly where somebody guesses.

Five failures for one name from one address, twenty for one name from anywhere, or thirty from one address
within a quarter of an hour close that door until the quarter has passed. An unknown name costs as much time,
and gets the same words, as a wrong password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hocvu.lib.text import nfc
from hocvu.signin.models import FailedSignIn
from hocvu.ward import audit
from hocvu.ward.models import Account

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to: the account, or the minutes to wait, or neither for a wrong pair."""

    account: Account | None = None
    wait_minutes: int = 0


def sign_in(username: str, password: str, *, address: str) -> Outcome:
    """Check a name and a password from a network address, and count the failure."""
    name = nfc(username).lower().strip()
    doors = {_key("pair", name, address): 5, _key("name", name): 20, _key("address", address): 30}
    if wait := _wait(doors):
        return Outcome(wait_minutes=wait)
    account = Account.objects.filter(username=name, is_active=True).first()
    if account is None:
        make_password(password)  # the same work as a real check, so that time tells nothing
    elif check_password(password, account.password, setter=_rehash(account)):
        return _welcome(account, doors)
    with transaction.atomic():
        FailedSignIn.objects.bulk_create([FailedSignIn(key=key, at=timezone.now()) for key in doors])
        if account is not None:
            audit.record(account, "failed to sign in", account)
    return Outcome()


@transaction.atomic
def _welcome(account: Account, doors: dict[str, int]) -> Outcome:
    FailedSignIn.objects.filter(key=next(iter(doors))).delete()
    account.last_login = timezone.now()
    account.save(update_fields=("last_login",))
    audit.record(account, "signed in", account)
    return Outcome(account=account)


def _wait(doors: dict[str, int]) -> int:
    """Minutes until all doors are open again; 0 where they are."""
    since = timezone.now() - WINDOW
    longest = 0
    for key, most in doors.items():
        times = list(FailedSignIn.objects.filter(key=key, at__gt=since).order_by("-at").values_list("at", flat=True))
        if len(times) >= most:
            opens: datetime = times[most - 1] + WINDOW
            longest = max(longest, int((opens - timezone.now()).total_seconds() // 60) + 1)
    return longest


def forget_old_failures() -> int:
    """Drop failures that no longer count; returns how many."""
    return FailedSignIn.objects.filter(at__lt=timezone.now() - WINDOW).delete()[0]


@transaction.atomic
def change_password(account: Account, password: str) -> None:
    """Set a new password; other sessions end with the old one."""
    account.set_password(password)
    account.save(update_fields=("password",))
    audit.record(account, "changed the password", account)


def _rehash(account: Account):  # type: ignore[no-untyped-def]  # Django's setter protocol
    def setter(raw: str) -> None:
        account.set_password(raw)
        account.save(update_fields=("password",))

    return setter


def _key(kind: str, *parts: str) -> str:
    return salted_hmac("signin.throttle", "|".join((kind, *parts)), algorithm="sha256").hexdigest()
