"""Photos of visits: they come after the words, in pieces, by the digest of what the device kept, and are drawn anew.

A device posts raw bytes to `/tham-ho/anh/` with the headers of the outbox and these:

    X-Outbox-Digest  SHA-256, in hex, of the whole file
    X-Photo-Visit    the visit it belongs to; its words may still be under way
    X-Photo-Size     bytes of the whole file, at most 300 kB
    X-Photo-Offset   where this piece begins; a piece has at most 64 kB

Until the file is whole the answer is `{id, digest, received}`: how much is here, from where the device goes on. A piece
that begins elsewhere changes nothing and is told the same. The answer to the last piece is the receipt of the outbox.
What the camera wrote into the file is gone before it is kept; what is kept is sealed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from PIL import Image

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused, upright
from hocvu.outreach import doubting
from hocvu.outreach.models import Visit, VisitPhoto
from hocvu.ward import audit, keys, receipts, retention
from hocvu.ward.models import Account, Receipt, Ward
from hocvu.ward.receipts import Answer, Parcel

RECORD = "visits.record"
LARGEST = 300_000  # bytes of a photo, as it comes and as it is kept
PIECE = 64 * 1024
LONGEST_SIDE = 1280
MOST_OF_A_VISIT = 6
MOST_AHEAD = 120  # photos of one account whose visits have not come yet
KEPT_DAYS = 400
HALF_DAYS = 60  # that a photo may stay unfinished
_DIGEST = re.compile(r"[0-9a-f]{64}")
_QUALITIES = (82, 70, 58, 45)
NOT_WHOLE = "Ảnh đến nơi không khớp với ảnh máy đã giữ. Hãy bấm gửi lại, máy gửi từ đầu."
TOO_MANY = f"Lượt này đã có {MOST_OF_A_VISIT} ảnh. Không thêm được nữa."
NO_PHOTO = "Tệp này không phải ảnh JPEG mở được. Hãy chụp lại rồi thêm vào lượt thăm."


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a photo as it arrived."""

    visit: UUID
    size: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """How much of a photo is here."""

    count: int


def take_piece(piece: Piece, *, by: Account, ward: Ward, parcel: Parcel) -> Answer | Received:
    """Keep a piece; with the last one the photo, and its receipt. Raises Refusal for what makes no sense; then nothing of
    the photo is here, and it may come again from its beginning."""
    if (earlier := receipts.find(parcel, by=by, ward=ward)) is not None:
        return earlier
    _refuse_nonsense(piece, parcel, by, ward)
    try:
        with transaction.atomic():
            row = _row(piece, by=by, ward=ward, parcel=parcel)
            if row is None:
                return Answer(parcel.id, parcel.digest, Receipt.Result.CONFLICT, receipts.CONFLICT_WORDS)
            if row.whole_at is not None:
                return Answer(parcel.id, parcel.digest, receipts.DUPLICATE)
            here = bytes(row.part or b"")
            if piece.offset == len(here):
                here = (here + piece.content)[: row.size]
                row.part = here
                row.save()
            if len(here) < row.size:
                return Received(len(here))
            return _whole(row, here, by=by, ward=ward, parcel=parcel)
    except Refusal:
        VisitPhoto.objects.filter(pk=parcel.id, made_by=by, whole_at=None).delete()
        raise


def _refuse_nonsense(piece: Piece, parcel: Parcel, by: Account, ward: Ward) -> None:
    if not _DIGEST.fullmatch(parcel.digest) or piece.offset < 0 or len(piece.content) > PIECE:
        raise Refusal("Máy gửi ảnh không đúng cách. Hãy tải lại trang rồi bấm gửi lại.")
    if not 0 < piece.size <= LARGEST:
        raise Refusal(f"Ảnh lớn hơn {LARGEST // 1000} kB. Hãy chụp lại trên trang này, máy sẽ tự thu nhỏ.")
    if not doubting.right_on(by, ward, RECORD, clock.today()).ever:
        raise Refusal("Tài khoản này chưa từng được giao ghi lượt thăm ở đây.")
    visit = Visit.objects.filter(pk=piece.visit).select_related("ward").first()
    if visit is not None and not may_add(visit, by):
        raise Refusal("Ảnh này của lượt thăm do người khác ghi, ở nơi mình không phụ trách.")
    if visit is None:  # its words are under way; nobody sends photos without words for ever
        known = Visit.objects.filter(pk=OuterRef("visit"))
        ahead = VisitPhoto.objects.filter(~Exists(known), made_by=by)
        if ahead.exclude(pk=parcel.id).count() >= MOST_AHEAD:
            raise Refusal("Đã có nhiều ảnh mà lượt thăm của chúng chưa đến. Hãy gửi lượt thăm trước, rồi bấm gửi lại.")


def may_add(visit: Visit, by: Account) -> bool:
    """Whether somebody may add a photo: whoever recorded or brought the visit, and whoever records there today."""
    if by.pk in (visit.made_by_id, visit.brought_by_id):
        return True
    return doubting.right_on(by, visit.ward, RECORD, clock.today()).reaches(visit.neighbourhood_id)


def _row(piece: Piece, *, by: Account, ward: Ward, parcel: Parcel) -> VisitPhoto | None:
    """The row of a photo, its first piece makes it; None where the id was used for another."""
    place = _place_of(piece.visit, ward)
    row, is_new = VisitPhoto.objects.select_for_update(no_key=True).get_or_create(
        pk=parcel.id,
        defaults={
            "visit": piece.visit, "made_by": by, "digest": parcel.digest, "size": piece.size, "part": b"",
            **place,
        },
    )  # fmt: skip
    said = (by.pk, parcel.digest, piece.visit, piece.size)
    if not is_new and (row.made_by_id, row.digest, row.visit, row.size) != said:
        return None
    return row


def _place_of(visit: UUID, ward: Ward) -> Mapping[str, int | None]:
    """Where and for whom a visit was made, as far as it has come."""
    known = Visit.objects.filter(pk=visit).only("ward_id", "neighbourhood_id", "team_id").first()
    if known is None:
        return {"ward_id": ward.pk, "neighbourhood_id": None, "team_id": None}
    return {"ward_id": known.ward_id, "neighbourhood_id": known.neighbourhood_id, "team_id": known.team_id}


def _whole(row: VisitPhoto, came: bytes, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """The photo is here: check it, draw it anew, seal it, write the receipt."""
    if hashlib.sha256(came).hexdigest() != row.digest:
        raise Refusal(NOT_WHOLE)
    if not came.startswith(b"\xff\xd8\xff"):
        raise Refusal(NO_PHOTO)
    if _others(row.visit, row.digest).exclude(pk=row.pk).exists():  # the same photo again under another id
        row.delete()
        receipts.keep(parcel, Receipt.Result.ACCEPTED, "", by=by, ward=ward)
        return Answer(parcel.id, parcel.digest, receipts.DUPLICATE)
    if of_visit(row.visit).exclude(pk=row.pk).count() >= MOST_OF_A_VISIT:
        raise Refusal(TOO_MANY)
    _seal(row, came)
    row.save()
    audit.record(by, "took in a photo of a visit", row, ward=ward)
    return receipts.keep(parcel, Receipt.Result.ACCEPTED, "", by=by, ward=ward)


def _others(visit: UUID, digest: str) -> QuerySet[VisitPhoto]:
    return VisitPhoto.objects.filter(visit=visit, digest=digest).exclude(whole_at=None)


def add(visit: Visit, content: bytes, *, by: Account) -> VisitPhoto:
    """Keep a photo that was handed in on a page. The same again is the same."""
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        same = _others(visit.pk, digest).first()
        if same is not None:
            return same
        if of_visit(visit.pk).count() >= MOST_OF_A_VISIT:
            raise Refusal(TOO_MANY, "anh")
        row = VisitPhoto(
            id=uuid5(visit.pk, digest), ward_id=visit.ward_id, visit=visit.pk, neighbourhood_id=visit.neighbourhood_id,
            team_id=visit.team_id, made_by=by, digest=digest, size=len(content),
        )  # fmt: skip
        _seal(row, content)
        row.save()
        audit.record(by, "took in a photo of a visit", row, ward=visit.ward)
    return row


def of_visit(visit: UUID) -> QuerySet[VisitPhoto]:
    """The photos of a visit that are whole, without their content."""
    return VisitPhoto.objects.filter(visit=visit).exclude(whole_at=None).defer("part", "sealed")


def content_of(row: VisitPhoto) -> bytes:
    """The photo as it is shown, a JPEG."""
    return keys.keyring().open_bytes(row.sealed or b"", _bound(row))


def _seal(row: VisitPhoto, came: bytes) -> None:
    row.sealed = keys.keyring().seal_bytes(drawn(came), _bound(row))
    row.part, row.whole_at = None, clock.now()


def _bound(row: VisitPhoto) -> str:
    return f"outreach.photo:{row.pk}"


def drawn(came: bytes) -> bytes:
    """A picture drawn anew as a JPEG of at most 300 kB, without anything a camera wrote into it. Raises Refusal."""
    try:
        picture = upright(came, LONGEST_SIDE)
    except Refused as refused:
        raise Refusal(str(refused), "anh") from refused
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    side = LONGEST_SIDE
    while True:
        flat.thumbnail((side, side))
        for quality in _QUALITIES:
            made = BytesIO()
            flat.save(made, "JPEG", quality=quality, optimize=True)
            if made.tell() <= LARGEST:
                return made.getvalue()
        side = side * 3 // 4


@retention.keeps(
    "visit_photos",
    title="Ảnh của lượt thăm hộ",
    why="Đủ để đối chiếu báo cáo của năm; ảnh có thể có người trong nhà",
    days=KEPT_DAYS,
)
def forget_old(days: int) -> int:
    """Drop photos that have had their time, and those that never came whole."""
    now = clock.now()
    old = VisitPhoto.objects.filter(whole_at__lt=now - timedelta(days=days))
    half = VisitPhoto.objects.filter(whole_at=None, received_at__lt=now - timedelta(days=min(days, HALF_DAYS)))
    return old.delete()[0] + half.delete()[0]
