"""The day before a session: whoever has a place is reminded, its teacher too, and those who registered somebody without an
account are asked to pass it on. Each once; a text names nobody.

Text messages are not sent: nobody has chosen them, and there is no choice to make yet.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.months import start_of
from hocvu.outreach import classes
from hocvu.outreach.models import Gathering, Registration, Session
from hocvu.ward import notices
from hocvu.ward.models import Account, Unit
from hocvu.ward.notices import Telling


@transaction.atomic
def remind(moment: datetime) -> int:
    """Remind of the sessions of the day after a moment; answers how many sessions were told of."""
    tomorrow = clock.local_day(moment) + timedelta(days=1)
    rows = Session.objects.select_for_update(of=("self",), no_key=True).filter(
        starts_at__gte=start_of(tomorrow), starts_at__lt=start_of(tomorrow + timedelta(days=1)), cancelled_at=None,
        reminded_at=None, gathering__state=Gathering.State.OPEN,
    )  # fmt: skip
    sessions = list(rows.select_related("gathering__ward", "gathering__teacher", "gathering__host"))
    places = _places(sessions)
    teams = _teams(places)
    for session in sessions:
        notices.tell_all(_tellings(session, places[session.gathering_id], teams), ward=session.gathering.ward)
    Session.objects.filter(pk__in=[one.pk for one in sessions]).update(reminded_at=clock.now())
    return len(sessions)


def _places(sessions: list[Session]) -> dict[object, list[Registration]]:
    """class -> the places in it; one question for all."""
    found: dict[object, list[Registration]] = defaultdict(list)
    rows = Registration.objects.filter(
        gathering__in=[one.gathering_id for one in sessions], cancelled_at=None, is_waiting=False
    )
    for row in rows.select_related("account", "by", "household"):
        found[row.gathering_id].append(row)
    return found


def _teams(places: dict[object, list[Registration]]) -> dict[int, list[Account]]:
    """neighbourhood -> the accounts of its team, of those where somebody without an account lives."""
    without = [one for rows in places.values() for one in rows if one.account_id is None and one.household]
    wanted = {one.household.neighbourhood_id for one in without if one.household and one.household.neighbourhood_id}
    teams = Unit.objects.filter(kind=Unit.Kind.TEAM, neighbourhood__in=wanted)
    return {unit.neighbourhood_id: notices.speakers_of(unit) for unit in teams if unit.neighbourhood_id}


def _tellings(session: Session, places: list[Registration], teams: dict[int, list[Account]]) -> list[Telling]:
    row, when = session.gathering, classes.when_words(session)
    key = f"class.tomorrow:{session.pk}:{session.starts_at:%Y%m%d%H%M}"
    told = [
        Telling(
            [one.account for one in places if one.account], key, f"Ngày mai có “{row.title}”: {when}, {row.place}.",
            f"/lop-hoc/{row.pk}/",
        )
    ]  # fmt: skip
    if row.teacher is not None:
        words = f"Ngày mai dạy “{row.title}”: {when}, {row.place}. {len(places)} người đã đăng ký."
        told.append(Telling([row.teacher], f"{key}:teacher", words, f"/lop-hoc/diem-danh/{session.pk}/"))
    for count, helpers in _helpers(places, teams).items():
        words = f"Ngày mai có “{row.title}”: {when}, {row.place}. {count} người đăng ký chưa có tài khoản: hãy nhắc họ."
        told.append(Telling(helpers, f"{key}:team", words, f"/lop-hoc/{row.pk}/can-nhac/"))
    return told


def _helpers(places: list[Registration], teams: dict[int, list[Account]]) -> dict[int, list[Account]]:
    """how many -> who reminds so many: those of a household, by its team and by whoever registered it. A name of the door
    belongs to nobody whom one could find."""
    people: dict[int, set[object]] = defaultdict(set)
    known: dict[int, Account] = {}
    for one in places:
        if one.account_id is not None:
            continue
        place = one.household.neighbourhood_id if one.household else None
        own = [one.by] if one.by is not None and one.way == Registration.Way.TEAM else []
        for account in [*own, *teams.get(place or 0, [])]:
            known[account.pk] = account
            people[account.pk].add(one.pk)
    found: dict[int, list[Account]] = defaultdict(list)
    for key, those in people.items():
        found[len(those)].append(known[key])
    return found
