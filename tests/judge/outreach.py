"""A commune with everything of field work: a team, visits, help, needs, what waits, classes, training; every name marked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.http import QueryDict
from django.utils.http import urlencode
from PIL import Image

from hocvu.assessment.tests import cast_practice
from hocvu.lib import clock
from hocvu.outreach import (
    agreeing,
    attending,
    calendars,
    classes,
    feedback,
    helping,
    needs,
    photos,
    registering,
    rules,
    teams,
    training,
    visiting,
)
from hocvu.outreach.models import (
    Attendance,
    Gathering,
    Help,
    Need,
    Registration,
    Session,
    SpotCheck,
    TeamMember,
    Trainee,
    Training,
    Visit,
)
from hocvu.ward import granting, outbox, receipts
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Neighbourhood, OutboxDevice, Person, Unit, Ward
from hocvu.ward.receipts import Parcel

LONG_AGO = date(2025, 1, 1)
Outcome, Shown, Topic = Visit.Outcome, Visit.Shown, Help.Topic


@dataclass
class Field:
    """Who goes from door to door in a commune, and where."""

    ward: Ward
    team: Unit
    place: Neighbourhood
    member: Account
    by: Account
    mark: str
    home: Household
    people: list[Person]


def settle(ward: Ward, by: Account, mark: str) -> None:
    """Fill a commune; `mark` stands in every name and every text."""
    field = _field(ward, by, mark)
    teams.add_member(field.team, full_name=f"{mark} Tổ Viên", comes_from=mark, username="", part=TeamMember.Part.LEAD,
                     valid_from=clock.today(), by=by)  # fmt: skip
    _second_place(field)
    numbers = {**rules.rule(ward, "kept_up", clock.today()), "days": 45}
    rules.decide(ward, "kept_up", params=numbers, source=mark, valid_from=clock.today(), by=by)
    _visits(field)
    _help(field)
    _classes(field)
    _training(field)
    OutboxDevice.objects.create(
        id=receipts.uuid7(), ward=ward, account=field.member, first_heard_at=clock.now(), last_heard_at=clock.now()
    )


def _field(ward: Ward, by: Account, mark: str) -> Field:
    place = Neighbourhood.objects.of(ward).filter(valid_to=None).order_by("number")[0]
    said = {"ward": ward, "kind": Unit.Kind.TEAM, "neighbourhood": place}
    team = Unit.objects.filter(**said).first() or Unit.objects.create(name=f"{mark} Tổ công nghệ", **said)
    member = Account.objects.create_account(f"{mark.lower()}3", f"{mark} Đi Ngõ", "không đăng nhập được", is_demo=False)
    granting.grant(member, Role.TEAM_MEMBER, ward=ward, unit=team, neighbourhood=place, by=None, valid_from=LONG_AGO)
    people = [cast_practice.make_person(ward, f"{mark} Nhà {letter}", place, f"{mark}-N9") for letter in "ABCD"]
    home = Household.objects.get(ward=ward, code=f"{mark}-N9")
    return Field(ward, team, place, member, by, mark, home, people)


def _second_place(field: Field) -> None:
    other = Neighbourhood.objects.of(field.ward).filter(valid_to=None).exclude(pk=field.place.pk).order_by("number")[0]
    teams.add_place(field.team, other, valid_from=clock.today(), by=field.by)


def _parcel(ahead: int = 0) -> Parcel:
    return Parcel(receipts.uuid7(), made_at=clock.now() + timedelta(days=ahead))


# ---- At the doors


def _visits(field: Field) -> None:
    """Visits that count, one that is corrected, one of no household, one from a clock that is ahead, one id used twice."""
    first = _visit(field, field.home)
    second = _visit(field, field.home, outcome=Outcome.NOBODY)
    corrected = visiting.record(
        household=field.home, code="", outcome=Outcome.INFORMED, shown=(Shown.MOVEMENT,), next_on=None,
        corrects=second.pk, why=field.mark, by=field.member, ward=field.ward, parcel=_parcel(),
    )  # fmt: skip
    _visit(field, None, code=f"{field.mark}-lạ")
    _visit(field, field.home, ahead=3)
    _twice(field)
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(drawn, "JPEG")
    photos.add(first, drawn.getvalue(), by=field.member)
    for key in (first.pk, corrected.id):
        SpotCheck.objects.create(visit_id=key, drawn_on=clock.today(), note=field.mark)


def _visit(
    field: Field, home: Household | None, *, outcome: str = Outcome.INFORMED, code: str = "", ahead: int = 0
) -> Visit:
    told = visiting.record(
        household=home, code=code, outcome=outcome, shown=(Shown.MOVEMENT,) if outcome == Outcome.INFORMED else (),
        next_on=None, corrects=None, why="", by=field.member, ward=field.ward, parcel=_parcel(ahead),
    )  # fmt: skip
    return Visit.objects.get(pk=told.id)


def _twice(field: Field) -> None:
    key = receipts.uuid7()
    for outcome in (Outcome.INFORMED, Outcome.NOBODY):
        said = {"ho": field.home.pk, "ket_qua": outcome}
        post = QueryDict(urlencode({**said, "da_noi": Shown.MOVEMENT} if outcome == Outcome.INFORMED else said))
        parcel = Parcel(key, outbox.digest_of(post), "/tham-ho/ghi/", clock.now())
        visiting.from_fields(post, by=field.member, ward=field.ward, parcel=parcel)


# ---- Help, needs


def _help(field: Field) -> None:
    """Help that counts and that waits; needs that are open, that wait and that were met."""
    words = agreeing.in_force(field.ward, agreeing.HELP)
    agreeing.in_force(field.ward, agreeing.NEED)
    for person, ahead in zip(field.people, (0, 0, 3), strict=False):
        helping.record(
            person=person, topics=(Topic.BANK,), reached=(Topic.BANK,), evidence=Help.Evidence.SEEN,
            way=Help.Way.DOOR, version=words.version if words else None, visit=None, by=field.member, ward=field.ward,
            parcel=_parcel(ahead),
        )  # fmt: skip
    for kind, ahead in ((Need.Kind.DEVICE, 0), (Need.Kind.CLASS, 0), (Need.Kind.CONNECTION, 3)):
        needs.record(
            household=field.home, person=None, kind=kind, agreed=False, version=None, visit=None, by=field.member,
            ward=field.ward, parcel=_parcel(ahead),
        )  # fmt: skip
    met = Need.objects.get(ward=field.ward, kind=Need.Kind.DEVICE)
    needs.meet(met, what=field.mark, on=clock.today(), by=field.by)


# ---- Classes


def _classes(field: Field) -> None:
    """A class that runs, one to come, a draft, one that was cancelled; who was there, and what they thought."""
    learner = cast_practice.make_learner(field.ward, f"{field.mark} Học Lớp", field.place, f"{field.mark}-N8")
    ran = _class(field, clock.today() - timedelta(days=3))
    session = ran.sessions.order_by("starts_at")[0]
    with clock.stopped_at(session.starts_at - timedelta(hours=4)):
        places = registering.register_household(ran, field.home, [one.pk for one in field.people], by=field.member)
        registering.register_oneself(ran, by=learner)
    with clock.stopped_at(session.starts_at + timedelta(minutes=20)):
        attending.tick(session, {one.pk for one in places[:2]}, way=Attendance.Way.TICK, by=field.member)
        registering.walk_in(ran, name=f"{field.mark} Đến Thẳng", by=field.member)
    feedback.say(places[0], use=5, words=field.mark)
    coming = _class(field, clock.today() + timedelta(days=5))
    registering.register_oneself(coming, by=learner)
    _doubted(
        field, session, registering.register_household(coming, field.home, [field.people[3].pk], by=field.member)[0]
    )
    _class(field, clock.today() + timedelta(days=9), is_open=False)
    classes.cancel(_class(field, clock.today() + timedelta(days=8)), why=field.mark, by=field.member)
    calendars.renew(learner)


def _class(field: Field, first: date, *, is_open: bool = True) -> Gathering:
    row = classes.make(
        ward=field.ward, sessions=classes.Weekly(first, time(19), time(20, 30), 3).moments(), by=field.member,
        kind=Gathering.Kind.CLASS, title=field.mark, gist=field.mark, host=field.team, neighbourhood=field.place,
        place=field.mark, course=None, teacher=None, teacher_name=field.mark, capacity=9,
    )  # fmt: skip
    return classes.open_up(row, by=field.member) if is_open else row


def _doubted(field: Field, session: Session, place: Registration) -> None:
    """A code of another class, scanned here."""
    said = QueryDict(urlencode({"buoi": session.pk, "ma": place.code, "cach": Attendance.Way.SCAN}))
    attending.from_fields(said, by=field.member, ward=field.ward, parcel=_parcel())


# ---- Training


def _training(field: Field) -> None:
    """A course to which an office sends people, one of whom asks to be let off; a programme."""
    office = Unit.objects.filter(ward=field.ward, kind=Unit.Kind.OFFICE).order_by("pk")[0]
    said = {"title": field.mark, "organiser": field.mark, "document": field.mark, "starts_on": clock.today(),
            "ends_on": clock.today(), "by": field.by}  # fmt: skip
    course = training.make(field.ward, kind=Training.Kind.COURSE, **said)  # type: ignore[arg-type]
    training.name(course, unit=office, people=(), names=[f"{field.mark} Một", f"{field.mark} Hai"], by=field.by)
    training.ask_off(course, list(Trainee.objects.filter(training=course)[:1]), why=field.mark, by=field.by)
    training.make(field.ward, kind=Training.Kind.PROGRAMME, **said)  # type: ignore[arg-type]
