"""Devices that hold something of somebody's: each says how much waits on it whenever it is heard, so that a lost phone,
or one that lies in a drawer with visits on it, can be missed by somebody.

A device names itself, by another name for each account on it. What it says is believed only as far as it is about itself:
it can be wrong, and nothing depends on it but a list that people read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q

from hocvu.lib import clock
from hocvu.ward import notices
from hocvu.ward.access import SignedInRequest
from hocvu.ward.models import Account, OutboxDevice

DEVICE, WAITING, NOW = "X-Outbox-Device", "X-Outbox-Waiting", "X-Outbox-Now"
FOLLOWED = timedelta(minutes=1)  # while one and the same number shrinks, the row follows at most this often
SILENT = timedelta(hours=24)  # with something waiting; then somebody asks after it
MOST = 100_000  # things on a device; more is no number
_SKEW = 2_000_000_000  # seconds that the column holds


def heard(
    request: SignedInRequest, *, waiting: int, oldest: datetime | None = None, list_until: datetime | None = None
) -> OutboxDevice | None:
    """Write down that a device of the account was heard; None where it does not say which. Never stops what it came for."""
    try:
        key = UUID(request.headers.get(DEVICE, ""))
    except ValueError:
        return None
    waiting = max(0, min(waiting, MOST))
    now = clock.now()
    row = OutboxDevice.objects.filter(pk=key).first()
    if row is not None and row.account_id != request.user.pk:
        return None
    if (
        row is not None
        and waiting
        and list_until is None
        and waiting <= row.waiting
        and now - row.last_heard_at < FOLLOWED
    ):
        return row
    row = row or OutboxDevice(pk=key, account=request.user, first_heard_at=now)
    row.ward, row.last_heard_at, row.waiting = request.ward, now, waiting
    row.oldest_at = oldest if waiting else None
    row.skew = _skew(request, now)
    row.list_until = list_until or row.list_until
    try:
        with transaction.atomic():
            row.save()
    except DatabaseError:  # two arrivals at once, or a database that is busy: the next one says it again
        return None
    return row


def silent() -> Q:
    """Devices on which something waits, not heard of for a day."""
    return Q(waiting__gt=0, last_heard_at__lt=clock.now() - SILENT)


def say_silent(role: str) -> int:
    """Tell whoever carries such a device, and whoever holds a role there, once for each silence; answers how many devices
    are silent. Learners are not asked after: their own page tells them."""
    rows = OutboxDevice.objects.filter(silent(), account__is_active=True).exclude(account__kind=Account.Kind.CITIZEN)
    told = list(rows.select_related("account", "ward"))
    minders = {ward.pk: notices.holders_of(ward, role) for ward in {row.ward_id: row.ward for row in told}.values()}
    for row in told:
        key, since = f"device.silent:{row.pk}:{row.last_heard_at:%Y%m%d}", f"{clock.local_day(row.last_heard_at):%d/%m}"
        notices.tell(
            [row.account], key=f"{key}:own", ward=row.ward, href="/tham-ho/tren-may/",
            text=f"Một máy của bạn còn {row.waiting} việc chưa gửi, im từ ngày {since}. Hãy mở máy ấy ở nơi có mạng.",
        )  # fmt: skip
        notices.tell(
            [one for one in minders[row.ward_id] if one.pk != row.account_id], key=key, ward=row.ward,
            href="/di-tung-ngo/may/?tt=im-lang",
            text=f"Máy của {row.account.full_name} còn {row.waiting} việc chưa gửi, im từ ngày {since}. Hãy nhắc người ấy.",
        )  # fmt: skip
    return len(told)


def waiting_said(request: SignedInRequest) -> int:
    """How much the device says it holds."""
    text = request.headers.get(WAITING, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def moment(text: str) -> datetime | None:
    """A moment as a device writes it; None where it is none that a calendar has."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return said if said.tzinfo and 1970 <= said.year < 9000 else None


def _skew(request: SignedInRequest, now: datetime) -> int:
    """How far the device's clock is ahead, in seconds."""
    said = moment(request.headers.get(NOW, ""))
    return max(-_SKEW, min(_SKEW, round((said - now).total_seconds()))) if said else 0
