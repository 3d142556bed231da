"""Check the password of a member of staff, slowly where somebody guesses.

Five failures for one name from one address, twenty for one name from anywhere, or thirty from one address
within a quarter of an hour close that door until the quarter has passed. An unknown name costs as much time,
and gets the same words, as a wrong password. A citizen's account has no password and is as unknown as any.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.signin import sessions, throttling
from hocvu.signin.throttling import door
from hocvu.ward import audit
from hocvu.ward.models import Account


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to: the account, or the minutes to wait, or neither for a wrong pair."""

    account: Account | None = None
    wait_minutes: int = 0


def check(username: str, password: str, *, address: str) -> Outcome:
    """Check a name and a password from a network address, and count the failure."""
    name = nfc(username).lower().strip()
    pair = door("pair", name, address, most=5)
    knock = throttling.knock(pair, door("name", name, most=20), door("address", address, most=30))
    if knock.wait_minutes:
        return Outcome(wait_minutes=knock.wait_minutes)
    account = Account.objects.filter(username=name, is_active=True, kind=Account.Kind.STAFF).first()
    if account is None:
        make_password(password)  # the same work as a real check, so that time tells nothing
    elif check_password(password, account.password, setter=_rehash(account)):
        knock.forgive()
        throttling.reopen(pair)
        return Outcome(account=account)
    if account is not None:
        audit.record(account, "failed to sign in", account)
    return Outcome()


def ask_again(account: Account, password: str, *, address: str) -> None:
    """Make sure that whoever changes how an account comes in knows its password, counted like a sign-in. Raises Refusal."""
    knock = throttling.knock(door("again", str(account.pk), most=5), door("address", address, most=30))
    if knock.wait_minutes:
        raise Refusal(f"Đã nhập sai nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.", "password")
    if not account.check_password(password):
        raise Refusal("Mật khẩu đang dùng chưa đúng. Hãy nhập lại.", "password")
    knock.forgive()


@transaction.atomic
def change_password(account: Account, password: str, *, keep: int | None = None) -> None:
    """Set a new password; every other session ends. `keep` is the row of the session that asks."""
    account.set_password(password)
    account.save(update_fields=("password",))
    sessions.end_all(account, but=keep, why="đổi mật khẩu")
    audit.record(account, "changed the password", account)


def _rehash(account: Account):  # type: ignore[no-untyped-def]  # Django's setter protocol
    def setter(raw: str) -> None:
        account.set_password(raw)
        account.save(update_fields=("password",))

    return setter
