"""Who or what the targets divide by: adults, households, officials, schools. Each can be given or counted.

A total that is given has a year, a source and a note; one that is counted comes from the register or the list of
units as of the day. Which of the two holds is a decision of the ward, kept with its history.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from hocvu.lib.figures import number_words
from hocvu.plan.models import Denominator
from hocvu.plan.models.figures import newest_of_a_year
from hocvu.ward import belonging
from hocvu.ward.models import Circumstance, Household, Membership, Neighbourhood, Person, Residence, Unit, Ward

Kind = Membership.Kind
P = ParamSpec("P")
Answer = TypeVar("Answer")

Rows = Callable[[Ward, date], QuerySet[Any]]
ADULT, IDENTITY, ELDERLY = 18, 16, 60  # completed years on the as-of day


@dataclass(frozen=True, slots=True)
class Population:
    """A group that is divided by. `rows` are its members as of a day; None where their records come later.

    `complete` says that the list is ours to keep (units, neighbourhoods): it may be counted without a decision.
    """

    code: str
    title: str
    unit: str
    rows: Rows | None
    complete: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A total as it is used, and where it is from. Without a value there is no share."""

    value: int | None
    source: str
    is_given: bool = False


_POPULATIONS: dict[str, Population] = {}


def population(code: str) -> Population:
    """The population of a code. Raises KeyError."""
    return _POPULATIONS[code]


def populations() -> list[Population]:
    """Every population, in the order of declaration."""
    return list(_POPULATIONS.values())


def declare(
    code: str, title: str, *, unit: str, rows: Rows | None, complete: bool = False, protected: bool = False
) -> Population:
    """Make a population known; one that was declared without rows may be declared again with them."""
    known = _POPULATIONS.get(code)
    if known is not None and known.rows is not None:
        raise ValueError(f"the population {code!r} is already declared")
    _POPULATIONS[code] = Population(code, title, unit, rows, complete, protected)
    return _POPULATIONS[code]


def whole(ward: Ward, code: str, day: date) -> Whole:
    """What a percentage of the population is divided by, as of a day."""
    found = population(code)
    decided = _decision(ward, code, day)
    given = decided is not None and decided.choice == Denominator.Choice.GIVEN
    if given or found.rows is None or (decided is None and not found.complete):
        return total_of(found, decided, None, day)
    return total_of(found, decided, found.rows(ward, day).count(), day)


def decided_once(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """A page of many figures: what a total was decided to be is asked once for all figures over it."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Answer:
        token = _decided.set({})
        try:
            return view(*args, **kwargs)
        finally:
            _decided.reset(token)

    return shown


_decided: ContextVar[dict[tuple[int, int], list[Denominator]] | None] = ContextVar("hocvu_decided", default=None)


def _decision(ward: Ward, code: str, day: date) -> Denominator | None:
    """The decision about a population that holds for a day."""
    known = _decided.get()
    if known is None:
        return newest_of_a_year(Denominator.objects.filter(ward=ward, population=code), day)
    key = (ward.pk, day.year)
    if key not in known:
        rows = Denominator.objects.filter(ward=ward, year__lte=day.year)
        known[key] = list(rows.order_by("-year", "-decided_at", "-pk"))
    return next((row for row in known[key] if row.population == code), None)


def total_of(found: Population, decided: Denominator | None, counted: int | None, day: date) -> Whole:
    """The total that a decision makes of a day: the given one, or what is counted."""
    if decided is not None and decided.choice == Denominator.Choice.GIVEN:
        note = "" if decided.year == day.year else f", số của năm {decided.year}"
        return Whole(decided.value, f"{decided.source}{note}", is_given=True)
    if counted is None or (decided is None and not found.complete):
        return Whole(None, "chưa có tổng số")
    return Whole(counted, "danh sách đơn vị" if found.complete else "danh bạ của địa bàn")


def in_words(total: Whole, unit: str) -> str:
    """The total as a page says it."""
    return "chưa có tổng số" if total.value is None else f"{number_words(total.value)} {unit} ({total.source})"


def _aged(years: int) -> Rows:
    return lambda ward, day: Person.objects.of(ward).residents_on(day).aged_on(day, years)


def _households(ward: Ward, day: date) -> QuerySet[Household]:
    """Households in which somebody lives on the day."""
    # Asked home by home: the first who lives there settles it, which on 17,000 homes takes a third of the time.
    living = Q(person__ward=ward, person__merged_into=None)
    living &= Q(person__died_on=None) | Q(person__died_on__gte=day)
    living &= Q(person__born_on=None) | Q(person__born_on__lte=day)
    at_home = Residence.objects.on(day).filter(living, household=OuterRef("pk"))
    return Household.objects.filter(Exists(at_home), ward=ward)


def _members(*kinds: str) -> Rows:
    return lambda ward, day: belonging.members(ward, day, *kinds)


def _units(*kinds: str) -> Rows:
    return lambda ward, day: Unit.objects.of(ward).on(day).filter(kind__in=kinds)


declare(
    "residents", "Người đang cư trú", unit="người", rows=lambda ward, day: Person.objects.of(ward).residents_on(day)
)
declare("adults", "Người từ đủ 18 tuổi đang cư trú", unit="người", rows=_aged(ADULT))
declare("citizens_16", "Công dân từ đủ 16 tuổi đang cư trú", unit="người", rows=_aged(IDENTITY))
declare("elderly", "Người từ đủ 60 tuổi đang cư trú", unit="người", rows=_aged(ELDERLY), protected=True)
declare(
    "disabled",
    "Người khuyết tật đang cư trú",
    unit="người",
    rows=lambda ward, day: (
        Person.objects.of(ward)
        .residents_on(day)
        .filter(pk__in=belonging.holding(ward, Circumstance.Kind.DISABILITY, day).order_by().values("person"))
    ),
    protected=True,
)
declare("households", "Hộ gia đình có người đang ở", unit="hộ", rows=_households)
declare(
    "officials",
    "Cán bộ, công chức, viên chức, người lao động khu vực công",
    unit="người",
    rows=_members(Kind.OFFICIAL, Kind.TEACHER),
)
declare("secondary_pupils", "Học sinh trung học và sinh viên", unit="em", rows=_members(Kind.SECONDARY_PUPIL))
declare("pupils", "Học sinh từ cấp tiểu học", unit="em", rows=_members(Kind.PRIMARY_PUPIL, Kind.SECONDARY_PUPIL))
declare(
    "workers",
    "Người lao động trong doanh nghiệp, hợp tác xã",
    unit="người",
    rows=_members(Kind.WORKER, Kind.COOPERATIVE),
)
declare("schools", "Trường học", unit="trường", rows=_units(Unit.Kind.SCHOOL), complete=True)
declare("markets", "Chợ", unit="chợ", rows=_units(Unit.Kind.MARKET_BOARD), complete=True)
declare("teams", "Tổ công nghệ số cộng đồng", unit="tổ", rows=_units(Unit.Kind.TEAM), complete=True)
declare(
    "neighbourhoods",
    "Khu dân cư",
    unit="khu dân cư",
    rows=lambda ward, day: Neighbourhood.objects.of(ward).on(day),
    complete=True,
)
