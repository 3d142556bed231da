"""Why somebody must look at what came from the field before it counts, and how far a right reached on a day.

Nothing is refused for a wrong clock, a household that moved, a right that ended: it is kept, it waits, and both people are
told. A right is judged by the day on which a thing was made, so that what was made while one held it never waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hocvu.lib import clock
from hocvu.outreach.models import TeamPlace
from hocvu.ward.capabilities import reach_of
from hocvu.ward.models import Account, Grant, Unit, Ward

AHEAD = timedelta(days=1)  # a clock further ahead is not believed
OLDEST_DAYS = 400  # as long as receipts are kept: what is older may have been received and forgotten

CLOCK_AHEAD, CLOCK_BEHIND, TOO_OLD = "clock_ahead", "clock_behind", "too_old"
NO_HOUSEHOLD, AMBIGUOUS = "no_household", "ambiguous_code"
NEWER_TEXT, WITHDRAWN, NO_GUARDIAN = "newer_text", "withdrawn", "no_guardian"
RESTRICTED, NO_RECORD, NOT_IN_HOUSEHOLD = "restricted", "no_record", "not_in_household"
OUTSIDE, ENDED, NOT_OWN, OTHER_HOUSEHOLD, CIRCLE = "outside", "right_ended", "not_own", "other_household", "circle"
ROOT_WAITS, ROOT_ASIDE = "root_waits", "root_aside"
PLACE_BACK, OTHER_CLASS, OTHER_DAY, NO_SESSION = "place_back", "other_class", "other_day", "no_session"
NOT_OF_CLASS, NO_PLACE, NOBODY_REGISTERED = "not_of_class", "no_place", "nobody_registered"
DOUBTS = {
    CLOCK_AHEAD: "Đồng hồ trên máy chạy trước hơn một ngày, nên chưa biết đúng ngày nào.",
    CLOCK_BEHIND: "Đồng hồ trên máy chạy chậm hơn một ngày, nên chưa biết đúng ngày nào.",
    TOO_OLD: f"Theo đồng hồ trên máy thì việc này đã quá {OLDEST_DAYS} ngày.",
    NO_HOUSEHOLD: "Mã hộ đã ghi không có trong danh sách hộ.",
    AMBIGUOUS: "Mã hộ đã ghi giống mã của nhiều hộ.",
    OUTSIDE: "Hộ này không ở nơi người ghi phụ trách vào ngày đó: hộ đã chuyển đi, hoặc phân công đã đổi.",
    ENDED: "Vào ngày đó người ghi không có quyền ghi: phân công đã hết hoặc chưa bắt đầu.",
    NOT_OWN: "Lượt này đính chính lượt do người khác ghi.",
    OTHER_HOUSEHOLD: "Lượt này đính chính một lượt của hộ khác.",
    CIRCLE: "Hai lượt đính chính lẫn nhau.",
    ROOT_WAITS: "Lượt được đính chính đang chờ người xem.",
    ROOT_ASIDE: "Lượt được đính chính đã được xem và không tính.",
    NEWER_TEXT: "Lời hỏi đồng ý đã có bản mới hơn bản đã đọc, nên chưa biết người ấy có đồng ý với lời mới không.",
    WITHDRAWN: "Người ấy đã rút đồng ý, nên chưa được ghi gì về họ.",
    NO_GUARDIAN: "Người ấy dưới 16 tuổi mà chưa có người đại diện đồng ý.",
    RESTRICTED: "Người ấy đã yêu cầu hạn chế xử lý dữ liệu của mình.",
    NO_RECORD: "Ghi là có bản ghi trên hệ thống, nhưng hệ thống chưa có bản ghi ấy.",
    NOT_IN_HOUSEHOLD: "Người ấy không ở hộ đã ghi.",
    PLACE_BACK: "Người này đã bỏ đăng ký lớp.",
    OTHER_CLASS: "Mã này của lớp khác.",
    OTHER_DAY: "Ngày điểm danh không phải ngày của buổi học.",
    NO_SESSION: "Buổi học này đã hủy.",
    NO_PLACE: "Mã đã ghi không phải của ai đăng ký lớp ở đây.",
    NOBODY_REGISTERED: "Hộ đã ghi không có ai đăng ký lớp này.",
    NOT_OF_CLASS: "Lúc gửi đến thì người ghi không còn quyền điểm danh lớp này.",
}
WHICH_HOUSEHOLD = frozenset({NO_HOUSEHOLD, AMBIGUOUS})
OF_ROOT = frozenset({ROOT_WAITS, ROOT_ASIDE})  # of a correction: over once what it corrects counts
_ORDER = {code: place for place, code in enumerate(DOUBTS)}


def words_of(codes: Iterable[str]) -> list[str]:
    """The sentences of some doubts."""
    return [DOUBTS.get(code, code) for code in codes]


def in_order(codes: Iterable[str]) -> list[str]:
    """Each doubt once, in one order, whichever came first."""
    return sorted(set(codes), key=lambda code: (_ORDER.get(code, len(_ORDER)), code))


# ---- Two clocks


def clock_doubts(made_at: datetime | None, received_at: datetime, said_now: datetime | None = None) -> list[str]:
    """Whether the device's clock can be believed, by the moment of making and by what it said at sending."""
    if made_at is None:
        return []
    if made_at > received_at + AHEAD:
        return [CLOCK_AHEAD]
    if said_now is not None and said_now < received_at - AHEAD:
        return [CLOCK_BEHIND]
    return [TOO_OLD] if made_at < received_at - timedelta(days=OLDEST_DAYS) else []


def day_of(made_at: datetime | None, received_at: datetime, said_now: datetime | None = None) -> date:
    """The day that a thing counts for: the device's where its clock can be believed, else that of arrival."""
    arrived = clock.local_day(received_at)
    if made_at is None or clock_doubts(made_at, received_at, said_now):
        return arrived
    return min(clock.local_day(made_at), arrived)


STEP = timedelta(minutes=10)  # of a clock that is wrong: what a request takes on its way is no part of it


def believed(made_at: datetime | None, received_at: datetime, said_now: datetime | None = None) -> datetime:
    """When a thing was made, as the server would have seen it: what the device's clock is ahead or behind is taken out, in
    steps so coarse that two things of one device keep their order. Nothing was made after it arrived."""
    if made_at is None or clock_doubts(made_at, received_at, said_now):
        return received_at
    off = STEP * round((said_now - received_at) / STEP) if said_now is not None else timedelta(0)
    return min(made_at - off, received_at)


# ---- Rights


@dataclass(frozen=True, slots=True)
class Right:
    """How far a capability of an account reached in a ward on a day. Without places it reached the whole ward."""

    ever: bool  # on some day, earlier or later
    held: bool
    places: frozenset[int] | None
    teams: Sequence[tuple[int, int]] = ()  # place, team: the account's own first

    def reaches(self, place: int | None) -> bool:
        """Whether it reached a neighbourhood."""
        return self.held and (self.places is None or place in self.places)

    def team_for(self, place: int | None) -> int | None:
        """The team for which somebody works in a neighbourhood."""
        fitting = [team for where, team in self.teams if where == place]
        return next(iter(fitting or [team for _, team in self.teams]), None)


def right_on(account: Account, ward: Ward, capability: str, day: date) -> Right:
    """The right of a day, by the grants of that day, with the places that a team looks after besides its own."""
    grants = [
        (grant, reach)
        for grant in Grant.objects.filter(account=account).select_related("unit").order_by("pk")
        if grant.ward_id in (None, ward.pk) and (reach := reach_of(grant.role, capability))
    ]
    held = [(grant, reach) for grant, reach in grants if _held(grant, day)]
    if any(reach in ("ward", "everywhere") for _, reach in held):
        return Right(True, True, None, _teams(held))
    teams = _teams(held)
    beside = [
        (place, team)
        for place, team in TeamPlace.objects.on(day)
        .filter(team__in={team for _, team in teams}, neighbourhood__ward=ward)
        .order_by("pk")
        .values_list("neighbourhood_id", "team_id")
    ] if teams else []  # fmt: skip
    places = {grant.neighbourhood_id for grant, _ in held if grant.neighbourhood_id} | {place for place, _ in beside}
    return Right(bool(grants), bool(held), frozenset(places), (*teams, *beside))


def _held(grant: Grant, day: date) -> bool:
    over = grant.unit is not None and grant.unit.valid_to is not None and grant.unit.valid_to < day
    return grant.valid_from <= day and (grant.valid_to is None or grant.valid_to >= day) and not over


def _teams(held: Sequence[tuple[Grant, str]]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (grant.neighbourhood_id, grant.unit_id)
        for grant, _ in held
        if grant.unit is not None and grant.unit.kind == Unit.Kind.TEAM and grant.neighbourhood_id and grant.unit_id
    )


def right_doubts(right: Right, place: int | None) -> list[str]:
    """Whether a right was over on its day, or did not reach there."""
    if not right.held:
        return [ENDED]
    return [] if right.reaches(place) else [OUTSIDE]
