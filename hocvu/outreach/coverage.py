"""How far a ward has come from door to door: counts by neighbourhood, by alley, by day, by team. Nobody is named.

A household is in one state: informed once somebody there was told, whenever that was; else what the newest visit says;
never visited otherwise. Only visits that stand are asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from hocvu.outreach import alleys, attending
from hocvu.outreach.models import Attendance, Help, Need, Session, Visit
from hocvu.ward import emptying
from hocvu.ward.models import Household, Neighbourhood, Unit, Ward

Outcome = Visit.Outcome
NEVER = "never"
OTHER = (Outcome.LATER, Outcome.MOVED, Outcome.NOT_FOUND)
FEW = 3  # an alley of fewer households is told together with others, so that none stands alone
ELSEWHERE = "Các ngõ ít hộ"


@dataclass(frozen=True, slots=True)
class Covered:
    """The households of a place by state. They add up."""

    informed: int = 0
    nobody: int = 0
    refused: int = 0
    other: int = 0  # promised, moved, not found
    never: int = 0

    @property
    def households(self) -> int:
        """All of them."""
        return self.informed + self.nobody + self.refused + self.other + self.never

    @property
    def share(self) -> float | None:
        """How many in a hundred are informed; None without a household."""
        return self.informed * 100 / self.households if self.households else None

    def __add__(self, more: Covered) -> Covered:
        names = ("informed", "nobody", "refused", "other", "never")
        return Covered(**{name: getattr(self, name) + getattr(more, name) for name in names})


def _covered(states: Mapping[str, int]) -> Covered:
    """Counts by state of the query, as they are told."""
    return Covered(
        informed=states.get(Outcome.INFORMED, 0), nobody=states.get(Outcome.NOBODY, 0),
        refused=states.get(Outcome.REFUSED, 0), never=states.get(NEVER, 0),
        other=sum(states.get(one, 0) for one in OTHER),
    )  # fmt: skip


def with_state(households: QuerySet[Household], day: date) -> QuerySet[Any]:
    """Households with `state` as of a day: what their visits come to."""
    mine = Visit.objects.filter(household=OuterRef("pk")).until(day).standing()
    newest = mine.order_by("-happened_on", "-believed_at", "-pk").values("outcome")[:1]
    told = Case(
        When(Exists(mine.informed()), then=Value(str(Outcome.INFORMED.value))), default=Subquery(newest),
        output_field=CharField(),
    )  # fmt: skip
    return emptying.without_ghosts(households).annotate(state=told)


def by_neighbourhood(ward: Ward, day: date) -> list[tuple[Neighbourhood | None, Covered]]:
    """Every neighbourhood with its households by state, in the order of the ward; those without a place last."""
    rows = with_state(Household.objects.filter(ward=ward).order_by(), day)
    found: dict[int | None, dict[str, int]] = defaultdict(dict)
    for place, state, n in rows.values_list("neighbourhood", "state").annotate(n=Count("pk")):
        found[place][state or NEVER] = n
    places = list(Neighbourhood.objects.of(ward).on(day))
    known = {place.pk for place in places}
    told: list[tuple[Neighbourhood | None, Covered]] = [(one, _covered(found.get(one.pk, {}))) for one in places]
    rest = sum((_covered(states) for key, states in found.items() if key not in known), Covered())
    return [*told, (None, rest)] if rest.households else told


def by_alley(place: Neighbourhood, day: date) -> list[tuple[str, Covered]]:
    """The alleys of a neighbourhood in the order of walking. Alleys of one or two households stand together."""
    rows = with_state(Household.objects.filter(neighbourhood=place).order_by(), day)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, alleys.Door] = {}
    for address, state in rows.values_list("address", "state"):
        door = alleys.read(address)
        names.setdefault(door.group, door)
        found[door.group][state or NEVER] += 1
    walk = sorted(found, key=lambda group: names[group].key[:3])
    few = {group for group, states in found.items() if states.total() < FEW}
    if few and sum(found[group].total() for group in few) < FEW and len(few) < len(found):  # or they would stand alone
        few.add(min((group for group in walk if group not in few), key=lambda group: found[group].total()))
    large = [(names[group].words, _covered(found[group])) for group in walk if group not in few]
    small = sum((_covered(found[group]) for group in few), Covered())
    return [*large, (ELSEWHERE, small)] if few else large


# ---- Visits by day and by week


def by_day(ward: Ward, first: date, last: date, place: Neighbourhood | None = None) -> list[tuple[date, int]]:
    """How many visits that stand were made on each day, none left out."""
    rows = Visit.objects.of(ward).filter(happened_on__gte=first, happened_on__lte=last).standing().order_by()
    if place is not None:
        rows = rows.filter(neighbourhood=place)
    found = dict(rows.values_list("happened_on").annotate(n=Count("pk")))
    return [(day, found.get(day, 0)) for day in _days(first, last)]


def by_week(team: Unit, last: date, weeks: int = 12) -> list[tuple[date, int, int]]:
    """The Monday of each week, visits that stand, and help given by a team; the newest week last."""
    monday = last - timedelta(days=last.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    within = {"team": team, "happened_on__gte": first, "happened_on__lte": last}
    visits = Visit.objects.filter(**within).standing().order_by().values_list("happened_on").annotate(n=Count("pk"))
    helps = Help.objects.filter(**within).standing().order_by().values_list("happened_on").annotate(n=Count("pk"))
    sums = [_by_monday(visits), _by_monday(helps)]
    mondays = [first + timedelta(weeks=n) for n in range(weeks)]
    return [(one, sums[0][one], sums[1][one]) for one in mondays]


def _by_monday(rows: Iterable[tuple[date, int]]) -> Counter[date]:
    found: Counter[date] = Counter()
    for day, n in rows:
        found[day - timedelta(days=day.weekday())] += n
    return found


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


# ---- What a team did, for its monthly report


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """What a team did in some days, counted from records."""

    visits: int = 0
    households_informed: int = 0  # told in these days, each once
    helped: Mapping[str, int] = field(default_factory=dict)  # topic -> people, each once
    people_helped: int = 0  # over all topics, each once
    needs_opened: int = 0
    needs_met: int = 0
    sessions: int = 0
    attendance: int = 0  # people at sessions, each once a session
    helps: int = 0  # times that somebody was helped with something


def _anything_of(team: Unit, within: dict[str, Any], first: date, last: date) -> bool:
    """Whether anything at all is written down of a team in some days, whatever it comes to."""
    sessions = Session.objects.filter(gathering__host=team, starts_at__date__gte=first, starts_at__date__lte=last)
    met = Need.objects.filter(team=team, closed_at__date__gte=first, closed_at__date__lte=last)
    rows = (Visit.objects.filter(**within), Help.objects.filter(**within), Need.objects.filter(**within), met, sessions)
    found = Q()
    for some in rows:
        found |= Q(Exists(some.order_by()))
    return Unit.objects.filter(found, pk=team.pk).exists()


def of_team(team: Unit, first: date, last: date) -> TeamMonth:
    """What a team did from one day to another; eight questions, however much that is, one where it is nothing."""
    within = {"team": team, "happened_on__gte": first, "happened_on__lte": last}
    if not _anything_of(team, within, first, last):
        return TeamMonth()
    visits = Visit.objects.filter(**within).standing().order_by()
    informed = Count("household", distinct=True, filter=Q(outcome=Outcome.INFORMED))
    counted = visits.aggregate(n=Count("pk"), informed=informed)
    helps = Help.objects.filter(**within).standing().order_by()
    times = helps.aggregate(n=Count("pk"), people=Count("person", distinct=True))
    needs = Need.objects.filter(team=team, state=Need.State.COUNTS).order_by()
    met = needs.filter(outcome=Need.Outcome.MET, closed_at__date__gte=first, closed_at__date__lte=last)
    held = attending.sessions_held(team.ward, first, last).filter(gathering__host=team)
    there = Attendance.objects.filter(session__in=held, state=Attendance.State.COUNTS).order_by()
    return TeamMonth(
        visits=counted["n"],
        households_informed=counted["informed"],
        helped=dict(helps.values_list("topic").annotate(n=Count("person", distinct=True))),
        people_helped=times["people"],
        helps=times["n"],
        needs_opened=needs.filter(happened_on__gte=first, happened_on__lte=last).count(),
        needs_met=met.count(),
        sessions=held.count(),
        attendance=there.values("session", "registration").distinct().count(),
    )
