"""Field work of the demo ward: teams and who is in them, visits from door to door, help to people who agreed, what
households lack, a few that wait for somebody to look, devices.

Every act goes through the journeys that the pages use, each at its own moment. Chance is seeded: the same at every start.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from uuid import NAMESPACE_OID, UUID, uuid5

from django.http import QueryDict
from django.utils.http import urlencode
from PIL import Image, ImageDraw

from hocvu.home import demo_classes, demo_training, demo_ward
from hocvu.home.demo_acts import Act, at
from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.outreach import agreeing, helping, needs, photos, spot_checks, teams, visiting
from hocvu.outreach.models import Help, Need, SpotCheck, TeamMember, Visit
from hocvu.ward import devices, outbox, receipts
from hocvu.ward.access import SignedInRequest
from hocvu.ward.models import (
    Account,
    Circumstance,
    Contribution,
    Household,
    Neighbourhood,
    Person,
    Unit,
    Ward,
)
from hocvu.ward.models.person import years_before
from hocvu.ward.receipts import Parcel

KNOWN = 4  # the neighbourhoods whose people the register knows
VISITORS = ("thanhvien", "thanhvien2", "thanhvien3", "thanhvien4")
FAMILIES, GIVEN = (
    ("Nguyễn Thị", "Trần Văn", "Phạm Thị", "Lê Văn", "Vũ Thị"),
    ("Ngân", "Khôi", "Thắm", "Quý", "Hiên", "Tú"),
)
UNIONS = ("Đoàn Thanh niên", "Hội Phụ nữ", "Hội Cựu chiến binh", "doanh nghiệp công nghệ số", "")
WEEKS = 40  # of visits before today
PACE = ((WEEKS, 0.05), (WEEKS, 0.15), (9, 0.25), (5, 0.4))  # how long a team has been on its way, doors it left out yet
BEGUN = at(demo_ward.FOUNDED + timedelta(days=30))  # before that the ward had not found its feet
Outcome, Shown, Topic, Evidence, Kind = Visit.Outcome, Visit.Shown, Help.Topic, Help.Evidence, Need.Kind


def live(ward: Ward) -> None:
    """Ten months at the doors."""
    cast = Cast(ward)
    with clock.stopped_at(max(_ago(WEEKS + 2), min(BEGUN, clock.now()))):
        _teams(cast)
        for purpose in (agreeing.HELP, agreeing.NEED):
            agreeing.in_force(ward, purpose)
    acts = [*_visits(cast), *_help(cast), *_needs(cast), *_odd(cast)]
    acts += [*demo_classes.acts(ward), *demo_training.acts(ward)]
    present = clock.now()
    for act in sorted(acts, key=lambda act: act.moment):
        if BEGUN <= act.moment <= present:
            with clock.stopped_at(act.moment):
                act.do()
    _checks(cast)
    _devices(cast)


def _ago(weeks: float, hour: int = 9, minute: int = 0) -> datetime:
    return at(clock.today() - timedelta(days=round(7 * weeks)), hour, minute)


class Cast:
    """Who goes from door to door, and the doors."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.staff = {account.username: account for account in Account.objects.filter(is_demo=True)}
        self.places = list(Neighbourhood.objects.of(ward).filter(valid_to=None).order_by("number"))
        self.teams = {unit.neighbourhood_id: unit for unit in Unit.objects.of(ward).filter(kind=Unit.Kind.TEAM)}
        self.homes = [list(Household.objects.filter(neighbourhood=one).order_by("code")) for one in self.places[:KNOWN]]

    def visitor(self, place: int) -> Account:
        """Who visits in one of the first neighbourhoods, counted from 0."""
        return self.staff[VISITORS[place]]


def _teams(cast: Cast) -> None:
    """A lead and two or three members for each team; the last few have nobody but a lead."""
    by, since = cast.staff["dieuphoi"], clock.today()
    for number, place in enumerate(cast.places, start=1):
        team = cast.teams[place.pk]
        lead = cast.staff.get(f"to{number}")
        add = partial(teams.add_member, team, valid_from=since, by=by)
        add(
            full_name=lead.full_name if lead else f"Tổ trưởng tổ {number}", comes_from="",
            username=lead.username if lead else "", part=TeamMember.Part.LEAD,
        )  # fmt: skip
        if number <= KNOWN:
            add(full_name="", comes_from="", username=VISITORS[number - 1], part=TeamMember.Part.MEMBER)
        for other in range(0 if number > 95 else 1 + number % 2):
            name = f"{FAMILIES[(number + other) % len(FAMILIES)]} {GIVEN[(number * 3 + other) % len(GIVEN)]}"
            add(
                full_name=name,
                comes_from=UNIONS[(number + other) % len(UNIONS)],
                username="",
                part=TeamMember.Part.MEMBER,
            )
    if len(cast.places) > KNOWN:
        teams.add_place(cast.teams[cast.places[KNOWN - 1].pk], cast.places[KNOWN], valid_from=since, by=by)


# ---- Visits


def _parcel(made_at: datetime | None = None) -> Parcel:
    return Parcel(receipts.uuid7(), made_at=made_at or clock.now())


def _visit(
    cast: Cast, home: Household | None, by: Account, outcome: str, *, shown: tuple[str, ...] = (),
    next_on: date | None = None, corrects: UUID | None = None, why: str = "", parcel: Parcel | None = None, code: str = "",
) -> UUID:  # fmt: skip
    return visiting.record(
        household=home, code=code, outcome=outcome, shown=shown, next_on=next_on, corrects=corrects, why=why, by=by,
        ward=cast.ward, parcel=parcel or _parcel(),
    ).id  # fmt: skip


def _visits(cast: Cast) -> Iterator[Act]:
    """Most households are met once, some only at the second or third try, some never. Two teams have gone on since the
    beginning, the third and fourth began not long ago, and have more doors before them."""
    chance = random.Random(20260210)  # noqa: S311 - the same doors at every start, no secret
    for place, homes in enumerate(cast.homes):
        by, (weeks, left) = cast.visitor(place), PACE[place]
        for home in homes:
            week = chance.uniform(0.5, weeks)
            if chance.random() < left:
                continue
            for moment, outcome, promised in _tries(chance, week):
                shown = tuple(
                    chance.sample((Shown.SAFETY, Shown.SERVICES, Shown.PAYMENT, Shown.LESSONS, Shown.CITY_APP), 2)
                )
                told = (Shown.MOVEMENT, *shown) if outcome == Outcome.INFORMED else ()
                late = timedelta(hours=chance.choice((0, 0, 2, 20)))  # many alleys have no signal
                said = partial(_visit, cast, home, by, outcome, shown=told, next_on=promised)
                yield Act(moment + late, partial(_sent_late, said, moment))


def _sent_late(visit: Callable[..., UUID], made_at: datetime) -> UUID:
    return visit(parcel=_parcel(made_at))


def _tries(chance: random.Random, week: float) -> Iterator[tuple[datetime, str, date | None]]:
    while True:
        hour = chance.choice((8, 9, 10, 17, 18, 19))
        moment, roll = _ago(week, hour, chance.randrange(0, 60, 2)), chance.random()
        if roll < 0.66:
            yield moment, Outcome.INFORMED, None
            return
        if roll > 0.92:
            yield moment, chance.choice((Outcome.REFUSED, Outcome.MOVED, Outcome.NOT_FOUND)), None
            return
        later = roll > 0.85
        promised = moment.date() + timedelta(days=7) if later else None
        yield moment, Outcome.LATER if later else Outcome.NOBODY, promised
        week -= chance.uniform(0.8, 3)
        if week < 0.1:
            return


# ---- Help, after somebody agreed; what is lacked


def _people(cast: Cast) -> list[tuple[int, Person]]:
    """Grown people of the four neighbourhoods in the order of their doors, each with the place."""
    day = clock.today()
    rows = (
        Person.objects.of(cast.ward).open_for_work().filter(died_on=None, born_on__lte=years_before(day, 18))
        .filter(household__neighbourhood__in=cast.places[:KNOWN]).select_related("ward", "household")
        .order_by("household__code", "pk")
    )  # fmt: skip
    where = {place.pk: number for number, place in enumerate(cast.places[:KNOWN])}
    return [(where[one.household.neighbourhood_id or 0], one) for one in rows if one.household]


def _give(
    cast: Cast, by: Account, person: Person, topics: tuple[str, ...], reached: tuple[str, ...], way: str,
    ahead: int = 0,
) -> object:  # fmt: skip
    words = agreeing.in_force(cast.ward, agreeing.HELP)
    return helping.record(
        person=Person.objects.select_related("ward", "household").get(pk=person.pk), topics=topics, reached=reached,
        evidence=Evidence.SEEN if reached else "", way=way, version=words.version if words else None, visit=None, by=by,
        ward=cast.ward, parcel=_parcel(clock.now() + timedelta(days=ahead)),
    )  # fmt: skip


def _help(cast: Cast) -> Iterator[Act]:
    chance = random.Random(20260313)  # noqa: S311 - the same people at every start, no secret
    day = clock.today()
    people = _people(cast)
    disabled = set(Circumstance.objects.filter(person__ward=cast.ward).values_list("person", flat=True))
    for place, person in people:
        old = bool(person.born_on and person.born_on <= years_before(day, 60))
        if person.pk not in disabled and chance.random() > (0.7 if old else 0.3):
            continue
        topics = (Topic.SAFETY, Topic.HEALTH, Topic.INTERNET) if old else (Topic.CITY_APP, Topic.SERVICES, Topic.BANK)
        chosen = tuple(chance.sample(topics, 2))
        reached = tuple(one for one in chosen if chance.random() < 0.75)
        moment = _ago(chance.uniform(0.3, WEEKS - 1), chance.choice((9, 10, 18)), chance.randrange(60))
        yield Act(moment, partial(_give, cast, cast.visitor(place), person, chosen, reached, Help.Way.DOOR))
    # VNeID where the card's chip was read in front of them; a phone's clock ahead, so that it waits; one taken back.
    grown = [(place, one) for place, one in people if one.born_on and one.born_on > years_before(day, 60)]
    for turn, (place, person) in enumerate(grown[:24:2]):
        moment = _ago(2.5 * turn + 1, 17, turn)
        yield Act(moment, partial(_give, cast, cast.visitor(place), person, (Topic.VNEID,), (Topic.VNEID,), Help.Way.DOOR))  # fmt: skip
    for turn, (place, person) in enumerate(grown[1:4:2]):
        ahead = partial(_give, cast, cast.visitor(place), person, (Topic.BANK,), (), Help.Way.DOOR, ahead=3)
        yield Act(_ago(0.7, 18, turn), ahead)

    def back() -> None:
        lan = cast.visitor(0)
        row = Help.objects.filter(made_by=lan, state=Help.State.COUNTS).order_by("made_at", "pk").last()
        if row is not None:
            helping.take_back(row, why="Ghi nhầm sang người cùng nhà (minh họa)", by=lan)

    yield Act(_ago(0.3, 8), back)


def _lack(cast: Cast, place: int, home: Household, kind: str) -> object:
    return needs.record(
        household=home, person=None, kind=kind, agreed=False, version=None, visit=None, by=cast.visitor(place),
        ward=cast.ward, parcel=_parcel(),
    )  # fmt: skip


def _aid(cast: Cast) -> object:
    """Somebody who cannot walk well agreed that their need is written down under their name."""
    rows = Circumstance.objects.filter(person__household__neighbourhood__in=cast.places[:KNOWN])  # the demo knows one
    known = rows.select_related("person__household", "person__ward").first()
    if known is None or known.person is None or known.person.household is None:
        return None
    place = next(n for n, one in enumerate(cast.places) if one.pk == known.person.household.neighbourhood_id)
    words = agreeing.in_force(cast.ward, agreeing.NEED)
    return needs.record(
        household=known.person.household, person=known.person, kind=Kind.AID, agreed=True,
        version=words.version if words else None, visit=None, by=cast.visitor(place), ward=cast.ward, parcel=_parcel(),
    )  # fmt: skip


def _needs(cast: Cast) -> Iterator[Act]:
    """Devices, connections, classes: met by what partners gave, matched, refused, open."""
    office = cast.staff["dieuphoi"]
    asked = [
        (place, homes[number], kind)
        for place, homes in enumerate(cast.homes)
        for number, kind in ((2, Kind.DEVICE), (7, Kind.CONNECTION), (11, Kind.CLASS), (15, Kind.DEVICE))
        if number < len(homes)
    ]
    for turn, (place, home, kind) in enumerate(asked):
        yield Act(_ago(30 - 1.7 * turn, 10), partial(_lack, cast, place, home, kind))
    yield Act(_ago(5, 16), partial(_aid, cast))
    gift: dict[str, Contribution | None] = {
        kind: Contribution.objects.filter(partner__ward=cast.ward, what__startswith=what).first()
        for kind, what in ((Kind.DEVICE, "Máy tính bảng"), (Kind.CONNECTION, "SIM dữ liệu"))
    }

    def close(kind: str, turn: int, how: str) -> None:
        row = (
            Need.objects.filter(ward=cast.ward, kind=kind, outcome="", state=Need.State.COUNTS)
            .order_by("happened_on", "pk")[turn:]
            .first()
        )
        if row is None:
            return
        if how != "refuse" and (given := gift.get(kind)) is not None:
            needs.match(row, f"qua:{given.pk}", by=office)
        if how == "meet":
            needs.meet(row, what="Đã giao tận nhà (minh họa)", on=clock.today(), by=office)
        elif how == "refuse":
            needs.refuse(row, why="Hộ đã tự mua được máy (minh họa)", by=office)

    for weeks, kind, turn, how in (
        (20, Kind.DEVICE, 0, "meet"), (14, Kind.CONNECTION, 0, "meet"), (6, Kind.DEVICE, 0, "match"),
        (4, Kind.DEVICE, 1, "refuse"), (3, Kind.CONNECTION, 0, "match"),
    ):  # fmt: skip
        yield Act(_ago(weeks, 15), partial(close, kind, turn, how))


# ---- What is corrected, and what waits


def _odd(cast: Cast) -> Iterator[Act]:
    """Two corrections and a photo, a mistake taken back; a code on no list, a clock that runs ahead, a door of another team, one id
    with two contents; one photo."""
    lan, homes = cast.visitor(0), cast.homes[0]
    state: dict[str, UUID] = {}

    def begin(name: str, home: Household, outcome: str) -> None:
        state[name] = _visit(cast, home, lan, outcome, shown=(Shown.MOVEMENT,) if outcome == Outcome.INFORMED else ())

    def correct(name: str, home: Household, outcome: str, why: str) -> None:
        _visit(cast, home, lan, outcome, corrects=state[name], why=why, shown=(Shown.MOVEMENT,))

    yield Act(_ago(5, 9, 10), partial(begin, "one", homes[4], Outcome.NOBODY))
    yield Act(_ago(5, 9, 40), partial(correct, "one", homes[4], Outcome.INFORMED, "Bà về, đã nói chuyện"))
    yield Act(_ago(5, 9, 50), lambda: _photo(cast, state["one"], lan))
    yield Act(_ago(3, 18, 5), partial(begin, "two", homes[8], Outcome.INFORMED))
    yield Act(_ago(3, 18, 20), partial(correct, "two", homes[8], Outcome.MISTAKE, "Bấm nhầm sang nhà bên"))
    yield Act(_ago(1.2, 9), partial(_visit, cast, None, lan, Outcome.INFORMED, code="T01-99", shown=(Shown.MOVEMENT,)))

    def ahead() -> None:
        made = clock.now() + timedelta(days=3)
        _visit(cast, homes[10], lan, Outcome.INFORMED, shown=(Shown.MOVEMENT,), parcel=_parcel(made))

    yield Act(_ago(0.9, 19), ahead)
    yield Act(_ago(0.8, 9), partial(_visit, cast, cast.homes[2][3], lan, Outcome.INFORMED, shown=(Shown.MOVEMENT,)))

    def clash() -> None:
        first = {"ho": str(homes[6].pk), "ket_qua": "informed", "da_noi": "movement"}
        key = receipts.uuid7()
        for fields in (first, {**first, "ket_qua": "nobody", "da_noi": ""}):
            post = QueryDict(urlencode({name: value for name, value in fields.items() if value}))
            parcel = Parcel(key, outbox.digest_of(post), "/tham-ho/ghi/", clock.now())
            visiting.from_fields(post, by=lan, ward=cast.ward, parcel=replace(parcel))

    yield Act(_ago(0.6, 17), clash)


def _photo(cast: Cast, visit: UUID, by: Account) -> None:
    """A photo that shows nobody: a drawn gate with a leaflet."""
    drawn = Image.new("RGB", (640, 480), "#e9e2d0")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((120, 90, 520, 480), fill="#7c5c3b")
    for bar in range(140, 520, 60):
        pen.rectangle((bar, 110, bar + 14, 480), fill="#5d432a")
    pen.rectangle((270, 200, 380, 340), fill="#fffdf5", outline="#1d5c3f", width=6)
    came = BytesIO()
    drawn.save(came, "JPEG", quality=85)
    photos.add(Visit.objects.get(pk=visit), came.getvalue(), by=by)


# ---- What supervisors see


def _checks(cast: Cast) -> None:
    """A sample of the last two months, some of it asked about."""
    by, month = cast.staff["dieuphoi"], Month.of(clock.today())
    for back in (2, 1):
        spot_checks.draw(cast.ward, month.plus(-back), by=None)
    rows = list(SpotCheck.objects.filter(visit__ward=cast.ward).select_related("visit").order_by("drawn_on", "pk"))
    for number, row in enumerate(rows[:-2]):
        told = SpotCheck.Result.DIFFERS if number == 3 else SpotCheck.Result.AGREES
        spot_checks.record(row, result=told, note="Hộ nói chưa ai đến (minh họa)" if number == 3 else "", by=by)


def _devices(cast: Cast) -> None:
    """Phones as they said of themselves; one has been silent for two days with seven visits on it, the clock of one is three
    days ahead."""
    for number, name in enumerate(VISITORS):
        heard = clock.now() - timedelta(hours=50 if number == 2 else number, minutes=17)
        waiting, ahead = 7 if number == 2 else 0, timedelta(days=3) if number == 0 else timedelta(seconds=number * 9)
        oldest = heard - timedelta(hours=3) if waiting else None
        for moment in (_ago(WEEKS), heard):
            if moment >= BEGUN:
                with clock.stopped_at(moment):
                    request = _from_device(cast, name, moment + ahead)
                    until = moment + timedelta(days=7)
                    devices.heard(request, waiting=waiting, oldest=oldest, list_until=until)


def _from_device(cast: Cast, name: str, now: datetime) -> SignedInRequest:
    """What a device sends with anything: its own name and what its clock says."""
    request = SignedInRequest()
    request.META |= {
        "HTTP_X_OUTBOX_DEVICE": str(uuid5(NAMESPACE_OID, f"hocvu.demo:{name}")),
        "HTTP_X_OUTBOX_NOW": now.isoformat(),
    }
    request.user, request.ward = cast.staff[name], cast.ward
    return request
