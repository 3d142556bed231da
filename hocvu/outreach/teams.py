"""Community digital teams: who is in them, where they go, whether they are kept up.

A team is a unit of the ward. Being its member gives nobody a right and ending takes none: rights are grants. Whether a
team is kept up is a rule (`rules`, code kept_up) over what it did: visits that stand, help, sessions held. Nobody is
counted by name, and teams are never ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import attending, rules
from hocvu.outreach.models import Help, TeamMember, TeamPlace, Visit
from hocvu.ward import audit
from hocvu.ward.capabilities import Role, reach_of
from hocvu.ward.models import Account, Grant, Neighbourhood, Unit, Ward

Part = TeamMember.Part
DAY = timedelta(days=1)
RECORD = "visits.record"
NAME_LETTERS = 120
FORGOTTEN = "đã xóa"


# ---- Which teams, which places


def on(ward: Ward, day: date) -> QuerySet[Unit]:
    """The teams of a ward on a day."""
    return Unit.objects.of(ward).on(day).filter(kind=Unit.Kind.TEAM)


def teams_of(account: Account, day: date) -> QuerySet[Unit]:
    """The teams that an account belongs to on a day, as a member or by its role."""
    held = Grant.objects.on(day).filter(account=account, role=Role.TEAM_MEMBER).exclude(unit=None)
    member = TeamMember.objects.on(day).filter(account=account)
    mine = Q(pk__in=held.values("unit")) | Q(pk__in=member.values("team"))
    return Unit.objects.filter(mine, kind=Unit.Kind.TEAM).on(day)


def places_of(team: Unit, day: date) -> QuerySet[Neighbourhood]:
    """The neighbourhoods that a team looks after on a day: its own, and those besides."""
    besides = TeamPlace.objects.on(day).filter(team=team)
    mine = Q(pk=team.neighbourhood_id) | Q(pk__in=besides.values("neighbourhood"))
    return Neighbourhood.objects.filter(mine, ward=team.ward_id).on(day)


def places_by_day(team: Unit) -> Callable[[date], list[Neighbourhood]]:
    """The neighbourhoods that a team looked after, for any day; one question for all days."""
    besides = list(TeamPlace.objects.filter(team=team).select_related("neighbourhood").order_by("valid_from", "pk"))
    own = [team.neighbourhood] if team.neighbourhood else []

    def on_day(day: date) -> list[Neighbourhood]:
        held = [one.neighbourhood for one in besides if one.valid_from <= day and (one.valid_to or day) >= day]
        return [*own, *held]

    return on_day


def places_of_all(ward: Ward, day: date) -> dict[int, list[int]]:
    """team -> its neighbourhoods on a day, for every team of a ward; two questions."""
    found = {pk: [own] if own else [] for pk, own in on(ward, day).order_by().values_list("pk", "neighbourhood")}
    rows = TeamPlace.objects.on(day).filter(team__in=list(found)).values_list("team", "neighbourhood")
    for team, place in rows:
        if place not in found[team]:
            found[team].append(place)
    return found


# ---- What a team did


@dataclass(frozen=True, slots=True)
class Activity:
    """What a team has and did in some days."""

    members: int = 0
    visits: int = 0
    helps: int = 0
    sessions: int = 0
    last_on: date | None = None

    @property
    def acts(self) -> int:
        """Everything that counts as doing something."""
        return self.visits + self.helps + self.sessions

    def keeps_up(self, rule: Mapping[str, int]) -> bool:
        """Whether this is enough by a rule."""
        return self.members >= rule["members"] and self.acts >= rule["acts"]


def activity(ward: Ward, first: date, last: date) -> dict[int, Activity]:
    """team -> what it did from one day to another, members as of the last; the number of questions never grows."""
    found = {pk: Activity() for pk in on(ward, last).order_by().values_list("pk", flat=True)}
    within = {"happened_on__gte": first, "happened_on__lte": last, "team__in": list(found)}
    visits = Visit.objects.of(ward).filter(**within).standing()
    helps = Help.objects.filter(ward=ward, **within).standing()
    held = attending.sessions_held(ward, first, last).filter(gathering__host__in=list(found))
    members = TeamMember.objects.on(last).filter(team__in=list(found))
    parts = (
        ("visits", _counts(visits, "team", "happened_on")),
        ("helps", _counts(helps, "team", "happened_on")),
        ("sessions", _counts(held, "gathering__host", "starts_at")),
        ("members", _counts(members, "team", None)),
    )
    return {team: _one(team, parts) for team in found}


_Counts = dict[int, tuple[int, date | None]]


def _counts(rows: QuerySet[Any], team: str, day: str | None) -> _Counts:
    """team -> how many, and the newest day."""
    grouped = (
        rows.order_by().values(team).annotate(n=Count("pk", distinct=True), **({"newest": Max(day)} if day else {}))
    )
    return {row[team]: (row["n"], _day(row.get("newest"))) for row in grouped}


def _day(value: Any) -> date | None:
    return clock.local_day(value) if hasattr(value, "hour") else value


def _one(team: int, parts: Iterable[tuple[str, _Counts]]) -> Activity:
    told = {name: counts.get(team, (0, None)) for name, counts in parts}
    days = [day for _, day in told.values() if day is not None]
    return Activity(**{name: n for name, (n, _) in told.items()}, last_on=max(days, default=None))


# ---- Kept up


def window(ward: Ward, day: date) -> tuple[date, Mapping[str, int]]:
    """From which day on a team is judged on a day, and the rule."""
    rule = rules.rule(ward, rules.Code.KEPT_UP, day)
    return day - timedelta(days=rule["days"] - 1), rule


def kept_up(ward: Ward, day: date) -> QuerySet[Unit]:
    """The teams that the rule of a day calls kept up."""
    first, rule = window(ward, day)
    done = activity(ward, first, day)
    return on(ward, day).filter(pk__in=[team for team, one in done.items() if one.keeps_up(rule)])


def idle(ward: Ward, day: date) -> QuerySet[Unit]:
    """The teams that are not."""
    return on(ward, day).exclude(pk__in=list(kept_up(ward, day).order_by().values_list("pk", flat=True)))


# ---- Members


def may_record(team: Unit, members: Iterable[TeamMember], day: date) -> set[int]:
    """The accounts among members that may record visits in a place of the team on a day; two questions."""
    roles = [role for role in Role if reach_of(role, RECORD)]
    accounts = [one.account_id for one in members if one.account_id]
    held = Grant.objects.on(day).filter(
        account__in=accounts, account__is_active=True, role__in=roles, ward=team.ward_id
    )
    places = set(places_of(team, day).values_list("pk", flat=True))
    return {account for account, place in held.values_list("account", "neighbourhood") if place in places}


@transaction.atomic
def add_member(
    team: Unit, *, full_name: str, comes_from: str, username: str, part: str, valid_from: date, by: Account
) -> TeamMember:
    """Somebody joins a team from a day on."""
    _refuse_ended(team)
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=team.pk)  # one at a time for a team
    account = _account(team, username) if username.strip() else None
    name = " ".join(nfc(full_name).split())[:NAME_LETTERS] or (account.full_name if account else "")
    if not name:
        raise Refusal("Hãy ghi họ và tên.", "full_name")
    if valid_from > clock.today():
        raise Refusal("Ngày vào tổ chưa đến. Hãy ghi từ hôm nay trở về trước.", "valid_from")
    if account is not None and _of_days(team, valid_from).filter(account=account).exists():
        raise Refusal(f"{account.full_name} đang ở trong tổ này rồi.", "username")
    if _of_days(team, valid_from).filter(account=account, full_name=name, valid_from=valid_from).exists():
        raise Refusal(f"{name} vào tổ ngày {valid_from:%d/%m/%Y} đã có trong danh sách. Hai người trùng tên thì ghi thêm cho khác nhau.",
                      "full_name")  # fmt: skip
    if part == Part.LEAD and _of_days(team, valid_from).filter(part=Part.LEAD).exists():
        raise Refusal("Tổ đã có tổ trưởng. Hãy ghi là thành viên, rồi bấm đổi tổ trưởng.", "part")
    comes_from = " ".join(nfc(comes_from).split())[:120]
    made = TeamMember.objects.create(
        team=team, account=account, full_name=name, comes_from=comes_from, part=part, valid_from=valid_from
    )
    audit.record(by, "added a team member", made, ward=team.ward)
    return made


def _of_days(team: Unit, first: date) -> QuerySet[TeamMember]:
    """The members of a day, and of any day after it."""
    return TeamMember.objects.filter(Q(valid_to=None) | Q(valid_to__gte=first), team=team)


def _refuse_ended(team: Unit) -> None:
    if team.valid_to is not None and team.valid_to < clock.today():
        raise Refusal("Tổ này đã thôi hoạt động.")


def _account(team: Unit, username: str) -> Account:
    """An account of the ward by its name."""
    rows = Account.objects.filter(grants__ward=team.ward_id, is_active=True, username=nfc(username).lower().strip())
    if (found := rows.first()) is None:
        raise Refusal("Ở đây không có tài khoản nào tên như vậy. Hãy xem lại, hoặc để trống.", "username")
    return found


@transaction.atomic
def end_member(member: TeamMember, *, last_day: date, by: Account) -> None:
    """Somebody leaves a team after a day. Their right to record, where they have one, is ended by the administrator."""
    held = _hold(member)
    if last_day > clock.today():
        raise Refusal("Ngày này chưa đến. Hãy ghi hôm nay hoặc ngày trước.", "last_day")
    if last_day < held.valid_from:
        raise Refusal(f"Người này vào tổ ngày {held.valid_from:%d/%m/%Y}. Hãy ghi ngày đó hoặc muộn hơn.", "last_day")
    held.valid_to = last_day
    held.save(update_fields=("valid_to",))
    audit.record(by, "ended a team member", held, ward=held.team.ward)


@transaction.atomic
def change_lead(member: TeamMember, *, day: date, by: Account) -> None:
    """A member leads the team from a day on; whoever led before is a member from then on."""
    held = _hold(member)
    if held.part == Part.LEAD:
        raise Refusal("Người này đang là tổ trưởng.")
    leads = list(
        TeamMember.objects.select_for_update(no_key=True).filter(team=held.team_id, part=Part.LEAD, valid_to=None)
    )
    first = max([held.valid_from, *(one.valid_from for one in leads)])
    if not first <= day <= clock.today():
        raise Refusal(f"Hãy ghi ngày từ {first:%d/%m/%Y} đến hôm nay.", "day")
    for one in leads:
        _follow(one, Part.MEMBER, day)
    made = _follow(held, Part.LEAD, day)
    audit.record(by, "changed the lead of a team", made, ward=held.team.ward)


def _follow(member: TeamMember, part: str, day: date) -> TeamMember:
    """The same member in another part from a day on. On the very day that they began it is the same row."""
    if member.valid_from == day:
        member.part = part
        member.save(update_fields=("part",))
        return member
    member.valid_to = day - DAY
    member.save(update_fields=("valid_to",))
    return TeamMember.objects.create(
        team_id=member.team_id, account_id=member.account_id, full_name=member.full_name,
        comes_from=member.comes_from, part=part, valid_from=day,
    )  # fmt: skip


def _hold(member: TeamMember) -> TeamMember:
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=member.team_id)  # one at a time for a team
    held = TeamMember.objects.select_related("team__ward").get(pk=member.pk)
    if held.valid_to is not None:
        raise Refusal("Người này đã rời tổ.")
    return held


# ---- Places


@transaction.atomic
def add_place(team: Unit, place: Neighbourhood, *, valid_from: date, by: Account) -> TeamPlace:
    """A team looks after one more neighbourhood from a day on."""
    _refuse_ended(team)
    if place.ward_id != team.ward_id:
        raise Refusal("Nơi này không thuộc địa bàn. Hãy chọn lại.", "place")
    later = TeamPlace.objects.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from), team=team, neighbourhood=place)
    if place.pk == team.neighbourhood_id or later.exists():
        raise Refusal("Tổ đang phụ trách nơi này rồi.", "place")
    made = TeamPlace.objects.create(team=team, neighbourhood=place, valid_from=valid_from)
    audit.record(by, "added a place to a team", team, ward=team.ward, place=place.name)
    return made


@transaction.atomic
def end_place(row: TeamPlace, *, last_day: date, by: Account) -> None:
    """A team looks after a neighbourhood no longer after a day."""
    held = (
        TeamPlace.objects.select_for_update(of=("self",), no_key=True)
        .select_related("team__ward", "neighbourhood")
        .get(pk=row.pk)
    )
    if held.valid_to is not None:
        raise Refusal("Tổ đã thôi phụ trách nơi này.")
    if last_day < held.valid_from:
        raise Refusal(f"Tổ phụ trách nơi này từ {held.valid_from:%d/%m/%Y}. Hãy ghi ngày đó hoặc muộn hơn.", "last_day")
    held.valid_to = last_day
    held.save(update_fields=("valid_to",))
    audit.record(by, "ended a place of a team", held.team, ward=held.team.ward, place=held.neighbourhood.name)
