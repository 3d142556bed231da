"""The audit trail: `record` adds an entry in the caller's transaction, `verify` walks the whole chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction

from hocvu.lib import clock
from hocvu.ward.models import Account, AuditEntry, AuditHead, Ward


def record(
    actor: models.Model | str | None,
    action: str,
    target: models.Model | str,
    *,
    ward: Ward | None = None,
    **details: str | int | bool | None,
) -> AuditEntry:
    """Add one act to the trail, in the transaction of the act itself.

    `action` is an English verb phrase in the past ("published a plan"); details hold field names and plain
    values, never a secret or an identity number. The ward is the target's own where none is given.
    """
    if (helper := _helper.get()) is not None:
        details = {**details, "helper": helper.full_name}
    if ward is None:
        ward = target if isinstance(target, Ward) else getattr(target, "ward", None)
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update(no_key=True).get(pk=1)
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=clock.now(),
            ward=ward,
            actor_key=_key(actor),
            actor=_label(actor),
            action=action,
            target_key=_key(target),
            target=_label(target),
            details={name: value for name, value in details.items() if value is not None},
            previous=head.digest,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        head.sequence, head.digest = entry.sequence, entry.digest
        head.save()
    return entry


def hold() -> None:
    """Take the trail for the rest of the transaction, before rows are held that an act holds after its entry: whoever
    takes them in the other order would wait for ever."""
    AuditHead.objects.get_or_create(pk=1)
    AuditHead.objects.select_for_update(no_key=True).get(pk=1)


_helper: ContextVar[Account | None] = ContextVar("hocvu_helper", default=None)


@contextmanager
def helped_by(helper: Account) -> Iterator[None]:
    """Stamp what is recorded inside the block with whoever helps the actor."""
    token = _helper.set(helper)
    try:
        yield
    finally:
        _helper.reset(token)


def helper_now() -> Account | None:
    """Who helps the actor of this very request, if anybody."""
    return _helper.get()


def acts_on(target: models.Model, actions: Iterable[str], *, most: int) -> list[tuple[datetime, str]]:
    """The newest acts of these names on a thing: when and which."""
    rows = AuditEntry.objects.filter(target_key=_key(target), action__in=list(actions)).order_by("-sequence")
    return list(rows.values_list("at", "action")[:most])


def newest() -> int:
    """The number of the newest entry; what was looked up before it may have changed since."""
    return AuditHead.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over the entry's fields and the digest of the one before, in canonical JSON."""
    moment: datetime = entry.at
    fields: list[Any] = [
        entry.sequence,
        moment.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.ward_id,
        entry.actor_key,
        entry.actor,
        entry.action,
        entry.target_key,
        entry.target,
        entry.details,
        entry.previous,
    ]
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What walking the chain found. `broken_at` is the first sequence that does not fit, None when whole."""

    entries: int
    broken_at: int | None
    reason: str

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify() -> Verdict:
    """Walk the chain from its first entry: numbers without gaps, each digest right, the end as remembered."""
    expected, previous = 1, "0" * 64
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.sequence != expected:
            return Verdict(expected - 1, expected, "missing")
        if entry.previous != previous or entry.digest != digest_of(entry):
            return Verdict(expected - 1, expected, "changed")
        expected, previous = expected + 1, entry.digest
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    if (head.sequence, head.digest) != (expected - 1, previous):
        return Verdict(expected - 1, expected, "cut off")
    return Verdict(expected - 1, None, "")


def _key(thing: models.Model | str | None) -> str:
    if isinstance(thing, models.Model):
        return f"{thing._meta.label_lower}:{thing.pk}"
    return "system" if thing is None else "text"


def _label(thing: models.Model | str | None) -> str:
    # People stand in the trail under a name that tells nothing once they were erased.
    return "hệ thống" if thing is None else str(getattr(thing, "audit_label", thing))[:200]


GUARDED_TABLE = "ward_auditentry"


def arm() -> None:
    """Make the database itself refuse to change or remove entries, on SQLite and on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for act in ("UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS audit_no_{act.lower()} BEFORE {act} ON {GUARDED_TABLE} "
                    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
                )
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS $$ "
                "BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$ LANGUAGE plpgsql"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {GUARDED_TABLE} "
                "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
            )


def disarm() -> None:
    """Lift the guard. Only the test runner's flush and a reviewed migration may."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for act in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS audit_no_{act}")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS audit_append_only ON {GUARDED_TABLE}")
