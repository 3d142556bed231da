"""Classes of the demo ward: those that teams, unions and the office held week after week, who registered and who came, one
that was cancelled, those to come, one of them full, and what people thought of them.

Through the journeys behind the pages, each act at its own moment. Chance is seeded: the same at every start.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from django.http import QueryDict
from django.utils.http import urlencode

from hocvu.home.demo_acts import Act, at
from hocvu.home.demo_learning import PHONE, SAFETY
from hocvu.home.demo_ward import FOUNDED
from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.outreach import attending, classes, feedback, needs, registering
from hocvu.outreach.models import Attendance, Gathering, Need, Registration, Session
from hocvu.ward import receipts
from hocvu.ward.models import Account, Household, Neighbourhood, Unit, Ward
from hocvu.ward.receipts import Parcel

KNOWN = 4  # the neighbourhoods whose people the register knows
REGISTRARS = ("thanhvien", "thanhvien2", "thanhvien3", "thanhvien4")
EVENING, MORNING = (time(19), time(20, 30)), (time(8), time(10))
WALK_INS = ("Bà Sáu đầu ngõ", "Ông Tám", "Chị Hạnh bán nước", "Cô Bảy", "Bác Toàn", "Anh Lộc")
WORDS = (
    (5, "Dạy chậm, dễ hiểu, được tự bấm trên máy mình."), (5, ""), (4, "Nên có thêm một buổi ôn."), (4, ""),
    (5, "Các cháu tình nguyện nhiệt tình."), (3, "Phòng hơi chật."),
)  # fmt: skip
Way = Attendance.Way


@dataclass(frozen=True, slots=True)
class Plan:
    """A class as it was announced: who held it, where, and from how many weeks ago."""

    who: str
    title: str
    place: str
    weeks: float
    hours: tuple[time, time] = EVENING
    count: int = 3
    capacity: int | None = None
    homes: int = 4
    course: str = ""
    kind: str = Gathering.Kind.CLASS
    gist: str = "Mang theo điện thoại của mình. Có người ngồi cạnh chỉ từng bước; không mất tiền."
    start: int = 0  # the first of the households who are asked
    area: int | None = None  # the neighbourhood, counted from 0


ELDER, CALLS, PAY, PORTAL, CHILD = (
    "Người cao tuổi dùng điện thoại",
    "Nhận ra cuộc gọi và tin nhắn lừa đảo",
    "Tiểu thương nhận tiền bằng mã QR",
    "Nộp hồ sơ dịch vụ công trực tuyến",
    "Cháu dạy ông bà gọi có hình",
)
EVENING_OUT = "Buổi tối hỏi đáp về điện thoại"
MEETING = 70  # the last of the teams that met lately; those after it are idle
HALL = "Nhà văn hóa tổ {}"
HELD = (
    Plan("thanhvien", ELDER, HALL.format(1), 60, course=PHONE, area=0),
    Plan("doan", CHILD, "Trụ sở Đoàn Thanh niên", 54, MORNING, kind=Gathering.Kind.GATHERING, start=4),
    Plan("thanhvien2", CALLS, HALL.format(2), 49, course=SAFETY, area=1),
    Plan("vhxh", PORTAL, "Hội trường Trung tâm sự nghiệp công", 44, MORNING, 3, 30, start=8),
    Plan("thanhvien", CALLS, HALL.format(1), 39, course=SAFETY, start=5, area=0),
    Plan("phunu", PAY, "Chợ Cầu Tre, gian hướng dẫn", 35, MORNING, start=3),
    Plan("thanhvien3", ELDER, HALL.format(3), 31, course=PHONE, area=2),
    Plan("vhxh", CALLS, "Hội trường Trung tâm sự nghiệp công", 26, EVENING, 3, 30, course=SAFETY, start=2),
    Plan("doan", CHILD, "Trụ sở Đoàn Thanh niên", 22, MORNING, start=10),
    Plan("thanhvien2", ELDER, HALL.format(2), 17, course=PHONE, start=6, area=1),
    Plan("phunu", PORTAL, "Hội trường Hội Phụ nữ", 13, EVENING, 3, 20, start=12),
    Plan("thanhvien", PORTAL, HALL.format(1), 9, start=9, area=0),
    Plan("thanhvien3", CALLS, HALL.format(3), 5, course=SAFETY, start=7, area=2),
)
RUNNING = Plan("thanhvien", ELDER, HALL.format(1), 2.3, count=6, capacity=25, course=PHONE, start=12, area=0)
COMING = (
    Plan("vhxh", PORTAL, "Hội trường Trung tâm sự nghiệp công", -1.3, MORNING, 4, 40, course=PHONE, start=14),
    Plan("phunu", PAY, "Chợ Cầu Tre, gian hướng dẫn", -0.8, MORNING, 2, 6, homes=5, start=1),
    Plan("doan", CHILD, "Trụ sở Đoàn Thanh niên", -2, MORNING, 1, kind=Gathering.Kind.GATHERING, homes=1, start=16),
)
CANCELLED = Plan("thanhvien2", CALLS, HALL.format(2), -0.6, EVENING, 2, homes=2, start=3, area=1)
DRAFT = Plan("thanhvien3", PORTAL, HALL.format(3), -4, EVENING, 4, homes=0, area=2)


@dataclass
class Room:
    """A class as it goes on."""

    said: Plan
    first: date
    row: Gathering | None = None
    # How likely each place is taken at a session.
    keen: dict[object, float] = field(default_factory=dict)

    @property
    def gathering(self) -> Gathering:
        assert self.row is not None
        return self.row


class Cast:
    """Who holds classes and who comes."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.staff = {account.username: account for account in Account.objects.filter(is_demo=True)}
        self.units: dict[str, Unit] = {}
        for account in Account.objects.filter(is_demo=True, grants__unit__isnull=False).prefetch_related(
            "grants__unit__neighbourhood"
        ):
            self.units[account.username] = next(grant.unit for grant in account.grants.all() if grant.unit)
        self.places = list(Neighbourhood.objects.of(ward).filter(valid_to=None).order_by("number")[:KNOWN])
        self.homes = [list(Household.objects.filter(neighbourhood=one).order_by("code")) for one in self.places]
        self.courses = {row.slug: row for row in Course.objects.of(ward).open()}


def acts(ward: Ward) -> Iterator[Act]:
    """A year of classes."""
    cast, chance = Cast(ward), random.Random(20260417)  # noqa: S311 - the same classes at every start, no secret
    for number, said in enumerate((*HELD, RUNNING)):
        room = _room(said)
        if room.first < FOUNDED + timedelta(days=30):
            continue  # the ward began later
        yield from _begins(cast, room)
        yield from _goes_on(cast, room, chance, number)
    for said in COMING:
        yield from _begins(cast, _room(said))
    cancelled, why = _room(CANCELLED), "Nhà văn hóa sửa điện, sẽ mở lại vào tháng sau."
    yield from _begins(cast, cancelled)
    by = cast.staff[CANCELLED.who]
    yield Act(_ago(0.4, 15), lambda: classes.cancel(cancelled.gathering, why=why, by=by))
    yield Act(_ago(0.2, 16), partial(_make, cast, _room(DRAFT)))
    yield from _evenings(cast)
    yield from _own(cast)
    yield Act(_ago(0.5, 15), partial(_needed, cast))


def _room(said: Plan) -> Room:
    """A class that begins as many weeks before today as its plan says; `today` is asked now, before the clock is stopped."""
    return Room(said, clock.today() - timedelta(days=round(7 * said.weeks)))


def _ago(weeks: float, hour: int = 9, minute: int = 0) -> datetime:
    return at(clock.today() - timedelta(days=round(7 * weeks)), hour, minute)


# ---- How a class begins


def _make(cast: Cast, room: Room) -> Gathering:
    said = room.said
    course = cast.courses.get(said.course)
    weekly = classes.Weekly(room.first, *said.hours, said.count)
    room.row = classes.make(
        ward=cast.ward, sessions=weekly.moments(), by=cast.staff[said.who], kind=said.kind, title=said.title,
        gist=said.gist, host=cast.units[said.who],
        neighbourhood=cast.units[said.who].neighbourhood if said.area is None else cast.places[said.area],
        place=said.place, course=course, teacher=cast.staff["daisuso"] if course else None,
        teacher_name="" if course else "Giáo viên tình nguyện (minh họa)", capacity=said.capacity,
    )  # fmt: skip
    return room.row


def _begins(cast: Cast, room: Room) -> Iterator[Act]:
    """It is announced ten days before; households register through their team in the days after."""
    said = room.said
    opened = min(at(room.first - timedelta(days=10)), _ago(0.5, 8))
    yield Act(opened, partial(_announce, cast, room))
    for turn in range(said.homes):
        place = turn % 3 if said.area is None else said.area
        yield Act(opened + timedelta(minutes=20 + 11 * turn), partial(_registers, cast, room, place, said.start + turn))


def _announce(cast: Cast, room: Room) -> None:
    classes.open_up(_make(cast, room), by=cast.staff[room.said.who])


def _registers(cast: Cast, room: Room, place: int, number: int) -> None:
    """Somebody of the team registers the grown people of a household."""
    homes = cast.homes[place]
    if not homes:
        return
    home, by = homes[number % len(homes)], cast.staff[REGISTRARS[place]]
    people = [one.pk for one in registering.household_of(by, home)]
    if people:
        registering.register_household(room.gathering, home, people, by=by)


# ---- How it goes on


def _goes_on(cast: Cast, room: Room, chance: random.Random, number: int) -> Iterator[Act]:
    """Its sessions one after the other; those after the present are to come."""
    said = room.said
    ends = classes.Weekly(room.first, *said.hours, said.count).moments()
    for turn, (_, end) in enumerate(ends):
        if end < clock.now():
            seed = chance.randrange(10**6)
            yield Act(end - timedelta(minutes=20), partial(_takes, cast, room, turn, number, seed))
    if ends[-1][1] < clock.now() - timedelta(days=1):
        yield Act(ends[-1][1] + timedelta(hours=14), partial(_hears, room, number))


def _takes(cast: Cast, room: Room, turn: int, number: int, seed: int) -> None:
    """Most come, some of them only now and then; one code is scanned, and now and then somebody comes without saying so."""
    chance, by = random.Random(seed), cast.staff[room.said.who]  # noqa: S311 - no secret
    session = list(room.gathering.sessions.order_by("starts_at"))[turn]
    places = list(registering.live(room.gathering).filter(is_waiting=False))
    for place in places:
        room.keen.setdefault(place.pk, 0.95 if chance.random() < 0.65 else 0.45)
    came = [one for one in places if chance.random() < room.keen[one.pk]]
    if came and number % 3 == 0 and came[0].household_id:
        home = came[0].household_id  # who sits together is ticked together
        _send(cast, session, by, {"ho": str(home), "cach": Way.HOUSEHOLD})
        came = [one for one in came if one.household_id != home]
    if came and number % 3 == 1:
        scanned, came = came[0], came[1:]
        _send(cast, session, by, {"ma": scanned.code, "cach": Way.SCAN})
    if turn == 0 or chance.random() < 0.3:
        name = f"{WALK_INS[(number + turn) % len(WALK_INS)]} (minh họa)"
        _send(cast, session, by, {"ten": name, "cach": Way.WALK_IN})
    attending.tick(session, {one.pk for one in came}, way=Way.TICK if number % 3 else Way.SHEET, by=by)


def _send(cast: Cast, session: Session, by: Account, said: dict[str, str]) -> None:
    """One mark from the device of whoever takes attendance."""
    fields = QueryDict(urlencode({"buoi": str(session.pk), **said}))
    parcel = Parcel(receipts.uuid7(), made_at=clock.now() - timedelta(minutes=12))
    attending.from_fields(fields, by=by, ward=cast.ward, parcel=parcel)


def _hears(room: Room, number: int) -> None:
    """Five or six of those who came say what they think; of some classes only two."""
    said: Sequence[tuple[int, str]] = WORDS if number % 3 else WORDS[:2]
    came = [one for one in registering.live(room.gathering) if feedback.came(one)]
    for place, (use, words) in zip(came, said, strict=False):
        feedback.say(place, use=use, words=words)


def _evenings(cast: Cast) -> Iterator[Act]:
    """In the last weeks teams further out sat together for an evening; the register knows nobody there, so by name."""
    for number in range(KNOWN + 1, MEETING + 1):
        if (by := cast.staff.get(f"to{number}")) is None or by.username not in cast.units:
            continue
        room = _room(Plan(by.username, EVENING_OUT, HALL.format(number), (2 + number * 7 % 25) / 7, count=1))
        if room.first >= FOUNDED + timedelta(days=30):
            yield Act(at(room.first - timedelta(days=3), 8, number % 60), partial(_announce, cast, room))
            yield Act(at(room.first, 20, number % 60), partial(_came_by_name, cast, room, number))


def _came_by_name(cast: Cast, room: Room, number: int) -> None:
    by, session = cast.staff[room.said.who], room.gathering.sessions.get()
    came = {
        registering.walk_in(room.gathering, name=f"{WALK_INS[(number + n) % len(WALK_INS)]} (minh họa)", by=by).pk
        for n in range(2 + number % 3)
    }
    attending.tick(session, came, way=Way.WALK_IN, by=by)


# ---- One's own, and what was lacked


def _own(cast: Cast) -> Iterator[Act]:
    """The citizen of the stories has a place in what runs and in what comes."""
    own = cast.staff.get("nguoidan")
    if own is None or own.person is None:
        return

    def register(title: str, place: str) -> None:
        rows = classes.known(cast.ward).filter(title=title, place=place, state=Gathering.State.OPEN)
        row = rows.order_by("-made_at").first()
        if row is not None and not classes.is_over(row):
            registering.register_oneself(row, by=own)

    yield Act(_ago(3, 20), partial(register, RUNNING.title, RUNNING.place))
    yield Act(_ago(0.3, 20), partial(register, COMING[0].title, COMING[0].place))


def _needed(cast: Cast) -> None:
    """Two households that wanted a class are told of one that comes; a scan of the last class waits for somebody."""
    row = classes.known(cast.ward).filter(title=COMING[0].title, place=COMING[0].place).order_by("-made_at").first()
    if row is None:
        return
    lacking = Need.objects.filter(ward=cast.ward, kind=Need.Kind.CLASS, outcome="", state=Need.State.COUNTS)
    for one in lacking.order_by("happened_on", "pk")[:2]:
        needs.match(one, f"lop:{row.pk}", by=cast.staff["dieuphoi"])
    session = Session.objects.filter(gathering__host=cast.units["thanhvien"], ends_at__lt=clock.now()).last()
    place = Registration.objects.filter(gathering=row, cancelled_at=None).first()
    if session is not None and place is not None:
        _send(cast, session, cast.staff["thanhvien"], {"ma": place.code, "cach": Way.SCAN})
