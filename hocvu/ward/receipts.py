"""What a device sends is done once, however often and however late it comes; the receipt says what became of it.

The device chooses the id. The receipt is written in the transaction of the act, so that there is never one without the
other: a second arrival, also one at the same moment, breaks on the receipt's key, its act is rolled back, and it is told
what became of the first. Other content under the same id is a conflict: the first stays, and the conflict is kept under
an id made of both, so that somebody can count and look.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from hocvu.lib import clock, prepared
from hocvu.ward import retention
from hocvu.ward.models import Account, Receipt, Ward

Result = Receipt.Result
DUPLICATE = "duplicate"  # told, never kept: the receipt is that of the first arrival
KEPT_DAYS = 400  # longer than any phone lies in a drawer with its session alive
_TRIES = 4  # two arrivals at once may meet on the rows of the act too
CONFLICT_WORDS = "Cùng một mã nhưng nội dung khác với lần đã nhận. Lần nhận đầu được giữ, lần này chưa ghi."


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing as it arrived. `digest` is empty where no device keeps it and waits for a receipt: an ordinary post."""

    id: UUID
    digest: str = ""
    path: str = ""
    made_at: datetime | None = None  # by the device's clock
    helper: Account | None = None  # who helped when it was made
    clock: datetime | None = None  # what the device's clock said when it sent this
    brought_by: Account | None = None  # who brought it in a file, where the device did not send it

    @property
    def is_from_outbox(self) -> bool:
        """Whether a device waits for a receipt."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device is told."""

    id: UUID
    digest: str
    result: str
    reason: str = ""


def once(parcel: Parcel, act: Callable[[], str], *, by: Account, ward: Ward) -> Answer:
    """Carry out an act for a parcel that was not met before, in one transaction with its receipt.

    `act` answers why a person should look at it ("" where nobody need); then the receipt says quarantined. What it
    raises goes through and leaves nothing: the parcel may come again.
    """
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                reason = act()
                return keep(parcel, Result.QUARANTINED if reason else Result.ACCEPTED, reason, by=by, ward=ward)
        except IntegrityError:
            if (earlier := find(parcel, by=by, ward=ward)) is not None:
                return earlier
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def find(parcel: Parcel, *, by: Account, ward: Ward) -> Answer | None:
    """What became of the first arrival of this id; None where there was none. A conflict is written down."""
    first = Receipt.objects.filter(pk=parcel.id).first()
    if first is None:
        return None
    same = (first.account_id, first.digest, first.path) == (by.pk, parcel.digest, parcel.path[:200])
    if same:
        return Answer(parcel.id, parcel.digest, DUPLICATE, first.reason)
    Receipt.objects.get_or_create(
        pk=uuid5(parcel.id, f"{by.pk} {parcel.digest} {parcel.path}"),
        defaults=_row(parcel, Result.CONFLICT, f"Trùng mã {parcel.id}", by, ward),
    )
    return Answer(parcel.id, parcel.digest, Result.CONFLICT, CONFLICT_WORDS)


def keep(parcel: Parcel, result: str, reason: str, *, by: Account, ward: Ward) -> Answer:
    """Write the receipt, in the transaction of the act. Raises IntegrityError where the id was met before."""
    if parcel.is_from_outbox:
        prepared.insert(Receipt(pk=parcel.id, **_row(parcel, result, reason, by, ward)))
    return Answer(parcel.id, parcel.digest, result, reason)


def _row(parcel: Parcel, result: str, reason: str, by: Account, ward: Ward) -> dict[str, object]:
    return {
        "ward": ward, "account": by, "path": parcel.path[:200], "digest": parcel.digest, "result": result,
        "reason": reason[:300], "happened_at": parcel.made_at, "received_at": clock.now(),
    }  # fmt: skip


def uuid7() -> UUID:
    """An id that sorts by when it was made (RFC 9562): the milliseconds, then chance."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


@retention.keeps(
    "receipts",
    title="Biên nhận của việc gửi từ máy",
    why="Máy cất lâu ngày gửi lại thì không bị ghi hai lần",
    days=KEPT_DAYS,
)
def forget_old(days: int) -> int:
    """Drop receipts that no device asks for any more."""
    gone, _ = Receipt.objects.filter(received_at__lt=clock.now() - timedelta(days=days)).delete()
    return gone
