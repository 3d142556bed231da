"""A sitting: opened by a proctor with a code for the room, its list, its end. An open sitting closes by itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from hocvu.assessment import fixed_form, reaching
from hocvu.assessment.models import Attempt, Candidate, Sitting, TestRule
from hocvu.lib import clock
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

PROCTOR = "tests.proctor"
ALPHABET = "ACDEFHJKMNPRTVWXY3479"  # nothing that looks or sounds like something else
LENGTH = 6
SHORTEST, LONGEST = 15, 480  # minutes that a sitting may be open
MOST_OFFLINE = 15  # candidates on one device: their forms lie in one page
MOST_EXTRA = 180  # minutes for access needs
KINDS = (TestRule.Kind.CONFIRM, TestRule.Kind.PLACEMENT)
_TRIES = 8


def rules_for(ward: Ward) -> QuerySet[TestRule]:
    """The rules by which a sitting may be held today."""
    return TestRule.objects.of(ward).on(clock.today()).filter(kind__in=KINDS).order_by("kind", "title", "-number")


def open_now(rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """Those that let candidates in at this moment."""
    return rows.filter(closed_at=None, closes_at__gt=clock.now())


def is_open(sitting: Sitting) -> bool:
    """Whether a sitting lets candidates in at this moment."""
    return sitting.closed_at is None and sitting.closes_at > clock.now()


def open_sitting(
    rule: TestRule, *, title: str, place: str, minutes: int, by: Account, offline: bool = False
) -> Sitting:
    """Open a sitting for so many minutes, with a code that no other open sitting of the ward has."""
    if not SHORTEST <= minutes <= LONGEST:
        raise Refusal(f"Buổi kiểm tra mở từ {SHORTEST} đến {LONGEST} phút. Hãy ghi lại số phút.", "minutes")
    if rule.kind not in KINDS:
        raise Refusal("Bài này không làm theo buổi được. Hãy chọn bài xác nhận hoặc xếp lớp.", "rule")
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return _opened(rule, nfc(title), nfc(place), minutes, by, offline=offline)
        except IntegrityError:  # the code is another open sitting's
            continue
    raise Refusal("Chưa đặt được mã buổi. Hãy bấm lại.")


def _opened(rule: TestRule, title: str, place: str, minutes: int, by: Account, *, offline: bool) -> Sitting:
    close_due()  # codes of sittings that are over are free again
    now = clock.now()
    sitting = Sitting(
        ward=rule.ward, title=title, place=place, code=new_code(), rule=rule, proctor=by, opened_at=now,
        closes_at=now + timedelta(minutes=minutes), offline=offline,
    )  # fmt: skip
    if offline:
        sitting.items = fixed_form.choose(rule, seed=str(sitting.pk), only_drawn=True)
    sitting.save(force_insert=True)
    audit.record(by, "opened a sitting", sitting, ward=rule.ward, offline=offline or None)
    return sitting


def new_code() -> str:
    """Six letters and digits of chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def plain_code(typed: str) -> str:
    """A code however it was typed.

    >>> plain_code(" ac3-dkm ")
    'AC3DKM'
    """
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def close_due() -> int:
    """Close the sittings whose time is over; answers how many."""
    return Sitting.objects.filter(closed_at=None, closes_at__lte=clock.now()).update(closed_at=F("closes_at"))


@transaction.atomic
def close(sitting: Sitting, *, by: Account) -> None:
    """Nobody comes in any more; whoever has begun finishes in their own time."""
    held = hold(sitting, by)
    if held.closed_at is None:
        held.closed_at = min(clock.now(), held.closes_at)
        held.save(update_fields=("closed_at",))
        audit.record(by, "closed a sitting", held, ward=held.ward)


def hold(sitting: Sitting, by: Account) -> Sitting:
    """The sitting, held for this transaction; only its proctor decides."""
    held = (
        Sitting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ward", "rule", "proctor")
        .get(pk=sitting.pk)
    )
    if held.proctor_id != by.pk:
        raise Refusal("Chỉ giám thị đã mở buổi này làm được việc đó.")
    return held


# ---- The list


@transaction.atomic
def add_candidate(sitting: Sitting, learner: Account, *, by: Account) -> Candidate:
    """Put a learner on the list; a second time changes nothing."""
    held = hold(sitting, by)
    if not is_open(held):
        raise Refusal("Buổi này đã đóng. Hãy mở buổi khác.")
    refuse_unfit(held, learner)
    if held.offline and held.candidates.exclude(account=learner).count() >= MOST_OFFLINE:
        raise Refusal(f"Một máy mang nhiều nhất {MOST_OFFLINE} người. Hãy mở thêm một buổi cho những người còn lại.")
    row, is_new = Candidate.objects.get_or_create(sitting=held, account=learner)
    if is_new:
        audit.record(by, "put somebody on the list of a sitting", held, ward=held.ward)
    return row


def refuse_unfit(sitting: Sitting, learner: Account) -> None:
    """Refuse a learner out of the proctor's reach, or whom the proctor helped, lives with or is."""
    if not reaching.reaches(sitting.proctor, learner, sitting.ward, PROCTOR):
        raise Refusal("Người học không thuộc phạm vi của giám thị buổi này. Hãy vào buổi khác.")
    if why := reaching.objection(sitting.proctor, learner):
        raise Refusal(f"Giám thị của buổi này không coi thi cho người học được. {why}")


@transaction.atomic
def recognise(candidate: Candidate, *, is_known: bool, by: Account) -> None:
    """The proctor saw who it is; or takes that back as long as nothing was begun."""
    held = _hold_candidate(candidate, by)
    if not is_known and attempts_of(held).exists():
        raise Refusal("Người này đã bắt đầu làm bài nên không bỏ nhận diện được.")
    held.checked_at = (held.checked_at or clock.now()) if is_known else None
    held.save(update_fields=("checked_at",))
    words = "recognised a candidate" if is_known else "took recognising a candidate back"
    audit.record(by, words, held.sitting, ward=held.sitting.ward)


@transaction.atomic
def give_time(candidate: Candidate, minutes: int, *, by: Account) -> None:
    """So many minutes more than others for a candidate, before the test or while it runs; never fewer than were given."""
    held = _hold_candidate(candidate, by)
    if not 0 <= minutes <= MOST_EXTRA:
        raise Refusal(f"Thêm được từ 0 đến {MOST_EXTRA} phút. Hãy ghi lại.", "minutes")
    if minutes < held.extra_minutes and attempts_of(held).exists():
        raise Refusal("Người này đã bắt đầu làm bài: chỉ thêm giờ được, không bớt.", "minutes")
    held.extra_minutes = minutes
    held.save(update_fields=("extra_minutes",))
    audit.record(by, "gave a candidate more time", held.sitting, ward=held.sitting.ward, minutes=minutes)
    for attempt in attempts_of(held).running():
        lengthen(attempt, minutes, by=by)


def lengthen(attempt: Attempt, minutes: int, *, by: Account) -> None:
    """Let a running attempt have so many extra minutes in all; what it has already counts."""
    held = Attempt.objects.select_for_update(of=("self",), no_key=True).get(pk=attempt.pk)
    if held.state == Attempt.State.RUNNING and held.extra_minutes < minutes:
        held.due_at += timedelta(minutes=minutes - held.extra_minutes)
        held.extra_minutes, held.extended_by = minutes, by
        held.save(update_fields=("due_at", "extra_minutes", "extended_by"))


def _hold_candidate(candidate: Candidate, by: Account) -> Candidate:
    hold(candidate.sitting, by)
    rows = Candidate.objects.select_for_update(of=("self",), no_key=True).select_related("sitting__ward", "account")
    return rows.get(pk=candidate.pk)


def attempts_of(candidate: Candidate) -> Any:
    """The attempts of a candidate at this sitting."""
    return Attempt.objects.filter(sitting=candidate.sitting_id, account=candidate.account_id)


# ---- What the proctor sees: who is where, never what anybody answers


@dataclass(frozen=True, slots=True)
class Seat:
    """A candidate, and how far they are."""

    candidate: Candidate
    mark: Mark
    until: datetime | None = None  # of a test that runs

    @property
    def has_begun(self) -> bool:
        """Whether there is anything that the list must keep."""
        return self.mark not in (EXPECTED, RECOGNISED)


EXPECTED = Mark("Chưa nhận diện", "none")
RECOGNISED = Mark("Đã nhận diện, chưa vào", "slow")
RUNNING, OVER, LEFT = Mark("Đang làm", "slow"), Mark("Đã nộp", "good"), Mark("Đã dừng", "none")


def seats_of(sitting: Sitting) -> list[Seat]:
    """The candidates by name, each with their state; two questions however many there are."""
    latest: dict[int, Attempt] = {}
    for attempt in Attempt.objects.filter(sitting=sitting).order_by("began_at").defer("frozen", "results"):
        latest[attempt.account_id] = attempt
    rows = sitting.candidates.select_related("account").order_by("account__full_name", "pk")
    return [_seat(candidate, latest.get(candidate.account_id)) for candidate in rows]


def _seat(candidate: Candidate, attempt: Attempt | None) -> Seat:
    if attempt is None:
        return Seat(candidate, RECOGNISED if candidate.checked_at else EXPECTED)
    if attempt.state == Attempt.State.RUNNING and attempt.due_at > clock.now():
        return Seat(candidate, RUNNING, attempt.due_at)
    finished = attempt.state in (Attempt.State.FINISHED, Attempt.State.VOIDED)
    return Seat(candidate, OVER if finished else LEFT)


def held_by(account: Account, ward: Ward) -> QuerySet[Sitting]:
    """The sittings that an account watches or watched."""
    return Sitting.objects.filter(Q(ward=ward), proctor=account).select_related("rule")


def count_over(seats: Iterable[Seat]) -> int:
    """How many have handed in."""
    return sum(seat.mark is OVER for seat in seats)
