"""The same parcels in other orders of arrival: what stands in the end must be the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict

from hocvu.lib import clock
from hocvu.outreach import visiting
from hocvu.outreach.models import Clash, Visit
from hocvu.outreach.tests.cast import Field
from hocvu.ward.models import Receipt
from hocvu.ward.receipts import Parcel
from tests.field.simulation import Letter


def in_every_order(letters: Sequence[Letter], cast: Field, at: datetime, seed: int) -> None:
    """Let the parcels of a story arrive backwards, by their ids, and by chance or as they were made; compare what came of them. Under one id
    the first content stays first, since by contract the first arrival wins."""
    by_chance = list(letters)
    random.Random(seed).shuffle(by_chance)
    orders = (
        list(letters)[::-1],
        sorted(letters, key=lambda one: one.ask.headers["x-outbox-id"]),
        by_chance if seed % 2 else sorted(letters, key=lambda one: one.ask.headers["x-outbox-made"]),
    )
    outcomes = [_arrive(_first_stays_first(order, letters), cast, at) for order in orders]
    for other in outcomes[1:]:
        for name, rows in outcomes[0].items():
            assert other[name] == rows, f"another order of arrival, other {name}:\n{other[name]}\n{rows}"


def _first_stays_first(order: Sequence[Letter], first: Sequence[Letter]) -> list[Letter]:
    waiting: dict[str, list[Letter]] = {}
    for letter in first:
        waiting.setdefault(letter.ask.headers["x-outbox-id"], []).append(letter)
    return [waiting[letter.ask.headers["x-outbox-id"]].pop(0) for letter in order]


def _arrive(letters: Sequence[Letter], cast: Field, at: datetime) -> dict[str, Any]:
    with transaction.atomic(), clock.stopped_at(at):
        for letter in letters:
            headers, fields = letter.ask.headers, QueryDict(letter.ask.body)
            parcel = Parcel(
                UUID(headers["x-outbox-id"]), headers["x-outbox-digest"], letter.ask.path,
                datetime.fromisoformat(headers["x-outbox-made"]), clock=None if letter.shift is None else at + letter.shift,
            )  # fmt: skip
            visiting.from_fields(fields, by=letter.account, ward=cast.ward, parcel=parcel)
        outcome = _outcome(cast)
        transaction.set_rollback(True)
    return outcome


def _outcome(cast: Field) -> dict[str, Any]:
    visits = Visit.objects.order_by("pk")
    standing = Visit.objects.of(cast.ward).standing()
    return {
        "visits": list(
            visits.values_list(
                "pk", "outcome", "shown", "household", "neighbourhood", "team", "corrects", "happened_on", "made_by",
                "state", "doubts",
            )
        ),
        "clashes": sorted(Clash.objects.values_list("pk", "first")),
        "receipts": sorted(Receipt.objects.values_list("pk", "digest")),
        "visits that stand": set(standing.values_list("pk", flat=True)),
        "households informed": set(standing.informed().values_list("household", flat=True)),
    }  # fmt: skip
