"""The desk of teams: who is kept up, one team with its members and places. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.charts import Columns
from hocvu.lib.figures import percent_words
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import render, sent
from hocvu.outreach import coverage, rules, teams
from hocvu.outreach.coverage import Covered
from hocvu.outreach.models import TeamMember, TeamPlace
from hocvu.outreach.teams import Activity
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Neighbourhood, Unit

READ, MANAGE = "teams.read", "teams.manage"
KEPT, IDLE = Mark("Được duy trì", "good"), Mark("Chưa hoạt động", "slow")
WEEKS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A team in the list."""

    team: Unit
    done: Activity
    covered: Covered
    is_kept_up: bool

    @property
    def mark(self) -> Mark:
        """Kept up or idle, in words."""
        return KEPT if self.is_kept_up else IDLE


def _share(covered: Covered) -> str:
    return "" if covered.share is None else percent_words(covered.share)


LIST = (
    Head[Line]("Tổ", lambda one: one.team.name, 44, href=lambda one: reverse("outreach:team", args=(one.team.pk,))),
    Head[Line]("Tình trạng", lambda one: one.mark.words, 18, mark=lambda one: one.mark),
    Head[Line]("Thành viên", lambda one: one.done.members, 12),
    Head[Line]("Lượt thăm", lambda one: one.done.visits, 12),
    Head[Line]("Lượt giúp", lambda one: one.done.helps, 12),
    Head[Line]("Buổi đã học", lambda one: one.done.sessions, 12),
    Head[Line]("Hoạt động gần nhất", lambda one: one.done.last_on, 18),
    Head[Line]("Hộ đã phổ biến", lambda one: _share(one.covered), 16),
    Head[Line]("Số hộ phụ trách", lambda one: one.covered.households, 16, only_in_file=True),
)
STATES = (("duy-tri", "được duy trì"), ("chua", "chưa hoạt động"))
FILTERS = (
    Choice("tt", "Tình trạng", STATES, lambda rows, v: [one for one in rows if one.is_kept_up == (v == "duy-tri")]),
)


@needs(READ)
@require_safe
def team_list(request: SignedInRequest) -> HttpResponseBase:
    """Every team that one may meet, in the order of names, with what the rule says of each."""
    page = Page(
        "Tổ công nghệ số cộng đồng",
        lead=_rule_words(request),
        links=((reverse("outreach:outreach_rules"), "Quy tắc"),) if may(request.user, MANAGE, request.ward) else (),
        empty="Chưa có tổ nào",
        empty_words="Tổ là một đơn vị; người điều phối lập ở trang Đơn vị.",
        counted="tổ",
    )
    return show(request, page, rows=_lines(request), columns=LIST, filters=FILTERS)


def _rule_words(request: SignedInRequest) -> str:
    rule = rules.rule(request.ward, rules.Code.KEPT_UP, clock.today())
    return (
        f"Số của {rule['days']} ngày gần nhất. Tổ được duy trì: có từ {rule['members']} thành viên và từ "
        f"{rule['acts']} việc (lượt thăm, lượt giúp, buổi đã mở). Không xếp hạng tổ, không đếm theo từng người."
    )


def _lines(request: SignedInRequest) -> list[Line]:
    """Nine questions, however many teams there are."""
    today = clock.today()
    first, rule = teams.window(request.ward, today)
    done = teams.activity(request.ward, first, today)
    places = teams.places_of_all(request.ward, today)
    covered = {place.pk: one for place, one in coverage.by_neighbourhood(request.ward, today) if place is not None}
    rows = scoped(teams.on(request.ward, today), request.user, READ, request.ward)
    return [
        Line(
            team, done[team.pk], sum((covered.get(pk, Covered()) for pk in places[team.pk]), Covered()),
            done[team.pk].keeps_up(rule),
        )
        for team in rows
    ]  # fmt: skip


# ---- One team


@needs(READ)
@require_safe
def team_page(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """A team: its members and places, what it did by week, how far its alleys have come."""
    team, today = _met(request, unit_id, READ), clock.today()
    first, rule = teams.window(request.ward, today)
    done = teams.activity(request.ward, first, today).get(team.pk, Activity())
    members = list(TeamMember.objects.on(today).filter(team=team).select_related("account"))
    able = teams.may_record(team, members, today)
    weeks = coverage.by_week(team, today, WEEKS)
    context = {
        "team": team,
        "mark": KEPT if done.keeps_up(rule) else IDLE,
        "done": done,
        "rule": rule,
        "members": [(one, _right(one, able)) for one in members],
        "before": list(TeamMember.objects.filter(team=team, valid_to__lt=today).order_by("-valid_to", "pk")[:50]),
        "places": list(TeamPlace.objects.on(today).filter(team=team).select_related("neighbourhood")),
        "weeks": Columns([(f"{monday:%d/%m}", visits) for monday, visits, _ in weeks]),
        "week_rows": [(f"{monday:%d/%m/%Y}", visits, helps) for monday, visits, helps in weeks],
        "week_heads": ["Tuần từ thứ Hai", "Lượt thăm", "Lượt giúp"],
        "alleys": _alleys(team, today),
        "alley_heads": ["Ngõ", "Số hộ", "Đã phổ biến", "Chưa đến", "Tỷ lệ"],
        "may_manage": may(request.user, MANAGE, request.ward),
        "may_cover": may(request.user, "coverage.read", request.ward),
    }
    return render(request, "outreach/team.html", context)


def _alleys(team: Unit, today: Any) -> list[tuple[Neighbourhood, list[list[str | int]]]]:
    """Each place of a team with its alleys: informed of all, in words. A question for each of its few places."""
    return [
        (place, [[name, one.households, one.informed, one.never, _share(one)] for name, one in coverage.by_alley(place, today)])
        for place in teams.places_of(team, today)
    ]  # fmt: skip


def _right(member: TeamMember, able: set[int]) -> Mark:
    if member.account_id is None:
        return Mark("Không có tài khoản", "none")
    return Mark("Ghi được lượt thăm", "good") if member.account_id in able else Mark("Chưa có quyền ghi", "slow")


def _met(request: SignedInRequest, unit_id: int, capability: str) -> Unit:
    rows = Unit.objects.filter(kind=Unit.Kind.TEAM).select_related("neighbourhood", "ward")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=unit_id)


# ---- Members


def _in_team(rows: Any, value: str) -> Any:
    now = TeamMember.objects.on(clock.today()).values("pk")
    return rows.filter(pk__in=now) if value == "dang" else rows.exclude(pk__in=now)


MEMBER_FILTERS = (Choice("tt", "Trong tổ", (("dang", "đang ở tổ"), ("roi", "đã rời tổ")), _in_team),)


@needs(READ)
@require_safe
def team_members(request: SignedInRequest, unit_id: int) -> HttpResponseBase:
    """Everybody who is or was in a team: from when to when, and where the team went on their newest day."""
    team, today = _met(request, unit_id, READ), clock.today()
    places = teams.places_by_day(team)

    def went(one: TeamMember) -> str:
        return ", ".join(place.name for place in places(min(one.valid_to or today, today)))

    columns = (
        Head[TeamMember]("Họ và tên", lambda one: one.full_name, 30),
        Head[TeamMember]("Phần việc", lambda one: one.get_part_display(), 14),
        Head[TeamMember]("Do nơi nào cử", lambda one: one.comes_from, 28),
        Head[TeamMember]("Từ ngày", lambda one: one.valid_from, 14),
        Head[TeamMember]("Đến hết ngày", lambda one: one.valid_to, 14),
        Head[TeamMember]("Nơi tổ phụ trách", went, 36),
    )
    page = Page(
        f"Thành viên {team.label}",
        crumbs=(
            (reverse("outreach:teams"), "Tổ công nghệ số"),
            (reverse("outreach:team", args=(team.pk,)), team.label),
        ),
        empty="Chưa ghi thành viên nào",
        counted="dòng",
    )
    rows = TeamMember.objects.filter(team=team).order_by(
        F("valid_to").desc(nulls_first=True), "part", "full_name", "pk"
    )
    return show(
        request, page, rows=rows, columns=columns, filters=MEMBER_FILTERS,
        seen=lambda count: audit.record(request.user, "saw members", team, ward=team.ward, people=count),
    )  # fmt: skip


class MemberForm(Form):
    """Somebody who joins."""

    full_name = forms.CharField(
        label="Họ và tên", max_length=teams.NAME_LETTERS, required=False, help_text="Để trống nếu ghi tài khoản"
    )
    comes_from = forms.CharField(
        label="Do nơi nào cử", max_length=120, required=False,
        help_text="Ví dụ Đoàn Thanh niên, Hội Phụ nữ, một doanh nghiệp",
    )  # fmt: skip
    username = forms.CharField(label="Tên đăng nhập", max_length=60, required=False, help_text="Nếu có tài khoản")
    part = forms.ChoiceField(label="Phần việc", choices=TeamMember.Part.choices, initial=TeamMember.Part.MEMBER)
    valid_from = DateField(label="Vào tổ từ ngày")


@needs(MANAGE)
def add_member(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """Somebody joins a team. No right comes with it."""
    team = _met(request, unit_id, MANAGE)

    def do(data: dict[str, Any]) -> str:
        teams.add_member(team, by=request.user, **data)
        messages.success(request, "Đã thêm thành viên.")
        return reverse("outreach:team", args=(team.pk,))

    act = _act(team, "Thêm thành viên", "Thêm vào tổ", lead="Vào tổ chưa có nghĩa là ghi được lượt thăm: quyền do người quản trị giao.")  # fmt: skip
    return act_page(request, MemberForm(sent(request), initial={"valid_from": clock.today()}), act, do=do)


class LastDayForm(Form):
    """Until when."""

    last_day = DateField(label="Ngày cuối cùng")


@needs(MANAGE)
def end_member(request: SignedInRequest, teammember_id: int) -> HttpResponse:
    """Somebody leaves a team. No right ends with it."""
    member = _member(request, teammember_id)

    def do(data: dict[str, Any]) -> str:
        teams.end_member(member, by=request.user, **data)
        messages.success(request, "Đã ghi rời tổ.")
        return reverse("outreach:team", args=(member.team_id,))

    act = _act(
        member.team, "Ghi rời tổ", "Ghi lại", member=member,
        lead="Việc đã ghi vẫn còn. Nếu người này có quyền ghi lượt thăm, hãy báo người quản trị thu lại.",
    )  # fmt: skip
    return act_page(request, LastDayForm(sent(request), initial={"last_day": clock.today()}), act, do=do)


class DayForm(Form):
    """From when."""

    day = DateField(label="Từ ngày")


@needs(MANAGE)
def change_lead(request: SignedInRequest, teammember_id: int) -> HttpResponse:
    """A member becomes the lead; the lead of before stays as a member."""
    member = _member(request, teammember_id)

    def do(data: dict[str, Any]) -> str:
        teams.change_lead(member, by=request.user, **data)
        messages.success(request, "Đã đổi tổ trưởng.")
        return reverse("outreach:team", args=(member.team_id,))

    lead = "Người đang là tổ trưởng, nếu có, từ ngày đó là thành viên."
    act = _act(member.team, "Đổi tổ trưởng", "Đổi tổ trưởng", member=member, lead=lead)
    return act_page(request, DayForm(sent(request), initial={"day": clock.today()}), act, do=do)


def _member(request: SignedInRequest, key: int) -> TeamMember:
    rows = TeamMember.objects.select_related("team__ward")
    return get_object_or_404(scoped(rows, request.user, MANAGE, request.ward), pk=key)


def _act(team: Unit, title: str, button: str, *, lead: str = "", member: TeamMember | None = None) -> Act:
    here = reverse("outreach:team", args=(team.pk,))
    facts = (("Tổ", team.name), *((("Người", member.full_name),) if member else ()))
    crumbs = ((reverse("outreach:teams"), "Tổ công nghệ số"), (here, team.label))
    return Act(title, button, lead=lead, facts=facts, crumbs=crumbs, back=here)


# ---- Places


class PlaceForm(Form):
    """One more neighbourhood."""

    place = forms.ModelChoiceField(label="Nơi", queryset=Neighbourhood.objects.none())
    valid_from = DateField(label="Từ ngày")

    def __init__(self, data: Any, *, team: Unit, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=initial)
        places: forms.ModelChoiceField = self.fields["place"]  # type: ignore[assignment,type-arg]
        mine = teams.places_of(team, clock.today()).order_by().values("pk")
        places.queryset = Neighbourhood.objects.of(team.ward).on(clock.today()).exclude(pk__in=mine)
        places.label = team.ward.neighbourhood_word[:1].upper() + team.ward.neighbourhood_word[1:]


@needs(MANAGE)
def add_place(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """A team looks after one more neighbourhood."""
    team = _met(request, unit_id, MANAGE)

    def do(data: dict[str, Any]) -> str:
        teams.add_place(team, data["place"], valid_from=data["valid_from"], by=request.user)
        messages.success(request, "Đã giao thêm nơi.")
        return reverse("outreach:team", args=(team.pk,))

    lead = "Từ ngày đó thành viên có quyền ghi của tổ thấy danh sách hộ ở nơi này và ghi được lượt thăm."
    act = _act(team, "Giao thêm nơi", "Giao thêm", lead=lead)
    return act_page(request, PlaceForm(sent(request), team=team, initial={"valid_from": clock.today()}), act, do=do)


@needs(MANAGE)
def end_place(request: SignedInRequest, teamplace_id: int) -> HttpResponse:
    """A team looks after a place besides its own no longer."""
    rows = TeamPlace.objects.select_related("team__ward", "neighbourhood")
    row = get_object_or_404(scoped(rows, request.user, MANAGE, request.ward), pk=teamplace_id)

    def do(data: dict[str, Any]) -> str:
        teams.end_place(row, by=request.user, **data)
        messages.success(request, "Đã thôi giao nơi này.")
        return reverse("outreach:team", args=(row.team_id,))

    act = _act(row.team, f"Thôi giao {row.neighbourhood}", "Thôi giao")
    return act_page(request, LastDayForm(sent(request), initial={"last_day": clock.today()}), act, do=do)
