"""A queue that a device saved to a file: opened here, shown, brought in for its author by a supervisor.

The file is sealed twice, as `static/js/outbox.js` seals: the whole for the ward, each record in it for its author. Both
private halves are the server's to make, so that the file tells nobody anything on the way, and it can be brought in when
the phone is broken, the author is away, or their account is closed. Each record goes where the device would have sent
it, under its own id and with its author, so that a second file or the device itself doubles nothing.

    {"format": "hocvu-queue-1", "ward": "hai-an", "sealed": [point, iv, box]}
    {"owner": …, "device": …, "made": …, "records": [{"id", "owner", "made", "sealed": [point, iv, box]}, …]}

The outer seal is bound to the format and the ward's slug, as `seal` binds a record to its id and owner. What this room
does not know is told and left in the file; it is still on the device.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import DatabaseError
from django.http import Http404, QueryDict

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import settling
from hocvu.outreach.settling import Kind
from hocvu.ward import audit, outbox, receipts
from hocvu.ward.models import Account, Receipt, Ward
from hocvu.ward.receipts import DUPLICATE, Answer, Parcel

logger = logging.getLogger(__name__)

FORMAT = "hocvu-queue-1"
MOST, MOST_FIELDS = 2000, 200  # records in a file, fields in a record
LARGEST = 60 * 1024 * 1024  # far more than the most records make; photos never lie in it
REJECTED = outbox.REJECTED
BROKEN = "Tệp này đã hỏng hoặc không phải tệp lưu từ máy đi thực địa. Hãy lưu lại trên máy rồi gửi lại."


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a file: where it was to go, what it says. `fault` says why it cannot be brought in."""

    id: str
    path: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    digest: str = ""
    made_at: datetime | None = None
    fault: str = ""

    @property
    def kind(self) -> Kind | None:
        """What it is; None where this room does not know."""
        return settling.kind_at(self.path)

    @property
    def is_sound(self) -> bool:
        """Whether it can be brought in."""
        return not self.fault and bool(self.digest) and self.kind is not None

    @property
    def fields(self) -> QueryDict:
        """What the form said."""
        return QueryDict(urlencode(self.pairs))


@dataclass(frozen=True, slots=True)
class Queue:
    """A file that was opened."""

    author: Account
    device: str
    made_at: datetime | None
    items: list[Item]
    kept: Mapping[str, Any] = field(
        default_factory=dict
    )  # the part that can be brought in, sealed for its author still

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many of each kind."""
        found = Counter(item.kind.words for item in self.items if item.is_sound and item.kind)
        return sorted(found.items())

    @property
    def days(self) -> tuple[date, date] | None:
        """From which day to which, by the device's clock."""
        days = sorted(clock.local_day(item.made_at) for item in self.items if item.made_at)
        return (days[0], days[-1]) if days else None

    @property
    def unknown(self) -> list[tuple[str, int]]:
        """Where records of other kinds were to go, and how many."""
        return sorted(Counter(one.path for one in self.items if not one.fault and not one.is_sound).items())

    @property
    def faults(self) -> list[str]:
        """What cannot be read."""
        return [f"Việc {item.id[:8]}: {item.fault}" for item in self.items if item.fault]


# ---- Opening


def open_file(text: str, ward: Ward) -> Queue:
    """Open a saved queue. Refused in a sentence where it is none, is another ward's, or was changed on the way."""
    outer = _object(text)
    if outer.get("format") != FORMAT:
        raise Refusal("Tệp này không phải tệp lưu từ máy đi thực địa. Hãy chọn tệp có đuôi .hocvu.", "file")
    if outer.get("ward") != ward.slug:
        raise Refusal("Tệp này của nơi khác. Hãy gửi cho người phụ trách ở nơi đó.", "file")
    inner = _object(unseal(outer.get("sealed"), outbox.ward_private_key(ward), FORMAT + ward.slug))
    return open_inner(inner, ward)


def open_inner(inner: Mapping[str, Any], ward: Ward) -> Queue:
    """Open what lay in a file; its records are still sealed for their author."""
    records, owner = inner.get("records"), inner.get("owner")
    if not isinstance(records, list) or not isinstance(owner, str):
        raise Refusal(BROKEN, "file")
    if len(records) > MOST:
        raise Refusal(f"Tệp có {len(records)} việc, mỗi tệp nhiều nhất {MOST}. Hãy báo người quản trị.", "file")
    author = _author(owner, ward)
    key = outbox.private_key(author)
    items = [_item(record, owner, key) for record in records]
    sound = [record for record, item in zip(records, items, strict=True) if item.is_sound]
    device = str(inner.get("device", ""))[:40]
    kept = {"owner": owner, "device": device, "made": inner.get("made"), "records": sound}
    return Queue(author, device, _moment(inner.get("made")), items, kept)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Refusal(BROKEN, "file") from fault
    if not isinstance(found, dict):
        raise Refusal(BROKEN, "file")
    return found


def _author(owner: str, ward: Ward) -> Account:
    """Whose records these are, also where their role or account has ended."""
    held = Account.objects.filter(grants__ward=ward).distinct()
    found = next((one for one in held.iterator() if outbox.owner_of(one) == owner), None)
    if found is None:
        raise Refusal("Người lưu tệp này không làm việc ở đây. Hãy hỏi lại người gửi tệp.", "file")
    return found


def _item(record: Any, owner: str, key: Mapping[str, str]) -> Item:
    """One record opened; what cannot be read says so and stops nothing else."""
    if not isinstance(record, dict) or record.get("owner") != owner:
        return Item("", fault="không phải của người này.")
    name, made = str(record.get("id", ""))[:36], _moment(record.get("made"))
    try:
        UUID(name)
        content = _object(unseal(record.get("sealed"), key, name + owner))
        path = str(content.get("path", ""))[:200]
        if "pairs" not in content:
            return Item(name, path, made_at=made)  # no form: a photo
        pairs = tuple((str(one), str(value)) for one, value in content["pairs"][:MOST_FIELDS])
        item = Item(name, path, pairs, str(content.get("digest", "")), made)
        is_whole = outbox.digest_of(item.fields) == item.digest
    except (Refusal, TypeError, ValueError):
        return Item(name, fault="không đọc được.")
    return item if is_whole else Item(name, path, fault="nội dung không khớp với dấu của máy.")


def _moment(text: Any) -> datetime | None:
    """A moment of the device's clock; None where it says none that a calendar has."""
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo and 1970 <= moment.year < 9000 else None
    except (ValueError, TypeError):
        return None


# ---- Sealing, as the device does


def unseal(sealed: Any, key: Mapping[str, str], about: str) -> str:
    """What was sealed for a key: ECDH on P-256 with a key of one use, HKDF over its point, AES-GCM bound to `about`."""
    try:
        point, iv, box = (base64.b64decode(part, validate=True) for part in sealed)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        mine = ec.derive_private_key(int.from_bytes(_bytes(key["d"]), "big"), ec.SECP256R1())
        return AESGCM(cipher_key(mine, theirs, point)).decrypt(iv, box, about.encode()).decode()
    except (InvalidTag, ValueError, TypeError, binascii.Error) as fault:
        raise Refusal(BROKEN, "file") from fault


def cipher_key(mine: ec.EllipticCurvePrivateKey, theirs: ec.EllipticCurvePublicKey, point: bytes) -> bytes:
    """The key of the cipher that both halves come to."""
    shared = mine.exchange(ec.ECDH(), theirs)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=b"hv-outbox").derive(shared)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# ---- Bringing in


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one record."""

    item: Item
    answer: Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    brought: list[Brought] = field(default_factory=list)

    def count(self, *results: str) -> int:
        """How many came to one of these results."""
        return sum(one.answer.result in results for one in self.brought)

    @property
    def taken(self) -> int:
        return self.count(Receipt.Result.ACCEPTED)

    @property
    def known(self) -> int:
        return self.count(DUPLICATE)

    @property
    def waiting(self) -> int:
        return self.count(Receipt.Result.QUARANTINED, Receipt.Result.CONFLICT)

    @property
    def refused(self) -> list[Brought]:
        return [one for one in self.brought if one.answer.result == REJECTED]


def bring_in(queue: Queue, *, ward: Ward, by: Account) -> Outcome:
    """Keep each record of a file for its author, each in its own transaction with its receipt, the oldest first."""
    if queue.author.pk == by.pk:
        raise Refusal("Tệp này của chính mình. Hãy để người khác đưa vào, hoặc mở máy ở nơi có mạng.")
    items = sorted((one for one in queue.items if one.is_sound), key=lambda one: (str(one.made_at or ""), one.id))
    outcome = Outcome([Brought(item, _bring(item, queue.author, ward, by)) for item in items])
    audit.record(
        by, "brought in a queue from a file", ward, count=len(items), taken=outcome.taken, known=outcome.known,
        author=queue.author.audit_label,
    )  # fmt: skip
    return outcome


def _bring(item: Item, author: Account, ward: Ward, by: Account) -> Answer:
    assert item.kind is not None
    parcel = Parcel(UUID(item.id), item.digest, item.path, item.made_at, brought_by=by)
    try:
        return item.kind.from_fields(item.fields, by=author, ward=ward, parcel=parcel)
    except Refusal as refusal:
        why = refusal.sentence
    except Http404:
        why = "Nơi nhận việc này không còn."
    except (ValueError, DatabaseError):
        logger.exception("a record of a saved queue was not kept")
        why = "Máy chủ chưa ghi được việc này. Tệp và máy vẫn còn nó: hãy thử lại."
    return receipts.find(parcel, by=author, ward=ward) or Answer(parcel.id, parcel.digest, REJECTED, why)
