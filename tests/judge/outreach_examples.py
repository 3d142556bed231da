"""Examples of the addresses of field work: things that only some may open, each with somebody who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet

from hocvu.outreach import calendars, inbox, rules
from hocvu.outreach.models import (
    Arrival,
    Attendance,
    CalendarLink,
    Gathering,
    Help,
    Need,
    Registration,
    SpotCheck,
    Trainee,
    Visit,
    VisitPhoto,
)
from hocvu.ward.models import Account, Ward

Pairs = Iterator[tuple[dict[str, Any], Account]]
MOST = 4  # rows of each kind
VISITOR, OFFICE, CITIZEN = "thanhvien", "dieuphoi", "nguoidan"


def _by(username: str) -> Iterable[Account]:
    return Account.objects.filter(username=username)


def _each(argument: str, rows: Iterable[Any], username: str) -> Pairs:
    """Each row with one account, where the demo world has it."""
    for account in _by(username):
        for row in rows:
            yield {argument: row.pk}, account


# ---- At the doors


def _visits() -> QuerySet[Visit]:
    """Visits of the member whom the demo world knows; those with corrections first."""
    rows = Visit.objects.filter(made_by__username=VISITOR, corrects=None).exclude(household=None)
    corrected = Visit.objects.filter(made_by__username=VISITOR).exclude(corrects=None).values("corrects")
    return (rows.filter(pk__in=corrected) | rows).order_by("-made_at")


def _corrected() -> Iterable[Visit]:
    return Visit.objects.filter(pk__in=Visit.objects.exclude(corrects=None).values("corrects"))[:MOST]


def _visits_to_see() -> Iterable[Visit]:
    return [*_corrected(), *_visits()[:MOST]][:MOST]


def _doors() -> Pairs:
    for visit in _visits()[:MOST]:
        yield {"household_id": visit.household_id}, visit.made_by


def _photos() -> Pairs:
    rows = VisitPhoto.objects.exclude(whole_at=None).filter(made_by__username=VISITOR)
    yield from _each("photo_id", rows[:MOST], VISITOR)


def _helps() -> Pairs:
    rows = Help.objects.filter(made_by__username=VISITOR, state=Help.State.COUNTS).order_by(
        F("settled_at").asc(nulls_first=True)
    )
    yield from _each("help_id", rows[:MOST], VISITOR)


def _helped() -> Pairs:
    for row in Help.objects.filter(made_by__username=VISITOR, state=Help.State.COUNTS)[:MOST]:
        yield {"person_id": row.person_id}, row.made_by


def _needs() -> Pairs:
    rows = Need.objects.filter(state=Need.State.COUNTS, outcome="").order_by(F("matched_at").asc(nulls_last=True))
    yield from _each("need_id", rows[:MOST], OFFICE)


# ---- What waits


def waiting() -> Iterator[tuple[str, Any]]:
    """(kind, key) of what waits for somebody, of each kind."""
    for kind, sort in inbox.SORTS.items():
        for key in sort.model._default_manager.filter(state=Arrival.State.WAITING).values_list("pk", flat=True)[:2]:
            yield kind, key


def _waiting() -> Pairs:
    for account in _by(OFFICE):
        for kind, key in waiting():
            yield {"kind": kind, "key": key}, account


def _spot_checks() -> Pairs:
    yield from _each("spotcheck_id", SpotCheck.objects.filter(result="")[:MOST], OFFICE)


# ---- Classes, training


def _present() -> Pairs:
    """Somebody who was at a session, with whoever looks after all classes."""
    rows = Attendance.objects.filter(state=Arrival.State.COUNTS)
    for account in _by(OFFICE):
        for row in rows[:MOST]:
            yield {"session_id": row.session_id, "registration_id": row.registration_id}, account


def _places_by_name() -> Pairs:
    rows = Registration.objects.filter(person=None, account=None, cancelled_at=None)
    yield from _each("registration_id", rows[:MOST], OFFICE)


def _households_of_classes() -> Pairs:
    """A class to come, for a household of whoever visits it."""
    for visit in _visits()[:2]:
        for gathering in _gatherings()[:2]:
            yield {"gathering_id": gathering.pk, "household_id": visit.household_id}, visit.made_by


def _gatherings() -> QuerySet[Gathering]:
    return Gathering.objects.filter(state=Gathering.State.OPEN).order_by("-changed_at")


def _asking() -> Pairs:
    rows = Trainee.objects.order_by("state")  # those who ask come before those who are excused or expected
    yield from _each("trainee_id", [*rows.filter(state=Trainee.State.ASKING)[:2], *rows[:2]], OFFICE)


def _tokens() -> Iterator[str]:
    """The address of a phone's calendar; made where nobody has one."""
    for account in _by(CITIZEN):
        if not CalendarLink.objects.exists():
            calendars.renew(account)
    yield from CalendarLink.objects.values_list("token", flat=True)[:2]


def _codes() -> Iterator[str]:
    ward = Ward.objects.first()
    yield from rules.versions(ward) if ward else ()


WORDS: dict[str, Callable[[], Iterable[Any]]] = {
    "kind": lambda: list(inbox.SORTS),
    "key": lambda: [key for _, key in waiting()],
    "code": _codes,
    "class_code": lambda: Registration.objects.filter(gathering__in=_gatherings()).values_list("code", flat=True)[:2],
    "calendar_token": _tokens,
}

OWN: dict[str, Callable[[], Iterable[tuple[dict[str, Any], Account]]]] = {
    **dict.fromkeys(
        ("household", "household_card", "need_of_household", "help_household"), _doors
    ),
    **dict.fromkeys(("visit", "correct_visit", "add_photo"), lambda: _each("visit_id", _visits_to_see(), VISITOR)),
    "photo": _photos,
    # Open to all, made for whoever goes from door to door: of a stranger they ask in vain who it is.
    **dict.fromkeys(("on_device", "check_in_on_device"), lambda: [({}, account) for account in _by(VISITOR)]),
    "parallel_corrections": lambda: _each("visit_id", _corrected(), OFFICE),
    "help_person": _helped,
    **dict.fromkeys(("help_given", "take_back_help"), _helps),
    **dict.fromkeys(("need", "match_need", "meet_need", "refuse_need"), _needs),
    **dict.fromkeys(("waiting_thing", "let_thing_count", "set_thing_aside"), _waiting),
    "check_visit": _spot_checks,
    "untick_attendance": _present,
    "match_registration": _places_by_name,
    "register_people": _households_of_classes,
    "decide_off_training": _asking,
}  # fmt: skip
OWN = {f"outreach:{name}": rows for name, rows in OWN.items()}
