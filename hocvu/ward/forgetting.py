"""Somebody is erased: every room forgets, from the top of the house down; what stays tells of nobody.

`erase` asks each room that declared itself with `forgets`, then removes the person and what hangs on them here. What
stays is a row with a random name and wide bands, and the person's random key, so that an old backup that comes back
can be erased again (`replay`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from hocvu.lib import clock
from hocvu.lib.disclosure import PROTECTED_THRESHOLD, THRESHOLD
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.emptying import remove_empty
from hocvu.ward.models import Account, ErasedPerson, HeldRow, PeopleBatchRow, Person, SubjectRequest, Ward
from hocvu.ward.models.person import years_before

Forget = Callable[[Person], int]
_ROOMS: dict[str, Forget] = {}  # upper rooms first
BANDS = ((60, "từ 60 tuổi"), (18, "từ 18 đến 59 tuổi"), (16, "16, 17 tuổi"), (0, "dưới 16 tuổi"))
LIST_NAME = "da-xoa.jsonl"


def forgets(title: str, forget: Forget) -> None:
    """Let a room take part: it removes what it holds of a person and answers how many rows."""
    _ROOMS[title] = forget


def what_goes(person: Person) -> list[tuple[str, int]]:
    """(what, how many) of what would go from the register, for whoever is about to erase."""
    parts = (
        ("nơi cư trú qua các thời gian", person.residences.count()),
        ("đơn vị, trường", person.memberships.count()),
        ("lần vắng", person.absences.count()),
        ("hoàn cảnh được bảo vệ", person.circumstances.count()),
        ("dòng sổ đồng ý", person.consents.count()),
    )
    return [("họ tên, ngày sinh, số định danh, điện thoại", 1), *((words, n) for words, n in parts if n)]


@transaction.atomic
def erase(person: Person, *, reason: str, by: Account | None, request: SubjectRequest | None = None) -> ErasedPerson:
    """Forget somebody in every room."""
    if not reason.strip():
        raise Refusal("Hãy ghi lý do xóa.", "reason")
    person = Person.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=person.pk)
    kept = ErasedPerson(ward=person.ward, person_key=person.pk, reason=reason.strip(), request=request, by=by)
    kept.age_band, kept.neighbourhood_id = _bands(person)
    for other in list(person.merged_from.all()):
        other.merged_into = None
        other.save(update_fields=("merged_into",))
        erase(other, reason=reason, by=by, request=request)
    kept.gone = {title: n for title, forget in _ROOMS.items() if (n := forget(person))}
    kept.gone["danh bạ"] = sum(n for _, n in what_goes(person))
    audit.record(by, "erased a person", person, ward=person.ward, reason=reason.strip()[:200])
    _remove(person)
    kept.save(force_insert=True)
    transaction.on_commit(lambda: _write_down(kept.person_key))
    transaction.on_commit(_empty_log)
    return kept


def _bands(person: Person) -> tuple[str, int | None]:
    """The age band, and the neighbourhood where enough people of that age live there."""
    today, born = clock.today(), person.born_on
    if born is None:
        return "chưa rõ tuổi", None
    least, band = next((years, words) for years, words in BANDS if born <= years_before(today, years))
    place = person.household.neighbourhood_id if person.household else None
    alike = Person.objects.of(person.ward).residents_on(today).aged_on(today, least)
    needed = PROTECTED_THRESHOLD if least == BANDS[0][0] else THRESHOLD
    return band, place if place and alike.filter(household__neighbourhood=place).count() >= needed else None


def _remove(person: Person) -> None:
    homes = set(person.residences.exclude(household=None).values_list("household", flat=True))
    PeopleBatchRow.objects.filter(person=person).delete()
    HeldRow.objects.filter(made=person).delete()
    person.delete()
    remove_empty(homes)


def erased_since(ward: Ward, moment_after: date) -> int:
    """How many people of a ward were erased after a day: part of why a figure fell."""
    return ErasedPerson.objects.filter(ward=ward, erased_at__date__gt=moment_after).count()


def forget_departed(before: date) -> int:
    """Erase those who left or died before a day, live nowhere here and belong to no unit."""
    gone = Person.objects.known().exclude(residences__valid_to=None).exclude(residences__valid_to__gte=before)
    gone = gone.filter(Q(died_on=None) | Q(died_on__lt=before), residences__isnull=False)
    gone = gone.exclude(memberships__valid_to=None, memberships__isnull=False).distinct()
    people = list(gone.select_related("ward")[:500])
    for person in people:
        erase(person, reason="Hết thời hạn giữ theo quy tắc của nơi quản lý", by=None)
    return len(people)


# ---- After an old backup came back


def list_path() -> Path:
    """The list of erased keys beside the database; it holds random keys and nothing of anybody."""
    return Path(settings.DATA_DIR) / LIST_NAME


def _write_down(key: UUID) -> None:
    with list_path().open("a", encoding="utf-8") as kept:
        kept.write(json.dumps({"person": str(key), "at": clock.now().isoformat()}) + "\n")


def _empty_log() -> None:
    """Let SQLite's log go, which still holds what was written of somebody; deleted pages are overwritten (settings).
    Where somebody reads at this moment the log goes a little later, by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor, suppress(DatabaseError):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def listed() -> list[UUID]:
    """The keys of the list, in their order; a line that was cut short is passed over."""
    if not list_path().exists():
        return []
    found = []
    for line in list_path().read_text("utf-8").splitlines():
        try:
            found.append(UUID(json.loads(line)["person"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def replay() -> int:
    """Erase again those who came back with an old backup; answers how many. Quick where there is nobody."""
    keys = listed()
    back = [] if not keys else list(Person.objects.filter(pk__in=keys).select_related("ward"))
    for person in back:
        with transaction.atomic():
            erase(person, reason="Xóa lại sau khi khôi phục bản sao lưu", by=None)
    return len(back)
