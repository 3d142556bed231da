"""Telling people: always on their desk, by e-mail once a day where an address and a mail server are known.

A notice is written in the transaction of the act that it tells of, so that a server that is killed in between loses
neither or both. E-mail goes out afterwards from what is written; a mail server that is away costs a day's delay and no
page.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from hocvu.lib import clock
from hocvu.ward import audit, work
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Grant, Notice, NoticeMail, Unit, Ward

logger = logging.getLogger(__name__)

QUIET_FROM, QUIET_TO = time(20), time(7)  # nothing goes out at night
HEAD_ROLES = (Role.UNIT_HEAD, Role.SCHOOL, Role.ENTERPRISE)  # they send what the unit reports
UNIT_ROLES = (*HEAD_ROLES, Role.UNIT_OFFICER, Role.TEAM_MEMBER)


@dataclass(frozen=True, slots=True)
class Telling:
    """One sentence for several accounts, under a key by which it is told once."""

    accounts: Iterable[Account]
    key: str
    text: str
    href: str = ""


def tell(accounts: Iterable[Account], *, key: str, text: str, href: str = "", ward: Ward | None = None) -> int:
    """Tell each account once; what was told under the key stays as it is. Answers how many are told anew."""
    return tell_all([Telling(accounts, key, text, href)], ward=ward)


def tell_all(tellings: Sequence[Telling], *, ward: Ward | None = None) -> int:
    """Tell many things at once, each to its accounts; answers how many notices are new."""
    known = set(
        Notice.objects.filter(key__in=[one.key for one in tellings]).values_list("account", "key")
        if len(tellings) < MANY
        else Notice.objects.filter(ward=ward).values_list("account", "key")
    )
    rows = {
        (account.pk, one.key): Notice(
            account=account, key=one.key, text=one.text[:600], href=one.href, ward=ward, at=clock.now()
        )
        for one in tellings
        for account in one.accounts
        if (account.pk, one.key) not in known
    }
    Notice.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows)


MANY = 500  # more keys than this are not named one by one in a question


def speakers_of(unit: Unit, *roles: str) -> list[Account]:
    """The accounts that speak for a unit today, of any of the unit's roles or of those named."""
    held = Grant.objects.on(clock.today()).filter(unit=unit, role__in=roles or UNIT_ROLES)
    return list(Account.objects.filter(is_active=True, pk__in=held.values("account")))


def holders_of(ward: Ward, role: str) -> list[Account]:
    """The accounts that hold a role in a ward today."""
    held = Grant.objects.on(clock.today()).filter(ward=ward, role=role)
    return list(Account.objects.filter(is_active=True, pk__in=held.values("account")))


def see(account: Account, pk: int | None = None) -> int:
    """Mark one notice of an account as seen, or all of them."""
    rows = Notice.objects.filter(account=account).unseen()
    rows = rows if pk is None else rows.filter(pk=pk)
    return rows.update(seen_at=clock.now())


def settle(href: str) -> int:
    """What these notices asked for is done: nobody needs to be told, or written to, any more."""
    return Notice.objects.filter(href=href).unseen().update(seen_at=clock.now())


def send_to(account: Account, email: str) -> None:
    """Send the account's digests to an address from now on; "" sends none."""
    account.email = email
    account.save(update_fields=("email",))
    audit.record(account, "changed where notices go", account, wants_mail=bool(email))


# ---- E-mail


def is_quiet(moment: datetime) -> bool:
    """Whether nothing goes out at this time of the ward's day.

    >>> from hocvu.lib.clock import read_moment
    >>> is_quiet(read_moment("2026-11-20T06:59")), is_quiet(read_moment("2026-11-20T07:00"))
    (True, False)
    """
    at = timezone.localtime(moment, timezone.get_default_timezone()).time()
    return at >= QUIET_FROM or at < QUIET_TO


def mail_is_configured() -> bool:
    """Whether an SMTP server was named."""
    return bool(settings.EMAIL_HOST)


def send_digests(moment: datetime) -> int:
    """Send every account that has an address and unsent notices one e-mail with all of them; once a day, not at night.
    Answers how many went out. A server that refuses is tried again at the next run."""
    if is_quiet(moment) or not mail_is_configured():
        return 0
    day, sent = clock.local_day(moment), 0
    pending = Notice.objects.unseen().filter(mailed_at=None).exclude(account__email="")
    accounts = Account.objects.filter(pk__in=pending.order_by().values("account"), is_active=True)
    with _connection() as connection:
        for account in accounts.exclude(notice_mails__day=day):
            sent += _send_one(account, day, connection)
    return sent


@work.background(title="Gửi thư điện tử gộp", repeatable=True)
def mail_out(due: str) -> None:
    """Send the digests outside the transaction of the calendar, so that nobody waits for a mail server."""
    send_digests(datetime.fromisoformat(due))


class _connection:
    """A connection to the mail server that is opened by the first message; one that cannot be closed is let go."""

    def __enter__(self) -> BaseEmailBackend:
        self.backend: BaseEmailBackend = get_connection(fail_silently=False)
        return self.backend

    def __exit__(self, *problem: object) -> None:
        try:
            self.backend.close()
        except OSError:
            logger.warning("the mail server did not say goodbye")


def _send_one(account: Account, day: date, connection: BaseEmailBackend) -> bool:
    with transaction.atomic():
        mail, claimed = NoticeMail.objects.get_or_create(account=account, day=day)
        rows = list(Notice.objects.filter(account=account, mailed_at=None).unseen().order_by("at", "pk"))
        if not claimed or not rows:
            return False
        mail.notices = len(rows)
        mail.save(update_fields=("notices",))
    try:
        _message(account, rows, day, connection).send()
    except (OSError, ValueError) as problem:  # smtplib's errors are OSErrors: refused, away, too slow
        logger.warning("a digest did not go out: %s", type(problem).__name__)
        mail.delete()  # nothing was taken by the server: it may be tried again
        return False
    now = clock.now()
    NoticeMail.objects.filter(pk=mail.pk).update(sent_at=now)
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=now)
    return True


def _message(account: Account, rows: list[Notice], day: date, connection: BaseEmailBackend) -> EmailMessage:
    lines = [f"Kính gửi {account.full_name},", ""]
    for row in rows:
        lines.append(f"- {row.text}")
        if row.href:
            lines.append(f"  Xem: {settings.ADDRESS.rstrip('/')}{row.href}")
    lines += ["", "Thư này do hệ thống Học vụ số gửi, mỗi ngày nhiều nhất một thư. Không cần trả lời."]
    return EmailMessage(
        subject=f"Học vụ số: {len(rows)} việc cần xem, ngày {day:%d/%m/%Y}",
        body="\n".join(lines),
        to=[account.email],
        connection=connection,
    )
