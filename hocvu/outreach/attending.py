"""Who was at a session: a scan, a tick, a whole household, a line of a paper, a name at the door.

    attending.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

Each comes from a device as its own parcel, whose id is the nonce of the scan: a code that is held before two cameras is
two rows and one person, since counting asks for the place, not for the scan. What cannot be believed at once is kept and
waits: a place that was given back, a session of another day or another class, a clock ahead, a right that ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from hocvu.lib import clock
from hocvu.lib.months import Month, start_of
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import classes, codes, registering, rules
from hocvu.outreach.models import Attendance, Clash, Gathering, OutreachRule, Registration, Session
from hocvu.ward import audit, notices, receipts
from hocvu.ward.access import can
from hocvu.ward.capabilities import Role, reach_of
from hocvu.ward.models import Account, Grant, Household, Person, Receipt, Ward
from hocvu.ward.receipts import Answer, Parcel

SETTLE = "visits.settle"
State, Way = Attendance.State, Attendance.Way
AHEAD = timedelta(days=1)  # a clock further ahead is not believed
SESSION, CODE, NAME, HOUSEHOLD, WAY = "buoi", "ma", "ten", "ho", "cach"
DOUBTS: Mapping[str, str] = {
    "cancelled": "Người này đã bỏ đăng ký.",
    "other_class": "Mã này của lớp khác.",
    "other_day": "Ngày điểm danh không phải ngày của buổi học.",
    "no_session": "Buổi học này đã hủy.",
    "clock": "Đồng hồ trên máy sai ngày.",
    "right": "Lúc gửi đến thì người ghi không còn quyền điểm danh lớp này.",
}
WAITS_WORDS = "Việc đã được giữ, chờ người có trách nhiệm xem."


# ---- From a device, or from a page


def from_fields(
    fields: Mapping[str, Any], *, by: Account, ward: Ward, parcel: Parcel, brought_by: Account | None = None
) -> Answer:
    """Keep what one form of the list says. Refused only where it makes no sense whenever it comes."""
    session = _session(str(fields.get(SESSION, "")), ward)
    way = str(fields.get(WAY, "")) or Way.TICK
    if way not in Way.values:
        raise Refusal("Máy gửi một cách điểm danh không có. Hãy tải lại trang rồi làm lại.")
    code, home = str(fields.get(CODE, "")), str(fields.get(HOUSEHOLD, ""))
    name = " ".join(nfc(str(fields.get(NAME, ""))).split())
    if not (code or home or name):
        raise Refusal("Hãy nhập mã, hoặc ghi tên người đến.", CODE)

    def act() -> str:
        if Attendance.objects.filter(pk=parcel.id, made_by=by).exists():
            return ""  # its receipt was forgotten since
        doubts = _doubts_of(session, way=way, by=by, parcel=parcel)
        if code:
            rows = [(parcel.id, _of_code(code, ward, session))]
        elif home:
            places = _of_household(home, ward, session)
            rows = [(uuid5(parcel.id, str(place.pk)), place) for place in places]
        else:
            key = uuid5(parcel.id, "dang-ky")
            rows = [(parcel.id, registering.walk_in(session.gathering, name=name, by=by, key=key))]
        kept = [
            _keep(key, session, place, way=way, doubts=[*doubts, *_doubts_about(place, session)], by=by, parcel=parcel,
                  brought_by=brought_by) for key, place in rows
        ]  # fmt: skip
        audit.record(by, "took attendance", session.gathering, ward=ward, people=len(kept))
        return _told(kept, session, by, brought_by)

    _refuse_stranger(session, by)
    answer = receipts.once(parcel, act, by=by, ward=ward)
    if answer.result == Receipt.Result.CONFLICT:
        _keep_clash(fields, session, by=by, ward=ward, parcel=parcel)
    return answer


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


def _of_code(typed: str, ward: Ward, session: Session) -> Registration:
    """The place of a code. One that was closed because its person has another place in the class leads there."""
    code = codes.read(typed)
    rows = Registration.objects.filter(gathering__ward=ward).select_related("gathering", "person", "account")
    found = rows.filter(code=code).first() if code else None
    if found is None:
        raise Refusal("Không có mã này. Hãy xem lại từng chữ, hoặc ghi tên người đến.", CODE)
    here = rows.filter(_same(found), gathering=session.gathering, cancelled_at=None).first()
    return here or found


def _same(place: Registration) -> Q:
    found = Q(pk=place.pk)
    if place.person_id is not None:
        found |= Q(person=place.person_id)
    if place.account_id is not None:
        found |= Q(account=place.account_id)
    return found


def _of_household(said: str, ward: Ward, session: Session) -> list[Registration]:
    """The places of a household in the class: those that hold, else those that were given back."""
    try:
        home = Household.objects.filter(ward=ward, pk=UUID(said)).first()
    except ValueError as fault:
        raise Refusal("Máy không nói là hộ nào. Hãy mở lại trang điểm danh.") from fault
    rows = Registration.objects.filter(gathering=session.gathering, household=home).select_related("gathering")
    places = list(rows.order_by("at", "pk")) if home is not None else []
    held = [one for one in places if one.cancelled_at is None]
    if not places:
        raise Refusal("Hộ này không có ai đăng ký lớp. Hãy ghi tên từng người.", HOUSEHOLD)
    return held or places


# ---- Doubts


def may_check_in(account: Account, gathering: Gathering) -> bool:
    """Whether an account may take attendance: whoever manages the class, and its teacher."""
    return gathering.teacher_id == account.pk or can(account, classes.MANAGE, gathering)


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


def _doubts_of(session: Session, *, way: str, by: Account, parcel: Parcel) -> list[str]:
    """What speaks against the whole of it."""
    made, now = parcel.made_at or clock.now(), clock.now()
    day, held_on = clock.local_day(made), clock.local_day(session.starts_at)
    found = []
    if made > now + AHEAD:
        found.append("clock")
    elif day < held_on or (day > held_on and way != Way.SHEET):
        found.append("other_day")
    if session.cancelled_at is not None or session.gathering.state == Gathering.State.CANCELLED:
        found.append("no_session")
    if not may_check_in(by, session.gathering):
        found.append("right")
    return found


def _doubts_about(place: Registration, session: Session) -> list[str]:
    """What speaks against this place."""
    found = []
    if place.gathering_id != session.gathering_id:
        found.append("other_class")
    if place.cancelled_at is not None:
        found.append("cancelled")
    return found


def words_of(doubts: list[str]) -> str:
    """The doubts as sentences."""
    return " ".join(DOUBTS[one] for one in doubts if one in DOUBTS)


def _keep(
    key: UUID, session: Session, place: Registration, *, way: str, doubts: list[str], by: Account, parcel: Parcel,
    brought_by: Account | None,
) -> Attendance:  # fmt: skip
    row = Attendance(
        pk=key, ward_id=session.gathering.ward_id, session=session, registration=place, way=way,
        made_at=parcel.made_at or clock.now(), happened_on=clock.local_day(session.starts_at), made_by=by,
        brought_by=brought_by, doubts=doubts, state=State.WAITING if doubts else State.COUNTS,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _told(kept: list[Attendance], session: Session, by: Account, brought_by: Account | None) -> str:
    """Tell both sides of what waits; answers why it does."""
    waiting = [row for row in kept if row.state == State.WAITING]
    if not waiting:
        return ""
    why = words_of(sorted({doubt for row in waiting for doubt in row.doubts}))
    ward = session.gathering.ward
    for row in waiting:
        key = f"attendance.waits:{row.pk}"
        told = [by] if brought_by is None else [by, brought_by]
        words = f"Một lượt điểm danh “{session.gathering.title}” chờ người xem. {why}"
        notices.tell(told, key=f"{key}:author", text=words, ward=ward)
        notices.tell(
            notices.holders_of(ward, Role.COORDINATOR), key=key, ward=ward, text=words,
            href=f"/lop-hoc/cho-xem/{row.pk}/",
        )  # fmt: skip
    return f"{why} {WAITS_WORDS}"


def _keep_clash(fields: Mapping[str, Any], session: Session, *, by: Account, ward: Ward, parcel: Parcel) -> None:
    """Other content under a known id: kept beside the first, once."""
    said = [[name, value] for name in (SESSION, CODE, NAME, HOUSEHOLD, WAY) if (value := str(fields.get(name, "")))]
    Clash.objects.get_or_create(
        pk=uuid5(parcel.id, f"{by.pk} {parcel.digest} {parcel.path}"),
        defaults={
            "ward": ward, "first": parcel.id, "neighbourhood": session.gathering.neighbourhood, "path": parcel.path[:200],
            "fields": said, "made_at": parcel.made_at, "made_by": by,
        },
    )  # fmt: skip


# ---- On a page, with a network


@transaction.atomic
def tick(session: Session, places: set[UUID], *, way: str, by: Account) -> int:
    """Mark several as present at once: those of a list on the screen, or of a sheet that was signed. Whoever is marked
    already is not marked twice. Answers how many are new."""
    now = clock.now()
    if way == Way.SHEET and now < session.starts_at:
        raise Refusal("Buổi học chưa bắt đầu nên chưa có tờ ký tên.")
    if doubts := _doubts_of(session, way=way, by=by, parcel=Parcel(receipts.uuid7(), made_at=now)):
        raise Refusal(words_of(doubts))
    Session.objects.select_for_update().get(pk=session.pk)  # one at a time for a session
    there = present(session)
    rows = [one for one in registering.live(session.gathering) if one.pk in places and one.pk not in there]
    for place in rows:
        _keep(receipts.uuid7(), session, place, way=way, doubts=[], by=by, parcel=Parcel(receipts.uuid7(), made_at=now),
              brought_by=None)  # fmt: skip
    if rows:
        audit.record(by, "took attendance", session.gathering, ward=session.gathering.ward, people=len(rows))
    return len(rows)


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


def waiting(ward: Ward) -> QuerySet[Attendance]:
    """What somebody must look at."""
    rows = Attendance.objects.filter(ward=ward, state=State.WAITING)
    return rows.select_related("session__gathering", "registration__gathering", "made_by").order_by("received_at", "pk")


@transaction.atomic
def let_count(row: Attendance, *, by: Account) -> None:
    """Somebody looked and it counts. A code of another class: its person was here without a place, as at the door."""
    held = _waiting(row, by)
    if held.registration.gathering_id != held.session.gathering_id:
        held.registration = _here(held.registration, held.session.gathering, by)
    held.state, held.settled_at, held.settled_by = State.COUNTS, clock.now(), by
    held.save(update_fields=("registration", "state", "settled_at", "settled_by"))
    audit.record(by, "let attendance count", held.session.gathering, ward=held.session.gathering.ward)
    notices.settle(f"/lop-hoc/cho-xem/{row.pk}/")


def _here(place: Registration, gathering: Gathering, by: Account) -> Registration:
    known = registering.live(gathering).filter(_same(place)).first()
    if known is not None:
        return known
    made = registering.walk_in(gathering, name=place.name or "Người đến thẳng lớp", by=by)
    made.person, made.account, made.household = place.person, place.account, place.household
    made.save(update_fields=("person", "account", "household"))
    return made


@transaction.atomic
def set_aside(row: Attendance, *, why: str, by: Account) -> None:
    """Somebody looked and it does not count."""
    held = _waiting(row, by)
    if not (why := nfc(why).strip()):
        raise Refusal("Hãy ghi vì sao không tính.", "why")
    held.state, held.settled_at, held.settled_by, held.settled_why = State.SET_ASIDE, clock.now(), by, why[:300]
    held.save(update_fields=("state", "settled_at", "settled_by", "settled_why"))
    audit.record(by, "set attendance aside", held.session.gathering, ward=held.session.gathering.ward)
    notices.settle(f"/lop-hoc/cho-xem/{row.pk}/")


def _waiting(row: Attendance, by: Account) -> Attendance:
    rows = Attendance.objects.select_for_update(of=("self",)).select_related(
        "session__gathering__ward", "registration__person", "registration__account"
    )
    held = rows.get(pk=row.pk)
    if held.state != State.WAITING:
        raise Refusal("Lượt này không còn chờ xem. Hãy tải lại trang.")
    if by.pk == held.made_by_id:
        raise Refusal("Người đã ghi không tự xem lại. Hãy để người khác xem.")
    return held


# ---- Figures


def _came(last: date) -> Q:
    return Q(
        attendances__state=State.COUNTS,
        attendances__happened_on__lte=last,
        attendances__session__cancelled_at=None,
    )


def percent_on(ward: Ward, day: date) -> int:
    """How much of a class somebody must have attended by the rule that holds on a day, in percent of its sessions."""
    return int(rules.rule(ward, OutreachRule.Code.ATTENDANCE, day)["percent"])


def attended(ward: Ward, day: date) -> QuerySet[Person]:
    """The people of the register who by a day had attended enough of some class, each once. Names of the door that
    nobody matched are in nobody's count here."""
    sessions = Session.objects.filter(gathering=OuterRef("gathering"), cancelled_at=None).order_by()
    of = sessions.values("gathering").annotate(n=Count("pk")).values("n")
    places = Registration.objects.filter(gathering__ward=ward, person__isnull=False).annotate(
        came=Count("attendances__session", filter=_came(day), distinct=True),
        of=Coalesce(Subquery(of, output_field=IntegerField()), Value(0)),
    )
    enough = places.filter(came__gt=0, of__gt=0).annotate(share=F("came") * 100 - F("of") * percent_on(ward, day))
    return Person.objects.of(ward).known().filter(pk__in=enough.filter(share__gte=0).order_by().values("person"))


def sessions_held(ward: Ward, first: date, last: date) -> QuerySet[Session]:
    """The sessions from a day to a day that were held: not cancelled, over by now, with somebody present."""
    begin, end = _span(first, last)
    came = Attendance.objects.filter(session=OuterRef("pk"), state=State.COUNTS)
    rows = Session.objects.filter(gathering__ward=ward, cancelled_at=None, starts_at__gte=begin, starts_at__lt=end)
    return rows.filter(Exists(came), ends_at__lte=clock.now()).exclude(gathering__state=Gathering.State.CANCELLED)


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


def with_sessions(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """Places, each with at how many sessions somebody was (`came`)."""
    return rows.annotate(came=Count("attendances__session", filter=_came(clock.today()), distinct=True))


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
