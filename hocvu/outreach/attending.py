"""Who was at a session: a scan, a tick, a whole household, a line of a paper, a name at the door.

    attending.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

Each comes from a device as its own parcel, whose id is the nonce of the scan: a code that is held before two cameras is
two rows and one person, since counting asks for the place, not for the scan. What cannot be believed at once is kept and
waits: a place that was given back, a session of another day or another class, a clock ahead, a right that ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict

from hocvu.lib import clock
from hocvu.lib.months import Month, start_of
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, nfc
from hocvu.outreach import classes, codes, doubting, registering, rules, settling
from hocvu.outreach.models import Attendance, Gathering, OutreachRule, Registration, Session
from hocvu.ward import audit, receipts
from hocvu.ward.access import can
from hocvu.ward.capabilities import reach_of
from hocvu.ward.models import Account, Grant, Household, Person, Receipt, Ward
from hocvu.ward.receipts import Answer, Parcel

SETTLE = "visits.settle"
State, Way = Attendance.State, Attendance.Way
AHEAD = timedelta(days=1)  # a clock further ahead is not believed
SESSION, CODE, NAME, HOUSEHOLD, WAY = "buoi", "ma", "ten", "ho", "cach"


# ---- From a device, or from a page


def from_fields(fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """Keep what one form of the list says: `buoi`, one of `ma`, `ho`, `ten`, and `cach`. Refused only where it makes no
    sense whenever it comes."""

    def act() -> Answer:
        return _take(fields, Coming(by, ward, parcel))

    return settling.kept_or_clash(act, fields, by=by, ward=ward, parcel=parcel)


@dataclass(frozen=True, slots=True)
class Coming:
    """How something comes: who recorded it, where, as which parcel."""

    by: Account
    ward: Ward
    parcel: Parcel

    @property
    def made(self) -> datetime:
        """By the device's clock."""
        return self.parcel.made_at or clock.now()

    @property
    def is_from_device(self) -> bool:
        """Whether nobody sits at a page who could put it right at once."""
        return settling.is_from_device(self.parcel)


def _take(fields: QueryDict, coming: Coming) -> Answer:
    session = _session(fields.get(SESSION, ""), coming.ward)
    way = fields.get(WAY, "") or Way.TICK
    if way not in Way.values:
        raise Refusal("Máy gửi một cách điểm danh không có. Hãy tải lại trang rồi làm lại.")
    _refuse_stranger(session, coming.by)

    def act() -> str:
        if Attendance.objects.filter(pk=coming.parcel.id, made_by=coming.by).exists():
            return ""  # its receipt was forgotten since
        doubts = _doubts_of(session, way, coming)
        kept = [
            _keep(whose, session, way, [*doubts, *_doubts_about(whose, session)], coming)
            for whose in _said(fields, session, coming)
        ]
        audit.record(coming.by, "took attendance", session.gathering, ward=coming.ward, people=len(kept))
        return " ".join(doubting.words_of(doubting.in_order(doubt for row in kept for doubt in row.doubts)))

    return receipts.once(coming.parcel, act, by=coming.by, ward=coming.ward)


@dataclass(frozen=True, slots=True)
class Whose:
    """Of whom a mark is, under which id it is kept: a place; else what was said where nobody knows."""

    key: UUID
    place: Registration | None
    doubt: str = ""
    code: str = ""
    household: Household | None = None


def _said(fields: QueryDict, session: Session, coming: Coming) -> list[Whose]:
    """Whom a form means. Somebody at a page is told at once that a code or a household leads nowhere; what comes from a
    device happened, so that it is kept and somebody finds out who it was."""
    key, ward = coming.parcel.id, coming.ward
    if code := fields.get(CODE, "").strip():
        if (place := _of_code(code, ward, session)) is None and not coming.is_from_device:
            raise Refusal("Không có mã này. Hãy xem lại từng chữ, hoặc ghi tên người đến.", CODE)
        return [Whose(key, place) if place else Whose(key, None, doubting.NO_PLACE, " ".join(nfc(code).split())[:60])]
    if said := fields.get(HOUSEHOLD, ""):
        home = _home(said, ward)
        if places := _of_household(home, session):
            return [Whose(uuid5(key, str(place.pk)), place) for place in places]
        if not coming.is_from_device:
            raise Refusal("Hộ này không có ai đăng ký lớp. Hãy ghi tên từng người.", HOUSEHOLD)
        return [Whose(key, None, doubting.NOBODY_REGISTERED, "" if home else said[:60], home)]
    name = fields.get(NAME, "")
    if not name.strip():
        raise Refusal("Hãy nhập mã, hoặc ghi tên người đến.", CODE)
    return [Whose(key, registering.walk_in(session.gathering, name=name, by=coming.by, key=uuid5(key, "dang-ky")))]


def _session(said: str, ward: Ward) -> Session:
    try:
        key = UUID(said)
    except ValueError as fault:
        raise Refusal("Máy không nói là buổi nào. Hãy mở lại trang điểm danh.") from fault
    rows = Session.objects.filter(gathering__ward=ward).select_related("gathering__ward", "gathering__teacher")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _of_code(typed: str, ward: Ward, session: Session) -> Registration | None:
    """The place of a code. One that was closed because its person has another place in the class leads there."""
    code = codes.read(typed)
    rows = Registration.objects.filter(gathering__ward=ward).select_related("gathering", "person", "account")
    found = rows.filter(code=code).first() if code else None
    if found is None:
        return None
    here = rows.filter(_same(found), gathering=session.gathering, cancelled_at=None).first()
    return here or found


def _same(place: Registration) -> Q:
    found = Q(pk=place.pk)
    if place.person_id is not None:
        found |= Q(person=place.person_id)
    if place.account_id is not None:
        found |= Q(account=place.account_id)
    return found


def _home(said: str, ward: Ward) -> Household | None:
    try:
        return Household.objects.filter(ward=ward, pk=UUID(said)).first()
    except ValueError as fault:
        raise Refusal("Máy không nói là hộ nào. Hãy mở lại trang điểm danh.") from fault


def _of_household(home: Household | None, session: Session) -> list[Registration]:
    """The places of a household in the class: those that hold, else those that were given back."""
    rows = Registration.objects.filter(gathering=session.gathering, household=home).select_related("gathering")
    places = list(rows.order_by("at", "pk")) if home is not None else []
    return [one for one in places if one.cancelled_at is None] or places


# ---- Doubts


def may_check_in(account: Account, gathering: Gathering) -> bool:
    """Whether an account may take attendance: whoever manages the class, and its teacher."""
    return gathering.teacher_id == account.pk or can(account, classes.MANAGE, gathering)


def session_today(gathering: Gathering) -> Session | None:
    """The session of today at which attendance is taken: of several the first that is not over."""
    begin, end = _span(clock.today(), clock.today())
    rows = gathering.sessions.filter(cancelled_at=None, starts_at__gte=begin, starts_at__lt=end).order_by("starts_at")
    return rows.filter(ends_at__gt=clock.now()).first() or rows.last()


def _refuse_stranger(session: Session, by: Account) -> None:
    """Somebody who never had anything to do with such a class."""
    if may_check_in(by, session.gathering) or session.gathering.made_by_id == by.pk:
        return
    for grant in Grant.objects.filter(account=by, ward=session.gathering.ward_id).select_related("unit"):
        reach = reach_of(grant.role, classes.MANAGE)
        reached = Gathering.SCOPE.reached(grant, reach) if reach else None
        if reached is not None and Gathering.objects.filter(reached, pk=session.gathering_id).exists():
            return
    raise Refusal("Lớp này không thuộc phạm vi được điểm danh.")


def _doubts_of(session: Session, way: str, coming: Coming) -> list[str]:
    """What speaks against the whole of it."""
    day, held_on = clock.local_day(coming.made), clock.local_day(session.starts_at)
    found = doubting.clock_doubts(coming.made, clock.now(), coming.parcel.clock)
    if not found and (day < held_on or (day > held_on and way != Way.SHEET)):
        found = [doubting.OTHER_DAY]
    if session.cancelled_at is not None:
        found = [*found, doubting.NO_SESSION]
    if not may_check_in(coming.by, session.gathering):
        found = [*found, doubting.NOT_OF_CLASS]
    return found


def _doubts_about(whose: Whose, session: Session) -> list[str]:
    """What speaks against this place, or that there is none."""
    if (place := whose.place) is None:
        return [whose.doubt]
    found = [] if place.gathering_id == session.gathering_id else [doubting.OTHER_CLASS]
    return found if place.cancelled_at is None else [*found, doubting.PLACE_BACK]


def _keep(whose: Whose, session: Session, way: str, doubts: list[str], coming: Coming) -> Attendance:
    """Write a mark down; one that is doubted waits, and both sides are told."""
    row = Attendance(
        pk=whose.key, ward=coming.ward, session=session, registration=whose.place, code=whose.code,
        household=whose.household, way=way, made_at=coming.made,
        received_at=clock.now(), happened_on=clock.local_day(session.starts_at), made_by=coming.by,
        brought_by=coming.parcel.brought_by, doubts=doubting.in_order(doubts), state=State.WAITING if doubts else State.COUNTS,
    )  # fmt: skip
    row.save(force_insert=True)
    if doubts:
        settling.tell_waiting(row)
    return row


def also_under(key: UUID) -> list[UUID]:
    """Under which ids one post may have made marks beside its own: one for each place of the classes at which its author
    marked anybody. Asked of the places, since a mark may have gone to another place of the same person."""
    author = Receipt.objects.filter(pk=key).values("account")
    there = Gathering.objects.filter(sessions__attendances__made_by__in=author)
    places = Registration.objects.filter(gathering__in=there).order_by().values_list("pk", flat=True)
    return [uuid5(key, str(place)) for place in places]


# ---- On a page, with a network


@transaction.atomic
def tick(session: Session, places: set[UUID], *, way: str, by: Account, names: Iterable[str] = ()) -> int:
    """Mark several as present at once: those of a list on the screen, or of a sheet that was signed, with the names on its
    empty lines. Whoever is marked already is not marked twice; a name that stands at this class at this session already
    is not written down again. Answers how many are new."""
    if way == Way.SHEET and clock.now() < session.starts_at:
        raise Refusal("Buổi học chưa bắt đầu nên chưa có tờ ký tên.")
    coming = Coming(by, session.gathering.ward, Parcel(receipts.uuid7(), made_at=clock.now()))
    if doubts := _doubts_of(session, way, coming):
        raise Refusal(" ".join(doubting.words_of(doubts)))
    Session.objects.select_for_update(no_key=True).get(pk=session.pk)  # one at a time for a session
    there = present(session)
    rows = [one for one in registering.live(session.gathering) if one.pk in places and one.pk not in there]
    rows += [registering.walk_in(session.gathering, name=name, by=by) for name in _unknown(session, names)]
    for place in rows:
        _keep(Whose(receipts.uuid7(), place), session, way, [], coming)
    if rows:
        audit.record(by, "took attendance", session.gathering, ward=coming.ward, people=len(rows))
    return len(rows)


def _unknown(session: Session, names: Iterable[str]) -> list[str]:
    """The names that nobody who was marked by name alone has at a session, each once."""
    rows = Registration.objects.filter(attendances__session=session, attendances__state=State.COUNTS, person=None)
    known = {fold(name) for name in rows.filter(account=None).values_list("name", flat=True)}
    found = []
    for name in (" ".join(nfc(line).split()) for line in names):
        if name and fold(name) not in known:
            known.add(fold(name))
            found.append(name)
    return found


@transaction.atomic
def untick(session: Session, place: Registration, *, why: str, by: Account) -> None:
    """Somebody was marked by mistake: the marks stay and do not count."""
    rows = Attendance.objects.filter(session=session, registration=place, state=State.COUNTS)
    gone = rows.update(state=State.SET_ASIDE, settled_at=clock.now(), settled_by=by, settled_why=nfc(why)[:300])
    if gone:
        audit.record(by, "took a mark of attendance back", session.gathering, ward=session.gathering.ward)


def present(session: Session) -> set[UUID]:
    """The places that were taken at a session, each once."""
    rows = Attendance.objects.filter(session=session, state=State.COUNTS)
    return set(rows.order_by().values_list("registration", flat=True))


# ---- What waits


def hold_first(row: Attendance) -> None:
    """A session that was called off changes with its mark: it is held before the mark, as everywhere."""
    if row.session.cancelled_at is not None:
        classes.hold(row.session.gathering_id)
        Session.objects.select_for_update(no_key=True).get(pk=row.session_id)


def may_count(row: Attendance) -> None:
    """A mark counts for somebody."""
    if not row.is_known:
        raise Refusal("Chưa biết ai đã đến. Hãy chọn người hoặc ghi tên rồi tính, hoặc ghi là không tính.", "names")


@transaction.atomic
def let_count(
    row: Attendance, *, place: UUID | None, names: Iterable[str], day: date | None = None, by: Account, why: str
) -> None:
    """Somebody found out who it was that a device could not name: whoever has a place in the class, or people by name
    alone. A code is one person's; of a household several may have come, each with a mark of their own."""
    hold_first(row)
    held = Attendance.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if not held.is_known:
        here = held.session.gathering
        found = list(dict.fromkeys([*_chosen(here, place), *_named(here, names, by)]))
        if len(found) > 1 and doubting.NOBODY_REGISTERED not in held.doubts:
            raise Refusal("Mỗi mã chỉ của một người. Hãy chọn một người, hoặc ghi một tên.", "names")
        for number, one in enumerate(found):
            if number == 0:
                Attendance.objects.filter(pk=held.pk).update(registration=one)
            else:
                _beside(held, one, day, by)
    settling.let_count(held, day=day, by=by, why=why)


def _chosen(gathering: Gathering, key: UUID | None) -> list[Registration]:
    found = list(registering.live(gathering).filter(pk=key)) if key else []
    if key and not found:
        raise Refusal("Người này không còn trong danh sách lớp. Hãy chọn lại, hoặc ghi tên.", "place")
    return found


def _named(gathering: Gathering, names: Iterable[str], by: Account) -> Iterator[Registration]:
    """The places of names: whoever was written down at the door before is the same."""
    there = registering.live(gathering).filter(person=None, account=None)
    known = {fold(one.name): one for one in there if one.name}
    for name in (" ".join(nfc(line).split()) for line in names):
        if name and fold(name) not in known:
            known[fold(name)] = registering.walk_in(gathering, name=name, by=by)
        if name:
            yield known[fold(name)]


def _beside(first: Attendance, place: Registration, day: date | None, by: Account) -> None:
    """Another of the household came with them: the same mark, for this place, of the same day."""
    Attendance.objects.create(
        pk=uuid5(first.pk, str(place.pk)), ward_id=first.ward_id, session_id=first.session_id, registration=place,
        household_id=first.household_id, way=first.way, made_at=first.made_at, received_at=first.received_at,
        happened_on=day or first.happened_on, made_by_id=first.made_by_id, brought_by_id=first.brought_by_id,
        settled_at=clock.now(), settled_by=by,
    )  # fmt: skip


def say_held(row: Attendance, by: Account) -> None:
    """Somebody was at it: then it was held, even where it had been called off."""
    if row.session.cancelled_at is not None:
        classes.say_held(row.session, by=by)


def page_of(key: UUID) -> str:
    """Where whoever took attendance sees a mark: the list of its session, since the inbox is not theirs. The mark stands
    in the address, so that what is told of one is not taken for another's."""
    session = Attendance.objects.filter(pk=key).values_list("session", flat=True).first()
    return f"/lop-hoc/diem-danh/{session}/?luot={key}" if session else ""


# ---- Figures


def percent_on(ward: Ward, day: date) -> int:
    """How much of a class somebody must have attended by the rule that holds on a day, in percent of its sessions."""
    return int(rules.rule(ward, OutreachRule.Code.ATTENDANCE, day)["percent"])


def attended(ward: Ward, day: date) -> QuerySet[Person]:
    """The people of the register who by a day had attended enough of some class, each once; a gathering is no class.
    Names of the door that nobody matched are in nobody's count here."""
    sessions = Session.objects.filter(gathering=OuterRef("session__gathering"), cancelled_at=None).order_by()
    of = sessions.values("gathering").annotate(n=Count("pk")).values("n")
    marks = _counting(ward).filter(happened_on__lte=day, session__gathering__kind=Gathering.Kind.CLASS)
    marks = marks.exclude(registration__person=None)
    sized = marks.annotate(of=Subquery(of, output_field=IntegerField()))
    rows: QuerySet[Any, Any] = sized.values("session__gathering", "registration__person", "of").annotate(
        came=Count("session", distinct=True)
    )
    enough = rows.filter(came__gte=F("of") * percent_on(ward, day) / 100.0)
    return Person.objects.of(ward).known().filter(pk__in=enough.values("registration__person"))


@dataclass(frozen=True, slots=True)
class Came:
    """A class that somebody of the register was at: to how many of its sessions, of how many."""

    gathering: Gathering
    times: int
    of: int
    is_enough: bool


def classes_of(person: Person, day: date) -> list[Came]:
    """What somebody was at by a day, as `attended` counts it; what was held last comes first."""
    sessions = Session.objects.filter(gathering=OuterRef("pk"), cancelled_at=None).order_by()
    of = sessions.values("gathering").annotate(n=Count("pk")).values("n")
    marks = _counting(person.ward).filter(happened_on__lte=day, registration__person=person)
    times = dict(marks.values_list("session__gathering").annotate(n=Count("session", distinct=True)))
    rows = Gathering.objects.filter(pk__in=times).annotate(of=Subquery(of, output_field=IntegerField()))
    rows = rows.annotate(last=Max("sessions__starts_at")).order_by("-last", "pk")
    percent = percent_on(person.ward, day)
    return [
        Came(one, times[one.pk], one.of, one.kind == Gathering.Kind.CLASS and times[one.pk] >= one.of * percent / 100)
        for one in rows
    ]


def sessions_needed(gathering: Gathering, day: date) -> int:
    """At how many sessions of a class somebody must have been by the rule of a day; 0 where none is left or it is a
    gathering, which nobody has to attend."""
    if gathering.kind != Gathering.Kind.CLASS:
        return 0
    left = gathering.sessions.filter(cancelled_at=None).count()
    return -(-left * percent_on(gathering.ward, day) // 100)  # rounded up, as no part of a session is attended


def _counting(ward: Ward) -> QuerySet[Attendance]:
    """The marks that count: nobody doubts them, their session was held. A code of another class counts here too, where
    its holder was let in."""
    return Attendance.objects.filter(ward=ward, state=State.COUNTS, session__cancelled_at=None).order_by()


def sessions_held(ward: Ward, first: date, last: date) -> QuerySet[Session]:
    """The sessions from a day to a day that were held: not cancelled, over by now, with somebody present; also those of a
    class whose rest was cancelled."""
    begin, end = _span(first, last)
    came = Attendance.objects.filter(session=OuterRef("pk"), state=State.COUNTS)
    rows = Session.objects.filter(gathering__ward=ward, cancelled_at=None, starts_at__gte=begin, starts_at__lt=end)
    return rows.filter(Exists(came), ends_at__lte=clock.now())


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    return start_of(first), start_of(last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Taught:
    """Who was in the classes of a time: people of the register, each once; and places known by name only, which may
    be somebody twice and are no people of the register."""

    people: int
    by_name: int


def people_taught(ward: Ward, first: date, last: date) -> Taught:
    """Who was present at some session from a day to a day."""
    rows = Attendance.objects.filter(session__in=sessions_held(ward, first, last), state=State.COUNTS).order_by()
    people = rows.exclude(registration__person=None).aggregate(n=Count("registration__person", distinct=True))["n"]
    by_name = rows.filter(registration__person=None).aggregate(n=Count("registration", distinct=True))["n"]
    return Taught(people, by_name)


def with_presence(rows: QuerySet[Session]) -> QuerySet[Session]:
    """Sessions with how many were present (`came`), and of them how many by name only (`came_by_name`)."""
    counts = Q(attendances__state=State.COUNTS)
    nobody = Q(attendances__registration__person=None, attendances__registration__account=None)
    return rows.annotate(
        came=Count("attendances__registration", filter=counts, distinct=True),
        came_by_name=Count("attendances__registration", filter=counts & nobody, distinct=True),
    )


def places_of(gathering: Gathering) -> QuerySet[Registration]:
    """Everybody of a class: those who have a place, and those who were there without one. Each with at how many of its
    sessions they were (`came`); somebody of the register who gave a place back and took another is one person, as in
    `attended`."""
    counts = _counting(gathering.ward).filter(session__gathering=gathering)
    here = Q(attendances__in=counts.values("pk"))
    theirs = counts.filter(registration__person=OuterRef("person")).values("registration__person").order_by()
    of_person = theirs.annotate(n=Count("session", distinct=True)).values("n")
    rows = Registration.objects.filter(
        Q(gathering=gathering, cancelled_at=None) | Q(pk__in=counts.values("registration"))
    )
    of_place = Count("attendances__session", filter=here, distinct=True)
    came = Coalesce(Subquery(of_person, output_field=IntegerField()), of_place)
    return rows.annotate(came=came).order_by("at", "pk")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The classes of one month; nobody is named."""

    month: Month
    sessions: int
    people: int
    by_name: int


def by_month(ward: Ward, last: Month, count: int) -> Iterator[MonthLine]:
    """The months up to one, the newest first; two questions for all of them."""
    first = last.plus(1 - count)
    held = sessions_held(ward, first.first, last.last)
    sessions: dict[Month, int] = defaultdict(int)
    for at in held.order_by().values_list("starts_at", flat=True):
        sessions[Month.of(clock.local_day(at))] += 1
    people: dict[Month, set[Any]] = defaultdict(set)
    names: dict[Month, set[Any]] = defaultdict(set)
    rows = Attendance.objects.filter(session__in=held, state=State.COUNTS).order_by()
    for day, person, place in rows.values_list("happened_on", "registration__person", "registration").distinct():
        (names[Month.of(day)].add(place) if person is None else people[Month.of(day)].add(person))
    for month in (last.plus(-back) for back in range(count)):
        yield MonthLine(month, sessions[month], len(people[month]), len(names[month]))
