"""Which households wait for the team at their doors: never visited, nobody at home, promised, or time to come again.

Households with a protected circumstance, and elderly people who live alone, carry a mark that says to be quick and never
why. When a household is due again is a rule of the ward (`rules`). All households of a place cost as many questions as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from hocvu.outreach import alleys, doubting, rules
from hocvu.outreach.models import Visit
from hocvu.ward import emptying
from hocvu.ward.models import Account, Circumstance, Household, Neighbourhood, Person, Ward
from hocvu.ward.models.person import years_before

Outcome = Visit.Outcome
NEVER, NOBODY, PROMISED, OTHER = "never", "nobody", "promised", "other"
WORDS = {
    NEVER: "chưa thăm lần nào",
    NOBODY: "lần trước không có ai ở nhà",
    PROMISED: "đã hẹn quay lại",
    OTHER: "đến lúc thăm lại",
}
ELDERLY = 60

_DAYS = {
    Outcome.NOBODY: ("nobody_home_days", NOBODY),
    Outcome.LATER: ("later_days", PROMISED),
    Outcome.NOT_FOUND: ("not_found_days", OTHER),
    Outcome.REFUSED: ("refused_days", OTHER),
    Outcome.INFORMED: ("revisit_days", OTHER),
}


def rule(ward: Ward, day: date) -> Mapping[str, int]:
    """The numbers of the rule as they hold on a day."""
    return rules.rule(ward, rules.Code.DUE, day)


@dataclass(frozen=True, slots=True)
class Last:
    """What the newest visit that stands says of a household."""

    outcome: str
    on: date
    next_on: date | None = None

    @property
    def words(self) -> str:
        """The outcome in words."""
        return str(Outcome(self.outcome).label)


@dataclass(frozen=True, slots=True)
class Due:
    """Why a household is due: since when, and for which day it was promised."""

    why: str
    since: date | None = None
    on: date | None = None

    @property
    def words(self) -> str:
        """Why, in words."""
        return WORDS[self.why]


@dataclass(frozen=True, slots=True)
class Home:
    """A household as the team meets it."""

    id: UUID
    code: str
    address: str
    place: Neighbourhood
    door: alleys.Door
    last: Last | None
    due: Due | None
    is_priority: bool


def due_of(last: Last | None, rule: Mapping[str, int], day: date) -> Due | None:
    """Why a household is due on a day by its newest visit; None where it is not."""
    if last is None:
        return Due(NEVER)
    if last.next_on is not None:
        return Due(PROMISED, last.next_on, last.next_on) if last.next_on <= day else None
    if last.outcome not in _DAYS:
        return None
    name, why = _DAYS[Outcome(last.outcome)]
    since = last.on + timedelta(days=rule[name])
    return Due(why, since) if since <= day else None


# ---- Places


def places_of(account: Account, ward: Ward, day: date) -> list[Neighbourhood]:
    """The neighbourhoods of a day where an account records visits, in the order of the ward."""
    right = doubting.right_on(account, ward, "visits.record", day)
    if not right.held:
        return []
    rows = Neighbourhood.objects.of(ward).on(day)
    return list(rows if right.places is None else rows.filter(pk__in=right.places))


# ---- Households


def homes(places: Sequence[Neighbourhood], day: date, rule: Mapping[str, int]) -> list[Home]:
    """Every household of some neighbourhoods, by alley and number: three questions for visits, marks and doors."""
    by_key = {place.pk: (order, place) for order, place in enumerate(places)}
    rows = emptying.without_ghosts(Household.objects.filter(neighbourhood__in=by_key)).order_by()
    last, urgent = newest_visits(by_key), priority(by_key, day)
    found = []
    for key, code, address, place in rows.values_list("pk", "code", "address", "neighbourhood_id"):
        visit = last.get(key)
        found.append(
            Home(
                key,
                code,
                address,
                by_key[place][1],
                alleys.read(address),
                visit,
                due_of(visit, rule, day),
                key in urgent,
            )
        )
    return sorted(
        found, key=lambda home: (by_key[home.place.pk][0], home.door.key, alleys.natural(home.code), home.code)
    )


def newest_visits(places: Iterable[int]) -> dict[UUID, Last]:
    """household -> what its newest visit that stands says; one question."""
    rows = (
        Visit.objects.filter(household__neighbourhood__in=list(places))
        .standing()
        .order_by("happened_on", "believed_at", "pk")
    )
    return {
        key: Last(outcome, on, next_on)
        for key, outcome, on, next_on in rows.values_list("household_id", "outcome", "happened_on", "next_on")
        if key is not None
    }


def priority(places: Iterable[int], day: date) -> set[UUID]:
    """The households to be met first; why is not told. Who asked for a restriction marks nobody's door. Two questions."""
    keys = list(places)
    now = Circumstance.objects.filter(valid_from__lte=day).exclude(valid_to__lt=day).order_by()
    own = Q(household__neighbourhood__in=keys)
    of_somebody = Q(person__household__neighbourhood__in=keys, person__merged_into=None, person__restricted_at=None) & (
        Q(person__died_on=None) | Q(person__died_on__gte=day)
    )
    pairs = now.filter(own | of_somebody).values_list("household_id", "person__household_id")
    marked = {key for pair in pairs for key in pair if key is not None}
    people = Person.objects.living_on(day).filter(household__neighbourhood__in=keys).order_by().values("household")
    alone = people.annotate(n=Count("pk"), youngest=Max("born_on"), in_peace=Count("restricted_at")).filter(
        n=1, in_peace=0, youngest__lte=years_before(day, ELDERLY)
    )
    return marked | {row["household"] for row in alone}


def next_after(rows: Sequence[Home], key: UUID | None) -> Home | None:
    """The household to go to after one, as one walks: the next that is due, from the first again after the last."""
    at = next((place for place, home in enumerate(rows) if home.id == key), -1)
    onward = [*rows[at + 1 :], *rows[: at + 1]]
    return next((home for home in onward if home.due and home.id != key), None)
