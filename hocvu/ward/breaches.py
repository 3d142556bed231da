"""A breach of data: written down when it is found, reported within 72 hours, followed by notes until it is closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.models import Account, Breach, BreachNote, Ward


@transaction.atomic
def open_breach(
    ward: Ward,
    *,
    title: str,
    happened_at: datetime | None,
    found_at: datetime,
    categories: str,
    people: int | None,
    consequences: str,
    by: Account,
) -> Breach:
    """Write a breach down; the 72 hours run from the moment it was found."""
    if found_at > clock.now():
        raise Refusal("Lúc phát hiện chưa tới. Hãy xem lại.", "found_at")
    if happened_at and happened_at > found_at:
        raise Refusal("Sự cố không thể xảy ra sau khi được phát hiện. Hãy xem lại hai lúc.", "happened_at")
    breach = Breach.objects.create(
        ward=ward, title=title, happened_at=happened_at, found_at=found_at, categories=categories, people=people,
        consequences=consequences, recorded_by=by,
    )  # fmt: skip
    audit.record(by, "wrote down a breach", breach, ward=ward)
    return breach


@transaction.atomic
def note(breach: Breach, *, text: str, by: Account) -> BreachNote:
    """What became known, or was done."""
    held = _open(breach)
    row = BreachNote.objects.create(breach=held, text=text, by=by)
    audit.record(by, "added a note to a breach", held, ward=held.ward)
    return row


@transaction.atomic
def report(breach: Breach, *, at: datetime, number: str, by: Account) -> None:
    """The authority was told, by which letter."""
    held = _open(breach)
    if held.reported_at is not None:
        raise Refusal("Đã ghi báo cơ quan chức năng rồi.", "at")
    _refuse_odd(held, at)
    held.reported_at, held.report_number = at, number
    held.save(update_fields=("reported_at", "report_number"))
    BreachNote.objects.create(breach=held, text=f"Đã báo cơ quan chức năng, văn bản {number}.", by=by)
    audit.record(by, "reported a breach", held, ward=held.ward)


@transaction.atomic
def tell_people(breach: Breach, *, at: datetime, how: str, by: Account) -> None:
    """Those it touches were told."""
    held = _open(breach)
    if held.told_people_at is not None:
        raise Refusal("Đã ghi báo người bị ảnh hưởng rồi.", "at")
    _refuse_odd(held, at)
    held.told_people_at = at
    held.save(update_fields=("told_people_at",))
    BreachNote.objects.create(breach=held, text=f"Đã báo người bị ảnh hưởng: {how}", by=by)
    audit.record(by, "told people of a breach", held, ward=held.ward)


@transaction.atomic
def close(breach: Breach, *, text: str, by: Account) -> None:
    """Nothing more is to be done. One that was never reported says why in the text."""
    held = _open(breach)
    BreachNote.objects.create(breach=held, text=f"Khép lại: {text}", by=by)
    held.closed_at = clock.now()
    held.save(update_fields=("closed_at",))
    audit.record(by, "closed a breach", held, ward=held.ward)


def _open(breach: Breach) -> Breach:
    held = Breach.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=breach.pk)
    if held.closed_at is not None:
        raise Refusal("Sự cố này đã khép lại.")
    return held


def _refuse_odd(held: Breach, at: datetime) -> None:
    if not held.found_at <= at <= clock.now():
        raise Refusal("Hãy ghi một lúc sau khi phát hiện và không muộn hơn bây giờ.", "at")
