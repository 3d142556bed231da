"""A sitting without a signal, on the proctor's own device: the questions lie frozen in the page, the answers come later.

The page holds no key of any question. Each candidate's answers are one record of the proctor's outbox, sealed on the
device; it is judged here, once, however often it comes. Nothing that was answered is lost: where something is odd (the
sitting or the time was over, the proctor's right has ended, the candidate handed in before) the attempt is made all the same and
waits until a person has looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.safestring import SafeString

from hocvu.assessment import fixed_form, practising, reaching
from hocvu.assessment.fixed_form import Asked, Option
from hocvu.assessment.models import Attempt, Candidate, QuestionMedia, Sitting
from hocvu.assessment.sittings import opening, taking
from hocvu.assessment.testing import rules
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import receipts
from hocvu.ward.models import Account
from hocvu.ward.receipts import Answer, Parcel

ANSWER, CANDIDATE, BEGAN, KNOWN = "cau", "nguoi", "bat_dau", "da_nhan_dien"
AHEAD = timedelta(days=1)  # a clock further ahead is not believed
KEPT = timedelta(hours=4)  # after the sitting's end, for extra time; then the device forgets its copy of the page
GRACE = timedelta(minutes=30)  # after the end of the sitting, or of one's own time, for whoever was still writing
LATE_WORDS = "Bài làm đã được giữ và chấm, chờ người có trách nhiệm xem."


def asked_at(sitting: Sitting) -> list[Asked]:
    """The questions of an offline sitting as the page shows them."""
    return [one for _, one in fixed_form.shown(sitting.items, seed=str(sitting.pk))]


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the page draws it: the name of its field, its picture, its options each with theirs."""

    asked: Asked
    name: str
    picture: SafeString
    options: Sequence[tuple[Option, SafeString]]


def questions_of(sitting: Sitting) -> list[Shown]:
    """Every question with its drawings, which stand in the page itself, so that it needs nothing more."""
    asked = asked_at(sitting)
    names = {name for one in asked for name in one.names}
    rows = QuestionMedia.objects.filter(ward=sitting.ward, name__in=names).exclude(drawing="")
    drawn = {row.name: SafeString(row.drawing) for row in rows}

    def picture(said: Mapping[str, str] | None) -> SafeString:
        return drawn.get(said["name"], SafeString("")) if said else SafeString("")

    return [
        Shown(one, f"{ANSWER}{one.number}", picture(one.picture), [(o, picture(o.picture)) for o in one.options])
        for one in asked
    ]


def hand_in(sitting: Sitting, post: QueryDict, *, by: Account, parcel: Parcel) -> Answer:
    """Take one candidate's whole test from the proctor's device."""
    if not sitting.offline or sitting.proctor_id != by.pk:
        raise Refusal("Chỉ giám thị đã mở buổi này nộp bài được.")
    candidate = _candidate(sitting, post.get(CANDIDATE, ""))
    said = {
        one.number: fixed_form.heard(one, " ".join(post.getlist(f"{ANSWER}{one.number}"))) for one in asked_at(sitting)
    }

    def act() -> str:
        held = Candidate.objects.select_for_update(of=("self",), no_key=True).get(pk=candidate.pk)
        if Attempt.objects.filter(pk=parcel.id).exists():
            return ""  # the receipt was forgotten long ago, the attempt was not
        told, ended = _times(sitting, post.get(BEGAN, ""), parcel.made_at)
        took = ended - told if told and ended == parcel.made_at else None  # only what the device itself says
        began = told or min(sitting.opened_at, ended)
        doubts = [*_doubts(sitting, held, candidate.account, by, took, ended)]
        if held.checked_at is None and KNOWN not in post:
            doubts.append(taking.UNKNOWN)
        taking.take_whole(
            account=candidate.account, rule=sitting.rule, items=sitting.items, said=said, mode=Attempt.Mode.OFFLINE,
            began_at=began, ended_at=ended, by=by, sitting=sitting, id=parcel.id, extra_minutes=held.extra_minutes,
            doubts=doubts,
        )  # fmt: skip
        if held.checked_at is None and KNOWN in post:
            held.checked_at = began
            held.save(update_fields=("checked_at",))
        return LATE_WORDS if doubts else ""

    answer = receipts.once(parcel, act, by=by, ward=sitting.ward)
    practising.looked_at_again(candidate.account)
    return answer


def _candidate(sitting: Sitting, key: str) -> Candidate:
    rows = sitting.candidates.select_related("account")
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if found is None:
        raise Refusal("Người này không có trong danh sách của buổi. Hãy mở lại trang rồi nộp.")
    return found


def _times(sitting: Sitting, began: str, made: datetime | None) -> tuple[datetime | None, datetime]:
    """When the test began and ended, by the proctor's device where that can be true; None where it tells no beginning."""
    now = clock.now()
    ended = made if made is not None and sitting.opened_at - AHEAD <= made <= now + AHEAD else now
    try:
        start = datetime.fromisoformat(began)
    except ValueError:
        return None, ended
    return (start if start.tzinfo is not None and sitting.opened_at - AHEAD <= start <= ended else None), ended


def _doubts(
    sitting: Sitting, candidate: Candidate, learner: Account, by: Account, took: timedelta | None, ended: datetime
) -> Sequence[str]:
    extra = timedelta(minutes=candidate.extra_minutes)
    minutes = timedelta(minutes=rules.clean(sitting.rule.params, sitting.rule.kind).params["minutes"])
    doubts = []
    if opening.attempts_of(candidate).exclude(state=Attempt.State.VOIDED).exists():
        doubts.append(taking.TWICE)
    if ended > sitting.closes_at + extra + GRACE:
        doubts.append(taking.LATE)
    if took is not None and took > minutes + extra + GRACE:
        doubts.append(taking.TOO_LONG)
    if not reaching.reaches(by, learner, sitting.ward, opening.PROCTOR) or reaching.objection(by, learner):
        doubts.append(taking.RIGHT_ENDED)
    if taking.again_from(learner, sitting.rule, ended) is not None:
        doubts.append(taking.TOO_SOON)
    return doubts
