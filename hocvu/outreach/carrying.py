"""What a device takes along to the doors: the households of somebody's places with no more than a door needs.

Names and years of birth of those of 16 and over whose data may be worked with; no number, no phone, no circumstance. The
device keeps it sealed and drops it a week after it last heard from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hocvu.lib import clock
from hocvu.outreach import agreeing, due, visiting
from hocvu.outreach.models import Help, Need, Visit
from hocvu.ward.models import Account, Person, Ward

KEPT = timedelta(days=7)
GROWN = 16


def list_for(account: Account, ward: Ward) -> dict[str, Any]:
    """The list of an account as plain data; the number of questions does not grow with the households."""
    now, day = clock.now(), clock.today()
    places = due.places_of(account, ward, day)
    people = people_of([place.pk for place in places], day)
    return {
        "ward": ward.slug,
        "made": now.isoformat(),
        "until": (now + KEPT).isoformat(),
        "places": [{"id": place.pk, "name": place.name} for place in places],
        **words(),
        "topics": _choices(Help.Topic.choices),
        "evidence": _choices(Help.Evidence.choices),
        "needs": _choices(Need.Kind.choices),
        "consent": _consent(ward, agreeing.HELP),
        "consent_need": _consent(ward, agreeing.NEED),
        "households": [_told(home, people[home.id]) for home in due.homes(places, day, due.rule(ward, day))],
    }


def words() -> dict[str, list[dict[str, str]]]:
    """What a visit may say: of nobody, so that it stands in the page for whoever has no list."""
    return {
        "outcomes": _choices((one.value, one.label) for one in visiting.AT_THE_DOOR),
        "shown": _choices(Visit.Shown.choices),
    }


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[dict[str, str]]:
    return [{"code": str(code), "words": str(words)} for code, words in pairs]


def _consent(ward: Ward, purpose: str) -> dict[str, Any] | None:
    words = agreeing.words(ward, purpose)
    return {"version": words.version, "text": words.text} if words else None


def people_of(places: Iterable[int], day: date) -> dict[UUID, list[dict[str, Any]]]:
    """household -> who of 16 and over lives there and may be worked with; one question."""
    rows = Person.objects.open_for_work().living_on(day).aged_on(day, GROWN)
    rows = rows.filter(household__neighbourhood__in=list(places)).order_by("born_on", "plain_name", "pk")
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for key, home, name, born in rows.values_list("pk", "household_id", "full_name", "born_on"):
        if home is not None and born is not None:
            found[home].append({"id": str(key), "name": name, "year": born.year})
    return found


def _told(home: due.Home, people: list[dict[str, Any]]) -> dict[str, Any]:
    waits = home.due and {
        "why": home.due.why, "words": home.due.words, "since": _day(home.due.since), "on": _day(home.due.on),
    }  # fmt: skip
    return {
        "id": str(home.id),
        "code": home.code,
        "alley": home.door.words,
        "number": home.door.number,
        "address": home.address,
        "due": waits,
        "priority": home.is_priority,
        "last": home.last and {"outcome": home.last.outcome, "on": _day(home.last.on)},
        "people": people,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
