"""A visit to a household: recorded at the door, kept however late it comes, followed by corrections and never edited.

The device chooses the id and `ward.receipts` lets it happen once. What can be doubted waits (`doubting`); only what makes
no sense is refused. Whatever the order in which visits and their corrections arrive, what stands in the end is the same: a
correction names the first visit ("root"), and is judged against it by whichever of both comes later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.http import QueryDict

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, nfc
from hocvu.outreach import doubting, settling
from hocvu.outreach.models import Visit
from hocvu.ward import audit, receipts
from hocvu.ward.models import Account, Household, Receipt, Ward
from hocvu.ward.receipts import Answer, Parcel

RECORD = "visits.record"
Outcome = Visit.Outcome
AT_THE_DOOR = tuple(one for one in Outcome if one != Outcome.MISTAKE)
SAYING = (Outcome.INFORMED, Outcome.LATER)  # somebody was met, so that something could be said
DATED = (Outcome.INFORMED, Outcome.NOBODY, Outcome.LATER, Outcome.REFUSED)  # a next day makes sense
FARTHEST = timedelta(days=366)  # that a household is promised to be met again
STRANGER = "Tài khoản này chưa từng được giao ghi lượt thăm ở đây. Hãy đăng nhập bằng tài khoản của thành viên tổ."


def record(
    *,
    household: Household | None,
    code: str,
    outcome: str,
    shown: Iterable[str],
    next_on: date | None,
    corrects: UUID | None,
    why: str,
    by: Account,
    ward: Ward,
    parcel: Parcel,
) -> Answer:
    """Keep a visit, however many times and however late the device sends it.

    The first arrival wins; the same content again is a duplicate, other content under the same id is a conflict for a
    person to settle. Raises Refusal only for what makes no sense.
    """
    _refuse_nonsense(household, code, outcome, corrects)
    now = clock.now()
    day = doubting.day_of(parcel.made_at, now, parcel.clock)
    right = doubting.right_on(by, ward, RECORD, day)
    if not right.ever:
        raise Refusal(STRANGER)
    said = set(shown)

    def act() -> str:
        home, unsure = (household, []) if household else household_of(code, ward)
        off = doubting.clock_doubts(parcel.made_at, now, parcel.clock)
        visit = Visit(
            id=parcel.id, ward=ward, made_at=parcel.made_at or now, received_at=now, happened_on=day, made_by=by,
            brought_by=parcel.brought_by, household=home, code=" ".join(code.split())[:60],
            neighbourhood_id=home.neighbourhood_id if home else None,
            team_id=right.team_for(home.neighbourhood_id if home else None), outcome=outcome,
            shown=[one for one in Visit.Shown.values if outcome in SAYING and one in said],
            next_on=next_on if outcome in DATED and _is_near(next_on, day, is_late=bool(corrects or off)) else None,
            corrects=corrects, why=" ".join(nfc(why).split())[:200],
            believed_at=doubting.believed(parcel.made_at, now, parcel.clock),
        )  # fmt: skip
        place = doubting.right_doubts(right, visit.neighbourhood_id) if home or not right.held else []
        return _keep(visit, [*off, *unsure, *place])

    try:
        return receipts.once(parcel, act, by=by, ward=ward)
    except IntegrityError:
        return _met_before(parcel, by)


def _refuse_nonsense(household: Household | None, code: str, outcome: str, corrects: UUID | None) -> None:
    if outcome not in Outcome.values or (outcome == Outcome.MISTAKE and corrects is None):
        raise Refusal("Hãy chọn kết quả của lượt thăm.", "ket_qua")
    if household is None and not code.strip():
        raise Refusal("Hãy ghi mã hộ, hoặc mở hộ từ danh sách.", "ma_ho")


def _is_near(next_on: date | None, day: date, *, is_late: bool) -> bool:
    """Whether a promised day can be meant: a year mistyped would hide the household from every list until then. What is
    put right, lay for a year, or was made under a clock that nobody believes may have been promised for a day that is over."""
    first = day - 2 * FARTHEST if is_late else day
    return next_on is not None and first <= next_on <= day + FARTHEST


def _met_before(parcel: Parcel, by: Account) -> Answer:
    """What is told of an id that stands in the table though no receipt remembers it: forgotten since, or used without one."""
    earlier = Visit.objects.filter(pk=parcel.id).first()
    if earlier is None:
        raise Refusal("Máy chủ chưa ghi được lượt này. Hãy bấm gửi lại.")
    if earlier.made_by_id == by.pk:
        return Answer(parcel.id, parcel.digest, receipts.DUPLICATE, " ".join(doubting.words_of(earlier.doubts)))
    return Answer(parcel.id, parcel.digest, Receipt.Result.CONFLICT, receipts.CONFLICT_WORDS)


def household_of(code: str, ward: Ward) -> tuple[Household | None, list[str]]:
    """The household of a typed code, with what can be doubted of that: signs, spaces and capitals do not matter."""
    if exact := Household.objects.filter(ward=ward, code=" ".join(code.split())).first():
        return exact, []
    wanted = _bare(code)
    fitting = [
        key for key, known in Household.objects.filter(ward=ward).values_list("pk", "code") if _bare(known) == wanted
    ]
    if len(fitting) == 1:
        return Household.objects.get(pk=fitting[0]), []
    return None, [doubting.AMBIGUOUS if fitting else doubting.NO_HOUSEHOLD]


def _bare(code: str) -> str:
    return "".join(sign for sign in fold(code) if sign.isalnum())


def _keep(visit: Visit, doubts: list[str]) -> str:
    """Write a visit with its place among visits and corrections. Answers why it waits.

    The trail is locked first: of a visit and its correction that arrive at the same moment the later sees the earlier.
    """
    audit.record(
        visit.made_by,
        "corrected a visit" if visit.corrects else "recorded a visit",
        visit,
        ward=visit.ward,
        brought_by=visit.brought_by.full_name if visit.brought_by else None,
    )
    visit.corrects, root, unsure = _root_of(visit)
    if root is not None:  # one call at the door, however late it is put right
        unsure, visit.happened_on = [*unsure, *_against(visit, root)], root.happened_on
    visit.doubts = doubting.in_order([*doubts, *unsure])
    visit.state = Visit.State.WAITING if visit.doubts else Visit.State.COUNTS
    visit.save(force_insert=True)
    if visit.doubts:
        settling.tell_waiting(visit)
    _judge_earlier_corrections(visit, root)
    return " ".join(doubting.words_of(visit.doubts))


def _root_of(visit: Visit) -> tuple[UUID | None, Visit | None, list[str]]:
    """The visit that a correction is about in the end, and that visit itself where it has come."""
    if visit.corrects is None:
        return None, None, []
    key = visit.corrects
    named = Visit.objects.filter(pk=key).first()
    if named is not None and named.corrects is not None:
        key = named.corrects
        named = Visit.objects.filter(pk=key).first()
    return (None, None, [doubting.CIRCLE]) if key == visit.pk else (key, named, [])


def _against(correction: Visit, root: Visit) -> list[str]:
    """What can be doubted of a correction, once the visit is there that it corrects."""
    doubts = [] if correction.made_by_id == root.made_by_id else [doubting.NOT_OWN]
    known = correction.household_id and root.household_id
    same = correction.household_id == root.household_id if known else _bare(correction.code) == _bare(root.code)
    # A visit whose household nobody knew may be corrected by saying which it was.
    if not same and root.household_id is not None:
        doubts.append(doubting.OTHER_HOUSEHOLD)
    return [*doubts, *_unsettled(correction, root)]


def _unsettled(correction: Visit, root: Visit) -> list[str]:
    """That a correction is about what does not count: it would count round the person who looks at that, or has looked.
    Where nothing was doubted but which household it was, the correction answers that itself."""
    if root.state == Visit.State.SET_ASIDE:
        return [doubting.ROOT_ASIDE]
    if root.state == Visit.State.COUNTS or (
        correction.household_id and doubting.WHICH_HOUSEHOLD.issuperset(root.doubts)
    ):
        return []
    return [doubting.ROOT_WAITS]


def _judge_earlier_corrections(visit: Visit, root: Visit | None) -> None:
    """Corrections that came before what they correct: they name its root, and are judged against it."""
    earlier = list(Visit.objects.filter(corrects=visit.pk).select_related("ward", "made_by"))
    if not earlier:
        return
    about = root if visit.corrects else visit
    for correction in earlier:
        correction.corrects = visit.corrects or visit.pk
        if about is not None:
            correction.happened_on = about.happened_on
            if correction.settled_at is None:
                _doubt_more(correction, _against(correction, about))
        correction.save(update_fields=("corrects", "happened_on", "doubts", "state"))


def _doubt_more(correction: Visit, codes: list[str]) -> None:
    fresh = set(codes) - set(correction.doubts)
    if not fresh:
        return
    correction.doubts = doubting.in_order([*correction.doubts, *codes])
    correction.state = Visit.State.WAITING
    settling.tell_waiting(correction)


# ---- As it is posted


def from_fields(fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """Take in the fields of a post: `ho` or `ma_ho`, `ket_qua`, `da_noi`, `hen_ngay`, `sua`, `ly_do`."""

    def act() -> Answer:
        household, code, place = _household_said(fields, by, ward)
        return record(
            household=household, code=code, outcome=fields.get("ket_qua", ""), shown=fields.getlist("da_noi"),
            next_on=_day(fields.get("hen_ngay", "")), corrects=_id(fields.get("sua", "")), why=fields.get("ly_do", ""),
            by=by, ward=place, parcel=parcel,
        )  # fmt: skip

    return settling.kept_or_clash(act, fields, by=by, ward=ward, parcel=parcel)


def _household_said(fields: QueryDict, by: Account, ward: Ward) -> tuple[Household | None, str, Ward]:
    """The household, else the code that stands for it, and the ward. One that is gone is kept under its key; a household
    of another ward is met only by whoever works there, so that nobody learns of it."""
    code, said = nfc(fields.get("ma_ho", "")), fields.get("ho", "")
    if not said:
        return None, code, ward
    if (key := _id(said)) is None:
        raise Refusal("Không đọc được hộ của lượt này. Hãy mở lại trang của hộ rồi ghi.", "ho")
    household = Household.objects.select_related("ward").filter(pk=key).first()
    if household is not None and household.ward_id == ward.pk:
        return household, code, ward
    if household is not None and doubting.right_on(by, household.ward, RECORD, clock.today()).ever:
        return household, code, household.ward
    return None, code or str(key), ward


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """A promised day, as a device sends it or as a person types it; one that nobody can read is no reason to lose the
    visit."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text.strip(), form).date()  # a day has no zone
    return None
