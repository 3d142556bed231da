"""Which households and visits somebody may read, and how a visit stands beside its corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.marks import Mark
from hocvu.outreach import doubting
from hocvu.outreach.models import Visit
from hocvu.outreach.models.visit import VisitQuerySet
from hocvu.ward.access import scoped
from hocvu.ward.models import Account, Household, Neighbourhood, Ward

READ = "visits.read"


def places_of(account: Account, ward: Ward) -> list[Neighbourhood]:
    """The neighbourhoods of today whose visits somebody may read, in the order of the ward."""
    right = doubting.right_on(account, ward, READ, clock.today())
    if not right.held:
        return []
    rows = Neighbourhood.objects.of(ward).on(clock.today())
    return list(rows if right.places is None else rows.filter(pk__in=right.places))


def households_of(account: Account, ward: Ward) -> QuerySet[Household]:
    """The households that somebody may read of: within their grants, and where their team goes besides."""
    beside = doubting.right_on(account, ward, READ, clock.today()).places or ()
    within = scoped(Household.objects.all(), account, READ, ward).order_by()
    rows = Household.objects.filter(ward=ward).filter(Q(pk__in=within.values("pk")) | Q(neighbourhood__in=beside))
    return rows.select_related("neighbourhood", "ward")


def visits_of(account: Account, ward: Ward) -> VisitQuerySet:
    """The visits that somebody may read: as households, and always their own."""
    beside = doubting.right_on(account, ward, READ, clock.today()).places or ()
    within = scoped(Visit.objects.all(), account, READ, ward).order_by()
    return Visit.objects.of(ward).filter(
        Q(pk__in=within.values("pk")) | Q(neighbourhood__in=beside) | Q(made_by=account)
    )


def with_standing(rows: VisitQuerySet) -> VisitQuerySet:
    """Visits with `stands`: whether it is the one that counts today."""
    return rows.annotate(stands=Exists(Visit.objects.filter(pk=OuterRef("pk")).standing()))


def state_of(visit: Visit) -> Mark:
    """How a visit with `stands` stands, in words."""
    if visit.state == Visit.State.WAITING:
        return Mark("Chờ người xem", "slow")
    if visit.state == Visit.State.SET_ASIDE:
        return Mark("Không tính", "none")
    if visit.outcome == Visit.Outcome.MISTAKE:
        return Mark("Ghi nhầm", "none")
    return Mark("Đang tính", "good") if visit.stands else Mark("Đã đính chính", "none")  # type: ignore[attr-defined]


def shown_words(visit: Visit) -> list[str]:
    """What was said and shown at a door."""
    labels = dict(Visit.Shown.choices)
    return [str(labels[one]) for one in visit.shown if one in labels]


@dataclass(slots=True)
class Thread:
    """One call at a door: the visit, where it has come, and every correction in the order of the devices' clocks."""

    root: UUID
    visits: list[Visit] = field(default_factory=list)

    @property
    def has_first(self) -> bool:
        """Whether the visit itself has come; corrections may come before it."""
        return any(visit.pk == self.root for visit in self.visits)

    @property
    def newest(self) -> Visit:
        """The one to read first: what stands, else the last."""
        return next((one for one in self.visits if one.stands), self.visits[-1])  # type: ignore[attr-defined]


def threads(visits: Iterable[Visit]) -> list[Thread]:
    """Visits with their corrections, the newest call first."""
    found: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in visits:
        found[visit.corrects or visit.pk].append(visit)
    ordered = [
        Thread(root, sorted(some, key=lambda one: (one.corrects is not None, one.believed_at, one.pk)))
        for root, some in found.items()
    ]
    return sorted(ordered, key=lambda one: (one.newest.happened_on, one.newest.believed_at, one.root), reverse=True)


def history_of(household: Household, *, most: int = 40) -> list[Thread]:
    """The newest visits of a household with their corrections."""
    rows = with_standing(Visit.objects.filter(household=household)).select_related("made_by", "team", "household")
    return threads(rows.order_by("-made_at", "-pk")[:most])


def thread_of(visit: Visit) -> Thread:
    """A visit with all that corrects it."""
    root = visit.corrects or visit.pk
    rows = with_standing(Visit.objects.filter(Q(pk=root) | Q(corrects=root), ward=visit.ward))
    return threads(rows.select_related("made_by", "team", "household", "neighbourhood", "brought_by", "settled_by"))[0]


def words_of(thread: Thread) -> Sequence[str]:
    """Why somebody must look at any of a thread, in sentences."""
    return doubting.words_of(code for visit in thread.visits for code in visit.doubts)
